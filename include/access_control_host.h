/* Made by `cargo xtask headers`; edit the Rust source instead. */

/**
 * @file
 * Connects the access-control engine to an LwM2M client.
 *
 * The engine holds the instances of the Access Control Object (/2), decides who
 * may do what, and keeps its instances in step with the data model. A client is
 * connected to it by glue code, in C, without any rule of access control in it:
 *
 * 1. The client answers the engine's questions: it fills an aac_host_t, and
 *    makes an engine with aac_new().
 * 2. It asks aac_decide() before each operation of a server, and calls
 *    aac_sync() after each one.
 * 3. Its object table serves /2 with the handlers from aac_next_instance() to
 *    aac_remove_entry(). Where it has transactions over its data model, those of
 *    /2 follow them by aac_transaction(); a change through a handler needs one.
 * 4. Its application gives rights by aac_set_acl(), aac_set_owner() and
 *    aac_provision(), and keeps them over a restart by aac_persist() and
 *    aac_restore().
 *
 * This is all of it, for a client that calls itself `client`:
 *
 *     static int is_object_registered(void *client, uint16_t oid) {
 *         return find_object(client, oid) != NULL;
 *     }
 *     ... and the other answers of aac_host_t ...
 *
 *     static const aac_host_t HOST = { is_object_registered, ... };
 *     client->aac = aac_new(&HOST, client);
 *
 *     // A server asks for something on /oid/iid:
 *     aac_decision_t why;
 *     if (!aac_decide(client->aac, ssid, AAC_WRITE, oid, iid, &why)) {
 *         char line[120];
 *         aac_explain(&why, line, sizeof(line));
 *         log(line);
 *         return COAP_401_UNAUTHORIZED;
 *     }
 *
 *     // It has created /oid/iid; without its rights there is to be no Instance:
 *     const aac_change_t change = { oid, &iid, 1 };
 *     if (aac_sync(client->aac, ssid, &change, 1)) {
 *         remove_instance(client, oid, iid);
 *         return COAP_500_INTERNAL_SERVER_ERROR;
 *     }
 *
 *     // It writes a resource of /2/iid, which aac_decide() has allowed:
 *     int code = aac_transaction(client->aac, AAC_BEGIN);
 *     if (!code) {
 *         code = aac_write(client->aac, iid, rid, riid, value);
 *         // Also ends the transaction if it does not validate.
 *         int end = aac_transaction(client->aac, code ? AAC_ROLLBACK : AAC_COMMIT);
 *         code = code ? code : end;
 *     }
 *     return -code; // 128 is 4.00, that is 0x80, as CoAP has it
 *
 *     // An account has come or gone; Security and Server have changed:
 *     const aac_change_t accounts[] = { { 0, NULL, 0 }, { 1, NULL, 0 } };
 *     aac_sync(client->aac, AAC_SSID_BOOTSTRAP, accounts, 2);
 *
 *     // Before a restart, and after it:
 *     if (aac_is_modified(client->aac)) aac_persist(client->aac, write_flash, file);
 *     aac_restore(client->aac, read_flash, file);
 *
 * A bootstrap is one transaction from its first change to Bootstrap-Finish, in
 * this order: AAC_VALIDATE (or AAC_COMMIT, which validates), then aac_sync() with
 * all Objects that changed. Whoever synchronises before the commit, inside the
 * transaction, need not care: aac_sync() validates what was written first, and
 * fails as validation does. After a failure: AAC_ROLLBACK, and 4.06.
 *
 * Observations and attributes (pmin ...) are the client's: they end with the
 * account and with the Instance that they are about, and aac_decide() is asked
 * with AAC_OBSERVE before each notification.
 *
 * Any thread may call, but calls for the same engine must not overlap in time:
 * make them under the client's lock. The engine asks aac_host_t in the thread
 * that called it, before it returns; those functions may call it again. It has no
 * thread, no lock and no global variable.
 *
 * All pointers may be NULL, which is an error unless a function says otherwise.
 * Outputs are written on success and where it is said. A function that returns
 * an error has changed nothing. Numbers are in the machine's byte order.
 *
 * What it takes of a Cortex-M4's flash, in bytes, with refusals left out
 * (AAC_REFUSALS=OFF) and without the C library; measured, and written here, by
 * `cargo xtask size --write`. The first row is what every program needs, each
 * other one how much more with these besides. What some share counts in each of
 * them. aac_set_audit() is there with refusals only.
 *
 *       1320  aac_new, aac_free, aac_version, aac_ids_add, aac_decide
 *       +410  aac_decide_before, aac_ask
 *      +3390  aac_explain, aac_rule_text, aac_why_text
 *      +3490  aac_explain_refusal
 *      +3870  aac_sync, aac_sync_step, aac_sync_all
 *       +410  aac_next_instance, aac_next_entry, aac_next, aac_read, aac_get
 *      +2620  aac_transaction, aac_create, aac_remove, aac_reset, aac_write,
 *             aac_reset_resource, aac_remove_entry, aac_edit
 *      +1360  aac_set_acl, aac_set_owner, aac_grant
 *      +2860  aac_provision
 *       +520  aac_is_modified, aac_persist
 *      +1390  aac_restore, aac_purge
 *      15050  all
 *
 * Of the C library the engine needs malloc, realloc, free, memcpy, memmove,
 * memset and memcmp, and on a hosted system abort, which is never called.
 */


