/*
 * Requests that nobody in his right mind makes, to a Wakaama client with access
 * control: three servers and a Bootstrap-Server in one program, without a network,
 * ask for this and that in random order; allocations fail; Objects come and go; and
 * handlers report changes in the middle of a request. No server may get to see or
 * change what its rights do not allow, and no list may be damaged.
 *
 *   hostile [SEED [SEEDS [STEPS]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <internals.h>

#include <aac_wakaama.h>

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("seed %u, step %u, %s:%d: %s\n", SEED, STEP, __func__, __LINE__,      \
                   #condition);                                                          \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

enum { THING = 1234, INSTANCES = 6, SSIDS = 4, BOOTSTRAP = 0, NONE = 65535 };

static unsigned SEED, STEP;
static uint32_t STATE;
static lwm2m_context_t *CONTEXT;
static lwm2m_list_t *DELETED;
static aac_t *AAC;
static bool CAN_FAIL;
static time_t NOW;
/* Sessions are pointers to these; the first is the Bootstrap-Server's. */
static char SESSIONS[SSIDS];

static unsigned roll(unsigned below) {
    STATE = STATE * 1664525u + 1013904223u;
    return (STATE >> 8) % below;
}

/* ---- what Wakaama wants of a platform ---------------------------------- */

void *lwm2m_malloc(size_t size) {
    /* What the port allocates, to list an Instance; Wakaama itself has to have all. */
    bool can_fail = CAN_FAIL && size == sizeof(lwm2m_list_t);
    return can_fail && roll(4) == 0 ? NULL : malloc(size);
}

void lwm2m_free(void *memory) {
    free(memory);
}

char *lwm2m_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = (char *) lwm2m_malloc(size);
    return copy ? (char *) memcpy(copy, text, size) : NULL;
}

int lwm2m_strncmp(const char *left, const char *right, size_t length) {
    return strncmp(left, right, length);
}

int lwm2m_strcasecmp(const char *left, const char *right) {
    return strcasecmp(left, right);
}

time_t lwm2m_gettime(void) {
    return NOW;
}

int lwm2m_seed(void) {
    return 7;
}

void lwm2m_printf(const char *format, ...) {
    (void) format;
}

void *lwm2m_connect_server(uint16_t iid, void *user) {
    (void) user;
    return &SESSIONS[iid];
}

void lwm2m_close_connection(void *session, void *user) {
    (void) session;
    (void) user;
}

bool lwm2m_session_is_equal(void *left, void *right, void *user) {
    (void) user;
    return left == right;
}

/* ---- what is going on, and what is allowed in it ------------------------ */

static int ASKING = -1;             /* which session, or -1 */
static lwm2m_uri_t ASKED;           /* for what */
static bool SEES[SSIDS][INSTANCES]; /* who could read which Instance at the start */
static unsigned SENT, SEEN, DENIED, CHANGED;

static bool allows(int ssid, int operation, uint16_t iid) {
    return aac_decide_before(AAC, (uint16_t) ssid, operation, THING, iid);
}

static void look(void) {
    for (int ssid = 1; ssid < SSIDS; ++ssid) {
        for (uint16_t iid = 0; iid < INSTANCES; ++iid) {
            SEES[ssid][iid] = allows(ssid, AAC_READ, iid);
        }
    }
}

/* Each Instance holds a text of its own, which no other has. */
static size_t secret_of(uint16_t iid, char *text) {
    return (size_t) sprintf(text, "<thing%u>", iid);
}

static bool contains(const uint8_t *bytes, size_t size, const char *text, size_t length) {
    for (size_t at = 0; at + length <= size; ++at) {
        if (!memcmp(bytes + at, text, length)) {
            return true;
        }
    }
    return false;
}

uint8_t lwm2m_buffer_send(void *session, uint8_t *buffer, size_t length, void *user) {
    (void) user;
    int to = (int) ((char *) session - SESSIONS);
    ++SENT;
    if (to != BOOTSTRAP) {
        DENIED += length > 1 && buffer[1] == COAP_401_UNAUTHORIZED;
        for (uint16_t iid = 0; iid < INSTANCES; ++iid) {
            char text[16];
            if (contains(buffer, length, text, secret_of(iid, text))) {
                ++SEEN;
                CHECK(SEES[to][iid] || allows(to, AAC_READ, iid));
            }
        }
    }
    return roll(50) ? COAP_NO_ERROR : COAP_500_INTERNAL_SERVER_ERROR;
}

