//! Access-control policies of LwM2M devices: written by people, compiled to
//! what `anjay_access_control_restore()` takes, and read back.
//!
//! The engine decides, restores and persists; this crate puts it into words.

#![forbid(unsafe_code)]

pub mod acl;
pub mod check;
pub mod cli;
pub mod decompile;
pub mod diff;
pub mod explain;
pub mod files;
pub mod format;
pub mod header;
pub mod instance;
pub mod issues;
pub mod json;
pub mod ocf;
pub mod policy;
pub mod progress;
pub mod report;
pub mod show;
pub mod state;
pub mod words;
