//! The table on bare metal: little code, for few instances.
//!
//! One list of words. Each instance, by rising ID, has three words and one for
//! each entry of its ACL, by rising SSID:
//!
//! | word | upper half | lower half |
//! |---|---|---|
//! | 0 | target OID | target IID |
//! | 1 | IID | owner |
//! | 2 | flags | number of entries |
//! | 3… | SSID | mask |
//!
//! While the target IID is unset, the target OID stands in its place, and zero,
//! which is never governed, in its own.
//!
//! A worked example: `/2/5` governs `/3/0`, belongs to server 1, and gives R to
//! everybody and RW to server 1:
//!
//! ```text
//! 0003_0000  0005_0001  0003_0002  0000_0001  0001_0003
//! ```
//!
//! A transaction copies the list when it begins, and works on `live`; `saved` is
//! what was before. Each call here is whole or not done at all; of operations that
//! take several, those that may fail after the first have a copy as well.

use crate::list::{List, NoMemory};
use crate::row::{AclEntry, Instance, Note, Target, Touch, join, split};
use crate::{Iid, MAX_ID, Ssid, Why};

type Words = List<u32>;

/// Words of an instance in front of its entries.
const HEAD: usize = 3;
/// The flags of an instance; above them are notes.
const FLAGS: u16 = 0xfff;
/// Stands for all targets: nothing on Object 0 is ever governed or asked for.
const ANY: Target = Target(0);

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
pub(crate) struct Table {
    live: Words,
    saved: Words,
    /// Rising [`Touch`]es.
    touched: Words,
    is_open: bool,
    /// Why something could not be done since the last [`Table::outcome`]. After
    /// that nothing is done, so that callers ask once, at the end.
    error: Result<(), Why>,
}

impl Table {
    /// Whether [`Table::overwrite`] is worth trying.
    pub(crate) const OVERWRITES: bool = false;

    pub(crate) const fn new() -> Table {
        Table {
            live: Words::new(),
            saved: Words::new(),
            touched: Words::new(),
            is_open: false,
            error: Ok(()),
        }
    }

    // ---- looking up -------------------------------------------------------

