//! The Access Control instances, in three ordered sets, and the journal that can
//! take every change back.
//!
//! | set | key | holds |
//! |---|---|---|
//! | targets | target OID, target IID, IID | the instance, with a short ACL |
//! | instances | IID | where to look in the first set |
//! | entries | IID, SSID | the entries of longer ACLs |
//!
//! The first set alone answers a decision. The journal says what an instance or
//! an entry was before it was changed. Taking a change back puts that in its
//! place again, and needs no memory (see [`Index`]).

use crate::index::{Index, Row};
use crate::{Entry, Error, Iid, MAX_ID, Oid, SSID_ANY, SSID_BOOTSTRAP, Ssid, vec};
use alloc::vec::Vec;

const HAS_TARGET_IID: u8 = 1;
const HAS_ACL: u8 = 2;

/// Entries that an instance holds itself.
const SHORT: usize = 3;
/// The length of an ACL whose entries stand in a set of their own.
const LONG: u8 = u8::MAX;

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

/// One Access Control instance: 22 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) iid: Iid,
    /// `MAX_ID` while unset.
    pub(crate) oid: Oid,
    target_iid: Iid,
    /// Zero while unset.
    pub(crate) owner: Ssid,
    flags: u8,
    len: u8,
    acl: [Entry; SHORT],
}

impl Row for Instance {
    const STRIDE: u32 = 32;

    /// While the target is incomplete, the instance belongs to no Object.
    fn key(&self) -> u64 {
        let (oid, target_iid) = self.target().unwrap_or((MAX_ID, 0));
        pack([oid, target_iid, self.iid, 0])
    }
}

impl Instance {
    /// Without a target, owned by the Bootstrap-Server, with no ACL.
    pub(crate) const fn new(iid: Iid) -> Instance {
        Instance {
            iid,
            oid: MAX_ID,
            target_iid: 0,
            owner: SSID_BOOTSTRAP,
            flags: 0,
            len: 0,
            acl: [Entry { ssid: 0, mask: 0 }; SHORT],
        }
    }

    /// With a target and an ACL without entries.
    pub(crate) fn governing(iid: Iid, oid: Oid, target_iid: Iid) -> Instance {
        let mut instance = Instance::new(iid);
        instance.oid = oid;
        instance.set_target_iid(target_iid);
        instance.set_has_acl(true);
        instance
    }

    pub(crate) fn oid(&self) -> Option<Oid> {
        (self.oid != MAX_ID).then_some(self.oid)
    }

    pub(crate) fn target_iid(&self) -> Option<Iid> {
        (self.flags & HAS_TARGET_IID != 0).then_some(self.target_iid)
    }

    pub(crate) fn set_target_iid(&mut self, target_iid: Iid) {
        self.target_iid = target_iid;
        self.flags |= HAS_TARGET_IID;
    }

    pub(crate) fn target(&self) -> Option<(Oid, Iid)> {
        Some((self.oid()?, self.target_iid()?))
    }

    /// SSID 0 names nobody, so it does not own what has no owner.
    pub(crate) fn is_owned_by(&self, ssid: Ssid) -> bool {
        ssid != SSID_ANY && self.owner == ssid
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

    /// The row that finds the instance by its ID.
    fn pointer(&self) -> u64 {
        let [oid, target_iid, ..] = unpack(self.key());
        pack([self.iid, oid, target_iid, 0])
    }
}

/// What something was before it was changed; `None` is not there.
enum Step {
    Instance(Iid, Option<Instance>),
    Entry(Iid, Ssid, Option<u16>),
}

/// A change that was made.
struct Saved {
    step: Step,
    /// Whether a handler made it, so that validation has to look.
    by_handler: bool,
}

/// The Access Control instances of one client.
pub(crate) struct Table {
    targets: Index<Instance>,
    instances: Index<u64>,
    entries: Index<u64>,
    journal: Vec<Saved>,
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

    pub(crate) fn len(&self) -> usize {
        self.instances.len()
    }

    /// The first instance at or after a target. Should an open transaction hold
    /// several for the same target, the lowest ID comes first.
    pub(crate) fn target_at_or_after(&self, oid: Oid, iid: Iid, acl_iid: Iid) -> Option<&Instance> {
        self.targets.at_or_after(pack([oid, iid, acl_iid, 0]))
    }

