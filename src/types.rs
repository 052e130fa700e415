//! The words of LwM2M access control: identifiers, rights, operations, answers.

/// Object ID.
pub type Oid = u16;
/// Object Instance ID.
pub type Iid = u16;
/// Resource ID.
pub type Rid = u16;
/// Short Server ID.
pub type Ssid = u16;

/// "No ID". As a target IID it stands for the creation of new instances of the
/// Object; as an owner it means that only the Bootstrap-Server may edit the ACL.
pub const MAX_ID: u16 = u16::MAX;
/// The ACL key of the default entry. It never names a server.
pub const SSID_ANY: Ssid = 0;
/// The Bootstrap-Server.
pub const SSID_BOOTSTRAP: Ssid = u16::MAX;

/// Object ID of Security.
pub const OID_SECURITY: Oid = 0;
/// Object ID of Server.
pub const OID_SERVER: Oid = 1;
/// Object ID of Access Control.
pub const OID_ACCESS_CONTROL: Oid = 2;
/// Object ID of OSCORE, which holds keys as Security does.
pub const OID_OSCORE: Oid = 21;

/// Resource /2/i/0: target Object ID.
pub const RID_OID: Rid = 0;
/// Resource /2/i/1: target Object Instance ID.
pub const RID_OIID: Rid = 1;
/// Resource /2/i/2: the ACL; its Resource Instance IDs are SSIDs.
pub const RID_ACL: Rid = 2;
/// Resource /2/i/3: the Access Control Owner.
pub const RID_OWNER: Rid = 3;

bitflags::bitflags! {
    /// An access mask: the value of one ACL entry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Mask: u16 {
        /// Read, Observe and Write-Attributes.
        const READ = 1;
        /// Write.
        const WRITE = 2;
        /// Execute.
        const EXECUTE = 4;
        /// Delete.
        const DELETE = 8;
        /// Create; meaningful only where the target IID is [`MAX_ID`].
        const CREATE = 16;
    }
}

impl Mask {
    /// What an owner may do with its instance, and the creator's first entry.
    pub const OWNER: Mask = Mask::READ
        .union(Mask::WRITE)
        .union(Mask::EXECUTE)
        .union(Mask::DELETE);
}

/// One ACL entry as stored. A restored mask may carry reserved bits; they are
/// kept for the next persist and mean nothing to a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The server, or [`SSID_ANY`] for the default entry.
    pub ssid: Ssid,
    /// Rights, as [`Mask`] bits.
    pub mask: u16,
}

/// What a server asks to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Operation {
    /// Discover; never denied but on Security and OSCORE.
    Discover = 0,
    /// Read.
    Read = 1,
    /// Observe, and each notification that follows from it.
    Observe = 2,
    /// Write-Attributes.
    WriteAttributes = 3,
    /// Write, replacing or updating.
    Write = 4,
    /// Execute.
    Execute = 5,
    /// Delete.
    Delete = 6,
    /// Create; the instance ID of the question is ignored.
    Create = 7,
    /// Read-Composite, asked for each instance.
    ReadComposite = 8,
    /// Observe-Composite, asked for each instance.
    ObserveComposite = 9,
    /// Write-Composite, asked for each instance.
    WriteComposite = 10,
    /// Send, asked for each instance.
    Send = 11,
}

impl Operation {
    /// All operations; an operation's number is its place here.
    pub const ALL: [Operation; 12] = [
        Operation::Discover,
        Operation::Read,
        Operation::Observe,
        Operation::WriteAttributes,
        Operation::Write,
        Operation::Execute,
        Operation::Delete,
        Operation::Create,
        Operation::ReadComposite,
        Operation::ObserveComposite,
        Operation::WriteComposite,
        Operation::Send,
    ];

