/**
 * @file
 * Streams on files.
 */
#ifndef AVS_COMMONS_STREAM_FILE_H
#define AVS_COMMONS_STREAM_FILE_H

#include <avsystem/commons/avs_stream.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AVS_STREAM_FILE_READ 0x01
/** The file is made anew. */
#define AVS_STREAM_FILE_WRITE 0x02

/** Opens a file; NULL if that fails. */
avs_stream_t *avs_stream_file_create(const char *path, uint8_t mode);

/** Tells how long the file is. */
avs_error_t avs_stream_file_length(avs_stream_t *stream, avs_off_t *out_length);

/** Goes to a position. */
avs_error_t avs_stream_file_seek(avs_stream_t *stream, avs_off_t offset_from_start);

/** Tells the position. */
static inline avs_error_t avs_stream_file_offset(avs_stream_t *stream,
                                                 avs_off_t *out_offset) {
    return avs_stream_offset(stream, out_offset);
}

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_STREAM_FILE_H */
