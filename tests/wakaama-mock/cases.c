/*
 * What the port has to do, on the mock. Linked with the same --wrap options as a
 * real client; each case ends the program with its name if it does not hold.
 */
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <aac_wakaama.h>

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("%s:%d: %s\n", __func__, __LINE__, #condition);                       \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

enum {
    NEW = 65535,
    READ = AAC_MASK_READ,
    WRITE = AAC_MASK_WRITE,
    EXECUTE = AAC_MASK_EXECUTE,
    DELETE = AAC_MASK_DELETE,
    CREATE = AAC_MASK_CREATE
};

/* ---- a device with two accounts and three Objects ----------------------- */

static lwm2m_context_t CONTEXT;
static lwm2m_server_t SERVERS[2];
static lwm2m_server_t BOOTSTRAP;
static lwm2m_object_t *SECURITY;
static lwm2m_object_t *SERVER;
static lwm2m_object_t *THINGS;
static aac_t *AAC;

static void account(uint16_t iid, uint16_t ssid) {
    mock_add(SECURITY, iid)->values[LWM2M_SECURITY_SHORT_SERVER_ID] = ssid;
    mock_add(SERVER, iid)->values[LWM2M_SERVER_SHORT_ID_ID] = ssid;
}

static void start(void) {
    mock_reset();
    memset(&CONTEXT, 0, sizeof(CONTEXT));
    CONTEXT.state = STATE_READY;
    memset(SERVERS, 0, sizeof(SERVERS));
    SERVERS[0].shortID = 1;
    SERVERS[0].next = &SERVERS[1];
    SERVERS[1].shortID = 2;
    CONTEXT.serverList = SERVERS;
    CONTEXT.bootstrapServerList = &BOOTSTRAP;
    SECURITY = mock_object(LWM2M_SECURITY_OBJECT_ID);
    SERVER = mock_object(LWM2M_SERVER_OBJECT_ID);
    THINGS = mock_object(1234);
    /* The Bootstrap-Server's own. */
    mock_add(SECURITY, 0)->values[LWM2M_SECURITY_BOOTSTRAP_ID] = 1;
    account(1, 1);
    account(2, 2);
    mock_add(THINGS, 0);
    mock_add(THINGS, 1);
    mock_add(THINGS, 5);
    lwm2m_add_object(&CONTEXT, SECURITY);
    lwm2m_add_object(&CONTEXT, SERVER);
    lwm2m_add_object(&CONTEXT, THINGS);
    CHECK(!aac_wakaama_install(&CONTEXT));
    AAC = aac_wakaama_engine(&CONTEXT);
    CHECK(AAC);
    bootstrap_status = STATE_DEREGISTERED;
    accounts_are_valid = true;
}

static void stop(void) {
    aac_wakaama_uninstall(&CONTEXT);
    CHECK(!aac_wakaama_engine(&CONTEXT));
    while (CONTEXT.objectList) {
        lwm2m_object_t *gone = CONTEXT.objectList;
        CONTEXT.objectList = gone->next;
        mock_free(gone);
    }
    CHECK(allocated == 0);
}

static lwm2m_uri_t uri_of(uint16_t oid, uint16_t iid, uint16_t rid) {
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = oid;
    uri.instanceId = iid;
    uri.resourceId = rid;
    return uri;
}

static uint8_t ask(uint16_t ssid, coap_packet_t message, uint16_t oid, uint16_t iid,
                   uint16_t rid) {
    lwm2m_uri_t uri = uri_of(oid, iid, rid);
    coap_packet_t response = {.code = 0};
    read_count = 0;
    return dm_handleRequest(&CONTEXT, &uri, &SERVERS[ssid - 1], &message, &response);
}

#define OPTION(name) (1u << COAP_OPTION_##name)
static const coap_packet_t GET = {.code = COAP_GET};
static const coap_packet_t OBSERVE = {.code = COAP_GET, .options = OPTION(OBSERVE)};
static const coap_packet_t CANCEL = {
    .code = COAP_GET, .options = OPTION(OBSERVE), .observe = 1};
static const coap_packet_t DISCOVER = {.code = COAP_GET,
                                       .options = OPTION(ACCEPT),
                                       .accept = {APPLICATION_LINK_FORMAT},
                                       .accept_num = 1};
static const coap_packet_t ATTRIBUTES = {.code = COAP_PUT, .options = OPTION(URI_QUERY)};
static const coap_packet_t PUT = {.code = COAP_PUT};
static const coap_packet_t UPDATE = {.code = COAP_POST,
                                     .options = OPTION(CONTENT_TYPE),
                                     .content_type = LWM2M_CONTENT_TLV};
static const coap_packet_t POST = {.code = COAP_POST};
static const coap_packet_t REMOVE = {.code = COAP_DELETE};

/* The owner and the mask of an entry of what governs a target; -1 for none. */
static int governing(uint16_t oid, uint16_t iid) {
    int32_t it = -1;
    while ((it = aac_next_instance(AAC, it)) >= 0) {
        uint16_t target[2] = {0, 0};
        (void) aac_read(AAC, (uint16_t) it, 0, 0, &target[0]);
        (void) aac_read(AAC, (uint16_t) it, 1, 0, &target[1]);
        if (target[0] == oid && target[1] == iid) {
            return it;
        }
    }
    return -1;
}

static int owner_of(uint16_t oid, uint16_t iid) {
    uint16_t owner;
    int it = governing(oid, iid);
    return it >= 0 && !aac_read(AAC, (uint16_t) it, 3, 0, &owner) ? owner : -1;
}

static int mask_of(uint16_t oid, uint16_t iid, uint16_t ssid) {
    uint16_t mask;
    int it = governing(oid, iid);
    return it >= 0 && !aac_read(AAC, (uint16_t) it, 2, ssid, &mask) ? mask : -1;
}

static bool is_listed(uint16_t iid) {
    lwm2m_object_t *object =
        (lwm2m_object_t *) LWM2M_LIST_FIND(CONTEXT.objectList, LWM2M_ACL_OBJECT_ID);
    return LWM2M_LIST_FIND(object->instanceList, iid) != NULL;
}

/* ---- the rights table --------------------------------------------------- */

static void each_operation_needs_its_right(void) {
    static const struct {
        const coap_packet_t *message;
        uint16_t rid;
        uint16_t right;
        uint8_t answer;
    } ROWS[] = {
        {&GET, 0, READ, COAP_205_CONTENT},     {&GET, NEW, READ, COAP_205_CONTENT},
        {&OBSERVE, 0, READ, COAP_205_CONTENT}, {&ATTRIBUTES, 0, READ, COAP_204_CHANGED},
        {&PUT, 0, WRITE, COAP_204_CHANGED},    {&UPDATE, NEW, WRITE, COAP_204_CHANGED},
        {&POST, 1, EXECUTE, COAP_204_CHANGED}, {&REMOVE, NEW, DELETE, COAP_202_DELETED}};
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); ++i) {
        uint16_t others = READ | WRITE | EXECUTE | DELETE;
        others = (uint16_t) (others & ~ROWS[i].right);
        start();
        CHECK(!aac_set_acl(AAC, 1234, 0, 1, ROWS[i].right));
        CHECK(!aac_set_acl(AAC, 1234, 0, 2, others));
        CHECK(ask(2, *ROWS[i].message, 1234, 0, ROWS[i].rid) == COAP_401_UNAUTHORIZED);
        CHECK(ask(1, *ROWS[i].message, 1234, 0, ROWS[i].rid) == ROWS[i].answer);
        CHECK(ask(1, *ROWS[i].message, 1234, 1, ROWS[i].rid) == COAP_401_UNAUTHORIZED);
        stop();
    }
}

