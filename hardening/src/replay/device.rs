//! A client of the sandbox on which a trace is replayed, by its C API.

use access_control::ffi::api::*;
use access_control::ffi::foreign::{anjay_t, avs_stream_t};
use sandbox::ffi::contexts::{ListCtx, anjay_dm_emit};
use sandbox::ffi::control::*;
use sandbox::ffi::core::*;
use sandbox::ffi::log::avs_log_set_level__;
use sandbox::ffi::own_stream::avs_stream_membuf_create;
use sandbox::ffi::servers::*;
use sandbox::ffi::stream::*;
use sandbox::ffi::types::*;
use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};

/// An Object whose Instances have no resources. C knows it by the address of its
/// first member.
#[repr(C)]
struct Thing {
    definition: *const anjay_dm_object_def_t,
    instances: BTreeSet<u16>,
    saved: BTreeSet<u16>,
    /// What `definition` points to.
    owned: Box<anjay_dm_object_def_t>,
}

/// The client and its Objects.
pub struct Device {
    anjay: *mut anjay_t,
    /// Made by `Box::into_raw`, as C holds on to them.
    things: Vec<*mut Thing>,
    in_transaction: bool,
}

// SAFETY (of every call of a C function below): `self.anjay` is a client, the
// Objects live until it is deleted, and everything happens in one thread.
impl Device {
    pub fn new() -> Result<Device, String> {
        #[repr(C)]
        struct Configuration {
            endpoint_name: *const c_char,
        }
        let configuration = Configuration {
            endpoint_name: c"replay".as_ptr(),
        };
        // SAFETY: the only part of the configuration that the sandbox reads.
        let anjay = unsafe { anjay_new((&raw const configuration).cast()) };
        let device = Device {
            anjay,
            things: Vec::new(),
            in_transaction: false,
        };
        // The trace knows what is refused.
        // SAFETY: a string, and the level above all lines.
        unsafe { avs_log_set_level__(c"access_control".as_ptr(), 5) };
        // SAFETY: see above; NULL is refused.
        let installed = unsafe {
            anjay_security_object_install(anjay) == 0
                && anjay_server_object_install(anjay) == 0
                && anjay_access_control_install(anjay) == 0
        };
        installed.then_some(device).ok_or("no client".into())
    }

    pub fn add_object(&mut self, oid: u16, iids: &[u16]) -> Result<(), String> {
        let owned = Box::new(anjay_dm_object_def_t {
            oid,
            version: null(),
            handlers: anjay_dm_handlers_t {
                list_instances: Some(list_instances),
                instance_remove: Some(instance_remove),
                transaction_begin: Some(transaction_begin),
                transaction_validate: Some(nothing_to_do),
                transaction_commit: Some(nothing_to_do),
                transaction_rollback: Some(transaction_rollback),
                ..anjay_dm_handlers_t::default()
            },
        });
        let thing = Box::into_raw(Box::new(Thing {
            definition: &raw const *owned,
            instances: iids.iter().copied().collect(),
            saved: BTreeSet::new(),
            owned,
        }));
        self.things.push(thing);
        // SAFETY: see above; the definition is the first member.
        match unsafe { anjay_register_object(self.anjay, thing.cast_const().cast()) } {
            0 => Ok(()),
            _ => Err(format!("Object {oid} cannot be registered")),
        }
    }

    pub fn add_account(&mut self, ssid: u16) -> Result<(), String> {
        let (mut security_iid, mut server_iid) = (ssid, ssid);
        let security = anjay_security_instance_t {
            ssid,
            server_uri: c"coap://localhost".as_ptr(),
            bootstrap_server: false,
            security_mode: 3,
            client_holdoff_s: -1,
            bootstrap_timeout_s: -1,
            public_cert_or_psk_identity: null(),
            public_cert_or_psk_identity_size: 0,
            private_cert_or_psk_key: null(),
            private_cert_or_psk_key_size: 0,
            server_public_key: null(),
            server_public_key_size: 0,
            matching_type: null(),
            server_name_indication: null(),
            certificate_usage: null(),
            ciphersuites: avs_net_socket_tls_ciphersuites_t {
                ids: null_mut(),
                num_ids: 0,
            },
        };
        let server = anjay_server_instance_t {
            ssid,
            lifetime: 86_400,
            default_min_period: -1,
            default_max_period: -1,
            disable_timeout: -1,
            binding: c"U".as_ptr(),
            notification_storing: false,
            initial_registration_delay_timer: null(),
            bootstrap_on_registration_failure: null(),
            preferred_transport: 0,
            mute_send: false,
            communication_retry_count: null(),
            communication_retry_timer: null(),
            communication_sequence_retry_count: null(),
            communication_sequence_delay_timer: null(),
        };
        // SAFETY: see above.
        let added = unsafe {
            anjay_security_object_add_instance(
                self.anjay,
                &raw const security,
                &raw mut security_iid,
            ) == 0
                && anjay_server_object_add_instance(
                    self.anjay,
                    &raw const server,
                    &raw mut server_iid,
                ) == 0
        };
        // The new account is no event of the trace.
        // SAFETY: see above.
        unsafe { anjay_sched_run(self.anjay) };
        added
            .then_some(())
            .ok_or(format!("account {ssid} cannot be added"))
    }

