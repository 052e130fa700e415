/**
 * @file
 * The port to IoTivity-lite: takes the place of security/oc_acl.c (the list and
 * its resource, /oic/sec/acl2) and security/oc_acl_util.c (the decision), all
 * symbols of both. They are in one object on purpose: IoTivity-lite's own files
 * define the same ones, so that a linker that took one of them would report the
 * others twice, instead of mixing the two lists in silence.
 *
 * The port translates between IoTivity-lite and ocf_acl.h, which holds the list
 * and all rules of access control. What it keeps itself is a mirror of the list
 * in IoTivity-lite's own structs, which its other parts and applications read.
 * Two things they also write, without telling anybody: the owner and the tags.
 * Both are taken over before they could matter.
 *
 * Like the files that it replaces it takes no lock: it runs where IoTivity-lite
 * runs its requests.
 */

#ifndef OC_SECURITY
#    error "Without OC_SECURITY IoTivity-lite has no access control to replace."
#endif

#ifdef __has_include
#    if !__has_include("security/oc_acl_util_internal.h")
#        error "No private headers of IoTivity-lite: IOTIVITY_LITE_SOURCE_DIR?"
#    elif !__has_include("security/oc_ace_internal.h")
#        error "This IoTivity-lite is older than 2.2.5.14."
#    endif
#endif

#include "api/oc_core_res_internal.h"
#include "api/oc_discovery_internal.h"
#include "api/oc_platform_internal.h"
#include "api/oc_rep_internal.h"
#include "api/oc_resource_internal.h"
#include "api/oc_ri_internal.h"
#include "oc_api.h"
#include "oc_core_res.h"
#include "oc_store.h"
#include "port/oc_assert.h"
#include "port/oc_log_internal.h"
#include "security/oc_ace_internal.h"
#include "security/oc_acl_internal.h"
#include "security/oc_acl_util_internal.h"
#include "security/oc_cred_internal.h"
#include "security/oc_doxm_internal.h"
#include "security/oc_pstat_internal.h"
#include "security/oc_tls_internal.h"
#include "util/oc_features.h"

#ifdef OC_PKI
#    include "security/oc_certs_validate_internal.h"
#    include "security/oc_roles_internal.h"
#endif

#ifdef OC_HAS_FEATURE_PLGD_TIME
#    include "api/plgd/plgd_time_internal.h"
#endif

#include <ocf_acl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef OC_DYNAMIC_ALLOCATION
#    error "The port needs OC_DYNAMIC_ALLOCATION: the list has no upper bound of its own."
#endif

/**
 * In the permissions of a mirrored ACE that the list has replaced, until the mirror
 * shows the other one, which nobody sees: a member of its own would cost 16 bytes.
 */
#define REPLACED 0x8000u

/** An ACE of the mirror; only its strings are blocks of their own. */
typedef struct {
    oc_sec_ace_t ace;
    oc_ace_res_t resources[];
} mirrored_t;

typedef struct {
    ocf_acl_t *list;
    /** What callers see, in the order of the list: rising aceid. */
    oc_sec_acl_t mirror;
    /** The owner as list and mirror had it when they last agreed. */
    oc_uuid_t owner;
    /** The list's generation that the mirror shows. */
    uint32_t generation;
} device_t;

static device_t *g_acl;
static size_t g_acl_count;

static device_t *device_at(size_t device) {
    return device < g_acl_count ? &g_acl[device] : NULL;
}

/* ---- the mirror --------------------------------------------------------- */

static oc_sec_ace_t *first_of(const device_t *device) {
    return (oc_sec_ace_t *) device->mirror.subjects_list;
}

/* Lists are linked by hand: oc_list_add() walks to the end each time. */
static void link_after(device_t *device, oc_sec_ace_t *before, oc_sec_ace_t *ace) {
    if (before != NULL) {
        before->next = ace;
    } else {
        device->mirror.subjects_list = ace;
    }
}

static oc_sec_ace_t *mirrored_by_id(const device_t *device, int aceid) {
    oc_sec_ace_t *ace = first_of(device);
    while (ace != NULL && ace->aceid != aceid) {
        ace = ace->next;
    }
    return ace;
}

static void free_mirrored(oc_sec_ace_t *ace) {
    for (oc_ace_res_t *res = (oc_ace_res_t *) ace->resources_list; res != NULL;
         res = res->next) {
        oc_free_string(&res->href);
    }
    if (ace->subject_type == OC_SUBJECT_ROLE) {
        oc_free_string(&ace->subject.role.role);
        oc_free_string(&ace->subject.role.authority);
    }
    oc_free_string(&ace->tag);
    free(ace);
}

static void free_all_mirrored(oc_sec_ace_t *ace) {
    while (ace != NULL) {
        oc_sec_ace_t *next = ace->next;
        free_mirrored(ace);
        ace = next;
    }
}

static void set_text(oc_string_t *to, const char *text, size_t length, bool *ok) {
    if (text != NULL) {
        oc_new_string(to, text, length);
        *ok = *ok && oc_string(*to) != NULL;
    }
}

static bool is_text(const oc_string_t *string, const char *text, size_t length) {
    return text == NULL ? oc_string(*string) == NULL
                        : oc_string(*string) != NULL && oc_string_len(*string) == length
                              && memcmp(oc_string(*string), text, length) == 0;
}

/** The list has no empty tags: they are none. */
static bool is_tagged(const oc_sec_ace_t *ace, const char *tag, size_t length) {
    return tag == NULL ? oc_string_is_empty(&ace->tag) : is_text(&ace->tag, tag, length);
}

static oc_ace_wildcard_t wildcard_of(uint8_t wildcard) {
    switch (wildcard) {
    case '*':
        return OC_ACE_WC_ALL;
    case '+':
        return OC_ACE_WC_ALL_SECURED;
    case '-':
        return OC_ACE_WC_ALL_PUBLIC;
    default:
        return OC_ACE_NO_WC;
    }
}

