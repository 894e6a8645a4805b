//! What can go wrong, one enum per operation.

use proof::{BuildError, CheckpointError as NoteError, LeafIndex, ProofError, TreeSize};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a node, digest or tile could not be had.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The tree has no such complete subtree (yet). Remedy: ask below the size.
    #[error("the tree has no node {index} at level {level}")]
    Beyond {
        /// The level, 0 for leaves.
        level: u8,
        /// The node's number in its level.
        index: u64,
    },
    /// The disk failed, or the file is shorter than the tree. Remedy: mend the disk, run `verify`.
    #[error("cannot read tree file {path} at offset {offset}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What the disk answered.
        source: io::Error,
    },
}

/// Why a proof could not be built.
#[derive(Debug, Error)]
pub enum BuildProofError {
    /// No checkpoint covers what was asked for. Remedy: ask below the newest checkpoint's size.
    #[error("leaf {index} lies beyond the checkpoint of {size} leaves")]
    BeyondCheckpoint {
        /// The leaf asked for.
        index: LeafIndex,
        /// What the checkpoint covers.
        size: TreeSize,
    },
    /// A node could not be read from the tree files.
    #[error("the tree files could not be read")]
    Build(#[source] BuildError<ReadError>),
    /// What the tree files give does not lead to the newest checkpoint's root: they were changed. Remedy: `verify`.
    #[error("{what}: {} or a file beside it is not what was signed", file.display())]
    Changed {
        /// The file that holds what was asked for, or most of it.
        file: PathBuf,
        /// What was asked for.
        what: String,
        /// What is wrong with the way to the root.
        source: ProofError,
    },
    /// The path that the tree files give does not lead to the checkpoint's root: they were changed. Remedy: `verify`.
    #[error("the tree files do not lead from leaf {index} to the root that was signed")]
    Differs {
        /// The leaf asked for.
        index: LeafIndex,
        /// What is wrong with the path.
        source: ProofError,
    },
}

/// Why digests were not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// A write failed; the ledger takes nothing more (I-9). Remedy: mend the disk, start afresh.
    #[error("writing to tree file {path} failed")]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// An earlier write or sync failed. Remedy: start afresh.
    #[error("the ledger takes nothing more: {reason}")]
    Stopped {
        /// What happened.
        reason: String,
    },
}

/// Why no checkpoint was signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// The disk is full. Nothing was signed; the old checkpoint stays. Remedy: free space; try again.
    #[error("the ledger's disk is full")]
    DiskFull,
    /// Too many files are open. Nothing was signed, or it was and is not shown yet; the old checkpoint stays. Remedy: try
    /// again.
    #[error("too many files are open to sign a checkpoint")]
    OutOfFiles,
    /// A write or sync failed; nothing was published, the ledger takes nothing more (I-9). Remedy: mend the disk,
    /// start afresh.
    #[error("writing {path} failed")]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// An earlier write or sync failed. Remedy: start afresh.
    #[error("the ledger takes nothing more: {reason}")]
    Stopped {
        /// What happened.
        reason: String,
    },
    /// The tree on disk does not continue the newest checkpoint. Nothing was signed. Remedy: `verify`, restore.
    #[error("the tree of {new} leaves does not continue the checkpoint of {old} leaves")]
    Inconsistent {
        /// The newest checkpoint's size.
        old: TreeSize,
        /// The size that was to be signed.
        new: TreeSize,
        /// The proof that failed.
        source: ProofError,
    },
    /// The consistency proof could not be built from the tree files. Nothing was signed. Remedy: `verify`, restore.
    #[error("the tree files do not give a consistency proof")]
    Unproven(#[source] BuildError<ReadError>),
    /// The mark kept outside speaks against it. Nothing was signed.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// The checkpoint cannot be written as a note: our own mistake.
    #[error("the checkpoint cannot be signed")]
    Note(#[source] NoteError),
}

/// What the mark kept outside the data directory says against it.
#[derive(Debug, Error)]
pub enum MarkError {
    /// The mark remembers a larger tree: this directory is an older copy. Remedy: restore the newer one; going on
    /// needs a new log.
    #[error("an older copy: this log once signed {marked} leaves (remembered in {path}), but here are only {found}")]
    OlderCopy {
        /// The mark's file.
        path: PathBuf,
        /// The size it remembers.
        marked: TreeSize,
        /// The size found here.
        found: TreeSize,
    },
    /// The mark remembers another tree. Remedy: find out which is the true one; `verify`.
    #[error("another history: the first {size} leaves are not those once signed (remembered in {path})")]
    OtherHistory {
        /// The mark's file.
        path: PathBuf,
        /// The size it remembers.
        size: TreeSize,
    },
    /// The mark remembers an earlier checkpoint than any crash leaves: somebody put it back. Remedy: find out who; then start
    /// with `--accept-older-mark`.
    #[error("the mark {path} is older than the log: it remembers {marked} leaves, but {signed} were signed since")]
    PutBack {
        /// The mark's file.
        path: PathBuf,
        /// The size it remembers.
        marked: TreeSize,
        /// The size signed last.
        signed: TreeSize,
    },
    /// The mark is no checkpoint signed by this log. Remedy: find out who changed it.
    #[error("the mark {path} is no checkpoint of this log")]
    Unreadable {
        /// The mark's file.
        path: PathBuf,
        /// Why.
        source: NoteError,
    },
    /// The disk failed. Remedy: mend it.
    #[error("cannot use the mark {path}")]
    Io {
        /// The mark's file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
}

/// Why a ledger could not be created or opened.
#[derive(Debug, Error)]
pub enum OpenLedgerError {
    /// The disk failed, or a file is missing. Remedy: mend, restore.
    #[error("cannot use tree file {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// A record of `tree/checkpoints` is no longer what was written. Remedy: restore the file from a copy.
    #[error("{path} is damaged at offset {offset}: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the record starts.
        offset: u64,
        /// What was found.
        what: &'static str,
    },
    /// A checkpoint is not signed by this log's key. Remedy: restore key or file.
    #[error("the checkpoint at offset {offset} of {path} is not signed by this log's key")]
    Signature {
        /// The file.
        path: PathBuf,
        /// Where the record starts.
        offset: u64,
        /// Why.
        source: NoteError,
    },
    /// The tree files do not have the root that was signed. Remedy: `verify` names the place; restore.
    #[error("the tree files do not have the root that was signed for {size} leaves")]
    Root {
        /// The newest checkpoint's size.
        size: TreeSize,
    },
    /// The tree files cannot be read as far as was signed.
    #[error("the tree files end before what was signed")]
    Nodes(#[source] BuildError<ReadError>),
    /// The key belongs to another log. Remedy: put the right one back.
    #[error("the key is of {key}, but the log is {origin}")]
    OtherKey {
        /// The key's name.
        key: String,
        /// The log's origin.
        origin: String,
    },
    /// The mark kept outside speaks against this directory.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// The first checkpoint could not be signed.
    #[error("the first checkpoint could not be signed")]
    Sign(#[source] Box<SignError>),
}

/// Why a key could not be made or read.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The disk failed, or the file is missing or exists already. Remedy: restore it.
    #[error("cannot use key file {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the disk answered.
        source: io::Error,
    },
    /// The file is not what was written. Remedy: restore it.
    #[error("key file {path} is damaged")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The origin cannot name a key. Remedy: choose another name.
    #[error("{origin:?} cannot be a log's origin")]
    Origin {
        /// The origin.
        origin: String,
    },
}
