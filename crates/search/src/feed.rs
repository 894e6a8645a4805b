//! The log as it grows: what matches, in the order of the log, without a miss or a repeat.

use std::ops::ControlFlow;
use std::sync::Arc;

use segment::{Part, View};

use crate::error::SearchError;
use crate::hit::Hit;
use crate::leaves::Leaves;
use crate::question::Question;

/// A place in the log, and what is known of the part around it.
///
/// Memory: a bitmap over the rows of one part. Holds on to that part, whose files stay readable meanwhile.
pub struct Feed {
    next: u64,
    /// The moment `since` counts from: when the feed was first asked.
    began_us: Option<i64>,
    /// By the question that found them: who asks may see less from one read to the next.
    held: Option<([u8; 32], Leaves)>,
}

/// How far a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There may be more in the view.
    More,
    /// Everything in the view was looked at.
    CaughtUp,
}

impl Feed {
    /// Begins at leaf `next`.
    #[must_use]
    pub fn from(next: u64) -> Self {
        Self { next, began_us: None, held: None }
    }

    /// Begins at the last `count` entries that match, or at the first one if there are fewer.
    ///
    /// Cost: as a feed over the parts these lie in.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn last(question: &Question<'_>, count: usize) -> Result<Self, SearchError> {
        let mut next = question.size;
        let mut left = count;
        for part in question.view.parts.iter().rev() {
            if left == 0 {
                break;
            }
            let leaves = Leaves::find(question, part)?;
            while left > 0
                && let Some(hit) = leaves.previous(next)?
            {
                (next, left) = (hit.leaf, left - 1);
            }
        }
        Ok(Self { next: if left == 0 { next } else { 0 }, began_us: Some(question.now_us), held: None })
    }

    /// The first leaf that was not looked at yet. All below it that match were handed out.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Hands out what matches from the position on, in leaf order, until `each` breaks or a part ends. It returns at the end of
    /// each part so that the caller can tell the position even if nothing matches. The question's view may be any that holds the
    /// leaves from the position on; its size must never shrink.
    ///
    /// Cost: a part's rows are worked out once, when it is entered; then nothing beside the hits.
    ///
    /// # Errors
    /// As [`SearchError`]; what was handed out before stands, and the position is behind it.
    pub fn read(
        &mut self,
        question: &Question<'_>,
        each: &mut dyn FnMut(&Hit) -> ControlFlow<()>,
    ) -> Result<Progress, SearchError> {
        let now_us = *self.began_us.get_or_insert(question.now_us);
        let leaves = match self.held.take() {
            Some((asked, held)) if asked == question.hash() => held,
            _ => match part_at(question.view, self.next) {
                Some(part) => Leaves::find(&question.pinned(question.size, now_us), part)?,
                None => return Ok(Progress::CaughtUp),
            },
        };
        while let Some(hit) = leaves.next(self.next)? {
            question.must_hold(hit.leaf);
            self.next = hit.leaf + 1;
            if each(&hit).is_break() {
                self.held = Some((question.hash(), leaves));
                return Ok(Progress::More);
            }
        }
        self.next = leaves.end().min(question.size);
        Ok(if self.next < question.size { Progress::More } else { Progress::CaughtUp })
    }
}

/// The part whose range `leaf` lies in; none once the view is at its end.
fn part_at(view: &View, leaf: u64) -> Option<&Arc<dyn Part>> {
    if leaf >= view.size {
        return None;
    }
    view.parts.get(view.parts.partition_point(|part| part.leaf_set().start() <= leaf).checked_sub(1)?)
}
