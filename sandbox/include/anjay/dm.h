/**
 * @file
 * Objects of the application.
 *
 * An Object is a definition with handlers. The sandbox gets a pointer to a
 * pointer to it, and passes the same to each handler: so an application can
 * keep the pointer in a struct of its own and find that struct again.
 *
 * Handlers return 0, or one of the ANJAY_ERR_ codes.
 */
#ifndef ANJAY_INCLUDE_ANJAY_DM_H
#define ANJAY_INCLUDE_ANJAY_DM_H

#include <math.h>

#include <anjay/io.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ANJAY_DM_OID_SECURITY 0
#define ANJAY_DM_OID_SERVER 1
#define ANJAY_DM_OID_ACCESS_CONTROL 2
#define ANJAY_DM_OID_DEVICE 3
#define ANJAY_DM_OID_FIRMWARE_UPDATE 5

/** An Object. */
typedef struct anjay_dm_object_def_struct anjay_dm_object_def_t;

/** How notifications are sent. */
typedef enum {
    ANJAY_DM_CON_ATTR_NONE = -1,
    ANJAY_DM_CON_ATTR_NON = 0,
    ANJAY_DM_CON_ATTR_CON = 1
} anjay_dm_con_attr_t;

/** Which edge of a truth value is notified. */
typedef enum {
    ANJAY_DM_EDGE_ATTR_NONE = -1,
    ANJAY_DM_EDGE_ATTR_FALLING = 0,
    ANJAY_DM_EDGE_ATTR_RISING = 1
} anjay_dm_edge_attr_t;

/** Attributes of an Object or an Instance. The sandbox keeps and shows them. */
typedef struct {
    int32_t min_period;
    int32_t max_period;
    int32_t min_eval_period;
    int32_t max_eval_period;
    anjay_dm_con_attr_t con;
    int32_t hqmax;
} anjay_dm_oi_attributes_t;

/** Attributes of a resource. */
typedef struct {
    anjay_dm_oi_attributes_t common;
    double greater_than;
    double less_than;
    double step;
    anjay_dm_edge_attr_t edge;
} anjay_dm_r_attributes_t;

/* Attributes that are not set. */
#define ANJAY_ATTRIB_INTEGER_NONE (-1)
#define ANJAY_ATTRIB_PERIOD_NONE ANJAY_ATTRIB_INTEGER_NONE
#define ANJAY_ATTRIB_DOUBLE_NONE (NAN)
#define ANJAY_ATTRIB_VALUE_NONE ANJAY_ATTRIB_DOUBLE_NONE

/** No attribute is set. */
extern const anjay_dm_oi_attributes_t ANJAY_DM_OI_ATTRIBUTES_EMPTY;
/** No attribute is set. */
extern const anjay_dm_r_attributes_t ANJAY_DM_R_ATTRIBUTES_EMPTY;

/*
 * Handlers of attributes. Where they are missing, the client keeps attributes
 * itself.
 */
typedef int
anjay_dm_object_read_default_attrs_t(anjay_t *anjay,
                                     const anjay_dm_object_def_t *const *obj_ptr,
                                     anjay_ssid_t ssid, anjay_dm_oi_attributes_t *out);
typedef int anjay_dm_object_write_default_attrs_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_ssid_t ssid,
    const anjay_dm_oi_attributes_t *attrs);
typedef int anjay_dm_instance_read_default_attrs_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_iid_t iid,
    anjay_ssid_t ssid, anjay_dm_oi_attributes_t *out);
typedef int anjay_dm_instance_write_default_attrs_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_iid_t iid,
    anjay_ssid_t ssid, const anjay_dm_oi_attributes_t *attrs);
typedef int anjay_dm_resource_read_attrs_t(anjay_t *anjay,
                                           const anjay_dm_object_def_t *const *obj_ptr,
                                           anjay_iid_t iid, anjay_rid_t rid,
                                           anjay_ssid_t ssid,
                                           anjay_dm_r_attributes_t *out);
typedef int anjay_dm_resource_write_attrs_t(anjay_t *anjay,
                                            const anjay_dm_object_def_t *const *obj_ptr,
                                            anjay_iid_t iid, anjay_rid_t rid,
                                            anjay_ssid_t ssid,
                                            const anjay_dm_r_attributes_t *attrs);
typedef int anjay_dm_resource_instance_read_attrs_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_iid_t iid,
    anjay_rid_t rid, anjay_riid_t riid, anjay_ssid_t ssid, anjay_dm_r_attributes_t *out);