static void keys_and_discover(void) {
    start();
    CHECK(ask(1, DISCOVER, 1234, 0, NEW) == COAP_205_CONTENT);
    CHECK(ask(1, DISCOVER, 1234, NEW, NEW) == COAP_205_CONTENT);
    CHECK(ask(1, DISCOVER, 0, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, GET, 0, 1, 10) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, GET, 0, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, ATTRIBUTES, 0, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, (coap_packet_t){.code = 9}, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    stop();
}

static void single_account(void) {
    start();
    CONTEXT.serverList = &SERVERS[1];
    CHECK(ask(2, GET, 1234, 0, 0) == COAP_205_CONTENT);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    CHECK(ask(2, GET, 0, 1, 0) == COAP_401_UNAUTHORIZED);
    stop();
}

/* Wakaama takes 65535 for an LwM2M Server's, the engine for the Bootstrap-Server's. */
static void an_account_with_the_number_of_bootstrap(void) {
    start();
    SERVERS[1].shortID = 65535;
    CHECK(!aac_set_acl(AAC, 1234, 0, 0, READ | WRITE));
    CHECK(ask(2, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    CHECK(ask(2, PUT, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    CHECK(ask(2, POST, 1234, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(2, GET, 1234, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CONTEXT.serverList = &SERVERS[1];
    CHECK(ask(2, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    stop();
}

static void create_and_delete(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, NEW, 1, CREATE));
    CHECK(ask(2, POST, 1234, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(!LWM2M_LIST_FIND(THINGS->instanceList, 7));
    CHECK(ask(1, POST, 1234, NEW, NEW) == COAP_201_CREATED);
    CHECK(owner_of(1234, 7) == 1);
    CHECK(mask_of(1234, 7, 1) == (READ | WRITE | EXECUTE | DELETE));
    CHECK(is_listed((uint16_t) governing(1234, 7)));
    CHECK(registrations > 0);
    CHECK(ask(1, REMOVE, 1234, 7, NEW) == COAP_202_DELETED);
    CHECK(governing(1234, 7) == -1);
    /* Without its rights it is not there either. */
    CHECK(!aac_transaction(AAC, AAC_BEGIN));
    CHECK(!aac_create(AAC, 50));
    CHECK(ask(1, POST, 1234, NEW, NEW) == COAP_500_INTERNAL_SERVER_ERROR);
    CHECK(!LWM2M_LIST_FIND(THINGS->instanceList, 7));
    CHECK(!aac_transaction(AAC, AAC_ROLLBACK));
    stop();
}

/* ---- whole Objects ------------------------------------------------------- */

static void reading_an_object(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 5, 1, WRITE));
    CHECK(ask(1, GET, 1234, NEW, NEW) == COAP_205_CONTENT);
    CHECK(read_count == 1 && read_ids[0] == 1);
    CHECK(ask(2, OBSERVE, 1234, NEW, NEW) == COAP_205_CONTENT);
    CHECK(read_count == 0);
    /* All is there again, in order. */
    const lwm2m_list_t *it = THINGS->instanceList;
    CHECK(it->id == 0 && it->next->id == 1 && it->next->next->id == 5);
    CHECK(!it->next->next->next);
    stop();
}

static lwm2m_observed_t OBSERVED[2];
static lwm2m_watcher_t WATCHERS[4];

/* Both servers observe an Instance and the whole Object. */
static void observe_all(void) {
    memset(OBSERVED, 0, sizeof(OBSERVED));
    memset(WATCHERS, 0, sizeof(WATCHERS));
    OBSERVED[0].uri = uri_of(1234, 0, 0);
    OBSERVED[1].uri = uri_of(1234, NEW, NEW);
    CONTEXT.observedList = OBSERVED;
    OBSERVED[0].next = &OBSERVED[1];
    for (size_t i = 0; i < 4; ++i) {
        WATCHERS[i].active = true;
        WATCHERS[i].server = &SERVERS[i % 2];
        WATCHERS[i].next = OBSERVED[i / 2].watcherList;
        OBSERVED[i / 2].watcherList = &WATCHERS[i];
    }
}

static size_t notified(uint16_t ssid) {
    size_t count = 0;
    for (size_t i = 0; i < notification_count; ++i) {
        count += notifications[i].ssid == ssid;
    }
    return count;
}

static void step(void) {
    time_t timeout = 60;
    notification_count = 0;
    observe_step(&CONTEXT, 0, &timeout);
}

static void notifications_go_to_readers(void) {
    start();
    observe_all();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 1, 2, READ));
    lwm2m_uri_t uri = uri_of(1234, 0, 0);
    lwm2m_resource_value_changed(&CONTEXT, &uri);
    step();
    CHECK(notified(1) == 2);
    CHECK(notified(2) == 1);
    for (size_t i = 0; i < notification_count; ++i) {
        const notification_t *it = &notifications[i];
        CHECK(it->count == 1 && it->ids[0] == it->ssid - 1);
    }
    /* Who may not read is muted, and goes on when it may. */
    for (size_t i = 0; i < 4; ++i) {
        CHECK(WATCHERS[i].active);
    }
    CHECK(!aac_set_acl(AAC, 1234, 0, 2, READ));
    step();
    CHECK(notified(1) == 0);
    CHECK(notified(2) == 1);
    stop();
}

static void observers_that_are_gone(void) {
    start();
    observe_all();
    CHECK(!aac_set_acl(AAC, 1234, 0, 0, READ));
    lwm2m_server_t *gone = (lwm2m_server_t *) calloc(1, sizeof(*gone));
    gone->shortID = 1;
    WATCHERS[0].server = WATCHERS[2].server = gone;
    free(gone);
    lwm2m_uri_t uri = uri_of(1234, 0, 0);
    lwm2m_resource_value_changed(&CONTEXT, &uri);
    step();
    CHECK(notification_count == 2 && notified(2) == 2);
    stop();
}

/* A handler that reads reports a change of another Instance: nobody misses it. */
static uint8_t (*READ_THINGS)(lwm2m_context_t *, uint16_t, int *, lwm2m_data_t **,
                              lwm2m_object_t *);

static uint8_t read_and_report(lwm2m_context_t *context, uint16_t iid, int *count,
                               lwm2m_data_t **data, lwm2m_object_t *object) {
    lwm2m_uri_t uri = uri_of(1234, 5, 0);
    object->readFunc = READ_THINGS;
    lwm2m_resource_value_changed(context, &uri);
    return READ_THINGS(context, iid, count, data, object);
}

static void a_change_while_notifying(void) {
    start();
    observe_all();
    OBSERVED[1].uri = uri_of(1234, 5, 0);
    CHECK(!aac_set_acl(AAC, 1234, 0, 0, READ));
    CHECK(!aac_set_acl(AAC, 1234, 5, 0, READ));
    lwm2m_uri_t uri = uri_of(1234, 0, 0);
    lwm2m_resource_value_changed(&CONTEXT, &uri);
    READ_THINGS = THINGS->readFunc;
    THINGS->readFunc = read_and_report;
    step();
    size_t count = notification_count;
    step();
    CHECK(count + notification_count == 4);
    CHECK(CONTEXT.observedList == &OBSERVED[0] && OBSERVED[0].next == &OBSERVED[1]);
    stop();
}

/* A handler that reads has the application look for what has gone, while Instances
 * are hidden, and while there is one observation only. */
static uint8_t read_and_look(lwm2m_context_t *context, uint16_t iid, int *count,
                             lwm2m_data_t **data, lwm2m_object_t *object) {
    object->readFunc = READ_THINGS;
    CHECK(!aac_wakaama_objects_changed(context));
    return READ_THINGS(context, iid, count, data, object);
}

static void looking_for_what_has_gone_while_reading(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 5, 2, READ));
    READ_THINGS = THINGS->readFunc;
    THINGS->readFunc = read_and_look;
    CHECK(ask(1, GET, 1234, NEW, NEW) == COAP_205_CONTENT);
    CHECK(read_count == 2 && governing(1234, 5) >= 0);
    step();
    /* What has gone is found afterwards. */
    CHECK(THINGS->deleteFunc(&CONTEXT, 1, THINGS) == COAP_202_DELETED);
    THINGS->readFunc = read_and_look;
    CHECK(ask(1, GET, 1234, NEW, NEW) == COAP_205_CONTENT);
    CHECK(governing(1234, 1) >= 0);
    step();
    CHECK(governing(1234, 1) == -1 && governing(1234, 5) >= 0);
    /* The same from within a notification, by which Instance 0 goes. */
    observe_all();
    CHECK(!aac_set_owner(AAC, 1234, 0, 2, NULL));
    CHECK(!aac_set_acl(AAC, 1234, 0, 2, READ));
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, 0));
    THINGS->readFunc = read_and_look;
    lwm2m_uri_t uri = uri_of(1234, 0, 0);
    lwm2m_resource_value_changed(&CONTEXT, &uri);
    mock_remove(SECURITY, 2);
    mock_remove(SERVER, 2);
    step();
    CHECK(THINGS->readFunc == READ_THINGS);
    CHECK(CONTEXT.observedList == &OBSERVED[0] && OBSERVED[0].next == &OBSERVED[1]);
    CHECK(owner_of(1234, 0) == 2);
    step();
    CHECK(owner_of(1234, 0) == 1);
    stop();
}

static void ending_an_observation_needs_no_right(void) {
    start();
    observe_all();
    CHECK(ask(2, CANCEL, 1234, 0, 0) == COAP_205_CONTENT);
    CHECK(read_count == 0);
    CHECK(!WATCHERS[1].active && !WATCHERS[3].active && WATCHERS[0].active);
    stop();
}

static void send_goes_to_readers(void) {
    start();
    lwm2m_uri_t uri = uri_of(1234, 0, NEW);
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(lwm2m_send(&CONTEXT, 2, &uri, 1, NULL, NULL) == COAP_401_UNAUTHORIZED);
    CHECK(sent_count == 0);
    CHECK(lwm2m_send(&CONTEXT, 0, &uri, 1, NULL, NULL) == COAP_NO_ERROR);
    CHECK(sent_count == 1 && sent[0].ssid == 1);
    uri = uri_of(1234, NEW, NEW);
    CHECK(lwm2m_send(&CONTEXT, 1, &uri, 1, NULL, NULL) == COAP_NO_ERROR);
    CHECK(sent_count == 2 && sent[1].count == 1 && sent[1].ids[0] == 0);
    stop();
}

/* A handler that reads for a Send takes another Object away that is sent as well. */
static uint8_t read_and_free(lwm2m_context_t *context, uint16_t iid, int *count,
                             lwm2m_data_t **data, lwm2m_object_t *object) {
    object->readFunc = READ_THINGS;
    CHECK(lwm2m_remove_object(context, SERVER->objID) == COAP_NO_ERROR);
    mock_free(SERVER);
    return READ_THINGS(context, iid, count, data, object);
}

static void an_object_that_goes_while_sending(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1, 1, 1, READ));
    lwm2m_list_t *hidden = SERVER->instanceList->next;
    READ_THINGS = THINGS->readFunc;
    THINGS->readFunc = read_and_free;
    lwm2m_uri_t uris[2] = {uri_of(1234, NEW, NEW), uri_of(1, NEW, NEW)};
    CHECK(lwm2m_send(&CONTEXT, 1, uris, 2, NULL, NULL) == COAP_NO_ERROR);
    CHECK(sent_count == 2 && sent[0].count == 1 && sent[1].count == 0);
    free(hidden);
    const lwm2m_list_t *it = THINGS->instanceList;
    CHECK(it->id == 0 && it->next->id == 1 && it->next->next->id == 5);
    stop();
}

