//! The C surface, `include/ocf_acl.h`.
//!
//! Each entry point turns pointers into references or answers with a code, calls the list, and maps
//! the outcome; there is no logic here.
#![allow(non_camel_case_types)]

use crate::ace::{Item, Items, SubjectKind};
use crate::cbor::is_text;
use crate::names::field;
use crate::update::Part;
use crate::{
    Ace, Acl, Apply, Code, Kind, Method, Outcome, Permissions, Put, Reason, Refusal, Request, Role,
    State, Update, Uuid, View, What,
};
use alloc::alloc::{Layout, alloc};
use alloc::boxed::Box;
use core::ffi::{c_char, c_void};
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
/// CoAP 4.01: not allowed, from ocf_acl_check().
pub const OCF_ACL_CODE_UNAUTHORIZED: u8 = 129;
/// CoAP 4.03: nothing can be deleted in this state.
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

/// No aceid: in ocf_acl_ace_t one is to be given out. No number: in ocf_acl_error_t the fault lies
/// in no ACE.
pub const OCF_ACL_NO_ACE: u32 = 0xffff_ffff;

/// Subject of an ACE: the device with a UUID.
pub const OCF_ACL_SUBJECT_UUID: u8 = 1;
/// Subject of an ACE: whoever has proven a role.
pub const OCF_ACL_SUBJECT_ROLE: u8 = 2;
/// Subject of an ACE: everyone on a secured connection (conntype auth-crypt).
pub const OCF_ACL_SUBJECT_AUTH_CRYPT: u8 = 3;
/// Subject of an ACE: everyone (conntype anon-clear).
pub const OCF_ACL_SUBJECT_ANON_CLEAR: u8 = 4;

/// For ocf_acl_put(): the resources are added to the ACE of equal subject, permission and tag.
pub const OCF_ACL_PUT_MERGE: u8 = 0;
/// For ocf_acl_put(): the ACE with this aceid is replaced.
pub const OCF_ACL_PUT_REPLACE: u8 = 1;

/// Outcome: there is a new ACE.
pub const OCF_ACL_ADDED: u8 = 1;
/// Outcome: the ACE with this aceid says something else now.
pub const OCF_ACL_REPLACED: u8 = 2;
/// Outcome: the list had it already, under this aceid.
pub const OCF_ACL_UNCHANGED: u8 = 3;

/// For ocf_acl_update_apply(): the device itself, in any state; added to what is there.
pub const OCF_ACL_APPLY_ADD: u8 = 16;
/// For ocf_acl_update_apply(): the device itself, in any state; in place of list and owner.
pub const OCF_ACL_APPLY_LOAD: u8 = 17;

/// Event: a map begins; keys (text) and values follow in turn.
pub const OCF_ACL_EVENT_MAP: u8 = 1;
/// Event: an array begins.
pub const OCF_ACL_EVENT_ARRAY: u8 = 2;
/// Event: the map or the array that began last ends.
pub const OCF_ACL_EVENT_END: u8 = 3;
/// Event: text, a key or a value.
pub const OCF_ACL_EVENT_TEXT: u8 = 4;
/// Event: an integer.
pub const OCF_ACL_EVENT_NUMBER: u8 = 5;
/// Event: a value of any other type, such as null, a boolean, a float, bytes.
pub const OCF_ACL_EVENT_OTHER: u8 = 6;

