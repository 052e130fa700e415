//! The entries of the list, and the bytes that they are kept as.
//!
//! A list keeps all its entries in one piece of memory, each as a record: a head of four bytes, which
//! has the length of what follows, the kind of the subject and the permissions, and then *items*, one
//! for each UUID, role, authority, tag and resource, in the order in which they came. An item is a
//! head of two bytes, three bits for what it is and 13 for its length, and its bytes.
#![forbid(unsafe_code)]

use crate::Uuid;
use crate::error::Reason;

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

/// The longest `href`, `role`, `authority` or `tag`, in bytes. OCF's schema allows 256 and 64.
pub const MAX_TEXT: usize = 8191;

/// One entry: what one subject may do on some resources. It borrows from the list.
#[derive(Clone, Copy, Debug)]
pub struct Ace<'a> {
    pub(crate) id: u32,
    pub(crate) record: Record<'a>,
}

/// Alike when they say the same; in which order they name the resources means nothing.
impl PartialEq for Ace<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.record.says_the_same(other.record)
    }
}

impl<'a> Ace<'a> {
    /// Unique within the list, 0..2147483647.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Who.
    pub fn subject(self) -> Subject<'a> {
        let uuid = || Uuid::new(*self.record.find(Item::UUID)?.first_chunk()?);
        match self.record.subject_kind() {
            SubjectKind::AnonClear => Subject::AnonClear,
            SubjectKind::AuthCrypt => Subject::AuthCrypt,
            SubjectKind::Uuid => uuid().map_or(
                Subject::Role {
                    role: "",
                    authority: None,
                },
                Subject::Uuid,
            ),
            SubjectKind::Role => Subject::Role {
                role: self.record.find(Item::ROLE).map_or("", text),
                authority: self.record.find(Item::AUTHORITY).map(text),
            },
        }
    }

    /// On what: any of these.
    pub fn resources(self) -> impl Iterator<Item = Resource<'a>> + Clone {
        self.record.items().filter_map(Item::resource)
    }

    /// May do what.
    pub fn permissions(self) -> Permissions {
        self.record.permissions()
    }

    /// A note of whoever wrote the ACE; kept, but shown to no client.
    pub fn tag(self) -> Option<&'a str> {
        self.record.find(Item::TAG).map(text)
    }
}

/// Only what was text when it came is asked for as text.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// Who an ACE is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The device with this UUID.
    Uuid(Uuid),
    /// Whoever has proven this role.
    Role {
        /// Never empty.
        role: &'a str,
        /// Never empty; `None` matches any.
        authority: Option<&'a str>,
    },
    /// Everyone on a secured connection.
    AuthCrypt,
    /// Everyone.
    AnonClear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum SubjectKind {
    Uuid = 1,
    Role = 2,
    AuthCrypt = 3,
    AnonClear = 4,
}

/// What an ACE is about: a path, a kind, or a path of a kind; never neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// The path, which begins with a slash.
    pub href: Option<&'a str>,
    /// The kind.
    pub wildcard: Option<Wildcard>,
}

/// A set of resources; none of them holds a device configuration resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Wildcard {
    /// `*`: every other resource.
    All = 1,
    /// `+`: the discoverable ones.
    Discoverable = 2,
    /// `-`: the discoverable ones without a secure endpoint.
    DiscoverableClear = 3,
}

impl Wildcard {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::All => b'*',
            Self::Discoverable => b'+',
            Self::DiscoverableClear => b'-',
        }
    }
}

/// An ACE without its aceid: its bytes, or none for one that is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a>(pub &'a [u8]);

/// The length is the rest of the head.
const LENGTH_SHIFT: u32 = 8;

impl<'a> Record<'a> {
    pub const HEAD: usize = 4;

