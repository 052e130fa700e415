
/**
 * @file
 * Connects the access-control engine to an LwM2M client.
 *
 * The engine holds the instances of the Access Control Object (/2), decides who
 * may do what, and keeps its instances in step with the data model. A client is
 * connected to it by glue code, in C, without any rule of access control in it:
 *
 * 1. The client answers the engine's questions: it fills an aac_host_t.
 * 2. Applications call the seven functions of anjay/access_control.h. These
 *    reach the engine of a client through aac_client_install() and
 *    aac_client_call(), which the glue defines (see the end of this file).
 *    persist and restore use avs_stream_write() and
 *    avs_stream_read_reliably().
 * 3. The client's object table serves /2 with the handler functions below.
 * 4. The client asks aac_decide() before each operation, and calls aac_sync()
 *    after each one.
 *
 * Where the client has transactions over its data model, those of /2 follow
 * them by aac_transaction(); a change through a handler needs one.
 *
 * Numbers are in the machine's byte order. Handlers return negative CoAP codes:
 * -128 is 4.00, -132 is 4.04, -133 is 4.05, -160 is 5.00.
 */
