/* What the port uses of Wakaama's public interface: names, numbers, layouts. */
#ifndef MOCK_LIBLWM2M_H
#define MOCK_LIBLWM2M_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define COAP_NO_ERROR ((uint8_t) 0x00)
#define COAP_IGNORE ((uint8_t) 0x01)
#define COAP_201_CREATED ((uint8_t) 0x41)
#define COAP_202_DELETED ((uint8_t) 0x42)
#define COAP_204_CHANGED ((uint8_t) 0x44)
#define COAP_205_CONTENT ((uint8_t) 0x45)
#define COAP_400_BAD_REQUEST ((uint8_t) 0x80)
#define COAP_401_UNAUTHORIZED ((uint8_t) 0x81)
#define COAP_404_NOT_FOUND ((uint8_t) 0x84)
#define COAP_405_METHOD_NOT_ALLOWED ((uint8_t) 0x85)
#define COAP_406_NOT_ACCEPTABLE ((uint8_t) 0x86)
#define COAP_500_INTERNAL_SERVER_ERROR ((uint8_t) 0xA0)
#define COAP_503_SERVICE_UNAVAILABLE ((uint8_t) 0xA3)

#define LWM2M_SECURITY_OBJECT_ID 0
#define LWM2M_SERVER_OBJECT_ID 1
#define LWM2M_ACL_OBJECT_ID 2
#define LWM2M_SECURITY_BOOTSTRAP_ID 1
#define LWM2M_SECURITY_SHORT_SERVER_ID 10
#define LWM2M_SERVER_SHORT_ID_ID 0

#define LWM2M_MAX_ID ((uint16_t) 0xFFFF)
#define LWM2M_URI_RESET(uri) memset((uri), 0xFF, sizeof(lwm2m_uri_t))
#define LWM2M_URI_IS_SET_OBJECT(uri) ((uri)->objectId != LWM2M_MAX_ID)
#define LWM2M_URI_IS_SET_INSTANCE(uri) ((uri)->instanceId != LWM2M_MAX_ID)
#define LWM2M_URI_IS_SET_RESOURCE(uri) ((uri)->resourceId != LWM2M_MAX_ID)

typedef struct _lwm2m_context_ lwm2m_context_t;

typedef struct _lwm2m_list_t {
    struct _lwm2m_list_t *next;
    uint16_t id;
} lwm2m_list_t;

#define LWM2M_LIST_FIND(head, id) lwm2m_list_find((lwm2m_list_t *) (head), (id))
#define LWM2M_LIST_RM(head, id, removed)                                                 \
    lwm2m_list_remove((lwm2m_list_t *) (head), (id), (lwm2m_list_t **) (removed))
#define LWM2M_LIST_FREE(head) lwm2m_list_free((lwm2m_list_t *) (head))
lwm2m_list_t *lwm2m_list_find(lwm2m_list_t *head, uint16_t id);
lwm2m_list_t *lwm2m_list_remove(lwm2m_list_t *head, uint16_t id, lwm2m_list_t **removed);
void lwm2m_list_free(lwm2m_list_t *head);

typedef struct {
    uint16_t objectId;
    uint16_t instanceId;
    uint16_t resourceId;
#ifndef LWM2M_VERSION_1_0
    uint16_t resourceInstanceId;
#endif
} lwm2m_uri_t;

typedef enum {
    LWM2M_TYPE_UNDEFINED = 0,
    LWM2M_TYPE_OBJECT,
    LWM2M_TYPE_OBJECT_INSTANCE,
    LWM2M_TYPE_MULTIPLE_RESOURCE,
    LWM2M_TYPE_STRING,
    LWM2M_TYPE_OPAQUE,
    LWM2M_TYPE_INTEGER,
    LWM2M_TYPE_UNSIGNED_INTEGER,
    LWM2M_TYPE_FLOAT,
    LWM2M_TYPE_BOOLEAN
} lwm2m_data_type_t;

typedef struct _lwm2m_data_t lwm2m_data_t;
struct _lwm2m_data_t {
    lwm2m_data_type_t type;
    uint16_t id;
    union {
        bool asBoolean;
        int64_t asInteger;
        struct {
            size_t count;
            lwm2m_data_t *array;
        } asChildren;
    } value;
};

lwm2m_data_t *lwm2m_data_new(int size);
void lwm2m_data_free(int size, lwm2m_data_t *data);
int lwm2m_data_append_one(int *count, lwm2m_data_t **data, lwm2m_data_type_t type,
                          uint16_t id);
