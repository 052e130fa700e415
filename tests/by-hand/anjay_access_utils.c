/* Stands for the enforcement in Anjay's core. */
int _anjay_sync_access_control(void);

int _anjay_sync_access_control(void) {
    return 77;
}
