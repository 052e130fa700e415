//! Answers to operations: CoAP codes, values, and why.

use crate::path::Path;
use crate::value::Value;
use std::fmt;

/// A CoAP response code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u8);

impl Code {
    pub const CREATED: Code = Code(0x41);
    pub const DELETED: Code = Code(0x42);
    pub const CHANGED: Code = Code(0x44);
    pub const CONTENT: Code = Code(0x45);
    pub const BAD_REQUEST: Code = Code(0x80);
    pub const UNAUTHORIZED: Code = Code(0x81);
    pub const NOT_FOUND: Code = Code(0x84);
    pub const METHOD_NOT_ALLOWED: Code = Code(0x85);
    pub const NOT_ACCEPTABLE: Code = Code(0x86);
    pub const INTERNAL: Code = Code(0xa0);
    pub const SERVICE_UNAVAILABLE: Code = Code(0xa3);

    /// The code that a handler's negative number stands for; 5.00 for numbers
    /// that stand for none.
    pub fn of_handler(result: i32) -> Code {
        match u8::try_from(result.saturating_neg()) {
            Ok(code) if (0x80..0xc0).contains(&code) => Code(code),
            _ => Code::INTERNAL,
        }
    }

    /// As the negative number of a handler.
    pub fn to_handler(self) -> i32 {
        -i32::from(self.0)
    }

    fn name(self) -> &'static str {
        match self.0 {
            0x41 => "Created",
            0x42 => "Deleted",
            0x44 => "Changed",
            0x45 => "Content",
            0x80 => "Bad Request",
            0x81 => "Unauthorized",
            0x82 => "Bad Option",
            0x83 => "Forbidden",
            0x84 => "Not Found",
            0x85 => "Method Not Allowed",
            0x86 => "Not Acceptable",
            0x88 => "Request Entity Incomplete",
            0x8f => "Unsupported Content-Format",
            0xa0 => "Internal Server Error",
            0xa1 => "Not Implemented",
            0xa3 => "Service Unavailable",
            _ => "",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:02} {}", self.0 >> 5, self.0 & 0x1f, self.name());
        f.write_str(text.trim_end())
    }
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: Code,
    /// In words.
    pub reason: String,
}

impl Fault {
    pub fn new(code: Code, reason: impl Into<String>) -> Fault {
        let reason = reason.into();
        Fault { code, reason }
    }

    /// 4.04 for a path.
    pub fn not_found(path: &Path) -> Fault {
        Fault::new(Code::NOT_FOUND, format!("{path} does not exist"))
    }
}

/// What a step that yields nothing returns.
pub type Done = Result<(), Fault>;

/// The answer to a successful operation.
#[derive(Debug)]
pub struct Answer {
    pub code: Code,
    /// Values, or links with their attributes: one line each.
    pub content: Vec<String>,
    /// Which rule allowed it.
    pub because: Vec<String>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

impl Answer {
    pub fn new(code: Code) -> Answer {
        Answer {
            code,
            content: Vec::new(),
            because: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub fn values(&mut self, values: &[(Path, Value)]) {
        self.content.extend(
            values
                .iter()
                .map(|(path, value)| format!("{path} = {value}")),
        );
    }

    /// Adds a reason, once.
    pub fn reason(&mut self, reason: String) {
        if !self.because.contains(&reason) {
            self.because.push(reason);
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.code)?;
        let lines = |f: &mut fmt::Formatter<'_>, lead: &str, lines: &[String]| {
            lines
                .iter()
                .try_for_each(|line| writeln!(f, "  {lead}{line}"))
        };
        lines(f, "", &self.content)?;
        lines(f, "allowed: ", &self.because)?;
        lines(f, "left out: ", &self.left_out)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lead = match self.code {
            Code::UNAUTHORIZED => "denied: ",
            _ => "reason: ",
        };
        writeln!(f, "{}", self.code)?;
        writeln!(f, "  {lead}{}", self.reason)
    }
}
