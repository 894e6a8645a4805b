//! Sealed files of consecutive lines and their disclosures, each joined to its index, the manifest, and the tail.
//!
//! A *segment* is a run of consecutive lines that will never change: the lines themselves as zstd-compressed text
//! ([`data`]), the encrypted disclosures behind them ([`disclosures`]) and an index derived from both (the crate [`index`]).
//! [`seal`] makes one, [`mod@merge`] makes one of several, [`rewrite_without`] one that lacks some of its leaves, [`sealed`] opens it, [`verify`] checks it against the tree, and the [`manifest`] names those
//! that are live. The [`tail`] makes what is not sealed yet searchable. Segments and tail answer search through
//! [`Part`].
//!
//! The formats are specified in `spec/segment.md`, `spec/manifest.md` and `spec/index.md`.

mod cache;
pub mod data;
pub mod disclosures;
mod error;
mod file;
mod held;
mod indexed;
pub mod manifest;
pub mod merge;
mod names;
mod part;
mod personal;
mod reindex;
mod rewrite;
pub mod seal;
pub mod sealed;
pub mod tail;
pub mod verify;

pub use cache::BlockCache;
pub use disclosures::Disclosed;
pub use error::PartError;
pub use held::LeafDigests;
pub use indexed::PartLines;
pub use names::{SegmentFile, SegmentName};
pub use part::{Part, View, Work};
pub use personal::{Digests3, names};
pub use rewrite::{RewriteError, rewrite_without};
pub use seal::{SealError, Sealer};
pub use sealed::Segment;
