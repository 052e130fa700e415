//! What this library offers beside the seven functions of Anjay's module.

use super::foreign::*;
use super::host::*;
use core::ffi::{c_int, c_void};

/// One grant of anjay_access_control_provision(): as the arguments of
/// anjay_access_control_set_acl(), and an owner.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct anjay_access_control_grant_t {
    /// Object ID of the target.
    pub oid: anjay_oid_t,
    /// Instance ID of the target; or ANJAY_ID_INVALID (65535) for the right to
    /// create Instances.
    pub iid: anjay_iid_t,
    /// A server that has a Server Object Instance; or ANJAY_SSID_ANY (0).
    pub ssid: anjay_ssid_t,
    /// ANJAY_ACCESS_MASK_* bits.
    pub access_mask: anjay_access_mask_t,
    /// The owner that the target is to have: a server that has a Server Object
    /// Instance, or ANJAY_SSID_BOOTSTRAP (65535). 0 leaves it as it is; a new
    /// Access Control Instance then belongs to the Bootstrap-Server.
    pub owner: anjay_ssid_t,
}

// It travels as the one of the host interface.
const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<anjay_access_control_grant_t>() == size_of::<aac_grant_t>());
    assert!(offset_of!(anjay_access_control_grant_t, oid) == offset_of!(aac_grant_t, oid));
    assert!(offset_of!(anjay_access_control_grant_t, iid) == offset_of!(aac_grant_t, iid));
    assert!(offset_of!(anjay_access_control_grant_t, ssid) == offset_of!(aac_grant_t, ssid));
    assert!(offset_of!(anjay_access_control_grant_t, access_mask) == offset_of!(aac_grant_t, mask));
    assert!(offset_of!(anjay_access_control_grant_t, owner) == offset_of!(aac_grant_t, owner));
};

struct Job {
    grants: *const aac_grant_t,
    count: usize,
    result: c_int,
    refused: usize,
}

/// Makes many grants at once: all of them, in their order, or none. It lists the
/// Instances of each target Object at most once, however many grants there are.
///
/// @param anjay       A client with the Access Control Object.
/// @param grants      The grants; remains the caller's. May be NULL if @p count
///                    is 0.
/// @param count       How many.
/// @param out_refused Receives the place of the grant that was refused; or
///                    @p count, if none is to blame (no memory, no Object). May
///                    be NULL. Written only if the call fails.
/// @returns 0; or -1, and nothing has changed.
///
/// # Safety
/// `anjay` is NULL or a client that is not being deleted; `grants` points to
/// `count` valid elements; `out_refused` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_provision(
    anjay: *mut anjay_t,
    grants: *const anjay_access_control_grant_t,
    count: usize,
    out_refused: *mut usize,
) -> c_int {
    let mut job = Job {
        grants: grants.cast(),
        count,
        result: -1,
        refused: count,
    };
    if !anjay.is_null() {
        // SAFETY: a valid client; the job outlives the call.
        unsafe { aac_client_call(anjay, Some(run), (&raw mut job).cast()) };
    }
    if job.result != 0 {
        // SAFETY: NULL or valid, as the caller promises.
        if let Some(out) = unsafe { out_refused.as_mut() } {
            *out = job.refused;
        }
    }
    job.result
}

unsafe extern "C" fn run(aac: *mut aac_t, arg: *mut c_void) -> c_int {
    // SAFETY: `arg` is the job above, which nobody else uses meanwhile, and the
    // client passes an engine made by `aac_new`, or NULL.
    if let Some(job) = unsafe { arg.cast::<Job>().as_mut() } {
        let refused = &raw mut job.refused;
        // SAFETY: as the caller promises.
        if unsafe { aac_provision(aac, job.grants, job.count, refused) } == 0 {
            job.result = 0;
        }
    }
    0
}
