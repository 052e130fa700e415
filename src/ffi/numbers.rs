//! The numbers of `access_control_host.h`: constants, enumerations and records.
//!
//! Enumerations travel as plain integers, so that no number from C is undefined
//! behaviour; those that the engine has too are tied to it at the end.

use crate::{Call, Error, Operation, Rule, Why};
use core::ffi::{c_int, c_void};

/// "No ID". As a target Instance it stands for the right to create Instances of
/// the Object; as an owner it is the Bootstrap-Server.
pub const AAC_ID_NONE: u16 = 65535;
/// As a server: the default entry, which counts for servers without an entry of
/// their own.
pub const AAC_SSID_ANY: u16 = 0;
/// The Bootstrap-Server.
pub const AAC_SSID_BOOTSTRAP: u16 = 65535;

/// Added to an operation, aac_ask() decides as before the open transaction.
pub const AAC_BEFORE: i32 = 16;

/// The rights of an ACL entry: bits of an access mask.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_mask_t {
    /// Read, Observe, Write-Attributes.
    AAC_MASK_READ = 1,
    /// Write.
    AAC_MASK_WRITE = 2,
    /// Execute.
    AAC_MASK_EXECUTE = 4,
    /// Delete.
    AAC_MASK_DELETE = 8,
    /// Create: with the target Instance AAC_ID_NONE only, and alone.
    AAC_MASK_CREATE = 16,
}

/// What functions that serve an LwM2M Server return: 0, or a negative CoAP code.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_code_t {
    /// Done.
    AAC_DONE = 0,
    /// 4.00.
    AAC_BAD_REQUEST = -128,
    /// 4.01, the answer where aac_decide() says no.
    AAC_UNAUTHORIZED = -129,
    /// 4.04.
    AAC_NOT_FOUND = -132,
    /// 4.05.
    AAC_METHOD_NOT_ALLOWED = -133,
    /// 5.00.
    AAC_INTERNAL = -160,
}

/// What functions that serve the application return, if not 0. More is told to
/// aac_host_t::refused.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_error_t {
    /// A value out of its range, or a NULL that must not be one.
    AAC_ERROR_BAD_REQUEST = -1,
    /// No such Access Control Instance.
    AAC_ERROR_NOT_FOUND = -2,
    /// The resource does not take this.
    AAC_ERROR_NOT_ALLOWED = -3,
    /// Another Access Control Instance is in the way.
    AAC_ERROR_CONFLICT = -4,
    /// There is no such target, or it cannot be governed.
    AAC_ERROR_UNREACHABLE = -5,
    /// There is no such server.
    AAC_ERROR_UNKNOWN_SERVER = -6,
    /// All Instance IDs are taken.
    AAC_ERROR_FULL = -7,
    /// Memory ran out.
    AAC_ERROR_NO_MEMORY = -8,
    /// Not now: a transaction is open, or the state is being written.
    AAC_ERROR_BUSY = -9,
    /// The client could not answer, or a stream function failed.
    AAC_ERROR_HOST = -10,
    /// An Access Control Instance has no target yet.
    AAC_ERROR_INCOMPLETE = -11,
    /// Bytes that no device can have persisted.
    AAC_ERROR_MALFORMED = -12,
    /// There is no engine: the pointer is NULL.
    AAC_ERROR_NO_ENGINE = -13,
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
    /// Opens a transaction as soon as a handler or aac_sync() changes something, so
    /// that what the application does before that is not part of it. A step that
    /// follows before that has nothing to do. Thus Object 2 can be part of each
    /// transaction of a data model, at no cost.
    AAC_BEGIN_LATER = 4,
}

/// What aac_edit() does.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_edit_t {
    /// aac_create().
    AAC_EDIT_CREATE = 0,
    /// aac_remove().
    AAC_EDIT_REMOVE = 1,
    /// aac_reset().
    AAC_EDIT_RESET = 2,
    /// aac_reset_resource().
    AAC_EDIT_RESET_RESOURCE = 3,
    /// aac_remove_entry().
    AAC_EDIT_REMOVE_ENTRY = 5,
}

