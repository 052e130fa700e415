//! The locking contract of the C surface: with the client's lock held, as the
//! headers ask for, threads do not race, by helgrind and by ThreadSanitizer. The
//! same program without the lock shows that both look.

use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::archive::ENGINE;
use testkit_c::{compile, folder, output, root, text};

/// With and without the lock.
fn programs(archive: &Path, name: &str, flags: &[&str]) -> [PathBuf; 2] {
    let folders = ["include", "c-examples/firmware/include", "tests/c"];
    let gcc = |more: &[&str], sources: &[PathBuf], to: &Path| {
        let mut gcc = Command::new("gcc");
        gcc.args(["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror"]);
        gcc.args(flags).args(more).args(sources);
        for include in folders {
            gcc.arg("-I").arg(root().join(include));
        }
        compile(&mut gcc, to);
    };
    let here = root().join("hardening/tests/threads");
    let host = folder("threads").join(format!("{name}-host.o"));
    let rename = ["-c", "-Daac_client_call=call_unlocked"];
    gcc(&rename, &[root().join("tests/c/host.c")], &host);
    [&["-pthread"][..], &["-pthread", "-DNO_LOCK"]].map(|more| {
        let program = folder("threads").join(format!("{name}-{}", more.len()));
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
    let archive = ENGINE.path();
    let watched = |program: &Path| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--tool=helgrind", "--fair-sched=yes"]);
        valgrind.arg(format!("--error-exitcode={FOUND}"));
        // Without the lock anything may happen; it ends at the first race.
        valgrind.args(["--exit-on-first-error=yes"]).arg(program);
        valgrind
    };
    check(watched, programs(archive, "helgrind", &[]));
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn thread_sanitizer_sees_no_race() {
    let archive = ENGINE.thread_sanitized().path();
    let watched = |program: &Path| {
        // The sanitizer wants addresses that are not shuffled.
        let mut command = Command::new("setarch");
        command.arg("--addr-no-randomize").arg(program);
        let options = format!("halt_on_error=1 exitcode={FOUND}");
        command.env("TSAN_OPTIONS", options);
        command
    };
    check(watched, programs(archive, "tsan", &["-fsanitize=thread"]));
}