typedef int anjay_dm_resource_instance_write_attrs_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_iid_t iid,
    anjay_rid_t rid, anjay_riid_t riid, anjay_ssid_t ssid,
    const anjay_dm_r_attributes_t *attrs);

/** Lists the Instances with anjay_dm_emit(). Every Object has this handler. */
typedef int anjay_dm_list_instances_t(anjay_t *anjay,
                                      const anjay_dm_object_def_t *const *obj_ptr,
                                      anjay_dm_list_ctx_t *ctx);

/** The handler of an Object whose only Instance has the ID 0. */
int anjay_dm_list_instances_SINGLE(anjay_t *anjay,
                                   const anjay_dm_object_def_t *const *obj_ptr,
                                   anjay_dm_list_ctx_t *ctx);

/** Clears the writable resources of an Instance, for a replacing Write. */
typedef int anjay_dm_instance_reset_t(anjay_t *anjay,
                                      const anjay_dm_object_def_t *const *obj_ptr,
                                      anjay_iid_t iid);

/** Adds an Instance; its resources are written afterwards. */
typedef int anjay_dm_instance_create_t(anjay_t *anjay,
                                       const anjay_dm_object_def_t *const *obj_ptr,
                                       anjay_iid_t iid);

/** Removes an Instance. */
typedef int anjay_dm_instance_remove_t(anjay_t *anjay,
                                       const anjay_dm_object_def_t *const *obj_ptr,
                                       anjay_iid_t iid);

/** Lists all resources of an Instance with anjay_dm_emit_res(). */
typedef int anjay_dm_list_resources_t(anjay_t *anjay,
                                      const anjay_dm_object_def_t *const *obj_ptr,
                                      anjay_iid_t iid, anjay_dm_resource_list_ctx_t *ctx);

/** Gives a value; @p riid is ANJAY_ID_INVALID for a single resource. */
typedef int anjay_dm_resource_read_t(anjay_t *anjay,
                                     const anjay_dm_object_def_t *const *obj_ptr,
                                     anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                                     anjay_output_ctx_t *ctx);

/** Takes a value; @p riid is ANJAY_ID_INVALID for a single resource. */
typedef int anjay_dm_resource_write_t(anjay_t *anjay,
                                      const anjay_dm_object_def_t *const *obj_ptr,
                                      anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                                      anjay_input_ctx_t *ctx);

/** Executes a resource. */
typedef int anjay_dm_resource_execute_t(anjay_t *anjay,
                                        const anjay_dm_object_def_t *const *obj_ptr,
                                        anjay_iid_t iid, anjay_rid_t rid,
                                        anjay_execute_ctx_t *ctx);

/** Removes all Resource Instances of a multiple resource. */
typedef int anjay_dm_resource_reset_t(anjay_t *anjay,
                                      const anjay_dm_object_def_t *const *obj_ptr,
                                      anjay_iid_t iid, anjay_rid_t rid);

/** Lists the Resource Instances of a multiple resource. */
typedef int anjay_dm_list_resource_instances_t(
    anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr, anjay_iid_t iid,
    anjay_rid_t rid, anjay_dm_list_ctx_t *ctx);

/** Removes one Resource Instance (LwM2M 1.2). */
typedef int
anjay_dm_resource_instance_remove_t(anjay_t *anjay,
                                    const anjay_dm_object_def_t *const *obj_ptr,
                                    anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid);

/** Opens a transaction: called before the first change of an operation. */
typedef int anjay_dm_transaction_begin_t(anjay_t *anjay,
                                         const anjay_dm_object_def_t *const *obj_ptr);

/** Judges whether the changes fit together; they can still be taken back. */
typedef int anjay_dm_transaction_validate_t(anjay_t *anjay,
                                            const anjay_dm_object_def_t *const *obj_ptr);

/** Makes the changes final. */
typedef int anjay_dm_transaction_commit_t(anjay_t *anjay,
                                          const anjay_dm_object_def_t *const *obj_ptr);

/** Takes everything since the beginning back. */
typedef int anjay_dm_transaction_rollback_t(anjay_t *anjay,
                                            const anjay_dm_object_def_t *const *obj_ptr);

/** The handler of an Object that needs none of these steps. */
int anjay_dm_transaction_NOOP(anjay_t *anjay,
                              const anjay_dm_object_def_t *const *obj_ptr);

