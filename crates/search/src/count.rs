use crate::error::SearchError;
use crate::plan;
use crate::question::Question;

/// Returns exactly how many entries match. Cost: set algebra per part; no line is read unless a condition needs one.
///
/// # Errors
/// As [`SearchError`].
pub fn count(question: &Question<'_>) -> Result<u64, SearchError> {
    question.view.parts.iter().try_fold(0, |sum, part| Ok(sum + plan::rows(question, part.as_ref())?.len()))
}
