//! A change of the list that is being prepared: what a payload says, checked as it comes in.
//!
//! The payload comes as events, whoever decodes it: the CBOR of a client or of storage
//! ([`Update::cbor`]), or a stack that has decoded it already. The depth is that of the schema, and
//! nothing is reserved on the word of a length: each byte kept follows bytes that were read.
#![forbid(unsafe_code)]

use crate::ace::{Item, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Subject, SubjectKind};
use crate::error::{Reason, Refusal};
use crate::names::{field, group, meaning};
use crate::rows::{AT, ID, KEY, MARK, Table, find, sort};
use crate::{Uuid, uuid};

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

/// An event, as it is passed on: its kind has its number in the C interface.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub kind: u8,
    pub number: u32,
    pub text: &'a [u8],
    pub offset: usize,
}

impl Part<'_> {
    /// What nothing in a list has: a tag of CBOR, which begins and ends as an array does. There is no
    /// such event.
    pub const TAG: u8 = 0;
    pub const MAP: u8 = 1;
    pub const ARRAY: u8 = 2;
    pub const END: u8 = 3;
    pub const TEXT: u8 = 4;
    pub const NUMBER: u8 = 5;
    pub const OTHER: u8 = 6;
}

/// A change of the list, prepared: [`Acl::apply`](crate::Acl::apply) carries it out, whole or not at
/// all.
// In this order what is used most is reached by the shortest instructions.
#[derive(Debug)]
#[repr(C)]
pub struct Update {
    /// Where in the payload the next event is.
    place: u8,
    /// The key whose value is next.
    field: u8,
    kind: SubjectKind,
    permissions: u8,
    resource_kind: u8,
    lenient: bool,
    pub(crate) has_list: bool,
    pub(crate) has_owner: bool,
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
    /// Where the item of the resource that is read begins.
    resource: usize,
    fault_offset: usize,
    fault_ace: u32,
    pub(crate) owner_offset: usize,
    /// The ACEs, in the order of the payload.
    pub(crate) table: Table,
    /// Those of the list before the update was applied.
    pub(crate) former: Table,
    /// If one is given; the nil UUID stands for nobody.
    pub(crate) owner: Uuid,
}

/// Places: the maps, which have the numbers of their groups of names, arrays, and what is outside.
const START: u8 = 0;
const ROOT: u8 = group::ROOT;
const ACE: u8 = group::ACE;
const SUBJECT: u8 = group::SUBJECT;
const RESOURCE: u8 = group::RESOURCE;
const ACES: u8 = 5;
const RESOURCES: u8 = 6;
/// Arrays of text that mean nothing to the list: of the root, of a resource.
const ROOT_TEXTS: u8 = 7;
const RESOURCE_TEXTS: u8 = 8;
const END: u8 = 9;
/// Something was refused: nothing more is taken, and nothing can be applied.
const REFUSED: u8 = 10;

/// The place around each of those from 1 on, in four bits each.
const AROUND: u32 = nibbles([END, ACES, ACE, RESOURCES, ROOT, ACE, ROOT, RESOURCE]);
/// The place within each of the fields that are containers, likewise.
const WITHIN: u32 = nibbles([
    ACES,
    ROOT_TEXTS,
    ROOT_TEXTS,
    RESOURCES,
    RESOURCE_TEXTS,
    SUBJECT,
    0,
    0,
]);

const fn nibbles(places: [u8; 8]) -> u32 {
    let mut packed = 0;
    let mut index = 8;
    while index > 0 {
        index -= 1;
        packed = packed << 4 | places[index] as u32;
    }
    packed
}

/// That of a place or a field, from 1 to 8.
fn nibble(packed: u32, index: u8) -> u8 {
    (packed >> ((index.wrapping_sub(1) & 7) * 4)) as u8 & 15
}

const fn bit(field: u8) -> u32 {
    1 << field
}

const OF_ROOT: u32 = bit(field::ACE_LIST) | bit(field::OWNER) | bit(field::RT) | bit(field::IF);
const OF_SUBJECT: u32 =
    bit(field::UUID) | bit(field::ROLE) | bit(field::AUTHORITY) | bit(field::CONN_TYPE);
const OF_RESOURCE: u32 = bit(field::HREF) | bit(field::WILDCARD) | bit(field::RESOURCE_IF);
/// An ACE has its resources in one of two ways.
const EITHER: u32 = bit(field::RESOURCES) | bit(field::ACE_HREF);

/// How deep an ACE is: within the root and the list.
const ACE_DEPTH: u32 = 3;

