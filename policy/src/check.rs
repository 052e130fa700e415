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
    for instance in acl.by_target() {
        let target = instance.target;
        report.never_matching(acl, instance, accounts, names);
        // Servers that the instance does not name all get the same, so one of
        // them stands for all.
        let named: BTreeSet<Ssid> = instance.servers().collect();
        let other = instance.stranger();
        let asked = accounts.unwrap_or(&named).iter().copied();
        let mut asked = asked.chain(other.filter(|_| accounts.is_none()));
        if asked.all(|ssid| acl.rights(ssid, target).0.is_empty()) {
            report.unreachable.push(target);
        }
        let owner = instance.owner;
        if acl.may_edit(owner, instance.iid) && owner != MAX_ID && !is_closed(acl, instance) {
            let (has, _) = acl.rights(owner, target);
            let lacks = target.rights() - has;
            if !lacks.is_empty() {
                let finding = format!("{}: {}", names.server(owner), rights(lacks.bits()));
                report.more.entry(finding).or_default().push(target);
            }
        }
    }
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
        acl: &Acl,
        instance: &Instance,
        accounts: Option<&BTreeSet<Ssid>>,
        names: &Names,
    ) {
        let target = instance.target;
        let mut add = |finding: String| self.never.entry(finding).or_default().push(target);
        if is_closed(acl, instance) {
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
