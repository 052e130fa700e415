//! One Access Control instance, as a state holds it.

use crate::words::Target;
use access_control::{Entry, Iid, SSID_ANY, SSID_BOOTSTRAP, Ssid};

/// One Access Control instance, `/2/iid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its own ID.
    pub iid: Iid,
    /// What it governs.
    pub target: Target,
    /// Its owner.
    pub owner: Ssid,
    /// The entries by rising SSID; `None` is an absent resource.
    pub acl: Option<Vec<Entry>>,
}

impl Instance {
    /// The entries; none, if the ACL is absent.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.acl.as_deref().unwrap_or_default()
    }

    /// The mask of exactly this entry.
    #[must_use]
    pub fn entry(&self, ssid: Ssid) -> Option<u16> {
        let entries = self.entries();
        let place = entries
            .binary_search_by_key(&ssid, |entry| entry.ssid)
            .ok()?;
        entries.get(place).map(|entry| entry.mask)
    }

    /// A server that the instance does not name, if there is an ID left for it.
    /// All such servers may do the same.
    #[must_use]
    pub fn stranger(&self) -> Option<Ssid> {
        (1..SSID_BOOTSTRAP).find(|&ssid| ssid != self.owner && self.entry(ssid).is_none())
    }

    /// All that a decision on a server looks at: whether it is the owner, its
    /// entry, the default entry, and whether there are any.
    #[must_use]
    pub fn says_of(&self, ssid: Ssid) -> (bool, Option<u16>, Option<u16>, bool) {
        let (own, default) = (self.entry(ssid), self.entry(SSID_ANY));
        (self.owner == ssid, own, default, self.entries().is_empty())
    }

    /// Servers that something in this instance is about.
    pub fn servers(&self) -> impl Iterator<Item = Ssid> {
        let keys = self.entries().iter().map(|entry| entry.ssid);
        keys.chain([self.owner])
            .filter(|&ssid| ssid != SSID_ANY && ssid != SSID_BOOTSTRAP)
    }
}
