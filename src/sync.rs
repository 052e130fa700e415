//! Keeping Access Control instances in step with the data model.

use crate::engine::{ATTEMPTS, govern};
use crate::table::{Slot, Table};
use crate::{
    Change, Engine, Entry, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_SECURITY,
    OID_SERVER, Oid, RID_ACL, RID_OWNER, Rid, SSID_ANY, SSID_BOOTSTRAP, Ssid, vec,
};
use alloc::vec::Vec;

/// An Object whose set of Instances has changed.
#[derive(Clone, Copy, Debug)]
pub struct ObjectChange<'a> {
    /// The Object.
    pub oid: Oid,
    /// The Instances that are new, as far as the host knows.
    pub created: &'a [Iid],
}

/// What the host says about one Object; `None` when it is not registered.
type Listing = (Oid, Option<Ids>);

/// What was asked before anything is changed.
struct Facts {
    listings: Vec<Listing>,
    accounts: Option<Ids>,
}

/// What the host is to be told afterwards.
#[derive(Default)]
struct Notes {
    instances: bool,
    resources: Vec<(Iid, Rid)>,
}

/// An instance that nobody can reach, with the target that is to go.
struct Orphan {
    acl_iid: Iid,
    oid: Oid,
    iid: Iid,
}

/// What happens to an instance when accounts have gone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Owner(Ssid),
    Orphan,
}

impl<H: Host> Engine<H> {
    /// Brings the Access Control instances in step with changed Objects
    /// [LwM2M 7.3.2, E.1.3]. `origin` is the server whose operation made the
    /// changes, or [`SSID_BOOTSTRAP`].
    ///
    /// Targets that nobody can reach any more are removed through the host
    /// after everything else is done, so that whatever that sets off finds the
    /// state whole.
    ///
    /// # Errors
    /// [`Error::NoMemory`], [`Error::Full`], [`Error::Host`] when the accounts
    /// cannot be listed, [`Error::Busy`] when the host's answers keep changing
    /// the state.
    pub fn sync<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
    ) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let generation = self.read_state()?.generation;
            let facts = self.ask(changes.clone())?;
            let mut notes = Notes::default();
            let mut orphans = Vec::new();
            {
                let mut state = self.write_state()?;
                if state.generation != generation {
                    continue;
                }
                state.attempt(|table, mark| {
                    for (oid, present) in &facts.listings {
                        remove_gone(table, mark, *oid, present.as_ref(), &mut notes)?;
                    }
                    if let Some(accounts) = &facts.accounts {
                        settle_accounts(table, mark, accounts, &mut notes, &mut orphans)?;
                    }
                    if origin != SSID_ANY && origin != SSID_BOOTSTRAP {
                        for change in changes.clone().filter(|change| is_governed(change.oid)) {
                            adopt(table, mark, origin, change, &mut notes)?;
                        }
                    }
                    Ok(())
                })?;
                if notes.instances || !notes.resources.is_empty() {
                    state.touch();
                }
            }
            for orphan in &orphans {
                self.remove_orphan(orphan)?;
            }
            if notes.instances {
                self.host.changed(Change::Instances);
            }
            for &(iid, rid) in &notes.resources {
                self.host.changed(Change::Resource(iid, rid));
            }
            return Ok(());
        }
        Err(Error::Busy)
    }

    fn ask<'a>(&self, changes: impl Iterator<Item = ObjectChange<'a>>) -> Result<Facts, Error> {
        let mut listings: Vec<Listing> = Vec::new();
        let mut accounts = None;
        for ObjectChange { oid, .. } in changes {
            if matches!(oid, OID_SECURITY | OID_SERVER | OID_ACCESS_CONTROL) && accounts.is_none() {
                let mut found = Ids::new();
                self.host.list_accounts(&mut found)?;
                accounts = Some(found);
            }
            if !is_governed(oid) || !self.governs_any(oid)? {
                continue;
            }
            // Where the host cannot tell what exists, nothing counts as gone.
            let listing = match self.host.is_object_registered(oid) {
                Ok(false) => None,
                Ok(true) => {
                    let mut found = Ids::new();
                    if self.host.list_instances(oid, &mut found).is_err() {
                        continue;
                    }
                    Some(found)
                }
                Err(_) => continue,
            };
            vec::push(&mut listings, (oid, listing))?;
        }
        Ok(Facts { listings, accounts })
    }

    fn governs_any(&self, oid: Oid) -> Result<bool, Error> {
        let state = self.read_state()?;
        let first = state.table.target_at_or_after([oid, 0, 0]);
        Ok(first.is_some_and(|([found, _, _], _)| found == oid))
    }

    /// Has the host remove the target, and then removes the instance. If the
    /// host does not, the target stays unreachable.
    fn remove_orphan(&self, orphan: &Orphan) -> Result<(), Error> {
        let Orphan { acl_iid, oid, iid } = *orphan;
        if self.host.remove_instance(oid, iid).is_err() {
            return Ok(());
        }
        let mut state = self.write_state()?;
        let Some(slot) = state.table.slot_of(acl_iid) else {
            return Ok(());
        };
        let target = state.table.get(slot).and_then(|record| record.target());
        if target == Some((oid, iid)) {
            // Should memory be lacking even for this, the instance stays, with
            // no rights, until the next change of the Object.
            let _ = state.change(|table, mark| table.kill(mark, slot));
        }
        Ok(())
    }
}