// The header needs literals; these are what keeps them equal to the types of the list.
const _: () = assert!(
    OCF_ACL_CODE_DELETED == Code::Deleted as u8
        && OCF_ACL_CODE_CHANGED == Code::Changed as u8
        && OCF_ACL_CODE_CONTENT == Code::Content as u8
        && OCF_ACL_CODE_BAD_REQUEST == Code::BadRequest as u8
        && OCF_ACL_CODE_UNAUTHORIZED == Code::Unauthorized as u8
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
        && OCF_ACL_SUBJECT_UUID == SubjectKind::Uuid as u8
        && OCF_ACL_SUBJECT_ROLE == SubjectKind::Role as u8
        && OCF_ACL_SUBJECT_AUTH_CRYPT == SubjectKind::AuthCrypt as u8
        && OCF_ACL_SUBJECT_ANON_CLEAR == SubjectKind::AnonClear as u8
        && OCF_ACL_PUT_MERGE == Put::Merge as u8
        && OCF_ACL_PUT_REPLACE == Put::Replace as u8
        && OCF_ACL_ADDED == What::Added as u8
        && OCF_ACL_REPLACED == What::Replaced as u8
        && OCF_ACL_UNCHANGED == What::Unchanged as u8
        && OCF_ACL_EVENT_MAP == Part::MAP
        && OCF_ACL_EVENT_ARRAY == Part::ARRAY
        && OCF_ACL_EVENT_END == Part::END
        && OCF_ACL_EVENT_TEXT == Part::TEXT
        && OCF_ACL_EVENT_NUMBER == Part::NUMBER
        && OCF_ACL_EVENT_OTHER == Part::OTHER
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

/// The list of one device. Made by ocf_acl_new(), freed by ocf_acl_free(). Functions that take it as
/// const may run in several threads at once; one that changes it must run alone. Two lists have
/// nothing in common.
pub struct ocf_acl_t(Acl);

/// A change of a list that is being prepared. Made by ocf_acl_update_new(), freed by
/// ocf_acl_update_free(); for one thread at a time.
pub struct ocf_acl_update_t {
    update: Update,
    events: usize,
    on_skipped: ocf_acl_skipped_t,
    context: *mut c_void,
}

/// Why a payload was refused. Written only together with a code of 4.00 or more.
#[repr(C)]
pub struct ocf_acl_error_t {
    /// Where the item at fault begins in the payload, in bytes; with ocf_acl_update_event(), which
    /// event it was, from 0.
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

/// A resource of an ACE: a path, a wildcard, or both, and then both must match.
#[repr(C)]
pub struct ocf_acl_resource_t {
    /// Path, UTF-8, with its leading slash, not terminated; NULL for none.
    pub href: *const c_char,
    /// Length of href in bytes, at most 8191.
    pub href_len: usize,
    /// '*', '+' or '-', or 0 for none.
    pub wildcard: c_char,
}

/// An ACE without its resources. Answered by the list, its pointers go into the list and are valid
/// until the list is changed or freed; given by the caller, they are read during the call only.
#[repr(C)]
pub struct ocf_acl_ace_t {
    /// aceid, 0..2147483647; given by the caller, OCF_ACL_NO_ACE lets the list choose one.
    pub aceid: u32,
    /// OCF_ACL_SUBJECT_*.
    pub subject: u8,
    /// OCF_ACL_PERM_*, united.
    pub permission: u8,
    /// 16 bytes, not all 0; of OCF_ACL_SUBJECT_UUID only, else NULL.
    pub uuid: *const u8,
    /// Name of the role, UTF-8, not terminated, not empty; of OCF_ACL_SUBJECT_ROLE only, else NULL.
    pub role: *const c_char,
    /// Length of role in bytes, at most 8191.
    pub role_len: usize,
    /// Who gave the role, UTF-8, not terminated, not empty; NULL matches any.
    pub authority: *const c_char,
    /// Length of authority in bytes, at most 8191.
    pub authority_len: usize,
    /// Tag, UTF-8, not terminated; NULL for none. Not for clients to read.
    pub tag: *const c_char,
    /// Length of tag in bytes, at most 8191.
    pub tag_len: usize,
    /// Number of resources; answered only.
    pub resource_count: usize,
    /// What ocf_acl_next_resource() has still to read; answered only.
    pub rest: *const u8,
    /// Length of that in bytes.
    pub rest_len: usize,
}

/// What became of an ACE.
#[repr(C)]
pub struct ocf_acl_outcome_t {
    /// aceid that it has in the list.
    pub aceid: u32,
    /// OCF_ACL_ADDED, OCF_ACL_REPLACED or OCF_ACL_UNCHANGED.
    pub what: u8,
    /// How many of its resources were not in the ACE that had this aceid before.
    pub new_resources: usize,
}

/// Picks ACEs: nonzero for those that are meant. Must not touch the list.
pub type ocf_acl_pick_t =
    Option<unsafe extern "C" fn(context: *mut c_void, ace: *const ocf_acl_ace_t) -> u8>;

/// Is told of each part of a stored list that is left out. Must not touch the update.
pub type ocf_acl_skipped_t =
    Option<unsafe extern "C" fn(context: *mut c_void, error: *const ocf_acl_error_t)>;

/// Is told what became of each ACE of an update; `former` is the one that was replaced, or NULL, and
/// like `outcome` valid during the call only. May read the list, but change neither it nor the update.
pub type ocf_acl_applied_t = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        outcome: *const ocf_acl_outcome_t,
        former: *const ocf_acl_ace_t,
    ),
>;

/// # Safety
///
/// `T` is not of size 0.
unsafe fn boxed<T>(value: T) -> *mut T {
    // SAFETY: the layout is not empty, and what is allocated is written before use.
    unsafe {
        let place = alloc(Layout::new::<T>()).cast::<T>();
        if !place.is_null() {
            place.write(value);
        }
        place
    }
}

/// Makes an empty list without an owner; it is the caller's until ocf_acl_free().
///
/// Returns NULL when out of memory.
#[unsafe(no_mangle)]
pub extern "C" fn ocf_acl_new() -> *mut ocf_acl_t {
    // SAFETY: a list has a size.
    unsafe { boxed(ocf_acl_t(Acl::new())) }
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
/// state; or leaves all as it was. The nil UUID as rowneruuid means no owner, as IoTivity-lite stores
/// it. For what may have faults there is ocf_acl_update_new() with `on_skipped`.
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
    // SAFETY: as above.
    unsafe { take(list, Some(Apply::Load), payload, payload_len, error) }
}

/// Applies the payload of a POST to /oic/sec/acl2 (OCF Security Specification, resource oic.r.acl2),
/// a CBOR map, wholly or not at all. Whether the client may
/// post is for ocf_acl_check() to say first.
///
/// An ACE whose aceid is known replaces that ACE; one with another aceid, or with none, is added. One
/// without an aceid that the list has already, with the resources in any order, changes nothing.
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
    let how = State::from_number(state).map(Apply::Post);
    // SAFETY: as above.
    unsafe { take(list, how, payload, payload_len, error) }
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
    let Some(state) = State::from_number(state) else {
        return OCF_ACL_CODE_BAD_REQUEST;
    };
    code(list.0.try_delete(state, query), OCF_ACL_CODE_DELETED)
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
    // SAFETY: as above.
    unsafe { write(list, view, OCF_ACL_NO_ACE, buffer, capacity, length) }
}

