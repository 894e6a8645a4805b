//! Why a log could not be opened.

use std::io;
use std::path::{Path, PathBuf};

use enrich::GeoError;
use env::LockError;
use segment::{PartError, SegmentName};

use crate::admit::error::SubmitError;
use crate::state::failure::is_disk_full;

/// Why a log could not be opened. Unless the disk failed meanwhile, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenLogError {
    /// Another process has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The folder is no log and not empty. Remedy: name another folder.
    #[error("{} is not the folder of a log, and not empty: it holds {}", data.display(), found.display())]
    NotEmpty {
        /// The folder.
        data: PathBuf,
        /// What lies there.
        found: PathBuf,
    },
    /// The folder holds part of a log. Remedy: restore what is missing from a copy.
    #[error("{} is part of a log, but {} is missing", found.display(), missing.display())]
    Incomplete {
        /// What only a log has.
        found: PathBuf,
        /// What is not there.
        missing: PathBuf,
    },
    /// A segment is in no manifest, and the log lacks entries: the newest manifest was lost. Remedy: `repair`.
    #[error("segment {segment} is in no manifest, and the log lacks entries without it: {}", manifest.map_or("there is no manifest".to_owned(), |number| format!("manifest {number} is not the newest there was")))]
    Unlisted {
        /// The segment.
        segment: SegmentName,
        /// The newest manifest there is.
        manifest: Option<u64>,
        /// The error that showed it.
        source: Box<OpenLogError>,
    },
    /// There is no log. Remedy: name the right folder, or let `serve` or `import` make one.
    #[error("there is no log in {}", data.display())]
    NoLog {
        /// The folder.
        data: PathBuf,
    },
    /// The disk failed.
    #[error("cannot use {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Keys of persons.
    #[error("the vault cannot be used")]
    Vault(#[from] vault::VaultError),
    /// The signing key.
    #[error("the signing key cannot be used")]
    Key(#[from] ledger::KeyFileError),
    /// The tree.
    #[error("the ledger cannot be used")]
    Ledger(#[from] ledger::OpenLedgerError),
    /// The journal.
    #[error("the journal cannot be used")]
    Journal(#[from] journal::OpenJournalError),
    /// The manifest.
    #[error("the list of segments cannot be used")]
    Manifest(#[from] segment::manifest::ManifestError),
    /// A segment.
    #[error("a segment cannot be used")]
    Segment(#[from] segment::sealed::OpenSegmentError),
    /// Its index could not be made again.
    #[error("the index of a segment could not be made again")]
    Reindex(#[from] segment::sealed::ReindexError),
    /// Sealed lines could not be read.
    #[error("sealed lines cannot be read")]
    Read(#[from] PartError),
    /// A segment is not what the tree says. Remedy: `verify`.
    #[error("leaf {leaf} of a segment is not the one in the tree")]
    NotInTree {
        /// The leaf.
        leaf: u64,
    },
    /// A person's key was destroyed by somebody else. Remedy: `verify`, then restore the key store from a copy.
    #[error("the key of person {person} was destroyed, and no entry of the log's own records an erasure")]
    Unexplained {
        /// The handle of the key.
        person: String,
    },
    /// The entries that record erasures could not be read.
    #[error("the entries that record erasures cannot be read")]
    Erasures(#[from] search::SearchError),
    /// The location database.
    #[error("the location database cannot be used")]
    Places(#[from] GeoError),
    /// The rules file.
    #[error("the rules in {} cannot be used", path.display())]
    Rules {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: event::rules::RulesError,
    },
    /// The system gives the log no thread. Remedy: raise the limit of processes, start again.
    #[error("the system gives no thread for the {name}")]
    Thread {
        /// What it was for.
        name: &'static str,
        /// What the system answered.
        source: io::Error,
    },
    /// The entry that records the start could not be written.
    #[error("the start could not be recorded")]
    Own(#[from] Box<SubmitError>),
}

impl OpenLogError {
    /// Whether the mark outside is older than the log, which the operator may accept.
    #[must_use]
    pub fn is_older_mark(&self) -> bool {
        matches!(self, Self::Ledger(ledger::OpenLedgerError::Mark(ledger::MarkError::PutBack { .. })))
    }

    /// Whether the disk is full and the reserve is used up. Remedy: make room, then start again.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        is_disk_full(self)
    }

    /// Whether what the vault found is another hand's work, left as it was. Remedy: as the message says.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        matches!(self, Self::Vault(vault::VaultError::Foreign { .. }))
    }

    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source }
    }
}
