/**
 * @file
 * Object 2 as Wakaama wants an Object, and Wakaama's answers to the engine.
 */

#include "port.h"

#include <string.h>

#include <internals.h>

#include <logging.h>
#include <observe.h>

static uint8_t code_of(int result) {
    /* The engine's errors are negative CoAP codes in Wakaama's numbering. */
    return result ? (uint8_t) -result : COAP_204_CHANGED;
}

/* ---- the handlers of Object 2 ------------------------------------------ */

static uint8_t read_entries(const aac_wakaama_t *port, uint16_t iid,
                            lwm2m_data_t *resource) {
    if (resource->type == LWM2M_TYPE_MULTIPLE_RESOURCE) {
        /* Single Resource Instances are asked for. */
        lwm2m_data_t *entries = resource->value.asChildren.array;
        for (size_t i = 0; i < resource->value.asChildren.count; ++i) {
            uint16_t mask;
            if (aac_read(port->engine, iid, RID_ACL, entries[i].id, &mask)) {
                return COAP_404_NOT_FOUND;
            }
            lwm2m_data_encode_int(mask, &entries[i]);
        }
        return COAP_205_CONTENT;
    }
    size_t count = 0;
    int32_t ssid = -1;
    while ((ssid = aac_next_entry(port->engine, iid, ssid)) >= 0) {
        ++count;
    }
    if (ssid < -1) {
        return COAP_404_NOT_FOUND;
    }
    lwm2m_data_t *entries = count ? lwm2m_data_new((int) count) : NULL;
    if (count && !entries) {
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    for (size_t i = 0; i < count; ++i) {
        uint16_t mask = 0;
        ssid = aac_next_entry(port->engine, iid, ssid);
        if (ssid < 0 || aac_read(port->engine, iid, RID_ACL, (uint16_t) ssid, &mask)) {
            lwm2m_data_free((int) count, entries);
            return COAP_500_INTERNAL_SERVER_ERROR;
        }
        entries[i].id = (uint16_t) ssid;
        lwm2m_data_encode_int(mask, &entries[i]);
    }
    lwm2m_data_encode_instances(entries, count, resource);
    return COAP_205_CONTENT;
}

static uint8_t read_one(const aac_wakaama_t *port, uint16_t iid, lwm2m_data_t *resource) {
    if (resource->id == RID_ACL) {
        return read_entries(port, iid, resource);
    }
    uint16_t value;
    if (resource->type == LWM2M_TYPE_MULTIPLE_RESOURCE
        || aac_read(port->engine, iid, resource->id, 0, &value)) {
        return COAP_404_NOT_FOUND;
    }
    lwm2m_data_encode_int(value, resource);
    return COAP_205_CONTENT;
}

static uint8_t on_read(lwm2m_context_t *context, uint16_t iid, int *count,
                       lwm2m_data_t **resources, lwm2m_object_t *object) {
    (void) context;
    const aac_wakaama_t *port = (const aac_wakaama_t *) object;
    uint8_t result = COAP_205_CONTENT;
    for (int i = 0; i < *count && result == COAP_205_CONTENT; ++i) {
        result = read_one(port, iid, &(*resources)[i]);
    }
    if (*count) {
        return result;
    }
    /* All that are there are asked for. */
    lwm2m_data_t *all = lwm2m_data_new(RID_OWNER + 1);
    if (!all) {
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    for (uint16_t rid = 0; rid <= RID_OWNER; ++rid) {
        all[*count].id = rid;
        result = read_one(port, iid, &all[*count]);
        *count += result == COAP_205_CONTENT;
        if (result == COAP_500_INTERNAL_SERVER_ERROR) {
            break;
        }
    }
    if (*count == 0) {
        lwm2m_free(all);
        return result;
    }
    *resources = all;
    return result == COAP_500_INTERNAL_SERVER_ERROR ? result : COAP_205_CONTENT;
}

static int write_value(const aac_wakaama_t *port, uint16_t iid, uint16_t rid,
                       uint16_t riid, const lwm2m_data_t *data) {
    int64_t value;
    if (!lwm2m_data_decode_int(data, &value)) {
        return -COAP_400_BAD_REQUEST;
    }
    return aac_write(port->engine, iid, rid, riid, value);
}

static int write_one(const aac_wakaama_t *port, uint16_t iid,
                     const lwm2m_data_t *resource, lwm2m_write_type_t type) {
    if (resource->id == RID_TARGET_OID || resource->id == RID_TARGET_IID) {
        /* Read-only, as the Object's definition has it; the Bootstrap-Server
         * writes everything. */
        if (!port->is_bootstrapping) {
            return -COAP_405_METHOD_NOT_ALLOWED;
        }
    }
    bool is_multiple = resource->type == LWM2M_TYPE_MULTIPLE_RESOURCE;
    if (is_multiple != (resource->id == RID_ACL)) {
        return -(resource->id > RID_OWNER ? COAP_404_NOT_FOUND : COAP_400_BAD_REQUEST);
    }
    if (!is_multiple) {
        return write_value(port, iid, resource->id, 0, resource);
    }
    int result = 0;
    if (type != LWM2M_WRITE_PARTIAL_UPDATE) {
        result = aac_reset_resource(port->engine, iid, RID_ACL);
    }
    const lwm2m_data_t *entries = resource->value.asChildren.array;
    for (size_t i = 0; i < resource->value.asChildren.count && !result; ++i) {
        result = write_value(port, iid, RID_ACL, entries[i].id, &entries[i]);
    }
    return result;
}

static int write_all(const aac_wakaama_t *port, uint16_t iid, int count,
                     const lwm2m_data_t *resources, lwm2m_write_type_t type) {
    int result = 0;
    if (type == LWM2M_WRITE_REPLACE_INSTANCE) {
        result = aac_reset(port->engine, iid);
    }
    for (int i = 0; i < count && !result; ++i) {
        result = write_one(port, iid, &resources[i], type);
    }
    return result;
}

static int finish(aac_wakaama_t *port, int result) {
    if (!result) {
        /* Validates, and rolls back what is not valid. */
        return aac_transaction(port->engine, AAC_COMMIT);
    }
    aac_transaction(port->engine, AAC_ROLLBACK);
    return result;
}

static uint8_t on_write(lwm2m_context_t *context, uint16_t iid, int count,
                        lwm2m_data_t *resources, lwm2m_object_t *object,
                        lwm2m_write_type_t type) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    int result;
    if (port->is_bootstrapping) {
        result = write_all(port, iid, count, resources, type);
        port->is_spoiled |= result != 0;
    } else {
        result = aac_transaction(port->engine, AAC_BEGIN);
        if (!result) {
            result = finish(port, write_all(port, iid, count, resources, type));
        }
    }
    return code_of(result);
}

static uint8_t on_create(lwm2m_context_t *context, uint16_t iid, int count,
                         lwm2m_data_t *resources, lwm2m_object_t *object) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    if (!port->is_bootstrapping) {
        return COAP_405_METHOD_NOT_ALLOWED;
    }
    int result = aac_create(port->engine, iid);
    if (!result) {
        result = write_all(port, iid, count, resources, LWM2M_WRITE_PARTIAL_UPDATE);
        if (result) {
            aac_remove(port->engine, iid);
        }
    }
    aac_wakaama_refresh(port);
    return result ? code_of(result) : COAP_201_CREATED;
}

