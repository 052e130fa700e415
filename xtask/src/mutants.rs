//! Plants bugs, one at a time, in a copy of the tree, and expects the check that
//! is there for it to fail. A check that finds nothing wrong is itself wrong.

use crate::tools::{cargo, output_of, root, target_folder};
use crate::{planted_engine, planted_ocf};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub struct Mutant {
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// The test binaries of which each must fail, or one test in them after `::`;
    /// after `small:`, with the engine as it is built for bare metal.
    tests: &'static [&'static str],
}

pub const fn mutant(
    name: &'static str,
    [file, from, to]: [&'static str; 3],
    tests: &'static [&'static str],
) -> Mutant {
    Mutant {
        name,
        file,
        from,
        to,
        tests,
    }
}

/// Whether each bug can be planted where it is to be, without doing so.
pub fn check() -> Result<(), String> {
    let mut wrong = Vec::new();
    let mut all = 0;
    for mutant in planted_engine::PLANTED.iter().chain(planted_ocf::PLANTED) {
        all += 1;
        let text = fs::read_to_string(root().join(mutant.file)).unwrap_or_default();
        match text.matches(mutant.from).count() {
            1 => {}
            count => wrong.push(format!("{}: {count} times in {}", mutant.name, mutant.file)),
        }
    }
    println!("{} of {all} bugs fit", all - wrong.len());
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

pub fn main(only: Option<&str>) -> Result<(), String> {
    let copy = target_folder().join("mutants");
    copy_tree(&copy)?;
    let mut survivors = Vec::new();
    let mut sound = BTreeSet::new();
    let (start, mut planted) = (Instant::now(), 0);
    for mutant in planted_engine::PLANTED.iter().chain(planted_ocf::PLANTED) {
        if only.is_some_and(|only| !mutant.name.contains(only)) {
            continue;
        }
        let path = copy.join(mutant.file);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", mutant.file))?;
        if text.matches(mutant.from).count() != 1 {
            survivors.push(format!("{}: no longer fits {}", mutant.name, mutant.file));
            continue;
        }
        let mut red = Vec::new();
        for test in mutant.tests {
            // What fails without the bug does not find it.
            if !sound.contains(test) {
                match find(&copy, test)? {
                    Some(how) => red.push(format!("{test} fails without a bug: {how}")),
                    None => _ = sound.insert(test),
                }
            }
        }
        if !red.is_empty() {
            let red = red.join("; ");
            survivors.push(format!("{}: {red}", mutant.name));
            continue;
        }
        planted += 1;
        write(&path, &text.replace(mutant.from, mutant.to))?;
        for test in mutant.tests {
            match find(&copy, test)? {
                Some(how) => println!("{}: found by {test}: {how}", mutant.name),
                None => survivors.push(format!("{}: not found by {test}", mutant.name)),
            }
        }
        write(&path, &text)?;
    }
    println!("{planted} bugs in {} s", start.elapsed().as_secs());
    match survivors.is_empty() {
        true => Ok(()),
        false => Err(survivors.join("\n")),
    }
}

/// The first words of a failing test, or `None` if it passes.
fn find(copy: &Path, test: &str) -> Result<Option<String>, String> {
    let (is_small, test) = match test.strip_prefix("small:") {
        Some(test) => (true, test),
        None => (false, test),
    };
    let (binary, name) = test.split_once("::").unwrap_or((test, ""));
    let package = match binary {
        "short" => "anjay-access-control-hardening",
        "device" | "iotivity_traces" | "memory" | "refusals" | "roundtrip" | "rules"
        | "updates" => "ocf-acl",
        _ => "anjay-access-control",
    };
    let test = |more: &[&str]| {
        let mut command = cargo();
        command.current_dir(copy);
        command.env("CARGO_TARGET_DIR", target_folder().join("mutants-build"));
        command.env("CARGO_INCREMENTAL", "0");
        command.env("RUST_BACKTRACE", "0").env("FUZZ_SECONDS", "20");
        // The sequences that it finds are of no use to the tree.
        command.env("PROPTEST_MAX_SHRINK_ITERS", "0");
        command.args(["test", "--quiet", "--package", package, "--test", binary]);
        if is_small {
            command.args(["--features", "small"]);
        }
        command.args(more);
        command
    };
    // That it does not compile would be no finding.
    output_of(&mut test(&["--no-run"]))?;
    let mut run = test(&["--", name]);
    let output = run.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(None);
    }
    let texts = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&texts);
    let mut lines = text.lines().map(str::trim);
    let is_reason = |line: &str| line.contains("panicked at") || line.contains("memory allocation");
    let how = match lines.find(|line| is_reason(line)) {
        Some(line) if line.contains("panicked at") => lines.next().unwrap_or(line),
        Some(line) => line,
        None => "it aborted",
    };
    Ok(Some(how.chars().take(80).collect()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy_tree(copy: &Path) -> Result<(), String> {
    if copy.exists() {
        fs::remove_dir_all(copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    }
    let mut git = Command::new("git");
    let listed = output_of(git.current_dir(root()).args(["ls-files"]))?;
    for path in listed.lines() {
        let (from, to) = (root().join(path), copy.join(path));
        let Ok(new) = fs::read(&from) else { continue };
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        fs::write(&to, new).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}
