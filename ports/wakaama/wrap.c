/**
 * @file
 * Enforcement: stands between Wakaama's own functions, which the linker leads
 * here (`--wrap=NAME`: calls of NAME from other files arrive at __wrap_NAME, and
 * __real_NAME is Wakaama's). See docs/wakaama.md for linkers that cannot.
 */

#include "port.h"

#include <internals.h>

#include <bootstrap.h>
#include <management.h>
#include <objects.h>
#include <observe.h>
#include <utils.h>

/* Declares both names; the wrapper is never called by its own. */
#define WRAP(type, name, ...)                                                            \
    type __real_##name(__VA_ARGS__);                                                     \
    type __wrap_##name(__VA_ARGS__);                                                     \
    type __wrap_##name(__VA_ARGS__)

/* ---- decisions --------------------------------------------------------- */

static bool decide(const aac_wakaama_t *port, uint16_t ssid, int operation, uint16_t oid,
                   uint16_t iid) {
    /* What the Bootstrap-Server has not finished does not count yet. */
    return port->is_bootstrapping
               ? aac_decide_before(port->engine, ssid, operation, oid, iid)
               : aac_decide(port->engine, ssid, operation, oid, iid, NULL);
}

static bool may(const aac_wakaama_t *port, uint16_t ssid, int operation,
                const lwm2m_uri_t *uri) {
    if (!LWM2M_URI_IS_SET_INSTANCE(uri) && operation != AAC_CREATE) {
        /* The Instances of an Object are decided where they are read. */
        operation = AAC_DISCOVER;
    }
    return decide(port, ssid, operation, uri->objectId, uri->instanceId);
}

/*
 * Takes the Instances that a server may not read out of an Object's list, so that
 * Wakaama, and the Object's own handlers, do not find them. Nothing is allocated:
 * they wait in a list of their own.
 */
static lwm2m_list_t *hide(const aac_wakaama_t *port, uint16_t ssid, int operation,
                          lwm2m_object_t *object) {
    lwm2m_list_t *hidden = NULL;
    lwm2m_list_t **tail = &hidden;
    lwm2m_list_t **link = object ? &object->instanceList : &hidden;
    while (*link) {
        lwm2m_list_t *it = *link;
        if (decide(port, ssid, operation, object->objID, it->id)) {
            link = &it->next;
        } else {
            *link = it->next;
            it->next = NULL;
            *tail = it;
            tail = &it->next;
        }
    }
    return hidden;
}

/* Merges them in again; both lists are in rising order. */
static void show(lwm2m_object_t *object, lwm2m_list_t *hidden) {
    lwm2m_list_t **link = object ? &object->instanceList : NULL;
    while (hidden) {
        lwm2m_list_t *it = hidden;
        hidden = it->next;
        while (*link && (*link)->id < it->id) {
            link = &(*link)->next;
        }
        it->next = *link;
        *link = it;
    }
}

static lwm2m_object_t *find_object(const lwm2m_context_t *context, uint16_t oid) {
    return (lwm2m_object_t *) LWM2M_LIST_FIND(context->objectList, oid);
}

/* ---- requests of LwM2M Servers ----------------------------------------- */

/* Follows the order in which Wakaama looks at a request. */
static int operation_of(const lwm2m_uri_t *uri, const coap_packet_t *message) {
    bool is_block = false;
#ifdef LWM2M_RAW_BLOCK1_REQUESTS
    is_block = IS_OPTION(message, COAP_OPTION_BLOCK1);
#endif
    switch (message->code) {
    case COAP_GET:
        if (IS_OPTION(message, COAP_OPTION_OBSERVE)) {
            return AAC_OBSERVE;
        }
        return IS_OPTION(message, COAP_OPTION_ACCEPT) && message->accept_num == 1
                       && message->accept[0] == APPLICATION_LINK_FORMAT
                   ? AAC_DISCOVER
                   : AAC_READ;
    case COAP_POST:
        if (!LWM2M_URI_IS_SET_INSTANCE(uri)) {
            return AAC_CREATE;
        }
        if (is_block) {
            return LWM2M_URI_IS_SET_RESOURCE(uri) ? AAC_EXECUTE : AAC_WRITE;
        }
        return !IS_OPTION(message, COAP_OPTION_CONTENT_TYPE)
                       || utils_convertMediaType(message->content_type)
                              == LWM2M_CONTENT_TEXT
                   ? AAC_EXECUTE
                   : AAC_WRITE;
    case COAP_PUT:
        return !is_block && IS_OPTION(message, COAP_OPTION_URI_QUERY)
                   ? AAC_WRITE_ATTRIBUTES
                   : AAC_WRITE;
    case COAP_DELETE:
        return AAC_DELETE;
    default:
        return -1;
    }
}

