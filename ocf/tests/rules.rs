//! The ten rules of the decision, each with what it lets through and what it stops.
#![allow(missing_docs)]

mod common;

use common::{ALICE, BOB, STATES, check, check_with, known, list, request, uuid};
use ocf_acl::{Acl, Decision, Kind, Method, Permissions, Request, Role, Rule, State};
use serde_json::{Value, json};

const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Delete];
const READ: Permissions = Permissions::RETRIEVE.union(Permissions::NOTIFY);
const SECURITY: [&str; 9] = [
    "/oic/sec/doxm",
    "/oic/sec/pstat",
    "/oic/sec/acl2",
    "/oic/sec/ael",
    "/oic/sec/cred",
    "/oic/sec/sdi",
    "/oic/sec/sp",
    "/oic/sec/csr",
    "/oic/sec/roles",
];

fn everyone(resources: Value) -> Acl {
    list(&json!([
        { "subject": { "conntype": "anon-clear" }, "resources": resources, "permission": 31 }
    ]))
}

fn denied(rule: Rule) -> Decision {
    Decision {
        allowed: false,
        permissions: Permissions::empty(),
        rule,
        ace: None,
    }
}

fn allowed(rule: Rule, permissions: Permissions) -> Decision {
    Decision {
        allowed: true,
        permissions,
        rule,
        ace: None,
    }
}

fn secured<'a>(state: State, method: Method, path: &'a str) -> Request<'a> {
    Request {
        secured: true,
        ..request(state, method, path)
    }
}

#[test]
fn rule_1_denies_unsecured_requests_beside_the_one_secure_peer() {
    let acl = everyone(json!([{ "href": "/oic/sec/doxm" }, { "href": "/oic/d" }]));
    let mut asked = request(State::Rfotm, Method::Get, "/oic/d");
    asked.rfotm_access = Permissions::all();
    asked.secure_peers = 1;
    assert_eq!(check(&acl, &asked), denied(Rule::UnsecuredRfotm));
    // One, as IoTivity-lite has it: it never lets a second one in.
    asked.secure_peers = 2;
    assert_eq!(
        check(&acl, &asked),
        allowed(Rule::UnsecuredRfotm, Permissions::all())
    );
    asked.secure_peers = 1;
    asked.secured = true;
    assert_ne!(check(&acl, &asked).rule, Rule::UnsecuredRfotm);
}

#[test]
fn rule_1_lets_through_what_the_host_marked_for_this_method() {
    let acl = Acl::new();
    for (mark, passes) in [
        (Permissions::empty(), [false, false, false, false]),
        (Permissions::RETRIEVE, [true, false, false, false]),
        (Permissions::NOTIFY, [true, false, false, false]),
        (Permissions::CREATE, [false, true, true, false]),
        (Permissions::UPDATE, [false, true, true, false]),
        (Permissions::DELETE, [false, false, false, true]),
    ] {
        for (method, passes) in METHODS.into_iter().zip(passes) {
            let mut asked = request(State::Rfotm, method, "/light");
            asked.rfotm_access = mark;
            let expected = if passes {
                allowed(Rule::UnsecuredRfotm, mark)
            } else {
                denied(Rule::OutsideRfnop)
            };
            assert_eq!(check(&acl, &asked), expected, "{mark:?} {method:?}");
            asked.secured = true;
            assert!(!check(&acl, &asked).allowed, "secured: {mark:?} {method:?}");
            asked.secured = false;
            for state in STATES.into_iter().filter(|state| *state != State::Rfotm) {
                asked.state = state;
                assert!(
                    !check(&acl, &asked).allowed,
                    "{state:?}: {mark:?} {method:?}"
                );
            }
        }
    }
}

#[test]
fn rule_2_denies_all_but_dcrs_outside_rfnop() {
    let acl = everyone(json!([{ "wc": "*" }, { "href": "/light" }, { "href": "/oc/con" }]));
    for path in ["/light", "/oc/con"] {
        for state in STATES {
            let decision = check(&acl, &secured(state, Method::Get, path));
            if state == State::Rfnop {
                assert_eq!(
                    (decision.allowed, decision.rule),
                    (true, Rule::List),
                    "{path}"
                );
            } else {
                assert_eq!(decision, denied(Rule::OutsideRfnop), "{path} {state:?}");
            }
        }
    }
    // Not even the onboarding session reaches them.
    let onboarding = Request {
        onboarding: true,
        ..secured(State::Rfpro, Method::Get, "/light")
    };
    assert_eq!(check(&acl, &onboarding), denied(Rule::OutsideRfnop));
}