#ifndef ACCESS_CONTROL_HOST_H
#define ACCESS_CONTROL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The version of this header, 0.2.0; see aac_version(). */
#define AAC_VERSION 0x000200

/**
 * "No ID". As a target Instance it stands for the right to create Instances of
 * the Object; as an owner it is the Bootstrap-Server.
 */
#define AAC_ID_NONE 65535

/**
 * As a server: the default entry, which counts for servers without an entry of
 * their own.
 */
#define AAC_SSID_ANY 0

/**
 * The Bootstrap-Server.
 */
#define AAC_SSID_BOOTSTRAP 65535

/**
 * Added to an operation, aac_ask() decides as before the open transaction.
 */
#define AAC_BEFORE 16

/**
 * The rights of an ACL entry: bits of an access mask.
 */
typedef enum {
  /**
   * Read, Observe, Write-Attributes.
   */
  AAC_MASK_READ = 1,
  /**
   * Write.
   */
  AAC_MASK_WRITE = 2,
  /**
   * Execute.
   */
  AAC_MASK_EXECUTE = 4,
  /**
   * Delete.
   */
  AAC_MASK_DELETE = 8,
  /**
   * Create: with the target Instance AAC_ID_NONE only, and alone.
   */
  AAC_MASK_CREATE = 16,
} aac_mask_t;

/**
 * What functions that serve an LwM2M Server return: 0, or a negative CoAP code.
 */
typedef enum {
  /**
   * Done.
   */
  AAC_DONE = 0,
  /**
   * 4.00.
   */
  AAC_BAD_REQUEST = -128,
  /**
   * 4.01, the answer where aac_decide() says no.
   */
  AAC_UNAUTHORIZED = -129,
  /**
   * 4.04.
   */
  AAC_NOT_FOUND = -132,
  /**
   * 4.05.
   */
  AAC_METHOD_NOT_ALLOWED = -133,
  /**
   * 5.00.
   */
  AAC_INTERNAL = -160,
} aac_code_t;

/**
 * What functions that serve the application return, if not 0. More is told to
 * aac_host_t::refused.
 */
typedef enum {
  /**
   * A value out of its range, or a NULL that must not be one.
   */
  AAC_ERROR_BAD_REQUEST = -1,
  /**
   * No such Access Control Instance.
   */
  AAC_ERROR_NOT_FOUND = -2,
  /**
   * The resource does not take this.
   */
  AAC_ERROR_NOT_ALLOWED = -3,
  /**
   * Another Access Control Instance is in the way.
   */
  AAC_ERROR_CONFLICT = -4,
  /**
   * There is no such target, or it cannot be governed.
   */
  AAC_ERROR_UNREACHABLE = -5,
  /**
   * There is no such server.
   */
  AAC_ERROR_UNKNOWN_SERVER = -6,
  /**
   * All Instance IDs are taken.
   */
  AAC_ERROR_FULL = -7,
  /**
   * Memory ran out.
   */
  AAC_ERROR_NO_MEMORY = -8,
  /**
   * Not now: a transaction is open, or the state is being written.
   */
  AAC_ERROR_BUSY = -9,
  /**
   * The client could not answer, or a stream function failed.
   */
  AAC_ERROR_HOST = -10,
  /**
   * An Access Control Instance has no target yet.
   */
  AAC_ERROR_INCOMPLETE = -11,
  /**
   * Bytes that no device can have persisted.
   */
  AAC_ERROR_MALFORMED = -12,
  /**
   * There is no engine: the pointer is NULL.
   */
  AAC_ERROR_NO_ENGINE = -13,
} aac_error_t;

/**
 * What a server asks to do. Composite operations and Send are asked about for
 * each Instance they touch.
 */
typedef enum {
  /**
   * Discover.
   */
  AAC_DISCOVER = 0,
  /**
   * Read.
   */
  AAC_READ = 1,
  /**
   * Observe, and each notification that follows from it.
   */
  AAC_OBSERVE = 2,
  /**
   * Write-Attributes.
   */
  AAC_WRITE_ATTRIBUTES = 3,
  /**
   * Write, replacing or updating.
   */
  AAC_WRITE = 4,
  /**
   * Execute.
   */
  AAC_EXECUTE = 5,
  /**
   * Delete.
   */
  AAC_DELETE = 6,
  /**
   * Create; the Instance ID is ignored.
   */
  AAC_CREATE = 7,
  /**
   * Read-Composite.
   */
  AAC_READ_COMPOSITE = 8,
  /**
   * Observe-Composite.
   */
  AAC_OBSERVE_COMPOSITE = 9,
  /**
   * Write-Composite.
   */
  AAC_WRITE_COMPOSITE = 10,
  /**
   * Send.
   */
  AAC_SEND = 11,
} aac_operation_t;

/**
 * The rule that decided (LwM2M 1.0, 7.3), in the order in which they are tried.
 */