/* ---- Objects ----------------------------------------------------------- */

typedef struct instance {
    struct instance *next;
    uint16_t id;
} instance_t;

static void meddle(void) {
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = THING;
    switch (roll(12)) {
    case 0:
        (void) aac_wakaama_objects_changed(CONTEXT);
        break;
    case 1:
        uri.instanceId = (uint16_t) roll(INSTANCES);
        lwm2m_resource_value_changed(CONTEXT, &uri);
        break;
    default:
        break;
    }
}

static void add(lwm2m_object_t *object, uint16_t iid) {
    if (!LWM2M_LIST_FIND(object->instanceList, iid)) {
        instance_t *instance = (instance_t *) calloc(1, sizeof(*instance));
        instance->id = iid;
        object->instanceList = LWM2M_LIST_ADD(object->instanceList, instance);
    }
}

static void encode(uint16_t oid, uint16_t iid, lwm2m_data_t *data) {
    char text[16];
    switch (oid) {
    case LWM2M_SECURITY_OBJECT_ID:
        if (data->id == LWM2M_SECURITY_BOOTSTRAP_ID) {
            lwm2m_data_encode_bool(iid == BOOTSTRAP, data);
        } else {
            lwm2m_data_encode_int(data->id == LWM2M_SECURITY_SHORT_SERVER_ID ? iid : 0,
                                  data);
        }
        break;
    case LWM2M_SERVER_OBJECT_ID:
        if (data->id == LWM2M_SERVER_BINDING_ID) {
            lwm2m_data_encode_string("U", data);
        } else if (data->id == LWM2M_SERVER_MUTE_SEND_ID) {
            lwm2m_data_encode_bool(false, data);
        } else {
            lwm2m_data_encode_int(data->id == LWM2M_SERVER_SHORT_ID_ID ? iid : 3000,
                                  data);
        }
        break;
    default:
        (void) secret_of(iid, text);
        lwm2m_data_encode_string(oid == THING ? text : "x", data);
    }
}

static uint8_t on_read(lwm2m_context_t *context, uint16_t iid, int *count,
                       lwm2m_data_t **data, lwm2m_object_t *object) {
    (void) context;
    if (!LWM2M_LIST_FIND(object->instanceList, iid)) {
        return COAP_404_NOT_FOUND;
    }
    if (object->objID == THING) {
        meddle();
    }
    if (*count == 0) {
        *data = lwm2m_data_new(1);
        if (!*data) {
            return COAP_500_INTERNAL_SERVER_ERROR;
        }
        *count = 1;
    }
    for (int i = 0; i < *count; ++i) {
        if ((*data)[i].type == LWM2M_TYPE_MULTIPLE_RESOURCE) {
            return COAP_404_NOT_FOUND;
        }
        encode(object->objID, iid, &(*data)[i]);
    }
    return COAP_205_CONTENT;
}

/* A server has reached a handler that changes something. */
static void reached(const lwm2m_object_t *object, int operation, uint16_t iid) {
    if (object->objID == THING && ASKING > BOOTSTRAP) {
        ++CHANGED;
        CHECK(allows(ASKING, operation, iid));
    }
    meddle();
}

static uint8_t on_write(lwm2m_context_t *context, uint16_t iid, int count,
                        lwm2m_data_t *data, lwm2m_object_t *object,
                        lwm2m_write_type_t type) {
    (void) context;
    (void) count;
    (void) data;
    (void) type;
    reached(object, AAC_WRITE, iid);
    return COAP_204_CHANGED;
}

static uint8_t on_execute(lwm2m_context_t *context, uint16_t iid, uint16_t rid,
                          uint8_t *buffer, int length, lwm2m_object_t *object) {
    (void) context;
    (void) rid;
    (void) buffer;
    (void) length;
    reached(object, AAC_EXECUTE, iid);
    return COAP_204_CHANGED;
}

static uint8_t on_create(lwm2m_context_t *context, uint16_t iid, int count,
                         lwm2m_data_t *data, lwm2m_object_t *object) {
    (void) context;
    (void) count;
    (void) data;
    reached(object, AAC_CREATE, iid);
    if (iid >= (object->objID < 2 ? SSIDS : INSTANCES) || roll(10) == 0) {
        return COAP_400_BAD_REQUEST;
    }
    add(object, iid);
    return COAP_201_CREATED;
}

