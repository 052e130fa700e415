//! A value that is used by one at a time: what `RefCell` does, with a guard of one
//! word instead of two, which is a quarter of a kilobyte on bare metal. The other
//! room of the engine with `unsafe` in it; the first is `list.rs`.
//!
//! What holds at all times: there is at most one [`Guard`] of a [`Lock`], and while
//! there is one, `is_used` is true. Only a guard gives a reference to the value.
//! That is checked at run time, in every build.

use core::cell::{Cell, UnsafeCell};
use core::ops::{Deref, DerefMut};

/// The value. Not for several threads: `UnsafeCell` is not `Sync`.
// In this order, so that a pointer to the one is a pointer to the other.
#[repr(C)]
pub(crate) struct Lock<T> {
    value: UnsafeCell<T>,
    is_used: Cell<bool>,
}

/// The right to use the value, until it is dropped.
pub(crate) struct Guard<'a, T>(&'a Lock<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Lock<T> {
        Lock {
            is_used: Cell::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// `None`, if somebody else uses it.
    #[inline]
    pub(crate) fn take(&self) -> Option<Guard<'_, T>> {
        match self.is_used.replace(true) {
            true => None,
            false => Some(Guard(self)),
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this is the only guard, and lends out what it is borrowed for.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and it is borrowed by nobody else.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.0.is_used.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::Lock;

    #[test]
    fn one_at_a_time() {
        let lock = Lock::new(1);
        let mut guard = lock.take().expect("nobody uses it");
        *guard += 1;
        assert!(lock.take().is_none());
        drop(guard);
        assert_eq!(lock.take().map(|guard| *guard), Some(2));
        assert!(lock.take().is_some());
    }
}