    /// The record that begins at an offset; nothing is given of one that is not there.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn at(memory: &'a [u8], at: u32) -> Self {
        let rest = memory.get(at as usize..).unwrap_or_default();
        let head = rest.first_chunk().copied().unwrap_or_default();
        let length = u32::from_le_bytes(head) >> LENGTH_SHIFT;
        Self(rest.get(..length as usize + Self::HEAD).unwrap_or_default())
    }

    /// Writes the head of the record that begins at `start` and ends where the memory does.
    pub fn close(memory: &mut [u8], start: usize, first: u8) -> Result<(), Reason> {
        let record = memory.get_mut(start..).unwrap_or_default();
        let length = record.len().wrapping_sub(Self::HEAD);
        if length >> (32 - LENGTH_SHIFT) != 0 {
            return Err(Reason::TooLong);
        }
        let head = (length as u32) << LENGTH_SHIFT | u32::from(first);
        if let Some(place) = record.first_chunk_mut() {
            *place = head.to_le_bytes();
        }
        Ok(())
    }

    /// The first byte of a head: of which kind the subject is, and what it may do.
    pub fn first_byte(kind: SubjectKind, permissions: u8) -> u8 {
        (kind as u8) << 5 | permissions & 31
    }

    /// Permissions and kind of the subject.
    pub fn first(self) -> u8 {
        self.0.first().copied().unwrap_or_default()
    }

    pub fn subject_kind(self) -> SubjectKind {
        match self.first() >> 5 {
            1 => SubjectKind::Uuid,
            3 => SubjectKind::AuthCrypt,
            4 => SubjectKind::AnonClear,
            _ => SubjectKind::Role,
        }
    }

    pub fn permissions(self) -> Permissions {
        Permissions::from_bits_truncate(self.first())
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub fn items(self) -> Items<'a> {
        Items(self.0.get(Self::HEAD..).unwrap_or_default())
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub fn find(self, kind: u8) -> Option<&'a [u8]> {
        self.items()
            .find(|item| item.kind() == kind)
            .map(Item::bytes)
    }

    /// What it has of each kind of items, and how many resources.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn parts(self) -> ([Option<&'a [u8]>; 4], usize) {
        let (mut texts, mut resources) = ([None; 4], 0);
        for item in self.items() {
            match texts.get_mut(usize::from(item.kind())) {
                Some(text) => *text = Some(item.bytes()),
                None => resources += 1,
            }
        }
        (texts, resources)
    }

    /// How many resources this record has that the other one has not.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn resources_beyond(self, other: Self) -> usize {
        self.items()
            .filter(|item| item.is_resource() && !other.has(*item))
            .count()
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub fn has(self, item: Item<'_>) -> bool {
        self.items().any(|own| own == item)
    }

    /// Whether the other has all that this one has, with the resources or but for them.
    #[cfg_attr(target_os = "none", inline(never))]
    fn is_within(self, other: Self, resources: bool) -> bool {
        self.items()
            .all(|item| (!resources && item.is_resource()) || other.has(item))
    }

    /// Equal subject, permissions and tag, whatever the resources.
    pub fn is_of_the_same(self, other: Self) -> bool {
        self.first() == other.first()
            && self.is_within(other, false)
            && other.is_within(self, false)
    }

    /// Equal in all, with the resources as a set.
    pub fn says_the_same(self, other: Self) -> bool {
        self.0 == other.0
            || (self.is_of_the_same(other)
                && self.is_within(other, true)
                && other.is_within(self, true))
    }

    /// What a decision looks at first; equal for records that say the same.
    pub fn key(self) -> Key {
        let mut subject = 0;
        // No resource counts twice, nor does the order.
        let (mut least, mut most) = (u32::MAX, 0);
        for item in self.items() {
            let hash = hash(item.bytes());
            if item.is_resource() {
                least = least.min(hash);
                most = most.max(hash);
            } else if item.kind() < Item::AUTHORITY {
                subject = hash;
            }
        }
        Key::new(subject, self.subject_kind(), least, most)
    }
}

/// A part of a record, with its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item<'a>(pub &'a [u8]);