    fn now(&self) -> View<'_> {
        View(&self.live)
    }

    fn seek(&self, target: Target, iid: Iid) -> &[u32] {
        self.now().seek(target, iid)
    }

    /// Where words that were found begin.
    fn place(&self, words: &[u32]) -> usize {
        self.live.len() - words.len()
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
        match self.seek(target, 0) {
            [_, ids, ..] => split(*ids)[0],
            _ => MAX_ID,
        }
    }

    /// The next instance, after this one, whose target is of the Object.
    pub(crate) fn next_of(&self, oid: u16, previous: Option<Instance>) -> Option<Instance> {
        let mut from = previous.map_or(0, |previous| previous.iid() + 1);
        loop {
            let found = self.at_or_after(from)?;
            if found.has_iid() && found.target().oid() == oid {
                return Some(found);
            }
            from = found.iid() + 1;
        }
    }

    /// The instance with this one's ID, if it has this one's target, too.
    pub(crate) fn find_same(&self, instance: Instance) -> Option<Instance> {
        let found = self.find(instance.iid());
        found.filter(|found| found.target() == instance.target())
    }

    /// Notes something about an instance, in its own words.
    pub(crate) fn note(
        &mut self,
        notes: &mut Notes,
        instance: Instance,
        what: Note,
    ) -> Result<(), NoMemory> {
        notes.is_empty = false;
        if let Some(found) = self.find_same(instance) {
            let at = self.place(self.seek(ANY, found.iid()));
            if let Some(flags) = self.live.get_mut(at + 2) {
                *flags |= join([what.0, 0]);
            }
        }
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

    /// Takes the next note that is among these.
    pub(crate) fn next_note(&mut self, _: &mut Notes, among: Note) -> Option<(Instance, Note)> {
        let mut from = 0;
        loop {
            let words = self.seek(ANY, from);
            let [_, ids, flags, ..] = *words else {
                return None;
            };
            let at = self.place(words);
            let what = Note(split(flags)[0]).only(among);
            if !what.is_nothing() {
                let found = instance_of(words)?;
                if let Some(flags) = self.live.get_mut(at + 2) {
                    *flags &= !join([among.0, 0]);
                }
                return Some((found, what));
            }
            from = split(ids)[0] + 1;
        }
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        instance_of(self.seek(ANY, iid))
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
        entry_from(self.seek(ANY, instance.iid()), ssid)
    }

    /// Whether no other instance has the same target.
    pub(crate) fn is_only_one(&self, instance: Instance) -> bool {
        self.governing(instance.target()) == instance.iid()
            && self.seek(instance.target(), instance.iid() + 1).is_empty()
    }

    /// The lowest ID that no instance has, or [`MAX_ID`].
    pub(crate) fn lowest_free_iid(&self) -> Iid {
        let mut free = 0;
        while self.find(free).is_some() {
            free += 1;
        }
        free
    }

    // ---- operations -------------------------------------------------------

    /// Begins an operation that adds so many instances at most, each with an entry,
    /// and cannot fail otherwise; or is a single call.
    pub(crate) fn start(&mut self, new: usize) -> Result<(), Why> {
        Ok(self.live.reserve(self.live.len() + new * (HEAD + 1))?)
    }

    /// For an operation that may fail after it has changed something.
    pub(crate) fn backup(&self) -> Result<Words, Why> {
        Ok(self.live.copy()?)
    }

    /// Puts a backup in place.
    pub(crate) fn take_back(&mut self, backup: Words) {
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
        let saved = self.live.copy()?;
        // What a synchronisation around this has noted is about the state from here
        // on, and not about the one that it may be taken back to.
        self.saved = core::mem::replace(&mut self.live, saved);
        self.forget_notes();
        core::mem::swap(&mut self.live, &mut self.saved);
        self.is_open = true;
        Ok(())
    }

    fn forget_notes(&mut self) {
        let all = Note::CHANGED.and(Note::GONE);
        while self.next_note(&mut Notes::new(), all).is_some() {}
    }

    /// Ends the transaction, and takes back what it did or makes it final.
    pub(crate) fn end(&mut self, keeps: bool) {
        if !keeps {
            core::mem::swap(&mut self.live, &mut self.saved);
        }
        self.saved = Words::new();
        self.touched = Words::new();
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
        if insert(&mut self.touched, touch.0).is_err() {
            self.fail(Why::NoMemory);
        }
    }

    /// The first touch from this one on.
    pub(crate) fn touched_from(&self, touch: Touch) -> Option<Touch> {
        let touched = &*self.touched;
        touched.get(place(touched, touch.0)).copied().map(Touch)
    }

    // ---- changing ---------------------------------------------------------
    // See `Table::outcome` for errors.

    fn splice(&mut self, at: usize, count: usize, new: &[u32]) {
        if self.error.is_ok() {
            self.error = self.live.splice(at, count, new).map_err(Why::from);
        }
    }

    /// Takes over what another table holds.
    pub(crate) fn take_over(&mut self, other: &mut Table) {
        core::mem::swap(&mut self.live, &mut other.live);
    }

    /// Removes all instances.
    pub(crate) fn clear(&mut self) {
        self.live = Words::new();
    }

    /// Adds an instance, or puts it in the place of the one with its ID; the
    /// entries of that are kept or not.
    pub(crate) fn put(
        &mut self,
        old: Option<Instance>,
        new: Instance,
        owner: Ssid,
        keeps_entries: bool,
    ) {
        let words = self.seek(ANY, new.iid());
        let at = self.place(words);
        let count = match old {
            Some(_) => entries_of(words).len(),
            None => 0,
        };
        let (removed, kept) = match (old, keeps_entries) {
            (None, _) => (0, 0),
            (_, true) => (HEAD, count),
            (_, false) => (HEAD + count, 0),
        };
        self.splice(at, removed, &head_of(new, owner, kept));
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, instance: Instance) {
        let words = self.seek(ANY, instance.iid());
        let (at, count) = (self.place(words), entries_of(words).len());
        self.splice(at, HEAD + count, &[]);
    }

    /// A short way that would cost more than it saves here.
    pub(crate) fn overwrite(&mut self, _: Target, _: AclEntry) -> Option<Iid> {
        None
    }

    /// Sets an entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, instance: Instance, entry: AclEntry) {
        self.replace_entry(instance, entry.ssid(), &[entry.0]);
    }

    /// Removes the entry for this SSID, if there is one.
    pub(crate) fn remove_entry(&mut self, instance: Instance, ssid: Ssid) {
        self.replace_entry(instance, ssid, &[]);
    }

    fn replace_entry(&mut self, instance: Instance, ssid: Ssid, new: &[u32]) {
        let words = self.seek(ANY, instance.iid());
        let at = self.place(words);
        let entries = entries_of(words);
        let entry_at = place(entries, AclEntry::new(ssid, 0).0);
        let found = entries
            .get(entry_at)
            .map_or(AclEntry::NONE, |entry| AclEntry(*entry));
        let old = usize::from(found.ssid() == ssid);
        let count = entries.len() + new.len() - old;
        let owner = self.owner(instance);
        self.splice(at + HEAD + entry_at, old, new);
        self.splice(at, HEAD, &head_of(instance.with_acl(true), owner, count));
    }
}

/// The words of a state, to be looked up in.
#[derive(Clone, Copy)]
pub(crate) struct View<'a>(&'a [u32]);

