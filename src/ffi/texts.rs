//! Words for decisions and refusals. Nothing in the engine calls these functions,
//! so a program that does not either has none of the texts in it.

use super::numbers::*;
use crate::{MAX_ID, RID_ACL};
use core::ffi::{CStr, c_char, c_int};

/// What the numbers mean, from the first of them on.
const RULES: [&CStr; 13] = [
    c"Security and OSCORE are closed to every server",
    c"the Bootstrap-Server may do everything else",
    c"Discover is open to all",
    c"it is the only server, which may do everything",
    c"Access Control Instances can be read by all",
    c"Access Control Instances are created and deleted by the client alone",
    c"an Access Control Instance is edited by its owner and nobody else",
    c"no Access Control Instance governs the target",
    c"the server's own ACL entry",
    c"the owner, which has no entry of its own, has full access",
    c"the default entry, as the server has none of its own",
    c"the server has no entry, is not the owner, and there is no default entry",
    c"the question is invalid, or cannot be answered now",
];

const CALLS: [&CStr; 17] = [
    c"set_acl",
    c"set_owner",
    c"provision",
    c"purge",
    c"persist",
    c"restore",
    c"synchronisation",
    c"transaction begin",
    c"validation",
    c"commit",
    c"roll-back",
    c"create",
    c"remove",
    c"reset",
    c"reset of a resource",
    c"write",
    c"removal of an entry",
];

const WHYS: [&CStr; 40] = [
    c"SSID 65535, the Bootstrap-Server, can have no entry",
    c"the access mask has bits outside 0 to 31",
    c"Create makes no sense for an Instance, only for the target IID 65535",
    c"the target IID 65535 takes no right but Create",
    c"SSID 0 cannot be an owner",
    c"the value is out of range",
    c"an Access Control Instance cannot have the ID 65535",
    c"the Object cannot be governed",
    c"the target Object is not registered",
    c"the target Instance does not exist",
    c"there is no server with this SSID",
    c"there is no server with the owner's SSID",
    c"another Access Control Instance governs the target",
    c"the Instance ID is taken",
    c"all Instance IDs are taken",
    c"there is no such Access Control Instance",
    c"there is no such resource",
    c"there is no such entry in the ACL",
    c"only the ACL can be emptied",
    c"the target is not set",
    c"the owner is not set",
    c"another Access Control Instance has the same target",
    c"out of memory",
    c"a transaction is open",
    c"no transaction is open",
    c"the state is in use",
    c"the state kept changing meanwhile",
    c"the client could not answer",
    c"the stream failed or ended too early",
    c"the magic number is missing",
    c"there are more instances than IDs",
    c"the target OID is 0, 2 or 65535",
    c"the Instance ID is 65535",
    c"the owner is 0",
    c"the flag for the ACL is neither 0 nor 1",
    c"there are more entries than SSIDs",
    c"an entry has the SSID 65535",
    c"the Instance ID is repeated",
    c"the target is repeated",
    c"the SSID of an entry is repeated",
];

const UNKNOWN: &CStr = c"unknown";

/// The tables begin at 1, as the enumerations do.
fn text_of(texts: &'static [&'static CStr], number: c_int) -> &'static CStr {
    let at = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1));
    at.and_then(|at| texts.get(at)).copied().unwrap_or(UNKNOWN)
}

/// What a rule says, in English.
///
/// @param rule An aac_rule_t, as in aac_decision_t.
/// @returns A text that is always there; "unknown" for any other number.
#[unsafe(no_mangle)]
pub extern "C" fn aac_rule_text(rule: c_int) -> *const c_char {
    text_of(&RULES, rule).as_ptr()
}

/// What the reason for a refusal says, in English.
///
/// @param why An aac_why_t, as in aac_refusal_t.
/// @returns A text that is always there; "unknown" for any other number.
#[unsafe(no_mangle)]
pub extern "C" fn aac_why_text(why: c_int) -> *const c_char {
    text_of(&WHYS, why).as_ptr()
}

/// Says in one line what was decided and why, such as "denied by /2/3 (R): the
/// server's own ACL entry". The letters are rights, as in `RWEDC`.
///
/// @param why    What aac_decide() told.
/// @param buffer Receives the line, cut to fit, and a 0. May be NULL if @p size
///               is 0.
/// @param size   Its size; 120 bytes are enough.
/// @returns How long the whole line is, without the 0; nothing for a NULL.
///
/// # Safety
/// `why` is NULL or valid, `buffer` is valid for writing `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_explain(
    why: *const aac_decision_t,
    buffer: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: as the caller promises.
    let (why, mut line) = unsafe { (why.as_ref(), Line::new(buffer, size)) };
    if let Some(why) = why {
        line.put(if why.allowed { c"allowed" } else { c"denied" });
        if why.acl_iid != MAX_ID {
            line.put(c" by ");
            line.path(&[2, why.acl_iid]);
        }
        if why.mask != 0 {
            line.put(c" (");
            for (bit, letter) in [c"R", c"W", c"E", c"D", c"C"].into_iter().enumerate() {
                if why.mask >> bit & 1 != 0 {
                    line.put(letter);
                }
            }
            line.put(c")");
        }
        line.put(c": ");
        line.put(text_of(&RULES, why.rule.into()));
    }
    line.used
}

