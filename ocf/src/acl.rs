//! The list and its updates.
#![forbid(unsafe_code)]

use crate::ace::{
    Ace, Item, MAX_ACE_ID, NO_ACE_ID, Permissions, Record, Resource, Subject, Wildcard,
};
use crate::error::{Reason, Refusal};
use crate::names::field;
use crate::rows::{AT, ID, KEY, MARK, Row, Table, find, has, sort};
use crate::update::{Outcome, Update, What};
use crate::{Uuid, query};

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
    /// Rows and records in rising order of the aceid, and nothing between them.
    table: Table,
    /// The nil UUID for none.
    owner: Uuid,
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
            table: Table::new(),
            owner: Uuid::NIL,
            generation: 0,
            next_id: 1,
        }
    }

    /// The entries, in rising order of the aceid.
    pub fn aces(&self) -> impl ExactSizeIterator<Item = Ace<'_>> + Clone {
        self.rows().iter().map(|row| self.table.ace(row))
    }

    /// The entry with the lowest aceid that is not below `from`.
    pub fn next_ace(&self, from: u32) -> Option<Ace<'_>> {
        self.table.next(from)
    }

    /// The entry with this aceid.
    pub fn ace(&self, id: u32) -> Option<Ace<'_>> {
        self.table.get(id)
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.table.rows
    }

    pub(crate) fn ace_of(&self, row: &Row) -> Ace<'_> {
        self.table.ace(row)
    }

    /// `rowneruuid`.
    pub fn owner(&self) -> Option<Uuid> {
        self.owner_ref().copied()
    }

    pub(crate) fn owner_ref(&self) -> Option<&Uuid> {
        (!self.owner.is_nil()).then_some(&self.owner)
    }

    /// Grows with every change (and wraps): when it differs, there is something to persist.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Sets `rowneruuid`, on behalf of the device itself; [`Acl::post`] is for clients.
    pub fn set_owner(&mut self, owner: Option<Uuid>) {
        self.give_to(&owner.unwrap_or(Uuid::NIL));
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn give_to(&mut self, owner: &Uuid) {
        if self.owner != *owner {
            self.owner = *owner;
            self.touch();
        }
    }

    /// What entering RESET does: no entries, no owner.
    pub fn reset(&mut self) {
        self.next_id = 1;
        self.give_to(&Uuid::NIL);
        self.clear();
    }

    /// Replaces list and owner by what was persisted; unlike a POST, whatever the state. As
    /// IoTivity-lite stores the absence of an owner, the nil UUID is none here.
    pub fn load(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        self.take(payload, Apply::Load, &mut Update::new())
    }

    /// Applies the payload of a POST, wholly or not at all.
    pub fn post(&mut self, state: State, payload: &[u8]) -> Result<(), Refusal> {
        self.take(payload, Apply::Post(state), &mut Update::new())
    }

    fn take(&mut self, payload: &[u8], how: Apply, update: &mut Update) -> Result<(), Refusal> {
        self.try_take(payload, how, update)
            .map_err(|reason| update.refusal(reason))
    }

    pub(crate) fn try_take(
        &mut self,
        payload: &[u8],
        how: Apply,
        update: &mut Update,
    ) -> Result<(), Reason> {
        if how == Apply::Post(State::Rfnop) {
            return Err(Reason::State);
        }
        update.read(payload, &mut |_| {})?;
        self.try_apply(update, how)
    }

    /// Carries out an update, wholly or not at all. What became of each of its ACEs is for
    /// [`Acl::outcome`] to say, until the list or the update is changed; with [`Apply::Load`] all is
    /// new, and the update is empty then.
    ///
    /// # Errors
    ///
    /// The update is as it was then, and can be applied again.
    pub fn apply(&mut self, update: &mut Update, how: Apply) -> Result<(), Refusal> {
        self.try_apply(update, how)
            .map_err(|reason| update.refusal(reason))
    }

    pub(crate) fn try_apply(&mut self, update: &mut Update, how: Apply) -> Result<(), Reason> {
        update.at_fault(0, NO_ACE_ID);
        if !update.is_whole() {
            return Err(Reason::Truncated);
        }
        let load = how == Apply::Load;
        let has_owner = update.has_owner && !update.owner.is_nil();
        if let Apply::Post(state) = how {
            if state == State::Rfnop || (state == State::Rfpro && has_owner) {
                return Err(Reason::State);
            }
            if update.has_owner && !has_owner {
                update.at_fault(update.owner_offset, NO_ACE_ID);
                return Err(Reason::SubjectUuid);
            }
        }
        if load && !update.has_list {
            return Err(Reason::FieldMissing);
        }
        let changed = self.bring_in(update, load)?;
        if changed || load {
            self.touch();
        }
        if update.has_owner || load {
            self.give_to(&update.owner);
        }
        if load {
            update.clear();
        }
        Ok(())
    }

    /// Adds the ACEs of an update, or puts them in the place of the list; says whether that changed
    /// anything. The former list stays with the update.
    #[cfg_attr(target_os = "none", inline(never))]
    fn bring_in(&mut self, update: &mut Update, load: bool) -> Result<bool, Reason> {
        let mut both = Table::new();
        let (mut rows, mut memory) = (self.rows(), &*self.table.memory);
        if load {
            (rows, memory) = (&[], &[]);
        }
        both.rows.reserve(rows.len() + update.table.rows.len())?;
        both.memory
            .reserve(memory.len() + update.table.memory.len())?;
        both.rows.extend(rows)?;
        both.memory.extend(memory)?;
        let count = rows.len();
        for row in update.table.rows.iter() {
            let at = both.memory.len() as u32;
            let record = update.table.record(row);
            both.memory.extend(record.0)?;
            both.rows.push([record.key().0, row[ID], at, 0])?;
        }
        if size_of::<usize>() > 4 && both.memory.len() >= MAX_ACE_ID as usize {
            return Err(Reason::OutOfMemory);
        }

        // Nothing fails any more.
        if load {
            self.next_id = 1;
        }
        self.next_id = give_ids(&mut both, self.next_id);
        sort(&mut both.rows, AT);
        let mut changed = false;
        for (row, given) in update
            .table
            .rows
            .iter_mut()
            .zip(both.rows.get(count..).unwrap_or_default())
        {
            let mut id = given[ID];
            if id > MAX_ACE_ID {
                // It says what another one of the payload says, which is before it.
                let other = find(&both.rows, AT, id & MAX_ACE_ID);
                id = both.rows.get(other).map_or(id, |other| other[ID]);
            }
            row[ID] = id;
            row[MARK] = given[MARK];
            changed |= given[MARK] == 0;
        }
        both.sweep();
        update.former = core::mem::replace(&mut self.table, both);
        Ok(changed)
    }

    /// What became of the ACE of this number in an update that was applied, and the ACE that it
    /// replaced; `None` if there are not so many.
    pub fn outcome<'a>(
        &self,
        update: &'a Update,
        number: usize,
    ) -> Option<(Outcome, Option<Ace<'a>>)> {
        let row = update.table.rows.get(number)?;
        let record = update.table.record(row);
        let former = update.former.get(row[ID]).filter(|_| row[MARK] == 0);
        let before = former.map_or(Record(&[]), |ace| ace.record);
        let what = match former {
            Some(_) => What::Replaced,
            None if row[MARK] == 0 => What::Added,
            None => What::Unchanged,
        };
        let outcome = Outcome {
            ace: row[ID],
            what,
            new_resources: match what {
                What::Unchanged => 0,
                _ => record.resources_beyond(before),
            },
        };
        Some((outcome, former))
    }

    /// Answers a DELETE: with the query `aceid=N` it removes that ACE, without a query all.
    pub fn delete(&mut self, state: State, query: Option<&[u8]>) -> Result<(), Refusal> {
        Ok(self.try_delete(state, query)?)
    }

    pub(crate) fn try_delete(&mut self, state: State, query: Option<&[u8]>) -> Result<(), Reason> {
        if state == State::Rfnop {
            return Err(Reason::DeleteState);
        }
        let Some(query) = query else {
            self.clear();
            return Ok(());
        };
        let id = query::ace_id(query).ok_or(Reason::Query)?;
        match self.remove(id) {
            true => Ok(()),
            false => Err(Reason::UnknownAce),
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
            let wildcard = resource.wildcard.map_or(0, Wildcard::byte);
            new.resource(resource.href.map(str::as_bytes), &[wildcard])?;
        }
        new.finish()?;
        self.put_made(how, &mut new)
    }

    /// As [`Acl::put`], for the one ACE of an update.
    pub(crate) fn put_made(&mut self, how: Put, new: &mut Update) -> Result<Outcome, Reason> {
        match how {
            Put::Merge => self.carry_out(new, MERGE),
            Put::Replace => self.carry_out(new, REPLACE),
        }
    }

    /// Applies an update with one ACE: as it is, or together with what the ACE says that is there.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn carry_out(&mut self, new: &mut Update, how: u8) -> Result<Outcome, Reason> {
        let row = new.table.rows.first().ok_or(Reason::FieldMissing)?;
        let (id, record) = (row[ID], new.table.record(row));
        if how != REPLACE {
            let target = self.aces().find(|ace| match id {
                NO_ACE_ID if how == MERGE => ace.record.is_of_the_same(record),
                id => ace.id == id,
            });
            if let Some(target) = target {
                if how == MERGE && !target.record.is_of_the_same(record) {
                    return Err(Reason::AceTaken);
                }
                unite(new, target, how)?;
            } else if how != MERGE {
                return Err(Reason::UnknownAce);
            }
        }
        if self.bring_in(new, false)? {
            self.touch();
        }
        self.outcome(new, 0)
            .map(|(outcome, _)| outcome)
            .ok_or(Reason::FieldMissing)
    }

    /// Sets the tag of an ACE, on behalf of the device itself.
    pub fn set_tag(&mut self, id: u32, tag: Option<&str>) -> Result<(), Reason> {
        let mut update = Update::new();
        update.begin_ace(0, id)?;
        if let Some(tag) = tag {
            update.text(field::TAG, tag.as_bytes())?;
        }
        update.finish()?;
        self.carry_out(&mut update, Item::TAG).map(|_| ())
    }

    /// Removes an ACE on behalf of the device itself; says whether there was one.
    pub fn remove(&mut self, id: u32) -> bool {
        self.remove_if(&mut |ace| ace.id == id) > 0
    }

    /// Removes the ACEs that are picked, on behalf of the device itself; says how many.
    pub fn remove_if(&mut self, pick: &mut dyn FnMut(Ace<'_>) -> bool) -> usize {
        let Table { rows, memory } = &mut self.table;
        let mut removed = 0;
        for row in rows.iter_mut() {
            let (id, record) = (row[ID], Record::at(memory, row[AT]));
            if pick(Ace { id, record }) {
                row[MARK] = 1;
                removed += 1;
            }
        }
        if removed > 0 {
            self.table.sweep();
            self.touch();
        }
        removed
    }

    /// Removes all ACEs; the owner stays.
    pub fn clear(&mut self) {
        if !self.rows().is_empty() {
            self.table = Table::new();
            self.touch();
        }
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }
}

