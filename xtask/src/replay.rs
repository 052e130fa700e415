//! `cargo xtask replay [--anjay-compat] [--small] FILE…`: compares recorded answers
//! with the sandbox's. Another build or variant is another program: this one runs it.

use crate::tools::{cargo, target_folder};
use hardening::replay::{Malformed, replay};
use std::env;
use std::process::ExitCode;

pub fn main(arguments: &[String]) -> ExitCode {
    let (options, files): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.starts_with("--"));
    let (mut is_compat, mut is_small) = (false, false);
    for option in options {
        match option.as_str() {
            "--anjay-compat" => is_compat = true,
            "--small" => is_small = true,
            _ => {
                eprintln!("{option}: there are --anjay-compat and --small");
                return ExitCode::from(2);
            }
        }
    }
    if files.is_empty() {
        eprintln!("cargo xtask replay [--anjay-compat] [--small] FILE...");
        return ExitCode::from(2);
    }
    match is_compat || is_small {
        true => elsewhere(is_compat, is_small, &files),
        false => here(&files),
    }
}

/// In another build.
fn elsewhere(is_compat: bool, is_small: bool, files: &[&String]) -> ExitCode {
    let mut command = cargo();
    command.args(["run", "--quiet", "--locked", "--package", "xtask"]);
    if is_compat {
        command.args(["--features", "anjay-compat"]);
    }
    // Files are named from where this was started.
    if let Ok(folder) = env::current_dir() {
        command.current_dir(folder);
    }
    command.arg("--target-dir").arg(match is_small {
        true => target_folder().join("small"),
        false => target_folder(),
    });
    if is_small {
        let flags = env::var("RUSTFLAGS").unwrap_or_default();
        command.env("RUSTFLAGS", flags + " --cfg access_control_small");
    }
    command.args(["--", "replay"]).args(files);
    match command.status() {
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| code.try_into().ok())
                .unwrap_or(2),
        ),
        Err(error) => {
            eprintln!("cargo: {error}");
            ExitCode::from(2)
        }
    }
}

fn here(files: &[&String]) -> ExitCode {
    let mut worst = 0;
    for file in files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{file}: {error}");
                worst = 2;
                continue;
            }
        };
        match replay(&text) {
            Ok(report) => {
                println!(
                    "{file}: {} answers compared, {} differ",
                    report.compared, report.different
                );
                if let Some(first) = report.first {
                    println!("  first at line {}:", first.line);
                    println!("    expected {}", first.expected);
                    println!("    got      {}", first.got);
                    worst = worst.max(1);
                }
            }
            Err(Malformed { line, reason }) => {
                eprintln!("{file}:{line}: {reason}");
                worst = 2;
            }
        }
    }
    ExitCode::from(worst)
}
