//! The seven functions of Anjay's Access Control module.

use super::foreign::*;
use super::host::*;
use crate::{Error, MAX_ID};
use core::ffi::{c_int, c_void};

const FAILED: c_int = -1;

/// Installs the Access Control Object (/2) in a client.
///
/// It starts empty; anjay_delete() frees it with everything else.
///
/// Changes of the Security, Server or Access Control Objects that come neither
/// from LwM2M Servers nor from this header must be reported with
/// anjay_notify_instances_changed(), so that rights of servers that have gone
/// are dropped (LwM2M 1.0, E.1.3).
///
/// Thread: like every function here, it takes the client's lock itself.
///
/// @param anjay The client.
/// @returns 0, or -1 if @p anjay is NULL, the Object is already installed (the
///          installed one goes on unharmed), or memory ran out.
///
/// # Safety
/// `anjay` is NULL or a client that is not being deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_install(anjay: *mut anjay_t) -> c_int {
    if anjay.is_null() {
        return FAILED;
    }
    // SAFETY: not NULL, and valid as the caller promises.
    match unsafe { aac_client_install(anjay) } {
        0 => 0,
        _ => FAILED,
    }
}

/// Removes all instances of the Access Control Object, which then counts as
/// modified. Outside a transaction it needs no memory and cannot fail; inside
/// one (a handler of the application called it), it does nothing if memory runs
/// out.
///
/// @param anjay A client with the Access Control Object; otherwise nothing
///              happens.
///
/// # Safety
/// As `anjay_access_control_install`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_purge(anjay: *mut anjay_t) {
    // SAFETY: passed on from the caller.
    unsafe { call(anjay, &mut Job::new(Function::Purge, [0; 4])) };
}

/// Writes all Access Control Instances to a stream, in the format that Anjay
/// uses. Success clears the mark that anjay_access_control_is_modified() tells.
/// While a transaction is open, the state before it is written.
///
/// The state cannot be changed from within the stream's own functions.
///
/// @param anjay      A client with the Access Control Object.
/// @param out_stream Stream to write to; remains the caller's.
/// @returns AVS_OK, the stream's error, AVS_EINVAL for a NULL argument or a
///          client without the Object, or AVS_ENOMEM.
///
/// # Safety
/// As `anjay_access_control_install`; `out_stream` is NULL or a valid stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_persist(
    anjay: *mut anjay_t,
    out_stream: *mut avs_stream_t,
) -> avs_error_t {
    // SAFETY: passed on from the caller.
    unsafe { call_with_stream(anjay, Function::Persist, out_stream) }
}

/// Replaces all Access Control Instances by those read from a stream. What
/// follows them in the stream is left unread.
///
/// Instances of Objects that are not registered are left out; SSIDs that no
/// server has are kept.
///
/// @param anjay     A client with the Access Control Object.
/// @param in_stream Stream to read from; remains the caller's.
/// @returns AVS_OK. Otherwise nothing has changed: the stream's error;
///          AVS_EBADMSG for data that no device can have written; AVS_EBADF
///          while a transaction is open; AVS_EINVAL for a NULL argument or a
///          client without the Object; AVS_ENOMEM.
///
/// # Safety
/// As `anjay_access_control_persist`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_restore(
    anjay: *mut anjay_t,
    in_stream: *mut avs_stream_t,
) -> avs_error_t {
    // SAFETY: passed on from the caller.
    unsafe { call_with_stream(anjay, Function::Restore, in_stream) }
}

/// Tells whether the Access Control Object has changed since it was last
/// successfully persisted or restored. While a transaction is open, the answer
/// is about the state before it.
///
/// @param anjay A client; without the Access Control Object the answer is
///              false.
///
/// # Safety
/// As `anjay_access_control_install`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_is_modified(anjay: *mut anjay_t) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { call(anjay, &mut Job::new(Function::IsModified, [0; 4])) == 0 }
}

