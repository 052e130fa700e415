//! LwM2M 7.3, rule by rule, in the order in which they are tried: one test a rule,
//! named by it. Each shows that the rule decides, and what comes before it.

use access_control::Operation::{Create, Delete, Discover, Execute, Observe, Read, Write};
use access_control::*;
use testkit::Client;

/// `/1234/0` to `/1234/2` and `/3/0`, and two servers.
fn client() -> Client {
    Client::new(&[1, 2], &[(1234, &[0, 1, 2]), (3, &[0])])
}

fn granted<'a>(client: &'a Client, grants: &[(Oid, Iid, Ssid, u16)]) -> Engine<&'a Client> {
    let engine = Engine::new(client);
    for &(oid, iid, ssid, mask) in grants {
        engine.set_acl(oid, iid, ssid, mask).expect("a valid grant");
    }
    engine
}

#[track_caller]
fn allows(decision: Decision, rule: Rule) {
    assert!(decision.allowed, "Allow: {decision:?}");
    assert_eq!(decision.rule, rule);
}

#[track_caller]
fn denies(decision: Decision, rule: Rule) {
    assert!(!decision.allowed, "Deny: {decision:?}");
    assert_eq!(decision.rule, rule);
}

#[test]
fn keys_are_closed() {
    let client = client();
    let engine = granted(&client, &[]);
    for oid in [OID_SECURITY, OID_OSCORE] {
        for operation in Operation::ALL {
            for ssid in [1, SSID_BOOTSTRAP] {
                denies(engine.decide(ssid, operation, oid, 0), Rule::KeysAreClosed);
            }
        }
    }
}

#[test]
fn bootstrap() {
    let client = client();
    let engine = granted(&client, &[]);
    for operation in Operation::ALL {
        for (oid, iid) in [(1234, 0), (9, 9), (OID_ACCESS_CONTROL, 0)] {
            allows(
                engine.decide(SSID_BOOTSTRAP, operation, oid, iid),
                Rule::Bootstrap,
            );
        }
    }
}

#[test]
fn discover_is_open() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 1, 0)]);
    for ssid in [1, 9] {
        allows(engine.decide(ssid, Discover, 1234, 0), Rule::DiscoverIsOpen);
    }
}

/// [7.3.2.1] For that account's server, and nobody else.
#[test]
fn single_server() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 1, 0)]);
    denies(engine.decide(1, Delete, 1234, 0), Rule::OwnEntry);
    client.take(0, 2);
    allows(engine.decide(1, Delete, 1234, 0), Rule::SingleServer);
    denies(engine.decide(2, Delete, 1234, 0), Rule::NoEntry);
    client.take(0, 1);
    denies(engine.decide(1, Delete, 1234, 0), Rule::OwnEntry);
}

#[test]
fn acl_is_readable() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 1, 15)]);
    for operation in [Read, Observe, Operation::WriteAttributes, Operation::Send] {
        allows(
            engine.decide(2, operation, OID_ACCESS_CONTROL, 0),
            Rule::AclIsReadable,
        );
    }
}

#[test]
fn acl_is_fixed() {
    let client = client();
    let engine = granted(&client, &[]);
    engine
        .set_owner(1234, 0, 1, &mut { MAX_ID })
        .expect("valid");
    for operation in [Create, Delete] {
        denies(
            engine.decide(1, operation, OID_ACCESS_CONTROL, 0),
            Rule::AclIsFixed,
        );
    }
}

#[test]
fn acl_owner() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 2, 15)]);
    engine
        .set_owner(1234, 0, 1, &mut { MAX_ID })
        .expect("valid");
    for operation in [Write, Execute, Operation::WriteComposite] {
        let decide = |ssid, iid| engine.decide(ssid, operation, OID_ACCESS_CONTROL, iid);
        allows(decide(1, 0), Rule::AclOwner);
        denies(decide(2, 0), Rule::AclOwner);
        denies(decide(1, 7), Rule::AclOwner);
        denies(decide(SSID_ANY, 0), Rule::AclOwner);
        assert_eq!(decide(1, 0).acl_iid, 0);
    }
}

#[test]
fn not_governed() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 0, 15), (1234, MAX_ID, 1, 16)]);
    denies(engine.decide(1, Read, 1234, 1), Rule::NotGoverned);
    denies(engine.decide(1, Read, 3, 0), Rule::NotGoverned);
    denies(engine.decide(1, Create, 3, 0), Rule::NotGoverned);
}