    pub fn set_acl(&self, oid: u16, iid: u16, ssid: u16, mask: u16) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_access_control_set_acl(self.anjay, oid, iid, ssid, mask) }
    }

    pub fn set_owner(&self, oid: u16, iid: u16, ssid: u16, inout: Option<&mut u16>) -> c_int {
        let inout = inout.map_or(null_mut(), |inout| &raw mut *inout);
        // SAFETY: see above; NULL or valid.
        unsafe { anjay_access_control_set_owner(self.anjay, oid, iid, ssid, inout) }
    }

    pub fn decide(&self, ssid: u16, operation: &str, oid: u16, iid: u16) -> Result<bool, String> {
        let number = match operation {
            "discover" => 0,
            "read" => 1,
            "observe" => 2,
            "write-attributes" => 3,
            "write" => 4,
            "execute" => 5,
            "delete" => 6,
            "create" => 7,
            "read-composite" => 8,
            "observe-composite" => 9,
            "write-composite" => 10,
            "send" => 11,
            _ => return Err(format!("\"{operation}\" is no operation")),
        };
        // SAFETY: see above.
        Ok(unsafe { anjay_sandbox_may(self.anjay, ssid, number, oid, iid) })
    }

    fn thing(&self, oid: u16) -> Result<*mut Thing, String> {
        // SAFETY: made by `add_object`; nobody else uses it at the moment.
        let mut things = self.things.iter().copied();
        // SAFETY: as above.
        let found = things.find(|&thing| unsafe { (*thing).owned.oid } == oid);
        found.ok_or(format!("there is no Object {oid}"))
    }

    /// Changes the Instances of an Object, behind the client's back.
    fn change(&self, oid: u16, change: impl FnOnce(&mut BTreeSet<u16>)) -> Result<(), String> {
        let thing = self.thing(oid)?;
        // SAFETY: valid, and no handler runs at the moment.
        change(unsafe { &mut (*thing).instances });
        Ok(())
    }

    pub fn instances(&self, oid: u16) -> Result<Vec<u16>, String> {
        let thing = self.thing(oid)?;
        // SAFETY: valid, and no handler runs at the moment.
        Ok(unsafe { &(*thing).instances }.iter().copied().collect())
    }

    pub fn created_by(&self, ssid: u16, oid: u16, iid: u16) -> Result<c_int, String> {
        self.change(oid, |instances| {
            instances.insert(iid);
        })?;
        // SAFETY: see above.
        Ok(unsafe { anjay_sandbox_synchronise(self.anjay, ssid, oid, &raw const iid, 1) })
    }

    pub fn removed(&self, oid: u16, iid: u16) -> Result<c_int, String> {
        self.change(oid, |instances| {
            instances.remove(&iid);
        })?;
        // SAFETY: see above.
        Ok(unsafe { anjay_sandbox_synchronise(self.anjay, u16::MAX, oid, null(), 0) })
    }

    /// By bootstrap. The result is that of its last step.
    pub fn account_removed(&self, ssid: u16) -> Result<c_int, String> {
        self.run("bs begin")?;
        self.run(&format!("bs delete /0/{ssid}"))?;
        self.run(&format!("bs delete /1/{ssid}"))?;
        let answer = self.run("bs finish")?;
        Ok(if answer.starts_with("2.04") { 0 } else { -1 })
    }

    pub fn run(&self, line: &str) -> Result<String, String> {
        let line = CString::new(line).map_err(|error| error.to_string())?;
        // SAFETY: see above.
        let answer = unsafe { anjay_sandbox_run(self.anjay, line.as_ptr()) };
        if answer.is_null() {
            return Err("the sandbox gives no answer".into());
        }
        // SAFETY: a string of the sandbox, freed once.
        let text = unsafe {
            let text = CStr::from_ptr(answer).to_string_lossy().into_owned();
            anjay_sandbox_free(answer);
            text
        };
        match text.starts_with("2.") || line.as_bytes() == b"bs finish" {
            true => Ok(text),
            false => Err(text),
        }
    }

    pub fn begin(&mut self) -> Result<(), String> {
        if std::mem::replace(&mut self.in_transaction, true) {
            return Err("a transaction is open already".into());
        }
        // SAFETY: see above.
        unsafe { anjay_sandbox_begin(self.anjay) };
        Ok(())
    }

    pub fn end(&mut self, result: c_int) -> c_int {
        self.in_transaction = false;
        // SAFETY: see above.
        unsafe { anjay_sandbox_end(self.anjay, result) }
    }

    pub fn write(&self, iid: u16, rid: u16, riid: u16, value: i64) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_sandbox_write(self.anjay, 2, iid, rid, riid, value) }
    }

    pub fn create(&self, iid: u16) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_sandbox_create(self.anjay, 2, iid) }
    }

    pub fn reset(&self, iid: u16) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_sandbox_reset(self.anjay, 2, iid) }
    }

    pub fn reset_resource(&self, iid: u16, rid: u16) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_sandbox_reset_resource(self.anjay, 2, iid, rid) }
    }

    pub fn remove(&self, iid: u16) -> c_int {
        // SAFETY: see above.
        unsafe { anjay_sandbox_remove(self.anjay, 2, iid) }
    }

    pub fn purge(&self) {
        // SAFETY: see above.
        unsafe { anjay_access_control_purge(self.anjay) }
    }

    pub fn is_modified(&self) -> bool {
        // SAFETY: see above.
        unsafe { anjay_access_control_is_modified(self.anjay) }
    }

    pub fn restore(&self, bytes: &[u8]) -> Result<bool, String> {
        with_stream(|stream| {
            // SAFETY: see above, with a stream that is open.
            let error = unsafe {
                avs_stream_write(stream, bytes.as_ptr().cast(), bytes.len());
                anjay_access_control_restore(self.anjay, stream)
            };
            error.code == 0
        })
    }

    /// The persisted state, or `None` if that failed.
    pub fn persist(&self) -> Result<Option<Vec<u8>>, String> {
        with_stream(|stream| {
            // SAFETY: see above, with a stream that is open.
            let error = unsafe { anjay_access_control_persist(self.anjay, stream) };
            if error.code != 0 {
                return None;
            }
            let mut bytes = Vec::new();
            loop {
                let (mut buffer, mut count, mut finished) = ([0_u8; 4096], 0, false);
                let into = buffer.as_mut_ptr().cast();
                // SAFETY: the buffer has its length.
                unsafe {
                    avs_stream_read(
                        stream,
                        &raw mut count,
                        &raw mut finished,
                        into,
                        buffer.len(),
                    );
                }
                bytes.extend_from_slice(buffer.get(..count)?);
                if finished || count == 0 {
                    return Some(bytes);
                }
            }
        })
    }
}

