//! The tail: what makes lines searchable that are not sealed yet.
//!
//! New rows go into a [`Buffer`], which is scanned; a full buffer is frozen into a [`Run`], an index in memory.
//! Both are [`crate::Part`]s over lines that stay where they are, in the journal.

mod buffer;
mod run;

pub use buffer::{BUFFER_ROWS_MAX, Buffer, BufferFull, BufferRows, Row};
pub use run::{Run, freeze};

use crate::part::{Disclosed, PartError};

/// Where a line lies in the store behind the tail: two numbers whose meaning is that store's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineAt(pub u64, pub u64);

/// The store behind the tail.
pub trait LineSource: Send + Sync {
    /// Returns the exact bytes of the line at `at`, without newline.
    ///
    /// # Errors
    /// As [`crate::Part::line`].
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError>;

    /// Returns the encrypted disclosures behind the line at `at`.
    ///
    /// # Errors
    /// As [`crate::Part::disclosures`].
    fn disclosures(&self, at: LineAt) -> Result<Disclosed, PartError>;
}
