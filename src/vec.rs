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
    match vec.get_mut(at..) {
        Some(tail) if !tail.is_empty() => tail.rotate_right(1),
        _ => {}
    }
    Ok(())
}

/// Removes the element at `at`, if there is one.
pub(crate) fn remove<T>(vec: &mut Vec<T>, at: usize) {
    match vec.get_mut(at..) {
        Some(tail) if !tail.is_empty() => tail.rotate_left(1),
        _ => return,
    }
    vec.pop();
}
