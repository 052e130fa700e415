//! The policy language: TOML, in which a person says who may do what.
//!
//! ```toml
//! [servers]
//! management = 1
//! telemetry = 2
//!
//! [defaults]
//! owner = "management"
//! rights = { management = "RWED", default = "R" }
//!
//! ["/3/0"]
//!
//! ["/1234/0,2-5"]
//! rights = { management = "RWED", telemetry = "RW" }
//!
//! ["/1234"]
//! rights = { management = "C" }
//! ```
//!
//! Each mistake is found in one run, and names the [`Rule`] that it breaks.

use crate::instance::Instance;
use crate::words::{LETTERS, Names, Target, id, targets as in_words};
use access_control::{
    Entry, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_SECURITY, SSID_ANY, SSID_BOOTSTRAP, Ssid,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The word for the default entry.
pub const DEFAULT: &str = "default";
/// The word for the Bootstrap-Server as an owner.
pub const BOOTSTRAP: &str = "bootstrap";
/// The word for an ACL that is not there at all.
pub const ABSENT: &str = "absent";
/// Rights that are none.
pub const NONE: &str = "-";

const SERVERS: &str = "servers";
const DEFAULTS: &str = "defaults";
const OWNER: &str = "owner";
const RIGHTS: &str = "rights";
const ACL_IID: &str = "acl_iid";
const RAW: &str = "raw";

/// What a policy has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// TOML itself.
    Toml,
    /// The parts of a policy.
    Parts,
    /// Names of servers.
    Name,
    /// Short Server IDs.
    Ssid,
    /// Paths.
    Path,
    /// No target twice.
    Once,
    /// How servers are named where they get something.
    Server,
    /// Who can own.
    Owner,
    /// Rights of an instance.
    InstanceRights,
    /// Rights of creation.
    CreationRights,
    /// What an ACL looks like.
    Rights,
    /// Instance IDs of Access Control.
    AclIid,
    /// How much fits.
    Size,
}

impl Rule {
    /// All rules, for the documentation.
    pub const ALL: [Rule; 13] = [
        Rule::Toml,
        Rule::Parts,
        Rule::Name,
        Rule::Ssid,
        Rule::Path,
        Rule::Once,
        Rule::Server,
        Rule::Owner,
        Rule::InstanceRights,
        Rule::CreationRights,
        Rule::Rights,
        Rule::AclIid,
        Rule::Size,
    ];

    /// A name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::Toml => "toml",
            Rule::Parts => "parts",
            Rule::Name => "server-name",
            Rule::Ssid => "ssid",
            Rule::Path => "path",
            Rule::Once => "once",
            Rule::Server => "server",
            Rule::Owner => "owner",
            Rule::InstanceRights => "instance-rights",
            Rule::CreationRights => "creation-rights",
            Rule::Rights => "rights",
            Rule::AclIid => "acl-iid",
            Rule::Size => "size",
        }
    }

    /// The rule, as it is told to people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Rule::Toml => "a policy is a TOML file",
            Rule::Parts => {
                "a policy has [servers], [defaults] with owner and rights, and targets such as \
                 [\"/3/0\"] with owner, rights and acl_iid"
            }
            Rule::Name => {
                "a server's name has letters, digits, - and _; it is not all digits, and not \
                 \"default\", \"bootstrap\" or \"absent\""
            }
            Rule::Ssid => "a Short Server ID is a number from 1 to 65534, and names one server",
            Rule::Path => {
                "a target is an Instance /OID/IID, or an Object /OID for creating Instances; OID \
                 is 1 to 65534 but not 2, IID is 0 to 65534; several Instances are /OID/0,2,4-7"
            }
            Rule::Once => "a policy has each table, key and target once",
            Rule::Server => {
                "rights go to servers of [servers], by name or Short Server ID, and to \"default\": \
                 every server without an entry of its own"
            }
            Rule::Owner => "an owner is a server of [servers], or \"bootstrap\"",
            Rule::InstanceRights => {
                "rights on an Instance are letters of RWED, each once, or \"-\" for none; C \
                 belongs to the Object: [\"/OID\"]"
            }
            Rule::CreationRights => {
                "the right on an Object is \"C\" (creating Instances), which \"default\" cannot \
                 give, or \"-\" for none; RWED belong to Instances: [\"/OID/IID\"]"
            }
            Rule::Rights => {
                "rights are a table, { NAME = \"RWED\" }, or \"absent\"; a mask as a device stored \
                 it is { raw = NUMBER } from 0 to 65535"
            }
            Rule::AclIid => {
                "acl_iid is the ID of the Access Control instance of a single target: 0 to \
                 65534, each once"
            }
            Rule::Size => "a policy has at most 65535 targets",
        }
    }
}

