//! The lock of a client: handlers call the API again, so the thread that has
//! it may take it again.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A thread, told by the address of a variable that each has for itself. (The
/// standard library's would allocate memory that is never given back.)
#[derive(Clone, Copy, PartialEq, Eq)]
struct ThreadId(usize);

impl ThreadId {
    fn mine() -> ThreadId {
        std::thread_local!(static MARK: u8 = const { 0 });
        ThreadId(MARK.with(|mark| std::ptr::from_ref(mark).addr()))
    }
}

#[derive(Default)]
pub struct Lock {
    holder: Mutex<Option<(ThreadId, usize)>>,
    released: Condvar,
}

/// Releases the lock when dropped.
pub struct Guard<'a>(&'a Lock);

impl Lock {
    pub fn take(&self) -> Guard<'_> {
        let me = ThreadId::mine();
        let mut holder = self.holder();
        loop {
            match &mut *holder {
                None => *holder = Some((me, 1)),
                Some((thread, depth)) if *thread == me => *depth += 1,
                Some(_) => {
                    holder = self
                        .released
                        .wait(holder)
                        .unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            }
            return Guard(self);
        }
    }

    fn holder(&self) -> MutexGuard<'_, Option<(ThreadId, usize)>> {
        // A thread that died with it left two plain numbers.
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut holder = self.0.holder();
        *holder = holder
            .filter(|(_, depth)| *depth > 1)
            .map(|(thread, depth)| (thread, depth - 1));
        if holder.is_none() {
            self.0.released.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn one_thread_at_a_time_and_that_one_again() {
        let (lock, inside) = (Lock::default(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _outer = lock.take();
                        let _inner = lock.take();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }
}
