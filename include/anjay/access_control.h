/* Made by `cargo xtask headers`; edit the Rust source instead. */

#ifndef ANJAY_INCLUDE_ANJAY_MODULES_ACCESS_CONTROL_H
#define ANJAY_INCLUDE_ANJAY_MODULES_ACCESS_CONTROL_H

#include <avsystem/commons/avs_stream.h>
#include <anjay/dm.h>

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Installs the Access Control Object (/2) in a client.
 *
 * It starts empty; anjay_delete() frees it with everything else.
 *
 * Changes of the Security, Server or Access Control Objects that come neither
 * from LwM2M Servers nor from this header must be reported with
 * anjay_notify_instances_changed(), so that rights of servers that have gone
 * are dropped (LwM2M 1.0, E.1.3).
 *
 * Thread: like every function here, it takes the client's lock itself.
 *
 * @param anjay The client.
 * @returns 0, or -1 if @p anjay is NULL, the Object is already installed (the
 *          installed one goes on unharmed), or memory ran out.
 */
int anjay_access_control_install(anjay_t *anjay);

/**
 * Removes all instances of the Access Control Object, which then counts as
 * modified. Outside a transaction it needs no memory and cannot fail; inside
 * one (a handler of the application called it), it does nothing if memory runs
 * out.
 *
 * @param anjay A client with the Access Control Object; otherwise nothing
 *              happens.
 */
void anjay_access_control_purge(anjay_t *anjay);

/**
 * Writes all Access Control Instances to a stream, in the format that Anjay
 * uses. Success clears the mark that anjay_access_control_is_modified() tells.
 * While a transaction is open, the state before it is written.
 *
 * The state cannot be changed from within the stream's own functions.
 *
 * @param anjay      A client with the Access Control Object.
 * @param out_stream Stream to write to; remains the caller's.
 * @returns AVS_OK, the stream's error, AVS_EINVAL for a NULL argument or a
 *          client without the Object, or AVS_ENOMEM.
 */
avs_error_t anjay_access_control_persist(anjay_t *anjay, avs_stream_t *out_stream);

/**
 * Replaces all Access Control Instances by those read from a stream. What
 * follows them in the stream is left unread.
 *
 * Instances of Objects that are not registered are left out; SSIDs that no
 * server has are kept.
 *
 * @param anjay     A client with the Access Control Object.
 * @param in_stream Stream to read from; remains the caller's.
 * @returns AVS_OK. Otherwise nothing has changed: the stream's error;
 *          AVS_EBADMSG for data that no device can have written; AVS_EBADF
 *          while a transaction is open; AVS_EINVAL for a NULL argument or a
 *          client without the Object; AVS_ENOMEM.
 */
avs_error_t anjay_access_control_restore(anjay_t *anjay, avs_stream_t *in_stream);

/**
 * Tells whether the Access Control Object has changed since it was last
 * successfully persisted or restored. While a transaction is open, the answer
 * is about the state before it.
 *
 * @param anjay A client; without the Access Control Object the answer is
 *              false.
 */
bool anjay_access_control_is_modified(anjay_t *anjay);

/**
 * Sets the rights of one server on one target: its ACL entry becomes exactly
 * @p access_mask. Where no Access Control Instance governs the target, one is
 * added with the lowest free ID, owned by the Bootstrap-Server.
 *
 * @param anjay       A client with the Access Control Object.
 * @param oid         Object ID of the target: a registered Object, but not
 *                    Security (0) or Access Control (2).
 * @param iid         Instance ID of the target, which must exist; or
 *                    ANJAY_ID_INVALID (65535) for the right to create
 *                    instances of the Object.
 * @param ssid        A server that has a Server Object Instance; or
 *                    ANJAY_SSID_ANY (0) for the default entry, which counts
 *                    for servers without an entry of their own.
 * @param access_mask ANJAY_ACCESS_MASK_* bits. Create goes with
 *                    ANJAY_ID_INVALID only, and alone.
 * @returns 0; or -1, and nothing has changed.
 */
int anjay_access_control_set_acl(anjay_t *anjay,
                                 anjay_oid_t oid,
                                 anjay_iid_t iid,
                                 anjay_ssid_t ssid,
                                 anjay_access_mask_t access_mask);

/**
 * Sets the Access Control Owner of a target: the server that may edit its ACL.
 * Where no Access Control Instance governs the target, one is added.
 *
 * @param anjay         A client with the Access Control Object.
 * @param target_oid    As in anjay_access_control_set_acl().
 * @param target_iid    As in anjay_access_control_set_acl().
 * @param owner_ssid    A server that has a Server Object Instance; or
 *                      ANJAY_SSID_BOOTSTRAP (65535) if no server may edit.
 * @param inout_acl_iid NULL or points to ANJAY_ID_INVALID: the Instance that
 *                      governs the target is used, or one with the lowest free
 *                      ID is added. Points to another ID: the Instance has or
 *                      gets this ID, or the call fails. Where not NULL, it
 *                      receives the Instance's ID on success, and the ID that
 *                      is in the way if the call fails for that.
 * @returns 0; or -1, and nothing has changed.
 */
int anjay_access_control_set_owner(anjay_t *anjay,
                                   anjay_oid_t target_oid,
                                   anjay_iid_t target_iid,
                                   anjay_ssid_t owner_ssid,
                                   anjay_iid_t *inout_acl_iid);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ANJAY_INCLUDE_ANJAY_MODULES_ACCESS_CONTROL_H */
