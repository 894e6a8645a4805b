//! Dictionaries: values in one order, each with the rows of all sources.

use super::Merge;
use super::error::{IndexMergeError, u32_of};
use super::output::IndexOutput;
use super::spool::{Scratch, Spool};
use super::values::{Column, Values, each_value};
use crate::Index;
use crate::format::SectionName;
use crate::sets::SetRef;

impl Merge<'_, '_> {
    /// Writes the dictionary of this name.
    pub(super) fn dictionary(&mut self, name: SectionName) -> Result<(), IndexMergeError> {
        let Self { sources, order, scratch, sets, output, pace, .. } = self;
        let mut dictionary = DictionaryOutput::new(scratch);
        each_value(sources, &mut columns(sources, name)?, pace, |value, of| {
            dictionary.push(value, sets.add(sources, order, of)?)
        })?;
        dictionary.write(name, output)
    }
}

/// The dictionaries of all sources; a column's number is its source's.
pub(super) fn columns<'b>(sources: &[&'b Index], name: SectionName) -> Result<Vec<Column<'b>>, IndexMergeError> {
    let column = |(source, index): (usize, &&'b Index)| {
        let index: &'b Index = index;
        let values = Values::Dictionary { dictionary: index.dictionary(name)?, next: 0 };
        Ok(Column { source, name, values })
    };
    sources.iter().enumerate().map(column).collect()
}

/// A dictionary in the making.
pub(super) struct DictionaryOutput<'s> {
    count: u64,
    ends: Spool<'s>,
    refs: Spool<'s>,
    values: Spool<'s>,
}

impl<'s> DictionaryOutput<'s> {
    pub(super) fn new(scratch: &'s Scratch<'_>) -> Self {
        Self { count: 0, ends: scratch.spool(), refs: scratch.spool(), values: scratch.spool() }
    }

    /// Adds a value greater than those before.
    pub(super) fn push(&mut self, value: &[u8], set: SetRef) -> Result<(), IndexMergeError> {
        self.count += 1;
        self.values.append(value)?;
        self.ends.append(&u32_of(self.values.len(), "bytes of values")?.to_le_bytes())?;
        self.refs.append(&set.bytes())
    }

    pub(super) fn write(self, name: SectionName, output: &mut IndexOutput) -> Result<(), IndexMergeError> {
        let mut head = Vec::with_capacity(8);
        if self.count > 0 {
            head.extend_from_slice(&u32_of(self.count, "values")?.to_le_bytes());
            head.extend_from_slice(&u32_of(self.values.len(), "bytes of values")?.to_le_bytes());
        }
        output.section(name, &head, [self.ends, self.refs, self.values])
    }
}