typedef enum {
  /**
   * Security and OSCORE are closed to every server.
   */
  AAC_RULE_KEYS_ARE_CLOSED = 1,
  /**
   * The Bootstrap-Server may do everything else.
   */
  AAC_RULE_BOOTSTRAP = 2,
  /**
   * Discover is open to all.
   */
  AAC_RULE_DISCOVER_IS_OPEN = 3,
  /**
   * There is a single server account.
   */
  AAC_RULE_SINGLE_SERVER = 4,
  /**
   * Access Control Instances can be read by all.
   */
  AAC_RULE_ACL_IS_READABLE = 5,
  /**
   * Access Control Instances are created and deleted by the client alone.
   */
  AAC_RULE_ACL_IS_FIXED = 6,
  /**
   * An Access Control Instance is edited by its owner and nobody else.
   */
  AAC_RULE_ACL_OWNER = 7,
  /**
   * No Access Control Instance governs the target.
   */
  AAC_RULE_NOT_GOVERNED = 8,
  /**
   * The server's own ACL entry.
   */
  AAC_RULE_OWN_ENTRY = 9,
  /**
   * The owner, which has no entry of its own, has full access.
   */
  AAC_RULE_OWNER = 10,
  /**
   * The default entry.
   */
  AAC_RULE_DEFAULT_ENTRY = 11,
  /**
   * No entry of its own, no ownership, no default entry.
   */
  AAC_RULE_NO_ENTRY = 12,
  /**
   * The question is invalid.
   */
  AAC_RULE_NOT_DECIDED = 13,
} aac_rule_t;

/**
 * The steps of a transaction on Object 2.
 */
typedef enum {
  /**
   * Opens a transaction; there can be one.
   */
  AAC_BEGIN = 0,
  /**
   * Checks what handlers changed in it. After a failure: AAC_ROLLBACK.
   */
  AAC_VALIDATE = 1,
  /**
   * Makes it final. What was not validated is validated first, and rolled
   * back if that fails: the transaction ends in any case.
   */
  AAC_COMMIT = 2,
  /**
   * Takes everything since AAC_BEGIN back, the modified mark included.
   */
  AAC_ROLLBACK = 3,
  /**
   * Opens a transaction as soon as a handler or aac_sync() changes something, so
   * that what the application does before that is not part of it. A step that
   * follows before that has nothing to do. Thus Object 2 can be part of each
   * transaction of a data model, at no cost.
   */
  AAC_BEGIN_LATER = 4,
} aac_step_t;

/**
 * What aac_edit() does.
 */
typedef enum {
  /**
   * aac_create().
   */
  AAC_EDIT_CREATE = 0,
  /**
   * aac_remove().
   */
  AAC_EDIT_REMOVE = 1,
  /**
   * aac_reset().
   */
  AAC_EDIT_RESET = 2,
  /**
   * aac_reset_resource().
   */
  AAC_EDIT_RESET_RESOURCE = 3,
  /**
   * aac_remove_entry().
   */
  AAC_EDIT_REMOVE_ENTRY = 5,
} aac_edit_t;

/**
 * The call that was refused.
 */
typedef enum {
  /**
   * aac_set_acl().
   */
  AAC_CALL_SET_ACL = 1,
  /**
   * aac_set_owner().
   */
  AAC_CALL_SET_OWNER = 2,
  /**
   * aac_provision().
   */
  AAC_CALL_PROVISION = 3,
  /**
   * aac_purge().
   */
  AAC_CALL_PURGE = 4,
  /**
   * aac_persist().
   */
  AAC_CALL_PERSIST = 5,
  /**
   * aac_restore().
   */
  AAC_CALL_RESTORE = 6,
  /**
   * aac_sync().
   */
  AAC_CALL_SYNC = 7,
  /**
   * aac_transaction(), AAC_BEGIN.
   */
  AAC_CALL_BEGIN = 8,
  /**
   * aac_transaction(), AAC_VALIDATE.
   */
  AAC_CALL_VALIDATE = 9,
  /**
   * aac_transaction(), AAC_COMMIT.
   */
  AAC_CALL_COMMIT = 10,
  /**
   * aac_transaction(), AAC_ROLLBACK.
   */
  AAC_CALL_ROLLBACK = 11,
  /**
   * aac_create().
   */
  AAC_CALL_CREATE = 12,
  /**
   * aac_remove().
   */
  AAC_CALL_REMOVE = 13,
  /**
   * aac_reset().
   */
  AAC_CALL_RESET = 14,
  /**
   * aac_reset_resource().
   */
  AAC_CALL_RESET_RESOURCE = 15,
  /**
   * aac_write().
   */
  AAC_CALL_WRITE = 16,
  /**
   * aac_remove_entry().
   */
  AAC_CALL_REMOVE_ENTRY = 17,
} aac_call_t;

/**
 * The rule that refused; in brackets the member of aac_refusal_t that holds the
 * offending number.
 */
