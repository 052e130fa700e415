/*
 * Just enough CBOR to write a list: a device would use the encoder of its OCF stack.
 */
#ifndef CBOR_WRITE_H
#define CBOR_WRITE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t bytes[1024];
    size_t length;
} cbor_t;

static inline void cbor_byte(cbor_t *out, unsigned byte) {
    assert(out->length < sizeof(out->bytes));
    out->bytes[out->length++] = (uint8_t) byte;
}

static inline void cbor_head(cbor_t *out, unsigned major, uint64_t argument) {
    static const unsigned sizes[] = {1, 2, 4, 8};
    if (argument < 24) {
        cbor_byte(out, major << 5 | (unsigned) argument);
        return;
    }
    unsigned size = 0;
    while (size < 3 && argument >> (8 * sizes[size])) {
        ++size;
    }
    cbor_byte(out, major << 5 | (24 + size));
    for (unsigned left = sizes[size]; left > 0; --left) {
        cbor_byte(out, (unsigned) (argument >> (8 * (left - 1))) & 0xff);
    }
}

static inline void cbor_uint(cbor_t *out, uint64_t number) {
    cbor_head(out, 0, number);
}

static inline void cbor_text(cbor_t *out, const char *text) {
    cbor_head(out, 3, strlen(text));
    for (; *text; ++text) {
        cbor_byte(out, (unsigned char) *text);
    }
}

static inline void cbor_array(cbor_t *out, unsigned count) {
    cbor_head(out, 4, count);
}

static inline void cbor_map(cbor_t *out, unsigned count) {
    cbor_head(out, 5, count);
}

static inline void cbor_pair(cbor_t *out, const char *key, const char *value) {
    cbor_text(out, key);
    cbor_text(out, value);
}

/* The beginning of a payload: a map with one list of so many ACEs. */
static inline void cbor_list(cbor_t *out, unsigned aces) {
    out->length = 0;
    cbor_map(out, 1);
    cbor_text(out, "aclist2");
    cbor_array(out, aces);
}

/* One ACE with one resource; "aceid" is left out if negative. */
static inline void cbor_ace(cbor_t *out, long aceid, const char *subject_key,
                            const char *subject, const char *resource_key,
                            const char *resource, uint64_t permission) {
    cbor_map(out, aceid < 0 ? 3 : 4);
    if (aceid >= 0) {
        cbor_text(out, "aceid");
        cbor_uint(out, (uint64_t) aceid);
    }
    cbor_text(out, "subject");
    cbor_map(out, 1);
    cbor_pair(out, subject_key, subject);
    cbor_text(out, "resources");
    cbor_array(out, 1);
    cbor_map(out, 1);
    cbor_pair(out, resource_key, resource);
    cbor_text(out, "permission");
    cbor_uint(out, permission);
}

#endif
