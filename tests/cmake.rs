//! The CMake build as others meet it: configured, built, tested and installed;
//! then used by projects outside the tree, through CMake and through pkg-config.
#![allow(missing_docs)]

use std::collections::BTreeSet;
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

    for name in ["engine", "sandbox", "ocf"] {
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
    for name in ["engine", "sandbox", "ocf"] {
        let text = by_pkg_config(name, &scratch.join(name), &plain);
        assert_eq!(text, "decided as expected\n");
    }
    fs::remove_dir_all(&scratch).expect("it is ours");
}

/// Has the consumer take the library from the sources instead of from where it is installed.
fn put_inside(project: &Path) {
    let lists = fs::read_to_string(project.join("CMakeLists.txt")).expect("just copied");
    let inside = format!("add_subdirectory({} library)", root().display());
    let lists = lists.replace("find_package(anjay_access_control REQUIRED)", &inside);
    assert!(lists.contains(&inside));
    fs::write(project.join("CMakeLists.txt"), lists).expect("it is ours");
}

/// A device that speaks LwM2M and OCF: with `AAC_OCF` the engine's archive has both.
#[test]
fn one_archive_for_lwm2m_and_ocf() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("both");
    copy_consumer("both", &project);
    for name in ["engine", "ocf"] {
        let from = root().join(format!("tests/cmake-consumer/{name}/main.c"));
        fs::copy(from, project.join(format!("{name}.c"))).expect("the consumer is there");
    }
    put_inside(&project);
    let build = project.join("build");
    run(&mut configure(
        &project,
        &build,
        &["AAC_OCF=OFF".to_owned()],
    ));
    let (text, success) = outcome(Command::new("cmake").arg("--build").arg(&build));
    let missing = "undefined reference to `ocf_acl_new'";
    assert!(!success && text.contains(missing), "{text}");

    build_and_test(&project, &build, &["AAC_OCF=ON".to_owned()]);
    assert_eq!(
        run(&mut Command::new(build.join("app"))),
        "decided as expected\ndecided as expected\n"
    );

    let archive = build.join("library/lib/libanjay_access_control.a");
    let listed = |path: &str| fs::read_to_string(root().join(path)).expect("it is there");
    let list = listed("packaging/symbols.txt");
    let header = listed("include/ocf_acl.h");
    let mut defines: BTreeSet<&str> = after("defines ", &list).collect();
    let words = header.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '(');
    let calls = words.filter_map(|word| word.split_once('('));
    let declared = calls.filter(|(name, _)| name.starts_with("ocf_acl_"));
    defines.extend(declared.map(|(name, _)| name));
    let defined = symbols(&archive, "--defined-only");
    assert_eq!(
        defined.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        defines
    );

    let mut needs: BTreeSet<&str> = after("needs ", &list).collect();
    // Only a panic would call it, and the optimiser has found no way to one.
    assert!(needs.remove("abort"));
    let needed = symbols(&archive, "--undefined-only");
    let more: Vec<_> = needed
        .iter()
        .filter(|name| !needs.contains(name.as_str()))
        .collect();
    assert!(more.is_empty(), "the archive needs {more:?}");
}

/// The rest of the lines that begin so.
fn after<'a>(word: &'a str, list: &'a str) -> impl Iterator<Item = &'a str> {
    list.lines().filter_map(move |line| line.strip_prefix(word))
}

fn symbols(archive: &Path, which: &str) -> BTreeSet<String> {
    let text = run(Command::new("nm")
        .args(["--extern-only", which])
        .arg(archive));
    let names = text.lines().filter(|line| line.contains(' '));
    names
        .filter_map(|line| line.rsplit(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn part_of_another_project() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("subdirectory");
    copy_consumer("engine", &project);
    put_inside(&project);
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
