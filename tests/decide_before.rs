//! Decisions about a change that has been made already: they are made by the
//! state before the transaction.

use access_control::{Edit, Engine, MAX_ID, Operation, RID_OWNER};
use testkit::Client;

const TARGET: u16 = 1234;

#[test]
fn what_a_transaction_changed_does_not_count() {
    let client = Client::new(&[1, 2], &[(TARGET, &[5, 6])]);
    let engine = Engine::new(&client);
    engine.set_acl(TARGET, 5, 1, 1).unwrap();
    let mut acl_iid = MAX_ID;
    engine.set_owner(TARGET, 5, 2, &mut acl_iid).unwrap();
    let may = |ssid, oid, iid| {
        let before = engine.decide_before(ssid, Operation::WriteComposite, oid, iid);
        let now = engine.decide(ssid, Operation::WriteComposite, oid, iid);
        (before.allowed, now.allowed)
    };
    assert_eq!(may(1, TARGET, 5), (false, false), "Deny without W");
    assert_eq!(may(2, 2, acl_iid), (true, true), "Allow the owner");

    engine.begin().unwrap();
    engine.set_acl(TARGET, 5, 1, 3).unwrap();
    engine.set_acl(TARGET, 6, 1, 3).unwrap();
    engine.edit(acl_iid, Edit::Write(RID_OWNER, 0, 1)).unwrap();
    assert_eq!(may(1, TARGET, 5), (false, true));
    assert_eq!(may(1, TARGET, 6), (false, true));
    assert_eq!(may(1, 2, acl_iid), (false, true));
    assert_eq!(may(2, 2, acl_iid), (true, false));
    assert_eq!(may(1, 0, 0), (false, false));
    assert_eq!(may(65535, TARGET, 5), (true, true));

    engine.commit().unwrap();
    assert_eq!(may(1, TARGET, 5), (true, true));
    assert_eq!(may(1, 2, acl_iid), (true, true));
}
