//! Access-control lists of OCF devices, `/oic/sec/acl2`: as a device stores or
//! serves them (CBOR), and as people write them (JSON). The crate `ocf-acl`
//! reads, writes and decides; this puts it into words.

pub mod answers;
pub mod check;
pub mod explain;
pub mod places;

use crate::files::{self, MAX_BLOB, Trouble};
use crate::format::MAGIC;
use crate::policy::is_text;
use crate::show::{BOLD, table};
use anstyle::Style;
use ocf_acl::{Acl, Permissions, Refusal, Resource, Subject, Uuid, View, Wildcard};
use places::Place;
use std::collections::BTreeMap;
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
    /// The JSON, if it was that.
    json: Option<String>,
}

impl List {
    /// Where its ACEs begin, by their aceids, in JSON.
    #[must_use]
    pub fn places(&self) -> BTreeMap<u32, Place> {
        let places = self.json.as_ref();
        let places = places.map(|json| places::of_aces(json, &self.acl));
        places.unwrap_or_default()
    }
}

/// Why there is no list to look at.
#[derive(Debug)]
pub enum Unusable {
    /// The file.
    File(Trouble),
    /// What is in it.
    Fault(Fault),
}

/// What is wrong with a list, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What breaks.
    pub kind: FaultKind,
    /// What it is, in words.
    pub message: String,
    /// The line and column, in JSON.
    pub line: Option<Place>,
    /// The byte, in CBOR.
    pub byte: Option<usize>,
}

/// What a list can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is none at all.
    NoList,
    /// It is no JSON.
    Syntax,
    /// No device takes it.
    Format,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [FaultKind; 3] = [FaultKind::NoList, FaultKind::Syntax, FaultKind::Format];

    /// A name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::NoList => "no-list",
            FaultKind::Syntax => "list-syntax",
            FaultKind::Format => "list-format",
        }
    }

    /// What it is about.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            FaultKind::NoList => "no list of an OCF device",
            FaultKind::Syntax => "a list that is no JSON",
            FaultKind::Format => "a list that no device takes",
        }
    }
}

impl Unusable {
    /// As it is told to people, in one line.
    #[must_use]
    pub fn text(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Unusable::File(trouble) => trouble.to_string(),
            Unusable::Fault(Fault {
                line: Some((line, column)),
                message,
                ..
            }) => format!("{path}:{line}:{column}: {message}"),
            Unusable::Fault(Fault {
                byte: Some(byte),
                message,
                ..
            }) => format!("{path}: byte {byte}: {message}"),
            Unusable::Fault(Fault { message, .. }) => format!("{path}: {message}"),
        }
    }
}

/// Reads a list, as CBOR or as JSON.
///
/// # Errors
/// What is wrong with the file, or with the list in it, and where.
pub fn load(path: &Path) -> Result<List, Unusable> {
    let bytes = files::read(path, MAX_BLOB).map_err(Unusable::File)?;
    if is_json(&bytes) {
        let text = files::text(path, bytes).map_err(Unusable::File)?;
        return of_json(text).map_err(Unusable::Fault);
    }
    of_cbor(&bytes).map_err(Unusable::Fault)
}