/// Whether Access Control instances for this Object follow its instances.
fn is_governed(oid: Oid) -> bool {
    oid != OID_SECURITY && oid != OID_ACCESS_CONTROL
}

/// Removes the instances of one Object whose targets do not exist.
fn remove_gone(
    table: &mut Table,
    mark: usize,
    oid: Oid,
    present: Option<&Ids>,
    notes: &mut Notes,
) -> Result<(), Error> {
    let mut from = [oid, 0, 0];
    while let Some((key, _)) = table.target_at_or_after(from) {
        let [found, iid, slot] = key;
        if found != oid {
            break;
        }
        let stays = present.is_some_and(|ids| iid == MAX_ID || ids.contains(iid));
        if !stays {
            table.kill(mark, slot)?;
            notes.instances = true;
        }
        from = match (slot.checked_add(1), iid.checked_add(1)) {
            (Some(slot), _) => [oid, iid, slot],
            (None, Some(iid)) => [oid, iid, 0],
            (None, None) => break,
        };
    }
    Ok(())
}

/// Drops what accounts that have gone left behind.
fn settle_accounts(
    table: &mut Table,
    mark: usize,
    accounts: &Ids,
    notes: &mut Notes,
    orphans: &mut Vec<Orphan>,
) -> Result<(), Error> {
    let stays = |ssid| ssid == SSID_ANY || accounts.contains(ssid);
    let mut from = Some(0);
    while let Some((slot, record)) = from.and_then(|from| table.at_or_after(from)) {
        let (acl_iid, owner, target) = (record.iid(), record.owner(), record.target());
        from = acl_iid.checked_add(1);
        let entries = table.entries(record);
        let lost_key = entries.iter().any(|entry| !stays(entry.ssid));
        let fate = fate_of(entries, owner, accounts);
        let lost_owner = owner.is_some_and(|owner| !is_owner_kept(owner, accounts));
        if !lost_key && !lost_owner {
            continue;
        }
        if lost_key || fate == Fate::Orphan {
            table.retain_entries(mark, slot, |entry| stays(entry.ssid))?;
            vec::push(&mut notes.resources, (acl_iid, RID_ACL))?;
        }
        match (fate, target) {
            (Fate::Keep, _) => continue,
            (Fate::Orphan, None | Some((_, MAX_ID))) => {
                table.kill(mark, slot)?;
                notes.instances = true;
                continue;
            }
            (Fate::Orphan, Some((oid, iid))) => {
                // Unreachable from here on, whether the host can remove it or not.
                vec::push(orphans, Orphan { acl_iid, oid, iid })?;
                notes.instances = true;
                table.set_owner(mark, slot, SSID_BOOTSTRAP)?;
            }
            (Fate::Owner(elected), _) => table.set_owner(mark, slot, elected)?,
        }
        vec::push(&mut notes.resources, (acl_iid, RID_OWNER))?;
    }
    Ok(())
}

fn is_owner_kept(owner: Ssid, accounts: &Ids) -> bool {
    owner == SSID_BOOTSTRAP || accounts.contains(owner)
}

/// Who is to own an instance, given the accounts that exist.
fn fate_of(entries: &[Entry], owner: Option<Ssid>, accounts: &Ids) -> Fate {
    // An owner that a transaction has not set yet is for validation to judge.
    if owner.is_none_or(|owner| owner != SSID_BOOTSTRAP && accounts.contains(owner)) {
        return Fate::Keep;
    }
    let stays = |entry: &&Entry| entry.ssid == SSID_ANY || accounts.contains(entry.ssid);
    if !entries.iter().any(|entry| stays(&entry)) {
        return Fate::Orphan;
    }
    if owner == Some(SSID_BOOTSTRAP) {
        return Fate::Keep;
    }
    let weight = |entry: &Entry| {
        let mask = Mask::from_bits_truncate(entry.mask);
        (mask & (Mask::WRITE | Mask::DELETE)).bits()
    };
    let elected = entries
        .iter()
        .filter(|entry| entry.ssid != SSID_ANY)
        .filter(stays)
        // Entries rise by SSID, and `max_by_key` takes the last of equals.
        .max_by_key(|entry| weight(entry));
    Fate::Owner(elected.map_or(SSID_BOOTSTRAP, |entry| entry.ssid))
}

/// Gives the creator its rights on the instances that it has just created.
fn adopt(
    table: &mut Table,
    mark: usize,
    origin: Ssid,
    change: ObjectChange<'_>,
    notes: &mut Notes,
) -> Result<(), Error> {
    let ObjectChange { oid, created } = change;
    for &iid in created {
        if iid == MAX_ID || table.governing(oid, iid).is_some() {
            continue;
        }
        let acl_iid = table.lowest_free_iid()?;
        let slot: Slot = govern(table, mark, acl_iid, oid, iid)?;
        let mask = Mask::OWNER.bits();
        table.set_entry(mark, slot, Entry { ssid: origin, mask })?;
        table.set_owner(mark, slot, origin)?;
        notes.instances = true;
    }
    Ok(())
}
