//! The Access Control instances, their two indices, and the journal that can
//! take every change back.
//!
//! Three rules keep all-or-nothing cheap:
//!
//! * A change appends the instance's previous image to the journal, once for a
//!   run of changes to the same instance, before it touches anything.
//! * While the journal is not empty nothing is taken out of an index and no
//!   image is dropped: an instance that goes leaves a tombstone. Taking changes
//!   back therefore only moves images, and needs no memory.
//! * [`Table::settle`], which ends each scope, removes what is stale, and
//!   removal needs no memory either.

use crate::index::{Index, Key};
use crate::{Entry, Error, Iid, MAX_ID, Oid, SSID_BOOTSTRAP, Ssid, vec};
use alloc::vec::Vec;

/// Where an instance stands in the table. Stays the same while it exists.
pub(crate) type Slot = u16;

const PAGE: usize = 64;

/// Entries that fit into the record itself.
const INLINE: usize = 2;
/// Values of `Record::acl_len` beside the inline lengths.
const ACL_ABSENT: u8 = 0xff;
const ACL_POOLED: u8 = 0xfe;

const LIVE: u8 = 1;
const HAS_TARGET_IID: u8 = 2;
const UNCHECKED: u8 = 4;
const FREE: u8 = 8;

/// One Access Control instance: 18 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    /// For a free slot: the next free one.
    iid: Iid,
    /// `MAX_ID` while unset.
    oid: Oid,
    target_iid: Iid,
    /// Zero while unset.
    owner: Ssid,
    flags: u8,
    /// How many of `acl` are in use, or that there is none, or that the entries
    /// stand in the pool (at the place that `acl`'s first `ssid` tells).
    acl_len: u8,
    acl: [Entry; INLINE],
}

impl Record {
    const NONE: Entry = Entry { ssid: 0, mask: 0 };

    const fn dead(iid: Iid) -> Record {
        Record {
            iid,
            oid: MAX_ID,
            target_iid: 0,
            owner: SSID_BOOTSTRAP,
            flags: 0,
            acl_len: ACL_ABSENT,
            acl: [Record::NONE; INLINE],
        }
    }

    pub(crate) fn iid(&self) -> Iid {
        self.iid
    }

    pub(crate) fn owner(&self) -> Option<Ssid> {
        (self.owner != 0).then_some(self.owner)
    }

    pub(crate) fn oid(&self) -> Option<Oid> {
        (self.oid != MAX_ID).then_some(self.oid)
    }

    pub(crate) fn target_iid(&self) -> Option<Iid> {
        (self.flags & HAS_TARGET_IID != 0).then_some(self.target_iid)
    }

    pub(crate) fn target(&self) -> Option<(Oid, Iid)> {
        Some((self.oid()?, self.target_iid()?))
    }

    pub(crate) fn has_acl(&self) -> bool {
        self.acl_len != ACL_ABSENT
    }

    fn is_live(&self) -> bool {
        self.flags & LIVE != 0
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.flags = if on {
            self.flags | flag
        } else {
            self.flags & !flag
        };
    }

    fn pooled(&self) -> Option<u16> {
        let [first, ..] = &self.acl;
        (self.acl_len == ACL_POOLED).then_some(first.ssid)
    }

    /// The by-target key of the instance in `slot`; dead and incomplete ones
    /// have none.
    fn key(&self, slot: Slot) -> Option<Key> {
        let (oid, target_iid) = self.target()?;
        self.is_live().then_some([oid, target_iid, slot])
    }
}

enum Pooled {
    Used(Vec<Entry>),
    Free { next: u16 },
}

struct Saved {
    slot: Slot,
    before: Record,
}

/// Which state a look-up is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Now,
    /// The one that the journal leads back to.
    Before,
}

/// The Access Control instances of one client.
pub(crate) struct Table {
    pages: Vec<Vec<Record>>,
    /// First of the chain of free slots, or `MAX_ID`.
    free: Slot,
    live: usize,
    by_iid: Index,
    by_target: Index,
    pool: Vec<Pooled>,
    pool_free: u16,
    journal: Vec<Saved>,
}

impl Table {
    pub(crate) const fn new() -> Table {
        Table {
            pages: Vec::new(),
            free: MAX_ID,
            live: 0,
            by_iid: Index::new(),
            by_target: Index::new(),
            pool: Vec::new(),
            pool_free: MAX_ID,
            journal: Vec::new(),
        }
    }

