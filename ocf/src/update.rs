//! A change of the list that is being prepared: what a payload says, checked as it comes in.
//!
//! The payload comes as events, whoever decodes it: the CBOR of a client or of storage
//! ([`Update::cbor`]), or a stack that has decoded it already. The depth is that of the schema, and
//! nothing is reserved on the word of a length: each byte kept follows bytes that were read.
#![forbid(unsafe_code)]

use crate::ace::{
    Item, Key, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Resource, Subject, SubjectKind, Wildcard,
};
use crate::error::{Reason, Refusal};
use crate::{Uuid, fallible, uuid};
use alloc::vec::Vec;

/// A part of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A map begins: keys, which are text, and values in turn.
    Map,
    /// An array begins.
    Array,
    /// The map or the array that began last ends.
    End,
    /// Text.
    Text(&'a str),
    /// An integer; one that is negative or too large is given as `u32::MAX`.
    Number(u32),
    /// Anything else: null, a boolean, a float, bytes.
    Other,
}

/// What became of an ACE of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its aceid, given out or not.
    pub ace: u32,
    /// What was done.
    pub what: What,
    /// How many of its resources the ACE that was there before did not have; all of them if there
    /// was none.
    pub new_resources: usize,
}

/// What was done with an ACE of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum What {
    /// There is a new ACE.
    Added = 1,
    /// The ACE with this aceid is another one now.
    Replaced = 2,
    /// The list had it already.
    Unchanged = 3,
}

/// One of the ACEs of an update.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staged {
    /// The aceid, or [`NO_ACE_ID`] until one is given out.
    pub id: u32,
    /// Whether the payload has it.
    pub has_id: bool,
    pub key: Key,
    /// Where its record is in the update, and in the list once it was taken over.
    pub at: u32,
    pub kept: u32,
    /// Which ACE of the payload it is, from 0, and where it begins there.
    pub index: u32,
    pub offset: usize,
    pub what: What,
    /// Where the record of the ACE that it replaced is in the list; of no meaning else.
    pub former: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    NotGiven,
    Nil,
    Uuid(Uuid),
}

/// A change of the list, prepared: [`Acl::apply`](crate::Acl::apply) carries it out, whole or not at
/// all.
pub struct Update {
    pub(crate) memory: Vec<u8>,
    pub(crate) aces: Vec<Staged>,
    pub(crate) owner: Owner,
    pub(crate) owner_offset: usize,
    pub(crate) has_list: bool,
    lenient: bool,
    parser: Parser,
}

impl core::fmt::Debug for Update {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("Update").finish_non_exhaustive()
    }
}

/// Where in a payload the next event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    Root,
    Aces,
    Ace,
    Subject,
    Resources,
    Resource,
    /// An array of text that means nothing to the list: of the root, of a resource.
    RootTexts,
    ResourceTexts,
    End,
    /// Something was refused: nothing more is taken, and nothing can be applied.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Field {
    AceList,
    Owner,
    RootTexts,
    RootTexts2,
    AceId,
    Subject,
    Resources,
    Permission,
    Tag,
    AceHref,
    Uuid,
    Role,
    Authority,
    ConnType,
    Href,
    Wildcard,
    ResourceTexts,
    /// A field of the root that is left out.
    Unknown,
}

