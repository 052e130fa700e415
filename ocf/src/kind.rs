//! The kinds of resources.
#![forbid(unsafe_code)]

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
pub(crate) enum Special {
    None,
    /// Everyone may read it, in every state.
    Public,
    /// Everyone may read it in RFOTM.
    PublicInRfotm,
    Acl,
    Doxm,
    Pstat,
    Cred,
    Roles,
}

/// Whatever is under here is an SVR: one that this table does not know must not pass for the
/// application's own, which `*` opens.
const SECURITY: &[u8] = b"/oic/sec/";

const SECURITY_TABLE: [(&[u8], Special); 5] = [
    (b"doxm", Special::Doxm),
    (b"pstat", Special::Pstat),
    (b"acl2", Special::Acl),
    (b"cred", Special::Cred),
    (b"roles", Special::Roles),
];

const TABLE: [(&[u8], Kind, Special); 11] = [
    (b"/oic/p", Kind::Configuration, Special::PublicInRfotm),
    (b"/oic/d", Kind::Configuration, Special::PublicInRfotm),
    (b"/oic/res", Kind::Configuration, Special::PublicInRfotm),
    (b"/.well-known/core", Kind::Configuration, Special::Public),
    (b"/oic/mnt", Kind::Configuration, Special::None),
    (b"/CoapCloudConfResURI", Kind::Configuration, Special::None),
    (b"/oc/swu", Kind::Configuration, Special::None),
    (b"/x.plgd.dev/time", Kind::Configuration, Special::Public),
    (b"/oc/con", Kind::Other, Special::None),
    (b"/oc/introspection", Kind::Other, Special::None),
    (b"/oc/wk/introspection", Kind::Other, Special::None),
];

pub(crate) fn look_up(path: &[u8]) -> (Kind, Special) {
    if let Some(name) = path.strip_prefix(SECURITY) {
        let special = SECURITY_TABLE
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(Special::None, |(_, special)| *special);
        return (Kind::Security, special);
    }
    TABLE
        .iter()
        .find(|(known, ..)| *known == path)
        .map_or((Kind::Vertical, Special::None), |(_, kind, special)| {
            (*kind, *special)
        })
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
