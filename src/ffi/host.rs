//! What connects the engine to an LwM2M client.

use super::{coap_code, coap_result, try_ref};
use crate::{
    Call, Change, Decision, Edit, Engine, Error, Host, Ids, MAX_ID, ObjectChange, Operation,
    Refusal, Rule, Why,
};
use alloc::alloc::{Layout, alloc, dealloc};
use core::cell::Cell;
use core::ffi::{c_int, c_void};

/// The access-control engine of one client. Made by aac_new().
///
/// Calls for the same engine must not overlap in time, so the client's lock is
/// held around them; but any of the client's answers (aac_host_t) may call the
/// engine again.
#[allow(non_camel_case_types)]
pub struct aac_t {
    pub(crate) engine: Engine<CHost>,
    audit: Cell<(aac_audit_t, *mut c_void)>,
}

/// A set of 16-bit IDs that a client fills with aac_ids_add().
#[allow(non_camel_case_types)]
pub struct aac_ids_t {
    _opaque: [u8; 0],
}

/// What the engine asks of its client.
///
/// Every function must be given. `host` is what aac_new() got. A question is
/// answered by 1 for yes, 0 for no, and a negative number if the client cannot
/// tell: then the operation that needed the answer fails, or, in aac_sync(),
/// what exists stays.
///
/// An answer may call the engine again, and the seven functions of
/// anjay/access_control.h; it sees no half-made change.
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct aac_host_t {
    /// Is the Object registered?
    pub is_object_registered: unsafe extern "C" fn(host: *mut c_void, oid: u16) -> c_int,
    /// Does the Instance of this registered Object exist?
    pub is_instance_present: unsafe extern "C" fn(host: *mut c_void, oid: u16, iid: u16) -> c_int,
    /// Does an instance of the Server Object have this Short Server ID, which
    /// is never 0 nor 65535?
    pub is_server_known: unsafe extern "C" fn(host: *mut c_void, ssid: u16) -> c_int,
    /// The Short Server ID of the server account, if exactly one is configured,
    /// the Bootstrap-Server's not counted: that server may then do everything
    /// (LwM2M 1.0, 7.3.2.1). 0 if there is none, if there are several, and if in
    /// doubt. Asked for each decision: answer from memory.
    pub single_server: unsafe extern "C" fn(host: *mut c_void) -> u16,
    /// Adds the IDs of all Instances of a registered Object, in any order;
    /// rising order is the fastest. Returns 0, or a negative number if the list
    /// may be incomplete.
    pub list_instances:
        unsafe extern "C" fn(host: *mut c_void, oid: u16, found: *mut aac_ids_t) -> c_int,
    /// Adds the Short Server IDs of all instances of the Security Object but
    /// the Bootstrap-Server's. Returns as list_instances.
    pub list_accounts: unsafe extern "C" fn(host: *mut c_void, found: *mut aac_ids_t) -> c_int,
    /// Removes an Instance that no server can reach any more (LwM2M 1.0,
    /// E.1.3). Returns 0, or a negative number if it still exists.
    pub remove_instance: unsafe extern "C" fn(host: *mut c_void, oid: u16, iid: u16) -> c_int,
    /// Takes note, for observers, that resource /2/iid/rid has a new value; or,
    /// where both are 65535, that instances of /2 were added or removed. Not
    /// called for what handlers did.
    pub changed: unsafe extern "C" fn(host: *mut c_void, iid: u16, rid: u16),
    /// Takes note, for a log, that a call is about to return an error, and why;
    /// @p refusal is valid during the call. May be NULL. Nothing has changed by
    /// the call that is refused, but that AAC_COMMIT ends its transaction.
    pub refused: Option<unsafe extern "C" fn(host: *mut c_void, refusal: *const aac_refusal_t)>,
}

