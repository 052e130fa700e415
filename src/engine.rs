//! The engine: decisions, the calls of the application, the handlers of
//! Object 2, and transactions.
//!
//! The host may call the engine again while it is being asked. Every method
//! therefore takes `&self`, holds the state only between questions, and asks
//! first, then looks again and changes. A change that needed a question whose
//! answer may have gone stale starts over.

use crate::table::{Instance, Table};
use crate::{
    Decision, Entry, Error, Host, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_OSCORE, OID_SECURITY,
    Oid, Operation, RID_ACL, RID_OID, RID_OIID, RID_OWNER, Rid, Rule, SSID_ANY, SSID_BOOTSTRAP,
    Ssid,
};
use core::cell::{Ref, RefCell, RefMut};

/// How often an operation starts over when the host's answers made other
/// changes to the state.
pub(crate) const ATTEMPTS: usize = 4;

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
    /// Counts changes, so that stale answers show.
    pub(crate) generation: u32,
}

impl State {
    /// Runs a change that is whole or not at all: after an error the table is
    /// as it was.
    pub(crate) fn attempt<T>(
        &mut self,
        change: impl FnOnce(&mut Table) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mark = self.table.mark();
        let result = change(&mut self.table);
        if result.is_err() {
            self.table.undo_to(mark);
        }
        result
    }

    /// Marks the state as changed, and outside a transaction makes it final.
    pub(crate) fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        match &mut self.transaction {
            Some(transaction) => transaction.modified = true,
            None => {
                self.modified = true;
                self.table.settle();
            }
        }
    }

    /// [`State::attempt`], and a success counts as a change.
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Table) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let result = self.attempt(change)?;
        self.touch();
        Ok(result)
    }
}

/// The access-control engine of one LwM2M client.
///
/// It is single-threaded: calls for the same engine must not overlap in time,
/// except that the host may call it from within its own answers.
pub struct Engine<H> {
    pub(crate) host: H,
    state: RefCell<State>,
}

/// What a target needs before an instance may govern it.
#[derive(Clone, Copy, Default)]
struct Facts {
    reachable: Option<bool>,
    known: Option<bool>,
}

