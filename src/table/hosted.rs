//! The table of a hosted system: fast among many instances.
//!
//! Two ordered sets of rows (see [`super::rows`]): by target, which is what a decision
//! needs and where the ACL stands, and by Instance ID, which is what the handlers
//! need. For a short ACL one search finds all that a decision needs.
//!
//! A worked example: `/2/5` governs `/3/0`, belongs to server 1, and gives R to
//! everybody, RW to server 1 and E to server 7. With rows as
//! (target OID, target IID, IID, SSID of the second entry | first entry, mask of
//! the second, owner):
//!
//! ```text
//! targets    (3, 0, 5, 1 | 0:R, RW, 1)  (3, 0, 5, 7 | 7:E, E, 0)
//! instances  (5, 3, 0, has an IID and an ACL)
//! ```
//!
//! Server 1 asks: the first row from (3, 0, 0, 0) on is the first above. It tells
//! the instance and its owner, its second entry is the server's own, and its first
//! one would be the default.
//!
//! Every change puts a row in or takes one out. Within an operation the steps are
//! listed, to be taken back from the end; within a transaction each row that
//! differs is kept once, as it was before, however often it is written.

use super::chunks::Index;
use super::rows::{AclRow, Place, iid_key, instance_of, row_of};
use crate::list::{List, NoMemory};
use crate::row::{AclEntry, Instance, Note, Target, Touch};
use crate::{Iid, MAX_ID, Ssid, Why};

/// What a decision needs to know of the instance that governs a target.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) iid: Iid,
    pub(crate) owner: Ssid,
    /// The first entry of the ACL, which is the default one if there is one.
    pub(crate) first: AclEntry,
    /// The first entry that is not below the SSID in question.
    pub(crate) own: AclEntry,
}

/// A state, to be looked up in.
pub(crate) type View<'a> = &'a Table;

/// A row as it was before a step; none was there, if `None`.
#[derive(Clone, Copy)]
enum Step {
    Acl(u64, Option<u64>),
    Instance(Iid, Option<u64>),
}

/// What the open transaction has changed.
struct Changes {
    /// Key, value before, value after; [`AclRow::ABSENT`] where there was none.
    /// The value after counts only while the state is turned back.
    acl: Index<3, 64>,
    /// IID, row before, row after; zero where there was none.
    instances: Index<3, 16>,
    touched: Index<1, 32>,
    /// Whether the sets are as before the transaction.
    is_turned_back: bool,
}

/// The Access Control instances of one client.
pub(crate) struct Table {
    targets: Index<2, 64>,
    instances: Index<1, 16>,
    /// The first steps of the operation, which are mostly all.
    steps: [Option<Step>; 2],
    further_steps: List<Step>,
    is_open: bool,
    /// At most one; none as long as nothing was changed.
    changes: List<Changes>,
    /// Why something could not be done since the last [`Table::outcome`]. After
    /// that no step is done, so that callers ask once, at the end.
    error: Result<(), Why>,
}

impl Table {
    /// Whether [`Table::overwrite`] is worth trying.
    pub(crate) const OVERWRITES: bool = true;

    pub(crate) const fn new() -> Table {
        Table {
            targets: Index::new(),
            instances: Index::new(),
            steps: [None; 2],
            further_steps: List::new(),
            is_open: false,
            changes: List::new(),
            error: Ok(()),
        }
    }

    // ---- looking up -------------------------------------------------------

    #[inline(always)]
    fn acl_rows(&self, key: u64) -> &[[u64; 2]] {
        self.targets.tail(key)
    }

    /// The first row with this key or a higher one, if it is of that place.
    fn acl_row(&self, place: Place, ssid: Ssid) -> Option<AclRow> {
        let row = self.acl_rows(place.key(ssid)).first().map(AclRow::from)?;
        row.is_of(place).then_some(row)
    }

    /// The ID of the instance that governs a target, or [`MAX_ID`]. Should an
    /// open transaction hold several, it is the lowest.
    pub(crate) fn governing(&self, target: Target) -> Iid {
        let first = self.acl_rows(Place::first_key(target)).first();
        match first.map(AclRow::from) {
            Some(row) if row.target() == target => row.place().iid,
            _ => MAX_ID,
        }
    }