/// Sets the rights of one server on one target: its ACL entry becomes exactly
/// @p access_mask. Where no Access Control Instance governs the target, one is
/// added with the lowest free ID, owned by the Bootstrap-Server.
///
/// @param anjay       A client with the Access Control Object.
/// @param oid         Object ID of the target: a registered Object, but not
///                    Security (0) or Access Control (2).
/// @param iid         Instance ID of the target, which must exist; or
///                    ANJAY_ID_INVALID (65535) for the right to create
///                    instances of the Object.
/// @param ssid        A server that has a Server Object Instance; or
///                    ANJAY_SSID_ANY (0) for the default entry, which counts
///                    for servers without an entry of their own.
/// @param access_mask ANJAY_ACCESS_MASK_* bits. Create goes with
///                    ANJAY_ID_INVALID only, and alone.
/// @returns 0; or -1, and nothing has changed.
///
/// # Safety
/// As `anjay_access_control_install`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_set_acl(
    anjay: *mut anjay_t,
    oid: anjay_oid_t,
    iid: anjay_iid_t,
    ssid: anjay_ssid_t,
    access_mask: anjay_access_mask_t,
) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe {
        call(
            anjay,
            &mut Job::new(Function::SetAcl, [oid, iid, ssid, access_mask]),
        )
    }
}

/// Sets the Access Control Owner of a target: the server that may edit its ACL.
/// Where no Access Control Instance governs the target, one is added.
///
/// @param anjay         A client with the Access Control Object.
/// @param target_oid    As in anjay_access_control_set_acl().
/// @param target_iid    As in anjay_access_control_set_acl().
/// @param owner_ssid    A server that has a Server Object Instance; or
///                      ANJAY_SSID_BOOTSTRAP (65535) if no server may edit.
/// @param inout_acl_iid NULL or points to ANJAY_ID_INVALID: the Instance that
///                      governs the target is used, or one with the lowest free
///                      ID is added. Points to another ID: the Instance has or
///                      gets this ID, or the call fails. Where not NULL, it
///                      receives the Instance's ID on success, and the ID that
///                      is in the way if the call fails for that.
/// @returns 0; or -1, and nothing has changed.
///
/// # Safety
/// As `anjay_access_control_install`; `inout_acl_iid` is NULL or valid for
/// reading and writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_access_control_set_owner(
    anjay: *mut anjay_t,
    target_oid: anjay_oid_t,
    target_iid: anjay_iid_t,
    owner_ssid: anjay_ssid_t,
    inout_acl_iid: *mut anjay_iid_t,
) -> c_int {
    // SAFETY: valid or NULL, as the caller promises. Not held across the call,
    // which may run code of the application.
    let acl_iid = unsafe { inout_acl_iid.as_ref() }.map_or(MAX_ID, |wanted| *wanted);
    let ids = [target_oid, target_iid, owner_ssid, acl_iid];
    let mut job = Job::new(Function::SetOwner, ids);
    // SAFETY: passed on from the caller.
    let result = unsafe { call(anjay, &mut job) };
    // SAFETY: as above.
    if let Some(out) = unsafe { inout_acl_iid.as_mut() } {
        *out = job.ids[3];
    }
    result
}

/// A call of one of the functions above, on its way through the client's lock.
/// They share one way there and one back, which is less code than one for each.
struct Job {
    function: Function,
    /// The function's arguments.
    ids: [u16; 4],
    stream: Stream,
    /// What the call of the host interface returned; 0, or an `aac_error_t`.
    result: c_int,
}

enum Function {
    Purge,
    Persist,
    Restore,
    /// Fails if the state has not been modified.
    IsModified,
    SetAcl,
    SetOwner,
}

/// A stream, and the error that it has returned: to the engine it is only one of
/// the host's.
struct Stream {
    stream: *mut avs_stream_t,
    error: avs_error_t,
}

impl Job {
    /// Fails, unless it gets through to an engine.
    const fn new(function: Function, ids: [u16; 4]) -> Job {
        Job {
            function,
            ids,
            stream: Stream {
                stream: core::ptr::null_mut(),
                error: OK,
            },
            result: aac_error_t::AAC_ERROR_NO_ENGINE as c_int,
        }
    }

