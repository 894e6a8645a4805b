//! Reading batches again in leaf order, as sealing does.

use crate::{Book, ReadError, RecoveredBatch};
use proof::LeafIndex;

/// Reads the batches of a journal in leaf order, from the first one of a book on, each checked once more.
pub trait Cursor: Send {
    /// The book of the next batch, unless that book ends here.
    fn book(&self) -> Book;

    /// The first leaf of the batch that was given last, or of the next one.
    fn next_leaf(&self) -> LeafIndex;

    /// The next batch that begins before `until`, a leaf that was acknowledged; `None`: there is no more. A batch that reaches beyond
    /// `until` is given once more for a later one.
    ///
    /// # Errors
    /// [`ReadError`]; the cursor is of no use afterwards.
    fn next_batch(&mut self, until: LeafIndex) -> Result<Option<RecoveredBatch<'_>>, ReadError>;
}
