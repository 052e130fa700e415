/* Every call that is wrong fails, and changes nothing. */
#include "check.h"

/* All that the seven functions could have changed. */
static size_t state_of(anjay_t *anjay, uint8_t *out, size_t size) {
    avs_stream_t *stream = avs_stream_membuf_create();
    size_t length = 0;
    bool finished = false;
    CHECK(stream);
    CHECK(avs_is_ok(anjay_access_control_persist(anjay, stream)));
    CHECK(avs_is_ok(avs_stream_read(stream, &length, &finished, out, size)));
    CHECK(finished);
    avs_stream_cleanup(&stream);
    CHECK(!stream);
    return length;
}

static void without_client(void) {
    anjay_iid_t iid = 5;
    avs_stream_t *stream = avs_stream_membuf_create();
    avs_error_t error;
    CHECK(anjay_access_control_install(NULL) == -1);
    anjay_access_control_purge(NULL);
    CHECK(!anjay_access_control_is_modified(NULL));
    CHECK(anjay_access_control_set_acl(NULL, 1234, 0, 1, 1) == -1);
    CHECK(anjay_access_control_set_owner(NULL, 1234, 0, 1, &iid) == -1);
    CHECK(anjay_access_control_set_owner(NULL, 1234, 0, 1, NULL) == -1);
    CHECK(iid == 5);
    error = anjay_access_control_persist(NULL, stream);
    CHECK(error.category == AVS_ERRNO_CATEGORY && error.code == AVS_EINVAL);
    error = anjay_access_control_restore(NULL, stream);
    CHECK(error.category == AVS_ERRNO_CATEGORY && error.code == AVS_EINVAL);
    avs_stream_cleanup(&stream);

    CHECK(!anjay_new(NULL));
    CHECK(!anjay_new(&(const anjay_configuration_t){.endpoint_name = NULL}));
    CHECK(!anjay_new(&(const anjay_configuration_t){.endpoint_name = ""}));
    anjay_delete(NULL);
    CHECK(anjay_register_object(NULL, NULL) == -1);
    CHECK(anjay_unregister_object(NULL, NULL) == -1);
    CHECK(anjay_notify_changed(NULL, 1, 1, 1) == -1);
    CHECK(anjay_notify_instances_changed(NULL, 1) == -1);
    CHECK(anjay_event_loop_interrupt(NULL) == -1);
    CHECK(anjay_event_loop_run(NULL, AVS_TIME_DURATION_ZERO) == -1);
    CHECK(anjay_security_object_install(NULL) == -1);
    CHECK(anjay_server_object_install(NULL) == -1);
    anjay_security_object_purge(NULL);
    anjay_server_object_purge(NULL);
    anjay_sched_run(NULL);
    CHECK(!anjay_sandbox_run(NULL, "help"));
    anjay_sandbox_free(NULL);
    CHECK(!anjay_sandbox_may(NULL, 1, 1, 1, 1));
    CHECK(anjay_sandbox_begin(NULL) == -160);
    CHECK(anjay_sandbox_end(NULL, 0) == -160);
    CHECK(anjay_sandbox_synchronise(NULL, 1, 1, NULL, 0) == -160);
}

static void without_contexts(void) {
    char text[4];
    size_t length;
    bool flag;
    int32_t number;
    anjay_dm_emit(NULL, 1);
    anjay_dm_emit_res(NULL, 1, ANJAY_DM_RES_R, ANJAY_DM_RES_PRESENT);
    CHECK(anjay_ret_i32(NULL, 1) == -1);
    CHECK(anjay_ret_string(NULL, "x") == -1);
    CHECK(anjay_ret_string(NULL, NULL) == -1);
    CHECK(anjay_ret_bytes(NULL, NULL, 3) == -1);
    CHECK(!anjay_ret_bytes_begin(NULL, 3));
    CHECK(anjay_ret_bytes_append(NULL, "x", 1) == -1);
    CHECK(anjay_get_i32(NULL, &number) == -1);
    CHECK(anjay_get_string(NULL, text, sizeof(text)) == -1);
    CHECK(anjay_get_bytes(NULL, &length, &flag, text, sizeof(text)) == -1);
    CHECK(anjay_get_objlnk(NULL, NULL, NULL) == -1);
    CHECK(anjay_execute_get_next_arg(NULL, NULL, NULL) == -1);
    CHECK(anjay_execute_get_arg_value(NULL, &length, text, 4) == -1);
}

