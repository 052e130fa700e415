//! The machines that the library is built for in advance, and where each of them
//! can be tried: a table for `cargo xtask dist` and `cargo xtask targets`.

/// Where a program for a machine runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// This computer.
    Here,
    /// QEMU's emulator of a Linux program.
    User(&'static str),
    /// `c-examples/firmware` on a board of QEMU; the last are more options of its CMake.
    Board(&'static str, &'static str),
    /// Nowhere: QEMU has no such board.
    Nowhere,
}

pub struct Machine {
    /// Rust's name for it.
    pub target: &'static str,
    /// For people.
    pub what: &'static str,
    /// The C compiler, and Debian's package of it.
    pub compiler: (&'static str, &'static str),
    pub flags: &'static str,
    pub stage: Stage,
}

const ARM: (&str, &str) = (
    "arm-none-eabi-gcc",
    "gcc-arm-none-eabi libnewlib-arm-none-eabi",
);
const RISCV: (&str, &str) = (
    "riscv64-unknown-elf-gcc",
    "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
);

const fn linux(
    target: &'static str,
    what: &'static str,
    compiler: (&'static str, &'static str),
    stage: Stage,
) -> Machine {
    Machine {
        target,
        what,
        compiler,
        flags: "",
        stage,
    }
}

const fn arm(
    target: &'static str,
    what: &'static str,
    flags: &'static str,
    stage: Stage,
) -> Machine {
    Machine {
        target,
        what,
        compiler: ARM,
        flags,
        stage,
    }
}

const fn riscv(
    target: &'static str,
    what: &'static str,
    flags: &'static str,
    stage: Stage,
) -> Machine {
    Machine {
        target,
        what,
        compiler: RISCV,
        flags,
        stage,
    }
}

pub const MACHINES: [Machine; 14] = [
    linux(
        "x86_64-unknown-linux-gnu",
        "Linux on x86_64",
        ("gcc", "gcc"),
        Stage::Here,
    ),
    linux(
        "x86_64-unknown-linux-musl",
        "Linux on x86_64, musl",
        ("musl-gcc", "musl-tools"),
        Stage::Here,
    ),
    linux(
        "aarch64-unknown-linux-gnu",
        "Linux on aarch64",
        (
            "aarch64-linux-gnu-gcc",
            "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
        ),
        Stage::User("qemu-aarch64"),
    ),
    linux(
        "armv7-unknown-linux-gnueabihf",
        "Linux on ARMv7, hard float",
        (
            "arm-linux-gnueabihf-gcc",
            "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
        ),
        Stage::User("qemu-arm"),
    ),
    linux(
        "riscv64gc-unknown-linux-gnu",
        "Linux on riscv64",
        (
            "riscv64-linux-gnu-gcc",
            "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
        ),
        Stage::User("qemu-riscv64"),
    ),
    arm(
        "thumbv6m-none-eabi",
        "Cortex-M0, M0+, M1",
        "-mcpu=cortex-m0plus -mthumb",
        Stage::Board("microbit", ""),
    ),
    arm(
        "thumbv7m-none-eabi",
        "Cortex-M3",
        "-mcpu=cortex-m3 -mthumb",
        Stage::Board("mps2-an385", ""),
    ),
    arm(
        "thumbv7em-none-eabi",
        "Cortex-M4, M7, soft float",
        "-mcpu=cortex-m4 -mthumb -mfloat-abi=soft",
        Stage::Board("mps2-an386", "-DBOARD_FLOAT=soft"),
    ),
    arm(
        "thumbv7em-none-eabihf",
        "Cortex-M4F, M7F",
        "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16",
        Stage::Board("mps2-an386", ""),
    ),
    arm(
        "thumbv8m.base-none-eabi",
        "Cortex-M23",
        "-mcpu=cortex-m23 -mthumb",
        Stage::Nowhere,
    ),
    arm(
        "thumbv8m.main-none-eabi",
        "Cortex-M33, M35P, M55, M85, soft float",
        "-mcpu=cortex-m33 -mthumb -mfloat-abi=soft",
        Stage::Board("mps2-an505", "-DBOARD_FLOAT=soft"),
    ),
    arm(
        "thumbv8m.main-none-eabihf",
        "Cortex-M33, M35P, M55, M85, hard float",
        "-mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16",
        Stage::Board("mps2-an505", ""),
    ),
    riscv(
        "riscv32imc-unknown-none-elf",
        "RV32 imc",
        "-march=rv32imc -mabi=ilp32",
        Stage::Board("virt", "-DBOARD_ISA=rv32imc"),
    ),
    riscv(
        "riscv32imac-unknown-none-elf",
        "RV32 imac",
        "-march=rv32imac -mabi=ilp32",
        Stage::Board("virt", ""),
    ),
];

impl Machine {
    pub fn is_linux(&self) -> bool {
        self.target.contains("-linux-")
    }

    /// A program of its binary utilities.
    pub fn tool(&self, name: &str) -> String {
        let prefix = self.compiler.0.trim_end_matches("gcc");
        match prefix {
            "musl-" => name.to_owned(),
            _ => format!("{prefix}{name}"),
        }
    }
}

/// The named machines, or all.
pub fn named(names: &[String]) -> Result<Vec<&'static Machine>, String> {
    if names == ["--all"] {
        return Ok(MACHINES.iter().collect());
    }
    let find = |name: &String| {
        MACHINES
            .iter()
            .find(|machine| machine.target == name)
            .ok_or_else(|| {
                let known: Vec<&str> = MACHINES.iter().map(|machine| machine.target).collect();
                format!("{name} is none of --all, {}", known.join(", "))
            })
    };
    names.iter().map(find).collect()
}
