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

pub(crate) const DEVICE: &[u8] = b"/oic/d";
pub(crate) const PLATFORM: &[u8] = b"/oic/p";
pub(crate) const DISCOVERY: &[u8] = b"/oic/res";
pub(crate) const WELL_KNOWN: &[u8] = b"/.well-known/core";
pub(crate) const TIME: &[u8] = b"/x.plgd.dev/time";
pub(crate) const ACL: &[u8] = b"/oic/sec/acl2";
pub(crate) const DOXM: &[u8] = b"/oic/sec/doxm";
pub(crate) const PSTAT: &[u8] = b"/oic/sec/pstat";
pub(crate) const CRED: &[u8] = b"/oic/sec/cred";
pub(crate) const ROLES: &[u8] = b"/oic/sec/roles";

/// Tables rather than a `match`, which would compare the paths in line and weigh three times as much.
const SECURITY: [&[u8]; 9] = [
    DOXM,
    PSTAT,
    ACL,
    b"/oic/sec/ael",
    CRED,
    b"/oic/sec/sdi",
    b"/oic/sec/sp",
    b"/oic/sec/csr",
    ROLES,
];
const CONFIGURATION: [&[u8]; 8] = [
    PLATFORM,
    DEVICE,
    DISCOVERY,
    WELL_KNOWN,
    b"/oic/mnt",
    b"/CoapCloudConfResURI",
    b"/oc/swu",
    TIME,
];

impl Kind {
    /// The default table: what a path names on a device as plgd and IoTivity-lite build it.
    pub fn of(path: &[u8]) -> Self {
        if SECURITY.contains(&path) {
            Self::Security
        } else if CONFIGURATION.contains(&path) {
            Self::Configuration
        } else if path == b"/oc/con" {
            Self::Other
        } else {
            Self::Vertical
        }
    }

    /// Whether it is a device configuration resource; security resources are.
    pub fn is_dcr(self) -> bool {
        matches!(self, Self::Configuration | Self::Security)
    }
}
