//! The C surface, and the only home of `unsafe`.
//!
//! Three headers are made from it: `api.rs` is `anjay/access_control.h`, the
//! seven functions that applications call; `ext.rs` is
//! `anjay_access_control_ext.h`, what they may call beside them; `host.rs` is
//! `access_control_host.h`, what connects the engine to an LwM2M client. Each
//! function converts its arguments, calls the engine and maps the answer.

pub mod api;
pub mod ext;
pub mod foreign;
pub mod host;

use crate::Error;
use core::ffi::c_int;

/// The code that a handler of Object 2 returns: a negative CoAP code.
fn coap_code(error: Error) -> c_int {
    match error {
        Error::BadRequest | Error::Conflict | Error::Unreachable | Error::UnknownServer => -128,
        Error::NotFound => -132,
        Error::NotAllowed => -133,
        Error::Full
        | Error::NoMemory
        | Error::Busy
        | Error::Host
        | Error::Incomplete
        | Error::Malformed => -160,
    }
}

fn coap_result(result: Result<(), Error>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => coap_code(error),
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
