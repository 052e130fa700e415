//! A list over the allocator: the one room of the engine with `unsafe` in it.
//!
//! The standard vector panics or aborts where memory or an index is not there,
//! and what it takes to leave these paths out is up to the optimiser. This one
//! reports a lack of memory, and does nothing where there is nothing to do. It is
//! also a fifth of the code, which counts on bare metal.
//!
//! What holds at all times, and what each `SAFETY:` below stands on:
//!
//! 1. `start` points to memory for `room` elements that this list alone owns, got
//!    from the global allocator with the layout of `[T; room]`; or it dangles, and
//!    `room` is 0.
//! 2. The first `len` elements are initialised, and `len <= room`.

use crate::{Error, Why};
use alloc::alloc::{Layout, alloc, dealloc, realloc};
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::{self, NonNull};

/// Memory ran out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoMemory;

impl From<NoMemory> for Error {
    fn from(_: NoMemory) -> Error {
        Error::NoMemory
    }
}

impl From<NoMemory> for Why {
    fn from(_: NoMemory) -> Why {
        Why::NoMemory
    }
}

/// The list; a slice by `Deref`.
pub(crate) struct List<T> {
    start: NonNull<T>,
    len: usize,
    room: usize,
    owns: PhantomData<T>,
}

// SAFETY: it owns its elements (1), and nobody else has a pointer to them.
unsafe impl<T: Send> Send for List<T> {}
// SAFETY: a shared list gives shared elements only.
unsafe impl<T: Sync> Sync for List<T> {}

impl<T> List<T> {
    pub(crate) const fn new() -> List<T> {
        List {
            start: NonNull::dangling(),
            len: 0,
            room: 0,
            owns: PhantomData,
        }
    }

    /// How many elements there is memory for.
    #[cfg_attr(any(target_os = "none", access_control_small), allow(dead_code))]
    pub(crate) const fn room(&self) -> usize {
        self.room
    }

    /// Makes room for exactly `room` elements, if there is less.
    pub(crate) fn reserve(&mut self, room: usize) -> Result<(), NoMemory> {
        match room <= self.room {
            true => Ok(()),
            false => self.resize(room),
        }
    }

    /// Makes room for exactly `room` elements, which is at least one and not less
    /// than there are.
    #[cfg_attr(target_os = "none", inline(never))]
    fn resize(&mut self, room: usize) -> Result<(), NoMemory> {
        const { assert!(size_of::<T>() > 0) };
        let room = room.max(self.len).max(1);
        let layout = Layout::array::<T>(room).map_err(|_| NoMemory)?;
        // SAFETY: neither layout is empty, for no element is and `room` is above
        // zero; the old one is that of `start` (1), and the new size, which is that
        // of a layout, does not overflow. There is room for `len` (2).
        let start = unsafe {
            match self.layout() {
                Some(old) => realloc(self.start.as_ptr().cast(), old, layout.size()),
                None => alloc(layout),
            }
        };
        self.start = NonNull::new(start.cast()).ok_or(NoMemory)?;
        self.room = room;
        Ok(())
    }

    /// That of the memory; none, if there is none.
    fn layout(&self) -> Option<Layout> {
        match self.room {
            0 => None,
            room => Layout::array::<T>(room).ok(),
        }
    }

    /// Makes room for one more, and a quarter more than that: a list that doubles
    /// wastes half of itself.
    fn grow(&mut self) -> Result<(), NoMemory> {
        // Far from overflowing: no list takes more than half of all memory.
        let wanted = self.len + 1;
        match wanted <= self.room {
            true => Ok(()),
            false => self.resize(wanted + wanted / 4 + 1),
        }
    }

    /// Appends.
    pub(crate) fn push(&mut self, value: T) -> Result<(), NoMemory> {
        self.insert(self.len, value)
    }

    /// Inserts at `at`, or at the end, should that be less. Without memory,
    /// nothing has changed.
    pub(crate) fn insert(&mut self, at: usize, value: T) -> Result<(), NoMemory> {
        self.grow()?;
        let at = at.min(self.len);
        // SAFETY: there is room for one more than `len`; what is moved is
        // initialised (2), and so is then all up to the new `len`.
        unsafe {
            let place = self.start.as_ptr().add(at);
            ptr::copy(place, place.add(1), self.len - at);
            place.write(value);
        }
        self.len += 1;
        Ok(())
    }

    /// Takes out what is at `at`, if there is something.
    #[cfg_attr(any(target_os = "none", access_control_small), allow(dead_code))]
    pub(crate) fn remove(&mut self, at: usize) -> Option<T> {
        if at >= self.len {
            return None;
        }
        self.len -= 1;
        // SAFETY: an initialised element (2), which is moved out, and those behind
        // it take its place.
        unsafe {
            let place = self.start.as_ptr().add(at);
            let value = place.read();
            ptr::copy(place.add(1), place, self.len - at);
            Some(value)
        }
    }
}

