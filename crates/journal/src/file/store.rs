//! The folder in which a log keeps its journal.

use super::look::io_at;
use super::reserve::{make_room_to_look, make_room_to_settle};
use super::{FileJournal, FoundFiles, Sizes};
use crate::store::{AreHeld, FoundJournal, JournalStore, Known, Receive, Recovery};
use crate::{Journal, OpenJournalError, Term};
use env::{Disk, Random};
use proof::LeafIndex;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A journal kept in files of one folder. Whoever opens it holds the lock of the log's data directory: that is what fences earlier
/// writers, and their number is the term.
#[derive(Clone)]
pub struct FileJournalStore {
    disk: Arc<dyn Disk>,
    random: Arc<dyn Random>,
    dir: PathBuf,
    reserve_bytes: u64,
}

impl FileJournalStore {
    /// The journal in `dir`, with a reserve of at most `reserve_bytes` ([`Sizes::within`]).
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, random: Arc<dyn Random>, dir: &Path, reserve_bytes: u64) -> Self {
        Self { disk, random, dir: dir.to_owned(), reserve_bytes }
    }
}

impl JournalStore for FileJournalStore {
    fn look(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Box<dyn FoundJournal>, OpenJournalError> {
        let files = FileJournal::look(&*self.disk, &self.dir, known, receive)?;
        Ok(Box::new(Found { files, store: self.clone() }))
    }

    fn inspect(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Recovery, OpenJournalError> {
        FileJournal::inspect(&*self.disk, &self.dir, known, receive)
    }

    fn make_room_to_look(&self) -> io::Result<()> {
        make_room_to_look(&*self.disk, &self.dir)
    }

    fn make_room_to_settle(&self) -> io::Result<()> {
        make_room_to_settle(&*self.disk, &self.dir)
    }
}

/// Files that were read, and where the journal goes on.
struct Found {
    files: FoundFiles,
    store: FileJournalStore,
}

impl FoundJournal for Found {
    fn leaves(&self) -> Range<LeafIndex> {
        self.files.leaves()
    }

    fn next_term(&self) -> Term {
        self.files.term()
    }

    fn take_over(self: Box<Self>, are_held: AreHeld<'_>) -> Result<(Box<dyn Journal>, Recovery), OpenJournalError> {
        let Self { files, store: FileJournalStore { disk, random, dir, reserve_bytes } } = *self;
        // What the file system holds; the folder itself may not be there yet.
        let above = dir.parent().unwrap_or(&dir);
        let sizes = Sizes::within(reserve_bytes, disk.extent(above).map_err(io_at(above))?);
        let (journal, recovery) = files.go_on(disk, random, sizes, are_held)?;
        Ok((Box::new(journal), recovery))
    }
}
