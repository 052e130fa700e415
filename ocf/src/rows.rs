//! Where the ACEs of a list are, and of an update.
//!
//! There is one kind of row for all that has to be found, sorted and counted: each kind of its own
//! would come with its own copy of the code that does it.
#![forbid(unsafe_code)]

use crate::error::Reason;
use crate::fallible;
use alloc::vec::Vec;

/// An ACE: what it is called, where its record is, and two things more.
///
/// In a list these are the key and the digest of the record. In an update they are, until the payload
/// has been read, its number and its offset, and after it was applied, what was done with it and
/// where the record of the ACE is that it replaced.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub id: u32,
    pub at: u32,
    pub note: [u32; 2],
}

impl Row {
    pub const fn new(id: u32, at: u32) -> Self {
        Self {
            id,
            at,
            note: [0; 2],
        }
    }

    fn is_before(&self, other: &Self) -> bool {
        (self.id, self.at) < (other.id, other.at)
    }
}

/// The first row whose aceid is not below this one.
pub fn find(rows: &[Row], id: u32) -> usize {
    rows.partition_point(|row| row.id < id)
}

pub fn has(rows: &[Row], id: u32) -> bool {
    rows.get(find(rows, id)).is_some_and(|row| row.id == id)
}

pub fn set(rows: &mut [Row], index: usize, row: Row) {
    if let Some(slot) = rows.get_mut(index) {
        *slot = row;
    }
}

pub fn copy(rows: &[Row]) -> Result<Vec<Row>, Reason> {
    let mut copy = Vec::new();
    fallible::reserve(&mut copy, rows.len())?;
    for row in rows {
        fallible::push(&mut copy, *row)?;
    }
    Ok(copy)
}

/// Sorts by the aceid and then by the place, in n log n steps whatever the order.
pub fn sort(rows: &mut [Row]) {
    if rows
        .iter()
        .zip(rows.iter().skip(1))
        .all(|(one, next)| one.is_before(next))
    {
        return;
    }
    let mut parent = rows.len() / 2;
    while parent > 0 {
        parent -= 1;
        sift(rows, parent);
    }
    let mut heap = rows;
    while let [first, .., last] = &mut *heap {
        core::mem::swap(first, last);
        let Some((_, rest)) = heap.split_last_mut() else {
            return;
        };
        sift(rest, 0);
        heap = rest;
    }
}

fn sift(heap: &mut [Row], mut parent: usize) {
    loop {
        let left = 2 * parent + 1;
        let mut child = left;
        match (heap.get(left), heap.get(left + 1)) {
            (Some(one), Some(other)) if one.is_before(other) => child += 1,
            (None, _) => return,
            _ => {}
        }
        let (Some(above), Some(below)) = (heap.get(parent).copied(), heap.get(child).copied())
        else {
            return;
        };
        if !above.is_before(&below) {
            return;
        }
        set(heap, parent, below);
        set(heap, child, above);
        parent = child;
    }
}

/// Adds rows, which are sorted as those are that are there, where they belong. There has to be room.
pub fn merge(rows: &mut Vec<Row>, new: &[Row]) -> Result<(), Reason> {
    let mut old = rows.len();
    for _ in new {
        fallible::push(rows, Row::new(0, 0))?;
    }
    // From the end on, where the room is: what is there moves up until the new one fits.
    let mut place = rows.len();
    for row in new.iter().rev() {
        while let Some(last) = rows.get(old.wrapping_sub(1)).copied() {
            if last.id < row.id {
                break;
            }
            old -= 1;
            place = place.wrapping_sub(1);
            set(rows, place, last);
        }
        place = place.wrapping_sub(1);
        set(rows, place, *row);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: &mut u32) -> u32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *seed >> 16
    }

    #[test]
    fn any_order_is_sorted() {
        let mut seed = 1u32;
        for len in 0..200u32 {
            let mut rows: Vec<Row> = (0..len)
                .map(|at| Row::new(random(&mut seed) % 50, at))
                .collect();
            let mut expected = rows.clone();
            expected.sort_unstable_by_key(|row| (row.id, row.at));
            sort(&mut rows);
            let ids = |rows: &[Row]| rows.iter().map(|row| (row.id, row.at)).collect::<Vec<_>>();
            assert_eq!(ids(&rows), ids(&expected));
        }
    }

    #[test]
    fn rows_are_merged_where_they_belong() {
        for split in 0u32..1 << 10 {
            let of = |bit| {
                (0..10)
                    .filter(move |id| split >> id & 1 == bit)
                    .map(|id| Row::new(id, id))
            };
            let mut rows: Vec<Row> = of(0).collect();
            let new: Vec<Row> = of(1).collect();
            merge(&mut rows, &new).unwrap();
            assert!(rows.iter().map(|row| row.id).eq(0..10), "{split:b}");
        }
    }
}
