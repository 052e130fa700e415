//! An ordered set of rows of one or two 64-bit words, of which the first is the
//! key. One kind of row for all sets, so that the code for them exists once.
//!
//! There are two of them. Where flash is dear and instances are few, on bare
//! metal, it is a sorted vector; elsewhere it is made of chunks, so that a change
//! costs the same among many rows as among few.
//!
//! What both promise: putting back what has been there before needs no memory,
//! whatever happened in between, as long as `tidy` was not called.

use crate::SMALL;

#[cfg(any(not(any(target_os = "none", access_control_small)), test))]
mod chunked;
#[cfg(any(target_os = "none", access_control_small, test))]
mod flat;

#[cfg(test)]
mod promises;

#[cfg(not(any(target_os = "none", access_control_small)))]
pub(crate) use chunked::Index;
#[cfg(any(target_os = "none", access_control_small))]
pub(crate) use flat::Index;

/// Where a key belongs in sorted rows of two words to the power of `shift`.
#[allow(clippy::incompatible_msrv)] // as_chunks, which is to go
fn search(rows: &[u64], shift: u8, key: u64) -> usize {
    if !SMALL {
        return match shift {
            0 => rows.partition_point(|row| *row < key),
            _ => 2 * (rows.as_chunks().0).partition_point(|[row, _]| *row < key),
        };
    }
    let mut from = 0;
    let mut to = rows.len() >> shift;
    while from < to {
        let middle = (from + to) / 2;
        if rows.get(middle << shift).is_some_and(|row| *row < key) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from << shift
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    /// Both sets against a map: random rows put in and taken out, and searched.
    macro_rules! agrees_with_a_map {
        ($name:ident, $set:ty) => {
            #[test]
            fn $name() {
                for shift in [0, 1] {
                    let mut set = <$set>::new(shift);
                    let mut map = BTreeMap::new();
                    let mut random = 1_u64;
                    for round in 0..20_000_u64 {
                        random = random
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1_442_695_040_888_963_407);
                        // Few enough keys that many are met again.
                        let key = (random >> 52) << 48 | (random >> 40 & 3) << 32;
                        set.toggle(key, round).expect("there is memory");
                        if map.remove(&key).is_none() {
                            map.insert(key, round);
                        }
                        let probe = random << 1;
                        let wanted = map.range(probe..).next();
                        let found = set.tail(probe);
                        assert_eq!(found.first(), wanted.map(|(key, _)| key));
                        if shift == 1 {
                            assert_eq!(found.get(1), wanted.map(|(_, value)| value));
                        }
                        assert_eq!(set.len(), map.len());
                        if round % 4_096 == 0 {
                            set.tidy();
                        }
                    }
                    let before = map.range(..u64::MAX).next_back().map(|(key, _)| key);
                    assert_eq!(set.tail_before(u64::MAX).first(), before);
                    set.clear();
                    assert!(set.tail(0).is_empty() && set.tail_before(u64::MAX).is_empty());
                    for id in (0..500).filter(|id| *id != 321) {
                        set.toggle(id << 48, 0).expect("there is memory");
                    }
                    if shift == 0 {
                        assert_eq!(set.lowest_gap(), 321);
                    }
                }
            }
        };
    }

    agrees_with_a_map!(chunks_agree_with_a_map, super::chunked::Index);
    agrees_with_a_map!(a_vector_agrees_with_a_map, super::flat::Index);
}
