//! Persisting on a hosted system: many bytes at a time, and rows in their order.

use super::{Sink, Source};
use crate::list::List;
use crate::refusal::Story;
use crate::row::{AclEntry, Instance};
use crate::table::{AclRow, Place, Table};
use crate::{Iid, Ssid, Why};

/// How much goes to or comes from a stream at once.
const BUFFER: usize = 256;

/// After an error it writes nothing more, so that it is asked once, at the end.
pub(super) struct Output<'a, S: Sink> {
    sink: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
    pub(super) result: Result<(), S::Error>,
}

impl<S: Sink> Output<'_, S> {
    pub(super) fn new(sink: &mut S) -> Output<'_, S> {
        Output {
            sink,
            buffer: [0; BUFFER],
            used: 0,
            result: Ok(()),
        }
    }

    /// Writes the first `size` of four bytes.
    pub(super) fn put(&mut self, value: u32, size: usize) {
        if self.used > BUFFER - 4 {
            self.flush();
        }
        let place = self.buffer.get_mut(self.used..);
        if let Some(place) = place.and_then(|left| left.first_chunk_mut()) {
            *place = value.to_be_bytes();
        }
        self.used += size;
    }

    pub(super) fn flush(&mut self) {
        let used = core::mem::take(&mut self.used);
        if self.result.is_ok() {
            self.result = self.sink.write(self.buffer.get(..used).unwrap_or(&[]));
        }
    }
}

/// Reads ahead, but never beyond what must still come: the bytes after the last
/// instance are somebody else's.
pub(super) struct Input<'a, S: Source> {
    source: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
    filled: usize,
    pub(super) result: Result<(), S::Error>,
}

impl<S: Source> Input<'_, S> {
    pub(super) fn new(source: &mut S) -> Input<'_, S> {
        Input {
            source,
            buffer: [0; BUFFER],
            used: 0,
            filled: 0,
            result: Ok(()),
        }
    }

    /// The next `size` of four bytes, the first ones, where `more` bytes beyond
    /// these are certain to follow. Means nothing once the result is an error.
    pub(super) fn take(&mut self, size: usize, more: usize) -> u32 {
        if self.filled < self.used + size {
            // What is left over goes to the front.
            let left = self.filled.saturating_sub(self.used);
            if self.used <= self.filled && self.filled <= BUFFER {
                self.buffer.copy_within(self.used..self.filled, 0);
            }
            self.used = 0;
            self.filled = (size + more).min(BUFFER);
            if self.result.is_ok() {
                if let Some(free) = self.buffer.get_mut(left..self.filled) {
                    self.result = self.source.read(free);
                }
            }
        }
        let left = self.buffer.get(self.used..).unwrap_or(&[]);
        self.used += size;
        match *left {
            [a, b, c, d, ..] if size == 4 => u32::from_be_bytes([a, b, c, d]),
            [a, ..] => a.into(),
            [] => 0,
        }
    }
}

/// Collects rows as they come, and fills the set of targets at the end: in rising
/// order, which is faster than finding a place for each in the order of IDs.
pub(super) struct Builder {
    pub(super) table: Table,
    /// No instance has this ID or a higher one.
    above: u32,
    /// Rows of the set of targets, in the order of instances.
    rows: List<AclRow>,
    /// Entries that do not come in order.
    unordered: List<(Iid, AclEntry)>,
    /// The instance that comes in, and its owner until that has been put in a row.
    instance: Instance,
    owner: Ssid,
    is_first: bool,
    /// An entry that waits for another one to share a row with.
    waiting: AclEntry,
    /// The highest one in order.
    last: AclEntry,
}

impl Builder {
    pub(super) const fn new() -> Builder {
        Builder {
            table: Table::new(),
            above: 0,
            rows: List::new(),
            unordered: List::new(),
            instance: Instance::bare(0),
            owner: 0,
            is_first: true,
            waiting: AclEntry::NONE,
            last: AclEntry::NONE,
        }
    }

