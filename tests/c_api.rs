//! Builds the static library, and runs the C tests in `tests/c` against it: as
//! C99 and C++17, plainly, under AddressSanitizer (the Rust part included) with
//! UndefinedBehaviorSanitizer, and under valgrind. Planted bugs show that each
//! of these tools looks. Also: which symbols the archive has, and that no panic
//! is left in it.
#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit_c::archive::{ENGINE, NEUTRAL};
use testkit_c::{compile as compile_to, output, run, text};

const WARNINGS: [&str; 6] = ["-g", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
const C99: (&str, &[&str]) = ("gcc", &["-std=c99"]);
const CPP17: (&str, &[&str]) = ("g++", &["-x", "c++", "-std=c++17"]);
const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/// A panic in a debug build aborts, but a hang would not end by itself.
const SECONDS: &str = "300";
/// Watched programs are slow: of the 65,536 values of an argument they get the
/// low ones, the high ones, and every so manieth between.
const STRIDE: &str = "997";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scratch() -> PathBuf {
    testkit_c::folder("c")
}

/// Without optimisation, so that overflow checks and debug assertions are in.
fn checked() -> &'static Path {
    ENGINE.path()
}

/// As `checked`, with AddressSanitizer in the Rust code.
fn sanitized() -> &'static Path {
    ENGINE.sanitized().path()
}

fn shipped() -> &'static Path {
    ENGINE.profile("release").path()
}

// ---- programs ---------------------------------------------------------------

fn compile(
    name: &str,
    (compiler, standard): (&str, &[&str]),
    sources: &[&str],
    flags: &[&str],
    archive: &Path,
) -> PathBuf {
    let program = scratch().join(format!("{name}-{compiler}"));
    let folder = root().join("tests/c");
    let mut command = Command::new(compiler);
    command
        .args(standard)
        .args(WARNINGS)
        .args(flags)
        .arg("-I")
        .arg(root().join("include"))
        .arg("-I")
        .arg(root().join("c-examples/firmware/include"))
        .args(sources.iter().map(|source| folder.join(source)))
        .args(["-x", "none"])
        .arg(archive);
    compile_to(&mut command, &program);
    program
}

fn plainly(program: &Path) -> Command {
    let mut command = Command::new("timeout");
    command.arg(SECONDS).arg(program);
    command
}

fn under_valgrind(program: &Path) -> Command {
    let mut command = Command::new("timeout");
    command
        .args([SECONDS, "valgrind", "--quiet", "--error-exitcode=9"])
        .args([
            "--leak-check=full",
            "--show-leak-kinds=all",
            "--errors-for-leak-kinds=all",
        ])
        .arg(program)
        .arg(STRIDE);
    command
}

fn every_way(name: &str, further_sources: &[&str], flags: &[&str]) {
    let main = format!("{name}.c");
    let sources = [&[main.as_str(), "host.c"], further_sources].concat();
    for language in [C99, CPP17] {
        let build = |suffix, more: &[&str], archive| {
            let flags = [flags, more].concat();
            compile(
                &format!("{name}-{suffix}"),
                language,
                &sources,
                &flags,
                archive,
            )
        };
        let plain = build("checked", &[], checked());
        let wanted = run(&mut plainly(&plain));
        assert!(
            wanted.starts_with(name) || wanted.contains(&format!("\n{name}: ")),
            "{wanted}"
        );
        assert_eq!(run(&mut plainly(&build("shipped", &[], shipped()))), wanted);
        let watched = build("sanitized", &SANITIZERS, sanitized());
        assert_eq!(last(&run(plainly(&watched).arg(STRIDE))), last(&wanted));
        if language == C99 {
            assert_eq!(last(&run(&mut under_valgrind(&plain))), last(&wanted));
        }
    }
}

/// The line that sums up; those before it count.
fn last(text: &str) -> Option<&str> {
    text.lines().last()
}

#[test]
fn the_seven_functions() {
    every_way("seven", &[], &[]);
}

#[test]
fn the_handlers() {
    every_way("handlers", &[], &[]);
}

#[test]
fn the_decisions() {
    every_way("decide", &[], &[]);
}

