//! The C surface, `include/ocf_acl.h`.
//!
//! Each entry point turns pointers into references or answers with a code, calls the list, and maps
//! the outcome; there is no logic here.
#![allow(non_camel_case_types)]

use crate::{
    Acl, Code, Kind, Method, Permissions, Reason, Refusal, Request, Role, State, Uuid, View,
};
use alloc::alloc::{Layout, alloc};
use alloc::boxed::Box;
use core::ffi::c_char;
use core::ptr;
use core::slice;

/// CoAP 2.02: done, something was deleted.
pub const OCF_ACL_CODE_DELETED: u8 = 66;
/// CoAP 2.04: done.
pub const OCF_ACL_CODE_CHANGED: u8 = 68;
/// CoAP 2.05: here it is; from ocf_acl_check(): allowed.
pub const OCF_ACL_CODE_CONTENT: u8 = 69;
/// CoAP 4.00: the payload, the query or a value of a struct is refused.
pub const OCF_ACL_CODE_BAD_REQUEST: u8 = 128;
/// CoAP 4.03: not allowed.
pub const OCF_ACL_CODE_FORBIDDEN: u8 = 131;
/// CoAP 4.04: there is no such ACE, or no owner.
pub const OCF_ACL_CODE_NOT_FOUND: u8 = 132;
/// CoAP 4.13: the caller's buffer is too small.
pub const OCF_ACL_CODE_TOO_LARGE: u8 = 141;
/// CoAP 5.00: out of memory, or a pointer that must not be NULL was.
pub const OCF_ACL_CODE_INTERNAL: u8 = 160;

/// Device state RESET (OCF Security Specification, device onboarding states).
pub const OCF_ACL_STATE_RESET: u8 = 0;
/// Device state RFOTM, ready for ownership transfer.
pub const OCF_ACL_STATE_RFOTM: u8 = 1;
/// Device state RFPRO, ready for provisioning.
pub const OCF_ACL_STATE_RFPRO: u8 = 2;
/// Device state RFNOP, ready for normal operation.
pub const OCF_ACL_STATE_RFNOP: u8 = 3;
/// Device state SRESET, soft reset.
pub const OCF_ACL_STATE_SRESET: u8 = 4;

/// Method GET; an observation is a GET too.
pub const OCF_ACL_METHOD_GET: u8 = 1;
/// Method POST.
pub const OCF_ACL_METHOD_POST: u8 = 2;
/// Method PUT.
pub const OCF_ACL_METHOD_PUT: u8 = 3;
/// Method DELETE. Every other method is denied.
pub const OCF_ACL_METHOD_DELETE: u8 = 4;

/// Permission to create; with UPDATE, enough for POST and PUT.
pub const OCF_ACL_PERM_CREATE: u8 = 1;
/// Permission to retrieve; like NOTIFY, enough for GET and observe.
pub const OCF_ACL_PERM_RETRIEVE: u8 = 2;
/// Permission to update; like CREATE, enough for POST and PUT.
pub const OCF_ACL_PERM_UPDATE: u8 = 4;
/// Permission to delete; enough for DELETE.
pub const OCF_ACL_PERM_DELETE: u8 = 8;
/// Permission to be notified; like RETRIEVE, enough for GET and observe.
pub const OCF_ACL_PERM_NOTIFY: u8 = 16;
/// All permissions.
pub const OCF_ACL_PERM_ALL: u8 = 31;

/// Kind of resource: whatever ocf_acl_classify() says of the path.
pub const OCF_ACL_KIND_BY_PATH: u8 = 0;
/// Kind of resource: neither a DCR nor vertical, such as /oc/con.
pub const OCF_ACL_KIND_OTHER: u8 = 1;
/// Kind of resource: vertical, that is the application's own; not a DCR.
pub const OCF_ACL_KIND_VERTICAL: u8 = 2;
/// Kind of resource: device configuration resource (DCR), but no security resource.
pub const OCF_ACL_KIND_DCR: u8 = 3;
/// Kind of resource: security virtual resource (SVR); all of them are DCRs.
pub const OCF_ACL_KIND_SVR: u8 = 4;

/// Request flag: it came over a secured connection (DTLS, TLS, OSCORE).
pub const OCF_ACL_FLAG_SECURED: u8 = 1;
/// Request flag: that connection is the onboarding session (device ownership connection).
pub const OCF_ACL_FLAG_ONBOARDING: u8 = 2;
/// Request flag: the resource is discoverable.
pub const OCF_ACL_FLAG_DISCOVERABLE: u8 = 4;
/// Request flag: the resource has no secure endpoint.
pub const OCF_ACL_FLAG_NO_SECURE_ENDPOINT: u8 = 8;