    /// The next instance, after this one, whose target is of the Object.
    pub(crate) fn next_of(&self, oid: u16, previous: Option<Instance>) -> Option<Instance> {
        let from = match previous {
            Some(previous) => Place::of(previous).last_key() + 1,
            None => Place::first_key(Target::new(oid, 0)),
        };
        let place = AclRow::from(self.acl_rows(from).first()?).place();
        match place.target.oid() == oid {
            true => self.find(place.iid),
            false => None,
        }
    }

    /// The instance with this one's ID, if it has this one's target, too.
    pub(crate) fn find_same(&self, instance: Instance) -> Option<Instance> {
        let found = self.find(instance.iid());
        found.filter(|found| found.target() == instance.target())
    }

    /// Notes something about an instance that nothing has been noted about.
    pub(crate) fn note(
        &mut self,
        notes: &mut Notes,
        instance: Instance,
        what: Note,
    ) -> Result<(), NoMemory> {
        notes.all.push((instance, what))
    }

    /// As [`Table::note`], where something may have been.
    pub(crate) fn note_again(
        &mut self,
        notes: &mut Notes,
        instance: Instance,
        what: Note,
    ) -> Result<(), NoMemory> {
        for (noted, all) in notes.all.iter_mut().skip(notes.done) {
            if noted.iid() == instance.iid() {
                *all = all.and(what);
                return Ok(());
            }
        }
        notes.all.push((instance, what))
    }

    /// Not needed here: what is noted ends with the synchronisation.
    pub(crate) fn forget_gone(&mut self) {}

    /// Takes the next note that is among these, of an instance that is still there.
    pub(crate) fn next_note(&self, notes: &mut Notes, among: Note) -> Option<Instance> {
        while let Some(&(instance, what)) = notes.all.get(notes.done) {
            notes.done += 1;
            if let (Some(found), true) = (self.find_same(instance), what.has(among)) {
                return Some(found.noted(what.only(among)));
            }
        }
        None
    }

