//! A decision, and what each of the ten rules said on the way to it.

use super::{permissions, subject, uuid_text, word};
pub use crate::explain::Step;
use ocf_acl::{
    Acl, Decision, Kind, Method, Put, Request, Resource, Role, Rule, State, Subject, Uuid,
};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The words of the methods.
pub const METHODS: [(&str, Method); 4] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("delete", Method::Delete),
];

/// The words of the states of a device.
pub const STATES: [(&str, State); 5] = [
    ("reset", State::Reset),
    ("rfotm", State::Rfotm),
    ("rfpro", State::Rfpro),
    ("rfnop", State::Rfnop),
    ("sreset", State::Sreset),
];

/// A question as it is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The UUID of who asks, if a secured connection has proven it.
    pub uuid: Option<Uuid>,
    /// The roles of who asks: a name, and who gave it.
    pub roles: Vec<(String, Option<String>)>,
    /// Whether the connection is secured.
    pub is_secured: bool,
    /// Whether it is the onboarding session.
    pub is_onboarding: bool,
    /// Whether the resource can be discovered.
    pub is_discoverable: bool,
    /// The state of the device, by its word.
    pub state: &'static str,
    /// The method, by its word.
    pub method: &'static str,
    /// The path.
    pub path: String,
}

/// An answer, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What was asked, in words.
    pub question: String,
    /// What each rule said, up to the one that decided.
    pub steps: Vec<Step>,
    /// The list's answer.
    pub decision: Decision,
    /// The ACEs that match, if it was they that decided.
    pub aces: Vec<u32>,
}

/// The rules in the order in which they are asked, which is that of their
/// numbers from 1, and their names.
const RULES: [(Rule, &str); 10] = [
    (Rule::UnsecuredRfotm, "unsecured-rfotm"),
    (Rule::OutsideRfnop, "outside-rfnop"),
    (Rule::UnsecuredVertical, "unsecured-vertical"),
    (Rule::Onboarding, "onboarding"),
    (Rule::PublicRead, "public-read"),
    (Rule::BeforeOnboarding, "before-onboarding"),
    (Rule::UnsecuredSecurity, "unsecured-security"),
    (Rule::ResourceOwner, "resource-owner"),
    (Rule::Roles, "roles"),
    (Rule::List, "list"),
];

/// The name of a rule, for programs.
#[must_use]
pub fn rule_name(rule: Rule) -> &'static str {
    let mut rules = RULES.into_iter();
    let found = rules.find(|(known, _)| *known == rule);
    found.map_or("", |(_, name)| name)
}

/// A list that is asked. The list says which ACE alone allows something; which
/// ones match is asked of lists with one ACE each.
#[derive(Debug)]
pub struct Explainer<'a> {
    acl: &'a Acl,
    alone: Vec<(u32, Acl)>,
    /// The places of those that may match, by whom they are about, and by the
    /// path, or none where there is a wildcard.
    places: HashMap<(Who<'a>, Option<&'a str>), Vec<usize>>,
}

/// Whom an ACE is about, as far as it takes to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who<'a> {
    Uuid([u8; 16]),
    Role(&'a str),
    AuthCrypt,
    AnonClear,
}

impl<'a> From<Subject<'a>> for Who<'a> {
    fn from(subject: Subject<'a>) -> Who<'a> {
        match subject {
            Subject::Uuid(uuid) => Who::Uuid(*uuid.as_bytes()),
            Subject::Role { role, .. } => Who::Role(role),
            Subject::AuthCrypt => Who::AuthCrypt,
            Subject::AnonClear => Who::AnonClear,
        }
    }
}

/// What was asked, in words.
struct Asked<'q> {
    who: String,
    connection: &'static str,
    method: String,
    state: String,
    path: String,
    question: &'q Question,
    kind: Kind,
}

