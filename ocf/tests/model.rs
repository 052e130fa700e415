//! Random sequences of everything that changes a list, against a list that is a map and does each
//! thing in the plainest way; and decisions against a plain reading of rule 10.
#![allow(missing_docs)]

mod common;

use common::{aces, bytes_of, cbor};
use ocf_acl::{
    Acl, Apply, Method, Permissions, Put, Reason, Request, Resource, Role, State, Subject, Update,
    Uuid, View, What, Wildcard,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const PATHS: [&str; 4] = ["/light", "/light/1", "/a", "/oic/mnt"];
const ROLES: [&str; 2] = ["admin", "guest"];
const TAGS: [Option<&str>; 3] = [None, Some(""), Some("t")];

/// Small numbers that choose: a subject of 8, a resource of 16.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    subject: u8,
    permissions: u8,
    tag: u8,
    resources: BTreeSet<u8>,
}

fn uuid(number: u8) -> Uuid {
    Uuid::new([number + 1; 16]).unwrap()
}

fn subject(number: u8) -> Subject<'static> {
    match number % 8 {
        number @ 0..3 => Subject::Uuid(uuid(number)),
        3 => Subject::AuthCrypt,
        4 => Subject::AnonClear,
        number => Subject::Role {
            role: ROLES[usize::from(number) % 2],
            authority: (number > 6).then_some("acme"),
        },
    }
}

/// Never neither: 0 is `*`.
fn resource(number: u8) -> Resource<'static> {
    let wildcards = [
        None,
        Some(Wildcard::All),
        Some(Wildcard::Discoverable),
        Some(Wildcard::DiscoverableClear),
    ];
    let href = PATHS.get(usize::from(number / 4 % 5)).copied();
    let wildcard = wildcards[usize::from(number % 4)];
    Resource {
        href,
        wildcard: match href {
            None => wildcard.or(Some(Wildcard::All)),
            Some(_) => wildcard,
        },
    }
}

/// The same choice for the same resource.
fn normal(number: u8) -> u8 {
    let number = number % 20;
    if number == 16 { 17 } else { number }
}

fn json_of(id: Option<u32>, entry: &Entry) -> Value {
    let subject = match subject(entry.subject) {
        Subject::Uuid(uuid) => json!({ "uuid": str::from_utf8(&uuid.to_text()).unwrap() }),
        Subject::Role { role, authority } => match authority {
            Some(authority) => json!({ "role": role, "authority": authority }),
            None => json!({ "role": role }),
        },
        Subject::AuthCrypt => json!({ "conntype": "auth-crypt" }),
        Subject::AnonClear => json!({ "conntype": "anon-clear" }),
    };
    let resources: Vec<Value> = entry
        .resources
        .iter()
        .map(|number| {
            let resource = resource(*number);
            let mut value = json!({});
            if let Some(href) = resource.href {
                value["href"] = json!(href);
            }
            if let Some(wildcard) = resource.wildcard {
                value["wc"] = json!(["*", "+", "-"][wildcard as usize - 1]);
            }
            value
        })
        .collect();
    let mut ace = json!({
        "subject": subject, "resources": resources, "permission": entry.permissions,
    });
    if let Some(id) = id {
        ace["aceid"] = json!(id);
    }
    if let Some(tag) = TAGS[usize::from(entry.tag)] {
        ace["tag"] = json!(tag);
    }
    ace
}

#[derive(Clone, Debug)]
enum Step {
    Post(Vec<(Option<u32>, Entry)>),
    Load(Vec<(Option<u32>, Entry)>),
    Put(Put, Option<u32>, Entry),
    Tag(u32, u8),
    Remove(u32),
    RemoveIf(u32),
    Clear,
}

fn entry() -> impl Strategy<Value = Entry> {
    let resources = prop::collection::btree_set((0..20u8).prop_map(normal), 0..3);
    (
        0..8u8,
        prop::sample::select(vec![2u8, 4, 31]),
        0..3u8,
        resources,
    )
        .prop_map(|(subject, permissions, tag, resources)| Entry {
            subject,
            permissions,
            tag,
            resources,
        })
}

fn id() -> impl Strategy<Value = u32> {
    prop_oneof![0..12u32, Just(2_147_483_647)]
}

fn payload() -> impl Strategy<Value = Vec<(Option<u32>, Entry)>> {
    prop::collection::vec((prop::option::of(id()), entry()), 0..8)
}

fn step() -> impl Strategy<Value = Step> {
    let how = prop::sample::select(vec![Put::Merge, Put::Replace]);
    prop_oneof![
        4 => payload().prop_map(Step::Post),
        1 => payload().prop_map(Step::Load),
        4 => (how, prop::option::of(id()), entry()).prop_map(|(how, id, entry)| Step::Put(how, id, entry)),
        1 => (id(), 0..3u8).prop_map(|(id, tag)| Step::Tag(id, tag)),
        2 => id().prop_map(Step::Remove),
        1 => (2..4u32).prop_map(Step::RemoveIf),
        1 => Just(Step::Clear),
    ]
}

