/**
 * @file
 * What the port must do, on the mock. Runs all cases, or the named one; ends
 * with 1 at the first thing that does not hold.
 */

#include <mock.h>

#include <string.h>

#include <access_control_host.h>
#include <anjay/access_control.h>
#include <anjay_access_control_ext.h>

#include "check.h"

#define TARGET 1234
#define READ 1
#define WRITE 2
#define DELETE 8
#define CREATE 16

#define NONE ANJAY_ID_INVALID

/* ---- short names ------------------------------------------------------------- */

static const anjay_dm_installed_object_t *object_2(void) {
    CHECK(mock_client()->object_2);
    return mock_client()->object_2;
}

/* Calls a handler of Object 2 as the core does: with the lock held. */
#define HANDLE(result, handler, ...)                                                     \
    do {                                                                                 \
        ANJAY_MUTEX_LOCK(unlocked, &MOCK);                                               \
        (result) = (*_anjay_dm_installed_object_get_unlocked(object_2()))                \
                       ->handlers.handler(unlocked, *object_2(), __VA_ARGS__);           \
        ANJAY_MUTEX_UNLOCK(&MOCK);                                                       \
    } while (0)

static int create(anjay_iid_t iid) {
    int result;
    HANDLE(result, instance_create, iid);
    return result;
}

static int reset(anjay_iid_t iid) {
    int result;
    HANDLE(result, instance_reset, iid);
    return result;
}

static int write(anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid, int64_t value) {
    anjay_unlocked_input_ctx_t in = {value};
    int result;
    HANDLE(result, resource_write, iid, rid, riid, &in);
    return result;
}

static int64_t read_at(anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid) {
    anjay_unlocked_output_ctx_t out = {-1};
    int result;
    HANDLE(result, resource_read, iid, rid, riid, &out);
    return result ? result : out.value;
}

static anjay_unlocked_dm_list_ctx_t instances(void) {
    anjay_unlocked_dm_list_ctx_t found = {.count = 0};
    int result;
    HANDLE(result, list_instances, &found);
    CHECK(!result);
    return found;
}

static bool has_acl(anjay_iid_t iid) {
    anjay_unlocked_dm_resource_list_ctx_t found = {.count = 0};
    int result;
    HANDLE(result, list_resources, iid, &found);
    CHECK(!result && found.count == 4);
    CHECK(found.presence[0] == ANJAY_DM_RES_PRESENT
          && found.presence[1] == ANJAY_DM_RES_PRESENT
          && found.presence[3] == ANJAY_DM_RES_PRESENT);
    return found.presence[2] == ANJAY_DM_RES_PRESENT;
}

/* Opens a transaction, with Object 2 in it or not yet. */
static void begin(bool with_object_2) {
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    CHECK(!avs_is_err(_anjay_dm_transaction_begin(unlocked)));
    if (with_object_2) {
        CHECK(!_anjay_dm_transaction_include_object(unlocked, object_2()));
    }
    ANJAY_MUTEX_UNLOCK(&MOCK);
}

static int finish(int wanted) {
    int result;
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    result = _anjay_dm_transaction_finish(unlocked, wanted);
    ANJAY_MUTEX_UNLOCK(&MOCK);
    return result;
}

static bool notified(anjay_oid_t oid, anjay_iid_t iid, anjay_rid_t rid) {
    const anjay_unlocked_t *client = mock_client();
    for (size_t i = 0; i < client->notified_count; ++i) {
        if (client->notified[i].oid == oid && client->notified[i].iid == iid
            && client->notified[i].rid == rid) {
            return true;
        }
    }
    return false;
}

static void forget_notifications(void) {
    mock_client()->notified_count = 0;
}

static mock_object_t *target(void) {
    return mock_client()->objects[1];
}

static void grant(anjay_iid_t iid, anjay_ssid_t ssid, anjay_access_mask_t mask) {
    CHECK(!anjay_access_control_set_acl(&MOCK, TARGET, iid, ssid, mask));
}

static anjay_iid_t own(anjay_iid_t iid, anjay_ssid_t owner) {
    anjay_iid_t acl_iid = NONE;
    CHECK(!anjay_access_control_set_owner(&MOCK, TARGET, iid, owner, &acl_iid));
    return acl_iid;
}

static void install(void) {
    CHECK(!anjay_access_control_install(&MOCK));
}

/* ---- installing ------------------------------------------------------------------ */

static void installs_once(void) {
    CHECK(anjay_access_control_install(NULL));
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 0, 1, READ));
    CHECK(!anjay_access_control_is_modified(&MOCK));
    anjay_access_control_purge(&MOCK);
    install();
    grant(0, 1, READ);
    CHECK(anjay_access_control_install(&MOCK));
    CHECK(instances().count == 1);
}

static void install_fails_whole(void) {
    mock_client()->registering_fails = true;
    CHECK(anjay_access_control_install(&MOCK));
    mock_client()->registering_fails = false;
    mock_client()->module_fails = true;
    CHECK(anjay_access_control_install(&MOCK));
    mock_client()->module_fails = false;
    MOCK_FAILING_ALLOCATION = 1;
    CHECK(anjay_access_control_install(&MOCK));
    CHECK(!mock_client()->deleter && !mock_client()->object_2);
    install();
}

