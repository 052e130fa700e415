//! What servers gained and lost between two states.

use crate::acl::{Acl, stranger};
use crate::instance::Instance;
use crate::words::{Names, Target, rights, targets};
use access_control::{Mask, SSID_ANY, Ssid};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// With more servers than this, each is looked at only where it has an entry or
/// owns something in one of the states.
const ALL_PAIRS: usize = 32;

/// What a server gained or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Rights, as a mask.
    Gained(u16),
    /// It owns what it did not own.
    GainedOwnership,
    /// Rights, as a mask.
    Lost(u16),
    /// It owned what it owns no more.
    LostOwnership,
}

impl Step {
    fn words(self) -> String {
        match self {
            Step::Gained(mask) => format!("gained {} on", rights(mask)),
            Step::Lost(mask) => format!("lost {} on", rights(mask)),
            Step::GainedOwnership => "gained ownership of".to_owned(),
            Step::LostOwnership => "lost ownership of".to_owned(),
        }
    }
}

/// The difference.
#[derive(Debug)]
pub struct Diff {
    /// By server (0 is any server that neither state names), what it gained and
    /// lost, and where.
    steps: BTreeMap<Ssid, BTreeMap<Step, Vec<Target>>>,
    /// Whether not every server was looked at everywhere.
    is_sparse: bool,
    is_same: bool,
}

/// Compares two states.
#[must_use]
pub fn diff(old: &Acl, new: &Acl) -> Diff {
    let servers: BTreeSet<Ssid> = old.servers().union(&new.servers()).copied().collect();
    let stranger = stranger(&servers);
    let is_sparse = servers.len() > ALL_PAIRS;
    let mut steps: BTreeMap<Ssid, BTreeMap<Step, Vec<Target>>> = BTreeMap::new();
    let mut concerned: Vec<Ssid> = servers.into_iter().collect();
    for (target, before, after) in pairs(old, new) {
        if is_sparse {
            let both = before.into_iter().chain(after);
            concerned.clear();
            concerned.extend(both.flat_map(Instance::servers));
            concerned.sort_unstable();
            concerned.dedup();
        }
        let mut compare = |shown: Ssid, ssid: Ssid| {
            let says = |instance: &Instance| instance.says_of(ssid);
            if before.map(says) == after.map(says) {
                return; // Nothing to ask the engine.
            }
            let mut add = |step| {
                let found = steps.entry(shown).or_default();
                found.entry(step).or_default().push(target);
            };
            let (had, _) = old.rights(ssid, target);
            let (has, _) = new.rights(ssid, target);
            for (mask, step) in [
                (has - had, Step::Gained as fn(u16) -> Step),
                (had - has, Step::Lost),
            ] {
                if mask != Mask::empty() {
                    add(step(mask.bits()));
                }
            }
            let owns = |instance: Option<&Instance>| instance.is_some_and(|it| it.owner == ssid);
            match (owns(before), owns(after)) {
                (false, true) => add(Step::GainedOwnership),
                (true, false) => add(Step::LostOwnership),
                _ => {}
            }
        };
        for &ssid in &concerned {
            compare(ssid, ssid);
        }
        if let Some(stranger) = stranger {
            compare(SSID_ANY, stranger);
        }
    }
    Diff {
        steps,
        is_sparse,
        is_same: old.instances() == new.instances(),
    }
}

/// A target, and the instances that govern it in the old and in the new state.
type Pair<'a> = (Target, Option<&'a Instance>, Option<&'a Instance>);

/// The targets of both, rising.
fn pairs<'a>(old: &'a Acl, new: &'a Acl) -> impl Iterator<Item = Pair<'a>> {
    let mut old = old.by_target().into_iter().peekable();
    let mut new = new.by_target().into_iter().peekable();
    std::iter::from_fn(move || {
        let next = [old.peek(), new.peek()];
        let target = next.iter().flatten().map(|next| next.target).min()?;
        let before = old.next_if(|next| next.target == target);
        let after = new.next_if(|next| next.target == target);
        Some((target, before, after))
    })
}

impl Diff {
    /// All steps by server; 0 is any server that neither state names.
    pub fn steps(&self) -> impl Iterator<Item = (Ssid, Step, &[Target])> {
        self.steps.iter().flat_map(|(&ssid, steps)| {
            let steps = steps.iter();
            steps.map(move |(&step, targets)| (ssid, step, targets.as_slice()))
        })
    }

    /// Whether the states are the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.is_same
    }

    /// Whether any server may do something now that it could not before.
    #[must_use]
    pub fn anybody_gained(&self) -> bool {
        let mut steps = self.steps.values().flat_map(BTreeMap::keys);
        steps.any(|step| matches!(step, Step::Gained(_) | Step::GainedOwnership))
    }

    /// In words.
    #[must_use]
    pub fn words(&self, names: &Names) -> String {
        if self.is_same {
            return "Nothing changed.\n".to_owned();
        }
        let mut text = String::new();
        // Any other server comes last.
        let (named, other): (Vec<_>, Vec<_>) =
            self.steps.iter().partition(|(ssid, _)| **ssid != SSID_ANY);
        for (&ssid, steps) in named.into_iter().chain(other) {
            let who = match ssid {
                SSID_ANY if self.is_sparse => "every server without an entry of its own".to_owned(),
                SSID_ANY => "any other server".to_owned(),
                _ => names.server(ssid),
            };
            let _ = writeln!(text, "{who}");
            for (step, at) in steps {
                let _ = writeln!(text, "  {} {}", step.words(), targets(at));
            }
        }
        if self.steps.is_empty() {
            text += "Nobody gained or lost anything; the same rights are stored differently.\n";
        } else if !self.anybody_gained() {
            text += "Nobody gained anything.\n";
        }
        text
    }
}