    /// An instance, whose entries follow.
    pub(super) fn start(&mut self, instance: Instance, owner: Ssid) -> Result<(), Why> {
        let iid = u32::from(instance.iid());
        if iid < self.above && self.table.find(instance.iid()).is_some() {
            return Err(Why::RepeatedIid);
        }
        self.above = self.above.max(iid + 1);
        self.table.add_pointer(instance)?;
        (self.instance, self.owner, self.is_first) = (instance, owner, true);
        (self.waiting, self.last) = (AclEntry::NONE, AclEntry::NONE);
        Ok(())
    }

    fn push_row(&mut self, pair: [AclEntry; 2]) -> Result<(), Why> {
        // The owner stands in the first row.
        let owner = core::mem::take(&mut self.owner);
        self.is_first = false;
        let row = AclRow::new(Place::of(self.instance), pair, owner);
        Ok(self.rows.push(row)?)
    }

    pub(super) fn add(&mut self, entry: AclEntry) -> Result<(), Why> {
        if !self.last.is_none() && entry.ssid() <= self.last.ssid() {
            self.unordered.push((self.instance.iid(), entry))?;
            return Ok(());
        }
        self.last = entry;
        if self.waiting.is_none() {
            self.waiting = entry;
            return Ok(());
        }
        let first = core::mem::replace(&mut self.waiting, AclEntry::NONE);
        self.push_row([first, entry])
    }

    /// The instance is complete.
    pub(super) fn end(&mut self) -> Result<(), Why> {
        match !self.waiting.is_none() || self.is_first {
            true => self.push_row([self.waiting; 2]),
            false => Ok(()),
        }
    }

    /// All instances have come. Notes in the story which one is refused.
    pub(super) fn finish(&mut self, story: &mut Story) -> Result<(), Why> {
        sort_by_target(&mut self.rows)?;
        let mut previous: Option<Place> = None;
        for &row in self.rows.iter() {
            let place = row.place();
            if previous.is_some_and(|before| before.target == place.target && before != place) {
                story.tell(|call| {
                    call.acl_iid = place.iid;
                    (call.oid, call.iid) = (place.target.oid(), place.target.iid());
                });
                return Err(Why::RepeatedTarget);
            }
            previous = Some(place);
            self.table.add_row(row)?;
        }
        for &(iid, entry) in self.unordered.iter() {
            let Some(instance) = self.table.find(iid) else {
                continue;
            };
            if self.table.entry_at_or_after(instance, entry.ssid()).ssid() == entry.ssid() {
                story.tell(|call| {
                    (call.acl_iid, call.ssid) = (iid, entry.ssid());
                    (call.oid, call.iid) = (instance.target().oid(), instance.target().iid());
                });
                return Err(Why::RepeatedKey);
            }
            self.table.set_entry(instance, entry);
            let outcome = self.table.outcome();
            self.table.finish(outcome.is_ok());
            outcome?;
        }
        (self.rows, self.unordered) = (List::new(), List::new());
        Ok(())
    }
}

/// Sorts by target, and leaves what has the same one in its order: by one byte
/// after the other, for the library's own sorting may panic.
fn sort_by_target(rows: &mut List<AclRow>) -> Result<(), Why> {
    // As it is where targets rise with the IDs of their instances.
    if rows.is_sorted_by_key(|row| row.target()) {
        return Ok(());
    }
    let mut sorted = rows.copy()?;
    for at in 0..4 {
        let mut places = [0; 256];
        for row in rows.iter() {
            if let Some(place) = places.get_mut(usize::from(row.target().byte(at))) {
                *place += 1;
            }
        }
        if places.contains(&rows.len()) {
            continue;
        }
        let mut below = 0;
        for place in &mut places {
            below += core::mem::replace(place, below);
        }
        for row in rows.iter() {
            let place = places.get_mut(usize::from(row.target().byte(at)));
            let Some(place) = place else { continue };
            if let Some(sorted) = sorted.get_mut(*place) {
                *sorted = *row;
            }
            *place += 1;
        }
        core::mem::swap(rows, &mut sorted);
    }
    Ok(())
}
