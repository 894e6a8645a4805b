//! A segment in the making. It takes each run as it is frozen: lines and disclosures from the journal, index rows from the
//! columns that were made for the run.

use std::ops::Range;

use env::BlobStore;
use event::Entry;
use event::personal::SealedDisclosure;
use index::{AddressValue, IndexSecret};
use journal::{Book, Cursor, Handle, Journal, JournalReader, ReadError, RecoveredBatch};
use proof::LeafIndex;
use segment::merge::addresses;
use segment::seal::{Digests3, Ordinals};
use segment::tail::BUFFER_ROWS_MAX;
use segment::{PartError, Sealer};
use vault::Vault;

use crate::commit::record::read_numbers;
use crate::disclose::checking::check_opens;
use crate::seal::error::SealingError;
use crate::state::parts::Frozen;
use crate::state::shared::Shared;

/// What only the sealer touches of a segment that is not finished.
pub(crate) struct Sealing {
    sealer: Sealer,
    line_bytes: u64,
}

/// Where the sealer is in the journal, and what it knows of the records of the book it is in.
pub(crate) struct Place {
    cursor: Box<dyn Cursor>,
    book: Book,
    /// The leaf up to which batches have brought in their records.
    records_to: LeafIndex,
    /// By number within the book.
    records: Vec<Record>,
}

/// A record of a disclosure in the journal.
struct Record {
    digest: [u8; 32],
    handle: Handle,
    /// The first leaf of the segment that has taken it, and its number there.
    taken: Option<(u64, u32)>,
}

impl Place {
    /// The place of a leaf that is not sealed.
    pub(crate) fn of(journal: &dyn Journal, leaf: u64) -> Result<Self, ReadError> {
        let cursor = journal.cursor(LeafIndex(leaf))?;
        Ok(Self { book: cursor.book(), records_to: cursor.next_leaf(), cursor, records: Vec::new() })
    }

    /// Whether the journal still has the book.
    pub(crate) fn is_there(&self, reader: &JournalReader) -> bool {
        reader.has(self.cursor.book())
    }
}

impl Sealing {
    /// `rows`: about how many will be taken. `secret`: that of the log's indexes.
    pub(crate) fn begin(
        store: &dyn BlobStore,
        first: u64,
        rows: u64,
        secret: IndexSecret,
    ) -> Result<Self, SealingError> {
        let rows = usize::try_from(rows).unwrap_or(0) + BUFFER_ROWS_MAX as usize;
        Ok(Self { sealer: Sealer::begin(store, first, rows, secret)?, line_bytes: 0 })
    }

    pub(crate) fn leaves(&self) -> Range<u64> {
        self.sealer.leaves()
    }

    pub(crate) fn line_bytes(&self) -> u64 {
        self.line_bytes
    }

    pub(crate) fn into_sealer(self) -> Sealer {
        self.sealer
    }

    /// Takes the next run over. Cost: each byte of its lines is read, compressed and written once.
    pub(crate) fn take(&mut self, shared: &Shared, place: &mut Place, frozen: &Frozen) -> Result<(), SealingError> {
        let run = &frozen.run;
        let until = run.leaf_set().end();
        let columns = frozen.take_columns();
        // Without columns, after sealing was given up before, the rows are made from the lines again.
        let addresses = if columns.is_none() { Some(addresses(&**run)?) } else { None };
        let reader = shared.journal.reader();
        let Place { cursor, book, records_to, records } = place;
        while let Some(batch) = cursor.next_batch(LeafIndex(until))? {
            let first = batch.handle.first_leaf;
            if batch.handle.book != *book {
                (*book, *records_to) = (batch.handle.book, first);
                records.clear();
            }
            let end = first.0 + batch.lines.len() as u64;
            if *records_to <= first {
                *records_to = LeafIndex(end);
                note_records(&batch, records)?;
            }
            let brought = records.len() - batch.disclosures.len();
            let mut lines =
                Lines { sealing: &mut *self, vault: &shared.vault, reader: &reader, records, batch: &batch, brought };
            for (at, (line, refs)) in batch.lines.iter().zip(batch.refs.iter()).enumerate() {
                let leaf = first.0 + at as u64;
                if leaf == lines.sealing.leaves().end && leaf < until {
                    let address = addresses.as_ref().map(|addresses| addresses.get(&leaf).copied());
                    lines.take(leaf, line, refs, address)?;
                }
            }
        }
        if let Some(columns) = columns {
            self.sealer.absorb(columns);
        }
        Ok(())
    }
}

