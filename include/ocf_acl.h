/*
 * The OCF access-control list, /oic/sec/acl2.
 *
 * Results are CoAP codes (RFC 7252, 12.1.2), OCF_ACL_CODE_*. Lengths are in bytes. Outputs are written
 * only as each function says. No function keeps a pointer it was given, and there is no global state.
 * The rules are listed in docs/ocf.md.
 *
 * Any thread may call. Functions that take a list as const may run at once for the same list; one that
 * changes it, or an update, must run alone. Nothing here has a thread or a lock.
 *
 * Of the C library it needs malloc, realloc, free, memcpy, memmove, memset and memcmp, and on a hosted
 * system abort, which is never called.
 *
 * What it takes of a Cortex-M4's flash, in bytes, without the C library; measured, and written here,
 * by `cargo xtask size --write`. The first row is what every program needs, each other one how much
 * more with these besides. What some share counts in each of them.
 *
 *       2410  ocf_acl_new, ocf_acl_free, ocf_acl_check
 *      +5180  ocf_acl_load
 *      +1160  ocf_acl_encode, ocf_acl_generation
 *      +1450  ocf_acl_get
 *      +5190  ocf_acl_post
 *       +990  ocf_acl_delete
 *       +220  ocf_acl_reset, ocf_acl_owner, ocf_acl_set_owner
 *       +460  ocf_acl_count, ocf_acl_next, ocf_acl_next_resource
 *      +4030  ocf_acl_put
 *      +1020  ocf_acl_remove, ocf_acl_remove_if
 *      +3640  ocf_acl_set_tag
 *      +5850  ocf_acl_update_new, ocf_acl_update_free, ocf_acl_update_cbor, ocf_acl_update_apply
 *      +2680  ocf_acl_update_event
 *        +40  ocf_acl_classify
 *       +970  ocf_acl_error_text
 *      12740  all
 */

#ifndef OCF_ACL_H
#define OCF_ACL_H

/* Generated from ocf/src/ffi.rs; cargo build -p ocf-acl --features headers. */

#include <stddef.h>
#include <stdint.h>

/**
 * CoAP 2.02: done, something was deleted.
 */
#define OCF_ACL_CODE_DELETED 66

/**
 * CoAP 2.04: done.
 */
#define OCF_ACL_CODE_CHANGED 68

/**
 * CoAP 2.05: here it is; from ocf_acl_check(): allowed.
 */
#define OCF_ACL_CODE_CONTENT 69

/**
 * CoAP 4.00: the payload, the query or a value of a struct is refused.
 */
#define OCF_ACL_CODE_BAD_REQUEST 128

/**
 * CoAP 4.01: not allowed, from ocf_acl_check().
 */
#define OCF_ACL_CODE_UNAUTHORIZED 129

/**
 * CoAP 4.03: nothing can be deleted in this state.
 */
#define OCF_ACL_CODE_FORBIDDEN 131

/**
 * CoAP 4.04: there is no such ACE, or no owner.
 */
#define OCF_ACL_CODE_NOT_FOUND 132

/**
 * CoAP 4.13: the caller's buffer is too small.
 */
#define OCF_ACL_CODE_TOO_LARGE 141

/**
 * CoAP 5.00: out of memory, or a pointer that must not be NULL was.
 */
#define OCF_ACL_CODE_INTERNAL 160

/**
 * Device state RESET (OCF Security Specification, device onboarding states).
 */
#define OCF_ACL_STATE_RESET 0

/**
 * Device state RFOTM, ready for ownership transfer.
 */
#define OCF_ACL_STATE_RFOTM 1

/**
 * Device state RFPRO, ready for provisioning.
 */
#define OCF_ACL_STATE_RFPRO 2

/**
 * Device state RFNOP, ready for normal operation.
 */
#define OCF_ACL_STATE_RFNOP 3

/**
 * Device state SRESET, soft reset.
 */
#define OCF_ACL_STATE_SRESET 4

/**
 * Method GET; an observation is a GET too.
 */
#define OCF_ACL_METHOD_GET 1

/**
 * Method POST.
 */
#define OCF_ACL_METHOD_POST 2

/**
 * Method PUT.
 */
#define OCF_ACL_METHOD_PUT 3

/**
 * Method DELETE. Every other method is denied.
 */