/// View for a client: aclist2 and rowneruuid.
pub const OCF_ACL_VIEW_PLAIN: u8 = 0;
/// View for a client through oic.if.baseline: the plain view, rt and if.
pub const OCF_ACL_VIEW_BASELINE: u8 = 1;
/// View to persist, for ocf_acl_load(): the baseline view and the tags, which no client may read.
pub const OCF_ACL_VIEW_STORAGE: u8 = 2;

/// Rule 1: RFOTM over an unsecured connection.
pub const OCF_ACL_RULE_UNSECURED_RFOTM: u8 = 1;
/// Rule 2: outside RFNOP only DCRs are reachable.
pub const OCF_ACL_RULE_OUTSIDE_RFNOP: u8 = 2;
/// Rule 3: no unsecured access to vertical resources.
pub const OCF_ACL_RULE_UNSECURED_VERTICAL: u8 = 3;
/// Rule 4: the onboarding session reaches every DCR.
pub const OCF_ACL_RULE_ONBOARDING: u8 = 4;
/// Rule 5: what everyone may read.
pub const OCF_ACL_RULE_PUBLIC_READ: u8 = 5;
/// Rule 6: RFOTM before there is a secure peer.
pub const OCF_ACL_RULE_BEFORE_ONBOARDING: u8 = 6;
/// Rule 7: no unsecured access to security resources.
pub const OCF_ACL_RULE_UNSECURED_SECURITY: u8 = 7;
/// Rule 8: the owner of this very security resource.
pub const OCF_ACL_RULE_RESOURCE_OWNER: u8 = 8;
/// Rule 9: anyone may present roles.
pub const OCF_ACL_RULE_ROLES: u8 = 9;
/// Rule 10: the list.
pub const OCF_ACL_RULE_LIST: u8 = 10;

/// The value of ocf_acl_error_t.ace when the fault lies in no ACE.
pub const OCF_ACL_NO_ACE: u32 = 0xffff_ffff;

// The header needs literals; these are what keeps them equal to the types of the list.
const _: () = assert!(
    OCF_ACL_CODE_DELETED == Code::Deleted as u8
        && OCF_ACL_CODE_CHANGED == Code::Changed as u8
        && OCF_ACL_CODE_CONTENT == Code::Content as u8
        && OCF_ACL_CODE_BAD_REQUEST == Code::BadRequest as u8
        && OCF_ACL_CODE_FORBIDDEN == Code::Forbidden as u8
        && OCF_ACL_CODE_NOT_FOUND == Code::NotFound as u8
        && OCF_ACL_CODE_TOO_LARGE == Code::TooLarge as u8
        && OCF_ACL_CODE_INTERNAL == Code::Internal as u8
);
const _: () = assert!(
    OCF_ACL_STATE_RESET == State::Reset as u8
        && OCF_ACL_STATE_RFOTM == State::Rfotm as u8
        && OCF_ACL_STATE_RFPRO == State::Rfpro as u8
        && OCF_ACL_STATE_RFNOP == State::Rfnop as u8
        && OCF_ACL_STATE_SRESET == State::Sreset as u8
        && OCF_ACL_PERM_CREATE == Permissions::CREATE.bits()
        && OCF_ACL_PERM_RETRIEVE == Permissions::RETRIEVE.bits()
        && OCF_ACL_PERM_UPDATE == Permissions::UPDATE.bits()
        && OCF_ACL_PERM_DELETE == Permissions::DELETE.bits()
        && OCF_ACL_PERM_NOTIFY == Permissions::NOTIFY.bits()
        && OCF_ACL_PERM_ALL == Permissions::all().bits()
        && OCF_ACL_KIND_OTHER == Kind::Other as u8
        && OCF_ACL_KIND_VERTICAL == Kind::Vertical as u8
        && OCF_ACL_KIND_DCR == Kind::Configuration as u8
        && OCF_ACL_KIND_SVR == Kind::Security as u8
        && OCF_ACL_VIEW_PLAIN == View::Plain as u8
        && OCF_ACL_VIEW_BASELINE == View::Baseline as u8
        && OCF_ACL_VIEW_STORAGE == View::Storage as u8
);
const _: () = {
    use crate::Rule;
    assert!(
        OCF_ACL_RULE_UNSECURED_RFOTM == Rule::UnsecuredRfotm as u8
            && OCF_ACL_RULE_OUTSIDE_RFNOP == Rule::OutsideRfnop as u8
            && OCF_ACL_RULE_UNSECURED_VERTICAL == Rule::UnsecuredVertical as u8
            && OCF_ACL_RULE_ONBOARDING == Rule::Onboarding as u8
            && OCF_ACL_RULE_PUBLIC_READ == Rule::PublicRead as u8
            && OCF_ACL_RULE_BEFORE_ONBOARDING == Rule::BeforeOnboarding as u8
            && OCF_ACL_RULE_UNSECURED_SECURITY == Rule::UnsecuredSecurity as u8
            && OCF_ACL_RULE_RESOURCE_OWNER == Rule::ResourceOwner as u8
            && OCF_ACL_RULE_ROLES == Rule::Roles as u8
            && OCF_ACL_RULE_LIST == Rule::List as u8
    );
};

