//! An index joined to lines and disclosures, as a part: of a sealed segment, and of a frozen run.

use std::ops::Range;

use index::{Ask, Counts, Field, Indexed, Lines, Needle, Text};
use roaring::RoaringBitmap;

use crate::disclosures::DisclosureFile;
use crate::part::{Disclosed, Part, PartError, Work};

/// Lines with the disclosures behind them: a segment's files, or the journal behind a frozen run.
pub trait PartLines: Lines<Error = PartError> {
    /// Returns the encrypted disclosures behind `leaf`.
    ///
    /// # Errors
    /// As [`Part::disclosures`].
    fn disclosures(&self, leaf: u64) -> Result<Disclosed, PartError>;

    /// As [`Part::disclosure_file`].
    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        None
    }
}

impl<L: PartLines> Part for Indexed<L> {
    fn lasting(&self) -> Option<u64> {
        self.source().lasting()
    }

    fn work(&self) -> Work {
        Work {
            frames: self.source().frames_read(),
            lines: self.lines_confirmed(),
            token_bytes: self.token_bytes(),
            rows: 0,
        }
    }

    fn failed_reads(&self) -> u64 {
        self.failed_reads()
    }

    fn last_failure(&self) -> Option<PartError> {
        self.last_failure().map(PartError::from)
    }

    fn rows(&self) -> u32 {
        self.rows()
    }

    fn first_leaf(&self) -> u64 {
        self.first_leaf()
    }

    fn leaf(&self, row: u32) -> u64 {
        self.leaf(row)
    }

    fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        self.row_of_leaf(leaf)
    }

    fn rows_are_leaves(&self) -> bool {
        self.rows_are_leaves()
    }

    fn time_us(&self, row: u32) -> i64 {
        self.time_us(row)
    }

    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        self.rows_between(from_us, to_us)
    }

    fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, PartError> {
        self.equal(field, value)
    }

    fn equal_any(&self, field: Field, values: &[&[u8]]) -> Result<RoaringBitmap, PartError> {
        self.equal_any(field, values)
    }

    fn prefix(&self, field: Field, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.prefix(field, prefix, ask)
    }

    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError> {
        self.each_value(field, ask, each)
    }

    fn values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), PartError> {
        self.values_beginning(field, prefix, ask, each)
    }

    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError> {
        self.count_values(field, range, ask)
    }

    fn count_values_where(&self, field: Field, other: Field, value: &[u8]) -> Result<Option<Counts>, PartError> {
        self.count_values_where(field, other, value)
    }

    fn counts_bytes_max(&self, field: Field) -> usize {
        self.counts_bytes_max(field)
    }

    fn text_contains(&self, text: Text, needle: &Needle, ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.text_contains(text, needle, ask)
    }

    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError> {
        self.with_placeholder(text, pointer)
    }

    fn line(&self, row: u32) -> Result<Vec<u8>, PartError> {
        self.line(row)
    }

    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError> {
        self.lines(rows, each)
    }

    fn disclosures(&self, row: u32) -> Result<Disclosed, PartError> {
        self.source().disclosures(self.leaf_or_error(row)?)
    }

    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        self.source().disclosure_file()
    }
}
