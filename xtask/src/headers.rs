//! `cargo xtask headers`: writes the C headers in `include/` anew, or, with
//! `--check`, fails if they are not those that the C surfaces make.

use crate::tools::{cargo, run};

/// All of them.
pub const GENERATED: [&str; 4] = [
    "include/access_control_host.h",
    "include/anjay/access_control.h",
    "include/anjay_access_control_ext.h",
    "include/ocf_acl.h",
];

pub fn main(is_check: bool) -> Result<(), String> {
    let mut command = cargo();
    command
        .args(["test", "--quiet", "--locked", "--no-fail-fast"])
        .args(["--package", "anjay-access-control", "--test", "headers"])
        .args(["--package", "ocf-acl", "--test", "header"])
        .args(["--features", "anjay-access-control/headers,ocf-acl/headers"]);
    if !is_check {
        command.env("WRITE_HEADERS", "1");
    }
    run(&mut command)
}
