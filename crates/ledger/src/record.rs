//! The bytes of `tree/checkpoints`: one record after another, never changed.
//!
//! ```text
//! magic "IDC2" | note length u32 | recorded i64 µs | number u64 | MAC, 32 bytes | CRC-32C of these 56 bytes | note
//! | CRC-32C of all before
//! ```

use env::DiskFile;
use proof::note::NOTE_BYTES_MAX;
use std::io;

const MAGIC: [u8; 4] = *b"IDC2";
/// What records began with before they were chained.
const UNCHAINED_MAGIC: [u8; 4] = *b"IDCP";
const HEADER_BYTES: usize = 60;
const CRC_BYTES: usize = 4;
/// The unit a disk writes whole or not at all.
const BLOCK_BYTES: u64 = 512;
/// How much is read at once: some thousand records.
const CHUNK_BYTES: u64 = 1 << 20;

const _: () = assert!(
    HEADER_BYTES + NOTE_BYTES_MAX + CRC_BYTES <= 2 * CHUNK_BYTES as usize,
    "a damaged length cannot make reading run away"
);

/// A checkpoint as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// When: microseconds since 1970, UTC.
    pub(crate) recorded_us: i64,
    /// How many records stand before it.
    pub(crate) number: u64,
    /// Joins it to the record before: see [`crate::chain`].
    pub(crate) mac: [u8; 32],
    /// The signed note.
    pub(crate) note: Vec<u8>,
}

impl Record {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let length =
            u32::try_from(self.note.len()).unwrap_or_else(|_| panic!("a note has at most {NOTE_BYTES_MAX} bytes"));
        let mut bytes = Vec::with_capacity(HEADER_BYTES + self.note.len() + CRC_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&self.recorded_us.to_le_bytes());
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.mac);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes.extend_from_slice(&self.note);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// The record that `bytes` begin with, and its length; or why there is none.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Self, usize), &'static str> {
        const SHORT: &str = "the file ends inside a record";
        let length = record_bytes(bytes)?;
        let whole = bytes.get(..length).ok_or(SHORT)?;
        let (content, crc) = whole.split_last_chunk::<CRC_BYTES>().ok_or(SHORT)?;
        if crc32c::crc32c(content) != u32::from_le_bytes(*crc) {
            return Err("the checksum of a record does not fit");
        }
        let recorded = content.get(8..).and_then(<[u8]>::first_chunk).ok_or(SHORT)?;
        let number = content.get(16..).and_then(<[u8]>::first_chunk).ok_or(SHORT)?;
        let mac = content.get(24..).and_then(<[u8]>::first_chunk).ok_or(SHORT)?;
        let note = content.get(HEADER_BYTES..).ok_or(SHORT)?.to_vec();
        let record =
            Self { recorded_us: i64::from_le_bytes(*recorded), number: u64::from_le_bytes(*number), mac: *mac, note };
        Ok((record, length))
    }
}

/// The length of the record that `bytes` begin with, as its intact header says.
fn record_bytes(bytes: &[u8]) -> Result<usize, &'static str> {
    const SHORT: &str = "the file ends inside the header of a record";
    let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(SHORT)?;
    if header.starts_with(&UNCHAINED_MAGIC) {
        return Err("made by an unreleased build, whose checkpoints are not chained; make a new log");
    }
    let (content, crc) = header.split_last_chunk::<CRC_BYTES>().ok_or(SHORT)?;
    if !content.starts_with(&MAGIC) || crc32c::crc32c(content) != u32::from_le_bytes(*crc) {
        return Err("the header of a record is damaged");
    }
    let length = content.get(4..).and_then(<[u8]>::first_chunk).ok_or(SHORT)?;
    usize::try_from(u32::from_le_bytes(*length))
        .ok()
        .filter(|length| *length <= NOTE_BYTES_MAX)
        .map(|length| HEADER_BYTES + length + CRC_BYTES)
        .ok_or("a record is longer than any note")
}