#define OCF_ACL_METHOD_DELETE 4

/**
 * Permission to create; with UPDATE, enough for POST and PUT.
 */
#define OCF_ACL_PERM_CREATE 1

/**
 * Permission to retrieve; like NOTIFY, enough for GET and observe.
 */
#define OCF_ACL_PERM_RETRIEVE 2

/**
 * Permission to update; like CREATE, enough for POST and PUT.
 */
#define OCF_ACL_PERM_UPDATE 4

/**
 * Permission to delete; enough for DELETE.
 */
#define OCF_ACL_PERM_DELETE 8

/**
 * Permission to be notified; like RETRIEVE, enough for GET and observe.
 */
#define OCF_ACL_PERM_NOTIFY 16

/**
 * All permissions.
 */
#define OCF_ACL_PERM_ALL 31

/**
 * Kind of resource: whatever ocf_acl_classify() says of the path.
 */
#define OCF_ACL_KIND_BY_PATH 0

/**
 * Kind of resource: neither a DCR nor vertical, such as /oc/con.
 */
#define OCF_ACL_KIND_OTHER 1

/**
 * Kind of resource: vertical, that is the application's own; not a DCR.
 */
#define OCF_ACL_KIND_VERTICAL 2

/**
 * Kind of resource: device configuration resource (DCR), but no security resource.
 */
#define OCF_ACL_KIND_DCR 3

/**
 * Kind of resource: security virtual resource (SVR); all of them are DCRs.
 */
#define OCF_ACL_KIND_SVR 4

/**
 * Request flag: it came over a secured connection (DTLS, TLS, OSCORE).
 */
#define OCF_ACL_FLAG_SECURED 1

/**
 * Request flag: that connection is the onboarding session (device ownership connection).
 */
#define OCF_ACL_FLAG_ONBOARDING 2

/**
 * Request flag: the resource is discoverable.
 */
#define OCF_ACL_FLAG_DISCOVERABLE 4

/**
 * Request flag: the resource has no secure endpoint.
 */
#define OCF_ACL_FLAG_NO_SECURE_ENDPOINT 8

/**
 * View for a client: aclist2 and rowneruuid.
 */
#define OCF_ACL_VIEW_PLAIN 0

/**
 * View for a client through oic.if.baseline: the plain view, rt and if.
 */
#define OCF_ACL_VIEW_BASELINE 1

/**
 * View to persist, for ocf_acl_load(): the baseline view and the tags, which no client may read.
 */
#define OCF_ACL_VIEW_STORAGE 2

/**
 * Rule 1: RFOTM over an unsecured connection.
 */
#define OCF_ACL_RULE_UNSECURED_RFOTM 1

/**
 * Rule 2: outside RFNOP only DCRs are reachable.
 */
#define OCF_ACL_RULE_OUTSIDE_RFNOP 2

/**
 * Rule 3: no unsecured access to vertical resources.
 */
#define OCF_ACL_RULE_UNSECURED_VERTICAL 3

/**
 * Rule 4: the onboarding session reaches every DCR.
 */
#define OCF_ACL_RULE_ONBOARDING 4

/**
 * Rule 5: what everyone may read.
 */
#define OCF_ACL_RULE_PUBLIC_READ 5

/**
 * Rule 6: RFOTM before there is a secure peer.
 */
#define OCF_ACL_RULE_BEFORE_ONBOARDING 6

/**
 * Rule 7: no unsecured access to security resources.
 */
#define OCF_ACL_RULE_UNSECURED_SECURITY 7

/**
 * Rule 8: the owner of this very security resource.
 */
#define OCF_ACL_RULE_RESOURCE_OWNER 8

/**
 * Rule 9: anyone may present roles.
 */
#define OCF_ACL_RULE_ROLES 9

/**
 * Rule 10: the list.
 */
#define OCF_ACL_RULE_LIST 10

/**
 * No aceid: in ocf_acl_ace_t one is to be given out. No number: in ocf_acl_error_t the fault lies
 * in no ACE.
 */
#define OCF_ACL_NO_ACE 4294967295

/**
 * Subject of an ACE: the device with a UUID.
 */
#define OCF_ACL_SUBJECT_UUID 1

/**
 * Subject of an ACE: whoever has proven a role.
 */
#define OCF_ACL_SUBJECT_ROLE 2

