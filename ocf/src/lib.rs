//! The OCF access-control list, `/oic/sec/acl2`: decoded, updated and enforced.
//!
//! The crate is host-neutral: an OCF stack says who asks, over what connection, in which state the
//! device is and what kind of resource is meant ([`Request`]); [`Acl`] holds the list and decides.
//! It neither listens nor stores anything itself.
//!
//! ```
//! use ocf_acl::{Acl, Method, Request, State};
//!
//! let mut acl = Acl::new();
//! // {"aclist2":[{"subject":{"conntype":"auth-crypt"},"resources":[{"href":"/light"}],"permission":2}]}
//! let payload = b"\xa1\x67aclist2\x81\xa3\x67subject\xa1\x68conntype\x6aauth-crypt\
//!     \x69resources\x81\xa1\x64href\x66/light\x6apermission\x02";
//! acl.post(State::Rfpro, payload)?;
//!
//! let mut request = Request::new(State::Rfnop, Method::Get, b"/light");
//! assert!(!acl.check(&request, [].into_iter()).allowed);
//! request.secured = true;
//! assert!(acl.check(&request, [].into_iter()).allowed);
//! # Ok::<(), ocf_acl::Refusal>(())
//! ```
//!
//! # Features
//!
//! * `capi` (default): the C surface, [`ffi`].
//! * `json`: the list as JSON, for people and tools; needs `std`.
#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod ace;
mod acl;
mod cbor;
mod check;
mod encode;
mod error;
#[cfg(feature = "capi")]
#[allow(unsafe_code)]
pub mod ffi;
#[cfg(feature = "json")]
pub mod json;
mod kind;
#[allow(unsafe_code)]
mod list;
mod names;
mod query;
mod rows;
mod update;
mod uuid;

pub use ace::{Ace, MAX_TEXT, Permissions, Resource, Subject, Wildcard};
pub use acl::{Acl, Apply, Put, State};
pub use check::{Decision, Method, Request, Role, Rule};
pub use encode::{NoAnswer, View};
pub use error::{Code, Reason, Refusal};
pub use kind::Kind;
pub use update::{Event, Outcome, Update, What};
pub use uuid::Uuid;
