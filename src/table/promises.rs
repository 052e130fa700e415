//! What the chunks promise, against a map, and by their room.

use super::chunks::Index;
use std::collections::BTreeMap;
use std::vec::Vec;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn contents(set: &Index<2, 64>) -> Vec<[u64; 2]> {
    let mut found = Vec::new();
    let mut from = 0;
    while let rows @ [.., last] = set.tail(from) {
        found.extend(rows);
        from = last[0] + 1;
    }
    found
}

#[test]
fn chunks_agree_with_a_map() {
    let mut set = Index::<2, 64>::new();
    let mut map = BTreeMap::new();
    let mut random = Random(1);
    for round in 0..40_000_u64 {
        // Few enough keys that many are met again; runs and gaps.
        let key = random.below(3_000) << 32 | random.below(3) << 16;
        match random.below(3) {
            0 => assert_eq!(set.take(key).map(|row| row[1]), map.remove(&key)),
            _ => {
                let old = set.put([key, round]).expect("there is memory");
                assert_eq!(old.map(|row| row[1]), map.insert(key, round));
            }
        }
        let probe = random.below(3_000) << 32 | 1;
        let wanted = map.range(probe..).next();
        let found = set.tail(probe).first();
        assert_eq!(found.map(|row| (&row[0], &row[1])), wanted);
        let wanted = map.range(..probe).next_back();
        assert_eq!(set.before(probe).map(|row| (&row[0], &row[1])), wanted);
        assert_eq!(set.get(key).map(|row| row[1]), map.get(&key).copied());
        assert_eq!(set.len(), map.len());
        if round % 5_000 == 0 {
            map.retain(|key, _| key % 7 == 0 || round % 10_000 == 0);
            for [key, _] in contents(&set) {
                if !map.contains_key(&key) {
                    set.take(key);
                }
            }
            set.tidy();
        }
    }
    assert!(
        contents(&set)
            .into_iter()
            .eq(map.into_iter().map(|(key, value)| [key, value]))
    );
}

#[test]
fn the_lowest_gap_is_found() {
    let mut set = Index::<1, 16>::new();
    for id in (0..5_000_u64).filter(|id| *id != 3_210) {
        set.put([id << 48]).expect("there is memory");
    }
    assert_eq!(set.lowest_gap(), 3_210);
    set.put([3_210 << 48]).expect("there is memory");
    assert_eq!(set.lowest_gap(), 5_000);
    set.take(0);
    assert_eq!(set.lowest_gap(), 0);
}

/// Whatever stood there before finds its room again: by taking back the steps
/// from the end, and by taking out all that is new before all that is old comes.
#[test]
fn putting_back_needs_no_memory() {
    let mut random = Random(2);
    for round in 0..60 {
        let mut set = Index::<2, 64>::new();
        let count = 1 + random.below(3_000);
        let rises = round % 3 == 0;
        let key = |random: &mut Random, n: u64| match rises {
            true => n << 32,
            false => random.below(2 * count) << 32 | random.below(3),
        };
        for n in 0..count {
            set.put([key(&mut random, n), n]).expect("memory");
        }
        set.tidy();
        let before = contents(&set);
        let mut steps = Vec::new();
        for n in 0..4_000 {
            let key = key(&mut random, n);
            let old = match random.below(2) {
                0 => set.take(key),
                _ => set.put([key, !n]).expect("memory"),
            };
            steps.push((key, old));
        }
        let room = set.room();
        let after = contents(&set);
        for (key, old) in steps.iter().rev() {
            match old {
                Some(row) => drop(set.put(*row)),
                None => drop(set.take(*key)),
            }
            assert_eq!(set.room(), room, "no memory is needed");
        }
        assert_eq!(contents(&set), before);
        for (from, to) in [(&before, &after), (&after, &before)] {
            for row in from {
                if !to.iter().any(|other| other[0] == row[0]) {
                    set.take(row[0]);
                }
            }
            for row in to {
                let _ = set.put(*row);
            }
            assert_eq!(contents(&set), *to);
            assert_eq!(set.room(), room, "no memory is needed");
        }
    }
}

#[test]
fn rows_in_rising_order_fill_their_chunks() {
    let mut set = Index::<2, 64>::new();
    for n in 0..10_000_u64 {
        // As a new instance does: a row, soon replaced by a lower one.
        set.put([n << 32 | 0xffff, 0]).expect("memory");
        set.take(n << 32 | 0xffff);
        set.put([n << 32 | 1, 0]).expect("memory");
    }
    assert!(set.room() < 2 * 10_000 * 11 / 10);
}

/// What is held is at most twice what the rows that are left take afresh.
#[test]
fn room_is_given_back() {
    let mut random = Random(3);
    for kept in [0, 1, 10, 120, 5_000, 20_000] {
        let mut set = Index::<2, 64>::new();
        for n in 0..60_000_u64 {
            set.put([random.below(1 << 30) << 20 | n, n])
                .expect("memory");
        }
        for row in contents(&set).iter().skip(kept) {
            set.take(row[0]);
            set.tidy();
        }
        let mut fresh = Index::<2, 64>::new();
        for row in contents(&set) {
            fresh.put(row).expect("memory");
        }
        let (room, fresh) = (set.room(), fresh.room());
        assert!(
            room <= 2 * fresh + 1_024,
            "{kept}: {room} words for {fresh}"
        );
    }
}
