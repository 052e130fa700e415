//! The command language: one operation a line. Described in `COMMANDS.md`.

use crate::answer::{Answer, Code, Fault};
use crate::attributes::{Attributes, NAMES};
use crate::client::Client;
use crate::help;
use crate::lexer::{Word, split};
use crate::object::Argument;
use crate::observe::Observation;
use crate::operations::Reading;
use crate::path::{ID_RANGE, Path, SSID_BOOTSTRAP, parse_id, parse_ids};
use crate::words::{parse_rights, rights, server};
use crate::writing::{Item, Mode};
use access_control::ffi::host::aac_operation_t;
use std::sync::atomic::Ordering;

/// What a line asks for could not be understood.
type Bad = String;

/// A line's answer: text, or the answer to an operation.
type Outcome = Result<Result<Answer, Fault>, Bad>;

impl Client {
    /// Executes a line; the answer ends with a new line, or is empty. The lock
    /// is held.
    pub fn run(&self, line: &str) -> String {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return String::new();
        }
        if self.with(|state| std::mem::replace(&mut state.busy, true)) {
            return "error: a handler cannot run operations\n".into();
        }
        let before = self.due();
        let text = match split(line).and_then(|words| self.execute_words(&words)) {
            Ok(text) => text,
            Err(bad) => format!("error: {bad}\n"),
        };
        let mut after = self.due();
        // What handlers of the application asked for, and did not get.
        for refusal in self
            .access_control()
            .iter()
            .flat_map(|object| object.refusals())
        {
            after += &format!("refused: {refusal}\n");
        }
        self.with(|state| state.busy = false);
        before + &text + &after
    }

    /// What is due between lines, as lines of text.
    pub fn pause(&self) -> String {
        if self.with(|state| state.busy) {
            return String::new();
        }
        self.due()
    }

    fn due(&self) -> String {
        let mut text = String::new();
        // A bootstrap follows its own changes when it finishes.
        if self.in_transaction() {
            return text;
        }
        if let Err(fault) = self.synchronise_reported() {
            text += &format!("Access Control does not follow: {fault}");
        }
        for line in self.notifications() {
            text += &line;
            text.push('\n');
        }
        text
    }

    fn execute_words(&self, words: &[Word]) -> Result<String, Bad> {
        let Some((first, rest)) = words.split_first() else {
            return Ok(String::new());
        };
        let first = first.plain()?;
        let outcome = match first {
            "bs" => self.bootstrap_line(rest)?,
            _ if first.starts_with(|letter: char| letter.is_ascii_digit()) => {
                let who = self.server_named(first)?;
                self.server_line(who, rest)?
            }
            _ => return self.client_line(first, rest),
        };
        Ok(match outcome {
            Ok(answer) => answer.to_string(),
            Err(fault) => fault.to_string(),
        })
    }

    fn server_named(&self, word: &str) -> Result<u16, Bad> {
        let who = parse_id(word).filter(|&ssid| ssid != 0);
        let who = who.ok_or(format!("\"{word}\" is no server: bs, or 1 to 65534"))?;
        let Ok(known) = self.servers() else {
            return Err("the servers cannot be listed".into());
        };
        let has_servers = self.object(1).is_some();
        if has_servers && !known.contains(&who) {
            let known: Vec<_> = known.iter().map(u16::to_string).collect();
            let known = match known.as_slice() {
                [] => "there is none".into(),
                _ => format!("there are {}", known.join(" ")),
            };
            return Err(format!("there is no server \"{word}\"; {known}"));
        }
        Ok(who)
    }

    fn bootstrap_line(&self, words: &[Word]) -> Outcome {
        let (verb, rest) = verb(words, "bs")?;
        let who = SSID_BOOTSTRAP;
        Ok(match verb {
            "begin" => {
                nothing_after(verb, rest)?;
                self.bootstrap_begin()
            }
            "finish" => {
                nothing_after(verb, rest)?;
                self.bootstrap_finish()
            }
            "read" | "discover" | "delete" | "write" | "update" => {
                return self.common(who, verb, rest);
            }
            _ => {
                return Err(format!(
                    "\"{verb}\" is no operation of the Bootstrap-Server: \
                     begin finish read discover write update delete"
                ));
            }
        })
    }

    fn server_line(&self, who: u16, words: &[Word]) -> Outcome {
        let (verb, rest) = verb(words, &who.to_string())?;
        if !help::is_operation(verb) {
            return Err(format!("\"{verb}\" is no operation; help lists them"));
        }
        if self.with(|state| state.bootstrapping) {
            let reason = "a bootstrap is under way";
            return Ok(Err(Fault::new(Code::SERVICE_UNAVAILABLE, reason)));
        }
        self.common(who, verb, rest)
    }

    fn common(&self, who: u16, verb: &str, words: &[Word]) -> Outcome {
        if matches!(
            verb,
            "read-composite" | "observe-composite" | "cancel-composite" | "send"
        ) {
            let paths: Vec<Path> = words.iter().map(path_of).collect::<Result<_, _>>()?;
            if paths.is_empty() {
                return Err(format!("{verb} needs a path"));
            }
            return Ok(self.composite(who, verb, paths));
        }
        if verb == "write-composite" {
            let items = words.iter().map(composite_item);
            let items: Vec<Item> = items.collect::<Result<_, _>>()?;
            if items.is_empty() {
                return Err("write-composite needs /PATH=VALUE".into());
            }
            return Ok(self.write_composite(who, &items));
        }
        let Some((path, rest)) = words.split_first() else {
            return Err(format!("{verb} needs a path"));
        };
        let path = path_of(path)?;
        match verb {
            "write" | "update" => {
                let mode = match verb {
                    "write" => Mode::Replace,
                    _ => Mode::Update,
                };
                let items = items(verb, &path, rest)?;
                return Ok(self.write(who, &path, mode, &items));
            }
            "create" => {
                // Items name what is below the new Instance.
                let below = match path.ids() {
                    [_] | [_, _] => path,
                    _ => return Err(format!("create needs /OID or /OID/IID, not \"{path}\"")),
                };
                let items = create_items(&below, rest)?;
                return Ok(self.create(who, &path, &items));
            }
            "execute" => {
                let arguments: Vec<Argument> =
                    rest.iter().map(argument).collect::<Result<_, _>>()?;
                return Ok(self.execute(who, &path, &arguments));
            }
            "attributes" => {
                let (new, named) = attributes(rest)?;
                return Ok(self.write_attributes(who, &path, &new, &named));
            }
            _ => nothing_after(verb, rest)?,
        }
        Ok(match verb {
            "read" => self
                .read_one(who, path, aac_operation_t::AAC_READ)
                .map(|reading| reading.into_answer(Code::CONTENT)),
            "observe" => {
                let observation = Observation {
                    ssid: who,
                    paths: vec![path],
                    is_composite: false,
                };
                let reading = self.read_one(who, path, aac_operation_t::AAC_OBSERVE);
                reading.map(|reading| {
                    self.observe(observation, reading.values.clone());
                    reading.into_answer(Code::CONTENT)
                })
            }
            "cancel" => self.composite(who, verb, vec![path]),
            "discover" => self.discover(who, &path),
            "delete" => self.delete(who, &path),
            _ => return Err(format!("\"{verb}\" is no operation; help lists them")),
        })
    }

    fn read_one(&self, who: u16, path: Path, operation: aac_operation_t) -> Result<Reading, Fault> {
        let mut reading = Reading::new(who, operation);
        self.read(&path, &mut reading)?;
        Ok(reading)
    }

    fn composite(&self, who: u16, verb: &str, paths: Vec<Path>) -> Result<Answer, Fault> {
        let (operation, code) = match verb {
            "send" => (aac_operation_t::AAC_SEND, Code::CHANGED),
            "read-composite" => (aac_operation_t::AAC_READ_COMPOSITE, Code::CONTENT),
            _ => (aac_operation_t::AAC_OBSERVE_COMPOSITE, Code::CONTENT),
        };
        let observation = Observation {
            ssid: who,
            paths,
            is_composite: verb != "cancel",
        };
        if matches!(verb, "cancel" | "cancel-composite") {
            if self.cancel(&observation) {
                return Ok(Answer::new(Code::CONTENT));
            }
            let reason = format!("{} does not observe this", server(who));
            return Err(Fault::new(Code::NOT_FOUND, reason));
        }
        let mut reading = Reading::new(who, operation);
        self.read_composite(&observation.paths, &mut reading);
        if verb == "send" {
            reading.check_not_empty()?;
        }
        if verb == "observe-composite" {
            self.observe(observation, reading.values.clone());
        }
        Ok(reading.into_answer(code))
    }

    /// What the application or the person at the keyboard does.
    fn client_line(&self, verb: &str, words: &[Word]) -> Result<String, Bad> {
        let plain: Vec<&str> = words.iter().map(Word::plain).collect::<Result<_, _>>()?;
        match (verb, plain.as_slice()) {
            ("help", []) => Ok(help::TEXT.into()),
            ("quit", []) => {
                self.interrupted.store(true, Ordering::SeqCst);
                Ok(String::new())
            }
            ("show", []) => Ok(self.show()),
            ("purge", []) => {
                self.installed()?;
                self.purge_access_control();
                Ok("done\n".into())
            }
            ("modified", []) => {
                self.installed()?;
                let answer = if self.is_access_control_modified() {
                    "yes"
                } else {
                    "no"
                };
                Ok(format!("{answer}\n"))
            }
            ("persist", [file]) => {
                self.installed()?;
                Ok(self
                    .persist(file)
                    .map_or_else(|failed| failed, |()| "done\n".into()))
            }
            ("restore", [file]) => {
                self.installed()?;
                Ok(self
                    .restore(file)
                    .map_or_else(|failed| failed, |()| "done\n".into()))
            }
            ("changed", [path]) => {
                let path = Path::parse(path)?;
                self.with(|state| {
                    if let [oid] = *path.ids() {
                        state.reported.entry(oid).or_default();
                    }
                    state.touched.push((path, SSID_BOOTSTRAP));
                });
                Ok("done\n".into())
            }
            ("grant", [target, ssid, mask]) => {
                let target = target_of(target)?;
                let ssid = ssid_of(ssid)?;
                let mask = parse_rights(mask).ok_or(format!(
                    "\"{mask}\" is no set of rights: \
                     letters of RWEDC, none, or a number from 0 to 31"
                ))?;
                self.installed()?;
                Ok(match self.set_acl(&target, ssid, mask) {
                    true => format!("{} has {} on {target}\n", server(ssid), rights(mask)),
                    false => self.refused(),
                })
            }
            ("owner", [target, ssid]) => {
                let target = target_of(target)?;
                let ssid = match *ssid {
                    "bs" => SSID_BOOTSTRAP,
                    _ => ssid_of(ssid)?,
                };
                self.installed()?;
                Ok(match self.set_owner(&target, ssid) {
                    Some(iid) => format!("{} owns /2/{iid}\n", server(ssid)),
                    None => self.refused(),
                })
            }
            _ => match help::usage(verb) {
                Some(usage) => Err(format!("the form is: {usage}")),
                None => Err(format!(
                    "\"{verb}\" is neither a server (bs, or 1 to 65534) nor a command; try help"
                )),
            },
        }
    }

    fn refused(&self) -> String {
        let refusal = self.access_control().and_then(|object| object.refusal());
        format!("refused: {}\n", refusal.unwrap_or_default())
    }

    fn installed(&self) -> Result<(), Bad> {
        match self.access_control() {
            Some(_) => Ok(()),
            None => Err("Object 2 is not installed".into()),
        }
    }
}

