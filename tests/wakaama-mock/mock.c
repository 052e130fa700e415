/*
 * A little of what Wakaama does between its files, as far as the port stands
 * there: a request reaches an Object's handler, a step notifies watchers, a
 * bootstrap has commands and an end.
 */
#include "mock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int allocations_left = -1;
int allocated;
uint16_t read_ids[16];
size_t read_count;
notification_t notifications[16];
size_t notification_count;
notification_t sent[16];
size_t sent_count;
size_t registrations;
lwm2m_status_t bootstrap_status;
bool accounts_are_valid = true;

void mock_reset(void) {
    read_count = notification_count = sent_count = registrations = 0;
    allocations_left = -1;
}

char logged[256];

void mock_log(const char *format, ...);
void mock_log(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(logged, sizeof(logged), format, arguments);
    va_end(arguments);
}

/* ---- memory, lists, data ----------------------------------------------- */

void *lwm2m_malloc(size_t size) {
    if (allocations_left >= 0 && allocations_left-- == 0) {
        return NULL;
    }
    ++allocated;
    return malloc(size);
}

void lwm2m_free(void *memory) {
    if (memory) {
        --allocated;
    }
    free(memory);
}

lwm2m_list_t *lwm2m_list_find(lwm2m_list_t *head, uint16_t id) {
    /* As in Wakaama: lists are in rising order. */
    while (head && head->id < id) {
        head = head->next;
    }
    return head && head->id == id ? head : NULL;
}

lwm2m_list_t *lwm2m_list_remove(lwm2m_list_t *head, uint16_t id, lwm2m_list_t **removed) {
    lwm2m_list_t **link = &head;
    while (*link && (*link)->id < id) {
        link = &(*link)->next;
    }
    *removed = *link && (*link)->id == id ? *link : NULL;
    if (*removed) {
        /* What is removed still points to the next one, as in Wakaama. */
        *link = (*removed)->next;
    }
    return head;
}

void lwm2m_list_free(lwm2m_list_t *head) {
    while (head) {
        lwm2m_list_t *next = head->next;
        lwm2m_free(head);
        head = next;
    }
}

lwm2m_data_t *lwm2m_data_new(int size) {
    lwm2m_data_t *data = (lwm2m_data_t *) lwm2m_malloc((size_t) size * sizeof(*data));
    if (data) {
        memset(data, 0, (size_t) size * sizeof(*data));
    }
    return data;
}

void lwm2m_data_free(int size, lwm2m_data_t *data) {
    if (!size || !data) {
        return;
    }
    for (int i = 0; i < size; ++i) {
        if (data[i].type == LWM2M_TYPE_MULTIPLE_RESOURCE
            || data[i].type == LWM2M_TYPE_OBJECT_INSTANCE) {
            lwm2m_data_free((int) data[i].value.asChildren.count,
                            data[i].value.asChildren.array);
        }
    }
    lwm2m_free(data);
}

int lwm2m_data_append_one(int *count, lwm2m_data_t **data, lwm2m_data_type_t type,
                          uint16_t id) {
    lwm2m_data_t *longer = lwm2m_data_new(*count + 1);
    if (!longer) {
        return 0;
    }
    if (*count) {
        memcpy(longer, *data, (size_t) *count * sizeof(*longer));
        lwm2m_free(*data);
    }
    longer[*count].id = id;
    longer[*count].type = type;
    *data = longer;
    ++*count;
    return 1;
}

void lwm2m_data_encode_int(int64_t value, lwm2m_data_t *data) {
    data->type = LWM2M_TYPE_INTEGER;
    data->value.asInteger = value;
}

void lwm2m_data_encode_bool(bool value, lwm2m_data_t *data) {
    data->type = LWM2M_TYPE_BOOLEAN;
    data->value.asBoolean = value;
}

