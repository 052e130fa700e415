//! Memory: how much a payload may cost, and what a heap that runs out leaves behind.
#![allow(missing_docs)]

mod common;

use common::{ALICE, BOB, Form, cbor, encode, head, snapshot, uuid};
use ocf_acl::{Acl, Code, Reason, Refusal, State, View};
use serde_json::{Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what this thread holds, and refuses the allocation it is told to.
struct Meter;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static FAIL_AT: Cell<Option<usize>> = const { Cell::new(None) };
}

fn asked() -> bool {
    let number = ASKED.get();
    ASKED.set(number + 1);
    FAIL_AT.get() != Some(number)
}

fn held(change: isize) {
    HELD.set(HELD.get() + change);
    PEAK.set(PEAK.get().max(HELD.get()));
}

// SAFETY: everything is passed on to the system's allocator, or refused with NULL.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !asked() {
            return std::ptr::null_mut();
        }
        held(layout.size() as isize);
        // SAFETY: the caller's contract is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        held(-(layout.size() as isize));
        // SAFETY: as above. Poison shows a use after free.
        unsafe {
            block.write_bytes(0xdd, layout.size());
            System.dealloc(block, layout);
        }
    }
}

#[global_allocator]
static METER: Meter = Meter;

/// Runs with the given allocation failing; gives the result, the bytes still held and the peak.
fn metered<T>(fail_at: Option<usize>, run: impl FnOnce() -> T) -> (T, isize, isize) {
    let start = HELD.get();
    PEAK.set(start);
    ASKED.set(0);
    FAIL_AT.set(fail_at);
    let result = run();
    FAIL_AT.set(None);
    (result, HELD.get() - start, PEAK.get() - start)
}

fn some_list() -> Value {
    json!({
        "aclist2": [
            { "aceid": 4, "subject": { "role": "admin", "authority": "acme" }, "resources": [{ "href": "/light" }, { "wc": "+" }], "permission": 31, "tag": "a" },
            { "subject": { "uuid": ALICE }, "resources": [{ "href": "/a" }, { "href": "/b" }, { "href": "/c" }, { "href": "/d" }, { "href": "/e" }], "permission": 2 },
            { "aceid": 5, "subject": { "role": "guest" }, "resources": [], "permission": 2 },
            { "aceid": 6, "subject": { "conntype": "anon-clear" }, "resources": [], "permission": 2 },
            { "aceid": 7, "subject": { "conntype": "anon-clear" }, "resources": [], "permission": 2 },
        ],
        "rowneruuid": BOB,
    })
}

fn start() -> Acl {
    let mut acl = Acl::new();
    acl.post(
        State::Rfpro,
        &cbor(&json!({ "aclist2": some_list()["aclist2"] })),
    )
    .unwrap();
    acl.set_owner(Some(uuid(ALICE)));
    acl
}

/// Fails each allocation of an update in turn; says how many of them the update could not do without.
fn fail_each(update: impl Fn(&mut Acl) -> Result<(), Refusal>) -> usize {
    let mut after = start();
    assert_eq!(update(&mut after), Ok(()));
    let mut needed = 0;
    for failing in 0.. {
        let mut acl = start();
        let before = snapshot(&acl);
        let (outcome, _, _) = metered(Some(failing), || update(&mut acl));
        let Err(refusal) = outcome else {
            assert_eq!(snapshot(&acl), snapshot(&after), "allocation {failing}");
            if ASKED.get() <= failing {
                return needed;
            }
            continue;
        };
        needed += 1;
        assert_eq!(
            (refusal.reason, refusal.code()),
            (Reason::OutOfMemory, Code::Internal)
        );
        assert_eq!(snapshot(&acl), before, "allocation {failing}");
        assert_eq!(
            update(&mut acl),
            Ok(()),
            "with memory again, after allocation {failing}"
        );
    }
    unreachable!()
}

#[test]
fn each_allocation_may_fail_and_nothing_changes_or_leaks() {
    let (_, held, _) = metered(None, || {
        for form in [Form::Definite, Form::Indefinite] {
            let payload = encode(&some_list(), form);
            let posting = fail_each(|acl| acl.post(State::Rfotm, &payload));
            let loading = fail_each(|acl| acl.load(&payload));
            assert!(posting >= 6 && loading >= 6, "{posting} {loading}");
        }
        assert_eq!(
            fail_each(|acl| acl.delete(State::Rfpro, Some(b"aceid=4"))),
            0
        );
        assert_eq!(fail_each(|acl| acl.delete(State::Rfpro, None)), 0);
        let acl = start();
        let mut buffer = [0; 4096];
        let (encoded, _, peak) = metered(Some(0), || acl.encode(View::Storage, &mut buffer));
        assert!(encoded.is_ok() && peak == 0, "encoding needs no memory");
    });
    assert_eq!(held, 0, "bytes leaked");
}

