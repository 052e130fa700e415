//! Paths in the data model: `/1234`, `/1234/0`, `/1234/0/2`, `/1234/0/2/5`.

use std::fmt;

/// What [`parse_id`] accepts, in words.
pub const ID_RANGE: &str = "a number from 0 to 65534";

/// "No ID"; never part of a path.
pub const MAX_ID: u16 = u16::MAX;
/// As an SSID: the Bootstrap-Server, and the client itself.
pub const SSID_BOOTSTRAP: u16 = u16::MAX;

/// Up to four IDs; none is the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    ids: [u16; 4],
    len: usize,
}

impl Path {
    /// From IDs, up to a fifth or a 65535: a single resource's "no ID" in the
    /// place of its Resource Instance.
    pub fn new(ids: &[u16]) -> Path {
        let mut path = Path::default();
        let ids = ids.iter().take_while(|id| **id != MAX_ID);
        for (place, id) in path.ids.iter_mut().zip(ids) {
            *place = *id;
            path.len += 1;
        }
        path
    }

    /// The IDs.
    pub fn ids(&self) -> &[u16] {
        self.ids.get(..self.len).unwrap_or_default()
    }

    /// With further IDs behind.
    pub fn join(&self, more: &[u16]) -> Path {
        Path::new(&[self.ids(), more].concat())
    }

    /// Object ID, if there is one.
    pub fn oid(&self) -> Option<u16> {
        self.ids().first().copied()
    }

    /// Instance ID, if there is one.
    pub fn iid(&self) -> Option<u16> {
        self.ids().get(1).copied()
    }

    /// Whether `other` is this path or below it.
    pub fn covers(&self, other: &Path) -> bool {
        other.ids().starts_with(self.ids())
    }

    /// Reads `/1/2/3`, or says which part of it is wrong.
    pub fn parse(text: &str) -> Result<Path, String> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("\"{text}\" is no path: a path begins with /"));
        };
        if rest.is_empty() {
            return Ok(Path::default());
        }
        let ids = parse_ids(rest)
            .map_err(|part| format!("\"{part}\" in path \"{text}\" is no ID: {ID_RANGE}"))?;
        if ids.len() > 4 {
            return Err(format!("path \"{text}\" has more than four IDs"));
        }
        Ok(Path::new(&ids))
    }
}

/// Reads `1/2/3`; the error is the part that is no ID.
pub fn parse_ids(text: &str) -> Result<Vec<u16>, String> {
    text.split('/')
        .map(|part| parse_id(part).ok_or_else(|| part.to_owned()))
        .collect()
}

/// Reads an ID: digits only, below 65535.
pub fn parse_id(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&id| digits && id != MAX_ID)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.len == 0 {
            return f.write_str("/");
        }
        self.ids().iter().try_for_each(|id| write!(f, "/{id}"))
    }
}
