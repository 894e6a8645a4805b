//! An index joined to its lines, which answers questions about fields and texts: what a sealed segment and a frozen run are made of.

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

use self::codes::KeptPairs;
pub use self::codes::{CODES_BYTES_MAX, KeptCodes};
pub use self::wanted::Wanted;
use crate::error::{FileError, QuestionError};
use crate::{Index, IndexError, IndexMemory};

/// Where the lines behind an index come from: a segment's data file, or the journal behind a frozen run.
pub trait Lines: Send + Sync {
    /// Why a line could not be had, and what a question that needed it ends with.
    type Error: From<IndexError> + From<QuestionError>;

    /// Returns the exact line of `leaf`, without the newline.
    ///
    /// # Errors
    /// What the keeper of the lines says; also where it holds no such leaf.
    fn line(&self, leaf: u64) -> Result<Vec<u8>, Self::Error>;

    /// Hands out the lines of `leaves` in the order given, each with its place in `leaves`. Neighbours that lie together cost
    /// little more than one.
    ///
    /// # Errors
    /// As [`Lines::line`]; lines handed out before the error stand.
    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), Self::Error>;

    /// Returns a number that no other lines of this process have or had, if they will last: answers may be kept under it.
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
}

/// An index joined to its lines. Rows are numbered by (order time, leaf).
///
/// Row sets are exact: every row in a set matches, every matching row is in it.
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

    /// Returns how many bytes of tokens were scanned so far.
    pub fn token_bytes(&self) -> u64 {
        self.token_bytes.load(Ordering::Relaxed)
    }

    /// Returns how many reads of the index have failed so far. If that grew while a question was worked out, the answer may lack
    /// rows and must not be given.
    pub fn failed_reads(&self) -> u64 {
        self.index.read().unwrap_or_else(PoisonError::into_inner).failures()
    }

    /// Takes the last failure that [`Self::failed_reads`] counts, unless somebody took it before.
    pub fn last_failure(&self) -> Option<FileError> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).last_failure()
    }

    /// Returns how many rows there are; rows are `0..rows()`.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Returns the lowest leaf; leaves are consecutive.
    pub fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    /// Returns the leaf of `row`.
    ///
    /// # Panics
    /// If `row >= rows()`.
    pub fn leaf(&self, row: u32) -> u64 {
        assert!(row < self.rows, "row {row} is not in this part");
        self.index().leaf(row).unwrap_or(self.first_leaf)
    }

    /// Returns the leaf of `row`, or an error if there is none.
    ///
    /// # Errors
    /// `NoSuchRow` if `row >= rows()`.
    pub fn leaf_or_error(&self, row: u32) -> Result<u64, QuestionError> {
        self.index().leaf(row).ok_or(QuestionError::NoSuchRow(u64::from(row)))
    }

    /// Returns the row of `leaf`, if it is one of these.
    pub fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        self.index().row_of_leaf(leaf)
    }

    /// Returns whether row `n` is leaf `first_leaf() + n` throughout.
    pub fn rows_are_leaves(&self) -> bool {
        self.rows_are_leaves
    }

    /// Returns the order time of `row`, µs UTC.
    ///
    /// # Panics
    /// If `row >= rows()`.
    pub fn time_us(&self, row: u32) -> i64 {
        assert!(row < self.rows, "row {row} is not in this part");
        self.index().time_us(row).unwrap_or(0)
    }

    /// Returns the rows whose order time lies in `from_us..to_us`. Cost: two binary searches.
    pub fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        let index = self.index();
        let from = index.rows_before(from_us);
        from..index.rows_before(to_us).max(from)
    }

    /// Returns the exact line of `row`, without the newline.
    ///
    /// # Errors
    /// `NoSuchRow` if `row >= rows()`; else as [`Lines::line`].
    pub fn line(&self, row: u32) -> Result<Vec<u8>, L::Error> {
        self.lines.line(self.leaf_or_error(row)?)
    }

    /// Hands out the lines of `rows`, in the order given.
    ///
    /// # Errors
    /// As [`Self::line`]; lines handed out before the error stand.
    pub fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), L::Error> {
        let leaves = rows.iter().map(|&row| self.leaf_or_error(row)).collect::<Result<Vec<_>, _>>()?;
        self.lines.lines(&leaves, &mut |at, line| {
            if let Some(&row) = rows.get(at) {
                each(row, line);
            }
        })
    }
}
