//! The CMake build as others meet it: configured, built, tested and installed;
//! then used by projects outside the tree, through CMake and through pkg-config;
//! and which machine it takes a compiler to build for.
#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::{output, root, run, text};

/// Outside the tree of the sources, wherever cargo's target folder is.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("anjay-access-control-{}", std::process::id()))
}

fn folder(name: &str) -> PathBuf {
    testkit_c::folder(&format!("cmake/{name}"))
}

/// As `folder`, without what a former run left.
fn empty_folder(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::remove_dir_all(&folder).expect("it is ours");
    self::folder(name)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it is ours");
    fs::write(path, text).expect("it is ours");
}

fn script(path: &Path, text: &str) {
    write(path, &format!("#!/bin/sh\n{text}"));
    run(Command::new("chmod").arg("+x").arg(path));
}

/// What the program said, and whether it succeeded.
fn outcome(command: &mut Command) -> (String, bool) {
    let output = output(command);
    (text(&output), output.status.success())
}

fn configure(source: &Path, build: &Path, defines: &[String]) -> Command {
    let mut command = Command::new("cmake");
    command.arg("-S").arg(source).arg("-B").arg(build);
    // Cargo compiles once for all that build the same.
    let shared = testkit_c::archive::target_folder();
    command.arg(format!("-DAAC_CARGO_TARGET_DIR={}", shared.display()));
    command.args(defines.iter().map(|define| format!("-D{define}")));
    command
}

/// What it said, and whether it succeeded.
fn build(folder: &Path) -> (String, bool) {
    let _lock = testkit_c::archive::lock();
    let mut command = Command::new("cmake");
    outcome(command.arg("--build").arg(folder).args(["--parallel", "2"]))
}

/// Configures, builds, and runs the tests, of which there must be some.
fn build_and_test(source: &Path, folder: &Path, defines: &[String]) -> String {
    run(&mut configure(source, folder, defines));
    let (text, success) = build(folder);
    assert!(success, "{text}");
    run(Command::new("ctest")
        .args(["--no-tests=error", "--output-on-failure", "--test-dir"])
        .arg(folder))
}

/// A copy of a consumer, to which nothing near the sources is within reach.
fn copy_consumer(name: &str, to: &Path) {
    let from = root().join("tests/cmake-consumer").join(name);
    fs::create_dir_all(to).expect("the temporary folder can be written");
    for file in ["CMakeLists.txt", "main.c"] {
        fs::copy(from.join(file), to.join(file)).expect("the consumer is there");
    }
}

fn pkg_config(package: &str, prefix: &Path) -> (String, bool) {
    outcome(
        Command::new("pkg-config")
            .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"))
            .args(["--cflags", "--libs", package]),
    )
}

fn by_pkg_config(name: &str, folder: &Path, prefix: &Path) -> String {
    let (flags, success) = pkg_config(&format!("anjay_access_control_{name}"), prefix);
    assert!(success, "{flags}");
    let program = folder.join("by-pkg-config");
    run(Command::new("gcc")
        .arg("-o")
        .arg(&program)
        .arg(folder.join("main.c"))
        .args(flags.split_whitespace()));
    run(&mut Command::new(program))
}

/// Neither the compiler of a language that nobody asked for, nor tests.
#[test]
fn a_plain_build_is_the_library_alone() {
    // What a former run was told is not a default.
    let build = empty_folder("plain");
    let no_cpp = ["CMAKE_CXX_COMPILER=/there/is/none".to_owned()];
    run(&mut configure(&root(), &build, &no_cpp));
    let targets = run(Command::new("cmake")
        .arg("--build")
        .arg(&build)
        .args(["--target", "help"]));
    assert!(targets.contains("aac_cargo_engine"), "{targets}");
    for other in ["c_seven", "tutorial", "ocf-device"] {
        assert!(!targets.contains(other), "{other} is built:\n{targets}");
    }
}

