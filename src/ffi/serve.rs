//! What a client asks of the engine on behalf of LwM2M Servers: decisions,
//! synchronisation, and the handlers of Object 2.

use super::host::aac_t;
use super::numbers::*;
use super::{INTERNAL, coap_code, coap_result, slice, try_ref};
use crate::decide::Question;
use crate::row::{Target, join};
use crate::{Decision, Edit, Error, MAX_ID, ObjectChange, Operation, Rule, SyncStep};
use core::ffi::c_int;
#[cfg(feature = "refusals")]
use core::ffi::c_void;

// ---- enforcement ----------------------------------------------------------------

/// Decides whether a server may do something (LwM2M 1.0, 7.3). Allocates
/// nothing.
///
/// @param aac       The engine; if the client has none, do not ask: without
///                  Object 2 everything but Security and OSCORE is allowed.
/// @param ssid      Who asks; 65535 is the Bootstrap-Server.
/// @param operation An aac_operation_t; any other number is denied.
/// @param oid       Object ID.
/// @param iid       Instance ID; ignored for AAC_CREATE.
/// @param why       Receives the reason, if not NULL; also where @p aac is NULL,
///                  which is a denial.
/// @returns true to go on; false to answer 4.01 Unauthorized.
///
/// # Safety
/// `aac` is NULL or a valid engine, `why` NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_decide(
    aac: *const aac_t,
    ssid: u16,
    operation: c_int,
    oid: u16,
    iid: u16,
    why: *mut aac_decision_t,
) -> bool {
    // SAFETY: NULL or valid, as the caller promises.
    let decision = unsafe { decide(aac, false, ssid, operation, join(oid, iid)) };
    // SAFETY: as above.
    if let Some(why) = unsafe { why.as_mut() } {
        *why = for_c(decision);
    }
    decision.allowed
}

/// Decides as aac_decide() would have before the open transaction: for a change
/// that a server has made without the client having asked first. Allocates
/// nothing.
///
/// @param aac       The engine.
/// @param ssid      Who made the change.
/// @param operation An aac_operation_t; any other number is denied.
/// @param oid       Object ID.
/// @param iid       Instance ID; ignored for AAC_CREATE.
/// @returns true to keep the change; false to roll the transaction back and
///          answer 4.01 Unauthorized.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_decide_before(
    aac: *const aac_t,
    ssid: u16,
    operation: c_int,
    oid: u16,
    iid: u16,
) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { decide(aac, true, ssid, operation, join(oid, iid)) }.allowed
}

/// Decides as aac_decide() and aac_decide_before() do, with few words: for a client
/// in which each byte counts.
///
/// @param aac       The engine.
/// @param ssid      Who asks; 65535 is the Bootstrap-Server.
/// @param operation An aac_operation_t; or it plus AAC_BEFORE, to decide as before
///                  the open transaction. Any other number is denied.
/// @param target    Object ID times 65536, plus Instance ID.
/// @returns The aac_rule_t that decided; or, for a denial, minus that.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_ask(
    aac: *const aac_t,
    ssid: u16,
    operation: c_int,
    target: u32,
) -> c_int {
    let before = operation >= AAC_BEFORE;
    let operation = operation - if before { AAC_BEFORE } else { 0 };
    // SAFETY: passed on from the caller.
    let decision = unsafe { answer_to(aac, before, ssid, operation, target) };
    let rule = decision.rule as c_int;
    if decision.allowed { rule } else { -rule }
}

/// As `aac_ask`, with all that is known: one copy for all who want that.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[inline(never)]
unsafe fn decide(
    aac: *const aac_t,
    before: bool,
    ssid: u16,
    operation: c_int,
    target: u32,
) -> Decision {
    // SAFETY: passed on from the caller.
    unsafe { answer_to(aac, before, ssid, operation, target) }
}

