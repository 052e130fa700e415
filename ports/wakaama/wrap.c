/**
 * @file
 * Enforcement: stands between Wakaama's own functions, which the linker leads
 * here (`--wrap=NAME`: calls of NAME from other files arrive at __wrap_NAME, and
 * __real_NAME is Wakaama's). See docs/wakaama.md for linkers that cannot.
 */

#include "port.h"

/* Declares both names; the wrapper is never called by its own. */
#define WRAP(type, name, ...)                                                            \
    type __real_##name(__VA_ARGS__);                                                     \
    type __wrap_##name(__VA_ARGS__);                                                     \
    type __wrap_##name(__VA_ARGS__)

/* ---- decisions --------------------------------------------------------- */

/* What the Bootstrap-Server has not finished does not count yet. To Wakaama 65535 is
 * an LwM2M Server like any other; the Bootstrap-Server's commands come another way. */
static bool decide(const aac_wakaama_t *port, uint16_t ssid, int operation, uint16_t oid,
                   uint16_t iid) {
    const uint32_t target = (uint32_t) oid << 16 | iid;
    return ssid != AAC_SSID_BOOTSTRAP
           && aac_ask(port->engine, ssid, operation + AAC_BEFORE, target) > 0;
}

/* Of an Object that is asked for as a whole, what a server does not get to see. */
typedef struct {
    lwm2m_object_t *object;
    lwm2m_list_t *hidden;
} view_t;

/*
 * Whether a server may do it. If so, and a whole Object is asked for, its Instances
 * are decided one by one, and the others taken out of its list, so that Wakaama, and
 * the Object's own handlers, do not find them. Nothing is allocated: they wait in a
 * list of their own, until leave().
 */
static bool enter(aac_wakaama_t *port, view_t *view, uint16_t ssid, int operation,
                  const lwm2m_uri_t *uri) {
    const uint16_t oid = uri->objectId;
    bool is_whole = !LWM2M_URI_IS_SET_INSTANCE(uri) && operation != AAC_CREATE;
    view->object = is_whole ? aac_wakaama_object(port->context, oid) : NULL;
    view->hidden = NULL;
    if (!decide(port, ssid, is_whole ? AAC_DISCOVER : operation, oid, uri->instanceId)) {
        return false;
    }
    if (view->object) {
        lwm2m_list_t **shown = &view->object->instanceList;
        lwm2m_list_t **hidden = &view->hidden;
        ++port->hiding;
        for (lwm2m_list_t *it = *shown; it; it = it->next) {
            lwm2m_list_t ***end =
                decide(port, ssid, operation, oid, it->id) ? &shown : &hidden;
            **end = it;
            *end = &it->next;
        }
        *shown = *hidden = NULL;
    }
    return true;
}

/* Merges them in again; both lists are in rising order. The handler of another Object
 * may have freed this one. */
static void leave(aac_wakaama_t *port, view_t *view, uint16_t oid) {
    lwm2m_object_t *object = aac_wakaama_object(port->context, oid);
    lwm2m_list_t **link = object ? &object->instanceList : NULL;
    port->hiding -= view->object != NULL;
    for (; link && view->hidden; link = &(*link)->next) {
        lwm2m_list_t *it = view->hidden;
        if (!*link || it->id < (*link)->id) {
            view->hidden = it->next;
            it->next = *link;
            *link = it;
        }
    }
}

/* ---- requests of LwM2M Servers ----------------------------------------- */