void lwm2m_data_encode_instances(lwm2m_data_t *array, size_t count, lwm2m_data_t *data) {
    data->type = LWM2M_TYPE_MULTIPLE_RESOURCE;
    data->value.asChildren.count = count;
    data->value.asChildren.array = array;
}

int lwm2m_data_decode_int(const lwm2m_data_t *data, int64_t *value) {
    *value = data->value.asInteger;
    return data->type == LWM2M_TYPE_INTEGER;
}

int lwm2m_data_decode_bool(const lwm2m_data_t *data, bool *value) {
    if (data->type != LWM2M_TYPE_BOOLEAN) {
        return 0;
    }
    *value = data->value.asBoolean;
    return 1;
}

lwm2m_server_t *utils_findBootstrapServer(lwm2m_context_t *context, void *session) {
    /* The mock's session with a Bootstrap-Server is that server. */
    lwm2m_server_t *it = context->bootstrapServerList;
    while (it && it != session) {
        it = it->next;
    }
    return it;
}

lwm2m_media_type_t utils_convertMediaType(uint16_t type) {
    return (lwm2m_media_type_t) type;
}

/* ---- Objects ----------------------------------------------------------- */

static uint8_t on_read(lwm2m_context_t *context, uint16_t iid, int *count,
                       lwm2m_data_t **data, lwm2m_object_t *object) {
    (void) context;
    const mock_instance_t *instance =
        (const mock_instance_t *) LWM2M_LIST_FIND(object->instanceList, iid);
    if (!instance) {
        return COAP_404_NOT_FOUND;
    }
    if (*count == 0) {
        read_ids[read_count++] = iid;
        return COAP_205_CONTENT;
    }
    uint16_t rid = (*data)->id;
    if (object->objID == LWM2M_SECURITY_OBJECT_ID && rid == LWM2M_SECURITY_BOOTSTRAP_ID) {
        lwm2m_data_encode_bool(instance->values[rid] != 0, *data);
    } else {
        lwm2m_data_encode_int(instance->values[rid], *data);
    }
    return COAP_205_CONTENT;
}

static uint8_t on_write(lwm2m_context_t *context, uint16_t iid, int count,
                        lwm2m_data_t *data, lwm2m_object_t *object,
                        lwm2m_write_type_t type) {
    (void) context;
    (void) type;
    mock_instance_t *instance =
        (mock_instance_t *) LWM2M_LIST_FIND(object->instanceList, iid);
    for (int i = 0; instance && i < count; ++i) {
        (void) lwm2m_data_decode_int(&data[i], &instance->values[data[i].id]);
    }
    return instance ? COAP_204_CHANGED : COAP_404_NOT_FOUND;
}

static uint8_t on_execute(lwm2m_context_t *context, uint16_t iid, uint16_t rid,
                          uint8_t *bytes, int length, lwm2m_object_t *object) {
    (void) context;
    (void) iid;
    (void) rid;
    (void) bytes;
    (void) length;
    (void) object;
    return COAP_204_CHANGED;
}

static uint8_t on_create(lwm2m_context_t *context, uint16_t iid, int count,
                         lwm2m_data_t *data, lwm2m_object_t *object) {
    (void) context;
    (void) count;
    (void) data;
    mock_add(object, iid);
    return COAP_201_CREATED;
}

/* Freed when the next one is. */
static lwm2m_list_t *last_deleted;

static uint8_t on_delete(lwm2m_context_t *context, uint16_t iid, lwm2m_object_t *object) {
    (void) context;
    for (lwm2m_list_t **link = &object->instanceList; *link; link = &(*link)->next) {
        if ((*link)->id == iid) {
            lwm2m_list_t *gone = *link;
            *link = gone->next;
            free(last_deleted);
            last_deleted = gone;
            return COAP_202_DELETED;
        }
    }
    return COAP_404_NOT_FOUND;
}