/// What lies at one place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A record, and where the next one starts.
    Record(Record, u64),
    /// The end of the file.
    End,
    /// A last record that was being written when the power went, and how many bytes of it there are; it was never published.
    Torn(u64),
    /// A record that is not as it was written.
    Damaged(&'static str),
}

/// Reads the records of a file in order.
pub(crate) struct Records<'a> {
    file: &'a dyn DiskFile,
    length: u64,
    /// What was read ahead, and where it starts.
    ahead: Vec<u8>,
    ahead_at: u64,
}

impl<'a> Records<'a> {
    pub(crate) fn of(file: &'a dyn DiskFile) -> io::Result<Self> {
        Ok(Self { length: file.len()?, file, ahead: Vec::new(), ahead_at: 0 })
    }

    /// What stands at `offset`. Cost: one read a mebibyte.
    pub(crate) fn at(&mut self, offset: u64) -> io::Result<Item> {
        if offset >= self.length {
            return Ok(Item::End);
        }
        match Record::decode(self.from(offset, CHUNK_BYTES)?) {
            Ok((record, length)) => return Ok(Item::Record(record, offset + length as u64)),
            // Perhaps only the bytes that were read ahead end there.
            Err(_) => self.read(offset, 2 * CHUNK_BYTES)?,
        }
        let rest_is_here = offset + self.ahead.len() as u64 == self.length;
        Ok(match Record::decode(&self.ahead) {
            Ok((record, length)) => Item::Record(record, offset + length as u64),
            Err(_) if rest_is_here && is_torn(&self.ahead, offset) => Item::Torn(self.ahead.len() as u64),
            Err(what) => Item::Damaged(what),
        })
    }

    /// The bytes from `offset` on: at least a record's worth, unless the file ends.
    fn from(&mut self, offset: u64, bytes: u64) -> io::Result<&[u8]> {
        let end = self.ahead_at + self.ahead.len() as u64;
        // A whole note of the usual few hundred bytes is nearly always there.
        if offset < self.ahead_at || end.saturating_sub(offset) < BLOCK_BYTES * 8 {
            self.read(offset, bytes)?;
        }
        let skip = usize::try_from(offset - self.ahead_at).unwrap_or(usize::MAX);
        Ok(self.ahead.get(skip..).unwrap_or_default())
    }

    fn read(&mut self, offset: u64, bytes: u64) -> io::Result<()> {
        let bytes = (self.length - offset).min(bytes);
        self.ahead.clear();
        self.ahead.resize(usize::try_from(bytes).unwrap_or(usize::MAX), 0);
        self.ahead_at = offset;
        self.file.read_exact_at(&mut self.ahead, offset)
    }
}

/// Whether what stands at `offset`, to the end of the file, looks like a write that power loss cut short: the file ends
/// inside the record, or a whole disk block of it is still zero, and no sound record follows. A record's bytes are never
/// all zero within a block: its note is text.
fn is_torn(rest: &[u8], offset: u64) -> bool {
    let header_lost = has_zero_block(rest.get(..HEADER_BYTES.min(rest.len())).unwrap_or(rest), offset);
    let torn = match record_bytes(rest) {
        Ok(length) => rest.get(..length).is_none_or(|record| has_zero_block(record, offset)),
        Err(_) => rest.len() < HEADER_BYTES || header_lost,
    };
    let followed = (1..rest.len())
        .any(|at| rest.get(at..).is_some_and(|later| later.starts_with(&MAGIC) && Record::decode(later).is_ok()));
    torn && !followed
}

/// Whether the part of `bytes` in some disk block is all zeroes, when `bytes` start at `offset` of a file.
fn has_zero_block(bytes: &[u8], offset: u64) -> bool {
    let first = usize::try_from(BLOCK_BYTES - offset % BLOCK_BYTES).unwrap_or(0).min(bytes.len());
    let (first, rest) = bytes.split_at_checked(first).unwrap_or((bytes, &[]));
    let is_zero = |block: &[u8]| !block.is_empty() && block.iter().all(|byte| *byte == 0);
    is_zero(first) || rest.chunks(512).any(is_zero)
}
