//! `cargo xtask bench`: all benchmarks, in Rust and in C.

use crate::tools::{cargo, output_of, require, root, run, target_folder};
use std::process::Command;

/// The machine is seldom alone with us, so each time is the least of several.
const RUNS: u32 = 5;

pub fn main() -> Result<(), String> {
    require(&[("gcc", "gcc")])?;
    let package = ["-p", "anjay-access-control-bench"];
    run(cargo()
        .args(["bench", "--locked"])
        .args(package)
        .args(["--bench", "memory"]))?;
    let mut times = Times::default();
    for _ in 0..RUNS {
        let printed = output_of(
            cargo()
                .args(["bench", "--quiet", "--locked"])
                .args(package)
                .args(["--bench", "time", "--", "--output-format", "bencher"]),
        )?;
        for line in printed.lines().filter(|line| line.starts_with("test ")) {
            times
                .take(line)
                .ok_or_else(|| format!("not understood: {line}"))?;
        }
    }
    println!("\nthe least of {RUNS} runs\n{}", times.table()?);
    run(cargo()
        .args(["bench", "--quiet", "--locked"])
        .args(package)
        .args(["--bench", "many"]))?;
    compare()
}

/// By name and number of instances, in the order in which they came.
#[derive(Default)]
struct Times {
    sizes: Vec<String>,
    rows: Vec<(String, Vec<u64>)>,
}

impl Times {
    /// Takes a line `test <what>/<instances> ... bench: <time> ns/iter …`.
    fn take(&mut self, line: &str) -> Option<()> {
        let (name, result) = line.strip_prefix("test ")?.split_once(" ... bench:")?;
        let (what, size) = name.rsplit_once('/')?;
        let time = result.split_whitespace().next()?.replace(',', "");
        let time: u64 = time.parse().ok()?;
        let column = place(&mut self.sizes, |known| known == size, || size.to_owned());
        let row = place(
            &mut self.rows,
            |(known, _)| known == what,
            || (what.to_owned(), Vec::new()),
        );
        let times = &mut self.rows[row].1;
        if times.len() == column {
            times.push(time);
        }
        let least = times.get_mut(column)?;
        *least = time.min(*least);
        Some(())
    }

    fn table(&self) -> Result<String, String> {
        let columns = self.sizes.len();
        if columns == 0 || self.rows.iter().any(|(_, times)| times.len() != columns) {
            return Err("the benchmark has not measured everything".to_owned());
        }
        let mut table = format!(
            "| nanoseconds, instances: | {} |\n|---|{}\n",
            self.sizes.join(" | "),
            "---:|".repeat(columns)
        );
        for (what, times) in &self.rows {
            let times: Vec<String> = times.iter().map(u64::to_string).collect();
            table.push_str(&format!("| {what} | {} |\n", times.join(" | ")));
        }
        Ok(table)
    }
}

/// Where it is, or now is, at the end.
fn place<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> usize {
    list.iter().position(is_it).unwrap_or_else(|| {
        list.push(new());
        list.len() - 1
    })
}

/// The static library against the stand-in.
fn compare() -> Result<(), String> {
    run(cargo().args([
        "build",
        "--locked",
        "--release",
        "-p",
        "anjay-access-control-packaging",
        "--features",
        "freestanding",
    ]))?;
    let sources = root().join("bench/c");
    let program = target_folder().join("c-bench");
    run(Command::new("gcc")
        .args(["-std=c11", "-D_POSIX_C_SOURCE=199309L", "-O2"])
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .arg("-I")
        .arg(root().join("include"))
        .arg("-I")
        .arg(root().join("c-examples/firmware/include"))
        .arg(sources.join("bench.c"))
        .arg(sources.join("standin.c"))
        .arg(target_folder().join("release/libanjay_access_control.a"))
        .arg("-o")
        .arg(&program))?;
    run(&mut Command::new(program))
}
