//! From a predicate to the rows of one part that match it. Exact: every matching row below the tree size of the
//! question, and no other.

mod acts;
mod address;
mod path;
mod person;
mod rows;
mod spanning;
mod term;
mod text;
mod value;

use std::ops::Range;
use std::sync::Arc;

use index::Ask;
use roaring::RoaringBitmap;
use segment::Part;

pub(crate) use rows::Rows;

use crate::error::{SearchError, Spent};
use crate::predicate::{Predicate, Term};
use crate::question::Question;
use crate::results::{AnswerKind, CachedAnswer};

/// Returns the rows of `part` that match the question, none of a leaf at or beyond its size.
///
/// Cost: that of the part's own sets. Terms that read lines come last, and only for rows that all other terms have left. Nothing
/// if the answer is kept.
///
/// # Errors
/// As [`SearchError`].
pub(crate) fn rows(question: &Question<'_>, part: &dyn Part) -> Result<Arc<Rows>, SearchError> {
    let kept = question.kept(part, AnswerKind::Rows, || {
        question.keep_going(0)?;
        // The scope first: what lies outside costs the question nothing.
        let found =
            inside(question, part).and_then(|inside| Plan { question, part }.eval(question.beside_scope(), &inside));
        let found = found.map_err(|error| match error {
            SearchError::OverBudget(Spent::Time | Spent::Lines) => SearchError::OverBudget(question.spent()),
            error => error,
        })?;
        Ok(CachedAnswer::Rows(Arc::new(found)))
    })?;
    match kept {
        CachedAnswer::Rows(rows) => Ok(rows),
        _ => unreachable!("rows are kept under a key of their own"),
    }
}

/// Returns the rows of `part` inside the caller's scope, none of a leaf at or beyond the question's size.
///
/// # Errors
/// As [`SearchError`].
pub(crate) fn inside(question: &Question<'_>, part: &dyn Part) -> Result<Rows, SearchError> {
    Plan { question, part }.eval(question.scope().predicate(), &universe(part, question.size))
}

/// Whether finding the rows of a part costs so much that a second processor is worth calling.
pub(crate) fn is_dear(predicate: &Predicate) -> bool {
    cost(predicate) >= 4
}

/// The rows of `part` whose leaf is below `size`.
fn universe(part: &dyn Part, size: u64) -> Rows {
    let leaves = part.leaf_set();
    let rows = part.rows();
    let below = leaves.places_before(size);
    if below == leaves.len() {
        return Rows::Range(0..rows);
    }
    if below == 0 {
        return Rows::none();
    }
    // Take out the leaves at or beyond the size, or collect those below, whichever are fewer.
    let rows_at = |places| leaves.leaves(places).filter_map(|leaf| part.row_of_leaf(leaf)).collect();
    if leaves.len() - below < below {
        let beyond: RoaringBitmap = rows_at(below..leaves.len());
        let mut set = RoaringBitmap::new();
        set.insert_range(0..rows);
        set -= beyond;
        Rows::Set(set)
    } else {
        Rows::Set(rows_at(0..below))
    }
}

struct Plan<'a> {
    question: &'a Question<'a>,
    part: &'a dyn Part,
}

impl Plan<'_> {
    /// Returns the rows among `within` that match.
    fn eval(&self, predicate: &Predicate, within: &Rows) -> Result<Rows, SearchError> {
        if within.is_empty() {
            return Ok(Rows::none());
        }
        match predicate {
            Predicate::All => Ok(within.clone()),
            Predicate::Term(term) => self.term(term, within),
            Predicate::Not(inner) => Ok(within.minus(&self.eval(inner, within)?)),
            Predicate::And(parts) => {
                let mut order: Vec<_> = parts.iter().collect();
                order.sort_by_key(|part| cost(part));
                let mut order = order.into_iter();
                let first = order.next().map_or_else(|| Ok(within.clone()), |part| self.eval(part, within))?;
                order.try_fold(first, |left, part| self.eval(part, &left))
            }
            Predicate::Or(parts) => {
                let mut found = Rows::none();
                for part in parts {
                    found = found.or(&self.eval(part, within)?);
                }
                Ok(found)
            }
        }
    }

    /// What to tell the part beside the question itself.
    fn ask<T>(&self, within: &Rows, ask: impl FnOnce(&Ask<'_>) -> T) -> T {
        let may_read = |lines| self.question.may_read(lines);
        ask(&Ask { within: within.split().0, may_read: &may_read, bytes_max: self.question.context.bytes_max })
    }

    /// The rows of `range` among `within`.
    fn between(&self, range: Range<u32>, within: &Rows) -> Rows {
        within.and(&Rows::Range(range))
    }
}

/// How dear a predicate is. Terms are worked out in this order: those that read no line first, those that read many last.
fn cost(predicate: &Predicate) -> u32 {
    match predicate {
        Predicate::All => 0,
        Predicate::Term(Term::Time { .. } | Term::Since { .. }) => 1,
        Predicate::Term(Term::Equal(..) | Term::InLine(..)) => 2,
        Predicate::Term(Term::Severity { .. } | Term::Status { .. } | Term::Acts(..)) => 3,
        Predicate::Term(Term::Prefix(..)) => 4,
        Predicate::Term(Term::Path(_)) => 6,
        Predicate::Term(Term::Contains(..)) => 8,
        Predicate::Term(Term::Address(_)) => 9,
        // Read lines at the ends of its range: fewer, the fewer streams are left.
        Predicate::Term(Term::Sequence { .. }) => 10,
        // An exclusion costs what it excludes, and leaves more.
        Predicate::Not(inner) => cost(inner) + 1,
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().map(cost).max().unwrap_or(0),
    }
}
