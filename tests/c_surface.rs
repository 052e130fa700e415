//! The C surface, called from Rust over a client in Rust: under Miri it is
//! checked for undefined behaviour (`cargo +nightly miri test --test c_surface`).

testkit::client_of_the_surface!();

use access_control::ffi::{api::*, ext::*, foreign::*, host::*};
use access_control::{Edit, MAX_ID, Operation, Provision};
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::ptr::{self, null, null_mut};
use std::rc::Rc;
use testkit::model::Model;
use testkit::ops::{Op, apply_to_model, prepare, world};
use testkit::surface::{Device, STREAM_FAILED, Stream};

fn installed() -> Rc<Device> {
    let device = Device::new(world());
    // SAFETY: a device is what the glue of these tests takes for a client.
    assert_eq!(unsafe { anjay_access_control_install(device.anjay()) }, 0);
    device
}

fn set_acl(device: &Device, oid: u16, iid: u16, ssid: u16, mask: u16) -> c_int {
    // SAFETY: as above.
    unsafe { anjay_access_control_set_acl(device.anjay(), oid, iid, ssid, mask) }
}

fn persist(device: &Device) -> (avs_error_t, Vec<u8>) {
    let mut out = Stream::new(device, &[]);
    // SAFETY: as above; the stream is what the stream functions take it for.
    let error = unsafe { anjay_access_control_persist(device.anjay(), out.as_avs()) };
    (error, out.bytes.bytes)
}

/// What it answers, and where it was refused.
fn provision(device: &Device, grants: &[Provision]) -> (c_int, usize) {
    let grants: Vec<anjay_access_control_grant_t> = grants
        .iter()
        .map(|grant| anjay_access_control_grant_t {
            oid: grant.oid,
            iid: grant.iid,
            ssid: grant.ssid,
            access_mask: grant.mask,
            owner: grant.owner,
        })
        .collect();
    let mut refused = UNTOUCHED;
    let at = match grants.len() {
        0 => null(),
        _ => grants.as_ptr(),
    };
    // SAFETY: a device; as many grants as are told of.
    let result = unsafe {
        anjay_access_control_provision(device.anjay(), at, grants.len(), &raw mut refused)
    };
    (result, refused)
}

const UNTOUCHED: usize = 4711;

const DONE: avs_error_t = avs_error_t {
    category: 0,
    code: 0,
};

// ---- the audit hook -----------------------------------------------------------

type Denial = (u16, c_int, u16, u16, aac_decision_t);

struct Log<'a> {
    device: &'a Device,
    denials: RefCell<Vec<Denial>>,
}

