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
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"*" => Some(Self::All),
            b"+" => Some(Self::Discoverable),
            b"-" => Some(Self::DiscoverableClear),
            _ => None,
        }
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::All => b'*',
            Self::Discoverable => b'+',
            Self::DiscoverableClear => b'-',
        }
    }
}

/// An ACE without its aceid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    head: u32,
    items: &'a [u8],
}

/// The length is the rest of the head.
const LENGTH_SHIFT: u32 = 8;

impl<'a> Record<'a> {
    pub const HEAD: usize = 4;

    /// The record that begins at an offset; nothing is given of one that is not there.
    pub fn at(memory: &'a [u8], at: u32) -> Self {
        let whole = || {
            let (head, rest) = memory.get(at as usize..)?.split_first_chunk()?;
            let head = u32::from_le_bytes(*head);
            let items = rest.get(..(head >> LENGTH_SHIFT) as usize)?;
            Some(Self { head, items })
        };
        whole().unwrap_or(Self {
            head: 0,
            items: &[],
        })
    }

    /// `None` if it is too long to be kept.
    pub fn head(kind: SubjectKind, permissions: u8, length: usize) -> Option<[u8; 4]> {
        let length = u32::try_from(length)
            .ok()
            .filter(|length| *length < 1 << 24)?;
        let head = (length << LENGTH_SHIFT) | u32::from((kind as u8) << 5 | (permissions & 31));
        Some(head.to_le_bytes())
    }

    /// How many bytes it takes.
    pub fn size(self) -> usize {
        Self::HEAD + self.items.len()
    }

    /// The bytes themselves, of a record that begins at this offset.
    pub fn bytes(self, memory: &[u8], at: u32) -> &[u8] {
        let rest = memory.get(at as usize..).unwrap_or_default();
        rest.get(..self.size()).unwrap_or_default()
    }

    /// What a row of the list has of it.
    pub fn notes(self) -> [u32; 2] {
        [self.key().0, self.digest()]
    }

    pub fn subject_kind(self) -> SubjectKind {
        match (self.head >> 5) & 7 {
            1 => SubjectKind::Uuid,
            3 => SubjectKind::AuthCrypt,
            4 => SubjectKind::AnonClear,
            _ => SubjectKind::Role,
        }
    }

    pub fn permissions(self) -> Permissions {
        Permissions::from_bits_truncate(self.head as u8)
    }

    pub fn items(self) -> Items<'a> {
        Items(self.items)
    }

    pub fn find(self, kind: u8) -> Option<&'a [u8]> {
        self.items()
            .find(|item| item.kind == kind)
            .map(|item| item.bytes)
    }

    pub fn resources(self) -> usize {
        self.items().filter(|item| item.is_resource()).count()
    }

    /// How many resources this record has that the other one has not.
    pub fn resources_beyond(self, other: Self) -> usize {
        self.items()
            .filter(|item| item.is_resource() && !other.has(*item))
            .count()
    }

    pub fn has(self, item: Item<'_>) -> bool {
        self.items().any(|own| own == item)
    }

    /// Equal subject, permissions and tag, whatever the resources.
    pub fn is_of_the_same(self, other: Self) -> bool {
        let within = |one: Self, other: Self| {
            one.items()
                .all(|item| item.is_resource() || other.has(item))
        };
        self.head as u8 == other.head as u8 && within(self, other) && within(other, self)
    }

    /// Equal in all, with the resources as a set.
    pub fn says_the_same(self, other: Self) -> bool {
        if self.head == other.head && self.items == other.items {
            return true;
        }
        self.is_of_the_same(other)
            && self.resources_beyond(other) == 0
            && other.resources_beyond(self) == 0
    }

    /// Equal for records that say the same: no item counts twice, nor does the order.
    pub fn digest(self) -> u32 {
        let (least, most) = self
            .items()
            .map(|item| hash(item.kind.into(), item.bytes))
            .fold((u32::MAX, 0), |(least, most), hash| {
                (least.min(hash), most.max(hash))
            });
        (self.head & 0xff) ^ least ^ most.rotate_left(16)
    }

    /// What a decision looks at first.
    pub fn key(self) -> Key {
        let subject = match self.subject_kind() {
            SubjectKind::Uuid => Key::uuid(self.find(Item::UUID).unwrap_or_default()),
            SubjectKind::Role => Key::role(self.find(Item::ROLE).unwrap_or_default()),
            SubjectKind::AuthCrypt => Key::AUTH_CRYPT,
            SubjectKind::AnonClear => Key::ANON_CLEAR,
        };
        let is_anyone = subject <= Key::ANON_CLEAR;
        let mut resources = self.items().filter(|item| item.is_resource());
        let resource = match (resources.next(), resources.next()) {
            (Some(only), None) if !only.bytes.is_empty() && !is_anyone => Key::path(only.bytes),
            _ => Key::ANY_PATH,
        };
        Key::new(subject, resource)
    }
}

