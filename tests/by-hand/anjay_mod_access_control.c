/* Stands for Anjay's module: tells that it was called. */
int anjay_access_control_install(void *anjay);

int anjay_access_control_install(void *anjay) {
    (void) anjay;
    return 77;
}