fn with_stream<T>(use_it: impl FnOnce(*mut avs_stream_t) -> T) -> Result<T, String> {
    let mut stream = avs_stream_membuf_create();
    if stream.is_null() {
        return Err("out of memory".into());
    }
    let result = use_it(stream);
    // SAFETY: open, and not used afterwards.
    unsafe { avs_stream_cleanup(&raw mut stream) };
    Ok(result)
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: the client goes before the Objects that it knows.
        unsafe {
            anjay_delete(self.anjay);
            for &thing in &self.things {
                drop(Box::from_raw(thing));
            }
        }
    }
}

// ---- handlers; SAFETY: called by the sandbox with what was registered -------------

fn thing_of(object: ObjectPtr) -> *mut Thing {
    object.cast_mut().cast()
}

unsafe extern "C" fn list_instances(
    _: *mut anjay_t,
    object: ObjectPtr,
    ctx: *mut ListCtx,
) -> c_int {
    // SAFETY: see above.
    for &iid in unsafe { &(*thing_of(object)).instances } {
        // SAFETY: see above; emitting calls nothing back.
        unsafe { anjay_dm_emit(ctx, iid) };
    }
    0
}

unsafe extern "C" fn instance_remove(_: *mut anjay_t, object: ObjectPtr, iid: u16) -> c_int {
    // SAFETY: see above.
    match unsafe { &mut (*thing_of(object)).instances }.remove(&iid) {
        true => 0,
        false => -132,
    }
}

unsafe extern "C" fn transaction_begin(_: *mut anjay_t, object: ObjectPtr) -> c_int {
    // SAFETY: see above.
    let thing = unsafe { &mut *thing_of(object) };
    thing.saved = thing.instances.clone();
    0
}

unsafe extern "C" fn transaction_rollback(_: *mut anjay_t, object: ObjectPtr) -> c_int {
    // SAFETY: see above.
    let thing = unsafe { &mut *thing_of(object) };
    thing.instances = std::mem::take(&mut thing.saved);
    0
}

unsafe extern "C" fn nothing_to_do(_: *mut anjay_t, _: ObjectPtr) -> c_int {
    0
}
