/*
 * A client that is not Anjay and offers none of its functions: it knows
 * access_control_host.h alone, and links without any stand-in.
 */
#include <access_control_host.h>
#include <access_control_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(Condition)                                                                 \
    do {                                                                                 \
        if (!(Condition)) {                                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #Condition);              \
            exit(EXIT_FAILURE);                                                          \
        }                                                                                \
    } while (0)

/* ---- the client: servers 1 to 3, Object 1234 with the Instances 0 to 4 -------- */

typedef struct {
    unsigned changes;
    unsigned refusals;
    aac_refusal_t last;
} client_t;

static int is_object_registered(void *client, uint16_t oid) {
    (void) client;
    return oid <= 2 || oid == 1234;
}

static int is_instance_present(void *client, uint16_t oid, uint16_t iid) {
    (void) client;
    return oid == 1234 && iid < 5;
}

static int is_server_known(void *client, uint16_t ssid) {
    (void) client;
    return ssid <= 3;
}

static uint16_t single_server(void *client) {
    (void) client;
    return 0;
}

static int list_instances(void *client, uint16_t oid, aac_ids_t *found) {
    (void) client;
    for (uint16_t iid = 0; oid == 1234 && iid < 5; ++iid) {
        if (aac_ids_add(found, iid)) {
            return -1;
        }
    }
    return 0;
}

static int list_accounts(void *client, aac_ids_t *found) {
    (void) client;
    return aac_ids_add(found, 1) || aac_ids_add(found, 2) || aac_ids_add(found, 3) ? -1
                                                                                   : 0;
}

static int remove_instance(void *client, uint16_t oid, uint16_t iid) {
    (void) client;
    (void) oid;
    (void) iid;
    return -1;
}

static void changed(void *client, uint16_t iid, uint16_t rid) {
    (void) iid;
    (void) rid;
    ++((client_t *) client)->changes;
}

static void refused(void *client, const aac_refusal_t *refusal) {
    ++((client_t *) client)->refusals;
    ((client_t *) client)->last = *refusal;
}

static const aac_host_t HOST = {is_object_registered,
                                is_instance_present,
                                is_server_known,
                                single_server,
                                list_instances,
                                list_accounts,
                                remove_instance,
                                changed,
                                refused};

/* ---- what is persisted -------------------------------------------------------- */

typedef struct {
    uint8_t bytes[4096];
    size_t length;
    size_t position;
} file_t;

static int put(void *file_, const void *bytes, size_t size) {
    file_t *file = (file_t *) file_;
    if (sizeof(file->bytes) - file->length < size) {
        return -1;
    }
    memcpy(file->bytes + file->length, bytes, size);
    file->length += size;
    return 0;
}

static int get(void *file_, void *bytes, size_t size) {
    file_t *file = (file_t *) file_;
    if (file->length - file->position < size) {
        return -1;
    }
    memcpy(bytes, file->bytes + file->position, size);
    file->position += size;
    return 0;
}

static int put_nothing(void *arg, const void *bytes, size_t size) {
    (void) arg;
    (void) bytes;
    (void) size;
    return -1;
}

/* ---- tests ------------------------------------------------------------------------ */

static bool may(aac_t *aac, uint16_t ssid, int operation, uint16_t oid, uint16_t iid) {
    return aac_decide(aac, ssid, operation, oid, iid, NULL);
}

static void test_calls(aac_t *aac, const client_t *client) {
    CHECK(!aac_is_modified(aac));
    CHECK(!aac_set_acl(aac, 1234, 0, 2, AAC_MASK_READ | AAC_MASK_WRITE));
    CHECK(!aac_set_acl(aac, 1234, AAC_ID_NONE, 2, AAC_MASK_CREATE));
    CHECK(may(aac, 2, AAC_READ, 1234, 0) && !may(aac, 2, AAC_DELETE, 1234, 0));
    CHECK(may(aac, 2, AAC_CREATE, 1234, AAC_ID_NONE)
          && !may(aac, 1, AAC_CREATE, 1234, 0));
    CHECK(aac_is_modified(aac) && client->changes > 0);

    uint16_t acl_iid = AAC_ID_NONE;
    CHECK(!aac_set_owner(aac, 1234, 1, 3, &acl_iid) && acl_iid == 2);
    CHECK(may(aac, 3, AAC_DELETE, 1234, 1));
    acl_iid = 7;
    CHECK(aac_set_owner(aac, 1234, 1, 3, &acl_iid) == AAC_ERROR_CONFLICT && acl_iid == 2);
    CHECK(!aac_set_owner(aac, 1234, 1, AAC_SSID_BOOTSTRAP, NULL));
    CHECK(!may(aac, 3, AAC_DELETE, 1234, 1));

    aac_grant_t grants[] = {{1234, 2, 1, AAC_MASK_READ, 1},
                            {1234, 3, AAC_SSID_ANY, AAC_MASK_READ, 0},
                            {1234, 4, 9, AAC_MASK_READ, 0}};
    size_t at = 77;
    CHECK(aac_provision(aac, grants, 3, &at) == AAC_ERROR_UNKNOWN_SERVER && at == 2);
    CHECK(!may(aac, 1, AAC_READ, 1234, 2));
    CHECK(!aac_provision(aac, grants, 2, &at) && at == 2);
    CHECK(may(aac, 1, AAC_READ, 1234, 2) && may(aac, 3, AAC_READ, 1234, 3));
}

