//! The page of a state, and of what changed since another.

use super::{page, runs};
use crate::acl::Acl;
use crate::check::Report;
use crate::diff::{Diff, Step};
use crate::explain::{
    ALLOWED, CREATION, DENIED, FIRST, INSTANCE, MISSING, NEEDED, Template, rule_name,
};
use crate::instance::Instance;
use crate::words::{LETTERS, Names, OPERATIONS, Target, rights, targets};
use access_control::{MAX_ID, Mask, Oid, Operation, Rule, SSID_ANY, Ssid};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// Names of Objects, by ID: the most used ones of the public registry of the
/// Open Mobile Alliance,
/// <https://technical.openmobilealliance.org/OMNA/LwM2M/LwM2MRegistry.html>.
const OBJECTS: &str = include_str!("objects.tsv");

/// The rules that an answer about a target can come from, by their number in
/// the page.
const RULES: [Rule; 6] = [
    Rule::KeysAreClosed,
    Rule::NotGoverned,
    Rule::OwnEntry,
    Rule::Owner,
    Rule::DefaultEntry,
    Rule::NoEntry,
];

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// What the state is called.
    pub source: &'a str,
    /// The state.
    pub acl: &'a Acl,
    /// The names of servers.
    pub names: &'a Names,
    /// What is odd about it.
    pub report: &'a Report,
    /// What the state before is called, the state, and what differs.
    pub before: Option<(&'a str, &'a Acl, &'a Diff)>,
}

#[derive(Serialize)]
struct Data<'a> {
    kind: &'a str,
    source: String,
    before: Option<&'a str>,
    nothing: &'a str,
    others: &'a str,
    rights: Vec<(char, u16, &'a str, &'a str)>,
    rules: Vec<&'a str>,
    first: &'a [Template],
    creation: &'a [Template],
    instance: &'a [Template],
    needed: &'a str,
    missing: &'a str,
    allowed: &'a str,
    denied: &'a str,
    columns: Vec<(Ssid, Option<&'a str>)>,
    objects: BTreeMap<Oid, &'a str>,
    rows: Vec<[i32; 8]>,
    pool: Vec<Vec<i32>>,
    findings: Vec<(&'a str, &'a str, &'a str, String, Vec<usize>)>,
    changes: Vec<(String, Vec<Change>)>,
    owners: Vec<(String, usize, String, String)>,
}

/// Whether it is a gain, what it is, where, and in which rows.
type Change = (u8, String, String, Vec<usize>);

/// Answers of the engine, each kept once.
#[derive(Default)]
struct Pool {
    all: Vec<Vec<i32>>,
    places: HashMap<Vec<i32>, i32>,
}

impl Pool {
    /// What the engine answers about a target: to servers that are not named, and
    /// to each that is. The page shows it, and decides nothing.
    fn add(&mut self, acl: &Acl, instance: &Instance) -> i32 {
        let number = |rule: Rule| {
            let place = RULES.iter().position(|known| *known == rule);
            place.map_or(-1, |place| place as i32)
        };
        let stored = |mask: Option<u16>| mask.map_or(-1, i32::from);
        let target = instance.target;
        // With no server left that is not named, nobody gets that answer.
        let (mask, rule) = match instance.stranger() {
            Some(stranger) => acl.rights(stranger, target),
            None => (Mask::empty(), Rule::NoEntry),
        };
        let mut answers = vec![
            i32::from(mask.bits()),
            number(rule),
            stored(instance.entry(SSID_ANY)),
        ];
        let mut named: Vec<Ssid> = instance.servers().collect();
        named.sort_unstable();
        named.dedup();
        for ssid in named {
            let (mask, rule) = acl.rights(ssid, target);
            answers.extend([
                i32::from(ssid),
                stored(instance.entry(ssid)),
                i32::from(mask.bits()),
                number(rule),
            ]);
        }
        match self.places.get(&answers) {
            Some(&place) => place,
            None => {
                let place = self.all.len() as i32;
                self.places.insert(answers.clone(), place);
                self.all.push(answers);
                place
            }
        }
    }
}

/// Makes the page.
///
/// # Errors
/// When it cannot be written down.
pub fn report(content: &Content<'_>) -> io::Result<Vec<u8>> {
    let Content {
        source,
        acl,
        names,
        report,
        before,
    } = *content;
    let mut servers = acl.servers();
    let mut governed: BTreeMap<Target, (Option<&Instance>, Option<&Instance>)> = BTreeMap::new();
    for instance in acl.instances() {
        governed.insert(instance.target, (Some(instance), None));
    }
    if let Some((_, old, _)) = before {
        servers.extend(old.servers());
        for instance in old.instances() {
            governed.entry(instance.target).or_default().1 = Some(instance);
        }
    }
    let mut pool = Pool::default();
    let (mut rows, mut places) = (Vec::new(), HashMap::new());
    for (target, (now, old)) in &governed {
        places.insert(*target, rows.len());
        let iid = if target.is_creation() {
            -1
        } else {
            i32::from(target.iid)
        };
        let mut answers = |acl: &Acl, instance: Option<&Instance>| match instance {
            Some(instance) => (
                i32::from(instance.iid),
                i32::from(instance.owner),
                pool.add(acl, instance),
            ),
            None => (-1, -1, -1),
        };
        let (ac, owner, answer) = answers(acl, *now);
        let (old_ac, old_owner, old_answer) = match before {
            Some((_, before, _)) => answers(before, *old),
            None => (-1, -1, -1),
        };
        let oid = i32::from(target.oid);
        rows.push([oid, iid, ac, owner, answer, old_answer, old_owner, old_ac]);
    }
    let rows_of = |targets: &[Target]| {
        let mut places: Vec<usize> = targets
            .iter()
            .filter_map(|target| places.get(target).copied())
            .collect();
        places.sort_unstable();
        runs(places)
    };
    let findings = report.findings.iter().map(|finding| {
        let at = targets(&finding.targets);
        let kind = finding.kind;
        (
            kind.level().name(),
            kind.title(),
            finding.message.as_str(),
            at,
            rows_of(&finding.targets),
        )
    });
    let word = |right: Mask| {
        // Discover has the right of Read, and needs none.
        let asking = |(_, operation): &(&str, Operation)| {
            operation.right() == right && *operation != Operation::Discover
        };
        // The first is the plainest.
        OPERATIONS
            .into_iter()
            .find(asking)
            .map_or("", |(word, _)| word)
    };
    let titles = ["Read", "Write", "Execute", "Delete", "Create"];
    let letters = LETTERS.into_iter().zip(titles);
    let objects: HashMap<Oid, &str> = OBJECTS
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(oid, name)| Some((oid.parse().ok()?, name)))
        .collect();
    let oids = governed.keys().map(|target| target.oid);
    let data = Data {
        kind: "lwm2m",
        source: match before {
            Some((before, ..)) => format!("{source}, compared with {before}"),
            None => source.to_owned(),
        },
        before: before.map(|(before, ..)| before),
        nothing: "No target is governed: with several servers, nobody has rights.",
        others: "any other server",
        rights: letters
            .map(|((letter, right), title)| (letter, right.bits(), word(right), title))
            .collect(),
        rules: RULES.into_iter().map(rule_name).collect(),
        first: &FIRST,
        creation: &CREATION,
        instance: &INSTANCE,
        needed: NEEDED,
        missing: MISSING,
        allowed: ALLOWED,
        denied: DENIED,
        columns: servers
            .iter()
            .map(|&ssid| (ssid, names.get(ssid)))
            .collect(),
        objects: oids
            .filter_map(|oid| Some((oid, *objects.get(&oid)?)))
            .collect(),
        rows,
        pool: pool.all,
        findings: findings.collect(),
        changes: before.map_or(Vec::new(), |(_, _, diff)| changes(diff, names, rows_of)),
        owners: owners(acl, names),
    };
    page(&format!("Who may do what: {source}"), &data)
}

