/* What the two halves of the port know of each other. */
#ifndef AAC_WAKAAMA_PORT_H
#define AAC_WAKAAMA_PORT_H

#include "aac_wakaama.h"

#define RID_TARGET_OID 0
#define RID_TARGET_IID 1
#define RID_ACL 2
#define RID_OWNER 3

typedef struct {
    /* First, for Wakaama passes it to the handlers. */
    lwm2m_object_t object;
    lwm2m_context_t *context;
    aac_t *engine;
    /* A Bootstrap-Server's changes of Object 2 are one transaction, open from
     * its first command to its last. */
    bool is_bootstrapping;
    /* One of these commands has failed half-way: the transaction must not be
     * made final. */
    bool is_spoiled;
    /* The list of Instances that Wakaama sees is not up to date. */
    bool is_stale;
    /* A synchronisation has to be tried again. */
    bool is_behind;
    /* Who is being notified (`observed` is NULL otherwise), and what was taken out
     * of Wakaama's lists meanwhile. */
    struct {
        lwm2m_observed_t *observed;
        lwm2m_watcher_t *watcher;
        lwm2m_observed_t *all;
        lwm2m_observed_t *after;
        lwm2m_watcher_t *watchers;
        lwm2m_watcher_t *watcher_after;
    } step;
} aac_wakaama_t;

/* NULL, where Object 2 is absent or the application's own. */
aac_wakaama_t *aac_wakaama_find(lwm2m_context_t *context);

/* Brings the list of Instances that Wakaama sees in step with the engine. */
void aac_wakaama_refresh(aac_wakaama_t *port);

/* Synchronises one Object; `created` names its one new Instance, or is NULL. */
int aac_wakaama_sync(aac_wakaama_t *port, uint16_t origin, uint16_t oid,
                     const uint16_t *created);

/* Synchronises all Objects, accounts last. */
int aac_wakaama_sync_all(aac_wakaama_t *port);

/* Does what was put off. */
void aac_wakaama_catch_up(aac_wakaama_t *port);

#endif /* AAC_WAKAAMA_PORT_H */
