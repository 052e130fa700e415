//! The contexts through which handlers give and get values. C sees only
//! pointers to them, and uses them within the handler that got them.

use super::put;
use crate::object::{Argument, Kind, Resource};
use crate::value::{Value, parse};
use std::ffi::{c_char, c_int, c_void};

const FAILED: c_int = -1;
const BAD_REQUEST: c_int = -128;
/// `ANJAY_BUFFER_TOO_SHORT`
const TOO_SHORT: c_int = 1;
/// `ANJAY_EXECUTE_GET_ARG_END`
const END: c_int = 1;

/// `anjay_dm_list_ctx_t`
#[derive(Default)]
pub struct ListCtx {
    /// What was emitted.
    pub ids: Vec<u16>,
    /// An ID that was not above the one before, or 65535.
    pub misplaced: Option<u16>,
}

/// `anjay_dm_resource_list_ctx_t`
#[derive(Default)]
pub struct ResourceListCtx {
    /// What was emitted.
    pub resources: Vec<Resource>,
    /// As above; or a resource of an unknown kind.
    pub misplaced: Option<u16>,
}

/// `anjay_output_ctx_t`
#[derive(Default)]
pub struct OutputCtx {
    /// What was given.
    pub value: Option<Value>,
    /// Bytes announced by `anjay_ret_bytes_begin` that are still to come.
    pub missing: usize,
}

/// `anjay_input_ctx_t`
pub struct InputCtx {
    bytes: Vec<u8>,
    /// What `anjay_get_bytes` and `anjay_get_string` have handed out.
    given: usize,
    /// What the bytes should have been, as the handler has asked for it.
    pub wanted: Option<String>,
}

/// `anjay_execute_ctx_t`
pub struct ExecuteCtx {
    arguments: Vec<Argument>,
    /// How many were begun.
    next: usize,
    given: usize,
}

impl InputCtx {
    /// For a handler that gets these bytes.
    pub fn new(bytes: &[u8]) -> InputCtx {
        InputCtx {
            bytes: bytes.to_vec(),
            given: 0,
            wanted: None,
        }
    }
}

impl ExecuteCtx {
    /// For a handler that gets these arguments.
    pub fn new(arguments: &[Argument]) -> ExecuteCtx {
        ExecuteCtx {
            arguments: arguments.to_vec(),
            next: 0,
            given: 0,
        }
    }
}

/// Adds an ID to a list that has to rise.
///
/// # Safety
/// `ctx` is NULL or what the handler that calls got.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_dm_emit(ctx: *mut ListCtx, id: u16) {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return;
    };
    if id == u16::MAX || ctx.ids.last().is_some_and(|&last| last >= id) {
        ctx.misplaced.get_or_insert(id);
    } else {
        ctx.ids.push(id);
    }
}

/// Adds a resource to a list that has to rise.
///
/// # Safety
/// As `anjay_dm_emit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_dm_emit_res(
    ctx: *mut ResourceListCtx,
    rid: u16,
    kind: c_int,
    presence: c_int,
) {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return;
    };
    let last = ctx.resources.last();
    let rises = rid != u16::MAX && last.is_none_or(|last| last.rid < rid);
    let Some(kind) = kind_of(kind).filter(|_| rises) else {
        ctx.misplaced.get_or_insert(rid);
        return;
    };
    let present = presence != 0;
    ctx.resources.push(Resource { rid, kind, present });
}

/// `anjay_dm_resource_kind_t`
fn kind_of(number: c_int) -> Option<Kind> {
    let (read, write, multiple, execute) = match number {
        0 => (true, false, false, false),
        1 => (false, true, false, false),
        2 => (true, true, false, false),
        3 => (true, false, true, false),
        4 => (false, true, true, false),
        5 => (true, true, true, false),
        6 => (false, false, false, true),
        // For the Bootstrap-Server only.
        7 => (false, false, false, false),
        _ => return None,
    };
    Some(Kind {
        read,
        write,
        multiple,
        execute,
    })
}

// ---- values that handlers give -----------------------------------------------

/// # Safety
/// `ctx` is NULL or what the handler that calls got.
unsafe fn give(ctx: *mut OutputCtx, value: Value) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    match unsafe { ctx.as_mut() } {
        Some(ctx) if ctx.value.is_none() => {
            ctx.value = Some(value);
            0
        }
        _ => FAILED,
    }
}

