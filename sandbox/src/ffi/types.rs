//! Types of Anjay's and avs_commons' API, as the sandbox's headers declare them.

#![allow(non_camel_case_types)]
#![allow(missing_docs)] // Documented in the headers.

use super::contexts::*;
use access_control::ffi::foreign::anjay_t;
use std::ffi::{c_char, c_int};

pub type ObjectPtr = *const *const anjay_dm_object_def_t;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct anjay_dm_oi_attributes_t {
    pub min_period: i32,
    pub max_period: i32,
    pub min_eval_period: i32,
    pub max_eval_period: i32,
    pub con: c_int,
    pub hqmax: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct anjay_dm_r_attributes_t {
    pub common: anjay_dm_oi_attributes_t,
    pub greater_than: f64,
    pub less_than: f64,
    pub step: f64,
    pub edge: c_int,
}

type Handler<Rest> = Option<Rest>;
type OnObject = unsafe extern "C" fn(*mut anjay_t, ObjectPtr) -> c_int;
type OnInstance = unsafe extern "C" fn(*mut anjay_t, ObjectPtr, u16) -> c_int;

macro_rules! handler {
    ($($argument:ty),*) => {
        Handler<unsafe extern "C" fn(*mut anjay_t, ObjectPtr, $($argument),*) -> c_int>
    };
}

/// In Anjay's order.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct anjay_dm_handlers_t {
    pub object_read_default_attrs: handler!(u16, *mut anjay_dm_oi_attributes_t),
    pub object_write_default_attrs: handler!(u16, *const anjay_dm_oi_attributes_t),
    pub list_instances: handler!(*mut ListCtx),
    pub instance_reset: Handler<OnInstance>,
    pub instance_create: Handler<OnInstance>,
    pub instance_remove: Handler<OnInstance>,
    pub instance_read_default_attrs: handler!(u16, u16, *mut anjay_dm_oi_attributes_t),
    pub instance_write_default_attrs: handler!(u16, u16, *const anjay_dm_oi_attributes_t),
    pub list_resources: handler!(u16, *mut ResourceListCtx),
    pub resource_read: handler!(u16, u16, u16, *mut OutputCtx),
    pub resource_write: handler!(u16, u16, u16, *mut InputCtx),
    pub resource_execute: handler!(u16, u16, *mut ExecuteCtx),
    pub resource_reset: handler!(u16, u16),
    pub list_resource_instances: handler!(u16, u16, *mut ListCtx),
    pub resource_read_attrs: handler!(u16, u16, u16, *mut anjay_dm_r_attributes_t),
    pub resource_write_attrs: handler!(u16, u16, u16, *const anjay_dm_r_attributes_t),
    pub transaction_begin: Handler<OnObject>,
    pub transaction_validate: Handler<OnObject>,
    pub transaction_commit: Handler<OnObject>,
    pub transaction_rollback: Handler<OnObject>,
    pub resource_instance_read_attrs: handler!(u16, u16, u16, u16, *mut anjay_dm_r_attributes_t),
    pub resource_instance_write_attrs: handler!(u16, u16, u16, u16, *const anjay_dm_r_attributes_t),
    pub resource_instance_remove: handler!(u16, u16, u16),
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct anjay_dm_object_def_t {
    pub oid: u16,
    pub version: *const c_char,
    pub handlers: anjay_dm_handlers_t,
}

#[repr(C)]
pub struct avs_net_socket_tls_ciphersuites_t {
    pub ids: *mut u32,
    pub num_ids: usize,
}

#[repr(C)]
pub struct anjay_security_instance_t {
    pub ssid: u16,
    pub server_uri: *const c_char,
    pub bootstrap_server: bool,
    pub security_mode: c_int,
    pub client_holdoff_s: i32,
    pub bootstrap_timeout_s: i32,
    pub public_cert_or_psk_identity: *const u8,
    pub public_cert_or_psk_identity_size: usize,
    pub private_cert_or_psk_key: *const u8,
    pub private_cert_or_psk_key_size: usize,
    pub server_public_key: *const u8,
    pub server_public_key_size: usize,
    pub matching_type: *const u8,
    pub server_name_indication: *const c_char,
    pub certificate_usage: *const u8,
    pub ciphersuites: avs_net_socket_tls_ciphersuites_t,
}

#[repr(C)]
pub struct anjay_server_instance_t {
    pub ssid: u16,
    pub lifetime: i32,
    pub default_min_period: i32,
    pub default_max_period: i32,
    pub disable_timeout: i32,
    pub binding: *const c_char,
    pub notification_storing: bool,
    pub initial_registration_delay_timer: *const u32,
    pub bootstrap_on_registration_failure: *const bool,
    pub preferred_transport: c_char,
    pub mute_send: bool,
    pub communication_retry_count: *const u32,
    pub communication_retry_timer: *const u32,
    pub communication_sequence_retry_count: *const u32,
    pub communication_sequence_delay_timer: *const u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct avs_time_duration_t {
    pub seconds: i64,
    pub nanoseconds: i32,
}
