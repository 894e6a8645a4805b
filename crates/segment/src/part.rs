//! What search asks: one run of rows, whichever way it is stored.
//!
//! A sealed segment, a frozen run and the buffer of the tail answer the same questions through [`Part`],
//! and a [`View`] is a list of parts that together hold every entry below one tree size exactly once.
//! Rows of a part are numbered by (order time, leaf), so a time range is a row range and newest first is
//! reading backwards; a row number means nothing outside its part.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use roaring::RoaringBitmap;

use index::{Ask, Counts, Field, FileError, IndexError, Needle, QuestionError, Text};

use crate::disclosures::DisclosureFile;

/// What a part has done for questions so far: what tests compare with what a question should cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Frames of lines decompressed.
    pub frames: u64,
    /// Lines read to decide what the index alone could not.
    pub lines: u64,
    /// Bytes of tokens scanned.
    pub token_bytes: u64,
    /// Rows of the tail's buffer looked at.
    pub rows: u64,
}

/// One encrypted disclosure as stored: opaque but for what is needed to find and open it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisclosureRecord {
    /// Digest of the disclosure, the value its entry's `personal` digest is made of.
    pub digest: [u8; 32],
    /// Random handle of the person's key in the vault.
    pub person: [u8; 16],
    /// 0 identity, 1 connection, 2 fields.
    pub kind: u8,
    /// The sealed text.
    pub ciphertext: Vec<u8>,
}

impl DisclosureRecord {
    /// The same record, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> DisclosureRecordRef<'_> {
        let Self { digest, person, kind, ciphertext } = self;
        DisclosureRecordRef { digest, person, kind: *kind, ciphertext }
    }
}

/// A [`DisclosureRecord`] borrowed from somewhere, for instance from a journal frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosureRecordRef<'a> {
    /// As [`DisclosureRecord::digest`].
    pub digest: &'a [u8; 32],
    /// As [`DisclosureRecord::person`].
    pub person: &'a [u8; 16],
    /// As [`DisclosureRecord::kind`].
    pub kind: u8,
    /// As [`DisclosureRecord::ciphertext`].
    pub ciphertext: &'a [u8],
}

/// Per element of a line's `personal`: its disclosures in the order identity, connection, fields.
pub type Disclosed = Vec<[Option<DisclosureRecord>; 3]>;

/// Why a part could not answer. A question that meets one fails as a whole; no row is ever skipped.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The disk did not give the bytes. Remedy: look at the disk, then repair.
    #[error("cannot read {} at byte {offset}", file.display())]
    Read {
        /// The file asked.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Bytes were read but are not what was written. Remedy: `verify`, then restore or rebuild.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Damaged {
        /// The file read.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// A line was read that is not the one in the tree: it was changed since it was sealed. Remedy: `verify`, then restore the file.
    #[error("{} does not hold the line that stands in the tree as leaf {leaf}", file.display())]
    NotInTree {
        /// The file read.
        file: PathBuf,
        /// The leaf.
        leaf: u64,
    },
    /// Disclosures were read that are not those of the line. Remedy: `verify`, then restore the file.
    #[error("the disclosures of leaf {leaf} are not those that its line commits to")]
    NotCommitted {
        /// The leaf.
        leaf: u64,
    },
    /// The index could not be read while it was asked, so that what it answered may lack something. Remedy: `verify`, then reindex.
    #[error("an index could not be read while it was asked")]
    IndexUnread,
    /// A row or leaf that this part does not hold was asked for: a mistake of the caller.
    #[error("row or leaf {0} is not in this part")]
    NoSuchRow(u64),
    /// The asker's [`Ask::may_read`] said no.
    #[error("the question may read no more lines")]
    Stopped,
    /// The values take more than the asker's [`Ask::bytes_max`].
    #[error("there are more different values than the question may hold")]
    TooMany,
    /// What stands behind the part (the journal, behind the tail) failed.
    #[error("the store behind this part failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<FileError> for PartError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Read { file, offset, source } => Self::Read { file, offset, source },
            FileError::Damaged { file, offset, what } => Self::Damaged { file, offset, what },
        }
    }
}

