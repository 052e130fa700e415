/* The engine behind a host of one Object, /3303, with the instance 0. */
#include <anjay_access_control_hooks.h>

#include <stdio.h>

struct anjay_struct {
    aac_t *engine;
};

int anjay_access_control_install(struct anjay_struct *client);
int anjay_access_control_set_acl(struct anjay_struct *client, uint16_t oid, uint16_t iid,
                                 uint16_t ssid, uint16_t mask);

static int is_object_registered(void *host, uint16_t oid) {
    (void) host;
    return oid == 3303;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    return is_object_registered(host, oid) && iid == 0;
}

static int is_server_known(void *host, uint16_t ssid) {
    (void) host;
    return ssid == 1 || ssid == 2;
}

static uint16_t single_server(void *host) {
    (void) host;
    return 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    (void) host;
    return oid == 3303 ? aac_ids_add(found, 0) : -1;
}

static int list_accounts(void *host, aac_ids_t *found) {
    (void) host;
    return aac_ids_add(found, 1) || aac_ids_add(found, 2) ? -1 : 0;
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    (void) host;
    (void) oid;
    (void) iid;
    return -1;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    (void) host;
    (void) iid;
    (void) rid;
}

static const aac_host_t OPS = { is_object_registered, is_instance_present, is_server_known,
                                single_server,        list_instances,      list_accounts,
                                remove_instance,      changed,             NULL };

int aac_client_install(struct anjay_struct *client) {
    client->engine = aac_new(&OPS, client);
    return client->engine ? 0 : -1;
}

int aac_client_call(struct anjay_struct *client, aac_body_t *body, void *arg) {
    return body(client->engine, arg);
}

/* Nothing is persisted here. */
struct error {
    uint16_t category, code;
};

struct error avs_stream_write(void *stream, const void *buffer, size_t length);
struct error avs_stream_read_reliably(void *stream, void *buffer, size_t length);

struct error avs_stream_write(void *stream, const void *buffer, size_t length) {
    const struct error none = { 1, 1 };
    (void) stream;
    (void) buffer;
    (void) length;
    return none;
}

struct error avs_stream_read_reliably(void *stream, void *buffer, size_t length) {
    return avs_stream_write(stream, buffer, length);
}

int main(void) {
    struct anjay_struct client = { NULL };
    if (anjay_access_control_install(&client)
            || anjay_access_control_set_acl(&client, 3303, 0, 2, 1)) {
        return 1;
    }
    int is_right = aac_decide(client.engine, 2, AAC_READ, 3303, 0, NULL)
                   && !aac_decide(client.engine, 2, AAC_WRITE, 3303, 0, NULL)
                   && !aac_decide(client.engine, 1, AAC_READ, 3303, 0, NULL);
    aac_free(client.engine);
    puts(is_right ? "decided as expected" : "decided wrongly");
    return !is_right;
}
