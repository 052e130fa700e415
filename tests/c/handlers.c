/* The handlers of Object 2, transactions, and staying in step. */
#include "host.h"

enum { BAD_REQUEST = -128, NOT_FOUND = -132, NOT_ALLOWED = -133, INTERNAL = -160 };

static anjay_t client;
static avs_stream_t before;

static void step(int which) {
    CHECK(aac_transaction(client.engine, which) == 0);
}

static void write_is(int wanted, uint16_t rid, uint16_t riid, int64_t value) {
    uint16_t old = 0, now = 0;
    int had = aac_read(client.engine, 5, rid, riid, &old);
    CHECK(aac_write(client.engine, 5, rid, riid, value) == wanted);
    int has = aac_read(client.engine, 5, rid, riid, &now);
    CHECK(wanted == 0 ? has == 0 && now == (uint16_t) value : has == had && now == old);
}

static void null_arguments(void) {
    uint16_t value = 77;
    aac_decision_t why = {0, true, 1, 1};
    aac_change_t change = {1234, NULL, 0};
    CHECK(aac_new(NULL, NULL) == NULL);
    aac_free(NULL);
    CHECK(aac_ids_add(NULL, 1) == -1);
    CHECK(!aac_decide(NULL, 1, AAC_READ, 1234, 0, &why));
    CHECK(!aac_decide(NULL, 1, AAC_DISCOVER, 1234, 0, NULL));
    CHECK(aac_sync(NULL, 1, &change, 1) == INTERNAL);
    CHECK(aac_transaction(NULL, AAC_BEGIN) == INTERNAL);
    CHECK(aac_next_instance(NULL, -1) == -1);
    CHECK(aac_next_entry(NULL, 0, -1) == INTERNAL);
    CHECK(aac_create(NULL, 0) == INTERNAL);
    CHECK(aac_remove(NULL, 0) == INTERNAL);
    CHECK(aac_reset(NULL, 0) == INTERNAL);
    CHECK(aac_read(NULL, 0, 0, 0, &value) == INTERNAL);
    CHECK(aac_write(NULL, 0, 0, 0, 1) == INTERNAL);
    CHECK(aac_reset_resource(NULL, 0, 2) == INTERNAL);
    CHECK(aac_remove_entry(NULL, 0, 1) == INTERNAL);
    CHECK(aac_read(client.engine, 0, 0, 0, NULL) == INTERNAL);
    CHECK(aac_sync(client.engine, 1, NULL, 0) == 0);
    change.created_count = 3; /* of NULL */
    CHECK(aac_sync(client.engine, 1, &change, 1) == INTERNAL);
    CHECK(value == 77 && aac_next_instance(client.engine, -1) == -1);
}

/* A change through a handler needs a transaction. */
static void outside_a_transaction(void) {
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, 1) == 0);
    snapshot(&client, &before);
    CHECK(aac_create(client.engine, 5) == INTERNAL);
    CHECK(aac_remove(client.engine, 0) == INTERNAL);
    CHECK(aac_reset(client.engine, 0) == INTERNAL);
    CHECK(aac_write(client.engine, 0, 3, 0, 1) == INTERNAL);
    CHECK(aac_reset_resource(client.engine, 0, 2) == INTERNAL);
    CHECK(aac_remove_entry(client.engine, 0, 1) == INTERNAL);
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
}

static void steps_in_a_wrong_order(void) {
    static const int UNKNOWN[] = {-1, 5, 255, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof(UNKNOWN) / sizeof(UNKNOWN[0]); ++i) {
        CHECK(aac_transaction(client.engine, UNKNOWN[i]) == INTERNAL);
    }
    CHECK(aac_transaction(client.engine, AAC_VALIDATE) == INTERNAL);
    CHECK(aac_transaction(client.engine, AAC_COMMIT) == INTERNAL);
    CHECK(aac_transaction(client.engine, AAC_ROLLBACK) == INTERNAL);
    step(AAC_BEGIN);
    CHECK(aac_transaction(client.engine, AAC_BEGIN) == INTERNAL);
    CHECK(aac_transaction(client.engine, UNKNOWN[0]) == INTERNAL);
    step(AAC_VALIDATE);
    step(AAC_VALIDATE);
    step(AAC_COMMIT);
    CHECK(aac_transaction(client.engine, AAC_COMMIT) == INTERNAL);
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
}

