//! Keeping Access Control instances in step with the data model.

use crate::engine::{State, is_target_oid};
use crate::index::Row;
use crate::table::{Instance, Table, pack, unpack};
use crate::{
    Change, Engine, Entry, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, Oid, RID_ACL,
    RID_OWNER, Rid, SSID_ANY, SSID_BOOTSTRAP, Ssid, vec,
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

/// What is found out, and what is left to do.
#[derive(Default)]
struct Work {
    /// Keys of the instances whose targets are gone.
    gone: Vec<u64>,
    /// Keys of those whose targets nobody can reach, for the host to remove.
    orphans: Vec<u64>,
    /// What the host is to be told: instance and resource.
    resources: Vec<u64>,
    /// Whether instances were added or removed.
    instances: bool,
}

impl Work {
    fn note(&mut self, iid: Iid, rid: Rid) -> Result<(), Error> {
        vec::push(&mut self.resources, pack([0, 0, iid, rid]))
    }
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
    /// [`Error::NoMemory`], [`Error::Full`], and [`Error::Host`] when the
    /// accounts cannot be listed.
    pub fn sync<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
    ) -> Result<(), Error> {
        let mut work = Work::default();
        let mut accounts = None;
        for ObjectChange { oid, .. } in changes.clone() {
            if is_target_oid(oid) {
                self.find_gone(oid, &mut work.gone)?;
            }
            if oid <= OID_ACCESS_CONTROL && accounts.is_none() {
                let mut found = Ids::new();
                let listed = self.host.list_accounts(&mut found);
                accounts = Some(found.complete(listed)?);
            }
        }
        {
            let mut state = self.write_state()?;
            let mark = state.table.mark();
            let mut result = state.table.drop_gone(&mut work, accounts.as_ref());
            if origin != SSID_ANY && origin != SSID_BOOTSTRAP {
                for ObjectChange { oid, created } in changes {
                    if result.is_ok() && is_target_oid(oid) {
                        result = state.table.adopt(origin, oid, created, &mut work);
                    }
                }
            }
            if result.is_err() || state.table.mark() != mark {
                state.conclude(mark, result)?;
            }
        }
        for &key in &work.orphans {
            let [oid, iid, ..] = unpack(key);
            if self.host.remove_instance(oid, iid).is_ok() {
                self.write_state()?.remove_orphan(key);
            }
        }
        if work.instances {
            self.host.changed(Change::Instances);
        }
        for &row in &work.resources {
            let [.., iid, rid] = unpack(row);
            self.host.changed(Change::Resource(iid, rid));
        }
        Ok(())
    }

    /// Adds the targets of this Object that do not exist. Only those that were
    /// governed before the host was asked can be among them, and none are where
    /// the host cannot tell.
    fn find_gone(&self, oid: Oid, gone: &mut Vec<u64>) -> Result<(), Error> {
        let start = gone.len();
        {
            let table = &self.read_state()?.table;
            let (mut iid, mut acl_iid) = (0, 0);
            while let Some(instance) = table.target_at_or_after(oid, iid, acl_iid)
                && let Some((found, target_iid)) = instance.target()
                && found == oid
            {
                vec::push(gone, instance.key())?;
                // 65535 is no ID of an instance.
                (iid, acl_iid) = (target_iid, instance.iid + 1);
            }
        }
        if gone.len() == start {
            return Ok(());
        }
        let present = match self.host.is_object_registered(oid) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let mut found = Ids::new();
                let listed = self.host.list_instances(oid, &mut found);
                found.complete(listed)
            }
            Err(error) => Err(error),
        };
        let Ok(present) = present else {
            gone.truncate(start);
            return Ok(());
        };
        let mut at = 0;
        gone.retain(|&key| {
            let [_, iid, ..] = unpack(key);
            at += 1;
            at <= start || (iid != MAX_ID && !present.contains(iid))
        });
        Ok(())
    }
}

impl State {
    /// Removes the instance of a target that has been removed, unless something
    /// else was made of it meanwhile. Should memory be lacking even for this, it
    /// stays, with no rights, until the Object changes again.
    fn remove_orphan(&mut self, key: u64) {
        let mark = self.table.mark();
        let result = self.table.remove_by_key(key);
        let _ = self.conclude(mark, result);
    }
}

