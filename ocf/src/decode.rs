//! The payload, from CBOR.
//!
//! The depth is that of the schema, as no unknown value is ever skipped, and nothing is reserved on
//! the word of a length: each allocation follows bytes that were read.
#![forbid(unsafe_code)]

use crate::ace::{Ace, MAX_ACE_ID, NO_ACE_ID, Permissions, Resource, Subject, Wildcard};
use crate::error::{Reason, Refusal};
use crate::{Uuid, fallible};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};

/// What a payload says; nothing but what it says.
pub struct Payload {
    pub aces: Option<Vec<Ace>>,
    pub owner: Option<Uuid>,
}

pub fn decode(bytes: &[u8]) -> Result<Payload, Refusal> {
    let mut reader = Reader {
        decoder: Decoder::new(bytes),
        ace: None,
    };
    let payload = reader.root()?;
    if reader.offset() != bytes.len() {
        return Err(reader.refuse(reader.offset(), Reason::Trailing));
    }
    Ok(payload)
}

struct Reader<'b> {
    decoder: Decoder<'b>,
    /// The index of the ACE being read.
    ace: Option<u32>,
}

/// How many items of an array or a map are still to come; `None` if a break will tell.
struct Items(Option<u64>);

impl<'b> Reader<'b> {
    fn root(&mut self) -> Result<Payload, Refusal> {
        let (mut aces, mut owner) = (None, None);
        let (mut rt, mut interfaces) = (None, None);
        self.map(|reader, key, at| match key {
            "aclist2" => reader.once(at, &mut aces, Self::aces),
            "rowneruuid" => reader.once(at, &mut owner, Self::uuid),
            // What a baseline read adds may come back, and changes nothing.
            "rt" => reader.once(at, &mut rt, Self::texts),
            "if" => reader.once(at, &mut interfaces, Self::texts),
            _ => Err(reader.refuse(at, Reason::UnknownField)),
        })?;
        Ok(Payload { aces, owner })
    }

    fn aces(&mut self) -> Result<Vec<Ace>, Refusal> {
        let mut aces: Vec<Ace> = Vec::new();
        let mut items = self.array()?;
        let mut index = 0u32;
        while self.more(&mut items)? {
            self.ace = Some(index);
            let at = self.offset();
            let ace = self.ace()?;
            if ace.id != NO_ACE_ID && aces.iter().any(|other| other.id == ace.id) {
                return Err(self.refuse(at, Reason::AceIdTwice));
            }
            fallible::push(&mut aces, ace).map_err(|reason| self.refuse(at, reason))?;
            index = index.saturating_add(1);
        }
        self.ace = None;
        Ok(aces)
    }

    fn ace(&mut self) -> Result<Ace, Refusal> {
        let start = self.offset();
        let (mut id, mut subject, mut resources, mut permissions, mut tag) =
            (None, None, None, None, None);
        self.map(|reader, key, at| match key {
            "aceid" => reader.once(at, &mut id, |r| r.number(MAX_ACE_ID, Reason::AceId)),
            "subject" => reader.once(at, &mut subject, Self::subject),
            "resources" => reader.once(at, &mut resources, Self::resources),
            "permission" => reader.once(at, &mut permissions, Self::permissions),
            "tag" => reader.once(at, &mut tag, Self::string),
            _ => Err(reader.refuse(at, Reason::UnknownField)),
        })?;
        match (subject, resources, permissions) {
            (Some(subject), Some(resources), Some(permissions)) => Ok(Ace {
                id: id.unwrap_or(NO_ACE_ID),
                subject,
                resources,
                permissions,
                tag,
            }),
            _ => Err(self.refuse(start, Reason::FieldMissing)),
        }
    }

    fn subject(&mut self) -> Result<Subject, Refusal> {
        let start = self.offset();
        let (mut uuid, mut role, mut authority, mut connection) = (None, None, None, None);
        self.map(|reader, key, at| match key {
            "uuid" => reader.once(at, &mut uuid, Self::uuid),
            "role" => reader.once(at, &mut role, Self::name),
            "authority" => reader.once(at, &mut authority, Self::name),
            "conntype" => reader.once(at, &mut connection, Self::connection),
            _ => Err(reader.refuse(at, Reason::UnknownField)),
        })?;
        match (uuid, role, authority, connection) {
            (Some(uuid), None, None, None) => Ok(Subject::Uuid(uuid)),
            (None, Some(role), authority, None) => Ok(Subject::Role { role, authority }),
            (None, None, None, Some(connection)) => Ok(connection),
            _ => Err(self.refuse(start, Reason::Subject)),
        }
    }

    fn resources(&mut self) -> Result<Vec<Resource>, Refusal> {
        let mut resources = Vec::new();
        let mut items = self.array()?;
        while self.more(&mut items)? {
            let at = self.offset();
            let resource = self.resource()?;
            fallible::push(&mut resources, resource).map_err(|reason| self.refuse(at, reason))?;
        }
        Ok(resources)
    }

    fn resource(&mut self) -> Result<Resource, Refusal> {
        let start = self.offset();
        let (mut href, mut wildcard, mut interfaces) = (None, None, None);
        self.map(|reader, key, at| match key {
            "href" => reader.once(at, &mut href, Self::href),
            "wc" => reader.once(at, &mut wildcard, Self::wildcard),
            "if" => reader.once(at, &mut interfaces, Self::texts),
            _ => Err(reader.refuse(at, Reason::UnknownField)),
        })?;
        if href.is_none() && wildcard.is_none() {
            return Err(self.refuse(start, Reason::EmptyResource));
        }
        Ok(Resource { href, wildcard })
    }

