/*
 * The list through its C surface: the rules, the table of updates, the refusals, the NULL
 * policy. Every check runs; the program says how many there were and fails if one did.
 */
#include <ocf_acl.h>

#include "cbor_write.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned checks;
static unsigned failures;

#define CHECK(Condition) check_that((Condition), #Condition, __LINE__)
#define CHECK_EQ(Is, Expected) check_equal((Is), (Expected), #Is, __LINE__)

static void check_that(int condition, const char *text, int line) {
    ++checks;
    if (!condition) {
        ++failures;
        printf("line %d: %s\n", line, text);
    }
}

static void check_equal(unsigned long is, unsigned long expected, const char *text,
                        int line) {
    ++checks;
    if (is != expected) {
        ++failures;
        printf("line %d: %s is %lu, not %lu\n", line, text, is, expected);
    }
}

#define ALICE_TEXT "11111111-2222-3333-4444-555555555555"
#define NIL_TEXT "00000000-0000-0000-0000-000000000000"
static const uint8_t ALICE[16] = {0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33,
                                  0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55};
static const uint8_t BOB[16] = {1};
static const uint8_t NIL[16] = {0};

static const uint8_t METHODS[] = {OCF_ACL_METHOD_GET, OCF_ACL_METHOD_POST,
                                  OCF_ACL_METHOD_PUT, OCF_ACL_METHOD_DELETE};
static const uint8_t STATES[] = {OCF_ACL_STATE_RESET, OCF_ACL_STATE_RFOTM,
                                 OCF_ACL_STATE_RFPRO, OCF_ACL_STATE_RFNOP,
                                 OCF_ACL_STATE_SRESET};
static const char *const SECURITY[] = {
    "/oic/sec/doxm", "/oic/sec/pstat", "/oic/sec/acl2", "/oic/sec/ael",  "/oic/sec/cred",
    "/oic/sec/sdi",  "/oic/sec/sp",    "/oic/sec/csr",  "/oic/sec/roles"};
#define COUNT(Array) (sizeof(Array) / sizeof((Array)[0]))
#define READ (OCF_ACL_PERM_RETRIEVE | OCF_ACL_PERM_NOTIFY)

static ocf_acl_request_t request(uint8_t state, uint8_t method, const char *path) {
    ocf_acl_request_t made;
    memset(&made, 0, sizeof(made));
    made.state = state;
    made.method = method;
    made.path = path;
    made.path_len = strlen(path);
    return made;
}

static ocf_acl_request_t secured(uint8_t state, uint8_t method, const char *path) {
    ocf_acl_request_t made = request(state, method, path);
    made.flags = OCF_ACL_FLAG_SECURED;
    return made;
}

static ocf_acl_decision_t decide(const ocf_acl_t *acl, const ocf_acl_request_t *asked) {
    ocf_acl_decision_t decision;
    memset(&decision, 0xff, sizeof(decision));
    uint8_t code = ocf_acl_check(acl, asked, &decision);
    CHECK_EQ(code, decision.allowed ? OCF_ACL_CODE_CONTENT : OCF_ACL_CODE_UNAUTHORIZED);
    CHECK(decision.allowed || decision.has_aceid == 0);
    return decision;
}

static int allowed(const ocf_acl_t *acl, const ocf_acl_request_t *asked) {
    return decide(acl, asked).allowed;
}

static void expect(const ocf_acl_t *acl, const ocf_acl_request_t *asked, unsigned allow,
                   unsigned rule, unsigned permissions, int line) {
    ocf_acl_decision_t decision = decide(acl, asked);
    check_equal(decision.allowed, allow, "allowed", line);
    check_equal(decision.rule, rule, "rule", line);
    check_equal(decision.permissions, permissions, "permissions", line);
}

#define ALLOWS(Acl, Asked, Rule, Permissions)                                            \
    expect(Acl, Asked, 1, Rule, Permissions, __LINE__)
#define DENIES(Acl, Asked, Rule) expect(Acl, Asked, 0, Rule, 0, __LINE__)

static uint8_t post(ocf_acl_t *acl, uint8_t state, const cbor_t *payload) {
    return ocf_acl_post(acl, state, payload->bytes, payload->length, NULL);
}

/* A list with one ACE. */
static ocf_acl_t *list_of(long aceid, const char *subject_key, const char *subject,
                          const char *resource_key, const char *resource,
                          unsigned permission) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 1);
    cbor_ace(&payload, aceid, subject_key, subject, resource_key, resource, permission);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    return acl;
}

static ocf_acl_t *open_to_all(const char *resource_key, const char *resource) {
    return list_of(-1, "conntype", "anon-clear", resource_key, resource,
                   OCF_ACL_PERM_ALL);
}

/* ------------------------------------------------------------------------------------
 * rules */

static void rule_1(void) {
    ocf_acl_t *acl = ocf_acl_new();
    ocf_acl_request_t asked = request(OCF_ACL_STATE_RFOTM, OCF_ACL_METHOD_GET, "/light");
    DENIES(acl, &asked, OCF_ACL_RULE_OUTSIDE_RFNOP);
    asked.rfotm_access = OCF_ACL_PERM_RETRIEVE;
    ALLOWS(acl, &asked, OCF_ACL_RULE_UNSECURED_RFOTM, OCF_ACL_PERM_RETRIEVE);
    asked.method = OCF_ACL_METHOD_POST;
    DENIES(acl, &asked, OCF_ACL_RULE_OUTSIDE_RFNOP);
    asked.method = OCF_ACL_METHOD_GET;
    asked.secure_peers = 1;
    DENIES(acl, &asked, OCF_ACL_RULE_UNSECURED_RFOTM);
    asked.secure_peers = 2;
    ALLOWS(acl, &asked, OCF_ACL_RULE_UNSECURED_RFOTM, OCF_ACL_PERM_RETRIEVE);
    asked.flags = OCF_ACL_FLAG_SECURED;
    DENIES(acl, &asked, OCF_ACL_RULE_OUTSIDE_RFNOP);

    static const unsigned enough[] = {READ, OCF_ACL_PERM_CREATE | OCF_ACL_PERM_UPDATE,
                                      OCF_ACL_PERM_CREATE | OCF_ACL_PERM_UPDATE,
                                      OCF_ACL_PERM_DELETE};
    for (unsigned bit = 0; bit < 5; ++bit) {
        for (size_t i = 0; i < COUNT(METHODS); ++i) {
            for (size_t j = 0; j < COUNT(STATES); ++j) {
                asked = request(STATES[j], METHODS[i], "/light");
                asked.rfotm_access = (uint8_t) (1u << bit);
                CHECK_EQ(allowed(acl, &asked), STATES[j] == OCF_ACL_STATE_RFOTM
                                                   && (enough[i] & 1u << bit) != 0);
            }
        }
    }
    ocf_acl_free(acl);
}

