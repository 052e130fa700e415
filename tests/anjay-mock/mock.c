#include <mock.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

anjay_t MOCK;
int MOCK_FAILING_ALLOCATION;
static bool LOCKED;

anjay_unlocked_t *mock_client(void) {
#ifdef ANJAY_WITH_THREAD_SAFETY
    return &MOCK.unlocked;
#else
    return &MOCK;
#endif
}

char MOCK_LOGGED[256];
unsigned MOCK_LOG_COUNT;

void mock_log(const char *level, const char *format, ...) {
    size_t used = (size_t) snprintf(MOCK_LOGGED, sizeof(MOCK_LOGGED), "%s: ", level);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(MOCK_LOGGED + used, sizeof(MOCK_LOGGED) - used, format, arguments);
    va_end(arguments);
    ++MOCK_LOG_COUNT;
    if (getenv("MOCK_LOG")) {
        fprintf(stderr, "%s\n", MOCK_LOGGED);
    }
}

void _anjay_log_oom(void) {
    mock_log("anjay ERROR", "out of memory");
}

/* ---- memory and lists --------------------------------------------------------- */

void *mock_calloc(size_t count, size_t size) {
    if (MOCK_FAILING_ALLOCATION && --MOCK_FAILING_ALLOCATION == 0) {
        return NULL;
    }
    return calloc(count, size);
}

typedef union {
    void *next;
    long double align;
} link_t;

void *mock_list_new(size_t size) {
    link_t *link = (link_t *) mock_calloc(1, sizeof(link_t) + size);
    return link ? link + 1 : NULL;
}

void **mock_list_next(const void *element) {
    return &((link_t *) (intptr_t) element - 1)->next;
}

void mock_list_delete(void **list) {
    void *element = *list;
    *list = *mock_list_next(element);
    free((link_t *) element - 1);
}

size_t mock_list_size(const void *list) {
    size_t size = 0;
    for (; list; list = *mock_list_next(list)) {
        ++size;
    }
    return size;
}

/* ---- the lock ---------------------------------------------------------------------- */

anjay_unlocked_t *mock_lock(anjay_t *anjay) {
    CHECK(anjay == &MOCK);
    CHECK(!LOCKED);
    LOCKED = true;
    return mock_client();
}

void mock_unlock(anjay_t *anjay) {
    (void) anjay;
    CHECK(LOCKED);
    LOCKED = false;
}

/* Handlers of the application run without the lock. */
static void call_application(void (**hook)(void)) {
    void (*run)(void) = *hook;
    *hook = NULL;
    if (run) {
        bool was_locked = LOCKED;
        LOCKED = false;
        run();
        LOCKED = was_locked;
    }
}

/* ---- contexts
 * --------------------------------------------------------------------------- */

void _anjay_dm_emit_unlocked(anjay_unlocked_dm_list_ctx_t *ctx, uint16_t id) {
    CHECK(id != ANJAY_ID_INVALID);
    /* Anjay fails the whole listing otherwise. */
    CHECK(ctx->count == 0 || ctx->ids[ctx->count - 1] < id);
    CHECK(ctx->count < 64);
    ctx->ids[ctx->count++] = id;
    if (ctx->on_emit) {
        /* The core itself calls other handlers here: the lock stays. */
        ctx->on_emit();
    }
}

void _anjay_dm_emit_res_unlocked(anjay_unlocked_dm_resource_list_ctx_t *ctx,
                                 anjay_rid_t rid, anjay_dm_resource_kind_t kind,
                                 anjay_dm_resource_presence_t presence) {
    static const anjay_dm_resource_kind_t KINDS[] = {ANJAY_DM_RES_R, ANJAY_DM_RES_R,
                                                     ANJAY_DM_RES_RWM, ANJAY_DM_RES_RW};
    CHECK(rid == ctx->count && rid < 4 && kind == KINDS[rid]);
    ctx->presence[ctx->count++] = presence;
}

int _anjay_ret_i64_unlocked(anjay_unlocked_output_ctx_t *ctx, int64_t value) {
    ctx->value = value;
    return 0;
}

int _anjay_get_i64_unlocked(anjay_unlocked_input_ctx_t *ctx, int64_t *value) {
    *value = ctx->value;
    return 0;
}