static void values_and_resources(void) {
    step(AAC_BEGIN);
    CHECK(aac_create(client.engine, 65535) != 0);
    CHECK(aac_create(client.engine, 5) == 0);
    CHECK(aac_create(client.engine, 5) != 0);

    static const int64_t NEVER[] = {INT64_MIN, -65536, -1, 65536, 65537, INT64_MAX};
    for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); ++i) {
        for (uint16_t rid = 0; rid < 4; ++rid) {
            write_is(BAD_REQUEST, rid, 1, NEVER[i]);
        }
    }
    for (uint32_t value = 0; value <= UINT16_MAX; value = next_value(value)) {
        bool is_target = value >= 1 && value <= 65534 && value != 2;
        write_is(is_target ? 0 : BAD_REQUEST, 0, 0, value);
        write_is(0, 1, 0, value);
        write_is(value <= 31 ? 0 : BAD_REQUEST, 2, 1, value);
        write_is(value >= 1 ? 0 : BAD_REQUEST, 3, 0, value);
        if (value >= 4) {
            write_is(NOT_FOUND, (uint16_t) value, 0, 1);
        }
    }
    write_is(0, 2, 0, 31);
    write_is(0, 2, 65534, 1);
    write_is(BAD_REQUEST, 2, 65535, 1);
    CHECK(aac_write(client.engine, 6, 3, 0, 1) == NOT_FOUND);

    CHECK(aac_next_entry(client.engine, 5, -1) == 0);
    CHECK(aac_next_entry(client.engine, 5, 0) == 1);
    CHECK(aac_next_entry(client.engine, 5, 1) == 65534);
    CHECK(aac_next_entry(client.engine, 5, 65534) == -1);
    CHECK(aac_next_entry(client.engine, 6, -1) == NOT_FOUND);
    CHECK(aac_remove_entry(client.engine, 5, 1) == 0);
    CHECK(aac_remove_entry(client.engine, 5, 1) == NOT_FOUND);
    CHECK(aac_remove_entry(client.engine, 6, 1) == NOT_FOUND);
    CHECK(aac_reset_resource(client.engine, 5, 2) == 0);
    CHECK(aac_next_entry(client.engine, 5, -1) == -1);
    CHECK(aac_reset_resource(client.engine, 5, 0) == NOT_ALLOWED);
    CHECK(aac_reset_resource(client.engine, 6, 2) == NOT_FOUND);
    CHECK(aac_reset(client.engine, 6) == NOT_FOUND);
    CHECK(aac_reset(client.engine, 5) == 0);
    CHECK(aac_next_entry(client.engine, 5, -1) == NOT_FOUND);
    uint16_t value = 77;
    CHECK(aac_read(client.engine, 5, 3, 0, &value) == NOT_FOUND && value == 77);
    CHECK(aac_read(client.engine, 6, 0, 0, &value) == NOT_FOUND);
    CHECK(aac_remove(client.engine, 6) == NOT_FOUND);
    CHECK(aac_remove(client.engine, 5) == 0);
    CHECK(aac_next_instance(client.engine, -1) == 0
          && aac_next_instance(client.engine, 0) == -1);
    CHECK(aac_next_instance(client.engine, 65535) == -1);
    step(AAC_ROLLBACK);
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
}

/* Instance 5 for a target; fails to validate unless all is right. */
static void validates(int wanted, uint16_t oid, uint16_t iid, uint16_t key,
                      uint16_t owner) {
    step(AAC_BEGIN);
    CHECK(aac_create(client.engine, 5) == 0);
    write_is(0, 0, 0, oid);
    write_is(0, 1, 0, iid);
    write_is(0, 2, key, 1);
    write_is(0, 3, 0, owner);
    CHECK(aac_transaction(client.engine, AAC_VALIDATE) == wanted);
    CHECK(!anjay_access_control_is_modified(&client)); /* as it was before */
    if (wanted == 0) {
        step(AAC_COMMIT);
        CHECK(anjay_access_control_is_modified(&client));
        step(AAC_BEGIN);
        CHECK(aac_remove(client.engine, 5) == 0);
        step(AAC_COMMIT); /* validates what was not */
    } else {
        step(AAC_ROLLBACK);
        CHECK(!anjay_access_control_is_modified(&client));
    }
    CHECK(is_unchanged(&client, &before));
}