/// The call that was refused.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_call_t {
    /// anjay_access_control_set_acl().
    AAC_CALL_SET_ACL = 1,
    /// anjay_access_control_set_owner().
    AAC_CALL_SET_OWNER = 2,
    /// anjay_access_control_provision().
    AAC_CALL_PROVISION = 3,
    /// anjay_access_control_purge().
    AAC_CALL_PURGE = 4,
    /// anjay_access_control_persist().
    AAC_CALL_PERSIST = 5,
    /// anjay_access_control_restore().
    AAC_CALL_RESTORE = 6,
    /// aac_sync().
    AAC_CALL_SYNC = 7,
    /// aac_transaction(), AAC_BEGIN.
    AAC_CALL_BEGIN = 8,
    /// aac_transaction(), AAC_VALIDATE.
    AAC_CALL_VALIDATE = 9,
    /// aac_transaction(), AAC_COMMIT.
    AAC_CALL_COMMIT = 10,
    /// aac_transaction(), AAC_ROLLBACK.
    AAC_CALL_ROLLBACK = 11,
    /// aac_create().
    AAC_CALL_CREATE = 12,
    /// aac_remove().
    AAC_CALL_REMOVE = 13,
    /// aac_reset().
    AAC_CALL_RESET = 14,
    /// aac_reset_resource().
    AAC_CALL_RESET_RESOURCE = 15,
    /// aac_write().
    AAC_CALL_WRITE = 16,
    /// aac_remove_entry().
    AAC_CALL_REMOVE_ENTRY = 17,
}

/// The rule that refused; in brackets the member of aac_refusal_t that holds the
/// offending number.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_why_t {
    /// The Bootstrap-Server, 65535, needs no entry and can have none (ssid).
    AAC_WHY_BOOTSTRAP_SSID = 1,
    /// A mask has bits outside 0 to 31 [value].
    AAC_WHY_MASK_OUT_OF_RANGE = 2,
    /// Create has no meaning for an Instance; it goes with the target IID 65535
    /// [value].
    AAC_WHY_CREATE_ON_INSTANCE = 3,
    /// The target IID 65535 takes no right but Create [value].
    AAC_WHY_ONLY_CREATE = 4,
    /// SSID 0 cannot own.
    AAC_WHY_OWNER_IS_ZERO = 5,
    /// A resource does not take this value [rid, value].
    AAC_WHY_VALUE_OUT_OF_RANGE = 6,
    /// An Access Control instance cannot have the ID 65535.
    AAC_WHY_IID_OUT_OF_RANGE = 7,
    /// Objects 0 and 2 cannot be governed, and there is no Object 65535 [oid].
    AAC_WHY_NOT_GOVERNABLE = 8,
    /// The target Object is not registered [oid].
    AAC_WHY_OBJECT_NOT_REGISTERED = 9,
    /// The target Instance does not exist [oid, iid].
    AAC_WHY_INSTANCE_MISSING = 10,
    /// No Server Object Instance has the SSID of an entry (ssid).
    AAC_WHY_SERVER_UNKNOWN = 11,
    /// No Server Object Instance has the SSID of an owner (ssid).
    AAC_WHY_OWNER_UNKNOWN = 12,
    /// Another instance than the one asked for governs the target [acl_iid].
    AAC_WHY_TARGET_HAS_OTHER = 13,
    /// The Instance ID is taken [acl_iid].
    AAC_WHY_IID_TAKEN = 14,
    /// All Instance IDs are taken.
    AAC_WHY_IIDS_FULL = 15,
    /// No such Access Control instance [acl_iid].
    AAC_WHY_NO_INSTANCE = 16,
    /// No such resource [rid].
    AAC_WHY_NO_RESOURCE = 17,
    /// No such entry in the ACL (ssid).
    AAC_WHY_NO_ENTRY = 18,
    /// Only the ACL, resource 2, can be emptied [rid].
    AAC_WHY_NOT_RESETTABLE = 19,
    /// The target OID or IID is not set [acl_iid].
    AAC_WHY_TARGET_UNSET = 20,
    /// The owner is not set [acl_iid].
    AAC_WHY_OWNER_UNSET = 21,
    /// Another instance governs the same target [acl_iid, oid, iid].
    AAC_WHY_DUPLICATE_TARGET = 22,
    /// Memory ran out.
    AAC_WHY_NO_MEMORY = 23,
    /// A transaction is open.
    AAC_WHY_TRANSACTION_OPEN = 24,
    /// No transaction is open.
    AAC_WHY_NO_TRANSACTION = 25,
    /// The call came from within a stream function of persist.
    AAC_WHY_IN_USE = 26,
    /// The state kept changing while the host was being asked.
    AAC_WHY_KEEPS_CHANGING = 27,
    /// The host could not answer.
    AAC_WHY_HOST_FAILED = 28,
    /// The stream failed, or ended too early [at].
    AAC_WHY_STREAM_FAILED = 29,
    /// It does not begin with the magic number.
    AAC_WHY_WRONG_MAGIC = 30,
    /// More instances than there are IDs [value].
    AAC_WHY_TOO_MANY_INSTANCES = 31,
    /// A target OID is 0, 2 or 65535 [at, oid].
    AAC_WHY_WRONG_OID = 32,
    /// An Instance ID is 65535 [at].
    AAC_WHY_WRONG_IID = 33,
    /// An owner is 0 [at].
    AAC_WHY_WRONG_OWNER = 34,
    /// The flag for the ACL is neither 0 nor 1 [at, value].
    AAC_WHY_WRONG_HAS_ACL = 35,
    /// More entries than there are SSIDs [at, value].
    AAC_WHY_TOO_MANY_ENTRIES = 36,
    /// An entry for SSID 65535 [at].
    AAC_WHY_WRONG_KEY = 37,
    /// An Instance ID that an earlier instance has [acl_iid].
    AAC_WHY_REPEATED_IID = 38,
    /// A target that another instance governs [acl_iid, oid, iid].
    AAC_WHY_REPEATED_TARGET = 39,
    /// An SSID that has an entry already [acl_iid, ssid].
    AAC_WHY_REPEATED_KEY = 40,
}

