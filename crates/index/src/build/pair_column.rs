//! The values of a field with nearly a value per row. Numbering them would cost a look-up in a large table for each; they
//! are only kept, one after another, and put in order by their hashes at the end.

use super::order::Order;
use crate::format::{HEAVY_ROWS_MIN, hash};

/// The values of one field in leaf order, at most one a row.
pub(super) struct PairColumn {
    seed: u64,
    hashes: Vec<u64>,
    /// The row, counted in leaf order, of each value.
    ordinals: Vec<u32>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
    /// How many rows there will be, if that is known.
    expected: usize,
}

/// What becomes of a column.
#[derive(Default)]
pub(super) struct Sorted<'v> {
    /// Values of many rows, by value, with their rows.
    pub(super) heavy: Vec<(&'v [u8], Vec<u32>)>,
    /// Hash and row of the others.
    pub(super) pairs: Vec<(u64, u32)>,
}

impl PairColumn {
    /// `rows` = how many to make room for, once there is a value.
    pub(super) fn new(seed: u64, rows: usize) -> Self {
        let hashes = Vec::new();
        let ordinals = Vec::new();
        let ends = Vec::new();
        let bytes = Vec::new();
        Self { seed, hashes, ordinals, ends, bytes, expected: rows }
    }

    /// Adds the value of a row.
    pub(super) fn add(&mut self, ordinal: usize, value: &[u8]) {
        self.hashes.push(hash(value, self.seed));
        self.ordinals.push(ordinal as u32);
        self.bytes.extend_from_slice(value);
        self.ends.push(u32::try_from(self.bytes.len()).expect("INDEX_LINE_BYTES_MAX keeps a column below 4 GiB"));
    }

    /// Adds the rows of `other`, hashed with the same seed, behind the first `rows` rows.
    pub(super) fn absorb(&mut self, rows: usize, other: &Self) {
        self.make_room(rows, other);
        let begin = self.bytes.len();
        let values = other.bytes.len();
        u32::try_from(begin + values).expect("INDEX_LINE_BYTES_MAX keeps a column below 4 GiB");
        self.hashes.extend_from_slice(&other.hashes);
        self.ordinals.extend(other.ordinals.iter().map(|&ordinal| rows as u32 + ordinal));
        self.ends.extend(other.ends.iter().map(|&end| begin as u32 + end));
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// Makes room for the values of `other`, and of the rows expected behind them if those are alike.
    fn make_room(&mut self, rows: usize, other: &Self) {
        let count = other.ordinals.len();
        let bytes = other.bytes.len();
        if self.hashes.capacity() - self.hashes.len() >= count && self.bytes.capacity() - self.bytes.len() >= bytes {
            return;
        }
        let last = other.ordinals.last().map_or(1, |&last| last as usize + 1);
        let times = self.expected.saturating_sub(rows).div_ceil(last).max(1);
        self.hashes.reserve(count * times);
        self.ordinals.reserve(count * times);
        self.ends.reserve(count * times);
        self.bytes.reserve(bytes * times);
    }

    fn value(&self, nth: usize) -> &[u8] {
        let start = if nth == 0 { 0 } else { self.ends[nth - 1] };
        &self.bytes[start as usize..self.ends[nth] as usize]
    }

    /// Tells values of many rows from the others.
    pub(super) fn sorted(&self, order: &Order) -> Sorted<'_> {
        let row_of = order.row_of_ordinal();
        let mut by_hash: Vec<(u64, u32)> = self.hashes.iter().copied().zip(0..).collect();
        by_hash.sort_unstable();
        let mut sorted = Sorted::default();
        for same in by_hash.chunk_by(|a, b| a.0 == b.0) {
            let row = |nth: u32| row_of(self.ordinals[nth as usize]);
            if same.len() < HEAVY_ROWS_MIN {
                sorted.pairs.extend(same.iter().map(|&(hash, nth)| (hash, row(nth))));
                continue;
            }
            // Equal hashes are equal values, but for chance.
            let mut rest: Vec<u32> = same.iter().map(|&(_, nth)| nth).collect();
            while let Some(&first) = rest.first() {
                let value = self.value(first as usize);
                let (of_value, others): (Vec<u32>, Vec<u32>) =
                    rest.into_iter().partition(|&nth| self.value(nth as usize) == value);
                rest = others;
                let mut rows: Vec<u32> = of_value.into_iter().map(row).collect();
                rows.sort_unstable();
                if rows.len() < HEAVY_ROWS_MIN {
                    sorted.pairs.extend(rows.into_iter().map(|row| (same[0].0, row)));
                } else {
                    sorted.heavy.push((value, rows));
                }
            }
        }
        sorted.heavy.sort_unstable_by_key(|(value, _)| *value);
        sorted
    }
}