/// The call that was refused.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum aac_call_t {
    /// aac_set_acl().
    AAC_CALL_SET_ACL = 1,
    /// aac_set_owner().
    AAC_CALL_SET_OWNER = 2,
    /// aac_provision().
    AAC_CALL_PROVISION = 3,
    /// aac_purge().
    AAC_CALL_PURGE = 4,
    /// aac_persist().
    AAC_CALL_PERSIST = 5,
    /// aac_restore().
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
    /// A mask has bits outside 0 to 31 (value).
    AAC_WHY_MASK_OUT_OF_RANGE = 2,
    /// Create has no meaning for an Instance; it goes with the target IID 65535
    /// (value).
    AAC_WHY_CREATE_ON_INSTANCE = 3,
    /// The target IID 65535 takes no right but Create (value).
    AAC_WHY_ONLY_CREATE = 4,
    /// SSID 0 cannot own.
    AAC_WHY_OWNER_IS_ZERO = 5,
    /// A resource does not take this value (rid, value).
    AAC_WHY_VALUE_OUT_OF_RANGE = 6,
    /// An Access Control instance cannot have the ID 65535.
    AAC_WHY_IID_OUT_OF_RANGE = 7,
    /// Objects 0 and 2 cannot be governed, and there is no Object 65535 (oid).
    AAC_WHY_NOT_GOVERNABLE = 8,
    /// The target Object is not registered (oid).
    AAC_WHY_OBJECT_NOT_REGISTERED = 9,
    /// The target Instance does not exist (oid, iid).
    AAC_WHY_INSTANCE_MISSING = 10,
    /// No Server Object Instance has the SSID of an entry (ssid).
    AAC_WHY_SERVER_UNKNOWN = 11,
    /// No Server Object Instance has the SSID of an owner (ssid).
    AAC_WHY_OWNER_UNKNOWN = 12,
    /// Another instance than the one asked for governs the target (acl_iid).
    AAC_WHY_TARGET_HAS_OTHER = 13,
    /// The Instance ID is taken (acl_iid).
    AAC_WHY_IID_TAKEN = 14,
    /// All Instance IDs are taken.
    AAC_WHY_IIDS_FULL = 15,
    /// No such Access Control instance (acl_iid).
    AAC_WHY_NO_INSTANCE = 16,
    /// No such resource (rid).
    AAC_WHY_NO_RESOURCE = 17,
    /// No such entry in the ACL (ssid).
    AAC_WHY_NO_ENTRY = 18,
    /// Only the ACL, resource 2, can be emptied (rid).
    AAC_WHY_NOT_RESETTABLE = 19,
    /// The target OID or IID is not set (acl_iid).
    AAC_WHY_TARGET_UNSET = 20,
    /// The owner is not set (acl_iid).
    AAC_WHY_OWNER_UNSET = 21,
    /// Another instance governs the same target (acl_iid, oid, iid).
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
    /// The stream failed, or ended too early (at).
    AAC_WHY_STREAM_FAILED = 29,
    /// It does not begin with the magic number.
    AAC_WHY_WRONG_MAGIC = 30,
    /// More instances than there are IDs (value).
    AAC_WHY_TOO_MANY_INSTANCES = 31,
    /// A target OID is 0, 2 or 65535 (at, oid).
    AAC_WHY_WRONG_OID = 32,
    /// An Instance ID is 65535 (at).
    AAC_WHY_WRONG_IID = 33,
    /// An owner is 0 (at).
    AAC_WHY_WRONG_OWNER = 34,
    /// The flag for the ACL is neither 0 nor 1 (at, value).
    AAC_WHY_WRONG_HAS_ACL = 35,
    /// More entries than there are SSIDs (at, value).
    AAC_WHY_TOO_MANY_ENTRIES = 36,
    /// An entry for SSID 65535 (at).
    AAC_WHY_WRONG_KEY = 37,
    /// An Instance ID that an earlier instance has (acl_iid).
    AAC_WHY_REPEATED_IID = 38,
    /// A target that another instance governs (acl_iid, oid, iid).
    AAC_WHY_REPEATED_TARGET = 39,
    /// An SSID that has an entry already (acl_iid, ssid).
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

/// One grant of aac_provision(): as the arguments of aac_set_acl(), and an owner.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct aac_grant_t {
    /// Object of the target.
    pub oid: u16,
    /// Instance of the target; or AAC_ID_NONE for the right to create Instances.
    pub iid: u16,
    /// A server that has a Server Object Instance; or AAC_SSID_ANY.
    pub ssid: u16,
    /// The rights: bits of aac_mask_t.
    pub mask: u16,
    /// The owner that the target is to have: a server that has a Server Object
    /// Instance, or AAC_SSID_BOOTSTRAP. 0 leaves it as it is; a new Access Control
    /// Instance then belongs to the Bootstrap-Server.
    pub owner: u16,
}

