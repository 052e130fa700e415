//! A change of the list that is being prepared: what a payload says, checked as it comes in.
//!
//! The payload comes as events, whoever decodes it: the CBOR of a client or of storage
//! ([`Update::cbor`]), or a stack that has decoded it already. The depth is that of the schema, and
//! nothing is reserved on the word of a length: each byte kept follows bytes that were read.
#![forbid(unsafe_code)]

use crate::ace::{
    Item, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Resource, Subject, SubjectKind, Wildcard,
};
use crate::error::{Reason, Refusal};
use crate::rows::{self, Row};
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    NotGiven,
    Nil,
    Uuid(Uuid),
}

/// A change of the list, prepared: [`Acl::apply`](crate::Acl::apply) carries it out, whole or not at
/// all.
#[derive(Debug)]
pub struct Update {
    /// The records, in the order of the payload, and where they are.
    pub(crate) memory: Vec<u8>,
    pub(crate) aces: Vec<Row>,
    pub(crate) owner: Owner,
    pub(crate) owner_offset: usize,
    pub(crate) has_list: bool,
    lenient: bool,
    place: Place,
    /// The key whose value is next.
    field: Option<Field>,
    /// The fields that were given, of the map that is read and of those around it.
    seen: u32,
    depth: u32,
    /// What is deeper is passed over, if it is not 0.
    kept_depth: u32,
    /// The ACE that is read, or the next one: its number, its offset, where its record begins.
    number: u32,
    offset: usize,
    start: usize,
    id: u32,
    permissions: u8,
    kind: SubjectKind,
    /// Where the item of the resource that is read begins, and what it is.
    resource: usize,
    resource_kind: u8,
}

/// Where in a payload the next event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Place {
    Start,
    // Maps.
    Root,
    Ace,
    Subject,
    Resource,
    // Arrays.
    Aces,
    Resources,
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
    Rt,
    If,
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

/// What baseline reads add, `rt` and `if`, may come back and changes nothing.
const FIELDS: [(Place, Field, &str); 17] = [
    (Place::Root, Field::AceList, "aclist2"),
    (Place::Root, Field::Owner, "rowneruuid"),
    (Place::Root, Field::Rt, "rt"),
    (Place::Root, Field::If, "if"),
    (Place::Ace, Field::AceId, "aceid"),
    (Place::Ace, Field::Subject, "subject"),
    (Place::Ace, Field::Resources, "resources"),
    (Place::Ace, Field::Permission, "permission"),
    (Place::Ace, Field::Tag, "tag"),
    (Place::Ace, Field::AceHref, "href"),
    (Place::Subject, Field::Uuid, "uuid"),
    (Place::Subject, Field::Role, "role"),
    (Place::Subject, Field::Authority, "authority"),
    (Place::Subject, Field::ConnType, "conntype"),
    (Place::Resource, Field::Href, "href"),
    (Place::Resource, Field::Wildcard, "wc"),
    (Place::Resource, Field::ResourceTexts, "if"),
];

const OF_ROOT: u32 = Field::AceList.bit() | Field::Owner.bit() | Field::Rt.bit() | Field::If.bit();
const OF_SUBJECT: u32 =
    Field::Uuid.bit() | Field::Role.bit() | Field::Authority.bit() | Field::ConnType.bit();
const OF_RESOURCE: u32 = Field::Href.bit() | Field::Wildcard.bit() | Field::ResourceTexts.bit();
/// An ACE has its resources in one of two ways.
const RESOURCES: u32 = Field::Resources.bit() | Field::AceHref.bit();

/// How deep an ACE is: within the root and the list.
const ACE_DEPTH: u32 = 3;

/// Bytes to begin with: a record or two.
const FIRST: usize = 64;

impl Default for Update {
    fn default() -> Self {
        Self::new()
    }
}