/// Each operation by its own right, whatever else there is.
#[test]
fn own_entry() {
    let client = client();
    for operation in Operation::ALL {
        let right = operation.right().bits();
        let iid = match operation {
            Discover => continue,
            Create => MAX_ID,
            _ => 0,
        };
        let all = if iid == MAX_ID { 16 } else { 15 };
        let engine = granted(&client, &[(1234, iid, 1, right), (1234, iid, 0, all)]);
        engine
            .set_owner(1234, iid, 1, &mut { MAX_ID })
            .expect("valid");
        allows(engine.decide(1, operation, 1234, 0), Rule::OwnEntry);
        engine.set_acl(1234, iid, 1, all & !right).expect("valid");
        denies(engine.decide(1, operation, 1234, 0), Rule::OwnEntry);
    }
}

/// Reserved bits of a restored mask mean nothing.
#[test]
fn own_entry_without_reserved_bits() {
    let client = client();
    let engine = Engine::new(&client);
    let file = b"ACO\x01\0\0\0\x01\x04\xd2\0\0\0\0\0\x02\x01\0\0\0\x01\xff\xe2\0\x01";
    engine
        .restore(&mut testkit::Bytes::from(file))
        .expect("as a device writes it");
    allows(engine.decide(1, Write, 1234, 0), Rule::OwnEntry);
    denies(engine.decide(1, Read, 1234, 0), Rule::OwnEntry);
    assert_eq!(engine.decide(1, Write, 1234, 0).mask, 2);
}

/// The owner has every right but Create, where it has no entry of its own.
#[test]
fn owner() {
    let client = client();
    let engine = granted(&client, &[(1234, MAX_ID, 2, 16)]);
    engine
        .set_owner(1234, 0, 1, &mut { MAX_ID })
        .expect("valid");
    engine
        .set_owner(1234, MAX_ID, 1, &mut { MAX_ID })
        .expect("valid");
    for operation in [Read, Write, Execute, Delete] {
        allows(engine.decide(1, operation, 1234, 0), Rule::Owner);
        denies(engine.decide(2, operation, 1234, 0), Rule::NoEntry);
    }
    assert!(!engine.decide(1, Create, 1234, 0).allowed, "Deny Create");
    if !cfg!(feature = "anjay-compat") {
        engine.set_acl(1234, 0, 0, 0).expect("valid");
        engine.set_acl(1234, 0, 2, 1).expect("valid");
        allows(engine.decide(1, Write, 1234, 0), Rule::Owner);
    }
}

#[test]
fn default_entry() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 0, 1), (1234, 0, 2, 2)]);
    for ssid in [1, 9] {
        allows(engine.decide(ssid, Read, 1234, 0), Rule::DefaultEntry);
        denies(engine.decide(ssid, Write, 1234, 0), Rule::DefaultEntry);
    }
    denies(engine.decide(2, Read, 1234, 0), Rule::OwnEntry);
}

/// [7.3.2] Creating takes an entry of one's own.
#[test]
fn no_default_entry_for_create() {
    let client = client();
    let engine = granted(&client, &[(1234, MAX_ID, 0, 16), (1234, MAX_ID, 2, 16)]);
    allows(engine.decide(2, Create, 1234, 5), Rule::OwnEntry);
    let decision = engine.decide(1, Create, 1234, 5);
    match cfg!(feature = "anjay-compat") {
        true => allows(decision, Rule::DefaultEntry),
        false => denies(decision, Rule::NoEntry),
    }
}

#[test]
fn no_entry() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 2, 15)]);
    denies(engine.decide(1, Read, 1234, 0), Rule::NoEntry);
    denies(engine.decide(SSID_ANY, Read, 1234, 0), Rule::NoEntry);
}

/// Nothing but Create is asked about the creation of Instances.
#[test]
fn not_decided() {
    let client = client();
    let engine = granted(&client, &[(1234, MAX_ID, 1, 16)]);
    denies(engine.decide(1, Read, 1234, MAX_ID), Rule::NotDecided);
    allows(engine.decide(1, Create, 1234, MAX_ID), Rule::OwnEntry);
}

/// The default entry of SSID 0 is nobody's own.
#[test]
fn ssid_zero_is_nobody() {
    let client = client();
    let engine = granted(&client, &[(1234, 0, 0, 1)]);
    allows(engine.decide(SSID_ANY, Read, 1234, 0), Rule::DefaultEntry);
    denies(engine.decide(SSID_ANY, Write, 1234, 0), Rule::DefaultEntry);
}
