/* Streams in memory, on files and of the application's own; lists; times;
 * logs. */
#include "check.h"

#include <avsystem/commons/avs_list.h>
#include <avsystem/commons/avs_stream_file.h>
#include <avsystem/commons/avs_stream_v_table.h>

static void memory(void) {
    avs_stream_t *stream = avs_stream_membuf_create();
    char text[16];
    char letter;
    size_t length;
    bool finished;
    void *block;
    CHECK(avs_is_ok(avs_stream_write_f(stream, "%d%s", 12, "345")));
    CHECK(avs_is_ok(avs_stream_peek(stream, 4, &letter)) && letter == '5');
    CHECK(avs_is_eof(avs_stream_peek(stream, 5, &letter)));
    CHECK(avs_is_ok(avs_stream_read(stream, &length, &finished, text, 2)));
    CHECK(length == 2 && !finished && !memcmp(text, "12", 2));
    CHECK(avs_is_ok(avs_stream_getch(stream, &letter, &finished)));
    CHECK(letter == '3' && !finished);
    CHECK(avs_is_eof(avs_stream_read_reliably(stream, text, 3)));
    CHECK(avs_is_ok(avs_stream_write(stream, "abc", 3)));
    CHECK(avs_is_ok(avs_stream_membuf_fit(stream)));
    CHECK(avs_is_ok(avs_stream_membuf_take_ownership(stream, &block, &length)));
    CHECK(length == 3 && !memcmp(block, "abc", 3));
    avs_free(block);
    CHECK(avs_is_eof(avs_stream_getch(stream, &letter, &finished)));
    CHECK(avs_is_ok(avs_stream_reset(stream)));
    CHECK(avs_is_ok(avs_stream_cleanup(&stream)));
}

static void files(void) {
    avs_stream_t *file = avs_stream_file_create("file.bin", AVS_STREAM_FILE_WRITE);
    avs_stream_t *copy = avs_stream_membuf_create();
    avs_off_t offset;
    char text[8];
    CHECK(file);
    CHECK(avs_is_ok(avs_stream_write(file, "0123456", 7)));
    CHECK(avs_is_err(avs_stream_read_reliably(file, text, 1)));
    CHECK(avs_is_ok(avs_stream_cleanup(&file)));
    file = avs_stream_file_create("file.bin", AVS_STREAM_FILE_READ);
    CHECK(avs_is_ok(avs_stream_file_length(file, &offset)) && offset == 7);
    CHECK(avs_is_err(avs_stream_write(file, "x", 1)));
    CHECK(avs_is_ok(avs_stream_read_reliably(file, text, 3)));
    CHECK(avs_is_ok(avs_stream_file_offset(file, &offset)) && offset == 3);
    CHECK(avs_is_ok(avs_stream_copy(copy, file)));
    CHECK(avs_is_ok(avs_stream_read_reliably(copy, text, 4)));
    CHECK(!memcmp(text, "3456", 4));
    CHECK(avs_is_ok(avs_stream_file_seek(file, 6)));
    CHECK(avs_is_eof(avs_stream_read_reliably(file, text, 2)));
    CHECK(avs_is_err(avs_stream_file_seek(file, -1)));
    CHECK(avs_is_err(avs_stream_file_length(copy, &offset)));
    avs_stream_cleanup(&copy);
    avs_stream_cleanup(&file);
    CHECK(!avs_stream_file_create("no/such/folder", AVS_STREAM_FILE_WRITE));
    CHECK(!avs_stream_file_create(NULL, AVS_STREAM_FILE_READ));
}

/* A stream that takes or gives a certain number of bytes, and then fails. */
typedef struct {
    const avs_stream_v_table_t *functions;
    size_t left;
} failing_t;

static avs_error_t failing_write(avs_stream_t *stream, const void *buffer,
                                 size_t *inout_length) {
    failing_t *failing = (failing_t *) stream;
    (void) buffer;
    if (!failing->left) {
        return avs_errno(AVS_ENOSPC);
    }
    *inout_length = AVS_MIN(*inout_length, failing->left);
    failing->left -= *inout_length;
    return AVS_OK;
}

static avs_error_t failing_close(avs_stream_t *stream) {
    (void) stream;
    return AVS_OK;
}

static const avs_stream_v_table_t FAILING = {.write_some = failing_write,
                                             .close = failing_close};

static void own_streams(void) {
    anjay_t *anjay = new_client_with_servers();
    avs_stream_t *none;
    CHECK(!anjay_access_control_set_acl(anjay, 1, 1, 1, 1));
    /* 8 bytes of head, 13 of the instance, 4 of its entry. */
    for (size_t room = 0; room <= 25; ++room) {
        failing_t *failing = (failing_t *) avs_calloc(1, sizeof(failing_t));
        failing->functions = &FAILING;
        failing->left = room;
        none = (avs_stream_t *) failing;
        const avs_error_t error = anjay_access_control_persist(anjay, none);
        /* The stream's own error, and the mark stays. */
        CHECK(error.code == (room < 25 ? AVS_ENOSPC : 0));
        CHECK(anjay_access_control_is_modified(anjay) == (room < 25));
        CHECK(avs_stream_read(none, NULL, NULL, NULL, 0).code == AVS_ENOTSUP);
        CHECK(avs_is_ok(avs_stream_cleanup(&none)));
    }
    anjay_delete(anjay);
}

