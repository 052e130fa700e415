/* Handlers that call the API again, while it is calling them. */
#include "check.h"

static int runs;

static void grant(anjay_t *anjay, thing_t *thing) {
    (void) thing;
    ++runs;
    CHECK(!anjay_access_control_set_acl(anjay, 1, 1, 1, ANJAY_ACCESS_MASK_READ));
}

static void purge(anjay_t *anjay, thing_t *thing) {
    (void) thing;
    ++runs;
    anjay_access_control_purge(anjay);
}

static void persist_and_restore(anjay_t *anjay, thing_t *thing) {
    avs_stream_t *stream = avs_stream_membuf_create();
    (void) thing;
    ++runs;
    CHECK(avs_is_ok(anjay_access_control_persist(anjay, stream)));
    CHECK(avs_is_ok(anjay_access_control_restore(anjay, stream)));
    avs_stream_cleanup(&stream);
}

static void own(anjay_t *anjay, thing_t *thing) {
    anjay_iid_t iid = ANJAY_ID_INVALID;
    (void) thing;
    ++runs;
    CHECK(!anjay_access_control_set_owner(anjay, 1234, 0, 2, &iid));
    CHECK(iid == 0);
}

static void run_line(anjay_t *anjay, thing_t *thing) {
    (void) thing;
    ++runs;
    ANSWER(anjay, "1 read /1234/0", "error: a handler cannot run operations");
}

static void unregister(anjay_t *anjay, thing_t *thing) {
    ++runs;
    CHECK(!anjay_unregister_object(anjay, &thing->def));
    /* Nothing of it may be looked at from now on. */
    thing->def = NULL;
}

static void register_another(anjay_t *anjay, thing_t *thing) {
    static thing_t another;
    (void) thing;
    ++runs;
    thing_register(anjay, &another, 4000);
    CHECK(!anjay_unregister_object(anjay, &another.def));
}

static void notify(anjay_t *anjay, thing_t *thing) {
    (void) thing;
    ++runs;
    CHECK(!anjay_notify_changed(anjay, 1234, 0, 0));
    CHECK(!anjay_notify_instances_changed(anjay, 1234));
    CHECK(!anjay_notify_instances_changed(anjay, ANJAY_DM_OID_SECURITY));
}

/* While the engine asks whether an Instance exists. */
static void in_list_instances(void) {
    static void (*const actions[])(anjay_t *, thing_t *) = {
        grant, purge, persist_and_restore, own, register_another, notify};
    for (size_t i = 0; i < AVS_ARRAY_SIZE(actions); ++i) {
        anjay_t *anjay = new_client_with_servers();
        thing_t thing;
        thing_register(anjay, &thing, 1234);
        runs = 0;
        thing.in_list = actions[i];
        /* set_acl asks by list_instances, which acts, and goes on. */
        CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 3));
        CHECK(runs == 1);
        ANSWER(anjay, "1 read /1234/0/0", "2.05");
        /* In an operation, before it is decided. */
        thing.in_list = actions[i];
        ANSWER(anjay, "1 write /1234/0/0 5", actions[i] == purge ? "4.01" : "2.04");
        CHECK(runs == 2);
        anjay_delete(anjay);
    }
}

/* While the engine follows a change, in a transaction. */
static void in_synchronisation(void) {
    static void (*const actions[])(anjay_t *, thing_t *) = {
        grant, purge, own, run_line, register_another, notify};
    for (size_t i = 0; i < AVS_ARRAY_SIZE(actions); ++i) {
        anjay_t *anjay = new_client_with_servers();
        thing_t thing;
        thing_register(anjay, &thing, 1234);
        thing.exists[1] = true;
        CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 2, 15));
        CHECK(!anjay_access_control_set_acl(anjay, 1234, 1, 2, 15));
        runs = 0;
        thing.exists[1] = false;
        CHECK(!anjay_notify_instances_changed(anjay, 1234));
        thing.in_list = actions[i];
        ANSWER(anjay, "2 read /1234/0", actions[i] == purge ? "4.01" : "2.05");
        CHECK(runs == 1);
        /* What governed /1234/1 is gone; what the handler added is there. */
        ANSWER(anjay, "bs read /2/1", "4.04");
        ANSWER(anjay, "bs read /2/2", actions[i] == grant ? "2.05" : "4.04");
        anjay_delete(anjay);
    }
}