unsafe extern "C" fn record(
    arg: *mut c_void,
    ssid: u16,
    operation: c_int,
    oid: u16,
    iid: u16,
    why: *const aac_decision_t,
) {
    // SAFETY: `aac_set_audit` got a log that outlives the engine's use of it.
    let (log, why) = unsafe { (&*arg.cast::<Log<'_>>(), *why) };
    log.denials
        .borrow_mut()
        .push((ssid, operation, oid, iid, why));
    // Whatever is served elsewhere is served here.
    assert_eq!(set_acl(log.device, 1234, 2, 0, 1), 0);
}

fn decide(device: &Device, ssid: u16, operation: c_int, oid: u16, iid: u16) -> aac_decision_t {
    let mut why = aac_decision_t {
        rule: 0,
        allowed: true,
        acl_iid: 0,
        mask: 0,
    };
    let aac = device.aac.get();
    // SAFETY: the device's own engine.
    let allowed = unsafe { aac_decide(aac, ssid, operation, oid, iid, &raw mut why) };
    assert_eq!(allowed, why.allowed);
    why
}

#[test]
fn every_denial_and_nothing_else_is_told() {
    let device = installed();
    assert_eq!(set_acl(&device, 1234, 0, 1, 1), 0);
    let log = Log {
        device: &device,
        denials: RefCell::default(),
    };
    decide(&device, 2, 1, 1234, 0);
    assert!(log.denials.borrow().is_empty(), "off by default");
    // SAFETY: the log lives to the end of the test, and the engine is not asked
    // after that.
    unsafe {
        aac_set_audit(
            device.aac.get(),
            Some(record),
            (&raw const log).cast_mut().cast(),
        )
    };
    let mut denied = 0;
    for ssid in [0, 1, 2, MAX_ID] {
        for operation in -1..=12 {
            for (oid, iid) in [(0, 0), (2, 0), (3, 0), (21, 0), (1234, 0), (1234, MAX_ID)] {
                let why = decide(&device, ssid, operation, oid, iid);
                let mut denials = log.denials.borrow_mut();
                if why.allowed {
                    assert_eq!(denials.len(), denied, "Allow tells nothing");
                } else {
                    denied += 1;
                    assert_eq!(denials.len(), denied, "Deny tells once");
                    let told = denials.last_mut().expect("just counted");
                    assert_eq!(*told, (ssid, operation, oid, iid, why));
                }
            }
        }
    }
    assert!(denied > 100);
    // SAFETY: NULL is none.
    unsafe { aac_set_audit(device.aac.get(), None, null_mut()) };
    decide(&device, 2, 1, 1234, 0);
    assert_eq!(log.denials.borrow().len(), denied, "off again");
}

#[test]
fn no_denial_is_told_in_the_middle_of_persisting() {
    let device = installed();
    assert_eq!(set_acl(&device, 1234, 0, 1, 1), 0);
    let log = Log {
        device: &device,
        denials: RefCell::default(),
    };
    // SAFETY: as above.
    unsafe {
        aac_set_audit(
            device.aac.get(),
            Some(record),
            (&raw const log).cast_mut().cast(),
        )
    };
    let ask = |device: &Device| assert!(!decide(device, 1, 1, 1234, 0).allowed);
    *device.streamed.borrow_mut() = Some(Box::new(ask));
    assert_eq!(persist(&device).0, DONE);
    assert!(log.denials.borrow().is_empty());
    assert!(decide(&device, 1, 1, 1234, 0).allowed);
    assert!(!decide(&device, 1, 4, 1234, 0).allowed);
    assert_eq!(log.denials.borrow().len(), 1);
}

// ---- the rest -------------------------------------------------------------------

#[test]
fn null_is_an_error_everywhere() {
    let device = Device::new(world());
    for anjay in [null_mut(), device.anjay()] {
        let mut stream = Stream::new(&device, b"ACO\x01\0\0\0\0");
        let mut iid = 7;
        // SAFETY: NULL, or a client without the Object: each is to be refused.
        unsafe {
            anjay_access_control_purge(anjay);
            assert!(!anjay_access_control_is_modified(anjay));
            assert_eq!(anjay_access_control_set_acl(anjay, 3, 0, 1, 1), -1);
            let set = anjay_access_control_set_owner(anjay, 3, 0, 1, &raw mut iid);
            assert_eq!((set, iid), (-1, 7));
            let mut refused = UNTOUCHED;
            for refused in [null_mut(), &raw mut refused] {
                let made = anjay_access_control_provision(anjay, null(), 3, refused);
                assert_eq!(made, -1);
            }
            assert_eq!(refused, 3, "no grant is to blame");
            for stream in [null_mut(), stream.as_avs()] {
                let written = anjay_access_control_persist(anjay, stream);
                let read = anjay_access_control_restore(anjay, stream);
                assert_eq!([written.code, read.code], [AVS_EINVAL; 2]);
            }
        }
        assert_eq!(stream.bytes.at, 0);
    }
    // SAFETY: NULL everywhere.
    unsafe {
        assert_eq!(anjay_access_control_install(null_mut()), -1);
        assert!(aac_new(null(), null_mut()).is_null());
        aac_free(null_mut());
        aac_set_audit(null(), Some(record), null_mut());
        assert_eq!(aac_ids_add(null_mut(), 1), -1);
        assert!(!aac_decide(null(), 1, 1, 3, 0, null_mut()));
        assert!(!aac_decide_before(null(), 1, 1, 3, 0));
        assert_eq!(aac_sync(null(), 1, null(), 0), -160);
        assert_eq!(aac_next_instance(null(), -1), -1);
        let mut value = 9;
        let results = [
            aac_transaction(null(), 0),
            aac_next_entry(null(), 0, -1),
            aac_create(null(), 0),
            aac_remove(null(), 0),
            aac_reset(null(), 0),
            aac_read(null(), 0, 0, 0, &raw mut value),
            aac_write(null(), 0, 0, 0, 3),
            aac_reset_resource(null(), 0, 2),
            aac_remove_entry(null(), 0, 0),
            aac_sync_step(null(), 1, 3, 0),
            aac_sync_all(null()),
            aac_edit(null(), 0, 0, 0),
            aac_get(null(), 0, 0, 0),
        ];
        assert_eq!((results, value), ([-160; 13], 9));
        assert_eq!(aac_ask(null(), 1, 0, 3 << 16), -13);
        assert_eq!([aac_next(null(), -1, -1), aac_next(null(), 3, -1)], [-1; 2]);
    }
    let device = installed();
    // SAFETY: the device's own engine; NULL where it may be.
    unsafe {
        assert_eq!(anjay_access_control_install(device.anjay()), -1);
        assert_eq!(aac_read(device.aac.get(), 0, 0, 0, null_mut()), -160);
        assert_eq!(aac_sync(device.aac.get(), 1, null(), 3), -160);
        assert_eq!(aac_sync(device.aac.get(), 1, null(), 0), 0);
        let set = anjay_access_control_set_owner(device.anjay(), 3, 0, 1, null_mut());
        assert_eq!(set, 0);
        let made = anjay_access_control_provision(device.anjay(), null(), 0, null_mut());
        assert_eq!(made, 0);
        let mut refused = UNTOUCHED;
        let made = anjay_access_control_provision(device.anjay(), null(), 5, &raw mut refused);
        assert_eq!((made, refused), (-1, 5));
    }
}

#[test]
fn many_grants_are_made_or_none() {
    let device = installed();
    let grant = |iid, ssid| Provision {
        oid: 1234,
        iid,
        ssid,
        mask: 1,
        owner: 2,
    };
    let grants = [grant(0, 1), grant(1, 1), grant(1, 3)];
    let (_, empty) = persist(&device);
    for at in 0..grants.len() {
        let mut grants = grants;
        grants[at].ssid = 77;
        assert_eq!(provision(&device, &grants), (-1, at));
        assert_eq!(persist(&device).1, empty, "nothing is left of {at}");
        device.client.fail_after.set(Some(at as u32));
        assert_eq!(provision(&device, &grants).0, -1);
        device.client.fail_after.set(None);
        assert_eq!(persist(&device).1, empty, "nothing is left of {at}");
    }
    // SAFETY: the device's own engine, and valid grants; NULL may be left out.
    let unseen = unsafe {
        let grant = anjay_access_control_grant_t {
            oid: 1234,
            iid: 9,
            ssid: 1,
            access_mask: 1,
            owner: 0,
        };
        anjay_access_control_provision(device.anjay(), &raw const grant, 1, null_mut())
    };
    assert_eq!(unseen, -1);
    assert!(!decide(&device, 3, 1, 1234, 1).allowed);
    assert_eq!(provision(&device, &grants), (0, UNTOUCHED));
    assert!(decide(&device, 3, 1, 1234, 1).allowed);
    assert!(decide(&device, 2, 2, 1234, 0).allowed, "Allow the owner");
}

fn edit(device: &Device, iid: u16, edit: Edit) -> c_int {
    let aac = device.aac.get();
    // SAFETY: the device's own engine.
    unsafe {
        match edit {
            Edit::Create => aac_create(aac, iid),
            Edit::Remove => aac_edit(aac, aac_edit_t::AAC_EDIT_REMOVE as c_int, iid, 9),
            Edit::Reset => aac_reset(aac, iid),
            Edit::ResetResource(rid) => aac_reset_resource(aac, iid, rid),
            Edit::Write(rid, riid, value) => aac_write(aac, iid, rid, riid, value),
            Edit::RemoveEntry(ssid) => aac_remove_entry(aac, iid, ssid),
        }
    }
}

/// As `aac_sync`, in a transaction.
///
/// # Safety
/// As `aac_sync`.
unsafe fn sync_in_pieces(aac: *const aac_t, origin: u16, changes: &[aac_change_t]) -> c_int {
    let mut result = 0;
    let mut then = |piece: &dyn Fn() -> c_int| {
        if result == 0 {
            result = piece();
        }
    };
    for change in changes {
        // SAFETY: as the caller promises.
        then(&|| unsafe { aac_sync_step(aac, origin, change.oid, 65535) });
    }
    if changes.iter().any(|change| change.oid <= 2) {
        // SAFETY: as the caller promises.
        then(&|| unsafe { aac_sync_step(aac, origin, 65535, 65535) });
    }
    for change in changes {
        for at in 0..change.created_count {
            // SAFETY: as the caller promises.
            let iid = unsafe { *change.created.add(at) };
            // No Instance, and passed over by `aac_sync`.
            if iid != 65535 {
                // SAFETY: as the caller promises.
                then(&|| unsafe { aac_sync_step(aac, origin, change.oid, iid) });
            }
        }
    }
    result
}

/// Does an operation through C; whether it succeeded.
fn apply(device: &Device, op: &Op) -> bool {
    let told = prepare(&device.client, op);
    let (anjay, aac) = (device.anjay(), device.aac.get());
    // SAFETY: the device's own engine, and arguments that live as long.
    unsafe {
        match *op {
            Op::SetAcl(oid, iid, ssid, mask) => set_acl(device, oid, iid, ssid, mask) == 0,
            Op::SetOwner(oid, iid, owner, mut acl_iid) => {
                let acl_iid = &raw mut acl_iid;
                anjay_access_control_set_owner(anjay, oid, iid, owner, acl_iid) == 0
            }
            Op::Provision(ref grants) => {
                let (result, refused) = provision(device, grants);
                assert_eq!(refused == UNTOUCHED, result == 0, "{op:?}: {refused}");
                assert!(result == 0 || refused < grants.len(), "{op:?}: {refused}");
                result == 0
            }
            Op::Decide(..) => true,
            Op::Purge => {
                anjay_access_control_purge(anjay);
                true
            }
            Op::Persist => persist(device).0 == DONE,
            Op::Restore(ref bytes) => {
                let mut source = Stream::new(device, bytes);
                anjay_access_control_restore(anjay, source.as_avs()) == DONE
            }
            Op::Begin => aac_transaction(aac, 0) == 0,
            Op::Validate => aac_transaction(aac, 1) == 0,
            Op::Commit => aac_transaction(aac, 2) == 0,
            Op::Rollback => aac_transaction(aac, 3) == 0,
            Op::Edit(iid, what) => edit(device, iid, what) == 0,
            _ => told.is_none_or(|(origin, changes)| {
                let changes: Vec<aac_change_t> = changes
                    .iter()
                    .map(|(oid, created)| aac_change_t {
                        oid: *oid,
                        created: match created.len() {
                            0 => null(),
                            _ => created.as_ptr(),
                        },
                        created_count: created.len(),
                    })
                    .collect();
                // Half of them in pieces, which need a transaction of their own. Where
                // orphans go and others come, they go first, and their IDs are free.
                let is_alike = !changes.iter().any(|change| change.oid <= 2)
                    || changes.iter().all(|change| change.created_count == 0);
                let in_pieces =
                    is_alike && origin.is_multiple_of(2) && aac_transaction(aac, 0) == 0;
                if in_pieces {
                    let result = sync_in_pieces(aac, origin, &changes);
                    let end = aac_transaction(aac, if result == 0 { 2 } else { 3 });
                    assert_eq!(end, 0, "{op:?}");
                    return result == 0;
                }
                aac_sync(aac, origin, changes.as_ptr(), changes.len()) == 0
            }),
        }
    }
}

#[test]
fn sequences_through_c_match_the_model() {
    // Miri is some hundred times slower.
    let (sequences, steps) = if cfg!(miri) { (1, 20) } else { (300, 50) };
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..sequences {
        let device = installed();
        let (mirror, mut model) = (world(), Model::default());
        for _ in 0..steps {
            let raw = std::array::from_fn(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            });
            let op = Op::from(raw);
            let told = prepare(&mirror, &op);
            let expected = apply_to_model(&mut model, &mirror, &op, &told).0;
            assert_eq!(apply(&device, &op), expected.is_ok(), "{op:?}");
            // SAFETY: the device's own engine.
            let modified = unsafe { anjay_access_control_is_modified(device.anjay()) };
            assert_eq!(modified, model.modified, "{op:?}");
            let aac = device.aac.get();
            // SAFETY: as above.
            let next = |previous| unsafe { aac_next_instance(aac, previous) };
            let mut iids = vec![next(-1)];
            while iids.last().is_some_and(|&last| last >= 0) {
                iids.extend(iids.last().map(|&last| next(last)));
            }
            let rows = model.rows.keys().map(|&iid| i32::from(iid));
            assert!(rows.chain([-1]).eq(iids), "{op:?}");
            for ssid in [1, 2] {
                for (oid, iid) in [(1234, 0), (1234, 1), (3, 0), (3, MAX_ID)] {
                    for operation in [Operation::Read, Operation::Delete, Operation::Create] {
                        let why = decide(&device, ssid, operation as c_int, oid, iid);
                        let expected = model.allows(&mirror, ssid, operation, oid, iid);
                        assert_eq!(why.allowed, expected, "{op:?}: {why:?}");
                        let number = operation as c_int;
                        // SAFETY: as above.
                        let before = unsafe { aac_decide_before(aac, ssid, number, oid, iid) };
                        let expected = model.allowed(&mirror, ssid, operation, oid, iid);
                        assert_eq!(before, expected, "{op:?}: {why:?}, before");
                    }
                }
            }
        }
        assert_eq!(persist(&device), (DONE, model.persist()));
    }
}

/// Streams that fail at each byte, and a client that cannot answer.
#[test]
fn failures_reach_the_caller() {
    let device = installed();
    for iid in 0..3 {
        for ssid in 0..3 {
            assert_eq!(set_acl(&device, 1234, iid, ssid, 1), 0);
        }
    }
    let (done, bytes) = persist(&device);
    assert_eq!(done, DONE);
    assert_eq!(set_acl(&device, 3, 0, 1, 1), 0);
    for length in 0..bytes.len() {
        let mut source = Stream::new(&device, &bytes[..length]);
        let mut sink = Stream::new(&device, &[]);
        sink.bytes.room = length;
        // SAFETY: as above.
        let (read, written, modified) = unsafe {
            (
                anjay_access_control_restore(device.anjay(), source.as_avs()),
                anjay_access_control_persist(device.anjay(), sink.as_avs()),
                anjay_access_control_is_modified(device.anjay()),
            )
        };
        assert_eq!((read, written), (STREAM_FAILED, STREAM_FAILED), "{length}");
        assert!(modified);
    }
    device.client.fail_after.set(Some(0));
    assert_eq!(set_acl(&device, 5678, 0, 1, 1), -1);
    device.client.fail_after.set(None);
    assert_eq!(set_acl(&device, 5678, 0, 1, 1), 0);
    assert_ne!(persist(&device).1, bytes);
    assert!(ptr::eq(device.anjay().cast(), &raw const *device));
}
