//! Transactions on Object 2: begin, validate, commit, roll back.

use crate::row::Touch;
use crate::{
    Call, Engine, Error, Host, Ids, Iid, MAX_ID, RID_ACL, RID_OWNER, Refusal, SSID_ANY, Ssid, Why,
};

/// How often validation begins again because something was changed meanwhile.
const ROUNDS: u32 = 16;

impl<H: Host> Engine<H> {
    /// Opens a transaction.
    ///
    /// # Errors
    /// [`Error::Busy`]: one is open. On bare metal also [`Error::NoMemory`].
    pub fn begin(&self) -> Result<(), Error> {
        self.try_begin()
            .map_err(|why| self.refuse(Refusal::of(Call::Begin), why))
    }

    fn try_begin(&self) -> Result<(), Why> {
        let mut state = self.lock()?;
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
        let mut call = Refusal::of(Call::Validate);
        let valid = self.try_validate(&mut call);
        valid.map_err(|why| self.refuse_changes(call, why))
    }

    /// Notes in `call` what it is looking at.
    pub(crate) fn try_validate(&self, call: &mut Refusal) -> Result<(), Why> {
        let mut state = self.lock()?;
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
            let mut state = self.lock()?;
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
            drop(state);
            let iid = touch.iid();
            if checked != Some(iid) {
                self.check_instance(iid, call)?;
                checked = Some(iid);
            }
            let ssid = self.written(touch, call)?;
            if ssid != SSID_ANY && !servers.contains(ssid) {
                self.check_server(ssid).map_err(|why| match why {
                    Why::ServerUnknown if touch.what() == Touch::OWNER => Why::OwnerUnknown,
                    why => why,
                })?;
                // Where there is no memory for it, it is asked for again.
                let _ = servers.insert(ssid);
            }
        }
    }

    /// Fails, if the instance is there and does not validate.
    fn check_instance(&self, iid: Iid, call: &mut Refusal) -> Result<(), Why> {
        let state = self.lock()?;
        let Some(instance) = state.table.find(iid) else {
            return Ok(());
        };
        let is_owned = state.table.owner(instance) != 0;
        let is_only_one = state.table.is_only_one(instance);
        drop(state);
        (call.acl_iid, call.rid, call.ssid) = (iid, MAX_ID, MAX_ID);
        (call.oid, call.iid) = (instance.target.oid(), instance.target.iid());
        if !instance.has_target() {
            return Err(Why::TargetUnset);
        }
        if !is_owned {
            return Err(Why::OwnerUnset);
        }
        if !is_only_one {
            return Err(Why::DuplicateTarget);
        }
        self.check_target(instance.target)
    }

    /// The server that was written, if it is there still; otherwise zero.
    fn written(&self, touch: Touch, call: &mut Refusal) -> Result<Ssid, Why> {
        let state = self.lock()?;
        let Some(instance) = state.table.find(touch.iid()) else {
            return Ok(SSID_ANY);
        };
        let ssid = match touch.what() {
            Touch::OWNER => state.table.owner(instance),
            ssid if state.table.entry_at_or_after(instance, ssid).ssid() == ssid => ssid,
            _ => SSID_ANY,
        };
        call.ssid = ssid;
        call.rid = match touch.what() {
            Touch::OWNER => RID_OWNER,
            _ => RID_ACL,
        };
        Ok(ssid)
    }

    /// Makes the transaction's changes final. What has not been validated, or was
    /// changed since, is validated first; should that fail, the transaction is
    /// rolled back.
    ///
    /// # Errors
    /// As [`Engine::validate`]. No transaction is open afterwards.
    pub fn commit(&self) -> Result<(), Error> {
        let mut call = Refusal::of(Call::Commit);
        let committed = self.try_commit(&mut call);
        committed.map_err(|why| self.refuse_changes(call, why))
    }

    fn try_commit(&self, call: &mut Refusal) -> Result<(), Why> {
        let state = self.lock()?;
        let is_checked = state.checked == state.edits;
        drop(state);
        let result = match is_checked {
            true => Ok(()),
            false => self.try_validate(call),
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
            .map_err(|why| self.refuse(Refusal::of(Call::Rollback), why))
    }

    fn end(&self, keeps: bool) -> Result<(), Why> {
        let mut state = self.lock_any()?;
        if !state.table.is_open() {
            return Err(Why::NoTransaction);
        }
        state.table.end(keeps);
        state.modified |= keeps && state.has_changed;
        Ok(())
    }
}