/// A broken rule, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in it, from 1, in characters.
    pub column: usize,
    /// What breaks it.
    pub rule: Rule,
    /// What is there.
    pub detail: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.detail)
    }
}

/// More are counted, but not told one by one.
pub const MAX_MISTAKES: usize = 50;

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    /// The first ones in the order of lines, at most [`MAX_MISTAKES`].
    pub first: Vec<Mistake>,
    /// How many there are.
    pub count: usize,
}

/// A policy without mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The servers.
    pub names: Names,
    /// The Access Control instances by rising ID.
    pub instances: Vec<Instance>,
    /// Where in the text each target stands.
    pub places: Places,
    /// Targets with rights that say what `[defaults]` says.
    pub like_defaults: Vec<Target>,
}

/// Where targets stand in the text of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The byte at which the table of a target begins.
    offsets: HashMap<Target, usize>,
}

impl Places {
    /// The lines and columns of some targets, from 1, in the text that was read.
    #[must_use]
    pub fn find(&self, text: &str, targets: &[Target]) -> HashMap<Target, (usize, usize)> {
        let found = targets.iter().filter_map(|target| {
            let offset = self.offsets.get(target)?;
            Some((*target, *offset))
        });
        let mut found: Vec<(Target, usize)> = found.collect();
        found.sort_unstable_by_key(|(_, offset)| *offset);
        let mut lines = Lines::new(text);
        let place = |(target, offset)| (target, lines.place(offset));
        found.into_iter().map(place).collect()
    }
}

type Table<'a> = DeTable<'a>;
type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a policy.
///
/// # Errors
/// Its mistakes, in the order of lines.
pub fn read(text: &str) -> Result<Policy, Mistakes> {
    let mut reader = Reader::default();
    let table = reader.toml(text);
    let names = reader.servers(&table);
    let instances = reader.instances(&table, &names);
    let (places, like_defaults) = (
        Places {
            offsets: std::mem::take(&mut reader.seen),
        },
        std::mem::take(&mut reader.like_defaults),
    );
    reader.done(text, &names)?;
    Ok(Policy {
        names,
        instances,
        places,
        like_defaults,
    })
}

/// Reads the names that a policy gives, whatever else is in it.
///
/// # Errors
/// Mistakes in TOML, or in what it says about servers.
pub fn read_names(text: &str) -> Result<Names, Mistakes> {
    let mut reader = Reader::default();
    let table = reader.toml(text);
    let names = reader.servers(&table);
    reader.done(text, &names)?;
    Ok(names)
}

/// Whether bytes look like a policy rather than like something that a device
/// keeps: they are text, as far as one can see.
#[must_use]
pub fn is_text(first: &[u8]) -> bool {
    let is_control = |byte: u8| byte < b' ' && !b"\t\n\r".contains(&byte);
    let is_utf8 = match std::str::from_utf8(first) {
        Ok(_) => true,
        // Cut within a character.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !first.is_empty() && !first.iter().copied().any(is_control)
}

/// What was probably meant.
enum Hint {
    None,
    /// One of the servers.
    Server(String),
    /// One of these.
    Word(&'static [&'static str], String),
}

impl Hint {
    fn text(&self, names: &Names) -> String {
        let near = match self {
            Hint::None => None,
            Hint::Server(word) => nearest(word, names.iter().map(|(_, name)| name)),
            Hint::Word(words, word) => nearest(word, words.iter().copied()),
        };
        near.map_or(String::new(), |near| format!("; is it {near:?}?"))
    }
}

/// The most similar word, if any is similar.
#[must_use]
pub fn nearest<'n>(word: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |known: &'n str| (strsim::jaro_winkler(known, word), known);
    let near = known.map(likeness).filter(|(likeness, _)| *likeness > 0.8);
    near.max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