impl Default for Update {
    fn default() -> Self {
        Self::new()
    }
}

impl Update {
    /// Nothing yet. The first fault in what comes refuses all.
    // Not inlined: that would be done for each caller, where size is what counts.
    #[cfg_attr(target_os = "none", inline(never))]
    pub const fn new() -> Self {
        Self {
            place: START,
            field: field::NONE,
            kind: SubjectKind::Uuid,
            permissions: 0,
            resource_kind: 0,
            lenient: false,
            has_list: false,
            has_owner: false,
            seen: 0,
            depth: 0,
            kept_depth: 0,
            number: 0,
            offset: 0,
            start: 0,
            id: 0,
            resource: 0,
            fault_offset: 0,
            fault_ace: NO_ACE_ID,
            owner_offset: 0,
            table: Table::new(),
            former: Table::new(),
            owner: Uuid::NIL,
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
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn clear(&mut self) {
        let lenient = self.lenient;
        *self = Self::new();
        self.lenient = lenient;
    }

    /// Whether a payload has come to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.place == END
    }

    /// Where the refusal is that follows: in the payload, and in which ACE, if that is not
    /// `NO_ACE_ID`.
    pub(crate) fn at_fault(&mut self, offset: usize, ace: u32) {
        self.fault_offset = offset;
        self.fault_ace = ace;
    }

    /// What was refused, where and why.
    pub(crate) fn refusal(&self, reason: Reason) -> Refusal {
        Refusal {
            reason,
            offset: self.fault_offset,
            ace: (self.fault_ace != NO_ACE_ID).then_some(self.fault_ace),
        }
    }

    /// Nothing of what came can be applied any more.
    fn refuse(&mut self, reason: Reason) -> Reason {
        let (offset, ace) = (self.fault_offset, self.fault_ace);
        self.clear();
        self.at_fault(offset, ace);
        self.place = REFUSED;
        reason
    }

    /// Refuses what is no event.
    pub(crate) fn cannot_read(&mut self, reason: Reason, offset: usize) -> Reason {
        let ace = match self.depth {
            ACE_DEPTH.. => self.number,
            _ => NO_ACE_ID,
        };
        self.at_fault(offset, ace);
        self.refuse(reason)
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
        let (kind, number, text) = match event {
            Event::Map => (Part::MAP, 0, ""),
            Event::Array => (Part::ARRAY, 0, ""),
            Event::End => (Part::END, 0, ""),
            Event::Text(text) => (Part::TEXT, 0, text),
            Event::Number(number) => (Part::NUMBER, number, ""),
            Event::Other => (Part::OTHER, 0, ""),
        };
        let part = Part {
            kind,
            number,
            text: text.as_bytes(),
            offset,
        };
        self.part(&part, skipped)
            .map_err(|reason| self.refusal(reason))
    }

    /// As [`Update::event`]; text is UTF-8.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn part(
        &mut self,
        part: &Part<'_>,
        skipped: &mut dyn FnMut(&Refusal),
    ) -> Result<(), Reason> {
        let depth = self.depth;
        match part.kind {
            Part::TAG..=Part::ARRAY => self.depth = depth.wrapping_add(1),
            Part::END => self.depth = depth.saturating_sub(1),
            _ => {}
        }
        if self.kept_depth != 0 {
            if self.depth <= self.kept_depth {
                self.kept_depth = 0;
            }
            return Ok(());
        }
        let in_ace = depth >= ACE_DEPTH || (self.place == ACES && part.kind != Part::END);
        if let Err(reason) = self.step(part) {
            self.at_fault(part.offset, if in_ace { self.number } else { NO_ACE_ID });
            if !self.lenient || reason == Reason::OutOfMemory || !self.leave_out(in_ace, part.kind)
            {
                return Err(self.refuse(reason));
            }
            skipped(&self.refusal(reason));
        }
        match self.is_whole() {
            true => self.drop_repeated(skipped),
            false => Ok(()),
        }
    }

    /// Goes on after what has a fault, if that is possible.
    fn leave_out(&mut self, in_ace: bool, kind: u8) -> bool {
        let mut kept = 1;
        if in_ace {
            kept = ACE_DEPTH - 1;
            self.table.memory.truncate(self.start);
            self.place = ACES;
            self.field = field::NONE;
            self.number = self.number.wrapping_add(1);
        } else {
            let is_key = self.place == ROOT && self.field == field::NONE;
            let can_go_on = match self.place {
                ROOT if is_key => kind == Part::TEXT,
                ROOT => kind != Part::END,
                place => place == ROOT_TEXTS,
            };
            if !can_go_on {
                return false;
            }
            self.field = if is_key { field::UNKNOWN } else { field::NONE };
            self.place = ROOT;
        }
        if self.depth > kept {
            self.kept_depth = kept;
        }
        true
    }

