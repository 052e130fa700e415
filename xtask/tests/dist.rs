//! The tarballs of `cargo xtask dist`: the same bytes each time, and built and used
//! where there is neither a network nor a filled cargo home.
#![allow(missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn run(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("dist")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// Makes tarballs in a target folder of its own; their names and contents.
fn dist(name: &str) -> Vec<(String, Vec<u8>)> {
    let target = empty_folder(name);
    run(Command::new(env!("CARGO_BIN_EXE_xtask"))
        .env("CARGO_TARGET_DIR", &target)
        .args(["dist", "--source", "--without-sandbox"])
        .arg("x86_64-unknown-linux-gnu"));
    let mut made = Vec::new();
    for entry in fs::read_dir(target.join("dist")).expect("it was made") {
        let file = entry.expect("it can be read").path();
        if file.extension().is_some_and(|extension| extension == "gz") {
            let name = file.file_name().expect("a file").to_string_lossy();
            made.push((name.into_owned(), fs::read(&file).expect("it was made")));
        }
    }
    made.sort();
    made
}

fn unpack(tarball: &[u8], to: &Path) -> PathBuf {
    fs::write(to.join("it.tar.gz"), tarball).expect("it is ours");
    run(Command::new("tar")
        .current_dir(to)
        .args(["-xf", "it.tar.gz"]));
    let folders = fs::read_dir(to).expect("it is there");
    let mut folders = folders.map(|entry| entry.expect("it can be read").path());
    folders.find(|it| it.is_dir()).expect("one folder is in it")
}

/// The archive of the engine from the source tarball, as somebody without a network
/// builds it, in a folder of this name.
fn from_source(tarball: &[u8], name: &str) -> Vec<u8> {
    let folder = empty_folder(name);
    let source = unpack(tarball, &folder);
    let build = folder.join("build");
    let home = folder.join("home");
    let offline = |command: &mut Command| {
        let nowhere = "http://127.0.0.1:9";
        run(command
            .env("CARGO_HOME", &home)
            .env("CARGO_HTTP_PROXY", nowhere)
            .env("https_proxy", nowhere))
    };
    let mut configure = Command::new("cmake");
    offline(configure.arg("-S").arg(&source).arg("-B").arg(&build));
    let mut make = Command::new("cmake");
    let warnings = offline(
        make.arg("--build")
            .arg(&build)
            .args(["--target", "aac_cargo_engine"]),
    );
    assert!(!warnings.contains("warning"), "{warnings}");
    fs::read(build.join("lib/liblwm2m_access_control.a")).expect("it was built")
}

#[test]
fn two_runs_give_the_same_bytes() {
    let first = dist("first");
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        matches!(names[..], [source, built] if source.contains("-source.")
            && built.contains("x86_64-unknown-linux-gnu")),
        "{names:?}"
    );
    let second = dist("second, elsewhere");
    for ((name, one), (_, other)) in first.iter().zip(&second) {
        assert!(one == other, "{name} has other bytes the second time");
    }
    assert_eq!(first.len(), second.len());

    // It says nothing of where it was made.
    let (_, built) = &first[1];
    let prefix = unpack(built, &empty_folder("prefix"));
    let here = env!("CARGO_MANIFEST_DIR").trim_end_matches("/xtask");
    let found = Command::new("grep")
        .args(["-r", "-l", "-F", here])
        .arg(&prefix)
        .output()
        .expect("grep runs");
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.is_empty(), "{here} stands in {found}");

    let (_, source) = &first[0];
    let one = from_source(source, "source");
    let other = from_source(source, "another place");
    assert!(one == other, "the archive depends on where it is built");
}