/// A refused call, in numbers; 65535 where there is nothing to tell.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct aac_refusal_t {
    /// Which call: an aac_call_t.
    pub call: u8,
    /// By which rule: an aac_why_t.
    pub why: u8,
    /// The target Object.
    pub oid: u16,
    /// The target Instance.
    pub iid: u16,
    /// The Access Control Instance.
    pub acl_iid: u16,
    /// The resource of the Access Control Instance.
    pub rid: u16,
    /// The server: the one of an entry, or the owner.
    pub ssid: u16,
    /// Of AAC_CALL_RESTORE, how many bytes had been read up to the number that
    /// was refused, inclusively. Of AAC_CALL_PROVISION, the place of the grant.
    /// Otherwise 0.
    pub at: u32,
    /// The value that was asked for (a mask, a written resource), or 0.
    pub value: i64,
}

// The numbers of the C enumerations are those of the engine's.
const _: () = {
    assert!(Call::SetAcl as u32 == aac_call_t::AAC_CALL_SET_ACL as u32);
    assert!(Call::SetOwner as u32 == aac_call_t::AAC_CALL_SET_OWNER as u32);
    assert!(Call::Provision as u32 == aac_call_t::AAC_CALL_PROVISION as u32);
    assert!(Call::Purge as u32 == aac_call_t::AAC_CALL_PURGE as u32);
    assert!(Call::Persist as u32 == aac_call_t::AAC_CALL_PERSIST as u32);
    assert!(Call::Restore as u32 == aac_call_t::AAC_CALL_RESTORE as u32);
    assert!(Call::Sync as u32 == aac_call_t::AAC_CALL_SYNC as u32);
    assert!(Call::Begin as u32 == aac_call_t::AAC_CALL_BEGIN as u32);
    assert!(Call::Validate as u32 == aac_call_t::AAC_CALL_VALIDATE as u32);
    assert!(Call::Commit as u32 == aac_call_t::AAC_CALL_COMMIT as u32);
    assert!(Call::Rollback as u32 == aac_call_t::AAC_CALL_ROLLBACK as u32);
    assert!(Call::Create as u32 == aac_call_t::AAC_CALL_CREATE as u32);
    assert!(Call::Remove as u32 == aac_call_t::AAC_CALL_REMOVE as u32);
    assert!(Call::Reset as u32 == aac_call_t::AAC_CALL_RESET as u32);
    assert!(Call::ResetResource as u32 == aac_call_t::AAC_CALL_RESET_RESOURCE as u32);
    assert!(Call::Write as u32 == aac_call_t::AAC_CALL_WRITE as u32);
    assert!(Call::RemoveEntry as u32 == aac_call_t::AAC_CALL_REMOVE_ENTRY as u32);
    assert!(Why::BootstrapSsid as u32 == aac_why_t::AAC_WHY_BOOTSTRAP_SSID as u32);
    assert!(Why::MaskOutOfRange as u32 == aac_why_t::AAC_WHY_MASK_OUT_OF_RANGE as u32);
    assert!(Why::CreateOnInstance as u32 == aac_why_t::AAC_WHY_CREATE_ON_INSTANCE as u32);
    assert!(Why::OnlyCreate as u32 == aac_why_t::AAC_WHY_ONLY_CREATE as u32);
    assert!(Why::OwnerIsZero as u32 == aac_why_t::AAC_WHY_OWNER_IS_ZERO as u32);
    assert!(Why::ValueOutOfRange as u32 == aac_why_t::AAC_WHY_VALUE_OUT_OF_RANGE as u32);
    assert!(Why::IidOutOfRange as u32 == aac_why_t::AAC_WHY_IID_OUT_OF_RANGE as u32);
    assert!(Why::NotGovernable as u32 == aac_why_t::AAC_WHY_NOT_GOVERNABLE as u32);
    assert!(Why::ObjectNotRegistered as u32 == aac_why_t::AAC_WHY_OBJECT_NOT_REGISTERED as u32);
    assert!(Why::InstanceMissing as u32 == aac_why_t::AAC_WHY_INSTANCE_MISSING as u32);
    assert!(Why::ServerUnknown as u32 == aac_why_t::AAC_WHY_SERVER_UNKNOWN as u32);
    assert!(Why::OwnerUnknown as u32 == aac_why_t::AAC_WHY_OWNER_UNKNOWN as u32);
    assert!(Why::TargetHasOther as u32 == aac_why_t::AAC_WHY_TARGET_HAS_OTHER as u32);
    assert!(Why::IidTaken as u32 == aac_why_t::AAC_WHY_IID_TAKEN as u32);
    assert!(Why::IidsFull as u32 == aac_why_t::AAC_WHY_IIDS_FULL as u32);
    assert!(Why::NoInstance as u32 == aac_why_t::AAC_WHY_NO_INSTANCE as u32);
    assert!(Why::NoResource as u32 == aac_why_t::AAC_WHY_NO_RESOURCE as u32);
    assert!(Why::NoEntry as u32 == aac_why_t::AAC_WHY_NO_ENTRY as u32);
    assert!(Why::NotResettable as u32 == aac_why_t::AAC_WHY_NOT_RESETTABLE as u32);
    assert!(Why::TargetUnset as u32 == aac_why_t::AAC_WHY_TARGET_UNSET as u32);
    assert!(Why::OwnerUnset as u32 == aac_why_t::AAC_WHY_OWNER_UNSET as u32);
    assert!(Why::DuplicateTarget as u32 == aac_why_t::AAC_WHY_DUPLICATE_TARGET as u32);
    assert!(Why::NoMemory as u32 == aac_why_t::AAC_WHY_NO_MEMORY as u32);
    assert!(Why::TransactionOpen as u32 == aac_why_t::AAC_WHY_TRANSACTION_OPEN as u32);
    assert!(Why::NoTransaction as u32 == aac_why_t::AAC_WHY_NO_TRANSACTION as u32);
    assert!(Why::InUse as u32 == aac_why_t::AAC_WHY_IN_USE as u32);
    assert!(Why::KeepsChanging as u32 == aac_why_t::AAC_WHY_KEEPS_CHANGING as u32);
    assert!(Why::HostFailed as u32 == aac_why_t::AAC_WHY_HOST_FAILED as u32);
    assert!(Why::StreamFailed as u32 == aac_why_t::AAC_WHY_STREAM_FAILED as u32);
    assert!(Why::WrongMagic as u32 == aac_why_t::AAC_WHY_WRONG_MAGIC as u32);
    assert!(Why::TooManyInstances as u32 == aac_why_t::AAC_WHY_TOO_MANY_INSTANCES as u32);
    assert!(Why::WrongOid as u32 == aac_why_t::AAC_WHY_WRONG_OID as u32);
    assert!(Why::WrongIid as u32 == aac_why_t::AAC_WHY_WRONG_IID as u32);
    assert!(Why::WrongOwner as u32 == aac_why_t::AAC_WHY_WRONG_OWNER as u32);
    assert!(Why::WrongHasAcl as u32 == aac_why_t::AAC_WHY_WRONG_HAS_ACL as u32);
    assert!(Why::TooManyEntries as u32 == aac_why_t::AAC_WHY_TOO_MANY_ENTRIES as u32);
    assert!(Why::WrongKey as u32 == aac_why_t::AAC_WHY_WRONG_KEY as u32);
    assert!(Why::RepeatedIid as u32 == aac_why_t::AAC_WHY_REPEATED_IID as u32);
    assert!(Why::RepeatedTarget as u32 == aac_why_t::AAC_WHY_REPEATED_TARGET as u32);
    assert!(Why::RepeatedKey as u32 == aac_why_t::AAC_WHY_REPEATED_KEY as u32);
};

