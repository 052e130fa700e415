//! The decision.
#![forbid(unsafe_code)]

use crate::ace::{Item, Key, Permissions, Record, SubjectKind, Wildcard};
use crate::kind::{Kind, Special, look_up};
use crate::rows::KEY;
use crate::{Acl, State, Uuid};

/// The role whose certified holder may do everything.
const OWNER_ROLE: &[u8] = b"oic.role.owner";

const READ: Permissions = Permissions::RETRIEVE.union(Permissions::NOTIFY);
const WRITE: Permissions = Permissions::CREATE.union(Permissions::UPDATE);

/// The method of a request. An observation is a GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// 0.01
    Get,
    /// 0.02
    Post,
    /// 0.03
    Put,
    /// 0.04
    Delete,
    /// Any other; never allowed.
    Other,
}

impl Method {
    /// From the CoAP method code.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Get,
            2 => Self::Post,
            3 => Self::Put,
            4 => Self::Delete,
            _ => Self::Other,
        }
    }

    /// Any one of these permissions is enough.
    fn needs(self) -> Permissions {
        match self {
            Self::Get => READ,
            Self::Post | Self::Put => WRITE,
            Self::Delete => Permissions::DELETE,
            Self::Other => Permissions::empty(),
        }
    }
}

/// A role that the peer has proven to hold.
#[derive(Clone, Copy, Debug)]
pub struct Role<'a> {
    /// The role's name.
    pub role: &'a [u8],
    /// Who gave it, if that is known.
    pub authority: Option<&'a [u8]>,
    /// Whether a valid role certificate proves it, rather than a credential's entry.
    pub certified: bool,
}

/// Who asks for what, and in which circumstances: all that the rules look at.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The state of the device.
    pub state: State,
    /// What the peer wants to do.
    pub method: Method,
    /// The path of the resource, with its leading slash.
    pub path: &'a [u8],
    /// The kind of the resource; `None` takes the default table, [`Kind::of`].
    pub kind: Option<Kind>,
    /// Whether the resource is discoverable.
    pub discoverable: bool,
    /// Whether the resource has no secure endpoint.
    pub no_secure_endpoint: bool,
    /// What anyone may do on the resource in RFOTM before onboarding (rule 1).
    pub rfotm_access: Permissions,
    /// Whether the request came over a secured connection.
    pub secured: bool,
    /// Whether that connection is the onboarding session.
    pub onboarding: bool,
    /// How many peers have a secured connection to the device now.
    pub secure_peers: u32,
    /// The UUID that the peer's secured connection has proven.
    pub peer: Option<&'a Uuid>,
    /// `rowneruuid` of `/oic/sec/doxm`.
    pub doxm_owner: Option<&'a Uuid>,
    /// `rowneruuid` of `/oic/sec/pstat`.
    pub pstat_owner: Option<&'a Uuid>,
    /// `rowneruuid` of `/oic/sec/cred`.
    pub cred_owner: Option<&'a Uuid>,
}

impl<'a> Request<'a> {
    /// An anonymous request over an unsecured connection, for a resource that nothing can discover.
    pub fn new(state: State, method: Method, path: &'a [u8]) -> Self {
        Self {
            state,
            method,
            path,
            kind: None,
            discoverable: false,
            no_secure_endpoint: false,
            rfotm_access: Permissions::empty(),
            secured: false,
            onboarding: false,
            secure_peers: 0,
            peer: None,
            doxm_owner: None,
            pstat_owner: None,
            cred_owner: None,
        }
    }
}

/// The rule that decided, numbered as in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Rule {
    /// RFOTM over an unsecured connection.
    UnsecuredRfotm = 1,
    /// Only DCRs outside RFNOP.
    OutsideRfnop = 2,
    /// No unsecured access to vertical resources.
    UnsecuredVertical = 3,
    /// The onboarding session reaches every DCR.
    Onboarding = 4,
    /// What everyone may read.
    PublicRead = 5,
    /// RFOTM before there is a secure peer.
    BeforeOnboarding = 6,
    /// No unsecured access to security resources.
    UnsecuredSecurity = 7,
    /// The owner of this very security resource.
    ResourceOwner = 8,
    /// Anyone may present roles.
    Roles = 9,
    /// The list.
    List = 10,
}

