/**
 * @file
 * Streams in memory.
 */
#ifndef AVS_COMMONS_STREAM_MEMBUF_H
#define AVS_COMMONS_STREAM_MEMBUF_H

#include <avsystem/commons/avs_stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A stream from which can be read what was written; NULL without memory. */
avs_stream_t *avs_stream_membuf_create(void);

/** For compatibility: space is taken as it is needed. */
avs_error_t avs_stream_membuf_ensure_free_bytes(avs_stream_t *stream,
                                                size_t additional_size);

/** For compatibility. */
avs_error_t avs_stream_membuf_fit(avs_stream_t *stream);

/** Takes the bytes out of the stream; to be freed with avs_free(). */
avs_error_t avs_stream_membuf_take_ownership(avs_stream_t *stream, void **out_ptr,
                                             size_t *out_size);

#ifdef __cplusplus
}
#endif

#endif /* AVS_COMMONS_STREAM_MEMBUF_H */
