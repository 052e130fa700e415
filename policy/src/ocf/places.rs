//! Where things stand in a list that is JSON. It is read as the CBOR of the same
//! meaning, which has an item for each word of the JSON, in the same order.

use super::wildcard;
use crate::policy::Lines;
use ocf_acl::{Ace, Acl, Subject, Uuid};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A line and a column in characters, both from 1.
pub type Place = (usize, usize);

/// The place of what became the CBOR at an offset.
#[must_use]
pub fn of_byte(json: &str, cbor: &[u8], offset: usize) -> Option<Place> {
    let before = Items::of(cbor).take_while(|at| *at <= offset).count();
    let word = Words::of(json).nth(before.checked_sub(1)?)?;
    Some(Lines::new(json).place(word.start))
}

/// What `serde_json` says of a place, whose column counts bytes and may be that
/// of an end of line.
#[must_use]
pub fn of_error(json: &str, line: usize, column: usize) -> Place {
    let text = json.split('\n').nth(line.saturating_sub(1));
    let text = text.unwrap_or_default();
    let before = text.floor_char_boundary(column.saturating_sub(1));
    let before = text.get(..before).unwrap_or_default();
    (line.max(1), before.chars().count() + 1)
}

/// The places of the ACEs of a list, by their aceids. Those without one were
/// given one in their order, but for those that are equal to another.
#[must_use]
pub fn of_aces(json: &str, acl: &Acl) -> BTreeMap<u32, Place> {
    /// Root, list, ACE.
    const ACE: usize = 3;
    let mut found: Vec<(usize, Option<u32>)> = Vec::new();
    let (mut depth, mut is_key, mut is_id) = (0_usize, false, false);
    for range in Words::of(json) {
        let word = json.get(range.clone()).unwrap_or_default();
        match word {
            "{" | "[" => {
                depth += 1;
                if depth == ACE && word == "{" {
                    found.push((range.start, None));
                }
                is_key = true;
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                is_key = true;
            }
            _ if depth != ACE => {}
            _ if is_key => {
                is_id = serde_json::from_str::<String>(word).is_ok_and(|key| key == "aceid");
                is_key = false;
            }
            _ => {
                if let (true, Some((_, id))) = (is_id, found.last_mut()) {
                    *id = word.parse().ok();
                }
                is_key = true;
            }
        }
    }
    let given: BTreeSet<u32> = found.iter().filter_map(|(_, id)| *id).collect();
    let mut rest = acl
        .aces()
        .filter(|ace| !given.contains(&ace.id()))
        .peekable();
    let mut lines = Lines::new(json);
    let places = found.into_iter().filter_map(|(start, id)| {
        let id = match id {
            Some(id) => id,
            None => rest.next_if(|ace| says(json, start, *ace))?.id(),
        };
        Some((id, lines.place(start)))
    });
    places.collect()
}

/// Whether the ACE that begins there says what this one does.
fn says(json: &str, start: usize, ace: Ace<'_>) -> bool {
    let text = json.get(start..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let Some(Ok(value)) = values.next() else {
        return false;
    };
    let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let whom = value.get("subject").unwrap_or(&Value::Null);
    let is_about = match ace.subject() {
        Subject::Uuid(uuid) => text(whom, "uuid").and_then(|text| Uuid::parse(&text)) == Some(uuid),
        Subject::Role { role, authority } => {
            text(whom, "role").as_deref() == Some(role)
                && text(whom, "authority").as_deref() == authority
        }
        Subject::AuthCrypt => text(whom, "conntype").as_deref() == Some("auth-crypt"),
        Subject::AnonClear => text(whom, "conntype").as_deref() == Some("anon-clear"),
    };
    let said = value.get("resources").and_then(Value::as_array);
    let said = said.map(Vec::as_slice).unwrap_or_default().iter();
    let said: BTreeSet<_> = said.map(|it| (text(it, "href"), text(it, "wc"))).collect();
    let has = ace.resources().map(|it| {
        let kind = it.wildcard.map(wildcard).map(str::to_owned);
        (it.href.map(str::to_owned), kind)
    });
    is_about
        && value.get("permission").and_then(Value::as_u64) == Some(ace.permissions().bits().into())
        && text(&value, "tag").as_deref() == ace.tag()
        && said == has.collect()
}

/// The words of a valid JSON text: brackets, texts, numbers and names, but no
/// commas and colons, which CBOR does not have.
struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

impl Words<'_> {
    fn of(text: &str) -> Words<'_> {
        Words {
            text: text.as_bytes(),
            at: 0,
        }
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let is_between = |byte: &u8| b" \t\r\n,:".contains(byte);
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.iter().position(|byte| !is_between(byte))?;
        let rest = self.text.get(start..)?;
        let length = match rest {
            [b'{' | b'}' | b'[' | b']', ..] => 1,
            [b'"', inner @ ..] => {
                let mut is_escaped = false;
                let end = inner.iter().position(|byte| {
                    let is_end = *byte == b'"' && !is_escaped;
                    is_escaped = *byte == b'\\' && !is_escaped;
                    is_end
                });
                end? + 2
            }
            _ => {
                let is_end = |byte: &u8| is_between(byte) || b"{}[]\"".contains(byte);
                rest.iter().position(is_end).unwrap_or(rest.len())
            }
        };
        self.at = start + length;
        Some(start..self.at)
    }
}

/// The offsets of the items of CBOR as `ocf_acl::json::to_cbor` writes it, the
/// ends of maps and arrays among them.
struct Items<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Items<'_> {
    fn of(bytes: &[u8]) -> Items<'_> {
        Items { bytes, at: 0 }
    }
}

impl Iterator for Items<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = self.at;
        let (head, rest) = self.bytes.get(at..)?.split_first()?;
        let length = match head & 31 {
            argument @ 24..=27 => 1_usize << (argument - 24),
            _ => 0,
        };
        let argument = rest.get(..length)?;
        let argument = match length {
            0 => u64::from(head & 31),
            _ => argument
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        let inner = match head >> 5 {
            // Bytes and text.
            2 | 3 => usize::try_from(argument).ok()?,
            _ => 0,
        };
        self.at = at.checked_add(1 + length)?.checked_add(inner)?;
        Some(at)
    }
}
