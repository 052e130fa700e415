//! Who may do what [LwM2M 7.3]: the rules, in the order in which they are tried.

use crate::row::Target;
use crate::table::View;
use crate::{
    Decision, Engine, Host, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_OSCORE, OID_SECURITY, Oid,
    Operation, Rule, SSID_ANY, SSID_BOOTSTRAP, Ssid,
};

impl<H: Host> Engine<H> {
    /// Whether a server may do something, and why.
    pub fn decide(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        self.decide_by(false, ssid, operation, oid, iid)
    }

    /// What [`Engine::decide`] answered before the open transaction: for a host
    /// that learns only afterwards what a server has changed. Otherwise a server
    /// could grant itself the right in the same transaction.
    pub fn decide_before(&self, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
        self.decide_by(true, ssid, operation, oid, iid)
    }

    /// [`Engine::decide`] or [`Engine::decide_before`].
    pub(crate) fn decide_by(
        &self,
        before: bool,
        ssid: Ssid,
        operation: Operation,
        oid: Oid,
        iid: Iid,
    ) -> Decision {
        // 1. Keys are closed to everybody.
        if oid == OID_SECURITY || oid == OID_OSCORE {
            return Decision::by_rule(Rule::KeysAreClosed);
        }
        // 2. The Bootstrap-Server may do everything else.
        if ssid == SSID_BOOTSTRAP {
            return Decision::by_rule(Rule::Bootstrap);
        }
        // 3. Discover is open.
        if operation == Operation::Discover {
            return Decision::by_rule(Rule::DiscoverIsOpen);
        }
        // 4. The server of the only account may do everything [7.3.2.1].
        if self.host.single_server() == Some(ssid) {
            return Decision::by_rule(Rule::SingleServer);
        }
        let Some(mut state) = self.lock_any() else {
            return Decision::by_rule(Rule::NotDecided);
        };
        let view = state.table.view(before);
        match oid {
            // 5. Access Control instances.
            OID_ACCESS_CONTROL => on_acl(view, ssid, operation, iid),
            // 6. and 7. Everything else.
            _ => by_acl(view, ssid, operation, oid, iid),
        }
    }
}

/// Access Control instances are read by all, made by nobody, and edited by their
/// owners.
fn on_acl(view: View<'_>, ssid: Ssid, operation: Operation, iid: Iid) -> Decision {
    match operation.right() {
        Mask::READ => Decision::by_rule(Rule::AclIsReadable),
        Mask::CREATE | Mask::DELETE => Decision::by_rule(Rule::AclIsFixed),
        _ => Decision {
            allowed: ssid != SSID_ANY
                && (view.find(iid)).is_some_and(|found| view.owner(found) == ssid),
            acl_iid: iid,
            ..Decision::by_rule(Rule::AclOwner)
        },
    }
}

/// The Access Control instance that governs the target decides: by the server's
/// own entry, else by its owner, else by the default entry.
fn by_acl(view: View<'_>, ssid: Ssid, operation: Operation, oid: Oid, iid: Iid) -> Decision {
    const COMPAT: bool = cfg!(feature = "anjay-compat");
    let creates = operation == Operation::Create;
    // Only Create has a target without an Instance.
    if iid == MAX_ID && !creates {
        return Decision::by_rule(Rule::NotDecided);
    }
    let target = Target::new(oid, if creates { MAX_ID } else { iid });
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
    let mask = Mask::from_bits_truncate(mask);
    Decision {
        allowed: mask.contains(operation.right()),
        rule,
        acl_iid: found.iid,
        mask: mask.bits(),
    }
}