/// Decides, and tells of a denial.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[inline(always)]
unsafe fn answer_to(
    aac: *const aac_t,
    before: bool,
    ssid: u16,
    number: c_int,
    target: u32,
) -> Decision {
    let nothing = Decision::by_rule(Rule::NotDecided);
    let aac = try_ref!(aac, nothing);
    let decision = match operation_of(number) {
        Some(operation) => aac.engine.answer(&Question {
            ssid,
            operation,
            target: Target(target),
            before,
        }),
        None => nothing,
    };
    #[cfg(feature = "refusals")]
    if !decision.allowed && aac.audit.get().0.is_some() {
        tell_denial(aac, ssid, number, target, decision);
    }
    decision
}

#[cfg(feature = "refusals")]
#[cold]
fn tell_denial(aac: &aac_t, ssid: u16, number: c_int, target: u32, decision: Decision) {
    // Not held on to: the function may use the engine.
    let is_idle = aac.engine.lock().is_some();
    if let ((Some(audit), arg), true) = (aac.audit.get(), is_idle) {
        let decision = for_c(decision);
        let (oid, iid) = (Target(target).oid(), Target(target).iid());
        // SAFETY: as promised to `aac_set_audit`; nothing is borrowed here.
        unsafe { audit(arg, ssid, number, oid, iid, &raw const decision) };
    }
}

const OPERATIONS: c_int = Operation::ALL.len() as c_int;

/// The operation with this number, without a table of them all.
fn operation_of(number: c_int) -> Option<Operation> {
    match number {
        // SAFETY: they are numbered from 0 on, without a gap.
        0..OPERATIONS => Some(unsafe { core::mem::transmute::<u8, Operation>(number as u8) }),
        _ => None,
    }
}

// They are.
const _: () = {
    let mut number = 0;
    while number < Operation::ALL.len() {
        assert!(Operation::ALL[number] as usize == number);
        number += 1;
    }
};

fn for_c(decision: Decision) -> aac_decision_t {
    aac_decision_t {
        rule: decision.rule as u8,
        allowed: decision.allowed,
        acl_iid: decision.acl_iid,
        mask: decision.mask,
    }
}

/// Names a function that is told of each question that aac_decide(),
/// aac_decide_before() or aac_ask() denies.
/// Without one, which is how an engine begins, denials cost nothing more. A library
/// without refusals (AAC_REFUSALS, the feature `refusals`) does not have it, and a
/// program that calls it does not link.
///
/// A client asks not only for requests: leaving out what a server may not read,
/// or a notification that it may not get, is a denial too. How many of them to
/// log, and how often, is for the function to decide.
///
/// It is called under the client's lock, and never while the engine is in the
/// middle of a change: a question asked while the state is being written to a
/// stream is denied without it. It may use the engine as any answer of the
/// client (aac_host_t) may, but must not ask for a decision.
///
/// @param aac   The engine; NULL is ignored.
/// @param audit The function, instead of any other; NULL for none.
/// @param arg   Passed to it.
///
/// # Safety
/// `aac` is NULL or a valid engine; `audit` can be called with `arg` until
/// another one is set or the engine is freed.
#[cfg(feature = "refusals")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_set_audit(aac: *const aac_t, audit: aac_audit_t, arg: *mut c_void) {
    try_ref!(aac).audit.set((audit, arg));
}

