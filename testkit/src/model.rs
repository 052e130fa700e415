//! A second implementation of the engine's contract, as simple as can be: one
//! map, full scans, and a copy of the map for each transaction.

use crate::Client;
use access_control::{
    Change, Edit, Error, Iid, MAX_ID, Oid, Operation, Provision, SSID_BOOTSTRAP, Ssid,
};
use std::collections::{BTreeMap, BTreeSet};

const READ: u16 = 1;
const WRITE: u16 = 2;
const DELETE: u16 = 8;
const CREATE: u16 = 16;
const READ_WRITE_EXECUTE_DELETE: u16 = 15;

/// One Access Control instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub oid: Option<Oid>,
    pub iid: Option<Iid>,
    pub owner: Option<Ssid>,
    pub acl: Option<BTreeMap<Ssid, u16>>,
}

impl Row {
    fn governs(&self, oid: Oid, iid: Iid) -> bool {
        self.oid == Some(oid) && self.iid == Some(iid)
    }
}

pub type Rows = BTreeMap<Iid, Row>;

struct Open {
    before: Rows,
    modified: bool,
    touched: BTreeMap<Iid, Written>,
    /// Whether a handler has changed something since the last validation.
    unchecked: bool,
}

/// What a transaction has written to an instance, as far as it is about servers.
#[derive(Default)]
struct Written {
    owner: bool,
    entries: BTreeSet<Ssid>,
}

/// What the engine is to be at each moment.
#[derive(Default)]
pub struct Model {
    pub rows: Rows,
    pub modified: bool,
    open: Option<Open>,
}

impl Model {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The state that counts outside the transaction.
    pub fn settled(&self) -> &Rows {
        self.open.as_ref().map_or(&self.rows, |open| &open.before)
    }

    fn note(&mut self) {
        match &mut self.open {
            Some(open) => (open.modified, open.unchecked) = (true, true),
            None => self.modified = true,
        }
    }

    fn governing(&self, oid: Oid, iid: Iid) -> Option<Iid> {
        governing(&self.rows, oid, iid)
    }

    fn lowest_free(&self) -> Option<Iid> {
        (0..MAX_ID).find(|iid| !self.rows.contains_key(iid))
    }

    // ---- the calls of the application ----

    pub fn set_acl(&mut self, client: &Client, oid: Oid, iid: Iid, ssid: Ssid, mask: u16) -> bool {
        if !is_sound(iid, ssid, mask) {
            return false;
        }
        let governing = self.governing(oid, iid);
        if governing.is_none() && !is_reachable(client, oid, iid) {
            return false;
        }
        let has_entry = governing
            .and_then(|i| self.rows[&i].acl.as_ref())
            .is_some_and(|acl| acl.contains_key(&ssid));
        if !has_entry && ssid != 0 && !client.has(1, ssid) {
            return false;
        }
        let Some(i) = governing.or_else(|| self.lowest_free()) else {
            return false;
        };
        let row = self.rows.entry(i).or_insert_with(|| Row {
            oid: Some(oid),
            iid: Some(iid),
            owner: Some(SSID_BOOTSTRAP),
            acl: None,
        });
        row.acl.get_or_insert_default().insert(ssid, mask);
        self.note();
        true
    }

    pub fn set_owner(
        &mut self,
        client: &Client,
        oid: Oid,
        iid: Iid,
        owner: Ssid,
        inout: &mut Iid,
    ) -> bool {
        if owner == 0 {
            return false;
        }
        let governing = self.governing(oid, iid);
        let i = match governing {
            Some(i) if *inout != MAX_ID && *inout != i => {
                *inout = i;
                return false;
            }
            Some(i) => i,
            None if !is_reachable(client, oid, iid) => return false,
            None if *inout != MAX_ID => *inout,
            None => match self.lowest_free() {
                Some(i) => i,
                None => return false,
            },
        };
        if governing.is_none() && self.rows.contains_key(&i) {
            return false;
        }
        let present = match governing {
            Some(i) => self.rows[&i].owner,
            None => Some(SSID_BOOTSTRAP),
        };
        if Some(owner) != present && owner != SSID_BOOTSTRAP && !client.has(1, owner) {
            return false;
        }
        let row = self.rows.entry(i).or_insert_with(|| Row {
            oid: Some(oid),
            iid: Some(iid),
            owner: None,
            acl: Some(BTreeMap::new()),
        });
        row.owner = Some(owner);
        *inout = i;
        self.note();
        true
    }

