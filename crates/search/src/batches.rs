//! Many entries at a time, for those who want all of them. A batch holds consecutive entries in the order asked, from any number
//! of parts.

use std::sync::Arc;

use segment::{Part, PartError};

use crate::error::SearchError;
use crate::leaves::Leaves;
use crate::merge::Merge;
use crate::question::Question;
use crate::scan::Order;

/// The line of one of the leaves asked for.
pub struct LeafLine<'l> {
    /// The leaf's place among those asked for.
    pub place: usize,
    /// The part that has it.
    pub part: &'l dyn Part,
    /// The leaf.
    pub leaf: u64,
    /// The exact bytes, without newline.
    pub line: &'l [u8],
}

/// Every entry that matches, in batches of leaves.
///
/// Memory: as [`crate::Scan`], and the batch handed out.
pub struct Batches<'q, 'a> {
    question: &'q Question<'a>,
    leaves_max: usize,
    source: Source<'q, 'a>,
}

enum Source<'q, 'a> {
    Merge { merge: Merge<'q, 'a>, rows: Vec<u32> },
    Leaves { parts: std::slice::Iter<'a, Arc<dyn Part>>, part: Option<Leaves>, next: u64 },
}

/// Begins to hand out every entry that matches, `leaves_max` at a time. Where times are not in leaf order, parts take turns in
/// the order asked, and a batch holds entries of several.
#[must_use]
pub fn batches<'q, 'a>(question: &'q Question<'a>, order: Order, leaves_max: usize) -> Batches<'q, 'a> {
    let merge =
        |newest_first| Source::Merge { merge: Merge::new(question, newest_first, None, Vec::new()), rows: Vec::new() };
    let source = match order {
        Order::NewestFirst => merge(true),
        Order::OldestFirst => merge(false),
        Order::Leaf => Source::Leaves { parts: question.view.parts.iter(), part: None, next: 0 },
    };
    Batches { question, leaves_max: leaves_max.max(1), source }
}

impl Batches<'_, '_> {
    /// Returns the leaves of the next batch in the order asked, all of them below the question's size; never an empty one. Only the
    /// last is not full.
    ///
    /// # Errors
    /// As [`SearchError`]; after one there are no more batches.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would be asked on after an error")]
    pub fn next(&mut self) -> Result<Option<Vec<u64>>, SearchError> {
        let mut leaves = Vec::with_capacity(self.leaves_max);
        match &mut self.source {
            Source::Merge { merge, rows } => {
                while leaves.len() < self.leaves_max {
                    rows.clear();
                    let Some(part) = merge.next_run(self.leaves_max - leaves.len(), rows)? else { break };
                    leaves.extend(rows.iter().map(|&row| part.leaf(row)));
                }
            }
            Source::Leaves { parts, part, next } => loop {
                if let Some(part) = part.as_ref() {
                    part.run(next, self.leaves_max, &mut leaves);
                }
                if leaves.len() == self.leaves_max {
                    break;
                }
                let Some(next_part) = parts.next() else { break };
                *part = Some(Leaves::find(self.question, next_part)?);
            },
        }
        Ok(Some(leaves).filter(|leaves| !leaves.is_empty()))
    }

    /// Changes how many leaves a batch has, from the next one on.
    pub fn set_leaves_max(&mut self, leaves_max: usize) {
        self.leaves_max = leaves_max.max(1);
    }
}

impl Question<'_> {
    /// Hands out the lines of some leaves of this question by ascending leaf, each checked against the scope once more (I-8).
    ///
    /// Cost: as [`Part::lines`], each frame decompressed once, whatever the order of the leaves; where the scope is not
    /// everything, each line is parsed.
    ///
    /// # Errors
    /// As [`SearchError`]; lines handed out before the error stand.
    pub fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(LeafLine<'_>)) -> Result<(), SearchError> {
        let mut by_leaf: Vec<(u64, usize)> = leaves.iter().copied().zip(0..).collect();
        by_leaf.sort_unstable();
        let mut rows = Vec::with_capacity(by_leaf.len());
        let mut rest = by_leaf.as_slice();
        while let Some(&(first, _)) = rest.first() {
            let (part, _) = self.view.find(first).ok_or(PartError::NoSuchRow(first))?;
            let (own, others) = rest.split_at(rest.partition_point(|&(leaf, _)| holds(part.as_ref(), leaf)));
            rows.clear();
            for &(leaf, _) in own {
                rows.push(part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?);
            }
            let mut next = own.iter();
            let mut outside = None;
            part.lines(&rows, &mut |_, line| {
                let Some(&(leaf, place)) = next.next().filter(|_| outside.is_none()) else { return };
                match self.admit_line(leaf, line) {
                    Ok(()) => each(LeafLine { place, part: part.as_ref(), leaf, line }),
                    Err(error) => outside = Some(error),
                }
            })?;
            outside.map_or(Ok(()), Err)?;
            rest = others;
        }
        Ok(())
    }

    /// Whether most of `leaves` belong to parts in which the leaves of the first half lie among those of the second. Then the
    /// next batches will read the same frames again, and larger batches would read fewer. Cost: a look at each leaf for each
    /// part.
    #[must_use]
    pub fn are_scattered(&self, leaves: &[u64]) -> bool {
        let (first, second) = leaves.split_at(leaves.len() / 2);
        let scattered = |part: &Arc<dyn Part>| {
            let first = Span::of(part.as_ref(), first);
            let second = Span::of(part.as_ref(), second);
            if first.is_among(&second) { first.count + second.count } else { 0 }
        };
        let parts = self.view.parts.iter().filter(|part| !part.rows_are_leaves());
        parts.map(scattered).sum::<usize>() > leaves.len() / 2
    }

    fn admit_line(&self, leaf: u64, line: &[u8]) -> Result<(), SearchError> {
        self.must_hold(leaf);
        self.scope().check_line(leaf, line)
    }
}

fn holds(part: &dyn Part, leaf: u64) -> bool {
    part.leaf_set().range().contains(&leaf)
}

/// Where the leaves of one part lie.
struct Span {
    lowest: u64,
    highest: u64,
    count: usize,
}

impl Span {
    fn of(part: &dyn Part, leaves: &[u64]) -> Self {
        let own = leaves.iter().filter(|&&leaf| holds(part, leaf));
        own.fold(Self { lowest: u64::MAX, highest: 0, count: 0 }, |span, &leaf| Self {
            lowest: span.lowest.min(leaf),
            highest: span.highest.max(leaf),
            count: span.count + 1,
        })
    }

    /// Whether more than half of both is common to them.
    fn is_among(&self, other: &Self) -> bool {
        let both = self.highest.min(other.highest).saturating_sub(self.lowest.max(other.lowest));
        self.count > 0 && both > (self.highest.max(other.highest) - self.lowest.min(other.lowest)) / 2
    }
}