/* ---- Object 2 ------------------------------------------------------------ */

static lwm2m_data_t number(uint16_t id, int64_t value) {
    lwm2m_data_t data;
    memset(&data, 0, sizeof(data));
    data.id = id;
    lwm2m_data_encode_int(value, &data);
    return data;
}

static coap_packet_t with(coap_packet_t message, int size, lwm2m_data_t *data) {
    message.size = size;
    message.data = data;
    return message;
}

static void the_owner_edits(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    uint16_t iid = (uint16_t) governing(1234, 0);
    lwm2m_data_t entries[2] = {number(2, READ), number(0, 0)};
    lwm2m_data_t acl = number(2, 0);
    lwm2m_data_encode_instances(entries, 1, &acl);
    CHECK(ask(2, with(UPDATE, 1, &acl), 2, iid, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, with(UPDATE, 1, &acl), 2, iid, NEW) == COAP_204_CHANGED);
    CHECK(mask_of(1234, 0, 2) == READ);
    /* A replaced resource, then a whole Instance. */
    entries[0] = number(1, WRITE);
    CHECK(ask(1, with(PUT, 1, &acl), 2, iid, 2) == COAP_204_CHANGED);
    CHECK(mask_of(1234, 0, 2) == -1 && mask_of(1234, 0, 1) == WRITE);
    lwm2m_data_t both[2] = {acl, number(3, 2)};
    CHECK(ask(1, with(PUT, 1, both), 2, iid, NEW) == COAP_400_BAD_REQUEST);
    CHECK(owner_of(1234, 0) == 1 && mask_of(1234, 0, 1) == WRITE);
    CHECK(ask(1, with(PUT, 2, both), 2, iid, NEW) == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 2);
    stop();
}

