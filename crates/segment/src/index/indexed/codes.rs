//! Which value each row has, as an array by row: what counts the values of a field among many rows in one pass.
//!
//! Made from the dictionary at a field's first count and kept in memory, since on disk it would cost every entry some
//! bytes for every field that anybody might count one day.

use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use crate::index::read::Dictionary;
use crate::index::sets::Sets;
use crate::part::Field;

/// Fields of one part whose codes are kept: about those that a page of facets shows at once. At two bytes a row, that bounds
/// the memory of a part to eight bytes a row.
const FIELDS_MAX: usize = 4;

/// No value.
const NONE: u16 = u16::MAX;

/// Values at most, so that a code has 16 bits.
pub(super) const VALUES_MAX: usize = NONE as usize;

/// The number, in the dictionary, of each row's value.
pub(super) struct Codes {
    by_row: Vec<u16>,
    /// Further values of rows that have several.
    more: Vec<(u32, u16)>,
}

impl Codes {
    /// Reads every set of the dictionary. Cost: a step for each row of each value. `None` is damage.
    pub(super) fn new(dictionary: &Dictionary<'_>, sets: &Sets<'_>, rows: u32) -> Option<Self> {
        let mut codes = Self { by_row: vec![NONE; rows as usize], more: Vec::new() };
        for nth in 0..dictionary.len() {
            let code = u16::try_from(nth).ok()?;
            let mut put = |row: u32| match codes.by_row.get_mut(row as usize) {
                Some(place) if *place == NONE => *place = code,
                _ => codes.more.push((row, code)),
            };
            if let Some(bitmap) = sets.visit(dictionary.get(nth)?.1, &mut put)? {
                bitmap.iter().for_each(put);
            }
        }
        Some(codes)
    }

    /// How often each code occurs among `rows`. Cost: about 2 ns a row.
    pub(super) fn count(&self, rows: &RoaringBitmap, values: usize) -> Vec<u64> {
        // Two sets of counters, taken in turn: a row need not wait for the one before to be counted.
        let mut counts = [vec![0_u32; values + 1], vec![0_u32; values + 1]];
        let [even, odd] = &mut counts;
        let count = |counters: &mut [u32], row: u32| {
            let code = usize::from(self.by_row.get(row as usize).copied().unwrap_or(NONE)).min(values);
            if let Some(counter) = counters.get_mut(code) {
                *counter += 1;
            }
        };
        // One by one: `next_many` of roaring 0.12.0 leaves out runs that fill a container of 65,536 rows.
        let mut rows_left = rows.iter();
        while let Some(row) = rows_left.next() {
            count(even, row);
            if let Some(row) = rows_left.next() {
                count(odd, row);
            }
        }
        for (_, code) in self.more.iter().filter(|(row, _)| rows.contains(*row)) {
            if let Some(counter) = even.get_mut(usize::from(*code)) {
                *counter += 1;
            }
        }
        even.iter().zip(odd.iter()).take(values).map(|(a, b)| u64::from(*a) + u64::from(*b)).collect()
    }
}

/// Counters of a table of pairs at most: 256 KiB, so that the tables of a part stay small beside its codes.
const PAIRS_MAX: usize = 1 << 16;

/// Tables of one part that are kept.
const TABLES_MAX: usize = 8;

/// How often each value of one field stands beside each value of another. A question for one value of a field, such as an
/// organization, is the common one, and its facets are a row of this table.
pub(super) struct Pairs {
    counts: Vec<u32>,
    width: usize,
}

impl Pairs {
    /// Counts every row. `None` if the table would be too large, or a row has several values. Cost: about 2 ns a row.
    pub(super) fn count(rows: &Codes, values: usize, columns: &Codes, width: usize) -> Option<Self> {
        let size = values.checked_mul(width).filter(|size| *size <= PAIRS_MAX)?;
        if !rows.more.is_empty() || !columns.more.is_empty() {
            return None;
        }
        let mut counts = vec![0; size];
        for (&row, &column) in
            rows.by_row.iter().zip(&columns.by_row).filter(|(row, column)| **row != NONE && **column != NONE)
        {
            if let Some(count) = counts.get_mut(usize::from(row) * width + usize::from(column)) {
                *count += 1;
            }
        }
        Some(Self { counts, width })
    }

    /// The counts beside the value with this number.
    pub(super) fn row(&self, value: usize) -> impl Iterator<Item = u64> + '_ {
        self.counts.iter().skip(value * self.width).take(self.width).map(|count| u64::from(*count))
    }
}

/// What of a part's fields was counted last.
#[derive(Default)]
pub(super) struct CodesCache {
    codes: Newest<Field, Codes>,
    pairs: Newest<(Field, Field), Pairs>,
}

impl CodesCache {
    /// The codes of a field, made if they are not kept; `None` if `make` says so.
    pub(super) fn get(&self, field: Field, make: impl FnOnce() -> Option<Codes>) -> Option<Arc<Codes>> {
        self.codes.get(field, FIELDS_MAX, make)
    }

    /// The table of two fields, made if it is not kept; `None` if `make` says so.
    pub(super) fn pairs(&self, of: (Field, Field), make: impl FnOnce() -> Option<Pairs>) -> Option<Arc<Pairs>> {
        self.pairs.get(of, TABLES_MAX, make)
    }
}

/// The few things used last, the last one last.
struct Newest<K, V> {
    kept: Mutex<Vec<(K, Arc<V>)>>,
}

impl<K, V> Default for Newest<K, V> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<K: Copy + PartialEq, V> Newest<K, V> {
    fn get(&self, key: K, at_most: usize, make: impl FnOnce() -> Option<V>) -> Option<Arc<V>> {
        if let Some(value) = self.put(key, None, at_most) {
            return Some(value);
        }
        // Two may make the same at once; both are right.
        let value = Arc::new(make()?);
        self.put(key, Some(value), at_most)
    }

    /// Moves what is kept under `key`, or else `new`, to the end.
    fn put(&self, key: K, new: Option<Arc<V>>, at_most: usize) -> Option<Arc<V>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, _)| *known == key).map(|at| kept.remove(at).1);
        let value = known.or(new)?;
        if kept.len() >= at_most {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&value)));
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_fill_whole_containers_are_counted_each() {
        const ROWS: u32 = 200_000;
        let codes = Codes { by_row: (0..ROWS).map(|row| (row % 3) as u16).collect(), more: vec![(65_536, 2)] };
        let mut rows = RoaringBitmap::new();
        rows.insert_range(0..ROWS);
        assert_eq!(codes.count(&rows, 3), [66_667, 66_667, 66_667]);
        rows.remove(65_536);
        assert_eq!(codes.count(&rows, 3), [66_667, 66_666, 66_666]);
    }
}
