//! The static library `libanjay_access_control.a`: what a freestanding Rust
//! archive needs around the engine, and nothing else.
//!
//! Memory comes from the C library's `malloc`, `realloc` and `free`; a firmware
//! that wants another source defines those. The engine has no code path that
//! panics, so the panic handler is unreachable: with the feature
//! `prove-no-panic` it refers to a symbol that nobody defines, and a program
//! links only if the optimiser found no way to it.

#![no_std]

pub use access_control::ffi;
#[cfg(feature = "ocf")]
pub use ocf_acl::ffi as ocf;

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;

/// The C library's heap.
struct Heap;

/// What `malloc` guarantees on all supported targets: two machine words.
const MALLOC_ALIGN: usize = 2 * size_of::<usize>();

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}

// SAFETY: `malloc` and its kin fulfil the contract for alignments that they
// guarantee; others are refused, and the engine has none.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > MALLOC_ALIGN {
            return core::ptr::null_mut();
        }
        // SAFETY: any size may be asked for.
        unsafe { malloc(layout.size()) }.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block comes from `alloc` or `realloc`.
        unsafe { free(block.cast()) }
    }

    unsafe fn realloc(&self, block: *mut u8, _: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above, and its alignment was accepted.
        unsafe { realloc(block.cast(), size) }.cast()
    }
}

#[global_allocator]
static HEAP: Heap = Heap;

#[cfg(all(not(feature = "prove-no-panic"), not(target_os = "none")))]
unsafe extern "C" {
    fn abort() -> !;
}

#[cfg(feature = "prove-no-panic")]
unsafe extern "C" {
    fn anjay_access_control_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "prove-no-panic")]
    // SAFETY: never linked, see above.
    unsafe {
        anjay_access_control_can_panic()
    }
    #[cfg(all(not(feature = "prove-no-panic"), not(target_os = "none")))]
    // SAFETY: may always be called. A debug build gets here if there is a bug.
    unsafe {
        abort()
    }
    #[cfg(all(not(feature = "prove-no-panic"), target_os = "none"))]
    loop {
        core::hint::spin_loop();
    }
}

/// Without optimisation `core` refers to it even though nothing unwinds. With it
/// nothing does, and a program may get another one from Rust's `std`.
#[cfg(all(debug_assertions, not(target_os = "none")))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
