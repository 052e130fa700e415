/**
 * @file
 * The list of a device behind the port, for a program that sends operations on
 * standard input and reads one line for each:
 *
 *   B                         begin: an empty list without an owner
 *   O uuid                    the owner, written into the public struct
 *   P state hex               POST; the code as IoTivity-lite's oc_status_t
 *   D state query             DELETE; `-` for no query
 *   C state method path kind flags rfotm peers uuid doxm pstat cred roles…
 *                             a decision, 0 or 1; roles c|p name authority
 *   L, G                      the list in the public structs; what a GET says
 *
 * With an argument the bodies of POSTs are handed over decoded only.
 */

#include "iotivity.h"

#define MAX_LINE (1 << 16)
#define MAX_ROLES 8

static char *next(char **line) {
    char *word = *line;
    char *end = word + strcspn(word, " \n");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static long number(char **line) {
    return strtol(next(line), NULL, 10);
}

static oc_uuid_t uuid(char **line) {
    oc_uuid_t it;
    memset(&it, 0, sizeof(it));
    const char *text = next(line);
    for (size_t i = 0; *text && text[1] && i < sizeof(it.id); ++i) {
        unsigned byte = 0;
        text += *text == '-';
        if (sscanf(text, "%2x", &byte) != 1) {
            break;
        }
        it.id[i] = (uint8_t) byte;
        text += 2;
    }
    return it;
}

static void print_ace(const oc_sec_ace_t *ace) {
    char text[OC_UUID_LEN];
    printf("|%d,", ace->aceid);
    switch (ace->subject_type) {
    case OC_SUBJECT_UUID:
        oc_uuid_to_str(&ace->subject.uuid, text, sizeof(text));
        printf("u:%s", text);
        break;
    case OC_SUBJECT_ROLE:
        printf("r:%s", oc_string(ace->subject.role.role));
        if (oc_string(ace->subject.role.authority)) {
            printf("@%s", oc_string(ace->subject.role.authority));
        }
        break;
    default:
        printf("c:%s",
               ace->subject.conn == OC_CONN_AUTH_CRYPT ? "auth-crypt" : "anon-clear");
        break;
    }
    printf(",%d,%s", (int) ace->permission,
           oc_string(ace->tag) ? oc_string(ace->tag) : "");
    for (const oc_ace_res_t *res = (const oc_ace_res_t *) oc_list_head(ace->resources);
         res; res = res->next) {
        const char *wildcard = res->wildcard == OC_ACE_WC_ALL           ? "&*"
                               : res->wildcard == OC_ACE_WC_ALL_SECURED ? "&+"
                               : res->wildcard == OC_ACE_WC_ALL_PUBLIC  ? "&-"
                                                                        : "";
        printf(",%s%s", oc_string(res->href) ? oc_string(res->href) : "", wildcard);
    }
}

static void print_list(size_t device) {
    char text[OC_UUID_LEN];
    const oc_sec_acl_t *acl = oc_sec_get_acl(device);
    oc_uuid_to_str(&acl->rowneruuid, text, sizeof(text));
    printf("%s", oc_uuid_is_empty(acl->rowneruuid) ? "-" : text);
    for (const oc_sec_ace_t *it = (const oc_sec_ace_t *) oc_list_head(acl->subjects); it;
         it = it->next) {
        print_ace(it);
    }
    printf("\n");
}

static oc_request_t request(char **line) {
    oc_request_t it;
    memset(&it, 0, sizeof(it));
    it.resource = &mock.acl[0];
    mock.pstat[0].s = (oc_dostype_t) number(line);
    mock.status = -1;
    mock.encoded.length = 0;
    return it;
}

static void post(char *line, bool is_decoded_only) {
    static uint8_t body[MAX_LINE];
    oc_request_t it = request(&line);
    const char *hex = next(&line);
    size_t length = 0;
    unsigned byte;
    while (sscanf(hex + 2 * length, "%2x", &byte) == 1) {
        body[length++] = (uint8_t) byte;
    }
    bool is_bad;
    it.request_payload = mock_parse(body, length, &is_bad);
    if (is_decoded_only && is_bad) {
        /* It would not have come to the handler. */
        mock.status = OC_STATUS_BAD_REQUEST;
    } else {
        it._payload = is_decoded_only && it.request_payload ? NULL : body;
        it._payload_len = length;
        mock.on_post(&it, OC_IF_RW, NULL);
    }
    mock_free_rep(it.request_payload);
    printf("%d\n", mock.status);
}

static void get(void) {
    char line[] = "3";
    char *words = line;
    oc_request_t it = request(&words);
    mock.on_get(&it, OC_IF_RW, NULL);
    bool is_bad;
    oc_rep_t *rep = mock_parse(mock.encoded.bytes, mock.encoded.length, &is_bad);
    oc_sec_acl_default(1);
    if (is_bad || !oc_sec_decode_acl(rep, true, 1, NULL, NULL)) {
        abort();
    }
    mock_free_rep(rep);
    print_list(1);
}

static void decide(char *line) {
    static oc_endpoint_t from;
    oc_resource_t to;
    memset(&to, 0, sizeof(to));
    memset(&from, 0, sizeof(from));
    mock.pstat[0].s = (oc_dostype_t) number(&line);
    oc_method_t method = (oc_method_t) number(&line);
    to.uri.ptr = next(&line);
    to.uri.size = strlen((const char *) to.uri.ptr) + 1;
    to.kind = next(&line)[0];
    const char *flags = next(&line);
    to.properties = (oc_resource_properties_t) ((flags[2] == 'd' ? OC_DISCOVERABLE : 0)
                                                | (flags[3] == 'n' ? 0 : OC_SECURE));
    from.flags = flags[0] == 's' ? SECURED : (transport_flags) 0;
    oc_ace_permissions_t rfotm = (oc_ace_permissions_t) number(&line);
    if (rfotm) {
        oc_resource_set_access_in_RFOTM(&to, true, rfotm);
    }
    mock.peer_count = (int) number(&line);
    from.di = uuid(&line);
    mock.doxm[0].rowneruuid = uuid(&line);
    mock.pstat[0].rowneruuid = uuid(&line);
    mock.creds[0].rowneruuid = uuid(&line);

    static int8_t certificate[2];
    oc_sec_cred_t roles[MAX_ROLES];
    oc_tls_peer_t peer = {.doc = flags[1] == 'o', .is_psk = true};
    memset(roles, 0, sizeof(roles));
    size_t count = 0;
    for (; *line && count < MAX_ROLES; ++count) {
        oc_sec_cred_t *role = &roles[count];
        peer.is_psk = next(&line)[0] == 'p';
        role->role.role.ptr = next(&line);
        role->role.role.size = strlen((const char *) role->role.role.ptr) + 1;
        role->role.authority.ptr = next(&line);
        role->role.authority.size = strlen((const char *) role->role.authority.ptr) + 1;
        role->ctx = certificate;
        role->credtype = OC_CREDTYPE_PSK;
        role->subjectuuid = from.di;
        if (count > 0) {
            roles[count - 1].next = role;
        }
    }
    mock.creds[0].creds_list = count > 0 && peer.is_psk ? roles : NULL;
    peer.roles = count > 0 && !peer.is_psk ? roles : NULL;
    mock.peer = &peer;
    mock.peer_endpoint = &from;
    printf("%d\n", oc_sec_check_acl(method, &to, &from));
    mock.peer = NULL;
}

int main(int argc, char **argv) {
    (void) argv;
    static char line[MAX_LINE];
    setvbuf(stdout, NULL, _IOLBF, 0);
    mock_reset();
    oc_sec_acl_init();
    oc_sec_acl_create_resource(0);
    oc_sec_acl_create_resource(1);
    while (fgets(line, sizeof(line), stdin)) {
        char *words = line + 2;
        switch (line[0]) {
        case 'B':
            oc_sec_acl_default(0);
            printf("ok\n");
            break;
        case 'O':
            oc_sec_get_acl(0)->rowneruuid = uuid(&words);
            printf("ok\n");
            break;
        case 'P':
            post(words, argc > 1);
            break;
        case 'D': {
            oc_request_t it = request(&words);
            const char *query = next(&words);
            it.query = strcmp(query, "-") == 0 ? NULL : query;
            it.query_len = it.query ? strlen(query) : 0;
            mock.on_delete(&it, OC_IF_RW, NULL);
            printf("%d\n", mock.status);
            break;
        }
        case 'C':
            decide(words);
            break;
        case 'L':
            print_list(0);
            break;
        case 'G':
            get();
            break;
        default:
            return 2;
        }
    }
    oc_sec_acl_free();
    oc_free_string(&mock.acl[0].uri);
    oc_free_string(&mock.acl[1].uri);
    return 0;
}
