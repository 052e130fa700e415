/**
 * @file
 * Object 2 and the client's answers: takes the place of Anjay's access-control
 * module. Both variants of the port contain it.
 */

#include "port.h"

#include <assert.h>
#include <stddef.h>

#include <avsystem/commons/avs_defs.h>

VISIBILITY_SOURCE_BEGIN

AVS_STATIC_ASSERT(offsetof(aac_port_t, installed) == 0,
                  installed_is_the_first_member);

static bool is_ours(const anjay_unlocked_dm_object_def_t *def);

const anjay_dm_installed_object_t *aac_port_object(anjay_unlocked_t *anjay,
                                                   anjay_oid_t oid) {
#if AAC_PORT_OBJECTS_BY_DM
    return _anjay_dm_find_object_by_oid(_anjay_get_dm(anjay), oid);
#else
    return _anjay_dm_find_object_by_oid(anjay, oid);
#endif
}

/* The list element around a pointer to our definition. */
static aac_port_t *port_of(const anjay_dm_installed_object_t *object) {
    aac_port_t *port =
            AVS_CONTAINER_OF(_anjay_dm_installed_object_get_unlocked(object),
                             aac_port_t, def);
    assert(is_ours(port->def));
    return port;
}

aac_port_presence_t aac_port_find(anjay_unlocked_t *anjay,
                                  aac_port_t **out_port) {
    const anjay_dm_installed_object_t *object =
            aac_port_object(anjay, ANJAY_DM_OID_ACCESS_CONTROL);
    if (!object) {
        return AAC_PORT_ABSENT;
    }
    if (!_anjay_dm_installed_object_is_valid_unlocked(object)
            || !is_ours(*_anjay_dm_installed_object_get_unlocked(object))) {
        return AAC_PORT_FOREIGN;
    }
    *out_port = port_of(object);
    assert((*out_port)->anjay == anjay);
    return AAC_PORT_OURS;
}

/* ---- the client's answers: aac_host_t ---------------------------------- */

static anjay_unlocked_t *client_of(void *host) {
    return ((aac_port_t *) host)->anjay;
}

static int is_object_registered(void *host, uint16_t oid) {
    return aac_port_object(client_of(host), oid) != NULL;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    const anjay_dm_installed_object_t *object =
            aac_port_object(client_of(host), oid);
    return object ? _anjay_dm_instance_present(client_of(host), object, iid)
                  : 0;
}

static int is_server_known(void *host, uint16_t ssid) {
    assert(ssid != ANJAY_SSID_ANY && ssid != ANJAY_SSID_BOOTSTRAP);
    return _anjay_dm_ssid_exists(client_of(host), ssid);
}

static int add_instance(anjay_unlocked_t *anjay,
                        const anjay_dm_installed_object_t *object,
                        anjay_iid_t iid,
                        void *found) {
    (void) anjay;
    (void) object;
    return aac_ids_add((aac_ids_t *) found, iid);
}

static int list_instances_of(void *host, uint16_t oid, aac_ids_t *found) {
    const anjay_dm_installed_object_t *object =
            aac_port_object(client_of(host), oid);
    if (!object
            || _anjay_dm_foreach_instance(client_of(host), object, add_instance,
                                          found)) {
        return -1;
    }
    return 0;
}

static int add_account(anjay_unlocked_t *anjay,
                       const anjay_dm_installed_object_t *security,
                       anjay_iid_t iid,
                       void *found) {
    (void) security;
    anjay_ssid_t ssid;
    if (_anjay_ssid_from_security_iid(anjay, iid, &ssid)) {
        return -1;
    }
    return ssid == ANJAY_SSID_BOOTSTRAP
                   ? 0
                   : aac_ids_add((aac_ids_t *) found, ssid);
}

static int list_accounts(void *host, aac_ids_t *found) {
    const anjay_dm_installed_object_t *security =
            aac_port_object(client_of(host), ANJAY_DM_OID_SECURITY);
    if (!security
            || _anjay_dm_foreach_instance(client_of(host), security,
                                          add_account, found)) {
        return -1;
    }
    return 0;
}

#if !AAC_PORT_CORE
/* Anjay's own code decides, and never asks the engine. */
static uint16_t single_server(void *host) {
    (void) host;
    return 0;
}
#endif

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    anjay_unlocked_t *anjay = client_of(host);
    const anjay_dm_installed_object_t *object = aac_port_object(anjay, oid);
    if (!object || _anjay_dm_call_instance_remove(anjay, object, iid)) {
        port_log(ERROR, _("could not remove ") "/%u/%u", oid, iid);
        return -1;
    }
    if (_anjay_notify_instances_changed_unlocked(anjay, oid)) {
        port_log(WARNING, _("no notification about ") "/%u", oid);
    }
    return 0;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    anjay_unlocked_t *anjay = client_of(host);
    int result;
    if (iid == ANJAY_ID_INVALID) {
        assert(rid == ANJAY_ID_INVALID);
        result = _anjay_notify_instances_changed_unlocked(
                anjay, ANJAY_DM_OID_ACCESS_CONTROL);
    } else {
        result = _anjay_notify_changed_unlocked(
                anjay, ANJAY_DM_OID_ACCESS_CONTROL, iid, rid);
    }
    if (result) {
        port_log(WARNING, _("no notification about ") "/2/%u/%u", iid, rid);
    }
}