    // ---- looking up -------------------------------------------------------

    fn record(&self, slot: Slot) -> Option<&Record> {
        let slot = usize::from(slot);
        self.pages.get(slot / PAGE)?.get(slot % PAGE)
    }

    fn record_mut(&mut self, slot: Slot) -> Option<&mut Record> {
        let slot = usize::from(slot);
        self.pages.get_mut(slot / PAGE)?.get_mut(slot % PAGE)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Record> {
        self.record(slot).filter(|record| record.is_live())
    }

    /// The slot of the ID, be it of an instance or of a tombstone.
    fn slot_or_tombstone(&self, iid: Iid) -> Option<Slot> {
        match self.by_iid.at_or_after([0, iid, 0]) {
            Some([_, found, slot]) if found == iid => Some(slot),
            _ => None,
        }
    }

    pub(crate) fn slot_of(&self, iid: Iid) -> Option<Slot> {
        let slot = self.slot_or_tombstone(iid)?;
        self.get(slot).map(|_| slot)
    }

    /// The first instance whose ID is `from` or above.
    pub(crate) fn at_or_after(&self, from: Iid) -> Option<(Slot, &Record)> {
        let mut from = [0, from, 0];
        loop {
            let key = self.by_iid.at_or_after(from)?;
            let [_, iid, slot] = key;
            if let Some(record) = self.get(slot) {
                return Some((slot, record));
            }
            from = [0, iid.checked_add(1)?, 0];
        }
    }

    /// The first instance at or after a by-target key, in the order of targets.
    pub(crate) fn target_at_or_after(&self, from: Key) -> Option<(Key, &Record)> {
        let mut key = self.by_target.at_or_after(from)?;
        loop {
            let [_, _, slot] = key;
            if let Some(record) = self.get(slot)
                && record.key(slot) == Some(key)
            {
                return Some((key, record));
            }
            // Left by a change that has not been settled yet.
            key = self.by_target.after(key)?;
        }
    }

    /// The instance that governs a target. Should an open transaction hold
    /// several for the same one, it is the lowest ID.
    pub(crate) fn governing(&self, oid: Oid, target_iid: Iid) -> Option<(Slot, &Record)> {
        let mut found: Option<(Slot, &Record)> = None;
        let mut from = [oid, target_iid, 0];
        while let Some((key, record)) = self.target_at_or_after(from) {
            let [key_oid, key_iid, slot] = key;
            if (key_oid, key_iid) != (oid, target_iid) {
                break;
            }
            if found.is_none_or(|(_, other)| record.iid < other.iid) {
                found = Some((slot, record));
            }
            match slot.checked_add(1) {
                Some(next) => from = [oid, target_iid, next],
                None => break,
            }
        }
        found
    }

    /// Whether an instance other than `slot` has the same target.
    pub(crate) fn has_rival(&self, slot: Slot, oid: Oid, target_iid: Iid) -> bool {
        let mut from = [oid, target_iid, 0];
        while let Some((key, _)) = self.target_at_or_after(from) {
            let [key_oid, key_iid, other] = key;
            if (key_oid, key_iid) != (oid, target_iid) {
                return false;
            }
            if other != slot {
                return true;
            }
            match other.checked_add(1) {
                Some(next) => from = [oid, target_iid, next],
                None => return false,
            }
        }
        false
    }

    /// The instance with the ID.
    pub(crate) fn viewed(&self, view: View, iid: Iid) -> Option<&Record> {
        let slot = self.slot_or_tombstone(iid)?;
        match view {
            View::Now => self.get(slot),
            View::Before => self.get_before(slot),
        }
    }

    /// The instance that governs a target.
    pub(crate) fn governing_in(&self, view: View, oid: Oid, target_iid: Iid) -> Option<&Record> {
        if view == View::Now {
            return self.governing(oid, target_iid).map(|(_, record)| record);
        }
        let mut next = self.by_target.at_or_after([oid, target_iid, 0]);
        while let Some(key) = next {
            let [key_oid, key_iid, slot] = key;
            if (key_oid, key_iid) != (oid, target_iid) {
                return None;
            }
            if let Some(record) = self.get_before(slot)
                && record.key(slot) == Some(key)
            {
                // There was one at the most: validation saw to that.
                return Some(record);
            }
            next = self.by_target.after(key);
        }
        None
    }

    /// The instance as it was before the open scope. Reads the whole journal.
    fn get_before(&self, slot: Slot) -> Option<&Record> {
        let saved = self.journal.iter().find(|saved| saved.slot == slot);
        saved
            .map(|saved| &saved.before)
            .or_else(|| self.record(slot))
            .filter(|record| record.is_live())
    }

    /// The entries, by rising SSID; empty also where the ACL is absent.
    pub(crate) fn entries<'a>(&'a self, record: &'a Record) -> &'a [Entry] {
        if let Some(place) = record.pooled() {
            return match self.pool.get(usize::from(place)) {
                Some(Pooled::Used(entries)) => entries,
                _ => &[],
            };
        }
        record
            .acl
            .get(..usize::from(record.acl_len))
            .unwrap_or_default()
    }

    pub(crate) fn entry(&self, record: &Record, ssid: Ssid) -> Option<Entry> {
        let entries = self.entries(record);
        if entries.len() <= INLINE {
            return entries.iter().find(|entry| entry.ssid == ssid).copied();
        }
        let place = entries.partition_point(|entry| entry.ssid < ssid);
        entries
            .get(place)
            .filter(|entry| entry.ssid == ssid)
            .copied()
    }

    /// The lowest ID that no instance has.
    pub(crate) fn lowest_free_iid(&self) -> Result<Iid, Error> {
        let mut lowest = self.by_iid.lowest_gap();
        for saved in &self.journal {
            if let Some(record) = self.record(saved.slot)
                && !record.is_live()
            {
                lowest = lowest.min(usize::from(record.iid));
            }
        }
        match Iid::try_from(lowest) {
            Ok(iid) if iid != MAX_ID => Ok(iid),
            _ => Err(Error::Full),
        }
    }

    // ---- scopes -----------------------------------------------------------

    /// Where the journal stands; what follows can be taken back to here.
    pub(crate) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Keeps the present image of `slot` for taking back.
    fn save(&mut self, slot: Slot) -> Result<(), Error> {
        let Some(&now) = self.record(slot) else {
            return Err(Error::NotFound);
        };
        vec::push(&mut self.journal, Saved { slot, before: now })
    }

    /// Whether the last thing saved after `mark` was this slot, with the target
    /// that it has now: then one image serves for both changes.
    fn is_saved(&self, mark: usize, slot: Slot) -> bool {
        match (self.journal.last(), self.record(slot)) {
            (Some(saved), Some(now)) => {
                self.journal.len() > mark
                    && saved.slot == slot
                    && saved.before.key(slot) == now.key(slot)
            }
            _ => false,
        }
    }

    /// Takes back everything after `mark`.
    pub(crate) fn undo_to(&mut self, mark: usize) {
        // Each image changes places with its successor, so that the journal
        // then holds exactly the images that are no longer wanted.
        let mut journal = core::mem::take(&mut self.journal);
        for saved in journal.iter_mut().skip(mark).rev() {
            let mut was_live = false;
            if let Some(record) = self.record_mut(saved.slot) {
                was_live = record.is_live();
                core::mem::swap(record, &mut saved.before);
            }
            let is_live = self.get(saved.slot).is_some();
            self.live = (self.live + usize::from(is_live)).saturating_sub(usize::from(was_live));
        }
        self.journal = journal;
        self.discard_from(mark);
    }

    /// Makes everything final: no mark is valid any more.
    pub(crate) fn settle(&mut self) {
        self.discard_from(0);
        // Single changes reuse a small journal; a large one is given back.
        if self.journal.capacity() > 8 {
            self.journal = Vec::new();
        }
    }

    /// Drops the journal's images from `mark` on, with what only they needed.
    fn discard_from(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some(Saved { slot, before }) = self.journal.pop() else {
                return;
            };
            let now = self.record(slot).copied();
            if let Some(key) = before.key(slot)
                && now.and_then(|now| now.key(slot)) != Some(key)
                && !self.is_needed(mark, slot, |image| image.key(slot) == Some(key))
            {
                self.by_target.remove(key);
            }
            if let Some(place) = before.pooled()
                && now.and_then(|now| now.pooled()) != Some(place)
                && !self.is_needed(mark, slot, |image| image.pooled() == Some(place))
            {
                self.release_entries(place);
            }
            if let Some(record) = self.record_mut(slot) {
                if mark == 0 {
                    record.set(UNCHECKED, false);
                }
                if !record.is_live() && !self.is_needed(mark, slot, |_| true) {
                    self.release_slot(slot);
                }
            }
        }
    }

