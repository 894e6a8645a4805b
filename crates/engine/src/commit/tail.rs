//! The unsealed end of the log: which buffer takes rows now, which wait to be frozen, which are runs; and where the
//! lines behind them lie in the journal.

use std::path::PathBuf;
use std::sync::{OnceLock, PoisonError, RwLock};

use event::personal::SealedDisclosure;
use journal::{JournalReader, LinePosition, ReadError};
use proof::Digest;
use segment::tail::{BUFFER_ROWS_MAX, LineAt, LineSource};
use segment::{Disclosed, PartError};

/// The place of a row that is in no buffer yet.
pub(crate) const UNPLACED: LineAt = LineAt(0, 0);

/// Where a disclosure's record lies, in the journal file of its line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) offset: u32,
    /// 0: there is no such disclosure.
    pub(crate) bytes: u32,
}

/// Where the disclosures of a line lie, per element of its `personal`. Most lines have one element or none.
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
        let is_there = |element: &&[Span; 3]| element.iter().any(|span| span.bytes != 0);
        std::iter::once(&self.first).filter(is_there).chain(&self.more)
    }
}

/// Where a line and its disclosures lie, and the line's digest. 84 bytes, and 24 for each person but the first.
#[derive(Debug)]
pub(crate) struct TailLine {
    pub(crate) position: LinePosition,
    /// Digest of the line as it was committed. What is read from the disk later is compared with it.
    pub(crate) digest: Digest,
    pub(crate) records: Spans,
}

/// The lines behind one buffer, and behind the run it becomes. Rows are added by the sequencer alone; whoever holds the
/// chunk can read its lines, also after the journal freed their file.
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

    /// Tells of a new journal file that the next rows lie in. Earlier files than that of the first row are not held: once the
    /// journal has freed them, their space is to be free.
    pub(crate) fn set_reader(&self, reader: &JournalReader) {
        let first = self.rows.first().and_then(OnceLock::get).map(|line| line.position.file);
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader.since(first);
    }

    /// The line's place. `at.0` is the row in the buffer.
    fn row(&self, at: LineAt) -> Result<&TailLine, PartError> {
        let row = usize::try_from(at.0).ok();
        row.and_then(|row| self.rows.get(row)).and_then(OnceLock::get).ok_or(PartError::NoSuchRow(at.0))
    }

    fn read(&self, position: LinePosition) -> Result<Vec<u8>, PartError> {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner).clone();
        reader.read_line(position).map_err(|error| match error {
            ReadError::Io { path, offset, source } => PartError::Read { file: path, offset, source },
            other => PartError::Store(Box::new(other)),
        })
    }
}

impl LineSource for Chunk {
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError> {
        let TailLine { position, digest, .. } = self.row(at)?;
        let line = self.read(*position)?;
        if Digest::of(&line) == *digest {
            return Ok(line);
        }
        Err(PartError::NotInTree { file: PathBuf::from("journal"), leaf: self.first_leaf + at.0 })
    }

    fn disclosures(&self, at: LineAt) -> Result<Disclosed, PartError> {
        let line = self.row(at)?;
        let open = |span: &Span| -> Result<Option<SealedDisclosure>, PartError> {
            if span.bytes == 0 {
                return Ok(None);
            }
            let place = LinePosition { file: line.position.file, offset: span.offset, bytes: span.bytes };
            let record = self.read(place)?;
            let sealed = SealedDisclosure::from_record(&record).map_err(|error| PartError::Store(Box::new(error)))?;
            Ok(Some(sealed.into_owned()))
        };
        line.records.elements().map(|[a, b, c]| Ok([open(a)?, open(b)?, open(c)?])).collect()
    }
}
