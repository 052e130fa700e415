//! Builds C programs against the sandbox and runs them.

#![allow(dead_code)] // Not every test needs all of it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// The warnings under which all C here has to compile.
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A compiler as the `cc` crate finds it, with the include folders.
pub fn compiler(cpp: bool, standard: &str) -> Command {
    // What cargo would tell a build script.
    let target = &format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let tool = cc::Build::new()
        .cpp(cpp)
        .opt_level(0)
        .host(target)
        .target(target)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .get_compiler();
    let mut command = Command::new(tool.path());
    command
        .arg(format!("-std={standard}"))
        .args(WARNINGS)
        .arg("-g");
    command.arg("-I").arg(root().join("include"));
    command.arg("-I").arg(root().join("sandbox/include"));
    command
}

/// The static library of the sandbox, built once.
pub fn archive() -> &'static Path {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        // Not the folder in which this test is being built: cargo holds its lock.
        let target = match cfg!(feature = "anjay-compat") {
            true => folder("archive-compat"),
            false => folder("archive"),
        };
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "-j2", "--package"])
            .arg("anjay-access-control-sandbox")
            .args(cfg!(feature = "anjay-compat").then_some("--features=anjay-compat"))
            .arg("--target-dir")
            .arg(&target)
            .current_dir(root())
            .status();
        assert!(status.expect("cargo runs").success());
        target.join("debug/libanjay_access_control_sandbox.a")
    })
}

/// Compiles and links a program from C sources relative to the root.
pub fn build(name: &str, sources: &[&str]) -> PathBuf {
    let program = folder("programs").join(name);
    let mut command = compiler(false, "c99");
    command.args(sources.iter().map(|source| root().join(source)));
    command
        .arg(archive())
        .args(["-lpthread", "-ldl", "-lm", "-o"]);
    check(command.arg(&program), "");
    program
}

/// Runs a program that has to succeed; returns its standard output.
pub fn check(command: &mut Command, input: &str) -> String {
    let output = run(command, input);
    let error = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}{error}");
    text
}

/// Runs a program with an input.
pub fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A program need not read all of it.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it writes");
    output
}

/// A command for a program in a folder.
pub fn program(path: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(path);
    command.current_dir(folder);
    command
}

/// Lines for the driver with what its answers have to contain; after a `^`, what
/// they have to be.
pub type Script<'a> = &'a [(&'static str, &'static str)];

/// Runs a script on a fresh driver. Returns what was wrong.
pub fn play(driver: &Path, folder: &Path, script: Script<'_>) -> Result<(), String> {
    let lines: Vec<&str> = script.iter().map(|(line, _)| *line).collect();
    let text = check(&mut program(driver, folder), &(lines.join("\n") + "\n"));
    let mut lines = text.lines();
    for (line, expected) in script {
        let answer: Vec<&str> = lines.by_ref().take_while(|line| *line != ".").collect();
        let answer = answer.join("\n");
        let fits = match *expected {
            "" => answer.is_empty(),
            expected => match expected.strip_prefix('^') {
                Some(whole) => answer == whole,
                None => answer.contains(expected),
            },
        };
        if !fits {
            return Err(format!("{line}\n  expected {expected}\n  got {answer}"));
        }
    }
    Ok(())
}
