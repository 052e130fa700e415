//! The matrix that people want to see: targets down, servers across.

use crate::acl::Acl;
use crate::instance::Instance;
use crate::words::{LETTERS, Names, Target, ranges};
use access_control::{Mask, Rule, SSID_ANY, SSID_BOOTSTRAP, Ssid};
use anstyle::{AnsiColor, Style};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// More columns are no picture; then each target lists the servers it names.
pub const MAX_COLUMNS: usize = 24;

/// What stands where a target and a server meet.
#[derive(Clone, Copy, Debug)]
struct Square {
    rights: Mask,
    is_owner: bool,
    is_default: bool,
}

impl Square {
    fn of(acl: &Acl, instance: &Instance, ssid: Ssid) -> Square {
        let (rights, rule) = acl.rights(ssid, instance.target);
        Square {
            rights,
            is_owner: instance.owner == ssid,
            is_default: rule == Rule::DefaultEntry,
        }
    }

    fn style(self) -> Style {
        if self.rights.is_empty() {
            AnsiColor::BrightBlack.on_default()
        } else if self.is_owner {
            AnsiColor::Green.on_default()
        } else if self.is_default {
            AnsiColor::Yellow.on_default()
        } else {
            Style::new()
        }
    }

    /// The letters, each in its place, and the marks.
    fn text(self, target: Target) -> String {
        let mut text = letters(self.rights, target);
        if self.is_owner {
            text += " *";
        }
        if self.is_default {
            text += " d";
        }
        text
    }
}

/// What a server gets that the instance does not name, if there is a default
/// entry.
fn default_text(acl: &Acl, instance: &Instance) -> String {
    match (instance.entry(SSID_ANY), instance.stranger()) {
        (Some(_), Some(other)) => {
            let (rights, _) = acl.rights(other, instance.target);
            letters(rights, instance.target)
        }
        _ => String::new(),
    }
}

/// The letters, each in its place.
fn letters(mask: Mask, target: Target) -> String {
    let possible = LETTERS
        .iter()
        .filter(|(_, right)| target.rights().contains(*right));
    possible
        .map(|&(letter, right)| if mask.contains(right) { letter } else { '-' })
        .collect()
}

fn owner_text(instance: &Instance) -> String {
    match instance.owner {
        SSID_BOOTSTRAP => "bootstrap".to_owned(),
        owner => owner.to_string(),
    }
}

/// The columns: the servers asked for, or all.
fn columns(acl: &Acl, only: &[Ssid]) -> Vec<Ssid> {
    if only.is_empty() {
        acl.servers().into_iter().collect()
    } else {
        only.to_vec()
    }
}

/// The table, in colour or plain.
#[must_use]
pub fn plain(acl: &Acl, only: &[Ssid], names: &Names, in_colour: bool) -> String {
    if acl.instances().is_empty() {
        return "No target is governed: with several servers, nobody has rights.\n".to_owned();
    }
    let servers = columns(acl, only);
    if servers.len() > MAX_COLUMNS {
        return lines(acl, &servers);
    }
    let mut header = vec!["target".to_owned(), "AC".to_owned(), "owner".to_owned()];
    header.extend(servers.iter().map(|&ssid| title(ssid, names)));
    header.push("default".to_owned());
    let mut rows = vec![header.into_iter().map(|text| (text, BOLD)).collect()];
    for instance in acl.by_target() {
        let mut row = vec![
            (instance.target.to_string(), Style::new()),
            (format!("/2/{}", instance.iid), Style::new()),
            (owner_text(instance), Style::new()),
        ];
        row.extend(servers.iter().map(|&ssid| {
            let square = Square::of(acl, instance, ssid);
            (square.text(instance.target), square.style())
        }));
        row.push((default_text(acl, instance), Style::new()));
        rows.push(row);
    }
    let mut text = table(&rows, in_colour);
    text += "\nAC: the Access Control instance; *: the owner; d: by the default entry\n";
    text
}

/// The same as lines for a comment, if there are few: who reads code should see
/// what is in the bytes.
#[must_use]
pub fn for_comment(acl: &Acl, names: &Names) -> String {
    /// More is no help there.
    const MOST: usize = 64;
    let more = acl.instances().len().saturating_sub(MOST);
    if more > 0 || acl.servers().len() > MAX_COLUMNS {
        let (instances, servers) = (acl.instances().len(), acl.servers().len());
        return format!("{instances} instances, {servers} servers: `lwm2m-acl show` shows them");
    }
    let text = plain(acl, &[], names, false);
    text.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

pub(crate) const BOLD: Style = Style::new().bold();

/// Sets columns flush, with a line under the first row.
pub(crate) fn table(rows: &[Vec<(String, Style)>], in_colour: bool) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, (text, _)) in widths.iter_mut().zip(row) {
            *width = text.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    let mut is_header = true;
    for row in rows {
        let mut missing = 0;
        for ((text, style), width) in row.iter().zip(&widths) {
            if !text.is_empty() {
                out.extend(std::iter::repeat_n(' ', missing));
                missing = 0;
                if in_colour {
                    // Writing to a string does not fail.
                    let _ = write!(out, "{style}{text}{style:#}");
                } else {
                    out.push_str(text);
                }
            }
            missing += width - text.chars().count() + GAP;
        }
        out.push('\n');
        if is_header {
            let width: usize = widths.iter().map(|width| width + GAP).sum();
            out.extend(std::iter::repeat_n('-', width.saturating_sub(GAP)));
            out.push('\n');
        }
        is_header = false;
    }
    out
}

