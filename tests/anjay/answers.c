/**
 * @file
 * answers [NAME]: drives one or all scenarios and prints a line for each: its
 * name and what the client answered. answers.tsv says what is to be expected of
 * Anjay's own code, of the module variant and of the core variant.
 */

#include "client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <anjay_init.h>

#include <core/anjay_access_utils_private.h>

static client_t C;
static uint8_t BLOB[4096];

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

static void add_instances(anjay_iid_t first, anjay_iid_t last) {
    for (anjay_iid_t iid = first; iid <= last; ++iid) {
        C.object.exists[iid] = true;
    }
    CHECK(!anjay_notify_instances_changed(C.anjay, OID_TEST));
    client_settle(&C);
}

static void start(bool with_bootstrap, bool can_remove) {
    client_start(&C, with_bootstrap, true, can_remove);
    add_instances(1, 2);
}

static void grant(anjay_iid_t iid, anjay_ssid_t ssid, unsigned mask) {
    CHECK(!anjay_access_control_set_acl(C.anjay, OID_TEST, iid, ssid,
                                        (anjay_access_mask_t) mask));
}

/* Returns the ID of the Access Control Instance. */
static anjay_iid_t own(anjay_iid_t iid, anjay_ssid_t owner) {
    anjay_iid_t acl_iid = ANJAY_ID_INVALID;
    CHECK(!anjay_access_control_set_owner(C.anjay, OID_TEST, iid, owner, &acl_iid));
    return acl_iid;
}

static const char *path_of(const char *format, unsigned iid) {
    static char path[32];
    snprintf(path, sizeof(path), format, iid);
    return path;
}

static int get(int server, const char *path) {
    return client_ask(&C, server, GET, path, TEXT, NULL, 0);
}

static int put(int server, const char *path, const char *text) {
    return client_ask_text(&C, server, PUT, path, TEXT, text);
}

static int composite(int server, const char *json) {
    return client_ask_text(&C, server, IPATCH, "", SENML_JSON, json);
}

static int finish_bootstrap(void) {
    return client_ask(&C, 0, POST, "/bs", NO_FORMAT, NULL, 0);
}

/*
 * The Bootstrap-Server takes Bob's account away. If the client refuses that in
 * the end, it stays in the bootstrap and answers no other server.
 */
static bool removes_bob(void) {
    CHECK(client_ask(&C, 0, DEL, "/0/2", NO_FORMAT, NULL, 0) == 202);
    CHECK(client_ask(&C, 0, DEL, "/1/2", NO_FORMAT, NULL, 0) == 202);
    int code = finish_bootstrap();
    /* The client connects to its servers again. */
    for (int i = 0; i < 5; ++i) {
        client_settle(&C);
    }
    say("finish %d, ", code);
    return code == 204;
}

static const char *owner_of(anjay_iid_t acl_iid) {
    return get(ALICE, path_of("/2/%u/3", acl_iid)) == 205 ? C.answer : "gone";
}

/* ---- operations ------------------------------------------------------------ */

/* One at a time: the order of arguments' evaluation is nobody's. */
static void note(const char *what, int code) {
    say("%s %d, ", what, code);
}

static int execute(int server) {
    return client_ask(&C, server, POST, "/1234/1/1", NO_FORMAT, NULL, 0);
}

static int delete_instance(int server, const char *path) {
    return client_ask(&C, server, DEL, path, NO_FORMAT, NULL, 0);
}

static int create(int server) {
    return client_ask(&C, server, POST, "/1234", TLV, NULL, 0);
}

static void operations(void) {
    start(false, true);
    grant(1, ALICE, READ | WRITE | EXECUTE);
    grant(1, BOB, READ);
    note("alice reads", get(ALICE, "/1234/1/0"));
    note("writes", put(ALICE, "/1234/1/0", "5"));
    note("executes", execute(ALICE));
    note("deletes", delete_instance(ALICE, "/1234/1"));
    note("bob reads", get(BOB, "/1234/1/0"));
    note("writes", put(BOB, "/1234/1/0", "7"));
    note("executes", execute(BOB));
    note("deletes", delete_instance(BOB, "/1234/1"));
    note("reads what nobody governs", get(BOB, "/1234/2/0"));
    note("discovers", client_ask(&C, BOB, GET, "/1234/2", LINK_FORMAT, NULL, 0));
    note("value", (int) C.object.value[1]);
}

