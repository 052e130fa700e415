/**
 * @file
 * A mock of the part of IoTivity-lite that the port calls.
 */

#include "iotivity.h"

#include <stdarg.h>

mock_t mock;
int g_err;
CborEncoder root_map;

void mock_reset(void) {
    memset(&mock, 0, sizeof(mock));
    mock.status = -1;
    for (size_t i = 0; i < MOCK_DEVICES; ++i) {
        OC_LIST_STRUCT_INIT(&mock.creds[i], creds);
        mock.acl[i].device = i;
        mock.acl[i].kind = 'S';
    }
    g_err = 0;
}

void oc_abort(const char *message) {
    fprintf(stderr, "%s\n", message);
    abort();
}

/* ---- util --------------------------------------------------------------- */

void *oc_list_head(oc_list_t list) {
    return *list;
}

void oc_new_string(oc_string_t *string, const char *text, size_t length) {
    string->ptr = malloc(length + 1);
    string->size = 0;
    if (string->ptr) {
        memcpy(string->ptr, text, length);
        ((char *) string->ptr)[length] = '\0';
        string->size = length + 1;
    }
}

void oc_free_string(oc_string_t *string) {
    if (string->size > 0) {
        free(string->ptr);
        string->ptr = NULL;
        string->size = 0;
    }
}

void oc_set_string(oc_string_t *string, const char *text, size_t length) {
    oc_free_string(string);
    memset(string, 0, sizeof(*string));
    if (text) {
        oc_new_string(string, text, length);
    }
}

size_t oc_string_len(oc_string_t string) {
    return string.size > 0 ? string.size - 1 : 0;
}

bool oc_string_is_empty(const oc_string_t *string) {
    return string->ptr == NULL || string->size <= 1;
}

bool oc_uuid_is_equal(oc_uuid_t one, oc_uuid_t other) {
    return memcmp(one.id, other.id, sizeof(one.id)) == 0;
}

bool oc_uuid_is_empty(oc_uuid_t uuid) {
    static const oc_uuid_t nil;
    return oc_uuid_is_equal(uuid, nil);
}

void oc_uuid_to_str(const oc_uuid_t *uuid, char *text, size_t size) {
    char *end = text;
    (void) size;
    for (size_t i = 0; i < sizeof(uuid->id); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *end++ = '-';
        }
        end += sprintf(end, "%02x", uuid->id[i]);
    }
}

/* ---- encoding: CBOR with indefinite lengths ----------------------------- */

static int put(const void *bytes, size_t length) {
    if (length > sizeof(mock.encoded.bytes) - mock.encoded.length) {
        return 1;
    }
    memcpy(mock.encoded.bytes + mock.encoded.length, bytes, length);
    mock.encoded.length += length;
    return 0;
}

static int put_head(int major, uint64_t argument) {
    uint8_t head[9] = {(uint8_t) (major << 5 | 27)};
    for (int i = 0; i < 8; ++i) {
        head[8 - i] = (uint8_t) (argument >> 8 * i);
    }
    return put(head, sizeof(head));
}

int mock_open(char container) {
    return put(container == '{' ? "\xbf" : "\x9f", 1);
}

int mock_close(void) {
    return put("\xff", 1);
}

CborError oc_rep_encoder_create_map(CborEncoder *parent, CborEncoder *child,
                                    size_t length) {
    (void) parent, (void) child;
    return length == CborIndefiniteLength ? mock_open('{') : 1;
}

CborError oc_rep_encoder_create_array(CborEncoder *parent, CborEncoder *child,
                                      size_t length) {
    (void) parent, (void) child;
    return length == CborIndefiniteLength ? mock_open('[') : 1;
}

CborError oc_rep_encoder_close_container(CborEncoder *parent, CborEncoder *child) {
    (void) parent, (void) child;
    return mock_close();
}

int oc_rep_encode_text_string(CborEncoder *encoder, const char *text, size_t length) {
    (void) encoder;
    return put_head(3, length) | put(text, length);
}

int oc_rep_object_set_text_string(CborEncoder *object, const char *key, size_t key_length,
                                  const char *text, size_t length) {
    return oc_rep_encode_text_string(object, key, key_length)
           | oc_rep_encode_text_string(object, text, length);
}

