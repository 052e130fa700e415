/**
 * @file
 * exchange write FILE SEED     makes up a state and persists it
 * exchange rewrite FROM TO     restores a state and persists it again
 *
 * What one implementation writes the other must write byte for byte.
 */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static client_t C;
static uint8_t BLOB[1 << 16];
static uint32_t STATE;

static uint32_t dice(uint32_t sides) {
    STATE = STATE * 1664525u + 1013904223u;
    return (STATE >> 8) % sides;
}

static void make_up(void) {
    static const unsigned MASKS[] = {0, 1, 2, 3, 7, 8, 15};
    for (int i = 0; i < 60; ++i) {
        anjay_iid_t iid = dice(6) ? (anjay_iid_t) dice(8) : ANJAY_ID_INVALID;
        anjay_ssid_t ssid = (anjay_ssid_t) dice(3);
        unsigned mask = iid == ANJAY_ID_INVALID ? dice(2) * CREATE : MASKS[dice(7)];
        if (dice(3)) {
            (void) anjay_access_control_set_acl(C.anjay, OID_TEST, iid, ssid,
                                                (anjay_access_mask_t) mask);
        } else {
            anjay_iid_t acl_iid = dice(2) ? ANJAY_ID_INVALID : (anjay_iid_t) dice(20);
            (void) anjay_access_control_set_owner(
                C.anjay, OID_TEST, iid, ssid ? ssid : ANJAY_SSID_BOOTSTRAP, &acl_iid);
        }
    }
    CHECK(anjay_access_control_is_modified(C.anjay));
}

static size_t load(const char *path) {
    FILE *file = fopen(path, "rb");
    CHECK(file);
    size_t size = fread(BLOB, 1, sizeof(BLOB), file);
    fclose(file);
    return size;
}

static void save(const char *path, size_t size) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(BLOB, 1, size, file) == size && !fclose(file));
}

int main(int argc, char **argv) {
    CHECK(argc == 4);
    client_start(&C, false, true, true);
    for (anjay_iid_t iid = 0; iid < 8; ++iid) {
        C.object.exists[iid] = true;
    }
    bool writes = !strcmp(argv[1], "write");
    if (writes) {
        STATE = (uint32_t) atoi(argv[3]);
        make_up();
    } else {
        CHECK(client_restore(&C, BLOB, load(argv[2])));
        CHECK(!anjay_access_control_is_modified(C.anjay));
    }
    size_t size = client_persist(&C, BLOB, sizeof(BLOB));
    CHECK(size > 8 && !anjay_access_control_is_modified(C.anjay));
    save(writes ? argv[2] : argv[3], size);
    client_stop(&C);
    return 0;
}
