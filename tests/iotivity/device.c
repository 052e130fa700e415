/**
 * @file
 * A device on IoTivity-lite: `device FOLDER`, where it stores its state. It ends
 * on SIGTERM, in order, so that leaks are seen. /light is discoverable, /hidden is
 * not; both can be read and written.
 */

#include "oc_api.h"
#include "oc_core_res.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int signal) {
    (void) signal;
    is_over = 1;
}

static int init(void) {
    int result = oc_init_platform("Maker", NULL, NULL);
    return result
           | oc_add_device("/oic/d", "oic.d.light", "light", "ocf.2.2.5", "ocf.res.1.3.0",
                           NULL, NULL);
}

static void on_get(oc_request_t *request, oc_interface_mask_t mask, void *data) {
    (void) mask;
    (void) data;
    oc_rep_begin_root_object();
    oc_rep_set_boolean(root, on, true);
    oc_rep_end_root_object();
    oc_send_response(request, OC_STATUS_OK);
}

static void on_post(oc_request_t *request, oc_interface_mask_t mask, void *data) {
    (void) mask;
    (void) data;
    oc_send_response(request, OC_STATUS_CHANGED);
}

static void add_resource(const char *path, bool is_discoverable) {
    oc_resource_t *it = oc_new_resource(path, path, 1, 0);
    oc_resource_bind_resource_type(it, "oic.r.switch.binary");
    oc_resource_bind_resource_interface(it, OC_IF_RW);
    oc_resource_set_default_interface(it, OC_IF_RW);
    oc_resource_set_discoverable(it, is_discoverable);
    oc_resource_set_request_handler(it, OC_GET, on_get, NULL);
    oc_resource_set_request_handler(it, OC_POST, on_post, NULL);
    oc_add_resource(it);
}

static void register_resources(void) {
    add_resource("/light", true);
    add_resource("/hidden", false);
}

static void signal_event_loop(void) {
}

int main(int argc, char **argv) {
    static const oc_handler_t handler = {.init = init,
                                         .register_resources = register_resources,
                                         .signal_event_loop = signal_event_loop};
    if (argc != 2 || oc_storage_config(argv[1]) != 0) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    signal(SIGTERM, end);
    oc_set_con_res_announced(false);
    if (oc_main_init(&handler) < 0) {
        return 1;
    }
    while (!is_over) {
        oc_main_poll_v1();
        usleep(1000);
    }
    oc_main_shutdown();
    return 0;
}