static oc_ace_subject_type_t subject_type_of(const ocf_acl_ace_t *ace) {
    switch (ace->subject) {
    case OCF_ACL_SUBJECT_UUID:
        return OC_SUBJECT_UUID;
    case OCF_ACL_SUBJECT_ROLE:
        return OC_SUBJECT_ROLE;
    default:
        return OC_SUBJECT_CONN;
    }
}

static oc_ace_connection_type_t connection_of(const ocf_acl_ace_t *ace) {
    return ace->subject == OCF_ACL_SUBJECT_AUTH_CRYPT ? OC_CONN_AUTH_CRYPT
                                                      : OC_CONN_ANON_CLEAR;
}

/** NULL when out of memory. */
static oc_sec_ace_t *new_mirrored(const ocf_acl_ace_t *from) {
    mirrored_t *block = (mirrored_t *) calloc(
        1, sizeof(*block) + from->resource_count * sizeof(*block->resources));
    if (block == NULL) {
        return NULL;
    }
    oc_sec_ace_t *ace = &block->ace;
    OC_LIST_STRUCT_INIT(ace, resources);
    ace->aceid = (int) from->aceid;
    ace->permission = (oc_ace_permissions_t) from->permission;
    ace->subject_type = subject_type_of(from);
    bool ok = true;
    switch (ace->subject_type) {
    case OC_SUBJECT_UUID:
        memcpy(ace->subject.uuid.id, from->uuid, sizeof(ace->subject.uuid.id));
        break;
    case OC_SUBJECT_ROLE:
        set_text(&ace->subject.role.role, from->role, from->role_len, &ok);
        set_text(&ace->subject.role.authority, from->authority, from->authority_len, &ok);
        break;
    default:
        ace->subject.conn = connection_of(from);
        break;
    }
    set_text(&ace->tag, from->tag, from->tag_len, &ok);

    ocf_acl_ace_t rest = *from;
    ocf_acl_resource_t resource;
    oc_ace_res_t *last = NULL;
    for (size_t i = 0; i < from->resource_count
                       && ocf_acl_next_resource(&rest, &resource) == OCF_ACL_CODE_CONTENT;
         ++i) {
        oc_ace_res_t *res = &block->resources[i];
        set_text(&res->href, resource.href, resource.href_len, &ok);
        res->wildcard = wildcard_of(resource.wildcard);
        if (last != NULL) {
            last->next = res;
        } else {
            ace->resources_list = res;
        }
        last = res;
    }
    if (!ok) {
        free_mirrored(ace);
        return NULL;
    }
    return ace;
}

/** Takes note that the list has replaced an ACE, or added to it. */
static void mark_replaced(const device_t *device, const ocf_acl_outcome_t *outcome) {
    oc_sec_ace_t *ace = mirrored_by_id(device, (int) outcome->aceid);
    if (outcome->what == OCF_ACL_REPLACED && ace != NULL) {
        ace->permission = (oc_ace_permissions_t) (ace->permission | REPLACED);
    }
}

/**
 * Makes the mirror show the list. What did not change stays where it is, as
 * others may stand there; ACEs that were replaced go to *former, if it is asked
 * for. When memory runs out, it is made up for at the next occasion: the list
 * decides, not the mirror.
 */
static void show(device_t *device, oc_sec_ace_t **former) {
    uint32_t generation = ocf_acl_generation(device->list);
    if (device->generation == generation) {
        return;
    }
    device->generation = generation;
    oc_sec_ace_t *last = NULL;
    oc_sec_ace_t *next = first_of(device);
    ocf_acl_ace_t ace;
    ace.aceid = UINT32_MAX;
    for (bool is_left = true; is_left;) {
        is_left = ocf_acl_next(device->list, ace.aceid + 1, &ace) == OCF_ACL_CODE_CONTENT;
        oc_sec_ace_t *it = NULL;
        while (it == NULL && next != NULL
               && (!is_left || (uint32_t) next->aceid <= ace.aceid)) {
            oc_sec_ace_t *old = next;
            next = next->next;
            bool is_replaced = (old->permission & REPLACED) != 0;
            if (is_replaced && former != NULL) {
                old->permission = (oc_ace_permissions_t) (old->permission & ~REPLACED);
                old->next = *former;
                *former = old;
            } else if (is_replaced || !is_left || (uint32_t) old->aceid != ace.aceid) {
                free_mirrored(old);
            } else {
                it = old;
            }
        }
        if (it == NULL && is_left) {
            it = new_mirrored(&ace);
            if (it == NULL) {
                OC_ERR("acl2: out of memory, an ACE is in force but not shown");
                device->generation = generation - 1;
            }
        }
        if (it != NULL) {
            it->next = next;
        }
        link_after(device, last, it != NULL ? it : next);
        last = it != NULL ? it : last;
    }
    if (ocf_acl_owner(device->list, device->owner.id) != OCF_ACL_CODE_CONTENT) {
        memset(&device->owner, 0, sizeof(device->owner));
    }
    device->mirror.rowneruuid = device->owner;
}

/*
 * Taking over what others wrote changes the generation of the list too: the mirror
 * is then compared once more than it need be, and found to show all.
 */

/** Takes over the owner that others wrote. */
static void adopt_owner(device_t *device) {
    if (!oc_uuid_is_equal(device->mirror.rowneruuid, device->owner)) {
        device->owner = device->mirror.rowneruuid;
        ocf_acl_set_owner(device->list,
                          oc_uuid_is_empty(device->owner) ? NULL : device->owner.id);
    }
}