/// Brings the Access Control Instances in step with the data model (LwM2M 1.0,
/// 7.3.2 and E.1.3). To be called after each operation of a server, after a
/// bootstrap, and when the application reports changes; if there is a
/// transaction on the data model, inside it.
///
/// Afterwards each new Instance that @p origin created has an Access Control
/// Instance; those of targets that are gone are removed (in the Objects that
/// @p changes names); and if Security, Server or Access Control is among these,
/// rights of accounts that are gone are dropped, owners replaced, and targets
/// that nobody can reach any more removed through aac_host_t::remove_instance.
///
/// @param aac     The engine.
/// @param origin  The server whose operation it was; 65535 for a bootstrap or
///                the application.
/// @param changes The Objects whose set of Instances changed; may be NULL if
///                @p count is 0. They and the lists in them must not change
///                during the call.
/// @param count   How many.
/// @returns 0, or a negative CoAP code: then the Access Control Instances are
///          as before.
///
/// # Safety
/// `aac` is NULL or a valid engine; `changes` points to `count` valid elements,
/// and each `created` to as many IDs as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync(
    aac: *const aac_t,
    origin: u16,
    changes: *const aac_change_t,
    count: usize,
) -> c_int {
    let aac = try_ref!(aac, INTERNAL);
    // SAFETY: as the caller promises.
    let Some(changes) = (unsafe { slice(changes, count) }) else {
        return INTERNAL;
    };
    let has_created = |change: &aac_change_t| {
        // SAFETY: as the caller promises.
        unsafe { slice(change.created, change.created_count) }.is_some()
    };
    if !changes.iter().all(has_created) {
        return INTERNAL;
    }
    let changes = changes.iter().map(|change| ObjectChange {
        oid: change.oid,
        // SAFETY: as the caller promises.
        created: unsafe { slice(change.created, change.created_count) }.unwrap_or(&[]),
    });
    coap_result(aac.open().and_then(|()| aac.engine.sync(origin, changes)))
}

/// A part of aac_sync(), for a client without a list of what changed. Each part is
/// whole or not done at all; where they are to be so together, the client does them
/// within a transaction:
///
/// 1. Each Object whose set of Instances changed, with the Instance AAC_ID_NONE: what
///    governs Instances that are gone is removed.
/// 2. Where Security, Server or Access Control was among them, Object and Instance
///    AAC_ID_NONE: what accounts that are gone left behind is dropped.
/// 3. Each Instance that @p origin created: it gets its rights on it. This may come
///    before 2, if @p origin has an account.
///
/// @param aac    The engine.
/// @param origin As in aac_sync().
/// @param oid    The Object.
/// @param iid    The Instance.
/// @returns As aac_sync().
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync_step(
    aac: *const aac_t,
    origin: u16,
    oid: u16,
    iid: u16,
) -> c_int {
    let aac = try_ref!(aac, INTERNAL);
    coap_result(aac.open().and_then(|()| {
        aac.engine.sync_step(match oid {
            MAX_ID => SyncStep::Accounts,
            _ => SyncStep::Instances(origin, oid, iid),
        })
    }))
}

/// As aac_sync() with every Object and the accounts, for a client that cannot tell
/// what has changed, or has missed a change. It costs a look at each target that an
/// Access Control Instance has.
///
/// @param aac The engine.
/// @returns As aac_sync().
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync_all(aac: *const aac_t) -> c_int {
    let aac = try_ref!(aac, INTERNAL);
    coap_result(aac.open().and_then(|()| aac.engine.sync_all()))
}

// ---- the handlers of Object 2 ---------------------------------------------------
// Each returns 0 or a negative CoAP code, unless said otherwise, and after an
// error nothing has changed. All that change something need an open transaction.

impl aac_t {
    /// Opens the transaction that AAC_BEGIN_LATER has announced, if it is not yet.
    fn open(&self) -> Result<(), Error> {
        if self.awaits_change.get() {
            self.engine.begin()?;
            self.awaits_change.set(false);
        }
        Ok(())
    }

