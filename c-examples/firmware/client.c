#include "client.h"

#include <string.h>

/* ---- the table of objects ------------------------------------------------- */

static client_object_t *find_object(anjay_t *client, uint16_t oid) {
    for (uint16_t i = 0; i < client->object_count; ++i) {
        if (client->objects[i].oid == oid) {
            return &client->objects[i];
        }
    }
    return NULL;
}

/* The place of the instance, or the one where it belongs. */
static uint16_t place_of(const client_object_t *object, uint16_t iid) {
    uint16_t place = 0;
    while (place < object->count && object->iids[place] < iid) {
        ++place;
    }
    return place;
}

static int32_t *find_value(anjay_t *client, uint16_t oid, uint16_t iid) {
    client_object_t *object = find_object(client, oid);
    uint16_t place = object ? place_of(object, iid) : 0;
    return object && place < object->count && object->iids[place] == iid
               ? &object->values[place]
               : NULL;
}

void client_register_object(anjay_t *client, uint16_t oid) {
    if (client->object_count < CLIENT_OBJECTS && !find_object(client, oid)) {
        client->objects[client->object_count].oid = oid;
        client->objects[client->object_count++].count = 0;
    }
}

int client_add_instance(anjay_t *client, uint16_t oid, uint16_t iid, int32_t value) {
    client_object_t *object = find_object(client, oid);
    if (!object || object->count == CLIENT_INSTANCES || find_value(client, oid, iid)) {
        return -1;
    }
    uint16_t place = place_of(object, iid);
    size_t behind = (size_t) (object->count++ - place);
    memmove(&object->iids[place + 1], &object->iids[place],
            behind * sizeof(object->iids[0]));
    memmove(&object->values[place + 1], &object->values[place],
            behind * sizeof(object->values[0]));
    object->iids[place] = iid;
    object->values[place] = value;
    return 0;
}

int client_remove_instance(anjay_t *client, uint16_t oid, uint16_t iid) {
    client_object_t *object = find_object(client, oid);
    if (!find_value(client, oid, iid)) {
        return -1;
    }
    uint16_t place = place_of(object, iid);
    size_t behind = (size_t) (--object->count - place);
    memmove(&object->iids[place], &object->iids[place + 1],
            behind * sizeof(object->iids[0]));
    memmove(&object->values[place], &object->values[place + 1],
            behind * sizeof(object->values[0]));
    return 0;
}

/* ---- what the engine asks ------------------------------------------------- */

static int is_object_registered(void *host, uint16_t oid) {
    return find_object((anjay_t *) host, oid) != NULL;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    return find_value((anjay_t *) host, oid, iid) != NULL;
}

static int is_server_known(void *host, uint16_t ssid) {
    const anjay_t *client = (const anjay_t *) host;
    for (uint16_t i = 0; i < client->server_count; ++i) {
        if (client->servers[i] == ssid) {
            return 1;
        }
    }
    return 0;
}

static uint16_t single_server(void *host) {
    const anjay_t *client = (const anjay_t *) host;
    return client->server_count == 1 ? client->servers[0] : 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    const client_object_t *object = find_object((anjay_t *) host, oid);
    for (uint16_t i = 0; object && i < object->count; ++i) {
        if (aac_ids_add(found, object->iids[i])) {
            return -1;
        }
    }
    return object ? 0 : -1;
}

static int list_accounts(void *host, aac_ids_t *found) {
    const anjay_t *client = (const anjay_t *) host;
    for (uint16_t i = 0; i < client->server_count; ++i) {
        if (aac_ids_add(found, client->servers[i])) {
            return -1;
        }
    }
    return 0;
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    return client_remove_instance((anjay_t *) host, oid, iid);
}

/* This client has no Observe; one that has would queue a notification. */
static void changed(void *host, uint16_t iid, uint16_t rid) {
    (void) host;
    (void) iid;
    (void) rid;
}

static const aac_host_t OPS = {is_object_registered,
                               is_instance_present,
                               is_server_known,
                               single_server,
                               list_instances,
                               list_accounts,
                               remove_instance,
                               changed,
                               NULL};

/* ---- how applications reach the engine; there are no threads, so no lock --- */

int aac_client_install(anjay_t *client) {
    if (client->engine) {
        return -1;
    }
    client->engine = aac_new(&OPS, client);
    return client->engine ? 0 : -1;
}

