//! `anjay_sandbox.h`: what tests and tools need of a client.

use super::{copy_string, enter};
use crate::answer::{Done, Fault};
use crate::client::Client;
use crate::object::Object;
use crate::operations::Verdict;
use crate::path::{MAX_ID, Path};
use crate::transaction::Changes;
use crate::words::Question;
use access_control::ffi::api::*;
use access_control::ffi::foreign::{anjay_t, avs_error_t, avs_stream_t};
use access_control::ffi::host::aac_operation_t;
use std::ffi::{CString, c_char, c_int};
use std::rc::Rc;

const INTERNAL: c_int = -160;

/// Executes a line and returns the answer, to be freed with
/// [`anjay_sandbox_free`]. NULL where an argument is NULL.
///
/// # Safety
/// `anjay` is NULL or a client, `line` NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_run(
    anjay: *mut anjay_t,
    line: *const c_char,
) -> *mut c_char {
    let (client, _lock) = enter!(anjay, std::ptr::null_mut());
    // SAFETY: as promised.
    let Some(line) = (unsafe { copy_string(line) }) else {
        return std::ptr::null_mut();
    };
    let mut answer = client.run(&String::from_utf8_lossy(&line)).into_bytes();
    answer.retain(|byte| *byte != 0);
    // Without NUL this cannot fail.
    CString::new(answer).map_or(std::ptr::null_mut(), CString::into_raw)
}

/// # Safety
/// `text` is NULL or comes from [`anjay_sandbox_run`], and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: as promised.
        drop(unsafe { CString::from_raw(text) });
    }
}

const OPERATIONS: [aac_operation_t; 12] = [
    aac_operation_t::AAC_DISCOVER,
    aac_operation_t::AAC_READ,
    aac_operation_t::AAC_OBSERVE,
    aac_operation_t::AAC_WRITE_ATTRIBUTES,
    aac_operation_t::AAC_WRITE,
    aac_operation_t::AAC_EXECUTE,
    aac_operation_t::AAC_DELETE,
    aac_operation_t::AAC_CREATE,
    aac_operation_t::AAC_READ_COMPOSITE,
    aac_operation_t::AAC_OBSERVE_COMPOSITE,
    aac_operation_t::AAC_WRITE_COMPOSITE,
    aac_operation_t::AAC_SEND,
];

/// Whether a server may do something; `operation` is an `aac_operation_t`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_may(
    anjay: *mut anjay_t,
    ssid: u16,
    operation: c_int,
    oid: u16,
    iid: u16,
) -> bool {
    let (client, _lock) = enter!(anjay, false);
    let place = usize::try_from(operation).ok();
    let Some(&operation) = place.and_then(|at| OPERATIONS.get(at)) else {
        return false;
    };
    let Verdict { allowed, .. } = client.decide(Question {
        ssid,
        operation,
        oid,
        iid,
    });
    allowed
}

/// Opens a transaction for the functions below.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_begin(anjay: *mut anjay_t) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    client.begin();
    0
}

/// Ends the transaction: commits after a `result` of 0, else takes it back.
/// Returns what came of it.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_end(anjay: *mut anjay_t, result: c_int) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    if !client.in_transaction() {
        return INTERNAL;
    }
    match result {
        0 => code(client.end(MAX_ID, Ok(()))),
        _ => {
            let fault = Fault::new(
                crate::answer::Code::of_handler(result),
                "as the caller wants",
            );
            // The result is the caller's, even where it is no CoAP code.
            let _: Done = client.end(MAX_ID, Err(fault));
            result
        }
    }
}

fn code(done: Done) -> c_int {
    done.map_or_else(|fault| fault.code.to_handler(), |()| 0)
}

/// Runs a handler of an Object, which joins the open transaction.
fn handle(client: &Client, oid: u16, call: impl FnOnce(&Rc<dyn Object>) -> Done) -> c_int {
    if !client.in_transaction() {
        return INTERNAL;
    }
    let run = || {
        let object = client.find(oid)?;
        client.join(&object)?;
        call(&object)
    };
    code(run())
}

/// The handler `instance_create`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_create(anjay: *mut anjay_t, oid: u16, iid: u16) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    handle(client, oid, |object| object.create(iid))
}

/// The handler `instance_remove`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_remove(anjay: *mut anjay_t, oid: u16, iid: u16) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    handle(client, oid, |object| object.remove(iid))
}

/// The handler `instance_reset`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_reset(anjay: *mut anjay_t, oid: u16, iid: u16) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    handle(client, oid, |object| object.reset(iid))
}