/// An Object whose set of Instances has changed.
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct aac_change_t {
    /// The Object.
    pub oid: u16,
    /// The Instances that are new, as far as they are known. May be NULL if
    /// there is none. Remains the caller's.
    pub created: *const u16,
    /// How many there are.
    pub created_count: usize,
}

/// What a server asks to do. Composite operations and Send are asked about for
/// each Instance they touch.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_operation_t {
    /// Discover.
    AAC_DISCOVER = 0,
    /// Read.
    AAC_READ = 1,
    /// Observe, and each notification that follows from it.
    AAC_OBSERVE = 2,
    /// Write-Attributes.
    AAC_WRITE_ATTRIBUTES = 3,
    /// Write, replacing or updating.
    AAC_WRITE = 4,
    /// Execute.
    AAC_EXECUTE = 5,
    /// Delete.
    AAC_DELETE = 6,
    /// Create; the Instance ID is ignored.
    AAC_CREATE = 7,
    /// Read-Composite.
    AAC_READ_COMPOSITE = 8,
    /// Observe-Composite.
    AAC_OBSERVE_COMPOSITE = 9,
    /// Write-Composite.
    AAC_WRITE_COMPOSITE = 10,
    /// Send.
    AAC_SEND = 11,
}

/// The rule that decided (LwM2M 1.0, 7.3), in the order in which they are tried.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_rule_t {
    /// Security and OSCORE are closed to every server.
    AAC_RULE_KEYS_ARE_CLOSED = 1,
    /// The Bootstrap-Server may do everything else.
    AAC_RULE_BOOTSTRAP = 2,
    /// Discover is open to all.
    AAC_RULE_DISCOVER_IS_OPEN = 3,
    /// There is a single server account.
    AAC_RULE_SINGLE_SERVER = 4,
    /// Access Control Instances can be read by all.
    AAC_RULE_ACL_IS_READABLE = 5,
    /// Access Control Instances are created and deleted by the client alone.
    AAC_RULE_ACL_IS_FIXED = 6,
    /// An Access Control Instance is edited by its owner and nobody else.
    AAC_RULE_ACL_OWNER = 7,
    /// No Access Control Instance governs the target.
    AAC_RULE_NOT_GOVERNED = 8,
    /// The server's own ACL entry.
    AAC_RULE_OWN_ENTRY = 9,
    /// The owner, which has no entry of its own, has full access.
    AAC_RULE_OWNER = 10,
    /// The default entry.
    AAC_RULE_DEFAULT_ENTRY = 11,
    /// No entry of its own, no ownership, no default entry.
    AAC_RULE_NO_ENTRY = 12,
    /// The question is invalid.
    AAC_RULE_NOT_DECIDED = 13,
}

