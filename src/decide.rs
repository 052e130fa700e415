//! Who may do what [LwM2M 7.3]: the rules, in the order in which they are tried.

use crate::row::Target;
use crate::table::View;
use crate::{
    Decision, Engine, Host, Iid, Mask, OID_ACCESS_CONTROL, OID_OSCORE, OID_SECURITY, Oid,
    Operation, Rule, SSID_ANY, SSID_BOOTSTRAP, Ssid,
};

/// May a server do something, now or before the open transaction?
#[derive(Clone, Copy)]
pub(crate) struct Question {
    pub(crate) ssid: Ssid,
    pub(crate) operation: Operation,
    pub(crate) target: Target,
    pub(crate) before: bool,
}

impl<H: Host> Engine<H> {
    /// Whether a server may do something, and why.
    #[inline]
    pub fn decide(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        self.answer(&Question {
            ssid,
            operation,
            target: Target::new(oid, iid),
            before: false,
        })
    }

    /// What [`Engine::decide`] answered before the open transaction: for a host
    /// that learns only afterwards what a server has changed. Otherwise a server
    /// could grant itself the right in the same transaction.
    #[inline]
    pub fn decide_before(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        self.answer(&Question {
            ssid,
            operation,
            target: Target::new(oid, iid),
            before: true,
        })
    }

    /// The rules, in their order.
    #[inline(always)]
    pub(crate) fn answer(&self, question: &Question) -> Decision {
        let oid = question.target.oid();
        // 1. Keys are closed to everybody.
        if oid == OID_SECURITY || oid == OID_OSCORE {
            return Decision::by_rule(Rule::KeysAreClosed);
        }
        // 2. The Bootstrap-Server may do everything else.
        if question.ssid == SSID_BOOTSTRAP {
            return Decision::by_rule(Rule::Bootstrap);
        }
        // 3. Discover is open.
        if question.operation == Operation::Discover {
            return Decision::by_rule(Rule::DiscoverIsOpen);
        }
        // 4. The server of the only account may do everything [7.3.2.1].
        if self.host.single_server() == Some(question.ssid) {
            return Decision::by_rule(Rule::SingleServer);
        }
        let Some(mut state) = self.lock_any() else {
            return Decision::by_rule(Rule::NotDecided);
        };
        let view = state.table.view(question.before);
        let right = question.operation.right();
        match oid {
            // 5. Access Control instances.
            OID_ACCESS_CONTROL => on_acl(view, question, right),
            // 6. and 7. Everything else.
            _ => by_acl(view, question, right),
        }
    }
}

/// Access Control instances are read by all, made by nobody, and edited by their
/// owners.
#[inline(always)]
fn on_acl(view: View<'_>, question: &Question, right: Mask) -> Decision {
    match right {
        Mask::READ => return Decision::by_rule(Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => return Decision::by_rule(Rule::AclIsFixed),
        _ => {}
    }
    let acl_iid = question.target.iid();
    let owner = match view.find(acl_iid) {
        Some(found) => view.owner(found),
        None => SSID_ANY,
    };
    Decision {
        allowed: question.ssid != SSID_ANY && owner == question.ssid,
        acl_iid,
        ..Decision::by_rule(Rule::AclOwner)
    }
}

/// The Access Control instance that governs the target decides: by the server's
/// own entry, else by its owner, else by the default entry.
#[inline(always)]
fn by_acl(view: View<'_>, question: &Question, right: Mask) -> Decision {
    const COMPAT: bool = cfg!(feature = "anjay-compat");
    let ssid = question.ssid;
    // Only Create has a target without an Instance.
    let creates = right == Mask::CREATE;
    let target = match creates {
        true => question.target.of_creation(),
        false if question.target.is_creation() => return Decision::by_rule(Rule::NotDecided),
        false => question.target,
    };
    let Some(found) = view.look(target, ssid) else {
        return Decision::by_rule(Rule::NotGoverned);
    };
    let is_server = ssid != SSID_ANY;
    let (rule, mask) = if is_server && found.own.ssid() == ssid {
        (Rule::OwnEntry, found.own.mask())
    } else if creates && !COMPAT {
        (Rule::NoEntry, 0)
    } else if is_server && found.owner == ssid && (!COMPAT || found.first.is_none()) {
        (Rule::Owner, Mask::OWNER.bits())
    } else if found.first.ssid() == SSID_ANY {
        (Rule::DefaultEntry, found.first.mask())
    } else {
        (Rule::NoEntry, 0)
    };
    Decision {
        // Each operation needs one right.
        allowed: mask & right.bits() != 0,
        rule,
        acl_iid: found.iid,
        mask: Mask::from_bits_truncate(mask).bits(),
    }
}