    fn step(&self, step: c_int) -> Result<(), Error> {
        const BEGIN: c_int = aac_step_t::AAC_BEGIN as c_int;
        const BEGIN_LATER: c_int = aac_step_t::AAC_BEGIN_LATER as c_int;
        const VALIDATE: c_int = aac_step_t::AAC_VALIDATE as c_int;
        const COMMIT: c_int = aac_step_t::AAC_COMMIT as c_int;
        const ROLLBACK: c_int = aac_step_t::AAC_ROLLBACK as c_int;
        match step {
            // There is nothing to validate or to end.
            VALIDATE | COMMIT | ROLLBACK if self.awaits_change.get() => {
                self.awaits_change.set(step == VALIDATE);
                Ok(())
            }
            BEGIN_LATER if !self.engine.is_open() => {
                self.awaits_change.set(true);
                Ok(())
            }
            BEGIN => {
                self.engine.begin()?;
                self.awaits_change.set(false);
                Ok(())
            }
            VALIDATE => self.engine.validate(),
            COMMIT => self.engine.commit(),
            ROLLBACK => self.engine.rollback(),
            _ => Err(Error::Busy),
        }
    }
}

/// Does a step of a transaction.
///
/// @param aac  The engine.
/// @param step An aac_step_t.
/// @returns 0; -128 (4.00) if it does not validate; -160 (5.00) for a step that
///          does not fit (a second AAC_BEGIN, or another one without a first).
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_transaction(aac: *const aac_t, step: c_int) -> c_int {
    coap_result(try_ref!(aac, INTERNAL).step(step))
}

/// Finds the next instance of Object 2, in rising order.
///
/// @param aac      The engine.
/// @param previous The instance before, or -1 for the first.
/// @returns The Instance ID, or -1 after the last.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_next_instance(aac: *const aac_t, previous: i32) -> i32 {
    // SAFETY: passed on from the caller.
    unsafe { aac_next(aac, -1, previous) }.max(-1)
}

/// Finds the next Resource Instance of an ACL (resource 2), in rising order.
///
/// @param aac      The engine.
/// @param iid      The instance of Object 2.
/// @param previous The Resource Instance ID before, or -1 for the first.
/// @returns The Resource Instance ID, which is an SSID; -1 after the last;
///          -132 (4.04) if there is no such instance, or resource 2 is absent.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_next_entry(aac: *const aac_t, iid: u16, previous: i32) -> i32 {
    if aac.is_null() {
        return INTERNAL;
    }
    // SAFETY: passed on from the caller.
    unsafe { aac_next(aac, iid.into(), previous) }
}

/// Does as aac_next_entry(); or, where the instance is -1, as aac_next_instance().
///
/// @param aac      The engine.
/// @param iid      The instance of Object 2, or -1.
/// @param previous The ID before, or -1 for the first.
/// @returns The ID; -1 after the last, and where @p aac is NULL; or a negative CoAP
///          code.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_next(aac: *const aac_t, iid: i32, previous: i32) -> i32 {
    // There is nothing at 65535, neither an instance nor an entry.
    let from = previous.saturating_add(1).clamp(0, MAX_ID.into()) as u16;
    match try_ref!(aac, -1).engine.next(iid, from) {
        Ok(MAX_ID) => -1,
        Ok(next) => next.into(),
        Err(error) => coap_code(error),
    }
}

/// Adds an instance without a target: Bootstrap owns it, resource 2 is absent.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_create(aac: *const aac_t, iid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_edit(aac, CREATE, iid, 0) }
}

/// Removes an instance; -132 (4.04) if there is none.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_remove(aac: *const aac_t, iid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_edit(aac, REMOVE, iid, 0) }
}

/// Prepares an instance for a replacing write: resource 2 absent, 3 unset.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_reset(aac: *const aac_t, iid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_edit(aac, RESET, iid, 0) }
}

/// Reads a resource.
///
/// @param aac   The engine.
/// @param iid   The instance of Object 2.
/// @param rid   Resource 0 (target OID), 1 (target IID), 2 (ACL) or 3 (owner).
///              0, 1 and 3 are always present, 2 where aac_next_entry() finds it.
/// @param riid  For resource 2 the Resource Instance ID; otherwise ignored.
/// @param value Receives the value.
/// @returns 0, or -132 (4.04): no such instance or resource, or not set yet.
///
/// # Safety
/// `aac` is NULL or a valid engine, `value` NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_read(
    aac: *const aac_t,
    iid: u16,
    rid: u16,
    riid: u16,
    value: *mut u16,
) -> c_int {
    // SAFETY: NULL or valid, as the caller promises.
    let Some(value) = (unsafe { value.as_mut() }) else {
        return INTERNAL;
    };
    // SAFETY: passed on from the caller.
    let read = unsafe { aac_get(aac, iid, rid, riid) };
    match u16::try_from(read) {
        Ok(read) => {
            *value = read;
            0
        }
        Err(_) => read,
    }
}