static void rules_2_and_3(void) {
    ocf_acl_t *acl = open_to_all("wc", "*");
    for (size_t i = 0; i < COUNT(STATES); ++i) {
        ocf_acl_request_t asked = secured(STATES[i], OCF_ACL_METHOD_GET, "/light");
        if (STATES[i] == OCF_ACL_STATE_RFNOP) {
            ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
        } else {
            DENIES(acl, &asked, OCF_ACL_RULE_OUTSIDE_RFNOP);
        }
    }
    ocf_acl_request_t asked = request(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
    DENIES(acl, &asked, OCF_ACL_RULE_UNSECURED_VERTICAL);
    asked.kind = OCF_ACL_KIND_OTHER;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
    asked = request(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/oc/con");
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
    asked.kind = OCF_ACL_KIND_VERTICAL;
    DENIES(acl, &asked, OCF_ACL_RULE_UNSECURED_VERTICAL);
    ocf_acl_free(acl);
}

static void rule_4(void) {
    static const char *const paths[] = {"/oic/sec/cred", "/oic/p", "/oic/mnt"};
    ocf_acl_t *acl = ocf_acl_new();
    for (size_t i = 0; i < COUNT(STATES); ++i) {
        for (size_t j = 0; j < COUNT(METHODS) * COUNT(paths); ++j) {
            ocf_acl_request_t asked = secured(STATES[i], METHODS[j % COUNT(METHODS)],
                                              paths[j / COUNT(METHODS)]);
            asked.secure_peers = 1;
            CHECK(decide(acl, &asked).rule != OCF_ACL_RULE_ONBOARDING);
            asked.flags |= OCF_ACL_FLAG_ONBOARDING;
            ALLOWS(acl, &asked, OCF_ACL_RULE_ONBOARDING, OCF_ACL_PERM_ALL);
            asked.path = "/light";
            asked.path_len = 6;
            CHECK(!allowed(acl, &asked));
        }
    }
    ocf_acl_free(acl);
}

static void rule_5(void) {
    static const char *const always[] = {"/.well-known/core", "/x.plgd.dev/time"};
    static const char *const rfotm[] = {"/oic/res", "/oic/d", "/oic/p"};
    ocf_acl_t *acl = ocf_acl_new();
    for (size_t i = 0; i < COUNT(STATES); ++i) {
        for (size_t j = 0; j < COUNT(always); ++j) {
            ocf_acl_request_t asked = request(STATES[i], OCF_ACL_METHOD_GET, always[j]);
            ALLOWS(acl, &asked, OCF_ACL_RULE_PUBLIC_READ, READ);
            for (size_t method = 1; method < COUNT(METHODS); ++method) {
                asked.method = METHODS[method];
                CHECK(!allowed(acl, &asked));
            }
        }
        for (size_t j = 0; j < COUNT(rfotm); ++j) {
            ocf_acl_request_t asked = request(STATES[i], OCF_ACL_METHOD_GET, rfotm[j]);
            if (STATES[i] == OCF_ACL_STATE_RFOTM) {
                ALLOWS(acl, &asked, OCF_ACL_RULE_PUBLIC_READ, READ);
            } else {
                DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            }
            for (size_t method = 1; method < COUNT(METHODS); ++method) {
                asked.method = METHODS[method];
                CHECK(!allowed(acl, &asked));
            }
        }
    }
    ocf_acl_free(acl);
}

static void rule_6(void) {
    ocf_acl_t *acl = ocf_acl_new();
    for (size_t i = 0; i < COUNT(METHODS); ++i) {
        ocf_acl_request_t asked =
            request(OCF_ACL_STATE_RFOTM, METHODS[i], "/oic/sec/doxm");
        ALLOWS(acl, &asked, OCF_ACL_RULE_BEFORE_ONBOARDING, OCF_ACL_PERM_ALL);
        asked = request(OCF_ACL_STATE_RFOTM, METHODS[i], "/oic/sec/pstat");
        if (METHODS[i] == OCF_ACL_METHOD_GET) {
            ALLOWS(acl, &asked, OCF_ACL_RULE_BEFORE_ONBOARDING, READ);
        } else {
            DENIES(acl, &asked, OCF_ACL_RULE_BEFORE_ONBOARDING);
        }
        static const char *const others[] = {"/oic/sec/cred", "/oic/sec/acl2",
                                             "/oic/mnt"};
        for (size_t j = 0; j < COUNT(others); ++j) {
            asked = request(OCF_ACL_STATE_RFOTM, METHODS[i], others[j]);
            DENIES(acl, &asked, OCF_ACL_RULE_BEFORE_ONBOARDING);
        }
        asked = secured(OCF_ACL_STATE_RFOTM, METHODS[i], "/oic/sec/doxm");
        asked.secure_peers = 1;
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        asked = request(OCF_ACL_STATE_RESET, METHODS[i], "/oic/sec/doxm");
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    }
    ocf_acl_free(acl);
}

static void rules_7_and_8(void) {
    static const char *const paths[] = {"/oic/sec/acl2", "/oic/sec/doxm",
                                        "/oic/sec/pstat", "/oic/sec/cred"};
    for (size_t owned = 0; owned < COUNT(paths); ++owned) {
        ocf_acl_t *acl = ocf_acl_new();
        CHECK_EQ(ocf_acl_set_owner(acl, owned == 0 ? ALICE : BOB), OCF_ACL_CODE_CHANGED);
        for (size_t path = 0; path < COUNT(paths); ++path) {
            ocf_acl_request_t asked =
                secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_POST, paths[path]);
            asked.doxm_owner = owned == 1 ? ALICE : BOB;
            asked.pstat_owner = owned == 2 ? ALICE : BOB;
            asked.cred_owner = owned == 3 ? ALICE : BOB;
            asked.peer = ALICE;
            if (owned == path) {
                ALLOWS(acl, &asked, OCF_ACL_RULE_RESOURCE_OWNER, OCF_ACL_PERM_ALL);
            } else {
                DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            }
            asked.flags = 0;
            for (uint8_t state = OCF_ACL_STATE_RFPRO; state <= OCF_ACL_STATE_SRESET;
                 ++state) {
                asked.state = state;
                DENIES(acl, &asked, OCF_ACL_RULE_UNSECURED_SECURITY);
            }
        }
        ocf_acl_free(acl);
    }
}

/* A list that gives everything on every security resource to everybody. */
static void rule_7_everywhere(void) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, COUNT(SECURITY));
    for (size_t i = 0; i < COUNT(SECURITY); ++i) {
        cbor_ace(&payload, -1, "conntype", "anon-clear", "href", SECURITY[i],
                 OCF_ACL_PERM_ALL);
    }
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    for (size_t i = 0; i < COUNT(SECURITY); ++i) {
        for (size_t j = 0; j < COUNT(METHODS); ++j) {
            ocf_acl_request_t asked;
            for (uint8_t state = OCF_ACL_STATE_RFPRO; state <= OCF_ACL_STATE_SRESET;
                 ++state) {
                asked = request(state, METHODS[j], SECURITY[i]);
                DENIES(acl, &asked, OCF_ACL_RULE_UNSECURED_SECURITY);
            }
            asked = request(OCF_ACL_STATE_RESET, METHODS[j], SECURITY[i]);
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        }
    }
    ocf_acl_free(acl);
}

static void rule_8_nowhere_else(void) {
    static const char *const paths[] = {"/oic/sec/ael", "/oic/sec/sdi", "/oic/sec/sp",
                                        "/oic/sec/csr", "/oic/mnt",     "/light"};
    ocf_acl_t *acl = ocf_acl_new();
    CHECK_EQ(ocf_acl_set_owner(acl, ALICE), OCF_ACL_CODE_CHANGED);
    for (size_t i = 0; i < COUNT(paths); ++i) {
        ocf_acl_request_t asked =
            secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, paths[i]);
        asked.peer = asked.doxm_owner = asked.pstat_owner = asked.cred_owner = ALICE;
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    }
    ocf_acl_free(acl);
}

/* "No UUID" is the absence of one, never the nil UUID. */
static void nobody_owns_nothing(void) {
    static const char *const paths[] = {"/oic/sec/acl2", "/oic/sec/doxm",
                                        "/oic/sec/pstat", "/oic/sec/cred"};
    static const uint8_t *const nobody[] = {NULL, NIL};
    ocf_acl_t *acl = ocf_acl_new();
    CHECK_EQ(ocf_acl_set_owner(acl, NIL), OCF_ACL_CODE_BAD_REQUEST);
    for (size_t path = 0; path < COUNT(paths); ++path) {
        for (size_t peer = 0; peer < 2; ++peer) {
            for (size_t owner = 0; owner < 2; ++owner) {
                ocf_acl_request_t asked =
                    secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, paths[path]);
                asked.peer = nobody[peer];
                asked.doxm_owner = asked.pstat_owner = asked.cred_owner = nobody[owner];
                DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            }
        }
    }
    ocf_acl_free(acl);
}

