use std::sync::Arc;

use segment::Part;

use crate::error::SearchError;
use crate::hit::Hit;
use crate::merge::{Merge, hit_at};
use crate::plan;
use crate::question::Question;

/// In which order an export hands out entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first, by (order time, leaf).
    NewestFirst,
    /// Oldest first, by (order time, leaf).
    OldestFirst,
    /// In the order of the log.
    Leaf,
}

/// Every entry that matches, one after the other.
///
/// Memory: the row sets of the parts in hand, whatever the number of entries. After an error it is at its end.
pub struct Scan<'q, 'a> {
    source: Source<'q, 'a>,
    failed: bool,
}

enum Source<'q, 'a> {
    Merge(Merge<'q, 'a>),
    Leaves { question: &'q Question<'a>, parts: std::slice::Iter<'a, Arc<dyn Part>>, part: Option<Leaves> },
}

/// The rows of one part in leaf order; leaves as distances from the part's first.
struct Leaves {
    part: Arc<dyn Part>,
    rows: std::vec::IntoIter<(u32, u32)>,
}

/// Begins to hand out every entry that matches.
#[must_use]
pub fn scan<'q, 'a>(question: &'q Question<'a>, order: Order) -> Scan<'q, 'a> {
    let source = match order {
        Order::NewestFirst => Source::Merge(Merge::new(question, true, None, Vec::new())),
        Order::OldestFirst => Source::Merge(Merge::new(question, false, None, Vec::new())),
        Order::Leaf => Source::Leaves { question, parts: question.view.parts.iter(), part: None },
    };
    Scan { source, failed: false }
}

impl Iterator for Scan<'_, '_> {
    type Item = Result<Hit, SearchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = match &mut self.source {
            Source::Merge(merge) => merge.next(),
            Source::Leaves { question, parts, part } => next_leaf(question, parts, part),
        };
        self.failed = next.is_err();
        next.transpose()
    }
}

fn next_leaf(
    question: &Question<'_>,
    parts: &mut std::slice::Iter<'_, Arc<dyn Part>>,
    current: &mut Option<Leaves>,
) -> Result<Option<Hit>, SearchError> {
    loop {
        if let Some(leaves) = current
            && let Some((_, row)) = leaves.rows.next()
        {
            let hit = hit_at(&leaves.part, row);
            question.admit(&hit)?;
            return Ok(Some(hit));
        }
        let Some(part) = parts.next() else {
            return Ok(None);
        };
        let first = part.first_leaf();
        // A part has fewer than 2^32 rows, of consecutive leaves.
        let distance = |row| u32::try_from(part.leaf(row) - first).unwrap_or(u32::MAX);
        let mut rows: Vec<_> =
            plan::rows(question, part.as_ref())?.to_set().iter().map(|row| (distance(row), row)).collect();
        rows.sort_unstable();
        *current = Some(Leaves { part: part.clone(), rows: rows.into_iter() });
    }
}