struct Found {
    at: usize,
    rule: Rule,
    detail: String,
    hint: Hint,
}

/// Turns byte offsets into lines and columns; in one pass over the text, if they
/// rise.
pub(crate) struct Lines<'t> {
    text: &'t str,
    done: usize,
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Lines<'t> {
        Lines {
            text,
            done: 0,
            line: 1,
            column: 1,
        }
    }

    pub(crate) fn place(&mut self, offset: usize) -> (usize, usize) {
        let start = self.text.floor_char_boundary(offset);
        if start < self.done {
            *self = Lines::new(self.text);
        }
        for letter in self.text.get(self.done..start).unwrap_or_default().chars() {
            (self.line, self.column) = match letter {
                '\n' => (self.line + 1, 1),
                _ => (self.line, self.column + 1),
            };
        }
        self.done = start;
        (self.line, self.column)
    }
}

/// Entries as they were written, before it is known what they are about.
struct Written<'v, 'a> {
    owner: Option<&'v Value<'a>>,
    rights: Option<&'v Value<'a>>,
    acl_iid: Option<&'v Value<'a>>,
}

#[derive(Default)]
struct Reader {
    /// Never more than twice what is told.
    found: Vec<Found>,
    count: usize,
    /// Names of servers about which there is a mistake already.
    doubtful: HashSet<String>,
    /// The targets, and where they stand.
    seen: HashMap<Target, usize>,
    like_defaults: Vec<Target>,
}

impl Reader {
    fn mistake(&mut self, at: Range<usize>, rule: Rule, detail: impl Into<String>) {
        self.mistake_like(at, rule, detail, Hint::None);
    }

    fn mistake_like(
        &mut self,
        at: Range<usize>,
        rule: Rule,
        detail: impl Into<String>,
        hint: Hint,
    ) {
        self.count += 1;
        self.found.push(Found {
            at: at.start,
            rule,
            detail: detail.into(),
            hint,
        });
        if self.found.len() >= 2 * MAX_MISTAKES {
            self.keep_first();
        }
    }

    fn keep_first(&mut self) {
        self.found.sort_by_key(|found| found.at);
        self.found.truncate(MAX_MISTAKES);
    }

    /// All that was found, if anything was.
    fn done(mut self, text: &str, names: &Names) -> Result<(), Mistakes> {
        if self.count == 0 {
            return Ok(());
        }
        self.keep_first();
        let mut lines = Lines::new(text);
        let mistake = |found: Found| {
            let (line, column) = lines.place(found.at);
            Mistake {
                line,
                column,
                rule: found.rule,
                detail: found.detail + &found.hint.text(names),
            }
        };
        Err(Mistakes {
            first: self.found.into_iter().map(mistake).collect(),
            count: self.count,
        })
    }