/* ---- the data model
 * ------------------------------------------------------------------------- */

anjay_dm_t *_anjay_get_dm(anjay_unlocked_t *anjay) {
    return (anjay_dm_t *) anjay;
}

static mock_object_t *other_object(const anjay_dm_installed_object_t *object) {
    anjay_unlocked_t *client = mock_client();
    for (size_t i = 0; i < 4; ++i) {
        if (client->objects[i] && &client->objects[i]->installed == object) {
            return client->objects[i];
        }
    }
    return NULL;
}

const anjay_dm_installed_object_t *_anjay_dm_find_object_by_oid(
#if AAC_PORT_OBJECTS_BY_DM
    const anjay_dm_t *dm,
#else
    anjay_unlocked_t *dm,
#endif
    anjay_oid_t oid) {
    const anjay_unlocked_t *client = (const anjay_unlocked_t *) dm;
    CHECK(client == mock_client() && LOCKED);
    for (size_t i = 0; i < 4; ++i) {
        if (client->objects[i] && client->objects[i]->oid == oid) {
            return &client->objects[i]->installed;
        }
    }
    return oid == ANJAY_DM_OID_ACCESS_CONTROL ? client->object_2 : NULL;
}

int _anjay_dm_foreach_instance(anjay_unlocked_t *anjay,
                               const anjay_dm_installed_object_t *object,
                               anjay_dm_foreach_instance_handler_t *handler, void *data) {
    CHECK(LOCKED);
    mock_object_t *other = other_object(object);
    CHECK(other);
    call_application(&other->on_list);
    if (other->listing_fails) {
        return ANJAY_ERR_INTERNAL;
    }
    for (anjay_iid_t iid = 0; iid < MOCK_MANY; ++iid) {
        int result = other->exists[iid] ? handler(anjay, object, iid, data) : 0;
        if (result) {
            return result;
        }
    }
    return 0;
}

static int is_wanted(anjay_unlocked_t *anjay, const anjay_dm_installed_object_t *object,
                     anjay_iid_t iid, void *wanted) {
    (void) anjay;
    (void) object;
    if (iid == *(int *) wanted) {
        *(int *) wanted = -1;
    }
    return 0;
}

int _anjay_dm_instance_present(anjay_unlocked_t *anjay,
                               const anjay_dm_installed_object_t *object,
                               anjay_iid_t iid) {
    int wanted = iid;
    int result = _anjay_dm_foreach_instance(anjay, object, is_wanted, &wanted);
    return result ? result : wanted == -1;
}

int _anjay_dm_call_instance_remove(anjay_unlocked_t *anjay,
                                   const anjay_dm_installed_object_t *object,
                                   anjay_iid_t iid) {
    CHECK(LOCKED);
    mock_object_t *other = other_object(object);
    CHECK(other && iid < MOCK_MANY && other->exists[iid]);
    int result = _anjay_dm_transaction_include_object(anjay, object);
    if (result || other->cannot_remove) {
        return result ? result : ANJAY_ERR_METHOD_NOT_ALLOWED;
    }
    other->exists[iid] = false;
    return 0;
}

bool _anjay_dm_ssid_exists(anjay_unlocked_t *anjay, anjay_ssid_t ssid) {
    CHECK(LOCKED);
    CHECK(ssid != ANJAY_SSID_ANY && ssid != ANJAY_SSID_BOOTSTRAP);
    for (size_t i = 0; i < MOCK_MANY; ++i) {
        if (anjay->servers[i] == ssid) {
            return true;
        }
    }
    return false;
}

int _anjay_ssid_from_security_iid(anjay_unlocked_t *anjay, anjay_iid_t iid,
                                  uint16_t *ssid) {
    CHECK(LOCKED);
    *ssid = anjay->accounts[iid];
    return anjay->accounts_fail ? -1 : 0;
}

int _anjay_servers_foreach_ssid(anjay_unlocked_t *anjay,
                                anjay_servers_foreach_ssid_handler_t *handler,
                                void *data) {
    for (size_t i = 0; i < MOCK_MANY; ++i) {
        int result = anjay->servers[i] ? handler(anjay, anjay->servers[i], data) : 0;
        if (result) {
            return result;
        }
    }
    return 0;
}

/* ---- transactions
 * -------------------------------------------------------------------------------- */