#[test]
fn rule_3_denies_unsecured_requests_for_vertical_resources() {
    let acl = everyone(json!([{ "wc": "*" }]));
    let vertical = request(State::Rfnop, Method::Get, "/light");
    assert_eq!(check(&acl, &vertical), denied(Rule::UnsecuredVertical));
    assert!(
        check(
            &acl,
            &Request {
                secured: true,
                ..vertical.clone()
            }
        )
        .allowed
    );
    assert!(
        check(
            &acl,
            &Request {
                kind: Some(Kind::Other),
                ..vertical
            }
        )
        .allowed
    );
    assert!(check(&acl, &request(State::Rfnop, Method::Get, "/oc/con")).allowed);
}

#[test]
fn rule_4_lets_the_onboarding_session_reach_every_dcr() {
    let acl = Acl::new();
    for state in STATES {
        for path in ["/oic/sec/cred", "/oic/p", "/oic/mnt"] {
            for method in METHODS {
                let mut asked = secured(state, method, path);
                asked.secure_peers = 1;
                assert_ne!(check(&acl, &asked).rule, Rule::Onboarding);
                asked.onboarding = true;
                assert_eq!(
                    check(&acl, &asked),
                    allowed(Rule::Onboarding, Permissions::all())
                );
            }
        }
    }
    let asked = Request {
        onboarding: true,
        ..secured(State::Rfnop, Method::Get, "/light")
    };
    assert_eq!(check(&acl, &asked), denied(Rule::List));
}

#[test]
fn rule_5_lets_everyone_read_what_is_public() {
    let acl = Acl::new();
    for state in STATES {
        for path in [
            "/oic/res",
            "/oic/d",
            "/oic/p",
            "/.well-known/core",
            "/x.plgd.dev/time",
        ] {
            let always = path.starts_with("/.") || path.starts_with("/x");
            let decision = check(&acl, &request(state, Method::Get, path));
            if always || state == State::Rfotm {
                assert_eq!(
                    decision,
                    allowed(Rule::PublicRead, READ),
                    "{path} {state:?}"
                );
            } else {
                assert!(!decision.allowed, "{path} {state:?}");
            }
            for method in [Method::Post, Method::Put, Method::Delete] {
                assert!(!check(&acl, &request(state, method, path)).allowed);
            }
        }
    }
}

#[test]
fn rule_6_opens_doxm_and_pstat_before_onboarding() {
    let acl = everyone(json!([{ "href": "/oic/mnt" }]));
    for method in METHODS {
        let doxm = check(&acl, &request(State::Rfotm, method, "/oic/sec/doxm"));
        assert_eq!(doxm, allowed(Rule::BeforeOnboarding, Permissions::all()));
        let pstat = check(&acl, &request(State::Rfotm, method, "/oic/sec/pstat"));
        assert_eq!(
            pstat,
            if method == Method::Get {
                allowed(Rule::BeforeOnboarding, READ)
            } else {
                denied(Rule::BeforeOnboarding)
            }
        );
        for path in ["/oic/sec/cred", "/oic/sec/acl2", "/oic/mnt"] {
            let other = check(&acl, &request(State::Rfotm, method, path));
            assert_eq!(other, denied(Rule::BeforeOnboarding));
        }
        let mut asked = secured(State::Rfotm, method, "/oic/mnt");
        asked.secure_peers = 1;
        assert_eq!(check(&acl, &asked).rule, Rule::List);
        let sreset = check(&acl, &request(State::Sreset, method, "/oic/sec/doxm"));
        assert_eq!(sreset.rule, Rule::UnsecuredSecurity);
    }
}