impl Table {
    /// Removes the instance, if it still has this target.
    fn remove_by_key(&mut self, key: u64) -> Result<(), Error> {
        let [oid, iid, acl_iid, _] = unpack(key);
        match self.find(acl_iid) {
            Ok(found) if found.target() == Some((oid, iid)) => self.remove(acl_iid),
            _ => Ok(()),
        }
    }

    /// Drops what targets and accounts that are gone have left behind.
    fn drop_gone(&mut self, work: &mut Work, accounts: Option<&Ids>) -> Result<(), Error> {
        for &key in &work.gone {
            self.remove_by_key(key)?;
            work.instances = true;
        }
        let Some(accounts) = accounts else {
            return Ok(());
        };
        let mut from = Some(0);
        while let Some(&instance) = from.and_then(|from| self.at_or_after(from)) {
            let acl_iid = instance.iid;
            from = acl_iid.checked_add(1);
            let mut new = instance;
            let lost_entry = self.drop_entries(&mut new, accounts)?;
            let owner = instance.owner;
            // An owner that a transaction has not set yet, zero, is for
            // validation to judge.
            let is_owned = owner == 0 || accounts.contains(owner);
            let lost_owner = !is_owned && owner != SSID_BOOTSTRAP;
            if !lost_entry && !lost_owner {
                continue;
            }
            if lost_owner {
                new.owner = self.elect(&new);
                work.note(acl_iid, RID_OWNER)?;
            }
            if lost_entry {
                work.note(acl_iid, RID_ACL)?;
            }
            if !is_owned && self.entry_at_or_after(&new, 0).is_none() {
                work.instances = true;
                match instance.target() {
                    Some((_, iid)) if iid != MAX_ID => {
                        // Out of reach from here on, whether or not the host can
                        // remove the target.
                        new.set_has_acl(true);
                        vec::push(&mut work.orphans, new.key())?;
                    }
                    _ => {
                        self.remove(acl_iid)?;
                        continue;
                    }
                }
            }
            self.put(&new)?;
        }
        Ok(())
    }

    /// Drops the entries of servers without an account; whether there were any.
    fn drop_entries(&mut self, instance: &mut Instance, accounts: &Ids) -> Result<bool, Error> {
        let mut lost = false;
        let mut from = 1;
        // 65535 is no key of an entry, so the search ends there.
        while let Some(Entry { ssid, .. }) = self.entry_at_or_after(instance, from) {
            from = ssid.saturating_add(1);
            if !accounts.contains(ssid) {
                self.remove_entry(instance, ssid)?;
                lost = true;
            }
        }
        Ok(lost)
    }

    /// The new owner among those that have an entry: who may write and delete
    /// most, and the highest SSID among equals; without any, nobody may edit.
    fn elect(&self, instance: &Instance) -> Ssid {
        let mut elected = SSID_BOOTSTRAP;
        let mut most = 0;
        let mut from = 1;
        while let Some(Entry { ssid, mask }) = self.entry_at_or_after(instance, from) {
            from = ssid.saturating_add(1);
            let weight = mask & (Mask::WRITE | Mask::DELETE).bits();
            if elected == SSID_BOOTSTRAP || weight >= most {
                (elected, most) = (ssid, weight);
            }
        }
        elected
    }

    /// Gives the creator its rights on the instances that it has just created.
    fn adopt(
        &mut self,
        origin: Ssid,
        oid: Oid,
        created: &[Iid],
        work: &mut Work,
    ) -> Result<(), Error> {
        for &iid in created {
            if iid == MAX_ID || self.governing(oid, iid).is_some() {
                continue;
            }
            let mut instance = Instance::governing(self.lowest_free_iid()?, oid, iid);
            instance.owner = origin;
            let (ssid, mask) = (origin, Mask::OWNER.bits());
            self.set_entry(&mut instance, Entry { ssid, mask })?;
            self.put(&instance)?;
            work.instances = true;
        }
        Ok(())
    }
}