#[derive(Debug)]
struct Model {
    entries: BTreeMap<u32, Entry>,
    next: u32,
}

impl Model {
    fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            next: 1,
        }
    }

    fn give(&mut self) -> u32 {
        loop {
            let id = self.next;
            self.next += 1;
            if !self.entries.contains_key(&id) {
                return id;
            }
        }
    }

    fn twice(payload: &[(Option<u32>, Entry)]) -> bool {
        let ids: Vec<u32> = payload.iter().filter_map(|(id, _)| *id).collect();
        ids.iter().collect::<BTreeSet<_>>().len() < ids.len()
    }

    /// What became of each ACE.
    fn bring_in(&mut self, payload: &[(Option<u32>, Entry)]) -> Vec<(u32, What)> {
        let mut outcomes = vec![(0, What::Added); payload.len()];
        for (number, (id, entry)) in payload.iter().enumerate() {
            if let Some(id) = id {
                let what = match self.entries.insert(*id, entry.clone()) {
                    None => What::Added,
                    Some(former) if former == *entry => What::Unchanged,
                    Some(_) => What::Replaced,
                };
                outcomes[number] = (*id, what);
            }
        }
        for (number, (id, entry)) in payload.iter().enumerate() {
            if id.is_none() {
                let equal = self.entries.iter().find(|(_, known)| *known == entry);
                outcomes[number] = match equal {
                    Some((id, _)) => (*id, What::Unchanged),
                    None => (self.give(), What::Added),
                };
                self.entries.insert(outcomes[number].0, entry.clone());
            }
        }
        outcomes
    }

    fn load(&mut self, payload: &[(Option<u32>, Entry)]) {
        *self = Self::new();
        self.bring_in(payload);
    }

    fn put(&mut self, how: Put, id: Option<u32>, entry: &Entry) -> Result<(u32, What), Reason> {
        if how == Put::Merge {
            let alike = |known: &Entry| {
                (known.subject, known.permissions, known.tag)
                    == (entry.subject, entry.permissions, entry.tag)
            };
            let target = match &id {
                None => self.entries.iter_mut().find(|(_, known)| alike(known)),
                Some(id) => match self.entries.get_mut(id) {
                    Some(known) if !alike(known) => return Err(Reason::AceTaken),
                    known => known.map(|known| (id, known)),
                },
            };
            if let Some((id, known)) = target {
                let before = known.resources.len();
                known.resources.extend(&entry.resources);
                return Ok(match known.resources.len() > before {
                    true => (*id, What::Replaced),
                    false => (*id, What::Unchanged),
                });
            }
        }
        Ok(self.bring_in(&[(id, entry.clone())])[0])
    }
}

/// As the list has it: by its aceid, resources in any order.
fn compare(acl: &Acl, model: &Model) -> Result<(), TestCaseError> {
    prop_assert!(
        acl.aces()
            .map(|ace| ace.id())
            .eq(model.entries.keys().copied()),
        "{:?}",
        model
    );
    for (ace, (id, entry)) in acl.aces().zip(&model.entries) {
        prop_assert_eq!(ace.subject(), subject(entry.subject), "{}", id);
        prop_assert_eq!(ace.permissions().bits(), entry.permissions);
        prop_assert_eq!(ace.tag(), TAGS[usize::from(entry.tag)]);
        let resources: Vec<_> = ace.resources().collect();
        prop_assert_eq!(resources.len(), entry.resources.len());
        for number in &entry.resources {
            prop_assert!(resources.contains(&resource(*number)), "{}", id);
        }
        prop_assert_eq!(acl.ace(*id), Some(ace));
    }
    Ok(())
}

/// Rule 10 by the letter, for a vertical resource or a DCR in RFNOP.
fn united(model: &Model, request: &Request<'_>, roles: &[Role<'_>]) -> u8 {
    let dcr = request.path == b"/oic/mnt";
    let matches = |entry: &&Entry| {
        let subject = match subject(entry.subject) {
            Subject::Uuid(uuid) => request.peer == Some(&uuid),
            Subject::AuthCrypt => request.secured,
            Subject::AnonClear => true,
            Subject::Role { role, authority } => roles.iter().any(|held| {
                held.role == role.as_bytes()
                    && authority.is_none_or(|by| held.authority == Some(by.as_bytes()))
            }),
        };
        let resource = entry.resources.iter().any(|number| {
            let resource = resource(*number);
            let wildcard = match resource.wildcard {
                None => true,
                Some(_) if dcr => false,
                Some(Wildcard::All) => true,
                Some(Wildcard::Discoverable) => request.discoverable,
                Some(Wildcard::DiscoverableClear) => {
                    request.discoverable && request.no_secure_endpoint
                }
            };
            wildcard
                && resource
                    .href
                    .is_none_or(|href| href.as_bytes() == request.path)
        });
        subject && resource
    };
    model
        .entries
        .values()
        .filter(matches)
        .fold(0, |united, entry| united | entry.permissions)
}

