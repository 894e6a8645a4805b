//! Reading lines and records back while others append.

use crate::{Book, Handle, ReadError, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One book, as its journal keeps it. It can be read for as long as somebody holds it, also after it was freed.
pub trait BookSource: Send + Sync {
    /// Fills `bytes`, which have the span's length, with what lies there.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read(&self, span: Span, bytes: &mut [u8]) -> Result<(), ReadError>;
}

/// Reads the books that existed when it was made, also after they were freed. Cloning is cheap.
#[derive(Clone, Default)]
pub struct JournalReader {
    books: Arc<BTreeMap<Book, Arc<dyn BookSource>>>,
}

impl JournalReader {
    /// Reads one line or record. Cost: one positioned read, no lock of the journal's.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self, handle: Handle) -> Result<Vec<u8>, ReadError> {
        let source = self.books.get(&handle.book).ok_or(ReadError::Freed)?;
        let mut bytes = vec![0; handle.span.bytes() as usize];
        source.read(handle.span, &mut bytes)?;
        Ok(bytes)
    }

    /// The same without the books before this one, so that it does not hold them once they are freed. Without `first`: the newest
    /// alone. Cost: a few pointers.
    #[must_use]
    pub fn since(&self, first: Option<Book>) -> Self {
        let first = first.or_else(|| self.books.keys().next_back().copied());
        let wanted = |book: &Book| first.is_some_and(|first| *book >= first);
        let books = self.books.iter().filter(|(book, _)| wanted(book));
        Self { books: Arc::new(books.map(|(book, source)| (*book, Arc::clone(source))).collect()) }
    }

    /// Whether it has this book: one of the journal's own has not if the book was freed.
    #[must_use]
    pub fn has(&self, book: Book) -> bool {
        self.books.contains_key(&book)
    }

    /// The same books and one more. For journals.
    #[must_use]
    pub fn with(&self, book: Book, source: Arc<dyn BookSource>) -> Self {
        let mut books = (*self.books).clone();
        books.insert(book, source);
        Self { books: Arc::new(books) }
    }

    /// The same books but one. For journals.
    #[must_use]
    pub fn without(&self, book: Book) -> Self {
        let mut books = (*self.books).clone();
        books.remove(&book);
        Self { books: Arc::new(books) }
    }
}
