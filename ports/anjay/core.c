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
    return single == ANJAY_SSID_BOOTSTRAP ? 0 : single;
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

/* Remembers what was allowed until the transaction ends. */
static bool grant(aac_port_t *port, const anjay_action_info_t *info) {
    if (port->anjay->transaction_state.depth == 0
            || info->ssid == ANJAY_SSID_BOOTSTRAP) {
        return true;
    }
    switch (info->action) {
    case ANJAY_ACTION_WRITE:
    case ANJAY_ACTION_WRITE_UPDATE:
    case ANJAY_ACTION_CREATE:
    case ANJAY_ACTION_DELETE:
        break;
    default:
        return true;
    }
    /* Included, Object 2 learns of the end, whichever way it comes. */
    if (_anjay_dm_transaction_include_object(port->anjay, &port->installed)) {
        return false;
    }
    port->granted.ssid = info->ssid;
    port->granted.oid = info->oid;
    port->granted.iid = info->iid;
    return true;
}

static bool decide(anjay_unlocked_t *anjay,
                   const anjay_action_info_t *info,
                   aac_decision_t *why) {
    why->rule = AAC_RULE_NOT_DECIDED;
#ifdef ANJAY_WITH_LWM2M_GATEWAY
    /* Object 2 governs the gateway's own data model. */
    if (info->end_device) {
        return true;
    }
#endif
    aac_port_t *port = aac_port_find(anjay);
    if (port) {
        return aac_decide(port->engine, info->ssid, operation_of(info->action),
                          info->oid, info->iid, why)
               && grant(port, info);
    }
    if (aac_port_object(anjay, ANJAY_DM_OID_ACCESS_CONTROL)) {
        port_log(ERROR, _("Object 2 is not that of the access-control library: "
                          "denying everything"));
        return false;
    }
    return info->oid != ANJAY_DM_OID_SECURITY
           && info->oid != AAC_PORT_OID_OSCORE;
}

bool _anjay_instance_action_allowed(anjay_unlocked_t *anjay,
                                    const anjay_action_info_t *info) {
    aac_decision_t why;
    return decide(anjay, info, &why);
}

anjay_instance_action_allowed_stateless_result_t
_anjay_instance_action_allowed_stateless(anjay_unlocked_t *anjay,
                                         const anjay_action_info_t *info) {
    aac_decision_t why;
    bool allowed = decide(anjay, info, &why);
    switch (why.rule) {
    case AAC_RULE_ACL_OWNER:
    case AAC_RULE_NOT_GOVERNED:
    case AAC_RULE_OWN_ENTRY:
    case AAC_RULE_OWNER:
    case AAC_RULE_DEFAULT_ENTRY:
    case AAC_RULE_NO_ENTRY:
        /* May be different when it is asked again. */
        return ANJAY_INSTANCE_ACTION_NEEDS_ACL_CHECK;
    default:
        return allowed ? ANJAY_INSTANCE_ACTION_ALLOWED
                       : ANJAY_INSTANCE_ACTION_DISALLOWED;
    }
}

bool _anjay_instance_action_allowed_by_acl(anjay_unlocked_t *anjay,
                                           const anjay_action_info_t *info) {
    return _anjay_instance_action_allowed(anjay, info);
}

/* ---- synchronisation --------------------------------------------------- */

static bool is_of_end_device(const anjay_notify_queue_object_entry_t *entry) {
#ifdef ANJAY_WITH_LWM2M_GATEWAY
    return entry->prefix[0] != '\0';
#else
    (void) entry;
    return false;
#endif
}

/*
 * Refuses what changed without having been asked about. By now it has happened,
 * but the transaction is still open, and the error rolls it back.
 */
static int check_changed(const aac_port_t *port,
                         anjay_ssid_t origin,
                         anjay_notify_queue_t queue) {
    if (origin == ANJAY_SSID_BOOTSTRAP) {
        return 0;
    }
    AVS_LIST(anjay_notify_queue_object_entry_t) entry;
    AVS_LIST_FOREACH(entry, queue) {
        if (is_of_end_device(entry)) {
            continue;
        }
        AVS_LIST(anjay_notify_queue_resource_entry_t) it;
        AVS_LIST_FOREACH(it, entry->resources_changed) {
            if (port->granted.ssid == origin && port->granted.oid == entry->oid
                    && port->granted.iid == it->iid) {
                continue;
            }
            if (!aac_decide_before(port->engine, origin, AAC_WRITE_COMPOSITE,
                                   entry->oid, it->iid)) {
                port_log(WARNING,
                         _("server ") "%u" _(" may not write ") "/%u/%u", origin,
                         entry->oid, it->iid);
                return ANJAY_ERR_UNAUTHORIZED;
            }
        }
    }
    return 0;
}

