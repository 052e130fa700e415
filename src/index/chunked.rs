//! An ordered set of rows of one or two 64-bit words, in chunks of bounded size.
//!
//! A sorted vector would move half of itself for each insertion, and a tree of
//! single nodes would cost an allocation for each row. Here the rows stand in
//! chunks. A search touches one compact array of fences, and then one chunk.
//!
//! Putting back what has been there before needs no memory, whatever happened in
//! between, as long as [`Index::tidy`] was not called: a chunk never shrinks nor
//! goes away, its fence never moves, and a chunk that takes over a part of
//! another one's range gets room for all that the other could hold.

use super::search;
use crate::{Error, vec};
use alloc::vec::Vec;

/// Words in a chunk: few fences to search against little to move.
const CHUNK: usize = if cfg!(target_pointer_width = "64") {
    1024
} else {
    64
};

/// A fence's row: the fence, and the number of its chunk.
const FENCE: usize = 2;

/// The set. The first word of a row is its key; no two rows have the same.
pub(crate) struct Index {
    /// In rising order, what no key in the chunk is below; but in the first one.
    fences: Vec<u64>,
    /// In any order.
    chunks: Vec<Vec<u64>>,
    /// A row has two words to the power of this.
    shift: u8,
    has_empty: bool,
}

impl Index {
    /// For rows of one word, or of two if `shift` is one.
    pub(crate) const fn new(shift: u8) -> Index {
        Index {
            fences: Vec::new(),
            chunks: Vec::new(),
            shift,
            has_empty: false,
        }
    }

    const fn width(&self) -> usize {
        1 << self.shift
    }

    /// The chunk behind the fence at `at`.
    fn chunk(&self, at: usize) -> Option<&Vec<u64>> {
        self.chunks.get(*self.fences.get(at + 1)? as usize)
    }

    fn chunk_mut(&mut self, at: usize) -> Option<&mut Vec<u64>> {
        self.chunks.get_mut(*self.fences.get(at + 1)? as usize)
    }

    /// The fence before `key`, and the key's place in the chunk behind it.
    fn locate(&self, key: u64) -> (usize, usize) {
        let mut at = self.fences.len().saturating_sub(FENCE);
        // Rows that come in rising order all belong behind the last fence.
        if self.fences.get(at).is_none_or(|fence| *fence > key) {
            at = search(&self.fences, 1, key.saturating_add(1)).saturating_sub(FENCE);
        }
        let place = match self.chunk(at) {
            Some(rows) if is_above(rows, self.shift, key) => rows.len(),
            Some(rows) => place_in(rows, self.shift, key),
            None => 0,
        };
        (at, place)
    }

    /// Rows in rising order, the first of which has the lowest key that is not
    /// below `key`: as many as stand together. Empty if there is none.
    pub(crate) fn tail(&self, key: u64) -> &[u64] {
        let (mut at, mut place) = self.locate(key);
        while let Some(rows) = self.chunk(at) {
            match rows.get(place..) {
                Some(tail) if !tail.is_empty() => return tail,
                _ => {}
            }
            at += FENCE;
            place = 0;
        }
        &[]
    }

    /// As [`Index::tail`], from the row with the highest key that is below `key`.
    pub(crate) fn tail_before(&self, key: u64) -> &[u64] {
        let (mut at, mut place) = self.locate(key);
        loop {
            if let Some(before) = place.checked_sub(self.width()) {
                return self
                    .chunk(at)
                    .and_then(|rows| rows.get(before..))
                    .unwrap_or(&[]);
            }
            let Some(before) = at.checked_sub(FENCE) else {
                return &[];
            };
            at = before;
            place = self.chunk(at).map_or(0, Vec::len);
        }
    }

