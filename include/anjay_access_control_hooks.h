/**
 * @file
 * What a client defines in order to offer the seven functions of
 * anjay/access_control.h. They are in the library; it also takes
 * avs_stream_write() and avs_stream_read_reliably() for granted. A client that
 * does not offer them needs neither this file nor any of that.
 */
#ifndef ANJAY_ACCESS_CONTROL_HOOKS_H
#define ANJAY_ACCESS_CONTROL_HOOKS_H

#include <access_control_host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A client. One other than Anjay defines it. */
struct anjay_struct;

/** A call into the engine; @p aac is NULL where Object 2 is not installed. */
typedef int aac_body_t(aac_t *aac, void *arg);

/**
 * Defined by the client: makes an engine by aac_new(), keeps it, and registers
 * Object 2. Takes the client's lock.
 *
 * @param anjay Never NULL.
 * @returns 0; or a negative number if Object 2 is there already or something
 *          failed, with nothing changed.
 */
int aac_client_install(struct anjay_struct *anjay);

/**
 * Defined by the client: takes its lock, calls @p body once, with its engine, or
 * NULL if there is none, and @p arg, and releases the lock.
 *
 * @param anjay Never NULL.
 * @returns What @p body returned; the library ignores it.
 */
int aac_client_call(struct anjay_struct *anjay, aac_body_t *body, void *arg);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_ACCESS_CONTROL_HOOKS_H */