lwm2m_object_t *mock_object(uint16_t oid) {
    lwm2m_object_t *object = (lwm2m_object_t *) calloc(1, sizeof(*object));
    object->objID = oid;
    object->readFunc = on_read;
    object->writeFunc = on_write;
    object->executeFunc = on_execute;
    object->createFunc = on_create;
    object->deleteFunc = on_delete;
    object->discoverFunc = on_read;
    return object;
}

mock_instance_t *mock_add(lwm2m_object_t *object, uint16_t iid) {
    mock_instance_t *instance = (mock_instance_t *) calloc(1, sizeof(*instance));
    lwm2m_list_t **link = &object->instanceList;
    while (*link && (*link)->id < iid) {
        link = &(*link)->next;
    }
    instance->id = iid;
    instance->next = (mock_instance_t *) *link;
    *link = (lwm2m_list_t *) instance;
    return instance;
}

void mock_remove(lwm2m_object_t *object, uint16_t iid) {
    (void) on_delete(NULL, iid, object);
}

void mock_free(lwm2m_object_t *object) {
    while (object->instanceList) {
        on_delete(NULL, object->instanceList->id, object);
    }
    free(last_deleted);
    last_deleted = NULL;
    free(object);
}

static lwm2m_object_t *find(lwm2m_context_t *context, uint16_t oid) {
    return (lwm2m_object_t *) LWM2M_LIST_FIND(context->objectList, oid);
}

int lwm2m_add_object(lwm2m_context_t *context, lwm2m_object_t *object) {
    lwm2m_object_t **link = &context->objectList;
    while (*link && (*link)->objID < object->objID) {
        link = &(*link)->next;
    }
    object->next = *link;
    *link = object;
    return COAP_NO_ERROR;
}

int lwm2m_remove_object(lwm2m_context_t *context, uint16_t id) {
    for (lwm2m_object_t **link = &context->objectList; *link; link = &(*link)->next) {
        if ((*link)->objID == id) {
            *link = (*link)->next;
            return COAP_NO_ERROR;
        }
    }
    return COAP_404_NOT_FOUND;
}

int lwm2m_update_registration(lwm2m_context_t *context, uint16_t ssid,
                              bool with_objects) {
    (void) context;
    (void) ssid;
    registrations += with_objects;
    return COAP_NO_ERROR;
}

/* ---- requests ---------------------------------------------------------- */

static uint8_t read_path(lwm2m_context_t *context, const lwm2m_uri_t *uri) {
    lwm2m_object_t *object = find(context, uri->objectId);
    if (!object) {
        return COAP_404_NOT_FOUND;
    }
    uint8_t result = COAP_205_CONTENT;
    for (lwm2m_list_t *it = object->instanceList; it; it = it->next) {
        if (!LWM2M_URI_IS_SET_INSTANCE(uri) || uri->instanceId == it->id) {
            int count = 0;
            lwm2m_data_t *data = NULL;
            result = object->readFunc(context, it->id, &count, &data, object);
            lwm2m_data_free(count, data);
        }
    }
    return result;
}

