//! `avs_stream`: each function calls the stream's own, so that applications can
//! make streams, too.

use super::errors::{AVS_ENOTSUP, EOF, OK, errno};
use super::memory::avs_free;
use super::put;
use access_control::ffi::foreign::{AVS_EINVAL, AVS_EIO, avs_error_t, avs_stream_t};
use std::ffi::{c_char, c_void};

/// `avs_stream_v_table_t`; any function may be missing.
#[repr(C)]
pub struct VTable {
    /// Writes what there is room for.
    pub write_some:
        Option<unsafe extern "C" fn(*mut avs_stream_t, *const c_void, *mut usize) -> avs_error_t>,
    /// Completes what was written.
    pub finish_message: Option<unsafe extern "C" fn(*mut avs_stream_t) -> avs_error_t>,
    /// Reads what there is.
    pub read: Option<
        unsafe extern "C" fn(
            *mut avs_stream_t,
            *mut usize,
            *mut bool,
            *mut c_void,
            usize,
        ) -> avs_error_t,
    >,
    /// Looks ahead.
    pub peek: Option<unsafe extern "C" fn(*mut avs_stream_t, usize, *mut c_char) -> avs_error_t>,
    /// Starts anew.
    pub reset: Option<unsafe extern "C" fn(*mut avs_stream_t) -> avs_error_t>,
    /// Gives up what the stream holds.
    pub close: Option<unsafe extern "C" fn(*mut avs_stream_t) -> avs_error_t>,
    /// Not used.
    pub extensions: *const c_void,
}

// SAFETY: the sandbox's tables are constants; `extensions` is NULL in them.
unsafe impl Sync for VTable {}

/// What every stream begins with.
#[repr(C)]
pub struct Head {
    /// Its functions.
    pub functions: *const VTable,
}

/// The functions of a stream.
///
/// # Safety
/// `stream` is NULL or a valid stream.
pub(super) unsafe fn functions<'a>(stream: *mut avs_stream_t) -> Option<&'a VTable> {
    // SAFETY: as promised; tables are never changed.
    unsafe { stream.cast::<Head>().as_ref()?.functions.as_ref() }
}

/// A stream's function with its arguments, or ENOTSUP.
macro_rules! dispatch {
    ($stream:ident.$name:ident($($argument:expr),*)) => {
        // SAFETY: a valid stream or NULL, as the caller promises, and its own
        // function.
        match unsafe { functions($stream) } {
            None => errno(AVS_EINVAL),
            Some(VTable { $name: None, .. }) => errno(AVS_ENOTSUP),
            // SAFETY: as above.
            Some(VTable { $name: Some(function), .. }) => unsafe {
                function($stream $(, $argument)*)
            },
        }
    };
}

/// # Safety
/// `stream` is NULL or a valid stream, `buffer` valid for `*inout_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_write_some(
    stream: *mut avs_stream_t,
    buffer: *const c_void,
    inout_length: *mut usize,
) -> avs_error_t {
    dispatch!(stream.write_some(buffer, inout_length))
}

/// # Safety
/// `stream` is NULL or a valid stream, `buffer` valid for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_write(
    stream: *mut avs_stream_t,
    buffer: *const c_void,
    length: usize,
) -> avs_error_t {
    let mut done = 0;
    while done < length {
        let mut count = length - done;
        // SAFETY: within the buffer.
        let rest = unsafe { buffer.cast::<u8>().add(done) };
        let error = dispatch!(stream.write_some(rest.cast(), &raw mut count));
        if error != OK {
            return error;
        }
        if count == 0 || count > length - done {
            return errno(AVS_EIO);
        }
        done += count;
    }
    OK
}

/// # Safety
/// `stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_finish_message(stream: *mut avs_stream_t) -> avs_error_t {
    dispatch!(stream.finish_message())
}

/// # Safety
/// `stream` is NULL or a valid stream, `buffer` valid for `length` bytes, the
/// others NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_read(
    stream: *mut avs_stream_t,
    out_bytes_read: *mut usize,
    out_message_finished: *mut bool,
    buffer: *mut c_void,
    length: usize,
) -> avs_error_t {
    let (mut count, mut finished) = (0, false);
    let error = dispatch!(stream.read(&raw mut count, &raw mut finished, buffer, length));
    put!(out_bytes_read, count);
    put!(out_message_finished, finished);
    error
}

/// # Safety
/// `stream` is NULL or a valid stream, `buffer` valid for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_read_reliably(
    stream: *mut avs_stream_t,
    buffer: *mut c_void,
    length: usize,
) -> avs_error_t {
    let mut done = 0;
    while done < length {
        let (mut count, mut finished) = (0, false);
        // SAFETY: within the buffer.
        let rest = unsafe { buffer.cast::<u8>().add(done) };
        let left = length - done;
        let error = dispatch!(stream.read(&raw mut count, &raw mut finished, rest.cast(), left));
        if error != OK {
            return error;
        }
        done += count.min(left);
        if done < length && (finished || count == 0) {
            return EOF;
        }
    }
    OK
}

/// # Safety
/// As `avs_stream_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_ignore_to_end(stream: *mut avs_stream_t) -> avs_error_t {
    let mut buffer = [0_u8; 256];
    loop {
        let (mut count, mut finished) = (0, false);
        let into = buffer.as_mut_ptr().cast();
        let error = dispatch!(stream.read(&raw mut count, &raw mut finished, into, 256));
        if error != OK || finished || count == 0 {
            return error;
        }
    }
}

/// # Safety
/// As `avs_stream_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_peek(
    stream: *mut avs_stream_t,
    offset: usize,
    out_value: *mut c_char,
) -> avs_error_t {
    dispatch!(stream.peek(offset, out_value))
}

/// # Safety
/// As `avs_stream_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_getch(
    stream: *mut avs_stream_t,
    out_value: *mut c_char,
    out_message_finished: *mut bool,
) -> avs_error_t {
    let (mut count, mut finished) = (0, false);
    let error = dispatch!(stream.read(&raw mut count, &raw mut finished, out_value.cast(), 1));
    put!(out_message_finished, finished);
    if error == OK && count == 0 {
        EOF
    } else {
        error
    }
}

/// # Safety
/// Both are NULL or valid streams.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_copy(
    output: *mut avs_stream_t,
    input: *mut avs_stream_t,
) -> avs_error_t {
    let mut buffer = [0_u8; 256];
    loop {
        let (mut count, mut finished) = (0, false);
        let into = buffer.as_mut_ptr().cast();
        let error = dispatch!(input.read(&raw mut count, &raw mut finished, into, 256));
        if error != OK {
            return error;
        }
        // SAFETY: `count` bytes of the buffer were filled.
        let error = unsafe { avs_stream_write(output, buffer.as_ptr().cast(), count.min(256)) };
        if error != OK || finished || count == 0 {
            return error;
        }
    }
}

/// # Safety
/// `stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_reset(stream: *mut avs_stream_t) -> avs_error_t {
    dispatch!(stream.reset())
}

/// Closes a stream and frees it, also where closing it fails.
///
/// # Safety
/// `stream` is NULL or points to NULL or to a stream that `avs_malloc` or its
/// kin made room for; it becomes NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_stream_cleanup(stream: *mut *mut avs_stream_t) -> avs_error_t {
    // SAFETY: as promised.
    let Some(place) = (unsafe { stream.as_mut() }) else {
        return OK;
    };
    let closed = std::mem::replace(place, std::ptr::null_mut());
    if closed.is_null() {
        return OK;
    }
    let error = dispatch!(closed.close());
    // SAFETY: as promised.
    unsafe { avs_free(closed.cast()) };
    error
}
