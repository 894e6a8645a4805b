//! Matching entries of one part in the order of the log.

use std::sync::Arc;

use roaring::RoaringBitmap;
use segment::{Part, PartError};

use crate::error::SearchError;
use crate::hit::Hit;
use crate::merge::hit_at;
use crate::plan::{self, Rows};
use crate::question::Question;

/// The leaves of one part that match, as distances from the part's first.
///
/// Memory: nothing where all match, else a bitmap, an eighth of a byte a row at most.
pub(crate) struct Leaves {
    part: Arc<dyn Part>,
    distances: Arc<Rows>,
}

impl Leaves {
    /// Finds the leaves that match. Cost: that of the rows; where time order and leaf order differ, a look-up for each match and
    /// a sort.
    pub(crate) fn find(question: &Question<'_>, part: &Arc<dyn Part>) -> Result<Self, SearchError> {
        let rows = plan::rows(question, part.as_ref())?;
        let all = matches!(&*rows, Rows::Range(range) if *range == (0..part.rows()));
        let distances =
            if all || part.rows_are_leaves() { rows } else { Arc::new(Rows::Set(in_leaf_order(part.as_ref(), &rows))) };
        Ok(Self { part: part.clone(), distances })
    }

    /// The leaf behind the part's last.
    pub(crate) fn end(&self) -> u64 {
        self.part.first_leaf() + u64::from(self.part.rows())
    }

    /// Appends the first matches from leaf `next` on until `leaves` holds `max`, and moves `next` behind them.
    pub(crate) fn run(&self, next: &mut u64, max: usize, leaves: &mut Vec<u64>) {
        let first = self.part.first_leaf();
        let from = u32::try_from(next.saturating_sub(first)).unwrap_or(u32::MAX);
        let mut distances = Vec::new();
        self.distances.take(from..self.part.rows().max(from), false, max.saturating_sub(leaves.len()), &mut distances);
        let Some(&last) = distances.last() else { return };
        *next = first + u64::from(last) + 1;
        leaves.extend(distances.into_iter().map(|distance| first + u64::from(distance)));
    }

    /// The first match at or after `leaf`.
    pub(crate) fn next(&self, leaf: u64) -> Result<Option<Hit>, SearchError> {
        let from = u32::try_from(leaf.saturating_sub(self.part.first_leaf())).ok();
        from.and_then(|from| self.distances.next(from)).map(|distance| self.hit(distance)).transpose()
    }

    /// The last match before `leaf`.
    pub(crate) fn previous(&self, leaf: u64) -> Result<Option<Hit>, SearchError> {
        let before = leaf.checked_sub(self.part.first_leaf()).and_then(|distance| distance.checked_sub(1));
        let before = before.map(|before| u32::try_from(before).unwrap_or(u32::MAX));
        before.and_then(|before| self.distances.previous(before)).map(|distance| self.hit(distance)).transpose()
    }

    fn hit(&self, distance: u32) -> Result<Hit, SearchError> {
        let leaf = self.part.first_leaf() + u64::from(distance);
        let row = self.part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
        Ok(hit_at(&self.part, row))
    }
}

fn in_leaf_order(part: &dyn Part, rows: &Rows) -> RoaringBitmap {
    let first = part.first_leaf();
    // A part has fewer than 2^32 rows, of consecutive leaves.
    let distance = |row| u32::try_from(part.leaf(row) - first).unwrap_or(u32::MAX);
    let mut distances: Vec<u32> = rows.to_set().iter().map(distance).collect();
    distances.sort_unstable();
    RoaringBitmap::from_sorted_iter(distances).unwrap_or_default()
}
