//! Developer tools: `cargo xtask …`.
fn main() {}
