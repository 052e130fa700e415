//! The static library `libanjay_access_control.a`: the engine with its C surface,
//! and around it `runtime/`, what an archive without `std` needs.
//!
//! The feature `freestanding` makes that archive. Without it cargo builds one on
//! `std`, which nobody ships: so that the whole workspace can be built at once,
//! where other packages bring `std` into the dependencies that all share, and two
//! panic handlers would meet. On bare metal there is no `std`, and no choice.

#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]

#[cfg(any(feature = "freestanding", target_os = "none"))]
extern crate freestanding_runtime;
#[cfg(not(any(feature = "freestanding", target_os = "none")))]
extern crate std;

pub use access_control::ffi;
#[cfg(feature = "ocf")]
pub use ocf_acl::ffi as ocf;