/// A part of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub kind: u8,
    pub bytes: &'a [u8],
}

const KIND_SHIFT: u32 = 13;

impl<'a> Item<'a> {
    pub const UUID: u8 = 0;
    pub const ROLE: u8 = 1;
    pub const AUTHORITY: u8 = 2;
    pub const TAG: u8 = 3;
    /// A resource without a wildcard, whose bytes are its `href`; with one of the wildcards, the
    /// number of that more, and there may be no bytes.
    pub const RESOURCE: u8 = 4;
    pub const HEAD: usize = 2;

    pub fn head(kind: u8, length: usize) -> Result<[u8; 2], Reason> {
        match u16::try_from(length) {
            Ok(length) if usize::from(length) <= MAX_TEXT => {
                Ok((u16::from(kind & 7) << KIND_SHIFT | length).to_le_bytes())
            }
            _ => Err(Reason::TooLong),
        }
    }

    pub fn is_resource(self) -> bool {
        self.kind >= Self::RESOURCE
    }

    pub fn wildcard(self) -> Option<Wildcard> {
        match self.kind {
            5 => Some(Wildcard::All),
            6 => Some(Wildcard::Discoverable),
            7 => Some(Wildcard::DiscoverableClear),
            _ => None,
        }
    }

    pub fn resource(self) -> Option<Resource<'a>> {
        self.is_resource().then(|| Resource {
            href: (!self.bytes.is_empty()).then(|| text(self.bytes)),
            wildcard: self.wildcard(),
        })
    }
}

/// The items of a record, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'a>(pub &'a [u8]);

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (head, rest) = self.0.split_first_chunk()?;
        let head = u16::from_le_bytes(*head);
        let (bytes, rest) = rest.split_at_checked(usize::from(head) & MAX_TEXT)?;
        self.0 = rest;
        Some(Item {
            kind: (head >> KIND_SHIFT) as u8,
            bytes,
        })
    }
}

/// Two hashes of 16 bits: of the subject, and of the path if an ACE is for one only, and not for
/// anyone. Records whose key does not fit need not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub u32);

impl Key {
    pub const AUTH_CRYPT: u16 = 1;
    pub const ANON_CLEAR: u16 = 2;
    pub const ANY_PATH: u16 = 0;

    pub fn new(subject: u16, resource: u16) -> Self {
        Self(u32::from(subject) << 16 | u32::from(resource))
    }

    /// That of no record: a path is odd.
    pub const NONE: Self = Self(1);

    /// Whether it is for one path.
    pub fn has_path(self) -> bool {
        self.0 & 1 != 0
    }

    pub fn subject(self) -> u16 {
        (self.0 >> 16) as u16
    }

    pub fn resource(self) -> u16 {
        self.0 as u16
    }

    pub fn uuid(bytes: &[u8]) -> u16 {
        fold(hash(0, bytes))
    }

    pub fn role(name: &[u8]) -> u16 {
        fold(hash(1, name))
    }

    pub fn path(path: &[u8]) -> u16 {
        // The lowest bit keeps it from being the one that stands for any.
        fold(hash(2, path)) | 1
    }
}

/// A set of hashes that may take another one for one of its own, once in some hundred times.
pub(crate) struct Filter([u32; 8]);

impl Filter {
    pub const NEW: Self = Self([0; 8]);

    pub fn add(&mut self, hash: u16) {
        if let Some(word) = self.0.get_mut(usize::from(hash >> 5) & 7) {
            *word |= 1 << (hash & 31);
        }
    }

    pub fn has(&self, hash: u16) -> bool {
        let word = self.0.get(usize::from(hash >> 5) & 7);
        word.is_some_and(|word| word >> (hash & 31) & 1 != 0)
    }
}

fn fold(hash: u32) -> u16 {
    (hash >> 16) as u16
}

/// Spreads well enough over a table, and takes a step for four bytes.
pub(crate) fn hash(seed: u32, bytes: &[u8]) -> u32 {
    const FACTOR: u32 = 0x9e37_79b1;
    let mix = |hash: u32, word: u32| {
        let mixed = (hash ^ word).wrapping_mul(FACTOR);
        mixed ^ (mixed >> 15)
    };
    let (words, rest) = bytes
        .split_at_checked(bytes.len() & !3)
        .unwrap_or((bytes, &[]));
    let hash = words.chunks_exact(4).fold(seed, |hash, word| {
        let word = word.first_chunk().copied().unwrap_or_default();
        mix(hash, u32::from_le_bytes(word))
    });
    let rest = rest.iter().fold(bytes.len() as u32, |word, byte| {
        word << 8 | u32::from(*byte)
    });
    mix(hash, rest)
}
