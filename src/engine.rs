//! The engine: decisions, the calls of the application, the handlers of
//! Object 2, and transactions.
//!
//! The host may call the engine again while it is being asked. Every method
//! therefore takes `&self`, holds the state only between questions, and asks
//! first, then looks again and changes. A change that needed a question whose
//! answer may have gone stale starts over.

use crate::table::{Record, Slot, Table, View};
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
        change: impl FnOnce(&mut Table, usize) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mark = self.table.mark();
        let result = change(&mut self.table, mark);
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
        change: impl FnOnce(&mut Table, usize) -> Result<T, Error>,
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
        self.decide_in(View::Now, ssid, operation, oid, iid)
    }

    /// What [`Engine::decide`] answered before the open transaction: for a host
    /// that learns only afterwards what a server has changed. Otherwise a server
    /// could grant itself the right in the same transaction.
    pub fn decide_before(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        self.decide_in(View::Before, ssid, operation, oid, iid)
    }

    fn decide_in(
        &self,
        view: View,
        ssid: Ssid,
        operation: Operation,
        oid: Oid,
        iid: Iid,
    ) -> Decision {
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
            return decide_on_acl(&state.table, view, ssid, operation, iid);
        }
        decide_by_acl(&state.table, view, ssid, operation, oid, iid)
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
            let governing = state.table.governing(oid, iid).map(|(slot, record)| {
                let known = state.table.entry(record, ssid).is_some();
                (slot, record.iid(), known)
            });
            if governing.is_none() {
                match facts.reachable {
                    None => return Ok(Step::AskTarget),
                    Some(false) => return Err(Error::Unreachable),
                    Some(true) => {}
                }
            }
            if ssid != SSID_ANY && !governing.is_some_and(|(_, _, known)| known) {
                match facts.known {
                    None => return Ok(Step::AskServer),
                    Some(false) => return Err(Error::UnknownServer),
                    Some(true) => {}
                }
            }
            state.change(|table, mark| {
                let (slot, change) = match governing {
                    Some((slot, acl_iid, _)) => (slot, Change::Resource(acl_iid, RID_ACL)),
                    None => {
                        let acl_iid = table.lowest_free_iid()?;
                        (govern(table, mark, acl_iid, oid, iid)?, Change::Instances)
                    }
                };
                table.set_entry(mark, slot, Entry { ssid, mask })?;
                Ok(Step::Done(change))
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
            let governing = state
                .table
                .governing(oid, iid)
                .map(|(slot, record)| (slot, record.iid(), record.owner()));
            let acl_iid = match governing {
                Some((_, acl_iid, _)) if wanted.is_some_and(|wanted| wanted != acl_iid) => {
                    return Err(Error::Conflict(acl_iid));
                }
                Some((_, acl_iid, _)) => acl_iid,
                None => {
                    match facts.reachable {
                        None => return Ok(Step::AskTarget),
                        Some(false) => return Err(Error::Unreachable),
                        Some(true) => {}
                    }
                    match wanted {
                        Some(wanted) if state.table.slot_of(wanted).is_some() => {
                            return Err(Error::Conflict(wanted));
                        }
                        Some(wanted) => wanted,
                        None => state.table.lowest_free_iid()?,
                    }
                }
            };
            let present = match governing {
                Some((_, _, present)) => present,
                None => Some(SSID_BOOTSTRAP),
            };
            if present != Some(owner) && owner != SSID_BOOTSTRAP {
                match facts.known {
                    None => return Ok(Step::AskServer),
                    Some(false) => return Err(Error::UnknownServer),
                    Some(true) => {}
                }
            }
            state.change(|table, mark| {
                let slot = match governing {
                    Some((slot, _, _)) => slot,
                    None => govern(table, mark, acl_iid, oid, iid)?,
                };
                table.set_owner(mark, slot, owner)?;
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
            state.change(|_, _| Ok(()))?;
        } else {
            state.change(|table, mark| {
                let mut from = Some(0);
                while let Some((slot, record)) = from.and_then(|from| table.at_or_after(from)) {
                    from = record.iid().checked_add(1);
                    table.kill(mark, slot)?;
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
        let state = self.read_state().ok()?;
        state
            .table
            .at_or_after(from)
            .map(|(_, record)| record.iid())
    }

    /// The first ACL entry of an instance above `previous`.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, or its ACL is absent.
    pub fn next_entry(&self, iid: Iid, previous: Option<Ssid>) -> Result<Option<Ssid>, Error> {
        let state = self.read_state()?;
        let record = find(&state.table, iid)?.1;
        if !record.has_acl() {
            return Err(Error::NotFound);
        }
        let entries = state.table.entries(record);
        let at = match previous {
            None => 0,
            Some(previous) => entries.partition_point(|entry| entry.ssid <= previous),
        };
        Ok(entries.get(at).map(|entry| entry.ssid))
    }

    /// The value of a resource, or of a resource instance of the ACL.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry, or not set.
    pub fn read(&self, iid: Iid, rid: Rid, riid: u16) -> Result<u16, Error> {
        let state = self.read_state()?;
        let record = find(&state.table, iid)?.1;
        let value = match rid {
            RID_OID => record.oid(),
            RID_OIID => record.target_iid(),
            RID_ACL => state.table.entry(record, riid).map(|entry| entry.mask),
            RID_OWNER => record.owner(),
            _ => None,
        };
        value.ok_or(Error::NotFound)
    }

    /// Writes a resource, or a resource instance of the ACL, in a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::BadRequest`] for a value out of range,
    /// [`Error::Busy`] outside a transaction, [`Error::NoMemory`].
    pub fn write(&self, iid: Iid, rid: Rid, riid: u16, value: i64) -> Result<(), Error> {
        self.handle(|table, mark| {
            let slot = find(table, iid)?.0;
            let id = u16::try_from(value).map_err(|_| Error::BadRequest);
            match rid {
                RID_OID => {
                    let oid = id?;
                    if !is_target_oid(oid) {
                        return Err(Error::BadRequest);
                    }
                    table.set_target(mark, slot, Some(oid), None)?;
                }
                RID_OIID => table.set_target(mark, slot, None, Some(id?))?,
                RID_ACL => {
                    let mask = id?;
                    if Mask::from_bits(mask).is_none() || riid == SSID_BOOTSTRAP {
                        return Err(Error::BadRequest);
                    }
                    table.set_entry(mark, slot, Entry { ssid: riid, mask })?;
                }
                RID_OWNER => {
                    let owner = id?;
                    if owner == SSID_ANY {
                        return Err(Error::BadRequest);
                    }
                    table.set_owner(mark, slot, owner)?;
                }
                _ => return Err(Error::NotFound),
            }
            Ok(Some(slot))
        })
    }

    /// Adds an instance without a target, in a transaction.
    ///
    /// # Errors
    /// [`Error::Conflict`], [`Error::BadRequest`] for ID 65535,
    /// [`Error::Busy`] outside a transaction, [`Error::NoMemory`].
    pub fn create(&self, iid: Iid) -> Result<(), Error> {
        self.handle(|table, _| table.insert(iid, false).map(Some))
    }

    /// Removes an instance, in a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Busy`] outside a transaction,
    /// [`Error::NoMemory`].
    pub fn remove(&self, iid: Iid) -> Result<(), Error> {
        self.handle(|table, mark| {
            let slot = find(table, iid)?.0;
            table.kill(mark, slot)?;
            Ok(None)
        })
    }

    /// Prepares an instance for a replacing write: no ACL, no owner.
    ///
    /// # Errors
    /// As [`Engine::remove`].
    pub fn reset(&self, iid: Iid) -> Result<(), Error> {
        self.handle(|table, mark| {
            let slot = find(table, iid)?.0;
            table.drop_acl(mark, slot)?;
            table.set_owner(mark, slot, 0)?;
            Ok(Some(slot))
        })
    }

    /// Empties the ACL of an instance; it is present afterwards.
    ///
    /// # Errors
    /// As [`Engine::remove`]; also [`Error::NotAllowed`] for other resources.
    pub fn reset_resource(&self, iid: Iid, rid: Rid) -> Result<(), Error> {
        self.handle(|table, mark| {
            let slot = find(table, iid)?.0;
            match rid {
                RID_ACL => table.retain_entries(mark, slot, |_| false)?,
                RID_OID | RID_OIID | RID_OWNER => return Err(Error::NotAllowed),
                _ => return Err(Error::NotFound),
            }
            Ok(Some(slot))
        })
    }

    /// Removes one entry of an ACL [LwM2M 1.2].
    ///
    /// # Errors
    /// As [`Engine::remove`].
    pub fn remove_entry(&self, iid: Iid, ssid: Ssid) -> Result<(), Error> {
        self.handle(|table, mark| {
            let (slot, record) = find(table, iid)?;
            if table.entry(record, ssid).is_none() {
                return Err(Error::NotFound);
            }
            table.retain_entries(mark, slot, |entry| entry.ssid != ssid)?;
            Ok(Some(slot))
        })
    }

    /// A handler's change: only in a transaction, to be looked at by validation.
    fn handle(
        &self,
        change: impl FnOnce(&mut Table, usize) -> Result<Option<Slot>, Error>,
    ) -> Result<(), Error> {
        let mut state = self.write_state()?;
        if state.transaction.is_none() {
            return Err(Error::Busy);
        }
        state.change(|table, _| {
            // A handler fails before it changes anything or not at all, so the
            // image that an earlier call of this transaction saved can serve.
            if let Some(slot) = change(table, 0)? {
                table.mark_unchecked(slot);
            }
            Ok(())
        })?;
        if let Some(transaction) = &mut state.transaction {
            transaction.unchecked = true;
        }
        Ok(())
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
        let mut at = 0;
        loop {
            let record = {
                let state = self.read_state()?;
                match state.table.unchecked(at) {
                    None => return Ok(()),
                    Some(slot) => {
                        slot.and_then(|slot| state.table.get(slot).map(|record| (slot, *record)))
                    }
                }
            };
            at += 1;
            if let Some((slot, record)) = record {
                self.check_instance(slot, &record)?;
            }
        }
    }

    fn check_instance(&self, slot: Slot, record: &Record) -> Result<(), Error> {
        let (Some((oid, iid)), Some(owner)) = (record.target(), record.owner()) else {
            return Err(Error::BadRequest);
        };
        if self.read_state()?.table.has_rival(slot, oid, iid) {
            return Err(Error::BadRequest);
        }
        if !self.is_reachable(oid, iid)? {
            return Err(Error::BadRequest);
        }
        if owner != SSID_BOOTSTRAP && !self.is_server(owner)? {
            return Err(Error::BadRequest);
        }
        if !record.has_acl() {
            return Ok(());
        }
        let mut previous = None;
        while let Some(ssid) = self.next_entry(record.iid(), previous)? {
            if ssid != SSID_ANY && !self.is_server(ssid)? {
                return Err(Error::BadRequest);
            }
            previous = Some(ssid);
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

fn find(table: &Table, iid: Iid) -> Result<(Slot, &Record), Error> {
    let slot = table.slot_of(iid).ok_or(Error::NotFound)?;
    let record = table.get(slot).ok_or(Error::NotFound)?;
    Ok((slot, record))
}

/// Adds an instance that governs a target: no rights, Bootstrap as the owner.
pub(crate) fn govern(
    table: &mut Table,
    mark: usize,
    acl_iid: Iid,
    oid: Oid,
    iid: Iid,
) -> Result<Slot, Error> {
    let slot = table.insert(acl_iid, true)?;
    table.set_target(mark, slot, Some(oid), Some(iid))?;
    Ok(slot)
}

fn decide_on_acl(
    table: &Table,
    view: View,
    ssid: Ssid,
    operation: Operation,
    iid: Iid,
) -> Decision {
    match operation.right() {
        Mask::READ => Decision::by_rule(true, Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => Decision::by_rule(false, Rule::AclIsFixed),
        _ => Decision {
            allowed: table
                .viewed(view, iid)
                .is_some_and(|record| record.owner() == Some(ssid)),
            acl_iid: iid,
            ..Decision::by_rule(false, Rule::AclOwner)
        },
    }
}

fn decide_by_acl(
    table: &Table,
    view: View,
    ssid: Ssid,
    operation: Operation,
    oid: Oid,
    iid: Iid,
) -> Decision {
    let creates = operation == Operation::Create;
    // Only Create has a target without an instance.
    if iid == MAX_ID && !creates {
        return Decision::by_rule(false, Rule::NotDecided);
    }
    let Some(record) = table.governing_in(view, oid, if creates { MAX_ID } else { iid }) else {
        return Decision::by_rule(false, Rule::NotGoverned);
    };
    let entry = |ssid| table.entry(record, ssid).map(|entry| entry.mask);
    let own = if ssid == SSID_ANY { None } else { entry(ssid) };
    let is_owner = record.owner() == Some(ssid)
        && (!cfg!(feature = "anjay-compat") || table.entries(record).is_empty());
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
        acl_iid: record.iid(),
        mask: mask.bits(),
    }
}
