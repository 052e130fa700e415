//! What rows are made of: targets, entries, instances. All bits of the engine are
//! moved about here; elsewhere they have names.

use crate::{Entry, Iid, MAX_ID, Mask, Oid, SSID_ANY, Ssid};

/// Two IDs in one word.
#[inline(always)]
pub(crate) const fn join([high, low]: [u16; 2]) -> u32 {
    ((high as u32) << 16) | low as u32
}

/// The two IDs of a word.
#[inline(always)]
pub(crate) const fn split(word: u32) -> [u16; 2] {
    [(word >> 16) as u16, word as u16]
}

/// What an Access Control instance is about: an Object and one of its Instances,
/// or [`MAX_ID`] for the creation of new ones. Ordered by Object, then Instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target(pub(crate) u32);

impl Target {
    #[inline(always)]
    pub(crate) const fn new(oid: Oid, iid: Iid) -> Target {
        Target(join([oid, iid]))
    }

    #[inline(always)]
    pub(crate) const fn oid(self) -> Oid {
        split(self.0)[0]
    }

    #[inline(always)]
    pub(crate) const fn iid(self) -> Iid {
        split(self.0)[1]
    }

    /// Whether it stands for the creation of Instances.
    pub(crate) const fn is_creation(self) -> bool {
        self.iid() == MAX_ID
    }
}

/// An entry of an ACL: an SSID and its mask. Ordered by SSID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AclEntry(pub(crate) u32);

impl AclEntry {
    /// No entry. It is above all entries, for no entry is for SSID 65535.
    pub(crate) const NONE: AclEntry = AclEntry(u32::MAX);

    #[inline(always)]
    pub(crate) const fn new(ssid: Ssid, mask: u16) -> AclEntry {
        AclEntry(join([ssid, mask]))
    }

    #[inline(always)]
    pub(crate) const fn ssid(self) -> Ssid {
        split(self.0)[0]
    }

    #[inline(always)]
    pub(crate) const fn mask(self) -> u16 {
        split(self.0)[1]
    }

    pub(crate) const fn is_none(self) -> bool {
        self.0 == AclEntry::NONE.0
    }

    /// Its four persisted bytes: the mask comes first.
    pub(crate) const fn persisted(self) -> u32 {
        self.0.rotate_left(16)
    }

    pub(crate) const fn from_persisted(bytes: u32) -> AclEntry {
        AclEntry(bytes.rotate_left(16))
    }

    /// How much speaks for this server as a new owner [LwM2M E.1.3].
    pub(crate) const fn weight(self) -> u16 {
        self.mask() & (Mask::WRITE.bits() | Mask::DELETE.bits())
    }
}

impl From<Entry> for AclEntry {
    fn from(entry: Entry) -> AclEntry {
        AclEntry::new(entry.ssid, entry.mask)
    }
}

/// One Access Control instance, apart from its ACL and owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) iid: Iid,
    /// The Object is 0 while it is unset.
    pub(crate) target: Target,
    /// Whether the target IID is set.
    pub(crate) has_iid: bool,
    /// Whether there is an ACL, be it empty.
    pub(crate) has_acl: bool,
}

impl Instance {
    /// A new one with a target and a present ACL.
    pub(crate) const fn new(iid: Iid, target: Target) -> Instance {
        Instance {
            iid,
            target,
            has_iid: true,
            has_acl: true,
        }
    }

    /// A new one without.
    pub(crate) const fn bare(iid: Iid) -> Instance {
        Instance {
            iid,
            target: Target(0),
            has_iid: false,
            has_acl: false,
        }
    }

    pub(crate) const fn has_target(self) -> bool {
        self.has_iid && self.target.oid() != 0
    }
}

/// What a handler wrote to an instance, as far as validation looks at it again:
/// the SSID of an entry, or [`Touch::OWNER`], or for anything else
/// [`Touch::ANYTHING`]. Ordered by instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Touch(pub(crate) u32);

impl Touch {
    /// No entry has this SSID.
    pub(crate) const OWNER: Ssid = MAX_ID;
    /// Nothing has to be known about it, so its entry may stand for all else.
    pub(crate) const ANYTHING: Ssid = SSID_ANY;

    pub(crate) const fn new(iid: Iid, what: Ssid) -> Touch {
        Touch(join([iid, what]))
    }

    pub(crate) const fn iid(self) -> Iid {
        split(self.0)[0]
    }

    pub(crate) const fn what(self) -> Ssid {
        split(self.0)[1]
    }
}