static void leaves_a_foreign_object_alone(void) {
    static const anjay_unlocked_dm_object_def_t DEF = {.oid = 2};
    static const anjay_unlocked_dm_object_def_t *const DEF_PTR = &DEF;
    mock_client()->objects[1]->oid = 2;
    _anjay_dm_installed_object_init_unlocked(&target()->installed, &DEF_PTR);
    CHECK(anjay_access_control_install(&MOCK));
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 0, 1, READ));
}

static void deleter_leaves_no_way_in(void) {
    install();
    grant(0, 1, READ);
    mock_client()->deleter(mock_client()->deleter_arg);
    mock_client()->deleter = NULL;
    CHECK(instances().count == 0);
    CHECK(read_at(0, 3, NONE) < 0);
    CHECK(create(1) < 0);
}

/* ---- handlers
 * -------------------------------------------------------------------------- */

static void emits_rising(void) {
    install();
    begin(true);
    for (int iid = 9; iid >= 0; iid -= 3) {
        CHECK(!create((anjay_iid_t) iid));
    }
    CHECK(create(9) < 0);
    anjay_unlocked_dm_list_ctx_t found = instances();
    CHECK(found.count == 4 && found.ids[0] == 0 && found.ids[3] == 9);
    CHECK(!write(3, 2, 3, READ) && !write(3, 2, 0, READ) && !write(3, 2, 1, 0));
    anjay_unlocked_dm_list_ctx_t keys = {.count = 0};
    int result;
    HANDLE(result, list_resource_instances, 3, 2, &keys);
    CHECK(!result && keys.count == 3 && keys.ids[1] == 1 && keys.ids[2] == 3);
    HANDLE(result, list_resource_instances, 0, 2, &keys);
    CHECK(result == ANJAY_ERR_NOT_FOUND);
    HANDLE(result, instance_remove, 6);
    CHECK(!result && instances().count == 3);
    HANDLE(result, instance_remove, 6);
    CHECK(result == ANJAY_ERR_NOT_FOUND);
    finish(-1);
}

static void reads_and_writes(void) {
    install();
    begin(true);
    CHECK(!create(5));
    CHECK(!write(5, 0, NONE, TARGET) && !write(5, 1, NONE, 2));
    CHECK(!write(5, 3, NONE, 2) && !write(5, 2, 2, READ | WRITE));
    CHECK(write(5, 0, NONE, 2) == ANJAY_ERR_BAD_REQUEST);
    CHECK(write(5, 2, 1, 32) == ANJAY_ERR_BAD_REQUEST);
    CHECK(write(5, 2, 1, 65537) == ANJAY_ERR_BAD_REQUEST);
    CHECK(write(5, 3, NONE, 0) == ANJAY_ERR_BAD_REQUEST);
    CHECK(write(6, 3, NONE, 1) == ANJAY_ERR_NOT_FOUND);
    CHECK(!finish(0));
    CHECK(read_at(5, 0, NONE) == TARGET && read_at(5, 1, NONE) == 2);
    CHECK(read_at(5, 2, 2) == (READ | WRITE) && read_at(5, 3, NONE) == 2);
    CHECK(read_at(5, 2, 1) == ANJAY_ERR_NOT_FOUND);
#ifdef ANJAY_WITH_LWM2M12
    int result;
    begin(true);
    HANDLE(result, resource_instance_remove, 5, 2, 2);
    CHECK(!result);
    HANDLE(result, resource_instance_remove, 5, 2, 2);
    CHECK(result == ANJAY_ERR_NOT_FOUND);
    CHECK(!finish(0));
    CHECK(read_at(5, 2, 2) == ANJAY_ERR_NOT_FOUND && has_acl(5));
#endif
}

static void acl_is_there_or_not(void) {
    install();
    begin(true);
    CHECK(!create(0));
    CHECK(!has_acl(0));
    int result;
    HANDLE(result, resource_reset, 0, 2);
    CHECK(!result && has_acl(0));
    CHECK(!reset(0) && !has_acl(0));
    finish(-1);
    grant(1, 1, READ);
    CHECK(has_acl(0));
}

static void reset_prepares_for_a_replacing_write(void) {
    install();
    anjay_iid_t acl_iid = own(1, 2);
    grant(1, 1, READ);
    begin(true);
    CHECK(!reset(acl_iid));
    CHECK(read_at(acl_iid, 2, 1) == ANJAY_ERR_NOT_FOUND);
    CHECK(read_at(acl_iid, 3, NONE) == ANJAY_ERR_NOT_FOUND);
    CHECK(read_at(acl_iid, 0, NONE) == TARGET);
    /* A write without the owner does not do. */
    CHECK(!write(acl_iid, 2, 1, READ));
    CHECK(finish(0) == ANJAY_ERR_BAD_REQUEST);
    CHECK(read_at(acl_iid, 3, NONE) == 2 && read_at(acl_iid, 2, 1) == READ);
}

/* ---- transactions
 * ---------------------------------------------------------------------------- */

