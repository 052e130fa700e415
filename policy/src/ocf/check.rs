//! What a person should know about a valid list.

use super::{List, permissions, resource, subject, word};
use crate::check::{Level, count};
use ocf_acl::{Ace, Acl, Kind as ResourceKind, Permissions, Subject};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No owner of the list.
    NoOwner,
    /// No permission.
    GivesNothing,
    /// No resource.
    NoResource,
    /// A resource that the ACE cannot match.
    NeverMatches,
    /// For all, on what not all reach.
    NeedsSecured,
    /// Changes for everybody, wherever a wildcard matches.
    OpenToAll,
    /// Another ACE gives that as well.
    SaidAlready,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::NoOwner,
        Kind::GivesNothing,
        Kind::NoResource,
        Kind::NeverMatches,
        Kind::NeedsSecured,
        Kind::OpenToAll,
        Kind::SaidAlready,
    ];

    /// A name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::NoOwner => "list-without-owner",
            Kind::GivesNothing => "ace-gives-nothing",
            Kind::NoResource => "ace-without-resource",
            Kind::NeverMatches => "ace-never-matches",
            Kind::NeedsSecured => "ace-needs-secured",
            Kind::OpenToAll => "ace-open-to-all",
            Kind::SaidAlready => "ace-said-already",
        }
    }

    /// What it is about.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Kind::NoOwner => "nobody owns the list",
            Kind::GivesNothing => "an ACE gives nothing",
            Kind::NoResource => "an ACE is about no resource",
            Kind::NeverMatches => "an ACE cannot match on a resource",
            Kind::NeedsSecured => "an ACE for everyone is for those with a secured connection",
            Kind::OpenToAll => "an ACE lets everyone change whatever a wildcard matches",
            Kind::SaidAlready => "an ACE gives what another one gives",
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Kind::NoOwner | Kind::NeedsSecured | Kind::SaidAlready => Level::Note,
            _ => Level::Warning,
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// What it is, in words.
    pub message: String,
    /// The aceids of the ACEs that it is about, that which it is found in first.
    pub aces: Vec<u32>,
}

/// More ACEs of one subject are not compared with each other: it would take long.
const MAX_COMPARED: usize = 1000;

/// What a person should know about a list.
#[must_use]
pub fn check(acl: &Acl) -> Vec<Finding> {
    let mut found = Vec::new();
    if acl.owner().is_none() {
        let what = "rowneruuid: none, so that nobody changes the list as its owner";
        found.push(Finding {
            kind: Kind::NoOwner,
            message: what.to_owned(),
            aces: Vec::new(),
        });
    }
    // By subject, so that not every ACE is compared with every other.
    let mut by_subject: BTreeMap<String, Vec<Ace<'_>>> = BTreeMap::new();
    for ace in acl.aces() {
        found.extend(of_ace(ace));
        by_subject
            .entry(subject(ace.subject()))
            .or_default()
            .push(ace);
    }
    for aces in by_subject.values() {
        let sets: Vec<(BTreeSet<String>, &Ace<'_>)> = aces
            .iter()
            .map(|ace| (ace.resources().map(resource).collect(), ace))
            .collect();
        if sets.len() > MAX_COMPARED {
            continue;
        }
        for (resources, ace) in &sets {
            let covers = |(more, other): &&(BTreeSet<String>, &Ace<'_>)| {
                let is_same = resources == more && ace.permissions() == other.permissions();
                ace.id() != other.id()
                    && resources.is_subset(more)
                    && other.permissions().contains(ace.permissions())
                    && (!is_same || other.id() < ace.id())
            };
            if let Some((_, other)) = sets.iter().find(covers) {
                found.push(Finding {
                    kind: Kind::SaidAlready,
                    message: format!("ACE {}: ACE {} says as much", ace.id(), other.id()),
                    aces: vec![ace.id(), other.id()],
                });
            }
        }
    }
    found
}

/// What is odd about one ACE alone.
fn of_ace(ace: Ace<'_>) -> Vec<Finding> {
    let (id, who) = (ace.id(), ace.subject());
    let finding = |kind, what: String| Finding {
        kind,
        message: format!("ACE {id}: {what}"),
        aces: vec![id],
    };
    let mut found = Vec::new();
    let is_connection = matches!(who, Subject::AuthCrypt | Subject::AnonClear);
    if ace.permissions().is_empty() {
        found.push(finding(Kind::GivesNothing, "gives nothing".to_owned()));
    }
    if ace.resources().next().is_none() {
        found.push(finding(Kind::NoResource, "is about no resource".to_owned()));
    }
    for href in ace.resources().filter_map(|it| it.href) {
        let kind = ResourceKind::of(href.as_bytes());
        let href = word(href);
        if is_connection && kind == ResourceKind::Security {
            let what = format!(
                "can never match on {href}: security resources take no ACE for a kind of \
                 connection (rule 10)"
            );
            found.push(finding(Kind::NeverMatches, what));
        }
        if who == Subject::AnonClear && kind == ResourceKind::Vertical {
            let what = format!(
                "{href} is not reached over an unsecured connection (rule 3): this gives it to \
                 all who have a secured one"
            );
            found.push(finding(Kind::NeedsSecured, what));
        }
    }
    let wild = ace.resources().any(|it| it.href.is_none());
    let changes = Permissions::CREATE | Permissions::UPDATE | Permissions::DELETE;
    if wild && is_connection && ace.permissions().intersects(changes) {
        let letters = permissions(ace.permissions() & changes);
        let who = subject(who);
        let what = format!("{letters} for all of {who} on whatever the wildcard matches");
        found.push(finding(Kind::OpenToAll, what));
    }
    found
}

/// What was found, in words.
#[must_use]
pub fn words(path: &Path, list: &List, found: &[Finding]) -> String {
    let mut text = format!(
        "{}: valid: {}, {}\n",
        path.display(),
        count(list.acl.aces().len(), "ACE"),
        count(list.size, "byte")
    );
    for finding in found {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {}", finding.kind.level().name(), finding.message);
    }
    text
}
