//! `lwm2m-acl`: see `lwm2m-acl --help`.

#![forbid(unsafe_code)]

use access_control::{MAX_ID, Operation, SSID_ANY, SSID_BOOTSTRAP, Ssid};
use clap::{CommandFactory, Parser};
use lwm2m_acl::acl::{Acl, Refusal};
use lwm2m_acl::cli::{Cli, Colour, Command, Input, NO, NamesFrom, TROUBLE, YES, operation};
use lwm2m_acl::explain::Question;
use lwm2m_acl::files::{self, MAX_BLOB, Trouble};
use lwm2m_acl::words::{Names, Target};
use lwm2m_acl::{check, decompile, diff, explain, format, header, policy, show};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(status) => ExitCode::from(status),
        Err(trouble) => {
            // Nowhere to tell that telling failed.
            let _ = writeln!(io::stderr(), "{trouble}");
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

fn run(command: Command) -> Result<u8, Stop> {
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
            json,
            svg,
            color,
        } => {
            let (acl, names) = load(&input)?;
            let only: Vec<Ssid> = servers
                .iter()
                .map(|word| server(word, &names))
                .collect::<Result<_, _>>()?;
            if json {
                let mut text = Vec::new();
                show::json(&acl, &names, &mut text).map_err(|error| Stop(error.to_string()))?;
                return print(&text);
            }
            print(if svg {
                show::svg(&acl, &only, &names)
            } else {
                show::plain(&acl, &only, &names, is_coloured(color))
            })
        }
        Command::Check { input, strict } => check(&input, strict),
        Command::Explain {
            input,
            server: asking,
            single_server,
            operation,
            path,
        } => {
            let names = load_names(&input.names)?;
            let bytes = files::read(&input.state, MAX_BLOB)?;
            let restored = match single_server {
                true => Acl::restore_for_single_server(server(&asking, &names)?, &bytes),
                false => Acl::restore(&bytes),
            };
            let acl = restored.map_err(|refusal| refused(&input.state, &refusal))?;
            explain(&acl, &names, &asking, &operation, &path)
        }
        Command::Diff {
            old,
            new,
            names: from,
        } => {
            let names = load_names(&from)?;
            // Side by side, as restoring takes about half of the time.
            let (before, after) = std::thread::scope(|scope| {
                let before = scope.spawn(|| restore(&old));
                let after = restore(&new);
                (before.join(), after)
            });
            let before = before.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let found = diff::diff(&before, &after?);
            print(found.words(&names))?;
            Ok(if found.anybody_gained() { NO } else { YES })
        }
        Command::Decompile { input, output } => {
            let (acl, names) = load(&input)?;
            let text = decompile::decompile(acl.instances(), &names);
            write(&output, text.as_bytes())
        }
        Command::Man { command } => manual(command.as_deref()),
    }
}

/// Writes to standard output. Whoever reads may stop reading.
fn print(text: impl AsRef<[u8]>) -> Result<u8, Stop> {
    write(Path::new("-"), text.as_ref())
}

fn write(path: &Path, bytes: &[u8]) -> Result<u8, Stop> {
    if !files::is_standard(path) {
        files::write(path, bytes)?;
        return Ok(YES);
    }
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::of_io(Path::new("standard output"), &error).into())
        }
        _ => Ok(YES),
    }
}

fn refused(path: &Path, refusal: &Refusal) -> Stop {
    Trouble::new(path, refusal).into()
}

fn restore(path: &Path) -> Result<Acl, Stop> {
    let bytes = files::read(path, MAX_BLOB)?;
    Acl::restore(&bytes).map_err(|refusal| refused(path, &refusal))
}

fn load(input: &Input) -> Result<(Acl, Names), Stop> {
    let names = load_names(&input.names)?;
    Ok((restore(&input.state)?, names))
}

fn load_names(from: &NamesFrom) -> Result<Names, Stop> {
    let Some(path) = &from.policy else {
        return Ok(Names::default());
    };
    policy::read_names(&files::read_text(path)?).map_err(|found| mistakes(path, &found))
}

/// A line for each mistake, and under it the rule, where it is not the one of
/// the mistake before.
fn mistakes(path: &Path, found: &[policy::Mistake]) -> Stop {
    let mut lines = Vec::new();
    let mut told = None;
    for mistake in found {
        lines.push(format!("{}:{mistake}", path.display()));
        if told != Some(mistake.rule) {
            lines.push(format!("  rule: {}", mistake.rule.text()));
        }
        told = Some(mistake.rule);
    }
    Stop(lines.join("\n"))
}

fn is_coloured(colour: Colour) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

