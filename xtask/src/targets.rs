//! `cargo xtask targets`: every machine of the table is built for and, where QEMU can,
//! run: the prefix of `cargo xtask dist`, used by a program in C that CMake, and on
//! bare metal a Makefile too, builds where there is no cargo.

use crate::dist::{compiler_options, prefix, remove};
use crate::machines::{self, MACHINES, Machine, Stage};
use crate::tools::{require, root, run, target_folder};
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `--quick` tries: the usual core, and one of another family.
const QUICK: [&str; 2] = ["thumbv7em-none-eabihf", "riscv32imac-unknown-none-elf"];

pub fn main(arguments: &[String]) -> Result<(), String> {
    let machines = match arguments {
        [] => MACHINES.iter().collect(),
        [quick] if quick == "--quick" => machines::named(&QUICK.map(str::to_owned))?,
        names => machines::named(names)?,
    };
    let folder = target_folder().join("dist");
    let mut table = vec!["| target | for | built | run |\n|---|---|---|---|".to_owned()];
    let mut failures = Vec::new();
    for machine in machines {
        let outcome = prefix(machine, false, &folder).and_then(|prefix| {
            let where_ = try_out(machine, &prefix, &folder.join("try").join(machine.target))?;
            Ok(format!("yes | {where_}"))
        });
        let cells = outcome.unwrap_or_else(|error| {
            failures.push(format!("{}: {error}", machine.target));
            "NO | NO".to_owned()
        });
        table.push(format!(
            "| `{}` | {} | {cells} |",
            machine.target, machine.what
        ));
    }
    println!("{}", table.join("\n"));
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}

/// Links programs against the prefix and runs them; returns where.
fn try_out(machine: &Machine, prefix: &Path, folder: &Path) -> Result<String, String> {
    // CMake remembers where it found the library.
    remove(folder)?;
    let path = path_without_cargo(machine, folder)?;
    match machine.stage {
        Stage::Nowhere => Ok("no: QEMU has no such board".to_owned()),
        Stage::Board(board, options) => {
            firmware(machine, (board, options), prefix, folder, &path)?;
            Ok(format!("firmware example on QEMU's `{board}`"))
        }
        Stage::Here => {
            consumers(machine, None, prefix, folder, &path)?;
            Ok("both consumers, on this computer".to_owned())
        }
        Stage::User(emulator) => {
            consumers(machine, Some(emulator), prefix, folder, &path)?;
            Ok(format!("both consumers, by `{emulator}`"))
        }
    }
}

/// `c-examples/firmware` by CMake and by its Makefile.
fn firmware(
    machine: &Machine,
    (board, options): (&str, &str),
    prefix: &Path,
    folder: &Path,
    path: &Path,
) -> Result<(), String> {
    let source = root().join("c-examples/firmware");
    let build = folder.join("firmware");
    let mut configure = Command::new("cmake");
    configure
        .env("PATH", path)
        .arg("-S")
        .arg(&source)
        .arg("-B")
        .arg(&build);
    configure.arg(format!(
        "-DCMAKE_TOOLCHAIN_FILE={}/toolchain.cmake",
        source.display()
    ));
    configure.args(["-G", "Unix Makefiles", "-DUSE_INSTALLED=ON"]);
    configure.arg(format!("-DBOARD={board}"));
    configure.args(options.split_whitespace());
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    run(&mut configure)?;
    run(Command::new("cmake")
        .env("PATH", path)
        .arg("--build")
        .arg(&build)
        .args(["--clean-first", "--target", "run"]))?;
    if options.is_empty() {
        run(Command::new("make")
            .env("PATH", path)
            .arg("-C")
            .arg(&source)
            .arg(format!("OUT={}", folder.join("make").display()))
            .arg(format!("BOARD={board}"))
            .arg(format!("TARGET={}", machine.target))
            .arg(format!("PREFIX={}", prefix.display()))
            .args(["clean", "run"]))?;
    }
    Ok(())
}

/// The consumers of the engine and of the list of OCF.
fn consumers(
    machine: &Machine,
    emulator: Option<&str>,
    prefix: &Path,
    folder: &Path,
    path: &Path,
) -> Result<(), String> {
    for name in ["engine", "ocf"] {
        let build = folder.join(name);
        let mut configure = Command::new("cmake");
        configure.env("PATH", path).arg("-S");
        configure.arg(root().join("tests/cmake-consumer").join(name));
        configure
            .arg("-B")
            .arg(&build)
            .args(compiler_options(machine));
        configure.args(["-G", "Unix Makefiles"]);
        // QEMU then needs no folder with the machine's shared libraries.
        configure.arg("-DCMAKE_EXE_LINKER_FLAGS=-static");
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        run(&mut configure)?;
        run(Command::new("cmake")
            .env("PATH", path)
            .arg("--build")
            .arg(&build)
            .arg("--clean-first"))?;
        let program = build.join("app");
        match emulator {
            Some(emulator) => run(Command::new(emulator).arg(program))?,
            None => run(&mut Command::new(program))?,
        }
    }
    Ok(())
}

/// A `PATH` with the tools of a C programmer, and without cargo and rustc.
fn path_without_cargo(machine: &Machine, folder: &Path) -> Result<PathBuf, String> {
    let bin = folder.join("no-cargo");
    fs::create_dir_all(&bin).map_err(|e| e.to_string())?;
    let (compiler, packages) = machine.compiler;
    let ar = machine.tool("ar");
    let mut tools = vec![
        ("cmake", "cmake"),
        ("make", "make"),
        ("sh", "dash"),
        ("mkdir", "coreutils"),
        ("rm", "coreutils"),
        (compiler, packages),
        (ar.as_str(), packages),
    ];
    match machine.stage {
        Stage::Board("virt", _) => tools.push(("qemu-system-riscv32", "qemu-system-misc")),
        Stage::Board(..) => tools.push(("qemu-system-arm", "qemu-system-arm")),
        Stage::User(emulator) => tools.push((emulator, "qemu-user")),
        // musl's compiler is a script that calls gcc, and that its parts.
        Stage::Here => {
            tools.extend(["x86_64-linux-gnu-gcc", "gcc", "as", "ld"].map(|name| (name, "gcc")))
        }
        Stage::Nowhere => {}
    }
    require(&tools)?;
    let path = env::var_os("PATH").unwrap_or_default();
    for (tool, _) in tools {
        let found = env::split_paths(&path).map(|folder| folder.join(tool));
        let mut found = found;
        let found = found.find(|file| file.is_file());
        let found = found.ok_or_else(|| format!("{tool} is missing"))?;
        let link = bin.join(tool);
        if !link.exists() {
            symlink(found, &link).map_err(|e| format!("{}: {e}", link.display()))?;
        }
    }
    Ok(bin)
}
