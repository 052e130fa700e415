//! What is refused, with which reason, and that nothing of it is applied.
#![allow(missing_docs)]

mod common;

use common::{ALICE, Form, aces, bytes_of, cbor, encode, head, list, snapshot, uuid};
use ocf_acl::{Acl, Code, Reason, Refusal, State, View};
use serde_json::{Value, json};
use std::sync::OnceLock;

const NIL: &str = "00000000-0000-0000-0000-000000000000";

fn good() -> Value {
    json!({
        "aceid": 5,
        "subject": { "uuid": ALICE },
        "resources": [{ "href": "/light", "wc": "*", "if": ["oic.if.a"] }],
        "permission": 6,
        "tag": "note",
    })
}

/// A good ACE with one field set to something else, or taken away.
fn with(field: &str, value: Value) -> Value {
    let mut ace = good();
    match value {
        Value::Null => drop(ace.as_object_mut().unwrap().remove(field)),
        value => ace[field] = value,
    }
    ace
}

/// Posts and loads an ACE between two good ones, in both forms; nothing may change.
fn refuse(ace: &Value, expected: Reason) {
    for form in [Form::Definite, Form::Indefinite] {
        let mut others = [good(), good()];
        others[0]["aceid"] = json!(100);
        others[1]["aceid"] = json!(101);
        let payload = encode(&json!({ "aclist2": [others[0], ace, others[1]] }), form);
        let mut acl = list(&json!([with("permission", json!(1))]));
        acl.set_owner(Some(uuid(ALICE)));
        let before = snapshot(&acl);
        for outcome in [acl.post(State::Rfpro, &payload), acl.load(&payload)] {
            let refusal = outcome.expect_err(&ace.to_string());
            assert_eq!(refusal.reason, expected, "{ace} {form:?}");
            assert_eq!(refusal.code(), Code::BadRequest, "{ace}");
            assert_eq!(refusal.ace, Some(1), "{ace}");
            assert!(refusal.offset < payload.len(), "{ace}");
        }
        assert_eq!(snapshot(&acl), before, "{ace}");
    }
}

fn post(payload: &[u8]) -> Result<(), Reason> {
    let mut acl = list(&json!([good()]));
    let before = snapshot(&acl);
    let outcome = acl.post(State::Rfotm, payload);
    if outcome.is_err() {
        assert_eq!(snapshot(&acl), before);
    }
    outcome.map_err(|refusal| refusal.reason)
}

#[test]
fn the_good_ace_is_good() {
    for form in [Form::Definite, Form::Indefinite] {
        assert_eq!(post(&encode(&json!({ "aclist2": [good()] }), form)), Ok(()));
    }
}

#[test]
fn one_bad_ace_and_no_other_is_replaced() {
    // What the C code did: the first ACE replaced, the second lost, an error returned.
    let mut acl = list(&json!([good(), with("aceid", json!(6))]));
    let before = bytes_of(&acl, View::Storage);
    let payload = json!({ "aclist2": [
        with("permission", json!(1)),
        { "aceid": 6, "subject": { "uuid": "?" }, "resources": [], "permission": 1 },
    ] });
    let refusal = acl.post(State::Rfpro, &cbor(&payload)).unwrap_err();
    assert_eq!(
        (refusal.reason, refusal.ace),
        (Reason::SubjectUuid, Some(1))
    );
    assert_eq!(bytes_of(&acl, View::Storage), before);
}