/**
 * Subject of an ACE: everyone on a secured connection (conntype auth-crypt).
 */
#define OCF_ACL_SUBJECT_AUTH_CRYPT 3

/**
 * Subject of an ACE: everyone (conntype anon-clear).
 */
#define OCF_ACL_SUBJECT_ANON_CLEAR 4

/**
 * For ocf_acl_put(): the resources are added to the ACE of equal subject, permission and tag.
 */
#define OCF_ACL_PUT_MERGE 0

/**
 * For ocf_acl_put(): the ACE with this aceid is replaced.
 */
#define OCF_ACL_PUT_REPLACE 1

/**
 * Outcome: there is a new ACE.
 */
#define OCF_ACL_ADDED 1

/**
 * Outcome: the ACE with this aceid says something else now.
 */
#define OCF_ACL_REPLACED 2

/**
 * Outcome: the list had it already, under this aceid.
 */
#define OCF_ACL_UNCHANGED 3

/**
 * For ocf_acl_update_apply(): the device itself, in any state; added to what is there.
 */
#define OCF_ACL_APPLY_ADD 16

/**
 * For ocf_acl_update_apply(): the device itself, in any state; in place of list and owner.
 */
#define OCF_ACL_APPLY_LOAD 17

/**
 * Event: a map begins; keys (text) and values follow in turn.
 */
#define OCF_ACL_EVENT_MAP 1

/**
 * Event: an array begins.
 */
#define OCF_ACL_EVENT_ARRAY 2

/**
 * Event: the map or the array that began last ends.
 */
#define OCF_ACL_EVENT_END 3

/**
 * Event: text, a key or a value.
 */
#define OCF_ACL_EVENT_TEXT 4

/**
 * Event: an integer.
 */
#define OCF_ACL_EVENT_NUMBER 5

/**
 * Event: a value of any other type, such as null, a boolean, a float, bytes.
 */
#define OCF_ACL_EVENT_OTHER 6

/**
 * The list of one device. Made by ocf_acl_new(), freed by ocf_acl_free(). Functions that take it as
 * const may run in several threads at once; one that changes it must run alone. Two lists have
 * nothing in common.
 */
typedef struct ocf_acl_t ocf_acl_t;

/**
 * A change of a list that is being prepared. Made by ocf_acl_update_new(), freed by
 * ocf_acl_update_free(); for one thread at a time.
 */
typedef struct ocf_acl_update_t ocf_acl_update_t;

/**
 * Why a payload was refused. Written only together with a code of 4.00 or more.
 */
typedef struct {
  /**
   * Where the item at fault begins in the payload, in bytes; with ocf_acl_update_event(), which
   * event it was, from 0.
   */
  size_t offset;
  /**
   * Index in aclist2, from 0, of the ACE at fault, or OCF_ACL_NO_ACE.
   */
  uint32_t ace;
  /**
   * What was wrong, from 1 on; ocf_acl_error_text() puts it into words.
   */
  uint8_t reason;
} ocf_acl_error_t;

/**
 * An ACE without its resources. Answered by the list, its pointers go into the list and are valid
 * until the list is changed or freed; given by the caller, they are read during the call only.
 */
typedef struct {
  /**
   * aceid, 0..2147483647; given by the caller, OCF_ACL_NO_ACE lets the list choose one.
   */
  uint32_t aceid;
  /**
   * OCF_ACL_SUBJECT_*.
   */
  uint8_t subject;
  /**
   * OCF_ACL_PERM_*, united.
   */
  uint8_t permission;
  /**
   * 16 bytes, not all 0; of OCF_ACL_SUBJECT_UUID only, else NULL.
   */
  const uint8_t *uuid;
  /**
   * Name of the role, UTF-8, not terminated, not empty; of OCF_ACL_SUBJECT_ROLE only, else NULL.
   */
  const char *role;
  /**
   * Length of role in bytes, at most 8191.
   */
  size_t role_len;
  /**
   * Who gave the role, UTF-8, not terminated, not empty; NULL matches any.
   */
  const char *authority;
  /**
   * Length of authority in bytes, at most 8191.
   */
  size_t authority_len;
  /**
   * Tag, UTF-8, not terminated; NULL for none. Not for clients to read.
   */
  const char *tag;
  /**
   * Length of tag in bytes, at most 8191.
   */
  size_t tag_len;
  /**
   * Number of resources; answered only.
   */
  size_t resource_count;
  /**
   * What ocf_acl_next_resource() has still to read; answered only.
   */
  const uint8_t *rest;
  /**
   * Length of that in bytes.
   */
  size_t rest_len;
} ocf_acl_ace_t;