    /// The instance that governs a target.
    pub(crate) fn governing(&self, oid: Oid, iid: Iid) -> Option<&Instance> {
        let found = self.target_at_or_after(oid, iid, 0)?;
        (found.target() == Some((oid, iid))).then_some(found)
    }

    fn pointed(&self, pointer: u64) -> Option<&Instance> {
        let [iid, oid, target_iid, _] = unpack(pointer);
        self.targets.get(pack([oid, target_iid, iid, 0]))
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<&Instance> {
        self.pointed(*self.instances.at_or_after(pack([iid, 0, 0, 0]))?)
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Result<&Instance, Error> {
        let found = self.at_or_after(iid).filter(|found| found.iid == iid);
        found.ok_or(Error::NotFound)
    }

    /// All instances, by rising ID.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Instance> {
        self.instances
            .iter()
            .filter_map(|&pointer| self.pointed(pointer))
    }

    /// The first entry of an instance whose SSID is `ssid` or above.
    pub(crate) fn entry_at_or_after(&self, instance: &Instance, ssid: Ssid) -> Option<Entry> {
        if instance.len == LONG {
            return self.long_entry(instance.iid, ssid);
        }
        let mut entries = instance.acl.iter().take(usize::from(instance.len));
        entries.find(|entry| entry.ssid >= ssid).copied()
    }

    fn long_entry(&self, iid: Iid, ssid: Ssid) -> Option<Entry> {
        let row = self.entries.at_or_after(pack([iid, ssid, 0, 0]))?;
        let [found, ssid, mask, _] = unpack(*row);
        (found == iid).then_some(Entry { ssid, mask })
    }

    /// The rights in the entry of an instance for exactly this SSID.
    pub(crate) fn mask(&self, instance: &Instance, ssid: Ssid) -> Option<u16> {
        let entry = self.entry_at_or_after(instance, ssid)?;
        (entry.ssid == ssid).then_some(entry.mask)
    }

    /// The entries of an instance, by rising SSID.
    pub(crate) fn entries<'a>(
        &'a self,
        instance: &'a Instance,
    ) -> impl Iterator<Item = Entry> + 'a {
        let mut next = Some(0);
        core::iter::from_fn(move || {
            let entry = self.entry_at_or_after(instance, next?)?;
            next = entry.ssid.checked_add(1);
            Some(entry)
        })
    }

    /// The lowest ID that no instance has.
    pub(crate) fn lowest_free_iid(&self) -> Result<Iid, Error> {
        match Iid::try_from(self.instances.lowest_gap()) {
            Ok(iid) if iid != MAX_ID => Ok(iid),
            _ => Err(Error::Full),
        }
    }

    // ---- the journal ------------------------------------------------------

    /// Brings a step about, and turns it into its opposite.
    fn turn_step(&mut self, step: &mut Step) -> Result<(), Error> {
        match step {
            Step::Instance(iid, other) => self.turn_instance(*iid, other),
            Step::Entry(iid, ssid, other) => self.turn_entry([*iid, *ssid], other),
        }
    }

    /// Exchanges an instance for the one that it was, or is to be.
    fn turn_instance(&mut self, iid: Iid, other: &mut Option<Instance>) -> Result<(), Error> {
        let new = *other;
        let old = self.find(iid).ok().copied();
        let key = old.map(|old| old.key());
        *other = old;
        if let Some(new) = new {
            if key == Some(new.key()) {
                self.targets.replace(new.key(), new);
                return Ok(());
            }
            self.targets.insert(new)?;
            if let Err(error) = self.instances.insert(new.pointer()) {
                self.targets.remove(new.key());
                return Err(error);
            }
        }
        if let Some(old) = old {
            self.targets.remove(old.key());
            self.instances.remove(old.pointer());
        }
        Ok(())
    }

