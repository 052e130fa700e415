//! The persisted form, byte for byte what Anjay writes.
//!
//! Big-endian: the magic, a 32-bit count, and for each instance its target OID,
//! IID, target IID, owner, a flag for the ACL, and if that is 1 a 32-bit number
//! of entries, each a 16-bit mask and the SSID.

use crate::engine::is_target_oid;
use crate::table::{
    HAS_ACL, HAS_TARGET_IID, Instance, NONE, Packed, Table, is_same, join, row, split, unpack,
};
use crate::{Call, Engine, Error, Host, MAX_ID, Refusal, SMALL, SSID_BOOTSTRAP, Ssid, Why, vec};
use alloc::vec::Vec;

/// "ACO", version 1.
const MAGIC: u32 = u32::from_be_bytes(*b"ACO\x01");
/// Size of an instance up to and including the flag for its ACL.
const FIXED: usize = 9;
/// How much goes to or comes from a stream at once.
const BUFFER: usize = if SMALL { 4 } else { 256 };

/// Takes persisted bytes.
pub trait Sink {
    /// What can go wrong.
    type Error: From<Error>;

    /// Takes all the bytes.
    ///
    /// # Errors
    /// The sink's own.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// Gives persisted bytes.
pub trait Source {
    /// What can go wrong.
    type Error: From<Error>;

    /// Fills the whole buffer; the end of the data is an error.
    ///
    /// # Errors
    /// The source's own.
    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Self::Error>;
}

/// After an error it writes nothing more, so that it is asked once, at the end.
struct Writer<'a, S: Sink> {
    sink: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
    result: Result<(), S::Error>,
    /// What is to be told, should there be an error.
    call: Refusal,
}

impl<S: Sink> Writer<'_, S> {
    /// Writes the first `size` of four bytes.
    fn put(&mut self, value: u32, size: usize) {
        if SMALL {
            if self.result.is_ok() {
                let bytes = value.to_be_bytes();
                self.result = self.sink.write(bytes.get(..size).unwrap_or(&[]));
            }
            return;
        }
        if self.used > BUFFER - 4 {
            self.flush();
        }
        let place = self.buffer.get_mut(self.used..);
        if let Some(place) = place.and_then(|left| left.first_chunk_mut()) {
            *place = value.to_be_bytes();
        }
        self.used += size;
    }

    fn flush(&mut self) {
        let used = core::mem::take(&mut self.used);
        if self.result.is_ok() {
            self.result = self.sink.write(self.buffer.get(..used).unwrap_or(&[]));
        }
    }

    fn put_table(&mut self, table: &Table) {
        self.put(MAGIC, 4);
        // Fewer than there are 16-bit IDs.
        self.put(table.instances.len() as u32, 4);
        // Targets mostly rise with the IDs of their instances.
        let mut next: &[u64] = &[];
        table.visit(|instance| {
            let mut rows = next;
            if SMALL || !rows.first().is_some_and(|key| instance.base().has(*key)) {
                rows = table.rows(instance);
            }
            next = self.put_instance(table, instance, rows);
        });
        if !SMALL {
            self.flush();
        }
    }

    /// Returns the rows behind those of this instance, as far as they are at hand.
    fn put_instance<'a>(
        &mut self,
        table: &'a Table,
        instance: Instance,
        rows: &'a [u64],
    ) -> &'a [u64] {
        let owner = rows.get(1).map_or(0, |value| *value as u16);
        if !instance.has_target() && self.result.is_ok() {
            self.result = Err(Error::Incomplete.into());
            (self.call.why, self.call.acl_iid) = (Why::TargetUnset, instance.iid());
        }
        self.put(join([instance.oid(), instance.iid()]), 4);
        self.put(join([instance.target_iid(), owner]), 4);
        let has_acl = instance.has(HAS_ACL);
        self.put(u32::from(has_acl) << 24, 1);
        if has_acl {
            let mut count = 0;
            if SMALL {
                // Twice: to count them, and to write them.
                for is_counted in [false, true] {
                    let mut entry = table.entry_at_or_after(instance.base(), 0);
                    while entry != NONE {
                        match is_counted {
                            true => self.put(entry.0.rotate_left(16), 4),
                            false => count += 1,
                        }
                        entry = table.entry_at_or_after(instance.base(), entry.ssid() + 1);
                    }
                    if !is_counted {
                        self.put(count, 4);
                    }
                }
                return &[];
            }
            let next = table.visit_entries(rows, |_| count += 1);
            self.put(count, 4);
            table.visit_entries(rows, |entry| self.put(entry.0.rotate_left(16), 4));
            return next;
        }
        &[]
    }
}

