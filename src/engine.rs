//! The engine: decisions, the calls of the application, the handlers of
//! Object 2, and transactions.
//!
//! The host may call the engine again while it is being asked. Every method
//! therefore takes `&self`, holds the state only between questions, and asks
//! first, then looks again and changes.

use crate::table::{
    Base, HAS_ACL, HAS_TARGET_IID, Instance, NONE, Packed, Table, entries, is_same, start,
};
use crate::{
    Call, Decision, Error, Host, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_OSCORE, OID_SECURITY,
    Oid, Operation, RID_ACL, RID_OID, RID_OIID, RID_OWNER, Refusal, Rid, Rule, SMALL, SSID_ANY,
    SSID_BOOTSTRAP, Ssid, Why,
};
use core::cell::{RefCell, RefMut};

/// How often validation begins again because handlers were called meanwhile.
const ROUNDS: u32 = 16;

/// What is to be told to the host once a change is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Instances of Object 2 were added or removed.
    Instances,
    /// A resource of an instance of Object 2 has another value.
    Resource(Iid, Rid),
}

/// What a server asks to be done to an instance of Object 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds it, without a target and without an ACL, owned by the
    /// Bootstrap-Server.
    Create,
    /// Removes it.
    Remove,
    /// Prepares it for a replacing write: no ACL, no owner.
    Reset,
    /// Empties the ACL, which is present afterwards; no other resource takes it.
    ResetResource(Rid),
    /// Writes a value to a resource, or to an entry of the ACL.
    Write(Rid, u16, i64),
    /// Removes one entry of the ACL [LwM2M 1.2].
    RemoveEntry(Ssid),
}

pub(crate) struct State {
    pub(crate) table: Table,
    /// Whether the state outside the transaction differs from the persisted one.
    pub(crate) modified: bool,
    pub(crate) is_open: bool,
    /// Whether the transaction has changed something.
    has_changed: bool,
    /// Counts changes within transactions, through all of them, and so tells
    /// whether something came in between.
    edits: u32,
    /// How many of them had been done when a validation last found all well.
    checked: u32,
}

impl State {
    /// Ends a change that is whole or not at all: after an error, this one or one
    /// of the table, what was done since `mark` is taken back; otherwise it counts as a modification, and
    /// outside a transaction becomes final.
    pub(crate) fn conclude(&mut self, mark: usize, result: Result<(), Why>) -> Result<(), Why> {
        let result = result.and(self.table.outcome());
        if result.is_err() {
            self.table.undo_to(mark);
        } else if self.is_open {
            self.has_changed = true;
            self.note_change();
        } else {
            self.modified = true;
            self.table.settle();
        }
        result
    }

    /// Makes what has been validated so far count as not validated.
    pub(crate) const fn note_change(&mut self) {
        self.edits = self.edits.wrapping_add(1);
    }

    /// Does what a grant says, if the host has answered so far what it needs.
    /// Returns whether there is a new instance.
    fn grant(
        &mut self,
        grant: &Grant,
        acl_iid: &mut Iid,
        has_target: bool,
        has_server: bool,
    ) -> Result<bool, Why> {
        let table = &mut self.table;
        let [oid, iid] = grant.target;
        let governing = table.governing(oid, iid);
        let wanted = *acl_iid;
        let mut found = None;
        if governing != MAX_ID {
            if wanted != MAX_ID && wanted != governing {
                *acl_iid = governing;
                return Err(Why::TargetHasOther);
            }
            found = table.find(governing);
        } else if !has_target {
            return Err(Why::InstanceMissing);
        } else if wanted != MAX_ID && table.find(wanted).is_some() {
            return Err(Why::IidTaken);
        }
        let ssid = grant.ssid;
        let is_there = found.is_some_and(|found| match grant.mask {
            Some(_) => table.entry(found, ssid) != NONE,
            None => table.owner(found) == ssid,
        });
        if !is_there && !has_server {
            return Err(Why::ServerUnknown);
        }
        let instance = match found {
            Some(found) => found,
            None => {
                let new = match wanted {
                    MAX_ID => table.lowest_free_iid(),
                    wanted => wanted,
                };
                if new == MAX_ID {
                    return Err(Why::IidsFull);
                }
                Instance::new(new, grant.target, HAS_TARGET_IID | HAS_ACL)
            }
        };
        let mark = table.mark();
        table.grant(found, instance, grant);
        self.conclude(mark, Ok(()))?;
        *acl_iid = instance.iid();
        Ok(found.is_none())
    }
}