/**
 * A resource of an ACE: a path, a wildcard, or both, and then both must match.
 */
typedef struct {
  /**
   * Path, UTF-8, with its leading slash, not terminated; NULL for none.
   */
  const char *href;
  /**
   * Length of href in bytes, at most 8191.
   */
  size_t href_len;
  /**
   * '*', '+' or '-', or 0 for none.
   */
  char wildcard;
} ocf_acl_resource_t;

/**
 * What became of an ACE.
 */
typedef struct {
  /**
   * aceid that it has in the list.
   */
  uint32_t aceid;
  /**
   * OCF_ACL_ADDED, OCF_ACL_REPLACED or OCF_ACL_UNCHANGED.
   */
  uint8_t what;
  /**
   * How many of its resources were not in the ACE that had this aceid before.
   */
  size_t new_resources;
} ocf_acl_outcome_t;

/**
 * Picks ACEs: nonzero for those that are meant. Must not touch the list.
 */
typedef uint8_t (*ocf_acl_pick_t)(void *context, const ocf_acl_ace_t *ace);

/**
 * Is told of each part of a stored list that is left out. Must not touch the update.
 */
typedef void (*ocf_acl_skipped_t)(void *context, const ocf_acl_error_t *error);

/**
 * Is told what became of each ACE of an update; `former` is the one that was replaced, or NULL, and
 * like `outcome` valid during the call only. May read the list, but change neither it nor the update.
 */
typedef void (*ocf_acl_applied_t)(void *context,
                                  const ocf_acl_outcome_t *outcome,
                                  const ocf_acl_ace_t *former);

/**
 * A role that the peer has proven to hold.
 */
typedef struct {
  /**
   * The role's name, UTF-8, not terminated; not NULL.
   */
  const char *role;
  /**
   * Length of role in bytes.
   */
  size_t role_len;
  /**
   * Who gave the role, UTF-8, not terminated; NULL if that is not known.
   */
  const char *authority;
  /**
   * Length of authority in bytes.
   */
  size_t authority_len;
  /**
   * 1 if a valid role certificate proves the role, 0 if a credential's entry does. Only a
   * certified oic.role.owner may do everything. Anything above 1 is refused.
   */
  uint8_t certified;
} ocf_acl_role_t;

/**
 * A request, as the rules see it. Start from all zero bytes and set what is known: a pointer, flag or
 * permission that is left out allows no more. All pointers are read during the call only.
 */
typedef struct {
  /**
   * Path of the resource, with its leading slash, not terminated; not NULL.
   */
  const char *path;
  /**
   * Length of path in bytes, at least 1.
   */
  size_t path_len;
  /**
   * The peer's UUID, 16 bytes, if a secured connection has proven it; else NULL. The nil UUID
   * counts as NULL.
   */
  const uint8_t *peer;
  /**
   * The roles that the peer has proven, or NULL.
   */
  const ocf_acl_role_t *roles;
  /**
   * Number of roles.
   */
  size_t role_count;
  /**
   * rowneruuid of /oic/sec/doxm, 16 bytes, or NULL; the nil UUID counts as NULL.
   */
  const uint8_t *doxm_owner;
  /**
   * rowneruuid of /oic/sec/pstat, 16 bytes, or NULL; the nil UUID counts as NULL.
   */
  const uint8_t *pstat_owner;
  /**
   * rowneruuid of /oic/sec/cred, 16 bytes, or NULL; the nil UUID counts as NULL.
   */
  const uint8_t *cred_owner;
  /**
   * Number of peers that have a secured connection to the device now.
   */
  uint32_t secure_peers;
  /**
   * Device state, OCF_ACL_STATE_*.
   */
  uint8_t state;
  /**
   * CoAP method, OCF_ACL_METHOD_GET and so on; any other value is denied.
   */
  uint8_t method;
  /**
   * Kind of the resource, OCF_ACL_KIND_*.
   */
  uint8_t kind;
  /**
   * OCF_ACL_PERM_* that anyone has on the resource in RFOTM before onboarding (rule 1).
   */
  uint8_t rfotm_access;
  /**
   * OCF_ACL_FLAG_*; other bits are refused.
   */
  uint8_t flags;
} ocf_acl_request_t;

