//! Replays traces of recorded answers through the C API and the handlers of
//! Object 2, on the sandbox. The format is described beside the recordings, in
//! `tests/vectors/README.md`.
// Their names say what they are.
#![allow(missing_docs)]

mod device;

pub use device::Device;

/// What came of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Answers compared.
    pub compared: usize,
    /// Answers that differ.
    pub different: usize,
    /// The first of them.
    pub first: Option<Difference>,
}

/// An answer that is not the recorded one.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub line: usize,
    pub expected: String,
    pub got: String,
}

/// A line that is not understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub reason: String,
}

/// Replays the traces of one file.
pub fn replay(text: &str) -> Result<Report, Malformed> {
    let mut report = Report::default();
    let mut trace: Option<Device> = None;
    let mut number = 0;
    for line in text.lines() {
        number += 1;
        let bad = |reason: String| Malformed {
            line: number,
            reason,
        };
        let (question, expected) = match line.split_once("->") {
            Some((question, expected)) => (question, Some(expected.trim())),
            None => (line, None),
        };
        let words: Vec<&str> = question.split_whitespace().collect();
        let answer = match (words.as_slice(), &mut trace) {
            ([], _) => None,
            (["trace", _], None) => {
                trace = Some(Device::new().map_err(bad)?);
                None
            }
            (["end_trace"], Some(_)) => {
                trace = None;
                None
            }
            (_, None) => return Err(bad(format!("\"{}\" stands in no trace", line.trim()))),
            (words, Some(device)) => execute(device, words).map_err(bad)?,
        };
        let expected = match words.as_slice() {
            // The one answer without an arrow.
            ["instances", _, ids @ ..] => Some(ids.join(" ")),
            _ => expected.map(str::to_owned),
        };
        match (answer, expected) {
            (None, None) => {}
            (Some(got), Some(expected)) => {
                report.compared += 1;
                if got != expected {
                    report.different += 1;
                    report.first.get_or_insert(Difference {
                        line: number,
                        expected,
                        got,
                    });
                }
            }
            (Some(_), None) => return Err(bad("an answer is missing: -> …".into())),
            (None, Some(_)) => return Err(bad("there is no answer to this".into())),
        }
    }
    match trace {
        None => Ok(report),
        Some(_) => Err(Malformed {
            line: number,
            reason: "the last trace does not end".into(),
        }),
    }
}

/// Executes a line of a trace; returns its answer, if it has one.
fn execute(device: &mut Device, words: &[&str]) -> Result<Option<String>, String> {
    let code = |code: i32| Some(code.to_string());
    Ok(match *words {
        ["object", oid, ref iids @ ..] => {
            let iids: Vec<u16> = iids.iter().map(|iid| id(iid)).collect::<Result<_, _>>()?;
            device.add_object(id(oid)?, &iids)?;
            None
        }
        ["account", ssid] => {
            device.add_account(id(ssid)?)?;
            None
        }
        ["set_acl", oid, iid, ssid, mask] => {
            code(device.set_acl(id(oid)?, id(iid)?, id(ssid)?, id(mask)?))
        }
        ["set_owner", oid, iid, ssid, "null"] => {
            code(device.set_owner(id(oid)?, id(iid)?, id(ssid)?, None))
        }
        ["set_owner", oid, iid, ssid, acl_iid] => {
            let mut inout = id(acl_iid)?;
            let result = device.set_owner(id(oid)?, id(iid)?, id(ssid)?, Some(&mut inout));
            Some(format!("{result} {inout}"))
        }
        ["decide", ssid, operation, oid, iid] => {
            let allowed = device.decide(id(ssid)?, operation, id(oid)?, id(iid)?)?;
            Some(if allowed { "allow" } else { "deny" }.into())
        }
        ["created_by", ssid, oid, iid] => code(device.created_by(id(ssid)?, id(oid)?, id(iid)?)?),
        ["removed", oid, iid] => code(device.removed(id(oid)?, id(iid)?)?),
        ["account_removed", ssid] => code(device.account_removed(id(ssid)?)?),
        ["instances", oid, ..] => {
            let ids: Vec<_> = device.instances(id(oid)?)?;
            let ids: Vec<_> = ids.iter().map(u16::to_string).collect();
            Some(ids.join(" "))
        }
        ["begin"] => {
            device.begin()?;
            None
        }
        ["end", result] => code(device.end(number(result)?)),
        ["write", iid, rid, "-", value] => {
            code(device.write(id(iid)?, id(rid)?, u16::MAX, number(value)?))
        }
        ["write", iid, rid, riid, value] => {
            code(device.write(id(iid)?, id(rid)?, id(riid)?, number(value)?))
        }
        ["create", iid] => code(device.create(id(iid)?)),
        ["reset", iid] => code(device.reset(id(iid)?)),
        ["reset_resource", iid, rid] => code(device.reset_resource(id(iid)?, id(rid)?)),
        ["remove", iid] => code(device.remove(id(iid)?)),
        ["purge"] => {
            device.purge();
            None
        }
        ["restore", hex] => {
            let restored = device.restore(&bytes(hex)?)?;
            Some(if restored { "ok" } else { "error" }.into())
        }
        ["modified"] => code(device.is_modified().into()),
        ["persist"] => Some(match device.persist()? {
            Some(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            None => "error".into(),
        }),
        _ => return Err(format!("\"{}\" is no line of a trace", words.join(" "))),
    })
}

fn id(word: &str) -> Result<u16, String> {
    word.parse()
        .map_err(|_| format!("\"{word}\" is no number from 0 to 65535"))
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("\"{word}\" is no number"))
}

