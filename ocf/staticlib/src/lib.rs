//! The static library that the C tests link: the list, a panic handler and the C heap.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
pub use ocf_acl::ffi::*;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    #[cfg(not(feature = "prove-no-panic"))]
    fn abort() -> !;
    #[cfg(feature = "prove-no-panic")]
    safe fn ocf_acl_a_panic_is_left() -> !;
}

/// The heap of the C program, which aligns for every type of the list.
struct CHeap;

const _: () = assert!(align_of::<ocf_acl::Ace>() <= 2 * size_of::<usize>());

// SAFETY: malloc, realloc and free keep the contract of an allocator for alignments up to that of
// max_align_t; no type of the list needs more.
unsafe impl GlobalAlloc for CHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: malloc takes any size.
        unsafe { malloc(layout.size()) }.cast()
    }

    unsafe fn realloc(&self, block: *mut u8, _: Layout, size: usize) -> *mut u8 {
        // SAFETY: the block came from malloc or realloc.
        unsafe { realloc(block.cast(), size) }.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block came from malloc or realloc.
        unsafe { free(block.cast()) }
    }
}

#[global_allocator]
static HEAP: CHeap = CHeap;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "prove-no-panic")]
    ocf_acl_a_panic_is_left();
    // SAFETY: abort may be called at any time.
    #[cfg(not(feature = "prove-no-panic"))]
    unsafe {
        abort()
    }
}

/// A build without optimisation refers to it on hosted targets.
#[cfg(not(target_os = "none"))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
