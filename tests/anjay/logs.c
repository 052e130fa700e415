/**
 * @file
 * logs [NAME]: makes one or all of the mistakes that can be made, and prints for
 * each the levels of the lines that were logged about access control. logs.tsv says
 * what is to be expected: wherever Anjay's code logs, so does the library, at the
 * same level. TEST_LOG=1 shows the lines.
 */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <avsystem/commons/avs_log.h>
#include <avsystem/commons/avs_stream_inbuf.h>

static client_t C;
static uint8_t BLOB[1 << 20];
static bool g_listening, g_is_silent = true;

/* Lines of the module, and those of Anjay's core that are about it. */
static void handle(avs_log_level_t level, const char *module, const char *message) {
    static const char *const NAMES[] = {"TRACE", "DEBUG", "INFO", "WARNING", "ERROR"};
    if (!g_listening || level < AVS_LOG_INFO) {
        return;
    }
    if (strcmp(module, "access_control")
        && !(!strcmp(module, "anjay")
             && (strstr(message, "cannot remove assigned")
                 || strstr(message, "servers_foreach_ssid")
                 || strstr(message, "ut of memory")))) {
        return;
    }
    printf("%s ", NAMES[level]);
    g_is_silent = false;
    if (getenv("TEST_LOG")) {
        fprintf(stderr, "%s\n", message);
    }
}

static void listen_from_here(void) {
    avs_log_set_handler(handle);
    avs_log_set_default_level(AVS_LOG_DEBUG);
    g_listening = true;
}

static void start(void) {
    client_start(&C, false, true, true);
    C.object.exists[1] = C.object.exists[2] = true;
    listen_from_here();
}

static void start_bootstrap(bool can_remove) {
    client_start(&C, true, true, can_remove);
    C.object.exists[1] = C.object.exists[2] = true;
    listen_from_here();
}

/* A client without Object 2. */
static void start_without(void) {
    static const anjay_configuration_t CONFIGURATION = {.endpoint_name = "urn:test:none"};
    listen_from_here();
    CHECK((C.anjay = anjay_new(&CONFIGURATION)));
}

/* ---- memory that runs out ----------------------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool g_no_memory;

void *__wrap_malloc(size_t size) {
    return g_no_memory ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return g_no_memory ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    return g_no_memory ? NULL : __real_realloc(block, size);
}

/* ---- what is refused ------------------------------------------------------------- */

static int set(anjay_oid_t oid, anjay_iid_t iid, anjay_ssid_t ssid, unsigned mask) {
    return anjay_access_control_set_acl(C.anjay, oid, iid, ssid,
                                        (anjay_access_mask_t) mask);
}

static int own(anjay_iid_t iid, anjay_ssid_t owner, anjay_iid_t acl_iid) {
    return anjay_access_control_set_owner(C.anjay, OID_TEST, iid, owner, &acl_iid);
}

static bool restore(const void *bytes, size_t size) {
    avs_stream_inbuf_t stream = AVS_STREAM_INBUF_STATIC_INITIALIZER;
    avs_stream_inbuf_set_buffer(&stream, bytes, size);
    return avs_is_ok(anjay_access_control_restore(C.anjay, (avs_stream_t *) &stream));
}

static void install_null(void) {
    listen_from_here();
    CHECK(anjay_access_control_install(NULL));
}

static void set_acl_without_object(void) {
    start_without();
    CHECK(set(OID_TEST, 1, ALICE, READ));
}

static void set_owner_without_object(void) {
    start_without();
    CHECK(own(1, ALICE, ANJAY_ID_INVALID));
}

static void purge_without_object(void) {
    start_without();
    anjay_access_control_purge(C.anjay);
}

static void is_modified_without_object(void) {
    start_without();
    CHECK(!anjay_access_control_is_modified(C.anjay));
}

static void restore_without_object(void) {
    start_without();
    CHECK(!restore("ACO\1\0\0\0\0", 8));
}

static void persist_without_object(void) {
    start_without();
    avs_stream_inbuf_t unused = AVS_STREAM_INBUF_STATIC_INITIALIZER;
    CHECK(avs_is_err(anjay_access_control_persist(C.anjay, (avs_stream_t *) &unused)));
}

static void set_acl_bootstrap(void) {
    start();
    CHECK(set(OID_TEST, 1, ANJAY_SSID_BOOTSTRAP, READ));
}

static void set_acl_mask(void) {
    start();
    CHECK(set(OID_TEST, 1, ALICE, 32));
}

