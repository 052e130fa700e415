//! Keeping Access Control instances in step with the data model
//! [LwM2M 7.3.2, E.1.3].
//!
//! In this order: what handlers wrote is validated; the host is asked what has
//! gone; then, without any question in between, instances of targets that have
//! gone are removed, what accounts that have gone left behind is dropped, and who
//! created an Instance becomes its owner; at last, targets that nobody can reach
//! are removed by the host, and it is told what is different.

#[cfg(any(target_os = "none", access_control_small))]
#[path = "asked.rs"]
mod presence;
#[cfg(not(any(target_os = "none", access_control_small)))]
#[path = "listed.rs"]
mod presence;

use crate::engine::State;
use crate::grant::is_governable;
use crate::row::{AclEntry, Instance, Target};
use crate::table::Table;
use crate::{
    Call, Change, Engine, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, Oid, RID_ACL,
    RID_OWNER, Refusal, Rid, SSID_ANY, SSID_BOOTSTRAP, Ssid, Why, vec,
};
use alloc::vec::Vec;
use presence::Presence;

/// An Object whose set of Instances has changed.
#[derive(Clone, Copy, Debug)]
pub struct ObjectChange<'a> {
    /// The Object.
    pub oid: Oid,
    /// The Instances that are new, as far as the host knows.
    pub created: &'a [Iid],
}

/// What is to be done about an instance, later on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Note {
    iid: Iid,
    /// The instance counts only as long as it has this target.
    target: Target,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Its target has gone.
    Gone,
    /// Nobody can reach its target: the host is to remove it.
    Orphan,
    /// The host is to be told that it has come or gone.
    Moved,
    /// The host is to be told that a resource is different.
    Changed(Rid),
}

type Notes = Vec<Note>;

/// Whether an operation of this server can create anything, as far as Access
/// Control instances are concerned.
const fn is_server(origin: Ssid) -> bool {
    origin != SSID_ANY && origin != SSID_BOOTSTRAP
}

impl<H: Host> Engine<H> {
    /// Brings the Access Control instances in step with changed Objects
    /// [LwM2M 7.3.2, E.1.3]. `origin` is the server whose operation made the
    /// changes, or [`SSID_BOOTSTRAP`].
    ///
    /// Targets that nobody can reach any more are removed through the host
    /// after everything else is done, so that whatever that sets off finds the
    /// state whole. Inside a transaction, what handlers wrote is validated first,
    /// before anything may drop it.
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
        let mut call = Refusal::of(Call::Sync);
        let followed = self.follow(origin, changes, &mut call);
        followed.map_err(|why| self.refuse_changes(call, why))
    }

    fn follow<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
        call: &mut Refusal,
    ) -> Result<(), Why> {
        let is_open = self.lock_any()?.table.is_open();
        if is_open {
            self.try_validate(call)?;
            self.lock()?.make_unchecked();
        }
        *call = Refusal {
            ssid: origin,
            ..Refusal::of(Call::Sync)
        };
        // ---- what has gone ----
        let mut notes = Notes::new();
        let mut needs_accounts = false;
        for ObjectChange { oid, .. } in changes.clone() {
            if is_governable(oid) {
                self.find_gone(oid, &mut notes)?;
            }
            needs_accounts |= oid <= OID_ACCESS_CONTROL;
        }
        let mut accounts = Ids::new();
        if needs_accounts {
            let listed = self.host.list_accounts(&mut accounts);
            accounts.complete(listed)?;
        }
        // ---- what follows from that ----
        let mut state = self.lock()?;
        let table = &mut state.table;
        let mark = table.start_long()?;
        notes.retain_mut(|note| match table.find_noted(*note) {
            Some(found) => {
                table.remove(found);
                note.what = What::Moved;
                true
            }
            None => false,
        });
        if needs_accounts {
            table.follow_accounts(&mut notes, &accounts);
        }
        if is_server(origin) {
            for ObjectChange { oid, created } in changes {
                if is_governable(oid) {
                    table.adopt(origin, oid, created, &mut notes);
                }
            }
        }
        let outcome = table.outcome();
        if outcome.is_ok() && notes.is_empty() {
            table.finish(mark, false);
            return Ok(());
        }
        state.conclude(mark, outcome)?;
        drop(state);
        // ---- what the host is to do and to know ----
        let mut has_moved = false;
        for &note in &notes {
            has_moved |= match note.what {
                What::Orphan => self.remove_orphan(note)?,
                what => what == What::Moved,
            };
        }
        if has_moved {
            self.host.changed(Change::Instances);
        }
        for &note in &notes {
            if let What::Changed(rid) = note.what {
                // Not of what has gone in the meantime.
                if self.lock()?.table.find_noted(note).is_some() {
                    self.host.changed(Change::Resource(note.iid, rid));
                }
            }
        }
        Ok(())
    }

    /// Notes the targets of this Object that do not exist; none, where the host
    /// cannot tell.
    fn find_gone(&self, oid: Oid, notes: &mut Notes) -> Result<(), Why> {
        let Some(presence) = Presence::of(&self.host, oid) else {
            return Ok(());
        };
        let mut previous = None;
        loop {
            let found = self.lock()?.table.next_of(oid, previous);
            let Some((target, iid)) = found else {
                return Ok(());
            };
            if presence.is_gone(&self.host, target) {
                let what = What::Gone;
                vec::push(notes, Note { iid, target, what })?;
            }
            previous = found;
        }
    }

    /// Removes a target that nobody can reach, and its instance with it. Removing
    /// runs code of the application, so the rule is looked at again before. Tells
    /// whether the instance has gone.
    fn remove_orphan(&self, note: Note) -> Result<bool, Why> {
        let (oid, iid) = (note.target.oid(), note.target.iid());
        let is_orphan = |state: &State| {
            state.table.find_noted(note).filter(|found| {
                let owner = state.table.owner(*found);
                owner == SSID_BOOTSTRAP && state.table.entry_at_or_after(*found, 0).is_none()
            })
        };
        let is_left = is_orphan(&*self.lock()?).is_some();
        if !is_left || self.host.remove_instance(oid, iid).is_err() {
            return Ok(false);
        }
        // What removing set off may have made another one in its place.
        let is_back = self.check_target(note.target).is_ok();
        let mut state = self.lock()?;
        if is_back && is_orphan(&state).is_none() {
            return Ok(false);
        }
        let Some(found) = state.table.find_noted(note) else {
            return Ok(true);
        };
        // Should memory be lacking even for this, it stays, with no rights, until
        // the Object changes again.
        let mark = state.table.start()?;
        state.table.remove(found);
        Ok(state.conclude(mark, Ok(())).is_ok())
    }
}

