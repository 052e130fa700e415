//! `cargo xtask dist --source`: the library crates and the packages that they are
//! made of, for machines without a network.
//!
//! Of the workspace only what a static library needs is left, so that cargo asks for
//! nothing else: no tools, no tests, no headers from Rust (all that the build scripts do), no JSON.

use crate::dist::{pack, top};
use crate::tools::{cargo, output_of, root, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::{Table, Value};

/// The workspace that is left.
const MEMBERS: [&str; 5] = [
    "ocf",
    "ocf/staticlib",
    "packaging",
    "packaging/engine",
    "packaging/runtime",
];

/// What of the repository is in it.
const CONTENTS: [&str; 19] = [
    ".cargo/config.toml",
    "CHANGELOG.md",
    "CMakeLists.txt",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "c-examples/firmware",
    "cmake",
    "docs",
    "include",
    "ocf",
    "packaging",
    "ports",
    "scripts",
    "src",
];

/// Parts of these that are not.
const LEFT_OUT: [&str; 4] = [
    "ocf/build.rs",
    "ocf/tests/",
    "ocf/benches/",
    "ocf/examples/",
];

/// Features for developers, and the packages that they bring in.
const FEATURES: [&str; 2] = ["headers", "json"];

/// Has cargo take the packages from here.
const VENDORED: &str = "\
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"vendor\"
";

pub fn tarball(folder: &Path) -> Result<PathBuf, String> {
    let tree = folder
        .join("stage/source")
        .join(format!("{}-source", top()));
    if tree.exists() {
        fs::remove_dir_all(&tree).map_err(|e| format!("{}: {e}", tree.display()))?;
    }
    copy(&tree)?;
    reduce(&tree.join("Cargo.toml"), Some(&MEMBERS))?;
    for member in MEMBERS {
        reduce(&tree.join(member).join("Cargo.toml"), None)?;
    }
    // Takes the packages out of Cargo.lock that nobody asks for any more, and no new ones in.
    run(cargo()
        .current_dir(&tree)
        .args(["update", "--quiet", "--workspace", "--offline"]))?;
    let config = tree.join(".cargo/config.toml");
    let text = read(&config)?;
    run(cargo().current_dir(&tree).args([
        "vendor",
        "--quiet",
        "--locked",
        "--offline",
        "--versioned-dirs",
        "vendor",
    ]))?;
    // The alias is for a package that is not here.
    let (_, rest) = text
        .split_once("\n\n")
        .filter(|(alias, _)| alias.starts_with("[alias]"))
        .ok_or(".cargo/config.toml does not begin with [alias]")?;
    write(&config, &format!("{rest}\n{VENDORED}"))?;
    pack(&tree, "source", folder)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

fn copy(tree: &Path) -> Result<(), String> {
    let mut git = Command::new("git");
    let listed = output_of(git.current_dir(root()).arg("ls-files").args(CONTENTS))?;
    for path in listed.lines() {
        if LEFT_OUT.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let to = tree.join(path);
        let folder = to.parent().unwrap_or(tree);
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        fs::copy(root().join(path), &to).map_err(|e| format!("{path}: {e}"))?;
    }
    Ok(())
}

/// A manifest without what only developers need.
fn reduce(manifest: &Path, members: Option<&[&str]>) -> Result<(), String> {
    let mut table: Table = read(manifest)?
        .parse()
        .map_err(|e| format!("{}: {e}", manifest.display()))?;
    if let Some(members) = members {
        let workspace = table.get_mut("workspace").and_then(Value::as_table_mut);
        let workspace = workspace.ok_or("Cargo.toml has no workspace")?;
        let members = members.iter().map(|it| Value::from(*it)).collect();
        workspace.insert("members".to_owned(), Value::Array(members));
        workspace.remove("exclude");
        // Profiles of packages that are not there any more.
        for (_, profile) in table
            .get_mut("profile")
            .and_then(Value::as_table_mut)
            .into_iter()
            .flatten()
        {
            if let Some(profile) = profile.as_table_mut() {
                profile.remove("package");
            }
        }
    }
    for section in ["dev-dependencies", "build-dependencies", "bench", "test"] {
        table.remove(section);
    }
    let mut gone = Vec::new();
    if let Some(features) = table.get_mut("features").and_then(Value::as_table_mut) {
        for name in FEATURES {
            // Empty, as the sources still ask for it.
            let empty = Value::Array(Vec::new());
            let needs = features.insert(name.to_owned(), empty);
            let needs = needs.as_ref().and_then(Value::as_array);
            let needs = needs.into_iter().flatten().filter_map(Value::as_str);
            gone.extend(needs.filter_map(|it| Some(it.strip_prefix("dep:")?.to_owned())));
        }
    }
    let mut left = Vec::new();
    if let Some(packages) = table.get_mut("dependencies").and_then(Value::as_table_mut) {
        packages.retain(|name, _| !gone.iter().any(|it: &String| it == name));
        left.extend(packages.keys().cloned());
    }
    if let Some(features) = table.get_mut("features").and_then(Value::as_table_mut) {
        for (_, needs) in features.iter_mut() {
            let Some(needs) = needs.as_array_mut() else {
                continue;
            };
            // Of a package that only tests have.
            needs.retain(|it| {
                let package = it.as_str().and_then(|it| it.split_once('/'));
                package.is_none_or(|(package, _)| left.iter().any(|it| it == package))
            });
        }
    }
    let text = toml::to_string(&table).map_err(|e| format!("{}: {e}", manifest.display()))?;
    write(manifest, &text)
}
