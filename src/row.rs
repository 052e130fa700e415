//! What rows are made of: targets, entries, instances. All bits of the engine are
//! moved about here; elsewhere they have names.

use crate::{Entry, Iid, MAX_ID, Mask, Oid, SSID_ANY, Ssid};
use core::num::NonZero;

/// Two IDs in one word.
#[inline(always)]
pub(crate) const fn join(high: u16, low: u16) -> u32 {
    ((high as u32) << 16) | low as u32
}

/// The two IDs of a word.
#[inline(always)]
pub(crate) const fn split(word: u32) -> (u16, u16) {
    (high(word), low(word))
}

#[inline(always)]
pub(crate) const fn high(word: u32) -> u16 {
    (word >> 16) as u16
}

#[inline(always)]
pub(crate) const fn low(word: u32) -> u16 {
    word as u16
}

/// What an Access Control instance is about: an Object and one of its Instances,
/// or [`MAX_ID`] for the creation of new ones. Ordered by Object, then Instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target(pub(crate) u32);

impl Target {
    #[inline(always)]
    pub(crate) const fn new(oid: Oid, iid: Iid) -> Target {
        Target(join(oid, iid))
    }

    #[inline(always)]
    pub(crate) const fn oid(self) -> Oid {
        high(self.0)
    }

    #[inline(always)]
    pub(crate) const fn iid(self) -> Iid {
        low(self.0)
    }

    /// One of its four bytes, counted from the lowest.
    #[cfg_attr(any(target_os = "none", access_control_small), allow(dead_code))]
    pub(crate) const fn byte(self, at: u32) -> u8 {
        (self.0 >> (8 * (at & 3))) as u8
    }

    /// The one that stands for the creation of Instances.
    pub(crate) const fn of_creation(self) -> Target {
        Target(self.0 | MAX_ID as u32)
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
        AclEntry(join(ssid, mask))
    }

    #[inline(always)]
    pub(crate) const fn ssid(self) -> Ssid {
        high(self.0)
    }

    #[inline(always)]
    pub(crate) const fn mask(self) -> u16 {
        low(self.0)
    }

    pub(crate) const fn is_none(self) -> bool {
        self.ssid() == AclEntry::NONE.ssid()
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
///
/// Two words, of which the second is never zero: it travels in registers, and so
/// does the answer that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    /// The Object is 0 while it is unset.
    target: Target,
    /// IID, flags.
    low: NonZero<u32>,
}

const EXISTS: u16 = 1;
const HAS_IID: u16 = 2;
const HAS_ACL: u16 = 4;

impl Instance {
    #[inline(always)]
    pub(crate) const fn with_flags(iid: Iid, target: Target, flags: u16) -> Instance {
        Instance::with_low(join(iid, flags), target)
    }

    #[inline(always)]
    const fn with_low(low: u32, target: Target) -> Instance {
        let low = match NonZero::new(low | EXISTS as u32) {
            Some(low) => low,
            None => NonZero::<u32>::MIN,
        };
        Instance { target, low }
    }

    /// A new one with a target and a present ACL.
    pub(crate) const fn new(iid: Iid, target: Target) -> Instance {
        Instance::with_flags(iid, target, HAS_IID | HAS_ACL)
    }

    /// A new one without.
    pub(crate) const fn bare(iid: Iid) -> Instance {
        Instance::with_flags(iid, Target(0), 0)
    }

    pub(crate) const fn iid(self) -> Iid {
        high(self.low.get())
    }

    pub(crate) const fn flags(self) -> u16 {
        low(self.low.get())
    }

    pub(crate) const fn target(self) -> Target {
        self.target
    }

    /// Whether the target IID is set.
    pub(crate) const fn has_iid(self) -> bool {
        self.flags() & HAS_IID != 0
    }

    /// Whether there is an ACL, be it empty.
    pub(crate) const fn has_acl(self) -> bool {
        self.flags() & HAS_ACL != 0
    }

    pub(crate) const fn has_target(self) -> bool {
        self.has_iid() && self.target.oid() != 0
    }

    pub(crate) const fn with_acl(self, has_acl: bool) -> Instance {
        let flags = match has_acl {
            true => self.low.get() | HAS_ACL as u32,
            false => self.low.get() & !(HAS_ACL as u32),
        };
        Instance::with_low(flags, self.target)
    }

    /// With what is noted about it.
    pub(crate) const fn noted(self, what: Note) -> Instance {
        Instance::with_low(self.low.get() | what.0, self.target)
    }

    pub(crate) const fn note(self) -> Note {
        Note(self.low.get()).only(Note::ALL)
    }

    pub(crate) const fn with_oid(self, oid: Oid) -> Instance {
        let target = Target::new(oid, self.target.iid());
        Instance { target, ..self }
    }

    pub(crate) const fn with_target_iid(self, iid: Iid) -> Instance {
        let target = Target::new(self.target.oid(), iid);
        Instance::with_low(self.low.get() | HAS_IID as u32, target)
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
        Touch(join(iid, what))
    }

    pub(crate) const fn iid(self) -> Iid {
        high(self.0)
    }

    pub(crate) const fn what(self) -> Ssid {
        low(self.0)
    }
}

/// What synchronisation has found out about an instance, and has yet to act on:
/// bits above an instance's flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note(pub(crate) u32);

impl Note {
    pub(crate) const NOTHING: Note = Note(0);
    /// Instances have come or gone. Of none in particular.
    pub(crate) const MOVED: Note = Note(0x0800);
    /// Its target has gone.
    pub(crate) const GONE: Note = Note(0x1000);
    /// Nobody can reach its target.
    pub(crate) const ORPHAN: Note = Note(0x2000);
    /// Its owner is another one.
    pub(crate) const OWNER: Note = Note(0x4000);
    /// Its ACL is another one.
    pub(crate) const ACL: Note = Note(0x8000);
    /// All that is left when the state is in step.
    pub(crate) const CHANGED: Note = Note(0xe000);
    pub(crate) const ALL: Note = Note(0xf000);

    pub(crate) const fn and(self, other: Note) -> Note {
        Note(self.0 | other.0)
    }

    pub(crate) const fn has(self, any: Note) -> bool {
        self.0 & any.0 != 0
    }

    pub(crate) const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// What of it is among these.
    pub(crate) const fn only(self, among: Note) -> Note {
        Note(self.0 & among.0)
    }
}