avs_error_t _anjay_dm_transaction_begin(anjay_unlocked_t *anjay) {
    CHECK(LOCKED);
    ++anjay->transaction_state.depth;
    return (avs_error_t){0, 0};
}

static const anjay_unlocked_dm_handlers_t *
handlers_of(const anjay_dm_installed_object_t *object) {
    return &(*_anjay_dm_installed_object_get_unlocked(object))->handlers;
}

int _anjay_dm_transaction_include_object(anjay_unlocked_t *anjay,
                                         const anjay_dm_installed_object_t *object) {
    CHECK(LOCKED && anjay->transaction_state.depth > 0);
    size_t i = 0;
    for (; anjay->in_transaction[i]; ++i) {
        if (anjay->in_transaction[i] == object) {
            return 0;
        }
    }
    if (anjay->include_fails) {
        return ANJAY_ERR_INTERNAL;
    }
    mock_object_t *other = other_object(object);
    if (other) {
        memcpy(other->exists_before, other->exists, sizeof(other->exists));
    } else {
        int result = handlers_of(object)->transaction_begin(anjay, *object);
        if (result) {
            return result;
        }
    }
    CHECK(i + 1 < 8);
    anjay->in_transaction[i] = object;
    return 0;
}

int _anjay_dm_transaction_finish(anjay_unlocked_t *anjay, int result) {
    CHECK(LOCKED && anjay->transaction_state.depth > 0);
    if (anjay->transaction_state.depth == 1) {
        for (size_t i = 0; !result && anjay->in_transaction[i]; ++i) {
            const anjay_dm_installed_object_t *object = anjay->in_transaction[i];
            if (!other_object(object)) {
                result = handlers_of(object)->transaction_validate(anjay, *object);
            }
        }
    }
    if (--anjay->transaction_state.depth > 0) {
        return result;
    }
    for (size_t i = 0; anjay->in_transaction[i]; ++i) {
        const anjay_dm_installed_object_t *object = anjay->in_transaction[i];
        mock_object_t *other = other_object(object);
        anjay->in_transaction[i] = NULL;
        if (other && result) {
            memcpy(other->exists, other->exists_before, sizeof(other->exists));
        } else if (!other) {
            int ended =
                (result ? handlers_of(object)->transaction_rollback
                        : handlers_of(object)->transaction_commit)(anjay, *object);
            CHECK(!ended);
        }
    }
    return result;
}

/* ---- notifications
 * ----------------------------------------------------------------------------------- */

static int note(anjay_oid_t oid, anjay_iid_t iid, anjay_rid_t rid) {
    anjay_unlocked_t *client = mock_client();
    CHECK(LOCKED && client->notified_count < 256);
    client->notified[client->notified_count].oid = oid;
    client->notified[client->notified_count].iid = iid;
    client->notified[client->notified_count++].rid = rid;
    return 0;
}

int _anjay_notify_changed_unlocked(anjay_unlocked_t *anjay, anjay_oid_t oid,
                                   anjay_iid_t iid, anjay_rid_t rid) {
    (void) anjay;
    CHECK(iid != ANJAY_ID_INVALID && rid != ANJAY_ID_INVALID);
    return note(oid, iid, rid);
}

int _anjay_notify_instances_changed_unlocked(anjay_unlocked_t *anjay, anjay_oid_t oid) {
    (void) anjay;
    return note(oid, ANJAY_ID_INVALID, ANJAY_ID_INVALID);
}

int _anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *queue,
#if AAC_PORT_QUEUE_BY_PATH
                                                    const anjay_uri_path_t *path
#else
                                                    anjay_oid_t oid
#endif
) {
#if AAC_PORT_QUEUE_BY_PATH
    anjay_oid_t oid = path->ids[0];
#endif
    if (mock_client()->queue_fails) {
        return -1;
    }
    anjay_notify_queue_object_entry_t **at = queue;
    while (*at && (*at)->oid < oid) {
        at = (anjay_notify_queue_object_entry_t **) mock_list_next(*at);
    }
    if (!*at || (*at)->oid != oid) {
        anjay_notify_queue_object_entry_t *entry =
            AVS_LIST_NEW_ELEMENT(anjay_notify_queue_object_entry_t);
        CHECK(entry);
        *mock_list_next(entry) = *at;
        *at = entry;
        entry->oid = oid;
    }
    (*at)->instance_set_changes.instance_set_changed = true;
    return 0;
}

