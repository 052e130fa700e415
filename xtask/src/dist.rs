//! `cargo xtask dist TARGET…`: the library built in advance, for people without Rust.
//!
//! For each target a tarball of an installed prefix, with a manifest. All have the
//! same folder at the top and differ in what they say of their target: unpacked over
//! each other they are one prefix for several, of which CMake takes the right one.
//!
//! Two runs give the same bytes, as the archives hold no path and no time, and the
//! tarballs those of the commit.

use crate::machines::{self, Machine};
use crate::source;
use crate::tools::{output_of, require, root, run, target_folder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = "--source";
const WITHOUT_SANDBOX: &str = "--without-sandbox";

pub fn main(arguments: &[String]) -> Result<(), String> {
    let folder = target_folder().join("dist");
    let has = |option: &str| arguments.iter().any(|it| it == option);
    let sandbox = !has(WITHOUT_SANDBOX);
    let targets = arguments
        .iter()
        .filter(|it| *it != SOURCE && *it != WITHOUT_SANDBOX);
    let targets: Vec<String> = targets.cloned().collect();
    let machines = machines::named(&targets)?;
    let mut made = Vec::new();
    if has(SOURCE) {
        made.push(source::tarball(&folder)?);
    }
    for machine in machines {
        let prefix = prefix(machine, sandbox, &folder)?;
        made.push(pack(&prefix, machine.target, &folder)?);
    }
    for tarball in made {
        println!("{}  {}", sha256(&tarball)?, tarball.display());
    }
    Ok(())
}

pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The name of the folder at the top of all tarballs.
pub fn top() -> String {
    format!("anjay-access-control-{}", version())
}

/// A prefix with the library for this machine alone, by CMake, as anybody installs it.
pub fn prefix(machine: &Machine, sandbox: bool, folder: &Path) -> Result<PathBuf, String> {
    require(&[
        ("cmake", "cmake"),
        ("make", "make"),
        ("sha256sum", "coreutils"),
        machine.compiler,
    ])?;
    let build = folder.join("build").join(machine.target);
    let stage = folder.join("stage").join(machine.target);
    let prefix = stage.join(top());
    // What is no longer installed is not to be in it.
    remove(&stage)?;
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(root()).arg("-B").arg(&build);
    configure.args(["-G", "Unix Makefiles", "-DCMAKE_BUILD_TYPE=Release"]);
    configure.args(["-DCMAKE_INSTALL_LIBDIR=lib", "-DAAC_INSTALL_BY_TARGET=ON"]);
    configure.arg(shared_cargo_folder());
    let sandbox = if sandbox { "ON" } else { "OFF" };
    configure.arg(format!("-DAAC_BUILD_SANDBOX={sandbox}"));
    configure.args(compiler_options(machine));
    run(&mut configure)?;
    run(Command::new("cmake").arg("--build").arg(&build))?;
    output_of(
        Command::new("cmake")
            .arg("--install")
            .arg(&build)
            .arg("--prefix")
            .arg(&prefix),
    )?;
    let config = prefix.join("lib/cmake/anjay_access_control/targets");
    if !config.join(format!("{}.cmake", machine.target)).is_file() {
        return Err(format!(
            "{} was not taken to build for {}",
            machine.compiler.0, machine.target
        ));
    }
    write_manifest(machine, &prefix)?;
    Ok(prefix)
}

/// Where cargo compiles for whatever CMake builds here.
pub fn shared_cargo_folder() -> String {
    let folder = target_folder().join("dist/cargo");
    format!("-DAAC_CARGO_TARGET_DIR={}", folder.display())
}

/// The options with which CMake takes the compiler of a machine.
pub fn compiler_options(machine: &Machine) -> Vec<String> {
    let mut options = vec![
        format!("-DCMAKE_C_COMPILER={}", machine.compiler.0),
        format!("-DCMAKE_C_FLAGS={}", machine.flags),
        // Bare metal has nothing to link a test program with.
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY".to_owned(),
    ];
    if !machine.is_linux() {
        options.push("-DCMAKE_SYSTEM_NAME=Generic".to_owned());
    }
    options
}

/// What it is, of what, made with what.
fn write_manifest(machine: &Machine, prefix: &Path) -> Result<(), String> {
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let installed = prefix.join(format!(
        "lib/cmake/anjay_access_control/targets/{}.cmake",
        machine.target
    ));
    let built = fs::read_to_string(&installed).map_err(|e| e.to_string())?;
    let built = first_line(built);
    let compiler = first_line(output_of(
        Command::new(machine.compiler.0).arg("--version"),
    )?);
    let mut lines = vec![
        format!(
            "name = \"anjay_access_control\"\nversion = \"{}\"",
            version()
        ),
        format!("commit = \"{}\"", commit("%H")?),
        format!(
            "target = \"{}\"\nfor = \"{}\"",
            machine.target, machine.what
        ),
        format!("built = \"{}\"", built.trim_start_matches("# ")),
        format!("c-compiler = \"{} {}\"", compiler, machine.flags),
    ];
    let folder = prefix.join("lib").join(machine.target);
    for archive in sorted_files(&folder)? {
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".a") {
            continue;
        }
        // Of all members together, before the linker drops what is not used.
        let printed = output_of(Command::new(machine.tool("size")).arg("-t").arg(&archive))?;
        let totals = printed.lines().last().unwrap_or_default();
        let mut sizes = totals.split_whitespace();
        let mut next = || sizes.next().unwrap_or("0").to_owned();
        let (text, data, bss) = (next(), next(), next());
        lines.push(format!(
            "\n[[archive]]\nfile = \"lib/{}/{name}\"\nbytes = {}\ntext = {text}\ndata = {data}\n\
             bss = {bss}\nsha256 = \"{}\"",
            machine.target,
            fs::metadata(&archive).map_err(|e| e.to_string())?.len(),
            sha256(&archive)?
        ));
    }
    let manifest = prefix.join("share/anjay_access_control/manifest");
    fs::create_dir_all(&manifest).map_err(|e| e.to_string())?;
    let file = manifest.join(format!("{}.toml", machine.target));
    fs::write(file, lines.join("\n") + "\n").map_err(|e| e.to_string())
}

