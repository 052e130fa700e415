//! The engine: decisions, the calls of the application, the handlers of
//! Object 2, and transactions.
//!
//! The host may call the engine again while it is being asked. Every method
//! therefore takes `&self`, holds the state only between questions, and asks
//! first, then looks again and changes.

use crate::table::{Instance, Table};
use crate::{
    Decision, Entry, Error, Host, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_OSCORE, OID_SECURITY,
    Oid, Operation, RID_ACL, RID_OID, RID_OIID, RID_OWNER, Rid, Rule, SSID_ANY, SSID_BOOTSTRAP,
    Ssid,
};
use core::cell::{Ref, RefCell, RefMut};

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

pub(crate) struct Transaction {
    pub(crate) modified: bool,
    /// Whether a handler has changed something since the last validation.
    pub(crate) unchecked: bool,
}

pub(crate) struct State {
    pub(crate) table: Table,
    /// Whether the state outside the transaction differs from the persisted one.
    pub(crate) modified: bool,
    pub(crate) transaction: Option<Transaction>,
}

impl State {
    /// Ends a change that is whole or not at all: after an error, what was done
    /// since `mark` is taken back; otherwise it counts as a modification, and
    /// outside a transaction becomes final.
    pub(crate) fn conclude(&mut self, mark: usize, result: Result<(), Error>) -> Result<(), Error> {
        if result.is_err() {
            self.table.undo_to(mark);
        } else if let Some(transaction) = &mut self.transaction {
            transaction.modified = true;
        } else {
            self.modified = true;
            self.table.settle();
        }
        result
    }

    /// Does what a grant needs, as far as the answers of the host allow it.
    fn grant(
        &mut self,
        target: [u16; 2],
        grant: Grant,
        acl_iid: &mut Iid,
        answers: Answers,
    ) -> Result<Progress, Error> {
        let [oid, iid] = target;
        let found = self.table.governing(oid, iid);
        let is_new = found.is_none();
        let mut instance = match found {
            Some(found) if *acl_iid != MAX_ID && *acl_iid != found.iid => {
                *acl_iid = found.iid;
                return Err(Error::Conflict);
            }
            Some(found) => *found,
            None if !answers.is_reachable => return Ok(Progress::NeedsTarget),
            None if *acl_iid == MAX_ID => {
                Instance::governing(self.table.lowest_free_iid()?, oid, iid)
            }
            None if self.table.find(*acl_iid).is_ok() => return Err(Error::Conflict),
            None => Instance::governing(*acl_iid, oid, iid),
        };
        let is_known = match grant {
            Grant::Entry(Entry { ssid, .. }) => {
                ssid == SSID_ANY || self.table.mask(&instance, ssid).is_some()
            }
            Grant::Owner(owner) => owner == SSID_BOOTSTRAP || owner == instance.owner,
        };
        if !is_known && !answers.is_known {
            return Ok(Progress::NeedsServer);
        }
        let mark = self.table.mark();
        let result = self.table.grant(&mut instance, grant);
        self.conclude(mark, result)?;
        *acl_iid = instance.iid;
        Ok(Progress::Done { is_new })
    }
}

impl Table {
    fn grant(&mut self, instance: &mut Instance, grant: Grant) -> Result<(), Error> {
        match grant {
            Grant::Entry(entry) => self.set_entry(instance, entry)?,
            Grant::Owner(owner) => instance.owner = owner,
        }
        self.put(instance)
    }
}

/// What an application gives to a server.
#[derive(Clone, Copy)]
enum Grant {
    Entry(Entry),
    Owner(Ssid),
}

impl Grant {
    fn ssid(self) -> Ssid {
        match self {
            Grant::Entry(entry) => entry.ssid,
            Grant::Owner(owner) => owner,
        }
    }
}

/// What the host has been asked and answered with yes.
#[derive(Clone, Copy)]
struct Answers {
    is_reachable: bool,
    is_known: bool,
}

