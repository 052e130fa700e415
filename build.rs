//! Says which variant of the tables is built. With the feature `headers`: makes the C
//! headers from the C surface, for the test that compares them with those in
//! `include/`; otherwise nobody needs cbindgen to build the library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_SMALL").is_some() {
        println!("cargo::rustc-cfg=access_control_small");
    }
    #[cfg(feature = "headers")]
    headers::make();
}

#[cfg(feature = "headers")]
mod headers {
    use cbindgen::{
        Builder, Config, DocumentationStyle, EnumConfig, ExportConfig, Language, Style,
    };
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    const GENERATED: &str = "/* Made by `cargo xtask headers`; edit the Rust source instead. */";

    const HOST_INTRODUCTION: &str = include_str!("src/ffi/host_introduction.h");

    fn config() -> Config {
        Config {
            language: Language::C,
            cpp_compat: true,
            style: Style::Type,
            documentation_style: DocumentationStyle::Doxy,
            no_includes: true,
            usize_is_size_t: true,
            line_length: 90,
            enumeration: EnumConfig::default(),
            ..Config::default()
        }
    }

    fn generate(sources: &[&str], to: &Path, config: Config) {
        let mut text = Vec::new();
        let mut builder = Builder::new().with_config(config);
        for source in sources {
            println!("cargo::rerun-if-changed={source}");
            builder = builder.with_src(source);
        }
        builder
            .generate()
            .unwrap_or_else(|error| panic!("{sources:?}: {error}"))
            .write(&mut text);
        let text = String::from_utf8(text).expect("cbindgen writes UTF-8");
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).expect("OUT_DIR is writable");
        }
        fs::write(to, without_safety(&text)).expect("OUT_DIR is writable");
    }

    /// The "# Safety" sections speak to Rust; what they say to C stands in the
    /// text above them.
    fn without_safety(text: &str) -> String {
        let mut out: Vec<&str> = Vec::new();
        let mut skipping = false;
        for line in text.lines() {
            let line = line.trim_end();
            if line.trim() == "* # Safety" {
                skipping = true;
                while out.last().is_some_and(|last| last.trim() == "*") {
                    out.pop();
                }
            }
            skipping &= line.trim() != "*/";
            if !skipping {
                out.push(line);
            }
        }
        out.join("\n") + "\n"
    }

    /// What aac_version() tells, for the preprocessor.
    fn version() -> String {
        let part = |name: &str| -> u32 {
            let part = env::var(format!("CARGO_PKG_VERSION_{name}")).expect("cargo sets it");
            part.parse().expect("a number")
        };
        let parts = ["MAJOR", "MINOR", "PATCH"].map(part);
        let number = parts[0] << 16 | parts[1] << 8 | parts[2];
        let [major, minor, patch] = parts;
        format!(
            "\n/** The version of this header, {major}.{minor}.{patch}; see aac_version(). */\n\
             #define AAC_VERSION 0x{number:06x}"
        )
    }

    pub fn make() {
        println!("cargo::rerun-if-changed=src/ffi/host_introduction.h");
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
        println!("cargo::rustc-env=GENERATED_HEADERS={}", out.display());
        generate(
            &["src/ffi/api.rs"],
            &out.join("anjay/access_control.h"),
            Config {
                header: Some(GENERATED.into()),
                include_guard: Some("ANJAY_INCLUDE_ANJAY_MODULES_ACCESS_CONTROL_H".into()),
                sys_includes: vec!["avsystem/commons/avs_stream.h".into(), "anjay/dm.h".into()],
                ..config()
            },
        );
        generate(
            &["src/ffi/ext.rs"],
            &out.join("anjay_access_control_ext.h"),
            Config {
                header: Some(GENERATED.into()),
                include_guard: Some("ANJAY_ACCESS_CONTROL_EXT_H".into()),
                sys_includes: vec!["stddef.h".into(), "anjay/access_control.h".into()],
                ..config()
            },
        );
        generate(
            &[
                "src/ffi/numbers.rs",
                "src/ffi/host.rs",
                "src/ffi/serve.rs",
                "src/ffi/application.rs",
                "src/ffi/texts.rs",
            ],
            &out.join("access_control_host.h"),
            Config {
                header: Some(format!("{GENERATED}\n{HOST_INTRODUCTION}")),
                after_includes: Some(version()),
                include_guard: Some("ACCESS_CONTROL_HOST_H".into()),
                sys_includes: vec!["stdbool.h".into(), "stddef.h".into(), "stdint.h".into()],
                export: ExportConfig {
                    // Passed as plain numbers, so that no number is undefined behaviour.
                    include: [
                        "aac_mask_t",
                        "aac_code_t",
                        "aac_error_t",
                        "aac_operation_t",
                        "aac_rule_t",
                        "aac_step_t",
                        "aac_edit_t",
                        "aac_call_t",
                        "aac_why_t",
                    ]
                    .map(String::from)
                    .into(),
                    ..ExportConfig::default()
                },
                ..config()
            },
        );
    }
}
