//! What is fuzzed: one function for each kind of input, which panics where the
//! code under test breaks a promise. `fuzz/` runs them under libFuzzer, the
//! tests of this crate for a few seconds each without it. And [`replay`], which
//! compares recorded answers with the sandbox's.

pub mod replay;
pub mod seeds;

use access_control::{Engine, Error};
use ocf_acl::{Acl, Apply, Method, Request, State, Update, View};
use replay::Device;
use testkit::model::{self, Model};
use testkit::ops::{self, Op, world};
use testkit::{Bytes, StreamError};

/// A fuzz target.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 4] = [
    ("restore", restore),
    ("handlers", handlers),
    ("commands", commands),
    ("ocf", ocf),
];

/// A persisted state: taken exactly if the model takes it, and if not, without a
/// trace; what was taken is written again as the model writes it.
pub fn restore(data: &[u8]) {
    let client = world();
    let engine = Engine::new(&client);
    engine.set_acl(1234, 1, 2, 3).expect("a valid grant");
    let before = ops::dump(&engine);
    let mut model = Model::default();
    let mut source = Bytes::from(data);
    let result = engine.restore(&mut source);
    match model.restore(&client, data) {
        Some(used) => {
            assert_eq!(result, Ok(()));
            assert_eq!(source.at, used, "bytes after the last instance are left");
            assert!(!engine.is_modified());
            let mut out = Bytes::from(&[]);
            engine.persist(&mut out).expect("a vector takes everything");
            assert_eq!(out.bytes, model.persist());
            assert_eq!(ops::dump(&engine), model.rows);
            ops::check_settled(&model.rows);
        }
        None => {
            let refused = matches!(
                result,
                Err(StreamError::Stream | StreamError::Engine(Error::Malformed))
            );
            assert!(refused, "{result:?}");
            assert_eq!(ops::dump(&engine), before);
            assert!(engine.is_modified());
        }
    }
}

/// A sequence of operations, eight bytes each, compared with the model.
pub fn handlers(data: &[u8]) {
    let (raw, _) = data.as_chunks();
    // Beyond this a run only gets slower.
    ops::run(raw.iter().take(100).map(|&raw| Op::from(raw)));
}

/// Lines of the sandbox's language. Whatever they say, the state can be persisted
/// and restored once no bootstrap is open.
pub fn commands(data: &[u8]) {
    let mut device = Device::new().expect("there is memory");
    for ssid in 1..=3 {
        device.add_account(ssid).expect("a new account");
    }
    for (oid, iids) in [(3, &[0][..]), (1234, &[0, 1, 2]), (5678, &[1, 4])] {
        device.add_object(oid, iids).expect("a new Object");
    }
    for line in data.split(|&byte| byte == b'\n').take(60) {
        let line = String::from_utf8_lossy(line);
        if !touches_files(&line) {
            let _ = device.run(&line);
        }
    }
    let _ = device.run("bs finish");
    let state = device.persist().expect("there is memory");
    let state = state.expect("a settled state can be persisted");
    let (rows, used) = model::parse(&state).expect("what was written can be read");
    assert_eq!(used, state.len());
    ops::check_settled(&rows);
    assert_eq!(device.restore(&state), Ok(true));
    assert_eq!(device.persist(), Ok(Some(state)));
}

/// `persist` and `restore` name files; nothing that a fuzzer makes up is to be
/// written anywhere.
fn touches_files(line: &str) -> bool {
    let letters: String = line.chars().filter(char::is_ascii_alphabetic).collect();
    letters.contains("persist") || letters.contains("restore")
}

/// An OCF list: refused without a trace, or kept so that what is encoded loads
/// as the same list. The first byte chooses how it comes.
pub fn ocf(data: &[u8]) {
    let Some((&how, payload)) = data.split_first() else {
        return;
    };
    let encoded = |acl: &Acl, view| {
        let needed = acl.encode(view, &mut []).unwrap_or_else(|needed| needed);
        let mut bytes = vec![0; needed];
        assert_eq!(acl.encode(view, &mut bytes), Ok(needed));
        bytes
    };
    let mut acl = Acl::new();
    let before = encoded(&acl, View::Storage);
    let state = State::from_number(how % 5).expect("below 5");
    let result = match how & 0xc0 {
        0 => acl.load(payload),
        0x40 => {
            let mut update = Update::lenient();
            let read = update.cbor(payload, &mut |_| {});
            read.and_then(|()| acl.apply(&mut update, Apply::Load))
        }
        _ => acl.post(state, payload),
    };
    if result.is_err() {
        assert_eq!(encoded(&acl, View::Storage), before);
    }
    let kept = encoded(&acl, View::Storage);
    let mut again = Acl::new();
    again.load(&kept).expect("what was encoded can be loaded");
    assert_eq!(encoded(&again, View::Storage), kept);
    for path in [&b"/oic/sec/acl2"[..], b"/light", payload] {
        for method in [Method::Get, Method::Post, Method::Delete, Method::Other] {
            for secured in [false, true] {
                let mut request = Request::new(state, method, path);
                request.secured = secured;
                let [one, other] = [&acl, &again].map(|acl| acl.check(&request, [].into_iter()));
                assert_eq!(one.allowed, other.allowed);
            }
        }
    }
    let _ = acl.delete(state, Some(payload));
    let _ = acl.delete(state, None);
}