WRAP(uint8_t, dm_handleRequest, lwm2m_context_t *context, lwm2m_uri_t *uri,
     lwm2m_server_t *server, coap_packet_t *message, coap_packet_t *response) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port) {
        return __real_dm_handleRequest(context, uri, server, message, response);
    }
    aac_wakaama_catch_up(port);
    const uint16_t ssid = server->shortID;
    const uint16_t oid = uri->objectId;
    const int operation = operation_of(uri, message);
    if (operation == AAC_OBSERVE && message->observe == 1) {
        /* Ending an observation needs no right; but Wakaama reads first. */
        observe_handleRequest(context, uri, server, 0, NULL, message, response);
        return COAP_205_CONTENT;
    }
    if (!may(port, ssid, operation, uri)) {
        return COAP_401_UNAUTHORIZED;
    }
    if (port->is_bootstrapping
        && (operation == AAC_CREATE || operation == AAC_DELETE
            || (operation == AAC_WRITE && oid == LWM2M_ACL_OBJECT_ID))) {
        /* It would become part of what the Bootstrap-Server does. */
        return COAP_503_SERVICE_UNAVAILABLE;
    }
    if ((operation == AAC_READ || operation == AAC_OBSERVE)
        && !LWM2M_URI_IS_SET_INSTANCE(uri)) {
        lwm2m_object_t *object = find_object(context, oid);
        lwm2m_list_t *hidden = hide(port, ssid, operation, object);
        uint8_t result = __real_dm_handleRequest(context, uri, server, message, response);
        show(object, hidden);
        return result;
    }
    uint8_t result = __real_dm_handleRequest(context, uri, server, message, response);
    if (result == COAP_201_CREATED && operation == AAC_CREATE) {
        if (aac_wakaama_sync(port, ssid, oid, &uri->instanceId)) {
            /* Nobody could reach it. */
            (void) object_delete(context, uri);
            return COAP_500_INTERNAL_SERVER_ERROR;
        }
    } else if (result == COAP_202_DELETED) {
        /* Tried again later, should memory be lacking: nothing is there to
         * which the rights that remain could give access. */
        (void) aac_wakaama_sync(port, ssid, oid, NULL);
    }
    return result;
}

/* ---- notifications and Send -------------------------------------------- */

/*
 * Wakaama reads for a notification once and sends the same to all who observe; but
 * each may read other things. So it gets to see one of them at a time.
 */
static void isolate(aac_wakaama_t *port, lwm2m_observed_t *observed,
                    lwm2m_watcher_t *watcher) {
    lwm2m_context_t *context = port->context;
    port->step.all = context->observedList;
    port->step.after = observed->next;
    port->step.watchers = observed->watcherList;
    port->step.watcher_after = watcher->next;
    port->step.observed = observed;
    port->step.watcher = watcher;
    context->observedList = observed;
    observed->next = NULL;
    observed->watcherList = watcher;
    watcher->next = NULL;
}

static void join(aac_wakaama_t *port) {
    port->step.watcher->next = port->step.watcher_after;
    port->step.observed->watcherList = port->step.watchers;
    port->step.observed->next = port->step.after;
    port->context->observedList = port->step.all;
    port->step.observed = NULL;
}

WRAP(void, observe_step, lwm2m_context_t *context, time_t now, time_t *timeout) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port) {
        __real_observe_step(context, now, timeout);
        return;
    }
    aac_wakaama_catch_up(port);
    for (lwm2m_observed_t *it = context->observedList; it; it = it->next) {
        bool is_whole = !LWM2M_URI_IS_SET_INSTANCE(&it->uri);
        lwm2m_object_t *object = is_whole ? find_object(context, it->uri.objectId) : NULL;
        for (lwm2m_watcher_t *watcher = it->watcherList; watcher;
             watcher = watcher->next) {
            uint16_t ssid = watcher->server->shortID;
            if (watcher->active && may(port, ssid, AAC_OBSERVE, &it->uri)) {
                lwm2m_list_t *hidden = hide(port, ssid, AAC_OBSERVE, object);
                isolate(port, it, watcher);
                __real_observe_step(context, now, timeout);
                join(port);
                show(object, hidden);
            }
        }
    }
}

/* A handler that reads for a notification may report a change. */
WRAP(void, lwm2m_resource_value_changed, lwm2m_context_t *context, lwm2m_uri_t *uri) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    lwm2m_observed_t *observed = port ? port->step.observed : NULL;
    if (observed) {
        join(port);
    }
    __real_lwm2m_resource_value_changed(context, uri);
    if (observed) {
        isolate(port, observed, port->step.watcher);
    }
}

#ifndef LWM2M_VERSION_1_0
int __real_lwm2m_send(lwm2m_context_t *context, uint16_t ssid, lwm2m_uri_t *uris,
                      size_t count, lwm2m_transaction_callback_t callback,
                      void *user_data);

/* Sends to one server what it may read of the paths from `at` on. */
static int send_from(const aac_wakaama_t *port, size_t at, uint16_t ssid,
                     lwm2m_uri_t *uris, size_t count,
                     lwm2m_transaction_callback_t callback, void *user_data) {
    if (at == count) {
        return __real_lwm2m_send(port->context, ssid, uris, count, callback, user_data);
    }
    if (!may(port, ssid, AAC_SEND, &uris[at])) {
        return COAP_401_UNAUTHORIZED;
    }
    lwm2m_object_t *object = LWM2M_URI_IS_SET_INSTANCE(&uris[at])
                                 ? NULL
                                 : find_object(port->context, uris[at].objectId);
    lwm2m_list_t *hidden = hide(port, ssid, AAC_SEND, object);
    int result = send_from(port, at + 1, ssid, uris, count, callback, user_data);
    show(object, hidden);
    return result;
}

