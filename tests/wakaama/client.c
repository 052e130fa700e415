/*
 * A Wakaama client with access control, for the tests: Security, Server and
 * Device Objects and an Object 1234 of two resources (0: a number, 1: can be
 * executed), all kept in one table. Over UDP.
 *
 *   client PORT FILE ACCOUNT...
 *
 * An account is SSID=URI, or bs=URI for the Bootstrap-Server. FILE is where the
 * rights are persisted. Commands come on standard input, one a line:
 *
 *   grant OID IID SSID MASK     owner OID IID SSID     add OID IID
 *   remove OID IID              set OID IID VALUE      send SSID OID IID
 *   show                        persist                restore
 *   quit
 */
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <aac_wakaama.h>

/* ---- what Wakaama wants of a platform ---------------------------------- */

void *lwm2m_malloc(size_t size) {
    return malloc(size);
}

void lwm2m_free(void *memory) {
    free(memory);
}

char *lwm2m_strdup(const char *text) {
    return strdup(text);
}

int lwm2m_strncmp(const char *left, const char *right, size_t length) {
    return strncmp(left, right, length);
}

int lwm2m_strcasecmp(const char *left, const char *right) {
    return strcasecmp(left, right);
}

time_t lwm2m_gettime(void) {
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) ? -1 : now.tv_sec;
}

int lwm2m_seed(void) {
    return (int) (time(NULL) ^ getpid());
}

void lwm2m_printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

/* ---- Objects ----------------------------------------------------------- */

enum { MOST_RESOURCES = 8, MOST_TEXT = 128 };

typedef struct {
    uint16_t id;
    char kind; /* i: number, b: boolean, s: text or bytes, x: executable */
} resource_t;

typedef struct {
    bool is_set;
    int64_t number;
    size_t length;
    char text[MOST_TEXT];
} value_t;

typedef struct instance {
    struct instance *next;
    uint16_t id;
    value_t values[MOST_RESOURCES];
} instance_t;

typedef struct {
    lwm2m_object_t object;
    resource_t resources[MOST_RESOURCES];
} table_t;

static int place_of(const lwm2m_object_t *object, uint16_t rid) {
    const table_t *table = (const table_t *) object;
    for (int i = 0; i < MOST_RESOURCES && table->resources[i].kind; ++i) {
        if (table->resources[i].id == rid) {
            return i;
        }
    }
    return -1;
}

static void encode(char kind, const value_t *value, lwm2m_data_t *data) {
    switch (kind) {
    case 'b':
        lwm2m_data_encode_bool(value->number != 0, data);
        break;
    case 's':
        lwm2m_data_encode_opaque((const uint8_t *) value->text, value->length, data);
        /* Bytes and text differ in nothing else. */
        data->type = LWM2M_TYPE_STRING;
        break;
    default:
        lwm2m_data_encode_int(value->number, data);
    }
}

static bool decode(char kind, const lwm2m_data_t *data, value_t *value) {
    bool flag = false;
    switch (kind) {
    case 'i':
        if (!lwm2m_data_decode_int(data, &value->number)) {
            return false;
        }
        break;
    case 'b':
        if (!lwm2m_data_decode_bool(data, &flag)) {
            return false;
        }
        value->number = flag;
        break;
    case 's':
        if ((data->type != LWM2M_TYPE_STRING && data->type != LWM2M_TYPE_OPAQUE)
            || data->value.asBuffer.length >= MOST_TEXT) {
            return false;
        }
        value->length = data->value.asBuffer.length;
        if (value->length) {
            memcpy(value->text, data->value.asBuffer.buffer, value->length);
        }
        value->text[value->length] = '\0';
        break;
    default:
        return false;
    }
    value->is_set = true;
    return true;
}

