//! What both sets promise: that putting back needs no memory.

use super::{chunked, flat};
use std::vec::Vec;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

macro_rules! tests_of {
    ($set:ident, $tests:ident) => {
        mod $tests {
            use super::*;

            /// Keys with runs and gaps, in no order, or rising.
            fn keys(random: &mut Random, shift: u8, count: u64, rises: bool) -> Vec<u64> {
                let id = 48 - 16 * u32::from(shift);
                (0..count)
                    .map(|n| if rises { n } else { random.below(2 * count) })
                    .map(|n| n << id | u64::from(shift) * (n % 3))
                    .collect()
            }

            fn contents(set: &$set::Index, shift: u8) -> Vec<(u64, u64)> {
                let mut found = Vec::new();
                let mut from = 0;
                while let rows @ [_, ..] = set.tail(from) {
                    for row in rows.chunks(1 << shift) {
                        let value = if shift == 1 { row[1] } else { 0 };
                        found.push((row[0], value));
                        from = row[0] + 1;
                    }
                }
                found
            }

            #[test]
            fn putting_back_needs_no_memory() {
                let mut random = Random(2);
                for round in 0..40 {
                    let shift = (round % 2) as u8;
                    let mut set = $set::Index::new(shift);
                    let count = 1 + random.below(3_000);
                    for key in keys(&mut random, shift, count, round % 3 == 0) {
                        set.toggle(key, !key).expect("memory");
                    }
                    set.tidy();
                    let before = contents(&set, shift);
                    let steps = keys(&mut random, shift, 4_000, round % 5 == 0);
                    for &key in &steps {
                        set.toggle(key, !key).expect("memory");
                    }
                    let room = set.room();
                    for &key in steps.iter().rev() {
                        set.toggle(key, !key).expect("no memory is needed");
                        assert_eq!(set.room(), room);
                    }
                    let after = contents(&set, shift);
                    assert!(
                        after
                            .iter()
                            .map(|(key, _)| key)
                            .eq(before.iter().map(|(key, _)| key))
                    );
                }
            }
        }
    };
}

tests_of!(chunked, of_chunked);
tests_of!(flat, of_flat);

#[test]
fn rows_in_rising_order_fill_their_chunks() {
    let mut set = chunked::Index::new(1);
    for n in 0..10_000u64 {
        // As a new instance does: a row, soon replaced by a lower one.
        set.toggle(n << 32 | 0xffff, 0).expect("memory");
        set.toggle(n << 32 | 0xffff, 0).expect("memory");
        set.toggle(n << 32 | 1, 0).expect("memory");
    }
    assert!(set.room() < 2 * 10_000 * 11 / 10);
}
