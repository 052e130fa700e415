//! The persisted form, byte for byte what Anjay writes.
//!
//! Big-endian: the magic, a 32-bit count, and for each instance its target OID,
//! IID, target IID, owner, a flag for the ACL, and if that is 1 a 32-bit number
//! of entries, each a 16-bit mask and the SSID.

use crate::engine::is_target_oid;
use crate::index::Index;
use crate::table::Table;
use crate::{Engine, Entry, Error, Host, Iid, MAX_ID, Oid, SSID_BOOTSTRAP, vec};
use alloc::vec::Vec;

/// "ACO", version 1.
const MAGIC: [u8; 4] = *b"ACO\x01";
/// Size of an instance up to and including the flag for its ACL.
const FIXED: usize = 9;
/// How much goes to or comes from a stream at once.
const BUFFER: usize = 256;

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

struct Writer<'a, S> {
    sink: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
}

impl<S: Sink> Writer<'_, S> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), S::Error> {
        if self.used + N > BUFFER {
            self.flush()?;
        }
        for (place, byte) in self.buffer.iter_mut().skip(self.used).zip(bytes) {
            *place = byte;
        }
        self.used += N;
        Ok(())
    }

    fn put_count(&mut self, count: usize) -> Result<(), S::Error> {
        // There are fewer instances, and fewer entries, than 16-bit IDs.
        self.put(u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes())
    }

    fn flush(&mut self) -> Result<(), S::Error> {
        let used = core::mem::take(&mut self.used);
        match self.buffer.get(..used) {
            Some(bytes) if used > 0 => self.sink.write(bytes),
            _ => Ok(()),
        }
    }
}

/// Reads ahead, but never beyond what must still come: the bytes after the last
/// instance are somebody else's.
struct Reader<'a, S> {
    source: &'a mut S,
    buffer: [u8; BUFFER],
    used: usize,
    filled: usize,
}

impl<S: Source> Reader<'_, S> {
    /// The next `N` bytes, where `more` bytes beyond them are certain to follow.
    fn take<const N: usize>(&mut self, more: usize) -> Result<[u8; N], S::Error> {
        let mut bytes = [0; N];
        for (at, place) in bytes.iter_mut().enumerate() {
            if self.used >= self.filled {
                let wanted = (N - at).saturating_add(more).min(BUFFER);
                if let Some(buffer) = self.buffer.get_mut(..wanted) {
                    self.source.read(buffer)?;
                }
                self.used = 0;
                self.filled = wanted;
            }
            *place = self.buffer.get(self.used).copied().unwrap_or_default();
            self.used += 1;
        }
        Ok(bytes)
    }
}

impl<H: Host> Engine<H> {
    /// Writes the state; inside a transaction, the state before it. Success
    /// clears the modified mark of the state that was written.
    ///
    /// The state cannot be changed while it is being written: whatever the sink
    /// sets off gets [`Error::Busy`].
    ///
    /// # Errors
    /// The sink's; [`Error::Incomplete`] for an instance without a target;
    /// [`Error::NoMemory`] inside a transaction.
    pub fn persist<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error> {
        {
            let state = self.read_state()?;
            let writer = core::cell::RefCell::new(Writer {
                sink,
                buffer: [0; BUFFER],
                used: 0,
            });
            state.table.for_each_before(
                |count| {
                    let writer = &mut *writer.try_borrow_mut().map_err(|_| Error::Busy)?;
                    writer.put(MAGIC)?;
                    writer.put_count(count)
                },
                |record, entries| {
                    let writer = &mut *writer.try_borrow_mut().map_err(|_| Error::Busy)?;
                    let (oid, target_iid) = record.target().ok_or(Error::Incomplete)?;
                    writer.put(oid.to_be_bytes())?;
                    writer.put(record.iid().to_be_bytes())?;
                    writer.put(target_iid.to_be_bytes())?;
                    writer.put(record.owner().unwrap_or_default().to_be_bytes())?;
                    writer.put([u8::from(record.has_acl())])?;
                    if record.has_acl() {
                        writer.put_count(entries.len())?;
                        for entry in entries {
                            writer.put(entry.mask.to_be_bytes())?;
                            writer.put(entry.ssid.to_be_bytes())?;
                        }
                    }
                    Ok(())
                },
            )?;
            writer.into_inner().flush()?;
        }
        self.write_state()?.modified = false;
        Ok(())
    }

    /// Replaces the state by a persisted one. Instances of Objects that are not
    /// registered are left out. Bytes after the last instance are left unread.
    ///
    /// # Errors
    /// The source's; [`Error::Malformed`] for data that no device can have
    /// written; [`Error::Busy`] inside a transaction; [`Error::NoMemory`];
    /// [`Error::Host`].
    pub fn restore<S: Source>(&self, source: &mut S) -> Result<(), S::Error> {
        if self.read_state()?.transaction.is_some() {
            return Err(Error::Busy.into());
        }
        let table = self.read_table(source)?;
        let mut state = self.write_state()?;
        // The host's answers may have opened one.
        if state.transaction.is_some() {
            return Err(Error::Busy.into());
        }
        state.table = table;
        state.modified = false;
        state.generation = state.generation.wrapping_add(1);
        Ok(())
    }

