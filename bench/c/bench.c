/**
 * @file
 * The C surface against a stand-in (see standin.h), in one run: nanoseconds, the
 * least of several batches, and how many times faster the engine is.
 *
 * `cargo xtask bench` builds and runs it.
 */
#include "standin.h"

#include <anjay_access_control_hooks.h>
#include <anjay/access_control.h>
#include <anjay_access_control_ext.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct avs_stream_struct {
    uint8_t *bytes;
    size_t size, at;
};

struct anjay_struct {
    aac_t *aac;
};

enum { OBJECT = 1000, WRITE = 2 };
static uint16_t g_instances;

/* ---- streams in memory ---------------------------------------------------- */

int standin_write(void *arg, const void *bytes, size_t size) {
    avs_stream_t *stream = (avs_stream_t *) arg;
    if (stream->size - stream->at < size) {
        return -1;
    }
    memcpy(stream->bytes + stream->at, bytes, size);
    stream->at += size;
    return 0;
}

int standin_read(void *arg, void *bytes, size_t size) {
    avs_stream_t *stream = (avs_stream_t *) arg;
    if (stream->size - stream->at < size) {
        return -1;
    }
    memcpy(bytes, stream->bytes + stream->at, size);
    stream->at += size;
    return 0;
}

avs_error_t avs_stream_write(avs_stream_t *stream, const void *bytes, size_t size) {
    return (avs_error_t){1, standin_write(stream, bytes, size) ? 1 : 0};
}

avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *bytes, size_t size) {
    return (avs_error_t){1, standin_read(stream, bytes, size) ? 1 : 0};
}

/* ---- the client ------------------------------------------------------------- */

void standin_instances(uint16_t oid, bool (*visit)(void *, uint16_t), void *arg) {
    for (uint16_t iid = 0; oid == OBJECT && iid < g_instances; ++iid) {
        if (!visit(arg, iid)) {
            break;
        }
    }
}

static int is_registered(void *host, uint16_t oid) {
    (void) host;
    return oid == OBJECT;
}

static int is_present(void *host, uint16_t oid, uint16_t iid) {
    (void) host;
    return oid == OBJECT && iid < g_instances;
}

static int is_server(void *host, uint16_t ssid) {
    (void) host;
    return ssid < 4;
}

static int is_single(void *host) {
    (void) host;
    return 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    (void) host;
    for (uint16_t iid = 0; oid == OBJECT && iid < g_instances; ++iid) {
        if (aac_ids_add(found, iid)) {
            return -1;
        }
    }
    return 0;
}

static int list_accounts(void *host, aac_ids_t *found) {
    (void) host;
    return aac_ids_add(found, 1) | aac_ids_add(found, 2) | aac_ids_add(found, 3);
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    (void) host, (void) oid, (void) iid;
    return -1;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    (void) host, (void) iid, (void) rid;
}

static const aac_host_t OPS = {is_registered,  is_present,    is_server,       is_single,
                               list_instances, list_accounts, remove_instance, changed};

int aac_client_install(anjay_t *anjay) {
    anjay->aac = aac_new(&OPS, anjay);
    return anjay->aac ? 0 : -1;
}

int aac_client_call(anjay_t *anjay, aac_body_t *body, void *arg) {
    return body(anjay->aac, arg);
}

