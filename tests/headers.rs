//! The committed C headers are those that the C surface makes.
//! `cargo xtask headers` writes them.

use std::{env, fs, path::Path};

#[test]
fn headers_are_fresh() {
    let made = Path::new(env!("GENERATED_HEADERS"));
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    for name in [
        "anjay/access_control.h",
        "anjay_access_control_ext.h",
        "access_control_host.h",
    ] {
        let fresh = fs::read_to_string(made.join(name)).expect("build.rs made it");
        if env::var_os("WRITE_HEADERS").is_some() {
            fs::write(kept.join(name), &fresh).expect("include/ is writable");
        }
        let committed = fs::read_to_string(kept.join(name)).unwrap_or_default();
        assert!(
            committed == fresh,
            "include/{name} is stale: run `cargo xtask headers` and commit it"
        );
    }
}