static void lists(void) {
    AVS_LIST(int) list = NULL;
    AVS_LIST(int) element;
    AVS_LIST(int) * place;
    int expected = 0;
    for (int i = 0; i < 5; ++i) {
        element = AVS_LIST_NEW_ELEMENT(int);
        CHECK(element && !*element && !AVS_LIST_NEXT(element));
        *element = i;
        AVS_LIST_APPEND(&list, element);
    }
    CHECK(AVS_LIST_SIZE(list) == 5);
    AVS_LIST_FOREACH(element, list) {
        CHECK(*element == expected++);
    }
    element = AVS_LIST_DETACH(&list);
    CHECK(*element == 0 && *list == 1 && AVS_LIST_SIZE(element) == 1);
    AVS_LIST_FOREACH_PTR(place, &list) {
        if (**place == 3) {
            AVS_LIST_INSERT(place, element);
            break;
        }
    }
    CHECK(*AVS_LIST_NEXT(AVS_LIST_NEXT(list)) == 0);
    AVS_LIST_DELETE(place);
    CHECK(AVS_LIST_SIZE(list) == 4 && **place == 3);
    AVS_LIST(int) clone = AVS_LIST_SIMPLE_CLONE(list);
    element = list;
    AVS_LIST_FOREACH_PTR(place, &clone) {
        CHECK(*place != element && **place == *element);
        element = AVS_LIST_NEXT(element);
    }
    CHECK(!element && AVS_LIST_SIZE(clone) == 4);
    AVS_LIST_CLEAR(&clone);
    CHECK(!AVS_LIST_SIMPLE_CLONE(clone));
    expected = 0;
    AVS_LIST_CLEAR(&list) {
        expected += *list;
    }
    CHECK(!list && expected == 1 + 2 + 3 + 4);
}

static void scalars(void) {
    static const struct {
        avs_time_duration_t time;
        avs_time_unit_t unit;
        int64_t number;
    } GOOD[] = {
        {{1, 500000000}, AVS_TIME_S, 1},
        {{1, 500000000}, AVS_TIME_MS, 1500},
        {{-2, 500000000}, AVS_TIME_S, -1},
        {{-1, 1}, AVS_TIME_S, 0},
        {{-1, 1}, AVS_TIME_US, -999999},
        {{-86401, 0}, AVS_TIME_DAY, -1},
        {{INT64_MAX, 999999999}, AVS_TIME_S, INT64_MAX},
        {{INT64_MIN, 0}, AVS_TIME_HOUR, -2562047788015215},
        {{9223372036, 854775807}, AVS_TIME_NS, INT64_MAX},
    };
    const avs_time_real_t year = {{31536000, 0}};
    const avs_time_monotonic_t second = {{1, 0}};
    int64_t number = 7;
    for (size_t i = 0; i < AVS_ARRAY_SIZE(GOOD); ++i) {
        CHECK(!avs_time_duration_to_scalar(&number, GOOD[i].unit, GOOD[i].time));
        CHECK(number == GOOD[i].number);
    }
    CHECK(!avs_time_real_to_scalar(&number, AVS_TIME_DAY, year) && number == 365);
    CHECK(!avs_time_monotonic_to_scalar(&number, AVS_TIME_MS, second));
    CHECK(number == 1000);
    number = 7;
    CHECK(avs_time_real_to_scalar(&number, AVS_TIME_S, AVS_TIME_REAL_INVALID));
    CHECK(avs_time_duration_to_scalar(&number, AVS_TIME_NS, GOOD[6].time));
    CHECK(avs_time_duration_to_scalar(&number, (avs_time_unit_t) 7, GOOD[0].time));
    CHECK(number == 7);
}

static void times(void) {
    const avs_time_duration_t second = avs_time_duration_from_scalar(1, AVS_TIME_S);
    avs_time_duration_t back = avs_time_duration_from_scalar(-1, AVS_TIME_MS);
    CHECK(second.seconds == 1 && second.nanoseconds == 0);
    CHECK(back.seconds == -1 && back.nanoseconds == 999000000);
    CHECK(avs_time_duration_from_scalar(2, AVS_TIME_DAY).seconds == 172800);
    CHECK(avs_time_duration_less(back, second));
    CHECK(!avs_time_duration_less(second, AVS_TIME_DURATION_INVALID));
    CHECK(
        !avs_time_duration_valid(avs_time_duration_from_scalar(INT64_MAX, AVS_TIME_DAY)));
    CHECK(avs_time_duration_valid(avs_time_real_now().since_real_epoch));
    scalars();
    CHECK(avs_time_duration_valid(avs_time_monotonic_now().since_monotonic_epoch));
    CHECK(!strcmp(avs_strerror(AVS_EBADMSG), "EBADMSG"));
    CHECK(!strcmp(avs_strerror(AVS_EXDEV), "EXDEV"));
    CHECK(!strcmp(avs_strerror(AVS_UNKNOWN_ERROR), "unknown error"));
}

static void logs(void) {
    CHECK(anjay_sandbox_log_shows("a", AVS_LOG_INFO));
    CHECK(!anjay_sandbox_log_shows("a", AVS_LOG_DEBUG));
    avs_log_set_default_level(AVS_LOG_ERROR);
    avs_log_set_level(a, AVS_LOG_TRACE);
    CHECK(anjay_sandbox_log_shows("a", AVS_LOG_TRACE));
    CHECK(!anjay_sandbox_log_shows("b", AVS_LOG_WARNING));
    avs_log(b, WARNING, "not shown %d", 1);
    avs_log(a, TRACE, "shown");
}

int main(void) {
    memory();
    files();
    own_streams();
    lists();
    times();
    logs();
    printf("all passed\n");
    return 0;
}
