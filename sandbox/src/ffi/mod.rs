//! The C surface: Anjay's API for applications, and the glue to the engine. The
//! only home of `unsafe` in the sandbox.
//!
//! No reference to anything that C can change lives across a call into C.

pub mod contexts;
pub mod control;
pub mod core;
pub mod custom;
pub mod engine;
pub mod errors;
pub mod log;
pub mod memory;
pub mod own_stream;
pub mod servers;
pub mod stream;
pub mod time;
pub mod types;

use crate::client::Client;
use access_control::ffi::foreign::anjay_t;
use std::ffi::{CStr, c_char};

/// The client behind an `anjay_t`.
///
/// # Safety
/// `anjay` is NULL or comes from `anjay_new` and is not deleted meanwhile.
pub(crate) unsafe fn client<'a>(anjay: *const anjay_t) -> Option<&'a Client> {
    // SAFETY: `anjay_new` makes clients and nothing else; they are only ever
    // borrowed shared.
    unsafe { anjay.cast::<Client>().as_ref() }
}

/// A copy of a C string, if it is not NULL.
///
/// # Safety
/// `text` is NULL or a string that ends with NUL.
pub(crate) unsafe fn copy_string(text: *const c_char) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

/// The client behind a pointer with its lock taken, or an early return.
macro_rules! enter {
    ($anjay:expr $(, $otherwise:expr)?) => {{
        // SAFETY: NULL or a client, as the caller promises.
        match unsafe { $crate::ffi::client($anjay) } {
            Some(client) => (client, client.lock()),
            None => return $($otherwise)?,
        }
    }};
}
pub(crate) use enter;

/// Writes through a pointer that may be NULL.
macro_rules! put {
    ($pointer:expr, $value:expr) => {
        // SAFETY: NULL or valid for writing, as the caller promises.
        if let Some(place) = unsafe { $pointer.as_mut() } {
            *place = $value;
        }
    };
}
pub(crate) use put;
