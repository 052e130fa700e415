//! The decision.
#![forbid(unsafe_code)]

use crate::ace::{Filter, Item, Key, Permissions, Record, SubjectKind, Wildcard};
use crate::kind::{Kind, Special, look_up};
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

impl Decision {
    fn allow(rule: Rule, permissions: Permissions) -> Self {
        Self {
            allowed: true,
            permissions,
            rule,
            ace: None,
        }
    }

    fn deny(rule: Rule) -> Self {
        Self {
            allowed: false,
            permissions: Permissions::empty(),
            rule,
            ace: None,
        }
    }
}

impl Acl {
    /// Decides a request; `roles` are those that the peer has proven.
    pub fn check<'r, I>(&self, request: &Request<'_>, roles: I) -> Decision
    where
        I: Iterator<Item = Role<'r>> + Clone,
    {
        let decision = self.first_match(request, roles);
        // Rules 4, 6, 8 and 9 do not look at the permissions, so a method that no permission
        // stands for would pass them.
        if decision.allowed && request.method == Method::Other {
            return Decision::deny(Rule::List);
        }
        decision
    }

    fn first_match<'r, I>(&self, request: &Request<'_>, roles: I) -> Decision
    where
        I: Iterator<Item = Role<'r>> + Clone,
    {
        let (by_path, special) = look_up(request.path);
        let kind = request.kind.unwrap_or(by_path);
        let rfotm = request.state == State::Rfotm;
        let operational = matches!(request.state, State::Rfpro | State::Rfnop | State::Sreset);

        if rfotm && !request.secured {
            if request.secure_peers == 1 {
                return Decision::deny(Rule::UnsecuredRfotm);
            }
            if request.rfotm_access.intersects(request.method.needs()) {
                return Decision::allow(Rule::UnsecuredRfotm, request.rfotm_access);
            }
        }
        if !kind.is_dcr() && request.state != State::Rfnop {
            return Decision::deny(Rule::OutsideRfnop);
        }
        if kind == Kind::Vertical && !request.secured {
            return Decision::deny(Rule::UnsecuredVertical);
        }
        if kind.is_dcr() && request.onboarding {
            return Decision::allow(Rule::Onboarding, Permissions::all());
        }
        let public = match special {
            Special::Public => true,
            Special::PublicInRfotm => rfotm,
            _ => false,
        };
        if public && request.method == Method::Get {
            return Decision::allow(Rule::PublicRead, READ);
        }
        if rfotm && request.secure_peers == 0 {
            return match special {
                Special::Doxm => Decision::allow(Rule::BeforeOnboarding, Permissions::all()),
                Special::Pstat if request.method == Method::Get => {
                    Decision::allow(Rule::BeforeOnboarding, READ)
                }
                _ => Decision::deny(Rule::BeforeOnboarding),
            };
        }
        if kind == Kind::Security && !request.secured && operational {
            return Decision::deny(Rule::UnsecuredSecurity);
        }
        if request.peer.is_some() && request.peer == self.owner_of(special, request) {
            return Decision::allow(Rule::ResourceOwner, Permissions::all());
        }
        if operational && special == Special::Roles {
            return Decision::allow(Rule::Roles, Permissions::all());
        }
        self.by_list(request, kind, roles)
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

    fn by_list<'r, I>(&self, request: &Request<'_>, kind: Kind, roles: I) -> Decision
    where
        I: Iterator<Item = Role<'r>> + Clone,
    {
        let needed = request.method.needs();
        let mut decision = Decision::deny(Rule::List);
        if roles
            .clone()
            .any(|role| role.certified && role.role == OWNER_ROLE)
        {
            decision.permissions = Permissions::all();
        }
        // Most rows are passed over without a look at their records, and most of these after one
        // comparison: they are for one path and another subject, or another path.
        let path = Key::path(request.path);
        let mut subjects = Filter::NEW;
        let mut peers = Key::NONE;
        if let Some(peer) = request.peer {
            let peer = Key::uuid(peer.as_bytes());
            subjects.add(peer);
            peers = Key::new(peer, path);
        }
        let mut has_roles = false;
        for role in roles.clone() {
            subjects.add(Key::role(role.role));
            has_roles = true;
        }
        if kind != Kind::Security {
            subjects.add(Key::ANON_CLEAR);
            if request.secured {
                subjects.add(Key::AUTH_CRYPT);
            }
        }
        for row in self.rows() {
            let key = Key(row.note[0]);
            let may_match =
                key == peers || !key.has_path() || (has_roles && key.resource() == path);
            if !may_match || !subjects.has(key.subject()) {
                continue;
            }
            let ace = self.ace_of(row);
            let permissions = ace.permissions();
            let adds = !decision.permissions.contains(permissions)
                || (decision.ace.is_none() && permissions.intersects(needed));
            if adds
                && subject_matches(ace.record, request, kind, roles.clone())
                && ace
                    .record
                    .items()
                    .any(|item| item.is_resource() && resource_matches(item, request, kind))
            {
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

fn subject_matches<'r>(
    record: Record<'_>,
    request: &Request<'_>,
    kind: Kind,
    mut roles: impl Iterator<Item = Role<'r>>,
) -> bool {
    match record.subject_kind() {
        SubjectKind::Uuid => request
            .peer
            .is_some_and(|peer| record.find(Item::UUID) == Some(peer.as_bytes().as_slice())),
        SubjectKind::Role => {
            let role = record.find(Item::ROLE).unwrap_or_default();
            let authority = record.find(Item::AUTHORITY);
            roles.any(|held| {
                !role.is_empty()
                    && held.role == role
                    && (authority.is_none() || authority == held.authority)
            })
        }
        SubjectKind::AuthCrypt => kind != Kind::Security && request.secured,
        SubjectKind::AnonClear => kind != Kind::Security,
    }
}

fn resource_matches(item: Item<'_>, request: &Request<'_>, kind: Kind) -> bool {
    let href = item.bytes.is_empty() || item.bytes == request.path;
    let wildcard = item.wildcard().is_none_or(|wildcard| {
        !kind.is_dcr()
            && match wildcard {
                Wildcard::All => true,
                Wildcard::Discoverable => request.discoverable,
                Wildcard::DiscoverableClear => request.discoverable && request.no_secure_endpoint,
            }
    });
    href && wildcard
}
