//! Keeping and finding the Access Control instances.
//!
//! There are two tables with the same interface, each in a file of its own, and
//! one is chosen when the library is built:
//!
//! | | hosted | bare metal (and with `--features small`) |
//! |---|---|---|
//! | rows | two ordered sets, in chunks | one sorted list |
//! | looking up | O(log n) | from the front |
//! | a transaction | keeps what differs | copies the state when it begins |
//!
//! What both keep: at most one row for an Instance ID; an ACL's entries rise by
//! SSID; several instances with one target stand there only within a transaction,
//! which then does not validate. What both promise: taking an operation or a
//! transaction back needs no memory.

#[cfg(any(target_os = "none", access_control_small))]
mod bare;
#[cfg(not(any(target_os = "none", access_control_small)))]
mod chunks;
#[cfg(not(any(target_os = "none", access_control_small)))]
mod hosted;
#[cfg(all(test, not(any(target_os = "none", access_control_small))))]
mod promises;
#[cfg(not(any(target_os = "none", access_control_small)))]
mod rows;

#[cfg(any(target_os = "none", access_control_small))]
pub(crate) use bare::{Entries, IdMap, IdRows, Notes, Table, View};
#[cfg(not(any(target_os = "none", access_control_small)))]
pub(crate) use hosted::{Entries, IdMap, IdRows, Notes, Table, View};
#[cfg(not(any(target_os = "none", access_control_small)))]
pub(crate) use rows::{AclRow, Place};