static uint8_t on_read(lwm2m_context_t *context, uint16_t iid, int *count,
                       lwm2m_data_t **data, lwm2m_object_t *object) {
    (void) context;
    const table_t *table = (const table_t *) object;
    const instance_t *instance =
        (const instance_t *) LWM2M_LIST_FIND(object->instanceList, iid);
    if (!instance) {
        return COAP_404_NOT_FOUND;
    }
    if (*count == 0) {
        int present = 0;
        if (!(*data = lwm2m_data_new(MOST_RESOURCES))) {
            return COAP_500_INTERNAL_SERVER_ERROR;
        }
        for (int i = 0; i < MOST_RESOURCES; ++i) {
            if (instance->values[i].is_set) {
                (*data)[present++].id = table->resources[i].id;
            }
        }
        *count = present;
    }
    for (int i = 0; i < *count; ++i) {
        int at = place_of(object, (*data)[i].id);
        if (at < 0 || !instance->values[at].is_set) {
            return COAP_404_NOT_FOUND;
        }
        encode(table->resources[at].kind, &instance->values[at], &(*data)[i]);
    }
    return COAP_205_CONTENT;
}

static uint8_t on_write(lwm2m_context_t *context, uint16_t iid, int count,
                        lwm2m_data_t *data, lwm2m_object_t *object,
                        lwm2m_write_type_t type) {
    (void) context;
    (void) type;
    const table_t *table = (const table_t *) object;
    instance_t *instance = (instance_t *) LWM2M_LIST_FIND(object->instanceList, iid);
    if (!instance) {
        return COAP_404_NOT_FOUND;
    }
    for (int i = 0; i < count; ++i) {
        int at = place_of(object, data[i].id);
        /* What the table does not have is not kept. */
        if (at >= 0
            && !decode(table->resources[at].kind, &data[i], &instance->values[at])) {
            return COAP_400_BAD_REQUEST;
        }
    }
    return COAP_204_CHANGED;
}

static instance_t *add(lwm2m_object_t *object, uint16_t iid) {
    instance_t *instance = (instance_t *) calloc(1, sizeof(*instance));
    if (instance) {
        instance->id = iid;
        object->instanceList = LWM2M_LIST_ADD(object->instanceList, instance);
    }
    return instance;
}

static uint8_t on_delete(lwm2m_context_t *context, uint16_t iid, lwm2m_object_t *object) {
    (void) context;
    lwm2m_list_t *gone = NULL;
    object->instanceList = LWM2M_LIST_RM(object->instanceList, iid, &gone);
    if (!gone) {
        return COAP_404_NOT_FOUND;
    }
    free(gone);
    return COAP_202_DELETED;
}

