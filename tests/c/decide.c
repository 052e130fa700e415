/*
 * Decisions: each rule, each operation. With ANJAY_COMPAT: of a library that
 * has the feature anjay-compat.
 */
#include "host.h"

enum { R = 1, W = 2, E = 4, D = 8, C = 16, NONE = 65535, OPERATIONS = 12 };

static anjay_t client;

static void is(bool allowed, aac_rule_t rule, uint16_t acl_iid, uint16_t mask,
               uint16_t ssid, int operation, uint16_t oid, uint16_t iid) {
    aac_decision_t why;
    memset(&why, 0xff, sizeof(why));
    CHECK(aac_decide(client.engine, ssid, operation, oid, iid, &why) == allowed);
    CHECK(why.allowed == allowed && why.rule == rule);
    CHECK(why.acl_iid == acl_iid && why.mask == mask);
    CHECK(aac_decide(client.engine, ssid, operation, oid, iid, NULL) == allowed);
}

/* The right that each operation needs; Discover needs none. */
static const uint16_t RIGHT[OPERATIONS] = {0, R, R, R, W, E, D, C, R, R, W, R};

static void every_mask(void) {
    for (uint16_t mask = 0; mask < 16; ++mask) {
        CHECK(anjay_access_control_set_acl(&client, 1234, 0, 1, mask) == 0);
        for (int operation = AAC_READ; operation < OPERATIONS; ++operation) {
            if (operation != AAC_CREATE) {
                is((mask & RIGHT[operation]) != 0, AAC_RULE_OWN_ENTRY, 0, mask, 1,
                   operation, 1234, 0);
            }
        }
    }
}

static void every_rule(void) {
    for (int operation = 0; operation < OPERATIONS; ++operation) {
        is(false, AAC_RULE_KEYS_ARE_CLOSED, NONE, 0, 1, operation, 0, 1);
        is(false, AAC_RULE_KEYS_ARE_CLOSED, NONE, 0, 65535, operation, 21, 1);
        is(true, AAC_RULE_BOOTSTRAP, NONE, 0, 65535, operation, 2, 0);
    }
    is(true, AAC_RULE_DISCOVER_IS_OPEN, NONE, 0, 9, AAC_DISCOVER, 1234, 4);

    is(true, AAC_RULE_ACL_IS_READABLE, NONE, 0, 2, AAC_READ, 2, 0);
    is(true, AAC_RULE_ACL_IS_READABLE, NONE, 0, 2, AAC_OBSERVE, 2, 0);
    is(true, AAC_RULE_ACL_IS_READABLE, NONE, 0, 2, AAC_WRITE_ATTRIBUTES, 2, 0);
    is(false, AAC_RULE_ACL_IS_FIXED, NONE, 0, 1, AAC_CREATE, 2, 0);
    is(false, AAC_RULE_ACL_IS_FIXED, NONE, 0, 1, AAC_DELETE, 2, 0);
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 1, NULL) == 0);
    is(true, AAC_RULE_ACL_OWNER, 0, 0, 1, AAC_WRITE, 2, 0);
    is(false, AAC_RULE_ACL_OWNER, 0, 0, 2, AAC_WRITE, 2, 0);

    is(false, AAC_RULE_NOT_GOVERNED, NONE, 0, 1, AAC_READ, 1234, 4);
    is(false, AAC_RULE_NO_ENTRY, 0, 0, 2, AAC_READ, 1234, 0);
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, ANJAY_SSID_ANY, R | E) == 0);
    is(true, AAC_RULE_DEFAULT_ENTRY, 0, R | E, 2, AAC_READ, 1234, 0);
    is(false, AAC_RULE_DEFAULT_ENTRY, 0, R | E, 2, AAC_WRITE, 1234, 0);
    /* An owner without an entry of its own: full access, whatever the default is. */
    CHECK(anjay_access_control_set_owner(&client, 1234, 0, 3, NULL) == 0);
#ifdef ANJAY_COMPAT
    is(false, AAC_RULE_DEFAULT_ENTRY, 0, R | E, 3, AAC_DELETE, 1234, 0);
#else
    is(true, AAC_RULE_OWNER, 0, R | W | E | D, 3, AAC_DELETE, 1234, 0);
