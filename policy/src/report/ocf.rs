//! The page of the list of an OCF device.

use super::page;
use crate::explain::{ALLOWED, DENIED};
use crate::ocf::check::check;
use crate::ocf::explain::{Explainer, Question};
use crate::ocf::{LETTERS, resource, subject};
use ocf_acl::{Acl, Kind, Subject, Wildcard};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::io;

#[derive(Serialize)]
struct Data<'a> {
    kind: &'a str,
    source: &'a str,
    before: Option<&'a str>,
    nothing: &'a str,
    others: Option<&'a str>,
    rights: Vec<(char, u8, &'a str, &'a str)>,
    methods: Vec<String>,
    allowed: &'a str,
    denied: &'a str,
    columns: Vec<(String, Option<String>)>,
    rows: Vec<(String, &'a str, Vec<Cell>)>,
    texts: Vec<String>,
    findings: Vec<(&'a str, &'a str, String, &'a str, [u32; 0])>,
    changes: [u32; 0],
    owners: [u32; 0],
}

/// The rights, whether by ownership, and for each method its answer.
type Cell = (u8, u8, Vec<Answer>);
/// The question, whether it is allowed, and the steps, by the numbers of texts.
type Answer = (usize, u8, Vec<usize>);

/// Each text once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Texts {
    fn add(&mut self, text: String) -> usize {
        if let Some(&place) = self.places.get(&text) {
            return place;
        }
        let place = self.all.len();
        self.places.insert(text.clone(), place);
        self.all.push(text);
        place
    }
}

/// POST stands for PUT, which needs the same.
const METHODS: [&str; 3] = ["get", "post", "delete"];

/// More squares than this would take long, and be no picture.
const MAX_SQUARES: usize = 20_000;

/// Makes the page: for each path that the list names, and each of its subjects,
/// what the list answers in RFNOP. Wildcards are answered for a path that
/// nothing names.
///
/// # Errors
/// When it cannot be written down, or is no picture.
pub fn report(source: &str, acl: &Acl) -> io::Result<Vec<u8>> {
    let mut subjects: Vec<Subject<'_>> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut paths: BTreeSet<(String, String, bool)> = BTreeSet::new();
    for ace in acl.aces() {
        if seen.insert(subject(ace.subject())) {
            subjects.push(ace.subject());
        }
        for it in ace.resources() {
            let path = it.href.unwrap_or("/any/other/resource").to_owned();
            let is_discoverable = it.wildcard.is_some_and(|kind| kind != Wildcard::All);
            paths.insert((resource(it), path, is_discoverable));
        }
    }
    if paths.len().saturating_mul(subjects.len()) > MAX_SQUARES {
        let what = format!(
            "{} resources and {} subjects: no page holds more than {MAX_SQUARES} squares",
            paths.len(),
            subjects.len()
        );
        return Err(io::Error::other(what));
    }
    let mut texts = Texts::default();
    let explainer = Explainer::new(acl);
    let rows = paths.iter().map(|(label, path, is_discoverable)| {
        let kind = match Kind::of(path.as_bytes()) {
            Kind::Other => "other",
            Kind::Vertical => "application",
            Kind::Configuration => "configuration",
            Kind::Security => "security",
        };
        let cells = subjects
            .iter()
            .map(|it| cell(&explainer, *it, path, *is_discoverable, &mut texts));
        (label.clone(), kind, cells.collect())
    });
    let rows = rows.collect();
    let findings = check(acl).into_iter().map(|finding| {
        let kind = finding.kind;
        let level = kind.level().name();
        (level, kind.title(), finding.message, "", [])
    });
    let letters = LETTERS.into_iter();
    let data = Data {
        kind: "ocf",
        source,
        before: None,
        nothing: "No ACE: by the list, nobody has rights.",
        others: None,
        rights: letters
            .map(|(letter, right, name)| (letter, right.bits(), name, name))
            .collect(),
        methods: METHODS.map(str::to_uppercase).to_vec(),
        allowed: ALLOWED,
        denied: DENIED,
        columns: subjects.iter().map(|it| (subject(*it), None)).collect(),
        rows,
        texts: texts.all,
        findings: findings.collect(),
        changes: [],
        owners: [],
    };
    page(&format!("Who may do what: {source}"), &data)
}

/// What a subject gets on a path, and for each method why.
fn cell(
    list: &Explainer<'_>,
    who: Subject<'_>,
    path: &str,
    is_discoverable: bool,
    texts: &mut Texts,
) -> Cell {
    let mut cell = (0, 0, Vec::new());
    for method in METHODS {
        let question = Question {
            uuid: match who {
                Subject::Uuid(uuid) => Some(uuid),
                _ => None,
            },
            roles: match who {
                Subject::Role { role, authority } => {
                    vec![(role.to_owned(), authority.map(str::to_owned))]
                }
                _ => Vec::new(),
            },
            is_secured: who != Subject::AnonClear,
            is_onboarding: false,
            is_discoverable,
            state: "rfnop",
            method,
            path: path.to_owned(),
        };
        let found = list.explain(&question);
        let decision = found.decision;
        // Whatever counts for one of the methods.
        cell.0 |= decision.permissions.bits();
        if decision.rule == ocf_acl::Rule::ResourceOwner {
            cell.1 = 1;
        }
        let steps = found.steps.into_iter().map(|step| texts.add(step.text));
        let steps = steps.collect();
        let answer = (texts.add(found.question), u8::from(decision.allowed), steps);
        cell.2.push(answer);
    }
    cell
}
