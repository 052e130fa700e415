/**
 * @file
 * Enforcement and synchronisation: takes the place of the access-control part
 * of Anjay's core, all six symbols of it.
 */

#include "port.h"

#include <assert.h>

#include <anjay_modules/anjay_access_utils.h>

#include <core/anjay_access_utils_private.h>
#include <core/anjay_core.h>
#include <core/anjay_servers_private.h>

VISIBILITY_SOURCE_BEGIN

#ifndef ANJAY_WITH_ACCESS_CONTROL
#  error "This Anjay is configured without access control (WITH_ACCESS_CONTROL)."
#endif

/* ---- decisions --------------------------------------------------------- */

/*
 * One server after the other; where there are several, 65535 is noted. Neither a
 * break nor an error: Anjay logs both, and this is asked all the time.
 */
static int note_server(anjay_unlocked_t *anjay,
                       anjay_ssid_t ssid,
                       void *single) {
    (void) anjay;
    if (ssid != ANJAY_SSID_BOOTSTRAP) {
        *(uint16_t *) single = *(uint16_t *) single ? ANJAY_SSID_BOOTSTRAP : ssid;
    }
    return ANJAY_FOREACH_CONTINUE;
}

uint16_t aac_port_single_server(void *host) {
    uint16_t single = 0;
    /* Walks a list in memory; runs no code of the application. */
    (void) _anjay_servers_foreach_ssid(((aac_port_t *) host)->anjay,
                                       note_server, &single);
    return single;
}

static int operation_of(anjay_request_action_t action) {
    switch (action) {
    case ANJAY_ACTION_READ:
        return AAC_READ;
    case ANJAY_ACTION_DISCOVER:
        return AAC_DISCOVER;
    case ANJAY_ACTION_WRITE:
    case ANJAY_ACTION_WRITE_UPDATE:
        return AAC_WRITE;
    case ANJAY_ACTION_WRITE_ATTRIBUTES:
        return AAC_WRITE_ATTRIBUTES;
    case ANJAY_ACTION_EXECUTE:
        return AAC_EXECUTE;
    case ANJAY_ACTION_CREATE:
        return AAC_CREATE;
    case ANJAY_ACTION_DELETE:
        return AAC_DELETE;
#ifdef ANJAY_WITH_LWM2M11
    case ANJAY_ACTION_READ_COMPOSITE:
        return AAC_READ_COMPOSITE;
    case ANJAY_ACTION_WRITE_COMPOSITE:
        return AAC_WRITE_COMPOSITE;
#endif
    default:
        /* Not an operation on an instance: the engine denies it. */
        return -1;
    }
}

/* Notes that a change was allowed, until the transaction ends. */
static int permit(aac_port_t *port, anjay_ssid_t ssid, uint32_t target) {
    if (port->anjay->transaction_state.depth == 0) {
        return 0;
    }
    /* Included, Object 2 learns of the end, whichever way it comes. */
    const int result =
            _anjay_dm_transaction_include_object(port->anjay, &port->installed);
    if (!result) {
        port->permitted.ssid = ssid;
        port->permitted.target = target;
    }
    return result;
}

/* The rule that decides, which is negative for a denial; as aac_ask(). */
static int ask(anjay_unlocked_t *anjay, const anjay_action_info_t *info) {
#ifdef ANJAY_WITH_LWM2M_GATEWAY
    /* Object 2 governs the gateway's own data model. */
    if (info->end_device) {
        return AAC_RULE_NOT_DECIDED;
    }
#endif
    aac_port_t *port = aac_port_find(anjay);
    if (!port) {
        if (aac_port_object(anjay, ANJAY_DM_OID_ACCESS_CONTROL)) {
            port_log(ERROR, _("Object 2 is not that of the access-control library: "
                              "denying everything"));
        } else if (info->oid != ANJAY_DM_OID_SECURITY
                   && info->oid != AAC_PORT_OID_OSCORE) {
            return AAC_RULE_NOT_DECIDED;
        }
        return -AAC_RULE_NOT_DECIDED;
    }
    const int operation = operation_of(info->action);
    const uint32_t target = AAC_PORT_TARGET(info->oid, info->iid);
    const int rule = aac_ask(port->engine, info->ssid, operation, target);
    if (rule > 0
            && (operation == AAC_WRITE || operation == AAC_CREATE
                || operation == AAC_DELETE)
            && permit(port, info->ssid, target)) {
        return -AAC_RULE_NOT_DECIDED;
    }
    return rule;
}