#[test]
fn a_decision_needs_no_memory() {
    let acl = start();
    let asked = common::request(State::Rfnop, ocf_acl::Method::Get, "/light");
    let (_, _, peak) = metered(Some(0), || common::check(&acl, &asked));
    assert_eq!(peak, 0);
}

fn one_href_each(range: std::ops::Range<u32>) -> Vec<u8> {
    let aces: Vec<Value> = range
        .map(|number| {
            json!({
                "subject": { "uuid": format!("{number:08x}-0000-4000-8000-000000000001") },
                "resources": [{ "href": "/light/1" }],
                "permission": 2,
            })
        })
        .collect();
    cbor(&json!({ "aclist2": aces }))
}

/// An ACE with one UUID and one short path: 48 bytes, and what is spare is bounded, however it came
/// in. The figures are for any target: nothing of an ACE has the size of a pointer.
#[test]
fn an_ace_is_small() {
    let grown_by = |update: &dyn Fn(&mut Acl)| {
        let mut acl = Acl::new();
        let ((), held, _) = metered(None, || update(&mut acl));
        assert_eq!(acl.aces().len(), 1000);
        held as usize / 1000
    };
    let payload = one_href_each(0..1000);
    let posted = grown_by(&|acl| acl.post(State::Rfpro, &payload).unwrap());
    let loaded = grown_by(&|acl| acl.load(&payload).unwrap());
    let one_by_one: Vec<Vec<u8>> = (0..1000).map(|n| one_href_each(n..n + 1)).collect();
    let added = grown_by(&|acl| {
        for payload in &one_by_one {
            acl.post(State::Rfpro, payload).unwrap();
        }
    });
    let replaced = grown_by(&|acl| {
        acl.post(State::Rfpro, &payload).unwrap();
        for permission in 3..31 {
            let mut aces = common::json::from_cbor(&payload).unwrap();
            for (id, ace) in (1..).zip(aces["aclist2"].as_array_mut().unwrap()) {
                ace["aceid"] = json!(id);
                ace["permission"] = json!(permission);
            }
            acl.post(State::Rfpro, &cbor(&aces)).unwrap();
        }
    });
    let thinned = grown_by(&|acl| {
        acl.post(State::Rfpro, &one_href_each(0..4000)).unwrap();
        acl.remove_if(&mut |ace| ace.id() % 4 != 0);
    });
    for (bytes, how) in [
        (posted, "posted"),
        (loaded, "loaded"),
        (added, "added one by one"),
        (replaced, "replaced again and again"),
        (thinned, "what is left of four times as many"),
    ] {
        assert!((48..=88).contains(&bytes), "{bytes} bytes an ACE, {how}");
    }
}

#[test]
fn a_lone_ace_is_small() {
    let (mut acl, held, _) = metered(None, || {
        let mut acl = Acl::new();
        acl.post(State::Rfpro, &one_href_each(0..1)).unwrap();
        acl
    });
    let whole = size_of::<Acl>() + held as usize;
    assert!(whole <= 200, "{whole} bytes for the list and its one ACE");
    let (_, freed, _) = metered(None, || acl.delete(State::Rfpro, None));
    assert_eq!(freed, -held, "an empty list holds nothing");
}

/// The most that a payload may cost: what is kept of it is shorter than it was, and held twice while
/// the list takes it over, and each ACE has a row.
fn cost_of(payload: &[u8]) -> isize {
    let mut acl = Acl::new();
    let (outcome, _, peak) = metered(None, || acl.post(State::Rfotm, payload));
    let bound = 2 * payload.len() as isize + 1024;
    assert!(
        peak <= bound,
        "{peak} bytes for a payload of {}: {outcome:?}",
        payload.len()
    );
    if outcome.is_err() {
        assert_eq!(acl.generation(), 0);
    }
    peak
}

/// Refused at once: within the first few bytes, however many follow, and without memory. That it
/// takes no time is what the offset says.
fn refused_at_once(payload: &[u8]) {
    let refusal = Acl::new()
        .post(State::Rfotm, payload)
        .expect_err("a bomb is refused");
    let start = payload.get(..40).unwrap_or(payload);
    assert!(refusal.offset <= 40, "{refusal}: {start:02x?}");
    assert!(cost_of(payload) < 1024, "{refusal}: {start:02x?}");
}

