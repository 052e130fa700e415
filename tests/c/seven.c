/* The seven functions: what they refuse, and that a refusal changes nothing. */
#include "host.h"

enum {
    R = ANJAY_ACCESS_MASK_READ,
    W = ANJAY_ACCESS_MASK_WRITE,
    C = ANJAY_ACCESS_MASK_CREATE
};

static anjay_t client;
static avs_stream_t before, stream;

static void has_error(avs_error_t error, uint16_t code) {
    CHECK(error.category == AVS_ERRNO_CATEGORY && error.code == code);
}

/* Every function on a client that is NULL or has no Object 2. */
static void all_fail_on(anjay_t *absent) {
    anjay_iid_t iid = 7;
    stream.limit = STREAM_SIZE;
    anjay_access_control_purge(absent);
    has_error(anjay_access_control_persist(absent, &stream), AVS_EINVAL);
    has_error(anjay_access_control_restore(absent, &stream), AVS_EINVAL);
    has_error(anjay_access_control_persist(absent, NULL), AVS_EINVAL);
    has_error(anjay_access_control_restore(absent, NULL), AVS_EINVAL);
    CHECK(!anjay_access_control_is_modified(absent));
    CHECK(anjay_access_control_set_acl(absent, 1234, 0, 1, R) == -1);
    CHECK(anjay_access_control_set_owner(absent, 1234, 0, 1, &iid) == -1);
    CHECK(anjay_access_control_set_owner(absent, 1234, 0, 1, NULL) == -1);
    CHECK(iid == 7 && stream.length == 0 && stream.position == 0);
}

static void without_object(void) {
    all_fail_on(NULL);
    CHECK(anjay_access_control_install(NULL) == -1);
    all_fail_on(&client);
    CHECK(client.engine == NULL);
}

static void installed_once(void) {
    CHECK(anjay_access_control_install(&client) == 0);
    CHECK(!anjay_access_control_is_modified(&client));
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, R) == 0);
    CHECK(anjay_access_control_install(&client) == -1);
    CHECK(aac_next_instance(client.engine, -1) == 0);
    has_error(anjay_access_control_persist(&client, NULL), AVS_EINVAL);
    has_error(anjay_access_control_restore(&client, NULL), AVS_EINVAL);
}

/* One argument at a time takes all of its 65,536 values. */
static void each_argument_of_set_acl(void) {
    for (uint32_t value = 0; value <= UINT16_MAX; value = next_value(value)) {
        uint16_t v = (uint16_t) value;
        snapshot(&client, &before);
        bool by_oid = anjay_access_control_set_acl(&client, v, 1, 1, R) == 0;
        CHECK(by_oid == (v == 1 || v == 1234));
        bool by_iid = anjay_access_control_set_acl(&client, 1234, v, 1, R) == 0;
        CHECK(by_iid == (v < 5));
        bool by_ssid = anjay_access_control_set_acl(&client, 1234, 0, v, R) == 0;
        CHECK(by_ssid == (v <= 3));
        bool by_mask = anjay_access_control_set_acl(&client, 1234, 0, 1, v) == 0;
        CHECK(by_mask == (v < 16));
        bool by_class =
            anjay_access_control_set_acl(&client, 1234, ANJAY_ID_INVALID, 1, v) == 0;
        CHECK(by_class == (v == 0 || v == C));
        if (by_oid || by_iid || by_ssid || by_mask || by_class) {
            anjay_access_control_purge(&client);
        } else {
            CHECK(!anjay_access_control_is_modified(&client)
                  && is_unchanged(&client, &before));
        }
    }
    /* Security and Object 2 itself, whose instances exist or not. */
    CHECK(anjay_access_control_set_acl(&client, 0, ANJAY_ID_INVALID, 1, C) == -1);
    CHECK(anjay_access_control_set_acl(&client, 2, ANJAY_ID_INVALID, 1, C) == -1);
    CHECK(anjay_access_control_set_acl(&client, 2, 0, 1, R) == -1);
    CHECK(anjay_access_control_set_acl(&client, 65535, ANJAY_ID_INVALID, 1, C) == -1);
}

static void each_argument_of_set_owner(void) {
    CHECK(anjay_access_control_set_acl(&client, 1235, 7, 1, R) == 0);
    for (uint32_t value = 0; value <= UINT16_MAX; value = next_value(value)) {
        uint16_t v = (uint16_t) value;
        snapshot(&client, &before);
        bool by_oid = anjay_access_control_set_owner(&client, v, 1, 1, NULL) == 0;
        CHECK(by_oid == (v == 1 || v == 1234));
        bool by_iid = anjay_access_control_set_owner(&client, 1234, v, 1, NULL) == 0;
        CHECK(by_iid == (v < 5 || v == ANJAY_ID_INVALID));
        bool by_owner = anjay_access_control_set_owner(&client, 1234, 0, v, NULL) == 0;
        CHECK(by_owner == ((v >= 1 && v <= 3) || v == ANJAY_SSID_BOOTSTRAP));
        if (!by_oid && !by_iid && !by_owner) {
            CHECK(!anjay_access_control_is_modified(&client)
                  && is_unchanged(&client, &before));
        }
    }
    anjay_access_control_purge(&client);
}

