//! What the integration tests share: payloads written as JSON and encoded by an encoder of their own.
#![allow(missing_docs, dead_code)]

#[path = "../../src/json.rs"]
pub mod json;

use ocf_acl::{Ace, Acl, Decision, Method, Request, Role, State, Uuid, View};
use serde_json::Value;

pub const ALICE: &str = "11111111-2222-3333-4444-555555555555";
pub const BOB: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
pub const STATES: [State; 5] = [
    State::Reset,
    State::Rfotm,
    State::Rfpro,
    State::Rfnop,
    State::Sreset,
];

pub fn uuid(text: &str) -> Uuid {
    Uuid::parse(text).expect("the tests name valid UUIDs")
}

/// As long as the tests run.
pub fn known(text: &str) -> &'static Uuid {
    Box::leak(Box::new(uuid(text)))
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Definite,
    /// Maps and arrays end with a break, text comes in chunks of two characters.
    Indefinite,
}

pub fn cbor(value: &Value) -> Vec<u8> {
    encode(value, Form::Definite)
}

pub fn encode(value: &Value, form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, value, form);
    out
}

pub fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend([major | 24, argument as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend((argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend((argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(argument.to_be_bytes());
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str, form: Form) {
    if form == Form::Definite {
        head(out, 3, text.len() as u64);
        out.extend(text.as_bytes());
        return;
    }
    out.push(0x7f);
    let characters: Vec<char> = text.chars().collect();
    for chunk in characters.chunks(2) {
        put_text(out, &chunk.iter().collect::<String>(), Form::Definite);
    }
    out.push(0xff);
}

fn put(out: &mut Vec<u8>, value: &Value, form: Form) {
    let open = |out: &mut Vec<u8>, major: u8, len: usize| match form {
        Form::Definite => head(out, major, len as u64),
        Form::Indefinite => out.push((major << 5) | 31),
    };
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(value) => out.push(0xf4 + u8::from(*value)),
        Value::Number(number) if number.is_u64() => head(out, 0, number.as_u64().unwrap()),
        Value::Number(number) if number.is_i64() => {
            head(out, 1, (-1 - number.as_i64().unwrap()) as u64)
        }
        Value::Number(number) => {
            out.push(0xfb);
            out.extend(number.as_f64().unwrap().to_be_bytes());
        }
        Value::String(text) => put_text(out, text, form),
        Value::Array(items) => {
            open(out, 4, items.len());
            items.iter().for_each(|item| put(out, item, form));
        }
        Value::Object(map) => {
            open(out, 5, map.len());
            for (key, value) in map {
                put_text(out, key, form);
                put(out, value, form);
            }
        }
    }
    if form == Form::Indefinite && (value.is_array() || value.is_object()) {
        out.push(0xff);
    }
}

pub fn bytes_of(acl: &Acl, view: View) -> Vec<u8> {
    let needed = acl.encode(view, &mut []).unwrap_or_else(|needed| needed);
    let mut bytes = vec![0; needed];
    assert_eq!(acl.encode(view, &mut bytes), Ok(needed));
    bytes
}

pub fn json_of(acl: &Acl, view: View) -> Value {
    json::from_cbor(&bytes_of(acl, view)).expect("the encoder writes what JSON can hold")
}

/// Everything that can be seen of a list.
pub fn snapshot(acl: &Acl) -> (Vec<u8>, u32) {
    (bytes_of(acl, View::Storage), acl.generation())
}

pub fn aces(acl: &Acl) -> Vec<Ace<'_>> {
    acl.aces().collect()
}

pub fn list(aces: &Value) -> Acl {
    let mut acl = Acl::new();
    acl.post(State::Rfpro, &cbor(&serde_json::json!({ "aclist2": aces })))
        .expect("a valid list");
    acl
}

pub fn check(acl: &Acl, request: &Request<'_>) -> Decision {
    check_with(acl, request, &[])
}

pub fn check_with(acl: &Acl, request: &Request<'_>, roles: &[Role<'_>]) -> Decision {
    acl.check(request, roles.iter().copied())
}

pub fn request(state: State, method: Method, path: &str) -> Request<'_> {
    Request::new(state, method, path.as_bytes())
}
