//! `cargo xtask replay` as a program: what it prints, and its exit codes.

use std::path::{Path, PathBuf};
use std::process::Command;

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/anjay-3.14.0-traces.txt")
}

/// Exit code and everything printed.
fn replay(files: &[&Path]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("replay")
        .args(files)
        .output()
        .expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn write(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).expect("writable");
    file
}

#[test]
fn all_recorded_answers_are_compared_and_are_ours() {
    let (code, text) = replay(&[&recorded()]);
    assert!(
        text.ends_with(": 13928 answers compared, 0 differ\n"),
        "{text}"
    );
    assert_eq!(code, Some(0));
}

#[test]
fn a_manipulated_trace_is_reported_with_its_first_difference() {
    let text = std::fs::read_to_string(recorded()).expect("it is there");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The first answer of `modified`, the wrong way round.
    let place = lines.iter().position(|line| line == "modified -> 0");
    let place = place.expect("the recording has one");
    lines[place] = "modified -> 1".into();
    let file = write("manipulated.txt", &(lines.join("\n") + "\n"));
    let (code, text) = replay(&[&file]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("13928 answers compared, 1 differ"), "{text}");
    let first = format!(
        "first at line {}:\n    expected 1\n    got      0",
        place + 1
    );
    assert!(text.contains(&first), "{text}");
}

#[test]
fn files_that_cannot_be_replayed_are_named_with_their_line() {
    let file = write(
        "malformed.txt",
        "trace 1\naccount 1\nset_acl 1 2\nend_trace\n",
    );
    let (code, text) = replay(&[&recorded(), &file]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains(&format!("{}:3: ", file.display())), "{text}");
    assert!(
        text.contains("13928 answers compared"),
        "the other file counts too"
    );
    let (code, text) = replay(&[Path::new("no-such-file")]);
    assert_eq!(code, Some(2));
    assert!(text.contains("no-such-file: "), "{text}");
    assert_eq!(replay(&[]).0, Some(2));
}