static void rolls_back(void) {
    install();
    anjay_iid_t acl_iid = own(1, 2);
    CHECK(!anjay_access_control_persist(&MOCK, mock_stream()).code);
    begin(true);
    CHECK(!write(acl_iid, 3, NONE, 1) && !write(acl_iid, 2, 1, READ));
    CHECK(!create(7));
    CHECK(read_at(acl_iid, 3, NONE) == 1);
    CHECK(finish(-5) == -5);
    CHECK(read_at(acl_iid, 3, NONE) == 2 && instances().count == 1);
    CHECK(read_at(acl_iid, 2, 1) == ANJAY_ERR_NOT_FOUND);
    CHECK(!anjay_access_control_is_modified(&MOCK));
}

static void commits(void) {
    install();
    anjay_iid_t acl_iid = own(1, 2);
    CHECK(!anjay_access_control_persist(&MOCK, mock_stream()).code);
    begin(true);
    CHECK(!write(acl_iid, 3, NONE, 1));
    CHECK(!anjay_access_control_is_modified(&MOCK));
    CHECK(!finish(0));
    CHECK(read_at(acl_iid, 3, NONE) == 1);
    CHECK(anjay_access_control_is_modified(&MOCK));
    /* It has ended: another one can begin. */
    begin(true);
    CHECK(!finish(0));
}

static void validates(void) {
    static const struct {
        anjay_rid_t rid;
        anjay_riid_t riid;
        int64_t value;
    } WRONG[] = {{0, NONE, 77}, /* no such object */
                 {1, NONE, 9},  /* no such instance */
                 {1, NONE, 1},  /* governed already */
                 {3, NONE, 8},  /* no such server */
                 {2, 8, READ}}; /* no such server */
    install();
    own(1, 1);
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); ++i) {
        begin(true);
        CHECK(!create(5) && !write(5, 0, NONE, TARGET) && !write(5, 1, NONE, 2)
              && !write(5, 3, NONE, 1) && !write(5, 2, 1, READ));
        CHECK(!write(5, WRONG[i].rid, WRONG[i].riid, WRONG[i].value));
        /* The Bootstrap-Server asks for this step alone. */
        int result;
        ANJAY_MUTEX_LOCK(unlocked, &MOCK);
        result = (*_anjay_dm_installed_object_get_unlocked(object_2()))
                     ->handlers.transaction_validate(unlocked, *object_2());
        ANJAY_MUTEX_UNLOCK(&MOCK);
        CHECK(result == ANJAY_ERR_BAD_REQUEST);
        CHECK(finish(0) == ANJAY_ERR_BAD_REQUEST);
        CHECK(instances().count == 1);
    }
}

static void persists_what_was_before(void) {
    install();
    own(1, 2);
    begin(true);
    CHECK(!write(0, 3, NONE, 1));
    avs_stream_t *stream = mock_stream();
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    CHECK(anjay_access_control_restore(&MOCK, stream).code);
    CHECK(!finish(0));
    CHECK(anjay_access_control_is_modified(&MOCK));
    CHECK(!anjay_access_control_restore(&MOCK, stream).code);
    CHECK(read_at(0, 3, NONE) == 2);
}

/* ---- notifications
 * ------------------------------------------------------------------------------ */

static void tells_what_the_application_changed(void) {
    install();
    forget_notifications();
    grant(1, 1, READ);
    CHECK(notified(2, NONE, NONE));
    forget_notifications();
    grant(1, 2, READ);
    CHECK(notified(2, 0, 2) && !notified(2, NONE, NONE));
    forget_notifications();
    own(1, 2);
    CHECK(notified(2, 0, 3));
    forget_notifications();
    anjay_access_control_purge(&MOCK);
    CHECK(notified(2, NONE, NONE));
    CHECK(instances().count == 0);
}

static void asks_about_real_servers_only(void) {
    install();
    /* The mock ends the program if it is asked about 0 or 65535. */
    grant(1, ANJAY_SSID_ANY, READ);
    own(1, ANJAY_SSID_BOOTSTRAP);
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 1, ANJAY_SSID_BOOTSTRAP, READ));
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 1, 8, READ));
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 9, 1, READ));
    CHECK(anjay_access_control_set_acl(&MOCK, 77, 0, 1, READ));
    target()->listing_fails = true;
    CHECK(anjay_access_control_set_acl(&MOCK, TARGET, 2, 1, READ));
    CHECK(instances().count == 1);
}

/* ---- logs
 * --------------------------------------------------------------------------------------------
 */

static bool logged(unsigned count, const char *line) {
    if (MOCK_LOG_COUNT == count && !strcmp(MOCK_LOGGED, line)) {
        return true;
    }
    fprintf(stderr, "%u: %s\nwanted: %s\n", MOCK_LOG_COUNT, MOCK_LOGGED, line);
    return false;
}

static int set(anjay_oid_t oid, anjay_iid_t iid, anjay_ssid_t ssid, unsigned mask) {
    return anjay_access_control_set_acl(&MOCK, oid, iid, ssid,
                                        (anjay_access_mask_t) mask);
}