impl Table {
    /// The instance that a note is about, if it still has that target.
    fn find_noted(&self, note: Note) -> Option<Instance> {
        let found = self.find(note.iid);
        found.filter(|found| found.target == note.target)
    }

    fn note(&mut self, notes: &mut Notes, instance: Instance, what: What) {
        let Instance { iid, target, .. } = instance;
        if let Err(error) = vec::push(notes, Note { iid, target, what }) {
            self.fail(error.into());
        }
    }

    /// Drops what accounts that have gone left behind.
    fn follow_accounts(&mut self, notes: &mut Notes, accounts: &Ids) {
        let mut from = Some(0);
        while let Some(instance) = from.and_then(|from| self.at_or_after(from)) {
            from = instance.iid.checked_add(1);
            // The new owner, should one be needed, is who may write and delete
            // most, and the highest SSID among equals; without any, nobody may
            // edit.
            let mut elected = AclEntry::new(SSID_BOOTSTRAP, 0);
            let mut has_lost = false;
            let mut entry = self.entry_at_or_after(instance, 1);
            while !entry.is_none() {
                let ssid = entry.ssid();
                if !accounts.contains(ssid) {
                    self.remove_entry(instance, ssid);
                    has_lost = true;
                } else if elected.ssid() == SSID_BOOTSTRAP || entry.weight() >= elected.weight() {
                    elected = entry;
                }
                entry = self.entry_at_or_after(instance, ssid + 1);
            }
            let owner = self.owner(instance);
            // An owner that a transaction has not set yet, zero, is for
            // validation to judge.
            let is_owned = owner == 0 || accounts.contains(owner);
            let is_lost = !is_owned && owner != SSID_BOOTSTRAP;
            // Where no removed server owned it, none leaves it behind. Anjay looks
            // at the entries alone.
            let is_left = match cfg!(feature = "anjay-compat") {
                true => (is_lost || has_lost) && !is_owned,
                false => is_lost,
            };
            if is_lost {
                self.set_owner(instance, elected.ssid());
                self.note(notes, instance, What::Changed(RID_OWNER));
            }
            if is_left && self.entry_at_or_after(instance, 0).is_none() {
                if instance.has_target() && !instance.target.is_creation() {
                    // Out of reach from here on, whether or not the host can
                    // remove the target.
                    has_lost |= !instance.has_acl;
                    let has_acl = true;
                    self.replace(
                        instance,
                        Instance {
                            has_acl,
                            ..instance
                        },
                    );
                    self.note(notes, instance, What::Orphan);
                } else {
                    self.remove(instance);
                    self.note(notes, instance, What::Moved);
                }
            }
            if has_lost {
                self.note(notes, instance, What::Changed(RID_ACL));
            }
        }
    }

    /// Gives the creator its rights on the Instances that it has just created.
    fn adopt(&mut self, origin: Ssid, oid: Oid, created: &[Iid], notes: &mut Notes) {
        let own = AclEntry::new(origin, Mask::OWNER.bits());
        for &iid in created.iter().filter(|iid| **iid != MAX_ID) {
            let target = Target::new(oid, iid);
            match self.find(self.governing(target)) {
                None => match self.lowest_free_iid() {
                    MAX_ID => self.fail(Why::IidsFull),
                    free => {
                        let new = Instance::new(free, target);
                        self.add(new, origin, own);
                        self.note(notes, new, What::Moved);
                    }
                },
                // Left from an earlier Instance.
                Some(found) => self.give(found, origin, own, notes),
            }
        }
    }

    /// Makes a server the owner of an instance, and its entry the only one.
    fn give(&mut self, found: Instance, owner: Ssid, own: AclEntry, notes: &mut Notes) {
        let is_owned = self.owner(found) == owner;
        let is_alone = self.entry_at_or_after(found, 0) == own
            && self.entry_at_or_after(found, owner + 1).is_none();
        if !is_alone {
            self.empty(found);
            self.set_entry(found, own);
        }
        if !is_owned {
            self.set_owner(found, owner);
        }
        for (rid, is_same) in [(RID_OWNER, is_owned), (RID_ACL, is_alone)] {
            let what = What::Changed(rid);
            let is_noted = |note: &Note| note.iid == found.iid && note.what == what;
            // The account of an earlier owner may have gone as well.
            if !is_same && !notes.iter().any(is_noted) {
                self.note(notes, found, what);
            }
        }
    }
}
