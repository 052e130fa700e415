//! UUIDs that identify someone.
#![forbid(unsafe_code)]

/// A UUID other than the nil UUID.
///
/// The nil UUID stands for "nobody" in RFC 9562; a type that cannot hold it keeps a peer without an
/// identity from ever being equal to a subject or an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Uuid([u8; 16]);

const TEXT_LEN: usize = 36;

fn is_dash(position: usize) -> bool {
    matches!(position, 8 | 13 | 18 | 23)
}

impl Uuid {
    /// `None` for the nil UUID.
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The 16 bytes, most significant first.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From the form `8-4-4-4-12` of RFC 9562, in either case; nothing else is a UUID.
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).and_then(Self::new)
    }

    /// The form `8-4-4-4-12` in lower case, as ASCII.
    pub fn to_text(&self) -> [u8; TEXT_LEN] {
        let mut digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let mut text = [b'-'; TEXT_LEN];
        for (position, byte) in text.iter_mut().enumerate() {
            if !is_dash(position) {
                let digit = digits.next().unwrap_or(0);
                *byte = digit + if digit < 10 { b'0' } else { b'a' - 10 };
            }
        }
        text
    }
}

/// As [`Uuid::parse`], but the nil UUID passes.
pub(crate) fn bytes(text: &str) -> Option<[u8; 16]> {
    if text.len() != TEXT_LEN {
        return None;
    }
    let mut bytes = [0; 16];
    let mut digits = 0usize;
    for (position, byte) in text.bytes().enumerate() {
        if is_dash(position) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        let slot = bytes.get_mut(digits / 2)?;
        *slot = (*slot << 4) | digit;
        digits += 1;
    }
    Some(bytes)
}