int aac_client_call(anjay_t *client, aac_body_t *body, void *arg) {
    return body(client->engine, arg);
}

/* ---- streams -------------------------------------------------------------- */

avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer, size_t length) {
    avs_error_t error = {0, 0};
    if (sizeof(stream->bytes) - stream->length < length) {
        error.category = AVS_ERRNO_CATEGORY;
        error.code = AVS_EIO;
        return error;
    }
    memcpy(stream->bytes + stream->length, buffer, length);
    stream->length += length;
    return error;
}

avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer, size_t length) {
    avs_error_t error = {0, 0};
    if (stream->length - stream->position < length) {
        error.category = AVS_ERRNO_CATEGORY;
        error.code = AVS_EIO;
        return error;
    }
    memcpy(buffer, stream->bytes + stream->position, length);
    stream->position += length;
    return error;
}

/* ---- what servers ask for ------------------------------------------------- */

static bool may(anjay_t *client, uint16_t ssid, int operation, uint16_t oid,
                uint16_t iid) {
    aac_decision_t why;
    bool allowed = aac_decide(client->engine, ssid, operation, oid, iid, &why);
    client->decided(ssid, operation, oid, iid, &why);
    return allowed;
}

client_code_t client_read(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid,
                          int32_t *value) {
    const int32_t *found = find_value(client, oid, iid);
    if (!may(client, ssid, AAC_READ, oid, iid)) {
        return UNAUTHORIZED;
    }
    if (found) {
        *value = *found;
    }
    return found ? CONTENT : NOT_FOUND;
}

client_code_t client_write(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid,
                           int32_t value) {
    int32_t *found = find_value(client, oid, iid);
    if (!may(client, ssid, AAC_WRITE, oid, iid)) {
        return UNAUTHORIZED;
    }
    if (found) {
        *found = value;
    }
    return found ? CHANGED : NOT_FOUND;
}

client_code_t client_create(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid) {
    if (!may(client, ssid, AAC_CREATE, oid, iid)) {
        return UNAUTHORIZED;
    }
    if (client_add_instance(client, oid, iid, 0)) {
        return BAD_REQUEST;
    }
    const aac_change_t change = {oid, &iid, 1};
    if (aac_sync(client->engine, ssid, &change, 1)) {
        /* Without access rights there is to be no instance. */
        (void) client_remove_instance(client, oid, iid);
        return INTERNAL;
    }
    return CREATED;
}

client_code_t client_delete(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid) {
    if (!may(client, ssid, AAC_DELETE, oid, iid)) {
        return UNAUTHORIZED;
    }
    if (client_remove_instance(client, oid, iid)) {
        return NOT_FOUND;
    }
    const aac_change_t change = {oid, NULL, 0};
    return aac_sync(client->engine, ssid, &change, 1) ? INTERNAL : DELETED;
}

client_code_t client_write_entry(anjay_t *client, uint16_t ssid, uint16_t acl_iid,
                                 uint16_t key, int32_t mask) {
    aac_t *aac = client->engine;
    if (!may(client, ssid, AAC_WRITE, 2, acl_iid)) {
        return UNAUTHORIZED;
    }
    if (aac_transaction(aac, AAC_BEGIN)) {
        return INTERNAL;
    }
    if (aac_write(aac, acl_iid, 2, key, mask)) {
        (void) aac_transaction(aac, AAC_ROLLBACK);
        return BAD_REQUEST;
    }
    return aac_transaction(aac, AAC_COMMIT) ? BAD_REQUEST : CHANGED;
}

/* ---- accounts ------------------------------------------------------------- */

int client_add_server(anjay_t *client, uint16_t ssid) {
    if (client->server_count == CLIENT_SERVERS
        || client_add_instance(client, 1, ssid, 0)) {
        return -1;
    }
    client->servers[client->server_count++] = ssid;
    return 0;
}

int client_remove_server(anjay_t *client, uint16_t ssid) {
    uint16_t i = 0;
    while (i < client->server_count && client->servers[i] != ssid) {
        ++i;
    }
    if (i == client->server_count) {
        return -1;
    }
    client->servers[i] = client->servers[--client->server_count];
    (void) client_remove_instance(client, 1, ssid);
    static const aac_change_t CHANGES[] = {{0, NULL, 0}, {1, NULL, 0}};
    return aac_sync(client->engine, ANJAY_SSID_BOOTSTRAP, CHANGES, 2);
}
