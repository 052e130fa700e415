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
 * cmake/AnjayPort.cmake finds out about the version and defines what follows.
 * Without CMake, compile drop_in.c; what is not defined is taken to be as in the
 * newest Anjay, and what was guessed or said wrongly does not compile.
 *
 *   AAC_PORT_OBJECTS_BY_DM  1 if objects are looked up in the data model (from
 *                           Anjay 3.8.1), 0 if in the client
 *   AAC_PORT_QUEUE_BY_PATH  1 if notifications are queued by path (from 3.9.0),
 *                           0 if by IDs
 *   AAC_PORT_CORE           1 if core.c is part of the build (from 3.8.1)
 */

#ifndef AAC_PORT_H
#define AAC_PORT_H

#include <anjay_init.h>

#include <anjay_modules/anjay_dm_utils.h>
#include <anjay_modules/anjay_notify.h>
#include <anjay_modules/anjay_utils_core.h>

#include <access_control_host.h>

#ifndef AAC_PORT_OBJECTS_BY_DM
#    define AAC_PORT_OBJECTS_BY_DM 1
#endif
#ifndef AAC_PORT_QUEUE_BY_PATH
#    define AAC_PORT_QUEUE_BY_PATH 1
#endif
#ifndef AAC_PORT_CORE
#    define AAC_PORT_CORE 1
#endif
#if AAC_PORT_CORE && !AAC_PORT_OBJECTS_BY_DM
#    error "Define AAC_PORT_CORE=0: before 3.8.1 only the module can be replaced."
#endif

VISIBILITY_PRIVATE_HEADER_BEGIN

#ifdef __GNUC__
/* The declarations of Anjay before the change; the compiler shows these names. */
#    define AAC_PORT_IS_OLD(Function, ...) \
        __builtin_types_compatible_p(__typeof__(&(Function)), __VA_ARGS__)
#    if AAC_PORT_OBJECTS_BY_DM
AVS_STATIC_ASSERT(
        !AAC_PORT_IS_OLD(_anjay_dm_find_object_by_oid,
                         const anjay_dm_installed_object_t *(*) (anjay_unlocked_t *, anjay_oid_t)),
        define_AAC_PORT_OBJECTS_BY_DM_0_AAC_PORT_QUEUE_BY_PATH_0_AAC_PORT_CORE_0);
#    else
AVS_STATIC_ASSERT(
        AAC_PORT_IS_OLD(_anjay_dm_find_object_by_oid,
                        const anjay_dm_installed_object_t *(*) (anjay_unlocked_t *, anjay_oid_t)),
        define_AAC_PORT_OBJECTS_BY_DM_1);
#    endif
#    if AAC_PORT_QUEUE_BY_PATH
AVS_STATIC_ASSERT(
        !AAC_PORT_IS_OLD(_anjay_notify_queue_instance_set_unknown_change,
                         int (*)(anjay_notify_queue_t *, anjay_oid_t)),
        define_AAC_PORT_QUEUE_BY_PATH_0);
#    else
AVS_STATIC_ASSERT(
        AAC_PORT_IS_OLD(_anjay_notify_queue_instance_set_unknown_change,
                        int (*)(anjay_notify_queue_t *, anjay_oid_t)),
        define_AAC_PORT_QUEUE_BY_PATH_1);
#    endif
#endif

#define AAC_PORT_OID_OSCORE 21

/* A target as aac_ask() and aac_grant() take it. */
#define AAC_PORT_TARGET(Oid, Iid) ((uint32_t) (Oid) << 16 | (Iid))

/* For functions that are there to be code once, which compilers do not see. */
#ifdef __GNUC__
#    define AAC_PORT_SHARED __attribute__((noinline))
#else
#    define AAC_PORT_SHARED
#endif

#define port_log(...) _anjay_log(access_control, __VA_ARGS__)

/** Object 2 of one client. */
typedef struct {
    /* Anjay keeps a list of these members and does not know the others. */
    anjay_dm_installed_object_t installed;
    const anjay_unlocked_dm_object_def_t *def;
    /* NULL once the client is being deleted. */
    aac_t *engine;
    anjay_unlocked_t *anjay;
    /* The change that Anjay asked about, and was allowed, in the transaction that
     * is open. */
    struct {
        /* 0, which is nobody's, if there is none. */
        anjay_ssid_t ssid;
        uint32_t target;
    } permitted;
} aac_port_t;

/** Object 2 of a client; NULL if there is none, or it is not ours. */
aac_port_t *aac_port_find(anjay_unlocked_t *anjay);

const anjay_dm_installed_object_t *aac_port_object(anjay_unlocked_t *anjay,
                                                   anjay_oid_t oid);

/** Makes Object 2. */
int aac_port_install(anjay_unlocked_t *anjay);

#ifdef ANJAY_WITH_LOGS
/** Logs why a call was refused. */
void aac_port_log_refusal(void *host, const aac_refusal_t *refusal);
#endif

#if AAC_PORT_CORE
/** The only server other than the Bootstrap-Server; 0 or 65535 if there is none. */
uint16_t aac_port_single_server(void *host);
#endif

VISIBILITY_PRIVATE_HEADER_END

#endif /* AAC_PORT_H */