static void whole_object(void) {
    start(false, true);
    grant(1, ALICE, READ);
    grant(2, BOB, READ);
    C.object.value[1] = 77;
    C.object.value[2] = 88;
    note("alice reads", client_ask(&C, ALICE, GET, "/1234", SENML_JSON, NULL, 0));
    say("values%s%s", strstr(C.answer, "77") ? " 77" : "",
        strstr(C.answer, "88") ? " 88" : "");
}

static void create_and_delete(void) {
    start(false, true);
    grant(ANJAY_ID_INVALID, ALICE, CREATE);
    note("bob creates", create(BOB));
    note("alice creates", create(ALICE));
    note("reads", get(ALICE, "/1234/0/0"));
    note("bob reads", get(BOB, "/1234/0/0"));
    say("owner %s, ", owner_of(1));
    note("bob deletes", delete_instance(BOB, "/1234/0"));
    note("alice deletes", delete_instance(ALICE, "/1234/0"));
    say("owner %s", owner_of(1));
}

static void editing_acl(void) {
    start(false, true);
    anjay_iid_t acl_iid = own(1, ALICE);
    static const uint8_t TO_BOB[] = {0x83, 2, 0x41, BOB, READ};
    note("bob reads the ACL", get(BOB, path_of("/2/%u/3", acl_iid)));
    note("writes it", client_ask(&C, BOB, PUT, path_of("/2/%u/2", acl_iid), TLV, TO_BOB,
                                 sizeof(TO_BOB)));
    note("deletes it", delete_instance(BOB, path_of("/2/%u", acl_iid)));
    note("alice writes it", client_ask(&C, ALICE, PUT, path_of("/2/%u/2", acl_iid), TLV,
                                       TO_BOB, sizeof(TO_BOB)));
    note("bob reads the target", get(BOB, "/1234/1/0"));
    note("alice hands it over", put(ALICE, path_of("/2/%u/3", acl_iid), "2"));
    say("owner %s", owner_of(acl_iid));
}

static void one_server(void) {
    client_start(&C, false, false, true);
    add_instances(1, 1);
    say("read %d", get(ALICE, "/1234/1/0"));
}

static void elections(void) {
    start(true, true);
    anjay_iid_t acl_iid = own(1, BOB);
    grant(1, BOB, READ | WRITE);
    grant(1, ALICE, READ);
    if (removes_bob()) {
        say("owner %s", owner_of(acl_iid));
    }
}

/* ---- composite and late checks ------------------------------------------------ */

static void composite_write(void) {
    start(false, true);
    grant(1, ALICE, READ);
    grant(2, ALICE, READ | WRITE);
    note("may not write", composite(ALICE, "[{\"n\":\"/1234/1/0\",\"v\":7}]"));
    note("value", (int) C.object.value[1]);
    note("may write one of two", composite(ALICE,
                                           "[{\"n\":\"/1234/2/0\",\"v\":8},"
                                           "{\"n\":\"/1234/1/0\",\"v\":8}]"));
    note("values", (int) C.object.value[1]);
    note("and", (int) C.object.value[2]);
    note("may write", composite(ALICE, "[{\"n\":\"/1234/2/0\",\"v\":9}]"));
    note("value", (int) C.object.value[2]);
}

static int compose(int server, const char *format, unsigned acl_iid) {
    char json[64];
    snprintf(json, sizeof(json), format, acl_iid);
    return composite(server, json);
}

static void composite_owner(void) {
    start(false, true);
    anjay_iid_t acl_iid = own(1, BOB);
    grant(1, BOB, READ);
    note("alice takes ownership",
         compose(ALICE, "[{\"n\":\"/2/%u/3\",\"v\":1}]", acl_iid));
    say("owner %s, ", owner_of(acl_iid));
    note("enters herself", compose(ALICE, "[{\"n\":\"/2/%u/2/1\",\"v\":3}]", acl_iid));
    note("reads", get(ALICE, "/1234/1/0"));
    note("bob gives ownership", compose(BOB, "[{\"n\":\"/2/%u/3\",\"v\":1}]", acl_iid));
    say("owner %s", owner_of(acl_iid));
}

/* ---- the table of differences --------------------------------------------- */