/// Answers a GET of /oic/sec/acl2: as ocf_acl_encode() without a query (NULL, or `query_len` 0); with
/// the query "aceid=N" that ACE alone is written. `query` comes without its question mark.
///
/// Returns as ocf_acl_encode(); and OCF_ACL_CODE_NOT_FOUND if no ACE has that aceid,
/// OCF_ACL_CODE_BAD_REQUEST for any other query, OCF_ACL_CODE_INTERNAL if `query` is NULL though
/// `query_len` is not 0; `*length` is untouched then.
///
/// # Safety
///
/// As ocf_acl_encode(); `query` has `query_len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_get(
    list: *const ocf_acl_t,
    view: u8,
    query: *const c_char,
    query_len: usize,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; known = list.as_ref(), query = bytes(query.cast(), query_len));
    let mut only = OCF_ACL_NO_ACE;
    if !query.is_empty() {
        match known.0.asked(query) {
            Ok(id) => only = id,
            Err(reason) => return reason.code() as u8,
        }
    }
    // SAFETY: as above.
    unsafe { write(list, view, only, buffer, capacity, length) }
}

/// Gives the ACE with the lowest aceid that is not below `from`. All ACEs are walked over with `from`
/// 0, then the last one's aceid and 1, and so on, whatever is added or removed meanwhile. The ACE
/// with the aceid N is what this gives from N, if it has that aceid. Takes logarithmic time.
///
/// Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `ace` untouched, if there is none;
/// OCF_ACL_CODE_INTERNAL if `list` or `ace` is NULL.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody changes meanwhile; `ace` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_next(
    list: *const ocf_acl_t,
    from: u32,
    ace: *mut ocf_acl_ace_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_ref());
    if ace.is_null() {
        return OCF_ACL_CODE_INTERNAL;
    }
    let Some(found) = list.0.next_ace(from) else {
        return OCF_ACL_CODE_NOT_FOUND;
    };
    // SAFETY: `ace` is writable.
    unsafe { ace.write(shown(found)) };
    OCF_ACL_CODE_CONTENT
}

