//! `lwm2m-acl`: see `lwm2m-acl --help`.

#![forbid(unsafe_code)]

use access_control::{MAX_ID, Operation, SSID_ANY, SSID_BOOTSTRAP, Ssid};
use clap::{CommandFactory, Parser};
use lwm2m_acl::cli::{
    CheckFormat, Cli, Colour, Command, Format, Input, NO, NamesFrom, OcfCommand, ShowFormat,
    TROUBLE, YES, operation,
};
use lwm2m_acl::explain::Question;
use lwm2m_acl::files::{self, Trouble};
use lwm2m_acl::issues::{self, Issues};
use lwm2m_acl::policy::{self, Mistakes};
use lwm2m_acl::progress::Progress;
use lwm2m_acl::state::{self, State, Unusable};
use lwm2m_acl::words::{Names, Target, id};
use lwm2m_acl::{check, decompile, diff, explain, header, json, ocf, report, show};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // While it is worked, not while it is written: both may be the terminal.
    let progress = Progress::start("working");
    let answer = run(cli.command);
    drop(progress);
    match answer.and_then(Answer::give) {
        Ok(status) => ExitCode::from(status),
        Err(stop) => {
            // Nowhere to tell that telling failed.
            let _ = writeln!(io::stderr(), "{stop}");
            ExitCode::from(TROUBLE)
        }
    }
}

/// What cannot be gone on after: one line, or one for each mistake.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Stop(String);

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        Stop(trouble.to_string())
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop(error.to_string())
    }
}

/// What is to be written, and where.
struct Answer {
    output: PathBuf,
    bytes: Vec<u8>,
    status: u8,
}

impl Answer {
    /// To standard output.
    fn print(text: impl Into<Vec<u8>>) -> Answer {
        Answer::write(Path::new("-"), text)
    }

    fn write(output: &Path, bytes: impl Into<Vec<u8>>) -> Answer {
        Answer {
            output: output.to_owned(),
            bytes: bytes.into(),
            status: YES,
        }
    }

    fn is(self, is_so: bool) -> Answer {
        Answer {
            status: if is_so { YES } else { NO },
            ..self
        }
    }

    fn give(self) -> Result<u8, Stop> {
        files::write(&self.output, &self.bytes)?;
        Ok(self.status)
    }
}

fn run(command: Command) -> Result<Answer, Stop> {
    match command {
        Command::Compile {
            policy,
            output,
            c_header,
            name,
        } => compile(&policy, &output, c_header.then_some(name.as_str())),
        Command::Show {
            input,
            servers,
            format,
            json,
            svg,
            color,
        } => {
            let format = match (json, svg) {
                (true, _) => ShowFormat::Json,
                (_, true) => ShowFormat::Svg,
                _ => format,
            };
            show(&input, &servers, format, color)
        }
        Command::Check {
            input,
            strict,
            format,
        } => check(&input, strict, format),
        Command::Explain {
            input,
            server,
            single_server,
            format,
            operation,
            path,
        } => {
            let asked = Asked {
                server: &server,
                single_server: single_server.as_deref(),
                operation: &operation,
                path: &path,
            };
            explain(&input, &asked, format)
        }
        Command::Diff {
            old,
            new,
            names,
            format,
        } => diff(&old, &new, &names, format),
        Command::Report {
            input,
            before,
            output,
        } => report(&input, before.as_deref(), &output),
        Command::Decompile { input, output } => {
            files::refuse_input_as_output(&output, &input.all())?;
            let (state, names) = load(&input)?;
            let text = decompile::decompile(state.acl.instances(), &names);
            Ok(Answer::write(&output, text))
        }
        Command::Ocf { command } => ocf(command),
        Command::Man { command, to } => manual(&command, to.as_deref()),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "lwm2m-acl", &mut text);
            Ok(Answer::print(text))
        }
        Command::Schema => Ok(Answer::print(json::SCHEMA)),
    }
}

/// Why a file cannot be looked at, as it is told to people.
fn unusable(path: &Path, unusable: &Unusable) -> Stop {
    match unusable {
        Unusable::File(trouble) => Stop(trouble.to_string()),
        Unusable::Policy(found) => mistakes(path, found),
        Unusable::State(refusal, _) => Trouble::new(path, refusal).into(),
        Unusable::Text => Trouble::new(path, issues::neither()).into(),
        Unusable::Ocf => Trouble::new(path, issues::for_ocf()).into(),
    }
}