static void without_streams(void) {
    char letter;
    avs_stream_t *none = NULL;
    avs_off_t offset;
    CHECK(avs_is_err(avs_stream_write(NULL, "x", 1)));
    CHECK(avs_is_err(avs_stream_read(NULL, NULL, NULL, &letter, 1)));
    CHECK(avs_is_err(avs_stream_read_reliably(NULL, &letter, 1)));
    CHECK(avs_is_err(avs_stream_peek(NULL, 0, &letter)));
    CHECK(avs_is_err(avs_stream_getch(NULL, &letter, NULL)));
    CHECK(avs_is_err(avs_stream_reset(NULL)));
    CHECK(avs_is_err(avs_stream_copy(NULL, NULL)));
    CHECK(avs_is_err(avs_stream_offset(NULL, &offset)));
    CHECK(avs_is_err(avs_stream_membuf_fit(NULL)));
    CHECK(avs_is_ok(avs_stream_cleanup(&none)));
    CHECK(avs_is_ok(avs_stream_cleanup(NULL)));
}

/* A client on which Object 2 is not installed. */
static void not_installed(void) {
    anjay_t *anjay = new_client();
    anjay_iid_t iid = 5;
    avs_stream_t *stream = avs_stream_membuf_create();
    anjay_access_control_purge(anjay);
    CHECK(!anjay_access_control_is_modified(anjay));
    CHECK(anjay_access_control_set_acl(anjay, 1234, 0, 1, 1) == -1);
    CHECK(anjay_access_control_set_owner(anjay, 1234, 0, 1, &iid) == -1);
    CHECK(iid == 5);
    CHECK(anjay_access_control_persist(anjay, stream).code == AVS_EINVAL);
    CHECK(anjay_access_control_restore(anjay, stream).code == AVS_EINVAL);
    avs_stream_cleanup(&stream);
    /* Everything but keys is open then. */
    CHECK(anjay_sandbox_may(anjay, 1, 4, 1234, 0));
    CHECK(!anjay_sandbox_may(anjay, 1, 1, 0, 0));
    anjay_delete(anjay);
}

static void out_of_range(void) {
    static const struct {
        anjay_oid_t oid;
        anjay_iid_t iid;
        anjay_ssid_t ssid;
        anjay_access_mask_t mask;
    } grants[] = {{1234, 0, 65535, 1}, /* the Bootstrap-Server needs no entry */
                  {1234, 0, 1, 32},      {1234, 0, 1, 65535}, {1234, 0, 1, 16},
                  {1234, 0, 1, 31},      {1234, 65535, 1, 1}, {1234, 65535, 1, 17},
                  {0, 1, 1, 1},          {2, 0, 1, 1},        {65535, 0, 1, 1},
                  {65535, 65535, 1, 16}, {4321, 0, 1, 1},     {1234, 7, 1, 1},
                  {1234, 0, 3, 1},       {1234, 65535, 3, 16}};
    static const struct {
        anjay_oid_t oid;
        anjay_iid_t iid;
        anjay_ssid_t owner;
    } owners[] = {{1234, 0, 0}, {1234, 0, 3},  {1234, 7, 1},    {0, 1, 1},
                  {2, 0, 1},    {65535, 0, 1}, {4321, 65535, 1}};
    anjay_t *anjay = new_client_with_servers();
    thing_t thing;
    uint8_t before[256], after[256];
    size_t length;
    anjay_iid_t iid;
    thing_register(anjay, &thing, 1234);
    thing.exists[1] = true;
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 1, 1, 1));
    length = state_of(anjay, before, sizeof(before));
    for (size_t i = 0; i < AVS_ARRAY_SIZE(grants); ++i) {
        CHECK(anjay_access_control_set_acl(anjay, grants[i].oid, grants[i].iid,
                                           grants[i].ssid, grants[i].mask)
              == -1);
        CHECK(!anjay_access_control_is_modified(anjay));
    }
    for (size_t i = 0; i < AVS_ARRAY_SIZE(owners); ++i) {
        CHECK(anjay_access_control_set_owner(anjay, owners[i].oid, owners[i].iid,
                                             owners[i].owner, NULL)
              == -1);
        CHECK(!anjay_access_control_is_modified(anjay));
    }
    /* /2/0 governs /1234/1: it has another ID, and is in the way of /1234/0. */
    iid = 4;
    CHECK(anjay_access_control_set_owner(anjay, 1234, 1, 1, &iid) == -1 && iid == 0);
    iid = 0;
    CHECK(anjay_access_control_set_owner(anjay, 1234, 0, 1, &iid) == -1 && iid == 0);
    CHECK(!anjay_access_control_is_modified(anjay));
    CHECK(state_of(anjay, after, sizeof(after)) == length);
    CHECK(!memcmp(before, after, length));
    anjay_delete(anjay);
}