#[test]
fn rule_7_denies_unsecured_requests_for_security_resources() {
    let mut acl = everyone(json!([{ "href": "/oic/sec/acl2" }]));
    acl.set_owner(Some(uuid(ALICE)));
    for state in STATES {
        let mut asked = request(state, Method::Get, "/oic/sec/acl2");
        asked.secure_peers = 2;
        asked.peer = Some(known(ALICE));
        let operational = matches!(state, State::Rfpro | State::Rfnop | State::Sreset);
        let expected = if operational {
            denied(Rule::UnsecuredSecurity)
        } else {
            allowed(Rule::ResourceOwner, Permissions::all())
        };
        assert_eq!(check(&acl, &asked), expected, "{state:?}");
        asked.secured = true;
        assert_eq!(check(&acl, &asked).rule, Rule::ResourceOwner, "{state:?}");
    }
    assert_eq!(
        check(&acl, &request(State::Rfnop, Method::Post, "/oic/sec/roles")),
        denied(Rule::UnsecuredSecurity),
        "before rule 9"
    );
}

#[test]
fn rule_7_holds_for_every_security_resource_and_method() {
    let acl = everyone(json!(SECURITY.map(|href| json!({ "href": href }))));
    for path in SECURITY {
        for method in METHODS {
            for state in [State::Rfpro, State::Rfnop, State::Sreset] {
                assert_eq!(
                    check(&acl, &request(state, method, path)),
                    denied(Rule::UnsecuredSecurity),
                    "{path} {state:?} {method:?}"
                );
            }
            let reset = check(&acl, &request(State::Reset, method, path));
            assert_eq!(reset, denied(Rule::List), "{path} {method:?}");
        }
    }
}

#[test]
fn rule_8_lets_an_owner_reach_its_own_resource_only() {
    let mut acl = Acl::new();
    acl.set_owner(Some(uuid(ALICE)));
    let paths = [
        "/oic/sec/acl2",
        "/oic/sec/doxm",
        "/oic/sec/pstat",
        "/oic/sec/cred",
    ];
    for (owned, owned_path) in paths.iter().enumerate() {
        for path in paths {
            let mut acl = Acl::new();
            let mut asked = secured(State::Rfnop, Method::Post, path);
            asked.peer = Some(known(ALICE));
            match owned {
                0 => acl.set_owner(asked.peer.copied()),
                1 => asked.doxm_owner = asked.peer,
                2 => asked.pstat_owner = asked.peer,
                _ => asked.cred_owner = asked.peer,
            }
            let decision = check(&acl, &asked);
            assert_eq!(decision.allowed, path == *owned_path, "{owned_path} {path}");
            assert_eq!(decision.rule == Rule::ResourceOwner, decision.allowed);
            asked.peer = Some(known(BOB));
            assert!(!check(&acl, &asked).allowed);
        }
    }
}

#[test]
fn rule_8_is_about_the_four_that_have_an_owner() {
    let mut acl = Acl::new();
    acl.set_owner(Some(uuid(ALICE)));
    let others = ["ael", "sdi", "sp", "csr"].map(|name| format!("/oic/sec/{name}"));
    for path in others
        .iter()
        .map(String::as_str)
        .chain(["/oic/mnt", "/light"])
    {
        let mut asked = secured(State::Rfnop, Method::Get, path);
        asked.peer = Some(known(ALICE));
        asked.doxm_owner = asked.peer;
        asked.pstat_owner = asked.peer;
        asked.cred_owner = asked.peer;
        assert_eq!(check(&acl, &asked), denied(Rule::List), "{path}");
    }
}

#[test]
fn rule_8_gives_nothing_to_a_peer_without_a_uuid() {
    let acl = Acl::new();
    for path in [
        "/oic/sec/acl2",
        "/oic/sec/doxm",
        "/oic/sec/pstat",
        "/oic/sec/cred",
    ] {
        for state in [State::Reset, State::Rfpro, State::Rfnop, State::Sreset] {
            let asked = secured(state, Method::Get, path);
            assert_eq!(
                check(&acl, &asked),
                denied(Rule::List),
                "no owner, no peer: {path}"
            );
        }
    }
}

#[test]
fn rule_9_lets_anyone_present_roles() {
    let acl = Acl::new();
    for (state, method) in STATES
        .into_iter()
        .flat_map(|state| METHODS.map(|method| (state, method)))
    {
        let decision = check(&acl, &secured(state, method, "/oic/sec/roles"));
        match state {
            State::Rfpro | State::Rfnop | State::Sreset => {
                assert_eq!(
                    decision,
                    allowed(Rule::Roles, Permissions::all()),
                    "{method:?}"
                )
            }
            State::Rfotm => assert_eq!(decision, denied(Rule::BeforeOnboarding), "{method:?}"),
            State::Reset => assert_eq!(decision, denied(Rule::List), "{method:?}"),
        }
    }
}

