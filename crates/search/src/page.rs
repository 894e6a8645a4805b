use crate::cursor::Cursor;
use crate::error::SearchError;
use crate::hit::Hit;
use crate::limits::PAGE_ROWS_MAX;
use crate::merge::Merge;
use crate::parallel::for_parts;
use crate::plan;
use crate::question::Question;
use crate::results::AnswerKind;

/// Which page.
#[derive(Debug, Clone, Default)]
pub struct PageRequest<'r> {
    /// Oldest first instead of newest first.
    pub oldest_first: bool,
    /// Entries wanted, 1 to [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// `next` of the page before.
    pub cursor: Option<&'r str>,
    /// Whether to count all that match.
    pub count: bool,
}

/// A page of entries, in the order asked.
#[derive(Debug, Clone)]
pub struct Page {
    /// The entries.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// How many entries match in all, at the tree size the first page saw.
    pub count: Option<u64>,
    /// That tree size.
    pub size: u64,
}

/// Returns one page by (order time, leaf). All pages of a cursor's chain show the log at the size the first one saw:
/// none repeats or misses an entry while others arrive.
///
/// Cost: without a count, the parts the page reaches; with it, all.
///
/// # Errors
/// [`SearchError::Cursor`] for a cursor that is not of this question; else as [`SearchError`].
pub fn page(question: &Question<'_>, request: &PageRequest<'_>) -> Result<Page, SearchError> {
    if !(1..=PAGE_ROWS_MAX).contains(&request.limit) {
        return Err(SearchError::PageLimit(request.limit));
    }
    let hash = question.hash();
    let key = question.context.cursor_key;
    let cursor = request.cursor.map(|text| Cursor::read(text, key, &hash, request.oldest_first)).transpose()?;
    let pinned = match &cursor {
        Some(cursor) => question.pinned(cursor.within(question.size)?, cursor.now_us),
        None => question.pinned(question.size, question.now_us),
    };
    let _held = question.hold(0)?;
    let mut known = Vec::new();
    if request.count {
        known = for_parts(&pinned, plan::is_dear(pinned.asked()), &AnswerKind::Rows, |part| {
            plan::rows(&pinned, part.as_ref())
        })?;
    }
    let count = request.count.then(|| known.iter().map(|rows| rows.len()).sum());
    let mut merge = Merge::new(&pinned, !request.oldest_first, cursor.map(|cursor| cursor.last), known);
    let mut hits = Vec::new();
    let mut next = None;
    while let Some(hit) = merge.next()? {
        if hits.len() == request.limit {
            next = hits.last().map(|last: &Hit| {
                let last = (last.time_us, last.leaf);
                Cursor { size: pinned.size, now_us: pinned.now_us, last }.write(key, &hash, request.oldest_first)
            });
            break;
        }
        hits.push(hit);
    }
    Ok(Page { hits, next, count, size: pinned.size })
}