static void says_why_it_refuses(void) {
    CHECK(anjay_access_control_install(NULL));
    CHECK(logged(1, "access_control ERROR: the client must not be NULL"));
    CHECK(set(TARGET, 1, 1, READ));
    CHECK(logged(
        2,
        "access_control ERROR: Object 2 of the access-control library is not installed"));
    install();
    CHECK(anjay_access_control_install(&MOCK));
    CHECK(logged(3,
                 "access_control ERROR: could not install Object 2: it is there already, "
                 "or out of "
                 "memory"));
    CHECK(set(TARGET, 1, ANJAY_SSID_BOOTSTRAP, READ));
    CHECK(logged(4,
                 "access_control ERROR: set_acl, target /1234/1, mask 1: SSID 65535, the "
                 "Bootstrap-Server, can have no entry"));
    CHECK(set(TARGET, 9, 1, READ));
    CHECK(logged(
        5,
        "access_control WARNING: set_acl, target /1234/9, SSID 1, mask 1: the target "
        "Instance does not exist"));
    CHECK(set(TARGET, 1, 8, READ));
    CHECK(logged(
        6,
        "access_control WARNING: set_acl, target /1234/1, SSID 8, mask 1: there is no "
        "server with this SSID"));
    grant(1, 1, READ);
    grant(2, 1, READ);
    anjay_iid_t acl_iid = 1;
    CHECK(anjay_access_control_set_owner(&MOCK, TARGET, 1, 1, &acl_iid) && acl_iid == 0);
    CHECK(logged(
        7,
        "access_control ERROR: set_owner, /2/0, target /1234/1, SSID 1: another Access "
        "Control Instance governs the target"));
    avs_stream_t *stream = mock_stream();
    CHECK(anjay_access_control_restore(&MOCK, stream).code == 1);
    CHECK(logged(
        8,
        "access_control WARNING: restore, byte 4: the stream failed or ended too early"));
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    CHECK(logged(9, "access_control INFO: the access-control state was persisted"));
    CHECK(!anjay_access_control_restore(&MOCK, stream).code);
    CHECK(logged(10, "access_control INFO: the access-control state was restored"));
    stream = mock_stream();
    CHECK(!avs_stream_write(stream, "ACO\1\0\0\0\1\0\2\0\0\0\0\0\0\0", 17).code);
    CHECK(anjay_access_control_restore(&MOCK, stream).code == AVS_EBADMSG);
    CHECK(MOCK_LOG_COUNT == 11
          && !strncmp(MOCK_LOGGED, "access_control ERROR: restore, ", 31)
          && strstr(MOCK_LOGGED, ": the target OID is 0, 2 or 65535"));
    begin(true);
    CHECK(write(0, 2, 1, 32) == ANJAY_ERR_BAD_REQUEST);
    CHECK(logged(12,
                 "access_control DEBUG: write, /2/0/2/1, value 32: the access mask has "
                 "bits outside "
                 "0 to 31"));
    CHECK(!write(0, 2, 8, READ));
    CHECK(finish(0) == ANJAY_ERR_BAD_REQUEST);
    CHECK(logged(
        13,
        "access_control WARNING: validation, /2/0/2/8, target /1234/1: there is no "
        "server with this SSID"));
}

/* ---- an application that acts in the middle of a server's operation
 * ------------------------------------ */

static void what_the_application_does_is_not_the_operations(void) {
    static uint8_t at_once[1024], inside[1024];
    install();
    grant(1, 1, READ);
    avs_stream_t *stream = mock_stream();
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    /* Object 2 is part of it, as the core variant has it for every change; but
     * nothing of it has been changed. */
    begin(true);
    grant(1, 2, READ | WRITE);
    CHECK(anjay_access_control_is_modified(&MOCK));
    stream = mock_stream();
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    memcpy(inside, stream, sizeof(inside));
    CHECK(!anjay_access_control_is_modified(&MOCK));
    /* The operation fails; the grant, which is persisted, stays. */
    CHECK(finish(-1) == -1);
    CHECK(read_at(0, 2, 2) == (READ | WRITE));
    CHECK(!anjay_access_control_is_modified(&MOCK));
    stream = mock_stream();
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    memcpy(at_once, stream, sizeof(at_once));
    CHECK(!memcmp(at_once, inside, sizeof(inside)));
    /* It can be restored there, too. */
    begin(true);
    CHECK(!anjay_access_control_restore(&MOCK, stream).code);
    CHECK(!finish(0));
}

static void provisions(void) {
    size_t at = 9;
    CHECK(anjay_access_control_provision(NULL, NULL, 0, &at) && at == 0);
    install();
    anjay_access_control_grant_t grants[] = {{TARGET, 1, 1, READ, 2},
                                             {TARGET, 2, 8, READ, 0}};
    CHECK(anjay_access_control_provision(&MOCK, grants, 2, &at) && at == 1);
    CHECK(instances().count == 0);
    CHECK(!anjay_access_control_provision(&MOCK, grants, 1, &at) && at == 1);
    CHECK(read_at(0, 2, 1) == READ && read_at(0, 3, NONE) == 2);
    CHECK(anjay_access_control_provision(&MOCK, NULL, 2, &at) && at == 2);
}

