//! Every state that was recorded from a device passes every command, and comes
//! back from text to the same bytes.

use lwm2m_acl::acl::Acl;
use lwm2m_acl::words::Names;
use lwm2m_acl::{decompile, diff, format, json, policy, show};
use std::collections::BTreeSet;
use std::path::Path;

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn traces() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let files = ["traces", "bootstrap-owned"].map(|name| {
        let path = folder.join(format!("anjay-3.14.0-{name}.txt"));
        std::fs::read_to_string(path).expect("the recordings are there")
    });
    files.concat()
}

#[test]
fn recorded_states_pass_everything_and_come_back() {
    let traces = traces();
    let states: BTreeSet<&str> = traces
        .lines()
        .filter_map(|line| line.strip_prefix("persist -> "))
        .collect();
    let names = Names::default();
    let mut before: Option<Acl> = None;
    for state in &states {
        let bytes = unhex(state);
        assert_eq!(format::scan(&bytes).count, 0, "{state}");
        let acl = Acl::restore(&bytes, None).expect("a device wrote it");
        assert_eq!(acl.trailing(), 0, "{state}");

        let rows = acl.instances().len();
        let plain = show::plain(&acl, &[], &names, false);
        assert!(plain.lines().count() >= rows, "{plain}");
        assert!(show::svg(&acl, &[], &names).ends_with("</svg>\n"));
        let json = json::show(&acl, &names).expect("memory takes it");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["instances"].as_array().map(Vec::len), Some(rows));

        let text = decompile::decompile(acl.instances(), &names);
        let policy = policy::read(&text).unwrap_or_else(|found| panic!("{found:?}\n{text}"));
        let again = Acl::restore(&format::write(&policy.instances), None).expect("compiled");
        assert_eq!(again.persisted(), bytes, "{text}");

        assert!(!diff::diff(&acl, &again).anybody_gained());
        if let Some(before) = before.replace(again) {
            let _ = diff::diff(&before, &acl).words(&names);
        }
    }
    assert!(
        states.len() > 1000,
        "only {} states were seen",
        states.len()
    );
}

#[test]
fn recorded_refusals_have_a_place_and_a_reason() {
    let (mut taken, mut refused) = (0, 0);
    for line in traces().lines() {
        let Some((state, answer)) = line
            .strip_prefix("restore ")
            .and_then(|rest| rest.split_once(" -> "))
        else {
            continue;
        };
        let bytes = unhex(state.trim_start_matches('-'));
        match (Acl::restore(&bytes, None), answer) {
            (Ok(_), "ok") => taken += 1,
            (Err(refusal), "error") => {
                refused += 1;
                assert!(refusal.to_string().starts_with("byte "), "{refusal}");
            }
            (other, _) => panic!("{line}: {other:?}"),
        }
    }
    assert!(taken >= 100 && refused > 30, "{taken} {refused}");
}
