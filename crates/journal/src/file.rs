//! The journal in files.

mod found;
mod look;
mod name;
mod placing;
mod reserve;
mod sizes;
mod writer;

use crate::reader::OpenFile;
use crate::{
    AppendError, Batch, FileNumber, FreeError, Journal, JournalReader, MacKey, OpenJournalError, Placed,
    RecoveredBatch, SignedTree,
};
use env::{Disk, Random};
use look::Looking;
use proof::{Digest, Hash, LeafIndex, TreeSize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use writer::Writer;

pub use found::{AreHeld, FoundJournal};
pub use reserve::{Need, make_room_to_look, make_room_to_settle};
pub use sizes::{GROUP_BYTES_MAX, RESERVE_BYTES_DEFAULT, Sizes};

/// What must be known about the log before its journal is opened.
#[derive(Clone)]
pub struct Known<'a> {
    /// The log's origin; a file of another log is refused.
    pub origin: &'a str,
    /// Lines before this leaf are in segments; the journal may have freed them.
    pub sealed: LeafIndex,
    /// The newest checkpoint; the journal must reach it.
    pub checkpoint: SignedTree,
    /// The root of the log's tree at a size that was once signed, at most the newest checkpoint's; `None` where there is
    /// no such root. A file begun under another checkpoint is refused.
    pub root_at: &'a dyn Fn(TreeSize) -> Option<Hash>,
    /// Whether the tree has this digest at a leaf that the newest checkpoint covers. Asked of files that are not needed any more, before
    /// they go.
    pub in_tree: &'a dyn Fn(LeafIndex, &Digest) -> bool,
    /// The key that authenticates frames. `None` where the log's key is not at hand: the journal can then be inspected but not
    /// opened, and [`Recovery::authenticated`] says so.
    pub key: Option<&'a MacKey>,
}

/// What recovery found.
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
    /// Whether the MACs were checked.
    pub authenticated: bool,
    /// Files that are named like a journal's and that are left alone.
    pub foreign: Vec<Foreign>,
}

/// A file that is not used and stays: it is not this log's, or nobody has read that what it holds is held elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The file.
    pub path: PathBuf,
    /// Why it stays.
    pub what: &'static str,
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
pub struct FileJournal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    files: Mutex<Files>,
    writer: Mutex<Writer>,
}

/// The files that readers may need. Changed by rotation and by freeing.
#[derive(Default)]
struct Files {
    reader: JournalReader,
    /// All but the current one, oldest first.
    complete: Vec<CompleteFile>,
}

/// A file that nothing is appended to any more.
struct CompleteFile {
    number: FileNumber,
    path: PathBuf,
    /// The leaf after its last line.
    end_leaf: LeafIndex,
}

impl FileJournal {
    /// Opens the journal in `dir` (made if missing), hands every recovered batch in order to `receive`, copies what
    /// may not have reached the disk into a fresh file, and starts a new file for what comes. Batches before
    /// [`Known::sealed`] may be among them while their file also holds later ones.
    ///
    /// Cost: reads every file once, whole; writes and syncs the last one anew.
    ///
    /// # Errors
    /// [`OpenJournalError`]; nothing is accepted then, and nothing was removed.
    ///
    /// # Panics
    /// Without [`Known::key`].
    pub fn open(
        disk: Arc<dyn Disk>,
        random: Arc<dyn Random>,
        dir: &Path,
        known: &Known<'_>,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(Self, Recovery), OpenJournalError> {
        Self::open_sized(disk, random, dir, known, Sizes::default(), receive)
    }

