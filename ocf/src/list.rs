//! A list over the allocator: with the C surface the one room of the crate with `unsafe` in it.
//!
//! The standard vector panics or aborts where memory or an index is not there, and what it takes to
//! leave these paths out is up to the optimiser. This one reports a lack of memory, and one piece of
//! code grows the lists of all types.
//!
//! What holds at all times, and what each `SAFETY:` below stands on:
//!
//! 1. `start` points to `room` bytes that this list alone owns, got from the global allocator with
//!    [`layout`]; or it is only aligned, and `room` is 0.
//! 2. The first `len` bytes are initialised elements, one after the other, and `len <= room`.

use crate::error::Reason;
use alloc::alloc::{Layout, alloc, dealloc, realloc};
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::slice;

const ALIGN: usize = 8;

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes, ALIGN).ok()
}

/// The memory, whatever is in it.
struct Block {
    start: NonNull<u8>,
    len: usize,
    room: usize,
}

impl Block {
    /// Gets memory for exactly `room` bytes, which are at least `len`; nothing has changed if there
    /// is none.
    #[cfg_attr(target_os = "none", inline(never))]
    fn resize(&mut self, room: usize) -> Result<(), Reason> {
        let (Some(old), Some(new)) = (layout(self.room), layout(room)) else {
            return Err(Reason::OutOfMemory);
        };
        let start = self.start.as_ptr();
        if room == 0 {
            self.free();
            return Ok(());
        }
        // SAFETY: the new layout is not empty, nor is the old one, which is that of `start` (1), if
        // it is given.
        let start = unsafe {
            match self.room {
                0 => alloc(new),
                _ => realloc(start, old, room),
            }
        };
        self.start = NonNull::new(start).ok_or(Reason::OutOfMemory)?;
        self.room = room;
        Ok(())
    }

    fn free(&mut self) {
        if let Some(layout) = layout(self.room).filter(|layout| layout.size() > 0) {
            // SAFETY: that is its layout (1), and it is not used again.
            unsafe { dealloc(self.start.as_ptr(), layout) };
            self.room = 0;
            self.len = 0;
        }
    }

    /// Copies `bytes` to the end, with room for a quarter more: a list that doubles wastes half of
    /// itself.
    ///
    /// # Safety
    ///
    /// They are whole elements of the list's type, at `from`, outside of this list.
    #[cfg_attr(target_os = "none", inline(never))]
    unsafe fn extend(&mut self, from: *const u8, bytes: usize) -> Result<(), Reason> {
        let wanted = self.len.saturating_add(bytes);
        if wanted > self.room {
            self.resize(wanted.saturating_add(wanted / 4 + 32))?;
        }
        // SAFETY: there is room, and nothing else is there.
        unsafe { from.copy_to_nonoverlapping(self.start.as_ptr().add(self.len), bytes) };
        self.len = wanted;
        Ok(())
    }
}

/// The list; a slice by `Deref`.
pub(crate) struct List<T: Copy> {
    block: Block,
    owns: PhantomData<T>,
}

// SAFETY: it owns its elements (1), and nobody else has a pointer to them.
unsafe impl<T: Copy + Send> Send for List<T> {}
// SAFETY: a shared list gives shared elements only.
unsafe impl<T: Copy + Sync> Sync for List<T> {}

impl<T: Copy> List<T> {
    pub const fn new() -> Self {
        const { assert!(size_of::<T>() > 0 && align_of::<T>() <= ALIGN) };
        Self {
            block: Block {
                start: NonNull::<u64>::dangling().cast(),
                len: 0,
                room: 0,
            },
            owns: PhantomData,
        }
    }

    /// Makes room for exactly so many elements, if there is less.
    pub fn reserve(&mut self, room: usize) -> Result<(), Reason> {
        let bytes = room.saturating_mul(size_of::<T>());
        match bytes > self.block.room {
            true => self.block.resize(bytes),
            false => Ok(()),
        }
    }

    /// Appends all of them, or changes nothing.
    pub fn extend(&mut self, elements: &[T]) -> Result<(), Reason> {
        // SAFETY: they are elements, and cannot be in this list, which is borrowed.
        unsafe {
            self.block
                .extend(elements.as_ptr().cast(), size_of_val(elements))
        }
    }

    pub fn push(&mut self, element: T) -> Result<(), Reason> {
        self.extend(slice::from_ref(&element))
    }

    /// Leaves as many elements, if there are more.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.block.len = len * size_of::<T>();
        }
    }

    /// Moves elements to a place before them, as far as all of that is within the list.
    pub fn move_down(&mut self, from: usize, count: usize, to: usize) {
        let list = &mut **self;
        if to <= from && list.get(from..).is_some_and(|rest| count <= rest.len()) {
            let start = list.as_mut_ptr();
            // SAFETY: both places are within the list, as was just seen.
            unsafe { start.add(from).copy_to(start.add(to), count) };
        }
    }

    /// Gives back the memory that is to spare. If the allocator will not, that waits.
    pub fn fit(&mut self) {
        if self.block.room > self.block.len {
            let _ = self.block.resize(self.block.len);
        }
    }
}

impl<T: Copy> Drop for List<T> {
    fn drop(&mut self) {
        self.block.free();
    }
}

impl<T: Copy> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let len = self.block.len / size_of::<T>();
        // SAFETY: so many elements are initialised (2), and aligned, as all blocks are.
        unsafe { slice::from_raw_parts(self.block.start.as_ptr().cast(), len) }
    }
}

impl<T: Copy> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let len = self.block.len / size_of::<T>();
        // SAFETY: as above, and the list is borrowed for changes.
        unsafe { slice::from_raw_parts_mut(self.block.start.as_ptr().cast(), len) }
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn it_is_what_was_put_in() {
        let mut list = List::new();
        let mut expected = Vec::new();
        for number in 0..1000u32 {
            list.push(number).unwrap();
            list.extend(&[number; 3]).unwrap();
            expected.extend([number; 4]);
        }
        assert_eq!(*list, *expected);
        list.truncate(5000);
        list.truncate(17);
        list.fit();
        assert_eq!((&*list, list.block.room), (&expected[..17], 68));
        list.truncate(0);
        list.fit();
        assert_eq!((list.len(), list.block.room), (0, 0));
    }

    #[test]
    fn what_no_memory_can_hold_is_refused() {
        let mut list = List::new();
        list.push(1u32).unwrap();
        for room in [usize::MAX, usize::MAX / 4, isize::MAX as usize / 4 + 1] {
            assert_eq!(list.reserve(room), Err(Reason::OutOfMemory));
        }
        assert_eq!(*list, [1]);
    }
}
