//! `cargo xtask replay [--anjay-compat] [--small] FILE…`: compares recorded answers
//! with the sandbox's. Another build or variant is another program.

use crate::tools::cargo;
use std::env;
use std::process::ExitCode;

const USAGE: &str = "cargo xtask replay [--anjay-compat] [--small] FILE...";

pub fn main(arguments: &[String]) -> ExitCode {
    let (options, files): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.starts_with("--"));
    let mut features = Vec::new();
    for option in options {
        match option.as_str() {
            "--anjay-compat" | "--small" => features.push(option.trim_start_matches('-')),
            _ => {
                eprintln!("{option}: there are --anjay-compat and --small");
                return ExitCode::from(2);
            }
        }
    }
    if files.is_empty() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let mut command = cargo();
    // Files are named from where this was started.
    if let Ok(folder) = env::current_dir() {
        command.current_dir(folder);
    }
    // The profile of the tests, so that what they have built is not built again.
    command.args(["run", "--quiet", "--locked", "--bin", "replay"]);
    command.args(["--package", "anjay-access-control-hardening"]);
    command.args(["--features", &features.join(",")]);
    match command.arg("--").args(files).status() {
        Ok(status) => match status.code().map(u8::try_from) {
            Some(Ok(code)) => ExitCode::from(code),
            _ => ExitCode::from(2),
        },
        Err(error) => {
            eprintln!("cargo: {error}");
            ExitCode::from(2)
        }
    }
}
