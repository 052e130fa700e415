//! What the device itself does with its list: put, tag, remove, updates from a decoder of its own,
//! and what was stored by others.
#![allow(missing_docs)]

mod common;

use common::{ALICE, BOB, Form, aces, bytes_of, cbor, encode, json_of, list, snapshot, uuid};
use ocf_acl::{
    Acl, Apply, Event, NoAnswer, Outcome, Permissions, Put, Reason, Refusal, Resource, State,
    Subject, Update, View, What, Wildcard,
};
use serde_json::{Value, json};

const NIL: &str = "00000000-0000-0000-0000-000000000000";
const READ: Permissions = Permissions::RETRIEVE;

fn ids(acl: &Acl) -> Vec<u32> {
    acl.aces().map(|ace| ace.id()).collect()
}

fn href(href: &str) -> Resource<'_> {
    Resource {
        href: Some(href),
        wildcard: None,
    }
}

fn ace(id: Option<u32>, path: &str, permission: u32) -> Value {
    let mut ace = json!({
        "subject": { "conntype": "auth-crypt" },
        "resources": [{ "href": path }],
        "permission": permission,
    });
    if let Some(id) = id {
        ace["aceid"] = json!(id);
    }
    ace
}

fn outcome(ace: u32, what: What, new_resources: usize) -> Outcome {
    Outcome {
        ace,
        what,
        new_resources,
    }
}

/// Every outcome of an update, and the resources of the ACE that was replaced.
fn outcomes(acl: &Acl, update: &Update) -> Vec<(Outcome, Option<Vec<String>>)> {
    (0..)
        .map_while(|number| acl.outcome(update, number))
        .map(|(outcome, former)| {
            let former = former.map(|ace| {
                assert_eq!(ace.id(), outcome.ace);
                ace.resources()
                    .map(|resource| resource.href.unwrap_or("-").to_owned())
                    .collect()
            });
            (outcome, former)
        })
        .collect()
}

fn filled(payload: &Value) -> Update {
    let mut update = Update::new();
    update.cbor(&cbor(payload), &mut |_| {}).unwrap();
    update
}

#[test]
fn a_repeated_post_changes_nothing() {
    let payload = cbor(&json!({ "aclist2": [
        { "subject": { "role": "a" }, "resources": [{ "href": "/a" }, { "wc": "+" }], "permission": 3, "tag": "t" },
        ace(None, "/a", 2),
    ] }));
    let mut acl = Acl::new();
    for _ in 0..2000 {
        acl.post(State::Rfpro, &payload).unwrap();
    }
    assert_eq!((ids(&acl), acl.generation()), (vec![1, 2], 1));

    // The order and the number of times mean nothing; everything else does.
    let same = [
        json!({ "subject": { "role": "a" }, "resources": [{ "wc": "+" }, { "href": "/a" }], "permission": 3, "tag": "t" }),
        json!({ "tag": "t", "permission": 3, "resources": [{ "wc": "+" }, { "href": "/a" }, { "wc": "+" }], "subject": { "role": "a" } }),
    ];
    for ace in &same {
        acl.post(State::Rfpro, &cbor(&json!({ "aclist2": [ace] })))
            .unwrap();
        assert_eq!((ids(&acl), acl.generation()), (vec![1, 2], 1), "{ace}");
    }
    for (number, (field, value)) in (3..).zip([
        ("subject", json!({ "role": "b" })),
        ("subject", json!({ "role": "a", "authority": "a" })),
        ("resources", json!([{ "href": "/a" }])),
        ("resources", json!([{ "href": "/a", "wc": "+" }])),
        (
            "resources",
            json!([{ "href": "/a" }, { "wc": "+" }, { "wc": "-" }]),
        ),
        ("permission", json!(2)),
        ("tag", json!("u")),
        ("tag", json!("")),
    ]) {
        let mut ace = same[0].clone();
        ace[field] = value;
        acl.post(State::Rfpro, &cbor(&json!({ "aclist2": [ace, ace] })))
            .unwrap();
        assert_eq!(acl.aces().len(), number, "{ace}");
    }
    // With an aceid it is an ACE of its own.
    let mut named = same[0].clone();
    named["aceid"] = json!(77);
    acl.post(State::Rfpro, &cbor(&json!({ "aclist2": [named] })))
        .unwrap();
    assert!(acl.ace(77).is_some());
}

