//! Why a question could not be answered, and why bytes of a file could not be had.

use std::io;
use std::path::PathBuf;

/// Why bytes of an index file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk did not give the bytes. Remedy: look at the disk, then repair.
    #[error("cannot read {} at byte {offset}", file.display())]
    Read {
        /// The file asked.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What the system answered.
        source: io::Error,
    },
    /// Bytes were read but are not what was written. Remedy: rebuild the index.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Damaged {
        /// The file read.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
}

/// Why a question to an index ended without an answer, beside damage of the index and what the lines answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// A row that the index does not hold was asked for: a mistake of the caller.
    #[error("row {0} is not in this index")]
    NoSuchRow(u64),
    /// The asker's [`Ask::may_read`](crate::Ask::may_read) said no.
    #[error("the question may read no more lines")]
    Stopped,
    /// The values take more than the asker's [`Ask::bytes_max`](crate::Ask::bytes_max).
    #[error("there are more different values than the question may hold")]
    TooMany,
    /// A line that was read to confirm an answer is no entry. Remedy: `verify`.
    #[error("a line behind the index is no entry")]
    NoEntry(#[from] event::LineError),
}
