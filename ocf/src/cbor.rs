//! CBOR (RFC 8949): payloads are read as events, lists are written.
//!
//! Both are small because the list is: a general decoder has to know of more, and weighed a third of
//! the library.
#![forbid(unsafe_code)]

use crate::error::{Reason, Refusal};
use crate::list::List;
use crate::names::name;
use crate::update::{Part, Update};

const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

const BREAK: u8 = 0xff;

/// In place of a number or a length: none is given, and a break will tell. Those that are larger than
/// what is below it count as that, as no payload is so long.
const UNTIL_BREAK: u32 = u32::MAX;

/// The schema nests six deep; what a list that is read leniently leaves out may go deeper.
const DEPTH: usize = 16;

/// A map or an array that has begun: how many items are to come, and where it began.
#[derive(Clone, Copy)]
struct Open {
    left: u32,
    start: usize,
}

struct Reader<'b> {
    /// What is left of the payload.
    bytes: &'b [u8],
    /// The major type and the number or the length in the last head.
    major: u8,
    argument: u32,
}

impl<'b> Reader<'b> {
    #[cfg_attr(target_os = "none", inline(never))]
    fn take(&mut self, count: u32) -> Option<&'b [u8]> {
        let taken = self.bytes.get(..count as usize)?;
        self.bytes = self.bytes.get(count as usize..)?;
        Some(taken)
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn head(&mut self) -> Result<(), Reason> {
        let [first, rest @ ..] = self.bytes else {
            return Err(Reason::Truncated);
        };
        let first = *first;
        self.bytes = rest;
        self.major = first >> 5;
        let info = u32::from(first & 31);
        self.argument = match info {
            0..24 => info,
            24..28 => {
                let bytes = self.take(1 << (info - 24)).ok_or(Reason::Truncated)?;
                let number = bytes.iter().fold(0u32, |number, byte| match number >> 24 {
                    0 => number << 8 | u32::from(*byte),
                    _ => UNTIL_BREAK,
                });
                number.min(UNTIL_BREAK - 1)
            }
            31 => UNTIL_BREAK,
            _ => return Err(Reason::WrongType),
        };
        Ok(())
    }

    /// Takes a break, if that is what is next.
    fn ends(&mut self) -> bool {
        let [BREAK, rest @ ..] = self.bytes else {
            return false;
        };
        self.bytes = rest;
        true
    }

    /// The string whose head was read, or a chunk of one.
    #[cfg_attr(target_os = "none", inline(never))]
    fn string(&mut self) -> Result<&'b [u8], Reason> {
        let bytes = self.take(self.argument).ok_or(Reason::Truncated)?;
        match self.major == TEXT && !is_text(bytes) {
            true => Err(Reason::NotText),
            false => Ok(bytes),
        }
    }

    /// The next event, if no break has to be expected: its kind, and its number and its text.
    #[cfg_attr(target_os = "none", inline(never))]
    fn item<'a>(&mut self, part: &mut Part<'a>, buffer: &'a mut List<u8>) -> Result<(), Reason>
    where
        'b: 'a,
    {
        self.head()?;
        let (major, argument) = (self.major, self.argument);
        part.number = argument;
        part.kind = match major {
            2 | TEXT => {
                if argument != UNTIL_BREAK {
                    part.text = self.string()?;
                } else {
                    buffer.truncate(0);
                    while !self.ends() {
                        self.head()?;
                        if self.major != major || self.argument == UNTIL_BREAK {
                            return Err(Reason::WrongType);
                        }
                        buffer.extend(self.string()?)?;
                    }
                    part.text = buffer;
                }
                match major {
                    TEXT => Part::TEXT,
                    _ => Part::OTHER,
                }
            }
            ARRAY => Part::ARRAY,
            MAP => {
                if argument != UNTIL_BREAK {
                    self.argument = argument.saturating_mul(2).min(UNTIL_BREAK - 1);
                }
                Part::MAP
            }
            _ if argument == UNTIL_BREAK => return Err(Reason::WrongType),
            0 => Part::NUMBER,
            1 => {
                part.number = u32::MAX;
                Part::NUMBER
            }
            6 => {
                // It holds one item.
                self.argument = 1;
                Part::TAG
            }
            _ => Part::OTHER,
        };
        Ok(())
    }
}

/// Whether bytes are UTF-8 (RFC 3629). The one of the standard library is faster, and weighs ten
/// times as much.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    // How many bytes are to follow of a character, and within what bounds the next one of them is.
    let (mut left, mut least, mut most) = (0, 0x80, 0xbf);
    for byte in bytes {
        if left > 0 {
            if !(least..=most).contains(byte) {
                return false;
            }
            left -= 1;
            (least, most) = (0x80, 0xbf);
        } else if *byte > 0x7f {
            match byte {
                0xe0 => least = 0xa0,
                0xed => most = 0x9f,
                0xf0 => least = 0x90,
                0xf4 => most = 0x8f,
                _ => {}
            }
            left = match byte {
                0xc2..=0xdf => 1,
                0xe0..=0xef => 2,
                0xf0..=0xf4 => 3,
                _ => return false,
            };
        }
    }
    left == 0
}

