//! Sorted values of several sources, in one order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::error::IndexMergeError;
use super::pace::Pace;
use crate::Index;
use crate::format::SectionName;
use crate::read::{Dictionary, TokenCursor};
use crate::sets::SetRef;

/// The values of one source in the order of their bytes.
pub(super) enum Values<'b> {
    Dictionary { dictionary: Dictionary<'b>, next: usize },
    Tokens(TokenCursor<'b>),
}

impl<'b> Values<'b> {
    /// The next value; `None` behind the last. The outer `None` is damage.
    fn next(&mut self) -> Option<Option<(&'b [u8], SetRef)>> {
        match self {
            Self::Dictionary { dictionary, next } if *next < dictionary.len() => {
                *next += 1;
                dictionary.get(*next - 1).map(Some)
            }
            Self::Dictionary { .. } => Some(None),
            Self::Tokens(tokens) => tokens.next(),
        }
    }
}

/// The values of a section of one source.
pub(super) struct Column<'b> {
    /// The number of the source.
    pub(super) source: usize,
    pub(super) name: SectionName,
    pub(super) values: Values<'b>,
}

/// Calls `each` with every value in order, and the sets that the sources have of it, in the order of columns.
pub(super) fn each_value<'b>(
    sources: &[&'b Index],
    columns: &mut [Column<'b>],
    pace: &mut Pace<'_>,
    mut each: impl FnMut(&'b [u8], &[(usize, SetRef)]) -> Result<(), IndexMergeError>,
) -> Result<(), IndexMergeError> {
    let mut heads: Vec<Option<SetRef>> = vec![None; columns.len()];
    let mut heap: BinaryHeap<Reverse<(&'b [u8], usize)>> = BinaryHeap::with_capacity(columns.len());
    let mut advance = |nth: usize, heads: &mut [Option<SetRef>], after: Option<&[u8]>| {
        let Some((column, head)) = columns.get_mut(nth).zip(heads.get_mut(nth)) else { return Ok(None) };
        let damaged = || sources.get(column.source).map(|source| source.damaged(column.name));
        let next = match column.values.next() {
            // Values ascend, or merging would write what cannot be searched.
            Some(Some((value, _))) if after.is_some_and(|after| value <= after) => None,
            next => next,
        };
        let Some(next) = next else { return damaged().map_or(Ok(None), |error| Err(IndexMergeError::from(error))) };
        *head = next.map(|(_, set)| set);
        Ok(next.map(|(value, _)| Reverse((value, nth))))
    };
    for nth in 0..heads.len() {
        heap.extend(advance(nth, &mut heads, None)?);
    }
    let mut sets = Vec::new();
    let mut taken = Vec::new();
    while let Some(Reverse((value, _))) = heap.peek().copied() {
        sets.clear();
        taken.clear();
        while let Some(Reverse((same, nth))) = heap.peek().copied()
            && same == value
        {
            heap.pop();
            taken.push(nth);
        }
        for nth in &taken {
            sets.extend(heads.get(*nth).copied().flatten().map(|set| (*nth, set)));
        }
        pace.step(sets.iter().map(|(_, set)| u64::from(set.rows)).sum())?;
        each(value, &sets)?;
        for nth in &taken {
            heap.extend(advance(*nth, &mut heads, Some(value))?);
        }
    }
    Ok(())
}