static const aac_host_t HOST = {
    .is_object_registered = is_object_registered,
    .is_instance_present = is_instance_present,
    .is_server_known = is_server_known,
#if AAC_PORT_CORE
    .single_server = aac_port_single_server,
#else
    .single_server = single_server,
#endif
    .list_instances = list_instances_of,
    .list_accounts = list_accounts,
    .remove_instance = remove_instance,
    .changed = changed,
#ifdef ANJAY_WITH_LOGS
    .refused = aac_port_log_refusal
#endif
};

/* ---- handlers of Object 2 ---------------------------------------------- */

static int list_instances(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_unlocked_dm_list_ctx_t *ctx) {
    (void) anjay;
    const aac_port_t *port = port_of(&object);
    /* Emitting runs other code, which may change what comes next. */
    int32_t iid = -1;
    while ((iid = aac_next_instance(port->engine, iid)) >= 0) {
        _anjay_dm_emit_unlocked(ctx, (anjay_iid_t) iid);
    }
    return 0;
}

aac_t *aac_port_edit(aac_port_t *port) {
    if (!port->is_open) {
        port->is_open = !aac_transaction(port->engine, AAC_BEGIN);
    }
    return port->is_open ? port->engine : NULL;
}

static aac_t *edit(const anjay_dm_installed_object_t *object) {
    return aac_port_edit(port_of(object));
}

static int instance_reset(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid) {
    (void) anjay;
    return aac_reset(edit(&object), iid);
}

static int instance_create(anjay_unlocked_t *anjay,
                           const anjay_dm_installed_object_t object,
                           anjay_iid_t iid) {
    (void) anjay;
    assert(iid != ANJAY_ID_INVALID);
    return aac_create(edit(&object), iid);
}

static int instance_remove(anjay_unlocked_t *anjay,
                           const anjay_dm_installed_object_t object,
                           anjay_iid_t iid) {
    (void) anjay;
    return aac_remove(edit(&object), iid);
}

