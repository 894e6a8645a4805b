use std::sync::Arc;

use event::Entry;

use crate::index::RowExtra;
use crate::tail::{LineAt, LineSource};

/// Rows a buffer holds at most: few enough that scanning them all stays well below a millisecond per question.
pub const BUFFER_ROWS_MAX: u32 = 16_384;

/// The columns of one line, ready to be scanned.
pub struct Row {
    at: LineAt,
}

impl Row {
    /// Takes from an entry what questions may ask.
    #[must_use]
    pub fn new(_entry: &Entry<'_>, _extra: &RowExtra, at: LineAt) -> Self {
        Self { at }
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
}

impl Buffer {
    /// Makes an empty buffer whose first row will be leaf `first_leaf`.
    #[must_use]
    pub fn new(first_leaf: u64, source: Arc<dyn LineSource>) -> Arc<Self> {
        Arc::new(Self { first_leaf, source })
    }

    /// Appends the row of leaf `first_leaf + len()`. To be called by one thread at a time.
    ///
    /// # Errors
    /// [`BufferFull`] once [`BUFFER_ROWS_MAX`] rows are in.
    pub fn push(&self, _row: Row) -> Result<(), BufferFull> {
        Err(BufferFull)
    }

    /// Returns how many rows are in.
    #[must_use]
    pub fn len(&self) -> u32 {
        0
    }

    /// Returns whether no row is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the lowest leaf.
    #[must_use]
    pub fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    /// Returns the first `rows` rows as a part that later pushes do not change. Panics if `rows > len()`.
    #[must_use]
    pub fn snapshot(self: &Arc<Self>, rows: u32) -> Arc<BufferRows> {
        Arc::new(BufferRows { buffer: self.clone(), rows })
    }
}

/// The first rows of a [`Buffer`]; implements [`crate::Part`] by scanning them.
pub struct BufferRows {
    buffer: Arc<Buffer>,
    rows: u32,
}
