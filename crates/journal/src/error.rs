//! What can go wrong, one enum per operation.

use crate::Term;
use proof::{LeafIndex, TreeSize};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a group of batches was not recorded.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The disk is full. Nothing was recorded; the same call works once there is room. Remedy: free space, retry.
    #[error("the journal's disk is full")]
    DiskFull,
    /// Too many files are open to begin a new book. Nothing was recorded; the current one serves on. Remedy: retry.
    #[error("too many files are open to begin a new journal file")]
    OutOfFiles,
    /// The group is beyond what a frame or a book may hold. Nothing was recorded. Remedy: send smaller batches.
    #[error("a group of {bytes} bytes exceeds the {max} bytes the journal takes at once")]
    TooLarge {
        /// What the group would take.
        bytes: u64,
        /// What is allowed.
        max: u64,
    },
    /// A write or sync failed. Whether the group will be back after a restart is unknown; it must not be
    /// acknowledged, and the journal takes nothing more (I-9). Remedy: mend the disk, start afresh.
    #[error("writing to the journal file {path} failed")]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// Another writer has taken the journal over. Nothing was recorded, and nothing more is taken: what comes later is that writer's
    /// to acknowledge. Remedy: end.
    #[error("another writer has taken the journal over from this one, which writes under term {ours}")]
    Fenced {
        /// The term that counts no more.
        ours: Term,
    },
    /// It is not known whether the group is durable: the answer was lost, came late, or came with a warning. It must not be
    /// acknowledged and not be repeated, and the journal takes nothing more. Remedy: start afresh, which looks.
    #[error("whether the journal has recorded the group is not known: {reason}")]
    Unknown {
        /// What happened.
        reason: String,
    },
    /// An earlier write or sync failed, another writer has taken over, or the journal was closed. Remedy: start afresh.
    #[error("the journal takes nothing more: {reason}")]
    Stopped {
        /// What happened.
        reason: String,
    },
}

/// Why the journal could not be opened.
#[derive(Debug, Error)]
pub enum OpenJournalError {
    /// Bytes that were acknowledged are no longer what was written, or bytes are there that this log has not written.
    /// Remedy: restore the file from a copy.
    #[error("journal file {path} is damaged at offset {offset}, where leaf {leaf} is expected: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        offset: u64,
        /// The leaf that should be there.
        leaf: LeafIndex,
        /// What was found.
        what: &'static str,
    },
    /// Files follow one another with a gap or an overlap. Remedy: restore the missing file.
    #[error("journal file {path} starts at leaf {found}, but leaf {expected} is next")]
    Gap {
        /// The file after the gap.
        path: PathBuf,
        /// The leaf it starts at.
        found: LeafIndex,
        /// The leaf that should come next.
        expected: LeafIndex,
    },
    /// The journal ends before leaves that a checkpoint covers or a segment needs. Remedy: restore the missing file.
    #[error("the journal in {dir} ends at leaf {end}, but a checkpoint covers {checkpoint} leaves")]
    Short {
        /// The journal's folder.
        dir: PathBuf,
        /// The first leaf that is not there.
        end: LeafIndex,
        /// What the newest checkpoint covers.
        checkpoint: TreeSize,
    },
    /// The file belongs to another log. Remedy: put it back where it belongs.
    #[error("journal file {path} belongs to another log")]
    OtherLog {
        /// The file.
        path: PathBuf,
    },
    /// The file was begun under a checkpoint that the tree does not have. Remedy: restore the tree and its checkpoints
    /// from a copy at least as new as the journal.
    #[error(
        "journal file {path} was begun when the log had signed {begun} leaves, but {}: checkpoints were taken away, or the file is of another history of this log",
        match newest { Some(newest) => format!("the newest checkpoint covers {newest}"), None => "not with this root".to_owned() }
    )]
    OtherTree {
        /// The file.
        path: PathBuf,
        /// What the checkpoint covered under which it was begun.
        begun: TreeSize,
        /// What the newest checkpoint covers, where that is less.
        newest: Option<TreeSize>,
    },
    /// The file was written by another version. Remedy: use that version.
    #[error(
        "journal file {path} has version {version}, and this program reads version 2: version 1 was made by an unreleased build, a higher one needs a newer program"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// What it says.
        version: u32,
    },
    /// The disk has no room for a fresh journal file. Remedy: free space, start again.
    #[error("the journal's disk is full")]
    DiskFull,
    /// The disk failed. Remedy: mend it, start again.
    #[error("cannot use journal file {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// Whoever received the recovered batches refused one.
    #[error("a recovered batch was refused")]
    Refused {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why a line could not be read back.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The book was freed since; its lines are in a segment now. Remedy: look there.
    #[error("the journal has freed this line")]
    Freed,
    /// The disk failed. Remedy: mend it.
    #[error("cannot read journal file {path} at offset {offset}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What the disk answered.
        source: io::Error,
    },
    /// What was written is not what is read. Remedy: look at the disk; `verify` says which leaves.
    #[error("journal file {path} is damaged at offset {offset}: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
}

/// Why files could not be freed.
#[derive(Debug, Error)]
#[error("cannot remove journal file {path}")]
pub struct FreeError {
    /// The file.
    pub path: PathBuf,
    /// What the disk answered.
    pub source: io::Error,
}
