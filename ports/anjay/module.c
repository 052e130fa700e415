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

const anjay_dm_installed_object_t *aac_port_object(anjay_unlocked_t *anjay,
                                                   anjay_oid_t oid) {
#if AAC_PORT_OBJECTS_BY_DM
    return _anjay_dm_find_object_by_oid(_anjay_get_dm(anjay), oid);
#else
    return _anjay_dm_find_object_by_oid(anjay, oid);
#endif
}

typedef const anjay_unlocked_dm_object_def_t *const *def_ptr_t;

/* What handlers get, as a pointer. */
#define DEF_OF(object) _anjay_dm_installed_object_get_unlocked(&(object))

/* The list element around a pointer to our definition. */
static inline aac_port_t *port_of(def_ptr_t def) {
    return AVS_CONTAINER_OF(def, aac_port_t, def);
}

/* NULL, which the engine's functions refuse, once the client is being deleted. */
static inline aac_t *engine_of(def_ptr_t def) {
    return port_of(def)->engine;
}

/* Anjay still has Object 2 in its list when this runs, and frees it itself. */
static void delete_engine(void *port_) {
    aac_port_t *port = (aac_port_t *) port_;
    aac_free(port->engine);
    port->engine = NULL;
}

aac_port_t *aac_port_find(anjay_unlocked_t *anjay) {
    return (aac_port_t *) _anjay_dm_module_get_arg(anjay, delete_engine);
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

/* Adds what @p add finds in the instances of an object. */
AAC_PORT_SHARED static int list(void *host,
                anjay_oid_t oid,
                anjay_dm_foreach_instance_handler_t *add,
                aac_ids_t *found) {
    const anjay_dm_installed_object_t *object =
            aac_port_object(client_of(host), oid);
    return object ? _anjay_dm_foreach_instance(client_of(host), object, add,
                                               found)
                  : -1;
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
    return list(host, oid, add_instance, found);
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
    return list(host, ANJAY_DM_OID_SECURITY, add_account, found);
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

/* IDs of instances; or of the entries of one, if @p iid is not -1. */
AAC_PORT_SHARED static int emit_all(anjay_unlocked_dm_list_ctx_t *ctx,
                                    const aac_port_t *port,
                                    int32_t iid) {
    /* Emitting runs other code, which may change what comes next. */
    int32_t id = -1;
    while ((id = aac_next(port->engine, iid, id)) >= 0) {
        _anjay_dm_emit_unlocked(ctx, (uint16_t) id);
    }
    return id < -1 ? (int) id : 0;
}

static int list_instances(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_unlocked_dm_list_ctx_t *ctx) {
    (void) anjay;
    return emit_all(ctx, port_of(DEF_OF(object)), -1);
}

static int instance_reset(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid) {
    (void) anjay;
    return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_RESET, iid, iid);
}

static int instance_create(anjay_unlocked_t *anjay,
                           const anjay_dm_installed_object_t object,
                           anjay_iid_t iid) {
    (void) anjay;
    assert(iid != ANJAY_ID_INVALID);
    return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_CREATE, iid, iid);
}

static int instance_remove(anjay_unlocked_t *anjay,
                           const anjay_dm_installed_object_t object,
                           anjay_iid_t iid) {
    (void) anjay;
    return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_REMOVE, iid, iid);
}

static int list_resources(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid,
                          anjay_unlocked_dm_resource_list_ctx_t *ctx) {
    static const uint8_t KINDS[] = { ANJAY_DM_RES_R, ANJAY_DM_RES_R,
                                     ANJAY_DM_RES_RWM, ANJAY_DM_RES_RW };
    (void) anjay;
    const bool has_acl = aac_next(engine_of(DEF_OF(object)), iid, -1) >= -1;
    for (anjay_rid_t rid = ANJAY_DM_RID_ACCESS_CONTROL_OID;
         rid <= ANJAY_DM_RID_ACCESS_CONTROL_OWNER; ++rid) {
        _anjay_dm_emit_res_unlocked(
                ctx, rid, (anjay_dm_resource_kind_t) KINDS[rid],
                has_acl || rid != ANJAY_DM_RID_ACCESS_CONTROL_ACL
                        ? ANJAY_DM_RES_PRESENT
                        : ANJAY_DM_RES_ABSENT);
    }
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
    const int32_t value = aac_get(engine_of(DEF_OF(object)), iid, rid, riid);
    return value < 0 ? (int) value : _anjay_ret_i64_unlocked(ctx, value);
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
    return result ? result
                  : aac_write(engine_of(DEF_OF(object)), iid, rid, riid, value);
}

static int resource_reset(anjay_unlocked_t *anjay,
                          const anjay_dm_installed_object_t object,
                          anjay_iid_t iid,
                          anjay_rid_t rid) {
    (void) anjay;
    return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_RESET_RESOURCE, iid, rid);
}

static int list_resource_instances(anjay_unlocked_t *anjay,
                                   const anjay_dm_installed_object_t object,
                                   anjay_iid_t iid,
                                   anjay_rid_t rid,
                                   anjay_unlocked_dm_list_ctx_t *ctx) {
    (void) anjay;
    assert(rid == ANJAY_DM_RID_ACCESS_CONTROL_ACL);
    (void) rid;
    return emit_all(ctx, port_of(DEF_OF(object)), iid);
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
    return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_REMOVE_ENTRY, iid, riid);
}
#endif

/* What a server is permitted ends with the transaction, whichever way. */
static int step(def_ptr_t def, aac_step_t step) {
    port_of(def)->permitted.ssid = ANJAY_SSID_ANY;
    return aac_transaction(engine_of(def), step);
}

static int transaction_begin(anjay_unlocked_t *anjay,
                             const anjay_dm_installed_object_t object) {
    (void) anjay;
    return aac_transaction(engine_of(DEF_OF(object)), AAC_BEGIN_LATER);
}

static int transaction_validate(anjay_unlocked_t *anjay,
                                const anjay_dm_installed_object_t object) {
    (void) anjay;
    return aac_transaction(engine_of(DEF_OF(object)), AAC_VALIDATE);
}

static int transaction_commit(anjay_unlocked_t *anjay,
                              const anjay_dm_installed_object_t object) {
    (void) anjay;
    return step(DEF_OF(object), AAC_COMMIT);
}

static int transaction_rollback(anjay_unlocked_t *anjay,
                                const anjay_dm_installed_object_t object) {
    (void) anjay;
    return step(DEF_OF(object), AAC_ROLLBACK);
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

/* ---- installing -------------------------------------------------------- */

int aac_port_install(anjay_unlocked_t *anjay) {
    AVS_LIST(aac_port_t) port = AVS_LIST_NEW_ELEMENT(aac_port_t);
    if (port) {
        port->def = &OBJECT_2;
        port->anjay = anjay;
        _anjay_dm_installed_object_init_unlocked(&port->installed, &port->def);
        port->engine = aac_new(&HOST, port);
        /* Each of the two fails where there is one already. */
        if (port->engine
                && !_anjay_dm_module_install(anjay, delete_engine, port)) {
            AVS_LIST(anjay_dm_installed_object_t) element = &port->installed;
            if (!_anjay_register_object_unlocked(anjay, &element)) {
                assert(!element);
                return 0;
            }
            /* Calls delete_engine(). */
            (void) _anjay_dm_module_uninstall(anjay, delete_engine);
        }
        delete_engine(port);
        AVS_LIST(aac_port_t) unused = port;
        AVS_LIST_DELETE(&unused);
    }
    port_log(ERROR, _("could not install Object 2: it is there already, or "
                      "out of memory"));
    return -1;
}