impl Table {
    /// Does what a grant says, for an instance that governs the target; it is
    /// added, where none was found.
    pub(crate) fn grant(&mut self, found: Option<Instance>, instance: Instance, grant: &Grant) {
        let Some(mask) = grant.mask else {
            return self.change(found, Some(instance), grant.ssid, true);
        };
        if found.is_none() {
            self.add(instance, SSID_BOOTSTRAP);
        }
        self.set_entry(instance, grant.ssid, Packed::new(grant.ssid, mask));
    }
}

/// What an application gives to a server: an entry with this mask, or else
/// ownership.
pub(crate) struct Grant {
    pub(crate) target: [u16; 2],
    pub(crate) ssid: Ssid,
    pub(crate) mask: Option<u16>,
}

/// The access-control engine of one LwM2M client.
///
/// It is single-threaded: calls for the same engine must not overlap in time,
/// except that the host may call it from within its own answers.
pub struct Engine<H> {
    pub(crate) host: H,
    state: RefCell<State>,
}

impl<H: Host> Engine<H> {
    /// An engine without instances.
    pub const fn new(host: H) -> Engine<H> {
        Engine {
            host,
            state: RefCell::new(State {
                table: Table::new(),
                modified: false,
                is_open: false,
                has_changed: false,
                edits: 0,
                checked: 0,
            }),
        }
    }

    /// The host that the engine was made with.
    pub fn host(&self) -> &H {
        &self.host
    }