/// Takes the next resource out of an ACE that a list has answered, in constant time: a copy of the
/// struct is where to begin again.
///
/// Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `resource` untouched, after the last;
/// OCF_ACL_CODE_INTERNAL if `ace` or `resource` is NULL.
///
/// # Safety
///
/// `ace` is NULL or as a list has written it, and the list has not been changed since; `resource` is
/// NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_next_resource(
    ace: *mut ocf_acl_ace_t,
    resource: *mut ocf_acl_resource_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; ace = ace.as_mut());
    guard!(OCF_ACL_CODE_INTERNAL; rest = bytes(ace.rest, ace.rest_len));
    if resource.is_null() {
        return OCF_ACL_CODE_INTERNAL;
    }
    let mut items = Items(rest);
    let found = items.find(|item| item.is_resource());
    (ace.rest, ace.rest_len) = (items.0.as_ptr(), items.0.len());
    let Some(found) = found else {
        return OCF_ACL_CODE_NOT_FOUND;
    };
    let href = found.bytes();
    // SAFETY: `resource` is writable.
    unsafe {
        resource.write(ocf_acl_resource_t {
            href: if href.is_empty() {
                ptr::null()
            } else {
                href.as_ptr().cast()
            },
            href_len: href.len(),
            wildcard: (b"\0*+-\0*+-"[usize::from(found.kind() & 7)]) as c_char,
        });
    }
    OCF_ACL_CODE_CONTENT
}

/// Adds an ACE on behalf of the device itself, in any state, or leaves all as it was.
///
/// With OCF_ACL_PUT_MERGE the resources are added to the ACE of equal subject, permission and tag, if
/// there is one; if an aceid is given, to that ACE only. With OCF_ACL_PUT_REPLACE an ACE with this
/// aceid is replaced. Otherwise the ACE is a new one. Takes time in proportion to the number of ACEs.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a value that is refused, or with
/// OCF_ACL_PUT_MERGE if the ACE of this aceid has another subject, permission or tag;
/// OCF_ACL_CODE_INTERNAL when out of memory, or if `list` or `ace` is NULL, or `resources` is NULL
/// though `resource_count` is not 0. `outcome` may be NULL; it is written if the result is
/// OCF_ACL_CODE_CHANGED. `error` as in ocf_acl_load(); its offset is 0.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `ace` is NULL or readable,
/// `resources` has `resource_count` readable elements, and what they point to is readable in the
/// lengths given, but may be part of this list; `outcome` and `error` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_put(
    list: *mut ocf_acl_t,
    how: u8,
    ace: *const ocf_acl_ace_t,
    resources: *const ocf_acl_resource_t,
    resource_count: usize,
    outcome: *mut ocf_acl_outcome_t,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; ace = ace.as_ref(), resources = elements(resources, resource_count));
    if list.is_null() {
        return OCF_ACL_CODE_INTERNAL;
    }
    let mut update = Update::new();
    // SAFETY: what `ace` and `resources` point to is readable; `list` is live. The strings have been
    // copied when the list is changed.
    let done = unsafe { make(&mut update, ace, resources) }.and_then(|()| {
        let how = match how {
            OCF_ACL_PUT_MERGE => Put::Merge,
            OCF_ACL_PUT_REPLACE => Put::Replace,
            _ => return Err(Reason::WrongType),
        };
        // SAFETY: `list` is live, and nobody else uses it.
        let done = unsafe { &mut *list }.0.put_made(how, &mut update)?;
        if !outcome.is_null() {
            // SAFETY: `outcome` is writable.
            unsafe { outcome.write(told(done)) };
        }
        Ok(())
    });
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(done, &update, error) }
}

/// Removes an ACE on behalf of the device itself, in any state.
///
/// Returns OCF_ACL_CODE_DELETED; OCF_ACL_CODE_NOT_FOUND if no ACE has this aceid;
/// OCF_ACL_CODE_INTERNAL if `list` is NULL. It cannot run out of memory.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_remove(list: *mut ocf_acl_t, aceid: u32) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut());
    match list.0.remove(aceid) {
        true => OCF_ACL_CODE_DELETED,
        false => OCF_ACL_CODE_NOT_FOUND,
    }
}

/// Removes the ACEs that `pick` picks, or all if it is NULL, on behalf of the device itself, in any
/// state; the owner stays. `pick` is called once for each ACE, with `context`.
///
/// Returns the number of ACEs that were removed; 0 if `list` is NULL. It cannot run out of memory.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `pick` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_remove_if(
    list: *mut ocf_acl_t,
    pick: ocf_acl_pick_t,
    context: *mut c_void,
) -> usize {
    guard!(0; list = list.as_mut());
    let Some(pick) = pick else {
        let count = list.0.aces().len();
        list.0.clear();
        return count;
    };
    list.0.remove_if(&mut |ace| {
        let ace = shown(ace);
        // SAFETY: by contract it may be called so.
        unsafe { pick(context, &raw const ace) != 0 }
    })
}

