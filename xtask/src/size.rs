//! `cargo xtask size`: what access control takes of a Cortex-M4's memory.
//!
//! Images are linked as an application's are, with `--gc-sections`, of what it would
//! not hold otherwise, and their sections summed:
//!
//! - **LwM2M**: the engine and its C surface as far as the seven functions and the
//!   port to Anjay reach, and the port itself (`ports/anjay`, variant `core`), compiled
//!   with a stand-in for Anjay's headers, logs and thread safety left out.
//! - **OCF**: the list, all its functions; and decisions, loading and storing alone.
//!
//! Also, for each group of functions of the two headers, what a program pays that calls
//! them: the tables in their introductions, which `--write` brings up to date.
//!
//! Anjay's own functions and the C library's are not counted: firmware has them anyway.
//! A whole image with the real Anjay comes out a little otherwise, as its list macros
//! are code, where the stand-in's are calls: docs/figures.md has both.

use crate::firmware;
use crate::size_groups;
use crate::tools::{output_of, root, run, target_folder};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SHOWN: usize = 10;

const FRAME_POINTERS_PERCENT: u64 = 8;

/// What the application calls; the other roots are the port's, for Anjay.
const SEVEN: [&str; 7] = [
    "anjay_access_control_install",
    "anjay_access_control_is_modified",
    "anjay_access_control_persist",
    "anjay_access_control_purge",
    "anjay_access_control_restore",
    "anjay_access_control_set_acl",
    "anjay_access_control_set_owner",
];

/// What a device needs whose list is made elsewhere: it loads and stores it, and decides.
const KEPT: [&str; 10] = [
    "ocf_acl_check",
    "ocf_acl_count",
    "ocf_acl_encode",
    "ocf_acl_free",
    "ocf_acl_generation",
    "ocf_acl_load",
    "ocf_acl_new",
    "ocf_acl_owner",
    "ocf_acl_reset",
    "ocf_acl_set_owner",
];

const PORT: [&str; 3] = ["functions.c", "module.c", "core.c"];

const CFLAGS: [&str; 9] = [
    "-std=c99",
    "-mcpu=cortex-m4",
    "-mthumb",
    "-mfpu=fpv4-sp-d16",
    "-mfloat-abi=hard",
    "-Os",
    "-DNDEBUG",
    "-ffunction-sections",
    "-fdata-sections",
];

/// Anjay 3.14 with its defaults, but without thread safety, as the figures are for.
const CONFIGURATION: [&str; 5] = [
    "-DAAC_PORT_CORE=1",
    "-DAAC_PORT_OBJECTS_BY_DM=1",
    "-DAAC_PORT_QUEUE_BY_PATH=1",
    "-DANJAY_WITH_LWM2M12",
    "-DMOCK_WITHOUT_LOGS",
];

/// An image of this name, in `xtask/size-budget.toml` too.
struct Image {
    name: &'static str,
    objects: Vec<PathBuf>,
    roots: BTreeSet<String>,
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The value of a line such as `lwm2m = 6700`.
fn budget(name: &str) -> Result<u64, String> {
    let text = read(&root().join("xtask/size-budget.toml"))?;
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(|| format!("xtask/size-budget.toml has no number for {name}"))
}

/// What an object or archive defines for others, or asks of them.
pub fn symbols(which: &str, file: &Path) -> Result<BTreeSet<String>, String> {
    let listed = output_of(
        Command::new("arm-none-eabi-nm")
            .args(["--extern-only", "--format=posix", which])
            .arg(file),
    )?;
    let names = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name.to_owned());
    Ok(names.collect())
}

/// Allocated bytes that are in flash (code and constants), and in RAM.
fn sections(elf: &Path) -> Result<[u64; 2], String> {
    let printed = output_of(Command::new("arm-none-eabi-size").arg(elf))?;
    let numbers = printed.lines().nth(1).unwrap_or_default();
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    match numbers[..] {
        [text, data, bss, ..] => Ok([text + data, data + bss]),
        _ => Err(format!("size printed:\n{printed}")),
    }
}

fn port(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mock = root().join("tests/anjay-mock");
    let compile = |source: &&str| {
        let object = folder.join(source).with_extension("o");
        run(Command::new("arm-none-eabi-gcc")
            .args(CFLAGS)
            .args(CONFIGURATION)
            .arg("-I")
            .arg(mock.join("include"))
            .arg("-I")
            .arg(root().join("include"))
            .arg("-c")
            .arg(root().join("ports/anjay").join(source))
            .arg("-o")
            .arg(&object))?;
        Ok(object)
    };
    PORT.iter().map(compile).collect()
}