    /// One after the other, or else as if nothing had been asked for; gives the
    /// place of the grant that was refused. What needs no look at the state is
    /// looked at first, for all of them.
    pub fn provision(
        &mut self,
        client: &Client,
        grants: &[Provision],
    ) -> Result<(), (usize, Error)> {
        for (at, grant) in grants.iter().enumerate() {
            let Provision { oid, iid, .. } = *grant;
            if !is_sound(iid, grant.ssid, grant.mask) {
                return Err((at, Error::BadRequest));
            }
            if matches!(oid, 0 | 2 | MAX_ID) {
                return Err((at, Error::Unreachable));
            }
            let is_listed = client.knows(oid) && self.governing(oid, iid).is_none();
            if is_listed && client.unlistable.borrow().contains(&oid) {
                return Err((at, Error::Host));
            }
        }
        let rows = self.rows.clone();
        let marks = (self.modified, self.open.as_ref().map(|open| open.modified));
        for (at, grant) in grants.iter().enumerate() {
            let Provision { oid, iid, .. } = *grant;
            let is_governed = self.governing(oid, iid).is_some();
            let error = match is_governed || is_reachable(client, oid, iid) {
                true => Error::UnknownServer,
                false => Error::Unreachable,
            };
            let is_granted = self.set_acl(client, oid, iid, grant.ssid, grant.mask)
                && (grant.owner == 0
                    || self.set_owner(client, oid, iid, grant.owner, &mut { MAX_ID }));
            if !is_granted {
                self.rows = rows;
                self.modified = marks.0;
                if let (Some(open), Some(mark)) = (&mut self.open, marks.1) {
                    open.modified = mark;
                }
                return Err((at, error));
            }
        }
        Ok(())
    }

    pub fn purge(&mut self) {
        self.rows.clear();
        self.note();
    }

    // ---- handlers and transactions ----

    pub fn edit(&mut self, iid: Iid, edit: Edit) -> Result<(), Error> {
        let Some(open) = &mut self.open else {
            return Err(Error::Busy);
        };
        match (edit, self.rows.get_mut(&iid)) {
            (Edit::Create, Some(_)) => return Err(Error::Conflict),
            (Edit::Create, None) if iid == MAX_ID => return Err(Error::BadRequest),
            (Edit::Create, None) => {
                let owner = Some(SSID_BOOTSTRAP);
                let row = Row {
                    owner,
                    ..Row::default()
                };
                self.rows.insert(iid, row);
            }
            (_, None) => return Err(Error::NotFound),
            (Edit::Remove, _) => drop(self.rows.remove(&iid)),
            (Edit::Reset, Some(row)) => (row.acl, row.owner) = (None, None),
            (Edit::ResetResource(2), Some(row)) => row.acl = Some(BTreeMap::new()),
            (Edit::ResetResource(0..=3), _) => return Err(Error::NotAllowed),
            (Edit::ResetResource(_), _) => return Err(Error::NotFound),
            (Edit::RemoveEntry(ssid), Some(row)) => {
                let removed = row.acl.as_mut().and_then(|acl| acl.remove(&ssid));
                removed.ok_or(Error::NotFound)?;
            }
            (Edit::Write(rid, riid, value), Some(row)) => match (rid, value) {
                (4.., _) => return Err(Error::NotFound),
                (0, 1 | 3..=0xfffe) => row.oid = Some(value as Oid),
                (1, 0..=0xffff) => row.iid = Some(value as Iid),
                (2, 0..=31) if riid != MAX_ID => {
                    let acl = row.acl.get_or_insert_default();
                    acl.insert(riid, value as u16);
                }
                (3, 1..=0xffff) => row.owner = Some(value as Ssid),
                _ => return Err(Error::BadRequest),
            },
        }
        // What is refused has changed nothing, so it is not looked at.
        let written = open.touched.entry(iid).or_default();
        match edit {
            Edit::Write(2, ssid, _) => drop(written.entries.insert(ssid)),
            Edit::Write(3, ..) => written.owner = true,
            _ => {}
        }
        (open.modified, open.unchecked) = (true, true);
        Ok(())
    }

    pub fn begin(&mut self) -> Result<(), Error> {
        if self.open.is_some() {
            return Err(Error::Busy);
        }
        self.open = Some(Open {
            before: self.rows.clone(),
            modified: false,
            touched: BTreeMap::new(),
            unchecked: false,
        });
        Ok(())
    }

    pub fn validate(&mut self, client: &Client) -> Result<(), Error> {
        let result = self.check(client);
        if let Some(open) = &mut self.open {
            open.unchecked = result.is_err();
        }
        result
    }

