//! `avs_time`: the little that needs more than a header.

use super::types::avs_time_duration_t;
use std::ffi::c_int;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const INVALID: avs_time_duration_t = avs_time_duration_t {
    seconds: 0,
    nanoseconds: -1,
};
const SECOND: i64 = 1_000_000_000;

/// `value` units of `avs_time_unit_t` as a duration.
#[unsafe(no_mangle)]
pub extern "C" fn avs_time_duration_from_scalar(value: i64, unit: c_int) -> avs_time_duration_t {
    let (multiple, part) = match unit {
        0 => (86_400, 1),
        1 => (3_600, 1),
        2 => (60, 1),
        3 => (1, 1),
        4 => (1, 1_000),
        5 => (1, 1_000_000),
        6 => (1, SECOND),
        _ => return INVALID,
    };
    let Some(value) = value.checked_mul(multiple) else {
        return INVALID;
    };
    let nanoseconds = value.rem_euclid(part) * (SECOND / part);
    avs_time_duration_t {
        seconds: value.div_euclid(part),
        nanoseconds: nanoseconds.try_into().unwrap_or(-1),
    }
}

fn duration(since: std::time::Duration) -> avs_time_duration_t {
    avs_time_duration_t {
        seconds: since.as_secs().try_into().unwrap_or(i64::MAX),
        nanoseconds: since.subsec_nanos().try_into().unwrap_or(-1),
    }
}

/// The time of the calendar; C sees a struct with this one member.
#[unsafe(no_mangle)]
pub extern "C" fn avs_time_real_now() -> avs_time_duration_t {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(INVALID, duration)
}

/// The time since the first question; C sees a struct with this one member.
#[unsafe(no_mangle)]
pub extern "C" fn avs_time_monotonic_now() -> avs_time_duration_t {
    static FIRST: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    duration(FIRST.get_or_init(Instant::now).elapsed())
}