static void d2(void) {
    start(false, true);
    own(1, ALICE);
    grant(1, BOB, READ);
    say("owner reads %d", get(ALICE, "/1234/1/0"));
}

static void d3(void) {
    start(true, true);
    anjay_iid_t acl_iid = own(1, BOB);
    grant(1, BOB, READ);
    grant(1, ANJAY_SSID_ANY, READ | WRITE | DELETE);
    if (removes_bob()) {
        say("owner %s", owner_of(acl_iid));
    }
}

static void d4(void) {
    start(true, true);
    own(1, BOB);
    anjay_iid_t acl_iid = own(2, ALICE);
    removes_bob();
    say("target %s, ", C.object.exists[1] ? "there" : "gone");
    say("write to another %d", put(ALICE, path_of("/2/%u/3", acl_iid), "1"));
}

static void d5(void) {
    start(true, true);
    own(1, ALICE);
    grant(1, BOB, READ);
    removes_bob();
    say("target %s", C.object.exists[1] ? "there" : "gone");
}

static void d6(void) {
    start(true, false);
    anjay_iid_t acl_iid = own(1, BOB);
    grant(1, BOB, READ);
    if (removes_bob()) {
        say("target %s, ", C.object.exists[1] ? "there" : "gone");
        say("owner %s", owner_of(acl_iid));
    }
}

static void d7(void) {
    start(false, true);
    anjay_iid_t acl_iid = own(1, ALICE);
    static const uint8_t ACL_ALONE[] = {0x83, 2, 0x41, ALICE, READ};
    int code = client_ask(&C, ALICE, PUT, path_of("/2/%u", acl_iid), TLV, ACL_ALONE,
                          sizeof(ACL_ALONE));
    say("write %d, owner %s", code, owner_of(acl_iid));
}

static void d8(void) {
    start(false, true);
    anjay_iid_t acl_iid = own(1, ALICE);
    static const uint8_t LARGE[] = {0x86, 2, 0x44, ALICE, 0, 1, 0, 1};
    static const uint8_t RESERVED[] = {0x83, 2, 0x41, ALICE, 0x20};
    note("65537:", client_ask(&C, ALICE, PUT, path_of("/2/%u/2", acl_iid), TLV, LARGE,
                              sizeof(LARGE)));
    note("32:", client_ask(&C, ALICE, PUT, path_of("/2/%u/2", acl_iid), TLV, RESERVED,
                           sizeof(RESERVED)));
}

static void d10(void) {
    start(false, true);
    grant(ANJAY_ID_INVALID, ANJAY_SSID_ANY, CREATE);
    note("create", create(ALICE));
}

static void d12(void) {
    start(true, true);
    anjay_iid_t acl_iid = own(1, BOB);
    CHECK(put(0, path_of("/2/%u/3", acl_iid), "1") == 204);
    client_persist(&C, BLOB, sizeof(BLOB));
    int code = finish_bootstrap();
    client_settle(&C);
    say("finish %d, owner %s, modified %d", code, owner_of(acl_iid),
        anjay_access_control_is_modified(C.anjay));
}

#define INSTANCE(oid, iid, target, owner)                                                \
    oid >> 8, oid & 255, 0, iid, target >> 8, target & 255, owner >> 8, owner & 255
#define BLOB_OF(...)                                                                     \
    { 'A', 'C', 'O', 1, 0, 0, 0, __VA_ARGS__ }
#define TRY(name, ...)                                                                   \
    do {                                                                                 \
        static const uint8_t bytes[] = BLOB_OF(__VA_ARGS__);                             \
        say("%s %s, ", name, client_restore(&C, bytes, sizeof(bytes)) ? "in" : "out");   \
    } while (0)

