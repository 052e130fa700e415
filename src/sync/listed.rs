//! What has gone, on a hosted system: an Object's Instances are listed once, for
//! asking about each of many would cost the host a search each.

use crate::row::Target;
use crate::{Host, Ids, Oid};

/// Which Instances an Object has; none, if it is not registered.
pub(super) struct Presence(Option<Ids>);

impl Presence {
    /// `None`, if the host cannot tell.
    pub(super) fn of(host: &impl Host, oid: Oid) -> Option<Presence> {
        let mut found = Ids::new();
        match host.is_object_registered(oid) {
            Ok(true) => {
                let listed = host.list_instances(oid, &mut found);
                found.complete(listed).ok()?;
                Some(Presence(Some(found)))
            }
            Ok(false) => Some(Presence(None)),
            Err(_) => None,
        }
    }

    /// Whether a target does not exist. It is asked about again where it is
    /// missing in the list, for it may have been made while the list was.
    pub(super) fn is_gone(&self, host: &impl Host, target: Target) -> bool {
        let (oid, iid) = (target.oid(), target.iid());
        match &self.0 {
            None => true,
            Some(_) if target.is_creation() => false,
            Some(found) => {
                !found.contains(iid) && matches!(host.is_instance_present(oid, iid), Ok(false))
            }
        }
    }
}
