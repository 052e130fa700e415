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

#[cfg(unix)]
mod outputs {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("policy.toml"), POLICY).expect("writable");
        folder
    }

    fn sh(folder: &Path, line: &str) -> Output {
        let mut shell = Command::new("sh");
        let tool = env!("CARGO_BIN_EXE_lwm2m-acl");
        let line = format!("tool() {{ timeout 20 {tool} \"$@\"; }}; {line}");
        shell.args(["-c", &line]).current_dir(folder);
        shell.output().expect("it starts")
    }

    /// What is no regular file is written into. It need not be the superuser who
    /// loses a device node by it: a FIFO does.
    #[test]
    fn what_is_no_regular_file_is_written_into() {
        let folder = folder();
        let folder = folder.path();
        let output = sh(
            folder,
            "mkfifo fifo; timeout 20 cat fifo > got 2> said & tool compile policy.toml -o fifo && \
             wait && rm said && test -p fifo",
        );
        assert!(output.status.success(), "{output:?}");
        assert_eq!(fs::read(folder.join("got")).expect("there"), STATE);
        assert_eq!(names_in(folder), ["fifo", "got", "policy.toml"]);
        // As far as the test may: a node of its own is for the superuser.
        let output = sh(folder, "tool compile policy.toml -o /dev/full");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(said, "/dev/full: No space left on device\n");
        assert!(!fs::metadata("/dev/full").expect("there").is_file());
    }

    /// `/dev/stdout` by links of the test's own, so that no fault costs the
    /// machine its.
    #[test]
    fn standard_output_by_its_path_is_standard_output() {
        let folder = folder();
        let folder = folder.path();
        symlink("/proc/self/fd/1", folder.join("out")).expect("writable");
        let output = sh(folder, "tool compile policy.toml -o out | cat");
        assert_eq!(output.stdout, STATE);
        // What was written before stays, as does what follows.
        let line = "{ printf before; tool compile policy.toml -o out; printf after; } > all";
        assert!(sh(folder, line).status.success());
        let all = [b"before", STATE, b"after"].concat();
        assert_eq!(fs::read(folder.join("all")).expect("there"), all);
        assert!(
            sh(folder, "tool compile policy.toml -o out >> all")
                .status
                .success()
        );
        assert_eq!(
            fs::read(folder.join("all")).expect("there"),
            [&all, STATE].concat()
        );
        assert!(folder.join("out").is_symlink());
        // An open file without a name must not get one.
        let line = "exec 3> gone; rm gone; tool compile policy.toml -o /proc/self/fd/3";
        assert!(sh(folder, line).status.success());
        assert_eq!(names_in(folder), ["all", "out", "policy.toml"]);
    }

    #[test]
    fn links_are_followed_and_stay() {
        let folder = folder();
        let folder = folder.path();
        fs::create_dir(folder.join("sub")).expect("writable");
        symlink("sub/second", folder.join("first")).expect("writable");
        symlink("../file", folder.join("sub/second")).expect("writable");
        // At first there is nothing at its end.
        for _ in 0..2 {
            let output = run(folder, &["compile", "policy.toml", "-o", "first"]);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            assert!(folder.join("first").is_symlink());
            assert!(folder.join("sub/second").is_symlink());
            assert_eq!(fs::read(folder.join("file")).expect("there"), STATE);
        }
        symlink("round", folder.join("round")).expect("writable");
        let output = run(folder, &["compile", "policy.toml", "-o", "round"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(folder.join("round").is_symlink());
    }

    #[test]
    fn a_file_keeps_its_mode() {
        let folder = folder();
        let folder = folder.path();
        let file = folder.join("acl.bin");
        for mode in [0o600, 0o640, 0o755] {
            fs::write(&file, "old").expect("writable");
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("mine");
            let output = run(folder, &["compile", "policy.toml", "-o", "acl.bin"]);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(fs::read(&file).expect("there"), STATE);
            assert_eq!(fs::metadata(&file).expect("there").mode() & 0o7777, mode);
        }
    }

    /// Means nothing to the superuser, who may write all files.
    #[test]
    fn a_file_that_is_read_only_is_left() {
        let folder = folder();
        let folder = folder.path();
        let file = folder.join("acl.bin");
        fs::write(&file, "old").expect("writable");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("mine");
        let is_refused = fs::File::options().write(true).open(&file).is_err();
        let output = run(folder, &["compile", "policy.toml", "-o", "acl.bin"]);
        let code = output.status.code();
        assert_eq!(code, Some(if is_refused { 3 } else { 0 }));
        assert_eq!(fs::read(&file).expect("there") == b"old", is_refused);
    }

    #[test]
    fn an_input_is_no_output() {
        let folder = folder();
        let folder = folder.path();
        fs::write(folder.join("acl.bin"), STATE).expect("writable");
        symlink("policy.toml", folder.join("link")).expect("writable");
        fs::hard_link(folder.join("policy.toml"), folder.join("other")).expect("writable");
        for (line, named) in [
            ("tool compile policy.toml -o policy.toml", "policy.toml"),
            ("tool compile policy.toml -o ./policy.toml", "./policy.toml"),
            ("tool compile policy.toml -o link", "link"),
            ("tool compile link -o other", "other"),
            ("tool compile - -o policy.toml < policy.toml", "policy.toml"),
            ("tool compile policy.toml -o - >> policy.toml", "-"),
            ("tool decompile acl.bin -o acl.bin", "acl.bin"),
            (
                "tool decompile acl.bin --names policy.toml -o other",
                "other",
            ),
        ] {
            let output = sh(folder, line);
            assert_eq!(output.status.code(), Some(3), "{line}");
            let said = String::from_utf8(output.stderr).expect("text");
            assert!(
                said.starts_with(&format!("{named}: is an input too")),
                "{line}: {said}"
            );
            assert_eq!(
                fs::read(folder.join("policy.toml")).expect("there"),
                POLICY.as_bytes()
            );
            assert_eq!(fs::read(folder.join("acl.bin")).expect("there"), STATE);
        }
    }
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

/// However many there are: the first fifty, their number, and soon.
#[test]
fn mistakes_beyond_fifty_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut text = String::from("[servers]\na = 1\n");
    for place in 0..20_000 {
        text += &format!("[\"/3/0-{place}x\"]\nowner = \"b\"\nright = {{ c = \"R\" }}\n");
    }
    fs::write(folder.join("policy.toml"), text).expect("writable");
    for command in [["compile", "-o", "acl.bin"], ["show", "--color", "never"]] {
        let output = run(folder, &[&command[..], &["policy.toml"]].concat());
        assert_eq!(output.status.code(), Some(3));
        let said = String::from_utf8(output.stderr).expect("text");
        let told = said.lines().filter(|line| !line.starts_with("  rule: "));
        assert_eq!(told.count(), 51, "{said}");
        let last = said.lines().last();
        assert_eq!(last, Some("policy.toml: and 59950 more, 60000 in all"));
    }
}

/// A path of a few bytes can mean 65,535 targets: naming it often ends soon.
#[test]
fn targets_named_again_and_again_are_refused_soon() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let path = |place| format!("[\"/3/0-{}\"]\n", 65_534 - place);
    let text: String = (0..20_000).map(path).collect();
    fs::write(folder.join("policy.toml"), text).expect("writable");
    let output = run(folder, &["compile", "policy.toml", "-o", "acl.bin"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).expect("text");
    let told: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("  rule: "))
        .collect();
    let wanted = "policy.toml:2:2: there are more targets than Access Control instances";
    assert_eq!(told, [wanted], "{said}");
}

