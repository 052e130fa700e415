//! With the feature `headers`: makes the C headers from the C surface, for the
//! test that compares them with those in `include/`. Otherwise does nothing, so
//! that nobody needs cbindgen to build the library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
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
    const HOST_HOOKS: &str = include_str!("src/ffi/host_hooks.h");

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

    fn generate(source: &str, to: &Path, config: Config) {
        println!("cargo::rerun-if-changed={source}");
        let mut text = Vec::new();
        Builder::new()
            .with_config(config)
            .with_src(source)
            .generate()
            .unwrap_or_else(|error| panic!("{source}: {error}"))
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

    pub fn make() {
        for file in ["src/ffi/host_introduction.h", "src/ffi/host_hooks.h"] {
            println!("cargo::rerun-if-changed={file}");
        }
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
        println!("cargo::rustc-env=GENERATED_HEADERS={}", out.display());
        generate(
            "src/ffi/api.rs",
            &out.join("anjay/access_control.h"),
            Config {
                header: Some(GENERATED.into()),
                include_guard: Some("ANJAY_INCLUDE_ANJAY_MODULES_ACCESS_CONTROL_H".into()),
                sys_includes: vec!["avsystem/commons/avs_stream.h".into(), "anjay/dm.h".into()],
                ..config()
            },
        );
        generate(
            "src/ffi/ext.rs",
            &out.join("anjay_access_control_ext.h"),
            Config {
                header: Some(GENERATED.into()),
                include_guard: Some("ANJAY_ACCESS_CONTROL_EXT_H".into()),
                sys_includes: vec!["stddef.h".into(), "anjay/access_control.h".into()],
                ..config()
            },
        );
        generate(
            "src/ffi/host.rs",
            &out.join("access_control_host.h"),
            Config {
                header: Some(format!("{GENERATED}\n{HOST_INTRODUCTION}")),
                trailer: Some(HOST_HOOKS.into()),
                include_guard: Some("ACCESS_CONTROL_HOST_H".into()),
                sys_includes: vec!["stdbool.h".into(), "stddef.h".into(), "stdint.h".into()],
                export: ExportConfig {
                    // Passed as plain numbers, so that no number is undefined behaviour.
                    include: [
                        "aac_operation_t",
                        "aac_rule_t",
                        "aac_step_t",
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