#[test]
fn subjects() {
    refuse(&with("subject", Value::Null), Reason::FieldMissing);
    refuse(&with("subject", json!({})), Reason::Subject);
    refuse(
        &with("subject", json!({ "authority": "acme" })),
        Reason::Subject,
    );
    refuse(
        &with("subject", json!({ "uuid": ALICE, "role": "a" })),
        Reason::Subject,
    );
    refuse(
        &with("subject", json!({ "uuid": ALICE, "authority": "a" })),
        Reason::Subject,
    );
    refuse(
        &with(
            "subject",
            json!({ "uuid": ALICE, "conntype": "anon-clear" }),
        ),
        Reason::Subject,
    );
    refuse(
        &with("subject", json!({ "role": "a", "conntype": "anon-clear" })),
        Reason::Subject,
    );
    refuse(
        &with(
            "subject",
            json!({ "conntype": "anon-clear", "authority": "a" }),
        ),
        Reason::Subject,
    );
    refuse(
        &with("subject", json!({ "conntype": "anon" })),
        Reason::ConnType,
    );
    refuse(
        &with("subject", json!({ "conntype": "" })),
        Reason::ConnType,
    );
    refuse(
        &with("subject", json!({ "conntype": "Auth-Crypt" })),
        Reason::ConnType,
    );
    refuse(
        &with("subject", json!({ "conntype": 1 })),
        Reason::WrongType,
    );
    refuse(&with("subject", json!({ "role": "" })), Reason::EmptyRole);
    refuse(
        &with("subject", json!({ "role": "a", "authority": "" })),
        Reason::EmptyRole,
    );
    refuse(&with("subject", json!({ "role": 1 })), Reason::WrongType);
    refuse(
        &with("subject", json!({ "role": "a", "authority": 1 })),
        Reason::WrongType,
    );
    refuse(
        &with("subject", json!({ "deviceuuid": ALICE })),
        Reason::UnknownField,
    );
    refuse(&with("subject", json!(ALICE)), Reason::WrongType);
    refuse(&with("subject", json!([])), Reason::WrongType);
}

#[test]
fn uuids() {
    let shifted = ALICE.replacen("1-", "-1", 1);
    for text in [
        "",
        "*",
        NIL,
        &ALICE[..35],
        &format!("{ALICE}0"),
        &format!("{ALICE}\0\0"),
        &shifted,
        &ALICE.replace('-', ""),
        &ALICE.replace('5', "g"),
        &ALICE.replace('-', "_"),
        &format!("{{{}}}", &ALICE[1..35]),
        &ALICE.replacen('1', "+", 1),
        &ALICE.replacen('1', " ", 1),
        &ALICE.replacen("11", "\u{e9}", 1),
    ] {
        refuse(
            &with("subject", json!({ "uuid": text })),
            Reason::SubjectUuid,
        );
        assert_eq!(
            post(&cbor(&json!({ "rowneruuid": text }))),
            Err(Reason::SubjectUuid),
            "{text}"
        );
    }
    for value in [json!(null), json!(0), json!([]), json!({})] {
        let mut ace = good();
        ace["subject"] = json!({ "uuid": value });
        refuse(&ace, Reason::WrongType);
        assert_eq!(
            post(&cbor(&json!({ "rowneruuid": value }))),
            Err(Reason::WrongType)
        );
    }
    // The 16 bytes themselves are not the text that the schema asks for.
    let mut bytes = vec![0xa1];
    bytes.extend(cbor(&json!("rowneruuid")));
    head(&mut bytes, 2, 16);
    bytes.extend([7; 16]);
    assert_eq!(post(&bytes), Err(Reason::WrongType));
}

#[test]
fn permissions() {
    refuse(&with("permission", Value::Null), Reason::FieldMissing);
    for bad in [
        json!(32),
        json!(33),
        json!(255),
        json!(256),
        json!(258),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(-1),
    ] {
        refuse(&with("permission", bad), Reason::Permission);
    }
    for bad in [json!("2"), json!(2.0), json!(true), json!([2])] {
        refuse(&with("permission", bad), Reason::WrongType);
    }
    for fine in 0..=31 {
        let ace = with("permission", json!(fine));
        assert_eq!(post(&cbor(&json!({ "aclist2": [ace] }))), Ok(()));
    }
}

