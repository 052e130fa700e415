//! The committed C header is the one that the C surface gives.
#![allow(missing_docs)]

use std::{env, fs, path::Path};

#[test]
fn the_committed_header_is_current() {
    let krate = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(krate.join("cbindgen.toml")).expect("cbindgen.toml");
    let mut generated = Vec::new();
    cbindgen::Builder::new()
        .with_src(krate.join("src/ffi.rs"))
        .with_config(config)
        .generate()
        .expect("cbindgen reads src/ffi.rs")
        .write(&mut generated);
    let generated = String::from_utf8(generated).expect("a header is UTF-8");
    let path = krate.join("../include/ocf_acl.h");
    if env::var_os("OCF_ACL_WRITE_HEADER").is_some() {
        fs::write(&path, &generated).expect("include/ can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "include/ocf_acl.h is stale; regenerate it:\n\
         OCF_ACL_WRITE_HEADER=1 cargo test -p ocf-acl --test header"
    );
}