macro_rules! givers {
    ($($name:ident($($argument:ident: $type:ty),*), $value:expr;)*) => {$(
        /// # Safety
        /// As `anjay_dm_emit`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(ctx: *mut OutputCtx, $($argument: $type),*) -> c_int {
            // SAFETY: passed on.
            unsafe { give(ctx, $value) }
        }
    )*};
}

givers! {
    anjay_ret_i64(value: i64), Value::Int(value);
    anjay_ret_u64(value: u64), Value::Uint(value);
    anjay_ret_double(value: f64), Value::Double(value);
    anjay_ret_bool(value: bool), Value::Bool(value);
    anjay_ret_objlnk(oid: u16, iid: u16), Value::Link(oid, iid);
}

/// # Safety
/// As `anjay_dm_emit`; `value` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_ret_string(ctx: *mut OutputCtx, value: *const c_char) -> c_int {
    // SAFETY: as promised.
    match unsafe { super::copy_string(value) } {
        // SAFETY: passed on.
        Some(text) => unsafe { give(ctx, Value::Text(text)) },
        None => FAILED,
    }
}

/// # Safety
/// As `anjay_dm_emit`; `data` is valid for `length` bytes, or `length` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_ret_bytes(
    ctx: *mut OutputCtx,
    data: *const c_void,
    length: usize,
) -> c_int {
    // SAFETY: as promised.
    match unsafe { bytes(data, length) } {
        // SAFETY: passed on.
        Some(bytes) => unsafe { give(ctx, Value::Bytes(bytes)) },
        None => FAILED,
    }
}

/// Announces bytes; the context itself takes them.
///
/// # Safety
/// As `anjay_dm_emit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_ret_bytes_begin(
    ctx: *mut OutputCtx,
    length: usize,
) -> *mut OutputCtx {
    // SAFETY: passed on.
    if unsafe { give(ctx, Value::Bytes(Vec::new())) } != 0 {
        return std::ptr::null_mut();
    }
    // SAFETY: as promised; only this call uses it meanwhile.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.missing = length;
    }
    ctx
}

/// # Safety
/// `ctx` is NULL or what `anjay_ret_bytes_begin` returned, in the same handler;
/// `data` is valid for `length` bytes, or `length` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_ret_bytes_append(
    ctx: *mut OutputCtx,
    data: *const c_void,
    length: usize,
) -> c_int {
    // SAFETY: as promised.
    let more = unsafe { bytes(data, length) };
    // SAFETY: as promised; only this call uses it meanwhile.
    let (Some(more), Some(ctx)) = (more, unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    match &mut ctx.value {
        Some(Value::Bytes(kept)) if length <= ctx.missing => {
            kept.extend(more);
            ctx.missing -= length;
            0
        }
        _ => FAILED,
    }
}

/// # Safety
/// `data` is NULL or valid for `length` bytes.
unsafe fn bytes(data: *const c_void, length: usize) -> Option<Vec<u8>> {
    if length == 0 {
        return Some(Vec::new());
    }
    if data.is_null() {
        return None;
    }
    // SAFETY: as promised.
    Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec())
}

// ---- values that handlers get --------------------------------------------------

/// # Safety
/// `ctx` is NULL or what the handler that calls got; `out` is NULL or valid.
unsafe fn take<T>(
    ctx: *mut InputCtx,
    out: *mut T,
    read: impl FnOnce(&[u8]) -> Option<T>,
    range: impl FnOnce() -> String,
) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    if out.is_null() {
        return FAILED;
    }
    let Some(value) = read(&ctx.bytes) else {
        ctx.wanted = Some(range());
        return BAD_REQUEST;
    };
    put!(out, value);
    0
}

macro_rules! getters {
    ($($name:ident: $type:ty, $read:expr, $range:expr;)*) => {$(
        /// # Safety
        /// As `anjay_dm_emit`; `out` is NULL or valid for writing.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(ctx: *mut InputCtx, out: *mut $type) -> c_int {
            // SAFETY: passed on.
            unsafe { take(ctx, out, $read, || $range) }
        }
    )*};
}

