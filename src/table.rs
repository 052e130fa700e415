//! The Access Control instances, in two ordered sets, and the journal that can
//! take every change back.
//!
//! | set | key | further word |
//! |---|---|---|
//! | targets | target OID, target IID, IID, SSID of the second entry | first entry, mask of the second, owner |
//! | instances | IID, target OID, target IID, flags | |
//!
//! A row of the first set holds two entries of an ACL, or the same one twice, or
//! [`NONE`] twice if there is no entry; an ACL takes as many rows as it needs.
//! Thus the row with the lowest key that is not below (target, IID, SSID) holds
//! the first entry that is not below the SSID, and for a short ACL one search
//! finds all that a decision needs. While its target is incomplete, an instance
//! stands under the target OID 0, which is never governed.
//!
//! Every change takes rows out or puts rows in. The journal holds these rows:
//! to take a change back is to do the same again, from its end, and needs no
//! memory (see [`Index`]).

use crate::index::Index;
use crate::{Error, Iid, MAX_ID, Oid, Rid, SMALL, Ssid, Why, vec};
use alloc::vec::Vec;
use core::num::NonZero;

pub(crate) const HAS_TARGET_IID: u16 = 2;
pub(crate) const HAS_ACL: u16 = 4;

/// In the journal, the second word of a row of the set of instances. No row of
/// the set of targets has it: where its first entry is [`NONE`], so is the second.
const POINTER: u64 = 0xffff_ffff_0000_0000;
/// In the journal, the second word after the ID of an instance that a handler
/// is about to change.
const TOUCHED: u64 = POINTER + 1;

/// The start of the keys that are about a target, or of the row of an instance.
#[inline(always)]
pub(crate) const fn start([a, b]: [u16; 2]) -> u64 {
    (join([a, b]) as u64) << 32
}

pub(crate) const fn unpack(row: u64) -> [u16; 4] {
    [
        (row >> 48) as u16,
        (row >> 32) as u16,
        (row >> 16) as u16,
        row as u16,
    ]
}

#[inline(always)]
pub(crate) const fn join([high, low]: [u16; 2]) -> u32 {
    ((high as u32) << 16) | low as u32
}

#[inline(always)]
pub(crate) const fn split(value: u32) -> [u16; 2] {
    [(value >> 16) as u16, value as u16]
}

/// An entry of an ACL: SSID and mask. Entries are ordered by SSID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packed(pub(crate) u32);

/// No entry; above all entries.
pub(crate) const NONE: Packed = Packed(u32::MAX);

impl Packed {
    pub(crate) const fn new(ssid: Ssid, mask: u16) -> Packed {
        Packed(((ssid as u32) << 16) | mask as u32)
    }

    pub(crate) const fn ssid(self) -> Ssid {
        (self.0 >> 16) as u16
    }

    pub(crate) const fn mask(self) -> u16 {
        self.0 as u16
    }
}

/// The two entries in a row of the set of targets.
pub(crate) const fn entries([key, value]: [u64; 2]) -> [Packed; 2] {
    let second = Packed::new(key as u16, (value >> 16) as u16);
    [Packed((value >> 32) as u32), second]
}

/// Whether two keys of the set of targets are about the same instance.
pub(crate) const fn is_same(key: u64, other: u64) -> bool {
    (key ^ other) >> 16 == 0
}

/// One Access Control instance, apart from its ACL and owner: a row of the set
/// of instances.
///
/// In two halves, for 64 bits are dear on a 32-bit processor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    /// IID, target OID.
    high: u32,
    /// Target IID, flags.
    low: NonZero<u32>,
}

impl Instance {
    #[inline(always)]
    pub(crate) fn new(iid: Iid, [oid, target_iid]: [u16; 2], flags: u16) -> Instance {
        Instance {
            high: join([iid, oid]),
            low: NonZero::<u32>::MIN | join([target_iid, flags]),
        }
    }

    fn from_row(row: u64) -> Option<Instance> {
        Some(Instance {
            high: (row >> 32) as u32,
            low: NonZero::new(row as u32)?,
        })
    }