impl Rule {
    /// The rule in a few words, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnsecuredRfotm => {
                "in RFOTM an unsecured request is let in only before onboarding"
            }
            Self::OutsideRfnop => "outside RFNOP only device configuration resources are reachable",
            Self::UnsecuredVertical => "the application's own resources need a secured connection",
            Self::Onboarding => {
                "the onboarding session reaches every device configuration resource"
            }
            Self::PublicRead => "everyone may read this",
            Self::BeforeOnboarding => "before onboarding only doxm, and reading pstat, is open",
            Self::UnsecuredSecurity => "security resources need a secured connection",
            Self::ResourceOwner => "the peer owns this very resource",
            Self::Roles => "anyone may present roles",
            Self::List => "the list",
        }
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request may go ahead.
    pub allowed: bool,
    /// What the deciding rule lets this peer do on this resource.
    pub permissions: Permissions,
    /// The rule that decided.
    pub rule: Rule,
    /// The first ACE that alone would allow the request; only under [`Rule::List`].
    pub ace: Option<u32>,
}

impl Role<'_> {
    /// Whether it is this role, as given by this authority; `None` is anyone.
    pub(crate) fn is(&self, role: &[u8], authority: Option<&[u8]>) -> bool {
        self.role == role && (authority.is_none() || authority == self.authority)
    }

    /// Whether it is the role whose holder may do everything.
    pub(crate) fn is_owner(&self) -> bool {
        self.certified && self.role == OWNER_ROLE
    }
}

/// Whether the peer has proven a role, as given by an authority, if that matters.
pub(crate) type Roles<'a> = &'a dyn Fn(&[u8], Option<&[u8]>) -> bool;

const DENIED: Permissions = Permissions::empty();

