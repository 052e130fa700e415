/*
 * A lamp that speaks OCF, reduced to its access control.
 *
 * It is owned and provisioned with a list (RFPRO), goes to normal operation (RFNOP) and
 * answers the requests of two clients, of an anonymous one and of one with a role.
 * Everything it prints is also checked; the program returns non-zero if any answer is not
 * the expected one.
 */
#include <ocf_acl.h>

#include "cbor_write.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define OBT_TEXT "0b70b70b-0b70-40b7-80b7-0b70b70b70b7"
#define ALICE_TEXT "a11ce000-0000-4000-8000-000000000001"

static const uint8_t OBT[16] = {0x0b, 0x70, 0xb7, 0x0b, 0x0b, 0x70, 0x40, 0xb7,
                                0x80, 0xb7, 0x0b, 0x70, 0xb7, 0x0b, 0x70, 0xb7};
static const uint8_t ALICE[16] = {0xa1, 0x1c, 0xe0, 0, 0, 0, 0x40, 0,
                                  0x80, 0,    0,    0, 0, 0, 0,    1};
static const uint8_t BOB[16] = {0xb0, 0xb0, 0, 0, 0, 0, 0x40, 0,
                                0x80, 0,    0, 0, 0, 0, 0,    2};

/* Who asks, over which connection. */
typedef struct {
    const char *name;
    const uint8_t *uuid;
    const char *role;
    uint8_t flags;
} client_t;

static const client_t OWNER = {"owner", OBT, NULL, OCF_ACL_FLAG_SECURED};
static const client_t CLIENT_A = {"alice", ALICE, NULL, OCF_ACL_FLAG_SECURED};
static const client_t CLIENT_B = {"bob", BOB, NULL, OCF_ACL_FLAG_SECURED};
static const client_t ANONYMOUS = {"anonymous", NULL, NULL, 0};
static const client_t SERVICE = {"service", BOB, "com.example.service",
                                 OCF_ACL_FLAG_SECURED};

/* A device has a state, a list and resources; here the resources are paths only. */
typedef struct {
    ocf_acl_t *acl;
    uint8_t state;
    uint32_t persisted;
    unsigned surprises;
} device_t;

static const char *const METHODS[] = {"?", "GET", "POST", "PUT", "DELETE"};
static const char *const STATES[] = {"RESET", "RFOTM", "RFPRO", "RFNOP", "SRESET"};
static const char *const WHY[] = {
    "the request is malformed",
    "RFOTM, unsecured",
    "only configuration outside RFNOP",
    "unsecured, and the resource is the application's own",
    "onboarding session",
    "public",
    "RFOTM, not yet onboarded",
    "unsecured, and a security resource",
    "owner of this resource",
    "anyone may present roles",
    "the list",
};

static void expect(device_t *device, bool fine, const char *what) {
    if (!fine) {
        printf("SURPRISE: %s\n", what);
        ++device->surprises;
    }
}

/* What the device does with every request before it looks at it any further. */
static bool may(device_t *device, const client_t *client, uint8_t method,
                const char *path) {
    ocf_acl_role_t role = {client->role, client->role ? strlen(client->role) : 0, NULL, 0,
                           1};
    ocf_acl_request_t request;
    memset(&request, 0, sizeof(request));
    request.path = path;
    request.path_len = strlen(path);
    request.peer = client->uuid;
    request.roles = client->role ? &role : NULL;
    request.role_count = client->role ? 1 : 0;
    request.doxm_owner = request.pstat_owner = request.cred_owner = OBT;
    request.secure_peers = 3;
    request.state = device->state;
    request.method = method;
    request.flags = (uint8_t) (client->flags | OCF_ACL_FLAG_DISCOVERABLE);

    ocf_acl_decision_t decision;
    bool allowed =
        ocf_acl_check(device->acl, &request, &decision) == OCF_ACL_CODE_CONTENT;
    expect(device, allowed == (decision.allowed == 1), "code and decision differ");
    printf("  %-9s %-6s %-14s %s  rule %2u: %s", client->name, METHODS[method], path,
           allowed ? "allow" : "deny ", decision.rule, WHY[decision.rule]);
    if (decision.has_aceid) {
        printf(", ACE %lu", (unsigned long) decision.aceid);
    }
    putchar('\n');
    return allowed;
}

static void asks(device_t *device, const client_t *client, uint8_t method,
                 const char *path, bool expected) {
    expect(device, may(device, client, method, path) == expected,
           "the answer above is wrong");
}