static void edits_that_are_refused_change_nothing(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    uint16_t iid = (uint16_t) governing(1234, 0);
    lwm2m_data_t entries[2] = {number(2, READ), number(9, READ)};
    lwm2m_data_t acl = number(2, 0);
    lwm2m_data_encode_instances(entries, 2, &acl);
    /* The first entry is good, the second has a bit too many. */
    lwm2m_data_t half[2] = {number(2, READ), number(0, 32)};
    lwm2m_data_t half_acl = number(2, 0);
    lwm2m_data_encode_instances(half, 2, &half_acl);
    lwm2m_data_t bad[] = {acl,          half_acl,     number(0, 1234), number(1, 5),
                          number(3, 0), number(2, 1), number(9, 1)};
    static const uint8_t CODES[] = {
        COAP_400_BAD_REQUEST,        COAP_400_BAD_REQUEST, COAP_405_METHOD_NOT_ALLOWED,
        COAP_405_METHOD_NOT_ALLOWED, COAP_400_BAD_REQUEST, COAP_400_BAD_REQUEST,
        COAP_404_NOT_FOUND};
    for (size_t i = 0; i < sizeof(CODES); ++i) {
        CHECK(ask(1, with(UPDATE, 1, &bad[i]), 2, iid, NEW) == CODES[i]);
        CHECK(owner_of(1234, 0) == 1);
        CHECK(mask_of(1234, 0, 1) == READ && mask_of(1234, 0, 2) == -1);
    }
    bad[0] = number(3, 1);
    bad[0].type = LWM2M_TYPE_UNDEFINED;
    CHECK(ask(1, with(UPDATE, 1, bad), 2, iid, NEW) == COAP_400_BAD_REQUEST);
    CHECK(ask(1, REMOVE, 2, iid, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, POST, 2, NEW, NEW) == COAP_401_UNAUTHORIZED);
    stop();
}

