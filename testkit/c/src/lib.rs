//! What tests in C share: where to write, how to run programs and to say what
//! they said, the archives to link ([`archive`]), and programs for the sandbox
//! ([`sandbox`]).
//!
//! Tests may run at once, each in a process of its own: what several of them make
//! is made under another name and then renamed, or under a lock.
// Their names say what they are; the reader is at home here.
#![allow(missing_docs)]

pub mod archive;
pub mod sandbox;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

/// The warnings under which all C here has to compile.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A folder of this name for what tests write, in cargo's target folder.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    let program = env::current_exe().expect("the test is a program");
    // Programs of tests are in TARGET/PROFILE/deps. (TARGET itself has no tag where
    // it was there before cargo.)
    let target = program
        .ancestors()
        .find(|folder| folder.ends_with("deps"))
        .and_then(|deps| deps.parent()?.parent())
        .expect("cargo has built the test");
    let folder = target.join("tmp").join(name);
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// Runs a program to its end, whatever comes of it.
pub fn output(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Everything that it said.
#[must_use]
pub fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat()
}

/// Runs a program that has to succeed; returns everything that it said.
pub fn run(command: &mut Command) -> String {
    let output = output(command);
    let text = text(&output);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}",
        output.status
    );
    text
}

/// Runs a compiler that makes `program`.
pub fn compile(command: &mut Command, program: &Path) {
    let unfinished = aside(program);
    run(command.arg("-o").arg(&unfinished));
    fs::rename(&unfinished, program).expect("the target folder is writable");
}

/// A name in the same folder that no other process uses.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().expect("a file").to_owned();
    name.push(format!(".{}", process::id()));
    path.with_file_name(name)
}