    /// The same for an entry of a long ACL.
    fn turn_entry(&mut self, [iid, ssid]: [u16; 2], other: &mut Option<u16>) -> Result<(), Error> {
        let row = |mask| pack([iid, ssid, mask, 0]);
        let old = self.long_entry(iid, ssid);
        let old = old.filter(|old| old.ssid == ssid).map(|old| old.mask);
        let new = core::mem::replace(other, old);
        match (old, new) {
            (Some(old), Some(new)) => self.entries.replace(row(old), row(new)),
            (None, Some(new)) => self.entries.insert(row(new))?,
            (Some(old), None) => self.entries.remove(row(old)),
            (None, None) => {}
        }
        Ok(())
    }

    /// Brings a step about and notes how to take it back. After an error nothing
    /// has changed.
    fn step(&mut self, mut step: Step) -> Result<(), Error> {
        self.journal.try_reserve(1)?;
        self.turn_step(&mut step)?;
        let by_handler = self.by_handler;
        vec::push(&mut self.journal, Saved { step, by_handler })
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

    /// Takes the steps after `mark` back, or does them again. The journal stays.
    pub(crate) fn turn(&mut self, mark: usize, back: bool) {
        let mut journal = core::mem::take(&mut self.journal);
        let mut steps = journal.iter_mut().skip(mark);
        while let Some(saved) = if back {
            steps.next_back()
        } else {
            steps.next()
        } {
            // Cannot fail: it has been so before.
            let _ = self.turn_step(&mut saved.step);
        }
        self.journal = journal;
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

    /// The instance that the `at`th step is about, if a handler took it.
    pub(crate) fn handled(&self, at: usize) -> Option<Option<Iid>> {
        let saved = self.journal.get(at)?;
        let (Step::Instance(iid, _) | Step::Entry(iid, ..)) = saved.step;
        Some(saved.by_handler.then_some(iid))
    }

    // ---- changing ---------------------------------------------------------
    // After an error the caller takes back what was done so far.

    /// Adds an instance, or replaces the one with the same ID.
    pub(crate) fn put(&mut self, instance: &Instance) -> Result<(), Error> {
        self.step(Step::Instance(instance.iid, Some(*instance)))
    }

    /// Removes an instance.
    pub(crate) fn remove(&mut self, iid: Iid) -> Result<(), Error> {
        let mut instance = *self.find(iid)?;
        self.clear_acl(&mut instance)?;
        self.step(Step::Instance(iid, None))
    }

    // The following change the instance that they are given, which is to be put
    // afterwards, and the set of entries.

    /// Removes all entries.
    pub(crate) fn clear_acl(&mut self, instance: &mut Instance) -> Result<(), Error> {
        while let Some(entry) = self.entry_at_or_after(instance, 0) {
            self.remove_entry(instance, entry.ssid)?;
        }
        instance.len = 0;
        Ok(())
    }

    /// Removes one entry.
    pub(crate) fn remove_entry(
        &mut self,
        instance: &mut Instance,
        ssid: Ssid,
    ) -> Result<(), Error> {
        if instance.len == LONG {
            return self.step(Step::Entry(instance.iid, ssid, None));
        }
        let old = *instance;
        instance.len = 0;
        for entry in old.acl.iter().take(usize::from(old.len)) {
            if entry.ssid != ssid {
                instance.append(*entry);
            }
        }
        Ok(())
    }

    /// Sets one entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, instance: &mut Instance, new: Entry) -> Result<(), Error> {
        instance.set_has_acl(true);
        let iid = instance.iid;
        if instance.len != LONG {
            self.remove_entry(instance, new.ssid)?;
            if usize::from(instance.len) < SHORT {
                instance.append(new);
                instance.sort();
                return Ok(());
            }
            for entry in instance.acl {
                self.step(Step::Entry(iid, entry.ssid, Some(entry.mask)))?;
            }
            instance.len = LONG;
        }
        self.step(Step::Entry(iid, new.ssid, Some(new.mask)))
    }
}

impl Instance {
    fn append(&mut self, entry: Entry) {
        if let Some(place) = self.acl.get_mut(usize::from(self.len)) {
            *place = entry;
            self.len += 1;
        }
    }

    /// Moves the last entry of a short ACL to its place.
    fn sort(&mut self) {
        let mut places = self.acl.iter_mut().take(usize::from(self.len)).rev();
        let Some(mut moved) = places.next() else {
            return;
        };
        for place in places {
            if place.ssid > moved.ssid {
                core::mem::swap(place, moved);
            }
            moved = place;
        }
    }
}
