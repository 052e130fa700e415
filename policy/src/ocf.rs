//! Access-control lists of OCF devices, `/oic/sec/acl2`: as a device stores or
//! serves them (CBOR), and as people write them (JSON). The crate `ocf-acl`
//! reads, writes and decides; this puts it into words.

use crate::check::{Level, count};
use crate::files::{self, MAX_BLOB, Trouble};
use crate::show::{BOLD, table};
use anstyle::Style;
use ocf_acl::{
    Ace, Acl, Decision, Kind, Method, Permissions, Refusal, Request, Resource, Role, Rule, State,
    Subject, Uuid, View, Wildcard,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The letters of the permissions, in the order of their bits, and their names.
pub const LETTERS: [(char, Permissions, &str); 5] = [
    ('C', Permissions::CREATE, "Create"),
    ('R', Permissions::RETRIEVE, "Retrieve"),
    ('U', Permissions::UPDATE, "Update"),
    ('D', Permissions::DELETE, "Delete"),
    ('N', Permissions::NOTIFY, "Notify"),
];

/// A list, and what was read.
#[derive(Debug)]
pub struct List {
    /// The list.
    pub acl: Acl,
    /// How many bytes were read.
    pub size: usize,
}

/// Reads a list, as CBOR or as JSON.
///
/// # Errors
/// What is wrong with the file, or with the list in it, and where.
pub fn load(path: &Path) -> Result<List, Trouble> {
    let bytes = files::read(path, MAX_BLOB)?;
    let size = bytes.len();
    let is_json = bytes.trim_ascii_start().starts_with(b"{");
    let cbor = match is_json {
        true => {
            let text = files::text(path, bytes)?;
            ocf_acl::json::to_cbor(&text).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                let text = error.to_string();
                let what = text.split(" at line ").next().unwrap_or_default();
                let place = format!("{}:{line}:{column}", path.display());
                Trouble::new(Path::new(&place), what)
            })?
        }
        false => bytes,
    };
    let mut acl = Acl::new();
    match acl.load(&cbor) {
        Ok(()) => Ok(List { acl, size }),
        Err(refusal) => Err(Trouble::new(path, place(&refusal, is_json))),
    }
}

fn place(refusal: &Refusal, is_json: bool) -> String {
    let ace = match refusal.ace {
        Some(ace) => format!("aclist2[{ace}]: "),
        None => String::new(),
    };
    match is_json {
        true => format!("{ace}{}", refusal.reason),
        false => format!("byte {}: {ace}{}", refusal.offset, refusal.reason),
    }
}

/// The list as a device stores it.
#[must_use]
pub fn cbor(acl: &Acl) -> Vec<u8> {
    let mut bytes = Vec::new();
    // The first try says how much room it takes.
    while let Err(needed) = acl.encode(View::Storage, &mut bytes) {
        bytes.resize(needed, 0);
    }
    bytes
}

/// The list for people.
#[must_use]
pub fn json(acl: &Acl) -> String {
    let mut value = ocf_acl::json::from_cbor(&cbor(acl)).unwrap_or_default();
    if let Some(root) = value.as_object_mut() {
        // The same in every list.
        root.remove("rt");
        root.remove("if");
    }
    format!("{value:#}\n")
}

/// Text of a device on a terminal: nothing in it may steer that.
fn plain(text: &str) -> String {
    let one = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(one).collect()
}

/// Whom an ACE is about.
#[must_use]
pub fn subject(subject: Subject<'_>) -> String {
    match subject {
        Subject::Uuid(uuid) => uuid_text(&uuid),
        Subject::Role {
            role,
            authority: None,
        } => format!("role {}", plain(role)),
        Subject::Role {
            role,
            authority: Some(authority),
        } => format!("role {} of {}", plain(role), plain(authority)),
        Subject::AuthCrypt => "auth-crypt".to_owned(),
        Subject::AnonClear => "anon-clear".to_owned(),
    }
}

fn uuid_text(uuid: &Uuid) -> String {
    String::from_utf8_lossy(&uuid.to_text()).into_owned()
}

/// What an ACE is about.
#[must_use]
pub fn resource(resource: Resource<'_>) -> String {
    let wildcard = |wildcard| match wildcard {
        Wildcard::All => "*",
        Wildcard::Discoverable => "+",
        Wildcard::DiscoverableClear => "-",
    };
    match (resource.href, resource.wildcard) {
        (Some(href), Some(kind)) => format!("{} if {}", plain(href), wildcard(kind)),
        (Some(href), None) => plain(href),
        (None, Some(kind)) => wildcard(kind).to_owned(),
        (None, None) => String::new(),
    }
}