    fn check(&self, client: &Client) -> Result<(), Error> {
        let open = self.open.as_ref().ok_or(Error::Busy)?;
        let is_server = |ssid| ssid != 0 && ssid != MAX_ID && client.has(1, ssid);
        for (i, row) in &self.rows {
            let Some(written) = open.touched.get(i) else {
                continue;
            };
            let (Some(oid), Some(iid), Some(owner)) = (row.oid, row.iid, row.owner) else {
                return Err(Error::BadRequest);
            };
            let same = self.rows.values().filter(|other| other.governs(oid, iid));
            let mut keys = row.acl.iter().flat_map(BTreeMap::keys);
            if same.count() != 1
                || !is_reachable(client, oid, iid)
                || !(!written.owner || owner == SSID_BOOTSTRAP || is_server(owner))
                || !keys
                    .all(|&ssid| ssid == 0 || !written.entries.contains(&ssid) || is_server(ssid))
            {
                return Err(Error::BadRequest);
            }
        }
        Ok(())
    }

    /// Something that validates has failed for a reason that is not known here.
    pub fn doubt(&mut self) {
        if let Some(open) = &mut self.open {
            open.unchecked = true;
        }
    }

    pub fn commit(&mut self, client: &Client) -> Result<(), Error> {
        // What the host does between validation and commit is its own affair.
        let is_checked = self.open.as_ref().is_some_and(|open| !open.unchecked);
        let result = if is_checked {
            Ok(())
        } else {
            self.check(client)
        };
        match self.open.take() {
            Some(open) if result.is_ok() => self.modified |= open.modified,
            Some(open) => self.rows = open.before,
            None => {}
        }
        result
    }

    pub fn rollback(&mut self) -> Result<(), Error> {
        let open = self.open.take().ok_or(Error::Busy)?;
        self.rows = open.before;
        Ok(())
    }

    // ---- decisions ----

    pub fn allows(
        &self,
        client: &Client,
        ssid: Ssid,
        operation: Operation,
        oid: Oid,
        iid: Iid,
    ) -> bool {
        allows(&self.rows, client, ssid, operation, [oid, iid])
    }

    /// The same before the transaction that is open.
    pub fn allowed(
        &self,
        client: &Client,
        ssid: Ssid,
        operation: Operation,
        oid: Oid,
        iid: Iid,
    ) -> bool {
        allows(self.settled(), client, ssid, operation, [oid, iid])
    }

    // ---- keeping in step ----

    /// Also changes the client, as the engine does through its host.
    pub fn sync(
        &mut self,
        client: &Client,
        origin: Ssid,
        changes: &[(Oid, Vec<Iid>)],
    ) -> Result<(), Error> {
        if let Some(open) = &mut self.open {
            open.unchecked = true;
            self.check(client)?;
        }
        let rows = self.rows.clone();
        match self.try_sync(client, origin, changes) {
            Ok(true) => self.note(),
            Ok(false) => {}
            Err(error) => {
                self.rows = rows;
                return Err(error);
            }
        }
        Ok(())
    }

