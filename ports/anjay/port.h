/**
 * @file
 * What the two parts of the port to Anjay share.
 *
 * The port translates between Anjay's private interface, which differs between
 * versions and configurations, and access_control_host.h, which does not. It
 * holds no rule of access control. functions.c has the functions of the public
 * header, module.c Object 2 and the client's answers to the engine, and core.c
 * what takes the place of Anjay's own enforcement.
 *
 * cmake/AnjayPort.cmake finds out about the version and defines:
 *
 *   AAC_PORT_OBJECTS_BY_DM  1 if objects are looked up in the data model (from
 *                           Anjay 3.8.1), 0 if in the client
 *   AAC_PORT_QUEUE_BY_PATH  1 if notifications are queued by path (from 3.9.0),
 *                           0 if by IDs
 *   AAC_PORT_CORE           1 if core.c is part of the build
 */

#ifndef AAC_PORT_H
#define AAC_PORT_H

#include <anjay_init.h>

#include <anjay_modules/anjay_dm_utils.h>
#include <anjay_modules/anjay_notify.h>
#include <anjay_modules/anjay_utils_core.h>

#include <access_control_host.h>

#if !defined(AAC_PORT_OBJECTS_BY_DM) || !defined(AAC_PORT_QUEUE_BY_PATH) \
    || !defined(AAC_PORT_CORE)
#  error "Build the port through cmake/AnjayPort.cmake, which probes Anjay."
#endif

VISIBILITY_PRIVATE_HEADER_BEGIN

#define AAC_PORT_OID_OSCORE 21

#define port_log(...) _anjay_log(access_control, __VA_ARGS__)

/** Object 2 of one client. */
typedef struct {
    /* Anjay keeps a list of these members and does not know the others. */
    anjay_dm_installed_object_t installed;
    const anjay_unlocked_dm_object_def_t *def;
    /* NULL once the client is being deleted. */
    aac_t *engine;
    anjay_unlocked_t *anjay;
    /* Whether the engine has a transaction open, see aac_port_edit(). */
    bool is_open;
    /*
     * The change that Anjay asked about, and was allowed, in the transaction
     * that is open. Anjay asks before it changes anything, except in
     * Write-Composite, where it does not ask at all.
     */
    struct {
        bool is_set;
        anjay_ssid_t ssid;
        anjay_oid_t oid;
        anjay_iid_t iid;
    } granted;
} aac_port_t;

typedef enum {
    AAC_PORT_ABSENT,
    AAC_PORT_OURS,
    /* The application registered another Object 2. */
    AAC_PORT_FOREIGN
} aac_port_presence_t;

/** Finds Object 2; @p out_port is set only where it is ours. */
aac_port_presence_t aac_port_find(anjay_unlocked_t *anjay,
                                  aac_port_t **out_port);

const anjay_dm_installed_object_t *aac_port_object(anjay_unlocked_t *anjay,
                                                   anjay_oid_t oid);

/**
 * The engine in a transaction, or NULL. Object 2 may be part of Anjay's without
 * anything being changed in it; the engine's own begins with the first change, so
 * that what the application does before that is not part of it.
 */
aac_t *aac_port_edit(aac_port_t *port);

/** Makes Object 2. */
int aac_port_install(anjay_unlocked_t *anjay);

#ifdef ANJAY_WITH_LOGS
/** Logs why a call was refused. */
void aac_port_log_refusal(void *host, const aac_refusal_t *refusal);
#endif

#if AAC_PORT_CORE
/** The only server other than the Bootstrap-Server, or 0. */
uint16_t aac_port_single_server(void *host);
#endif

VISIBILITY_PRIVATE_HEADER_END

#endif /* AAC_PORT_H */
