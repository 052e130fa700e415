//! What connects the engine to an LwM2M client.

use crate::{Change, Engine, Error, Host, Ids, MAX_ID, Refusal};
use alloc::alloc::{Layout, alloc, dealloc};
use core::cell::Cell;
use core::ffi::{c_int, c_void};

pub use super::application::*;
pub use super::numbers::*;
pub use super::serve::*;
pub use super::texts::*;

/// The access-control engine of one client. Made by aac_new().
///
/// Calls for the same engine must not overlap in time, so the client's lock is
/// held around them; but any of the client's answers (aac_host_t) may call the
/// engine again.
#[allow(non_camel_case_types)]
pub struct aac_t {
    pub(crate) engine: Engine<CHost>,
    /// Whether a transaction is to begin with the next change.
    pub(crate) awaits_change: Cell<bool>,
    #[cfg(feature = "refusals")]
    pub(crate) audit: Cell<(aac_audit_t, *mut c_void)>,
}

/// A set of 16-bit IDs that a client fills with aac_ids_add().
#[allow(non_camel_case_types)]
pub struct aac_ids_t {
    _opaque: [u8; 0],
}

/// What the engine asks of its client.
///
/// Every function but the last must be given. `host` is what aac_new() got. A question is
/// answered by 1 for yes, 0 for no, and a negative number if the client cannot
/// tell: then the operation that needed the answer fails, or, in aac_sync(),
/// what exists stays.
///
/// An answer may call the engine again; it sees no half-made change.
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct aac_host_t {
    /// Is the Object registered?
    pub is_object_registered: unsafe extern "C" fn(host: *mut c_void, oid: u16) -> c_int,
    /// Does the Instance of this registered Object exist?
    pub is_instance_present: unsafe extern "C" fn(host: *mut c_void, oid: u16, iid: u16) -> c_int,
    /// Does an instance of the Server Object have this Short Server ID, which
    /// is never 0 nor 65535?
    pub is_server_known: unsafe extern "C" fn(host: *mut c_void, ssid: u16) -> c_int,
    /// The Short Server ID of the server account, if exactly one is configured,
    /// the Bootstrap-Server's not counted: that server may then do everything
    /// (LwM2M 1.0, 7.3.2.1). 0 if there is none, if there are several, and if in
    /// doubt. Asked for each decision: answer from memory.
    pub single_server: unsafe extern "C" fn(host: *mut c_void) -> u16,
    /// Adds the IDs of all Instances of a registered Object, in any order;
    /// rising order is the fastest. Returns 0, or a negative number if the list
    /// may be incomplete.
    pub list_instances:
        unsafe extern "C" fn(host: *mut c_void, oid: u16, found: *mut aac_ids_t) -> c_int,
    /// Adds the Short Server IDs of all instances of the Security Object but
    /// the Bootstrap-Server's. Returns as list_instances.
    pub list_accounts: unsafe extern "C" fn(host: *mut c_void, found: *mut aac_ids_t) -> c_int,
    /// Removes an Instance that no server can reach any more (LwM2M 1.0,
    /// E.1.3). Returns 0, or a negative number if it still exists.
    pub remove_instance: unsafe extern "C" fn(host: *mut c_void, oid: u16, iid: u16) -> c_int,
    /// Takes note, for observers, that resource /2/iid/rid has a new value; or,
    /// where both are 65535, that instances of /2 were added or removed. Not
    /// called for what handlers did.
    pub changed: unsafe extern "C" fn(host: *mut c_void, iid: u16, rid: u16),
    /// Takes note, for a log, that a call is about to return an error, and why;
    /// @p refusal is valid during the call. May be NULL. Nothing has changed by
    /// the call that is refused, but that AAC_COMMIT ends its transaction.
    pub refused: Option<unsafe extern "C" fn(host: *mut c_void, refusal: *const aac_refusal_t)>,
}

/// How many functions of [`aac_host_t`] must be given.
const MANDATORY: usize = core::mem::offset_of!(aac_host_t, refused) / size_of::<*const c_void>();

// ---- the engine's life --------------------------------------------------------

/// Makes an engine without instances.
///
/// @param ops  The client's functions; must outlive the engine.
/// @param host Passed to each of them.
/// @returns The engine, to be freed with aac_free(); NULL if @p ops or a function
///          in it that must be given is NULL, or memory ran out.
///
/// # Safety
/// `ops` is NULL or valid until `aac_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_new(ops: *const aac_host_t, host: *mut c_void) -> *mut aac_t {
    // The functions that must be given, as C may have left them out.
    let given = ops.cast::<[*const c_void; MANDATORY]>();
    // SAFETY: NULL or valid, as the caller promises; so many pointers come first.
    let Some(given) = (unsafe { given.as_ref() }) else {
        return core::ptr::null_mut();
    };
    if given.iter().any(|function| function.is_null()) {
        return core::ptr::null_mut();
    }
    // SAFETY: the layout is not empty.
    let aac = unsafe { alloc(Layout::new::<aac_t>()) }.cast::<aac_t>();
    if !aac.is_null() {
        let engine = Engine::new(CHost { ops, host });
        // SAFETY: fresh memory of the right layout.
        unsafe {
            aac.write(aac_t {
                engine,
                awaits_change: Cell::new(false),
                #[cfg(feature = "refusals")]
                audit: Cell::new((None, core::ptr::null_mut())),
            });
        }
    }
    aac
}

