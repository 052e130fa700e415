//! An ordered set of rows of one or two 64-bit words, of which the first is the
//! key. One kind of row for all sets, so that the code for them exists once.
//!
//! There are two of them. Where flash is dear and instances are few, on bare
//! metal, it is a sorted vector; elsewhere it is made of chunks, so that a change
//! costs the same among many rows as among few.
//!
//! What both promise: putting back what has been there before needs no memory,
//! whatever happened in between, as long as `tidy` was not called.

use crate::SMALL;

#[cfg(any(not(any(target_os = "none", access_control_small)), test))]
mod chunked;
#[cfg(any(target_os = "none", access_control_small, test))]
mod flat;

#[cfg(not(any(target_os = "none", access_control_small)))]
pub(crate) use chunked::Index;
#[cfg(any(target_os = "none", access_control_small))]
pub(crate) use flat::Index;

/// Where a key belongs in sorted rows of two words to the power of `shift`.
fn search(rows: &[u64], shift: u8, key: u64) -> usize {
    if !SMALL {
        return match shift {
            0 => rows.partition_point(|row| *row < key),
            _ => 2 * (rows.as_chunks().0).partition_point(|[row, _]| *row < key),
        };
    }
    let is_below = |place: usize| rows.get(place << shift).is_some_and(|row| *row < key);
    let mut from = 0;
    let mut size = rows.len() >> shift;
    while size > 1 {
        let half = size / 2;
        if is_below(from + half) {
            from += half;
        }
        size -= half;
    }
    (from + usize::from(is_below(from))) << shift
}
