/**
 * @file
 * The Security Object (/0): the accounts of servers.
 */
#ifndef ANJAY_INCLUDE_ANJAY_SECURITY_H
#define ANJAY_INCLUDE_ANJAY_SECURITY_H

#include <anjay/dm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An account. The sandbox keeps addresses and keys, and uses neither. */
typedef struct {
    /** Short Server ID; ignored for the Bootstrap-Server. */
    anjay_ssid_t ssid;
    /** Not NULL, not empty. */
    const char *server_uri;
    bool bootstrap_server;
    anjay_security_mode_t security_mode;
    /** In seconds; negative for none. */
    int32_t client_holdoff_s;
    /** In seconds; negative for none. */
    int32_t bootstrap_timeout_s;
    const uint8_t *public_cert_or_psk_identity;
    size_t public_cert_or_psk_identity_size;
    const uint8_t *private_cert_or_psk_key;
    size_t private_cert_or_psk_key_size;
    const uint8_t *server_public_key;
    size_t server_public_key_size;
    const uint8_t *matching_type;
    const char *server_name_indication;
    const uint8_t *certificate_usage;
    avs_net_socket_tls_ciphersuites_t ciphersuites;
} anjay_security_instance_t;

/** Installs the Object; -1 if it is there already. */
int anjay_security_object_install(anjay_t *anjay);

/**
 * Adds an account.
 *
 * @param anjay     A client with the Object.
 * @param instance  The account; not used after the call.
 * @param inout_iid NULL or ANJAY_ID_INVALID there: the lowest free Instance ID;
 *                  else the ID it is to have. Receives the ID.
 * @returns 0; -1, with nothing changed, for a NULL, an ID that is taken, a
 *          server that has an account, or a Short Server ID of 0 or 65535.
 */
int anjay_security_object_add_instance(anjay_t *anjay,
                                       const anjay_security_instance_t *instance,
                                       anjay_iid_t *inout_iid);

/** Removes all accounts. */
void anjay_security_object_purge(anjay_t *anjay);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_INCLUDE_ANJAY_SECURITY_H */
