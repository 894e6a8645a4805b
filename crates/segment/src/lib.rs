//! Sealed files of consecutive lines, their index and disclosures, the manifest, and the tail.
//!
//! A *segment* is a run of consecutive lines that will never change: the lines themselves as zstd-compressed text
//! ([`data`]), the encrypted disclosures behind them ([`disclosures`]) and an index derived from both ([`index`]).
//! [`seal`] makes one, [`mod@merge`] makes one of several, [`sealed`] opens it, [`verify`] checks it against the tree, and the [`manifest`] names those
//! that are live. The [`tail`] makes what is not sealed yet searchable. Segments and tail answer search through
//! [`Part`].
//!
//! The formats are specified in `spec/segment.md`, `spec/manifest.md` and `spec/index.md`.

mod bound;
mod cache;
mod counts;
pub mod data;
pub mod disclosures;
mod file;
mod held;
pub mod index;
mod lru;
pub mod manifest;
pub mod merge;
mod names;
mod own;
mod part;
mod personal;
mod reindex;
pub mod seal;
pub mod sealed;
mod secret;
pub mod tail;
pub mod verify;

pub use cache::BlockCache;
pub use counts::Counts;
pub use held::LeafDigests;
pub use lru::Lru;
pub use names::{SegmentFile, SegmentName};
pub use part::{Ask, Disclosed, Field, Needle, Part, PartError, SEQUENCE_BLOCK, Text, View, Work};
pub use personal::{Digests3, names};
pub use seal::{SealError, Sealer};
pub use sealed::Segment;
pub use secret::{IndexKey, IndexSecret};
