//! Making the tail again from the journal.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use event::personal::SealedDisclosure;
use event::{Entry, PersonId};
use journal::{Journal, JournalReader, RecoveredBatch, Refusal};
use ledger::{DigestsAhead, Ledger, Recorded};

use segment::tail::{BUFFER_ROWS_MAX, Buffer, LineAt, Row};
use segment::{Disclosed, PartError};
use vault::Vault;

use crate::admit::dedup::{EventKey, Recent};
use crate::commit::received::{Ascending, Dates};
use crate::commit::record::{Numbers, read_numbers};
use crate::commit::sequencer::{Active, BookRecords};
use crate::commit::tail::{Chunk, TailLine, UNPLACED};
use crate::disclose::indexing::{remember_identity, row_extra};
use crate::own::erased::erased_in;
use crate::own::names::ERASED;
use crate::state::parts::TailPart;

/// A line of the journal that is not what the ledger signed.
#[derive(Debug, thiserror::Error)]
#[error("the journal's line of leaf {leaf} is not the one in the tree")]
struct NotInTree {
    leaf: u64,
}

/// A line that no checkpoint covers yet, with a `received` that cannot be true.
#[derive(Debug, thiserror::Error)]
#[error("the journal's line of leaf {leaf}, which is not signed yet, was changed, or the clock is wrong: {what}")]
struct Misdated {
    leaf: u64,
    what: &'static str,
}

/// What the newest checkpoint covers, and when it was recorded.
fn newest_of(ledger: &Ledger) -> Recorded {
    let newest = ledger.newest();
    Recorded { size: newest.checkpoint.size, recorded_us: newest.recorded_us }
}

/// Takes recovered batches in order.
pub(crate) struct Recovering<'a> {
    sealed: u64,
    vault: &'a Vault,
    ledger: &'a Ledger,
    digests: DigestsAhead<'a>,
    recent: &'a Recent,
    active: Active,
    chunks: Vec<Arc<Chunk>>,
    tail: Vec<TailPart>,
    book: Option<BookRecords>,
    /// The records of the current book, to open connections of later batches that refer to them.
    records: Vec<SealedDisclosure>,
    dates: Dates,
    ascending: Ascending,
    received_us: i64,
    replayed: u64,
    erased: Vec<PersonId>,
}

/// What a line's bytes alone say of it, read beside others.
struct ReadLine {
    row: Row,
    line: TailLine,
    key: Option<EventKey>,
    received_us: i64,
    /// Whose erasure it records.
    erased: Option<PersonId>,
}

/// What lines are read with.
struct Reading<'r> {
    vault: &'r Vault,
    recent: &'r Recent,
    records: &'r [SealedDisclosure],
    book: Option<&'r BookRecords>,
}

/// Lines of a batch below which they are read one after the other: a thread costs as much as some ten lines.
const SIDE_BY_SIDE_MIN: usize = 64;

impl Reading<'_> {
    /// Reads lines of a batch, on all processors.
    fn all(&self, batch: &RecoveredBatch<'_>, places: Range<usize>) -> Result<Vec<ReadLine>, Refusal> {
        let read = |places: Range<usize>| places.map(|at| self.line(batch, at)).collect::<Result<Vec<_>, Refusal>>();
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        if places.len() < SIDE_BY_SIDE_MIN || threads == 1 {
            return read(places);
        }
        let share = places.len().div_ceil(threads);
        let shares = places.clone().step_by(share).map(|start| start..(start + share).min(places.end));
        let mut all = Vec::with_capacity(places.len());
        for read in env::threads::map(shares, read) {
            all.extend(read?);
        }
        Ok(all)
    }

    fn line(&self, batch: &RecoveredBatch<'_>, at: usize) -> Result<ReadLine, Refusal> {
        let gone = || PartError::NoSuchRow(batch.handle.first_leaf.0 + at as u64);
        let line = batch.lines.get(at).ok_or_else(gone)?;
        let numbers = read_numbers(batch.refs.get(at).ok_or_else(gone)?)?;
        let entry = Entry::parse(line)?;
        let disclosed = self.disclosed(&numbers)?;
        for record in disclosed.iter().flatten().flatten() {
            remember_identity(self.vault, record.as_ref())?;
        }
        let extra = row_extra(self.vault, &entry, &disclosed)?;
        let handle = batch.handle.line(batch.lines, at).ok_or_else(gone)?;
        let records = self.book.map(|book| book.spans(&numbers)).unwrap_or_default();
        let digest = *batch.digests.get(at).ok_or_else(gone)?;
        Ok(ReadLine {
            row: Row::new(&entry, &extra, UNPLACED),
            line: TailLine { handle, digest, records },
            key: entry.event_id.as_deref().map(|id| self.recent.key(&entry.source, id)),
            received_us: entry.received_us,
            erased: (entry.action == ERASED).then(|| erased_in(line)).flatten(),
        })
    }

    fn disclosed(&self, numbers: &Numbers) -> Result<Disclosed, Refusal> {
        let record = |number: Option<u32>| -> Result<_, Refusal> {
            let Some(number) = number else { return Ok(None) };
            let sealed =
                self.records.get(number as usize).ok_or("a line refers to a disclosure that its book lacks")?;
            Ok(Some(sealed.clone()))
        };
        numbers.iter().map(|[a, b, c]| Ok([record(*a)?, record(*b)?, record(*c)?])).collect()
    }
}

