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
///
/// A shell sort: rows that are sorted cost a few looks at them, and forty thousand in no order some
/// twenty steps each.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn sort(rows: &mut [Row], column: usize) {
    let rank = |row: &Row| u64::from(row[column & 3]) << 32 | u64::from(row[AT]);
    let mut gap = rows.len();
    while gap > 1 {
        gap = (gap * 4 / 9).max(1);
        for index in gap..rows.len() {
            let mut place = index;
            while let Some((before, from)) = rows.split_at_mut_checked(place) {
                let above = before.get_mut(place.wrapping_sub(gap));
                let (Some(above), Some(row)) = (above, from.first_mut()) else {
                    break;
                };
                if rank(above) <= rank(row) {
                    break;
                }
                core::mem::swap(above, row);
                place -= gap;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