    /// # Safety
    /// `aac` is NULL or a valid engine.
    unsafe fn run(&mut self, aac: *const aac_t) -> c_int {
        let [a, b, c, d] = self.ids;
        let stream = (&raw mut self.stream).cast();
        // SAFETY: as the caller promises; the functions below take such a stream.
        unsafe {
            match self.function {
                Function::Purge => aac_purge(aac),
                Function::Persist => aac_persist(aac, Some(write), stream),
                Function::Restore => aac_restore(aac, Some(read), stream),
                Function::IsModified if aac_is_modified(aac) => 0,
                Function::IsModified => FAILED,
                Function::SetAcl => aac_set_acl(aac, a, b, c, d),
                Function::SetOwner => aac_set_owner(aac, a, b, c, &raw mut self.ids[3]),
            }
        }
    }
}

/// Does the job, if the client is one with Object 2: 0, or -1.
///
/// # Safety
/// `anjay` is NULL or a valid client; the stream, if there is one, is valid.
unsafe fn call(anjay: *mut anjay_t, job: &mut Job) -> c_int {
    if !anjay.is_null() {
        // SAFETY: a valid client; the job outlives the call.
        unsafe { aac_client_call(anjay, Some(run), (&raw mut *job).cast()) };
    }
    match job.result {
        0 => 0,
        _ => FAILED,
    }
}

/// # Safety
/// `anjay` is NULL or a valid client, `stream` is NULL or valid.
unsafe fn call_with_stream(
    anjay: *mut anjay_t,
    function: Function,
    stream: *mut avs_stream_t,
) -> avs_error_t {
    const MALFORMED: c_int = error_number(Error::Malformed);
    const NO_MEMORY: c_int = error_number(Error::NoMemory);
    const BUSY: c_int = error_number(Error::Busy);
    const HOST: c_int = error_number(Error::Host);

    let mut job = Job::new(function, [0; 4]);
    job.stream.stream = stream;
    if !stream.is_null() {
        // SAFETY: passed on from the caller.
        unsafe { call(anjay, &mut job) };
    }
    if job.stream.error != OK {
        return job.stream.error;
    }
    errno(match job.result {
        0 => return OK,
        NO_MEMORY => AVS_ENOMEM,
        MALFORMED => AVS_EBADMSG,
        BUSY => AVS_EBADF,
        HOST => AVS_EIO,
        _ => AVS_EINVAL,
    })
}

unsafe extern "C" fn run(aac: *mut aac_t, arg: *mut c_void) -> c_int {
    // SAFETY: `arg` is the job of `call`, which nobody else uses meanwhile, and
    // the client passes an engine made by `aac_new`, or NULL.
    if let Some(job) = unsafe { arg.cast::<Job>().as_mut() } {
        // SAFETY: as above.
        job.result = unsafe { job.run(aac) };
    }
    0
}

const OK: avs_error_t = avs_error_t {
    category: 0,
    code: 0,
};

const fn errno(code: u16) -> avs_error_t {
    avs_error_t {
        category: AVS_ERRNO_CATEGORY,
        code,
    }
}

fn keep(stream: &mut Stream, error: avs_error_t) -> c_int {
    if error.code == 0 {
        return 0;
    }
    stream.error = error;
    FAILED
}

unsafe extern "C" fn write(arg: *mut c_void, bytes: *const c_void, size: usize) -> c_int {
    // SAFETY: the stream of a job, and a buffer of this size.
    unsafe {
        let stream = &mut *arg.cast::<Stream>();
        keep(stream, avs_stream_write(stream.stream, bytes, size))
    }
}

unsafe extern "C" fn read(arg: *mut c_void, bytes: *mut c_void, size: usize) -> c_int {
    // SAFETY: the stream of a job, and a buffer of this size.
    unsafe {
        let stream = &mut *arg.cast::<Stream>();
        keep(stream, avs_stream_read_reliably(stream.stream, bytes, size))
    }
}
