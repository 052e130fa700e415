//! An ordered set of rows of `W` 64-bit words, in chunks of bounded size.
//!
//! A row's key is the upper `ID` bits of its first word; no two rows have the
//! same. A sorted vector would move half of itself for each insertion, and a tree
//! of single nodes would cost an allocation for each row. Here the rows stand in
//! chunks. A search touches one compact array of fences, and then one chunk.
//!
//! A worked example, with chunks of four rows, and rows written as their keys:
//!
//! ```text
//! first [2 5 7]   fences [9, 20]   chunks [9 11 12 15] [21 30]
//! 10 belongs behind fence 9, into a full chunk. Its upper half moves away:
//! first [2 5 7]   fences [9, 12, 20]   chunks [9 10 11] [12 15] [21 30]
//! ```
//!
//! Invariants: keys rise within a chunk and from chunk to chunk; no key in
//! `chunks[i]` is below `fences[i]`, none in the chunk before is at or above it.
//!
//! Putting back what has been there before needs no memory, whatever happened in
//! between, as long as [`Index::tidy`] was not called: a chunk's room never
//! shrinks, its fence never moves, and a chunk that takes over a part of another
//! one's range gets room for all that the other could hold. So whatever stood
//! between two fences has room there again, once what came instead is taken out.

use crate::list::{List, NoMemory};

/// Words in a chunk: few fences to search against little to move.
const CHUNK: usize = if cfg!(target_pointer_width = "64") {
    1024
} else {
    64
};

/// The set.
pub(crate) struct Index<const W: usize, const ID: u32> {
    /// The rows below all fences.
    first: List<[u64; W]>,
    /// In rising order.
    fences: List<u64>,
    /// Behind each fence its rows.
    chunks: List<List<[u64; W]>>,
    /// How many rows there are.
    len: usize,
    /// How many rows have been taken out since memory was last given back.
    taken: usize,
}

/// Where a row is, or belongs: 0 for the first chunk or one more than the number
/// of its fence, and the place in the chunk.
type Place = (usize, usize);

impl<const W: usize, const ID: u32> Index<W, ID> {
    /// Rows in a chunk.
    const FULL: usize = CHUNK / W;

