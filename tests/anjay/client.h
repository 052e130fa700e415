/**
 * @file
 * A client with an object of ours, and the servers that it talks to: UDP
 * sockets on the loopback interface that speak just enough CoAP. One thread.
 */

#ifndef TEST_CLIENT_H
#define TEST_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <anjay/access_control.h>
#include <anjay/anjay.h>
#include <anjay/security.h>
#include <anjay/server.h>

#define ALICE 1
#define BOB 2

#define OID_TEST 1234
#define RID_VALUE 0  /* readable, writable */
#define RID_BUTTON 1 /* executable */

enum { READ = 1, WRITE = 2, EXECUTE = 4, DELETE = 8, CREATE = 16 };

/* CoAP codes as they are printed: 205 is 2.05 Content. */
enum { GET = 1, POST = 2, PUT = 3, DEL = 4, IPATCH = 7 };

#define TEXT 0
#define TLV 11542
#define SENML_JSON 110
#define LINK_FORMAT 40
#define NO_FORMAT (-1)

typedef struct client client_t;

/** The test object, and what it does wrong on demand. */
typedef struct {
    const anjay_dm_object_def_t *def;
    client_t *client;
    bool exists[8], exists_before[8];
    int32_t value[8], value_before[8];
    bool listing_fails;
    /* Called while instances are listed; may call the library again. */
    void (*while_listing)(client_t *client);
    /* Called while a resource is written; its result is the handler's. */
    int (*while_writing)(client_t *client);
} test_object_t;

struct client {
    /* NULL if it runs in another process. */
    anjay_t *anjay;
    test_object_t object;
    /* By SSID; [0] is the Bootstrap-Server. */
    int sockets[3];
    uint8_t peers[3][32];
    uint32_t peer_lengths[3];
    bool registered[3];
    uint16_t message_id;
    size_t answer_size;
    char answer[1024];
};

/**
 * Starts a client with the given servers. @p can_remove tells whether instances
 * of the test object can be deleted. Ends the program if that fails.
 */
void client_start(client_t *client, bool with_bootstrap, bool with_bob, bool can_remove);
void client_stop(client_t *client);

/** Lets the client work until it has nothing more to do. */
void client_settle(client_t *client);

/**
 * Sends a request of a server (0: Bootstrap) and returns the code of the
 * answer, which is left in client->answer. @p format is that of the payload, or
 * for GET that of the answer.
 */
int client_ask(client_t *client, int server, int method, const char *path, int format,
               const void *payload, size_t size);

/** As client_ask(), with a text. */
int client_ask_text(client_t *client, int server, int method, const char *path,
                    int format, const char *payload);

/** Persists into @p buffer; returns the size. */
size_t client_persist(client_t *client, uint8_t *buffer, size_t size);
/** Returns whether the bytes were accepted. */
bool client_restore(client_t *client, const uint8_t *buffer, size_t size);

/** Ends the program, with the line. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
void check(bool holds, const char *what, const char *file, int line);

#endif
