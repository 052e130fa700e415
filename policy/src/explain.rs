//! A decision and the rules that were tried on the way to it, in the order of
//! the specification [LwM2M 7.3].

use crate::acl::Acl;
use crate::words::{Names, Target, rights};
use access_control::{MAX_ID, Operation, Rule, Ssid};
use std::fmt::Write as _;

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

/// Answers it: whether the server may, and why.
#[must_use]
pub fn explain(acl: &Acl, question: Question<'_>, names: &Names) -> (bool, String) {
    let Question {
        ssid,
        operation,
        target,
        ..
    } = question;
    let decision = acl.decide(ssid, operation, target);
    let mut text = format!("May {} {}?\n", names.server(ssid), asked(question));
    let path = tried(acl, question, decision.acl_iid, names);
    let last = path.iter().position(|(rule, ..)| *rule == decision.rule);
    // Each rule up to the one that decided; the others were not asked.
    for (number, (rule, no, yes)) in path.iter().enumerate().take(last.map_or(0, |l| l + 1)) {
        let says = if *rule == decision.rule { yes } else { no };
        let _ = writeln!(text, "{:>3}. {says}", number + 1);
    }
    if last.is_none() {
        text += "  The engine does not decide this: it is no valid question.\n";
    }
    let is_by_mask = matches!(
        decision.rule,
        Rule::OwnEntry | Rule::Owner | Rule::DefaultEntry
    );
    if is_by_mask {
        let needed = rights(operation.right().bits());
        let given = rights(decision.mask);
        let verb = if decision.allowed { "is" } else { "is not" };
        let _ = writeln!(
            text,
            "     {} needs {needed}, which {verb} in {given}",
            question.word
        );
    }
    text += if decision.allowed {
        "Allowed.\n"
    } else {
        "Denied: 4.01 Unauthorized.\n"
    };
    (decision.allowed, text)
}

fn asked(question: Question<'_>) -> String {
    let Target { oid, iid } = question.target;
    match (question.operation, iid) {
        (Operation::Create, _) => format!("create Instances of /{oid}"),
        (_, MAX_ID) => format!("{} /{oid}", question.word),
        _ => format!("{} /{oid}/{iid}", question.word),
    }
}

/// The rules that apply to the question: what each says if it does not decide,
/// and if it does.
fn tried(
    acl: &Acl,
    question: Question<'_>,
    acl_iid: u16,
    names: &Names,
) -> Vec<(Rule, String, String)> {
    let Question {
        ssid,
        operation,
        target: Target { oid, .. },
        ..
    } = question;
    let server = names.server(ssid);
    let step = |rule, no: &str, yes: &str| (rule, no.to_owned(), yes.to_owned());
    let mut path = vec![
        step(
            Rule::KeysAreClosed,
            &format!("Object {oid} does not hold keys"),
            &format!("Object {oid} holds keys: it is closed to every server"),
        ),
        step(
            Rule::Bootstrap,
            "not asked by the Bootstrap-Server",
            "the Bootstrap-Server may do everything else",
        ),
        step(
            Rule::DiscoverIsOpen,
            "not Discover",
            "Discover is open to all",
        ),
        step(
            Rule::SingleServer,
            "more than one server account is configured",
            "a single server account is configured: it may do everything",
        ),
    ];
    if oid == access_control::OID_ACCESS_CONTROL {
        let iid = question.target.iid;
        let found = acl.instances().iter().find(|instance| instance.iid == iid);
        let owner = match found {
            None => format!("/2/{iid} does not exist"),
            Some(instance) if instance.owner == ssid => format!("{server} owns /2/{iid}"),
            Some(instance) => format!("{} owns /2/{iid}", names.server(instance.owner)),
        };
        path.extend([
            step(
                Rule::AclIsReadable,
                "not a reading operation",
                "Access Control instances may be read by all",
            ),
            step(
                Rule::AclIsFixed,
                "not Create or Delete",
                "Access Control instances are created and deleted by the client alone",
            ),
            step(
                Rule::AclOwner,
                "",
                &format!("an Access Control instance is changed by its owner: {owner}"),
            ),
        ]);
        return path;
    }
    let governed = match operation {
        Operation::Create => Target { oid, iid: MAX_ID },
        _ => question.target,
    };
    let found = acl
        .instances()
        .iter()
        .find(|instance| instance.iid == acl_iid);
    let entry = |ssid| found.and_then(|instance| instance.entry(ssid));
    let given = |ssid| entry(ssid).map_or(String::new(), rights);
    path.extend([
        step(
            Rule::NotGoverned,
            &format!("/2/{acl_iid} governs {governed}"),
            &format!("no Access Control instance governs {governed}: nobody has rights there"),
        ),
        step(
            Rule::OwnEntry,
            &format!("{server} has no entry of its own"),
            &format!("the entry of {server} gives {}", given(ssid)),
        ),
    ]);
    if operation == Operation::Create {
        path.push(step(
            Rule::NoEntry,
            "",
            "only an entry of its own gives Create: neither ownership nor the default entry does",
        ));
        return path;
    }
    path.extend([
        step(
            Rule::Owner,
            &format!("{server} is not the owner"),
            &format!("{server} is the owner, which gives RWED"),
        ),
        step(
            Rule::DefaultEntry,
            "there is no default entry",
            &format!(
                "the default entry gives {}",
                given(access_control::SSID_ANY)
            ),
        ),
        step(Rule::NoEntry, "", "nothing gives a right"),
    ]);
    path
}