/// The tail as it was.
pub(crate) struct Recovered {
    pub(crate) active: Active,
    pub(crate) tail: Vec<TailPart>,
    chunks: Vec<Arc<Chunk>>,
    book: Option<BookRecords>,
    /// The latest `received` met.
    pub(crate) received_us: i64,
    /// Lines that are in the tail again.
    pub(crate) replayed: u64,
    /// Whose erasures they record.
    pub(crate) erased: Vec<PersonId>,
}

impl<'a> Recovering<'a> {
    /// `now_us`: this machine's time, which no unsigned line may be far beyond.
    pub(crate) fn new(sealed: u64, vault: &'a Vault, ledger: &'a Ledger, recent: &'a Recent, now_us: i64) -> Self {
        let active = Active::with_reader(sealed, &JournalReader::default());
        Self {
            sealed,
            vault,
            ledger,
            digests: DigestsAhead::new(ledger),
            recent,
            chunks: vec![Arc::clone(&active.chunk)],
            tail: vec![active.part()],
            active,
            book: None,
            records: Vec::new(),
            dates: Dates::new(vec![newest_of(ledger)], now_us),
            ascending: Ascending::default(),
            received_us: 0,
            replayed: 0,
            erased: Vec::new(),
        }
    }

    /// Puts a batch's lines into ledger, tail and tables. Lines that segments hold are only counted over.
    pub(crate) fn take(&mut self, batch: &RecoveredBatch<'_>) -> Result<(), Refusal> {
        let book = batch.handle.book;
        if self.book.as_ref().is_none_or(|known| known.book() != book) {
            self.book = Some(BookRecords::new(book));
            self.records.clear();
        }
        if let Some(known) = &mut self.book {
            known.add(&batch.handle, batch.disclosures);
        }
        for record in batch.disclosures.iter() {
            self.records.push(SealedDisclosure::from_record(record)?.into_owned());
        }
        let first = batch.handle.first_leaf.0;
        let known = usize::try_from(self.sealed.saturating_sub(first)).unwrap_or(usize::MAX).min(batch.lines.len());
        let reading =
            Reading { vault: self.vault, recent: self.recent, records: &self.records, book: self.book.as_ref() };
        for (leaf, read) in (first + known as u64..).zip(reading.all(batch, known..batch.lines.len())?) {
            self.take_line(leaf, read)?;
        }
        Ok(())
    }

    fn take_line(&mut self, leaf: u64, read: ReadLine) -> Result<(), Refusal> {
        if leaf < self.ledger.size().0 {
            if self.digests.get(leaf)? != read.line.digest {
                return Err(Box::new(NotInTree { leaf }));
            }
        } else {
            let fits = self.dates.check(leaf, read.received_us).and_then(|()| self.ascending.follow(read.received_us));
            fits.map_err(|what| Misdated { leaf, what })?;
            self.ledger.note_received(read.received_us);
            self.ledger.append(&[read.line.digest])?;
        }
        self.push(read.row, read.line);
        self.recent.add(read.key.map(|key| (key, leaf)).into_iter(), leaf + 1);
        self.received_us = self.received_us.max(read.received_us);
        self.replayed += 1;
        self.erased.extend(read.erased);
        Ok(())
    }

    fn push(&mut self, row: Row, line: TailLine) {
        let at = self.active.buffer.len();
        if at == BUFFER_ROWS_MAX {
            let first = self.active.buffer.first_leaf() + u64::from(at);
            self.active = Active::with_reader(first, &JournalReader::default());
            self.chunks.push(Arc::clone(&self.active.chunk));
            self.tail.push(self.active.part());
            return self.push(row, line);
        }
        self.active.push(row, line);
    }

    /// What came back, all batches taken.
    pub(crate) fn finish(self) -> Recovered {
        let Self { active, tail, chunks, book, received_us, replayed, erased, .. } = self;
        Recovered { active, tail, chunks, book, received_us, replayed, erased }
    }
}

impl Recovered {
    /// Points the recovered rows at the books in which the journal goes on; returns the records of its current one.
    pub(crate) fn connect(&mut self, journal: &dyn Journal) -> BookRecords {
        for chunk in &self.chunks {
            chunk.set_reader(&journal.reader());
        }
        let current = journal.book();
        self.book.take().filter(|book| book.book() == current).unwrap_or_else(|| BookRecords::new(current))
    }
}

impl Active {
    pub(crate) fn with_reader(first_leaf: u64, reader: &JournalReader) -> Self {
        let chunk = Arc::new(Chunk::new(first_leaf, reader));
        Self { buffer: Buffer::new(first_leaf, Arc::clone(&chunk) as _), chunk }
    }

    /// As a piece of the tail.
    pub(crate) fn part(&self) -> TailPart {
        TailPart::Buffer(Arc::clone(&self.buffer))
    }

    /// Puts a row into the buffer, which has room.
    pub(crate) fn push(&self, row: Row, line: TailLine) {
        let at = self.buffer.len();
        self.chunk.set(at, line);
        let pushed = self.buffer.push(row.placed(LineAt(u64::from(at), 0)));
        assert!(pushed.is_ok(), "I-1: there was room in the buffer");
    }
}
