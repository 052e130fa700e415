/* A client that a test talks to: it answers lines of the command language, each
 * answer ended by a line with a dot, and lines of its own:
 *
 *   !exists IID, !gone IID   adds or removes an Instance of /1234, silently
 *   !list fails, !list works makes listing /1234 fail
 *   !remove never            takes the handler instance_remove of /1234 away
 *   !restore HEX             restores from a stream with these bytes
 *   !unregister, !register   the Object /1234
 */
#include "check.h"

static void restore(anjay_t *anjay, const char *hex) {
    avs_stream_t *stream = avs_stream_membuf_create();
    unsigned byte;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        const uint8_t octet = (uint8_t) byte;
        CHECK(avs_is_ok(avs_stream_write(stream, &octet, 1)));
    }
    const avs_error_t error = anjay_access_control_restore(anjay, stream);
    printf("%s\n", avs_is_ok(error)    ? "ok"
                   : avs_is_eof(error) ? "EOF"
                                       : avs_strerror((avs_errno_t) error.code));
    avs_stream_cleanup(&stream);
}

static void own_line(anjay_t *anjay, thing_t *thing, const char *line) {
    unsigned iid;
    if (sscanf(line, "!exists %u", &iid) == 1) {
        thing->exists[iid % 8] = true;
    } else if (sscanf(line, "!gone %u", &iid) == 1) {
        thing->exists[iid % 8] = false;
    } else if (!strcmp(line, "!list fails")) {
        thing->list_result = ANJAY_ERR_INTERNAL;
    } else if (!strcmp(line, "!list works")) {
        thing->list_result = 0;
    } else if (!strcmp(line, "!remove never")) {
        thing->storage.handlers.instance_remove = NULL;
    } else if (!strncmp(line, "!restore ", 9)) {
        restore(anjay, line + 9);
    } else if (!strcmp(line, "!unregister")) {
        CHECK(!anjay_unregister_object(anjay, &thing->def));
    } else if (!strcmp(line, "!register")) {
        CHECK(!anjay_register_object(anjay, &thing->def));
    } else {
        printf("no such line: %s\n", line);
        exit(1);
    }
}

int main(void) {
    static char line[4096];
    static thing_t thing;
    anjay_t *anjay = new_client_with_servers();
    add_server(anjay, 3);
    thing_register(anjay, &thing, 1234);
    thing.exists[1] = true;
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '!') {
            own_line(anjay, &thing, line);
        } else {
            char *answer = anjay_sandbox_run(anjay, line);
            CHECK(answer);
            fputs(answer, stdout);
            anjay_sandbox_free(answer);
        }
        puts(".");
    }
    anjay_delete(anjay);
    return 0;
}
