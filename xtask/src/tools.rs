//! Running other programs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo puts what is built.
pub fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The cargo that runs this, in the root of the repository.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root());
    command
}

/// Runs a program whose output is for the user.
pub fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", command.get_program().display())),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}

/// Runs a program for its output.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}\n{errors}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{name}: {error}"))
}

/// Fails with a list of all that is missing, given as program and Debian package.
pub fn require(programs: &[(&str, &str)]) -> Result<(), String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_missing =
        |name: &str| !env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let missing: Vec<String> = programs
        .iter()
        .filter(|(program, _)| is_missing(program))
        .map(|(program, package)| format!("{program} is missing: apt-get install {package}"))
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(missing.join("\n")),
    }
}
