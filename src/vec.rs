//! Vectors that report a failed allocation and never panic.

use crate::Error;
use alloc::vec::Vec;

/// Appends, or reports that memory ran out.
pub(crate) fn push<T>(vec: &mut Vec<T>, value: T) -> Result<(), Error> {
    vec.try_reserve(1)?;
    // Never true, but without it the optimiser keeps a path that panics.
    if vec.len() == vec.capacity() {
        return Err(Error::NoMemory);
    }
    vec.push(value);
    Ok(())
}

/// Inserts words at `at`, which is not beyond the end; or reports that memory
/// ran out, and then nothing has changed.
#[cfg(any(not(any(target_os = "none", access_control_small)), test))]
pub(crate) fn insert(vec: &mut Vec<u64>, at: usize, words: &[u64]) -> Result<(), Error> {
    let count = words.len();
    vec.try_reserve(count)?;
    for &word in words {
        push(vec, word)?;
    }
    if let Some(tail) = vec.get_mut(at..)
        && count <= tail.len()
    {
        tail.rotate_right(count);
    }
    Ok(())
}

/// As [`insert`], for one word and with less code.
#[cfg(any(target_os = "none", access_control_small, test))]
pub(crate) fn insert_one(vec: &mut Vec<u64>, at: usize, word: u64) -> Result<(), Error> {
    push(vec, word)?;
    let mut carried = word;
    for place in vec.get_mut(at..).unwrap_or_default() {
        carried = core::mem::replace(place, carried);
    }
    Ok(())
}

/// Removes `count` words at `at`, if they are there.
pub(crate) fn remove(vec: &mut Vec<u64>, at: usize, count: usize) {
    if let Some(tail) = vec.get_mut(at..)
        && let Some(moved) = tail.len().checked_sub(count)
    {
        tail.copy_within(count.., 0);
        vec.truncate(at + moved);
    }
}