enum Step<T> {
    Done(T),
    AskTarget,
    AskServer,
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
                generation: 0,
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
        if oid == OID_SECURITY || oid == OID_OSCORE {
            return Decision::by_rule(false, Rule::KeysAreClosed);
        }
        if ssid == SSID_BOOTSTRAP {
            return Decision::by_rule(true, Rule::Bootstrap);
        }
        if operation == Operation::Discover {
            return Decision::by_rule(true, Rule::DiscoverIsOpen);
        }
        if self.host.is_single_server() {
            return Decision::by_rule(true, Rule::SingleServer);
        }
        let Ok(state) = self.read_state() else {
            return Decision::by_rule(false, Rule::NotDecided);
        };
        if oid == OID_ACCESS_CONTROL {
            return decide_on_acl(&state.table, ssid, operation, iid);
        }
        decide_by_acl(&state.table, ssid, operation, oid, iid)
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
        let change = self.with_facts(oid, iid, ssid, |state, facts| {
            let governing = state.table.governing(oid, iid).map(|(acl_iid, _)| acl_iid);
            if governing.is_none() {
                match facts.reachable {
                    None => return Ok(Step::AskTarget),
                    Some(false) => return Err(Error::Unreachable),
                    Some(true) => {}
                }
            }
            let is_listed = |acl_iid| state.table.entry(acl_iid, ssid).is_some();
            if ssid != SSID_ANY && !governing.is_some_and(is_listed) {
                match facts.known {
                    None => return Ok(Step::AskServer),
                    Some(false) => return Err(Error::UnknownServer),
                    Some(true) => {}
                }
            }
            state.change(|table| {
                let acl_iid = match governing {
                    Some(acl_iid) => acl_iid,
                    None => {
                        let acl_iid = table.lowest_free_iid()?;
                        table.govern(acl_iid, oid, iid, SSID_BOOTSTRAP)?;
                        acl_iid
                    }
                };
                table.set_entry(acl_iid, Entry { ssid, mask })?;
                Ok(Step::Done(match governing {
                    Some(_) => Change::Resource(acl_iid, RID_ACL),
                    None => Change::Instances,
                }))
            })
        })?;
        self.host.changed(change);
        Ok(())
    }

    /// Sets the owner of a target. `wanted` is the ID that the Access Control
    /// instance has or is to get, if the caller minds. Returns the ID.
    ///
    /// # Errors
    /// As [`Engine::set_acl`]; also [`Error::Conflict`] with the ID in the way.
    pub fn set_owner(
        &self,
        oid: Oid,
        iid: Iid,
        owner: Ssid,
        wanted: Option<Iid>,
    ) -> Result<Iid, Error> {
        if owner == SSID_ANY {
            return Err(Error::BadRequest);
        }
        let wanted = wanted.filter(|&wanted| wanted != MAX_ID);
        let (acl_iid, is_new) = self.with_facts(oid, iid, owner, |state, facts| {
            let governing = state.table.governing(oid, iid);
            let (acl_iid, present) = match governing {
                Some((acl_iid, _)) if wanted.is_some_and(|wanted| wanted != acl_iid) => {
                    return Err(Error::Conflict(acl_iid));
                }
                Some(governing) => governing,
                None => {
                    match facts.reachable {
                        None => return Ok(Step::AskTarget),
                        Some(false) => return Err(Error::Unreachable),
                        Some(true) => {}
                    }
                    let acl_iid = match wanted {
                        Some(wanted) if state.table.find(wanted).is_ok() => {
                            return Err(Error::Conflict(wanted));
                        }
                        Some(wanted) => wanted,
                        None => state.table.lowest_free_iid()?,
                    };
                    (acl_iid, SSID_BOOTSTRAP)
                }
            };
            if present != owner && owner != SSID_BOOTSTRAP {
                match facts.known {
                    None => return Ok(Step::AskServer),
                    Some(false) => return Err(Error::UnknownServer),
                    Some(true) => {}
                }
            }
            state.change(|table| {
                match governing {
                    Some(_) => table.set_owner(acl_iid, owner)?,
                    None => table.govern(acl_iid, oid, iid, owner)?,
                }
                Ok(Step::Done((acl_iid, governing.is_none())))
            })
        })?;
        if is_new {
            self.host.changed(Change::Instances);
        }
        self.host.changed(Change::Resource(acl_iid, RID_OWNER));
        Ok(acl_iid)
    }

    /// Removes all instances.
    ///
    /// # Errors
    /// Outside a transaction none but [`Error::Busy`], which means that the
    /// state is being persisted at this moment; inside, [`Error::NoMemory`].
    pub fn purge(&self) -> Result<(), Error> {
        let mut state = self.write_state()?;
        if state.transaction.is_none() {
            // Nothing to take back, so nothing that could fail.
            state.table = Table::new();
            state.touch();
        } else {
            state.change(|table| {
                while let Some(instance) = table.at_or_after(0) {
                    table.remove(instance.iid)?;
                }
                Ok(())
            })?;
        }
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

    /// Runs `attempt` until it needs no more answers of the host.
    fn with_facts<T>(
        &self,
        oid: Oid,
        iid: Iid,
        ssid: Ssid,
        mut attempt: impl FnMut(&mut State, Facts) -> Result<Step<T>, Error>,
    ) -> Result<T, Error> {
        let mut facts = Facts::default();
        loop {
            // Each answer is asked for once, so this ends.
            let step = attempt(&mut *self.write_state()?, facts)?;
            match step {
                Step::Done(done) => return Ok(done),
                Step::AskTarget => facts.reachable = Some(self.is_reachable(oid, iid)?),
                Step::AskServer => facts.known = Some(self.is_server(ssid)?),
            }
        }
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
        let next = self.read_state().ok()?.table.at_or_after(from)?;
        Some(next.iid)
    }

    /// The first ACL entry of an instance above `previous`.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, or its ACL is absent.
    pub fn next_entry(&self, iid: Iid, previous: Option<Ssid>) -> Result<Option<Ssid>, Error> {
        let state = self.read_state()?;
        if !state.table.find(iid)?.has_acl() {
            return Err(Error::NotFound);
        }
        // 65535 is no key of an entry, so nothing is found there.
        let from = previous.map_or(0, |previous| previous.saturating_add(1));
        let next = state.table.entry_at_or_after(iid, from);
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
            RID_ACL => table.entry(iid, riid).map(|entry| entry.mask),
            RID_OWNER => instance.owner(),
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
        state.table.by_handler = true;
        let result = state.change(|table| edit.apply(table, iid));
        state.table.by_handler = false;
        result
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
        for _ in 0..ATTEMPTS {
            let generation = {
                let state = self.read_state()?;
                if state.transaction.is_none() {
                    return Err(Error::Busy);
                }
                state.generation
            };
            let result = self.check_touched();
            let mut state = self.write_state()?;
            if state.generation != generation {
                continue;
            }
            result?;
            if let Some(transaction) = &mut state.transaction {
                transaction.unchecked = false;
            }
            return Ok(());
        }
        Err(Error::Busy)
    }

    fn check_touched(&self) -> Result<(), Error> {
        let mut checked = None;
        for step in 0.. {
            let handled = match self.read_state()?.table.handled(step) {
                None => break,
                Some(handled) => handled,
            };
            // Most steps are about the same instance as the one before.
            if handled == checked {
                continue;
            }
            if let Some(iid) = handled {
                self.check_instance(iid)?;
                checked = handled;
            }
        }
        Ok(())
    }

    fn check_instance(&self, iid: Iid) -> Result<(), Error> {
        let (instance, is_governing) = {
            let table = &self.read_state()?.table;
            let Ok(instance) = table.find(iid) else {
                return Ok(());
            };
            (instance, is_only_one(table, &instance))
        };
        let (Some((oid, target_iid)), Some(owner)) = (instance.target(), instance.owner()) else {
            return Err(Error::BadRequest);
        };
        if !is_governing
            || !self.is_reachable(oid, target_iid)?
            || (owner != SSID_BOOTSTRAP && !self.is_server(owner)?)
        {
            return Err(Error::BadRequest);
        }
        let mut from = Some(0);
        while let Some(next) = from {
            let entry = self.read_state()?.table.entry_at_or_after(iid, next);
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
        state.generation = state.generation.wrapping_add(1);
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

/// Whether no other instance has the same target.
fn is_only_one(table: &Table, instance: &Instance) -> bool {
    let Some((oid, iid)) = instance.target() else {
        return true;
    };
    let is_same = |row: Option<[u16; 4]>| {
        row.is_some_and(|[row_oid, row_iid, ..]| (row_oid, row_iid) == (oid, iid))
    };
    // The lowest one is this one, and there is none behind it.
    table
        .governing(oid, iid)
        .is_some_and(|(acl_iid, _)| acl_iid == instance.iid)
        && !is_same(table.target_at_or_after(oid, iid, instance.iid.saturating_add(1)))
}

impl Edit {
    fn apply(self, table: &mut Table, iid: Iid) -> Result<(), Error> {
        if self == Edit::Create {
            return table.insert(iid);
        }
        table.find(iid)?;
        match self {
            Edit::Create => Ok(()),
            Edit::Remove => table.remove(iid),
            Edit::Reset => {
                table.retain_entries(iid, |_| false)?;
                table.set_has_acl(iid, false)?;
                table.set_owner(iid, 0)
            }
            Edit::ResetResource(RID_ACL) => {
                table.retain_entries(iid, |_| false)?;
                table.set_has_acl(iid, true)
            }
            Edit::ResetResource(RID_OID | RID_OIID | RID_OWNER) => Err(Error::NotAllowed),
            Edit::ResetResource(_) => Err(Error::NotFound),
            Edit::RemoveEntry(ssid) => {
                table.entry(iid, ssid).ok_or(Error::NotFound)?;
                table.remove_entry(iid, ssid)
            }
            Edit::Write(rid, _, _) if rid > RID_OWNER => Err(Error::NotFound),
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
                    RID_OID => table.set_oid(iid, value),
                    RID_OIID => table.set_target_iid(iid, value),
                    RID_ACL => table.set_entry(
                        iid,
                        Entry {
                            ssid: riid,
                            mask: value,
                        },
                    ),
                    _ => table.set_owner(iid, value),
                }
            }
        }
    }
}

fn decide_on_acl(table: &Table, ssid: Ssid, operation: Operation, iid: Iid) -> Decision {
    match operation.right() {
        Mask::READ => Decision::by_rule(true, Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => Decision::by_rule(false, Rule::AclIsFixed),
        _ => Decision {
            allowed: table
                .find(iid)
                .is_ok_and(|instance| instance.owner() == Some(ssid)),
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
    let Some((acl_iid, owner)) = table.governing(oid, if creates { MAX_ID } else { iid }) else {
        return Decision::by_rule(false, Rule::NotGoverned);
    };
    let entry = |ssid| table.entry(acl_iid, ssid).map(|entry| entry.mask);
    let own = if ssid == SSID_ANY { None } else { entry(ssid) };
    let is_owner = owner == ssid
        && (!cfg!(feature = "anjay-compat") || table.entry_at_or_after(acl_iid, 0).is_none());
    let (rule, mask) = if let Some(mask) = own {
        (Rule::OwnEntry, mask)
    } else if creates && !cfg!(feature = "anjay-compat") {
        (Rule::NoEntry, 0)
    } else if is_owner {
        (Rule::Owner, Mask::OWNER.bits())
    } else if let Some(mask) = entry(SSID_ANY) {
        (Rule::DefaultEntry, mask)
    } else {
        (Rule::NoEntry, 0)
    };
    let mask = Mask::from_bits_truncate(mask);
    Decision {
        allowed: mask.contains(operation.right()),
        rule,
        acl_iid,
        mask: mask.bits(),
    }
}
