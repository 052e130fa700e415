//! The bytes as a C array, for linking into firmware.

use std::fmt::Write as _;

/// Whether it can name an array in C.
#[must_use]
pub fn is_c_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A header with the array, for C and C++.
#[must_use]
pub fn c_header(bytes: &[u8], name: &str) -> String {
    let guard = format!("{}_H", name.to_ascii_uppercase());
    let mut text = format!(
        "/* Made by `lwm2m-acl compile --c-header`; change the policy instead. */\n\
         #ifndef {guard}\n#define {guard}\n\n\
         /* For anjay_access_control_restore(); its size is sizeof({name}). */\n\
         static const unsigned char {name}[{}] = {{\n",
        bytes.len()
    );
    let lines: Vec<String> = bytes
        .chunks(12)
        .map(|line| {
            let bytes: Vec<String> = line.iter().map(|byte| format!("0x{byte:02x}")).collect();
            format!("    {}", bytes.join(", "))
        })
        .collect();
    // Writing to a string does not fail.
    let _ = write!(text, "{}\n}};\n\n#endif /* {guard} */\n", lines.join(",\n"));
    text
}
