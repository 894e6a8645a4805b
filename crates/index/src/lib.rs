//! The index of a run of rows: what can be asked, builder, reader and merger. It knows no folder, no manifest and no disclosure.
//!
//! [`IndexBuilder`] takes rows in leaf order and gives the bytes of an index file; [`Index`] reads such bytes, and [`Indexed`]
//! joins it to the lines to answer questions about [`Field`]s and [`Text`]s. [`merge_indexes`] makes one index of several.
//! [`Bound`] is the trailer of an index file: what it was made from, and who made it. Format: `spec/index.md`. An index is
//! derived from the lines and what stands beside them; losing one loses nothing but time.

mod ask;
mod bound;
mod build;
mod bytes;
mod columns;
mod compare;
mod counts;
mod dense;
mod error;
mod field;
mod fold;
mod format;
mod indexed;
mod leaf_set;
mod line_values;
mod literal;
mod lru;
mod memory;
mod merge;
mod needle;
mod own;
mod packed;
mod read;
mod region;
mod secret;
mod sets;
mod source;
mod table;
#[cfg(test)]
mod test_file;

pub use ask::Ask;
pub use bound::{Bound, Unbound, trailer_of};
pub use build::IndexBuilder;
pub use columns::{AddressValue, Columns, RowExtra};
pub use compare::{Difference, difference, keep_the_same_values};
pub use counts::Counts;
pub use error::{FileError, QuestionError};
pub use field::{Field, SEQUENCE_BLOCK, Text};
pub use fold::{fold, fold_char};
pub use format::lists_from;
pub use format::{INDEX_LINE_BYTES_MAX, INDEX_ROWS_MAX, MAGIC};
pub use indexed::{CODES_BYTES_MAX, Indexed, KeptCodes, Lines, Wanted};
pub use leaf_set::LeafSet;
pub use line_values::{line_has, line_has_any};
pub use lru::Lru;
pub use memory::{INDEX_BYTES_MAX, IndexMemory};
pub use merge::{IndexMergeError, MergeInto, SPOOL_BYTES, merge_indexes};
pub use needle::{Matcher, Needle};
pub use own::BLOCK_BYTES;
pub use read::{Index, IndexError, check};
pub use region::{IndexBlocks, IndexBytes};
pub use secret::{IndexKey, IndexSecret};
pub use source::IndexSource;