    /// Whether an image of the slot that stays in the journal needs something.
    fn is_needed(&self, mark: usize, slot: Slot, needs: impl Fn(&Record) -> bool) -> bool {
        self.journal
            .iter()
            .take(mark)
            .any(|saved| saved.slot == slot && needs(&saved.before))
    }

    /// Saves the slot's image unless the last one serves.
    fn save_once(&mut self, mark: usize, slot: Slot) -> Result<(), Error> {
        if self.is_saved(mark, slot) {
            return Ok(());
        }
        self.save(slot)
    }

    // ---- slots and entry lists --------------------------------------------

    fn take_slot(&mut self, iid: Iid) -> Result<Slot, Error> {
        let slot = self.free;
        if let Some(record) = self.record_mut(slot) {
            let next = record.iid;
            *record = Record::dead(iid);
            self.free = next;
            return Ok(slot);
        }
        if self.pages.last().is_none_or(|page| page.len() >= PAGE) {
            vec::push(&mut self.pages, Vec::new())?;
        }
        let before = self.pages.len().saturating_sub(1) * PAGE;
        let Some(page) = self.pages.last_mut() else {
            return Err(Error::NoMemory);
        };
        let slot = Slot::try_from(before + page.len()).map_err(|_| Error::Full)?;
        vec::push(page, Record::dead(iid))?;
        Ok(slot)
    }