    /// No two ACEs of one payload have the same aceid.
    fn drop_repeated(&mut self, skipped: &mut dyn FnMut(&Refusal)) -> Result<(), Reason> {
        sort(&mut self.table.rows, ID);
        let mut last = NO_ACE_ID;
        for row in self.table.rows.iter_mut() {
            if row[ID] == last && last != NO_ACE_ID {
                (self.fault_offset, self.fault_ace) = (row[MARK] as usize, row[KEY]);
                if !self.lenient {
                    return Err(self.refuse(Reason::AceIdTwice));
                }
                skipped(&Refusal {
                    reason: Reason::AceIdTwice,
                    offset: row[MARK] as usize,
                    ace: Some(row[KEY]),
                });
                row[AT] = u32::MAX;
            }
            last = row[ID];
        }
        let rows = &mut self.table.rows;
        sort(rows, AT);
        rows.truncate(find(rows, AT, u32::MAX));
        Ok(())
    }

    fn step(&mut self, part: &Part<'_>) -> Result<(), Reason> {
        let place = self.place;
        if place == END {
            return Err(Reason::Trailing);
        }
        if self.field != field::NONE {
            self.value(part)?;
            self.field = field::NONE;
            return Ok(());
        }
        match (part.kind, place) {
            (Part::END, ROOT..END) => return self.end(),
            (Part::TEXT, ROOT..=RESOURCE) => return self.key(part.text),
            (Part::TEXT, ROOT_TEXTS | RESOURCE_TEXTS) => {}
            (Part::MAP, START) => self.place = ROOT,
            (Part::MAP, ACES) => {
                self.begin_ace(part.offset, NO_ACE_ID)?;
            }
            (Part::MAP, RESOURCES) => {
                self.place = RESOURCE;
                return self.begin_resource();
            }
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    fn key(&mut self, key: &[u8]) -> Result<(), Reason> {
        let field = meaning(self.place, key);
        if field == field::NONE {
            return Err(Reason::UnknownField);
        }
        let mut already = bit(field);
        if already & EITHER != 0 {
            already = EITHER;
        }
        if self.seen & already != 0 {
            return Err(Reason::FieldTwice);
        }
        self.seen |= bit(field);
        self.field = field;
        Ok(())
    }

    fn value(&mut self, part: &Part<'_>) -> Result<(), Reason> {
        let field = self.field;
        let needed = match field {
            field::SUBJECT => Part::MAP,
            field::NONE..field::SUBJECT => Part::ARRAY,
            field::ACE_ID | field::PERMISSION => Part::NUMBER,
            field::UNKNOWN if part.kind != Part::END => part.kind,
            _ => Part::TEXT,
        };
        if part.kind != needed {
            return Err(Reason::WrongType);
        }
        match field {
            ..=field::SUBJECT => {
                self.has_list |= field == field::ACE_LIST;
                self.place = nibble(WITHIN, field);
            }
            field::ACE_ID => {
                if part.number > MAX_ACE_ID {
                    return Err(Reason::AceId);
                }
                self.id = part.number;
            }
            field::PERMISSION => {
                if part.number > u32::from(Permissions::all().bits()) {
                    return Err(Reason::Permission);
                }
                self.permissions = part.number as u8;
            }
            field::OWNER => {
                self.has_owner = uuid::read(part.text, &mut self.owner);
                self.owner_offset = part.offset;
                if !self.has_owner {
                    self.owner = Uuid::NIL;
                    return Err(Reason::SubjectUuid);
                }
            }
            field::CONN_TYPE => {
                self.kind = match meaning(group::CONN_TYPE, part.text) {
                    0 => return Err(Reason::ConnType),
                    3 => SubjectKind::AuthCrypt,
                    _ => SubjectKind::AnonClear,
                };
            }
            field::WILDCARD => {
                return self.wildcard(part.text);
            }
            field::UNKNOWN => {
                if part.kind <= Part::ARRAY {
                    self.kept_depth = 1;
                }
            }
            field::UUID => {
                let mut uuid = Uuid::NIL;
                if !uuid::read(part.text, &mut uuid) || uuid.is_nil() {
                    return Err(Reason::SubjectUuid);
                }
                return self.item(Item::UUID, uuid.as_bytes());
            }
            _ => return self.text(field, part.text),
        }
        Ok(())
    }

    /// Takes a text that becomes an item of the record, or a part of one, if it is fit for that.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn text(&mut self, field: u8, text: &[u8]) -> Result<(), Reason> {
        match field {
            field::TAG => {}
            field::ROLE | field::AUTHORITY => {
                if text.is_empty() {
                    return Err(Reason::EmptyRole);
                }
            }
            _ => {
                if text.first() != Some(&b'/') {
                    return Err(Reason::Href);
                }
            }
        }
        match field {
            field::HREF => self.table.memory.extend(text),
            _ => self.item(field - field::UUID, text),
        }
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn item(&mut self, kind: u8, bytes: &[u8]) -> Result<(), Reason> {
        let memory = &mut self.table.memory;
        let start = memory.len();
        memory.extend(&[0; Item::HEAD])?;
        memory.extend(bytes)?;
        Item::close(memory, start, kind).map(|_| ())
    }

    pub(crate) fn begin_ace(&mut self, offset: usize, id: u32) -> Result<(), Reason> {
        self.place = ACE;
        self.seen &= OF_ROOT;
        self.id = id;
        self.offset = offset;
        self.start = self.table.memory.len();
        self.table.memory.extend(&[0; Record::HEAD])
    }

    fn end(&mut self) -> Result<(), Reason> {
        let seen = self.seen;
        match self.place {
            RESOURCE => self.finish_resource()?,
            SUBJECT => {
                let subject = seen & OF_SUBJECT;
                if subject == bit(field::UUID) {
                    self.kind = SubjectKind::Uuid;
                } else if subject & !bit(field::AUTHORITY) == bit(field::ROLE) {
                    self.kind = SubjectKind::Role;
                } else if subject != bit(field::CONN_TYPE) {
                    return Err(Reason::Subject);
                }
            }
            ACE => {
                let needed = bit(field::SUBJECT) | bit(field::PERMISSION);
                if seen & needed != needed || seen & EITHER == 0 {
                    return Err(Reason::FieldMissing);
                }
                self.finish_ace()?;
            }
            _ => {}
        }
        self.place = nibble(AROUND, self.place);
        Ok(())
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn begin_resource(&mut self) -> Result<(), Reason> {
        self.seen &= !OF_RESOURCE;
        self.resource = self.table.memory.len();
        self.resource_kind = Item::RESOURCE;
        self.table.memory.extend(&[0; Item::HEAD])
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn wildcard(&mut self, text: &[u8]) -> Result<(), Reason> {
        let wildcard = meaning(group::WILDCARD, text);
        if wildcard == 0 {
            return Err(Reason::Wildcard);
        }
        self.resource_kind = Item::RESOURCE + wildcard;
        Ok(())
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn finish_resource(&mut self) -> Result<(), Reason> {
        let has_href = Item::close(&mut self.table.memory, self.resource, self.resource_kind)?;
        match has_href || self.resource_kind != Item::RESOURCE {
            true => Ok(()),
            false => Err(Reason::EmptyResource),
        }
    }

    fn finish_ace(&mut self) -> Result<(), Reason> {
        let start = self.start;
        if size_of::<usize>() > 4 && start > MAX_ACE_ID as usize {
            return Err(Reason::OutOfMemory);
        }
        let first = Record::first_byte(self.kind, self.permissions);
        Record::close(&mut self.table.memory, start, first)?;
        self.table
            .rows
            .push([self.number, self.id, start as u32, self.offset as u32])?;
        self.number = self.number.wrapping_add(1);
        self.start = self.table.memory.len();
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
        self.begin_ace(0, id)?;
        self.kind = kind;
        self.permissions = permissions.bits();
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> Result<(), Reason> {
        self.has_list = true;
        self.place = END;
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
                self.text(field::ROLE, role.as_bytes())?;
                if let Some(authority) = authority {
                    self.text(field::AUTHORITY, authority.as_bytes())?;
                }
            }
            Subject::AuthCrypt | Subject::AnonClear => {}
        }
        match tag {
            Some(tag) => self.text(field::TAG, tag.as_bytes()),
            None => Ok(()),
        }
    }

    /// Adds a resource; a wildcard of 0 is none.
    pub(crate) fn resource(
        &mut self,
        href: Option<&[u8]>,
        wildcard: &[u8; 1],
    ) -> Result<(), Reason> {
        self.begin_resource()?;
        if *wildcard != [0] {
            self.wildcard(wildcard)?;
        }
        if let Some(href) = href {
            self.text(field::HREF, href)?;
        }
        self.finish_resource()
    }
}
