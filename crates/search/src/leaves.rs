//! Matching entries of one part in the order of the log.

use std::sync::Arc;

use roaring::RoaringBitmap;
use segment::{Part, PartError};

use crate::error::SearchError;
use crate::hit::Hit;
use crate::merge::hit_at;
use crate::plan::{self, Rows};
use crate::question::Question;

/// The leaves of one part that match, by their places among the leaves of the part.
///
/// Memory: nothing where all match, else a bitmap, an eighth of a byte a row at most.
pub(crate) struct Leaves {
    part: Arc<dyn Part>,
    places: Arc<Rows>,
}

impl Leaves {
    /// Finds the leaves that match. Cost: that of the rows; where time order and leaf order differ, a look-up for each match and
    /// a sort.
    pub(crate) fn find(question: &Question<'_>, part: &Arc<dyn Part>) -> Result<Self, SearchError> {
        let rows = plan::rows(question, part.as_ref())?;
        let all = matches!(&*rows, Rows::Range(range) if *range == (0..part.rows()));
        let places =
            if all || part.rows_are_leaves() { rows } else { Arc::new(Rows::Set(in_leaf_order(part.as_ref(), &rows))) };
        Ok(Self { part: part.clone(), places })
    }

    /// The leaf behind the part's range.
    pub(crate) fn end(&self) -> u64 {
        self.part.leaf_set().end()
    }

    /// Appends the first matches from leaf `next` on until `leaves` holds `max`, and moves `next` behind them.
    pub(crate) fn run(&self, next: &mut u64, max: usize, leaves: &mut Vec<u64>) {
        let from = self.places_before(*next);
        let mut places = Vec::new();
        self.places.take(from..self.part.rows().max(from), false, max.saturating_sub(leaves.len()), &mut places);
        let set = self.part.leaf_set();
        for leaf in places.into_iter().filter_map(|place| set.leaf_at(u64::from(place))) {
            leaves.push(leaf);
            *next = leaf + 1;
        }
    }

    /// The first match at or after `leaf`.
    pub(crate) fn next(&self, leaf: u64) -> Result<Option<Hit>, SearchError> {
        self.places.next(self.places_before(leaf)).map(|place| self.hit(place)).transpose()
    }

    /// The last match before `leaf`.
    pub(crate) fn previous(&self, leaf: u64) -> Result<Option<Hit>, SearchError> {
        let before = self.places_before(leaf).checked_sub(1);
        before.and_then(|before| self.places.previous(before)).map(|place| self.hit(place)).transpose()
    }

    /// How many leaves of the part come before `leaf`.
    fn places_before(&self, leaf: u64) -> u32 {
        // A part has fewer than 2^32 rows.
        u32::try_from(self.part.leaf_set().places_before(leaf)).unwrap_or(u32::MAX)
    }

    fn hit(&self, place: u32) -> Result<Hit, SearchError> {
        let place = u64::from(place);
        let leaf = self.part.leaf_set().leaf_at(place).ok_or(PartError::NoSuchRow(place))?;
        let row = self.part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
        Ok(hit_at(&self.part, row))
    }
}

fn in_leaf_order(part: &dyn Part, rows: &Rows) -> RoaringBitmap {
    let leaves = part.leaf_set();
    // A part has fewer than 2^32 rows.
    let place = |row| u32::try_from(leaves.places_before(part.leaf(row))).unwrap_or(u32::MAX);
    let mut places: Vec<u32> = rows.to_set().iter().map(place).collect();
    places.sort_unstable();
    RoaringBitmap::from_sorted_iter(places).unwrap_or_default()
}
