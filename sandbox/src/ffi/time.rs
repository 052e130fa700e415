//! `avs_time`: the little that needs more than a header.

use super::types::avs_time_duration_t;
use std::ffi::c_int;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const INVALID: avs_time_duration_t = avs_time_duration_t {
    seconds: 0,
    nanoseconds: -1,
};
const SECOND: i64 = 1_000_000_000;

/// Nanoseconds of a unit of `avs_time_unit_t`.
fn length(unit: c_int) -> Option<i128> {
    let units: [i64; 7] = [
        86_400 * SECOND,
        3_600 * SECOND,
        60 * SECOND,
        SECOND,
        1_000_000,
        1_000,
        1,
    ];
    let place = usize::try_from(unit).ok()?;
    units.get(place).copied().map(i128::from)
}

/// `value` units of `avs_time_unit_t` as a duration.
#[unsafe(no_mangle)]
pub extern "C" fn avs_time_duration_from_scalar(value: i64, unit: c_int) -> avs_time_duration_t {
    let Some(length) = length(unit) else {
        return INVALID;
    };
    let (value, second) = (i128::from(value) * length, i128::from(SECOND));
    let seconds = i64::try_from(value.div_euclid(second));
    let nanoseconds = i32::try_from(value.rem_euclid(second));
    match (seconds, nanoseconds) {
        (Ok(seconds), Ok(nanoseconds)) => avs_time_duration_t {
            seconds,
            nanoseconds,
        },
        _ => INVALID,
    }
}

/// A duration in whole units of `avs_time_unit_t`.
///
/// # Safety
/// `out` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_time_duration_to_scalar(
    out: *mut i64,
    unit: c_int,
    value: avs_time_duration_t,
) -> c_int {
    let avs_time_duration_t {
        seconds,
        nanoseconds,
    } = value;
    let nanoseconds = i64::from(nanoseconds);
    let Some(length) = length(unit).filter(|_| (0..SECOND).contains(&nanoseconds)) else {
        return -1;
    };
    let total = i128::from(seconds) * i128::from(SECOND) + i128::from(nanoseconds);
    let Ok(number) = i64::try_from(total / length) else {
        return -1;
    };
    super::put!(out, number);
    0
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
