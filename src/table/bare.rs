//! The table on bare metal: little code, for few instances.
//!
//! One list of rows, each a key and a value of one word, by rising key. An instance
//! has two rows, and one for each entry of its ACL:
//!
//! | row | key | value |
//! |---|---|---|
//! | entry | IID, SSID | mask, marks |
//! | owner | IID, 65535 | owner, flags and marks |
//! | target | 65535, IID | target OID, target IID |
//!
//! So entries rise by SSID and end with the owner, and targets stand together, by
//! rising IID, behind everything else. While the target IID is unset, the target
//! OID stands in its place, and zero, which is never governed, in its own.
//!
//! A worked example: `/2/5` governs `/3/0`, belongs to server 1, and gives R to
//! everybody and RW to server 1:
//!
//! ```text
//! 0005_0000 0001_0000   0005_0001 0003_0000   0005_ffff 0001_0007   ffff_0005 0003_0000
//! ```
//!
//! Marks say what synchronisation has found out, which so takes no memory.
//!
//! A transaction copies the list when it begins, and works on `live`; `saved` is
//! what was before. Each call here is whole or not done at all; of operations that
//! take several, those that may fail after the first have a copy as well.

use crate::list::{List, NoMemory};
use crate::row::{AclEntry, Instance, Note, Target, Touch, high, join, low};
use crate::{Iid, MAX_ID, Ssid, Why};

/// A key and its value.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    key: u32,
    value: u32,
}

type Rows = List<Row>;

/// What stands behind the last row: no instance has the ID 65535.
const END: Row = Row {
    key: u32::MAX,
    value: u32::MAX,
};

/// The flags of an instance, in its owner's row.
const FLAGS: u16 = 0xf;
/// The marks, which are [`Note`]s, above them.
const MARKS: u32 = 0xfff0;

/// Rows an instance with an entry has.
const MOST_NEW: usize = 3;

#[inline(always)]
const fn entry_key(iid: Iid, ssid: Ssid) -> u32 {
    join(iid, ssid)
}

/// No entry is for SSID 65535.
#[inline(always)]
const fn owner_key(iid: Iid) -> u32 {
    join(iid, MAX_ID)
}

#[inline(always)]
const fn target_key(iid: Iid) -> u32 {
    join(MAX_ID, iid)
}

impl Row {
    #[inline(always)]
    const fn is_target(self) -> bool {
        self.key >= target_key(0)
    }

    /// That of the instance that a target's row is about.
    #[inline(always)]
    const fn iid(self) -> Iid {
        self.key as Iid
    }
}

// ---- the four things that are done with rows --------------------------------------

/// Where the first row is whose key is `key` or above.
#[cfg_attr(target_os = "none", inline(never))]
fn place(rows: &Rows, key: u32) -> usize {
    rows.iter().take_while(|row| row.key < key).count()
}

/// That row.
#[cfg_attr(target_os = "none", inline(never))]
fn at(rows: &Rows, key: u32) -> Row {
    rows.get(place(rows, key)).copied().unwrap_or(END)
}

/// Sets marks in a row, if it is there.
#[cfg_attr(target_os = "none", inline(never))]
fn mark(rows: &mut Rows, key: u32, marks: u32) {
    let at = place(rows, key);
    if let Some(row) = rows.get_mut(at) {
        if row.key == key {
            row.value |= marks;
        }
    }
}

/// Puts a row in, or another value in the row that is there; of its old value
/// these bits stay. Without memory, nothing has changed.
#[cfg_attr(target_os = "none", inline(never))]
fn put(rows: &mut Rows, key: u32, value: u32, kept: u32) -> Result<(), NoMemory> {
    let at = place(rows, key);
    match rows.get_mut(at) {
        Some(row) if row.key == key => {
            row.value = row.value & kept | value;
            Ok(())
        }
        _ => rows.insert(at, Row { key, value }),
    }
}

/// Removes the rows from one key to before another.
#[cfg_attr(target_os = "none", inline(never))]
fn delete(rows: &mut Rows, from: u32, to: u32) {
    let at = place(rows, from);
    rows.cut(at, place(rows, to) - at);
}