#[test]
fn an_ace_that_a_payload_names_and_repeats_is_there_once() {
    let mut acl = list(&json!([ace(Some(5), "/old", 2)]));
    // The first replaces ACE 5, whose former content is therefore new again.
    let payload =
        json!({ "aclist2": [ace(None, "/new", 2), ace(Some(5), "/new", 2), ace(None, "/old", 2)] });
    let mut update = filled(&payload);
    acl.apply(&mut update, Apply::Post(State::Rfpro)).unwrap();
    assert_eq!(
        outcomes(&acl, &update),
        [
            (outcome(5, What::Unchanged, 0), None),
            (outcome(5, What::Replaced, 1), Some(vec!["/old".to_owned()])),
            (outcome(1, What::Added, 1), None),
        ]
    );
    assert_eq!(ids(&acl), [1, 5]);
}

#[test]
fn an_href_in_place_of_resources() {
    let by = |more: Value| {
        let mut ace = json!({ "aceid": 1, "subject": { "conntype": "auth-crypt" }, "href": "/oic/sec/acl2", "permission": 2 });
        for (key, value) in more.as_object().unwrap() {
            ace[key] = value.clone();
        }
        json!({ "aclist2": [ace] })
    };
    for form in [Form::Definite, Form::Indefinite] {
        let mut acl = Acl::new();
        acl.post(State::Rfpro, &encode(&by(json!({})), form))
            .unwrap();
        assert_eq!(
            json_of(&acl, View::Plain)["aclist2"][0]["resources"],
            json!([{ "href": "/oic/sec/acl2" }])
        );
    }
    let refused = |payload: &Value| {
        let refusal = Acl::new().post(State::Rfpro, &cbor(payload)).unwrap_err();
        (refusal.reason, refusal.ace)
    };
    assert_eq!(refused(&by(json!({ "href": "" }))), (Reason::Href, Some(0)));
    assert_eq!(
        refused(&by(json!({ "href": "x" }))),
        (Reason::Href, Some(0))
    );
    assert_eq!(
        refused(&by(json!({ "href": 1 }))),
        (Reason::WrongType, Some(0))
    );
    assert_eq!(
        refused(&by(json!({ "resources": [] }))),
        (Reason::FieldTwice, Some(0)),
        "not both"
    );
    assert_eq!(
        refused(&by(json!({ "wc": "*" }))),
        (Reason::UnknownField, Some(0))
    );
}

#[test]
fn long_texts() {
    let with = |length: usize| {
        let long = "x".repeat(length);
        json!({ "aclist2": [{
            "subject": { "role": long, "authority": long },
            "resources": [{ "href": format!("/{}", &long[1..]), "wc": "*" }],
            "permission": 2, "tag": long,
        }] })
    };
    for form in [Form::Definite, Form::Indefinite] {
        let mut acl = Acl::new();
        acl.post(State::Rfpro, &encode(&with(ocf_acl::MAX_TEXT), form))
            .unwrap();
        let mut again = Acl::new();
        again.load(&bytes_of(&acl, View::Storage)).unwrap();
        assert_eq!(aces(&acl), aces(&again));
        assert_eq!(aces(&acl)[0].tag().unwrap().len(), 8191);
        let before = snapshot(&acl);
        let refusal = acl
            .post(State::Rfpro, &encode(&with(ocf_acl::MAX_TEXT + 1), form))
            .unwrap_err();
        assert_eq!((refusal.reason, refusal.ace), (Reason::TooLong, Some(0)));
        assert_eq!(snapshot(&acl), before);
    }
}