    pub(crate) fn lock(&self) -> Result<RefMut<'_, State>, Why> {
        self.state.try_borrow_mut().map_err(|_| Why::InUse)
    }

    /// Tells the host why a call is refused; the error that is to be returned.
    pub(crate) fn refuse(&self, refusal: Refusal, why: Why) -> Error {
        self.host.refused(&Refusal { why, ..refusal });
        why.error()
    }

    // ---- decisions [LwM2M 7.3] --------------------------------------------

    /// Whether a server may do something, and why.
    pub fn decide(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        if let Some(rule) = self.rule_by_kind(ssid, operation, oid) {
            return Decision::by_rule(rule);
        }
        match self.lock() {
            Ok(state) => decide_by_table(&state.table, ssid, operation, oid, iid),
            Err(_) => Decision::by_rule(Rule::NotDecided),
        }
    }

    /// What [`Engine::decide`] answered before the open transaction: for a host
    /// that learns only afterwards what a server has changed. Otherwise a server
    /// could grant itself the right in the same transaction.
    pub fn decide_before(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        if let Some(rule) = self.rule_by_kind(ssid, operation, oid) {
            return Decision::by_rule(rule);
        }
        match self.lock() {
            Ok(mut state) => {
                let decide = |table: &Table| decide_by_table(table, ssid, operation, oid, iid);
                state.table.before(decide)
            }
            Err(_) => Decision::by_rule(Rule::NotDecided),
        }
    }

    /// The rules that need no Access Control instance.
    fn rule_by_kind(&self, ssid: Ssid, operation: Operation, oid: Oid) -> Option<Rule> {
        if oid == OID_SECURITY || oid == OID_OSCORE {
            return Some(Rule::KeysAreClosed);
        }
        if ssid == SSID_BOOTSTRAP {
            return Some(Rule::Bootstrap);
        }
        if operation == Operation::Discover {
            return Some(Rule::DiscoverIsOpen);
        }
        (self.host.single_server() == Some(ssid)).then_some(Rule::SingleServer)
    }

    // ---- the calls of the application -------------------------------------

    /// Grants `ssid` exactly the rights `mask` on a target.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for values out of range, [`Error::Unreachable`],
    /// [`Error::UnknownServer`], [`Error::Full`], [`Error::NoMemory`],
    /// [`Error::Host`].
    pub fn set_acl(&self, oid: Oid, iid: Iid, ssid: Ssid, mask: u16) -> Result<(), Error> {
        let grant = Grant {
            target: [oid, iid],
            ssid,
            mask: Some(mask),
        };
        let granted = check_grant(iid, ssid, mask);
        let granted = granted.and_then(|()| self.grant(&grant, &mut { MAX_ID }));
        let call = Refusal {
            oid,
            iid,
            ssid,
            value: mask.into(),
            ..Refusal::of(Call::SetAcl)
        };
        granted.map_err(|why| self.refuse(call, why))
    }

    /// Sets the owner of a target. `acl_iid` is the ID that the Access Control
    /// instance has or is to get, or [`MAX_ID`]. It becomes the instance's ID,
    /// or after [`Error::Conflict`] the ID that is in the way.
    ///
    /// # Errors
    /// As [`Engine::set_acl`]; also [`Error::Conflict`].
    pub fn set_owner(
        &self,
        oid: Oid,
        iid: Iid,
        owner: Ssid,
        acl_iid: &mut Iid,
    ) -> Result<(), Error> {
        let grant = Grant {
            target: [oid, iid],
            ssid: owner,
            mask: None,
        };
        let granted = match owner {
            SSID_ANY => Err(Why::OwnerIsZero),
            _ => self.grant(&grant, acl_iid),
        };
        let call = Refusal {
            oid,
            iid,
            ssid: owner,
            acl_iid: *acl_iid,
            ..Refusal::of(Call::SetOwner)
        };
        granted.map_err(|why| self.refuse(call, why))
    }

    fn grant(&self, grant: &Grant, acl_iid: &mut Iid) -> Result<(), Why> {
        if !is_target_oid(grant.target[0]) {
            return Err(Why::NotGovernable);
        }
        let mut has_target = false;
        let mut has_server = false;
        // Each question is asked once, so this ends.
        let is_new = loop {
            let done = self.lock()?.grant(grant, acl_iid, has_target, has_server);
            match done {
                Err(Why::InstanceMissing) => {
                    self.check_target(grant.target)?;
                    has_target = true;
                }
                Err(Why::ServerUnknown) => {
                    self.check_server(grant.ssid).map_err(|why| match why {
                        Why::ServerUnknown if grant.mask.is_none() => Why::OwnerUnknown,
                        why => why,
                    })?;
                    has_server = true;
                }
                done => break done?,
            }
        };
        if is_new {
            self.host.changed(Change::Instances);
        }
        let rid = match grant.mask {
            Some(_) if is_new => return Ok(()),
            Some(_) => RID_ACL,
            None => RID_OWNER,
        };
        self.host.changed(Change::Resource(*acl_iid, rid));
        Ok(())
    }

    /// Removes all instances.
    ///
    /// # Errors
    /// Outside a transaction none but [`Error::Busy`], which means that the
    /// state is being persisted at this moment; inside, [`Error::NoMemory`].
    pub fn purge(&self) -> Result<(), Error> {
        self.clear()
            .map_err(|why| self.refuse(Refusal::of(Call::Purge), why))
    }

    fn clear(&self) -> Result<(), Why> {
        let mut state = self.lock()?;
        let mark = state.table.mark();
        if state.is_open {
            let mut from = 0;
            while let Some(instance) = state.table.at_or_after(from) {
                from = instance.iid() + 1;
                state.table.remove(Some(instance));
            }
        } else {
            // Nothing to take back, so nothing that could fail.
            state.table.clear();
        }
        state.conclude(mark, Ok(()))?;
        drop(state);
        self.host.changed(Change::Instances);
        Ok(())
    }

    /// Whether the state has changed since it was last persisted or restored.
    /// Inside a transaction: whether the state before it had.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        // Only a change in progress makes the state unreadable.
        self.lock().map_or(true, |state| state.modified)
    }

    /// Fails, if there is no such target.
    pub(crate) fn check_target(&self, [oid, iid]: [u16; 2]) -> Result<(), Why> {
        if !self.host.is_object_registered(oid)? {
            return Err(Why::ObjectNotRegistered);
        }
        if iid != MAX_ID && !self.host.is_instance_present(oid, iid)? {
            return Err(Why::InstanceMissing);
        }
        Ok(())
    }

    /// Fails, if the SSID may not stand where a server's may.
    fn check_server(&self, ssid: Ssid) -> Result<(), Why> {
        if ssid == SSID_ANY || ssid == SSID_BOOTSTRAP || self.host.is_server_known(ssid)? {
            return Ok(());
        }
        Err(Why::ServerUnknown)
    }

    // ---- handlers of Object 2 ---------------------------------------------

    /// The first instance with an ID above `previous` (with the lowest ID, if
    /// `None`).
    #[must_use]
    pub fn next_instance(&self, previous: Option<Iid>) -> Option<Iid> {
        let from = next_id(previous);
        let state = self.lock().ok()?;
        state.table.at_or_after(from).map(Instance::iid)
    }

    /// The first ACL entry of an instance above `previous`.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, or its ACL is absent.
    pub fn next_entry(&self, iid: Iid, previous: Option<Ssid>) -> Result<Option<Ssid>, Error> {
        let table = &self.lock().map_err(Why::error)?.table;
        match table.find(iid) {
            Some(instance) if instance.has(HAS_ACL) => {
                let next = table.entry_at_or_after(instance.base(), next_id(previous));
                Ok((next != NONE).then_some(next.ssid()))
            }
            _ => Err(Error::NotFound),
        }
    }

    /// The value of a resource, or of a resource instance of the ACL.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry, or not set.
    pub fn read(&self, iid: Iid, rid: Rid, riid: u16) -> Result<u16, Error> {
        let table = &self.lock().map_err(Why::error)?.table;
        let instance = table.find(iid).ok_or(Error::NotFound)?;
        let entry = table.entry(instance, riid);
        let (value, is_set) = match rid {
            RID_OID => (instance.oid(), instance.oid() != 0),
            RID_OIID => (instance.target_iid(), instance.has(HAS_TARGET_IID)),
            RID_ACL => (entry.mask(), entry != NONE),
            RID_OWNER => (table.owner(instance), table.owner(instance) != 0),
            _ => (0, false),
        };
        if is_set {
            Ok(value)
        } else {
            Err(Error::NotFound)
        }
    }

    /// Does what a server asks of an instance, in a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry.
    /// [`Error::BadRequest`]: a value out of range. [`Error::Conflict`]: the
    /// instance to be created exists. [`Error::NotAllowed`]: the resource cannot
    /// be reset. [`Error::Busy`]: no transaction is open. [`Error::NoMemory`].
    pub fn edit(&self, iid: Iid, edit: Edit) -> Result<(), Error> {
        let mut call = Refusal {
            acl_iid: iid,
            ..Refusal::of(Call::Create)
        };
        match edit {
            Edit::Create => {}
            Edit::Remove => call.call = Call::Remove,
            Edit::Reset => call.call = Call::Reset,
            Edit::ResetResource(rid) => (call.call, call.rid) = (Call::ResetResource, rid),
            Edit::Write(rid, riid, value) => {
                (call.call, call.rid, call.value) = (Call::Write, rid, value);
                if rid == RID_ACL {
                    call.ssid = riid;
                }
            }
            Edit::RemoveEntry(ssid) => {
                (call.call, call.rid, call.ssid) = (Call::RemoveEntry, RID_ACL, ssid);
            }
        }
        (self.try_edit(iid, edit)).map_err(|why| self.refuse_changes(call, why))
    }

    fn try_edit(&self, iid: Iid, edit: Edit) -> Result<(), Why> {
        let mut state = self.lock()?;
        if !state.is_open {
            return Err(Why::NoTransaction);
        }
        let mark = state.table.mark();
        let result = state.table.edit(iid, edit);
        state.conclude(mark, result)
    }

    // ---- transactions -----------------------------------------------------

    /// Opens a transaction.
    ///
    /// # Errors
    /// [`Error::Busy`]: one is open.
    pub fn begin(&self) -> Result<(), Error> {
        self.try_begin()
            .map_err(|why| self.refuse(Refusal::of(Call::Begin), why))
    }

    fn try_begin(&self) -> Result<(), Why> {
        let mut state = self.lock()?;
        if state.is_open {
            return Err(Why::TransactionOpen);
        }
        state.is_open = true;
        state.has_changed = false;
        // Also tells this transaction from one that is being validated.
        state.note_change();
        state.checked = state.edits;
        Ok(())
    }

    /// Checks every instance that handlers touched in this transaction.
    ///
    /// # Errors
    /// [`Error::BadRequest`]: the transaction must be rolled back.
    /// [`Error::Busy`]: none is open. [`Error::Host`].
    pub fn validate(&self) -> Result<(), Error> {
        let mut call = Refusal::of(Call::Validate);
        let valid = self.try_validate(&mut call);
        valid.map_err(|why| self.refuse_changes(call, why))
    }

    /// As [`Engine::refuse`], where changes of a server are not valid: whatever
    /// is wrong with them, they are a bad request.
    pub(crate) fn refuse_changes(&self, call: Refusal, why: Why) -> Error {
        match self.refuse(call, why) {
            Error::Unreachable | Error::UnknownServer | Error::Incomplete => Error::BadRequest,
            other => other,
        }
    }

    /// Notes in `call` what it is looking at.
    pub(crate) fn try_validate(&self, call: &mut Refusal) -> Result<(), Why> {
        let mut at = 0;
        let mut checked = None;
        // What was found good before counts no longer, should this one fail.
        self.lock()?.note_change();
        let mut edits = self.lock()?.edits;
        let mut rounds = 0;
        loop {
            let mut state = self.lock()?;
            if !state.is_open {
                return Err(Why::NoTransaction);
            }
            if rounds > ROUNDS {
                return Err(Why::KeepsChanging);
            }
            if state.edits != edits {
                // What handlers changed while the host was being asked may be
                // anything, so all is looked at again.
                (at, checked, edits) = (0, None, state.edits);
                rounds += 1;
            }
            let Some((iid, rid, ssid)) = state.table.touched(&mut at) else {
                state.checked = edits;
                return Ok(());
            };
            drop(state);
            // Most are of the same as the one before.
            if Some(iid) != checked {
                self.check(iid, call)?;
            }
            checked = Some(iid);
            self.check_written(iid, rid, ssid, call)?;
        }
    }

    /// Fails, if the instance is there and does not validate.
    fn check(&self, iid: Iid, call: &mut Refusal) -> Result<(), Why> {
        let state = self.lock()?;
        let Some(instance) = state.table.find(iid) else {
            return Ok(());
        };
        let owner = state.table.owner(instance);
        let is_only_one = state.table.is_only_one(instance);
        drop(state);
        let base = instance.base();
        (call.acl_iid, call.rid, call.ssid) = (iid, MAX_ID, MAX_ID);
        [call.oid, call.iid] = base.target();
        if !instance.has_target() {
            return Err(Why::TargetUnset);
        }
        if owner == 0 {
            return Err(Why::OwnerUnset);
        }
        if !is_only_one {
            return Err(Why::DuplicateTarget);
        }
        self.check_target(base.target())
    }

    /// Fails, if a server that was written, and is there still, does not exist.
    fn check_written(
        &self,
        iid: Iid,
        rid: Rid,
        mut ssid: Ssid,
        call: &mut Refusal,
    ) -> Result<(), Why> {
        let state = self.lock()?;
        let Some(instance) = state.table.find(iid) else {
            return Ok(());
        };
        match rid {
            RID_OWNER => ssid = state.table.owner(instance),
            RID_ACL if state.table.entry(instance, ssid) != NONE => {}
            _ => return Ok(()),
        }
        drop(state);
        (call.rid, call.ssid) = (rid, ssid);
        self.check_server(ssid).map_err(|why| match why {
            Why::ServerUnknown if rid == RID_OWNER => Why::OwnerUnknown,
            why => why,
        })
    }

    /// Makes the transaction's changes final. What has not been validated is
    /// validated first; should that fail, the transaction is rolled back.
    ///
    /// # Errors
    /// As [`Engine::validate`]. No transaction is open afterwards.
    pub fn commit(&self) -> Result<(), Error> {
        let mut call = Refusal::of(Call::Commit);
        let committed = self.try_commit(&mut call);
        committed.map_err(|why| self.refuse_changes(call, why))
    }

    fn try_commit(&self, call: &mut Refusal) -> Result<(), Why> {
        let is_checked = {
            let state = self.lock()?;
            state.checked == state.edits
        };
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
        let mut state = self.lock()?;
        if !state.is_open {
            return Err(Why::NoTransaction);
        }
        state.is_open = false;
        if keeps {
            state.modified |= state.has_changed;
        } else {
            state.table.undo_to(0);
        }
        state.table.settle();
        Ok(())
    }
}

