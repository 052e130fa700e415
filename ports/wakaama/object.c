/**
 * @file
 * Object 2 as Wakaama wants an Object, and Wakaama's answers to the engine.
 */

#include "port.h"

enum { RID_TARGET_OID, RID_TARGET_IID, RID_ACL, RID_OWNER };

static uint8_t code_of(int result, uint8_t done) {
    /* The engine's errors are negative CoAP codes in Wakaama's numbering. */
    return result ? (uint8_t) -result : done;
}

/* ---- the handlers of Object 2 ------------------------------------------ */

static uint8_t read_one(const aac_t *engine, uint16_t iid, lwm2m_data_t *resource) {
    const uint16_t rid = resource->id;
    if (rid == RID_ACL && resource->type != LWM2M_TYPE_MULTIPLE_RESOURCE) {
        /* Not single Resource Instances, but all are asked for. */
        lwm2m_data_t *all = NULL;
        int count = 0;
        int32_t id = -1;
        while ((id = aac_next(engine, iid, id)) >= 0) {
            if (!lwm2m_data_append_one(&count, &all, LWM2M_TYPE_INTEGER, (uint16_t) id)) {
                lwm2m_data_free(count, all);
                return COAP_500_INTERNAL_SERVER_ERROR;
            }
        }
        if (id < -1) {
            return COAP_404_NOT_FOUND;
        }
        lwm2m_data_encode_instances(all, (size_t) count, resource);
    }
    const bool is_multiple = resource->type == LWM2M_TYPE_MULTIPLE_RESOURCE;
    lwm2m_data_t *it = is_multiple ? resource->value.asChildren.array : resource;
    size_t left = is_multiple ? resource->value.asChildren.count : 1;
    for (; left; --left, ++it) {
        int32_t value = aac_get(engine, iid, rid, it->id);
        if (value < 0 || is_multiple != (rid == RID_ACL)) {
            return COAP_404_NOT_FOUND;
        }
        lwm2m_data_encode_int(value, it);
    }
    return COAP_205_CONTENT;
}

static uint8_t on_read(lwm2m_context_t *context, uint16_t iid, int *count,
                       lwm2m_data_t **resources, lwm2m_object_t *object) {
    (void) context;
    const aac_t *engine = ((const aac_wakaama_t *) object)->engine;
    const bool are_all = *count == 0;
    for (uint16_t rid = RID_TARGET_OID; are_all && rid <= RID_OWNER; ++rid) {
        bool is_there = rid == RID_ACL ? aac_next(engine, iid, -1) >= -1
                                       : aac_get(engine, iid, rid, 0) >= 0;
        if (is_there
            && !lwm2m_data_append_one(count, resources, LWM2M_TYPE_UNDEFINED, rid)) {
            return COAP_500_INTERNAL_SERVER_ERROR;
        }
    }
    uint8_t result = *count ? COAP_205_CONTENT : COAP_404_NOT_FOUND;
    for (int i = 0; i < *count && result == COAP_205_CONTENT; ++i) {
        result = read_one(engine, iid, &(*resources)[i]);
    }
    return result;
}

static int write_one(const aac_wakaama_t *port, uint16_t iid,
                     const lwm2m_data_t *resource, lwm2m_write_type_t type) {
    const uint16_t rid = resource->id;
    const bool is_acl = rid == RID_ACL;
    if (rid <= RID_TARGET_IID && !port->is_bootstrapping) {
        /* Read-only, as the Object's definition has it; the Bootstrap-Server
         * writes everything. */
        return AAC_METHOD_NOT_ALLOWED;
    }
    if (is_acl != (resource->type == LWM2M_TYPE_MULTIPLE_RESOURCE)) {
        return AAC_BAD_REQUEST;
    }
    int result = !is_acl || type == LWM2M_WRITE_PARTIAL_UPDATE
                     ? 0 : aac_edit(port->engine, AAC_EDIT_RESET_RESOURCE, iid, rid);
    const lwm2m_data_t *it = is_acl ? resource->value.asChildren.array : resource;
    size_t left = is_acl ? resource->value.asChildren.count : 1;
    for (; left && !result; --left, ++it) {
        int64_t value;
        result = lwm2m_data_decode_int(it, &value)
                     ? aac_write(port->engine, iid, rid, it->id, value)
                     : AAC_BAD_REQUEST;
    }
    return result;
}

static int write_all(const aac_wakaama_t *port, uint16_t iid, int count,
                     const lwm2m_data_t *resources, lwm2m_write_type_t type) {
    int result = type != LWM2M_WRITE_REPLACE_INSTANCE
                     ? 0 : aac_edit(port->engine, AAC_EDIT_RESET, iid, 0);
    for (int i = 0; i < count && !result; ++i) {
        result = write_one(port, iid, &resources[i], type);
    }
    return result;
}

