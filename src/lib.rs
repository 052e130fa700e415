//! LwM2M access control: which server may do what on which Object Instance.
//!
//! [`Engine`] holds the Access Control instances (Object 2) of one client,
//! answers [`Engine::decide`], serves the handlers of Object 2 with
//! transactions, follows changes of the data model ([`Engine::sync`]), and
//! persists and restores itself. It knows neither C nor any LwM2M stack: it
//! asks its client through [`Host`].
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
#[forbid(unsafe_code)]
mod vec;

pub use engine::{Change, Engine};
pub use grant::{Provision, Refused};
pub use handlers::Edit;
pub use host::Host;
pub use ids::Ids;
pub use persist::{Sink, Source};
pub use refusal::{Call, Refusal, Why};
pub use sync::ObjectChange;
pub use types::*;
