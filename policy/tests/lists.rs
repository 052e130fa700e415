//! What holds for all lists of OCF devices.

use lwm2m_acl::ocf;
use lwm2m_acl::ocf::explain::{Explainer, Question};
use ocf_acl::{Permissions, Rule, Uuid};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const UUIDS: [&str; 2] = [
    "61646d69-6e69-7374-7261-746f72313233",
    "11111111-2222-3333-4444-555555555555",
];
const PATHS: [&str; 4] = ["/a", "/a/b", "/oic/sec/cred", "/oic/res"];

fn subjects() -> Vec<Value> {
    vec![
        json!({ "uuid": UUIDS[0] }),
        json!({ "uuid": UUIDS[1] }),
        json!({ "role": "guest" }),
        json!({ "role": "guest", "authority": "home" }),
        json!({ "role": "guest", "authority": "work" }),
        json!({ "role": "guest of home" }),
        json!({ "conntype": "auth-crypt" }),
        json!({ "conntype": "anon-clear" }),
    ]
}

fn resources() -> Vec<Value> {
    let paths = PATHS.map(|href| json!({ "href": href }));
    let wild = ["*", "+", "-"].map(|wc| json!({ "wc": wc }));
    let both = ["*", "+", "-"].map(|wc| json!({ "href": "/a", "wc": wc }));
    [&paths[..], &wild, &both].concat()
}

/// Some with an aceid, some without; on one line or on many.
fn list() -> impl Strategy<Value = String> {
    let ace = (
        proptest::sample::select(subjects()),
        vec(proptest::sample::select(resources()), 0..4),
        0..32_u8,
        any::<bool>(),
    );
    // Some come again: equal ones are one, if they have no aceid.
    let again = vec(any::<proptest::sample::Index>(), 0..4);
    (vec(ace, 0..8), again, any::<bool>()).prop_map(|(mut aces, again, is_long)| {
        for index in again {
            if !aces.is_empty() {
                let one = aces[index.index(aces.len())].clone();
                aces.insert(index.index(aces.len() + 1), one);
            }
        }
        let ace = |(place, (subject, resources, permission, has_id))| {
            let mut ace = json!({
                "subject": subject, "resources": resources, "permission": permission,
                "tag": "\"aceid\": 3, {[\\",
            });
            if has_id {
                // Above and among those that are given out.
                ace["aceid"] = json!([7 * place, 2][place % 2] + place);
            }
            ace
        };
        let aces: Vec<Value> = (0_usize..).zip(aces).map(ace).collect();
        let list = json!({ "aclist2": aces });
        match is_long {
            true => format!("{list:#}"),
            false => list.to_string(),
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let role = prop_oneof![
        Just(("guest", None)),
        Just(("guest", Some("home"))),
        Just(("guest of home", None)),
        Just(("nobody", None)),
    ];
    let peer = (proptest::option::of(0..2_usize), vec(role, 0..3));
    let path = proptest::sample::select(&PATHS[..]);
    let flags = (any::<bool>(), any::<bool>());
    let method = proptest::sample::select(&["get", "post", "put", "delete"][..]);
    (peer, path, flags, method).prop_map(|((uuid, roles), path, (secured, found), method)| {
        let uuid = uuid.map(|place| Uuid::parse(UUIDS[place]).expect("a UUID"));
        Question {
            uuid: uuid.filter(|_| secured),
            roles: roles
                .into_iter()
                .filter(|_| secured)
                .map(|(role, authority)| (role.to_owned(), authority.map(str::to_owned)))
                .collect(),
            is_secured: secured,
            is_onboarding: false,
            is_discoverable: found,
            state: "rfnop",
            method,
            path: path.to_owned(),
        }
    })
}

fn load(text: &str) -> ocf::List {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.json");
    std::fs::write(&file, text).expect("writable");
    ocf::load(&file).expect("valid")
}

proptest! {
    /// The ACEs that are told are those that gave what the list says was given.
    #[test]
    fn the_aces_that_match_give_what_is_given(text in list(), question in question()) {
        let list = load(&text);
        let found = Explainer::new(&list.acl).explain(&question);
        let given = found.aces.iter().map(|id| {
            let ace = list.acl.ace(*id).expect("it is in the list");
            assert!(!ace.permissions().is_empty());
            ace.permissions()
        });
        let given = given.fold(Permissions::empty(), |all, it| all | it);
        match found.decision.rule {
            Rule::List => prop_assert_eq!(given, found.decision.permissions),
            _ => prop_assert!(found.aces.is_empty()),
        }
        if let Some(ace) = found.decision.ace {
            prop_assert!(found.aces.contains(&ace));
        }
        let last = found.steps.last().expect("a step");
        prop_assert!(last.decides);
        prop_assert_eq!(found.steps.len(), found.decision.rule as usize);
    }

    /// Each ACE has its place in JSON: there begins an object that says the same.
    #[test]
    fn places_are_those_of_the_aces(text in list()) {
        let list = load(&text);
        let places = list.places();
        let ids: BTreeSet<u32> = list.acl.aces().map(ocf_acl::Ace::id).collect();
        prop_assert_eq!(&ids, &places.keys().copied().collect::<BTreeSet<u32>>());
        for (id, (line, column)) in places {
            let rest: String = text.lines().skip(line - 1).collect::<Vec<_>>().join("\n");
            let rest: String = rest.chars().skip(column - 1).collect();
            let mut values = serde_json::Deserializer::from_str(&rest).into_iter::<Value>();
            let value = values.next().expect("something").expect("a value");
            let ace = list.acl.ace(id).expect("it is in the list");
            prop_assert_eq!(&value["permission"], &json!(ace.permissions().bits()));
            let resources = value["resources"].as_array().expect("a list");
            for it in ace.resources() {
                let wildcard = it.wildcard.map(|_| ocf::resource(it));
                let wildcard = wildcard.map(|text| text[text.len() - 1..].to_owned());
                let is_it = |said: &Value| {
                    said.get("href") == it.href.map(Value::from).as_ref()
                        && said.get("wc") == wildcard.clone().map(Value::from).as_ref()
                };
                prop_assert!(resources.iter().any(is_it), "{}", value);
            }
            if let Some(said) = value.get("aceid") {
                prop_assert_eq!(said, &json!(id));
            }
        }
    }
}