#[test]
fn put_merges_into_the_ace_of_equal_subject_permission_and_tag() {
    let mut acl = Acl::new();
    let mut put = |id, subject: &Subject<'_>, permissions, tag, resources: &[Resource<'_>]| {
        let before = acl.generation();
        let outcome = acl.put(Put::Merge, id, subject, permissions, tag, resources);
        let changes = acl.generation().wrapping_sub(before);
        let expected = matches!(outcome, Ok(outcome) if outcome.what != What::Unchanged);
        assert_eq!(changes, u32::from(expected));
        outcome
    };
    let anyone = Subject::AnonClear;
    let [a, b, c] = ["/a", "/b", "/c"].map(href);
    let add = |id, new| Ok(outcome(id, What::Added, new));
    assert_eq!(put(None, &anyone, READ, None, &[a]), add(1, 1));
    assert_eq!(
        put(None, &anyone, READ, None, &[a]),
        Ok(outcome(1, What::Unchanged, 0))
    );
    assert_eq!(
        put(None, &anyone, READ, None, &[b, a, c]),
        Ok(outcome(1, What::Replaced, 2))
    );
    // Another subject, permission or tag; the same path with a wildcard is another resource.
    assert_eq!(put(None, &Subject::AuthCrypt, READ, None, &[a]), add(2, 1));
    assert_eq!(
        put(None, &anyone, Permissions::DELETE, None, &[a]),
        add(3, 1)
    );
    assert_eq!(put(None, &anyone, READ, Some("t"), &[a]), add(4, 1));
    let role = |authority| Subject::Role {
        role: "admin",
        authority,
    };
    assert_eq!(put(None, &role(None), READ, None, &[a]), add(5, 1));
    assert_eq!(put(None, &role(Some("acme")), READ, None, &[a]), add(6, 1));
    let starred = Resource {
        wildcard: Some(Wildcard::All),
        ..a
    };
    assert_eq!(
        put(None, &role(None), READ, None, &[starred]),
        Ok(outcome(5, What::Replaced, 1))
    );
    // An aceid: that ACE only.
    assert_eq!(put(Some(40), &anyone, READ, None, &[a]), add(40, 1));
    assert_eq!(
        put(Some(40), &anyone, READ, None, &[b]),
        Ok(outcome(40, What::Replaced, 1))
    );
    assert_eq!(
        put(Some(40), &Subject::AuthCrypt, READ, None, &[b]),
        Err(Reason::AceTaken)
    );
    assert_eq!(
        put(None, &anyone, READ, None, &[href("/d")]),
        Ok(outcome(1, What::Replaced, 1)),
        "the lowest aceid of two that fit"
    );
    assert_eq!(ids(&acl), [1, 2, 3, 4, 5, 6, 40]);
    let first: Vec<_> = acl.aces().next().unwrap().resources().collect();
    assert_eq!(first, ["/a", "/b", "/c", "/d"].map(href));
}

#[test]
fn put_replaces_by_aceid() {
    let mut acl = list(&json!([ace(Some(7), "/a", 31)]));
    let subject = Subject::Uuid(uuid(ALICE));
    let put = |acl: &mut Acl, id| {
        acl.put(Put::Replace, id, &subject, READ, Some("t"), &[href("/b")])
            .unwrap()
    };
    assert_eq!(put(&mut acl, Some(7)), outcome(7, What::Replaced, 1));
    assert_eq!(put(&mut acl, Some(7)), outcome(7, What::Unchanged, 0));
    assert_eq!(put(&mut acl, Some(3)), outcome(3, What::Added, 1));
    assert_eq!(
        put(&mut acl, None),
        outcome(3, What::Unchanged, 0),
        "an equal one is there, the lower aceid names it"
    );
    assert_eq!(acl.ace(7).unwrap().subject(), subject);
    assert_eq!(acl.ace(7).unwrap().tag(), Some("t"));
}

#[test]
fn put_refuses_what_a_post_refuses() {
    let mut acl = list(&json!([ace(Some(7), "/a", 31)]));
    let before = snapshot(&acl);
    let long = "x".repeat(8192);
    let role = |role, authority| Subject::Role { role, authority };
    let nothing = Resource {
        href: None,
        wildcard: None,
    };
    for (id, subject, tag, resource, reason) in [
        (
            Some(1 << 31),
            Subject::AuthCrypt,
            None,
            href("/"),
            Reason::AceId,
        ),
        (None, role("", None), None, href("/"), Reason::EmptyRole),
        (
            None,
            role("a", Some("")),
            None,
            href("/"),
            Reason::EmptyRole,
        ),
        (None, role(&long, None), None, href("/"), Reason::TooLong),
        (
            None,
            Subject::AuthCrypt,
            Some(&*long),
            href("/"),
            Reason::TooLong,
        ),
        (None, Subject::AuthCrypt, None, href("a"), Reason::Href),
        (None, Subject::AuthCrypt, None, href(""), Reason::Href),
        (
            None,
            Subject::AuthCrypt,
            None,
            nothing,
            Reason::EmptyResource,
        ),
    ] {
        let outcome = acl.put(Put::Merge, id, &subject, READ, tag, &[href("/b"), resource]);
        assert_eq!(outcome, Err(reason));
        assert_eq!(snapshot(&acl), before, "{reason:?}");
    }
}

#[test]
fn tags() {
    let mut acl = list(&json!([ace(Some(1), "/a", 2), ace(Some(2), "/b", 2)]));
    let mut last = acl.generation();
    for (tag, changes) in [
        (Some("new"), true),
        (Some("new"), false),
        (Some("other"), true),
        (Some(""), true),
        (None, true),
        (None, false),
    ] {
        acl.set_tag(2, tag).unwrap();
        assert_eq!(acl.ace(2).unwrap().tag(), tag);
        assert_eq!(acl.ace(1).unwrap().tag(), None);
        assert_eq!(acl.generation() != last, changes, "{tag:?}");
        last = acl.generation();
    }
    assert_eq!(
        json_of(&acl, View::Storage)["aclist2"][1],
        ace(Some(2), "/b", 2)
    );
    assert_eq!(acl.set_tag(3, None), Err(Reason::UnknownAce));
    assert_eq!(
        acl.set_tag(1, Some(&"x".repeat(8192))),
        Err(Reason::TooLong)
    );
}

