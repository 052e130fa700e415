/*
 * Each operation with every allocation, every answer of the host, and every byte
 * of a stream failing in turn. After an error the state is what it was, after a
 * success what it should be; and nothing leaks.
 */
#include "heap.h"
#include "host.h"

static anjay_t client;
static avs_stream_t before, after, good;
/* Instances more than the tests need: at some number each memory block is full. */
static uint16_t more;
static uint16_t step = 1;
enum { MOST = 36 };

static int act_install(void) {
    return anjay_access_control_install(&client);
}

static int act_new_target(void) {
    return anjay_access_control_set_acl(&client, 1234, 4, 1, 3);
}

static int act_new_entry(void) {
    return anjay_access_control_set_acl(&client, 1234, 0, 3, 3);
}

static int act_old_entry(void) {
    return anjay_access_control_set_acl(&client, 1234, 0, 1, 9);
}

static int act_owner(void) {
    return anjay_access_control_set_owner(&client, 1234, 0, 3, NULL);
}

static int act_new_owner(void) {
    anjay_iid_t iid = 61;
    int result = anjay_access_control_set_owner(&client, 1234, 4, 3, &iid);
    CHECK(iid == 61);
    return result;
}

/* A Create and a replacing Write, as a server's operation does them. */
static int act_transaction(void) {
    if (aac_transaction(client.engine, AAC_BEGIN)) {
        return -1;
    }
    if (aac_create(client.engine, 60) || aac_write(client.engine, 60, 0, 0, 1234)
        || aac_write(client.engine, 60, 1, 0, 4) || aac_write(client.engine, 60, 2, 2, 1)
        || aac_write(client.engine, 60, 3, 0, 2) || aac_reset(client.engine, 0)
        || aac_write(client.engine, 0, 2, 1, 1) || aac_write(client.engine, 0, 3, 0, 1)
        || aac_remove_entry(client.engine, 1, 2)
        || aac_reset_resource(client.engine, 2, 2) || aac_remove(client.engine, 3)
        || aac_transaction(client.engine, AAC_VALIDATE)) {
        CHECK(aac_transaction(client.engine, AAC_ROLLBACK) == 0);
        return -1;
    }
    return aac_transaction(client.engine, AAC_COMMIT);
}

static int act_purge(void) {
    anjay_access_control_purge(&client);
    return 0;
}

static int act_created(void) {
    static const uint16_t CREATED[] = {4};
    const aac_change_t change = {1234, CREATED, 1};
    return aac_sync(client.engine, 2, &change, 1);
}

static int act_persist(void) {
    static avs_stream_t ignored;
    ignored.length = 0;
    ignored.limit = STREAM_SIZE;
    return anjay_access_control_persist(&client, &ignored).code;
}

static int act_restore(void) {
    good.position = 0;
    return anjay_access_control_restore(&client, &good).code;
}

/* The host has changed before these; they are prepared by the functions below. */
static void a_target_went(void) {
    CHECK(client_remove(&client, 1234, 1) == 0);
}

static int act_target_gone(void) {
    const aac_change_t change = {1234, NULL, 0};
    return aac_sync(client.engine, 65535, &change, 1);
}

static void a_server_went(void) {
    client_drop_server(&client, 2);
}

static int act_account_gone(void) {
    const aac_change_t change = {0, NULL, 0};
    return aac_sync(client.engine, 65535, &change, 1);
}

typedef struct {
    const char *name;
    void (*prepare)(void);
    int (*act)(void);
    /* Whether removed targets cannot come back, so that a step may be left. */
    bool removes;
} operation_t;

static const operation_t OPERATIONS[] = {
    {"new target", NULL, act_new_target, false},
    {"new entry", NULL, act_new_entry, false},
    {"old entry", NULL, act_old_entry, false},
    {"owner", NULL, act_owner, false},
    {"new owner", NULL, act_new_owner, false},
    {"transaction", NULL, act_transaction, false},
    {"purge", NULL, act_purge, false},
    {"created", NULL, act_created, false},
    {"persist", NULL, act_persist, false},
    {"restore", NULL, act_restore, false},
    {"target gone", a_target_went, act_target_gone, false},
    {"account gone", a_server_went, act_account_gone, true},
};
enum { COUNT = sizeof(OPERATIONS) / sizeof(OPERATIONS[0]) };

