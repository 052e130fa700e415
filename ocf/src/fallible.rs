//! Growth that reports a full heap instead of ending the program.
#![forbid(unsafe_code)]

use crate::error::Reason;
use alloc::vec::Vec;

/// Room for `additional` more, and a quarter of what there is, so that single additions do not copy
/// everything each time; doubling would leave half of a large list unused.
pub fn reserve<T>(list: &mut Vec<T>, additional: usize) -> Result<(), Reason> {
    if additional <= list.capacity().wrapping_sub(list.len()) {
        return Ok(());
    }
    let roomy = list.len() / 4;
    if roomy > additional && list.try_reserve_exact(roomy).is_ok() {
        return Ok(());
    }
    list.try_reserve_exact(additional)
        .map_err(|_| Reason::OutOfMemory)
}

/// The second test in each function repeats what `reserve` promises: it is what lets the optimiser
/// drop the aborting growth path inside `push` and its kin. The link check of `tests/c_api.rs` would
/// notice if that ceased to hold.
pub fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), Reason> {
    reserve(list, 1)?;
    if list.len() == list.capacity() {
        return Err(Reason::OutOfMemory);
    }
    list.push(item);
    Ok(())
}

// Not inlined, so that there is one place only where `extend_from_slice` is.
#[inline(never)]
pub fn extend(list: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Reason> {
    reserve(list, bytes.len())?;
    if list.capacity().wrapping_sub(list.len()) < bytes.len() {
        return Err(Reason::OutOfMemory);
    }
    list.extend_from_slice(bytes);
    Ok(())
}
