//! Where fuzzing starts: the recorded answers, turned into inputs.

use std::fmt::Write;

const TRACES: &str = include_str!("../../tests/vectors/anjay-3.14.0-traces.txt");

/// OCF lists in CBOR: for a connection type; by UUID and by role; with an owner.
const OCF: [&[u8]; 3] = [
    b"\xa1\x67aclist2\x81\xa3\x67subject\xa1\x68conntype\x6aauth-crypt\
      \x69resources\x81\xa1\x64href\x66/light\x6apermission\x02",
    b"\xa1\x67aclist2\x82\xa4\x65aceid\x01\x67subject\xa1\x64uuid\x78\x24\
      11111111-2222-4333-8444-555555555555\x69resources\x82\xa1\x64href\x62/a\xa1\x62wc\x61+\
      \x6apermission\x18\x1f\xa3\x67subject\xa2\x64role\x65admin\x69authority\x64acme\
      \x69resources\x80\x6apermission\x00",
    b"\xa2\x67aclist2\x80\x6arowneruuid\x78\x2411111111-2222-4333-8444-555555555555",
];

/// Seeds for a target.
#[must_use]
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "restore" => files(),
        "commands" => scripts(),
        "ocf" => {
            let with = |how: u8| OCF.map(|payload| [&[how], payload].concat());
            [with(0), with(0x40), with(0x82), with(0x81)].concat()
        }
        _ => sequences(),
    }
}

/// Every persisted state that was recorded.
fn files() -> Vec<Vec<u8>> {
    let recorded = TRACES.lines().filter_map(|line| {
        let hex = line
            .strip_prefix("persist -> ")
            .or_else(|| line.strip_prefix("restore ")?.split(' ').next())?;
        let digits = hex.as_bytes().chunks_exact(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    });
    let mut files: Vec<Vec<u8>> = recorded.collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The recorded sequences as lines of the sandbox's language.
fn scripts() -> Vec<Vec<u8>> {
    TRACES.split("end_trace").map(script).collect()
}

fn script(trace: &str) -> Vec<u8> {
    let mut out = String::new();
    for line in trace.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let _ = match words[..] {
            ["set_acl", oid, "65535", ssid, mask, ..] => {
                writeln!(out, "grant /{oid} {ssid} {mask}")
            }
            ["set_acl", oid, iid, ssid, mask, ..] => {
                writeln!(out, "grant /{oid}/{iid} {ssid} {mask}")
            }
            ["set_owner", oid, iid, ssid, ..] => writeln!(out, "owner /{oid}/{iid} {ssid}"),
            ["decide", ssid, operation, oid, iid, ..] => {
                writeln!(out, "{ssid} {operation} /{oid}/{iid}")
            }
            ["account_removed", ssid, ..] => {
                writeln!(
                    out,
                    "bs begin\nbs delete /0/{ssid}\nbs delete /1/{ssid}\nbs finish"
                )
            }
            ["write", iid, rid, "-", value, ..] => writeln!(out, "bs write /2/{iid}/{rid} {value}"),
            ["write", iid, rid, riid, value, ..] => {
                writeln!(out, "1 update /2/{iid} {rid}/{riid}={value}")
            }
            ["remove", iid, ..] => writeln!(out, "bs delete /2/{iid}"),
            ["purge", ..] => writeln!(out, "purge"),
            _ => Ok(()),
        };
    }
    out.into_bytes()
}

/// Nothing recorded is of this form; these do a little of everything.
fn sequences() -> Vec<Vec<u8>> {
    let mut roll = random(1);
    let bytes = |length: usize, roll: &mut dyn FnMut() -> u64| {
        let words = (0..length).map(|_| roll().wrapping_mul(roll() | 1));
        words.flat_map(u64::to_be_bytes).collect()
    };
    (1..=40).map(|length| bytes(length, &mut roll)).collect()
}

/// Numbers that look random; the same for the same seed.
pub fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    }
}
