//! Tokens of a text: those in one row of one source go on in one row, all others in several.

use super::Merge;
use super::error::{IndexMergeError, u32_of};
use super::output::IndexOutput;
use super::packing::BitsOutput;
use super::spool::{Scratch, Spool};
use super::values::{Column, Values, each_value};
use crate::field::Text;
use crate::format::{Kind, SectionName, TOKENS_PER_STEP, bits_below};

impl Merge<'_, '_> {
    /// Writes the tokens of a text and class.
    pub(super) fn tokens(&mut self, text: Text, class: u8) -> Result<(), IndexMergeError> {
        let Self { sources, rows, order, scratch, sets, output, pace } = self;
        let names = [Kind::SingleTokens, Kind::Tokens].map(|kind| kind.of_text(text, class));
        let mut columns = Vec::new();
        for (source, index) in sources.iter().enumerate() {
            for name in names {
                if let Some(list) = index.tokens(name)? {
                    columns.push(Column { source, name, values: Values::Tokens(list.cursor()) });
                }
            }
        }
        let row_bits = bits_below(u64::from(*rows));
        let source_of: Vec<usize> = columns.iter().map(|column| column.source).collect();
        let mut singles = ListOutput::new(scratch);
        let mut others = ListOutput::new(scratch);
        let mut single_rows = BitsOutput::new(scratch, row_bits);
        let mut refs = scratch.spool();
        let mut of = Vec::new();
        each_value(sources, &mut columns, pace, |token, sets_of| {
            of.clear();
            of.extend(sets_of.iter().map(|&(column, set)| (source_of.get(column).copied().unwrap_or(0), set)));
            let set = sets.add(sources, order, &of)?;
            if set.rows == 1 {
                singles.push(token)?;
                return single_rows.push(u64::from(set.at));
            }
            others.push(token)?;
            refs.append(&set.bytes())
        })?;
        let [single, several] = names;
        singles.write(single, row_bits, single_rows.finish()?, output)?;
        others.write(several, 0, refs, output)
    }
}

/// Tokens one after another, a line feed before, between and behind them.
struct ListOutput<'s> {
    count: u64,
    steps: Spool<'s>,
    blob: Spool<'s>,
}

impl<'s> ListOutput<'s> {
    fn new(scratch: &'s Scratch<'_>) -> Self {
        Self { count: 0, steps: scratch.spool(), blob: scratch.spool() }
    }

    fn push(&mut self, token: &[u8]) -> Result<(), IndexMergeError> {
        if self.count == 0 {
            self.blob.append(b"\n")?;
        }
        if self.count.is_multiple_of(TOKENS_PER_STEP as u64) {
            self.steps.append(&u32_of(self.blob.len(), "bytes of tokens")?.to_le_bytes())?;
        }
        self.blob.append(token)?;
        self.blob.append(b"\n")?;
        self.count += 1;
        Ok(())
    }

    fn write(
        self,
        name: SectionName,
        row_bits: u32,
        rows: Spool<'_>,
        output: &mut IndexOutput,
    ) -> Result<(), IndexMergeError> {
        if self.count == 0 {
            return Ok(());
        }
        let mut head = u32_of(self.count, "tokens")?.to_le_bytes().to_vec();
        head.extend_from_slice(&u32_of(self.blob.len(), "bytes of tokens")?.to_le_bytes());
        head.extend_from_slice(&u64::from(row_bits).to_le_bytes());
        output.section(name, &head, [self.steps, rows, self.blob])
    }
}
