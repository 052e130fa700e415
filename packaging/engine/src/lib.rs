//! The static library `liblwm2m_access_control.a`: the host interface, without the
//! functions of Anjay's module. It needs the C library and nothing else, where
//! `libanjay_access_control.a` also wants a client with hooks, and streams of
//! avs_commons. Otherwise as that one.

#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]

#[cfg(any(feature = "freestanding", target_os = "none"))]
extern crate freestanding_runtime;
#[cfg(not(any(feature = "freestanding", target_os = "none")))]
extern crate std;

pub use access_control::ffi;
#[cfg(feature = "ocf")]
pub use ocf_acl::ffi as ocf;