typedef enum {
  /**
   * The Bootstrap-Server, 65535, needs no entry and can have none (ssid).
   */
  AAC_WHY_BOOTSTRAP_SSID = 1,
  /**
   * A mask has bits outside 0 to 31 (value).
   */
  AAC_WHY_MASK_OUT_OF_RANGE = 2,
  /**
   * Create has no meaning for an Instance; it goes with the target IID 65535
   * (value).
   */
  AAC_WHY_CREATE_ON_INSTANCE = 3,
  /**
   * The target IID 65535 takes no right but Create (value).
   */
  AAC_WHY_ONLY_CREATE = 4,
  /**
   * SSID 0 cannot own.
   */
  AAC_WHY_OWNER_IS_ZERO = 5,
  /**
   * A resource does not take this value (rid, value).
   */
  AAC_WHY_VALUE_OUT_OF_RANGE = 6,
  /**
   * An Access Control instance cannot have the ID 65535.
   */
  AAC_WHY_IID_OUT_OF_RANGE = 7,
  /**
   * Objects 0 and 2 cannot be governed, and there is no Object 65535 (oid).
   */
  AAC_WHY_NOT_GOVERNABLE = 8,
  /**
   * The target Object is not registered (oid).
   */
  AAC_WHY_OBJECT_NOT_REGISTERED = 9,
  /**
   * The target Instance does not exist (oid, iid).
   */
  AAC_WHY_INSTANCE_MISSING = 10,
  /**
   * No Server Object Instance has the SSID of an entry (ssid).
   */
  AAC_WHY_SERVER_UNKNOWN = 11,
  /**
   * No Server Object Instance has the SSID of an owner (ssid).
   */
  AAC_WHY_OWNER_UNKNOWN = 12,
  /**
   * Another instance than the one asked for governs the target (acl_iid).
   */
  AAC_WHY_TARGET_HAS_OTHER = 13,
  /**
   * The Instance ID is taken (acl_iid).
   */
  AAC_WHY_IID_TAKEN = 14,
  /**
   * All Instance IDs are taken.
   */
  AAC_WHY_IIDS_FULL = 15,
  /**
   * No such Access Control instance (acl_iid).
   */
  AAC_WHY_NO_INSTANCE = 16,
  /**
   * No such resource (rid).
   */
  AAC_WHY_NO_RESOURCE = 17,
  /**
   * No such entry in the ACL (ssid).
   */
  AAC_WHY_NO_ENTRY = 18,
  /**
   * Only the ACL, resource 2, can be emptied (rid).
   */
  AAC_WHY_NOT_RESETTABLE = 19,
  /**
   * The target OID or IID is not set (acl_iid).
   */
  AAC_WHY_TARGET_UNSET = 20,
  /**
   * The owner is not set (acl_iid).
   */
  AAC_WHY_OWNER_UNSET = 21,
  /**
   * Another instance governs the same target (acl_iid, oid, iid).
   */
  AAC_WHY_DUPLICATE_TARGET = 22,
  /**
   * Memory ran out.
   */
  AAC_WHY_NO_MEMORY = 23,
  /**
   * A transaction is open.
   */
  AAC_WHY_TRANSACTION_OPEN = 24,
  /**
   * No transaction is open.
   */
  AAC_WHY_NO_TRANSACTION = 25,
  /**
   * The call came from within a stream function of persist.
   */
  AAC_WHY_IN_USE = 26,
  /**
   * The state kept changing while the host was being asked.
   */
  AAC_WHY_KEEPS_CHANGING = 27,
  /**
   * The host could not answer.
   */
  AAC_WHY_HOST_FAILED = 28,
  /**
   * The stream failed, or ended too early (at).
   */
  AAC_WHY_STREAM_FAILED = 29,
  /**
   * It does not begin with the magic number.
   */
  AAC_WHY_WRONG_MAGIC = 30,
  /**
   * More instances than there are IDs (value).
   */
  AAC_WHY_TOO_MANY_INSTANCES = 31,
  /**
   * A target OID is 0, 2 or 65535 (at, oid).
   */
  AAC_WHY_WRONG_OID = 32,
  /**
   * An Instance ID is 65535 (at).
   */
  AAC_WHY_WRONG_IID = 33,
  /**
   * An owner is 0 (at).
   */
  AAC_WHY_WRONG_OWNER = 34,
  /**
   * The flag for the ACL is neither 0 nor 1 (at, value).
   */
  AAC_WHY_WRONG_HAS_ACL = 35,
  /**
   * More entries than there are SSIDs (at, value).
   */
  AAC_WHY_TOO_MANY_ENTRIES = 36,
  /**
   * An entry for SSID 65535 (at).
   */
  AAC_WHY_WRONG_KEY = 37,
  /**
   * An Instance ID that an earlier instance has (acl_iid).
   */
  AAC_WHY_REPEATED_IID = 38,
  /**
   * A target that another instance governs (acl_iid, oid, iid).
   */
  AAC_WHY_REPEATED_TARGET = 39,
  /**
   * An SSID that has an entry already (acl_iid, ssid).
   */
  AAC_WHY_REPEATED_KEY = 40,
} aac_why_t;

/**
 * A set of 16-bit IDs that a client fills with aac_ids_add().
 */
typedef struct aac_ids_t aac_ids_t;

/**
 * The access-control engine of one client. Made by aac_new().
 *
 * Calls for the same engine must not overlap in time, so the client's lock is
 * held around them; but any of the client's answers (aac_host_t) may call the
 * engine again.
 */
typedef struct aac_t aac_t;

/**
 * A refused call, in numbers; 65535 where there is nothing to tell.
 */
typedef struct {
  /**
   * Which call: an aac_call_t.
   */
  uint8_t call;
  /**
   * By which rule: an aac_why_t.
   */
  uint8_t why;
  /**
   * The target Object.
   */
  uint16_t oid;
  /**
   * The target Instance.
   */
  uint16_t iid;
  /**
   * The Access Control Instance.
   */
  uint16_t acl_iid;
  /**
   * The resource of the Access Control Instance.
   */
  uint16_t rid;
  /**
   * The server: the one of an entry, or the owner.
   */
  uint16_t ssid;
  /**
   * Of AAC_CALL_RESTORE, how many bytes had been read up to the number that
   * was refused, inclusively. Of AAC_CALL_PROVISION, the place of the grant.
   * Otherwise 0.
   */
  uint32_t at;
  /**
   * The value that was asked for (a mask, a written resource), or 0.
   */
  int64_t value;
} aac_refusal_t;

