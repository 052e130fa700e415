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
        // What a baseline read adds, rt and if, may come back and changes nothing.
        self.map(
            &["aclist2", "rowneruuid", "rt", "if"],
            &mut |reader, field| {
                match field {
                    0 => aces = Some(reader.aces()?),
                    1 => owner = Some(reader.uuid()?),
                    _ => reader.texts()?,
                }
                Ok(())
            },
        )?;
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
            (NO_ACE_ID, None, None, None, None);
        let names = ["aceid", "subject", "resources", "permission", "tag"];
        self.map(&names, &mut |reader, field| {
            match field {
                0 => id = reader.number(MAX_ACE_ID, Reason::AceId)?,
                1 => subject = Some(reader.subject()?),
                2 => resources = Some(reader.resources()?),
                3 => permissions = Some(reader.permissions()?),
                _ => tag = Some(reader.string(Reason::WrongType, |_| true)?),
            }
            Ok(())
        })?;
        match (subject, resources, permissions) {
            (Some(subject), Some(resources), Some(permissions)) => Ok(Ace {
                id,
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
        let names = ["uuid", "role", "authority", "conntype"];
        self.map(&names, &mut |reader, field| {
            match field {
                0 => uuid = Some(reader.uuid()?),
                1 => role = Some(reader.name()?),
                2 => authority = Some(reader.name()?),
                _ => connection = Some(reader.connection()?),
            }
            Ok(())
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
        let (mut href, mut wildcard) = (None, None);
        self.map(&["href", "wc", "if"], &mut |reader, field| {
            match field {
                0 => href = Some(reader.string(Reason::Href, |text| text.starts_with('/'))?),
                1 => wildcard = Some(reader.wildcard()?),
                _ => reader.texts()?,
            }
            Ok(())
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
        self.string(Reason::EmptyRole, |text| !text.is_empty())
    }

    fn string(&mut self, otherwise: Reason, accept: fn(&str) -> bool) -> Result<String, Refusal> {
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

    /// Reads a map that has some of `names` for its keys, each at most once, and hands over the index
    /// of each; the reader then stands at the value.
    fn map(
        &mut self,
        names: &[&str],
        field: &mut dyn FnMut(&mut Self, usize) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut seen = 0u32;
        let mut items = Items(self.take(Decoder::map)?);
        while self.more(&mut items)? {
            let at = self.offset();
            let key = self.text()?;
            let index = names
                .iter()
                .position(|name| *name == key)
                .ok_or_else(|| self.refuse(at, Reason::UnknownField))?;
            let bit = 1u32.wrapping_shl(index as u32);
            if seen & bit != 0 {
                return Err(self.refuse(at, Reason::FieldTwice));
            }
            seen |= bit;
            field(self, index)?;
        }
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