/// Sets the tag of an ACE, on behalf of the device itself, in any state; NULL takes it away. Setting
/// the tag that is there changes nothing, the generation included.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_NOT_FOUND if no ACE has this aceid;
/// OCF_ACL_CODE_BAD_REQUEST for a tag that is too long or not UTF-8; OCF_ACL_CODE_INTERNAL when out of
/// memory, or if `list` is NULL, or `tag` is NULL though `tag_len` is not 0.
///
/// # Safety
///
/// `list` is NULL or a live list that nobody else uses meanwhile; `tag` has `tag_len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_set_tag(
    list: *mut ocf_acl_t,
    aceid: u32,
    tag: *const c_char,
    tag_len: usize,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut());
    if tag.is_null() && tag_len > 0 {
        return OCF_ACL_CODE_INTERNAL;
    }
    let mut update = Update::new();
    // SAFETY: `tag` has `tag_len` readable bytes.
    let made = unsafe { make_tag(&mut update, aceid, tag, tag_len) };
    let done = made.and_then(|()| list.0.carry_out(&mut update, Item::TAG));
    code(done.map(|_| ()), OCF_ACL_CODE_CHANGED)
}

/// An ACE that is nothing but its tag.
///
/// # Safety
///
/// `tag` is NULL or has `tag_len` readable bytes.
unsafe fn make_tag(
    update: &mut Update,
    aceid: u32,
    tag: *const c_char,
    tag_len: usize,
) -> Result<(), Reason> {
    update.begin_ace(0, aceid)?;
    // SAFETY: by contract.
    unsafe { give(update, field::TAG, tag, tag_len) }?;
    update.finish()
}

/// Makes an update, empty; it is the caller's until ocf_acl_update_free().
///
/// With `on_skipped` NULL it is strict: the first fault refuses all, as for a client's payload. Else
/// it is lenient, for what the device has stored or IoTivity-lite has: an ACE with a fault is left
/// out, or a field of the root, and `on_skipped` told why, with `context`.
///
/// Returns NULL when out of memory.
///
/// # Safety
///
/// `on_skipped` may be called with `context` whenever the update is given CBOR or events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_update_new(
    on_skipped: ocf_acl_skipped_t,
    context: *mut c_void,
) -> *mut ocf_acl_update_t {
    let update = match on_skipped {
        None => Update::new(),
        Some(_) => Update::lenient(),
    };
    // SAFETY: an update has a size.
    unsafe {
        boxed(ocf_acl_update_t {
            update,
            events: 0,
            on_skipped,
            context,
        })
    }
}

/// Frees an update. NULL is ignored.
///
/// # Safety
///
/// `update` is NULL or came from ocf_acl_update_new() and has not been freed; nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_update_free(update: *mut ocf_acl_update_t) {
    if !update.is_null() {
        // SAFETY: by contract it came from `alloc` with the layout of a box, and is not used again.
        drop(unsafe { Box::from_raw(update) });
    }
}

/// Fills an update with a payload of CBOR, in place of what it had.
///
/// Returns OCF_ACL_CODE_CHANGED; else as ocf_acl_load(), and the update is empty.
///
/// # Safety
///
/// `update` is NULL or a live update that nobody else uses meanwhile; `payload` has `payload_len`
/// readable bytes; `error` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_update_cbor(
    update: *mut ocf_acl_update_t,
    payload: *const u8,
    payload_len: usize,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; update = update.as_mut(), payload = bytes(payload, payload_len));
    let (on_skipped, context) = (update.on_skipped, update.context);
    update.events = 0;
    let outcome = update.update.read(payload, &mut |refusal| {
        // SAFETY: by contract of ocf_acl_update_new() it may be called.
        unsafe { tell(on_skipped, context, refusal) };
    });
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(outcome, &update.update, error) }
}

/// Gives an update the next part of a payload that the caller has decoded, OCF_ACL_EVENT_*. The
/// payload is one map. It is judged as CBOR is, field by field; so a caller passes on what is there,
/// unknown keys too, and stops at the first refusal. `number` is read with OCF_ACL_EVENT_NUMBER,
/// `text` of `text_len` bytes, not terminated, with OCF_ACL_EVENT_TEXT.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for what is refused, text that is not UTF-8,
/// or another event; OCF_ACL_CODE_INTERNAL when out of memory, or if `update` is NULL, or `text` is
/// NULL though `text_len` is not 0. `error` as in ocf_acl_load().
///
/// # Safety
///
/// `update` is NULL or a live update that nobody else uses meanwhile; `text` has `text_len` readable
/// bytes; `error` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_update_event(
    update: *mut ocf_acl_update_t,
    event: u8,
    number: i64,
    text: *const c_char,
    text_len: usize,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; update = update.as_mut(), text = bytes(text.cast(), text_len));
    let (on_skipped, context) = (update.on_skipped, update.context);
    let offset = update.events;
    update.events = offset.wrapping_add(1);
    let part = Part {
        kind: event,
        number: u32::try_from(number).unwrap_or(u32::MAX),
        text,
        offset,
    };
    let outcome = if !(OCF_ACL_EVENT_MAP..=OCF_ACL_EVENT_OTHER).contains(&event) {
        Err(update.update.cannot_read(Reason::WrongType, offset))
    } else if event == OCF_ACL_EVENT_TEXT && !is_text(text) {
        Err(update.update.cannot_read(Reason::NotText, offset))
    } else {
        update.update.part(&part, &mut |refusal| {
            // SAFETY: by contract of ocf_acl_update_new() it may be called.
            unsafe { tell(on_skipped, context, refusal) };
        })
    };
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(outcome, &update.update, error) }
}