static void rule_9(void) {
    ocf_acl_t *acl = ocf_acl_new();
    for (size_t i = 0; i < COUNT(STATES); ++i) {
        for (size_t j = 0; j < COUNT(METHODS); ++j) {
            ocf_acl_request_t asked = secured(STATES[i], METHODS[j], "/oic/sec/roles");
            if (STATES[i] == OCF_ACL_STATE_RESET) {
                DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            } else if (STATES[i] == OCF_ACL_STATE_RFOTM) {
                DENIES(acl, &asked, OCF_ACL_RULE_BEFORE_ONBOARDING);
            } else {
                ALLOWS(acl, &asked, OCF_ACL_RULE_ROLES, OCF_ACL_PERM_ALL);
            }
        }
    }
    ocf_acl_free(acl);
}

static void rule_10_permissions(void) {
    for (unsigned bit = 0; bit < 5; ++bit) {
        static const unsigned needed[] = {READ, OCF_ACL_PERM_CREATE | OCF_ACL_PERM_UPDATE,
                                          OCF_ACL_PERM_CREATE | OCF_ACL_PERM_UPDATE,
                                          OCF_ACL_PERM_DELETE};
        ocf_acl_t *acl = list_of(42, "uuid", ALICE_TEXT, "href", "/light", 1u << bit);
        for (size_t i = 0; i < COUNT(METHODS); ++i) {
            ocf_acl_request_t asked = secured(OCF_ACL_STATE_RFNOP, METHODS[i], "/light");
            asked.peer = ALICE;
            ocf_acl_decision_t decision = decide(acl, &asked);
            CHECK_EQ(decision.allowed, (needed[i] & 1u << bit) != 0);
            CHECK_EQ(decision.has_aceid, decision.allowed);
            CHECK_EQ(decision.aceid, decision.allowed ? 42 : 0);
            CHECK_EQ(decision.permissions, 1u << bit);
            asked.peer = BOB;
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            asked.peer = NULL;
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        }
        ocf_acl_free(acl);
    }
}

static void rule_10_union(void) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 4);
    cbor_ace(&payload, 5, "uuid", ALICE_TEXT, "href", "/light", OCF_ACL_PERM_UPDATE);
    cbor_ace(&payload, 4, "conntype", "auth-crypt", "wc", "*", OCF_ACL_PERM_RETRIEVE);
    cbor_ace(&payload, 3, "conntype", "anon-clear", "wc", "*", OCF_ACL_PERM_RETRIEVE);
    cbor_ace(&payload, 2, "role", "admin", "wc", "*", OCF_ACL_PERM_DELETE);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    ocf_acl_request_t asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
    asked.peer = ALICE;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_UPDATE | OCF_ACL_PERM_RETRIEVE);
    CHECK_EQ(decide(acl, &asked).aceid, 3); /* the lowest that is enough */
    asked.method = OCF_ACL_METHOD_DELETE;
    CHECK(!allowed(acl, &asked));
    ocf_acl_free(acl);
}

static void rule_10_union_of_all_subjects(void) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 6);
    cbor_ace(&payload, 1, "role", "reader", "href", "/light", OCF_ACL_PERM_RETRIEVE);
    cbor_ace(&payload, 2, "role", "writer", "href", "/light", OCF_ACL_PERM_UPDATE);
    cbor_ace(&payload, 3, "uuid", ALICE_TEXT, "href", "/light", OCF_ACL_PERM_DELETE);
    cbor_ace(&payload, 4, "conntype", "auth-crypt", "href", "/light",
             OCF_ACL_PERM_CREATE);
    cbor_ace(&payload, 5, "conntype", "anon-clear", "href", "/light",
             OCF_ACL_PERM_NOTIFY);
    cbor_ace(&payload, 6, "role", "nobody", "href", "/light", OCF_ACL_PERM_ALL);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    const unsigned anyone = OCF_ACL_PERM_CREATE | OCF_ACL_PERM_NOTIFY;
    ocf_acl_role_t roles[] = {{"reader", 6, NULL, 0, 0}, {"writer", 6, "acme", 4, 0}};
    ocf_acl_request_t asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, anyone);
    asked.roles = roles;
    asked.role_count = 1;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, anyone | OCF_ACL_PERM_RETRIEVE);
    asked.role_count = 2;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST,
           anyone | OCF_ACL_PERM_RETRIEVE | OCF_ACL_PERM_UPDATE);
    asked.peer = ALICE;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
    ocf_acl_free(acl);
}

/* By UUID and by role; connection types do not reach them, see rule_10_connections(). */
static void rule_10_security_resources(void) {
    for (unsigned by_role = 0; by_role < 2; ++by_role) {
        ocf_acl_t *acl =
            by_role ? list_of(6, "role", "admin", "href", "/oic/sec/cred", READ)
                    : list_of(6, "uuid", ALICE_TEXT, "href", "/oic/sec/cred", READ);
        ocf_acl_role_t role = {"admin", 5, NULL, 0, 0};
        ocf_acl_request_t asked =
            secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/oic/sec/cred");
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        asked.peer = ALICE;
        asked.roles = &role;
        asked.role_count = 1;
        ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, READ);
        CHECK_EQ(decide(acl, &asked).aceid, 6);
        ocf_acl_free(acl);
    }
}

static void rule_10_hrefs(void) {
    static const char *const other[] = {"/Light", "/light/", "/ligh", "/light/1",
                                        "/%6cight"};
    ocf_acl_t *acl = open_to_all("href", "/light");
    ocf_acl_request_t asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
    for (size_t i = 0; i < COUNT(other); ++i) {
        asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, other[i]);
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    }
    ocf_acl_free(acl);

    /* Both href and wc have to match; a wc never matches a DCR, with an href or without.
     */
    static const char *const both[][2] = {{"/light", "+"}, {"/oic/mnt", "*"}};
    cbor_t payload;
    cbor_list(&payload, 1);
    cbor_map(&payload, 3);
    cbor_text(&payload, "subject");
    cbor_map(&payload, 1);
    cbor_pair(&payload, "conntype", "auth-crypt");
    cbor_text(&payload, "resources");
    cbor_array(&payload, 2);
    for (size_t i = 0; i < COUNT(both); ++i) {
        cbor_map(&payload, 2);
        cbor_pair(&payload, "href", both[i][0]);
        cbor_pair(&payload, "wc", both[i][1]);
    }
    cbor_text(&payload, "permission");
    cbor_uint(&payload, READ);
    acl = ocf_acl_new();
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
    DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    asked.flags |= OCF_ACL_FLAG_DISCOVERABLE;
    ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, READ);
    asked.path = "/lamp";
    asked.path_len = 5;
    DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    asked = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/oic/mnt");
    DENIES(acl, &asked, OCF_ACL_RULE_LIST);
    ocf_acl_free(acl);
}

