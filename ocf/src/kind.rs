//! The kinds of resources.
#![forbid(unsafe_code)]

use crate::names::{Entry, entry, group, meaning};

/// What kind of resource a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A resource that is neither for configuration nor the application's own, such as `/oc/con`.
    Other = 1,
    /// A vertical resource: the application's own.
    Vertical = 2,
    /// A device configuration resource (DCR) that is not a security resource.
    Configuration = 3,
    /// A security virtual resource (SVR); all of them are DCRs.
    Security = 4,
}

/// The paths that a rule treats in a way of its own, whatever the host says of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Special {
    None = 0,
    /// Everyone may read it, in every state.
    Public = 1,
    /// Everyone may read it in RFOTM.
    PublicInRfotm = 2,
    Acl = 3,
    Doxm = 4,
    Pstat = 5,
    Cred = 6,
    Roles = 7,
}

/// Whatever is under here is an SVR: one that this table does not know must not pass for the
/// application's own, which `*` opens.
const SECURITY: &[u8] = b"/oic/sec/";

const fn security(special: Special) -> u8 {
    entry(group::SECURITY, special as u8)
}

const fn path(kind: Kind, special: Special) -> u8 {
    entry(group::PATH, (kind as u8) << 3 | special as u8)
}

pub(crate) const ENTRIES: &[Entry] = &[
    (security(Special::Doxm), "doxm"),
    (security(Special::Pstat), "pstat"),
    (security(Special::Acl), "acl2"),
    (security(Special::Cred), "cred"),
    (security(Special::Roles), "roles"),
    (path(Kind::Configuration, Special::PublicInRfotm), "/oic/p"),
    (path(Kind::Configuration, Special::PublicInRfotm), "/oic/d"),
    (
        path(Kind::Configuration, Special::PublicInRfotm),
        "/oic/res",
    ),
    (
        path(Kind::Configuration, Special::Public),
        "/.well-known/core",
    ),
    (path(Kind::Configuration, Special::None), "/oic/mnt"),
    (
        path(Kind::Configuration, Special::None),
        "/CoapCloudConfResURI",
    ),
    (path(Kind::Configuration, Special::None), "/oc/swu"),
    (
        path(Kind::Configuration, Special::Public),
        "/x.plgd.dev/time",
    ),
    (path(Kind::Other, Special::None), "/oc/con"),
    (path(Kind::Other, Special::None), "/oc/introspection"),
    (path(Kind::Other, Special::None), "/oc/wk/introspection"),
];

#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn look_up(path: &[u8]) -> (Kind, Special) {
    let name = path.strip_prefix(SECURITY);
    let group = match name {
        Some(_) => group::SECURITY,
        None => group::PATH,
    };
    let meaning = meaning(group, name.unwrap_or(path));
    let special = match meaning & 7 {
        1 => Special::Public,
        2 => Special::PublicInRfotm,
        3 => Special::Acl,
        4 => Special::Doxm,
        5 => Special::Pstat,
        6 => Special::Cred,
        7 => Special::Roles,
        _ => Special::None,
    };
    let kind = match meaning >> 3 {
        _ if name.is_some() => Kind::Security,
        0 => Kind::Vertical,
        1 => Kind::Other,
        _ => Kind::Configuration,
    };
    (kind, special)
}

impl Kind {
    /// The default table: what a path names on a device as plgd and IoTivity-lite build it.
    pub fn of(path: &[u8]) -> Self {
        look_up(path).0
    }

    /// Whether it is a device configuration resource; security resources are.
    pub fn is_dcr(self) -> bool {
        matches!(self, Self::Configuration | Self::Security)
    }
}
