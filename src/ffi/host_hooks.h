#ifdef __cplusplus
extern "C" {
#endif

/* What the glue of a client defines. */

/** A client. Glue for a client other than Anjay defines struct anjay_struct. */
struct anjay_struct;

/** A call into the engine; @p aac is NULL where Object 2 is not installed. */
typedef int aac_body_t(aac_t *aac, void *arg);

/**
 * Defined by the glue: makes an engine by aac_new(), keeps it with the client,
 * and registers Object 2. Takes the client's lock.
 *
 * @returns 0; or a negative number if Object 2 is there already or something
 *          failed, with nothing changed.
 */
int aac_client_install(struct anjay_struct *anjay);

/**
 * Defined by the glue: takes the client's lock, calls @p body once, with the
 * client's engine, or NULL if there is none, and @p arg, and releases the lock.
 *
 * @returns What @p body returned; the engine ignores it.
 */
int aac_client_call(struct anjay_struct *anjay, aac_body_t *body, void *arg);

#ifdef __cplusplus
}
#endif
