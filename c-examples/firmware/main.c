/*
 * Three servers on a sensor node: who may do what, and why; then a heap that
 * runs out. Checks itself; returns 0 if all is as expected.
 */
#include "board.h"
#include "client.h"
#include "heap.h"

#include <string.h>

enum {
    R = ANJAY_ACCESS_MASK_READ,
    W = ANJAY_ACCESS_MASK_WRITE,
    D = ANJAY_ACCESS_MASK_DELETE,
    C = ANJAY_ACCESS_MASK_CREATE,
    DEVICE = 3,
    SENSOR = 3303,
    ACCESS_CONTROL = 2,
    /* More instances than the heap has room for access rights of. */
    ENOUGH = CLIENT_INSTANCES - 12
};

static anjay_t client;
static avs_stream_t before, after;
static unsigned failures;

static void print_number(unsigned number) {
    char digits[12];
    char *first = &digits[sizeof(digits) - 1];
    *first = '\0';
    do {
        *--first = (char) ('0' + number % 10);
        number /= 10;
    } while (number);
    board_print(first);
}

static void expect(bool condition, const char *what) {
    if (!condition) {
        ++failures;
        board_print("  NOT AS EXPECTED: ");
        board_print(what);
        board_print("\n");
    }
}

#define EXPECT(Condition) expect(Condition, #Condition)

/* ---- printing decisions --------------------------------------------------- */

static const char *operation_name(int operation) {
    switch (operation) {
    case AAC_READ:
        return " reads ";
    case AAC_WRITE:
        return " writes ";
    case AAC_DELETE:
        return " deletes ";
    case AAC_CREATE:
        return " creates ";
    default:
        return " asks for ";
    }
}

static const char *rule_name(uint8_t rule) {
    switch (rule) {
    case AAC_RULE_KEYS_ARE_CLOSED:
        return "keys are closed to all";
    case AAC_RULE_BOOTSTRAP:
        return "the Bootstrap-Server may";
    case AAC_RULE_SINGLE_SERVER:
        return "there is one server only";
    case AAC_RULE_ACL_IS_READABLE:
        return "Object 2 can be read by all";
    case AAC_RULE_ACL_IS_FIXED:
        return "Object 2 is the client's";
    case AAC_RULE_ACL_OWNER:
        return "owners alone edit Object 2";
    case AAC_RULE_NOT_GOVERNED:
        return "nothing governs it";
    case AAC_RULE_OWN_ENTRY:
        return "its own entry";
    case AAC_RULE_OWNER:
        return "it is the owner";
    case AAC_RULE_DEFAULT_ENTRY:
        return "the default entry";
    case AAC_RULE_NO_ENTRY:
        return "no entry for it";
    default:
        return "another rule";
    }
}

static void print_decision(uint16_t ssid, int operation, uint16_t oid, uint16_t iid,
                           const aac_decision_t *why) {
    board_print("server ");
    print_number(ssid);
    board_print(operation_name(operation));
    board_print("/");
    print_number(oid);
    board_print("/");
    print_number(iid);
    board_print(why->allowed ? ": allowed, " : ": denied, ");
    board_print(rule_name(why->rule));
    if (why->acl_iid != ANJAY_ID_INVALID) {
        board_print(" in /2/");
        print_number(why->acl_iid);
    }
    board_print("\n");
}

/* ---- the scenario --------------------------------------------------------- */

static void set_up(void) {
    client.decided = print_decision;
    client_register_object(&client, 1);
    client_register_object(&client, DEVICE);
    client_register_object(&client, SENSOR);
    EXPECT(client_add_instance(&client, DEVICE, 0, 1) == 0);
    EXPECT(client_add_instance(&client, SENSOR, 0, 21) == 0);
    EXPECT(client_add_server(&client, 1) == 0);
    EXPECT(anjay_access_control_install(&client) == 0);
    EXPECT(anjay_access_control_install(&client) == -1);
}

static void one_server(void) {
    int32_t value = 0;
    EXPECT(client_read(&client, 1, SENSOR, 0, &value) == CONTENT && value == 21);
}