#[test]
fn aceids() {
    for bad in [
        json!(-1),
        json!(2_147_483_648u32),
        json!(4_294_967_298u64),
        json!(u64::MAX),
        json!(i64::MIN),
    ] {
        refuse(&with("aceid", bad), Reason::AceId);
    }
    for bad in [json!("5"), json!(5.0), json!(false), json!([])] {
        refuse(&with("aceid", bad), Reason::WrongType);
    }
    refuse(&with("aceid", json!(100)), Reason::AceIdTwice);
    for fine in [0, 1, 2_147_483_647u32] {
        let ace = with("aceid", json!(fine));
        assert_eq!(post(&cbor(&json!({ "aclist2": [ace] }))), Ok(()));
    }
}

#[test]
fn resources() {
    refuse(&with("resources", Value::Null), Reason::FieldMissing);
    refuse(
        &with("resources", json!({ "href": "/a" })),
        Reason::WrongType,
    );
    for (bad, reason) in [
        (json!({}), Reason::EmptyResource),
        (json!({ "if": ["oic.if.a"] }), Reason::EmptyResource),
        (json!({ "href": "" }), Reason::Href),
        (json!({ "href": "light" }), Reason::Href),
        (json!({ "href": " /light" }), Reason::Href),
        (json!({ "href": "", "wc": "*" }), Reason::Href),
        (json!({ "href": 1 }), Reason::WrongType),
        (json!({ "wc": "" }), Reason::Wildcard),
        (json!({ "wc": "**" }), Reason::Wildcard),
        (json!({ "wc": "/" }), Reason::Wildcard),
        (json!({ "wc": 1 }), Reason::WrongType),
        (json!({ "href": "/a", "if": "oic.if.a" }), Reason::WrongType),
        (json!({ "href": "/a", "if": [1] }), Reason::WrongType),
        (json!({ "href": "/a", "if": [["x"]] }), Reason::WrongType),
        (json!({ "href": "/a", "rt": ["x"] }), Reason::UnknownField),
        (json!({ "href": "/a", "rel": "x" }), Reason::UnknownField),
        (json!("/a"), Reason::WrongType),
    ] {
        refuse(
            &with("resources", json!([{ "href": "/fine" }, bad])),
            reason,
        );
    }
    assert_eq!(
        post(&cbor(&json!({ "aclist2": [with("resources", json!([]))] }))),
        Ok(())
    );
}

#[test]
fn unknown_fields_and_wrong_types() {
    refuse(&with("validity", json!([])), Reason::UnknownField);
    refuse(&with("Permission", json!(1)), Reason::UnknownField);
    refuse(&with("", json!(1)), Reason::UnknownField);
    refuse(&with("tag", json!(7)), Reason::WrongType);
    refuse(&json!("ace"), Reason::WrongType);
    refuse(&json!([]), Reason::WrongType);
    refuse(&json!(null), Reason::WrongType);
    for (payload, reason) in [
        (json!({ "aclist2": [], "x": 1 }), Reason::UnknownField),
        (json!({ "aclist": [] }), Reason::UnknownField),
        (json!({ "aclist2": {} }), Reason::WrongType),
        (json!({ "rt": "oic.r.acl2" }), Reason::WrongType),
        (json!({ "if": [1] }), Reason::WrongType),
        (json!([]), Reason::WrongType),
        (json!("x"), Reason::WrongType),
        (json!(1), Reason::WrongType),
    ] {
        assert_eq!(post(&cbor(&payload)), Err(reason), "{payload}");
    }
    let refuse_raw = |bytes: &[u8], reason| assert_eq!(post(bytes), Err(reason), "{bytes:02x?}");
    refuse_raw(b"\xa1\x01\x80", Reason::WrongType); // a number for a key
    refuse_raw(b"\xa1\x47aclist2\x80", Reason::WrongType); // bytes for a key
    refuse_raw(b"\xd9\xd9\xf7\xa0", Reason::WrongType); // a tag before the map
    refuse_raw(b"\xa1\x62rt\xc0\x61x", Reason::WrongType); // and for each array
    refuse_raw(b"\xa1\x62if\xc6\x80", Reason::WrongType);
    for at in [b"\x67aclist2\x81".as_slice(), b"\x69resources\x81"] {
        let mut tagged = cbor(&json!({ "aclist2": [good()] }));
        let array = tagged.windows(at.len()).position(|window| window == at);
        tagged[array.unwrap() + at.len() - 1] = 0xc6;
        refuse_raw(&tagged, Reason::WrongType);
    }
    refuse_raw(b"\xa1\x67aclist2\xff", Reason::WrongType); // a break for a value
    refuse_raw(b"\xbf\x67aclist2\xff", Reason::WrongType);
    refuse_raw(b"\xa1\x67aclis\xff2\x80", Reason::NotText);
    refuse_raw(b"\xa1\x7f\x67aclist2\x41x\xff\x80", Reason::WrongType); // a chunk of bytes in text
    refuse_raw(b"\xa1\x7f\x7f\x67aclist2\xff\xff\x80", Reason::WrongType); // chunks in a chunk
    refuse_raw(b"\xbc", Reason::WrongType); // a reserved length
}

