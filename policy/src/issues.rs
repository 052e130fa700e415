//! What `check` found, for editors, for a CI and for programs: one issue, one
//! place.

use crate::check::{Finding, Kind, Report};
use crate::format::{self, Fault};
use crate::ocf;
use crate::policy::{Mistake, Rule};
use crate::state::{Source, State, Unusable};
use crate::words::{Target, targets};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Issue {
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    /// The rule, by name.
    pub rule: &'static str,
    /// What it is.
    pub message: String,
    /// The line and column in a policy.
    pub line: Option<(usize, usize)>,
    /// The byte in a state.
    pub byte: Option<usize>,
    /// What it is about.
    pub targets: Vec<Target>,
    /// The ACEs of an OCF device that it is about.
    pub aces: Vec<u32>,
}

/// What was found, and how much more there is.
#[derive(Clone, Debug, Default)]
pub struct Issues {
    /// In the order of their places.
    pub all: Vec<Issue>,
    /// Errors beyond those.
    pub untold: usize,
}

/// The rules for a state.
const OF_STATE: &str = "state-format";
/// That there is something else in the file.
const OF_TEXT: &str = "neither-state-nor-policy";

/// What is in a file that is neither a state nor a policy.
#[must_use]
pub fn neither() -> String {
    let first = format::MAGIC.map(|byte| format!("{byte:02x}")).join(" ");
    format!("this is neither a policy nor a state of a device, which begins with {first}")
}

/// What is in a file that is the list of an OCF device.
#[must_use]
pub fn for_ocf() -> &'static str {
    "this is the list of an OCF device, which `lwm2m-acl ocf` takes"
}

impl Issue {
    fn error(rule: &'static str, message: String) -> Issue {
        Issue {
            level: "error",
            rule,
            message,
            line: None,
            byte: None,
            targets: Vec::new(),
            aces: Vec::new(),
        }
    }

    fn of_mistake(mistake: &Mistake) -> Issue {
        let message = format!("{} (rule: {})", mistake.detail, mistake.rule.text());
        let line = Some((mistake.line, mistake.column));
        Issue {
            line,
            ..Issue::error(mistake.rule.name(), message)
        }
    }

    fn of_fault(fault: &Fault) -> Issue {
        let message = match fault.instance {
            None => fault.breach.to_string(),
            Some((place, None)) => format!("instance {}: {}", place + 1, fault.breach),
            Some((place, Some(iid))) => {
                format!("instance {} (/2/{iid}): {}", place + 1, fault.breach)
            }
        };
        Issue {
            byte: Some(fault.offset),
            ..Issue::error(OF_STATE, message)
        }
    }

    fn of_finding(finding: &Finding, places: &HashMap<Target, (usize, usize)>) -> Issue {
        let first = finding.targets.iter().filter_map(|it| places.get(it)).min();
        Issue {
            level: finding.kind.level().name(),
            rule: finding.kind.name(),
            message: finding.line(),
            line: first.copied(),
            byte: None,
            targets: finding.targets.clone(),
            aces: Vec::new(),
        }
    }

    fn of_fault_of_list(fault: &ocf::Fault) -> Issue {
        Issue {
            line: fault.line,
            byte: fault.byte,
            ..Issue::error(fault.kind.name(), fault.message.clone())
        }
    }

    /// In one line, with where it is.
    fn text(&self) -> String {
        let mut text = self.message.clone();
        if !self.targets.is_empty() {
            let _ = write!(text, ": {}", targets(&self.targets));
        }
        text
    }
}

impl Issues {
    /// What is wrong with something that cannot be looked at; nothing, where the
    /// file is.
    #[must_use]
    pub fn of_unusable(unusable: &Unusable) -> Issues {
        let of = |all: Vec<Issue>, count: usize| Issues {
            untold: count.saturating_sub(all.len()),
            all,
        };
        match unusable {
            Unusable::File(_) => Issues::default(),
            Unusable::Text => of(vec![Issue::error(OF_TEXT, neither())], 1),
            Unusable::Ocf => of(vec![Issue::error(OF_TEXT, for_ocf().to_owned())], 1),
            Unusable::Policy(found) => {
                let all = found.first.iter().map(Issue::of_mistake);
                of(all.collect(), found.count)
            }
            Unusable::State(refusal, scan) if scan.faults.is_empty() => {
                of(vec![Issue::error(OF_STATE, refusal.to_string())], 1)
            }
            Unusable::State(_, scan) => {
                let all = scan.faults.iter().map(Issue::of_fault);
                of(all.collect(), scan.count)
            }
        }
    }

