//! Builds the static library, for tests that link it to programs in C.

use std::path::{Path, PathBuf};
use std::process::Command;

/// AddressSanitizer watches the Rust code too: without that, a use after free in
/// it goes unseen.
pub const SANITIZED: [(&str, &str); 2] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("RUSTFLAGS", "-Zsanitizer=address"),
];

fn host_triple() -> String {
    let version = Command::new("rustc").arg("-vV").output();
    let version = version.expect("rustc runs").stdout;
    let version = String::from_utf8(version).expect("rustc writes text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

/// The archive in a profile, with cargo's further `arguments`, in a target folder
/// of its own.
pub fn build(
    folder: &Path,
    profile: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> PathBuf {
    // With a target named, build scripts are not built as the environment says.
    let target = host_triple();
    let built = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--locked"])
        .args(["--package", "anjay-access-control-packaging"])
        .args(["--features", "freestanding"])
        .args(["--profile", profile, "--target", &target])
        .args(arguments)
        .arg("--target-dir")
        .arg(folder)
        .envs(environment.iter().copied())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "no static library:\n{errors}");
    let profile = if profile == "dev" { "debug" } else { profile };
    folder
        .join(target)
        .join(profile)
        .join("libanjay_access_control.a")
}
