//! A segment in the making. It takes each run as it is frozen: lines and disclosures from the journal, index rows from the
//! columns that were made for the run.

use std::ops::Range;

use env::Disk;
use event::Entry;
use event::personal::SealedDisclosure;
use journal::{Cursor, Journal, JournalReader, LinePosition, RecoveredBatch};
use proof::LeafIndex;
use segment::index::AddressValue;
use segment::merge::addresses;
use segment::seal::{Digests3, Ordinals};
use segment::tail::BUFFER_ROWS_MAX;
use segment::{IndexSecret, Part, PartError, Sealer};

use crate::commit::record::read_numbers;
use crate::seal::error::SealingError;
use crate::state::layout::Layout;
use crate::state::parts::Frozen;
use crate::state::shared::Shared;

/// What only the sealer touches of a segment that is not finished.
pub(crate) struct Sealing<'a> {
    sealer: Sealer<'a>,
    line_bytes: u64,
}

/// Where the sealer is in the journal, and what it knows of the records of the file it is in.
pub(crate) struct Place {
    cursor: Cursor,
    file: journal::FileNumber,
    /// The leaf up to which batches have brought in their records.
    records_to: LeafIndex,
    /// By number within the file.
    records: Vec<Record>,
}

/// A record of a disclosure in the journal.
struct Record {
    digest: [u8; 32],
    place: LinePosition,
    /// The first leaf of the segment that has taken it, and its number there.
    taken: Option<(u64, u32)>,
}

impl Place {
    /// The place of a leaf that is not sealed.
    pub(crate) fn of(reader: &JournalReader, leaf: u64) -> Result<Self, journal::ReadError> {
        let cursor = reader.cursor(LeafIndex(leaf))?;
        Ok(Self { file: cursor.file(), records_to: cursor.next_leaf(), cursor, records: Vec::new() })
    }

    /// Whether the journal still has the file.
    pub(crate) fn is_there(&self, reader: &JournalReader) -> bool {
        reader.has(self.cursor.file())
    }
}

impl<'a> Sealing<'a> {
    /// `rows`: about how many will be taken. `secret`: that of the log's indexes.
    pub(crate) fn begin(
        disk: &'a dyn Disk,
        layout: &Layout,
        first: u64,
        rows: u64,
        secret: IndexSecret,
    ) -> Result<Self, SealingError> {
        let rows = usize::try_from(rows).unwrap_or(0) + BUFFER_ROWS_MAX as usize;
        Ok(Self { sealer: Sealer::begin(disk, &layout.segments(), first, rows, secret)?, line_bytes: 0 })
    }

    pub(crate) fn leaves(&self) -> Range<u64> {
        self.sealer.leaves()
    }

    pub(crate) fn line_bytes(&self) -> u64 {
        self.line_bytes
    }

    pub(crate) fn into_sealer(self) -> Sealer<'a> {
        self.sealer
    }

    /// Takes the next run over. Cost: each byte of its lines is read, compressed and written once.
    pub(crate) fn take(&mut self, shared: &Shared, place: &mut Place, frozen: &Frozen) -> Result<(), SealingError> {
        let run = &frozen.run;
        let until = run.first_leaf() + u64::from(run.rows());
        let columns = frozen.take_columns();
        // Without columns, after sealing was given up before, the rows are made from the lines again.
        let addresses = if columns.is_none() { Some(addresses(&**run)?) } else { None };
        let reader = shared.journal.reader();
        let Place { cursor, file, records_to, records } = place;
        cursor.read(&reader, LeafIndex(until), &mut |batch| {
            if batch.placed.file != *file {
                (*file, *records_to) = (batch.placed.file, batch.placed.first_leaf);
                records.clear();
            }
            let first = batch.placed.first_leaf;
            let end = batch.placed.first_leaf.0 + batch.lines.len() as u64;
            if *records_to <= first {
                *records_to = LeafIndex(end);
                note_records(&batch, records)?;
            }
            let brought = records.len() - batch.disclosures.len();
            let mut lines = Lines { sealing: &mut *self, reader: &reader, records, batch: &batch, brought };
            for (at, (line, refs)) in batch.lines.iter().zip(batch.refs.iter()).enumerate() {
                let leaf = first.0 + at as u64;
                if leaf == lines.sealing.leaves().end && leaf < until {
                    let address = addresses.as_ref().map(|addresses| addresses.get(&leaf).copied());
                    lines.take(leaf, line, refs, address)?;
                }
            }
            Ok::<_, SealingError>(())
        })?;
        if let Some(columns) = columns {
            self.sealer.absorb(columns);
        }
        Ok(())
    }
}

/// The lines of one batch on their way into the segment.
struct Lines<'l, 'a> {
    sealing: &'l mut Sealing<'a>,
    reader: &'l JournalReader,
    records: &'l mut [Record],
    batch: &'l RecoveredBatch<'l>,
    /// Number, within its file, of the first record that this batch brought.
    brought: usize,
}

impl Lines<'_, '_> {
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
        let lacks = || store("a line refers to a disclosure that its file lacks");
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
                read = self.reader.read_line(record.place).map_err(store)?;
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

/// Notes the records that a batch brings into its file.
fn note_records(batch: &RecoveredBatch<'_>, records: &mut Vec<Record>) -> Result<(), SealingError> {
    for (at, bytes) in batch.disclosures.iter().enumerate() {
        let place = batch.placed.disclosure(batch.lines, batch.refs, batch.disclosures, at);
        let (Some(digest), Some(place)) = (SealedDisclosure::digest_of_record(bytes), place) else {
            return Err(store("a record of a disclosure is too short"));
        };
        records.push(Record { digest, place, taken: None });
    }
    Ok(())
}

fn store(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SealingError {
    SealingError::Read(PartError::Store(error.into()))
}