#[test]
fn removing_some_leaves_the_others_as_they_were() {
    let all: Vec<Value> = (0..100)
        .map(|id| ace(Some(id), &format!("/{id}"), 2))
        .collect();
    let mut acl = list(&json!(all));
    acl.set_owner(Some(uuid(ALICE)));
    assert!(acl.remove(50) && !acl.remove(50) && !acl.remove(1000));
    assert_eq!(acl.remove_if(&mut |ace| ace.id() % 3 == 0), 34);
    let generation = acl.generation();
    assert_eq!(acl.remove_if(&mut |_| false), 0);
    assert_eq!(acl.generation(), generation);
    let left: Vec<&Value> = (0..100)
        .filter(|id| id % 3 != 0 && *id != 50)
        .map(|id| &all[id])
        .collect();
    assert_eq!(json_of(&acl, View::Plain)["aclist2"], json!(left));
    assert_eq!(acl.remove_if(&mut |_| true), 65);
    assert_eq!((ids(&acl), acl.owner()), (vec![], Some(uuid(ALICE))));
}

#[test]
fn walking_goes_on_over_what_is_removed() {
    let mut acl = list(&json!([
        ace(Some(9), "/a", 2),
        ace(Some(2), "/b", 2),
        ace(Some(4), "/c", 2)
    ]));
    let mut seen = Vec::new();
    let mut from = 0;
    while let Some(id) = acl.next_ace(from).map(|ace| ace.id()) {
        seen.push(id);
        acl.remove(id);
        from = id + 1;
    }
    assert_eq!(seen, [2, 4, 9]);
    assert!(ids(&acl).is_empty());
}

#[test]
fn a_get_of_one_ace() {
    let mut acl = list(&json!([ace(Some(1), "/a", 2), ace(Some(2), "/b", 2)]));
    acl.set_owner(Some(uuid(BOB)));
    let mut buffer = [0; 512];
    let length = acl.get(View::Plain, Some(b"aceid=2"), &mut buffer).unwrap();
    let answer = common::json::from_cbor(&buffer[..length]).unwrap();
    assert_eq!(
        answer,
        json!({ "aclist2": [ace(Some(2), "/b", 2)], "rowneruuid": BOB })
    );
    assert_eq!(
        acl.get(View::Plain, Some(b"aceid=2"), &mut []),
        Err(NoAnswer::TooShort(length))
    );
    let whole = acl.get(View::Plain, None, &mut buffer).unwrap();
    assert_eq!(buffer[..whole], bytes_of(&acl, View::Plain));
    for (query, reason) in [
        ("aceid=3", Reason::UnknownAce),
        ("aceid=", Reason::Query),
        ("aceid=2x", Reason::Query),
        ("aceid=2&aceid=1", Reason::Query),
        ("", Reason::Query),
    ] {
        assert_eq!(
            acl.get(View::Plain, Some(query.as_bytes()), &mut buffer),
            Err(NoAnswer::Refused(reason)),
            "{query}"
        );
    }
}

#[test]
fn the_outcome_of_each_ace_in_the_order_of_the_payload() {
    let mut acl = list(&json!([
        { "aceid": 4, "subject": { "role": "r" }, "resources": [{ "href": "/a" }, { "href": "/b" }], "permission": 1 },
        ace(Some(6), "/six", 2),
    ]));
    let mut update = filled(&json!({ "aclist2": [
        ace(Some(9), "/nine", 2),
        { "aceid": 4, "subject": { "role": "r" }, "resources": [{ "href": "/b" }, { "href": "/c" }], "permission": 3 },
        ace(None, "/six", 2),
        ace(None, "/none", 2),
        ace(Some(6), "/six", 2),
    ] }));
    acl.apply(&mut update, Apply::Add).unwrap();
    let former = || Some(vec!["/a".to_owned(), "/b".to_owned()]);
    assert_eq!(
        outcomes(&acl, &update),
        [
            (outcome(9, What::Added, 1), None),
            (outcome(4, What::Replaced, 1), former()),
            (outcome(6, What::Unchanged, 0), None),
            (outcome(1, What::Added, 1), None),
            (outcome(6, What::Unchanged, 0), None),
        ]
    );
    assert_eq!(ids(&acl), [1, 4, 6, 9]);
}

