//! Answers of parts, taken from the cache or worked out and kept there.

use segment::Part;

use crate::error::SearchError;
use crate::question::{Question, whole_since};
use crate::results::{AnswerKind, CacheKey, CachedAnswer, ResultCache, Results};

impl Question<'_> {
    /// Returns the kept answer of a part, or works it out and keeps it. Nothing is kept if the part will not last, if the
    /// question sees only some of its rows, or if the answer depends on the moment.
    pub(crate) fn kept(
        &self,
        part: &dyn Part,
        what: AnswerKind,
        work_out: impl FnOnce() -> Result<CachedAnswer, SearchError>,
    ) -> Result<CachedAnswer, SearchError> {
        let Some((cache, key)) = self.key(part, what) else { return work_out() };
        if let Some(kept) = cache.look_up(&key) {
            return Ok(kept);
        }
        let before = part.failed_reads();
        let kept = work_out()?;
        whole_since(part, before)?;
        cache.put(key, kept.clone());
        Ok(kept)
    }
}

impl<'a> Question<'a> {
    /// Whether an answer is kept.
    pub(crate) fn is_kept(&self, part: &dyn Part, what: &AnswerKind) -> bool {
        let key = self.key(part, what.clone());
        key.is_some_and(|(cache, key)| cache.holds(&key))
    }

    fn key(&self, part: &dyn Part, what: AnswerKind) -> Option<(&'a ResultCache, CacheKey)> {
        let whole = part.leaf_set().end() <= self.size;
        let part = part.lasting().filter(|_| whole && !self.asked().depends_on_now())?;
        let Results { cache, erasures } = self.context.results?;
        Some((cache, CacheKey { part, question: self.hash(), erasures, what }))
    }
}
