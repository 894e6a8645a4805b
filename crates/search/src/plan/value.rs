//! Ranges: the union of the values, or of the blocks of values, in range.

use event::Severity;
use index::{Field, SEQUENCE_BLOCK};
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::error::SearchError;

impl Plan<'_> {
    pub(super) fn severities(&self, from: Severity, to: Severity) -> Result<RoaringBitmap, SearchError> {
        let mut found = RoaringBitmap::new();
        for severity in [Severity::Info, Severity::Warning, Severity::Critical] {
            if (from..=to).contains(&severity) {
                found |= self.part.equal(Field::Severity, severity.as_str().as_bytes())?;
            }
        }
        Ok(found)
    }

    pub(super) fn statuses(&self, from: u16, to: u16) -> Result<RoaringBitmap, SearchError> {
        if from == to {
            return Ok(self.part.equal(Field::HttpStatus, from.to_string().as_bytes())?);
        }
        let mut found = RoaringBitmap::new();
        for (value, rows) in self.part.values(Field::HttpStatus)? {
            let status = std::str::from_utf8(&value).ok().and_then(|text| text.parse::<u16>().ok());
            if status.is_some_and(|status| (from..=to).contains(&status)) {
                found |= rows;
            }
        }
        Ok(found)
    }

    /// The rows among `within` whose number in their stream lies in `from..=to`: all of the blocks that lie wholly inside, and of
    /// those that reach beyond an end the rows whose lines say so.
    pub(super) fn numbered(&self, from: u64, to: u64, within: &Rows) -> Result<Rows, SearchError> {
        let blocks = from / SEQUENCE_BLOCK..=to / SEQUENCE_BLOCK;
        let mut inside = RoaringBitmap::new();
        let mut cut = RoaringBitmap::new();
        let mut take = |block: u64, rows: RoaringBitmap| {
            let first = block.saturating_mul(SEQUENCE_BLOCK);
            let last = first.saturating_add(SEQUENCE_BLOCK - 1);
            if from <= first && last <= to {
                inside |= rows;
            } else {
                cut |= rows;
            }
        };
        if blocks.end() - blocks.start() < BLOCKS_ASKED_MAX {
            for block in blocks {
                take(block, self.part.equal(Field::SequenceBlock, block.to_string().as_bytes())?);
            }
        } else {
            self.ask(within, |ask| {
                self.part.each_value(Field::SequenceBlock, ask, &mut |value, rows| {
                    let block = std::str::from_utf8(value).ok().and_then(|text| text.parse::<u64>().ok());
                    if let Some(block) = block.filter(|block| blocks.contains(block)) {
                        take(block, rows);
                    }
                    true
                })
            })?;
        }
        let inside = within.meet(inside);
        let cut = within.meet(cut);
        let at_the_ends = self.on_lines(&cut, |entry| {
            entry.sequence.as_ref().is_some_and(|sequence| (from..=to).contains(&sequence.n))
        })?;
        Ok(inside.or(&Rows::Set(at_the_ends)))
    }
}

/// Blocks of numbers asked for one by one; where there are more, all that the part has are passed over once.
const BLOCKS_ASKED_MAX: u64 = 16;