    /// What is odd about a state.
    #[must_use]
    pub fn of_report(state: &State, report: &Report) -> Issues {
        let find = |source: &Source| {
            let all = report.findings.iter().flat_map(|finding| &finding.targets);
            source
                .places
                .find(&source.text, &all.copied().collect::<Vec<_>>())
        };
        let places = state.source.as_ref().map(find).unwrap_or_default();
        let findings = report.findings.iter();
        let mut all: Vec<Issue> = findings
            .map(|finding| Issue::of_finding(finding, &places))
            .collect();
        all.sort_by_key(|issue| issue.line);
        Issues { all, untold: 0 }
    }

    /// What is wrong with the list of an OCF device; nothing, where the file is.
    #[must_use]
    pub fn of_unusable_list(unusable: &ocf::Unusable) -> Issues {
        let all = match unusable {
            ocf::Unusable::File(_) => Vec::new(),
            ocf::Unusable::Fault(fault) => vec![Issue::of_fault_of_list(fault)],
        };
        Issues { all, untold: 0 }
    }

    /// What is odd about the list of an OCF device.
    #[must_use]
    pub fn of_list(list: &ocf::List, findings: &[ocf::check::Finding]) -> Issues {
        let places = list.places();
        let issue = |finding: &ocf::check::Finding| Issue {
            level: finding.kind.level().name(),
            rule: finding.kind.name(),
            message: finding.message.clone(),
            line: finding.aces.first().and_then(|id| places.get(id)).copied(),
            byte: None,
            targets: Vec::new(),
            aces: finding.aces.clone(),
        };
        let mut all: Vec<Issue> = findings.iter().map(issue).collect();
        all.sort_by_key(|issue| issue.line);
        Issues { all, untold: 0 }
    }

    /// As compilers tell it: `file:line:column: level: message [rule]`.
    #[must_use]
    pub fn lines(&self, path: &Path) -> String {
        let path = path.display();
        let mut text = String::new();
        for issue in &self.all {
            let (level, rule) = (issue.level, issue.rule);
            // Writing to a string does not fail.
            let _ = match (issue.line, issue.byte) {
                (Some((line, column)), _) => write!(text, "{path}:{line}:{column}: "),
                (None, Some(byte)) => write!(text, "{path}: byte {byte}: "),
                (None, None) => write!(text, "{path}: "),
            };
            let _ = writeln!(text, "{level}: {} [{rule}]", issue.text());
        }
        if self.untold > 0 {
            let _ = writeln!(text, "{path}: error: and {} more", self.untold);
        }
        text
    }

    /// SARIF 2.1.0, the form in which a CI takes what an analysis found.
    #[must_use]
    pub fn sarif(&self, path: &Path) -> Value {
        let rules: Vec<Value> = rules()
            .into_iter()
            .filter(|(id, _)| self.all.iter().any(|issue| issue.rule == *id))
            .map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }))
            .collect();
        let results: Vec<Value> = self
            .all
            .iter()
            .map(|issue| {
                let mut place = json!({ "artifactLocation": { "uri": uri(path) } });
                let region = match (issue.line, issue.byte) {
                    (Some((line, column)), _) => {
                        Some(json!({ "startLine": line, "startColumn": column }))
                    }
                    (None, Some(byte)) => Some(json!({ "byteOffset": byte })),
                    (None, None) => None,
                };
                if let (Some(region), Some(place)) = (region, place.as_object_mut()) {
                    place.insert("region".to_owned(), region);
                }
                json!({
                    "ruleId": issue.rule,
                    "level": issue.level,
                    "message": { "text": issue.text() },
                    "locations": [{ "physicalLocation": place }],
                })
            })
            .collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "lwm2m-acl",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        })
    }
}

/// All that can be found: names and what they say.
fn rules() -> Vec<(&'static str, String)> {
    let mistakes = Rule::ALL.map(|rule| (rule.name(), rule.text().to_owned()));
    let kinds = Kind::ALL.map(|kind| (kind.name(), kind.title().to_owned()));
    let own = [
        (OF_STATE, "a state that no device restores".to_owned()),
        (OF_TEXT, "neither a policy nor a state".to_owned()),
    ];
    let faults = ocf::FaultKind::ALL.map(|kind| (kind.name(), kind.title().to_owned()));
    let of_lists = ocf::check::Kind::ALL.map(|kind| (kind.name(), kind.title().to_owned()));
    let of_states = mistakes.into_iter().chain(own).chain(kinds);
    of_states.chain(faults).chain(of_lists).collect()
}

/// A path as a reference in a URI: what has a meaning there is written as bytes.
fn uri(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