/* ---- measuring ---------------------------------------------------------------- */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static void check(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

static anjay_t g_anjay;
static standin_t *g_standin;
static uint16_t *g_order;
static avs_stream_t g_stream;
static unsigned g_next;
/* Keeps what is measured from being optimised away. */
static volatile int g_sink;

static uint16_t next(void) {
    g_next = g_next + 1 < g_instances ? g_next + 1 : 0;
    return g_order[g_next];
}

static void our_decide(void) {
    g_sink += aac_decide(g_anjay.aac, 2, AAC_WRITE, OBJECT, next(), NULL);
}

static void their_decide(void) {
    g_sink += standin_decide(g_standin, 2, WRITE, OBJECT, next());
}

static void our_set_acl(void) {
    g_sink += anjay_access_control_set_acl(&g_anjay, OBJECT, next(), 2, g_next % 16);
}

static void their_set_acl(void) {
    g_sink += standin_set_acl(g_standin, OBJECT, next(), 2, g_next % 16);
}

static void our_transaction(void) {
    check(!aac_transaction(g_anjay.aac, AAC_BEGIN)
              && !aac_write(g_anjay.aac, 5, 2, 2, g_next++ % 16)
              && !aac_transaction(g_anjay.aac, AAC_VALIDATE)
              && !aac_transaction(g_anjay.aac, AAC_COMMIT),
          "a transaction");
}

static void their_transaction(void) {
    check(!standin_transaction(g_standin, 5, 2, g_next++ % 16), "a transaction");
}

static void our_persist(void) {
    g_stream.at = 0;
    check(!anjay_access_control_persist(&g_anjay, &g_stream).code, "persist");
}

static void their_persist(void) {
    g_stream.at = 0;
    check(!standin_persist(g_standin, &g_stream), "persist");
}

static void our_restore(void) {
    g_stream.at = 0;
    check(!anjay_access_control_restore(&g_anjay, &g_stream).code, "restore");
}

static void their_restore(void) {
    g_stream.at = 0;
    check(!standin_restore(g_standin, &g_stream), "restore");
}

/** The least mean of several batches, in which each target has its turn. */
static double measure(void (*run)(void)) {
    unsigned batch = 0;
    double start = now();
    do {
        run();
        ++batch;
    } while (now() - start < 1e6);
    if (run == our_decide || run == their_decide || run == our_set_acl
        || run == their_set_acl) {
        batch += g_instances - batch % g_instances;
    }
    double least = 0;
    double end = now() + 5e7;
    for (int round = 0; round < 3 || now() < end; ++round) {
        start = now();
        for (unsigned i = 0; i < batch; ++i) {
            run();
        }
        double each = (now() - start) / batch;
        least = !round || each < least ? each : least;
    }
    return least;
}

static void compare(const char *name, void (*ours)(void), void (*theirs)(void)) {
    double our_time = measure(ours);
    double their_time = measure(theirs);
    printf("%-24s %6u %12.0f %12.0f %9.1f\n", name, g_instances, our_time, their_time,
           their_time / our_time);
}

static void provision(void) {
    anjay_access_control_grant_t *grants =
        (anjay_access_control_grant_t *) calloc(g_instances, sizeof *grants);
    check(grants != NULL, "memory");
    for (unsigned i = 0; i < g_instances; ++i) {
        grants[i] = (anjay_access_control_grant_t){OBJECT, g_order[i], 2, 15, 1};
    }
    double least = 0;
    for (int round = 0; round < 10; ++round) {
        anjay_access_control_purge(&g_anjay);
        double start = now();
        check(!anjay_access_control_provision(&g_anjay, grants, g_instances, NULL),
              "provision");
        double each = now() - start;
        least = !round || each < least ? each : least;
    }
    free(grants);
    standin_t *standin = standin_new();
    check(standin != NULL, "memory");
    double start = now();
    for (unsigned i = 0; i < g_instances; ++i) {
        check(!standin_set_acl(standin, OBJECT, g_order[i], 2, 15), "set_acl");
    }
    double theirs = now() - start;
    standin_free(standin);
    printf("%-24s %6u %12.0f %12.0f %9.1f\n", "provision, all at once", g_instances,
           least, theirs, theirs / least);
}

int main(void) {
    check(!anjay_access_control_install(&g_anjay), "install");
    printf("nanoseconds; the stand-in is no measurement of Anjay, see standin.h\n");
    printf("%-24s %6s %12s %12s %9s\n", "", "N", "engine", "stand-in", "ratio");
    static const uint16_t SIZES[] = {10, 100, 1000, 10000};
    for (size_t size = 0; size < sizeof SIZES / sizeof *SIZES; ++size) {
        g_instances = SIZES[size];
        g_order = (uint16_t *) calloc(g_instances, sizeof *g_order);
        g_stream.size = 8 + 21u * g_instances;
        g_stream.bytes = (uint8_t *) malloc(g_stream.size);
        g_standin = standin_new();
        check(g_order && g_stream.bytes && g_standin, "memory");
        for (uint16_t i = 0; i < g_instances; ++i) {
            g_order[i] = i;
        }
        uint64_t random = 1;
        for (unsigned last = g_instances; --last;) {
            random = random * 6364136223846793005u + 1;
            unsigned other = (unsigned) (random >> 33) % (last + 1);
            uint16_t swapped = g_order[last];
            g_order[last] = g_order[other];
            g_order[other] = swapped;
        }
        anjay_access_control_purge(&g_anjay);
        for (unsigned i = 0; i < g_instances; ++i) {
            for (uint16_t ssid = 1; ssid < 3; ++ssid) {
                check(
                    !anjay_access_control_set_acl(&g_anjay, OBJECT, g_order[i], ssid, 15)
                        && !standin_set_acl(g_standin, OBJECT, g_order[i], ssid, 15),
                    "set_acl");
            }
        }
        compare("decide", our_decide, their_decide);
        compare("set_acl, existing", our_set_acl, their_set_acl);
        compare("transaction, one write", our_transaction, their_transaction);
        compare("persist", our_persist, their_persist);
        compare("restore", our_restore, their_restore);
        provision();
        standin_free(g_standin);
        free(g_stream.bytes);
        free(g_order);
    }
    aac_free(g_anjay.aac);
    return 0;
}
