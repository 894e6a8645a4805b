//! Many entries at a time, for those who want all: the rows of one part that follow one another in the order asked.

use std::sync::Arc;

use event::Entry;
use segment::Part;

use crate::error::SearchError;
use crate::leaves::Leaves;
use crate::merge::Merge;
use crate::question::Question;
use crate::scan::Order;

/// Some of the entries that match, of one part, in the order asked.
#[derive(Clone)]
pub struct Batch {
    /// The part.
    pub part: Arc<dyn Part>,
    /// The rows in it. Their leaves are below the question's size.
    pub rows: Vec<u32>,
}

/// Every entry that matches, in batches.
///
/// Memory: as [`crate::Scan`], and the batch handed out.
pub struct Batches<'q, 'a> {
    question: &'q Question<'a>,
    rows_max: usize,
    source: Source<'q, 'a>,
}

enum Source<'q, 'a> {
    Merge(Merge<'q, 'a>),
    Leaves { parts: std::slice::Iter<'a, Arc<dyn Part>>, part: Option<Leaves>, next: u64 },
}

/// Begins to hand out every entry that matches, at most `rows_max` at a time.
#[must_use]
pub fn batches<'q, 'a>(question: &'q Question<'a>, order: Order, rows_max: usize) -> Batches<'q, 'a> {
    let source = match order {
        Order::NewestFirst => Source::Merge(Merge::new(question, true, None, Vec::new())),
        Order::OldestFirst => Source::Merge(Merge::new(question, false, None, Vec::new())),
        Order::Leaf => Source::Leaves { parts: question.view.parts.iter(), part: None, next: 0 },
    };
    Batches { question, rows_max: rows_max.max(1), source }
}

impl Batches<'_, '_> {
    /// Returns the next batch; never an empty one.
    ///
    /// # Errors
    /// As [`SearchError`]; after one, the batches are at their end for all they are worth.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would be asked on after an error")]
    pub fn next(&mut self) -> Result<Option<Batch>, SearchError> {
        let mut rows = Vec::with_capacity(self.rows_max);
        match &mut self.source {
            Source::Merge(merge) => {
                let part = merge.next_run(self.rows_max, &mut rows)?;
                Ok(part.map(|part| Batch { part, rows }))
            }
            Source::Leaves { parts, part, next } => loop {
                if let Some(leaves) = part.as_ref() {
                    leaves.run(next, self.rows_max, &mut rows)?;
                    if !rows.is_empty() {
                        return Ok(Some(Batch { part: leaves.part().clone(), rows }));
                    }
                }
                let Some(next_part) = parts.next() else { return Ok(None) };
                *part = Some(Leaves::find(self.question, next_part)?);
            },
        }
    }

    /// Changes how many rows a batch has at most, from the next one on.
    pub fn set_rows_max(&mut self, rows_max: usize) {
        self.rows_max = rows_max.max(1);
    }
}

impl Batch {
    /// Whether the leaves of its first half lie among those of the second: then the batches behind it will read the same
    /// frames again, and larger ones would read fewer. Cost: a look at each leaf.
    #[must_use]
    pub fn is_scattered(&self) -> bool {
        let span = |rows: &[u32]| {
            let leaves = rows.iter().map(|&row| self.part.leaf(row));
            leaves.fold((u64::MAX, 0), |(low, high), leaf| (leaf.min(low), leaf.max(high)))
        };
        let (first, second) = self.rows.split_at(self.rows.len() / 2);
        if self.part.rows_are_leaves() || first.is_empty() {
            return false;
        }
        let ((low, high), (low_2, high_2)) = (span(first), span(second));
        let both = high.min(high_2).saturating_sub(low.max(low_2));
        both > (high.max(high_2) - low.min(low_2)) / 2
    }
}

impl Question<'_> {
    /// Hands out the lines of some rows of this question by ascending leaf, each with its place in `rows`, and checked
    /// against the scope once more (I-8).
    ///
    /// Cost: as [`Part::lines`], each frame decompressed once, whatever the order of the rows; where the scope is not
    /// everything, each line is parsed.
    ///
    /// # Errors
    /// As [`SearchError`]; lines handed out before the error stand.
    pub fn lines(
        &self,
        part: &dyn Part,
        rows: &[u32],
        each: &mut dyn FnMut(usize, u64, &[u8]),
    ) -> Result<(), SearchError> {
        let mut by_leaf: Vec<(u64, usize, u32)> =
            rows.iter().enumerate().map(|(place, &row)| (part.leaf(row), place, row)).collect();
        by_leaf.sort_unstable();
        let sorted: Vec<u32> = by_leaf.iter().map(|&(_, _, row)| row).collect();
        let (mut next, mut outside) = (by_leaf.iter(), None);
        part.lines(&sorted, &mut |_, line| {
            let Some(&(leaf, place, _)) = next.next().filter(|_| outside.is_none()) else { return };
            match self.admit_line(leaf, line) {
                Ok(()) => each(place, leaf, line),
                Err(error) => outside = Some(error),
            }
        })?;
        outside.map_or(Ok(()), Err)
    }

    fn admit_line(&self, leaf: u64, line: &[u8]) -> Result<(), SearchError> {
        if self.scope().is_everything() {
            return Ok(());
        }
        let entry = Entry::parse(line).map_err(|source| SearchError::Line { leaf, source })?;
        if self.scope().admits(&entry) { Ok(()) } else { Err(SearchError::OutsideScope { leaf }) }
    }
}
