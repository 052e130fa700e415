//! Replays what IoTivity-lite's own list answered (`tests/vectors/iotivity-lite-traces.txt.gz`,
//! format in the README there) on another one, and sorts the differences by tag: each must be
//! explained by a sentence of the contract, and each explanation must be needed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// What holds the list that is compared.
pub trait Device {
    /// An empty list without an owner.
    fn begin(&mut self);
    fn set_owner(&mut self, uuid: &str);
    /// Answers with a CoAP code, as do the following.
    fn post(&mut self, state: u8, payload: &[u8]) -> u8;
    fn delete(&mut self, state: u8, query: Option<&str>) -> u8;
    fn allows(&mut self, request: &Request<'_>) -> bool;
    /// The whole list, as it would be stored.
    fn list(&mut self) -> List;
    /// What a GET shows.
    fn read(&mut self) -> List;
}

/// A request as it stands in a trace.
pub struct Request<'a> {
    pub state: u8,
    pub method: u8,
    pub path: &'a str,
    pub kind: char,
    pub secured: bool,
    pub onboarding: bool,
    pub discoverable: bool,
    pub no_secure_endpoint: bool,
    pub rfotm_access: u8,
    pub secure_peers: u32,
    pub peer: Option<&'a str>,
    pub roles: Vec<Role<'a>>,
    pub doxm_owner: Option<&'a str>,
    pub pstat_owner: Option<&'a str>,
    pub cred_owner: Option<&'a str>,
}

pub struct Role<'a> {
    pub certified: bool,
    pub role: &'a str,
    pub authority: Option<&'a str>,
}

/// Owner and ACEs in the notation of the traces, sorted.
#[derive(PartialEq, Eq, Clone, Debug)]
pub struct List {
    pub owner: Option<String>,
    pub aces: Vec<String>,
}

impl List {
    fn parse(text: &str) -> Self {
        let mut fields = text.split('|');
        let owner = given(fields.next().unwrap_or_default()).map(str::to_owned);
        let mut aces: Vec<String> = fields.map(str::to_owned).collect();
        aces.sort_unstable();
        Self { owner, aces }
    }
}

/// An ACE in the notation of the traces; `paths` are `href`, `&wc` or `href&wc`.
pub fn ace(id: u32, subject: &str, permission: u8, tag: &str, mut paths: Vec<String>) -> String {
    // The others were chosen by the list.
    let id = match id {
        0 | 2_147_483_647 | 1_000_000..=1_000_099 => id.to_string(),
        _ => "?".to_owned(),
    };
    paths.sort_unstable();
    paths.dedup();
    format!("{id},{subject},{permission},{tag},{}", paths.join("+"))
}

fn given(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}

pub fn uuid(text: &str) -> [u8; 16] {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let bytes = unhex(&digits);
    bytes.try_into().expect("a UUID in a trace has 16 bytes")
}

pub fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a String takes all");
    }
    text
}

fn unhex(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex in the traces");
    (0..digits.len()).step_by(2).map(pair).collect()
}