/* ---- registering
 * -----------------------------------------------------------------------------------------
 */

int _anjay_register_object_unlocked(anjay_unlocked_t *anjay,
                                    AVS_LIST(anjay_dm_installed_object_t) * element) {
    CHECK(LOCKED);
    if (anjay->registering_fails
        || _anjay_dm_find_object_by_oid(
#if AAC_PORT_OBJECTS_BY_DM
            _anjay_get_dm(anjay),
#else
            anjay,
#endif
            ANJAY_DM_OID_ACCESS_CONTROL)) {
        return -1;
    }
    anjay->object_2 = *element;
    *element = NULL;
    return note(ANJAY_DM_OID_ACCESS_CONTROL, ANJAY_ID_INVALID, ANJAY_ID_INVALID);
}

int _anjay_dm_module_install(anjay_unlocked_t *anjay, anjay_dm_module_deleter_t *deleter,
                             void *arg) {
    CHECK(LOCKED);
    if (anjay->module_fails || anjay->deleter) {
        return -1;
    }
    anjay->deleter = deleter;
    anjay->deleter_arg = arg;
    return 0;
}

void *_anjay_dm_module_get_arg(anjay_unlocked_t *anjay,
                               anjay_dm_module_deleter_t *deleter) {
    CHECK(LOCKED);
    return anjay->deleter == deleter ? anjay->deleter_arg : NULL;
}

int _anjay_dm_module_uninstall(anjay_unlocked_t *anjay,
                               anjay_dm_module_deleter_t *deleter) {
    CHECK(LOCKED && anjay->deleter == deleter);
    anjay->deleter = NULL;
    deleter(anjay->deleter_arg);
    return 0;
}

static mock_object_t *add_object(size_t at, anjay_oid_t oid) {
    mock_object_t *object = (mock_object_t *) calloc(1, sizeof(mock_object_t));
    CHECK(object);
    object->oid = oid;
    mock_client()->objects[at] = object;
    return object;
}

void mock_start(void) {
    anjay_unlocked_t *client = mock_client();
    memset(&MOCK, 0, sizeof(MOCK));
    LOCKED = false;
    MOCK_FAILING_ALLOCATION = 0;
    MOCK_LOG_COUNT = 0;
    MOCK_LOGGED[0] = '\0';
    mock_object_t *security = add_object(0, ANJAY_DM_OID_SECURITY);
    mock_object_t *target = add_object(1, 1234);
    for (anjay_ssid_t ssid = 1; ssid <= 3; ++ssid) {
        security->exists[ssid] = true;
        client->servers[ssid] = ssid;
        client->accounts[ssid] = ssid;
    }
    security->exists[0] = true;
    client->servers[0] = client->accounts[0] = ANJAY_SSID_BOOTSTRAP;
    for (anjay_iid_t iid = 0; iid < 4; ++iid) {
        target->exists[iid] = true;
    }
}

void mock_stop(void) {
    anjay_unlocked_t *client = mock_client();
    CHECK(!LOCKED);
    if (client->deleter) {
        client->deleter(client->deleter_arg);
    }
    if (client->object_2) {
        AVS_LIST_DELETE(&client->object_2);
    }
    for (size_t i = 0; i < 4; ++i) {
        free(client->objects[i]);
    }
    memset(&MOCK, 0, sizeof(MOCK));
}

/* ---- streams
 * ------------------------------------------------------------------------------------------------
 */

struct avs_stream_struct {
    uint8_t bytes[1024];
    size_t written, read;
};

avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer, size_t size) {
    CHECK(stream->written + size <= sizeof(stream->bytes));
    memcpy(stream->bytes + stream->written, buffer, size);
    stream->written += size;
    return (avs_error_t){0, 0};
}

avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer, size_t size) {
    if (stream->read + size > stream->written) {
        return (avs_error_t){1, 1};
    }
    memcpy(buffer, stream->bytes + stream->read, size);
    stream->read += size;
    return (avs_error_t){0, 0};
}

avs_stream_t *mock_stream(void) {
    static avs_stream_t stream;
    memset(&stream, 0, sizeof(stream));
    return &stream;
}
