//! The CMake build as others meet it: configured, built, tested and installed;
//! then used by projects outside the tree, through CMake and through pkg-config.
#![allow(missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Outside the tree of the sources, wherever cargo's target folder is.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("anjay-access-control-{}", std::process::id()))
}

/// What the program said, and whether it succeeded.
fn outcome(command: &mut Command) -> (String, bool) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&text).into_owned(),
        output.status.success(),
    )
}

fn run(command: &mut Command) -> String {
    let (text, success) = outcome(command);
    assert!(success, "{command:?}\n{text}");
    text
}

fn configure(source: &Path, build: &Path, defines: &[String]) -> Command {
    let mut command = Command::new("cmake");
    command.arg("-S").arg(source).arg("-B").arg(build);
    command.args(defines.iter().map(|define| format!("-D{define}")));
    command
}

/// Configures, builds, and runs the tests, of which there must be some.
fn build_and_test(source: &Path, build: &Path, defines: &[String]) -> String {
    run(&mut configure(source, build, defines));
    run(Command::new("cmake")
        .arg("--build")
        .arg(build)
        .args(["--parallel", "2"]));
    run(Command::new("ctest")
        .args(["--no-tests=error", "--output-on-failure", "--test-dir"])
        .arg(build))
}

/// A copy of a consumer, to which nothing near the sources is within reach.
fn copy_consumer(name: &str, to: &Path) {
    let from = root().join("tests/cmake-consumer").join(name);
    fs::create_dir_all(to).expect("the temporary folder can be written");
    for file in ["CMakeLists.txt", "main.c"] {
        fs::copy(from.join(file), to.join(file)).expect("the consumer is there");
    }
}

fn by_pkg_config(name: &str, folder: &Path, prefix: &Path) -> String {
    let flags = run(Command::new("pkg-config")
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"))
        .args([
            "--cflags",
            "--libs",
            &format!("anjay_access_control_{name}"),
        ]));
    let program = folder.join("by-pkg-config");
    run(Command::new("gcc")
        .arg("-o")
        .arg(&program)
        .arg(folder.join("main.c"))
        .args(flags.split_whitespace()));
    run(&mut Command::new(program))
}

#[test]
fn installed_and_used_by_other_projects() {
    let scratch = scratch();
    let defines = [
        // As said on the command line, lib it is, wherever the distribution has it.
        "CMAKE_INSTALL_LIBDIR=lib".to_owned(),
        "CMAKE_BUILD_TYPE=Release".to_owned(),
    ];
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cmake");
    let tests = build_and_test(root(), &build, &defines);
    assert!(tests.contains("100% tests passed"), "{tests}");

    let staged = scratch.join("staged");
    run(Command::new("cmake")
        .arg("--install")
        .arg(&build)
        .arg("--prefix")
        .arg(&staged));
    // Nothing in it may say where it was.
    let prefix = scratch.join("moved here");
    fs::rename(&staged, &prefix).expect("a folder can be renamed");

    for name in ["engine", "sandbox"] {
        let consumer = scratch.join(name);
        copy_consumer(name, &consumer);
        let build = consumer.join("build");
        let without = outcome(&mut configure(&consumer, &consumer.join("without"), &[]));
        assert!(
            !without.1,
            "the library was found where it is not:\n{}",
            without.0
        );
        let found = [format!("CMAKE_PREFIX_PATH={}", prefix.display())];
        build_and_test(&consumer, &build, &found);
        assert_eq!(
            run(&mut Command::new(build.join("app"))),
            "decided as expected\n"
        );
    }
    // pkg-config separates words by spaces.
    let plain = scratch.join("moved");
    fs::rename(&prefix, &plain).expect("a folder can be renamed");
    for name in ["engine", "sandbox"] {
        let text = by_pkg_config(name, &scratch.join(name), &plain);
        assert_eq!(text, "decided as expected\n");
    }
    fs::remove_dir_all(&scratch).expect("it is ours");
}

#[test]
fn part_of_another_project() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("subdirectory");
    copy_consumer("engine", &project);
    let lists = fs::read_to_string(project.join("CMakeLists.txt")).expect("just copied");
    let inside = format!("add_subdirectory({} library)", root().display());
    let lists = lists.replace("find_package(anjay_access_control REQUIRED)", &inside);
    assert!(lists.contains(&inside));
    fs::write(project.join("CMakeLists.txt"), lists).expect("it is ours");
    let tests = build_and_test(&project, &project.join("build"), &[]);
    // The consumer's own; those of the library are not forced on it.
    assert!(tests.contains("out of 1"), "{tests}");
}

/// What is wrong with the Rust toolchain is said before anything is built.
#[test]
fn unsuitable_toolchains_are_refused() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("toolchains");
    let _ = fs::remove_dir_all(&folder);
    let old = folder.join("old");
    fs::create_dir_all(&old).expect("the target folder can be written");
    for name in ["cargo", "rustc"] {
        let path = old.join(name);
        fs::write(&path, "#!/bin/sh\necho rustc 1.60.0\n").expect("writable");
        run(Command::new("chmod").arg("+x").arg(&path));
    }
    let cases = [
        (
            "old",
            format!("AAC_CARGO={}", old.join("cargo").display()),
            "is 1.60.0, but 1.",
        ),
        (
            "none",
            format!("AAC_CARGO={}", folder.join("none").display()),
            "not there",
        ),
        (
            "target",
            "AAC_RUST_TARGET=riscv32i-unknown-none-elf".to_owned(),
            "rustup target add riscv32i",
        ),
    ];
    for (name, define, message) in cases {
        let mut defines = vec![define];
        if name == "target" {
            // A cargo that has no sources of the standard library, as rustup's.
            let cargo = run(Command::new("rustc").args(["--print", "sysroot"]));
            defines.push(format!("AAC_CARGO={}/bin/cargo", cargo.trim()));
        }
        let (text, success) = outcome(&mut configure(root(), &folder.join(name), &defines));
        assert!(!success && text.contains(message), "{name}:\n{text}");
    }
}
