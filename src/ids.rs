//! A set of 16-bit IDs, as the host lists them.

use crate::Error;
use crate::index::Index;

/// IDs, each once. A host fills it in any order; rising order is the cheap one.
pub struct Ids {
    rows: Index,
    is_incomplete: bool,
}

impl Default for Ids {
    fn default() -> Ids {
        Ids::new()
    }
}

const fn row(id: u16) -> u64 {
    (id as u64) << 48
}

impl Ids {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Ids {
        Ids {
            rows: Index::new(0),
            is_incomplete: false,
        }
    }

    /// Adds an ID.
    ///
    /// # Errors
    /// [`Error::NoMemory`]; from then on the set counts as incomplete, whatever
    /// the host makes of the error.
    pub fn insert(&mut self, id: u16) -> Result<(), Error> {
        if self.contains(id) {
            return Ok(());
        }
        let result = self.rows.toggle(row(id), 0);
        self.is_incomplete |= result.is_err();
        result
    }

    /// Whether the ID is in the set.
    #[must_use]
    pub fn contains(&self, id: u16) -> bool {
        self.rows.tail(row(id)).first() == Some(&row(id))
    }

    /// What became of listing into the set.
    pub(crate) fn complete(&self, listed: Result<(), Error>) -> Result<(), Error> {
        if self.is_incomplete {
            return Err(Error::NoMemory);
        }
        listed
    }
}
