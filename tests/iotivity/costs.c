/**
 * @file
 * What the list costs inside IoTivity-lite: decisions with 1 to 1,000 ACEs, a payload
 * of 1,000 ACEs (one UUID and one short href each), and memory for an ACE. Prints what
 * is measured, the number of ACEs, and nanoseconds or bytes, separated by semicolons.
 * Each time is the least of several means or runs.
 */

#include "api/oc_core_res_internal.h"
#include "api/oc_events_internal.h"
#include "port/oc_network_event_handler_internal.h"
#include "api/oc_rep_internal.h"
#include "api/oc_ri_internal.h"
#include "api/oc_runtime_internal.h"
#include "oc_api.h"
#include "oc_core_res.h"
#include "port/oc_random.h"
#include "security/oc_acl_internal.h"
#include "security/oc_acl_util_internal.h"
#include "security/oc_pstat_internal.h"
#include "security/oc_svr_internal.h"
#include "security/oc_tls_internal.h"
#include "util/oc_memb.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef OC_HAS_FEATURE_PLGD_TIME
#    include "api/plgd/plgd_time_internal.h"
#endif

enum { MOST = 1000, RUNS = 15 };

static uint8_t payload[200 * MOST];
static size_t payload_length;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static void text(uint8_t **at, const char *value) {
    size_t length = strlen(value);
    if (length < 24) {
        *(*at)++ = (uint8_t) (0x60 + length);
    } else {
        *(*at)++ = 0x78;
        *(*at)++ = (uint8_t) length;
    }
    memcpy(*at, value, length);
    *at += length;
}

static void uuid_of(unsigned number, char *to) {
    sprintf(to, "11111111-2222-4333-8444-%012x", number + 1);
}

static void make_payload(unsigned count) {
    uint8_t *at = payload;
    *at++ = 0xa1;
    text(&at, "aclist2");
    *at++ = 0x9f;
    for (unsigned i = 0; i < count; ++i) {
        char value[OC_UUID_LEN];
        *at++ = 0xa4;
        text(&at, "aceid");
        *at++ = 0x19;
        *at++ = (uint8_t) ((i + 1) >> 8);
        *at++ = (uint8_t) (i + 1);
        text(&at, "subject");
        *at++ = 0xa1;
        text(&at, "uuid");
        uuid_of(i, value);
        text(&at, value);
        text(&at, "resources");
        *at++ = 0x81;
        *at++ = 0xa1;
        text(&at, "href");
        sprintf(value, "/light/%u", i);
        text(&at, value);
        text(&at, "permission");
        *at++ = 2;
    }
    *at++ = 0xff;
    payload_length = (size_t) (at - payload);
}

static oc_rep_t *parse(void) {
    oc_rep_t *rep = oc_parse_rep(payload, payload_length);
    if (!rep) {
        fprintf(stderr, "the payload is not understood\n");
        exit(1);
    }
    return rep;
}

static void apply(const oc_rep_t *rep) {
    if (!oc_sec_decode_acl(rep, false, 0, NULL, NULL)) {
        fprintf(stderr, "the payload is refused\n");
        exit(1);
    }
}

static void measure_decisions(unsigned count) {
    make_payload(count);
    oc_rep_t *rep = parse();
    oc_sec_acl_clear(0, NULL, NULL);
    apply(rep);
    oc_free_rep(rep);
    oc_sec_get_pstat(0)->s = OC_DOS_RFNOP;

    oc_resource_t to;
    oc_endpoint_t from;
    memset(&to, 0, sizeof(to));
    memset(&from, 0, sizeof(from));
    char path[OC_UUID_LEN];
    oc_new_string(&to.uri, "", OC_UUID_LEN);
    to.properties = (oc_resource_properties_t) (OC_DISCOVERABLE | OC_SECURE);
    from.flags = (transport_flags) (SECURED | IPV6);
    double best = 1e18;
    unsigned allowed = 0, asked = 0;
    uint32_t dice = 1;
    for (int run = 0; run < RUNS; ++run) {
        unsigned rounds = 400000 / (count + 100) & ~1u;
        double spent = 0;
        for (unsigned i = 0; i < rounds; ++i) {
            dice = dice * 1664525u + 1013904223u;
            unsigned which = (dice >> 8) % count;
            uuid_of(which, path);
            oc_str_to_uuid(path, &from.di);
            /* Every other one is a denial. */
            sprintf(path, i % 2 ? "/light/%u" : "/lamp/%u", which);
            oc_set_string(&to.uri, path, strlen(path));
            double start = now();
            for (int j = 0; j < 8; ++j) {
                allowed += oc_sec_check_acl(OC_GET, &to, &from);
            }
            spent += now() - start;
            asked += 8;
        }
        double mean = spent / rounds / 8;
        best = mean < best ? mean : best;
    }
    if (allowed != asked / 2) {
        fprintf(stderr, "%u of %u allowed\n", allowed, asked);
        exit(1);
    }
    printf("decision;%u;%.0f\n", count, best);
    oc_free_string(&to.uri);
    oc_sec_get_pstat(0)->s = OC_DOS_RFPRO;
}