uint8_t object_readData(lwm2m_context_t *context, lwm2m_uri_t *uri, int *count,
                        lwm2m_data_t **data) {
    lwm2m_object_t *object = find(context, uri->objectId);
    if (!object || !LWM2M_LIST_FIND(object->instanceList, uri->instanceId)) {
        return COAP_404_NOT_FOUND;
    }
    *count = 1;
    *data = lwm2m_data_new(1);
    if (!*data) {
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    (*data)->id = uri->resourceId;
    uint8_t result = object->readFunc(context, uri->instanceId, count, data, object);
    if (result != COAP_205_CONTENT) {
        lwm2m_data_free(*count, *data);
        *count = 0;
        *data = NULL;
    }
    return result;
}

static void clear_observations(lwm2m_context_t *context, uint16_t oid, uint16_t iid) {
    lwm2m_observed_t **link = &context->observedList;
    while (*link) {
        if ((*link)->uri.objectId == oid && (*link)->uri.instanceId == iid) {
            *link = (*link)->next;
        } else {
            link = &(*link)->next;
        }
    }
}

uint8_t object_delete(lwm2m_context_t *context, lwm2m_uri_t *uri) {
    lwm2m_object_t *object = find(context, uri->objectId);
    uint8_t result = COAP_202_DELETED;
    if (!object) {
        return COAP_404_NOT_FOUND;
    }
    if (!object->deleteFunc) {
        return COAP_405_METHOD_NOT_ALLOWED;
    }
    if (LWM2M_URI_IS_SET_INSTANCE(uri)) {
        result = object->deleteFunc(context, uri->instanceId, object);
        if (result == COAP_202_DELETED) {
            clear_observations(context, uri->objectId, uri->instanceId);
        }
        return result;
    }
    /* As Wakaama does: the list has to become shorter; and the Instance is looked at
     * once more. */
    while (object->instanceList && result == COAP_202_DELETED) {
        const lwm2m_list_t *it = object->instanceList;
        result = object->deleteFunc(context, it->id, object);
        if (result == COAP_202_DELETED) {
            clear_observations(context, uri->objectId, it->id);
        }
    }
    return result;
}

uint8_t dm_handleRequest(lwm2m_context_t *context, lwm2m_uri_t *uri,
                         lwm2m_server_t *server, coap_packet_t *message,
                         coap_packet_t *response) {
    (void) server;
    (void) response;
    lwm2m_object_t *object = find(context, uri->objectId);
    if (!object) {
        return COAP_404_NOT_FOUND;
    }
    switch (message->code) {
    case COAP_GET:
        return read_path(context, uri);
    case COAP_POST:
        if (!LWM2M_URI_IS_SET_INSTANCE(uri)) {
            uri->instanceId = 7;
            return object->createFunc(context, 7, message->size, message->data, object);
        }
        if (!IS_OPTION(message, COAP_OPTION_CONTENT_TYPE)) {
            return object->executeFunc(context, uri->instanceId, uri->resourceId, NULL, 0,
                                       object);
        }
        return object->writeFunc(context, uri->instanceId, message->size, message->data,
                                 object, LWM2M_WRITE_PARTIAL_UPDATE);
    case COAP_PUT:
        if (IS_OPTION(message, COAP_OPTION_URI_QUERY)) {
            return COAP_204_CHANGED;
        }
        return object->writeFunc(
            context, uri->instanceId, message->size, message->data, object,
            LWM2M_URI_IS_SET_RESOURCE(uri) ? LWM2M_WRITE_REPLACE_RESOURCES
                                           : LWM2M_WRITE_REPLACE_INSTANCE);
    case COAP_DELETE:
        return object_delete(context, uri);
    default:
        return COAP_400_BAD_REQUEST;
    }
}

/* ---- observing --------------------------------------------------------- */

uint8_t observe_handleRequest(lwm2m_context_t *context, lwm2m_uri_t *uri,
                              lwm2m_server_t *server, int size, lwm2m_data_t *data,
                              coap_packet_t *message, coap_packet_t *response) {
    (void) uri;
    (void) size;
    (void) data;
    (void) message;
    (void) response;
    for (lwm2m_observed_t *it = context->observedList; it; it = it->next) {
        for (lwm2m_watcher_t *watcher = it->watcherList; watcher;
             watcher = watcher->next) {
            watcher->active = watcher->active && watcher->server != server;
        }
    }
    return COAP_205_CONTENT;
}

void lwm2m_resource_value_changed(lwm2m_context_t *context, lwm2m_uri_t *uri) {
    for (lwm2m_observed_t *it = context->observedList; it; it = it->next) {
        if (it->uri.objectId != uri->objectId
            || (LWM2M_URI_IS_SET_INSTANCE(&it->uri)
                && it->uri.instanceId != uri->instanceId)) {
            continue;
        }
        for (lwm2m_watcher_t *watcher = it->watcherList; watcher;
             watcher = watcher->next) {
            watcher->update = watcher->update || watcher->active;
        }
    }
}

static void tell(notification_t *to, lwm2m_context_t *context, uint16_t ssid,
                 const lwm2m_uri_t *uri) {
    read_count = 0;
    (void) read_path(context, uri);
    to->ssid = ssid;
    to->oid = uri->objectId;
    to->count = read_count;
    memcpy(to->ids, read_ids, sizeof(read_ids));
}

void observe_step(lwm2m_context_t *context, time_t now, time_t *timeout) {
    (void) now;
    (void) timeout;
    for (lwm2m_observed_t *it = context->observedList; it; it = it->next) {
        for (lwm2m_watcher_t *watcher = it->watcherList; watcher;
             watcher = watcher->next) {
            if (watcher->active && watcher->update) {
                tell(&notifications[notification_count++], context,
                     watcher->server->shortID, &it->uri);
                watcher->update = false;
            }
        }
    }
}

int lwm2m_send(lwm2m_context_t *context, uint16_t ssid, lwm2m_uri_t *uris, size_t count,
               lwm2m_transaction_callback_t callback, void *user_data) {
    (void) callback;
    (void) user_data;
    for (size_t i = 0; i < count; ++i) {
        tell(&sent[sent_count++], context, ssid, &uris[i]);
    }
    return COAP_NO_ERROR;
}

/* ---- bootstrap --------------------------------------------------------- */

uint8_t bootstrap_handleCommand(lwm2m_context_t *context, lwm2m_uri_t *uri,
                                lwm2m_server_t *server, coap_packet_t *message,
                                coap_packet_t *response) {
    (void) server;
    (void) response;
    lwm2m_object_t *object = find(context, uri->objectId);
    uint8_t result = COAP_404_NOT_FOUND;
    if (object && message->code == COAP_DELETE) {
        result = object_delete(context, uri);
    } else if (object && LWM2M_LIST_FIND(object->instanceList, uri->instanceId)) {
        result = object->writeFunc(context, uri->instanceId, message->size, message->data,
                                   object, LWM2M_WRITE_REPLACE_INSTANCE);
    } else if (object) {
        result = object->createFunc(context, uri->instanceId, message->size,
                                    message->data, object);
        if (result == COAP_201_CREATED) {
            result = COAP_204_CHANGED;
        }
    }
    if (result == COAP_204_CHANGED || result == COAP_202_DELETED) {
        bootstrap_status = STATE_BS_PENDING;
    }
    return result;
}

uint8_t bootstrap_handleDeleteAll(lwm2m_context_t *context, void *session) {
    if (!utils_findBootstrapServer(context, session)) {
        return COAP_IGNORE;
    }
    for (lwm2m_object_t *it = context->objectList; it; it = it->next) {
        lwm2m_uri_t uri = {it->objID, LWM2M_MAX_ID, LWM2M_MAX_ID, LWM2M_MAX_ID};
        (void) object_delete(context, &uri);
    }
    /* As in Wakaama, this does not become STATE_BS_PENDING. */
    return COAP_202_DELETED;
}

uint8_t bootstrap_handleFinish(lwm2m_context_t *context, void *session) {
    if (!utils_findBootstrapServer(context, session)) {
        return COAP_IGNORE;
    }
    if (!accounts_are_valid) {
        return COAP_406_NOT_ACCEPTABLE;
    }
    bootstrap_status = STATE_BS_FINISHED;
    return COAP_204_CHANGED;
}

void bootstrap_step(lwm2m_context_t *context, time_t now, time_t *timeout) {
    (void) context;
    (void) now;
    (void) timeout;
}

lwm2m_status_t bootstrap_getStatus(lwm2m_context_t *context) {
    (void) context;
    /* Of a single Bootstrap-Server; one that began by itself may have no state yet. */
    return bootstrap_status == STATE_DEREGISTERED ? STATE_BS_FAILED : bootstrap_status;
}
