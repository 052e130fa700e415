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
use crate::lock::Guard;
use crate::refusal::Story;
use crate::row::{AclEntry, Instance, Note, Target};
use crate::table::Notes;
use crate::{
    Call, Change, Engine, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, Oid, RID_ACL,
    RID_OWNER, SSID_ANY, SSID_BOOTSTRAP, Ssid, Why,
};
use presence::Presence;

/// An Object whose set of Instances has changed.
#[derive(Clone, Copy, Debug)]
pub struct ObjectChange<'a> {
    /// The Object.
    pub oid: Oid,
    /// The Instances that are new, as far as the host knows.
    pub created: &'a [Iid],
}

/// A part of a synchronisation, for a host without a list of all changes. Each is
/// whole or not done at all; where they are to be so together, they stand in a
/// transaction, and [`SyncStep::Accounts`] comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStep {
    /// The set of Instances of this Object changed, if the Instance is [`MAX_ID`];
    /// otherwise this server created it.
    Instances(Ssid, Oid, Iid),
    /// The set of Instances of Security, Server or Access Control did.
    Accounts,
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
        let mut story = Story::of(Call::Sync);
        let followed = self.follow(origin, changes, &mut story);
        self.conclude_sync(followed, &story)
    }

    fn follow<'a>(
        &self,
        origin: Ssid,
        changes: impl Iterator<Item = ObjectChange<'a>> + Clone,
        story: &mut Story,
    ) -> Result<(), Why> {
        self.validate_first(story)?;
        story.tell(|call| call.ssid = origin);
        let mut notes = Notes::new();
        let mut new = 0;
        let mut accounts = Ids::new();
        let mut are_listed = false;
        // What may fail comes first.
        for ObjectChange { oid, .. } in changes.clone() {
            if oid <= OID_ACCESS_CONTROL && !are_listed {
                are_listed = true;
                self.list_accounts(&mut accounts)?;
            }
        }
        for ObjectChange { oid, created } in changes.clone() {
            if is_governable(oid) {
                self.find_gone(oid, &mut notes)?;
                new += created.len();
            }
        }
        let mut state = self.lock().ok_or(Why::InUse)?;
        state.table.start(new)?;
        let mut done = state.remove_gone(&mut notes);
        if are_listed {
            done = done.and(state.follow_accounts(&mut notes, &accounts));
        }
        for ObjectChange { oid, created } in changes {
            for iid in created {
                let adopted = state.adopt(origin, Target::new(oid, *iid), &mut notes);
                done = done.and(adopted);
            }
        }
        self.tell(state, notes, done)
    }

    /// Does a part of what [`Engine::sync`] does.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub fn sync_step(&self, step: SyncStep) -> Result<(), Error> {
        let mut story = Story::of(Call::Sync);
        let followed = self.follow_step(step, &mut story);
        self.conclude_sync(followed, &story)
    }

    fn follow_step(&self, step: SyncStep, story: &mut Story) -> Result<(), Why> {
        self.validate_first(story)?;
        let mut notes = Notes::new();
        let mut accounts = Ids::new();
        match step {
            SyncStep::Accounts => self.list_accounts(&mut accounts)?,
            SyncStep::Instances(origin, oid, iid) => {
                story.tell(|call| call.ssid = origin);
                if iid == MAX_ID && is_governable(oid) {
                    self.find_gone(oid, &mut notes)?;
                }
            }
        }
        let mut state = self.lock().ok_or(Why::InUse)?;
        state.table.start(1)?;
        let done = match step {
            SyncStep::Accounts => state.follow_accounts(&mut notes, &accounts),
            SyncStep::Instances(origin, oid, iid) => {
                let have_gone = state.remove_gone(&mut notes);
                have_gone.and(state.adopt(origin, Target::new(oid, iid), &mut notes))
            }
        };
        self.tell(state, notes, done)
    }

    /// As [`Engine::sync`], for a host that cannot tell what has changed: every
    /// Object that an instance has its target in, and the accounts.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub fn sync_all(&self) -> Result<(), Error> {
        let mut story = Story::of(Call::Sync);
        let followed = self.follow_all(&mut story);
        self.conclude_sync(followed, &story)
    }

    fn follow_all(&self, story: &mut Story) -> Result<(), Why> {
        self.validate_first(story)?;
        let mut notes = Notes::new();
        let mut accounts = Ids::new();
        self.list_accounts(&mut accounts)?;
        let mut from = Some(0);
        while let Some(iid) = from {
            let state = self.lock().ok_or(Why::InUse)?;
            let Some(instance) = state.table.at_or_after(iid) else {
                break;
            };
            let oid = instance.target().oid();
            // Each Object once: at the first of its instances.
            let is_first = state.table.next_of(oid, None) == Some(instance);
            drop(state);
            if is_first && is_governable(oid) {
                self.find_gone(oid, &mut notes)?;
            }
            from = instance.iid().checked_add(1);
        }
        let mut state = self.lock().ok_or(Why::InUse)?;
        let done = state.remove_gone(&mut notes);
        let done = done.and(state.follow_accounts(&mut notes, &accounts));
        self.tell(state, notes, done)
    }

    /// One that failed leaves nothing noted to the next, by which what had gone may be
    /// back.
    #[cfg_attr(target_os = "none", inline(never))]
    fn conclude_sync(&self, result: Result<(), Why>, story: &Story) -> Result<(), Error> {
        result.map_err(|why| {
            if let Some(mut state) = self.lock_any() {
                state.table.forget_gone();
            }
            self.refuse_changes(story, why)
        })
    }

    fn validate_first(&self, story: &mut Story) -> Result<(), Why> {
        match self.try_validate(story) {
            Ok(()) | Err(Why::NoTransaction) => {}
            invalid => return invalid,
        }
        // Whatever comes of it, the commit is to validate again.
        self.lock_any().ok_or(Why::InUse)?.make_unchecked();
        *story = Story::of(Call::Sync);
        Ok(())
    }

    fn list_accounts(&self, accounts: &mut Ids) -> Result<(), Why> {
        let listed = self.host.list_accounts(accounts);
        Ok(accounts.complete(listed)?)
    }

    /// Notes the instances whose target of this Object does not exist; none, where
    /// the host cannot tell.
    fn find_gone(&self, oid: Oid, notes: &mut Notes) -> Result<(), Why> {
        let Some(presence) = Presence::of(&self.host, oid) else {
            return Ok(());
        };
        let mut previous = None;
        loop {
            let found = self.lock().ok_or(Why::InUse)?.table.next_of(oid, previous);
            let Some(instance) = found else {
                return Ok(());
            };
            if presence.is_gone(&self.host, instance.target()) {
                let table = &mut self.lock().ok_or(Why::InUse)?.table;
                if let Some(found) = table.find_same(instance) {
                    table.note(notes, found, Note::GONE)?;
                }
            }
            previous = found;
        }
    }

    /// Ends the changes, has the host remove what nobody can reach, and tells it
    /// what is different. `done` is what has been done to instances, all in all.
    fn tell(
        &self,
        mut state: Guard<'_, State>,
        mut notes: Notes,
        mut done: Note,
    ) -> Result<(), Why> {
        let result = state.table.outcome();
        if result.is_ok() && done.is_nothing() {
            state.table.finish(false);
            return Ok(());
        }
        state.conclude(result)?;
        drop(state);
        loop {
            let next = self
                .lock()
                .ok_or(Why::InUse)?
                .table
                .next_note(&mut notes, Note::CHANGED);
            let Some(instance) = next else {
                break;
            };
            let (iid, what) = (instance.iid(), instance.note());
            if what.has(Note::ORPHAN) && self.remove_orphan(instance)? {
                done = Note::MOVED;
                continue;
            }
            if what.has(Note::OWNER) {
                self.host.changed(Change::Resource(iid, RID_OWNER));
            }
            if what.has(Note::ACL) {
                self.host.changed(Change::Resource(iid, RID_ACL));
            }
        }
        if done.has(Note::MOVED) {
            self.host.changed(Change::Instances);
        }
        Ok(())
    }

    /// Removes a target that nobody can reach, and its instance with it. Removing
    /// runs code of the application, so the rule is looked at again before. Tells
    /// whether the instance has gone.
    fn remove_orphan(&self, orphan: Instance) -> Result<bool, Why> {
        let target = orphan.target();
        let found = self.lock().ok_or(Why::InUse)?.find_orphan(orphan);
        if found.is_none() || (self.host.remove_instance(target.oid(), target.iid())).is_err() {
            return Ok(false);
        }
        // What removing set off may have made another one in its place.
        let is_back = self.check_target(target).is_ok();
        let mut state = self.lock().ok_or(Why::InUse)?;
        let found = match is_back {
            true => state.find_orphan(orphan),
            false => state.table.find_same(orphan),
        };
        let Some(found) = found else {
            return Ok(!is_back);
        };
        // Should memory be lacking even for this, it stays, with no rights, until
        // the Object changes again.
        state.table.remove(found);
        Ok(state.conclude(Ok(())).is_ok())
    }
}