impl Update {
    /// Takes a payload of CBOR, of definite or indefinite lengths.
    ///
    /// `skipped` is told what is left out, if the update is [lenient](Update::lenient).
    ///
    /// # Errors
    ///
    /// What was refused first; nothing can be applied then.
    pub fn cbor(
        &mut self,
        payload: &[u8],
        skipped: &mut dyn FnMut(&Refusal),
    ) -> Result<(), Refusal> {
        self.read(payload, skipped)
            .map_err(|reason| self.refusal(reason))
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn read(
        &mut self,
        payload: &[u8],
        skipped: &mut dyn FnMut(&Refusal),
    ) -> Result<(), Reason> {
        self.clear();
        let mut reader = Reader {
            bytes: payload,
            major: 0,
            argument: 0,
        };
        let mut buffer = List::new();
        let mut stack = [Open { left: 0, start: 0 }; DEPTH];
        let mut depth = 0usize;
        loop {
            let mut part = Part {
                kind: Part::END,
                number: 0,
                text: &[],
                offset: payload.len() - reader.bytes.len(),
            };
            let ends = match stack.get_mut(depth.wrapping_sub(1)) {
                Some(Open { left: 0, .. }) => true,
                Some(Open {
                    left: UNTIL_BREAK, ..
                }) => reader.ends(),
                Some(open) => {
                    open.left -= 1;
                    false
                }
                None if !self.is_whole() => false,
                None if reader.bytes.is_empty() => return Ok(()),
                None => return Err(self.cannot_read(Reason::Trailing, part.offset)),
            };
            if !ends {
                if let Err(reason) = reader.item(&mut part, &mut buffer) {
                    return Err(self.cannot_read(reason, part.offset));
                }
            }
            if part.kind == Part::END {
                depth = depth.wrapping_sub(1);
                part.offset = stack.get(depth).map_or(part.offset, |open| open.start);
            }
            if part.kind <= Part::ARRAY {
                let Some(slot) = stack.get_mut(depth) else {
                    return Err(self.cannot_read(Reason::WrongType, part.offset));
                };
                *slot = Open {
                    left: reader.argument,
                    start: part.offset,
                };
                depth += 1;
            }
            self.part(&part, skipped)?;
        }
    }
}

/// Counts what is written, and keeps what there is room for.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    written: usize,
}

impl<'a> Writer<'a> {
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    pub fn written(&self) -> usize {
        self.written
    }

    pub fn map(&mut self, len: usize) {
        self.head(MAP, len as u32);
    }

    pub fn array(&mut self, len: usize) {
        self.head(ARRAY, len as u32);
    }

    pub fn number(&mut self, number: u32) {
        self.head(0, number);
    }

    /// A key or a word that has a name.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn name(&mut self, entry: u8) {
        self.text(name(entry));
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn text(&mut self, text: &[u8]) {
        self.head(TEXT, text.len() as u32);
        self.bytes(text);
    }

    /// A field whose value is a text, if there is one.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn field(&mut self, entry: u8, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.name(entry);
            self.text(text);
        }
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn head(&mut self, major: u8, argument: u32) {
        let mut bytes = [0; 5];
        let [first, rest @ ..] = &mut bytes;
        *rest = argument.to_be_bytes();
        // Those that are 0 are left out, in pairs.
        let (info, skip) = match argument {
            0..24 => (argument as u8, 4),
            24..0x100 => (24, 3),
            0x100..0x1_0000 => (25, 2),
            _ => (26, 0),
        };
        *first = major << 5 | info;
        self.bytes(bytes.get(..1).unwrap_or_default());
        self.bytes(bytes.get(skip + 1..).unwrap_or_default());
    }

    /// CBOR that is given as it is, or a part of it.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let end = self.written.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.written..end) {
            for (target, byte) in room.iter_mut().zip(bytes) {
                *target = *byte;
            }
        }
        self.written = end;
    }
}

#[cfg(test)]
mod tests {
    use super::is_text;

    #[test]
    fn text_is_what_the_standard_library_takes_for_it() {
        // Each first byte, each second, and what borders on something beyond.
        for first in 0..=0xff {
            for second in 0..=0xff {
                for third in [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff] {
                    for fourth in [0, 0x41, 0x80, 0xbf, 0xc2] {
                        for fifth in [0x41, 0x80] {
                            let bytes = [first, second, third, fourth, fifth];
                            for length in 0..=bytes.len() {
                                let bytes = bytes.get(..length).unwrap_or_default();
                                let expected = core::str::from_utf8(bytes).is_ok();
                                assert_eq!(is_text(bytes), expected, "{bytes:02x?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
