//! A decision and the rules that were tried on the way to it, in the order of
//! the specification [LwM2M 7.3].
//!
//! What each rule says stands here once, as texts with gaps; the report fills in
//! the same ones.

use crate::acl::Acl;
use crate::words::{Names, Target, rights};
use access_control::{Decision, MAX_ID, OID_ACCESS_CONTROL, Operation, Rule, SSID_ANY, Ssid};
use serde::Serialize;
use std::fmt::Write as _;

/// A rule, and what it says. The gaps: `{server}` who asks; `{oid}` the Object;
/// `{governed}` what an Access Control instance would have to govern; `{ac}` that
/// instance; `{own}` and `{default}` the rights of its entries; `{owner}` who
/// owns the Access Control instance that is to be edited.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Template {
    /// The name of the rule.
    pub rule: &'static str,
    /// Where it does not decide.
    pub passed: &'static str,
    /// Where it does.
    pub decides: &'static str,
}

/// The name of a rule, for programs.
#[must_use]
pub fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::KeysAreClosed => "keys-are-closed",
        Rule::Bootstrap => "bootstrap",
        Rule::DiscoverIsOpen => "discover-is-open",
        Rule::SingleServer => "single-server",
        Rule::AclIsReadable => "acl-is-readable",
        Rule::AclIsFixed => "acl-is-fixed",
        Rule::AclOwner => "acl-owner",
        Rule::NotGoverned => "not-governed",
        Rule::OwnEntry => "own-entry",
        Rule::Owner => "owner",
        Rule::DefaultEntry => "default-entry",
        Rule::NoEntry => "no-entry",
        Rule::NotDecided => "not-decided",
    }
}

const fn template(rule: &'static str, passed: &'static str, decides: &'static str) -> Template {
    Template {
        rule,
        passed,
        decides,
    }
}

/// Asked of every question.
pub const FIRST: [Template; 4] = [
    template(
        "keys-are-closed",
        "Object {oid} does not hold keys",
        "Object {oid} holds keys: it is closed to every server",
    ),
    template(
        "bootstrap",
        "not asked by the Bootstrap-Server",
        "the Bootstrap-Server may do everything else",
    ),
    template(
        "discover-is-open",
        "not Discover",
        "Discover is open to all",
    ),
    template(
        "single-server",
        "{server} is not the only server account",
        "{server} is the only server account: it may do everything",
    ),
];

/// Then, of Access Control instances.
pub const ACCESS_CONTROL: [Template; 3] = [
    template(
        "acl-is-readable",
        "not a reading operation",
        "Access Control instances may be read by all",
    ),
    template(
        "acl-is-fixed",
        "not Create or Delete",
        "Access Control instances are created and deleted by the client alone",
    ),
    template(
        "acl-owner",
        "",
        "an Access Control instance is changed by its owner: {owner}",
    ),
];

/// Or, of the creation of Instances.
pub const CREATION: [Template; 3] = [
    GOVERNED,
    OWN_ENTRY,
    template(
        "no-entry",
        "",
        "only an entry of its own gives Create: neither ownership nor the default entry does",
    ),
];

/// Or, of Instances.
pub const INSTANCE: [Template; 5] = [
    GOVERNED,
    OWN_ENTRY,
    template(
        "owner",
        "{server} is not the owner",
        "{server} is the owner, which gives RWED",
    ),
    template(
        "default-entry",
        "there is no default entry",
        "the default entry gives {default}",
    ),
    template("no-entry", "", "nothing gives a right"),
];

const GOVERNED: Template = template(
    "not-governed",
    "{ac} governs {governed}",
    "no Access Control instance governs {governed}: nobody has rights there",
);

const OWN_ENTRY: Template = template(
    "own-entry",
    "{server} has no entry of its own",
    "the entry of {server} gives {own}",
);

/// After a rule that decides by a mask.
pub const NEEDED: &str = "{operation} needs {needed}, which is in {given}";
/// The same, where it is not there.
pub const MISSING: &str = "{operation} needs {needed}, which is not in {given}";
/// The answers.
pub const ALLOWED: &str = "Allowed.";
/// The answer to who may not.
pub const DENIED: &str = "Denied: 4.01 Unauthorized.";

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who asks.
    pub ssid: Ssid,
    /// The word for the operation.
    pub word: &'a str,
    /// The operation.
    pub operation: Operation,
    /// On what.
    pub target: Target,
}

