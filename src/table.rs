//! The Access Control instances, as rows of three ordered sets, and the journal
//! that can take every change back.
//!
//! | set | row | finds |
//! |---|---|---|
//! | targets | target OID, target IID, IID, owner | who governs a target |
//! | instances | IID, target OID, target IID, flags | an instance |
//! | entries | IID, SSID, mask, 0 | its ACL |
//!
//! A change takes rows out and puts rows in, and the journal says which. Taking
//! a change back does the opposite in the opposite order, and needs no memory
//! (see [`Index`]).

use crate::index::Index;
use crate::{Entry, Error, Iid, MAX_ID, Oid, SSID_BOOTSTRAP, Ssid, vec};
use alloc::vec::Vec;

const HAS_TARGET_IID: u16 = 1;
const HAS_ACL: u16 = 2;

#[derive(Clone, Copy)]
enum Set {
    Targets,
    Instances,
    Entries,
}

/// What was done to a set.
#[derive(Clone, Copy)]
struct Step {
    row: u64,
    set: Set,
    put: bool,
    /// Whether a handler did it, so that validation has to look.
    by_handler: bool,
}

/// One Access Control instance without its ACL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) iid: Iid,
    /// `MAX_ID` while unset.
    pub(crate) oid: Oid,
    target_iid: Iid,
    flags: u16,
    /// Zero while unset.
    pub(crate) owner: Ssid,
}

impl Instance {
    pub(crate) fn oid(&self) -> Option<Oid> {
        (self.oid != MAX_ID).then_some(self.oid)
    }

    pub(crate) fn target_iid(&self) -> Option<Iid> {
        (self.flags & HAS_TARGET_IID != 0).then_some(self.target_iid)
    }

    pub(crate) fn target(&self) -> Option<(Oid, Iid)> {
        Some((self.oid()?, self.target_iid()?))
    }

    pub(crate) fn set_target_iid(&mut self, target_iid: Iid) {
        self.target_iid = target_iid;
        self.flags |= HAS_TARGET_IID;
    }

    pub(crate) fn has_acl(&self) -> bool {
        self.flags & HAS_ACL != 0
    }

    /// Makes the ACL present, or absent; absent, it is to have no entries.
    pub(crate) fn set_has_acl(&mut self, has_acl: bool) {
        self.flags &= !HAS_ACL;
        if has_acl {
            self.flags |= HAS_ACL;
        }
    }

    /// While the target is incomplete, the row is kept out of all Objects.
    fn target_row(&self) -> u64 {
        let (oid, target_iid) = self.target().unwrap_or((MAX_ID, 0));
        pack([oid, target_iid, self.iid, self.owner])
    }

    fn instance_row(&self) -> u64 {
        pack([self.iid, self.oid, self.target_iid, self.flags])
    }
}

pub(crate) const fn pack([a, b, c, d]: [u16; 4]) -> u64 {
    ((a as u64) << 48) | ((b as u64) << 32) | ((c as u64) << 16) | d as u64
}

pub(crate) const fn unpack(row: u64) -> [u16; 4] {
    [
        (row >> 48) as u16,
        (row >> 32) as u16,
        (row >> 16) as u16,
        row as u16,
    ]
}

/// The Access Control instances of one client.
pub(crate) struct Table {
    targets: Index,
    pub(crate) instances: Index,
    pub(crate) entries: Index,
    journal: Vec<Step>,
    /// Whether it is a handler that changes something.
    pub(crate) by_handler: bool,
}

impl Table {
    pub(crate) const fn new() -> Table {
        Table {
            targets: Index::new(),
            instances: Index::new(),
            entries: Index::new(),
            journal: Vec::new(),
            by_handler: false,
        }
    }

    // ---- looking up -------------------------------------------------------

    /// The first target at or after one, with the instance that governs it and
    /// its owner. Should an open transaction hold several instances for the same
    /// target, the lowest ID comes first.
    pub(crate) fn target_at_or_after(&self, oid: Oid, iid: Iid, acl_iid: Iid) -> Option<[u16; 4]> {
        self.target_row_at_or_after(pack([oid, iid, acl_iid, 0]))
            .map(unpack)
    }

    /// The first row of the targets that is not below this one.
    pub(crate) fn target_row_at_or_after(&self, row: u64) -> Option<u64> {
        self.targets.at_or_after(row)
    }

    /// The instance that governs a target, and its owner.
    pub(crate) fn governing(&self, oid: Oid, iid: Iid) -> Option<(Iid, Ssid)> {
        let [found_oid, found_iid, acl_iid, owner] = self.target_at_or_after(oid, iid, 0)?;
        ((found_oid, found_iid) == (oid, iid)).then_some((acl_iid, owner))
    }

