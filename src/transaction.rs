//! Transactions on Object 2: begin, validate, commit, roll back.

use crate::engine::State;
use crate::refusal::Story;
use crate::row::{Instance, Touch};
use crate::{Call, Engine, Error, Host, Ids, MAX_ID, RID_ACL, RID_OWNER, SSID_ANY, Ssid, Why};

/// How often validation begins, because something was changed meanwhile.
const ROUNDS: u32 = 17;

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
        let mut look = Look {
            edits: 0,
            rounds: 0,
            next: Touch(0),
            instance: None,
            is_new: false,
            ssid: SSID_ANY,
            is_owner: false,
            servers: Ids::new(),
        };
        loop {
            let looked = self.lock().ok_or(Why::InUse)?.look(&mut look);
            let Some(instance) = look.instance else {
                return looked;
            };
            let target = instance.target();
            story.tell(|call| {
                (call.acl_iid, call.rid, call.ssid) = (instance.iid(), MAX_ID, MAX_ID);
                (call.oid, call.iid) = (target.oid(), target.iid());
            });
            looked?;
            if look.is_new {
                self.check_target(target)?;
            }
            let ssid = look.ssid;
            if ssid != SSID_ANY && !look.servers.contains(ssid) {
                story.tell(|call| {
                    call.ssid = ssid;
                    call.rid = if look.is_owner { RID_OWNER } else { RID_ACL };
                });
                self.check_server(ssid).map_err(|why| match why {
                    Why::ServerUnknown if look.is_owner => Why::OwnerUnknown,
                    why => why,
                })?;
                // Where there is no memory for it, it is asked for again.
                let _ = look.servers.insert(ssid);
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

    /// Whether a transaction is open, or may be.
    #[cfg_attr(not(feature = "capi"), allow(dead_code))]
    pub(crate) fn is_open(&self) -> bool {
        self.lock_any().is_none_or(|state| state.table.is_open())
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

/// How far validation has come: it looks at what was touched, one by one, and the
/// host is asked in between.
struct Look {
    /// The count of edits that it is about.
    edits: u32,
    /// How often it has begun.
    rounds: u32,
    /// Where it goes on.
    next: Touch,
    /// What it looks at; none, once it is through.
    instance: Option<Instance>,
    /// Whether it has not looked at that before.
    is_new: bool,
    /// The server that was written to it, or zero.
    ssid: Ssid,
    /// Whether as its owner.
    is_owner: bool,
    /// The servers that exist: each is asked for once.
    servers: Ids,
}

impl State {
    /// Looks at what comes next.
    #[cfg_attr(target_os = "none", inline(never))]
    fn look(&mut self, look: &mut Look) -> Result<(), Why> {
        let last = look.instance.take();
        if look.rounds == 0 {
            // What was found good before counts no longer, should this one fail.
            self.make_unchecked();
        }
        if !self.table.is_open() {
            return Err(Why::NoTransaction);
        }
        let mut last = last.map_or(MAX_ID, Instance::iid);
        if look.rounds == 0 || self.edits != look.edits {
            // What was changed while the host was being asked may be anything, so
            // all is looked at again.
            look.edits = self.edits;
            look.rounds += 1;
            look.next = Touch(0);
            look.servers.clear();
            last = MAX_ID;
        }
        if look.rounds > ROUNDS {
            return Err(Why::KeepsChanging);
        }
        let (touch, instance) = loop {
            let Some(touch) = self.table.touched_from(look.next) else {
                self.checked = look.edits;
                return Ok(());
            };
            look.next = Touch(touch.0 + 1);
            if let Some(instance) = self.table.find(touch.iid()) {
                break (touch, instance);
            }
        };
        look.instance = Some(instance);
        look.is_new = instance.iid() != last;
        let owner = self.table.owner(instance);
        look.is_owner = touch.what() == Touch::OWNER;
        // The server that was written, if it is there still.
        look.ssid = match touch.what() {
            Touch::OWNER => owner,
            ssid if self.table.entry_at_or_after(instance, ssid).ssid() == ssid => ssid,
            _ => SSID_ANY,
        };
        if !look.is_new {
            return Ok(());
        }
        if !instance.has_target() {
            return Err(Why::TargetUnset);
        }
        if owner == 0 {
            return Err(Why::OwnerUnset);
        }
        match self.table.is_only_one(instance) {
            true => Ok(()),
            false => Err(Why::DuplicateTarget),
        }
    }
}
