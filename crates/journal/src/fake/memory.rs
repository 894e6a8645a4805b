//! What one writer holds of a journal in memory.

use super::store::{Fault, Shelf, Stored};
use crate::{
    AppendError, Batch, BatchHandle, Book, Cursor, FreeError, Journal, JournalReader, ReadError, RecoveredBatch,
    SignedTree, Term,
};
use proof::LeafIndex;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Batches after which a book is full: few, so that a test of some hundred entries begins several.
const BOOK_BATCHES: usize = 8;

/// A writer and its term.
pub(super) struct MemoryWriter {
    pub(super) shelf: Arc<Mutex<Shelf>>,
    pub(super) term: Term,
    /// Why nothing is taken any more.
    pub(super) stopped: Mutex<Option<String>>,
}

impl MemoryWriter {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses what this writer may not do any more.
    fn going(&self, shelf: &Shelf) -> Result<(), AppendError> {
        if let Some(reason) = &*self.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(AppendError::Stopped { reason: reason.clone() });
        }
        if shelf.term == self.term { Ok(()) } else { Err(self.stop(AppendError::Fenced { ours: self.term })) }
    }

    fn stop(&self, error: AppendError) -> AppendError {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        error
    }

    fn fail(&self, shelf: &mut Shelf, fault: Fault, group: &[Batch]) -> AppendError {
        match fault {
            Fault::DiskFull => AppendError::DiskFull,
            Fault::Failed => {
                let source = io::Error::other("the medium failed");
                self.stop(AppendError::Failed { path: PathBuf::from("memory"), source })
            }
            Fault::Fenced => {
                shelf.term = Term(shelf.term.0 + 1);
                self.stop(AppendError::Fenced { ours: self.term })
            }
            Fault::Unknown { recorded } => {
                if recorded {
                    shelf.record(self.term, group);
                }
                self.stop(AppendError::Unknown { reason: "the answer was lost".to_owned() })
            }
        }
    }
}

impl Journal for MemoryWriter {
    fn term(&self) -> Term {
        self.term
    }

    fn next_leaf(&self) -> LeafIndex {
        self.shelf().next_leaf
    }

    fn append(&self, group: &[Batch]) -> Result<Vec<BatchHandle>, AppendError> {
        let mut shelf = self.shelf();
        self.going(&shelf)?;
        match shelf.next_fault() {
            Some(fault) => Err(self.fail(&mut shelf, fault, group)),
            None => Ok(shelf.record(self.term, group)),
        }
    }

    fn book(&self) -> Book {
        self.shelf().book()
    }

    fn book_is_full(&self) -> bool {
        self.shelf().books.last().is_some_and(|(_, book)| book.batches().len() >= BOOK_BATCHES)
    }

    fn begin_book(&self, _newest: SignedTree) -> Result<Book, AppendError> {
        let mut shelf = self.shelf();
        self.going(&shelf)?;
        shelf.begin_book();
        Ok(shelf.book())
    }

    fn reader(&self) -> JournalReader {
        let books = self.shelf().books.clone();
        books.into_iter().fold(JournalReader::default(), |reader, (book, stored)| reader.with(book, stored))
    }

    fn cursor(&self, leaf: LeafIndex) -> Result<Box<dyn Cursor>, ReadError> {
        let shelf = self.shelf();
        let (book, stored) =
            shelf.books.iter().rev().find(|(_, book)| book.first_leaf <= leaf).ok_or(ReadError::Freed)?;
        let next_leaf = stored.first_leaf;
        Ok(Box::new(MemoryCursor { shelf: Arc::clone(&self.shelf), book: *book, next_leaf, given: None }))
    }

    fn free(&self, before: LeafIndex) -> Result<(), FreeError> {
        let mut shelf = self.shelf();
        if self.going(&shelf).is_err() {
            let source = io::ErrorKind::PermissionDenied.into();
            return Err(FreeError { path: PathBuf::from("memory"), source });
        }
        let current = shelf.book();
        shelf.books.retain(|(book, stored)| *book == current || stored.end_leaf() > before);
        Ok(())
    }

    fn close(&self) -> Result<(), AppendError> {
        let mut shelf = self.shelf();
        self.going(&shelf)?;
        shelf.closed = true;
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some("it was closed".to_owned());
        Ok(())
    }
}

/// Where a reader of batches is.
struct MemoryCursor {
    shelf: Arc<Mutex<Shelf>>,
    book: Book,
    next_leaf: LeafIndex,
    /// The batch given last, and what it was asked for with.
    given: Option<(Arc<Stored>, LeafIndex)>,
}

impl Cursor for MemoryCursor {
    fn book(&self) -> Book {
        self.book
    }

    fn next_leaf(&self) -> LeafIndex {
        self.next_leaf
    }

    fn next_batch(&mut self, until: LeafIndex) -> Result<Option<RecoveredBatch<'_>>, ReadError> {
        if let Some((given, asked)) = &self.given {
            if given.end_leaf() <= *asked {
                self.next_leaf = given.end_leaf();
            } else if until <= *asked {
                return Ok(None);
            }
        }
        if self.next_leaf >= until {
            return Ok(None);
        }
        let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let (book, stored) = shelf.find(self.next_leaf).ok_or(ReadError::Freed)?;
        drop(shelf);
        self.book = book;
        let (stored, _) = self.given.insert((stored, until));
        Ok(Some(RecoveredBatch { digests: &[], ..stored.recovered() }))
    }
}