impl From<IndexError> for PartError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Damaged { file, offset, what } => Self::Damaged { file, offset, what },
            IndexError::Version { file } => Self::Damaged { file, offset: 0, what: "index of another version" },
        }
    }
}

impl From<QuestionError> for PartError {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::NoSuchRow(row) => Self::NoSuchRow(row),
            QuestionError::Stopped => Self::Stopped,
            QuestionError::TooMany => Self::TooMany,
            QuestionError::NoEntry(error) => Self::Store(Box::new(error)),
        }
    }
}

/// A run of rows that can be asked. Cheap to share; never changes once published.
///
/// Row sets are exact: every row in a set matches, every matching row is in it.
pub trait Part: Send + Sync {
    /// Returns a number that no other part of this process has or had, if the part will last: answers may be kept under
    /// it. `None` for what is soon replaced by something larger.
    fn lasting(&self) -> Option<u64> {
        None
    }

    /// Returns what was done for questions so far.
    fn work(&self) -> Work {
        Work::default()
    }

    /// Returns how many reads of the part's index have failed so far. If that grew while a question was worked out, the answer
    /// may lack rows and must not be given.
    fn failed_reads(&self) -> u64 {
        0
    }

    /// Takes the last failure that [`Part::failed_reads`] counts, unless somebody took it before.
    fn last_failure(&self) -> Option<PartError> {
        None
    }

    /// Returns how many rows there are; rows are `0..rows()`.
    fn rows(&self) -> u32;

    /// Returns the lowest leaf; leaves are consecutive: `first_leaf()..first_leaf() + rows()`.
    fn first_leaf(&self) -> u64;

    /// Returns the leaf of `row`. Panics if `row >= rows()`.
    fn leaf(&self, row: u32) -> u64;

    /// Returns the row of `leaf`, if this part holds it.
    fn row_of_leaf(&self, leaf: u64) -> Option<u32>;

    /// Returns whether row `n` is leaf `first_leaf() + n` throughout: time order and leaf order are one. May answer
    /// `false` where it would be dear to know.
    fn rows_are_leaves(&self) -> bool {
        false
    }

    /// Returns the order time (min of `time` and `received` + 5 min) of `row`, µs UTC. Panics if `row >= rows()`.
    fn time_us(&self, row: u32) -> i64;

    /// Returns the rows whose order time lies in `from_us..to_us`. Cost: two binary searches.
    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32>;

    /// Returns the rows where `field` is exactly `value`.
    ///
    /// # Errors
    /// As [`PartError`]; for fields kept as hashes the hits are confirmed on the lines.
    fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, PartError>;

    /// Returns the rows where `field` is one of `values`. Cost: that of asking for each, without uniting them one by one.
    ///
    /// # Errors
    /// As [`Part::equal`].
    fn equal_any(&self, field: Field, values: &[&[u8]]) -> Result<RoaringBitmap, PartError> {
        values.iter().try_fold(RoaringBitmap::new(), |rows, value| Ok(rows | self.equal(field, value)?))
    }

