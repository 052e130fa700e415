//! An ordered set of 64-bit rows, in chunks of bounded size.
//!
//! A sorted vector would move half of itself for each insertion, and a tree of
//! single nodes would cost an allocation for each row. Here the rows stand in
//! chunks of at most [`CHUNK`]. A search touches one compact array of fences,
//! and then one chunk.
//!
//! Putting back what has just been taken out needs no memory, whatever happened
//! in between, as long as [`Index::tidy`] was not called: a chunk never shrinks
//! nor goes away, its fence never moves, and a chunk that takes over a part of
//! another one's range gets room for all that the other could hold.

use crate::{Error, vec};
use alloc::vec::Vec;

/// Rows in a chunk: much to search by few fences against little to move, and on
/// a small machine little to allocate.
const CHUNK: usize = if cfg!(target_pointer_width = "64") {
    256
} else {
    32
};

struct Chunk {
    /// No row of this chunk is below it, but in the first chunk.
    fence: u64,
    rows: Vec<u64>,
}

/// The set.
pub(crate) struct Index {
    chunks: Vec<Chunk>,
    has_empty: bool,
}

impl Index {
    pub(crate) const fn new() -> Index {
        Index {
            chunks: Vec::new(),
            has_empty: false,
        }
    }

    /// The chunk that holds `row`, or would, and its place there.
    fn locate(&self, row: u64) -> (usize, usize) {
        let chunk = self
            .chunks
            .partition_point(|chunk| chunk.fence <= row)
            .saturating_sub(1);
        let place = match self.chunks.get(chunk) {
            Some(chunk) => chunk.rows.partition_point(|&other| other < row),
            None => 0,
        };
        (chunk, place)
    }

    /// The lowest row that is not below `row`.
    pub(crate) fn at_or_after(&self, row: u64) -> Option<u64> {
        let (mut chunk, mut place) = self.locate(row);
        loop {
            if let Some(&found) = self.chunks.get(chunk)?.rows.get(place) {
                return Some(found);
            }
            chunk += 1;
            place = 0;
        }
    }

    pub(crate) fn contains(&self, row: u64) -> bool {
        self.at_or_after(row) == Some(row)
    }

    /// All rows, rising.
    pub(crate) fn iter(&self) -> Rows<'_> {
        Rows {
            rows: [].iter(),
            chunks: self.chunks.iter(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows.len()).sum()
    }

    /// Adds a row that is not there.
    pub(crate) fn insert(&mut self, row: u64) -> Result<(), Error> {
        let (mut at, mut place) = self.locate(row);
        let is_full = |chunk: &Chunk| chunk.rows.len() >= CHUNK;
        if self.chunks.get(at).is_none_or(is_full) {
            self.split(at, place, row)?;
            (at, place) = self.locate(row);
        }
        match self.chunks.get_mut(at) {
            Some(chunk) => vec::insert(&mut chunk.rows, place, row),
            None => Err(Error::NoMemory),
        }
    }

    /// Makes room for `row`, which belongs at `place` of the full chunk `at`: the
    /// upper half moves to a chunk of its own. Rows that come in rising order
    /// leave full chunks behind.
    fn split(&mut self, at: usize, place: usize, row: u64) -> Result<(), Error> {
        let mut rows = Vec::new();
        let mut fence = row;
        let mut stay = CHUNK;
        let mut new_at = 0;
        if let Some(chunk) = self.chunks.get(at) {
            new_at = at + 1;
            rows.try_reserve_exact(CHUNK)?;
            if place < CHUNK || new_at < self.chunks.len() {
                stay = CHUNK / 2;
                for &moved in chunk.rows.iter().skip(stay) {
                    vec::push(&mut rows, moved)?;
                }
                fence = rows.first().copied().unwrap_or(row);
            }
        }
        vec::insert(&mut self.chunks, new_at, Chunk { fence, rows })?;
        if let Some(chunk) = self.chunks.get_mut(at) {
            chunk.rows.truncate(stay);
        }
        Ok(())
    }

    /// Takes a row out, if it is there.
    pub(crate) fn remove(&mut self, row: u64) {
        let (at, place) = self.locate(row);
        if let Some(chunk) = self.chunks.get_mut(at)
            && chunk.rows.get(place) == Some(&row)
        {
            vec::remove(&mut chunk.rows, place);
            self.has_empty |= chunk.rows.is_empty();
        }
    }

    /// Drops empty chunks.
    pub(crate) fn tidy(&mut self) {
        if core::mem::take(&mut self.has_empty) {
            self.chunks.retain(|chunk| !chunk.rows.is_empty());
        }
    }

    /// The lowest number that is not the upper 16 bits of a row, where each row
    /// has its own. Costs a step for each chunk, not for each row.
    pub(crate) fn lowest_gap(&self) -> u64 {
        let mut gap = 0;
        for chunk in &self.chunks {
            let dense = gap + chunk.rows.len() as u64;
            match chunk.rows.last() {
                Some(last) if (last >> 48) + 1 != dense => {
                    for row in &chunk.rows {
                        if row >> 48 != gap {
                            return gap;
                        }
                        gap += 1;
                    }
                }
                _ => gap = dense,
            }
        }
        gap
    }
}

/// The rows of a set.
#[derive(Clone)]
pub(crate) struct Rows<'a> {
    rows: core::slice::Iter<'a, u64>,
    chunks: core::slice::Iter<'a, Chunk>,
}

impl Iterator for Rows<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            if let Some(&row) = self.rows.next() {
                return Some(row);
            }
            self.rows = self.chunks.next()?.rows.iter();
        }
    }
}
