//! A page to look at: who may do what, in one file of HTML that asks nobody for
//! anything.
//!
//! All that is shown is packed into it as JSON, compressed and in base64, which
//! nothing in it can break out of; its script sets texts as texts; and the
//! Content-Security-Policy runs that script, by its hash, and no other.

pub mod lwm2m;
pub mod ocf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page with its data.
///
/// # Errors
/// When the data cannot be written down.
pub fn page<T: Serialize>(title: &str, data: &T) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut packed, data)?;
    let packed = STANDARD.encode(packed.finish()?);
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let mut page = Vec::new();
    // In one pass: what is put in may look like a gap.
    let mut parts = PAGE.split("{{");
    page.write_all(parts.next().unwrap_or_default().as_bytes())?;
    for part in parts {
        let (gap, rest) = part.split_once("}}").unwrap_or((part, ""));
        match gap {
            "title" => page.write_all(escape(title).as_bytes())?,
            "version" => page.write_all(env!("CARGO_PKG_VERSION").as_bytes())?,
            "style" => page.write_all(STYLE.as_bytes())?,
            "style-hash" => page.write_all(hash(STYLE).as_bytes())?,
            "script" => page.write_all(SCRIPT.as_bytes())?,
            "script-hash" => page.write_all(hash(SCRIPT).as_bytes())?,
            _ => page.write_all(packed.as_bytes())?,
        }
        page.write_all(rest.as_bytes())?;
    }
    Ok(page)
}

/// Text within an element.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// Rising places as first and last of each run, one after the other.
pub(crate) fn runs(places: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut runs: Vec<usize> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some(last) if *last + 1 == place => *last = place,
            _ => runs.extend([place, place]),
        }
    }
    runs
}