    fn try_sync(
        &mut self,
        client: &Client,
        origin: Ssid,
        changes: &[(Oid, Vec<Iid>)],
    ) -> Result<bool, Error> {
        let before = self.rows.clone();
        let is_governed = |oid| oid != 0 && oid != 2 && oid != MAX_ID;
        for (oid, _) in changes.iter().filter(|(oid, _)| is_governed(*oid)) {
            let is_registered = client.objects.borrow().contains_key(oid);
            // On bare metal each target is asked about, and no list is needed.
            let is_listed = !cfg!(feature = "small");
            if is_listed && is_registered && client.unlistable.borrow().contains(oid) {
                continue;
            }
            self.rows.retain(|_, row| match row.iid {
                Some(iid) if row.oid == Some(*oid) => {
                    is_registered && (iid == MAX_ID || client.has(*oid, iid))
                }
                _ => true,
            });
        }
        let mut orphans = Vec::new();
        if changes.iter().any(|(oid, _)| *oid <= 2) {
            let accounts = client.accounts();
            self.rows.retain(|&i, row| {
                let mut lost = false;
                if let Some(acl) = &mut row.acl {
                    let len = acl.len();
                    acl.retain(|ssid, _| *ssid == 0 || accounts.contains(ssid));
                    lost = acl.len() != len;
                }
                let is_owned = row.owner.is_none_or(|owner| accounts.contains(&owner));
                let lost_owner = !is_owned && row.owner != Some(SSID_BOOTSTRAP);
                let entries: Vec<(Ssid, u16)> = row.acl.clone().into_iter().flatten().collect();
                if lost_owner {
                    let servers = entries.iter().filter(|(ssid, _)| *ssid != 0);
                    let weight = |mask: u16| (mask & WRITE) + (mask & DELETE);
                    let best = servers.max_by_key(|(ssid, mask)| (weight(*mask), *ssid));
                    row.owner = Some(best.map_or(SSID_BOOTSTRAP, |(ssid, _)| *ssid));
                }
                let is_left = match cfg!(feature = "anjay-compat") {
                    true => (lost || lost_owner) && !is_owned,
                    false => lost_owner,
                };
                if is_left && entries.is_empty() {
                    match (row.oid, row.iid) {
                        (Some(oid), Some(iid)) if iid != MAX_ID => orphans.push((i, oid, iid)),
                        _ => return false,
                    }
                    row.acl = Some(BTreeMap::new());
                }
                true
            });
        }
        // What is removed and then added again counts.
        let mut is_changed = self.rows != before;
        if origin != 0 && origin != SSID_BOOTSTRAP {
            for (oid, created) in changes.iter().filter(|(oid, _)| is_governed(*oid)) {
                for &iid in created {
                    if iid == MAX_ID {
                        continue;
                    }
                    let i = match self.governing(*oid, iid) {
                        Some(i) => i,
                        None => self.lowest_free().ok_or(Error::Full)?,
                    };
                    let row = Row {
                        oid: Some(*oid),
                        iid: Some(iid),
                        owner: Some(origin),
                        acl: Some([(origin, READ_WRITE_EXECUTE_DELETE)].into()),
                    };
                    is_changed |= self.rows.get(&i) != Some(&row);
                    self.rows.insert(i, row);
                }
            }
        }
        for (i, oid, iid) in orphans {
            // Its creator may have come meanwhile.
            let is_left = |row: &Row| {
                row.owner == Some(SSID_BOOTSTRAP) && row.acl.iter().all(BTreeMap::is_empty)
            };
            if self.rows.get(&i).is_some_and(is_left) && client.try_remove(oid, iid) {
                self.rows.remove(&i);
                is_changed = true;
            }
        }
        Ok(is_changed)
    }

    // ---- persistence ----

    pub fn persisted(&self) -> Vec<u8> {
        encode(self.settled())
    }

    /// What a host is to be told after a synchronisation, in any order: what is
    /// different from `before`, once each.
    pub fn told(&self, before: &Rows) -> Vec<Change> {
        let identity = |(i, row): (&Iid, &Row)| (*i, row.oid, row.iid);
        let mut told = Vec::new();
        if !self
            .rows
            .iter()
            .map(identity)
            .eq(before.iter().map(identity))
        {
            told.push(Change::Instances);
        }
        for (i, row) in &self.rows {
            let Some(old) = before
                .get(i)
                .filter(|old| (old.oid, old.iid) == (row.oid, row.iid))
            else {
                continue;
            };
            if old.acl != row.acl {
                told.push(Change::Resource(*i, 2));
            }
            if old.owner != row.owner {
                told.push(Change::Resource(*i, 3));
            }
        }
        told
    }

    pub fn persist(&mut self) -> Vec<u8> {
        self.modified = false;
        self.persisted()
    }

    /// Gives the number of bytes used.
    pub fn restore(&mut self, client: &Client, bytes: &[u8]) -> Option<usize> {
        let (mut rows, used) = parse(bytes)?;
        if self.open.is_some() {
            return None;
        }
        rows.retain(|_, row| client.objects.borrow().contains_key(&row.oid.unwrap_or(0)));
        self.rows = rows;
        self.modified = false;
        Some(used)
    }
}

fn governing(rows: &Rows, oid: Oid, iid: Iid) -> Option<Iid> {
    let mut rows = rows.iter();
    rows.find(|(_, row)| row.governs(oid, iid)).map(|(i, _)| *i)
}

/// What holds for each grant, whatever the state.
fn is_sound(iid: Iid, ssid: Ssid, mask: u16) -> bool {
    let rights = match iid {
        MAX_ID => CREATE,
        _ => READ_WRITE_EXECUTE_DELETE,
    };
    ssid != SSID_BOOTSTRAP && mask & !rights == 0
}