/// Turns raw arguments into references and slices, or answers with a code.
macro_rules! guard {
    ($otherwise:expr; $($name:ident = $from:expr),+) => {$(
        // SAFETY: each entry point's section on safety promises what `as_ref`, `as_mut`, `bytes` and
        // `bytes_mut` ask for.
        let Some($name) = (unsafe { $from }) else {
            return $otherwise;
        };
    )+};
}

/// The list of one device. Made by ocf_acl_new(), freed by ocf_acl_free(). Two threads may use two
/// lists at once; one list needs the caller's lock.
pub struct ocf_acl_t(Acl);

/// Why a payload was refused. Written only together with a code of 4.00 or more.
#[repr(C)]
pub struct ocf_acl_error_t {
    /// Offset in the payload, in bytes, of the item at fault.
    pub offset: usize,
    /// Index in aclist2, from 0, of the ACE at fault, or OCF_ACL_NO_ACE.
    pub ace: u32,
    /// What was wrong, from 1 on; ocf_acl_error_text() puts it into words.
    pub reason: u8,
}

/// A role that the peer has proven to hold.
#[repr(C)]
pub struct ocf_acl_role_t {
    /// The role's name, UTF-8, not terminated; not NULL.
    pub role: *const c_char,
    /// Length of role in bytes.
    pub role_len: usize,
    /// Who gave the role, UTF-8, not terminated; NULL if that is not known.
    pub authority: *const c_char,
    /// Length of authority in bytes.
    pub authority_len: usize,
    /// 1 if a valid role certificate proves the role, 0 if a credential's entry does. Only a
    /// certified oic.role.owner may do everything. Anything above 1 is refused.
    pub certified: u8,
}

/// A request, as the rules see it. Start from all zero bytes and set what is known: a pointer, flag or
/// permission that is left out allows no more. All pointers are read during the call only.
#[repr(C)]
pub struct ocf_acl_request_t {
    /// Path of the resource, with its leading slash, not terminated; not NULL.
    pub path: *const c_char,
    /// Length of path in bytes, at least 1.
    pub path_len: usize,
    /// The peer's UUID, 16 bytes, if a secured connection has proven it; else NULL. The nil UUID
    /// counts as NULL.
    pub peer: *const u8,
    /// The roles that the peer has proven, or NULL.
    pub roles: *const ocf_acl_role_t,
    /// Number of roles.
    pub role_count: usize,
    /// rowneruuid of /oic/sec/doxm, 16 bytes, or NULL; the nil UUID counts as NULL.
    pub doxm_owner: *const u8,
    /// rowneruuid of /oic/sec/pstat, 16 bytes, or NULL; the nil UUID counts as NULL.
    pub pstat_owner: *const u8,
    /// rowneruuid of /oic/sec/cred, 16 bytes, or NULL; the nil UUID counts as NULL.
    pub cred_owner: *const u8,
    /// Number of peers that have a secured connection to the device now.
    pub secure_peers: u32,
    /// Device state, OCF_ACL_STATE_*.
    pub state: u8,
    /// CoAP method, OCF_ACL_METHOD_GET and so on; any other value is denied.
    pub method: u8,
    /// Kind of the resource, OCF_ACL_KIND_*.
    pub kind: u8,
    /// OCF_ACL_PERM_* that anyone has on the resource in RFOTM before onboarding (rule 1).
    pub rfotm_access: u8,
    /// OCF_ACL_FLAG_*; other bits are refused.
    pub flags: u8,
}

