//! What the benchmarks measure on: a client in memory, and a full engine.

use access_control::{Change, Engine, Error, Host, Ids, Iid, Oid, Operation, Sink, Source, Ssid};
use std::cell::Cell;

/// How many instances the engine holds in the measurements.
pub const SIZES: [u32; 5] = [10, 100, 1_000, 10_000, 65_000];

/// Servers: the first owns every fourth target without an entry of its own, the
/// first and second have entries on the others.
pub const SERVERS: [Ssid; 3] = [1, 2, 3];

/// Targets stand in this Object, and from `PER_OBJECT` on in the next one.
pub const OBJECT: Oid = 1000;
const PER_OBJECT: u32 = 60_000;
/// An Object whose creation is governed.
pub const CREATABLE: Oid = 2000;

/// A client whose Objects hold Instances 0 up to a number.
pub struct Client {
    targets: u32,
    /// The server whose account is gone; zero for none.
    pub gone: Cell<Ssid>,
}

impl Client {
    fn count(&self, oid: Oid) -> u32 {
        match oid {
            OBJECT => self.targets.min(PER_OBJECT),
            _ if oid == OBJECT + 1 => self.targets.saturating_sub(PER_OBJECT),
            CREATABLE => 1000,
            _ => 0,
        }
    }
}

impl Host for Client {
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
        Ok((OBJECT..=OBJECT + 1).contains(&oid) || oid == CREATABLE)
    }

    fn is_instance_present(&self, oid: Oid, iid: Iid) -> Result<bool, Error> {
        Ok(u32::from(iid) < self.count(oid))
    }

    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
        Ok(SERVERS.contains(&ssid))
    }

    fn single_server(&self) -> Option<Ssid> {
        None
    }

    fn list_instances(&self, oid: Oid, found: &mut Ids) -> Result<(), Error> {
        (0..self.count(oid)).try_for_each(|iid| found.insert(iid as Iid))
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        SERVERS
            .into_iter()
            .filter(|ssid| *ssid != self.gone.get())
            .try_for_each(|ssid| found.insert(ssid))
    }

    fn remove_instance(&self, _: Oid, _: Iid) -> Result<(), Error> {
        Err(Error::Host)
    }

    fn changed(&self, _: Change) {}
}

/// The `n`th target.
#[must_use]
pub fn target(n: u32) -> (Oid, Iid) {
    (OBJECT + (n / PER_OBJECT) as Oid, (n % PER_OBJECT) as Iid)
}

/// The targets in an order that is always the same, and no order.
#[must_use]
pub fn shuffled(count: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    let mut state = 1u64;
    for last in (1..order.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        order.swap(last, (state >> 33) as usize % (last + 1));
    }
    order
}

/// An engine whose instances have two entries each, made in this order, and a
/// client with `spare` targets more.
///
/// # Panics
/// Never, unless the engine refuses what is allowed.
#[must_use]
pub fn engine(order: &[u32], spare: u32) -> Engine<Client> {
    let engine = Engine::new(Client {
        targets: order.len() as u32 + spare,
        gone: Cell::new(0),
    });
    for &n in order {
        let (oid, iid) = target(n);
        engine.set_acl(oid, iid, 0, 1).expect("a default entry");
        engine.set_acl(oid, iid, 2, 15).expect("an own entry");
        engine
            .set_owner(oid, iid, 1, &mut { u16::MAX })
            .expect("an owner");
    }
    engine
}

/// The questions whose cost is measured: name, server, operation; asked of each
/// target.
pub const QUESTIONS: [(&str, Ssid, Operation); 4] = [
    ("own entry", 2, Operation::Write),
    ("owner", 1, Operation::Write),
    ("default entry", 3, Operation::Read),
    ("miss", 3, Operation::Write),
];

/// Bytes in memory.
#[derive(Default)]
pub struct Bytes {
    /// All of them.
    pub bytes: Vec<u8>,
    /// How many have been read.
    pub at: usize,
}

impl Sink for Bytes {
    type Error = Error;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl Source for Bytes {
    type Error = Error;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let end = self.at + buffer.len();
        let bytes = self.bytes.get(self.at..end).ok_or(Error::Host)?;
        buffer.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }
}