/**
 * What the engine asks of its client.
 *
 * Every function but the last must be given. `host` is what aac_new() got. A question is
 * answered by 1 for yes, 0 for no, and a negative number if the client cannot
 * tell: then the operation that needed the answer fails, or, in aac_sync(),
 * what exists stays.
 *
 * An answer may call the engine again; it sees no half-made change.
 */
typedef struct {
  /**
   * Is the Object registered?
   */
  int (*is_object_registered)(void *host, uint16_t oid);
  /**
   * Does the Instance of this registered Object exist?
   */
  int (*is_instance_present)(void *host, uint16_t oid, uint16_t iid);
  /**
   * Does an instance of the Server Object have this Short Server ID, which
   * is never 0 nor 65535?
   */
  int (*is_server_known)(void *host, uint16_t ssid);
  /**
   * The Short Server ID of the server account, if exactly one is configured,
   * the Bootstrap-Server's not counted: that server may then do everything
   * (LwM2M 1.0, 7.3.2.1). 0 if there is none, if there are several, and if in
   * doubt. Asked for each decision: answer from memory.
   */
  uint16_t (*single_server)(void *host);
  /**
   * Adds the IDs of all Instances of a registered Object, in any order;
   * rising order is the fastest. Returns 0, or a negative number if the list
   * may be incomplete.
   */
  int (*list_instances)(void *host, uint16_t oid, aac_ids_t *found);
  /**
   * Adds the Short Server IDs of all instances of the Security Object but
   * the Bootstrap-Server's. Returns as list_instances.
   */
  int (*list_accounts)(void *host, aac_ids_t *found);
  /**
   * Removes an Instance that no server can reach any more (LwM2M 1.0,
   * E.1.3). Returns 0, or a negative number if it still exists.
   */
  int (*remove_instance)(void *host, uint16_t oid, uint16_t iid);
  /**
   * Takes note, for observers, that resource /2/iid/rid has a new value; or,
   * where both are 65535, that instances of /2 were added or removed. Not
   * called for what handlers did.
   */
  void (*changed)(void *host, uint16_t iid, uint16_t rid);
  /**
   * Takes note, for a log, that a call is about to return an error, and why;
   * @p refusal is valid during the call. May be NULL. Nothing has changed by
   * the call that is refused, but that AAC_COMMIT ends its transaction.
   */
  void (*refused)(void *host, const aac_refusal_t *refusal);
} aac_host_t;

/**
 * Why a decision is what it is.
 */
typedef struct {
  /**
   * What decided: an aac_rule_t.
   */
  uint8_t rule;
  /**
   * Whether the operation may go on.
   */
  bool allowed;
  /**
   * The Access Control Instance that decided, or 65535.
   */
  uint16_t acl_iid;
  /**
   * The rights that counted, or 0.
   */
  uint16_t mask;
} aac_decision_t;

/**
 * Is told of a denial; see aac_set_audit().
 *
 * @param arg       What aac_set_audit() got.
 * @param ssid      Who asked.
 * @param operation What for: the number that aac_decide() got.
 * @param oid       Object ID.
 * @param iid       Instance ID.
 * @param why       What decided; valid during the call.
 */
typedef void (*aac_audit_t)(void *arg,
                            uint16_t ssid,
                            int operation,
                            uint16_t oid,
                            uint16_t iid,
                            const aac_decision_t *why);

/**
 * An Object whose set of Instances has changed.
 */
typedef struct {
  /**
   * The Object.
   */
  uint16_t oid;
  /**
   * The Instances that are new, as far as they are known. May be NULL if
   * there is none. Remains the caller's.
   */
  const uint16_t *created;
  /**
   * How many there are.
   */
  size_t created_count;
} aac_change_t;

/**
 * One grant of aac_provision(): as the arguments of aac_set_acl(), and an owner.
 */
typedef struct {
  /**
   * Object of the target.
   */
  uint16_t oid;
  /**
   * Instance of the target; or AAC_ID_NONE for the right to create Instances.
   */
  uint16_t iid;
  /**
   * A server that has a Server Object Instance; or AAC_SSID_ANY.
   */
  uint16_t ssid;
  /**
   * The rights: bits of aac_mask_t.
   */
  uint16_t mask;
  /**
   * The owner that the target is to have: a server that has a Server Object
   * Instance, or AAC_SSID_BOOTSTRAP. 0 leaves it as it is; a new Access Control
   * Instance then belongs to the Bootstrap-Server.
   */
  uint16_t owner;
} aac_grant_t;

/**
 * Takes persisted bytes: all of them, or fails.
 *
 * @param arg   What aac_persist() got.
 * @param bytes The bytes; valid during the call.
 * @param size  How many.
 * @returns 0; anything else ends aac_persist() with AAC_ERROR_HOST.
 */
typedef int (*aac_writer_t)(void *arg, const void *bytes, size_t size);

/**
 * Gives persisted bytes: as many as are asked for, or fails.
 *
 * @param arg   What aac_restore() got.
 * @param bytes Where to put them.
 * @param size  How many.
 * @returns 0; anything else, also at the end of the data, ends aac_restore()
 *          with AAC_ERROR_HOST.
 */
typedef int (*aac_reader_t)(void *arg, void *bytes, size_t size);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes an engine without instances.
 *
 * @param ops  The client's functions; must outlive the engine.
 * @param host Passed to each of them.
 * @returns The engine, to be freed with aac_free(); NULL if @p ops or a function
 *          in it that must be given is NULL, or memory ran out.
 */
aac_t *aac_new(const aac_host_t *ops, void *host);

