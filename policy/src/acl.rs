//! A persisted state, restored into an engine, which answers for it.

use crate::format::{self, Fault};
use crate::instance::Instance;
use crate::words::Target;
use access_control::{
    Change, Decision, Engine, Error, Host, Ids, Iid, Mask, Oid, Operation, Rule, SSID_BOOTSTRAP,
    Sink, Source, Ssid,
};
use std::collections::BTreeSet;

/// The device on the desk: whatever a persisted state speaks of is there.
#[derive(Debug)]
pub struct Desk {
    single_server: Option<Ssid>,
}

impl Host for Desk {
    fn is_object_registered(&self, _: Oid) -> Result<bool, Error> {
        Ok(true)
    }

    fn is_instance_present(&self, _: Oid, _: Iid) -> Result<bool, Error> {
        Ok(true)
    }

    fn is_server_known(&self, _: Ssid) -> Result<bool, Error> {
        Ok(true)
    }

    fn single_server(&self) -> Option<Ssid> {
        self.single_server
    }

    fn list_instances(&self, _: Oid, _: &mut Ids) -> Result<(), Error> {
        // What cannot be listed stays; nothing here changes the data model.
        Err(Error::Host)
    }

    fn list_accounts(&self, _: &mut Ids) -> Result<(), Error> {
        Err(Error::Host)
    }

    fn remove_instance(&self, _: Oid, _: Iid) -> Result<(), Error> {
        Err(Error::Host)
    }

    fn changed(&self, _: Change) {}
}

struct Bytes<'a> {
    left: &'a [u8],
}

impl Source for Bytes<'_> {
    type Error = Error;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let Some((now, left)) = self.left.split_at_checked(buffer.len()) else {
            return Err(Error::Malformed);
        };
        buffer.copy_from_slice(now);
        self.left = left;
        Ok(())
    }
}

#[derive(Default)]
struct Collected(Vec<u8>);

impl Sink for Collected {
    type Error = Error;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let reserved = self.0.try_reserve(bytes.len());
        reserved.map_err(|_| Error::NoMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// Why bytes are no state of a device.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// What is wrong first, and where.
    #[error("{0}")]
    Fault(Fault),
    /// The engine's own reason, where there is no better one.
    #[error("{0}")]
    Engine(Error),
}

/// A persisted state.
pub struct Acl {
    engine: Engine<Desk>,
    instances: Vec<Instance>,
    persisted: Vec<u8>,
    /// Bytes after the last instance, which nobody reads.
    trailing: usize,
}

impl std::fmt::Debug for Acl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.instances).finish()
    }
}

impl Acl {
    /// Restores persisted bytes, as a device does that has all Objects, and as
    /// many server accounts as one likes, or `single_server` alone.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn restore(bytes: &[u8], single_server: Option<Ssid>) -> Result<Acl, Refusal> {
        let desk = Desk { single_server };
        let engine = Engine::new(desk);
        let mut source = Bytes { left: bytes };
        if let Err(error) = engine.restore(&mut source) {
            // The engine says no; where and why is for people to know.
            let first = format::scan(bytes).faults.into_iter().next();
            return Err(match (first, error) {
                (Some(fault), Error::Malformed) => Refusal::Fault(fault),
                (_, error) => Refusal::Engine(error),
            });
        }
        // What the engine writes is what it holds.
        let mut persisted = Collected::default();
        engine.persist(&mut persisted).map_err(Refusal::Engine)?;
        let instances = format::read(&persisted.0).ok_or(Refusal::Engine(Error::Malformed))?;
        Ok(Acl {
            engine,
            instances,
            persisted: persisted.0,
            trailing: source.left.len(),
        })
    }

    /// What the engine persists.
    #[must_use]
    pub fn persisted(&self) -> &[u8] {
        &self.persisted
    }

    /// How many bytes followed the last instance.
    #[must_use]
    pub fn trailing(&self) -> usize {
        self.trailing
    }

    /// The instances by rising ID.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The instances by rising target.
    #[must_use]
    pub fn by_target(&self) -> Vec<&Instance> {
        let mut instances: Vec<&Instance> = self.instances.iter().collect();
        instances.sort_unstable_by_key(|instance| instance.target);
        instances
    }

    /// All servers that own something or have an entry.
    #[must_use]
    pub fn servers(&self) -> BTreeSet<Ssid> {
        // Few of many: marking each is cheaper than sorting all that are named.
        let mut named = vec![false; usize::from(u16::MAX) + 1];
        for ssid in self.instances.iter().flat_map(Instance::servers) {
            if let Some(mark) = named.get_mut(usize::from(ssid)) {
                *mark = true;
            }
        }
        let marks = (0..=u16::MAX).zip(named);
        marks
            .filter_map(|(ssid, is_named)| is_named.then_some(ssid))
            .collect()
    }

    /// The engine's decision.
    pub fn decide(&self, ssid: Ssid, operation: Operation, target: Target) -> Decision {
        self.engine.decide(ssid, operation, target.oid, target.iid)
    }

    /// What a server may do with a target, as the engine decides, and by which
    /// rule.
    #[must_use]
    pub fn rights(&self, ssid: Ssid, target: Target) -> (Mask, Rule) {
        let operation = if target.is_creation() {
            Operation::Create
        } else {
            Operation::Read
        };
        // The rights that counted for this operation count for all its kind.
        let decision = self.decide(ssid, operation, target);
        let mask = Mask::from_bits_truncate(decision.mask) & target.rights();
        (mask, decision.rule)
    }

    /// Whether a server may change the entries of an instance.
    #[must_use]
    pub fn may_edit(&self, ssid: Ssid, acl_iid: Iid) -> bool {
        let acl = Target {
            oid: access_control::OID_ACCESS_CONTROL,
            iid: acl_iid,
        };
        self.decide(ssid, Operation::Write, acl).allowed
    }
}

/// A server that none of the given ones is, if there is an ID left for it. It
/// gets what any other server would get.
#[must_use]
pub fn stranger(servers: &BTreeSet<Ssid>) -> Option<Ssid> {
    (1..SSID_BOOTSTRAP).find(|ssid| !servers.contains(ssid))
}