/// The permissions, each letter in its place.
#[must_use]
pub fn permissions(mask: Permissions) -> String {
    let letters = LETTERS.into_iter();
    letters
        .map(|(letter, right, _)| if mask.contains(right) { letter } else { '-' })
        .collect()
}

/// Who and what the list speaks of, and what it gives: for each resource and
/// subject the permissions together, and the ACEs that give them.
#[derive(Debug, Default)]
pub struct Matrix {
    /// The subjects, by kind and name.
    pub subjects: Vec<String>,
    /// The resources, rising, and what each subject has there.
    pub rows: Vec<(String, Vec<Square>)>,
}

/// What a subject has on a resource.
#[derive(Clone, Debug)]
pub struct Square {
    /// Together.
    pub permissions: Permissions,
    /// By these ACEs.
    pub aces: Vec<u32>,
}

/// The matrix of a list.
#[must_use]
pub fn matrix(acl: &Acl) -> Matrix {
    let order = |it: Subject<'_>| match it {
        Subject::Uuid(_) => 0,
        Subject::Role { .. } => 1,
        Subject::AuthCrypt => 2,
        Subject::AnonClear => 3,
    };
    let subjects: BTreeSet<(u8, String)> = acl
        .aces()
        .map(|ace| (order(ace.subject()), subject(ace.subject())))
        .collect();
    let subjects: Vec<String> = subjects.into_iter().map(|(_, it)| it).collect();
    let places: BTreeMap<&str, usize> = (subjects.iter().map(String::as_str)).zip(0..).collect();
    let nothing = Square {
        permissions: Permissions::empty(),
        aces: Vec::new(),
    };
    let mut rows: BTreeMap<String, Vec<Square>> = BTreeMap::new();
    for ace in acl.aces() {
        let column = places.get(subject(ace.subject()).as_str()).copied();
        for it in ace.resources() {
            let row = rows.entry(resource(it)).or_default();
            row.resize(subjects.len(), nothing.clone());
            if let Some(square) = column.and_then(|column| row.get_mut(column)) {
                square.permissions |= ace.permissions();
                square.aces.push(ace.id());
            }
        }
    }
    Matrix {
        rows: rows.into_iter().collect(),
        subjects,
    }
}

/// More columns are no picture.
const MAX_COLUMNS: usize = 12;

/// The matrix as text: resources down, subjects across.
#[must_use]
pub fn show(acl: &Acl, in_colour: bool) -> String {
    let mut text = String::new();
    let owner = acl.owner().map(|owner| uuid_text(&owner));
    // Writing to a string does not fail.
    let _ = writeln!(text, "owner: {}\n", owner.as_deref().unwrap_or("none"));
    let found = matrix(acl);
    if found.rows.is_empty() {
        return text + "No ACE: by the list, nobody has rights.\n";
    }
    let aces = |square: &Square| {
        let ids: Vec<String> = square.aces.iter().map(u32::to_string).collect();
        ids.join(",")
    };
    if found.subjects.len() > MAX_COLUMNS {
        for (resource, squares) in &found.rows {
            let _ = writeln!(text, "{resource}");
            for (subject, square) in found.subjects.iter().zip(squares) {
                if !square.aces.is_empty() {
                    let letters = permissions(square.permissions);
                    let _ = writeln!(text, "  {letters} {subject} (ACE {})", aces(square));
                }
            }
        }
        return text;
    }
    let mut header = vec![("resource".to_owned(), BOLD)];
    header.extend((1..=found.subjects.len()).map(|number| (format!("[{number}]"), BOLD)));
    let mut rows = vec![header];
    for (resource, squares) in &found.rows {
        let mut row = vec![(resource.clone(), Style::new())];
        row.extend(squares.iter().map(|square| {
            let letters = match square.aces.is_empty() {
                true => String::new(),
                false => format!("{} {}", permissions(square.permissions), aces(square)),
            };
            (letters, Style::new())
        }));
        rows.push(row);
    }
    text += &table(&rows, in_colour);
    text.push('\n');
    for (number, subject) in found.subjects.iter().enumerate() {
        let _ = writeln!(text, "[{}] {subject}", number + 1);
    }
    text += "Create, Retrieve, Update, Delete, Notify, and the ACEs that give them\n";
    text
}

/// One finding: how much it matters, and what it is.
pub type Finding = (Level, String);