pub fn traces(root: &Path) -> String {
    let path = root.join("tests/vectors/iotivity-lite-traces.txt.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(file);
    decoder.read_to_string(&mut text).expect("gzip of text");
    text
}

/// Why answers differ where certain tags stand.
pub struct Why {
    /// Its row in the table of differences, docs/iotivity.md.
    pub id: &'static str,
    /// The sentence of the contract that says so.
    pub contract: &'static str,
    /// The letter of the operation with the tag, and how this library answers there: with a CoAP
    /// code, `allow`, `deny`, or `list` if only the list that results is another.
    pub answers: &'static [(&'static str, &'static str)],
}

/// What a replay came to.
#[derive(Default, Debug)]
pub struct Outcome {
    pub decisions: usize,
    pub posts: usize,
    pub deletes: usize,
    pub lists: usize,
    pub reads: usize,
    pub passed_over: usize,
    pub differences: BTreeMap<String, usize>,
    pub unexplained: Vec<String>,
}

pub fn replay(device: &mut dyn Device, traces: &str, table: &[Why]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut trace = "";
    // Of the P or D before an L: its letter, its tags, the code and whether it should be another.
    let mut before = ("", "", 0, false);
    let mut last = device.list();
    let mut is_passed_over = true;
    for (number, line) in traces.lines().enumerate() {
        let mut fields = line.split(' ');
        let operation = fields.next().unwrap_or_default();
        if operation == "T" {
            device.begin();
            trace = line;
            last = device.list();
            is_passed_over = false;
            continue;
        }
        if is_passed_over {
            outcome.passed_over += 1;
            continue;
        }
        let mut fields = || fields.next().expect("all fields of a line");
        let mut differs = |letter: &str, tags: &str, answer: &str, wanted: &str| {
            let known = table.iter().flat_map(|why| why.answers).find(|known| {
                let (operation, tag) = known.0.split_once(' ').unwrap_or((known.0, ""));
                operation == letter
                    && known.1 == answer
                    && tags.split('+').any(|given| given == tag)
            });
            match known {
                Some(known) => *outcome.differences.entry(key(known)).or_default() += 1,
                None => outcome.unexplained.push(format!(
                    "{trace}, line {}: {line}\n    [{tags}] is {answer}, recorded was {wanted}",
                    number + 1
                )),
            }
        };
        match operation {
            "O" => {
                device.set_owner(fields());
                last = device.list();
            }
            "P" | "D" => {
                let state = fields().parse().expect("a state");
                let tags = fields();
                let body = fields();
                let wanted: u8 = fields().parse().expect("a code");
                let code = if operation == "P" {
                    outcome.posts += 1;
                    device.post(state, &unhex(given(body).unwrap_or_default()))
                } else {
                    outcome.deletes += 1;
                    device.delete(state, given(body))
                };
                before = (operation, tags, code, code != wanted);
                if code != wanted {
                    differs(operation, tags, &code.to_string(), &wanted.to_string());
                }
            }
            "L" => {
                outcome.lists += 1;
                let theirs = List::parse(line.get(2..).unwrap_or_default());
                let ours = device.list();
                let (letter, tags, code, is_other) = before;
                if code >= 128 && ours != last {
                    differs("L", "", "changed", "refused");
                }
                if ours != theirs {
                    let wanted = format!("other than\n    {ours:?}");
                    if without_implied(&ours) == without_implied(&theirs) {
                        differs("L", "implied-wildcard", "list", &wanted);
                    } else {
                        // What one of them refused leads to other lists.
                        if code >= 128 && !is_other {
                            differs("L", "half-applied", "list", &wanted);
                        } else if !is_other {
                            differs(letter, tags, "list", &wanted);
                        }
                        is_passed_over = true;
                    }
                }
                last = ours;
            }
            "G" => {
                outcome.reads += 1;
                let read = List::parse(line.get(2..).unwrap_or_default());
                let ours = device.read();
                if without_implied(&ours) != without_implied(&read) {
                    let is_lost = without_wildcards(&ours) == without_wildcards(&read);
                    let tag = if is_lost { "href-and-wc" } else { "-" };
                    differs("G", tag, "list", &format!("other than\n    {ours:?}"));
                }
            }
            "C" => {
                outcome.decisions += 1;
                let state = fields().parse().expect("a state");
                let method = fields().parse().expect("a method");
                let path = fields();
                let kind = fields().chars().next().expect("a kind");
                let flags = fields();
                let request = Request {
                    state,
                    method,
                    path,
                    kind,
                    secured: flags.contains('s'),
                    onboarding: flags.contains('o'),
                    discoverable: flags.contains('d'),
                    no_secure_endpoint: flags.contains('n'),
                    rfotm_access: fields().parse().expect("permissions"),
                    secure_peers: fields().parse().expect("a number of peers"),
                    peer: given(fields()),
                    roles: roles(fields()),
                    doxm_owner: given(fields()),
                    pstat_owner: given(fields()),
                    cred_owner: given(fields()),
                };
                let tags = fields();
                let wanted = fields() == "1";
                let allows = device.allows(&request);
                if allows != wanted {
                    let name = |allowed| if allowed { "allow" } else { "deny" };
                    differs("C", tags, name(allows), name(wanted));
                }
            }
            _ => panic!("line {}: {line}", number + 1),
        }
    }
    outcome
}

fn key((operation, answer): &(&str, &str)) -> String {
    format!("{operation} -> {answer}")
}

/// The paths of an ACE. Between them stands the sign of the wildcard +.
fn paths(text: &str) -> Vec<String> {
    let mut parts = text.split('+');
    let mut paths = Vec::new();
    while let Some(part) = parts.next() {
        paths.push(match part.ends_with('&') {
            true => format!("{part}{}+", parts.next().unwrap_or_default()),
            false => part.to_owned(),
        });
    }
    paths
}

fn with_paths(list: &List, change: impl Fn(&mut Vec<String>)) -> List {
    let change = |ace: &String| {
        let (head, text) = ace.rsplit_once(',').unwrap_or((ace, ""));
        let mut paths = paths(text);
        change(&mut paths);
        paths.sort_unstable();
        paths.dedup();
        format!("{head},{}", paths.join("+"))
    };
    let mut aces: Vec<String> = list.aces.iter().map(change).collect();
    aces.sort_unstable();
    List {
        owner: list.owner.clone(),
        aces,
    }
}

/// Beside `*`, which matches whatever they do, IoTivity-lite adds no `+` or `-`.
fn without_implied(list: &List) -> List {
    with_paths(list, |paths| {
        if paths.iter().any(|path| path == "&*") {
            paths.retain(|path| path != "&+" && path != "&-");
        }
    })
}

/// IoTivity-lite does not show the wildcard of a resource that has an href too.
fn without_wildcards(list: &List) -> List {
    with_paths(&without_implied(list), |paths| {
        for path in paths {
            if let Some(at) = path.find('&').filter(|at| *at > 0) {
                path.truncate(at);
            }
        }
    })
}

fn roles(field: &str) -> Vec<Role<'_>> {
    let held = given(field).into_iter().flat_map(|field| field.split(','));
    held.map(|role| {
        let (kind, name) = role.split_once('=').expect("p= or c=");
        let (role, authority) = match name.split_once('@') {
            Some((role, authority)) => (role, Some(authority)),
            None => (name, None),
        };
        Role {
            certified: kind == "c",
            role,
            authority,
        }
    })
    .collect()
}

/// Fails with all that is unexplained, and with explanations that nothing needed.
pub fn judge(outcome: &Outcome, table: &[Why]) {
    let shown = outcome.unexplained.iter().take(8).cloned();
    let shown: Vec<String> = shown.collect();
    assert!(
        shown.is_empty(),
        "{} unexplained differences, the first of them:\n{}",
        outcome.unexplained.len(),
        shown.join("\n")
    );
    for answer in table.iter().flat_map(|why| why.answers) {
        assert!(
            outcome.differences.contains_key(&key(answer)),
            "nothing differs any more by {}: take it out of the table",
            key(answer)
        );
    }
}
