//! The list and its updates.
#![forbid(unsafe_code)]

use crate::ace::{Ace, Item, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Resource, Subject};
use crate::error::{Reason, Refusal};
use crate::rows::{self, Row};
use crate::update::{Outcome, Owner, Update, What};
use crate::{Uuid, fallible, query};
use alloc::vec::Vec;

/// The state of a device (`dos.s` of `/oic/sec/pstat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Being reset.
    Reset = 0,
    /// Ready for ownership transfer.
    Rfotm = 1,
    /// Ready for provisioning.
    Rfpro = 2,
    /// Ready for normal operation.
    Rfnop = 3,
    /// Soft reset.
    Sreset = 4,
}

impl State {
    /// From the number on the wire.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Reset),
            1 => Some(Self::Rfotm),
            2 => Some(Self::Rfpro),
            3 => Some(Self::Rfnop),
            4 => Some(Self::Sreset),
            _ => None,
        }
    }
}

/// On whose behalf an update is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apply {
    /// A client's, by POST, in this state of the device.
    Post(State),
    /// The device's own, in any state: added to what is there.
    Add,
    /// The device's own, in any state: takes the place of list and owner.
    Load,
}

/// What [`Acl::put`] does where it finds the ACE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Put {
    /// Adds the resources to it.
    Merge = 0,
    /// Puts the new one in its place.
    Replace = 1,
}

/// The list of one device: its entries and its owner.
#[derive(Debug)]
pub struct Acl {
    /// In rising order of the aceid, each with the key and the digest of its record.
    rows: Vec<Row>,
    /// The records, in any order, and what is left of former ones.
    memory: Vec<u8>,
    /// How many bytes of that are left over.
    waste: usize,
    owner: Option<Uuid>,
    generation: u32,
    /// Where the search for a free aceid begins. It only moves on, so that the aceid of a deleted
    /// ACE does not soon name another one.
    next_id: u32,
}

impl Default for Acl {
    fn default() -> Self {
        Self::new()
    }
}

impl Acl {
    /// An empty list without an owner; it allows nothing by rule 10.
    pub const fn new() -> Self {
        Self {
            rows: Vec::new(),
            memory: Vec::new(),
            waste: 0,
            owner: None,
            generation: 0,
            next_id: 1,
        }
    }

