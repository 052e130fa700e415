//! A client behind the C surface, in Rust: what the glue of a client defines,
//! and streams of avs_commons, over the data model in memory. It needs no C
//! compiler, so that Miri can run it. The symbols are made where
//! [`crate::client_of_the_surface`] stands: a program can have them once.

use crate::{Bytes, Client};
use access_control::ffi::{foreign::*, host::*};
use access_control::{Error, Host, Ids};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::rc::Rc;

type Hook = Box<dyn Fn(&Device)>;

pub struct Device {
    pub client: Client,
    pub aac: Cell<*mut aac_t>,
    /// Called by each function of the host before it answers.
    pub asked: RefCell<Option<Hook>>,
    /// Called by each stream function.
    pub streamed: RefCell<Option<Hook>>,
    /// Each refusal that the engine has told of.
    pub refusals: RefCell<Vec<aac_refusal_t>>,
}

pub static OPS: aac_host_t = aac_host_t {
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

impl Device {
    /// Not in a box: that would have to be the only way to the device, and the
    /// engine holds a pointer.
    pub fn new(client: Client) -> Rc<Device> {
        Rc::new(Device {
            client,
            aac: Cell::new(ptr::null_mut()),
            asked: RefCell::new(None),
            streamed: RefCell::new(None),
            refusals: RefCell::default(),
        })
    }

    pub fn anjay(&self) -> *mut anjay_t {
        ptr::from_ref(self).cast_mut().cast()
    }

    fn call(&self, hook: &RefCell<Option<Hook>>) {
        // Out of its place meanwhile, so that it is not called by what it does.
        let taken = hook.borrow_mut().take();
        if let Some(hook_now) = taken {
            hook_now(self);
            hook.borrow_mut().get_or_insert(hook_now);
        }
    }

    fn client(&self) -> &Client {
        self.call(&self.asked);
        &self.client
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: made by `aac_new`, or NULL, and not used again.
        unsafe { aac_free(self.aac.get()) }
    }
}

/// A stream and the device that is told when it is used.
#[repr(C)]
pub struct Stream<'a> {
    pub device: &'a Device,
    pub bytes: Bytes,
}

