//! An ordered set of three-part keys, in chunks of bounded size.
//!
//! A sorted vector would move half of itself for each insertion, and a tree of
//! single nodes would cost an allocation for each key. Here the keys stand in
//! chunks of at most [`CHUNK`]; the first key of each chunk is kept beside it,
//! so that a search touches one compact array and then one chunk.

use crate::{Error, vec};
use alloc::vec::Vec;

/// A key; compared part by part.
pub(crate) type Key = [u16; 3];

/// Keys in a chunk: 768 bytes, a few cache lines to search, little to move.
const CHUNK: usize = 128;

struct Chunk {
    first: u64,
    keys: Vec<Key>,
}

/// The set. Insertion may fail for want of memory; removal cannot fail.
pub(crate) struct Index {
    chunks: Vec<Chunk>,
}

const fn pack(key: Key) -> u64 {
    let [a, b, c] = key;
    ((a as u64) << 32) | ((b as u64) << 16) | c as u64
}

impl Index {
    pub(crate) const fn new() -> Index {
        Index { chunks: Vec::new() }
    }

    /// The chunk that holds `key`, or would.
    fn chunk_of(&self, key: u64) -> usize {
        self.chunks
            .partition_point(|chunk| chunk.first <= key)
            .saturating_sub(1)
    }

    /// The smallest key that is not below `key`.
    pub(crate) fn at_or_after(&self, key: Key) -> Option<Key> {
        let key = pack(key);
        let at = self.chunk_of(key);
        let chunk = self.chunks.get(at)?;
        let place = chunk.keys.partition_point(|&other| pack(other) < key);
        match chunk.keys.get(place) {
            Some(&found) => Some(found),
            None => self.chunks.get(at + 1)?.keys.first().copied(),
        }
    }

    /// The smallest key above `key`.
    pub(crate) fn after(&self, key: Key) -> Option<Key> {
        let [a, b, c] = key;
        match c.checked_add(1) {
            Some(c) => self.at_or_after([a, b, c]),
            None => match b.checked_add(1) {
                Some(b) => self.at_or_after([a, b, 0]),
                None => self.at_or_after([a.checked_add(1)?, 0, 0]),
            },
        }
    }

    /// All keys, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Key> + '_ {
        self.chunks
            .iter()
            .flat_map(|chunk| chunk.keys.iter().copied())
    }

    /// Adds a key; whether it was new.
    pub(crate) fn insert(&mut self, key: Key) -> Result<bool, Error> {
        let packed = pack(key);
        let at = self.chunk_of(packed);
        let last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            return self.insert_chunk(0, key);
        };
        let place = chunk.keys.partition_point(|&other| pack(other) < packed);
        if chunk.keys.get(place) == Some(&key) {
            return Ok(false);
        }
        if chunk.keys.len() >= CHUNK {
            // Keys that come in order fill their chunks to the brim.
            if last && place >= CHUNK {
                return self.insert_chunk(at + 1, key);
            }
            self.split(at)?;
            return self.insert(key);
        }
        vec::insert(&mut chunk.keys, place, key)?;
        if place == 0 {
            chunk.first = packed;
        }
        Ok(true)
    }

    fn insert_chunk(&mut self, at: usize, key: Key) -> Result<bool, Error> {
        let mut keys = Vec::new();
        vec::push(&mut keys, key)?;
        let first = pack(key);
        vec::insert(&mut self.chunks, at, Chunk { first, keys })?;
        Ok(true)
    }

    /// Moves the upper half of a chunk into a chunk of its own.
    fn split(&mut self, at: usize) -> Result<(), Error> {
        let Some(chunk) = self.chunks.get(at) else {
            return Ok(());
        };
        let half = chunk.keys.len() / 2;
        let mut keys = Vec::new();
        keys.try_reserve_exact(CHUNK)?;
        for &key in chunk.keys.iter().skip(half) {
            vec::push(&mut keys, key)?;
        }
        let Some(&first) = keys.first() else {
            return Ok(());
        };
        let first = pack(first);
        vec::insert(&mut self.chunks, at + 1, Chunk { first, keys })?;
        if let Some(chunk) = self.chunks.get_mut(at) {
            chunk.keys.truncate(half);
        }
        Ok(())
    }

    /// Takes a key out, if it is there.
    pub(crate) fn remove(&mut self, key: Key) {
        let packed = pack(key);
        let at = self.chunk_of(packed);
        let Some(chunk) = self.chunks.get_mut(at) else {
            return;
        };
        let place = chunk.keys.partition_point(|&other| pack(other) < packed);
        if chunk.keys.get(place) != Some(&key) {
            return;
        }
        vec::remove(&mut chunk.keys, place);
        match chunk.keys.first() {
            Some(&first) => chunk.first = pack(first),
            None => {
                vec::remove(&mut self.chunks, at);
            }
        }
    }

    /// The lowest middle part that no key has, for keys that differ in it alone
    /// and begin with zero. Costs a step for each chunk, not for each key.
    pub(crate) fn lowest_gap(&self) -> usize {
        let mut before = 0;
        for chunk in &self.chunks {
            let dense = |part: u16, keys: usize| usize::from(part) + 1 == before + keys;
            match chunk.keys.last() {
                Some(&[_, part, _]) if !dense(part, chunk.keys.len()) => {
                    return before
                        + chunk
                            .keys
                            .iter()
                            .zip(before..)
                            .take_while(|&(&[_, part, _], place)| usize::from(part) == place)
                            .count();
                }
                _ => before += chunk.keys.len(),
            }
        }
        before
    }
}
