//! The rows of the hosted table: what [`crate::row`] has, in 64-bit words.

use crate::row::{AclEntry, Instance, Target, high, join, split};
use crate::{Iid, Ssid};

/// What the rows of an instance in the set of targets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) target: Target,
    pub(crate) iid: Iid,
}

impl Place {
    /// While an instance has no target IID, its target OID stands in that one's
    /// place, and zero, which is never governed, in its own.
    pub(crate) const fn of(instance: Instance) -> Place {
        let target = match instance.has_iid() {
            true => instance.target(),
            false => Target::new(0, instance.target().oid()),
        };
        Place {
            target,
            iid: instance.iid(),
        }
    }

    /// Below the keys of all rows about this target.
    #[inline]
    pub(crate) const fn first_key(target: Target) -> u64 {
        (target.0 as u64) << 32
    }

    /// The lowest key of a row that can hold an entry for this SSID.
    #[inline]
    pub(crate) const fn key(self, ssid: Ssid) -> u64 {
        Place::first_key(self.target) | join(self.iid, ssid) as u64
    }

    /// Above the keys of all its rows.
    pub(crate) const fn last_key(self) -> u64 {
        self.key(Ssid::MAX)
    }
}

/// A row of the set of targets: two entries of an ACL, or the same one twice, or
/// [`AclEntry::NONE`] twice if there is no entry.
///
/// | key: target OID, target IID, IID, SSID of the second entry |
/// | first entry, mask of the second entry, owner |
///
/// Thus the row with the lowest key that is not below (target, IID, SSID) holds
/// the first entry that is not below the SSID. The owner stands in an instance's
/// first row; in the others there is zero in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AclRow {
    pub(crate) key: u64,
    pub(crate) value: u64,
}

impl AclRow {
    /// A value that no row has: where the first entry is none, so is the second.
    pub(crate) const ABSENT: u64 = (u32::MAX as u64) << 32;

    pub(crate) const fn new(place: Place, [first, second]: [AclEntry; 2], owner: Ssid) -> AclRow {
        AclRow {
            key: place.key(second.ssid()),
            value: (first.0 as u64) << 32 | join(second.mask(), owner) as u64,
        }
    }

    #[inline]
    pub(crate) const fn from(&[key, value]: &[u64; 2]) -> AclRow {
        AclRow { key, value }
    }

    #[inline]
    pub(crate) const fn entries(self) -> [AclEntry; 2] {
        let second = AclEntry::new(self.key as u16, high(self.value as u32));
        [AclEntry((self.value >> 32) as u32), second]
    }

    #[inline]
    pub(crate) const fn owner(self) -> Ssid {
        self.value as u16
    }

    pub(crate) const fn with_owner(self, owner: Ssid) -> AclRow {
        AclRow {
            value: self.value >> 16 << 16 | owner as u64,
            ..self
        }
    }

    /// With another mask in the entry for this SSID, if there is one.
    #[inline]
    pub(crate) const fn with_mask(self, entry: AclEntry) -> Option<AclRow> {
        let (key, value) = (self.key, self.value);
        let [mut first, mut second] = self.entries();
        let is_first = first.ssid() == entry.ssid();
        let is_second = second.ssid() == entry.ssid();
        if is_first {
            first = entry;
        }
        if is_second {
            second = entry;
        }
        let value = (first.0 as u64) << 32 | join(second.mask(), value as u16) as u64;
        match is_first || is_second {
            true => Some(AclRow { key, value }),
            false => None,
        }
    }

    #[inline]
    pub(crate) const fn target(self) -> Target {
        Target((self.key >> 32) as u32)
    }

    #[inline]
    pub(crate) const fn place(self) -> Place {
        Place {
            target: self.target(),
            iid: (self.key >> 16) as u16,
        }
    }

    #[inline]
    pub(crate) const fn is_of(self, place: Place) -> bool {
        (self.key ^ place.key(0)) >> 16 == 0
    }

    /// The same for an instance in another place.
    pub(crate) const fn moved_to(self, place: Place) -> AclRow {
        AclRow {
            key: place.key(self.key as u16),
            ..self
        }
    }
}

/// A row of the set of instances: IID, target OID, target IID, flags. Never zero.
pub(crate) const fn row_of(instance: Instance) -> u64 {
    let target = instance.target();
    let high = join(instance.iid(), target.oid());
    (high as u64) << 32 | join(target.iid(), instance.flags()) as u64
}

/// The instance of a row.
pub(crate) const fn instance_of(row: u64) -> Instance {
    let (iid, oid) = split((row >> 32) as u32);
    let (target_iid, flags) = split(row as u32);
    Instance::with_flags(iid, Target::new(oid, target_iid), flags)
}

/// The key of an instance's row.
pub(crate) const fn iid_key(iid: Iid) -> u64 {
    (iid as u64) << 48
}