static void streams_and_their_errors(void) {
    CHECK(anjay_access_control_persist(&MOCK, mock_stream()).code == AVS_EINVAL);
    install();
    grant(1, 1, READ);
    CHECK(anjay_access_control_persist(NULL, mock_stream()).code == AVS_EINVAL);
    CHECK(anjay_access_control_persist(&MOCK, NULL).code == AVS_EINVAL);
    CHECK(anjay_access_control_restore(&MOCK, NULL).code == AVS_EINVAL);
    CHECK(anjay_access_control_restore(&MOCK, mock_stream()).category == 1);
    avs_stream_t *stream = mock_stream();
    CHECK(!anjay_access_control_persist(&MOCK, stream).code);
    begin(true);
    CHECK(!write(0, 3, NONE, 1));
    CHECK(anjay_access_control_restore(&MOCK, stream).code == AVS_EBADF);
    CHECK(finish(-1) == -1);
    CHECK(!anjay_access_control_restore(&MOCK, stream).code);
}

/* ---- calling back
 * ------------------------------------------------------------------------------------ */

static void read_and_write_on_emit(void) {
    /* The core has the lock here. */
    anjay_unlocked_output_ctx_t out = {0};
    anjay_unlocked_input_ctx_t in = {3};
    const anjay_unlocked_dm_handlers_t *handlers =
        &(*_anjay_dm_installed_object_get_unlocked(object_2()))->handlers;
    CHECK(!handlers->resource_read(mock_client(), *object_2(), 0, 3, NONE, &out));
    CHECK(!handlers->resource_write(mock_client(), *object_2(), 0, 3, NONE, &in));
    CHECK(!handlers->resource_reset(mock_client(), *object_2(), 0, 2));
    (void) handlers->instance_remove(mock_client(), *object_2(), 2);
}

static void handlers_run_while_listing(void) {
    install();
    for (anjay_iid_t iid = 0; iid < 4; ++iid) {
        own(iid, 1);
    }
    begin(true);
    anjay_unlocked_dm_list_ctx_t found = {.on_emit = read_and_write_on_emit};
    int result;
    HANDLE(result, list_instances, &found);
    CHECK(!result && found.count == 3 && found.ids[2] == 3);
    CHECK(read_at(0, 3, NONE) == 3 && has_acl(0));
    finish(-1);
    CHECK(instances().count == 4 && read_at(0, 3, NONE) == 1 && has_acl(0));
}

static void grant_the_same(void) {
    grant(1, 2, WRITE);
}

static void application_runs_while_asked(void) {
    install();
    target()->on_list = grant_the_same;
    grant(1, 1, READ);
    CHECK(instances().count == 1);
    CHECK(read_at(0, 2, 1) == READ && read_at(0, 2, 2) == WRITE);
}

/* ---- the core variant
 * -------------------------------------------------------------------------------- */

#if AAC_PORT_CORE

static bool allowed(anjay_ssid_t ssid, anjay_request_action_t action, anjay_oid_t oid,
                    anjay_iid_t iid) {
    const anjay_action_info_t info = {
        .oid = oid, .iid = iid, .ssid = ssid, .action = action};
    bool result;
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    result = _anjay_instance_action_allowed(unlocked, &info);
    if (_anjay_instance_action_allowed_stateless(unlocked, &info)
        == ANJAY_INSTANCE_ACTION_NEEDS_ACL_CHECK) {
        CHECK(_anjay_instance_action_allowed_by_acl(unlocked, &info) == result);
    } else {
        CHECK((_anjay_instance_action_allowed_stateless(unlocked, &info)
               == ANJAY_INSTANCE_ACTION_ALLOWED)
              == result);
    }
    ANJAY_MUTEX_UNLOCK(&MOCK);
    return result;
}

static anjay_instance_action_allowed_stateless_result_t stateless(anjay_ssid_t ssid,
                                                                  anjay_oid_t oid) {
    const anjay_action_info_t info = {
        .oid = oid, .iid = 1, .ssid = ssid, .action = ANJAY_ACTION_READ};
    anjay_instance_action_allowed_stateless_result_t result;
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    result = _anjay_instance_action_allowed_stateless(unlocked, &info);
    ANJAY_MUTEX_UNLOCK(&MOCK);
    return result;
}