static uint8_t on_delete(lwm2m_context_t *context, uint16_t iid, lwm2m_object_t *object) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    if (!port->is_bootstrapping) {
        return COAP_405_METHOD_NOT_ALLOWED;
    }
    int result = aac_remove(port->engine, iid);
    port->is_spoiled |= result != 0;
    aac_wakaama_refresh(port);
    return result ? code_of(result) : COAP_202_DELETED;
}

/* ---- Wakaama's answers to the engine ----------------------------------- */

static lwm2m_object_t *object_of(void *host, uint16_t oid) {
    const aac_wakaama_t *port = (const aac_wakaama_t *) host;
    return (lwm2m_object_t *) LWM2M_LIST_FIND(port->context->objectList, oid);
}

static int is_object_registered(void *host, uint16_t oid) {
    return object_of(host, oid) != NULL;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    const lwm2m_object_t *object = object_of(host, oid);
    return object && LWM2M_LIST_FIND(object->instanceList, iid);
}

/* 1 and the value; 0 if it is not there; negative if nobody can tell. */
static int read_int(void *host, uint16_t oid, uint16_t iid, uint16_t rid,
                    int64_t *value) {
    const aac_wakaama_t *port = (const aac_wakaama_t *) host;
    lwm2m_object_t *object = object_of(host, oid);
    if (!object || !object->readFunc) {
        return -1;
    }
    int count = 1;
    lwm2m_data_t *data = lwm2m_data_new(1);
    if (!data) {
        return -1;
    }
    data->id = rid;
    uint8_t code = object->readFunc(port->context, iid, &count, &data, object);
    int result = code == COAP_404_NOT_FOUND ? 0 : -1;
    if (code == COAP_205_CONTENT && count == 1) {
        bool flag;
        if (lwm2m_data_decode_int(data, value)) {
            result = 1;
        } else if (lwm2m_data_decode_bool(data, &flag)) {
            *value = flag;
            result = 1;
        }
    }
    lwm2m_data_free(count, data);
    return result;
}

