/**
 * @file
 * Streams of bytes.
 */
#ifndef AVS_COMMONS_STREAM_H
#define AVS_COMMONS_STREAM_H

#include <stdarg.h>
#include <stdio.h>

#include <avsystem/commons/avs_defs.h>
#include <avsystem/commons/avs_errno.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AVS_EOF_CATEGORY 363
/** There is nothing more to read. */
static const avs_error_t AVS_EOF = {AVS_EOF_CATEGORY, 1};

static inline bool avs_is_eof(avs_error_t error) {
    return avs_is_err(error) && error.category == AVS_EOF_CATEGORY;
}

struct avs_stream_struct;
/** A stream; see avs_stream_membuf.h and avs_stream_file.h. */
typedef struct avs_stream_struct avs_stream_t;

/** Writes what there is room for; tells how much. */
avs_error_t avs_stream_write_some(avs_stream_t *stream, const void *buffer,
                                  size_t *inout_data_length);

/** Writes all of a buffer. */
avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer,
                             size_t buffer_length);

/** Says that what was written is complete. */
avs_error_t avs_stream_finish_message(avs_stream_t *stream);

/** Reads what there is, at most what there is room for; any out may be NULL. */
avs_error_t avs_stream_read(avs_stream_t *stream, size_t *out_bytes_read,
                            bool *out_message_finished, void *buffer,
                            size_t buffer_length);

/** Fills a buffer; AVS_EOF if there is less. */
avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer,
                                     size_t buffer_length);

/** Reads and forgets everything. */
avs_error_t avs_stream_ignore_to_end(avs_stream_t *stream);

/** Looks at a byte that is to be read; AVS_EOF if there is none. */
avs_error_t avs_stream_peek(avs_stream_t *stream, size_t offset, char *out_value);

/** Reads a byte; AVS_EOF if there is none. */
avs_error_t avs_stream_getch(avs_stream_t *stream, char *out_value,
                             bool *out_message_finished);

/** Writes to one stream all that another has. */
avs_error_t avs_stream_copy(avs_stream_t *output_stream, avs_stream_t *input_stream);

/** Forgets what memory holds; goes back to the start of a file. */
avs_error_t avs_stream_reset(avs_stream_t *stream);

/** Frees a stream and sets the pointer to NULL. */
avs_error_t avs_stream_cleanup(avs_stream_t **stream);

/** Tells the position. */
avs_error_t avs_stream_offset(avs_stream_t *stream, avs_off_t *out_offset);

/** Writes text as vprintf() would. */
static inline avs_error_t avs_stream_write_fv(avs_stream_t *stream, const char *msg,
                                              va_list args) {
    char text[512];
    const int length = vsnprintf(text, sizeof(text), msg, args);
    if (length < 0 || (size_t) length >= sizeof(text)) {
        return avs_errno(AVS_EMSGSIZE);
    }
    return avs_stream_write(stream, text, (size_t) length);
}

/** Writes text as printf() would; up to 511 bytes. */
AVS_F_PRINTF(2, 3)
static inline avs_error_t avs_stream_write_f(avs_stream_t *stream, const char *msg, ...) {
    va_list args;
    va_start(args, msg);
    const avs_error_t result = avs_stream_write_fv(stream, msg, args);
    va_end(args);
    return result;
}

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_STREAM_H */