/// The ID after `previous`, or the lowest. There is nothing at 65535, neither an
/// instance nor an entry.
fn next_id(previous: Option<u16>) -> u16 {
    previous.map_or(0, |previous| previous.saturating_add(1))
}

/// What `set_acl` and its kin demand of a grant, whatever the state.
pub(crate) fn check_grant(iid: Iid, ssid: Ssid, mask: u16) -> Result<(), Why> {
    let (allowed, why) = match iid {
        MAX_ID => (Mask::CREATE, Why::OnlyCreate),
        _ => (Mask::OWNER, Why::CreateOnInstance),
    };
    if ssid == SSID_BOOTSTRAP {
        return Err(Why::BootstrapSsid);
    }
    if Mask::from_bits(mask).is_none() {
        return Err(Why::MaskOutOfRange);
    }
    if mask & !allowed.bits() != 0 {
        return Err(why);
    }
    Ok(())
}

/// Whether instances of the Object can be governed at all.
pub(crate) fn is_target_oid(oid: Oid) -> bool {
    oid != OID_SECURITY && oid != OID_ACCESS_CONTROL && oid != MAX_ID
}

impl Table {
    /// Whether the instance has a target, and no other one has the same.
    fn is_only_one(&self, instance: Instance) -> bool {
        let base = instance.base();
        let [oid, target_iid] = base.target();
        // It is the lowest one, and there is none behind it.
        instance.has_target()
            && self.governing(oid, target_iid) == instance.iid()
            && (self.targets.tail(base.key(0x1_0000)).first())
                .is_none_or(|next| (next ^ base.key(0)) >> 32 != 0)
    }