/**
 * The version of the library, as AAC_VERSION is that of the header: major, minor
 * and patch, a byte each.
 */
uint32_t aac_version(void);

/**
 * Frees an engine and its instances; tells the client nothing.
 *
 * @param aac An engine, or NULL. Must not be called from within one of the
 *            client's answers to this engine.
 */
void aac_free(aac_t *aac);

/**
 * Adds an ID to a set that the engine asked to be filled.
 *
 * @returns 0, or -1 if memory ran out. Then the listing function may stop, and
 *          has failed in any case.
 */
int aac_ids_add(aac_ids_t *ids, uint16_t id);

/**
 * Decides whether a server may do something (LwM2M 1.0, 7.3). Allocates
 * nothing.
 *
 * @param aac       The engine; if the client has none, do not ask: without
 *                  Object 2 everything but Security and OSCORE is allowed.
 * @param ssid      Who asks; 65535 is the Bootstrap-Server.
 * @param operation An aac_operation_t; any other number is denied.
 * @param oid       Object ID.
 * @param iid       Instance ID; ignored for AAC_CREATE.
 * @param why       Receives the reason, if not NULL; also where @p aac is NULL,
 *                  which is a denial.
 * @returns true to go on; false to answer 4.01 Unauthorized.
 */
bool aac_decide(const aac_t *aac,
                uint16_t ssid,
                int operation,
                uint16_t oid,
                uint16_t iid,
                aac_decision_t *why);

/**
 * Decides as aac_decide() would have before the open transaction: for a change
 * that a server has made without the client having asked first. Allocates
 * nothing.
 *
 * @param aac       The engine.
 * @param ssid      Who made the change.
 * @param operation An aac_operation_t; any other number is denied.
 * @param oid       Object ID.
 * @param iid       Instance ID; ignored for AAC_CREATE.
 * @returns true to keep the change; false to roll the transaction back and
 *          answer 4.01 Unauthorized.
 */
bool aac_decide_before(const aac_t *aac,
                       uint16_t ssid,
                       int operation,
                       uint16_t oid,
                       uint16_t iid);

/**
 * Decides as aac_decide() and aac_decide_before() do, with few words: for a client
 * in which each byte counts.
 *
 * @param aac       The engine.
 * @param ssid      Who asks; 65535 is the Bootstrap-Server.
 * @param operation An aac_operation_t; or it plus AAC_BEFORE, to decide as before
 *                  the open transaction. Any other number is denied.
 * @param target    Object ID times 65536, plus Instance ID.
 * @returns The aac_rule_t that decided; or, for a denial, minus that.
 */
int aac_ask(const aac_t *aac, uint16_t ssid, int operation, uint32_t target);

/**
 * Names a function that is told of each question that aac_decide(),
 * aac_decide_before() or aac_ask() denies.
 * Without one, which is how an engine begins, denials cost nothing more. A library
 * without refusals (AAC_REFUSALS, the feature `refusals`) does not have it, and a
 * program that calls it does not link.
 *
 * A client asks not only for requests: leaving out what a server may not read,
 * or a notification that it may not get, is a denial too. How many of them to
 * log, and how often, is for the function to decide.
 *
 * It is called under the client's lock, and never while the engine is in the
 * middle of a change: a question asked while the state is being written to a
 * stream is denied without it. It may use the engine as any answer of the
 * client (aac_host_t) may, but must not ask for a decision.
 *
 * @param aac   The engine; NULL is ignored.
 * @param audit The function, instead of any other; NULL for none.
 * @param arg   Passed to it.
 */
void aac_set_audit(const aac_t *aac, aac_audit_t audit, void *arg);

/**
 * Brings the Access Control Instances in step with the data model (LwM2M 1.0,
 * 7.3.2 and E.1.3). To be called after each operation of a server, after a
 * bootstrap, and when the application reports changes; if there is a
 * transaction on the data model, inside it.
 *
 * Afterwards each new Instance that @p origin created has an Access Control
 * Instance; those of targets that are gone are removed (in the Objects that
 * @p changes names); and if Security, Server or Access Control is among these,
 * rights of accounts that are gone are dropped, owners replaced, and targets
 * that nobody can reach any more removed through aac_host_t::remove_instance.
 *
 * @param aac     The engine.
 * @param origin  The server whose operation it was; 65535 for a bootstrap or
 *                the application.
 * @param changes The Objects whose set of Instances changed; may be NULL if
 *                @p count is 0. They and the lists in them must not change
 *                during the call.
 * @param count   How many.
 * @returns 0, or a negative CoAP code: then the Access Control Instances are
 *          as before.
 */
int aac_sync(const aac_t *aac,
             uint16_t origin,
             const aac_change_t *changes,
             size_t count);

/**
 * A part of aac_sync(), for a client without a list of what changed. Each part is
 * whole or not done at all; where they are to be so together, the client does them
 * within a transaction:
 *
 * 1. Each Object whose set of Instances changed, with the Instance AAC_ID_NONE: what
 *    governs Instances that are gone is removed.
 * 2. Where Security, Server or Access Control was among them, Object and Instance
 *    AAC_ID_NONE: what accounts that are gone left behind is dropped.
 * 3. Each Instance that @p origin created: it gets its rights on it. This may come
 *    before 2, if @p origin has an account.
 *
 * @param aac    The engine.
 * @param origin As in aac_sync().
 * @param oid    The Object.
 * @param iid    The Instance.
 * @returns As aac_sync().
 */
