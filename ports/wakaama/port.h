/* What the two halves of the port know of each other. */
#ifndef AAC_WAKAAMA_PORT_H
#define AAC_WAKAAMA_PORT_H

#include "aac_wakaama.h"

#include <internals.h>

typedef struct {
    /* First, for Wakaama passes it to the handlers. */
    lwm2m_object_t object;
    lwm2m_context_t *context;
    aac_t *engine;
    /* A Bootstrap-Server's changes of Object 2 are one transaction, open from
     * its first command to its last. */
    bool is_bootstrapping;
    /* One of these commands has succeeded. */
    bool has_begun;
    /* One has failed half-way: the transaction must not be made final. */
    bool is_spoiled;
    /* Something has changed that was not looked at, or could not be followed. */
    bool is_behind;
    /* Was deleted last; Wakaama looks at it afterwards. */
    lwm2m_list_t *gone;
    /* How many Objects have Instances hidden, which would pass for gone. */
    size_t hiding;
    /* Who is being notified, or NULL; and what stands in for `observedList` and for
     * what follows the watcher, as soon as these are exchanged. */
    lwm2m_watcher_t *watcher;
    lwm2m_watcher_t *after;
    lwm2m_observed_t *observed;
} aac_wakaama_t;

/* NULL, where Object 2 is absent or the application's own. */
aac_wakaama_t *aac_wakaama_find(lwm2m_context_t *context);

lwm2m_object_t *aac_wakaama_object(lwm2m_context_t *context, uint16_t oid);

/* Brings the list of Instances that Wakaama sees in step with the engine. */
void aac_wakaama_refresh(aac_wakaama_t *port);

/* Does what was put off, if it can be done now: 0, or -1 if that fails. */
int aac_wakaama_catch_up(aac_wakaama_t *port);

#endif /* AAC_WAKAAMA_PORT_H */
