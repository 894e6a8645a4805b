use std::cell::RefCell;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use event::Entry;

use crate::tail::order::OrderCache;
use crate::tail::{BufferRows, LineAt, LineSource};
use index::{Columns, RowExtra};

/// Rows a buffer holds at most: few enough that scanning them all stays well below a millisecond per question.
pub const BUFFER_ROWS_MAX: u32 = 16_384;

thread_local! {
    /// One for each thread, as large as its largest line needed, so that filling it allocates nothing.
    static SCRATCH: RefCell<Columns> = RefCell::default();
}

/// The columns of one line, ready to be scanned. About as large as the line.
pub struct Row {
    at: LineAt,
    columns: Columns,
}

impl Row {
    /// Takes from an entry what questions may ask. `at` is where its line lies.
    #[must_use]
    pub fn new(entry: &Entry<'_>, extra: &RowExtra, at: LineAt) -> Self {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.fill(entry, extra);
            // A copy takes what it needs and no more.
            Self { at, columns: scratch.clone() }
        })
    }

    /// Sets where the line lies, if that was not known when the row was made.
    #[must_use]
    pub fn placed(mut self, at: LineAt) -> Self {
        self.at = at;
        self
    }

    pub(super) fn at(&self) -> LineAt {
        self.at
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }
}

/// The buffer is full; freeze it and go on with a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tail's buffer is full")]
pub struct BufferFull;

/// The newest rows, in leaf order. One writer appends; any number of readers see every row below [`Buffer::len`]
/// without a lock.
pub struct Buffer {
    first_leaf: u64,
    source: Arc<dyn LineSource>,
    /// Written by the one writer, each place once, before `len` passes it.
    rows: Box<[OnceLock<Row>]>,
    len: AtomicU32,
    /// Belongs to readers: the order of the rows as far as one of them needed it.
    pub(super) order: OrderCache,
    /// Rows that readers have looked at so far.
    pub(super) looked_at: AtomicU64,
}

impl Buffer {
    /// Makes an empty buffer whose first row will be leaf `first_leaf`.
    #[must_use]
    pub fn new(first_leaf: u64, source: Arc<dyn LineSource>) -> Arc<Self> {
        let rows = (0..BUFFER_ROWS_MAX).map(|_| OnceLock::new()).collect();
        Arc::new(Self {
            first_leaf,
            source,
            rows,
            len: AtomicU32::new(0),
            order: OrderCache::default(),
            looked_at: AtomicU64::new(0),
        })
    }

    /// Appends the row of leaf `first_leaf + len()`. To be called by one thread at a time; two at once panic.
    ///
    /// # Errors
    /// [`BufferFull`] once [`BUFFER_ROWS_MAX`] rows are in.
    pub fn push(&self, row: Row) -> Result<(), BufferFull> {
        let at = self.len();
        let place = self.rows.get(at as usize).ok_or(BufferFull)?;
        assert!(place.set(row).is_ok(), "a buffer has one writer");
        self.len.store(at + 1, Ordering::Release);
        Ok(())
    }

    /// Returns how many rows are in.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.len.load(Ordering::Acquire)
    }

    /// Returns whether no row is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether no further row fits.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == BUFFER_ROWS_MAX
    }

    /// Returns the lowest leaf.
    #[must_use]
    pub fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    /// Returns the first `rows` rows as a part that later pushes do not change. Panics if `rows > len()`.
    /// Cost: nothing, until the part is asked; then the rows added since anyone last asked are sorted in.
    #[must_use]
    pub fn snapshot(self: &Arc<Self>, rows: u32) -> Arc<BufferRows> {
        assert!(rows <= self.len(), "a snapshot holds what is in the buffer");
        self.window(0..rows)
    }

    /// Returns some of the rows, by their place in leaf order, as a part that later pushes do not change; for a reader who knows
    /// the others. Panics unless the range lies within `len()`. Cost: as [`Buffer::snapshot`], of these rows alone.
    #[must_use]
    pub fn window(self: &Arc<Self>, rows: Range<u32>) -> Arc<BufferRows> {
        assert!(rows.start <= rows.end && rows.end <= self.len(), "a window shows what is in the buffer");
        Arc::new(BufferRows::new(self.clone(), rows))
    }

    pub(super) fn source(&self) -> &Arc<dyn LineSource> {
        &self.source
    }

    /// The row at `ordinal`, its place in leaf order.
    pub(super) fn row(&self, ordinal: u32) -> Option<&Row> {
        self.rows.get(ordinal as usize).and_then(OnceLock::get)
    }

    /// The first `rows` rows, in leaf order.
    pub(super) fn first_rows(&self, rows: u32) -> impl Iterator<Item = &Row> {
        self.rows.iter().take(rows as usize).filter_map(OnceLock::get)
    }
}