static void decides(void) {
    CHECK(allowed(1, ANJAY_ACTION_WRITE, TARGET, 0));
    CHECK(!allowed(1, ANJAY_ACTION_READ, 0, 1));
    CHECK(!allowed(1, ANJAY_ACTION_READ, 21, 1));
    install();
    static const anjay_request_action_t ACTIONS[] = {
        ANJAY_ACTION_READ,         ANJAY_ACTION_READ_COMPOSITE,
        ANJAY_ACTION_WRITE,        ANJAY_ACTION_WRITE_COMPOSITE,
        ANJAY_ACTION_WRITE_UPDATE, ANJAY_ACTION_WRITE_ATTRIBUTES,
        ANJAY_ACTION_EXECUTE,      ANJAY_ACTION_DELETE};
    static const unsigned RIGHTS[] = {1, 1, 2, 2, 2, 1, 4, 8};
    for (unsigned mask = 0; mask < 16; ++mask) {
        grant(1, 1, (anjay_access_mask_t) mask);
        for (size_t i = 0; i < 8; ++i) {
            CHECK(allowed(1, ACTIONS[i], TARGET, 1) == ((mask & RIGHTS[i]) != 0));
        }
        CHECK(!allowed(1, ANJAY_ACTION_CREATE, TARGET, NONE));
        CHECK(!allowed(1, ANJAY_ACTION_BOOTSTRAP_FINISH, TARGET, 1));
        CHECK(allowed(1, ANJAY_ACTION_DISCOVER, TARGET, 1));
        CHECK(!allowed(2, ANJAY_ACTION_READ, TARGET, 1));
        CHECK(allowed(ANJAY_SSID_BOOTSTRAP, ANJAY_ACTION_READ, TARGET, 1));
    }
    grant(NONE, 1, CREATE);
    CHECK(allowed(1, ANJAY_ACTION_CREATE, TARGET, NONE));
    CHECK(!allowed(1, ANJAY_ACTION_READ, 0, 1));
    CHECK(stateless(1, TARGET) == ANJAY_INSTANCE_ACTION_NEEDS_ACL_CHECK);
    CHECK(stateless(1, 2) == ANJAY_INSTANCE_ACTION_ALLOWED);
    CHECK(stateless(1, 0) == ANJAY_INSTANCE_ACTION_DISALLOWED);
#    ifdef ANJAY_WITH_LWM2M_GATEWAY
    const anjay_action_info_t info = {.oid = TARGET,
                                      .iid = 3,
                                      .ssid = 2,
                                      .action = ANJAY_ACTION_WRITE,
                                      .end_device = true};
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    CHECK(_anjay_instance_action_allowed(unlocked, &info));
    ANJAY_MUTEX_UNLOCK(&MOCK);
#    endif
}

static void one_server_may_do_all(void) {
    install();
    CHECK(!allowed(1, ANJAY_ACTION_WRITE, TARGET, 1));
    mock_client()->servers[2] = mock_client()->servers[3] = 0;
    CHECK(allowed(1, ANJAY_ACTION_WRITE, TARGET, 1));
    /* That server alone: an association of one that is gone has no rights. */
    CHECK(!allowed(2, ANJAY_ACTION_WRITE, TARGET, 1));
    mock_client()->servers[1] = 0;
    CHECK(!allowed(1, ANJAY_ACTION_WRITE, TARGET, 1));
}

static void denies_beside_a_foreign_object(void) {
    static const anjay_unlocked_dm_object_def_t DEF = {.oid = 2};
    static const anjay_unlocked_dm_object_def_t *const DEF_PTR = &DEF;
    target()->oid = 2;
    _anjay_dm_installed_object_init_unlocked(&target()->installed, &DEF_PTR);
    CHECK(!allowed(1, ANJAY_ACTION_READ, TARGET, 1));
}

/* ---- synchronisation
 * ------------------------------------------------------------------------------------ */

static anjay_notify_queue_t QUEUE;

static anjay_notify_queue_object_entry_t *entry_of(anjay_oid_t oid) {
    anjay_notify_queue_object_entry_t **at = &QUEUE;
    while (*at && (*at)->oid < oid) {
        at = (anjay_notify_queue_object_entry_t **) mock_list_next(*at);
    }
    if (!*at || (*at)->oid != oid) {
        anjay_notify_queue_object_entry_t *entry =
            AVS_LIST_NEW_ELEMENT(anjay_notify_queue_object_entry_t);
        *mock_list_next(entry) = *at;
        *at = entry;
        entry->oid = oid;
    }
    return *at;
}

static void queue_set(anjay_oid_t oid) {
    entry_of(oid)->instance_set_changes.instance_set_changed = true;
}

static void queue_created(anjay_oid_t oid, anjay_iid_t iid) {
    queue_set(oid);
    anjay_iid_t **iids = &entry_of(oid)->instance_set_changes.known_added_iids;
    anjay_iid_t *added = AVS_LIST_NEW_ELEMENT(anjay_iid_t);
    *added = iid;
    *mock_list_next(added) = *iids;
    *iids = added;
}

static void queue_resource(anjay_oid_t oid, anjay_iid_t iid, anjay_rid_t rid) {
    anjay_notify_queue_resource_entry_t *added =
        AVS_LIST_NEW_ELEMENT(anjay_notify_queue_resource_entry_t);
    added->iid = iid;
    added->rid = rid;
    *mock_list_next(added) = entry_of(oid)->resources_changed;
    entry_of(oid)->resources_changed = added;
}

static bool queued_set(anjay_oid_t oid) {
    anjay_notify_queue_object_entry_t *entry;
    AVS_LIST_FOREACH(entry, QUEUE) {
        if (entry->oid == oid) {
            return entry->instance_set_changes.instance_set_changed;
        }
    }
    return false;
}

static void clear_queue(void) {
    while (QUEUE) {
        while (QUEUE->instance_set_changes.known_added_iids) {
            AVS_LIST_DELETE(&QUEUE->instance_set_changes.known_added_iids);
        }
        while (QUEUE->resources_changed) {
            AVS_LIST_DELETE(&QUEUE->resources_changed);
        }
        AVS_LIST_DELETE(&QUEUE);
    }
}

static int sync_and_keep(anjay_ssid_t origin) {
    int result;
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    unsigned depth = unlocked->transaction_state.depth;
    result = _anjay_sync_access_control(unlocked, origin, &QUEUE);
    CHECK(unlocked->transaction_state.depth == depth);
    ANJAY_MUTEX_UNLOCK(&MOCK);
    return result;
}