#[test]
fn rule_10_unites_what_each_role_the_uuid_and_the_connection_give() {
    let ace = |id: u32, subject: Value, permission: u32| {
        json!({
            "aceid": id, "subject": subject, "resources": [{ "href": "/light" }],
            "permission": permission,
        })
    };
    let acl = list(&json!([
        ace(1, json!({ "role": "reader" }), 2),
        ace(2, json!({ "role": "writer", "authority": "acme" }), 4),
        ace(3, json!({ "uuid": ALICE }), 8),
        ace(4, json!({ "conntype": "auth-crypt" }), 1),
        ace(5, json!({ "conntype": "anon-clear" }), 16),
        ace(6, json!({ "role": "nobody" }), 31),
    ]));
    let role = |role, authority| Role {
        role,
        authority,
        certified: false,
    };
    let mut asked = secured(State::Rfnop, Method::Get, "/light");
    let mut united = |roles: &[Role<'_>], peer| {
        asked.peer = peer;
        check_with(&acl, &asked, roles).permissions.bits()
    };
    let (reader, writer) = (
        role(b"reader", None),
        role(b"writer", Some(b"acme".as_slice())),
    );
    assert_eq!(united(&[], None), 1 | 16);
    assert_eq!(united(&[], Some(known(ALICE))), 8 | 1 | 16);
    assert_eq!(united(&[reader], None), 2 | 1 | 16);
    assert_eq!(united(&[reader, writer], None), 2 | 4 | 1 | 16);
    assert_eq!(united(&[writer, reader], Some(known(ALICE))), 31);
}

#[test]
fn rule_10_lets_a_uuid_and_a_role_reach_security_resources() {
    for subject in [json!({ "uuid": ALICE }), json!({ "role": "admin" })] {
        let acl = list(&json!([{
            "aceid": 6, "subject": subject, "resources": [{ "href": "/oic/sec/cred" }],
            "permission": 2,
        }]));
        let mut asked = secured(State::Rfnop, Method::Get, "/oic/sec/cred");
        asked.peer = Some(known(ALICE));
        let admin = [Role {
            role: b"admin",
            authority: None,
            certified: false,
        }];
        let decision = check_with(&acl, &asked, &admin);
        assert_eq!(
            (decision.allowed, decision.ace),
            (true, Some(6)),
            "{subject}"
        );
        asked.peer = Some(known(BOB));
        assert_eq!(check(&acl, &asked), denied(Rule::List), "{subject}");
    }
}

/// Requests to which several rules apply: the first of them decides.
#[test]
fn the_first_rule_that_matches_decides() {
    let mut acl = everyone(json!([{ "wc": "*" }, { "href": "/oic/mnt" }]));
    acl.set_owner(Some(uuid(ALICE)));
    let everything = |state, method, path| Request {
        rfotm_access: Permissions::all(),
        onboarding: true,
        secured: true,
        peer: Some(known(ALICE)),
        ..request(state, method, path)
    };
    let get = Method::Get;
    for (rule, allows, asked) in [
        (
            Rule::UnsecuredRfotm,
            false,
            Request {
                secured: false,
                secure_peers: 1,
                ..everything(State::Rfotm, get, "/oic/d")
            },
        ),
        (
            Rule::UnsecuredRfotm,
            true,
            Request {
                secured: false,
                ..everything(State::Rfotm, get, "/light")
            },
        ),
        (
            Rule::OutsideRfnop,
            false,
            Request {
                secured: false,
                ..everything(State::Rfpro, get, "/light")
            },
        ),
        (
            Rule::UnsecuredVertical,
            false,
            Request {
                secured: false,
                ..everything(State::Rfnop, get, "/light")
            },
        ),
        (
            Rule::Onboarding,
            true,
            everything(State::Rfotm, get, "/oic/d"),
        ),
        (
            Rule::Onboarding,
            true,
            everything(State::Rfotm, get, "/oic/sec/cred"),
        ),
        (
            Rule::Onboarding,
            true,
            Request {
                secured: false,
                ..everything(State::Rfpro, get, "/oic/sec/acl2")
            },
        ),
        (
            Rule::PublicRead,
            true,
            Request {
                onboarding: false,
                ..everything(State::Rfotm, get, "/oic/d")
            },
        ),
        (
            Rule::BeforeOnboarding,
            false,
            Request {
                onboarding: false,
                ..everything(State::Rfotm, get, "/oic/sec/acl2")
            },
        ),
        (
            Rule::UnsecuredSecurity,
            false,
            Request {
                onboarding: false,
                secured: false,
                ..everything(State::Rfpro, get, "/oic/sec/acl2")
            },
        ),
        (
            Rule::UnsecuredSecurity,
            false,
            Request {
                onboarding: false,
                secured: false,
                ..everything(State::Rfpro, get, "/oic/sec/roles")
            },
        ),
        (
            Rule::ResourceOwner,
            true,
            Request {
                onboarding: false,
                ..everything(State::Rfpro, get, "/oic/sec/acl2")
            },
        ),
        (
            Rule::Roles,
            true,
            Request {
                onboarding: false,
                ..everything(State::Rfpro, get, "/oic/sec/roles")
            },
        ),
        (
            Rule::List,
            true,
            Request {
                onboarding: false,
                ..everything(State::Rfpro, get, "/oic/mnt")
            },
        ),
    ] {
        let decision = check(&acl, &asked);
        assert_eq!(
            (decision.rule, decision.allowed),
            (rule, allows),
            "{asked:?}"
        );
    }
}