fn verb<'a>(words: &'a [Word], who: &str) -> Result<(&'a str, &'a [Word]), Bad> {
    let (verb, rest) = words
        .split_first()
        .ok_or(format!("an operation is missing after \"{who}\""))?;
    Ok((verb.plain()?, rest))
}

fn nothing_after(verb: &str, words: &[Word]) -> Result<(), Bad> {
    match words.first() {
        None => Ok(()),
        Some(word) => Err(format!("\"{}\" is too much for {verb}", word.key.text)),
    }
}

fn path_of(word: &Word) -> Result<Path, Bad> {
    Path::parse(word.plain()?)
}

fn target_of(text: &str) -> Result<Path, Bad> {
    let path = Path::parse(text)?;
    match path.ids().len() {
        1 | 2 => Ok(path),
        _ => Err(format!(
            "\"{text}\" is no target: /OID/IID, or /OID for Create"
        )),
    }
}

fn ssid_of(text: &str) -> Result<u16, Bad> {
    parse_id(text).ok_or(format!("\"{text}\" is no server: {ID_RANGE}"))
}

/// What a Write writes below a path.
fn items(verb: &str, path: &Path, words: &[Word]) -> Result<Vec<Item>, Bad> {
    if let ([_, _, _] | [_, _, _, _], [Word { key, value: None }]) = (path.ids(), words) {
        return Ok(vec![(*path, key.bytes()?)]);
    }
    if path.ids().len() == 4 || (path.ids().len() == 3 && words.is_empty() && verb == "update") {
        return Err(format!("{verb} {path} needs one value"));
    }
    words
        .iter()
        .map(|word| item(path, &path.to_string(), word))
        .collect()
}