int oc_rep_object_set_int(CborEncoder *object, const char *key, size_t key_length,
                          int64_t value) {
    return oc_rep_encode_text_string(object, key, key_length)
           | (value < 0 ? put_head(1, (uint64_t) (-1 - value))
                        : put_head(0, (uint64_t) value));
}

int oc_rep_object_set_uint(CborEncoder *object, const char *key, size_t key_length,
                           uint64_t value) {
    return oc_rep_encode_text_string(object, key, key_length) | put_head(0, value);
}

static void put_key(const char *text) {
    g_err |= oc_rep_encode_text_string(&root_map, text, strlen(text));
}

void oc_process_baseline_interface(const oc_resource_t *resource) {
    (void) resource;
    ++mock.baseline_count;
    put_key("rt");
    g_err |= mock_open('[');
    put_key(OCF_SEC_ACL_RT);
    g_err |= mock_close();
    put_key("if");
    g_err |= mock_open('[');
    put_key("oic.if.rw");
    put_key("oic.if.baseline");
    g_err |= mock_close();
}

/* ---- decoding ----------------------------------------------------------- */

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool is_bad;
} input_t;

#define INDEFINITE UINT64_MAX

static int head(input_t *in, uint64_t *argument) {
    *argument = 0;
    if (in->at == in->end) {
        in->is_bad = true;
        return -1;
    }
    int major = *in->at >> 5;
    int info = *in->at++ & 31;
    if (info < 24) {
        *argument = (uint64_t) info;
    } else if (info < 28) {
        int length = 1 << (info - 24);
        if (in->end - in->at < length) {
            in->is_bad = true;
            return -1;
        }
        while (length-- > 0) {
            *argument = *argument << 8 | *in->at++;
        }
    } else if (info == 31) {
        *argument = INDEFINITE;
    } else {
        in->is_bad = true;
    }
    return major;
}

static bool is_more(input_t *in, uint64_t *left) {
    if (in->is_bad || *left == 0 || in->at == in->end) {
        in->is_bad |= *left != 0;
        return false;
    }
    if (*left == INDEFINITE) {
        if (*in->at == 0xff) {
            ++in->at;
            return false;
        }
    } else {
        --*left;
    }
    return true;
}

static void text(input_t *in, uint64_t length, oc_string_t *string) {
    if (length == INDEFINITE) {
        char whole[1024];
        size_t size = 0;
        while (is_more(in, &length)) {
            uint64_t chunk;
            if (head(in, &chunk) != 3 || chunk > sizeof(whole) - size
                || chunk > (uint64_t) (in->end - in->at)) {
                in->is_bad = true;
                return;
            }
            memcpy(whole + size, in->at, chunk);
            size += chunk;
            in->at += chunk;
        }
        oc_new_string(string, whole, size);
    } else if (length <= (uint64_t) (in->end - in->at)) {
        oc_new_string(string, (const char *) in->at, length);
        in->at += length;
    } else {
        in->is_bad = true;
    }
}

static void value(input_t *in, oc_rep_t *rep);

static oc_rep_t *fields(input_t *in, uint64_t left) {
    oc_rep_t *first = NULL;
    oc_rep_t **link = &first;
    while (is_more(in, &left)) {
        oc_rep_t *field = (oc_rep_t *) calloc(1, sizeof(*field));
        *link = field;
        link = &field->next;
        uint64_t argument;
        if (head(in, &argument) == 3) {
            text(in, argument, &field->name);
        }
        value(in, field);
    }
    return first;
}

