//! What search asks: one run of rows, whichever way it is stored.
//!
//! A sealed segment, a frozen run and the buffer of the tail answer the same questions through [`Part`],
//! and a [`View`] is a list of parts that together hold every entry below one tree size exactly once.
//! Rows of a part are numbered by (order time, leaf), so a time range is a row range and newest first is
//! reading backwards; a row number means nothing outside its part.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use event::personal::SealedDisclosure;
use roaring::RoaringBitmap;

use crate::counts::Counts;
use crate::disclosures::DisclosureFile;

/// A field that is answered by exact value: from a dictionary with row sets, or from sorted (hash, row) pairs.
///
/// Values are the field's UTF-8 bytes as in the line, except: [`Field::HttpStatus`] in decimal ASCII,
/// [`Field::SequenceBlock`] the number divided by [`SEQUENCE_BLOCK`], in decimal ASCII,
/// [`Field::Person`] as `type:id` of actor, `on_behalf_of` and every `personal[].of`,
/// [`Field::Address`] the 32 bytes of [`crate::index::AddressValue`], and [`Field::Identity`] the 32 bytes of
/// an identity disclosure's digest. A field absent from a line has no value there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    /// The entry's own id, a UUIDv7 in its text form.
    Id = 0,
    /// `/event_id`
    EventId = 1,
    /// `/organization/id`
    Organization = 2,
    /// `/workspace/id`
    Workspace = 3,
    /// `/project/id`
    Project = 4,
    /// `/actor/id`
    Actor = 5,
    /// `/actor/type`
    ActorType = 6,
    /// `/action`
    Action = 7,
    /// `/event`
    Event = 8,
    /// `/channel`
    Channel = 9,
    /// `/resource/type`
    ResourceType = 10,
    /// `/resource/id`
    ResourceId = 11,
    /// `/resource/name`, the literal text of the line
    ResourceName = 12,
    /// `/outcome`
    Outcome = 13,
    /// `/severity`
    Severity = 14,
    /// `/http/method`
    HttpMethod = 15,
    /// `/http/status`, decimal
    HttpStatus = 16,
    /// `/http/path`, the literal text of the line
    HttpPath = 17,
    /// `/client/location/country`
    Country = 18,
    /// `/source`
    Source = 19,
    /// `/request_id`
    RequestId = 20,
    /// `/trace_id`
    TraceId = 21,
    /// Every person the entry concerns, as `type:id`.
    Person = 22,
    /// What stands for the client's address, under the person's own key, 32 bytes.
    Address = 23,
    /// Digests of the identity disclosures behind `personal`, 32 bytes each.
    Identity = 24,
    /// `/session_id`
    SessionId = 25,
    /// `/sequence/stream`
    SequenceStream = 26,
    /// Which block of numbers `/sequence/n` lies in.
    SequenceBlock = 27,
}

/// Numbers of a stream in one [`Field::SequenceBlock`]. A dictionary of all numbers would hold a value for each row; of a range of
/// blocks only the two at its ends are looked up in lines, and that many lines of a stream are read within milliseconds.
pub const SEQUENCE_BLOCK: u64 = 1_024;
// The greatest number ends its block.
const _: () = assert!((event::limits::SEQUENCE_N_MAX + 1).is_multiple_of(SEQUENCE_BLOCK));

impl Field {
    /// Every field, in the order of its number.
    pub const ALL: [Self; 28] = [
        Self::Id,
        Self::EventId,
        Self::Organization,
        Self::Workspace,
        Self::Project,
        Self::Actor,
        Self::ActorType,
        Self::Action,
        Self::Event,
        Self::Channel,
        Self::ResourceType,
        Self::ResourceId,
        Self::ResourceName,
        Self::Outcome,
        Self::Severity,
        Self::HttpMethod,
        Self::HttpStatus,
        Self::HttpPath,
        Self::Country,
        Self::Source,
        Self::RequestId,
        Self::TraceId,
        Self::Person,
        Self::Address,
        Self::Identity,
        Self::SessionId,
        Self::SequenceStream,
        Self::SequenceBlock,
    ];

    /// Returns the number by which the index file names this field.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A text that is searched by substring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Text {
    /// `/description`
    Description = 0,
    /// `/resource/name`
    ResourceName = 1,
    /// `/actor/name` where it stands in the line (tokens and system actors; persons' names never do).
    ActorName = 2,
    /// `/reason`
    Reason = 3,
}

impl Text {
    /// Every text, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Description, Self::ResourceName, Self::ActorName, Self::Reason];

    /// Returns the number by which the index file names this text.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// What to look for inside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// The words as a reader sees them (a literal `{` is one brace here, though the line writes two).
    pub text: String,
    /// Whether upper and lower case are the same (simple Unicode case folding, as the specification says).
    pub fold: bool,
}

/// What a question tells a part beside what it asks for.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The only rows that are asked about: others may be missing from the answer. `None`: all.
    pub within: Option<&'a RoaringBitmap>,
    /// Asked before lines are read, with their number; if it says no, the question ends with [`PartError::Stopped`].
    pub may_read: &'a (dyn Fn(u64) -> bool + Sync),
    /// Most bytes that values of the answer, or those looked at for it, may take; beyond, the question ends with
    /// [`PartError::TooMany`].
    pub bytes_max: usize,
}

impl Ask<'static> {
    /// All rows, whatever it costs.
    pub const ALL: Self = Self { within: None, may_read: &|_| true, bytes_max: usize::MAX };
}

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

/// Per element of a line's `personal`: its disclosures in the order identity, connection, fields.
pub type Disclosed = Vec<[Option<SealedDisclosure>; 3]>;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_number() {
        for (at, field) in Field::ALL.iter().enumerate() {
            assert_eq!(usize::from(field.number()), at);
        }
        for (at, text) in Text::ALL.iter().enumerate() {
            assert_eq!(usize::from(text.number()), at);
        }
    }
}
