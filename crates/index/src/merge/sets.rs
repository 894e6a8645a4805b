//! Row sets: those of the sources, their rows numbered anew and united.

use super::error::{IndexMergeError, u32_of};
use super::order::Order;
use super::spool::{Scratch, Spool};
use crate::Index;
use crate::dense::Dense;
use crate::format::{Kind, LIST_ROWS_MAX};
use crate::sets::{KnownSets, SetRef, append_bitmap, append_set};

/// If at least one row in this many is in the set, a bit for every row takes less memory than the rows.
const DENSE_SHARE: usize = 32;

/// The section of sets in the making. The bytes are those of [`crate::sets::SetsWriter`].
pub(super) struct SetsOutput<'s> {
    spool: Spool<'s>,
    known: KnownSets,
    scratch: Vec<u8>,
    rows: Vec<u32>,
}

impl<'s> SetsOutput<'s> {
    pub(super) fn new(scratch: &'s Scratch<'_>) -> Self {
        Self { spool: scratch.spool(), known: KnownSets::default(), scratch: Vec::new(), rows: Vec::new() }
    }

    /// Adds the union of sets, each with the number of its source, in the order of sources; at least one.
    /// Cost: a step a row; where sources lie among one another, sorting runs of them. Memory: four bytes a row of the set, or a bit
    /// for each row of all, whichever is less.
    pub(super) fn add(
        &mut self,
        sources: &[&Index],
        order: &Order,
        sets: &[(usize, SetRef)],
    ) -> Result<SetRef, IndexMergeError> {
        self.scratch.clear();
        let all = sets.iter().fold(0_usize, |all, (_, set)| all + set.rows as usize);
        if all > LIST_ROWS_MAX.max(order.rows() as usize / DENSE_SHARE) {
            let mut dense = Dense::new(order.rows());
            each_row(sources, order, sets, |row| dense.insert(row))?;
            let bitmap = dense.finish();
            // A row is there twice only where a source is not what was written.
            if bitmap.len() > LIST_ROWS_MAX as u64 {
                let rows = u32_of(bitmap.len(), "rows in a set")?;
                append_bitmap(bitmap, &mut self.scratch);
                return self.put(rows);
            }
        }
        self.rows.clear();
        let rows = &mut self.rows;
        each_row(sources, order, sets, |row| rows.push(row))?;
        if sets.len() > 1 && !rows.is_sorted() {
            // Finds the ascending runs, of which there are as many as sets.
            rows.sort();
        }
        rows.dedup();
        if let [row] = **rows {
            return Ok(SetRef { rows: 1, at: row });
        }
        append_set(rows, &mut self.scratch);
        let rows = u32_of(rows.len() as u64, "rows in a set")?;
        self.put(rows)
    }

    /// Puts down the set in `scratch`, unless an equal one is there.
    fn put(&mut self, rows: u32) -> Result<SetRef, IndexMergeError> {
        if let Some(known) = self.known.find(&self.scratch, rows)
            && self.spool.has(known.start as u64, &self.scratch)?
        {
            return Ok(SetRef { rows, at: known.start as u32 });
        }
        let at = u32_of(self.spool.len(), "bytes of row sets")?;
        self.spool.append(&self.scratch)?;
        self.known.remember(&self.scratch, rows, at);
        Ok(SetRef { rows, at })
    }

    pub(super) fn into_spool(self) -> Spool<'s> {
        self.spool
    }
}

/// Calls `each` with every row of the sets, as it is numbered among all.
fn each_row(
    sources: &[&Index],
    order: &Order,
    sets: &[(usize, SetRef)],
    mut each: impl FnMut(u32),
) -> Result<(), IndexMergeError> {
    for &(nth, set) in sets {
        let Some(source) = sources.get(nth) else { continue };
        let bitmap = source.sets()?.visit(set, |row| each(order.row(nth, row)));
        let bitmap = bitmap.ok_or_else(|| source.damaged(Kind::Sets.alone()))?;
        bitmap.iter().flatten().for_each(|row| each(order.row(nth, row)));
    }
    Ok(())
}