#[test]
fn fields_given_twice() {
    let key = |name: &str| cbor(&json!(name));
    let pair = |name: &str, value: &Value| [key(name), cbor(value)].concat();
    let map = |pairs: &[Vec<u8>]| [vec![0xa0 | pairs.len() as u8], pairs.concat()].concat();
    let array = |items: &[Vec<u8>]| [vec![0x80 | items.len() as u8], items.concat()].concat();
    let whole = |ace: Vec<u8>| map(&[[key("aclist2"), array(&[ace])].concat()]);

    for payload in [
        map(&[
            pair("aclist2", &json!([])),
            pair("aclist2", &json!([good()])),
        ]),
        map(&[
            pair("rowneruuid", &json!(ALICE)),
            pair("rowneruuid", &json!(ALICE)),
        ]),
        map(&[pair("rt", &json!(["a"])), pair("rt", &json!(["a"]))]),
        whole(map(&[
            pair("permission", &json!(1)),
            pair("permission", &json!(31)),
        ])),
        whole(map(&[
            pair("subject", &json!({ "role": "a" })),
            pair("subject", &json!({ "role": "b" })),
        ])),
        whole(map(&[[
            key("subject"),
            map(&[pair("uuid", &json!(ALICE)), pair("uuid", &json!(ALICE))]),
        ]
        .concat()])),
        whole(map(&[[
            key("resources"),
            array(&[map(&[
                pair("href", &json!("/a")),
                pair("href", &json!("/b")),
            ])]),
        ]
        .concat()])),
    ] {
        assert_eq!(post(&payload), Err(Reason::FieldTwice));
    }
}

#[test]
fn a_refusal_says_where() {
    let payload = cbor(&json!({ "aclist2": [good(), with("permission", json!(32))] }));
    let at = payload
        .windows(2)
        .rposition(|window| window == [0x18, 32])
        .unwrap();
    let refusal = Acl::new().post(State::Rfpro, &payload).unwrap_err();
    assert_eq!(
        refusal,
        Refusal {
            reason: Reason::Permission,
            offset: at,
            ace: Some(1)
        }
    );
    assert_eq!(
        refusal.to_string(),
        format!("permission is outside 0..31 (byte {at})")
    );

    let payload = cbor(&json!({ "aclist2": [good()], "x": 1 }));
    let refusal = Acl::new().post(State::Rfpro, &payload).unwrap_err();
    assert_eq!(
        (refusal.offset, refusal.ace),
        (payload.len() - 3, None),
        "the key, in no ACE"
    );
}

#[test]
fn reasons_keep_their_numbers() {
    let numbers: Vec<u8> = Reason::ALL.iter().map(|reason| *reason as u8).collect();
    assert_eq!(numbers, (1..=24).collect::<Vec<u8>>());
    assert_eq!(
        (
            Reason::Truncated as u8,
            Reason::Href as u8,
            Reason::OutOfMemory as u8
        ),
        (1, 16, 22)
    );
    for reason in Reason::ALL {
        assert_eq!(reason.to_string(), reason.text());
    }
}