pub fn remove(folder: &Path) -> Result<(), String> {
    match folder.exists() {
        true => fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display())),
        false => Ok(()),
    }
}

fn sorted_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let name = folder.display();
    let listed = fs::read_dir(folder).map_err(|e| format!("{name}: {e}"))?;
    let mut files = Vec::new();
    for entry in listed {
        files.push(entry.map_err(|e| format!("{name}: {e}"))?.path());
    }
    files.sort();
    Ok(files)
}

pub fn commit(format: &str) -> Result<String, String> {
    let mut git = Command::new("git");
    let printed =
        output_of(
            git.current_dir(root())
                .args(["log", "-1", &format!("--format={format}")]),
        )?;
    Ok(printed.trim().to_owned())
}

pub fn sha256(file: &Path) -> Result<String, String> {
    let printed = output_of(Command::new("sha256sum").arg(file))?;
    Ok(printed.split(' ').next().unwrap_or_default().to_owned())
}

/// Packs a folder: in the order of the names, with the commit's time, as nobody's.
pub fn pack(contents: &Path, suffix: &str, folder: &Path) -> Result<PathBuf, String> {
    let tarball = folder.join(format!("{}-{suffix}.tar.gz", top()));
    let tar = tarball.with_extension("");
    let parent = contents.parent().unwrap_or(contents);
    let name = contents.file_name().unwrap_or_default();
    run(Command::new("tar")
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--mode=u=rwX,go=rX", "--format=ustar"])
        .arg(format!("--mtime=@{}", commit("%ct")?))
        .arg("-cf")
        .arg(&tar)
        .arg("-C")
        .arg(parent)
        .arg(name))?;
    run(Command::new("gzip").args(["-9", "-n", "-f"]).arg(&tar))?;
    Ok(tarball)
}
