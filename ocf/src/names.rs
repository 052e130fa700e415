//! The names of a payload and the paths of the rules, each in one piece of memory.
//!
//! An entry is a byte, whose upper three bits are its group and the lower five what it means there,
//! and its text as CBOR has it, so that it can be written as it is. A pointer to each text would take
//! as much again.
#![forbid(unsafe_code)]

use crate::kind::PATHS;

/// Groups of names. Those of the fields of maps are the numbers of the maps.
pub mod group {
    pub const SECURITY: u8 = 0;
    pub const ROOT: u8 = 1;
    pub const ACE: u8 = 2;
    pub const SUBJECT: u8 = 3;
    pub const RESOURCE: u8 = 4;
    pub const CONN_TYPE: u8 = 5;
    pub const WILDCARD: u8 = 6;
    pub const PATH: u8 = 7;
}

/// The fields: first those that are containers, then numbers, then texts.
pub mod field {
    pub const NONE: u8 = 0;
    pub const ACE_LIST: u8 = 1;
    pub const RT: u8 = 2;
    pub const IF: u8 = 3;
    pub const RESOURCES: u8 = 4;
    pub const RESOURCE_IF: u8 = 5;
    pub const SUBJECT: u8 = 6;
    pub const ACE_ID: u8 = 7;
    pub const PERMISSION: u8 = 8;
    /// This one and those that follow are in the order of the items of a record.
    pub const UUID: u8 = 9;
    pub const ROLE: u8 = 10;
    pub const AUTHORITY: u8 = 11;
    pub const TAG: u8 = 12;
    pub const ACE_HREF: u8 = 13;
    pub const HREF: u8 = 14;
    pub const OWNER: u8 = 15;
    pub const CONN_TYPE: u8 = 16;
    pub const WILDCARD: u8 = 17;
    /// A field of the root that is left out.
    pub const UNKNOWN: u8 = 18;
}

pub const fn entry(group: u8, meaning: u8) -> u8 {
    group << 5 | meaning
}

type Entry = (u8, &'static str);

/// How many bytes entries take.
pub const fn size(entries: &[Entry]) -> usize {
    let mut size = 0;
    let mut index = 0;
    while index < entries.len() {
        size += 2 + entries[index].1.len();
        index += 1;
    }
    size
}

/// Entries in one piece, at compile time.
pub const fn pack<const N: usize>(entries: &[Entry]) -> [u8; N] {
    let mut packed = [0; N];
    let mut end = 0;
    let mut index = 0;
    while index < entries.len() {
        let (meaning, text) = entries[index];
        let text = text.as_bytes();
        assert!(text.len() < 24);
        packed[end] = meaning;
        packed[end + 1] = 0x60 | text.len() as u8;
        let mut at = 0;
        while at < text.len() {
            packed[end + 2 + at] = text[at];
            at += 1;
        }
        end += 2 + text.len();
        index += 1;
    }
    packed
}

const ENTRIES: &[Entry] = &[
    (entry(group::ROOT, field::ACE_LIST), "aclist2"),
    (entry(group::ROOT, field::OWNER), "rowneruuid"),
    // What baseline reads add may come back, and changes nothing.
    (entry(group::ROOT, field::RT), "rt"),
    (entry(group::ROOT, field::IF), "if"),
    (entry(group::ACE, field::ACE_ID), "aceid"),
    (entry(group::ACE, field::SUBJECT), "subject"),
    (entry(group::ACE, field::RESOURCES), "resources"),
    (entry(group::ACE, field::PERMISSION), "permission"),
    (entry(group::ACE, field::TAG), "tag"),
    (entry(group::ACE, field::ACE_HREF), "href"),
    (entry(group::SUBJECT, field::UUID), "uuid"),
    (entry(group::SUBJECT, field::ROLE), "role"),
    (entry(group::SUBJECT, field::AUTHORITY), "authority"),
    (entry(group::SUBJECT, field::CONN_TYPE), "conntype"),
    (entry(group::RESOURCE, field::HREF), "href"),
    (entry(group::RESOURCE, field::WILDCARD), "wc"),
    (entry(group::RESOURCE, field::RESOURCE_IF), "if"),
    // The numbers of the kinds of subjects, and of the wildcards.
    (entry(group::CONN_TYPE, 3), "auth-crypt"),
    (entry(group::CONN_TYPE, 4), "anon-clear"),
    (entry(group::WILDCARD, 1), "*"),
    (entry(group::WILDCARD, 2), "+"),
    (entry(group::WILDCARD, 3), "-"),
];

static NAMES: [u8; size(ENTRIES)] = pack(ENTRIES);

struct Entries(&'static [u8]);

impl Iterator for Entries {
    /// What stands before the text, and the text as CBOR has it.
    type Item = (u8, &'static [u8]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (entry, rest) = self.0.split_first()?;
        let length = usize::from(rest.first()? & 31) + 1;
        let (text, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*entry, text))
    }
}

/// What a text means in a group; 0 for nothing.
#[inline(never)]
pub fn meaning(group: u8, text: &[u8]) -> u8 {
    let table: &[u8] = match group {
        group::ROOT..group::PATH => &NAMES,
        _ => &PATHS,
    };
    Entries(table)
        .find(|(entry, name)| entry >> 5 == group && name.get(1..) == Some(text))
        .map_or(0, |(entry, _)| entry & 31)
}

/// The name that means this, as CBOR.
#[inline(never)]
pub fn name(wanted: u8) -> &'static [u8] {
    Entries(&NAMES)
        .find(|(entry, _)| *entry == wanted)
        .map_or(&[], |(_, name)| name)
}
