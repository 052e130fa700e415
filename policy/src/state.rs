//! What a command looks at: a state as a device kept it, or the policy that
//! describes one.

use crate::acl::{Acl, Refusal};
use crate::files::{self, MAX_BLOB, MAX_POLICY, Trouble};
use crate::format::{self, Scan};
use crate::ocf;
use crate::policy::{self, Mistakes, Places, Policy};
use crate::words::{Names, Target};
use access_control::Ssid;
use std::path::Path;

/// A state, restored, and what is known of where it came from.
#[derive(Debug)]
pub struct State {
    /// The state.
    pub acl: Acl,
    /// The policy, if it was one.
    pub source: Option<Source>,
    /// How many bytes were read.
    pub size: usize,
    /// Whether it is in the order in which a device writes it.
    pub is_in_order: bool,
}

/// The policy that a state was compiled from.
#[derive(Debug)]
pub struct Source {
    /// What it says.
    pub text: String,
    /// The names that it gives.
    pub names: Names,
    /// Where the targets stand in it.
    pub places: Places,
    /// Targets with rights that say what `[defaults]` says.
    pub like_defaults: Vec<Target>,
}

/// Why something cannot be looked at.
#[derive(Debug)]
pub enum Unusable {
    /// The file.
    File(Trouble),
    /// The policy in it.
    Policy(Mistakes),
    /// The state in it: the engine's reason, and all that was found.
    State(Refusal, Scan),
    /// It is text, yet no policy.
    Text,
    /// It is the list of an OCF device.
    Ocf,
}

impl From<Trouble> for Unusable {
    fn from(trouble: Trouble) -> Unusable {
        Unusable::File(trouble)
    }
}

/// Reads a state or a policy, whichever it is, as on a device where the account
/// of `single_server`, if any, is the only one.
///
/// # Errors
/// What is wrong with it.
pub fn load(path: &Path, single_server: Option<Ssid>) -> Result<State, Unusable> {
    let looks_like_policy =
        |first: &[u8]| !first.starts_with(&format::MAGIC) && policy::is_text(first);
    let limit = |first: &[u8]| match looks_like_policy(first) {
        true => MAX_POLICY,
        false => MAX_BLOB,
    };
    let bytes = files::read_by_kind(path, limit)?;
    let first = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let is_ocf = |bytes: &[u8]| bytes.len() as u64 <= MAX_BLOB && ocf::is_list(bytes);
    if !looks_like_policy(first) {
        return match restore(&bytes, single_server) {
            Err(_) if is_ocf(&bytes) => Err(Unusable::Ocf),
            answer => answer,
        };
    }
    let text = files::text(path, bytes)?;
    if text.trim_ascii_start().starts_with('{') && is_ocf(text.as_bytes()) {
        return Err(Unusable::Ocf);
    }
    match policy::read(&text) {
        Ok(policy) => compile(text, policy, single_server),
        // A single word, say: TOML's complaint about it would help nobody.
        Err(_) if !text.contains(['=', '[']) => Err(Unusable::Text),
        Err(mistakes) => Err(Unusable::Policy(mistakes)),
    }
}

fn restore(bytes: &[u8], single_server: Option<Ssid>) -> Result<State, Unusable> {
    let acl = Acl::restore(bytes, single_server)
        .map_err(|refusal| Unusable::State(refusal, format::scan(bytes)))?;
    Ok(State {
        size: bytes.len(),
        is_in_order: bytes.starts_with(acl.persisted()),
        acl,
        source: None,
    })
}

/// The state that a policy describes. The engine has the last word.
///
/// # Errors
/// What the engine refuses.
pub fn compile(
    text: String,
    policy: Policy,
    single_server: Option<Ssid>,
) -> Result<State, Unusable> {
    let State { acl, size, .. } = restore(&format::write(&policy.instances), single_server)?;
    Ok(State {
        acl,
        size,
        is_in_order: true,
        source: Some(Source {
            text,
            names: policy.names,
            places: policy.places,
            like_defaults: policy.like_defaults,
        }),
    })
}