fn changes(
    diff: &Diff,
    names: &Names,
    rows_of: impl Fn(&[Target]) -> Vec<usize>,
) -> Vec<(String, Vec<Change>)> {
    let mut changes: Vec<(String, Vec<Change>)> = Vec::new();
    let mut last = None;
    // Any other server comes last.
    let (others, named): (Vec<_>, Vec<_>) = diff.steps().partition(|(ssid, ..)| *ssid == SSID_ANY);
    for (ssid, step, at) in named.into_iter().chain(others) {
        if last != Some(ssid) {
            let who = match ssid {
                SSID_ANY => "any other server".to_owned(),
                _ => names.server(ssid),
            };
            changes.push((who, Vec::new()));
            last = Some(ssid);
        }
        let (is_gain, what) = match step {
            Step::Gained(mask) => (1, format!("gained {} on", rights(mask))),
            Step::GainedOwnership => (1, "gained ownership of".to_owned()),
            Step::Lost(mask) => (0, format!("lost {} on", rights(mask))),
            Step::LostOwnership => (0, "lost ownership of".to_owned()),
        };
        if let Some((_, steps)) = changes.last_mut() {
            steps.push((is_gain, what, targets(at), rows_of(at)));
        }
    }
    changes
}

/// Who owns what, and what they could give themselves there.
fn owners(acl: &Acl, names: &Names) -> Vec<(String, usize, String, String)> {
    let mut owned: BTreeMap<Ssid, Vec<&Instance>> = BTreeMap::new();
    for instance in acl.by_target() {
        owned.entry(instance.owner).or_default().push(instance);
    }
    let row = |(owner, instances): (Ssid, Vec<&Instance>)| {
        let at: Vec<Target> = instances.iter().map(|instance| instance.target).collect();
        let mut more: BTreeMap<u16, Vec<Target>> = BTreeMap::new();
        for instance in instances {
            let target = instance.target;
            let (has, rule) = acl.rights(owner, target);
            let lacks = (target.rights() - has).bits();
            let can = owner != MAX_ID && rule != Rule::KeysAreClosed;
            if can && lacks != 0 && acl.may_edit(owner, instance.iid) {
                more.entry(lacks).or_default().push(target);
            }
        }
        let more: Vec<String> = more
            .into_iter()
            .map(|(lacks, at)| format!("{} on {}", rights(lacks), targets(&at)))
            .collect();
        let who = names.server(owner);
        (who, at.len(), targets(&at), more.join("; "))
    };
    owned.into_iter().map(row).collect()
}