/// Reads ahead, but never beyond what must still come: the bytes after the last
/// instance are somebody else's.
///
/// After an error it gives zeros, which soon end what is read, whatever it is,
/// and so is asked once, at the end.
struct Input<'a, S: Source> {
    source: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
    filled: usize,
    /// How many bytes have been taken.
    at: u32,
    result: Result<(), S::Error>,
}

/// Makes rows of what comes in.
struct Reader<'a, S: Source> {
    input: Input<'a, S>,
    /// No instance has this ID or a higher one.
    above: u32,
    /// Rows of the set of targets, in the order of instances.
    rows: Vec<[u64; 2]>,
    /// Entries that do not come in order.
    unordered: Vec<(Instance, Packed)>,
    /// What is being looked at.
    call: Refusal,
}

impl<S: Source> Input<'_, S> {
    /// Reads `size` of four bytes, the first ones, where `more` bytes beyond
    /// these are certain to follow.
    fn take(&mut self, size: usize, more: usize) -> u32 {
        self.at = self.at.wrapping_add(size as u32);
        if SMALL {
            let mut bytes = [0; 4];
            if let Some(free) = bytes.get_mut(..size)
                && self.result.is_ok()
            {
                self.result = self.source.read(free);
            }
            return match self.result {
                Ok(()) if size == 4 => u32::from_be_bytes(bytes),
                Ok(()) => bytes[0].into(),
                Err(_) => 0,
            };
        }
        if self.filled < self.used + size {
            // What is left over goes to the front.
            let mut kept = 0;
            while self.used < self.filled
                && let Some(&byte) = self.buffer.get(self.used)
                && let Some(place) = self.buffer.get_mut(kept)
            {
                *place = byte;
                kept += 1;
                self.used += 1;
            }
            self.used = 0;
            self.filled = (size + more).min(BUFFER);
            if let Some(free) = self.buffer.get_mut(kept..self.filled)
                && self.result.is_ok()
            {
                self.result = self.source.read(free);
            }
        }
        let left = self.buffer.get(self.used..).unwrap_or(&[]);
        self.used += size;
        match *left {
            _ if self.result.is_err() => 0,
            [a, b, c, d, ..] if size == 4 => u32::from_be_bytes([a, b, c, d]),
            [a, ..] => u32::from(a),
            [] => 0,
        }
    }
}

