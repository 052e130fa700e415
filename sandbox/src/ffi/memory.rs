//! `avs_malloc` and its kin: the C library's heap.

use std::ffi::c_void;

/// # Safety
/// As C's `malloc`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_malloc(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::malloc(size) }
}

/// # Safety
/// As C's `calloc`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::calloc(count, size) }
}

/// # Safety
/// As C's `realloc`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: passed on.
    unsafe { libc::realloc(block, size) }
}

/// # Safety
/// As C's `free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_free(block: *mut c_void) {
    // SAFETY: passed on.
    unsafe { libc::free(block) }
}
