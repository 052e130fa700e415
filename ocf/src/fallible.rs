//! Growth that reports a full heap instead of ending the program.
#![forbid(unsafe_code)]

use crate::error::Reason;
use alloc::string::String;
use alloc::vec::Vec;

/// The second test in each function repeats what `try_reserve` promises: it is what lets the
/// optimiser drop the aborting growth path inside `push` and `push_str`. The link check of
/// `tests/c_api.rs` would notice if that ceased to hold.
pub fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), Reason> {
    reserve(list, 1)?;
    if list.len() == list.capacity() {
        return Err(Reason::OutOfMemory);
    }
    list.push(item);
    Ok(())
}

pub fn reserve<T>(list: &mut Vec<T>, additional: usize) -> Result<(), Reason> {
    list.try_reserve(additional)
        .map_err(|_| Reason::OutOfMemory)
}

pub fn string(text: &str) -> Result<String, Reason> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len())
        .map_err(|_| Reason::OutOfMemory)?;
    append_reserved(&mut copy, text)?;
    Ok(copy)
}

pub fn append(target: &mut String, text: &str) -> Result<(), Reason> {
    target
        .try_reserve(text.len())
        .map_err(|_| Reason::OutOfMemory)?;
    append_reserved(target, text)
}

fn append_reserved(target: &mut String, text: &str) -> Result<(), Reason> {
    if target.capacity().wrapping_sub(target.len()) < text.len() {
        return Err(Reason::OutOfMemory);
    }
    target.push_str(text);
    Ok(())
}
