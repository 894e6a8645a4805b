//! Looking for many values of a field at once, nearly all of which are not there.

use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::field::Field;
use crate::format::{Keeping, Kind, hash};

/// Values to look for in several indexes of a log. Each is hashed once.
pub struct Wanted<'v> {
    seed: u64,
    /// Hash, place and value, sorted by hash, so that an index is read from its beginning to its end.
    by_hash: Vec<(u64, usize, &'v [u8])>,
}

impl<'v> Wanted<'v> {
    /// Takes values, each with a place that has a meaning to the caller alone. `seed`: that of the log's indexes.
    #[must_use]
    pub fn new(values: impl Iterator<Item = (usize, &'v [u8])>, seed: u64) -> Self {
        let mut by_hash: Vec<_> = values.map(|(place, value)| (hash(value, seed), place, value)).collect();
        by_hash.sort_unstable();
        Self { seed, by_hash }
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }
}

impl<L: Lines> Indexed<L> {
    /// Returns the place of each value that `field` has in some row, with that row, in no particular order.
    ///
    /// Cost: of a field with nearly a value per row, two or three places in memory for each value, and a line read for each row
    /// found; of any other, as [`Indexed::equal`] each.
    ///
    /// # Errors
    /// As [`Indexed::equal`].
    pub fn rows_of_each(&self, field: Field, wanted: &Wanted<'_>) -> Result<Vec<(usize, u32)>, L::Error> {
        let index = self.index();
        let mut found = Vec::new();
        let mut add = |place, rows: RoaringBitmap| found.extend(rows.into_iter().map(|row| (place, row)));
        let kept = index.dictionary(Kind::Dictionary.of_field(field))?.len();
        if Keeping::of(field) != Keeping::Pairs || kept > 0 || wanted.seed != index.seed() {
            for &(_, place, value) in &wanted.by_hash {
                add(place, self.equal(field, value)?);
            }
            return Ok(found);
        }
        let name = Kind::Pairs.of_field(field);
        let Some(pairs) = index.pairs(name)? else { return Ok(found) };
        let mut candidates = RoaringBitmap::new();
        for &(hash, place, value) in &wanted.by_hash {
            let read = pairs.candidates(hash, |row| {
                candidates.insert(row);
            });
            read.ok_or_else(|| index.damaged(name))?;
            if !candidates.is_empty() {
                add(place, self.confirm_equal(field, &candidates, value)?);
                candidates.clear();
            }
        }
        Ok(found)
    }
}
