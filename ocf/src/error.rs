//! Why something was refused, and with which CoAP code.
#![forbid(unsafe_code)]

/// A CoAP response code (RFC 7252, 12.1.2), class in the upper three bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// 2.02
    Deleted = 0x42,
    /// 2.04
    Changed = 0x44,
    /// 2.05
    Content = 0x45,
    /// 4.00
    BadRequest = 0x80,
    /// 4.01
    Unauthorized = 0x81,
    /// 4.03
    Forbidden = 0x83,
    /// 4.04
    NotFound = 0x84,
    /// 4.13
    TooLarge = 0x8d,
    /// 5.00
    Internal = 0xa0,
}

/// One table for the number that C sees, the name that Rust sees, the code and the text.
macro_rules! reasons {
    ($($number:literal $name:ident $code:ident $text:literal;)*) => {
        /// What was wrong. The numbers are part of the C interface and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        // As wide as a register of small machines: it is what most functions return.
        #[repr(u32)]
        pub enum Reason {
            $(#[doc = $text] #[error($text)] $name = $number,)*
        }

        impl Reason {
            /// Every reason, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// All texts in a row, each with a NUL at its end.
            #[cfg(feature = "capi")]
            const TEXTS: &[u8] = concat!($($text, "\0"),*).as_bytes();

            /// The text of `Display`, without the formatting machinery.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The CoAP code to answer with.
            pub const fn code(self) -> Code {
                match self { $(Self::$name => Code::$code,)* }
            }
        }
    };
}

reasons! {
    1 Truncated BadRequest "the payload ends too early";
    2 Trailing BadRequest "something follows";
    3 WrongType BadRequest "wrong type";
    4 NotText BadRequest "text is not UTF-8";
    5 UnknownField BadRequest "unknown field";
    6 FieldTwice BadRequest "a field is given twice";
    7 FieldMissing BadRequest "a required field is missing";
    8 AceId BadRequest "aceid is outside 0..2147483647";
    9 AceIdTwice BadRequest "aceid given twice";
    10 Permission BadRequest "permission is outside 0..31";
    11 Subject BadRequest "subject is not exactly one of uuid, role, conntype";
    12 SubjectUuid BadRequest "not a UUID, or the nil UUID";
    13 ConnType BadRequest "conntype is neither auth-crypt nor anon-clear";
    14 EmptyRole BadRequest "role or authority is empty";
    15 EmptyResource BadRequest "a resource has neither href nor wc";
    16 Href BadRequest "href does not begin with a slash";
    17 Wildcard BadRequest "wc is not one of * + -";
    18 State BadRequest "not in this state";
    19 DeleteState Forbidden "no DELETE in this state";
    20 Query BadRequest "the query is not aceid=N";
    21 UnknownAce NotFound "no ACE has this aceid";
    22 OutOfMemory Internal "out of memory";
    23 TooLong BadRequest "too long";
    24 AceTaken BadRequest "aceid of a different ACE";
}

/// What was refused, where and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (byte {offset})")]
pub struct Refusal {
    /// What was wrong.
    pub reason: Reason,
    /// The offset in the payload of the item at fault.
    pub offset: usize,
    /// The index in `aclist2`, from 0, of the ACE at fault, if it is within one.
    pub ace: Option<u32>,
}

impl Refusal {
    /// The CoAP code to answer with.
    pub const fn code(&self) -> Code {
        self.reason.code()
    }
}

/// For what has no place in a payload.
impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            offset: 0,
            ace: None,
        }
    }
}

/// "ACE 2, byte 47: unknown field" with a terminating NUL, cut to `buffer`; the whole length without
/// the NUL, or 0 for a reason that there is not. By hand, as the formatting machinery would weigh more
/// than the list.
#[cfg(feature = "capi")]
pub(crate) fn describe(reason: u8, ace: Option<u32>, offset: usize, buffer: &mut [u8]) -> usize {
    let mut left = reason;
    let mut text = Reason::TEXTS;
    while left > 1 {
        let Some((byte, rest)) = text.split_first() else {
            break;
        };
        left -= u8::from(*byte == 0);
        text = rest;
    }
    if left != 1 || text.is_empty() {
        return 0;
    }
    let mut out = Text { buffer, length: 0 };
    if let Some(ace) = ace {
        out.put(b"ACE ");
        out.number(ace as usize);
        out.put(b", ");
    }
    out.put(b"byte ");
    out.number(offset);
    out.put(b": ");
    out.put(text.split(|byte| *byte == 0).next().unwrap_or_default());
    let length = out.length;
    let end = length.min(out.buffer.len().wrapping_sub(1));
    if let Some(end) = out.buffer.get_mut(end) {
        *end = 0;
    }
    length
}

/// Text that is written, and cut to what there is room for.
#[cfg(feature = "capi")]
struct Text<'a> {
    buffer: &'a mut [u8],
    length: usize,
}

#[cfg(feature = "capi")]
impl Text<'_> {
    #[cfg_attr(target_os = "none", inline(never))]
    fn put(&mut self, text: &[u8]) {
        let room = self.buffer.get_mut(self.length..).unwrap_or_default();
        for (slot, byte) in room.iter_mut().zip(text) {
            *slot = *byte;
        }
        self.length += text.len();
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn number(&mut self, mut number: usize) {
        let mut digits = [0; 20];
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            count += 1;
            if number == 0 {
                break;
            }
        }
        self.put(digits.get(20 - count..).unwrap_or_default());
    }
}