/// Takes persisted bytes: all of them, or fails.
///
/// @param arg   What aac_persist() got.
/// @param bytes The bytes; valid during the call.
/// @param size  How many.
/// @returns 0; anything else ends aac_persist() with AAC_ERROR_HOST.
#[allow(non_camel_case_types)]
pub type aac_writer_t =
    Option<unsafe extern "C" fn(arg: *mut c_void, bytes: *const c_void, size: usize) -> c_int>;

/// Gives persisted bytes: as many as are asked for, or fails.
///
/// @param arg   What aac_restore() got.
/// @param bytes Where to put them.
/// @param size  How many.
/// @returns 0; anything else, also at the end of the data, ends aac_restore()
///          with AAC_ERROR_HOST.
#[allow(non_camel_case_types)]
pub type aac_reader_t =
    Option<unsafe extern "C" fn(arg: *mut c_void, bytes: *mut c_void, size: usize) -> c_int>;

/// The number of an error of the engine.
pub(crate) const fn error_number(error: Error) -> c_int {
    -(error as c_int)
}

// ---- the same numbers here and there ---------------------------------------------

macro_rules! same {
    ($ours:ident, $for_c:ident, [$($name:ident => $number:ident,)*]) => {
        const _: () = {
            $(assert!($ours::$name as i64 == $for_c::$number as i64);)*
        };
    };
}

same!(Operation, aac_operation_t, [
    Discover => AAC_DISCOVER,
    Read => AAC_READ,
    Observe => AAC_OBSERVE,
    WriteAttributes => AAC_WRITE_ATTRIBUTES,
    Write => AAC_WRITE,
    Execute => AAC_EXECUTE,
    Delete => AAC_DELETE,
    Create => AAC_CREATE,
    ReadComposite => AAC_READ_COMPOSITE,
    ObserveComposite => AAC_OBSERVE_COMPOSITE,
    WriteComposite => AAC_WRITE_COMPOSITE,
    Send => AAC_SEND,
]);
same!(Rule, aac_rule_t, [
    KeysAreClosed => AAC_RULE_KEYS_ARE_CLOSED,
    Bootstrap => AAC_RULE_BOOTSTRAP,
    DiscoverIsOpen => AAC_RULE_DISCOVER_IS_OPEN,
    SingleServer => AAC_RULE_SINGLE_SERVER,
    AclIsReadable => AAC_RULE_ACL_IS_READABLE,
    AclIsFixed => AAC_RULE_ACL_IS_FIXED,
    AclOwner => AAC_RULE_ACL_OWNER,
    NotGoverned => AAC_RULE_NOT_GOVERNED,
    OwnEntry => AAC_RULE_OWN_ENTRY,
    Owner => AAC_RULE_OWNER,
    DefaultEntry => AAC_RULE_DEFAULT_ENTRY,
    NoEntry => AAC_RULE_NO_ENTRY,
    NotDecided => AAC_RULE_NOT_DECIDED,
]);
same!(Call, aac_call_t, [
    SetAcl => AAC_CALL_SET_ACL,
    SetOwner => AAC_CALL_SET_OWNER,
    Provision => AAC_CALL_PROVISION,
    Purge => AAC_CALL_PURGE,
    Persist => AAC_CALL_PERSIST,
    Restore => AAC_CALL_RESTORE,
    Sync => AAC_CALL_SYNC,
    Begin => AAC_CALL_BEGIN,
    Validate => AAC_CALL_VALIDATE,
    Commit => AAC_CALL_COMMIT,
    Rollback => AAC_CALL_ROLLBACK,
    Create => AAC_CALL_CREATE,
    Remove => AAC_CALL_REMOVE,
    Reset => AAC_CALL_RESET,
    ResetResource => AAC_CALL_RESET_RESOURCE,
    Write => AAC_CALL_WRITE,
    RemoveEntry => AAC_CALL_REMOVE_ENTRY,
]);
same!(Why, aac_why_t, [
    BootstrapSsid => AAC_WHY_BOOTSTRAP_SSID,
    MaskOutOfRange => AAC_WHY_MASK_OUT_OF_RANGE,
    CreateOnInstance => AAC_WHY_CREATE_ON_INSTANCE,
    OnlyCreate => AAC_WHY_ONLY_CREATE,
    OwnerIsZero => AAC_WHY_OWNER_IS_ZERO,
    ValueOutOfRange => AAC_WHY_VALUE_OUT_OF_RANGE,
    IidOutOfRange => AAC_WHY_IID_OUT_OF_RANGE,
    NotGovernable => AAC_WHY_NOT_GOVERNABLE,
    ObjectNotRegistered => AAC_WHY_OBJECT_NOT_REGISTERED,
    InstanceMissing => AAC_WHY_INSTANCE_MISSING,
    ServerUnknown => AAC_WHY_SERVER_UNKNOWN,
    OwnerUnknown => AAC_WHY_OWNER_UNKNOWN,
    TargetHasOther => AAC_WHY_TARGET_HAS_OTHER,
    IidTaken => AAC_WHY_IID_TAKEN,
    IidsFull => AAC_WHY_IIDS_FULL,
    NoInstance => AAC_WHY_NO_INSTANCE,
    NoResource => AAC_WHY_NO_RESOURCE,
    NoEntry => AAC_WHY_NO_ENTRY,
    NotResettable => AAC_WHY_NOT_RESETTABLE,
    TargetUnset => AAC_WHY_TARGET_UNSET,
    OwnerUnset => AAC_WHY_OWNER_UNSET,
    DuplicateTarget => AAC_WHY_DUPLICATE_TARGET,
    NoMemory => AAC_WHY_NO_MEMORY,
    TransactionOpen => AAC_WHY_TRANSACTION_OPEN,
    NoTransaction => AAC_WHY_NO_TRANSACTION,
    InUse => AAC_WHY_IN_USE,
    KeepsChanging => AAC_WHY_KEEPS_CHANGING,
    HostFailed => AAC_WHY_HOST_FAILED,
    StreamFailed => AAC_WHY_STREAM_FAILED,
    WrongMagic => AAC_WHY_WRONG_MAGIC,
    TooManyInstances => AAC_WHY_TOO_MANY_INSTANCES,
    WrongOid => AAC_WHY_WRONG_OID,
    WrongIid => AAC_WHY_WRONG_IID,
    WrongOwner => AAC_WHY_WRONG_OWNER,
    WrongHasAcl => AAC_WHY_WRONG_HAS_ACL,
    TooManyEntries => AAC_WHY_TOO_MANY_ENTRIES,
    WrongKey => AAC_WHY_WRONG_KEY,
    RepeatedIid => AAC_WHY_REPEATED_IID,
    RepeatedTarget => AAC_WHY_REPEATED_TARGET,
    RepeatedKey => AAC_WHY_REPEATED_KEY,
]);