int aac_sync_step(const aac_t *aac, uint16_t origin, uint16_t oid, uint16_t iid);

/**
 * As aac_sync() with every Object and the accounts, for a client that cannot tell
 * what has changed, or has missed a change. It costs a look at each target that an
 * Access Control Instance has.
 *
 * @param aac The engine.
 * @returns As aac_sync().
 */
int aac_sync_all(const aac_t *aac);

/**
 * Does a step of a transaction.
 *
 * @param aac  The engine.
 * @param step An aac_step_t.
 * @returns 0; -128 (4.00) if it does not validate; -160 (5.00) for a step that
 *          does not fit (a second AAC_BEGIN, or another one without a first).
 */
int aac_transaction(const aac_t *aac, int step);

/**
 * Finds the next instance of Object 2, in rising order.
 *
 * @param aac      The engine.
 * @param previous The instance before, or -1 for the first.
 * @returns The Instance ID, or -1 after the last.
 */
int32_t aac_next_instance(const aac_t *aac, int32_t previous);

/**
 * Finds the next Resource Instance of an ACL (resource 2), in rising order.
 *
 * @param aac      The engine.
 * @param iid      The instance of Object 2.
 * @param previous The Resource Instance ID before, or -1 for the first.
 * @returns The Resource Instance ID, which is an SSID; -1 after the last;
 *          -132 (4.04) if there is no such instance, or resource 2 is absent.
 */
int32_t aac_next_entry(const aac_t *aac, uint16_t iid, int32_t previous);

/**
 * Does as aac_next_entry(); or, where the instance is -1, as aac_next_instance().
 *
 * @param aac      The engine.
 * @param iid      The instance of Object 2, or -1.
 * @param previous The ID before, or -1 for the first.
 * @returns The ID; -1 after the last, and where @p aac is NULL; or a negative CoAP
 *          code.
 */
int32_t aac_next(const aac_t *aac, int32_t iid, int32_t previous);

/**
 * Adds an instance without a target: Bootstrap owns it, resource 2 is absent.
 */
int aac_create(const aac_t *aac, uint16_t iid);

/**
 * Removes an instance; -132 (4.04) if there is none.
 */
int aac_remove(const aac_t *aac, uint16_t iid);

/**
 * Prepares an instance for a replacing write: resource 2 absent, 3 unset.
 */
int aac_reset(const aac_t *aac, uint16_t iid);

/**
 * Reads a resource.
 *
 * @param aac   The engine.
 * @param iid   The instance of Object 2.
 * @param rid   Resource 0 (target OID), 1 (target IID), 2 (ACL) or 3 (owner).
 *              0, 1 and 3 are always present, 2 where aac_next_entry() finds it.
 * @param riid  For resource 2 the Resource Instance ID; otherwise ignored.
 * @param value Receives the value.
 * @returns 0, or -132 (4.04): no such instance or resource, or not set yet.
 */
int aac_read(const aac_t *aac,
             uint16_t iid,
             uint16_t rid,
             uint16_t riid,
             uint16_t *value);

/**
 * Reads a resource; arguments as in aac_read().
 *
 * @returns The value, 0 to 65535; or what aac_read() returns, which is negative.
 */
int32_t aac_get(const aac_t *aac, uint16_t iid, uint16_t rid, uint16_t riid);

/**
 * Writes a resource; arguments as in aac_read().
 *
 * @returns 0; -132 (4.04) without such an instance or resource; -128 (4.00) for
 *          a value out of range: target OID 1 to 65534 but not 2; target IID 0
 *          to 65535; ACL entry 0 to 31, for SSID 0 to 65534; owner 1 to 65535.
 */
int aac_write(const aac_t *aac, uint16_t iid, uint16_t rid, uint16_t riid, int64_t value);

/**
 * Empties the ACL; resource 2 is present afterwards. -133 (4.05) for others.
 */
int aac_reset_resource(const aac_t *aac, uint16_t iid, uint16_t rid);

/**
 * Removes one Resource Instance of the ACL (LwM2M 1.2); -132 (4.04) if there is
 * none.
 */
int aac_remove_entry(const aac_t *aac, uint16_t iid, uint16_t riid);

/**
 * Does what the five above do that are named as its edits, in less code than all of
 * them are together.
 *
 * @param aac  The engine.
 * @param edit An aac_edit_t.
 * @param iid  The instance of Object 2.
 * @param what For AAC_EDIT_RESET_RESOURCE the resource; for AAC_EDIT_REMOVE_ENTRY
 *             the Resource Instance ID; otherwise ignored.
 * @returns As these.
 */
int aac_edit(const aac_t *aac, int edit, uint16_t iid, uint16_t what);

/**
 * Sets the rights of one server on one target: its ACL entry becomes exactly
 * @p mask. Where no Access Control Instance governs the target, one is added
 * with the lowest free ID, owned by the Bootstrap-Server.
 *
 * @param aac  The engine.
 * @param oid  Object of the target: registered, but not Security (0) or Access
 *             Control (2).
 * @param iid  Instance of the target, which must exist; or AAC_ID_NONE for the
 *             right to create Instances of the Object.
 * @param ssid A server that has a Server Object Instance; or AAC_SSID_ANY for
 *             the default entry.
 * @param mask Bits of aac_mask_t. Create goes with AAC_ID_NONE only, and alone.
 * @returns 0 or an aac_error_t, and then nothing has changed.
 */
int aac_set_acl(const aac_t *aac,
                uint16_t oid,
                uint16_t iid,
                uint16_t ssid,
                uint16_t mask);