static uint8_t on_write(lwm2m_context_t *context, uint16_t iid, int count,
                        lwm2m_data_t *resources, lwm2m_object_t *object,
                        lwm2m_write_type_t type) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    int result = port->is_bootstrapping ? 0 : aac_transaction(port->engine, AAC_BEGIN);
    if (!result) {
        result = write_all(port, iid, count, resources, type);
        if (port->is_bootstrapping) {
            port->is_spoiled |= result != 0;
        } else if (result) {
            (void) aac_transaction(port->engine, AAC_ROLLBACK);
        } else {
            /* Validates, and rolls back what is not valid. */
            result = aac_transaction(port->engine, AAC_COMMIT);
        }
    }
    return code_of(result, COAP_204_CHANGED);
}

/* Servers may do neither of these two; the engine would not, outside a transaction. */

static uint8_t on_create(lwm2m_context_t *context, uint16_t iid, int count,
                         lwm2m_data_t *resources, lwm2m_object_t *object) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    int result = aac_edit(port->engine, AAC_EDIT_CREATE, iid, 0);
    if (!result) {
        result = write_all(port, iid, count, resources, LWM2M_WRITE_PARTIAL_UPDATE);
        if (result) {
            port->is_spoiled |= aac_edit(port->engine, AAC_EDIT_REMOVE, iid, 0) != 0;
        }
    }
    aac_wakaama_refresh(port);
    return code_of(result, COAP_201_CREATED);
}

static uint8_t on_delete(lwm2m_context_t *context, uint16_t iid, lwm2m_object_t *object) {
    (void) context;
    aac_wakaama_t *port = (aac_wakaama_t *) object;
    int result = aac_edit(port->engine, AAC_EDIT_REMOVE, iid, 0);
    port->is_spoiled |= result != 0;
    if (!result) {
        /* Wakaama looks at its ID once more. */
        lwm2m_free(port->gone);
        lwm2m_list_t **list = &port->object.instanceList;
        *list = LWM2M_LIST_RM(*list, iid, &port->gone);
    }
    return code_of(result, COAP_202_DELETED);
}

/* ---- Wakaama's answers to the engine ----------------------------------- */

static lwm2m_uri_t uri_of(uint16_t oid, uint16_t iid, uint16_t rid) {
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = oid;
    uri.instanceId = iid;
    uri.resourceId = rid;
    return uri;
}

static lwm2m_list_t *instances_of(lwm2m_context_t *context, uint16_t oid) {
    const lwm2m_object_t *object = aac_wakaama_object(context, oid);
    return object ? object->instanceList : NULL;
}

static int is_object_registered(void *host, uint16_t oid) {
    return aac_wakaama_object(host, oid) != NULL;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    return LWM2M_LIST_FIND(instances_of(host, oid), iid) != NULL;
}

/* Reads an ID; or a flag, as 0 or 1. */
static bool read_id(lwm2m_context_t *context, uint16_t oid, uint16_t iid, uint16_t rid,
                    uint16_t *id) {
    lwm2m_uri_t uri = uri_of(oid, iid, rid);
    lwm2m_data_t *data = NULL;
    int count = 0;
    int64_t value = -1;
    bool flag;
    if (object_readData(context, &uri, &count, &data) == COAP_205_CONTENT && count == 1
        && !lwm2m_data_decode_int(data, &value)) {
        value = lwm2m_data_decode_bool(data, &flag) ? flag : -1;
    }
    lwm2m_data_free(count, data);
    *id = (uint16_t) value;
    return value >= 0 && value <= UINT16_MAX;
}

static int is_server_known(void *host, uint16_t ssid) {
    const uint16_t oid = LWM2M_SERVER_OBJECT_ID;
    int result = 0;
    for (const lwm2m_list_t *it = instances_of(host, oid); it; it = it->next) {
        uint16_t found;
        if (!read_id(host, oid, it->id, LWM2M_SERVER_SHORT_ID_ID, &found)) {
            /* It might be this one; but another may still answer. */
            result = -1;
        } else if (found == ssid) {
            return 1;
        }
    }
    return result;
}

static uint16_t single_server(void *host) {
    const lwm2m_server_t *servers = ((lwm2m_context_t *) host)->serverList;
    return servers && !servers->next ? servers->shortID : 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    for (const lwm2m_list_t *it = instances_of(host, oid); it; it = it->next) {
        if (aac_ids_add(found, it->id)) {
            return -1;
        }
    }
    return 0;
}