/// The decision on a request.
#[repr(C)]
pub struct ocf_acl_decision_t {
    /// aceid of the first ACE that alone would allow the request, if has_aceid.
    pub aceid: u32,
    /// 1 if there is such an ACE; only under rule 10.
    pub has_aceid: u8,
    /// 1 if the request may go ahead, else 0.
    pub allowed: u8,
    /// OCF_ACL_PERM_*: what the deciding rule lets this peer do on this resource.
    pub permissions: u8,
    /// The deciding rule, OCF_ACL_RULE_*, or 0 if the request is malformed.
    pub rule: u8,
}

/// Makes an empty list without an owner; it is the caller's until ocf_acl_free().
///
/// Returns NULL when out of memory.
#[unsafe(no_mangle)]
pub extern "C" fn ocf_acl_new() -> *mut ocf_acl_t {
    // SAFETY: the layout of ocf_acl_t is not empty, and what is allocated is written before use.
    unsafe {
        let list = alloc(Layout::new::<ocf_acl_t>()).cast::<ocf_acl_t>();
        if !list.is_null() {
            list.write(ocf_acl_t(Acl::new()));
        }
        list
    }
}

/// Frees a list. NULL is ignored.
///
/// # Safety
///
/// `list` is NULL or came from ocf_acl_new() and has not been freed; nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_free(list: *mut ocf_acl_t) {
    if !list.is_null() {
        // SAFETY: by contract it came from `alloc` with the layout of a box, and is not used again.
        drop(unsafe { Box::from_raw(list) });
    }
}

/// Replaces the list and its owner by a payload that was persisted (OCF_ACL_VIEW_STORAGE), in any
/// state; or leaves all as it was.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a payload that is refused;
/// OCF_ACL_CODE_INTERNAL when out of memory, or if `list` is NULL, or `payload` is NULL though
/// `payload_len` is not 0. `error` may be NULL; it is written unless the result is
/// OCF_ACL_CODE_CHANGED or a pointer was NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `payload` has `payload_len`
/// readable bytes; `error` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_load(
    list: *mut ocf_acl_t,
    payload: *const u8,
    payload_len: usize,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut(), payload = bytes(payload, payload_len));
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(list.0.load(payload), OCF_ACL_CODE_CHANGED, error) }
}

/// Applies the payload of a POST to /oic/sec/acl2 (OCF Security Specification, resource oic.r.acl2),
/// a CBOR map, wholly or not at all. Whether the client may
/// post is for ocf_acl_check() to say first.
///
/// An ACE whose aceid is known replaces that ACE; one with another aceid, or with none, is added.
/// `state` is the device's, OCF_ACL_STATE_*. RFNOP accepts nothing, RFPRO no rowneruuid.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a payload that is refused, in this
/// state or at all, or a state out of range; OCF_ACL_CODE_INTERNAL as ocf_acl_load(). `error` as in
/// ocf_acl_load().
///
/// # Safety
///
/// As ocf_acl_load().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_post(
    list: *mut ocf_acl_t,
    state: u8,
    payload: *const u8,
    payload_len: usize,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut(), payload = bytes(payload, payload_len));
    let outcome = in_state(state, |state| list.0.post(state, payload));
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(outcome, OCF_ACL_CODE_CHANGED, error) }
}

/// Answers a DELETE of /oic/sec/acl2: the query "aceid=N" removes that ACE, none (NULL, or
/// `query_len` 0) clears the list; the owner stays. `query` comes without its question mark.
///
/// Returns OCF_ACL_CODE_DELETED; OCF_ACL_CODE_NOT_FOUND if no ACE has that aceid;
/// OCF_ACL_CODE_BAD_REQUEST for any other query, or a state out of range; OCF_ACL_CODE_FORBIDDEN in
/// RFNOP; OCF_ACL_CODE_INTERNAL if `list` is NULL, or `query` is NULL though `query_len` is not 0.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `query` has `query_len` readable
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_delete(
    list: *mut ocf_acl_t,
    state: u8,
    query: *const c_char,
    query_len: usize,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut(), query = bytes(query.cast(), query_len));
    let query = (!query.is_empty()).then_some(query);
    let outcome = in_state(state, |state| list.0.delete(state, query));
    // SAFETY: NULL asks for no details.
    unsafe { answer(outcome, OCF_ACL_CODE_DELETED, ptr::null_mut()) }
}

