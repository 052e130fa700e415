/* An engine that nobody frees. */
#include "../host.h"

static void leak(void) {
    anjay_t client;
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    memset(&client, 0, sizeof(client));
}

int main(void) {
    leak();
    return 0;
}
