//! What outlives a writer: the books, and what is to go wrong.

use super::memory::MemoryWriter;
use crate::store::{AreHeld, FoundJournal, JournalStore, Known, Receive, Recovery};
use crate::{
    Batch, BatchHandle, Book, BookSource, Journal, OpenJournalError, Packed, ReadError, RecoveredBatch, Span, Term,
};
use proof::{Digest, LeafIndex};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A journal in memory. Clones share it, so it can be opened again after a log that wrote to it was dropped, or taken over while one
/// still does.
#[derive(Clone, Default)]
pub struct MemoryJournal {
    shelf: Arc<Mutex<Shelf>>,
}

/// What an append answers in place of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no room; the next append finds some.
    DiskFull,
    /// The medium fails; nothing is recorded.
    Failed,
    /// Another writer has taken over just before; nothing is recorded.
    Fenced,
    /// The answer is lost.
    Unknown {
        /// Whether the group is there all the same.
        recorded: bool,
    },
}

/// The books, oldest first, and whose turn it is.
pub(super) struct Shelf {
    /// The term of the writer that counts.
    pub(super) term: Term,
    pub(super) books: Vec<(Book, Arc<StoredBook>)>,
    pub(super) next_leaf: LeafIndex,
    pub(super) closed: bool,
    /// How many appends go well before the fault.
    fault: Option<(u64, Fault)>,
}

/// A book: its batches, and their lines and records end to end.
pub(super) struct StoredBook {
    pub(super) first_leaf: LeafIndex,
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    batches: Vec<Arc<Stored>>,
}

/// A batch.
pub(super) struct Stored {
    handle: BatchHandle,
    lines: Packed,
    digests: Vec<Digest>,
    refs: Packed,
    disclosures: Packed,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { term: Term(0), books: Vec::new(), next_leaf: LeafIndex(0), closed: false, fault: None }
    }
}

impl Stored {
    pub(super) fn end_leaf(&self) -> LeafIndex {
        LeafIndex(self.handle.first_leaf.0 + self.lines.len() as u64)
    }

    pub(super) fn recovered(&self) -> RecoveredBatch<'_> {
        RecoveredBatch {
            handle: self.handle,
            lines: self.lines.as_ref(),
            digests: &self.digests,
            refs: self.refs.as_ref(),
            disclosures: self.disclosures.as_ref(),
        }
    }
}

impl StoredBook {
    fn begin(first_leaf: LeafIndex) -> Self {
        Self { first_leaf, content: Mutex::default() }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn batches(&self) -> Vec<Arc<Stored>> {
        self.content().batches.clone()
    }

    pub(super) fn end_leaf(&self) -> LeafIndex {
        self.content().batches.last().map_or(self.first_leaf, |batch| batch.end_leaf())
    }
}

impl BookSource for StoredBook {
    fn read(&self, span: Span, bytes: &mut [u8]) -> Result<(), ReadError> {
        let content = self.content();
        let from = span.offset() as usize;
        let what = "the book is shorter than a handle says";
        let damaged = || ReadError::Damaged { path: "memory".into(), offset: u64::from(span.offset()), what };
        bytes.copy_from_slice(content.bytes.get(from..from + bytes.len()).ok_or_else(damaged)?);
        Ok(())
    }
}

impl Shelf {
    pub(super) fn book(&self) -> Book {
        self.books.last().map_or(Book::nth(0), |(book, _)| *book)
    }

    /// Begins a book, unless the last one is empty.
    pub(super) fn begin_book(&mut self) {
        if self.books.last().is_some_and(|(_, book)| book.batches().is_empty()) {
            return;
        }
        let book = self.books.last().map_or(Book::nth(0), |(book, _)| book.next());
        self.books.push((book, Arc::new(StoredBook::begin(self.next_leaf))));
    }

    pub(super) fn next_fault(&mut self) -> Option<Fault> {
        let (left, fault) = self.fault?;
        self.fault = left.checked_sub(1).map(|left| (left, fault));
        self.fault.is_none().then_some(fault)
    }