/// What a person should know about a list.
#[must_use]
pub fn check(acl: &Acl) -> Vec<Finding> {
    let mut found = Vec::new();
    if acl.owner().is_none() {
        let what = "rowneruuid: none, so that nobody changes the list as its owner";
        found.push((Level::Note, what.to_owned()));
    }
    // By subject, so that not every ACE is compared with every other.
    let mut by_subject: BTreeMap<String, Vec<Ace<'_>>> = BTreeMap::new();
    for ace in acl.aces() {
        let (id, who) = (ace.id(), ace.subject());
        let is_connection = matches!(who, Subject::AuthCrypt | Subject::AnonClear);
        if ace.permissions().is_empty() {
            found.push((Level::Warning, format!("ACE {id}: gives nothing")));
        }
        if ace.resources().next().is_none() {
            let what = format!("ACE {id}: is about no resource");
            found.push((Level::Warning, what));
        }
        for href in ace.resources().filter_map(|it| it.href) {
            let kind = Kind::of(href.as_bytes());
            let href = plain(href);
            if is_connection && kind == Kind::Security {
                let what = format!(
                    "ACE {id}: can never match on {href}: security resources take no ACE for a \
                     kind of connection (rule 10)"
                );
                found.push((Level::Warning, what));
            }
            if who == Subject::AnonClear && kind == Kind::Vertical {
                let what = format!(
                    "ACE {id}: {href} is not reached over an unsecured connection (rule 3): this \
                     gives it to all who have a secured one"
                );
                found.push((Level::Note, what));
            }
        }
        let wild = ace.resources().any(|it| it.href.is_none());
        let changes = Permissions::CREATE | Permissions::UPDATE | Permissions::DELETE;
        if wild && is_connection && ace.permissions().intersects(changes) {
            let letters = permissions(ace.permissions() & changes);
            let (who, what) = (subject(who), "on whatever the wildcard matches");
            found.push((
                Level::Warning,
                format!("ACE {id}: {letters} for all of {who} {what}"),
            ));
        }
        by_subject.entry(subject(who)).or_default().push(ace);
    }
    for aces in by_subject.values() {
        let sets: Vec<(BTreeSet<String>, &Ace<'_>)> = aces
            .iter()
            .map(|ace| (ace.resources().map(resource).collect(), ace))
            .collect();
        // As long as few have the same subject; more would take long.
        if sets.len() > 1000 {
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
                let what = format!("ACE {}: ACE {} says as much", ace.id(), other.id());
                found.push((Level::Note, what));
            }
        }
    }
    found
}

/// What was found, in words.
#[must_use]
pub fn check_words(path: &Path, list: &List, found: &[Finding]) -> String {
    let mut text = format!(
        "{}: valid: {}, {}\n",
        path.display(),
        count(list.acl.aces().len(), "ACE"),
        count(list.size, "byte")
    );
    for (level, what) in found {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {what}", level.name());
    }
    text
}

/// The words of the methods.
pub const METHODS: [(&str, Method); 4] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("delete", Method::Delete),
];

/// The words of the states of a device.
pub const STATES: [(&str, State); 5] = [
    ("reset", State::Reset),
    ("rfotm", State::Rfotm),
    ("rfpro", State::Rfpro),
    ("rfnop", State::Rfnop),
    ("sreset", State::Sreset),
];

/// A question as it is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The UUID of who asks, if a secured connection has proven it.
    pub uuid: Option<Uuid>,
    /// The roles of who asks: a name, and who gave it.
    pub roles: Vec<(String, Option<String>)>,
    /// Whether the connection is secured.
    pub is_secured: bool,
    /// Whether it is the onboarding session.
    pub is_onboarding: bool,
    /// Whether the resource can be discovered.
    pub is_discoverable: bool,
    /// The state of the device, by its word.
    pub state: &'static str,
    /// The method, by its word.
    pub method: &'static str,
    /// The path.
    pub path: String,
}

/// An answer, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What was asked, in words.
    pub question: String,
    /// What each rule said, up to the one that decided.
    pub steps: Vec<String>,
    /// The list's answer.
    pub decision: Decision,
}

