//! The list, as CBOR.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Item, SubjectKind};
use crate::cbor::Writer;
use crate::error::Reason;
use crate::{Acl, query};

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

/// What an answer did not fit into, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The number of bytes that are needed.
    TooShort(usize),
    /// The query is refused.
    Refused(Reason),
}

impl Acl {
    /// Writes the list into `buffer` and says how many bytes that took.
    ///
    /// # Errors
    ///
    /// `Err` holds the number of bytes needed, if `buffer` is shorter; it is then left as it was.
    pub fn encode(&self, view: View, buffer: &mut [u8]) -> Result<usize, usize> {
        self.answer(view, None, buffer)
    }

    /// Answers a GET: with the query `aceid=N` that ACE alone is written, without a query all.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`]; `buffer` is then left as it was.
    pub fn get(
        &self,
        view: View,
        query: Option<&[u8]>,
        buffer: &mut [u8],
    ) -> Result<usize, NoAnswer> {
        let only = match query {
            Some(query) => {
                let id = query::ace_id(query).ok_or(NoAnswer::Refused(Reason::Query))?;
                Some(self.ace(id).ok_or(NoAnswer::Refused(Reason::UnknownAce))?)
            }
            None => None,
        };
        self.answer(view, only, buffer).map_err(NoAnswer::TooShort)
    }

    fn answer(&self, view: View, only: Option<Ace<'_>>, buffer: &mut [u8]) -> Result<usize, usize> {
        let needed = self.write(view, only, &mut []);
        if needed > buffer.len() {
            return Err(needed);
        }
        Ok(self.write(view, only, buffer))
    }

    fn write(&self, view: View, only: Option<Ace<'_>>, buffer: &mut [u8]) -> usize {
        let mut out = Writer::new(buffer);
        let baseline = view != View::Plain;
        out.map(1 + usize::from(self.owner().is_some()) + if baseline { 2 } else { 0 });
        if baseline {
            out.bytes(b"\x62rt\x81\x6aoic.r.acl2\x62if\x82\x6foic.if.baseline\x69oic.if.rw");
        }
        out.bytes(b"\x67aclist2");
        let storage = view == View::Storage;
        if let Some(ace) = only {
            out.array(1);
            out.ace(ace, storage);
        } else {
            out.array(self.rows().len());
            for ace in self.aces() {
                out.ace(ace, storage);
            }
        }
        if let Some(owner) = self.owner() {
            out.text(b"rowneruuid");
            out.uuid(owner.as_bytes());
        }
        out.written()
    }
}

impl Writer<'_> {
    fn uuid(&mut self, uuid: &[u8]) {
        self.bytes(b"\x78\x24");
        for (position, byte) in uuid.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                self.bytes(b"-");
            }
            for digit in [byte >> 4, byte & 15] {
                self.bytes(&[digit + if digit < 10 { b'0' } else { b'a' - 10 }]);
            }
        }
    }

    fn ace(&mut self, ace: Ace<'_>, with_tag: bool) {
        let record = ace.record;
        let tag = record.find(Item::TAG).filter(|_| with_tag);
        self.map(4 + usize::from(tag.is_some()));
        self.bytes(b"\x65aceid");
        self.number(ace.id);
        self.bytes(b"\x67subject");
        match record.subject_kind() {
            SubjectKind::Uuid => {
                self.bytes(b"\xa1\x64uuid");
                self.uuid(record.find(Item::UUID).unwrap_or_default());
            }
            SubjectKind::Role => {
                let authority = record.find(Item::AUTHORITY);
                self.map(1 + usize::from(authority.is_some()));
                self.bytes(b"\x64role");
                self.text(record.find(Item::ROLE).unwrap_or_default());
                if let Some(authority) = authority {
                    self.bytes(b"\x69authority");
                    self.text(authority);
                }
            }
            SubjectKind::AuthCrypt => self.bytes(b"\xa1\x68conntype\x6aauth-crypt"),
            SubjectKind::AnonClear => self.bytes(b"\xa1\x68conntype\x6aanon-clear"),
        }
        self.bytes(b"\x69resources");
        self.array(record.resources());
        for item in record.items().filter(|item| item.is_resource()) {
            let wildcard = item.wildcard();
            let has_href = !item.bytes.is_empty();
            self.map(usize::from(has_href) + usize::from(wildcard.is_some()));
            if has_href {
                self.bytes(b"\x64href");
                self.text(item.bytes);
            }
            if let Some(wildcard) = wildcard {
                self.bytes(b"\x62wc\x61");
                self.bytes(&[wildcard.byte()]);
            }
        }
        self.bytes(b"\x6apermission");
        self.number(ace.permissions().bits().into());
        if let Some(tag) = tag {
            self.bytes(b"\x63tag");
            self.text(tag);
        }
    }
}