    /// Gives a dead slot back. Twice is once.
    fn release_slot(&mut self, slot: Slot) {
        let free = self.free;
        let Some(record) = self.record_mut(slot) else {
            return;
        };
        if record.flags & FREE != 0 {
            return;
        }
        let old = *record;
        *record = Record::dead(free);
        record.flags = FREE;
        self.free = slot;
        self.by_iid.remove([0, old.iid, slot]);
        if let Some(place) = old.pooled() {
            self.release_entries(place);
        }
    }

    fn take_entries(&mut self, entries: Vec<Entry>) -> Result<u16, Error> {
        let place = self.pool_free;
        if let Some(pooled) = self.pool.get_mut(usize::from(place))
            && let Pooled::Free { next } = *pooled
        {
            self.pool_free = next;
            *pooled = Pooled::Used(entries);
            return Ok(place);
        }
        let place = u16::try_from(self.pool.len()).map_err(|_| Error::Full)?;
        if place == MAX_ID {
            return Err(Error::Full);
        }
        vec::push(&mut self.pool, Pooled::Used(entries))?;
        Ok(place)
    }

    /// Gives an entry list back. Twice is once.
    fn release_entries(&mut self, place: u16) {
        if let Some(pooled @ Pooled::Used(_)) = self.pool.get_mut(usize::from(place)) {
            *pooled = Pooled::Free {
                next: self.pool_free,
            };
            self.pool_free = place;
        }
    }

    // ---- changing ---------------------------------------------------------
    // Each takes the mark of the scope that it belongs to, and after an error
    // that scope is to be taken back.

    /// Adds an instance without a target, owned by the Bootstrap-Server.
    pub(crate) fn insert(&mut self, iid: Iid, has_acl: bool) -> Result<Slot, Error> {
        if iid == MAX_ID {
            return Err(Error::BadRequest);
        }
        // From here on saving cannot fail, so no slot is lost half-way.
        self.journal.try_reserve(1)?;
        let slot = match self.slot_or_tombstone(iid) {
            Some(slot) if self.get(slot).is_some() => return Err(Error::Conflict(iid)),
            Some(slot) => slot,
            None => {
                let slot = self.take_slot(iid)?;
                if let Err(error) = self.by_iid.insert([0, iid, slot]) {
                    self.release_slot(slot);
                    return Err(error);
                }
                slot
            }
        };
        self.save(slot)?;
        if let Some(record) = self.record_mut(slot) {
            *record = Record::dead(iid);
            record.set(LIVE, true);
            record.acl_len = if has_acl { 0 } else { ACL_ABSENT };
            self.live += 1;
        }
        Ok(slot)
    }

