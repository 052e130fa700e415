/**
 * @file
 * For streams that an application makes: a struct whose first member is a
 * pointer to these functions, in memory of avs_malloc(). Those that are NULL
 * fail with AVS_ENOTSUP.
 */
#ifndef AVS_COMMONS_STREAM_V_TABLE_H
#define AVS_COMMONS_STREAM_V_TABLE_H

#include <avsystem/commons/avs_stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef avs_error_t (*avs_stream_write_some_t)(avs_stream_t *stream, const void *buffer,
                                               size_t *inout_data_length);
typedef avs_error_t (*avs_stream_finish_message_t)(avs_stream_t *stream);
typedef avs_error_t (*avs_stream_read_t)(avs_stream_t *stream, size_t *out_bytes_read,
                                         bool *out_message_finished, void *buffer,
                                         size_t buffer_length);
typedef avs_error_t (*avs_stream_peek_t)(avs_stream_t *stream, size_t offset,
                                         char *out_value);
typedef avs_error_t (*avs_stream_reset_t)(avs_stream_t *stream);
typedef avs_error_t (*avs_stream_close_t)(avs_stream_t *stream);

/** Ignored by the sandbox. */
typedef struct {
    uint32_t id;
    const void *data;
} avs_stream_v_table_extension_t;

#define AVS_STREAM_V_TABLE_NO_EXTENSIONS NULL

typedef struct {
    avs_stream_write_some_t write_some;
    avs_stream_finish_message_t finish_message;
    avs_stream_read_t read;
    avs_stream_peek_t peek;
    avs_stream_reset_t reset;
    avs_stream_close_t close;
    const avs_stream_v_table_extension_t *extension_list;
} avs_stream_v_table_t;

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_STREAM_V_TABLE_H */
