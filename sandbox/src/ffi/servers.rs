//! The Security and Server Objects, for the application.

use super::types::*;
use super::{copy_string, enter, put};
use crate::builtin::{Row, Table};
use crate::client::Client;
use crate::path::MAX_ID;
use crate::value::Value;
use access_control::ffi::foreign::anjay_t;
use std::ffi::c_int;
use std::rc::Rc;

const FAILED: c_int = -1;

fn install(
    client: &Client,
    table: Table,
    keep: impl FnOnce(&mut crate::client::State, Rc<Table>),
) -> c_int {
    let table = Rc::new(table);
    if !client.register(table.clone()) {
        return FAILED;
    }
    client.with(|state| keep(state, table));
    0
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_security_object_install(anjay: *mut anjay_t) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    let keep = |state: &mut crate::client::State, table| state.security = Some(table);
    install(client, Table::security(), keep)
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_server_object_install(anjay: *mut anjay_t) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    let keep = |state: &mut crate::client::State, table| state.server = Some(table);
    install(client, Table::server(), keep)
}

/// Adds a row to a table, if it is installed.
///
/// # Safety
/// `inout_iid` is NULL or valid for reading and writing.
unsafe fn add(client: &Client, table: Option<Rc<Table>>, row: Row, inout_iid: *mut u16) -> c_int {
    // SAFETY: as promised.
    let wanted = unsafe { inout_iid.as_ref() }.copied();
    let Some(table) = table else {
        return FAILED;
    };
    let Some(iid) = table.add(wanted.filter(|&iid| iid != MAX_ID), row) else {
        return FAILED;
    };
    put!(inout_iid, iid);
    report(client, &table);
    0
}

fn report(client: &Client, table: &Table) {
    let oid = crate::object::Object::oid(table);
    client.with(|state| {
        state.reported.entry(oid).or_default();
        let path = crate::path::Path::new(&[oid]);
        state.touched.push((path, MAX_ID));
    });
}

fn purge(client: &Client, table: Option<Rc<Table>>) {
    if let Some(table) = table {
        table.purge();
        report(client, &table);
    }
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_security_object_purge(anjay: *mut anjay_t) {
    let (client, _lock) = enter!(anjay);
    purge(client, client.with(|state| state.security.clone()));
}

/// # Safety
/// `anjay` is NULL or a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_server_object_purge(anjay: *mut anjay_t) {
    let (client, _lock) = enter!(anjay);
    purge(client, client.with(|state| state.server.clone()));
}

/// # Safety
/// `data` is NULL or valid for `length` bytes.
unsafe fn bytes(data: *const u8, length: usize) -> Value {
    if data.is_null() || length == 0 {
        return Value::Bytes(Vec::new());
    }
    // SAFETY: as promised.
    Value::Bytes(unsafe { std::slice::from_raw_parts(data, length) }.to_vec())
}

/// # Safety
/// `anjay` is NULL or a client, `instance` NULL or valid with all it points to,
/// `inout_iid` NULL or valid for reading and writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_security_object_add_instance(
    anjay: *mut anjay_t,
    instance: *const anjay_security_instance_t,
    inout_iid: *mut u16,
) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    // SAFETY: as promised.
    let Some(new) = (unsafe { instance.as_ref() }) else {
        return FAILED;
    };
    // SAFETY: as promised.
    let Some(uri) = (unsafe { copy_string(new.server_uri) }) else {
        return FAILED;
    };
    // SAFETY: as promised.
    let (identity, key, server_key) = unsafe {
        (
            bytes(
                new.public_cert_or_psk_identity,
                new.public_cert_or_psk_identity_size,
            ),
            bytes(
                new.private_cert_or_psk_key,
                new.private_cert_or_psk_key_size,
            ),
            bytes(new.server_public_key, new.server_public_key_size),
        )
    };
    let mut row = Row::from([
        (0, Value::Text(uri)),
        (1, Value::Bool(new.bootstrap_server)),
        (2, Value::Int(new.security_mode.into())),
        (3, identity),
        (5, key),
        (4, server_key),
    ]);
    if !new.bootstrap_server {
        row.insert(10, Value::Int(new.ssid.into()));
    }
    for (rid, value) in [(11, new.client_holdoff_s), (12, new.bootstrap_timeout_s)] {
        if value >= 0 {
            row.insert(rid, Value::Int(value.into()));
        }
    }
    let table = client.with(|state| state.security.clone());
    // SAFETY: passed on.
    unsafe { add(client, table, row, inout_iid) }
}

/// # Safety
/// As `anjay_security_object_add_instance`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_server_object_add_instance(
    anjay: *mut anjay_t,
    instance: *const anjay_server_instance_t,
    inout_iid: *mut u16,
) -> c_int {
    let (client, _lock) = enter!(anjay, FAILED);
    // SAFETY: as promised.
    let Some(new) = (unsafe { instance.as_ref() }) else {
        return FAILED;
    };
    // SAFETY: as promised.
    let Some(binding) = (unsafe { copy_string(new.binding) }) else {
        return FAILED;
    };
    if new.lifetime <= 0 {
        return FAILED;
    }
    let mut row = Row::from([
        (0, Value::Int(new.ssid.into())),
        (1, Value::Int(new.lifetime.into())),
        (6, Value::Bool(new.notification_storing)),
        (7, Value::Text(binding)),
    ]);
    let optional = [
        (2, new.default_min_period),
        (3, new.default_max_period),
        (5, new.disable_timeout),
    ];
    for (rid, value) in optional {
        if value >= 0 {
            row.insert(rid, Value::Int(value.into()));
        }
    }
    let table = client.with(|state| state.server.clone());
    // SAFETY: passed on.
    unsafe { add(client, table, row, inout_iid) }
}