static int is_server_known(void *host, uint16_t ssid) {
    const lwm2m_object_t *servers = object_of(host, LWM2M_SERVER_OBJECT_ID);
    const lwm2m_list_t *it = servers ? servers->instanceList : NULL;
    for (; it; it = it->next) {
        int64_t value;
        int result = read_int(host, LWM2M_SERVER_OBJECT_ID, it->id,
                              LWM2M_SERVER_SHORT_ID_ID, &value);
        if (result < 0) {
            return result;
        }
        if (result && value == ssid) {
            return 1;
        }
    }
    return 0;
}

static uint16_t single_server(void *host) {
    const lwm2m_server_t *servers = ((const aac_wakaama_t *) host)->context->serverList;
    return servers && !servers->next ? servers->shortID : 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    const lwm2m_object_t *object = object_of(host, oid);
    const lwm2m_list_t *it = object ? object->instanceList : NULL;
    for (; it; it = it->next) {
        if (aac_ids_add(found, it->id)) {
            return -1;
        }
    }
    return 0;
}

static int list_accounts(void *host, aac_ids_t *found) {
    const lwm2m_object_t *security = object_of(host, LWM2M_SECURITY_OBJECT_ID);
    const lwm2m_list_t *it = security ? security->instanceList : NULL;
    for (; it; it = it->next) {
        int64_t is_bootstrap;
        int64_t ssid;
        if (read_int(host, LWM2M_SECURITY_OBJECT_ID, it->id, LWM2M_SECURITY_BOOTSTRAP_ID,
                     &is_bootstrap)
            < 1) {
            return -1;
        }
        if (is_bootstrap) {
            continue;
        }
        if (read_int(host, LWM2M_SECURITY_OBJECT_ID, it->id,
                     LWM2M_SECURITY_SHORT_SERVER_ID, &ssid)
                < 1
            || ssid < 0 || ssid > UINT16_MAX || aac_ids_add(found, (uint16_t) ssid)) {
            return -1;
        }
    }
    return 0;
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    aac_wakaama_t *port = (aac_wakaama_t *) host;
    lwm2m_object_t *object = object_of(host, oid);
    if (!object || !object->deleteFunc
        || object->deleteFunc(port->context, iid, object) != COAP_202_DELETED) {
        return -1;
    }
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = oid;
    uri.instanceId = iid;
    observe_clear(port->context, &uri);
    return 0;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    aac_wakaama_t *port = (aac_wakaama_t *) host;
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = LWM2M_ACL_OBJECT_ID;
    if (iid == LWM2M_MAX_ID) {
        aac_wakaama_refresh(port);
        if (port->context->state == STATE_READY) {
            (void) lwm2m_update_registration(port->context, 0, true);
        }
    }
    uri.instanceId = iid;
    uri.resourceId = rid;
    lwm2m_resource_value_changed(port->context, &uri);
}

#if LWM2M_LOG_LEVEL != LWM2M_LOG_DISABLED
static void refused(void *host, const aac_refusal_t *refusal) {
    (void) host;
    char line[160];
    (void) aac_explain_refusal(refusal, line, sizeof(line));
    LOG_ARG_WARN("access control: %s", line);
}
#endif

static const aac_host_t HOST = {.is_object_registered = is_object_registered,
                                .is_instance_present = is_instance_present,
                                .is_server_known = is_server_known,
                                .single_server = single_server,
                                .list_instances = list_instances,
                                .list_accounts = list_accounts,
                                .remove_instance = remove_instance,
                                .changed = changed,
#if LWM2M_LOG_LEVEL != LWM2M_LOG_DISABLED
                                .refused = refused
#endif
};

/* ---- life -------------------------------------------------------------- */

aac_wakaama_t *aac_wakaama_find(lwm2m_context_t *context) {
    if (!context) {
        return NULL;
    }
    lwm2m_object_t *object =
        (lwm2m_object_t *) LWM2M_LIST_FIND(context->objectList, LWM2M_ACL_OBJECT_ID);
    return object && object->readFunc == on_read ? (aac_wakaama_t *) object : NULL;
}

