//! `cargo bench --package lwm2m-acl`: how long the commands take for the
//! largest state there can be, 65,535 instances, as a person sees it: from
//! starting the program to its end.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 5;

/// All instances differ, so that no answer can draw them together.
fn policy(old: bool) -> String {
    let mut text = String::from("[servers]\nmanagement = 1\ntelemetry = 2\ninstaller = 3\n");
    let rights = ["R", "RW", "RWE", "RWED", "-"];
    for iid in 0..65_535 {
        let place = iid % rights.len();
        let other = (iid / 7 + usize::from(old)) % rights.len();
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "[\"/{}/{iid}\"]\nowner = \"management\"\n\
             rights = {{ management = \"{}\", telemetry = \"{}\", default = \"R\" }}\n",
            3 + iid % 11,
            rights[place],
            rights[other],
        );
    }
    text
}

fn run(folder: &Path, line: &str) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_lwm2m-acl"))
        .args(line.split(' '))
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .expect("it starts");
    // 1 is an answer too.
    assert!(matches!(status.code(), Some(0 | 1)), "{line}: {status}");
    start.elapsed()
}

fn main() {
    // Not when all targets are merely being tested.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("old.toml"), policy(true)).expect("writable");
    fs::write(folder.join("new.toml"), policy(false)).expect("writable");
    println!("65535 instances, three servers; the fastest and the slowest of {RUNS} runs");
    for line in [
        "compile old.toml -o old.bin",
        "compile new.toml -o new.bin",
        "show new.bin",
        "show new.bin --json",
        "show new.bin --svg",
        "check new.bin",
        "diff old.bin new.bin",
        "explain new.bin --server 2 read /3/0",
        "decompile new.bin",
    ] {
        let mut runs = [0; RUNS].map(|_| run(folder, line).as_secs_f64());
        runs.sort_by(f64::total_cmp);
        let [fastest, .., slowest] = runs;
        println!("{fastest:6.2} s {slowest:6.2} s  lwm2m-acl {line}");
    }
}
