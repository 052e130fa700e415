//! Bugs for the list of OCF, of the kind that lets somebody in or keeps somebody
//! out. IoTivity-lite's own tests, run with this list in its place, let most of them
//! pass; what its own list answered (`ocf/tests/iotivity_traces.rs`) must find them all.

use crate::mutants::{Mutant, mutant};

const CHECK: &str = "ocf/src/check.rs";
const ACL: &str = "ocf/src/acl.rs";

const fn planted(name: &'static str, change: [&'static str; 3]) -> Mutant {
    mutant(name, change, &["iotivity_traces"])
}

pub const PLANTED: &[Mutant] = &[
    planted(
        "OCF: two secure peers deny as one does",
        [
            CHECK,
            "request.secure_peers == 1",
            "request.secure_peers >= 1",
        ],
    ),
    planted(
        "OCF: what is no DCR is reachable outside RFNOP",
        [
            CHECK,
            "if !kind.is_dcr() && request.state != State::Rfnop {",
            "if false {",
        ],
    ),
    planted(
        "OCF: vertical resources without a secured connection",
        [
            CHECK,
            "if kind == Kind::Vertical && !request.secured {",
            "if false {",
        ],
    ),
    planted(
        "OCF: the onboarding session reaches everything",
        [
            CHECK,
            "if kind.is_dcr() && request.onboarding {",
            "if request.onboarding {",
        ],
    ),
    planted(
        "OCF: the onboarding session is like any other",
        [
            CHECK,
            "if kind.is_dcr() && request.onboarding {",
            "if false {",
        ],
    ),
    planted(
        "OCF: what everyone may read, everyone may write",
        [
            CHECK,
            "if public && request.method == Method::Get {",
            "if public {",
        ],
    ),
    planted(
        "OCF: nothing is public in RFOTM",
        [
            CHECK,
            "Special::PublicInRfotm => rfotm,",
            "Special::PublicInRfotm => false,",
        ],
    ),
    planted(
        "OCF: before onboarding only unsecured requests are held back",
        [
            CHECK,
            "if rfotm && request.secure_peers == 0 {",
            "if rfotm && !request.secured && request.secure_peers == 0 {",
        ],
    ),
    planted(
        "OCF: security resources without a secured connection in no state",
        [
            CHECK,
            "!request.secured && operational {",
            "!request.secured {",
        ],
    ),
    planted(
        "OCF: pstat's owner for doxm's",
        [
            CHECK,
            "Special::Doxm => request.doxm_owner,",
            "Special::Doxm => request.pstat_owner,",
        ],
    ),
    planted(
        "OCF: the list's own owner is nobody",
        [
            CHECK,
            "Special::Acl => self.owner_ref(),",
            "Special::Acl => None,",
        ],
    ),
    planted(
        "OCF: roles can be presented in every state",
        [
            CHECK,
            "if operational && special == Special::Roles {",
            "if special == Special::Roles {",
        ],
    ),
    planted(
        "OCF: the owner's role by a credential",
        [
            CHECK,
            "self.certified && self.role == OWNER_ROLE",
            "self.role == OWNER_ROLE",
        ],
    ),
    planted(
        "OCF: auth-crypt opens security resources",
        [
            CHECK,
            "    if kind != Kind::Security {\n        open |= ",
            "    if request.secured {\n        open |= subject_bit(SubjectKind::AuthCrypt);\n    }\n    \
             if kind != Kind::Security {\n        open |= ",
        ],
    ),
    planted(
        "OCF: anon-clear opens security resources",
        [
            CHECK,
            "    if kind != Kind::Security {\n        open |= ",
            "    open |= subject_bit(SubjectKind::AnonClear);\n    if kind != Kind::Security {\n        open |= ",
        ],
    ),
    planted(
        "OCF: + matches what cannot be discovered",
        [
            CHECK,
            "        open |= resource_bit(Wildcard::All);\n",
            "        open |= resource_bit(Wildcard::All) | resource_bit(Wildcard::Discoverable);\n",
        ],
    ),
    planted(
        "OCF: - matches what cannot be discovered",
        [
            CHECK,
            "        open |= resource_bit(Wildcard::All);\n",
            "        open |= resource_bit(Wildcard::All);\n        if request.no_secure_endpoint {\n            \
             open |= resource_bit(Wildcard::DiscoverableClear);\n        }\n",
        ],
    ),
    planted(
        "OCF: wildcards match DCRs",
        [
            CHECK,
            "    if !kind.is_dcr() {\n        open |= ",
            "    if true {\n        open |= ",
        ],
    ),
    planted(
        "OCF: href or wc",
        [
            CHECK,
            "        href && wildcard\n",
            "        item.is_resource() && ((wildcard && item.wildcard().is_some()) || (href && !item.bytes().is_empty()))\n",
        ],
    ),
    planted(
        "OCF: the authority of a role means nothing",
        [
            CHECK,
            "(authority.is_none() || authority == self.authority)",
            "true",
        ],
    ),
    planted(
        "OCF: to be notified is not to read",
        [
            CHECK,
            "Permissions::RETRIEVE.union(Permissions::NOTIFY)",
            "Permissions::RETRIEVE",
        ],
    ),
    planted(
        "OCF: to update is not to write",
        [
            CHECK,
            "Permissions::CREATE.union(Permissions::UPDATE)",
            "Permissions::CREATE",
        ],
    ),
    planted(
        "OCF: an owner by POST in RFPRO",
        [
            ACL,
            "state == State::Rfnop || (state == State::Rfpro && has_owner)",
            "state == State::Rfnop",
        ],
    ),
    planted(
        "OCF: a POST in RFNOP",
        [
            ACL,
            "if how == Apply::Post(State::Rfnop) {\n            return Err(Reason::State);\n        }",
            "let how = match how {\n            Apply::Post(State::Rfnop) => Apply::Post(State::Sreset),\n            other => other,\n        };",
        ],
    ),
    planted(
        "OCF: a DELETE in RFNOP",
        [
            ACL,
            "if state == State::Rfnop {\n            return Err(Reason::DeleteState);",
            "if false {\n            return Err(Reason::DeleteState);",
        ],
    ),
    planted(
        "OCF: an ACE is replaced only if its permission is another",
        [
            ACL,
            "if same(former, row) {",
            "if Record::at(memory, former[AT]).permissions() == Record::at(memory, row[AT]).permissions() {",
        ],
    ),
];