/// Reads a resource; arguments as in aac_read().
///
/// @returns The value, 0 to 65535; or what aac_read() returns, which is negative.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_get(aac: *const aac_t, iid: u16, rid: u16, riid: u16) -> i32 {
    match try_ref!(aac, INTERNAL).engine.read(iid, rid, riid) {
        Ok(value) => value.into(),
        Err(error) => coap_code(error),
    }
}

/// Writes a resource; arguments as in aac_read().
///
/// @returns 0; -132 (4.04) without such an instance or resource; -128 (4.00) for
///          a value out of range: target OID 1 to 65534 but not 2; target IID 0
///          to 65535; ACL entry 0 to 31, for SSID 0 to 65534; owner 1 to 65535.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_write(
    aac: *const aac_t,
    iid: u16,
    rid: u16,
    riid: u16,
    value: i64,
) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { change(aac, WRITE, iid, rid, riid, value) }
}

/// Empties the ACL; resource 2 is present afterwards. -133 (4.05) for others.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_reset_resource(aac: *const aac_t, iid: u16, rid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_edit(aac, RESET_RESOURCE, iid, rid) }
}

/// Removes one Resource Instance of the ACL (LwM2M 1.2); -132 (4.04) if there is
/// none.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_remove_entry(aac: *const aac_t, iid: u16, riid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_edit(aac, REMOVE_ENTRY, iid, riid) }
}

/// Does what the five above do that are named as its edits, in less code than all of
/// them are together.
///
/// @param aac  The engine.
/// @param edit An aac_edit_t.
/// @param iid  The instance of Object 2.
/// @param what For AAC_EDIT_RESET_RESOURCE the resource; for AAC_EDIT_REMOVE_ENTRY
///             the Resource Instance ID; otherwise ignored.
/// @returns As these.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_edit(aac: *const aac_t, edit: c_int, iid: u16, what: u16) -> c_int {
    match edit {
        WRITE => INTERNAL,
        // SAFETY: passed on from the caller.
        _ => unsafe { change(aac, edit, iid, what, 0, 0) },
    }
}

const CREATE: c_int = aac_edit_t::AAC_EDIT_CREATE as c_int;
const REMOVE: c_int = aac_edit_t::AAC_EDIT_REMOVE as c_int;
const RESET: c_int = aac_edit_t::AAC_EDIT_RESET as c_int;
const RESET_RESOURCE: c_int = aac_edit_t::AAC_EDIT_RESET_RESOURCE as c_int;
const WRITE: c_int = 4;
const REMOVE_ENTRY: c_int = aac_edit_t::AAC_EDIT_REMOVE_ENTRY as c_int;

/// Does what a handler asks.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[inline(never)]
unsafe fn change(
    aac: *const aac_t,
    edit: c_int,
    iid: u16,
    what: u16,
    riid: u16,
    value: i64,
) -> c_int {
    let aac = try_ref!(aac, INTERNAL);
    let edit = match edit {
        CREATE => Edit::Create,
        REMOVE => Edit::Remove,
        RESET => Edit::Reset,
        RESET_RESOURCE => Edit::ResetResource(what),
        WRITE => Edit::Write(what, riid, value),
        REMOVE_ENTRY => Edit::RemoveEntry(what),
        _ => return INTERNAL,
    };
    coap_result(aac.open().and_then(|()| aac.engine.edit(iid, edit)))
}
