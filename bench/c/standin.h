/**
 * @file
 * A stand-in for an access-control module with the data structures of the C
 * original: linked lists, walked for each question, and a full clone for each
 * transaction. It is our own code and no measurement of Anjay; it shows what
 * such structures cost on the machine at hand. Where the original does more (it
 * reads its lists through the data model), the stand-in is the faster one.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct standin standin_t;

standin_t *standin_new(void);
void standin_free(standin_t *state);
bool standin_decide(const standin_t *state, uint16_t ssid, uint16_t right, uint16_t oid,
                    uint16_t iid);
/** Looks for the target in a list that the client makes, as the original does. */
int standin_set_acl(standin_t *state, uint16_t oid, uint16_t iid, uint16_t ssid,
                    uint16_t mask);
/** One write to an ACL: clone, write, look at everything, drop the clone. */
int standin_transaction(standin_t *state, uint16_t acl_iid, uint16_t ssid, uint16_t mask);
int standin_persist(const standin_t *state, void *stream);
int standin_restore(standin_t *state, void *stream);

/* What the benchmark gives it. */
int standin_write(void *stream, const void *bytes, size_t size);
int standin_read(void *stream, void *bytes, size_t size);
/** Calls @p visit for each Instance until it returns false. */
void standin_instances(uint16_t oid, bool (*visit)(void *arg, uint16_t iid), void *arg);

#endif
