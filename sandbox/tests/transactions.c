/* Which handlers an operation calls, in which order, and what a failure
 * leaves: B begin, c create, d remove, r reset, w write, V validate, C commit,
 * R rollback. */
#include "check.h"

int main(void) {
    anjay_t *anjay = new_client_with_servers();
    thing_t thing, other;
    thing_register(anjay, &thing, 1234);
    thing_register(anjay, &other, 1235);
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 0, 1, 15));
    CHECK(!anjay_access_control_set_acl(anjay, 1235, 0, 1, 15));
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 65535, 1, 16));

    /* What changes nothing begins nothing. */
    ANSWER(anjay, "1 read /1234/0", "2.05");
    ANSWER(anjay, "1 discover /1234", "2.05");
    ANSWER(anjay, "1 write /1234/0/7 5", "4.04");
    ANSWER(anjay, "1 write /1234/0/2 5", "4.05");
    ANSWER(anjay, "2 write /1234/0/0 5", "4.01");
    CHECK(thing_called(&thing, ""));

    ANSWER(anjay, "1 write /1234/0/0 5", "2.04");
    CHECK(thing_called(&thing, "BwVC"));
    ANSWER(anjay, "1 write /1234/0 0=6", "2.04");
    CHECK(thing_called(&thing, "BrwVC"));
    ANSWER(anjay, "1 update /1234/0 0=7", "2.04");
    CHECK(thing_called(&thing, "BwVC"));
    ANSWER(anjay, "1 create /1234/3 0=8", "2.01");
    CHECK(thing_called(&thing, "BcwVC"));
    ANSWER(anjay, "1 delete /1234/3", "2.02");
    CHECK(thing_called(&thing, "BdVC"));
    ANSWER(anjay, "1 execute /1234/0/1 0 3='xyz'", "2.04");
    CHECK(thing_called(&thing, "03x"));
    CHECK(thing_called(&other, ""));

    /* Whatever fails takes everything back, the rights included. */
    thing.write_result = ANJAY_ERR_BAD_REQUEST;
    ANSWER(anjay, "1 create /1234/3 0=8",
           "4.00 Bad Request\n  reason: resource_write of /1234/3/0 returned -128");
    CHECK(thing_called(&thing, "BcwR"));
    CHECK(!thing.exists[3]);
    thing.write_result = 0;
    ANSWER(anjay, "1 create /1234/3 0=text", "4.00");
    CHECK(thing_called(&thing, "BcwR"));
    ANSWER(anjay, "1 create /1234/3 7=8", "4.04");
    CHECK(thing_called(&thing, "BcR"));
    thing.validate_result = -1;
    ANSWER(anjay, "1 create /1234/3 0=8", "5.00");
    CHECK(thing_called(&thing, "BcwVR"));
    CHECK(!thing.exists[3]);
    thing.validate_result = 0;
    thing.commit_result = ANJAY_ERR_INTERNAL;
    ANSWER(anjay, "1 create /1234/3 0=8", "5.00");
    CHECK(thing_called(&thing, "BcwVCR"));
    CHECK(!thing.exists[3]);
    thing.commit_result = 0;
    thing.begin_result = ANJAY_ERR_SERVICE_UNAVAILABLE;
    ANSWER(anjay, "1 create /1234/3 0=8", "5.03");
    CHECK(thing_called(&thing, "B"));
    thing.begin_result = 0;
    ANSWER(anjay, "bs read /2", "2.05");
    CHECK(anjay_sandbox_may(anjay, 1, 1, 1234, 0));
    CHECK(!anjay_sandbox_may(anjay, 1, 1, 1234, 3));

    /* Several Objects: all or none. */
    ANSWER(anjay, "1 write-composite /1234/0/0=1 /1235/0/0=2", "2.04");
    CHECK(thing_called(&thing, "BwVC"));
    CHECK(thing_called(&other, "BwVC"));
    other.validate_result = ANJAY_ERR_BAD_REQUEST;
    ANSWER(anjay, "1 write-composite /1234/0/0=3 /1235/0/0=4", "4.00");
    CHECK(thing_called(&thing, "BwVR"));
    CHECK(thing_called(&other, "BwVR"));
    CHECK(thing.number[0] == 1 && other.number[0] == 2);
    other.validate_result = 0;
    CHECK(!anjay_access_control_set_acl(anjay, 1235, 0, 1, 1));
    ANSWER(anjay, "1 write-composite /1234/0/0=3 /1235/0/0=4", "4.01");
    CHECK(thing_called(&thing, ""));
    CHECK(thing_called(&other, ""));

    /* A bootstrap is one long transaction. */
    ANSWER(anjay, "bs begin", "2.04");
    ANSWER(anjay, "bs begin", "4.00");
    ANSWER(anjay, "bs write /1234/0/0 9", "2.04");
    ANSWER(anjay, "bs write /1234/5 0=5", "2.04");
    ANSWER(anjay, "bs delete /1235/0", "2.02");
    CHECK(thing_called(&thing, "Bwcw"));
    CHECK(thing_called(&other, "Bd"));
    ANSWER(anjay, "1 read /1234/0", "5.03");
    ANSWER(anjay, "bs finish", "2.04");
    ANSWER(anjay, "bs finish", "4.00");
    CHECK(thing_called(&thing, "VC"));
    CHECK(thing_called(&other, "VC"));

    /* One that went wrong in the middle leaves nothing. */
    ANSWER(anjay, "bs begin", "2.04");
    ANSWER(anjay, "bs write /1234/0/0 10", "2.04");
    ANSWER(anjay, "bs write /1234/5/0 text", "4.00");
    ANSWER(anjay, "bs finish", "4.06");
    CHECK(thing_called(&thing, "BwwR"));
    CHECK(thing.number[0] == 9);
    /* A question that fails before it changes anything does no harm. */
    ANSWER(anjay, "bs begin", "2.04");
    ANSWER(anjay, "bs write /1234/0/0 10", "2.04");
    ANSWER(anjay, "bs write /1234/0/7 1", "4.04");
    ANSWER(anjay, "bs finish", "2.04");
    CHECK(thing_called(&thing, "BwVC"));
    CHECK(thing.number[0] == 10);

    /* Access Control follows an operation before its commit, a bootstrap after
     * it; here by removing what nobody can reach any more. */
    CHECK(!anjay_access_control_set_acl(anjay, 1234, 5, 1, 15));
    CHECK(!anjay_access_control_set_owner(anjay, 1234, 5, 1, NULL));
    ANSWER(anjay, "bs begin", "2.04");
    ANSWER(anjay, "bs write /1234/0/0 9", "2.04");
    ANSWER(anjay, "bs delete /0/1", "2.02");
    ANSWER(anjay, "bs finish", "2.04");
    CHECK(thing_called(&thing, "BwVCBdVC"));
    CHECK(thing.exists[0] && !thing.exists[5]);
    thing.number[0] = 10;

    /* Without transaction handlers an Object cannot be changed. */
    thing.storage.handlers.transaction_begin = NULL;
    ANSWER(anjay, "bs write /1234/0/0 11", "4.05");
    CHECK(thing_called(&thing, ""));

    /* What is not finished when the client is deleted is taken back. */
    thing.storage.handlers.transaction_begin = thing_begin;
    ANSWER(anjay, "bs begin", "2.04");
    ANSWER(anjay, "bs write /1234/0/0 12", "2.04");
    anjay_delete(anjay);
    CHECK(thing_called(&thing, "BwR"));
    CHECK(thing.number[0] == 10);
    printf("all passed\n");
    return 0;
}
