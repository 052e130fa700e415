//! What tests of the engine share: here a small data model with streams in
//! memory; [`model`] states the contract a second time; [`ops`] makes sequences of
//! operations and runs them on both; [`nested`] runs some of them from within the
//! host's answers; [`surface`] is a client behind the C functions, and [`heap`] an
//! allocator that fails and counts.
//!
//! Two things belong to a whole program, so a test says where it wants them:
//! `client_of_the_surface!()` and `failing_heap!()`.
// Their names say what they are; the reader is at home here.
#![allow(missing_docs)]

pub mod heap;
pub mod model;
pub mod nested;
pub mod ops;
pub mod surface;

use access_control::{Change, Error, Host, Ids, Iid, Oid, Refusal, Ssid};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// A client in memory: Objects 0 and 1 hold one instance per account, with the
/// SSID as instance ID.
#[derive(Default)]
pub struct Client {
    pub objects: RefCell<BTreeMap<Oid, BTreeSet<Iid>>>,
    /// Objects whose instances cannot be removed.
    pub fixed: RefCell<BTreeSet<Oid>>,
    /// Objects whose instances cannot be listed.
    pub unlistable: RefCell<BTreeSet<Oid>>,
    /// Fails the call that brings this to zero, and each later one.
    pub fail_after: Cell<Option<u32>>,
    /// Only that call, no later one.
    pub fail_once: Cell<bool>,
    /// Whether a call has failed so.
    pub has_failed: Cell<bool>,
    pub changes: RefCell<Vec<Change>>,
    pub listed: RefCell<Vec<Oid>>,
    pub refusals: RefCell<Vec<Refusal>>,
}

impl Client {
    pub fn new(accounts: &[Ssid], objects: &[(Oid, &[Iid])]) -> Client {
        let client = Client::default();
        for oid in [0, 1] {
            client.add(oid, accounts);
        }
        for (oid, iids) in objects {
            client.add(*oid, iids);
        }
        client
    }

    pub fn add(&self, oid: Oid, iids: &[Iid]) {
        self.objects
            .borrow_mut()
            .entry(oid)
            .or_default()
            .extend(iids);
    }

    pub fn take(&self, oid: Oid, iid: Iid) -> bool {
        let mut objects = self.objects.borrow_mut();
        objects.get_mut(&oid).is_some_and(|iids| iids.remove(&iid))
    }

    pub fn has(&self, oid: Oid, iid: Iid) -> bool {
        let objects = self.objects.borrow();
        objects.get(&oid).is_some_and(|iids| iids.contains(&iid))
    }

    pub fn accounts(&self) -> BTreeSet<Ssid> {
        self.objects.borrow().get(&0).cloned().unwrap_or_default()
    }

    pub fn knows(&self, oid: Oid) -> bool {
        self.objects.borrow().contains_key(&oid)
    }

    /// What the engine asks for where nobody can reach an instance any more.
    pub fn try_remove(&self, oid: Oid, iid: Iid) -> bool {
        oid != 0 && oid != 2 && !self.fixed.borrow().contains(&oid) && self.take(oid, iid)
    }

    fn count(&self) -> Result<(), Error> {
        match self.fail_after.get() {
            Some(0) => {
                self.has_failed.set(true);
                if self.fail_once.get() {
                    self.fail_after.set(None);
                }
                Err(Error::Host)
            }
            Some(left) => {
                self.fail_after.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Host for &Client {
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
        self.count()?;
        Ok(self.objects.borrow().contains_key(&oid))
    }

    fn is_instance_present(&self, oid: Oid, iid: Iid) -> Result<bool, Error> {
        self.count()?;
        Ok(self.has(oid, iid))
    }

    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
        self.count()?;
        Ok(self.has(1, ssid))
    }

    fn single_server(&self) -> Option<Ssid> {
        let accounts = self.accounts();
        accounts.first().copied().filter(|_| accounts.len() == 1)
    }

    fn list_instances(&self, oid: Oid, found: &mut Ids) -> Result<(), Error> {
        self.count()?;
        self.listed.borrow_mut().push(oid);
        let objects = self.objects.borrow();
        for &iid in objects.get(&oid).into_iter().flatten() {
            found.insert(iid)?;
        }
        if self.unlistable.borrow().contains(&oid) {
            return Err(Error::Host);
        }
        Ok(())
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        self.count()?;
        self.accounts()
            .into_iter()
            .try_for_each(|ssid| found.insert(ssid))
    }

    fn remove_instance(&self, oid: Oid, iid: Iid) -> Result<(), Error> {
        self.count()?;
        self.try_remove(oid, iid).then_some(()).ok_or(Error::Host)
    }

    fn changed(&self, change: Change) {
        self.changes.borrow_mut().push(change);
    }

    fn refused(&self, refusal: &Refusal) {
        self.refusals.borrow_mut().push(*refusal);
    }
}

/// A stream in memory; fails at the byte that `room` tells.
pub struct Bytes {
    pub bytes: Vec<u8>,
    pub at: usize,
    pub room: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub enum StreamError {
    Engine(Error),
    Stream,
}

impl From<Error> for StreamError {
    fn from(error: Error) -> StreamError {
        StreamError::Engine(error)
    }
}

impl Bytes {
    pub fn from(bytes: &[u8]) -> Bytes {
        Bytes {
            bytes: bytes.to_vec(),
            at: 0,
            room: usize::MAX,
        }
    }
}

impl access_control::Sink for Bytes {
    type Error = StreamError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if self.bytes.len() + bytes.len() > self.room {
            return Err(StreamError::Stream);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl access_control::Source for Bytes {
    type Error = StreamError;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), StreamError> {
        let end = self.at + buffer.len();
        let bytes = self.bytes.get(self.at..end).ok_or(StreamError::Stream)?;
        buffer.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }
}

/// The persisted form, without clearing the modified mark of the test's engine
/// being of any matter.
pub fn persisted(engine: &access_control::Engine<&Client>) -> Vec<u8> {
    let mut bytes = Bytes::from(&[]);
    engine
        .persist(&mut bytes)
        .expect("a vector takes everything");
    bytes.bytes
}
