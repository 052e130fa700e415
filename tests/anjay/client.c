#include "client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <avsystem/commons/avs_commons_config.h>
#include <avsystem/commons/avs_log.h>
#include <avsystem/commons/avs_stream_inbuf.h>
#include <avsystem/commons/avs_stream_outbuf.h>

void check(bool holds, const char *what, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        exit(1);
    }
}

/* ---- the object ---------------------------------------------------------- */

typedef const anjay_dm_object_def_t *const *object_ptr_t;

static test_object_t *object_of(object_ptr_t def) {
    return (test_object_t *) ((char *) (intptr_t) def - offsetof(test_object_t, def));
}

static int list_instances(anjay_t *anjay, object_ptr_t def, anjay_dm_list_ctx_t *ctx) {
    (void) anjay;
    test_object_t *object = object_of(def);
    if (object->listing_fails) {
        return ANJAY_ERR_INTERNAL;
    }
    for (anjay_iid_t iid = 0; iid < 8; ++iid) {
        if (object->exists[iid]) {
            anjay_dm_emit(ctx, iid);
        }
    }
    if (object->while_listing) {
        void (*hook)(client_t *) = object->while_listing;
        object->while_listing = NULL;
        hook(object->client);
    }
    return 0;
}

static int instance_create(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid) {
    (void) anjay;
    if (iid >= 8) {
        return ANJAY_ERR_BAD_REQUEST;
    }
    object_of(def)->exists[iid] = true;
    object_of(def)->value[iid] = 0;
    return 0;
}

static int instance_remove(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid) {
    (void) anjay;
    object_of(def)->exists[iid] = false;
    return 0;
}

static int instance_reset(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid) {
    (void) anjay;
    object_of(def)->value[iid] = 0;
    return 0;
}