/// A line for each mistake, and under it the rule, where it is not the one of
/// the mistake before.
fn mistakes(path: &Path, found: &Mistakes) -> Stop {
    let mut lines = Vec::new();
    let mut told = None;
    for mistake in &found.first {
        lines.push(format!("{}:{mistake}", path.display()));
        if told != Some(mistake.rule) {
            lines.push(format!("  rule: {}", mistake.rule.text()));
        }
        told = Some(mistake.rule);
    }
    if found.count > found.first.len() {
        let (more, path) = (found.count - found.first.len(), path.display());
        lines.push(format!("{path}: and {more} more, {} in all", found.count));
    }
    Stop(lines.join("\n"))
}

/// A state and the names for its servers: those asked for, or its own.
fn load(input: &Input) -> Result<(State, Names), Stop> {
    let names = load_names(&input.names)?;
    let state = state::load(&input.state, None).map_err(|why| unusable(&input.state, &why))?;
    let names = names_for(&state, names);
    Ok((state, names))
}

fn names_for(state: &State, asked: Option<Names>) -> Names {
    let own = || state.source.as_ref().map(|source| source.names.clone());
    asked.or_else(own).unwrap_or_default()
}

fn load_names(from: &NamesFrom) -> Result<Option<Names>, Stop> {
    let Some(path) = &from.policy else {
        return Ok(None);
    };
    let names = policy::read_names(&files::read_text(path)?);
    names.map(Some).map_err(|found| mistakes(path, &found))
}

fn compile(path: &Path, output: &Path, c_name: Option<&str>) -> Result<Answer, Stop> {
    if let Some(name) = c_name
        && let Some(why) = header::no_c_name(name)
    {
        return Err(Stop(format!("--name: {name:?} {why}")));
    }
    files::refuse_input_as_output(output, &[path])?;
    let text = files::read_text(path)?;
    if ocf::is_list(text.as_bytes()) {
        return Err(unusable(path, &Unusable::Ocf));
    }
    let policy = policy::read(&text).map_err(|found| mistakes(path, &found))?;
    let state = state::compile(text, policy, None).map_err(|why| unusable(path, &why))?;
    let bytes = state.acl.persisted();
    Ok(match c_name {
        None => Answer::write(output, bytes),
        Some(name) => {
            let names = names_for(&state, None);
            let about = show::for_comment(&state.acl, &names);
            Answer::write(output, header::c_header(bytes, name, &about))
        }
    })
}

fn is_coloured(colour: Colour) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

fn show(
    input: &Input,
    servers: &[String],
    format: ShowFormat,
    colour: Colour,
) -> Result<Answer, Stop> {
    let (State { acl, .. }, names) = load(input)?;
    let only: Vec<Ssid> = servers
        .iter()
        .map(|word| server("--server", word, &names))
        .collect::<Result<_, _>>()?;
    Ok(match format {
        ShowFormat::Text => Answer::print(show::plain(&acl, &only, &names, is_coloured(colour))),
        ShowFormat::Svg => Answer::print(show::svg(&acl, &only, &names)),
        ShowFormat::Json => Answer::print(json::show(&acl, &names)?),
    })
}

fn check(input: &Input, strict: bool, format: CheckFormat) -> Result<Answer, Stop> {
    let names = load_names(&input.names)?;
    let path = &input.state;
    let state = match state::load(path, None) {
        Ok(state) => state,
        Err(Unusable::File(trouble)) => return Err(trouble.into()),
        Err(why) => {
            let found = Issues::of_unusable(&why);
            let text = match (format, &why) {
                (CheckFormat::Text, Unusable::State(..)) => faults(path, &why),
                (CheckFormat::Text, _) => format!("{}\n", unusable(path, &why)).into_bytes(),
                _ => for_machines(path, None, &found, format)?,
            };
            return Ok(Answer::print(text).is(false));
        }
    };
    let names = names_for(&state, names);
    let accounts = accounts(&names);
    let report = check::check(&state, accounts.as_ref(), &names);
    let text = match format {
        CheckFormat::Text => {
            let servers = state.acl.servers().len();
            let text = format!(
                "{}: valid: {}, {}, {}\n",
                path.display(),
                check::count(state.acl.instances().len(), "instance"),
                check::count(servers, "server"),
                check::count(state.size, "byte")
            );
            (text + &report.words()).into_bytes()
        }
        _ => for_machines(
            path,
            Some(&state),
            &Issues::of_report(&state, &report),
            format,
        )?,
    };
    Ok(Answer::print(text).is(!(strict && report.is_doubtful())))
}