static int list_accounts(void *host, aac_ids_t *found) {
    const uint16_t oid = LWM2M_SECURITY_OBJECT_ID;
    for (const lwm2m_list_t *it = instances_of(host, oid); it; it = it->next) {
        uint16_t is_bootstrap;
        uint16_t ssid;
        if (!read_id(host, oid, it->id, LWM2M_SECURITY_BOOTSTRAP_ID, &is_bootstrap)
            || (!is_bootstrap
                && (!read_id(host, oid, it->id, LWM2M_SECURITY_SHORT_SERVER_ID, &ssid)
                    || aac_ids_add(found, ssid)))) {
            return -1;
        }
    }
    return 0;
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    lwm2m_uri_t uri = uri_of(oid, iid, LWM2M_MAX_ID);
    return object_delete(host, &uri) == COAP_202_DELETED ? 0 : -1;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    lwm2m_context_t *context = (lwm2m_context_t *) host;
    lwm2m_uri_t uri = uri_of(LWM2M_ACL_OBJECT_ID, iid, rid);
    if (iid == LWM2M_MAX_ID && aac_wakaama_find(context)) {
        aac_wakaama_refresh(aac_wakaama_find(context));
        if (context->state == STATE_READY) {
            (void) lwm2m_update_registration(context, 0, true);
        }
    }
    lwm2m_resource_value_changed(context, &uri);
}

static void refused(void *host, const aac_refusal_t *refusal) {
    char line[160];
    (void) host;
    (void) refusal;
    (void) line;
    /* Where logs are off, this is nothing, and no text is in the image. */
    LOG_ARG_WARN("access control: %s",
                 aac_explain_refusal(refusal, line, sizeof(line)) ? line : "");
}

static const aac_host_t HOST = {.is_object_registered = is_object_registered,
                                .is_instance_present = is_instance_present,
                                .is_server_known = is_server_known,
                                .single_server = single_server,
                                .list_instances = list_instances,
                                .list_accounts = list_accounts,
                                .remove_instance = remove_instance,
                                .changed = changed,
                                .refused = refused};

/* ---- life -------------------------------------------------------------- */

lwm2m_object_t *aac_wakaama_object(lwm2m_context_t *context, uint16_t oid) {
    return (lwm2m_object_t *) LWM2M_LIST_FIND(context->objectList, oid);
}

aac_wakaama_t *aac_wakaama_find(lwm2m_context_t *context) {
    lwm2m_object_t *found = context ? aac_wakaama_object(context, LWM2M_ACL_OBJECT_ID) : NULL;
    return found && found->readFunc == on_read ? (aac_wakaama_t *) found : NULL;
}

void aac_wakaama_refresh(aac_wakaama_t *port) {
    /* What is in the list is used again, so that memory is needed for more
     * Instances only. */
    lwm2m_list_t *old = port->object.instanceList;
    lwm2m_list_t **end = &port->object.instanceList;
    int32_t iid = -1;
    while ((iid = aac_next(port->engine, -1, iid)) >= 0) {
        lwm2m_list_t *it = old ? old : (lwm2m_list_t *) lwm2m_malloc(sizeof(*it));
        if (!it) {
            /* Not seen by Wakaama until there is memory again. */
            port->is_behind = true;
            break;
        }
        old = old ? old->next : NULL;
        it->id = (uint16_t) iid;
        *end = it;
        end = &it->next;
    }
    *end = NULL;
    LWM2M_LIST_FREE(old);
}

int aac_wakaama_install(lwm2m_context_t *context) {
    if (!context || aac_wakaama_object(context, LWM2M_ACL_OBJECT_ID)) {
        return -1;
    }
    aac_wakaama_t *port = (aac_wakaama_t *) lwm2m_malloc(sizeof(*port));
    aac_t *engine = port ? aac_new(&HOST, context) : NULL;
    if (!engine) {
        lwm2m_free(port);
        return -1;
    }
    memset(port, 0, sizeof(*port));
    port->context = context;
    port->engine = engine;
    port->object.objID = LWM2M_ACL_OBJECT_ID;
    port->object.readFunc = on_read;
    /* Only IDs and kinds are taken from it. */
    port->object.discoverFunc = on_read;
    port->object.writeFunc = on_write;
    port->object.createFunc = on_create;
    port->object.deleteFunc = on_delete;
    /* What it answers is about the registration that it asks for, if there is
     * one; the Object has been added in any case. */
    (void) lwm2m_add_object(context, &port->object);
    return 0;
}

void aac_wakaama_uninstall(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port) {
        /* From here on it is an Object like any other. */
        port->object.readFunc = NULL;
        (void) lwm2m_remove_object(context, LWM2M_ACL_OBJECT_ID);
        LWM2M_LIST_FREE(port->object.instanceList);
        lwm2m_free(port->gone);
        aac_free(port->engine);
        lwm2m_free(port);
    }
}

aac_t *aac_wakaama_engine(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    return port ? port->engine : NULL;
}

/* ---- synchronisation --------------------------------------------------- */

int aac_wakaama_catch_up(aac_wakaama_t *port) {
    int result = 0;
    /* What the Bootstrap-Server has not finished is not looked at. */
    if (port->is_behind && !port->is_bootstrapping && !port->hiding && !port->watcher) {
        port->is_behind = false;
        result = aac_sync_all(port->engine);
        port->is_behind |= result != 0;
        aac_wakaama_refresh(port);
    }
    return result ? -1 : 0;
}

int aac_wakaama_objects_changed(lwm2m_context_t *context) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port) {
        port->is_behind = true;
    }
    return port ? aac_wakaama_catch_up(port) : -1;
}