    /// Takes an instance away; a tombstone stays until the scope ends.
    pub(crate) fn kill(&mut self, mark: usize, slot: Slot) -> Result<(), Error> {
        self.save_once(mark, slot)?;
        if let Some(record) = self.record_mut(slot) {
            record.set(LIVE, false);
            self.live = self.live.saturating_sub(1);
        }
        Ok(())
    }

    /// Sets either half of the target, or both.
    pub(crate) fn set_target(
        &mut self,
        mark: usize,
        slot: Slot,
        oid: Option<Oid>,
        target_iid: Option<Iid>,
    ) -> Result<(), Error> {
        self.save_once(mark, slot)?;
        let Some(&(mut record)) = self.get(slot) else {
            return Err(Error::NotFound);
        };
        if let Some(oid) = oid {
            record.oid = oid;
        }
        if let Some(target_iid) = target_iid {
            record.target_iid = target_iid;
            record.set(HAS_TARGET_IID, true);
        }
        if let Some(key) = record.key(slot) {
            self.by_target.insert(key)?;
        }
        if let Some(place) = self.record_mut(slot) {
            *place = record;
        }
        Ok(())
    }

    /// Sets the owner; zero unsets it.
    pub(crate) fn set_owner(&mut self, mark: usize, slot: Slot, owner: Ssid) -> Result<(), Error> {
        self.save_once(mark, slot)?;
        if let Some(record) = self.record_mut(slot) {
            record.owner = owner;
        }
        Ok(())
    }

    /// Makes the ACL absent.
    pub(crate) fn drop_acl(&mut self, mark: usize, slot: Slot) -> Result<(), Error> {
        self.retain_entries(mark, slot, |_| false)?;
        if let Some(record) = self.record_mut(slot) {
            record.acl_len = ACL_ABSENT;
        }
        Ok(())
    }

    /// Keeps the entries that `keep` wants; the ACL is present afterwards.
    pub(crate) fn retain_entries(
        &mut self,
        mark: usize,
        slot: Slot,
        keep: impl Fn(Entry) -> bool,
    ) -> Result<(), Error> {
        self.save_once(mark, slot)?;
        let Some(record) = self.get(slot) else {
            return Err(Error::NotFound);
        };
        let kept = || {
            self.entries(record)
                .iter()
                .copied()
                .filter(|&entry| keep(entry))
        };
        let count = kept().count();
        let mut inline = [Record::NONE; INLINE];
        if count <= INLINE {
            for (place, entry) in inline.iter_mut().zip(kept()) {
                *place = entry;
            }
            return self.store_inline(slot, count, inline);
        }
        let mut entries = Vec::new();
        entries.try_reserve_exact(count)?;
        for entry in kept() {
            vec::push(&mut entries, entry)?;
        }
        self.store_pooled(slot, entries)
    }

    /// Sets one entry; the ACL is present afterwards.
    pub(crate) fn set_entry(&mut self, mark: usize, slot: Slot, new: Entry) -> Result<(), Error> {
        self.save_once(mark, slot)?;
        let own_list = self.unshared_list(slot);
        if let Some(place) = own_list
            && let Some(Pooled::Used(entries)) = self.pool.get_mut(usize::from(place))
        {
            return put(entries, new);
        }
        let Some(record) = self.get(slot) else {
            return Err(Error::NotFound);
        };
        let old = self.entries(record);
        let at = old.partition_point(|entry| entry.ssid < new.ssid);
        let replaces = old.get(at).is_some_and(|entry| entry.ssid == new.ssid);
        let count = old.len() + usize::from(!replaces);
        if count <= INLINE {
            let mut inline = [Record::NONE; INLINE];
            for (place, entry) in inline.iter_mut().zip(merged(old, at, replaces, new)) {
                *place = entry;
            }
            return self.store_inline(slot, count, inline);
        }
        let mut entries = Vec::new();
        entries.try_reserve_exact(count)?;
        for entry in merged(old, at, replaces, new) {
            vec::push(&mut entries, entry)?;
        }
        self.store_pooled(slot, entries)
    }

    /// Sets all entries at once, given by rising SSID, on a new instance.
    pub(crate) fn set_entries(&mut self, slot: Slot, entries: Vec<Entry>) -> Result<(), Error> {
        if entries.len() > INLINE {
            return self.store_pooled(slot, entries);
        }
        let mut inline = [Record::NONE; INLINE];
        for (place, entry) in inline.iter_mut().zip(&entries) {
            *place = *entry;
        }
        self.store_inline(slot, entries.len(), inline)
    }

