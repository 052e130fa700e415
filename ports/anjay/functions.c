/**
 * @file
 * The functions of anjay/access_control.h and anjay_access_control_ext.h: each
 * takes the client's lock and calls the engine.
 */

#include "port.h"

#include <avsystem/commons/avs_errno.h>
#include <avsystem/commons/avs_stream.h>

#include <anjay/access_control.h>
#include <anjay_access_control_ext.h>

VISIBILITY_SOURCE_BEGIN

/* NULL, which the engine's functions refuse, where Object 2 is not installed. */
static aac_t *find_engine(anjay_unlocked_t *anjay) {
    const aac_port_t *port = aac_port_find(anjay);
    if (!port) {
        port_log(ERROR, _("Object 2 of the access-control library is not installed"));
        return NULL;
    }
    return port->engine;
}

/* The lock macros open and close a function in debug builds of Anjay. */

int anjay_access_control_install(anjay_t *anjay_locked) {
    int result = -1;
    if (anjay_locked) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        result = aac_port_install(anjay);
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    } else {
        port_log(ERROR, _("the client must not be NULL"));
    }
    return result;
}

/* Both functions below; see aac_grant(). */
AAC_PORT_SHARED static int grant(anjay_t *anjay_locked,
                                 uint32_t target,
                                 anjay_ssid_t ssid,
                                 int32_t mask,
                                 anjay_iid_t *inout_acl_iid) {
    int result = -1;
    if (anjay_locked) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        result = aac_grant(find_engine(anjay), target, ssid, mask, inout_acl_iid);
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    }
    return -(result < 0);
}

int anjay_access_control_set_acl(anjay_t *anjay,
                                 anjay_oid_t oid,
                                 anjay_iid_t iid,
                                 anjay_ssid_t ssid,
                                 anjay_access_mask_t access_mask) {
    return grant(anjay, AAC_PORT_TARGET(oid, iid), ssid, access_mask, NULL);
}

int anjay_access_control_set_owner(anjay_t *anjay,
                                   anjay_oid_t target_oid,
                                   anjay_iid_t target_iid,
                                   anjay_ssid_t owner_ssid,
                                   anjay_iid_t *inout_acl_iid) {
    return grant(anjay, AAC_PORT_TARGET(target_oid, target_iid), owner_ssid, -1,
                 inout_acl_iid);
}

/* The one of the host interface by another name. */
AVS_STATIC_ASSERT(sizeof(anjay_access_control_grant_t) == sizeof(aac_grant_t),
                  grants_are_the_same);

int anjay_access_control_provision(anjay_t *anjay_locked,
                                   const anjay_access_control_grant_t *grants,
                                   size_t count,
                                   size_t *out_refused) {
    int result = -1;
    if (anjay_locked) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        result = aac_provision(find_engine(anjay),
                               (const aac_grant_t *) (const void *) grants,
                               count, out_refused);
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    } else if (out_refused) {
        *out_refused = count;
    }
    return -(result < 0);
}

void anjay_access_control_purge(anjay_t *anjay_locked) {
    if (anjay_locked) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        (void) aac_purge(find_engine(anjay));
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    }
}

bool anjay_access_control_is_modified(anjay_t *anjay_locked) {
    bool result = false;
    if (anjay_locked) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        result = aac_is_modified(find_engine(anjay));
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    }
    return result;
}

/* ---- persistence ------------------------------------------------------- */

/* A stream, and the error that it has returned. */
typedef struct {
    avs_stream_t *stream;
    avs_error_t error;
} stream_t;

static int keep(stream_t *stream, avs_error_t error) {
    stream->error = error;
    return avs_is_err(error) ? -1 : 0;
}

static int write_bytes(void *stream_, const void *bytes, size_t size) {
    stream_t *stream = (stream_t *) stream_;
    return keep(stream, avs_stream_write(stream->stream, bytes, size));
}

