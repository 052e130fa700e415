//! Object 2, as glue over `access_control_host.h`: what the engine asks of the
//! client, and the client's Object that passes everything on to the engine.

use super::log;
use crate::answer::{Code, Done, Fault};
use crate::client::Client;
use crate::object::{Kind, Object, Resource, Step};
use crate::path::{MAX_ID, Path};
use crate::transaction::Changes;
use crate::value::{Value, out_of_range, parse};
use crate::words::Question;
use access_control::ffi::foreign::anjay_t;
use access_control::ffi::host::*;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::rc::Rc;

const OID: u16 = 2;
const NOT_FOUND: i32 = -132;

/// The engine of a client, as its Object 2.
pub struct AccessControl {
    aac: *mut aac_t,
    /// What was refused and not told yet, in words.
    refusals: RefCell<Vec<String>>,
}

impl Drop for AccessControl {
    fn drop(&mut self) {
        // SAFETY: made by `aac_new`; the client drops it last of all.
        unsafe { aac_free(self.aac) }
    }
}

// SAFETY (of every call of an `aac_` function in these two blocks): `self.aac` is
// an engine that lives as long as `self`, the client's lock is held, and nothing
// of the client's state is borrowed.
impl AccessControl {
    /// Asks for a decision.
    pub fn decide(&self, question: &Question) -> aac_decision_t {
        let mut why = aac_decision_t {
            rule: aac_rule_t::AAC_RULE_NOT_DECIDED as u8,
            allowed: false,
            acl_iid: MAX_ID,
            mask: 0,
        };
        let Question {
            ssid,
            operation,
            oid,
            iid,
        } = *question;
        // SAFETY: see above; `why` is valid for writing.
        let allowed =
            unsafe { aac_decide(self.aac, ssid, operation as c_int, oid, iid, &raw mut why) };
        why.allowed &= allowed;
        why
    }

    /// Brings it in step with changed Objects.
    pub fn synchronise(&self, origin: u16, changes: &Changes) -> Done {
        let change = |(&oid, created): (&u16, &Vec<u16>)| aac_change_t {
            oid,
            created: created.as_ptr(),
            created_count: created.len(),
        };
        let changes: Vec<_> = changes.iter().map(change).collect();
        // SAFETY: see above; the lists live until the call returns.
        self.done(unsafe { aac_sync(self.aac, origin, changes.as_ptr(), changes.len()) })
    }

    /// Why the call that has just ended was refused, in words.
    pub fn refusal(&self) -> Option<String> {
        self.refusals.borrow_mut().pop()
    }

    /// What else was refused, in words.
    pub fn refusals(&self) -> Vec<String> {
        self.refusals.take()
    }

    /// Of a call that has just ended: nothing is told after its own refusal.
    fn done(&self, result: c_int) -> Done {
        if result == 0 {
            return Ok(());
        }
        let reason = self.refusal().unwrap_or_default();
        Err(Fault::new(Code::of_handler(result), reason))
    }
}

/// The IDs that `next` yields, which takes the one before.
fn collect(next: impl Fn(i32) -> i32) -> Vec<u16> {
    let ids = std::iter::successors(Some(next(-1)), |&previous| Some(next(previous)));
    ids.map_while(|id| u16::try_from(id).ok()).collect()
}

impl Object for AccessControl {
    fn oid(&self) -> u16 {
        OID
    }

    fn list_instances(&self) -> Result<Vec<u16>, Fault> {
        // SAFETY: see above.
        Ok(collect(|previous| unsafe {
            aac_next_instance(self.aac, previous)
        }))
    }

    fn list_resources(&self, iid: u16) -> Result<Vec<Resource>, Fault> {
        // SAFETY: see above.
        let has_acl = unsafe { aac_next_entry(self.aac, iid, -1) } != NOT_FOUND;
        let resource = |rid| Resource {
            rid,
            kind: Kind {
                read: true,
                write: rid >= 2,
                multiple: rid == 2,
                execute: false,
            },
            present: rid != 2 || has_acl,
        };
        Ok((0..4).map(resource).collect())
    }

    fn list_resource_instances(&self, iid: u16, rid: u16) -> Result<Vec<u16>, Fault> {
        if rid != 2 {
            return Err(Fault::not_found(&Path::new(&[OID, iid, rid])));
        }
        // SAFETY: see above.
        Ok(collect(|previous| unsafe {
            aac_next_entry(self.aac, iid, previous)
        }))
    }

