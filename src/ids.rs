//! A set of 16-bit IDs, as the host lists them.

use crate::{Error, vec};
use alloc::vec::Vec;

/// IDs in rising order, each once. A host fills it in any order; rising order
/// is the cheap one.
#[derive(Default)]
pub struct Ids {
    sorted: Vec<u16>,
}

impl Ids {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Ids {
        Ids { sorted: Vec::new() }
    }

    /// Adds an ID.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn insert(&mut self, id: u16) -> Result<(), Error> {
        match self.sorted.last() {
            Some(&last) if last >= id => {
                let place = self.sorted.partition_point(|&other| other < id);
                if self.sorted.get(place) != Some(&id) {
                    vec::insert(&mut self.sorted, place, id)?;
                }
                Ok(())
            }
            _ => vec::push(&mut self.sorted, id),
        }
    }

    /// Whether the ID is in the set.
    #[must_use]
    pub fn contains(&self, id: u16) -> bool {
        self.sorted.binary_search(&id).is_ok()
    }
}