static int sync(anjay_ssid_t origin) {
    int result = sync_and_keep(origin);
    clear_queue();
    return result;
}

static void sync_follows_creation(void) {
    queue_created(TARGET, 2);
    CHECK(!sync(1));
    install();
    forget_notifications();
    queue_created(TARGET, 2);
    queue_created(TARGET, 1);
    CHECK(!sync(1));
    CHECK(instances().count == 2 && notified(2, NONE, NONE));
    CHECK(read_at(0, 3, NONE) == 1 && read_at(0, 2, 1) == 15);
    target()->exists[1] = false;
    queue_set(TARGET);
    CHECK(!sync(ANJAY_SSID_BOOTSTRAP));
    CHECK(instances().count == 1);
    /* Where nobody can tell what exists, nothing has gone. */
    target()->exists[2] = false;
    target()->listing_fails = true;
    queue_set(TARGET);
    CHECK(!sync(ANJAY_SSID_BOOTSTRAP));
    CHECK(instances().count == 1);
}

static void sync_is_rolled_back_with_all_else(void) {
    install();
    anjay_iid_t acl_iid = own(3, 2);
    CHECK(!anjay_access_control_persist(&MOCK, mock_stream()).code);
    /* Account 2 goes, and with it the only one who can reach instance 3. */
    mock_client()->objects[0]->exists[2] = false;
    begin(false);
    queue_set(ANJAY_DM_OID_SECURITY);
    queue_created(TARGET, 1);
    CHECK(!sync(1));
    CHECK(!target()->exists[3] && notified(TARGET, NONE, NONE));
    CHECK(instances().count == 1 && read_at(acl_iid, 1, NONE) != 3);
    CHECK(finish(-7) == -7);
    CHECK(target()->exists[3]);
    CHECK(instances().count == 1 && read_at(acl_iid, 1, NONE) == 3);
    CHECK(read_at(acl_iid, 3, NONE) == 2);
    CHECK(!anjay_access_control_is_modified(&MOCK));
}

static void sync_removes_by_itself(void) {
    install();
    own(3, 2);
    own(1, 2);
    mock_client()->objects[0]->exists[2] = false;
    queue_set(ANJAY_DM_OID_SECURITY);
    CHECK(!sync(ANJAY_SSID_BOOTSTRAP));
    CHECK(!target()->exists[3] && !target()->exists[1]);
    CHECK(instances().count == 0);
}

static void sync_keeps_what_cannot_be_removed(void) {
    install();
    anjay_iid_t acl_iid = own(3, 2);
    target()->cannot_remove = true;
    mock_client()->objects[0]->exists[2] = false;
    queue_set(ANJAY_DM_OID_SECURITY);
    CHECK(!sync(ANJAY_SSID_BOOTSTRAP));
    CHECK(target()->exists[3]);
    CHECK(read_at(acl_iid, 3, NONE) == ANJAY_SSID_BOOTSTRAP);
    CHECK(!allowed(1, ANJAY_ACTION_READ, TARGET, 3));
}

static void sync_fails_whole(void) {
    install();
    anjay_iid_t acl_iid = own(3, 2);
    mock_client()->accounts_fail = true;
    queue_set(ANJAY_DM_OID_SECURITY);
    queue_created(TARGET, 1);
    CHECK(sync(1) < 0);
    CHECK(instances().count == 1 && read_at(acl_iid, 3, NONE) == 2);
    mock_client()->accounts_fail = false;
    /* Nothing is left open. */
    begin(true);
    CHECK(!finish(0));
}

static void rights_change_what_is_visible(void) {
    install();
    anjay_iid_t acl_iid = own(3, 2);
    queue_resource(2, acl_iid, 2);
    CHECK(!sync_and_keep(ANJAY_SSID_BOOTSTRAP));
    CHECK(queued_set(TARGET));
    clear_queue();
    queue_resource(2, 9, 2);
    CHECK(!sync_and_keep(ANJAY_SSID_BOOTSTRAP));
    CHECK(!queued_set(TARGET));
    clear_queue();
    queue_resource(2, acl_iid, 2);
    mock_client()->queue_fails = true;
    CHECK(sync(ANJAY_SSID_BOOTSTRAP) == ANJAY_ERR_INTERNAL);
}

/* ---- late checks
 * ----------------------------------------------------------------------------------------------
 */

static void unasked_changes_are_refused(void) {
    install();
    grant(1, 1, READ);
    grant(2, 1, READ | WRITE);
    begin(false);
    queue_resource(TARGET, 2, 0);
    CHECK(!sync(1));
    queue_resource(TARGET, 2, 0);
    queue_resource(TARGET, 1, 0);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    queue_resource(ANJAY_DM_OID_SECURITY, 1, 0);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    queue_resource(TARGET, 1, 0);
    CHECK(!sync(ANJAY_SSID_BOOTSTRAP));
    finish(-1);
}