enum Progress {
    NeedsTarget,
    NeedsServer,
    Done { is_new: bool },
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
                transaction: None,
            }),
        }
    }

    /// The host that the engine was made with.
    pub fn host(&self) -> &H {
        &self.host
    }

    pub(crate) fn read_state(&self) -> Result<Ref<'_, State>, Error> {
        self.state.try_borrow().map_err(|_| Error::Busy)
    }

    pub(crate) fn write_state(&self) -> Result<RefMut<'_, State>, Error> {
        self.state.try_borrow_mut().map_err(|_| Error::Busy)
    }

    // ---- decisions [LwM2M 7.3] --------------------------------------------

    /// Whether a server may do something, and why.
    pub fn decide(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        if let Some(decision) = self.decide_by_kind(ssid, operation, oid) {
            return decision;
        }
        match self.read_state() {
            Ok(state) => decide_by_table(&state.table, ssid, operation, oid, iid),
            Err(_) => Decision::by_rule(false, Rule::NotDecided),
        }
    }

    /// What [`Engine::decide`] answered before the open transaction: for a host
    /// that learns only afterwards what a server has changed. Otherwise a server
    /// could grant itself the right in the same transaction.
    pub fn decide_before(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        if let Some(decision) = self.decide_by_kind(ssid, operation, oid) {
            return decision;
        }
        let Ok(mut state) = self.write_state() else {
            return Decision::by_rule(false, Rule::NotDecided);
        };
        // Back to before the transaction, and forth again.
        state.table.turn(0, true);
        let decision = decide_by_table(&state.table, ssid, operation, oid, iid);
        state.table.turn(0, false);
        decision
    }

    /// The rules that need no Access Control instance.
    fn decide_by_kind(&self, ssid: Ssid, operation: Operation, oid: Oid) -> Option<Decision> {
        if oid == OID_SECURITY || oid == OID_OSCORE {
            return Some(Decision::by_rule(false, Rule::KeysAreClosed));
        }
        if ssid == SSID_BOOTSTRAP {
            return Some(Decision::by_rule(true, Rule::Bootstrap));
        }
        if operation == Operation::Discover {
            return Some(Decision::by_rule(true, Rule::DiscoverIsOpen));
        }
        let is_single = self.host.is_single_server();
        is_single.then(|| Decision::by_rule(true, Rule::SingleServer))
    }

    // ---- the calls of the application -------------------------------------

    /// Grants `ssid` exactly the rights `mask` on a target.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for values out of range, [`Error::Unreachable`],
    /// [`Error::UnknownServer`], [`Error::Full`], [`Error::NoMemory`],
    /// [`Error::Host`].
    pub fn set_acl(&self, oid: Oid, iid: Iid, ssid: Ssid, mask: u16) -> Result<(), Error> {
        check_grant(iid, ssid, mask)?;
        let mut acl_iid = MAX_ID;
        let grant = Grant::Entry(Entry { ssid, mask });
        let is_new = self.grant([oid, iid], grant, &mut acl_iid)?;
        self.host.changed(match is_new {
            true => Change::Instances,
            false => Change::Resource(acl_iid, RID_ACL),
        });
        Ok(())
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
        if owner == SSID_ANY {
            return Err(Error::BadRequest);
        }
        if self.grant([oid, iid], Grant::Owner(owner), acl_iid)? {
            self.host.changed(Change::Instances);
        }
        self.host.changed(Change::Resource(*acl_iid, RID_OWNER));
        Ok(())
    }

    /// Whether a new instance came of it.
    fn grant(&self, target: [u16; 2], grant: Grant, acl_iid: &mut Iid) -> Result<bool, Error> {
        let mut answers = Answers {
            is_reachable: false,
            is_known: false,
        };
        // Each question is asked once, so this ends.
        loop {
            let progress = self.write_state()?.grant(target, grant, acl_iid, answers)?;
            match progress {
                Progress::NeedsTarget => {
                    let [oid, iid] = target;
                    answers.is_reachable = self.is_reachable(oid, iid)?;
                    if !answers.is_reachable {
                        return Err(Error::Unreachable);
                    }
                }
                Progress::NeedsServer => {
                    answers.is_known = self.is_server(grant.ssid())?;
                    if !answers.is_known {
                        return Err(Error::UnknownServer);
                    }
                }
                Progress::Done { is_new } => return Ok(is_new),
            }
        }
    }

    /// Removes all instances.
    ///
    /// # Errors
    /// Outside a transaction none but [`Error::Busy`], which means that the
    /// state is being persisted at this moment; inside, [`Error::NoMemory`].
    pub fn purge(&self) -> Result<(), Error> {
        let mut state = self.write_state()?;
        let mark = state.table.mark();
        let mut result = Ok(());
        if state.transaction.is_none() {
            // Nothing to take back, so nothing that could fail.
            state.table = Table::new();
        } else {
            while result.is_ok()
                && let Some(instance) = state.table.at_or_after(0)
            {
                let iid = instance.iid;
                result = state.table.remove(iid);
            }
        }
        state.conclude(mark, result)?;
        drop(state);
        self.host.changed(Change::Instances);
        Ok(())
    }

    /// Whether the state has changed since it was last persisted or restored.
    /// Inside a transaction: whether the state before it had.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        // Only a change in progress makes the state unreadable.
        self.read_state().map_or(true, |state| state.modified)
    }

    /// Whether an Access Control instance may govern the target.
    pub(crate) fn is_reachable(&self, oid: Oid, iid: Iid) -> Result<bool, Error> {
        Ok(is_target_oid(oid)
            && self.host.is_object_registered(oid)?
            && (iid == MAX_ID || self.host.is_instance_present(oid, iid)?))
    }

    fn is_server(&self, ssid: Ssid) -> Result<bool, Error> {
        Ok(ssid != SSID_ANY && ssid != SSID_BOOTSTRAP && self.host.is_server_known(ssid)?)
    }

    // ---- handlers of Object 2 ---------------------------------------------

    /// The first instance with an ID above `previous` (with the lowest ID, if
    /// `None`).
    #[must_use]
    pub fn next_instance(&self, previous: Option<Iid>) -> Option<Iid> {
        let from = match previous {
            None => 0,
            Some(previous) => previous.checked_add(1)?,
        };
        let state = self.read_state().ok()?;
        state.table.at_or_after(from).map(|next| next.iid)
    }

    /// The first ACL entry of an instance above `previous`.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, or its ACL is absent.
    pub fn next_entry(&self, iid: Iid, previous: Option<Ssid>) -> Result<Option<Ssid>, Error> {
        let state = self.read_state()?;
        let instance = state.table.find(iid)?;
        if !instance.has_acl() {
            return Err(Error::NotFound);
        }
        // 65535 is no key of an entry, so nothing is found there.
        let from = previous.map_or(0, |previous| previous.saturating_add(1));
        let next = state.table.entry_at_or_after(instance, from);
        Ok(next.map(|entry| entry.ssid))
    }

    /// The value of a resource, or of a resource instance of the ACL.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry, or not set.
    pub fn read(&self, iid: Iid, rid: Rid, riid: u16) -> Result<u16, Error> {
        let table = &self.read_state()?.table;
        let instance = table.find(iid)?;
        let value = match rid {
            RID_OID => instance.oid(),
            RID_OIID => instance.target_iid(),
            RID_ACL => table.mask(instance, riid),
            RID_OWNER => (instance.owner != 0).then_some(instance.owner),
            _ => None,
        };
        value.ok_or(Error::NotFound)
    }

    /// Does what a server asks of an instance, in a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry.
    /// [`Error::BadRequest`]: a value out of range. [`Error::Conflict`]: the
    /// instance to be created exists. [`Error::NotAllowed`]: the resource cannot
    /// be reset. [`Error::Busy`]: no transaction is open. [`Error::NoMemory`].
    pub fn edit(&self, iid: Iid, edit: Edit) -> Result<(), Error> {
        let mut state = self.write_state()?;
        match &mut state.transaction {
            Some(transaction) => transaction.unchecked = true,
            None => return Err(Error::Busy),
        }
        let mark = state.table.mark();
        state.table.by_handler = true;
        let result = state.table.edit(iid, edit);
        state.table.by_handler = false;
        state.conclude(mark, result)
    }

    // ---- transactions -----------------------------------------------------

    /// Opens a transaction.
    ///
    /// # Errors
    /// [`Error::Busy`]: one is open.
    pub fn begin(&self) -> Result<(), Error> {
        let mut state = self.write_state()?;
        if state.transaction.is_some() {
            return Err(Error::Busy);
        }
        state.transaction = Some(Transaction {
            modified: false,
            unchecked: false,
        });
        Ok(())
    }

    /// Checks every instance that handlers touched in this transaction.
    ///
    /// # Errors
    /// [`Error::BadRequest`]: the transaction must be rolled back.
    /// [`Error::Busy`]: none is open. [`Error::Host`].
    pub fn validate(&self) -> Result<(), Error> {
        let mut checked = None;
        // Steps that are added while the host is being asked are looked at too.
        for step in 0.. {
            let handled = {
                let mut state = self.write_state()?;
                let handled = state.table.handled(step);
                let Some(transaction) = &mut state.transaction else {
                    return Err(Error::Busy);
                };
                transaction.unchecked &= handled.is_some();
                handled
            };
            let Some(handled) = handled else { break };
            // Most steps are about the same instance as the one before.
            if handled != checked
                && let Some(iid) = handled
            {
                self.check_instance(iid)?;
                checked = handled;
            }
        }
        Ok(())
    }

    fn check_instance(&self, iid: Iid) -> Result<(), Error> {
        let (instance, is_only_one) = {
            let table = &self.read_state()?.table;
            let Ok(instance) = table.find(iid) else {
                return Ok(());
            };
            (*instance, table.is_only_one(instance))
        };
        let Some((oid, target_iid)) = instance.target() else {
            return Err(Error::BadRequest);
        };
        let owner = instance.owner;
        if !is_only_one
            || !self.is_reachable(oid, target_iid)?
            || (owner != SSID_BOOTSTRAP && !self.is_server(owner)?)
        {
            return Err(Error::BadRequest);
        }
        let mut from = Some(0);
        while let Some(next) = from {
            // Read anew, for the host may have changed it while being asked.
            let entry = {
                let table = &self.read_state()?.table;
                let instance = table.find(iid)?;
                table.entry_at_or_after(instance, next)
            };
            from = entry.and_then(|entry| entry.ssid.checked_add(1));
            if let Some(Entry { ssid, .. }) = entry
                && ssid != SSID_ANY
                && !self.is_server(ssid)?
            {
                return Err(Error::BadRequest);
            }
        }
        Ok(())
    }

    /// Makes the transaction's changes final. What has not been validated is
    /// validated first; should that fail, the transaction is rolled back.
    ///
    /// # Errors
    /// As [`Engine::validate`]. No transaction is open afterwards.
    pub fn commit(&self) -> Result<(), Error> {
        let unchecked = match &self.read_state()?.transaction {
            None => return Err(Error::Busy),
            Some(transaction) => transaction.unchecked,
        };
        if unchecked && let Err(error) = self.validate() {
            self.rollback()?;
            return Err(error);
        }
        let mut state = self.write_state()?;
        let Some(transaction) = state.transaction.take() else {
            return Err(Error::Busy);
        };
        state.modified |= transaction.modified;
        state.table.settle();
        Ok(())
    }

    /// Takes the transaction's changes back, the modified mark included.
    ///
    /// # Errors
    /// [`Error::Busy`]: none is open.
    pub fn rollback(&self) -> Result<(), Error> {
        let mut state = self.write_state()?;
        if state.transaction.take().is_none() {
            return Err(Error::Busy);
        }
        state.table.undo_to(0);
        state.table.settle();
        Ok(())
    }
}