impl<'a> View<'a> {
    /// The words from the first instance on whose ID is `iid` or above, and which
    /// has this target.
    fn seek(self, target: Target, iid: Iid) -> &'a [u32] {
        let mut words = self.0;
        while let [found, ids, count, rest @ ..] = words {
            if split(*ids)[0] >= iid && (target == ANY || *found == target.0) {
                break;
            }
            words = rest.get(usize::from(*count as u16)..).unwrap_or_default();
        }
        words
    }

    /// What a decision about this target and server needs to know.
    pub(crate) fn look(self, target: Target, ssid: Ssid) -> Option<Look> {
        let words = self.seek(target, 0);
        let [iid, owner] = split(*words.get(1)?);
        Some(Look {
            iid,
            owner,
            first: entry_from(words, 0),
            own: entry_from(words, ssid),
        })
    }

    /// The instance with this ID.
    pub(crate) fn find(self, iid: Iid) -> Option<Instance> {
        instance_of(self.seek(ANY, iid)).filter(|found| found.iid() == iid)
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(self, instance: Instance) -> Ssid {
        match self.seek(ANY, instance.iid()) {
            [_, ids, ..] => *ids as Ssid,
            _ => 0,
        }
    }

    /// How many instances there are.
    pub(crate) fn len(self) -> usize {
        let mut len = 0;
        self.visit(|_, _, _| len += 1);
        len
    }

    /// Shows all instances by rising ID, with their owners and entries.
    pub(crate) fn visit(self, mut show: impl FnMut(Instance, Ssid, Entries<'a>)) {
        let mut words = self.0;
        while let Some(instance) = instance_of(words) {
            let entries = entries_of(words);
            let owner = words.get(1).map_or(0, |ids| *ids as Ssid);
            show(instance, owner, Entries(entries));
            words = words.get(HEAD + entries.len()..).unwrap_or_default();
        }
    }
}

fn instance_of(words: &[u32]) -> Option<Instance> {
    let [target, ids, flags, ..] = *words else {
        return None;
    };
    let instance = Instance::with_flags(split(ids)[0], Target(target), split(flags)[0] & FLAGS);
    Some(match instance.has_iid() {
        true => instance,
        false => Instance::with_flags(instance.iid(), Target(target << 16), instance.flags()),
    })
}

fn head_of(instance: Instance, owner: Ssid, count: usize) -> [u32; HEAD] {
    let target = match instance.has_iid() {
        true => instance.target().0,
        false => u32::from(instance.target().oid()),
    };
    let ids = join([instance.iid(), owner]);
    // As many entries as there are SSIDs at most.
    [target, ids, join([instance.flags(), count as u16])]
}

/// The entries of the instance that these words begin with.
fn entries_of(words: &[u32]) -> &[u32] {
    match words {
        [_, _, count, rest @ ..] => rest.get(..usize::from(*count as u16)).unwrap_or_default(),
        _ => &[],
    }
}

/// The first of them whose SSID is `ssid` or above, or none.
fn entry_from(words: &[u32], ssid: Ssid) -> AclEntry {
    let entries = entries_of(words);
    let found = entries.get(place(entries, AclEntry::new(ssid, 0).0));
    found.map_or(AclEntry::NONE, |entry| AclEntry(*entry))
}

/// Where a word is, or belongs, among rising ones.
fn place(words: &[u32], word: u32) -> usize {
    words.iter().take_while(|found| **found < word).count()
}

/// Inserts a word among rising ones, if it is not there.
fn insert(words: &mut Words, word: u32) -> Result<(), NoMemory> {
    let at = place(words, word);
    let is_there = words.get(at) == Some(&word);
    words.splice(at, usize::from(is_there), &[word])
}

/// The entries of an instance, by rising SSID.
#[derive(Clone)]
pub(crate) struct Entries<'a>(&'a [u32]);

impl Iterator for Entries<'_> {
    type Item = AclEntry;

    fn next(&mut self) -> Option<AclEntry> {
        let (entry, others) = self.0.split_first()?;
        self.0 = others;
        Some(AclEntry(*entry))
    }
}

/// A set of 16-bit IDs.
pub(crate) struct IdRows(Words);

impl IdRows {
    pub(crate) const fn new() -> IdRows {
        IdRows(Words::new())
    }

    pub(crate) fn insert(&mut self, id: u16) -> Result<(), NoMemory> {
        insert(&mut self.0, id.into())
    }

    pub(crate) fn contains(&self, id: u16) -> bool {
        self.0.contains(&id.into())
    }
}

/// A number for each of some 16-bit IDs, in the order in which they came.
pub(crate) struct IdMap(Words);

impl IdMap {
    pub(crate) const fn new() -> IdMap {
        IdMap(Words::new())
    }

    /// `number` is how many were inserted before.
    pub(crate) fn insert(&mut self, id: u16, number: usize) -> Result<(), NoMemory> {
        self.0.splice(number, 0, &[id.into()])
    }

    pub(crate) fn get(&self, id: u16) -> Option<usize> {
        let mut ids = self.0.iter();
        ids.position(|found| *found == id.into())
    }
}

/// What synchronisation has yet to act on stands in the instances' own words.
pub(crate) struct Notes {
    is_empty: bool,
}

impl Notes {
    pub(crate) const fn new() -> Notes {
        Notes { is_empty: true }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.is_empty
    }
}