impl Update {
    /// Nothing yet. The first fault in what comes refuses all.
    // Not inlined: that would be done for each caller, where size is what counts.
    #[inline(never)]
    pub const fn new() -> Self {
        Self {
            memory: Vec::new(),
            aces: Vec::new(),
            owner: Owner::NotGiven,
            owner_offset: 0,
            has_list: false,
            lenient: false,
            place: Place::Start,
            field: None,
            seen: 0,
            depth: 0,
            kept_depth: 0,
            number: 0,
            offset: 0,
            start: 0,
            id: NO_ACE_ID,
            permissions: 0,
            kind: SubjectKind::Uuid,
            resource: 0,
            resource_kind: Item::RESOURCE,
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

    /// Whether a payload has come to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.place == Place::End
    }

    /// Nothing of what came can be applied any more.
    pub(crate) fn refuse(&mut self, reason: Reason, offset: usize) -> Refusal {
        let refusal = Refusal {
            reason,
            offset,
            ace: (self.depth >= ACE_DEPTH).then_some(self.number),
        };
        self.clear();
        self.place = Place::Refused;
        refusal
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
        let depth = self.depth;
        match event {
            Event::Map | Event::Array => self.depth = depth.wrapping_add(1),
            Event::End => self.depth = depth.saturating_sub(1),
            _ => {}
        }
        if self.kept_depth != 0 {
            if self.depth <= self.kept_depth {
                self.kept_depth = 0;
            }
            return Ok(());
        }
        let in_ace = depth >= ACE_DEPTH || (self.place == Place::Aces && event != Event::End);
        if let Err(reason) = self.step(event, offset) {
            let refusal = Refusal {
                reason,
                offset,
                ace: in_ace.then_some(self.number),
            };
            if !self.lenient || reason == Reason::OutOfMemory || !self.leave_out(in_ace, event) {
                self.clear();
                self.place = Place::Refused;
                return Err(refusal);
            }
            skipped(&refusal);
        }
        if self.is_whole() {
            self.drop_repeated(skipped)?;
        }
        Ok(())
    }

    /// Goes on after what has a fault, if that is possible.
    #[inline(never)]
    fn leave_out(&mut self, in_ace: bool, event: Event<'_>) -> bool {
        let kept = if in_ace {
            self.memory.truncate(self.start);
            self.place = Place::Aces;
            self.field = None;
            self.number = self.number.wrapping_add(1);
            ACE_DEPTH - 1
        } else {
            self.field = match (self.place, self.field, event) {
                (Place::Root, None, Event::Text(_)) => Some(Field::Unknown),
                (Place::Root, Some(_), Event::End) => return false,
                (Place::Root, Some(_), _) | (Place::RootTexts, ..) => None,
                _ => return false,
            };
            self.place = Place::Root;
            1
        };
        if self.depth > kept {
            self.kept_depth = kept;
        }
        true
    }

    /// No two ACEs of one payload have the same aceid.
    #[inline(never)]
    fn drop_repeated(&mut self, skipped: &mut dyn FnMut(&Refusal)) -> Result<(), Refusal> {
        let mut order = rows::copy(&self.aces)?;
        rows::sort(&mut order);
        let mut last = NO_ACE_ID;
        for row in order {
            if row.id == last && last != NO_ACE_ID {
                let refusal = Refusal {
                    reason: Reason::AceIdTwice,
                    offset: row.note[1] as usize,
                    ace: Some(row.note[0]),
                };
                if !self.lenient {
                    self.clear();
                    self.place = Place::Refused;
                    return Err(refusal);
                }
                skipped(&refusal);
                self.aces.retain(|ace| ace.at != row.at);
            }
            last = row.id;
        }
        Ok(())
    }

    #[inline(never)]
    fn step(&mut self, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match (self.place, event) {
            (Place::Start, Event::Map) => self.place = Place::Root,
            (Place::End, _) => return Err(Reason::Trailing),
            (Place::Root | Place::Ace | Place::Subject | Place::Resource, _) => match self.field {
                Some(field) => {
                    self.value(field, event, offset)?;
                    self.field = None;
                }
                None => match event {
                    Event::Text(key) => self.key(key)?,
                    Event::End => self.end_map()?,
                    _ => return Err(Reason::WrongType),
                },
            },
            (Place::Aces | Place::RootTexts, Event::End) => self.place = Place::Root,
            (Place::Resources, Event::End) => self.place = Place::Ace,
            (Place::ResourceTexts, Event::End) => self.place = Place::Resource,
            (Place::RootTexts | Place::ResourceTexts, Event::Text(_)) => {}
            (Place::Aces, Event::Map) => self.begin_ace(offset)?,
            (Place::Resources, Event::Map) => {
                self.place = Place::Resource;
                self.seen &= !OF_RESOURCE;
                self.resource = self.memory.len();
                self.resource_kind = Item::RESOURCE;
                fallible::extend(&mut self.memory, &[0; Item::HEAD])?;
            }
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    #[inline(never)]
    fn key(&mut self, key: &str) -> Result<(), Reason> {
        let place = self.place;
        let field = FIELDS
            .iter()
            .find(|(of, _, name)| *of == place && *name == key)
            .map(|(_, field, _)| *field)
            .ok_or(Reason::UnknownField)?;
        let mut already = field.bit();
        if already & RESOURCES != 0 {
            already = RESOURCES;
        }
        if self.seen & already != 0 {
            return Err(Reason::FieldTwice);
        }
        self.seen |= field.bit();
        self.field = Some(field);
        Ok(())
    }

    #[inline(never)]
    fn value(&mut self, field: Field, event: Event<'_>, offset: usize) -> Result<(), Reason> {
        match (field, event) {
            (_, Event::Text(text)) => return self.text(field, text, offset),
            (Field::AceId, Event::Number(number)) => {
                if number > MAX_ACE_ID {
                    return Err(Reason::AceId);
                }
                self.id = number;
            }
            (Field::Permission, Event::Number(number)) => {
                if number > u32::from(Permissions::all().bits()) {
                    return Err(Reason::Permission);
                }
                self.permissions = number as u8;
            }
            (Field::AceList, Event::Array) => {
                self.has_list = true;
                self.place = Place::Aces;
            }
            (Field::Subject, Event::Map) => self.place = Place::Subject,
            (Field::Resources, Event::Array) => self.place = Place::Resources,
            (Field::Rt | Field::If, Event::Array) => self.place = Place::RootTexts,
            (Field::ResourceTexts, Event::Array) => self.place = Place::ResourceTexts,
            (Field::Unknown, Event::Map | Event::Array) => self.kept_depth = 1,
            (Field::Unknown, Event::Number(_) | Event::Other) => {}
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    #[inline(never)]
    fn text(&mut self, field: Field, text: &str, offset: usize) -> Result<(), Reason> {
        let bytes = text.as_bytes();
        let item = match field {
            Field::Tag => Item::TAG,
            Field::Role => Item::ROLE,
            Field::Authority => Item::AUTHORITY,
            Field::AceHref => Item::RESOURCE,
            Field::Href => {
                check_text(Item::RESOURCE, bytes)?;
                return fallible::extend(&mut self.memory, bytes);
            }
            Field::Uuid | Field::Owner => {
                // IoTivity-lite's onboarding tool counts the NUL at the end of a UUID.
                let text = text.strip_suffix('\0').unwrap_or(text);
                let bytes = uuid::bytes(text).ok_or(Reason::SubjectUuid)?;
                let uuid = Uuid::new(bytes);
                if field == Field::Uuid {
                    let uuid = uuid.ok_or(Reason::SubjectUuid)?;
                    return self.item(Item::UUID, uuid.as_bytes());
                }
                self.owner = uuid.map_or(Owner::Nil, Owner::Uuid);
                self.owner_offset = offset;
                return Ok(());
            }
            Field::ConnType => {
                self.kind = match text {
                    "auth-crypt" => SubjectKind::AuthCrypt,
                    "anon-clear" => SubjectKind::AnonClear,
                    _ => return Err(Reason::ConnType),
                };
                return Ok(());
            }
            Field::Wildcard => {
                let wildcard = Wildcard::parse(bytes).ok_or(Reason::Wildcard)?;
                self.resource_kind = Item::RESOURCE + wildcard as u8;
                return Ok(());
            }
            Field::Unknown => return Ok(()),
            _ => return Err(Reason::WrongType),
        };
        check_text(item, bytes)?;
        self.item(item, bytes)
    }

    pub(crate) fn item(&mut self, kind: u8, bytes: &[u8]) -> Result<(), Reason> {
        let head = Item::head(kind, bytes.len())?;
        fallible::extend(&mut self.memory, &head)?;
        fallible::extend(&mut self.memory, bytes)
    }

    fn begin_ace(&mut self, offset: usize) -> Result<(), Reason> {
        self.place = Place::Ace;
        self.seen &= OF_ROOT;
        self.id = NO_ACE_ID;
        self.offset = offset;
        self.start = self.memory.len();
        if self.start == 0 {
            fallible::reserve(&mut self.memory, FIRST)?;
        }
        fallible::extend(&mut self.memory, &[0; Record::HEAD])
    }

    #[inline(never)]
    fn end_map(&mut self) -> Result<(), Reason> {
        let seen = self.seen;
        match self.place {
            Place::Resource => {
                let start = self.resource;
                let length = self.memory.len().saturating_sub(start + Item::HEAD);
                if length == 0 && self.resource_kind == Item::RESOURCE {
                    return Err(Reason::EmptyResource);
                }
                let head = Item::head(self.resource_kind, length)?;
                overwrite(&mut self.memory, start, &head);
                self.place = Place::Resources;
            }
            Place::Subject => {
                let subject = seen & OF_SUBJECT;
                if subject == Field::Uuid.bit() {
                    self.kind = SubjectKind::Uuid;
                } else if subject & !Field::Authority.bit() == Field::Role.bit() {
                    self.kind = SubjectKind::Role;
                } else if subject != Field::ConnType.bit() {
                    return Err(Reason::Subject);
                }
                self.place = Place::Ace;
            }
            Place::Ace => {
                let needed = Field::Subject.bit() | Field::Permission.bit();
                if seen & needed != needed || seen & RESOURCES == 0 {
                    return Err(Reason::FieldMissing);
                }
                self.finish_ace()?;
                self.place = Place::Aces;
            }
            _ => self.place = Place::End,
        }
        Ok(())
    }

    fn finish_ace(&mut self) -> Result<(), Reason> {
        let start = self.start;
        let length = self.memory.len().saturating_sub(start + Record::HEAD);
        let head = Record::head(self.kind, self.permissions, length).ok_or(Reason::TooLong)?;
        overwrite(&mut self.memory, start, &head);
        let at = u32::try_from(start).map_err(|_| Reason::OutOfMemory)?;
        let row = Row {
            note: [self.number, self.offset as u32],
            ..Row::new(self.id, at)
        };
        fallible::push(&mut self.aces, row)?;
        self.number = self.number.wrapping_add(1);
        self.start = self.memory.len();
        Ok(())
    }

    /// Begins an ACE that the device itself makes; items follow, then `finish`.
    pub(crate) fn begin(
        &mut self,
        id: u32,
        kind: SubjectKind,
        permissions: Permissions,
    ) -> Result<(), Reason> {
        if id > MAX_ACE_ID && id != NO_ACE_ID {
            return Err(Reason::AceId);
        }
        self.begin_ace(0)?;
        self.id = id;
        self.kind = kind;
        self.permissions = permissions.bits();
        Ok(())
    }

    /// Adds an item of text, which has to be fit for it.
    pub(crate) fn text_item(&mut self, kind: u8, text: &str) -> Result<(), Reason> {
        check_text(kind, text.as_bytes())?;
        self.item(kind, text.as_bytes())
    }

    pub(crate) fn finish(&mut self) -> Result<(), Reason> {
        self.has_list = true;
        self.place = Place::End;
        self.finish_ace()
    }

    /// Begins an ACE that the device itself makes; resources follow, then `finish`.
    pub(crate) fn make(
        &mut self,
        id: u32,
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
            Subject::Uuid(uuid) => self.item(Item::UUID, uuid.as_bytes())?,
            Subject::Role { role, authority } => {
                self.text_item(Item::ROLE, role)?;
                if let Some(authority) = authority {
                    self.text_item(Item::AUTHORITY, authority)?;
                }
            }
            Subject::AuthCrypt | Subject::AnonClear => {}
        }
        match tag {
            Some(tag) => self.text_item(Item::TAG, tag),
            None => Ok(()),
        }
    }

    pub(crate) fn resource(&mut self, resource: &Resource<'_>) -> Result<(), Reason> {
        let kind = Item::RESOURCE + resource.wildcard.map_or(0, |wildcard| wildcard as u8);
        match resource.href {
            Some(href) => self.text_item(kind, href),
            None if kind == Item::RESOURCE => Err(Reason::EmptyResource),
            None => self.item(kind, &[]),
        }
    }
}

/// Whether text is fit for what it is to be.
fn check_text(kind: u8, text: &[u8]) -> Result<(), Reason> {
    match kind {
        Item::TAG => Ok(()),
        Item::ROLE | Item::AUTHORITY if text.is_empty() => Err(Reason::EmptyRole),
        Item::ROLE | Item::AUTHORITY => Ok(()),
        _ if text.first() == Some(&b'/') => Ok(()),
        _ => Err(Reason::Href),
    }
}

fn overwrite(memory: &mut [u8], at: usize, bytes: &[u8]) {
    let target = memory.get_mut(at..).unwrap_or_default();
    for (target, byte) in target.iter_mut().zip(bytes) {
        *target = *byte;
    }
}