/// What breaks the format of a state, place by place.
fn faults(path: &Path, why: &Unusable) -> Vec<u8> {
    let Unusable::State(refusal, scan) = why else {
        return Vec::new();
    };
    let path = path.display();
    let mut lines: Vec<String> = scan.faults.iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.push(refusal.to_string());
    }
    if scan.count > scan.faults.len() {
        lines.push(format!("and {} more", scan.count - scan.faults.len()));
    }
    let lines = lines.iter().map(|line| format!("{path}: {line}\n"));
    lines.collect::<String>().into_bytes()
}

fn for_machines(
    path: &Path,
    state: Option<&State>,
    found: &Issues,
    format: CheckFormat,
) -> Result<Vec<u8>, Stop> {
    Ok(match format {
        CheckFormat::Json => json::check(path, state, found)?,
        _ => for_editors_or_ci(path, found, format),
    })
}

fn for_editors_or_ci(path: &Path, found: &Issues, format: CheckFormat) -> Vec<u8> {
    match format {
        CheckFormat::Sarif => format!("{:#}\n", found.sarif(path)).into_bytes(),
        _ => found.lines(path).into_bytes(),
    }
}

/// A server by its ID, its name, or the word for the Bootstrap-Server.
fn server(option: &str, word: &str, names: &Names) -> Result<Ssid, Stop> {
    if word == policy::BOOTSTRAP {
        return Ok(SSID_BOOTSTRAP);
    }
    let by_id = id(word).ok().filter(|&ssid| ssid != SSID_ANY);
    let ssid = names.find(word).or(by_id);
    ssid.ok_or_else(|| {
        let near = policy::nearest(word, names.iter().map(|(_, name)| name));
        let hint = near.map_or(String::new(), |near| format!("; is it {near:?}?"));
        Stop(format!(
            "{option}: {word:?} is neither a Short Server ID nor a name (names come with --names)\
             {hint}"
        ))
    })
}

/// A question as it was typed.
struct Asked<'a> {
    server: &'a str,
    single_server: Option<&'a str>,
    operation: &'a str,
    path: &'a str,
}

fn explain(input: &Input, asked: &Asked<'_>, format: Format) -> Result<Answer, Stop> {
    let (word, operation) = operation(asked.operation)
        .ok_or_else(|| Stop(format!("{:?} is no operation", asked.operation)))?;
    let target = asked_target(asked.path, operation)?;
    let (mut state, names) = load(input)?;
    let ssid = server("--server", asked.server, &names)?;
    if let Some(word) = asked.single_server {
        let single = match word {
            "" => ssid,
            _ => server("--single-server", word, &names)?,
        };
        let acl = lwm2m_acl::acl::Acl::restore(state.acl.persisted(), Some(single));
        state.acl = acl.map_err(|why| Stop(why.to_string()))?;
    }
    let question = Question {
        ssid,
        word,
        operation,
        target,
    };
    let found = explain::explain(&state.acl, question, &names);
    let text = match format {
        Format::Text => found.words().into_bytes(),
        Format::Json => json::explain(question, &found, &names)?,
    };
    Ok(Answer::print(text).is(found.decision.allowed))
}