static void instance_ids_of_set_owner(void) {
    anjay_iid_t iid = 9;
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 1, &iid) == 0 && iid == 9);
    iid = ANJAY_ID_INVALID;
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 2, &iid) == 0 && iid == 9);
    iid = ANJAY_ID_INVALID;
    CHECK(anjay_access_control_set_owner(&client, 1234, 1, 2, &iid) == 0 && iid == 0);

    snapshot(&client, &before);
    iid = 3; /* the target has another */
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 1, &iid) == -1 && iid == 9);
    iid = 9; /* taken */
    CHECK(anjay_access_control_set_owner(&client, 1234, 2, 1, &iid) == -1 && iid == 9);
    iid = 5; /* no such server: no instance is left behind */
    CHECK(anjay_access_control_set_owner(&client, 1234, 2, 4, &iid) == -1 && iid == 5);
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
    anjay_access_control_purge(&client);
}

static void modified_mark_and_notifications(void) {
    anjay_access_control_purge(&client);
    CHECK(anjay_access_control_is_modified(&client));
    snapshot(&client, &before);
    CHECK(!anjay_access_control_is_modified(&client) && before.length == 8);

    unsigned changes = client.changes;
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, R) == 0);
    CHECK(client.changes > changes && client.changed_iid == 65535
          && client.changed_rid == 65535);
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, R | W) == 0);
    CHECK(client.changed_iid == 0 && client.changed_rid == 2);
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 2, NULL) == 0);
    CHECK(client.changed_iid == 0 && client.changed_rid == 3);
    CHECK(anjay_access_control_is_modified(&client));

    snapshot(&client, &stream);
    static const uint8_t WANTED[] = {'A', 'C', 'O', 1, 0, 0, 0, 1, 4, 210, 0, 0, 0,
                                     0,   0,   2,   1, 0, 0, 0, 1, 0, 3,   0, 1};
    CHECK(stream.length == sizeof(WANTED)
          && !memcmp(stream.bytes, WANTED, sizeof(WANTED)));
    anjay_access_control_purge(&client);
    stream.bytes[stream.length++] = 0xee; /* somebody else's */
    CHECK(anjay_access_control_restore(&client, &stream).code == 0);
    CHECK(stream.position == sizeof(WANTED)
          && !anjay_access_control_is_modified(&client));
    stream.length = sizeof(WANTED);
    CHECK(is_unchanged(&client, &stream));
}

/* Each is the good data above with one to four bytes replaced. */
static void data_that_no_device_writes(void) {
    static const struct {
        size_t at;
        uint8_t bytes[4];
        size_t count;
    } BAD[] = {
        {0, {'a'}, 1},        /* magic */
        {3, {2}, 1},          /* version */
        {4, {0, 1, 0, 0}, 4}, /* count */
        {4, {255, 255, 255, 255}, 4},
        {8, {0, 0}, 2}, /* target OID */
        {8, {0, 2}, 2},
        {8, {255, 255}, 2},
        {10, {255, 255}, 2},   /* IID */
        {14, {0, 0}, 2},       /* owner */
        {16, {2}, 1},          /* has_acl */
        {17, {0, 1, 0, 0}, 4}, /* entries */
        {17, {255, 255, 255, 255}, 4},
        {23, {255, 255}, 2}, /* ACL key */
    };
    snapshot(&client, &before);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); ++i) {
        stream = before;
        memcpy(stream.bytes + BAD[i].at, BAD[i].bytes, BAD[i].count);
        stream.length = STREAM_SIZE; /* so that it is not merely short */
        has_error(anjay_access_control_restore(&client, &stream), AVS_EBADMSG);
        CHECK(!anjay_access_control_is_modified(&client)
              && is_unchanged(&client, &before));
    }
    stream = before;
    CHECK(aac_transaction(client.engine, AAC_BEGIN) == 0);
    has_error(anjay_access_control_restore(&client, &stream), AVS_EBADF);
    CHECK(stream.position == 0);
    CHECK(aac_transaction(client.engine, AAC_ROLLBACK) == 0
          && is_unchanged(&client, &before));
}

/* The application calls back while the engine asks about an Instance. */
static void purges(anjay_t *asked) {
    asked->on_question = NULL;
    CHECK(anjay_access_control_set_acl(asked, 1234, 3, 2, W) == 0);
    anjay_access_control_purge(asked);
    CHECK(anjay_access_control_set_acl(asked, 1235, 7, 2, W) == 0);
}

static void calls_from_within_a_question(void) {
    anjay_access_control_purge(&client);
    client.on_question = purges;
    anjay_iid_t iid = ANJAY_ID_INVALID;
    CHECK(anjay_access_control_set_owner(&client, 1234, 1, 3, &iid) == 0);
    CHECK(client.on_question == NULL && iid == 1);
    CHECK(aac_next_instance(client.engine, -1) == 0
          && aac_next_instance(client.engine, 0) == 1);
    CHECK(aac_next_instance(client.engine, 1) == -1);
}

int main(int argc, char **argv) {
    stride_from(argc, argv);
    client_init(&client);
    without_object();
    installed_once();
    each_argument_of_set_acl();
    each_argument_of_set_owner();
    instance_ids_of_set_owner();
    modified_mark_and_notifications();
    data_that_no_device_writes();
    calls_from_within_a_question();
    client_deinit(&client);
    puts("seven: all as documented");
    return 0;
}