/// Blanks between columns.
const GAP: usize = 3;

fn title(ssid: Ssid, names: &Names) -> String {
    match names.get(ssid) {
        Some(name) => format!("{ssid} {name}"),
        None => ssid.to_string(),
    }
}

/// For more servers than a matrix has room for: under each target, who has which
/// rights there.
fn lines(acl: &Acl, servers: &[Ssid]) -> String {
    let shown: BTreeSet<Ssid> = servers.iter().copied().collect();
    let mut text = String::new();
    for instance in acl.by_target() {
        let (target, iid, owner) = (instance.target, instance.iid, owner_text(instance));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{target}  /2/{iid}  owner {owner}");
        let mut groups: BTreeMap<String, Vec<Ssid>> = BTreeMap::new();
        let named: BTreeSet<Ssid> = instance.servers().collect();
        for &ssid in named.intersection(&shown) {
            let (rights, _) = acl.rights(ssid, target);
            groups
                .entry(letters(rights, target))
                .or_default()
                .push(ssid);
        }
        for (letters, servers) in groups {
            let _ = writeln!(text, "  {letters} {}", ranges(&servers));
        }
        let others = instance.stranger().map(|other| acl.rights(other, target).0);
        let others = letters(others.unwrap_or(Mask::empty()), target);
        let _ = writeln!(text, "  {others} all others");
    }
    text
}

/// A picture of the matrix.
#[must_use]
pub fn svg(acl: &Acl, only: &[Ssid], names: &Names) -> String {
    const ROW: usize = 22;
    const LETTER: usize = 16;
    const HEAD: usize = 40;
    // Rough, but wide enough in any font that is not wide itself.
    let width_of = |text: &str| 9 * text.chars().count() + 16;
    let mut servers = columns(acl, only);
    let left_out = servers.len().saturating_sub(MAX_COLUMNS);
    servers.truncate(MAX_COLUMNS);
    let rows = acl.by_target();
    let labels: Vec<String> = rows.iter().map(|row| row.target.to_string()).collect();
    let label = labels
        .iter()
        .map(|label| width_of(label))
        .max()
        .unwrap_or(80);
    let titles: Vec<String> = servers.iter().map(|&ssid| title(ssid, names)).collect();
    let square = LETTERS.len() * LETTER + 24;
    let step = titles
        .iter()
        .map(|title| width_of(title))
        .max()
        .unwrap_or(0)
        .max(square);
    let width = (label + step * servers.len()).max(480) + 16;
    let height = HEAD + ROW * rows.len() + 48;
    let mut text = String::new();
    let mut out = |arguments: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        let _ = text.write_fmt(arguments);
        text.push('\n');
    };
    out(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"13\">"
    ));
    out(format_args!("<title>Who may do what</title>"));
    out(format_args!(
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    ));
    for (column, title) in titles.iter().enumerate() {
        out(format_args!(
            "<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{title}</text>",
            label + column * step,
            HEAD - 14
        ));
    }
    for (row, (instance, label_text)) in rows.iter().zip(&labels).enumerate() {
        let y = HEAD + row * ROW;
        if row % 2 == 0 {
            out(format_args!(
                "<rect x=\"0\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\" fill=\"#f3f5f8\"/>"
            ));
        }
        let base = y + 15;
        out(format_args!(
            "<text x=\"8\" y=\"{base}\">{label_text}</text>"
        ));
        for (column, &ssid) in servers.iter().enumerate() {
            let x = label + column * step;
            let found = Square::of(acl, instance, ssid);
            if found.is_owner {
                out(format_args!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{square}\" height=\"{}\" rx=\"4\" \
                     fill=\"none\" stroke=\"#1a7f37\" stroke-width=\"1.5\"/>",
                    x - 6,
                    y + 2,
                    ROW - 4
                ));
            }
            // Green: own; amber: by the default entry; grey: missing.
            let colour = if found.is_default {
                "#9a6700"
            } else {
                "#1a7f37"
            };
            let kind = instance.target.rights();
            for (place, (letter, right)) in LETTERS.into_iter().enumerate() {
                if !kind.contains(right) {
                    continue;
                }
                let has = found.rights.contains(right);
                let (letter, colour) = if has {
                    (letter, colour)
                } else {
                    ('-', "#b0b6be")
                };
                out(format_args!(
                    "<text x=\"{}\" y=\"{base}\" fill=\"{colour}\">{letter}</text>",
                    x + place * LETTER
                ));
            }
        }
    }
    let more = match left_out {
        0 => String::new(),
        more => format!("; {more} more servers are not shown"),
    };
    out(format_args!(
        "<text x=\"8\" y=\"{}\" fill=\"#57606a\">framed: the owner; amber: by the default \
         entry{more}</text>",
        height - 16
    ));
    out(format_args!("</svg>"));
    text
}
