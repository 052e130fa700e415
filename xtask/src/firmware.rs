//! `cargo xtask firmware`: builds `c-examples/firmware` and runs it under QEMU.
//!
//! CMake finds a Rust toolchain for the Cortex-M4 and says what is missing;
//! nothing is installed.

use crate::tools::{require, root, run, target_folder};
use std::path::PathBuf;
use std::process::Command;

const BUILDING: [(&str, &str); 4] = [
    ("cmake", "cmake"),
    ("make", "make"),
    ("arm-none-eabi-gcc", "gcc-arm-none-eabi"),
    ("arm-none-eabi-ld", "binutils-arm-none-eabi"),
];
const NEWLIB: &str = "libnewlib-arm-none-eabi";

fn folder() -> PathBuf {
    target_folder().join("c-firmware")
}

fn cmake_build(target: &str) -> Result<(), String> {
    let mut command = Command::new("cmake");
    run(command
        .arg("--build")
        .arg(folder())
        .args(["--target", target]))
}

/// `refusals`: whether the client is told of them, which costs flash.
fn configure(refusals: &str) -> Result<(), String> {
    require(&BUILDING)?;
    // gcc names a file that it does not find by its bare name.
    let specs = Command::new("arm-none-eabi-gcc")
        .arg("-print-file-name=nano.specs")
        .output();
    if !specs.is_ok_and(|output| output.stdout.contains(&b'/')) {
        return Err(format!("newlib is missing: apt-get install {NEWLIB}"));
    }
    let source = root().join("c-examples/firmware");
    let mut command = Command::new("cmake");
    command.arg("-S").arg(&source).arg("-B").arg(folder());
    let mut toolchain = std::ffi::OsString::from("-DCMAKE_TOOLCHAIN_FILE=");
    toolchain.push(source.join("toolchain.cmake"));
    command.arg(format!("-DAAC_REFUSALS={refusals}"));
    command.arg(crate::dist::shared_cargo_folder());
    run(command.args(["-G", "Unix Makefiles"]).arg(toolchain))
}

/// An archive for the Cortex-M4, for a client that logs nothing.
pub fn archive(name: &str, file: &str) -> Result<PathBuf, String> {
    configure("OFF")?;
    cmake_build(&format!("aac_cargo_{name}"))?;
    Ok(folder().join("anjay_access_control/lib").join(file))
}

pub fn main() -> Result<(), String> {
    require(&[("qemu-system-arm", "qemu-system-arm")])?;
    configure("ON")?;
    cmake_build("run")
}
