//! The order of all rows, by (order time, leaf), and what number each row of a source has in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::error::IndexMergeError;
use super::output::IndexOutput;
use super::pace::Pace;
use super::packing::PackedOutput;
use super::spool::Scratch;
use crate::format::Kind;
use crate::{Index, IndexError};

/// From a source's row to the row among all. Rows of one source keep their order.
pub(super) struct Order {
    maps: Vec<RowMap>,
    rows: u32,
}

enum RowMap {
    /// All rows of this source come after those of the sources before it, and before those of the sources behind.
    Behind(u32),
    /// By the source's row.
    Among(Vec<u32>),
}

impl Order {
    /// Finds the order and writes times and order. Memory: four bytes a row, or none where the sources follow one another in time.
    pub(super) fn write(
        sources: &[&Index],
        rows: u32,
        scratch: &Scratch<'_>,
        output: &mut IndexOutput,
        pace: &mut Pace<'_>,
    ) -> Result<Self, IndexMergeError> {
        let mut times = PackedOutput::new(scratch);
        if in_turn(sources) && sources.iter().all(|source| source.rows_are_leaves()) {
            let order = Self::behind_one_another(sources);
            for source in sources {
                for row in 0..source.rows() {
                    times.push(time(source, row)?)?;
                    pace.step(1)?;
                }
            }
            times.write(Kind::Times.alone(), output)?;
            return Ok(order);
        }
        let mut leaves = PackedOutput::new(scratch);
        let first_leaf = sources.first().map_or(0, |source| source.first_leaf());
        let order = Self::among_one_another(sources, &mut |time, leaf| {
            times.push(time)?;
            leaves.push((leaf - first_leaf) as i64)?;
            pace.step(1)
        })?;
        times.write(Kind::Times.alone(), output)?;
        leaves.write(Kind::LeafOfRow.alone(), output)?;
        let mut row_of_leaf = PackedOutput::new(scratch);
        for (nth, source) in sources.iter().enumerate() {
            for leaf in source.first_leaf()..source.first_leaf() + u64::from(source.rows()) {
                let row = source.row_of_leaf(leaf).ok_or_else(|| damaged(source, Kind::RowOfLeaf))?;
                row_of_leaf.push(i64::from(order.row(nth, row)))?;
                pace.step(1)?;
            }
        }
        row_of_leaf.write(Kind::RowOfLeaf.alone(), output)?;
        debug_assert_eq!(sources.iter().map(|source| source.rows()).sum::<u32>(), rows);
        Ok(order)
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// The row among all that a source's row becomes; the source must have it.
    pub(super) fn row(&self, source: usize, row: u32) -> u32 {
        match self.maps.get(source) {
            Some(RowMap::Behind(first)) => first + row,
            Some(RowMap::Among(rows)) => rows.get(row as usize).copied().unwrap_or(0),
            None => 0,
        }
    }

    fn behind_one_another(sources: &[&Index]) -> Self {
        let mut next = 0;
        let map = |source: &&Index| {
            let first = next;
            next += source.rows();
            RowMap::Behind(first)
        };
        let maps = sources.iter().map(map).collect();
        Self { maps, rows: next }
    }

    /// Tells `each` the time and leaf of every row in order.
    fn among_one_another(
        sources: &[&Index],
        each: &mut dyn FnMut(i64, u64) -> Result<(), IndexMergeError>,
    ) -> Result<Self, IndexMergeError> {
        let mut maps: Vec<Vec<u32>> = sources.iter().map(|source| Vec::with_capacity(source.rows() as usize)).collect();
        let mut heap = BinaryHeap::with_capacity(sources.len());
        let next = |nth: usize, row: u32| -> Result<Option<Least>, IndexMergeError> {
            let Some(source) = sources.get(nth).filter(|source| row < source.rows()) else { return Ok(None) };
            let leaf = source.leaf(row).ok_or_else(|| damaged(source, Kind::LeafOfRow))?;
            Ok(Some(Reverse((time(source, row)?, leaf, nth))))
        };
        for nth in 0..sources.len() {
            heap.extend(next(nth, 0)?);
        }
        let mut row = 0;
        while let Some(mut least) = heap.peek_mut() {
            let Reverse((time, leaf, nth)) = *least;
            each(time, leaf)?;
            let Some(map) = maps.get_mut(nth) else { break };
            map.push(row);
            row += 1;
            match next(nth, map.len() as u32)? {
                Some(behind) => *least = behind,
                None => drop(std::collections::binary_heap::PeekMut::pop(least)),
            }
        }
        if in_turn(sources) {
            return Ok(Self::behind_one_another(sources));
        }
        Ok(Self { maps: maps.into_iter().map(RowMap::Among).collect(), rows: row })
    }
}

/// Time, leaf and source of a row; the earliest first.
type Least = Reverse<(i64, u64, usize)>;

/// Whether no row of a source is earlier than any of a source before.
fn in_turn(sources: &[&Index]) -> bool {
    let span = |source: &&Index| Some((source.time_us(0)?, source.time_us(source.rows().checked_sub(1)?)?));
    let spans: Vec<_> = sources.iter().filter_map(span).collect();
    spans.windows(2).all(|pair| matches!(pair, [(_, before), (behind, _)] if before <= behind))
}

fn time(source: &Index, row: u32) -> Result<i64, IndexMergeError> {
    source.time_us(row).ok_or_else(|| damaged(source, Kind::Times))
}

fn damaged(source: &Index, kind: Kind) -> IndexMergeError {
    let error: IndexError = source.damaged(kind.alone());
    error.into()
}
