//! The journal in files.

use crate::{AppendError, Batch, FileNumber, FreeError, Journal, JournalReader, OpenError, Placed, RecoveredBatch};
use env::{Disk, Random};
use proof::{LeafIndex, TreeSize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is known about the log before its journal is opened.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The log's origin; a file of another log is refused.
    pub origin: &'a str,
    /// Lines before this leaf are in segments; the journal may have freed them.
    pub sealed: LeafIndex,
    /// What the newest checkpoint covers; the journal must reach it.
    pub checkpoint: TreeSize,
}

/// What recovery met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Batches given back.
    pub batches: u64,
    /// Lines given back.
    pub lines: u64,
    /// Whether the journal had been closed in order.
    pub closed: bool,
    /// Where an unacknowledged end was cut off, if there was one.
    pub cut: Option<Cut>,
}

/// An end that nothing attests and that is not a whole frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub path: PathBuf,
    /// Where the cut was made.
    pub offset: u64,
}

/// Why the receiver of recovered batches refuses one.
pub type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// A journal in files of one folder, `<first leaf>-<term>.wal`.
pub struct FileJournal {}

impl FileJournal {
    /// Opens the journal in `dir` (made if missing), hands every recovered batch in order to `receive`, copies what
    /// may not have reached the disk into a fresh file, and starts a new file for what comes.
    ///
    /// Cost: reads every file once; writes and syncs the last one anew.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is accepted then.
    pub fn open(
        _disk: Arc<dyn Disk>,
        _random: &Arc<dyn Random>,
        _dir: &Path,
        _known: &Known<'_>,
        _receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(Self, Recovery), OpenError> {
        panic!()
    }
}

impl Journal for FileJournal {
    fn next_leaf(&self) -> LeafIndex {
        panic!()
    }
    fn append(&self, _group: &[Batch]) -> Result<Vec<Placed>, AppendError> {
        panic!()
    }
    fn append_reserved(&self, _group: &[Batch]) -> Result<Vec<Placed>, AppendError> {
        panic!()
    }
    fn wants_rotation(&self) -> bool {
        panic!()
    }
    fn current_file(&self) -> FileNumber {
        panic!()
    }
    fn rotate(&self) -> Result<FileNumber, AppendError> {
        panic!()
    }
    fn reader(&self) -> JournalReader {
        panic!()
    }
    fn free(&self, _before: LeafIndex) -> Result<(), FreeError> {
        panic!()
    }
    fn close(&self) -> Result<(), AppendError> {
        panic!()
    }
}
