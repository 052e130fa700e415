//! LwM2M access control: which server may do what on which Object Instance.
//!
//! [`Engine`] holds the Access Control instances (Object 2) of one client,
//! answers [`Engine::decide`], serves the handlers of Object 2 with
//! transactions, follows changes of the data model ([`Engine::sync`]), and
//! persists and restores itself. It knows neither C nor any LwM2M stack: it
//! asks its client through [`Host`].
//!
//! ```
//! use access_control::*;
//!
//! /// A device with Object 3 and two servers.
//! struct Device;
//!
//! impl Host for Device {
//!     fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
//!         Ok(oid == 3)
//!     }
//!     fn is_instance_present(&self, _: Oid, iid: Iid) -> Result<bool, Error> {
//!         Ok(iid == 0)
//!     }
//!     fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
//!         Ok(ssid == 1 || ssid == 2)
//!     }
//!     fn single_server(&self) -> Option<Ssid> {
//!         None
//!     }
//!     fn list_instances(&self, _: Oid, found: &mut Ids) -> Result<(), Error> {
//!         found.insert(0)
//!     }
//!     fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
//!         found.insert(1)?;
//!         found.insert(2)
//!     }
//!     fn remove_instance(&self, _: Oid, _: Iid) -> Result<(), Error> {
//!         Err(Error::Host)
//!     }
//!     fn changed(&self, _: Change) {}
//! }
//!
//! let engine = Engine::new(Device);
//! engine.set_acl(3, 0, 1, Mask::READ.bits())?;
//! engine.set_owner(3, 0, 2, &mut { MAX_ID })?;
//!
//! let decision = engine.decide(1, Operation::Read, 3, 0);
//! assert!(decision.allowed && decision.rule == Rule::OwnEntry);
//! assert!(!engine.decide(1, Operation::Write, 3, 0).allowed);
//! assert_eq!(engine.decide(2, Operation::Write, 3, 0).rule, Rule::Owner);
//! # Ok::<(), Error>(())
//! ```
//!
//! Nothing in it panics or aborts. Memory is taken only where running out of it
//! is an error that leaves everything as it was.
//!
//! Sections in brackets are those of the LwM2M 1.0 technical specification.

#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[forbid(unsafe_code)]
mod decide;
#[forbid(unsafe_code)]
mod engine;
#[cfg(feature = "capi")]
pub mod ffi;
#[forbid(unsafe_code)]
mod grant;
#[forbid(unsafe_code)]
mod handlers;
#[forbid(unsafe_code)]
mod host;
#[forbid(unsafe_code)]
mod ids;
mod list;
mod lock;
#[forbid(unsafe_code)]
mod persist;
#[forbid(unsafe_code)]
mod refusal;
#[forbid(unsafe_code)]
mod row;
#[forbid(unsafe_code)]
mod sync;
#[forbid(unsafe_code)]
mod table;
#[forbid(unsafe_code)]
mod transaction;
#[forbid(unsafe_code)]
mod types;

pub use engine::{Change, Engine};
pub use grant::{Provision, Refused};
pub use handlers::Edit;
pub use host::Host;
pub use ids::Ids;
pub use persist::{Sink, Source};
pub use refusal::{Call, Refusal, Why};
pub use sync::{ObjectChange, SyncStep};
pub use types::*;
