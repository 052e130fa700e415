//! What the commands do to files, and to whoever reads from them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn lwm2m_acl(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lwm2m-acl"));
    command.current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    lwm2m_acl(folder)
        .args(arguments)
        .output()
        .expect("it starts")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("readable").file_name();
        name.into_string().expect("text")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

const POLICY: &str = "[servers]\na = 1\n[\"/3/0\"]\nrights = { a = \"R\" }\n";
/// `POLICY`, written by hand from the description of the format.
const STATE: &[u8] = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\xff\xff\x01\0\0\0\x01\0\x01\0\x01";

#[test]
fn mistakes_leave_everything_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("policy.toml"), POLICY).expect("writable");
    let compile = ["compile", "policy.toml", "-o", "acl.bin"];
    assert_eq!(run(folder, &compile).status.code(), Some(0));
    assert_eq!(fs::read(folder.join("acl.bin")).expect("there"), STATE);

    fs::write(folder.join("policy.toml"), POLICY.replace("\"R\"", "\"X\"")).expect("writable");
    assert_eq!(run(folder, &compile).status.code(), Some(3));
    assert_eq!(fs::read(folder.join("acl.bin")).expect("there"), STATE);
    assert_eq!(names_in(folder), ["acl.bin", "policy.toml"]);
}

/// An output that cannot take the place of what is there leaves nothing behind.
#[test]
fn an_output_that_is_a_folder_stays_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("acl.bin"), STATE).expect("writable");
    fs::create_dir(folder.join("out")).expect("writable");
    let output = run(folder, &["decompile", "acl.bin", "-o", "out"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(names_in(folder), ["acl.bin", "out"]);
}

#[cfg(unix)]
#[test]
fn new_files_are_readable_as_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("ordinary"), POLICY).expect("writable");
    let compile = ["compile", "ordinary", "-o", "acl.bin"];
    assert_eq!(run(folder, &compile).status.code(), Some(0));
    let mode = |name| {
        let metadata = fs::metadata(folder.join(name)).expect("there");
        metadata.permissions().mode()
    };
    assert_eq!(mode("acl.bin"), mode("ordinary"));
}

/// Means nothing to the superuser, who may read all files.
#[cfg(unix)]
#[test]
fn no_permission_is_one_line() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("acl.bin");
    fs::write(&file, STATE).expect("writable");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("mine");
    if fs::read(&file).is_ok() {
        return;
    }
    let output = run(folder.path(), &["show", "acl.bin"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stderr, b"acl.bin: Permission denied\n");
}

#[test]
fn standard_input_and_output_are_files_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = lwm2m_acl(folder.path())
        .args(["compile", "-", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(POLICY.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, STATE);
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

/// As in `lwm2m-acl show acl.bin | head -1`.
#[test]
fn a_reader_may_stop_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("[\"/3/0-{}\"]\n", 20_000);
    fs::write(folder.path().join("policy.toml"), text).expect("writable");
    let compile = ["compile", "policy.toml", "-o", "acl.bin"];
    assert_eq!(run(folder.path(), &compile).status.code(), Some(0));
    let mut child = lwm2m_acl(folder.path())
        .args(["show", "acl.bin"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stderr, b"");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_output_that_is_full_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("acl.bin"), b"ACO\x01\0\0\0\0").expect("writable");
    let full = fs::File::options().write(true).open("/dev/full");
    let output = lwm2m_acl(folder.path())
        .args(["show", "acl.bin"])
        .stdout(full.expect("Linux has it"))
        .stderr(Stdio::piped())
        .output()
        .expect("it starts");
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(error, "standard output: No space left on device\n");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_policy_has_as_many_targets_as_there_are_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let compile = ["compile", "policy.toml", "-o", "acl.bin"];
    let most = "[\"/3/0-65534\"]\n";
    fs::write(folder.join("policy.toml"), most).expect("writable");
    assert_eq!(run(folder, &compile).status.code(), Some(0));
    fs::write(folder.join("policy.toml"), format!("{most}[\"/4/0\"]\n")).expect("writable");
    let output = run(folder, &compile);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(
        error.starts_with("policy.toml:2:2: there are more"),
        "{error}"
    );
}

#[test]
fn faults_beyond_a_hundred_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let instance = b"\0\x03\0\x05\0\0\0\0\0";
    let bytes = [b"ACO\x01\0\0\0\xc8", instance.repeat(200).as_slice()].concat();
    fs::write(folder.path().join("acl.bin"), bytes).expect("writable");
    let output = run(folder.path(), &["check", "acl.bin"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 101);
    // The first has no owner; the others repeat its ID and target besides.
    assert!(text.ends_with("acl.bin: and 498 more\n"), "{text}");
}

/// The largest input there is must not need much more memory than its size.
#[cfg(target_os = "linux")]
#[test]
fn absurd_inputs_need_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = Vec::from(b"ACO\x01\0\0\xff\xff");
    bytes.extend(b"\0\x03\0\0\0\0\0\x01\x01\0\0\xff\xff");
    fs::write(folder.path().join("short.bin"), &bytes).expect("writable");
    for input in ["short.bin", "/dev/zero"] {
        for command in ["show", "check", "decompile"] {
            let line = format!("ulimit -v 100000; exec \"$0\" {command} {input}");
            let output = Command::new("sh")
                .args(["-c", &line, env!("CARGO_BIN_EXE_lwm2m-acl")])
                .current_dir(folder.path())
                .output()
                .expect("it starts");
            let code = output.status.code();
            assert!(matches!(code, Some(1 | 3)), "{command} {input}: {output:?}");
            let said = String::from_utf8([output.stdout, output.stderr].concat());
            let said = said.expect("text");
            let why = if input == "short.bin" {
                "the data ends"
            } else {
                "larger than"
            };
            assert!(said.contains(why), "{command} {input}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
}
