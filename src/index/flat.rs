//! The set as a sorted vector, which never shrinks: little code.

use super::search;
use crate::{Error, vec};
use alloc::vec::Vec;

/// The set. The first word of a row is its key; no two rows have the same.
pub(crate) struct Index {
    rows: Vec<u64>,
    shift: u8,
}

impl Index {
    /// For rows of one word, or of two if `shift` is one.
    pub(crate) const fn new(shift: u8) -> Index {
        Index {
            rows: Vec::new(),
            shift,
        }
    }

    /// Rows in rising order, the first of which has the lowest key that is not
    /// below `key`: as many as stand together. Empty if there is none.
    pub(crate) fn tail(&self, key: u64) -> &[u64] {
        self.rows.get(self.place(key)..).unwrap_or(&[])
    }

    /// As [`Index::tail`], from the row with the highest key that is below `key`.
    pub(crate) fn tail_before(&self, key: u64) -> &[u64] {
        let before = self.place(key).wrapping_sub(1 << self.shift);
        self.rows.get(before..).unwrap_or(&[])
    }

    /// Where the row with this key is, or would be.
    fn place(&self, key: u64) -> usize {
        search(&self.rows, self.shift, key)
    }

    /// How many words there is memory for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.rows.capacity()
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() >> self.shift
    }

    /// Takes the row with this key out; if there is none, puts this one in.
    pub(crate) fn toggle(&mut self, key: u64, value: u64) -> Result<(), Error> {
        let place = self.place(key);
        let width = 1 << self.shift;
        if self.rows.get(place) == Some(&key) {
            vec::remove(&mut self.rows, place, width);
            return Ok(());
        }
        self.rows.try_reserve(width)?;
        if width > 1 {
            vec::insert_one(&mut self.rows, place, value)?;
        }
        vec::insert_one(&mut self.rows, place, key)
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// Gives back the memory of an empty set.
    pub(crate) fn tidy(&mut self) {
        if self.rows.is_empty() {
            self.rows = Vec::new();
        }
    }

    /// The lowest number that is not the upper 16 bits of a row, where rows have
    /// one word and each its own.
    pub(crate) fn lowest_gap(&self) -> u64 {
        let mut gap = 0;
        for row in &self.rows {
            if row >> 48 != gap {
                break;
            }
            gap += 1;
        }
        gap
    }
}