/// Writes the list as CBOR into `buffer` of `capacity` bytes. `view` is OCF_ACL_VIEW_*.
///
/// Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_TOO_LARGE if `capacity` is too small, with `buffer`
/// untouched; in both cases `*length` is the length of the list in bytes. OCF_ACL_CODE_BAD_REQUEST
/// for another view; OCF_ACL_CODE_INTERNAL if `list` or `length` is NULL, or `buffer` is NULL though
/// `capacity` is not 0. To learn the length, call with NULL and 0.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile; `buffer` has `capacity` writable
/// bytes; `length` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_encode(
    list: *const ocf_acl_t,
    view: u8,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_ref(), length = length.as_mut());
    guard!(OCF_ACL_CODE_INTERNAL; buffer = bytes_mut(buffer, capacity));
    let Some(view) = view_from(view) else {
        return OCF_ACL_CODE_BAD_REQUEST;
    };
    let outcome = list.0.encode(view, buffer);
    *length = outcome.unwrap_or_else(|needed| needed);
    if outcome.is_ok() {
        OCF_ACL_CODE_CONTENT
    } else {
        OCF_ACL_CODE_TOO_LARGE
    }
}

/// Decides a request (OCF Security Specification, access control; the rules in docs/ocf.md).
///
/// Returns OCF_ACL_CODE_CONTENT if it is allowed, OCF_ACL_CODE_FORBIDDEN if not.
/// OCF_ACL_CODE_BAD_REQUEST if a value in `request` is out of range, the path has no leading slash,
/// or a pointer in it is NULL that must not be; OCF_ACL_CODE_INTERNAL if `list`, `request` or
/// `decision` is NULL. `decision` is written whenever it is not NULL; unless the result is
/// OCF_ACL_CODE_CONTENT it denies.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile; `request` is NULL or readable, and
/// so is what it points to, in the lengths given; `decision` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_check(
    list: *const ocf_acl_t,
    request: *const ocf_acl_request_t,
    decision: *mut ocf_acl_decision_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; decision = decision.as_mut());
    *decision = DENIED;
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_ref(), request = request.as_ref());
    // SAFETY: what `request` points to is readable in the lengths it gives.
    unsafe { decide(&list.0, request, decision) }.unwrap_or(OCF_ACL_CODE_BAD_REQUEST)
}

/// Clears list and owner, as entering the state RESET does. NULL is ignored.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_reset(list: *mut ocf_acl_t) {
    // SAFETY: the caller's contract.
    if let Some(list) = unsafe { list.as_mut() } {
        list.0.reset();
    }
}

/// Sets rowneruuid of /oic/sec/acl2, on behalf of the device itself: 16 bytes, or NULL for none.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for the nil UUID; OCF_ACL_CODE_INTERNAL if
/// `list` is NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `uuid` is NULL or has 16 readable
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_set_owner(list: *mut ocf_acl_t, uuid: *const u8) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut());
    // SAFETY: `uuid` is NULL or has 16 readable bytes.
    let owner = unsafe { uuid_from(uuid) };
    if owner.is_none() && !uuid.is_null() {
        return OCF_ACL_CODE_BAD_REQUEST;
    }
    list.0.set_owner(owner);
    OCF_ACL_CODE_CHANGED
}

/// Copies rowneruuid of /oic/sec/acl2, 16 bytes, to `uuid`.
///
/// Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `uuid` untouched, if there is no owner;
/// OCF_ACL_CODE_INTERNAL if `list` or `uuid` is NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile; `uuid` is NULL or has 16 writable
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_owner(list: *const ocf_acl_t, uuid: *mut u8) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_ref(), uuid = uuid.cast::<[u8; 16]>().as_mut());
    let Some(owner) = list.0.owner() else {
        return OCF_ACL_CODE_NOT_FOUND;
    };
    *uuid = *owner.as_bytes();
    OCF_ACL_CODE_CONTENT
}

/// A counter that grows with every change of list or owner, and wraps: when it differs from what
/// it was when the list was last persisted or loaded, there is something to persist. 0 for NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_generation(list: *const ocf_acl_t) -> u32 {
    // SAFETY: the caller's contract.
    unsafe { list.as_ref() }.map_or(0, |list| list.0.generation())
}

/// The number of ACEs. 0 for NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_count(list: *const ocf_acl_t) -> usize {
    // SAFETY: the caller's contract.
    unsafe { list.as_ref() }.map_or(0, |list| list.0.aces().len())
}