/// `name` is the path, in words.
fn item(path: &Path, name: &str, word: &Word) -> Result<Item, Bad> {
    let needed = match path.ids().len() {
        1 => "IID/RID=VALUE",
        2 => "RID=VALUE or RID/RIID=VALUE",
        _ => "RIID=VALUE",
    };
    let key = &word.key.text;
    let Some(value) = &word.value else {
        return Err(format!("\"{key}\" is not of the form {needed}"));
    };
    let ids = parse_ids(key)
        .map_err(|part| format!("\"{part}\" in \"{name}/{key}\" is no ID: {ID_RANGE}"))?;
    let full = path.join(&ids);
    let levels = path.ids().len() + ids.len();
    if !(3..=4).contains(&levels) {
        return Err(format!("\"{key}\" is not of the form {needed}"));
    }
    Ok((full, value.bytes()?))
}

/// Items of Create: below `/OID` as below `/OID/IID`.
fn create_items(path: &Path, words: &[Word]) -> Result<Vec<Item>, Bad> {
    // For a free ID any stands in until it is known.
    let (instance, name, cut) = match path.ids() {
        [_] => (path.join(&[0]), format!("{path}/*"), true),
        _ => (*path, path.to_string(), false),
    };
    let items = words.iter().map(|word| item(&instance, &name, word));
    let items: Vec<Item> = items.collect::<Result<_, _>>()?;
    if !cut {
        return Ok(items);
    }
    Ok(items
        .into_iter()
        .map(|(full, value)| {
            let below = full.ids().get(2..).unwrap_or_default();
            (path.join(below), value)
        })
        .collect())
}