/// The handler `resource_reset`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_reset_resource(
    anjay: *mut anjay_t,
    oid: u16,
    iid: u16,
    rid: u16,
) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    handle(client, oid, |object| object.reset_resource(iid, rid))
}

/// The handler `resource_instance_remove`.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_remove_resource_instance(
    anjay: *mut anjay_t,
    oid: u16,
    iid: u16,
    rid: u16,
    riid: u16,
) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    let remove = |object: &Rc<dyn Object>| object.remove_resource_instance(iid, rid, riid);
    handle(client, oid, remove)
}

/// The handler `resource_write`; `riid` is 65535 for a single resource.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_write(
    anjay: *mut anjay_t,
    oid: u16,
    iid: u16,
    rid: u16,
    riid: u16,
    value: i64,
) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    let value = value.to_string();
    handle(client, oid, |object| {
        object.write(iid, rid, riid, value.as_bytes())
    })
}

/// Has Object 2 follow a change: Instances of `oid` were created by `origin`
/// (65535: the application), or have gone.
///
/// # Safety
/// `anjay` is NULL or a client; `created` is valid for `count` IDs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_synchronise(
    anjay: *mut anjay_t,
    origin: u16,
    oid: u16,
    created: *const u16,
    count: usize,
) -> c_int {
    let (client, _lock) = enter!(anjay, INTERNAL);
    let created = if created.is_null() || count == 0 {
        Vec::new()
    } else {
        // SAFETY: as promised.
        unsafe { std::slice::from_raw_parts(created, count) }.to_vec()
    };
    let changes = Changes::from([(oid, created)]);
    code(client.transact(origin, || client.synchronise(origin, &changes)))
}

// ---- the seven functions, for the command language ------------------------------------

impl Client {
    fn as_anjay(&self) -> *mut anjay_t {
        // The functions of the API know clients by this pointer.
        std::ptr::from_ref(self).cast_mut().cast()
    }

    pub fn set_acl(&self, target: &Path, ssid: u16, mask: u16) -> bool {
        let (oid, iid) = (
            target.oid().unwrap_or(MAX_ID),
            target.iid().unwrap_or(MAX_ID),
        );
        // SAFETY: a client.
        unsafe { anjay_access_control_set_acl(self.as_anjay(), oid, iid, ssid, mask) == 0 }
    }

    /// The ID of the Access Control Instance; or that of the one in the way.
    pub fn set_owner(&self, target: &Path, ssid: u16) -> Option<u16> {
        let (oid, iid) = (
            target.oid().unwrap_or(MAX_ID),
            target.iid().unwrap_or(MAX_ID),
        );
        let mut acl_iid = MAX_ID;
        // SAFETY: a client, and a valid place for the ID.
        let result = unsafe {
            anjay_access_control_set_owner(self.as_anjay(), oid, iid, ssid, &raw mut acl_iid)
        };
        (result == 0).then_some(acl_iid)
    }

    pub fn purge_access_control(&self) {
        // SAFETY: a client.
        unsafe { anjay_access_control_purge(self.as_anjay()) }
    }

    pub fn is_access_control_modified(&self) -> bool {
        // SAFETY: a client.
        unsafe { anjay_access_control_is_modified(self.as_anjay()) }
    }

    pub fn persist(&self, file: &str) -> Result<(), String> {
        self.with_file(file, 2, anjay_access_control_persist)
    }

    pub fn restore(&self, file: &str) -> Result<(), String> {
        self.with_file(file, 1, anjay_access_control_restore)
    }

    fn with_file(
        &self,
        file: &str,
        mode: u8,
        function: unsafe extern "C" fn(*mut anjay_t, *mut avs_stream_t) -> avs_error_t,
    ) -> Result<(), String> {
        let failed = |reason: &str| format!("failed: {reason}\n");
        let path = CString::new(file).map_err(|_| failed("a file name has no NUL"))?;
        // SAFETY: a string.
        let mut stream = unsafe { super::own_stream::avs_stream_file_create(path.as_ptr(), mode) };
        if stream.is_null() {
            return Err(failed(&format!("\"{file}\" cannot be opened")));
        }
        // SAFETY: a client, and a stream that is open until the next call.
        let error = unsafe {
            let error = function(self.as_anjay(), stream);
            super::stream::avs_stream_cleanup(&raw mut stream);
            error
        };
        if error.code == 0 {
            return Ok(());
        }
        let name = super::errors::name(error);
        let refusal = self.access_control().and_then(|object| object.refusal());
        Err(match refusal {
            Some(refusal) => format!("refused: {refusal} ({name})\n"),
            None => failed(&name),
        })
    }
}