/* Requests to which several rules apply: the first of them decides. */
static void first_rule_decides(void) {
    static const struct {
        unsigned rule;
        unsigned allows;
        uint8_t state;
        const char *path;
        uint8_t secured, onboarding, secure_peers;
    } table[] = {
        {OCF_ACL_RULE_UNSECURED_RFOTM, 0, OCF_ACL_STATE_RFOTM, "/oic/d", 0, 1, 1},
        {OCF_ACL_RULE_UNSECURED_RFOTM, 1, OCF_ACL_STATE_RFOTM, "/light", 0, 1, 0},
        {OCF_ACL_RULE_OUTSIDE_RFNOP, 0, OCF_ACL_STATE_RFPRO, "/light", 0, 1, 0},
        {OCF_ACL_RULE_UNSECURED_VERTICAL, 0, OCF_ACL_STATE_RFNOP, "/light", 0, 1, 0},
        {OCF_ACL_RULE_ONBOARDING, 1, OCF_ACL_STATE_RFOTM, "/oic/d", 1, 1, 0},
        {OCF_ACL_RULE_ONBOARDING, 1, OCF_ACL_STATE_RFOTM, "/oic/sec/cred", 1, 1, 0},
        {OCF_ACL_RULE_ONBOARDING, 1, OCF_ACL_STATE_RFPRO, "/oic/sec/acl2", 0, 1, 0},
        {OCF_ACL_RULE_PUBLIC_READ, 1, OCF_ACL_STATE_RFOTM, "/oic/d", 1, 0, 0},
        {OCF_ACL_RULE_BEFORE_ONBOARDING, 0, OCF_ACL_STATE_RFOTM, "/oic/sec/acl2", 1, 0,
         0},
        {OCF_ACL_RULE_UNSECURED_SECURITY, 0, OCF_ACL_STATE_RFPRO, "/oic/sec/acl2", 0, 0,
         0},
        {OCF_ACL_RULE_UNSECURED_SECURITY, 0, OCF_ACL_STATE_RFPRO, "/oic/sec/roles", 0, 0,
         0},
        {OCF_ACL_RULE_RESOURCE_OWNER, 1, OCF_ACL_STATE_RFPRO, "/oic/sec/acl2", 1, 0, 0},
        {OCF_ACL_RULE_ROLES, 1, OCF_ACL_STATE_RFPRO, "/oic/sec/roles", 1, 0, 0},
        {OCF_ACL_RULE_LIST, 1, OCF_ACL_STATE_RFPRO, "/oic/mnt", 1, 0, 0},
    };
    ocf_acl_t *acl = open_to_all("href", "/oic/mnt");
    CHECK_EQ(ocf_acl_set_owner(acl, ALICE), OCF_ACL_CODE_CHANGED);
    for (size_t i = 0; i < COUNT(table); ++i) {
        ocf_acl_request_t asked =
            request(table[i].state, OCF_ACL_METHOD_GET, table[i].path);
        asked.rfotm_access = OCF_ACL_PERM_ALL;
        asked.peer = ALICE;
        asked.secure_peers = table[i].secure_peers;
        asked.flags = (uint8_t) ((table[i].secured ? OCF_ACL_FLAG_SECURED : 0)
                                 | (table[i].onboarding ? OCF_ACL_FLAG_ONBOARDING : 0));
        ocf_acl_decision_t decision = decide(acl, &asked);
        CHECK_EQ(decision.rule, table[i].rule);
        CHECK_EQ(decision.allowed, table[i].allows);
    }
    ocf_acl_free(acl);
}

static void rule_10_connections(void) {
    for (unsigned clear = 0; clear < 2; ++clear) {
        const char *subject = clear ? "anon-clear" : "auth-crypt";
        ocf_acl_t *acl = list_of(-1, "conntype", subject, "href", "/oic/mnt", READ);
        ocf_acl_request_t asked =
            request(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/oic/mnt");
        CHECK_EQ(allowed(acl, &asked), clear);
        asked.flags = OCF_ACL_FLAG_SECURED;
        ALLOWS(acl, &asked, OCF_ACL_RULE_LIST, READ);
        asked.kind = OCF_ACL_KIND_SVR;
        DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        ocf_acl_free(acl);
    }
}

static void rule_10_roles(void) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 2);
    cbor_ace(&payload, 1, "role", "admin", "href", "/a", OCF_ACL_PERM_RETRIEVE);
    cbor_map(&payload, 3);
    cbor_text(&payload, "subject");
    cbor_map(&payload, 2);
    cbor_pair(&payload, "role", "admin");
    cbor_pair(&payload, "authority", "acme");
    cbor_text(&payload, "resources");
    cbor_array(&payload, 1);
    cbor_map(&payload, 1);
    cbor_pair(&payload, "href", "/b");
    cbor_text(&payload, "permission");
    cbor_uint(&payload, OCF_ACL_PERM_RETRIEVE);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    CHECK_EQ(ocf_acl_count(acl), 2);

    ocf_acl_role_t roles[2] = {{"guest", 5, NULL, 0, 0}, {"admin", 5, NULL, 0, 0}};
    ocf_acl_request_t on_a = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/a");
    ocf_acl_request_t on_b = secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/b");
    CHECK(!allowed(acl, &on_a));
    on_a.roles = on_b.roles = roles;
    on_a.role_count = on_b.role_count = 2;
    CHECK(allowed(acl, &on_a));
    CHECK(!allowed(acl, &on_b));
    roles[1].authority = "acme";
    roles[1].authority_len = 4;
    CHECK(allowed(acl, &on_a));
    CHECK(allowed(acl, &on_b));
    roles[1].authority = "acmf";
    CHECK(!allowed(acl, &on_b));

    roles[0].role = "oic.role.owner";
    roles[0].role_len = 14;
    ocf_acl_request_t cred =
        secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_DELETE, "/oic/sec/cred");
    cred.roles = roles;
    cred.role_count = 2;
    CHECK(!allowed(acl, &cred));
    roles[0].certified = 1;
    ALLOWS(acl, &cred, OCF_ACL_RULE_LIST, OCF_ACL_PERM_ALL);
    roles[0].role_len = 13;
    DENIES(acl, &cred, OCF_ACL_RULE_LIST);
    ocf_acl_free(acl);
}

static void rule_10_wildcards(void) {
    static const char *const wildcards[] = {"*", "+", "-"};
    static const uint8_t flags[] = {
        0, OCF_ACL_FLAG_NO_SECURE_ENDPOINT, OCF_ACL_FLAG_DISCOVERABLE,
        OCF_ACL_FLAG_DISCOVERABLE | OCF_ACL_FLAG_NO_SECURE_ENDPOINT};
    static const int matches[3][4] = {{1, 1, 1, 1}, {0, 0, 1, 1}, {0, 0, 0, 1}};
    for (size_t wc = 0; wc < COUNT(wildcards); ++wc) {
        ocf_acl_t *acl = open_to_all("wc", wildcards[wc]);
        for (size_t i = 0; i < COUNT(flags); ++i) {
            ocf_acl_request_t asked =
                secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/light");
            asked.flags |= flags[i];
            CHECK_EQ(allowed(acl, &asked), (unsigned long) matches[wc][i]);
            asked.kind = OCF_ACL_KIND_DCR;
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
            asked.kind = OCF_ACL_KIND_SVR;
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        }
        ocf_acl_free(acl);
    }
}

static void other_methods(void) {
    ocf_acl_t *acl = open_to_all("wc", "*");
    for (unsigned method = 0; method < 256; ++method) {
        if (method < OCF_ACL_METHOD_GET || method > OCF_ACL_METHOD_DELETE) {
            ocf_acl_request_t asked =
                secured(OCF_ACL_STATE_RFNOP, (uint8_t) method, "/light");
            CHECK(!allowed(acl, &asked));
            asked = request(OCF_ACL_STATE_RFOTM, (uint8_t) method, "/oic/sec/doxm");
            DENIES(acl, &asked, OCF_ACL_RULE_LIST);
        }
    }
    ocf_acl_free(acl);
}

static void table_of_kinds(void) {
    static const struct {
        const char *path;
        uint8_t kind;
    } table[] = {
        {"/oic/p", OCF_ACL_KIND_DCR},
        {"/oic/d", OCF_ACL_KIND_DCR},
        {"/oic/res", OCF_ACL_KIND_DCR},
        {"/.well-known/core", OCF_ACL_KIND_DCR},
        {"/oic/mnt", OCF_ACL_KIND_DCR},
        {"/CoapCloudConfResURI", OCF_ACL_KIND_DCR},
        {"/oc/swu", OCF_ACL_KIND_DCR},
        {"/x.plgd.dev/time", OCF_ACL_KIND_DCR},
        {"/oic/sec/doxm", OCF_ACL_KIND_SVR},
        {"/oic/sec/pstat", OCF_ACL_KIND_SVR},
        {"/oic/sec/acl2", OCF_ACL_KIND_SVR},
        {"/oic/sec/ael", OCF_ACL_KIND_SVR},
        {"/oic/sec/cred", OCF_ACL_KIND_SVR},
        {"/oic/sec/sdi", OCF_ACL_KIND_SVR},
        {"/oic/sec/sp", OCF_ACL_KIND_SVR},
        {"/oic/sec/csr", OCF_ACL_KIND_SVR},
        {"/oic/sec/roles", OCF_ACL_KIND_SVR},
        {"/oic/sec/crl", OCF_ACL_KIND_SVR},
        {"/oic/sec/amacl", OCF_ACL_KIND_SVR},
        {"/oic/sec/acl", OCF_ACL_KIND_SVR},
        {"/oc/con", OCF_ACL_KIND_OTHER},
        {"/oc/introspection", OCF_ACL_KIND_OTHER},
        {"/oc/wk/introspection", OCF_ACL_KIND_OTHER},
        {"/light", OCF_ACL_KIND_VERTICAL},
        {"/oic/secret", OCF_ACL_KIND_VERTICAL},
        {"", OCF_ACL_KIND_VERTICAL},
    };
    for (size_t i = 0; i < COUNT(table); ++i) {
        CHECK_EQ(ocf_acl_classify(table[i].path, strlen(table[i].path)), table[i].kind);
    }
    CHECK_EQ(ocf_acl_classify(NULL, 0), OCF_ACL_KIND_VERTICAL);
    CHECK_EQ(ocf_acl_classify(NULL, 6), OCF_ACL_KIND_VERTICAL);
}