/**
 * Sets the Access Control Owner of a target: the server that may edit its ACL.
 * Where no Access Control Instance governs the target, one is added.
 *
 * @param aac           The engine.
 * @param oid           As in aac_set_acl().
 * @param iid           As in aac_set_acl().
 * @param owner         A server that has a Server Object Instance; or
 *                      AAC_SSID_BOOTSTRAP if no server may edit.
 * @param inout_acl_iid NULL or points to AAC_ID_NONE: the Instance that governs
 *                      the target is used, or one with the lowest free ID is
 *                      added. Points to another ID: the Instance has or gets
 *                      this ID, or the call fails. Where not NULL, it receives
 *                      the Instance's ID on success, and the ID that is in the
 *                      way after AAC_ERROR_CONFLICT.
 * @returns 0 or an aac_error_t, and then nothing has changed.
 */
int aac_set_owner(const aac_t *aac,
                  uint16_t oid,
                  uint16_t iid,
                  uint16_t owner,
                  uint16_t *inout_acl_iid);

/**
 * Does what aac_set_acl() and aac_set_owner() do, in less code than both of them
 * are together.
 *
 * @param aac           The engine.
 * @param target        Object ID times 65536, plus Instance ID.
 * @param ssid          The server: of an entry, or the owner.
 * @param mask          The rights of the entry, 0 to 31; -1 to set the owner.
 * @param inout_acl_iid As in aac_set_owner(); for aac_set_acl() NULL.
 * @returns As these.
 */
int aac_grant(const aac_t *aac,
              uint32_t target,
              uint16_t ssid,
              int32_t mask,
              uint16_t *inout_acl_iid);

/**
 * Makes many grants at once: all of them, in their order, or none. It lists the
 * Instances of each target Object at most once, however many grants there are.
 *
 * @param aac         The engine.
 * @param grants      The grants; remains the caller's. May be NULL if @p count
 *                    is 0.
 * @param count       How many.
 * @param out_refused Receives the place of the grant that was refused; or
 *                    @p count, if none is to blame (no memory, a NULL). May be
 *                    NULL. Written only if the call fails.
 * @returns 0 or an aac_error_t, and then nothing has changed.
 */
int aac_provision(const aac_t *aac,
                  const aac_grant_t *grants,
                  size_t count,
                  size_t *out_refused);

/**
 * Removes all Access Control Instances. Outside a transaction it needs no memory
 * and fails only from within the functions of aac_persist().
 *
 * @returns 0 or an aac_error_t, and then nothing has changed.
 */
int aac_purge(const aac_t *aac);

/**
 * Tells whether something has changed since the last successful aac_persist() or
 * aac_restore(). While a transaction is open, the answer is about the state
 * before it.
 *
 * @param aac The engine; NULL has not changed.
 */
bool aac_is_modified(const aac_t *aac);

/**
 * Writes all Access Control Instances, in the format that Anjay uses. Success
 * clears the mark that aac_is_modified() tells. While a transaction is open, the
 * state before it is written. The state cannot be changed from within @p write.
 *
 * @param aac   The engine.
 * @param write Called with the bytes, in order and often with a few.
 * @param arg   Passed to it.
 * @returns 0 or an aac_error_t: AAC_ERROR_HOST if @p write failed.
 */
int aac_persist(const aac_t *aac, aac_writer_t write, void *arg);

/**
 * Replaces all Access Control Instances by those that are read. Bytes after them
 * are left unread. Instances of Objects that are not registered are left out;
 * SSIDs that no server has are kept.
 *
 * @param aac  The engine.
 * @param read Called for the bytes, in order and often for a few.
 * @param arg  Passed to it.
 * @returns 0 or an aac_error_t, and then nothing has changed: AAC_ERROR_HOST if
 *          @p read failed, AAC_ERROR_MALFORMED for data that no device can have
 *          written, AAC_ERROR_BUSY while a transaction is open.
 */
int aac_restore(const aac_t *aac, aac_reader_t read, void *arg);

/**
 * What a rule says, in English.
 *
 * @param rule An aac_rule_t, as in aac_decision_t.
 * @returns A text that is always there; "unknown" for any other number.
 */
const char *aac_rule_text(int rule);

/**
 * What the reason for a refusal says, in English.
 *
 * @param why An aac_why_t, as in aac_refusal_t.
 * @returns A text that is always there; "unknown" for any other number.
 */
const char *aac_why_text(int why);

/**
 * Says in one line what was decided and why, such as "denied by /2/3 (R): the
 * server's own ACL entry". The letters are rights, as in `RWEDC`.
 *
 * @param why    What aac_decide() told.
 * @param buffer Receives the line, cut to fit, and a 0. May be NULL if @p size
 *               is 0.
 * @param size   Its size; 120 bytes are enough.
 * @returns How long the whole line is, without the 0; nothing for a NULL.
 */
size_t aac_explain(const aac_decision_t *why, char *buffer, size_t size);

/**
 * Says in one line what was refused and why, such as "set_acl, target /3/0, SSID
 * 7: there is no server with this SSID".
 *
 * @param refusal What aac_host_t::refused was told.
 * @param buffer  As in aac_explain(); 200 bytes are enough.
 * @param size    As in aac_explain().
 * @returns As aac_explain().
 */
size_t aac_explain_refusal(const aac_refusal_t *refusal, char *buffer, size_t size);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ACCESS_CONTROL_HOST_H */