    fn read(&self, iid: u16, rid: u16, riid: u16) -> Result<Value, Fault> {
        let mut value = 0;
        // SAFETY: see above; `value` is valid for writing.
        let result = unsafe { aac_read(self.aac, iid, rid, riid, &raw mut value) };
        match result {
            0 => Ok(Value::Int(value.into())),
            _ => Err(Fault::new(
                Code::of_handler(result),
                format!("{} has no value", Path::new(&[OID, iid, rid, riid])),
            )),
        }
    }

    fn write(&self, iid: u16, rid: u16, riid: u16, value: &[u8]) -> Done {
        let (place, range) = match rid {
            0 => (MAX_ID, "a target Object is 1 to 65534, but not 2"),
            1 => (MAX_ID, "a target Instance is 0 to 65535"),
            2 => (riid, "an access mask is 0 to 31"),
            _ => (MAX_ID, "an owner is 1 to 65535"),
        };
        let path = Path::new(&[OID, iid, rid, place]);
        let wrong = || Fault::new(Code::BAD_REQUEST, out_of_range(&path, value, range));
        let number = parse::number(value).ok_or_else(wrong)?;
        // SAFETY: see above.
        let written = self.done(unsafe { aac_write(self.aac, iid, rid, riid, number) });
        // The engine names the value, but not the range.
        written.map_err(|fault| match fault.code {
            Code::BAD_REQUEST => wrong(),
            _ => fault,
        })
    }

    fn create(&self, iid: u16) -> Done {
        // SAFETY: see above.
        self.done(unsafe { aac_create(self.aac, iid) })
    }

    fn remove(&self, iid: u16) -> Done {
        // SAFETY: see above.
        self.done(unsafe { aac_remove(self.aac, iid) })
    }

    fn reset(&self, iid: u16) -> Done {
        // SAFETY: see above.
        self.done(unsafe { aac_reset(self.aac, iid) })
    }

    fn reset_resource(&self, iid: u16, rid: u16) -> Done {
        // SAFETY: see above.
        self.done(unsafe { aac_reset_resource(self.aac, iid, rid) })
    }

    fn remove_resource_instance(&self, iid: u16, rid: u16, riid: u16) -> Done {
        if rid != 2 {
            return Err(Fault::not_found(&Path::new(&[OID, iid, rid, riid])));
        }
        // SAFETY: see above.
        self.done(unsafe { aac_remove_entry(self.aac, iid, riid) })
    }

    fn step(&self, step: Step) -> Done {
        let step = match step {
            Step::Begin => aac_step_t::AAC_BEGIN,
            Step::Validate => aac_step_t::AAC_VALIDATE,
            Step::Commit => aac_step_t::AAC_COMMIT,
            Step::Rollback => aac_step_t::AAC_ROLLBACK,
        };
        // SAFETY: see above.
        self.done(unsafe { aac_transaction(self.aac, step as c_int) })
    }
}

// ---- what the engine asks -------------------------------------------------------

static HOST: aac_host_t = aac_host_t {
    is_object_registered,
    is_instance_present,
    is_server_known,
    single_server,
    list_instances,
    list_accounts,
    remove_instance,
    changed,
    refused: Some(refused),
};

/// Answers a question, or says that the client cannot tell.
///
/// # Safety
/// `host` is what `aac_client_install` gave to the engine: its client.
unsafe fn answer(host: *mut c_void, ask: impl FnOnce(&Client) -> Result<c_int, Fault>) -> c_int {
    // SAFETY: as the caller promises; the client outlives its engine.
    match unsafe { super::client(host.cast()) } {
        Some(client) => ask(client).unwrap_or(-1),
        None => -1,
    }
}

unsafe extern "C" fn is_object_registered(host: *mut c_void, oid: u16) -> c_int {
    // SAFETY: called by the engine.
    unsafe { answer(host, |client| Ok(client.object(oid).is_some().into())) }
}

unsafe extern "C" fn is_instance_present(host: *mut c_void, oid: u16, iid: u16) -> c_int {
    let ask = |client: &Client| Ok(client.find(oid)?.list_instances()?.contains(&iid).into());
    // SAFETY: called by the engine.
    unsafe { answer(host, ask) }
}

unsafe extern "C" fn is_server_known(host: *mut c_void, ssid: u16) -> c_int {
    let ask = |client: &Client| Ok(client.servers()?.contains(&ssid).into());
    // SAFETY: called by the engine.
    unsafe { answer(host, ask) }
}

unsafe extern "C" fn single_server(host: *mut c_void) -> u16 {
    let ask = |client: &Client| {
        Ok(match client.accounts()?[..] {
            [ssid] => ssid.into(),
            _ => 0,
        })
    };
    // SAFETY: called by the engine.
    let ssid = unsafe { answer(host, ask) };
    u16::try_from(ssid).unwrap_or(0)
}

