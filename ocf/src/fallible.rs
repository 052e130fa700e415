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

/// Sorts in place, by the first number and then by the second, in n log n steps whatever the order.
pub fn sort(pairs: &mut [(u32, u32)]) {
    if pairs
        .iter()
        .zip(pairs.iter().skip(1))
        .all(|(one, next)| one <= next)
    {
        return;
    }
    for parent in (0..pairs.len() / 2).rev() {
        sift(pairs, parent);
    }
    let mut heap = pairs;
    while let [first, .., last] = &mut *heap {
        core::mem::swap(first, last);
        let Some((_, rest)) = heap.split_last_mut() else {
            return;
        };
        sift(rest, 0);
        heap = rest;
    }
}

fn sift(heap: &mut [(u32, u32)], mut parent: usize) {
    let Some(value) = heap.get(parent).copied() else {
        return;
    };
    loop {
        let left = parent.saturating_mul(2).saturating_add(1);
        let right = left.saturating_add(1);
        let child = if heap.get(right) > heap.get(left) {
            right
        } else {
            left
        };
        let Some(below) = heap.get(child).copied().filter(|below| *below > value) else {
            return;
        };
        for (place, item) in [(parent, below), (child, value)] {
            if let Some(slot) = heap.get_mut(place) {
                *slot = item;
            }
        }
        parent = child;
    }
}

#[cfg(test)]
mod tests {
    use super::sort;
    use std::vec::Vec;

    #[test]
    fn any_order_is_sorted() {
        let mut seed = 1u32;
        for len in 0..200u32 {
            let mut pairs: Vec<(u32, u32)> = (0..len)
                .map(|index| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((seed >> 16) % 50, index)
                })
                .collect();
            let mut expected = pairs.clone();
            expected.sort_unstable();
            sort(&mut pairs);
            assert_eq!(pairs, expected);
        }
    }
}
