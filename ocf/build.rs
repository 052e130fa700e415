//! With the feature `headers`: makes ocf_acl.h from the C surface, for the test that compares it
//! with the one in `include/`. Otherwise does nothing, so that nobody needs cbindgen to build.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "headers")]
    header();
}

#[cfg(feature = "headers")]
fn header() {
    println!("cargo::rerun-if-changed=src/ffi.rs");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let config = cbindgen::Config::from_file("cbindgen.toml").expect("cbindgen.toml can be read");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    println!("cargo::rustc-env=GENERATED_HEADERS={out}");
    cbindgen::Builder::new()
        .with_src("src/ffi.rs")
        .with_config(config)
        .generate()
        .expect("cbindgen can read src/ffi.rs")
        .write_to_file(std::path::Path::new(&out).join("ocf_acl.h"));
}