/// A payload with something of everything.
fn rich(form: Form) -> Vec<u8> {
    encode(
        &json!({
            "rt": ["oic.r.acl2"],
            "aclist2": [
                good(),
                { "subject": { "role": "admin", "authority": "acme" }, "resources": [{ "wc": "+" }], "permission": 31 },
                { "aceid": 70000, "subject": { "conntype": "anon-clear" }, "resources": [], "permission": 0 },
            ],
            "rowneruuid": ALICE,
        }),
        form,
    )
}

/// Feeds a payload to POST and load: the list is as it was, or as a fresh decoding says.
fn all_or_nothing(payload: &[u8]) -> bool {
    static START: OnceLock<Vec<u8>> = OnceLock::new();
    let stored = START.get_or_init(|| {
        let mut acl = list(&json!([
            with("tag", json!("before")),
            with("aceid", json!(9))
        ]));
        acl.set_owner(Some(uuid("99999999-9999-9999-9999-999999999999")));
        bytes_of(&acl, View::Storage)
    });
    let start = || {
        let mut acl = Acl::new();
        acl.load(stored).expect("a stored list");
        acl
    };
    let mut acl = start();
    let before = snapshot(&acl);
    let posted = acl.post(State::Rfotm, payload);
    if posted.is_err() {
        assert_eq!(snapshot(&acl), before, "{payload:02x?}");
    } else {
        let mut fresh = Acl::new();
        fresh
            .post(State::Rfotm, payload)
            .expect("what one list takes another does");
        for ace in fresh.aces() {
            // An aceid that was given out differs, as other ones were free.
            assert!(
                acl.aces().any(|other| {
                    (other.subject(), other.permissions(), other.tag())
                        == (ace.subject(), ace.permissions(), ace.tag())
                        && other.resources().eq(ace.resources())
                }),
                "{payload:02x?}"
            );
        }
        assert!(fresh.owner().is_none() || fresh.owner() == acl.owner());
    }
    let mut acl = start();
    match acl.load(payload) {
        Err(_) => assert_eq!(snapshot(&acl), before, "{payload:02x?}"),
        Ok(()) => {
            let mut fresh = Acl::new();
            fresh
                .load(payload)
                .expect("what one list takes another does");
            assert_eq!((aces(&acl), acl.owner()), (aces(&fresh), fresh.owner()));
        }
    }
    posted.is_ok()
}

#[test]
fn a_payload_cut_anywhere_changes_nothing() {
    for form in [Form::Definite, Form::Indefinite] {
        let payload = rich(form);
        assert!(all_or_nothing(&payload));
        for len in 0..payload.len() {
            assert!(!all_or_nothing(&payload[..len]), "cut at {len}");
            let refusal = Acl::new().load(&payload[..len]).unwrap_err();
            assert_eq!(
                (refusal.reason, refusal.offset <= len),
                (Reason::Truncated, true),
                "{len}"
            );
        }
        for extra in [0x00, 0xff, 0xa0] {
            let longer = [payload.as_slice(), &[extra]].concat();
            assert!(!all_or_nothing(&longer));
        }
    }
    assert_eq!(post(&[]), Err(Reason::Truncated));
    assert_eq!(post(&[0xa0, 0xa0]), Err(Reason::Trailing));
}

#[test]
fn a_payload_with_any_byte_changed_is_applied_whole_or_not_at_all() {
    let single_bits = (0..8).map(|bit| 1 << bit).collect();
    for (form, changes) in [
        (Form::Definite, (1..=255).collect::<Vec<u8>>()),
        (Form::Indefinite, single_bits),
    ] {
        let payload = rich(form);
        let (mut taken, mut refused) = (0, 0);
        for position in 0..payload.len() {
            for change in &changes {
                let mut changed = payload.clone();
                changed[position] ^= change;
                if all_or_nothing(&changed) {
                    taken += 1
                } else {
                    refused += 1
                }
            }
        }
        assert!(
            taken > 0 && refused > taken,
            "{taken} taken, {refused} refused"
        );
    }
}
