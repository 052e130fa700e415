/**
 * @file
 * tutorial PROGRAM: starts the tutorial's program and plays its two servers.
 */

#include "client.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LABEL_OF_4 0xc4, 0, 'l', 'a', 'm', 'p'
#define NUMBER_7 0xc1, 1, 7

static client_t SERVERS;
static pid_t CHILD = -1;

static void listen_at(int server, uint16_t port) {
    struct sockaddr_in6 address = {
        .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT, .sin6_port = htons(port)};
    int off = 0;
    SERVERS.sockets[server] = socket(AF_INET6, SOCK_DGRAM, 0);
    CHECK(!setsockopt(SERVERS.sockets[server], IPPROTO_IPV6, IPV6_V6ONLY, &off,
                      sizeof(off)));
    CHECK(!bind(SERVERS.sockets[server], (const struct sockaddr *) &address,
                sizeof(address)));
}

static void expect(int wanted, int server, int method, const char *path, int format,
                   const void *payload, size_t size) {
    int code = client_ask(&SERVERS, server, method, path, format, payload, size);
    if (code != wanted) {
        kill(CHILD, SIGKILL);
        check(false, path, "server", server * 10000 + code);
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    SERVERS.sockets[0] = socket(AF_INET, SOCK_DGRAM, 0);
    listen_at(ALICE, 5683);
    listen_at(BOB, 5693);
    CHILD = fork();
    if (CHILD == 0) {
        execl(argv[1], argv[1], (char *) NULL);
        _exit(127);
    }
    for (int i = 0; i < 200 && !(SERVERS.registered[ALICE] && SERVERS.registered[BOB]);
         ++i) {
        client_settle(&SERVERS);
    }
    CHECK(SERVERS.registered[ALICE] && SERVERS.registered[BOB]);

    static const uint8_t INSTANCE[] = {LABEL_OF_4, NUMBER_7};
    static const uint8_t NO_LABEL[] = {NUMBER_7};
    static const uint8_t READ_FOR_BOB[] = {0x83, 2, 0x41, BOB, READ};
    expect(201, ALICE, POST, "/1234", TLV, INSTANCE, sizeof(INSTANCE));
    expect(400, ALICE, POST, "/1234", TLV, NO_LABEL, sizeof(NO_LABEL));
    expect(401, BOB, POST, "/1234", TLV, INSTANCE, sizeof(INSTANCE));
    expect(205, ALICE, GET, "/1234/0/1", TEXT, NULL, 0);
    CHECK(!strcmp(SERVERS.answer, "7"));
    expect(401, BOB, GET, "/1234/0/1", TEXT, NULL, 0);
    expect(401, BOB, PUT, "/1234/0/1", TEXT, "1", 1);
    expect(401, BOB, DEL, "/1234/0", NO_FORMAT, NULL, 0);
    expect(205, ALICE, GET, "/1/1/0", TEXT, NULL, 0);
    expect(401, ALICE, GET, "/1/2/0", TEXT, NULL, 0);
    expect(401, ALICE, GET, "/0/1/0", TEXT, NULL, 0);
    /* The instance that came with /1234/0. */
    expect(205, BOB, GET, "/2/3/3", TEXT, NULL, 0);
    expect(401, BOB, POST, "/2/3", TLV, READ_FOR_BOB, sizeof(READ_FOR_BOB));
    expect(204, ALICE, PUT, "/2/3/2", TLV, READ_FOR_BOB, sizeof(READ_FOR_BOB));
    expect(205, BOB, GET, "/1234/0/1", TEXT, NULL, 0);
    expect(401, BOB, PUT, "/1234/0/1", TEXT, "1", 1);

    CHECK(!kill(CHILD, SIGKILL));
    CHECK(waitpid(CHILD, NULL, 0) == CHILD);
    return 0;
}
