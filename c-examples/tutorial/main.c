/*
 * Access control: two servers, and what each of them may do.
 *
 * The program sets up a client with
 *
 *   - the Objects Security (/0), Server (/1) and Access Control (/2),
 *   - a test Object (/1234) whose Instances have a label and a number,
 *   - the servers 1 and 2: server 1 may create Instances of /1234, and each
 *     may read its own Instance of the Server Object,
 *
 * and then serves them. It uses nothing but Anjay's public API, so it can be
 * compiled for Anjay as well as for the sandbox, where operations come as lines
 * from standard input.
 */
#include <stdlib.h>
#include <string.h>

#include <anjay/access_control.h>
#include <anjay/anjay.h>
#include <anjay/security.h>
#include <anjay/server.h>

#include <avsystem/commons/avs_log.h>

/* ---- the test Object ------------------------------------------------------ */

#define TEST_OID 1234
#define RID_LABEL 0
#define RID_NUMBER 1

#define MAX_INSTANCES 8
#define LABEL_SIZE 32

typedef struct {
    bool exists;
    char label[LABEL_SIZE];
    int32_t number;
} test_instance_t;

/*
 * The definition comes first: handlers get a pointer to it and so find the
 * rest. The Instance ID is the place in the table, so IDs rise by themselves.
 */
typedef struct {
    const anjay_dm_object_def_t *def;
    test_instance_t instances[MAX_INSTANCES];
    /* The table as it was before the transaction. */
    test_instance_t backup[MAX_INSTANCES];
} test_object_t;

static test_object_t *object_of(const anjay_dm_object_def_t *const *obj_ptr) {
    return (test_object_t *) (intptr_t) obj_ptr;
}

static test_instance_t *instance_of(const anjay_dm_object_def_t *const *obj_ptr,
                                    anjay_iid_t iid) {
    test_object_t *object = object_of(obj_ptr);
    if (iid >= MAX_INSTANCES || !object->instances[iid].exists) {
        return NULL;
    }
    return &object->instances[iid];
}

static int list_instances(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_dm_list_ctx_t *ctx) {
    (void) anjay;
    for (anjay_iid_t iid = 0; iid < MAX_INSTANCES; ++iid) {
        if (instance_of(obj_ptr, iid)) {
            anjay_dm_emit(ctx, iid);
        }
    }
    return 0;
}

static int instance_reset(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_iid_t iid) {
    (void) anjay;
    test_instance_t *instance = instance_of(obj_ptr, iid);
    if (!instance) {
        return ANJAY_ERR_NOT_FOUND;
    }
    instance->label[0] = '\0';
    instance->number = 0;
    return 0;
}

static int instance_create(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                           anjay_iid_t iid) {
    if (iid >= MAX_INSTANCES) {
        return ANJAY_ERR_BAD_REQUEST;
    }
    object_of(obj_ptr)->instances[iid].exists = true;
    return instance_reset(anjay, obj_ptr, iid);
}

static int instance_remove(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                           anjay_iid_t iid) {
    (void) anjay;
    test_instance_t *instance = instance_of(obj_ptr, iid);
    if (!instance) {
        return ANJAY_ERR_NOT_FOUND;
    }
    instance->exists = false;
    return 0;
}

