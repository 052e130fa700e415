//! Types and functions of Anjay and avs_commons that the C surface names.

#![allow(non_camel_case_types)]

use core::ffi::{c_int, c_void};

/// The LwM2M client; only its address matters here.
#[repr(C)]
pub struct anjay_t {
    _opaque: [u8; 0],
}

/// A stream of avs_commons.
#[repr(C)]
pub struct avs_stream_t {
    _opaque: [u8; 0],
}

/// Object ID.
pub type anjay_oid_t = u16;
/// Object Instance ID.
pub type anjay_iid_t = u16;
/// Short Server ID.
pub type anjay_ssid_t = u16;
/// Access mask.
pub type anjay_access_mask_t = u16;

/// An error of avs_commons: zero in `code` is success.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct avs_error_t {
    /// What kind of code it is.
    pub category: u16,
    /// The code.
    pub code: u16,
}

/// The category of the `AVS_E…` codes.
pub const AVS_ERRNO_CATEGORY: u16 = 37766;
/// Bad file descriptor.
pub const AVS_EBADF: u16 = 8;
/// Bad message.
pub const AVS_EBADMSG: u16 = 9;
/// Resource busy.
pub const AVS_EBUSY: u16 = 10;
/// Invalid argument.
pub const AVS_EINVAL: u16 = 24;
/// Input/output error.
pub const AVS_EIO: u16 = 25;
/// Not enough space.
pub const AVS_ENOMEM: u16 = 42;

unsafe extern "C" {
    /// Writes the whole buffer.
    pub fn avs_stream_write(
        stream: *mut avs_stream_t,
        buffer: *const c_void,
        length: usize,
    ) -> avs_error_t;

    /// Fills the whole buffer, or fails.
    pub fn avs_stream_read_reliably(
        stream: *mut avs_stream_t,
        buffer: *mut c_void,
        length: usize,
    ) -> avs_error_t;

    /// See `access_control_host.h`.
    pub fn aac_client_install(anjay: *mut anjay_t) -> c_int;

    /// See `access_control_host.h`.
    #[allow(improper_ctypes)] // Rust 1.85 looks behind the pointer, where C cannot.
    pub fn aac_client_call(
        anjay: *mut anjay_t,
        body: Option<unsafe extern "C" fn(aac: *mut super::host::aac_t, arg: *mut c_void) -> c_int>,
        arg: *mut c_void,
    ) -> c_int;
}