/// Whether this is a list, for whoever expected something else.
#[must_use]
pub fn is_list(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_json(bytes) => of_json(text.to_owned()).is_ok(),
        _ => of_cbor(bytes).is_ok(),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

fn of_json(json: String) -> Result<List, Fault> {
    let cbor = ocf_acl::json::to_cbor(&json).map_err(|error| {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        Fault {
            kind: FaultKind::Syntax,
            message: what.to_owned(),
            line: Some(places::of_error(&json, error.line(), error.column())),
            byte: None,
        }
    })?;
    let mut acl = Acl::new();
    acl.load(&cbor).map_err(|refusal| Fault {
        line: places::of_byte(&json, &cbor, refusal.offset),
        ..of_refusal(&refusal)
    })?;
    Ok(List {
        acl,
        size: json.len(),
        json: Some(json),
    })
}

fn of_cbor(bytes: &[u8]) -> Result<List, Fault> {
    let no_list = |message: &str| Fault {
        kind: FaultKind::NoList,
        message: message.to_owned(),
        line: None,
        byte: None,
    };
    if bytes.starts_with(&MAGIC) {
        return Err(no_list(
            "this is a state of an LwM2M device, which `lwm2m-acl` takes without `ocf`",
        ));
    }
    if is_text(bytes) {
        return Err(no_list(
            "this is neither CBOR nor JSON, which begins with {; policies for LwM2M devices are \
             taken without `ocf`",
        ));
    }
    let mut acl = Acl::new();
    acl.load(bytes).map_err(|refusal| Fault {
        byte: Some(refusal.offset),
        ..of_refusal(&refusal)
    })?;
    Ok(List {
        acl,
        size: bytes.len(),
        json: None,
    })
}

fn of_refusal(refusal: &Refusal) -> Fault {
    let message = match refusal.ace {
        Some(ace) => format!("aclist2[{ace}]: {}", refusal.reason),
        None => refusal.reason.to_string(),
    };
    Fault {
        kind: FaultKind::Format,
        message,
        line: None,
        byte: None,
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

/// A text of a device, in words of this program: as it is if it is plain, and
/// else in quotes and escaped, so that nothing in it steers a terminal or reads
/// like something else.
#[must_use]
pub fn word(text: &str) -> String {
    let is_plain =
        |letter: char| letter.is_alphanumeric() || "-._~:/?#[]@!$&()*+,;=%".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("{text:?}"),
    }
}

/// Whom an ACE is about.
#[must_use]
pub fn subject(subject: Subject<'_>) -> String {
    match subject {
        Subject::Uuid(uuid) => uuid_text(&uuid),
        Subject::Role {
            role,
            authority: None,
        } => format!("role {}", word(role)),
        Subject::Role {
            role,
            authority: Some(authority),
        } => format!("role {} of {}", word(role), word(authority)),
        Subject::AuthCrypt => "auth-crypt".to_owned(),
        Subject::AnonClear => "anon-clear".to_owned(),
    }
}

pub(crate) fn uuid_text(uuid: &Uuid) -> String {
    String::from_utf8_lossy(&uuid.to_text()).into_owned()
}

/// A wildcard, as a list has it.
fn wildcard(kind: Wildcard) -> &'static str {
    match kind {
        Wildcard::All => "*",
        Wildcard::Discoverable => "+",
        Wildcard::DiscoverableClear => "-",
    }
}

/// What an ACE is about.
#[must_use]
pub fn resource(resource: Resource<'_>) -> String {
    match (resource.href, resource.wildcard) {
        (Some(href), Some(kind)) => format!("{} if {}", word(href), wildcard(kind)),
        (Some(href), None) => word(href),
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
pub struct Matrix<'a> {
    /// The subjects, by kind and name.
    pub subjects: Vec<Subject<'a>>,
    /// The resources, rising.
    pub rows: Vec<Row<'a>>,
}

/// What a resource is given to whom.
#[derive(Debug)]
pub struct Row<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// By the places of subjects. Few resources have all: a list may speak of
    /// many thousands of each.
    pub squares: BTreeMap<usize, Square>,
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
pub fn matrix(acl: &Acl) -> Matrix<'_> {
    let order = |it: Subject<'_>| match it {
        Subject::Uuid(_) => 0,
        Subject::Role { .. } => 1,
        Subject::AuthCrypt => 2,
        Subject::AnonClear => 3,
    };
    // Their words tell them apart.
    let key = |it: Subject<'_>| (order(it), subject(it));
    let subjects: BTreeMap<(u8, String), Subject<'_>> = acl
        .aces()
        .map(|ace| (key(ace.subject()), ace.subject()))
        .collect();
    let places: BTreeMap<&(u8, String), usize> = subjects.keys().zip(0..).collect();
    let mut rows: BTreeMap<String, Row<'_>> = BTreeMap::new();
    for ace in acl.aces() {
        let Some(&column) = places.get(&key(ace.subject())) else {
            continue;
        };
        for it in ace.resources() {
            let row = rows.entry(resource(it)).or_insert_with(|| Row {
                resource: it,
                squares: BTreeMap::new(),
            });
            let square = row.squares.entry(column).or_insert(Square {
                permissions: Permissions::empty(),
                aces: Vec::new(),
            });
            square.permissions |= ace.permissions();
            square.aces.push(ace.id());
        }
    }
    Matrix {
        rows: rows.into_values().collect(),
        subjects: subjects.into_values().collect(),
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
    let Matrix { subjects, rows } = matrix(acl);
    if rows.is_empty() {
        let what = match acl.aces().len() {
            0 => "No ACE",
            _ => "No ACE is about a resource",
        };
        return format!("{text}{what}: by the list, nobody has rights.\n");
    }
    let aces = |square: &Square| {
        let ids: Vec<String> = square.aces.iter().map(u32::to_string).collect();
        ids.join(",")
    };
    if subjects.len() > MAX_COLUMNS {
        for row in &rows {
            let _ = writeln!(text, "{}", resource(row.resource));
            for (place, square) in &row.squares {
                let who = subjects.get(*place).map(|who| subject(*who));
                let who = who.unwrap_or_default();
                let letters = permissions(square.permissions);
                let _ = writeln!(text, "  {letters} {who} (ACE {})", aces(square));
            }
        }
        return text;
    }
    let mut header = vec![("resource".to_owned(), BOLD)];
    header.extend((1..=subjects.len()).map(|number| (format!("[{number}]"), BOLD)));
    let mut lines = vec![header];
    for row in &rows {
        let mut line = vec![(resource(row.resource), Style::new())];
        line.extend((0..subjects.len()).map(|place| {
            let square = row.squares.get(&place);
            let square = square.map(|it| format!("{} {}", permissions(it.permissions), aces(it)));
            (square.unwrap_or_default(), Style::new())
        }));
        lines.push(line);
    }
    text += &table(&lines, in_colour);
    text.push('\n');
    for (number, who) in subjects.iter().enumerate() {
        let _ = writeln!(text, "[{}] {}", number + 1, subject(*who));
    }
    text += "Create, Retrieve, Update, Delete, Notify, and the ACEs that give them\n";
    text
}