    fn read_table<S: Source>(&self, source: &mut S) -> Result<Table, S::Error> {
        let mut reader = Reader {
            source,
            buffer: [0; BUFFER],
            used: 0,
            filled: 0,
        };
        if reader.take(4)? != MAGIC {
            return Err(Error::Malformed.into());
        }
        let count = u32::from_be_bytes(reader.take(0)?);
        let count = u16::try_from(count).map_err(|_| Error::Malformed)?;
        let mut table = Table::new();
        for left in (0..usize::from(count)).rev() {
            let more = left * FIXED;
            let [o0, o1, i0, i1, t0, t1, w0, w1, has_acl] = reader.take(more)?;
            let oid = u16::from_be_bytes([o0, o1]);
            let acl_iid = u16::from_be_bytes([i0, i1]);
            let target_iid = u16::from_be_bytes([t0, t1]);
            let owner = u16::from_be_bytes([w0, w1]);
            if !is_target_oid(oid) || acl_iid == MAX_ID || owner == 0 {
                return Err(Error::Malformed.into());
            }
            let entries = match has_acl {
                0 => None,
                1 => Some(read_entries(&mut reader, more)?),
                _ => return Err(Error::Malformed.into()),
            };
            add(&mut table, acl_iid, oid, target_iid, owner, entries)?;
        }
        self.leave_out_unregistered(&mut table)?;
        Ok(table)
    }

    fn leave_out_unregistered(&self, table: &mut Table) -> Result<(), Error> {
        let mut from = [0, 0, 0];
        let mut asked: Option<(Oid, bool)> = None;
        while let Some((key, _)) = table.target_at_or_after(from) {
            let [oid, iid, slot] = key;
            let is_registered = match asked {
                Some((last, answer)) if last == oid => answer,
                _ => self.host.is_object_registered(oid)?,
            };
            asked = Some((oid, is_registered));
            from = if is_registered {
                // On to the next Object; 65535 is none.
                [oid.saturating_add(1), 0, 0]
            } else {
                table.kill(0, slot)?;
                table.settle();
                [oid, iid, slot]
            };
        }
        Ok(())
    }
}

fn add(
    table: &mut Table,
    acl_iid: Iid,
    oid: Oid,
    target_iid: Iid,
    owner: u16,
    entries: Option<Vec<Entry>>,
) -> Result<(), Error> {
    if table.governing(oid, target_iid).is_some() {
        return Err(Error::Malformed);
    }
    let slot = match table.insert(acl_iid, entries.is_some()) {
        Err(Error::Conflict(_)) => return Err(Error::Malformed),
        other => other?,
    };
    table.set_target(0, slot, Some(oid), Some(target_iid))?;
    table.set_owner(0, slot, owner)?;
    if let Some(entries) = entries {
        table.set_entries(slot, entries)?;
    }
    table.settle();
    Ok(())
}

/// The entries of one ACL, by rising SSID. Memory grows with what was read.
fn read_entries<S: Source>(
    reader: &mut Reader<'_, S>,
    more: usize,
) -> Result<Vec<Entry>, S::Error> {
    let count = u32::from_be_bytes(reader.take(more)?);
    let count = u16::try_from(count).map_err(|_| Error::Malformed)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut unsorted: Option<Index> = None;
    for left in (0..usize::from(count)).rev() {
        let [m0, m1, s0, s1] = reader.take(more.saturating_add(left * 4))?;
        let ssid = u16::from_be_bytes([s0, s1]);
        let mask = u16::from_be_bytes([m0, m1]);
        if ssid == SSID_BOOTSTRAP {
            return Err(Error::Malformed.into());
        }
        if unsorted.is_none() && entries.last().is_none_or(|last| last.ssid < ssid) {
            vec::push(&mut entries, Entry { ssid, mask })?;
            continue;
        }
        let index = match &mut unsorted {
            Some(index) => index,
            None => {
                let mut index = Index::new();
                for entry in &entries {
                    index.insert([0, entry.ssid, entry.mask])?;
                }
                unsorted.insert(index)
            }
        };
        let next = index.at_or_after([0, ssid, 0]);
        if next.is_some_and(|[_, other, _]| other == ssid) {
            return Err(Error::Malformed.into());
        }
        index.insert([0, ssid, mask])?;
    }
    if let Some(index) = unsorted {
        entries.clear();
        for [_, ssid, mask] in index.iter() {
            vec::push(&mut entries, Entry { ssid, mask })?;
        }
    }
    Ok(entries)
}