fn allows(
    rows: &Rows,
    client: &Client,
    ssid: Ssid,
    operation: Operation,
    [oid, iid]: [u16; 2],
) -> bool {
    let right = right(operation);
    match (oid, ssid) {
        (0 | 21, _) => return false,
        (_, SSID_BOOTSTRAP) => return true,
        _ => {}
    }
    let accounts = client.accounts();
    let is_single = accounts.len() == 1 && accounts.contains(&ssid);
    if operation == Operation::Discover || is_single {
        return true;
    }
    let owns = |row: &Row| ssid != 0 && row.owner == Some(ssid);
    if oid == 2 {
        return match right {
            READ => true,
            CREATE | DELETE => false,
            _ => rows.get(&iid).is_some_and(owns),
        };
    }
    let creates = operation == Operation::Create;
    if iid == MAX_ID && !creates {
        return false;
    }
    let governing = governing(rows, oid, if creates { MAX_ID } else { iid });
    let Some(row) = governing.map(|i| &rows[&i]) else {
        return false;
    };
    let entry = |ssid| row.acl.as_ref().and_then(|acl| acl.get(&ssid)).copied();
    let own = if ssid == 0 { None } else { entry(ssid) };
    let compat = cfg!(feature = "anjay-compat");
    let is_first = !compat || row.acl.iter().all(BTreeMap::is_empty);
    let mask = match own {
        Some(mask) => mask,
        None if creates && !compat => 0,
        None if owns(row) && is_first => READ_WRITE_EXECUTE_DELETE,
        None => entry(0).unwrap_or(0),
    };
    mask & right != 0
}

/// The persisted form.
pub fn encode(rows: &Rows) -> Vec<u8> {
    let mut bytes = b"ACO\x01".to_vec();
    bytes.extend((rows.len() as u32).to_be_bytes());
    for (i, row) in rows {
        let (oid, iid) = (row.oid.expect("settled"), row.iid.expect("settled"));
        for id in [oid, *i, iid, row.owner.expect("settled")] {
            bytes.extend(id.to_be_bytes());
        }
        bytes.push(row.acl.is_some().into());
        if let Some(acl) = &row.acl {
            bytes.extend((acl.len() as u32).to_be_bytes());
            for (ssid, mask) in acl {
                bytes.extend(mask.to_be_bytes());
                bytes.extend(ssid.to_be_bytes());
            }
        }
    }
    bytes
}

fn is_reachable(client: &Client, oid: Oid, iid: Iid) -> bool {
    oid != 0
        && oid != 2
        && oid != MAX_ID
        && client.objects.borrow().contains_key(&oid)
        && (iid == MAX_ID || client.has(oid, iid))
}

fn right(operation: Operation) -> u16 {
    use Operation::{Create, Delete, Execute, Write, WriteComposite};
    match operation {
        Write | WriteComposite => WRITE,
        Execute => 4,
        Delete => DELETE,
        Create => CREATE,
        _ => READ,
    }
}

/// The rows, and how many bytes they took; `None` for what must be refused.
pub fn parse(bytes: &[u8]) -> Option<(Rows, usize)> {
    let mut rest = bytes;
    let mut take = |n: usize| {
        let (taken, left) = rest.split_at_checked(n)?;
        rest = left;
        let number = taken
            .iter()
            .fold(0u64, |n, &byte| (n << 8) | u64::from(byte));
        Some((number, bytes.len() - left.len()))
    };
    let mut id = |n| take(n).map(|(number, _)| number as u32);
    let mut rows = Rows::new();
    let mut targets = BTreeSet::new();
    if id(4)? != u32::from_be_bytes(*b"ACO\x01") {
        return None;
    }
    let count = id(4)?;
    if count > 0xffff {
        return None;
    }
    for _ in 0..count {
        let ids = [id(2)?, id(2)?, id(2)?, id(2)?].map(|id| id as u16);
        let [oid, i, iid, owner] = ids;
        let has_acl = id(1)?;
        let mut acl = BTreeMap::new();
        if has_acl == 1 {
            let count = id(4)?;
            if count > 0xffff {
                return None;
            }
            for _ in 0..count {
                let (mask, ssid) = (id(2)? as u16, id(2)? as Ssid);
                if ssid == MAX_ID || acl.insert(ssid, mask).is_some() {
                    return None;
                }
            }
        }
        let row = Row {
            oid: Some(oid),
            iid: Some(iid),
            owner: Some(owner),
            acl: (has_acl == 1).then_some(acl),
        };
        if matches!(oid, 0 | 2 | MAX_ID)
            || i == MAX_ID
            || owner == 0
            || has_acl > 1
            || !targets.insert((oid, iid))
            || rows.insert(i, row).is_some()
        {
            return None;
        }
    }
    let (_, used) = take(0)?;
    Some((rows, used))
}
