/* The mock's own side: what has happened, and what shall fail. */
#ifndef MOCK_H
#define MOCK_H

#include <internals.h>

/* Makes the next allocations succeed, and then one fail; negative: none fails. */
extern int allocations_left;
/* What is allocated and not given back. */
extern int allocated;
/* What the last request read: of each Instance its ID. */
extern uint16_t read_ids[16];
extern size_t read_count;
/* Notifications: to whom, and which Instances they told of. */
typedef struct {
    uint16_t ssid;
    uint16_t oid;
    size_t count;
    uint16_t ids[16];
} notification_t;
extern notification_t notifications[16];
extern size_t notification_count;
/* Send: to whom, and which Instances. */
extern notification_t sent[16];
extern size_t sent_count;
extern size_t registrations;
/* The last line in the log. */
extern char logged[256];
/* How a bootstrap stands: the state of the only Bootstrap-Server. */
extern lwm2m_status_t bootstrap_status;
/* What Wakaama itself thinks of the accounts when a bootstrap ends. */
extern bool accounts_are_valid;

/* The Objects of the device: tables of numbers. */
enum { MOCK_RESOURCES = 12 };
typedef struct mock_instance {
    struct mock_instance *next;
    uint16_t id;
    int64_t values[MOCK_RESOURCES];
} mock_instance_t;

lwm2m_object_t *mock_object(uint16_t oid);
mock_instance_t *mock_add(lwm2m_object_t *object, uint16_t iid);
void mock_remove(lwm2m_object_t *object, uint16_t iid);
void mock_free(lwm2m_object_t *object);
/* Does not go through the linker's --wrap. */
void mock_reset(void);

#endif
