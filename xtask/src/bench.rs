//! `cargo xtask bench`: all benchmarks, in Rust and in C.

use crate::tools::{cargo, require, root, run, target_folder};
use std::process::Command;

pub fn main() -> Result<(), String> {
    require(&[("gcc", "gcc")])?;
    let package = ["-p", "anjay-access-control-bench"];
    run(cargo()
        .args(["bench", "--locked"])
        .args(package)
        .args(["--bench", "memory"]))?;
    run(cargo()
        .args(["bench", "--locked"])
        .args(package)
        .args(["--bench", "time", "--", "--quiet"]))?;
    compare()
}

/// The static library against the stand-in.
fn compare() -> Result<(), String> {
    run(cargo().args([
        "build",
        "--locked",
        "--release",
        "-p",
        "anjay-access-control-packaging",
    ]))?;
    let sources = root().join("bench/c");
    let program = target_folder().join("c-bench");
    run(Command::new("gcc")
        .args(["-std=c11", "-D_POSIX_C_SOURCE=199309L", "-O2"])
        .args(["-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(root().join("include"))
        .arg(sources.join("bench.c"))
        .arg(sources.join("standin.c"))
        .arg(target_folder().join("release/libanjay_access_control.a"))
        .arg("-o")
        .arg(&program))?;
    run(&mut Command::new(program))
}
