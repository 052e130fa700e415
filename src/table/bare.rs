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

use super::words::Words;
use crate::row::{AclEntry, Instance, Target, Touch, join, split};
use crate::{Error, Iid, MAX_ID, Ssid, Why};

/// Words of an instance in front of its entries.
const HEAD: usize = 3;
const HAS_IID: u16 = 1;
const HAS_ACL: u16 = 2;
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

/// What an operation can be taken back to, if it may fail after it has changed
/// something.
pub(crate) struct Mark(Option<Words>);

impl Table {
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

    /// The words from the first instance on whose ID is `iid` or above, and which
    /// has this target.
    fn seek(&self, target: Target, iid: Iid) -> &[u32] {
        let mut words = self.live.as_slice();
        while let [found, ids, count, rest @ ..] = words {
            if split(*ids)[0] >= iid && (target == ANY || *found == target.0) {
                break;
            }
            words = rest.get(usize::from(*count as u16)..).unwrap_or_default();
        }
        words
    }

    /// Where words that were found begin.
    fn place(&self, words: &[u32]) -> usize {
        self.live.len() - words.len()
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
    pub(crate) fn next_of(
        &self,
        oid: u16,
        previous: Option<(Target, Iid)>,
    ) -> Option<(Target, Iid)> {
        let mut from = previous.map_or(0, |(_, iid)| iid.saturating_add(1));
        loop {
            let found = self.at_or_after(from)?;
            if found.has_iid && found.target.oid() == oid {
                return Some((found.target, found.iid));
            }
            from = found.iid + 1;
        }
    }

    /// What a decision about this target and server needs to know.
    pub(crate) fn look(&self, target: Target, ssid: Ssid) -> Option<Look> {
        let words = self.seek(target, 0);
        let [iid, owner] = split(*words.get(1)?);
        Some(Look {
            iid,
            owner,
            first: entry_from(words, 0),
            own: entry_from(words, ssid),
        })
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        instance_of(self.seek(ANY, iid))
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Option<Instance> {
        self.at_or_after(iid).filter(|found| found.iid == iid)
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(&self, instance: Instance) -> Ssid {
        match self.seek(ANY, instance.iid) {
            [_, ids, ..] => *ids as Ssid,
            _ => 0,
        }
    }

    /// The first entry of an instance whose SSID is `ssid` or above, or none.
    pub(crate) fn entry_at_or_after(&self, instance: Instance, ssid: Ssid) -> AclEntry {
        entry_from(self.seek(ANY, instance.iid), ssid)
    }

    /// Whether no other instance has the same target.
    pub(crate) fn is_only_one(&self, instance: Instance) -> bool {
        self.governing(instance.target) == instance.iid
            && self.seek(instance.target, instance.iid + 1).is_empty()
    }

    /// The lowest ID that no instance has, or [`MAX_ID`].
    pub(crate) fn lowest_free_iid(&self) -> Iid {
        let mut free = 0;
        self.visit(|instance, _, _| free += Iid::from(instance.iid == free));
        free
    }

    /// How many instances there are.
    pub(crate) fn len(&self) -> usize {
        let mut len = 0;
        self.visit(|_, _, _| len += 1);
        len
    }

    /// Shows all instances by rising ID, with their owners and entries.
    pub(crate) fn visit<'a>(&'a self, mut show: impl FnMut(Instance, Ssid, Entries<'a>)) {
        let mut words = self.live.as_slice();
        while let Some(instance) = instance_of(words) {
            let entries = entries_of(words);
            let owner = words.get(1).map_or(0, |ids| *ids as Ssid);
            show(instance, owner, Entries(entries));
            words = words.get(HEAD + entries.len()..).unwrap_or_default();
        }
    }

    // ---- operations -------------------------------------------------------

    /// Begins an operation that is a single call, or cannot fail after the first.
    pub(crate) fn start(&mut self) -> Result<Mark, Why> {
        Ok(Mark(None))
    }

    /// Begins an operation that may have to be taken back after it has changed
    /// something.
    pub(crate) fn start_long(&mut self) -> Result<Mark, Why> {
        Ok(Mark(Some(self.live.copy()?)))
    }

    /// Makes this call, and all that are still to come, fail.
    pub(crate) fn fail(&mut self, why: Why) {
        self.error = self.error.and(Err(why));
    }

    /// What became of the calls since it was last asked.
    pub(crate) fn outcome(&mut self) -> Result<(), Why> {
        core::mem::replace(&mut self.error, Ok(()))
    }

    /// Ends an operation: takes all of it back, or keeps it.
    pub(crate) fn finish(&mut self, mark: Mark, keeps: bool) {
        if let (Mark(Some(words)), false) = (mark, keeps) {
            self.live = words;
        }
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
        self.saved = self.live.copy()?;
        self.is_open = true;
        Ok(())
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

    /// Calls `view` with the state before the transaction.
    pub(crate) fn before<T>(&mut self, view: impl FnOnce(&Table) -> T) -> T {
        if self.is_open {
            core::mem::swap(&mut self.live, &mut self.saved);
        }
        let result = view(self);
        if self.is_open {
            core::mem::swap(&mut self.live, &mut self.saved);
        }
        result
    }

    /// Notes what a handler is about to write. Gives whether that is new.
    pub(crate) fn touch(&mut self, touch: Touch) -> bool {
        let is_new = insert(&mut self.touched, touch.0);
        if let Err(error) = is_new {
            self.fail(error.into());
        }
        is_new.unwrap_or(false)
    }

    /// Forgets it, for what was about to be written was refused.
    pub(crate) fn untouch(&mut self, touch: Touch) {
        let at = place(self.touched.as_slice(), touch.0);
        let _ = self.touched.splice(at, 1, &[]);
    }

    /// The first touch from this one on.
    pub(crate) fn touched_from(&self, touch: Touch) -> Option<Touch> {
        let touched = self.touched.as_slice();
        touched.get(place(touched, touch.0)).copied().map(Touch)
    }

    // ---- changing ---------------------------------------------------------
    // See `Table::outcome` for errors.

    fn splice(&mut self, at: usize, count: usize, new: &[u32]) {
        if self.error.is_ok() {
            self.error = self.live.splice(at, count, new).map_err(Why::from);
        }
    }

    /// Removes all instances.
    pub(crate) fn clear(&mut self) {
        self.live = Words::new();
    }

    /// Adds an instance with an ACL of one entry, or without one.
    pub(crate) fn add(&mut self, instance: Instance, owner: Ssid, entry: AclEntry) {
        let at = self.place(self.seek(ANY, instance.iid));
        let [target, ids, flags] = head_of(instance, owner, 0);
        match entry {
            AclEntry::NONE => self.splice(at, 0, &[target, ids, flags]),
            entry => self.splice(at, 0, &[target, ids, flags + 1, entry.0]),
        }
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, instance: Instance) {
        let words = self.seek(ANY, instance.iid);
        let (at, count) = (self.place(words), entries_of(words).len());
        self.splice(at, HEAD + count, &[]);
    }

    /// Puts an instance in the place of the one with its ID, with its entries.
    fn set_head(&mut self, instance: Instance, owner: Ssid) {
        let words = self.seek(ANY, instance.iid);
        let (at, count) = (self.place(words), entries_of(words).len());
        self.splice(at, HEAD, &head_of(instance, owner, count));
    }

    /// Replaces an instance by another one with the same ID, owner and entries.
    pub(crate) fn replace(&mut self, _: Instance, new: Instance) {
        self.set_head(new, self.owner(new));
    }

    /// Sets the owner.
    pub(crate) fn set_owner(&mut self, instance: Instance, owner: Ssid) {
        let found = self.find(instance.iid).unwrap_or(instance);
        self.set_head(found, owner);
    }

    /// Removes all entries of an instance.
    pub(crate) fn empty(&mut self, instance: Instance) {
        let words = self.seek(ANY, instance.iid);
        let (at, count) = (self.place(words), entries_of(words).len());
        let owner = self.owner(instance);
        self.splice(at, HEAD + count, &head_of(instance, owner, 0));
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
        let words = self.seek(ANY, instance.iid);
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
        let has_acl = true;
        let instance = Instance {
            has_acl,
            ..instance
        };
        self.splice(at, HEAD, &head_of(instance, owner, count));
    }
}

fn instance_of(words: &[u32]) -> Option<Instance> {
    let [target, ids, flags] = *words.first_chunk()?;
    let [iid, _] = split(ids);
    let [flags, _] = split(flags);
    let has_iid = flags & HAS_IID != 0;
    Some(Instance {
        iid,
        target: match has_iid {
            true => Target(target),
            false => Target(target << 16),
        },
        has_iid,
        has_acl: flags & HAS_ACL != 0,
    })
}

fn head_of(instance: Instance, owner: Ssid, count: usize) -> [u32; HEAD] {
    let Instance { iid, target, .. } = instance;
    let mut flags = 0;
    if instance.has_iid {
        flags |= HAS_IID;
    }
    if instance.has_acl {
        flags |= HAS_ACL;
    }
    let target = match instance.has_iid {
        true => target.0,
        false => u32::from(target.oid()),
    };
    // As many entries as there are SSIDs at most.
    [target, join([iid, owner]), join([flags, count as u16])]
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

/// Inserts a word among rising ones. Tells whether it is new.
fn insert(words: &mut Words, word: u32) -> Result<bool, Error> {
    let at = place(words.as_slice(), word);
    if words.as_slice().get(at) == Some(&word) {
        return Ok(false);
    }
    words.splice(at, 0, &[word])?;
    Ok(true)
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

    pub(crate) fn insert(&mut self, id: u16) -> Result<(), Error> {
        insert(&mut self.0, id.into()).map(drop)
    }

    pub(crate) fn contains(&self, id: u16) -> bool {
        self.0.as_slice().contains(&id.into())
    }
}

/// A number for each of some 16-bit IDs, in the order in which they came.
pub(crate) struct IdMap(Words);

impl IdMap {
    pub(crate) const fn new() -> IdMap {
        IdMap(Words::new())
    }

    /// `number` is how many were inserted before.
    pub(crate) fn insert(&mut self, id: u16, number: usize) -> Result<(), Error> {
        self.0.splice(number, 0, &[id.into()])
    }

    pub(crate) fn get(&self, id: u16) -> Option<usize> {
        let mut ids = self.0.as_slice().iter();
        ids.position(|found| *found == id.into())
    }
}
