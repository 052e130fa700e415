//! With the feature `headers`: writes include/ocf_acl.h, or the file that OCF_ACL_HEADER names.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "headers")]
    header();
}

#[cfg(feature = "headers")]
fn header() {
    println!("cargo::rerun-if-changed=src/ffi.rs");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-env-changed=OCF_ACL_HEADER");
    let config = cbindgen::Config::from_file("cbindgen.toml").expect("cbindgen.toml can be read");
    let path = std::env::var("OCF_ACL_HEADER").unwrap_or_else(|_| "../include/ocf_acl.h".into());
    cbindgen::Builder::new()
        .with_src("src/ffi.rs")
        .with_config(config)
        .generate()
        .expect("cbindgen can read src/ffi.rs")
        .write_to_file(path);
}