/// Why a decision is what it is.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct aac_decision_t {
    /// What decided: an aac_rule_t.
    pub rule: u8,
    /// Whether the operation may go on.
    pub allowed: bool,
    /// The Access Control Instance that decided, or 65535.
    pub acl_iid: u16,
    /// The rights that counted, or 0.
    pub mask: u16,
}

/// Is told of a denial; see aac_set_audit().
///
/// @param arg       What aac_set_audit() got.
/// @param ssid      Who asked.
/// @param operation What for: the number that aac_decide() got.
/// @param oid       Object ID.
/// @param iid       Instance ID.
/// @param why       What decided; valid during the call.
#[allow(non_camel_case_types)]
pub type aac_audit_t = Option<
    unsafe extern "C" fn(
        arg: *mut c_void,
        ssid: u16,
        operation: c_int,
        oid: u16,
        iid: u16,
        why: *const aac_decision_t,
    ),
>;

/// The steps of a transaction on Object 2.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_step_t {
    /// Opens a transaction; there can be one.
    AAC_BEGIN = 0,
    /// Checks what handlers changed in it. After a failure: AAC_ROLLBACK.
    AAC_VALIDATE = 1,
    /// Makes it final. What was not validated is validated first, and rolled
    /// back if that fails: the transaction ends in any case.
    AAC_COMMIT = 2,
    /// Takes everything since AAC_BEGIN back, the modified mark included.
    AAC_ROLLBACK = 3,
}