#[test]
fn rule_10_unites_the_permissions_of_every_matching_ace() {
    let acl = list(&json!([
        { "aceid": 1, "subject": { "uuid": ALICE }, "resources": [{ "href": "/light" }], "permission": 2 },
        { "aceid": 2, "subject": { "conntype": "auth-crypt" }, "resources": [{ "wc": "*" }], "permission": 4 },
        { "aceid": 3, "subject": { "conntype": "anon-clear" }, "resources": [{ "wc": "*" }], "permission": 8 },
        { "aceid": 4, "subject": { "uuid": BOB }, "resources": [{ "wc": "*" }], "permission": 1 },
    ]));
    let mut asked = secured(State::Rfnop, Method::Get, "/light");
    asked.peer = Some(known(ALICE));
    for (method, ace) in [
        (Method::Get, 1),
        (Method::Post, 2),
        (Method::Put, 2),
        (Method::Delete, 3),
    ] {
        asked.method = method;
        let decision = check(&acl, &asked);
        assert_eq!(decision.permissions.bits(), 2 | 4 | 8);
        assert_eq!(
            (decision.allowed, decision.rule, decision.ace),
            (true, Rule::List, Some(ace))
        );
    }
    let twice = list(&json!([
        { "aceid": 9, "subject": { "conntype": "auth-crypt" }, "resources": [{ "href": "/light" }], "permission": 4 },
        { "aceid": 8, "subject": { "conntype": "auth-crypt" }, "resources": [{ "href": "/light" }], "permission": 2 },
        { "aceid": 7, "subject": { "conntype": "auth-crypt" }, "resources": [{ "href": "/light" }], "permission": 2 },
    ]));
    asked.method = Method::Get;
    assert_eq!(
        check(&twice, &asked).ace,
        Some(7),
        "the first by its aceid that is enough"
    );
    asked.peer = None;
    let anonymous = check(&acl, &asked);
    assert_eq!(
        (
            anonymous.allowed,
            anonymous.permissions.bits(),
            anonymous.ace
        ),
        (false, 12, None)
    );
}

#[test]
fn rule_10_needs_the_permission_that_belongs_to_the_method() {
    for bit in 0..5u8 {
        let acl = list(&json!([
            { "subject": { "conntype": "auth-crypt" }, "resources": [{ "href": "/a" }], "permission": 1 << bit }
        ]));
        let passes =
            METHODS.map(|method| check(&acl, &secured(State::Rfnop, method, "/a")).allowed);
        let expected = match bit {
            1 | 4 => [true, false, false, false],
            0 | 2 => [false, true, true, false],
            _ => [false, false, false, true],
        };
        assert_eq!(passes, expected, "bit {bit}");
    }
}

