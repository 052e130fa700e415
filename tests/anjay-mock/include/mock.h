/**
 * @file
 * As much of Anjay's private interface as the port uses, in the forms that
 * different versions and configurations have:
 *
 *   ANJAY_WITH_THREAD_SAFETY, ANJAY_WITH_LWM2M_GATEWAY, ANJAY_WITH_LWM2M12
 *   AAC_PORT_OBJECTS_BY_DM, AAC_PORT_QUEUE_BY_PATH   as the port gets them
 *
 * All headers beside this one only include it.
 */

#ifndef MOCK_H
#define MOCK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ANJAY_WITH_ACCESS_CONTROL
#ifndef MOCK_WITHOUT_LOGS
#    define ANJAY_WITH_LOGS
#endif
#define ANJAY_WITH_LWM2M11

#define VISIBILITY_SOURCE_BEGIN
#define VISIBILITY_PRIVATE_HEADER_BEGIN
#define VISIBILITY_PRIVATE_HEADER_END
#define _(text) text
#ifdef ANJAY_WITH_LOGS
#    define _anjay_log(module, level, ...) mock_log(#    module " " #    level, __VA_ARGS__)
#else
#    define _anjay_log(module, level, ...) ((void) sizeof(printf(__VA_ARGS__)))
#endif
void mock_log(const char *level, const char *format, ...);
void _anjay_log_oom(void);

/* ---- avs_commons ----------------------------------------------------------- */

#define AVS_STATIC_ASSERT(condition, message)                                            \
    typedef char mock_assert_##message[(condition) ? 1 : -1]
#define AVS_CONTAINER_OF(pointer, type, member)                                          \
    ((type *) (void *) ((char *) (intptr_t) (pointer) -offsetof(type, member)))

/* A list is a pointer to its first element; the link stands before each. */
#define AVS_LIST(type) type *
#define AVS_LIST_NEW_ELEMENT(type) ((type *) mock_list_new(sizeof(type)))
#define AVS_LIST_DELETE(list) mock_list_delete((void **) (intptr_t) (list))
#define AVS_LIST_NEXT(element) (*mock_list_next(element))
#define AVS_LIST_FOREACH(it, list) for ((it) = (list); (it); (it) = AVS_LIST_NEXT(it))
#define AVS_LIST_SIZE(list) mock_list_size(list)
void *mock_list_new(size_t size);
void mock_list_delete(void **list);
void **mock_list_next(const void *element);
size_t mock_list_size(const void *list);

#define avs_calloc mock_calloc
#define avs_free free
void *mock_calloc(size_t count, size_t size);

typedef struct {
    uint16_t category;
    uint16_t code;
} avs_error_t;
static inline bool avs_is_err(avs_error_t error) {
    return error.code != 0;
}
#define AVS_ERRNO_CATEGORY 37766
typedef enum {
    AVS_EBADF = 8,
    AVS_EBADMSG = 9,
    AVS_EINVAL = 24,
    AVS_EIO = 25,
    AVS_ENOMEM = 42
} avs_errno_t;
static const avs_error_t AVS_OK = {0, 0};
static inline avs_error_t avs_errno(avs_errno_t code) {
    return (avs_error_t){AVS_ERRNO_CATEGORY, (uint16_t) code};
}
typedef struct avs_stream_struct avs_stream_t;
avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer, size_t size);
avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer, size_t size);

/* ---- public ------------------------------------------------------------------ */

typedef uint16_t anjay_oid_t, anjay_iid_t, anjay_rid_t, anjay_riid_t;
typedef uint16_t anjay_ssid_t, anjay_access_mask_t;

#define ANJAY_ID_INVALID UINT16_MAX
#define ANJAY_SSID_ANY 0
#define ANJAY_SSID_BOOTSTRAP UINT16_MAX
#define ANJAY_ERR_BAD_REQUEST (-128)
#define ANJAY_ERR_UNAUTHORIZED (-129)
#define ANJAY_ERR_NOT_FOUND (-132)
#define ANJAY_ERR_METHOD_NOT_ALLOWED (-133)
#define ANJAY_ERR_INTERNAL (-160)

typedef enum {
    ANJAY_DM_RES_R,
    ANJAY_DM_RES_RW,
    ANJAY_DM_RES_RWM
} anjay_dm_resource_kind_t;
typedef enum { ANJAY_DM_RES_ABSENT, ANJAY_DM_RES_PRESENT } anjay_dm_resource_presence_t;

/* ---- the lock ------------------------------------------------------------------ */

typedef struct anjay_struct anjay_t;
#ifdef ANJAY_WITH_THREAD_SAFETY
typedef struct anjay_unlocked_struct anjay_unlocked_t;
#else
typedef anjay_t anjay_unlocked_t;
#endif
/* Fails if the lock is held already, as Anjay's would hang. */
anjay_unlocked_t *mock_lock(anjay_t *anjay);
void mock_unlock(anjay_t *anjay);

