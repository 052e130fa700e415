//! POST, DELETE, load, reset and the views.
#![allow(missing_docs)]

mod common;

use common::{ALICE, BOB, STATES, aces, bytes_of, cbor, json_of, list, snapshot, uuid};
use ocf_acl::{Acl, Code, Reason, State, View};
use serde_json::{Value, json};

fn ace(id: u32, permission: u32) -> Value {
    json!({
        "aceid": id,
        "subject": { "conntype": "auth-crypt" },
        "resources": [{ "href": "/light" }],
        "permission": permission,
    })
}

fn without_id(href: &str) -> Value {
    json!({
        "subject": { "conntype": "auth-crypt" },
        "resources": [{ "href": href }],
        "permission": 2,
    })
}

fn post(acl: &mut Acl, state: State, payload: &Value) -> Result<(), Reason> {
    acl.post(state, &cbor(payload))
        .map_err(|refusal| refusal.reason)
}

fn ids(acl: &Acl) -> Vec<u32> {
    acl.aces().map(|ace| ace.id()).collect()
}

#[test]
fn the_table_of_updates() {
    for state in STATES {
        let mut acl = list(&json!([ace(7, 1)]));
        let before = snapshot(&acl);
        let aces = post(&mut acl, state, &json!({ "aclist2": [ace(8, 1)] }));
        match state {
            State::Rfnop => {
                assert_eq!(
                    (aces, snapshot(&acl)),
                    (Err(Reason::State), before),
                    "ACEs in {state:?}"
                );
            }
            _ => assert_eq!((aces, ids(&acl)), (Ok(()), vec![7, 8]), "ACEs in {state:?}"),
        }

        let mut acl = list(&json!([ace(7, 1)]));
        let before = snapshot(&acl);
        let owner = post(&mut acl, state, &json!({ "rowneruuid": ALICE }));
        let both = post(
            &mut acl,
            state,
            &json!({ "rowneruuid": BOB, "aclist2": [ace(8, 1)] }),
        );
        match state {
            State::Rfpro | State::Rfnop => {
                assert_eq!(
                    (owner, both),
                    (Err(Reason::State), Err(Reason::State)),
                    "{state:?}"
                );
                assert_eq!(snapshot(&acl), before, "owner in {state:?}");
            }
            _ => {
                assert_eq!((owner, both), (Ok(()), Ok(())), "owner in {state:?}");
                assert_eq!((acl.owner(), ids(&acl)), (Some(uuid(BOB)), vec![7, 8]));
            }
        }

        for query in [None, Some(b"aceid=7".as_slice())] {
            let mut acl = list(&json!([ace(7, 1)]));
            let before = snapshot(&acl);
            let outcome = acl.delete(state, query);
            if state == State::Rfnop {
                assert_eq!(
                    outcome.map_err(|refusal| refusal.code()),
                    Err(Code::Forbidden)
                );
                assert_eq!(snapshot(&acl), before, "DELETE in {state:?}");
            } else {
                assert_eq!(
                    (outcome, ids(&acl)),
                    (Ok(()), vec![]),
                    "DELETE in {state:?}"
                );
            }
        }
    }
    assert_eq!(Reason::State.code(), Code::BadRequest);
}

#[test]
fn rfnop_refuses_a_post_that_says_nothing_too() {
    let mut acl = Acl::new();
    assert_eq!(post(&mut acl, State::Rfnop, &json!({})), Err(Reason::State));
    assert_eq!(post(&mut acl, State::Rfpro, &json!({})), Ok(()));
    assert_eq!(
        post(&mut acl, State::Rfpro, &json!({ "aclist2": [] })),
        Ok(())
    );
    assert_eq!(acl.generation(), 0, "nothing to persist");
}

#[test]
fn a_known_aceid_replaces_that_ace_whole_and_in_place() {
    let mut acl = list(&json!([
        { "aceid": 1, "subject": { "uuid": ALICE }, "resources": [{ "href": "/a" }, { "href": "/b" }], "permission": 31, "tag": "old" },
        ace(2, 1),
    ]));
    post(
        &mut acl,
        State::Rfpro,
        &json!({ "aclist2": [ace(1, 4), ace(9, 8)] }),
    )
    .unwrap();
    assert_eq!(
        json_of(&acl, View::Storage)["aclist2"],
        json!([ace(1, 4), ace(2, 1), ace(9, 8)]),
        "nothing of the old one is left"
    );
}

