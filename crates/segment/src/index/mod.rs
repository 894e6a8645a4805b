//! The index of a run of rows: builder and reader.
//!
//! [`IndexBuilder`] takes rows in leaf order and gives the bytes of an index file; [`Index`] answers from such bytes,
//! and [`Indexed`] joins it to the lines to be a [`crate::Part`]. Format: `spec/index.md`. An index is derived from
//! the lines and what stands beside them; losing one loses nothing but time.

mod build;
mod bytes;
pub(crate) mod columns;
mod compare;
mod dense;
pub(crate) mod fold;
mod format;
mod indexed;
mod leaf_set;
pub(crate) mod line_values;
mod literal;
mod memory;
mod merge;
pub(crate) mod needle;
mod packed;
mod read;
mod region;
mod sets;
mod table;

pub use build::{AddressValue, IndexBuilder, RowExtra};
pub use compare::Difference;
pub(crate) use compare::{difference, keep_the_same_values};
pub use fold::{fold, fold_char};
pub(crate) use format::MAGIC;
pub use format::{INDEX_LINE_BYTES_MAX, INDEX_ROWS_MAX};
pub(crate) use indexed::CODES_BYTES_MAX;
pub use indexed::{Indexed, KeptCodes, Lines, Wanted};
pub use leaf_set::{LeafSet, runs_of};
pub use line_values::line_has;
pub(crate) use memory::INDEX_BYTES_MAX;
pub use memory::IndexMemory;
pub use merge::{IndexMergeError, MergeInto, SPOOL_BYTES, merge_indexes};
pub(crate) use read::check;
pub use read::{Index, IndexBytes, IndexError};
pub(crate) use region::{BlockDigest, IndexFile, Region, block_digest};