    /// Returns the rows where `field` begins with `prefix` (byte for byte). An empty prefix: the rows that have the field.
    ///
    /// # Errors
    /// As [`PartError`].
    fn prefix(&self, field: Field, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, PartError>;

    /// Calls `each` with every value of `field` that occurs among the rows asked about, ascending, until it answers `false`. The
    /// rows that come with a value may include rows that were not asked about.
    ///
    /// Memory: the rows of one value; for values that only lines have, these and their rows.
    ///
    /// # Errors
    /// As [`PartError`].
    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError>;

    /// Returns every value of `field` with its rows, sorted by value. Meant for fields with few values;
    /// cost and size grow with the number of distinct values.
    ///
    /// # Errors
    /// As [`PartError`].
    fn values(&self, field: Field) -> Result<Vec<(Vec<u8>, RoaringBitmap)>, PartError> {
        let mut values = Vec::new();
        self.each_value(field, &Ask::ALL, &mut |value, rows| {
            values.push((value.to_vec(), rows));
            true
        })?;
        Ok(values)
    }

    /// Returns how often each value of `field` occurs among the rows of `range` that are asked about, by value, values that do not occur left out.
    ///
    /// # Errors
    /// As [`PartError`].
    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError>;

    /// Returns how many bytes the counts of `field` can take, so that the caller can reserve them before it asks. Cost: nothing
    /// is read.
    fn counts_bytes_max(&self, _field: Field) -> usize {
        usize::MAX
    }

    /// Returns how often each value of `field` occurs among the rows where `other` is `value`, if the part has that at hand
    /// without looking at the rows one by one; as [`Part::count_values`] otherwise.
    ///
    /// # Errors
    /// As [`PartError`].
    fn count_values_where(&self, _field: Field, _other: Field, _value: &[u8]) -> Result<Option<Counts>, PartError> {
        Ok(None)
    }

    /// Calls `each` with the listed values of `field` that begin with `prefix`, ascending, and how many of the rows asked about
    /// have each, until it answers `false`; values that none of these has are left out. Values of fields with nearly one a row are
    /// listed only where they occur several times, so this is for suggestions, not for answers. Cost of the provided method: as
    /// [`Part::values`].
    ///
    /// # Errors
    /// As [`PartError`].
    fn values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), PartError> {
        let values = self.values(field)?;
        for (value, rows) in values.iter().filter(|(value, _)| value.starts_with(prefix)) {
            let count = ask.within.map_or(rows.len(), |within| within.intersection_len(rows));
            if count > 0 && !each(value, count) {
                break;
            }
        }
        Ok(())
    }

    /// Returns the rows whose literal `text` contains `needle`. A placeholder is no literal text: nothing matches in
    /// it or across it.
    ///
    /// # Errors
    /// As [`PartError`].
    fn text_contains(&self, text: Text, needle: &Needle, ask: &Ask<'_>) -> Result<RoaringBitmap, PartError>;

    /// Returns the rows whose `text` holds the placeholder `{pointer}`, `pointer` being a JSON pointer such as
    /// `/actor/name`. The empty pointer: rows whose text holds any placeholder.
    ///
    /// # Errors
    /// As [`PartError`].
    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError>;

    /// Returns the exact bytes of the line at `row`, without the newline. Cost: at most one frame decompressed.
    ///
    /// # Errors
    /// `NoSuchRow` if `row >= rows()`; else as [`PartError`].
    fn line(&self, row: u32) -> Result<Vec<u8>, PartError>;

    /// Hands out the lines of `rows`, in the order given. Neighbours in a frame cost one decompression together.
    ///
    /// # Errors
    /// As [`Part::line`]; lines handed out before the error stand.
    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError>;

    /// Returns the encrypted disclosures behind the line at `row`, one element per element of its `personal`.
    ///
    /// # Errors
    /// As [`Part::line`].
    fn disclosures(&self, row: u32) -> Result<Disclosed, PartError>;

    /// Returns the file that [`Part::disclosures`] are read from, if there is one: a [`crate::disclosures::DisclosureCursor`]
    /// reads those of many rows from it for less.
    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        None
    }
}

/// Everything below one tree size, each entry in exactly one part. A snapshot: it never changes, and what it names
/// stays readable while it lives.
#[derive(Clone, Default)]
pub struct View {
    /// The parts, by ascending leaf.
    pub parts: Vec<Arc<dyn Part>>,
    /// Tree size the view stands for, in leaves.
    pub size: u64,
}

impl View {
    /// Returns the part that holds `leaf`, with the leaf's row in it. Cost: one binary search over the parts.
    #[must_use]
    pub fn find(&self, leaf: u64) -> Option<(&Arc<dyn Part>, u32)> {
        let at = self.parts.partition_point(|part| part.first_leaf() <= leaf).checked_sub(1)?;
        let part = self.parts.get(at)?;
        part.row_of_leaf(leaf).map(|row| (part, row))
    }
}
