/**
 * @file
 * Clients that come and go, several at once, each with a state of its own. For
 * valgrind and the address sanitizer.
 */

#include "client.h"

#include <stdlib.h>

#define CLIENTS 3

static void use(client_t *client, anjay_iid_t iid) {
    uint8_t blob[512];
    client->object.exists[iid] = true;
    CHECK(!anjay_access_control_set_acl(client->anjay, OID_TEST, iid, ALICE, READ));
    CHECK(anjay_access_control_set_acl(client->anjay, OID_TEST, iid, 77, READ));
    CHECK(anjay_access_control_install(client->anjay));
    size_t size = client_persist(client, blob, sizeof(blob));
    CHECK(size == 4 + 4 + 9 + 4 + 4);
    anjay_access_control_purge(client->anjay);
    CHECK(anjay_access_control_is_modified(client->anjay));
    CHECK(!client_restore(client, blob, size - 1));
    CHECK(client_restore(client, blob, size));
}

int main(int argc, char **argv) {
    int cycles = argc > 1 ? atoi(argv[1]) : 5;
    static client_t clients[CLIENTS];
    for (int cycle = 0; cycle < cycles; ++cycle) {
        for (int i = 0; i < CLIENTS; ++i) {
            client_start(&clients[i], false, true, true);
        }
        for (int i = 0; i < CLIENTS; ++i) {
            use(&clients[i], (anjay_iid_t) i);
        }
        for (int i = 0; i < CLIENTS; ++i) {
            char path[] = "/1234/0/0";
            path[6] = (char) ('0' + i);
            CHECK(client_ask(&clients[i], ALICE, GET, path, TEXT, NULL, 0) == 205);
            path[6] = (char) ('0' + (i + 1) % CLIENTS);
            CHECK(client_ask(&clients[i], ALICE, GET, path, TEXT, NULL, 0) != 205);
        }
        for (int i = 0; i < CLIENTS; ++i) {
            client_stop(&clients[i]);
        }
        /* One more is deleted in the middle of a bootstrap. */
        client_start(&clients[0], true, true, true);
        clients[0].object.exists[1] = true;
        anjay_iid_t acl_iid = ANJAY_ID_INVALID;
        CHECK(!anjay_access_control_set_owner(clients[0].anjay, OID_TEST, 1, ALICE,
                                              &acl_iid));
        CHECK(client_ask_text(&clients[0], 0, PUT, "/2/0/3", TEXT, "2") == 204);
        client_stop(&clients[0]);
    }
    return 0;
}
