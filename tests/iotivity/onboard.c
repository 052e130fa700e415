/**
 * @file
 * An onboarding tool: `onboard FOLDER COMMAND…` starts a device (COMMAND…, with a
 * folder for its state as last argument), takes it from RFOTM to RFNOP, provisions
 * ACEs, reads and writes, restarts it, resets it, and prints each answer. What
 * IoTivity-lite's own onboarding library (oc_obt.h) does, it leaves to that.
 *
 * All of it on this machine: see network.sh. (Folders need names of two letters or
 * more: of a shorter one IoTivity-lite's storage takes the parent.)
 */

#include "oc_api.h"
#include "oc_core_res.h"
#include "oc_obt.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static oc_uuid_t device_id;
static oc_endpoint_t plain;
static oc_endpoint_t secured;
static bool is_found;
static int answer;
static char **command;
static pid_t child;

/* ---- waiting ------------------------------------------------------------ */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void run_for(double seconds) {
    for (double end = now() + seconds; now() < end;) {
        oc_main_poll_v1();
        usleep(1000);
    }
}

enum { WAITING = -100 };

static bool wait_for(const volatile int *value, double seconds) {
    for (double end = now() + seconds; *value == WAITING && now() < end;) {
        oc_main_poll_v1();
        usleep(1000);
    }
    return *value != WAITING;
}

static void die(const char *what) {
    printf("%s\n", what);
    kill(child, SIGKILL);
    exit(1);
}

/* ---- the device --------------------------------------------------------- */

static void start_device(void) {
    fflush(stdout);
    child = fork();
    if (child == 0) {
        execv(command[0], command);
        perror(command[0]);
        _exit(127);
    }
}

static void stop_device(void) {
    int status = 0;
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    printf("the device ends\t%s\n",
           WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "in order" : "badly");
}

static void on_found(const oc_uuid_t *uuid, const oc_endpoint_t *eps, void *data) {
    (void) data;
    device_id = *uuid;
    for (const oc_endpoint_t *it = eps; it; it = it->next) {
        if ((it->flags & IPV6) == 0 || (it->flags & TCP) != 0) {
            continue;
        }
        oc_endpoint_t *to = (it->flags & SECURED) != 0 ? &secured : &plain;
        memcpy(to, it, sizeof(*to));
        to->next = NULL;
        to->di = *uuid;
    }
    is_found = true;
}

static bool find(int (*discover)(oc_obt_discovery_cb_t, void *)) {
    is_found = false;
    for (int i = 0; i < 30 && !is_found; ++i) {
        discover(on_found, NULL);
        run_for(1);
    }
    return is_found;
}

/* The discovery of owned devices tells of secured endpoints only. */
static oc_discovery_flags_t on_resource(const char *anchor, const char *uri,
                                        oc_string_array_t types,
                                        oc_interface_mask_t interfaces,
                                        const oc_endpoint_t *endpoint,
                                        oc_resource_properties_t properties, void *data) {
    (void) uri;
    (void) types;
    (void) interfaces;
    (void) properties;
    (void) data;
    char uuid[OC_UUID_LEN];
    oc_uuid_to_str(&device_id, uuid, sizeof(uuid));
    if (!anchor || !strstr(anchor, uuid)) {
        return OC_CONTINUE_DISCOVERY;
    }
    for (const oc_endpoint_t *it = endpoint; it; it = it->next) {
        if ((it->flags & IPV6) != 0 && (it->flags & (TCP | SECURED)) == 0) {
            memcpy(&plain, it, sizeof(plain));
            plain.next = NULL;
            is_found = true;
        }
    }
    return is_found ? OC_STOP_DISCOVERY : OC_CONTINUE_DISCOVERY;
}

static int discover_plain(oc_obt_discovery_cb_t unused, void *data) {
    (void) unused;
    return oc_do_ip_discovery("oic.wk.d", on_resource, data) ? 0 : -1;
}

/* ---- requests ----------------------------------------------------------- */