static int list_resources(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid,
                          anjay_unlocked_dm_resource_list_ctx_t *ctx) {
    (void) anjay;
    const bool has_acl = aac_next_entry(port_of(&object)->engine, iid, -1) >= -1;
    _anjay_dm_emit_res_unlocked(ctx, ANJAY_DM_RID_ACCESS_CONTROL_OID,
                                ANJAY_DM_RES_R, ANJAY_DM_RES_PRESENT);
    _anjay_dm_emit_res_unlocked(ctx, ANJAY_DM_RID_ACCESS_CONTROL_OIID,
                                ANJAY_DM_RES_R, ANJAY_DM_RES_PRESENT);
    _anjay_dm_emit_res_unlocked(ctx, ANJAY_DM_RID_ACCESS_CONTROL_ACL,
                                ANJAY_DM_RES_RWM,
                                has_acl ? ANJAY_DM_RES_PRESENT
                                        : ANJAY_DM_RES_ABSENT);
    _anjay_dm_emit_res_unlocked(ctx, ANJAY_DM_RID_ACCESS_CONTROL_OWNER,
                                ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    return 0;
}

static int resource_read(anjay_unlocked_t *anjay,
                         const anjay_dm_installed_object_t object,
                         anjay_iid_t iid,
                         anjay_rid_t rid,
                         anjay_riid_t riid,
                         anjay_unlocked_output_ctx_t *ctx) {
    (void) anjay;
    assert((rid == ANJAY_DM_RID_ACCESS_CONTROL_ACL)
           == (riid != ANJAY_ID_INVALID));
    uint16_t value;
    int result = aac_read(port_of(&object)->engine, iid, rid, riid, &value);
    return result ? result : _anjay_ret_i64_unlocked(ctx, value);
}

static int resource_write(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid,
                          anjay_rid_t rid,
                          anjay_riid_t riid,
                          anjay_unlocked_input_ctx_t *ctx) {
    (void) anjay;
    assert((rid == ANJAY_DM_RID_ACCESS_CONTROL_ACL)
           == (riid != ANJAY_ID_INVALID));
    int64_t value;
    int result = _anjay_get_i64_unlocked(ctx, &value);
    return result ? result : aac_write(edit(&object), iid, rid, riid, value);
}

static int resource_reset(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid,
                          anjay_rid_t rid) {
    (void) anjay;
    return aac_reset_resource(edit(&object), iid, rid);
}

static int list_resource_instances(anjay_unlocked_t *anjay,
                                   const anjay_dm_installed_object_t object,
                                   anjay_iid_t iid,
                                   anjay_rid_t rid,
                                   anjay_unlocked_dm_list_ctx_t *ctx) {
    (void) anjay;
    assert(rid == ANJAY_DM_RID_ACCESS_CONTROL_ACL);
    (void) rid;
    const aac_port_t *port = port_of(&object);
    int32_t ssid = -1;
    while ((ssid = aac_next_entry(port->engine, iid, ssid)) >= 0) {
        _anjay_dm_emit_unlocked(ctx, (anjay_riid_t) ssid);
    }
    return ssid < -1 ? (int) ssid : 0;
}

#ifdef ANJAY_WITH_LWM2M12
static int
resource_instance_remove(anjay_unlocked_t *anjay,
                         const anjay_dm_installed_object_t object,
                         anjay_iid_t iid,
                         anjay_rid_t rid,
                         anjay_riid_t riid) {
    (void) anjay;
    assert(rid == ANJAY_DM_RID_ACCESS_CONTROL_ACL);
    (void) rid;
    return aac_remove_entry(edit(&object), iid, riid);
}
#endif

/* The engine's transaction begins with the first change, see aac_port_edit(). */
static int transaction_begin(anjay_unlocked_t *anjay,
                             const anjay_dm_installed_object_t object) {
    (void) anjay;
    (void) object;
    assert(!port_of(&object)->is_open && !port_of(&object)->granted.is_set);
    return 0;
}

static int transaction_validate(anjay_unlocked_t *anjay,
                                const anjay_dm_installed_object_t object) {
    (void) anjay;
    aac_port_t *port = port_of(&object);
    return port->is_open ? aac_transaction(port->engine, AAC_VALIDATE) : 0;
}

static int end_transaction(const anjay_dm_installed_object_t *object,
                           aac_step_t step) {
    aac_port_t *port = port_of(object);
    bool was_open = port->is_open;
    port->is_open = false;
    port->granted.is_set = false;
    return was_open ? aac_transaction(port->engine, step) : 0;
}

static int transaction_commit(anjay_unlocked_t *anjay,
                              const anjay_dm_installed_object_t object) {
    (void) anjay;
    return end_transaction(&object, AAC_COMMIT);
}

static int transaction_rollback(anjay_unlocked_t *anjay,
                                const anjay_dm_installed_object_t object) {
    (void) anjay;
    return end_transaction(&object, AAC_ROLLBACK);
}

static const anjay_unlocked_dm_object_def_t OBJECT_2 = {
    .oid = ANJAY_DM_OID_ACCESS_CONTROL,
    .handlers = {
        .list_instances = list_instances,
        .instance_reset = instance_reset,
        .instance_create = instance_create,
        .instance_remove = instance_remove,
        .list_resources = list_resources,
        .resource_read = resource_read,
        .resource_write = resource_write,
        .resource_reset = resource_reset,
        .list_resource_instances = list_resource_instances,
        .transaction_begin = transaction_begin,
        .transaction_validate = transaction_validate,
        .transaction_commit = transaction_commit,
        .transaction_rollback = transaction_rollback,
#ifdef ANJAY_WITH_LWM2M12
        .resource_instance_remove = resource_instance_remove
#endif
    }
};

static bool is_ours(const anjay_unlocked_dm_object_def_t *def) {
    return def == &OBJECT_2;
}

/* ---- installing -------------------------------------------------------- */

/* Anjay still has Object 2 in its list when this runs, and frees it itself. */
static void delete_engine(void *port_) {
    aac_port_t *port = (aac_port_t *) port_;
    aac_free(port->engine);
    port->engine = NULL;
}

int aac_port_install(anjay_unlocked_t *anjay) {
    if (aac_port_object(anjay, ANJAY_DM_OID_ACCESS_CONTROL)) {
        port_log(ERROR, _("Object 2 is already installed"));
        return -1;
    }
    AVS_LIST(aac_port_t) port = AVS_LIST_NEW_ELEMENT(aac_port_t);
    if (!port) {
        port_log(ERROR, _("out of memory"));
        return -1;
    }
    port->def = &OBJECT_2;
    port->anjay = anjay;
    _anjay_dm_installed_object_init_unlocked(&port->installed, &port->def);
    port->engine = aac_new(&HOST, port);
    if (!port->engine) {
        port_log(ERROR, _("out of memory"));
        AVS_LIST_DELETE(&port);
        return -1;
    }
    if (_anjay_dm_module_install(anjay, delete_engine, port)) {
        delete_engine(port);
        AVS_LIST_DELETE(&port);
        return -1;
    }
    AVS_LIST(anjay_dm_installed_object_t) element = &port->installed;
    if (_anjay_register_object_unlocked(anjay, &element)) {
        /* Calls delete_engine(). */
        (void) _anjay_dm_module_uninstall(anjay, delete_engine);
        AVS_LIST_DELETE(&element);
        return -1;
    }
    assert(!element);
    return 0;
}
