/**
 * @file
 * The part of IoTivity-lite's private interface that the port uses, for a mock
 * of it (mock.c). Names, types and values are IoTivity-lite's; members that the
 * port does not touch are left out, and its many headers are all this one:
 * tests/iotivity_mock.rs makes a forwarding header for each that is included.
 */

#ifndef MOCK_IOTIVITY_H
#define MOCK_IOTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- util --------------------------------------------------------------- */

#if defined(OC_RESOURCE_ACCESS_IN_RFOTM)
#    define OC_HAS_FEATURE_RESOURCE_ACCESS_IN_RFOTM
#endif
#if defined(PLGD_DEV_TIME)
#    define OC_HAS_FEATURE_PLGD_TIME
#endif
#define OC_COLLECTIONS

#define OC_ERR_IS_ENABLED 1
#define OC_ERR(...)                                                                      \
    do {                                                                                 \
        fprintf(stderr, __VA_ARGS__);                                                    \
        fputc('\n', stderr);                                                             \
    } while (0)

void oc_abort(const char *message);

typedef void **oc_list_t;
#define OC_LIST_STRUCT(name)                                                             \
    void *name##_list;                                                                   \
    oc_list_t name
#define OC_LIST_STRUCT_INIT(object, name)                                                \
    do {                                                                                 \
        (object)->name = &(object)->name##_list;                                         \
        (object)->name##_list = NULL;                                                    \
    } while (0)
void *oc_list_head(oc_list_t list);

typedef struct {
    size_t size;
    void *ptr;
} oc_string_t, oc_array_t;
#define oc_string(string) ((char *) (string).ptr)
void oc_new_string(oc_string_t *string, const char *text, size_t length);
void oc_free_string(oc_string_t *string);
void oc_set_string(oc_string_t *string, const char *text, size_t length);
size_t oc_string_len(oc_string_t string);
bool oc_string_is_empty(const oc_string_t *string);

#define STRING_ARRAY_ITEM_MAX_LEN 128
#define oc_string_array_get_allocated_size(array)                                        \
    ((array).size / STRING_ARRAY_ITEM_MAX_LEN)
#define oc_string_array_get_item(array, index)                                           \
    ((char *) (array).ptr + (index) *STRING_ARRAY_ITEM_MAX_LEN + 1)
#define oc_string_array_get_item_size(array, index)                                      \
    (((uint8_t *) (array).ptr)[(index) *STRING_ARRAY_ITEM_MAX_LEN])

typedef struct {
    const char *data;
    size_t length;
} oc_string_view_t;
#define OC_STRING_VIEW(text) ((oc_string_view_t){(text), sizeof(text) - 1})
#define OC_STRING_VIEW_NULL ((oc_string_view_t){NULL, 0})

#define OC_UUID_LEN 37
typedef struct {
    uint8_t id[16];
} oc_uuid_t;
bool oc_uuid_is_equal(oc_uuid_t one, oc_uuid_t other);
bool oc_uuid_is_empty(oc_uuid_t uuid);
void oc_uuid_to_str(const oc_uuid_t *uuid, char *text, size_t size);

/* ---- representation ----------------------------------------------------- */

typedef enum {
    OC_REP_NIL = 0,
    OC_REP_INT = 1,
    OC_REP_DOUBLE = 2,
    OC_REP_BOOL = 3,
    OC_REP_BYTE_STRING = 4,
    OC_REP_STRING = 5,
    OC_REP_OBJECT = 6,
    OC_REP_ARRAY = 8,
    OC_REP_INT_ARRAY = 9,
    OC_REP_STRING_ARRAY = 13,
    OC_REP_OBJECT_ARRAY = 14
} oc_rep_value_type_t;

typedef union {
    int64_t integer;
    oc_string_t string;
    oc_array_t array;
    struct oc_rep_s *object;
    struct oc_rep_s *object_array;
} oc_rep_value_t;

typedef struct oc_rep_s {
    oc_rep_value_type_t type;
    struct oc_rep_s *next;
    oc_string_t name;
    oc_rep_value_t value;
} oc_rep_t;

/* All encoders of the mock write one after the other into one buffer. */
typedef struct {
    int unused;
} CborEncoder;

typedef int CborError;
enum { CborNoError = 0 };
#define CborIndefiniteLength SIZE_MAX
extern int g_err;
extern CborEncoder root_map;
int mock_open(char container);
int mock_close(void);
int oc_rep_encode_text_string(CborEncoder *encoder, const char *text, size_t length);
int oc_rep_object_set_text_string(CborEncoder *object, const char *key, size_t key_length,
                                  const char *text, size_t length);