    fn row(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low.get())
    }

    pub(crate) const fn iid(self) -> Iid {
        split(self.high)[0]
    }

    /// The target OID; zero while unset.
    pub(crate) const fn oid(self) -> Oid {
        split(self.high)[1]
    }

    pub(crate) const fn target_iid(self) -> Iid {
        split(self.low.get())[0]
    }

    pub(crate) fn with_oid(self, oid: Oid) -> Instance {
        Instance::new(self.iid(), [oid, self.target_iid()], self.flags())
    }

    pub(crate) fn with_target_iid(self, target_iid: Iid) -> Instance {
        let flags = self.flags() | HAS_TARGET_IID;
        Instance::new(self.iid(), [self.oid(), target_iid], flags)
    }

    pub(crate) const fn has(self, flag: u16) -> bool {
        self.flags() & flag != 0
    }

    pub(crate) fn with(self, flag: u16) -> Instance {
        let low = self.low | u32::from(flag);
        Instance { low, ..self }
    }

    pub(crate) const fn flags(self) -> u16 {
        split(self.low.get())[1]
    }

    pub(crate) fn without(self, flag: u16) -> Instance {
        let low = NonZero::<u32>::MIN | (self.low.get() & !u32::from(flag));
        Instance { low, ..self }
    }

    /// What its rows in the set of targets have in common. While the target IID
    /// is unset, the target OID stands in that one's place, and zero in its own.
    pub(crate) const fn base(self) -> Base {
        let target = match self.has(HAS_TARGET_IID) {
            true => [self.oid(), self.target_iid()],
            false => [0, self.oid()],
        };
        Base {
            target: join(target),
            low: join([self.iid(), 0]),
        }
    }

    pub(crate) const fn has_target(self) -> bool {
        self.has(HAS_TARGET_IID) && self.oid() != 0
    }
}

/// What the keys of an instance in the set of targets have in common, in halves.
#[derive(Clone, Copy)]
pub(crate) struct Base {
    target: u32,
    low: u32,
}

impl Base {
    /// That of an instance with such a key.
    pub(crate) const fn of(key: u64) -> Base {
        Base {
            target: (key >> 32) as u32,
            low: key as u32 >> 16 << 16,
        }
    }

    /// The key with this SSID, or with the one behind the last.
    pub(crate) const fn key(self, ssid: u32) -> u64 {
        (self.target as u64) << 32 | (self.low + ssid) as u64
    }

    pub(crate) const fn target(self) -> [u16; 2] {
        split(self.target)
    }

    pub(crate) const fn has(self, key: u64) -> bool {
        is_same(self.key(0), key)
    }
}

/// The Access Control instances of one client.
pub(crate) struct Table {
    pub(crate) targets: Index,
    pub(crate) instances: Index,
    journal: Vec<u64>,
    /// Why something could not be done since the last [`Table::outcome`]. After
    /// that no step is done, so that callers ask once, at the end.
    error: Result<(), Why>,
}

impl Table {
    pub(crate) const fn new() -> Table {
        Table {
            targets: Index::new(1),
            instances: Index::new(0),
            journal: Vec::new(),
            error: Ok(()),
        }
    }

    // ---- looking up -------------------------------------------------------

    /// The ID of the instance that governs a target, or [`MAX_ID`]. Should an
    /// open transaction hold several, it is the lowest.
    pub(crate) fn governing(&self, oid: Oid, iid: Iid) -> Iid {
        let target = start([oid, iid]);
        match self.targets.tail(target) {
            [key, ..] if (key ^ target) >> 32 == 0 => (key >> 16) as u16,
            _ => MAX_ID,
        }
    }

    /// The first instance whose ID is `iid` or above.
    pub(crate) fn at_or_after(&self, iid: Iid) -> Option<Instance> {
        let row = self.instances.tail(start([iid, 0])).first()?;
        Instance::from_row(*row)
    }

    /// The instance with this ID.
    pub(crate) fn find(&self, iid: Iid) -> Option<Instance> {
        self.at_or_after(iid).filter(|found| found.iid() == iid)
    }

    /// Shows all instances, by rising ID.
    pub(crate) fn visit(&self, mut visit: impl FnMut(Instance)) {
        if SMALL {
            let mut from = 0;
            while let Some(instance) = self.at_or_after(from) {
                from = instance.iid() + 1;
                visit(instance);
            }
            return;
        }
        let mut from = 0;
        while let rows @ [.., last] = self.instances.tail(from) {
            from = last + 1;
            for row in rows {
                if let Some(instance) = Instance::from_row(*row) {
                    visit(instance);
                }
            }
        }
    }

    /// The rows of an instance, and what stands behind them; see
    /// [`Table::visit_entries`].
    pub(crate) fn rows(&self, instance: Instance) -> &[u64] {
        self.targets.tail(instance.base().key(0))
    }

    /// The owner; zero while unset.
    pub(crate) fn owner(&self, instance: Instance) -> Ssid {
        self.rows(instance).get(1).map_or(0, |value| *value as u16)
    }

    /// The first entry of an instance whose SSID is `ssid` or above, or [`NONE`].
    pub(crate) fn entry_at_or_after(&self, base: Base, ssid: Ssid) -> Packed {
        match self.row_at_or_after(base, u32::from(ssid)) {
            Some(row) => {
                let [first, second] = entries(*row);
                if first.ssid() >= ssid { first } else { second }
            }
            None => NONE,
        }
    }