const _: () = {
    use crate::Mask;
    use aac_error_t::*;
    use aac_mask_t::*;
    assert!(error_number(Error::BadRequest) == AAC_ERROR_BAD_REQUEST as c_int);
    assert!(error_number(Error::NotFound) == AAC_ERROR_NOT_FOUND as c_int);
    assert!(error_number(Error::NotAllowed) == AAC_ERROR_NOT_ALLOWED as c_int);
    assert!(error_number(Error::Conflict) == AAC_ERROR_CONFLICT as c_int);
    assert!(error_number(Error::Unreachable) == AAC_ERROR_UNREACHABLE as c_int);
    assert!(error_number(Error::UnknownServer) == AAC_ERROR_UNKNOWN_SERVER as c_int);
    assert!(error_number(Error::Full) == AAC_ERROR_FULL as c_int);
    assert!(error_number(Error::NoMemory) == AAC_ERROR_NO_MEMORY as c_int);
    assert!(error_number(Error::Busy) == AAC_ERROR_BUSY as c_int);
    assert!(error_number(Error::Host) == AAC_ERROR_HOST as c_int);
    assert!(error_number(Error::Incomplete) == AAC_ERROR_INCOMPLETE as c_int);
    assert!(error_number(Error::Malformed) == AAC_ERROR_MALFORMED as c_int);
    assert!(Mask::READ.bits() == AAC_MASK_READ as u16);
    assert!(Mask::WRITE.bits() == AAC_MASK_WRITE as u16);
    assert!(Mask::EXECUTE.bits() == AAC_MASK_EXECUTE as u16);
    assert!(Mask::DELETE.bits() == AAC_MASK_DELETE as u16);
    assert!(Mask::CREATE.bits() == AAC_MASK_CREATE as u16);
    assert!(AAC_ID_NONE == crate::MAX_ID && AAC_SSID_ANY == crate::SSID_ANY);
    assert!(AAC_SSID_BOOTSTRAP == crate::SSID_BOOTSTRAP);
};
