//! Developer tools: `cargo xtask …`.

mod firmware;
mod headers;
mod replay;
mod size;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask replay FILE...   replays recorded answers on the sandbox
cargo xtask headers          writes include/ from the Rust sources
cargo xtask size             the engine's size on a Cortex-M4, against xtask/size-budget.toml
cargo xtask firmware         builds c-examples/firmware and runs it under QEMU";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let result = match (task.as_str(), rest) {
        ("replay", [_, ..]) => return replay::main(rest),
        ("headers", []) => headers::main(),
        ("size", []) => size::main(),
        ("firmware", []) => firmware::main(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
