//! The sandbox's own streams: in memory, and on files.

use super::errors::{EOF, OK, errno, io_error};
use super::memory::avs_malloc;
use super::put;
use super::stream::{Head, VTable, functions};
use access_control::ffi::foreign::{AVS_EINVAL, AVS_ENOMEM, avs_error_t, avs_stream_t};
use std::ffi::{OsStr, c_char, c_long, c_void};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;

/// Where the bytes of one of our streams are.
trait Backing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()>;
    /// How many bytes, and whether they were the last.
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<(usize, bool)>;
    fn peek(&mut self, offset: usize) -> std::io::Result<Option<u8>>;
    fn reset(&mut self) -> std::io::Result<()>;
    fn position(&mut self) -> std::io::Result<u64>;
    fn length(&mut self) -> std::io::Result<u64>;
    fn seek(&mut self, to: u64) -> std::io::Result<()>;
    /// The bytes not read yet, of a stream in memory.
    fn take(&mut self) -> Option<Vec<u8>>;
}

#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    at: usize,
}

impl Backing for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.bytes.try_reserve(bytes.len())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, into: &mut [u8]) -> std::io::Result<(usize, bool)> {
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.read(into)?;
        self.at += count;
        if self.at == self.bytes.len() {
            // All read: what is written next needs the space.
            self.bytes.clear();
            self.at = 0;
            return Ok((count, true));
        }
        Ok((count, false))
    }

    fn peek(&mut self, offset: usize) -> std::io::Result<Option<u8>> {
        Ok(self.bytes.get(self.at.saturating_add(offset)).copied())
    }

    fn reset(&mut self) -> std::io::Result<()> {
        *self = Memory::default();
        Ok(())
    }

    fn position(&mut self) -> std::io::Result<u64> {
        Ok(self.at as u64)
    }

    fn length(&mut self) -> std::io::Result<u64> {
        Err(ErrorKind::Unsupported.into())
    }

    fn seek(&mut self, _to: u64) -> std::io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let mut taken = std::mem::take(self);
        Some(taken.bytes.split_off(taken.at))
    }
}

impl Backing for File {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.write_all(bytes)
    }

    fn read(&mut self, into: &mut [u8]) -> std::io::Result<(usize, bool)> {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match Read::read(self, rest) {
                Ok(0) => return Ok((done, true)),
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok((done, Backing::peek(self, 0)?.is_none()))
    }

    fn peek(&mut self, offset: usize) -> std::io::Result<Option<u8>> {
        let at = self.stream_position()?;
        self.seek_relative(i64::try_from(offset).map_err(|_| ErrorKind::InvalidInput)?)?;
        let mut byte = [0];
        let count = Read::read(self, &mut byte)?;
        Seek::seek(self, SeekFrom::Start(at))?;
        Ok(if count == 0 {
            None
        } else {
            byte.first().copied()
        })
    }

    fn reset(&mut self) -> std::io::Result<()> {
        self.rewind()
    }

    fn position(&mut self) -> std::io::Result<u64> {
        self.stream_position()
    }

    fn length(&mut self) -> std::io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn seek(&mut self, to: u64) -> std::io::Result<()> {
        Seek::seek(self, SeekFrom::Start(to)).map(drop)
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        None
    }
}

/// One of our streams.
#[repr(C)]
struct Own {
    head: Head,
    backing: *mut Box<dyn Backing>,
}

static OWN: VTable = VTable {
    write_some: Some(own_write),
    finish_message: Some(own_finish),
    read: Some(own_read),
    peek: Some(own_peek),
    reset: Some(own_reset),
    close: Some(own_close),
    extensions: std::ptr::null(),
};

fn make(backing: Box<dyn Backing>) -> *mut avs_stream_t {
    // SAFETY: any size may be asked for.
    let place = unsafe { avs_malloc(size_of::<Own>()) }.cast::<Own>();
    if !place.is_null() {
        let own = Own {
            head: Head {
                functions: &raw const OWN,
            },
            backing: Box::into_raw(Box::new(backing)),
        };
        // SAFETY: fresh memory, which malloc aligns for pointers.
        unsafe { place.write(own) };
    }
    place.cast()
}

/// Runs `f` on the bytes of one of our streams; EINVAL for other streams.
///
/// # Safety
/// `stream` is NULL or a valid stream, which nobody else uses meanwhile.
unsafe fn own<T>(
    stream: *mut avs_stream_t,
    f: impl FnOnce(&mut dyn Backing) -> std::io::Result<T>,
) -> Result<T, avs_error_t> {
    // SAFETY: as promised; streams with this table are `Own`.
    let backing = unsafe {
        match functions(stream) {
            Some(table) if std::ptr::eq(table, &raw const OWN) => {
                (*stream.cast::<Own>()).backing.as_mut()
            }
            _ => None,
        }
    };
    match backing {
        Some(backing) => f(&mut **backing).map_err(|error| io_error(&error)),
        None => Err(errno(AVS_EINVAL)),
    }
}

fn error_of(result: Result<(), avs_error_t>) -> avs_error_t {
    result.err().unwrap_or(OK)
}

unsafe extern "C" fn own_write(
    stream: *mut avs_stream_t,
    buffer: *const c_void,
    inout_length: *mut usize,
) -> avs_error_t {
    // SAFETY: as the callers of `avs_stream_write_some` promise.
    let length = unsafe { inout_length.as_ref() }.copied().unwrap_or(0);
    if length == 0 {
        return OK;
    }
    if buffer.is_null() {
        return errno(AVS_EINVAL);
    }
    // SAFETY: as above.
    let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), length) };
    // SAFETY: as above.
    error_of(unsafe { own(stream, |backing| backing.write(bytes)) })
}

