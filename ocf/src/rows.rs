//! Where the ACEs of a list are, and of an update.
//!
//! There is one kind of row for all that has to be found, sorted and counted: each kind of its own
//! would come with its own copy of the code that does it.
#![forbid(unsafe_code)]

use crate::ace::{Ace, NO_ACE_ID, Record};
use crate::list::List;

/// An ACE, in four columns.
pub(crate) type Row = [u32; 4];

/// The key of the record; in an update, until it is applied, its number.
pub(crate) const KEY: usize = 0;
/// Its aceid.
pub(crate) const ID: usize = 1;
/// Where its record begins. Those of an update rise in the order of the payload.
pub(crate) const AT: usize = 2;
/// 0, or 1 for one that is to go; in an update, until it is applied, its offset, and then 1 if the list
/// or the payload before it said the same.
pub(crate) const MARK: usize = 3;

/// ACEs: rows, and the records in any order.
#[derive(Debug)]
pub(crate) struct Table {
    pub rows: List<Row>,
    pub memory: List<u8>,
}

impl Table {
    pub const fn new() -> Self {
        Self {
            rows: List::new(),
            memory: List::new(),
        }
    }

    pub fn record(&self, row: &Row) -> Record<'_> {
        Record::at(&self.memory, row[AT])
    }

    pub fn ace(&self, row: &Row) -> Ace<'_> {
        Ace {
            id: row[ID],
            record: self.record(row),
        }
    }

    /// The ACE with the lowest aceid that is not below `from`, where the rows are in order of these.
    pub fn next(&self, from: u32) -> Option<Ace<'_>> {
        let row = self.rows.get(find(&self.rows, ID, from))?;
        Some(self.ace(row))
    }

    /// The ACE with this aceid, likewise.
    pub fn get(&self, id: u32) -> Option<Ace<'_>> {
        self.next(id).filter(|ace| ace.id == id)
    }

    /// Takes out the ACEs that are marked, and puts the others in order of their aceids.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn sweep(&mut self) {
        let Self { rows, memory } = self;
        sort(rows, AT);
        let mut end = 0;
        for row in rows.iter_mut() {
            if row[MARK] != 0 {
                row[ID] = NO_ACE_ID;
                continue;
            }
            let length = Record::at(memory, row[AT]).0.len();
            memory.move_down(row[AT] as usize, length, end);
            row[AT] = end as u32;
            end += length;
        }
        memory.truncate(end);
        memory.fit();
        sort(rows, ID);
        rows.truncate(find(rows, ID, NO_ACE_ID));
        rows.fit();
    }
}

/// The first row with no less in this column, by which they are sorted.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn find(rows: &[Row], column: usize, value: u32) -> usize {
    rows.partition_point(|row| row[column & 3] < value)
}

pub(crate) fn has(rows: &[Row], id: u32) -> bool {
    rows.get(find(rows, ID, id))
        .is_some_and(|row| row[ID] == id)
}

/// Sorts by a column, and those that are equal in it by the place of the record.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn sort(rows: &mut [Row], column: usize) {
    sort_by(rows, |row| {
        u64::from(row[column & 3]) << 32 | u64::from(row[AT])
    });
}

/// A heap sort: n log n steps in whatever order a payload has them, and one look at each row if they
/// are sorted.
fn sort_by(rows: &mut [Row], rank: impl Fn(&Row) -> u64) {
    if rows.is_sorted_by_key(&rank) {
        return;
    }
    let mut heap = rows;
    // First each parent sinks to its place, from the last one on; then each time the highest row, which
    // is the first one, changes places with the last one and leaves the heap.
    let mut next = heap.len() / 2;
    loop {
        if next > 0 {
            next -= 1;
        } else {
            let [first, rest @ ..] = heap else { return };
            let Some(last) = rest.last_mut() else { return };
            core::mem::swap(first, last);
            let len = rest.len();
            heap = heap.get_mut(..len).unwrap_or_default();
        }
        let mut parent = next;
        while let Some((before, from)) = heap.split_at_mut_checked(2 * parent + 1) {
            let above = before.get_mut(parent);
            let mut child = 2 * parent + 1;
            let below = match from {
                [one, other, ..] if rank(one) < rank(other) => {
                    child += 1;
                    other
                }
                [one, ..] => one,
                [] => break,
            };
            let Some(above) = above.filter(|above| rank(above) < rank(below)) else {
                break;
            };
            core::mem::swap(above, below);
            parent = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::vec::Vec;

    #[test]
    fn any_order_is_sorted_by_any_column() {
        let mut seed = 1u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 16
        };
        for len in 0..200u32 {
            for column in 0..3 {
                let mut rows: Vec<Row> = (0..len)
                    .map(|at| [random() % 50, random() % 20, at, random() % 9])
                    .collect();
                let mut expected = rows.clone();
                expected.sort_by_key(|row| (row[column], row[AT]));
                sort(&mut rows, column);
                assert_eq!(rows, expected);
                for value in [0, 7, 30, 60] {
                    assert_eq!(
                        find(&rows, column, value),
                        rows.iter().filter(|row| row[column] < value).count()
                    );
                }
            }
        }
    }

    #[test]
    fn no_order_is_a_bad_one() {
        let len = 4172u32;
        let orders: [fn(u32) -> u32; 5] = [
            |at| at / 2 + at % 2 * 10_000,
            |at| at / 2 + (1 - at % 2) * 10_000,
            |at| 10_000 - at,
            |_| 0,
            |at| at.wrapping_mul(0x9e37_79b1),
        ];
        for order in orders {
            let mut rows: Vec<Row> = (0..len).map(|at| [0, order(at), len - at, 0]).collect();
            let mut expected = rows.clone();
            expected.sort_by_key(|row| (row[ID], row[AT]));
            let looks = Cell::new(0);
            sort_by(&mut rows, |row| {
                looks.set(looks.get() + 1);
                u64::from(row[ID]) << 32 | u64::from(row[AT])
            });
            assert_eq!(rows, expected);
            // Two comparisons for each level that a row sinks, of two looks each.
            assert!(looks.get() < len * (4 * len.ilog2() + 8), "{}", looks.get());
        }
    }
}