/// The Instance of a path of any depth; the Object, for creating and discovering.
fn asked_target(path: &str, operation: Operation) -> Result<Target, Stop> {
    /// Object, Instance, Resource and Resource Instance.
    const DEEPEST: usize = 4;
    let ids: Result<Vec<u16>, String> = match path.strip_prefix('/') {
        Some(rest) => rest.split('/').map(id).collect(),
        None => Err("a path begins with /".to_owned()),
    };
    let ids = ids.map_err(|why| Stop(format!("{path:?} is no path such as /1234/0: {why}")))?;
    let of_object = [Operation::Create, Operation::Discover].contains(&operation);
    match *ids {
        _ if ids.len() > DEEPEST || ids.contains(&MAX_ID) => {}
        [oid] if of_object => return Ok(Target { oid, iid: MAX_ID }),
        [oid] => {
            let what = format!("/{oid}: rights are those of an Instance: /{oid}/IID");
            return Err(Stop(what));
        }
        [oid, _] if operation == Operation::Create => {
            return Ok(Target { oid, iid: MAX_ID });
        }
        [_, _, ..] if operation == Operation::Create => {
            return Err(Stop(format!("{path}: Instances are created: /OID")));
        }
        [oid, iid, ..] => return Ok(Target { oid, iid }),
        [] => {}
    }
    Err(Stop(format!(
        "{path:?} is no path such as /1234/0: it has at most four IDs, each from 0 to 65534"
    )))
}

fn diff(old: &Path, new: &Path, names: &NamesFrom, format: Format) -> Result<Answer, Stop> {
    let names = load_names(names)?;
    let load = |path: &Path| state::load(path, None).map_err(|why| unusable(path, &why));
    // Side by side, as restoring takes about half of the time.
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| load(old));
        let after = load(new);
        (before.join(), after)
    });
    let before = before.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let after = after?;
    let names = names.unwrap_or_else(|| {
        // Of a policy, if one of them is: the newer one's.
        match after.source {
            Some(_) => names_for(&after, None),
            None => names_for(&before, None),
        }
    });
    let found = diff::diff(&before.acl, &after.acl);
    let text = match format {
        Format::Text => found.words(&names).into_bytes(),
        Format::Json => json::diff(&found, &names)?,
    };
    Ok(Answer::print(text).is(!found.anybody_gained()))
}

fn report(input: &Input, before: Option<&Path>, output: &Path) -> Result<Answer, Stop> {
    let inputs = [input.all(), before.into_iter().collect()].concat();
    files::refuse_input_as_output(output, &inputs)?;
    let (state, names) = load(input)?;
    let accounts = accounts(&names);
    let found = check::check(&state, accounts.as_ref(), &names);
    let old = match before {
        Some(path) => {
            let old = state::load(path, None).map_err(|why| unusable(path, &why))?;
            let differs = diff::diff(&old.acl, &state.acl);
            Some((path.display().to_string(), old, differs))
        }
        None => None,
    };
    let before = old.as_ref();
    let page = report::lwm2m::report(&report::lwm2m::Content {
        source: &input.state.display().to_string(),
        acl: &state.acl,
        names: &names,
        report: &found,
        before: before.map(|(path, old, differs)| (path.as_str(), &old.acl, differs)),
    })?;
    Ok(Answer::write(output, page))
}

fn load_list(path: &Path) -> Result<ocf::List, Stop> {
    ocf::load(path).map_err(|why| Stop(why.text(path)))
}

fn ocf(command: OcfCommand) -> Result<Answer, Stop> {
    match command {
        OcfCommand::Show {
            list,
            format,
            color,
        } => {
            let acl = load_list(&list)?.acl;
            Ok(match format {
                Format::Text => Answer::print(ocf::show(&acl, is_coloured(color))),
                Format::Json => Answer::print(ocf::answers::show(&acl)?),
            })
        }
        OcfCommand::Check {
            list,
            strict,
            format,
        } => ocf_check(&list, strict, format),
        OcfCommand::Explain {
            list,
            uuid,
            roles,
            unsecured,
            onboarding,
            discoverable,
            state,
            format,
            method,
            path,
        } => {
            let acl = load_list(&list)?.acl;
            let uuid = uuid.map(|word| {
                let uuid = ocf_acl::Uuid::parse(&word);
                uuid.ok_or_else(|| Stop(format!("--uuid: {word:?} is no UUID, or the nil UUID")))
            });
            if !path.starts_with('/') {
                return Err(Stop(format!("{path:?} is no path such as /light")));
            }
            let known = |all: &[&'static str], word: &str| {
                let mut all = all.iter();
                all.find(|it| it.eq_ignore_ascii_case(word)).copied()
            };
            let roles: Result<_, Stop> = roles.into_iter().map(role).collect();
            let question = ocf::explain::Question {
                uuid: uuid.transpose()?,
                roles: roles?,
                is_secured: !unsecured,
                is_onboarding: onboarding,
                is_discoverable: discoverable,
                state: known(&ocf::explain::STATES.map(|(word, _)| word), &state)
                    .unwrap_or("rfnop"),
                method: known(&ocf::explain::METHODS.map(|(word, _)| word), &method)
                    .unwrap_or("get"),
                path,
            };
            let found = ocf::explain::explain(&acl, &question);
            let text = match format {
                Format::Text => found.words().into_bytes(),
                Format::Json => ocf::answers::explain(&question, &found)?,
            };
            Ok(Answer::print(text).is(found.decision.allowed))
        }
        OcfCommand::Compile { list, output } => {
            files::refuse_input_as_output(&output, &[&list])?;
            Ok(Answer::write(&output, ocf::cbor(&load_list(&list)?.acl)))
        }
        OcfCommand::Decompile { list, output } => {
            files::refuse_input_as_output(&output, &[&list])?;
            Ok(Answer::write(&output, ocf::json(&load_list(&list)?.acl)))
        }
        OcfCommand::Report { list, output } => {
            files::refuse_input_as_output(&output, &[&list])?;
            let acl = load_list(&list)?.acl;
            let page = report::ocf::report(&list.display().to_string(), &acl)?;
            Ok(Answer::write(&output, page))
        }
    }
}