    /// The place of the slot's pooled list, if no saved image shares it.
    fn unshared_list(&self, slot: Slot) -> Option<u16> {
        let place = self.record(slot)?.pooled()?;
        let shared = self
            .journal
            .last()
            .is_none_or(|saved| saved.slot != slot || saved.before.pooled() == Some(place));
        (!shared).then_some(place)
    }

    fn store_pooled(&mut self, slot: Slot, entries: Vec<Entry>) -> Result<(), Error> {
        let place = self.take_entries(entries)?;
        let reference = Entry {
            ssid: place,
            mask: 0,
        };
        self.replace_list(slot, ACL_POOLED, [reference, Record::NONE]);
        Ok(())
    }

    fn store_inline(
        &mut self,
        slot: Slot,
        count: usize,
        acl: [Entry; INLINE],
    ) -> Result<(), Error> {
        let len = u8::try_from(count).map_err(|_| Error::Full)?;
        self.replace_list(slot, len, acl);
        Ok(())
    }

    fn replace_list(&mut self, slot: Slot, len: u8, acl: [Entry; INLINE]) {
        if let Some(place) = self.unshared_list(slot) {
            self.release_entries(place);
        }
        if let Some(record) = self.record_mut(slot) {
            record.acl_len = len;
            record.acl = acl;
        }
    }

    // ---- validation and persistence ---------------------------------------

    /// Notes that the next validation has to look at the instance.
    pub(crate) fn mark_unchecked(&mut self, slot: Slot) {
        if let Some(record) = self.record_mut(slot) {
            record.set(UNCHECKED, true);
        }
    }

    /// The slot of the `at`th journal entry, if validation has to look at it.
    pub(crate) fn unchecked(&self, at: usize) -> Option<Option<Slot>> {
        let saved = self.journal.get(at)?;
        let wanted = self
            .get(saved.slot)
            .is_some_and(|record| record.flags & UNCHECKED != 0);
        Some(wanted.then_some(saved.slot))
    }

    /// The instances as they were before the open scope, by rising IID, each
    /// passed to `each`; their number first.
    pub(crate) fn for_each_before<E: From<Error>>(
        &self,
        mut start: impl FnMut(usize) -> Result<(), E>,
        mut each: impl FnMut(&Record, &[Entry]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first_images = Index::new();
        let mut count = self.live;
        for (at, saved) in self.journal.iter().enumerate() {
            if self.first_image(&first_images, saved.slot).is_none() {
                let at = u32::try_from(at).map_err(|_| Error::NoMemory)?;
                first_images.insert([saved.slot, (at >> 16) as u16, at as u16])?;
                count += usize::from(saved.before.is_live());
                count -= usize::from(self.get(saved.slot).is_some()).min(count);
            }
        }
        start(count)?;
        for [_, _, slot] in self.by_iid.iter() {
            let image = match self.first_image(&first_images, slot) {
                Some(image) => Some(image),
                None => self.record(slot),
            };
            if let Some(record) = image
                && record.is_live()
            {
                each(record, self.entries(record))?;
            }
        }
        Ok(())
    }

    fn first_image(&self, first_images: &Index, slot: Slot) -> Option<&Record> {
        match first_images.at_or_after([slot, 0, 0])? {
            [found, high, low] if found == slot => {
                let at = (usize::from(high) << 16) | usize::from(low);
                self.journal.get(at).map(|saved| &saved.before)
            }
            _ => None,
        }
    }
}

/// Puts an entry into a sorted list.
fn put(entries: &mut Vec<Entry>, new: Entry) -> Result<(), Error> {
    let at = entries.partition_point(|entry| entry.ssid < new.ssid);
    match entries.get_mut(at) {
        Some(entry) if entry.ssid == new.ssid => {
            entry.mask = new.mask;
            Ok(())
        }
        _ => vec::insert(entries, at, new),
    }
}

/// The old entries with the new one at its place.
fn merged(
    old: &[Entry],
    at: usize,
    replaces: bool,
    new: Entry,
) -> impl Iterator<Item = Entry> + '_ {
    let after = old.iter().skip(at + usize::from(replaces));
    old.iter()
        .take(at)
        .copied()
        .chain([new])
        .chain(after.copied())
}