#define ANJAY_MUTEX_LOCK(unlocked, locked)                                               \
    {                                                                                    \
        anjay_unlocked_t *unlocked = mock_lock(locked)
#define ANJAY_MUTEX_UNLOCK(locked)                                                       \
    mock_unlock(locked);                                                                 \
    }                                                                                    \
    (void) 0

/* ---- objects --------------------------------------------------------------------- */

typedef struct mock_ids anjay_unlocked_dm_list_ctx_t;
typedef struct mock_resources anjay_unlocked_dm_resource_list_ctx_t;
typedef struct mock_value anjay_unlocked_output_ctx_t;
typedef struct mock_value anjay_unlocked_input_ctx_t;
typedef struct mock_object_def anjay_unlocked_dm_object_def_t;

#ifdef ANJAY_WITH_THREAD_SAFETY
typedef struct {
    int type;
    const anjay_unlocked_dm_object_def_t *const *unlocked;
#    ifdef ANJAY_WITH_LWM2M_GATEWAY
    const char *prefix;
#    endif
} anjay_dm_installed_object_t;
#else
typedef const anjay_unlocked_dm_object_def_t *const *anjay_dm_installed_object_t;
#endif

static inline void _anjay_dm_installed_object_init_unlocked(
    anjay_dm_installed_object_t *object,
    const anjay_unlocked_dm_object_def_t *const *def) {
#ifdef ANJAY_WITH_THREAD_SAFETY
    object->type = 1;
    object->unlocked = def;
#else
    *object = def;
#endif
}

static inline const anjay_unlocked_dm_object_def_t *const *
_anjay_dm_installed_object_get_unlocked(const anjay_dm_installed_object_t *object) {
#ifdef ANJAY_WITH_THREAD_SAFETY
    assert(object->type == 1);
    return object->unlocked;
#else
    return *object;
#endif
}

static inline bool
_anjay_dm_installed_object_is_valid_unlocked(const anjay_dm_installed_object_t *object) {
#ifdef ANJAY_WITH_THREAD_SAFETY
    return object->type == 1;
#else
    return *object != NULL;
#endif
}

#define MOCK_OBJECT anjay_unlocked_t *, const anjay_dm_installed_object_t
typedef struct {
    int (*list_instances)(MOCK_OBJECT, anjay_unlocked_dm_list_ctx_t *);
    int (*instance_reset)(MOCK_OBJECT, anjay_iid_t);
    int (*instance_create)(MOCK_OBJECT, anjay_iid_t);
    int (*instance_remove)(MOCK_OBJECT, anjay_iid_t);
    int (*list_resources)(MOCK_OBJECT, anjay_iid_t,
                          anjay_unlocked_dm_resource_list_ctx_t *);
    int (*resource_read)(MOCK_OBJECT, anjay_iid_t, anjay_rid_t, anjay_riid_t,
                         anjay_unlocked_output_ctx_t *);
    int (*resource_write)(MOCK_OBJECT, anjay_iid_t, anjay_rid_t, anjay_riid_t,
                          anjay_unlocked_input_ctx_t *);
    int (*resource_reset)(MOCK_OBJECT, anjay_iid_t, anjay_rid_t);
    int (*list_resource_instances)(MOCK_OBJECT, anjay_iid_t, anjay_rid_t,
                                   anjay_unlocked_dm_list_ctx_t *);
    int (*transaction_begin)(MOCK_OBJECT);
    int (*transaction_validate)(MOCK_OBJECT);
    int (*transaction_commit)(MOCK_OBJECT);
    int (*transaction_rollback)(MOCK_OBJECT);
#ifdef ANJAY_WITH_LWM2M12
    int (*resource_instance_remove)(MOCK_OBJECT, anjay_iid_t, anjay_rid_t, anjay_riid_t);
#endif
} anjay_unlocked_dm_handlers_t;

struct mock_object_def {
    anjay_oid_t oid;
    anjay_unlocked_dm_handlers_t handlers;
};

void _anjay_dm_emit_unlocked(anjay_unlocked_dm_list_ctx_t *ctx, uint16_t id);
void _anjay_dm_emit_res_unlocked(anjay_unlocked_dm_resource_list_ctx_t *ctx,
                                 anjay_rid_t rid, anjay_dm_resource_kind_t kind,
                                 anjay_dm_resource_presence_t presence);
int _anjay_ret_i64_unlocked(anjay_unlocked_output_ctx_t *ctx, int64_t value);
int _anjay_get_i64_unlocked(anjay_unlocked_input_ctx_t *ctx, int64_t *value);

/* ---- the data model -----------------------------------------------------------------
 */