int oc_rep_object_set_int(CborEncoder *object, const char *key, size_t key_length,
                          int64_t value);
int oc_rep_object_set_uint(CborEncoder *object, const char *key, size_t key_length,
                           uint64_t value);

CborError oc_rep_encoder_create_map(CborEncoder *parent, CborEncoder *child,
                                    size_t length);
CborError oc_rep_encoder_create_array(CborEncoder *parent, CborEncoder *child,
                                      size_t length);
CborError oc_rep_encoder_close_container(CborEncoder *parent, CborEncoder *child);

#define oc_rep_object(name) (&name##_map)
#define oc_rep_start_root_object() (g_err |= mock_open('{'))
#define oc_rep_end_root_object() (g_err |= mock_close())

/* ---- resources and requests --------------------------------------------- */

typedef enum { OC_GET = 1, OC_POST, OC_PUT, OC_DELETE, OC_FETCH } oc_method_t;

typedef enum { OC_IF_BASELINE = 1 << 1, OC_IF_RW = 1 << 4 } oc_interface_mask_t;

typedef enum {
    OC_DISCOVERABLE = 1 << 0,
    OC_SECURE = 1 << 4,
    OC_ACCESS_IN_RFOTM = 1 << 8
} oc_resource_properties_t;

typedef enum {
    OC_PERM_NONE = 0,
    OC_PERM_CREATE = 1,
    OC_PERM_RETRIEVE = 2,
    OC_PERM_UPDATE = 4,
    OC_PERM_DELETE = 8,
    OC_PERM_NOTIFY = 16
} oc_ace_permissions_t;

typedef enum {
    OC_STATUS_OK,
    OC_STATUS_CREATED,
    OC_STATUS_CHANGED,
    OC_STATUS_DELETED,
    OC_STATUS_BAD_REQUEST,
    OC_STATUS_FORBIDDEN,
    OC_STATUS_NOT_FOUND,
    OC_STATUS_INTERNAL_SERVER_ERROR
} oc_status_t;

typedef enum {
    APPLICATION_JSON = 50,
    APPLICATION_CBOR = 60,
    APPLICATION_TD_JSON = 432,
    APPLICATION_VND_OCF_CBOR = 10000
} oc_content_format_t;

typedef struct oc_resource_s {
    size_t device;
    oc_string_t uri;
    oc_resource_properties_t properties;
#ifdef OC_HAS_FEATURE_RESOURCE_ACCESS_IN_RFOTM
    oc_ace_permissions_t anon_permission_in_rfotm;
#endif
    /* The mock's own: D(CR), S(VR), V(ertical), O(ther). */
    char kind;
} oc_resource_t;

typedef enum { SECURED = 1 << 1 } transport_flags;

typedef struct {
    size_t device;
    transport_flags flags;
    oc_uuid_t di;
} oc_endpoint_t;

typedef struct {
    const oc_endpoint_t *origin;
    oc_resource_t *resource;
    const char *query;
    size_t query_len;
    oc_rep_t *request_payload;
    const uint8_t *_payload;
    size_t _payload_len;
    oc_content_format_t content_format;
} oc_request_t;

typedef void (*oc_request_callback_t)(oc_request_t *, oc_interface_mask_t, void *);

void oc_send_response_with_callback(oc_request_t *request, oc_status_t status,
                                    bool trigger);
void oc_process_baseline_interface(const oc_resource_t *resource);
bool oc_resource_match_uri(oc_string_view_t canonical, oc_string_view_t uri);

#define OCF_SEC_ACL 7
#define OCF_RES_URI "/oic/res"
#define OCF_D_URI "/oic/d"
#define OCF_PLATFORM_URI "/oic/p"
#define OC_WELLKNOWNCORE_URI "/.well-known/core"
#define PLGD_TIME_URI "/x.plgd.dev/time"
size_t oc_core_get_num_devices(void);
oc_resource_t *oc_core_get_resource_by_index(int index, size_t device);
void oc_core_populate_resource(int index, size_t device, const char *uri,
                               oc_interface_mask_t interfaces,
                               oc_interface_mask_t default_interface, int properties,
                               oc_request_callback_t on_get, oc_request_callback_t on_put,
                               oc_request_callback_t on_post,
                               oc_request_callback_t on_delete, int type_count, ...);
bool oc_core_is_SVR(const oc_resource_t *resource, size_t device);
bool oc_core_is_DCR(const oc_resource_t *resource, size_t device);
bool oc_core_is_vertical_resource(const oc_resource_t *resource, size_t device);

