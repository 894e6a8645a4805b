use crate::error::SearchError;
use crate::hit::Hit;
use crate::limits::PAGE_ROWS_MAX;
use crate::merge::Merge;
use crate::predicate::{Keyword, Predicate, Term};
use crate::question::Question;
use crate::{Context, Scope};
use segment::View;

/// Returns the entry with this id, if the caller may see it. Ids are lower-case UUIDs; another spelling finds it too.
///
/// Cost: one look-up a part.
///
/// # Errors
/// As [`SearchError`].
pub fn find_id(view: &View, id: &str, scope: &Scope, context: Context<'_>) -> Result<Option<Hit>, SearchError> {
    let id = Term::Equal(Keyword::Id, id.to_ascii_lowercase()).into();
    Ok(first(view, &id, scope, context, 1)?.pop())
}

/// Returns the entries with this `event_id`, newest first, at most [`PAGE_ROWS_MAX`]: it is unique per source, and there
/// only within the deduplication window.
///
/// Cost: one look-up a part.
///
/// # Errors
/// As [`SearchError`].
pub fn find_event_id(
    view: &View,
    event_id: &str,
    scope: &Scope,
    context: Context<'_>,
) -> Result<Vec<Hit>, SearchError> {
    first(view, &Term::Equal(Keyword::EventId, event_id.to_owned()).into(), scope, context, PAGE_ROWS_MAX)
}

fn first(
    view: &View,
    predicate: &Predicate,
    scope: &Scope,
    context: Context<'_>,
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    let question = Question::new(view, predicate, scope, context);
    let mut merge = Merge::new(&question, true, None, Vec::new());
    let mut hits = Vec::new();
    while hits.len() < limit {
        match merge.next()? {
            Some(hit) => hits.push(hit),
            None => break,
        }
    }
    question.check_reads()?;
    Ok(hits)
}
