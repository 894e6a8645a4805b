//! Why indexes were not merged.

use std::io;
use std::path::PathBuf;

use crate::read::IndexError;

/// Why indexes were not merged. The file begun is of no use; whoever named it removes it.
#[derive(Debug, thiserror::Error)]
pub enum IndexMergeError {
    /// One of them is damaged. Remedy: rebuild it from the lines.
    #[error("an index to be merged cannot be used")]
    Source(#[from] IndexError),
    /// The disk failed or is full. Remedy: make room or look at the disk.
    #[error("cannot write {}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Together they hold more than the format can count. Remedy: none is needed; they stay apart.
    #[error("the merged index would have more {what} than one may")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
    },
    /// It was given up, as the caller asked for.
    #[error("merging was given up")]
    GivenUp,
}

/// A number that the format keeps in 32 bits.
pub(super) fn u32_of(number: u64, what: &'static str) -> Result<u32, IndexMergeError> {
    u32::try_from(number).map_err(|_| IndexMergeError::TooLarge { what })
}
