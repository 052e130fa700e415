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
    const DASHES: u32 = 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23;
    position < 32 && DASHES >> position & 1 != 0
}

impl Uuid {
    /// Stands for no owner in a list, which shows it to nobody.
    pub(crate) const NIL: Self = Self([0; 16]);

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn is_nil(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// `None` for the nil UUID.
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        Some(Self(bytes)).filter(|uuid| !uuid.is_nil())
    }

    /// The 16 bytes, most significant first.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From the form `8-4-4-4-12` of RFC 9562, in either case; nothing else is a UUID.
    pub fn parse(text: &str) -> Option<Self> {
        let mut uuid = Self::NIL;
        let is_uuid = text.len() == TEXT_LEN && read(text.as_bytes(), &mut uuid);
        (is_uuid && !uuid.is_nil()).then_some(uuid)
    }

    /// The form `8-4-4-4-12` in lower case, as ASCII.
    pub fn to_text(&self) -> [u8; TEXT_LEN] {
        text(&self.0)
    }
}

/// As [`Uuid::to_text`]; 0 for what is not there.
pub(crate) fn text(uuid: &[u8]) -> [u8; TEXT_LEN] {
    let mut text = [b'-'; TEXT_LEN];
    let mut digits = 0usize;
    for (position, slot) in text.iter_mut().enumerate() {
        if !is_dash(position) {
            let byte = uuid.get(digits / 2).copied().unwrap_or_default();
            let digit = if digits & 1 == 0 {
                byte >> 4
            } else {
                byte & 15
            };
            *slot = digit + if digit < 10 { b'0' } else { b'a' - 10 };
            digits += 1;
        }
    }
    text
}

/// As [`Uuid::parse`], but the nil UUID passes, and so does a NUL at the end: IoTivity-lite's
/// onboarding tool counts it. Says whether it was one; if not, something is left in `uuid`.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn read(text: &[u8], uuid: &mut Uuid) -> bool {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if text.len() != TEXT_LEN {
        return false;
    }
    let mut digits = 0usize;
    for (position, byte) in text.iter().enumerate() {
        if is_dash(position) {
            if *byte != b'-' {
                return false;
            }
            continue;
        }
        let mut digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            digit = (byte | 32).wrapping_sub(b'a').wrapping_add(10);
            if !(10..16).contains(&digit) {
                return false;
            }
        }
        // What is shifted out is what was there before.
        let slot: &mut u8 = &mut uuid.0[(digits / 2) & 15];
        *slot = *slot << 4 | digit;
        digits += 1;
    }
    true
}