/* ----------------------------------------------------------------------------------
 * updates */

static void table_of_updates(void) {
    cbor_t aces, owner, both;
    cbor_list(&aces, 1);
    cbor_ace(&aces, 8, "uuid", ALICE_TEXT, "href", "/a", 1);
    owner.length = 0;
    cbor_map(&owner, 1);
    cbor_pair(&owner, "rowneruuid", ALICE_TEXT);
    both.length = 0;
    cbor_map(&both, 2);
    cbor_text(&both, "aclist2");
    cbor_array(&both, 1);
    cbor_ace(&both, 9, "uuid", ALICE_TEXT, "href", "/a", 1);
    cbor_pair(&both, "rowneruuid", ALICE_TEXT);
    for (size_t i = 0; i < COUNT(STATES); ++i) {
        uint8_t state = STATES[i];
        int rfnop = state == OCF_ACL_STATE_RFNOP;
        int owns = !rfnop && state != OCF_ACL_STATE_RFPRO;
        uint8_t uuid[16];
        ocf_acl_t *acl = list_of(7, "uuid", ALICE_TEXT, "href", "/a", 1);

        CHECK_EQ(post(acl, state, &aces),
                 rfnop ? OCF_ACL_CODE_BAD_REQUEST : OCF_ACL_CODE_CHANGED);
        CHECK_EQ(ocf_acl_count(acl), rfnop ? 1 : 2);
        CHECK_EQ(post(acl, state, &owner),
                 owns ? OCF_ACL_CODE_CHANGED : OCF_ACL_CODE_BAD_REQUEST);
        CHECK_EQ(ocf_acl_owner(acl, uuid),
                 owns ? OCF_ACL_CODE_CONTENT : OCF_ACL_CODE_NOT_FOUND);
        /* The owner that is not accepted takes its ACEs with it. */
        CHECK_EQ(post(acl, state, &both),
                 owns ? OCF_ACL_CODE_CHANGED : OCF_ACL_CODE_BAD_REQUEST);
        CHECK_EQ(ocf_acl_count(acl), rfnop ? 1 : owns ? 3 : 2);
        CHECK_EQ(ocf_acl_delete(acl, state, "aceid=9", 7), rfnop ? OCF_ACL_CODE_FORBIDDEN
                                                           : owns
                                                               ? OCF_ACL_CODE_DELETED
                                                               : OCF_ACL_CODE_NOT_FOUND);
        CHECK_EQ(ocf_acl_delete(acl, state, "aceid=7", 7),
                 rfnop ? OCF_ACL_CODE_FORBIDDEN : OCF_ACL_CODE_DELETED);
        CHECK_EQ(ocf_acl_count(acl), 1);
        CHECK_EQ(ocf_acl_delete(acl, state, NULL, 0),
                 rfnop ? OCF_ACL_CODE_FORBIDDEN : OCF_ACL_CODE_DELETED);
        CHECK_EQ(ocf_acl_count(acl), rfnop ? 1 : 0);
        ocf_acl_free(acl);
    }
}

static void replace_and_add(void) {
    ocf_acl_t *acl = list_of(7, "uuid", ALICE_TEXT, "href", "/a", OCF_ACL_PERM_ALL);
    cbor_t payload;
    cbor_list(&payload, 2);
    cbor_ace(&payload, 7, "uuid", ALICE_TEXT, "href", "/b", READ);
    cbor_ace(&payload, -1, "uuid", ALICE_TEXT, "href", "/c", READ);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    CHECK_EQ(ocf_acl_count(acl), 2);
    static const char *const paths[] = {"/a", "/b", "/c"};
    static const unsigned long aceids[] = {0, 7, 1};
    for (size_t i = 0; i < COUNT(paths); ++i) {
        ocf_acl_request_t asked =
            secured(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, paths[i]);
        asked.peer = ALICE;
        CHECK_EQ(decide(acl, &asked).aceid, aceids[i]);
        asked.method = OCF_ACL_METHOD_POST;
        CHECK(!allowed(acl, &asked));
    }
    ocf_acl_free(acl);
}

static void delete_queries(void) {
    static const char *const bad[] = {"aceid",
                                      "aceid=",
                                      "aceid=2x",
                                      "aceid=+2",
                                      "aceid=02",
                                      "aceid=4294967298",
                                      "aceid=-2",
                                      "Aceid=2",
                                      "id=2",
                                      "aceid=2&x=1",
                                      "?aceid=2",
                                      "aceid=2&aceid=2",
                                      "aceid=2147483648",
                                      "aceid=5000000002",
                                      "&",
                                      "aceid= 2",
                                      "aceid=0x2",
                                      "subjectuuid=2"};
    ocf_acl_t *acl = list_of(2, "uuid", ALICE_TEXT, "href", "/a", 1);
    uint32_t generation = ocf_acl_generation(acl);
    for (size_t i = 0; i < COUNT(bad); ++i) {
        CHECK_EQ(ocf_acl_delete(acl, OCF_ACL_STATE_RFPRO, bad[i], strlen(bad[i])),
                 OCF_ACL_CODE_BAD_REQUEST);
    }
    CHECK_EQ(ocf_acl_delete(acl, OCF_ACL_STATE_RFPRO, "aceid=3", 7),
             OCF_ACL_CODE_NOT_FOUND);
    CHECK_EQ(ocf_acl_generation(acl), generation);
    CHECK_EQ(ocf_acl_count(acl), 1);
    CHECK_EQ(ocf_acl_delete(acl, OCF_ACL_STATE_RFPRO, "aceid=2", 7),
             OCF_ACL_CODE_DELETED);
    CHECK_EQ(ocf_acl_count(acl), 0);
    CHECK(ocf_acl_generation(acl) != generation);
    ocf_acl_free(acl);
}

static void owner_and_reset(void) {
    uint8_t uuid[16] = {9};
    ocf_acl_t *acl = list_of(2, "uuid", ALICE_TEXT, "href", "/a", 1);
    CHECK_EQ(ocf_acl_owner(acl, uuid), OCF_ACL_CODE_NOT_FOUND);
    CHECK_EQ(uuid[0], 9);
    CHECK_EQ(ocf_acl_set_owner(acl, ALICE), OCF_ACL_CODE_CHANGED);
    CHECK_EQ(ocf_acl_owner(acl, uuid), OCF_ACL_CODE_CONTENT);
    CHECK(memcmp(uuid, ALICE, 16) == 0);
    CHECK_EQ(ocf_acl_set_owner(acl, NULL), OCF_ACL_CODE_CHANGED);
    CHECK_EQ(ocf_acl_owner(acl, uuid), OCF_ACL_CODE_NOT_FOUND);
    CHECK_EQ(ocf_acl_set_owner(acl, ALICE), OCF_ACL_CODE_CHANGED);
    ocf_acl_reset(acl);
    CHECK_EQ(ocf_acl_owner(acl, uuid), OCF_ACL_CODE_NOT_FOUND);
    CHECK_EQ(ocf_acl_count(acl), 0);
    ocf_acl_free(acl);
}