/**
 * The decision on a request.
 */
typedef struct {
  /**
   * aceid of the first ACE that alone would allow the request, if has_aceid.
   */
  uint32_t aceid;
  /**
   * 1 if there is such an ACE; only under rule 10.
   */
  uint8_t has_aceid;
  /**
   * 1 if the request may go ahead, else 0.
   */
  uint8_t allowed;
  /**
   * OCF_ACL_PERM_*: what the deciding rule lets this peer do on this resource.
   */
  uint8_t permissions;
  /**
   * The deciding rule, OCF_ACL_RULE_*, or 0 if the request is malformed.
   */
  uint8_t rule;
} ocf_acl_decision_t;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes an empty list without an owner; it is the caller's until ocf_acl_free().
 *
 * Returns NULL when out of memory.
 */
ocf_acl_t *ocf_acl_new(void);

/**
 * Frees a list. NULL is ignored.
 *
 * # Safety
 *
 * `list` is NULL or came from ocf_acl_new() and has not been freed; nobody uses it any more.
 */
void ocf_acl_free(ocf_acl_t *list);

/**
 * Replaces the list and its owner by a payload that was persisted (OCF_ACL_VIEW_STORAGE), in any
 * state; or leaves all as it was. The nil UUID as rowneruuid means no owner, as IoTivity-lite stores
 * it. For what may have faults there is ocf_acl_update_new() with `on_skipped`.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a payload that is refused;
 * OCF_ACL_CODE_INTERNAL when out of memory, or if `list` is NULL, or `payload` is NULL though
 * `payload_len` is not 0. `error` may be NULL; it is written unless the result is
 * OCF_ACL_CODE_CHANGED or a pointer was NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `payload` has `payload_len`
 * readable bytes; `error` is NULL or writable.
 */
uint8_t ocf_acl_load(ocf_acl_t *list,
                     const uint8_t *payload,
                     size_t payload_len,
                     ocf_acl_error_t *error);

/**
 * Applies the payload of a POST to /oic/sec/acl2 (OCF Security Specification, resource oic.r.acl2),
 * a CBOR map, wholly or not at all. Whether the client may
 * post is for ocf_acl_check() to say first.
 *
 * An ACE whose aceid is known replaces that ACE; one with another aceid, or with none, is added. One
 * without an aceid that the list has already, with the resources in any order, changes nothing.
 * `state` is the device's, OCF_ACL_STATE_*. RFNOP accepts nothing, RFPRO no rowneruuid.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a payload that is refused, in this
 * state or at all, or a state out of range; OCF_ACL_CODE_INTERNAL as ocf_acl_load(). `error` as in
 * ocf_acl_load().
 *
 * # Safety
 *
 * As ocf_acl_load().
 */
uint8_t ocf_acl_post(ocf_acl_t *list,
                     uint8_t state,
                     const uint8_t *payload,
                     size_t payload_len,
                     ocf_acl_error_t *error);

/**
 * Answers a DELETE of /oic/sec/acl2: the query "aceid=N" removes that ACE, none (NULL, or
 * `query_len` 0) clears the list; the owner stays. `query` comes without its question mark.
 *
 * Returns OCF_ACL_CODE_DELETED; OCF_ACL_CODE_NOT_FOUND if no ACE has that aceid;
 * OCF_ACL_CODE_BAD_REQUEST for any other query, or a state out of range; OCF_ACL_CODE_FORBIDDEN in
 * RFNOP; OCF_ACL_CODE_INTERNAL if `list` is NULL, or `query` is NULL though `query_len` is not 0.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `query` has `query_len` readable
 * bytes.
 */
uint8_t ocf_acl_delete(ocf_acl_t *list, uint8_t state, const char *query, size_t query_len);