    fn permissions(&mut self) -> Result<Permissions, Refusal> {
        let at = self.offset();
        let number = self.number(Permissions::all().bits().into(), Reason::Permission)?;
        u8::try_from(number)
            .ok()
            .and_then(Permissions::from_bits)
            .ok_or_else(|| self.refuse(at, Reason::Permission))
    }

    fn uuid(&mut self) -> Result<Uuid, Refusal> {
        self.parsed(Reason::SubjectUuid, Uuid::parse)
    }

    fn connection(&mut self) -> Result<Subject, Refusal> {
        self.parsed(Reason::ConnType, |text| match text {
            "auth-crypt" => Some(Subject::AuthCrypt),
            "anon-clear" => Some(Subject::AnonClear),
            _ => None,
        })
    }

    fn wildcard(&mut self) -> Result<Wildcard, Refusal> {
        self.parsed(Reason::Wildcard, Wildcard::parse)
    }

    fn parsed<T>(
        &mut self,
        otherwise: Reason,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        let at = self.offset();
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.refuse(at, otherwise))
    }

    fn name(&mut self) -> Result<String, Refusal> {
        self.checked_string(Reason::EmptyRole, |text| !text.is_empty())
    }

    fn href(&mut self) -> Result<String, Refusal> {
        self.checked_string(Reason::Href, |text| text.starts_with('/'))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.checked_string(Reason::WrongType, |_| true)
    }

    fn checked_string(
        &mut self,
        otherwise: Reason,
        accept: impl FnOnce(&str) -> bool,
    ) -> Result<String, Refusal> {
        let at = self.offset();
        let text = self.text()?;
        if !accept(&text) {
            return Err(self.refuse(at, otherwise));
        }
        match text {
            Cow::Borrowed(text) => fallible::string(text).map_err(|reason| self.refuse(at, reason)),
            Cow::Owned(text) => Ok(text),
        }
    }

    /// An array of text that means nothing to the list.
    fn texts(&mut self) -> Result<(), Refusal> {
        let mut items = self.array()?;
        while self.more(&mut items)? {
            self.text()?;
        }
        Ok(())
    }

    /// Text in one piece, or put together from its chunks.
    fn text(&mut self) -> Result<Cow<'b, str>, Refusal> {
        let at = self.offset();
        if self.next_type()? != Type::StringIndef {
            return self.take(Decoder::str).map(Cow::Borrowed);
        }
        let mut whole = String::new();
        let ace = self.ace;
        for chunk in self
            .decoder
            .str_iter()
            .map_err(|error| convert(&error, at, ace))?
        {
            let chunk = chunk.map_err(|error| convert(&error, at, ace))?;
            fallible::append(&mut whole, chunk).map_err(|reason| Refusal {
                reason,
                offset: at,
                ace,
            })?;
        }
        Ok(Cow::Owned(whole))
    }

    fn number(&mut self, max: u32, otherwise: Reason) -> Result<u32, Refusal> {
        let at = self.offset();
        let number = self.take(Decoder::int)?;
        u32::try_from(number)
            .ok()
            .filter(|number| *number <= max)
            .ok_or_else(|| self.refuse(at, otherwise))
    }

    /// Reads a map, and hands each key over with its offset; the reader then stands at the value.
    fn map(
        &mut self,
        mut field: impl FnMut(&mut Self, &str, usize) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut items = Items(self.take(Decoder::map)?);
        while self.more(&mut items)? {
            let at = self.offset();
            let key = self.text()?;
            field(self, &key, at)?;
        }
        Ok(())
    }

    /// The value of a field that may be given once.
    fn once<T>(
        &mut self,
        at: usize,
        slot: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<(), Refusal> {
        if slot.is_some() {
            return Err(self.refuse(at, Reason::FieldTwice));
        }
        *slot = Some(read(self)?);
        Ok(())
    }

    fn array(&mut self) -> Result<Items, Refusal> {
        self.take(Decoder::array).map(Items)
    }

    fn more(&mut self, items: &mut Items) -> Result<bool, Refusal> {
        match items.0.as_mut() {
            Some(left) => {
                let more = *left > 0;
                *left = left.saturating_sub(1);
                Ok(more)
            }
            None if self.next_type()? == Type::Break => {
                self.decoder.set_position(self.offset().saturating_add(1));
                Ok(false)
            }
            None => Ok(true),
        }
    }

    fn next_type(&self) -> Result<Type, Refusal> {
        self.decoder
            .datatype()
            .map_err(|error| convert(&error, self.offset(), self.ace))
    }

    fn take<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
    ) -> Result<T, Refusal> {
        let at = self.offset();
        read(&mut self.decoder).map_err(|error| convert(&error, at, self.ace))
    }

    fn offset(&self) -> usize {
        self.decoder.position()
    }

    fn refuse(&self, offset: usize, reason: Reason) -> Refusal {
        Refusal {
            reason,
            offset,
            ace: self.ace,
        }
    }
}

fn convert(error: &Error, offset: usize, ace: Option<u32>) -> Refusal {
    let reason = if error.is_end_of_input() {
        Reason::Truncated
    } else if error.is_type_mismatch() {
        Reason::WrongType
    } else {
        Reason::NotText
    };
    Refusal {
        reason,
        offset,
        ace,
    }
}