impl Acl {
    /// Decides a request; `roles` are those that the peer has proven.
    pub fn check<'r, I>(&self, request: &Request<'_>, roles: I) -> Decision
    where
        I: Iterator<Item = Role<'r>> + Clone,
    {
        let is_owner = roles.clone().any(|role| role.is_owner());
        self.decide(request, is_owner, &|name, authority| {
            roles.clone().any(|role| role.is(name, authority))
        })
    }

    /// As [`Acl::check`]; `is_owner` if a role of the peer lets it do everything.
    pub(crate) fn decide(
        &self,
        request: &Request<'_>,
        is_owner: bool,
        roles: Roles<'_>,
    ) -> Decision {
        let (by_path, special) = look_up(request.path);
        let kind = request.kind.unwrap_or(by_path);
        let (mut rule, mut permissions) = self.first_match(request, kind, special);
        let needed = request.method.needs();
        if rule == Rule::List {
            return self.by_list(request, kind, is_owner, roles);
        }
        let allowed = permissions.intersects(needed);
        if !allowed && permissions != DENIED {
            // Rules 4, 6, 8 and 9 let in whatever has a permission that stands for it.
            (rule, permissions) = (Rule::List, DENIED);
        }
        Decision {
            allowed,
            permissions,
            rule,
            ace: None,
        }
    }

    /// The rule that decides, and what it lets this peer do; of the last rule, nothing yet.
    fn first_match(
        &self,
        request: &Request<'_>,
        kind: Kind,
        special: Special,
    ) -> (Rule, Permissions) {
        let rfotm = request.state == State::Rfotm;
        let operational = matches!(request.state, State::Rfpro | State::Rfnop | State::Sreset);

        if rfotm && !request.secured {
            if request.secure_peers == 1 {
                return (Rule::UnsecuredRfotm, DENIED);
            }
            if request.rfotm_access.intersects(request.method.needs()) {
                return (Rule::UnsecuredRfotm, request.rfotm_access);
            }
        }
        if !kind.is_dcr() && request.state != State::Rfnop {
            return (Rule::OutsideRfnop, DENIED);
        }
        if kind == Kind::Vertical && !request.secured {
            return (Rule::UnsecuredVertical, DENIED);
        }
        if kind.is_dcr() && request.onboarding {
            return (Rule::Onboarding, Permissions::all());
        }
        let public = match special {
            Special::Public => true,
            Special::PublicInRfotm => rfotm,
            _ => false,
        };
        if public && request.method == Method::Get {
            return (Rule::PublicRead, READ);
        }
        if rfotm && request.secure_peers == 0 {
            let open = match special {
                Special::Doxm => Permissions::all(),
                Special::Pstat if request.method == Method::Get => READ,
                _ => DENIED,
            };
            return (Rule::BeforeOnboarding, open);
        }
        if kind == Kind::Security && !request.secured && operational {
            return (Rule::UnsecuredSecurity, DENIED);
        }
        if request.peer.is_some() && request.peer == self.owner_of(special, request) {
            return (Rule::ResourceOwner, Permissions::all());
        }
        if operational && special == Special::Roles {
            return (Rule::Roles, Permissions::all());
        }
        (Rule::List, DENIED)
    }

    fn owner_of<'a>(&'a self, special: Special, request: &Request<'a>) -> Option<&'a Uuid> {
        match special {
            Special::Acl => self.owner_ref(),
            Special::Doxm => request.doxm_owner,
            Special::Pstat => request.pstat_owner,
            Special::Cred => request.cred_owner,
            _ => None,
        }
    }

    fn by_list(
        &self,
        request: &Request<'_>,
        kind: Kind,
        is_owner: bool,
        roles: Roles<'_>,
    ) -> Decision {
        let mut decision = Decision {
            allowed: false,
            permissions: DENIED,
            rule: Rule::List,
            ace: None,
        };
        if is_owner {
            decision.permissions = Permissions::all();
        }
        let needed = request.method.needs();
        let open = openings(request, kind);
        // Most rows are passed over without a look at their records: they are for another peer, or
        // another path.
        let peer = request.peer.map_or(&[][..], |peer| peer.as_bytes());
        let wanted = Key::of(peer, request.path);
        for row in self.rows() {
            if !Key(row[KEY]).may_match(wanted) {
                continue;
            }
            let ace = self.ace_of(row);
            if matches(ace.record, open, peer, request.path, roles) {
                let permissions = ace.permissions();
                decision.permissions |= permissions;
                if decision.ace.is_none() && permissions.intersects(needed) {
                    decision.ace = Some(ace.id);
                }
            }
        }
        decision.allowed = decision.permissions.intersects(needed);
        decision
    }
}

/// Which resources of an ACE, and which connections, can match at all: a bit for the kind of each
/// item, and eight beyond those one for each kind of subject.
fn openings(request: &Request<'_>, kind: Kind) -> u32 {
    let mut open = 1 << Item::RESOURCE;
    if !kind.is_dcr() {
        open |= resource_bit(Wildcard::All);
        if request.discoverable {
            open |= resource_bit(Wildcard::Discoverable);
            if request.no_secure_endpoint {
                open |= resource_bit(Wildcard::DiscoverableClear);
            }
        }
    }
    if kind != Kind::Security {
        open |= subject_bit(SubjectKind::AnonClear);
        if request.secured {
            open |= subject_bit(SubjectKind::AuthCrypt);
        }
    }
    open
}

const fn resource_bit(wildcard: Wildcard) -> u32 {
    1 << (Item::RESOURCE + wildcard as u8)
}

const fn subject_bit(kind: SubjectKind) -> u32 {
    1 << (8 + kind as u8)
}

/// Whether subject and resources match.
fn matches(record: Record<'_>, open: u32, peer: &[u8], path: &[u8], roles: Roles<'_>) -> bool {
    let ([uuid, role, authority, _], _) = record.parts();
    let resource = record.items().any(|item| {
        let href = item.bytes().is_empty() || item.bytes() == path;
        let wildcard = open >> item.kind() & 1 != 0;
        href && wildcard
    });
    resource
        && (open >> (8 + (record.first() >> 5)) & 1 != 0
            || uuid == Some(peer)
            || role.is_some_and(|role| roles(role, authority)))
}