/// Carries out an update, whole or not at all. `how` is the state of the device, OCF_ACL_STATE_*, for
/// what a client has POSTed, and is judged as ocf_acl_post() judges it; OCF_ACL_APPLY_ADD or
/// OCF_ACL_APPLY_LOAD for what the device itself does, and then the nil UUID as rowneruuid means none.
///
/// When all is done, `on_applied`, if it is not NULL, is called with `context` for each ACE in the
/// order of the payload; but not with OCF_ACL_APPLY_LOAD, where all is new. The update is empty then,
/// and can be filled again, its events counted from 0; after a refusal it is as it was. Takes little
/// more than n log n time for a payload of n ACEs, and time in proportion to the list.
///
/// Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST if it is refused, the payload is not at its
/// end, or `how` is out of range; OCF_ACL_CODE_INTERNAL when out of memory, or if `update` or `list`
/// is NULL. `error` as in ocf_acl_load().
///
/// # Safety
///
/// `update` and `list` are NULL or live, and nobody else uses them meanwhile; `on_applied` may be
/// called with `context`; `error` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ocf_acl_update_apply(
    update: *mut ocf_acl_update_t,
    list: *mut ocf_acl_t,
    how: u8,
    on_applied: ocf_acl_applied_t,
    context: *mut c_void,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; update = update.as_mut());
    if list.is_null() {
        return OCF_ACL_CODE_INTERNAL;
    }
    let how = match how {
        OCF_ACL_APPLY_ADD => Some(Apply::Add),
        OCF_ACL_APPLY_LOAD => Some(Apply::Load),
        state => State::from_number(state).map(Apply::Post),
    };
    let ocf_acl_update_t { update, events, .. } = update;
    let outcome = match how {
        // SAFETY: `list` is live, and nobody else uses it.
        Some(how) => unsafe { &mut *list }.0.try_apply(update, how),
        None => Err(Reason::State),
    };
    // SAFETY: `error` is NULL or writable.
    let code = unsafe { answer(outcome, update, error) };
    if code != OCF_ACL_CODE_CHANGED {
        return code;
    }
    if let Some(on_applied) = on_applied {
        for number in 0.. {
            // SAFETY: as above. The callback may read the list: what it is given has been copied
            // out, and no reference is used any more while it runs.
            let outcome = unsafe { &*list }.0.outcome(update, number);
            let Some((outcome, former)) = outcome else {
                break;
            };
            let outcome = told(outcome);
            let replaced;
            let former = match former {
                Some(former) => {
                    replaced = shown(former);
                    &raw const replaced
                }
                None => ptr::null(),
            };
            // SAFETY: by contract it may be called so.
            unsafe { on_applied(context, &raw const outcome, former) };
        }
    }
    update.clear();
    *events = 0;
    code
}

/// Decides a request (OCF Security Specification, access control; the rules in docs/ocf.md).
///
/// Returns OCF_ACL_CODE_CONTENT if it is allowed, OCF_ACL_CODE_UNAUTHORIZED if not, which is what to
/// answer the client with.
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
    list.0.give_to(owner.unwrap_or(&Uuid::NIL));
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
    let Some(owner) = list.0.owner_ref() else {
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
    let ace = (error.ace != OCF_ACL_NO_ACE).then_some(error.ace);
    crate::error::describe(error.reason, ace, error.offset, buffer)
}

