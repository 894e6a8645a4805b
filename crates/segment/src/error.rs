//! Why a part could not answer.

use std::path::PathBuf;

use index::{FileError, IndexError, QuestionError};

/// Why a part could not answer. A question that meets one fails as a whole; no row is ever skipped.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The disk did not give the bytes. Remedy: look at the disk, then repair.
    #[error("cannot read {} at byte {offset}", file.display())]
    Read {
        /// The file asked.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Bytes were read but are not what was written. Remedy: `verify`, then restore or rebuild.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Damaged {
        /// The file read.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// A line was read that is not the one in the tree: it was changed since it was sealed. Remedy: `verify`, then restore the file.
    #[error("{} does not hold the line that stands in the tree as leaf {leaf}", file.display())]
    NotInTree {
        /// The file read.
        file: PathBuf,
        /// The leaf.
        leaf: u64,
    },
    /// Disclosures were read that are not those of the line. Remedy: `verify`, then restore the file.
    #[error("the disclosures of leaf {leaf} are not those that its line commits to")]
    NotCommitted {
        /// The leaf.
        leaf: u64,
    },
    /// The index could not be read while it was asked, so that what it answered may lack something. Remedy: `verify`, then reindex.
    #[error("an index could not be read while it was asked")]
    IndexUnread,
    /// A row or leaf that this part does not hold was asked for: a mistake of the caller.
    #[error("row or leaf {0} is not in this part")]
    NoSuchRow(u64),
    /// The asker's [`index::Ask::may_read`] said no.
    #[error("the question may read no more lines")]
    Stopped,
    /// The values take more than the asker's [`index::Ask::bytes_max`].
    #[error("there are more different values than the question may hold")]
    TooMany,
    /// What stands behind the part (the journal, behind the tail) failed.
    #[error("the store behind this part failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<FileError> for PartError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Read { file, offset, source } => Self::Read { file, offset, source },
            FileError::Damaged { file, offset, what } => Self::Damaged { file, offset, what },
        }
    }
}

impl From<IndexError> for PartError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Damaged { file, offset, what } => Self::Damaged { file, offset, what },
            IndexError::Version { file } => Self::Damaged { file, offset: 0, what: "index of another version" },
        }
    }
}

impl From<QuestionError> for PartError {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::NoSuchRow(row) => Self::NoSuchRow(row),
            QuestionError::Stopped => Self::Stopped,
            QuestionError::TooMany => Self::TooMany,
            QuestionError::NoEntry(error) => Self::Store(Box::new(error)),
        }
    }
}
