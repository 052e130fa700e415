//! What a person should know about a valid state: rights that can never count,
//! targets that nobody can reach, and servers that can give themselves more.

use crate::instance::Instance;
use crate::state::State;
use crate::words::{Names, Target, rights, targets};
use access_control::{MAX_ID, Mask, Operation, Rule, SSID_ANY, Ssid};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The Server Object.
const OID_SERVER: u16 = 1;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bytes that no device reads.
    Trailing,
    /// Another order than a device's.
    Order,
    /// Rights that no decision looks at.
    NeverMatches,
    /// A server without an account.
    NoAccount,
    /// Nobody has any right.
    Unreachable,
    /// A server account that no other server can mend.
    OnlyItsServer,
    /// Nothing but what would hold without it.
    LikeDefault,
    /// With one account, rule 4 asks nobody.
    SingleServer,
    /// Owners change entries.
    OwnerCanGive,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something does nothing, or nobody reaches it: a mistake, most likely.
    Warning,
    /// Something to know.
    Note,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 9] = [
        Kind::Trailing,
        Kind::Order,
        Kind::NeverMatches,
        Kind::NoAccount,
        Kind::Unreachable,
        Kind::OnlyItsServer,
        Kind::LikeDefault,
        Kind::SingleServer,
        Kind::OwnerCanGive,
    ];

    /// A name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Trailing => "trailing-bytes",
            Kind::Order => "order",
            Kind::NeverMatches => "never-matches",
            Kind::NoAccount => "no-account",
            Kind::Unreachable => "unreachable",
            Kind::OnlyItsServer => "only-its-server",
            Kind::LikeDefault => "like-default",
            Kind::SingleServer => "single-server",
            Kind::OwnerCanGive => "owner-can-give",
        }
    }

    /// What it is about.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Kind::Trailing => "bytes that a device does not read",
            Kind::Order => "not in the order in which a device writes it",
            Kind::NeverMatches => "can never match",
            Kind::NoAccount => "no such account",
            Kind::Unreachable => "nobody can reach",
            Kind::OnlyItsServer => "server accounts that no other server can reach",
            Kind::LikeDefault => "says what holds anyway",
            Kind::SingleServer => "void while there is one server account",
            Kind::OwnerCanGive => "owners that can give themselves more rights",
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Kind::NeverMatches | Kind::NoAccount | Kind::Unreachable => Level::Warning,
            _ => Level::Note,
        }
    }
}

impl Level {
    /// As SARIF and compilers call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// What it is, in words; empty where the kind says all.
    pub message: String,
    /// Where, rising. None, if it is about the state as a whole.
    pub targets: Vec<Target>,
}

