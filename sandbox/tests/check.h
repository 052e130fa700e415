/* What the C tests share: checks, a client with servers, and an Object that
 * records the calls of its handlers. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <anjay/access_control.h>
#include <anjay/anjay.h>
#include <anjay/security.h>
#include <anjay/server.h>
#include <anjay_sandbox.h>
#include <avsystem/commons/avs_stream_membuf.h>

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                       \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

/* Runs a line; its answer has to begin with the given text. */
#define ANSWER(anjay, line, expected)                                                    \
    check_answer(__FILE__, __LINE__, anjay, line, expected)

static inline void check_answer(const char *file, int number, anjay_t *anjay,
                                const char *line, const char *expected) {
    char *answer = anjay_sandbox_run(anjay, line);
    if (!answer || strncmp(answer, expected, strlen(expected))) {
        printf("%s:%d: %s\nexpected %s\ngot %s\n", file, number, line, expected,
               answer ? answer : "NULL");
        exit(1);
    }
    anjay_sandbox_free(answer);
}

static inline anjay_t *new_client(void) {
    const anjay_configuration_t config = {.endpoint_name = "test"};
    anjay_t *anjay = anjay_new(&config);
    CHECK(anjay);
    return anjay;
}

static inline void add_server(anjay_t *anjay, anjay_ssid_t ssid) {
    const anjay_security_instance_t security = {.ssid = ssid,
                                                .server_uri = "coap://localhost",
                                                .security_mode = ANJAY_SECURITY_NOSEC};
    const anjay_server_instance_t server = {.ssid = ssid, .lifetime = 60, .binding = "U"};
    anjay_iid_t security_iid = ssid;
    anjay_iid_t server_iid = ssid;
    CHECK(!anjay_security_object_add_instance(anjay, &security, &security_iid));
    CHECK(!anjay_server_object_add_instance(anjay, &server, &server_iid));
}

/* With Objects 0, 1 and 2, and the servers 1 and 2. */
static inline anjay_t *new_client_with_servers(void) {
    anjay_t *anjay = new_client();
    CHECK(!anjay_security_object_install(anjay));
    CHECK(!anjay_server_object_install(anjay));
    CHECK(!anjay_access_control_install(anjay));
    add_server(anjay, 1);
    add_server(anjay, 2);
    return anjay;
}

/* An Object with one integer, resource 0, for each of its Instances 0 to 7. */
typedef struct thing_struct {
    const anjay_dm_object_def_t *def;
    anjay_dm_object_def_t storage;
    bool exists[8];
    int32_t number[8];
    bool saved_exists[8];
    int32_t saved_number[8];
    /* One letter for each handler that was called. */
    char calls[256];
    /* Called by list_instances and by resource_write, if set. */
    void (*in_list)(anjay_t *anjay, struct thing_struct *thing);
    void (*in_write)(anjay_t *anjay, struct thing_struct *thing);
    /* What these handlers return. */
    int list_result, begin_result, write_result, validate_result, commit_result;
} thing_t;

static inline thing_t *thing_of(const anjay_dm_object_def_t *const *obj_ptr) {
    return (thing_t *) (intptr_t) obj_ptr;
}

static inline void thing_note(thing_t *thing, char letter) {
    const size_t length = strlen(thing->calls);
    if (length + 1 < sizeof(thing->calls)) {
        thing->calls[length] = letter;
        thing->calls[length + 1] = '\0';
    }
}

static inline int thing_list(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                             anjay_dm_list_ctx_t *ctx) {
    thing_t *thing = thing_of(obj_ptr);
    if (thing->in_list) {
        /* Once: it may lead here again. */
        void (*in_list)(anjay_t *, thing_t *) = thing->in_list;
        thing->in_list = NULL;
        in_list(anjay, thing);
    }
    for (anjay_iid_t iid = 0; iid < 8; ++iid) {
        if (thing->exists[iid]) {
            anjay_dm_emit(ctx, iid);
        }
    }
    return thing->list_result;
}

static inline int thing_reset(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                              anjay_iid_t iid) {
    (void) anjay;
    thing_note(thing_of(obj_ptr), 'r');
    thing_of(obj_ptr)->number[iid % 8] = 0;
    return 0;
}

static inline int thing_create(anjay_t *anjay,
                               const anjay_dm_object_def_t *const *obj_ptr,
                               anjay_iid_t iid) {
    (void) anjay;
    thing_note(thing_of(obj_ptr), 'c');
    if (iid >= 8) {
        return ANJAY_ERR_BAD_REQUEST;
    }
    thing_of(obj_ptr)->exists[iid] = true;
    return 0;
}

static inline int thing_remove(anjay_t *anjay,
                               const anjay_dm_object_def_t *const *obj_ptr,
                               anjay_iid_t iid) {
    (void) anjay;
    thing_note(thing_of(obj_ptr), 'd');
    thing_of(obj_ptr)->exists[iid % 8] = false;
    return 0;
}