/** Takes over owner and tags that others wrote. */
static void adopt(device_t *device) {
    adopt_owner(device);
    for (const oc_sec_ace_t *mirrored = first_of(device); mirrored != NULL;
         mirrored = mirrored->next) {
        ocf_acl_ace_t ace;
        if (ocf_acl_next(device->list, (uint32_t) mirrored->aceid, &ace)
                == OCF_ACL_CODE_CONTENT
            && ace.aceid == (uint32_t) mirrored->aceid
            && !is_tagged(mirrored, ace.tag, ace.tag_len)) {
            bool is_empty = oc_string_is_empty(&mirrored->tag);
            ocf_acl_set_tag(device->list, ace.aceid,
                            is_empty ? NULL : oc_string(mirrored->tag),
                            is_empty ? 0 : oc_string_len(mirrored->tag));
        }
    }
}

/** Removes one ACE from list and mirror; the others stay where they are. */
static void remove_after(device_t *device, oc_sec_ace_t *before, oc_sec_ace_t *ace) {
    ocf_acl_remove(device->list, (uint32_t) ace->aceid);
    link_after(device, before, ace->next);
    free_mirrored(ace);
}

static bool remove_mirrored(device_t *device, const oc_sec_ace_t *ace) {
    oc_sec_ace_t *before = NULL;
    oc_sec_ace_t *it = first_of(device);
    while (it != NULL && it != ace) {
        before = it;
        it = it->next;
    }
    if (it == NULL) {
        return false;
    }
    remove_after(device, before, it);
    return true;
}

/* ---- who a peer is ------------------------------------------------------ */

/**
 * Has the connection proven a UUID? Two values that are none stand in its place
 * in IoTivity-lite: "*", where a certificate names no UUID, and the user name of
 * onboarding by a random PIN.
 */
static bool is_identity(const oc_endpoint_t *endpoint) {
    static const uint8_t any[sizeof(endpoint->di.id)] = {'*'};
    return (endpoint->flags & SECURED) != 0 && !oc_uuid_is_empty(endpoint->di)
           && memcmp(endpoint->di.id, any, sizeof(any)) != 0
           && memcmp(endpoint->di.id, "oic.sec.doxm.rdp", sizeof(any)) != 0;
}

/* ---- what oc_acl_internal.h and oc_acl.h declare ------------------------ */

void oc_sec_acl_init(void) {
    size_t count = oc_core_get_num_devices();
    g_acl = (device_t *) calloc(count, sizeof(*g_acl));
    for (g_acl_count = 0; g_acl != NULL && g_acl_count < count; ++g_acl_count) {
        device_t *device = &g_acl[g_acl_count];
        OC_LIST_STRUCT_INIT(&device->mirror, subjects);
        device->list = ocf_acl_new();
        if (device->list == NULL) {
            break;
        }
    }
    if (g_acl_count < count) {
        oc_abort("Insufficient memory");
    }
}

void oc_sec_acl_free(void) {
    for (size_t i = 0; i < g_acl_count; ++i) {
        ocf_acl_free(g_acl[i].list);
        free_all_mirrored(first_of(&g_acl[i]));
    }
    free(g_acl);
    g_acl = NULL;
    g_acl_count = 0;
}

oc_sec_acl_t *oc_sec_get_acl(size_t device) {
    device_t *it = device_at(device);
    if (it == NULL) {
        return NULL;
    }
    if (it->generation != ocf_acl_generation(it->list)) {
        adopt(it);
        show(it, NULL);
    }
    return &it->mirror;
}

void oc_sec_acl_default(size_t device) {
    device_t *it = device_at(device);
    if (it != NULL) {
        ocf_acl_reset(it->list);
        show(it, NULL);
        /* Others may have written what the list never knew. */
        memset(&it->mirror.rowneruuid, 0, sizeof(it->mirror.rowneruuid));
        memset(&it->owner, 0, sizeof(it->owner));
    }
    oc_sec_dump_acl(device);
}

void oc_sec_acl_clear(size_t device, oc_sec_ace_filter_t filter, void *user_data) {
    device_t *it = device_at(device);
    if (it == NULL) {
        return;
    }
    if (filter == NULL) {
        adopt_owner(it);
        ocf_acl_remove_if(it->list, NULL, NULL);
        show(it, NULL);
        return;
    }
    oc_sec_ace_t *before = NULL;
    oc_sec_ace_t *ace = (oc_sec_ace_t *) oc_sec_get_acl(device)->subjects_list;
    while (ace != NULL) {
        oc_sec_ace_t *next = ace->next;
        if (filter(ace, user_data)) {
            remove_after(it, before, ace);
        } else {
            before = ace;
        }
        ace = next;
    }
}

void oc_sec_remove_ace(oc_sec_ace_t *ace, size_t device) {
    device_t *it = device_at(device);
    if (it != NULL) {
        remove_mirrored(it, ace);
    }
}

oc_sec_ace_t *oc_sec_get_ace_by_aceid(int aceid, size_t device) {
    return oc_sec_get_acl(device) != NULL ? mirrored_by_id(device_at(device), aceid)
                                          : NULL;
}

bool oc_sec_remove_ace_by_aceid(int aceid, size_t device) {
    const oc_sec_ace_t *ace = oc_sec_get_ace_by_aceid(aceid, device);
    return ace != NULL && remove_mirrored(device_at(device), ace);
}

static bool is_view_of(oc_string_view_t view, const oc_string_t *string) {
    return view.length == oc_string_len(*string)
           && (view.length == 0
               || memcmp(view.data, oc_string(*string), view.length) == 0);
}