fn shown(ace: Ace<'_>) -> ocf_acl_ace_t {
    let record = ace.record;
    let ([uuid, role, authority, tag], resource_count) = record.parts();
    let text = |bytes: Option<&[u8]>| {
        bytes.map_or((ptr::null(), 0), |bytes| (bytes.as_ptr(), bytes.len()))
    };
    let (role, authority, tag) = (text(role), text(authority), text(tag));
    ocf_acl_ace_t {
        aceid: ace.id,
        subject: record.first() >> 5,
        permission: record.permissions().bits(),
        uuid: text(uuid).0,
        role: role.0.cast(),
        role_len: role.1,
        authority: authority.0.cast(),
        authority_len: authority.1,
        tag: tag.0.cast(),
        tag_len: tag.1,
        resource_count,
        rest: record.items().0.as_ptr(),
        rest_len: record.items().0.len(),
    }
}

fn told(outcome: Outcome) -> ocf_acl_outcome_t {
    ocf_acl_outcome_t {
        aceid: outcome.ace,
        what: outcome.what as u8,
        new_resources: outcome.new_resources,
    }
}

/// # Safety
///
/// `on_skipped` may be called with `context`.
unsafe fn tell(on_skipped: ocf_acl_skipped_t, context: *mut c_void, refusal: &Refusal) {
    if let Some(on_skipped) = on_skipped {
        let error = error_from(refusal);
        // SAFETY: by contract.
        unsafe { on_skipped(context, &raw const error) };
    }
}

/// Fills an update with the one ACE that the caller describes.
///
/// # Safety
///
/// What `ace` and `resources` point to is readable in the lengths they give.
unsafe fn make(
    update: &mut Update,
    ace: &ocf_acl_ace_t,
    resources: &[ocf_acl_resource_t],
) -> Result<(), Reason> {
    let kind = match ace.subject {
        OCF_ACL_SUBJECT_UUID => SubjectKind::Uuid,
        OCF_ACL_SUBJECT_ROLE => SubjectKind::Role,
        OCF_ACL_SUBJECT_AUTH_CRYPT => SubjectKind::AuthCrypt,
        OCF_ACL_SUBJECT_ANON_CLEAR => SubjectKind::AnonClear,
        _ => return Err(Reason::Subject),
    };
    let permissions = Permissions::from_bits(ace.permission).ok_or(Reason::Permission)?;
    update.begin(ace.aceid, kind, permissions)?;
    if kind == SubjectKind::Uuid {
        // SAFETY: by contract.
        let uuid = unsafe { uuid_from(ace.uuid) }.ok_or(Reason::SubjectUuid)?;
        update.item(Item::UUID, uuid.as_bytes())?;
    }
    // SAFETY: by contract, here and below.
    unsafe {
        if kind == SubjectKind::Role {
            give(update, field::ROLE, ace.role, ace.role_len)?;
            give(update, field::AUTHORITY, ace.authority, ace.authority_len)?;
        }
        give(update, field::TAG, ace.tag, ace.tag_len)?;
    }
    for resource in resources {
        update.begin_resource()?;
        if resource.wildcard != 0 {
            update.wildcard(&[resource.wildcard as u8])?;
        }
        // SAFETY: by contract.
        unsafe { give(update, field::HREF, resource.href, resource.href_len) }?;
        update.finish_resource()?;
    }
    update.finish()
}

/// Takes a text that the caller has given; NULL is none.
///
/// # Safety
///
/// `data` is NULL or has `len` readable bytes.
#[cfg_attr(target_os = "none", inline(never))]
unsafe fn give(
    update: &mut Update,
    field: u8,
    data: *const c_char,
    len: usize,
) -> Result<(), Reason> {
    // SAFETY: by contract.
    let text = unsafe { bytes(data.cast(), len) }.ok_or(Reason::WrongType)?;
    if !is_text(text) {
        return Err(Reason::NotText);
    }
    if data.is_null() && field != field::ROLE {
        return Ok(());
    }
    update.text(field, text)
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
    // SAFETY: by contract.
    unsafe { elements(data, len) }
}

/// # Safety
///
/// `data` is NULL or has `count` readable elements for as long as the result is used.
unsafe fn elements<'a, T>(data: *const T, count: usize) -> Option<&'a [T]> {
    if count == 0 {
        return Some(&[]);
    }
    // A size above isize::MAX cannot be one of an object, so it is a mistake of the caller's.
    if data.is_null() || count > isize::MAX as usize / size_of::<T>() {
        return None;
    }
    // SAFETY: by contract, and the size is in range.
    Some(unsafe { slice::from_raw_parts(data, count) })
}

