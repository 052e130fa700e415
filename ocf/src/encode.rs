//! The list, as CBOR.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Item, SubjectKind};
use crate::cbor::{ARRAY, MAP, Writer};
use crate::error::Reason;
use crate::{Acl, Uuid, query};

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
        let fields = 1 + u32::from(self.owner().is_some()) + if baseline { 2 } else { 0 };
        out.head(MAP, fields);
        if baseline {
            out.text(b"rt").head(ARRAY, 1).text(b"oic.r.acl2");
            out.text(b"if").head(ARRAY, 2);
            out.text(b"oic.if.baseline").text(b"oic.if.rw");
        }
        out.text(b"aclist2");
        let storage = view == View::Storage;
        if let Some(ace) = only {
            out.head(ARRAY, 1).ace(ace, storage);
        } else {
            out.head(ARRAY, self.aces().len() as u32);
            self.aces().for_each(|ace| out.ace(ace, storage));
        }
        if let Some(owner) = self.owner() {
            out.text(b"rowneruuid").uuid(owner);
        }
        out.written()
    }
}

impl Writer<'_> {
    fn uuid(&mut self, uuid: Uuid) {
        self.text(&uuid.to_text());
    }

    fn ace(&mut self, ace: Ace<'_>, with_tag: bool) {
        let record = ace.record;
        let tag = record.find(Item::TAG).filter(|_| with_tag);
        self.head(MAP, 4 + u32::from(tag.is_some()));
        self.text(b"aceid").head(0, ace.id);
        self.text(b"subject");
        match record.subject_kind() {
            SubjectKind::Uuid => {
                let uuid = record
                    .find(Item::UUID)
                    .and_then(|bytes| bytes.first_chunk());
                self.head(MAP, 1).text(b"uuid");
                if let Some(uuid) = uuid.copied().and_then(Uuid::new) {
                    self.uuid(uuid);
                }
            }
            SubjectKind::Role => {
                let authority = record.find(Item::AUTHORITY);
                self.head(MAP, 1 + u32::from(authority.is_some()));
                self.text(b"role")
                    .text(record.find(Item::ROLE).unwrap_or_default());
                if let Some(authority) = authority {
                    self.text(b"authority").text(authority);
                }
            }
            SubjectKind::AuthCrypt => {
                self.head(MAP, 1).text(b"conntype").text(b"auth-crypt");
            }
            SubjectKind::AnonClear => {
                self.head(MAP, 1).text(b"conntype").text(b"anon-clear");
            }
        }
        self.text(b"resources")
            .head(ARRAY, record.resources() as u32);
        for item in record.items().filter(|item| item.is_resource()) {
            let wildcard = item.wildcard();
            let has_href = !item.bytes.is_empty();
            self.head(MAP, u32::from(has_href) + u32::from(wildcard.is_some()));
            if has_href {
                self.text(b"href").text(item.bytes);
            }
            if let Some(wildcard) = wildcard {
                self.text(b"wc").text(&[wildcard.byte()]);
            }
        }
        self.text(b"permission")
            .head(0, ace.permissions().bits().into());
        if let Some(tag) = tag {
            self.text(b"tag").text(tag);
        }
    }
}