static bool has_subject(const oc_sec_ace_t *ace, oc_ace_subject_type_t type,
                        oc_ace_subject_view_t subject) {
    if (ace->subject_type != type) {
        return false;
    }
    switch (type) {
    case OC_SUBJECT_UUID:
        return oc_uuid_is_equal(ace->subject.uuid, subject.uuid);
    case OC_SUBJECT_ROLE:
        return is_view_of(subject.role.role, &ace->subject.role.role)
               && (oc_string_is_empty(&ace->subject.role.authority)
                   || is_view_of(subject.role.authority, &ace->subject.role.authority));
    default:
        return ace->subject.conn == subject.conn;
    }
}

oc_sec_ace_t *oc_sec_acl_find_subject(oc_sec_ace_t *start, oc_ace_subject_type_t type,
                                      oc_ace_subject_view_t subject, int aceid,
                                      uint16_t permission, oc_string_view_t tag,
                                      bool match_tag, size_t device) {
    oc_sec_ace_t *ace = NULL;
    if (start != NULL) {
        ace = start->next;
    } else if (oc_sec_get_acl(device) != NULL) {
        ace = first_of(device_at(device));
    }
    while (ace != NULL
           && ((aceid != -1 && ace->aceid != aceid)
               || (permission != 0 && (uint16_t) ace->permission != permission)
               || (match_tag && !is_tagged(ace, tag.data, tag.length))
               || !has_subject(ace, type, subject))) {
        ace = ace->next;
    }
    return ace;
}

/** Adds resources to the ACE of equal subject, permission and tag, or an ACE. */
static bool merge(device_t *device, const ocf_acl_ace_t *ace,
                  const ocf_acl_resource_t *resources, size_t count,
                  ocf_acl_outcome_t *outcome) {
    adopt(device);
    if (ocf_acl_put(device->list, OCF_ACL_PUT_MERGE, ace, resources, count, outcome, NULL)
        != OCF_ACL_CODE_CHANGED) {
        return false;
    }
    mark_replaced(device, outcome);
    show(device, NULL);
    return true;
}

bool oc_sec_acl_update_res(oc_ace_subject_type_t type, oc_ace_subject_view_t subject,
                           int aceid, uint16_t permission, oc_string_view_t tag,
                           oc_string_view_t href, oc_ace_wildcard_t wildcard,
                           size_t device, oc_sec_ace_update_data_t *data) {
    device_t *it = device_at(device);
    if (it == NULL || permission > UINT8_MAX) {
        return false;
    }
    ocf_acl_ace_t ace;
    memset(&ace, 0, sizeof(ace));
    ace.aceid = aceid == -1 ? OCF_ACL_NO_ACE : (uint32_t) aceid;
    ace.permission = (uint8_t) permission;
    ace.tag = tag.length > 0 ? tag.data : NULL;
    ace.tag_len = tag.length;
    switch (type) {
    case OC_SUBJECT_UUID:
        ace.subject = OCF_ACL_SUBJECT_UUID;
        ace.uuid = subject.uuid.id;
        break;
    case OC_SUBJECT_ROLE:
        ace.subject = OCF_ACL_SUBJECT_ROLE;
        ace.role = subject.role.role.data;
        ace.role_len = subject.role.role.length;
        ace.authority =
            subject.role.authority.length > 0 ? subject.role.authority.data : NULL;
        ace.authority_len = subject.role.authority.length;
        break;
    default:
        ace.subject = subject.conn == OC_CONN_AUTH_CRYPT ? OCF_ACL_SUBJECT_AUTH_CRYPT
                                                         : OCF_ACL_SUBJECT_ANON_CLEAR;
        break;
    }
    ocf_acl_resource_t resource = {href.data, href.length, 0};
    switch (wildcard) {
    case OC_ACE_NO_WC:
        break;
    case OC_ACE_WC_ALL:
        resource.wildcard = '*';
        break;
    case OC_ACE_WC_ALL_SECURED:
        resource.wildcard = '+';
        break;
    case OC_ACE_WC_ALL_PUBLIC:
        resource.wildcard = '-';
        break;
    default:
        return false;
    }
    ocf_acl_outcome_t outcome;
    if (!merge(it, &ace, &resource, 1, &outcome)) {
        return false;
    }
    if (data != NULL) {
        data->ace = mirrored_by_id(it, (int) outcome.aceid);
        data->created = outcome.what == OCF_ACL_ADDED;
        data->created_resource = outcome.new_resources > 0;
        if (data->ace == NULL) {
            /* No memory left for the mirror, and the caller wants to see the ACE. */
            if (data->created) {
                ocf_acl_remove(it->list, outcome.aceid);
            }
            return false;
        }
    }
    return true;
}

#define RESOURCE(uri)                                                                    \
    { (uri), sizeof(uri) - 1, 0 }

bool oc_sec_acl_add_bootstrap_acl(size_t device) {
    static const ocf_acl_resource_t resources[] = {
        RESOURCE(OCF_RES_URI),          RESOURCE(OCF_D_URI), RESOURCE(OCF_PLATFORM_URI),
#ifdef OC_WKCORE
        RESOURCE(OC_WELLKNOWNCORE_URI),
#endif
#ifdef OC_HAS_FEATURE_PLGD_TIME
        RESOURCE(PLGD_TIME_URI),
#endif
    };
    device_t *it = device_at(device);
    ocf_acl_ace_t ace;
    memset(&ace, 0, sizeof(ace));
    ace.aceid = OCF_ACL_NO_ACE;
    ace.subject = OCF_ACL_SUBJECT_ANON_CLEAR;
    ace.permission = OCF_ACL_PERM_RETRIEVE;
    ocf_acl_outcome_t outcome;
    if (it == NULL
        || !merge(it, &ace, resources, sizeof(resources) / sizeof(*resources),
                  &outcome)) {
        OC_ERR("acl2: no bootstrap ACE for device %zu", device);
        return false;
    }
    return true;
}