// ---- the engine's life --------------------------------------------------------

/// Makes an engine without instances.
///
/// @param ops  The client's functions; must outlive the engine.
/// @param host Passed to each of them.
/// @returns The engine, to be freed with aac_free(); NULL if @p ops is NULL or
///          memory ran out.
///
/// # Safety
/// `ops` is NULL or valid until `aac_free`, with no NULL in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_new(ops: *const aac_host_t, host: *mut c_void) -> *mut aac_t {
    // SAFETY: valid for the life of the engine, as the caller promises.
    let Some(ops) = (unsafe { ops.as_ref() }) else {
        return core::ptr::null_mut();
    };
    // SAFETY: the layout is not empty.
    let aac = unsafe { alloc(Layout::new::<aac_t>()) }.cast::<aac_t>();
    if !aac.is_null() {
        let engine = Engine::new(CHost { ops, host });
        // SAFETY: fresh memory of the right layout.
        unsafe {
            aac.write(aac_t {
                engine,
                audit: Cell::new((None, core::ptr::null_mut())),
            });
        }
    }
    aac
}

/// Frees an engine and its instances; tells the client nothing.
///
/// @param aac An engine, or NULL. Must not be called from within one of the
///            client's answers to this engine.
///
/// # Safety
/// `aac` comes from `aac_new`, is not in use, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_free(aac: *mut aac_t) {
    if aac.is_null() {
        return;
    }
    // SAFETY: made by `aac_new` and given up by the caller.
    unsafe {
        aac.drop_in_place();
        dealloc(aac.cast(), Layout::new::<aac_t>());
    }
}

/// Adds an ID to a set that the engine asked to be filled.
///
/// @returns 0, or -1 if memory ran out. Then the listing function may stop, and
///          has failed in any case.
///
/// # Safety
/// `ids` is what the engine passed, within the same call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_ids_add(ids: *mut aac_ids_t, id: u16) -> c_int {
    // SAFETY: NULL or made by `for_c`, and nobody else uses the set meanwhile.
    let Some(ids) = (unsafe { ids.cast::<Ids>().as_mut() }) else {
        return -1;
    };
    match ids.insert(id) {
        Ok(()) => 0,
        Err(_) => -1,
    }
}

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
/// @param why       Receives the reason, if not NULL.
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
    let aac = try_ref!(aac, false);
    let decision = answer_to(aac, ssid, operation, oid, iid, Engine::decide);
    // SAFETY: NULL or valid, as the caller promises.
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
    answer_to(aac, ssid, operation, oid, iid, Engine::decide_before).allowed
}

