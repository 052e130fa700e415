//! A list of 32-bit words: all that the bare-metal table is made of.

use crate::{Error, vec};
use alloc::vec::Vec;

/// The list.
pub(crate) struct Words(Vec<u32>);

impl Words {
    pub(crate) const fn new() -> Words {
        Words(Vec::new())
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts `new` words in the place of `count` words at `at`, which are there.
    /// Without memory, nothing has changed.
    pub(crate) fn splice(&mut self, at: usize, count: usize, new: &[u32]) -> Result<(), Error> {
        self.0.try_reserve(new.len().saturating_sub(count))?;
        for _ in count..new.len() {
            vec::insert(&mut self.0, at, 0, usize::MAX)?;
        }
        for _ in new.len()..count {
            vec::remove(&mut self.0, at);
        }
        for (word, new) in self.0.iter_mut().skip(at).zip(new) {
            *word = *new;
        }
        Ok(())
    }

    /// Another list of the same words.
    pub(crate) fn copy(&self) -> Result<Words, Error> {
        let mut copy = Words::new();
        copy.0.try_reserve_exact(self.len())?;
        copy.splice(0, 0, self.as_slice())?;
        Ok(copy)
    }

    /// Gives back most of the room that is left over, where memory allows.
    pub(crate) fn fit(&mut self) {
        if self.0.capacity() > 2 * self.len() + 16 {
            if let Ok(copy) = self.copy() {
                *self = copy;
            }
        }
    }
}