/// # Safety
/// `found` is a set that the engine passed and that it is still filling.
unsafe fn add(ids: &[u16], found: *mut aac_ids_t) -> c_int {
    // SAFETY: as the caller promises.
    let added = |&id: &u16| unsafe { aac_ids_add(found, id) } == 0;
    if ids.iter().all(added) { 0 } else { -1 }
}

unsafe extern "C" fn list_instances(host: *mut c_void, oid: u16, found: *mut aac_ids_t) -> c_int {
    // SAFETY: called by the engine, with its set.
    let ask = |client: &Client| Ok(unsafe { add(&client.find(oid)?.list_instances()?, found) });
    // SAFETY: called by the engine.
    unsafe { answer(host, ask) }
}

unsafe extern "C" fn list_accounts(host: *mut c_void, found: *mut aac_ids_t) -> c_int {
    // SAFETY: called by the engine, with its set.
    let ask = |client: &Client| Ok(unsafe { add(&client.accounts()?, found) });
    // SAFETY: called by the engine.
    unsafe { answer(host, ask) }
}

unsafe extern "C" fn remove_instance(host: *mut c_void, oid: u16, iid: u16) -> c_int {
    let ask = |client: &Client| {
        let object = client.find(oid)?;
        client.join(&object)?;
        object.remove(iid)?;
        client.instance_removed(MAX_ID, oid, iid);
        Ok(0)
    };
    // SAFETY: called by the engine, which synchronises: a transaction is open.
    unsafe { answer(host, ask) }
}

unsafe extern "C" fn changed(host: *mut c_void, iid: u16, rid: u16) {
    let path = match (iid, rid) {
        (MAX_ID, _) => Path::new(&[OID]),
        _ => Path::new(&[OID, iid, rid]),
    };
    let note = |client: &Client| {
        client.with(|state| state.touched.push((path, MAX_ID)));
        Ok(0)
    };
    // SAFETY: called by the engine.
    unsafe { answer(host, note) };
}

unsafe extern "C" fn refused(host: *mut c_void, refusal: *const aac_refusal_t) {
    // SAFETY: called by the engine.
    let text = unsafe { explain_refusal(refusal) };
    let note = |client: &Client| {
        match client.access_control() {
            // The answer to the line, or its transcript, tells it.
            Some(object) if client.with(|state| state.busy) => {
                object.refusals.borrow_mut().push(text);
            }
            _ => log::line(c"access_control", log::ERROR, &text),
        }
        Ok(0)
    };
    // SAFETY: called by the engine.
    unsafe { answer(host, note) };
}

/// # Safety
/// `refusal` is what the engine told.
unsafe fn explain_refusal(refusal: *const aac_refusal_t) -> String {
    let mut text = [0; 256];
    // SAFETY: as promised, and a buffer with its length.
    unsafe {
        aac_explain_refusal(refusal, text.as_mut_ptr(), text.len());
        super::copy_string(text.as_ptr())
    }
    .map_or(String::new(), |text| {
        String::from_utf8_lossy(&text).into_owned()
    })
}

// ---- the hooks --------------------------------------------------------------------

#[unsafe(no_mangle)]
unsafe extern "C" fn aac_client_install(anjay: *mut anjay_t) -> c_int {
    let (client, _lock) = super::enter!(anjay, -1);
    if client.object(OID).is_some() {
        return -1;
    }
    // SAFETY: the table of functions is static, and the client frees the engine
    // before itself.
    let aac = unsafe { aac_new(&raw const HOST, anjay.cast()) };
    if aac.is_null() {
        return -1;
    }
    let object = Rc::new(AccessControl {
        aac,
        refusals: RefCell::default(),
    });
    if !client.register(object.clone()) {
        return -1;
    }
    client.with(|state| state.access_control = Some(object));
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aac_client_call(
    anjay: *mut anjay_t,
    body: Option<unsafe extern "C" fn(aac: *mut aac_t, arg: *mut c_void) -> c_int>,
    arg: *mut c_void,
) -> c_int {
    let (client, _lock) = super::enter!(anjay, -1);
    let Some(body) = body else {
        return -1;
    };
    let object = client.access_control();
    let aac = object
        .as_ref()
        .map_or(std::ptr::null_mut(), |object| object.aac);
    // SAFETY: the engine's own function with its own argument; `object` keeps
    // the engine alive.
    unsafe { body(aac, arg) }
}