    /// What a decision about this target and server needs to know.
    #[inline(always)]
    pub(crate) fn look(&self, target: Target, ssid: Ssid) -> Option<Look> {
        let (row, others) = match self.acl_rows(Place::first_key(target)) {
            [row, others @ ..] => (AclRow::from(row), others),
            [] => return None,
        };
        if row.target() != target {
            return None;
        }
        let place = row.place();
        let [first, second] = row.entries();
        let own = match others {
            _ if first.ssid() >= ssid => first,
            _ if second.ssid() >= ssid => second,
            // Most ACLs end here.
            [next, ..] if !AclRow::from(next).is_of(place) => AclEntry::NONE,
            _ => self.find_entry(place, ssid),
        };
        let (iid, owner) = (place.iid, row.owner());
        Some(Look {
            iid,
            owner,
            first,
            own,
        })
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        let [row] = self.instances.tail(iid_key(iid)).first()?;
        Some(instance_of(*row))
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Option<Instance> {
        self.at_or_after(iid).filter(|found| found.iid() == iid)
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(&self, instance: Instance) -> Ssid {
        self.acl_row(Place::of(instance), 0)
            .map_or(0, AclRow::owner)
    }

    fn find_entry(&self, place: Place, ssid: Ssid) -> AclEntry {
        match self.acl_row(place, ssid) {
            Some(row) => {
                let [first, second] = row.entries();
                if first.ssid() >= ssid { first } else { second }
            }
            None => AclEntry::NONE,
        }
    }

    /// The first entry of an instance whose SSID is `ssid` or above, or none.
    pub(crate) fn entry_at_or_after(&self, instance: Instance, ssid: Ssid) -> AclEntry {
        self.find_entry(Place::of(instance), ssid)
    }

    /// Whether no other instance has the same target.
    pub(crate) fn is_only_one(&self, instance: Instance) -> bool {
        let place = Place::of(instance);
        let next = self.acl_rows(place.last_key() + 1).first();
        self.governing(place.target) == place.iid
            && next.is_none_or(|next| AclRow::from(next).target() != place.target)
    }

    /// The lowest ID that no instance has, or [`MAX_ID`].
    pub(crate) fn lowest_free_iid(&self) -> Iid {
        self.instances.lowest_gap() as Iid
    }

    /// How many instances there are.
    pub(crate) const fn len(&self) -> usize {
        self.instances.len()
    }

    /// Shows all instances by rising ID, with their owners and entries.
    pub(crate) fn visit<'a>(
        &'a self,
        mut show: impl FnMut(Instance, Ssid, Entries<'a>) -> Result<(), Why>,
    ) -> Result<(), Why> {
        let mut from = 0;
        // Targets mostly rise with the IDs of their instances.
        let mut next: &[[u64; 2]] = &[];
        while let rows @ [.., [last]] = self.instances.tail(from) {
            from = last + 1;
            for [row] in rows {
                let instance = instance_of(*row);
                let place = Place::of(instance);
                let is_next = |row: &[u64; 2]| AclRow::from(row).is_of(place);
                if !next.first().is_some_and(is_next) {
                    next = self.acl_rows(place.key(0));
                }
                let owner = next.first().map_or(0, |row| AclRow::from(row).owner());
                let entries = Entries {
                    table: self,
                    rows: next,
                    place,
                    second: AclEntry::NONE,
                };
                show(instance, owner, entries)?;
                let own = next.iter().take_while(|row| is_next(row)).count();
                next = next.get(own..).unwrap_or_default();
            }
        }
        Ok(())
    }

    // ---- steps ------------------------------------------------------------

    fn changes(&mut self) -> Result<&mut Changes, NoMemory> {
        if self.changes.is_empty() {
            self.changes.reserve(1)?;
            let changes = Changes {
                acl: Index::new(),
                instances: Index::new(),
                touched: Index::new(),
                is_turned_back: false,
            };
            self.changes.push(changes)?;
        }
        self.changes.first_mut().ok_or(NoMemory)
    }

    /// Notes a step that is about to be done, so that it can be taken back, and
    /// its row, should it be the first change of that row in the transaction.
    fn note_step(&mut self, step: Step) -> Result<(), NoMemory> {
        if self.is_open {
            let changes = self.changes()?;
            match step {
                Step::Acl(key, old) if changes.acl.get(key).is_none() => {
                    changes.acl.put([key, old.unwrap_or(AclRow::ABSENT), 0])?;
                }
                Step::Instance(iid, old) if changes.instances.get(iid_key(iid)).is_none() => {
                    changes.instances.put([iid_key(iid), old.unwrap_or(0), 0])?;
                }
                _ => {}
            }
        }
        for place in &mut self.steps {
            if place.is_none() {
                *place = Some(step);
                return Ok(());
            }
        }
        self.further_steps.push(step)
    }

    fn last_step(&mut self) -> Option<Step> {
        let last = self
            .further_steps
            .remove(self.further_steps.len().wrapping_sub(1));
        last.or_else(|| self.steps.iter_mut().rev().find_map(Option::take))
    }

    /// Puts a row of the set of targets in, or takes it out.
    fn step_acl(&mut self, key: u64, new: Option<u64>) {
        if self.error.is_err() {
            return;
        }
        let old = self.targets.get(key).map(|[_, value]| *value);
        self.error = self
            .note_step(Step::Acl(key, old))
            .and_then(|()| {
                match new {
                    Some(value) => drop(self.targets.put([key, value])?),
                    None => drop(self.targets.take(key)),
                }
                Ok(())
            })
            .map_err(Why::from);
    }

    fn put_acl(&mut self, row: AclRow) {
        self.step_acl(row.key, Some(row.value));
    }

    /// Puts a row of the set of instances in, or takes it out.
    fn step_instance(&mut self, iid: Iid, new: Option<Instance>) {
        if self.error.is_err() {
            return;
        }
        let old = self.instances.get(iid_key(iid)).map(|[row]| *row);
        self.error = self
            .note_step(Step::Instance(iid, old))
            .and_then(|()| {
                match new {
                    Some(new) => drop(self.instances.put([row_of(new)])?),
                    None => drop(self.instances.take(iid_key(iid))),
                }
                Ok(())
            })
            .map_err(Why::from);
    }

    /// Begins an operation that adds so many instances at most.
    pub(crate) fn start(&mut self, _: usize) -> Result<(), Why> {
        Ok(())
    }

    /// For an operation that may fail after it has changed something: its steps are
    /// noted anyway.
    pub(crate) fn backup(&self) -> Result<Backup, Why> {
        Ok(Backup)
    }

    /// See [`Table::backup`].
    pub(crate) fn take_back(&mut self, _: Backup) {}

    /// Makes this step, and all that are still to come, fail.
    pub(crate) fn fail(&mut self, why: Why) {
        self.error = self.error.and(Err(why));
    }

    /// What became of the steps since it was last asked.
    pub(crate) fn outcome(&mut self) -> Result<(), Why> {
        core::mem::replace(&mut self.error, Ok(()))
    }

    /// Ends an operation: takes all of it back, which needs no memory, or keeps
    /// it, which outside a transaction makes it final.
    pub(crate) fn finish(&mut self, keeps: bool) {
        if keeps {
            self.steps = [None; 2];
            self.further_steps.truncate(0);
        }
        while let Some(step) = self.last_step() {
            // What is put back has been there before.
            match step {
                Step::Acl(key, Some(value)) => drop(self.targets.put([key, value])),
                Step::Acl(key, None) => drop(self.targets.take(key)),
                Step::Instance(_, Some(row)) => drop(self.instances.put([row])),
                Step::Instance(iid, None) => drop(self.instances.take(iid_key(iid))),
            }
        }
        if self.further_steps.room() > 8 {
            self.further_steps = List::new();
        }
        if keeps && !self.is_open {
            self.targets.tidy();
            self.instances.tidy();
        }
    }

    // ---- transactions -----------------------------------------------------

    pub(crate) const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Opens a transaction.
    pub(crate) fn begin(&mut self) -> Result<(), Why> {
        self.is_open = true;
        Ok(())
    }

    /// Ends the transaction, and takes back what it did or makes it final.
    pub(crate) fn end(&mut self, keeps: bool) {
        self.turn(!keeps);
        self.is_open = false;
        self.changes = List::new();
        self.targets.tidy();
        self.instances.tidy();
    }

    /// Turns the state to what it was before the transaction, or to what it is
    /// now; it stays so until the other is asked for. Needs no memory: first
    /// everything goes that is only on this side, then everything comes that is
    /// on the other.
    #[inline]
    pub(crate) fn turn(&mut self, back: bool) {
        if !self.changes.is_empty() {
            self.turn_changes(back);
        }
    }

    #[inline(never)]
    fn turn_changes(&mut self, back: bool) {
        let Some(changes) = self.changes.first_mut() else {
            return;
        };
        if changes.is_turned_back == back {
            return;
        }
        changes.is_turned_back = back;
        let (acl, instances) = (&mut changes.acl, &mut changes.instances);
        let (targets, rows) = (&mut self.targets, &mut self.instances);
        let wanted = |[_, before, after]: [u64; 3]| if back { before } else { after };
        acl.for_each_mut(|row| {
            let key = row[0];
            if back {
                row[2] = targets.get(key).map_or(AclRow::ABSENT, |[_, value]| *value);
            }
            if wanted(*row) == AclRow::ABSENT {
                targets.take(key);
            }
        });
        acl.for_each_mut(|row| {
            if wanted(*row) != AclRow::ABSENT {
                let _ = targets.put([row[0], wanted(*row)]);
            }
        });
        instances.for_each_mut(|row| {
            if back {
                row[2] = rows.get(row[0]).map_or(0, |[row]| *row);
            }
            if wanted(*row) == 0 {
                rows.take(row[0]);
            }
        });
        instances.for_each_mut(|row| {
            if wanted(*row) != 0 {
                let _ = rows.put([wanted(*row)]);
            }
        });
    }

    /// The state before the transaction, or as it is now.
    #[inline]
    pub(crate) fn view(&mut self, before: bool) -> View<'_> {
        self.turn(before);
        self
    }

    /// Not needed here: an operation that fails late is taken back.
    pub(crate) fn make_room_for_touch(&mut self) -> Result<(), Why> {
        Ok(())
    }

    /// Notes what a handler has written.
    pub(crate) fn touch(&mut self, touch: Touch) {
        let row = [u64::from(touch.0) << 32];
        let changes = self.changes();
        if changes
            .and_then(|changes| changes.touched.put(row))
            .is_err()
        {
            self.fail(Why::NoMemory);
        }
    }

    /// The first touch from this one on.
    pub(crate) fn touched_from(&self, touch: Touch) -> Option<Touch> {
        let touched = &self.changes.first()?.touched;
        let [row] = touched.tail(u64::from(touch.0) << 32).first()?;
        Some(Touch((row >> 32) as u32))
    }

    // ---- changing ---------------------------------------------------------
    // See `Table::outcome` for errors.

    /// Removes all instances. Outside a transaction there is nothing to take back,
    /// so nothing that could fail.
    pub(crate) fn clear(&mut self) {
        if !self.is_open {
            self.targets.clear();
            self.instances.clear();
        }
        while let (Some(instance), Ok(())) = (self.at_or_after(0), self.error) {
            self.remove(instance);
        }
    }

    /// Adds an instance.
    pub(crate) fn add(&mut self, new: Instance, owner: Ssid) {
        self.put(None, new, owner, false);
    }

    /// Puts an instance, with its entries, in the place of one with its ID.
    pub(crate) fn change(&mut self, old: Instance, new: Instance) {
        self.put(Some(old), new, self.owner(old), true);
    }

    /// As [`Table::change`], without the entries.
    pub(crate) fn empty(&mut self, old: Instance, new: Instance) {
        self.put(Some(old), new, self.owner(old), false);
    }

    /// Sets the owner.
    pub(crate) fn set_owner(&mut self, instance: Instance, owner: Ssid) {
        self.put(Some(instance), instance, owner, true);
    }

    /// Adds an instance, or puts it in the place of the one with its ID; the
    /// entries of that are kept or not.
    fn put(&mut self, old: Option<Instance>, new: Instance, owner: Ssid, keeps_entries: bool) {
        let place = Place::of(new);
        let none = AclRow::new(place, [AclEntry::NONE; 2], owner);
        if old != Some(new) {
            self.step_instance(new.iid(), Some(new));
        }
        match old {
            Some(old) if keeps_entries => {
                self.move_acl(Place::of(old), place);
                let first = self.acl_row(place, 0).unwrap_or(none);
                self.put_acl(first.with_owner(owner));
            }
            Some(old) => {
                self.take_acl(Place::of(old));
                self.put_acl(none);
            }
            None => self.put_acl(none),
        }
    }

    /// Removes an instance, for good.
    pub(crate) fn leave_out(&mut self, instance: Instance) -> Result<(), Why> {
        self.remove(instance);
        let outcome = self.outcome();
        self.finish(outcome.is_ok());
        outcome
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, instance: Instance) {
        self.step_instance(instance.iid(), None);
        self.take_acl(Place::of(instance));
    }

    fn take_acl(&mut self, place: Place) {
        let mut from = 0;
        while let Some(row) = self.acl_row(place, from) {
            self.step_acl(row.key, None);
            if self.error.is_err() {
                return;
            }
            from = (row.key as Ssid).saturating_add(1);
        }
    }

    fn move_acl(&mut self, from: Place, to: Place) {
        let mut ssid = 0;
        while from != to && self.error.is_ok() {
            let Some(row) = self.acl_row(from, ssid) else {
                return;
            };
            self.step_acl(row.key, None);
            self.put_acl(row.moved_to(to));
            if row.key == from.last_key() {
                return;
            }
            ssid = (row.key as Ssid).saturating_add(1);
        }
    }

    /// Writes an entry over the one for its SSID, if there is one among the first
    /// two and nothing has to be taken back: what most grants come to, with one
    /// look-up. Gives the instance.
    #[inline]
    pub(crate) fn overwrite(&mut self, target: Target, entry: AclEntry) -> Option<Iid> {
        if self.is_open {
            return None;
        }
        let [key, value] = self.targets.at_mut(Place::first_key(target))?;
        let found = AclRow {
            key: *key,
            value: *value,
        };
        if found.target() != target {
            return None;
        }
        *value = found.with_mask(entry)?.value;
        Some(found.place().iid)
    }

    /// Sets an entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, instance: Instance, entry: AclEntry) {
        if !instance.has_acl() {
            self.step_instance(instance.iid(), Some(instance.with_acl(true)));
        }
        self.replace_entry(Place::of(instance), entry.ssid(), entry);
    }

