//! All values of a field, for facets.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::codes::{Codes, Pairs, VALUES_MAX};
use super::{Indexed, Lines};
use crate::index::columns::text_value;
use crate::index::format::{Keeping, Kind, PATH_HEAD};
use crate::index::sets::SetRef;
use crate::part::{Ask, Counts, Field, PartError};

/// From so many rows on, counting by codes is faster than intersecting with the rows of every value.
const CODES_ROWS_MIN: u64 = 256;

impl<L: Lines> Indexed<L> {
    pub(super) fn field_values(&self, field: Field) -> Result<Vec<(Vec<u8>, RoaringBitmap)>, PartError> {
        let mut values: BTreeMap<Vec<u8>, RoaringBitmap> = BTreeMap::new();
        let lines = self.each_kept_value(field, |value, set| {
            values.insert(value.to_vec(), self.read_set(set)?);
            Ok(())
        })?;
        self.each_entry(lines, &Ask::ALL, |row, entry| {
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
        range: Range<u32>,
        ask: &Ask<'_>,
    ) -> Result<Counts, PartError> {
        let target = self.target(ask.within, range);
        if let Some(target) = target.as_deref().filter(|target| target.len() >= CODES_ROWS_MIN)
            && let Some(counts) = self.count_codes(field, target)?
        {
            return Ok(counts);
        }
        let mut counts: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        let mut lines = self.each_kept_value(field, |value, set| {
            let count = self.count_in(set, target.as_deref())?;
            if count > 0 {
                counts.insert(value.to_vec(), count);
            }
            Ok(())
        })?;
        if let Some(target) = target.as_deref() {
            lines &= target;
        }
        self.each_entry(lines, ask, |_, entry| {
            if let Some(value) = text_value(entry, field) {
                *counts.entry(value.as_bytes().to_vec()).or_default() += 1;
            }
        })?;
        Ok(counts.into_iter().collect())
    }

    /// How often each value of `field` occurs beside `value` of `other`, from a table of all pairs of the two.
    pub(super) fn field_count_values_where(
        &self,
        field: Field,
        other: Field,
        value: &[u8],
    ) -> Result<Option<Counts>, PartError> {
        let Some((codes, others)) = self.codes_of(field)?.zip(self.codes_of(other)?) else { return Ok(None) };
        let (name, of_other) = (Kind::Dictionary.of_field(field), Kind::Dictionary.of_field(other));
        let (dictionary, among) = (self.index.dictionary(name)?, self.index.dictionary(of_other)?);
        let Some(pairs) =
            self.codes.pairs((other, field), || Pairs::count(&others, among.len(), &codes, dictionary.len()))
        else {
            return Ok(None);
        };
        let at = among.first_not_below(value).ok_or_else(|| self.index.damaged(of_other))?;
        if among.get(at).is_none_or(|(found, _)| found != value) {
            return Ok(Some(Counts::new()));
        }
        self.named(field, pairs.row(at)).map(Some)
    }

    /// Counts by codes, where the field and the part are such that keeping them pays.
    fn count_codes(&self, field: Field, target: &RoaringBitmap) -> Result<Option<Counts>, PartError> {
        let Some(codes) = self.codes_of(field)? else { return Ok(None) };
        let values = self.index.dictionary(Kind::Dictionary.of_field(field))?.len();
        self.named(field, codes.count(target, values).into_iter()).map(Some)
    }

    /// The codes of a field, if it has a dictionary that is small enough and the part will last.
    fn codes_of(&self, field: Field) -> Result<Option<Arc<Codes>>, PartError> {
        if Keeping::of(field) != Keeping::Dictionary || self.lines.lasting().is_none() {
            return Ok(None);
        }
        let name = Kind::Dictionary.of_field(field);
        let (dictionary, sets) = (self.index.dictionary(name)?, self.index.sets()?);
        if dictionary.len() > VALUES_MAX {
            return Ok(None);
        }
        let codes = self.codes.get(field, || Codes::new(&dictionary, &sets, self.index.rows()));
        codes.map(Some).ok_or_else(|| self.index.damaged(name).into())
    }

    /// Counts by number as counts by value; those that are 0 left out.
    fn named(&self, field: Field, counts: impl Iterator<Item = u64>) -> Result<Counts, PartError> {
        let name = Kind::Dictionary.of_field(field);
        let dictionary = self.index.dictionary(name)?;
        let counts = counts.enumerate().filter(|(_, count)| *count > 0);
        let named = counts.map(|(nth, count)| Some((dictionary.get(nth)?.0.to_vec(), count)));
        named.collect::<Option<_>>().ok_or_else(|| self.index.damaged(name).into())
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
    fn target<'w>(&self, within: Option<&'w RoaringBitmap>, range: Range<u32>) -> Option<Cow<'w, RoaringBitmap>> {
        if range.start == 0 && range.end >= self.index.rows() {
            return within.map(Cow::Borrowed);
        }
        let inside = |set: &RoaringBitmap| set.min() >= Some(range.start) && set.max() < Some(range.end);
        if let Some(within) = within.filter(|within| within.is_empty() || inside(within)) {
            return Some(Cow::Borrowed(within));
        }
        let mut target = RoaringBitmap::new();
        target.insert_range(range);
        if let Some(within) = within {
            target &= within;
        }
        Some(Cow::Owned(target))
    }

    fn count_in(&self, set: SetRef, target: Option<&RoaringBitmap>) -> Result<u64, PartError> {
        let Some(target) = target else { return Ok(u64::from(set.rows)) };
        let mut count = 0;
        let bitmap = self.index.sets()?.visit(set, |row| count += u64::from(target.contains(row)));
        let bitmap = bitmap.ok_or_else(|| self.index.damaged(Kind::Sets.alone()))?;
        Ok(bitmap.map_or(count, |bitmap| bitmap.intersection_len(target)))
    }
}
