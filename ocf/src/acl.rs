//! The list and its updates.
#![forbid(unsafe_code)]

use crate::ace::{
    Ace, Filter, Item, Key, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Resource, Subject,
};
use crate::error::{Reason, Refusal};
use crate::update::{Outcome, Owner, Staged, Update, What};
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

/// Where an ACE is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    id: u32,
    pub key: Key,
    at: u32,
}

impl Row {
    const NONE: Self = Self {
        id: 0,
        key: Key(0),
        at: 0,
    };
}

/// The list of one device: its entries and its owner.
#[derive(Debug)]
pub struct Acl {
    /// In rising order of the aceid.
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
        let index = self.rows.partition_point(|row| row.id < from);
        self.rows.get(index).map(|row| self.ace_of(row))
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
        self.take(payload, Apply::Load)
    }

    /// Applies the payload of a POST, wholly or not at all.
    pub fn post(&mut self, state: State, payload: &[u8]) -> Result<(), Refusal> {
        self.take(payload, Apply::Post(state))
    }

    fn take(&mut self, payload: &[u8], how: Apply) -> Result<(), Refusal> {
        if how == Apply::Post(State::Rfnop) {
            return Err(Reason::State.into());
        }
        let mut update = Update::new();
        update.cbor(payload, &mut |_| {})?;
        self.apply(&mut update, how)?;
        self.tidy();
        Ok(())
    }

    /// Carries out an update, wholly or not at all. What became of each of its ACEs is for
    /// [`Acl::outcome`] to say, until the list or the update is changed.
    pub fn apply(&mut self, update: &mut Update, how: Apply) -> Result<(), Refusal> {
        if !update.is_whole() {
            return Err(Reason::Truncated.into());
        }
        let changes_owner = match (update.owner, how) {
            (_, Apply::Post(State::Rfnop)) => return Err(Reason::State.into()),
            (Owner::Nil, Apply::Post(_)) => {
                return Err(Refusal {
                    reason: Reason::SubjectUuid,
                    offset: update.owner_offset,
                    ace: None,
                });
            }
            (Owner::Uuid(_), Apply::Post(State::Rfpro)) => return Err(Reason::State.into()),
            (Owner::NotGiven, _) => how == Apply::Load,
            _ => true,
        };
        let mut changed = if how == Apply::Load {
            if !update.has_list {
                return Err(Reason::FieldMissing.into());
            }
            let mut list = Self::new();
            list.bring_in(update)?;
            let former = core::mem::replace(self, list);
            self.generation = former.generation;
            self.owner = former.owner;
            true
        } else {
            self.bring_in(update)?
        };
        if changes_owner {
            let owner = match update.owner {
                Owner::Uuid(uuid) => Some(uuid),
                Owner::NotGiven | Owner::Nil => None,
            };
            changed |= self.owner != owner;
            self.owner = owner;
        }
        if changed {
            self.touch();
        }
        Ok(())
    }

    /// Adds the ACEs of an update; says whether that changed anything.
    fn bring_in(&mut self, update: &mut Update) -> Result<bool, Refusal> {
        let order = self.order(update)?;
        let added = order.iter().filter(|(id, _)| self.ace(*id).is_none());
        let added = added.count();
        let bytes = update.memory.len();
        if bytes.saturating_add(self.memory.len()) > u32::MAX as usize {
            return Err(Reason::OutOfMemory.into());
        }
        fallible::reserve(&mut self.rows, added)?;
        fallible::reserve(&mut self.memory, bytes)?;

        // Nothing below can fail.
        let Update { memory, aces, .. } = update;
        let mut changed = added > 0;
        for (_, index) in &order {
            if let Some(staged) = aces.get_mut(*index as usize) {
                changed |= self.keep(memory, staged)?;
            }
        }
        let mut old = self.rows.len();
        for _ in 0..added {
            fallible::push(&mut self.rows, Row::NONE)?;
        }
        // From the end on, where the room is: what is there moves up until the new one fits.
        let mut place = self.rows.len();
        let new = order
            .iter()
            .rev()
            .filter_map(|(_, index)| aces.get(*index as usize));
        for staged in new.filter(|staged| staged.what == What::Added) {
            let row = Row {
                id: staged.id,
                key: staged.key,
                at: staged.kept,
            };
            while let Some(last) = self.rows.get(old.wrapping_sub(1)).copied() {
                if last.id < row.id {
                    break;
                }
                old -= 1;
                place = place.wrapping_sub(1);
                self.set_row(place, last);
            }
            place = place.wrapping_sub(1);
            self.set_row(place, row);
        }
        Ok(changed)
    }

    fn set_row(&mut self, index: usize, row: Row) {
        if let Some(slot) = self.rows.get_mut(index) {
            *slot = row;
        }
    }

    /// Takes the record of an ACE over, unless the list has it already; if the aceid is known, the
    /// row of that ACE has it then. Says whether an ACE was replaced.
    fn keep(&mut self, memory: &[u8], staged: &mut Staged) -> Result<bool, Reason> {
        let record = Record::at(memory, staged.at);
        let index = self.rows.partition_point(|row| row.id < staged.id);
        let known = self.rows.get_mut(index).filter(|row| row.id == staged.id);
        staged.kept = self.memory.len() as u32;
        staged.what = What::Added;
        if let Some(row) = known {
            let former = Record::at(&self.memory, row.at);
            staged.former = row.at;
            if former.says_the_same(record) {
                staged.what = What::Unchanged;
                return Ok(false);
            }
            self.waste += former.size();
            staged.what = What::Replaced;
            row.at = staged.kept;
            row.key = staged.key;
        }
        let end = (staged.at as usize).saturating_add(record.size());
        let bytes = memory.get(staged.at as usize..end).unwrap_or_default();
        fallible::extend(&mut self.memory, bytes)?;
        Ok(staged.what == What::Replaced)
    }

    /// The ACEs of an update that the list has not, by their aceids, which are given out where
    /// there is none, and their numbers.
    fn order(&mut self, update: &mut Update) -> Result<Vec<(u32, u32)>, Refusal> {
        let Update { memory, aces, .. } = update;
        let mut order = Vec::new();
        let mut digests = Vec::new();
        fallible::reserve(&mut order, aces.len())?;
        let mut filter = Filter::NEW;
        for (index, staged) in (0..).zip(aces.iter_mut()) {
            staged.what = What::Added;
            if staged.has_id {
                fallible::push(&mut order, (staged.id, index))?;
                continue;
            }
            staged.id = NO_ACE_ID;
            filter.add(staged.key.mixed());
            let digest = Record::at(memory, staged.at).digest();
            fallible::push(&mut digests, (digest, index))?;
        }
        fallible::sort(&mut order);
        if let Some(second) = order.windows(2).find_map(|pair| match pair {
            [(id, _), (next, index)] if id == next => aces.get(*index as usize),
            _ => None,
        }) {
            return Err(Refusal {
                reason: Reason::AceIdTwice,
                offset: second.offset,
                ace: Some(second.index),
            });
        }
        if digests.is_empty() {
            return Ok(order);
        }
        fallible::sort(&mut digests);

        // Those that are alike to one that stays, to one that comes with an aceid, or to one before
        // them in the payload, are none of their own.
        let given = order.len();
        let is_given = |order: &[(u32, u32)], id| {
            let order = order.get(..given).unwrap_or_default();
            order.binary_search_by_key(&id, |(id, _)| *id).is_ok()
        };
        for row in &self.rows {
            if filter.has(row.key.mixed()) && !is_given(&order, row.id) {
                recognise(self.ace_of(row), &digests, memory, aces);
            }
        }
        for (id, index) in &order {
            if let Some(staged) = aces.get(*index as usize) {
                let record = Record::at(memory, staged.at);
                recognise(Ace { id: *id, record }, &digests, memory, aces);
            }
        }
        let mut next = self.next_id;
        for index in 0..aces.len() {
            let Some(staged) = aces.get_mut(index).filter(|staged| staged.id == NO_ACE_ID) else {
                continue;
            };
            let id = loop {
                let id = next;
                next = if id >= MAX_ACE_ID { 1 } else { id + 1 };
                if self.ace(id).is_none() && !is_given(&order, id) {
                    break id;
                }
            };
            staged.id = id;
            let record = Record::at(memory, staged.at);
            fallible::push(&mut order, (id, index as u32))?;
            recognise(Ace { id, record }, &digests, memory, aces);
        }
        self.next_id = next;
        fallible::sort(&mut order);
        Ok(order)
    }

    /// What became of the ACE of this number in an update that was applied, and the ACE that it
    /// replaced; `None` if there are not so many.
    pub fn outcome<'a>(
        &'a self,
        update: &Update,
        number: usize,
    ) -> Option<(Outcome, Option<Ace<'a>>)> {
        let staged = update.aces.get(number)?;
        let record = update.record(staged);
        let id = staged.id;
        let former = (staged.what == What::Replaced).then(|| Ace {
            id,
            record: Record::at(&self.memory, staged.former),
        });
        let new_resources = match (staged.what, former) {
            (What::Unchanged, _) => 0,
            (_, Some(former)) => record.resources_beyond(former.record),
            (_, None) => record.resources(),
        };
        let what = staged.what;
        Some((
            Outcome {
                ace: id,
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
        let mut merged = Update::new();
        let is_merged = how == Put::Merge && self.merge(new, &mut merged)?;
        let update = if is_merged { &mut merged } else { new };
        self.apply(update, Apply::Add)
            .map_err(|refusal| refusal.reason)?;
        let outcome = self.outcome(update, 0).map(|(outcome, _)| outcome);
        self.tidy();
        outcome.ok_or(Reason::OutOfMemory)
    }

    /// The ACE that the new one belongs to, with the new one's resources; `false` if there is none.
    fn merge(&self, new: &Update, merged: &mut Update) -> Result<bool, Reason> {
        let Some((staged, new)) = new.aces.first().map(|staged| (staged, new.record(staged)))
        else {
            return Ok(false);
        };
        let alike = |ace: &Ace<'_>| ace.record.is_of_the_same(new);
        let target = if staged.has_id {
            let known = self.ace(staged.id);
            if known.is_some_and(|ace| !alike(&ace)) {
                return Err(Reason::AceTaken);
            }
            known
        } else {
            let subject = staged.key.subject();
            self.rows
                .iter()
                .filter(|row| row.key.subject() == subject)
                .map(|row| self.ace_of(row))
                .find(alike)
        };
        let Some(target) = target else {
            return Ok(false);
        };
        merged.begin(Some(target.id), new.subject_kind(), new.permissions())?;
        let more = new
            .items()
            .filter(|item| item.is_resource() && !target.record.has(*item));
        for item in target.record.items().chain(more) {
            merged.item(item)?;
        }
        merged.finish()?;
        Ok(true)
    }

    /// Sets the tag of an ACE, on behalf of the device itself.
    pub fn set_tag(&mut self, id: u32, tag: Option<&[u8]>) -> Result<(), Reason> {
        let record = self.ace(id).ok_or(Reason::UnknownAce)?.record;
        let mut update = Update::new();
        update.begin(Some(id), record.subject_kind(), record.permissions())?;
        for item in record.items().filter(|item| item.kind != Item::TAG) {
            update.item(item)?;
        }
        if let Some(bytes) = tag {
            update.item(Item {
                kind: Item::TAG,
                bytes,
            })?;
        }
        update.finish()?;
        self.put_made(Put::Replace, &mut update).map(|_| ())
    }

    /// Removes an ACE on behalf of the device itself; says whether there was one.
    pub fn remove(&mut self, id: u32) -> bool {
        self.remove_if(&mut |ace| ace.id == id) > 0
    }

    /// Removes the ACEs that are picked, on behalf of the device itself; says how many.
    pub fn remove_if(&mut self, pick: &mut dyn FnMut(Ace<'_>) -> bool) -> usize {
        let before = self.rows.len();
        let (memory, mut waste) = (&self.memory, self.waste);
        self.rows.retain(|row| {
            let record = Record::at(memory, row.at);
            let picked = pick(Ace { id: row.id, record });
            if picked {
                waste += record.size();
            }
            !picked
        });
        self.waste = waste;
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
        if self.waste <= self.memory.len() / 3 {
            return;
        }
        let mut memory = Vec::new();
        let mut rows = Vec::new();
        let needed = self.memory.len().saturating_sub(self.waste);
        if fallible::reserve(&mut memory, needed).is_err()
            || fallible::reserve(&mut rows, self.rows.len()).is_err()
        {
            return;
        }
        for row in &self.rows {
            let start = row.at as usize;
            let end = start + Record::at(&self.memory, row.at).size();
            let record = self.memory.get(start..end).unwrap_or_default();
            let at = memory.len() as u32;
            if fallible::extend(&mut memory, record).is_err()
                || fallible::push(&mut rows, Row { at, ..*row }).is_err()
            {
                return;
            }
        }
        self.memory = memory;
        self.rows = rows;
        self.waste = 0;
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }
}

/// Gives the ACEs of an update that say what this one says, and have no aceid, the aceid of it.
fn recognise(ace: Ace<'_>, digests: &[(u32, u32)], memory: &[u8], aces: &mut [Staged]) {
    let digest = ace.record.digest();
    let first = digests.partition_point(|(other, _)| *other < digest);
    let alike = digests.get(first..).unwrap_or_default();
    for (_, index) in alike.iter().take_while(|(other, _)| *other == digest) {
        if let Some(staged) = aces.get_mut(*index as usize) {
            if staged.id == NO_ACE_ID && Record::at(memory, staged.at).says_the_same(ace.record) {
                staged.id = ace.id;
                staged.what = What::Unchanged;
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
