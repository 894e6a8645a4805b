//! Reading the few lines that the index alone cannot decide about.

use std::sync::atomic::Ordering;

use event::Entry;
use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::part::PartError;

impl<L: Lines> Indexed<L> {
    /// Calls `each` with the entry of every row, in leaf order, so that neighbours share a frame.
    pub(super) fn each_entry(
        &self,
        rows: impl IntoIterator<Item = u32>,
        mut each: impl FnMut(u32, &Entry<'_>),
    ) -> Result<(), PartError> {
        let mut places =
            rows.into_iter().map(|row| Ok((self.leaf_or_error(row)?, row))).collect::<Result<Vec<_>, PartError>>()?;
        places.sort_unstable();
        let leaves: Vec<u64> = places.iter().map(|&(leaf, _)| leaf).collect();
        let mut failed = None;
        self.lines_confirmed.fetch_add(leaves.len() as u64, Ordering::Relaxed);
        self.lines.lines(&leaves, &mut |at, line| match (places.get(at), Entry::parse(line)) {
            (Some(&(_, row)), Ok(entry)) => each(row, &entry),
            (_, Err(error)) => failed = Some(error),
            (None, Ok(_)) => {}
        })?;
        failed.map_or(Ok(()), |error| Err(PartError::Store(Box::new(error))))
    }

    /// Keeps the rows whose entry `keep` accepts.
    pub(super) fn confirm(
        &self,
        rows: impl IntoIterator<Item = u32>,
        mut keep: impl FnMut(&Entry<'_>) -> bool,
    ) -> Result<RoaringBitmap, PartError> {
        let mut kept = RoaringBitmap::new();
        self.each_entry(rows, |row, entry| {
            if keep(entry) {
                kept.insert(row);
            }
        })?;
        Ok(kept)
    }
}