#if defined(OC_SERVER) && defined(OC_COLLECTIONS) && defined(OC_COLLECTIONS_IF_CREATE)
bool oc_sec_acl_add_created_resource_ace(oc_string_view_t href,
                                         const oc_endpoint_t *client, size_t device,
                                         bool collection) {
    device_t *it = device_at(device);
    ocf_acl_ace_t ace;
    memset(&ace, 0, sizeof(ace));
    ace.aceid = OCF_ACL_NO_ACE;
    ace.subject = OCF_ACL_SUBJECT_UUID;
    ace.uuid = client != NULL ? client->di.id : NULL;
    ace.permission = OCF_ACL_PERM_RETRIEVE | OCF_ACL_PERM_UPDATE | OCF_ACL_PERM_DELETE;
    if (collection) {
        ace.permission |= OCF_ACL_PERM_CREATE;
    }
    ocf_acl_resource_t resource = {href.data, href.length, 0};
    ocf_acl_outcome_t outcome;
    return it != NULL && client != NULL && is_identity(client)
           && merge(it, &ace, &resource, 1, &outcome);
}
#endif

bool oc_sec_acl_is_owned_by(size_t device, oc_uuid_t uuid) {
    const device_t *it = device_at(device);
    return it != NULL && oc_uuid_is_equal(it->mirror.rowneruuid, uuid);
}

bool oc_sec_is_acl_resource_uri(oc_string_view_t uri) {
    return oc_resource_match_uri(OC_STRING_VIEW(OCF_SEC_ACL_URI), uri);
}

#ifdef OC_HAS_FEATURE_RESOURCE_ACCESS_IN_RFOTM
void oc_resource_set_access_in_RFOTM(oc_resource_t *resource, bool state,
                                     oc_ace_permissions_t permission) {
    unsigned properties = (unsigned) resource->properties;
    properties = state ? properties | OC_ACCESS_IN_RFOTM
                       : properties & ~(unsigned) OC_ACCESS_IN_RFOTM;
    resource->properties = (oc_resource_properties_t) properties;
    resource->anon_permission_in_rfotm = state ? permission : OC_PERM_NONE;
}
#endif

/* ---- payloads ----------------------------------------------------------- */

static uint8_t feed_text(ocf_acl_update_t *update, const oc_string_t *text) {
    return ocf_acl_update_event(update, OCF_ACL_EVENT_TEXT, 0, oc_string(*text),
                                oc_string_len(*text), NULL);
}

static uint8_t feed_bare(ocf_acl_update_t *update, uint8_t event) {
    return ocf_acl_update_event(update, event, 0, NULL, 0, NULL);
}

/**
 * Hands over what IoTivity-lite has decoded; the list judges it. A code of an
 * error ends it, so that this goes no deeper than the list does.
 */
static uint8_t feed_map(ocf_acl_update_t *update, const oc_rep_t *field) {
    uint8_t code = feed_bare(update, OCF_ACL_EVENT_MAP);
    for (; field != NULL && code == OCF_ACL_CODE_CHANGED; field = field->next) {
        const oc_rep_value_t *value = &field->value;
        code = feed_text(update, &field->name);
        if (code != OCF_ACL_CODE_CHANGED) {
            break;
        }
        switch (field->type) {
        case OC_REP_INT:
            code = ocf_acl_update_event(update, OCF_ACL_EVENT_NUMBER, value->integer,
                                        NULL, 0, NULL);
            continue;
        case OC_REP_STRING:
            code = feed_text(update, &value->string);
            continue;
        case OC_REP_OBJECT:
            code = feed_map(update, value->object);
            continue;
        case OC_REP_DOUBLE:
        case OC_REP_BOOL:
        case OC_REP_BYTE_STRING:
            code = feed_bare(update, OCF_ACL_EVENT_OTHER);
            continue;
        default:
            break;
        }
        code = feed_bare(update, OCF_ACL_EVENT_ARRAY);
        switch (field->type) {
        case OC_REP_NIL: /* an empty array, or null */
        case OC_REP_ARRAY:
            break;
        case OC_REP_OBJECT_ARRAY:
            for (const oc_rep_t *item = value->object_array;
                 item != NULL && code == OCF_ACL_CODE_CHANGED; item = item->next) {
                code = feed_map(update, item->value.object);
            }
            break;
        case OC_REP_STRING_ARRAY:
            for (size_t i = 0; i < oc_string_array_get_allocated_size(value->array)
                               && code == OCF_ACL_CODE_CHANGED;
                 ++i) {
                code = ocf_acl_update_event(
                    update, OCF_ACL_EVENT_TEXT, 0,
                    oc_string_array_get_item(value->array, i),
                    (uint8_t) oc_string_array_get_item_size(value->array, i), NULL);
            }
            break;
        default:
            if (code == OCF_ACL_CODE_CHANGED) {
                code = feed_bare(update, OCF_ACL_EVENT_OTHER);
            }
            break;
        }
        if (code == OCF_ACL_CODE_CHANGED) {
            code = feed_bare(update, OCF_ACL_EVENT_END);
        }
    }
    return code == OCF_ACL_CODE_CHANGED ? feed_bare(update, OCF_ACL_EVENT_END) : code;
}

static void on_skipped(void *context, const ocf_acl_error_t *error) {
    (void) context;
#if OC_ERR_IS_ENABLED
    char text[80];
    ocf_acl_error_text(error, text, sizeof(text));
    OC_ERR("acl2: left out of what was stored: %s", text);
#else
    (void) error;
#endif
}

typedef struct {
    const device_t *device;
    /** NULL if nobody asks; else there is room for all. */
    ocf_acl_outcome_t *outcomes;
    size_t count;
} applied_t;

