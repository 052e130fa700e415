//! The persisted form, byte for byte what Anjay writes.
//!
//! Big-endian: the magic, a 32-bit count, and for each instance its target OID,
//! IID, target IID, owner, a flag for the ACL, and if that is 1 a 32-bit number
//! of entries, each a 16-bit mask and the SSID.

use crate::engine::is_target_oid;
use crate::table::{Instance, Table};
use crate::{Engine, Entry, Error, Host, MAX_ID, SSID_BOOTSTRAP};

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
    fn put(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        for &byte in bytes {
            if self.used >= BUFFER {
                self.flush()?;
            }
            if let Some(place) = self.buffer.get_mut(self.used) {
                *place = byte;
            }
            self.used += 1;
        }
        Ok(())
    }

    /// There are fewer instances, and fewer entries, than 16-bit IDs.
    fn put_count(&mut self, count: usize) -> Result<(), S::Error> {
        self.put(&(count as u32).to_be_bytes())
    }

    fn put_ids<const N: usize>(&mut self, ids: [u16; N]) -> Result<(), S::Error> {
        ids.iter().try_for_each(|id| self.put(&id.to_be_bytes()))
    }

    fn flush(&mut self) -> Result<(), S::Error> {
        let used = core::mem::take(&mut self.used);
        match self.buffer.get(..used) {
            Some(bytes) if used > 0 => self.sink.write(bytes),
            _ => Ok(()),
        }
    }

    fn put_table(&mut self, table: &Table) -> Result<(), S::Error> {
        self.put(&MAGIC)?;
        self.put_count(table.len())?;
        for instance in table.iter() {
            let (oid, target_iid) = instance.target().ok_or(Error::Incomplete)?;
            self.put_ids([oid, instance.iid, target_iid, instance.owner])?;
            self.put(&[u8::from(instance.has_acl())])?;
            if instance.has_acl() {
                self.put_count(table.entries(instance).count())?;
                for entry in table.entries(instance) {
                    self.put_ids([entry.mask, entry.ssid])?;
                }
            }
        }
        self.flush()
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
    /// The next bytes, where `more` bytes beyond them are certain to follow.
    fn take(&mut self, bytes: &mut [u8], more: usize) -> Result<(), S::Error> {
        let mut left = bytes.len();
        for place in bytes {
            if self.used >= self.filled {
                let wanted = left.saturating_add(more).min(BUFFER);
                if let Some(buffer) = self.buffer.get_mut(..wanted) {
                    self.source.read(buffer)?;
                }
                self.used = 0;
                self.filled = wanted;
            }
            *place = self.buffer.get(self.used).copied().unwrap_or_default();
            self.used += 1;
            left -= 1;
        }
        Ok(())
    }

    /// A count of what has a 16-bit ID that is not 65535.
    fn count(&mut self, more: usize) -> Result<usize, S::Error> {
        let mut bytes = [0; 4];
        self.take(&mut bytes, more)?;
        match u32::from_be_bytes(bytes) {
            count @ 0..=0xffff => Ok(count as usize),
            _ => Err(Error::Malformed.into()),
        }
    }
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
        };
        let mut state = self.write_state()?;
        // Back to before the transaction, and forth again.
        state.table.turn(0, true);
        let result = writer.put_table(&state.table);
        state.table.turn(0, false);
        state.modified &= result.is_err();
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
        Ok(())
    }

    fn read_table<S: Source>(&self, source: &mut S) -> Result<Table, S::Error> {
        let mut reader = Reader {
            source,
            buffer: [0; BUFFER],
            used: 0,
            filled: 0,
        };
        let mut magic = [0; 4];
        reader.take(&mut magic, 0)?;
        if magic != MAGIC {
            return Err(Error::Malformed.into());
        }
        let count = reader.count(0)?;
        let mut table = Table::new();
        for left in (0..count).rev() {
            let more = left * FIXED;
            let mut fixed = [0; FIXED];
            reader.take(&mut fixed, more)?;
            let [o0, o1, i0, i1, t0, t1, w0, w1, has_acl] = fixed;
            let [oid, iid, target_iid, owner] =
                [[o0, o1], [i0, i1], [t0, t1], [w0, w1]].map(u16::from_be_bytes);
            if !is_target_oid(oid)
                || iid == MAX_ID
                || owner == 0
                || has_acl > 1
                || table.governing(oid, target_iid).is_some()
                || table.find(iid).is_ok()
            {
                return Err(Error::Malformed.into());
            }
            let mut instance = Instance::governing(iid, oid, target_iid);
            instance.owner = owner;
            instance.set_has_acl(has_acl == 1);
            if has_acl == 1 {
                let count = reader.count(more)?;
                for left in (0..count).rev() {
                    let mut entry = [0; 4];
                    reader.take(&mut entry, left * 4 + more)?;
                    let [m0, m1, s0, s1] = entry;
                    let [mask, ssid] = [[m0, m1], [s0, s1]].map(u16::from_be_bytes);
                    if ssid == SSID_BOOTSTRAP || table.mask(&instance, ssid).is_some() {
                        return Err(Error::Malformed.into());
                    }
                    table.set_entry(&mut instance, Entry { ssid, mask })?;
                }
            }
            table.put(&instance)?;
            table.settle();
        }
        self.leave_out_unregistered(&mut table)?;
        Ok(table)
    }

    fn leave_out_unregistered(&self, table: &mut Table) -> Result<(), Error> {
        let mut oid = 0;
        // No target has Object ID 65535, so the search ends there.
        while let Some(found) = table.target_at_or_after(oid, 0, 0) {
            oid = found.oid;
            if !self.host.is_object_registered(oid)? {
                while let Some(found) = table.target_at_or_after(oid, 0, 0)
                    && found.oid == oid
                {
                    let iid = found.iid;
                    table.remove(iid)?;
                    table.settle();
                }
            }
            oid += 1;
        }
        Ok(())
    }
}