/// Links what these roots need.
fn link(name: &str, objects: &[PathBuf], roots: &BTreeSet<String>) -> Result<PathBuf, String> {
    let folder = target_folder().join("c-firmware");
    let elf = folder.join(name).with_extension("elf");
    output_of(
        Command::new("arm-none-eabi-ld")
            .args(["--gc-sections", "--entry=0"])
            .arg("--unresolved-symbols=ignore-all")
            .args(roots.iter().flat_map(|name| ["-u", name]))
            .args(objects)
            .arg("-o")
            .arg(&elf),
    )?;
    Ok(elf)
}

/// The flash that what these roots need takes.
pub fn flash_of(name: &str, objects: &[PathBuf], roots: &BTreeSet<String>) -> Result<u64, String> {
    let [flash, _] = sections(&link(name, objects, roots)?)?;
    Ok(flash)
}

/// A ready-made standard library, as from rustup, has them.
fn has_frame_pointers() -> Result<bool, String> {
    let cache = read(&target_folder().join("c-firmware/CMakeCache.txt"))?;
    Ok(cache.contains("AAC_FRAME_POINTERS:INTERNAL=ON"))
}

impl Image {
    /// Links it; returns its bytes in flash, or an error if they are too many.
    fn measure(&self) -> Result<String, String> {
        let mut defined = BTreeSet::new();
        for object in &self.objects {
            defined.append(&mut symbols("--defined-only", object)?);
        }
        if let Some(missing) = self.roots.difference(&defined).next() {
            return Err(format!("{}: nobody defines {missing}", self.name));
        }
        let elf = link(self.name, &self.objects, &self.roots)?;
        println!("\n{}, the {SHOWN} largest:", self.name);
        let largest = output_of(
            Command::new("arm-none-eabi-nm")
                .args(["--print-size", "--size-sort", "--reverse-sort"])
                .args(["--radix=d", "--demangle"])
                .arg(&elf),
        )?;
        for line in largest.lines().take(SHOWN) {
            let mut words = line.splitn(4, ' ').skip(1);
            let size = words.next().unwrap_or_default().trim_start_matches('0');
            println!("{size:>6}  {}", words.nth(1).unwrap_or_default());
        }
        let [flash, ram] = sections(&elf)?;
        let mut most = budget(self.name)?;
        if has_frame_pointers()? {
            most += most * FRAME_POINTERS_PERCENT / 100;
        }
        let name = self.name;
        let line = format!("{name}: {flash} bytes of flash (budget {most}), {ram} of RAM");
        match flash > most || ram > budget("ram")? {
            true => Err(format!("{line}: above xtask/size-budget.toml")),
            false => Ok(line),
        }
    }
}

pub fn main(is_write: bool) -> Result<(), String> {
    let engine = firmware::archive("engine", "liblwm2m_access_control.a")?;
    let ocf = firmware::archive("ocf", "libocf_acl_static.a")?;
    let folder = target_folder().join("c-firmware");
    let port = port(&folder)?;
    let mut roots: BTreeSet<String> = SEVEN.map(str::to_owned).into();
    for object in &port {
        roots.append(&mut symbols("--defined-only", object)?);
    }
    // What a program that does not call it does not pay for.
    roots.remove("anjay_access_control_provision");
    let every: BTreeSet<String> = symbols("--defined-only", &ocf)?
        .into_iter()
        .filter(|name| name.starts_with("ocf_acl_"))
        .collect();
    let is_lean = !has_frame_pointers()?;
    let mut result = Ok(());
    for (header, archive) in size_groups::HEADERS.iter().zip([&engine, &ocf]) {
        if let Err(error) = size_groups::look(header, archive, is_write, is_lean) {
            println!("{error}");
            result = Err(error);
        }
    }
    let images = [
        Image {
            name: "lwm2m",
            objects: [port, vec![engine]].concat(),
            roots,
        },
        Image {
            name: "ocf",
            objects: vec![ocf.clone()],
            roots: every,
        },
        Image {
            name: "ocf_decisions_load_store",
            objects: vec![ocf],
            roots: KEPT.map(str::to_owned).into(),
        },
    ];
    let lines: Vec<_> = images.iter().map(Image::measure).collect();
    println!();
    for line in lines {
        match line {
            Ok(line) => println!("{line}"),
            Err(line) => {
                println!("{line}");
                result = Err(line);
            }
        }
    }
    result
}