impl State {
    /// This instance, if it is still there and nobody can reach its target.
    fn find_orphan(&self, instance: Instance) -> Option<Instance> {
        let found = self.table.find_same(instance)?;
        match self.table.owner(found) {
            SSID_BOOTSTRAP if self.table.entry_at_or_after(found, 0).is_none() => Some(found),
            _ => None,
        }
    }

    // Each of these tells what it has done.

    /// Removes the instances that were noted.
    fn remove_gone(&mut self, notes: &mut Notes) -> Note {
        let mut done = Note::NOTHING;
        while let Some(instance) = self.table.next_note(notes, Note::GONE) {
            self.table.remove(instance);
            done = Note::MOVED;
        }
        done
    }

    /// Drops what accounts that have gone left behind.
    fn follow_accounts(&mut self, notes: &mut Notes, accounts: &Ids) -> Note {
        let mut done = Note::NOTHING;
        let mut from = 0;
        while let Some(instance) = self.table.at_or_after(from) {
            from = instance.iid() + 1;
            done = done.and(self.follow_accounts_at(instance, notes, accounts));
        }
        done
    }

    fn follow_accounts_at(
        &mut self,
        mut instance: Instance,
        notes: &mut Notes,
        accounts: &Ids,
    ) -> Note {
        let table = &mut self.table;
        // The new owner, should one be needed, is who may write and delete most,
        // and the highest SSID among equals; without any, nobody may edit.
        let mut elected = AclEntry::new(SSID_BOOTSTRAP, 0);
        let mut what = Note::NOTHING;
        let mut entry = table.entry_at_or_after(instance, 1);
        while !entry.is_none() {
            let ssid = entry.ssid();
            if !accounts.contains(ssid) {
                table.remove_entry(instance, ssid);
                what = what.and(Note::ACL);
            } else if elected.ssid() == SSID_BOOTSTRAP || entry.weight() >= elected.weight() {
                elected = entry;
            }
            entry = table.entry_at_or_after(instance, ssid + 1);
        }
        let owner = table.owner(instance);
        // An owner that a transaction has not set yet, zero, is for validation to
        // judge.
        let is_owned = owner == 0 || accounts.contains(owner);
        if !is_owned && owner != SSID_BOOTSTRAP {
            what = what.and(Note::OWNER);
            table.set_owner(instance, elected.ssid());
        }
        // Where no removed server owned it, none leaves it behind. Anjay looks at
        // the entries alone.
        let is_left = match cfg!(feature = "anjay-compat") {
            true => !what.is_nothing() && !is_owned,
            false => what.has(Note::OWNER),
        };
        if is_left && table.entry_at_or_after(instance, 0).is_none() {
            if !instance.has_target() || instance.target().is_creation() {
                table.remove(instance);
                return Note::MOVED;
            }
            // Out of reach from here on, whether or not the host can remove the
            // target.
            what = what.and(Note::ORPHAN);
            if !instance.has_acl() {
                what = what.and(Note::ACL);
                let with_acl = instance.with_acl(true);
                table.change(instance, with_acl);
                instance = with_acl;
            }
        }
        if !what.is_nothing() {
            if let Err(error) = table.note(notes, instance, what) {
                table.fail(error.into());
            }
        }
        what
    }

