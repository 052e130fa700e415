/*
 * The heap of the device runs out at each allocation in turn: the list stays as it was,
 * and nothing leaks. And what a payload is made for that wants much memory, it does not
 * get. Linked with --wrap for malloc and realloc, which the library calls too.
 */
#include <ocf_acl.h>

#include "cbor_write.h"

#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);

static long left = -1;
static size_t asked; /* bytes, all in all */

static int runs_out(void) {
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t size) {
    asked += size;
    return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size) {
    asked += size;
    return runs_out() ? NULL : __real_realloc(block, size);
}

#define REQUIRE(Condition)                                                               \
    do {                                                                                 \
        if (!(Condition)) {                                                              \
            left = -1;                                                                   \
            printf("line %d: " #Condition "\n", __LINE__);                               \
            exit(EXIT_FAILURE);                                                          \
        }                                                                                \
    } while (0)

typedef uint8_t update_t(ocf_acl_t *list, const cbor_t *payload, ocf_acl_error_t *error);

static uint8_t by_post(ocf_acl_t *list, const cbor_t *payload, ocf_acl_error_t *error) {
    return ocf_acl_post(list, OCF_ACL_STATE_RFPRO, payload->bytes, payload->length,
                        error);
}

static uint8_t by_load(ocf_acl_t *list, const cbor_t *payload, ocf_acl_error_t *error) {
    return ocf_acl_load(list, payload->bytes, payload->length, error);
}

static size_t encode(const ocf_acl_t *list, uint8_t *buffer, size_t capacity) {
    size_t length = 0;
    REQUIRE(ocf_acl_encode(list, OCF_ACL_VIEW_STORAGE, buffer, capacity, &length)
            == OCF_ACL_CODE_CONTENT);
    return length;
}

static long fail_each(update_t *update) {
    cbor_t first, second;
    cbor_list(&first, 1);
    cbor_ace(&first, 3, "role", "guest", "href", "/a", 1);
    cbor_list(&second, 6);
    for (long aceid = 3; aceid < 9; ++aceid) {
        cbor_ace(&second, aceid == 5 ? -1 : aceid, "role", "admin", "href", "/light", 31);
    }
    long needed = 0;
    for (long failing = 0;; ++failing) {
        uint8_t before[512], after[1024];
        ocf_acl_error_t error = {0, 0, 0};
        ocf_acl_t *list = ocf_acl_new();
        REQUIRE(by_post(list, &first, NULL) == OCF_ACL_CODE_CHANGED);
        size_t length = encode(list, before, sizeof(before));

        left = failing;
        uint8_t code = update(list, &second, &error);
        int ran_out = left < 0;
        left = -1;
        if (code == OCF_ACL_CODE_CHANGED) { /* it could do without */
            ocf_acl_free(list);
            if (!ran_out) {
                return needed;
            }
            continue;
        }
        ++needed;
        REQUIRE(ran_out);
        REQUIRE(code == OCF_ACL_CODE_INTERNAL);
        char text[80];
        ocf_acl_error_text(&error, text, sizeof(text));
        REQUIRE(strstr(text, "out of memory") != NULL);
        REQUIRE(encode(list, after, sizeof(after)) == length);
        REQUIRE(memcmp(before, after, length) == 0);
        REQUIRE(update(list, &second, NULL) == OCF_ACL_CODE_CHANGED);
        ocf_acl_free(list);
    }
}

/* Refused within the first bytes, whatever they promise, and for next to no memory. */
static void refused_at_once(const uint8_t *bytes, size_t length) {
    ocf_acl_t *list = ocf_acl_new();
    ocf_acl_error_t error = {0, 0, 0};
    asked = 0;
    REQUIRE(ocf_acl_post(list, OCF_ACL_STATE_RFPRO, bytes, length, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(error.offset <= 40);
    REQUIRE(asked < 1024);
    REQUIRE(ocf_acl_generation(list) == 0);
    ocf_acl_free(list);
}

static void in_root(cbor_t *out, const char *key) {
    out->length = 0;
    cbor_map(out, 1);
    cbor_text(out, key);
}

static void in_ace(cbor_t *out, const char *key) {
    cbor_list(out, 1);
    cbor_map(out, 1);
    cbor_text(out, key);
}

#define COUNT(Array) (sizeof(Array) / sizeof((Array)[0]))

static unsigned bombs(void) {
    static const char *const roots[] = {"aclist2", "rowneruuid", "rt", "if", "x"};
    static const char *const aces[] = {"aceid",      "subject", "resources",
                                       "permission", "tag",     "x"};
    /* Lengths, and numbers; no aceid and no permission is as large as the least. */
    static const uint64_t lengths[] = {UINT64_C(1) << 31, UINT32_MAX, UINT64_C(1) << 32,
                                       UINT64_C(1) << 62, UINT64_MAX};
    static const uint8_t nesting[] = {0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8, 0x7f, 0x5f};
    const size_t deep = 100000;
    cbor_t bomb;
    unsigned count = 0;
    for (size_t i = 0; i < COUNT(lengths); ++i) {
        for (unsigned major = 0; major < 6; ++major) {
            bomb.length = 0;
            cbor_head(&bomb, major, lengths[i]);
            refused_at_once(bomb.bytes, bomb.length);
            for (size_t key = 0; key < COUNT(roots); ++key) {
                in_root(&bomb, roots[key]);
                cbor_head(&bomb, major, lengths[i]);
                refused_at_once(bomb.bytes, bomb.length);
            }
            for (size_t key = 0; key < COUNT(aces); ++key) {
                in_ace(&bomb, aces[key]);
                cbor_head(&bomb, major, lengths[i]);
                refused_at_once(bomb.bytes, bomb.length);
            }
            count += 1 + COUNT(roots) + COUNT(aces);
        }
    }
    for (size_t i = 0; i < COUNT(nesting); ++i) {
        for (size_t key = 0; key <= COUNT(roots) + COUNT(aces); ++key) {
            bomb.length = 0;
            if (key < COUNT(roots)) {
                in_root(&bomb, roots[key]);
            } else if (key < COUNT(roots) + COUNT(aces)) {
                in_ace(&bomb, aces[key - COUNT(roots)]);
            }
            uint8_t *whole = (uint8_t *) malloc(bomb.length + deep);
            memcpy(whole, bomb.bytes, bomb.length);
            memset(whole + bomb.length, nesting[i], deep);
            refused_at_once(whole, bomb.length + deep);
            free(whole);
            ++count;
        }
    }
    return count;
}

int main(void) {
    left = 0;
    REQUIRE(ocf_acl_new() == NULL);
    left = -1;

    long posting = fail_each(by_post);
    long loading = fail_each(by_load);
    REQUIRE(posting >= 6 && loading >= 6);

    ocf_acl_t *list = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 1);
    cbor_ace(&payload, 3, "role", "guest", "href", "/a", 1);
    REQUIRE(by_post(list, &payload, NULL) == OCF_ACL_CODE_CHANGED);
    left = 0;
    uint8_t buffer[512];
    REQUIRE(encode(list, buffer, sizeof(buffer)) > 0);
    REQUIRE(ocf_acl_delete(list, OCF_ACL_STATE_RFPRO, "aceid=3", 7)
            == OCF_ACL_CODE_DELETED);
    REQUIRE(ocf_acl_delete(list, OCF_ACL_STATE_RFPRO, NULL, 0) == OCF_ACL_CODE_DELETED);
    REQUIRE(left == 0); /* none of these three asked for memory */
    left = -1;
    ocf_acl_free(list);

    printf(
        "%ld allocations of a POST and %ld of a load failed in turn, %u bombs were "
        "refused\n",
        posting, loading, bombs());
    return EXIT_SUCCESS;
}