impl<'a> Stream<'a> {
    pub fn new(device: &'a Device, bytes: &[u8]) -> Stream<'a> {
        let bytes = Bytes::from(bytes);
        Stream { device, bytes }
    }

    pub fn as_avs(&mut self) -> *mut avs_stream_t {
        ptr::from_mut(self).cast()
    }
}

pub const STREAM_FAILED: avs_error_t = avs_error_t {
    category: AVS_ERRNO_CATEGORY,
    code: AVS_EIO,
};

const STREAM_DONE: avs_error_t = avs_error_t {
    category: 0,
    code: 0,
};

/// # Safety
/// `host` is a [`Device`].
unsafe fn device<'a>(host: *mut c_void) -> &'a Device {
    // SAFETY: as the caller promises; devices are only ever borrowed shared.
    unsafe { &*host.cast::<Device>() }
}

fn answer(answer: Result<bool, Error>) -> c_int {
    answer.map_or(-1, c_int::from)
}

fn done(result: Result<(), Error>) -> c_int {
    result.map_or(-1, |()| 0)
}

unsafe extern "C" fn is_object_registered(host: *mut c_void, oid: u16) -> c_int {
    // SAFETY: the host of the engine is a device.
    answer(unsafe { device(host) }.client().is_object_registered(oid))
}

unsafe extern "C" fn is_instance_present(host: *mut c_void, oid: u16, iid: u16) -> c_int {
    // SAFETY: as above.
    answer((&unsafe { device(host) }.client()).is_instance_present(oid, iid))
}

unsafe extern "C" fn is_server_known(host: *mut c_void, ssid: u16) -> c_int {
    // SAFETY: as above.
    answer((&unsafe { device(host) }.client()).is_server_known(ssid))
}

unsafe extern "C" fn single_server(host: *mut c_void) -> u16 {
    // SAFETY: as above.
    let client = unsafe { device(host) }.client();
    (&client).single_server().unwrap_or(0)
}

unsafe extern "C" fn refused(host: *mut c_void, refusal: *const aac_refusal_t) {
    // SAFETY: as above; the refusal is valid during the call.
    let (device, refusal) = unsafe { (device(host), *refusal) };
    device.client();
    device.refusals.borrow_mut().push(refusal);
}

fn pass_on(found: *mut aac_ids_t, ids: BTreeSet<u16>, listed: Result<(), Error>) -> c_int {
    for id in ids {
        // SAFETY: the engine's own set.
        if unsafe { aac_ids_add(found, id) } != 0 {
            return -1;
        }
    }
    done(listed)
}

unsafe extern "C" fn list_instances(host: *mut c_void, oid: u16, found: *mut aac_ids_t) -> c_int {
    // SAFETY: as above.
    let client = unsafe { device(host) }.client();
    let listed = (&client).list_instances(oid, &mut Ids::new());
    let ids = client.objects.borrow().get(&oid).cloned();
    pass_on(found, ids.unwrap_or_default(), listed)
}

unsafe extern "C" fn list_accounts(host: *mut c_void, found: *mut aac_ids_t) -> c_int {
    // SAFETY: as above.
    let client = unsafe { device(host) }.client();
    let listed = (&client).list_accounts(&mut Ids::new());
    pass_on(found, client.accounts(), listed)
}

unsafe extern "C" fn remove_instance(host: *mut c_void, oid: u16, iid: u16) -> c_int {
    // SAFETY: as above.
    done((&unsafe { device(host) }.client()).remove_instance(oid, iid))
}

unsafe extern "C" fn changed(host: *mut c_void, iid: u16, rid: u16) {
    // SAFETY: as above.
    let client = unsafe { device(host) }.client();
    (&client).changed(match (iid, rid) {
        (u16::MAX, u16::MAX) => access_control::Change::Instances,
        (iid, rid) => access_control::Change::Resource(iid, rid),
    });
}

/// # Safety
/// As the C function of this name.
pub unsafe extern "C" fn aac_client_install(anjay: *mut anjay_t) -> c_int {
    // SAFETY: the clients of these tests are devices.
    let device = unsafe { device(anjay.cast()) };
    if !device.aac.get().is_null() {
        return -1;
    }
    // SAFETY: the functions are there for ever; a device outlives its engine.
    device
        .aac
        .set(unsafe { aac_new(&raw const OPS, anjay.cast()) });
    -c_int::from(device.aac.get().is_null())
}

/// # Safety
/// As the C function of this name.
pub unsafe extern "C" fn aac_client_call(
    anjay: *mut anjay_t,
    body: Option<unsafe extern "C" fn(aac: *mut aac_t, arg: *mut c_void) -> c_int>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: as above; the engine passes on what belongs together.
    body.map_or(-1, |body| unsafe {
        body(device(anjay.cast()).aac.get(), arg)
    })
}

/// # Safety
/// `stream` is a [`Stream`] that nobody borrows.
unsafe fn stream<'a>(stream: *mut avs_stream_t) -> &'a mut Stream<'a> {
    // SAFETY: as the caller promises.
    unsafe { &mut *stream.cast::<Stream<'a>>() }
}

/// # Safety
/// As the C function of this name.
pub unsafe extern "C" fn avs_stream_write(
    out: *mut avs_stream_t,
    buffer: *const c_void,
    length: usize,
) -> avs_error_t {
    // SAFETY: the streams of these tests are of this type; the buffer is as long
    // as the engine says.
    let (out, bytes) = unsafe {
        let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), length);
        (stream(out), bytes)
    };
    out.device.call(&out.device.streamed);
    let result = access_control::Sink::write(&mut out.bytes, bytes);
    result.map_or(STREAM_FAILED, |()| STREAM_DONE)
}

/// # Safety
/// As the C function of this name.
pub unsafe extern "C" fn avs_stream_read_reliably(
    source: *mut avs_stream_t,
    buffer: *mut c_void,
    length: usize,
) -> avs_error_t {
    // SAFETY: as above.
    let (source, bytes) = unsafe {
        let bytes = std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length);
        (stream(source), bytes)
    };
    source.device.call(&source.device.streamed);
    let result = access_control::Source::read(&mut source.bytes, bytes);
    result.map_or(STREAM_FAILED, |()| STREAM_DONE)
}

/// Defines what the C surface asks of a client and of avs_commons, for clients that
/// are a [`Device`] and streams that are a [`Stream`].
#[macro_export]
macro_rules! client_of_the_surface {
    () => {
        mod client_of_the_surface {
            use access_control::ffi::{foreign::*, host::*};
            use std::ffi::{c_int, c_void};

            type Body = Option<unsafe extern "C" fn(aac: *mut aac_t, arg: *mut c_void) -> c_int>;

            $crate::client_of_the_surface! {
                aac_client_install(anjay: *mut anjay_t) -> c_int;
                aac_client_call(anjay: *mut anjay_t, body: Body, arg: *mut c_void) -> c_int;
                avs_stream_write(
                    out: *mut avs_stream_t, buffer: *const c_void, length: usize
                ) -> avs_error_t;
                avs_stream_read_reliably(
                    source: *mut avs_stream_t, buffer: *mut c_void, length: usize
                ) -> avs_error_t;
            }
        }
    };
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            // SAFETY: passed on as it came.
            unsafe { $crate::surface::$name($($argument),*) }
        }
    )*};
}
