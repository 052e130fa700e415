//! Plants bugs, one at a time, in a copy of the tree, and expects the check that
//! is there for it to fail. A check that finds nothing wrong is itself wrong.

use crate::planted_ocf::PLANTED;
use crate::tools::{cargo, output_of, root, target_folder};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub struct Mutant {
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// The test binaries of which each must fail.
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

const MUTANTS: &[Mutant] = &[
    mutant(
        "a push that aborts when memory runs out",
        ["src/vec.rs", "vec.try_reserve(1)?;", "vec.reserve(1);"],
        &["alloc_failure"],
    ),
    mutant(
        "a failed change that is not taken back",
        ["src/engine.rs", "self.table.undo_to(mark);", ""],
        &["alloc_failure"],
    ),
    mutant(
        "an engine that is never freed",
        [
            "tests/alloc_failure.rs",
            "counted(Refuse::Nothing, || drop(engine));",
            "std::mem::forget(engine);",
        ],
        &["alloc_failure"],
    ),
    mutant(
        "a list cut short that passes for complete",
        ["src/ids.rs", "if self.is_incomplete {", "if false {"],
        &["alloc_failure"],
    ),
    mutant(
        "a persist that fails and clears the mark",
        [
            "src/persist.rs",
            "state.modified &= result.is_err();",
            "state.modified = false;",
        ],
        &["alloc_failure", "model", "c_surface"],
    ),
    mutant(
        "the default entry elected owner",
        [
            "src/sync.rs",
            "let mut entry = self.entry_at_or_after(base, 1);",
            "let mut entry = self.entry_at_or_after(base, 0);",
        ],
        &["model", "c_surface"],
    ),
    mutant(
        "the write right that allows to delete",
        [
            "src/types.rs",
            "Operation::Delete => Mask::DELETE",
            "Operation::Delete => Mask::WRITE",
        ],
        &["model", "c_surface"],
    ),
    mutant(
        "SSID 0 that owns what has no owner",
        [
            "src/engine.rs",
            "} else if value as Ssid == ssid\n        && ssid != SSID_ANY\n",
            "} else if value as Ssid == ssid\n",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "instances created on Object 65535",
        [
            "src/sync.rs",
            "if is_target_oid(oid) {\n                    table.adopt",
            "if is_target_oid(oid) || oid == MAX_ID {\n                    table.adopt",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "a change during validation that is overlooked",
        ["src/engine.rs", "if state.edits != edits {", "if false {"],
        &["model", "regressions"],
    ),
    mutant(
        "everybody edits what has an owner",
        [
            "src/engine.rs",
            ".is_some_and(|instance| table.owner(instance) == ssid)",
            ".is_some_and(|instance| table.owner(instance) != 0)",
        ],
        &["security", "model"],
    ),
    mutant(
        "a flag for the ACL that may have any value",
        ["src/persist.rs", "|| has_acl > 1", ""],
        &["short::restore"],
    ),
    mutant(
        "an ACL key that may come twice",
        [
            "src/persist.rs",
            "if table.entry(instance, entry.ssid()) != NONE {",
            "if false {",
        ],
        &["short::restore"],
    ),
    mutant(
        "a reset that keeps the owner",
        ["src/engine.rs", "                owner = 0;\n", ""],
        &["short::handlers", "model"],
    ),
    mutant(
        "an instance without a target that is committed",
        [
            "src/engine.rs",
            "instance.has_target()\n            && self.governing(",
            "!instance.has_target()\n            || self.governing(",
        ],
        &["model"],
    ),
    mutant(
        "a restore that refuses what persist wrote",
        [
            "src/persist.rs",
            "            || owner == 0\n",
            "            || owner == MAX_ID\n",
        ],
        &["short::commands", "model"],
    ),
    mutant(
        "an OCF list whose owner is encoded under another name",
        ["ocf/src/encode.rs", "b\"rowneruuid\"", "b\"owneruuid\""],
        &["short::ocf"],
    ),
    mutant(
        "a denial that is told while the state is borrowed",
        ["src/ffi/host.rs", "&& aac.engine.lock().is_ok()", ""],
        &["c_surface"],
    ),
    mutant(
        "a hook that is told of what is allowed",
        ["src/ffi/host.rs", "if !decision.allowed\n", "if true\n"],
        &["c_surface"],
    ),
    mutant(
        "provisioning that keeps what came before a refusal",
        [
            "src/provision.rs",
            "let _ = state.conclude(mark, Err(error));",
            "",
        ],
        &["alloc_failure", "model", "c_surface"],
    ),
    mutant(
        "provisioning that loses an ACL that was absent",
        [
            "src/provision.rs",
            "instance = found.unwrap_or(instance);",
            "",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "provisioning that blames a grant for the lack of memory",
        [
            "src/provision.rs",
            "if error == Error::NoMemory { count } else { at }",
            "at",
        ],
        &["alloc_failure"],
    ),
    mutant(
        "provisioning that does not tell C which grant was refused",
        [
            "src/ffi/ext.rs",
            "Err(refused) => job.refused = refused.at,",
            "Err(_) => {}",
        ],
        &["c_surface"],
    ),
    mutant(
        "a decision about before that looks at the open transaction",
        [
            "src/engine.rs",
            "state.table.before(decide)",
            "decide(&mut state.table)",
        ],
        &["model", "c_surface"],
    ),
];

pub fn main(only: Option<&str>) -> Result<(), String> {
    let copy = target_folder().join("mutants");
    copy_tree(&copy)?;
    let mut survivors = Vec::new();
    let (start, mut planted) = (Instant::now(), 0);
    for mutant in MUTANTS.iter().chain(PLANTED) {
        if only.is_some_and(|only| !mutant.name.contains(only)) {
            continue;
        }
        let path = copy.join(mutant.file);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", mutant.file))?;
        if text.matches(mutant.from).count() != 1 {
            survivors.push(format!("{}: no longer fits {}", mutant.name, mutant.file));
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
    let (binary, name) = test.split_once("::").unwrap_or((test, ""));
    let package = match binary {
        "short" => "anjay-access-control-hardening",
        "iotivity_traces" => "ocf-acl",
        _ => "anjay-access-control",
    };
    let test = |more: &[&str]| {
        let mut command = cargo();
        command.current_dir(copy);
        command.env("CARGO_TARGET_DIR", target_folder().join("mutants-build"));
        command.env("RUST_BACKTRACE", "0").env("FUZZ_SECONDS", "20");
        // The sequences that it finds are of no use to the tree.
        command.env("PROPTEST_MAX_SHRINK_ITERS", "0");
        command.args(["test", "--quiet", "--package", package, "--test", binary]);
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
