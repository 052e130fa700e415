//! What a person should know about a valid state: rights that can never count,
//! targets that nobody can reach, and servers that can give themselves more.

use crate::acl::{Acl, Instance};
use crate::words::{Names, Target, rights, targets};
use access_control::{MAX_ID, Mask, Operation, Rule, SSID_ANY, Ssid};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Findings of one kind, each with the targets that it is about.
type Found = BTreeMap<String, Vec<Target>>;

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    never: Found,
    unreachable: Vec<Target>,
    more: Found,
}

/// Looks through a state. `accounts` are the servers that the device has, if
/// that is known.
#[must_use]
pub fn check(acl: &Acl, accounts: Option<&BTreeSet<Ssid>>, names: &Names) -> Report {
    let mut report = Report::default();
    // Put into words once each, not once for each target.
    let mut more: BTreeMap<(Ssid, u16), Vec<Target>> = BTreeMap::new();
    let mut last = None;
    for instance in acl.by_target() {
        let target = instance.target;
        // It is closed as an Object, so the first of its Instances tells.
        let is_closed = match last {
            Some((oid, is_closed)) if oid == target.oid => is_closed,
            _ => is_closed(acl, instance),
        };
        last = Some((target.oid, is_closed));
        report.never_matching(instance, is_closed, accounts, names);
        let may = |ssid| !acl.rights(ssid, target).0.is_empty();
        let is_reachable = match accounts {
            Some(all) => all.iter().copied().any(may),
            // Servers that the instance does not name all get the same, so one of
            // them stands for all.
            None => instance.servers().any(may) || instance.stranger().is_some_and(may),
        };
        if !is_reachable {
            report.unreachable.push(target);
        }
        let owner = instance.owner;
        if owner != MAX_ID && !is_closed && acl.may_edit(owner, instance.iid) {
            let (has, _) = acl.rights(owner, target);
            let lacks = target.rights() - has;
            if !lacks.is_empty() {
                more.entry((owner, lacks.bits())).or_default().push(target);
            }
        }
    }
    let words = |(owner, lacks)| format!("{}: {}", names.server(owner), rights(lacks));
    let found = more.into_iter().map(|(key, at)| (words(key), at));
    report.more = found.collect();
    report
}

/// Whether the engine lets nobody in, whatever the ACL says.
fn is_closed(acl: &Acl, instance: &Instance) -> bool {
    acl.rights(instance.owner, instance.target).1 == Rule::KeysAreClosed
        || acl.decide(1, Operation::Read, instance.target).rule == Rule::KeysAreClosed
}

impl Report {
    fn never_matching(
        &mut self,
        instance: &Instance,
        is_closed: bool,
        accounts: Option<&BTreeSet<Ssid>>,
        names: &Names,
    ) {
        let target = instance.target;
        let mut add = |finding: String| self.never.entry(finding).or_default().push(target);
        if is_closed {
            add(format!(
                "everything on Object {}: it holds keys and is closed to every server",
                target.oid
            ));
            return;
        }
        for entry in instance.entries() {
            let who = names.server(entry.ssid);
            let known = Mask::from_bits_truncate(entry.mask);
            let reserved = entry.mask & !Mask::all().bits();
            let pointless = known - target.rights();
            if target.is_creation() && entry.ssid == SSID_ANY && known.contains(Mask::CREATE) {
                add("C in the default entry: only a server's own entry gives it".to_owned());
            }
            if !pointless.is_empty() {
                let kind = match target.is_creation() {
                    true => "creation takes C alone",
                    false => "C is for creation",
                };
                add(format!("{} for {who}: {kind}", rights(pointless.bits())));
            }
            if reserved != 0 {
                add(format!("reserved bits {reserved:#06x} for {who}"));
            }
            if entry.ssid != SSID_ANY && accounts.is_some_and(|all| !all.contains(&entry.ssid)) {
                add(format!("the entry of {who}: there is no such account"));
            }
        }
        if instance.owner != MAX_ID && accounts.is_some_and(|all| !all.contains(&instance.owner)) {
            let who = names.server(instance.owner);
            add(format!("ownership of {who}: there is no such account"));
        }
    }

    /// Whether something is there that does nothing, or that nobody can reach.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        !self.never.is_empty() || !self.unreachable.is_empty()
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = String::new();
        let list = |text: &mut String, title: &str, found: &Found| {
            if !found.is_empty() {
                let _ = writeln!(text, "{title}");
            }
            for (finding, at) in found {
                let _ = writeln!(text, "  {finding}\n    {}", targets(at));
            }
        };
        list(&mut text, "can never match:", &self.never);
        if !self.unreachable.is_empty() {
            let at = targets(&self.unreachable);
            let _ = writeln!(text, "nobody can reach:\n    {at}");
        }
        list(
            &mut text,
            "owners that can give themselves more rights:",
            &self.more,
        );
        text
    }
}
