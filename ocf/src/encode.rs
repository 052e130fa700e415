//! The list, as CBOR.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Subject};
use crate::{Acl, Uuid};
use core::convert::Infallible;
use minicbor::encode::{Encoder, Error, Write};

/// Which properties are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum View {
    /// `aclist2` and `rowneruuid`: what a client reads.
    Plain = 0,
    /// Those, `rt` and `if`: what a client reads through `oic.if.baseline`.
    Baseline = 1,
    /// All there is, tags too: what the device persists and [`Acl::load`] takes back.
    Storage = 2,
}

type Outcome = Result<(), Error<Infallible>>;

impl Acl {
    /// Writes the list into `buffer` and says how many bytes that took.
    ///
    /// # Errors
    ///
    /// `Err` holds the number of bytes needed, if `buffer` is shorter; it is then left as it was.
    pub fn encode(&self, view: View, buffer: &mut [u8]) -> Result<usize, usize> {
        let needed = self.write(view, &mut []);
        if needed > buffer.len() {
            return Err(needed);
        }
        Ok(self.write(view, buffer))
    }

    fn write(&self, view: View, buffer: &mut [u8]) -> usize {
        let mut out = Encoder::new(Sink { buffer, written: 0 });
        match self.root(view, &mut out) {
            Ok(()) => out.into_writer().written,
            // The sink never fails; if it did, no buffer would do.
            Err(_) => usize::MAX,
        }
    }

    fn root(&self, view: View, out: &mut Encoder<Sink<'_>>) -> Outcome {
        let baseline = view != View::Plain;
        let fields = 1 + u64::from(self.owner().is_some()) + if baseline { 2 } else { 0 };
        out.map(fields)?;
        if baseline {
            out.str("rt")?.array(1)?.str("oic.r.acl2")?;
            out.str("if")?
                .array(2)?
                .str("oic.if.baseline")?
                .str("oic.if.rw")?;
        }
        out.str("aclist2")?.array(self.aces().len() as u64)?;
        for item in self.aces() {
            ace(item, view == View::Storage, out)?;
        }
        if let Some(owner) = self.owner() {
            out.str("rowneruuid")?;
            uuid(&owner, out)?;
        }
        Ok(())
    }
}

fn ace(ace: &Ace, with_tag: bool, out: &mut Encoder<Sink<'_>>) -> Outcome {
    let tag = ace.tag().filter(|_| with_tag);
    out.map(4 + u64::from(tag.is_some()))?;
    out.str("aceid")?.u32(ace.id)?.str("subject")?;
    subject(&ace.subject, out)?;
    out.str("resources")?.array(ace.resources.len() as u64)?;
    for resource in &ace.resources {
        let href = resource.href().map(|href| ("href", href));
        let wildcard = resource.wildcard.map(|wildcard| ("wc", wildcard.text()));
        out.map(u64::from(href.is_some()) + u64::from(wildcard.is_some()))?;
        for (key, value) in href.into_iter().chain(wildcard) {
            out.str(key)?.str(value)?;
        }
    }
    out.str("permission")?.u8(ace.permissions.bits())?;
    if let Some(tag) = tag {
        out.str("tag")?.str(tag)?;
    }
    Ok(())
}

fn subject(subject: &Subject, out: &mut Encoder<Sink<'_>>) -> Outcome {
    match subject {
        Subject::Uuid(id) => {
            out.map(1)?.str("uuid")?;
            uuid(id, out)
        }
        Subject::Role {
            role,
            authority: None,
        } => out.map(1)?.str("role")?.str(role)?.ok(),
        Subject::Role {
            role,
            authority: Some(authority),
        } => out
            .map(2)?
            .str("role")?
            .str(role)?
            .str("authority")?
            .str(authority)?
            .ok(),
        Subject::AuthCrypt => out.map(1)?.str("conntype")?.str("auth-crypt")?.ok(),
        Subject::AnonClear => out.map(1)?.str("conntype")?.str("anon-clear")?.ok(),
    }
}

fn uuid(uuid: &Uuid, out: &mut Encoder<Sink<'_>>) -> Outcome {
    let text = uuid.to_text();
    out.str_len(text.len() as u64)?;
    out.writer_mut().write_all(&text).map_err(Error::write)
}

/// Counts what is written, and keeps what there is room for.
struct Sink<'a> {
    buffer: &'a mut [u8],
    written: usize,
}

impl Write for Sink<'_> {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        let end = self.written.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.written..end) {
            for (target, byte) in room.iter_mut().zip(bytes) {
                *target = *byte;
            }
        }
        self.written = end;
        Ok(())
    }
}
