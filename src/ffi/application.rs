//! What a client's application asks of the engine: rights, owners, and keeping
//! them over a restart. No type of any client is in it.

use super::host::aac_t;
use super::numbers::*;
use super::try_ref;
use crate::grant::Grant;
use crate::row::{Target, join};
use crate::{Error, MAX_ID, Provision, Sink, Source};
use core::ffi::{c_int, c_void};

const NO_ENGINE: c_int = aac_error_t::AAC_ERROR_NO_ENGINE as c_int;
const BAD_REQUEST: c_int = aac_error_t::AAC_ERROR_BAD_REQUEST as c_int;

fn result(result: Result<(), Error>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => error_number(error),
    }
}

/// Sets the rights of one server on one target: its ACL entry becomes exactly
/// @p mask. Where no Access Control Instance governs the target, one is added
/// with the lowest free ID, owned by the Bootstrap-Server.
///
/// @param aac  The engine.
/// @param oid  Object of the target: registered, but not Security (0) or Access
///             Control (2).
/// @param iid  Instance of the target, which must exist; or AAC_ID_NONE for the
///             right to create Instances of the Object.
/// @param ssid A server that has a Server Object Instance; or AAC_SSID_ANY for
///             the default entry.
/// @param mask Bits of aac_mask_t. Create goes with AAC_ID_NONE only, and alone.
/// @returns 0 or an aac_error_t, and then nothing has changed.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_set_acl(
    aac: *const aac_t,
    oid: u16,
    iid: u16,
    ssid: u16,
    mask: u16,
) -> c_int {
    let target = join(oid, iid);
    // SAFETY: passed on from the caller.
    unsafe { aac_grant(aac, target, ssid, mask.into(), core::ptr::null_mut()) }
}

/// Sets the Access Control Owner of a target: the server that may edit its ACL.
/// Where no Access Control Instance governs the target, one is added.
///
/// @param aac           The engine.
/// @param oid           As in aac_set_acl().
/// @param iid           As in aac_set_acl().
/// @param owner         A server that has a Server Object Instance; or
///                      AAC_SSID_BOOTSTRAP if no server may edit.
/// @param inout_acl_iid NULL or points to AAC_ID_NONE: the Instance that governs
///                      the target is used, or one with the lowest free ID is
///                      added. Points to another ID: the Instance has or gets
///                      this ID, or the call fails. Where not NULL, it receives
///                      the Instance's ID on success, and the ID that is in the
///                      way after AAC_ERROR_CONFLICT.
/// @returns 0 or an aac_error_t, and then nothing has changed.
///
/// # Safety
/// `aac` is NULL or a valid engine; `inout_acl_iid` is NULL or valid for reading
/// and writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_set_owner(
    aac: *const aac_t,
    oid: u16,
    iid: u16,
    owner: u16,
    inout_acl_iid: *mut u16,
) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { aac_grant(aac, join(oid, iid), owner, -1, inout_acl_iid) }
}

/// Does what aac_set_acl() and aac_set_owner() do, in less code than both of them
/// are together.
///
/// @param aac           The engine.
/// @param target        Object ID times 65536, plus Instance ID.
/// @param ssid          The server: of an entry, or the owner.
/// @param mask          The rights of the entry, 0 to 31; -1 to set the owner.
/// @param inout_acl_iid As in aac_set_owner(); for aac_set_acl() NULL.
/// @returns As these.
///
/// # Safety
/// As `aac_set_owner`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_grant(
    aac: *const aac_t,
    target: u32,
    ssid: u16,
    mask: i32,
    inout_acl_iid: *mut u16,
) -> c_int {
    let aac = try_ref!(aac, NO_ENGINE);
    // SAFETY: NULL or valid, as the caller promises. Not held across the call,
    // which may run code of the application.
    let acl_iid = unsafe { inout_acl_iid.as_ref() }.map_or(MAX_ID, |wanted| *wanted);
    let mask = match mask {
        -1 => None,
        // What is out of range stays out of range.
        mask => Some((mask as u32).min(u16::MAX.into()) as u16),
    };
    let mut grant = Grant::new(Target(target), ssid, mask, acl_iid);
    let granted = aac.engine.grant(&mut grant);
    // SAFETY: as above.
    if let Some(out) = unsafe { inout_acl_iid.as_mut() } {
        *out = grant.acl_iid;
    }
    result(granted)
}

