//! The list, as CBOR.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Resource, Subject};
use crate::{Acl, Uuid};
use core::convert::Infallible;
use minicbor::encode::{Encoder, Write};

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
        let mut out = Out(Encoder::new(Sink { buffer, written: 0 }));
        let baseline = view != View::Plain;
        out.map(1 + usize::from(self.owner().is_some()) + if baseline { 2 } else { 0 });
        if baseline {
            out.text("rt").array(1).text("oic.r.acl2");
            out.text("if")
                .array(2)
                .text("oic.if.baseline")
                .text("oic.if.rw");
        }
        out.text("aclist2").array(self.aces().len());
        for ace in self.aces() {
            out.ace(ace, view == View::Storage);
        }
        if let Some(owner) = self.owner() {
            out.text("rowneruuid").uuid(&owner);
        }
        out.0.into_writer().written
    }
}

/// The encoder without its results: they can hold no error, as the sink has none.
struct Out<'a>(Encoder<Sink<'a>>);

impl Out<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        let _ = self.0.str(text);
        self
    }

    fn number(&mut self, number: u32) -> &mut Self {
        let _ = self.0.u32(number);
        self
    }

    fn array(&mut self, len: usize) -> &mut Self {
        let _ = self.0.array(len as u64);
        self
    }

    fn map(&mut self, len: usize) -> &mut Self {
        let _ = self.0.map(len as u64);
        self
    }

    fn uuid(&mut self, uuid: &Uuid) {
        let text = uuid.to_text();
        let _ = self.0.str_len(text.len() as u64);
        let Ok(()) = self.0.writer_mut().write_all(&text);
    }

    fn ace(&mut self, ace: &Ace, with_tag: bool) {
        let tag = ace.tag().filter(|_| with_tag);
        self.map(4 + usize::from(tag.is_some()));
        self.text("aceid").number(ace.id).text("subject");
        self.subject(&ace.subject);
        self.text("resources").array(ace.resources.len());
        for resource in &ace.resources {
            self.resource(resource);
        }
        self.text("permission")
            .number(ace.permissions.bits().into());
        if let Some(tag) = tag {
            self.text("tag").text(tag);
        }
    }

    fn subject(&mut self, subject: &Subject) {
        let conntype = match subject {
            Subject::Uuid(uuid) => return self.map(1).text("uuid").uuid(uuid),
            Subject::Role { role, authority } => {
                self.map(1 + usize::from(authority.is_some()))
                    .text("role")
                    .text(role);
                if let Some(authority) = authority {
                    self.text("authority").text(authority);
                }
                return;
            }
            Subject::AuthCrypt => "auth-crypt",
            Subject::AnonClear => "anon-clear",
        };
        self.map(1).text("conntype").text(conntype);
    }

    fn resource(&mut self, resource: &Resource) {
        let (href, wildcard) = (resource.href(), resource.wildcard);
        self.map(usize::from(href.is_some()) + usize::from(wildcard.is_some()));
        if let Some(href) = href {
            self.text("href").text(href);
        }
        if let Some(wildcard) = wildcard {
            self.text("wc").text(wildcard.text());
        }
    }
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