fn decisions(acl: &Acl, model: &Model) -> Result<(), TestCaseError> {
    let peers = [Some(uuid(0)), Some(uuid(2)), Some(uuid(9)), None];
    let held: Vec<Role<'_>> = [None, Some("acme"), Some("other")]
        .into_iter()
        .map(|authority| Role {
            role: b"guest",
            authority: authority.map(str::as_bytes),
            certified: false,
        })
        .collect();
    for path in PATHS.iter().chain(&["/none"]) {
        for (number, peer) in peers.iter().enumerate() {
            for flags in 0..4 {
                let mut request = Request::new(State::Rfnop, Method::Get, path.as_bytes());
                request.secured = true;
                request.peer = peer.as_ref();
                request.discoverable = flags & 1 != 0;
                request.no_secure_endpoint = flags & 2 != 0;
                let roles = &held[..number];
                let decision = acl.check(&request, roles.iter().copied());
                let expected = united(model, &request, roles);
                prop_assert_eq!(decision.permissions.bits(), expected, "{:?}", request);
                prop_assert_eq!(decision.allowed, expected & 18 != 0);
            }
        }
    }
    Ok(())
}

fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut acl = Acl::new();
    let mut model = Model::new();
    for step in steps {
        let before = (acl.generation(), bytes_of(&acl, View::Storage));
        match step {
            Step::Post(payload) | Step::Load(payload) => {
                let list: Vec<Value> = payload.iter().map(|(id, ace)| json_of(*id, ace)).collect();
                let bytes = cbor(&json!({ "aclist2": list }));
                let mut update = Update::new();
                let read = update.cbor(&bytes, &mut |_| {});
                prop_assert_eq!(read.is_err(), Model::twice(payload));
                if read.is_err() {
                    continue;
                }
                if matches!(step, Step::Load(_)) {
                    acl.load(&bytes).unwrap();
                    model.load(payload);
                } else {
                    acl.apply(&mut update, Apply::Post(State::Rfpro)).unwrap();
                    let outcomes: Vec<_> = (0..)
                        .map_while(|number| acl.outcome(&update, number))
                        .map(|(outcome, _)| (outcome.ace, outcome.what))
                        .collect();
                    prop_assert_eq!(outcomes, model.bring_in(payload));
                }
            }
            Step::Put(how, id, entry) => {
                let resources: Vec<_> = entry.resources.iter().map(|one| resource(*one)).collect();
                let outcome = acl.put(
                    *how,
                    *id,
                    &subject(entry.subject),
                    Permissions::from_bits_truncate(entry.permissions),
                    TAGS[usize::from(entry.tag)],
                    &resources,
                );
                let outcome = outcome.map(|outcome| (outcome.ace, outcome.what));
                prop_assert_eq!(outcome, model.put(*how, *id, entry));
            }
            Step::Tag(id, tag) => {
                let outcome = acl.set_tag(*id, TAGS[usize::from(*tag)]);
                prop_assert_eq!(outcome.is_ok(), model.entries.contains_key(id));
                if let Some(entry) = model.entries.get_mut(id) {
                    entry.tag = *tag;
                }
            }
            Step::Remove(id) => {
                prop_assert_eq!(acl.remove(*id), model.entries.remove(id).is_some());
            }
            Step::RemoveIf(divisor) => {
                let removed = acl.remove_if(&mut |ace| ace.id() % divisor == 0);
                let before = model.entries.len();
                model.entries.retain(|id, _| id % divisor != 0);
                prop_assert_eq!(removed, before - model.entries.len());
            }
            Step::Clear => {
                acl.clear();
                model.entries.clear();
            }
        }
        compare(&acl, &model)?;
        let after = (acl.generation(), bytes_of(&acl, View::Storage));
        if !matches!(step, Step::Load(_)) {
            prop_assert_eq!(after.0 != before.0, after.1 != before.1, "{:?}", step);
        }
    }
    decisions(&acl, &model)?;
    let mut again = Acl::new();
    again.load(&bytes_of(&acl, View::Storage)).unwrap();
    prop_assert_eq!(aces(&again), aces(&acl));
    decisions(&again, &model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_list_does_what_the_plainest_one_does(steps in prop::collection::vec(step(), 1..14)) {
        run(&steps)?;
    }
}
