//! The list and its updates.
#![forbid(unsafe_code)]

use crate::ace::{Ace, MAX_ACE_ID, NO_ACE_ID};
use crate::decode::{Payload, decode};
use crate::error::{Reason, Refusal};
use crate::{Uuid, fallible, query};
use alloc::vec::Vec;

/// The state of a device (`dos.s` of `/oic/sec/pstat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Being reset.
    Reset = 0,
    /// Ready for ownership transfer.
    Rfotm = 1,
    /// Ready for provisioning.
    Rfpro = 2,
    /// Ready for normal operation.
    Rfnop = 3,
    /// Soft reset.
    Sreset = 4,
}

impl State {
    /// From the number on the wire.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Reset),
            1 => Some(Self::Rfotm),
            2 => Some(Self::Rfpro),
            3 => Some(Self::Rfnop),
            4 => Some(Self::Sreset),
            _ => None,
        }
    }
}

/// The list of one device: its entries and its owner.
#[derive(Debug)]
pub struct Acl {
    aces: Vec<Ace>,
    owner: Option<Uuid>,
    generation: u32,
    /// Where the search for a free aceid begins. It only moves on, so that the aceid of a deleted
    /// ACE does not soon name another one.
    next_id: u32,
}

impl Default for Acl {
    fn default() -> Self {
        Self::new()
    }
}

impl Acl {
    /// An empty list without an owner; it allows nothing by rule 10.
    pub const fn new() -> Self {
        Self {
            aces: Vec::new(),
            owner: None,
            generation: 0,
            next_id: 1,
        }
    }

    /// The entries, in the order in which they came.
    pub fn aces(&self) -> &[Ace] {
        &self.aces
    }

    /// `rowneruuid`.
    pub fn owner(&self) -> Option<Uuid> {
        self.owner
    }

    /// Grows with every change (and wraps): when it differs, there is something to persist.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Sets `rowneruuid`, on behalf of the device itself; [`Acl::post`] is for clients.
    pub fn set_owner(&mut self, owner: Option<Uuid>) {
        if self.owner != owner {
            self.owner = owner;
            self.touch();
        }
    }

    /// What entering RESET does: no entries, no owner.
    pub fn reset(&mut self) {
        self.next_id = 1;
        self.set_owner(None);
        self.clear();
    }

    /// Replaces list and owner by what was persisted; unlike a POST, whatever the state.
    pub fn load(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        let Payload { aces, owner } = decode(payload)?;
        let mut aces = aces.ok_or(Reason::FieldMissing)?;
        self.next_id = give_ids(&mut aces, &[], 1);
        self.aces = aces;
        self.owner = owner;
        self.touch();
        Ok(())
    }

    /// Applies the payload of a POST, wholly or not at all.
    pub fn post(&mut self, state: State, payload: &[u8]) -> Result<(), Refusal> {
        if state == State::Rfnop {
            return Err(Reason::State.into());
        }
        let Payload { aces, owner } = decode(payload)?;
        if owner.is_some() && state == State::Rfpro {
            return Err(Reason::State.into());
        }
        let mut aces = aces.unwrap_or_default();
        fallible::reserve(&mut self.aces, aces.len())?;

        // Nothing below can fail.
        self.next_id = give_ids(&mut aces, &self.aces, self.next_id);
        if !aces.is_empty() {
            self.touch();
        }
        for ace in aces {
            match self.aces.iter_mut().find(|known| known.id == ace.id) {
                Some(known) => *known = ace,
                None => fallible::push(&mut self.aces, ace)?,
            }
        }
        if owner.is_some() {
            self.set_owner(owner);
        }
        Ok(())
    }

    /// Answers a DELETE: with the query `aceid=N` it removes that ACE, without a query all.
    pub fn delete(&mut self, state: State, query: Option<&[u8]>) -> Result<(), Refusal> {
        if state == State::Rfnop {
            return Err(Reason::DeleteState.into());
        }
        let Some(query) = query else {
            self.clear();
            return Ok(());
        };
        let id = query::ace_id(query).ok_or(Reason::Query)?;
        let before = self.aces.len();
        self.aces.retain(|ace| ace.id != id);
        if self.aces.len() == before {
            return Err(Reason::UnknownAce.into());
        }
        self.touch();
        Ok(())
    }

    fn clear(&mut self) {
        if !self.aces.is_empty() {
            self.aces = Vec::new();
            self.touch();
        }
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }
}

/// Gives every new ACE without an aceid the next one that neither list uses; says where to go on.
fn give_ids(new: &mut [Ace], known: &[Ace], mut next: u32) -> u32 {
    let mut waiting = new.iter().filter(|ace| ace.id == NO_ACE_ID).count();
    while waiting > 0 {
        let candidate = next;
        next = if next >= MAX_ACE_ID { 1 } else { next + 1 };
        if known
            .iter()
            .chain(new.iter())
            .any(|ace| ace.id == candidate)
        {
            continue;
        }
        if let Some(ace) = new.iter_mut().find(|ace| ace.id == NO_ACE_ID) {
            ace.id = candidate;
        }
        waiting -= 1;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Permissions, Subject};

    fn ace(id: u32) -> Ace {
        Ace {
            id,
            subject: Subject::AnonClear,
            resources: Vec::new(),
            permissions: Permissions::empty(),
            tag: None,
        }
    }

    /// No caller can bring the search to its end in time: that takes two thousand million ACEs.
    #[test]
    fn after_the_highest_aceid_the_search_begins_again() {
        let mut new = [ace(NO_ACE_ID), ace(2), ace(NO_ACE_ID), ace(NO_ACE_ID)];
        let known = [ace(1), ace(MAX_ACE_ID)];
        assert_eq!(give_ids(&mut new, &known, MAX_ACE_ID - 1), 5);
        assert_eq!(new.map(|ace| ace.id), [MAX_ACE_ID - 1, 2, 3, 4]);
    }
}