    pub(crate) const fn new() -> Self {
        Index {
            first: List::new(),
            fences: List::new(),
            chunks: List::new(),
            len: 0,
            taken: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    const fn is_same(one: u64, other: u64) -> bool {
        (one ^ other) >> (64 - ID) == 0
    }

    #[inline]
    fn chunk(&self, at: usize) -> Option<&List<[u64; W]>> {
        match at.checked_sub(1) {
            None => Some(&self.first),
            Some(at) => self.chunks.get(at),
        }
    }

    fn chunk_mut(&mut self, at: usize) -> Option<&mut List<[u64; W]>> {
        match at.checked_sub(1) {
            None => Some(&mut self.first),
            Some(at) => self.chunks.get_mut(at),
        }
    }

    /// Where the first row is whose first word is `key` or above.
    #[inline]
    fn locate(&self, key: u64) -> Place {
        let at = match self.fences.last() {
            None => 0,
            // Rows that come in rising order all belong behind the last fence.
            Some(last) if *last <= key => self.fences.len(),
            Some(_) => self.fences.partition_point(|fence| *fence <= key),
        };
        (
            at,
            self.chunk(at).map_or(0, |rows| Self::place_in(rows, key)),
        )
    }

    /// Where a key belongs in the rows of a chunk.
    #[inline]
    fn place_in(rows: &[[u64; W]], key: u64) -> usize {
        match rows.last() {
            Some(last) if last[0] >= key => {}
            _ => return rows.len(),
        }
        // In a run of consecutive IDs the place can be told from the first one.
        let id = if ID < 32 { 64 - ID } else { 32 };
        let first = rows.first().map_or(0, |row| row[0]);
        let told = (key >> id).saturating_sub(first >> id) as usize;
        if let Some((below, above)) = rows.split_at_checked(told) {
            if above.first().is_none_or(|row| row[0] >= key)
                && below.last().is_none_or(|row| row[0] < key)
            {
                return told;
            }
        }
        rows.partition_point(|row| row[0] < key)
    }

    /// Rows in rising order, the first of which has the lowest first word that is
    /// not below `key`: as many as stand together. Empty if there is none.
    #[inline(always)]
    pub(crate) fn tail(&self, key: u64) -> &[[u64; W]] {
        let (at, place) = self.locate(key);
        match self.chunk(at).and_then(|rows| rows.get(place..)) {
            Some(tail) if !tail.is_empty() => tail,
            _ => self.tail_behind(at),
        }
    }

    /// The rows of the first chunk behind this one that has some.
    #[cold]
    fn tail_behind(&self, at: usize) -> &[[u64; W]] {
        let behind = self.chunks.get(at..).unwrap_or_default();
        let rows = behind.iter().find(|rows| !rows.is_empty());
        rows.map_or(&[], |rows| rows)
    }

    /// The row whose first word is the lowest that is not below `key`, if it is in
    /// the chunk that `key` belongs to; to be changed, but not its key.
    #[inline]
    pub(crate) fn at_mut(&mut self, key: u64) -> Option<&mut [u64; W]> {
        let (at, place) = self.locate(key);
        self.chunk_mut(at)?.get_mut(place)
    }

    /// The row with the highest first word that is below `key`.
    pub(crate) fn before(&self, key: u64) -> Option<&[u64; W]> {
        let (mut at, mut place) = self.locate(key);
        loop {
            if let Some(before) = place.checked_sub(1) {
                return self.chunk(at)?.get(before);
            }
            at = at.checked_sub(1)?;
            place = self.chunk(at).map_or(0, |rows| rows.len());
        }
    }

    /// The row with the key of this word.
    pub(crate) fn get(&self, key: u64) -> Option<&[u64; W]> {
        let key = key >> (64 - ID) << (64 - ID);
        let first = self.tail(key).first();
        first.filter(|found| Self::is_same(found[0], key))
    }

    /// Puts a row in, in the place of the one with the same key. Gives that one.
    pub(crate) fn put(&mut self, row: [u64; W]) -> Result<Option<[u64; W]>, NoMemory> {
        let key = row[0] >> (64 - ID) << (64 - ID);
        let (mut at, mut place) = self.locate(key);
        let mut is_full = true;
        if let Some(rows) = self.chunk_mut(at) {
            let found = rows.get_mut(place);
            if let Some(found) = found.filter(|found| Self::is_same(found[0], key)) {
                return Ok(Some(core::mem::replace(found, row)));
            }
            is_full = rows.len() >= Self::FULL;
        }
        if is_full {
            self.split(at, place, key)?;
            (at, place) = self.locate(key);
        }
        match self.chunk_mut(at) {
            Some(rows) => rows.insert(place, row)?,
            None => return Err(NoMemory),
        }
        self.len += 1;
        Ok(None)
    }

    /// Takes the row with the key of this word out.
    pub(crate) fn take(&mut self, key: u64) -> Option<[u64; W]> {
        let key = key >> (64 - ID) << (64 - ID);
        let (at, place) = self.locate(key);
        let rows = self.chunk_mut(at)?;
        let found = *rows.get(place).filter(|row| Self::is_same(row[0], key))?;
        rows.remove(place);
        self.len = self.len.saturating_sub(1);
        self.taken += 1;
        Some(found)
    }

    /// Makes room for `key`, which belongs at `place` of the full chunk `at`: the
    /// upper half moves to a chunk of its own. Rows that come in rising order
    /// leave full chunks behind.
    fn split(&mut self, at: usize, place: usize, key: u64) -> Result<(), NoMemory> {
        let mut upper = List::new();
        upper.reserve(Self::FULL)?;
        let mut fence = key;
        let rows = self.chunk(at).map_or(&[][..], |rows| rows);
        let kept = match at < self.fences.len() || place < rows.len() {
            true => rows.len() / 2,
            false => rows.len(),
        };
        let moved = rows.get(kept..).unwrap_or_default();
        upper.splice(0, 0, moved)?;
        if let Some(first) = moved.first() {
            // Whatever else stands in its word: it is asked for by its key.
            fence = first[0] >> (64 - ID) << (64 - ID);
        } else if let Some(last) = rows.last() {
            // As low as can be, for the row may yet be replaced by one that is a
            // little lower, which would split the full chunk.
            fence = last[0] + 1;
        }
        self.fences.insert(at, fence)?;
        if let Err(error) = self.chunks.insert(at, upper) {
            self.fences.remove(at);
            return Err(error);
        }
        if let Some(rows) = self.chunk_mut(at) {
            rows.truncate(kept);
        }
        Ok(())
    }

    /// Shows all rows, by rising key, to be changed; but not their keys.
    pub(crate) fn for_each_mut(&mut self, mut change: impl FnMut(&mut [u64; W])) {
        let chunks = core::iter::once(&mut self.first).chain(self.chunks.iter_mut());
        chunks
            .flat_map(|rows| rows.iter_mut())
            .for_each(&mut change);
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) {
        *self = Index::new();
    }

    /// Gives memory back, once more rows have been taken out than a part of what
    /// is left: what that costs has been paid by taking them out.
    pub(crate) fn tidy(&mut self) {
        if self.taken > self.len / 2 + Self::FULL / 8 {
            self.taken = 0;
            self.compact();
        }
    }

    /// Unites neighbours that fit into one chunk, and gives back the room that is
    /// left over. Where memory is lacking for that, all stays as it is.
    fn compact(&mut self) {
        let mut at = 0;
        while at < self.fences.len() {
            let Some(next) = self.chunks.remove(at) else {
                return;
            };
            let fits = self.chunk_mut(at).is_some_and(|rows| {
                rows.len() + next.len() <= Self::FULL * 3 / 4
                    && rows.splice(rows.len(), 0, &next).is_ok()
            });
            if fits {
                // What was behind the fence is in the chunk before, now.
                self.fences.remove(at);
            } else {
                // There has been room for it before.
                let _ = self.chunks.insert(at, next);
                at += 1;
            }
        }
        let chunks = core::iter::once(&mut self.first).chain(self.chunks.iter_mut());
        chunks.for_each(List::fit);
        self.fences.fit();
        self.fit_chunks();
    }

    /// As [`List::fit`], for the list of chunks.
    fn fit_chunks(&mut self) {
        let mut fitting = List::new();
        if self.chunks.room() > 2 * self.chunks.len() + 8
            && fitting.reserve(self.chunks.len()).is_ok()
        {
            for rows in self.chunks.iter_mut() {
                let _ = fitting.push(core::mem::replace(rows, List::new()));
            }
            self.chunks = fitting;
        }
    }

    /// How many words there is memory for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        let chunks = self.chunks.iter().map(List::room).sum::<usize>();
        W * (chunks + self.first.room())
    }
}

impl<const ID: u32> Index<1, ID> {
    /// The lowest number that is not the key of a row. Costs a step for each
    /// chunk, not for each row.
    pub(crate) fn lowest_gap(&self) -> u64 {
        let mut gap = 0;
        for at in 0..=self.chunks.len() {
            let rows = self.chunk(at).map_or(&[][..], |rows| rows);
            let dense = gap + rows.len() as u64;
            if rows
                .last()
                .is_some_and(|[last]| (last >> (64 - ID)) + 1 != dense)
            {
                for [row] in rows {
                    if row >> (64 - ID) != gap {
                        return gap;
                    }
                    gap += 1;
                }
            }
            gap = dense;
        }
        gap
    }
}
