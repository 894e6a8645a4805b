//! The values of one field, as numbers by row.

use super::interner::Interner;
use super::order::Order;
use crate::bytes::pad;
use crate::sets::{SetRef, SetsWriter};

/// No value in this row.
const NONE: u32 = u32::MAX;

/// The values of one field in leaf order.
pub(super) struct Column {
    pub(super) values: Interner,
    /// With one value a row at most: its number, or `NONE`, by ordinal. Else the numbers of all rows one after another.
    codes: Vec<u32>,
    /// With several values a row: where each row's numbers end.
    ends: Option<Vec<u32>>,
}

/// The rows of each value: `rows[starts[code]..ends[code]]`, ascending, none twice.
pub(super) struct Buckets {
    starts: Vec<u32>,
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl Buckets {
    pub(super) fn of(&self, code: u32) -> &[u32] {
        let code = code as usize;
        &self.rows[self.starts[code] as usize..self.ends[code] as usize]
    }
}

impl Column {
    /// `multiple` = a row may have several values. `rows` = how many to make room for.
    pub(super) fn new(seed: u64, multiple: bool, rows: usize) -> Self {
        let ends = multiple.then(|| Vec::with_capacity(rows));
        Self { values: Interner::new(seed), codes: Vec::with_capacity(rows), ends }
    }

    /// Adds a value to the newest row. A row of several values may get one twice.
    pub(super) fn add(&mut self, ordinal: usize, value: &[u8]) {
        let code = self.values.intern(value);
        match &mut self.ends {
            None => self.codes.resize(ordinal, NONE),
            Some(ends) => ends.resize(ordinal, self.codes.len() as u32),
        }
        self.codes.push(code);
    }

    /// Adds the rows of `other` behind the first `rows` of this column. Cost: a look-up for each distinct value of
    /// `other`, a number copied for each row.
    pub(super) fn absorb(&mut self, rows: usize, other: &Self) {
        let codes = self.values.absorb(&other.values);
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(NONE);
        match (&mut self.ends, &other.ends) {
            (None, None) => self.codes.resize(rows, NONE),
            (Some(ends), Some(others)) => {
                let all = self.codes.len() as u32;
                ends.resize(rows, all);
                ends.extend(others.iter().map(|end| end + all));
            }
            _ => unreachable!("both are columns of one field"),
        }
        self.codes.extend(other.codes.iter().map(code));
    }

    /// The same rows with every value replaced by another; `codes[old]` is the new value's number in `values`.
    pub(super) fn replaced(&self, values: Interner, codes: &[u32]) -> Self {
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(NONE);
        Self { values, codes: self.codes.iter().map(code).collect(), ends: self.ends.clone() }
    }

    /// Sorts the rows by value: one pass to count, one to place.
    pub(super) fn buckets(&self, order: &Order) -> Buckets {
        let mut starts = vec![0_u32; self.values.len() + 1];
        for &code in self.codes.iter().filter(|&&code| code != NONE) {
            starts[code as usize + 1] += 1;
        }
        for code in 0..self.values.len() {
            starts[code + 1] += starts[code];
        }
        let ends = starts[..self.values.len()].to_vec();
        let all = starts[self.values.len()];
        let mut buckets = Buckets { starts, ends, rows: vec![0; all as usize] };
        for row in 0..order.rows() {
            for &code in self.codes_of(order.ordinal(row)) {
                if code == NONE {
                    continue;
                }
                let start = buckets.starts[code as usize];
                let end = &mut buckets.ends[code as usize];
                let again = *end > start && buckets.rows[*end as usize - 1] == row as u32;
                if !again {
                    buckets.rows[*end as usize] = row as u32;
                    *end += 1;
                }
            }
        }
        buckets
    }

    fn codes_of(&self, ordinal: usize) -> &[u32] {
        let Some(ends) = &self.ends else {
            return self.codes.get(ordinal..=ordinal).unwrap_or_default();
        };
        // Rows behind the last one with a value have no end written.
        let all = self.codes.len();
        let start = if ordinal == 0 { 0 } else { ends.get(ordinal - 1).map_or(all, |&end| end as usize) };
        let end = ends.get(ordinal).map_or(all, |&end| end as usize);
        &self.codes[start..end]
    }

    /// The section of all values with their row sets.
    pub(super) fn dictionary(&self, order: &Order, sets: &mut SetsWriter) -> Vec<u8> {
        let buckets = self.buckets(order);
        let entries =
            self.values.sorted().into_iter().map(|code| (code, sets.add(buckets.of(code)))).collect::<Vec<_>>();
        dictionary(entries.iter().map(|&(code, set)| (self.values.get(code), set)))
    }
}

/// Writes a dictionary; no values, no section.
pub(super) fn dictionary<'v>(entries: impl Iterator<Item = (&'v [u8], SetRef)>) -> Vec<u8> {
    let mut ends = Vec::new();
    let mut sets = Vec::new();
    let mut values = Vec::new();
    let mut count = 0_u32;
    for (value, set) in entries {
        values.extend_from_slice(value);
        ends.extend_from_slice(&(values.len() as u32).to_le_bytes());
        set.append(&mut sets);
        count += 1;
    }
    if count == 0 {
        return Vec::new();
    }
    let mut section = Vec::with_capacity(16 + ends.len() + sets.len() + values.len());
    section.extend_from_slice(&count.to_le_bytes());
    section.extend_from_slice(&(values.len() as u32).to_le_bytes());
    section.append(&mut ends);
    section.append(&mut sets);
    section.append(&mut values);
    pad(&mut section, 8);
    section
}
