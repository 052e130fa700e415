//! `cargo bench --package lwm2m-acl`: how long the commands take for the
//! largest state there can be, 65,535 instances, and for the worst shapes of
//! 262 kB, as a person sees it: from starting the program to its end.

use access_control::Entry;
use lwm2m_acl::format;
use lwm2m_acl::instance::Instance;
use lwm2m_acl::words::Target;
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

/// As many servers as there can be, all in one ACL.
fn one_acl() -> Vec<Instance> {
    let entry = |ssid: u16| Entry {
        ssid,
        mask: ssid % 16,
    };
    vec![instance(0, 1, (1..u16::MAX).map(entry).collect())]
}

/// 262 kB in which each instance has a server of its own.
fn all_different() -> Vec<Instance> {
    let one = |iid: u16| {
        let entry = Entry {
            ssid: iid + 1,
            mask: 1 + iid % 15,
        };
        instance(iid, iid + 1, vec![entry])
    };
    (0..15_400).map(one).collect()
}

/// As many instances as there can be, each with a server of its own.
fn most_instances() -> Vec<Instance> {
    let one = |iid: u16| instance(iid, 1 + iid % 65_534, Vec::new());
    (0..u16::MAX).map(one).collect()
}

fn instance(iid: u16, owner: u16, entries: Vec<Entry>) -> Instance {
    let target = Target {
        oid: 3 + iid % 7,
        iid,
    };
    Instance {
        iid,
        target,
        owner,
        acl: Some(entries),
    }
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
    measure(
        folder,
        &[
            "compile old.toml -o old.bin",
            "compile new.toml -o new.bin",
            "show new.bin",
            "show new.bin --format json",
            "show new.bin --format svg",
            "check new.bin",
            "diff old.bin new.bin",
            "explain new.bin --server 2 read /3/0",
            "decompile new.bin",
            "report new.bin --before old.bin -o report.html",
        ],
    );
    for (what, instances) in [
        ("one ACL with 65534 entries", one_acl()),
        (
            "15400 instances, each with a server of its own",
            all_different(),
        ),
        (
            "65535 instances, each with a server of its own",
            most_instances(),
        ),
    ] {
        let bytes = format::write(&instances);
        println!("{what}: {} bytes", bytes.len());
        fs::write(folder.join("worst.bin"), bytes).expect("writable");
        measure(
            folder,
            &[
                "decompile worst.bin -o worst.toml",
                "compile worst.toml -o again.bin",
                "show worst.bin",
                "check worst.bin",
                "diff worst.bin again.bin",
            ],
        );
    }
}

fn measure(folder: &Path, lines: &[&str]) {
    for line in lines {
        let mut runs = [0; RUNS].map(|_| run(folder, line).as_secs_f64());
        runs.sort_by(f64::total_cmp);
        let [fastest, .., slowest] = runs;
        println!("{fastest:6.2} s {slowest:6.2} s  lwm2m-acl {line}");
    }
}
