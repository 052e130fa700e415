//! Builds and runs the C tests and the C example against the static library: plainly, under
//! AddressSanitizer and UndefinedBehaviorSanitizer, and under valgrind.
#![allow(missing_docs)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::archive::OCF;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

fn krate() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) -> String {
    let output = testkit_c::output(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

fn scratch() -> PathBuf {
    testkit_c::folder("ocf-c")
}

/// Built without optimisation, so that overflow checks and debug assertions are in.
fn checked_library() -> &'static Path {
    OCF.path()
}

fn compile(compiler: &str, name: &str, source: &str, flags: &[&str], library: &Path) -> PathBuf {
    let program = scratch().join(name);
    let mut command = Command::new(compiler);
    command
        .args(WARNINGS)
        .args(["-g", "-I"])
        .arg(krate().join("../include"))
        .arg("-I")
        .arg(krate().join("../c-examples/ocf-device"))
        .arg(krate().join(source))
        .arg(library)
        .args(flags);
    testkit_c::compile(&mut command, &program);
    program
}

fn every_way(name: &str, source: &str, flags: &[&str]) -> String {
    let c99 = |suffix: &str, more: &[&str]| {
        let flags = [["-std=c99"].as_slice(), flags, more].concat();
        compile(
            "gcc",
            &format!("{name}{suffix}"),
            source,
            &flags,
            checked_library(),
        )
    };
    let plain = c99("", &[]);
    let text = run(&mut Command::new(&plain));
    let sanitized = c99(
        "-sanitized",
        &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    );
    assert_eq!(run(&mut Command::new(sanitized)), text);
    let valgrind = run(Command::new("valgrind")
        .args([
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=full",
            "--show-leak-kinds=all",
        ])
        .args(["--errors-for-leak-kinds=all".as_ref(), plain.as_os_str()] as [&OsStr; 2]));
    assert_eq!(valgrind, text);
    let small = [["-std=c99"].as_slice(), flags].concat();
    let small = compile(
        "gcc",
        &format!("{name}-firmware"),
        source,
        &small,
        OCF.profile("firmware").path(),
    );
    assert_eq!(run(&mut Command::new(small)), text);
    text
}

#[test]
fn the_list_through_c() {
    let text = every_way("acl_test", "tests/c/acl_test.c", &[]);
    assert!(text.ends_with(" checks, 0 failed\n"), "{text}");
}

#[test]
fn a_heap_that_runs_out() {
    let text = every_way(
        "alloc_test",
        "tests/c/alloc_test.c",
        &["-Wl,--wrap=malloc", "-Wl,--wrap=realloc"],
    );
    assert!(
        text.contains("failed in turn") && text.contains("bombs were refused"),
        "{text}"
    );
}

#[test]
fn what_a_stack_does() {
    let text = every_way(
        "stack_test",
        "tests/c/stack_test.c",
        &["-Wl,--wrap=malloc", "-Wl,--wrap=realloc"],
    );
    assert!(text.contains("allocations failed in turn"), "{text}");
}

#[test]
fn the_example_device() {
    let text = every_way("ocf-device", "../c-examples/ocf-device/main.c", &[]);
    assert!(text.ends_with("Everything as expected.\n"), "{text}");
}

#[test]
fn a_cpp_program() {
    let program = compile(
        "g++",
        "cpp",
        "tests/c/header_test.cpp",
        &["-std=c++17"],
        checked_library(),
    );
    assert_eq!(run(&mut Command::new(program)), "C++ is served\n");
}

/// The checks above are worth nothing if a tool is there in name only.
#[test]
fn the_sanitizers_and_valgrind_do_find_faults() {
    let faults = scratch().join("faults.c");
    let source =
        "#include <stdlib.h>\nint main(void) { char *p = malloc(1); return p[argc_()]; }\n"
            .replace("argc_()", "1 + !p");
    std::fs::write(&faults, source).expect("the target folder can be written");
    let build = |name: &str, flags: &[&str]| {
        let program = scratch().join(name);
        run(Command::new("gcc")
            .args(flags)
            .arg("-o")
            .arg(&program)
            .arg(&faults));
        program
    };
    let sanitized = build("faults-sanitized", &["-fsanitize=address,undefined"]);
    assert!(
        !Command::new(sanitized)
            .output()
            .expect("runs")
            .status
            .success()
    );
    let plain = build("faults", &[]);
    let valgrind = Command::new("valgrind")
        .args(["--quiet", "--error-exitcode=9"])
        .arg(plain)
        .output();
    assert_eq!(
        valgrind.expect("valgrind is installed").status.code(),
        Some(9)
    );
}

/// The panic handler of this library calls a function that nobody defines: a program that holds
/// every entry point links only if the optimiser found no way to any panic.
#[test]
fn no_panic_is_left() {
    let library = OCF.profile("firmware").features("prove-no-panic").path();
    let source = scratch().join("whole.c");
    std::fs::write(&source, "int main(void) { return 0; }\n")
        .expect("the target folder can be written");
    run(Command::new("gcc")
        .arg("-o")
        .arg(scratch().join("whole"))
        .arg(source)
        .arg("-Wl,--whole-archive")
        .arg(library)
        .arg("-Wl,--no-whole-archive"));
    let symbols = run(Command::new("nm")
        .args(["--defined-only", "--extern-only"])
        .arg(library));
    assert!(
        symbols.contains(" ocf_acl_check\n"),
        "the entry points are in the archive"
    );
}

/// The archive exports what the header declares, and nothing else under the prefix.
#[test]
fn the_symbols_are_those_of_the_header() {
    let symbols = run(Command::new("nm")
        .args(["--defined-only", "--extern-only"])
        .arg(checked_library()));
    let mut exported: Vec<&str> = symbols
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .filter(|symbol| symbol.starts_with("ocf_acl_") && !symbol.ends_with(':'))
        .collect();
    exported.sort_unstable();
    let header = std::fs::read_to_string(krate().join("../include/ocf_acl.h")).expect("the header");
    let mut declared: Vec<&str> = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#', '}']))
        .filter(|line| !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
    assert!(declared.len() > 10);
}