static void rights_from_the_same_operation_do_not_count(void) {
    install();
    anjay_iid_t acl_iid = own(1, 2);
    begin(true);
    CHECK(!write(acl_iid, 3, NONE, 1));
    queue_resource(2, acl_iid, 3);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    finish(ANJAY_ERR_UNAUTHORIZED);
    /* But who owned it may give it away. */
    begin(true);
    CHECK(!write(acl_iid, 3, NONE, 1));
    queue_resource(2, acl_iid, 3);
    CHECK(!sync(2));
    CHECK(!finish(0));
    CHECK(read_at(acl_iid, 3, NONE) == 1);
}

/* Otherwise nothing would end it. */
static void what_is_not_included_is_not_granted(void) {
    install();
    grant(1, 1, DELETE);
    begin(false);
    mock_client()->include_fails = true;
    CHECK(!allowed(1, ANJAY_ACTION_DELETE, TARGET, 1));
    mock_client()->include_fails = false;
    queue_resource(TARGET, 1, 5);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    finish(-1);
}

static void what_was_granted_stays_granted(void) {
    install();
    grant(1, 1, DELETE);
    /* Deleting a resource instance needs D alone. */
    begin(false);
    CHECK(allowed(1, ANJAY_ACTION_DELETE, TARGET, 1));
    queue_resource(TARGET, 1, 5);
    CHECK(!sync(1));
    queue_resource(TARGET, 2, 5);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    queue_resource(TARGET, 1, 5);
    CHECK(sync(2) == ANJAY_ERR_UNAUTHORIZED);
    /* Until the operation is over, however it ends. */
    finish(0);
    begin(false);
    queue_resource(TARGET, 1, 5);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    CHECK(allowed(1, ANJAY_ACTION_DELETE, TARGET, 1));
    finish(-1);
    begin(false);
    queue_resource(TARGET, 1, 5);
    CHECK(sync(1) == ANJAY_ERR_UNAUTHORIZED);
    finish(-1);
}

static void end_devices_are_not_governed(void) {
#    ifdef ANJAY_WITH_LWM2M_GATEWAY
    install();
    grant(1, 1, READ);
    queue_resource(TARGET, 1, 0);
    queue_created(TARGET, 2);
    strcpy(entry_of(TARGET)->prefix, "dev0");
    CHECK(!sync(1));
    CHECK(instances().count == 1);
    queue_resource(2, 0, 2);
    strcpy(entry_of(2)->prefix, "dev0");
    CHECK(!sync_and_keep(ANJAY_SSID_BOOTSTRAP));
    CHECK(!queued_set(TARGET));
    clear_queue();
#    endif
}

static void references_are_checked(void) {
    anjay_acl_ref_validation_ctx_t ctx = {NULL};
    ANJAY_MUTEX_LOCK(unlocked, &MOCK);
    CHECK(!_anjay_acl_ref_validate_inst_ref(unlocked, &ctx, TARGET, 1));
    CHECK(!_anjay_acl_ref_validate_inst_ref(unlocked, &ctx, TARGET, NONE));
    CHECK(_anjay_acl_ref_validate_inst_ref(unlocked, &ctx, TARGET, 9));
    CHECK(_anjay_acl_ref_validate_inst_ref(unlocked, &ctx, 77, NONE));
    CHECK(_anjay_acl_ref_validate_inst_ref(unlocked, &ctx, 0, 1));
    _anjay_acl_ref_validation_ctx_cleanup(&ctx);
    ANJAY_MUTEX_UNLOCK(&MOCK);
}

#endif

/* ---- all of them
 * -------------------------------------------------------------------------------------------------
 */

#define CASE(name)                                                                       \
    { #name, name }
static const struct {
    const char *name;
    void (*run)(void);
} CASES[] = {
    CASE(installs_once),
    CASE(install_fails_whole),
    CASE(leaves_a_foreign_object_alone),
    CASE(deleter_leaves_no_way_in),
    CASE(emits_rising),
    CASE(reads_and_writes),
    CASE(acl_is_there_or_not),
    CASE(reset_prepares_for_a_replacing_write),
    CASE(rolls_back),
    CASE(commits),
    CASE(validates),
    CASE(persists_what_was_before),
    CASE(tells_what_the_application_changed),
    CASE(asks_about_real_servers_only),
    CASE(says_why_it_refuses),
    CASE(what_the_application_does_is_not_the_operations),
    CASE(provisions),
    CASE(streams_and_their_errors),
    CASE(handlers_run_while_listing),
    CASE(application_runs_while_asked),
#if AAC_PORT_CORE
    CASE(decides),
    CASE(one_server_may_do_all),
    CASE(denies_beside_a_foreign_object),
    CASE(sync_follows_creation),
    CASE(sync_is_rolled_back_with_all_else),
    CASE(sync_removes_by_itself),
    CASE(sync_keeps_what_cannot_be_removed),
    CASE(sync_fails_whole),
    CASE(rights_change_what_is_visible),
    CASE(unasked_changes_are_refused),
    CASE(what_is_not_included_is_not_granted),
    CASE(rights_from_the_same_operation_do_not_count),
    CASE(what_was_granted_stays_granted),
    CASE(end_devices_are_not_governed),
    CASE(references_are_checked),
#endif
};

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
        if (argc < 2 || !strcmp(argv[1], CASES[i].name)) {
            printf("%s\n", CASES[i].name);
            fflush(stdout);
            mock_start();
            CASES[i].run();
            mock_stop();
        }
    }
    return 0;
}
