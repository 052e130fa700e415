//! Keeping Access Control instances in step with the data model.

use crate::engine::ATTEMPTS;
use crate::table::Table;
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
                state.attempt(|table| {
                    for (oid, present) in &facts.listings {
                        remove_gone(table, *oid, present.as_ref(), &mut notes)?;
                    }
                    if let Some(accounts) = &facts.accounts {
                        settle_accounts(table, accounts, &mut notes, &mut orphans)?;
                    }
                    if origin != SSID_ANY && origin != SSID_BOOTSTRAP {
                        for change in changes.clone().filter(|change| is_governed(change.oid)) {
                            adopt(table, origin, change, &mut notes)?;
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
        let first = state.table.target_at_or_after(oid, 0, 0);
        Ok(first.is_some_and(|[found, ..]| found == oid))
    }

    /// Has the host remove the target, and then removes the instance. If the
    /// host does not, the target stays unreachable.
    fn remove_orphan(&self, orphan: &Orphan) -> Result<(), Error> {
        let Orphan { acl_iid, oid, iid } = *orphan;
        if self.host.remove_instance(oid, iid).is_err() {
            return Ok(());
        }
        let mut state = self.write_state()?;
        let found = state.table.find(acl_iid);
        if found.is_ok_and(|instance| instance.target() == Some((oid, iid))) {
            // Should memory be lacking even for this, the instance stays, with
            // no rights, until the next change of the Object.
            let _ = state.change(|table| table.remove(acl_iid));
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
    oid: Oid,
    present: Option<&Ids>,
    notes: &mut Notes,
) -> Result<(), Error> {
    let mut from = 0;
    while let Some([found, iid, acl_iid, _]) = table.target_at_or_after(oid, from, 0) {
        if found != oid {
            break;
        }
        let stays = present.is_some_and(|ids| iid == MAX_ID || ids.contains(iid));
        if !stays {
            table.remove(acl_iid)?;
            notes.instances = true;
        } else if iid == MAX_ID {
            break;
        } else {
            from = iid + 1;
        }
    }
    Ok(())
}

/// Drops what accounts that have gone left behind.
fn settle_accounts(
    table: &mut Table,
    accounts: &Ids,
    notes: &mut Notes,
    orphans: &mut Vec<Orphan>,
) -> Result<(), Error> {
    let stays = |ssid| ssid == SSID_ANY || accounts.contains(ssid);
    let mut from = Some(0);
    while let Some(instance) = from.and_then(|from| table.at_or_after(from)) {
        let acl_iid = instance.iid;
        from = acl_iid.checked_add(1);
        // An owner that a transaction has not set yet is for validation to judge.
        let has_owner = instance
            .owner()
            .is_none_or(|owner| owner == SSID_BOOTSTRAP || stays(owner));
        let lost_key = table.entries(acl_iid).any(|entry| !stays(entry.ssid));
        if has_owner && !lost_key {
            continue;
        }
        table.retain_entries(acl_iid, stays)?;
        let is_orphan = table.entry_at_or_after(acl_iid, 0).is_none()
            && instance
                .owner()
                .is_some_and(|owner| owner == SSID_BOOTSTRAP || !stays(owner));
        if is_orphan {
            notes.instances = true;
            match instance.target() {
                Some((oid, iid)) if iid != MAX_ID => {
                    // Out of reach from here on, whether the host can remove
                    // the target or not.
                    vec::push(orphans, Orphan { acl_iid, oid, iid })?;
                    table.set_has_acl(acl_iid, true)?;
                }
                _ => {
                    table.remove(acl_iid)?;
                    continue;
                }
            }
        }
        if !has_owner {
            table.set_owner(acl_iid, elect(table, acl_iid))?;
            vec::push(&mut notes.resources, (acl_iid, RID_OWNER))?;
        }
        if lost_key {
            vec::push(&mut notes.resources, (acl_iid, RID_ACL))?;
        }
    }
    Ok(())
}

/// The new owner among those that still have an entry: who may write and delete
/// most, and the highest SSID among equals; without any, nobody may edit.
fn elect(table: &Table, acl_iid: Iid) -> Ssid {
    let weight = |entry: &Entry| {
        let mask = Mask::from_bits_truncate(entry.mask);
        (mask & (Mask::WRITE | Mask::DELETE)).bits()
    };
    table
        .entries(acl_iid)
        .filter(|entry| entry.ssid != SSID_ANY)
        // Entries rise by SSID, and `max_by_key` takes the last of equals.
        .max_by_key(weight)
        .map_or(SSID_BOOTSTRAP, |entry| entry.ssid)
}

/// Gives the creator its rights on the instances that it has just created.
fn adopt(
    table: &mut Table,
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
        table.govern(acl_iid, oid, iid, origin)?;
        let mask = Mask::OWNER.bits();
        table.set_entry(acl_iid, Entry { ssid: origin, mask })?;
        notes.instances = true;
    }
    Ok(())
}
