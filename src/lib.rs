//! LwM2M access control.
#![no_std]
