//! The committed C header is the one that the C surface gives.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_committed_header_is_current() {
    let krate = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ocf-header");
    fs::create_dir_all(&scratch).expect("the target folder can be written");
    let generated = scratch.join("ocf_acl.h");
    // The build script runs again only when an input changed, so what it left last time may stay.
    let build = Command::new(env!("CARGO"))
        .current_dir(krate)
        .args([
            "build",
            "--quiet",
            "--package",
            "ocf-acl",
            "--features",
            "headers",
            "--target-dir",
        ])
        .arg(scratch.join("target"))
        .env("OCF_ACL_HEADER", &generated)
        .status();
    assert!(build.expect("cargo runs").success());
    let generated = fs::read_to_string(&generated).expect("the header was generated");
    let committed = fs::read_to_string(krate.join("../include/ocf_acl.h")).unwrap_or_default();
    assert!(
        committed == generated,
        "include/ocf_acl.h is stale; regenerate it:\ncargo build -p ocf-acl --features headers"
    );
}