#endif

    /* Create: an own entry, never the default. The Instance ID does not count. */
    is(false, AAC_RULE_NOT_GOVERNED, NONE, 0, 1, AAC_CREATE, 1234, 0);
    CHECK(anjay_access_control_set_acl(&client, 1234, 65535, ANJAY_SSID_ANY, C) == 0);
#ifdef ANJAY_COMPAT
    is(true, AAC_RULE_DEFAULT_ENTRY, 1, C, 1, AAC_CREATE, 1234, 0);
#else
    is(false, AAC_RULE_NO_ENTRY, 1, 0, 1, AAC_CREATE, 1234, 0);
#endif
    CHECK(anjay_access_control_set_acl(&client, 1234, 65535, 1, C) == 0);
    is(true, AAC_RULE_OWN_ENTRY, 1, C, 1, AAC_CREATE, 1234, 0);
    is(true, AAC_RULE_OWN_ENTRY, 1, C, 1, AAC_CREATE, 1234, 65535);
}

/* The open transaction takes from server 2 what it had. */
static void before_the_transaction(void) {
    CHECK(anjay_access_control_set_acl(&client, 1234, 0, 2, R) == 0);
    CHECK(!aac_decide_before(NULL, 2, AAC_READ, 1234, 0));
    CHECK(aac_decide_before(client.engine, 2, AAC_READ, 1234, 0));
    CHECK(!aac_decide_before(client.engine, 2, AAC_WRITE, 1234, 0));
    CHECK(!aac_decide_before(client.engine, 2, -1, 1234, 0));
    CHECK(!aac_decide_before(client.engine, 2, OPERATIONS, 1234, 0));
    CHECK(aac_transaction(client.engine, AAC_BEGIN) == 0);
    CHECK(aac_write(client.engine, 0, 2, 2, W) == 0);
    is(false, AAC_RULE_OWN_ENTRY, 0, W, 2, AAC_READ, 1234, 0);
    CHECK(aac_decide_before(client.engine, 2, AAC_READ, 1234, 0));
    CHECK(!aac_decide_before(client.engine, 2, AAC_WRITE, 1234, 0));
    CHECK(aac_transaction(client.engine, AAC_COMMIT) == 0);
    CHECK(!aac_decide_before(client.engine, 2, AAC_READ, 1234, 0));
}

static unsigned denials;

static void audit(void *arg, uint16_t ssid, int operation, uint16_t oid, uint16_t iid,
                  const aac_decision_t *why) {
    CHECK(arg == &denials && ssid == 3 && operation == AAC_WRITE && oid == 1234
          && iid == 4);
    CHECK(!why->allowed && why->rule == AAC_RULE_NOT_GOVERNED);
    ++denials;
}

static void denials_are_told(void) {
    aac_set_audit(NULL, audit, &denials);
    CHECK(!aac_decide(client.engine, 3, AAC_WRITE, 1234, 4, NULL) && denials == 0);
    aac_set_audit(client.engine, audit, &denials);
    CHECK(!aac_decide(client.engine, 3, AAC_WRITE, 1234, 4, NULL) && denials == 1);
    CHECK(aac_decide(client.engine, 3, AAC_DISCOVER, 1234, 4, NULL) && denials == 1);
    aac_set_audit(client.engine, NULL, NULL);
    CHECK(!aac_decide(client.engine, 3, AAC_WRITE, 1234, 4, NULL) && denials == 1);
}

static void operations_that_do_not_exist(void) {
    static const int UNKNOWN[] = {-1, OPERATIONS, 255, 256, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof(UNKNOWN) / sizeof(UNKNOWN[0]); ++i) {
        is(false, AAC_RULE_NOT_DECIDED, NONE, 0, 65535, UNKNOWN[i], 1234, 0);
    }
}

static void a_single_server(void) {
    client_drop_server(&client, 2);
    client_drop_server(&client, 3);
    is(true, AAC_RULE_SINGLE_SERVER, NONE, 0, 1, AAC_DELETE, 1234, 4);
    is(false, AAC_RULE_KEYS_ARE_CLOSED, NONE, 0, 1, AAC_READ, 0, 1);
}

int main(void) {
    client_init(&client);
    CHECK(anjay_access_control_install(&client) == 0);
    every_mask();
    every_rule();
    before_the_transaction();
    denials_are_told();
    operations_that_do_not_exist();
    a_single_server();
    client_deinit(&client);
    puts("decide: all as documented");
    return 0;
}
