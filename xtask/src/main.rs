//! Developer tools: `cargo xtask …`.

mod replay;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask replay FILE...   replays recorded answers on the sandbox";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((task, files)) if task == "replay" && !files.is_empty() => replay::main(files),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
