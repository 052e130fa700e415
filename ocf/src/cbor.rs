//! CBOR (RFC 8949): payloads are read as events, lists are written.
//!
//! Both are small because the list is: a general decoder has to know of more, and weighed a third of
//! the library.
#![forbid(unsafe_code)]

use crate::error::{Reason, Refusal};
use crate::fallible;
use crate::update::{Event, Update};
use alloc::vec::Vec;
use core::str::from_utf8;

const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

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
    bytes: &'b [u8],
    position: usize,
    /// The number or the length in the last head.
    argument: u32,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: u32) -> Result<&'b [u8], Reason> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = rest.get(..count as usize).ok_or(Reason::Truncated)?;
        self.position += taken.len();
        Ok(taken)
    }

    /// Reads a head; gives the major type.
    fn head(&mut self) -> Result<u8, Reason> {
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let info = u32::from(first & 31);
        self.argument = match info {
            0..24 => info,
            24..28 => {
                let bytes = self.take(1 << (info - 24))?;
                let number = bytes.iter().fold(0u32, |number, byte| match number >> 24 {
                    0 => number << 8 | u32::from(*byte),
                    _ => UNTIL_BREAK,
                });
                number.min(UNTIL_BREAK - 1)
            }
            31 => UNTIL_BREAK,
            _ => return Err(Reason::WrongType),
        };
        Ok(first >> 5)
    }

    fn ends(&mut self) -> Result<bool, Reason> {
        let next = self.bytes.get(self.position).ok_or(Reason::Truncated)?;
        let ends = *next == BREAK;
        self.position += usize::from(ends);
        Ok(ends)
    }

    /// The next event, if no break has to be expected.
    #[inline(never)]
    fn item<'a>(&mut self, buffer: &'a mut Vec<u8>) -> Result<Event<'a>, Reason>
    where
        'b: 'a,
    {
        let major = self.head()?;
        let argument = self.argument;
        Ok(match major {
            ARRAY => Event::Array,
            MAP if argument == UNTIL_BREAK => Event::Map,
            MAP => {
                self.argument = argument.saturating_mul(2).min(UNTIL_BREAK - 1);
                Event::Map
            }
            2 | TEXT if argument == UNTIL_BREAK => {
                buffer.clear();
                while !self.ends()? {
                    if self.head()? != major || self.argument == UNTIL_BREAK {
                        return Err(Reason::WrongType);
                    }
                    let chunk = self.take(self.argument)?;
                    text(major, chunk)?;
                    fallible::extend(buffer, chunk)?;
                }
                text(major, buffer)?
            }
            2 | TEXT => text(major, self.take(argument)?)?,
            _ if argument == UNTIL_BREAK => return Err(Reason::WrongType),
            0 => Event::Number(argument),
            1 => Event::Number(u32::MAX),
            TAG => {
                // It holds one item; nothing in a list has one.
                self.argument = 1;
                Event::Array
            }
            _ => Event::Other,
        })
    }
}

fn text(major: u8, bytes: &[u8]) -> Result<Event<'_>, Reason> {
    if major != TEXT {
        return Ok(Event::Other);
    }
    match from_utf8(bytes) {
        Ok(text) => Ok(Event::Text(text)),
        Err(_) => Err(Reason::NotText),
    }
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
        self.clear();
        let mut reader = Reader {
            bytes: payload,
            position: 0,
            argument: 0,
        };
        let mut buffer = Vec::new();
        let mut stack = [Open { left: 0, start: 0 }; DEPTH];
        let mut depth = 0usize;
        loop {
            let mut at = reader.position;
            let item = match stack.get_mut(depth.wrapping_sub(1)) {
                Some(Open { left: 0, .. }) => Ok(Event::End),
                Some(open) => {
                    let mut ends = Ok(false);
                    if open.left == UNTIL_BREAK {
                        ends = reader.ends();
                    } else {
                        open.left -= 1;
                    }
                    match ends {
                        Ok(true) => Ok(Event::End),
                        Ok(false) => reader.item(&mut buffer),
                        Err(reason) => Err(reason),
                    }
                }
                None if !self.is_whole() => reader.item(&mut buffer),
                None if at == payload.len() => return Ok(()),
                None => Err(Reason::Trailing),
            };
            let event = match item {
                Ok(event) => event,
                Err(reason) => return Err(self.refuse(reason, at)),
            };
            match event {
                Event::End => {
                    depth = depth.wrapping_sub(1);
                    at = stack.get(depth).map_or(at, |open| open.start);
                }
                Event::Map | Event::Array => {
                    let Some(slot) = stack.get_mut(depth) else {
                        return Err(self.refuse(Reason::WrongType, at));
                    };
                    *slot = Open {
                        left: reader.argument,
                        start: at,
                    };
                    depth += 1;
                }
                _ => {}
            }
            self.event(event, at, skipped)?;
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

    pub fn text(&mut self, text: &[u8]) {
        self.head(TEXT, text.len() as u32);
        self.bytes(text);
    }

    fn head(&mut self, major: u8, argument: u32) {
        let first = major << 5;
        let [a, b, c, d] = argument.to_be_bytes();
        match argument {
            0..24 => self.bytes(&[first | d]),
            24..0x100 => self.bytes(&[first | 24, d]),
            0x100..0x1_0000 => self.bytes(&[first | 25, c, d]),
            _ => self.bytes(&[first | 26, a, b, c, d]),
        }
    }

    /// CBOR that is given as it is, or a part of it.
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