/* Follows the order in which Wakaama looks at a request. */
static int operation_of(const lwm2m_uri_t *uri, const coap_packet_t *message) {
    bool lists_links = IS_OPTION(message, COAP_OPTION_ACCEPT) && message->accept_num == 1
                       && message->accept[0] == APPLICATION_LINK_FORMAT;
    bool executes = !IS_OPTION(message, COAP_OPTION_CONTENT_TYPE)
                    || utils_convertMediaType(message->content_type) == LWM2M_CONTENT_TEXT;
    bool has_query = IS_OPTION(message, COAP_OPTION_URI_QUERY);
#ifdef LWM2M_RAW_BLOCK1_REQUESTS
    if (IS_OPTION(message, COAP_OPTION_BLOCK1)) {
        executes = LWM2M_URI_IS_SET_RESOURCE(uri);
        has_query = false;
    }
#endif
    switch (message->code) {
    case COAP_GET:
        if (IS_OPTION(message, COAP_OPTION_OBSERVE)) {
            return AAC_OBSERVE;
        }
        return lists_links ? AAC_DISCOVER : AAC_READ;
    case COAP_POST:
        if (!LWM2M_URI_IS_SET_INSTANCE(uri)) {
            return AAC_CREATE;
        }
        return executes ? AAC_EXECUTE : AAC_WRITE;
    case COAP_PUT:
        return has_query ? AAC_WRITE_ATTRIBUTES : AAC_WRITE;
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
    (void) aac_wakaama_catch_up(port);
    const uint16_t ssid = server->shortID;
    const int operation = operation_of(uri, message);
    if (operation == AAC_OBSERVE && message->observe == 1) {
        /* Ending an observation needs no right; but Wakaama reads first. */
        observe_handleRequest(context, uri, server, 0, NULL, message, response);
        return COAP_205_CONTENT;
    }
    view_t view;
    if (!enter(port, &view, ssid, operation, uri)) {
        return COAP_401_UNAUTHORIZED;
    }
    /* It would become part of what the Bootstrap-Server does. */
    uint8_t result = COAP_503_SERVICE_UNAVAILABLE;
    if (!port->is_bootstrapping
        || (operation != AAC_CREATE && operation != AAC_DELETE
            && (operation != AAC_WRITE || uri->objectId != LWM2M_ACL_OBJECT_ID))) {
        result = __real_dm_handleRequest(context, uri, server, message, response);
    }
    leave(port, &view, uri->objectId);
    if (result == COAP_202_DELETED) {
        /* Should memory be lacking, what it leaves behind gives access to nothing. */
        (void) aac_wakaama_objects_changed(context);
    } else if (operation == AAC_CREATE && result == COAP_201_CREATED
               && aac_sync_step(port->engine, ssid, uri->objectId, uri->instanceId)) {
        /* Nobody could reach it. */
        (void) object_delete(context, uri);
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    return result;
}

/* ---- notifications and Send -------------------------------------------- */

/*
 * Wakaama reads for a notification once and sends the same to all who observe; but
 * each may read other things. So it gets to see one of them at a time: this
 * exchanges its list for one that has nobody else, and the next time back.
 */
static void exchange_lists(aac_wakaama_t *port) {
    if (!port || !port->watcher) {
        return;
    }
    lwm2m_observed_t *observed = port->context->observedList;
    lwm2m_watcher_t *after = port->watcher->next;
    port->context->observedList = port->observed;
    port->watcher->next = port->after;
    port->observed = observed;
    port->after = after;
}

/* Wakaama keeps the observations of an account that is gone, and what they point to is
 * no more. */
static bool is_known(const lwm2m_context_t *context, const lwm2m_server_t *server) {
    const lwm2m_server_t *it = context->serverList;
    while (it && it != server) {
        it = it->next;
    }
    return it != NULL;
}

WRAP(void, observe_step, lwm2m_context_t *context, time_t now, time_t *timeout) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port) {
        __real_observe_step(context, now, timeout);
        return;
    }
    (void) aac_wakaama_catch_up(port);
    for (lwm2m_observed_t *it = context->observedList; it; it = it->next) {
        lwm2m_watcher_t *watcher = it->watcherList;
        for (; watcher; watcher = watcher->next) {
            view_t view;
            if (watcher->active && is_known(context, watcher->server)
                && enter(port, &view, watcher->server->shortID, AAC_OBSERVE, &it->uri)) {
                lwm2m_observed_t alone = {.uri = it->uri, .watcherList = watcher};
                port->observed = &alone;
                port->after = NULL;
                port->watcher = watcher;
                exchange_lists(port);
                __real_observe_step(context, now, timeout);
                exchange_lists(port);
                port->watcher = NULL;
                leave(port, &view, it->uri.objectId);
            }
        }
    }
}

/* A handler that reads for a notification may report a change. */
WRAP(void, lwm2m_resource_value_changed, lwm2m_context_t *context, lwm2m_uri_t *uri) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    exchange_lists(port);
    __real_lwm2m_resource_value_changed(context, uri);
    exchange_lists(port);
}

#ifndef LWM2M_VERSION_1_0
WRAP(int, lwm2m_send, lwm2m_context_t *context, uint16_t ssid, lwm2m_uri_t *uris,
     size_t count, lwm2m_transaction_callback_t callback, void *user_data) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!port || !count) {
        return __real_lwm2m_send(context, ssid, uris, count, callback, user_data);
    }
    view_t *views = (view_t *) lwm2m_malloc(count * sizeof(*views));
    int result = views ? COAP_404_NOT_FOUND : COAP_500_INTERNAL_SERVER_ERROR;
    bool is_sent = false;
    for (lwm2m_server_t *it = context->serverList; views && it; it = it->next) {
        if (ssid == 0 || ssid == it->shortID) {
            size_t at = 0;
            while (at < count
                   && enter(port, &views[at], it->shortID, AAC_SEND, &uris[at])) {
                ++at;
            }
            result = at < count ? COAP_401_UNAUTHORIZED
                                : __real_lwm2m_send(context, it->shortID, uris, count,
                                                    callback, user_data);
            is_sent |= result == COAP_NO_ERROR;
            while (at--) {
                leave(port, &views[at], uris[at].objectId);
            }
        }
    }
    lwm2m_free(views);
    return is_sent ? COAP_NO_ERROR : result;
}
#endif /* LWM2M_VERSION_1_0 */