static const char *name_of(int code) {
    switch (code) {
    case OC_STATUS_OK:
        return "2.05";
    case OC_STATUS_CHANGED:
        return "2.04";
    case OC_STATUS_DELETED:
        return "2.02";
    case OC_STATUS_BAD_REQUEST:
        return "4.00";
    case OC_STATUS_UNAUTHORIZED:
        return "4.01";
    case OC_STATUS_FORBIDDEN:
        return "4.03";
    case OC_STATUS_NOT_FOUND:
        return "4.04";
    case OC_STATUS_METHOD_NOT_ALLOWED:
        return "4.05";
    case OC_STATUS_REQUEST_ENTITY_TOO_LARGE:
        return "4.13";
    case WAITING:
        return "no answer";
    default:
        return "another code";
    }
}

static void on_answer(oc_client_response_t *response) {
    answer = (int) response->code;
}

static void finish(const char *what, bool is_sent) {
    if (is_sent) {
        wait_for(&answer, 20);
    }
    printf("%s\t%s\n", what, is_sent ? name_of(answer) : "not sent");
    fflush(stdout);
}

static void get(const char *what, const char *path, const oc_endpoint_t *from) {
    answer = WAITING;
    finish(what, oc_do_get(path, from, NULL, on_answer, HIGH_QOS, NULL));
}

static void delete (const char *what, const char *query) {
    answer = WAITING;
    finish(what,
           oc_do_delete("/oic/sec/acl2", &secured, query, on_answer, HIGH_QOS, NULL));
}

static void post_light(const char *what, const char *path) {
    answer = WAITING;
    bool is_sent = oc_init_post(path, &secured, NULL, on_answer, HIGH_QOS, NULL);
    oc_rep_begin_root_object();
    oc_rep_set_boolean(root, on, false);
    oc_rep_end_root_object();
    finish(what, is_sent && oc_do_post());
}

/* Of JSON with ' for ", as CBOR. */
static size_t cbor(const char *json, uint8_t *to) {
    uint8_t *end = to;
    while (*json) {
        if (*json == '{' || *json == '[') {
            *end++ = *json++ == '{' ? 0xbf : 0x9f;
        } else if (*json == '}' || *json == ']') {
            *end++ = 0xff;
            ++json;
        } else if (*json == '\'') {
            const char *stop = strchr(++json, '\'');
            *end++ = 0x78;
            *end++ = (uint8_t) (stop - json);
            memcpy(end, json, (size_t) (stop - json));
            end += stop - json;
            json = stop + 1;
        } else if (*json >= '0' && *json <= '9') {
            char *stop;
            unsigned long number = strtoul(json, &stop, 10);
            *end++ = 0x1a;
            for (int i = 24; i >= 0; i -= 8) {
                *end++ = (uint8_t) (number >> i);
            }
            json = stop;
        } else if (strncmp(json, "null", 4) == 0) {
            *end++ = 0xf6;
            json += 4;
        } else {
            ++json;
        }
    }
    return (size_t) (end - to);
}

static void post_to(const char *what, const char *path, const char *json) {
    static uint8_t bytes[8192];
    answer = WAITING;
    bool is_sent = oc_init_post(path, &secured, NULL, on_answer, HIGH_QOS, NULL);
    oc_rep_encode_raw(bytes, cbor(json, bytes));
    finish(what, is_sent && oc_do_post());
}

static void post_acl(const char *what, const char *json) {
    post_to(what, "/oic/sec/acl2", json);
}

static void set_state(const char *what, const char *json) {
    post_to(what, "/oic/sec/pstat", json);
}

/* ---- what the onboarding library does ------------------------------------ */

static void on_status(const oc_uuid_t *uuid, int status, void *data) {
    (void) uuid;
    (void) data;
    answer = status;
}

static void say(const char *what, int started) {
    bool is_answered = started == 0 && wait_for(&answer, 60);
    printf("%s\t%s\n", what, is_answered && answer == 0 ? "done" : "failed");
    fflush(stdout);
}

static void own(void) {
    if (!find(oc_obt_discover_unowned_devices)) {
        die("no unowned device");
    }
    printf("found\tunowned\n");
    get("RFOTM, unsecured: GET /oic/sec/doxm", "/oic/sec/doxm", &plain);
    get("RFOTM, unsecured: GET /oic/sec/acl2", "/oic/sec/acl2", &plain);
    get("RFOTM, unsecured: GET /light", "/light", &plain);
    get("RFOTM, unsecured: GET /oic/res", "/oic/res", &plain);
    answer = WAITING;
    say("ownership transfer, just works",
        oc_obt_perform_just_works_otm(&device_id, on_status, NULL));
    if (!find(oc_obt_discover_owned_devices)) {
        die("no owned device");
    }
}

