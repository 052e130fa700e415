/*
 * A small LwM2M client for bare metal: a table of objects, and the operations
 * that servers do on it. It stands for the client that you port to.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <anjay_access_control_hooks.h>
#include <anjay/access_control.h>

/* A board with little memory has less. */
#ifndef CLIENT_INSTANCES
#    define CLIENT_INSTANCES 512
#endif
#ifndef CLIENT_STORED
#    define CLIENT_STORED 8192
#endif

enum { CLIENT_OBJECTS = 4, CLIENT_SERVERS = 4 };

typedef struct {
    uint16_t oid;
    uint16_t count;
    /** In rising order; an instance has one value. */
    uint16_t iids[CLIENT_INSTANCES];
    int32_t values[CLIENT_INSTANCES];
} client_object_t;

struct anjay_struct {
    aac_t *engine;
    client_object_t objects[CLIENT_OBJECTS];
    uint16_t object_count;
    uint16_t servers[CLIENT_SERVERS];
    uint16_t server_count;
    /** Told of each decision. */
    void (*decided)(uint16_t ssid, int operation, uint16_t oid, uint16_t iid,
                    const aac_decision_t *why);
};

/** Bytes in memory; on a device it would be a sector of its flash. */
struct avs_stream_struct {
    uint8_t bytes[CLIENT_STORED];
    size_t length;
    size_t position;
};

/** Answers to servers, as CoAP codes. */
typedef enum {
    CREATED = 201,
    DELETED = 202,
    CHANGED = 204,
    CONTENT = 205,
    BAD_REQUEST = 400,
    UNAUTHORIZED = 401,
    NOT_FOUND = 404,
    INTERNAL = 500
} client_code_t;

/* The application's side. */
void client_register_object(anjay_t *client, uint16_t oid);
int client_add_instance(anjay_t *client, uint16_t oid, uint16_t iid, int32_t value);
int client_remove_instance(anjay_t *client, uint16_t oid, uint16_t iid);
int client_add_server(anjay_t *client, uint16_t ssid);
/** Removes an account, and with it what nobody can reach any more. */
int client_remove_server(anjay_t *client, uint16_t ssid);

/* What servers ask for. */
client_code_t client_read(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid,
                          int32_t *value);
client_code_t client_write(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid,
                           int32_t value);
client_code_t client_create(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid);
client_code_t client_delete(anjay_t *client, uint16_t ssid, uint16_t oid, uint16_t iid);
/** Writes one entry of resource 2 of an instance of Object 2. */
client_code_t client_write_entry(anjay_t *client, uint16_t ssid, uint16_t acl_iid,
                                 uint16_t key, int32_t mask);

#endif