/* Like IoTivity-lite: the type is that of the items, and no items are null. */
static void items(input_t *in, uint64_t left, oc_rep_t *rep) {
    oc_rep_t **link = &rep->value.object_array;
    rep->type = OC_REP_NIL;
    while (is_more(in, &left)) {
        oc_rep_t *item = (oc_rep_t *) calloc(1, sizeof(*item));
        value(in, item);
        if (item->type == OC_REP_OBJECT
            && (rep->type == OC_REP_NIL || rep->type == OC_REP_OBJECT_ARRAY)) {
            rep->type = OC_REP_OBJECT_ARRAY;
            *link = item;
            link = &item->next;
            continue;
        }
        if (item->type == OC_REP_STRING
            && (rep->type == OC_REP_NIL || rep->type == OC_REP_STRING_ARRAY)
            && oc_string_len(item->value.string) < STRING_ARRAY_ITEM_MAX_LEN) {
            size_t size = rep->value.array.size;
            uint8_t *all = (uint8_t *) realloc(rep->value.array.ptr,
                                               size + STRING_ARRAY_ITEM_MAX_LEN);
            all[size] = (uint8_t) oc_string_len(item->value.string);
            memcpy(all + size + 1, item->value.string.ptr, all[size]);
            rep->type = OC_REP_STRING_ARRAY;
            rep->value.array.ptr = all;
            rep->value.array.size = size + STRING_ARRAY_ITEM_MAX_LEN;
        } else if (rep->type == OC_REP_NIL) {
            rep->type = OC_REP_INT_ARRAY;
        } else {
            in->is_bad |= rep->type != OC_REP_INT_ARRAY;
        }
        mock_free_rep(item);
    }
}

static void value(input_t *in, oc_rep_t *rep) {
    uint64_t argument;
    switch (head(in, &argument)) {
    case 0:
        rep->type = OC_REP_INT;
        rep->value.integer = (int64_t) argument;
        break;
    case 1:
        rep->type = OC_REP_INT;
        rep->value.integer = -1 - (int64_t) argument;
        break;
    case 3:
        rep->type = OC_REP_STRING;
        text(in, argument, &rep->value.string);
        break;
    case 4:
        items(in, argument, rep);
        break;
    case 5:
        rep->type = OC_REP_OBJECT;
        rep->value.object = fields(in, argument);
        break;
    case 7:
        rep->type = argument == 22 ? OC_REP_NIL : OC_REP_BOOL;
        break;
    default:
        in->is_bad = true;
        break;
    }
}

oc_rep_t *mock_parse(const uint8_t *bytes, size_t length, bool *is_bad) {
    input_t in = {bytes, bytes + length, false};
    uint64_t argument;
    oc_rep_t *rep = NULL;
    if (head(&in, &argument) == 5) {
        rep = fields(&in, argument);
    } else {
        in.is_bad = true;
    }
    *is_bad = in.is_bad || in.at != in.end;
    return rep;
}

void mock_free_rep(oc_rep_t *rep) {
    while (rep) {
        oc_rep_t *next = rep->next;
        oc_free_string(&rep->name);
        switch (rep->type) {
        case OC_REP_STRING:
            oc_free_string(&rep->value.string);
            break;
        case OC_REP_STRING_ARRAY:
            free(rep->value.array.ptr);
            break;
        case OC_REP_OBJECT:
        case OC_REP_OBJECT_ARRAY:
            mock_free_rep(rep->value.object);
            break;
        default:
            break;
        }
        free(rep);
        rep = next;
    }
}

/* ---- resources and requests --------------------------------------------- */

size_t oc_core_get_num_devices(void) {
    return MOCK_DEVICES;
}

oc_resource_t *oc_core_get_resource_by_index(int index, size_t device) {
    return index == OCF_SEC_ACL && device < MOCK_DEVICES ? &mock.acl[device] : NULL;
}

void oc_core_populate_resource(int index, size_t device, const char *uri,
                               oc_interface_mask_t interfaces,
                               oc_interface_mask_t default_interface, int properties,
                               oc_request_callback_t on_get, oc_request_callback_t on_put,
                               oc_request_callback_t on_post,
                               oc_request_callback_t on_delete, int type_count, ...) {
    va_list types;
    va_start(types, type_count);
    if (index != OCF_SEC_ACL || interfaces != (OC_IF_RW | OC_IF_BASELINE)
        || default_interface != OC_IF_RW || type_count != 1
        || strcmp(va_arg(types, const char *), OCF_SEC_ACL_RT) != 0) {
        abort();
    }
    va_end(types);
    oc_set_string(&mock.acl[device].uri, uri, strlen(uri));
    mock.acl[device].properties = (oc_resource_properties_t) properties;
    mock.on_get = on_get;
    mock.on_put = on_put;
    mock.on_post = on_post;
    mock.on_delete = on_delete;
}