static void provision(const char *what, oc_sec_ace_t *ace, const char *href,
                      oc_ace_wildcard_t wildcard, oc_ace_permissions_t permission) {
    oc_ace_res_t *resource = oc_obt_ace_new_resource(ace);
    if (href) {
        oc_obt_ace_resource_set_href(resource, href);
    }
    oc_obt_ace_resource_set_wc(resource, wildcard);
    oc_obt_ace_add_permission(ace, permission);
    answer = WAITING;
    say(what, oc_obt_provision_ace(&device_id, ace, on_status, NULL));
}

static int acl_count;
/* Of the ACE for a UUID. */
static int uuid_aceid;

static void on_acl(oc_sec_acl_t *acl, void *data) {
    (void) data;
    answer = acl ? 0 : -1;
    acl_count = 0;
    if (acl) {
        for (oc_sec_ace_t *it = (oc_sec_ace_t *) oc_list_head(acl->subjects); it;
             it = it->next) {
            ++acl_count;
            uuid_aceid = it->subject_type == OC_SUBJECT_UUID ? it->aceid : uuid_aceid;
        }
        oc_obt_free_acl(acl);
    }
}

static void show(const char *what) {
    answer = WAITING;
    if (oc_obt_retrieve_acl(&device_id, on_acl, NULL) != 0 || !wait_for(&answer, 20)) {
        die("the list cannot be read");
    }
    printf("%s\t%d ACEs\n", what, acl_count);
    fflush(stdout);
}

static void on_deleted(int status, void *data) {
    (void) data;
    answer = status;
}

/* What AddressSanitizer asks: IoTivity-lite's onboarding library does not free all of
 * the lists that it has read. The device is looked at in full. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0";
}

/* ---- the tool itself ----------------------------------------------------- */

static int init(void) {
    int result = oc_init_platform("Maker", NULL, NULL);
    result |= oc_add_device("/oic/d", "oic.d.dots", "OBT", "ocf.2.2.5", "ocf.res.1.3.0",
                            NULL, NULL);
    return result;
}

static void requests_entry(void) {
}

static void signal_event_loop(void) {
}

#define LIGHT(aceid, subject)                                                            \
    "{'aclist2':[{" aceid "'subject':{" subject                                          \
    "},'resources':[{'href':'/light'}],'permission':6}]}"
#define ALICE "'uuid':'11111111-2222-4333-8444-555555555555'"

static void provision_by_hand(void) {
    post_acl("RFNOP: POST an ACE", LIGHT("", ALICE));
    delete ("RFNOP: DELETE an ACE", "aceid=500");
    set_state("to RFPRO", "{'dos':{'s':2}}");
    get("RFPRO: GET /light", "/light", &secured);
    post_acl("RFPRO: POST an owner",
             "{'rowneruuid':'11111111-2222-4333-8444-555555555555'}");
    post_acl("RFPRO: POST an ACE", LIGHT("'aceid':500,", ALICE));
    show("the list then");
    post_acl("RFPRO: POST it without aceid", LIGHT("", ALICE));
    show("the list is the same");
    post_acl("RFPRO: POST the payload of CTT 1.1.11",
             "{'aclist2':[{'aceid':501,'subject':{'conntype':'anon-clear'},"
             "'href':'/oic/sec/res','permission':2}]}");
    show("the ACE of CTT 1.1.11 is there");
    post_acl("RFPRO: POST href with wc",
             "{'aclist2':[{'aceid':502,'subject':{'conntype':'auth-crypt'},"
             "'resources':[{'href':'/nothing','wc':'*'}],'permission':31}]}");
    post_acl("RFPRO: POST an unknown field", "{'aclist2':[{'aceid':503,'subject':{" ALICE
                                             "},'resources':[],"
                                             "'permission':2}],'more':'x'}");
    post_acl("RFPRO: POST one good and one bad ACE",
             "{'aclist2':[{'aceid':504,'subject':{" ALICE
             "},'resources':[{'wc':'*'}],"
             "'permission':2},{'aceid':505,'subject':{'uuid':5},'resources':[],'"
             "permission':2}]}");
    post_acl("RFPRO: POST without subject",
             "{'aclist2':[{'aceid':506,'resources':[{'wc':'*'}],'permission':2}]}");
    post_acl("RFPRO: POST permission 64", "{'aclist2':[{'aceid':507,'subject':{" ALICE
                                          "},'resources':[{'wc':'*'}],"
                                          "'permission':64}]}");
    show("after what was refused");
    delete ("RFPRO: DELETE an unknown ACE", "aceid=499");
    delete ("RFPRO: DELETE aceid=500x", "aceid=500x");
    delete ("RFPRO: DELETE the ACE", "aceid=500");
    show("after it was deleted");
    set_state("to RFNOP", "{'dos':{'s':3}}");
    get("RFNOP: GET /light, ACEs as before", "/light", &secured);
}

