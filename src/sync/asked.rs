//! What has gone, on bare metal: each target is asked about, for there are few.

use crate::row::Target;
use crate::{Host, Oid};

/// Whether an Object is registered.
pub(super) struct Presence(bool);

impl Presence {
    /// `None`, if the host cannot tell.
    pub(super) fn of(host: &impl Host, oid: Oid) -> Option<Presence> {
        host.is_object_registered(oid).ok().map(Presence)
    }

    /// Whether a target does not exist.
    pub(super) fn is_gone(&self, host: &impl Host, target: Target) -> bool {
        !self.0
            || !target.is_creation()
                && matches!(
                    host.is_instance_present(target.oid(), target.iid()),
                    Ok(false)
                )
    }
}