#[test]
fn what_the_device_applies_does_not_depend_on_the_state() {
    let mut acl = list(&json!([ace(Some(1), "/a", 2)]));
    acl.set_owner(Some(uuid(BOB)));
    acl.apply(
        &mut filled(&json!({ "aclist2": [ace(Some(2), "/b", 2)] })),
        Apply::Add,
    )
    .unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![1, 2], Some(uuid(BOB))));
    acl.apply(&mut filled(&json!({ "rowneruuid": ALICE })), Apply::Add)
        .unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![1, 2], Some(uuid(ALICE))));
    acl.apply(
        &mut filled(&json!({ "aclist2": [ace(Some(3), "/c", 2)] })),
        Apply::Load,
    )
    .unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![3], None));

    // The nil UUID is none in storage, and nothing that a client may send.
    acl.set_owner(Some(uuid(BOB)));
    let before = snapshot(&acl);
    let mut nil = filled(&json!({ "rowneruuid": NIL, "aclist2": [] }));
    let refusal = acl.apply(&mut nil, Apply::Post(State::Rfotm)).unwrap_err();
    assert_eq!((refusal.reason, refusal.ace), (Reason::SubjectUuid, None));
    assert_eq!(snapshot(&acl), before);
    acl.apply(&mut nil, Apply::Load).unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![], None));
}

#[test]
fn a_stored_list_without_an_owner() {
    let mut acl = Acl::new();
    acl.load(&cbor(
        &json!({ "rt": ["oic.r.acl2"], "if": ["oic.if.baseline"], "aclist2": [ace(Some(1), "/a", 2)], "rowneruuid": NIL }),
    ))
    .unwrap();
    assert_eq!((ids(&acl), acl.owner()), (vec![1], None));
}

type Skipped = Vec<(Option<u32>, Reason)>;

/// Reads leniently; what was left out, by its number and reason.
fn lenient(payload: &[u8]) -> (Result<Acl, Refusal>, Skipped) {
    let mut skipped = Vec::new();
    let mut update = Update::lenient();
    let read = update.cbor(payload, &mut |refusal| {
        skipped.push((refusal.ace, refusal.reason));
    });
    let mut acl = Acl::new();
    let applied = read.and_then(|()| acl.apply(&mut update, Apply::Load));
    (applied.map(|()| acl), skipped)
}

#[test]
fn what_has_a_fault_in_storage_costs_itself_only() {
    let faults = [
        (json!({ "subject": { "uuid": NIL } }), Reason::SubjectUuid),
        (json!({ "subject": { "uuid": "*" } }), Reason::SubjectUuid),
        (json!({ "subject": { "role": "" } }), Reason::EmptyRole),
        (
            json!({ "subject": { "x": [[{ "y": [1] }]] } }),
            Reason::UnknownField,
        ),
        (json!({ "subject": [] }), Reason::WrongType),
        (json!({ "subject": {} }), Reason::Subject),
        (json!({ "permission": 65535 }), Reason::Permission),
        (json!({ "permission": -1 }), Reason::Permission),
        (json!({ "permission": 1.5 }), Reason::WrongType),
        (json!({ "aceid": -7 }), Reason::AceId),
        (json!({ "resources": [{ "href": "x" }] }), Reason::Href),
        (
            json!({ "resources": [{ "href": "/x", "if": [[1]] }] }),
            Reason::WrongType,
        ),
        (json!({ "resources": [{}] }), Reason::EmptyResource),
        (json!({ "resources": {} }), Reason::WrongType),
        (
            json!({ "validity": [{ "from": "x" }] }),
            Reason::UnknownField,
        ),
        (json!({ "tag": null }), Reason::WrongType),
    ];
    for form in [Form::Definite, Form::Indefinite] {
        for (fault, reason) in &faults {
            let mut bad = ace(Some(2), "/b", 2);
            for (key, value) in fault.as_object().unwrap() {
                bad[key] = value.clone();
            }
            let good = [ace(Some(1), "/a", 2), ace(Some(3), "/c", 2)];
            let root = json!({ "aclist2": [good[0], bad, good[1]], "rowneruuid": ALICE });
            let (acl, skipped) = lenient(&encode(&root, form));
            let acl = acl.expect("it costs itself only");
            assert_eq!(skipped, [(Some(1), *reason)], "{fault} {form:?}");
            assert_eq!((ids(&acl), acl.owner()), (vec![1, 3], Some(uuid(ALICE))));
            assert_eq!(json_of(&acl, View::Plain)["aclist2"], json!(good));
        }
        for (bad, reason) in [
            (json!(7), Reason::WrongType),
            (json!([[1], {}]), Reason::WrongType),
            (json!({}), Reason::FieldMissing),
            (json!({ "aceid": 2 }), Reason::FieldMissing),
        ] {
            let root = json!({ "aclist2": [bad, ace(Some(1), "/a", 2), bad] });
            let (acl, skipped) = lenient(&encode(&root, form));
            assert_eq!(skipped, [(Some(0), reason), (Some(2), reason)], "{bad}");
            assert_eq!(ids(&acl.unwrap()), [1]);
        }
        for (key, value, reason) in [
            ("x", json!([[{ "aclist2": [] }]]), Reason::UnknownField),
            ("x", json!(1), Reason::UnknownField),
            ("rowneruuid", json!("*"), Reason::SubjectUuid),
            ("rowneruuid", json!([[1]]), Reason::WrongType),
            ("rt", json!([1, "a"]), Reason::WrongType),
            ("if", json!({ "a": ["b"] }), Reason::WrongType),
        ] {
            let root = json!({ key: value, "aclist2": [ace(Some(1), "/a", 2)] });
            let (acl, skipped) = lenient(&encode(&root, form));
            assert_eq!(skipped, [(None, reason)], "{root}");
            let acl = acl.unwrap();
            assert_eq!((ids(&acl), acl.owner()), (vec![1], None));
        }
    }
}