static void set_acl_create_on_instance(void) {
    start();
    CHECK(set(OID_TEST, 1, ALICE, CREATE | READ));
}

static void set_acl_only_create(void) {
    start();
    CHECK(set(OID_TEST, ANJAY_ID_INVALID, ALICE, CREATE | READ));
}

static void set_acl_security(void) {
    start();
    CHECK(set(0, 1, ALICE, READ));
}

static void set_acl_no_object(void) {
    start();
    CHECK(set(77, 1, ALICE, READ));
}

static void set_acl_no_instance(void) {
    start();
    CHECK(set(OID_TEST, 5, ALICE, READ));
}

static void set_acl_no_server(void) {
    start();
    CHECK(set(OID_TEST, 1, 77, READ));
}

static void set_acl_no_server_there(void) {
    start();
    CHECK(!set(OID_TEST, 1, ALICE, READ));
    CHECK(set(OID_TEST, 1, 77, READ));
}

static void set_acl_done(void) {
    start();
    CHECK(!set(OID_TEST, 1, ALICE, READ));
    CHECK(!set(OID_TEST, 1, BOB, READ));
    CHECK(!set(OID_TEST, 1, ALICE, WRITE));
}

static void set_owner_zero(void) {
    start();
    CHECK(own(1, 0, ANJAY_ID_INVALID));
}

static void set_owner_no_instance(void) {
    start();
    CHECK(own(5, ALICE, ANJAY_ID_INVALID));
}

static void set_owner_no_server(void) {
    start();
    CHECK(own(1, 77, ANJAY_ID_INVALID));
}

static void set_owner_conflict(void) {
    start();
    CHECK(!own(1, ALICE, 4));
    CHECK(own(1, ALICE, 3));
}

static void set_owner_taken(void) {
    start();
    CHECK(!own(1, ALICE, 4));
    CHECK(own(2, ALICE, 4));
}

static void no_free_iids(void) {
    start();
    uint8_t *at = BLOB;
    memcpy(at, "ACO\1\0\0\xff\xff", 8);
    at += 8;
    for (unsigned iid = 0; iid < 65535; ++iid) {
        /* Targets of their own, of which the last does not exist. */
        const uint8_t instance[] = {OID_TEST >> 8,
                                    OID_TEST & 255,
                                    (uint8_t) (iid >> 8),
                                    (uint8_t) iid,
                                    (uint8_t) ((iid + 3) >> 8),
                                    (uint8_t) (iid + 3),
                                    0,
                                    ALICE,
                                    0};
        memcpy(at, instance, sizeof(instance));
        at += sizeof(instance);
        if (iid + 3 > 65535) {
            /* Another Object, for Instances 0 to 2 of which there are none. */
            at[-9] = 0, at[-8] = 1;
        }
    }
    g_listening = false;
    CHECK(restore(BLOB, (size_t) (at - BLOB)));
    g_listening = true;
    CHECK(set(OID_TEST, 1, ALICE, READ));
}

/* ---- persistence ----------------------------------------------------------------------
 */

static void persist_done(void) {
    start();
    client_persist(&C, BLOB, sizeof(BLOB));
}

static void restore_done(void) {
    start();
    CHECK(restore("ACO\1\0\0\0\0", 8));
}

static void restore_short_magic(void) {
    start();
    CHECK(!restore("ACO", 3));
}

static void restore_wrong_magic(void) {
    start();
    CHECK(!restore("ACX\1\0\0\0\0", 8));
}

static void restore_short(void) {
    start();
    CHECK(!restore("ACO\1\0\0\0\1\0", 9));
}

static void restore_wrong_owner(void) {
    start();
    static const uint8_t BYTES[] = {'A', 'C', 'O', 1, 0, 0, 0, 1, 4,
                                    210, 0,   0,   0, 1, 0, 0, 0};
    (void) restore(BYTES, sizeof(BYTES));
}

static void restore_in_transaction(void) {
    start_bootstrap(true);
    CHECK(!own(1, ALICE, ANJAY_ID_INVALID));
    CHECK(client_ask_text(&C, 0, PUT, "/2/0/3", TEXT, "2") == 204);
    CHECK(!restore("ACO\1\0\0\0\0", 8));
}

/* ---- what servers do
 * ---------------------------------------------------------------------- */

static void validation_target(void) {
    start_bootstrap(true);
    static const uint8_t INSTANCE[] = {0xc2, 0, 4, 210, 0xc1, 1, 7, 0xc1, 3, 1};
    CHECK(client_ask(&C, 0, PUT, "/2/5", TLV, INSTANCE, sizeof(INSTANCE)) == 204);
    CHECK(client_ask(&C, 0, POST, "/bs", NO_FORMAT, NULL, 0) != 204);
}