static void d13(void) {
    start(false, true);
    TRY("plain", 1, INSTANCE(OID_TEST, 0, 1, ALICE), 0);
    TRY("same ID", 2, INSTANCE(OID_TEST, 0, 1, ALICE), 0, INSTANCE(OID_TEST, 0, 2, ALICE),
        0);
    TRY("same target", 2, INSTANCE(OID_TEST, 0, 1, ALICE), 0,
        INSTANCE(OID_TEST, 1, 1, ALICE), 0);
    TRY("owner 0", 1, INSTANCE(OID_TEST, 0, 1, 0), 0);
    TRY("flag 2", 1, INSTANCE(OID_TEST, 0, 1, ALICE), 2, 0, 0, 0, 0);
    TRY("same key", 1, INSTANCE(OID_TEST, 0, 1, ALICE), 1, 0, 0, 0, 2, 0, 1, 0, 1, 0, 2,
        0, 1);
    TRY("target OID 2", 1, INSTANCE(2, 0, 1, ALICE), 0);
    TRY("unsorted", 2, INSTANCE(OID_TEST, 1, 1, ALICE), 0,
        INSTANCE(OID_TEST, 0, 2, ALICE), 0);
    note("then reads", client_ask(&C, ALICE, GET, "/2", SENML_JSON, NULL, 0));
}

static void d14(void) {
    start(false, true);
    anjay_iid_t acl_iid = own(1, ALICE);
    client_settle(&C);
    C.object.listing_fails = true;
    CHECK(!anjay_notify_instances_changed(C.anjay, OID_TEST));
    client_settle(&C);
    C.object.listing_fails = false;
    say("owner %s", owner_of(acl_iid));
}

static void d16(void) {
    start(false, true);
    static const uint8_t STALE[] = BLOB_OF(2, INSTANCE(OID_TEST, 0, 1, ALICE), 0,
                                           INSTANCE(OID_TEST, 1, 7, ALICE), 0);
    CHECK(client_restore(&C, STALE, sizeof(STALE)));
    say("write to another %d", put(ALICE, "/2/0/3", "1"));
}

/* ---- what the library may be called from ------------------------------------ */

static void grant_while_listing(client_t *client) {
    (void) client;
    grant(2, BOB, READ);
}

static void calls_back(void) {
    start(false, true);
    C.object.while_listing = grant_while_listing;
    grant(1, BOB, READ);
    note("bob reads", get(BOB, "/1234/1/0"));
    note("and", get(BOB, "/1234/2/0"));
}

static void d18(void) {
    start(true, true);
    grant(1, BOB, READ);
    removes_bob();
    say("target %s", C.object.exists[1] ? "there" : "gone");
}

static void d19(void) {
    start(false, true);
    static const uint8_t STALE[] =
        BLOB_OF(1, INSTANCE(OID_TEST, 0, 3, BOB), 1, 0, 0, 0, 1, 0, READ, 0, BOB);
    static const uint8_t INSTANCE_3[] = {0x00, 3};
    CHECK(client_restore(&C, STALE, sizeof(STALE)));
    grant(ANJAY_ID_INVALID, ALICE, CREATE);
    note("alice creates",
         client_ask(&C, ALICE, POST, "/1234", TLV, INSTANCE_3, sizeof(INSTANCE_3)));
    note("reads", get(ALICE, "/1234/3/0"));
    note("bob reads", get(BOB, "/1234/3/0"));
    say("owner %s", owner_of(0));
}

static void d20(void) {
    start(false, true);
    /* Alice, and a server that is gone. */
    static const uint8_t WITH_STRANGER[] =
        BLOB_OF(1, INSTANCE(OID_TEST, 0, 1, ALICE), 1, 0, 0, 0, 2, 0, READ | WRITE, 0,
                ALICE, 0, READ, 0, 77);
    static const uint8_t BOB_TOO[] = {0x83, 2, 0x41, BOB, READ};
    CHECK(client_restore(&C, WITH_STRANGER, sizeof(WITH_STRANGER)));
    note("alice lets bob in",
         client_ask(&C, ALICE, POST, "/2/0", TLV, BOB_TOO, sizeof(BOB_TOO)));
    note("bob reads", get(BOB, "/1234/1/0"));
}

/*
 * With no message, as Anjay has a connection to those servers alone of which it
 * has an account: the question that its core asks, about one that has none.
 */
static bool may_write(anjay_ssid_t ssid) {
    const anjay_action_info_t info = {
        .oid = OID_TEST, .iid = 1, .ssid = ssid, .action = ANJAY_ACTION_WRITE};
    bool allowed = false;
    ANJAY_MUTEX_LOCK(anjay, C.anjay);
    allowed = _anjay_instance_action_allowed(anjay, &info);
    ANJAY_MUTEX_UNLOCK(C.anjay);
    return allowed;
}

