//! An allocator for tests: it poisons what it gives and takes, refuses what it
//! is told to, and counts what is held, for each thread by itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Which allocations are refused, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse {
    Nothing,
    Only(usize),
    From(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Allocations asked for.
    pub asked: usize,
    /// Bytes held now, those from before the counting left out.
    pub held: isize,
    /// The most that was held.
    pub peak: isize,
    /// Blocks given back that are not of this heap, or not of the size given.
    pub foreign: usize,
}

const ZERO: Count = Count {
    asked: 0,
    held: 0,
    peak: 0,
    foreign: 0,
};

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(ZERO) };
    static REFUSE: Cell<Refuse> = const { Cell::new(Refuse::Nothing) };
    static COUNTING: Cell<bool> = const { Cell::new(false) };
}

/// In front of each block: its size, whether it was counted, and a mark that a
/// block of another heap, or one given back already, does not have.
#[repr(C, align(16))]
struct Head {
    mark: u64,
    size: u32,
    counted: bool,
}

const MARK: u64 = 0x6165_7268_6561_7021;
const FRESH: u8 = 0xa5;
const FREED: u8 = 0xdd;

/// See [`crate::failing_heap`].
#[derive(Debug)]
pub struct Heap;

fn with_head(layout: Layout) -> Option<Layout> {
    if layout.align() > align_of::<Head>() {
        return None;
    }
    let size = layout.size().checked_add(size_of::<Head>())?;
    Layout::from_size_align(size, align_of::<Head>()).ok()
}

fn held(count: &mut Count, change: isize) {
    count.held += change;
    count.peak = count.peak.max(count.held);
}

// SAFETY: blocks come from the system's allocator, behind a head that keeps the
// alignment; what is not given is NULL.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let counted = COUNTING.get();
        if counted {
            let mut count = COUNT.get();
            let number = count.asked;
            count.asked += 1;
            COUNT.set(count);
            match REFUSE.get() {
                Refuse::Only(refused) if refused == number => return std::ptr::null_mut(),
                Refuse::From(refused) if refused <= number => return std::ptr::null_mut(),
                _ => {}
            }
        }
        let Some(whole) = with_head(layout) else {
            // Larger alignments are those of the test runner's own data.
            // SAFETY: the caller's contract is that of the system's allocator.
            return unsafe { System.alloc(layout) };
        };
        // SAFETY: not empty, for there is a head; the block is as long as asked.
        unsafe {
            let block = System.alloc(whole);
            if block.is_null() {
                return block;
            }
            block.cast::<Head>().write(Head {
                mark: MARK,
                size: layout.size() as u32,
                counted,
            });
            if counted {
                let mut count = COUNT.get();
                held(&mut count, layout.size() as isize);
                COUNT.set(count);
            }
            let block = block.add(size_of::<Head>());
            block.write_bytes(FRESH, layout.size());
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(with_head) = with_head(layout) else {
            // SAFETY: as in `alloc`.
            return unsafe { System.dealloc(block, layout) };
        };
        // SAFETY: such a block came from `alloc` with a head in front of it.
        unsafe {
            let whole = block.sub(size_of::<Head>());
            let head = whole.cast::<Head>().read();
            let mut count = COUNT.get();
            if head.mark != MARK || head.size as usize != layout.size() {
                count.foreign += 1;
                COUNT.set(count);
                return;
            }
            if head.counted {
                held(&mut count, -(layout.size() as isize));
                COUNT.set(count);
            }
            whole.write_bytes(FREED, with_head.size());
            System.dealloc(whole, with_head);
        }
    }
}

/// Makes [`Heap`] the allocator of the program.
#[macro_export]
macro_rules! failing_heap {
    () => {
        #[global_allocator]
        static HEAP: $crate::heap::Heap = $crate::heap::Heap;
    };
}

/// Starts a count of its own.
pub fn reset() {
    COUNT.set(ZERO);
}

pub fn count() -> Count {
    COUNT.get()
}

/// Counts, and refuses, the allocations that `run` makes.
pub fn counted<T>(refuse: Refuse, run: impl FnOnce() -> T) -> T {
    let before = (COUNTING.replace(true), REFUSE.replace(refuse));
    let mut count = COUNT.get();
    count.asked = 0;
    COUNT.set(count);
    let result = run();
    COUNTING.set(before.0);
    REFUSE.set(before.1);
    result
}

/// Runs code of the test, such as a host's answer, that is neither counted nor
/// refused.
pub fn uncounted<T>(run: impl FnOnce() -> T) -> T {
    let before = COUNTING.replace(false);
    let result = run();
    COUNTING.set(before);
    result
}