static int read_bytes(void *stream_, void *bytes, size_t size) {
    stream_t *stream = (stream_t *) stream_;
    return keep(stream, avs_stream_read_reliably(stream->stream, bytes, size));
}

/* The stream's own error, or the one that says what the engine's does. */
static avs_error_t error_of(const stream_t *stream, int result) {
    if (!result || avs_is_err(stream->error)) {
        return stream->error;
    }
    avs_errno_t code = AVS_EINVAL;
    if (result == AAC_ERROR_NO_MEMORY) {
        code = AVS_ENOMEM;
    } else if (result == AAC_ERROR_MALFORMED) {
        code = AVS_EBADMSG;
    } else if (result == AAC_ERROR_BUSY) {
        code = AVS_EBADF;
    } else if (result == AAC_ERROR_HOST) {
        code = AVS_EIO;
    }
    return avs_errno(code);
}

static avs_error_t
transfer(anjay_t *anjay_locked, avs_stream_t *avs_stream, bool restores) {
    stream_t stream = { avs_stream, AVS_OK };
    int result = AAC_ERROR_BAD_REQUEST;
    if (anjay_locked && avs_stream) {
        ANJAY_MUTEX_LOCK(anjay, anjay_locked);
        aac_t *engine = find_engine(anjay);
        result = restores ? aac_restore(engine, read_bytes, &stream)
                          : aac_persist(engine, write_bytes, &stream);
        ANJAY_MUTEX_UNLOCK(anjay_locked);
    } else {
        port_log(ERROR, _("neither the client nor the stream may be NULL"));
    }
    if (!result) {
        port_log(INFO, _("the access-control state was ") "%s",
                 restores ? "restored" : "persisted");
    }
    return error_of(&stream, result);
}

avs_error_t anjay_access_control_persist(anjay_t *anjay_locked,
                                         avs_stream_t *out_stream) {
    return transfer(anjay_locked, out_stream, false);
}

avs_error_t anjay_access_control_restore(anjay_t *anjay_locked,
                                         avs_stream_t *in_stream) {
    return transfer(anjay_locked, in_stream, true);
}

/* ---- refusals ---------------------------------------------------------- */

#ifdef ANJAY_WITH_LOGS
void aac_port_log_refusal(void *host, const aac_refusal_t *refusal) {
    (void) host;
    char line[200];
#    ifdef AVS_COMMONS_WITH_MICRO_LOGS
    /* Where texts are left out of the image, ours are too. */
    (void) avs_simple_snprintf(line, sizeof(line), "%u %u /%u/%u %u",
                               refusal->call, refusal->why, refusal->oid,
                               refusal->iid, refusal->ssid);
#    else
    (void) aac_explain_refusal(refusal, line, sizeof(line));
#    endif
    switch (refusal->why) {
    case AAC_WHY_NOT_GOVERNABLE:
    case AAC_WHY_OBJECT_NOT_REGISTERED:
    case AAC_WHY_INSTANCE_MISSING:
    case AAC_WHY_SERVER_UNKNOWN:
    case AAC_WHY_OWNER_UNKNOWN:
    case AAC_WHY_IID_TAKEN:
    case AAC_WHY_STREAM_FAILED:
    case AAC_WHY_WRONG_MAGIC:
        port_log(WARNING, "%s", line);
        return;
    default:
        break;
    }
    switch (refusal->call) {
    case AAC_CALL_VALIDATE:
    case AAC_CALL_COMMIT:
        port_log(WARNING, "%s", line);
        break;
    case AAC_CALL_CREATE:
    case AAC_CALL_REMOVE:
    case AAC_CALL_RESET:
    case AAC_CALL_RESET_RESOURCE:
    case AAC_CALL_WRITE:
    case AAC_CALL_REMOVE_ENTRY:
        /* A server hears of its own mistakes. */
        port_log(DEBUG, "%s", line);
        break;
    default:
        port_log(ERROR, "%s", line);
        break;
    }
}
#endif /* ANJAY_WITH_LOGS */
