/**
 * @file
 * The life of a client, and its event loop.
 *
 * This is the sandbox: a client inside one process, which opens no socket. The
 * names and types are Anjay's, as far as ordinary custom objects use them, so
 * that one source file can be compiled for either.
 *
 * Threads: each client has a lock that every function here takes, and that is
 * held while handlers of the application run. Handlers may call any function
 * again but anjay_delete().
 */
#ifndef ANJAY_INCLUDE_ANJAY_CORE_H
#define ANJAY_INCLUDE_ANJAY_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <avsystem/commons/avs_list.h>
#include <avsystem/commons/avs_log.h>
#include <avsystem/commons/avs_net.h>
#include <avsystem/commons/avs_stream.h>
#include <avsystem/commons/avs_time.h>

#include <anjay/anjay_config.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Short Server ID. */
typedef uint16_t anjay_ssid_t;
/** Object ID. */
typedef uint16_t anjay_oid_t;
/** Object Instance ID. */
typedef uint16_t anjay_iid_t;
/** Resource ID. */
typedef uint16_t anjay_rid_t;
/** Resource Instance ID. */
typedef uint16_t anjay_riid_t;

/** As an ACL key: the default entry. No server has it. */
#define ANJAY_SSID_ANY 0
/** The Bootstrap-Server. */
#define ANJAY_SSID_BOOTSTRAP UINT16_MAX
/** "No ID"; see each function for what it means there. */
#define ANJAY_ID_INVALID UINT16_MAX

/** A client. */
typedef struct anjay_struct anjay_t;

/** A CoAP code from its class and detail, such as 4 and 4 for 4.04. */
#define ANJAY_COAP_STATUS(Maj, Min) ((uint8_t) (((Maj) << 5) | ((Min) &0x1F)))

/*
 * What handlers return to have an operation answered with a certain code; any
 * other number but 0 is answered with 5.00.
 */
#define ANJAY_ERR_BAD_REQUEST (-(int) ANJAY_COAP_STATUS(4, 0))
#define ANJAY_ERR_UNAUTHORIZED (-(int) ANJAY_COAP_STATUS(4, 1))
#define ANJAY_ERR_BAD_OPTION (-(int) ANJAY_COAP_STATUS(4, 2))
#define ANJAY_ERR_FORBIDDEN (-(int) ANJAY_COAP_STATUS(4, 3))
#define ANJAY_ERR_NOT_FOUND (-(int) ANJAY_COAP_STATUS(4, 4))
#define ANJAY_ERR_METHOD_NOT_ALLOWED (-(int) ANJAY_COAP_STATUS(4, 5))
#define ANJAY_ERR_NOT_ACCEPTABLE (-(int) ANJAY_COAP_STATUS(4, 6))
#define ANJAY_ERR_REQUEST_ENTITY_INCOMPLETE (-(int) ANJAY_COAP_STATUS(4, 8))
#define ANJAY_ERR_UNSUPPORTED_CONTENT_FORMAT (-(int) ANJAY_COAP_STATUS(4, 15))
#define ANJAY_ERR_INTERNAL (-(int) ANJAY_COAP_STATUS(5, 0))
#define ANJAY_ERR_NOT_IMPLEMENTED (-(int) ANJAY_COAP_STATUS(5, 1))
#define ANJAY_ERR_SERVICE_UNAVAILABLE (-(int) ANJAY_COAP_STATUS(5, 3))

/**
 * How a client is set up. The sandbox demands an endpoint name and ignores the
 * rest, which is here so that programs that set it compile.
 */
typedef struct anjay_configuration {
    /** Name of the client; neither NULL nor empty. */
    const char *endpoint_name;
    uint16_t udp_listen_port;
    size_t in_buffer_size;
    size_t out_buffer_size;
    size_t msg_cache_size;
    bool confirmable_notifications;
    bool disable_legacy_server_initiated_bootstrap;
    size_t stored_notification_limit;
    bool prefer_hierarchical_formats;
    bool use_connection_id;
    bool update_immediately_on_dm_change;
    bool enable_self_notify;
    bool connection_error_is_registration_failure;
} anjay_configuration_t;

/** Says "sandbox". */
const char *anjay_get_version(void);

/**
 * Makes a client without Objects.
 *
 * @param config The configuration; not used after the call.
 * @returns The client, or NULL for a missing endpoint name.
 */
anjay_t *anjay_new(const anjay_configuration_t *config);

/**
 * Frees a client with everything installed in it. Objects that the application
 * registered remain the application's.
 *
 * @param anjay A client that no other thread uses, or NULL. Must not be called
 *              from a handler.
 */
void anjay_delete(anjay_t *anjay);

/**
 * Executes operations that it reads as lines from standard input, and prints
 * the answers. The line "help" lists the operations; COMMANDS.md describes
 * them.
 *
 * @param anjay         The client.
 * @param max_wait_time How soon, at the latest, an interruption is noticed
 *                      while no input comes; at most a second.
 * @returns 0 at the end of the input, after "quit", or after
 *          anjay_event_loop_interrupt(); -1 if @p anjay is NULL or input or
 *          output fail.
 */
int anjay_event_loop_run(anjay_t *anjay, avs_time_duration_t max_wait_time);

/** The same as anjay_event_loop_run(): there is no connection that could fail. */
int anjay_event_loop_run_with_error_handling(anjay_t *anjay,
                                             avs_time_duration_t max_wait_time);

/**
 * Ends the event loop after the operation under way; from any thread, a handler
 * or a signal handler.
 *
 * @returns 0, or -1 if @p anjay is NULL.
 */
int anjay_event_loop_interrupt(anjay_t *anjay);

/**
 * Does at once what the event loop does between operations: access control
 * follows the changes that anjay_notify_instances_changed() reported, and
 * notifications are printed.
 */
void anjay_sched_run(anjay_t *anjay);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_INCLUDE_ANJAY_CORE_H */