/// # Safety
///
/// `data` is NULL or has `len` writable bytes that nothing else refers to while the result is used.
unsafe fn bytes_mut<'a>(data: *mut u8, len: usize) -> Option<&'a mut [u8]> {
    // SAFETY: by contract; that it is in range is checked.
    let len = unsafe { bytes(data, len) }?.len();
    if len == 0 {
        return Some(&mut []);
    }
    // SAFETY: by contract, and the length is in range.
    Some(unsafe { slice::from_raw_parts_mut(data, len) })
}

/// # Safety
///
/// `data` is NULL or has 16 readable bytes for as long as the result is used.
unsafe fn uuid_from<'a>(data: *const u8) -> Option<&'a Uuid> {
    // SAFETY: by contract; a UUID is 16 bytes and has no alignment.
    let uuid = unsafe { data.cast::<Uuid>().as_ref() };
    uuid.filter(|uuid| !uuid.is_nil())
}

/// As ocf_acl_encode(), for one ACE or, with OCF_ACL_NO_ACE, all.
///
/// # Safety
///
/// As ocf_acl_encode().
#[cfg_attr(target_os = "none", inline(never))]
unsafe fn write(
    list: *const ocf_acl_t,
    view: u8,
    only: u32,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_ref(), length = length.as_mut());
    guard!(OCF_ACL_CODE_INTERNAL; buffer = bytes_mut(buffer, capacity));
    let Some(view) = view_from(view) else {
        return OCF_ACL_CODE_BAD_REQUEST;
    };
    let outcome = list.0.answer(view, only, buffer);
    *length = outcome.unwrap_or_else(|needed| needed);
    if outcome.is_ok() {
        OCF_ACL_CODE_CONTENT
    } else {
        OCF_ACL_CODE_TOO_LARGE
    }
}

fn view_from(view: u8) -> Option<View> {
    match view {
        OCF_ACL_VIEW_PLAIN => Some(View::Plain),
        OCF_ACL_VIEW_BASELINE => Some(View::Baseline),
        OCF_ACL_VIEW_STORAGE => Some(View::Storage),
        _ => None,
    }
}

/// Takes a payload in place of the list, or as a client's; `None` for no state.
///
/// # Safety
///
/// As ocf_acl_load().
#[cfg_attr(target_os = "none", inline(never))]
unsafe fn take(
    list: *mut ocf_acl_t,
    how: Option<Apply>,
    payload: *const u8,
    payload_len: usize,
    error: *mut ocf_acl_error_t,
) -> u8 {
    guard!(OCF_ACL_CODE_INTERNAL; list = list.as_mut(), payload = bytes(payload, payload_len));
    let mut update = Update::new();
    let outcome = match how {
        Some(how) => list.0.try_take(payload, how, &mut update),
        None => Err(Reason::State),
    };
    // SAFETY: `error` is NULL or writable.
    unsafe { answer(outcome, &update, error) }
}

fn code(outcome: Result<(), Reason>, done: u8) -> u8 {
    match outcome {
        Ok(()) => done,
        Err(reason) => reason.code() as u8,
    }
}

/// # Safety
///
/// `error` is NULL or writable.
#[cfg_attr(target_os = "none", inline(never))]
unsafe fn answer(outcome: Result<(), Reason>, update: &Update, error: *mut ocf_acl_error_t) -> u8 {
    if let Err(reason) = outcome {
        if !error.is_null() {
            // SAFETY: by contract.
            unsafe { error.write(error_from(&update.refusal(reason))) };
        }
    }
    code(outcome, OCF_ACL_CODE_CHANGED)
}

fn error_from(refusal: &Refusal) -> ocf_acl_error_t {
    ocf_acl_error_t {
        offset: refusal.offset,
        ace: refusal.ace.unwrap_or(OCF_ACL_NO_ACE),
        reason: refusal.reason as u8,
    }
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
    let roles = unsafe { elements(request.roles, request.role_count) }?;
    let mut is_owner = false;
    for role in roles {
        // SAFETY: by contract.
        is_owner |= unsafe { role_from(role) }?.is_owner();
    }
    let held = |name: &[u8], authority: Option<&[u8]>| {
        // SAFETY: by contract.
        let mut roles = roles.iter().filter_map(|role| unsafe { role_from(role) });
        roles.any(|role| role.is(name, authority))
    };
    // SAFETY: by contract.
    let request = unsafe { request_from(request) }?;
    let outcome = list.decide(&request, is_owner, &held);
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
        OCF_ACL_CODE_UNAUTHORIZED
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

/// # Safety
///
/// What `role` points to is readable in the lengths it gives.
#[cfg_attr(target_os = "none", inline(never))]
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
