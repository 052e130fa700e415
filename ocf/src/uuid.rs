//! UUIDs that identify someone.
#![forbid(unsafe_code)]

/// A UUID other than the nil UUID.
///
/// The nil UUID stands for "nobody" in RFC 9562; a type that cannot hold it keeps a peer without an
/// identity from ever being equal to a subject or an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        if text.len() != TEXT_LEN {
            return None;
        }
        let mut value = 0u128;
        for (position, byte) in text.bytes().enumerate() {
            if is_dash(position) {
                if byte != b'-' {
                    return None;
                }
            } else {
                value = (value << 4) | u128::from(char::from(byte).to_digit(16)?);
            }
        }
        Self::new(value.to_be_bytes())
    }

    /// The form `8-4-4-4-12` in lower case, as ASCII.
    pub fn to_text(&self) -> [u8; TEXT_LEN] {
        let mut rest = u128::from_be_bytes(self.0);
        let mut text = [b'-'; TEXT_LEN];
        for (position, byte) in text.iter_mut().enumerate() {
            if !is_dash(position) {
                let digit = (rest >> 124) as u8;
                *byte = if digit < 10 {
                    b'0' + digit
                } else {
                    b'a' + digit - 10
                };
                rest <<= 4;
            }
        }
        text
    }
}
