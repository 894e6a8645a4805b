//! The durable, ordered record of lines that are not sealed yet.
//!
//! A [`Batch`] becomes one atomic frame; [`Journal::append`] writes a group of batches with one write and one sync, and once it
//! returns they are durable. [`FileJournal`] keeps frames in files `<first leaf>-<term>.wal`, whose bytes `spec/journal.md`
//! defines. At start it gives back every acknowledged batch or refuses: it cuts only an end that nothing later attests, and
//! copies the last file, whose end may never have reached the disk, into a fresh one (I-1, I-9). Every frame carries a MAC
//! chained from the file's beginning under a [`MacKey`], so that nobody without the key can write frames that a start believes.
//!
//! Lines are kept in [`Packed`] buffers (one allocation for all), and found again by [`Handle`]. What a log needs of its journal is
//! [`JournalStore`], [`FoundJournal`] and [`Journal`]; files are one way to keep it, [`fake::MemoryJournal`] another.

mod batch;
mod cursor;
mod error;
pub mod fake;
mod file;
mod format;
mod handle;
mod packed;
mod reader;
mod reserve;
mod store;

pub use batch::{Batch, RecoveredBatch, SignedTree};
pub use cursor::Cursor;
pub use error::{AppendError, FreeError, OpenJournalError, ReadError};
pub use file::{FileJournal, FileJournalStore, FoundFiles, GROUP_BYTES_MAX, RESERVE_BYTES_DEFAULT, Sizes};
pub use format::MacKey;
pub use handle::{BatchHandle, Book, Handle, Span, Term};
pub use packed::{Packed, PackedRef};
pub use reader::{BookSource, JournalReader};
pub use reserve::{Need, NoReserve, Reserve};
pub use store::{AreHeld, Cut, Foreign, FoundJournal, JournalStore, Known, Receive, Recovery, Refusal};

use proof::LeafIndex;

/// The one total order of lines, taken over by one writer for its term. Appending is for one thread (the sequencer); the rest for any.
///
/// After [`AppendError::Failed`], [`AppendError::Fenced`] and [`AppendError::Unknown`] nothing more is taken: every later call that
/// would write answers one of these or [`AppendError::Stopped`].
pub trait Journal: Send + Sync {
    /// The term that this writer writes under: above those of all writers before. Each frame is recorded with it.
    fn term(&self) -> Term;

    /// The leaf index that the next line will get.
    fn next_leaf(&self) -> LeafIndex;

    /// Records a group of batches, all or none. When it returns their handles, they are durable, and no writer of a later term has
    /// begun before they were.
    ///
    /// Never begins a new book by itself, so that the caller knows which records ([`Batch::disclosures`]) the book holds
    /// already: ask [`Journal::book_is_full`] before making a group.
    ///
    /// # Errors
    /// [`AppendError`].
    fn append(&self, group: &[Batch]) -> Result<Vec<BatchHandle>, AppendError>;

    /// As [`Journal::append`], but may use the space kept in reserve: for the server's own entries on a full disk.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn append_reserved(&self, group: &[Batch]) -> Result<Vec<BatchHandle>, AppendError> {
        self.append(group)
    }

    /// The book that the next group goes to.
    fn book(&self) -> Book;

    /// Whether that book is long enough to begin a new one.
    fn book_is_full(&self) -> bool;

    /// Begins a new book, in which no record is held yet, and which can be freed apart from those before. Nothing happens while the
    /// current one has no batch. `newest`: the newest checkpoint, which the new book names.
    ///
    /// # Errors
    /// As [`Journal::append`]; after `DiskFull` and `OutOfFiles` the current book goes on serving.
    fn begin_book(&self, newest: SignedTree) -> Result<Book, AppendError>;

    /// A view that reads what handles lead to, of all books there are now, also after they were freed. Cheap.
    fn reader(&self) -> JournalReader;

    /// A cursor that begins with the first batch of the book that holds `leaf`: records of earlier batches belong to later lines of
    /// the same book, so whoever follows references needs them.
    ///
    /// # Errors
    /// [`ReadError::Freed`] if no book begins at or before `leaf`; else as [`Cursor::next_batch`].
    fn cursor(&self, leaf: LeafIndex) -> Result<Box<dyn Cursor>, ReadError>;

    /// Removes the books whose every line lies before `leaf`. Never the current one.
    ///
    /// # Errors
    /// [`FreeError`]; harmless, tried again next time.
    fn free(&self, before: LeafIndex) -> Result<(), FreeError>;

    /// Room kept for what must go on when the disk is full.
    fn reserve(&self) -> &dyn Reserve {
        &NoReserve
    }

    /// Marks an orderly end. Everything appended was durable before already; nothing can be appended afterwards.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn close(&self) -> Result<(), AppendError>;
}