/* -------------------------------------------------------------------------- payloads,
 * views */

static size_t storage_of(const ocf_acl_t *acl, uint8_t *buffer, size_t capacity) {
    size_t length = 0;
    CHECK_EQ(ocf_acl_encode(acl, OCF_ACL_VIEW_STORAGE, buffer, capacity, &length),
             OCF_ACL_CODE_CONTENT);
    return length;
}

/* Posts an ACE after a good one; nothing may be applied. */
static void refuse(const char *subject_key, const char *subject, const char *resource_key,
                   const char *resource, uint64_t permission, const char *reason,
                   int line) {
    ocf_acl_t *acl = list_of(2, "uuid", ALICE_TEXT, "href", "/a", 1);
    uint32_t generation = ocf_acl_generation(acl);
    ocf_acl_error_t error = {0, 0, 0};
    char text[100] = "";
    uint8_t before[256], after[256];
    size_t stored = storage_of(acl, before, sizeof(before));
    cbor_t payload;
    cbor_list(&payload, 2);
    cbor_ace(&payload, 2, "uuid", ALICE_TEXT, "href", "/b", 2);
    cbor_ace(&payload, 3, subject_key, subject, resource_key, resource, permission);
    uint8_t code =
        ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, payload.bytes, payload.length, &error);
    check_equal(code, OCF_ACL_CODE_BAD_REQUEST, "code", line);
    check_equal(error.ace, 1, "index of the ACE", line);
    check_that(error.offset > 0 && error.offset < payload.length, "offset", line);
    size_t length = ocf_acl_error_text(&error, text, sizeof(text));
    check_equal(length, strlen(text), "length of the text", line);
    check_that(strncmp(text, "ACE 1, byte ", 12) == 0, text, line);
    check_that(strstr(text, reason) != NULL, text, line);
    check_equal(ocf_acl_generation(acl), generation, "generation", line);
    code = ocf_acl_load(acl, payload.bytes, payload.length, NULL);
    check_equal(code, OCF_ACL_CODE_BAD_REQUEST, "code of load", line);
    check_equal(ocf_acl_generation(acl), generation, "generation", line);
    check_equal(storage_of(acl, after, sizeof(after)), stored, "length of the list",
                line);
    check_that(memcmp(before, after, stored) == 0, "the list changed", line);
    ocf_acl_free(acl);
}

#define REFUSES(SubjectKey, Subject, ResourceKey, Resource, Permission, Reason)          \
    refuse(SubjectKey, Subject, ResourceKey, Resource, Permission, Reason, __LINE__)

static void refusals(void) {
    REFUSES("uuid", "", "href", "/a", 1, "UUID");
    REFUSES("uuid", "1234", "href", "/a", 1, "UUID");
    REFUSES("uuid", NIL_TEXT, "href", "/a", 1, "nil UUID");
    REFUSES("uuid", ALICE_TEXT "0", "href", "/a", 1, "UUID");
    REFUSES("uuid", "11111111_2222_3333_4444_555555555555", "href", "/a", 1, "UUID");
    REFUSES("conntype", "any", "href", "/a", 1, "conntype");
    REFUSES("role", "", "href", "/a", 1, "empty");
    REFUSES("authority", "acme", "href", "/a", 1, "subject");
    REFUSES("group", "x", "href", "/a", 1, "unknown field");
    REFUSES("uuid", ALICE_TEXT, "href", "", 1, "slash");
    REFUSES("uuid", ALICE_TEXT, "href", "light", 1, "slash");
    REFUSES("uuid", ALICE_TEXT, "wc", "", 1, "wc");
    REFUSES("uuid", ALICE_TEXT, "wc", "x", 1, "wc");
    REFUSES("uuid", ALICE_TEXT, "rt", "/a", 1, "unknown field");
    REFUSES("uuid", ALICE_TEXT, "href", "/a", 32, "permission");
    REFUSES("uuid", ALICE_TEXT, "href", "/a", 258, "permission");
    REFUSES("uuid", ALICE_TEXT, "href", "/a", UINT64_MAX, "permission");

    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    /* no subject */
    cbor_list(&payload, 1);
    cbor_map(&payload, 2);
    cbor_text(&payload, "resources");
    cbor_array(&payload, 0);
    cbor_text(&payload, "permission");
    cbor_uint(&payload, 1);
    ocf_acl_error_t error;
    CHECK_EQ(
        ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, payload.bytes, payload.length, &error),
        OCF_ACL_CODE_BAD_REQUEST);
    char text[100];
    ocf_acl_error_text(&error, text, sizeof(text));
    CHECK(strstr(text, "a required field is missing") != NULL);
    /* a resource that says nothing */
    static const uint8_t empty_resource[] =
        "\xa1\x67"
        "aclist2"
        "\x81\xa1\x69"
        "resources"
        "\x81\xa0";
    CHECK_EQ(ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, empty_resource,
                          sizeof(empty_resource) - 1, &error),
             OCF_ACL_CODE_BAD_REQUEST);
    ocf_acl_error_text(&error, text, sizeof(text));
    CHECK(strcmp(text, "ACE 0, byte 22: a resource has neither href nor wc") == 0);
    /* a field given twice */
    static const uint8_t twice[] =
        "\xa2\x67"
        "aclist2"
        "\x80\x67"
        "aclist2"
        "\x80";
    CHECK_EQ(ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, twice, sizeof(twice) - 1, &error),
             OCF_ACL_CODE_BAD_REQUEST);
    ocf_acl_error_text(&error, text, sizeof(text));
    CHECK(strcmp(text, "byte 10: a field is given twice") == 0);
    /* unknown fields, numbers below zero */
    static const struct {
        const char *payload;
        const char *text;
    } raw[] = {
        {"\xa1\x61x\x01", "byte 1: unknown field"},
        {"\xa1\x66"
         "aclist\x80",
         "byte 1: unknown field"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x68"
         "validity\x80",
         "ACE 0, byte 11: unknown field"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x6a"
         "Permission\x01",
         "ACE 0, byte 11: unknown field"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x6a"
         "permission\x20",
         "ACE 0, byte 22: permission is outside 0..31"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x65"
         "aceid\x20",
         "ACE 0, byte 17: aceid is outside 0..2147483647"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x67"
         "subject\xa0",
         "ACE 0, byte 19: subject is not exactly one of uuid, role, conntype"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x67"
         "subject\xa2\x64uuid\x78\x24" ALICE_TEXT "\x64role\x61"
         "a",
         "ACE 0, byte 19: subject is not exactly one of uuid, role, conntype"},
        {"\xa1\x67"
         "aclist2\x81\xa1\x67"
         "subject\xa2\x68"
         "conntype\x6a"
         "anon-clear\x64role\x61"
         "a",
         "ACE 0, byte 19: subject is not exactly one of uuid, role, conntype"},
    };
    for (size_t i = 0; i < COUNT(raw); ++i) {
        CHECK_EQ(ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, (const uint8_t *) raw[i].payload,
                              strlen(raw[i].payload), &error),
                 OCF_ACL_CODE_BAD_REQUEST);
        ocf_acl_error_text(&error, text, sizeof(text));
        check_that(strcmp(text, raw[i].text) == 0, text, __LINE__);
    }
    /* nothing to load */
    CHECK_EQ(ocf_acl_load(acl, (const uint8_t *) "\xa0", 1, NULL),
             OCF_ACL_CODE_BAD_REQUEST);
    /* owners */
    static const char *const owners[] = {"", "?", NIL_TEXT};
    for (size_t i = 0; i < COUNT(owners); ++i) {
        payload.length = 0;
        cbor_map(&payload, 1);
        cbor_pair(&payload, "rowneruuid", owners[i]);
        CHECK_EQ(
            ocf_acl_post(acl, OCF_ACL_STATE_RFOTM, payload.bytes, payload.length, &error),
            OCF_ACL_CODE_BAD_REQUEST);
        CHECK_EQ(error.ace, OCF_ACL_NO_ACE);
        ocf_acl_error_text(&error, text, sizeof(text));
        CHECK(strncmp(text, "byte 12: not a UUID", 19) == 0);
    }
    /* an aceid that does not fit, and one given twice */
    cbor_list(&payload, 1);
    cbor_ace(&payload, 2147483648L, "uuid", ALICE_TEXT, "href", "/a", 1);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_BAD_REQUEST);
    cbor_list(&payload, 2);
    cbor_ace(&payload, 1, "uuid", ALICE_TEXT, "href", "/a", 1);
    cbor_ace(&payload, 1, "uuid", ALICE_TEXT, "href", "/b", 1);
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_BAD_REQUEST);
    CHECK_EQ(ocf_acl_generation(acl), 0);
    ocf_acl_free(acl);
}

