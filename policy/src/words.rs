//! How rights, targets and servers are written.

use access_control::{Iid, MAX_ID, Mask, Oid, Operation, SSID_ANY, SSID_BOOTSTRAP, Ssid};
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};

/// The letters of the rights, in the order of their bits.
pub const LETTERS: [(char, Mask); 5] = [
    ('R', Mask::READ),
    ('W', Mask::WRITE),
    ('E', Mask::EXECUTE),
    ('D', Mask::DELETE),
    ('C', Mask::CREATE),
];

/// The words of the operations, as an argument and in an answer.
pub const OPERATIONS: [(&str, Operation); 12] = [
    ("discover", Operation::Discover),
    ("read", Operation::Read),
    ("observe", Operation::Observe),
    ("write-attributes", Operation::WriteAttributes),
    ("write", Operation::Write),
    ("execute", Operation::Execute),
    ("delete", Operation::Delete),
    ("create", Operation::Create),
    ("read-composite", Operation::ReadComposite),
    ("observe-composite", Operation::ObserveComposite),
    ("write-composite", Operation::WriteComposite),
    ("send", Operation::Send),
];

/// The letters of a mask, or `-` if there is none. Reserved bits have none.
#[must_use]
pub fn rights(mask: u16) -> String {
    let mask = Mask::from_bits_truncate(mask);
    if mask.is_empty() {
        return "-".to_owned();
    }
    let letters = LETTERS.iter().filter(|(_, right)| mask.contains(*right));
    letters.map(|(letter, _)| letter).collect()
}

/// A number as paths and Short Server IDs have it, in policies and on the command
/// line: digits, and no more of them than needed.
///
/// # Errors
/// What is wrong with it.
pub fn id(word: &str) -> Result<u16, String> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = word == "0" || !word.starts_with('0');
    match word.parse() {
        Ok(id) if is_plain && is_short => Ok(id),
        _ => Err(format!("{word:?} is no ID")),
    }
}

/// What is governed: an Object Instance, or the creation of Instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The Object.
    pub oid: Oid,
    /// The Instance; [`MAX_ID`] is creation.
    pub iid: Iid,
}

impl Target {
    /// Whether it is about creating Instances.
    #[must_use]
    pub fn is_creation(self) -> bool {
        self.iid == MAX_ID
    }

    /// The rights that can count here.
    #[must_use]
    pub fn rights(self) -> Mask {
        if self.is_creation() {
            Mask::CREATE
        } else {
            Mask::OWNER
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Target { oid, iid } = self;
        if self.is_creation() {
            write!(f, "creation in /{oid}")
        } else {
            write!(f, "/{oid}/{iid}")
        }
    }
}

/// Rising IDs, with runs drawn together: `0,2,4-7`.
#[must_use]
pub fn ranges(ids: &[u16]) -> String {
    let mut text = String::new();
    for run in ids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = match run {
            [] => Ok(()),
            [one] => write!(text, "{comma}{one}"),
            [first, second] => write!(text, "{comma}{first},{second}"),
            [first, .., last] => write!(text, "{comma}{first}-{last}"),
        };
    }
    text
}

/// Rising targets, drawn together by Object: `/3/0, /1234/0-5, creation in /1234`.
#[must_use]
pub fn targets(targets: &[Target]) -> String {
    let mut parts = Vec::new();
    for object in targets.chunk_by(|a, b| a.oid == b.oid) {
        let instances = object.iter().filter(|target| !target.is_creation());
        let iids: Vec<Iid> = instances.map(|target| target.iid).collect();
        if let (Some(first), false) = (object.first(), iids.is_empty()) {
            parts.push(format!("/{}/{}", first.oid, ranges(&iids)));
        }
        let creation = object.iter().filter(|target| target.is_creation());
        parts.extend(creation.map(Target::to_string));
    }
    parts.join(", ")
}

/// Names that people gave to servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    names: BTreeMap<Ssid, String>,
    ssids: HashMap<String, Ssid>,
}

impl Names {
    /// Names a server, for which there was no name.
    pub fn add(&mut self, ssid: Ssid, name: String) {
        self.ssids.insert(name.clone(), ssid);
        self.names.insert(ssid, name);
    }

    /// The name of a server, if it has one.
    #[must_use]
    pub fn get(&self, ssid: Ssid) -> Option<&str> {
        self.names.get(&ssid).map(String::as_str)
    }

    /// The server with a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Ssid> {
        self.ssids.get(name).copied()
    }

    /// All of them, by rising SSID.
    pub fn iter(&self) -> impl Iterator<Item = (Ssid, &str)> {
        self.names.iter().map(|(&ssid, name)| (ssid, name.as_str()))
    }

    /// Whether nobody has a name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// How an answer speaks of a server.
    #[must_use]
    pub fn server(&self, ssid: Ssid) -> String {
        match (ssid, self.get(ssid)) {
            (SSID_ANY, _) => "the default entry".to_owned(),
            (SSID_BOOTSTRAP, _) => "the Bootstrap-Server".to_owned(),
            (_, Some(name)) => format!("server {ssid} ({name})"),
            (_, None) => format!("server {ssid}"),
        }
    }
}
