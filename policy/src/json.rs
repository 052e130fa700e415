//! What the commands answer, for programs. The schema of all of it is
//! `policy/schema/lwm2m-acl-1.json`; a change that breaks it gets a new number.

use crate::acl::Acl;
use crate::diff::{Diff, Step};
use crate::explain::{Explanation, Question, rule_name};
use crate::instance::Instance;
use crate::issues::Issues;
use crate::state::State;
use crate::words::{Names, Target, rights};
use access_control::{MAX_ID, SSID_ANY, Ssid};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

/// The number of the schema.
pub const VERSION: u32 = 1;
/// The schema.
pub const SCHEMA: &str = include_str!("../schema/lwm2m-acl-1.json");

#[derive(Serialize)]
struct Answer<'a, T> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    answer: T,
}

/// Writes one answer, indented, with an end of line.
pub(crate) fn write<T: Serialize>(command: &str, answer: T) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let answer = Answer {
        version: VERSION,
        command,
        answer,
    };
    serde_json::to_writer_pretty(&mut out, &answer)?;
    writeln!(out)?;
    Ok(out)
}

#[derive(Serialize)]
struct Server<'a> {
    ssid: Ssid,
    name: Option<&'a str>,
}

impl Server<'_> {
    fn of(ssid: Ssid, names: &Names) -> Server<'_> {
        Server {
            ssid,
            name: names.get(ssid),
        }
    }
}

#[derive(Serialize)]
struct JsonTarget {
    oid: u16,
    /// Nothing for creation.
    iid: Option<u16>,
}

impl From<Target> for JsonTarget {
    fn from(target: Target) -> JsonTarget {
        JsonTarget {
            oid: target.oid,
            iid: (!target.is_creation()).then_some(target.iid),
        }
    }
}

fn all(targets: &[Target]) -> Vec<JsonTarget> {
    targets.iter().copied().map(JsonTarget::from).collect()
}

#[derive(Serialize)]
struct Shown<'a> {
    servers: Vec<Server<'a>>,
    instances: Vec<JsonInstance>,
}

#[derive(Serialize)]
struct JsonInstance {
    acl_iid: u16,
    #[serde(flatten)]
    target: JsonTarget,
    owner: u16,
    /// The masks as stored; nothing where the ACL is absent.
    acl: Option<BTreeMap<Ssid, u16>>,
    /// What servers that are named here may do.
    rights: BTreeMap<Ssid, String>,
    /// What all others may do.
    others: String,
}

/// The state, and what the engine makes of it.
///
/// # Errors
/// When it cannot be written.
pub fn show(acl: &Acl, names: &Names) -> io::Result<Vec<u8>> {
    let letters = |ssid, instance: &Instance| {
        let (mask, _) = acl.rights(ssid, instance.target);
        rights(mask.bits())
    };
    let instances = acl.instances().iter().map(|instance| {
        let named: BTreeSet<Ssid> = instance.servers().collect();
        let other = instance.stranger().unwrap_or(SSID_ANY);
        let acl = instance.acl.as_ref();
        JsonInstance {
            acl_iid: instance.iid,
            target: instance.target.into(),
            owner: instance.owner,
            acl: acl.map(|all| all.iter().map(|entry| (entry.ssid, entry.mask)).collect()),
            others: letters(other, instance),
            rights: named
                .into_iter()
                .map(|ssid| (ssid, letters(ssid, instance)))
                .collect(),
        }
    });
    let servers = acl.servers().into_iter();
    let shown = Shown {
        servers: servers.map(|ssid| Server::of(ssid, names)).collect(),
        instances: instances.collect(),
    };
    write("show", shown)
}

#[derive(Serialize)]
struct Checked<'a> {
    input: String,
    valid: bool,
    /// Nothing where it is not valid.
    instances: Option<usize>,
    servers: Option<usize>,
    issues: Vec<JsonIssue<'a>>,
    /// Errors that are not among the issues.
    untold: usize,
}

#[derive(Serialize)]
struct JsonIssue<'a> {
    level: &'a str,
    rule: &'a str,
    message: &'a str,
    /// In a policy.
    line: Option<usize>,
    column: Option<usize>,
    /// In a state.
    byte: Option<usize>,
    targets: Vec<JsonTarget>,
}

/// What is odd about a state, or why it is none.
///
/// # Errors
/// When it cannot be written.
pub fn check(path: &Path, state: Option<&State>, issues: &Issues) -> io::Result<Vec<u8>> {
    let found = issues.all.iter().map(|issue| JsonIssue {
        level: issue.level,
        rule: issue.rule,
        message: &issue.message,
        line: issue.line.map(|(line, _)| line),
        column: issue.line.map(|(_, column)| column),
        byte: issue.byte,
        targets: all(&issue.targets),
    });
    let checked = Checked {
        input: path.display().to_string(),
        valid: state.is_some(),
        instances: state.map(|state| state.acl.instances().len()),
        servers: state.map(|state| state.acl.servers().len()),
        issues: found.collect(),
        untold: issues.untold,
    };
    write("check", checked)
}

#[derive(Serialize)]
struct Explained<'a> {
    server: Server<'a>,
    operation: &'a str,
    path: String,
    allowed: bool,
    rule: &'a str,
    /// The Access Control instance that decided, if one did.
    acl_iid: Option<u16>,
    /// The rights that counted, where a mask decided.
    rights: Option<String>,
    steps: Vec<JsonStep<'a>>,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    rule: &'a str,
    decides: bool,
    text: &'a str,
}

/// A decision.
///
/// # Errors
/// When it cannot be written.
pub fn explain(question: Question<'_>, found: &Explanation, names: &Names) -> io::Result<Vec<u8>> {
    let decision = found.decision;
    let steps = found.steps.iter().map(|step| JsonStep {
        rule: step.rule,
        decides: step.decides,
        text: &step.text,
    });
    let explained = Explained {
        server: Server::of(question.ssid, names),
        operation: question.word,
        path: question.path(),
        allowed: decision.allowed,
        rule: rule_name(decision.rule),
        acl_iid: (decision.acl_iid != MAX_ID).then_some(decision.acl_iid),
        rights: found.needs.is_some().then(|| rights(decision.mask)),
        steps: steps.collect(),
    };
    write("explain", explained)
}

#[derive(Serialize)]
struct Differs<'a> {
    same: bool,
    gained: bool,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    /// Nothing for all servers that neither state names.
    server: Option<Server<'a>>,
    what: &'a str,
    /// Nothing where it is ownership.
    rights: Option<String>,
    targets: Vec<JsonTarget>,
}

/// What servers gained and lost.
///
/// # Errors
/// When it cannot be written.
pub fn diff(found: &Diff, names: &Names) -> io::Result<Vec<u8>> {
    let changes = found.steps().map(|(ssid, step, targets)| {
        let (what, mask) = match step {
            Step::Gained(mask) => ("gained", Some(mask)),
            Step::Lost(mask) => ("lost", Some(mask)),
            Step::GainedOwnership => ("gained-ownership", None),
            Step::LostOwnership => ("lost-ownership", None),
        };
        Change {
            server: (ssid != SSID_ANY).then(|| Server::of(ssid, names)),
            what,
            rights: mask.map(rights),
            targets: all(targets),
        }
    });
    let differs = Differs {
        same: found.is_same(),
        gained: found.anybody_gained(),
        changes: changes.collect(),
    };
    write("diff", differs)
}
