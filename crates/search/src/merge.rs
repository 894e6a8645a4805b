//! The rows of all parts in order of time. A part is opened, and its rows are worked out, only when its turn may have come: a
//! page of the newest entries asks the newest parts alone.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use segment::Part;

use crate::error::SearchError;
use crate::hit::Hit;
use crate::plan::{self, Rows};
use crate::question::Question;

/// What orders entries: order time, then leaf.
pub(crate) type Position = (i64, u64);

pub(crate) struct Merge<'q, 'a> {
    question: &'q Question<'a>,
    newest_first: bool,
    after: Option<Position>,
    /// Parts not opened yet; the next to open last.
    waiting: Vec<Waiting>,
    open: BinaryHeap<Head>,
}

struct Waiting {
    part: Arc<dyn Part>,
    /// Time of the part's first row in the order asked.
    time_us: i64,
    rows: Option<Arc<Rows>>,
}

/// The next row of an open part.
struct Head {
    hit: Hit,
    rows: Arc<Rows>,
    /// The rows of the part that are still to come, without those that earlier pages have shown.
    ahead: Range<u32>,
    newest_first: bool,
}

impl<'q, 'a> Merge<'q, 'a> {
    /// Begins behind `after`, or at the beginning. `known` holds the rows of parts that are known already; it may be empty.
    pub(crate) fn new(
        question: &'q Question<'a>,
        newest_first: bool,
        after: Option<Position>,
        known: Vec<Arc<Rows>>,
    ) -> Self {
        let known = known.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        let mut waiting: Vec<Waiting> = question
            .parts()
            .zip(known)
            .map(|(part, rows)| {
                let first = if newest_first { part.rows() - 1 } else { 0 };
                Waiting { part: part.clone(), time_us: part.time_us(first), rows }
            })
            .collect();
        waiting.sort_by(|a, b| if newest_first { a.time_us.cmp(&b.time_us) } else { b.time_us.cmp(&a.time_us) });
        Self { question, newest_first, after, waiting, open: BinaryHeap::new() }
    }

    /// Returns the next hit.
    pub(crate) fn next(&mut self) -> Result<Option<Hit>, SearchError> {
        self.open_due()?;
        let Some(mut head) = self.open.pop() else {
            return Ok(None);
        };
        let hit = head.hit.clone();
        let next = if self.newest_first {
            hit.row.checked_sub(1).and_then(|row| head.rows.previous(row))
        } else {
            head.rows.next(hit.row + 1)
        };
        if let Some(row) = next.filter(|row| head.ahead.contains(row)) {
            head.hit = hit_at(&hit.part, row);
            self.open.push(head);
        }
        self.question.must_hold(hit.leaf);
        Ok(Some(hit))
    }

    /// Appends the next rows to `rows` until it holds `max` or another part's turn comes, and returns their part.
    ///
    /// The caller must check the rows against the scope when it reads their lines; this function does not.
    pub(crate) fn next_run(&mut self, max: usize, rows: &mut Vec<u32>) -> Result<Option<Arc<dyn Part>>, SearchError> {
        self.open_due()?;
        let Some(mut head) = self.open.pop() else {
            return Ok(None);
        };
        let Hit { part, row, leaf, .. } = head.hit.clone();
        assert!(
            leaf < self.question.size,
            "I-8: leaf {leaf} is beyond the size {} of the question",
            self.question.size
        );
        let ahead = self.ahead_of_others(part.as_ref(), row);
        let ahead = ahead.start.max(head.ahead.start)..ahead.end.min(head.ahead.end);
        head.rows.take(ahead, self.newest_first, max, rows);
        let last = rows.last().copied().unwrap_or(row);
        let next = if self.newest_first {
            last.checked_sub(1).and_then(|row| head.rows.previous(row))
        } else {
            head.rows.next(last + 1)
        };
        if let Some(row) = next.filter(|row| head.ahead.contains(row)) {
            head.hit = hit_at(&part, row);
            self.open.push(head);
        }
        Ok(Some(part))
    }

    /// The rows of `part` from `row` on, in the order asked, that come before every row of all other parts.
    fn ahead_of_others(&self, part: &dyn Part, row: u32) -> Range<u32> {
        let head = self.open.peek().map(Head::position);
        let waiting = self.waiting.last().map(|waiting| waiting.time_us);
        if self.newest_first {
            let behind_head = head.map_or(0, |position| rows_before(part, position));
            let behind_waiting =
                waiting.map_or(0, |time_us| part.rows_between(time_us.saturating_add(1), i64::MAX).start);
            behind_head.max(behind_waiting).min(row)..row + 1
        } else {
            let before_head = head.map_or(u32::MAX, |position| rows_before(part, position));
            let before_waiting = waiting.map_or(u32::MAX, |time_us| part.rows_between(i64::MIN, time_us).end);
            row..before_head.min(before_waiting).min(part.rows()).max(row + 1)
        }
    }

    /// Opens the parts whose turn can have come.
    fn open_due(&mut self) -> Result<(), SearchError> {
        while let Some(waiting) = self.waiting.pop_if(|waiting| {
            self.open.peek().is_none_or(|head| match self.newest_first {
                true => waiting.time_us >= head.hit.time_us,
                false => waiting.time_us <= head.hit.time_us,
            })
        }) {
            self.open(waiting)?;
        }
        Ok(())
    }

    fn open(&mut self, waiting: Waiting) -> Result<(), SearchError> {
        let Waiting { part, rows, .. } = waiting;
        let ahead = match self.after {
            None => 0..part.rows(),
            Some(after) if self.newest_first => 0..rows_before(part.as_ref(), after),
            // The row at `after` itself was on the page before.
            Some((time_us, leaf)) => rows_before(part.as_ref(), (time_us, leaf + 1))..part.rows(),
        };
        if ahead.is_empty() {
            return Ok(());
        }
        let rows = match rows {
            Some(rows) => rows,
            None => plan::rows(self.question, part.as_ref())?,
        };
        let first = if self.newest_first { rows.previous(ahead.end - 1) } else { rows.next(ahead.start) };
        if let Some(row) = first.filter(|row| ahead.contains(row)) {
            self.open.push(Head { hit: hit_at(&part, row), rows, ahead, newest_first: self.newest_first });
        }
        Ok(())
    }
}

/// How many rows of `part` come before `position`. Cost: two binary searches.
fn rows_before(part: &dyn Part, (time_us, leaf): Position) -> u32 {
    let same = part.rows_between(time_us, time_us.saturating_add(1));
    let mut low = same.start;
    let mut high = same.end;
    while low < high {
        let middle = low + (high - low) / 2;
        if part.leaf(middle) < leaf { low = middle + 1 } else { high = middle }
    }
    low
}

pub(crate) fn hit_at(part: &Arc<dyn Part>, row: u32) -> Hit {
    Hit { part: part.clone(), row, leaf: part.leaf(row), time_us: part.time_us(row) }
}

impl Head {
    fn position(&self) -> Position {
        (self.hit.time_us, self.hit.leaf)
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    /// The greatest comes out first.
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.position().cmp(&other.position());
        if self.newest_first { order } else { order.reverse() }
    }
}
