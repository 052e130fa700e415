/*
 * What anjay/access_control.h needs of avs_commons, for an LwM2M client that is
 * not Anjay. The client defines struct avs_stream_struct and both functions.
 */
#ifndef AVS_COMMONS_STREAM_H
#define AVS_COMMONS_STREAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint16_t category;
    uint16_t code;
} avs_error_t;

/** Category of the codes below. */
#define AVS_ERRNO_CATEGORY 37766
#define AVS_EBADF 8
#define AVS_EBADMSG 9
#define AVS_EINVAL 24
#define AVS_EIO 25
#define AVS_ENOMEM 42

typedef struct avs_stream_struct avs_stream_t;

#ifdef __cplusplus
extern "C" {
#endif

/** Writes all of it, or fails. Success is code 0. */
avs_error_t avs_stream_write(avs_stream_t *stream, const void *buffer, size_t length);

/** Fills the buffer, or fails. */
avs_error_t avs_stream_read_reliably(avs_stream_t *stream, void *buffer, size_t length);

#ifdef __cplusplus
}
#endif

#endif
