//! The engine, its state, and how a change ends: whole, or not at all.
//!
//! The host may call the engine again while it is being asked. Every method
//! therefore takes `&self`, holds the state only between questions, and asks
//! first, then looks again and changes.

use crate::lock::{Guard, Lock};
use crate::refusal::Story;
use crate::row::Target;
use crate::table::Table;
use crate::{Error, Host, Iid, Rid, Ssid, Why};
use crate::{MAX_ID, SSID_ANY, SSID_BOOTSTRAP};

/// What is to be told to the host once a change is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Instances of Object 2 were added or removed.
    Instances,
    /// A resource of an instance of Object 2 has another value.
    Resource(Iid, Rid),
}

// In this order, so that a pointer to the state is one to the table.
#[repr(C)]
pub(crate) struct State {
    pub(crate) table: Table,
    /// Whether the state outside the transaction differs from the persisted one.
    pub(crate) modified: bool,
    /// Whether the transaction has changed something.
    pub(crate) has_changed: bool,
    /// Counts what happens within transactions, through all of them, and so tells
    /// whether something came in between.
    pub(crate) edits: u32,
    /// The count when a validation last found all well.
    pub(crate) checked: u32,
}

impl State {
    /// Ends an operation: after an error, its own or the table's, all of it is
    /// taken back; otherwise it counts as a modification.
    pub(crate) fn conclude(&mut self, result: Result<(), Why>) -> Result<(), Why> {
        let result = result.and(self.table.outcome());
        self.table.finish(result.is_ok());
        if result.is_ok() {
            match self.table.is_open() {
                true => self.has_changed = true,
                false => self.modified = true,
            }
            self.make_unchecked();
        }
        result
    }

    /// Makes what has been validated so far count as not validated.
    pub(crate) const fn make_unchecked(&mut self) {
        self.edits = self.edits.wrapping_add(1);
    }
}

/// The access-control engine of one LwM2M client.
///
/// It is single-threaded: calls for the same engine must not overlap in time,
/// except that the host may call it from within its own answers.
pub struct Engine<H> {
    pub(crate) host: H,
    state: Lock<State>,
}

impl<H: Host> Engine<H> {
    /// An engine without instances.
    pub const fn new(host: H) -> Engine<H> {
        Engine {
            host,
            state: Lock::new(State {
                table: Table::new(),
                modified: false,
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

    /// The state, as it is now; `None`, while it is being persisted.
    #[inline]
    pub(crate) fn lock(&self) -> Option<Guard<'_, State>> {
        let mut state = self.lock_any()?;
        state.table.turn(false);
        Some(state)
    }

    /// The state, possibly turned back to before the transaction.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn lock_any(&self) -> Option<Guard<'_, State>> {
        self.state.take()
    }

    /// Tells the host why a call is refused; the error that is to be returned.
    pub(crate) fn refuse(&self, story: &Story, why: Why) -> Error {
        story.end(why, |refusal| self.host.refused(refusal))
    }

    /// As [`Engine::refuse`], where changes of a server are not valid: whatever
    /// is wrong with them, they are a bad request.
    pub(crate) fn refuse_changes(&self, story: &Story, why: Why) -> Error {
        match self.refuse(story, why) {
            Error::Unreachable | Error::UnknownServer | Error::Incomplete => Error::BadRequest,
            other => other,
        }
    }

    /// Whether the state has changed since it was last persisted or restored.
    /// Inside a transaction: whether the state before it had.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        // Only a change in progress makes the state unreadable.
        self.lock_any().is_none_or(|state| state.modified)
    }

    // ---- what is asked in several places ----------------------------------

    /// Fails, if there is no such target.
    pub(crate) fn check_target(&self, target: Target) -> Result<(), Why> {
        let (oid, iid) = (target.oid(), target.iid());
        if !self.host.is_object_registered(oid)? {
            return Err(Why::ObjectNotRegistered);
        }
        if iid != MAX_ID && !self.host.is_instance_present(oid, iid)? {
            return Err(Why::InstanceMissing);
        }
        Ok(())
    }

    /// Fails, if the SSID may not stand where a server's may.
    pub(crate) fn check_server(&self, ssid: Ssid) -> Result<(), Why> {
        if ssid == SSID_ANY || ssid == SSID_BOOTSTRAP || self.host.is_server_known(ssid)? {
            return Ok(());
        }
        Err(Why::ServerUnknown)
    }
}