    pub(super) fn record(&mut self, term: Term, group: &[Batch]) -> Vec<BatchHandle> {
        let Some((book, stored)) = self.books.last() else { panic!("a writer begins with a book") };
        let mut content = stored.content();
        let mut handles = Vec::with_capacity(group.len());
        for batch in group {
            let mut put = |packed: &Packed| {
                let at = u32::try_from(content.bytes.len()).unwrap_or_else(|_| panic!("a book stays below 4 GiB"));
                content.bytes.extend_from_slice(packed.bytes());
                at
            };
            let [lines_at, records_at] = [put(&batch.lines), put(&batch.disclosures)];
            let handle = BatchHandle::new(self.next_leaf, term, *book, lines_at, records_at);
            let Batch { lines, digests, refs, disclosures } = batch.clone();
            content.batches.push(Arc::new(Stored { handle, lines, digests, refs, disclosures }));
            self.next_leaf = LeafIndex(self.next_leaf.0 + batch.lines.len() as u64);
            handles.push(handle);
        }
        handles
    }

    /// The batch that begins with a leaf.
    pub(super) fn find(&self, leaf: LeafIndex) -> Option<(Book, Arc<Stored>)> {
        let of = |(book, stored): &(Book, Arc<StoredBook>)| {
            let book = *book;
            stored.batches().into_iter().map(move |batch| (book, batch))
        };
        let mut batches = self.books.iter().flat_map(of);
        batches.find(|(_, batch)| batch.handle.first_leaf == leaf)
    }
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the append after the next `appends` ones fail.
    pub fn fail_after(&self, appends: u64, fault: Fault) {
        self.shelf().fault = Some((appends, fault));
    }

    /// Begins a term as another writer does that takes the journal over, and writes nothing.
    pub fn take_over(&self) -> Term {
        let mut shelf = self.shelf();
        shelf.term = Term(shelf.term.0 + 1);
        shelf.term
    }

    /// The leaves it holds: none that were freed.
    #[must_use]
    pub fn leaves(&self) -> Range<u64> {
        let shelf = self.shelf();
        shelf.books.first().map_or(shelf.next_leaf.0, |(_, book)| book.first_leaf.0)..shelf.next_leaf.0
    }

    /// The term of each batch, in leaf order.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        let shelf = self.shelf();
        shelf.books.iter().flat_map(|(_, book)| book.batches()).map(|batch| batch.handle.term).collect()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands every batch on; says what was read.
    fn read(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Recovery, OpenJournalError> {
        let (books, end, closed) = {
            let shelf = self.shelf();
            (shelf.books.clone(), shelf.next_leaf, shelf.closed)
        };
        let path = || PathBuf::from("memory");
        let first = books.first().map_or(end, |(_, book)| book.first_leaf);
        if first > known.sealed {
            return Err(OpenJournalError::Gap { path: path(), found: first, expected: known.sealed });
        }
        let checkpoint = known.checkpoint.size;
        if end.0 < checkpoint.0.max(known.sealed.0) {
            return Err(OpenJournalError::Short { dir: path(), end, checkpoint });
        }
        let mut recovery = Recovery { closed, authenticated: known.key.is_some(), ..Recovery::default() };
        for batch in books.iter().flat_map(|(_, book)| book.batches()) {
            recovery.batches += 1;
            recovery.lines += batch.lines.len() as u64;
            receive(batch.recovered()).map_err(|source| OpenJournalError::Refused { source })?;
        }
        Ok(recovery)
    }
}

impl JournalStore for MemoryJournal {
    fn look(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Box<dyn FoundJournal>, OpenJournalError> {
        let recovery = self.read(known, receive)?;
        Ok(Box::new(Found { store: self.clone(), recovery }))
    }

    fn inspect(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Recovery, OpenJournalError> {
        self.read(known, receive)
    }
}

/// A journal that was read.
struct Found {
    store: MemoryJournal,
    recovery: Recovery,
}

impl FoundJournal for Found {
    fn leaves(&self) -> Range<LeafIndex> {
        let leaves = self.store.leaves();
        LeafIndex(leaves.start)..LeafIndex(leaves.end)
    }

    fn next_term(&self) -> Term {
        Term(self.store.shelf().term.0 + 1)
    }

    fn take_over(self: Box<Self>, _are_held: AreHeld<'_>) -> Result<(Box<dyn Journal>, Recovery), OpenJournalError> {
        let term = self.store.take_over();
        let mut shelf = self.store.shelf();
        shelf.begin_book();
        shelf.closed = false;
        let writer = MemoryWriter { shelf: Arc::clone(&self.store.shelf), term, stopped: Mutex::default() };
        drop(shelf);
        Ok((Box::new(writer), self.recovery))
    }
}
