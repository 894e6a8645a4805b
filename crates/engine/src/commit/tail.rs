//! The unsealed end of the log: which buffer takes rows now, which wait to be frozen, which are runs; and where the
//! lines behind them lie in the journal.

use std::path::PathBuf;
use std::sync::{OnceLock, PoisonError, RwLock};

use event::personal::SealedDisclosure;
use journal::{Handle, JournalReader, ReadError, Span};
use proof::Digest;
use segment::tail::{BUFFER_ROWS_MAX, LineAt, LineSource};
use segment::{Disclosed, PartError};

/// The place of a row that is in no buffer yet.
pub(crate) const UNPLACED: LineAt = LineAt(0, 0);

/// Where the disclosures of a line lie, in the book of the line, per element of its `personal`. Most lines have one element or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans {
    /// No span in it: the line has no element.
    first: [Span; 3],
    more: Box<[[Span; 3]]>,
}

impl FromIterator<[Span; 3]> for Spans {
    fn from_iter<I: IntoIterator<Item = [Span; 3]>>(elements: I) -> Self {
        let mut elements = elements.into_iter();
        Self { first: elements.next().unwrap_or_default(), more: elements.collect() }
    }
}

impl Spans {
    fn elements(&self) -> impl Iterator<Item = &[Span; 3]> {
        let is_there = |element: &&[Span; 3]| element.iter().any(|span| !span.is_none());
        std::iter::once(&self.first).filter(is_there).chain(&self.more)
    }
}

/// Where a line and its disclosures lie, and the line's digest. 84 bytes, and 24 for each person but the first.
#[derive(Debug)]
pub(crate) struct TailLine {
    pub(crate) handle: Handle,
    /// Digest of the line as it was committed. What is read from the disk later is compared with it.
    pub(crate) digest: Digest,
    pub(crate) records: Spans,
}

const _: () = assert!(size_of::<TailLine>() <= 88, "one is kept for each unsealed line");

/// The lines behind one buffer, and behind the run it becomes. Rows are added by the sequencer alone; whoever holds the
/// chunk can read its lines, also after the journal freed their book.
pub(crate) struct Chunk {
    first_leaf: u64,
    rows: Box<[OnceLock<TailLine>]>,
    reader: RwLock<JournalReader>,
}

impl Chunk {
    pub(crate) fn new(first_leaf: u64, reader: &JournalReader) -> Self {
        let rows = std::iter::repeat_with(OnceLock::new).take(BUFFER_ROWS_MAX as usize).collect();
        Self { first_leaf, rows, reader: RwLock::new(reader.since(None)) }
    }

    /// Puts row `row` in its place. Each row once.
    pub(crate) fn set(&self, row: u32, line: TailLine) {
        if let Some(slot) = self.rows.get(row as usize) {
            assert!(slot.set(line).is_ok(), "I-1: a row of the tail is written once");
        }
    }

    /// Tells of a new book of the journal that the next rows lie in. Earlier books than that of the first row are not held: once the
    /// journal has freed them, their space is to be free.
    pub(crate) fn set_reader(&self, reader: &JournalReader) {
        let first = self.rows.first().and_then(OnceLock::get).map(|line| line.handle.book);
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader.since(first);
    }

    /// The line's place. `at.0` is the row in the buffer.
    fn row(&self, at: LineAt) -> Result<&TailLine, PartError> {
        let row = usize::try_from(at.0).ok();
        row.and_then(|row| self.rows.get(row)).and_then(OnceLock::get).ok_or(PartError::NoSuchRow(at.0))
    }

    fn read(&self, handle: Handle) -> Result<Vec<u8>, PartError> {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner).clone();
        reader.read(handle).map_err(|error| match error {
            ReadError::Io { path, offset, source } => PartError::Read { file: path, offset, source },
            other => PartError::Store(Box::new(other)),
        })
    }
}

impl LineSource for Chunk {
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError> {
        let TailLine { handle, digest, .. } = self.row(at)?;
        let line = self.read(*handle)?;
        if Digest::of(&line) == *digest {
            return Ok(line);
        }
        Err(PartError::NotInTree { file: PathBuf::from("journal"), leaf: self.first_leaf + at.0 })
    }

    fn disclosures(&self, at: LineAt) -> Result<Disclosed, PartError> {
        let line = self.row(at)?;
        let open = |span: &Span| -> Result<Option<SealedDisclosure>, PartError> {
            if span.is_none() {
                return Ok(None);
            }
            let record = self.read(Handle { book: line.handle.book, span: *span })?;
            let sealed = SealedDisclosure::from_record(&record).map_err(|error| PartError::Store(Box::new(error)))?;
            Ok(Some(sealed.into_owned()))
        };
        line.records.elements().map(|[a, b, c]| Ok([open(a)?, open(b)?, open(c)?])).collect()
    }
}
