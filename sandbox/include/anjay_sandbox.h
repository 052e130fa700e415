/**
 * @file
 * What tests and tools need of a client of the sandbox. Nothing here exists in
 * Anjay, so applications that are to run there keep away from it.
 */
#ifndef ANJAY_SANDBOX_H
#define ANJAY_SANDBOX_H

#include <anjay/dm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Executes one line of the language that anjay_event_loop_run() reads.
 *
 * @returns The answer as text, to be freed with anjay_sandbox_free(); NULL for
 *          a NULL.
 */
char *anjay_sandbox_run(anjay_t *anjay, const char *line);

/** Frees an answer; NULL is ignored. */
void anjay_sandbox_free(char *text);

/**
 * Asks access control.
 *
 * @param operation An aac_operation_t of access_control_host.h.
 */
bool anjay_sandbox_may(anjay_t *anjay, anjay_ssid_t ssid, int operation, anjay_oid_t oid,
                       anjay_iid_t iid);

/** Opens a transaction, in which the handlers below can be called. */
int anjay_sandbox_begin(anjay_t *anjay);

/**
 * Ends it: validates and commits if @p result is 0, else takes everything back.
 *
 * @returns What came of it: @p result, or why committing failed.
 */
int anjay_sandbox_end(anjay_t *anjay, int result);

/*
 * Handlers of any Object, without access control. Each has the Object join the
 * open transaction, and returns what the handler does: 0 or a negative CoAP
 * code; -160 outside a transaction.
 */
int anjay_sandbox_create(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid);
int anjay_sandbox_remove(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid);
int anjay_sandbox_reset(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid);
int anjay_sandbox_reset_resource(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid,
                                 anjay_rid_t rid);
int anjay_sandbox_remove_resource_instance(anjay_t *anjay, anjay_oid_t oid,
                                           anjay_iid_t iid, anjay_rid_t rid,
                                           anjay_riid_t riid);
int anjay_sandbox_write(anjay_t *anjay, anjay_oid_t oid, anjay_iid_t iid, anjay_rid_t rid,
                        anjay_riid_t riid, int64_t value);

/**
 * Has access control follow a change in an Object.
 *
 * @param origin  The server that made it, or 65535.
 * @param oid     The Object.
 * @param created Instances that are new; may be NULL.
 * @param count   How many.
 * @returns 0 or a negative CoAP code.
 */
int anjay_sandbox_synchronise(anjay_t *anjay, anjay_ssid_t origin, anjay_oid_t oid,
                              const anjay_iid_t *created, size_t count);

#ifdef __cplusplus
}
#endif

#endif /* ANJAY_SANDBOX_H */