impl<T: Copy> List<T> {
    #[cfg_attr(any(target_os = "none", access_control_small), allow(dead_code))]
    /// Puts `new` in the place of `count` elements at `at`, as far as they are
    /// there. Without memory, nothing has changed.
    pub(crate) fn splice(&mut self, at: usize, count: usize, new: &[T]) -> Result<(), NoMemory> {
        let at = at.min(self.len);
        let behind = self.len - at;
        let count = count.min(behind);
        let wanted = (self.len - count).saturating_add(new.len());
        if wanted > self.room {
            self.reserve(wanted.saturating_add(wanted / 4 + 1))?;
        }
        // SAFETY: there is room for `len` without `count`, and `new`. What is moved is initialised
        // (2), and so is then all up to the new `len`. `new` is of another list, for
        // this one is borrowed.
        unsafe {
            let place = self.start.as_ptr().add(at);
            ptr::copy(place.add(count), place.add(new.len()), behind - count);
            ptr::copy_nonoverlapping(new.as_ptr(), place, new.len());
        }
        self.len = self.len - count + new.len();
        Ok(())
    }

    /// Makes it the same as another one. Without memory, nothing has changed.
    pub(crate) fn copy_from(&mut self, other: &List<T>) -> Result<(), NoMemory> {
        self.reserve(other.len)?;
        // SAFETY: there is room for so many, in other memory, for this list is
        // borrowed; they are initialised (2), and so is then all up to the new `len`.
        unsafe { ptr::copy_nonoverlapping(other.start.as_ptr(), self.start.as_ptr(), other.len) };
        self.len = other.len;
        Ok(())
    }

    /// Another list of the same, with no more room than that takes.
    pub(crate) fn copy(&self) -> Result<List<T>, NoMemory> {
        let mut copy = List::new();
        copy.copy_from(self)?;
        Ok(copy)
    }

    /// Makes it empty, and gives all of its room back.
    #[cfg_attr(target_os = "none", inline(never))]
    #[cfg_attr(not(any(target_os = "none", access_control_small)), allow(dead_code))]
    pub(crate) fn clear(&mut self) {
        *self = List::new();
    }

    /// Leaves the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Takes out `count` elements at `at`, as far as they are there.
    #[cfg_attr(not(any(target_os = "none", access_control_small)), allow(dead_code))]
    pub(crate) fn cut(&mut self, at: usize, count: usize) {
        let at = at.min(self.len);
        let behind = self.len - at;
        let count = count.min(behind);
        // SAFETY: what is moved is initialised (2), and so is then all up to the new
        // `len`.
        unsafe {
            let place = self.start.as_ptr().add(at);
            ptr::copy(place.add(count), place, behind - count);
        }
        self.len -= count;
    }

    /// Gives back the room that is left over, where that is much and the allocator
    /// can do so.
    pub(crate) fn fit(&mut self) {
        if self.room > 2 * self.len + 8 {
            let _ = self.resize(self.len);
        }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: initialised (2) and its own (1).
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for List<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and borrowed by nobody else.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        if let Some(layout) = self.layout() {
            // SAFETY: initialised (2), owned and got with this layout (1), and not
            // used again.
            unsafe {
                ptr::drop_in_place(ptr::from_mut(&mut **self));
                dealloc(self.start.as_ptr().cast(), layout);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::List;
    use std::rc::Rc;
    use std::vec::Vec;

    #[test]
    fn agrees_with_a_vector() {
        let mut list = List::new();
        let mut vec = Vec::new();
        let mut random = 1_u32;
        for n in 0..20_000_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (random >> 16) as usize % (vec.len() + 1);
            match random >> 28 {
                0..6 => {
                    list.insert(at, n).expect("memory");
                    vec.insert(at, n);
                }
                6 => {
                    list.push(n).expect("memory");
                    vec.push(n);
                }
                7..10 => {
                    let removed = (at < vec.len()).then(|| vec.remove(at));
                    assert_eq!(list.remove(at), removed);
                }
                10..13 => {
                    let count = (vec.len() - at).min(random as usize >> 8 & 7);
                    let new = [n, n + 1, n + 2, n + 3];
                    let new = &new[..random as usize >> 12 & 3];
                    list.splice(at, count, new).expect("memory");
                    vec.splice(at..at + count, new.iter().copied());
                }
                13 => {
                    let len = vec.len() - vec.len() / 8;
                    list.truncate(len);
                    vec.truncate(len);
                    list.fit();
                    assert!(list.room() <= 2 * list.len() + 8);
                }
                14 => {
                    let count = (vec.len() - at).min(random as usize >> 8 & 3);
                    list.cut(at, count);
                    vec.drain(at..at + count);
                }
                _ => {
                    list = list.copy().expect("memory");
                    assert_eq!(list.room(), vec.len());
                }
            }
            assert_eq!(*list, *vec);
        }
        let mut other = List::new();
        other.push(1).expect("memory");
        other.copy_from(&list).expect("memory");
        list.cut(1, usize::MAX);
        assert_eq!((&*list, &*other), (&vec[..1], &*vec));
        list.clear();
        assert_eq!((list.len(), list.room()), (0, 0));
    }

    #[test]
    fn elements_are_dropped_once() {
        let shared = Rc::new(());
        let mut list = List::new();
        for _ in 0..10 {
            list.insert(0, shared.clone()).expect("memory");
        }
        assert_eq!(Rc::strong_count(&shared), 11);
        drop(list.remove(3));
        assert!(list.remove(9).is_none());
        assert_eq!(Rc::strong_count(&shared), 10);
        drop(list);
        assert_eq!(Rc::strong_count(&shared), 1);
    }

    #[test]
    fn too_much_is_refused() {
        let mut list = List::<[u64; 2]>::new();
        assert!(list.reserve(usize::MAX).is_err());
        assert!(list.reserve(usize::MAX / 16).is_err());
        assert_eq!((list.len(), list.room()), (0, 0));
    }
}