    pub(crate) fn instance(&self, row: u64) -> Option<Instance> {
        let [iid, oid, target_iid, flags] = unpack(row);
        let mut instance = Instance {
            iid,
            oid,
            target_iid,
            flags,
            owner: 0,
        };
        let [.., owner] = unpack(self.targets.at_or_after(instance.target_row())?);
        instance.owner = owner;
        Some(instance)
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        self.instance(self.instances.at_or_after(pack([iid, 0, 0, 0]))?)
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Result<Instance, Error> {
        let found = self.at_or_after(iid).filter(|found| found.iid == iid);
        found.ok_or(Error::NotFound)
    }

    /// The first entry of an instance whose SSID is `ssid` or above.
    pub(crate) fn entry_at_or_after(&self, iid: Iid, ssid: Ssid) -> Option<Entry> {
        let row = self.entries.at_or_after(pack([iid, ssid, 0, 0]))?;
        let [found, ssid, mask, _] = unpack(row);
        (found == iid).then_some(Entry { ssid, mask })
    }

    /// The entry of an instance for exactly this SSID.
    pub(crate) fn entry(&self, iid: Iid, ssid: Ssid) -> Option<Entry> {
        self.entry_at_or_after(iid, ssid)
            .filter(|entry| entry.ssid == ssid)
    }

    /// The lowest ID that no instance has.
    pub(crate) fn lowest_free_iid(&self) -> Result<Iid, Error> {
        match Iid::try_from(self.instances.lowest_gap()) {
            Ok(iid) if iid != MAX_ID => Ok(iid),
            _ => Err(Error::Full),
        }
    }

    // ---- the journal ------------------------------------------------------

    fn set(&mut self, set: Set) -> &mut Index {
        match set {
            Set::Targets => &mut self.targets,
            Set::Instances => &mut self.instances,
            Set::Entries => &mut self.entries,
        }
    }

    fn step(&mut self, set: Set, row: u64, put: bool) -> Result<(), Error> {
        let by_handler = self.by_handler;
        self.journal.try_reserve(1)?;
        if put {
            self.set(set).insert(row)?;
        } else {
            self.set(set).remove(row);
        }
        vec::push(
            &mut self.journal,
            Step {
                row,
                set,
                put,
                by_handler,
            },
        )
    }

    /// Where the journal stands; what follows can be taken back to here.
    pub(crate) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes everything after `mark` back.
    pub(crate) fn undo_to(&mut self, mark: usize) {
        self.turn(mark, true);
        self.journal.truncate(mark);
    }

    /// Makes everything final: no mark is valid any more.
    pub(crate) fn settle(&mut self) {
        self.targets.tidy();
        self.instances.tidy();
        self.entries.tidy();
        // Single changes reuse a small journal; a large one is given back.
        if self.journal.capacity() > 16 {
            self.journal = Vec::new();
        }
        self.journal.clear();
    }

    /// Takes the steps after `mark` back, or does them again. The journal stays.
    pub(crate) fn turn(&mut self, mark: usize, back: bool) {
        let journal = core::mem::take(&mut self.journal);
        let mut steps = journal.iter().skip(mark);
        while let Some(step) = if back {
            steps.next_back()
        } else {
            steps.next()
        } {
            if step.put != back {
                // Room is certain: the row has been there before.
                let _ = self.set(step.set).insert(step.row);
            } else {
                self.set(step.set).remove(step.row);
            }
        }
        self.journal = journal;
    }

    /// The instance that the `at`th step is about, if a handler took it.
    pub(crate) fn handled(&self, at: usize) -> Option<Option<Iid>> {
        let step = self.journal.get(at)?;
        let iid = match (step.set, unpack(step.row)) {
            (Set::Targets, [_, _, iid, _]) => iid,
            (_, [iid, ..]) => iid,
        };
        Some(step.by_handler.then_some(iid))
    }

    // ---- changing ---------------------------------------------------------
    // After an error the caller takes back what was done so far.

    fn put(&mut self, instance: &Instance, put: bool) -> Result<(), Error> {
        self.step(Set::Targets, instance.target_row(), put)?;
        self.step(Set::Instances, instance.instance_row(), put)
    }

    /// Replaces an instance by another one with the same ID.
    pub(crate) fn replace(&mut self, old: &Instance, new: &Instance) -> Result<(), Error> {
        self.put(old, false)?;
        self.put(new, true)
    }

    /// Adds an instance, whose ID must be free, without a target, and owned by
    /// the Bootstrap-Server.
    pub(crate) fn insert(&mut self, iid: Iid) -> Result<(), Error> {
        if iid == MAX_ID {
            return Err(Error::BadRequest);
        }
        if self.find(iid).is_ok() {
            return Err(Error::Conflict);
        }
        let instance = Instance {
            iid,
            oid: MAX_ID,
            target_iid: 0,
            flags: 0,
            owner: SSID_BOOTSTRAP,
        };
        self.put(&instance, true)
    }

    /// Adds an instance, whose ID must be free, that governs a target.
    pub(crate) fn govern(
        &mut self,
        iid: Iid,
        [oid, target_iid, owner]: [u16; 3],
        has_acl: bool,
    ) -> Result<(), Error> {
        let mut instance = Instance {
            iid,
            oid,
            target_iid,
            flags: HAS_TARGET_IID,
            owner,
        };
        instance.set_has_acl(has_acl);
        self.put(&instance, true)
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, instance: &Instance) -> Result<(), Error> {
        self.clear_acl(instance.iid)?;
        self.put(instance, false)
    }

    /// Removes all entries of an instance.
    pub(crate) fn clear_acl(&mut self, iid: Iid) -> Result<(), Error> {
        while let Some(entry) = self.entry_at_or_after(iid, 0) {
            self.put_entry(iid, entry, false)?;
        }
        Ok(())
    }

    /// Adds an entry that is not there, or removes one that is.
    pub(crate) fn put_entry(&mut self, iid: Iid, entry: Entry, put: bool) -> Result<(), Error> {
        self.step(Set::Entries, pack([iid, entry.ssid, entry.mask, 0]), put)
    }

    /// Sets one entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, instance: &Instance, new: Entry) -> Result<(), Error> {
        let iid = instance.iid;
        if !instance.has_acl() {
            let mut changed = *instance;
            changed.set_has_acl(true);
            self.replace(instance, &changed)?;
        }
        if let Some(old) = self.entry(iid, new.ssid) {
            self.put_entry(iid, old, false)?;
        }
        self.put_entry(iid, new, true)
    }
}
