//! The life of a client, its Objects, and the event loop.

use super::custom::Custom;
use super::types::*;
use super::{client, copy_string, enter};
use crate::client::Client;
use crate::path::{MAX_ID, Path};
use access_control::ffi::foreign::anjay_t;
use std::ffi::{c_char, c_int};
use std::io::{IsTerminal, Write};
use std::rc::Rc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

const FAILED: c_int = -1;

/// The beginning of `anjay_configuration_t`; nothing else counts here.
#[repr(C)]
pub struct Configuration {
    endpoint_name: *const c_char,
}

/// Makes a client without Objects.
///
/// # Safety
/// `config` is NULL or a valid configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_new(config: *const Configuration) -> *mut anjay_t {
    // SAFETY: as promised.
    let name = unsafe { config.as_ref() }
        // SAFETY: as promised; the name is NULL or a string.
        .and_then(|config| unsafe { copy_string(config.endpoint_name) });
    if name.is_none_or(|name| name.is_empty()) {
        return std::ptr::null_mut();
    }
    Box::into_raw(Box::new(Client::default())).cast()
}

/// Frees a client. Objects of the application remain the application's.
///
/// # Safety
/// `anjay` is NULL or a client that nobody uses, nor will use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_delete(anjay: *mut anjay_t) {
    // SAFETY: as promised.
    if let Some(client) = unsafe { client(anjay) } {
        client.abandon();
        // SAFETY: made by `anjay_new`, and given up by the caller.
        drop(unsafe { Box::from_raw(anjay.cast::<Client>()) });
    }
}

/// # Safety
/// `anjay` is NULL or a client; `definition` is NULL or stays valid until it is
/// unregistered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_register_object(
    anjay: *mut anjay_t,
    definition: ObjectPtr,
) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    // SAFETY: as promised.
    let Some(custom) = (unsafe { Custom::new(anjay, definition) }) else {
        return FAILED;
    };
    let custom = Rc::new(custom);
    if !client.register(custom.clone()) {
        return FAILED;
    }
    let oid = crate::object::Object::oid(&*custom);
    client.with(|state| state.custom.insert(oid, custom));
    0
}

/// # Safety
/// As `anjay_register_object`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_unregister_object(
    anjay: *mut anjay_t,
    definition: ObjectPtr,
) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    client.with(|state| {
        let found = state
            .custom
            .iter()
            .find(|(_, custom)| custom.is(definition));
        let Some((&oid, custom)) = found else {
            return FAILED;
        };
        custom.mark_gone();
        state.custom.remove(&oid);
        state.objects.remove(&oid);
        state.removed.push(Path::new(&[oid]));
        state.reported.entry(oid).or_default();
        state.touched.push((Path::new(&[oid]), MAX_ID));
        0
    })
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_notify_changed(
    anjay: *mut anjay_t,
    oid: u16,
    iid: u16,
    rid: u16,
) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    if [oid, iid, rid].contains(&MAX_ID) {
        return FAILED;
    }
    client.with(|state| {
        state.touched.push((Path::new(&[oid, iid, rid]), MAX_ID));
    });
    0
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_notify_instances_changed(anjay: *mut anjay_t, oid: u16) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    if oid == MAX_ID {
        return FAILED;
    }
    client.with(|state| {
        state.reported.entry(oid).or_default();
        state.touched.push((Path::new(&[oid]), MAX_ID));
    });
    0
}

/// Does what is due: here, following what the application reported.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sched_run(anjay: *mut anjay_t) {
    let (client, _lock) = enter!(anjay);
    let due = client.pause();
    let mut out = std::io::stdout();
    // Where nobody can be told, nobody is.
    let _ = out.write_all(due.as_bytes());
}

/// For Objects with one Instance.
///
/// # Safety
/// `ctx` is what the handler got.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_dm_list_instances_SINGLE(
    _anjay: *mut anjay_t,
    _definition: ObjectPtr,
    ctx: *mut super::contexts::ListCtx,
) -> c_int {
    // SAFETY: passed on.
    unsafe { super::contexts::anjay_dm_emit(ctx, 0) };
    0
}

/// For Objects that need nothing to be done in a transaction.
#[unsafe(no_mangle)]
pub extern "C" fn anjay_dm_transaction_NOOP(_anjay: *mut anjay_t, _definition: ObjectPtr) -> c_int {
    0
}

/// What the sandbox is, in place of Anjay's version.
#[unsafe(no_mangle)]
pub extern "C" fn anjay_get_version() -> *const c_char {
    c"sandbox".as_ptr()
}

/// Attributes of which none is set.
#[unsafe(no_mangle)]
pub static ANJAY_DM_OI_ATTRIBUTES_EMPTY: anjay_dm_oi_attributes_t = anjay_dm_oi_attributes_t {
    min_period: -1,
    max_period: -1,
    min_eval_period: -1,
    max_eval_period: -1,
    con: -1,
    hqmax: -1,
};

