//! Sealed files of consecutive lines, their index and disclosures, the manifest, and the tail.
//!
//! A *segment* is a run of consecutive lines that will never change: the lines themselves as zstd-compressed text
//!, the encrypted disclosures behind them and an index derived from both. The
//! manifest names the live segments. The *tail* makes what is not sealed yet searchable. All of them answer
//! search through [`Part`].
//!
//! The formats are specified in `spec/segment.md`, `spec/manifest.md` and `spec/index.md`.

mod cache;
pub mod data;
pub mod disclosures;
mod file;
pub mod index;
mod part;
pub mod tail;

pub use cache::BlockCache;
pub use part::{Disclosed, DisclosureRecord, Field, Needle, Part, PartError, Text, View};
