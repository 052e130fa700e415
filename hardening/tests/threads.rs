//! The locking contract of the C surface: with the client's lock held, as the
//! headers ask for, threads do not race, by helgrind and by ThreadSanitizer. The
//! same program without the lock shows that both look.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn output(command: &mut Command) -> Output {
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn run(command: &mut Command) {
    let output = output(command);
    let text = text(&output);
    assert!(output.status.success(), "{command:?}\n{text}");
}

fn archive(name: &str, environment: &[(&str, &str)]) -> PathBuf {
    let target = "x86_64-unknown-linux-gnu";
    let folder = scratch(name);
    run(Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["build", "--quiet", "--locked", "--target", target])
        .args(["--package", "anjay-access-control-packaging"])
        .args(["--features", "freestanding"])
        .arg("--target-dir")
        .arg(&folder)
        .envs(environment.iter().copied()));
    folder.join(target).join("debug/libanjay_access_control.a")
}

/// With and without the lock.
fn programs(archive: &Path, name: &str, flags: &[&str]) -> [PathBuf; 2] {
    let folders = ["include", "c-examples/firmware/include", "tests/c"];
    let gcc = |more: &[&str], sources: &[PathBuf], to: &Path| {
        let mut gcc = Command::new("gcc");
        gcc.args(["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror"]);
        gcc.args(flags).args(more).args(sources);
        for folder in folders {
            gcc.arg("-I").arg(root().join(folder));
        }
        run(gcc.arg("-o").arg(to));
    };
    let here = root().join("hardening/tests/threads");
    let host = scratch(&format!("{name}-host.o"));
    let rename = ["-c", "-Daac_client_call=call_unlocked"];
    gcc(&rename, &[root().join("tests/c/host.c")], &host);
    [&["-pthread"][..], &["-pthread", "-DNO_LOCK"]].map(|more| {
        let program = scratch(&format!("{name}-{}", more.len()));
        let mut sources = vec![here.join("threads.c"), host.clone(), archive.to_owned()];
        if !flags.is_empty() {
            sources.insert(1, here.join("shim.c"));
        }
        gcc(more, &sources, &program);
        program
    })
}

const FOUND: i32 = 66;

fn check(watched: impl Fn(&Path) -> Command, [locked, unlocked]: [PathBuf; 2]) {
    let clean = output(&mut watched(&locked));
    assert!(clean.status.success(), "{}", text(&clean));
    let racy = output(&mut watched(&unlocked));
    assert_eq!(racy.status.code(), Some(FOUND), "{}", text(&racy));
    assert!(text(&racy).contains("data race"), "{}", text(&racy));
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn helgrind_sees_no_race() {
    let archive = archive("threads", &[]);
    let watched = |program: &Path| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--tool=helgrind", "--fair-sched=yes"]);
        valgrind.arg(format!("--error-exitcode={FOUND}"));
        // Without the lock anything may happen; it ends at the first race.
        valgrind.args(["--exit-on-first-error=yes"]).arg(program);
        valgrind
    };
    check(watched, programs(&archive, "helgrind", &[]));
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn thread_sanitizer_sees_no_race() {
    let environment = [
        ("RUSTC_BOOTSTRAP", "1"),
        (
            "RUSTFLAGS",
            "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
        ),
    ];
    let archive = archive("threads-tsan", &environment);
    let watched = |program: &Path| {
        // The sanitizer wants addresses that are not shuffled.
        let mut command = Command::new("setarch");
        command.arg("--addr-no-randomize").arg(program);
        let options = format!("halt_on_error=1 exitcode={FOUND}");
        command.env("TSAN_OPTIONS", options);
        command
    };
    check(watched, programs(&archive, "tsan", &["-fsanitize=thread"]));
}