static uint8_t on_create(lwm2m_context_t *context, uint16_t iid, int count,
                         lwm2m_data_t *data, lwm2m_object_t *object) {
    if (!add(object, iid)) {
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    uint8_t result =
        on_write(context, iid, count, data, object, LWM2M_WRITE_REPLACE_INSTANCE);
    if (result != COAP_204_CHANGED) {
        on_delete(context, iid, object);
        return result;
    }
    return COAP_201_CREATED;
}

static uint8_t on_execute(lwm2m_context_t *context, uint16_t iid, uint16_t rid,
                          uint8_t *buffer, int length, lwm2m_object_t *object) {
    (void) context;
    (void) buffer;
    (void) length;
    const table_t *table = (const table_t *) object;
    int at = place_of(object, rid);
    if (at < 0 || table->resources[at].kind != 'x') {
        return COAP_405_METHOD_NOT_ALLOWED;
    }
    printf("executed /%u/%u/%u\n", object->objID, iid, rid);
    return COAP_204_CHANGED;
}

#define HANDLERS                                                                         \
    .readFunc = on_read, .writeFunc = on_write, .executeFunc = on_execute,               \
    .createFunc = on_create, .deleteFunc = on_delete, .discoverFunc = on_read

static table_t SECURITY = {{.objID = LWM2M_SECURITY_OBJECT_ID, HANDLERS},
                           {{LWM2M_SECURITY_URI_ID, 's'},
                            {LWM2M_SECURITY_BOOTSTRAP_ID, 'b'},
                            {LWM2M_SECURITY_SECURITY_ID, 'i'},
                            {LWM2M_SECURITY_SHORT_SERVER_ID, 'i'},
                            {LWM2M_SECURITY_HOLD_OFF_ID, 'i'}}};
static table_t SERVERS = {{.objID = LWM2M_SERVER_OBJECT_ID, HANDLERS},
                          {{LWM2M_SERVER_SHORT_ID_ID, 'i'},
                           {LWM2M_SERVER_LIFETIME_ID, 'i'},
                           {LWM2M_SERVER_STORING_ID, 'b'},
                           {LWM2M_SERVER_BINDING_ID, 's'},
                           {LWM2M_SERVER_MUTE_SEND_ID, 'b'}}};
static table_t DEVICE = {{.objID = LWM2M_DEVICE_OBJECT_ID,
                          .readFunc = on_read,
                          .discoverFunc = on_read,
                          .executeFunc = on_execute},
                         {{0, 's'}, {4, 'x'}}};
static table_t THINGS = {{.objID = 1234, HANDLERS}, {{0, 'i'}, {1, 'x'}}};

static lwm2m_object_t *OBJECTS[] = {&SECURITY.object, &SERVERS.object, &DEVICE.object,
                                    &THINGS.object};

static lwm2m_object_t *find_object(unsigned oid) {
    for (size_t i = 0; i < sizeof(OBJECTS) / sizeof(*OBJECTS); ++i) {
        if (OBJECTS[i]->objID == oid) {
            return OBJECTS[i];
        }
    }
    return NULL;
}

static void set_number(instance_t *instance, int at, int64_t number) {
    instance->values[at].is_set = true;
    instance->values[at].number = number;
}

static void set_text(instance_t *instance, int at, const char *text) {
    value_t *value = &instance->values[at];
    value->is_set = true;
    value->length = strlen(text) < MOST_TEXT ? strlen(text) : MOST_TEXT - 1;
    memcpy(value->text, text, value->length);
    value->text[value->length] = '\0';
}

static bool add_account(uint16_t iid, const char *account) {
    const char *uri = strchr(account, '=');
    instance_t *security = uri ? add(&SECURITY.object, iid) : NULL;
    if (!security) {
        return false;
    }
    bool is_bootstrap = !strncmp(account, "bs=", 3);
    long ssid = strtol(account, NULL, 10);
    set_text(security, 0, uri + 1);
    set_number(security, 1, is_bootstrap);
    set_number(security, 2, LWM2M_SECURITY_MODE_NONE);
    set_number(security, 4, 0);
    if (is_bootstrap) {
        return true;
    }
    instance_t *server = add(&SERVERS.object, iid);
    if (!server) {
        return false;
    }
    set_number(security, 3, ssid);
    set_number(server, 0, ssid);
    set_number(server, 1, 300);
    set_number(server, 2, 1);
    set_text(server, 3, "U");
    set_number(server, 4, 0);
    return true;
}

/* ---- UDP --------------------------------------------------------------- */

typedef struct session {
    struct session *next;
    struct sockaddr_storage address;
    socklen_t length;
} session_t;

static int SOCKET = -1;
static session_t *SESSIONS;

static bool is_same(const session_t *session, const struct sockaddr_storage *address,
                    socklen_t length) {
    return session->length == length && !memcmp(&session->address, address, length);
}

void *lwm2m_connect_server(uint16_t iid, void *user_data) {
    (void) user_data;
    const instance_t *security =
        (const instance_t *) LWM2M_LIST_FIND(SECURITY.object.instanceList, iid);
    char host[MOST_TEXT];
    char port[8];
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (!security
        || sscanf(security->values[0].text, "coap://%127[^:]:%7[0-9]", host, port) != 2
        || getaddrinfo(host, port, &hints, &found)) {
        return NULL;
    }
    session_t *session = (session_t *) calloc(1, sizeof(*session));
    if (session) {
        memcpy(&session->address, found->ai_addr, found->ai_addrlen);
        session->length = found->ai_addrlen;
        session->next = SESSIONS;
        SESSIONS = session;
    }
    freeaddrinfo(found);
    return session;
}

void lwm2m_close_connection(void *session, void *user_data) {
    (void) user_data;
    for (session_t **link = &SESSIONS; *link; link = &(*link)->next) {
        if (*link == session) {
            *link = (*link)->next;
            free(session);
            return;
        }
    }
}

uint8_t lwm2m_buffer_send(void *to, uint8_t *buffer, size_t length, void *user_data) {
    (void) user_data;
    const session_t *session = (const session_t *) to;
    if (!session
        || sendto(SOCKET, buffer, length, 0, (const struct sockaddr *) &session->address,
                  session->length)
               < 0) {
        return COAP_500_INTERNAL_SERVER_ERROR;
    }
    return COAP_NO_ERROR;
}

bool lwm2m_session_is_equal(void *left, void *right, void *user_data) {
    (void) user_data;
    return left == right;
}

static bool open_socket(const char *port) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo("127.0.0.1", port, &hints, &found)) {
        return false;
    }
    SOCKET = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    bool is_bound = SOCKET >= 0 && !bind(SOCKET, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return is_bound;
}

