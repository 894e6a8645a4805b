//! Why sealing, merging or publishing a segment failed.

use segment::manifest::ManifestError;
use segment::merge::MergeError;
use segment::{PartError, SealError};

/// Why a segment was not made. Nothing is lost; the journal has the lines.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// Writing or reading back failed.
    #[error("the segment could not be sealed")]
    Seal(#[from] SealError),
    /// The manifest could not be published.
    #[error("the manifest could not be published")]
    Manifest(#[from] ManifestError),
    /// The lines could not be read from the journal.
    #[error("the lines to seal could not be read")]
    Read(#[from] PartError),
    /// What was sealed could not be opened.
    #[error("the new segment could not be opened")]
    Open(#[from] segment::sealed::OpenSegmentError),
    /// The lines could not be read from the journal.
    #[error("the journal could not be read")]
    Journal(#[from] journal::ReadError),
    /// No checkpoint covers the lines.
    #[error("no checkpoint could be made before sealing")]
    Checkpoint(#[from] ledger::SignError),
    /// Segments could not be merged.
    #[error("segments could not be merged")]
    Merge(#[from] MergeError),
    /// The disk is full, and the smallest segment does not fit what is kept in reserve. Remedy: make room; sealing goes on by
    /// itself.
    #[error(
        "the disk is full, and a segment does not fit the space in reserve; make room (sealing then goes on by itself), or start with a larger --reserve once there is"
    )]
    DiskFull(#[source] Box<SealingError>),
    /// The newest manifest is neither the one this process published last nor the one it tried to publish. Remedy: stop the server, find
    /// out who writes to the data directory, `verify`.
    #[error(
        "manifest {number} lies in the data directory where {ours} was to be published; only the server may write there"
    )]
    OtherHand {
        /// The number found; 0: none.
        number: u64,
        /// The number that was tried.
        ours: u64,
    },
    /// A mistake of ours. Remedy: start the server afresh, and report it.
    #[error("the thread that seals has ended by a panic; start the server afresh and report what stands in its log")]
    Panicked,
}