static void wrong_order(void) {
    anjay_t *anjay = new_client();
    thing_t thing;
    const anjay_dm_object_def_t *none = NULL;
    const anjay_dm_object_def_t empty = {.oid = 77};
    const anjay_dm_object_def_t *empty_def = &empty;
    avs_stream_t *stream = avs_stream_membuf_create();
    anjay_iid_t iid = 3;
    const anjay_server_instance_t server = {.ssid = 1, .lifetime = 1, .binding = "U"};

    CHECK(anjay_server_object_add_instance(anjay, &server, &iid) == -1);
    CHECK(!anjay_access_control_install(anjay));
    CHECK(anjay_access_control_install(anjay) == -1);
    CHECK(!anjay_server_object_install(anjay));
    CHECK(anjay_server_object_install(anjay) == -1);
    CHECK(anjay_server_object_add_instance(anjay, NULL, &iid) == -1);
    CHECK(!anjay_server_object_add_instance(anjay, &server, &iid));
    CHECK(anjay_server_object_add_instance(anjay, &server, NULL) == -1);

    /* The target comes first. */
    CHECK(anjay_access_control_set_acl(anjay, 1234, 0, 1, 1) == -1);
    thing_register(anjay, &thing, 1234);
    CHECK(anjay_register_object(anjay, &thing.def) == -1);
    CHECK(anjay_register_object(anjay, NULL) == -1);
    CHECK(anjay_register_object(anjay, &none) == -1);
    CHECK(anjay_register_object(anjay, &empty_def) == -1);
    CHECK(anjay_unregister_object(anjay, &none) == -1);
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 1));
    CHECK(anjay_access_control_is_modified(anjay));

    /* Nothing to restore, and no transaction to end. */
    CHECK(avs_is_eof(anjay_access_control_restore(anjay, stream)));
    CHECK(anjay_access_control_is_modified(anjay));
    CHECK(anjay_access_control_persist(anjay, NULL).code == AVS_EINVAL);
    CHECK(anjay_access_control_restore(anjay, NULL).code == AVS_EINVAL);
    CHECK(avs_is_ok(avs_stream_write_f(stream, "%s%d", "garbage", 7)));
    CHECK(anjay_access_control_restore(anjay, stream).code == AVS_EBADMSG);
    CHECK(anjay_sandbox_end(anjay, 0) == -160);
    CHECK(anjay_sandbox_write(anjay, 2, 0, 2, 1, 1) == -160);

    /* While a transaction is open, nothing can be restored. */
    CHECK(!anjay_sandbox_begin(anjay));
    CHECK(!anjay_sandbox_write(anjay, 2, 0, 2, 1, 3));
    CHECK(anjay_access_control_restore(anjay, stream).code == AVS_EBADF);
    CHECK(anjay_sandbox_end(anjay, -1) == -1);

    CHECK(!anjay_unregister_object(anjay, &thing.def));
    CHECK(anjay_unregister_object(anjay, &thing.def) == -1);
    avs_stream_cleanup(&stream);
    anjay_delete(anjay);
}

int main(void) {
    without_client();
    without_contexts();
    without_streams();
    not_installed();
    out_of_range();
    wrong_order();
    printf("all passed\n");
    return 0;
}