bool _anjay_instance_action_allowed(anjay_unlocked_t *anjay,
                                    const anjay_action_info_t *info) {
    return ask(anjay, info) > 0;
}

anjay_instance_action_allowed_stateless_result_t
_anjay_instance_action_allowed_stateless(anjay_unlocked_t *anjay,
                                         const anjay_action_info_t *info) {
    const int answer = ask(anjay, info);
    const int rule = answer < 0 ? -answer : answer;
    if (rule >= AAC_RULE_ACL_OWNER && rule <= AAC_RULE_NO_ENTRY) {
        /* May be different when it is asked again. */
        return ANJAY_INSTANCE_ACTION_NEEDS_ACL_CHECK;
    }
    return answer > 0 ? ANJAY_INSTANCE_ACTION_ALLOWED
                      : ANJAY_INSTANCE_ACTION_DISALLOWED;
}

bool _anjay_instance_action_allowed_by_acl(anjay_unlocked_t *anjay,
                                           const anjay_action_info_t *info) {
    return _anjay_instance_action_allowed(anjay, info);
}

/* ---- synchronisation --------------------------------------------------- */

/*
 * The entry of the first object behind @p oid. Looked for anew each time, as what
 * is called in between may change the queue of the application's changes. That of
 * a server's operation is that operation's alone, and stays as it is.
 */
static const anjay_notify_queue_object_entry_t *
next_object(anjay_notify_queue_t queue, int32_t oid) {
    AVS_LIST(anjay_notify_queue_object_entry_t) entry;
    AVS_LIST_FOREACH(entry, queue) {
#ifdef ANJAY_WITH_LWM2M_GATEWAY
        if (entry->prefix[0] != '\0') {
            continue;
        }
#endif
        if (entry->oid > oid) {
            break;
        }
    }
    return entry;
}

/*
 * Refuses what changed without having been asked about: Anjay asks before it
 * changes anything, except in Write-Composite, where it does not ask at all. By
 * now it has happened, but the transaction is still open, and the error rolls it
 * back.
 */
static int check(const aac_port_t *port,
                 anjay_ssid_t origin,
                 const anjay_notify_queue_object_entry_t *entry) {
    AVS_LIST(anjay_notify_queue_resource_entry_t) it;
    AVS_LIST_FOREACH(it, entry->resources_changed) {
        const uint32_t target = AAC_PORT_TARGET(entry->oid, it->iid);
        const bool is_permitted = port->permitted.ssid == origin
                                  && port->permitted.target == target;
        if (!is_permitted
                && aac_ask(port->engine, origin,
                           AAC_WRITE_COMPOSITE + AAC_BEFORE, target)
                           < 0) {
            port_log(WARNING, _("server ") "%u" _(" may not write ") "/%u/%u",
                     origin, entry->oid, it->iid);
            return ANJAY_ERR_UNAUTHORIZED;
        }
    }
    return 0;
}

/*
 * In a transaction of Anjay's own, so that an outer one takes these changes back
 * as well, and so that targets can be removed.
 */
static int begin(aac_port_t *port, bool *is_open) {
    if (*is_open) {
        return 0;
    }
    if (avs_is_err(_anjay_dm_transaction_begin(port->anjay))) {
        return ANJAY_ERR_INTERNAL;
    }
    *is_open = true;
    return _anjay_dm_transaction_include_object(port->anjay, &port->installed);
}