static void on_applied(void *context, const ocf_acl_outcome_t *outcome,
                       const ocf_acl_ace_t *former) {
    (void) former;
    applied_t *all = (applied_t *) context;
    mark_replaced(all->device, outcome);
    if (all->outcomes != NULL) {
        all->outcomes[all->count++] = *outcome;
    }
}

/** No payload has more ACEs than this. */
static size_t count_objects(const oc_rep_t *rep) {
    size_t count = 0;
    for (; rep != NULL; rep = rep->next) {
        if (rep->type == OC_REP_OBJECT_ARRAY) {
            for (const oc_rep_t *item = rep->value.object_array; item != NULL;
                 item = item->next) {
                ++count;
            }
        }
    }
    return count;
}

/* Not while the list is being changed: applications may do anything then. */
static void tell(const applied_t *all, const oc_sec_ace_t *former,
                 oc_sec_on_apply_acl_cb_t on_apply, void *user_data) {
    for (size_t i = 0; i < all->count; ++i) {
        const ocf_acl_outcome_t *outcome = &all->outcomes[i];
        oc_sec_on_apply_acl_data_t data;
        memset(&data, 0, sizeof(data));
        data.rowneruuid = all->device->mirror.rowneruuid;
        data.ace = mirrored_by_id(all->device, (int) outcome->aceid);
        data.created = outcome->what == OCF_ACL_ADDED;
        data.created_resource = outcome->new_resources > 0;
        for (const oc_sec_ace_t *old = former; old != NULL; old = old->next) {
            if (old->aceid == (int) outcome->aceid) {
                data.replaced_ace = old;
            }
        }
        if (data.ace != NULL && data.ace->resources_list != NULL) {
            on_apply(data, user_data);
        }
    }
}

/** A payload: as it came, or as IoTivity-lite decoded it. */
typedef struct {
    bool is_cbor;
    const uint8_t *cbor;
    size_t length;
    const oc_rep_t *rep;
} payload_t;

/** `how` as for ocf_acl_update_apply(); what is loaded is judged leniently. */
static uint8_t apply(device_t *device, const payload_t *payload, uint8_t how,
                     oc_sec_on_apply_acl_cb_t on_apply, void *user_data) {
    applied_t all = {device, NULL, 0};
    if (on_apply != NULL) {
        all.outcomes = (ocf_acl_outcome_t *) malloc((count_objects(payload->rep) + 1)
                                                    * sizeof(*all.outcomes));
    }
    ocf_acl_update_t *update =
        ocf_acl_update_new(how == OCF_ACL_APPLY_ADD ? on_skipped : NULL, NULL);
    uint8_t code = OCF_ACL_CODE_INTERNAL;
    if (update != NULL && (on_apply == NULL || all.outcomes != NULL)) {
        code = payload->is_cbor
                   ? ocf_acl_update_cbor(update, payload->cbor, payload->length, NULL)
                   : feed_map(update, payload->rep);
    }
    if (code == OCF_ACL_CODE_CHANGED) {
        adopt(device);
        code = ocf_acl_update_apply(update, device->list, how, on_applied, &all, NULL);
        oc_sec_ace_t *former = NULL;
        show(device, &former);
        tell(&all, former, on_apply, user_data);
        free_all_mirrored(former);
    }
    ocf_acl_update_free(update);
    free(all.outcomes);
    return code;
}

/** The numbers of the states are the same. */
static uint8_t state_of(size_t device) {
    return (uint8_t) oc_sec_get_pstat(device)->s;
}

bool oc_sec_decode_acl(const oc_rep_t *rep, bool from_storage, size_t device,
                       oc_sec_on_apply_acl_cb_t on_apply_ace_cb,
                       void *on_apply_ace_data) {
    device_t *it = device_at(device);
    payload_t payload = {false, NULL, 0, rep};
    return it != NULL
           && apply(it, &payload, from_storage ? OCF_ACL_APPLY_ADD : state_of(device),
                    on_apply_ace_cb, on_apply_ace_data)
                  == OCF_ACL_CODE_CHANGED;
}

int oc_sec_apply_acl(const oc_rep_t *rep, size_t device,
                     oc_sec_on_apply_acl_cb_t on_apply_ace_cb, void *on_apply_ace_data) {
    return oc_sec_decode_acl(rep, false, device, on_apply_ace_cb, on_apply_ace_data) ? 0
                                                                                     : -1;
}

/* By field, as the encoder may be another one than that of CBOR. Functions, as each
 * of IoTivity-lite's macros for this is a good deal of code. */

static void put_text(CborEncoder *object, const char *key, const char *text,
                     size_t length) {
    if (text != NULL) {
        g_err |= oc_rep_object_set_text_string(object, key, strlen(key), text, length);
    }
}

static void put_uuid(CborEncoder *object, const char *key, const uint8_t *bytes) {
    char text[OC_UUID_LEN];
    oc_uuid_t uuid;
    memcpy(uuid.id, bytes, sizeof(uuid.id));
    oc_uuid_to_str(&uuid, text, sizeof(text));
    put_text(object, key, text, sizeof(text) - 1);
}

static void put_number(CborEncoder *object, const char *key, uint32_t number) {
    g_err |= oc_rep_object_set_int(object, key, strlen(key), number);
}

/** A map, or an array; under a key, or as an item of an array. */
static void open(CborEncoder *parent, CborEncoder *child, const char *key, bool is_map) {
    if (key != NULL) {
        g_err |= oc_rep_encode_text_string(parent, key, strlen(key));
    }
    memset(child, 0, sizeof(*child));
    g_err |= is_map ? oc_rep_encoder_create_map(parent, child, CborIndefiniteLength)
                    : oc_rep_encoder_create_array(parent, child, CborIndefiniteLength);
}

static void shut(CborEncoder *parent, CborEncoder *child) {
    g_err |= oc_rep_encoder_close_container(parent, child);
}