static bool is_of(const oc_resource_t *resource, size_t device, const char *kinds) {
    return device < MOCK_DEVICES && resource->device == device
           && strchr(kinds, resource->kind) != NULL;
}

bool oc_core_is_SVR(const oc_resource_t *resource, size_t device) {
    return is_of(resource, device, "S");
}

bool oc_core_is_DCR(const oc_resource_t *resource, size_t device) {
    return is_of(resource, device, "SD");
}

bool oc_core_is_vertical_resource(const oc_resource_t *resource, size_t device) {
    return is_of(resource, device, "V");
}

bool oc_resource_match_uri(oc_string_view_t canonical, oc_string_view_t uri) {
    if (uri.length > 0 && uri.data[0] != '/') {
        ++canonical.data;
        --canonical.length;
    }
    return canonical.length == uri.length
           && memcmp(canonical.data, uri.data, uri.length) == 0;
}

void oc_send_response_with_callback(oc_request_t *request, oc_status_t status,
                                    bool trigger) {
    (void) request;
    if (!trigger || mock.status != -1) {
        abort();
    }
    mock.status = (int) status;
    mock.response_length = mock.encoded.length;
}

/* ---- security ----------------------------------------------------------- */

oc_sec_pstat_t *oc_sec_get_pstat(size_t device) {
    return &mock.pstat[device];
}

oc_sec_doxm_t *oc_sec_get_doxm(size_t device) {
    return &mock.doxm[device];
}

oc_sec_creds_t *oc_sec_get_creds(size_t device) {
    return &mock.creds[device];
}

/* Begins with `start` itself. */
oc_sec_cred_t *oc_sec_find_cred(oc_sec_cred_t *start, const oc_uuid_t *subject,
                                oc_sec_credtype_t type, oc_sec_credusage_t usage,
                                size_t device) {
    oc_sec_cred_t *cred = start ? start : (oc_sec_cred_t *) mock.creds[device].creds_list;
    while (cred
           && (cred->credtype != type || cred->credusage != usage
               || !oc_uuid_is_equal(cred->subjectuuid, *subject))) {
        cred = cred->next;
    }
    return cred;
}

oc_tls_peer_t *oc_tls_get_peer(const oc_endpoint_t *endpoint) {
    return endpoint == NULL || endpoint == mock.peer_endpoint ? mock.peer : NULL;
}

int oc_tls_num_peers(size_t device) {
    return device == 0 ? mock.peer_count : 0;
}

bool oc_tls_uses_psk_cred(const oc_tls_peer_t *peer) {
    return peer != NULL && peer->is_psk;
}

oc_sec_cred_t *oc_sec_roles_get(const oc_tls_peer_t *peer) {
    return peer->roles;
}

bool oc_sec_free_role(const oc_sec_cred_t *role, const oc_tls_peer_t *peer) {
    oc_sec_cred_t **link = &((oc_tls_peer_t *) (intptr_t) peer)->roles;
    while (*link && *link != role) {
        link = &(*link)->next;
    }
    if (!*link) {
        return false;
    }
    oc_sec_cred_t *freed = *link;
    *link = freed->next;
    oc_free_string(&freed->role.role);
    oc_free_string(&freed->role.authority);
    free(freed);
    return true;
}

/* A certificate is two bytes: the result and the flags. */
int oc_certs_validate_role_cert(const void *certificate, uint32_t *flags) {
    const int8_t *bytes = (const int8_t *) certificate;
    *flags = (uint32_t) bytes[1];
    return bytes[0];
}

void oc_sec_dump_acl(size_t device) {
    mock.encoded.length = 0;
    oc_sec_encode_acl(device, (oc_interface_mask_t) 0, true);
    mock.stored[device] = mock.encoded;
    ++mock.dump_count;
}

void oc_sec_load_acl(size_t device) {
    bool is_bad;
    oc_rep_t *rep =
        mock_parse(mock.stored[device].bytes, mock.stored[device].length, &is_bad);
    if (rep && !is_bad) {
        oc_sec_decode_acl(rep, true, device, NULL, NULL);
    }
    mock_free_rep(rep);
}
