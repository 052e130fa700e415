//! Why an operation was refused: which call, about what, and by which rule.

#[cfg(feature = "refusals")]
use crate::MAX_ID;
use crate::{Error, Iid, Oid, Rid, Ssid};

/// The call that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Call {
    /// [`crate::Engine::set_acl`].
    SetAcl = 1,
    /// [`crate::Engine::set_owner`].
    SetOwner = 2,
    /// [`crate::Engine::provision`].
    Provision = 3,
    /// [`crate::Engine::purge`].
    Purge = 4,
    /// [`crate::Engine::persist`].
    Persist = 5,
    /// [`crate::Engine::restore`].
    Restore = 6,
    /// [`crate::Engine::sync`].
    Sync = 7,
    /// [`crate::Engine::begin`].
    Begin = 8,
    /// [`crate::Engine::validate`].
    Validate = 9,
    /// [`crate::Engine::commit`].
    Commit = 10,
    /// [`crate::Engine::rollback`].
    Rollback = 11,
    /// [`crate::Edit::Create`].
    Create = 12,
    /// [`crate::Edit::Remove`].
    Remove = 13,
    /// [`crate::Edit::Reset`].
    Reset = 14,
    /// [`crate::Edit::ResetResource`].
    ResetResource = 15,
    /// [`crate::Edit::Write`].
    Write = 16,
    /// [`crate::Edit::RemoveEntry`].
    RemoveEntry = 17,
}

/// The rule that refused. What is named in brackets is the member of [`Refusal`]
/// that holds the offending number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A whole register, so that nothing is left to be cut off.
#[repr(u32)]
pub enum Why {
    // ---- a value that can never be right ----
    /// The Bootstrap-Server, 65535, needs no entry and can have none (`ssid`).
    BootstrapSsid = 1,
    /// A mask has bits outside 0 to 31 (`value`).
    MaskOutOfRange = 2,
    /// Create has no meaning for an Instance; it goes with the target IID 65535
    /// (`value`).
    CreateOnInstance = 3,
    /// The target IID 65535 takes no right but Create (`value`).
    OnlyCreate = 4,
    /// SSID 0 cannot own.
    OwnerIsZero = 5,
    /// A resource does not take this value [`rid`, `value`].
    ValueOutOfRange = 6,
    /// An Access Control instance cannot have the ID 65535.
    IidOutOfRange = 7,

    // ---- the target ----
    /// Objects 0 and 2 cannot be governed, and there is no Object 65535 (`oid`).
    NotGovernable = 8,
    /// The target Object is not registered (`oid`).
    ObjectNotRegistered = 9,
    /// The target Instance does not exist [`oid`, `iid`].
    InstanceMissing = 10,

    // ---- servers ----
    /// No Server Object Instance has the SSID of an entry (`ssid`).
    ServerUnknown = 11,
    /// No Server Object Instance has the SSID of an owner (`ssid`).
    OwnerUnknown = 12,

    // ---- Access Control instances ----
    /// Another instance than the one asked for governs the target (`acl_iid`).
    TargetHasOther = 13,
    /// The Instance ID is taken (`acl_iid`).
    IidTaken = 14,
    /// All Instance IDs are taken.
    IidsFull = 15,
    /// No such Access Control instance (`acl_iid`).
    NoInstance = 16,
    /// No such resource (`rid`).
    NoResource = 17,
    /// No such entry in the ACL (`ssid`).
    NoEntry = 18,
    /// Only the ACL, resource 2, can be emptied (`rid`).
    NotResettable = 19,
    /// The target OID or IID is not set (`acl_iid`).
    TargetUnset = 20,
    /// The owner is not set (`acl_iid`).
    OwnerUnset = 21,
    /// Another instance governs the same target [`acl_iid`, `oid`, `iid`].
    DuplicateTarget = 22,

    // ---- the state of things ----
    /// Memory ran out.
    NoMemory = 23,
    /// A transaction is open.
    TransactionOpen = 24,
    /// No transaction is open.
    NoTransaction = 25,
    /// The call came from within a stream function of persist.
    InUse = 26,
    /// The state kept changing while the host was being asked.
    KeepsChanging = 27,
    /// The host could not answer.
    HostFailed = 28,
    /// The stream failed, or ended too early (`at`).
    StreamFailed = 29,