static lwm2m_object_t *object_2(void) {
    return (lwm2m_object_t *) LWM2M_LIST_FIND(CONTEXT.objectList, LWM2M_ACL_OBJECT_ID);
}

static void reading_object_2(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    CHECK(!aac_set_acl(AAC, 1234, 0, 0, READ));
    CHECK(!aac_set_acl(AAC, 1234, 0, 2, WRITE));
    CHECK(ask(2, GET, 2, 0, NEW) == COAP_205_CONTENT);
    int count = 0;
    lwm2m_data_t *data = NULL;
    lwm2m_object_t *object = object_2();
    CHECK(object->readFunc(&CONTEXT, 0, &count, &data, object) == COAP_205_CONTENT);
    CHECK(count == 4);
    CHECK(data[0].id == 0 && data[0].value.asInteger == 1234);
    CHECK(data[1].id == 1 && data[1].value.asInteger == 0);
    CHECK(data[2].id == 2 && data[2].type == LWM2M_TYPE_MULTIPLE_RESOURCE);
    CHECK(data[2].value.asChildren.count == 2);
    CHECK(data[2].value.asChildren.array[0].id == 0);
    CHECK(data[2].value.asChildren.array[0].value.asInteger == READ);
    CHECK(data[2].value.asChildren.array[1].id == 2);
    CHECK(data[3].id == 3 && data[3].value.asInteger == 1);
    lwm2m_data_free(count, data);
    /* Single ones, there and not. */
    lwm2m_data_t one = number(3, 0);
    lwm2m_data_t *pointer = &one;
    one.type = LWM2M_TYPE_UNDEFINED;
    count = 1;
    CHECK(object->readFunc(&CONTEXT, 0, &count, &pointer, object) == COAP_205_CONTENT);
    CHECK(one.value.asInteger == 1);
    one = number(4, 0);
    CHECK(object->readFunc(&CONTEXT, 0, &count, &pointer, object) == COAP_404_NOT_FOUND);
    CHECK(object->readFunc(&CONTEXT, 9, &count, &pointer, object) == COAP_404_NOT_FOUND);
    lwm2m_data_t entry = number(2, 0);
    lwm2m_data_encode_instances(&entry, 1, &one);
    one.id = 2;
    CHECK(object->readFunc(&CONTEXT, 0, &count, &pointer, object) == COAP_205_CONTENT);
    CHECK(entry.value.asInteger == WRITE);
    entry.id = 9;
    CHECK(object->readFunc(&CONTEXT, 0, &count, &pointer, object) == COAP_404_NOT_FOUND);
    /* Memory runs out in the middle of it. */
    for (int left = 0; left < 2; ++left) {
        int before = allocated;
        count = 0;
        data = NULL;
        allocations_left = left;
        CHECK(object->readFunc(&CONTEXT, 0, &count, &data, object)
              == COAP_500_INTERNAL_SERVER_ERROR);
        lwm2m_data_free(count, data);
        CHECK(allocated == before);
    }
    stop();
}

/* ---- bootstrap ----------------------------------------------------------- */

static uint8_t order(coap_packet_t message, uint16_t oid, uint16_t iid, int size,
                     lwm2m_data_t *data) {
    lwm2m_uri_t uri = uri_of(oid, iid, NEW);
    coap_packet_t response = {.code = 0};
    message = with(message, size, data);
    return bootstrap_handleCommand(&CONTEXT, &uri, &BOOTSTRAP, &message, &response);
}

