/*
 * The engine behind a host of one Object, /3303, with the Instance 0. It links
 * without --gc-sections and without a stand-in for anything of Anjay's.
 */
#include <access_control_host.h>

#include <stdio.h>

static int is_object_registered(void *host, uint16_t oid) {
    (void) host;
    return oid == 3303;
}

static int is_instance_present(void *host, uint16_t oid, uint16_t iid) {
    return is_object_registered(host, oid) && iid == 0;
}

static int is_server_known(void *host, uint16_t ssid) {
    (void) host;
    return ssid == 1 || ssid == 2;
}

static uint16_t single_server(void *host) {
    (void) host;
    return 0;
}

static int list_instances(void *host, uint16_t oid, aac_ids_t *found) {
    (void) host;
    return oid == 3303 ? aac_ids_add(found, 0) : -1;
}

static int list_accounts(void *host, aac_ids_t *found) {
    (void) host;
    return aac_ids_add(found, 1) || aac_ids_add(found, 2) ? -1 : 0;
}

static int remove_instance(void *host, uint16_t oid, uint16_t iid) {
    (void) host;
    (void) oid;
    (void) iid;
    return -1;
}

static void changed(void *host, uint16_t iid, uint16_t rid) {
    (void) host;
    (void) iid;
    (void) rid;
}

static const aac_host_t OPS = {is_object_registered,
                               is_instance_present,
                               is_server_known,
                               single_server,
                               list_instances,
                               list_accounts,
                               remove_instance,
                               changed,
                               NULL};

int main(void) {
    aac_t *aac = aac_new(&OPS, NULL);
    if (!aac || aac_set_acl(aac, 3303, 0, 2, AAC_MASK_READ)) {
        return 1;
    }
    int is_right = aac_decide(aac, 2, AAC_READ, 3303, 0, NULL)
                   && !aac_decide(aac, 2, AAC_WRITE, 3303, 0, NULL)
                   && !aac_decide(aac, 1, AAC_READ, 3303, 0, NULL);
    aac_free(aac);
    puts(is_right ? "decided as expected" : "decided wrongly");
    return !is_right;
}
