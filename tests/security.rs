//! Without the doing of the owner, or of the bootstrap and the application that
//! act for it, no server's set of allowed operations grows; whatever servers
//! try, in whatever order, and whatever fails meanwhile.

use access_control::*;
use proptest::prelude::*;
use std::collections::HashSet;
use testkit::ops::{self, FIXED, SERVERS, dump};
use testkit::{Client, model::Rows};

const TARGETS: [Oid; 3] = [3, 1234, FIXED];
const IIDS: [Iid; 5] = [0, 1, 2, 3, MAX_ID];

/// What a server sends.
#[derive(Clone, Debug)]
enum Request {
    /// An operation on a target; a created or deleted instance is there, or
    /// gone, afterwards.
    Operate(Operation, Oid, Iid),
    /// Edits of one instance of Object 2, in one request: the resources that a
    /// server can write, an ACL and an owner.
    Edit(Iid, Vec<Edit>),
    /// Instances come and go without the server having had anything to do with
    /// access control: by an Execute, for example.
    Vanish(Oid, Iid),
}

/// Whether a call of the host fails while the request is served, and which.
type Fault = Option<u32>;

fn request() -> impl Strategy<Value = Request> {
    let oid = prop::sample::select(&TARGETS[..]);
    let operation = prop::sample::select(&Operation::ALL[..]);
    let edit = prop_oneof![
        4 => (0..5u16, 0..32i64).prop_map(|(ssid, mask)| Edit::Write(RID_ACL, ssid, mask)),
        2 => (1..5i64).prop_map(|owner| Edit::Write(RID_OWNER, 0, owner)),
        1 => Just(Edit::ResetResource(RID_ACL)),
        1 => Just(Edit::Reset),
        1 => (0..5u16).prop_map(Edit::RemoveEntry),
    ];
    let edits = prop::collection::vec(edit, 1..4);
    prop_oneof![
        4 => (operation, oid.clone(), 0..4u16).prop_map(|(o, oid, iid)| Request::Operate(o, oid, iid)),
        2 => (0..8u16, edits).prop_map(|(iid, edits)| Request::Edit(iid, edits)),
        1 => (oid, 0..4u16).prop_map(|(oid, iid)| Request::Vanish(oid, iid)),
    ]
}

type Right = (Ssid, Operation, Oid, Iid);

fn allowed(engine: &Engine<&Client>) -> HashSet<Right> {
    let mut allowed = HashSet::new();
    for ssid in SERVERS {
        for operation in [
            Operation::Read,
            Operation::Write,
            Operation::Execute,
            Operation::Delete,
            Operation::Create,
        ] {
            for oid in TARGETS {
                for iid in IIDS {
                    // The instance does not matter to it.
                    if operation == Operation::Create && iid != MAX_ID {
                        continue;
                    }
                    if engine.decide(ssid, operation, oid, iid).allowed {
                        // The right to create is one for the whole Object.
                        let iid = match operation {
                            Operation::Create => MAX_ID,
                            _ => iid,
                        };
                        allowed.insert((ssid, operation, oid, iid));
                    }
                }
            }
            for iid in 0..10 {
                if engine.decide(ssid, operation, 2, iid).allowed {
                    allowed.insert((ssid, operation, 2, iid));
                }
            }
        }
    }
    allowed
}

fn sync(engine: &Engine<&Client>, origin: Ssid, oid: Oid, created: &[Iid]) {
    let _ = engine.sync(origin, [ObjectChange { oid, created }].into_iter());
}