void lwm2m_data_encode_int(int64_t value, lwm2m_data_t *data);
void lwm2m_data_encode_bool(bool value, lwm2m_data_t *data);
void lwm2m_data_encode_instances(lwm2m_data_t *array, size_t count, lwm2m_data_t *data);
int lwm2m_data_decode_int(const lwm2m_data_t *data, int64_t *value);
int lwm2m_data_decode_bool(const lwm2m_data_t *data, bool *value);

typedef enum { LWM2M_CONTENT_TEXT = 0, LWM2M_CONTENT_TLV = 11542 } lwm2m_media_type_t;

typedef enum {
    LWM2M_WRITE_PARTIAL_UPDATE,
    LWM2M_WRITE_REPLACE_RESOURCES,
    LWM2M_WRITE_REPLACE_INSTANCE
} lwm2m_write_type_t;

typedef struct _lwm2m_object_t lwm2m_object_t;
struct _lwm2m_object_t {
    struct _lwm2m_object_t *next;
    uint16_t objID;
    uint8_t versionMajor;
    uint8_t versionMinor;
    lwm2m_list_t *instanceList;
    uint8_t (*readFunc)(lwm2m_context_t *, uint16_t, int *, lwm2m_data_t **,
                        lwm2m_object_t *);
    uint8_t (*writeFunc)(lwm2m_context_t *, uint16_t, int, lwm2m_data_t *,
                         lwm2m_object_t *, lwm2m_write_type_t);
    uint8_t (*executeFunc)(lwm2m_context_t *, uint16_t, uint16_t, uint8_t *, int,
                           lwm2m_object_t *);
    uint8_t (*createFunc)(lwm2m_context_t *, uint16_t, int, lwm2m_data_t *,
                          lwm2m_object_t *);
#ifdef LWM2M_RAW_BLOCK1_REQUESTS
    void *rawBlock1CreateFunc;
    void *rawBlock1WriteFunc;
    void *rawBlock1ExecuteFunc;
#endif
    uint8_t (*deleteFunc)(lwm2m_context_t *, uint16_t, lwm2m_object_t *);
    uint8_t (*discoverFunc)(lwm2m_context_t *, uint16_t, int *, lwm2m_data_t **,
                            lwm2m_object_t *);
    void *userData;
};

typedef enum {
    STATE_DEREGISTERED = 0,
    STATE_BS_PENDING = 11,
    STATE_BS_FINISHED = 13,
    STATE_BS_FAILED = 15
} lwm2m_status_t;

typedef enum {
    STATE_INITIAL = 0,
    STATE_BOOTSTRAPPING = 2,
    STATE_READY = 5
} lwm2m_client_state_t;

typedef struct _lwm2m_server_ {
    struct _lwm2m_server_ *next;
    uint16_t secObjInstID;
    uint16_t shortID;
    lwm2m_status_t status;
} lwm2m_server_t;

typedef struct _lwm2m_watcher_ {
    struct _lwm2m_watcher_ *next;
    bool active;
    bool update;
    lwm2m_server_t *server;
} lwm2m_watcher_t;

typedef struct _lwm2m_observed_ {
    struct _lwm2m_observed_ *next;
    lwm2m_uri_t uri;
    lwm2m_watcher_t *watcherList;
} lwm2m_observed_t;

typedef struct _lwm2m_transaction_ lwm2m_transaction_t;
typedef void (*lwm2m_transaction_callback_t)(lwm2m_context_t *, lwm2m_transaction_t *,
                                             void *);

struct _lwm2m_context_ {
    lwm2m_client_state_t state;
    lwm2m_server_t *bootstrapServerList;
    lwm2m_server_t *serverList;
    lwm2m_object_t *objectList;
    lwm2m_observed_t *observedList;
};

#define LWM2M_LOG_DISABLED 0xff
#ifdef MOCK_LOGS
#    define LWM2M_LOG_LEVEL 3
#else
#    define LWM2M_LOG_LEVEL LWM2M_LOG_DISABLED
#endif

void *lwm2m_malloc(size_t size);
void lwm2m_free(void *memory);
int lwm2m_add_object(lwm2m_context_t *context, lwm2m_object_t *object);
int lwm2m_remove_object(lwm2m_context_t *context, uint16_t id);
int lwm2m_update_registration(lwm2m_context_t *context, uint16_t ssid, bool with_objects);
void lwm2m_resource_value_changed(lwm2m_context_t *context, lwm2m_uri_t *uri);
int lwm2m_send(lwm2m_context_t *context, uint16_t ssid, lwm2m_uri_t *uris, size_t count,
               lwm2m_transaction_callback_t callback, void *user_data);

#endif
