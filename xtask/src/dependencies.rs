//! What `cargo deny check bans licenses sources` looks at, without cargo-deny
//! and, once all packages are fetched, without a network: the licences and
//! sources of all dependencies, and that nothing is linked twice into what is
//! shipped. The rules stand in `deny.toml`.

use crate::tools::{cargo, output_of, root};
use std::collections::BTreeMap;
use std::fs;

/// What users link.
const SHIPPED: [&str; 2] = ["anjay-access-control-packaging", "ocf-acl"];

pub fn main() -> Result<(), String> {
    let rules = fs::read_to_string(root().join("deny.toml")).map_err(|e| e.to_string())?;
    let allowed = rules
        .lines()
        .find_map(|line| line.strip_prefix("allow = "))
        .ok_or("deny.toml names no licences")?;
    let allowed: Vec<&str> = allowed.split('"').skip(1).step_by(2).collect();
    let mut wrong = Vec::new();
    let all = tree(&["--workspace", "--all-features", "--edges", "all"])?;
    for (package, licence) in &all {
        if !is_allowed(licence, &allowed) {
            wrong.push(format!("{package}: licence \"{licence}\""));
        }
        // Those of a registry show neither a folder nor an address.
        if package.contains("://") {
            wrong.push(format!("{package}: not from crates.io"));
        }
    }
    for shipped in SHIPPED {
        let mut versions: BTreeMap<String, usize> = BTreeMap::new();
        for (package, _) in tree(&["--package", shipped, "--edges", "normal"])? {
            let name = package.split(' ').next().unwrap_or(&package).to_owned();
            *versions.entry(name).or_default() += 1;
        }
        let twice = versions.into_iter().filter(|(_, count)| *count > 1);
        wrong.extend(twice.map(|(name, _)| format!("{name}: twice in {shipped}")));
    }
    println!("{} packages", all.len());
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

/// Packages and their licences, each once.
fn tree(arguments: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let mut command = cargo();
    command.args(["tree", "--locked", "--prefix", "none"]);
    let listed = output_of(command.args(["--format", "{p}|{l}"]).args(arguments))?;
    let packages = listed.lines().filter_map(|line| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        let package = package.trim_end_matches(" (*)").to_owned();
        Some((package, licence.to_owned()))
    });
    Ok(packages.collect())
}

/// Of alternatives one is enough; of a conjunction all are needed.
fn is_allowed(licence: &str, allowed: &[&str]) -> bool {
    let licence = licence.replace(['(', ')'], "").replace('/', " OR ");
    !licence.is_empty()
        && licence.split(" AND ").all(|part| {
            let mut choices = part.split(" OR ");
            choices.any(|choice| allowed.contains(&choice.trim()))
        })
}