/// What `set_acl` and its kin demand of a grant, whatever the state.
pub(crate) fn check_grant(iid: Iid, ssid: Ssid, mask: u16) -> Result<(), Error> {
    let mask = Mask::from_bits(mask).ok_or(Error::BadRequest)?;
    let allowed = if iid == MAX_ID {
        Mask::CREATE
    } else {
        Mask::OWNER
    };
    if ssid == SSID_BOOTSTRAP || !allowed.contains(mask) {
        return Err(Error::BadRequest);
    }
    Ok(())
}

/// Whether instances of the Object can be governed at all.
pub(crate) fn is_target_oid(oid: Oid) -> bool {
    oid != OID_SECURITY && oid != OID_ACCESS_CONTROL && oid != MAX_ID
}

impl Table {
    /// Whether no other instance has the same target.
    fn is_only_one(&self, instance: &Instance) -> bool {
        let Some((oid, iid)) = instance.target() else {
            return true;
        };
        // It is the lowest one, and there is none behind it.
        self.governing(oid, iid) == Some(instance)
            && self
                .target_at_or_after(oid, iid, instance.iid.saturating_add(1))
                .is_none_or(|next| next.target() != Some((oid, iid)))
    }

    fn edit(&mut self, iid: Iid, edit: Edit) -> Result<(), Error> {
        if edit == Edit::Create {
            if iid == MAX_ID {
                return Err(Error::BadRequest);
            }
            if self.find(iid).is_ok() {
                return Err(Error::Conflict);
            }
            return self.put(&Instance::new(iid));
        }
        let mut instance = *self.find(iid)?;
        match edit {
            Edit::Create => {}
            Edit::Remove => return self.remove(iid),
            Edit::Reset => {
                self.clear_acl(&mut instance)?;
                instance.set_has_acl(false);
                instance.owner = 0;
            }
            Edit::ResetResource(RID_ACL) => {
                self.clear_acl(&mut instance)?;
                instance.set_has_acl(true);
            }
            Edit::ResetResource(rid) | Edit::Write(rid, ..) if rid > RID_OWNER => {
                return Err(Error::NotFound);
            }
            Edit::ResetResource(_) => return Err(Error::NotAllowed),
            Edit::RemoveEntry(ssid) => {
                self.mask(&instance, ssid).ok_or(Error::NotFound)?;
                self.remove_entry(&mut instance, ssid)?;
            }
            Edit::Write(rid, riid, value) => {
                let value = u16::try_from(value).map_err(|_| Error::BadRequest)?;
                let is_valid = match rid {
                    RID_OID => is_target_oid(value),
                    RID_ACL => Mask::from_bits(value).is_some() && riid != SSID_BOOTSTRAP,
                    RID_OWNER => value != 0,
                    _ => true,
                };
                if !is_valid {
                    return Err(Error::BadRequest);
                }
                match rid {
                    RID_OID => instance.oid = value,
                    RID_OIID => instance.set_target_iid(value),
                    RID_OWNER => instance.owner = value,
                    _ => {
                        let (ssid, mask) = (riid, value);
                        self.set_entry(&mut instance, Entry { ssid, mask })?;
                    }
                }
            }
        }
        self.put(&instance)
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
        Mask::READ => Decision::by_rule(true, Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => Decision::by_rule(false, Rule::AclIsFixed),
        _ => Decision {
            allowed: table.find(iid).is_ok_and(|instance| instance.owner == ssid),
            acl_iid: iid,
            ..Decision::by_rule(false, Rule::AclOwner)
        },
    }
}

fn decide_by_acl(table: &Table, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
    let creates = operation == Operation::Create;
    // Only Create has a target without an instance.
    if iid == MAX_ID && !creates {
        return Decision::by_rule(false, Rule::NotDecided);
    }
    let Some(instance) = table.governing(oid, if creates { MAX_ID } else { iid }) else {
        return Decision::by_rule(false, Rule::NotGoverned);
    };
    let own = match ssid {
        SSID_ANY => None,
        _ => table.mask(instance, ssid),
    };
    let is_owner = instance.owner == ssid
        && (!cfg!(feature = "anjay-compat") || table.entry_at_or_after(instance, 0).is_none());
    let (rule, mask) = if let Some(mask) = own {
        (Rule::OwnEntry, mask)
    } else if creates && !cfg!(feature = "anjay-compat") {
        (Rule::NoEntry, 0)
    } else if is_owner {
        (Rule::Owner, Mask::OWNER.bits())
    } else if let Some(mask) = table.mask(instance, SSID_ANY) {
        (Rule::DefaultEntry, mask)
    } else {
        (Rule::NoEntry, 0)
    };
    let mask = Mask::from_bits_truncate(mask);
    Decision {
        allowed: mask.contains(operation.right()),
        rule,
        acl_iid: instance.iid,
        mask: mask.bits(),
    }
}
