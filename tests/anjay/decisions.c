/**
 * @file
 * How long the core takes for one decision, with 10 to 10,000 Access Control
 * Instances, half of them with two ACL entries: prints nanoseconds.
 */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <anjay_init.h>

#include <core/anjay_access_utils_private.h>

static client_t C;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void put16(uint8_t **at, unsigned value) {
    *(*at)++ = (uint8_t) (value >> 8);
    *(*at)++ = (uint8_t) value;
}

static void fill(unsigned instances) {
    uint8_t *blob = (uint8_t *) malloc(8 + instances * 21);
    CHECK(blob);
    uint8_t *at = blob;
    memcpy(at, "ACO\1", 4);
    at += 4;
    put16(&at, 0);
    put16(&at, instances);
    for (unsigned iid = 0; iid < instances; ++iid) {
        put16(&at, OID_TEST);
        put16(&at, iid);
        put16(&at, iid);
        put16(&at, BOB);
        *at++ = 1;
        put16(&at, 0);
        put16(&at, 1 + iid % 2);
        put16(&at, READ);
        put16(&at, ALICE);
        if (iid % 2) {
            put16(&at, READ | WRITE);
            put16(&at, BOB);
        }
    }
    CHECK(client_restore(&C, blob, (size_t) (at - blob)));
    free(blob);
}

/* Decisions for servers and instances all over; every other one a denial. */
static double measure(unsigned instances) {
    unsigned count = 0;
    unsigned allowed = 0;
    uint32_t dice = 1;
    double begin = now();
    double end = begin;
    ANJAY_MUTEX_LOCK(anjay, C.anjay);
    do {
        for (int i = 0; i < (instances > 100 ? 10 : 1000); ++i) {
            dice = dice * 1664525u + 1013904223u;
            const anjay_action_info_t info = {
                .oid = OID_TEST,
                .iid = (anjay_iid_t) ((dice >> 8) % instances),
                .ssid = ALICE,
                .action = count % 2 ? ANJAY_ACTION_READ : ANJAY_ACTION_WRITE
            };
            allowed += _anjay_instance_action_allowed(anjay, &info);
            ++count;
        }
        end = now();
    } while (end - begin < 0.3);
    ANJAY_MUTEX_UNLOCK(C.anjay);
    CHECK(allowed == count / 2);
    return (end - begin) / count * 1e9;
}

int main(void) {
    client_start(&C, false, true, true);
    for (unsigned instances = 10; instances <= 10000; instances *= 10) {
        fill(instances);
        double best = measure(instances);
        for (int i = 0; i < 2; ++i) {
            double again = measure(instances);
            best = again < best ? again : best;
        }
        printf("%u %.0f\n", instances, best);
        fflush(stdout);
    }
    client_stop(&C);
    return 0;
}