impl Field {
    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// What a baseline read adds, `rt` and `if`, may come back and changes nothing.
const FIELDS: [(Place, &str, Field); 17] = [
    (Place::Root, "aclist2", Field::AceList),
    (Place::Root, "rowneruuid", Field::Owner),
    (Place::Root, "rt", Field::RootTexts),
    (Place::Root, "if", Field::RootTexts2),
    (Place::Ace, "aceid", Field::AceId),
    (Place::Ace, "subject", Field::Subject),
    (Place::Ace, "resources", Field::Resources),
    (Place::Ace, "permission", Field::Permission),
    (Place::Ace, "tag", Field::Tag),
    (Place::Ace, "href", Field::AceHref),
    (Place::Subject, "uuid", Field::Uuid),
    (Place::Subject, "role", Field::Role),
    (Place::Subject, "authority", Field::Authority),
    (Place::Subject, "conntype", Field::ConnType),
    (Place::Resource, "href", Field::Href),
    (Place::Resource, "wc", Field::Wildcard),
    (Place::Resource, "if", Field::ResourceTexts),
];

/// The fields of a resource, of a subject with its kinds, and all from the ACE on.
const OF_RESOURCE: u32 = Field::Href.bit() | Field::Wildcard.bit() | Field::ResourceTexts.bit();
const OF_ACE: u32 =
    !(Field::AceList.bit() | Field::Owner.bit() | Field::RootTexts.bit() | Field::RootTexts2.bit());

/// Bytes to begin with: a record or two.
const FIRST: usize = 64;

/// How deep an ACE is: within the root and the list.
const ACE_DEPTH: u32 = 3;

struct Parser {
    place: Place,
    /// The key whose value is next.
    field: Option<Field>,
    /// The fields that were given, of the map that is read and of those around it.
    seen: u32,
    depth: u32,
    /// Everything deeper than this is passed over.
    skip: Option<u32>,
    /// The ACE that is read, or the next one: its number, its offset, where its record begins.
    index: u32,
    offset: usize,
    start: usize,
    id: u32,
    permissions: u8,
    kind: SubjectKind,
    /// Where the item of the resource that is read begins, and what it is.
    resource: usize,
    resource_kind: u8,
}

impl Parser {
    const NEW: Self = Self {
        place: Place::Start,
        field: None,
        seen: 0,
        depth: 0,
        skip: None,
        index: 0,
        offset: 0,
        start: 0,
        id: NO_ACE_ID,
        permissions: 0,
        kind: SubjectKind::Uuid,
        resource: 0,
        resource_kind: Item::RESOURCE,
    };
}

impl Default for Update {
    fn default() -> Self {
        Self::new()
    }
}

impl Update {
    /// Nothing yet. The first fault in what comes refuses all.
    pub const fn new() -> Self {
        Self {
            memory: Vec::new(),
            aces: Vec::new(),
            owner: Owner::NotGiven,
            owner_offset: 0,
            has_list: false,
            lenient: false,
            parser: Parser::NEW,
        }
    }

    /// Nothing yet. An ACE with a fault is left out and told of, and so is another field of the root;
    /// for what the device has stored itself.
    pub const fn lenient() -> Self {
        let mut update = Self::new();
        update.lenient = true;
        update
    }

    /// Empties it.
    pub fn clear(&mut self) {
        let lenient = self.lenient;
        *self = Self::new();
        self.lenient = lenient;
    }

    pub(crate) fn refuse(&self, reason: Reason, offset: usize) -> Refusal {
        let in_ace = self.parser.depth >= ACE_DEPTH;
        Refusal {
            reason,
            offset,
            ace: in_ace.then_some(self.parser.index),
        }
    }

    /// Whether a payload has come to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.parser.place == Place::End
    }

