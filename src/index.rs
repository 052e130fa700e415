//! An ordered set of rows with 64-bit keys, in chunks of bounded size.
//!
//! A sorted vector would move half of itself for each insertion, and a tree of
//! single nodes would cost an allocation for each row. Here the rows stand in
//! chunks. A search touches one compact array of fences, and then one chunk.
//!
//! Putting back what has been there before needs no memory, whatever happened in
//! between, as long as [`Index::tidy`] was not called: a chunk never shrinks nor
//! goes away, its fence never moves, and a chunk that takes over a part of
//! another one's range gets room for all that the other could hold.

use crate::{Error, vec};
use alloc::vec::Vec;

/// What an [`Index`] holds.
pub(crate) trait Row: Copy {
    /// In a run of consecutive IDs, keys differ by this power of two.
    const STRIDE: u32;

    /// No two rows of a set have the same key.
    fn key(&self) -> u64;
}

impl Row for u64 {
    const STRIDE: u32 = 48;

    fn key(&self) -> u64 {
        *self
    }
}

/// The set.
pub(crate) struct Index<R> {
    /// For each chunk, what no key in it is below; but in the first chunk.
    fences: Vec<u64>,
    chunks: Vec<Vec<R>>,
    has_empty: bool,
}

impl<R: Row> Index<R> {
    /// Rows in a chunk: few fences to search against little to move, and on a
    /// small machine little to allocate.
    const CHUNK: usize = if cfg!(target_pointer_width = "64") {
        4096 / size_of::<R>()
    } else {
        512 / size_of::<R>()
    };

    pub(crate) const fn new() -> Index<R> {
        Index {
            fences: Vec::new(),
            chunks: Vec::new(),
            has_empty: false,
        }
    }

    /// The chunk that holds `key`, or would, and its place there.
    fn locate(&self, key: u64) -> (usize, usize) {
        let chunk = self
            .fences
            .partition_point(|&fence| fence <= key)
            .saturating_sub(1);
        let place = match self.chunks.get(chunk) {
            Some(rows) => place_in(rows, key),
            None => 0,
        };
        (chunk, place)
    }

    /// The row with the lowest key that is not below `key`.
    pub(crate) fn at_or_after(&self, key: u64) -> Option<&R> {
        let (mut chunk, mut place) = self.locate(key);
        loop {
            if let Some(found) = self.chunks.get(chunk)?.get(place) {
                return Some(found);
            }
            chunk += 1;
            place = 0;
        }
    }

    /// The row with this key.
    pub(crate) fn get(&self, key: u64) -> Option<&R> {
        self.at_or_after(key).filter(|row| row.key() == key)
    }

    /// All rows, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.chunks.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// Adds a row whose key is not there.
    pub(crate) fn insert(&mut self, row: R) -> Result<(), Error> {
        let key = row.key();
        let (mut at, mut place) = self.locate(key);
        let is_full = |rows: &Vec<R>| rows.len() >= Self::CHUNK;
        if self.chunks.get(at).is_none_or(is_full) {
            self.split(at, place, key)?;
            (at, place) = self.locate(key);
        }
        match self.chunks.get_mut(at) {
            Some(rows) => vec::insert(rows, place, row),
            None => Err(Error::NoMemory),
        }
    }

    /// Makes room for `key`, which belongs at `place` of the full chunk `at`: the
    /// upper half moves to a chunk of its own. Rows that come in rising order
    /// leave full chunks behind.
    fn split(&mut self, at: usize, place: usize, key: u64) -> Result<(), Error> {
        let mut upper = Vec::new();
        let mut fence = key;
        let mut stay = Self::CHUNK;
        let mut new_at = 0;
        if let Some(rows) = self.chunks.get(at) {
            new_at = at + 1;
            upper.try_reserve_exact(Self::CHUNK)?;
            if place < stay || new_at < self.chunks.len() {
                stay /= 2;
                for &row in rows.iter().skip(stay) {
                    vec::push(&mut upper, row)?;
                }
                fence = upper.first().map_or(key, Row::key);
            }
        }
        self.fences.try_reserve(1)?;
        vec::insert(&mut self.chunks, new_at, upper)?;
        vec::insert(&mut self.fences, new_at, fence)?;
        if let Some(rows) = self.chunks.get_mut(at) {
            rows.truncate(stay);
        }
        Ok(())
    }

    /// Puts a row in the place of the one with `key`; in the order of keys, it
    /// must belong there.
    pub(crate) fn replace(&mut self, key: u64, row: R) {
        let (at, place) = self.locate(key);
        if let Some(rows) = self.chunks.get_mut(at)
            && let Some(old) = rows.get_mut(place)
            && old.key() == key
        {
            *old = row;
        }
    }

    /// Takes a row out, if it is there.
    pub(crate) fn remove(&mut self, key: u64) {
        let (at, place) = self.locate(key);
        if let Some(rows) = self.chunks.get_mut(at)
            && rows.get(place).map(Row::key) == Some(key)
        {
            vec::remove(rows, place);
            self.has_empty |= rows.is_empty();
        }
    }

    /// Drops empty chunks.
    pub(crate) fn tidy(&mut self) {
        if core::mem::take(&mut self.has_empty) {
            let mut chunks = self.chunks.iter();
            self.fences
                .retain(|_| chunks.next().is_some_and(|rows| !rows.is_empty()));
            self.chunks.retain(|rows| !rows.is_empty());
        }
    }
}

/// Where a key belongs in sorted rows.
fn place_in<R: Row>(rows: &[R], key: u64) -> usize {
    // In a run of consecutive IDs the place can be told from the first one. It
    // pays where there are many rows, and costs code where there are few.
    if cfg!(target_pointer_width = "64")
        && let Some(first) = rows.first()
        && let Some(offset) = (key >> R::STRIDE).checked_sub(first.key() >> R::STRIDE)
        && let Some((below, above)) = rows.split_at_checked(offset as usize)
        && below.last().is_none_or(|row| row.key() < key)
        && above.first().is_none_or(|row| row.key() >= key)
    {
        return below.len();
    }
    rows.partition_point(|row| row.key() < key)
}

impl Index<u64> {
    /// The lowest number that is not the upper 16 bits of a row, where each row
    /// has its own. Costs a step for each chunk, not for each row.
    pub(crate) fn lowest_gap(&self) -> u64 {
        let mut gap = 0;
        for chunk in &self.chunks {
            let dense = gap + chunk.len() as u64;
            match chunk.last() {
                Some(last) if (last >> 48) + 1 != dense => {
                    for row in chunk {
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
