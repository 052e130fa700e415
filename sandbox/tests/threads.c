/* Several threads call the API of one client; one ends the event loop. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "check.h"

static anjay_t *client;

static void *grant_and_run(void *arg) {
    const anjay_ssid_t ssid = *(const anjay_ssid_t *) arg;
    for (int i = 0; i < 300; ++i) {
        CHECK(!anjay_access_control_set_acl(client, 1234, 0, ssid, 3));
        char *answer = anjay_sandbox_run(client, ssid == 1 ? "1 write /1234/0/0 1"
                                                           : "2 write /1234/0/0 2");
        CHECK(answer && !strncmp(answer, "2.04", 4));
        anjay_sandbox_free(answer);
    }
    return NULL;
}

static void *interrupt(void *arg) {
    const struct timespec soon = {0, 100000000};
    (void) arg;
    (void) nanosleep(&soon, NULL);
    CHECK(!anjay_event_loop_interrupt(client));
    return NULL;
}

int main(void) {
    static const anjay_ssid_t ssids[] = {1, 2};
    pthread_t threads[2];
    thing_t thing;
    client = new_client_with_servers();
    thing_register(client, &thing, 1234);
    for (size_t i = 0; i < 2; ++i) {
        CHECK(!pthread_create(&threads[i], NULL, grant_and_run,
                              (void *) (intptr_t) &ssids[i]));
    }
    for (size_t i = 0; i < 2; ++i) {
        CHECK(!pthread_join(threads[i], NULL));
    }
    CHECK(!pthread_create(&threads[0], NULL, interrupt, NULL));
    CHECK(!anjay_event_loop_run(client, avs_time_duration_from_scalar(50, AVS_TIME_MS)));
    CHECK(!pthread_join(threads[0], NULL));
    anjay_delete(client);
    printf("all passed\n");
    return 0;
}