/**
 * The handlers of an Object. An operation that needs one that is NULL is
 * answered with 4.05; without transaction_begin, an Object cannot be changed.
 */
typedef struct {
    anjay_dm_object_read_default_attrs_t *object_read_default_attrs;
    anjay_dm_object_write_default_attrs_t *object_write_default_attrs;
    anjay_dm_list_instances_t *list_instances;
    anjay_dm_instance_reset_t *instance_reset;
    anjay_dm_instance_create_t *instance_create;
    anjay_dm_instance_remove_t *instance_remove;
    anjay_dm_instance_read_default_attrs_t *instance_read_default_attrs;
    anjay_dm_instance_write_default_attrs_t *instance_write_default_attrs;
    anjay_dm_list_resources_t *list_resources;
    anjay_dm_resource_read_t *resource_read;
    anjay_dm_resource_write_t *resource_write;
    anjay_dm_resource_execute_t *resource_execute;
    anjay_dm_resource_reset_t *resource_reset;
    anjay_dm_list_resource_instances_t *list_resource_instances;
    anjay_dm_resource_read_attrs_t *resource_read_attrs;
    anjay_dm_resource_write_attrs_t *resource_write_attrs;
    anjay_dm_transaction_begin_t *transaction_begin;
    anjay_dm_transaction_validate_t *transaction_validate;
    anjay_dm_transaction_commit_t *transaction_commit;
    anjay_dm_transaction_rollback_t *transaction_rollback;
    anjay_dm_resource_instance_read_attrs_t *resource_instance_read_attrs;
    anjay_dm_resource_instance_write_attrs_t *resource_instance_write_attrs;
#ifdef ANJAY_WITH_LWM2M12
    anjay_dm_resource_instance_remove_t *resource_instance_remove;
#endif
} anjay_dm_handlers_t;

/** An Object. */
struct anjay_dm_object_def_struct {
    /** Its ID. */
    anjay_oid_t oid;
    /** Its version, such as "1.1", or NULL for 1.0. */
    const char *version;
    anjay_dm_handlers_t handlers;
};

/**
 * Registers an Object. The pointers stay valid until it is unregistered or the
 * client is deleted.
 *
 * @returns 0; -1 for a NULL, an Object ID of 65535 or one that is taken, or an
 *          Object without list_instances.
 */
int anjay_register_object(anjay_t *anjay, const anjay_dm_object_def_t *const *def_ptr);

/**
 * Unregisters an Object; its handlers are not called any more, not even to end
 * a transaction that is open. @returns 0, or -1 if it is not registered.
 */
int anjay_unregister_object(anjay_t *anjay, const anjay_dm_object_def_t *const *def_ptr);

/** Reports a new value of a resource, for observers. */
int anjay_notify_changed(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid,
                         anjay_rid_t rid);

/**
 * Reports that Instances were added or removed, for observers and for access
 * control; both learn of it before the next operation.
 */
int anjay_notify_instances_changed(anjay_t *anjay, anjay_oid_t oid);

/** How a server is talked to securely. */
typedef enum {
    ANJAY_SECURITY_PSK = 0,
    ANJAY_SECURITY_RPK = 1,
    ANJAY_SECURITY_CERTIFICATE = 2,
    ANJAY_SECURITY_NOSEC = 3,
    ANJAY_SECURITY_EST = 4
} anjay_security_mode_t;

/* Rights on an Instance, or to create Instances of an Object. */
#define ANJAY_ACCESS_MASK_READ (1U << 0)
#define ANJAY_ACCESS_MASK_WRITE (1U << 1)
#define ANJAY_ACCESS_MASK_EXECUTE (1U << 2)
#define ANJAY_ACCESS_MASK_DELETE (1U << 3)
#define ANJAY_ACCESS_MASK_CREATE (1U << 4)
#define ANJAY_ACCESS_MASK_FULL                                                           \
    (ANJAY_ACCESS_MASK_READ | ANJAY_ACCESS_MASK_WRITE | ANJAY_ACCESS_MASK_EXECUTE        \
     | ANJAY_ACCESS_MASK_DELETE | ANJAY_ACCESS_MASK_CREATE)
#define ANJAY_ACCESS_MASK_NONE 0
/** An owner that no server is. */
#define ANJAY_ACCESS_LIST_OWNER_BOOTSTRAP UINT16_MAX

/** A set of rights. */
typedef uint16_t anjay_access_mask_t;

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_INCLUDE_ANJAY_DM_H */