    /// The entries, in rising order of the aceid.
    pub fn aces(&self) -> impl ExactSizeIterator<Item = Ace<'_>> + Clone {
        self.rows.iter().map(|row| self.ace_of(row))
    }

    /// The entry with the lowest aceid that is not below `from`.
    pub fn next_ace(&self, from: u32) -> Option<Ace<'_>> {
        let row = self.rows.get(rows::find(&self.rows, from))?;
        Some(self.ace_of(row))
    }

    /// The entry with this aceid.
    pub fn ace(&self, id: u32) -> Option<Ace<'_>> {
        self.next_ace(id).filter(|ace| ace.id == id)
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn ace_of(&self, row: &Row) -> Ace<'_> {
        Ace {
            id: row.id,
            record: Record::at(&self.memory, row.at),
        }
    }

    /// `rowneruuid`.
    pub fn owner(&self) -> Option<Uuid> {
        self.owner
    }

    pub(crate) fn owner_ref(&self) -> Option<&Uuid> {
        self.owner.as_ref()
    }

    /// Grows with every change (and wraps): when it differs, there is something to persist.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Sets `rowneruuid`, on behalf of the device itself; [`Acl::post`] is for clients.
    pub fn set_owner(&mut self, owner: Option<Uuid>) {
        if self.owner != owner {
            self.owner = owner;
            self.touch();
        }
    }

    /// What entering RESET does: no entries, no owner.
    pub fn reset(&mut self) {
        self.next_id = 1;
        self.set_owner(None);
        self.clear();
    }

    /// Replaces list and owner by what was persisted; unlike a POST, whatever the state. As
    /// IoTivity-lite stores the absence of an owner, the nil UUID is none here.
    pub fn load(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        let mut update = Update::new();
        update.cbor(payload, &mut |_| {})?;
        self.take_over(&mut update)?;
        Ok(())
    }

    /// Applies the payload of a POST, wholly or not at all.
    pub fn post(&mut self, state: State, payload: &[u8]) -> Result<(), Refusal> {
        if state == State::Rfnop {
            return Err(Reason::State.into());
        }
        let mut update = Update::new();
        update.cbor(payload, &mut |_| {})?;
        self.apply(&mut update, Apply::Post(state))?;
        self.tidy();
        Ok(())
    }

    /// Carries out an update, wholly or not at all. What became of each of its ACEs is for
    /// [`Acl::outcome`] to say, until the list or the update is changed.
    ///
    /// # Errors
    ///
    /// The update is as it was then, and can be applied again.
    pub fn apply(&mut self, update: &mut Update, how: Apply) -> Result<(), Refusal> {
        let refuse = |reason, offset| {
            Err(Refusal {
                reason,
                offset,
                ace: None,
            })
        };
        if !update.is_whole() {
            return refuse(Reason::Truncated, 0);
        }
        match (how, update.owner) {
            (Apply::Post(State::Rfnop), _) | (Apply::Post(State::Rfpro), Owner::Uuid(_)) => {
                return refuse(Reason::State, 0);
            }
            (Apply::Post(_), Owner::Nil) => {
                return refuse(Reason::SubjectUuid, update.owner_offset);
            }
            (Apply::Load, _) => self.take_over(update)?,
            _ => {
                let changed = self.bring_in(update)?;
                if self.take_owner(update) || changed {
                    self.touch();
                }
            }
        }
        Ok(())
    }

    fn take_owner(&mut self, update: &Update) -> bool {
        let before = self.owner;
        match update.owner {
            Owner::NotGiven => {}
            Owner::Nil => self.owner = None,
            Owner::Uuid(uuid) => self.owner = Some(uuid),
        }
        self.owner != before
    }

    /// Puts the whole of an update in the place of the list.
    fn take_over(&mut self, update: &mut Update) -> Result<(), Reason> {
        if !update.has_list {
            return Err(Reason::FieldMissing);
        }
        self.owner = None;
        self.take_owner(update);
        self.memory = core::mem::take(&mut update.memory);
        self.rows = core::mem::take(&mut update.aces);
        self.waste = 0;
        self.next_id = 1;
        self.touch();
        rows::sort(&mut self.rows);
        // Those without an aceid are the last, in the order of the payload.
        let given = rows::find(&self.rows, NO_ACE_ID);
        for index in 0..self.rows.len() {
            let Some(mut row) = self.rows.get(index).copied() else {
                break;
            };
            if row.id == NO_ACE_ID {
                row.id = self.free_id(given);
            }
            row.note = self.ace_of(&row).record.notes();
            rows::set(&mut self.rows, index, row);
        }
        rows::sort(&mut self.rows);
        Ok(())
    }

    /// The next aceid that none of the first ACEs has, as many as are said.
    fn free_id(&mut self, first: usize) -> u32 {
        let rows = self.rows.get(..first).unwrap_or_default();
        loop {
            let id = self.next_id;
            self.next_id = if id >= MAX_ACE_ID { 1 } else { id + 1 };
            if !rows::has(rows, id) {
                return id;
            }
        }
    }

    /// Adds the ACEs of an update; says whether that changed anything.
    fn bring_in(&mut self, update: &mut Update) -> Result<bool, Reason> {
        let Update { memory, aces, .. } = update;
        let mut order = Vec::new();
        fallible::reserve(&mut order, aces.len())?;
        fallible::reserve(&mut self.rows, aces.len())?;
        fallible::reserve(&mut self.memory, memory.len())?;
        if self.memory.len().saturating_add(memory.len()) > u32::MAX as usize {
            return Err(Reason::OutOfMemory);
        }

        // Nothing below can fail. First those that have an aceid.
        for (index, ace) in (0..).zip(aces.iter()) {
            if ace.id != NO_ACE_ID {
                fallible::push(&mut order, Row::new(ace.id, index))?;
            }
        }
        let mut changed = self.insert(&mut order, memory, aces)?;

        // Then the others, unless the list has one that is alike, or the payload before them.
        order.clear();
        for (index, ace) in (0..).zip(aces.iter()) {
            if ace.id == NO_ACE_ID {
                let [_, digest] = Record::at(memory, ace.at).notes();
                fallible::push(&mut order, Row::new(digest, index))?;
            }
        }
        if order.is_empty() {
            return Ok(changed);
        }
        rows::sort(&mut order);
        for row in &self.rows {
            recognise(self.ace_of(row), row.note[1], &order, memory, aces);
        }
        for index in 0..aces.len() {
            let Some(ace) = aces.get(index).filter(|ace| ace.id == NO_ACE_ID) else {
                continue;
            };
            let record = Record::at(memory, ace.at);
            let [_, digest] = record.notes();
            let id = self.free_id(self.rows.len());
            recognise(Ace { id, record }, digest, &order, memory, aces);
            if let Some(ace) = aces.get_mut(index) {
                ace.note[0] = What::Added as u32;
            }
        }
        order.clear();
        for (index, ace) in (0..).zip(aces.iter()) {
            if ace.note[0] == What::Added as u32 && !rows::has(&self.rows, ace.id) {
                fallible::push(&mut order, Row::new(ace.id, index))?;
            }
        }
        changed |= self.insert(&mut order, memory, aces)?;
        Ok(changed)
    }

    /// Puts ACEs of an update, which all have aceids, where they belong; says whether that changed
    /// anything.
    fn insert(
        &mut self,
        order: &mut Vec<Row>,
        memory: &[u8],
        aces: &mut [Row],
    ) -> Result<bool, Reason> {
        rows::sort(order);
        let mut changed = false;
        for new in order.iter_mut() {
            let Some(ace) = aces.get_mut(new.at as usize) else {
                continue;
            };
            let record = Record::at(memory, ace.at);
            let mut what = What::Added;
            let place = rows::find(&self.rows, new.id);
            let known = self.rows.get_mut(place).filter(|row| row.id == new.id);
            new.at = self.memory.len() as u32;
            new.note = record.notes();
            if let Some(row) = known {
                let former = Record::at(&self.memory, row.at);
                what = What::Unchanged;
                if !former.says_the_same(record) {
                    what = What::Replaced;
                    self.waste += former.size();
                    ace.note[1] = row.at;
                    *row = *new;
                }
            }
            ace.note[0] = what as u32;
            if what != What::Unchanged {
                changed = true;
                fallible::extend(&mut self.memory, record.bytes(memory, ace.at))?;
            }
            if what != What::Added {
                new.id = NO_ACE_ID;
            }
        }
        order.retain(|row| row.id != NO_ACE_ID);
        rows::merge(&mut self.rows, order)?;
        Ok(changed)
    }

    /// What became of the ACE of this number in an update that was applied, and the ACE that it
    /// replaced; `None` if there are not so many.
    pub fn outcome<'a>(
        &'a self,
        update: &Update,
        number: usize,
    ) -> Option<(Outcome, Option<Ace<'a>>)> {
        let row = update.aces.get(number)?;
        let record = Record::at(&update.memory, row.at);
        let [what, at] = row.note;
        let (what, former, new_resources) = if what == What::Unchanged as u32 {
            (What::Unchanged, None, 0)
        } else if what == What::Replaced as u32 {
            let former = Record::at(&self.memory, at);
            let new = record.resources_beyond(former);
            (
                What::Replaced,
                Some(Ace {
                    id: row.id,
                    record: former,
                }),
                new,
            )
        } else {
            (What::Added, None, record.resources())
        };
        let ace = row.id;
        Some((
            Outcome {
                ace,
                what,
                new_resources,
            },
            former,
        ))
    }

    /// Answers a DELETE: with the query `aceid=N` it removes that ACE, without a query all.
    pub fn delete(&mut self, state: State, query: Option<&[u8]>) -> Result<(), Refusal> {
        if state == State::Rfnop {
            return Err(Reason::DeleteState.into());
        }
        let Some(query) = query else {
            self.clear();
            return Ok(());
        };
        let id = query::ace_id(query).ok_or(Reason::Query)?;
        match self.remove(id) {
            true => Ok(()),
            false => Err(Reason::UnknownAce.into()),
        }
    }

    /// Adds an ACE on behalf of the device itself, in any state.
    ///
    /// With [`Put::Merge`] its resources are added to the ACE of equal subject, permissions and tag,
    /// if there is one; with an `id` to that ACE only, which is refused if it is a different one.
    /// With [`Put::Replace`] it takes the place of the ACE with this `id`. Else it is a new one.
    pub fn put(
        &mut self,
        how: Put,
        id: Option<u32>,
        subject: &Subject<'_>,
        permissions: Permissions,
        tag: Option<&str>,
        resources: &[Resource<'_>],
    ) -> Result<Outcome, Reason> {
        let id = match id {
            Some(NO_ACE_ID) => return Err(Reason::AceId),
            id => id.unwrap_or(NO_ACE_ID),
        };
        let mut new = Update::new();
        new.make(id, subject, permissions, tag)?;
        for resource in resources {
            new.resource(resource)?;
        }
        new.finish()?;
        self.put_made(how, &mut new)
    }

    /// As [`Acl::put`], for the one ACE of an update.
    pub(crate) fn put_made(&mut self, how: Put, new: &mut Update) -> Result<Outcome, Reason> {
        let row = *new.aces.first().ok_or(Reason::FieldMissing)?;
        if how == Put::Merge {
            let record = Record::at(&new.memory, row.at);
            let target = match row.id {
                NO_ACE_ID => self.aces().find(|ace| ace.record.is_of_the_same(record)),
                id => self.ace(id),
            };
            if let Some(target) = target {
                if !target.record.is_of_the_same(record) {
                    return Err(Reason::AceTaken);
                }
                let mut merged = copied(target, u8::MAX)?;
                for item in record.items() {
                    if item.is_resource() && !target.record.has(item) {
                        merged.item(item.kind, item.bytes)?;
                    }
                }
                merged.finish()?;
                return self.carry_out(&mut merged);
            }
        }
        self.carry_out(new)
    }

    /// Applies an update with one ACE.
    fn carry_out(&mut self, update: &mut Update) -> Result<Outcome, Reason> {
        let changed = self.bring_in(update)?;
        let outcome = self.outcome(update, 0).map(|(outcome, _)| outcome);
        if changed {
            self.touch();
            self.tidy();
        }
        outcome.ok_or(Reason::FieldMissing)
    }

    /// Sets the tag of an ACE, on behalf of the device itself.
    pub fn set_tag(&mut self, id: u32, tag: Option<&str>) -> Result<(), Reason> {
        let ace = self.ace(id).ok_or(Reason::UnknownAce)?;
        let mut update = copied(ace, Item::TAG)?;
        if let Some(tag) = tag {
            update.item(Item::TAG, tag.as_bytes())?;
        }
        update.finish()?;
        self.carry_out(&mut update).map(|_| ())
    }

    /// Removes an ACE on behalf of the device itself; says whether there was one.
    pub fn remove(&mut self, id: u32) -> bool {
        self.remove_if(&mut |ace| ace.id == id) > 0
    }

    /// Removes the ACEs that are picked, on behalf of the device itself; says how many.
    pub fn remove_if(&mut self, pick: &mut dyn FnMut(Ace<'_>) -> bool) -> usize {
        let before = self.rows.len();
        let (memory, waste) = (&self.memory, &mut self.waste);
        self.rows.retain(|row| {
            let record = Record::at(memory, row.at);
            let picked = pick(Ace { id: row.id, record });
            if picked {
                *waste += record.size();
            }
            !picked
        });
        let removed = before - self.rows.len();
        if removed > 0 {
            self.touch();
            self.tidy();
        }
        removed
    }

    /// Removes all ACEs; the owner stays.
    pub fn clear(&mut self) {
        if !self.rows.is_empty() {
            self.rows = Vec::new();
            self.memory = Vec::new();
            self.waste = 0;
            self.touch();
        }
    }

    /// Gives memory back once a third of it is left over. If there is none to move to, that waits.
    pub(crate) fn tidy(&mut self) {
        if self.waste > self.memory.len() / 3 {
            let _ = self.move_out();
        }
    }

    fn move_out(&mut self) -> Result<(), Reason> {
        let mut memory = Vec::new();
        let mut rows = rows::copy(&self.rows)?;
        fallible::reserve(&mut memory, self.memory.len().saturating_sub(self.waste))?;
        for row in &mut rows {
            let at = memory.len() as u32;
            let record = Record::at(&self.memory, row.at);
            fallible::extend(&mut memory, record.bytes(&self.memory, row.at))?;
            row.at = at;
        }
        self.memory = memory;
        self.rows = rows;
        self.waste = 0;
        Ok(())
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }
}

/// An update that begins with an ACE as it is, but for items of one kind.
fn copied(ace: Ace<'_>, but: u8) -> Result<Update, Reason> {
    let mut update = Update::new();
    update.begin(ace.id, ace.record.subject_kind(), ace.permissions())?;
    for item in ace.record.items() {
        if item.kind != but {
            update.item(item.kind, item.bytes)?;
        }
    }
    Ok(update)
}

/// Gives the ACEs of an update that say what this one says, and have no aceid, the aceid of it;
/// `order` has them by their digests.
fn recognise(ace: Ace<'_>, digest: u32, order: &[Row], memory: &[u8], aces: &mut [Row]) {
    let first = rows::find(order, digest);
    for row in order.get(first..).unwrap_or_default() {
        if row.id != digest {
            return;
        }
        if let Some(other) = aces.get_mut(row.at as usize) {
            if other.id == NO_ACE_ID && Record::at(memory, other.at).says_the_same(ace.record) {
                other.id = ace.id;
                other.note[0] = What::Unchanged as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No caller can bring the search to its end in time: that takes two thousand million ACEs.
    #[test]
    fn after_the_highest_aceid_the_search_begins_again() {
        let mut acl = Acl::new();
        let put = |acl: &mut Acl, id, href| {
            let resource = Resource {
                href: Some(href),
                wildcard: None,
            };
            let all = Permissions::all();
            acl.put(
                Put::Replace,
                id,
                &Subject::AnonClear,
                all,
                None,
                &[resource],
            )
            .expect("an ACE")
            .ace
        };
        put(&mut acl, Some(1), "/1");
        put(&mut acl, Some(MAX_ACE_ID), "/2");
        acl.next_id = MAX_ACE_ID - 1;
        let given = ["/3", "/4", "/5"].map(|href| put(&mut acl, None, href));
        assert_eq!(given, [MAX_ACE_ID - 1, 2, 3]);
    }
}
