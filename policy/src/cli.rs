//! The command line.

use crate::ocf::explain::{METHODS, STATES};
use crate::words::OPERATIONS;
use access_control::Operation;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Exit status: done; allowed; nobody gained; valid.
pub const YES: u8 = 0;
/// Exit status: denied; somebody gained; not valid.
pub const NO: u8 = 1;
/// Exit status: an input cannot be used, or an output cannot be written.
pub const TROUBLE: u8 = 3;

const AFTER: &str = "\
Examples:
  lwm2m-acl compile policy.toml -o acl.bin
  lwm2m-acl compile policy.toml --c-header -o acl.h
  lwm2m-acl show acl.bin --names policy.toml
  lwm2m-acl explain acl.bin --server 2 read /1234/0
  lwm2m-acl diff old.bin new.bin && echo nobody gained anything
  lwm2m-acl report new.bin --before old.bin --names policy.toml -o report.html
  lwm2m-acl check policy.toml --format sarif > findings.sarif

A FILE named - is standard input or output.

Exit status:
  0  done; explain: allowed; diff: nobody gained anything; check: valid
  1  explain: denied; diff: somebody gained; check: a device would refuse it
  2  the command line is wrong
  3  an input cannot be used, or an output cannot be written";

/// Access-control policies of LwM2M devices: written by people, compiled to what
/// anjay_access_control_restore() takes, inspected, explained and compared.
#[derive(Debug, Parser)]
#[command(name = "lwm2m-acl", version, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn a policy into a state for a device
    #[command(after_help = "\
The mistakes are told, each with its line and the rule that it breaks; then nothing is written.