static int list_resources(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_iid_t iid, anjay_dm_resource_list_ctx_t *ctx) {
    (void) anjay;
    (void) obj_ptr;
    (void) iid;
    anjay_dm_emit_res(ctx, RID_LABEL, ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    anjay_dm_emit_res(ctx, RID_NUMBER, ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    return 0;
}

static int resource_read(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                         anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                         anjay_output_ctx_t *ctx) {
    (void) anjay;
    (void) riid;
    const test_instance_t *instance = instance_of(obj_ptr, iid);
    if (!instance) {
        return ANJAY_ERR_NOT_FOUND;
    }
    switch (rid) {
    case RID_LABEL:
        return anjay_ret_string(ctx, instance->label);
    case RID_NUMBER:
        return anjay_ret_i32(ctx, instance->number);
    default:
        return ANJAY_ERR_METHOD_NOT_ALLOWED;
    }
}

static int resource_write(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                          anjay_input_ctx_t *ctx) {
    (void) anjay;
    (void) riid;
    test_instance_t *instance = instance_of(obj_ptr, iid);
    if (!instance) {
        return ANJAY_ERR_NOT_FOUND;
    }
    switch (rid) {
    case RID_LABEL: {
        /* The old label stays if the new one is too long. */
        char label[LABEL_SIZE];
        const int result = anjay_get_string(ctx, label, sizeof(label));
        if (result) {
            return result == ANJAY_BUFFER_TOO_SHORT ? ANJAY_ERR_BAD_REQUEST : result;
        }
        memcpy(instance->label, label, sizeof(label));
        return 0;
    }
    case RID_NUMBER:
        return anjay_get_i32(ctx, &instance->number);
    default:
        return ANJAY_ERR_METHOD_NOT_ALLOWED;
    }
}

/*
 * An operation changes the Object between begin and commit. Should any part of
 * it fail, the backup takes everything back.
 */
static int transaction_begin(anjay_t *anjay,
                             const anjay_dm_object_def_t *const *obj_ptr) {
    (void) anjay;
    test_object_t *object = object_of(obj_ptr);
    memcpy(object->backup, object->instances, sizeof(object->backup));
    return 0;
}

/* Every Instance needs a label. */
static int transaction_validate(anjay_t *anjay,
                                const anjay_dm_object_def_t *const *obj_ptr) {
    (void) anjay;
    for (anjay_iid_t iid = 0; iid < MAX_INSTANCES; ++iid) {
        const test_instance_t *instance = instance_of(obj_ptr, iid);
        if (instance && !instance->label[0]) {
            return ANJAY_ERR_BAD_REQUEST;
        }
    }
    return 0;
}

static int transaction_rollback(anjay_t *anjay,
                                const anjay_dm_object_def_t *const *obj_ptr) {
    (void) anjay;
    test_object_t *object = object_of(obj_ptr);
    memcpy(object->instances, object->backup, sizeof(object->instances));
    return 0;
}

static const anjay_dm_object_def_t TEST_OBJECT_DEF = {
    .oid = TEST_OID,
    .handlers = {.list_instances = list_instances,
                 .instance_reset = instance_reset,
                 .instance_create = instance_create,
                 .instance_remove = instance_remove,
                 .list_resources = list_resources,
                 .resource_read = resource_read,
                 .resource_write = resource_write,
                 .transaction_begin = transaction_begin,
                 .transaction_validate = transaction_validate,
                 .transaction_commit = anjay_dm_transaction_NOOP,
                 .transaction_rollback = transaction_rollback}};

/* ---- the servers ----------------------------------------------------------- */

/* Anjay's own name for it is younger than the rest of the API used here. */
#define SERVER_OID 1

static int add_server(anjay_t *anjay, anjay_ssid_t ssid, const char *uri) {
    const anjay_security_instance_t security = {.ssid = ssid,
                                                .server_uri = uri,
                                                .security_mode = ANJAY_SECURITY_NOSEC,
                                                .client_holdoff_s = -1,
                                                .bootstrap_timeout_s = -1};
    const anjay_server_instance_t server = {.ssid = ssid,
                                            .lifetime = 60,
                                            .default_min_period = -1,
                                            .default_max_period = -1,
                                            .disable_timeout = -1,
                                            .binding = "U"};
    /* Both Instances get the server's own ID, which is easy to recognise. */
    anjay_iid_t security_iid = ssid;
    anjay_iid_t server_iid = ssid;
    if (anjay_security_object_add_instance(anjay, &security, &security_iid)
        || anjay_server_object_add_instance(anjay, &server, &server_iid)) {
        return -1;
    }
    /*
     * With two servers, none may do anything that it is not given. This lets
     * the server read its own Instance, and no other server.
     */
    return anjay_access_control_set_acl(anjay, SERVER_OID, server_iid, ssid,
                                        ANJAY_ACCESS_MASK_READ);
}

/*
 * Server 1 decides who creates Instances of the test Object: it owns the Access
 * Control Instance for that (the target Instance ID ANJAY_ID_INVALID stands for
 * Instances to come), and its own entry there gives it the right. What it
 * creates belongs to it, with all rights.
 */
static int give_test_object_to_server_1(anjay_t *anjay) {
    anjay_iid_t acl_iid = ANJAY_ID_INVALID;
    if (anjay_access_control_set_owner(anjay, TEST_OID, ANJAY_ID_INVALID, 1, &acl_iid)) {
        return -1;
    }
    avs_log(tutorial, DEBUG, "server 1 owns /2/%d", (int) acl_iid);
    return anjay_access_control_set_acl(anjay, TEST_OID, ANJAY_ID_INVALID, 1,
                                        ANJAY_ACCESS_MASK_CREATE);
}

static int set_up(anjay_t *anjay, const test_object_t *object) {
    if (anjay_security_object_install(anjay) || anjay_server_object_install(anjay)
        || anjay_access_control_install(anjay)
        || anjay_register_object(anjay, &object->def)) {
        return -1;
    }
    /* Rights can be given to servers that exist, on Objects that exist. */
    if (add_server(anjay, 1, "coap://localhost:5683")
        || add_server(anjay, 2, "coap://localhost:5693")) {
        return -1;
    }
    return give_test_object_to_server_1(anjay);
}

int main(int argc, char *argv[]) {
    const anjay_configuration_t config = {
        .endpoint_name = argc > 1 ? argv[1] : "access-control-tutorial",
        .in_buffer_size = 4000,
        .out_buffer_size = 4000};
    test_object_t *object = (test_object_t *) calloc(1, sizeof(*object));
    anjay_t *anjay = anjay_new(&config);
    int result = -1;

    if (object && anjay) {
        object->def = &TEST_OBJECT_DEF;
        result = set_up(anjay, object);
    }
    if (result) {
        avs_log(tutorial, ERROR, "the client cannot be set up");
    } else {
        result =
            anjay_event_loop_run(anjay, avs_time_duration_from_scalar(1, AVS_TIME_S));
    }
    /* The client goes first: it knows the Object. */
    anjay_delete(anjay);
    free(object);
    return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