    /// Removes the entry for this SSID, if there is one.
    pub(crate) fn remove_entry(&mut self, instance: Instance, ssid: Ssid) {
        self.replace_entry(Place::of(instance), ssid, AclEntry::NONE);
    }

    fn replace_entry(&mut self, place: Place, ssid: Ssid, entry: AclEntry) {
        // The row that has the entry, or is to have it: the first one from there
        // on, and if all entries are below, the last one.
        let Some(first) = self.acl_row(place, 0) else {
            return;
        };
        let last = || self.targets.before(place.last_key()).map(AclRow::from);
        let row = match first.entries()[1].ssid() >= ssid {
            true => first,
            false => match self.acl_row(place, ssid).or_else(last) {
                Some(row) => row,
                None => return,
            },
        };
        let owner = row.owner();
        // Its entries without that for `ssid`, and the new one, in order.
        let [mut a, mut b] = row.entries();
        if a == b || a.ssid() == ssid {
            (a, b) = (b, AclEntry::NONE);
        }
        if a.ssid() == ssid {
            a = AclEntry::NONE;
        }
        if b.ssid() == ssid {
            b = AclEntry::NONE;
        }
        let (low, a) = (a.min(entry), a.max(entry));
        let (middle, high) = (a.min(b), a.max(b));
        let rows = match [low, middle, high] {
            [AclEntry::NONE, ..] => [None, None],
            [low, AclEntry::NONE, _] => [Some([low, low]), None],
            [low, middle, AclEntry::NONE] => [Some([low, middle]), None],
            [low, middle, high] => [Some([low, low]), Some([middle, high])],
        };
        let is_first = row.key == first.key;
        let [low, high] = rows.map(|pair| pair.map(|pair| AclRow::new(place, pair, 0)));
        if ![low, high].iter().flatten().any(|new| new.key == row.key) {
            self.step_acl(row.key, None);
        }
        match low {
            Some(low) => self.put_acl(low.with_owner(owner)),
            // The owner moves on to what is now the first row.
            None if is_first => {
                let none = [AclEntry::NONE; 2];
                let next = self.acl_row(place, 0);
                let next = next.unwrap_or(AclRow::new(place, none, owner));
                self.put_acl(next.with_owner(owner));
            }
            None => {}
        }
        if let Some(high) = high {
            self.put_acl(high);
        }
    }

