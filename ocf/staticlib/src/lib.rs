//! The static library `libocf_acl_static.a`: the list of OCF with its C surface. As in
//! `packaging/src/lib.rs`, the feature `freestanding` makes the archive for C programs.
#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]

#[cfg(any(feature = "freestanding", target_os = "none"))]
extern crate freestanding_runtime;
#[cfg(not(any(feature = "freestanding", target_os = "none")))]
extern crate std;

pub use ocf_acl::ffi::*;