    /// The row of an instance that holds that entry; the one without an entry
    /// stands behind all SSIDs but the last.
    fn row_at_or_after(&self, base: Base, ssid: u32) -> Option<&[u64; 2]> {
        let row = self.targets.tail(base.key(ssid)).first_chunk();
        row.filter(|[key, _]| base.has(*key))
    }

    /// Shows all entries of an instance, whose [`Table::rows`] these are, by
    /// rising SSID. Returns the rows behind them, as far as they stand together.
    pub(crate) fn visit_entries<'a>(
        &'a self,
        mut rows: &'a [u64],
        mut visit: impl FnMut(Packed),
    ) -> &'a [u64] {
        let base = rows.first().map_or(0, |key| key >> 16 << 16);
        while let [key, value, others @ ..] = rows
            && is_same(*key, base)
        {
            let [first, second] = entries([*key, *value]);
            if second != NONE {
                visit(first);
            }
            if second != first {
                visit(second);
            }
            rows = others;
            if rows.is_empty() {
                rows = self.targets.tail(key + 1);
            }
        }
        rows
    }

    /// The entry of an instance for exactly this SSID, or [`NONE`].
    pub(crate) fn entry(&self, instance: Instance, ssid: Ssid) -> Packed {
        let found = self.entry_at_or_after(instance.base(), ssid);
        if found.ssid() == ssid { found } else { NONE }
    }

    /// The lowest ID that no instance has, or [`MAX_ID`].
    pub(crate) fn lowest_free_iid(&self) -> Iid {
        self.instances.lowest_gap() as Iid
    }

    // ---- the journal ------------------------------------------------------

    /// Does a step of the journal. If the row had been taken out, it is put in.
    fn turn(&mut self, key: u64, value: u64) -> Result<(), Error> {
        match value {
            TOUCHED => Ok(()),
            POINTER => self.instances.toggle(key, value),
            _ => self.targets.toggle(key, value),
        }
    }

    /// Does a step, and notes it.
    fn step(&mut self, key: u64, value: u64) {
        let end = self.journal.len();
        if self.error.is_ok() {
            self.error = vec::push(&mut self.journal, key)
                .and_then(|()| vec::push(&mut self.journal, value))
                .and_then(|()| self.turn(key, value))
                .map_err(Why::from);
            if self.error.is_err() {
                self.journal.truncate(end);
            }
        }
    }

    /// A step that takes a row of the set of instances out, or puts it in.
    fn step_pointer(&mut self, instance: Option<Instance>) {
        if let Some(instance) = instance {
            self.step(instance.row(), POINTER);
        }
    }

    /// Makes this step, and all that are still to come, fail.
    pub(crate) fn fail(&mut self, why: Why) {
        self.error = self.error.and(Err(why));
    }

    /// What became of the steps since it was last asked. After an error they are
    /// to be taken back.
    pub(crate) fn outcome(&mut self) -> Result<(), Why> {
        core::mem::replace(&mut self.error, Ok(()))
    }

    /// Notes that a handler is about to change an instance: its owner, if that is
    /// the resource, or the entry of a server, if that is the one.
    pub(crate) fn touch(&mut self, iid: Iid, rid: Rid, ssid: Ssid) {
        let what = u64::from(join([rid, ssid])) << 16 | u64::from(iid);
        self.step(what, TOUCHED);
    }

    /// The first touch by a handler, as in [`Table::touch`], from the step `at`
    /// on, which becomes the step behind.
    pub(crate) fn touched(&self, at: &mut usize) -> Option<(Iid, Rid, Ssid)> {
        loop {
            let row: &[u64; 2] = self.journal.get(*at..)?.first_chunk()?;
            *at += 2;
            if let [what, TOUCHED] = *row {
                let [_, rid, ssid, iid] = unpack(what);
                return Some((iid, rid, ssid));
            }
        }
    }

    /// Where the journal stands; what follows can be taken back to here.
    pub(crate) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back what was done since the mark.
    pub(crate) fn undo_to(&mut self, mark: usize) {
        self.turn_back_to(mark);
        self.journal.truncate(mark);
    }

    /// Does the steps since the mark again, the last one first, which takes back
    /// what they did.
    fn turn_back_to(&mut self, mark: usize) {
        let mut at = self.journal.len();
        while at > mark {
            at = at.saturating_sub(2);
            self.turn_again(at);
        }
    }

    /// Does the step `at` again. Needs no memory, for what it puts in has been
    /// there before.
    fn turn_again(&mut self, at: usize) {
        let step = self.journal.get(at..).and_then(<[u64]>::first_chunk);
        if let Some(&[key, value]) = step {
            let _ = self.turn(key, value);
        }
    }

    /// Makes everything final: no mark is valid any more.
    pub(crate) fn settle(&mut self) {
        self.targets.tidy();
        self.instances.tidy();
        // Single changes reuse a small journal; a large one is given back.
        if self.journal.capacity() > 64 {
            self.journal = Vec::new();
        }
        self.journal.clear();
    }

    /// Calls `view` with the state before everything that is not final.
    pub(crate) fn before<T>(&mut self, view: impl FnOnce(&Table) -> T) -> T {
        self.turn_back_to(0);
        let result = view(self);
        for at in (0..self.journal.len()).step_by(2) {
            self.turn_again(at);
        }
        result
    }

    // ---- changing ---------------------------------------------------------
    // See `Table::outcome` for errors.

    /// Adds an instance that is not there, for good; its rows are still to come.
    pub(crate) fn add_pointer(&mut self, instance: Instance) {
        if self.error.is_ok() {
            self.error = (self.instances.toggle(instance.row(), POINTER)).map_err(Why::from);
        }
    }

    /// Adds a row to the set of targets, for good.
    pub(crate) fn add_row(&mut self, [key, value]: [u64; 2]) {
        if self.error.is_ok() {
            self.error = self.targets.toggle(key, value).map_err(Why::from);
        }
    }

    /// Removes all instances, for good.
    pub(crate) fn clear(&mut self) {
        self.targets.clear();
        self.instances.clear();
    }

    /// Adds an instance without entries.
    pub(crate) fn add(&mut self, instance: Instance, owner: Ssid) {
        self.change(None, Some(instance), owner, false);
    }

    /// Removes an instance, if it was found.
    pub(crate) fn remove(&mut self, found: Option<Instance>) {
        self.change(found, None, 0, false);
    }

    /// Replaces an instance by another one with the same ID. Where there is no
    /// old one, it is added, where there is no new one, removed.
    pub(crate) fn change(
        &mut self,
        old: Option<Instance>,
        new: Option<Instance>,
        owner: Ssid,
        keeps_acl: bool,
    ) {
        if old != new {
            self.step_pointer(old);
            self.step_pointer(new);
        }
        let mut is_bare = true;
        if let Some(old) = old {
            let mut from = 0;
            while let Some(&[key, value]) = self.row_at_or_after(old.base(), from) {
                self.step(key, value);
                from = u32::from(key as Ssid) + 1;
                if keeps_acl && let Some(new) = new {
                    let value = value >> 16 << 16 | u64::from(owner);
                    let ssid = u32::from(key as Ssid);
                    self.step(new.base().key(ssid), value);
                    is_bare = false;
                }
            }
        }
        if is_bare && let Some(new) = new {
            self.put_row(new.base(), [NONE, NONE], owner);
        }
    }

    /// Sets the entry for `ssid` to `entry`, or removes it; the ACL is present
    /// afterwards.
    pub(crate) fn set_entry(&mut self, instance: Instance, ssid: Ssid, entry: Packed) {
        if !instance.has(HAS_ACL) {
            self.step_pointer(Some(instance));
            self.step_pointer(Some(instance.with(HAS_ACL)));
        }
        let base = instance.base();
        let at = u32::from(ssid);
        // If all entries are below, the row before is one of its own.
        let row = (self.row_at_or_after(base, at))
            .or_else(|| self.targets.tail_before(base.key(at)).first_chunk());
        let Some(&row) = row else {
            return;
        };
        self.step(row[0], row[1]);
        let owner = row[1] as Ssid;
        // The row's entries without that for `ssid`, and the new one, in order.
        let [mut a, mut b] = entries(row);
        if a == b || a.ssid() == ssid {
            (a, b) = (b, NONE);
        }
        if a.ssid() == ssid {
            a = NONE;
        }
        if b.ssid() == ssid {
            b = NONE;
        }
        let (mut low, a) = (a.min(entry), a.max(entry));
        let (middle, mut high) = (a.min(b), a.max(b));
        if high != NONE {
            self.put_row(base, [low, low], owner);
            low = middle;
        } else if middle != NONE {
            high = middle;
        } else {
            high = low;
        }
        if low != NONE || self.entry_at_or_after(base, 0) == NONE {
            self.put_row(base, [low, high], owner);
        }
    }

    fn put_row(&mut self, base: Base, [a, b]: [Packed; 2], owner: Ssid) {
        let [key, value] = row(base, [a, b], owner);
        self.step(key, value);
    }
}

/// A row of the set of targets.
pub(crate) const fn row(base: Base, [first, second]: [Packed; 2], owner: Ssid) -> [u64; 2] {
    let masks = ((second.mask() as u64) << 16) | owner as u64;
    [
        base.key(second.ssid() as u32),
        ((first.0 as u64) << 32) | masks,
    ]
}