/// What stands as it is in a C source names an array, or is refused.
#[test]
fn c_headers_compile_whatever_their_array_is_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("policy.toml"), POLICY).expect("writable");
    let names = [
        "int",
        "while",
        "_Bool",
        "restrict",
        "__FILE__",
        "class",
        "and",
        "co_await",
        "nullptr",
        "typeof",
        "_acl",
        "a__b",
        "linux",
        "unix",
        "NULL",
        "main",
        "errno",
        "alignas",
        "asm",
        "acl",
        "Acl_2",
        "x",
        "policy_of_the_device",
        "intern",
        "classes",
        "e",
        "std",
        "bool",
    ];
    let mut refused = 0;
    for name in names {
        let output = run(
            folder,
            &[
                "compile",
                "policy.toml",
                "--c-header",
                "-o",
                "acl.h",
                "--name",
                name,
            ],
        );
        if output.status.code() != Some(0) {
            let said = String::from_utf8(output.stderr).expect("text");
            assert!(said.starts_with(&format!("--name: {name:?} ")), "{said}");
            refused += 1;
            continue;
        }
        let source = format!(
            "#include <assert.h>\n#include <errno.h>\n#include <stdbool.h>\n\
             #include <stdio.h>\n#include \"acl.h\"\n#include \"acl.h\"\n\
             int main(void) {{ return {name}[0]; }}\n"
        );
        fs::write(folder.join("use.c"), source).expect("writable");
        for arguments in [
            ["gcc", "-std=c99", "-xc"],
            ["gcc", "-std=gnu2x", "-xc"],
            ["g++", "-std=c++17", "-xc++"],
            ["g++", "-std=gnu++20", "-xc++"],
        ] {
            let [compiler, rest @ ..] = arguments;
            let output = Command::new(compiler)
                .args(rest)
                .args([
                    "-Wall",
                    "-Wextra",
                    "-Wpedantic",
                    "-Werror",
                    "-fsyntax-only",
                    "use.c",
                ])
                .current_dir(folder)
                .output()
                .expect("the compiler is there");
            assert!(output.status.success(), "{name}: {output:?}");
        }
    }
    assert_eq!(refused, 21);
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

/// Lists of OCF devices may speak of many subjects and resources: what nobody has
/// takes no memory.
#[cfg(target_os = "linux")]
#[test]
fn lists_of_many_subjects_and_resources_need_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let ace = |number| {
        serde_json::json!({
            "subject": { "uuid": format!("00000000-0000-0000-0000-{number:012x}") },
            "resources": [{ "href": format!("/{number}") }],
            "permission": 2,
        })
    };
    let aces: Vec<serde_json::Value> = (1..=20_000).map(ace).collect();
    // In one line, so that a place far in it is found without counting anew.
    let list = serde_json::json!({ "aclist2": aces }).to_string();
    fs::write(folder.path().join("list.json"), list).expect("writable");
    for (command, wanted) in [
        ("show", "/20000\n"),
        ("show --format json", "\"/20000\""),
        ("check", "valid: 20000 ACEs"),
        ("check --format lines", "list-without-owner"),
        ("explain --format json get /20000", "\"rule\": \"list\""),
    ] {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let line = format!("ulimit -v 400000; exec timeout 60 \"$0\" ocf {name} list.json {rest}");
        let output = Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_lwm2m-acl")])
            .current_dir(folder.path())
            .output()
            .expect("it starts");
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 1)),
            "{command}: {:?}",
            output.stderr
        );
        let said = String::from_utf8(output.stdout).expect("text");
        assert!(said.contains(wanted), "{command}");
    }
}