/* On the heap and as long as it is, so that a read past its end is seen. */
static uint8_t post_copy(ocf_acl_t *acl, const uint8_t *payload, size_t length) {
    uint8_t *copy = (uint8_t *) malloc(length ? length : 1);
    memcpy(copy, payload, length);
    uint8_t code = ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, copy, length, NULL);
    free(copy);
    return code;
}

static void cut_and_flipped(const uint8_t *payload, size_t payload_length) {
    uint8_t before[512], after[512], fresh[512], changed[512];
    /* The lowest aceid, so that what is POSTed comes after it. */
    ocf_acl_t *acl = list_of(0, "uuid", ALICE_TEXT, "href", "/a", 1);
    ocf_acl_t *empty = ocf_acl_new();
    size_t length = storage_of(acl, before, sizeof(before));
    /* Up to the list, whose length takes a byte. */
    size_t head = storage_of(empty, after, sizeof(after));
    ocf_acl_free(empty);
    for (size_t cut = 0; cut < payload_length; ++cut) {
        CHECK_EQ(post_copy(acl, payload, cut), OCF_ACL_CODE_BAD_REQUEST);
    }
    /* A byte more is too much as well. */
    memcpy(changed, payload, payload_length);
    changed[payload_length] = 0xa0;
    CHECK_EQ(post_copy(acl, changed, payload_length + 1), OCF_ACL_CODE_BAD_REQUEST);
    CHECK_EQ(storage_of(acl, after, sizeof(after)), length);
    CHECK(memcmp(before, after, length) == 0);
    ocf_acl_free(acl);

    unsigned taken = 0, refused = 0;
    for (size_t i = 0; i < 9 * payload_length; ++i) {
        memcpy(changed, payload, payload_length);
        /* Each bit, and all of them. */
        changed[i / 9] = (uint8_t) (changed[i / 9] ^ (i % 9 == 8 ? 0xff : 1u << i % 9));
        ocf_acl_t *old = ocf_acl_new();
        CHECK_EQ(ocf_acl_load(old, before, length, NULL), OCF_ACL_CODE_CHANGED);
        uint8_t code = post_copy(old, changed, payload_length);
        size_t left = storage_of(old, after, sizeof(after));
        if (code == OCF_ACL_CODE_CHANGED) {
            /* Applied whole: the list ends with all that the payload makes of an empty
             * one. */
            ocf_acl_t *other = ocf_acl_new();
            CHECK_EQ(post_copy(other, changed, payload_length), OCF_ACL_CODE_CHANGED);
            size_t came = storage_of(other, fresh, sizeof(fresh)) - head;
            CHECK(came <= left && memcmp(fresh + head, after + left - came, came) == 0);
            ocf_acl_free(other);
            ++taken;
        } else {
            CHECK_EQ(code, OCF_ACL_CODE_BAD_REQUEST);
            CHECK(left == length && memcmp(before, after, length) == 0);
            ++refused;
        }
        ocf_acl_free(old);
    }
    CHECK(taken > 0 && refused > taken);
}

static void cut_and_flipped_in_both_forms(void) {
    cbor_t payload;
    cbor_list(&payload, 2);
    cbor_ace(&payload, 2, "role", "admin", "wc", "+", 31);
    cbor_ace(&payload, 70000, "conntype", "auth-crypt", "href", "/light", 6);
    cut_and_flipped(payload.bytes, payload.length);

    static const uint8_t indefinite[] =
        "\xbf\x67"
        "aclist2\x9f"
        "\xbf\x65"
        "aceid\x02\x67subject\xbf\x64role\x7f\x62"
        "ad\x63min\xff\xff"
        "\x69resources\x9f\xbf\x62wc\x61+\xff\xff\x6apermission\x18\x1f\xff"
        "\xbf\x65"
        "aceid\x1a\x00\x01\x11\x70\x67subject\xbf\x68"
        "conntype\x6a"
        "auth-crypt\xff"
        "\x69resources\x9f\xbf\x64href\x7f\x66/light\xff\xff\xff\x6apermission\x06\xff"
        "\xff\xff";
    cut_and_flipped(indefinite, sizeof(indefinite) - 1);
}

static int contains(const uint8_t *bytes, size_t length, const char *text) {
    size_t text_length = strlen(text);
    for (size_t i = 0; i + text_length <= length; ++i) {
        if (memcmp(bytes + i, text, text_length) == 0) {
            return 1;
        }
    }
    return 0;
}

static void views(void) {
    ocf_acl_t *acl = ocf_acl_new();
    cbor_t payload;
    cbor_list(&payload, 1);
    cbor_map(&payload, 4);
    cbor_text(&payload, "subject");
    cbor_map(&payload, 1);
    cbor_pair(&payload, "uuid", ALICE_TEXT);
    cbor_text(&payload, "resources");
    cbor_array(&payload, 1);
    cbor_map(&payload, 2);
    cbor_pair(&payload, "href", "/light");
    cbor_pair(&payload, "wc", "+");
    cbor_text(&payload, "permission");
    cbor_uint(&payload, 2);
    cbor_pair(&payload, "tag", "a note");
    CHECK_EQ(post(acl, OCF_ACL_STATE_RFPRO, &payload), OCF_ACL_CODE_CHANGED);
    for (uint8_t view = OCF_ACL_VIEW_PLAIN; view <= OCF_ACL_VIEW_STORAGE; ++view) {
        uint8_t buffer[512];
        size_t needed = 0, length = 0;
        CHECK_EQ(ocf_acl_encode(acl, view, NULL, 0, &needed), OCF_ACL_CODE_TOO_LARGE);
        memset(buffer, 0xa5, sizeof(buffer));
        CHECK_EQ(ocf_acl_encode(acl, view, buffer, needed - 1, &length),
                 OCF_ACL_CODE_TOO_LARGE);
        CHECK_EQ(length, needed);
        CHECK(buffer[0] == 0xa5);
        CHECK_EQ(ocf_acl_encode(acl, view, buffer, needed, &length),
                 OCF_ACL_CODE_CONTENT);
        CHECK_EQ(length, needed);
        CHECK(buffer[needed] == 0xa5);
        CHECK(contains(buffer, length, "\x64href\x66/light\x62wc\x61+"));
        CHECK_EQ(contains(buffer, length, "oic.r.acl2"), view != OCF_ACL_VIEW_PLAIN);
        CHECK_EQ(contains(buffer, length, "a note"), view == OCF_ACL_VIEW_STORAGE);
        CHECK(!contains(buffer, length, "rowneruuid"));

        uint8_t again[512];
        ocf_acl_t *copy = ocf_acl_new();
        CHECK_EQ(ocf_acl_load(copy, buffer, needed, NULL), OCF_ACL_CODE_CHANGED);
        CHECK_EQ(ocf_acl_encode(copy, view, again, sizeof(again), &length),
                 OCF_ACL_CODE_CONTENT);
        CHECK(length == needed && memcmp(again, buffer, length) == 0);
        ocf_acl_free(copy);
    }
    size_t length;
    CHECK_EQ(ocf_acl_encode(acl, 3, NULL, 0, &length), OCF_ACL_CODE_BAD_REQUEST);
    ocf_acl_free(acl);
}

