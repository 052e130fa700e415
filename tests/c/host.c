#include "host.h"

static object_t *find(const anjay_t *client, uint16_t oid) {
    for (size_t i = 0; i < client->object_count; ++i) {
        if (client->objects[i].oid == oid) {
            return (object_t *) (uintptr_t) &client->objects[i];
        }
    }
    return NULL;
}

bool client_has(const anjay_t *client, uint16_t oid, uint16_t iid) {
    const object_t *object = find(client, oid);
    for (size_t i = 0; object && i < object->count; ++i) {
        if (object->iids[i] == iid) {
            return true;
        }
    }
    return false;
}

void client_add(anjay_t *client, uint16_t oid, uint16_t iid) {
    object_t *object = find(client, oid);
    if (!object) {
        CHECK(client->object_count < MAX_OBJECTS);
        object = &client->objects[client->object_count++];
        memset(object, 0, sizeof(*object));
        object->oid = oid;
    }
    CHECK(object->count < MAX_INSTANCES);
    object->iids[object->count++] = iid;
}

int client_remove(anjay_t *client, uint16_t oid, uint16_t iid) {
    object_t *object = find(client, oid);
    for (size_t i = 0; object && i < object->count; ++i) {
        if (object->iids[i] == iid) {
            object->iids[i] = object->iids[--object->count];
            return 0;
        }
    }
    return -1;
}

void client_unregister(anjay_t *client, uint16_t oid) {
    object_t *object = find(client, oid);
    CHECK(object);
    *object = client->objects[--client->object_count];
}

void client_drop_server(anjay_t *client, uint16_t ssid) {
    CHECK(client_remove(client, 0, ssid) == 0);
    CHECK(client_remove(client, 1, ssid) == 0);
}

/* ---- answers --------------------------------------------------------------- */

static bool fails(anjay_t *client) {
    if (client->answers_left > 0) {
        --client->answers_left;
        return false;
    }
    return client->answers_left == 0;
}

static int is_object_registered(void *host, uint16_t oid) {
    anjay_t *client = (anjay_t *) host;
    return fails(client) ? -1 : find(client, oid) != NULL;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    anjay_t *client = (anjay_t *) host;
    if (client->on_question) {
        client->on_question(client);
    }
    return fails(client) ? -1 : client_has(client, oid, iid);
}

/* Security and Server instances have the SSID as their ID. */
static int is_server_known(void *host, uint16_t ssid) {
    anjay_t *client = (anjay_t *) host;
    return fails(client) ? -1 : client_has(client, 1, ssid);
}

static uint16_t single_server(void *host) {
    const object_t *security = find((anjay_t *) host, 0);
    return security && security->count == 1 ? security->iids[0] : 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    anjay_t *client = (anjay_t *) host;
    const object_t *object = find(client, oid);
    if (fails(client) || !object) {
        return -1;
    }
    for (size_t i = 0; i < object->count; ++i) {
        if (aac_ids_add(found, object->iids[i])) {
            return -1;
        }
    }
    return 0;
}

static int list_accounts(void *host, aac_ids_t *found) {
    return list_instances(host, 0, found);
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    anjay_t *client = (anjay_t *) host;
    return oid == client->fixed_oid || fails(client) ? -1
                                                     : client_remove(client, oid, iid);
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    anjay_t *client = (anjay_t *) host;
    ++client->changes;
    client->changed_iid = iid;
    client->changed_rid = rid;
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

/* ---- glue ------------------------------------------------------------------ */

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

void client_init(anjay_t *client) {
    memset(client, 0, sizeof(*client));
    client->answers_left = -1;
    for (uint16_t ssid = 1; ssid <= 3; ++ssid) {
        client_add(client, 0, ssid);
        client_add(client, 1, ssid);
    }
    for (uint16_t iid = 0; iid < 5; ++iid) {
        client_add(client, 1234, iid);
    }
    client_add(client, 1235, 7);
}

void client_deinit(anjay_t *client) {
    aac_free(client->engine);
    client->engine = NULL;
}

/* ---- streams --------------------------------------------------------------- */

static const avs_error_t NO_ERROR = {0, 0};
static const avs_error_t BROKEN = {AVS_ERRNO_CATEGORY, AVS_EIO};

avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer, size_t length) {
    CHECK(stream->length + length <= STREAM_SIZE);
    if (stream->limit - stream->length < length) {
        return BROKEN;
    }
    memcpy(stream->bytes + stream->length, buffer, length);
    stream->length += length;
    return NO_ERROR;
}

avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer, size_t length) {
    size_t end = stream->length < stream->limit ? stream->length : stream->limit;
    if (end - stream->position < length) {
        return BROKEN;
    }
    memcpy(buffer, stream->bytes + stream->position, length);
    stream->position += length;
    return NO_ERROR;
}

void snapshot(anjay_t *client, avs_stream_t *stream) {
    memset(stream, 0, sizeof(*stream));
    stream->limit = STREAM_SIZE;
    CHECK(anjay_access_control_persist(client, stream).code == 0);
}

bool is_unchanged(anjay_t *client, const avs_stream_t *before) {
    static avs_stream_t now;
    snapshot(client, &now);
    return now.length == before->length && !memcmp(now.bytes, before->bytes, now.length);
}

static void put(avs_stream_t *stream, unsigned bytes, uint32_t value) {
    while (bytes-- > 0) {
        uint8_t byte = (uint8_t) (value >> 8 * bytes);
        CHECK(avs_stream_write(stream, &byte, 1).code == 0);
    }
}

static uint16_t get(const anjay_t *client, int32_t iid, uint16_t rid, int32_t riid) {
    uint16_t value = 0;
    CHECK(aac_read(client->engine, (uint16_t) iid, rid, (uint16_t) riid, &value) == 0);
    return value;
}

/* Writes what persist() would, from what the handlers tell. */
bool is_read_unchanged(const anjay_t *client, const avs_stream_t *before) {
    static avs_stream_t now;
    uint32_t count = 0;
    now.length = 8;
    now.limit = STREAM_SIZE;
    for (int32_t iid = -1; (iid = aac_next_instance(client->engine, iid)) >= 0; ++count) {
        int32_t ssid = aac_next_entry(client->engine, (uint16_t) iid, -1);
        put(&now, 2, get(client, iid, 0, 0));
        put(&now, 2, (uint32_t) iid);
        put(&now, 2, get(client, iid, 1, 0));
        put(&now, 2, get(client, iid, 3, 0));
        put(&now, 1, ssid >= -1);
        size_t length_at = now.length;
        uint32_t entries = 0;
        if (ssid >= -1) {
            put(&now, 4, 0);
        }
        for (; ssid >= 0; ssid = aac_next_entry(client->engine, (uint16_t) iid, ssid)) {
            put(&now, 2, get(client, iid, 2, ssid));
            put(&now, 2, (uint32_t) ssid);
            now.bytes[length_at + 3] = (uint8_t) ++entries;
        }
    }
    return now.length == before->length && before->bytes[7] == count
           && !memcmp(now.bytes + 8, before->bytes + 8, now.length - 8);
}

/* ---- values ---------------------------------------------------------------- */

static uint32_t stride = 1;

void stride_from(int argc, char **argv) {
    if (argc > 1) {
        stride = (uint32_t) atoi(argv[1]);
    }
}

uint32_t next_value(uint32_t value) {
    uint32_t high = UINT16_MAX - 64;
    if (value < 64 || value >= high) {
        return value + 1;
    }
    return value + stride < high ? value + stride : high;
}
