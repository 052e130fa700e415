//! `avs_log`: lines on standard error, from a level up.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

const INFO: c_int = 2;
/// `AVS_LOG_ERROR`
pub const ERROR: c_int = 4;
const NAMES: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"];

/// The lowest level that is shown, by module; that of no module is the default.
static LEVELS: Mutex<BTreeMap<Option<Vec<u8>>, c_int>> = Mutex::new(BTreeMap::new());

/// Whether lines of a level are shown.
///
/// # Safety
/// `module` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_log_shows(module: *const c_char, level: c_int) -> bool {
    // SAFETY: as promised.
    let module = unsafe { super::copy_string(module) };
    let levels = LEVELS.lock().unwrap_or_else(PoisonError::into_inner);
    let lowest = levels.get(&module).or_else(|| levels.get(&None));
    level >= lowest.copied().unwrap_or(INFO)
}

/// Shows a line.
///
/// # Safety
/// `module` and `text` are NULL or strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn anjay_sandbox_log(
    module: *const c_char,
    level: c_int,
    text: *const c_char,
) {
    // SAFETY: as promised.
    let (module, text) = unsafe { (super::copy_string(module), super::copy_string(text)) };
    let words =
        |bytes: Option<Vec<u8>>| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    write(&words(module), level, &words(text));
}

fn write(module: &str, level: c_int, text: &str) {
    let name = usize::try_from(level).ok().and_then(|at| NAMES.get(at));
    let line = format!("{} [{module}] {text}\n", name.unwrap_or(&"?"));
    // Where nobody can be told, nobody is.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Shows a line of the sandbox's own, if its level is shown.
pub fn line(module: &CStr, level: c_int, text: &str) {
    // SAFETY: a string.
    if unsafe { anjay_sandbox_log_shows(module.as_ptr(), level) } {
        write(&module.to_string_lossy(), level, text);
    }
}

/// Sets the lowest level that is shown, of one module or (NULL) of the others.
///
/// # Safety
/// `module` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avs_log_set_level__(module: *const c_char, level: c_int) -> c_int {
    // SAFETY: as promised.
    let module = unsafe { super::copy_string(module) };
    let mut levels = LEVELS.lock().unwrap_or_else(PoisonError::into_inner);
    levels.insert(module, level);
    0
}