/// What kind of resource a path names by the default table: OCF_ACL_KIND_*. A path that is not in
/// the table is vertical, and so is NULL.
///
/// # Safety
///
/// `path` has `path_len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_classify(path: *const c_char, path_len: usize) -> u8 {
    // SAFETY: the caller's contract is that of the helper.
    Kind::of(unsafe { bytes(path.cast(), path_len) }.unwrap_or_default()) as u8
}

/// Puts an error into words, such as "ACE 2, byte 47: unknown field", in English ASCII.
///
/// At most `capacity` bytes are written, a terminating NUL included (none if `capacity` is 0).
/// Returns the length of the whole text without the NUL; 0 if `error` is NULL, its reason is
/// unknown, or `buffer` is NULL though `capacity` is not 0.
///
/// # Safety
///
/// `error` is NULL or readable; `buffer` has `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_error_text(
    error: *const ocf_acl_error_t,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    guard!(0; error = error.as_ref(), buffer = bytes_mut(buffer.cast(), capacity));
    refusal_from(error).map_or(0, |refusal| crate::error::describe(&refusal, buffer))
}

const DENIED: ocf_acl_decision_t = ocf_acl_decision_t {
    aceid: 0,
    has_aceid: 0,
    allowed: 0,
    permissions: 0,
    rule: 0,
};

/// # Safety
///
/// `data` is NULL or has `len` readable bytes for as long as the result is used.
unsafe fn bytes<'a>(data: *const u8, len: usize) -> Option<&'a [u8]> {
    if data.is_null() {
        return (len == 0).then_some(&[]);
    }
    // A length above isize::MAX cannot be one of an object, so it is a mistake of the caller's.
    isize::try_from(len).ok()?;
    // SAFETY: by contract, and the length is in range.
    Some(unsafe { slice::from_raw_parts(data, len) })
}

/// # Safety
///
/// `data` is NULL or has `len` writable bytes that nothing else refers to while the result is used.
unsafe fn bytes_mut<'a>(data: *mut u8, len: usize) -> Option<&'a mut [u8]> {
    if data.is_null() {
        return (len == 0).then_some(&mut []);
    }
    isize::try_from(len).ok()?;
    // SAFETY: by contract, and the length is in range.
    Some(unsafe { slice::from_raw_parts_mut(data, len) })
}

/// # Safety
///
/// `data` is NULL or has 16 readable bytes.
unsafe fn uuid_from(data: *const u8) -> Option<Uuid> {
    // SAFETY: by contract; an array of bytes has no alignment.
    unsafe { data.cast::<[u8; 16]>().as_ref() }
        .copied()
        .and_then(Uuid::new)
}

fn view_from(view: u8) -> Option<View> {
    match view {
        OCF_ACL_VIEW_PLAIN => Some(View::Plain),
        OCF_ACL_VIEW_BASELINE => Some(View::Baseline),
        OCF_ACL_VIEW_STORAGE => Some(View::Storage),
        _ => None,
    }
}

fn in_state(state: u8, update: impl FnOnce(State) -> Result<(), Refusal>) -> Result<(), Refusal> {
    State::from_number(state)
        .ok_or_else(|| Reason::State.into())
        .and_then(update)
}

/// # Safety
///
/// `error` is NULL or writable.
unsafe fn answer(outcome: Result<(), Refusal>, done: u8, error: *mut ocf_acl_error_t) -> u8 {
    let Err(refusal) = outcome else { return done };
    if !error.is_null() {
        let details = ocf_acl_error_t {
            offset: refusal.offset,
            ace: refusal.ace.unwrap_or(OCF_ACL_NO_ACE),
            reason: refusal.reason as u8,
        };
        // SAFETY: by contract.
        unsafe { error.write(details) };
    }
    refusal.code() as u8
}

fn refusal_from(error: &ocf_acl_error_t) -> Option<Refusal> {
    let reason = *Reason::ALL
        .iter()
        .find(|reason| **reason as u8 == error.reason)?;
    let ace = (error.ace != OCF_ACL_NO_ACE).then_some(error.ace);
    Some(Refusal {
        reason,
        offset: error.offset,
        ace,
    })
}