#[test]
fn a_tag_in_storage_costs_what_has_it() {
    for tagged in [
        b"\x61x\xc1\x01".as_slice(),
        b"\x61x\x82\xc1\xc2\x41x\xc0\xa1\xc3\x01\x80",
        b"\x62rt\xc0\x61x",
        b"\x62rt\x82\xc0\x81\x61x\x61y",
        b"\x6arowneruuid\xc0\x61x",
        b"\xc0\x61x",
    ] {
        let good = cbor(&json!({ "aclist2": [ace(Some(1), "/a", 2)] }));
        let root = [b"\xa2", tagged, &good[1..]].concat();
        let (acl, skipped) = lenient(&root);
        if tagged[0] == 0xc0 {
            // A key: nobody can tell what its value is.
            assert_eq!(acl.unwrap_err().reason, Reason::WrongType);
            continue;
        }
        let reason = match tagged[1] {
            b'x' => Reason::UnknownField,
            _ => Reason::WrongType,
        };
        assert_eq!(skipped, [(None, reason)], "{tagged:02x?}");
        assert_eq!(ids(&acl.unwrap()), [1]);
    }
    // An ACE, or a list of its own, of one tag each.
    let mut root = cbor(&json!({ "aclist2": [ace(Some(1), "/a", 2), 7] }));
    assert_eq!(root.pop(), Some(7));
    root.extend(b"\xc6\x80");
    let (acl, skipped) = lenient(&root);
    assert_eq!(skipped, [(Some(1), Reason::WrongType)]);
    assert_eq!(ids(&acl.unwrap()), [1]);
}

/// An update that was loaded is spent: again, it would be an empty list.
#[test]
fn what_was_loaded_is_not_loaded_again() {
    let mut acl = Acl::new();
    let mut update = Update::new();
    let payload = cbor(&json!({ "aclist2": [ace(Some(1), "/a", 2)], "rowneruuid": ALICE }));
    update.cbor(&payload, &mut |_| {}).unwrap();
    acl.apply(&mut update, Apply::Load).unwrap();
    let before = snapshot(&acl);
    for how in [Apply::Load, Apply::Add] {
        let refusal = acl.apply(&mut update, how).unwrap_err();
        assert_eq!(refusal.reason, Reason::Truncated);
        assert_eq!(snapshot(&acl), before);
    }
    update.cbor(&payload, &mut |_| {}).unwrap();
    acl.apply(&mut update, Apply::Load).unwrap();
}

/// The second of two with one aceid, too.
#[test]
fn an_aceid_twice_in_storage_costs_the_second() {
    let root = json!({ "aclist2": [
        ace(Some(4), "/a", 2), ace(Some(2), "/b", 2), ace(Some(4), "/c", 2), ace(Some(4), "/d", 2), ace(None, "/e", 2),
    ] });
    let mut skipped = Vec::new();
    let mut update = Update::lenient();
    update
        .cbor(&cbor(&root), &mut |refusal| {
            skipped.push((refusal.ace, refusal.reason));
        })
        .unwrap();
    let mut acl = Acl::new();
    acl.apply(&mut update, Apply::Load).unwrap();
    assert_eq!(
        skipped,
        [(Some(2), Reason::AceIdTwice), (Some(3), Reason::AceIdTwice)]
    );
    assert_eq!(ids(&acl), [1, 2, 4]);
    assert!(acl.ace(4).unwrap().resources().eq([href("/a")]));
}