int main(int argc, char **argv) {
    static const oc_handler_t handler = {.init = init,
                                         .signal_event_loop = signal_event_loop,
                                         .requests_entry = requests_entry};
    if (argc < 3 || oc_storage_config(argv[1]) != 0) {
        fprintf(stderr, "usage: %s FOLDER COMMAND...\n", argv[0]);
        return 2;
    }
    command = argv + 2;
    signal(SIGPIPE, SIG_IGN);
    start_device();
    oc_set_con_res_announced(false);
    if (oc_main_init(&handler) < 0 || oc_obt_init() < 0) {
        die("the tool does not start");
    }
    own();
    get("RFNOP: GET /light without an ACE", "/light", &secured);
    get("RFNOP, unsecured: GET /oic/res", "/oic/res", &plain);
    get("RFNOP: GET /oic/sec/acl2 by its owner", "/oic/sec/acl2", &secured);
    get("RFNOP, unsecured: GET /oic/sec/acl2", "/oic/sec/acl2", &plain);
    show("the list after onboarding");

    provision("ACE: auth-crypt may read /light",
              oc_obt_new_ace_for_connection(OC_CONN_AUTH_CRYPT), "/light", OC_ACE_NO_WC,
              OC_PERM_RETRIEVE);
    get("RFNOP: GET /light", "/light", &secured);
    post_light("RFNOP: POST /light", "/light");
    get("RFNOP, unsecured: GET /light", "/light", &plain);
    get("RFNOP: GET /hidden", "/hidden", &secured);
    const oc_uuid_t *me = oc_core_get_device_id(0);
    provision("ACE: the owner may write what is discoverable",
              oc_obt_new_ace_for_subject(me), NULL, OC_ACE_WC_ALL_SECURED,
              OC_PERM_UPDATE);
    post_light("RFNOP: POST /light with it", "/light");
    post_light("RFNOP: POST /hidden with it", "/hidden");
    provision("ACE: auth-crypt may read all",
              oc_obt_new_ace_for_connection(OC_CONN_AUTH_CRYPT), NULL, OC_ACE_WC_ALL,
              OC_PERM_RETRIEVE);
    get("RFNOP: GET /hidden with it", "/hidden", &secured);
    show("the list after provisioning");
    answer = WAITING;
    say("the ACE of the owner is deleted",
        oc_obt_delete_ace_by_aceid(&device_id, uuid_aceid, on_deleted, NULL));
    show("the list without it");
    post_light("RFNOP: POST /light without it", "/light");

    provision_by_hand();

    stop_device();
    /* Another program, which finds what the first one has stored. */
    if (getenv("AFTER_RESTART")) {
        command[0] = getenv("AFTER_RESTART");
    }
    start_device();
    if (!find(oc_obt_discover_owned_devices) || !find(discover_plain)) {
        die("no owned device");
    }
    show("the list after a restart");
    get("restarted: GET /light", "/light", &secured);
    post_light("restarted: POST /light", "/light");
    get("restarted, unsecured: GET /light", "/light", &plain);

    answer = WAITING;
    say("RESET", oc_obt_device_hard_reset(&device_id, on_status, NULL));
    run_for(3);
    get("after RESET, unsecured: GET /light", "/light", &plain);
    own();
    show("the list after RESET and onboarding");
    get("after RESET: GET /light", "/light", &secured);
    stop_device();
    oc_obt_shutdown();
    oc_main_shutdown();
    return 0;
}