/// Says in one line what was refused and why, such as "set_acl, target /3/0, SSID
/// 7: there is no server with this SSID".
///
/// @param refusal What aac_host_t::refused was told.
/// @param buffer  As in aac_explain(); 200 bytes are enough.
/// @param size    As in aac_explain().
/// @returns As aac_explain().
///
/// # Safety
/// As `aac_explain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aac_explain_refusal(
    refusal: *const aac_refusal_t,
    buffer: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: as the caller promises.
    let (refusal, mut line) = unsafe { (refusal.as_ref(), Line::new(buffer, size)) };
    if let Some(refusal) = refusal {
        line.refusal(refusal);
    }
    line.used
}

/// A line of text in C's memory, which may be too short for it.
struct Line {
    buffer: *mut c_char,
    size: usize,
    used: usize,
}

impl Line {
    /// # Safety
    /// `buffer` is valid for writing `size` bytes as long as the line is used.
    unsafe fn new(buffer: *mut c_char, size: usize) -> Line {
        let size = if buffer.is_null() { 0 } else { size };
        let mut line = Line {
            buffer,
            size,
            used: 0,
        };
        line.end();
        line
    }

    /// Ends the line after what fits.
    fn end(&mut self) {
        let at = self.used.min(self.size.wrapping_sub(1));
        if self.size > 0 {
            // SAFETY: within the buffer that `new` was promised.
            unsafe { self.buffer.add(at).write(0) };
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.used.saturating_add(1) < self.size {
            // SAFETY: within the buffer that `new` was promised.
            unsafe { self.buffer.add(self.used).cast::<u8>().write(byte) };
        }
        self.used = self.used.saturating_add(1);
    }

    fn put(&mut self, text: &CStr) {
        for &byte in text.to_bytes() {
            self.byte(byte);
        }
        self.end();
    }

    /// By hand, for what the core library has for it can panic.
    fn number(&mut self, value: i64) {
        if value < 0 {
            self.byte(b'-');
        }
        let mut rest = value.unsigned_abs();
        let mut digits = [0; 20];
        let mut first = digits.len();
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            first = at;
            if rest == 0 {
                break;
            }
        }
        for &digit in digits.iter().skip(first) {
            self.byte(digit);
        }
        self.end();
    }

    fn named(&mut self, name: &CStr, value: i64) {
        self.put(name);
        self.number(value);
    }

    fn path(&mut self, ids: &[u16]) {
        for &id in ids {
            self.named(c"/", id.into());
        }
    }

    fn refusal(&mut self, refusal: &aac_refusal_t) {
        let is = |call: aac_call_t| refusal.call == call as u8;
        self.put(text_of(&CALLS, refusal.call.into()));
        if is(aac_call_t::AAC_CALL_PROVISION) {
            self.named(c", grant ", refusal.at.into());
        }
        let mut has_ssid = refusal.ssid != MAX_ID;
        if refusal.acl_iid != MAX_ID {
            self.put(c", ");
            self.path(&[2, refusal.acl_iid]);
            if refusal.rid != MAX_ID {
                self.path(&[refusal.rid]);
                if refusal.rid == RID_ACL && has_ssid {
                    self.path(&[refusal.ssid]);
                    has_ssid = false;
                }
            }
        }
        if refusal.oid != MAX_ID {
            self.put(c", target ");
            self.path(&[refusal.oid, refusal.iid]);
        }
        if has_ssid {
            self.named(c", SSID ", refusal.ssid.into());
        }
        let is_mask = is(aac_call_t::AAC_CALL_SET_ACL) || is(aac_call_t::AAC_CALL_PROVISION);
        if is_mask {
            self.named(c", mask ", refusal.value);
        } else if refusal.value != 0 || is(aac_call_t::AAC_CALL_WRITE) {
            self.named(c", value ", refusal.value);
        }
        if is(aac_call_t::AAC_CALL_RESTORE) && refusal.at != 0 {
            self.named(c", byte ", refusal.at.into());
        }
        self.put(c": ");
        self.put(text_of(&WHYS, refusal.why.into()));
    }
}

// The tables have a text for each number.
const _: () = {
    assert!(RULES.len() == aac_rule_t::AAC_RULE_NOT_DECIDED as usize);
    assert!(CALLS.len() == aac_call_t::AAC_CALL_REMOVE_ENTRY as usize);
    assert!(WHYS.len() == aac_why_t::AAC_WHY_REPEATED_KEY as usize);
};
