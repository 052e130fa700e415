//! The committed C header is the one that the C surface makes. `cargo xtask headers` writes it.

use std::{env, fs, path::Path};

#[test]
fn the_header_is_fresh() {
    let made = Path::new(env!("GENERATED_HEADERS")).join("ocf_acl.h");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/ocf_acl.h");
    let fresh = fs::read_to_string(made).expect("build.rs made it");
    if env::var_os("WRITE_HEADERS").is_some() {
        fs::write(&kept, &fresh).expect("include/ is writable");
    }
    let committed = fs::read_to_string(&kept).unwrap_or_default();
    assert!(
        committed == fresh,
        "include/ocf_acl.h is stale: run `cargo xtask headers` and commit it"
    );
}
