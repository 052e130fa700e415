/**
 * @file
 * What access control costs inside Anjay, with 10 to 10,000 Access Control
 * Instances of two ACL entries each. Prints lines of what is measured, the
 * number of Instances, and nanoseconds or bytes, separated by semicolons.
 *
 * costs [NUMBER [WORD]]: with this number of Instances alone, if it is not 0, and
 * only what has the word in its name. Memory is counted as the allocator has it in
 * use; glibc counts what it keeps for the next allocation of the same size, too,
 * unless GLIBC_TUNABLES=glibc.malloc.tcache_count=0.
 */

#include "client.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <anjay_init.h>

#include <core/anjay_access_utils_private.h>

#ifdef WITH_PROVISION
#    include <anjay_access_control_ext.h>
#endif

enum { OID_MANY = 1235, MOST = 10000 };

static client_t C;
static unsigned g_instances;
static uint8_t g_blob[8 + 21 * MOST];
static size_t g_size;
static uint32_t g_dice = 1;
static const char *g_word;

static anjay_iid_t any_instance(void) {
    g_dice = g_dice * 1664525u + 1013904223u;
    return (anjay_iid_t) ((g_dice >> 8) % g_instances);
}

/* ---- an Object with as many Instances as are wanted ----------------------- */

static int list_instances(anjay_t *anjay, const anjay_dm_object_def_t *const *def,
                          anjay_dm_list_ctx_t *ctx) {
    (void) anjay, (void) def;
    for (unsigned iid = 0; iid < g_instances; ++iid) {
        anjay_dm_emit(ctx, (anjay_iid_t) iid);
    }
    return 0;
}

static const anjay_dm_object_def_t MANY = {.oid = OID_MANY,
                                           .handlers.list_instances = list_instances};
static const anjay_dm_object_def_t *const MANY_PTR = &MANY;

static void put16(uint8_t **at, unsigned value) {
    *(*at)++ = (uint8_t) (value >> 8);
    *(*at)++ = (uint8_t) value;
}

/* The state with an Instance for each one of the Object. */
static void make_blob(void) {
    uint8_t *at = g_blob;
    memcpy(at, "ACO\1", 4);
    at += 4;
    put16(&at, 0);
    put16(&at, g_instances);
    for (unsigned iid = 0; iid < g_instances; ++iid) {
        put16(&at, OID_MANY);
        put16(&at, iid);
        put16(&at, iid);
        put16(&at, BOB);
        *at++ = 1;
        put16(&at, 0);
        put16(&at, 2);
        put16(&at, READ);
        put16(&at, ALICE);
        put16(&at, READ | WRITE);
        put16(&at, BOB);
    }
    g_size = (size_t) (at - g_blob);
}

/* ---- what is measured ------------------------------------------------------- */

/* Every other one is a denial. */
static void decide(unsigned count) {
    unsigned allowed = 0;
    ANJAY_MUTEX_LOCK(anjay, C.anjay);
    for (unsigned i = 0; i < count; ++i) {
        const anjay_action_info_t info = {.oid = OID_MANY,
                                          .iid = any_instance(),
                                          .ssid = ALICE,
                                          .action = i % 2 ? ANJAY_ACTION_READ
                                                          : ANJAY_ACTION_WRITE};
        allowed += _anjay_instance_action_allowed(anjay, &info);
    }
    ANJAY_MUTEX_UNLOCK(C.anjay);
    CHECK(allowed == count / 2);
}

static void set_acl(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        CHECK(!anjay_access_control_set_acl(C.anjay, OID_MANY, any_instance(), ALICE,
                                            READ));
    }
}

static void persist(unsigned count) {
    static uint8_t out[sizeof(g_blob)];
    for (unsigned i = 0; i < count; ++i) {
        CHECK(client_persist(&C, out, sizeof(out)) == g_size);
    }
    CHECK(!memcmp(out, g_blob, g_size));
}

static void restore(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        CHECK(client_restore(&C, g_blob, g_size));
    }
}

/* A grant for each Instance, none of which has one. */
static void grant(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        anjay_access_control_purge(C.anjay);
#ifdef WITH_PROVISION
        static anjay_access_control_grant_t grants[MOST];
        for (unsigned iid = 0; iid < g_instances; ++iid) {
            grants[iid] = (anjay_access_control_grant_t){OID_MANY, (anjay_iid_t) iid,
                                                         ALICE, READ, 0};
        }
        CHECK(!anjay_access_control_provision(C.anjay, grants, g_instances, NULL));
#else
        for (unsigned iid = 0; iid < g_instances; ++iid) {
            CHECK(!anjay_access_control_set_acl(C.anjay, OID_MANY, (anjay_iid_t) iid,
                                                ALICE, READ));
        }
#endif
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

/* The least of five means, each taken over at least 50 ms or twice. */
static void measure(const char *what, void (*run)(unsigned count)) {
    if (g_word && !strstr(what, g_word)) {
        return;
    }
    double least = 0;
    for (int round = 0; round < 5; ++round) {
        unsigned count = 1;
        double time;
        do {
            count *= 2;
            double begin = now();
            run(count);
            time = now() - begin;
        } while (time < 5e7);
        time /= count;
        least = !round || time < least ? time : least;
        if (time > 5e8) {
            break; // seconds each: once is enough
        }
    }
    printf("%s;%u;%.0f\n", what, g_instances, least);
    fflush(stdout);
}

int main(int argc, char **argv) {
    unsigned first = argc > 1 ? (unsigned) atoi(argv[1]) : 0;
    unsigned last = first ? first : MOST;
    g_word = argc > 2 ? argv[2] : NULL;
    client_start(&C, false, true, true);
    CHECK(!anjay_register_object(C.anjay, &MANY_PTR));
    for (g_instances = first ? first : 10; g_instances <= last; g_instances *= 10) {
        make_blob();
        anjay_access_control_purge(C.anjay);
        size_t before = mallinfo2().uordblks;
        restore(1);
        size_t bytes = mallinfo2().uordblks - before;
        if (!g_word || strstr("memory", g_word)) {
            printf("memory of an instance, bytes;%u;%zu\n", g_instances,
                   bytes / g_instances);
        }
        measure("a decision, ns", decide);
        measure("set_acl, ns", set_acl);
        measure("persist, ns", persist);
        measure("restore, ns", restore);
        measure("a grant for each instance, ns", grant);
    }
    client_stop(&C);
    return 0;
}