static void put_ace(CborEncoder *array, ocf_acl_ace_t *ace, bool to_storage) {
    CborEncoder object, inner, item;
    open(array, &object, NULL, true);
    open(&object, &inner, "subject", true);
    switch (ace->subject) {
    case OCF_ACL_SUBJECT_UUID:
        put_uuid(&inner, "uuid", ace->uuid);
        break;
    case OCF_ACL_SUBJECT_ROLE:
        put_text(&inner, "role", ace->role, ace->role_len);
        put_text(&inner, "authority", ace->authority, ace->authority_len);
        break;
    default:
        put_text(&inner, "conntype",
                 ace->subject == OCF_ACL_SUBJECT_AUTH_CRYPT ? OC_CONN_AUTH_CRYPT_STR
                                                            : OC_CONN_ANON_CLEAR_STR,
                 sizeof(OC_CONN_AUTH_CRYPT_STR) - 1);
        break;
    }
    shut(&object, &inner);

    open(&object, &inner, "resources", false);
    ocf_acl_resource_t resource;
    while (ocf_acl_next_resource(ace, &resource) == OCF_ACL_CODE_CONTENT) {
        const char wildcard = (char) resource.wildcard;
        open(&inner, &item, NULL, true);
        put_text(&item, "href", resource.href, resource.href_len);
        put_text(&item, "wc", wildcard != 0 ? &wildcard : NULL, 1);
        shut(&inner, &item);
    }
    shut(&object, &inner);

    put_number(&object, "permission", ace->permission);
    put_number(&object, "aceid", ace->aceid);
    if (to_storage) {
        put_text(&object, "tag", ace->tag, ace->tag_len);
    }
    shut(array, &object);
}

bool oc_sec_encode_acl(size_t device, oc_interface_mask_t iface_mask, bool to_storage) {
    device_t *it = device_at(device);
    if (it == NULL) {
        return false;
    }
    adopt(it);
    oc_rep_start_root_object();
    if (to_storage || (iface_mask & OC_IF_BASELINE) != 0) {
        oc_process_baseline_interface(oc_core_get_resource_by_index(OCF_SEC_ACL, device));
    }
    CborEncoder array;
    open(oc_rep_object(root), &array, "aclist2", false);
    ocf_acl_ace_t ace;
    uint32_t from = 0;
    /* After an error, which is of a buffer that is full, it is for nothing. */
    while (g_err == CborNoError
           && ocf_acl_next(it->list, from, &ace) == OCF_ACL_CODE_CONTENT) {
        from = ace.aceid + 1;
        put_ace(&array, &ace, to_storage);
    }
    shut(oc_rep_object(root), &array);
    put_uuid(oc_rep_object(root), "rowneruuid", it->mirror.rowneruuid.id);
    oc_rep_end_root_object();
    return true;
}

/* ---- requests to /oic/sec/acl2 ------------------------------------------ */

static void respond(oc_request_t *request, uint8_t code) {
    oc_status_t status = OC_STATUS_INTERNAL_SERVER_ERROR;
    switch (code) {
    case OCF_ACL_CODE_CHANGED:
        status = OC_STATUS_CHANGED;
        break;
    case OCF_ACL_CODE_DELETED:
        status = OC_STATUS_DELETED;
        break;
    case OCF_ACL_CODE_CONTENT:
        status = OC_STATUS_OK;
        break;
    case OCF_ACL_CODE_BAD_REQUEST:
        status = OC_STATUS_BAD_REQUEST;
        break;
    case OCF_ACL_CODE_FORBIDDEN:
        status = OC_STATUS_FORBIDDEN;
        break;
    case OCF_ACL_CODE_NOT_FOUND:
        status = OC_STATUS_NOT_FOUND;
        break;
    default:
        break;
    }
    oc_send_response_with_callback(request, status, true);
    /* After the response: its length is read from the encoder, and the dump takes
     * that over. */
    if (code == OCF_ACL_CODE_CHANGED || code == OCF_ACL_CODE_DELETED) {
        oc_sec_dump_acl(request->resource->device);
    }
}

/** Is the body CBOR, so that the list can read it as it came? */
static bool has_cbor(const oc_request_t *request) {
    if (request->_payload == NULL && request->request_payload != NULL) {
        return false; /* a part of a batch */
    }
#ifdef OC_JSON_ENCODER
    return request->content_format != APPLICATION_JSON
           && request->content_format != APPLICATION_TD_JSON;
#else
    return true;
#endif
}

static void on_post(oc_request_t *request, oc_interface_mask_t iface_mask, void *data) {
    (void) iface_mask;
    (void) data;
    size_t index = request->resource->device;
    device_t *device = device_at(index);
    uint8_t code = OCF_ACL_CODE_INTERNAL;
    if (device != NULL) {
        payload_t payload = {has_cbor(request), request->_payload, request->_payload_len,
                             request->request_payload};
        code = apply(device, &payload, state_of(index), NULL, NULL);
    }
    respond(request, code);
}

static void on_delete(oc_request_t *request, oc_interface_mask_t iface_mask, void *data) {
    (void) iface_mask;
    (void) data;
    size_t index = request->resource->device;
    device_t *device = device_at(index);
    uint8_t code = OCF_ACL_CODE_INTERNAL;
    if (device != NULL) {
        adopt(device);
        code = ocf_acl_delete(device->list, state_of(index), request->query,
                              request->query_len);
        show(device, NULL);
    }
    respond(request, code);
}

static void on_get(oc_request_t *request, oc_interface_mask_t iface_mask, void *data) {
    (void) data;
    respond(request, oc_sec_encode_acl(request->resource->device, iface_mask, false)
                         ? OCF_ACL_CODE_CONTENT
                         : OCF_ACL_CODE_INTERNAL);
}

