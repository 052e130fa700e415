//! What a static library of Rust needs to live in a C program without Rust's
//! `std`; the archives of the engine and of the list of OCF share it.
//!
//! - **Heap**: the C library's `malloc`, `realloc` and `free`. A firmware that
//!   wants another source of memory defines those.
//! - **Panic**: the libraries have no code path that panics, so the handler is
//!   unreachable. With the feature `prove-no-panic` it refers to a symbol that
//!   nobody defines, and a program links only if the optimiser found no way to it.
//! - **Personality**: what the compiler's own library refers to for unwinding,
//!   although nothing unwinds.
//!
//! Nothing here depends on another crate: a crate with a panic handler cannot be
//! linked together with `std`, and any dependency might bring that in.

#![no_std]
#![cfg_attr(not(test), deny(clippy::incompatible_msrv))]

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
// guarantee; others are refused, and the libraries have none.
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

#[cfg(feature = "prove-no-panic")]
unsafe extern "C" {
    safe fn access_control_can_panic() -> !;
}

#[cfg(all(not(feature = "prove-no-panic"), not(target_os = "none")))]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "prove-no-panic")]
    access_control_can_panic();
    #[cfg(all(not(feature = "prove-no-panic"), not(target_os = "none")))]
    // SAFETY: may always be called. A debug build gets here if there is a bug.
    unsafe {
        abort()
    }
    // newlib's abort() would ask for a kill() and a getpid().
    #[cfg(all(not(feature = "prove-no-panic"), target_os = "none"))]
    loop {
        core::hint::spin_loop();
    }
}

// A program that links the whole archive, or one without optimisation, asks for
// it. Weak, as another archive of Rust in the same program may bring its own.
#[cfg(all(unix, not(target_vendor = "apple")))]
core::arch::global_asm!(
    ".pushsection .text.rust_eh_personality, \"ax\", %progbits",
    ".weak rust_eh_personality",
    ".type rust_eh_personality, %function",
    "rust_eh_personality:",
    ".4byte 0",
    ".size rust_eh_personality, 4",
    ".popsection",
);
