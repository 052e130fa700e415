//! Persisting on bare metal: number by number.

use super::{Sink, Source};
use crate::refusal::Story;
use crate::row::{AclEntry, Instance};
use crate::table::Table;
use crate::{MAX_ID, Ssid, Why};

/// After an error it writes nothing more, so that it is asked once, at the end.
pub(super) struct Output<'a, S: Sink> {
    sink: &'a mut S,
    pub(super) result: Result<(), S::Error>,
}

impl<S: Sink> Output<'_, S> {
    pub(super) fn new(sink: &mut S) -> Output<'_, S> {
        Output {
            sink,
            result: Ok(()),
        }
    }

    /// Writes the first `size` of four bytes.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn put(&mut self, value: u32, size: usize) {
        if self.result.is_ok() {
            let bytes = value.to_be_bytes();
            self.result = self.sink.write(bytes.get(..size).unwrap_or(&[]));
        }
    }

    pub(super) fn flush(&mut self) {}
}

/// Reads no more than is asked for.
pub(super) struct Input<'a, S: Source> {
    source: &'a mut S,
    pub(super) result: Result<(), S::Error>,
}

impl<S: Source> Input<'_, S> {
    pub(super) fn new(source: &mut S) -> Input<'_, S> {
        Input {
            source,
            result: Ok(()),
        }
    }

    /// The next `size` of four bytes, or one.
    pub(super) fn take(&mut self, size: usize, _: usize) -> u32 {
        let mut bytes = [0; 4];
        let free = bytes.get_mut(4 - size.min(4)..);
        // After an error nothing more is read.
        if let (Ok(()), Some(free)) = (&self.result, free) {
            self.result = self.source.read(free);
        }
        u32::from_be_bytes(bytes)
    }
}

/// Puts everything in its place at once.
pub(super) struct Builder {
    pub(super) table: Table,
    instance: Instance,
}

impl Builder {
    pub(super) const fn new() -> Builder {
        Builder {
            table: Table::new(),
            instance: Instance::bare(0),
        }
    }

    /// An instance, whose entries follow.
    pub(super) fn start(&mut self, instance: Instance, owner: Ssid) -> Result<(), Why> {
        if self.table.find(instance.iid()).is_some() {
            return Err(Why::RepeatedIid);
        }
        if self.table.governing(instance.target()) != MAX_ID {
            return Err(Why::RepeatedTarget);
        }
        self.instance = instance;
        self.table.start(1)?;
        self.table.add(instance, owner);
        Ok(())
    }

    pub(super) fn add(&mut self, entry: AclEntry) -> Result<(), Why> {
        let found = self.table.entry_at_or_after(self.instance, entry.ssid());
        if found.ssid() == entry.ssid() {
            return Err(Why::RepeatedKey);
        }
        self.table.set_entry(self.instance, entry);
        Ok(())
    }

    /// The instance is complete.
    pub(super) fn end(&mut self) -> Result<(), Why> {
        Ok(())
    }

    /// All instances have come.
    pub(super) fn finish(&mut self, _: &mut Story) -> Result<(), Why> {
        self.table.outcome()
    }
}