void oc_sec_acl_create_resource(size_t device) {
    oc_core_populate_resource(
        OCF_SEC_ACL, device, OCF_SEC_ACL_URI, OC_IF_RW | OC_IF_BASELINE, OC_IF_RW,
        OC_DISCOVERABLE | OC_SECURE, on_get, NULL, on_post, on_delete, 1, OCF_SEC_ACL_RT);
}

/* ---- the decision ------------------------------------------------------- */

static uint8_t kind_of(const oc_resource_t *resource) {
    if (oc_core_is_SVR(resource, resource->device)) {
        return OCF_ACL_KIND_SVR;
    }
    if (oc_core_is_DCR(resource, resource->device)) {
        return OCF_ACL_KIND_DCR;
    }
    /* What IoTivity-lite takes for the application's own may be a security resource
     * that it does not know; the list goes by the path. */
    return oc_core_is_vertical_resource(resource, resource->device) ? OCF_ACL_KIND_BY_PATH
                                                                    : OCF_ACL_KIND_OTHER;
}

static bool is_allowed(const device_t *device, const ocf_acl_request_t *request) {
    ocf_acl_decision_t decision;
    return ocf_acl_check(device->list, request, &decision) == OCF_ACL_CODE_CONTENT;
}

/** The first credential from `from` on, NULL for none, that may give a PSK session a
 * role. */
static const oc_sec_cred_t *psk_cred(const oc_endpoint_t *endpoint, oc_sec_cred_t *from) {
    return oc_sec_find_cred(from, &endpoint->di, OC_CREDTYPE_PSK, OC_CREDUSAGE_NULL,
                            endpoint->device);
}

/**
 * Decides with the roles of a peer, one after the other: more roles never allow
 * less, so this is as good as all at once, of which there may be any number.
 */
static bool is_allowed_by_role(const device_t *device, ocf_acl_request_t *request,
                               const oc_endpoint_t *endpoint, const oc_tls_peer_t *peer) {
    bool is_psk = oc_tls_uses_psk_cred(peer);
    const oc_sec_cred_t *cred = NULL;
    if (is_psk) {
        cred = psk_cred(endpoint, NULL);
    }
#ifdef OC_PKI
    else {
        cred = oc_sec_roles_get(peer);
    }
#endif
    ocf_acl_role_t role;
    request->roles = &role;
    request->role_count = 1;
    while (cred != NULL) {
        oc_sec_cred_t *next = cred->next;
        bool is_valid = true;
        if (is_psk) {
            /* The search begins with where it is told to start, or, with NULL, anew. */
            next = next != NULL ? (oc_sec_cred_t *) psk_cred(endpoint, next) : NULL;
        }
#ifdef OC_PKI
        else {
            uint32_t flags = 0;
            is_valid = oc_certs_validate_role_cert(cred->ctx, &flags) >= 0 && flags == 0;
            if (!is_valid) {
                oc_sec_free_role(cred, peer);
            }
        }
#endif
        if (is_valid && !oc_string_is_empty(&cred->role.role)) {
            bool has_authority = !oc_string_is_empty(&cred->role.authority);
            role.role = oc_string(cred->role.role);
            role.role_len = oc_string_len(cred->role.role);
            role.authority = has_authority ? oc_string(cred->role.authority) : NULL;
            role.authority_len = has_authority ? oc_string_len(cred->role.authority) : 0;
            role.certified = !is_psk;
            if (is_allowed(device, request)) {
                return true;
            }
        }
        cred = next;
    }
    return false;
}

bool oc_sec_check_acl(oc_method_t method, const oc_resource_t *resource,
                      const oc_endpoint_t *endpoint) {
    device_t *device = device_at(endpoint->device);
    if (device == NULL) {
        return false;
    }
    adopt_owner(device);

    const oc_tls_peer_t *peer = oc_tls_get_peer(endpoint);
    ocf_acl_request_t request;
    memset(&request, 0, sizeof(request));
    /* The list asks for a path; a resource that has none has that of no other. */
    bool has_path = !oc_string_is_empty(&resource->uri);
    request.path = has_path ? oc_string(resource->uri) : "/";
    request.path_len = has_path ? oc_string_len(resource->uri) : 1;
    request.peer = is_identity(endpoint) ? endpoint->di.id : NULL;
    request.doxm_owner = oc_sec_get_doxm(endpoint->device)->rowneruuid.id;
    request.pstat_owner = oc_sec_get_pstat(endpoint->device)->rowneruuid.id;
    request.cred_owner = oc_sec_get_creds(endpoint->device)->rowneruuid.id;
    request.secure_peers = (uint32_t) oc_tls_num_peers(endpoint->device);
    request.state = state_of(endpoint->device);
    request.method = (uint8_t) method;
    request.kind = kind_of(resource);
#ifdef OC_HAS_FEATURE_RESOURCE_ACCESS_IN_RFOTM
    if ((resource->properties & OC_ACCESS_IN_RFOTM) != 0) {
        request.rfotm_access =
            (uint8_t) (resource->anon_permission_in_rfotm & OCF_ACL_PERM_ALL);
    }
#endif
    request.flags =
        (uint8_t) (((endpoint->flags & SECURED) != 0 ? OCF_ACL_FLAG_SECURED : 0)
                   | (peer != NULL && peer->doc ? OCF_ACL_FLAG_ONBOARDING : 0)
                   | ((resource->properties & OC_DISCOVERABLE) != 0
                          ? OCF_ACL_FLAG_DISCOVERABLE
                          : 0)
                   | ((resource->properties & OC_SECURE) == 0
                          ? OCF_ACL_FLAG_NO_SECURE_ENDPOINT
                          : 0));
    return is_allowed(device, &request)
           || (peer != NULL && is_allowed_by_role(device, &request, endpoint, peer));
}