/**
 * Writes the list as CBOR into `buffer` of `capacity` bytes. `view` is OCF_ACL_VIEW_*.
 *
 * Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_TOO_LARGE if `capacity` is too small, with `buffer`
 * untouched; in both cases `*length` is the length of the list in bytes. OCF_ACL_CODE_BAD_REQUEST
 * for another view; OCF_ACL_CODE_INTERNAL if `list` or `length` is NULL, or `buffer` is NULL though
 * `capacity` is not 0. To learn the length, call with NULL and 0.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile; `buffer` has `capacity` writable
 * bytes; `length` is NULL or writable.
 */
uint8_t ocf_acl_encode(const ocf_acl_t *list,
                       uint8_t view,
                       uint8_t *buffer,
                       size_t capacity,
                       size_t *length);

/**
 * Answers a GET of /oic/sec/acl2: as ocf_acl_encode() without a query (NULL, or `query_len` 0); with
 * the query "aceid=N" that ACE alone is written. `query` comes without its question mark.
 *
 * Returns as ocf_acl_encode(); and OCF_ACL_CODE_NOT_FOUND if no ACE has that aceid,
 * OCF_ACL_CODE_BAD_REQUEST for any other query, OCF_ACL_CODE_INTERNAL if `query` is NULL though
 * `query_len` is not 0; `*length` is untouched then.
 *
 * # Safety
 *
 * As ocf_acl_encode(); `query` has `query_len` readable bytes.
 */
uint8_t ocf_acl_get(const ocf_acl_t *list,
                    uint8_t view,
                    const char *query,
                    size_t query_len,
                    uint8_t *buffer,
                    size_t capacity,
                    size_t *length);

/**
 * Gives the ACE with the lowest aceid that is not below `from`. All ACEs are walked over with `from`
 * 0, then the last one's aceid and 1, and so on, whatever is added or removed meanwhile. The ACE
 * with the aceid N is what this gives from N, if it has that aceid. Takes logarithmic time.
 *
 * Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `ace` untouched, if there is none;
 * OCF_ACL_CODE_INTERNAL if `list` or `ace` is NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile; `ace` is NULL or writable.
 */
uint8_t ocf_acl_next(const ocf_acl_t *list,
                     uint32_t from,
                     ocf_acl_ace_t *ace);

/**
 * Takes the next resource out of an ACE that a list has answered, in constant time: a copy of the
 * struct is where to begin again.
 *
 * Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `resource` untouched, after the last;
 * OCF_ACL_CODE_INTERNAL if `ace` or `resource` is NULL.
 *
 * # Safety
 *
 * `ace` is NULL or as a list has written it, and the list has not been changed since; `resource` is
 * NULL or writable.
 */
uint8_t ocf_acl_next_resource(ocf_acl_ace_t *ace, ocf_acl_resource_t *resource);

/**
 * Adds an ACE on behalf of the device itself, in any state, or leaves all as it was.
 *
 * With OCF_ACL_PUT_MERGE the resources are added to the ACE of equal subject, permission and tag, if
 * there is one; if an aceid is given, to that ACE only. With OCF_ACL_PUT_REPLACE an ACE with this
 * aceid is replaced. Otherwise the ACE is a new one. Takes time in proportion to the number of ACEs.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for a value that is refused, or with
 * OCF_ACL_PUT_MERGE if the ACE of this aceid has another subject, permission or tag;
 * OCF_ACL_CODE_INTERNAL when out of memory, or if `list` or `ace` is NULL, or `resources` is NULL
 * though `resource_count` is not 0. `outcome` may be NULL; it is written if the result is
 * OCF_ACL_CODE_CHANGED. `error` as in ocf_acl_load(); its offset is 0.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `ace` is NULL or readable,
 * `resources` has `resource_count` readable elements, and what they point to is readable in the
 * lengths given, but may be part of this list; `outcome` and `error` are NULL or writable.
 */
uint8_t ocf_acl_put(ocf_acl_t *list,
                    uint8_t how,
                    const ocf_acl_ace_t *ace,
                    const ocf_acl_resource_t *resources,
                    size_t resource_count,
                    ocf_acl_outcome_t *outcome,
                    ocf_acl_error_t *error);

/**
 * Removes an ACE on behalf of the device itself, in any state.
 *
 * Returns OCF_ACL_CODE_DELETED; OCF_ACL_CODE_NOT_FOUND if no ACE has this aceid;
 * OCF_ACL_CODE_INTERNAL if `list` is NULL. It cannot run out of memory.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile.
 */
