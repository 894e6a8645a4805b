//! The index of a run of rows: builder and reader.
//!
//! [`IndexBuilder`] takes rows in leaf order and gives the bytes of an index file; [`Index`] answers from such bytes,
//! and [`Indexed`] joins it to the lines to be a [`crate::Part`]. Format: `spec/index.md`. An index is derived from
//! the lines and what stands beside them; losing one loses nothing but time.

mod build;
mod indexed;
mod read;

pub use build::{IndexBuilder, RowExtra};
pub use indexed::{Indexed, Lines};
pub use read::{Index, IndexBytes, IndexError};