#define ANJAY_DM_OID_SECURITY 0
#define ANJAY_DM_OID_ACCESS_CONTROL 2
#define ANJAY_DM_RID_ACCESS_CONTROL_OID 0
#define ANJAY_DM_RID_ACCESS_CONTROL_OIID 1
#define ANJAY_DM_RID_ACCESS_CONTROL_ACL 2
#define ANJAY_DM_RID_ACCESS_CONTROL_OWNER 3
#define ANJAY_FOREACH_CONTINUE 0

typedef struct anjay_dm anjay_dm_t;
anjay_dm_t *_anjay_get_dm(anjay_unlocked_t *anjay);
const anjay_dm_installed_object_t *_anjay_dm_find_object_by_oid(
#if AAC_PORT_OBJECTS_BY_DM
    const anjay_dm_t *dm,
#else
    anjay_unlocked_t *anjay,
#endif
    anjay_oid_t oid);

typedef int anjay_dm_foreach_instance_handler_t(anjay_unlocked_t *anjay,
                                                const anjay_dm_installed_object_t *object,
                                                anjay_iid_t iid, void *data);
int _anjay_dm_foreach_instance(anjay_unlocked_t *anjay,
                               const anjay_dm_installed_object_t *object,
                               anjay_dm_foreach_instance_handler_t *handler, void *data);
int _anjay_dm_instance_present(anjay_unlocked_t *anjay,
                               const anjay_dm_installed_object_t *object,
                               anjay_iid_t iid);
int _anjay_dm_call_instance_remove(anjay_unlocked_t *anjay,
                                   const anjay_dm_installed_object_t *object,
                                   anjay_iid_t iid);
bool _anjay_dm_ssid_exists(anjay_unlocked_t *anjay, anjay_ssid_t ssid);
int _anjay_ssid_from_security_iid(anjay_unlocked_t *anjay, anjay_iid_t iid,
                                  uint16_t *ssid);

avs_error_t _anjay_dm_transaction_begin(anjay_unlocked_t *anjay);
int _anjay_dm_transaction_include_object(anjay_unlocked_t *anjay,
                                         const anjay_dm_installed_object_t *object);
int _anjay_dm_transaction_finish(anjay_unlocked_t *anjay, int result);

int _anjay_register_object_unlocked(anjay_unlocked_t *anjay,
                                    AVS_LIST(anjay_dm_installed_object_t) * element);
typedef void anjay_dm_module_deleter_t(void *arg);
int _anjay_dm_module_install(anjay_unlocked_t *anjay, anjay_dm_module_deleter_t *deleter,
                             void *arg);
int _anjay_dm_module_uninstall(anjay_unlocked_t *anjay,
                               anjay_dm_module_deleter_t *deleter);
void *_anjay_dm_module_get_arg(anjay_unlocked_t *anjay,
                               anjay_dm_module_deleter_t *deleter);

/* ---- notifications
 * ---------------------------------------------------------------------- */

typedef struct {
    uint16_t ids[4];
} anjay_uri_path_t;
#define MAKE_OBJECT_PATH(oid)                                                            \
    ((anjay_uri_path_t){{(oid), UINT16_MAX, UINT16_MAX, UINT16_MAX}})

typedef struct {
    anjay_iid_t iid;
    anjay_rid_t rid;
} anjay_notify_queue_resource_entry_t;
typedef struct {
#ifdef ANJAY_WITH_LWM2M_GATEWAY
    char prefix[8];
#endif
    anjay_oid_t oid;
    struct {
        bool instance_set_changed;
        AVS_LIST(anjay_iid_t) known_added_iids;
    } instance_set_changes;
    AVS_LIST(anjay_notify_queue_resource_entry_t) resources_changed;
} anjay_notify_queue_object_entry_t;
typedef AVS_LIST(anjay_notify_queue_object_entry_t) anjay_notify_queue_t;

#if AAC_PORT_QUEUE_BY_PATH
int _anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *queue,
                                                    const anjay_uri_path_t *path);
#else
int _anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *queue,
                                                    anjay_oid_t oid);
#endif
int _anjay_notify_changed_unlocked(anjay_unlocked_t *anjay, anjay_oid_t oid,
                                   anjay_iid_t iid, anjay_rid_t rid);
int _anjay_notify_instances_changed_unlocked(anjay_unlocked_t *anjay, anjay_oid_t oid);

/* ---- what the core variant replaces
 * --------------------------------------------------------- */