/*
 * The entry of the first object behind @p oid whose instance set changed. Looked
 * for anew each time, as the calls in between may change the queue.
 */
static const anjay_notify_queue_object_entry_t *
next_changed(anjay_notify_queue_t queue, int32_t oid) {
    AVS_LIST(anjay_notify_queue_object_entry_t) entry;
    AVS_LIST_FOREACH(entry, queue) {
        if (entry->oid > oid && !is_of_end_device(entry)
                && entry->instance_set_changes.instance_set_changed) {
            break;
        }
    }
    return entry;
}

static int follow(const aac_t *engine,
                  anjay_ssid_t origin,
                  const anjay_notify_queue_t *queue) {
    const anjay_notify_queue_object_entry_t *entry;
    bool has_accounts = false;
    int result = 0;
    for (int32_t oid = -1; !result && (entry = next_changed(*queue, oid));) {
        oid = entry->oid;
        has_accounts |= oid <= ANJAY_DM_OID_ACCESS_CONTROL;
        result = aac_sync_targets(engine, (anjay_oid_t) oid);
    }
    if (!result && has_accounts) {
        result = aac_sync_accounts(engine);
    }
    /* What the Bootstrap-Server or the application creates is nobody's. The queue
     * of a server's operation is that operation's alone, and stays as it is. */
    AVS_LIST(anjay_notify_queue_object_entry_t) it;
    AVS_LIST_FOREACH(it, origin == ANJAY_SSID_BOOTSTRAP ? NULL : *queue) {
        AVS_LIST(anjay_iid_t) iid;
        AVS_LIST_FOREACH(iid, it->instance_set_changes.known_added_iids) {
            if (!result && !is_of_end_device(it)) {
                result = aac_sync_created(engine, origin, it->oid, *iid);
            }
        }
    }
    return result;
}

/*
 * In a transaction of its own, so that an outer one takes these changes back
 * as well, and so that targets can be removed.
 */
static int follow_changes(aac_port_t *port,
                          anjay_ssid_t origin,
                          const anjay_notify_queue_t *queue) {
    if (!next_changed(*queue, -1)) {
        return 0;
    }
    if (avs_is_err(_anjay_dm_transaction_begin(port->anjay))) {
        return ANJAY_ERR_INTERNAL;
    }
    int result = _anjay_dm_transaction_include_object(port->anjay,
                                                      &port->installed);
    if (!result) {
        result = follow(aac_port_edit(port), origin, queue);
    }
    return _anjay_dm_transaction_finish(port->anjay, result);
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
    AVS_LIST(anjay_notify_queue_object_entry_t) entry;
    AVS_LIST_FOREACH(entry, *queue) {
        if (entry->oid == ANJAY_DM_OID_ACCESS_CONTROL
                && !is_of_end_device(entry)) {
            break;
        }
    }
    if (!entry) {
        return 0;
    }
    AVS_LIST(anjay_notify_queue_resource_entry_t) it;
    AVS_LIST_FOREACH(it, entry->resources_changed) {
        uint16_t target;
        /* The instance may be gone by now. */
        if (!aac_read(port->engine, it->iid, ANJAY_DM_RID_ACCESS_CONTROL_OID,
                      ANJAY_ID_INVALID, &target)
                && queue_object(queue, target)) {
            return ANJAY_ERR_INTERNAL;
        }
    }
    return 0;
}

int _anjay_sync_access_control(anjay_unlocked_t *anjay,
                               anjay_ssid_t origin_ssid,
                               anjay_notify_queue_t *notifications_queue) {
    aac_port_t *port = aac_port_find(anjay);
    if (!port) {
        return 0;
    }
    int result = check_changed(port, origin_ssid, *notifications_queue);
    if (!result) {
        result = follow_changes(port, origin_ssid, notifications_queue);
    }
    if (!result) {
        result = queue_targets(port, notifications_queue);
    }
    return result;
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
