//! `cargo xtask headers`: writes the C headers in `include/` anew.

use crate::tools::{cargo, run};

pub fn main() -> Result<(), String> {
    let mut command = cargo();
    command
        .args([
            "test",
            "--quiet",
            "--locked",
            "--package",
            "anjay-access-control",
        ])
        .args(["--features", "headers", "--test", "headers"])
        .env("WRITE_HEADERS", "1");
    run(&mut command)
}
