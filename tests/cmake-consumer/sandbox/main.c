/* Two servers in the sandbox, each of which may read its own Server instance. */
#include <access_control_host.h>
#include <anjay/access_control.h>
#include <anjay/anjay.h>
#include <anjay/security.h>
#include <anjay/server.h>
#include <anjay_sandbox.h>

#include <stdio.h>

static int add_server(anjay_t *anjay, anjay_ssid_t ssid) {
    const anjay_security_instance_t security = {.ssid = ssid,
                                                .server_uri = "coap://localhost",
                                                .security_mode = ANJAY_SECURITY_NOSEC};
    const anjay_server_instance_t server = {.ssid = ssid, .lifetime = 60, .binding = "U"};
    anjay_iid_t security_iid = ssid, server_iid = ssid;
    return anjay_security_object_add_instance(anjay, &security, &security_iid)
           || anjay_server_object_add_instance(anjay, &server, &server_iid)
           || anjay_access_control_set_acl(anjay, 1, server_iid, ssid,
                                           ANJAY_ACCESS_MASK_READ);
}

int main(void) {
    const anjay_configuration_t config = {.endpoint_name = "consumer"};
    anjay_t *anjay = anjay_new(&config);
    if (!anjay || anjay_security_object_install(anjay)
        || anjay_server_object_install(anjay) || anjay_access_control_install(anjay)
        || add_server(anjay, 1) || add_server(anjay, 2)) {
        return 1;
    }
    int is_right = anjay_sandbox_may(anjay, 1, AAC_READ, 1, 1)
                   && !anjay_sandbox_may(anjay, 2, AAC_READ, 1, 1)
                   && !anjay_sandbox_may(anjay, 1, AAC_WRITE, 1, 1);
    anjay_delete(anjay);
    puts(is_right ? "decided as expected" : "decided wrongly");
    return !is_right;
}