    /// Gives a server its rights on an Instance that it has just created.
    fn adopt(&mut self, origin: Ssid, target: Target, notes: &mut Notes) -> Note {
        let is_server = origin != SSID_ANY && origin != SSID_BOOTSTRAP;
        if !is_server || !is_governable(target.oid()) || target.is_creation() {
            return Note::NOTHING;
        }
        let table = &mut self.table;
        let own = AclEntry::new(origin, Mask::OWNER.bits());
        let Some(found) = table.find(table.governing(target)) else {
            let iid = table.lowest_free_iid();
            if iid == MAX_ID {
                table.fail(Why::IidsFull);
            }
            let new = Instance::new(iid, target);
            table.add(new, origin);
            table.set_entry(new, own);
            return Note::MOVED;
        };
        // Left from an earlier Instance.
        let mut what = Note::NOTHING;
        if table.owner(found) != origin {
            what = Note::OWNER;
            table.set_owner(found, origin);
        }
        if table.entry_at_or_after(found, 0) != own
            || !table.entry_at_or_after(found, origin + 1).is_none()
        {
            what = what.and(Note::ACL);
            table.empty(found, found);
            table.set_entry(found, own);
        }
        if !what.is_nothing() {
            // The account of an earlier owner may have gone as well.
            if let Err(error) = table.note_again(notes, found, what) {
                table.fail(error.into());
            }
        }
        what
    }
}
