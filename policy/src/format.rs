//! The persisted form, byte by byte: where it breaks a rule, and how it is
//! written. What is valid is for the engine to say; this finds the place.
//!
//! Big-endian: `ACO\x01`, a 32-bit count, and for each instance its target OID,
//! IID, target IID and owner, a flag for the ACL, and if that is 1 a 32-bit
//! number of entries, each a 16-bit mask and the SSID.

use crate::instance::Instance;
use crate::words::Target;
use access_control::{
    Entry, Iid, MAX_ID, OID_ACCESS_CONTROL, OID_SECURITY, Oid, SSID_ANY, SSID_BOOTSTRAP, Ssid,
};
use std::collections::HashMap;
use std::fmt;

/// What every state begins with.
pub const MAGIC: [u8; 4] = *b"ACO\x01";

/// More are counted, but not told one by one.
pub const MAX_FAULTS: usize = 100;

/// What breaks a rule of the format, so that nothing is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Not the magic number.
    #[error("this is no persisted access control: it has to begin with 41 43 4f 01")]
    Magic,
    /// The data ends too early.
    #[error("the data ends within {0}")]
    Truncated(&'static str),
    /// More instances than IDs.
    #[error("{0} instances: there can be at most 65535")]
    InstanceCount(u32),
    /// More entries than SSIDs.
    #[error("{0} entries: there can be at most 65535")]
    EntryCount(u32),
    /// A target that cannot be governed.
    #[error("target Object {0}: Objects 0, 2 and 65535 cannot be governed")]
    TargetOid(Oid),
    /// An ID that no instance has.
    #[error("Access Control instance 65535: IDs end at 65534")]
    AclIid,
    /// Twice the same instance.
    #[error("Access Control instance {0} again: it is at byte {1}")]
    AclIidAgain(Iid, usize),
    /// Twice the same target.
    #[error("target {0} again: the instance at byte {1} governs it")]
    TargetAgain(Target, usize),
    /// No owner.
    #[error("owner 0: it is a server (1 to 65534), or 65535 for the Bootstrap-Server")]
    Owner,
    /// Neither yes nor no.
    #[error("{0:#04x} says whether there is an ACL: it has to be 0 or 1")]
    HasAcl(u8),
    /// The Bootstrap-Server has no entry.
    #[error("entry of server 65535: the Bootstrap-Server has none")]
    EntryOfBootstrap,
    /// Twice the same entry.
    #[error("entry of server {0} again")]
    EntryAgain(Ssid),
}

/// A breach, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it begins.
    pub offset: usize,
    /// The place in the list of instances and the instance's ID, if it is in one.
    pub instance: Option<(usize, Option<Iid>)>,
    /// What it is.
    pub breach: Breach,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.offset)?;
        match self.instance {
            None => {}
            Some((place, None)) => write!(f, ", instance {}", place + 1)?,
            Some((place, Some(iid))) => write!(f, ", instance {} (/2/{iid})", place + 1)?,
        }
        write!(f, ": {}", self.breach)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The first faults in the order of bytes.
    pub faults: Vec<Fault>,
    /// How many there are.
    pub count: usize,
}

impl Scan {
    fn add(&mut self, offset: usize, instance: Option<(usize, Option<Iid>)>, breach: Breach) {
        self.count += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault {
                offset,
                instance,
                breach,
            });
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Breach> {
        let left = self.bytes.get(self.offset..).unwrap_or_default();
        let taken = left.first_chunk::<N>().ok_or(Breach::Truncated(what))?;
        self.offset += N;
        Ok(*taken)
    }

    fn number(&mut self, what: &'static str) -> Result<u16, Breach> {
        self.take(what).map(u16::from_be_bytes)
    }
}

/// Looks for faults. There is none if and only if an engine on a device with
/// all Objects restores the bytes.
#[must_use]
pub fn scan(bytes: &[u8]) -> Scan {
    let mut scan = Scan::default();
    let mut reader = Reader { bytes, offset: 0 };
    let mut instance = None;
    let mut start = 0;
    // What cannot be read past ends the search.
    if let Err(breach) = scan_all(&mut reader, &mut scan, &mut instance, &mut start) {
        let offset = match breach {
            // There is nothing at the end itself.
            Breach::Truncated(_) => bytes.len(),
            _ => start,
        };
        scan.add(offset, instance, breach);
    }
    scan
}

