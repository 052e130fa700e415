//! One test for each fault that random sequences, injected failures and
//! fuzzing have found, by the shortest way to it.

use access_control::*;
use testkit::nested::{At, nested};
use testkit::ops::{Op, check_settled, dump};
use testkit::*;

/// While a replacing write has unset the owner, nobody owns the instance: not
/// SSID 0 either, which is how "unset" is kept.
#[test]
fn ssid_zero_owns_nothing() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    engine.begin().expect("none is open");
    engine.edit(0, Edit::Reset).expect("it exists");
    for operation in [Operation::Read, Operation::Write, Operation::Delete] {
        let decision = engine.decide(0, operation, 3, 0);
        assert!(!decision.allowed, "Deny SSID 0 {operation:?}: {decision:?}");
    }
    let decision = engine.decide(0, Operation::Write, 2, 0);
    assert!(!decision.allowed, "Deny SSID 0 to edit: {decision:?}");
}

/// Object 65535 does not exist, so nothing on it can be created; an instance
/// made for it would have no target and could never be persisted.
#[test]
fn nothing_is_created_on_object_65535() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    let change = ObjectChange {
        oid: MAX_ID,
        created: &[0],
    };
    engine.sync(1, [change].into_iter()).expect("ignored");
    assert_eq!(engine.next_instance(None), None);
    assert_eq!(persisted(&engine), b"ACO\x01\0\0\0\0");
}

/// What a handler changes while its instance is being checked is checked too.
#[test]
fn a_change_during_validation_is_validated() {
    let engine = nested(Client::new(&[1, 2], &[(3, &[0])]), At::Questions);
    let nest = &engine.host().0;
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    engine.begin().expect("none is open");
    engine.edit(0, Edit::Write(2, 2, 1)).expect("in range");
    let unknown_owner = Op::Edit(0, Edit::Write(3, 0, 77));
    for question in [1, 2] {
        nest.start([(question, unknown_owner.clone())].into());
        assert_eq!(engine.validate(), Err(Error::BadRequest), "{question}");
        assert_eq!(nest.done.take().len(), 1);
        engine.edit(0, Edit::Write(3, 0, 65535)).expect("in range");
    }
}

/// Nothing of a transaction that begins while another one is being validated
/// passes for validated.
#[test]
fn a_transaction_begun_during_validation_is_validated() {
    let engine = nested(Client::new(&[1, 2], &[(3, &[0])]), At::Questions);
    let nest = &engine.host().0;
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    let before = dump(&*engine);
    engine.begin().expect("none is open");
    for _ in 0..4 {
        engine.edit(0, Edit::Write(2, 2, 1)).expect("in range");
    }
    let incomplete = Op::Edit(9, Edit::Create);
    nest.start([(1, Op::Rollback), (2, Op::Begin), (3, incomplete)].into());
    let _ = engine.commit();
    let _ = engine.rollback();
    check_settled(&dump(&*engine));
    assert_eq!(dump(&*engine), before);
}

/// An entry and an owner in one grant, for an instance that had no ACL: its ACL
/// is there afterwards, and is persisted.
#[test]
fn an_absent_acl_takes_an_entry_and_an_owner_at_once() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    let without_acl = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x01\0";
    engine
        .restore(&mut Bytes::from(without_acl))
        .expect("as Anjay writes it");
    let grant = Provision {
        oid: 3,
        iid: 0,
        ssid: 1,
        mask: 1,
        owner: 2,
    };
    engine.provision([grant].into_iter()).expect("valid");
    assert_eq!(engine.next_entry(0, None), Ok(Some(1)));
    let with_acl = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x02\x01\0\0\0\x01\0\x01\0\x01";
    assert_eq!(persisted(&engine), with_acl);
}