static uint8_t finish(void) {
    uint8_t result = bootstrap_handleFinish(&CONTEXT, &BOOTSTRAP);
    time_t timeout = 60;
    bootstrap_step(&CONTEXT, 0, &timeout);
    return result;
}

/* What a Bootstrap-Server writes for /1234/0: owner 2, and server 1 may read. */
static void write_rights(uint16_t iid, uint16_t oid) {
    lwm2m_data_t entry = number(1, READ);
    lwm2m_data_t data[4] = {number(0, oid), number(1, 0), number(2, 0), number(3, 2)};
    lwm2m_data_encode_instances(&entry, 1, &data[2]);
    CHECK(order(PUT, 2, iid, 4, data) == COAP_204_CHANGED);
}

static void bootstrap_writes_rights(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    write_rights(4, 1234);
    /* Nothing of it counts before the end, and nothing else gets into it. */
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    CHECK(ask(1, GET, 1234, 1, 0) == COAP_205_CONTENT);
    CHECK(ask(2, POST, 1234, NEW, NEW) == COAP_401_UNAUTHORIZED);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT);
    CHECK(owner_of(1234, 0) == 2 && is_listed(4));
    /* A replacing write, and a removal. */
    lwm2m_data_t owner = number(3, 1);
    CHECK(order(PUT, 2, 4, 1, &owner) == COAP_204_CHANGED);
    CHECK(order(REMOVE, 2, 0, 0, NULL) == COAP_202_DELETED);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 1 && mask_of(1234, 0, 1) == -1);
    CHECK(governing(1234, 1) == -1 && !is_listed(0));
    stop();
}

static void nothing_else_gets_into_a_bootstrap(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, NEW, 1, CREATE));
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, DELETE));
    uint16_t iid = (uint16_t) governing(1234, 0);
    write_rights(4, 1);
    lwm2m_data_t owner = number(3, 2);
    CHECK(ask(1, POST, 1234, NEW, NEW) == COAP_503_SERVICE_UNAVAILABLE);
    CHECK(ask(1, REMOVE, 1234, 0, NEW) == COAP_503_SERVICE_UNAVAILABLE);
    CHECK(ask(1, with(UPDATE, 1, &owner), 2, iid, NEW) == COAP_503_SERVICE_UNAVAILABLE);
    CHECK(owner_of(1234, 0) == 1);
    /* The application's report waits for the end. */
    mock_free(THINGS);
    CONTEXT.objectList->next->next->next = NULL;
    CHECK(!aac_wakaama_objects_changed(&CONTEXT));
    CHECK(governing(1234, 0) >= 0);
    CHECK(finish() == COAP_406_NOT_ACCEPTABLE); /* /1/0 does not exist */
    CHECK(governing(1234, 0) == -1 && governing(1234, NEW) == -1);
    stop();
}

static void a_bootstrap_that_is_not_valid(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    write_rights(4, 77); /* no such Object */
    CHECK(finish() == COAP_406_NOT_ACCEPTABLE);
    CHECK(bootstrap_status != STATE_BS_FINISHED);
    CHECK(governing(77, 0) == -1 && !is_listed(4));
    CHECK(mask_of(1234, 1, 1) == READ && is_listed(0));
    /* It may be put right in a second try. */
    write_rights(4, 1234);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 2);
    stop();
}

static void a_command_that_fails_half_way(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    lwm2m_data_t data[2] = {number(3, 2), number(3, 0)};
    CHECK(order(PUT, 2, 0, 1, data) == COAP_204_CHANGED);
    CHECK(order(PUT, 2, 0, 2, data) == COAP_400_BAD_REQUEST);
    CHECK(finish() == COAP_406_NOT_ACCEPTABLE);
    CHECK(owner_of(1234, 0) == 1);
    /* A first command that fails begins no bootstrap. */
    CHECK(order(PUT, 2, 0, 2, data) == COAP_400_BAD_REQUEST);
    CHECK(owner_of(1234, 0) == 1);
    CHECK(!aac_transaction(AAC, AAC_BEGIN));
    CHECK(!aac_transaction(AAC, AAC_ROLLBACK));
    stop();
}

static void an_instance_that_fails_half_way(void) {
    start();
    write_rights(4, 1234);
    lwm2m_data_t data[2] = {number(0, 1234), number(3, 0)};
    CHECK(order(PUT, 2, 9, 2, data) == COAP_400_BAD_REQUEST);
    CHECK(!is_listed(9) && is_listed(4));
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 2 && !is_listed(9));
    stop();
}

/* As long as a bootstrap has not come to Object 2, what the application does there is
 * not part of it. */
static void the_application_during_a_bootstrap(void) {
    start();
    CHECK(order(REMOVE, 1234, 5, 0, NULL) == COAP_202_DELETED);
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT);
    write_rights(4, 1);
    bootstrap_status = STATE_BS_FAILED;
    time_t timeout = 60;
    bootstrap_step(&CONTEXT, 0, &timeout);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT);
    CHECK(is_listed(0) && !is_listed(4));
    stop();
}