static int list_resources(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid,
                          anjay_dm_resource_list_ctx_t *ctx) {
    (void) anjay;
    (void) def;
    (void) iid;
    anjay_dm_emit_res(ctx, RID_VALUE, ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    anjay_dm_emit_res(ctx, RID_BUTTON, ANJAY_DM_RES_E, ANJAY_DM_RES_PRESENT);
    return 0;
}

static int resource_read(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid,
                         anjay_rid_t rid, anjay_riid_t riid, anjay_output_ctx_t *ctx) {
    (void) anjay;
    (void) rid;
    (void) riid;
    return anjay_ret_i32(ctx, object_of(def)->value[iid]);
}

static int resource_write(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid,
                          anjay_rid_t rid, anjay_riid_t riid, anjay_input_ctx_t *ctx) {
    (void) anjay;
    (void) rid;
    (void) riid;
    test_object_t *object = object_of(def);
    int result = anjay_get_i32(ctx, &object->value[iid]);
    if (!result && object->while_writing) {
        result = object->while_writing(object->client);
    }
    return result;
}

static int resource_execute(anjay_t *anjay, object_ptr_t def, anjay_iid_t iid,
                            anjay_rid_t rid, anjay_execute_ctx_t *ctx) {
    (void) anjay;
    (void) rid;
    (void) ctx;
    ++object_of(def)->value[iid];
    return 0;
}

static int transaction_begin(anjay_t *anjay, object_ptr_t def) {
    (void) anjay;
    test_object_t *object = object_of(def);
    memcpy(object->exists_before, object->exists, sizeof(object->exists));
    memcpy(object->value_before, object->value, sizeof(object->value));
    return 0;
}

static int transaction_rollback(anjay_t *anjay, object_ptr_t def) {
    (void) anjay;
    test_object_t *object = object_of(def);
    memcpy(object->exists, object->exists_before, sizeof(object->exists));
    memcpy(object->value, object->value_before, sizeof(object->value));
    return 0;
}

#define HANDLERS                                                                         \
    .list_instances = list_instances, .instance_create = instance_create,                \
    .instance_reset = instance_reset, .list_resources = list_resources,                  \
    .resource_read = resource_read, .resource_write = resource_write,                    \
    .resource_execute = resource_execute, .transaction_begin = transaction_begin,        \
    .transaction_validate = anjay_dm_transaction_NOOP,                                   \
    .transaction_commit = anjay_dm_transaction_NOOP,                                     \
    .transaction_rollback = transaction_rollback

static const anjay_dm_object_def_t OBJECT = {
    .oid = OID_TEST, .handlers = {HANDLERS, .instance_remove = instance_remove}};

static const anjay_dm_object_def_t FIXED_OBJECT = {.oid = OID_TEST,
                                                   .handlers = {HANDLERS}};

/* ---- CoAP ------------------------------------------------------------------ */

typedef struct {
    uint8_t bytes[1280];
    size_t size;
    unsigned last_option;
} message_t;

static void put(message_t *message, const void *bytes, size_t size) {
    CHECK(message->size + size <= sizeof(message->bytes));
    if (size) {
        memcpy(message->bytes + message->size, bytes, size);
    }
    message->size += size;
}

static void put_option(message_t *message, unsigned number, const void *value,
                       size_t size) {
    unsigned delta = number - message->last_option;
    CHECK(delta < 13 && size < 269);
    uint8_t head[2] = {(uint8_t) (delta << 4 | (size < 13 ? size : 13)),
                       (uint8_t) (size - 13)};
    put(message, head, size < 13 ? 1 : 2);
    put(message, value, size);
    message->last_option = number;
}

static void put_number(message_t *message, unsigned number, unsigned value) {
    uint8_t bytes[2] = {(uint8_t) (value >> 8), (uint8_t) value};
    size_t skip = value > 255 ? 0 : value > 0 ? 1 : 2;
    put_option(message, number, bytes + skip, 2 - skip);
}

static void put_path(message_t *message, const char *path) {
    while (*path == '/') {
        const char *segment = path + 1;
        path = segment + strcspn(segment, "/");
        if (path > segment) {
            put_option(message, 11, segment, (size_t) (path - segment));
        }
    }
}

static void send_to_client(client_t *client, int server, message_t *message) {
    CHECK(client->peer_lengths[server] > 0);
    CHECK(sendto(client->sockets[server], message->bytes, message->size, 0,
                 (const struct sockaddr *) client->peers[server],
                 client->peer_lengths[server])
          == (ssize_t) message->size);
}

/* Acknowledges what the client asks; notes the answer to our own request. */
static int receive(client_t *client, int server) {
    uint8_t in[1280];
    struct sockaddr_in6 from;
    socklen_t length = sizeof(from);
    ssize_t size = recvfrom(client->sockets[server], in, sizeof(in), MSG_DONTWAIT,
                            (struct sockaddr *) &from, &length);
    if (size < 4) {
        return 0;
    }
    memcpy(client->peers[server], &from, length);
    client->peer_lengths[server] = length;
    int type = in[0] >> 4 & 3;
    size_t token = in[0] & 15;
    if (in[1] >= 64) {
        const uint8_t *payload =
            (const uint8_t *) memchr(in + 4 + token, 0xff, (size_t) size - 4 - token);
        client->answer_size = 0;
        if (payload) {
            ++payload;
            client->answer_size = (size_t) (in + size - payload);
            if (client->answer_size >= sizeof(client->answer)) {
                client->answer_size = sizeof(client->answer) - 1;
            }
            memcpy(client->answer, payload, client->answer_size);
        }
        client->answer[client->answer_size] = '\0';
    }
    if (type == 0) {
        message_t out = {.size = 0};
        /* 2.01 with a location for Register, 2.04 for all else. */
        bool is_register = in[1] == POST && memmem(in, (size_t) size, "ep=", 3);
        uint8_t head[4] = {(uint8_t) (0x60 | token),
                           in[1] == 0 || in[1] >= 64 ? 0
                           : is_register             ? 65
                                                     : 68,
                           in[2], in[3]};
        if (head[1] == 0) {
            head[0] = 0x60;
            token = 0;
        }
        put(&out, head, 4);
        put(&out, in + 4, token);
        if (is_register && server != 0) {
            put_option(&out, 8, "rd", 2);
            put_option(&out, 8, "1", 1);
            client->registered[server] = true;
        }
        send_to_client(client, server, &out);
    }
    return in[1] >= 64 ? (in[1] >> 5) * 100 + (in[1] & 31) : 0;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Runs client and servers; returns the code of an answer as soon as there is
 * one, or 0 when nobody has had anything to do for @p idle_ms. */
static int pump(client_t *client, int64_t idle_ms) {
    int64_t until = now_ms() + idle_ms;
    while (now_ms() < until) {
        struct pollfd fds[8];
        avs_net_socket_t *sockets[8];
        nfds_t count = 0;
        for (int server = 0; server < 3; ++server) {
            fds[count].fd = client->sockets[server];
            fds[count++].events = POLLIN;
        }
        AVS_LIST(avs_net_socket_t *const)
        open_sockets = client->anjay ? anjay_get_sockets(client->anjay) : NULL;
        AVS_LIST(avs_net_socket_t *const) it;
        AVS_LIST_FOREACH(it, open_sockets) {
            CHECK(count < 8);
            sockets[count] = *it;
            fds[count].fd = *(const int *) avs_net_socket_get_system(*it);
            fds[count++].events = POLLIN;
        }
        if (poll(fds, count, 2) > 0) {
            until = now_ms() + idle_ms;
            for (nfds_t i = 3; i < count; ++i) {
                if (fds[i].revents) {
                    anjay_serve(client->anjay, sockets[i]);
                    /* It may have closed others. */
                    break;
                }
            }
            for (int server = 0; server < 3; ++server) {
                int code = fds[server].revents ? receive(client, server) : 0;
                if (code) {
                    return code;
                }
            }
        }
        if (client->anjay) {
            anjay_sched_run(client->anjay);
        }
    }
    return 0;
}

void client_settle(client_t *client) {
    pump(client, 30);
}

int client_ask(client_t *client, int server, int method, const char *path, int format,
               const void *payload, size_t size) {
    client_settle(client);
    message_t message = {.size = 0};
    uint8_t head[6] = {0x42,
                       (uint8_t) method,
                       (uint8_t) (++client->message_id >> 8),
                       (uint8_t) client->message_id,
                       (uint8_t) (client->message_id >> 8),
                       (uint8_t) client->message_id};
    put(&message, head, sizeof(head));
    put_path(&message, path);
    if (method != GET && format != NO_FORMAT) {
        put_number(&message, 12, (unsigned) format);
    }
    if (method == GET) {
        put_number(&message, 17, (unsigned) format);
    }
    if (size) {
        put(&message, "\xff", 1);
        put(&message, payload, size);
    }
    send_to_client(client, server, &message);
    int code = pump(client, 3000);
    CHECK(code);
    return code;
}

int client_ask_text(client_t *client, int server, int method, const char *path,
                    int format, const char *payload) {
    return client_ask(client, server, method, path, format, payload, strlen(payload));
}

/* ---- the client ------------------------------------------------------------ */

static void add_server(client_t *client, anjay_ssid_t ssid, bool is_bootstrap) {
    int server = is_bootstrap ? 0 : ssid;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    CHECK(!bind(client->sockets[server], (struct sockaddr *) &address, length));
    CHECK(!getsockname(client->sockets[server], (struct sockaddr *) &address, &length));
    char uri[64];
    snprintf(uri, sizeof(uri), "coap://127.0.0.1:%u", ntohs(address.sin_port));
    anjay_security_instance_t security = {.ssid = is_bootstrap ? ANJAY_SSID_ANY : ssid,
                                          .server_uri = uri,
                                          .security_mode = ANJAY_SECURITY_NOSEC,
                                          .bootstrap_server = is_bootstrap};
    anjay_iid_t iid = (anjay_iid_t) server;
    CHECK(!anjay_security_object_add_instance(client->anjay, &security, &iid));
    if (!is_bootstrap) {
        anjay_server_instance_t instance = {.ssid = ssid,
                                            .lifetime = 86400,
                                            .default_min_period = -1,
                                            .default_max_period = -1,
                                            .disable_timeout = -1,
                                            .binding = "U"};
        CHECK(!anjay_server_object_add_instance(client->anjay, &instance, &iid));
    }
}

void client_start(client_t *client, bool with_bootstrap, bool with_bob, bool can_remove) {
#ifdef AVS_COMMONS_WITH_AVS_LOG
    avs_log_set_default_level(getenv("TEST_LOG") ? AVS_LOG_DEBUG : AVS_LOG_QUIET);
#endif
    memset(client, 0, sizeof(*client));
    client->message_id = (uint16_t) (now_ms() & 0x3fff);
    for (int server = 0; server < 3; ++server) {
        client->sockets[server] = socket(AF_INET, SOCK_DGRAM, 0);
        CHECK(client->sockets[server] >= 0);
    }
    anjay_configuration_t configuration = {.endpoint_name = "urn:test:access-control",
                                           .in_buffer_size = 4000,
                                           .out_buffer_size = 4000,
                                           .msg_cache_size = 4000};
    CHECK((client->anjay = anjay_new(&configuration)));
    CHECK(!anjay_security_object_install(client->anjay));
    CHECK(!anjay_server_object_install(client->anjay));
    CHECK(!anjay_access_control_install(client->anjay));
    client->object.def = can_remove ? &OBJECT : &FIXED_OBJECT;
    client->object.client = client;
    CHECK(!anjay_register_object(client->anjay, &client->object.def));
    add_server(client, ALICE, false);
    if (with_bob) {
        add_server(client, BOB, false);
    }
    if (with_bootstrap) {
        add_server(client, 0, true);
    }
    for (int i = 0;
         i < 100
         && !(client->registered[ALICE] && (!with_bob || client->registered[BOB]));
         ++i) {
        client_settle(client);
    }
    CHECK(client->registered[ALICE] && (!with_bob || client->registered[BOB]));
    if (with_bootstrap && !client->peer_lengths[0]) {
        /* The client does not speak first: it has a socket for this server, to
         * which the others point by exclusion. */
        AVS_LIST(const anjay_socket_entry_t) it;
        AVS_LIST_FOREACH(it, anjay_get_socket_entries(client->anjay)) {
            char port[8];
            if (it->ssid == ANJAY_SSID_BOOTSTRAP
                && avs_is_ok(
                    avs_net_socket_get_local_port(it->socket, port, sizeof(port)))) {
                struct sockaddr_in peer = {.sin_family = AF_INET};
                peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                peer.sin_port = htons((uint16_t) atoi(port));
                memcpy(client->peers[0], &peer, sizeof(peer));
                client->peer_lengths[0] = sizeof(peer);
            }
        }
        CHECK(client->peer_lengths[0] > 0);
    }
}

void client_stop(client_t *client) {
    /* First, so that nobody waits for an answer to De-register. */
    for (int server = 0; server < 3; ++server) {
        close(client->sockets[server]);
    }
    anjay_delete(client->anjay);
}

size_t client_persist(client_t *client, uint8_t *buffer, size_t size) {
    avs_stream_outbuf_t stream = AVS_STREAM_OUTBUF_STATIC_INITIALIZER;
    avs_stream_outbuf_set_buffer(&stream, buffer, size);
    CHECK(
        avs_is_ok(anjay_access_control_persist(client->anjay, (avs_stream_t *) &stream)));
    return avs_stream_outbuf_offset(&stream);
}

bool client_restore(client_t *client, const uint8_t *buffer, size_t size) {
    avs_stream_inbuf_t stream = AVS_STREAM_INBUF_STATIC_INITIALIZER;
    avs_stream_inbuf_set_buffer(&stream, buffer, size);
    return avs_is_ok(
        anjay_access_control_restore(client->anjay, (avs_stream_t *) &stream));
}