    // ---- persisted data that no device can have written ----
    /// It does not begin with the magic number.
    WrongMagic = 30,
    /// More instances than there are IDs (`value`).
    TooManyInstances = 31,
    /// A target OID is 0, 2 or 65535 [`at`, `oid`].
    WrongOid = 32,
    /// An Instance ID is 65535 (`at`).
    WrongIid = 33,
    /// An owner is 0 (`at`).
    WrongOwner = 34,
    /// The flag for the ACL is neither 0 nor 1 [`at`, `value`].
    WrongHasAcl = 35,
    /// More entries than there are SSIDs [`at`, `value`].
    TooManyEntries = 36,
    /// An entry for SSID 65535 (`at`).
    WrongKey = 37,
    /// An Instance ID that an earlier instance has (`acl_iid`).
    RepeatedIid = 38,
    /// A target that another instance governs [`acl_iid`, `oid`, `iid`].
    RepeatedTarget = 39,
    /// An SSID that has an entry already [`acl_iid`, `ssid`].
    RepeatedKey = 40,
}

impl Why {
    /// The error that the refused call returns. Neighbours mostly return the same,
    /// so a few comparisons tell, where a `match` on all would be a table.
    pub(crate) const fn error(self) -> Error {
        const LAST: [(u8, Error); 12] = [
            (Why::IidOutOfRange as u8, Error::BadRequest),
            (Why::InstanceMissing as u8, Error::Unreachable),
            (Why::OwnerUnknown as u8, Error::UnknownServer),
            (Why::IidTaken as u8, Error::Conflict),
            (Why::IidsFull as u8, Error::Full),
            (Why::NoEntry as u8, Error::NotFound),
            (Why::NotResettable as u8, Error::NotAllowed),
            (Why::TargetUnset as u8, Error::Incomplete),
            (Why::DuplicateTarget as u8, Error::BadRequest),
            (Why::NoMemory as u8, Error::NoMemory),
            (Why::KeepsChanging as u8, Error::Busy),
            (Why::StreamFailed as u8, Error::Host),
        ];
        let mut rest: &[(u8, Error)] = &LAST;
        while let [(last, error), others @ ..] = rest {
            if self as u8 <= *last {
                return *error;
            }
            rest = others;
        }
        Error::Malformed
    }
}

impl From<Error> for Why {
    /// What a host, a list of IDs or the allocator can say.
    #[inline(always)]
    fn from(error: Error) -> Why {
        match error {
            Error::NoMemory => Why::NoMemory,
            Error::Busy => Why::InUse,
            _ => Why::HostFailed,
        }
    }
}

/// A refused call, in numbers; [`crate::MAX_ID`] where there is nothing to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Refusal {
    /// Which call.
    pub call: Call,
    /// By which rule.
    pub why: Why,
    /// The target Object.
    pub oid: Oid,
    /// The target Instance.
    pub iid: Iid,
    /// The Access Control instance.
    pub acl_iid: Iid,
    /// The resource of the Access Control instance.
    pub rid: Rid,
    /// The server: the one of an entry, or the owner.
    pub ssid: Ssid,
    /// Of [`Call::Restore`], how many bytes had been read up to the number that
    /// was refused, inclusively. Of [`Call::Provision`], the place of the grant.
    /// Otherwise zero.
    pub at: u32,
    /// The value that was asked for (a mask, a written resource), or zero.
    pub value: i64,
}

#[cfg(feature = "refusals")]
impl Refusal {
    /// Of a call that is about nothing in particular.
    pub(crate) const fn of(call: Call) -> Refusal {
        Refusal {
            call,
            why: Why::NoMemory,
            oid: MAX_ID,
            iid: MAX_ID,
            acl_iid: MAX_ID,
            rid: MAX_ID,
            ssid: MAX_ID,
            at: 0,
            value: 0,
        }
    }
}

/// What is known about a call so far, to be told should it be refused. Without the
/// feature `refusals` it is nothing, and costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Story(#[cfg(feature = "refusals")] Refusal);

impl Story {
    #[cfg(feature = "refusals")]
    pub(crate) const fn of(call: Call) -> Story {
        Story(Refusal::of(call))
    }

    #[cfg(not(feature = "refusals"))]
    pub(crate) const fn of(_: Call) -> Story {
        Story()
    }

    /// Notes what is being looked at.
    #[inline(always)]
    pub(crate) fn tell(&mut self, note: impl FnOnce(&mut Refusal)) {
        #[cfg(feature = "refusals")]
        note(&mut self.0);
        #[cfg(not(feature = "refusals"))]
        drop(note);
    }

    /// The end of it.
    #[inline(always)]
    pub(crate) fn end(&self, why: Why, hear: impl FnOnce(&Refusal)) -> Error {
        #[cfg(feature = "refusals")]
        hear(&Refusal { why, ..self.0 });
        #[cfg(not(feature = "refusals"))]
        drop(hear);
        why.error()
    }
}