/// D2 and D10 of the table of differences, as Anjay answers them.
#[test]
fn the_decisions_as_anjay_makes_them() {
    let archive = ENGINE.features("anjay-compat").path();
    let flags = ["-DANJAY_COMPAT"];
    let program = compile(
        "decide-compat",
        C99,
        &["decide.c", "host.c"],
        &flags,
        archive,
    );
    run(&mut plainly(&program));
}

#[test]
fn the_failures() {
    every_way(
        "failures",
        &["heap.c"],
        &["-Wl,--wrap=malloc,--wrap=realloc,--wrap=free"],
    );
}

/// A client that is not Anjay needs no stand-ins for what is Anjay's.
#[test]
fn the_host_interface_stands_alone() {
    let release = NEUTRAL.profile("release").path();
    let c11 = ("gcc", &["-std=c11"][..]);
    for (at, language) in [C99, c11, CPP17].into_iter().enumerate() {
        let program = compile(
            &format!("neutral-{at}"),
            language,
            &["neutral.c"],
            &[],
            release,
        );
        assert_eq!(last(&run(&mut plainly(&program))), Some("neutral: done"));
    }
    let program = compile("neutral-valgrind", C99, &["neutral.c"], &[], release);
    run(&mut under_valgrind(&program));
    let sanitized = NEUTRAL.sanitized().path();
    let program = compile(
        "neutral-sanitized",
        C99,
        &["neutral.c"],
        &SANITIZERS,
        sanitized,
    );
    run(&mut plainly(&program));
}

// ---- headers ------------------------------------------------------------------

/// Compiles a file that includes these, with the folders that they need.
fn include(name: &str, headers: &[&str], (compiler, standard): (&str, &[&str])) -> Output {
    let source = scratch().join(format!("include-{name}.c"));
    let lines = headers
        .iter()
        .map(|header| format!("#include <{header}>\n"));
    fs::write(&source, lines.collect::<String>()).expect("the target folder can be written");
    output(
        Command::new(compiler)
            .args(standard)
            .args(WARNINGS)
            .args(["-fsyntax-only", "-I"])
            .arg(root().join("include"))
            .arg("-I")
            .arg(root().join("c-examples/firmware/include"))
            .arg(source),
    )
}

#[test]
fn every_header_stands_alone_and_can_be_included_twice() {
    let mut headers = Vec::new();
    for folder in ["", "anjay/"] {
        let entries = fs::read_dir(root().join("include").join(folder)).expect("the headers");
        for entry in entries {
            let name = entry.expect("readable").file_name();
            let name = format!("{folder}{}", name.to_str().expect("ASCII"));
            headers.extend(name.ends_with(".h").then_some(name));
        }
    }
    assert!(headers.len() >= 5, "{headers:?}");
    let languages = [
        ("c99", C99),
        ("c11", ("gcc", &["-std=c11"][..])),
        ("cpp17", CPP17),
    ];
    for header in &headers {
        for (name, language) in languages {
            let name = format!("{}-{name}", header.replace('/', "-"));
            let included = include(&name, &[header, header], language);
            assert!(
                included.status.success(),
                "{header}, {name}:\n{}",
                text(&included)
            );
        }
    }
    let all: Vec<_> = headers.iter().chain(&headers).map(String::as_str).collect();
    assert!(include("all", &all, C99).status.success());
}

// ---- do the tools look? -----------------------------------------------------

/// Runs a program with a planted bug, which must be reported in these words.
fn is_reported(command: &mut Command, words: &str) {
    let output = output(command);
    let text = text(&output);
    assert!(!output.status.success(), "{command:?} did not fail");
    assert!(
        text.contains(words),
        "{command:?} did not report {words:?}:\n{text}"
    );
}

fn planted(name: &str, flags: &[&str], archive: &Path) -> PathBuf {
    let source = format!("planted/{name}.c");
    // The bugs are not to be optimised away.
    let flags = [&["-O0"], flags].concat();
    let program = format!("planted-{name}-{}", flags.len());
    compile(&program, C99, &[&source, "host.c"], &flags, archive)
}

#[test]
fn address_sanitizer_finds_a_use_after_free_in_rust() {
    let program = planted("address", &SANITIZERS, sanitized());
    is_reported(&mut plainly(&program), "heap-use-after-free");
}