Example policy:
  [servers]
  management = 1
  telemetry = 2

  [defaults]                # for targets that do not say otherwise
  owner = \"management\"
  rights = { management = \"RWED\", default = \"R\" }

  [\"/3/0\"]

  [\"/1234/0,2-5\"]
  rights = { management = \"RWED\", telemetry = \"RW\" }

  [\"/1234\"]                 # creating Instances of /1234
  rights = { management = \"C\" }")]
    Compile {
        /// The policy
        policy: PathBuf,
        /// Where to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Write a C array for linking into firmware
        #[arg(long)]
        c_header: bool,
        /// The name of the C array
        #[arg(long, requires = "c_header", default_value = "access_control_policy")]
        name: String,
    },
    /// Show who may do what: targets down, servers across
    Show {
        /// The state.
        #[command(flatten)]
        input: Input,
        /// Show these servers only
        #[arg(short, long = "server", value_name = "SERVER")]
        servers: Vec<String>,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
        /// As --format json
        #[arg(long, hide = true, conflicts_with_all = ["svg", "servers", "format"])]
        json: bool,
        /// As --format svg
        #[arg(long, hide = true, conflicts_with = "format")]
        svg: bool,
        /// Whether to use colours
        #[arg(long, value_enum, default_value_t = Colour::Auto)]
        color: Colour,
    },
    /// Tell whether a device would take it, and what is odd about it
    #[command(after_help = "\
Told are: what a device would refuse, with byte and instance; rights that can never match; targets \
that nobody can reach; servers without an account; accounts that no other server can reach; entries \
that say what holds anyway; rights that are void with a single account; owners, who can give \
themselves more rights. The servers of a policy (STATE itself, or --names) count as the accounts of \
the device.")]
    Check {
        /// The state.
        #[command(flatten)]
        input: Input,
        /// Exit status 1 also for rights that never match, servers without an account and targets
        /// that nobody can reach
        #[arg(long)]
        strict: bool,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = CheckFormat::Text)]
        format: CheckFormat,
    },
    /// Decide one question, and tell by which rule, step by step
    Explain {
        /// The state.
        #[command(flatten)]
        input: Input,
        /// Who asks: a Short Server ID, a name, or bootstrap
        #[arg(short, long)]
        server: String,
        /// Suppose that one server account is configured: that of SERVER, or else of who asks
        #[arg(long, value_name = "SERVER", require_equals = true, num_args = 0..=1,
            default_missing_value = "")]
        single_server: Option<String>,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The operation
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(OPERATIONS.map(|(word, _)| word)))]
        operation: String,
        /// On what: /OID/IID, or /OID for create and discover; what follows the Instance does not
        /// matter
        path: String,
    },
    /// Tell what each server gained and lost
    Diff {
        /// The state before
        old: PathBuf,
        /// The state after
        new: PathBuf,
        /// Names of servers.
        #[command(flatten)]
        names: NamesFrom,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Make a page to look at: the matrix with filters, the steps of each decision, owners, warnings
    #[command(after_help = "\
The page is one file of HTML that needs no network: light and dark, for print, keyboard and screen \
reader. Nothing that is in a state or a policy can run in it.")]
    Report {
        /// The state.
        #[command(flatten)]
        input: Input,
        /// Also show what was gained and lost since this state
        #[arg(short, long, value_name = "OLD")]
        before: Option<PathBuf>,
        /// Where to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Turn a state back into a policy
    Decompile {
        /// The state.
        #[command(flatten)]
        input: Input,
        /// Where to write
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// The same for access-control lists of OCF devices, /oic/sec/acl2
    Ocf {
        /// What is to be done.
        #[command(subcommand)]
        command: OcfCommand,
    },
    /// Print the manual page, or write all of them
    Man {
        /// Of this command, such as show or ocf show
        command: Vec<String>,
        /// Write the pages of all commands to this folder, such as ~/.local/share/man/man1
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        to: Option<PathBuf>,
    },
    /// Print what a shell needs to complete command lines
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the JSON Schema of what --format json gives
    Schema,
}

/// What can be done with the list of an OCF device.
#[derive(Debug, Subcommand)]
pub enum OcfCommand {
    /// Show who may do what: resources down, subjects across
    Show {
        /// A list, as CBOR or JSON
        list: PathBuf,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Whether to use colours
        #[arg(long, value_enum, default_value_t = Colour::Auto)]
        color: Colour,
    },
    /// Tell whether a device would take it, and what is odd about it
    Check {
        /// A list, as CBOR or JSON
        list: PathBuf,
        /// Exit status 1 also for what does nothing, or opens a lot
        #[arg(long)]
        strict: bool,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = CheckFormat::Text)]
        format: CheckFormat,
    },
    /// Decide one question, and tell by which of the ten rules and which ACE
    Explain {
        /// A list, as CBOR or JSON
        list: PathBuf,
        /// Who asks: the UUID that its secured connection has proven
        #[arg(long)]
        uuid: Option<String>,
        /// A role that it has proven, and who gave it
        #[arg(long = "role", value_name = "ROLE[@AUTHORITY]")]
        roles: Vec<String>,
        /// Over an unsecured connection
        #[arg(long, conflicts_with_all = ["uuid", "roles", "onboarding"])]
        unsecured: bool,
        /// In the onboarding session
        #[arg(long)]
        onboarding: bool,
        /// The resource can be discovered
        #[arg(long)]
        discoverable: bool,
        /// The state of the device
        #[arg(long, default_value = "rfnop", ignore_case = true,
            value_parser = clap::builder::PossibleValuesParser::new(STATES.map(|(word, _)| word)))]
        state: String,
        /// In which form
        #[arg(short, long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The method
        #[arg(ignore_case = true,
            value_parser = clap::builder::PossibleValuesParser::new(METHODS.map(|(word, _)| word)))]
        method: String,
        /// The path of the resource
        path: String,
    },
    /// Turn JSON into the CBOR that a device stores
    Compile {
        /// The list
        list: PathBuf,
        /// Where to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Turn CBOR into JSON
    Decompile {
        /// The list
        list: PathBuf,
        /// Where to write
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Make a page to look at
    Report {
        /// A list, as CBOR or JSON
        list: PathBuf,
        /// Where to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// The form of most answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The form of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// A picture
    Svg,
}

/// The form of what `check` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    #[allow(rustdoc::broken_intra_doc_links)] // clap prints it as it stands
    /// For editors: file:line:column: level: message [rule]
    Lines,
    /// For programs
    Json,
    /// For a CI: SARIF 2.1.0
    Sarif,
}

/// A persisted state.
#[derive(Debug, Args)]
pub struct Input {
    /// A state as anjay_access_control_persist() writes it, or a policy
    #[arg(value_name = "STATE")]
    pub state: PathBuf,
    /// Where servers have their names.
    #[command(flatten)]
    pub names: NamesFrom,
}

impl Input {
    /// All that is read.
    #[must_use]
    pub fn all(&self) -> Vec<&Path> {
        let names = self.names.policy.as_deref();
        [Some(self.state.as_path()), names]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Where servers have their names.
#[derive(Debug, Args)]
pub struct NamesFrom {
    /// Name servers as this policy does
    #[arg(short, long = "names", value_name = "POLICY")]
    pub policy: Option<PathBuf>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// When writing to a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The operation of a word that the command line has checked.
#[must_use]
pub fn operation(word: &str) -> Option<(&'static str, Operation)> {
    OPERATIONS.into_iter().find(|(known, _)| *known == word)
}