/// `-` is nothing.
fn bytes(word: &str) -> Result<Vec<u8>, String> {
    if word == "-" {
        return Ok(Vec::new());
    }
    let pair = |pair: &[u8]| {
        let text = std::str::from_utf8(pair)
            .ok()
            .filter(|text| text.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = word.as_bytes().chunks(2).map(pair).collect();
    bytes.ok_or(format!("\"{word}\" is not hexadecimal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../../tests/vectors/anjay-3.14.0-traces.txt");

    const BOOTSTRAP_OWNED: &str =
        include_str!("../../../tests/vectors/anjay-3.14.0-bootstrap-owned.txt");

    #[test]
    fn all_recorded_answers_are_ours() {
        let report = replay(RECORDED).expect("well-formed");
        assert_eq!(report.first, None);
        assert_eq!(report.compared, 13_928);
    }

    /// D18 of the table of differences.
    #[test]
    fn what_the_bootstrap_server_owns_is_kept_but_in_a_build_as_anjay() {
        let report = replay(BOOTSTRAP_OWNED).expect("well-formed");
        assert_eq!(report.compared, 893);
        if cfg!(feature = "anjay-compat") {
            assert_eq!(report.first, None);
        } else {
            let first = report.first.expect("each trace was chosen for it");
            assert!(first.got.len() > first.expected.len(), "{first:?}");
        }
    }

    const SMALL: &str = "\
trace 1
object 1234 0 5
account 1
account 2
set_acl 1234 0 1 3 -> 0
modified -> 1
decide 1 write 1234 0 -> allow
begin
 write 0 2 2 1 -> 0
end 0 -> 0
persist -> 41434f010000000104d200000000ffff01000000020003000100010002
account_removed 1 -> 0
instances 1234 0 5
end_trace
";

    #[test]
    fn every_manipulated_answer_is_reported() {
        let report = replay(SMALL).expect("well-formed");
        assert_eq!((report.compared, report.different), (8, 0));
        for (line, from, to) in [
            (5, "1 3 -> 0", "1 3 -> -1"),
            (6, "modified -> 1", "modified -> 0"),
            (7, "-> allow", "-> deny"),
            (9, "2 1 -> 0", "2 1 -> -128"),
            (10, "end 0 -> 0", "end 0 -> -128"),
            (11, "00010002\n", "00010003\n"),
            (12, "removed 1 -> 0", "removed 1 -> -160"),
            (13, "instances 1234 0 5", "instances 1234 0"),
        ] {
            let manipulated = SMALL.replace(from, to);
            assert_ne!(manipulated, SMALL);
            let report = replay(&manipulated).expect("well-formed");
            assert_eq!(report.different, 1, "{to}");
            assert_eq!(report.first.map(|first| first.line), Some(line), "{to}");
        }
    }

    #[test]
    fn malformed_lines_are_named() {
        for (text, line, word) in [
            ("set_acl 1 2 3 4 -> 0\n", 1, "no trace"),
            (
                "trace 1\nset_acl 1 2 3 -> 0\nend_trace\n",
                2,
                "set_acl 1 2 3",
            ),
            ("trace 1\nset_acl 1 2 x 4 -> 0\nend_trace\n", 2, "\"x\""),
            ("trace 1\nset_acl 1 2 3 4\nend_trace\n", 2, "missing"),
            (
                "trace 1\nbegin -> 0\nend 0 -> 0\nend_trace\n",
                2,
                "no answer",
            ),
            ("trace 1\nrestore abc -> ok\nend_trace\n", 2, "abc"),
            ("trace 1\naccount 0\nend_trace\n", 2, "account"),
            ("trace 1\ndecide 1 fly 3 0 -> deny\nend_trace\n", 2, "fly"),
            ("trace 1\n", 1, "does not end"),
        ] {
            let malformed = replay(text).expect_err(text);
            assert_eq!(malformed.line, line, "{text}");
            assert!(malformed.reason.contains(word), "{}", malformed.reason);
        }
    }
}