#[test]
fn installed_and_used_by_other_projects() {
    let scratch = scratch();
    let defines = [
        // As said on the command line, lib it is, wherever the distribution has it.
        "CMAKE_INSTALL_LIBDIR=lib".to_owned(),
        "CMAKE_BUILD_TYPE=Release".to_owned(),
        "AAC_BUILD_TESTS=ON".to_owned(),
        "AAC_BUILD_EXAMPLES=ON".to_owned(),
    ];
    let build = folder("installed");
    let tests = build_and_test(&root(), &build, &defines);
    assert!(tests.contains("100% tests passed"), "{tests}");

    packages_hold_the_library(&build);
    let staged = scratch.join("staged");
    run(Command::new("cmake")
        .arg("--install")
        .arg(&build)
        .arg("--prefix")
        .arg(&staged));
    for file in [
        "share/doc/anjay_access_control/LICENSE-MIT",
        "share/doc/anjay_access_control/LICENSE-APACHE",
        "share/doc/anjay_access_control/README.md",
        "share/doc/anjay_access_control/docs/anjay.md",
        "share/anjay_access_control/ports/anjay/module.c",
    ] {
        assert!(staged.join(file).is_file(), "{file} is not installed");
    }
    // Nothing in it may say where it was.
    let prefix = scratch.join("moved here");
    fs::rename(&staged, &prefix).expect("a folder can be renamed");
    let found = [format!("CMAKE_PREFIX_PATH={}", prefix.display())];

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
        build_and_test(&consumer, &build, &found);
        assert_eq!(
            run(&mut Command::new(build.join("app"))),
            "decided as expected\n"
        );
    }
    the_drop_in_asks_for_an_anjay(&scratch.join("drop-in"), &found);
    other_machines_are_refused(&scratch.join("engine"), &prefix, &found);

    // pkg-config separates words by spaces.
    let plain = scratch.join("moved");
    fs::rename(&prefix, &plain).expect("a folder can be renamed");
    for name in ["engine", "sandbox", "ocf"] {
        let text = by_pkg_config(name, &scratch.join(name), &plain);
        assert_eq!(text, "decided as expected\n");
    }
    let (text, success) = pkg_config("anjay_access_control", &plain);
    let reason = "installed-without-an-Anjay:see-docs/anjay.md";
    assert!(!success && text.contains(reason), "{text}");
    fs::remove_dir_all(&scratch).expect("it is ours");
}

/// What `cpack` makes of a build: a tarball, and a package for Debian.
fn packages_hold_the_library(build: &Path) {
    let packages = empty_folder("packages");
    run(Command::new("cpack")
        .current_dir(&packages)
        .arg("--config")
        .arg(build.join("CPackConfig.cmake")));
    let mut kinds = BTreeSet::new();
    for entry in fs::read_dir(&packages).expect("it is there") {
        let file = entry.expect("it can be read").path();
        let kind = file
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let listed = match kind.as_str() {
            "deb" => run(Command::new("dpkg-deb").arg("--contents").arg(&file)),
            "gz" => run(Command::new("tar").arg("-tf").arg(&file)),
            _ => continue,
        };
        for name in [
            "lib/liblwm2m_access_control.a",
            "lib/cmake/anjay_access_control/anjay_access_control-config.cmake",
            "share/doc/anjay_access_control/LICENSE-MIT",
        ] {
            assert!(
                listed.contains(name),
                "{name} is not in {}:\n{listed}",
                file.display()
            );
        }
        kinds.insert(kind);
    }
    assert_eq!(kinds, BTreeSet::from(["deb".to_owned(), "gz".to_owned()]));
}

/// The product's own name is the drop-in, which is nothing without an Anjay.
fn the_drop_in_asks_for_an_anjay(consumer: &Path, found: &[String]) {
    copy_consumer("sandbox", consumer);
    let lists = consumer.join("CMakeLists.txt");
    let text = fs::read_to_string(&lists).expect("just copied");
    let other = text.replace("::sandbox", "::anjay_access_control");
    assert_ne!(text, other);
    write(&lists, &other);
    let folder = consumer.join("build");
    run(&mut configure(consumer, &folder, found));
    let (text, success) = build(&folder);
    assert!(!success, "{text}");
    for word in [
        "ANJAY_SOURCE_DIR",
        "ANJAY_BUILD_DIR",
        "add_subdirectory",
        "in that order",
        "::sandbox",
    ] {
        assert!(text.contains(word), "{word} is not named:\n{text}");
    }
}

