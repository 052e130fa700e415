//! Developer tools: `cargo xtask …`.

mod bench;
mod c_format;
mod dependencies;
mod dist;
mod firmware;
mod headers;
mod machines;
mod mutants;
mod planted_engine;
mod planted_ocf;
mod replay;
mod size;
mod size_groups;
mod source;
mod targets;
mod tools;
mod unsafe_count;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask replay [--anjay-compat] [--small] FILE...
                             replays recorded answers on the sandbox; with the engine as it is
                             built with that feature, or for bare metal
cargo xtask headers [--check]
                             writes include/ from the Rust sources, or says what is stale
cargo xtask c-format [--check]
                             lays out the C code by .clang-format
cargo xtask size [--write]   flash and RAM on a Cortex-M4, against xtask/size-budget.toml and what
                             the headers say of each group of functions; or writes that
cargo xtask bench            time and memory; a stand-in for the C original; ratios
cargo xtask firmware         builds c-examples/firmware and runs it under QEMU
cargo xtask targets [--quick | TARGET...]
                             builds for every machine of docs/targets.md and runs what QEMU can
cargo xtask dist [--source] [--without-sandbox] [--all | TARGET...]
                             tarballs of the built library, and of its sources with all packages
cargo xtask unsafe-count     counts unsafe code; fails where there is to be none
cargo xtask dependencies     licences and sources of all dependencies, by deny.toml
cargo xtask mutants [--check | NAME]
                             plants bugs in a copy of the tree; each must be found; or says
                             which of them no longer fit";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let result = match (task.as_str(), rest) {
        ("replay", [_, ..]) => return replay::main(rest),
        ("headers", []) => headers::main(false),
        ("headers", [option]) if option == "--check" => headers::main(true),
        ("c-format", []) => c_format::main(false),
        ("c-format", [option]) if option == "--check" => c_format::main(true),
        ("size", []) => size::main(false),
        ("size", [option]) if option == "--write" => size::main(true),
        ("bench", []) => bench::main(),
        ("firmware", []) => firmware::main(),
        ("targets", names) => targets::main(names),
        ("dist", [_, ..]) => dist::main(rest),
        ("unsafe-count", []) => unsafe_count::main(),
        ("dependencies", []) => dependencies::main(),
        ("mutants", []) => mutants::main(None),
        ("mutants", [option]) if option == "--check" => mutants::check(),
        ("mutants", [only]) => mutants::main(Some(only)),
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
