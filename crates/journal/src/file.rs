//! The journal in files.

mod cursor;
mod found;
mod look;
mod name;
mod placing;
mod reserve;
mod sizes;
mod store;
mod writer;

use crate::store::{Known, Receive, Recovery};
use crate::{
    AppendError, Batch, BatchHandle, Book, BookSource, Cursor, FreeError, Journal, JournalReader, Need,
    OpenJournalError, ReadError, Reserve, SignedTree, Span, Term,
};
use cursor::FileCursor;
use env::{Disk, DiskFile, Random};
use look::Looking;
use proof::LeafIndex;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use writer::Writer;

pub use found::FoundFiles;
pub use sizes::{GROUP_BYTES_MAX, RESERVE_BYTES_DEFAULT, Sizes};
pub use store::FileJournalStore;

/// A journal in files of one folder, `<first leaf>-<term>.wal`.
pub struct FileJournal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    files: Arc<Mutex<Files>>,
    writer: Mutex<Writer>,
}

/// The files that readers may need. Changed by rotation and by freeing. A book is a file.
#[derive(Default)]
struct Files {
    open: BTreeMap<Book, Arc<OpenFile>>,
    reader: JournalReader,
    /// All but the current one, oldest first.
    complete: Vec<CompleteFile>,
}

/// An open journal file, shared by the journal and its readers. Its name may be gone; its bytes stay while it is held.
struct OpenFile {
    path: PathBuf,
    file: Box<dyn DiskFile>,
}

/// A file that nothing is appended to any more.
struct CompleteFile {
    book: Book,
    path: PathBuf,
    /// The leaf after its last line.
    end_leaf: LeafIndex,
}

impl BookSource for OpenFile {
    fn read(&self, span: Span, bytes: &mut [u8]) -> Result<(), ReadError> {
        let offset = u64::from(span.offset());
        let read = self.file.read_exact_at(bytes, offset);
        read.map_err(|source| ReadError::Io { path: self.path.clone(), offset, source })
    }
}

impl Files {
    fn add(&mut self, book: Book, file: Arc<OpenFile>) {
        self.reader = self.reader.with(book, Arc::clone(&file) as _);
        self.open.insert(book, file);
    }

    fn remove(&mut self, book: Book) {
        self.reader = self.reader.without(book);
        self.open.remove(&book);
    }
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
        receive: Receive<'_>,
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
        receive: Receive<'_>,
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
        receive: Receive<'_>,
    ) -> Result<FoundFiles, OpenJournalError> {
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
        receive: Receive<'_>,
    ) -> Result<Recovery, OpenJournalError> {
        let mut looking = Looking::start(disk, dir, known)?;
        looking.files(receive)?;
        looking.reserve()?;
        Ok(looking.found()?.recovery().clone())
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

impl Reserve for FileJournal {
    fn release(&self, need: Need) -> io::Result<bool> {
        self.writer().release_reserve(need)
    }

    fn give_back(&self) {
        self.writer().give_back_reserve();
    }

    fn keep(&self) -> io::Result<()> {
        self.writer().keep_reserve()
    }

    fn fill(&self) -> io::Result<bool> {
        self.writer().fill_reserve()
    }

    fn bytes(&self) -> Option<u64> {
        Some(self.writer().reserve_bytes())
    }
}

impl Journal for FileJournal {
    fn term(&self) -> Term {
        self.writer().term()
    }

    fn next_leaf(&self) -> LeafIndex {
        self.writer().next_leaf()
    }

    fn append(&self, group: &[Batch]) -> Result<Vec<BatchHandle>, AppendError> {
        self.writer().append(group, false)
    }

    fn append_reserved(&self, group: &[Batch]) -> Result<Vec<BatchHandle>, AppendError> {
        self.writer().append(group, true)
    }

    fn book(&self) -> Book {
        self.writer().book()
    }

    fn book_is_full(&self) -> bool {
        self.writer().is_full()
    }

    fn begin_book(&self, newest: SignedTree) -> Result<Book, AppendError> {
        let mut writer = self.writer();
        if let Some((finished, current)) = writer.rotate(newest)? {
            let mut files = self.files();
            files.complete.push(finished);
            files.add(writer.book(), current);
        }
        Ok(writer.book())
    }

    fn reader(&self) -> JournalReader {
        self.files().reader.clone()
    }

    fn cursor(&self, leaf: LeafIndex) -> Result<Box<dyn Cursor>, ReadError> {
        Ok(Box::new(FileCursor::begin(&self.files, leaf)?))
    }

    fn reserve(&self) -> &dyn Reserve {
        self
    }

    fn free(&self, before: LeafIndex) -> Result<(), FreeError> {
        let mut files = self.files();
        let mut removed = false;
        while let Some(oldest) = files.complete.first() {
            if oldest.end_leaf > before {
                break;
            }
            let book = oldest.book;
            let path = oldest.path.clone();
            match self.disk.remove(&path) {
                // An earlier removal reported a failure but was done.
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(|source| FreeError { path, source })?,
            }
            files.complete.remove(0);
            files.remove(book);
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