fn composite_item(word: &Word) -> Result<Item, Bad> {
    let key = &word.key.text;
    let Some(value) = &word.value else {
        return Err(format!("\"{key}\" is not of the form /PATH=VALUE"));
    };
    let path = Path::parse(key)?;
    if path.ids().len() < 3 {
        return Err(format!("\"{key}\" is no resource or Resource Instance"));
    }
    Ok((path, value.bytes()?))
}

fn argument(word: &Word) -> Result<Argument, Bad> {
    let number = match word.key.text.as_bytes() {
        [digit @ b'0'..=b'9'] => i32::from(digit - b'0'),
        _ => {
            let key = &word.key.text;
            return Err(format!(
                "\"{key}\" is no argument: N or N='TEXT', N from 0 to 9"
            ));
        }
    };
    Ok((number, word.value.as_ref().map(|value| value.text.clone())))
}

fn attributes(words: &[Word]) -> Result<(Attributes, [bool; NAMES.len()]), Bad> {
    let mut new = Attributes::default();
    let mut named = [false; NAMES.len()];
    if words.is_empty() {
        return Err("attributes needs NAME=VALUE".into());
    }
    for word in words {
        let name = word.key.text.as_str();
        let Some(value) = &word.value else {
            return Err(format!("\"{name}\" is not of the form NAME=VALUE"));
        };
        new.set(name, &value.text)?;
        for (known, named) in NAMES.iter().zip(&mut named) {
            *named |= *known == name;
        }
    }
    Ok((new, named))
}
