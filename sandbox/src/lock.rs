//! The lock of a client: handlers call the API again, so the thread that has
//! it may take it again.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

#[derive(Default)]
pub struct Lock {
    holder: Mutex<Option<(ThreadId, usize)>>,
    released: Condvar,
}

/// Releases the lock when dropped.
pub struct Guard<'a>(&'a Lock);

impl Lock {
    pub fn take(&self) -> Guard<'_> {
        let me = thread::current().id();
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