impl<S: Source> Reader<'_, S> {
    /// Notes in the refusal where the number ends that was just read.
    fn look_at(&mut self, instance: Instance, owner: Ssid) {
        self.call.at = self.input.at;
        self.call.acl_iid = instance.iid();
        [self.call.oid, self.call.iid] = instance.base().target();
        self.call.ssid = owner;
    }

    /// Fills the table.
    fn take_table(&mut self, table: &mut Table) -> Result<(), Why> {
        let magic = self.input.take(4, 0);
        self.call.at = self.input.at;
        if magic != MAGIC {
            return Err(Why::WrongMagic);
        }
        let count = self.input.take(4, 0);
        self.call.at = self.input.at;
        self.call.value = count.into();
        if count > 0xffff {
            return Err(Why::TooManyInstances);
        }
        self.call.value = 0;
        for left in (0..count as usize).rev() {
            self.take_instance(table, left * FIXED)?;
        }
        if !SMALL {
            self.build(table)?;
        }
        table.outcome()
    }

    fn take_instance(&mut self, table: &mut Table, more: usize) -> Result<(), Why> {
        let [oid, iid] = split(self.input.take(4, 5 + more));
        let [target_iid, owner] = split(self.input.take(4, 1 + more));
        let has_acl = self.input.take(1, more);
        let mut count = has_acl;
        let mut instance = Instance::new(iid, [oid, target_iid], HAS_TARGET_IID);
        self.look_at(instance, owner);
        self.call.value = has_acl.into();
        if !is_target_oid(oid) {
            return Err(Why::WrongOid);
        }
        if iid == MAX_ID {
            return Err(Why::WrongIid);
        }
        if owner == 0 {
            return Err(Why::WrongOwner);
        }
        if has_acl > 1 {
            return Err(Why::WrongHasAcl);
        }
        if has_acl == 1 {
            instance = instance.with(HAS_ACL);
            count = self.input.take(4, more);
            self.call.at = self.input.at;
            self.call.value = count.into();
        }
        if count > 0xffff {
            return Err(Why::TooManyEntries);
        }
        self.call.value = 0;
        if SMALL && table.governing(oid, target_iid) != MAX_ID {
            return Err(Why::RepeatedTarget);
        }
        if (SMALL || u32::from(iid) < self.above) && table.find(iid).is_some() {
            return Err(Why::RepeatedIid);
        }
        if !SMALL {
            self.above = self.above.max(u32::from(iid) + 1);
            table.add_pointer(instance);
            return self.take_rows(instance, owner, count, more);
        }
        table.add(instance, owner);
        loop {
            let entry = self.take_entry(&mut count, more)?;
            if entry == NONE {
                break;
            }
            add_entry(table, instance, entry)?;
        }
        table.settle();
        Ok(())
    }

    /// Makes rows of entries that come in order, and keeps the others for later.
    fn take_rows(
        &mut self,
        instance: Instance,
        owner: Ssid,
        mut count: u32,
        more: usize,
    ) -> Result<(), Why> {
        let base = instance.base();
        let mut first = NONE;
        let mut last = NONE;
        loop {
            let entry = self.take_entry(&mut count, more)?;
            if entry == NONE {
                break;
            }
            if last != NONE && entry.ssid() <= last.ssid() {
                vec::push(&mut self.unordered, (instance, entry))?;
                continue;
            }
            last = entry;
            if first == NONE {
                first = entry;
            } else {
                vec::push(&mut self.rows, row(base, [first, entry], owner))?;
                first = NONE;
            }
        }
        if first != NONE || last == NONE {
            vec::push(&mut self.rows, row(base, [first, first], owner))?;
        }
        Ok(())
    }

    /// Fills the set of targets: in rising order, which is faster than finding a
    /// place for each row in the order of IDs.
    fn build(&mut self, table: &mut Table) -> Result<(), Why> {
        sort_by_target(&mut self.rows)?;
        let mut previous = u64::MAX;
        for &[key, value] in &self.rows {
            if (key ^ previous) >> 32 == 0 && !is_same(key, previous) {
                [self.call.oid, self.call.iid, self.call.acl_iid, _] = unpack(key);
                return Err(Why::RepeatedTarget);
            }
            previous = key;
            table.add_row([key, value]);
        }
        for &(instance, entry) in &self.unordered {
            self.call.acl_iid = instance.iid();
            [self.call.oid, self.call.iid] = instance.base().target();
            self.call.ssid = entry.ssid();
            add_entry(table, instance, entry)?;
            table.settle();
        }
        Ok(())
    }

    /// One of `count` entries; [`NONE`] if there is none left.
    fn take_entry(&mut self, count: &mut u32, more: usize) -> Result<Packed, Why> {
        if *count == 0 {
            return Ok(NONE);
        }
        *count -= 1;
        let taken = self.input.take(4, *count as usize * 4 + more);
        // Nothing is made of what did not come.
        if self.input.result.is_err() {
            return Err(Why::StreamFailed);
        }
        let entry = Packed(taken.rotate_left(16));
        self.call.at = self.input.at;
        self.call.ssid = entry.ssid();
        if entry.ssid() == SSID_BOOTSTRAP {
            return Err(Why::WrongKey);
        }
        Ok(entry)
    }
}

fn add_entry(table: &mut Table, instance: Instance, entry: Packed) -> Result<(), Why> {
    if table.entry(instance, entry.ssid()) != NONE {
        return Err(Why::RepeatedKey);
    }
    table.set_entry(instance, entry.ssid(), entry);
    Ok(())
}