/* Two ACEs for one role, of which only the second has an authority, stay as they came. */
static void authorities_stay(void) {
    static const uint8_t payload[] =
        "\xa1\x67"
        "aclist2\x82"
        "\xa3\x67subject\xa1\x64role\x65"
        "admin\x69resources\x80\x6apermission\x02"
        "\xa3\x67subject\xa2\x64role\x65"
        "admin\x69"
        "authority\x64"
        "acme"
        "\x69resources\x80\x6apermission\x02";
    uint8_t buffer[256];
    size_t length = 0;
    ocf_acl_t *acl = ocf_acl_new();
    CHECK_EQ(ocf_acl_post(acl, OCF_ACL_STATE_RFPRO, payload, sizeof(payload) - 1, NULL),
             OCF_ACL_CODE_CHANGED);
    CHECK_EQ(ocf_acl_count(acl), 2);
    CHECK_EQ(ocf_acl_encode(acl, OCF_ACL_VIEW_PLAIN, buffer, sizeof(buffer), &length),
             OCF_ACL_CODE_CONTENT);
    CHECK(contains(buffer, length,
                   "\xa1\x64role\x65"
                   "admin\x69resources"));
    CHECK(contains(buffer, length,
                   "\xa2\x64role\x65"
                   "admin\x69"
                   "authority\x64"
                   "acme"));
    ocf_acl_free(acl);
}

/* ------------------------------------------------------------------- NULL and other
 * mistakes */

static void null_policy(void) {
    uint8_t byte = 0;
    size_t length;
    ocf_acl_decision_t decision;
    ocf_acl_request_t asked =
        request(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/.well-known/core");
    ocf_acl_t *acl = ocf_acl_new();
    ocf_acl_error_t error = {7, 7, 7};

    ocf_acl_free(NULL);
    ocf_acl_reset(NULL);
    CHECK_EQ(ocf_acl_load(NULL, &byte, 1, &error), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_load(acl, NULL, 1, &error), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_post(NULL, 0, &byte, 1, &error), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_post(acl, 0, NULL, 1, &error), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_post(acl, 0, &byte, SIZE_MAX, &error), OCF_ACL_CODE_INTERNAL);
    CHECK(error.offset == 7 && error.ace == 7 && error.reason == 7);
    CHECK_EQ(ocf_acl_post(acl, 0, NULL, 0, NULL), OCF_ACL_CODE_BAD_REQUEST);
    CHECK_EQ(ocf_acl_post(acl, 5, &byte, 1, NULL), OCF_ACL_CODE_BAD_REQUEST);
    CHECK_EQ(ocf_acl_delete(NULL, 0, NULL, 0), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_delete(acl, 0, NULL, 1), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_delete(acl, 5, NULL, 0), OCF_ACL_CODE_BAD_REQUEST);
    CHECK_EQ(ocf_acl_encode(NULL, 0, &byte, 1, &length), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_encode(acl, 0, NULL, 1, &length), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_encode(acl, 0, &byte, 1, NULL), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_set_owner(NULL, ALICE), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_owner(NULL, &byte), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_owner(acl, NULL), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(ocf_acl_generation(NULL), 0);
    CHECK_EQ(ocf_acl_count(NULL), 0);

    CHECK_EQ(ocf_acl_check(acl, &asked, NULL), OCF_ACL_CODE_INTERNAL);
    memset(&decision, 0xff, sizeof(decision));
    CHECK_EQ(ocf_acl_check(NULL, &asked, &decision), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(decision.allowed, 0);
    memset(&decision, 0xff, sizeof(decision));
    CHECK_EQ(ocf_acl_check(acl, NULL, &decision), OCF_ACL_CODE_INTERNAL);
    CHECK_EQ(decision.allowed, 0);
    CHECK(allowed(acl, &asked));
    ocf_acl_free(acl);
}

static void malformed(const ocf_acl_request_t *asked, int line) {
    ocf_acl_t *acl = ocf_acl_new();
    ocf_acl_decision_t decision;
    memset(&decision, 0xff, sizeof(decision));
    uint8_t code = ocf_acl_check(acl, asked, &decision);
    check_equal(code, OCF_ACL_CODE_BAD_REQUEST, "code", line);
    check_that(decision.allowed == 0 && decision.rule == 0 && decision.permissions == 0
                   && decision.has_aceid == 0,
               "denied", line);
    ocf_acl_free(acl);
}

static void malformed_requests(void) {
    const ocf_acl_request_t fine =
        request(OCF_ACL_STATE_RFNOP, OCF_ACL_METHOD_GET, "/.well-known/core");
    ocf_acl_role_t role = {"a", 1, NULL, 0, 0};
    ocf_acl_request_t asked;
#define MALFORMED(Change)                                                                \
    do {                                                                                 \
        asked = fine;                                                                    \
        asked.roles = &role;                                                             \
        Change;                                                                          \
        malformed(&asked, __LINE__);                                                     \
    } while (0)
    MALFORMED(asked.path = NULL);
    MALFORMED(asked.path_len = 0);
    MALFORMED(asked.path = "oic/res");
    MALFORMED(asked.state = 5);
    MALFORMED(asked.kind = 5);
    MALFORMED(asked.flags = 16);
    MALFORMED(asked.flags = 128);
    MALFORMED(asked.rfotm_access = 32);
    MALFORMED((asked.roles = NULL, asked.role_count = 1));
    MALFORMED((asked.role_count = 1, role.certified = 2));
    role.certified = 0;
    MALFORMED((asked.role_count = 1, role.role_len = 0));
    role.role_len = 1;
    MALFORMED((asked.role_count = 1, role.role = NULL));
    role.role = "a";
    MALFORMED((asked.role_count = 1, role.authority_len = 1));
    memset(&asked, 0, sizeof(asked));
    malformed(&asked, __LINE__);
}

static void error_texts(void) {
    char text[100];
    ocf_acl_error_t error = {4294967295u, 12, 5};
    size_t length = ocf_acl_error_text(&error, text, sizeof(text));
    CHECK(strcmp(text, "ACE 12, byte 4294967295: unknown field") == 0);
    CHECK_EQ(length, strlen(text));
    CHECK_EQ(ocf_acl_error_text(&error, NULL, 0), length);
    for (size_t capacity = 1; capacity <= length + 1; ++capacity) {
        memset(text, 0x7f, sizeof(text));
        CHECK_EQ(ocf_acl_error_text(&error, text, capacity), length);
        CHECK_EQ(strlen(text), capacity - 1);
        CHECK(text[capacity] == 0x7f);
    }
    CHECK_EQ(ocf_acl_error_text(NULL, text, sizeof(text)), 0);
    CHECK_EQ(ocf_acl_error_text(&error, NULL, 1), 0);
    for (unsigned reason = 0; reason < 256; ++reason) {
        error.reason = (uint8_t) reason;
        CHECK_EQ(ocf_acl_error_text(&error, text, sizeof(text)) != 0,
                 reason >= 1 && reason <= 24);
    }
}

int main(void) {
    rule_1();
    rules_2_and_3();
    rule_4();
    rule_5();
    rule_6();
    rules_7_and_8();
    rule_7_everywhere();
    rule_8_nowhere_else();
    nobody_owns_nothing();
    rule_9();
    rule_10_permissions();
    rule_10_union();
    rule_10_union_of_all_subjects();
    rule_10_security_resources();
    rule_10_hrefs();
    first_rule_decides();
    rule_10_connections();
    rule_10_roles();
    rule_10_wildcards();
    other_methods();
    table_of_kinds();
    table_of_updates();
    replace_and_add();
    delete_queries();
    owner_and_reset();
    refusals();
    cut_and_flipped_in_both_forms();
    views();
    authorities_stay();
    null_policy();
    malformed_requests();
    error_texts();
    printf("%u checks, %u failed\n", checks, failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
