/**
 * @file
 * Access control (Object 2) for Eclipse Wakaama clients.
 *
 * Two calls connect it: aac_wakaama_install() after lwm2m_configure(), and
 * aac_wakaama_objects_changed() wherever the application itself adds or removes
 * Instances. Rights are granted, persisted and restored by the functions of
 * access_control_host.h, for the engine that aac_wakaama_engine() returns.
 *
 * Thread: as for Wakaama itself, all calls for one context come from one thread,
 * or under one lock.
 */
#ifndef AAC_WAKAAMA_H
#define AAC_WAKAAMA_H

#include <liblwm2m.h>

#include <access_control_host.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Adds Object 2, without Instances, to a client. From now on every request of an
 * LwM2M Server is decided (LwM2M 1.0, 7.3), and what no server was granted is
 * denied while there is more than one account.
 *
 * @param context A client after lwm2m_configure(), to which the application has
 *                not given an Object 2 of its own.
 * @returns 0; or -1 and nothing has changed: @p context is NULL, an Object 2 is
 *          there already, or memory ran out.
 */
int aac_wakaama_install(lwm2m_context_t *context);

/**
 * Takes Object 2 out of the client and frees it with its Instances; then nothing
 * is decided any more. To be called before lwm2m_close(), which frees no
 * Objects. Without an installed Object 2 nothing happens.
 */
void aac_wakaama_uninstall(lwm2m_context_t *context);

/**
 * The engine of a client, for aac_set_acl(), aac_set_owner(), aac_persist(),
 * aac_restore() and their kin; it belongs to the client.
 *
 * @returns The engine, or NULL if Object 2 is not installed.
 */
aac_t *aac_wakaama_engine(lwm2m_context_t *context);

/**
 * To be called after the application has added or removed Instances or accounts
 * on its own account: what Access Control Instances said about things that are
 * gone is dropped (LwM2M 1.0, E.1.3). What servers and the Bootstrap-Server do,
 * lwm2m_add_object() and lwm2m_remove_object() need no call.
 *
 * @returns 0; or -1 if not all could be done now, for lack of memory: it is
 *          tried again with the next lwm2m_step().
 */
int aac_wakaama_objects_changed(lwm2m_context_t *context);

#ifdef __cplusplus
}
#endif

#endif /* AAC_WAKAAMA_H */
