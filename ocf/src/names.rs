//! The names of a payload and the paths of the rules, each in one piece of memory.
//!
//! An entry is a byte, whose upper three bits are its group and the lower five what it means there,
//! and its text, after a byte for its length. A pointer to each text would take as much again.
#![forbid(unsafe_code)]

use crate::kind;

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

/// What a text means, and the text.
pub type Entry = (u8, &'static str);

/// How many bytes entries take.
#[cfg(any(target_os = "none", test))]
const fn size(entries: &[Entry]) -> usize {
    let mut size = 0;
    let mut index = 0;
    while index < entries.len() {
        size += 2 + entries[index].1.len();
        index += 1;
    }
    size
}

/// Entries in one piece, at compile time.
#[cfg(any(target_os = "none", test))]
const fn pack<const N: usize>(entries: &[Entry]) -> [u8; N] {
    let mut packed = [0; N];
    let mut end = 0;
    let mut index = 0;
    while index < entries.len() {
        let (meaning, text) = entries[index];
        let text = text.as_bytes();
        packed[end] = meaning;
        packed[end + 1] = text.len() as u8;
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

/// The entries of a table that is in one piece.
#[cfg(any(target_os = "none", test))]
struct Packed(&'static [u8]);

#[cfg(any(target_os = "none", test))]
impl Iterator for Packed {
    type Item = (u8, &'static [u8]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (entry, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some((*entry, text))
    }
}

/// The entries of the paths, or of the names.
#[cfg(target_os = "none")]
fn entries(paths: bool) -> Packed {
    static NAMES: [u8; size(ENTRIES)] = pack(ENTRIES);
    static PATHS: [u8; size(kind::ENTRIES)] = pack(kind::ENTRIES);
    Packed(if paths { &PATHS } else { &NAMES })
}

/// Where memory is cheap they are not packed: every decision goes over the paths, and need not read
/// one to find the next.
#[cfg(not(target_os = "none"))]
fn entries(paths: bool) -> impl Iterator<Item = (u8, &'static [u8])> {
    let entries = if paths { kind::ENTRIES } else { ENTRIES };
    entries
        .iter()
        .map(|(entry, text)| (*entry, text.as_bytes()))
}

/// What a text means in a group; 0 for nothing.
#[cfg_attr(target_os = "none", inline(never))]
pub fn meaning(group: u8, text: &[u8]) -> u8 {
    entries(!(group::ROOT..group::PATH).contains(&group))
        .find(|(entry, name)| *name == text && entry >> 5 == group)
        .map_or(0, |(entry, _)| entry & 31)
}

/// The name that means this.
pub fn name(wanted: u8) -> &'static [u8] {
    entries(false)
        .find(|(entry, _)| *entry == wanted)
        .map_or(&[], |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_what_is_not() {
        static NAMES: [u8; size(ENTRIES)] = pack(ENTRIES);
        static PATHS: [u8; size(kind::ENTRIES)] = pack(kind::ENTRIES);
        assert!(entries(false).eq(Packed(&NAMES)));
        assert!(entries(true).eq(Packed(&PATHS)));
        assert_eq!((ENTRIES.len(), kind::ENTRIES.len()), (22, 16));
    }
}
