//! Reading the few lines that the index alone cannot decide about.

use std::sync::atomic::Ordering;

use event::Entry;
use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::part::{Ask, PartError};

/// Lines read between two looks at what the asker still allows: a millisecond's worth.
const LINES_BETWEEN_LOOKS: usize = 256;

impl<L: Lines> Indexed<L> {
    /// Calls `each` with the entry of every row, in leaf order, so that neighbours share a frame.
    pub(super) fn each_entry(
        &self,
        rows: impl IntoIterator<Item = u32>,
        ask: &Ask<'_>,
        mut each: impl FnMut(u32, &Entry<'_>),
    ) -> Result<(), PartError> {
        let mut places =
            rows.into_iter().map(|row| Ok((self.leaf_or_error(row)?, row))).collect::<Result<Vec<_>, PartError>>()?;
        places.sort_unstable();
        for places in places.chunks(LINES_BETWEEN_LOOKS) {
            if !(ask.may_read)(places.len() as u64) {
                return Err(PartError::Stopped);
            }
            let leaves: Vec<u64> = places.iter().map(|&(leaf, _)| leaf).collect();
            let mut failed = None;
            self.lines_confirmed.fetch_add(leaves.len() as u64, Ordering::Relaxed);
            self.lines.lines(&leaves, &mut |at, line| match (places.get(at), Entry::parse(line)) {
                (Some(&(_, row)), Ok(entry)) => each(row, &entry),
                (_, Err(error)) => failed = Some(error),
                (None, Ok(_)) => {}
            })?;
            if let Some(error) = failed {
                return Err(PartError::Store(Box::new(error)));
            }
        }
        Ok(())
    }

    /// Keeps the rows whose entry `keep` accepts.
    pub(super) fn confirm(
        &self,
        rows: impl IntoIterator<Item = u32>,
        ask: &Ask<'_>,
        mut keep: impl FnMut(&Entry<'_>) -> bool,
    ) -> Result<RoaringBitmap, PartError> {
        let mut kept = RoaringBitmap::new();
        self.each_entry(rows, ask, |row, entry| {
            if keep(entry) {
                kept.insert(row);
            }
        })?;
        Ok(kept)
    }
}