#[test]
fn what_cannot_be_read_on_is_refused_in_storage_too() {
    let whole = cbor(&json!({ "aclist2": [ace(Some(1), "/a", 2)] }));
    for length in 0..whole.len() {
        let (acl, skipped) = lenient(&whole[..length]);
        assert_eq!(acl.unwrap_err().reason, Reason::Truncated, "{length}");
        assert_eq!(skipped, []);
    }
    for root in [json!([]), json!(7), json!("x"), json!(null)] {
        assert_eq!(
            lenient(&cbor(&root)).0.unwrap_err().reason,
            Reason::WrongType
        );
    }
    assert_eq!(
        lenient(&cbor(&json!({ "rowneruuid": ALICE })))
            .0
            .unwrap_err()
            .reason,
        Reason::FieldMissing
    );
    // Passed over, but not for ever.
    let mut deep = cbor(&json!({ "aclist2": [] }));
    deep.pop();
    deep.extend([0x81; 100]);
    assert_eq!(lenient(&deep).0.unwrap_err().reason, Reason::WrongType);
}

/// A payload as events; the offset counts them.
fn feed(update: &mut Update, value: &Value, at: &mut usize) -> Result<(), Refusal> {
    let mut event = |update: &mut Update, event: Event<'_>| {
        let offset = *at;
        *at += 1;
        update.event(event, offset, &mut |_| {})
    };
    match value {
        Value::Object(map) => {
            event(update, Event::Map)?;
            for (key, value) in map {
                feed(update, &json!(key), at)?;
                feed(update, value, at)?;
            }
        }
        Value::Array(items) => {
            event(update, Event::Array)?;
            for item in items {
                feed(update, item, at)?;
            }
        }
        Value::String(text) => return event(update, Event::Text(text)),
        Value::Number(number) if number.is_f64() => return event(update, Event::Other),
        Value::Number(number) => {
            let number = number
                .as_u64()
                .and_then(|number| u32::try_from(number).ok());
            return event(update, Event::Number(number.unwrap_or(u32::MAX)));
        }
        _ => return event(update, Event::Other),
    }
    let offset = *at;
    *at += 1;
    update.event(Event::End, offset, &mut |_| {})
}

#[test]
fn events_are_judged_as_cbor_is() {
    let good = ace(Some(1), "/a", 2);
    let with = |field: &str, value: Value| {
        let mut ace = good.clone();
        ace[field] = value;
        json!({ "aclist2": [good, ace], "rowneruuid": ALICE })
    };
    for payload in [
        with("aceid", json!(2)),
        with("aceid", json!(1)),
        with("aceid", json!(-1)),
        with("aceid", json!(4294967295u32)),
        with("permission", json!(1.5)),
        with("permission", json!(null)),
        with("subject", json!({ "role": "a", "authority": "b" })),
        with("subject", json!({ "role": "a", "uuid": ALICE })),
        with(
            "resources",
            json!([{ "href": "/a", "wc": "-", "if": ["x"] }, { "wc": "*" }]),
        ),
        with("resources", json!([{ "if": [] }])),
        with("x", json!(1)),
        json!({}),
        json!([]),
        json!({ "rowneruuid": true }),
    ] {
        let mut by_cbor = Acl::new();
        let expected = by_cbor
            .post(State::Rfotm, &cbor(&payload))
            .map_err(|refusal| (refusal.reason, refusal.ace));
        let mut update = Update::new();
        let mut acl = Acl::new();
        let outcome = feed(&mut update, &payload, &mut 0)
            .and_then(|()| acl.apply(&mut update, Apply::Post(State::Rfotm)))
            .map_err(|refusal| (refusal.reason, refusal.ace));
        assert_eq!(outcome, expected, "{payload}");
        assert_eq!(snapshot(&acl), snapshot(&by_cbor), "{payload}");
    }
}