impl<'a> Explainer<'a> {
    /// Of a list.
    #[must_use]
    pub fn new(acl: &'a Acl) -> Explainer<'a> {
        let mut explainer = Explainer {
            acl,
            alone: Vec::new(),
            places: HashMap::new(),
        };
        for ace in acl.aces() {
            let resources: Vec<Resource<'_>> = ace.resources().collect();
            let mut alone = Acl::new();
            let (id, who, rights) = (Some(ace.id()), ace.subject(), ace.permissions());
            // It was in a list, so that it can be in one.
            if (alone.put(Put::Replace, id, &who, rights, None, &resources)).is_err() {
                continue;
            }
            let place = explainer.alone.len();
            explainer.alone.push((ace.id(), alone));
            for it in resources {
                let path = it.href.filter(|_| it.wildcard.is_none());
                let places = explainer.places.entry((who.into(), path)).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        explainer
    }

    /// Asks the list, and puts its answer into words.
    #[must_use]
    pub fn explain(&self, question: &Question) -> Explanation {
        let method = METHODS.iter().find(|(it, _)| *it == question.method);
        let method = method.map_or(Method::Other, |(_, method)| *method);
        let state = STATES.iter().find(|(it, _)| *it == question.state);
        let state = state.map_or(State::Rfnop, |(_, state)| *state);
        let mut request = Request::new(state, method, question.path.as_bytes());
        request.secured = question.is_secured;
        request.onboarding = question.is_onboarding;
        request.discoverable = question.is_discoverable;
        request.secure_peers = u32::from(question.is_secured);
        request.peer = question.uuid.as_ref();
        let roles = question.roles.iter().map(|(role, authority)| Role {
            role: role.as_bytes(),
            authority: authority.as_ref().map(String::as_bytes),
            certified: false,
        });
        let decision = self.acl.check(&request, roles.clone());

        let uuid = question.uuid.as_ref().map(|it| Who::Uuid(*it.as_bytes()));
        let named = question.roles.iter().map(|(role, _)| Who::Role(role));
        let all = uuid
            .into_iter()
            .chain(named)
            .chain([Who::AuthCrypt, Who::AnonClear]);
        let path = question.path.as_str();
        let mut places: Vec<usize> = all
            .flat_map(|who| [(who, Some(path)), (who, None)])
            .filter_map(|key| self.places.get(&key))
            .flatten()
            .copied()
            .collect();
        if decision.rule != Rule::List {
            places.clear();
        }
        let matches = |(id, alone): &(u32, Acl)| {
            let decision = alone.check(&request, roles.clone());
            (!decision.permissions.is_empty()).then_some(*id)
        };
        let alone = places.into_iter().filter_map(|it| self.alone.get(it));
        let mut aces: Vec<u32> = alone.filter_map(matches).collect();
        aces.sort_unstable();
        aces.dedup();

        let asked = Asked::of(question);
        let steps = RULES
            .into_iter()
            .zip(1..)
            .map_while(|((rule, name), number)| {
                let is_asked = number <= decision.rule as usize;
                is_asked.then(|| Step {
                    rule: name,
                    decides: rule == decision.rule,
                    text: match rule == decision.rule {
                        true => self.decided(&asked, decision, &aces),
                        false => asked.passed(rule),
                    },
                })
            });
        Explanation {
            question: asked.words(),
            steps: steps.collect(),
            decision,
            aces,
        }
    }

    /// What the rule says that decided.
    fn decided(&self, asked: &Asked<'_>, decision: Decision, aces: &[u32]) -> String {
        let Asked {
            who,
            method,
            state,
            path,
            ..
        } = asked;
        let needs = match method.as_str() {
            "GET" => "R or N",
            "DELETE" => "D",
            _ => "C or U",
        };
        match (decision.rule, decision.allowed) {
            (Rule::UnsecuredRfotm, true) => "open to all in RFOTM, as the device has it".to_owned(),
            (Rule::UnsecuredRfotm, false) => "RFOTM, and there is a secure peer already".to_owned(),
            (Rule::OutsideRfnop, _) => {
                format!("only device configuration resources are reached in {state}")
            }
            (Rule::UnsecuredVertical, _) => {
                format!("{path} is the application's own: not over an unsecured connection")
            }
            (Rule::Onboarding, _) => {
                "the onboarding session reaches every device configuration resource".to_owned()
            }
            (Rule::PublicRead, _) => format!("everyone may read {path}"),
            (Rule::BeforeOnboarding, true) => "open before onboarding".to_owned(),
            (Rule::BeforeOnboarding, false) => {
                "before onboarding no more is open than doxm, and pstat to read".to_owned()
            }
            (Rule::UnsecuredSecurity, _) => {
                "security resources are not reached over an unsecured connection".to_owned()
            }
            (Rule::ResourceOwner, _) => format!("{who} owns this security resource"),
            (Rule::Roles, _) => "everyone may present roles".to_owned(),
            (Rule::List, true) => match decision.ace.and_then(|id| self.acl.ace(id)) {
                Some(ace) => format!(
                    "ACE {} gives {} to {}; {method} needs {needs}",
                    ace.id(),
                    permissions(ace.permissions()),
                    subject(ace.subject())
                ),
                None => format!("{who} may do everything by its certified role"),
            },
            (Rule::List, false) => {
                let given = permissions(decision.permissions);
                match aces {
                    [] => format!("no ACE gives anything; {method} needs {needs}"),
                    [one] => format!("ACE {one} gives {given}; {method} needs {needs}"),
                    [first @ .., last] => {
                        let first: Vec<String> = first.iter().map(u32::to_string).collect();
                        let first = first.join(", ");
                        format!("ACEs {first} and {last} give {given}; {method} needs {needs}")
                    }
                }
            }
        }
    }
}

impl Asked<'_> {
    fn of(question: &Question) -> Asked<'_> {
        let role = |(role, authority): &(String, Option<String>)| {
            subject(Subject::Role {
                role,
                authority: authority.as_deref(),
            })
        };
        let roles: Vec<String> = question.roles.iter().map(role).collect();
        let roles = roles.join(" and ");
        let who = match (&question.uuid, roles.is_empty()) {
            (Some(uuid), true) => uuid_text(uuid),
            (Some(uuid), false) => format!("{} with {roles}", uuid_text(uuid)),
            (None, false) => roles,
            (None, true) if question.is_secured => "a peer without a UUID".to_owned(),
            (None, true) => "anyone".to_owned(),
        };
        let connection = match (question.is_onboarding, question.is_secured) {
            (true, _) => "the onboarding session",
            (false, true) => "a secured connection",
            (false, false) => "an unsecured connection",
        };
        Asked {
            who,
            connection,
            method: question.method.to_uppercase(),
            state: question.state.to_uppercase(),
            path: word(&question.path),
            question,
            kind: Kind::of(question.path.as_bytes()),
        }
    }

    fn words(&self) -> String {
        let Asked {
            who,
            connection,
            method,
            state,
            path,
            ..
        } = self;
        format!("May {who}, over {connection}, {method} {path} in {state}?")
    }

    /// What a rule says that does not decide.
    fn passed(&self, rule: Rule) -> String {
        let Asked {
            who, path, kind, ..
        } = self;
        match rule {
            Rule::UnsecuredRfotm if self.state == "RFOTM" && !self.question.is_secured => {
                "no secure peer yet, and the device does not open this to all in RFOTM".to_owned()
            }
            Rule::UnsecuredRfotm => "not RFOTM over an unsecured connection".to_owned(),
            Rule::OutsideRfnop if kind.is_dcr() => {
                format!("{path} is a device configuration resource")
            }
            Rule::OutsideRfnop => "the device is in RFNOP".to_owned(),
            Rule::UnsecuredVertical if *kind == Kind::Vertical => {
                "the connection is secured".to_owned()
            }
            Rule::UnsecuredVertical => format!("{path} is not the application's own"),
            Rule::Onboarding if kind.is_dcr() => "not the onboarding session".to_owned(),
            Rule::Onboarding => format!("{path} is no device configuration resource"),
            Rule::PublicRead => "not what everyone may read".to_owned(),
            Rule::BeforeOnboarding => "not RFOTM before there is a secure peer".to_owned(),
            Rule::UnsecuredSecurity if *kind == Kind::Security => match self.question.is_secured {
                true => "the connection is secured".to_owned(),
                false => "not RFPRO, RFNOP or SRESET".to_owned(),
            },
            Rule::UnsecuredSecurity => format!("{path} is no security resource"),
            Rule::ResourceOwner if self.question.uuid.is_some() && has_owner_elsewhere(path) => {
                format!("{who} does not own {path}, as is supposed: its owner is not in the list")
            }
            Rule::ResourceOwner => format!("{who} does not own this very security resource"),
            Rule::Roles | Rule::List => "not /oic/sec/roles in RFPRO, RFNOP or SRESET".to_owned(),
        }
    }
}

/// Whether a security resource says itself who owns it.
fn has_owner_elsewhere(path: &str) -> bool {
    ["/oic/sec/doxm", "/oic/sec/pstat", "/oic/sec/cred"].contains(&path)
}

/// Asks a list once.
#[must_use]
pub fn explain(acl: &Acl, question: &Question) -> Explanation {
    Explainer::new(acl).explain(question)
}

impl Explanation {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = format!("{}\n", self.question);
        for (number, step) in self.steps.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:>3}. {}", number + 1, step.text);
        }
        text += match self.decision.allowed {
            true => crate::explain::ALLOWED,
            false => crate::explain::DENIED,
        };
        text.push('\n');
        text
    }
}
