//! The C surface, and the only home of `unsafe`.
//!
//! Three headers are made from it. `access_control_host.h` connects the engine to
//! an LwM2M client and knows none: `numbers.rs` has its constants and records,
//! `host.rs` what the engine asks and the engine's life, `serve.rs` what a client
//! asks for servers, `application.rs` what it asks for itself, `texts.rs` the
//! words for all that. On it stand, with the feature `anjay`, the functions of
//! Anjay's module: `api.rs` is `anjay/access_control.h`, the seven of them, and
//! `ext.rs` is `anjay_access_control_ext.h`, what may be called beside them. Each
//! function converts its arguments, calls the engine and maps the answer.

#[cfg(feature = "anjay")]
pub mod api;
mod application;
#[cfg(feature = "anjay")]
pub mod ext;
#[cfg(feature = "anjay")]
pub mod foreign;
pub mod host;
mod numbers;
mod serve;
mod texts;

use crate::Error;
use core::ffi::c_int;
use numbers::aac_code_t::{AAC_BAD_REQUEST, AAC_INTERNAL, AAC_METHOD_NOT_ALLOWED, AAC_NOT_FOUND};

/// What a function that serves a server returns for a NULL.
const INTERNAL: c_int = AAC_INTERNAL as c_int;

/// The code that a handler of Object 2 returns: a negative CoAP code. Compared in
/// turn, as a `match` would be a table.
#[cfg_attr(target_os = "none", inline(never))]
fn coap_code(error: Error) -> c_int {
    let code = if error == Error::NotFound {
        AAC_NOT_FOUND
    } else if error == Error::NotAllowed {
        AAC_METHOD_NOT_ALLOWED
    } else if error as u32 <= Error::UnknownServer as u32 {
        AAC_BAD_REQUEST
    } else {
        AAC_INTERNAL
    };
    code as c_int
}

fn coap_result(result: Result<(), Error>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => coap_code(error),
    }
}

/// A slice from C; none, if it is NULL where there are to be elements.
///
/// # Safety
/// `first` is NULL or points to `count` elements that live as long as is asked.
unsafe fn slice<'a, T>(first: *const T, count: usize) -> Option<&'a [T]> {
    match (first.is_null(), count) {
        (_, 0) => Some(&[]),
        (true, _) => None,
        // SAFETY: as the caller promises.
        (false, _) => Some(unsafe { core::slice::from_raw_parts(first, count) }),
    }
}

/// A reference from a pointer that C passed, or the function's error.
macro_rules! try_ref {
    ($pointer:expr $(, $error:expr)?) => {
        // SAFETY: the caller promises a valid pointer or NULL, and engines are
        // only ever borrowed shared.
        match unsafe { $pointer.as_ref() } {
            Some(reference) => reference,
            None => return $($error)?,
        }
    };
}
pub(crate) use try_ref;