/// The lines of one batch on their way into the segment.
struct Lines<'l> {
    sealing: &'l mut Sealing,
    vault: &'l Vault,
    reader: &'l JournalReader,
    records: &'l mut [Record],
    batch: &'l RecoveredBatch<'l>,
    /// Number, within its book, of the first record that this batch brought.
    brought: usize,
}

impl Lines<'_> {
    /// `address` is given where the index row is to be made from the line.
    fn take(
        &mut self,
        leaf: u64,
        line: &[u8],
        refs: &[u8],
        address: Option<Option<AddressValue>>,
    ) -> Result<(), SealingError> {
        let numbers = read_numbers(refs).map_err(store)?;
        let mut digests: Vec<Digests3> = Vec::with_capacity(numbers.len());
        let mut ordinals: Vec<Ordinals> = Vec::with_capacity(numbers.len());
        for element in &numbers {
            let mut digests3 = [None; 3];
            let mut ordinals3 = [None; 3];
            for (kind, number) in element.iter().enumerate() {
                let Some(number) = number else { continue };
                let (digest, ordinal) = self.record(*number as usize, kind)?;
                if let (Some(to), Some(at)) = (digests3.get_mut(kind), ordinals3.get_mut(kind)) {
                    (*to, *at) = (Some(digest), Some(ordinal));
                }
            }
            digests.push(digests3);
            ordinals.push(ordinals3);
        }
        self.sealing.sealer.push_line(line, &digests, &ordinals)?;
        self.sealing.line_bytes += line.len() as u64;
        if let Some(address) = address {
            let entry = Entry::parse(line).map_err(store)?;
            self.sealing.sealer.push_row(leaf, &entry, &digests, address);
        }
        Ok(())
    }

    /// The digest of a record and its number in the segment, which takes it if it has not.
    fn record(&mut self, number: usize, kind: usize) -> Result<([u8; 32], u32), SealingError> {
        let segment = self.sealing.leaves().start;
        let lacks = || store("a line refers to a disclosure that its book lacks");
        let record = self.records.get_mut(number).ok_or_else(lacks)?;
        if let Some((taken_by, ordinal)) = record.taken
            && taken_by == segment
        {
            return Ok((record.digest, ordinal));
        }
        let here = number.checked_sub(self.brought).and_then(|at| self.batch.disclosures.get(at));
        let read;
        let bytes = match here {
            Some(bytes) => bytes,
            None => {
                read = self.reader.read(record.handle).map_err(store)?;
                check_alone(self.vault, &read)?;
                &read
            }
        };
        let sealed = SealedDisclosure::from_record(bytes).map_err(store)?;
        if usize::from(sealed.kind.as_byte()) != kind || sealed.digest != record.digest {
            return Err(store("a disclosure is not the one its line refers to"));
        }
        let ordinal = self.sealing.sealer.disclosure(sealed)?;
        record.taken = Some((segment, ordinal));
        Ok((record.digest, ordinal))
    }
}

/// Checks a record that was read without the frame around it, whose checksum would tell of a disk that erred: it opens under its person's
/// key. Cost: some µs. Where the key was destroyed, nobody can read it any more, and nothing is checked.
fn check_alone(vault: &Vault, record: &[u8]) -> Result<(), SealingError> {
    let sealed = SealedDisclosure::from_record(record).map_err(store)?;
    check_opens(vault, sealed).map_err(store)
}

/// Notes the records that a batch brings into its book.
fn note_records(batch: &RecoveredBatch<'_>, records: &mut Vec<Record>) -> Result<(), SealingError> {
    for (at, bytes) in batch.disclosures.iter().enumerate() {
        let handle = batch.handle.record(batch.disclosures, at);
        let (Some(digest), Some(handle)) = (SealedDisclosure::digest_of_record(bytes), handle) else {
            return Err(store("a record of a disclosure is too short"));
        };
        records.push(Record { digest, handle, taken: None });
    }
    Ok(())
}

fn store(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SealingError {
    SealingError::Read(PartError::Store(error.into()))
}