/// A role, and who gave it, as it was typed.
fn role(word: String) -> Result<(String, Option<String>), Stop> {
    let (role, authority) = match word.split_once('@') {
        Some((role, authority)) => (role.to_owned(), Some(authority.to_owned())),
        None => (word.clone(), None),
    };
    match role.is_empty() || authority.as_ref().is_some_and(String::is_empty) {
        true => Err(Stop(format!(
            "--role: {word:?} is no role such as guest@home"
        ))),
        false => Ok((role, authority)),
    }
}

fn ocf_check(path: &Path, strict: bool, format: CheckFormat) -> Result<Answer, Stop> {
    let list = match ocf::load(path) {
        Ok(list) => list,
        Err(ocf::Unusable::File(trouble)) => return Err(trouble.into()),
        Err(why) => {
            let text = match format {
                CheckFormat::Text => format!("{}\n", why.text(path)).into_bytes(),
                CheckFormat::Json => {
                    ocf::answers::check(path, None, &Issues::of_unusable_list(&why))?
                }
                _ => for_editors_or_ci(path, &Issues::of_unusable_list(&why), format),
            };
            return Ok(Answer::print(text).is(false));
        }
    };
    let found = ocf::check::check(&list.acl);
    let text = match format {
        CheckFormat::Text => ocf::check::words(path, &list, &found).into_bytes(),
        CheckFormat::Json => {
            ocf::answers::check(path, Some(&list), &Issues::of_list(&list, &found))?
        }
        _ => for_editors_or_ci(path, &Issues::of_list(&list, &found), format),
    };
    let mut levels = found.iter().map(|finding| finding.kind.level());
    let is_doubtful = levels.any(|level| level == check::Level::Warning);
    Ok(Answer::print(text).is(!(strict && is_doubtful)))
}

/// The servers that count as accounts: those that have names.
fn accounts(names: &Names) -> Option<BTreeSet<Ssid>> {
    (!names.is_empty()).then(|| names.iter().map(|(ssid, _)| ssid).collect())
}

fn manual(command: &[String], to: Option<&Path>) -> Result<Answer, Stop> {
    // `help` repeats what the pages say.
    let without_help = |cli: clap::Command| cli.disable_help_subcommand(true);
    let mut cli = without_help(Cli::command()).mut_subcommand("ocf", without_help);
    cli.build();
    if let Some(folder) = to {
        let trouble = |error| Trouble::of_io(folder, &error);
        std::fs::create_dir_all(folder).map_err(trouble)?;
        clap_mangen::generate_to(cli, folder).map_err(trouble)?;
        return Ok(Answer::print(""));
    }
    let mut found = &cli;
    for name in command {
        let inner = found.find_subcommand(name);
        let no_command = || Stop(format!("{:?} is no command", command.join(" ")));
        found = inner.ok_or_else(no_command)?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(found.clone()).render(&mut text)?;
    Ok(Answer::print(text))
}