    /// Takes over what another table holds.
    pub(crate) fn take_over(&mut self, other: &mut Table) {
        core::mem::swap(self, other);
    }

    // ---- restoring --------------------------------------------------------

    /// Adds an instance that is not there, for good; its rows are still to come.
    pub(crate) fn add_pointer(&mut self, instance: Instance) -> Result<(), NoMemory> {
        self.instances.put([row_of(instance)]).map(drop)
    }

    /// Adds a row to the set of targets, for good.
    pub(crate) fn add_row(&mut self, row: AclRow) -> Result<(), NoMemory> {
        self.targets.put([row.key, row.value]).map(drop)
    }
}

/// See [`Table::backup`].
pub(crate) struct Backup;

/// The entries of an instance, by rising SSID.
#[derive(Clone)]
pub(crate) struct Entries<'a> {
    table: &'a Table,
    /// The rows that are still to come, as far as they stand together.
    rows: &'a [[u64; 2]],
    place: Place,
    /// The second entry of the row before, if it is still to come.
    second: AclEntry,
}

impl Entries<'_> {
    pub(crate) fn len(&self) -> usize {
        self.clone().count()
    }
}

impl Iterator for Entries<'_> {
    type Item = AclEntry;

    fn next(&mut self) -> Option<AclEntry> {
        if !self.second.is_none() {
            return Some(core::mem::replace(&mut self.second, AclEntry::NONE));
        }
        let (row, others) = self.rows.split_first()?;
        let row = AclRow::from(row);
        if !row.is_of(self.place) {
            return None;
        }
        self.rows = others;
        if others.is_empty() {
            self.rows = self.table.acl_rows(row.key + 1);
        }
        let [first, second] = row.entries();
        if first != second {
            self.second = second;
        }
        (!first.is_none()).then_some(first)
    }
}