/// Attributes of which none is set.
#[unsafe(no_mangle)]
pub static ANJAY_DM_R_ATTRIBUTES_EMPTY: anjay_dm_r_attributes_t = anjay_dm_r_attributes_t {
    common: ANJAY_DM_OI_ATTRIBUTES_EMPTY,
    greater_than: f64::NAN,
    less_than: f64::NAN,
    step: f64::NAN,
    edge: -1,
};

// ---- the event loop -------------------------------------------------------------

/// Has [`anjay_event_loop_run`] return. May be called from any thread and from a
/// signal handler.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_event_loop_interrupt(anjay: *mut anjay_t) -> c_int {
    // SAFETY: as promised. No lock: a loop that waits must not hold this up.
    let Some(client) = (unsafe { client(anjay) }) else {
        return FAILED;
    };
    client.interrupted.store(true, Ordering::SeqCst);
    0
}

/// Executes operations from standard input until its end, `quit`, or
/// [`anjay_event_loop_interrupt`].
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_event_loop_run(
    anjay: *mut anjay_t,
    max_wait_time: avs_time_duration_t,
) -> c_int {
    // SAFETY: as promised.
    let Some(client) = (unsafe { client(anjay) }) else {
        return FAILED;
    };
    let is_terminal = std::io::stdin().is_terminal();
    let wait = wait_time(&max_wait_time);
    loop {
        if client.interrupted.swap(false, Ordering::SeqCst) {
            return 0;
        }
        let mut text = {
            let _lock = client.lock();
            client.pause()
        };
        if is_terminal {
            text += "> ";
        }
        if print(&text).is_err() {
            return FAILED;
        }
        let line = match next_line(client, wait) {
            Ok(Some(line)) => line,
            Ok(None) => return 0,
            Err(_) => return FAILED,
        };
        let echo = match line.as_str() {
            _ if is_terminal => String::new(),
            // A transcript reads best with remarks as they are.
            remark if remark.is_empty() || remark.starts_with('#') => format!("{remark}\n"),
            line => format!("> {line}\n"),
        };
        let answer = {
            let _lock = client.lock();
            client.run(&line)
        };
        if print(&(echo + &answer)).is_err() {
            return FAILED;
        }
    }
}

/// As [`anjay_event_loop_run`]: no connection can fail.
///
/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_event_loop_run_with_error_handling(
    anjay: *mut anjay_t,
    max_wait_time: avs_time_duration_t,
) -> c_int {
    // SAFETY: passed on.
    unsafe { anjay_event_loop_run(anjay, max_wait_time) }
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn wait_time(time: &avs_time_duration_t) -> c_int {
    let seconds = u64::try_from(time.seconds).unwrap_or(1);
    let nanoseconds = u32::try_from(time.nanoseconds).unwrap_or(0);
    let wait = Duration::from_secs(seconds)
        .saturating_add(Duration::from_nanos(nanoseconds.into()))
        // Long enough to cost nothing, short enough to notice an interruption.
        .clamp(Duration::from_millis(10), Duration::from_secs(1));
    c_int::try_from(wait.as_millis()).unwrap_or(1000)
}

/// The next line of standard input; `None` at its end or if interrupted.
fn next_line(client: &Client, wait: c_int) -> std::io::Result<Option<String>> {
    loop {
        let input = || client.input.lock().unwrap_or_else(PoisonError::into_inner);
        let end = input().iter().position(|byte| *byte == b'\n');
        if let Some(end) = end {
            let line: Vec<u8> = input().drain(..=end).collect();
            return Ok(Some(to_text(&line)));
        }
        if client.interrupted.load(Ordering::SeqCst) {
            client.interrupted.store(false, Ordering::SeqCst);
            return Ok(None);
        }
        let mut poll = libc::pollfd {
            fd: 0,
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: one valid element.
        if unsafe { libc::poll(&raw mut poll, 1, wait) } <= 0 {
            // Time is up, or a signal came, which may have interrupted the loop.
            continue;
        }
        let mut buffer = [0; 4096];
        // SAFETY: `buffer` has room for its length.
        let count = unsafe { libc::read(0, buffer.as_mut_ptr().cast(), buffer.len()) };
        let Ok(count) = usize::try_from(count) else {
            let error = std::io::Error::last_os_error();
            if error.kind() == std::io::ErrorKind::Interrupted {
                continue;
            }
            return Err(error);
        };
        if count == 0 {
            let rest = std::mem::take(&mut *input());
            return Ok((!rest.is_empty()).then(|| to_text(&rest)));
        }
        let new = buffer.get(..count).unwrap_or_default();
        input().extend_from_slice(new);
    }
}

fn to_text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end().to_owned()
}