#[test]
fn any_other_method_is_denied_whatever_rule_would_allow_it() {
    let mut acl = everyone(json!([{ "wc": "*" }]));
    acl.set_owner(Some(uuid(ALICE)));
    let requests = [
        Request {
            rfotm_access: Permissions::all(),
            ..request(State::Rfotm, Method::Get, "/light")
        },
        Request {
            onboarding: true,
            ..secured(State::Rfpro, Method::Get, "/oic/p")
        },
        request(State::Rfotm, Method::Get, "/oic/sec/doxm"),
        Request {
            peer: Some(known(ALICE)),
            ..secured(State::Rfpro, Method::Get, "/oic/sec/acl2")
        },
        secured(State::Rfpro, Method::Get, "/oic/sec/roles"),
        secured(State::Rfnop, Method::Get, "/light"),
    ];
    for asked in requests {
        assert!(check(&acl, &asked).allowed, "{asked:?}");
        assert!(
            !check(
                &acl,
                &Request {
                    method: Method::Other,
                    ..asked
                }
            )
            .allowed
        );
    }
    for code in [0, 5, 6, 7, 31, 255] {
        assert_eq!(Method::from_code(code), Method::Other);
    }
}

#[test]
fn connection_subjects_need_the_connection_and_never_cover_security_resources() {
    for (subject, over_clear) in [("auth-crypt", false), ("anon-clear", true)] {
        let acl = list(&json!([{
            "subject": { "conntype": subject },
            "resources": [{ "href": "/oic/mnt" }, { "href": "/oic/sec/cred" }],
            "permission": 31,
        }]));
        let mnt = request(State::Rfnop, Method::Get, "/oic/mnt");
        assert_eq!(check(&acl, &mnt).allowed, over_clear);
        assert!(
            check(
                &acl,
                &Request {
                    secured: true,
                    ..mnt
                }
            )
            .allowed
        );
        let cred = secured(State::Rfnop, Method::Get, "/oic/sec/cred");
        assert_eq!(check(&acl, &cred), denied(Rule::List));
    }
}

#[test]
fn roles_match_with_and_without_an_authority() {
    let acl = list(&json!([
        { "aceid": 1, "subject": { "role": "admin", "authority": "acme" }, "resources": [{ "href": "/a" }], "permission": 2 },
        { "aceid": 2, "subject": { "role": "admin" }, "resources": [{ "href": "/b" }], "permission": 2 },
    ]));
    let role = |role, authority: Option<&'static str>| Role {
        role: str::as_bytes(role),
        authority: authority.map(str::as_bytes),
        certified: false,
    };
    for (held, on_a, on_b) in [
        (role("admin", Some("acme")), true, true),
        (role("admin", Some("other")), false, true),
        (role("admin", None), false, true),
        (role("guest", Some("acme")), false, false),
        (role("", None), false, false),
    ] {
        for (path, passes) in [("/a", on_a), ("/b", on_b)] {
            let asked = secured(State::Rfnop, Method::Get, path);
            let held_last = [role("guest", None), held];
            assert_eq!(
                check_with(&acl, &asked, &held_last).allowed,
                passes,
                "{held:?} {path}"
            );
        }
    }
    assert!(!check(&acl, &secured(State::Rfnop, Method::Get, "/b")).allowed);
}

#[test]
fn the_certified_owner_role_has_all() {
    let acl = Acl::new();
    let owner = |certified| {
        [Role {
            role: b"oic.role.owner",
            authority: None,
            certified,
        }]
    };
    for path in ["/light", "/oic/sec/cred", "/oc/con"] {
        let asked = secured(State::Rfnop, Method::Delete, path);
        let decision = check_with(&acl, &asked, &owner(true));
        assert_eq!(decision, allowed(Rule::List, Permissions::all()));
        assert!(!check_with(&acl, &asked, &owner(false)).allowed);
    }
    for role in [
        b"oic.role.owne".as_slice(),
        b"oic.role.owner2",
        b"OIC.ROLE.OWNER",
        b"admin",
    ] {
        let other = [Role {
            role,
            authority: None,
            certified: true,
        }];
        let asked = secured(State::Rfnop, Method::Get, "/light");
        assert_eq!(check_with(&acl, &asked, &other), denied(Rule::List));
    }
    let early = secured(State::Rfpro, Method::Get, "/light");
    assert_eq!(
        check_with(&acl, &early, &owner(true)),
        denied(Rule::OutsideRfnop)
    );
}