static void measure_payload(unsigned count) {
    make_payload(count);
    double decoding = 1e18, applying = 1e18, posting = 1e18;
    for (int run = 0; run < RUNS; ++run) {
        oc_sec_acl_clear(0, NULL, NULL);
        double start = now();
        oc_rep_t *rep = parse();
        double parsed = now();
        apply(rep);
        double applied = now();
        decoding = parsed - start < decoding ? parsed - start : decoding;
        applying = applied - parsed < applying ? applied - parsed : applying;

        /* As a request: the bytes are there too. */
        oc_sec_acl_clear(0, NULL, NULL);
        static uint8_t answer[1024];
        oc_response_buffer_t buffer;
        oc_response_t response;
        oc_request_t request;
        memset(&buffer, 0, sizeof(buffer));
        memset(&response, 0, sizeof(response));
        memset(&request, 0, sizeof(request));
        buffer.buffer = answer;
        buffer.buffer_size = sizeof(answer);
        response.response_buffer = &buffer;
        request.response = &response;
        request.resource = oc_core_get_resource_by_index(OCF_SEC_ACL, 0);
        request.request_payload = rep;
        request._payload = payload;
        request._payload_len = payload_length;
        request.content_format = APPLICATION_VND_OCF_CBOR;
        oc_rep_new_v1(answer, sizeof(answer));
        start = now();
        request.resource->post_handler.cb(&request, OC_IF_RW, NULL);
        double done = now() - start;
        posting = done < posting ? done : posting;
        oc_free_rep(rep);
    }
    size_t all = 0;
    for (const oc_sec_ace_t *it =
             (const oc_sec_ace_t *) oc_list_head(oc_sec_get_acl(0)->subjects);
         it; it = it->next) {
        ++all;
    }
    if (all != count) {
        fprintf(stderr, "%zu of %u ACEs\n", all, count);
        exit(1);
    }
    printf("payload, decoded by the stack;%u;%.0f\n", count, decoding);
    printf("payload, applied;%u;%.0f\n", count, applying);
    printf("payload, handler of POST;%u;%.0f\n", count, posting);
}

static void measure_memory(unsigned count) {
    make_payload(count);
    oc_rep_t *rep = parse();
    oc_sec_acl_clear(0, NULL, NULL);
    size_t before = mallinfo2().uordblks;
    apply(rep);
    size_t after = mallinfo2().uordblks;
    printf("memory;%u;%.1f\n", count, (double) (after - before) / count);
    oc_free_rep(rep);
}

OC_MEMB(rep_objects, oc_rep_t, OC_MAX_NUM_REP_OBJECTS);

int main(void) {
    oc_rep_set_pool(&rep_objects);
    oc_random_init();
    oc_network_event_handler_mutex_init();
    oc_runtime_init();
    oc_ri_init();
    oc_core_init();
    if (oc_init_platform("Maker", NULL, NULL) != 0
        || oc_add_device("/oic/d", "oic.d.light", "light", "ocf.2.2.5", "ocf.res.1.3.0",
                         NULL, NULL)
               != 0) {
        return 1;
    }
#ifdef OC_HAS_FEATURE_PLGD_TIME
    plgd_time_create_resource();
#endif
    oc_sec_svr_create();
    oc_sec_get_pstat(0)->s = OC_DOS_RFPRO;
    static const unsigned counts[] = {1, 10, 100, 1000};
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); ++i) {
        measure_decisions(counts[i]);
    }
    measure_payload(MOST);
    measure_memory(1);
    measure_memory(MOST);
    return 0;
}