    /// The right that the operation needs [LwM2M 7.3.1].
    #[must_use]
    pub const fn right(self) -> Mask {
        match self {
            Operation::Discover
            | Operation::Read
            | Operation::Observe
            | Operation::WriteAttributes
            | Operation::ReadComposite
            | Operation::ObserveComposite
            | Operation::Send => Mask::READ,
            Operation::Write | Operation::WriteComposite => Mask::WRITE,
            Operation::Execute => Mask::EXECUTE,
            Operation::Delete => Mask::DELETE,
            Operation::Create => Mask::CREATE,
        }
    }
}

/// The rule that decided, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rule {
    /// Security and OSCORE are closed to every server.
    KeysAreClosed = 1,
    /// The Bootstrap-Server may do everything else.
    Bootstrap = 2,
    /// Discover is open to all.
    DiscoverIsOpen = 3,
    /// With a single server account there is nothing to divide [7.3.2.1].
    SingleServer = 4,
    /// Reading Access Control instances is open to all.
    AclIsReadable = 5,
    /// Access Control instances are created and deleted by the client alone.
    AclIsFixed = 6,
    /// An Access Control instance is edited by its owner, and by nobody else.
    AclOwner = 7,
    /// No Access Control instance governs the target.
    NotGoverned = 8,
    /// The server's own ACL entry.
    OwnEntry = 9,
    /// The owner has no entry of its own and has full access.
    Owner = 10,
    /// The default entry.
    DefaultEntry = 11,
    /// Neither an own entry nor ownership nor a default entry.
    NoEntry = 12,
    /// The engine could not be asked (an invalid question, or it was busy).
    NotDecided = 13,
}

/// An answer, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
// As in C, so that nothing is moved about.
#[repr(C)]
pub struct Decision {
    /// What decided.
    pub rule: Rule,
    /// Whether the operation may go on.
    pub allowed: bool,
    /// The Access Control instance that decided, or [`MAX_ID`].
    pub acl_iid: Iid,
    /// The rights that counted, without reserved bits; zero where no mask did.
    pub mask: u16,
}

impl Decision {
    /// By a rule that needs no mask.
    pub(crate) const fn by_rule(rule: Rule) -> Decision {
        use Rule::{AclIsReadable, Bootstrap, DiscoverIsOpen, SingleServer};
        Decision {
            allowed: matches!(
                rule,
                Bootstrap | DiscoverIsOpen | SingleServer | AclIsReadable
            ),
            rule,
            acl_iid: MAX_ID,
            mask: 0,
        }
    }
}

/// Why an operation was refused. Whatever the reason, nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum Error {
    /// A value out of its range, or a transaction that does not validate (4.00).
    // Numbered from 1, so that success is 0, which is the cheapest to compare with.
    #[error("a value is out of range, or the changes do not fit together")]
    BadRequest = 1,
    /// No such instance, resource or entry (4.04).
    #[error("no such Access Control instance, resource or entry")]
    NotFound,
    /// The resource cannot be changed in this way (4.05).
    #[error("the resource does not take this operation")]
    NotAllowed,
    /// Another instance has the ID, or governs the target.
    #[error("another Access Control instance is in the way")]
    Conflict,
    /// The target Object or Instance does not exist, or cannot be governed.
    #[error("the target does not exist or cannot be governed")]
    Unreachable,
    /// No such server account.
    #[error("no such server")]
    UnknownServer,
    /// All Instance IDs are taken.
    #[error("all Instance IDs are in use")]
    Full,
    /// Memory ran out.
    #[error("out of memory")]
    NoMemory,
    /// The call cannot be served now: a transaction is, or is not, open, or the
    /// state kept changing while the host was being asked.
    #[error("not possible in this state")]
    Busy,
    /// The host could not answer.
    #[error("the LwM2M client could not answer")]
    Host,
    /// An instance has no target yet, so it cannot be persisted.
    #[error("an Access Control instance has no target")]
    Incomplete,
    /// Persisted data that no device can have written.
    #[error("the persisted data is malformed")]
    Malformed,
}
