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

/// Makes room for one more, a quarter more than there is at a time, as long as
/// that is below `most`: a vector that doubles wastes half of itself.
fn grow<T>(vec: &mut Vec<T>, most: usize) -> Result<(), Error> {
    let len = vec.len();
    if len == vec.capacity() {
        let wanted = (len + len / 4 + 2).min(most.max(len + 1));
        vec.try_reserve_exact(wanted - len)?;
    }
    Ok(())
}

/// Inserts at `at`, which is not beyond the end; or reports that memory ran out,
/// and then nothing has changed. There will hardly be more than `most`.
pub(crate) fn insert<T: Copy>(
    vec: &mut Vec<T>,
    at: usize,
    value: T,
    most: usize,
) -> Result<(), Error> {
    grow(vec, most)?;
    insert_moved(vec, at, value)
}

/// As [`insert`], for what cannot be copied.
pub(crate) fn insert_moved<T>(vec: &mut Vec<T>, at: usize, value: T) -> Result<(), Error> {
    push(vec, value)?;
    if let Some(tail) = vec.get_mut(at..) {
        tail.rotate_right(usize::from(!tail.is_empty()));
    }
    Ok(())
}

/// Removes what is at `at`, if there is something.
pub(crate) fn remove<T: Copy>(vec: &mut Vec<T>, at: usize) {
    match vec.get_mut(at..) {
        Some(tail) if !tail.is_empty() => {
            tail.copy_within(1.., 0);
            vec.pop();
        }
        _ => {}
    }
}