static void d21(void) {
    client_start(&C, false, false, true);
    add_instances(1, 1);
    say("the only account %d, ", may_write(ALICE));
    say("another server %d", may_write(BOB));
}

/* ---- an application that acts in the middle of a server's Write --------------- */

static size_t g_persisted;
static int g_write_result;
static bool g_was_modified;

static int grant_and_persist(client_t *client) {
    grant(2, BOB, READ);
    g_persisted = client_persist(client, BLOB, sizeof(BLOB));
    g_was_modified = anjay_access_control_is_modified(client->anjay);
    return g_write_result;
}

static void acts_in_a_write(void) {
    start(false, true);
    grant(1, ALICE, READ | WRITE);
    C.object.while_writing = grant_and_persist;
    note("write", put(ALICE, "/1234/1/0", "5"));
    note("persisted bytes", (int) g_persisted);
    note("modified", g_was_modified);
    note("and", anjay_access_control_is_modified(C.anjay));
    note("bob reads", get(BOB, "/1234/2/0"));
    anjay_access_control_purge(C.anjay);
    grant(1, ALICE, READ | WRITE);
    g_write_result = ANJAY_ERR_INTERNAL;
    note("failing write", put(ALICE, "/1234/1/0", "6"));
    note("persisted bytes", (int) g_persisted);
    note("modified", g_was_modified);
    note("and", anjay_access_control_is_modified(C.anjay));
    note("bob reads", get(BOB, "/1234/2/0"));
}

static int restore_it(client_t *client) {
    g_was_modified = client_restore(client, BLOB, g_persisted);
    return 0;
}

static void restores_in_a_write(void) {
    start(false, true);
    grant(1, ALICE, READ | WRITE);
    g_persisted = client_persist(&C, BLOB, sizeof(BLOB));
    grant(1, BOB, READ);
    C.object.while_writing = restore_it;
    note("write", put(ALICE, "/1234/1/0", "5"));
    note("restored", g_was_modified);
    note("bob reads", get(BOB, "/1234/1/0"));
}

static int take_back(client_t *client) {
    (void) client;
    grant(1, ALICE, READ);
    return 0;
}

/* The right was there when the server asked. */
static void revokes_in_a_write(void) {
    start(false, true);
    grant(1, ALICE, READ | WRITE);
    C.object.while_writing = take_back;
    note("write", put(ALICE, "/1234/1/0", "5"));
    note("value", (int) C.object.value[1]);
    C.object.while_writing = NULL;
    note("again", put(ALICE, "/1234/1/0", "6"));
}

/* ---- all of them --------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(void);
} SCENARIOS[] = {
    {"operations", operations},
    {"whole-object", whole_object},
    {"create-and-delete", create_and_delete},
    {"editing-acl", editing_acl},
    {"one-server", one_server},
    {"elections", elections},
    {"calls-back", calls_back},
    {"composite-write", composite_write},
    {"composite-owner", composite_owner},
    {"D2", d2},
    {"D3", d3},
    {"D4", d4},
    {"D5", d5},
    {"D6", d6},
    {"D7", d7},
    {"D8", d8},
    {"D10", d10},
    {"D12", d12},
    {"D13", d13},
    {"D14", d14},
    {"D16", d16},
    {"D18", d18},
    {"D19", d19},
    {"D20", d20},
    {"D21", d21},
    {"acts-in-a-write", acts_in_a_write},
    {"restores-in-a-write", restores_in_a_write},
    {"revokes-in-a-write", revokes_in_a_write},
};

int main(int argc, char **argv) {
    int failures = 0;
    for (size_t i = 0; i < sizeof(SCENARIOS) / sizeof(SCENARIOS[0]); ++i) {
        if (argc > 1 && strcmp(argv[1], SCENARIOS[i].name)) {
            continue;
        }
        printf("%s\t", SCENARIOS[i].name);
        fflush(stdout);
        /* A process each: what one breaks is not the next one's. */
        pid_t child = fork();
        if (child == 0) {
            SCENARIOS[i].run();
            client_stop(&C);
            fflush(stdout);
            exit(0);
        }
        int status = -1;
        waitpid(child, &status, 0);
        if (status) {
            failures += !!status;
            printf(" (ended with %d)", status);
        }
        printf("\n");
    }
    return failures != 0;
}
