/*
 * A use after free within the Rust part: seen by valgrind, and by
 * AddressSanitizer only if that is in the archive too.
 */
#include "../host.h"

int main(void) {
    static anjay_t client;
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, 1) == 0);
    aac_t *freed = client.engine;
    client_deinit(&client);
    return aac_next_instance(freed, -1) == 12345;
}