/// Serves a request as a client does; what may grow by it.
fn serve(
    engine: &Engine<&Client>,
    client: &Client,
    ssid: Ssid,
    request: &Request,
) -> (Option<(Oid, Iid)>, Option<Iid>) {
    let may = |operation, oid, iid| engine.decide(ssid, operation, oid, iid).allowed;
    match *request {
        Request::Operate(Operation::Create, oid, iid) => {
            if !may(Operation::Create, oid, iid) || client.has(oid, iid) {
                return (None, None);
            }
            client.add(oid, &[iid]);
            sync(engine, ssid, oid, &[iid]);
            // Nothing stood there before.
            (Some((oid, iid)), None)
        }
        Request::Operate(Operation::Delete, oid, iid) => {
            if may(Operation::Delete, oid, iid) {
                client.take(oid, iid);
                sync(engine, ssid, oid, &[]);
            }
            (None, None)
        }
        Request::Operate(operation, oid, iid) => {
            let _ = may(operation, oid, iid);
            sync(engine, ssid, oid, &[]);
            (None, None)
        }
        Request::Vanish(oid, iid) => {
            client.take(oid, iid);
            sync(engine, ssid, oid, &[]);
            (None, None)
        }
        Request::Edit(iid, ref edits) => {
            let owns = may(Operation::Write, 2, iid);
            let is_owner = engine.read(iid, RID_OWNER, 0) == Ok(ssid);
            assert!(!owns || is_owner, "Allow edits to the owner alone");
            if !owns {
                return (None, None);
            }
            let read = |rid| engine.read(iid, rid, 0).ok();
            let target = read(RID_OID).zip(read(RID_OIID));
            engine.begin().expect("none is open");
            let done = edits.iter().try_for_each(|&edit| engine.edit(iid, edit));
            // The client keeps its Objects in step before it commits.
            sync(engine, ssid, 2, &[]);
            match done.and_then(|()| engine.validate()) {
                Ok(()) => engine.commit().expect("validated"),
                Err(_) => engine.rollback().expect("one is open"),
            }
            (target, Some(iid))
        }
    }
}

/// A state as the bootstrap and the application may have left it.
fn start(engine: &Engine<&Client>, grants: &[(usize, usize, Ssid, u16)]) -> Rows {
    for &(oid, iid, ssid, mask) in grants {
        let (oid, iid) = (TARGETS[oid % TARGETS.len()], IIDS[iid % IIDS.len()]);
        let mask = mask & if iid == MAX_ID { 16 } else { 15 };
        let _ = engine.set_acl(oid, iid, ssid, mask);
        if mask.is_multiple_of(3) {
            let _ = engine.set_owner(oid, iid, ssid, &mut { MAX_ID });
        }
    }
    dump(engine)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(
            proptest::test_runner::FileFailurePersistence::Direct(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/security.proptest-regressions"
            )),
        )),
        cases: std::env::var("PROPTEST_CASES").map_or(300, |cases| cases.parse().unwrap()),
        ..ProptestConfig::default()
    })]

    #[test]
    fn rights_grow_by_nobody_but_the_owner(
        grants in prop::collection::vec((any::<usize>(), any::<usize>(), 0..5u16, any::<u16>()), 0..20),
        requests in prop::collection::vec((1..5u16, request(), prop::option::weighted(0.2, 0..4u32)), 1..25),
    ) {
        let client = ops::world();
        client.add(0, &[4]);
        client.add(1, &[4]);
        let engine = Engine::new(&client);
        start(&engine, &grants);
        let mut before = allowed(&engine);
        for (ssid, request, fault) in requests {
            let fault: Fault = fault;
            client.fail_after.set(fault);
            let (target, acl_iid) = serve(&engine, &client, ssid, &request);
            client.fail_after.set(None);
            let after = allowed(&engine);
            for right in after.difference(&before) {
                let (_, _, oid, iid) = *right;
                let is_owners = target == Some((oid, iid))
                    || (oid == 2 && acl_iid == Some(iid))
                    // The instance of Object 2 that came with a new target.
                    || (oid == 2 && matches!(request, Request::Operate(Operation::Create, ..)));
                prop_assert!(is_owners, "{right:?} grew by {request:?} of {ssid} ({fault:?})");
            }
            before = after;
        }
    }
}