uint8_t ocf_acl_remove(ocf_acl_t *list, uint32_t aceid);

/**
 * Removes the ACEs that `pick` picks, or all if it is NULL, on behalf of the device itself, in any
 * state; the owner stays. `pick` is called once for each ACE, with `context`.
 *
 * Returns the number of ACEs that were removed; 0 if `list` is NULL. It cannot run out of memory.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `pick` may be called with `context`.
 */
size_t ocf_acl_remove_if(ocf_acl_t *list,
                         ocf_acl_pick_t pick,
                         void *context);

/**
 * Sets the tag of an ACE, on behalf of the device itself, in any state; NULL takes it away. Setting
 * the tag that is there changes nothing, the generation included.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_NOT_FOUND if no ACE has this aceid;
 * OCF_ACL_CODE_BAD_REQUEST for a tag that is too long or not UTF-8; OCF_ACL_CODE_INTERNAL when out of
 * memory, or if `list` is NULL, or `tag` is NULL though `tag_len` is not 0.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `tag` has `tag_len` readable bytes.
 */
uint8_t ocf_acl_set_tag(ocf_acl_t *list,
                        uint32_t aceid,
                        const char *tag,
                        size_t tag_len);

/**
 * Makes an update, empty; it is the caller's until ocf_acl_update_free().
 *
 * With `on_skipped` NULL it is strict: the first fault refuses all, as for a client's payload. Else
 * it is lenient, for what the device has stored or IoTivity-lite has: an ACE with a fault is left
 * out, or a field of the root, and `on_skipped` told why, with `context`.
 *
 * Returns NULL when out of memory.
 *
 * # Safety
 *
 * `on_skipped` may be called with `context` whenever the update is given CBOR or events.
 */
ocf_acl_update_t *ocf_acl_update_new(ocf_acl_skipped_t on_skipped, void *context);

/**
 * Frees an update. NULL is ignored.
 *
 * # Safety
 *
 * `update` is NULL or came from ocf_acl_update_new() and has not been freed; nobody uses it any more.
 */
void ocf_acl_update_free(ocf_acl_update_t *update);

/**
 * Fills an update with a payload of CBOR, in place of what it had.
 *
 * Returns OCF_ACL_CODE_CHANGED; else as ocf_acl_load(), and the update is empty.
 *
 * # Safety
 *
 * `update` is NULL or a live update that nobody else uses meanwhile; `payload` has `payload_len`
 * readable bytes; `error` is NULL or writable.
 */
uint8_t ocf_acl_update_cbor(ocf_acl_update_t *update,
                            const uint8_t *payload,
                            size_t payload_len,
                            ocf_acl_error_t *error);

/**
 * Gives an update the next part of a payload that the caller has decoded, OCF_ACL_EVENT_*. The
 * payload is one map. It is judged as CBOR is, field by field; so a caller passes on what is there,
 * unknown keys too, and stops at the first refusal. `number` is read with OCF_ACL_EVENT_NUMBER,
 * `text` of `text_len` bytes, not terminated, with OCF_ACL_EVENT_TEXT.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for what is refused, text that is not UTF-8,
 * or another event; OCF_ACL_CODE_INTERNAL when out of memory, or if `update` is NULL, or `text` is
 * NULL though `text_len` is not 0. `error` as in ocf_acl_load().
 *
 * # Safety
 *
 * `update` is NULL or a live update that nobody else uses meanwhile; `text` has `text_len` readable
 * bytes; `error` is NULL or writable.
 */
uint8_t ocf_acl_update_event(ocf_acl_update_t *update,
                             uint8_t event,
                             int64_t number,
                             const char *text,
                             size_t text_len,
                             ocf_acl_error_t *error);

/**
 * Carries out an update, whole or not at all. `how` is the state of the device, OCF_ACL_STATE_*, for
 * what a client has POSTed, and is judged as ocf_acl_post() judges it; OCF_ACL_APPLY_ADD or
 * OCF_ACL_APPLY_LOAD for what the device itself does, and then the nil UUID as rowneruuid means none.
 *
 * When all is done, `on_applied`, if it is not NULL, is called with `context` for each ACE in the
 * order of the payload; but not with OCF_ACL_APPLY_LOAD, where all is new. The update is empty then,
 * and can be filled again, its events counted from 0; after a refusal it is as it was. Takes little
 * more than n log n time for a payload of n ACEs, and time in proportion to the list.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST if it is refused, the payload is not at its
 * end, or `how` is out of range; OCF_ACL_CODE_INTERNAL when out of memory, or if `update` or `list`
 * is NULL. `error` as in ocf_acl_load().
 *
 * # Safety
 *
 * `update` and `list` are NULL or live, and nobody else uses them meanwhile; `on_applied` may be
 * called with `context`; `error` is NULL or writable.
 */