static void test_persistence(aac_t *aac) {
    file_t file;
    memset(&file, 0, sizeof(file));
    CHECK(aac_persist(aac, put_nothing, NULL) == AAC_ERROR_HOST && aac_is_modified(aac));
    CHECK(!aac_persist(aac, put, &file) && file.length > 8 && !aac_is_modified(aac));
    CHECK(!aac_purge(aac) && aac_is_modified(aac) && aac_next_instance(aac, -1) == -1);
    CHECK(!may(aac, 1, AAC_READ, 1234, 2));

    file_t cut = file;
    --cut.length;
    CHECK(aac_restore(aac, get, &cut) == AAC_ERROR_HOST
          && aac_next_instance(aac, -1) == -1);
    cut = file;
    cut.bytes[0] = 'B';
    CHECK(aac_restore(aac, get, &cut) == AAC_ERROR_MALFORMED);
    CHECK(!aac_transaction(aac, AAC_BEGIN));
    CHECK(aac_restore(aac, get, &file) == AAC_ERROR_BUSY && file.position == 0);
    CHECK(!aac_transaction(aac, AAC_ROLLBACK));

    CHECK(!aac_restore(aac, get, &file) && file.position == file.length);
    CHECK(!aac_is_modified(aac) && may(aac, 1, AAC_READ, 1234, 2));
    file_t again;
    memset(&again, 0, sizeof(again));
    CHECK(!aac_persist(aac, put, &again) && again.length == file.length);
    CHECK(!memcmp(again.bytes, file.bytes, file.length));
}