    fn edit(&mut self, iid: Iid, edit: Edit) -> Result<(), Why> {
        let found = self.find(iid);
        let mut instance = found.unwrap_or_else(|| Instance::new(iid, [0, 0], 0));
        let mut owner = SSID_BOOTSTRAP;
        let mut keeps_acl = false;
        match edit {
            Edit::Write(rid, riid, _) => self.touch(iid, rid, riid),
            _ => self.touch(iid, RID_OID, 0),
        }
        if found.is_some() {
            owner = self.owner(instance);
        } else if edit != Edit::Create {
            return Err(Why::NoInstance);
        }
        match edit {
            Edit::Create if found.is_some() => return Err(Why::IidTaken),
            Edit::Create if iid == MAX_ID => return Err(Why::IidOutOfRange),
            Edit::Create => {}
            Edit::Remove => {
                self.remove(found);
                return Ok(());
            }
            Edit::Reset => {
                instance = instance.without(HAS_ACL);
                owner = 0;
            }
            Edit::RemoveEntry(ssid) => {
                if self.entry(instance, ssid) == NONE {
                    return Err(Why::NoEntry);
                }
                self.set_entry(instance, ssid, NONE);
                return Ok(());
            }
            Edit::ResetResource(rid) | Edit::Write(rid, ..) if rid > RID_OWNER => {
                return Err(Why::NoResource);
            }
            Edit::ResetResource(RID_ACL) => instance = instance.with(HAS_ACL),
            Edit::ResetResource(_) => return Err(Why::NotResettable),
            Edit::Write(rid, riid, value) => {
                let value = u16::try_from(value).map_err(|_| match rid {
                    RID_ACL => Why::MaskOutOfRange,
                    _ => Why::ValueOutOfRange,
                })?;
                keeps_acl = true;
                match rid {
                    RID_OID if is_target_oid(value) => instance = instance.with_oid(value),
                    RID_OID => return Err(Why::NotGovernable),
                    RID_OIID => instance = instance.with_target_iid(value),
                    RID_OWNER if value == 0 => return Err(Why::OwnerIsZero),
                    RID_OWNER => owner = value,
                    _ if Mask::from_bits(value).is_none() => return Err(Why::MaskOutOfRange),
                    _ if riid == SSID_BOOTSTRAP => return Err(Why::BootstrapSsid),
                    _ => {
                        self.set_entry(instance, riid, Packed::new(riid, value));
                        return Ok(());
                    }
                }
            }
        }
        self.change(found, Some(instance), owner, keeps_acl);
        Ok(())
    }
}