/// The version of the library, as AAC_VERSION is that of the header: major, minor
/// and patch, a byte each.
#[unsafe(no_mangle)]
pub extern "C" fn aac_version() -> u32 {
    VERSION
}

const VERSION: u32 = number(env!("CARGO_PKG_VERSION_MAJOR")) << 16
    | number(env!("CARGO_PKG_VERSION_MINOR")) << 8
    | number(env!("CARGO_PKG_VERSION_PATCH"));

const fn number(digits: &str) -> u32 {
    match u32::from_str_radix(digits, 10) {
        Ok(number) if number < 256 => number,
        _ => panic!("no part of a version"),
    }
}

/// Frees an engine and its instances; tells the client nothing.
///
/// @param aac An engine, or NULL. Must not be called from within one of the
///            client's answers to this engine.
///
/// # Safety
/// `aac` comes from `aac_new`, is not in use, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_free(aac: *mut aac_t) {
    if aac.is_null() {
        return;
    }
    // SAFETY: made by `aac_new` and given up by the caller.
    unsafe {
        aac.drop_in_place();
        dealloc(aac.cast(), Layout::new::<aac_t>());
    }
}

/// Adds an ID to a set that the engine asked to be filled.
///
/// @returns 0, or -1 if memory ran out. Then the listing function may stop, and
///          has failed in any case.
///
/// # Safety
/// `ids` is what the engine passed, within the same call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_ids_add(ids: *mut aac_ids_t, id: u16) -> c_int {
    // SAFETY: NULL or made by `for_c`, and nobody else uses the set meanwhile.
    let Some(ids) = (unsafe { ids.cast::<Ids>().as_mut() }) else {
        return -1;
    };
    match ids.insert(id) {
        Ok(()) => 0,
        Err(_) => -1,
    }
}

/// The client, behind its functions.
pub(crate) struct CHost {
    ops: *const aac_host_t,
    host: *mut c_void,
}

impl CHost {
    fn ops(&self) -> &aac_host_t {
        // SAFETY: `aac_new` took a valid pointer that outlives the engine.
        unsafe { &*self.ops }
    }
}

/// The set as C sees it.
fn for_c(found: &mut Ids) -> *mut aac_ids_t {
    (&raw mut *found).cast()
}

#[inline(always)]
fn answer(answer: c_int) -> Result<bool, Error> {
    match answer {
        0 => Ok(false),
        1.. => Ok(true),
        _ => Err(Error::Host),
    }
}

fn done(result: c_int) -> Result<(), Error> {
    match result {
        0 => Ok(()),
        _ => Err(Error::Host),
    }
}

// SAFETY (of every call below): the functions were promised to `aac_new`, and no
// part of the engine's state is borrowed while they run.
impl Host for CHost {
    #[inline(always)]
    fn is_object_registered(&self, oid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_object_registered)(self.host, oid) })
    }

    #[inline(always)]
    fn is_instance_present(&self, oid: u16, iid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_instance_present)(self.host, oid, iid) })
    }

    #[inline(always)]
    fn is_server_known(&self, ssid: u16) -> Result<bool, Error> {
        // SAFETY: see above.
        answer(unsafe { (self.ops().is_server_known)(self.host, ssid) })
    }

    #[inline(always)]
    fn single_server(&self) -> Option<u16> {
        // SAFETY: see above.
        match unsafe { (self.ops().single_server)(self.host) } {
            0 => None,
            ssid => Some(ssid),
        }
    }

    fn list_instances(&self, oid: u16, found: &mut Ids) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().list_instances)(self.host, oid, for_c(found)) })
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().list_accounts)(self.host, for_c(found)) })
    }

    fn remove_instance(&self, oid: u16, iid: u16) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.ops().remove_instance)(self.host, oid, iid) })
    }

    #[inline(always)]
    fn changed(&self, change: Change) {
        let (iid, rid) = match change {
            Change::Instances => (MAX_ID, MAX_ID),
            Change::Resource(iid, rid) => (iid, rid),
        };
        // SAFETY: see above.
        unsafe { (self.ops().changed)(self.host, iid, rid) }
    }

    fn refused(&self, refusal: &Refusal) {
        if let Some(refused) = self.ops().refused {
            let refusal = aac_refusal_t {
                call: refusal.call as u8,
                why: refusal.why as u8,
                oid: refusal.oid,
                iid: refusal.iid,
                acl_iid: refusal.acl_iid,
                rid: refusal.rid,
                ssid: refusal.ssid,
                at: refusal.at,
                value: refusal.value,
            };
            // SAFETY: see above; the refusal outlives the call.
            unsafe { refused(self.host, &raw const refusal) }
        }
    }
}
