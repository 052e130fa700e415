//! The persisted form, byte for byte what Anjay writes.
//!
//! Big-endian: the magic, a 32-bit count, and for each instance its target OID,
//! IID, target IID, owner, a flag for the ACL, and if that is 1 a 32-bit number
//! of entries, each a 16-bit mask and the SSID. All numbers but the flag can be
//! taken in words of 32 bits.
//!
//! The format is here; how bytes are gathered and a table is built is in a file
//! for each variant.

#[cfg(not(any(target_os = "none", access_control_small)))]
#[path = "buffered.rs"]
mod variant;
#[cfg(any(target_os = "none", access_control_small))]
#[path = "direct.rs"]
mod variant;

use crate::grant::is_governable;
use crate::refusal::Story;
use crate::row::{AclEntry, Instance, Target, join, split};
use crate::table::{Entries, Table, View};
use crate::{Call, Engine, Error, Host, MAX_ID, SSID_BOOTSTRAP, Ssid, Why};
use variant::{Builder, Input, Output};

/// "ACO", version 1.
const MAGIC: u32 = u32::from_be_bytes(*b"ACO\x01");
/// Size of an instance up to and including the flag for its ACL.
const FIXED: usize = 9;
/// Neither instances nor entries can be more, for each has an ID of its own.
const MOST: u32 = u16::MAX as u32;

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

// ---- writing --------------------------------------------------------------------

impl<S: Sink> Output<'_, S> {
    fn put_table(&mut self, view: View<'_>, story: &mut Story) -> Result<(), Why> {
        self.put(MAGIC, 4);
        // Fewer than there are IDs.
        self.put(view.len() as u32, 4);
        view.visit(|instance, owner, entries| {
            if !instance.has_target() {
                story.tell(|call| call.acl_iid = instance.iid());
                return Err(Why::TargetUnset);
            }
            self.put_instance(instance, owner, entries);
            Ok(())
        })?;
        self.flush();
        match self.result {
            Ok(()) => Ok(()),
            Err(_) => Err(Why::StreamFailed),
        }
    }

    fn put_instance(&mut self, instance: Instance, owner: Ssid, entries: Entries<'_>) {
        self.put(join(instance.target().oid(), instance.iid()), 4);
        self.put(join(instance.target().iid(), owner), 4);
        self.put(u32::from(instance.has_acl()) << 24, 1);
        if instance.has_acl() {
            self.put(entries.len() as u32, 4);
            for entry in entries {
                self.put(entry.persisted(), 4);
            }
        }
    }
}

// ---- reading --------------------------------------------------------------------

/// Makes a table of what comes in.
struct Reader<'a, S: Source> {
    input: Input<'a, S>,
    builder: Builder,
    /// What is being looked at.
    story: Story,
}

impl<S: Source> Reader<'_, S> {
    /// Reads `size` of four bytes, the first ones, where `more` bytes beyond
    /// these are certain to follow. What does not come is zero, which soon ends
    /// what is read, as no Object 0 is governed.
    fn take(&mut self, size: usize, more: usize) -> u32 {
        let taken = self.input.take(size, more);
        self.story
            .tell(|call| call.at = call.at.wrapping_add(size as u32));
        match self.input.result {
            Ok(()) => taken,
            Err(_) => 0,
        }
    }

    fn take_table(&mut self) -> Result<(), Why> {
        if self.take(4, 0) != MAGIC {
            return Err(Why::WrongMagic);
        }
        let count = self.take(4, 0);
        self.check_count(count, Why::TooManyInstances)?;
        for left in (0..count as usize).rev() {
            self.take_instance(left * FIXED)?;
        }
        self.builder.finish(&mut self.story)
    }

    /// Fails, if there are more of something than it has IDs.
    fn check_count(&mut self, count: u32, why: Why) -> Result<(), Why> {
        if count > MOST {
            self.story.tell(|call| call.value = count.into());
            return Err(why);
        }
        Ok(())
    }

    fn take_instance(&mut self, more: usize) -> Result<(), Why> {
        let (oid, iid) = split(self.take(4, 5 + more));
        let (target_iid, owner) = split(self.take(4, 1 + more));
        let has_acl = self.take(1, more);
        self.story.tell(|call| {
            (call.oid, call.iid) = (oid, target_iid);
            (call.acl_iid, call.ssid) = (iid, owner);
        });
        if !is_governable(oid) {
            return Err(Why::WrongOid);
        }
        if iid == MAX_ID {
            return Err(Why::WrongIid);
        }
        if owner == 0 {
            return Err(Why::WrongOwner);
        }
        if has_acl > 1 {
            self.story.tell(|call| call.value = has_acl.into());
            return Err(Why::WrongHasAcl);
        }
        let mut count = has_acl;
        if has_acl == 1 {
            count = self.take(4, more);
        }
        self.check_count(count, Why::TooManyEntries)?;
        let instance = Instance::new(iid, Target::new(oid, target_iid));
        self.builder.start(instance.with_acl(has_acl == 1), owner)?;
        for left in (0..count as usize).rev() {
            let entry = AclEntry::from_persisted(self.take(4, left * 4 + more));
            // Here zero would be right, and much would be made of it.
            if self.input.result.is_err() {
                return Err(Why::StreamFailed);
            }
            self.story.tell(|call| call.ssid = entry.ssid());
            if entry.ssid() == SSID_BOOTSTRAP {
                return Err(Why::WrongKey);
            }
            self.builder.add(entry)?;
        }
        self.builder.end()
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
        let mut story = Story::of(Call::Persist);
        let mut output = Output::new(sink);
        let put = match self.lock_any() {
            None => Err(Why::InUse),
            Some(mut state) => {
                let put = output.put_table(state.table.view(true), &mut story);
                state.modified &= put.is_err();
                put
            }
        };
        put.map_err(|why| self.blame(output.result, &story, why))
    }

    /// Tells the host why a stream is refused; the error that is to be returned,
    /// which is the stream's own, once it has failed.
    fn blame<E: From<Error>>(&self, stream: Result<(), E>, story: &Story, why: Why) -> E {
        match stream {
            Ok(()) => self.refuse(story, why).into(),
            Err(error) => {
                // Whatever else is wrong follows from that.
                self.refuse(story, Why::StreamFailed);
                error
            }
        }
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
            input: Input::new(source),
            builder: Builder::new(),
            story: Story::of(Call::Restore),
        };
        let replaced = self.replace(&mut reader);
        replaced.map_err(|why| self.blame(reader.input.result, &reader.story, why))
    }

    fn replace<S: Source>(&self, reader: &mut Reader<'_, S>) -> Result<(), Why> {
        let check_closed = || match self.lock_any().ok_or(Why::InUse)?.table.is_open() {
            true => Err(Why::TransactionOpen),
            false => Ok(()),
        };
        check_closed()?;
        reader.take_table()?;
        if reader.input.result.is_err() {
            return Err(Why::StreamFailed);
        }
        let table = &mut reader.builder.table;
        self.leave_out_unregistered(table)?;
        // The host's answers may have opened one.
        check_closed()?;
        let mut state = self.lock().ok_or(Why::InUse)?;
        state.table.take_over(table);
        state.modified = false;
        Ok(())
    }

    fn leave_out_unregistered(&self, table: &mut Table) -> Result<(), Why> {
        let mut from = 0;
        while let Some(instance) = table.at_or_after(from) {
            from = instance.iid() + 1;
            if !self.host.is_object_registered(instance.target().oid())? {
                table.leave_out(instance)?;
            }
        }
        Ok(())
    }
}
