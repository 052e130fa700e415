//! The query of a DELETE.
#![forbid(unsafe_code)]

use crate::ace::MAX_ACE_ID;

/// The N of `aceid=N`: decimal digits in their shortest form, within the range of an aceid.
pub fn ace_id(query: &[u8]) -> Option<u32> {
    let digits = query.strip_prefix(b"aceid=")?;
    if digits.is_empty() || (digits.first() == Some(&b'0') && digits != b"0") {
        return None;
    }
    let number = digits.iter().try_fold(0u32, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit)
    })?;
    (number <= MAX_ACE_ID).then_some(number)
}