/// Comparing all resources of the two with each other would take long.
#[test]
fn a_large_ace_that_replaces_another_is_compared_up_to_the_first_difference() {
    let of = |range: std::ops::Range<u32>| {
        let resources: Vec<Value> = range
            .map(|number| json!({ "href": format!("/{number:05}") }))
            .collect();
        let mut ace = ace(1, 2);
        ace["resources"] = json!(resources);
        cbor(&json!({ "aclist2": [ace] }))
    };
    let mut acl = Acl::new();
    acl.post(State::Rfpro, &of(0..60_000)).unwrap();
    let changed = of(1..60_001);
    let start = std::time::Instant::now();
    acl.post(State::Rfpro, &changed).unwrap();
    assert!(start.elapsed().as_secs() < 3, "{:?}", start.elapsed());
}

#[test]
fn an_ace_without_aceid_is_added_with_one_that_is_free() {
    let mut acl = list(&json!([ace(1, 1), ace(3, 1)]));
    let new =
        json!({ "aclist2": [without_id("/a"), ace(2, 1), without_id("/b"), without_id("/a")] });
    post(&mut acl, State::Rfpro, &new).unwrap();
    assert_eq!(ids(&acl), [1, 2, 3, 4, 5], "the second /a is the first");
    acl.delete(State::Rfpro, Some(b"aceid=5")).unwrap();
    post(
        &mut acl,
        State::Rfpro,
        &json!({ "aclist2": [without_id("/c")] }),
    )
    .unwrap();
    assert_eq!(
        ids(&acl),
        [1, 2, 3, 4, 6],
        "the aceid of a deleted ACE is not given out next"
    );
}

#[test]
fn the_highest_aceid_leaves_room_for_more() {
    let mut acl = list(&json!([ace(2_147_483_647, 1), ace(0, 1)]));
    post(
        &mut acl,
        State::Rfpro,
        &json!({ "aclist2": [without_id("/a"), without_id("/b")] }),
    )
    .unwrap();
    assert_eq!(ids(&acl), [0, 1, 2, 2_147_483_647]);
}

#[test]
fn roles_with_and_without_authority_stay_apart() {
    let role = |subject: Value| json!({ "subject": subject, "resources": [{ "href": "/a" }], "permission": 2 });
    let acl = list(&json!([
        role(json!({ "role": "admin" })),
        role(json!({ "role": "admin", "authority": "acme" })),
        role(json!({ "role": "admin" })),
    ]));
    let subjects: Vec<Value> = json_of(&acl, View::Plain)["aclist2"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ace| ace["subject"].clone())
        .collect();
    assert_eq!(
        subjects,
        [
            json!({ "role": "admin" }),
            json!({ "role": "admin", "authority": "acme" }),
        ],
        "the third is the first"
    );
}

#[test]
fn delete_by_query() {
    let mut acl = list(&json!([ace(0, 1), ace(2, 1), ace(25, 1)]));
    acl.set_owner(Some(uuid(ALICE)));
    for query in [
        "",
        "aceid",
        "aceid=",
        "aceid=2x",
        "aceid=x2",
        "aceid=+2",
        "aceid=-2",
        "aceid= 2",
        "aceid=2 ",
        "aceid=02",
        "aceid=00",
        "aceid=2.0",
        "aceid=0x2",
        "aceid=4294967298",
        "aceid=2147483648",
        "aceid=5000000002",
        "aceid=18446744073709551618",
        "aceid=99999999999999999999999",
        "Aceid=2",
        "aceid=2&aceid=25",
        "aceid=2&",
        "&aceid=2",
        "?aceid=2",
        "id=2",
        "subjectuuid=x",
        "aceid=2&x=1",
        "x=1&aceid=2",
        "aceid=2\0",
        "aceid=\u{0662}",
        "aceid=2=2",
        "if=oic.if.baseline",
    ] {
        let before = snapshot(&acl);
        let refusal = acl
            .delete(State::Rfpro, Some(query.as_bytes()))
            .expect_err(query);
        assert_eq!(
            (refusal.reason, refusal.code()),
            (Reason::Query, Code::BadRequest),
            "{query}"
        );
        assert_eq!(snapshot(&acl), before, "{query}");
    }
    for query in ["aceid=1", "aceid=2147483647"] {
        let before = snapshot(&acl);
        let refusal = acl
            .delete(State::Rfpro, Some(query.as_bytes()))
            .expect_err(query);
        assert_eq!(refusal.code(), Code::NotFound);
        assert_eq!(snapshot(&acl), before);
    }
    acl.delete(State::Rfpro, Some(b"aceid=2")).unwrap();
    acl.delete(State::Rfpro, Some(b"aceid=0")).unwrap();
    assert_eq!(ids(&acl), [25]);
    acl.delete(State::Rfpro, None).unwrap();
    acl.delete(State::Rfpro, None).unwrap();
    assert_eq!(
        (ids(&acl), acl.owner()),
        (vec![], Some(uuid(ALICE))),
        "the owner stays"
    );
}

