//! The engine against a second, deliberately simple implementation of its
//! contract: random sequences of operations, compared after each step.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test model` for a long run; a
//! failure prints the shortest sequence that shows it and keeps its seed in
//! `tests/model.proptest-regressions`.

mod support;

use proptest::prelude::*;
use support::ops::{self, Op, Raw};

/// Shrinks by its bytes, and shows as operations.
fn sequences() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(any::<Raw>().prop_map(Op::from), 1..60)
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