    pub(crate) fn record(&self, staged: &Staged) -> Record<'_> {
        Record::at(&self.memory, staged.at)
    }

    /// Takes the next part of the payload. `offset` is where it begins, and for [`Event::End`] where
    /// what ends began; it is only told, in refusals.
    ///
    /// # Errors
    ///
    /// After a refusal the payload cannot go on: it is to be cleared and begun again.
    pub fn event(
        &mut self,
        event: Event<'_>,
        offset: usize,
        skipped: &mut dyn FnMut(&Refusal),
    ) -> Result<(), Refusal> {
        let depth = self.parser.depth;
        match event {
            Event::Map | Event::Array => self.parser.depth = depth.saturating_add(1),
            Event::End => self.parser.depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(kept) = self.parser.skip {
            if self.parser.depth <= kept {
                self.parser.skip = None;
            }
            return Ok(());
        }
        let in_ace = depth >= ACE_DEPTH || (depth == ACE_DEPTH - 1 && event != Event::End);
        let in_list = self.parser.place != Place::RootTexts && in_ace;
        let Err(reason) = self.step(event, offset) else {
            return Ok(());
        };
        let refusal = Refusal {
            reason,
            offset,
            ace: in_list.then_some(self.parser.index),
        };
        if !self.lenient || reason == Reason::OutOfMemory || !self.leave_out(in_list, event) {
            self.clear();
            self.parser.place = Place::Refused;
            return Err(refusal);
        }
        skipped(&refusal);
        Ok(())
    }

    /// Goes on after what has a fault, if that is possible.
    fn leave_out(&mut self, in_list: bool, event: Event<'_>) -> bool {
        let parser = &mut self.parser;
        let kept = if in_list {
            self.memory.truncate(parser.start);
            parser.place = Place::Aces;
            parser.field = None;
            parser.index = parser.index.saturating_add(1);
            ACE_DEPTH - 1
        } else {
            parser.field = match (parser.place, parser.field, event) {
                (Place::Root, None, Event::Text(_)) => Some(Field::Unknown),
                (Place::Root, Some(_), Event::End) => return false,
                (Place::Root, Some(_), _) | (Place::RootTexts, ..) => None,
                _ => return false,
            };
            parser.place = Place::Root;
            1
        };
        if parser.depth > kept {
            parser.skip = Some(kept);
        }
        true
    }

    fn step(&mut self, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match (self.parser.place, event) {
            (Place::Start, Event::Map) => self.parser.place = Place::Root,
            (Place::End, _) => return Err(Reason::Trailing),
            (Place::Aces, Event::Map) => self.begin_ace(offset)?,
            (Place::Aces, Event::End) => self.parser.place = Place::Root,
            (Place::Resources, Event::Map) => self.begin_resource()?,
            (Place::Resources, Event::End) => self.parser.place = Place::Ace,
            (Place::RootTexts | Place::ResourceTexts, Event::Text(_)) => {}
            (Place::RootTexts, Event::End) => self.parser.place = Place::Root,
            (Place::ResourceTexts, Event::End) => self.parser.place = Place::Resource,
            (Place::Root | Place::Ace | Place::Subject | Place::Resource, event) => {
                match (self.parser.field, event) {
                    (Some(_), Event::End) => return Err(Reason::WrongType),
                    (Some(field), event) => {
                        self.value(field, event, offset)?;
                        self.parser.field = None;
                    }
                    (None, Event::Text(key)) => self.key(key)?,
                    (None, Event::End) => self.end_map()?,
                    (None, _) => return Err(Reason::WrongType),
                }
            }
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), Reason> {
        let (.., field) = FIELDS
            .iter()
            .find(|(place, name, _)| *place == self.parser.place && *name == key)
            .ok_or(Reason::UnknownField)?;
        // An ACE has its resources in one way or the other.
        let already = match field {
            Field::Resources | Field::AceHref => Field::Resources.bit() | Field::AceHref.bit(),
            field => field.bit(),
        };
        if self.parser.seen & already != 0 {
            return Err(Reason::FieldTwice);
        }
        self.parser.seen |= field.bit();
        self.parser.field = Some(*field);
        Ok(())
    }

    fn value(&mut self, field: Field, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match (field, event) {
            (Field::AceList, Event::Array) => {
                self.has_list = true;
                self.parser.place = Place::Aces;
            }
            (Field::Subject, Event::Map) => self.parser.place = Place::Subject,
            (Field::Resources, Event::Array) => self.parser.place = Place::Resources,
            (Field::RootTexts | Field::RootTexts2, Event::Array) => {
                self.parser.place = Place::RootTexts;
            }
            (Field::ResourceTexts, Event::Array) => self.parser.place = Place::ResourceTexts,
            (Field::Unknown, Event::Map | Event::Array) => self.parser.skip = Some(1),
            (Field::Unknown, _) => {}
            (Field::AceId, Event::Number(number)) => {
                if number > MAX_ACE_ID {
                    return Err(Reason::AceId);
                }
                self.parser.id = number;
            }
            (Field::Permission, Event::Number(number)) => {
                self.parser.permissions = u8::try_from(number)
                    .ok()
                    .filter(|number| *number <= Permissions::all().bits())
                    .ok_or(Reason::Permission)?;
            }
            (_, Event::Text(text)) => return self.text(field, text, offset),
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    fn text(&mut self, field: Field, text: &str, offset: usize) -> Result<(), Reason> {
        let bytes = text.as_bytes();
        match field {
            Field::Owner => {
                let bytes = uuid::bytes(text).ok_or(Reason::SubjectUuid)?;
                self.owner = Uuid::new(bytes).map_or(Owner::Nil, Owner::Uuid);
                self.owner_offset = offset;
                Ok(())
            }
            Field::Uuid => {
                let uuid = Uuid::parse(text).ok_or(Reason::SubjectUuid)?;
                self.text_item(Item::UUID, uuid.as_bytes())
            }
            Field::Role => self.name(Item::ROLE, text),
            Field::Authority => self.name(Item::AUTHORITY, text),
            Field::ConnType => {
                self.parser.kind = match bytes {
                    b"auth-crypt" => SubjectKind::AuthCrypt,
                    b"anon-clear" => SubjectKind::AnonClear,
                    _ => return Err(Reason::ConnType),
                };
                Ok(())
            }
            Field::Tag => self.text_item(Item::TAG, bytes),
            Field::AceHref | Field::Href if !text.starts_with('/') => Err(Reason::Href),
            Field::AceHref => self.text_item(Item::RESOURCE, bytes),
            Field::Href => fallible::extend(&mut self.memory, bytes),
            Field::Wildcard => {
                let wildcard = Wildcard::parse(bytes).ok_or(Reason::Wildcard)?;
                self.parser.resource_kind = Item::RESOURCE + wildcard as u8;
                Ok(())
            }
            _ => Err(Reason::WrongType),
        }
    }

    fn text_item(&mut self, kind: u8, bytes: &[u8]) -> Result<(), Reason> {
        Item { kind, bytes }.write(&mut self.memory)
    }

    fn name(&mut self, kind: u8, text: &str) -> Result<(), Reason> {
        if text.is_empty() {
            return Err(Reason::EmptyRole);
        }
        self.text_item(kind, text.as_bytes())
    }

    fn has(&self, field: Field) -> bool {
        self.parser.seen & field.bit() != 0
    }

    fn begin_ace(&mut self, offset: usize) -> Result<(), Reason> {
        self.parser.place = Place::Ace;
        self.parser.seen &= !OF_ACE;
        self.parser.id = NO_ACE_ID;
        self.parser.offset = offset;
        self.parser.start = self.memory.len();
        if self.memory.is_empty() {
            fallible::reserve(&mut self.memory, FIRST)?;
        }
        fallible::extend(&mut self.memory, &[0; Record::HEAD])
    }

    fn begin_resource(&mut self) -> Result<(), Reason> {
        self.parser.place = Place::Resource;
        self.parser.seen &= !OF_RESOURCE;
        self.parser.resource = self.memory.len();
        self.parser.resource_kind = Item::RESOURCE;
        fallible::extend(&mut self.memory, &[0; Item::HEAD])
    }

    fn end_map(&mut self) -> Result<(), Reason> {
        self.parser.place = match self.parser.place {
            Place::Resource => {
                let start = self.parser.resource;
                let length = self.memory.len().saturating_sub(start + Item::HEAD);
                if length == 0 && self.parser.resource_kind == Item::RESOURCE {
                    return Err(Reason::EmptyResource);
                }
                let head = Item::head(self.parser.resource_kind, length)?;
                overwrite(&mut self.memory, start, &head);
                Place::Resources
            }
            Place::Subject => {
                let kinds = [Field::Uuid, Field::Role, Field::Authority, Field::ConnType];
                let given = kinds.map(|field| self.has(field));
                match given {
                    [true, false, false, false] => self.parser.kind = SubjectKind::Uuid,
                    [false, true, _, false] => self.parser.kind = SubjectKind::Role,
                    [false, false, false, true] => {}
                    _ => return Err(Reason::Subject),
                }
                Place::Ace
            }
            Place::Ace => {
                if !self.has(Field::Subject)
                    || !self.has(Field::Permission)
                    || !(self.has(Field::Resources) || self.has(Field::AceHref))
                {
                    return Err(Reason::FieldMissing);
                }
                self.finish_ace()?;
                Place::Aces
            }
            _ => Place::End,
        };
        Ok(())
    }

    fn finish_ace(&mut self) -> Result<(), Reason> {
        let start = self.parser.start;
        let length = self.memory.len().saturating_sub(start + Record::HEAD);
        let head = Record::head(self.parser.kind, self.parser.permissions, length)
            .ok_or(Reason::TooLong)?;
        overwrite(&mut self.memory, start, &head);
        let at = u32::try_from(start).map_err(|_| Reason::OutOfMemory)?;
        let staged = Staged {
            id: self.parser.id,
            has_id: self.parser.id != NO_ACE_ID,
            key: Record::at(&self.memory, at).key(),
            at,
            kept: 0,
            index: self.parser.index,
            offset: self.parser.offset,
            what: What::Added,
            former: 0,
        };
        fallible::push(&mut self.aces, staged)?;
        self.parser.index = self.parser.index.saturating_add(1);
        self.parser.start = self.memory.len();
        Ok(())
    }

    /// Begins an ACE that the device itself makes; items follow, then `finish`.
    pub(crate) fn begin(
        &mut self,
        id: Option<u32>,
        kind: SubjectKind,
        permissions: Permissions,
    ) -> Result<(), Reason> {
        if id.is_some_and(|id| id > MAX_ACE_ID) {
            return Err(Reason::AceId);
        }
        self.begin_ace(0)?;
        self.parser.id = id.unwrap_or(NO_ACE_ID);
        self.parser.kind = kind;
        self.parser.permissions = permissions.bits();
        Ok(())
    }

    pub(crate) fn item(&mut self, item: Item<'_>) -> Result<(), Reason> {
        item.write(&mut self.memory)
    }

    pub(crate) fn finish(&mut self) -> Result<(), Reason> {
        self.has_list = true;
        self.parser.place = Place::End;
        self.finish_ace()
    }

    /// Begins an ACE that the device itself makes; resources follow, then `finish`.
    pub(crate) fn make(
        &mut self,
        id: Option<u32>,
        subject: &Subject<'_>,
        permissions: Permissions,
        tag: Option<&str>,
    ) -> Result<(), Reason> {
        let kind = match subject {
            Subject::Uuid(_) => SubjectKind::Uuid,
            Subject::Role { .. } => SubjectKind::Role,
            Subject::AuthCrypt => SubjectKind::AuthCrypt,
            Subject::AnonClear => SubjectKind::AnonClear,
        };
        self.begin(id, kind, permissions)?;
        match subject {
            Subject::Uuid(uuid) => self.text_item(Item::UUID, uuid.as_bytes())?,
            Subject::Role { role, authority } => {
                self.name(Item::ROLE, role)?;
                if let Some(authority) = authority {
                    self.name(Item::AUTHORITY, authority)?;
                }
            }
            Subject::AuthCrypt | Subject::AnonClear => {}
        }
        match tag {
            Some(tag) => self.text_item(Item::TAG, tag.as_bytes()),
            None => Ok(()),
        }
    }

    pub(crate) fn resource(&mut self, resource: &Resource<'_>) -> Result<(), Reason> {
        let kind = resource.wildcard.map_or(0, |wildcard| wildcard as u8);
        match resource.href {
            Some(href) if !href.starts_with('/') => Err(Reason::Href),
            None if kind == 0 => Err(Reason::EmptyResource),
            href => {
                let href = href.unwrap_or_default();
                self.text_item(Item::RESOURCE + kind, href.as_bytes())
            }
        }
    }
}

fn overwrite(memory: &mut [u8], at: usize, bytes: &[u8]) {
    let target = memory.get_mut(at..).unwrap_or_default();
    for (target, byte) in target.iter_mut().zip(bytes) {
        *target = *byte;
    }
}