typedef enum {
    ANJAY_ACTION_READ,
    ANJAY_ACTION_READ_COMPOSITE,
    ANJAY_ACTION_DISCOVER,
    ANJAY_ACTION_WRITE,
    ANJAY_ACTION_WRITE_COMPOSITE,
    ANJAY_ACTION_WRITE_UPDATE,
    ANJAY_ACTION_WRITE_ATTRIBUTES,
    ANJAY_ACTION_EXECUTE,
    ANJAY_ACTION_CREATE,
    ANJAY_ACTION_DELETE,
    ANJAY_ACTION_BOOTSTRAP_FINISH
} anjay_request_action_t;
typedef struct {
    anjay_oid_t oid;
    anjay_iid_t iid;
    anjay_ssid_t ssid;
    anjay_request_action_t action;
#ifdef ANJAY_WITH_LWM2M_GATEWAY
    bool end_device;
#endif
} anjay_action_info_t;
typedef enum {
    ANJAY_INSTANCE_ACTION_DISALLOWED,
    ANJAY_INSTANCE_ACTION_ALLOWED,
    ANJAY_INSTANCE_ACTION_NEEDS_ACL_CHECK
} anjay_instance_action_allowed_stateless_result_t;
typedef struct {
    AVS_LIST(void) object_infos;
} anjay_acl_ref_validation_ctx_t;

bool _anjay_instance_action_allowed(anjay_unlocked_t *anjay,
                                    const anjay_action_info_t *info);
anjay_instance_action_allowed_stateless_result_t
_anjay_instance_action_allowed_stateless(anjay_unlocked_t *anjay,
                                         const anjay_action_info_t *info);
bool _anjay_instance_action_allowed_by_acl(anjay_unlocked_t *anjay,
                                           const anjay_action_info_t *info);
int _anjay_sync_access_control(anjay_unlocked_t *anjay, anjay_ssid_t origin,
                               anjay_notify_queue_t *queue);
void _anjay_acl_ref_validation_ctx_cleanup(anjay_acl_ref_validation_ctx_t *ctx);
int _anjay_acl_ref_validate_inst_ref(anjay_unlocked_t *anjay,
                                     anjay_acl_ref_validation_ctx_t *ctx, anjay_oid_t oid,
                                     anjay_iid_t iid);

typedef int anjay_servers_foreach_ssid_handler_t(anjay_unlocked_t *anjay,
                                                 anjay_ssid_t ssid, void *data);
int _anjay_servers_foreach_ssid(anjay_unlocked_t *anjay,
                                anjay_servers_foreach_ssid_handler_t *handler,
                                void *data);

/* ---- the mock itself
 * ---------------------------------------------------------------------------- */

#define MOCK_MANY 16

struct mock_ids {
    size_t count;
    uint16_t ids[64];
    void (*on_emit)(void);
};
struct mock_resources {
    size_t count;
    anjay_dm_resource_presence_t presence[8];
};
struct mock_value {
    int64_t value;
};

/* An object that is not /2, with what it does wrong on demand. */
typedef struct {
    anjay_dm_installed_object_t installed;
    anjay_oid_t oid;
    bool exists[MOCK_MANY], exists_before[MOCK_MANY];
    bool listing_fails;
    bool cannot_remove;
    /* Runs once, without the lock, while instances are listed. */
    void (*on_list)(void);
} mock_object_t;

#ifdef ANJAY_WITH_THREAD_SAFETY
struct anjay_unlocked_struct {
#else
struct anjay_struct {
#endif
    /* The core looks into this one. */
    struct {
        unsigned depth;
    } transaction_state;
    mock_object_t *objects[4];
    AVS_LIST(anjay_dm_installed_object_t) object_2;
    const anjay_dm_installed_object_t *in_transaction[8];
    bool include_fails;
    /* Servers in memory, in the Server Object, and in the Security Object. */
    anjay_ssid_t servers[MOCK_MANY];
    anjay_ssid_t accounts[MOCK_MANY];
    bool accounts_fail;
    anjay_dm_module_deleter_t *deleter;
    void *deleter_arg;
    bool registering_fails, module_fails, queue_fails;
    size_t notified_count;
    struct {
        anjay_oid_t oid;
        anjay_iid_t iid;
        anjay_rid_t rid;
    } notified[256];
};

#ifdef ANJAY_WITH_THREAD_SAFETY
struct anjay_struct {
    anjay_unlocked_t unlocked;
};
#endif

/** The one client. */
extern anjay_t MOCK;
anjay_unlocked_t *mock_client(void);
/** An empty client with Objects 0 (of accounts) and 1234. */
void mock_start(void);
/** What anjay_delete() does: deleters first, then the objects. */
void mock_stop(void);
/** Fails the given allocation from now on: 1 is the next one; 0 none. */
extern int MOCK_FAILING_ALLOCATION;
/** What was logged: "access_control ERROR: text"; of the last line, and how often. */
extern char MOCK_LOGGED[256];
extern unsigned MOCK_LOG_COUNT;
/** The one stream, emptied. */
avs_stream_t *mock_stream(void);

#endif