static void three_servers(void) {
    int32_t value = 0;
    EXPECT(client_add_server(&client, 2) == 0);
    EXPECT(client_add_server(&client, 3) == 0);
    EXPECT(client_read(&client, 1, SENSOR, 0, &value) == UNAUTHORIZED);

    /* Factory settings: 1 owns the sensor and may create more; all read the device. */
    EXPECT(anjay_access_control_set_owner(&client, SENSOR, 0, 1, NULL) == 0);
    EXPECT(anjay_access_control_set_acl(&client, SENSOR, 0, 2, R) == 0);
    EXPECT(anjay_access_control_set_acl(&client, SENSOR, ANJAY_ID_INVALID, 1, C) == 0);
    EXPECT(anjay_access_control_set_acl(&client, DEVICE, 0, ANJAY_SSID_ANY, R) == 0);
    EXPECT(anjay_access_control_set_acl(&client, DEVICE, 9, 1, R) == -1);
    EXPECT(anjay_access_control_set_acl(&client, DEVICE, 0, 9, R) == -1);

    EXPECT(client_write(&client, 1, SENSOR, 0, 22) == CHANGED);
    EXPECT(client_read(&client, 2, SENSOR, 0, &value) == CONTENT && value == 22);
    EXPECT(client_write(&client, 2, SENSOR, 0, 23) == UNAUTHORIZED);
    EXPECT(client_read(&client, 3, SENSOR, 0, &value) == UNAUTHORIZED);
    EXPECT(client_read(&client, 3, DEVICE, 0, &value) == CONTENT);
    EXPECT(client_write(&client, 3, DEVICE, 0, 7) == UNAUTHORIZED);
    EXPECT(client_read(&client, 1, 0, 1, &value) == UNAUTHORIZED);

    /* What a server creates is its own. */
    EXPECT(client_create(&client, 2, SENSOR, 1) == UNAUTHORIZED);
    EXPECT(client_create(&client, 1, SENSOR, 1) == CREATED);
    EXPECT(client_write(&client, 1, SENSOR, 1, 30) == CHANGED);
    EXPECT(client_read(&client, 2, SENSOR, 1, &value) == UNAUTHORIZED);

    /* An owner gives rights; nobody else does. */
    EXPECT(client_write_entry(&client, 2, 3, 2, R | W) == UNAUTHORIZED);
    EXPECT(client_write_entry(&client, 1, 3, 2, R | W) == CHANGED);
    EXPECT(client_write_entry(&client, 1, 3, 9, R | W) == BAD_REQUEST);
    EXPECT(client_write_entry(&client, 1, 3, 2, 32) == BAD_REQUEST);
    EXPECT(client_write(&client, 2, SENSOR, 1, 31) == CHANGED);
    EXPECT(client_delete(&client, 2, SENSOR, 1) == UNAUTHORIZED);
    EXPECT(client_delete(&client, 1, SENSOR, 1) == DELETED);
    EXPECT(aac_next_instance(client.engine, 2) == -1);
}

static void a_restart(void) {
    EXPECT(anjay_access_control_is_modified(&client));
    memset(&before, 0, sizeof(before));
    EXPECT(anjay_access_control_persist(&client, &before).code == 0);
    EXPECT(!anjay_access_control_is_modified(&client));
    aac_free(client.engine);
    client.engine = NULL;
    EXPECT(heap_used() == 0);
    EXPECT(anjay_access_control_install(&client) == 0);
    EXPECT(anjay_access_control_restore(&client, &before).code == 0);
    int32_t value = 0;
    EXPECT(client_read(&client, 2, SENSOR, 0, &value) == CONTENT);
    EXPECT(client_write(&client, 2, SENSOR, 0, 1) == UNAUTHORIZED);
}

/* ---- out of memory -------------------------------------------------------- */

/* One bit per decision, for what exists when the heap is full. */
static uint32_t all_decisions(void) {
    uint32_t sum = 0;
    for (uint16_t ssid = 1; ssid <= 3; ++ssid) {
        for (int operation = AAC_DISCOVER; operation <= AAC_SEND; ++operation) {
            for (uint16_t iid = 0; iid < CLIENT_INSTANCES; ++iid) {
                sum = sum * 31
                      + aac_decide(client.engine, ssid, operation, SENSOR, iid, NULL);
            }
        }
    }
    return sum;
}

static void the_heap_is_full(void) {
    for (uint16_t iid = 100; iid < ENOUGH; ++iid) {
        EXPECT(client_add_instance(&client, SENSOR, iid, iid) == 0);
    }
    uint16_t iid = 100;
    uint32_t decisions = 0;
    do {
        memset(&before, 0, sizeof(before));
        EXPECT(anjay_access_control_persist(&client, &before).code == 0);
        decisions = all_decisions();
    } while (anjay_access_control_set_acl(&client, SENSOR, iid++, 2, R | W | D) == 0
             && iid < ENOUGH);
    board_print("the heap is full after ");
    print_number(iid - 101u);
    board_print(" more instances: ");
    print_number((unsigned) heap_used());
    board_print(" of ");
    print_number(HEAP_SIZE);
    board_print(" bytes\n");

    EXPECT(iid > 110 && iid < ENOUGH);
    EXPECT(!anjay_access_control_is_modified(&client));
    memset(&after, 0, sizeof(after));
    EXPECT(anjay_access_control_persist(&client, &after).code == 0);
    EXPECT(after.length == before.length
           && !memcmp(after.bytes, before.bytes, after.length));
    EXPECT(all_decisions() == decisions);

    /* What needs no memory still works; and emptied, there is room for all of it again.
     */
    int32_t value = 0;
    EXPECT(client_read(&client, 2, SENSOR, 100, &value) == CONTENT && value == 100);
    anjay_access_control_purge(&client);
    EXPECT(anjay_access_control_restore(&client, &before).code == 0);
    memset(&after, 0, sizeof(after));
    EXPECT(anjay_access_control_persist(&client, &after).code == 0);
    EXPECT(after.length == before.length
           && !memcmp(after.bytes, before.bytes, after.length));
}

static void a_server_leaves(void) {
    anjay_access_control_purge(&client);
    EXPECT(anjay_access_control_set_owner(&client, SENSOR, 0, 1, NULL) == 0);
    EXPECT(anjay_access_control_set_acl(&client, SENSOR, 0, 2, R) == 0);
    EXPECT(client_remove_server(&client, 1) == 0);
    int32_t value = 0;
    EXPECT(client_write_entry(&client, 2, 0, 2, R | W) == CHANGED); /* 2 owns it now */
    EXPECT(client_read(&client, 3, SENSOR, 0, &value) == UNAUTHORIZED);
}

int main(void) {
    set_up();
    one_server();
    three_servers();
    a_restart();
    the_heap_is_full();
    a_server_leaves();
    aac_free(client.engine);
    EXPECT(heap_used() == 0);
    board_print(failures ? "FAILED\n" : "all as expected\n");
    return failures ? 1 : 0;
}