// ---- the table --------------------------------------------------------------------

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

/// The Access Control instances of one client.
// In this order, so that a pointer to the table is one to its rows.
#[repr(C)]
pub(crate) struct Table {
    live: Rows,
    is_open: bool,
    /// Why something could not be done since the last [`Table::outcome`]. After
    /// that nothing is done, so that callers ask once, at the end.
    error: Result<(), Why>,
    saved: Rows,
    /// The [`Touch`]es of handlers, as keys.
    touched: Rows,
}

impl Table {
    /// Whether [`Table::overwrite`] is worth trying.
    pub(crate) const OVERWRITES: bool = false;

    pub(crate) const fn new() -> Table {
        Table {
            live: Rows::new(),
            saved: Rows::new(),
            touched: Rows::new(),
            is_open: false,
            error: Ok(()),
        }
    }

    // ---- looking up -------------------------------------------------------

    #[inline(always)]
    fn now(&self) -> View<'_> {
        View(&self.live)
    }

    /// The state before the transaction, or as it is now.
    pub(crate) fn view(&mut self, before: bool) -> View<'_> {
        match before && self.is_open {
            true => View(&self.saved),
            false => View(&self.live),
        }
    }

    /// The ID of the instance that governs a target, or [`MAX_ID`]. Should an
    /// open transaction hold several, it is the lowest.
    pub(crate) fn governing(&self, target: Target) -> Iid {
        self.now().seek(0, target, u32::MAX).iid()
    }

    /// The next instance, after this one, whose target is of the Object.
    pub(crate) fn next_of(&self, oid: u16, previous: Option<Instance>) -> Option<Instance> {
        let from = previous.map_or(0, |previous| previous.iid() + 1);
        let found = self
            .now()
            .seek(from, Target::new(oid, 0), join(u16::MAX, 0));
        self.now().instance(found)
    }

    /// The instance with this one's ID, if it has this one's target, too.
    pub(crate) fn find_same(&self, instance: Instance) -> Option<Instance> {
        let found = self.find(instance.iid());
        found.filter(|found| found.target() == instance.target())
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        self.now().at_or_after(iid)
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Option<Instance> {
        self.now().find(iid)
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(&self, instance: Instance) -> Ssid {
        self.now().owner(instance)
    }

    /// The first entry of an instance whose SSID is `ssid` or above, or none.
    pub(crate) fn entry_at_or_after(&self, instance: Instance, ssid: Ssid) -> AclEntry {
        self.now().entry_from(instance.iid(), ssid)
    }

    /// Whether no other instance has the same target.
    pub(crate) fn is_only_one(&self, instance: Instance) -> bool {
        let (iid, target) = (instance.iid(), instance.target());
        self.governing(target) == iid && self.now().seek(iid + 1, target, u32::MAX).iid() == MAX_ID
    }

    /// The lowest ID that no instance has, or [`MAX_ID`].
    pub(crate) fn lowest_free_iid(&self) -> Iid {
        let mut free = 0;
        for row in self.live.iter() {
            if row.key == target_key(free) {
                free += 1;
            }
        }
        free
    }

    // ---- notes ------------------------------------------------------------

    /// Notes something about an instance that is there.
    pub(crate) fn note(
        &mut self,
        _: &mut Notes,
        instance: Instance,
        what: Note,
    ) -> Result<(), NoMemory> {
        mark(&mut self.live, owner_key(instance.iid()), what.0);
        Ok(())
    }

    /// As [`Table::note`].
    pub(crate) fn note_again(
        &mut self,
        notes: &mut Notes,
        instance: Instance,
        what: Note,
    ) -> Result<(), NoMemory> {
        self.note(notes, instance, what)
    }

    /// Takes what is noted of an instance, as far as it is among these.
    pub(crate) fn next_note(&mut self, _: &mut Notes, among: Note) -> Option<Instance> {
        let is_noted = |row: &&mut Row| !row.is_target() && row.value & among.0 != 0;
        let row = self.live.iter_mut().find(is_noted)?;
        let what = Note(row.value).only(among);
        row.value &= !among.0;
        let iid = high(row.key);
        Some(self.find(iid)?.noted(what))
    }

    /// Takes back which instances were noted as gone.
    pub(crate) fn forget_gone(&mut self) {
        while self.next_note(&mut Notes::new(), Note::GONE).is_some() {}
    }

    // ---- operations -------------------------------------------------------

    /// Begins an operation that adds so many instances at most, each with an entry,
    /// and cannot fail otherwise; or is a single call.
    pub(crate) fn start(&mut self, new: usize) -> Result<(), Why> {
        Ok(self.live.reserve(self.live.len() + new * MOST_NEW)?)
    }

    /// For an operation that may fail after it has changed something.
    pub(crate) fn backup(&self) -> Result<Rows, Why> {
        Ok(self.live.copy()?)
    }

    /// Puts a backup in place.
    pub(crate) fn take_back(&mut self, backup: Rows) {
        self.live = backup;
    }

    /// Makes this call, and all that are still to come, fail.
    pub(crate) fn fail(&mut self, why: Why) {
        self.error = self.error.and(Err(why));
    }

    /// What became of the calls since it was last asked.
    pub(crate) fn outcome(&mut self) -> Result<(), Why> {
        core::mem::replace(&mut self.error, Ok(()))
    }

    /// Ends an operation.
    pub(crate) fn finish(&mut self, _: bool) {
        if !self.is_open {
            self.live.fit();
        }
    }

    // ---- transactions -----------------------------------------------------

    pub(crate) const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Opens a transaction, if there is memory for a copy.
    pub(crate) fn begin(&mut self) -> Result<(), Why> {
        self.saved.copy_from(&self.live)?;
        // What a synchronisation around this has noted is about the state from here
        // on, and not about the one that it may be taken back to.
        for row in self.saved.iter_mut().filter(|row| !row.is_target()) {
            row.value &= !MARKS;
        }
        self.is_open = true;
        Ok(())
    }

    /// Ends the transaction, and takes back what it did or makes it final.
    pub(crate) fn end(&mut self, keeps: bool) {
        if !keeps {
            // What a synchronisation around this has noted is still to be done.
            for row in self.live.iter().filter(|row| !row.is_target()) {
                mark(&mut self.saved, row.key, row.value & MARKS);
            }
            core::mem::swap(&mut self.live, &mut self.saved);
        }
        self.saved.clear();
        self.touched.clear();
        self.is_open = false;
        self.live.fit();
    }

    /// The live state is always at hand.
    pub(crate) fn turn(&mut self, _: bool) {}

    /// So that what is done needs no taking back because it cannot be noted.
    pub(crate) fn make_room_for_touch(&mut self) -> Result<(), Why> {
        Ok(self.touched.reserve(self.touched.len() + 1)?)
    }

    /// Notes what a handler has written.
    pub(crate) fn touch(&mut self, touch: Touch) {
        // There is room.
        let _ = put(&mut self.touched, touch.0, 0, 0);
    }

    /// The first touch from this one on.
    pub(crate) fn touched_from(&self, touch: Touch) -> Option<Touch> {
        let found = at(&self.touched, touch.0).key;
        (found != END.key).then_some(Touch(found))
    }

    // ---- changing ---------------------------------------------------------
    // See `Table::outcome` for errors.

    /// Takes over what another table holds.
    pub(crate) fn take_over(&mut self, other: &mut Table) {
        core::mem::swap(&mut self.live, &mut other.live);
    }

    /// Removes all instances.
    pub(crate) fn clear(&mut self) {
        self.live.clear();
    }

    /// Adds an instance; see [`Table::start`].
    pub(crate) fn add(&mut self, new: Instance, owner: Ssid) {
        self.set(new);
        self.set_owner(new, owner);
    }

    /// Puts an instance, with its entries, in the place of one with its ID.
    #[inline(always)]
    pub(crate) fn change(&mut self, _: Instance, new: Instance) {
        self.set(new);
    }

    /// As [`Table::change`], without the entries.
    pub(crate) fn empty(&mut self, old: Instance, new: Instance) {
        self.delete(entry_key(old.iid(), 0), owner_key(old.iid()));
        self.change(old, new);
    }

    /// Sets the owner.
    pub(crate) fn set_owner(&mut self, instance: Instance, owner: Ssid) {
        self.put_row(owner_key(instance.iid()), join(owner, 0), u16::MAX.into());
    }

    /// Sets target and flags.
    #[cfg_attr(target_os = "none", inline(never))]
    fn set(&mut self, new: Instance) {
        let iid = new.iid();
        let target = match new.has_iid() {
            true => new.target().0,
            false => u32::from(new.target().oid()),
        };
        // What is noted of an instance is about the target that it had.
        let kept = match at(&self.live, target_key(iid)).value == target {
            true => !u32::from(FLAGS),
            false => !(u32::from(FLAGS) | MARKS),
        };
        self.put_row(target_key(iid), target, 0);
        self.put_row(owner_key(iid), new.flags().into(), kept);
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn put_row(&mut self, key: u32, value: u32, kept: u32) {
        if self.error.is_ok() {
            self.error = put(&mut self.live, key, value, kept).map_err(Why::from);
        }
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn delete(&mut self, from: u32, to: u32) {
        if self.error.is_ok() {
            delete(&mut self.live, from, to);
        }
    }

    /// Removes an instance, for good.
    pub(crate) fn leave_out(&mut self, instance: Instance) -> Result<(), Why> {
        self.remove(instance);
        Ok(())
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, instance: Instance) {
        let iid = instance.iid();
        self.delete(target_key(iid), target_key(iid) + 1);
        self.delete(entry_key(iid, 0), entry_key(iid + 1, 0));
    }

    /// A short way that would cost more than it saves here.
    pub(crate) fn overwrite(&mut self, _: Target, _: AclEntry) -> Option<Iid> {
        None
    }

    /// Sets an entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, instance: Instance, entry: AclEntry) {
        let iid = instance.iid();
        self.put_row(entry_key(iid, entry.ssid()), join(entry.mask(), 0), MARKS);
        if self.error.is_ok() {
            let flags = instance.with_acl(true).flags().into();
            mark(&mut self.live, owner_key(iid), flags);
        }
    }

    /// Removes the entry for this SSID, if there is one.
    pub(crate) fn remove_entry(&mut self, instance: Instance, ssid: Ssid) {
        let key = entry_key(instance.iid(), ssid);
        self.delete(key, key + 1);
    }
}

/// The rows of a state, to be looked up in.
#[derive(Clone, Copy)]
pub(crate) struct View<'a>(&'a Rows);

impl<'a> View<'a> {
    /// The row of the first target whose instance has the ID `iid` or above, and
    /// which is `target` as far as these bits go.
    #[cfg_attr(target_os = "none", inline(never))]
    fn seek(self, iid: Iid, target: Target, bits: u32) -> Row {
        let is_it = |row: &&Row| row.key >= target_key(iid) && (row.value ^ target.0) & bits == 0;
        self.0.iter().find(is_it).copied().unwrap_or(END)
    }

    /// The instance with this target's row; none, if that is the end.
    #[cfg_attr(target_os = "none", inline(never))]
    fn instance(self, row: Row) -> Option<Instance> {
        if row.key == END.key {
            return None;
        }
        let flags = at(self.0, owner_key(row.iid())).value as u16 & FLAGS;
        let instance = Instance::with_flags(row.iid(), Target(row.value), flags);
        Some(match instance.has_iid() {
            true => instance,
            false => Instance::with_flags(row.iid(), Target(row.value << 16), flags),
        })
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn at_or_after(self, iid: Iid) -> Option<Instance> {
        self.instance(at(self.0, target_key(iid)))
    }

    /// What a decision about this target and server needs to know.
    #[inline(always)]
    pub(crate) fn look(self, target: Target, ssid: Ssid) -> Option<Look> {
        let iid = self.seek(0, target, u32::MAX).iid();
        if iid == MAX_ID {
            return None;
        }
        Some(Look {
            iid,
            owner: self.owner_of(iid),
            first: self.entry_from(iid, 0),
            own: self.entry_from(iid, ssid),
        })
    }

    /// The instance with this ID.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn find(self, iid: Iid) -> Option<Instance> {
        let row = at(self.0, target_key(iid));
        match row.key == target_key(iid) {
            true => self.instance(row),
            false => None,
        }
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(self, instance: Instance) -> Ssid {
        self.owner_of(instance.iid())
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn owner_of(self, iid: Iid) -> Ssid {
        high(at(self.0, owner_key(iid)).value)
    }

    /// The first entry of an instance whose SSID is `ssid` or above, or none: then
    /// it is the owner's row that comes next.
    #[cfg_attr(target_os = "none", inline(never))]
    fn entry_from(self, iid: Iid, ssid: Ssid) -> AclEntry {
        entry_of(&at(self.0, entry_key(iid, ssid)))
    }

    /// How many instances there are.
    pub(crate) fn len(self) -> usize {
        self.0.len() - place(self.0, target_key(0))
    }

    /// Shows all instances by rising ID, with their owners and entries.
    pub(crate) fn visit(
        self,
        mut show: impl FnMut(Instance, Ssid, Entries<'a>) -> Result<(), Why>,
    ) -> Result<(), Why> {
        let mut from = 0;
        while let Some(instance) = self.at_or_after(from) {
            let iid = instance.iid();
            from = iid + 1;
            let (view, next) = (self, 0);
            show(instance, self.owner_of(iid), Entries { view, iid, next })?;
        }
        Ok(())
    }
}

#[inline(always)]
fn entry_of(row: &Row) -> AclEntry {
    AclEntry::new(low(row.key), high(row.value))
}

/// The entries of an instance, by rising SSID.
#[derive(Clone)]
pub(crate) struct Entries<'a> {
    view: View<'a>,
    iid: Iid,
    /// The SSID from which on they are still to come.
    next: Ssid,
}

impl Entries<'_> {
    pub(crate) fn len(&self) -> usize {
        let place = |key| place(self.view.0, key);
        place(owner_key(self.iid)) - place(entry_key(self.iid, 0))
    }
}

impl Iterator for Entries<'_> {
    type Item = AclEntry;

    #[inline(always)]
    fn next(&mut self) -> Option<AclEntry> {
        let entry = self.view.entry_from(self.iid, self.next);
        if entry.is_none() {
            return None;
        }
        self.next = entry.ssid() + 1;
        Some(entry)
    }
}

/// A set of 16-bit IDs.
pub(crate) struct IdRows(Rows);

impl IdRows {
    pub(crate) const fn new() -> IdRows {
        IdRows(Rows::new())
    }

    pub(crate) fn insert(&mut self, id: u16) -> Result<(), NoMemory> {
        put(&mut self.0, id.into(), 0, 0)
    }

    pub(crate) fn clear(&mut self) {
        self.0.truncate(0);
    }

    pub(crate) fn contains(&self, id: u16) -> bool {
        at(&self.0, id.into()).key == id.into()
    }
}

/// A number for each of some 16-bit IDs.
pub(crate) struct IdMap(Rows);

impl IdMap {
    pub(crate) const fn new() -> IdMap {
        IdMap(Rows::new())
    }

    pub(crate) fn insert(&mut self, id: u16, number: usize) -> Result<(), NoMemory> {
        // No more than there are IDs.
        put(&mut self.0, id.into(), number as u32, 0)
    }

    pub(crate) fn get(&self, id: u16) -> Option<usize> {
        let row = at(&self.0, id.into());
        (row.key == id.into()).then_some(row.value as usize)
    }
}

/// What synchronisation has yet to act on is marked in the rows.
pub(crate) struct Notes;

impl Notes {
    pub(crate) const fn new() -> Notes {
        Notes
    }
}
