//! Random lists: what is encoded decodes to the same list, in CBOR and in JSON.
#![allow(missing_docs)]

mod common;

use common::{Form, bytes_of, encode, json, json_of};
use ocf_acl::{Acl, Reason, State, View};
use proptest::prelude::*;
use serde_json::{Value, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z.]{1,30}",
        "\\PC{1,8}",
        Just("oic.role.owner".to_owned())
    ]
}

fn any_uuid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}[1-9a-f]"
}

fn subject() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_uuid().prop_map(|uuid| json!({ "uuid": uuid })),
        name().prop_map(|role| json!({ "role": role })),
        (name(), name()).prop_map(|(role, by)| json!({ "role": role, "authority": by })),
        Just(json!({ "conntype": "auth-crypt" })),
        Just(json!({ "conntype": "anon-clear" })),
    ]
}

fn resource() -> impl Strategy<Value = Value> {
    let href = prop_oneof!["/[a-z/0-9]{0,30}", "/\\PC{0,8}"];
    let wc = prop::sample::select(vec!["*", "+", "-"]);
    prop_oneof![
        href.clone().prop_map(|href| json!({ "href": href })),
        wc.clone().prop_map(|wc| json!({ "wc": wc })),
        (href, wc).prop_map(|(href, wc)| json!({ "href": href, "wc": wc })),
    ]
}

fn ace() -> impl Strategy<Value = Value> {
    let resources = prop::collection::vec(resource(), 0..5);
    (
        subject(),
        resources,
        0..=31u8,
        prop::option::of("\\PC{0,300}"),
    )
        .prop_map(|(subject, resources, permission, tag)| {
            let mut ace =
                json!({ "subject": subject, "resources": resources, "permission": permission });
            if let Some(tag) = tag {
                ace["tag"] = json!(tag);
            }
            ace
        })
}

/// What the storage view of a list reads as.
fn stored() -> impl Strategy<Value = Value> {
    let ids = prop_oneof![0..40u32, 0..=2_147_483_647u32];
    let aces = prop::collection::btree_map(ids, ace(), 0..30).prop_shuffle_values();
    (aces, prop::option::of(any_uuid())).prop_map(|(aces, owner)| {
        let mut root = json!({
            "rt": ["oic.r.acl2"], "if": ["oic.if.baseline", "oic.if.rw"], "aclist2": aces,
        });
        if let Some(owner) = owner {
            root["rowneruuid"] = json!(owner);
        }
        root
    })
}

/// The ACEs by their aceids, as a list has them.
fn in_order(root: &Value) -> Value {
    let mut root = root.clone();
    let aces = root["aclist2"].as_array_mut().unwrap();
    aces.sort_by_key(|ace| ace["aceid"].as_u64());
    root
}

trait ShuffleValues {
    fn prop_shuffle_values(self) -> BoxedStrategy<Vec<Value>>;
}

impl<S> ShuffleValues for S
where
    S: Strategy<Value = std::collections::BTreeMap<u32, Value>> + 'static,
{
    fn prop_shuffle_values(self) -> BoxedStrategy<Vec<Value>> {
        self.prop_map(|map| {
            map.into_iter()
                .map(|(id, mut ace)| {
                    ace["aceid"] = json!(id);
                    ace
                })
                .collect::<Vec<Value>>()
        })
        .prop_shuffle()
        .boxed()
    }
}

proptest! {
    #[test]
    fn a_list_survives_cbor_of_either_form_and_json(root in stored()) {
        let mut lists = Vec::new();
        for form in [Form::Definite, Form::Indefinite] {
            let mut acl = Acl::new();
            acl.load(&encode(&root, form)).unwrap();
            prop_assert_eq!(&json_of(&acl, View::Storage), &in_order(&root), "{:?}", form);

            let mut again = Acl::new();
            again.load(&bytes_of(&acl, View::Storage)).unwrap();
            lists.push(again);
            lists.push(acl);
        }
        let mut from_json = Acl::new();
        from_json.load(&json::to_cbor(&root.to_string()).unwrap()).unwrap();
        lists.push(from_json);
        for other in &lists[1..] {
            prop_assert!(lists[0].aces().eq(other.aces()));
            prop_assert_eq!(lists[0].owner(), other.owner());
        }
    }

    #[test]
    fn a_client_reads_all_but_the_tags(root in stored()) {
        let mut acl = Acl::new();
        acl.load(&encode(&root, Form::Definite)).unwrap();
        let mut expected = in_order(&root);
        for ace in expected["aclist2"].as_array_mut().unwrap() {
            ace.as_object_mut().unwrap().remove("tag");
        }
        prop_assert_eq!(&json_of(&acl, View::Baseline), &expected);
        expected.as_object_mut().unwrap().remove("rt");
        expected.as_object_mut().unwrap().remove("if");
        prop_assert_eq!(&json_of(&acl, View::Plain), &expected);
    }

    #[test]
    fn arbitrary_bytes_change_a_list_or_leave_it(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut acl = common::list(&json!([]));
        let before = common::snapshot(&acl);
        if acl.post(State::Rfotm, &bytes).is_err() {
            prop_assert_eq!(common::snapshot(&acl), before);
        }
    }
}

#[test]
fn json_keys_given_twice_are_seen() {
    let post = |text: &str| {
        Acl::new()
            .post(State::Rfotm, &json::to_cbor(text).expect("JSON"))
            .map_err(|refusal| refusal.reason)
    };
    assert_eq!(
        post(r#"{"aclist2":[],"aclist2":[]}"#),
        Err(Reason::FieldTwice)
    );
    assert_eq!(post(r#"{"aclist2":null}"#), Err(Reason::WrongType));
    assert_eq!(post(r#"{"rowneruuid":true}"#), Err(Reason::WrongType));
    assert_eq!(
        post(r#"{"aclist2":[{"aceid":-1}]}"#),
        Err(Reason::AceId),
        "negative numbers stay negative"
    );
    assert_eq!(
        post(r#"{"aclist2":[{"permission":2.0}]}"#),
        Err(Reason::WrongType)
    );
    assert_eq!(post(r#"{}"#), Ok(()));
    assert!(json::to_cbor("{} {}").is_err());
    assert!(json::to_cbor("{").is_err());
    assert!(
        json::to_cbor(&"[".repeat(100_000)).is_err(),
        "depth is bounded"
    );
}

#[test]
fn json_of_foreign_cbor_is_none() {
    for bytes in [
        &b""[..],
        b"\x9f\xff",
        b"\xbf\xff",
        b"\xf6",
        b"\xa1\x01\x02",
        b"\x01\x02",
        b"\x81",
    ] {
        assert_eq!(json::from_cbor(bytes), None, "{bytes:02x?}");
    }
    assert_eq!(
        json::from_cbor(&[0x81; 1_000_000]),
        None,
        "depth is bounded"
    );
}
