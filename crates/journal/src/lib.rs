//! The durable, ordered record of lines that are not sealed yet.
//!
//! A [`Batch`] becomes one atomic frame; [`Journal::append`] writes a group of batches with one write and one sync, and once it
//! returns they are durable. [`FileJournal`] keeps frames in files `<first leaf>-<term>.wal`, whose bytes `spec/journal.md`
//! defines. At start it gives back every acknowledged batch or refuses: it cuts only an end that nothing later attests, and
//! copies the last file, whose end may never have reached the disk, into a fresh one (I-1, I-9). Every frame carries a MAC
//! chained from the file's beginning under a [`MacKey`], so that nobody without the key can write frames that a start believes.
//!
//! Lines are kept in [`Packed`] buffers (one allocation for all), and found again by [`LinePosition`].

mod batch;
mod cursor;
mod error;
mod file;
mod format;
mod packed;
mod reader;

pub use batch::{Batch, FileNumber, LinePosition, Placed, RecoveredBatch, SignedTree};
pub use cursor::Cursor;
pub use error::{AppendError, FreeError, OpenJournalError, ReadError};
pub use file::{
    AreHeld, Cut, FileJournal, Foreign, FoundJournal, GROUP_BYTES_MAX, Known, Need, RESERVE_BYTES_DEFAULT, Recovery,
    Refusal, Sizes, make_room_to_look, make_room_to_settle,
};
pub use format::MacKey;
pub use packed::{Packed, PackedRef};
pub use reader::JournalReader;

use proof::LeafIndex;

/// The one total order of lines. Appending is for one thread (the sequencer); the rest for any.
pub trait Journal: Send + Sync {
    /// The leaf index that the next line will get.
    fn next_leaf(&self) -> LeafIndex;

    /// Records a group of batches: one write, one sync. When it returns, they are durable.
    ///
    /// Never starts a new file by itself, so that the caller knows which records ([`Batch::disclosures`]) the file
    /// holds already: ask [`Journal::wants_rotation`] before making a group.
    ///
    /// # Errors
    /// [`AppendError`]; after `Failed` every later call answers `Stopped`.
    fn append(&self, group: &[Batch]) -> Result<Vec<Placed>, AppendError>;

    /// As [`Journal::append`], but may use the space kept in reserve: for the server's own entries on a full disk.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn append_reserved(&self, group: &[Batch]) -> Result<Vec<Placed>, AppendError>;

    /// Whether the current file is long enough to start a new one.
    fn wants_rotation(&self) -> bool;

    /// The file that the next group goes to.
    fn current_file(&self) -> FileNumber;

    /// Closes the current file and starts a new one, in which no record is held yet. Nothing happens while the current
    /// file has no batch. Call at seal boundaries and when [`Journal::wants_rotation`]. `newest`: the newest checkpoint,
    /// which the new file's header names.
    ///
    /// # Errors
    /// As [`Journal::append`]; after `DiskFull` the current file goes on serving.
    fn rotate(&self, newest: SignedTree) -> Result<FileNumber, AppendError>;

    /// A view that reads lines of all files there are now, also after they were freed. Cheap.
    fn reader(&self) -> JournalReader;

    /// Removes the files whose every line lies before `leaf`. Never the current file.
    ///
    /// # Errors
    /// [`FreeError`]; harmless, tried again next time.
    fn free(&self, before: LeafIndex) -> Result<(), FreeError>;

    /// Marks an orderly end. Everything appended was durable before already; nothing can be appended afterwards.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn close(&self) -> Result<(), AppendError>;
}
