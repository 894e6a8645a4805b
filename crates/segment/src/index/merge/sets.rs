//! Row sets: those of the sources, their rows numbered anew and united.

use super::IndexMergeError;
use super::order::Order;
use super::spool::{Scratch, Spool};
use super::u32_of;
use crate::index::Index;
use crate::index::format::Kind;
use crate::index::sets::{KnownSets, SetRef, append_set};

/// The section of sets in the making. The bytes are those of [`crate::index::sets::SetsWriter`].
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
    /// Cost: a step a row; where sources lie among one another, sorting runs of them.
    pub(super) fn add(
        &mut self,
        sources: &[&Index],
        order: &Order,
        sets: &[(usize, SetRef)],
    ) -> Result<SetRef, IndexMergeError> {
        self.rows.clear();
        let rows = &mut self.rows;
        for &(nth, set) in sets {
            let Some(source) = sources.get(nth) else { continue };
            let bitmap = source.sets()?.visit(set, |row| rows.push(order.row(nth, row)));
            let bitmap = bitmap.ok_or_else(|| source.damaged(Kind::Sets.alone()))?;
            rows.extend(bitmap.iter().flatten().map(|row| order.row(nth, row)));
        }
        if sets.len() > 1 && !rows.is_sorted() {
            // Finds the ascending runs, of which there are as many as sets.
            rows.sort();
        }
        // A row is there twice only where a source is not what was written.
        rows.dedup();
        self.put()
    }

    fn put(&mut self) -> Result<SetRef, IndexMergeError> {
        let rows = u32_of(self.rows.len() as u64, "rows in a set")?;
        if let [row] = *self.rows {
            return Ok(SetRef { rows, at: row });
        }
        self.scratch.clear();
        append_set(&self.rows, &mut self.scratch);
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