#[test]
fn wildcards_match_by_discoverability_and_never_a_dcr() {
    for (wc, expected) in [
        ("*", [true, true, true, true]),
        ("+", [false, false, true, true]),
        ("-", [false, false, false, true]),
    ] {
        let acl = everyone(json!([{ "wc": wc }]));
        let matches = [(false, false), (false, true), (true, false), (true, true)].map(
            |(discoverable, no_secure_endpoint)| {
                let mut asked = secured(State::Rfnop, Method::Get, "/light");
                asked.discoverable = discoverable;
                asked.no_secure_endpoint = no_secure_endpoint;
                for kind in [Kind::Configuration, Kind::Security] {
                    let dcr = Request {
                        kind: Some(kind),
                        ..asked.clone()
                    };
                    assert_eq!(check(&acl, &dcr), denied(Rule::List), "{wc} on a DCR");
                }
                check(&acl, &asked).allowed
            },
        );
        assert_eq!(matches, expected, "{wc}");
    }
}

#[test]
fn href_is_compared_byte_for_byte_and_together_with_wc() {
    let acl = everyone(json!([{ "href": "/light" }]));
    for (path, matches) in [
        ("/light", true),
        ("/Light", false),
        ("/light/", false),
        ("/ligh", false),
        ("/light/1", false),
        ("/%6cight", false),
    ] {
        assert_eq!(
            check(&acl, &secured(State::Rfnop, Method::Get, path)).allowed,
            matches,
            "{path}"
        );
    }
    let both =
        everyone(json!([{ "href": "/light", "wc": "+" }, { "href": "/oic/mnt", "wc": "*" }]));
    let mut asked = secured(State::Rfnop, Method::Get, "/light");
    assert!(!check(&both, &asked).allowed, "the wildcard does not match");
    asked.discoverable = true;
    assert!(check(&both, &asked).allowed);
    asked.path = b"/lamp";
    assert!(!check(&both, &asked).allowed, "the href does not match");
    // IoTivity-lite drops the wildcard here and allows it; a wildcard never matches a DCR.
    assert!(!check(&both, &secured(State::Rfnop, Method::Get, "/oic/mnt")).allowed);
}

#[test]
fn each_rule_has_words_of_its_own() {
    let texts: std::collections::BTreeSet<&str> = [
        Rule::UnsecuredRfotm,
        Rule::OutsideRfnop,
        Rule::UnsecuredVertical,
        Rule::Onboarding,
        Rule::PublicRead,
        Rule::BeforeOnboarding,
        Rule::UnsecuredSecurity,
        Rule::ResourceOwner,
        Rule::Roles,
        Rule::List,
    ]
    .map(Rule::text)
    .into();
    assert_eq!(texts.len(), 10);
    assert!(texts.iter().all(|text| !text.is_empty() && text.is_ascii()));
}

#[test]
fn the_default_table() {
    for path in [
        "/oic/p",
        "/oic/d",
        "/oic/res",
        "/.well-known/core",
        "/oic/mnt",
    ]
    .into_iter()
    .chain(["/CoapCloudConfResURI", "/oc/swu", "/x.plgd.dev/time"])
    {
        assert_eq!(Kind::of(path.as_bytes()), Kind::Configuration, "{path}");
    }
    for name in [
        "doxm",
        "pstat",
        "acl2",
        "ael",
        "cred",
        "sdi",
        "sp",
        "csr",
        "roles",
        "crl",
        "amacl",
        "account",
        "session",
        "acl",
        "acl2/",
        "",
        "of/tomorrow",
    ] {
        assert_eq!(
            Kind::of(format!("/oic/sec/{name}").as_bytes()),
            Kind::Security,
            "{name}"
        );
    }
    for path in ["/oc/con", "/oc/introspection", "/oc/wk/introspection"] {
        assert_eq!(Kind::of(path.as_bytes()), Kind::Other, "{path}");
    }
    for path in [
        "",
        "/",
        "/light",
        "/oic/sec",
        "/oic/secret",
        "/OIC/sec/acl2",
        "/oc/introspection/1",
        "oic/p",
        "/OIC/P",
    ] {
        assert_eq!(Kind::of(path.as_bytes()), Kind::Vertical, "{path}");
    }
}