/// What is installed for other machines only is not taken for this one's.
fn other_machines_are_refused(consumer: &Path, prefix: &Path, found: &[String]) {
    let targets = prefix.join("lib/cmake/anjay_access_control/targets");
    let here: Vec<_> = fs::read_dir(&targets)
        .expect("it was installed")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    let [here] = &here[..] else {
        panic!("one machine was installed for: {here:?}");
    };
    let other = targets.join("thumbv7m-none-eabi.cmake");
    fs::rename(here, &other).expect("it is ours");
    let build = consumer.join("other");
    let (text, success) = outcome(&mut configure(consumer, &build, found));
    let reason = "It is for thumbv7m-none-eabi; this compiler builds for";
    // CMake breaks lines.
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(!success && words.join(" ").contains(reason), "{text}");
    // Of two, the right one.
    fs::copy(&other, here).expect("it is ours");
    write(&other, "message(FATAL_ERROR \"the wrong one\")\n");
    run(&mut configure(consumer, &build, found));
    fs::remove_file(&other).expect("it is ours");
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
    let project = folder("both");
    copy_consumer("both", &project);
    for name in ["engine", "ocf"] {
        let from = root().join(format!("tests/cmake-consumer/{name}/main.c"));
        fs::copy(from, project.join(format!("{name}.c"))).expect("the consumer is there");
    }
    put_inside(&project);
    let folder = project.join("build");
    run(&mut configure(
        &project,
        &folder,
        &["AAC_OCF=OFF".to_owned()],
    ));
    let (text, success) = build(&folder);
    let missing = "undefined reference to `ocf_acl_new'";
    assert!(!success && text.contains(missing), "{text}");

    build_and_test(&project, &folder, &["AAC_OCF=ON".to_owned()]);
    assert_eq!(
        run(&mut Command::new(folder.join("app"))),
        "decided as expected\ndecided as expected\n"
    );

    let archive = folder.join("library/lib/liblwm2m_access_control.a");
    let listed = |path: &str| fs::read_to_string(root().join(path)).expect("it is there");
    let list = listed("packaging/symbols.txt");
    let header = listed("include/ocf_acl.h");
    let is_of_anjay = |name: &&str| {
        let prefixes = ["anjay_", "avs_", "aac_client_"];
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut defines: BTreeSet<&str> = after("defines ", &list).collect();
    defines.retain(|name| !is_of_anjay(name));
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
    needs.retain(|name| !is_of_anjay(name));
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
    let project = empty_folder("subdirectory");
    copy_consumer("engine", &project);
    put_inside(&project);
    let tests = build_and_test(&project, &project.join("build"), &[]);
    // The consumer's own; those of the library are not forced on it.
    assert!(tests.contains("out of 1"), "{tests}");
}

/// The check of the link may stand in another directory than the program; a wrong
/// program fails the build, whichever it is.
#[test]
fn links_are_checked_from_any_directory() {
    let project = empty_folder("check-link");
    for (name, target, reason) in [
        (
            "here",
            "here",
            "The access-control engine is not in the program",
        ),
        (
            "below",
            "below",
            "The access-control engine is not in the program",
        ),
        ("library", "archive", "archive is not linked here"),
        ("nothing", "nothing", "there is no target nothing yet"),
    ] {
        let folder = project.join(name);
        write(&folder.join("main.c"), "int main(void) { return 0; }\n");
        write(
            &folder.join("sub/CMakeLists.txt"),
            "add_executable(below ../main.c)\nadd_library(archive STATIC ../main.c)\n",
        );
        let lists = format!(
            "cmake_minimum_required(VERSION 3.21)\nproject(check LANGUAGES C)\n\
             add_subdirectory({} library)\nadd_subdirectory(sub)\n\
             add_executable(here main.c)\nanjay_access_control_check_link({target})\n",
            root().display()
        );
        write(&folder.join("CMakeLists.txt"), &lists);
        // As an Anjay would have it; nothing of the library is built.
        let variant = ["_aac_variant=module".to_owned()];
        let made = folder.join("build");
        let (mut text, success) = outcome(&mut configure(&folder, &made, &variant));
        if success {
            let built;
            (text, built) = build(&made);
            assert!(!built, "{name}: {text}");
        }
        // CMake breaks lines.
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(reason), "{name}: {text}");
    }
}

