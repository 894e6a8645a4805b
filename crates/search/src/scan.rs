use std::sync::Arc;

use segment::Part;

use crate::error::SearchError;
use crate::hit::Hit;
use crate::leaves::Leaves;
use crate::merge::Merge;
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
    Leaves { question: &'q Question<'a>, parts: std::slice::Iter<'a, Arc<dyn Part>>, part: Option<Leaves>, next: u64 },
}

/// Begins to hand out every entry that matches.
#[must_use]
pub fn scan<'q, 'a>(question: &'q Question<'a>, order: Order) -> Scan<'q, 'a> {
    let source = match order {
        Order::NewestFirst => Source::Merge(Merge::new(question, true, None, Vec::new())),
        Order::OldestFirst => Source::Merge(Merge::new(question, false, None, Vec::new())),
        Order::Leaf => Source::Leaves { question, parts: question.view.parts.iter(), part: None, next: 0 },
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
            Source::Leaves { question, parts, part, next } => next_leaf(question, parts, part, next),
        };
        self.failed = next.is_err();
        next.transpose()
    }
}

fn next_leaf(
    question: &Question<'_>,
    parts: &mut std::slice::Iter<'_, Arc<dyn Part>>,
    current: &mut Option<Leaves>,
    next: &mut u64,
) -> Result<Option<Hit>, SearchError> {
    loop {
        if let Some(leaves) = current
            && let Some(hit) = leaves.next(*next)?
        {
            question.must_hold(hit.leaf);
            *next = hit.leaf + 1;
            return Ok(Some(hit));
        }
        let Some(part) = parts.next() else {
            return Ok(None);
        };
        *current = Some(Leaves::find(question, part)?);
    }
}