/// Makes many grants at once: all of them, in their order, or none. It lists the
/// Instances of each target Object at most once, however many grants there are.
///
/// @param aac         The engine.
/// @param grants      The grants; remains the caller's. May be NULL if @p count
///                    is 0.
/// @param count       How many.
/// @param out_refused Receives the place of the grant that was refused; or
///                    @p count, if none is to blame (no memory, a NULL). May be
///                    NULL. Written only if the call fails.
/// @returns 0 or an aac_error_t, and then nothing has changed.
///
/// # Safety
/// `aac` is NULL or a valid engine; `grants` points to `count` valid elements;
/// `out_refused` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_provision(
    aac: *const aac_t,
    grants: *const aac_grant_t,
    count: usize,
    out_refused: *mut usize,
) -> c_int {
    let mut refused = count;
    // SAFETY: NULL or valid, as the caller promises.
    let done = match unsafe { aac.as_ref() } {
        None => NO_ENGINE,
        Some(_) if grants.is_null() && count > 0 => BAD_REQUEST,
        Some(aac) => {
            // Copied out one by one: the host is asked meanwhile, and what it runs
            // may be at the array.
            let grants = (0..count).map(|at| {
                // SAFETY: one of the elements that the caller promises.
                let grant = unsafe { grants.add(at).read() };
                Provision {
                    oid: grant.oid,
                    iid: grant.iid,
                    ssid: grant.ssid,
                    mask: grant.mask,
                    owner: grant.owner,
                }
            });
            match aac.engine.provision(grants) {
                Ok(()) => 0,
                Err(grant) => {
                    refused = grant.at;
                    error_number(grant.error)
                }
            }
        }
    };
    if done != 0 {
        // SAFETY: NULL or valid, as the caller promises.
        if let Some(out) = unsafe { out_refused.as_mut() } {
            *out = refused;
        }
    }
    done
}

/// Removes all Access Control Instances. Outside a transaction it needs no memory
/// and fails only from within the functions of aac_persist().
///
/// @returns 0 or an aac_error_t, and then nothing has changed.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_purge(aac: *const aac_t) -> c_int {
    result(try_ref!(aac, NO_ENGINE).engine.purge())
}

/// Tells whether something has changed since the last successful aac_persist() or
/// aac_restore(). While a transaction is open, the answer is about the state
/// before it.
///
/// @param aac The engine; NULL has not changed.
///
/// # Safety
/// `aac` is NULL or a valid engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_is_modified(aac: *const aac_t) -> bool {
    try_ref!(aac, false).engine.is_modified()
}

/// Writes all Access Control Instances, in the format that Anjay uses. Success
/// clears the mark that aac_is_modified() tells. While a transaction is open, the
/// state before it is written. The state cannot be changed from within @p write.
///
/// @param aac   The engine.
/// @param write Called with the bytes, in order and often with a few.
/// @param arg   Passed to it.
/// @returns 0 or an aac_error_t: AAC_ERROR_HOST if @p write failed.
///
/// # Safety
/// `aac` is NULL or a valid engine; `write` is NULL or can be called with `arg`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_persist(
    aac: *const aac_t,
    write: aac_writer_t,
    arg: *mut c_void,
) -> c_int {
    let aac = try_ref!(aac, NO_ENGINE);
    match write {
        Some(write) => result(aac.engine.persist(&mut Bytes(write, arg))),
        None => BAD_REQUEST,
    }
}

/// Replaces all Access Control Instances by those that are read. Bytes after them
/// are left unread. Instances of Objects that are not registered are left out;
/// SSIDs that no server has are kept.
///
/// @param aac  The engine.
/// @param read Called for the bytes, in order and often for a few.
/// @param arg  Passed to it.
/// @returns 0 or an aac_error_t, and then nothing has changed: AAC_ERROR_HOST if
///          @p read failed, AAC_ERROR_MALFORMED for data that no device can have
///          written, AAC_ERROR_BUSY while a transaction is open.
///
/// # Safety
/// `aac` is NULL or a valid engine; `read` is NULL or can be called with `arg`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_restore(
    aac: *const aac_t,
    read: aac_reader_t,
    arg: *mut c_void,
) -> c_int {
    let aac = try_ref!(aac, NO_ENGINE);
    match read {
        Some(read) => result(aac.engine.restore(&mut Bytes(read, arg))),
        None => BAD_REQUEST,
    }
}

/// A function for bytes, and what is passed to it.
struct Bytes<Function>(Function, *mut c_void);

fn done(result: c_int) -> Result<(), Error> {
    match result {
        0 => Ok(()),
        _ => Err(Error::Host),
    }
}

impl Sink for Bytes<unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> c_int> {
    type Error = Error;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // SAFETY: as promised to `aac_persist`; a buffer of the size that is passed.
        done(unsafe { self.0(self.1, bytes.as_ptr().cast(), bytes.len()) })
    }
}

impl Source for Bytes<unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> c_int> {
    type Error = Error;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let (bytes, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: as promised to `aac_restore`; a buffer of the size that is passed.
        done(unsafe { self.0(self.1, bytes, size) })
    }
}
