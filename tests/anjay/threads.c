/**
 * @file
 * The application's threads call the library while the client serves requests.
 * Does nothing where Anjay is not thread-safe.
 */

#include "client.h"

#include <pthread.h>
#include <stdio.h>

#include <anjay/anjay_config.h>

#ifdef ANJAY_WITH_THREAD_SAFETY

static client_t C;
static volatile bool DONE;

static void *change(void *number) {
    anjay_iid_t iid = (anjay_iid_t) (intptr_t) number;
    uint8_t blob[4096];
    for (unsigned round = 0; !DONE; ++round) {
        CHECK(!anjay_access_control_set_acl(C.anjay, OID_TEST, iid, ALICE, round % 16));
        CHECK(!anjay_access_control_set_acl(C.anjay, OID_TEST, iid, BOB, READ));
        anjay_iid_t acl_iid = ANJAY_ID_INVALID;
        CHECK(!anjay_access_control_set_owner(C.anjay, OID_TEST, iid, ALICE, &acl_iid));
        (void) anjay_access_control_is_modified(C.anjay);
        if (round % 8 == 0) {
            client_persist(&C, blob, sizeof(blob));
            CHECK(!anjay_notify_instances_changed(C.anjay, OID_TEST));
        }
    }
    CHECK(!anjay_access_control_set_acl(C.anjay, OID_TEST, iid, ALICE, READ));
    return NULL;
}

int main(void) {
    client_start(&C, false, true, true);
    pthread_t threads[4];
    for (intptr_t i = 0; i < 4; ++i) {
        C.object.exists[i] = true;
    }
    for (intptr_t i = 0; i < 4; ++i) {
        CHECK(!pthread_create(&threads[i], NULL, change, (void *) i));
    }
    for (int i = 0; i < 40; ++i) {
        char path[] = "/1234/0/0";
        path[6] = (char) ('0' + i % 4);
        int code = client_ask(&C, BOB, GET, path, TEXT, NULL, 0);
        CHECK(code == 205 || code == 401);
        CHECK(client_ask(&C, BOB, PUT, path, TEXT, NULL, 0) != 204);
    }
    DONE = true;
    for (int i = 0; i < 4; ++i) {
        CHECK(!pthread_join(threads[i], NULL));
    }
    for (int i = 0; i < 4; ++i) {
        char path[] = "/1234/0/0";
        path[6] = (char) ('0' + i);
        CHECK(client_ask(&C, BOB, GET, path, TEXT, NULL, 0) == 205);
        CHECK(client_ask(&C, ALICE, GET, path, TEXT, NULL, 0) == 205);
        CHECK(client_ask_text(&C, ALICE, PUT, path, TEXT, "1") == 401);
    }
    client_stop(&C);
    return 0;
}

#else

int main(void) {
    printf("not thread-safe: nothing to test\n");
    return 0;
}

#endif
