//! What a question holds of the memory that all share.

use crate::error::SearchError;
use crate::memory::{FREE_BYTES, Held};
use crate::plan::is_dear;
use crate::question::Question;

impl<'a> Question<'a> {
    /// Waits until there are this many bytes for what the question will hold beside its rows. To be called once, before anything
    /// is held: two questions that hold some and wait for more would wait for ever.
    ///
    /// # Errors
    /// [`SearchError::Busy`] where there is none within the question's time.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Option<Held<'a>>, SearchError> {
        let bytes = bytes.saturating_add(self.rows_bytes());
        let Some(memory) = self.context.memory.filter(|_| bytes > FREE_BYTES) else { return Ok(None) };
        memory.take(bytes, self.context.over_budget).map(Some).ok_or(SearchError::Busy)
    }

    /// The most that sets of rows can take: one for each part, and three more for the part at work.
    fn rows_bytes(&self) -> usize {
        let rows = || self.parts().map(|part| part.rows() as usize);
        if is_dear(self.asked()) { (rows().sum::<usize>() + 3 * rows().max().unwrap_or(0)) / 8 } else { 0 }
    }
}
