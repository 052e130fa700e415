//! Files in and out: bounded reading, and writing that happens whole or not at
//! all.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// No device's state is larger. More is not read.
pub const MAX_BLOB: u64 = 8 << 20;
/// No policy is larger.
pub const MAX_POLICY: u64 = 64 << 20;

/// What went wrong with a file: one line.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct Trouble {
    path: PathBuf,
    what: String,
}

impl Trouble {
    /// Says what is wrong with a file.
    pub fn new(path: &Path, what: impl ToString) -> Trouble {
        Trouble {
            path: path.to_owned(),
            what: what.to_string(),
        }
    }

    /// The same, for an error of the system, without its number.
    pub fn of_io(path: &Path, error: &io::Error) -> Trouble {
        let text = error.to_string();
        let what = text.split(" (os error").next().unwrap_or_default();
        Trouble::new(path, what)
    }
}

/// Whether standard input, or output, is meant.
#[must_use]
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file, or standard input for `-`, that is not above a size.
///
/// # Errors
/// When it cannot be read or is larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let take =
        |source: &mut dyn Read, bytes: &mut Vec<u8>| source.take(limit + 1).read_to_end(bytes);
    let result = if is_standard(path) {
        take(&mut io::stdin().lock(), &mut bytes)
    } else {
        File::open(path).and_then(|mut file| take(&mut file, &mut bytes))
    };
    result.map_err(|error| Trouble::of_io(path, &error))?;
    if bytes.len() as u64 > limit {
        let what = format!(
            "larger than {} MiB, which nothing of this kind is",
            limit >> 20
        );
        return Err(Trouble::new(path, what));
    }
    Ok(bytes)
}

/// Reads text.
///
/// # Errors
/// As [`read`]; also when it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Trouble> {
    String::from_utf8(read(path, MAX_POLICY)?).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Trouble::new(path, format!("not text: byte {offset} is not UTF-8"))
    })
}

/// Writes a file, or standard output for `-`. The file is as before until all
/// is written.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let result = if is_standard(path) {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    } else {
        replace(path, bytes)
    };
    result.map_err(|error| Trouble::of_io(path, &error))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file; the umask takes its part.
        builder.permissions(Permissions::from_mode(0o666))
    };
    let mut file = builder.prefix(".lwm2m-acl-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
