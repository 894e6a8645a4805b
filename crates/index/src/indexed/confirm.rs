//! Reading the few lines that the index alone cannot decide about.

use std::sync::atomic::Ordering;

use event::Entry;
use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::ask::Ask;
use crate::error::QuestionError;

/// Rows that are sorted by leaf at a time, in 4 MiB: enough that most wanted rows of a frame are read together.
const PLACES_MAX: usize = 1 << 18;

/// Lines read between two looks at what the asker still allows: a millisecond's worth.
const LINES_BETWEEN_LOOKS: usize = 256;

impl<L: Lines> Indexed<L> {
    /// Calls `each` with the entry of every row, in leaf order, so that neighbours share a frame. Asks `may_read` for all lines
    /// before the first is read, so that too many cost nothing.
    pub(super) fn each_entry(
        &self,
        rows: &RoaringBitmap,
        ask: &Ask<'_>,
        mut each: impl FnMut(u32, &Entry<'_>) -> Result<(), L::Error>,
    ) -> Result<(), L::Error> {
        if !rows.is_empty() && !(ask.may_read)(rows.len()) {
            return Err(QuestionError::Stopped.into());
        }
        let mut rows = rows.iter();
        loop {
            let some = rows.by_ref().take(PLACES_MAX).map(|row| Ok((self.leaf_or_error(row)?, row)));
            let mut places = some.collect::<Result<Vec<_>, QuestionError>>()?;
            if places.is_empty() {
                return Ok(());
            }
            places.sort_unstable();
            for places in places.chunks(LINES_BETWEEN_LOOKS) {
                if !(ask.may_read)(0) {
                    return Err(QuestionError::Stopped.into());
                }
                self.entries_at(places, &mut each)?;
            }
        }
    }

    /// Calls `each` with the entries at these leaves and rows.
    fn entries_at(
        &self,
        places: &[(u64, u32)],
        each: &mut impl FnMut(u32, &Entry<'_>) -> Result<(), L::Error>,
    ) -> Result<(), L::Error> {
        let leaves: Vec<u64> = places.iter().map(|&(leaf, _)| leaf).collect();
        let mut done = Ok(());
        self.lines_confirmed.fetch_add(leaves.len() as u64, Ordering::Relaxed);
        self.lines.lines(&leaves, &mut |at, line| {
            let Some(&(_, row)) = places.get(at).filter(|_| done.is_ok()) else { return };
            done = match Entry::parse(line) {
                Ok(entry) => each(row, &entry),
                Err(error) => Err(QuestionError::NoEntry(error).into()),
            };
        })?;
        done
    }

    /// Keeps the rows whose entry `keep` accepts.
    pub(super) fn confirm(
        &self,
        rows: &RoaringBitmap,
        ask: &Ask<'_>,
        mut keep: impl FnMut(&Entry<'_>) -> bool,
    ) -> Result<RoaringBitmap, L::Error> {
        let mut kept = RoaringBitmap::new();
        self.each_entry(rows, ask, |row, entry| {
            if keep(entry) {
                kept.insert(row);
            }
            Ok(())
        })?;
        Ok(kept)
    }
}
