//! The static library `libanjay_access_control.a`.
#![no_std]