/* Nobody has rights on it, and nobody owns it: the engine may have it removed. */
static bool is_orphan(uint16_t iid) {
    for (int32_t it = -1; (it = aac_next_instance(AAC, it)) >= 0;) {
        uint16_t acl = (uint16_t) it;
        if (aac_get(AAC, acl, 0, 0) == THING && aac_get(AAC, acl, 1, 0) == iid) {
            return aac_get(AAC, acl, 3, 0) == NONE && aac_next_entry(AAC, acl, -1) < 0;
        }
    }
    return false;
}

static uint8_t on_delete(lwm2m_context_t *context, uint16_t iid, lwm2m_object_t *object) {
    (void) context;
    lwm2m_list_t *gone = NULL;
    if (object->objID != THING || !is_orphan(iid)) {
        reached(object, AAC_DELETE, iid);
    }
    object->instanceList = LWM2M_LIST_RM(object->instanceList, iid, &gone);
    if (gone) {
        /* Wakaama looks at it once more. */
        free(DELETED);
        DELETED = gone;
    }
    return gone ? COAP_202_DELETED : COAP_404_NOT_FOUND;
}

#define HANDLERS                                                                         \
    .readFunc = on_read, .writeFunc = on_write, .executeFunc = on_execute,               \
    .createFunc = on_create, .deleteFunc = on_delete, .discoverFunc = on_read

static lwm2m_object_t SECURITY, SERVERS, DEVICE, THINGS;

static void check_lists(void) {
    for (const lwm2m_object_t *object = CONTEXT->objectList; object;
         object = object->next) {
        CHECK(!object->next || object->objID < object->next->objID);
        for (const lwm2m_list_t *it = object->instanceList; it; it = it->next) {
            CHECK(!it->next || it->id < it->next->id);
        }
    }
    const lwm2m_object_t *own =
        (const lwm2m_object_t *) LWM2M_LIST_FIND(CONTEXT->objectList, 2);
    const lwm2m_list_t *it = own->instanceList;
    int32_t iid = -1;
    /* Where memory was lacking, the last ones may be missing. */
    while ((iid = aac_next_instance(AAC, iid)) >= 0 && it) {
        CHECK(it->id == iid);
        it = it->next;
    }
    CHECK(!it);
}

/* ---- requests ---------------------------------------------------------- */

static size_t payload_for(uint16_t oid, uint8_t *payload) {
    /* TLV: a resource; entries of an ACL; or an Instance around one of them. */
    uint8_t inner[16];
    size_t size = 0;
    if (oid == 2) {
        if (roll(2)) {
            inner[size++] = 0xC1; /* an integer of a byte */
            inner[size++] = (uint8_t) (roll(3) ? 3 : roll(2));
            inner[size++] = (uint8_t) roll(SSIDS);
        } else {
            inner[size++] = 0x86; /* six bytes of Resource Instances */
            inner[size++] = 2;
            for (int i = 0; i < 2; ++i) {
                inner[size++] = 0x41;
                inner[size++] = (uint8_t) roll(SSIDS + 1);
                inner[size++] = (uint8_t) roll(33);
            }
        }
        if (roll(2)) {
            const uint8_t target[] = {
                0xC2, 0, 0x04, 0xD2, 0xC1, 1, (uint8_t) roll(INSTANCES)};
            memcpy(inner + size, target, sizeof(target));
            size += sizeof(target);
        }
    } else {
        inner[size++] = 0xC1;
        inner[size++] = 0;
        inner[size++] = 'x';
    }
    if (roll(3)) {
        memcpy(payload, inner, size);
        return size;
    }
    payload[0] = 0x08; /* an Instance, with a length of a byte */
    payload[1] = (uint8_t) roll(INSTANCES);
    payload[2] = (uint8_t) size;
    memcpy(payload + 3, inner, size);
    return size + 3;
}

