//! Handles: where what was appended lies, in the journal's own terms.
//!
//! A journal is a row of [`Book`]s; within a book every string lies at a [`Span`] of bytes. What these numbers count is for each
//! journal to say: a book is a file and a span bytes of it, or a book is a run of database rows and a span counts through their payloads.
//! Whoever appends keeps handles and hands them back; it makes none.

use crate::PackedRef;
use proof::LeafIndex;
use std::fmt;

/// Which writer: each one that takes a journal over writes under a higher term than all before it, and each frame is recorded with its
/// writer's term. From 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(pub u64);

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of the journal that holds each record of a disclosure once: references count the records from its beginning. Numbered anew by
/// every process, in leaf order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Book(u32);

impl Book {
    /// The `n`th book of this process. For journals.
    ///
    /// # Panics
    /// From 2³² on: a book takes a file, or as much.
    #[must_use]
    pub fn nth(n: usize) -> Self {
        Self(u32::try_from(n).unwrap_or_else(|_| panic!("a process has fewer than 2^32 books")))
    }

    /// The book behind this one. For journals.
    #[must_use]
    pub fn next(self) -> Self {
        Self::nth(self.0 as usize + 1)
    }
}

/// Where a string's bytes lie in a book. The default is of no string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    offset: u32,
    bytes: u32,
}

impl Span {
    /// `bytes` bytes from `offset` on. For journals.
    #[must_use]
    pub const fn new(offset: u32, bytes: u32) -> Self {
        Self { offset, bytes }
    }

    /// Where in the book it begins.
    #[must_use]
    pub const fn offset(self) -> u32 {
        self.offset
    }

    /// Its length.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.bytes
    }

    /// Whether it is of no string: none that is recorded is empty.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.bytes == 0
    }
}

/// Where a line, or the record of a disclosure, lies. Valid for the process that was given it. 12 bytes: one is kept for each
/// unsealed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    /// The book.
    pub book: Book,
    /// Where in the book.
    pub span: Span,
}

const _: () = assert!(size_of::<Handle>() == 12, "one is kept for each unsealed line");

/// Where a batch came to lie: leads to its lines and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHandle {
    /// The leaf index of its first line.
    pub first_leaf: LeafIndex,
    /// The term it was written under.
    pub term: Term,
    /// The book it went to.
    pub book: Book,
    /// Where the first line begins; the others follow without a gap.
    lines_at: u32,
    /// Where the first record begins; the others follow without a gap.
    records_at: u32,
}

impl BatchHandle {
    /// The handle of a batch whose lines and records begin at these offsets of the book. For journals.
    #[must_use]
    pub const fn new(first_leaf: LeafIndex, term: Term, book: Book, lines_at: u32, records_at: u32) -> Self {
        Self { first_leaf, term, book, lines_at, records_at }
    }

    /// The handle of line `index`, given the batch's lines.
    #[must_use]
    pub fn line(&self, lines: PackedRef<'_>, index: usize) -> Option<Handle> {
        Some(Handle { book: self.book, span: span(self.lines_at, lines, index)? })
    }

    /// The handle of record `index`, given the batch's records.
    #[must_use]
    pub fn record(&self, records: PackedRef<'_>, index: usize) -> Option<Handle> {
        Some(Handle { book: self.book, span: span(self.records_at, records, index)? })
    }
}

fn span(at: u32, strings: PackedRef<'_>, index: usize) -> Option<Span> {
    let bytes = u32::try_from(strings.get(index)?.len()).ok()?;
    let start = u32::try_from(strings.start(index)?).ok()?;
    Some(Span { offset: at.checked_add(start)?, bytes })
}
