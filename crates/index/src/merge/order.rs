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
        let mut places = PackedOutput::new(scratch);
        let order = Self::among_one_another(sources, &mut |time, place| {
            times.push(time)?;
            places.push(i64::from(place))?;
            pace.step(1)
        })?;
        times.write(Kind::Times.alone(), output)?;
        places.write(Kind::PlaceOfRow.alone(), output)?;
        let mut row_of_place = PackedOutput::new(scratch);
        for (nth, source) in sources.iter().enumerate() {
            for place in 0..source.rows() {
                let row = source.row_at(place).ok_or_else(|| damaged(source, Kind::RowOfPlace))?;
                row_of_place.push(i64::from(order.row(nth, row)))?;
                pace.step(1)?;
            }
        }
        row_of_place.write(Kind::RowOfPlace.alone(), output)?;
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

    /// Tells `each` the time of every row in order, and the place of its leaf among all.
    fn among_one_another(
        sources: &[&Index],
        each: &mut dyn FnMut(i64, u32) -> Result<(), IndexMergeError>,
    ) -> Result<Self, IndexMergeError> {
        let mut maps: Vec<Vec<u32>> = sources.iter().map(|source| Vec::with_capacity(source.rows() as usize)).collect();
        let mut heap = BinaryHeap::with_capacity(sources.len());
        let firsts = sources.iter().scan(0, |next, source| Some(std::mem::replace(next, *next + source.rows())));
        let firsts: Vec<u32> = firsts.collect();
        let next = |nth: usize, row: u32| -> Result<Option<Least>, IndexMergeError> {
            let Some(source) = sources.get(nth).filter(|source| row < source.rows()) else { return Ok(None) };
            let place = source.place(row).ok_or_else(|| damaged(source, Kind::PlaceOfRow))?;
            let first = firsts.get(nth).copied().unwrap_or(0);
            Ok(Some(Reverse((time(source, row)?, first + place, nth))))
        };
        for nth in 0..sources.len() {
            heap.extend(next(nth, 0)?);
        }
        let mut row = 0;
        while let Some(mut least) = heap.peek_mut() {
            let Reverse((time, place, nth)) = *least;
            each(time, place)?;
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

/// Time, place among all and source of a row; the earliest first.
type Least = Reverse<(i64, u32, usize)>;

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