/// Asks the list, and puts its answer into words.
#[must_use]
pub fn explain(acl: &Acl, asked: &Question) -> Explanation {
    let method = METHODS.iter().find(|(it, _)| *it == asked.method);
    let method = method.map_or(Method::Other, |(_, method)| *method);
    let state = STATES.iter().find(|(it, _)| *it == asked.state);
    let state = state.map_or(State::Rfnop, |(_, state)| *state);
    let mut request = Request::new(state, method, asked.path.as_bytes());
    request.secured = asked.is_secured;
    request.onboarding = asked.is_onboarding;
    request.discoverable = asked.is_discoverable;
    request.secure_peers = u32::from(asked.is_secured);
    request.peer = asked.uuid.as_ref();
    let roles = asked.roles.iter().map(|(role, authority)| Role {
        role: role.as_bytes(),
        authority: authority.as_ref().map(String::as_bytes),
        certified: false,
    });
    let decision = acl.check(&request, roles);
    let kind = Kind::of(asked.path.as_bytes());
    let path = plain(&asked.path);
    let who = match (&asked.uuid, asked.roles.first()) {
        (Some(uuid), _) => uuid_text(uuid),
        (None, Some((role, authority))) => subject(Subject::Role {
            role,
            authority: authority.as_deref(),
        }),
        (None, None) if asked.is_secured => "a peer without a UUID".to_owned(),
        (None, None) => "anyone".to_owned(),
    };
    let connection = match (asked.is_onboarding, asked.is_secured) {
        (true, _) => "the onboarding session",
        (false, true) => "a secured connection",
        (false, false) => "an unsecured connection",
    };
    let (method, state) = (asked.method.to_uppercase(), asked.state.to_uppercase());
    let last = decision.rule as usize;
    let passed = |rule: usize| match rule {
        1 if state == "RFOTM" && !asked.is_secured => {
            "no secure peer yet, and the device does not open this to all in RFOTM".to_owned()
        }
        1 => "not RFOTM over an unsecured connection".to_owned(),
        2 if kind.is_dcr() => format!("{path} is a device configuration resource"),
        2 => "the device is in RFNOP".to_owned(),
        3 if kind == Kind::Vertical => "the connection is secured".to_owned(),
        3 => format!("{path} is not the application's own"),
        4 if kind.is_dcr() => "not the onboarding session".to_owned(),
        4 => format!("{path} is no device configuration resource"),
        5 => "not what everyone may read".to_owned(),
        6 => "not RFOTM before there is a secure peer".to_owned(),
        7 if kind == Kind::Security => "the connection is secured".to_owned(),
        7 => format!("{path} is no security resource"),
        8 => format!("{who} does not own this very security resource"),
        _ => "not /oic/sec/roles in RFPRO, RFNOP or SRESET".to_owned(),
    };
    let given = permissions(decision.permissions);
    let needs = match method.as_str() {
        "GET" => "R or N",
        "DELETE" => "D",
        _ => "C or U",
    };
    let decided = match (decision.rule, decision.allowed) {
        (Rule::UnsecuredRfotm, true) => "open to all in RFOTM, as the device has it".to_owned(),
        (Rule::UnsecuredRfotm, false) => "RFOTM, and there is a secure peer already".to_owned(),
        (Rule::OutsideRfnop, _) => {
            format!("only device configuration resources are reached in {state}")
        }
        (Rule::UnsecuredVertical, _) => {
            format!("{path} is the application's own: not over an unsecured connection")
        }
        (Rule::Onboarding, _) => {
            "the onboarding session reaches every device configuration resource".to_owned()
        }
        (Rule::PublicRead, _) => format!("everyone may read {path}"),
        (Rule::BeforeOnboarding, true) => "open before onboarding".to_owned(),
        (Rule::BeforeOnboarding, false) => {
            "before onboarding no more is open than doxm, and pstat to read".to_owned()
        }
        (Rule::UnsecuredSecurity, _) => {
            "security resources are not reached over an unsecured connection".to_owned()
        }
        (Rule::ResourceOwner, _) => format!("{who} owns this security resource"),
        (Rule::Roles, _) => "everyone may present roles".to_owned(),
        (Rule::List, true) => match decision.ace.and_then(|id| acl.ace(id)) {
            Some(ace) => format!(
                "ACE {} gives {} to {}; {method} needs {needs}",
                ace.id(),
                permissions(ace.permissions()),
                subject(ace.subject())
            ),
            None => format!("{who} may do everything by its certified role"),
        },
        (Rule::List, false) if decision.permissions.is_empty() => {
            format!("no ACE matches; {method} needs {needs}")
        }
        (Rule::List, false) => {
            format!("the ACEs that match give {given}; {method} needs {needs}")
        }
    };
    let mut steps: Vec<String> = (1..last).map(passed).collect();
    steps.push(decided);
    Explanation {
        question: format!("May {who}, over {connection}, {method} {path} in {state}?"),
        steps,
        decision,
    }
}

impl Explanation {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = format!("{}\n", self.question);
        for (number, step) in self.steps.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:>3}. {step}", number + 1);
        }
        text += match self.decision.allowed {
            true => crate::explain::ALLOWED,
            false => crate::explain::DENIED,
        };
        text.push('\n');
        text
    }
}