void aac_wakaama_refresh(aac_wakaama_t *port) {
    lwm2m_list_t **link = &port->object.instanceList;
    int32_t iid = -1;
    port->is_stale = false;
    do {
        iid = aac_next_instance(port->engine, iid);
        while (*link && (iid < 0 || (*link)->id < iid)) {
            lwm2m_list_t *gone = *link;
            *link = gone->next;
            lwm2m_free(gone);
        }
        if (iid >= 0 && (!*link || (*link)->id != iid)) {
            lwm2m_list_t *added = (lwm2m_list_t *) lwm2m_malloc(sizeof(lwm2m_list_t));
            if (!added) {
                /* Not seen by Wakaama until there is memory again. */
                port->is_stale = true;
                continue;
            }
            added->next = *link;
            added->id = (uint16_t) iid;
            *link = added;
        }
        if (*link) {
            link = &(*link)->next;
        }
    } while (iid >= 0);
}

int aac_wakaama_install(lwm2m_context_t *context) {
    if (!context) {
        return -1;
    }
    if (LWM2M_LIST_FIND(context->objectList, LWM2M_ACL_OBJECT_ID)) {
        return -1;
    }
    aac_wakaama_t *port = (aac_wakaama_t *) lwm2m_malloc(sizeof(*port));
    if (!port) {
        return -1;
    }
    memset(port, 0, sizeof(*port));
    port->context = context;
    port->engine = aac_new(&HOST, port);
    port->object.objID = LWM2M_ACL_OBJECT_ID;
    port->object.readFunc = on_read;
    /* Only IDs and kinds are taken from it. */
    port->object.discoverFunc = on_read;
    port->object.writeFunc = on_write;
    port->object.createFunc = on_create;
    port->object.deleteFunc = on_delete;
    if (!port->engine) {
        lwm2m_free(port);
        return -1;
    }
    /* What it answers is about the registration that it asks for, if there is
     * one; the Object has been added in any case. */
    (void) lwm2m_add_object(context, &port->object);
    return 0;
}

void aac_wakaama_uninstall(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port) {
        (void) lwm2m_remove_object(context, LWM2M_ACL_OBJECT_ID);
        LWM2M_LIST_FREE(port->object.instanceList);
        aac_free(port->engine);
        lwm2m_free(port);
    }
}

aac_t *aac_wakaama_engine(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    return port ? port->engine : NULL;
}

/* ---- synchronisation --------------------------------------------------- */

int aac_wakaama_sync(aac_wakaama_t *port, uint16_t origin, uint16_t oid,
                     const uint16_t *created) {
    const aac_change_t change = {
        .oid = oid, .created = created, .created_count = created ? 1 : 0};
    if (port->is_bootstrapping) {
        /* What the Bootstrap-Server has not finished is not looked at. */
        port->is_behind = true;
        return 0;
    }
    int result = aac_sync(port->engine, origin, &change, 1);
    port->is_behind |= result != 0;
    return result;
}

int aac_wakaama_sync_all(aac_wakaama_t *port) {
    int result = 0;
    int32_t iid = -1;
    port->is_behind = false;
    /* Objects that are registered no more, then those that are. */
    while ((iid = aac_next_instance(port->engine, iid)) >= 0) {
        uint16_t oid;
        if (!aac_read(port->engine, (uint16_t) iid, RID_TARGET_OID, 0, &oid)
            && !object_of(port, oid)) {
            result |= aac_wakaama_sync(port, AAC_SSID_BOOTSTRAP, oid, NULL);
        }
    }
    for (lwm2m_object_t *it = port->context->objectList; it; it = it->next) {
        if (it->objID > LWM2M_ACL_OBJECT_ID) {
            result |= aac_wakaama_sync(port, AAC_SSID_BOOTSTRAP, it->objID, NULL);
        }
    }
    result |= aac_wakaama_sync(port, AAC_SSID_BOOTSTRAP, LWM2M_SERVER_OBJECT_ID, NULL);
    return result;
}

void aac_wakaama_catch_up(aac_wakaama_t *port) {
    if (port->is_behind && !port->is_bootstrapping) {
        (void) aac_wakaama_sync_all(port);
    }
    if (port->is_stale) {
        aac_wakaama_refresh(port);
    }
}

int aac_wakaama_objects_changed(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port) {
        return -1;
    }
    return aac_wakaama_sync_all(port) ? -1 : 0;
}