static void request(int from) {
    static const uint8_t CODES[] = {COAP_GET,  COAP_GET,  COAP_GET,   COAP_PUT,
                                    COAP_POST, COAP_POST, COAP_DELETE};
    static const uint16_t OIDS[] = {THING, THING, THING, THING, 2, 1, 3, 0, 77};
    static const uint16_t ACCEPTS[] = {APPLICATION_LINK_FORMAT, 110, 11542, 0};
    coap_packet_t packet[1];
    uint8_t buffer[256];
    uint8_t payload[32];
    char path[32];
    const uint8_t token[] = {1, 2};
    uint8_t code = CODES[roll(sizeof(CODES))];
    LWM2M_URI_RESET(&ASKED);
    ASKED.objectId = OIDS[roll(sizeof(OIDS) / sizeof(*OIDS))];
    if (from == BOOTSTRAP && roll(3)) {
        ASKED.objectId = 2;
        code = COAP_PUT;
    }
    size_t length = (size_t) sprintf(path, "/%u", ASKED.objectId);
    if (roll(4)) {
        ASKED.instanceId = (uint16_t) roll(INSTANCES);
        length += (size_t) sprintf(path + length, "/%u", ASKED.instanceId);
        if (roll(2)) {
            length += (size_t) sprintf(path + length, "/%u", roll(4));
            if (roll(4) == 0) {
                sprintf(path + length, "/%u", roll(SSIDS));
            }
        }
    }
    coap_init_message(packet, roll(2) ? COAP_TYPE_CON : COAP_TYPE_NON, code,
                      (uint16_t) roll(NONE));
    coap_set_header_token(packet, token, sizeof(token));
    if (from == BOOTSTRAP && roll(8) == 0) {
        packet->code = COAP_POST;
        strcpy(path, "/bs");
    } else if (roll(40) == 0) {
        packet->code = roll(2) ? COAP_DELETE : COAP_POST;
        strcpy(path, packet->code == COAP_POST ? "/bs" : "/");
    }
    coap_set_header_uri_path(packet, path);
    if (code == COAP_GET && roll(2)) {
        coap_set_header_observe(packet, roll(4) == 0);
    }
    if (code == COAP_GET && roll(2)) {
        coap_set_header_accept(packet, ACCEPTS[roll(4)]);
    }
    if (code == COAP_PUT && roll(4) == 0) {
        coap_set_header_uri_query(packet, roll(2) ? "?pmin=1" : "?pmax=3");
    }
    if ((code == COAP_PUT || code == COAP_POST) && roll(5)) {
        coap_set_header_content_type(packet, 11542);
        coap_set_payload(packet, payload, payload_for(ASKED.objectId, payload));
    }
    if (coap_serialize_get_size(packet) < sizeof(buffer)) {
        length = coap_serialize_message(packet, buffer);
        look();
        ASKING = from;
        CAN_FAIL = roll(3) == 0;
        lwm2m_handle_packet(CONTEXT, buffer, length, &SESSIONS[from]);
        CAN_FAIL = false;
        ASKING = -1;
    }
    coap_free_header(packet);
    LWM2M_URI_RESET(&ASKED);
}

/* Nothing is sent a second time, when rights may be others. */
static void end_transactions(void) {
    while (CONTEXT->transactionList) {
        lwm2m_transaction_t *it = CONTEXT->transactionList;
        if (it->callback) {
            it->callback(CONTEXT, it, NULL);
        }
        transaction_remove(CONTEXT, it);
    }
}

/* Wakaama looks for accounts anew, and forgets those that are gone. They must not
 * observe any more. */
static void forget(void) {
    while (CONTEXT->observedList) {
        lwm2m_uri_t uri = CONTEXT->observedList->uri;
        observe_clear(CONTEXT, &uri);
    }
    end_transactions();
    CONTEXT->state = STATE_INITIAL;
}

/* Whoever is in the list is registered, and has a session. */
static void connect(void) {
    for (lwm2m_server_t *it = CONTEXT->serverList; it; it = it->next) {
        it->status = STATE_REGISTERED;
        it->registration = NOW;
        it->lifetime = 100000;
        it->sessionH = &SESSIONS[it->secObjInstID];
        if (!it->location) {
            it->location = lwm2m_strdup("/rd/1");
        }
    }
    for (lwm2m_server_t *it = CONTEXT->bootstrapServerList; it; it = it->next) {
        it->sessionH = &SESSIONS[it->secObjInstID];
        if (it->status == STATE_BS_FINISHED || it->status == STATE_BS_FAILED) {
            it->status = STATE_DEREGISTERED;
        }
    }
}

