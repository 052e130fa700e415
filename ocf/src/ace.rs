//! The entries of the list.
#![forbid(unsafe_code)]

use crate::Uuid;
use alloc::string::String;
use alloc::vec::Vec;

bitflags::bitflags! {
    /// What a subject may do (OCF Security Specification, the `permission` property of an ACE).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Permissions: u8 {
        /// Create a resource.
        const CREATE = 1;
        /// Read, observe and discover.
        const RETRIEVE = 2;
        /// Write.
        const UPDATE = 4;
        /// Delete.
        const DELETE = 8;
        /// Be notified.
        const NOTIFY = 16;
    }
}

/// The highest aceid; the C stacks keep it in an `int`.
pub(crate) const MAX_ACE_ID: u32 = i32::MAX as u32;

/// Stands for "to be given out" until an ACE enters the list; no payload can say it.
pub(crate) const NO_ACE_ID: u32 = u32::MAX;

/// One entry: what one subject may do on some resources.
#[derive(Debug, PartialEq, Eq)]
pub struct Ace {
    pub(crate) id: u32,
    pub(crate) subject: Subject,
    pub(crate) resources: Vec<Resource>,
    pub(crate) permissions: Permissions,
    pub(crate) tag: Option<String>,
}

impl Ace {
    /// Unique within the list, 0..2147483647.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Who.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// On what: any of these.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// May do what.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// A note of whoever wrote the ACE; kept, but shown to no client.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
}

/// Who an ACE is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Subject {
    /// The device with this UUID.
    Uuid(Uuid),
    /// Whoever has proven this role.
    Role {
        /// Never empty.
        role: String,
        /// Never empty; `None` matches any.
        authority: Option<String>,
    },
    /// Everyone on a secured connection.
    AuthCrypt,
    /// Everyone.
    AnonClear,
}

/// What an ACE is about: a path, a kind, or a path of a kind; never neither.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    pub(crate) href: Option<String>,
    pub(crate) wildcard: Option<Wildcard>,
}

impl Resource {
    /// The path, which begins with a slash.
    pub fn href(&self) -> Option<&str> {
        self.href.as_deref()
    }

    /// The kind.
    pub fn wildcard(&self) -> Option<Wildcard> {
        self.wildcard
    }
}

/// A set of resources; none of them holds a device configuration resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// `*`: every other resource.
    All,
    /// `+`: the discoverable ones.
    Discoverable,
    /// `-`: the discoverable ones without a secure endpoint.
    DiscoverableClear,
}

impl Wildcard {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::All),
            "+" => Some(Self::Discoverable),
            "-" => Some(Self::DiscoverableClear),
            _ => None,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::All => "*",
            Self::Discoverable => "+",
            Self::DiscoverableClear => "-",
        }
    }
}