static inline int thing_list_resources(anjay_t *anjay,
                                       const anjay_dm_object_def_t *const *obj_ptr,
                                       anjay_iid_t iid,
                                       anjay_dm_resource_list_ctx_t *ctx) {
    (void) anjay;
    (void) obj_ptr;
    (void) iid;
    anjay_dm_emit_res(ctx, 0, ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    anjay_dm_emit_res(ctx, 1, ANJAY_DM_RES_E, ANJAY_DM_RES_PRESENT);
    anjay_dm_emit_res(ctx, 2, ANJAY_DM_RES_R, ANJAY_DM_RES_ABSENT);
    return 0;
}

static inline int thing_read(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                             anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                             anjay_output_ctx_t *ctx) {
    (void) anjay;
    (void) riid;
    return rid ? ANJAY_ERR_NOT_FOUND
               : anjay_ret_i32(ctx, thing_of(obj_ptr)->number[iid % 8]);
}

static inline int thing_write(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                              anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                              anjay_input_ctx_t *ctx) {
    thing_t *thing = thing_of(obj_ptr);
    (void) rid;
    (void) riid;
    thing_note(thing, 'w');
    if (thing->in_write) {
        thing->in_write(anjay, thing);
    }
    if (thing->write_result) {
        return thing->write_result;
    }
    return anjay_get_i32(ctx, &thing->number[iid % 8]);
}

static inline int thing_execute(anjay_t *anjay,
                                const anjay_dm_object_def_t *const *obj_ptr,
                                anjay_iid_t iid, anjay_rid_t rid,
                                anjay_execute_ctx_t *ctx) {
    int number;
    bool has_value;
    char text[8];
    size_t length;
    (void) anjay;
    (void) iid;
    (void) rid;
    while (!anjay_execute_get_next_arg(ctx, &number, &has_value)) {
        thing_note(thing_of(obj_ptr), (char) ('0' + number));
        if (has_value) {
            CHECK(!anjay_execute_get_arg_value(ctx, &length, text, sizeof(text)));
            CHECK(length == strlen(text));
            thing_note(thing_of(obj_ptr), text[0]);
        }
    }
    return 0;
}

static inline int thing_begin(anjay_t *anjay,
                              const anjay_dm_object_def_t *const *obj_ptr) {
    thing_t *thing = thing_of(obj_ptr);
    (void) anjay;
    thing_note(thing, 'B');
    memcpy(thing->saved_exists, thing->exists, sizeof(thing->exists));
    memcpy(thing->saved_number, thing->number, sizeof(thing->number));
    return thing->begin_result;
}

static inline int thing_validate(anjay_t *anjay,
                                 const anjay_dm_object_def_t *const *obj_ptr) {
    (void) anjay;
    thing_note(thing_of(obj_ptr), 'V');
    return thing_of(obj_ptr)->validate_result;
}

static inline int thing_commit(anjay_t *anjay,
                               const anjay_dm_object_def_t *const *obj_ptr) {
    (void) anjay;
    thing_note(thing_of(obj_ptr), 'C');
    return thing_of(obj_ptr)->commit_result;
}

static inline int thing_rollback(anjay_t *anjay,
                                 const anjay_dm_object_def_t *const *obj_ptr) {
    thing_t *thing = thing_of(obj_ptr);
    (void) anjay;
    thing_note(thing, 'R');
    memcpy(thing->exists, thing->saved_exists, sizeof(thing->exists));
    memcpy(thing->number, thing->saved_number, sizeof(thing->number));
    return 0;
}

static inline void thing_register(anjay_t *anjay, thing_t *thing, anjay_oid_t oid) {
    memset(thing, 0, sizeof(*thing));
    thing->storage.oid = oid;
    thing->storage.handlers.list_instances = thing_list;
    thing->storage.handlers.instance_reset = thing_reset;
    thing->storage.handlers.instance_create = thing_create;
    thing->storage.handlers.instance_remove = thing_remove;
    thing->storage.handlers.list_resources = thing_list_resources;
    thing->storage.handlers.resource_read = thing_read;
    thing->storage.handlers.resource_write = thing_write;
    thing->storage.handlers.resource_execute = thing_execute;
    thing->storage.handlers.transaction_begin = thing_begin;
    thing->storage.handlers.transaction_validate = thing_validate;
    thing->storage.handlers.transaction_commit = thing_commit;
    thing->storage.handlers.transaction_rollback = thing_rollback;
    thing->def = &thing->storage;
    thing->exists[0] = true;
    CHECK(!anjay_register_object(anjay, &thing->def));
}

/* The calls since the last question. */
static inline bool thing_called(thing_t *thing, const char *expected) {
    const bool equal = !strcmp(thing->calls, expected);
    if (!equal) {
        printf("expected calls %s, got %s\n", expected, thing->calls);
    }
    thing->calls[0] = '\0';
    return equal;
}

#endif /* CHECK_H */
