/* Made by `cargo xtask headers`; edit the Rust source instead. */

#ifndef ANJAY_ACCESS_CONTROL_EXT_H
#define ANJAY_ACCESS_CONTROL_EXT_H

#include <stddef.h>
#include <anjay/access_control.h>

/**
 * One grant of anjay_access_control_provision(): as the arguments of
 * anjay_access_control_set_acl(), and an owner.
 */
typedef struct {
  /**
   * Object ID of the target.
   */
  anjay_oid_t oid;
  /**
   * Instance ID of the target; or ANJAY_ID_INVALID (65535) for the right to
   * create Instances.
   */
  anjay_iid_t iid;
  /**
   * A server that has a Server Object Instance; or ANJAY_SSID_ANY (0).
   */
  anjay_ssid_t ssid;
  /**
   * ANJAY_ACCESS_MASK_* bits.
   */
  anjay_access_mask_t access_mask;
  /**
   * The owner that the target is to have: a server that has a Server Object
   * Instance, or ANJAY_SSID_BOOTSTRAP (65535). 0 leaves it as it is; a new
   * Access Control Instance then belongs to the Bootstrap-Server.
   */
  anjay_ssid_t owner;
} anjay_access_control_grant_t;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes many grants at once: all of them, in their order, or none. It lists the
 * Instances of each target Object at most once, however many grants there are.
 *
 * @param anjay       A client with the Access Control Object.
 * @param grants      The grants; remains the caller's. May be NULL if @p count
 *                    is 0.
 * @param count       How many.
 * @param out_refused Receives the place of the grant that was refused; or
 *                    @p count, if none is to blame (no memory, no Object). May
 *                    be NULL. Written only if the call fails.
 * @returns 0; or -1, and nothing has changed.
 */
int anjay_access_control_provision(anjay_t *anjay,
                                   const anjay_access_control_grant_t *grants,
                                   size_t count,
                                   size_t *out_refused);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ANJAY_ACCESS_CONTROL_EXT_H */
