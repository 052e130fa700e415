//! `cargo xtask bench`: all benchmarks, in Rust and in C.

use crate::tools::{cargo, output_of, require, root, run, target_folder};
use std::process::Command;

pub fn main() -> Result<(), String> {
    require(&[("gcc", "gcc")])?;
    let package = ["-p", "anjay-access-control-bench"];
    run(cargo()
        .args(["bench", "--locked"])
        .args(package)
        .args(["--bench", "memory"]))?;
    let times = output_of(
        cargo()
            .args(["bench", "--quiet", "--locked"])
            .args(package)
            .args(["--bench", "time", "--", "--output-format", "bencher"]),
    )?;
    println!("\n{}", table(&times)?);
    compare()
}

/// A table of the lines `test <what>/<instances> ... bench: <time> ns/iter …`.
fn table(printed: &str) -> Result<String, String> {
    let mut sizes: Vec<&str> = Vec::new();
    let mut rows: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with("test ")) {
        let cell = || {
            let (name, result) = line.strip_prefix("test ")?.split_once(" ... bench:")?;
            let (what, size) = name.rsplit_once('/')?;
            Some((what, size, result.split_whitespace().next()?))
        };
        let (what, size, time) = cell().ok_or_else(|| format!("not understood: {line}"))?;
        if !sizes.contains(&size) {
            sizes.push(size);
        }
        match rows.iter_mut().find(|(name, _)| *name == what) {
            Some((_, times)) => times.push(time),
            None => rows.push((what, vec![time])),
        }
    }
    if rows.is_empty() || rows.iter().any(|(_, times)| times.len() != sizes.len()) {
        return Err(format!("not a table:\n{printed}"));
    }
    let mut table = format!(
        "| nanoseconds, instances: | {} |\n|---|{}\n",
        sizes.join(" | "),
        "---:|".repeat(sizes.len())
    );
    for (what, times) in rows {
        table.push_str(&format!("| {what} | {} |\n", times.join(" | ")));
    }
    Ok(table)
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