impl<'a> Item<'a> {
    pub const UUID: u8 = 0;
    pub const ROLE: u8 = 1;
    pub const AUTHORITY: u8 = 2;
    pub const TAG: u8 = 3;
    /// A resource without a wildcard, whose bytes are its `href`; with one of the wildcards, the
    /// number of that more, and there may be no bytes.
    pub const RESOURCE: u8 = 4;
    pub const HEAD: usize = 2;

    /// Writes the head of the item that begins at `start` and ends where the memory does; says
    /// whether it has any bytes.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn close(memory: &mut [u8], start: usize, kind: u8) -> Result<bool, Reason> {
        let item = memory.get_mut(start..).unwrap_or_default();
        let length = item.len().wrapping_sub(Self::HEAD);
        if length > MAX_TEXT {
            return Err(Reason::TooLong);
        }
        if let Some(place) = item.first_chunk_mut() {
            *place = [kind << 5 | (length >> 8) as u8, length as u8];
        }
        Ok(length > 0)
    }

    pub fn kind(self) -> u8 {
        self.0.first().copied().unwrap_or_default() >> 5
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub fn bytes(self) -> &'a [u8] {
        self.0.get(Self::HEAD..).unwrap_or_default()
    }

    pub fn is_resource(self) -> bool {
        self.kind() >= Self::RESOURCE
    }

    pub fn wildcard(self) -> Option<Wildcard> {
        match self.kind() {
            5 => Some(Wildcard::All),
            6 => Some(Wildcard::Discoverable),
            7 => Some(Wildcard::DiscoverableClear),
            _ => None,
        }
    }

    pub fn resource(self) -> Option<Resource<'a>> {
        let bytes = self.bytes();
        self.is_resource().then(|| Resource {
            href: (!bytes.is_empty()).then(|| text(bytes)),
            wildcard: self.wildcard(),
        })
    }
}

/// The items of a record, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'a>(pub &'a [u8]);

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    #[cfg_attr(target_os = "none", inline(never))]
    fn next(&mut self) -> Option<Item<'a>> {
        let [high, low] = *self.0.first_chunk()?;
        let length = usize::from(high & 31) << 8 | usize::from(low);
        let (item, rest) = self.0.split_at_checked(length + Item::HEAD)?;
        self.0 = rest;
        Some(Item(item))
    }
}

/// Two hashes: 14 bits of the subject's name, before two for the kind of subject, and 15 of the
/// resources, before one that says whether it is that of one path only. Records whose key does not
/// fit need not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub u32);

impl Key {
    fn new(subject: u32, kind: SubjectKind, least: u32, most: u32) -> Self {
        let resources = match least == most && least & PATH != 0 {
            true => least >> 16 | 1,
            false => (least ^ most.rotate_left(8)) >> 16 & !1,
        };
        Self(subject & 0xfffc_0000 | (kind as u32 - 1) << 16 | resources)
    }

    /// That of an ACE for this peer and this path only.
    pub fn of(peer: &[u8], path: &[u8]) -> Self {
        let path = hash(path);
        Self::new(hash(peer), SubjectKind::Uuid, path, path)
    }

    /// Whether an ACE with this key may be for another peer and another path only.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn may_match(self, wanted: Self) -> bool {
        let differs = self.0 ^ wanted.0;
        (self.0 & 1 == 0 || differs & 0xffff == 0) && (self.0 & 0x3_0000 != 0 || differs >> 16 == 0)
    }
}

/// In the hash of all that is not empty. A wildcard alone has no path.
const PATH: u32 = 1;

/// Spreads well enough over a table, and takes a step for four bytes.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |hash, chunk| {
        let word = match chunk.first_chunk() {
            Some(word) => u32::from_be_bytes(*word),
            None => chunk
                .iter()
                .fold(1, |word, byte| word << 8 | u32::from(*byte)),
        };
        let mixed = (hash ^ word).wrapping_mul(0x9e37_79b1);
        mixed ^ mixed >> 15 | PATH
    })
}
