//! The seven functions of Anjay's Access Control module.

use super::foreign::*;
use super::host::aac_t;
use crate::{Engine, Error, MAX_ID, Sink, Source};
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
    let _ = unsafe { with_engine(anjay, |engine| engine.purge()) };
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
    if out_stream.is_null() {
        return errno(AVS_EINVAL);
    }
    let mut stream = Stream(out_stream);
    // SAFETY: passed on from the caller.
    unsafe { with_engine(anjay, |engine| engine.persist(&mut stream)) }.map_or_else(|e| e.0, ok)
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
    if in_stream.is_null() {
        return errno(AVS_EINVAL);
    }
    let mut stream = Stream(in_stream);
    // SAFETY: passed on from the caller.
    unsafe { with_engine(anjay, |engine| engine.restore(&mut stream)) }.map_or_else(|e| e.0, ok)
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
    unsafe { with_engine(anjay, |engine| Ok::<_, Error>(engine.is_modified())) }.unwrap_or(false)
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
    match unsafe { with_engine(anjay, |engine| engine.set_acl(oid, iid, ssid, access_mask)) } {
        Ok(()) => 0,
        Err(_) => FAILED,
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
    let mut acl_iid = unsafe { inout_acl_iid.as_ref() }.map_or(MAX_ID, |wanted| *wanted);
    let set =
        |engine: &Engine<_>| engine.set_owner(target_oid, target_iid, owner_ssid, &mut acl_iid);
    // SAFETY: passed on from the caller.
    let result = unsafe { with_engine(anjay, set) };
    // SAFETY: as above.
    if let Some(out) = unsafe { inout_acl_iid.as_mut() } {
        *out = acl_iid;
    }
    match result {
        Ok(()) => 0,
        Err(_) => FAILED,
    }
}

/// Runs `call` with the engine of the client, under the client's lock.
///
/// # Safety
/// `anjay` is NULL or a valid client.
unsafe fn with_engine<T, E: From<NotInstalled>>(
    anjay: *mut anjay_t,
    call: impl FnOnce(&Engine<super::host::CHost>) -> Result<T, E>,
) -> Result<T, E> {
    struct Job<F, R> {
        call: Option<F>,
        result: Option<R>,
    }

    unsafe extern "C" fn run<T, E, F>(aac: *mut aac_t, arg: *mut c_void) -> c_int
    where
        F: FnOnce(&Engine<super::host::CHost>) -> Result<T, E>,
    {
        // SAFETY: `arg` is the job below, which nobody else uses meanwhile.
        let job = unsafe { arg.cast::<Job<F, Result<T, E>>>().as_mut() };
        // SAFETY: the host passes an engine made by `aac_new`, or NULL.
        if let (Some(job), Some(aac)) = (job, unsafe { aac.as_ref() })
            && let Some(call) = job.call.take()
        {
            job.result = Some(call(&aac.engine));
        }
        0
    }

    fn runner<T, E, F>(
        _: &Job<F, Result<T, E>>,
    ) -> unsafe extern "C" fn(*mut aac_t, *mut c_void) -> c_int
    where
        F: FnOnce(&Engine<super::host::CHost>) -> Result<T, E>,
    {
        run::<T, E, F>
    }

    if anjay.is_null() {
        return Err(NotInstalled.into());
    }
    let mut job = Job {
        call: Some(call),
        result: None,
    };
    let body = runner(&job);
    // SAFETY: a valid client; the job outlives the call.
    unsafe { aac_client_call(anjay, Some(body), (&raw mut job).cast()) };
    job.result.unwrap_or(Err(NotInstalled.into()))
}

/// The client is NULL or has no Access Control Object.
struct NotInstalled;

impl From<NotInstalled> for Error {
    fn from(_: NotInstalled) -> Error {
        Error::Host
    }
}

impl From<NotInstalled> for StreamError {
    fn from(_: NotInstalled) -> StreamError {
        StreamError(errno(AVS_EINVAL))
    }
}

struct Stream(*mut avs_stream_t);

struct StreamError(avs_error_t);

impl From<Error> for StreamError {
    fn from(error: Error) -> StreamError {
        StreamError(errno(match error {
            Error::NoMemory => AVS_ENOMEM,
            Error::Malformed => AVS_EBADMSG,
            Error::Busy => AVS_EBADF,
            Error::Host => AVS_EIO,
            _ => AVS_EINVAL,
        }))
    }
}

const fn errno(code: u16) -> avs_error_t {
    avs_error_t {
        category: AVS_ERRNO_CATEGORY,
        code,
    }
}

const fn ok(_: ()) -> avs_error_t {
    avs_error_t {
        category: 0,
        code: 0,
    }
}

fn check(error: avs_error_t) -> Result<(), StreamError> {
    match error.code {
        0 => Ok(()),
        _ => Err(StreamError(error)),
    }
}

impl Sink for Stream {
    type Error = StreamError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        // SAFETY: a valid stream, and a buffer of the length that is passed.
        check(unsafe { avs_stream_write(self.0, bytes.as_ptr().cast(), bytes.len()) })
    }
}

impl Source for Stream {
    type Error = StreamError;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), StreamError> {
        // SAFETY: a valid stream, and a buffer of the length that is passed.
        check(unsafe { avs_stream_read_reliably(self.0, buffer.as_mut_ptr().cast(), buffer.len()) })
    }
}
