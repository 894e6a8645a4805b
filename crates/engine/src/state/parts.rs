//! What is searched: segments, and what is not sealed yet.

use std::sync::{Arc, Mutex, PoisonError};

use index::IndexBuilder;
use segment::Segment;
use segment::tail::{Buffer, Run};

/// Segments and what is not sealed yet, by ascending leaf, without a gap.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) tail: Vec<TailPart>,
}

/// A piece of the tail.
#[derive(Clone)]
pub(crate) enum TailPart {
    Buffer(Arc<Buffer>),
    Run(Arc<Frozen>),
}

/// A frozen run, and the columns it was made of until the sealer takes them.
pub(crate) struct Frozen {
    pub(crate) run: Arc<Run>,
    columns: Mutex<Option<IndexBuilder>>,
}

impl Frozen {
    pub(crate) fn new(run: Run, columns: IndexBuilder) -> Self {
        Self { run: Arc::new(run), columns: Mutex::new(Some(columns)) }
    }

    /// The columns, once.
    pub(crate) fn take_columns(&self) -> Option<IndexBuilder> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The leaf behind the last row.
    pub(crate) fn end(&self) -> u64 {
        self.run.first_leaf() + u64::from(self.run.rows())
    }
}

impl TailPart {
    pub(crate) fn first_leaf(&self) -> u64 {
        match self {
            Self::Buffer(buffer) => buffer.first_leaf(),
            Self::Run(frozen) => frozen.run.first_leaf(),
        }
    }
}
