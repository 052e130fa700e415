//! What a person sees who waits.

use lwm2m_acl::progress::Progress;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<u8>>>);

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn text(seen: &Seen) -> String {
    String::from_utf8(seen.0.lock().expect("not poisoned").clone()).expect("text")
}

#[test]
fn what_takes_long_is_told_and_taken_back() {
    let seen = Seen::default();
    let out = seen.clone();
    let progress = Progress::on("working", Duration::ZERO, move || out.clone());
    while text(&seen).is_empty() {
        sleep(Duration::from_millis(1));
    }
    drop(progress);
    let text = text(&seen);
    assert!(text.starts_with("\rworking … 0 s"), "{text:?}");
    assert!(text.ends_with("\r\x1b[K"), "{text:?}");
}

#[test]
fn what_is_done_soon_is_not_told() {
    let seen = Seen::default();
    let out = seen.clone();
    let long = Duration::from_secs(3600);
    drop(Progress::on("working", long, move || out.clone()));
    assert_eq!(text(&seen), "");
}

/// The tool waits for its input, longer than a person would.
#[test]
fn standard_error_that_is_no_terminal_stays_empty() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lwm2m-acl"))
        .args(["show", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    sleep(lwm2m_acl::progress::AFTER + Duration::from_millis(500));
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"ACO\x01\0\0\0\0").expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(output.stderr, b"");
}