WRAP(int, lwm2m_send, lwm2m_context_t *context, uint16_t ssid, lwm2m_uri_t *uris,
     size_t count, lwm2m_transaction_callback_t callback, void *user_data) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port) {
        return __real_lwm2m_send(context, ssid, uris, count, callback, user_data);
    }
    int result = COAP_404_NOT_FOUND;
    bool is_sent = false;
    for (const lwm2m_server_t *it = context->serverList; it; it = it->next) {
        if (ssid == 0 || ssid == it->shortID) {
            result = send_from(port, 0, it->shortID, uris, count, callback, user_data);
            is_sent |= result == COAP_NO_ERROR;
        }
    }
    return is_sent ? COAP_NO_ERROR : result;
}
#endif /* LWM2M_VERSION_1_0 */

/* ---- bootstrap --------------------------------------------------------- */

#ifdef LWM2M_BOOTSTRAP
static int bootstrap_begin(aac_wakaama_t *port) {
    if (port->is_bootstrapping) {
        return 0;
    }
    int result = aac_transaction(port->engine, AAC_BEGIN);
    port->is_bootstrapping = !result;
    port->is_spoiled = false;
    return result;
}

/* Ends the transaction on Object 2: 0, or what does not validate. */
static int bootstrap_end(aac_wakaama_t *port, int step) {
    int result = aac_transaction(port->engine, step);
    port->is_bootstrapping = false;
    /* Other Objects are as the Bootstrap-Server has left them, in any case. */
    (void) aac_wakaama_sync_all(port);
    aac_wakaama_refresh(port);
    return result;
}

/* A first command that fails has begun no bootstrap. */
static uint8_t bootstrap_done(aac_wakaama_t *port, bool was_open, uint8_t result) {
    if (port && port->is_bootstrapping && !was_open && result != COAP_204_CHANGED
        && result != COAP_202_DELETED) {
        (void) bootstrap_end(port, AAC_ROLLBACK);
    }
    return result;
}

WRAP(uint8_t, bootstrap_handleCommand, lwm2m_context_t *context, lwm2m_uri_t *uri,
     lwm2m_server_t *server, coap_packet_t *message, coap_packet_t *response) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    bool was_open = port && port->is_bootstrapping;
    if (port && message->code != COAP_GET && bootstrap_begin(port)) {
        return COAP_503_SERVICE_UNAVAILABLE;
    }
    return bootstrap_done(
        port, was_open,
        __real_bootstrap_handleCommand(context, uri, server, message, response));
}

WRAP(uint8_t, bootstrap_handleDeleteAll, lwm2m_context_t *context, void *session) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    bool was_open = port && port->is_bootstrapping;
    if (port && bootstrap_begin(port)) {
        return COAP_503_SERVICE_UNAVAILABLE;
    }
    return bootstrap_done(port, was_open,
                          __real_bootstrap_handleDeleteAll(context, session));
}

WRAP(uint8_t, bootstrap_handleFinish, lwm2m_context_t *context, void *session) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port && port->is_bootstrapping
        && (port->is_spoiled || aac_transaction(port->engine, AAC_VALIDATE))) {
        (void) bootstrap_end(port, AAC_ROLLBACK);
        return COAP_406_NOT_ACCEPTABLE;
    }
    uint8_t result = __real_bootstrap_handleFinish(context, session);
    if (port && port->is_bootstrapping && result == COAP_204_CHANGED
        && bootstrap_end(port, AAC_COMMIT)) {
        return COAP_406_NOT_ACCEPTABLE;
    }
    return result;
}

WRAP(void, bootstrap_step, lwm2m_context_t *context, time_t now, time_t *timeout) {
    __real_bootstrap_step(context, now, timeout);
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port && port->is_bootstrapping
        && bootstrap_getStatus(context) == STATE_BS_FAILED) {
        (void) bootstrap_end(port, AAC_ROLLBACK);
    }
}
#endif /* LWM2M_BOOTSTRAP */

/* ---- Objects ----------------------------------------------------------- */

WRAP(int, lwm2m_add_object, lwm2m_context_t *context, lwm2m_object_t *object) {
    int result = __real_lwm2m_add_object(context, object);
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port && object->objID != LWM2M_ACL_OBJECT_ID) {
        (void) aac_wakaama_sync(port, AAC_SSID_BOOTSTRAP, object->objID, NULL);
    }
    return result;
}

WRAP(int, lwm2m_remove_object, lwm2m_context_t *context, uint16_t oid) {
    int result = __real_lwm2m_remove_object(context, oid);
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (port) {
        (void) aac_wakaama_sync(port, AAC_SSID_BOOTSTRAP, oid, NULL);
    }
    return result;
}