    fn toml<'a>(&mut self, text: &'a str) -> Table<'a> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().unwrap_or_default();
            if error.message() == "duplicate key" {
                let key = text.get(at.clone()).unwrap_or_default();
                self.mistake(at, Rule::Once, format!("{key} again"));
                continue;
            }
            // One line for one mistake.
            let detail = error.message().lines().collect::<Vec<_>>().join("; ");
            self.mistake(at, Rule::Toml, detail);
        }
        table.into_inner()
    }

    fn table<'v, 'a>(&mut self, value: &'v Value<'a>, rule: Rule) -> Option<&'v Table<'a>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let kind = value.get_ref().type_str();
            self.mistake(value.span(), rule, format!("this is {}", a(kind)));
        }
        table
    }

    /// A number within bounds.
    fn number(&mut self, value: &Value<'_>, bounds: Range<u32>, rule: Rule) -> Option<u16> {
        let integer = value.get_ref().as_integer();
        let number = integer.and_then(|integer| {
            let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
            bounds.contains(&number).then_some(number as u16)
        });
        if number.is_none() {
            let detail = match integer {
                Some(integer) => format!("{integer} is out of range"),
                None => format!("this is {}, not a number", a(value.get_ref().type_str())),
            };
            self.mistake(value.span(), rule, detail);
        }
        number
    }

    fn servers(&mut self, table: &Table<'_>) -> Names {
        let mut names = Names::default();
        let Some(servers) = table.get(SERVERS) else {
            return names;
        };
        let Some(servers) = self.table(servers, Rule::Parts) else {
            return names;
        };
        for (name, value) in in_order(servers) {
            if !is_name(name.get_ref()) {
                let detail = format!("{:?} is no name for a server", name.get_ref());
                self.mistake(name.span(), Rule::Name, detail);
                self.doubtful.insert(name.get_ref().to_string());
            }
            let bounds = 1..u32::from(SSID_BOOTSTRAP);
            let ssid = self.number(value, bounds, Rule::Ssid);
            match ssid.map(|ssid| (ssid, names.get(ssid))) {
                Some((ssid, None)) => names.add(ssid, name.get_ref().to_string()),
                other => {
                    if let Some((ssid, Some(other))) = other {
                        let detail = format!("{ssid} is {other:?} already");
                        self.mistake(value.span(), Rule::Ssid, detail);
                    }
                    self.doubtful.insert(name.get_ref().to_string());
                }
            }
        }
        names
    }

    fn instances(&mut self, table: &Table<'_>, names: &Names) -> Vec<Instance> {
        let empty = Written {
            owner: None,
            rights: None,
            acl_iid: None,
        };
        let defaults = match table.get(DEFAULTS) {
            Some(defaults) => self.written(defaults, false),
            None => empty,
        };
        // Told once, where they stand; targets that take them say nothing more.
        let default_owner = self.owner(defaults.owner, names).unwrap_or(SSID_BOOTSTRAP);
        let an_instance = Target { oid: 1, iid: 0 };
        let default_rights = defaults
            .rights
            .map(|rights| self.rights(rights, an_instance, names));

        let mut named = 0;
        let mut instances = Vec::new();
        let mut taken = HashSet::new();
        // Those without an ID of their own come last.
        let mut unnumbered = Vec::new();
        for (path, value) in in_order(table) {
            if [SERVERS, DEFAULTS].contains(&path.get_ref().as_ref()) {
                continue;
            }
            if !path.get_ref().starts_with('/') {
                let word = path.get_ref().to_string();
                let detail = format!("{word:?} is no part of a policy");
                // Most likely a path, if it begins as one.
                let hint = match word.starts_with(|c: char| c.is_ascii_digit()) {
                    true => Hint::None,
                    false => Hint::Word(&[SERVERS, DEFAULTS], word.clone()),
                };
                let detail = match hint {
                    Hint::None => format!("{detail}; is it \"/{word}\"?"),
                    _ => detail,
                };
                self.mistake_like(path.span(), Rule::Parts, detail, hint);
                continue;
            }
            let targets = match targets(path.get_ref()) {
                Ok(targets) => targets,
                Err(detail) => {
                    self.mistake(path.span(), Rule::Path, detail);
                    Vec::new()
                }
            };
            let written = self.written(value, true);
            let owner = match written.owner {
                Some(owner) => self.owner(Some(owner), names).unwrap_or(SSID_BOOTSTRAP),
                None => default_owner,
            };
            let acl_iid = self.acl_iid(written.acl_iid, &targets, &mut taken);
            // Even under a path that is none, the rights may be.
            let kind = targets.first().copied().unwrap_or(an_instance);
            let acl = match (written.rights, &default_rights) {
                (Some(rights), _) if targets.is_empty() => {
                    self.rights_of_unknown(rights, names);
                    None
                }
                (Some(rights), _) => self.rights(rights, kind, names),
                (None, Some(rights)) if !kind.is_creation() => rights.clone(),
                (None, _) => Some(Vec::new()),
            };
            // Also those that are there already: the work has to have an end.
            named += targets.len();
            if named > usize::from(MAX_ID) {
                let detail = "there are more targets than Access Control instances";
                self.mistake(path.span(), Rule::Size, detail);
                return instances;
            }
            let is_like_defaults = written.rights.is_some()
                && !kind.is_creation()
                && default_rights.as_ref() == Some(&acl);
            if is_like_defaults {
                self.like_defaults.extend(&targets);
            }
            let mut again = Vec::new();
            for target in targets {
                if self.seen.insert(target, path.span().start).is_some() {
                    again.push(target);
                    continue;
                }
                let instance = Instance {
                    iid: acl_iid.unwrap_or(MAX_ID),
                    target,
                    owner,
                    acl: acl.clone(),
                };
                match acl_iid {
                    Some(_) => instances.push(instance),
                    None => unnumbered.push(instance),
                }
            }
            if !again.is_empty() {
                again.sort_unstable();
                let detail = format!("{} again", in_words(&again));
                self.mistake(path.span(), Rule::Once, detail);
            }
        }
        // As a device does: the lowest free ID, one after the other.
        let free = (0..MAX_ID).filter(|iid| !taken.contains(iid));
        instances.extend(unnumbered.into_iter().zip(free).map(|(mut instance, iid)| {
            instance.iid = iid;
            instance
        }));
        instances.sort_unstable_by_key(|instance| instance.iid);
        instances
    }

    fn written<'v, 'a>(&mut self, value: &'v Value<'a>, is_target: bool) -> Written<'v, 'a> {
        let mut written = Written {
            owner: None,
            rights: None,
            acl_iid: None,
        };
        let Some(table) = self.table(value, Rule::Parts) else {
            return written;
        };
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                OWNER => written.owner = Some(value),
                RIGHTS => written.rights = Some(value),
                ACL_IID if is_target => written.acl_iid = Some(value),
                other => {
                    let detail = format!("{other:?} is not understood here");
                    let known: &[_] = match is_target {
                        true => &[OWNER, RIGHTS, ACL_IID],
                        false => &[OWNER, RIGHTS],
                    };
                    let hint = Hint::Word(known, other.to_owned());
                    self.mistake_like(key.span(), Rule::Parts, detail, hint);
                }
            }
        }
        written
    }

    fn server(&mut self, word: &str, at: Range<usize>, names: &Names, rule: Rule) -> Option<Ssid> {
        let by_id = id(word).ok().filter(|&ssid| names.get(ssid).is_some());
        let ssid = names.find(word).or(by_id);
        if ssid.is_none() && !self.doubtful.contains(word) {
            let detail = format!("there is no server {word:?}");
            self.mistake_like(at, rule, detail, Hint::Server(word.to_owned()));
        }
        ssid
    }

    fn owner(&mut self, value: Option<&Value<'_>>, names: &Names) -> Option<Ssid> {
        let value = value?;
        match value.get_ref().as_str() {
            Some(BOOTSTRAP) => Some(SSID_BOOTSTRAP),
            Some(word) => self.server(word, value.span(), names, Rule::Owner),
            None => {
                let detail = format!("this is {}", a(value.get_ref().type_str()));
                self.mistake(value.span(), Rule::Owner, detail);
                None
            }
        }
    }

    fn acl_iid(
        &mut self,
        value: Option<&Value<'_>>,
        targets: &[Target],
        taken: &mut HashSet<Iid>,
    ) -> Option<Iid> {
        let value = value?;
        let iid = self.number(value, 0..u32::from(MAX_ID), Rule::AclIid)?;
        if targets.len() > 1 {
            let detail = format!("one acl_iid for {} targets", targets.len());
            self.mistake(value.span(), Rule::AclIid, detail);
        } else if !taken.insert(iid) {
            self.mistake(value.span(), Rule::AclIid, format!("acl_iid {iid} again"));
        }
        Some(iid)
    }

    /// The entries by rising SSID, or nothing for an absent ACL.
    fn rights(&mut self, value: &Value<'_>, target: Target, names: &Names) -> Option<Vec<Entry>> {
        if value.get_ref().as_str() == Some(ABSENT) {
            return None;
        }
        let table = self.table(value, Rule::Rights)?;
        let mut masks = BTreeMap::new();
        for (word, value) in in_order(table) {
            let ssid = match word.get_ref().as_ref() {
                DEFAULT => Some(SSID_ANY),
                word_text => self.server(word_text, word.span(), names, Rule::Server),
            };
            let mask = self.mask(value, target, ssid == Some(SSID_ANY));
            if let (Some(ssid), Some(mask)) = (ssid, mask)
                && masks.insert(ssid, mask).is_some()
            {
                let detail = format!("{} again", names.server(ssid));
                self.mistake(word.span(), Rule::Server, detail);
            }
        }
        let entries = masks.into_iter();
        Some(entries.map(|(ssid, mask)| Entry { ssid, mask }).collect())
    }

    /// Looks at rights whose target is a mistake: the servers can be checked.
    fn rights_of_unknown(&mut self, value: &Value<'_>, names: &Names) {
        let Some(table) = value.get_ref().as_table() else {
            return;
        };
        for (word, _) in in_order(table) {
            if word.get_ref() != DEFAULT {
                self.server(word.get_ref(), word.span(), names, Rule::Server);
            }
        }
    }

    fn mask(&mut self, value: &Value<'_>, target: Target, is_default: bool) -> Option<u16> {
        let rule = if target.is_creation() {
            Rule::CreationRights
        } else {
            Rule::InstanceRights
        };
        if let Some(word) = value.get_ref().as_str() {
            let possible = possible_rights(target, is_default);
            let mask = mask_of(word).filter(|mask| possible.contains(*mask));
            if mask.is_none() {
                self.mistake(value.span(), rule, format!("{word:?} is no right here"));
            }
            return mask.map(|mask| mask.bits());
        }
        // A mask that no call would set; a device may have kept it.
        if let Some(table) = value.get_ref().as_table()
            && let Some(raw) = table.get(RAW)
            && table.len() == 1
        {
            return self.number(raw, 0..0x1_0000, Rule::Rights);
        }
        let detail = format!("this is {}", a(value.get_ref().type_str()));
        self.mistake(value.span(), Rule::Rights, detail);
        None
    }
}

