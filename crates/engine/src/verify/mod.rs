//! Verification: is every byte that the log vouches for still what was acknowledged?
//!
//! [`verify_directory`] checks a directory at rest, every file of it; [`crate::Log::verify`] checks a log while it serves.

mod directory;
mod journalled;
mod live;
mod markers;
mod receipt;
mod relations;
mod segments;
mod since;

use segment::verify::FindingKind;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proof::VerifierKey;

pub use directory::verify_directory;
pub use ledger::MarkState;
pub use receipt::KeptReceipt;

/// What is to be checked beside the directory itself.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// A checkpoint remembered from before (its signed note): the log must continue it.
    pub since: Option<String>,
    /// The key the log must be signed with, from a source the checker trusts.
    pub key: Option<VerifierKey>,
    /// A signed receipt: the log must hold the entries it acknowledges.
    pub receipt: Option<KeptReceipt>,
    /// What checks the files that others keep in the log's directory, while its lock is held.
    pub beside: Option<Beside>,
}

/// Checks what is no part of the log and lies in its data directory: what is wrong there. Writes nothing.
pub type Beside = fn(&Path) -> Vec<Finding>;

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// The leaves concerned, where leaves can be named.
    pub leaves: Option<Range<u64>>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match &self.leaves {
            Some(leaves) if leaves.start.checked_add(1) == Some(leaves.end) => write!(f, ", leaf {}", leaves.start)?,
            Some(leaves) => write!(f, ", leaves {} to {}", leaves.start, leaves.end.saturating_sub(1))?,
            None => {}
        }
        write!(f, ": {}", self.what)
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The log's name.
    pub origin: String,
    /// Entries that the newest checkpoint covers.
    pub size: u64,
    /// Entries after it, which are checked as far as they can be: whole, and in order.
    pub unsigned: u64,
    /// Checkpoints checked.
    pub checkpoints: u64,
    /// What the checkpoint remembered from before covered, where one was given.
    pub since: Option<u64>,
    /// How many entries the receipt given acknowledges.
    pub receipt: Option<u64>,
    /// Evidence of tampering or damage; empty if the log is sound.
    pub findings: Vec<Finding>,
    /// What could not be read, so that nothing can be said about it.
    pub unreadable: Vec<Finding>,
    /// What weakens the evidence, although nothing was changed.
    pub warnings: Vec<String>,
    /// What the mark outside says; `None` if that is a finding, or was not asked.
    pub mark: Option<MarkState>,
    /// What is odd but harms nothing: files that do not belong there, indexes made again.
    pub notes: Vec<String>,
}

impl Verification {
    fn found(&mut self, file: impl Into<PathBuf>, leaves: Option<Range<u64>>, what: impl Into<String>) {
        self.findings.push(Finding { file: file.into(), leaves, what: what.into() });
    }

    /// As [`Self::found`], for one leaf. Neighbours with the same trouble share one finding.
    fn found_at(&mut self, file: PathBuf, leaf: u64, what: String) {
        if let Some(last) = self.findings.last_mut()
            && let Some(leaves) = &mut last.leaves
            && leaves.end == leaf
            && last.file == file
            && last.what == what
        {
            leaves.end += 1;
            return;
        }
        self.found(file, Some(leaf..leaf + 1), what);
    }

    /// Appends what another verification found.
    fn append(&mut self, beside: Self) {
        self.findings.extend(beside.findings);
        self.unreadable.extend(beside.unreadable);
        self.warnings.extend(beside.warnings);
        self.notes.extend(beside.notes);
    }
}

/// Why nothing could be said.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A running process has the directory. Remedy: ask it, or stop it.
    #[error(transparent)]
    Lock(#[from] env::LockError),
    /// There is no log.
    #[error("there is no log in {}", data.display())]
    NoLog {
        /// The folder.
        data: PathBuf,
    },
    /// The disk failed.
    #[error("cannot read {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The tree's folder could not be read at all.
    #[error("the tree cannot be read")]
    Tree(#[from] ledger::OpenLedgerError),
    /// The checkpoint given is none.
    #[error("the checkpoint to compare with cannot be used: {0}")]
    Since(String),
    /// The receipt given is none.
    #[error("the receipt to compare with cannot be used: {0}")]
    Receipt(String),
    /// An index could not be made again.
    #[error("an index could not be made again")]
    Reindex(#[from] segment::sealed::ReindexError),
    /// A line could not be read.
    #[error("an entry could not be read")]
    Read(#[from] segment::PartError),
}

/// How far a verification has come: entries checked, and how many there are.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Puts the findings of a segment where they belong.
pub(super) fn sort_in(findings: Vec<segment::verify::SegmentFinding>, verification: &mut Verification) {
    for finding in findings {
        match finding.kind {
            FindingKind::Tampered | FindingKind::Forged => {
                verification.found(finding.file, finding.leaves, finding.what)
            }
            FindingKind::Unreadable => {
                let file = finding.file;
                let leaves = finding.leaves;
                let what = finding.what;
                verification.unreadable.push(Finding { file, leaves, what });
            }
            FindingKind::Foreign | FindingKind::Index => verification.notes.push(finding.to_string()),
        }
    }
}
