//! The list, as CBOR.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Item, NO_ACE_ID};
use crate::cbor::Writer;
use crate::error::Reason;
use crate::names::{entry, field, group};
use crate::rows::{ID, has};
use crate::{Acl, query, uuid};

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
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn encode(&self, view: View, buffer: &mut [u8]) -> Result<usize, usize> {
        self.answer(view, NO_ACE_ID, buffer)
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
            Some(query) => self.asked(query).map_err(NoAnswer::Refused)?,
            None => NO_ACE_ID,
        };
        self.answer(view, only, buffer).map_err(NoAnswer::TooShort)
    }

    /// The aceid that a query asks for.
    pub(crate) fn asked(&self, query: &[u8]) -> Result<u32, Reason> {
        let id = query::ace_id(query).ok_or(Reason::Query)?;
        match has(self.rows(), id) {
            true => Ok(id),
            false => Err(Reason::UnknownAce),
        }
    }

    /// One ACE, or for `NO_ACE_ID` all.
    pub(crate) fn answer(&self, view: View, only: u32, buffer: &mut [u8]) -> Result<usize, usize> {
        let needed = self.write(view, only, &mut []);
        if needed > buffer.len() {
            return Err(needed);
        }
        Ok(self.write(view, only, buffer))
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn write(&self, view: View, only: u32, buffer: &mut [u8]) -> usize {
        let mut out = Writer::new(buffer);
        let owner = self.owner_ref();
        let baseline = view != View::Plain;
        out.map(1 + usize::from(owner.is_some()) + 2 * usize::from(baseline));
        if baseline {
            out.bytes(b"\x62rt\x81\x6aoic.r.acl2\x62if\x82\x6foic.if.baseline\x69oic.if.rw");
        }
        out.name(entry(group::ROOT, field::ACE_LIST));
        let is_all = only == NO_ACE_ID;
        out.array(if is_all { self.rows().len() } else { 1 });
        for row in self.rows() {
            if is_all || only == row[ID] {
                out.ace(self.ace_of(row), view == View::Storage);
            }
        }
        if let Some(owner) = owner {
            out.uuid(entry(group::ROOT, field::OWNER), owner.as_bytes());
        }
        out.written()
    }
}

impl Writer<'_> {
    #[cfg_attr(target_os = "none", inline(never))]
    fn uuid(&mut self, entry: u8, uuid: &[u8]) {
        self.field(entry, Some(&uuid::text(uuid)));
    }

    fn ace(&mut self, ace: Ace<'_>, with_tag: bool) {
        let record = ace.record;
        let ([uuid, role, authority, tag], resources) = record.parts();
        let tag = tag.filter(|_| with_tag);
        self.map(4 + usize::from(tag.is_some()));
        self.name(entry(group::ACE, field::ACE_ID));
        self.number(ace.id);

        self.name(entry(group::ACE, field::SUBJECT));
        self.map(1 + usize::from(authority.is_some()));
        let kind = record.first() >> 5;
        if kind > 2 {
            self.name(entry(group::SUBJECT, field::CONN_TYPE));
            self.name(entry(group::CONN_TYPE, kind));
        }
        if let Some(uuid) = uuid {
            self.uuid(entry(group::SUBJECT, field::UUID), uuid);
        }
        self.field(entry(group::SUBJECT, field::ROLE), role);
        self.field(entry(group::SUBJECT, field::AUTHORITY), authority);

        self.name(entry(group::ACE, field::RESOURCES));
        self.array(resources);
        for item in record.items().filter(|item| item.is_resource()) {
            let href = (!item.bytes().is_empty()).then_some(item.bytes());
            let wildcard = item.kind() - Item::RESOURCE;
            self.map(usize::from(href.is_some()) + usize::from(wildcard != 0));
            self.field(entry(group::RESOURCE, field::HREF), href);
            if wildcard != 0 {
                self.name(entry(group::RESOURCE, field::WILDCARD));
                self.name(entry(group::WILDCARD, wildcard));
            }
        }

        self.name(entry(group::ACE, field::PERMISSION));
        self.number(ace.permissions().bits().into());
        self.field(entry(group::ACE, field::TAG), tag);
    }
}
