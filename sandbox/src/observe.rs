//! Observations, the notifications that follow from them, and their end.
//!
//! A server is notified of what it may read, and of nothing else: of a value in
//! an Instance that it may read; and of Instances that came, went or became
//! readable, by comparing what it may read now with what it was told before.

use crate::answer::Fault;
use crate::builtin::{OID_SECURITY, OID_SERVER};
use crate::client::{Client, Touch};
use crate::operations::Reading;
use crate::path::Path;
use crate::value::Value;
use crate::words::{Question, server};
use access_control::ffi::host::aac_operation_t;
use std::collections::BTreeMap;

/// What a server observes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub ssid: u16,
    pub paths: Vec<Path>,
    pub is_composite: bool,
}

/// An observation, and how far its server knows what it is about.
pub struct Observed {
    pub what: Observation,
    /// Its paths that have not ended, and whether there was an Instance for them.
    parts: Vec<(Path, bool)>,
    /// Values that the server has, by Instance.
    told: View,
    /// Whether it was said that the server may not read them any more.
    is_silent: bool,
}

type View = BTreeMap<Path, Vec<(Path, Value)>>;

fn view(values: Vec<(Path, Value)>) -> View {
    let mut view = View::new();
    for (path, value) in values {
        let instance = Path::new(path.ids().get(..2).unwrap_or_default());
        view.entry(instance).or_default().push((path, value));
    }
    view
}

impl Observation {
    pub fn operation(&self) -> aac_operation_t {
        if self.is_composite {
            aac_operation_t::AAC_OBSERVE_COMPOSITE
        } else {
            aac_operation_t::AAC_OBSERVE
        }
    }

    /// The paths, as in the command that made it.
    pub fn about(&self) -> String {
        let paths: Vec<_> = self.paths.iter().map(Path::to_string).collect();
        paths.join(" ")
    }
}

impl Client {
    /// Starts or, for the same paths, restarts an observation; `values` are the
    /// answer to it.
    pub fn observe(&self, new: Observation, values: Vec<(Path, Value)>) {
        self.cancel(&new);
        let is_there = |path: &Path| (*path, self.end_of_path(path).is_none());
        let parts = new.paths.iter().map(is_there).collect();
        let new = Observed {
            what: new,
            parts,
            told: view(values),
            is_silent: false,
        };
        self.with(|state| state.observations.push(new));
    }

    /// Ends an observation; tells whether there was one.
    pub fn cancel(&self, given: &Observation) -> bool {
        self.with(|state| {
            let before = state.observations.len();
            state.observations.retain(|other| other.what != *given);
            state.observations.len() != before
        })
    }

    /// The notifications due since the last call, as lines of text.
    pub fn notifications(&self) -> Vec<String> {
        let (touched, removed, mut observations) = self.with(|state| {
            (
                std::mem::take(&mut state.touched),
                std::mem::take(&mut state.removed),
                // Handlers can add none meanwhile: they cannot run operations.
                std::mem::take(&mut state.observations),
            )
        });
        let mut lines = self.end_observations(&mut observations, &touched, &removed);
        for observed in &mut observations {
            lines.extend(self.notification(observed, &touched));
        }
        self.with(|state| state.observations = observations);
        lines
    }

    fn notification(&self, observed: &mut Observed, touched: &[Touch]) -> Vec<String> {
        let Observed {
            what,
            parts,
            told,
            is_silent,
        } = observed;
        let (mut is_own, mut is_news, mut is_hidden, mut may_differ) = (false, false, false, false);
        for (path, origin) in touched {
            let meets = |(part, _): &(Path, bool)| part.covers(path) || path.covers(part);
            let is_covered = parts.iter().any(meets);
            // Who may read what follows from accounts and Access Control.
            if !is_covered && !matches!(path.oid(), Some(0..=2)) {
                continue;
            }
            match *path.ids() {
                // A server is not told what it has done itself.
                _ if *origin == what.ssid => is_own = true,
                [oid, iid, ..] if is_covered => {
                    let question = Question {
                        ssid: what.ssid,
                        operation: what.operation(),
                        oid,
                        iid,
                    };
                    let may_read = self.decide(question).allowed;
                    is_news |= may_read;
                    is_hidden |= !may_read;
                }
                _ => may_differ = true,
            }
        }
        if !(is_own || is_news || is_hidden || may_differ) {
            return Vec::new();
        }
        let mut reading = Reading::new(what.ssid, what.operation());
        let paths: Vec<Path> = parts.iter().map(|(path, _)| *path).collect();
        let result = self.read_observed(what, &paths, &mut reading);
        let now = view(reading.values);
        if may_differ {
            is_news |= now.iter().any(|(path, new)| told.get(path) != Some(new));
            // What is still there has become unreadable, and that is not told.
            let is_gone = |path: &Path| !now.contains_key(path) && self.end_of_path(path).is_some();
            is_news |= told.keys().any(is_gone);
        }
        *told = now;
        let lead = format!(
            "notification to {} about {}",
            server(what.ssid),
            what.about()
        );
        match result {
            Ok(()) if is_news => {
                *is_silent = false;
                let values = told.values().flatten();
                let values = values.map(|(path, value)| format!("  {path} = {value}"));
                std::iter::once(lead).chain(values).collect()
            }
            Err(Fault { code, reason }) if (is_news || is_hidden) && !*is_silent => {
                *is_silent = true;
                vec![format!("no {lead}"), format!("  {code}: {reason}")]
            }
            _ => Vec::new(),
        }
    }