#[test]
fn address_sanitizer_finds_a_leak() {
    let program = planted("leak", &SANITIZERS, sanitized());
    is_reported(&mut plainly(&program), "detected memory leaks");
}

#[test]
fn undefined_behavior_sanitizer_finds_a_shift() {
    let program = planted("undefined", &SANITIZERS, sanitized());
    is_reported(&mut plainly(&program), "shift exponent 32 is too large");
}

#[test]
fn valgrind_finds_a_use_after_free_in_rust() {
    let program = planted("address", &[], checked());
    is_reported(&mut under_valgrind(&program), "Invalid read");
}

#[test]
fn valgrind_finds_a_leak() {
    let program = planted("leak", &[], checked());
    is_reported(&mut under_valgrind(&program), "definitely lost");
}

#[test]
fn valgrind_finds_an_uninitialised_value() {
    let program = planted("uninitialised", &[], checked());
    is_reported(
        &mut under_valgrind(&program),
        "depends on uninitialised value",
    );
}

// ---- the archive ------------------------------------------------------------

/// The names in `packaging/symbols.txt` after this word.
fn documented(word: &str) -> BTreeSet<String> {
    let list = fs::read_to_string(root().join("packaging/symbols.txt")).expect("the list");
    let names = list
        .lines()
        .filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    names.map(str::to_owned).collect()
}

/// Of the archive's own object; after fat LTO the others are leftovers.
fn symbols(archive: &Path, own: &str, option: &str) -> BTreeSet<String> {
    let text = run(Command::new("nm")
        .args(["--print-file-name", "--extern-only", option])
        .arg(archive));
    let own = format!(".a:{own}-");
    let own = text.lines().filter(|line| line.contains(&own));
    own.filter_map(|line| line.rsplit(' ').next())
        .map(str::to_owned)
        .collect()
}

/// Whether a symbol is one of Anjay's module, or asked for by these.
fn is_of_anjay(name: &str) -> bool {
    ["anjay_", "avs_", "aac_client_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

#[test]
fn the_archives_define_the_documented_symbols() {
    let neutral = NEUTRAL.profile("release").path();
    for (archive, own, is_in) in [
        (
            shipped(),
            "anjay_access_control",
            (|_: &String| true) as fn(&String) -> bool,
        ),
        (neutral, "lwm2m_access_control", |name| !is_of_anjay(name)),
    ] {
        let mut defined = documented("defines");
        defined.retain(is_in);
        assert_eq!(symbols(archive, own, "--defined-only"), defined);
        let mut needed = documented("needs");
        needed.retain(is_in);
        let undocumented: Vec<_> = symbols(archive, own, "--undefined-only")
            .difference(&needed)
            .cloned()
            .collect();
        assert!(undocumented.is_empty(), "{own} needs {undocumented:?}");
    }
}

/// Links every entry point; with the feature the panic handler calls a function
/// that nobody defines.
fn link_without_panic(profile: &'static str) -> Output {
    let archive = ENGINE.profile(profile).features("prove-no-panic").path();
    let source = scratch().join(format!("no-panic-{profile}.c"));
    fs::write(&source, "int main(void) { return 0; }\n").expect("the target folder can be written");
    let entry_points = documented("defines");
    output(
        Command::new("gcc")
            .args(entry_points.iter().map(|name| format!("-Wl,-u,{name}")))
            .arg(source)
            .arg(root().join("tests/c/host.c"))
            .arg("-I")
            .arg(root().join("include"))
            .arg("-I")
            .arg(root().join("c-examples/firmware/include"))
            .arg(archive)
            .arg("-o")
            .arg(scratch().join(format!("no-panic-{profile}"))),
    )
}

#[test]
fn no_panic_is_left() {
    for profile in ["release", "firmware"] {
        let link = link_without_panic(profile);
        assert!(link.status.success(), "{profile}: {}", text(&link));
    }
}

/// Without the optimiser there are panics, so this check can fail.
#[test]
fn the_check_for_panics_finds_some_in_a_debug_build() {
    let link = link_without_panic("dev");
    assert!(!link.status.success());
    assert!(
        text(&link).contains("access_control_can_panic"),
        "{}",
        text(&link)
    );
}
