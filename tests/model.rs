//! The engine against a second, deliberately simple implementation of its
//! contract: random sequences of operations, compared after each step.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test model` for a long run; a
//! failure prints the shortest sequence that shows it and keeps its seed in
//! `tests/model.proptest-regressions`.

use access_control::Edit;
use proptest::prelude::*;
use testkit::Bytes;
use testkit::model::{self, Model};
use testkit::nested::{At, Plan, nested};
use testkit::ops::{self, Op, Raw};

/// Shrinks by its bytes, and shows as operations.
fn sequences() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(op(), 1..60)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(
            proptest::test_runner::FileFailurePersistence::Direct(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/model.proptest-regressions"
            )),
        )),
        cases: match std::env::var("PROPTEST_CASES") {
            Ok(cases) => cases.parse().expect("PROPTEST_CASES is a number"),
            Err(_) => 3000,
        },
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn engine_and_model_agree(sequence in sequences()) {
        ops::run(sequence);
    }
}

fn op() -> impl Strategy<Value = Op> {
    any::<Raw>().prop_map(Op::from)
}

/// An operation, and what happens at which of the host's calls.
fn nested_sequences() -> impl Strategy<Value = Vec<(Op, Plan)>> {
    let plan = proptest::collection::btree_map(1..6u8, op(), 0..3);
    let anything = proptest::collection::vec((op(), plan), 1..30);
    prop_oneof![anything, busy_transactions()]
}

/// Transactions of sound edits, and others that come in while they are checked.
fn busy_transactions() -> impl Strategy<Value = Vec<(Op, Plan)>> {
    let edit = || {
        let edit = prop_oneof![
            4 => (1..3u16, 0..32i64).prop_map(|(ssid, mask)| Edit::Write(2, ssid, mask)),
            1 => (1..4i64).prop_map(|owner| Edit::Write(3, 0, owner)),
            1 => (0..3i64).prop_map(|iid| Edit::Write(1, 0, iid)),
        ];
        (0..2u16, edit).prop_map(|(iid, edit)| Op::Edit(iid, edit))
    };
    let inner = prop_oneof![
        3 => edit(),
        1 => Just(Op::Edit(9, Edit::Create)),
        1 => (0..2u16).prop_map(|iid| Op::Edit(iid, Edit::Write(3, 0, 77))),
        1 => Just(Op::Begin),
        1 => Just(Op::Rollback),
        1 => Just(Op::Commit),
        1 => Just(Op::Validate),
    ];
    let plan = proptest::collection::btree_map(1..9u8, inner, 0..4);
    let end = prop_oneof![Just(Op::Validate), Just(Op::Commit)];
    let steps = proptest::collection::vec(
        (
            proptest::collection::vec(edit(), 1..5),
            proptest::collection::vec((end, plan), 1..3),
        ),
        1..4,
    );
    steps.prop_map(|steps| {
        let mut sequence: Vec<(Op, Plan)> = Vec::new();
        let plain = |op| (op, Plan::new());
        sequence.extend((0..2).map(|iid| plain(Op::SetAcl(1234, iid, 1, 15))));
        for (edits, ends) in steps {
            sequence.push(plain(Op::Begin));
            sequence.extend(edits.into_iter().map(plain));
            sequence.extend(ends);
            sequence.push(plain(Op::Rollback));
        }
        sequence
    })
}

/// Whether an operation changes no more than the engine.
fn is_pure(op: &Op) -> bool {
    !matches!(
        op,
        Op::Create(..)
            | Op::Remove(..)
            | Op::Account(..)
            | Op::Server(_)
            | Op::Register(..)
            | Op::Listable(_)
    )
}

/// Whether what the host answered before stays right after the operation.
fn keeps_targets(op: &Op) -> bool {
    matches!(
        op,
        Op::SetAcl(..) | Op::SetOwner(..) | Op::Provision(_) | Op::Purge | Op::Persist
    )
}

/// Operations that run while the host is being asked behave as if they had come
/// just before the one that asked.
fn nested_operations_come_first(sequence: Vec<(Op, Plan)>) {
    let immovable = || {
        let client = ops::world();
        client.fixed.borrow_mut().extend(ops::OBJECTS);
        client
    };
    let engine = nested(immovable(), At::Questions);
    let nest = engine.host().0.clone();
    let (mirror, mut model) = (immovable(), Model::default());
    for (op, mut plan) in sequence {
        plan.retain(|_, inner| match op {
            Op::Sync(..) | Op::Create(..) | Op::Remove(..) | Op::Account(..) | Op::Register(..) => {
                keeps_targets(inner)
            }
            _ => is_pure(inner),
        });
        nest.start(plan);
        let told = ops::prepare(&nest.client, &op);
        ops::prepare(&mirror, &op);
        let answer = ops::apply(&engine, &op, &told).0;
        let done = nest.done.take();
        for (inner, told, answer) in &done {
            let expected = ops::apply_to_model(&mut model, &mirror, inner, told);
            assert_eq!(answer.0.is_ok(), expected.0.is_ok(), "{inner:?} in {op:?}");
            if matches!(inner, Op::Decide(..)) {
                assert_eq!(answer.1, expected.1, "{inner:?} in {op:?}");
            }
        }
        if answer.is_ok() {
            let expected = ops::apply_to_model(&mut model, &mirror, &op, &told);
            assert!(expected.0.is_ok(), "{op:?} around {done:?}: {expected:?}");
        } else if matches!(op, Op::Commit) {
            // A commit that fails takes back what is there.
            let _ = model.rollback();
        } else if done.is_empty() {
            let expected = ops::apply_to_model(&mut model, &mirror, &op, &told);
            assert!(expected.0.is_err(), "{op:?}");
        } else if told.is_some() || matches!(op, Op::Validate) {
            model.doubt();
        }
        let what = format!("{op:?} ({answer:?}) around {done:?}");
        assert_eq!(ops::dump(&*engine), model.rows, "after {what}");
        assert_eq!(engine.is_modified(), model.modified, "after {what}");
        ops::check_settled(model.settled());
        let expected = model.persisted();
        assert_eq!(
            ops::peek(&*engine, expected.len()),
            expected,
            "after {what}"
        );
    }
}

/// Whatever runs at whatever call of the host, what comes out is whole.
fn nested_operations_leave_a_whole_state(sequence: Vec<(Op, Plan)>) {
    let engine = nested(ops::world(), At::Everything);
    let nest = engine.host().0.clone();
    for (op, plan) in sequence {
        nest.start(plan);
        let told = ops::prepare(&nest.client, &op);
        let _ = ops::apply(&engine, &op, &told);
        ops::dump(&*engine);
    }
    nest.start(Plan::new());
    let _ = engine.rollback();
    let rows = ops::dump(&*engine);
    ops::check_settled(&rows);
    let mut bytes = Bytes::from(&[]);
    engine
        .persist(&mut bytes)
        .expect("a settled state can be persisted");
    assert_eq!(bytes.bytes, model::encode(&rows));
    assert!(!engine.is_modified());
    for row in rows.values() {
        nest.client.add(row.oid.unwrap_or_default(), &[]);
    }
    engine
        .restore(&mut bytes)
        .expect("its own state can be restored");
    assert_eq!(ops::dump(&*engine), rows);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn calls_from_within_an_answer_come_first(sequence in nested_sequences()) {
        nested_operations_come_first(sequence);
    }

    #[test]
    fn calls_from_within_any_call_leave_a_whole_state(sequence in nested_sequences()) {
        nested_operations_leave_a_whole_state(sequence);
    }
}