fn a(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}

/// As they stand in the file: a TOML table is sorted by key.
fn in_order<'v, 'a>(
    table: &'v Table<'a>,
) -> Vec<(&'v Spanned<std::borrow::Cow<'a, str>>, &'v Value<'a>)> {
    let mut pairs: Vec<_> = table.iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    pairs
}

/// Whether it may name a server.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty()
        && name.chars().all(is_allowed)
        && !name.chars().all(|c| c.is_ascii_digit())
        && ![DEFAULT, BOOTSTRAP, ABSENT].contains(&name)
}

/// The rights that can count in an entry.
#[must_use]
pub fn possible_rights(target: Target, is_default: bool) -> Mask {
    if target.is_creation() && is_default {
        return Mask::empty();
    }
    target.rights()
}

/// The mask of some letters.
fn mask_of(word: &str) -> Option<Mask> {
    if word == NONE {
        return Some(Mask::empty());
    }
    let mut mask = Mask::empty();
    for letter in word.chars() {
        let (_, right) = LETTERS.iter().find(|(known, _)| *known == letter)?;
        if mask.contains(*right) {
            return None;
        }
        mask |= *right;
    }
    (!mask.is_empty()).then_some(mask)
}

/// The targets of a path such as `/1234` or `/1234/0,2,4-7`.
///
/// # Errors
/// What is wrong with it.
pub fn targets(path: &str) -> Result<Vec<Target>, String> {
    let rest = path.strip_prefix('/').ok_or("a path begins with /")?;
    let (oid, iids) = match rest.split_once('/') {
        None => (rest, None),
        Some((oid, iids)) => (oid, Some(iids)),
    };
    let oid = id(oid)?;
    if [OID_SECURITY, OID_ACCESS_CONTROL, MAX_ID].contains(&oid) {
        return Err(format!("Object {oid} cannot be governed"));
    }
    let Some(iids) = iids else {
        return Ok(vec![Target { oid, iid: MAX_ID }]);
    };
    let mut targets = Vec::new();
    for part in iids.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (id(first)?, id(last)?);
        if first > last {
            return Err(format!("{part:?} runs backwards"));
        }
        if last == MAX_ID {
            return Err(format!(
                "there is no Instance 65535; creation is \"/{oid}\""
            ));
        }
        // A part may be repeated in a path without end.
        if targets.len() > usize::from(MAX_ID) {
            return Err("these are more Instances than there can be".to_owned());
        }
        targets.extend((first..=last).map(|iid| Target { oid, iid }));
    }
    Ok(targets)
}