    /// How many words there is memory for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.chunks.iter().map(Vec::capacity).sum()
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum::<usize>() >> self.shift
    }

    /// Takes the row with this key out; if there is none, puts this one in.
    pub(crate) fn toggle(&mut self, key: u64, value: u64) -> Result<(), Error> {
        let width = self.width();
        let (mut at, mut place) = self.locate(key);
        let mut is_full = true;
        if let Some(rows) = self.chunk_mut(at) {
            if rows.get(place) == Some(&key) {
                vec::remove(rows, place, width);
                self.has_empty |= rows.is_empty();
                return Ok(());
            }
            is_full = rows.len() >= CHUNK;
        }
        if is_full {
            self.split(at, place, key)?;
            (at, place) = self.locate(key);
        }
        match (self.chunk_mut(at), [key, value].get(..width)) {
            (Some(rows), Some(row)) => vec::insert(rows, place, row),
            _ => Err(Error::NoMemory),
        }
    }

    /// Makes room for `key`, which belongs at `place` of the full chunk behind
    /// the fence at `at`: the upper half moves to a chunk of its own. Rows that
    /// come in rising order leave full chunks behind.
    fn split(&mut self, at: usize, place: usize, key: u64) -> Result<(), Error> {
        let mut upper = Vec::new();
        let mut fence = key;
        let mut new_at = 0;
        let is_last = at + FENCE >= self.fences.len();
        if let Some(rows) = self.chunk(at) {
            new_at = at + FENCE;
            upper.try_reserve(CHUNK)?;
            if !is_last || place < CHUNK {
                for &word in rows.iter().skip(CHUNK / 2) {
                    vec::push(&mut upper, word)?;
                }
                fence = upper.first().map_or(key, |first| *first);
            } else if let Some(last) = rows.rchunks(self.width()).next() {
                // As low as can be, for the row may yet be replaced by one that
                // is a little lower, which would split the full chunk.
                fence = last.first().map_or(key, |last| last + 1);
            }
        }
        let mut number = self.chunks.len();
        if let Some(unused) = self.chunks.iter().position(|rows| rows.capacity() == 0) {
            number = unused;
        } else {
            vec::push(&mut self.chunks, Vec::new())?;
        }
        vec::insert(&mut self.fences, new_at, &[fence, number as u64])?;
        if !upper.is_empty()
            && let Some(rows) = self.chunk_mut(at)
        {
            rows.truncate(CHUNK / 2);
        }
        if let Some(place) = self.chunks.get_mut(number) {
            *place = upper;
        }
        Ok(())
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) {
        *self = Index::new(self.shift);
    }

    /// Gives back the memory of empty chunks.
    pub(crate) fn tidy(&mut self) {
        if core::mem::take(&mut self.has_empty) {
            let mut at = self.fences.len();
            while let Some(before) = at.checked_sub(FENCE) {
                at = before;
                if let Some(rows) = self.chunk_mut(at)
                    && rows.is_empty()
                {
                    *rows = Vec::new();
                    vec::remove(&mut self.fences, at, FENCE);
                }
            }
        }
    }

    /// The lowest number that is not the upper 16 bits of a row, where rows have
    /// one word and each its own. Costs a step for each chunk, not for each row.
    pub(crate) fn lowest_gap(&self) -> u64 {
        let mut gap = 0;
        let mut at = 0;
        while let Some(rows) = self.chunk(at) {
            let dense = gap + rows.len() as u64;
            if rows.last().is_some_and(|last| (last >> 48) + 1 != dense) {
                for row in rows {
                    if row >> 48 != gap {
                        return gap;
                    }
                    gap += 1;
                }
            }
            gap = dense;
            at += FENCE;
        }
        gap
    }
}

fn is_above(rows: &[u64], shift: u8, key: u64) -> bool {
    let last = rows.len().checked_sub(1 << shift);
    last.is_none_or(|last| rows.get(last).is_none_or(|last| *last < key))
}

/// Where a key belongs in the rows of a chunk.
fn place_in(rows: &[u64], shift: u8, key: u64) -> usize {
    // In a run of consecutive IDs the place can be told from the first one.
    if let Some(first) = rows.first()
        && let id = 48 - 16 * u32::from(shift)
        && let Some(offset) = (key >> id).checked_sub(first >> id)
        && let Some((below, above)) = rows.split_at_checked((offset as usize) << shift)
        && above.first().is_none_or(|row| *row >= key)
        && (below.rchunks(1 << shift).next())
            .is_none_or(|row| row.first().is_none_or(|row| *row < key))
    {
        return below.len();
    }
    search(rows, shift, key)
}
