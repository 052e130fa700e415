//! Compares recorded answers with the sandbox's; `cargo xtask replay` runs it, built
//! as asked for.

use hardening::replay::{Malformed, replay};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut worst = 0;
    for file in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&file) {
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