fn compile(path: &Path, output: &Path, c_name: Option<&str>) -> Result<u8, Stop> {
    if let Some(name) = c_name
        && !header::is_c_name(name)
    {
        return Err(Stop(format!("--name: {name:?} is no name in C")));
    }
    let policy = policy::read(&files::read_text(path)?).map_err(|found| mistakes(path, &found))?;
    // The engine has the last word, and writes what the device is to read.
    let acl = Acl::restore(&format::write(&policy.instances))
        .map_err(|refusal| refused(path, &refusal))?;
    match c_name {
        None => write(output, acl.persisted()),
        Some(name) => write(output, header::c_header(acl.persisted(), name).as_bytes()),
    }
}

fn check(input: &Input, strict: bool) -> Result<u8, Stop> {
    let names = load_names(&input.names)?;
    let path = input.state.display();
    let bytes = files::read(&input.state, MAX_BLOB)?;
    let acl = match Acl::restore(&bytes) {
        Ok(acl) => acl,
        Err(refusal) => {
            let scan = format::scan(&bytes);
            let mut lines: Vec<String> = scan.faults.iter().map(ToString::to_string).collect();
            if lines.is_empty() {
                lines.push(refusal.to_string());
            }
            let mut text = String::new();
            for line in &lines {
                text += &format!("{path}: {line}\n");
            }
            if scan.count > scan.faults.len() {
                text += &format!("{path}: and {} more\n", scan.count - scan.faults.len());
            }
            print(text)?;
            return Ok(NO);
        }
    };
    let accounts = (!names.is_empty()).then(|| names.iter().map(|(ssid, _)| ssid).collect());
    let report = check::check(&acl, accounts.as_ref(), &names);
    let servers = acl.servers().len();
    let mut text = format!(
        "{path}: valid: {}, {}, {}\n",
        count(acl.instances().len(), "instance"),
        count(servers, "server"),
        count(bytes.len(), "byte")
    );
    if acl.trailing() > 0 {
        let more = count(acl.trailing(), "byte");
        text += &format!("{more} after the last instance: a device does not read them\n");
    }
    if !bytes.starts_with(acl.persisted()) {
        text += "not in the order in which a device writes it\n";
    }
    if servers == 1 {
        text += "one server: without a second account on the device it may do everything\n";
    }
    text += &report.words();
    print(text)?;
    Ok(if strict && report.is_doubtful() {
        NO
    } else {
        YES
    })
}

fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

fn server(word: &str, names: &Names) -> Result<Ssid, Stop> {
    if word == policy::BOOTSTRAP {
        return Ok(SSID_BOOTSTRAP);
    }
    let by_id = word.parse().ok().filter(|&ssid| ssid != SSID_ANY);
    let ssid = names.find(word).or(by_id);
    ssid.ok_or_else(|| {
        Stop(format!(
            "--server: {word:?} is neither a Short Server ID nor a name (names come with --names)"
        ))
    })
}

fn explain(acl: &Acl, names: &Names, asking: &str, word: &str, path: &str) -> Result<u8, Stop> {
    let ssid = server(asking, names)?;
    let (word, operation) =
        operation(word).ok_or_else(|| Stop(format!("{word:?} is no operation")))?;
    let target = asked_target(path, operation)?;
    let question = Question {
        ssid,
        word,
        operation,
        target,
    };
    let (is_allowed, text) = explain::explain(acl, question, names);
    print(text)?;
    Ok(if is_allowed { YES } else { NO })
}

/// The Instance of a path of any depth; the Object, for creating.
fn asked_target(path: &str, operation: Operation) -> Result<Target, Stop> {
    let parts: Option<Vec<u16>> = path
        .strip_prefix('/')
        .map(|rest| rest.split('/').map(|part| part.parse().ok()).collect())
        .unwrap_or_default();
    match parts.as_deref() {
        Some(&[oid]) if operation == Operation::Create => Ok(Target { oid, iid: MAX_ID }),
        Some(&[oid, ..]) if operation == Operation::Create => Ok(Target { oid, iid: MAX_ID }),
        Some(&[_]) => Err(Stop(format!(
            "{path}: rights are those of an Instance: {path}/IID"
        ))),
        Some(&[oid, iid, ..]) if iid != MAX_ID && path.matches('/').count() <= 4 => {
            Ok(Target { oid, iid })
        }
        _ => Err(Stop(format!("{path:?} is no path such as /1234/0"))),
    }
}

fn manual(command: Option<&str>) -> Result<u8, Stop> {
    let mut cli = Cli::command();
    cli.build();
    let page = match command {
        None => clap_mangen::Man::new(cli),
        Some(name) => {
            let found = cli.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| Stop(format!("{name:?} is no command")))?;
            clap_mangen::Man::new(found)
        }
    };
    let mut text = Vec::new();
    page.render(&mut text)
        .map_err(|error| Stop(error.to_string()))?;
    print(text)
}
