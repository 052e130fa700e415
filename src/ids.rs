//! A set of 16-bit IDs, as the host lists them.

use crate::Error;
use crate::table::IdRows;

/// IDs, each once. A host fills it in any order; rising order is the cheap one.
pub struct Ids {
    rows: IdRows,
    is_incomplete: bool,
}

impl Default for Ids {
    fn default() -> Ids {
        Ids::new()
    }
}

impl Ids {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Ids {
        Ids {
            rows: IdRows::new(),
            is_incomplete: false,
        }
    }

    /// Adds an ID.
    ///
    /// # Errors
    /// [`Error::NoMemory`]; from then on the set counts as incomplete, whatever
    /// the host makes of the error.
    pub fn insert(&mut self, id: u16) -> Result<(), Error> {
        let result = self.rows.insert(id);
        self.is_incomplete |= result.is_err();
        Ok(result?)
    }

    /// Whether the ID is in the set.
    #[must_use]
    pub fn contains(&self, id: u16) -> bool {
        self.rows.contains(id)
    }

    /// Makes it empty.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// What became of listing into the set.
    pub(crate) fn complete(&self, listed: Result<(), Error>) -> Result<(), Error> {
        if self.is_incomplete {
            return Err(Error::NoMemory);
        }
        listed
    }
}
