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

/// Inserts at `at` (at the end if beyond it), or reports that memory ran out.
pub(crate) fn insert<T>(vec: &mut Vec<T>, at: usize, value: T) -> Result<(), Error> {
    push(vec, value)?;
    if let Some(tail) = vec.get_mut(at..) {
        shift(tail.iter_mut());
    }
    Ok(())
}

/// Removes the element at `at`, if there is one.
pub(crate) fn remove<T>(vec: &mut Vec<T>, at: usize) {
    if let Some(tail) = vec.get_mut(at..)
        && !tail.is_empty()
    {
        shift(tail.iter_mut().rev());
        vec.pop();
    }
}

/// Moves each element one step on, and the last to the front.
fn shift<'a, T: 'a>(mut places: impl Iterator<Item = &'a mut T>) {
    if let Some(front) = places.next() {
        for place in places {
            core::mem::swap(front, place);
        }
    }
}
