//! Writes the seeds of all targets: `cargo run -p anjay-access-control-hardening
//! --example seeds -- fuzz/corpus`.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "fuzz/corpus".into());
    for (name, _) in hardening::TARGETS {
        let folder = Path::new(&folder).join(name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in hardening::seeds::of(name).iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
    }
    Ok(())
}