    /// As [`FileJournal::open`], with other sizes than the usual ones.
    ///
    /// # Errors
    /// As [`FileJournal::open`].
    pub fn open_sized(
        disk: Arc<dyn Disk>,
        random: Arc<dyn Random>,
        dir: &Path,
        known: &Known<'_>,
        sizes: Sizes,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(Self, Recovery), OpenJournalError> {
        Self::look(&*disk, dir, known, receive)?.go_on(disk, random, sizes, &|_| true)
    }

    /// Reads the journal in `dir`, hands every batch in order to `receive`, and changes nothing: the first half of
    /// [`FileJournal::open`], for a caller that must compare more before anything is written.
    ///
    /// Cost: reads every file once, whole; keeps the last one in memory, to be written again.
    ///
    /// # Errors
    /// As [`FileJournal::open`].
    pub fn look(
        disk: &dyn Disk,
        dir: &Path,
        known: &Known<'_>,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<FoundJournal, OpenJournalError> {
        let mut looking = Looking::start(disk, dir, known)?;
        looking.files(receive)?;
        looking.found()
    }

    /// Reads the journal in `dir` as [`FileJournal::look`] does, and the reserve, too: for verification. Without
    /// [`Known::key`] checksums are checked, and MACs are not.
    ///
    /// Cost: reads every file once, whole.
    ///
    /// # Errors
    /// As [`FileJournal::open`].
    pub fn inspect(
        disk: &dyn Disk,
        dir: &Path,
        known: &Known<'_>,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<Recovery, OpenJournalError> {
        let mut looking = Looking::start(disk, dir, known)?;
        looking.files(receive)?;
        looking.reserve()?;
        Ok(looking.found()?.recovery().clone())
    }

    /// Gives space of the reserve free on a full disk; false when this need may have none. Until the reserve is whole again, only
    /// reserved appends are taken.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn release_reserve(&self, need: Need) -> io::Result<bool> {
        self.writer().release_reserve(need)
    }

    /// Says that sealing does not use the reserve any more, so that it may be made whole again.
    pub fn give_back_reserve(&self) {
        self.writer().give_back_reserve();
    }

    /// Makes the reserve as large as there is room, whole at most: for the end of a start, which has used some of it.
    ///
    /// # Errors
    /// What the disk answers, but for a full disk.
    pub fn keep_reserve(&self) -> io::Result<()> {
        self.writer().keep_reserve()
    }

    /// Makes the reserve again if it is missing. True: it is there, and the disk has room besides.
    ///
    /// # Errors
    /// What the disk answers, but for a full disk.
    pub fn fill_reserve(&self) -> io::Result<bool> {
        self.writer().fill_reserve()
    }

    /// How large the reserve is when it is there.
    #[must_use]
    pub fn reserve_bytes(&self) -> u64 {
        self.writer().reserve_bytes()
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A writer that panicked half way must not go on: its state may not match the file's.
        let poisoned = self.writer.is_poisoned();
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if poisoned {
            writer.stop("an earlier append panicked");
        }
        writer
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for FileJournal {
    fn next_leaf(&self) -> LeafIndex {
        self.writer().next_leaf()
    }

    fn append(&self, group: &[Batch]) -> Result<Vec<Placed>, AppendError> {
        self.writer().append(group, false)
    }

    fn append_reserved(&self, group: &[Batch]) -> Result<Vec<Placed>, AppendError> {
        self.writer().append(group, true)
    }

    fn wants_rotation(&self) -> bool {
        self.writer().wants_rotation()
    }

    fn current_file(&self) -> FileNumber {
        self.writer().number()
    }

    fn rotate(&self, newest: SignedTree) -> Result<FileNumber, AppendError> {
        let mut writer = self.writer();
        if let Some((finished, current)) = writer.rotate(newest)? {
            let mut files = self.files();
            files.complete.push(finished);
            files.reader = files.reader.with(writer.number(), current);
        }
        Ok(writer.number())
    }

    fn reader(&self) -> JournalReader {
        self.files().reader.clone()
    }

    fn free(&self, before: LeafIndex) -> Result<(), FreeError> {
        let mut files = self.files();
        let mut removed = false;
        while let Some(oldest) = files.complete.first() {
            if oldest.end_leaf > before {
                break;
            }
            let number = oldest.number;
            let path = oldest.path.clone();
            match self.disk.remove(&path) {
                // An earlier removal reported a failure but was done.
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(|source| FreeError { path, source })?,
            }
            files.reader = files.reader.without(number);
            files.complete.remove(0);
            removed = true;
        }
        if removed {
            self.disk.sync_dir(&self.dir).map_err(|source| FreeError { path: self.dir.clone(), source })?;
        }
        Ok(())
    }

    fn close(&self) -> Result<(), AppendError> {
        self.writer().close()
    }
}

/// A file open for reading lines back.
fn open_file(disk: &dyn Disk, path: &Path) -> Result<Arc<OpenFile>, OpenJournalError> {
    let file = disk.open_read(path).map_err(|source| OpenJournalError::Io { path: path.to_owned(), source })?;
    Ok(Arc::new(OpenFile { path: path.to_owned(), file }))
}
