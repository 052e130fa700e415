//! Files in and out: bounded reading, and writing that happens whole or not at
//! all where there is a file to keep.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// No device's state is larger. More is not read.
pub const MAX_BLOB: u64 = 8 << 20;
/// No policy is larger.
pub const MAX_POLICY: u64 = 64 << 20;

/// As many links as a system follows.
const MAX_LINKS: usize = 40;

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
    read_by_kind(path, |_| limit)
}

/// Reads a file whose first bytes say how large it may be.
///
/// # Errors
/// As [`read`].
pub fn read_by_kind(path: &Path, limit: impl Fn(&[u8]) -> u64) -> Result<Vec<u8>, Trouble> {
    /// Enough to know what it is.
    const FIRST: u64 = 4096;
    let mut bytes = Vec::new();
    let mut take = |source: &mut dyn Read| {
        source.take(FIRST).read_to_end(&mut bytes)?;
        let limit = limit(&bytes);
        // One more than allowed, to see that there is more.
        let more = (limit + 1).saturating_sub(bytes.len() as u64);
        source.take(more).read_to_end(&mut bytes)?;
        Ok(limit)
    };
    let result = if is_standard(path) {
        take(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| take(&mut file))
    };
    let limit = result.map_err(|error| Trouble::of_io(path, &error))?;
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
    text(path, read(path, MAX_POLICY)?)
}

/// What was read, as text.
///
/// # Errors
/// When it is not UTF-8.
pub fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Trouble> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Trouble::new(path, format!("not text: byte {offset} is not UTF-8"))
    })
}

/// Refuses an output that is one of the inputs, by whatever names: it would
/// overwrite what a person wrote, or what came from a device.
///
/// # Errors
/// When it is.
pub fn refuse_input_as_output(output: &Path, inputs: &[&Path]) -> Result<(), Trouble> {
    let identity = |path: &Path, standard: fn() -> io::Result<fs::Metadata>| {
        let found = match is_standard(path) {
            true => standard(),
            false => fs::metadata(path),
        };
        // Terminals and pipes may well be both.
        let file = found.ok().filter(fs::Metadata::is_file)?;
        identity(&file, path)
    };
    let Some(written) = identity(output, standard_output) else {
        return Ok(());
    };
    let is_read = |input: &&&Path| identity(input, standard_input).as_ref() == Some(&written);
    match inputs.iter().find(is_read) {
        Some(input) => {
            let what = format!("is an input too ({}): it is left as it is", input.display());
            Err(Trouble::new(output, what))
        }
        None => Ok(()),
    }
}

/// What a file is the same by, under any name. Nothing is opened for it: a pipe
/// would wait for whoever writes.
#[cfg(unix)]
fn identity(found: &fs::Metadata, _: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata, path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

#[cfg(unix)]
fn metadata_of(descriptor: std::os::fd::BorrowedFd<'_>) -> io::Result<fs::Metadata> {
    File::from(descriptor.try_clone_to_owned()?).metadata()
}

fn standard_input() -> io::Result<fs::Metadata> {
    #[cfg(unix)]
    return metadata_of(std::os::fd::AsFd::as_fd(&io::stdin()));
    #[cfg(not(unix))]
    Err(io::ErrorKind::Unsupported.into())
}

fn standard_output() -> io::Result<fs::Metadata> {
    #[cfg(unix)]
    return metadata_of(std::os::fd::AsFd::as_fd(&io::stdout()));
    #[cfg(not(unix))]
    Err(io::ErrorKind::Unsupported.into())
}

/// Writes a file, or standard output for `-`. A regular file is as before until
/// all is written, and keeps its mode and owner. Links are followed. What is no
/// regular file (a pipe, a device) is written into.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let result = match destination(path) {
        Ok(Destination::StandardOutput) => return print(bytes),
        Ok(Destination::Stream) => {
            let file = OpenOptions::new().write(true).truncate(true).open(path);
            file.and_then(|mut file| file.write_all(bytes))
        }
        Ok(Destination::File(file)) => replace(&file, bytes),
        Err(error) => Err(error),
    };
    result.map_err(|error| Trouble::of_io(path, &error))
}

/// Writes to standard output. Whoever reads may stop reading.
///
/// # Errors
/// When it cannot be written.
pub fn print(bytes: &[u8]) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::of_io(Path::new("standard output"), &error))
        }
        _ => Ok(()),
    }
}

/// What an output is.
enum Destination {
    StandardOutput,
    /// Not to be replaced: a pipe, a device, an open file without a name.
    Stream,
    /// A regular file, or none yet, at the end of all links.
    File(PathBuf),
}

fn destination(path: &Path) -> io::Result<Destination> {
    if is_standard(path) {
        return Ok(Destination::StandardOutput);
    }
    let found = match fs::metadata(path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(found) = &found {
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // `/dev/stdout`, whatever it leads to: more may have been written there,
        // and more may follow.
        let standard = standard_output().ok();
        let standard = standard.and_then(|found| identity(&found, path));
        if is_descriptor(path) && standard == identity(found, path) {
            return Ok(Destination::StandardOutput);
        }
        if !found.is_file() || is_descriptor(path) {
            return Ok(Destination::Stream);
        }
    }
    follow(path).map(Destination::File)
}

/// Whether a path names a descriptor of a process and not a file.
fn is_descriptor(path: &Path) -> bool {
    let of_process = |path: &Path| path.starts_with("/proc") || path.starts_with("/dev/fd");
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if of_process(&path) {
            return true;
        }
        match step(&path) {
            Some(next) => path = next,
            None => return false,
        }
    }
    false
}

/// Where a link leads, if it is one.
fn step(path: &Path) -> Option<PathBuf> {
    let next = fs::read_link(path).ok()?;
    // Absolute ones take the place of all before.
    Some(path.parent().unwrap_or(Path::new("")).join(next))
}

/// The end of all links. It need not be there.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match step(&path) {
            Some(next) => path = next,
            None => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let before = match fs::metadata(path) {
        Ok(before) => Some(before),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if before.is_some() {
        // Whoever made it read-only meant it.
        OpenOptions::new().write(true).open(path)?;
    }
    let mut builder = tempfile::Builder::new();
    // As for any new file; the umask takes its part.
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(match &before {
            // Until it has its owner and mode it is for nobody else.
            Some(_) => 0o600,
            None => 0o666,
        }))
    };
    let mut file = builder.prefix(".lwm2m-acl-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(before) = before {
        keep_owner_and_mode(file.as_file(), &before)?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn keep_owner_and_mode(file: &File, before: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let now = file.metadata()?;
    let is_same = (now.uid(), now.gid()) == (before.uid(), before.gid());
    let is_kept = is_same || fchown(file, Some(before.uid()), Some(before.gid())).is_ok();
    // With another group its rights are not given on.
    let mode = match is_kept {
        true => before.mode() & 0o7777,
        false => before.mode() & 0o707,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_owner_and_mode(file: &File, before: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(before.permissions())
}
