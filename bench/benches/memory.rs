//! Memory: what an instance takes, and what a transaction takes at its height.
//! Fails above the budget.

use access_control::{Edit, RID_ACL};
use anjay_access_control_bench::{engine, shuffled};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes for an instance with two entries, everything included.
const BUDGET: f64 = 40.0;

/// Counts what is allocated, and the most that ever was.
struct Counting {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Counting {
    fn grow(&self, size: usize) {
        let now = self.now.fetch_add(size, Relaxed) + size;
        self.most.fetch_max(now, Relaxed);
    }

    fn now(&self) -> usize {
        self.now.load(Relaxed)
    }

    /// The most since it was last asked.
    fn most(&self) -> usize {
        self.most.swap(self.now(), Relaxed)
    }
}

// SAFETY: the system's allocator does the work; this one only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.grow(layout.size());
        // SAFETY: passed on from the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.now.fetch_sub(layout.size(), Relaxed);
        // SAFETY: passed on from the caller.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it is copied, both are there.
        self.grow(size);
        self.now.fetch_sub(layout.size(), Relaxed);
        // SAFETY: passed on from the caller.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting {
    now: AtomicUsize::new(0),
    most: AtomicUsize::new(0),
};

fn main() {
    let mut is_above = false;
    println!("instances  order       bytes each  transaction's peak");
    for size in [1_000, 10_000, 65_000] {
        for (name, order) in [
            ("sequential", (0..size).collect()),
            ("shuffled", shuffled(size)),
        ] {
            let before = HEAP.now();
            let engine = engine(&order, 0);
            let each = (HEAP.now() - before + size_of_val(&engine)) as f64 / f64::from(size);
            is_above |= each > BUDGET;
            let start = HEAP.now();
            HEAP.most();
            engine.begin().expect("none is open");
            let write = Edit::Write(RID_ACL, 2, 1);
            engine.edit(5, write).expect("instance 5 has an ACL");
            engine.commit().expect("valid");
            let peak = HEAP.most() - start;
            println!("{size:>9}  {name:<10}  {each:>10.1}  {peak:>18}");
        }
    }
    assert!(!is_above, "above the budget of {BUDGET} bytes");
}
