/* A decision by a value that nobody set; valgrind's alone to find. */
#include "../host.h"

int main(void) {
    static anjay_t client;
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    uint16_t *ssid = (uint16_t *) malloc(sizeof(*ssid));
    CHECK(ssid);
    bool allowed = aac_decide(client.engine, *ssid, AAC_READ, 1234, 0, NULL);
    free(ssid);
    client_deinit(&client);
    return allowed;
}