/// `None` for a malformed request.
///
/// # Safety
///
/// What `request` points to is readable in the lengths it gives.
unsafe fn decide(
    list: &Acl,
    request: &ocf_acl_request_t,
    decision: &mut ocf_acl_decision_t,
) -> Option<u8> {
    // SAFETY: by contract.
    let (roles, request) = unsafe { (roles_from(request)?, request_from(request)?) };
    let outcome = list.check(&request, roles);
    *decision = ocf_acl_decision_t {
        aceid: outcome.ace.unwrap_or(0),
        has_aceid: outcome.ace.is_some().into(),
        allowed: outcome.allowed.into(),
        permissions: outcome.permissions.bits(),
        rule: outcome.rule as u8,
    };
    Some(if outcome.allowed {
        OCF_ACL_CODE_CONTENT
    } else {
        OCF_ACL_CODE_FORBIDDEN
    })
}

/// # Safety
///
/// What `request` points to is readable in the lengths it gives.
unsafe fn request_from(request: &ocf_acl_request_t) -> Option<Request<'_>> {
    // SAFETY: by contract, here and below.
    let path = unsafe { bytes(request.path.cast(), request.path_len) }?;
    let flag = |flag| request.flags & flag != 0;
    let known = OCF_ACL_FLAG_SECURED
        | OCF_ACL_FLAG_ONBOARDING
        | OCF_ACL_FLAG_DISCOVERABLE
        | OCF_ACL_FLAG_NO_SECURE_ENDPOINT;
    if path.first() != Some(&b'/') || request.flags & !known != 0 {
        return None;
    }
    Some(Request {
        kind: kind_from(request.kind)?,
        discoverable: flag(OCF_ACL_FLAG_DISCOVERABLE),
        no_secure_endpoint: flag(OCF_ACL_FLAG_NO_SECURE_ENDPOINT),
        rfotm_access: Permissions::from_bits(request.rfotm_access)?,
        secured: flag(OCF_ACL_FLAG_SECURED),
        onboarding: flag(OCF_ACL_FLAG_ONBOARDING),
        secure_peers: request.secure_peers,
        // SAFETY: by contract.
        peer: unsafe { uuid_from(request.peer) },
        // SAFETY: by contract.
        doxm_owner: unsafe { uuid_from(request.doxm_owner) },
        // SAFETY: by contract.
        pstat_owner: unsafe { uuid_from(request.pstat_owner) },
        // SAFETY: by contract.
        cred_owner: unsafe { uuid_from(request.cred_owner) },
        ..Request::new(
            State::from_number(request.state)?,
            Method::from_code(request.method),
            path,
        )
    })
}

/// `None` outside: not a kind; `None` inside: by the path.
fn kind_from(kind: u8) -> Option<Option<Kind>> {
    match kind {
        OCF_ACL_KIND_BY_PATH => Some(None),
        OCF_ACL_KIND_OTHER => Some(Some(Kind::Other)),
        OCF_ACL_KIND_VERTICAL => Some(Some(Kind::Vertical)),
        OCF_ACL_KIND_DCR => Some(Some(Kind::Configuration)),
        OCF_ACL_KIND_SVR => Some(Some(Kind::Security)),
        _ => None,
    }
}

/// `None` if any role is malformed.
///
/// # Safety
///
/// What `request` points to is readable in the lengths it gives.
unsafe fn roles_from(
    request: &ocf_acl_request_t,
) -> Option<impl Iterator<Item = Role<'_>> + Clone> {
    let roles = match (request.roles.is_null(), request.role_count) {
        (_, 0) => &[],
        (true, _) => return None,
        // SAFETY: by contract.
        (false, count) => unsafe { slice::from_raw_parts(request.roles, count) },
    };
    // SAFETY: by contract, here and below.
    let role = |role: &ocf_acl_role_t| unsafe { role_from(role) };
    roles
        .iter()
        .all(|raw| role(raw).is_some())
        .then_some(roles.iter().filter_map(role))
}

/// # Safety
///
/// What `role` points to is readable in the lengths it gives.
unsafe fn role_from<'a>(role: &ocf_acl_role_t) -> Option<Role<'a>> {
    // SAFETY: by contract.
    let (name, authority) = unsafe {
        (
            bytes(role.role.cast(), role.role_len)?,
            bytes(role.authority.cast(), role.authority_len)?,
        )
    };
    if role.certified > 1 || name.is_empty() {
        return None;
    }
    let authority = (!role.authority.is_null()).then_some(authority);
    Some(Role {
        role: name,
        authority,
        certified: role.certified == 1,
    })
}
