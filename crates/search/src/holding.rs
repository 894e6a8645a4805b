//! What a question holds of the memory that all share.

use crate::error::SearchError;
use crate::memory::{FREE_BYTES, Held};
use crate::plan::is_dear;
use crate::question::Question;

impl<'a> Question<'a> {
    /// Waits until there is memory for what this question is about to hold beside its rows: so many bytes. To be called once,
    /// before anything is held: who holds something and waits for more would wait for ever.
    ///
    /// # Errors
    /// [`SearchError::Busy`] where there is none within its time.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Option<Held<'a>>, SearchError> {
        let bytes = bytes.saturating_add(self.rows_bytes());
        let Some(memory) = self.context.memory.filter(|_| bytes > FREE_BYTES) else { return Ok(None) };
        memory.take(bytes, self.context.over_budget).map(Some).ok_or(SearchError::Busy)
    }

    /// What sets of rows take at most: those that were found of each part, and three more of the part at work.
    fn rows_bytes(&self) -> usize {
        let rows = || self.parts().map(|part| part.rows() as usize);
        if is_dear(self.asked()) { (rows().sum::<usize>() + 3 * rows().max().unwrap_or(0)) / 8 } else { 0 }
    }
}
