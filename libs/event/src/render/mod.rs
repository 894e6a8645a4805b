//! Entries for readers: personal values put back in their places, as far as the reader may see them.
//!
//! Normative: spec/disclosure.md, "Showing".

mod columns;
mod entry;
mod opened;
mod restore;
mod text;

pub use columns::Rendered;
pub use entry::entry_json;
pub use opened::Opened;
pub use restore::restore;
pub use text::{ERASED, WITHHELD, erased_name, json, text};

/// How to show an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// With `changes` and `properties`.
    pub full: bool,
    /// Place in the log, shown as `leaf_index`.
    pub leaf_index: Option<u64>,
}
