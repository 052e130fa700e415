/* An application: it knows Anjay's functions, and not whose they are. */
int anjay_access_control_install(void *anjay);

/* What Anjay's core calls; here the application refers to it. */
int _anjay_sync_access_control(void);

int main(void) {
    int (*volatile core)(void) = _anjay_sync_access_control;
    return core && anjay_access_control_install(0) == -1 ? 0 : 1;
}