#[test]
fn events_that_are_not_a_whole_payload_change_nothing() {
    let payload = json!({ "aclist2": [ace(Some(1), "/a", 2)], "rowneruuid": ALICE });
    let events = {
        let mut at = 0;
        feed(&mut Update::new(), &payload, &mut at).unwrap();
        at
    };
    let mut acl = list(&json!([ace(Some(1), "/old", 2)]));
    let before = snapshot(&acl);
    let apply = |acl: &mut Acl, update: &mut Update| {
        [Apply::Add, Apply::Load, Apply::Post(State::Rfotm)]
            .map(|how| acl.apply(update, how).map_err(|refusal| refusal.reason))
    };
    assert_eq!(
        apply(&mut acl, &mut Update::new()),
        [Err(Reason::Truncated); 3]
    );
    // Cut after any event, then something that cannot follow: nothing is left to apply.
    let mut whole = Update::new();
    let mut stream = Vec::new();
    collect(&payload, &mut stream);
    assert_eq!(stream.len(), events);
    for cut in 0..events {
        let mut update = Update::new();
        for event in &stream[..cut] {
            update.event(event.event(), 0, &mut |_| {}).unwrap();
        }
        assert_eq!(apply(&mut acl, &mut update), [Err(Reason::Truncated); 3]);
        assert!(update.event(Event::Other, 0, &mut |_| {}).is_err());
        for event in &stream[cut..] {
            assert!(update.event(event.event(), 0, &mut |_| {}).is_err());
        }
        assert_eq!(apply(&mut acl, &mut update), [Err(Reason::Truncated); 3]);
    }
    assert_eq!(snapshot(&acl), before);
    for event in &stream {
        whole.event(event.event(), 0, &mut |_| {}).unwrap();
    }
    assert_eq!(
        whole
            .event(Event::Map, 9, &mut |_| {})
            .map_err(|refusal| refusal.reason),
        Err(Reason::Trailing)
    );
}

enum Owned {
    Map,
    Array,
    End,
    Text(String),
    Number(u32),
}

impl Owned {
    fn event(&self) -> Event<'_> {
        match self {
            Self::Map => Event::Map,
            Self::Array => Event::Array,
            Self::End => Event::End,
            Self::Text(text) => Event::Text(text),
            Self::Number(number) => Event::Number(*number),
        }
    }
}

fn collect(value: &Value, out: &mut Vec<Owned>) {
    match value {
        Value::Object(map) => {
            out.push(Owned::Map);
            for (key, value) in map {
                out.push(Owned::Text(key.clone()));
                collect(value, out);
            }
            out.push(Owned::End);
        }
        Value::Array(items) => {
            out.push(Owned::Array);
            items.iter().for_each(|item| collect(item, out));
            out.push(Owned::End);
        }
        Value::String(text) => out.push(Owned::Text(text.clone())),
        value => out.push(Owned::Number(value.as_u64().unwrap() as u32)),
    }
}

/// A payload that is refused at the last moment leaves the update as it was.
#[test]
fn an_update_can_be_applied_again_after_a_refusal() {
    let mut acl = list(&json!([ace(Some(1), "/a", 2)]));
    let mut update = filled(&json!({ "aclist2": [ace(None, "/b", 2), ace(None, "/a", 2)] }));
    assert!(acl.apply(&mut update, Apply::Post(State::Rfnop)).is_err());
    acl.apply(&mut update, Apply::Post(State::Rfpro)).unwrap();
    assert_eq!(ids(&acl), [1, 2]);
}

/// Whatever storage has become of: what is taken is a list like any other, an ACE whose bytes are as
/// they were is among it, and what was left out has been told of.
#[test]
fn a_stored_list_with_any_byte_changed() {
    let root = json!({
        "rt": ["oic.r.acl2"], "if": ["oic.if.baseline", "oic.if.rw"],
        "aclist2": [
            { "aceid": 1, "subject": { "uuid": ALICE }, "resources": [{ "href": "/a", "wc": "+" }], "permission": 6, "tag": "t" },
            { "aceid": 2, "subject": { "role": "admin", "authority": "acme" }, "resources": [{ "wc": "*" }], "permission": 31 },
            { "aceid": 3, "subject": { "conntype": "anon-clear" }, "resources": [{ "href": "/b" }, { "href": "/c" }], "permission": 2 },
        ],
        "rowneruuid": BOB,
    });
    for form in [Form::Definite, Form::Indefinite] {
        let stored = encode(&root, form);
        let (mut whole, mut parts, mut refused) = (0, 0, 0);
        for position in 0..stored.len() {
            for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut changed = stored.clone();
                changed[position] ^= change;
                let (acl, skipped) = lenient(&changed);
                let Ok(acl) = acl else {
                    refused += 1;
                    continue;
                };
                let mut again = Acl::new();
                again.load(&bytes_of(&acl, View::Storage)).unwrap();
                assert_eq!((aces(&again), again.owner()), (aces(&acl), acl.owner()));
                let strict = Acl::new().load(&changed);
                assert_eq!(strict.is_ok(), skipped.is_empty(), "{changed:02x?}");
                if skipped.is_empty() {
                    assert_eq!(acl.aces().len(), 3);
                    whole += 1;
                } else {
                    assert!(acl.aces().len() + skipped.len() >= 3, "{changed:02x?}");
                    parts += 1;
                }
            }
        }
        assert!(
            whole > 100 && parts > 500 && refused > 100,
            "{whole} whole, {parts} in parts, {refused} refused"
        );
    }
}
