//! Builds C programs against the sandbox and runs them.

use crate::{WARNINGS, archive, folder, root};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

/// Compiles and links a program from C sources relative to the root.
#[must_use]
pub fn build(name: &str, sources: &[&str]) -> PathBuf {
    build_with(name, sources, archive::SANDBOX)
}

/// As [`build`], with the sandbox as it is built with some feature.
#[must_use]
pub fn build_with(name: &str, sources: &[&str], archive: archive::Archive) -> PathBuf {
    let program = folder("programs").join(name);
    let mut command = compiler(false, "c99");
    command.args(sources.iter().map(|source| root().join(source)));
    command
        .arg(archive.path())
        .args(["-lpthread", "-ldl", "-lm"]);
    crate::compile(&mut command, &program);
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
