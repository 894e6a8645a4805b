//! Which value each row has, as an array by row: with it, the values of a field are counted among many rows in one pass.
//!
//! Made from the dictionary at a field's first count and kept in memory, since on disk it would cost every entry some
//! bytes for every field that anybody might count one day.

use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use crate::field::Field;
use crate::lru::Lru;
use crate::read::Dictionary;
use crate::sets::Sets;

/// Memory for the codes of all parts: at two bytes a row, one field of sixteen million rows. Codes that are not kept are made
/// again when they are needed, at a few nanoseconds a row. Tables of two fields, from which most facets come, are kept apart.
pub const CODES_BYTES_MAX: usize = 36 << 20;

/// No value.
const NONE: u16 = u16::MAX;

/// Values at most, so that a code has 16 bits.
pub(super) const VALUES_MAX: usize = NONE as usize;

/// The number, in the dictionary, of each row's value.
pub(crate) struct Codes {
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

    fn bytes(&self) -> usize {
        self.by_row.capacity() * size_of::<u16>() + self.more.capacity() * size_of::<(u32, u16)>()
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

/// Most counters of a table of pairs: 256 KiB, so that the tables of a part stay small beside its codes.
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

/// The codes used last, of all parts.
pub struct KeptCodes(Mutex<Lru<(u64, Field), Arc<Codes>>>);

impl KeptCodes {
    /// Keeps at most so many bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self(Mutex::new(Lru::new(bytes_max)))
    }

    /// The codes of a part's field, made if they are not kept; `None` if `make` says so. Two may make the same at once; both are
    /// right.
    pub(super) fn get(&self, part: u64, field: Field, make: impl FnOnce() -> Option<Codes>) -> Option<Arc<Codes>> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&(part, field));
        if known.is_some() {
            return known;
        }
        let codes = Arc::new(make()?);
        kept().put((part, field), Arc::clone(&codes), codes.bytes());
        Some(codes)
    }

    /// Forgets the codes of a part.
    pub fn forget(&self, part: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| *of != part);
    }
}

/// The tables of one part that were used last, the newest at the end.
#[derive(Default)]
pub(super) struct KeptPairs {
    kept: Mutex<Vec<(Fields, Arc<Pairs>)>>,
}

/// The field of a table's rows, and that of its columns.
type Fields = (Field, Field);

impl KeptPairs {
    /// The table of two fields, if it is kept.
    pub(super) fn get(&self, of: Fields) -> Option<Arc<Pairs>> {
        self.put(of, None)
    }

    /// Moves what is kept under `of`, or else `new`, to the end.
    pub(super) fn put(&self, of: Fields, new: Option<Arc<Pairs>>) -> Option<Arc<Pairs>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, _)| *known == of).map(|at| kept.remove(at).1);
        let pairs = known.or(new)?;
        if kept.len() >= TABLES_MAX {
            kept.remove(0);
        }
        kept.push((of, Arc::clone(&pairs)));
        Some(pairs)
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

    #[test]
    fn codes_are_kept_up_to_so_many_bytes_and_forgotten_with_their_part() {
        let codes = || Some(Codes { by_row: vec![0; 1_000], more: Vec::new() });
        let kept = KeptCodes::new(5_000);
        for part in [1, 2, 1, 3] {
            kept.get(part, Field::Channel, codes).unwrap();
        }
        let has = |part| kept.get(part, Field::Channel, || None).is_some();
        assert_eq!([1, 2, 3].map(has), [true, false, true], "the one used longest ago made room");
        kept.forget(1);
        assert_eq!([1, 3].map(has), [false, true]);
    }
}