/* Others have no say in it, however they ask. */
static void a_bootstrap_is_ended_by_who_began_it(void) {
    start();
    write_rights(4, 77);
    CHECK(bootstrap_handleFinish(&CONTEXT, &SERVERS[0]) == COAP_IGNORE);
    CHECK(bootstrap_handleDeleteAll(&CONTEXT, &SERVERS[0]) == COAP_IGNORE);
    CHECK(is_listed(4));
    write_rights(4, 1234);
    CHECK(bootstrap_handleFinish(&CONTEXT, NULL) == COAP_IGNORE);
    CHECK(owner_of(1234, 0) == 2 && aac_transaction(AAC, AAC_BEGIN));
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 2);
    CHECK(bootstrap_handleDeleteAll(&CONTEXT, &SERVERS[0]) == COAP_IGNORE);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT && is_listed(4));
    stop();
}

static void a_bootstrap_that_is_given_up(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 1, NULL));
    CHECK(bootstrap_handleDeleteAll(&CONTEXT, &BOOTSTRAP) == COAP_202_DELETED);
    CHECK(!object_2()->instanceList);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(aac_next_instance(AAC, -1) == -1);
    stop();

    start();
    CHECK(!aac_set_owner(AAC, 1, 1, 1, NULL));
    CHECK(order(REMOVE, 2, 0, 0, NULL) == COAP_202_DELETED);
    CHECK(!is_listed(0));
    time_t timeout = 60;
    bootstrap_step(&CONTEXT, 0, &timeout);
    CHECK(owner_of(1, 1) == -1);
    bootstrap_status = STATE_BS_FAILED;
    bootstrap_step(&CONTEXT, 0, &timeout);
    CHECK(owner_of(1, 1) == 1 && is_listed(0));
    stop();
}

/* Not asked for by the client: Wakaama has no state for such a bootstrap as long as
 * nothing but `DELETE /` has come. */
static void a_bootstrap_that_begins_with_deleting_all(void) {
    start();
    THINGS->deleteFunc = NULL;
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, WRITE));
    CHECK(bootstrap_handleDeleteAll(&CONTEXT, &BOOTSTRAP) == COAP_202_DELETED);
    CHECK(!object_2()->instanceList);
    account(1, 1);
    account(2, 2);
    write_rights(4, 1234);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 2 && mask_of(1234, 0, 1) == READ);
    stop();
}

/* Wakaama ends the observations of what it has deleted, each by its ID. */
static void observations_of_rights_that_go(void) {
    start();
    observe_all();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    CHECK(is_listed(0) && is_listed(1));
    OBSERVED[0].uri = uri_of(2, 0, NEW);
    OBSERVED[1].uri = uri_of(2, 1, NEW);
    CHECK(order(REMOVE, 2, NEW, 0, NULL) == COAP_202_DELETED);
    CHECK(!CONTEXT.observedList);
    CHECK(finish() == COAP_204_CHANGED);
    stop();
}

static void accounts_that_wakaama_refuses(void) {
    start();
    write_rights(4, 1234);
    accounts_are_valid = false;
    CHECK(finish() == COAP_406_NOT_ACCEPTABLE);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    accounts_are_valid = true;
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT);
    stop();
}

static void an_account_that_goes(void) {
    start();
    CHECK(!aac_set_owner(AAC, 1234, 0, 2, NULL));
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 0, 2, READ));
    CHECK(!aac_set_owner(AAC, 1234, 1, 2, NULL));
    CHECK(order(REMOVE, 0, 2, 0, NULL) == COAP_202_DELETED);
    CHECK(order(REMOVE, 1, 2, 0, NULL) == COAP_202_DELETED);
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 1 && mask_of(1234, 0, 2) == -1);
    /* Nobody could reach it any more. */
    CHECK(!LWM2M_LIST_FIND(THINGS->instanceList, 1));
    CHECK(governing(1234, 1) == -1);
    /* Where the accounts cannot be read, nothing is dropped; later it is. */
    CHECK(order(REMOVE, 0, 1, 0, NULL) == COAP_202_DELETED);
    allocations_left = 0;
    CHECK(finish() == COAP_204_CHANGED);
    CHECK(owner_of(1234, 0) == 1);
    CHECK(ask(1, GET, 3, 0, 0) == COAP_401_UNAUTHORIZED);
    CHECK(owner_of(1234, 0) == -1);
    stop();
}

/* ---- the application ------------------------------------------------------ */

static void the_application_changes_objects(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    CHECK(THINGS->deleteFunc(&CONTEXT, 0, THINGS) == COAP_202_DELETED);
    CHECK(!aac_wakaama_objects_changed(&CONTEXT));
    CHECK(governing(1234, 0) == -1 && governing(1234, 1) >= 0 && !is_listed(0));
    CHECK(lwm2m_remove_object(&CONTEXT, 1234) == COAP_NO_ERROR);
    CHECK(governing(1234, 1) == -1);
    CHECK(lwm2m_add_object(&CONTEXT, THINGS) == COAP_NO_ERROR);
    stop();
}