/// Decides, and tells of a denial.
fn answer_to(
    aac: &aac_t,
    ssid: u16,
    number: c_int,
    oid: u16,
    iid: u16,
    decide: impl FnOnce(&Engine<CHost>, u16, Operation, u16, u16) -> Decision,
) -> aac_decision_t {
    let operation = usize::try_from(number).ok();
    let decision = match operation.and_then(|number| Operation::ALL.get(number)) {
        Some(&operation) => decide(&aac.engine, ssid, operation, oid, iid),
        None => Decision::by_rule(Rule::NotDecided),
    };
    let decision = aac_decision_t {
        rule: decision.rule as u8,
        allowed: decision.allowed,
        acl_iid: decision.acl_iid,
        mask: decision.mask,
    };
    if !decision.allowed
        && let (Some(audit), arg) = aac.audit.get()
        && aac.engine.lock().is_ok()
    {
        // SAFETY: as promised to `aac_set_audit`; nothing is borrowed here.
        unsafe { audit(arg, ssid, number, oid, iid, &raw const decision) };
    }
    decision
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
/// An application reaches the engine of a client through aac_client_call().
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
/// @param changes The Objects whose set of Instances changed.
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
    let aac = try_ref!(aac, coap_code(Error::Host));
    // SAFETY: as the caller promises.
    let changes = unsafe { slice(changes, count) }
        .iter()
        .map(|change| ObjectChange {
            oid: change.oid,
            // SAFETY: as the caller promises.
            created: unsafe { slice(change.created, change.created_count) },
        });
    coap_result(aac.engine.sync(origin, changes))
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
    let engine = &try_ref!(aac, coap_code(Error::Host)).engine;
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
    let aac = try_ref!(aac, coap_code(Error::Host));
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
    let aac = try_ref!(aac, coap_code(Error::Host));
    // SAFETY: NULL or valid, as the caller promises.
    let Some(value) = (unsafe { value.as_mut() }) else {
        return coap_code(Error::Host);
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
    let aac = try_ref!(aac, coap_code(Error::Host));
    coap_result(aac.engine.edit(iid, edit))
}

/// A slice from C; empty for NULL.
///
/// # Safety
/// `first` is NULL or points to `count` elements that live as long as is asked.
pub(crate) unsafe fn slice<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if first.is_null() {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { core::slice::from_raw_parts(first, count) }
}

/// The client, behind its functions.
pub(crate) struct CHost {
    ops: *const aac_host_t,
    host: *mut c_void,
}

impl CHost {
    fn ops(&self) -> &aac_host_t {
        // SAFETY: `aac_new` took a valid pointer that outlives the engine.
        unsafe { &*self.ops }
    }
}

/// The set as C sees it.
fn for_c(found: &mut Ids) -> *mut aac_ids_t {
    (&raw mut *found).cast()
}

fn answer(answer: c_int) -> Result<bool, Error> {
    match answer {
        0 => Ok(false),
        1.. => Ok(true),
        _ => Err(Error::Host),
    }
}

fn done(result: c_int) -> Result<(), Error> {
    match result {
        0 => Ok(()),
        _ => Err(Error::Host),
    }
}

// SAFETY (of every call below): the functions were promised to `aac_new`, and no
// part of the engine's state is borrowed while they run.
impl Host for CHost {
    fn is_object_registered(&self, oid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_object_registered)(self.host, oid) })
    }

    fn is_instance_present(&self, oid: u16, iid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_instance_present)(self.host, oid, iid) })
    }

    fn is_server_known(&self, ssid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_server_known)(self.host, ssid) })
    }

    fn single_server(&self) -> Option<u16> {
        // SAFETY: see above.
        match unsafe { (self.ops().single_server)(self.host) } {
            0 => None,
            ssid => Some(ssid),
        }
    }

    fn list_instances(&self, oid: u16, found: &mut Ids) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().list_instances)(self.host, oid, for_c(found)) })
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().list_accounts)(self.host, for_c(found)) })
    }

    fn remove_instance(&self, oid: u16, iid: u16) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().remove_instance)(self.host, oid, iid) })
    }

    fn changed(&self, change: Change) {
        let (iid, rid) = match change {
            Change::Instances => (MAX_ID, MAX_ID),
            Change::Resource(iid, rid) => (iid, rid),
        };
        // SAFETY: see above.
        unsafe { (self.ops().changed)(self.host, iid, rid) }
    }

    fn refused(&self, refusal: &Refusal) {
        if let Some(refused) = self.ops().refused {
            let refusal = aac_refusal_t {
                call: refusal.call as u8,
                why: refusal.why as u8,
                oid: refusal.oid,
                iid: refusal.iid,
                acl_iid: refusal.acl_iid,
                rid: refusal.rid,
                ssid: refusal.ssid,
                at: refusal.at,
                value: refusal.value,
            };
            // SAFETY: see above; the refusal outlives the call.
            unsafe { refused(self.host, &raw const refusal) }
        }
    }
}