/* ---- security ----------------------------------------------------------- */

typedef enum {
    OC_DOS_RESET,
    OC_DOS_RFOTM,
    OC_DOS_RFPRO,
    OC_DOS_RFNOP,
    OC_DOS_SRESET
} oc_dostype_t;

typedef struct {
    oc_dostype_t s;
    oc_uuid_t rowneruuid;
} oc_sec_pstat_t;
oc_sec_pstat_t *oc_sec_get_pstat(size_t device);

typedef struct {
    oc_uuid_t rowneruuid;
} oc_sec_doxm_t;
oc_sec_doxm_t *oc_sec_get_doxm(size_t device);

typedef enum { OC_CREDTYPE_PSK = 1, OC_CREDTYPE_CERT = 8 } oc_sec_credtype_t;
typedef enum { OC_CREDUSAGE_NULL = 0, OC_CREDUSAGE_ROLE_CERT = 8 } oc_sec_credusage_t;

typedef struct oc_sec_cred_t {
    struct oc_sec_cred_t *next;
    struct {
        oc_string_t role;
        oc_string_t authority;
    } role;
    oc_sec_credusage_t credusage;
    void *ctx;
    oc_sec_credtype_t credtype;
    oc_uuid_t subjectuuid;
} oc_sec_cred_t;

typedef struct {
    OC_LIST_STRUCT(creds);
    oc_uuid_t rowneruuid;
} oc_sec_creds_t;
oc_sec_creds_t *oc_sec_get_creds(size_t device);
oc_sec_cred_t *oc_sec_find_cred(oc_sec_cred_t *start, const oc_uuid_t *subject,
                                oc_sec_credtype_t type, oc_sec_credusage_t usage,
                                size_t device);

typedef struct {
    bool doc;
    /* The mock's own. */
    bool is_psk;
    oc_sec_cred_t *roles;
} oc_tls_peer_t;
oc_tls_peer_t *oc_tls_get_peer(const oc_endpoint_t *endpoint);
int oc_tls_num_peers(size_t device);
bool oc_tls_uses_psk_cred(const oc_tls_peer_t *peer);
oc_sec_cred_t *oc_sec_roles_get(const oc_tls_peer_t *peer);
bool oc_sec_free_role(const oc_sec_cred_t *role, const oc_tls_peer_t *peer);
int oc_certs_validate_role_cert(const void *certificate, uint32_t *flags);

void oc_sec_dump_acl(size_t device);
void oc_sec_load_acl(size_t device);

/* ---- the list: oc_acl.h and oc_acl_internal.h --------------------------- */

typedef struct oc_sec_acl_s {
    OC_LIST_STRUCT(subjects);
    oc_uuid_t rowneruuid;
} oc_sec_acl_t;

typedef enum { OC_CONN_AUTH_CRYPT = 0, OC_CONN_ANON_CLEAR } oc_ace_connection_type_t;

typedef enum {
    OC_ACE_NO_WC = 0,
    OC_ACE_WC_ALL = 0x111,
    OC_ACE_WC_ALL_SECURED = 0x01,
    OC_ACE_WC_ALL_PUBLIC = 0x10
} oc_ace_wildcard_t;

typedef enum {
    OC_SUBJECT_UUID = 0,
    OC_SUBJECT_ROLE,
    OC_SUBJECT_CONN
} oc_ace_subject_type_t;

typedef struct oc_ace_res_t {
    struct oc_ace_res_t *next;
    oc_string_t href;
    oc_ace_wildcard_t wildcard;
} oc_ace_res_t;

typedef struct oc_sec_ace_t {
    struct oc_sec_ace_t *next;
    OC_LIST_STRUCT(resources);
    oc_ace_subject_type_t subject_type;
    union {
        oc_uuid_t uuid;
        struct {
            oc_string_t role;
            oc_string_t authority;
        } role;
        oc_ace_connection_type_t conn;
    } subject;
    int aceid;
    oc_ace_permissions_t permission;
    oc_string_t tag;
} oc_sec_ace_t;

typedef union {
    oc_uuid_t uuid;
    struct {
        oc_string_view_t role;
        oc_string_view_t authority;
    } role;
    oc_ace_connection_type_t conn;
} oc_ace_subject_view_t;

typedef struct {
    oc_sec_ace_t *ace;
    bool created;
    bool created_resource;
} oc_sec_ace_update_data_t;

