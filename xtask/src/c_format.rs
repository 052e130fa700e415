//! `cargo xtask c-format`: lays out the C code by `.clang-format`, or, with
//! `--check`, names what is laid out otherwise. The ports keep to the looks of the
//! stacks that they are linked into, and the policy tool writes a header.

use crate::headers::GENERATED;
use crate::tools::{output_of, root, run};
use std::process::Command;

/// Another version lays out some things otherwise.
const VERSION: &str = "version 14.";

pub fn main(is_check: bool) -> Result<(), String> {
    let version = output_of(Command::new("clang-format").arg("--version"))?;
    if !version.contains(VERSION) {
        return Err(format!("needs clang-format {VERSION}*: {version}"));
    }
    let mut git = Command::new("git");
    let patterns = ["*.c", "*.h", "*.cpp"];
    let listed = output_of(git.current_dir(root()).arg("ls-files").args(patterns))?;
    // Those are as programs write them; and one may be about to be removed.
    let is_made = |file: &&str| {
        GENERATED.contains(file) || file.starts_with("policy/tests/cmd/commands.out/")
    };
    let is_ours =
        |file: &&str| !is_made(file) && !file.starts_with("ports/") && root().join(file).exists();
    let files = listed.lines().filter(is_ours);
    let mut format = Command::new("clang-format");
    format.current_dir(root()).args(files);
    match is_check {
        true => format.args(["--dry-run", "--Werror", "--ferror-limit=1"]),
        false => format.arg("-i"),
    };
    run(&mut format).map_err(|error| format!("{error}; `cargo xtask c-format` mends it"))
}