static void validation(void) {
    validates(0, 1234, 1, 2, 3);
    validates(0, 1234, 65535, 0, 65535);
    validates(BAD_REQUEST, 1236, 1, 2, 3); /* no such Object */
    validates(BAD_REQUEST, 1234, 9, 2, 3); /* no such Instance */
    validates(BAD_REQUEST, 1234, 0, 2, 3); /* governed already */
    validates(BAD_REQUEST, 1234, 1, 4, 3); /* no such server, as key */
    validates(BAD_REQUEST, 1234, 1, 2, 4); /* and as owner */
    step(AAC_BEGIN);
    CHECK(aac_create(client.engine, 5) == 0); /* without a target */
    CHECK(aac_transaction(client.engine, AAC_COMMIT) == BAD_REQUEST);
    CHECK(aac_transaction(client.engine, AAC_ROLLBACK) == INTERNAL); /* it has ended */
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
}

/* A transaction that begins with the first change; and the functions of few words. */
static void begins_later(void) {
    CHECK(aac_ask(client.engine, 1, AAC_READ, 1234u << 16) == AAC_RULE_OWN_ENTRY);
    CHECK(aac_ask(client.engine, 1, AAC_WRITE, 1234u << 16) == -AAC_RULE_OWN_ENTRY);
    CHECK(aac_ask(client.engine, 1, -1, 1234u << 16) == -AAC_RULE_NOT_DECIDED);
    CHECK(aac_ask(client.engine, 1, 2 * AAC_BEFORE, 1234u << 16)
          == -AAC_RULE_NOT_DECIDED);
    step(AAC_BEGIN_LATER);
    step(AAC_BEGIN_LATER);
    step(AAC_VALIDATE);
    CHECK(aac_grant(client.engine, 1234u << 16, 1, 3, NULL) == 0);
    step(AAC_ROLLBACK);
    CHECK(aac_get(client.engine, 0, 2, 1) == 3); /* it was not part of it */
    CHECK(aac_grant(client.engine, 1234u << 16, 1, 1, NULL) == 0);
    CHECK(aac_transaction(client.engine, AAC_ROLLBACK) == INTERNAL); /* it has ended */
    CHECK(aac_edit(client.engine, AAC_EDIT_REMOVE, 0, 0) == INTERNAL);
    step(AAC_BEGIN_LATER);
    CHECK(aac_edit(client.engine, 4, 0, 0) == INTERNAL); /* there is no such edit */
    CHECK(aac_write(client.engine, 0, 2, 1, 2) == 0);
    CHECK(aac_ask(client.engine, 1, AAC_READ + AAC_BEFORE, 1234u << 16) > 0);
    CHECK(aac_ask(client.engine, 1, AAC_READ, 1234u << 16) < 0);
    CHECK(aac_transaction(client.engine, AAC_BEGIN) == INTERNAL);
    CHECK(aac_transaction(client.engine, AAC_BEGIN_LATER) == INTERNAL);
    CHECK(aac_edit(client.engine, AAC_EDIT_RESET_RESOURCE, 0, 2) == 0);
    CHECK(aac_next(client.engine, 0, -1) == -1 && aac_next(client.engine, -1, -1) == 0);
    CHECK(aac_next(client.engine, 9, -1) == NOT_FOUND);
    CHECK(aac_next(client.engine, 65536, -1) == NOT_FOUND);
    CHECK(aac_next(client.engine, -2, -1) == NOT_FOUND);
    step(AAC_ROLLBACK);
    CHECK(aac_next(client.engine, 0, -1) == 1 && aac_next(client.engine, 0, 65535) == -1);
    step(AAC_BEGIN_LATER);
    CHECK(aac_transaction(client.engine, 77) == INTERNAL); /* and nothing has changed */
    step(AAC_VALIDATE);
    step(AAC_BEGIN);
    CHECK(aac_edit(client.engine, AAC_EDIT_REMOVE, 0, 0) == 0);
    step(AAC_ROLLBACK);
    CHECK(aac_get(client.engine, 0, 2, 1) == 1
          && aac_get(client.engine, 9, 2, 1) == NOT_FOUND);
    CHECK(aac_edit(client.engine, AAC_EDIT_REMOVE, 0, 0) == INTERNAL);
    /* Masks that are none, and of which only -1 stands for the owner. */
    static const int32_t NONE[] = {-2, -65536, 32, 65535, 65536, 65537, INT32_MAX};
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); ++i) {
        CHECK(aac_grant(client.engine, 1234u << 16, 2, NONE[i], NULL)
              == AAC_ERROR_BAD_REQUEST);
    }
    CHECK(aac_get(client.engine, 0, 2, 2) == NOT_FOUND);
}