/// What is wrong with the Rust toolchain, or with what the user set, is said before
/// anything is built.
#[test]
fn what_cannot_work_is_refused() {
    let folder = empty_folder("refused");
    let old = folder.join("old");
    for name in ["cargo", "rustc"] {
        script(&old.join(name), "echo rustc 1.60.0\n");
    }
    let cargo = |folder: &Path| format!("AAC_CARGO={}", folder.join("cargo").display());
    // A cargo that has no sources of the standard library, as rustup's.
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]));
    let rustups = Path::new(sysroot.trim()).join("bin");
    let cases: [(&str, &[String], &str); 6] = [
        ("old", &[cargo(&old)], "is 1.60.0, but 1."),
        ("none", &[cargo(&folder.join("none"))], "not there"),
        (
            "target",
            &[
                cargo(&rustups),
                "AAC_RUST_TARGET=riscv32i-unknown-none-elf".to_owned(),
            ],
            "rustup target add riscv32i",
        ),
        (
            "invented",
            &["AAC_RUST_TARGET=thumbv9-none-eabi".to_owned()],
            "knows no target thumbv9-none-eabi, but thumbv",
        ),
        (
            "profile",
            &["AAC_PROFILE=debug".to_owned()],
            "AAC_PROFILE is 'debug', but may be: dev",
        ),
        (
            "variant",
            &["ANJAY_ACCESS_CONTROL_VARIANT=all".to_owned()],
            "is 'all', but may be: auto, core or module",
        ),
    ];
    for (name, defines, message) in cases {
        let (text, success) = outcome(&mut configure(&root(), &folder.join(name), defines));
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(
            !success && words.join(" ").contains(message),
            "{name}:\n{text}"
        );
    }
}

/// A toolchain with the sources of the standard library alone has no `std` for the
/// sandbox, which then says so; the rest is offered.
#[test]
fn the_sandbox_needs_std() {
    let folder = empty_folder("no-std");
    let bin = folder.join("usr/bin");
    script(&bin.join("cargo"), "exit 0\n");
    let rustc = format!(
        "case \"$*\" in\n*--version*) echo rustc 1.99.0 ;;\n\
         *target-list*) echo x86_64-unknown-linux-gnu; echo aarch64-unknown-linux-gnu ;;\n\
         *sysroot*) echo {} ;;\n*) echo /nowhere ;;\nesac\n",
        folder.join("usr").display()
    );
    script(&bin.join("rustc"), &rustc);
    let sources = folder.join("usr/lib/rustlib/src/rust/library/core");
    fs::create_dir_all(sources).expect("it is ours");
    let defines = [
        format!("AAC_CARGO={}", bin.join("cargo").display()),
        "AAC_RUST_TARGET=aarch64-unknown-linux-gnu".to_owned(),
    ];
    let text = run(&mut configure(&root(), &folder.join("build"), &defines));
    assert!(
        text.contains("sandbox is not available: it needs Rust's std for aarch64"),
        "{text}"
    );
    assert!(text.contains("standard library from source"), "{text}");
}

/// Which steps of LLVM are left out is up to what the compiler knows: an older one
/// would stop at an option that it has never heard of.
#[test]
fn an_older_llvm_is_asked_for_what_it_knows() {
    let folder = empty_folder("older-llvm");
    let bin = folder.join("usr/bin");
    script(&bin.join("cargo"), "exit 0\n");
    let rustc = format!(
        "case \"$*\" in\n*--version*) echo rustc 1.85.1 ;;\n\
         *target-list*) echo thumbv7em-none-eabi ;;\n\
         *opt-disable*) exit 1 ;;\n\
         *sysroot*) echo {} ;;\n*) echo /nowhere ;;\nesac\n",
        folder.join("usr").display()
    );
    script(&bin.join("rustc"), &rustc);
    let sources = folder.join("usr/lib/rustlib/src/rust/library/core");
    fs::create_dir_all(sources).expect("it is ours");
    let build = folder.join("build");
    let defines = [
        format!("AAC_CARGO={}", bin.join("cargo").display()),
        "AAC_RUST_TARGET=thumbv7em-none-eabi".to_owned(),
    ];
    run(&mut configure(&root(), &build, &defines));
    let made = build.join("CMakeFiles/aac_cargo_engine.dir/build.make");
    let made = fs::read_to_string(made).expect("a makefile");
    assert!(
        made.contains("-Cllvm-args=-disable-tail-duplicate"),
        "{made}"
    );
    assert!(!made.contains("opt-disable"), "{made}");
}

