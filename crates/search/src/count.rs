use crate::error::SearchError;
use crate::parallel::for_parts;
use crate::plan;
use crate::question::Question;
use crate::results::AnswerKind;

/// Returns exactly how many entries match. Cost: set algebra per part; no line is read unless a condition needs one.
///
/// # Errors
/// As [`SearchError`].
pub fn count(question: &Question<'_>) -> Result<u64, SearchError> {
    let _held = question.hold(0)?;
    let dear = plan::is_dear(question.asked());
    let counts = for_parts(question, dear, &AnswerKind::Rows, |part| Ok(plan::rows(question, part.as_ref())?.len()))?;
    Ok(counts.into_iter().sum())
}