    /// Observations and attributes end with the account (LwM2M 1.0, E.1.3) and
    /// with the Object or Instance that they are about. Returns what is said of
    /// it.
    fn end_observations(
        &self,
        observations: &mut Vec<Observed>,
        touched: &[Touch],
        removed: &[Path],
    ) -> Vec<String> {
        if touched.is_empty() && removed.is_empty() {
            return Vec::new();
        }
        let changed = |oid| {
            let mut touched = touched.iter();
            touched
                .any(|(path, _)| *path == Path::new(&[oid]) || path.oid() == Some(oid) && oid < 2)
        };
        let known = [OID_SECURITY, OID_SERVER].into_iter().any(changed);
        let known = known.then(|| self.live_servers()).flatten();
        let has_account = |ssid| known.as_ref().is_none_or(|known| known.contains(&ssid));
        // Removed, whatever is there now; or not there any more.
        let end = |path: &Path| {
            let is_removed = |instance: &&Path| instance.covers(path);
            match removed.iter().find(is_removed) {
                Some(instance) => Some(*instance),
                None if path.oid().is_some_and(changed) => self.end_of_path(path),
                None => None,
            }
        };
        let mut lines = Vec::new();
        observations.retain_mut(|observed| {
            let Observed {
                what, parts, told, ..
            } = observed;
            let lead = format!("{} no longer observes", server(what.ssid));
            if !has_account(what.ssid) {
                lines.push(format!("{lead} {}: its account is gone", what.about()));
                return false;
            }
            parts.retain_mut(|(path, existed)| {
                let end = end(path);
                let Some(gone) = end.filter(|_| *existed) else {
                    // Where nobody looked, there is nothing new to know.
                    *existed |= end.is_none() && path.oid().is_some_and(changed);
                    return true;
                };
                let of = match what.paths.as_slice() {
                    [_] => String::new(),
                    _ => format!(" (of {})", what.about()),
                };
                lines.push(format!("{lead} {path}{of}: {gone} is gone"));
                told.retain(|instance, _| !instance.covers(path));
                false
            });
            !parts.is_empty()
        });
        let mut attributes = self.with(|state| std::mem::take(&mut state.attributes));
        attributes.retain(|(ssid, path), _| has_account(*ssid) && end(path).is_none());
        self.with(|state| state.attributes = attributes);
        lines
    }

    /// The Object or Instance of this path, if it does not exist. Where an Object
    /// cannot list its Instances, nothing ends.
    fn end_of_path(&self, path: &Path) -> Option<Path> {
        let oid = path.oid()?;
        let Some(object) = self.object(oid) else {
            return Some(Path::new(&[oid]));
        };
        let iid = path.iid()?;
        let is_gone = |instances: Vec<u16>| !instances.contains(&iid);
        let is_gone = object.list_instances().is_ok_and(is_gone);
        is_gone.then(|| Path::new(&[oid, iid]))
    }

    /// Servers that have an account in each of the Objects 0 and 1 that there
    /// is; `None` if that cannot be told.
    fn live_servers(&self) -> Option<Vec<u16>> {
        let (accounts, mut servers) = (self.accounts().ok()?, self.servers().ok()?);
        let has = |oid| self.object(oid).is_some();
        match (has(OID_SECURITY), has(OID_SERVER)) {
            (false, false) => None,
            (true, false) => Some(accounts),
            (false, true) => Some(servers),
            (true, true) => {
                servers.retain(|ssid| accounts.contains(ssid));
                Some(servers)
            }
        }
    }
}
