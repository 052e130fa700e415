//! Vectors that report a failed allocation and never panic.

use crate::Error;
use alloc::vec::Vec;

/// Appends, or reports that memory ran out.
pub(crate) fn push<T>(vec: &mut Vec<T>, value: T) -> Result<(), Error> {
    vec.try_reserve(1)?;
    // Cannot reallocate: the room was reserved.
    vec.push(value);
    Ok(())
}

/// Inserts at `at` (at the end if beyond it), or reports that memory ran out.
pub(crate) fn insert<T>(vec: &mut Vec<T>, at: usize, value: T) -> Result<(), Error> {
    vec.try_reserve(1)?;
    let mut carried = value;
    // `Vec::insert` would panic beyond the end; shifting by hand cannot.
    for place in vec.iter_mut().skip(at) {
        core::mem::swap(place, &mut carried);
    }
    vec.push(carried);
    Ok(())
}

/// Removes the element at `at`, if there is one.
pub(crate) fn remove<T>(vec: &mut Vec<T>, at: usize) -> Option<T> {
    let mut places = vec.iter_mut().skip(at);
    let mut hole = places.next()?;
    for place in places {
        core::mem::swap(hole, place);
        hole = place;
    }
    vec.pop()
}
