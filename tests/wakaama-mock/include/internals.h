/* What the port uses of Wakaama's private interface. */
#ifndef MOCK_INTERNALS_H
#define MOCK_INTERNALS_H

#include <liblwm2m.h>

#include <string.h>

#include <logging.h>

enum { COAP_GET = 1, COAP_POST, COAP_PUT, COAP_DELETE };

enum {
    COAP_OPTION_OBSERVE = 6,
    COAP_OPTION_CONTENT_TYPE = 12,
    COAP_OPTION_URI_QUERY = 15,
    COAP_OPTION_ACCEPT = 17,
    COAP_OPTION_BLOCK1 = 27
};

#define APPLICATION_LINK_FORMAT 40

typedef struct {
    uint8_t code;
    uint32_t options;
    uint32_t observe;
    uint16_t content_type;
    uint16_t accept[2];
    uint8_t accept_num;
    /* The mock's payload: what a Write carries. */
    int size;
    lwm2m_data_t *data;
} coap_packet_t;

#define IS_OPTION(packet, option) (((packet)->options >> (option)) & 1)

uint8_t dm_handleRequest(lwm2m_context_t *context, lwm2m_uri_t *uri,
                         lwm2m_server_t *server, coap_packet_t *message,
                         coap_packet_t *response);
uint8_t object_readData(lwm2m_context_t *context, lwm2m_uri_t *uri, int *count,
                        lwm2m_data_t **data);
uint8_t object_delete(lwm2m_context_t *context, lwm2m_uri_t *uri);
uint8_t observe_handleRequest(lwm2m_context_t *context, lwm2m_uri_t *uri,
                              lwm2m_server_t *server, int size, lwm2m_data_t *data,
                              coap_packet_t *message, coap_packet_t *response);
void observe_step(lwm2m_context_t *context, time_t now, time_t *timeout);
uint8_t bootstrap_handleCommand(lwm2m_context_t *context, lwm2m_uri_t *uri,
                                lwm2m_server_t *server, coap_packet_t *message,
                                coap_packet_t *response);
uint8_t bootstrap_handleDeleteAll(lwm2m_context_t *context, void *session);
uint8_t bootstrap_handleFinish(lwm2m_context_t *context, void *session);
void bootstrap_step(lwm2m_context_t *context, time_t now, time_t *timeout);
lwm2m_status_t bootstrap_getStatus(lwm2m_context_t *context);
lwm2m_server_t *utils_findBootstrapServer(lwm2m_context_t *context, void *session);
lwm2m_media_type_t utils_convertMediaType(uint16_t type);

#endif
