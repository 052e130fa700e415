/* A device that speaks LwM2M and OCF. */
int engine_main(void);
int ocf_main(void);

int main(void) {
    return engine_main() || ocf_main();
}