/// The predefined macros of compilers, and the machine that they are for; or words
/// of the reason why not.
const COMPILERS: [(&str, &str, &str); 25] = [
    (
        "Cortex-M0+",
        "__arm__ __ARM_ARCH=6 __ARM_ARCH_6M__",
        "thumbv6m-none-eabi",
    ),
    (
        "Cortex-M3",
        "__arm__ __ARM_ARCH=7 __ARM_ARCH_7M__",
        "thumbv7m-none-eabi",
    ),
    (
        "Cortex-M4",
        "__arm__ __ARM_ARCH=7 __ARM_ARCH_7EM__",
        "thumbv7em-none-eabi",
    ),
    (
        "Cortex-M4 or M7, hard float",
        "__arm__ __ARM_ARCH=7 __ARM_ARCH_7EM__ __ARM_PCS_VFP",
        "thumbv7em-none-eabihf",
    ),
    (
        "Cortex-M23",
        "__arm__ __ARM_ARCH=8 __ARM_ARCH_8M_BASE__",
        "thumbv8m.base-none-eabi",
    ),
    (
        "Cortex-M33",
        "__arm__ __ARM_ARCH=8 __ARM_ARCH_8M_MAIN__",
        "thumbv8m.main-none-eabi",
    ),
    (
        "Cortex-M55, hard float",
        "__arm__ __ARM_ARCH=8 __ARM_ARCH_8_1M_MAIN__ __ARM_PCS_VFP",
        "thumbv8m.main-none-eabihf",
    ),
    (
        "Cortex-R5",
        "__arm__ __ARM_ARCH=7 __ARM_ARCH_7R__",
        "armv7r-none-eabi",
    ),
    (
        "big-endian M3",
        "__arm__ __ARMEB__ __ARM_ARCH=7 __ARM_ARCH_7M__",
        "big-endian",
    ),
    (
        "gcc without -mcpu",
        "__arm__ __ARM_ARCH=4 __ARM_ARCH_4T__",
        "is told no processor",
    ),
    (
        "ESP32-C3",
        "__riscv __riscv_xlen=32 __riscv_mul __riscv_compressed __riscv_float_abi_soft",
        "riscv32imc-unknown-none-elf",
    ),
    (
        "rv32imac",
        "__riscv __riscv_xlen=32 __riscv_mul __riscv_atomic __riscv_compressed \
         __riscv_float_abi_soft",
        "riscv32imac-unknown-none-elf",
    ),
    (
        "rv32imafc with its float ABI",
        "__riscv __riscv_xlen=32 __riscv_mul __riscv_atomic __riscv_compressed __riscv_flen=32 \
         __riscv_float_abi_single",
        "riscv32imafc-unknown-none-elf",
    ),
    (
        "rv32imafc, soft",
        "__riscv __riscv_xlen=32 __riscv_mul __riscv_atomic __riscv_compressed __riscv_flen=32 \
         __riscv_float_abi_soft",
        "riscv32imac-unknown-none-elf",
    ),
    (
        "rv32gc",
        "__riscv __riscv_xlen=32 __riscv_mul __riscv_atomic __riscv_compressed __riscv_flen=64 \
         __riscv_float_abi_double",
        "-mabi=ilp32 (riscv32imac-unknown-none-elf",
    ),
    (
        "rv64gc",
        "__riscv __riscv_xlen=64 __riscv_mul __riscv_atomic __riscv_compressed __riscv_flen=64 \
         __riscv_float_abi_double",
        "riscv64gc-unknown-none-elf",
    ),
    (
        "x86_64",
        "__linux__ __x86_64__ libc=__GLIBC__",
        "x86_64-unknown-linux-gnu",
    ),
    (
        "musl-gcc",
        "__linux__ __x86_64__ libc=",
        "x86_64-unknown-linux-musl",
    ),
    (
        "arm-linux-gnueabihf",
        "__linux__ __arm__ __ARM_ARCH=7 __ARM_ARCH_7A__ __ARM_PCS_VFP libc=__GLIBC__",
        "armv7-unknown-linux-gnueabihf",
    ),
    (
        "a Raspberry Pi 1",
        "__linux__ __arm__ __ARM_ARCH=6 __ARM_PCS_VFP libc=__GLIBC__",
        "arm-unknown-linux-gnueabihf",
    ),
    (
        "aarch64",
        "__linux__ __aarch64__ libc=__GLIBC__",
        "aarch64-unknown-linux-gnu",
    ),
    (
        "uClibc",
        "__linux__ __arm__ __ARM_ARCH=7 libc=__UCLIBC__",
        "armv7-unknown-linux-uclibceabi",
    ),
    (
        "MIPS",
        "__linux__ __mips__ libc=__GLIBC__",
        "none of x86, aarch64",
    ),
    ("ESP32", "__XTENSA__", "xtensa-esp32-none-elf"),
    ("IAR", "", "does not tell its predefined macros"),
];

