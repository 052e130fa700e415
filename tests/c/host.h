/* A small LwM2M client in memory, with ways to make it fail. */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <anjay_access_control_hooks.h>
#include <anjay/access_control.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Fails the program, and says where. */
#define CHECK(Condition)                                                                 \
    do {                                                                                 \
        if (!(Condition)) {                                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #Condition);              \
            exit(EXIT_FAILURE);                                                          \
        }                                                                                \
    } while (0)

enum { MAX_OBJECTS = 8, MAX_INSTANCES = 40, STREAM_SIZE = 8192 };

typedef struct {
    uint16_t oid;
    uint16_t iids[MAX_INSTANCES];
    size_t count;
} object_t;

struct anjay_struct {
    aac_t *engine;
    object_t objects[MAX_OBJECTS];
    size_t object_count;
    /** Every question after so many fails; -1: none does. */
    long answers_left;
    /** This Object's instances cannot be removed. */
    uint16_t fixed_oid;
    /** How often `changed` was called, and the last arguments. */
    unsigned changes;
    uint16_t changed_iid;
    uint16_t changed_rid;
    /** Called within each question about an Instance. */
    void (*on_question)(anjay_t *client);
};

struct avs_stream_struct {
    uint8_t bytes[STREAM_SIZE];
    size_t length;
    size_t position;
    /** Bytes from this one on cannot be read or written. */
    size_t limit;
};

#ifdef __cplusplus
extern "C" {
#endif

/** The accounts 1, 2, 3 and the Objects 1234 (instances 0 to 4) and 1235 (7). */
void client_init(anjay_t *client);
void client_deinit(anjay_t *client);
void client_add(anjay_t *client, uint16_t oid, uint16_t iid);
int client_remove(anjay_t *client, uint16_t oid, uint16_t iid);
bool client_has(const anjay_t *client, uint16_t oid, uint16_t iid);
/** Forgets an Object and its instances. */
void client_unregister(anjay_t *client, uint16_t oid);
/** Removes an account: its Security and Server instances. */
void client_drop_server(anjay_t *client, uint16_t ssid);

/**
 * The next of all 16-bit values; with an argument to the program, every so
 * manieth, but for the low and the high ones.
 */
void stride_from(int argc, char **argv);
uint32_t next_value(uint32_t value);

/** Whether the state is persisted as the same bytes as before. */
void snapshot(anjay_t *client, avs_stream_t *stream);
bool is_unchanged(anjay_t *client, const avs_stream_t *before);
/** Whether the handlers tell the same, too. */
bool is_read_unchanged(const anjay_t *client, const avs_stream_t *before);

#ifdef __cplusplus
}
#endif

#endif
