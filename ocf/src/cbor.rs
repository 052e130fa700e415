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

pub const TEXT: u8 = 3;
pub const ARRAY: u8 = 4;
pub const MAP: u8 = 5;

const BREAK: u8 = 0xff;
const INDEFINITE: u8 = 31;

/// The schema nests six deep; what a list that is read leniently leaves out may go deeper.
const DEPTH: usize = 16;

/// A map or an array that has begun.
#[derive(Clone, Copy)]
struct Open {
    /// How many items are to come; `None` if a break will tell.
    left: Option<u32>,
    start: usize,
}

struct Head {
    major: u8,
    /// `None` for an indefinite length; what does not fit is `u32::MAX`, which nothing can fulfil.
    argument: Option<u32>,
}

struct Reader<'b> {
    bytes: &'b [u8],
    position: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], Reason> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = rest.get(..count).ok_or(Reason::Truncated)?;
        self.position += count;
        Ok(taken)
    }

    fn peek(&self) -> Result<u8, Reason> {
        self.bytes
            .get(self.position)
            .copied()
            .ok_or(Reason::Truncated)
    }

    fn head(&mut self) -> Result<Head, Reason> {
        let first = self.peek()?;
        self.position += 1;
        let argument = match first & 31 {
            small @ 0..24 => Some(small.into()),
            info @ 24..28 => {
                let bytes = self.take(1 << (info - 24))?;
                let mut number = 0u32;
                let mut fits = true;
                for byte in bytes {
                    fits &= number >> 24 == 0;
                    number = number << 8 | u32::from(*byte);
                }
                Some(if fits { number } else { u32::MAX })
            }
            INDEFINITE => None,
            _ => return Err(Reason::WrongType),
        };
        Ok(Head {
            major: first >> 5,
            argument,
        })
    }

    /// The bytes after the head of a string, or all of its chunks in `buffer`.
    fn string(&mut self, head: &Head, buffer: &mut Vec<u8>) -> Result<&'b str, Reason> {
        let text = |bytes| match head.major {
            TEXT => from_utf8(bytes).map_err(|_| Reason::NotText),
            _ => Ok(""),
        };
        if let Some(length) = head.argument {
            return text(self.take(length as usize)?);
        }
        while self.peek()? != BREAK {
            let chunk = self.head()?;
            let (Some(length), true) = (chunk.argument, chunk.major == head.major) else {
                return Err(Reason::WrongType);
            };
            let chunk = text(self.take(length as usize)?)?;
            fallible::extend(buffer, chunk.as_bytes())?;
        }
        self.position += 1;
        Ok("")
    }
}

impl Update {
    /// Takes a payload of CBOR, of definite or indefinite lengths.
    ///
    /// `skipped` is told what is left out, if the update is [lenient](Update::lenient).
    ///
    /// # Errors
    ///
    /// What was refused first; the update is empty then.
    pub fn cbor(
        &mut self,
        payload: &[u8],
        skipped: &mut dyn FnMut(&Refusal),
    ) -> Result<(), Refusal> {
        self.clear();
        let outcome = self.read(payload, skipped);
        if outcome.is_err() {
            self.clear();
        }
        outcome
    }

    fn read(&mut self, payload: &[u8], skipped: &mut dyn FnMut(&Refusal)) -> Result<(), Refusal> {
        let mut reader = Reader {
            bytes: payload,
            position: 0,
        };
        let mut stack = [Open {
            left: None,
            start: 0,
        }; DEPTH];
        let mut depth = 0usize;
        loop {
            let at = reader.position;
            if let Some(open) = depth.checked_sub(1).and_then(|top| stack.get_mut(top)) {
                let ends = match open.left.as_mut() {
                    Some(left) => {
                        let ends = *left == 0;
                        *left = left.saturating_sub(1);
                        ends
                    }
                    None => {
                        let ends =
                            reader.peek().map_err(|reason| self.refuse(reason, at))? == BREAK;
                        reader.position += usize::from(ends);
                        ends
                    }
                };
                if ends {
                    depth -= 1;
                    self.event(Event::End, open.start, skipped)?;
                    if depth > 0 {
                        continue;
                    }
                    return match reader.position == payload.len() {
                        true => Ok(()),
                        false => Err(self.refuse(Reason::Trailing, reader.position)),
                    };
                }
            }
            let mut buffer = Vec::new();
            let (event, count) = reader
                .item(&mut buffer)
                .map_err(|reason| self.refuse(reason, at))?;
            self.event(event, at, skipped)?;
            if let Some(left) = count {
                let Some(slot) = stack.get_mut(depth) else {
                    return Err(self.refuse(Reason::WrongType, at));
                };
                *slot = Open { left, start: at };
                depth += 1;
            }
        }
    }
}

impl<'b> Reader<'b> {
    /// The next event; and for a map, an array or a tag, how many items follow.
    #[allow(clippy::type_complexity)]
    fn item<'a>(
        &mut self,
        buffer: &'a mut Vec<u8>,
    ) -> Result<(Event<'a>, Option<Option<u32>>), Reason>
    where
        'b: 'a,
    {
        let head = self.head()?;
        let event = match (head.major, head.argument) {
            (0, Some(number)) => Event::Number(number),
            (1, Some(_)) => Event::Number(u32::MAX),
            (TEXT, _) => {
                let text = self.string(&head, buffer)?;
                Event::Text(match head.argument {
                    Some(_) => text,
                    None => from_utf8(buffer).map_err(|_| Reason::NotText)?,
                })
            }
            (2, _) => {
                self.string(&head, buffer)?;
                Event::Other
            }
            (ARRAY, count) => return Ok((Event::Array, Some(count))),
            (MAP, count) => {
                return Ok((Event::Map, Some(count.map(|count| count.saturating_mul(2)))));
            }
            // A tag holds one item; nothing in a list has one.
            (6, Some(_)) => return Ok((Event::Array, Some(Some(1)))),
            (7, Some(_)) => Event::Other,
            _ => return Err(Reason::WrongType),
        };
        Ok((event, None))
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

    pub fn head(&mut self, major: u8, argument: u32) -> &mut Self {
        let first = major << 5;
        let [a, b, c, d] = argument.to_be_bytes();
        match argument {
            0..24 => self.bytes(&[first | d]),
            24..0x100 => self.bytes(&[first | 24, d]),
            0x100..0x1_0000 => self.bytes(&[first | 25, c, d]),
            _ => self.bytes(&[first | 26, a, b, c, d]),
        }
    }

    pub fn text(&mut self, text: &[u8]) -> &mut Self {
        self.head(TEXT, text.len() as u32).bytes(text)
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.written.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.written..end) {
            for (target, byte) in room.iter_mut().zip(bytes) {
                *target = *byte;
            }
        }
        self.written = end;
        self
    }
}