/* ---- bootstrap --------------------------------------------------------- */

#ifdef LWM2M_BOOTSTRAP
/* Ends the transaction on Object 2: 0, or what does not validate. */
static int bootstrap_end(aac_wakaama_t *port, int step) {
    int result = aac_transaction(port->engine, step);
    port->is_bootstrapping = false;
    /* Other Objects are as the Bootstrap-Server has left them, in any case. */
    (void) aac_wakaama_objects_changed(port->context);
    return result;
}

/* Before a command: opens it, if this is the first. */
static bool bootstrap_begin(aac_wakaama_t *port) {
    if (port && !port->is_bootstrapping) {
        port->is_bootstrapping = !aac_transaction(port->engine, AAC_BEGIN_LATER);
        port->has_begun = port->is_spoiled = false;
    }
    return !port || port->is_bootstrapping;
}

/* Afterwards: a first command that fails has begun no bootstrap; and what a bootstrap
 * that has failed did is taken back. That is looked for at each step, for after a
 * command Wakaama takes for failed what has no state yet, as after `DELETE /`. */
static uint8_t bootstrap_check(aac_wakaama_t *port, uint8_t result) {
    if (port && port->is_bootstrapping) {
        port->has_begun |= result == COAP_204_CHANGED || result == COAP_202_DELETED;
        if (!port->has_begun
            || (!result && bootstrap_getStatus(port->context) == STATE_BS_FAILED)) {
            (void) bootstrap_end(port, AAC_ROLLBACK);
        }
    }
    return result;
}

WRAP(uint8_t, bootstrap_handleCommand, lwm2m_context_t *context, lwm2m_uri_t *uri,
     lwm2m_server_t *server, coap_packet_t *message, coap_packet_t *response) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (message->code != COAP_GET && !bootstrap_begin(port)) {
        return COAP_503_SERVICE_UNAVAILABLE;
    }
    return bootstrap_check(
        port, __real_bootstrap_handleCommand(context, uri, server, message, response));
}

WRAP(uint8_t, bootstrap_handleDeleteAll, lwm2m_context_t *context, void *session) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    if (!bootstrap_begin(port)) {
        return COAP_503_SERVICE_UNAVAILABLE;
    }
    return bootstrap_check(port, __real_bootstrap_handleDeleteAll(context, session));
}

WRAP(uint8_t, bootstrap_handleFinish, lwm2m_context_t *context, void *session) {
    aac_wakaama_t *port = aac_wakaama_find(context);
    /* Nobody but a Bootstrap-Server ends what one has begun. */
    bool is_end = port && port->is_bootstrapping
                  && utils_findBootstrapServer(context, session);
    if (is_end && (port->is_spoiled || aac_transaction(port->engine, AAC_VALIDATE))) {
        (void) bootstrap_end(port, AAC_ROLLBACK);
        return COAP_406_NOT_ACCEPTABLE;
    }
    uint8_t result = __real_bootstrap_handleFinish(context, session);
    if (is_end && result == COAP_204_CHANGED && bootstrap_end(port, AAC_COMMIT)) {
        return COAP_406_NOT_ACCEPTABLE;
    }
    return result;
}

WRAP(void, bootstrap_step, lwm2m_context_t *context, time_t now, time_t *timeout) {
    __real_bootstrap_step(context, now, timeout);
    (void) bootstrap_check(aac_wakaama_find(context), COAP_NO_ERROR);
}
#endif /* LWM2M_BOOTSTRAP */

/* ---- Objects ----------------------------------------------------------- */

WRAP(int, lwm2m_add_object, lwm2m_context_t *context, lwm2m_object_t *object) {
    int result = __real_lwm2m_add_object(context, object);
    (void) aac_wakaama_objects_changed(context);
    return result;
}

WRAP(int, lwm2m_remove_object, lwm2m_context_t *context, uint16_t oid) {
    /* With Object 2 nobody would decide any more: aac_wakaama_uninstall removes it. */
    bool is_port = oid == LWM2M_ACL_OBJECT_ID && aac_wakaama_find(context);
    int result = is_port ? COAP_405_METHOD_NOT_ALLOWED
                         : __real_lwm2m_remove_object(context, oid);
    (void) aac_wakaama_objects_changed(context);
    return result;
}
