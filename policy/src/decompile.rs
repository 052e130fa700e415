//! From Access Control instances back to a policy that compiles to the same.

use crate::instance::Instance;
use crate::policy::{ABSENT, BOOTSTRAP, DEFAULT, is_name, possible_rights};
use crate::words::{Names, ranges, rights};
use access_control::{Entry, SSID_ANY, SSID_BOOTSTRAP, Ssid};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Entries that stand in one line.
const SHORT: usize = 4;

/// Writes a policy. Servers without a name get one.
#[must_use]
pub fn decompile(instances: &[Instance], names: &Names) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, instances, &complete(instances, names));
    text
}

/// Names for all servers: the given ones, and for others `server-7`.
fn complete(instances: &[Instance], names: &Names) -> Names {
    let mut all = names.clone();
    let servers: BTreeSet<Ssid> = instances.iter().flat_map(Instance::servers).collect();
    for ssid in servers {
        if all.get(ssid).is_none() {
            let mut name = format!("server-{ssid}");
            while all.find(&name).is_some() {
                name.push('-');
            }
            debug_assert!(is_name(&name));
            all.add(ssid, name);
        }
    }
    all
}

fn write(text: &mut String, instances: &[Instance], names: &Names) -> std::fmt::Result {
    if !names.is_empty() {
        writeln!(text, "[servers]")?;
        for (ssid, name) in names.iter() {
            writeln!(text, "{name} = {ssid}")?;
        }
    }
    // A device hands out the lowest free ID, so the first ones need not be told.
    let told = |place: usize, instance: &Instance| usize::from(instance.iid) != place;
    let mut place = 0;
    while let Some((first, rest)) = instances.get(place..).and_then(<[_]>::split_first) {
        let is_told = told(place, first);
        let mut run = vec![first.target.iid];
        for next in rest {
            let rises = run.last().is_some_and(|last| *last < next.target.iid);
            if is_told || told(place + run.len(), next) || !rises || !is_like(first, next) {
                break;
            }
            run.push(next.target.iid);
        }
        if !text.is_empty() {
            writeln!(text)?;
        }
        let path = match first.target.is_creation() {
            true => format!("\"/{}\"", first.target.oid),
            false => format!("\"/{}/{}\"", first.target.oid, ranges(&run)),
        };
        writeln!(text, "[{path}]")?;
        if is_told {
            writeln!(text, "acl_iid = {}", first.iid)?;
        }
        if first.owner != SSID_BOOTSTRAP {
            writeln!(text, "owner = \"{}\"", name_of(first.owner, names))?;
        }
        write_acl(text, &path, first, names)?;
        place += run.len();
    }
    Ok(())
}

/// Whether two instances differ in no more than the target Instance.
fn is_like(first: &Instance, next: &Instance) -> bool {
    !next.target.is_creation()
        && !first.target.is_creation()
        && next.target.oid == first.target.oid
        && next.owner == first.owner
        && next.acl == first.acl
}

fn name_of(ssid: Ssid, names: &Names) -> &str {
    match ssid {
        SSID_ANY => DEFAULT,
        SSID_BOOTSTRAP => BOOTSTRAP,
        _ => names.get(ssid).unwrap_or_default(),
    }
}

fn write_acl(
    text: &mut String,
    path: &str,
    instance: &Instance,
    names: &Names,
) -> std::fmt::Result {
    let assignment = |entry: &Entry| {
        let mask = entry.mask;
        let possible = possible_rights(instance.target, entry.ssid == SSID_ANY);
        let value = match mask & !possible.bits() {
            0 => format!("\"{}\"", rights(mask)),
            _ => format!("{{ raw = {mask:#06x} }}"),
        };
        format!("{} = {value}", name_of(entry.ssid, names))
    };
    match &instance.acl {
        None => writeln!(text, "rights = \"{ABSENT}\""),
        Some(entries) if entries.is_empty() => writeln!(text, "rights = {{}}"),
        Some(entries) if entries.len() <= SHORT => {
            let parts: Vec<String> = entries.iter().map(assignment).collect();
            writeln!(text, "rights = {{ {} }}", parts.join(", "))
        }
        Some(entries) => {
            writeln!(text, "\n[{path}.rights]")?;
            entries
                .iter()
                .try_for_each(|entry| writeln!(text, "{}", assignment(entry)))
        }
    }
}
