/* Several threads use one client. The seven functions take the client's lock by
 * aac_client_call(); around everything else the glue holds it. With NO_LOCK
 * nobody does, and whoever watches has to see it. */
#define _XOPEN_SOURCE 700
#include "host.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 150 };

static anjay_t client;
static pthread_mutex_t lock;
static unsigned denials;

static void enter(void) {
#ifndef NO_LOCK
    CHECK(!pthread_mutex_lock(&lock));
#endif
}

static void leave(void) {
#ifndef NO_LOCK
    CHECK(!pthread_mutex_unlock(&lock));
#endif
}

/* What host.c defines under this name knows no lock. */
int call_unlocked(anjay_t *anjay, aac_body_t *body, void *arg);

int aac_client_call(anjay_t *anjay, aac_body_t *body, void *arg) {
    enter();
    const int result = call_unlocked(anjay, body, arg);
    leave();
    return result;
}

static void denied(void *arg, uint16_t ssid, int operation, uint16_t oid, uint16_t iid,
                   const aac_decision_t *why) {
    (void) ssid, (void) operation, (void) oid, (void) iid, (void) why;
    ++*(unsigned *) arg;
}

static int set_audit(aac_t *aac, void *arg) {
    aac_set_audit(aac, denied, arg);
    return 0;
}

static void transact(uint16_t ssid, bool keep) {
    enter();
    CHECK(!aac_transaction(client.engine, AAC_BEGIN));
    const int32_t iid = aac_next_instance(client.engine, -1);
    if (iid >= 0) {
        CHECK(!aac_write(client.engine, (uint16_t) iid, 2, ssid, 3));
    }
    CHECK(!aac_transaction(client.engine, AAC_VALIDATE));
    CHECK(!aac_transaction(client.engine, keep ? AAC_COMMIT : AAC_ROLLBACK));
    leave();
}

static void *work(void *arg) {
    const uint16_t ssid = *(const uint16_t *) arg;
    avs_stream_t *stream = (avs_stream_t *) calloc(1, sizeof(*stream));
    CHECK(stream);
    for (int round = 0; round < ROUNDS; ++round) {
        const uint16_t iid = (uint16_t) (round % 5);
        const aac_change_t change = {1234, &iid, 1};
        CHECK(!anjay_access_control_set_acl(&client, 1234, iid, ssid, 15));
        CHECK(!anjay_access_control_set_owner(&client, 1234, iid, ssid, NULL));
        transact(ssid, round % 2);
        enter();
        (void) aac_decide(client.engine, ssid, AAC_READ, 1234, iid, NULL);
        (void) aac_decide(client.engine, ssid, AAC_READ, 4321, iid, NULL);
        CHECK(!aac_sync(client.engine, ssid, &change, 1));
        leave();
        stream->length = stream->position = 0;
        stream->limit = STREAM_SIZE;
        CHECK(!anjay_access_control_persist(&client, stream).code);
        if (round % 10 == 0) {
            CHECK(!anjay_access_control_restore(&client, stream).code);
        }
        if (round % 50 == 49) {
            anjay_access_control_purge(&client);
        }
        (void) anjay_access_control_is_modified(&client);
    }
    free(stream);
    return NULL;
}

int main(void) {
    static const uint16_t SSIDS[THREADS] = {1, 2, 3, 1};
    pthread_t threads[THREADS];
    pthread_mutexattr_t attributes;
    CHECK(!pthread_mutexattr_init(&attributes));
    /* An answer of the client may call the seven functions. */
    CHECK(!pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    CHECK(!pthread_mutex_init(&lock, &attributes));
    client_init(&client);
    CHECK(!anjay_access_control_install(&client));
    CHECK(!aac_client_call(&client, set_audit, &denials));
    for (size_t i = 0; i < THREADS; ++i) {
        CHECK(!pthread_create(&threads[i], NULL, work, (void *) (uintptr_t) &SSIDS[i]));
    }
    for (size_t i = 0; i < THREADS; ++i) {
        CHECK(!pthread_join(threads[i], NULL));
    }
    CHECK(denials >= THREADS * ROUNDS);
    client_deinit(&client);
    return 0;
}