/// Sorts by the upper half of the key, and leaves what has the same one in its
/// order: by one byte after the other, for the library's own sorting may panic.
fn sort_by_target(rows: &mut Vec<[u64; 2]>) -> Result<(), Why> {
    // As it is where targets rise with the IDs of their instances.
    if rows.is_sorted_by_key(|[key, _]| key >> 32) {
        return Ok(());
    }
    let mut sorted = Vec::new();
    sorted.try_reserve_exact(rows.len())?;
    for row in rows.iter() {
        vec::push(&mut sorted, *row)?;
    }
    for shift in [32, 40, 48, 56] {
        let byte = |[key, _]: [u64; 2]| (key >> shift) as u8 as usize;
        let mut places = [0; 256];
        for row in rows.iter() {
            places[byte(*row)] += 1;
        }
        if places.contains(&rows.len()) {
            continue;
        }
        let mut below = 0;
        for place in &mut places {
            below += core::mem::replace(place, below);
        }
        for row in rows.iter() {
            let place = &mut places[byte(*row)];
            if let Some(sorted) = sorted.get_mut(*place) {
                *sorted = *row;
            }
            *place += 1;
        }
        core::mem::swap(rows, &mut sorted);
    }
    Ok(())
}

impl<H: Host> Engine<H> {
    /// Writes the state; inside a transaction, the state before it. Success
    /// clears the modified mark of the state that was written.
    ///
    /// While the state is being written, whatever the sink sets off finds the
    /// engine [`Error::Busy`], and denies.
    ///
    /// # Errors
    /// The sink's; [`Error::Incomplete`] for an instance without a target.
    pub fn persist<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error> {
        let mut writer = Writer {
            sink,
            buffer: [0; BUFFER],
            used: 0,
            result: Ok(()),
            call: Refusal::of(Call::Persist),
        };
        writer.call.why = Why::StreamFailed;
        let mut state = match self.lock() {
            Ok(state) => state,
            Err(why) => return Err(self.refuse(writer.call, why).into()),
        };
        state.table.before(|table| writer.put_table(table));
        let Writer { result, call, .. } = writer;
        state.modified &= result.is_err();
        drop(state);
        if result.is_err() {
            self.refuse(call, call.why);
        }
        result
    }

    /// Replaces the state by a persisted one. Instances of Objects that are not
    /// registered are left out. Bytes after the last instance are left unread.
    ///
    /// # Errors
    /// The source's; [`Error::Malformed`] for data that no device can have
    /// written; [`Error::Busy`] inside a transaction; [`Error::NoMemory`];
    /// [`Error::Host`].
    pub fn restore<S: Source>(&self, source: &mut S) -> Result<(), S::Error> {
        let mut reader = Reader {
            input: Input {
                source,
                buffer: [0; BUFFER],
                used: 0,
                filled: 0,
                at: 0,
                result: Ok(()),
            },
            above: 0,
            rows: Vec::new(),
            unordered: Vec::new(),
            call: Refusal::of(Call::Restore),
        };
        let result = self.replace(&mut reader);
        let Reader {
            input,
            rows,
            unordered,
            call,
            ..
        } = reader;
        if SMALL {
            // Nothing is ever in them.
            core::mem::forget((rows, unordered));
        }
        // Once the stream has failed, whatever else is wrong follows from that.
        if input.result.is_err() {
            self.refuse(call, Why::StreamFailed);
        }
        input.result?;
        result.map_err(|why| self.refuse(call, why).into())
    }

    fn replace<S: Source>(&self, reader: &mut Reader<'_, S>) -> Result<(), Why> {
        let check_closed = || match self.lock()?.is_open {
            true => Err(Why::TransactionOpen),
            false => Ok(()),
        };
        check_closed()?;
        let mut table = Table::new();
        reader.take_table(&mut table)?;
        if reader.input.result.is_err() {
            return Err(Why::StreamFailed);
        }
        self.leave_out_unregistered(&mut table)?;
        // The host's answers may have opened one.
        check_closed()?;
        let mut state = self.lock()?;
        state.table = table;
        state.modified = false;
        Ok(())
    }

    fn leave_out_unregistered(&self, table: &mut Table) -> Result<(), Why> {
        let mut from = 0;
        while let Some(&key) = table.targets.tail(from).first() {
            let [oid, _, iid, _] = unpack(key);
            from = key;
            if self.host.is_object_registered(oid)? {
                from = (key | u64::MAX >> 16) + 1;
            } else {
                table.remove(table.find(iid));
                table.settle();
                table.outcome()?;
            }
        }
        Ok(())
    }
}
