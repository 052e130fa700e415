//! The bytes as a C array, for linking into firmware.

use std::fmt::Write as _;

/// Words with which no program can name an array of its own: keywords of C (to
/// C23), those of C++ (to C++23) besides, macros and names of the library that
/// every program has, and what compilers define in their GNU modes.
const RESERVED: &str = "
    alignas alignof auto bool break case char const constexpr continue default do double
    else enum extern false float for goto if inline int long nullptr register restrict
    return short signed sizeof static static_assert struct switch thread_local true
    typedef typeof typeof_unqual union unsigned void volatile while asm fortran

    and and_eq bitand bitor catch char16_t char32_t char8_t class co_await co_return
    co_yield compl concept const_cast consteval constinit decltype delete dynamic_cast
    explicit export friend mutable namespace new noexcept not not_eq operator or or_eq
    private protected public reinterpret_cast requires static_cast template this throw try
    typeid typename using virtual wchar_t xor xor_eq

    NULL EOF assert complex errno imaginary main noreturn offsetof setjmp std stderr stdin
    stdout va_arg va_copy va_end va_start

    arm i386 linux m68k mips sparc unix vax
";

/// Why a name cannot be that of an array in C and in C++, if it cannot.
#[must_use]
pub fn no_c_name(name: &str) -> Option<&'static str> {
    let is_word = name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if name.is_empty() || !is_word || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some("is no name in C: it has letters, digits and _, and no digit first");
    }
    if name.starts_with('_') || name.contains("__") {
        return Some("is reserved in C or C++: no _ first, and no __");
    }
    let is_reserved = RESERVED.split_whitespace().any(|word| word == name);
    is_reserved.then_some("has a meaning of its own in C or C++")
}

/// A header with the array, for C and C++. What `about` says of it stands on
/// top.
#[must_use]
pub fn c_header(bytes: &[u8], name: &str, about: &str) -> String {
    let guard = format!("{}_H", name.to_ascii_uppercase());
    let mut text = format!(
        "/* Made by `lwm2m-acl compile --c-header`; change the policy instead. */\n\
         #ifndef {guard}\n#define {guard}\n\n"
    );
    if !about.is_empty() {
        text += "/*\n";
        for line in about.lines() {
            // What is in it was checked, yet nothing may end the comment.
            let line = line.replace("*/", "* /").replace("/*", "/ *");
            text += format!(" * {line}").trim_end();
            text.push('\n');
        }
        text += " */\n\n";
    }
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "/* For anjay_access_control_restore(); its size is sizeof({name}). */\n\
         static const unsigned char {name}[{}] = {{",
        bytes.len()
    );
    for (place, line) in bytes.chunks(12).enumerate() {
        text += if place == 0 { "    " } else { ",\n    " };
        for (place, byte) in line.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}0x{byte:02x}");
        }
    }
    let _ = write!(text, "\n}};\n\n#endif /* {guard} */\n");
    text
}
