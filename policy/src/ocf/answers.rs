//! What the commands for lists answer, for programs; see [`crate::json`].

use super::explain::{Explanation, Question, rule_name};
use super::{LETTERS, List, Matrix, matrix, uuid_text, wildcard};
use crate::issues::Issues;
use crate::json::write;
use ocf_acl::{Acl, Permissions, Resource, Subject};
use serde::Serialize;
use std::io;
use std::path::Path;

/// Rights by their letters; - is none.
fn letters(mask: Permissions) -> String {
    let letters = LETTERS.into_iter();
    let letters: String = letters
        .filter(|(_, right, _)| mask.contains(*right))
        .map(|(letter, ..)| letter)
        .collect();
    match letters.is_empty() {
        true => "-".to_owned(),
        false => letters,
    }
}

/// A subject, in the form that it has in a list.
#[derive(Serialize)]
#[serde(untagged)]
enum JsonSubject<'a> {
    Uuid {
        uuid: String,
    },
    Role {
        role: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        authority: Option<&'a str>,
    },
    Connection {
        conntype: &'a str,
    },
}

impl<'a> From<Subject<'a>> for JsonSubject<'a> {
    fn from(subject: Subject<'a>) -> JsonSubject<'a> {
        match subject {
            Subject::Uuid(uuid) => JsonSubject::Uuid {
                uuid: uuid_text(&uuid),
            },
            Subject::Role { role, authority } => JsonSubject::Role { role, authority },
            Subject::AuthCrypt => JsonSubject::Connection {
                conntype: "auth-crypt",
            },
            Subject::AnonClear => JsonSubject::Connection {
                conntype: "anon-clear",
            },
        }
    }
}

/// A resource, in the form that it has in a list.
#[derive(Serialize)]
struct JsonResource<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wc: Option<&'a str>,
}

impl<'a> From<Resource<'a>> for JsonResource<'a> {
    fn from(resource: Resource<'a>) -> JsonResource<'a> {
        JsonResource {
            href: resource.href,
            wc: resource.wildcard.map(wildcard),
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    owner: Option<String>,
    aces: Vec<JsonAce<'a>>,
    resources: Vec<Given<'a>>,
}

#[derive(Serialize)]
struct JsonAce<'a> {
    aceid: u32,
    subject: JsonSubject<'a>,
    resources: Vec<JsonResource<'a>>,
    permission: u8,
    rights: String,
    tag: Option<&'a str>,
}

/// A resource, and what is given on it.
#[derive(Serialize)]
struct Given<'a> {
    resource: JsonResource<'a>,
    given: Vec<GivenTo<'a>>,
}

#[derive(Serialize)]
struct GivenTo<'a> {
    subject: JsonSubject<'a>,
    rights: String,
    aces: &'a [u32],
}

/// The list, and what it gives to whom.
///
/// # Errors
/// When it cannot be written.
pub fn show(acl: &Acl) -> io::Result<Vec<u8>> {
    let aces = acl.aces().map(|ace| JsonAce {
        aceid: ace.id(),
        subject: ace.subject().into(),
        resources: ace.resources().map(JsonResource::from).collect(),
        permission: ace.permissions().bits(),
        rights: letters(ace.permissions()),
        tag: ace.tag(),
    });
    let Matrix { subjects, rows } = matrix(acl);
    let resources = rows.iter().map(|row| Given {
        resource: row.resource.into(),
        given: row
            .squares
            .iter()
            .filter_map(|(place, square)| {
                Some(GivenTo {
                    subject: (*subjects.get(*place)?).into(),
                    rights: letters(square.permissions),
                    aces: &square.aces,
                })
            })
            .collect(),
    });
    let shown = Shown {
        owner: acl.owner().as_ref().map(uuid_text),
        aces: aces.collect(),
        resources: resources.collect(),
    };
    write("ocf show", shown)
}

#[derive(Serialize)]
struct Checked<'a> {
    input: String,
    valid: bool,
    /// Nothing where it is not valid.
    aces: Option<usize>,
    issues: Vec<JsonIssue<'a>>,
}

#[derive(Serialize)]
struct JsonIssue<'a> {
    level: &'a str,
    rule: &'a str,
    message: &'a str,
    /// In JSON.
    line: Option<usize>,
    column: Option<usize>,
    /// In CBOR.
    byte: Option<usize>,
    aces: &'a [u32],
}

/// What is odd about a list, or why it is none.
///
/// # Errors
/// When it cannot be written.
pub fn check(path: &Path, list: Option<&List>, issues: &Issues) -> io::Result<Vec<u8>> {
    let found = issues.all.iter().map(|issue| JsonIssue {
        level: issue.level,
        rule: issue.rule,
        message: &issue.message,
        line: issue.line.map(|(line, _)| line),
        column: issue.line.map(|(_, column)| column),
        byte: issue.byte,
        aces: &issue.aces,
    });
    let checked = Checked {
        input: path.display().to_string(),
        valid: list.is_some(),
        aces: list.map(|list| list.acl.aces().len()),
        issues: found.collect(),
    };
    write("ocf check", checked)
}

#[derive(Serialize)]
struct Explained<'a> {
    uuid: Option<String>,
    roles: Vec<JsonSubject<'a>>,
    secured: bool,
    onboarding: bool,
    discoverable: bool,
    state: &'a str,
    method: &'a str,
    path: &'a str,
    allowed: bool,
    rule: &'a str,
    /// The first ACE that alone allows it.
    ace: Option<u32>,
    /// Those that match, where the list decided.
    aces: &'a [u32],
    /// What the rule that decided gives.
    rights: String,
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
pub fn explain(question: &Question, found: &Explanation) -> io::Result<Vec<u8>> {
    let roles = question.roles.iter();
    let roles = roles.map(|(role, authority)| JsonSubject::Role {
        role,
        authority: authority.as_deref(),
    });
    let steps = found.steps.iter().map(|step| JsonStep {
        rule: step.rule,
        decides: step.decides,
        text: &step.text,
    });
    let explained = Explained {
        uuid: question.uuid.as_ref().map(uuid_text),
        roles: roles.collect(),
        secured: question.is_secured,
        onboarding: question.is_onboarding,
        discoverable: question.is_discoverable,
        state: question.state,
        method: question.method,
        path: &question.path,
        allowed: found.decision.allowed,
        rule: rule_name(found.decision.rule),
        ace: found.decision.ace,
        aces: &found.aces,
        rights: letters(found.decision.permissions),
        steps: steps.collect(),
    };
    write("ocf explain", explained)
}