static uint16_t entry(uint16_t iid, uint16_t ssid) {
    uint16_t mask = 0;
    CHECK(aac_read(client.engine, iid, 2, ssid, &mask) == 0);
    return mask;
}

static uint16_t owner(uint16_t iid) {
    uint16_t value = 0;
    CHECK(aac_read(client.engine, iid, 3, 0, &value) == 0);
    return value;
}

static void in_step(void) {
    static const uint16_t CREATED[] = {1, 2};
    const aac_change_t created = {1234, CREATED, 2};
    CHECK(aac_sync(client.engine, 2, &created, 1) == 0);
    CHECK(owner(1) == 2 && entry(1, 2) == 15
          && aac_next_entry(client.engine, 1, 2) == -1);
    CHECK(owner(2) == 2 && aac_next_instance(client.engine, 2) == -1);
    /* What governs them already was left by earlier Instances (D19). */
    CHECK(aac_sync(client.engine, 3, &created, 1) == 0 && owner(1) == 3
          && entry(1, 3) == 15);
    CHECK(aac_sync(client.engine, 2, &created, 1) == 0 && owner(1) == 2);

    /* A target is gone; then the Object can not be listed. */
    const aac_change_t removed = {1234, NULL, 0};
    CHECK(client_remove(&client, 1234, 2) == 0);
    client.answers_left = 0;
    (void) aac_sync(client.engine, 1, &removed, 1);
    client.answers_left = -1;
    CHECK(owner(2) == 2);
    CHECK(aac_sync(client.engine, 1, &removed, 1) == 0);
    CHECK(aac_next_instance(client.engine, 1) == -1);

    /* An account is gone: another one inherits. */
    const aac_change_t accounts = {0, NULL, 0};
    CHECK(anjay_access_control_set_acl(&client, 1234, 1, 1, 2) == 0);
    CHECK(anjay_access_control_set_acl(&client, 1234, 1, 3, 1) == 0);
    client_drop_server(&client, 2);
    CHECK(aac_sync(client.engine, 65535, &accounts, 1) == 0);
    CHECK(owner(1) == 1 && aac_next_entry(client.engine, 1, 1) == 3);

    /* Nobody inherits: the target goes; where it cannot, it is kept. */
    CHECK(anjay_access_control_set_owner(&client, 1234, 3, 3, NULL) == 0);
    CHECK(anjay_access_control_set_owner(&client, 1235, 7, 3, NULL) == 0);
    client.fixed_oid = 1235;
    client_drop_server(&client, 3);
    CHECK(aac_sync(client.engine, 65535, &accounts, 1) == 0);
    CHECK(!client_has(&client, 1234, 3) && client_has(&client, 1235, 7));
    CHECK(aac_next_instance(client.engine, 1) == 3 && owner(3) == 65535);
    CHECK(aac_next_entry(client.engine, 3, -1) == -1);
    CHECK(aac_next_entry(client.engine, 1, 1) == -1);

    /* An Object is gone. */
    const aac_change_t object = {1235, NULL, 0};
    client_unregister(&client, 1235);
    CHECK(aac_sync(client.engine, 65535, &object, 1) == 0);
    CHECK(aac_next_instance(client.engine, 1) == -1);
}

/* persist, is_modified and decisions go by the state before the transaction. */
static void while_a_transaction_is_open(void) {
    snapshot(&client, &before);
    step(AAC_BEGIN);
    CHECK(aac_write(client.engine, 1, 3, 0, 65535) == 0);
    CHECK(!anjay_access_control_is_modified(&client) && is_unchanged(&client, &before));
    step(AAC_COMMIT);
    CHECK(anjay_access_control_is_modified(&client) && !is_unchanged(&client, &before));
}

int main(int argc, char **argv) {
    stride_from(argc, argv);
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    null_arguments();
    outside_a_transaction();
    steps_in_a_wrong_order();
    values_and_resources();
    validation();
    begins_later();
    in_step();
    while_a_transaction_is_open();
    client_deinit(&client);
    puts("handlers: all as documented");
    return 0;
}