static void receive(lwm2m_context_t *context) {
    uint8_t buffer[2048];
    struct sockaddr_storage address;
    memset(&address, 0, sizeof(address));
    socklen_t length = sizeof(address);
    ssize_t size = recvfrom(SOCKET, buffer, sizeof(buffer), 0,
                            (struct sockaddr *) &address, &length);
    for (session_t *it = SESSIONS; size > 0 && it; it = it->next) {
        if (is_same(it, &address, length)) {
            lwm2m_handle_packet(context, buffer, (size_t) size, it);
            return;
        }
    }
}

/* ---- commands ---------------------------------------------------------- */

static int write_file(void *file, const void *bytes, size_t length) {
    return fwrite(bytes, 1, length, (FILE *) file) == length ? 0 : -1;
}

static int read_file(void *file, void *bytes, size_t length) {
    return fread(bytes, 1, length, (FILE *) file) == length ? 0 : -1;
}

static int keep(const aac_t *aac, const char *path, bool is_persisting) {
    FILE *file = fopen(path, is_persisting ? "wb" : "rb");
    if (!file) {
        return -errno;
    }
    int result = is_persisting ? aac_persist(aac, write_file, file)
                               : aac_restore(aac, read_file, file);
    if (fclose(file)) {
        result = -errno;
    }
    return result;
}

static void show(const aac_t *aac) {
    int32_t iid = -1;
    while ((iid = aac_next_instance(aac, iid)) >= 0) {
        uint16_t values[4] = {0};
        for (uint16_t rid = 0; rid < 4; ++rid) {
            (void) aac_read(aac, (uint16_t) iid, rid, 0, &values[rid]);
        }
        printf("/2/%" PRId32 " /%u/%u owner %u:", iid, values[0], values[1], values[3]);
        int32_t ssid = -1;
        while ((ssid = aac_next_entry(aac, (uint16_t) iid, ssid)) >= 0) {
            uint16_t mask = 0;
            (void) aac_read(aac, (uint16_t) iid, 2, (uint16_t) ssid, &mask);
            printf(" %" PRId32 "=%u", ssid, mask);
        }
        printf("\n");
    }
}

static int change(lwm2m_context_t *context, unsigned oid, unsigned iid, bool is_adding) {
    lwm2m_object_t *object = find_object(oid);
    if (!object) {
        return -1;
    }
    if (is_adding) {
        instance_t *instance = add(object, (uint16_t) iid);
        if (!instance) {
            return -1;
        }
        set_number(instance, 0, 0);
    } else if (on_delete(context, (uint16_t) iid, object) != COAP_202_DELETED) {
        return -1;
    }
    return aac_wakaama_objects_changed(context);
}

static int set(lwm2m_context_t *context, unsigned oid, unsigned iid, long value) {
    lwm2m_object_t *object = find_object(oid);
    instance_t *instance =
        object ? (instance_t *) LWM2M_LIST_FIND(object->instanceList, iid) : NULL;
    if (!instance) {
        return -1;
    }
    set_number(instance, 0, value);
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = (uint16_t) oid;
    uri.instanceId = (uint16_t) iid;
    uri.resourceId = 0;
    lwm2m_resource_value_changed(context, &uri);
    return 0;
}

static int send_instance(lwm2m_context_t *context, unsigned ssid, unsigned oid,
                         unsigned iid) {
    lwm2m_uri_t uri;
    LWM2M_URI_RESET(&uri);
    uri.objectId = (uint16_t) oid;
    uri.instanceId = (uint16_t) iid;
    return lwm2m_send(context, (uint16_t) ssid, &uri, 1, NULL, NULL);
}