unsafe extern "C" fn own_finish(_stream: *mut avs_stream_t) -> avs_error_t {
    OK
}

unsafe extern "C" fn own_read(
    stream: *mut avs_stream_t,
    out_bytes_read: *mut usize,
    out_message_finished: *mut bool,
    buffer: *mut c_void,
    length: usize,
) -> avs_error_t {
    if buffer.is_null() && length > 0 {
        return errno(AVS_EINVAL);
    }
    let mut empty = [];
    let into: &mut [u8] = if length == 0 {
        &mut empty
    } else {
        // SAFETY: as the callers of `avs_stream_read` promise; written to
        // before anybody looks, and any byte is valid.
        unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length) }
    };
    // SAFETY: as above.
    match unsafe { own(stream, |backing| backing.read(into)) } {
        Ok((count, finished)) => {
            put!(out_bytes_read, count);
            put!(out_message_finished, finished);
            OK
        }
        Err(error) => error,
    }
}

unsafe extern "C" fn own_peek(
    stream: *mut avs_stream_t,
    offset: usize,
    out_value: *mut c_char,
) -> avs_error_t {
    // SAFETY: as the callers of `avs_stream_peek` promise.
    match unsafe { own(stream, |backing| backing.peek(offset)) } {
        Ok(None) => EOF,
        Ok(Some(byte)) => {
            put!(out_value, byte.cast_signed() as c_char);
            OK
        }
        Err(error) => error,
    }
}

unsafe extern "C" fn own_reset(stream: *mut avs_stream_t) -> avs_error_t {
    // SAFETY: as the callers of `avs_stream_reset` promise.
    error_of(unsafe { own(stream, |backing| backing.reset()) })
}

unsafe extern "C" fn own_close(stream: *mut avs_stream_t) -> avs_error_t {
    // SAFETY: reached through the table of an `Own`, once.
    drop(unsafe { Box::from_raw((*stream.cast::<Own>()).backing) });
    OK
}

/// A stream in memory: what is written can be read.
#[unsafe(no_mangle)]
pub extern "C" fn avs_stream_membuf_create() -> *mut avs_stream_t {
    make(Box::new(Memory::default()))
}

/// # Safety
/// `stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_membuf_ensure_free_bytes(
    stream: *mut avs_stream_t,
    _size: usize,
) -> avs_error_t {
    // Space is taken as it is needed. SAFETY: passed on.
    error_of(unsafe { own(stream, |_| Ok(())) })
}

/// # Safety
/// `stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_membuf_fit(stream: *mut avs_stream_t) -> avs_error_t {
    // SAFETY: passed on.
    error_of(unsafe { own(stream, |_| Ok(())) })
}

/// Takes the bytes out of a stream in memory; to be freed with `avs_free`.
///
/// # Safety
/// `stream` is NULL or a valid stream, the others NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_membuf_take_ownership(
    stream: *mut avs_stream_t,
    out_pointer: *mut *mut c_void,
    out_size: *mut usize,
) -> avs_error_t {
    if out_pointer.is_null() {
        return errno(AVS_EINVAL);
    }
    // SAFETY: as promised.
    let bytes = match unsafe { own(stream, |backing| Ok(backing.take())) } {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return errno(AVS_EINVAL),
        Err(error) => return error,
    };
    let mut block = std::ptr::null_mut();
    if !bytes.is_empty() {
        // SAFETY: any size may be asked for.
        block = unsafe { avs_malloc(bytes.len()) };
        if block.is_null() {
            return errno(AVS_ENOMEM);
        }
        // SAFETY: the block has that size.
        unsafe { bytes.as_ptr().copy_to(block.cast(), bytes.len()) };
    }
    put!(out_pointer, block);
    put!(out_size, bytes.len());
    OK
}

/// A stream on a file: mode 1 reads, 2 writes a new file, 3 does both.
///
/// # Safety
/// `path` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_file_create(
    path: *const c_char,
    mode: u8,
) -> *mut avs_stream_t {
    // SAFETY: as promised.
    let Some(path) = (unsafe { super::copy_string(path) }) else {
        return std::ptr::null_mut();
    };
    let writes = mode & 2 != 0;
    let file = OpenOptions::new()
        .read(mode & 1 != 0)
        .write(writes)
        .create(writes)
        .truncate(writes)
        .open(OsStr::from_bytes(&path));
    match file {
        Ok(file) => make(Box::new(file)),
        Err(_) => std::ptr::null_mut(),
    }
}

/// # Safety
/// `out` is NULL or valid for writing.
unsafe fn put_offset(result: Result<u64, avs_error_t>, out: *mut c_long) -> avs_error_t {
    match result {
        Ok(value) => {
            put!(out, c_long::try_from(value).unwrap_or(c_long::MAX));
            OK
        }
        Err(error) => error,
    }
}

/// # Safety
/// `stream` is NULL or a valid stream, `out` NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_offset(
    stream: *mut avs_stream_t,
    out: *mut c_long,
) -> avs_error_t {
    // SAFETY: passed on.
    unsafe { put_offset(own(stream, |backing| backing.position()), out) }
}

/// # Safety
/// As `avs_stream_offset`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_file_length(
    stream: *mut avs_stream_t,
    out: *mut c_long,
) -> avs_error_t {
    // SAFETY: passed on.
    unsafe { put_offset(own(stream, |backing| backing.length()), out) }
}

/// # Safety
/// `stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_file_seek(
    stream: *mut avs_stream_t,
    offset: c_long,
) -> avs_error_t {
    let Ok(offset) = u64::try_from(offset) else {
        return errno(AVS_EINVAL);
    };
    // SAFETY: passed on.
    error_of(unsafe { own(stream, |backing| backing.seek(offset)) })
}
