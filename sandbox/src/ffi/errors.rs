//! Errors of avs_commons, and what they are called.

use access_control::ffi::foreign::{AVS_EIO, AVS_ENOMEM, AVS_ERRNO_CATEGORY, avs_error_t};
use std::ffi::{CStr, c_char, c_int};
use std::io::ErrorKind;

/// Success.
pub const OK: avs_error_t = avs_error_t {
    category: 0,
    code: 0,
};
/// There is nothing more to read.
pub const EOF: avs_error_t = avs_error_t {
    category: 363,
    code: 1,
};
const AVS_EACCES: u16 = 2;
const AVS_EISDIR: u16 = 27;
const AVS_ENOENT: u16 = 39;
const AVS_ENOSPC: u16 = 45;
/// Not supported.
pub const AVS_ENOTSUP: u16 = 52;

/// An error of `avs_errno_t`.
pub const fn errno(code: u16) -> avs_error_t {
    avs_error_t {
        category: AVS_ERRNO_CATEGORY,
        code,
    }
}

/// An error of the operating system.
pub fn io_error(error: &std::io::Error) -> avs_error_t {
    errno(match error.kind() {
        ErrorKind::NotFound => AVS_ENOENT,
        ErrorKind::PermissionDenied => AVS_EACCES,
        ErrorKind::IsADirectory => AVS_EISDIR,
        ErrorKind::StorageFull => AVS_ENOSPC,
        ErrorKind::OutOfMemory => AVS_ENOMEM,
        _ => AVS_EIO,
    })
}

/// In the order of `avs_errno_t`.
#[rustfmt::skip]
const NAMES: [&CStr; 68] = [
    c"no error", c"E2BIG", c"EACCES", c"EADDRINUSE", c"EADDRNOTAVAIL", c"EAFNOSUPPORT",
    c"EAGAIN", c"EALREADY", c"EBADF", c"EBADMSG", c"EBUSY", c"ECHILD",
    c"ECONNABORTED", c"ECONNREFUSED", c"ECONNRESET", c"EDEADLK", c"EDESTADDRREQ", c"EDOM",
    c"EEXIST", c"EFAULT", c"EFBIG", c"EHOSTUNREACH", c"EINPROGRESS", c"EINTR",
    c"EINVAL", c"EIO", c"EISCONN", c"EISDIR", c"ELOOP", c"EMFILE",
    c"EMLINK", c"EMSGSIZE", c"ENAMETOOLONG", c"ENETDOWN", c"ENETRESET", c"ENETUNREACH",
    c"ENFILE", c"ENOBUFS", c"ENODEV", c"ENOENT", c"ENOEXEC", c"ENOLINK",
    c"ENOMEM", c"ENOMSG", c"ENOPROTOOPT", c"ENOSPC", c"ENOSYS", c"ENOTBLK",
    c"ENOTCONN", c"ENOTDIR", c"ENOTEMPTY", c"ENOTSOCK", c"ENOTSUP", c"ENOTTY",
    c"ENXIO", c"EOVERFLOW", c"EPERM", c"EPIPE", c"EPROTO", c"EPROTONOSUPPORT",
    c"EPROTOTYPE", c"ERANGE", c"EROFS", c"ESPIPE", c"ESRCH", c"ETIMEDOUT",
    c"ETXTBSY", c"EXDEV",
];

/// The name of an error of `avs_errno_t`.
#[unsafe(no_mangle)]
pub extern "C" fn avs_strerror(error: c_int) -> *const c_char {
    let name = usize::try_from(error).ok().and_then(|at| NAMES.get(at));
    name.unwrap_or(&c"unknown error").as_ptr()
}

/// The name of an error of a stream.
pub fn name(error: avs_error_t) -> String {
    let name = NAMES.get(usize::from(error.code));
    match name {
        _ if error == EOF => "EOF".into(),
        Some(name) => name.to_string_lossy().into_owned(),
        None => "unknown error".into(),
    }
}
