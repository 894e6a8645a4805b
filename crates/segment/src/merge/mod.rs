//! Merging: neighbours become one segment, so that a question opens few.
//!
//! A quiet log seals a small segment a day, a busy one large ones. Segments are sorted into tiers by their rows, each eight
//! times the one below; eight of a tier are written again as one. So there are at most seven of each tier that can
//! grow, and a row is written again about once a tier.
//!
//! Small ones are sealed anew ([`merge()`]): every line is indexed and packed again, as if all had been sealed at once. For large
//! ones this would take gigabytes for the index in the making; their files are joined as they are ([`join`]).

mod anew;
mod choose;
mod join;

use std::path::PathBuf;

use index::IndexMergeError;

use crate::manifest::SegmentEntry;
use crate::{PartError, SealError, Segment};

pub use anew::{addresses, merge};
pub use choose::{MERGE_SEGMENTS, Size, choose};
pub use join::{join, room};

/// A segment to be merged.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// As the manifest names it.
    pub entry: SegmentEntry,
    /// The same, opened; its index has the values of addresses.
    pub part: &'a Segment,
}

/// Why segments were not merged. Nothing has changed; the segments go on answering.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A segment cannot be read. Remedy: `verify`.
    #[error("a segment to be merged cannot be read")]
    Read(#[from] PartError),
    /// A file is not what the manifest says. Remedy: `verify`.
    #[error("{} does not hold what the manifest says", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// The indexes cannot be merged.
    #[error("the indexes could not be merged")]
    Index(#[from] IndexMergeError),
    /// The merged segment could not be written.
    #[error("the merged segment could not be sealed")]
    Seal(#[from] SealError),
}
