//! Keeping Access Control instances in step with the data model.

use crate::engine::is_target_oid;
use crate::table::{HAS_ACL, HAS_TARGET_IID, Instance, NONE, Packed, Table, start, unpack};
use crate::{
    Call, Change, Engine, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, Oid, RID_ACL,
    RID_OWNER, Refusal, SSID_ANY, SSID_BOOTSTRAP, Ssid, Why, vec,
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

/// Notes to work off later: the key of an instance, and in its last 16 bits what
/// is to be done. A larger one says which resource the host is to be told about.
type Notes = Vec<u64>;
/// The instance is to be removed, or has been, or is new.
const MOVED: u64 = 0;
/// Nobody can reach the target: let the host remove it.
const ORPHAN: u64 = 1;

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
        let call = Refusal {
            ssid: origin,
            ..Refusal::of(Call::Sync)
        };
        (self.follow(origin, changes)).map_err(|why| self.refuse(call, why))
    }

    fn follow<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
    ) -> Result<(), Why> {
        let mut notes = Notes::new();
        let mut needs_accounts = false;
        for ObjectChange { oid, .. } in changes.clone() {
            if is_target_oid(oid) {
                self.find_gone(oid, &mut notes)?;
            }
            needs_accounts |= oid <= OID_ACCESS_CONTROL;
        }
        let mut accounts = Ids::new();
        if needs_accounts {
            let listed = self.host.list_accounts(&mut accounts);
            accounts.complete(listed)?;
        }
        let mut state = self.lock()?;
        let table = &mut state.table;
        let mark = table.mark();
        for &note in &notes {
            table.remove_noted(note);
        }
        if needs_accounts {
            table.follow_accounts(&mut notes, &accounts);
        }
        if origin != SSID_ANY && origin != SSID_BOOTSTRAP {
            for ObjectChange { oid, created } in changes {
                if is_target_oid(oid) {
                    table.adopt(origin, oid, created, &mut notes);
                }
            }
        }
        let result = table.outcome();
        if result.is_ok() && state.table.mark() == mark {
            return Ok(());
        }
        state.conclude(mark, result)?;
        drop(state);
        let mut has_moved = false;
        for &note in &notes {
            has_moved |= note & 0xffff <= ORPHAN;
            let [oid, iid, ..] = unpack(note);
            if note & 0xffff == ORPHAN && self.host.remove_instance(oid, iid).is_ok() {
                let mut state = self.lock()?;
                let mark = state.table.mark();
                // Should memory be lacking even for this, it stays, with no
                // rights, until the Object changes again.
                state.table.remove_noted(note);
                let _ = state.conclude(mark, Ok(()));
            }
        }
        if has_moved {
            self.host.changed(Change::Instances);
        }
        for &note in &notes {
            let [.., iid, rid] = unpack(note);
            if u64::from(rid) > ORPHAN {
                self.host.changed(Change::Resource(iid, rid));
            }
        }
        Ok(())
    }

    /// Notes the targets of this Object that do not exist; none, where the host
    /// cannot tell. Each is asked about again once it is missing in the list,
    /// for it may have been made while the list was.
    fn find_gone(&self, oid: Oid, notes: &mut Notes) -> Result<(), Why> {
        let mut present = Ids::new();
        let is_registered = match self.host.is_object_registered(oid) {
            Ok(true) => {
                let listed = self.host.list_instances(oid, &mut present);
                if present.complete(listed).is_err() {
                    return Ok(());
                }
                true
            }
            Ok(false) => false,
            Err(_) => return Ok(()),
        };
        let mut from = start([oid, 0]);
        loop {
            let found = self.lock()?.table.targets.tail(from).first().copied();
            let Some(key) = found else {
                return Ok(());
            };
            let [found, iid, ..] = unpack(key);
            if found != oid {
                return Ok(());
            }
            let is_there = is_registered && (iid == MAX_ID || present.contains(iid));
            if !is_there
                && (!is_registered || matches!(self.host.is_instance_present(oid, iid), Ok(false)))
            {
                vec::push(notes, key >> 16 << 16 | MOVED)?;
            }
            from = (key | 0xffff) + 1;
        }
    }
}

impl Table {
    /// Removes the instance, if it still has this target.
    fn remove_noted(&mut self, note: u64) {
        let [.., iid, _] = unpack(note);
        if let Some(found) = self.find(iid)
            && found.base().has(note)
        {
            self.remove(Some(found));
        }
    }

    fn note(&mut self, notes: &mut Notes, note: u64) {
        if let Err(error) = vec::push(notes, note) {
            self.fail(error.into());
        }
    }

    /// Drops what accounts that are gone have left behind.
    fn follow_accounts(&mut self, notes: &mut Notes, accounts: &Ids) {
        let mut from = 0;
        while let Some(instance) = self.at_or_after(from) {
            from = instance.iid() + 1;
            let base = instance.base();
            // The new owner, should one be needed, is who may write and delete
            // most, and the highest SSID among equals; without any, nobody may
            // edit.
            let mut elected = SSID_BOOTSTRAP;
            let mut most = 0;
            let mut has_lost = false;
            let mut entry = self.entry_at_or_after(base, 1);
            while entry != NONE {
                let ssid = entry.ssid();
                let weight = entry.mask() & (Mask::WRITE | Mask::DELETE).bits();
                if !accounts.contains(ssid) {
                    self.set_entry(instance, ssid, NONE);
                    has_lost = true;
                } else if elected == SSID_BOOTSTRAP || weight >= most {
                    (elected, most) = (ssid, weight);
                }
                entry = self.entry_at_or_after(base, ssid + 1);
            }
            let owner = self.owner(instance);
            // An owner that a transaction has not set yet, zero, is for
            // validation to judge.
            let is_owned = owner == 0 || accounts.contains(owner);
            let is_lost = !is_owned && owner != SSID_BOOTSTRAP;
            if is_lost {
                self.note(notes, base.key(RID_OWNER.into()));
            }
            if has_lost {
                self.note(notes, base.key(RID_ACL.into()));
            }
            let mut new = Some(instance);
            if (is_lost || has_lost) && !is_owned && self.entry_at_or_after(base, 0) == NONE {
                if instance.has_target() && instance.target_iid() != MAX_ID {
                    // Out of reach from here on, whether or not the host can
                    // remove the target.
                    new = Some(instance.with(HAS_ACL));
                    self.note(notes, base.key(0) | ORPHAN);
                } else {
                    new = None;
                    self.note(notes, base.key(0) | MOVED);
                }
            } else if !is_lost {
                continue;
            }
            self.change(Some(instance), new, elected, true);
        }
    }

    /// Gives the creator its rights on the instances that it has just created.
    fn adopt(&mut self, origin: Ssid, oid: Oid, created: &[Iid], notes: &mut Notes) {
        for &iid in created {
            if iid != MAX_ID && self.governing(oid, iid) == MAX_ID {
                let free = self.lowest_free_iid();
                if free == MAX_ID {
                    self.fail(Why::IidsFull);
                }
                let new = Instance::new(free, [oid, iid], HAS_TARGET_IID | HAS_ACL);
                self.add(new, origin);
                self.set_entry(new, origin, Packed::new(origin, Mask::OWNER.bits()));
                self.note(notes, new.base().key(0) | MOVED);
            }
        }
    }
}
