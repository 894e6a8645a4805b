//! The tail: what makes lines searchable that are not sealed yet.
//!
//! New rows go into a [`Buffer`], which is scanned; a full buffer is frozen into a [`Run`], an index in memory.
//! Both are [`crate::Part`]s over lines that stay where they are, in the journal.

mod buffer;
mod order;
mod rows;
mod run;

pub use buffer::{BUFFER_ROWS_MAX, Buffer, BufferFull, Row};
pub use rows::BufferRows;
pub use run::{Run, RunLines, freeze};

use crate::{Disclosed, PartError};

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

    /// Hands out the lines at `places` in the order given, each with its place in `places`. One by one, unless the
    /// store knows better.
    ///
    /// # Errors
    /// As [`crate::Part::lines`].
    fn lines(&self, places: &[LineAt], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        for (nth, &at) in places.iter().enumerate() {
            each(nth, &self.line(at)?);
        }
        Ok(())
    }

    /// Returns the encrypted disclosures behind the line at `at`.
    ///
    /// # Errors
    /// As [`crate::Part::disclosures`].
    fn disclosures(&self, at: LineAt) -> Result<Disclosed, PartError>;
}