fn decide_by_table(
    table: &Table,
    ssid: Ssid,
    operation: Operation,
    oid: Oid,
    iid: Iid,
) -> Decision {
    if oid == OID_ACCESS_CONTROL {
        return decide_on_acl(table, ssid, operation, iid);
    }
    decide_by_acl(table, ssid, operation, oid, iid)
}

fn decide_on_acl(table: &Table, ssid: Ssid, operation: Operation, iid: Iid) -> Decision {
    match operation.right() {
        Mask::READ => Decision::by_rule(Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => Decision::by_rule(Rule::AclIsFixed),
        _ => Decision {
            allowed: table
                .find(iid)
                .is_some_and(|instance| table.owner(instance) == ssid)
                && ssid != SSID_ANY,
            acl_iid: iid,
            ..Decision::by_rule(Rule::AclOwner)
        },
    }
}

fn decide_by_acl(table: &Table, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
    let creates = operation == Operation::Create;
    // Only Create has a target without an instance.
    if iid == MAX_ID && !creates {
        return Decision::by_rule(Rule::NotDecided);
    }
    let target = start([oid, if creates { MAX_ID } else { iid }]);
    let (key, value, others) = match table.targets.tail(target) {
        [key, value, others @ ..] if (key ^ target) >> 32 == 0 => (*key, *value, others),
        _ => return Decision::by_rule(Rule::NotGoverned),
    };
    let [first, second] = entries([key, value]);
    let own = match others {
        _ if !SMALL && first.ssid() >= ssid => first,
        _ if !SMALL && second.ssid() >= ssid => second,
        // Most ACLs end here.
        [next, ..] if !SMALL && !is_same(*next, key) => NONE,
        _ => table.entry_at_or_after(Base::of(key), ssid),
    };
    let (rule, mask) = if own.ssid() == ssid && ssid != SSID_ANY {
        (Rule::OwnEntry, own.mask())
    } else if creates && !cfg!(feature = "anjay-compat") {
        (Rule::NoEntry, 0)
    } else if value as Ssid == ssid
        && ssid != SSID_ANY
        && (!cfg!(feature = "anjay-compat") || first == NONE)
    {
        (Rule::Owner, Mask::OWNER.bits())
    } else if first.ssid() == SSID_ANY {
        (Rule::DefaultEntry, first.mask())
    } else {
        (Rule::NoEntry, 0)
    };
    let mask = Mask::from_bits_truncate(mask);
    Decision {
        allowed: mask.contains(operation.right()),
        rule,
        acl_iid: (key >> 16) as Iid,
        mask: mask.bits(),
    }
}