getters! {
    anjay_get_i32: i32, parse::number, parse::integers(i32::MIN, i32::MAX);
    anjay_get_i64: i64, parse::number, parse::integers(i64::MIN, i64::MAX);
    anjay_get_u32: u32, parse::number, parse::integers(u32::MIN, u32::MAX);
    anjay_get_u64: u64, parse::number, parse::integers(u64::MIN, u64::MAX);
    anjay_get_float: f32, parse::number, "a number".into();
    anjay_get_double: f64, parse::number, "a number".into();
    anjay_get_bool: bool, parse::boolean, parse::BOOLEANS.into();
}

/// # Safety
/// As `anjay_dm_emit`; the others are NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_get_objlnk(
    ctx: *mut InputCtx,
    out_oid: *mut u16,
    out_iid: *mut u16,
) -> c_int {
    let mut link = (0, 0);
    // SAFETY: passed on.
    let result = unsafe {
        take(ctx, &raw mut link, parse::link, || {
            "OID:IID, each from 0 to 65535".into()
        })
    };
    if out_oid.is_null() || out_iid.is_null() {
        return FAILED;
    }
    if result == 0 {
        put!(out_oid, link.0);
        put!(out_iid, link.1);
    }
    result
}

/// Copies what is left, as much as fits. Returns how much.
///
/// # Safety
/// `buffer` is valid for writing `size` bytes.
unsafe fn hand_out(from: &[u8], given: &mut usize, buffer: *mut u8, size: usize) -> usize {
    let rest = from.get(*given..).unwrap_or_default();
    let count = rest.len().min(size);
    // SAFETY: `rest` has `count` bytes, `buffer` room for them.
    unsafe { rest.as_ptr().copy_to(buffer, count) };
    *given += count;
    count
}

/// # Safety
/// As `anjay_dm_emit`; `buffer` is valid for `size` bytes, the others are NULL
/// or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_get_bytes(
    ctx: *mut InputCtx,
    out_bytes_read: *mut usize,
    out_message_finished: *mut bool,
    buffer: *mut c_void,
    size: usize,
) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    if buffer.is_null() {
        return FAILED;
    }
    let InputCtx { bytes, given, .. } = ctx;
    // SAFETY: as promised.
    let count = unsafe { hand_out(bytes, given, buffer.cast(), size) };
    put!(out_bytes_read, count);
    put!(out_message_finished, *given == bytes.len());
    0
}

/// # Safety
/// As `anjay_dm_emit`; `buffer` is valid for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_get_string(
    ctx: *mut InputCtx,
    buffer: *mut c_char,
    size: usize,
) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    if buffer.is_null() || size == 0 {
        return FAILED;
    }
    if ctx.bytes.contains(&0) {
        return BAD_REQUEST;
    }
    let InputCtx { bytes, given, .. } = ctx;
    // SAFETY: as promised; one byte is kept for the NUL.
    unsafe {
        let count = hand_out(bytes, given, buffer.cast(), size - 1);
        buffer.add(count).write(0);
    }
    if *given < bytes.len() { TOO_SHORT } else { 0 }
}

/// # Safety
/// As `anjay_dm_emit`; the others are NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_execute_get_next_arg(
    ctx: *mut ExecuteCtx,
    out_arg: *mut c_int,
    out_has_value: *mut bool,
) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    let next = ctx.arguments.get(ctx.next);
    let (number, has_value) =
        next.map_or((-1, false), |(number, value)| (*number, value.is_some()));
    put!(out_arg, number);
    put!(out_has_value, has_value);
    if next.is_none() {
        return END;
    }
    ctx.next += 1;
    ctx.given = 0;
    0
}

/// # Safety
/// As `anjay_get_string`; `out_bytes_read` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_execute_get_arg_value(
    ctx: *mut ExecuteCtx,
    out_bytes_read: *mut usize,
    buffer: *mut c_char,
    size: usize,
) -> c_int {
    // SAFETY: as promised; only this call uses it meanwhile.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILED;
    };
    if buffer.is_null() || size == 0 {
        return FAILED;
    }
    let current = ctx.next.checked_sub(1).and_then(|at| ctx.arguments.get(at));
    let Some((_, value)) = current else {
        return FAILED;
    };
    let value = value.as_deref().unwrap_or_default().as_bytes();
    // SAFETY: as promised; one byte is kept for the NUL.
    let count = unsafe {
        let count = hand_out(value, &mut ctx.given, buffer.cast(), size - 1);
        buffer.add(count).write(0);
        count
    };
    put!(out_bytes_read, count);
    if ctx.given < value.len() {
        TOO_SHORT
    } else {
        0
    }
}