static void validation_server(void) {
    start();
    CHECK(!own(1, ALICE, ANJAY_ID_INVALID));
    static const uint8_t TO_NOBODY[] = {0x83, 2, 0x41, 77, READ};
    CHECK(client_ask(&C, ALICE, PUT, "/2/0/2", TLV, TO_NOBODY, sizeof(TO_NOBODY)) == 400);
}

static void validation_owner(void) {
    start();
    CHECK(!own(1, ALICE, ANJAY_ID_INVALID));
    CHECK(client_ask_text(&C, ALICE, PUT, "/2/0/3", TEXT, "77") == 400);
}

/* Asked all the time, and nobody's mistake. */
static void decisions(void) {
    start();
    CHECK(!set(OID_TEST, 1, ALICE, READ));
    CHECK(client_ask(&C, ALICE, GET, "/1234/1/0", TEXT, NULL, 0) == 205);
    CHECK(client_ask(&C, BOB, GET, "/1234/1/0", TEXT, NULL, 0) == 401);
}

static void cannot_remove(void) {
    start_bootstrap(false);
    CHECK(!own(1, BOB, ANJAY_ID_INVALID));
    CHECK(!set(OID_TEST, 1, BOB, READ));
    CHECK(client_ask(&C, 0, DEL, "/0/2", NO_FORMAT, NULL, 0) == 202);
    CHECK(client_ask(&C, 0, DEL, "/1/2", NO_FORMAT, NULL, 0) == 202);
    (void) client_ask(&C, 0, POST, "/bs", NO_FORMAT, NULL, 0);
}

/* ---- out of memory
 * -------------------------------------------------------------------------- */

static void no_memory_for_an_instance(void) {
    start();
    g_no_memory = true;
    int result = set(OID_TEST, 1, ALICE, READ);
    g_no_memory = false;
    CHECK(result);
}

static void no_memory_for_an_owner(void) {
    start();
    g_no_memory = true;
    int result = own(1, ALICE, ANJAY_ID_INVALID);
    g_no_memory = false;
    CHECK(result);
}

static void no_memory_to_restore(void) {
    start();
    CHECK(!own(1, ALICE, ANJAY_ID_INVALID));
    size_t size = client_persist(&C, BLOB, sizeof(BLOB));
    g_listening = true;
    g_no_memory = true;
    bool restored = restore(BLOB, size);
    g_no_memory = false;
    CHECK(!restored);
}

/* ---- all of them
 * --------------------------------------------------------------------------- */

#define CASE(name)                                                                       \
    { #name, name }
static const struct {
    const char *name;
    void (*run)(void);
} CASES[] = {
    CASE(install_null),
    CASE(set_acl_without_object),
    CASE(set_owner_without_object),
    CASE(purge_without_object),
    CASE(is_modified_without_object),
    CASE(restore_without_object),
    CASE(persist_without_object),
    CASE(set_acl_bootstrap),
    CASE(set_acl_mask),
    CASE(set_acl_create_on_instance),
    CASE(set_acl_only_create),
    CASE(set_acl_security),
    CASE(set_acl_no_object),
    CASE(set_acl_no_instance),
    CASE(set_acl_no_server),
    CASE(set_acl_no_server_there),
    CASE(set_acl_done),
    CASE(set_owner_zero),
    CASE(set_owner_no_instance),
    CASE(set_owner_no_server),
    CASE(set_owner_conflict),
    CASE(set_owner_taken),
    CASE(no_free_iids),
    CASE(persist_done),
    CASE(restore_done),
    CASE(restore_short_magic),
    CASE(restore_wrong_magic),
    CASE(restore_short),
    CASE(restore_wrong_owner),
    CASE(restore_in_transaction),
    CASE(validation_target),
    CASE(validation_server),
    CASE(validation_owner),
    CASE(decisions),
    CASE(cannot_remove),
    CASE(no_memory_for_an_instance),
    CASE(no_memory_for_an_owner),
    CASE(no_memory_to_restore),
};

int main(int argc, char **argv) {
    int failures = 0;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
        if (argc > 1 && strcmp(argv[1], CASES[i].name)) {
            continue;
        }
        printf("%s\t", CASES[i].name);
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            CASES[i].run();
            if (g_is_silent) {
                printf("none");
            }
            fflush(stdout);
            _exit(0);
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