static void application(void) {
    lwm2m_uri_t uris[2];
    uint16_t iid = (uint16_t) (roll(INSTANCES + 1) ? roll(INSTANCES) : NONE);
    uint16_t ssid = (uint16_t) roll(SSIDS);
    switch (roll(8)) {
    case 0:
        (void) aac_set_owner(AAC, THING, iid, (uint16_t) (ssid ? ssid : NONE), NULL);
        break;
    case 1:
        add(&THINGS, (uint16_t) roll(INSTANCES));
        add(&SECURITY, ssid);
        if (ssid != BOOTSTRAP) {
            add(&SERVERS, ssid);
        }
        (void) aac_wakaama_objects_changed(CONTEXT);
        (void) object_getServers(CONTEXT, false);
        break;
    case 2:
        (void) lwm2m_remove_object(CONTEXT, THING);
        (void) lwm2m_add_object(CONTEXT, &THINGS);
        break;
    case 3:
        for (int i = 0; i < 2; ++i) {
            LWM2M_URI_RESET(&uris[i]);
            uris[i].objectId = roll(4) ? THING : 3;
            uris[i].instanceId = (uint16_t) (roll(2) ? roll(INSTANCES) : NONE);
        }
#ifndef LWM2M_VERSION_1_0
        (void) lwm2m_send(CONTEXT, ssid, uris, 1 + roll(2), NULL, NULL);
#endif
        end_transactions();
        break;
    default:
        (void) aac_set_acl(AAC, THING, iid, ssid,
                           (uint16_t) (iid == NONE ? 16 : roll(16)));
        break;
    }
}

static void run(unsigned steps) {
    lwm2m_object_t *objects[] = {&SECURITY, &SERVERS, &DEVICE, &THINGS};
    SECURITY = (lwm2m_object_t){.objID = LWM2M_SECURITY_OBJECT_ID, HANDLERS};
    SERVERS = (lwm2m_object_t){.objID = LWM2M_SERVER_OBJECT_ID, HANDLERS};
    DEVICE = (lwm2m_object_t){.objID = LWM2M_DEVICE_OBJECT_ID, HANDLERS};
    THINGS = (lwm2m_object_t){.objID = THING, HANDLERS};
    CONTEXT = lwm2m_init(NULL);
    for (uint16_t i = 0; i < SSIDS; ++i) {
        add(&SECURITY, i);
        if (i != BOOTSTRAP) {
            add(&SERVERS, i);
        }
        add(&THINGS, i);
    }
    add(&DEVICE, 0);
    CHECK(lwm2m_configure(CONTEXT, "hostile", NULL, NULL, 4, objects) == COAP_NO_ERROR);
    CHECK(!aac_wakaama_install(CONTEXT));
    AAC = aac_wakaama_engine(CONTEXT);
    CHECK(object_getServers(CONTEXT, false) == 0);
    for (STEP = 0; STEP < steps; ++STEP) {
        time_t timeout = 60;
        connect();
        switch (roll(8)) {
        case 0:
            application();
            break;
        case 1:
        case 2:
            look();
            NOW += 1 + roll(3);
            CAN_FAIL = roll(3) == 0;
            if (bootstrap_getStatus(CONTEXT) == STATE_BS_FINISHED || roll(20) == 0) {
                forget();
            } else if (CONTEXT->state != STATE_BOOTSTRAPPING) {
                CONTEXT->state = STATE_READY;
            }
            (void) lwm2m_step(CONTEXT, &timeout);
            CAN_FAIL = false;
            break;
        case 3:
            request((int) roll(SSIDS));
            break;
        default:
            request(1 + (int) roll(SSIDS - 1));
        }
        check_lists();
    }
    aac_wakaama_uninstall(CONTEXT);
    for (size_t i = 0; i < 4; ++i) {
        LWM2M_LIST_FREE(objects[i]->instanceList);
    }
    free(DELETED);
    DELETED = NULL;
    end_transactions();
    CONTEXT->state = STATE_INITIAL;
    for (lwm2m_server_t *it = CONTEXT->serverList; it; it = it->next) {
        it->status = STATE_DEREGISTERED;
    }
    lwm2m_close(CONTEXT);
}

int main(int count, char **arguments) {
    unsigned first = count > 1 ? (unsigned) atoi(arguments[1]) : 1;
    unsigned seeds = count > 2 ? (unsigned) atoi(arguments[2]) : 100;
    unsigned steps = count > 3 ? (unsigned) atoi(arguments[3]) : 2000;
    for (SEED = first; SEED < first + seeds; ++SEED) {
        STATE = SEED * 2654435761u;
        run(steps);
    }
    printf("%u packets, %u with a secret, %u denials, %u changes\n", SENT, SEEN, DENIED,
           CHANGED);
    return SEEN && DENIED && CHANGED ? 0 : 1;
}