#[test]
fn load_replaces_everything_or_nothing() {
    let mut acl = list(&json!([ace(1, 1)]));
    acl.set_owner(Some(uuid(ALICE)));
    let before = snapshot(&acl);
    for bad in [
        json!({}),
        json!({ "rowneruuid": BOB }),
        json!({ "aclist2": [ace(5, 1), ace(6, 32)] }),
    ] {
        assert!(acl.load(&cbor(&bad)).is_err(), "{bad}");
        assert_eq!(snapshot(&acl), before, "{bad}");
    }
    acl.load(&cbor(&json!({ "aclist2": [ace(5, 1), without_id("/a")] })))
        .unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![1, 5], None));
}

#[test]
fn loading_gives_out_what_the_payload_leaves_free() {
    let numbered = [5, 8, 2, 11].map(|id| ace(id, 1));
    let others: Vec<Value> = (0..9).map(|n| without_id(&format!("/{n}"))).collect();
    for split in 0..=others.len() {
        let aces = [&others[..split], &numbered, &others[split..]].concat();
        let payload = cbor(&json!({ "aclist2": aces }));
        let mut acl = Acl::new();
        acl.load(&payload).unwrap();
        assert_eq!(ids(&acl), (1..=13).collect::<Vec<u32>>());
        let mut posted = Acl::new();
        posted.post(State::Rfpro, &payload).unwrap();
        assert!(posted.aces().eq(acl.aces()), "{split}");
        for (id, ace) in [5, 8, 2, 11].into_iter().zip(&numbered) {
            let mut alone = list(&json!([ace]));
            assert!(alone.aces().eq(acl.ace(id)));
            alone.reset();
        }
    }
}

#[test]
fn reset_clears_list_and_owner() {
    let mut acl = list(&json!([ace(1, 1)]));
    acl.set_owner(Some(uuid(ALICE)));
    acl.reset();
    assert_eq!((ids(&acl), acl.owner()), (vec![], None));
    let generation = acl.generation();
    acl.reset();
    assert_eq!(acl.generation(), generation, "nothing changed");
}

#[test]
fn the_generation_moves_with_every_change_and_only_then() {
    let mut acl = Acl::new();
    let mut last = acl.generation();
    let mut moved = |acl: &Acl| {
        let moved = acl.generation() != last;
        last = acl.generation();
        moved
    };
    post(
        &mut acl,
        State::Rfpro,
        &json!({ "aclist2": [ace(1, 1), ace(2, 1)] }),
    )
    .unwrap();
    assert!(moved(&acl));
    assert!(post(&mut acl, State::Rfpro, &json!({ "aclist2": [ace(1, 99)] })).is_err());
    assert!(!moved(&acl), "a refused POST");
    post(&mut acl, State::Rfpro, &json!({ "aclist2": [ace(1, 2)] })).unwrap();
    assert!(moved(&acl), "a replaced ACE");
    acl.delete(State::Rfpro, Some(b"aceid=9")).unwrap_err();
    assert!(!moved(&acl), "a DELETE of nothing");
    acl.delete(State::Rfpro, Some(b"aceid=2")).unwrap();
    assert!(moved(&acl));
    acl.set_owner(Some(uuid(ALICE)));
    assert!(moved(&acl));
    acl.set_owner(Some(uuid(ALICE)));
    assert!(!moved(&acl), "the same owner");
    post(&mut acl, State::Rfotm, &json!({ "rowneruuid": BOB })).unwrap();
    assert!(moved(&acl));
    let stored = bytes_of(&acl, View::Storage);
    assert!(!moved(&acl), "encoding");
    acl.load(&stored).unwrap();
    assert!(moved(&acl));
    acl.delete(State::Rfpro, None).unwrap();
    assert!(moved(&acl));
    acl.delete(State::Rfpro, None).unwrap();
    assert!(!moved(&acl), "clearing an empty list");
    acl.reset();
    assert!(moved(&acl), "the owner went");
}