static void enter(device_t *device, uint8_t state) {
    device->state = state;
    printf("\n%s\n", STATES[state]);
}

/* A POST to the list: first whether the client may, then what the payload says. */
static void posts(device_t *device, const client_t *client, const cbor_t *payload,
                  uint8_t expected) {
    uint8_t code = OCF_ACL_CODE_UNAUTHORIZED;
    if (may(device, client, OCF_ACL_METHOD_POST, "/oic/sec/acl2")) {
        ocf_acl_error_t error;
        code = ocf_acl_post(device->acl, device->state, payload->bytes, payload->length,
                            &error);
        if (code == OCF_ACL_CODE_BAD_REQUEST) {
            char text[80];
            (void) ocf_acl_error_text(&error, text, sizeof(text));
            printf("    refused: %s\n", text);
        }
    }
    printf("    -> %d.%02d, %u ACEs in the list\n", code >> 5, code & 31,
           (unsigned) ocf_acl_count(device->acl));
    expect(device, code == expected, "the code above is wrong");
}

/* Writes the list to where it survives a restart, if it changed, and reads it back. */
static void persist(device_t *device) {
    if (ocf_acl_generation(device->acl) == device->persisted) {
        return;
    }
    size_t length = 0;
    uint8_t code = ocf_acl_encode(device->acl, OCF_ACL_VIEW_STORAGE, NULL, 0, &length);
    expect(device, code == OCF_ACL_CODE_TOO_LARGE && length > 0,
           "the length is not told");
    uint8_t *flash = (uint8_t *) malloc(length);
    if (!flash) {
        expect(device, false, "no memory");
        return;
    }
    code = ocf_acl_encode(device->acl, OCF_ACL_VIEW_STORAGE, flash, length, &length);
    expect(device, code == OCF_ACL_CODE_CONTENT, "the list cannot be encoded");

    ocf_acl_t *restarted = ocf_acl_new();
    code = ocf_acl_load(restarted, flash, length, NULL);
    expect(device, code == OCF_ACL_CODE_CHANGED, "the list cannot be loaded");
    printf("  persisted %lu bytes and restarted\n", (unsigned long) length);
    free(flash);
    ocf_acl_free(device->acl);
    device->acl = restarted;
    device->persisted = ocf_acl_generation(restarted);
}

/* What the device lets everyone read from the factory on, whatever its onboarding tool
 * adds. */
static void presets(device_t *device) {
    static const char *const OPEN[] = {"/oic/res", "/oic/d", "/oic/p"};
    ocf_acl_ace_t ace;
    memset(&ace, 0, sizeof(ace));
    ace.aceid = OCF_ACL_NO_ACE;
    ace.subject = OCF_ACL_SUBJECT_ANON_CLEAR;
    ace.permission = OCF_ACL_PERM_RETRIEVE;
    for (size_t i = 0; i < sizeof(OPEN) / sizeof(OPEN[0]); ++i) {
        ocf_acl_resource_t resource = {OPEN[i], strlen(OPEN[i]), 0};
        uint8_t code =
            ocf_acl_put(device->acl, OCF_ACL_PUT_MERGE, &ace, &resource, 1, NULL, NULL);
        expect(device, code == OCF_ACL_CODE_CHANGED, "a preset is refused");
    }
    expect(device, ocf_acl_count(device->acl) == 1, "the presets are not one ACE");
}

static void print_list(const device_t *device) {
    static const char *const SUBJECTS[] = {"?", "uuid", "role", "auth-crypt",
                                           "anon-clear"};
    ocf_acl_ace_t ace;
    ocf_acl_resource_t resource;
    for (uint32_t from = 0; ocf_acl_next(device->acl, from, &ace) == OCF_ACL_CODE_CONTENT;
         from = ace.aceid + 1) {
        printf("  ACE %lu, %s, permission %u:", (unsigned long) ace.aceid,
               SUBJECTS[ace.subject], ace.permission);
        while (ocf_acl_next_resource(&ace, &resource) == OCF_ACL_CODE_CONTENT) {
            const char wildcard[] = {resource.wildcard, '\0'};
            printf(" %.*s%s%s", (int) resource.href_len,
                   resource.href ? resource.href : "",
                   resource.wildcard && resource.href ? "&" : "", wildcard);
        }
        putchar('\n');
    }
}