/* Instances for 1234/0 to 3 and 1235/7 with entries for the servers 1 and 2. */
static void start(void) {
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    for (uint16_t iid = 0; iid < 4; ++iid) {
        CHECK(anjay_access_control_set_acl(&client, 1234, iid, 1, 1) == 0);
        CHECK(anjay_access_control_set_acl(&client, 1234, iid, 2, 15) == 0);
        CHECK(anjay_access_control_set_owner(&client, 1234, iid, 2, NULL) == 0);
    }
    CHECK(anjay_access_control_set_owner(&client, 1235, 7, 2, NULL) == 0);
    for (uint16_t iid = 0; iid < more; ++iid) {
        client_add(&client, 1236, iid);
        CHECK(anjay_access_control_set_acl(&client, 1236, iid, 1, 1) == 0);
    }
}

static void fresh(const operation_t *operation) {
    start();
    if (operation->prepare) {
        operation->prepare();
    }
    snapshot(&client, &before);
    if (operation->act == act_persist) {
        /* so that the mark shows whether it failed */
        CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, 1) == 0);
    }
}

static long each_allocation(const operation_t *operation, int forever) {
    for (long nth = 0;; ++nth) {
        fresh(operation);
        bool modified = anjay_access_control_is_modified(&client);
        heap_fail_after(nth, forever);
        int result = operation->act();
        bool has_failed = heap_has_failed();
        if (result) {
            CHECK(has_failed);
            CHECK(anjay_access_control_is_modified(&client) == modified);
            CHECK(is_unchanged(&client, &before));
            CHECK(is_read_unchanged(&client, &before));
        }
        if (has_failed && is_unchanged(&client, &before)) {
            /* Not done, or (by aac_sync) left out: done once there is memory. */
            CHECK(operation->act() == 0);
        }
        CHECK(is_unchanged(&client, &after));
        CHECK(is_read_unchanged(&client, &after));
        client_deinit(&client);
        CHECK(heap_blocks() == 0);
        if (!has_failed) {
            return nth;
        }
    }
}

static long each_answer(const operation_t *operation) {
    for (long nth = 0;; ++nth) {
        fresh(operation);
        bool modified = anjay_access_control_is_modified(&client);
        client.answers_left = nth;
        int result = operation->act();
        bool has_failed = client.answers_left == 0;
        client.answers_left = -1;
        if (result) {
            CHECK(has_failed);
            CHECK(anjay_access_control_is_modified(&client) == modified);
            CHECK(operation->removes || is_unchanged(&client, &before));
            CHECK(operation->removes || is_read_unchanged(&client, &before));
        }
        client_deinit(&client);
        CHECK(heap_blocks() == 0);
        if (!has_failed) {
            return nth;
        }
    }
}

static void each_operation(void) {
    long allocations[COUNT] = {0}, answers[COUNT] = {0};
    for (more = 0; more < MOST; more = (uint16_t) (more + step)) {
        start();
        snapshot(&client, &good);
        client_deinit(&client);
        for (size_t i = 0; i < COUNT; ++i) {
            fresh(&OPERATIONS[i]);
            CHECK(OPERATIONS[i].act() == 0);
            snapshot(&client, &after);
            client_deinit(&client);
            allocations[i] += each_allocation(&OPERATIONS[i], 0);
            allocations[i] += each_allocation(&OPERATIONS[i], 1);
            answers[i] += each_answer(&OPERATIONS[i]);
        }
    }
    for (size_t i = 0; i < COUNT; ++i) {
        printf("%s: %ld allocations and %ld answers failed in turn\n", OPERATIONS[i].name,
               allocations[i], answers[i]);
    }
}

static void installation(void) {
    client_init(&client);
    heap_fail_after(0, 0);
    CHECK(act_install() == -1 && heap_has_failed() && client.engine == NULL);
    CHECK(act_install() == 0);
    client_deinit(&client);
    CHECK(heap_blocks() == 0);
}

static void each_byte(void) {
    more = 0;
    start();
    snapshot(&client, &good);
    for (size_t limit = 0; limit < good.length; ++limit) {
        CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1,
                                           (anjay_access_mask_t) (limit % 16))
              == 0);
        after.length = after.position = 0;
        after.limit = limit;
        CHECK(anjay_access_control_persist(&client, &after).code == AVS_EIO);
        CHECK(anjay_access_control_is_modified(&client));
        snapshot(&client, &before);

        good.position = 0;
        good.limit = limit;
        CHECK(anjay_access_control_restore(&client, &good).code == AVS_EIO);
        CHECK(!anjay_access_control_is_modified(&client)
              && is_unchanged(&client, &before));
    }
    client_deinit(&client);
    CHECK(heap_blocks() == 0);
}

int main(int argc, char **argv) {
    (void) argv;
    step = argc > 1 ? MOST / 2 - 1 : 1; /* under valgrind, which is slow */
    installation();
    each_operation();
    each_byte();
    puts("failures: nothing damaged, nothing leaked");
    return 0;
}
