//! Builds without CMake: the port compiled and linked by hand, in right and in wrong
//! orders. What would be Anjay's own code in silence is an error, or found in the map.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::archive::NEUTRAL;
use testkit_c::{output, root, run, text};

/// The mock of Anjay's private interface as the newest Anjay has it.
const NEWEST: [&str; 2] = ["-DAAC_PORT_OBJECTS_BY_DM=1", "-DAAC_PORT_QUEUE_BY_PATH=1"];

/// Makes the linker fail where this library is not: a symbol that Anjay has not.
const REQUIRED: &str = "-Wl,--require-defined=anjay_access_control_provision";

fn folder() -> PathBuf {
    testkit_c::folder("by-hand")
}

fn gcc() -> Command {
    let mut gcc = Command::new("gcc");
    gcc.arg("-std=c99");
    for include in ["tests/anjay-mock/include", "tests/anjay-mock", "include"] {
        gcc.arg("-I").arg(root().join(include));
    }
    gcc
}

fn object(source: &str, flags: &[&str]) -> PathBuf {
    let source = root().join(source);
    let name = source.file_stem().expect("a file");
    let object = folder().join(name).with_extension("o");
    testkit_c::compile(gcc().args(flags).arg("-c").arg(source), &object);
    object
}

fn archive(name: &str, members: &[PathBuf]) -> PathBuf {
    let archive = folder().join(name);
    let _ = std::fs::remove_file(&archive);
    run(Command::new("ar").arg("rcs").arg(&archive).args(members));
    archive
}

/// Links and tells what was said, and whether it succeeded.
fn link(name: &str, parts: &[&Path], flags: &[&str]) -> (String, bool) {
    let program = folder().join(name);
    let output = output(
        gcc()
            .args(parts)
            .args(flags)
            .arg(format!("-Wl,-Map={}.map", program.display()))
            .arg("-o")
            .arg(&program),
    );
    (text(&output), output.status.success())
}

/// What both checks of the map say; they are to agree.
fn check(name: &str, variant: &str) -> Result<(), String> {
    let map = folder().join(format!("{name}.map"));
    let by_shell = output(
        Command::new(root().join("scripts/check-link-map"))
            .arg(&map)
            .arg(variant),
    );
    let by_cmake = output(
        Command::new("cmake")
            .arg(format!("-DMAP={}", map.display()))
            .arg(format!("-DVARIANT={variant}"))
            .arg("-P")
            .arg(root().join("cmake/CheckLink.cmake")),
    );
    let both = format!("{}{}", text(&by_shell), text(&by_cmake));
    assert_eq!(
        by_shell.status.success(),
        by_cmake.status.success(),
        "{both}"
    );
    // For the same reason, too.
    let tells = |output, reason| {
        let text = text(output);
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").contains(reason)
    };
    for reason in ["Anjay's own access control", "engine is not in the program"] {
        assert_eq!(tells(&by_shell, reason), tells(&by_cmake, reason), "{both}");
    }
    match by_shell.status.success() {
        true => Ok(()),
        false => Err(both),
    }
}

#[test]
fn the_order_of_libraries() {
    let main = object("tests/by-hand/main.c", &["-w"]);
    let port = object("ports/anjay/drop_in.c", &NEWEST);
    let anjay = archive(
        "libanjay.a",
        &[
            object("tests/anjay-mock/mock.c", &NEWEST),
            object("tests/by-hand/anjay_mod_access_control.c", &[]),
            object("tests/by-hand/anjay_access_utils.c", &[]),
        ],
    );
    let engine = NEUTRAL.profile("release").path();
    let in_archive = archive("libport.a", std::slice::from_ref(&port));

    // The object itself: whatever the order.
    for (name, libraries) in [
        ("before", [engine, &anjay, engine]),
        ("behind", [&anjay, engine, &anjay]),
    ] {
        let [first, second, third] = libraries;
        let (said, linked) = link(name, &[&main, &port, first, second, third], &[REQUIRED]);
        assert!(linked, "{name}: {said}");
        assert_eq!(check(name, "core"), Ok(()));
        run(&mut Command::new(folder().join(name)));
    }

    // Without it, Anjay's code comes in silence; the map tells, and so does the flag.
    let parts = [main.as_path(), &anjay, engine];
    let (said, linked) = link("silent", &parts, &[]);
    assert!(linked, "{said}");
    let found = check("silent", "core").expect_err("it is Anjay's");
    assert!(found.contains("Anjay's own access control"), "{found}");
    check("silent", "module").expect_err("it is Anjay's");
    let (said, linked) = link("flagged", &parts, &[REQUIRED]);
    assert!(
        !linked && said.contains("anjay_access_control_provision"),
        "{said}"
    );

    // From an archive behind Anjay's: in silence without the flag, never with it.
    let parts = [main.as_path(), &anjay, &in_archive, engine, &anjay];
    assert!(link("behind-silent", &parts, &[]).1);
    check("behind-silent", "core").expect_err("it is Anjay's");
    let (said, linked) = link("behind-flagged", &parts, &[REQUIRED]);
    assert!(
        !linked && said.contains("multiple definition of `anjay_access_control_install'"),
        "{said}"
    );
}

/// A map that is not there, or a variant that is none, is no proof.
#[test]
fn what_the_check_cannot_look_at() {
    let script = root().join("scripts/check-link-map");
    let none = output(Command::new(&script).arg(folder().join("none.map")));
    assert!(!none.status.success() && text(&none).contains("no link map"));
    let map = folder().join("empty.map");
    std::fs::write(&map, "").expect("it is ours");
    let other = output(Command::new(&script).arg(&map).arg("all"));
    assert!(!other.status.success() && text(&other).contains("core or module"));
    let empty = check("empty", "core").expect_err("nothing is in it");
    assert!(empty.contains("engine is not in the program"), "{empty}");
}

/// Nothing defined: the newest Anjay. Where that is wrong, the error says what to define.
#[test]
fn a_wrong_guess_does_not_compile() {
    let compile = |flags: &[&str]| {
        let file = root().join("ports/anjay/drop_in.c");
        let mut gcc = gcc();
        gcc.args(["-fsyntax-only", "-w"]).args(flags);
        let output = output(gcc.arg(file));
        (text(&output), output.status.success())
    };
    // The mock is an old Anjay if nothing is said.
    let (said, compiled) = compile(&[]);
    for name in [
        "define_AAC_PORT_OBJECTS_BY_DM_0",
        "define_AAC_PORT_QUEUE_BY_PATH_0",
    ] {
        assert!(!compiled && said.contains(name), "{said}");
    }
    let old = ["-DAAC_PORT_OBJECTS_BY_DM=0", "-DAAC_PORT_QUEUE_BY_PATH=0"];
    let (said, compiled) = compile(&old);
    let advice = "Define AAC_PORT_CORE=0: before 3.8.1 only the module can be replaced.";
    assert!(!compiled && said.contains(advice), "{said}");
    let (said, compiled) = compile(&[&old[..], &["-DAAC_PORT_CORE=0"]].concat());
    assert!(compiled, "{said}");
    let (said, compiled) = compile(&NEWEST);
    assert!(compiled, "{said}");
}