/* False: the end. */
static bool command(lwm2m_context_t *context, const char *path, const char *line) {
    aac_t *aac = aac_wakaama_engine(context);
    unsigned a, b, c, d;
    int result = -1;
    if (!strncmp(line, "quit", 4)) {
        return false;
    }
    if (sscanf(line, "grant %u %u %u %u", &a, &b, &c, &d) == 4) {
        result = aac_set_acl(aac, (uint16_t) a, (uint16_t) b, (uint16_t) c, (uint16_t) d);
    } else if (sscanf(line, "owner %u %u %u", &a, &b, &c) == 3) {
        result = aac_set_owner(aac, (uint16_t) a, (uint16_t) b, (uint16_t) c, NULL);
    } else if (sscanf(line, "add %u %u", &a, &b) == 2) {
        result = change(context, a, b, true);
    } else if (sscanf(line, "remove %u %u", &a, &b) == 2) {
        result = change(context, a, b, false);
    } else if (sscanf(line, "set %u %u %u", &a, &b, &c) == 3) {
        result = set(context, a, b, (long) c);
    } else if (sscanf(line, "send %u %u %u", &a, &b, &c) == 3) {
        result = send_instance(context, a, b, c);
    } else if (!strncmp(line, "persist", 7) || !strncmp(line, "restore", 7)) {
        result = keep(aac, path, line[0] == 'p');
    } else if (!strncmp(line, "show", 4)) {
        show(aac);
        result = 0;
    }
    printf("done: %d\n", result);
    return true;
}

static void run(lwm2m_context_t *context, const char *path) {
    for (;;) {
        time_t timeout = 60;
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(SOCKET, &readable);
        FD_SET(STDIN_FILENO, &readable);
        if (lwm2m_step(context, &timeout)) {
            /* As Wakaama's own client does: wait, and begin again. */
            context->state = STATE_INITIAL;
            timeout = 1;
        }
        struct timeval wait = {.tv_sec = timeout < 1 ? 0 : timeout,
                               .tv_usec = timeout < 1 ? 100000 : 0};
        if (select(SOCKET + 1, &readable, NULL, NULL, &wait) < 0) {
            return;
        }
        if (FD_ISSET(SOCKET, &readable)) {
            receive(context);
        }
        if (FD_ISSET(STDIN_FILENO, &readable)) {
            char line[128];
            if (!fgets(line, sizeof(line), stdin) || !command(context, path, line)) {
                return;
            }
        }
    }
}

int main(int count, char **arguments) {
    if (count < 4 || !open_socket(arguments[1])) {
        fprintf(stderr, "usage: client PORT FILE ACCOUNT...\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    for (int i = 3; i < count; ++i) {
        if (!add_account((uint16_t) (i - 3), arguments[i])) {
            fprintf(stderr, "%s is no account\n", arguments[i]);
            return 2;
        }
    }
    set_text(add(&DEVICE.object, 0), 0, "test");
    set_number(add(&THINGS.object, 0), 0, 10);
    set_number(add(&THINGS.object, 1), 0, 11);

    lwm2m_context_t *context = lwm2m_init(NULL);
    if (!context
        || lwm2m_configure(context, "aac-test", NULL, NULL,
                           sizeof(OBJECTS) / sizeof(*OBJECTS), OBJECTS)
        || aac_wakaama_install(context)) {
        fprintf(stderr, "no client\n");
        return 1;
    }
    printf("ready\n");
    run(context, arguments[2]);
    aac_wakaama_uninstall(context);
    lwm2m_close(context);
    for (size_t i = 0; i < sizeof(OBJECTS) / sizeof(*OBJECTS); ++i) {
        while (OBJECTS[i]->instanceList) {
            on_delete(NULL, OBJECTS[i]->instanceList->id, OBJECTS[i]);
        }
    }
    while (SESSIONS) {
        lwm2m_close_connection(SESSIONS, NULL);
    }
    close(SOCKET);
    return 0;
}