impl Question<'_> {
    /// On what, as a path.
    #[must_use]
    pub fn path(&self) -> String {
        let Target { oid, iid } = self.target;
        match (self.operation, iid) {
            (Operation::Create, _) | (_, MAX_ID) => format!("/{oid}"),
            _ => format!("/{oid}/{iid}"),
        }
    }
}

/// What one rule said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule.
    pub rule: &'static str,
    /// Whether it decided.
    pub decides: bool,
    /// What it said.
    pub text: String,
}

/// An answer, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What was asked, in words.
    pub question: String,
    /// Each rule up to the one that decided; the others were not asked.
    pub steps: Vec<Step>,
    /// What the operation needs, where a mask decided.
    pub needs: Option<String>,
    /// The engine's answer.
    pub decision: Decision,
}

/// Asks the engine, and puts its answer into words.
#[must_use]
pub fn explain(acl: &Acl, question: Question<'_>, names: &Names) -> Explanation {
    let Question {
        ssid,
        word,
        operation,
        target,
    } = question;
    let decision = acl.decide(ssid, operation, target);
    let oid = target.oid;
    let path: &[Template] = match operation {
        _ if oid == OID_ACCESS_CONTROL => &ACCESS_CONTROL,
        Operation::Create => &CREATION,
        _ => &INSTANCE,
    };
    let governed = match operation {
        Operation::Create => Target { oid, iid: MAX_ID },
        _ => target,
    };
    let found = |iid| acl.instances().iter().find(|instance| instance.iid == iid);
    let entry = |ssid| {
        let mask = found(decision.acl_iid).and_then(|instance| instance.entry(ssid));
        mask.map_or(String::new(), rights)
    };
    let server = names.server(ssid);
    let gap = |name: &str| match name {
        "server" => server.clone(),
        "oid" => oid.to_string(),
        "governed" => governed.to_string(),
        "ac" => format!("/2/{}", decision.acl_iid),
        "own" => entry(ssid),
        "default" => entry(SSID_ANY),
        "owner" => match found(target.iid) {
            None => format!("/2/{} does not exist", target.iid),
            Some(instance) => format!("{} owns /2/{}", names.server(instance.owner), target.iid),
        },
        "operation" => word.to_owned(),
        "needed" => rights(operation.right().bits()),
        "given" => rights(decision.mask),
        _ => String::new(),
    };
    let rule = rule_name(decision.rule);
    let all: Vec<Template> = FIRST.iter().chain(path).copied().collect();
    let last = all.iter().position(|template| template.rule == rule);
    let tried = all.iter().take(last.map_or(0, |last| last + 1));
    let steps = tried.map(|template| {
        let decides = template.rule == rule;
        let text = match decides {
            true => template.decides,
            false => template.passed,
        };
        Step {
            rule: template.rule,
            decides,
            text: fill(text, gap),
        }
    });
    let is_by_mask = matches!(
        decision.rule,
        Rule::OwnEntry | Rule::Owner | Rule::DefaultEntry
    );
    let needs = match decision.allowed {
        true => NEEDED,
        false => MISSING,
    };
    let asked = match operation {
        Operation::Create => format!("create Instances of /{oid}"),
        _ => format!("{word} {}", question.path()),
    };
    Explanation {
        question: format!("May {server} {asked}?"),
        steps: steps.collect(),
        needs: is_by_mask.then(|| fill(needs, gap)),
        decision,
    }
}

/// Fills the gaps of a text.
fn fill(text: &str, gap: impl Fn(&str) -> String) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled += &gap(name);
        filled += rest;
    }
    filled
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
        if self.steps.is_empty() {
            text += "  The engine does not decide this: it is no valid question.\n";
        }
        if let Some(needs) = &self.needs {
            let _ = writeln!(text, "     {needs}");
        }
        text += match self.decision.allowed {
            true => ALLOWED,
            false => DENIED,
        };
        text.push('\n');
        text
    }
}