static void in_write(void) {
    static void (*const actions[])(anjay_t *, thing_t *) = {
        grant, purge, persist_and_restore, own, run_line, register_another, notify};
    for (size_t i = 0; i < AVS_ARRAY_SIZE(actions); ++i) {
        anjay_t *anjay = new_client_with_servers();
        thing_t thing;
        thing_register(anjay, &thing, 1234);
        CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 3));
        runs = 0;
        thing.in_write = actions[i];
        ANSWER(anjay, "1 write /1234/0/0 5", "2.04");
        CHECK(runs == 1);
        CHECK(thing.number[0] == 5);
        ANSWER(anjay, "2 read /1234/0", actions[i] == own ? "2.05" : "4.01");
        /* And while Object 2 is in the same transaction. */
        ANSWER(anjay, "bs begin", "2.04");
        ANSWER(anjay, "bs write /2/9 0=1234 1=0 3=1", "2.04");
        CHECK(anjay_access_control_set_acl(anjay, 1, 2, 2, 1) == 0);
        anjay_access_control_purge(anjay);
        ANSWER(anjay, "bs finish", "2.04");
        ANSWER(anjay, "bs read /2", "2.05");
        anjay_delete(anjay);
    }
}

static void ask_too_much(anjay_t *anjay, thing_t *thing) {
    (void) thing;
    ++runs;
    CHECK(anjay_access_control_set_acl(anjay, 1234, 0, 9, 1));
    CHECK(anjay_access_control_set_acl(anjay, 1234, 0, 1, 32));
}

/* What a handler is refused stands in the answer, all of it, and once. */
static void refused_in_a_handler(void) {
    anjay_t *anjay = new_client_with_servers();
    thing_t thing;
    thing_register(anjay, &thing, 1234);
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 3));
    runs = 0;
    thing.in_write = ask_too_much;
    char *answer = anjay_sandbox_run(anjay, "1 write /1234/0/0 5");
    CHECK(runs == 1 && answer && !strncmp(answer, "2.04", 4));
    CHECK(strstr(answer, "\nrefused: set_acl, target /1234/0, SSID 9, mask 1: "));
    CHECK(strstr(answer, "\nrefused: set_acl, target /1234/0, SSID 1, mask 32: "));
    anjay_sandbox_free(answer);
    thing.in_write = NULL;
    answer = anjay_sandbox_run(anjay, "1 write /1234/0/0 5");
    CHECK(answer && !strstr(answer, "refused"));
    anjay_sandbox_free(answer);
    anjay_delete(anjay);
}

static void unregistered_while_in_use(void) {
    anjay_t *anjay = new_client_with_servers();
    thing_t *thing = (thing_t *) calloc(1, sizeof(*thing));
    thing_register(anjay, thing, 1234);
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 3));
    runs = 0;
    thing->in_write = unregister;
    /* The write itself is done; nothing is asked of the Object afterwards. */
    ANSWER(anjay, "1 write /1234/0/0 5", "2.04");
    CHECK(runs == 1);
    CHECK(thing_called(thing, "Bw"));
    free(thing);
    ANSWER(anjay, "1 read /1234/0", "4.04");
    /* What governed it is gone, too. */
    ANSWER(anjay, "bs read /2/0", "4.04");
    anjay_delete(anjay);
}

static void unregistered_while_asked(void) {
    anjay_t *anjay = new_client_with_servers();
    thing_t *thing = (thing_t *) calloc(1, sizeof(*thing));
    thing_register(anjay, thing, 1234);
    thing->in_list = unregister;
    (void) anjay_access_control_set_acl(anjay, 1234, 0, 1, 3);
    thing->in_list = NULL;
    ANSWER(anjay, "1 read /1234/0", "4.04");
    free(thing);
    ANSWER(anjay, "show", "Object 0");

    /* In the middle of a Read: it was there when it was listed. */
    thing = (thing_t *) calloc(1, sizeof(*thing));
    thing_register(anjay, thing, 1234);
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 3));
    ANSWER(anjay, "1 read /1234/0", "2.05");
    thing->in_list = unregister;
    ANSWER(anjay, "1 read /1234/0", "4.04");
    free(thing);
    anjay_delete(anjay);
}

int main(void) {
    in_list_instances();
    in_synchronisation();
    in_write();
    refused_in_a_handler();
    unregistered_while_in_use();
    unregistered_while_asked();
    printf("all passed\n");
    return 0;
}