/// Beside the old list the new one has room for what it takes, and no more.
#[test]
fn a_list_is_written_anew_with_nothing_to_spare() {
    let mut acl = Acl::new();
    let ((), held, _) = metered(None, || {
        acl.post(State::Rfpro, &one_href_each(0..4000)).unwrap();
    });
    let payload = one_href_each(4000..4100);
    let ((), _, peak) = metered(None, || acl.post(State::Rfpro, &payload).unwrap());
    let bound = held + 2 * payload.len() as isize;
    assert!(peak <= bound, "{peak} bytes, not {bound}");
}

#[test]
fn memory_follows_the_bytes_read() {
    let aces = |count: usize, resources: Value| {
        let ace = json!({ "subject": { "role": "a" }, "resources": resources, "permission": 1 });
        json!({ "aclist2": vec![ace; count] })
    };
    for form in [Form::Definite, Form::Indefinite] {
        for payload in [
            aces(2000, json!([])),
            aces(1, json!(vec![json!({ "wc": "*" }); 10_000])),
            aces(1, json!(vec![json!({ "href": "/" }); 10_000])),
            json!({ "if": vec!["x"; 50_000] }),
            json!({ "aclist2": [{ "tag": "x".repeat(100_000) }] }),
            json!({ "x".repeat(100_000): 1 }),
        ] {
            cost_of(&encode(&payload, form));
        }
    }
}

#[test]
fn bombs() {
    let text = |text: &str| cbor(&json!(text));
    let major = |major: u8, length: u64| {
        let mut out = Vec::new();
        head(&mut out, major, length);
        out
    };
    let in_root = |key: &str, value: Vec<u8>| [vec![0xa1], text(key), value].concat();
    let in_ace = |key: &str, value: Vec<u8>| {
        [
            vec![0xa1],
            text("aclist2"),
            vec![0x81, 0xa1],
            text(key),
            value,
        ]
        .concat()
    };
    for length in [1 << 16, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 62, u64::MAX] {
        for bomb in [
            major(5, length),
            major(4, length),
            in_root("aclist2", major(4, length)),
            in_root("if", major(4, length)),
            in_root("rt", [major(4, length), text("x")].concat()),
            in_root("rowneruuid", major(3, length)),
            in_ace("tag", major(3, length)),
            in_ace("resources", major(4, length)),
            in_ace("subject", major(5, length)),
            in_ace("tag", [vec![0x7f], major(3, length)].concat()),
            [vec![0xa1], major(3, length)].concat(),
        ] {
            refused_at_once(&bomb);
        }
        for field in ["aceid", "permission"] {
            for number in [
                major(0, length),
                major(1, length),
                [vec![0xc2], major(2, length)].concat(),
                [vec![0xfb], length.to_be_bytes().to_vec()].concat(),
            ] {
                refused_at_once(&in_ace(field, number));
            }
        }
    }
    for depth_byte in [0x81u8, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8, 0x7f, 0x5f] {
        let deep = vec![depth_byte; 200_000];
        refused_at_once(&deep);
        for nested in [
            in_root("aclist2", deep.clone()),
            in_root("x", deep.clone()),
            in_root("if", deep.clone()),
            in_ace("resources", deep.clone()),
            in_ace("subject", deep.clone()),
            in_ace("x", deep.clone()),
        ] {
            refused_at_once(&nested);
        }
    }
}

/// How long it takes is measured by `cargo bench -p ocf-acl`.
#[test]
fn a_payload_of_many_aceids_is_taken() {
    let ace = |number: u32, id: Option<u32>| {
        let subject = json!({ "role": format!("role.{number}") });
        let mut ace = json!({ "subject": subject, "resources": [], "permission": 1 });
        if let Some(id) = id {
            ace["aceid"] = json!(id);
        }
        ace
    };
    let aces: Vec<Value> = (0..1000)
        .map(|number| ace(number, Some(1000 - number)))
        .chain((1000..2000).map(|number| ace(number, None)))
        .collect();
    let payload = cbor(&json!({ "aclist2": aces }));
    let mut acl = Acl::new();
    for _ in 0..3 {
        acl.post(State::Rfpro, &payload).unwrap();
        let ids: Vec<u32> = acl.aces().map(|ace| ace.id()).collect();
        assert_eq!(ids, (1..=2000).collect::<Vec<u32>>());
    }
}