int main(void) {
    device_t device = {ocf_acl_new(), OCF_ACL_STATE_RFOTM, 0, 0};
    cbor_t payload;
    if (!device.acl) {
        return EXIT_FAILURE;
    }

    puts("A lamp with /light, owned by an onboarding tool.");
    expect(&device, ocf_acl_set_owner(device.acl, OBT) == OCF_ACL_CODE_CHANGED,
           "no owner");

    presets(&device);

    enter(&device, OCF_ACL_STATE_RFPRO);
    cbor_list(&payload, 4);
    cbor_ace(&payload, 11, "uuid", ALICE_TEXT, "href", "/light",
             OCF_ACL_PERM_RETRIEVE | OCF_ACL_PERM_UPDATE);
    cbor_ace(&payload, 12, "conntype", "auth-crypt", "wc", "*", OCF_ACL_PERM_RETRIEVE);
    cbor_ace(&payload, 13, "role", "com.example.service", "href", "/oic/mnt",
             OCF_ACL_PERM_UPDATE);
    cbor_ace(&payload, 14, "uuid", ALICE_TEXT, "wc", "+", OCF_ACL_PERM_NOTIFY);
    posts(&device, &CLIENT_A, &payload, OCF_ACL_CODE_UNAUTHORIZED);
    posts(&device, &OWNER, &payload, OCF_ACL_CODE_CHANGED);
    asks(&device, &CLIENT_A, OCF_ACL_METHOD_GET, "/light", false);

    puts("  a payload whose second ACE is bad:");
    cbor_list(&payload, 2);
    cbor_ace(&payload, 11, "uuid", ALICE_TEXT, "href", "/light", 0);
    cbor_ace(&payload, 12, "uuid", "somebody", "href", "/light", OCF_ACL_PERM_ALL);
    posts(&device, &OWNER, &payload, OCF_ACL_CODE_BAD_REQUEST);
    persist(&device);
    print_list(&device);

    enter(&device, OCF_ACL_STATE_RFNOP);
    asks(&device, &CLIENT_A, OCF_ACL_METHOD_GET, "/light", true);
    asks(&device, &CLIENT_A, OCF_ACL_METHOD_POST, "/light", true);
    asks(&device, &CLIENT_A, OCF_ACL_METHOD_DELETE, "/light", false);
    asks(&device, &CLIENT_B, OCF_ACL_METHOD_GET, "/light", true);
    asks(&device, &CLIENT_B, OCF_ACL_METHOD_POST, "/light", false);
    asks(&device, &CLIENT_B, OCF_ACL_METHOD_POST, "/oic/mnt", false);
    asks(&device, &SERVICE, OCF_ACL_METHOD_POST, "/oic/mnt", true);
    asks(&device, &SERVICE, OCF_ACL_METHOD_POST, "/light", false);
    asks(&device, &ANONYMOUS, OCF_ACL_METHOD_GET, "/light", false);
    asks(&device, &ANONYMOUS, OCF_ACL_METHOD_GET, "/oic/d", true);
    asks(&device, &ANONYMOUS, OCF_ACL_METHOD_GET, "/.well-known/core", true);
    asks(&device, &ANONYMOUS, OCF_ACL_METHOD_GET, "/oic/sec/acl2", false);
    asks(&device, &CLIENT_A, OCF_ACL_METHOD_GET, "/oic/sec/acl2", false);
    asks(&device, &OWNER, OCF_ACL_METHOD_GET, "/oic/sec/acl2", true);

    puts("  the owner may, but the list is not to be changed in this state:");
    cbor_list(&payload, 1);
    cbor_ace(&payload, -1, "conntype", "anon-clear", "wc", "*", OCF_ACL_PERM_ALL);
    posts(&device, &OWNER, &payload, OCF_ACL_CODE_BAD_REQUEST);
    expect(&device,
           ocf_acl_delete(device.acl, device.state, NULL, 0) == OCF_ACL_CODE_FORBIDDEN,
           "the list could be cleared");
    persist(&device);

    enter(&device, OCF_ACL_STATE_RESET);
    ocf_acl_reset(device.acl);
    printf("  %u ACEs, owner %s\n", (unsigned) ocf_acl_count(device.acl),
           ocf_acl_owner(device.acl, (uint8_t[16]){0}) == OCF_ACL_CODE_NOT_FOUND ? "none"
                                                                                 : "?");
    asks(&device, &OWNER, OCF_ACL_METHOD_GET, "/oic/sec/acl2", false);
    ocf_acl_free(device.acl);

    printf("\n%s\n",
           device.surprises ? "There were surprises." : "Everything as expected.");
    return device.surprises ? EXIT_FAILURE : EXIT_SUCCESS;
}