typedef struct {
    oc_uuid_t rowneruuid;
    oc_sec_ace_t *ace;
    const oc_sec_ace_t *replaced_ace;
    bool created;
    bool created_resource;
} oc_sec_on_apply_acl_data_t;

typedef bool (*oc_sec_ace_filter_t)(const oc_sec_ace_t *ace, void *user_data);
typedef void (*oc_sec_on_apply_acl_cb_t)(oc_sec_on_apply_acl_data_t data,
                                         void *user_data);

#define OC_CONN_AUTH_CRYPT_STR "auth-crypt"
#define OC_CONN_ANON_CLEAR_STR "anon-clear"
#define OCF_SEC_ACL_URI "/oic/sec/acl2"
#define OCF_SEC_ACL_RT "oic.r.acl2"

void oc_sec_acl_init(void);
void oc_sec_acl_free(void);
void oc_sec_acl_create_resource(size_t device);
void oc_sec_acl_default(size_t device);
oc_sec_acl_t *oc_sec_get_acl(size_t device);
bool oc_sec_encode_acl(size_t device, oc_interface_mask_t interfaces, bool to_storage);
bool oc_sec_decode_acl(const oc_rep_t *rep, bool from_storage, size_t device,
                       oc_sec_on_apply_acl_cb_t on_apply, void *user_data);
int oc_sec_apply_acl(const oc_rep_t *rep, size_t device,
                     oc_sec_on_apply_acl_cb_t on_apply, void *user_data);
bool oc_sec_acl_add_bootstrap_acl(size_t device);
void oc_sec_acl_clear(size_t device, oc_sec_ace_filter_t filter, void *user_data);
void oc_sec_remove_ace(oc_sec_ace_t *ace, size_t device);
oc_sec_ace_t *oc_sec_get_ace_by_aceid(int aceid, size_t device);
bool oc_sec_remove_ace_by_aceid(int aceid, size_t device);
oc_sec_ace_t *oc_sec_acl_find_subject(oc_sec_ace_t *start, oc_ace_subject_type_t type,
                                      oc_ace_subject_view_t subject, int aceid,
                                      uint16_t permission, oc_string_view_t tag,
                                      bool match_tag, size_t device);
bool oc_sec_acl_update_res(oc_ace_subject_type_t type, oc_ace_subject_view_t subject,
                           int aceid, uint16_t permission, oc_string_view_t tag,
                           oc_string_view_t href, oc_ace_wildcard_t wildcard,
                           size_t device, oc_sec_ace_update_data_t *data);
bool oc_sec_acl_is_owned_by(size_t device, oc_uuid_t uuid);
bool oc_sec_is_acl_resource_uri(oc_string_view_t uri);
void oc_resource_set_access_in_RFOTM(oc_resource_t *resource, bool state,
                                     oc_ace_permissions_t permission);
bool oc_sec_acl_add_created_resource_ace(oc_string_view_t href,
                                         const oc_endpoint_t *client, size_t device,
                                         bool collection);
bool oc_sec_check_acl(oc_method_t method, const oc_resource_t *resource,
                      const oc_endpoint_t *endpoint);

/* ---- the mock ----------------------------------------------------------- */

#define MOCK_DEVICES 2

typedef struct {
    uint8_t bytes[1 << 18];
    size_t length;
} mock_bytes_t;

/** What is around the list, for tests to set and read. */
typedef struct {
    oc_sec_pstat_t pstat[MOCK_DEVICES];
    oc_sec_doxm_t doxm[MOCK_DEVICES];
    oc_sec_creds_t creds[MOCK_DEVICES];
    /* The one session, and the endpoint that it belongs to. */
    oc_tls_peer_t *peer;
    const oc_endpoint_t *peer_endpoint;
    int peer_count;
    oc_resource_t acl[MOCK_DEVICES];
    oc_request_callback_t on_get, on_put, on_post, on_delete;
    /* The answer: its status, or -1, and how much was encoded when it came. */
    int status;
    size_t response_length;
    /* The global encoder's buffer. */
    mock_bytes_t encoded;
    mock_bytes_t stored[MOCK_DEVICES];
    int dump_count;
    int baseline_count;
} mock_t;

extern mock_t mock;

/** Everything as at the start of a process. */
void mock_reset(void);
/** Parses CBOR; NULL for `{}` or if it is not well-formed (then *is_bad). */
oc_rep_t *mock_parse(const uint8_t *bytes, size_t length, bool *is_bad);
void mock_free_rep(oc_rep_t *rep);

#endif /* MOCK_IOTIVITY_H */