fn scan_all(
    reader: &mut Reader<'_>,
    scan: &mut Scan,
    place: &mut Option<(usize, Option<Iid>)>,
    start: &mut usize,
) -> Result<(), Breach> {
    // However few bytes there are, a wrong one says more than their number.
    let mut given = reader.bytes.iter().zip(MAGIC);
    if given.any(|(&byte, magic)| byte != magic) {
        return Err(Breach::Magic);
    }
    reader.take::<4>("the first four bytes")?;
    *start = reader.offset;
    let count = u32::from_be_bytes(reader.take("the number of instances")?);
    if count > u32::from(u16::MAX) {
        return Err(Breach::InstanceCount(count));
    }
    let mut iids: HashMap<Iid, usize> = HashMap::new();
    let mut targets: HashMap<Target, usize> = HashMap::new();
    for index in 0..count as usize {
        *place = Some((index, None));
        let first = reader.offset;
        let oid = reader.number("a target OID")?;
        let iid = reader.number("an instance ID")?;
        *place = Some((index, Some(iid)));
        let target_iid = reader.number("a target instance ID")?;
        let owner = reader.number("an owner")?;
        let target = Target {
            oid,
            iid: target_iid,
        };
        if [OID_SECURITY, OID_ACCESS_CONTROL, MAX_ID].contains(&oid) {
            scan.add(first, *place, Breach::TargetOid(oid));
        }
        if let Some(other) = targets.insert(target, first) {
            scan.add(first, *place, Breach::TargetAgain(target, other));
        }
        if iid == MAX_ID {
            scan.add(first + 2, *place, Breach::AclIid);
        } else if let Some(other) = iids.insert(iid, first) {
            scan.add(first + 2, *place, Breach::AclIidAgain(iid, other));
        }
        if owner == SSID_ANY {
            scan.add(first + 6, *place, Breach::Owner);
        }
        *start = reader.offset;
        let [has_acl] = reader.take("the flag for an ACL")?;
        match has_acl {
            0 => {}
            1 => scan_entries(reader, scan, *place, start)?,
            _ => return Err(Breach::HasAcl(has_acl)),
        }
    }
    Ok(())
}

fn scan_entries(
    reader: &mut Reader<'_>,
    scan: &mut Scan,
    place: Option<(usize, Option<Iid>)>,
    start: &mut usize,
) -> Result<(), Breach> {
    *start = reader.offset;
    let count = u32::from_be_bytes(reader.take("the number of entries")?);
    if count > u32::from(u16::MAX) {
        return Err(Breach::EntryCount(count));
    }
    let mut ssids = std::collections::HashSet::new();
    for _ in 0..count {
        let first = reader.offset;
        reader.number("a mask")?;
        let ssid = reader.number("an SSID")?;
        if ssid == SSID_BOOTSTRAP {
            scan.add(first + 2, place, Breach::EntryOfBootstrap);
        } else if !ssids.insert(ssid) {
            scan.add(first + 2, place, Breach::EntryAgain(ssid));
        }
    }
    Ok(())
}

/// Reads what an engine wrote; nothing, should it be anything else.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Vec<Instance>> {
    let mut reader = Reader { bytes, offset: 0 };
    read_all(&mut reader).ok()
}

fn read_all(reader: &mut Reader<'_>) -> Result<Vec<Instance>, Breach> {
    reader.take::<4>("")?;
    let count = u32::from_be_bytes(reader.take("")?);
    // An engine wrote it, so there are as many as it says.
    let mut instances = Vec::with_capacity(count.min(u16::MAX.into()) as usize);
    for _ in 0..count {
        let oid = reader.number("")?;
        let iid = reader.number("")?;
        let target = Target {
            oid,
            iid: reader.number("")?,
        };
        let owner = reader.number("")?;
        let acl = match reader.take("")? {
            [0] => None,
            _ => Some(read_entries(reader)?),
        };
        instances.push(Instance {
            iid,
            target,
            owner,
            acl,
        });
    }
    Ok(instances)
}

fn read_entries(reader: &mut Reader<'_>) -> Result<Vec<Entry>, Breach> {
    let count = u32::from_be_bytes(reader.take("")?);
    let mut entries = Vec::with_capacity(count.min(u16::MAX.into()) as usize);
    for _ in 0..count {
        let mask = reader.number("")?;
        let ssid = reader.number("")?;
        entries.push(Entry { ssid, mask });
    }
    Ok(entries)
}

/// Writes instances down for the engine to restore.
#[must_use]
pub fn write(instances: &[Instance]) -> Vec<u8> {
    // There are fewer instances, and fewer entries, than 16-bit IDs.
    let count = |count: usize| (count as u32).to_be_bytes();
    let mut bytes = Vec::from(MAGIC);
    bytes.extend(count(instances.len()));
    for instance in instances {
        let Target { oid, iid } = instance.target;
        for id in [oid, instance.iid, iid, instance.owner] {
            bytes.extend(id.to_be_bytes());
        }
        bytes.push(u8::from(instance.acl.is_some()));
        if let Some(entries) = &instance.acl {
            bytes.extend(count(entries.len()));
            for entry in entries {
                bytes.extend(entry.mask.to_be_bytes());
                bytes.extend(entry.ssid.to_be_bytes());
            }
        }
    }
    bytes
}
