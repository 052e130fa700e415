//! What each group of functions takes of a Cortex-M4's flash, as the introductions of
//! the headers say it.
//!
//! Each has a table, and that is the list of the groups: a number of bytes, and the
//! functions that a program calls for it. The first row is what every program needs; a
//! row with a plus is how much more it takes with these besides, and what several rows
//! share counts in each of them; the last row is all of them.

use crate::size::{flash_of, symbols};
use crate::tools::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What the last row has for names.
const ALL: &str = "all";
/// What a table follows.
const BEFORE: &str = "cargo xtask size --write";
/// Numbers are rounded to this.
const STEP: u64 = 10;
/// A row may be wrong by this, or by a tenth: other compilers, and small changes.
const MAY_BE_OFF: u64 = 50;

/// A header with a table.
pub struct Header {
    /// What its functions begin with.
    pub prefix: &'static str,
    /// Where the table is kept.
    pub source: &'static str,
    /// Where it is made to.
    pub header: &'static str,
}

pub const HEADERS: [Header; 2] = [
    Header {
        prefix: "aac_",
        source: "src/ffi/host_introduction.h",
        header: "include/access_control_host.h",
    },
    Header {
        prefix: "ocf_acl_",
        source: "ocf/cbindgen.toml",
        header: "include/ocf_acl.h",
    },
];

/// A row of a table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    /// The line with its number.
    line: usize,
    /// What it says.
    said: u64,
    /// Whether it is what comes in addition.
    is_more: bool,
    names: Vec<String>,
}

/// The rows of the table in a text; the first row follows the line that names the command.
fn rows(text: &str, prefix: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let lines = text.lines().enumerate();
    for (line, text) in lines.skip_while(|(_, text)| !text.contains(BEFORE)).skip(1) {
        let text = text.trim().trim_start_matches('*').trim();
        let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
        let first = words.next().unwrap_or_default();
        let is_name = |word: &str| word == ALL || word.starts_with(prefix);
        let names = |words: &mut dyn Iterator<Item = &str>| words.map(str::to_owned).collect();
        if let Ok(said) = first.trim_start_matches('+').parse() {
            rows.push(Row {
                line,
                said,
                is_more: first.starts_with('+'),
                names: names(&mut words),
            });
        } else if let (true, Some(row)) = (is_name(first), rows.last_mut()) {
            row.names.push(first.to_owned());
            row.names.append(&mut names(&mut words));
        } else if !rows.is_empty() {
            break;
        }
    }
    rows
}

/// The text with other numbers in its table.
fn with(text: &str, rows: &[Row], numbers: &[u64]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (row, number) in rows.iter().zip(numbers) {
        if let Some(line) = lines.get_mut(row.line) {
            let said = format!("{}{}", if row.is_more { "+" } else { "" }, row.said);
            let now = format!("{}{number}", if row.is_more { "+" } else { "" });
            let width = said.len().max(now.len());
            let (old, new) = (format!("{said:>width$}"), format!("{now:>width$}"));
            // The column stays where it is as long as there is room before it.
            *line = match line.contains(&old) {
                true => line.replacen(&old, &new, 1),
                false => line.replacen(&said, &now, 1),
            };
        }
    }
    lines.join("\n") + "\n"
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// All functions are in one row each, and the archive has all that are in one.
fn check_names(header: &Header, rows: &[Row], archive: &Path) -> Result<(), String> {
    let defined = symbols("--defined-only", archive)?;
    let defined: BTreeSet<&String> = defined
        .iter()
        .filter(|name| name.starts_with(header.prefix))
        .collect();
    let mut seen = BTreeSet::new();
    let names = rows.iter().flat_map(|row| &row.names);
    for name in names.filter(|name| *name != ALL) {
        if !defined.contains(name) {
            return Err(format!("{}: nobody defines {name}", header.source));
        }
        if !seen.insert(name) {
            return Err(format!("{}: {name} is in two rows", header.source));
        }
    }
    match defined.difference(&seen).next() {
        Some(name) => Err(format!("{}: {name} is in no row", header.source)),
        None => Ok(()),
    }
}

/// Measures each row, and compares or writes the numbers.
pub fn look(header: &Header, archive: &Path, is_write: bool, is_lean: bool) -> Result<(), String> {
    let text = read(header.source)?;
    let rows = rows(&text, header.prefix);
    let [first, .., last] = &rows[..] else {
        return Err(format!("{}: no table follows {BEFORE}", header.source));
    };
    if last.names != [ALL] || first.is_more {
        return Err(format!(
            "{}: the table has no first or last row",
            header.source
        ));
    }
    check_names(header, &rows, archive)?;
    let every = rows.iter().flat_map(|row| &row.names);
    let every: BTreeSet<String> = every.filter(|name| *name != ALL).cloned().collect();
    let base: BTreeSet<String> = first.names.iter().cloned().collect();
    let mut found = Vec::new();
    let mut alone = 0;
    println!("\n{}, bytes of flash:", header.header);
    for row in &rows {
        let roots = match row.names.as_slice() {
            [all] if all == ALL => every.clone(),
            names => base.iter().chain(names).cloned().collect(),
        };
        let bytes = flash_of("group", &[archive.to_owned()], &roots)?;
        alone = if found.is_empty() { bytes } else { alone };
        let bytes = if row.is_more { bytes - alone } else { bytes };
        let plus = if row.is_more { "+" } else { "" };
        println!("{:>7}  {}", format!("{plus}{bytes}"), row.names.join(", "));
        found.push(bytes.next_multiple_of(STEP));
    }
    if is_write {
        for file in [header.source, header.header] {
            let text = read(file)?;
            let rows = self::rows(&text, header.prefix);
            fs::write(root().join(file), with(&text, &rows, &found))
                .map_err(|error| format!("{file}: {error}"))?;
        }
        return Ok(());
    }
    if !is_lean {
        println!("not compared: this standard library has frame pointers");
        return Ok(());
    }
    for (row, bytes) in rows.iter().zip(found) {
        let off = row.said.abs_diff(bytes);
        if off > MAY_BE_OFF.max(row.said / 10) {
            return Err(format!(
                "{} says {} bytes for {}, where it is {bytes}: {BEFORE}",
                header.source,
                row.said,
                row.names.join(", ")
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
 * Flash (`cargo xtask size --write`), in bytes.

 *     90  aac_new, aac_free
 *   +100  aac_sync,
 *         aac_sync_all
 *    990  all
 *
 *     10  aac_not_in_it
";

    #[test]
    fn tables_are_found_and_written() {
        let rows = rows(TEXT, "aac_");
        let said: Vec<(u64, bool, usize)> = rows
            .iter()
            .map(|row| (row.said, row.is_more, row.names.len()))
            .collect();
        assert_eq!(said, [(90, false, 2), (100, true, 2), (990, false, 1)]);
        let written = with(TEXT, &rows, &[1120, 80, 12340]);
        let wanted = TEXT
            .replace("     90  aac_new", "   1120  aac_new")
            .replace("+100", " +80")
            .replace("  990", "12340");
        assert_eq!(written, wanted);
    }

    #[test]
    fn every_table_is_there() {
        for header in HEADERS {
            let text = read(header.source).expect("it is there");
            let made = read(header.header).expect("it is there");
            let names = |text: &str| -> Vec<(u64, Vec<String>)> {
                let rows = rows(text, header.prefix).into_iter();
                rows.map(|row| (row.said, row.names)).collect()
            };
            assert!(names(&text).len() > 5, "{}", header.source);
            assert_eq!(names(&text), names(&made), "{}", header.header);
        }
    }
}
