//! Values of resources.

use crate::path::Path;
use std::fmt;

/// What a handler gave for a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Integer.
    Int(i64),
    /// Unsigned integer.
    Uint(u64),
    /// Floating point.
    Double(f64),
    /// Boolean.
    Bool(bool),
    /// String; handlers are not obliged to UTF-8.
    Text(Vec<u8>),
    /// Opaque.
    Bytes(Vec<u8>),
    /// Object link.
    Link(u16, u16),
}

impl Value {
    /// As an unsigned 16-bit number, if it is one.
    pub fn as_u16(&self) -> Option<u16> {
        match self {
            Value::Int(value) => u16::try_from(*value).ok(),
            Value::Uint(value) => u16::try_from(*value).ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(value) => write!(f, "{value}"),
            Value::Uint(value) => write!(f, "{value}"),
            Value::Double(value) => write!(f, "{value}"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Text(text) => write!(f, "\"{}\"", String::from_utf8_lossy(text).escape_debug()),
            Value::Bytes(bytes) => {
                f.write_str("hex:")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Value::Link(oid, iid) => write!(f, "{oid}:{iid}"),
        }
    }
}

/// Why a written value is refused.
pub fn out_of_range(path: &Path, value: &[u8], range: &str) -> String {
    let value = String::from_utf8_lossy(value);
    format!("{path} cannot be \"{value}\": {range}")
}

/// The kinds of value that handlers ask for; what a server writes is text, as
/// in LwM2M's plain-text format.
pub mod parse {
    /// The text, if it is UTF-8.
    pub fn text(bytes: &[u8]) -> Option<&str> {
        std::str::from_utf8(bytes).ok()
    }

    /// What [`number`] takes for an integer, in words.
    pub fn integers<T: std::fmt::Display>(min: T, max: T) -> String {
        format!("a whole number from {min} to {max}")
    }

    /// What [`boolean`] takes, in words.
    pub const BOOLEANS: &str = "true, false, 1 or 0";

    /// A number or other type with a text form.
    pub fn number<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
        text(bytes)?.parse().ok()
    }

    /// `true`, `1`, `false` or `0`.
    pub fn boolean(bytes: &[u8]) -> Option<bool> {
        match bytes {
            b"true" | b"1" => Some(true),
            b"false" | b"0" => Some(false),
            _ => None,
        }
    }

    /// `OID:IID`.
    pub fn link(bytes: &[u8]) -> Option<(u16, u16)> {
        let (oid, iid) = text(bytes)?.split_once(':')?;
        Some((oid.parse().ok()?, iid.parse().ok()?))
    }
}
