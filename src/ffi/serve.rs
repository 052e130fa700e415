//! What a client asks of the engine on behalf of LwM2M Servers: decisions,
//! synchronisation, and the handlers of Object 2.

use super::host::aac_t;
use super::numbers::*;
use super::{INTERNAL, coap_code, coap_result, slice, try_ref};
use crate::decide::Question;
use crate::{Decision, Edit, Error, ObjectChange, Operation, Rule, SyncStep};
use core::ffi::{c_int, c_void};

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
    let decision = match unsafe { aac.as_ref() } {
        Some(aac) => answer_to(aac, false, ssid, operation, oid, iid),
        None => for_c(Decision::by_rule(Rule::NotDecided)),
    };
    // SAFETY: as above.
    if let Some(why) = unsafe { why.as_mut() } {
        *why = decision;
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
    let aac = try_ref!(aac, false);
    answer_to(aac, true, ssid, operation, oid, iid).allowed
}

/// Decides, and tells of a denial.
fn answer_to(
    aac: &aac_t,
    before: bool,
    ssid: u16,
    number: c_int,
    oid: u16,
    iid: u16,
) -> aac_decision_t {
    let operation = usize::try_from(number).ok();
    let decision = match operation.and_then(|number| Operation::ALL.get(number)) {
        Some(&operation) => aac.engine.answer(&Question {
            ssid,
            operation,
            oid,
            iid,
            before,
        }),
        None => Decision::by_rule(Rule::NotDecided),
    };
    let decision = for_c(decision);
    if let (false, (Some(audit), arg)) = (decision.allowed, aac.audit.get()) {
        if aac.engine.lock().is_some() {
            // SAFETY: as promised to `aac_set_audit`; nothing is borrowed here.
            unsafe { audit(arg, ssid, number, oid, iid, &raw const decision) };
        }
    }
    decision
}

fn for_c(decision: Decision) -> aac_decision_t {
    aac_decision_t {
        rule: decision.rule as u8,
        allowed: decision.allowed,
        acl_iid: decision.acl_iid,
        mask: decision.mask,
    }
}

/// Names a function that is told of each question that aac_decide() or
/// aac_decide_before() denies.
/// Without one, which is how an engine begins, denials cost nothing more.
///
/// A client asks not only for requests: leaving out what a server may not read,
/// or a notification that it may not get, is a denial too. How many of them to
/// log, and how often, is for the function to decide.
///
/// It is called under the client's lock, and never while the engine is in the
/// middle of a change: a question asked while the state is being written to a
/// stream is denied without it. It may use the engine as any answer of the
/// client (aac_host_t) may, but must not ask either of the two.
///
/// @param aac   The engine; NULL is ignored.
/// @param audit The function, instead of any other; NULL for none.
/// @param arg   Passed to it.
///
/// # Safety
/// `aac` is NULL or a valid engine; `audit` can be called with `arg` until
/// another one is set or the engine is freed.
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
    coap_result(aac.engine.sync(origin, changes))
}

/// A part of aac_sync(), for a client without a list of what changed: the set of
/// Instances of this Object did. Access Control Instances of targets that are gone
/// are removed. Each part is whole or not done at all; where they are to be so
/// together, the client does them within a transaction: targets first, then
/// accounts, then what was created.
///
/// @param aac The engine.
/// @param oid The Object; Security and Access Control are passed over.
/// @returns As aac_sync().
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync_targets(aac: *const aac_t, oid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { sync_step(aac, SyncStep::Targets(oid)) }
}

/// A part of aac_sync(), see aac_sync_targets(): the set of Instances of Security,
/// Server or Access Control changed. What accounts that are gone left behind is
/// dropped.
///
/// @param aac The engine.
/// @returns As aac_sync().
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync_accounts(aac: *const aac_t) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { sync_step(aac, SyncStep::Accounts) }
}

/// A part of aac_sync(), see aac_sync_targets(): a server created an Instance, and
/// gets its rights on it.
///
/// @param aac    The engine.
/// @param origin The server; for a bootstrap or the application nothing happens.
/// @param oid    Object of the Instance.
/// @param iid    The Instance.
/// @returns As aac_sync().
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_sync_created(
    aac: *const aac_t,
    origin: u16,
    oid: u16,
    iid: u16,
) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { sync_step(aac, SyncStep::Created(origin, oid, iid)) }
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
    coap_result(try_ref!(aac, INTERNAL).engine.sync_all())
}

/// # Safety
/// `aac` is NULL or a valid engine.
unsafe fn sync_step(aac: *const aac_t, step: SyncStep) -> c_int {
    coap_result(try_ref!(aac, INTERNAL).engine.sync_step(step))
}

// ---- the handlers of Object 2 ---------------------------------------------------
// Each returns 0 or a negative CoAP code, unless said otherwise, and after an
// error nothing has changed. All that change something need an open transaction.

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
    let engine = &try_ref!(aac, INTERNAL).engine;
    const BEGIN: c_int = aac_step_t::AAC_BEGIN as c_int;
    const VALIDATE: c_int = aac_step_t::AAC_VALIDATE as c_int;
    const COMMIT: c_int = aac_step_t::AAC_COMMIT as c_int;
    const ROLLBACK: c_int = aac_step_t::AAC_ROLLBACK as c_int;
    coap_result(match step {
        BEGIN => engine.begin(),
        VALIDATE => engine.validate(),
        COMMIT => engine.commit(),
        ROLLBACK => engine.rollback(),
        _ => Err(Error::Busy),
    })
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
    let aac = try_ref!(aac, -1);
    let next = aac.engine.next_instance(u16::try_from(previous).ok());
    next.map_or(-1, i32::from)
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
    let aac = try_ref!(aac, INTERNAL);
    match aac.engine.next_entry(iid, u16::try_from(previous).ok()) {
        Ok(next) => next.map_or(-1, i32::from),
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
    unsafe { edit(aac, iid, Edit::Create) }
}

/// Removes an instance; -132 (4.04) if there is none.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_remove(aac: *const aac_t, iid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { edit(aac, iid, Edit::Remove) }
}

/// Prepares an instance for a replacing write: resource 2 absent, 3 unset.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_reset(aac: *const aac_t, iid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { edit(aac, iid, Edit::Reset) }
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
    let aac = try_ref!(aac, INTERNAL);
    // SAFETY: NULL or valid, as the caller promises.
    let Some(value) = (unsafe { value.as_mut() }) else {
        return INTERNAL;
    };
    coap_result(aac.engine.read(iid, rid, riid).map(|read| *value = read))
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
    unsafe { edit(aac, iid, Edit::Write(rid, riid, value)) }
}

/// Empties the ACL; resource 2 is present afterwards. -133 (4.05) for others.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_reset_resource(aac: *const aac_t, iid: u16, rid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { edit(aac, iid, Edit::ResetResource(rid)) }
}

/// Removes one Resource Instance of the ACL (LwM2M 1.2); -132 (4.04) if there is
/// none.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_remove_entry(aac: *const aac_t, iid: u16, riid: u16) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { edit(aac, iid, Edit::RemoveEntry(riid)) }
}

/// Does what a handler asks.
///
/// # Safety
/// `aac` is NULL or a valid engine.
unsafe fn edit(aac: *const aac_t, iid: u16, edit: Edit) -> c_int {
    let aac = try_ref!(aac, INTERNAL);
    coap_result(aac.engine.edit(iid, edit))
}