/* Object 2 goes by aac_wakaama_uninstall, and not before. */
static void object_2_is_not_removed(void) {
    start();
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(lwm2m_remove_object(&CONTEXT, 2) == COAP_405_METHOD_NOT_ALLOWED);
    CHECK(ask(2, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
    /* Not even by hand is it more than out of sight. */
    lwm2m_object_t *object = object_2();
    SERVER->next = object->next;
    CHECK(!aac_set_acl(AAC, 1234, 1, 1, READ));
    SERVER->next = object;
    /* What is not removed stays in the list. */
    CHECK(object->deleteFunc(&CONTEXT, 0, object) != COAP_202_DELETED);
    CHECK(is_listed(0));
    stop();
}

static void refusals(void) {
    start();
    CHECK(aac_wakaama_install(&CONTEXT));
    CHECK(aac_wakaama_install(NULL));
    CHECK(aac_wakaama_objects_changed(NULL));
    CHECK(!aac_wakaama_engine(NULL));
    CHECK(aac_set_acl(AAC, 1234, 9, 1, READ));
#ifdef MOCK_LOGS
    CHECK(strstr(logged, "/1234/9"));
#endif
    CHECK(aac_set_acl(AAC, 1234, 0, 9, READ));
#ifdef MOCK_LOGS
    CHECK(strstr(logged, "/1234/0") && strstr(logged, "SSID 9"));
#endif
    stop();
    aac_wakaama_uninstall(&CONTEXT);
    /* Without Object 2, or with the application's own, nothing is decided. */
    memset(&CONTEXT, 0, sizeof(CONTEXT));
    lwm2m_object_t *own = mock_object(LWM2M_ACL_OBJECT_ID);
    mock_add(own, 0);
    CHECK(lwm2m_add_object(&CONTEXT, own) == COAP_NO_ERROR);
    CHECK(aac_wakaama_install(&CONTEXT));
    CHECK(ask(1, GET, 2, 0, 0) == COAP_205_CONTENT);
    mock_free(own);
}

/* An Instance that Wakaama could not be told of for lack of memory. */
static void a_list_that_is_late(void) {
    start();
    /* One for the question about server 1, none for the list. */
    allocations_left = 1;
    CHECK(!aac_set_acl(AAC, 1234, 0, 1, READ));
    CHECK(!is_listed(0));
    CHECK(ask(1, GET, 1234, 0, 0) == COAP_205_CONTENT);
    CHECK(is_listed(0));
    stop();
}

/* At each place in turn: nobody gains by it, nothing is leaked, and with the next step
 * Wakaama sees all there is. */
static void memory_that_runs_out(void) {
    for (int left = 0; left < 60; ++left) {
        start();
        lwm2m_object_t *object = object_2();
        lwm2m_uri_t uri = uri_of(1234, NEW, NEW);
        lwm2m_data_t *data = NULL;
        int count = 0;
        allocations_left = left;
        (void) aac_set_acl(AAC, 1234, 0, 1, READ);
        (void) aac_set_acl(AAC, 1234, 0, 2, 0);
        (void) aac_set_acl(AAC, 1234, NEW, 1, CREATE);
        (void) ask(1, POST, 1234, NEW, NEW);
        (void) ask(1, GET, 1234, NEW, NEW);
        (void) ask(1, REMOVE, 1234, 7, NEW);
        (void) lwm2m_send(&CONTEXT, 0, &uri, 1, NULL, NULL);
        (void) object->readFunc(&CONTEXT, 0, &count, &data, object);
        lwm2m_data_free(count, data);
        lwm2m_data_t owner[3] = {number(0, 1234), number(1, 5), number(3, 1)};
        (void) order(PUT, 2, 9, 3, owner);
        (void) order(REMOVE, 2, 0, 0, NULL);
        (void) finish();
        (void) aac_wakaama_objects_changed(&CONTEXT);
        allocations_left = -1;
        step();
        CHECK(ask(2, GET, 1234, 0, 0) == COAP_401_UNAUTHORIZED);
        CHECK(ask(2, GET, 1234, 7, 0) == COAP_401_UNAUTHORIZED);
        CHECK(ask(1, GET, 1234, 1, 0) == COAP_401_UNAUTHORIZED);
        for (int32_t it = -1; (it = aac_next_instance(AAC, it)) >= 0;) {
            CHECK(is_listed((uint16_t) it));
        }
        /* No transaction is left open. */
        CHECK(!aac_transaction(AAC, AAC_BEGIN));
        CHECK(!aac_transaction(AAC, AAC_ROLLBACK));
        stop();
    }
}

int main(void) {
    each_operation_needs_its_right();
    keys_and_discover();
    single_account();
    an_account_with_the_number_of_bootstrap();
    create_and_delete();
    reading_an_object();
    notifications_go_to_readers();
    observers_that_are_gone();
    a_change_while_notifying();
    looking_for_what_has_gone_while_reading();
    ending_an_observation_needs_no_right();
    send_goes_to_readers();
    an_object_that_goes_while_sending();
    the_owner_edits();
    edits_that_are_refused_change_nothing();
    reading_object_2();
    bootstrap_writes_rights();
    nothing_else_gets_into_a_bootstrap();
    a_bootstrap_that_is_not_valid();
    a_command_that_fails_half_way();
    an_instance_that_fails_half_way();
    the_application_during_a_bootstrap();
    a_bootstrap_is_ended_by_who_began_it();
    a_bootstrap_that_is_given_up();
    a_bootstrap_that_begins_with_deleting_all();
    observations_of_rights_that_go();
    accounts_that_wakaama_refuses();
    an_account_that_goes();
    the_application_changes_objects();
    object_2_is_not_removed();
    refusals();
    a_list_that_is_late();
    memory_that_runs_out();
    printf("done\n");
    return 0;
}
