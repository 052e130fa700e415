
/**
 * @file
 * Connects the access-control engine to an LwM2M client.
 *
 * The engine holds the instances of the Access Control Object (/2), decides who
 * may do what, and keeps its instances in step with the data model. A client is
 * connected to it by glue code, in C, without any rule of access control in it:
 *
 * 1. The client answers the engine's questions: it fills an aac_host_t, and
 *    makes an engine with aac_new().
 * 2. It asks aac_decide() before each operation of a server, and calls
 *    aac_sync() after each one.
 * 3. Its object table serves /2 with the handlers from aac_next_instance() to
 *    aac_remove_entry(). Where it has transactions over its data model, those of
 *    /2 follow them by aac_transaction(); a change through a handler needs one.
 * 4. Its application gives rights by aac_set_acl(), aac_set_owner() and
 *    aac_provision(), and keeps them over a restart by aac_persist() and
 *    aac_restore().
 *
 * This is all of it, for a client that calls itself `client`:
 *
 *     static int is_object_registered(void *client, uint16_t oid) {
 *         return find_object(client, oid) != NULL;
 *     }
 *     ... and the other answers of aac_host_t ...
 *
 *     static const aac_host_t HOST = { is_object_registered, ... };
 *     client->aac = aac_new(&HOST, client);
 *
 *     // A server asks for something on /oid/iid:
 *     aac_decision_t why;
 *     if (!aac_decide(client->aac, ssid, AAC_WRITE, oid, iid, &why)) {
 *         char line[120];
 *         aac_explain(&why, line, sizeof(line));
 *         log(line);
 *         return COAP_401_UNAUTHORIZED;
 *     }
 *
 *     // It has created /oid/iid; without its rights there is to be no Instance:
 *     const aac_change_t change = { oid, &iid, 1 };
 *     if (aac_sync(client->aac, ssid, &change, 1)) {
 *         remove_instance(client, oid, iid);
 *         return COAP_500_INTERNAL_SERVER_ERROR;
 *     }
 *
 *     // It writes a resource of /2/iid, which aac_decide() has allowed:
 *     int code = aac_transaction(client->aac, AAC_BEGIN);
 *     if (!code) {
 *         code = aac_write(client->aac, iid, rid, riid, value);
 *         // Also ends the transaction if it does not validate.
 *         int end = aac_transaction(client->aac, code ? AAC_ROLLBACK : AAC_COMMIT);
 *         code = code ? code : end;
 *     }
 *     return -code; // 128 is 4.00, that is 0x80, as CoAP has it
 *
 *     // An account has come or gone; Security and Server have changed:
 *     const aac_change_t accounts[] = { { 0, NULL, 0 }, { 1, NULL, 0 } };
 *     aac_sync(client->aac, AAC_SSID_BOOTSTRAP, accounts, 2);
 *
 *     // Before a restart, and after it:
 *     if (aac_is_modified(client->aac)) aac_persist(client->aac, write_flash, file);
 *     aac_restore(client->aac, read_flash, file);
 *
 * A bootstrap is one transaction from its first change to Bootstrap-Finish, in
 * this order: AAC_VALIDATE (or AAC_COMMIT, which validates), then aac_sync() with
 * all Objects that changed. Whoever synchronises before the commit, inside the
 * transaction, need not care: aac_sync() validates what was written first, and
 * fails as validation does. After a failure: AAC_ROLLBACK, and 4.06.
 *
 * Observations and attributes (pmin ...) are the client's: they end with the
 * account and with the Instance that they are about, and aac_decide() is asked
 * with AAC_OBSERVE before each notification.
 *
 * Any thread may call, but calls for the same engine must not overlap in time:
 * make them under the client's lock. The engine asks aac_host_t in the thread
 * that called it, before it returns; those functions may call it again. It has no
 * thread, no lock and no global variable.
 *
 * All pointers may be NULL, which is an error unless a function says otherwise.
 * Outputs are written on success and where it is said. A function that returns
 * an error has changed nothing. Numbers are in the machine's byte order.
 *
 * What it takes of a Cortex-M4's flash, in bytes, with refusals left out
 * (AAC_REFUSALS=OFF) and without the C library; measured, and written here, by
 * `cargo xtask size --write`. The first row is what every program needs, each
 * other one how much more with these besides. What some share counts in each of
 * them. aac_set_audit() is there with refusals only.
 *
 *       1320  aac_new, aac_free, aac_version, aac_ids_add, aac_decide
 *       +410  aac_decide_before, aac_ask
 *      +3390  aac_explain, aac_rule_text, aac_why_text
 *      +3490  aac_explain_refusal
 *      +3870  aac_sync, aac_sync_step, aac_sync_all
 *       +410  aac_next_instance, aac_next_entry, aac_next, aac_read, aac_get
 *      +2620  aac_transaction, aac_create, aac_remove, aac_reset, aac_write,
 *             aac_reset_resource, aac_remove_entry, aac_edit
 *      +1360  aac_set_acl, aac_set_owner, aac_grant
 *      +2860  aac_provision
 *       +520  aac_is_modified, aac_persist
 *      +1390  aac_restore, aac_purge
 *      15050  all
 *
 * Of the C library the engine needs malloc, realloc, free, memcpy, memmove,
 * memset and memcmp, and on a hosted system abort, which is never called.
 */
