/**
 * @file
 * The Server Object (/1): the servers, as they themselves see it.
 */
#ifndef ANJAY_INCLUDE_ANJAY_SERVER_H
#define ANJAY_INCLUDE_ANJAY_SERVER_H

#include <anjay/dm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A server. The sandbox keeps the periods, and nothing depends on them. */
typedef struct {
    anjay_ssid_t ssid;
    /** In seconds, above 0. */
    int32_t lifetime;
    /** Negative for none. */
    int32_t default_min_period;
    /** Negative for none. */
    int32_t default_max_period;
    /** Negative for none. */
    int32_t disable_timeout;
    /** Such as "U"; not NULL. */
    const char *binding;
    bool notification_storing;
    const uint32_t *initial_registration_delay_timer;
    const bool *bootstrap_on_registration_failure;
    char preferred_transport;
    bool mute_send;
    const uint32_t *communication_retry_count;
    const uint32_t *communication_retry_timer;
    const uint32_t *communication_sequence_retry_count;
    const uint32_t *communication_sequence_delay_timer;
} anjay_server_instance_t;

/** Installs the Object; -1 if it is there already. */
int anjay_server_object_install(anjay_t *anjay);

/** Adds a server; as anjay_security_object_add_instance(). */
int anjay_server_object_add_instance(anjay_t *anjay,
                                     const anjay_server_instance_t *instance,
                                     anjay_iid_t *inout_iid);

/** Removes all servers. */
void anjay_server_object_purge(anjay_t *anjay);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_INCLUDE_ANJAY_SERVER_H */