static int follow(aac_port_t *port,
                  anjay_ssid_t origin,
                  const anjay_notify_queue_t *queue) {
    const anjay_notify_queue_object_entry_t *entry;
    const bool is_server = origin != ANJAY_SSID_BOOTSTRAP;
    bool has_accounts = false;
    bool is_open = false;
    int result = 0;
    for (int32_t oid = -1; !result && (entry = next_object(*queue, oid));) {
        oid = entry->oid;
        if (is_server) {
            result = check(port, origin, entry);
        }
        if (!result && entry->instance_set_changes.instance_set_changed
                && !(result = begin(port, &is_open))) {
            has_accounts |= oid <= ANJAY_DM_OID_ACCESS_CONTROL;
            result = aac_sync_step(port->engine, origin, (anjay_oid_t) oid,
                                   AAC_ID_NONE);
            /* What the Bootstrap-Server or the application creates is nobody's. */
            AVS_LIST(anjay_iid_t) iid;
            AVS_LIST_FOREACH(iid, is_server ? entry->instance_set_changes
                                                      .known_added_iids
                                            : NULL) {
                if (!result) {
                    result = aac_sync_step(port->engine, origin,
                                           (anjay_oid_t) oid, *iid);
                }
            }
        }
    }
    if (!result && has_accounts) {
        result = aac_sync_step(port->engine, origin, AAC_ID_NONE, AAC_ID_NONE);
    }
    return is_open ? _anjay_dm_transaction_finish(port->anjay, result) : result;
}

static int queue_object(anjay_notify_queue_t *queue, anjay_oid_t oid) {
#if AAC_PORT_QUEUE_BY_PATH
    return _anjay_notify_queue_instance_set_unknown_change(
            queue, &MAKE_OBJECT_PATH(oid));
#else
    return _anjay_notify_queue_instance_set_unknown_change(queue, oid);
#endif
}

/* New rights make instances of the target's Object appear or disappear. */
static int queue_targets(const aac_port_t *port, anjay_notify_queue_t *queue) {
    const anjay_notify_queue_object_entry_t *entry =
            next_object(*queue, ANJAY_DM_OID_ACCESS_CONTROL - 1);
    if (!entry || entry->oid != ANJAY_DM_OID_ACCESS_CONTROL) {
        return 0;
    }
    AVS_LIST(anjay_notify_queue_resource_entry_t) it;
    AVS_LIST_FOREACH(it, entry->resources_changed) {
        const int32_t oid = aac_get(port->engine, it->iid,
                                     ANJAY_DM_RID_ACCESS_CONTROL_OID, 0);
        /* The instance may be gone by now. */
        if (oid >= 0 && queue_object(queue, (anjay_oid_t) oid)) {
            return ANJAY_ERR_INTERNAL;
        }
    }
    return 0;
}

int _anjay_sync_access_control(anjay_unlocked_t *anjay,
                               anjay_ssid_t origin_ssid,
                               anjay_notify_queue_t *notifications_queue) {
    aac_port_t *port = aac_port_find(anjay);
    int result = port ? follow(port, origin_ssid, notifications_queue) : 0;
    return port && !result ? queue_targets(port, notifications_queue) : result;
}

/* ---- for Anjay's own module, which is not linked ----------------------- */

void _anjay_acl_ref_validation_ctx_cleanup(
        anjay_acl_ref_validation_ctx_t *ctx) {
    assert(!ctx->object_infos);
    (void) ctx;
}

int _anjay_acl_ref_validate_inst_ref(anjay_unlocked_t *anjay,
                                     anjay_acl_ref_validation_ctx_t *ctx,
                                     anjay_oid_t target_oid,
                                     anjay_iid_t target_iid) {
    (void) ctx;
    const anjay_dm_installed_object_t *object =
            aac_port_object(anjay, target_oid);
    if (!object || target_oid == ANJAY_DM_OID_SECURITY
            || target_oid == ANJAY_DM_OID_ACCESS_CONTROL) {
        return -1;
    }
    if (target_iid == ANJAY_ID_INVALID) {
        return 0;
    }
    return _anjay_dm_instance_present(anjay, object, target_iid) > 0 ? 0 : -1;
}
