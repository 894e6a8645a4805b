//! All values of a field, for facets.

use std::collections::BTreeMap;
use std::ops::Range;

use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::index::columns::text_value;
use crate::index::format::{Keeping, Kind, PATH_HEAD};
use crate::index::sets::SetRef;
use crate::part::{Field, PartError};

impl<L: Lines> Indexed<L> {
    pub(super) fn field_values(&self, field: Field) -> Result<Vec<(Vec<u8>, RoaringBitmap)>, PartError> {
        let mut values: BTreeMap<Vec<u8>, RoaringBitmap> = BTreeMap::new();
        let lines = self.each_kept_value(field, |value, set| {
            values.insert(value.to_vec(), self.read_set(set)?);
            Ok(())
        })?;
        self.each_entry(lines, |row, entry| {
            if let Some(value) = text_value(entry, field) {
                values.entry(value.as_bytes().to_vec()).or_default().insert(row);
            }
        })?;
        Ok(values.into_iter().collect())
    }

    /// The values of the field's dictionary that begin with `prefix`. Cost: a binary search, then the values themselves.
    pub(super) fn field_values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), PartError> {
        match Keeping::of(field) {
            Keeping::Dictionary | Keeping::Pairs => {
                self.walk(Kind::Dictionary.of_field(field), prefix, |value, set| {
                    Ok(value.starts_with(prefix) && each(value, u64::from(set.rows)))
                })
            }
            Keeping::Paths | Keeping::Tokens(_) | Keeping::Id => Ok(()),
        }
    }

    pub(super) fn field_count_values(
        &self,
        field: Field,
        within: Option<&RoaringBitmap>,
        range: Range<u32>,
    ) -> Result<Vec<(Vec<u8>, u64)>, PartError> {
        let target = self.target(within, range);
        let mut counts: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        let mut lines = self.each_kept_value(field, |value, set| {
            let count = self.count_in(set, target.as_ref())?;
            if count > 0 {
                counts.insert(value.to_vec(), count);
            }
            Ok(())
        })?;
        if let Some(target) = target {
            lines &= target;
        }
        self.each_entry(lines, |_, entry| {
            if let Some(value) = text_value(entry, field) {
                *counts.entry(value.as_bytes().to_vec()).or_default() += 1;
            }
        })?;
        Ok(counts.into_iter().collect())
    }

    /// Calls `each` with every value that the index keeps, and returns the rows whose values stand in the lines only.
    fn each_kept_value(
        &self,
        field: Field,
        mut each: impl FnMut(&[u8], SetRef) -> Result<(), PartError>,
    ) -> Result<RoaringBitmap, PartError> {
        let name = Kind::Dictionary.of_field(field);
        match Keeping::of(field) {
            Keeping::Dictionary => self.walk(name, b"", |value, set| each(value, set).map(|()| true))?,
            Keeping::Pairs => {
                self.walk(name, b"", |value, set| each(value, set).map(|()| true))?;
                return Ok(self.pair_rows(field)?.into_iter().collect());
            }
            Keeping::Paths => {
                let mut cut = RoaringBitmap::new();
                self.walk(name, b"", |key, set| {
                    match key.split_last() {
                        Some((&PATH_HEAD, _)) => cut |= self.read_set(set)?,
                        Some((_, path)) => each(path, set)?,
                        None => {}
                    }
                    Ok(true)
                })?;
                return Ok(cut);
            }
            Keeping::Tokens(text) => return self.rows_with_text(text),
            Keeping::Id => return Ok((0..self.index.rows()).collect()),
        }
        Ok(RoaringBitmap::new())
    }

    /// The rows asked about; `None`: all.
    fn target(&self, within: Option<&RoaringBitmap>, range: Range<u32>) -> Option<RoaringBitmap> {
        if range.start == 0 && range.end >= self.index.rows() {
            return within.cloned();
        }
        let mut target = within.cloned().unwrap_or_else(|| (0..self.index.rows()).collect());
        target.remove_range(..range.start);
        target.remove_range(range.end..);
        Some(target)
    }

    fn count_in(&self, set: SetRef, target: Option<&RoaringBitmap>) -> Result<u64, PartError> {
        let Some(target) = target else { return Ok(u64::from(set.rows)) };
        let mut count = 0;
        let bitmap = self.index.sets()?.visit(set, |row| count += u64::from(target.contains(row)));
        let bitmap = bitmap.ok_or_else(|| self.index.damaged(Kind::Sets.alone()))?;
        Ok(bitmap.map_or(count, |bitmap| bitmap.intersection_len(target)))
    }
}