/// So IoTivity-lite's own onboarding tool sends it.
#[test]
fn a_uuid_may_end_with_one_nul() {
    let payload = |end: &str| {
        json!({
            "aclist2": [{
                "aceid": 7,
                "subject": { "uuid": format!("{ALICE}{end}") },
                "resources": [{ "href": "/light" }],
                "permission": 2,
            }],
            "rowneruuid": format!("{BOB}{end}"),
        })
    };
    let mut plain = Acl::new();
    post(&mut plain, State::Rfotm, &payload("")).expect("it is well-formed");
    let mut ended = Acl::new();
    post(&mut ended, State::Rfotm, &payload("\0")).expect("so is this one");
    assert_eq!(snapshot(&ended), snapshot(&plain));
    for end in ["\0\0", "0", " "] {
        let refused = post(&mut ended, State::Rfotm, &payload(end));
        assert_eq!(refused, Err(Reason::SubjectUuid), "{end:?}");
    }
    let short = json!({ "rowneruuid": format!("{}\0", &ALICE[..35]) });
    let refused = post(&mut ended, State::Rfotm, &short);
    assert_eq!(refused, Err(Reason::SubjectUuid));
    assert_eq!(snapshot(&ended), snapshot(&plain));
}

#[test]
fn the_three_views() {
    let mut acl = list(&json!([
        {
            "aceid": 3, "subject": { "uuid": ALICE.to_uppercase() },
            "resources": [{ "href": "/a", "wc": "+", "if": ["oic.if.rw"] }, { "wc": "*" }],
            "permission": 6, "tag": "note",
        }
    ]));
    let ace = json!({
        "aceid": 3, "subject": { "uuid": ALICE },
        "resources": [{ "href": "/a", "wc": "+" }, { "wc": "*" }], "permission": 6,
    });
    assert_eq!(
        json_of(&acl, View::Plain),
        json!({ "aclist2": [ace] }),
        "no owner, not the nil UUID"
    );
    acl.set_owner(Some(uuid(BOB)));
    assert_eq!(
        json_of(&acl, View::Plain),
        json!({ "aclist2": [ace], "rowneruuid": BOB })
    );
    let baseline = json!({
        "rt": ["oic.r.acl2"], "if": ["oic.if.baseline", "oic.if.rw"],
        "aclist2": [ace], "rowneruuid": BOB,
    });
    assert_eq!(json_of(&acl, View::Baseline), baseline);
    let mut tagged = baseline;
    tagged["aclist2"][0]["tag"] = json!("note");
    assert_eq!(json_of(&acl, View::Storage), tagged);

    let mut copy = Acl::new();
    copy.load(&bytes_of(&acl, View::Storage)).unwrap();
    assert_eq!((aces(&copy), copy.owner()), (aces(&acl), acl.owner()));
    assert_eq!(aces(&copy)[0].tag(), Some("note"));
}

#[test]
fn a_short_buffer_is_left_alone_and_the_needed_length_said() {
    let acl = list(&json!([ace(1, 1)]));
    let whole = bytes_of(&acl, View::Plain);
    for len in 0..whole.len() {
        let mut buffer = vec![0xa5; len];
        assert_eq!(acl.encode(View::Plain, &mut buffer), Err(whole.len()));
        assert!(buffer.iter().all(|byte| *byte == 0xa5));
    }
    let mut roomy = vec![0xa5; whole.len() + 1];
    assert_eq!(acl.encode(View::Plain, &mut roomy), Ok(whole.len()));
    assert_eq!(roomy.pop(), Some(0xa5));
    assert_eq!(roomy, whole);
}

#[test]
fn state_numbers() {
    for (number, state) in (0..).zip(STATES) {
        assert_eq!(State::from_number(number), Some(state));
        assert_eq!(state as u8, number);
    }
    assert_eq!(State::from_number(5), None);
}
