/**
 * @file
 * The one type of networking that accounts of servers mention. The sandbox has
 * no network.
 */
#ifndef AVS_COMMONS_NET_H
#define AVS_COMMONS_NET_H

/* Not needed here; but applications rely on these two coming along. */
#include <limits.h>
#include <stdlib.h>

#include <stddef.h>
#include <stdint.h>

/** A list of cipher suites; ignored. */
typedef struct {
    uint32_t *ids;
    size_t num_ids;
} avs_net_socket_tls_ciphersuites_t;

#endif /* AVS_COMMONS_NET_H */