/// Whatever the system is called: Zephyr and its like are as good as Generic.
#[test]
fn the_compiler_says_what_it_builds_for() {
    let project = empty_folder("compilers");
    let lists = format!(
        "cmake_minimum_required(VERSION 3.21)\nproject(ask NONE)\n\
         include({}/cmake/RustTarget.cmake)\naac_rust_target(triple why)\n\
         message(STATUS \"ANSWER ${{triple}}: ${{why}}\")\n",
        root().display()
    );
    write(&project.join("CMakeLists.txt"), &lists);
    for (index, (name, macros, expected)) in COMPILERS.into_iter().enumerate() {
        let compiler = project.join(format!("cc-{index}"));
        let mut answer = String::new();
        for word in macros.split_whitespace() {
            let line = match word.split_once('=') {
                Some(("libc", "")) => continue,
                Some(("libc", libc)) => {
                    format!("grep -q features.h \"$file\" && echo '#define {libc} 2'")
                }
                Some((name, value)) => format!("echo '#define {name} {value}'"),
                None => format!("echo '#define {word} 1'"),
            };
            answer += &line;
            answer += "\n";
        }
        // Its last argument is the file.
        let answer = match macros {
            "" => "exit 1\n".to_owned(),
            _ => format!("for file; do :; done\n{answer}exit 0\n"),
        };
        script(&compiler, &answer);
        let build = project.join(format!("b{index}"));
        let said = run(Command::new("cmake")
            .arg("-S")
            .arg(&project)
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_C_COMPILER={}", compiler.display()))
            .arg("-DCMAKE_SYSTEM_NAME=Zephyr"));
        let answer = said
            .lines()
            .find_map(|line| line.split_once("ANSWER "))
            .map_or("", |(_, answer)| answer);
        let (triple, why) = answer.split_once(": ").unwrap_or((answer, ""));
        let triple = triple.trim_end_matches(':');
        let as_expected = match expected.contains("-none-") || expected.contains("-unknown-") {
            true if !expected.contains(' ') && name != "ESP32" => triple == expected,
            _ => triple.is_empty() && why.contains(expected),
        };
        assert!(as_expected, "{name}: {answer}");
    }
}

/// Flags that are no part of `CMAKE_C_FLAGS` count as well.
#[test]
fn options_of_the_folder_are_asked_about() {
    let project = empty_folder("options");
    let lists = format!(
        "cmake_minimum_required(VERSION 3.21)\nproject(ask NONE)\n\
         add_compile_options(-mcpu=cortex-m4 $<$<COMPILE_LANGUAGE:C>:-mfloat-abi=hard>)\n\
         include({}/cmake/RustTarget.cmake)\naac_rust_target(triple why)\n\
         message(STATUS \"ANSWER ${{triple}}\")\n",
        root().display()
    );
    write(&project.join("CMakeLists.txt"), &lists);
    let compiler = project.join("cc");
    script(
        &compiler,
        "echo '#define __arm__ 1'\n\
         case \"$*\" in *-mcpu=cortex-m4*) echo '#define __ARM_ARCH_7EM__ 1' ;; esac\n\
         case \"$*\" in *-mfloat-abi=hard*) echo '#define __ARM_PCS_VFP 1' ;; esac\n",
    );
    let said = run(Command::new("cmake")
        .arg("-S")
        .arg(&project)
        .arg("-B")
        .arg(project.join("build"))
        .arg(format!("-DCMAKE_C_COMPILER={}", compiler.display())));
    assert!(said.contains("ANSWER thumbv7em-none-eabihf"), "{said}");
}