impl Finding {
    /// The kind and the finding, in one line.
    #[must_use]
    pub fn line(&self) -> String {
        match self.message.is_empty() {
            true => self.kind.title().to_owned(),
            false => format!("{}: {}", self.kind.title(), self.message),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// By kind and message.
    pub findings: Vec<Finding>,
}

#[derive(Default)]
struct Found(BTreeMap<(Kind, String), Vec<Target>>);

impl Found {
    fn add(&mut self, kind: Kind, message: impl Into<String>, target: Target) {
        self.0
            .entry((kind, message.into()))
            .or_default()
            .push(target);
    }

    fn add_for_all(&mut self, kind: Kind, message: impl Into<String>) {
        self.0.entry((kind, message.into())).or_default();
    }
}

/// Looks through a state. `accounts` are the servers that the device has, if
/// that is known.
#[must_use]
pub fn check(state: &State, accounts: Option<&BTreeSet<Ssid>>, names: &Names) -> Report {
    let acl = &state.acl;
    let mut found = Found::default();
    if acl.trailing() > 0 {
        let more = count(acl.trailing(), "byte");
        found.add_for_all(Kind::Trailing, format!("{more} after the last instance"));
    }
    if !state.is_in_order {
        found.add_for_all(Kind::Order, "");
    }
    let servers = match accounts {
        Some(accounts) => accounts.clone(),
        None => acl.servers(),
    };
    let single = servers.first().filter(|_| servers.len() == 1).copied();
    if let Some(single) = single {
        let who = names.server(single);
        let why = match accounts {
            Some(_) => "is the only account",
            None => "is the only one named",
        };
        let message = format!("{who} {why}: without a second one it may do everything");
        found.add_for_all(Kind::SingleServer, message);
    }
    // Put into words once each, not once for each target.
    let mut more: BTreeMap<(Ssid, u16), Vec<Target>> = BTreeMap::new();
    let mut last = None;
    for instance in acl.by_target() {
        let target = instance.target;
        // It is closed as an Object, so the first of its Instances tells.
        let is_closed = match last {
            Some((oid, is_closed)) if oid == target.oid => is_closed,
            _ => {
                let decision = acl.decide(1, Operation::Read, target);
                decision.rule == Rule::KeysAreClosed
            }
        };
        last = Some((target.oid, is_closed));
        never_matching(&mut found, instance, is_closed, accounts, names);
        if is_closed {
            found.add(Kind::Unreachable, "", target);
            continue;
        }
        // Servers that the instance does not name all get the same, so one of
        // them stands for all.
        let stranger = match accounts {
            Some(_) => None,
            None => instance.stranger(),
        };
        let may = |ssid: &Ssid| !acl.rights(*ssid, target).0.is_empty();
        // One, or that there are more.
        let mut reaching: Vec<Ssid> = Vec::new();
        let mut reach = |ssid: Ssid| {
            if !reaching.contains(&ssid) && may(&ssid) {
                reaching.push(ssid);
            }
            reaching.len() < 2
        };
        match accounts {
            Some(all) => all.iter().copied().all(&mut reach),
            None => instance.servers().chain(stranger).all(&mut reach),
        };
        if reaching.is_empty() {
            found.add(Kind::Unreachable, "", target);
        }
        let is_account = target.oid == OID_SERVER && reaching == [target.iid];
        if is_account && single.is_none() && Some(target.iid) != stranger {
            let who = names.server(target.iid);
            let message = format!("{who} alone has rights on what is its own account by its ID");
            found.add(Kind::OnlyItsServer, message, target);
        }
        for message in like_default(instance, names) {
            found.add(Kind::LikeDefault, message, target);
        }
        if let Some(single) = single {
            let (has, _) = acl.rights(single, target);
            let lacks = target.rights() - has;
            if !lacks.is_empty() {
                let who = names.server(single);
                let message = format!("what keeps {} from {who}", rights(lacks.bits()));
                found.add(Kind::SingleServer, message, target);
            }
        }
        let owner = instance.owner;
        if owner != MAX_ID && acl.may_edit(owner, instance.iid) {
            let (has, _) = acl.rights(owner, target);
            let lacks = target.rights() - has;
            if !lacks.is_empty() {
                more.entry((owner, lacks.bits())).or_default().push(target);
            }
        }
    }
    if let Some(source) = &state.source {
        let mut same = source.like_defaults.clone();
        same.sort_unstable();
        for target in same {
            let message = "rights that are those of [defaults]";
            found.add(Kind::LikeDefault, message, target);
        }
    }
    let words = |(owner, lacks)| format!("{}: {}", names.server(owner), rights(lacks));
    for (key, at) in more {
        found.0.insert((Kind::OwnerCanGive, words(key)), at);
    }
    let finding = |((kind, message), targets)| Finding {
        kind,
        message,
        targets,
    };
    Report {
        findings: found.0.into_iter().map(finding).collect(),
    }
}

fn never_matching(
    found: &mut Found,
    instance: &Instance,
    is_closed: bool,
    accounts: Option<&BTreeSet<Ssid>>,
    names: &Names,
) {
    let target = instance.target;
    let mut add = |kind, message: String| found.add(kind, message, target);
    if is_closed {
        let why = "it holds keys and is closed to every server";
        let message = format!("everything on Object {}: {why}", target.oid);
        add(Kind::NeverMatches, message);
        return;
    }
    for entry in instance.entries() {
        let who = || names.server(entry.ssid);
        let known = Mask::from_bits_truncate(entry.mask);
        let reserved = entry.mask & !Mask::all().bits();
        let pointless = known - target.rights();
        if target.is_creation() && entry.ssid == SSID_ANY && known.contains(Mask::CREATE) {
            let message = "C in the default entry: only a server's own entry gives it";
            add(Kind::NeverMatches, message.to_owned());
        }
        if !pointless.is_empty() {
            let kind = match target.is_creation() {
                true => "creation takes C alone",
                false => "C is for creation",
            };
            let message = format!("{} for {}: {kind}", rights(pointless.bits()), who());
            add(Kind::NeverMatches, message);
        }
        if reserved != 0 {
            let message = format!("reserved bits {reserved:#06x} for {}", who());
            add(Kind::NeverMatches, message);
        }
        if entry.ssid != SSID_ANY && accounts.is_some_and(|all| !all.contains(&entry.ssid)) {
            add(Kind::NoAccount, format!("the entry of {}", who()));
        }
    }
    if instance.owner != MAX_ID && accounts.is_some_and(|all| !all.contains(&instance.owner)) {
        let who = names.server(instance.owner);
        add(Kind::NoAccount, format!("ownership of {who}"));
    }
}

/// Entries without which nothing would be different.
fn like_default(instance: &Instance, names: &Names) -> Vec<String> {
    let default = instance
        .entry(SSID_ANY)
        .filter(|_| !instance.target.is_creation());
    let Some(default) = default.map(Mask::from_bits_truncate) else {
        return Vec::new();
    };
    let is_same = |ssid: Ssid, mask: u16| {
        // Without an entry, an owner has all rights.
        ssid != SSID_ANY && ssid != instance.owner && Mask::from_bits_truncate(mask) == default
    };
    let entries = instance.entries().iter();
    let same = entries.filter(|entry| is_same(entry.ssid, entry.mask));
    same.map(|entry| {
        let who = names.server(entry.ssid);
        format!("the entry of {who}, which is as the default entry")
    })
    .collect()
}

/// A number of things.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

impl Report {
    /// Whether something is there that does nothing, or that nobody can reach.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        let mut kinds = self.findings.iter().map(|finding| finding.kind);
        kinds.any(|kind| kind.level() == Level::Warning)
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = String::new();
        for of_kind in self.findings.chunk_by(|a, b| a.kind == b.kind) {
            if let Some(first) = of_kind.first() {
                // Writing to a string does not fail.
                let colon = if first.line() == first.kind.title() && first.targets.is_empty() {
                    ""
                } else {
                    ":"
                };
                let _ = writeln!(text, "{}{colon}", first.kind.title());
            }
            for finding in of_kind {
                if !finding.message.is_empty() {
                    let _ = writeln!(text, "  {}", finding.message);
                }
                if !finding.targets.is_empty() {
                    let _ = writeln!(text, "    {}", targets(&finding.targets));
                }
            }
        }
        text
    }
}
