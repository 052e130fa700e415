//! Transactions on Object 2: begin, validate, commit, roll back.

use crate::refusal::Story;
use crate::row::Touch;
use crate::{Call, Engine, Error, Host, Ids, MAX_ID, RID_ACL, RID_OWNER, SSID_ANY, Why};

/// How often validation begins again because something was changed meanwhile.
const ROUNDS: u32 = 16;

impl<H: Host> Engine<H> {
    /// Opens a transaction.
    ///
    /// # Errors
    /// [`Error::Busy`]: one is open. On bare metal also [`Error::NoMemory`].
    pub fn begin(&self) -> Result<(), Error> {
        self.try_begin()
            .map_err(|why| self.refuse(&Story::of(Call::Begin), why))
    }

    fn try_begin(&self) -> Result<(), Why> {
        let mut state = self.lock().ok_or(Why::InUse)?;
        if state.table.is_open() {
            return Err(Why::TransactionOpen);
        }
        state.table.begin()?;
        state.has_changed = false;
        // Also tells this transaction from one that is being validated.
        state.make_unchecked();
        state.checked = state.edits;
        Ok(())
    }

    /// Checks every instance that handlers touched in this transaction, and every
    /// server that they wrote to an owner or an entry.
    ///
    /// # Errors
    /// [`Error::BadRequest`]: the transaction must be rolled back.
    /// [`Error::Busy`]: none is open. [`Error::Host`].
    pub fn validate(&self) -> Result<(), Error> {
        let mut story = Story::of(Call::Validate);
        let valid = self.try_validate(&mut story);
        valid.map_err(|why| self.refuse_changes(&story, why))
    }

    /// Notes in the story what it is looking at.
    pub(crate) fn try_validate(&self, story: &mut Story) -> Result<(), Why> {
        let mut state = self.lock().ok_or(Why::InUse)?;
        // What was found good before counts no longer, should this one fail.
        state.make_unchecked();
        let mut edits = state.edits;
        drop(state);
        let mut rounds = 0;
        let mut from = Some(Touch(0));
        let mut checked = None;
        // The servers that exist: each is asked for once.
        let mut servers = Ids::new();
        loop {
            let mut state = self.lock().ok_or(Why::InUse)?;
            if !state.table.is_open() {
                return Err(Why::NoTransaction);
            }
            if state.edits != edits {
                // What was changed while the host was being asked may be
                // anything, so all is looked at again.
                (from, checked, edits) = (Some(Touch(0)), None, state.edits);
                servers = Ids::new();
                rounds += 1;
            }
            if rounds > ROUNDS {
                return Err(Why::KeepsChanging);
            }
            let Some(touch) = from.and_then(|from| state.table.touched_from(from)) else {
                state.checked = edits;
                return Ok(());
            };
            from = touch.0.checked_add(1).map(Touch);
            let Some(instance) = state.table.find(touch.iid()) else {
                continue;
            };
            let owner = state.table.owner(instance);
            let is_new = checked != Some(instance.iid());
            let is_only_one = !is_new || state.table.is_only_one(instance);
            // The server that was written, if it is there still.
            let ssid = match touch.what() {
                Touch::OWNER => owner,
                ssid if state.table.entry_at_or_after(instance, ssid).ssid() == ssid => ssid,
                _ => SSID_ANY,
            };
            drop(state);
            story.tell(|call| {
                (call.acl_iid, call.rid, call.ssid) = (instance.iid(), MAX_ID, MAX_ID);
                (call.oid, call.iid) = (instance.target().oid(), instance.target().iid());
            });
            if !instance.has_target() {
                return Err(Why::TargetUnset);
            }
            if owner == 0 {
                return Err(Why::OwnerUnset);
            }
            if !is_only_one {
                return Err(Why::DuplicateTarget);
            }
            if is_new {
                checked = Some(instance.iid());
                self.check_target(instance.target())?;
            }
            if ssid != SSID_ANY && !servers.contains(ssid) {
                let is_owner = touch.what() == Touch::OWNER;
                story.tell(|call| {
                    call.ssid = ssid;
                    call.rid = if is_owner { RID_OWNER } else { RID_ACL };
                });
                self.check_server(ssid).map_err(|why| match why {
                    Why::ServerUnknown if is_owner => Why::OwnerUnknown,
                    why => why,
                })?;
                // Where there is no memory for it, it is asked for again.
                let _ = servers.insert(ssid);
            }
        }
    }

    /// Makes the transaction's changes final. What has not been validated, or was
    /// changed since, is validated first; should that fail, the transaction is
    /// rolled back.
    ///
    /// # Errors
    /// As [`Engine::validate`]. No transaction is open afterwards.
    pub fn commit(&self) -> Result<(), Error> {
        let mut story = Story::of(Call::Commit);
        let committed = self.try_commit(&mut story);
        committed.map_err(|why| self.refuse_changes(&story, why))
    }

    fn try_commit(&self, story: &mut Story) -> Result<(), Why> {
        let state = self.lock().ok_or(Why::InUse)?;
        let is_checked = state.checked == state.edits;
        drop(state);
        let result = match is_checked {
            true => Ok(()),
            false => self.try_validate(story),
        };
        self.end(result.is_ok())?;
        result
    }

    /// Takes the transaction's changes back, the modified mark included.
    ///
    /// # Errors
    /// [`Error::Busy`]: none is open.
    pub fn rollback(&self) -> Result<(), Error> {
        self.end(false)
            .map_err(|why| self.refuse(&Story::of(Call::Rollback), why))
    }

    /// Whether a transaction is open.
    #[cfg_attr(not(feature = "capi"), allow(dead_code))]
    pub(crate) fn is_open(&self) -> bool {
        self.lock_any().is_some_and(|state| state.table.is_open())
    }

    fn end(&self, keeps: bool) -> Result<(), Why> {
        let mut state = self.lock_any().ok_or(Why::InUse)?;
        if !state.table.is_open() {
            return Err(Why::NoTransaction);
        }
        state.table.end(keeps);
        state.modified |= keeps && state.has_changed;
        Ok(())
    }
}
