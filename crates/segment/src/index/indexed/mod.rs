//! An index joined to its lines: the part of a sealed segment and of a frozen run.

mod codes;
mod confirm;
mod fields;
mod gathered;
mod texts;
mod values;
mod wanted;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use roaring::RoaringBitmap;

pub(crate) use self::codes::CODES_BYTES_MAX;
pub use self::codes::KeptCodes;
use self::codes::KeptPairs;
pub use self::wanted::Wanted;
use crate::counts::Counts;
use crate::disclosures::DisclosureFile;
use crate::index::{Index, IndexMemory};
use crate::part::{Ask, Disclosed, Field, Needle, Part, PartError, Text, Work};

/// Where the lines behind an index come from: a segment's data file, or the journal behind a frozen run.
pub trait Lines: Send + Sync {
    /// Returns the exact line of `leaf`, without the newline.
    ///
    /// # Errors
    /// As [`crate::Part::line`].
    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError>;

    /// Hands out the lines of `leaves` in the order given, each with its place in `leaves`.
    ///
    /// # Errors
    /// As [`crate::Part::lines`].
    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError>;

    /// As [`crate::Part::lasting`].
    fn lasting(&self) -> Option<u64> {
        None
    }

    /// Returns what the indexes of all such parts have in memory, where they are read from files.
    #[doc(hidden)]
    fn indexes(&self) -> Option<&IndexMemory> {
        None
    }

    /// Returns where the codes of fields are kept, of a part that will last.
    fn kept_codes(&self) -> Option<&KeptCodes> {
        None
    }

    /// Returns how many frames were decompressed so far to hand out lines.
    fn frames_read(&self) -> u64 {
        0
    }

    /// Returns the encrypted disclosures behind `leaf`.
    ///
    /// # Errors
    /// As [`crate::Part::disclosures`].
    fn disclosures(&self, leaf: u64) -> Result<Disclosed, PartError>;

    /// As [`crate::Part::disclosure_file`].
    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        None
    }
}

/// An index joined to its lines; implements [`crate::Part`].
pub struct Indexed<L> {
    /// Nobody waits for its write lock: an index that is being read is left as it is.
    index: Arc<RwLock<Index>>,
    rows: u32,
    first_leaf: u64,
    rows_are_leaves: bool,
    lines: L,
    lines_confirmed: AtomicU64,
    token_bytes: AtomicU64,
    pairs: KeptPairs,
}

impl<L: Lines> Indexed<L> {
    /// Joins the two; `lines` must hold the leaves `index` is of.
    pub fn new(index: Index, lines: L) -> Self {
        let rows = index.rows();
        let first_leaf = index.first_leaf();
        let rows_are_leaves = index.rows_are_leaves();
        let index = Arc::new(RwLock::new(index));
        if let Some(indexes) = lines.indexes() {
            indexes.add(&index);
        }
        Self {
            index,
            rows,
            first_leaf,
            rows_are_leaves,
            lines,
            lines_confirmed: AtomicU64::new(0),
            token_bytes: AtomicU64::new(0),
            pairs: KeptPairs::default(),
        }
    }

    /// The index. While it is held, what was read of its file stays in memory.
    pub fn index(&self) -> RwLockReadGuard<'_, Index> {
        if let Some(indexes) = self.lines.indexes() {
            indexes.make_room();
        }
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What gives the lines.
    pub fn source(&self) -> &L {
        &self.lines
    }

    /// Returns how many lines were read so far to confirm what the index alone could not answer.
    pub fn lines_confirmed(&self) -> u64 {
        self.lines_confirmed.load(Ordering::Relaxed)
    }

    fn leaf_or_error(&self, row: u32) -> Result<u64, PartError> {
        self.index().leaf(row).ok_or(PartError::NoSuchRow(u64::from(row)))
    }
}

impl<L: Lines> Part for Indexed<L> {
    fn lasting(&self) -> Option<u64> {
        self.lines.lasting()
    }

    fn work(&self) -> Work {
        let lines = &self.lines_confirmed;
        let token_bytes = &self.token_bytes;
        Work {
            frames: self.lines.frames_read(),
            lines: lines.load(Ordering::Relaxed),
            token_bytes: token_bytes.load(Ordering::Relaxed),
            rows: 0,
        }
    }

    fn rows(&self) -> u32 {
        self.rows
    }

    fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    fn failed_reads(&self) -> u64 {
        self.index.read().unwrap_or_else(PoisonError::into_inner).failures()
    }

    fn last_failure(&self) -> Option<PartError> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).last_failure()
    }

    fn leaf(&self, row: u32) -> u64 {
        assert!(row < self.rows(), "row {row} is not in this part");
        self.index().leaf(row).unwrap_or(self.first_leaf)
    }

    fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        self.index().row_of_leaf(leaf)
    }

    fn rows_are_leaves(&self) -> bool {
        self.rows_are_leaves
    }

    fn time_us(&self, row: u32) -> i64 {
        assert!(row < self.rows(), "row {row} is not in this part");
        self.index().time_us(row).unwrap_or(0)
    }

    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        let index = self.index();
        let from = index.rows_before(from_us);
        from..index.rows_before(to_us).max(from)
    }

    fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, PartError> {
        self.field_equal(field, value)
    }

    fn equal_any(&self, field: Field, values: &[&[u8]]) -> Result<RoaringBitmap, PartError> {
        self.field_equal_any(field, values)
    }

    fn prefix(&self, field: Field, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.field_prefix(field, prefix, ask)
    }

    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError> {
        self.field_each_value(field, ask, each)
    }

    fn values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), PartError> {
        self.field_values_beginning(field, prefix, ask, each)
    }

    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError> {
        self.field_count_values(field, range, ask)
    }

    fn count_values_where(&self, field: Field, other: Field, value: &[u8]) -> Result<Option<Counts>, PartError> {
        self.field_count_values_where(field, other, value)
    }

    fn counts_bytes_max(&self, field: Field) -> usize {
        self.field_counts_bytes_max(field)
    }

    fn text_contains(&self, text: Text, needle: &Needle, ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.rows_containing(text, needle, ask)
    }

    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError> {
        self.rows_with_placeholder(text, pointer)
    }

    fn line(&self, row: u32) -> Result<Vec<u8>, PartError> {
        self.lines.line(self.leaf_or_error(row)?)
    }

    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError> {
        let leaves = rows.iter().map(|&row| self.leaf_or_error(row)).collect::<Result<Vec<_>, _>>()?;
        self.lines.lines(&leaves, &mut |at, line| {
            if let Some(&row) = rows.get(at) {
                each(row, line);
            }
        })
    }

    fn disclosures(&self, row: u32) -> Result<Disclosed, PartError> {
        self.lines.disclosures(self.leaf_or_error(row)?)
    }

    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        self.lines.disclosure_file()
    }
}