/// A set of 16-bit IDs.
pub(crate) struct IdRows(Index<1, 16>);

impl IdRows {
    pub(crate) const fn new() -> IdRows {
        IdRows(Index::new())
    }

    pub(crate) fn insert(&mut self, id: u16) -> Result<(), NoMemory> {
        self.0.put([iid_key(id)]).map(drop)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn contains(&self, id: u16) -> bool {
        self.0.get(iid_key(id)).is_some()
    }
}

/// A number for each of some 16-bit IDs.
pub(crate) struct IdMap(Index<2, 64>);

impl IdMap {
    pub(crate) const fn new() -> IdMap {
        IdMap(Index::new())
    }

    pub(crate) fn insert(&mut self, id: u16, number: usize) -> Result<(), NoMemory> {
        self.0.put([id.into(), number as u64]).map(drop)
    }

    pub(crate) fn get(&self, id: u16) -> Option<usize> {
        self.0.get(id.into()).map(|[_, number]| *number as usize)
    }
}

/// What synchronisation has to act on.
pub(crate) struct Notes {
    all: List<(Instance, Note)>,
    /// How many of them it has acted on.
    done: usize,
}

impl Notes {
    pub(crate) const fn new() -> Notes {
        Notes {
            all: List::new(),
            done: 0,
        }
    }
}
