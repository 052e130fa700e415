/*
 * What an OCF stack does with the list itself: walk, put, tag, remove, and updates that
 * it fills with CBOR or with what it has decoded. Then the same with a heap that runs out
 * at each allocation in turn, which must leave the list as it was. Linked with --wrap for
 * malloc and realloc.
 */
#include <ocf_acl.h>

#include "cbor_write.h"

#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);

static long left = -1;
static unsigned checks;

void *__wrap_malloc(size_t size) {
    return left >= 0 && left-- == 0 ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size) {
    return left >= 0 && left-- == 0 ? NULL : __real_realloc(block, size);
}

#define REQUIRE(Condition)                                                               \
    do {                                                                                 \
        ++checks;                                                                        \
        if (!(Condition)) {                                                              \
            left = -1;                                                                   \
            printf("line %d: " #Condition "\n", __LINE__);                               \
            exit(EXIT_FAILURE);                                                          \
        }                                                                                \
    } while (0)

#define ALICE_TEXT "11111111-2222-3333-4444-555555555555"
static const uint8_t ALICE[16] = {0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33,
                                  0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55};
static const uint8_t NIL[16] = {0};

static int is(const char *text, size_t length, const char *expected) {
    return text && length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static ocf_acl_ace_t ace_of(uint32_t aceid, uint8_t subject, uint8_t permission) {
    ocf_acl_ace_t ace;
    memset(&ace, 0, sizeof(ace));
    ace.aceid = aceid;
    ace.subject = subject;
    ace.permission = permission;
    if (subject == OCF_ACL_SUBJECT_UUID) {
        ace.uuid = ALICE;
    } else if (subject == OCF_ACL_SUBJECT_ROLE) {
        ace.role = "admin";
        ace.role_len = 5;
    }
    return ace;
}

static ocf_acl_resource_t resource_of(const char *href, char wildcard) {
    ocf_acl_resource_t resource = {href, href ? strlen(href) : 0, wildcard};
    return resource;
}

static uint8_t put(ocf_acl_t *list, uint8_t how, ocf_acl_ace_t ace, const char *href,
                   char wildcard, ocf_acl_outcome_t *outcome) {
    ocf_acl_resource_t resource = resource_of(href, wildcard);
    return ocf_acl_put(list, how, &ace, &resource, 1, outcome, NULL);
}

static void walking(void) {
    ocf_acl_t *list = ocf_acl_new();
    ocf_acl_ace_t ace, found;
    ocf_acl_resource_t resource;
    memset(&found, 0x7f, sizeof(found));
    found.aceid = 12345;
    REQUIRE(ocf_acl_next(list, 0, &found) == OCF_ACL_CODE_NOT_FOUND
            && found.aceid == 12345);

    ace = ace_of(30, OCF_ACL_SUBJECT_ROLE, 31);
    ace.authority = "acme";
    ace.authority_len = 4;
    ace.tag = "";
    ocf_acl_resource_t both[2] = {resource_of("/a", '+'), resource_of(NULL, '-')};
    REQUIRE(ocf_acl_put(list, OCF_ACL_PUT_REPLACE, &ace, both, 2, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(
        put(list, OCF_ACL_PUT_REPLACE, ace_of(2, OCF_ACL_SUBJECT_UUID, 2), "/b", 0, NULL)
        == OCF_ACL_CODE_CHANGED);
    REQUIRE(put(list, OCF_ACL_PUT_REPLACE,
                ace_of(2147483647, OCF_ACL_SUBJECT_AUTH_CRYPT, 0), NULL, '*', NULL)
            == OCF_ACL_CODE_CHANGED);

    REQUIRE(ocf_acl_next(list, 0, &found) == OCF_ACL_CODE_CONTENT && found.aceid == 2);
    REQUIRE(found.subject == OCF_ACL_SUBJECT_UUID && memcmp(found.uuid, ALICE, 16) == 0);
    REQUIRE(!found.role && !found.authority && !found.tag && found.resource_count == 1);
    REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_CONTENT);
    REQUIRE(is(resource.href, resource.href_len, "/b") && resource.wildcard == 0);
    REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_NOT_FOUND);

    REQUIRE(ocf_acl_next(list, 3, &found) == OCF_ACL_CODE_CONTENT && found.aceid == 30);
    REQUIRE(found.subject == OCF_ACL_SUBJECT_ROLE && found.permission == 31
            && !found.uuid);
    REQUIRE(is(found.role, found.role_len, "admin"));
    REQUIRE(is(found.authority, found.authority_len, "acme"));
    REQUIRE(found.tag && found.tag_len == 0 && found.resource_count == 2);
    ocf_acl_ace_t again = found;
    for (int round = 0; round < 2; ++round, found = again) {
        REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_CONTENT);
        REQUIRE(is(resource.href, resource.href_len, "/a") && resource.wildcard == '+');
        REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_CONTENT);
        REQUIRE(!resource.href && resource.href_len == 0 && resource.wildcard == '-');
        REQUIRE(ocf_acl_next_resource(&found, &resource) == OCF_ACL_CODE_NOT_FOUND);
    }
    REQUIRE(ocf_acl_next(list, 31, &found) == OCF_ACL_CODE_CONTENT
            && found.aceid == 2147483647);
    REQUIRE(ocf_acl_next(list, 2147483648u, &found) == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_next(NULL, 0, &found) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_next(list, 0, NULL) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_next_resource(NULL, &resource) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_next_resource(&found, NULL) == OCF_ACL_CODE_INTERNAL);

    /* One that was answered may be given back: a copy under another aceid. */
    REQUIRE(ocf_acl_next(list, 30, &found) == OCF_ACL_CODE_CONTENT);
    ocf_acl_resource_t copied[2];
    again = found;
    for (int i = 0; i < 2; ++i) {
        REQUIRE(ocf_acl_next_resource(&again, &copied[i]) == OCF_ACL_CODE_CONTENT);
    }
    found.aceid = 31;
    REQUIRE(ocf_acl_put(list, OCF_ACL_PUT_REPLACE, &found, copied, 2, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_next(list, 31, &found) == OCF_ACL_CODE_CONTENT && found.aceid == 31);
    REQUIRE(is(found.role, found.role_len, "admin") && found.resource_count == 2);
    ocf_acl_free(list);
}

static void putting(void) {
    ocf_acl_t *list = ocf_acl_new();
    ocf_acl_outcome_t outcome = {0, 0, 0};
    const ocf_acl_ace_t anyone = ace_of(OCF_ACL_NO_ACE, OCF_ACL_SUBJECT_ANON_CLEAR, 2);
    REQUIRE(put(list, OCF_ACL_PUT_MERGE, anyone, "/oic/res", 0, &outcome)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(outcome.aceid == 1 && outcome.what == OCF_ACL_ADDED
            && outcome.new_resources == 1);
    REQUIRE(put(list, OCF_ACL_PUT_MERGE, anyone, "/oic/d", 0, &outcome)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(outcome.aceid == 1 && outcome.what == OCF_ACL_REPLACED
            && outcome.new_resources == 1);
    uint32_t generation = ocf_acl_generation(list);
    REQUIRE(put(list, OCF_ACL_PUT_MERGE, anyone, "/oic/d", 0, &outcome)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(outcome.aceid == 1 && outcome.what == OCF_ACL_UNCHANGED
            && outcome.new_resources == 0);
    REQUIRE(ocf_acl_generation(list) == generation && ocf_acl_count(list) == 1);

    ocf_acl_error_t error = {9, 9, 9};
    ocf_acl_ace_t other = ace_of(1, OCF_ACL_SUBJECT_ROLE, 2);
    ocf_acl_resource_t resource = resource_of("/a", 0);
    REQUIRE(ocf_acl_put(list, OCF_ACL_PUT_MERGE, &other, &resource, 1, &outcome, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    char text[80];
    REQUIRE(ocf_acl_error_text(&error, text, sizeof(text)) > 0
            && strstr(text, "different ACE"));
    REQUIRE(error.ace == OCF_ACL_NO_ACE && error.offset == 0);

    /* Everything that a payload must not say. */
    ocf_acl_ace_t bad[12];
    for (int i = 0; i < 12; ++i) {
        bad[i] = ace_of(7, i < 6 ? OCF_ACL_SUBJECT_ROLE : OCF_ACL_SUBJECT_UUID, 2);
    }
    bad[0].role = NULL;
    bad[1].role_len = 0;
    bad[2].role = "\xff----";
    bad[3].authority = "";
    bad[4].tag = "\xc3";
    bad[4].tag_len = 1;
    bad[5].tag_len = 1; /* of NULL */
    bad[6].uuid = NULL;
    bad[7].uuid = NIL;
    bad[8].subject = 0;
    bad[9].subject = 5;
    bad[10].permission = 32;
    bad[11].aceid = 2147483648u;
    for (int i = 0; i < 12; ++i) {
        REQUIRE(
            ocf_acl_put(list, OCF_ACL_PUT_REPLACE, &bad[i], &resource, 1, NULL, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    }
    ocf_acl_resource_t refused[6] = {resource_of("a", 0),     resource_of("", 0),
                                     resource_of(NULL, 0),    resource_of("/", 'x'),
                                     resource_of("/\xff", 0), resource_of("/", 1)};
    for (int i = 0; i < 6; ++i) {
        REQUIRE(ocf_acl_put(list, OCF_ACL_PUT_MERGE, &anyone, &refused[i], 1, NULL, NULL)
                == OCF_ACL_CODE_BAD_REQUEST);
    }
    REQUIRE(put(list, 2, anyone, "/a", 0, NULL) == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_put(NULL, 0, &anyone, &resource, 1, NULL, NULL)
            == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_put(list, 0, NULL, &resource, 1, NULL, NULL)
            == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_put(list, 0, &anyone, NULL, 1, NULL, NULL) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_generation(list) == generation && ocf_acl_count(list) == 1);

    REQUIRE(ocf_acl_set_tag(list, 1, "x", 1) == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_generation(list) == ++generation);
    REQUIRE(ocf_acl_set_tag(list, 1, "x", 1) == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_generation(list) == generation);
    ocf_acl_ace_t found;
    REQUIRE(ocf_acl_next(list, 0, &found) == OCF_ACL_CODE_CONTENT
            && is(found.tag, found.tag_len, "x"));
    REQUIRE(ocf_acl_set_tag(list, 1, NULL, 0) == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_next(list, 0, &found) == OCF_ACL_CODE_CONTENT && !found.tag);
    REQUIRE(found.resource_count == 2);
    REQUIRE(ocf_acl_set_tag(list, 2, "x", 1) == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_set_tag(list, 1, "\xff", 1) == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_set_tag(list, 1, NULL, 1) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_set_tag(NULL, 1, "x", 1) == OCF_ACL_CODE_INTERNAL);
    ocf_acl_free(list);
}

static uint8_t is_odd(void *context, const ocf_acl_ace_t *ace) {
    ++*(unsigned *) context;
    return ace->aceid % 2 == 1;
}

static void removing(void) {
    ocf_acl_t *list = ocf_acl_new();
    for (uint32_t aceid = 0; aceid < 10; ++aceid) {
        REQUIRE(put(list, OCF_ACL_PUT_REPLACE, ace_of(aceid, OCF_ACL_SUBJECT_UUID, 2),
                    "/a", 0, NULL)
                == OCF_ACL_CODE_CHANGED);
    }
    unsigned asked = 0;
    REQUIRE(ocf_acl_remove(list, 4) == OCF_ACL_CODE_DELETED);
    REQUIRE(ocf_acl_remove(list, 4) == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_remove_if(list, is_odd, &asked) == 5 && asked == 9);
    REQUIRE(ocf_acl_count(list) == 4);
    uint32_t generation = ocf_acl_generation(list);
    REQUIRE(ocf_acl_remove_if(list, is_odd, &asked) == 0);
    REQUIRE(ocf_acl_generation(list) == generation);
    /* Walking over what is removed meanwhile. */
    ocf_acl_ace_t found;
    uint32_t sum = 0;
    for (uint32_t from = 0; ocf_acl_next(list, from, &found) == OCF_ACL_CODE_CONTENT;
         from = found.aceid + 1) {
        sum += found.aceid;
        if (found.aceid == 2) {
            REQUIRE(ocf_acl_remove(list, 2) == OCF_ACL_CODE_DELETED);
        }
    }
    REQUIRE(sum == 0 + 2 + 6 + 8);
    REQUIRE(ocf_acl_remove_if(list, NULL, NULL) == 3 && ocf_acl_count(list) == 0);
    REQUIRE(ocf_acl_remove_if(NULL, NULL, NULL) == 0);
    REQUIRE(ocf_acl_remove(NULL, 0) == OCF_ACL_CODE_INTERNAL);
    ocf_acl_free(list);
}

static void getting(void) {
    ocf_acl_t *list = ocf_acl_new();
    REQUIRE(put(list, 1, ace_of(3, OCF_ACL_SUBJECT_UUID, 2), "/a", 0, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(put(list, 1, ace_of(5, OCF_ACL_SUBJECT_UUID, 2), "/b", 0, NULL)
            == OCF_ACL_CODE_CHANGED);
    uint8_t buffer[256], expected[256];
    size_t length = 0, needed = 0;
    REQUIRE(ocf_acl_get(list, OCF_ACL_VIEW_PLAIN, "aceid=5", 7, NULL, 0, &needed)
            == OCF_ACL_CODE_TOO_LARGE);
    REQUIRE(ocf_acl_get(list, OCF_ACL_VIEW_PLAIN, "aceid=5", 7, buffer, needed, &length)
            == OCF_ACL_CODE_CONTENT);
    REQUIRE(ocf_acl_remove(list, 3) == OCF_ACL_CODE_DELETED);
    REQUIRE(ocf_acl_encode(list, OCF_ACL_VIEW_PLAIN, expected, sizeof(expected), &needed)
            == OCF_ACL_CODE_CONTENT);
    REQUIRE(length == needed && memcmp(buffer, expected, length) == 0);
    REQUIRE(
        ocf_acl_get(list, OCF_ACL_VIEW_PLAIN, NULL, 0, buffer, sizeof(buffer), &length)
        == OCF_ACL_CODE_CONTENT);
    REQUIRE(length == needed && memcmp(buffer, expected, length) == 0);
    length = 77;
    REQUIRE(ocf_acl_get(list, 0, "aceid=3", 7, buffer, 256, &length)
            == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_get(list, 0, "aceid=", 6, buffer, 256, &length)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_get(list, 3, NULL, 0, buffer, 256, &length)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_get(list, 0, NULL, 1, buffer, 256, &length) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_get(list, 0, NULL, 0, NULL, 256, &length) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_get(NULL, 0, NULL, 0, buffer, 256, &length) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_get(list, 0, NULL, 0, buffer, 256, NULL) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(length == 77);
    ocf_acl_free(list);
}

/* What a stack has decoded, given on as events: an ACE with one resource. */
static uint8_t event(ocf_acl_update_t *update, uint8_t what, const char *text,
                     int64_t number, ocf_acl_error_t *error) {
    return ocf_acl_update_event(update, what, number, text, text ? strlen(text) : 0,
                                error);
}

typedef struct {
    uint8_t what;
    const char *text;
    int64_t number;
} event_t;

static const event_t LIST[] = {
    {OCF_ACL_EVENT_MAP, NULL, 0},          {OCF_ACL_EVENT_TEXT, "aclist2", 0},
    {OCF_ACL_EVENT_ARRAY, NULL, 0},        {OCF_ACL_EVENT_MAP, NULL, 0},
    {OCF_ACL_EVENT_TEXT, "aceid", 0},      {OCF_ACL_EVENT_NUMBER, NULL, 4},
    {OCF_ACL_EVENT_TEXT, "subject", 0},    {OCF_ACL_EVENT_MAP, NULL, 0},
    {OCF_ACL_EVENT_TEXT, "uuid", 0},       {OCF_ACL_EVENT_TEXT, ALICE_TEXT, 0},
    {OCF_ACL_EVENT_END, NULL, 0},          {OCF_ACL_EVENT_TEXT, "resources", 0},
    {OCF_ACL_EVENT_ARRAY, NULL, 0},        {OCF_ACL_EVENT_MAP, NULL, 0},
    {OCF_ACL_EVENT_TEXT, "href", 0},       {OCF_ACL_EVENT_TEXT, "/light", 0},
    {OCF_ACL_EVENT_END, NULL, 0},          {OCF_ACL_EVENT_END, NULL, 0},
    {OCF_ACL_EVENT_TEXT, "permission", 0}, {OCF_ACL_EVENT_NUMBER, NULL, 6},
    {OCF_ACL_EVENT_END, NULL, 0},          {OCF_ACL_EVENT_END, NULL, 0},
    {OCF_ACL_EVENT_END, NULL, 0},
};
#define COUNT(Array) (sizeof(Array) / sizeof((Array)[0]))

static uint8_t feed(ocf_acl_update_t *update, size_t count, ocf_acl_error_t *error) {
    uint8_t code = OCF_ACL_CODE_CHANGED;
    for (size_t i = 0; i < count && code == OCF_ACL_CODE_CHANGED; ++i) {
        code = event(update, LIST[i].what, LIST[i].text, LIST[i].number, error);
    }
    return code;
}

typedef struct {
    const ocf_acl_t *list;
    unsigned calls;
    unsigned formers;
    ocf_acl_outcome_t outcomes[4];
    char former_href[16];
} seen_t;

static void applied(void *context, const ocf_acl_outcome_t *outcome,
                    const ocf_acl_ace_t *former) {
    seen_t *seen = (seen_t *) context;
    REQUIRE(seen->calls < 4);
    seen->outcomes[seen->calls++] = *outcome;
    /* All is applied by now. */
    ocf_acl_ace_t now;
    REQUIRE(ocf_acl_next(seen->list, outcome->aceid, &now) == OCF_ACL_CODE_CONTENT);
    REQUIRE(now.aceid == outcome->aceid && ocf_acl_count(seen->list) == 3);
    if (former) {
        ++seen->formers;
        ocf_acl_ace_t copy = *former;
        ocf_acl_resource_t resource;
        REQUIRE(former->aceid == outcome->aceid && former->resource_count == 1);
        REQUIRE(ocf_acl_next_resource(&copy, &resource) == OCF_ACL_CODE_CONTENT);
        memcpy(seen->former_href, resource.href, resource.href_len);
    }
}

static void updating(void) {
    ocf_acl_t *list = ocf_acl_new();
    ocf_acl_update_t *update = ocf_acl_update_new(NULL, NULL);
    ocf_acl_error_t error = {0, 0, 0};
    REQUIRE(put(list, 1, ace_of(4, OCF_ACL_SUBJECT_ROLE, 1), "/old", 0, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(put(list, 1, ace_of(9, OCF_ACL_SUBJECT_ROLE, 1), "/nine", 0, NULL)
            == OCF_ACL_CODE_CHANGED);

    /* CBOR, with an outcome for each ACE */
    cbor_t payload;
    cbor_list(&payload, 3);
    cbor_ace(&payload, -1, "role", "admin", "href", "/nine", 1);
    cbor_ace(&payload, 4, "uuid", ALICE_TEXT, "href", "/light", 6);
    cbor_ace(&payload, -1, "uuid", ALICE_TEXT, "wc", "*", 6);
    REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length, &error)
            == OCF_ACL_CODE_CHANGED);
    seen_t seen;
    memset(&seen, 0, sizeof(seen));
    seen.list = list;
    REQUIRE(
        ocf_acl_update_apply(update, list, OCF_ACL_STATE_RFNOP, applied, &seen, &error)
        == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(seen.calls == 0);
    REQUIRE(
        ocf_acl_update_apply(update, list, OCF_ACL_STATE_RFPRO, applied, &seen, &error)
        == OCF_ACL_CODE_CHANGED);
    REQUIRE(seen.calls == 3 && seen.formers == 1
            && strcmp(seen.former_href, "/old") == 0);
    REQUIRE(seen.outcomes[0].aceid == 9 && seen.outcomes[0].what == OCF_ACL_UNCHANGED);
    REQUIRE(seen.outcomes[1].aceid == 4 && seen.outcomes[1].what == OCF_ACL_REPLACED);
    REQUIRE(seen.outcomes[1].new_resources == 1);
    REQUIRE(seen.outcomes[2].aceid == 1 && seen.outcomes[2].what == OCF_ACL_ADDED);
    /* It is empty now: nothing more to apply, and ready for more. */
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, &error)
            == OCF_ACL_CODE_BAD_REQUEST);

    /* Events, counted from the first one after that, and after CBOR */
    for (int i = 0; i < 2; ++i) {
        REQUIRE(event(update, OCF_ACL_EVENT_OTHER, NULL, 0, &error)
                == OCF_ACL_CODE_BAD_REQUEST);
        REQUIRE(error.offset == 0);
        REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length, &error)
                == OCF_ACL_CODE_CHANGED);
    }
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(feed(update, COUNT(LIST), &error) == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(feed(update, 1, &error) == OCF_ACL_CODE_CHANGED);
    REQUIRE(event(update, OCF_ACL_EVENT_OTHER, NULL, 0, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(error.offset == 1);
    ocf_acl_update_free(update);
    update = ocf_acl_update_new(NULL, NULL);
    REQUIRE(feed(update, COUNT(LIST), &error) == OCF_ACL_CODE_CHANGED);
    uint32_t generation = ocf_acl_generation(list);
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_generation(list) == generation); /* the ACE was there already */
    REQUIRE(feed(update, COUNT(LIST), &error) == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_LOAD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_count(list) == 1);
    for (size_t cut = 0; cut < COUNT(LIST); ++cut) {
        ocf_acl_update_free(update);
        update = ocf_acl_update_new(NULL, NULL);
        REQUIRE(feed(update, cut, &error) == OCF_ACL_CODE_CHANGED);
        REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
                == OCF_ACL_CODE_BAD_REQUEST);
        /* No event can be put in everywhere but this. */
        REQUIRE(event(update, OCF_ACL_EVENT_OTHER, NULL, 0, &error)
                == OCF_ACL_CODE_BAD_REQUEST);
        REQUIRE(error.offset == cut);
        REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
                == OCF_ACL_CODE_BAD_REQUEST);
    }
    ocf_acl_update_free(update);
    update = ocf_acl_update_new(NULL, NULL);
    REQUIRE(event(update, OCF_ACL_EVENT_MAP, NULL, 0, &error) == OCF_ACL_CODE_CHANGED);
    REQUIRE(event(update, OCF_ACL_EVENT_TEXT, "\xff", 0, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(event(update, OCF_ACL_EVENT_TEXT, "aclist2", 0, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(event(update, 0, NULL, 0, &error) == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(event(update, 7, NULL, 0, &error) == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_update_event(update, OCF_ACL_EVENT_TEXT, 0, NULL, 1, &error)
            == OCF_ACL_CODE_INTERNAL);
    REQUIRE(event(NULL, OCF_ACL_EVENT_MAP, NULL, 0, &error) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_update_cbor(NULL, payload.bytes, 1, &error) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_update_cbor(update, NULL, 1, &error) == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length - 1, &error)
            == OCF_ACL_CODE_BAD_REQUEST);
    REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length, &error)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_update_apply(NULL, list, 2, NULL, NULL, &error)
            == OCF_ACL_CODE_INTERNAL);
    REQUIRE(ocf_acl_update_apply(update, NULL, 2, NULL, NULL, &error)
            == OCF_ACL_CODE_INTERNAL);
    static const uint8_t wrong[] = {5, 15, 18, 255};
    for (size_t i = 0; i < sizeof(wrong); ++i) {
        REQUIRE(ocf_acl_update_apply(update, list, wrong[i], NULL, NULL, &error)
                == OCF_ACL_CODE_BAD_REQUEST);
    }
    REQUIRE(ocf_acl_count(list) == 1);
    ocf_acl_update_free(update);
    ocf_acl_update_free(NULL);
    ocf_acl_free(list);
}

static void count_skipped(void *context, const ocf_acl_error_t *error) {
    char text[80];
    REQUIRE(ocf_acl_error_text(error, text, sizeof(text)) > 0);
    unsigned *bits = (unsigned *) context;
    *bits |= error->ace == OCF_ACL_NO_ACE ? 0x100 : 1u << error->ace;
}

static void lenient(void) {
    ocf_acl_t *list = ocf_acl_new();
    unsigned skipped = 0;
    ocf_acl_update_t *update = ocf_acl_update_new(count_skipped, &skipped);
    cbor_t payload;
    payload.length = 0;
    cbor_map(&payload, 3);
    cbor_pair(&payload, "rowneruuid", "00000000-0000-0000-0000-000000000000");
    cbor_text(&payload, "aclist2");
    cbor_array(&payload, 4);
    cbor_ace(&payload, 1, "uuid", "*", "href", "/a", 1);
    cbor_ace(&payload, 2, "role", "admin", "href", "/b", 2);
    cbor_ace(&payload, 3, "role", "admin", "href", "/c", 32);
    cbor_ace(&payload, 4, "conntype", "anon-clear", "wc", "*", 2);
    cbor_pair(&payload, "unheard-of", "x");
    REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(skipped == (0x100 | 1u << 0 | 1u << 2));

    /* Entries already there can stay. */
    REQUIRE(ocf_acl_set_owner(list, ALICE) == OCF_ACL_CODE_CHANGED);
    REQUIRE(put(list, 1, ace_of(7, OCF_ACL_SUBJECT_ROLE, 1), "/preset", 0, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    uint8_t owner[16];
    REQUIRE(ocf_acl_count(list) == 3
            && ocf_acl_owner(list, owner) == OCF_ACL_CODE_NOT_FOUND);
    REQUIRE(ocf_acl_update_cbor(update, payload.bytes, payload.length, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_update_apply(update, list, OCF_ACL_APPLY_LOAD, NULL, NULL, NULL)
            == OCF_ACL_CODE_CHANGED);
    REQUIRE(ocf_acl_count(list) == 2);
    ocf_acl_update_free(update);
    ocf_acl_free(list);
}

static size_t stored(const ocf_acl_t *list, uint8_t *buffer, size_t capacity) {
    size_t length = 0;
    REQUIRE(ocf_acl_encode(list, OCF_ACL_VIEW_STORAGE, buffer, capacity, &length)
            == OCF_ACL_CODE_CONTENT);
    return length;
}

static uint8_t by_put(ocf_acl_t *list) {
    ocf_acl_ace_t ace = ace_of(OCF_ACL_NO_ACE, OCF_ACL_SUBJECT_UUID, 2);
    return put(list, OCF_ACL_PUT_MERGE, ace, "/more", '+', NULL);
}

static uint8_t by_tag(ocf_acl_t *list) {
    return ocf_acl_set_tag(list, 3, "a tag of some length", 20);
}

static uint8_t by_events(ocf_acl_t *list) {
    ocf_acl_update_t *update = ocf_acl_update_new(NULL, NULL);
    if (!update) {
        return OCF_ACL_CODE_INTERNAL;
    }
    uint8_t code = feed(update, COUNT(LIST), NULL);
    if (code == OCF_ACL_CODE_CHANGED) {
        code = ocf_acl_update_apply(update, list, OCF_ACL_APPLY_ADD, NULL, NULL, NULL);
    }
    ocf_acl_update_free(update);
    return code;
}

static long fail_each(uint8_t (*update)(ocf_acl_t *list)) {
    uint8_t before[512], after[512];
    long needed = 0;
    for (long failing = 0;; ++failing) {
        ocf_acl_t *list = ocf_acl_new();
        for (uint32_t aceid = 1; aceid < 4; ++aceid) {
            char href[] = "/0";
            href[1] = (char) ('0' + aceid);
            REQUIRE(put(list, 1, ace_of(aceid, OCF_ACL_SUBJECT_UUID, 2), href, 0, NULL)
                    == OCF_ACL_CODE_CHANGED);
        }
        uint32_t generation = ocf_acl_generation(list);
        size_t length = stored(list, before, sizeof(before));
        left = failing;
        uint8_t code = update(list);
        int ran_out = left < 0;
        left = -1;
        if (code == OCF_ACL_CODE_CHANGED) {
            REQUIRE(stored(list, after, sizeof(after)) != length);
        } else {
            REQUIRE(code == OCF_ACL_CODE_INTERNAL && ran_out);
            REQUIRE(stored(list, after, sizeof(after)) == length);
            REQUIRE(memcmp(before, after, length) == 0
                    && ocf_acl_generation(list) == generation);
            REQUIRE(update(list) == OCF_ACL_CODE_CHANGED);
            ++needed;
        }
        /* Removing needs nothing. */
        left = 0;
        REQUIRE(ocf_acl_remove(list, 2) == OCF_ACL_CODE_DELETED);
        REQUIRE(ocf_acl_remove_if(list, NULL, NULL) >= 2);
        left = -1;
        ocf_acl_free(list);
        if (!ran_out) {
            return needed;
        }
    }
}

int main(void) {
    walking();
    putting();
    removing();
    getting();
    updating();
    lenient();
    left = 0;
    REQUIRE(ocf_acl_update_new(NULL, NULL) == NULL);
    left = -1;
    long puts = fail_each(by_put), tags = fail_each(by_tag),
         events = fail_each(by_events);
    REQUIRE(puts >= 4 && tags >= 4 && events >= 4);
    printf("%u checks; %ld, %ld and %ld allocations failed in turn\n", checks, puts, tags,
           events);
    return EXIT_SUCCESS;
}
