/**
 * @file
 * Contexts: through these, handlers list IDs, give values and get values. Each
 * is valid within the handler that got it.
 */
#ifndef ANJAY_INCLUDE_ANJAY_IO_H
#define ANJAY_INCLUDE_ANJAY_IO_H

#include <anjay/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where a handler lists Instances or Resource Instances. */
typedef struct anjay_dm_list_ctx_struct anjay_dm_list_ctx_t;

/**
 * Adds an ID to the list. Each has to be above the one before; otherwise the
 * operation that needed the list fails with 5.00.
 */
void anjay_dm_emit(anjay_dm_list_ctx_t *ctx, uint16_t id);

/** Where a handler lists the resources of an Instance. */
typedef struct anjay_dm_resource_list_ctx_struct anjay_dm_resource_list_ctx_t;

/** What may be done with a resource; M stands for multiple. */
typedef enum {
    ANJAY_DM_RES_R,
    ANJAY_DM_RES_W,
    ANJAY_DM_RES_RW,
    ANJAY_DM_RES_RM,
    ANJAY_DM_RES_WM,
    ANJAY_DM_RES_RWM,
    ANJAY_DM_RES_E,
    /** For the Bootstrap-Server only. */
    ANJAY_DM_RES_BS_RW
} anjay_dm_resource_kind_t;

/** Whether a resource has a value at the moment. */
typedef enum {
    ANJAY_DM_RES_ABSENT = 0,
    ANJAY_DM_RES_PRESENT = 1
} anjay_dm_resource_presence_t;

/** Adds a resource to the list; IDs have to rise as in anjay_dm_emit(). */
void anjay_dm_emit_res(anjay_dm_resource_list_ctx_t *ctx, anjay_rid_t rid,
                       anjay_dm_resource_kind_t kind,
                       anjay_dm_resource_presence_t presence);

/** Where a handler gives the value of a resource: exactly one. */
typedef struct anjay_output_ctx_struct anjay_output_ctx_t;
/** Where it gives bytes in pieces. */
typedef struct anjay_ret_bytes_ctx_struct anjay_ret_bytes_ctx_t;

/*
 * Each of these gives the value and returns 0; or -1 if there is one already,
 * or an argument is NULL.
 */
int anjay_ret_string(anjay_output_ctx_t *ctx, const char *value);
int anjay_ret_i64(anjay_output_ctx_t *ctx, int64_t value);
int anjay_ret_u64(anjay_output_ctx_t *ctx, uint64_t value);
int anjay_ret_double(anjay_output_ctx_t *ctx, double value);
int anjay_ret_bool(anjay_output_ctx_t *ctx, bool value);
int anjay_ret_objlnk(anjay_output_ctx_t *ctx, anjay_oid_t oid, anjay_iid_t iid);
int anjay_ret_bytes(anjay_output_ctx_t *ctx, const void *data, size_t length);

static inline int anjay_ret_i32(anjay_output_ctx_t *ctx, int32_t value) {
    return anjay_ret_i64(ctx, value);
}

static inline int anjay_ret_u32(anjay_output_ctx_t *ctx, uint32_t value) {
    return anjay_ret_u64(ctx, value);
}

static inline int anjay_ret_float(anjay_output_ctx_t *ctx, float value) {
    return anjay_ret_double(ctx, value);
}

/** Announces @p length bytes; NULL if there is a value already. */
anjay_ret_bytes_ctx_t *anjay_ret_bytes_begin(anjay_output_ctx_t *ctx, size_t length);

/** Gives some of the announced bytes; -1 if they are more than announced. */
int anjay_ret_bytes_append(anjay_ret_bytes_ctx_t *ctx, const void *data, size_t length);

/** Where a handler gets the value that a server writes. */
typedef struct anjay_input_ctx_struct anjay_input_ctx_t;

/** Returned where the buffer had no room for all of the text. */
#define ANJAY_BUFFER_TOO_SHORT 1

/**
 * Copies text, always ended by NUL.
 *
 * @returns 0; ANJAY_BUFFER_TOO_SHORT: the next call continues;
 *          ANJAY_ERR_BAD_REQUEST: it is no text; -1 for a NULL or no room.
 */
int anjay_get_string(anjay_input_ctx_t *ctx, char *out_buf, size_t buf_size);

/** Copies bytes, as many as there is room for; further calls continue. */
int anjay_get_bytes(anjay_input_ctx_t *ctx, size_t *out_bytes_read,
                    bool *out_message_finished, void *out_buf, size_t buf_size);

/*
 * Each of these returns 0; ANJAY_ERR_BAD_REQUEST if what was written is not of
 * this type or out of its range; or -1 for a NULL. Object links are written
 * OID:IID, truth values true, false, 1 or 0.
 */
int anjay_get_i32(anjay_input_ctx_t *ctx, int32_t *out);
int anjay_get_i64(anjay_input_ctx_t *ctx, int64_t *out);
int anjay_get_u32(anjay_input_ctx_t *ctx, uint32_t *out);
int anjay_get_u64(anjay_input_ctx_t *ctx, uint64_t *out);
int anjay_get_float(anjay_input_ctx_t *ctx, float *out);
int anjay_get_double(anjay_input_ctx_t *ctx, double *out);
int anjay_get_bool(anjay_input_ctx_t *ctx, bool *out);
int anjay_get_objlnk(anjay_input_ctx_t *ctx, anjay_oid_t *out_oid, anjay_iid_t *out_iid);

/** Where a handler gets the arguments of Execute. */
typedef struct anjay_execute_ctx_struct anjay_execute_ctx_t;

/** Returned where there is no further argument. */
#define ANJAY_EXECUTE_GET_ARG_END 1

/** Goes on to the next argument: its number, and whether it has a text. */
int anjay_execute_get_next_arg(anjay_execute_ctx_t *ctx, int *out_arg,
                               bool *out_has_value);

/** Copies the text of the argument; returns as anjay_get_string(). */
int anjay_execute_get_arg_value(anjay_execute_ctx_t *ctx, size_t *out_bytes_read,
                                char *out_buf, size_t buf_size);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_INCLUDE_ANJAY_IO_H */