/// How an ACE is brought in: as it is, or its resources are added to what is there. In place of these,
/// the kind of items that are taken from what is there.
const REPLACE: u8 = 9;
const MERGE: u8 = 8;

/// Puts in the place of the one ACE of an update one that says what `target` says, but for one kind of
/// items, and what the update says.
fn unite(update: &mut Update, target: Ace<'_>, but: u8) -> Result<(), Reason> {
    let Update { table, former, .. } = update;
    core::mem::swap(table, former);
    table.rows.push([0, target.id, 0, 0])?;
    let memory = &mut table.memory;
    memory.extend(&[0; Record::HEAD])?;
    let record = target.record;
    for item in record.items().filter(|item| item.kind() != but) {
        memory.extend(item.0)?;
    }
    for item in Record(&former.memory).items() {
        if item.kind() == but || !record.has(item) {
            memory.extend(item.0)?;
        }
    }
    Record::close(memory, 0, record.first())
}

/// Settles who is who among the ACEs of a list, and behind them those of an update: marks those that
/// are replaced and those that say what is there already, and gives aceids to those that have none.
/// An ACE that says what one before it in the payload says has the place of that one for an aceid, in
/// the upper half of the numbers.
fn give_ids(table: &mut Table, mut next_id: u32) -> u32 {
    let Table { rows, memory } = table;
    let same = |one: &Row, other: &Row| {
        Record::at(memory, one[AT]).says_the_same(Record::at(memory, other[AT]))
    };
    sort(rows, ID);
    let count = find(rows, ID, NO_ACE_ID);
    let Some((given, rest)) = rows.split_at_mut_checked(count) else {
        return next_id;
    };
    sort(rest, KEY);
    let mut former: Option<&mut Row> = None;
    for row in given {
        if let Some(former) = former.filter(|former| former[ID] == row[ID]) {
            if same(former, row) {
                row[MARK] = 1;
            } else {
                former[MARK] = 1;
            }
        }
        former = Some(row);
    }
    let Some((given, rest)) = rows.split_at_mut_checked(count) else {
        return next_id;
    };
    for row in given.iter().filter(|row| row[MARK] == 0) {
        let first = find(rest, KEY, row[KEY]);
        for other in rest.get_mut(first..).unwrap_or_default() {
            if other[KEY] != row[KEY] {
                break;
            }
            if other[MARK] == 0 && same(row, other) {
                other[ID] = row[ID];
                other[MARK] = 1;
            }
        }
    }
    for index in 0..rest.len() {
        let Some((before, from)) = rest.split_at_mut_checked(index) else {
            break;
        };
        let Some(row) = from.first_mut().filter(|row| row[MARK] == 0) else {
            continue;
        };
        let first = find(before, KEY, row[KEY]);
        if let Some(other) = before
            .get(first..)
            .unwrap_or_default()
            .iter()
            .find(|other| same(other, row))
        {
            row[ID] = other[AT] | !MAX_ACE_ID;
            row[MARK] = 1;
        }
    }
    sort(rest, ID);
    let first = find(rest, ID, NO_ACE_ID);
    for row in rest.get_mut(first..).unwrap_or_default() {
        row[ID] = loop {
            let id = next_id;
            next_id = if id >= MAX_ACE_ID { 1 } else { id + 1 };
            if !has(given, id) {
                break id;
            }
        };
    }
    next_id
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