static void test_refusals(aac_t *aac, client_t *client) {
    static const struct {
        uint16_t oid, iid, ssid, mask;
        aac_error_t error;
        aac_why_t why;
        const char *text;
    } CASES[] = {
        {1234, 0, AAC_SSID_BOOTSTRAP, 1, AAC_ERROR_BAD_REQUEST, AAC_WHY_BOOTSTRAP_SSID,
         NULL},
        {1234, 0, 1, 32, AAC_ERROR_BAD_REQUEST, AAC_WHY_MASK_OUT_OF_RANGE,
         "set_acl, target /1234/0, SSID 1, mask 32: the access mask has bits outside 0 "
         "to 31"},
        {1234, 0, 1, 16, AAC_ERROR_BAD_REQUEST, AAC_WHY_CREATE_ON_INSTANCE, NULL},
        {1234, 65535, 1, 17, AAC_ERROR_BAD_REQUEST, AAC_WHY_ONLY_CREATE, NULL},
        {2, 0, 1, 1, AAC_ERROR_UNREACHABLE, AAC_WHY_NOT_GOVERNABLE, NULL},
        {5, 0, 1, 1, AAC_ERROR_UNREACHABLE, AAC_WHY_OBJECT_NOT_REGISTERED, NULL},
        {1234, 9, 1, 1, AAC_ERROR_UNREACHABLE, AAC_WHY_INSTANCE_MISSING, NULL},
        {1234, 0, 9, 1, AAC_ERROR_UNKNOWN_SERVER, AAC_WHY_SERVER_UNKNOWN,
         "set_acl, target /1234/0, SSID 9, mask 1: there is no server with this SSID"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
        unsigned before = client->refusals;
        int result =
            aac_set_acl(aac, CASES[i].oid, CASES[i].iid, CASES[i].ssid, CASES[i].mask);
        CHECK(result == (int) CASES[i].error);
        CHECK(client->refusals == before + 1);
        CHECK(client->last.call == AAC_CALL_SET_ACL && client->last.why == CASES[i].why);
        char line[200];
        size_t length = aac_explain_refusal(&client->last, line, sizeof(line));
        CHECK(length == strlen(line) && length < sizeof(line));
        CHECK(!strncmp(line, "set_acl, ", 9));
        if (CASES[i].text) {
            CHECK(!strcmp(line, CASES[i].text));
        }
        /* As long as it is, whatever fits; never beyond the end. */
        for (size_t size = 0; size < length + 2; ++size) {
            char cut[201];
            memset(cut, '#', sizeof(cut));
            CHECK(aac_explain_refusal(&client->last, cut, size) == length);
            CHECK(cut[size] == '#');
            CHECK(size == 0 || strlen(cut) == (size <= length ? size - 1 : length));
            CHECK(size == 0 || !strncmp(cut, line, strlen(cut)));
        }
    }
}

static void test_texts(aac_t *aac) {
    char line[120];
    aac_decision_t why;
    CHECK(!aac_decide(aac, 1, AAC_DELETE, 1234, 3, &why));
    CHECK(aac_explain(&why, line, sizeof(line)) == strlen(line));
    CHECK(!strcmp(
        line,
        "denied by /2/4 (R): the default entry, as the server has none of its own"));
    CHECK(aac_decide(aac, AAC_SSID_BOOTSTRAP, AAC_DELETE, 1234, 3, &why));
    (void) aac_explain(&why, line, sizeof(line));
    CHECK(!strcmp(line, "allowed: the Bootstrap-Server may do everything else"));
    for (int number = -1; number <= 256; ++number) {
        bool is_rule =
            number >= AAC_RULE_KEYS_ARE_CLOSED && number <= AAC_RULE_NOT_DECIDED;
        bool is_why = number >= AAC_WHY_BOOTSTRAP_SSID && number <= AAC_WHY_REPEATED_KEY;
        CHECK(!strcmp(aac_rule_text(number), "unknown") == !is_rule);
        CHECK(!strcmp(aac_why_text(number), "unknown") == !is_why);
    }
    /* The longest of all. */
    for (int why_number = 0; why_number <= 255; ++why_number) {
        const aac_refusal_t longest = {AAC_CALL_PROVISION,
                                       (uint8_t) why_number,
                                       65534,
                                       65535,
                                       65534,
                                       1,
                                       65534,
                                       UINT32_MAX,
                                       INT64_MIN};
        char long_line[200];
        CHECK(aac_explain_refusal(&longest, long_line, sizeof(long_line))
              < sizeof(long_line));
        CHECK(strstr(long_line,
                     ", grant 4294967295, /2/65534/1, target /65534/65535, SSID 65534, "
                     "mask -9223372036854775808: "));
        aac_decision_t reason = {(uint8_t) why_number, false, 65534, 31};
        CHECK(aac_explain(&reason, line, sizeof(line)) < sizeof(line));
    }
    CHECK(aac_explain(NULL, line, sizeof(line)) == 0 && line[0] == '\0');
    CHECK(aac_explain_refusal(NULL, line, sizeof(line)) == 0 && line[0] == '\0');
    CHECK(aac_explain(&why, NULL, 77) > 0);
}

/* NULL is an error everywhere, and what is to be told is told. */
static void test_null(aac_t *aac) {
    file_t file;
    memset(&file, 0, sizeof(file));
    uint16_t id = 7;
    size_t at = 77;
    aac_decision_t why = {1, true, 7, 31};
    CHECK(aac_set_acl(NULL, 1234, 0, 1, 1) == AAC_ERROR_NO_ENGINE);
    CHECK(aac_set_owner(NULL, 1234, 0, 1, &id) == AAC_ERROR_NO_ENGINE && id == 7);
    CHECK(aac_provision(NULL, NULL, 0, &at) == AAC_ERROR_NO_ENGINE && at == 0);
    CHECK(aac_provision(aac, NULL, 5, &at) == AAC_ERROR_BAD_REQUEST && at == 5);
    CHECK(aac_provision(aac, NULL, 5, NULL) == AAC_ERROR_BAD_REQUEST);
    CHECK(!aac_provision(aac, NULL, 0, NULL));
    CHECK(aac_purge(NULL) == AAC_ERROR_NO_ENGINE && !aac_is_modified(NULL));
    CHECK(aac_persist(NULL, put, &file) == AAC_ERROR_NO_ENGINE && file.length == 0);
    CHECK(aac_persist(aac, NULL, &file) == AAC_ERROR_BAD_REQUEST);
    CHECK(aac_restore(NULL, get, &file) == AAC_ERROR_NO_ENGINE);
    CHECK(aac_restore(aac, NULL, &file) == AAC_ERROR_BAD_REQUEST);
    CHECK(!aac_decide(NULL, 1, AAC_READ, 1234, 0, &why));
    CHECK(why.rule == AAC_RULE_NOT_DECIDED && !why.allowed && why.acl_iid == AAC_ID_NONE
          && why.mask == 0);
    CHECK(aac_sync(aac, 1, NULL, 3) == AAC_INTERNAL);
    CHECK(!aac_sync(aac, 1, NULL, 0));
    const aac_change_t changes[] = {{1234, NULL, 0}, {1234, NULL, 7}};
    CHECK(aac_sync(aac, 1, changes, 2) == AAC_INTERNAL);
    CHECK(!aac_sync(aac, 1, changes, 1));

    /* Each function but the last must be given. */
    for (size_t left_out = 0; left_out < sizeof(aac_host_t) / sizeof(void *);
         ++left_out) {
        aac_host_t host = HOST;
        memset((char *) &host + left_out * sizeof(void *), 0, sizeof(void *));
        aac_t *made = aac_new(&host, NULL);
        CHECK((made != NULL) == (left_out == sizeof(aac_host_t) / sizeof(void *) - 1));
        aac_free(made);
    }
}

int main(void) {
    client_t client;
    memset(&client, 0, sizeof(client));
    CHECK(aac_version() == AAC_VERSION);
    aac_t *aac = aac_new(&HOST, &client);
    CHECK(aac);
    test_calls(aac, &client);
    test_persistence(aac);
    test_refusals(aac, &client);
    test_texts(aac);
    test_null(aac);
    aac_free(aac);
    printf("neutral: done\n");
    return 0;
}