uint8_t ocf_acl_update_apply(ocf_acl_update_t *update,
                             ocf_acl_t *list,
                             uint8_t how,
                             ocf_acl_applied_t on_applied,
                             void *context,
                             ocf_acl_error_t *error);

/**
 * Decides a request (OCF Security Specification, access control; the rules in docs/ocf.md).
 *
 * Returns OCF_ACL_CODE_CONTENT if it is allowed, OCF_ACL_CODE_UNAUTHORIZED if not, which is what to
 * answer the client with.
 * OCF_ACL_CODE_BAD_REQUEST if a value in `request` is out of range, the path has no leading slash,
 * or a pointer in it is NULL that must not be; OCF_ACL_CODE_INTERNAL if `list`, `request` or
 * `decision` is NULL. `decision` is written whenever it is not NULL; unless the result is
 * OCF_ACL_CODE_CONTENT it denies.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile; `request` is NULL or readable, and
 * so is what it points to, in the lengths given; `decision` is NULL or writable.
 */
uint8_t ocf_acl_check(const ocf_acl_t *list,
                      const ocf_acl_request_t *request,
                      ocf_acl_decision_t *decision);

/**
 * Clears list and owner, as entering the state RESET does. NULL is ignored.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile.
 */
void ocf_acl_reset(ocf_acl_t *list);

/**
 * Sets rowneruuid of /oic/sec/acl2, on behalf of the device itself: 16 bytes, or NULL for none.
 *
 * Returns OCF_ACL_CODE_CHANGED; OCF_ACL_CODE_BAD_REQUEST for the nil UUID; OCF_ACL_CODE_INTERNAL if
 * `list` is NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody else uses meanwhile; `uuid` is NULL or has 16 readable
 * bytes.
 */
uint8_t ocf_acl_set_owner(ocf_acl_t *list, const uint8_t *uuid);

/**
 * Copies rowneruuid of /oic/sec/acl2, 16 bytes, to `uuid`.
 *
 * Returns OCF_ACL_CODE_CONTENT; OCF_ACL_CODE_NOT_FOUND, with `uuid` untouched, if there is no owner;
 * OCF_ACL_CODE_INTERNAL if `list` or `uuid` is NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile; `uuid` is NULL or has 16 writable
 * bytes.
 */
uint8_t ocf_acl_owner(const ocf_acl_t *list,
                      uint8_t *uuid);

/**
 * A counter that grows with every change of list or owner, and wraps: when it differs from what
 * it was when the list was last persisted or loaded, there is something to persist. 0 for NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile.
 */
uint32_t ocf_acl_generation(const ocf_acl_t *list);

/**
 * The number of ACEs. 0 for NULL.
 *
 * # Safety
 *
 * `list` is NULL or a live list that nobody changes meanwhile.
 */
size_t ocf_acl_count(const ocf_acl_t *list);

/**
 * What kind of resource a path names by the default table: OCF_ACL_KIND_*. A path that is not in
 * the table is vertical, and so is NULL.
 *
 * # Safety
 *
 * `path` has `path_len` readable bytes.
 */
uint8_t ocf_acl_classify(const char *path, size_t path_len);

/**
 * Puts an error into words, such as "ACE 2, byte 47: unknown field", in English ASCII.
 *
 * At most `capacity` bytes are written, a terminating NUL included (none if `capacity` is 0).
 * Returns the length of the whole text without the NUL; 0 if `error` is NULL, its reason is
 * unknown, or `buffer` is NULL though `capacity` is not 0.
 *
 * # Safety
 *
 * `error` is NULL or readable; `buffer` has `capacity` writable bytes.
 */
size_t ocf_acl_error_text(const ocf_acl_error_t *error, char *buffer, size_t capacity);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OCF_ACL_H */
