//! `cargo xtask size`: what the engine takes of a Cortex-M4's memory.
//!
//! The functions that `packaging/symbols.txt` lists but [`EXTRAS`], that is the
//! seven, the handlers of Object 2, decisions, synchronisation and persistence,
//! linked with `--gc-sections`; without the C library and the glue of a client.

use crate::firmware;
use crate::tools::{output_of, root, target_folder};
use std::fs;
use std::path::Path;
use std::process::Command;

const SHOWN: usize = 10;

/// What a program that does not call it does not pay for.
const EXTRAS: [&str; 9] = [
    "aac_decide_before",
    "aac_explain",
    "aac_explain_refusal",
    "aac_provision",
    "aac_rule_text",
    "aac_set_audit",
    "aac_version",
    "aac_why_text",
    "anjay_access_control_provision",
];

struct Budget {
    text: u64,
    data_and_bss: u64,
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The value of a line such as `text = 6700`.
fn entry(budget: &str, name: &str) -> Result<u64, String> {
    budget
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(|| format!("xtask/size-budget.toml has no number for {name}"))
}

fn budget() -> Result<Budget, String> {
    let text = read(&root().join("xtask/size-budget.toml"))?;
    let cache = read(&target_folder().join("c-firmware/CMakeCache.txt"))?;
    let name = if cache.contains("AAC_FRAME_POINTERS:INTERNAL=ON") {
        "text_with_frame_pointers"
    } else {
        "text"
    };
    Ok(Budget {
        text: entry(&text, name)?,
        data_and_bss: entry(&text, "data_and_bss")?,
    })
}

/// `text data bss …` in the second line of what `size` prints.
fn sizes(printed: &str) -> Option<[u64; 3]> {
    let mut numbers = printed.lines().nth(1)?.split_whitespace();
    let mut next = || numbers.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

pub fn main() -> Result<(), String> {
    let archive = firmware::archive()?;
    let budget = budget()?;
    let linked = target_folder().join("c-firmware/engine.elf");
    let symbols = read(&root().join("packaging/symbols.txt"))?;
    let entry_points = symbols
        .lines()
        .filter_map(|line| line.strip_prefix("defines "))
        .filter(|name| !EXTRAS.contains(name));
    output_of(
        Command::new("arm-none-eabi-ld")
            .args([
                "--gc-sections",
                "--entry=0",
                "--unresolved-symbols=ignore-all",
            ])
            .args(entry_points.flat_map(|name| ["-u", name]))
            .arg(&archive)
            .arg("-o")
            .arg(&linked),
    )?;
    let printed = output_of(Command::new("arm-none-eabi-size").arg(&linked))?;
    let [text, data, bss] = sizes(&printed).ok_or_else(|| format!("size printed:\n{printed}"))?;
    let largest = output_of(
        Command::new("arm-none-eabi-nm")
            .args([
                "--print-size",
                "--size-sort",
                "--reverse-sort",
                "--radix=d",
                "--demangle",
            ])
            .arg(&linked),
    )?;
    println!("the {SHOWN} largest:");
    for line in largest.lines().take(SHOWN) {
        let mut words = line.splitn(4, ' ').skip(1);
        let size = words.next().unwrap_or_default().trim_start_matches('0');
        println!("{size:>6}  {}", words.nth(1).unwrap_or_default());
    }
    println!(
        "text {text} (budget {}), data {data}, bss {bss}",
        budget.text
    );
    if text > budget.text || data + bss > budget.data_and_bss {
        return Err(format!(
            "above the budget in xtask/size-budget.toml: text {}, data and bss {}",
            budget.text, budget.data_and_bss
        ));
    }
    Ok(())
}
