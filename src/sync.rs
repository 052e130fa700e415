//! Keeping Access Control instances in step with the data model.

use crate::engine::{State, is_target_oid};
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
    /// Inside a transaction, what handlers wrote is validated first, before
    /// anything may drop it.
    ///
    /// # Errors
    /// [`Error::NoMemory`], [`Error::Full`], and [`Error::Host`] when the
    /// accounts cannot be listed; inside a transaction also as
    /// [`Engine::validate`].
    pub fn sync<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
    ) -> Result<(), Error> {
        let mut call = Refusal {
            ssid: origin,
            ..Refusal::of(Call::Sync)
        };
        let followed = self.follow(origin, changes, &mut call);
        followed.map_err(|why| self.refuse_changes(call, why))
    }

    fn follow<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
        call: &mut Refusal,
    ) -> Result<(), Why> {
        if self.lock()?.is_open {
            self.try_validate(call)?;
            self.lock()?.note_change();
            *call = Refusal {
                ssid: origin,
                ..Refusal::of(Call::Sync)
            };
        }
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
            has_moved |= match note & 0xffff {
                MOVED => true,
                ORPHAN => self.remove_orphan(note)?,
                _ => false,
            };
        }
        if has_moved {
            self.host.changed(Change::Instances);
        }
        for &note in &notes {
            let [.., iid, rid] = unpack(note);
            // Not of what has gone in the meantime.
            if u64::from(rid) > ORPHAN && self.lock()?.table.find_noted(note).is_some() {
                self.host.changed(Change::Resource(iid, rid));
            }
        }
        Ok(())
    }

    /// Removes a target that nobody can reach, and its instance with it. Removing
    /// runs code of the application, so the rule is looked at again before. Tells
    /// whether the instance has gone.
    fn remove_orphan(&self, note: u64) -> Result<bool, Why> {
        let is_orphan = |state: &State| {
            let found = state.table.find_noted(note)?;
            let is_owned = state.table.owner(found) != SSID_BOOTSTRAP;
            let is_empty = state.table.entry_at_or_after(found.base(), 0) == NONE;
            (!is_owned && is_empty).then_some(found)
        };
        let [oid, iid, ..] = unpack(note);
        if is_orphan(&*self.lock()?).is_none() || self.host.remove_instance(oid, iid).is_err() {
            return Ok(false);
        }
        // What removing set off may have made another one in its place.
        let is_back = self.check_target([oid, iid]).is_ok();
        let mut state = self.lock()?;
        if is_back && is_orphan(&state).is_none() {
            return Ok(false);
        }
        let mark = state.table.mark();
        // Should memory be lacking even for this, it stays, with no rights, until
        // the Object changes again.
        state.table.remove_noted(note);
        Ok(state.conclude(mark, Ok(())).is_ok())
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
    /// The instance that a note is about, if it still has this target.
    fn find_noted(&self, note: u64) -> Option<Instance> {
        let [.., iid, _] = unpack(note);
        self.find(iid).filter(|found| found.base().has(note))
    }

    /// Removes that instance.
    fn remove_noted(&mut self, note: u64) {
        let found = self.find_noted(note);
        if found.is_some() {
            self.remove(found);
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
            let mut new = Some(instance);
            let mut is_acl_new = has_lost;
            // Without a removed owner nobody has left it behind. Anjay looks at
            // the entries alone.
            let is_left = match cfg!(feature = "anjay-compat") {
                true => (is_lost || has_lost) && !is_owned,
                false => is_lost,
            };
            if is_left && self.entry_at_or_after(base, 0) == NONE {
                if instance.has_target() && instance.target_iid() != MAX_ID {
                    // Out of reach from here on, whether or not the host can
                    // remove the target.
                    new = Some(instance.with(HAS_ACL));
                    is_acl_new |= !instance.has(HAS_ACL);
                    self.note(notes, base.key(0) | ORPHAN);
                } else {
                    new = None;
                    self.note(notes, base.key(0) | MOVED);
                }
            }
            if is_acl_new {
                self.note(notes, base.key(RID_ACL.into()));
            }
            if is_lost || new != Some(instance) {
                self.change(Some(instance), new, elected, true);
            }
        }
    }

    /// Gives the creator its rights on the instances that it has just created.
    fn adopt(&mut self, origin: Ssid, oid: Oid, created: &[Iid], notes: &mut Notes) {
        let own = Packed::new(origin, Mask::OWNER.bits());
        for &iid in created.iter().filter(|iid| **iid != MAX_ID) {
            let found = self.find(self.governing(oid, iid));
            let new = match found {
                // Left from an earlier Instance.
                Some(found) => found.with(HAS_ACL),
                None => {
                    let free = self.lowest_free_iid();
                    if free == MAX_ID {
                        self.fail(Why::IidsFull);
                    }
                    Instance::new(free, [oid, iid], HAS_TARGET_IID | HAS_ACL)
                }
            };
            let key = new.base().key(0);
            if let Some(found) = found {
                let is_owned = self.owner(found) == origin;
                let has_own = self.entry_at_or_after(found.base(), 0) == own
                    && self.entry_at_or_after(found.base(), origin + 1) == NONE;
                for (rid, is_same) in [(RID_OWNER, is_owned), (RID_ACL, has_own)] {
                    let note = key | u64::from(rid);
                    // The account of an earlier owner may have gone as well.
                    if !is_same && !notes.contains(&note) {
                        self.note(notes, note);
                    }
                }
                if is_owned && has_own {
                    continue;
                }
            } else {
                self.note(notes, key | MOVED);
            }
            self.change(found, Some(new), origin, false);
            self.set_entry(new, origin, own);
        }
    }
}
