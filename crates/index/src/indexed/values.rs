//! All values of a field, for facets.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::codes::{Codes, Pairs, VALUES_MAX};
use super::gathered::{Counting, Gathered};
use super::{Indexed, Lines};
use crate::ask::Ask;
use crate::counts::Counts;
use crate::error::QuestionError;
use crate::field::Field;
use crate::format::{Keeping, Kind, PATH_HEAD};
use crate::line_values::text_value;
use crate::sets::SetRef;

/// From so many rows on, counting by codes is faster than intersecting with the rows of every value.
const CODES_ROWS_MIN: u64 = 256;

/// Values between two looks at what the asker still allows: a millisecond's worth.
const VALUES_BETWEEN_LOOKS: usize = 4_096;

/// Bytes of a value, and of its count, that few exceed.
const VALUE_BYTES_USUAL: usize = 64;

/// The rows of one value gathered from lines.
fn rows_of(group: &[(u32, u32)]) -> impl Iterator<Item = u32> {
    group.iter().map(|(_, row)| *row)
}

impl<L: Lines> Indexed<L> {
    /// Calls `each` with every value of `field` that occurs among the rows asked about, ascending, until it answers `false`. The
    /// rows that come with a value may include rows that were not asked about.
    ///
    /// Memory: the rows of one value; for values that only lines have, these and their rows.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), L::Error> {
        let mut gathered = Gathered::default();
        self.each_value_in_lines(field, ask.within, ask, |value, row| Ok(gathered.push(value, row, ask.bytes_max)?))?;
        gathered.sort();
        let mut in_lines = gathered.groups().peekable();
        let mut going = true;
        self.each_value_kept(field, ask, |value, set| {
            while let Some((own, rows)) = in_lines.next_if(|(own, _)| *own < value) {
                going = each(own, rows_of(rows).collect());
                if !going {
                    return Ok(false);
                }
            }
            let mut rows = self.read_set(set)?;
            rows.extend(in_lines.next_if(|(own, _)| *own == value).into_iter().flat_map(|(_, rows)| rows_of(rows)));
            going = ask.within.is_some_and(|within| within.is_disjoint(&rows)) || each(value, rows);
            Ok(going)
        })?;
        for (value, rows) in in_lines {
            if !going {
                break;
            }
            going = each(value, rows_of(rows).collect());
        }
        Ok(())
    }

    /// Calls `each` with the values of the field's dictionary that begin with `prefix`, ascending, and how many of the rows asked about
    /// have each, until it answers `false`. Cost: a binary search, then the values themselves, each intersected with the rows asked about.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), L::Error> {
        let mut seen = 0_usize;
        match Keeping::of(field) {
            Keeping::Dictionary | Keeping::Pairs => {
                self.walk(Kind::Dictionary.of_field(field), prefix, |value, set| {
                    if !value.starts_with(prefix) {
                        return Ok(false);
                    }
                    seen += 1;
                    if seen.is_multiple_of(VALUES_BETWEEN_LOOKS) && !(ask.may_read)(0) {
                        return Err(QuestionError::Stopped.into());
                    }
                    let count = self.count_in(set, ask.within)?;
                    Ok(count == 0 || each(value, count))
                })
            }
            Keeping::Paths | Keeping::Tokens(_) | Keeping::Id => Ok(()),
        }
    }

    /// Returns how often each value of `field` occurs among the rows of `range` that are asked about, by value.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, L::Error> {
        let target = self.target(ask.within, range);
        if let Some(target) = target.as_deref().filter(|target| target.len() >= CODES_ROWS_MIN)
            && let Some(counts) = self.count_codes(field, target, ask.bytes_max)?
        {
            return Ok(counts);
        }
        let target = target.as_deref();
        let mut counting = Counting::default();
        self.each_value_in_lines(field, target, ask, |value, _| Ok(counting.push(value, ask.bytes_max)?))?;
        let in_lines = counting.finish(ask.bytes_max)?;
        let mut kept = Counts::default();
        self.each_value_kept(field, ask, |value, set| {
            let count = self.count_in(set, target)?;
            if count > 0 {
                kept.push(value, count, ask.bytes_max)?;
            }
            Ok(true)
        })?;
        Ok(if in_lines.is_empty() { kept } else { kept.merged(&in_lines, ask.bytes_max)? })
    }

    /// Returns how many bytes the counts of a field take at most: what its dictionary holds, and a usual value for each row beyond it.
    /// Cost: no line is read.
    pub fn counts_bytes_max(&self, field: Field) -> usize {
        let index = self.index();
        let dictionary = index.dictionary(Kind::Dictionary.of_field(field));
        let kept = dictionary.map_or(usize::MAX, |kept| kept.bytes() + kept.len() * Counts::VALUE_BYTES);
        let in_lines = match Keeping::of(field) {
            Keeping::Dictionary => 0,
            Keeping::Pairs => match index.pairs(Kind::Pairs.of_field(field)) {
                Ok(pairs) => pairs.map_or(0, |pairs| pairs.len()),
                Err(_) => usize::MAX,
            },
            Keeping::Paths | Keeping::Tokens(_) | Keeping::Id => index.rows() as usize,
        };
        kept.saturating_add(in_lines.saturating_mul(VALUE_BYTES_USUAL))
    }

    /// Returns how often each value of `field` occurs beside `value` of `other`, from a table of all pairs of the two; `None` where
    /// the table would be too large or the lines do not last.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn count_values_where(&self, field: Field, other: Field, value: &[u8]) -> Result<Option<Counts>, L::Error> {
        let index = self.index();
        let of_other = Kind::Dictionary.of_field(other);
        let among = index.dictionary(of_other)?;
        let pairs = match self.pairs.get((other, field)) {
            None => self.count_pairs(other, field)?,
            kept => kept,
        };
        let Some(pairs) = pairs else { return Ok(None) };
        let at = among.first_not_below(value).ok_or_else(|| index.damaged(of_other))?;
        if among.get(at).is_none_or(|(found, _)| found != value) {
            return Ok(Some(Counts::default()));
        }
        self.named(field, pairs.row(at), usize::MAX).map(Some)
    }

    /// The table of two fields, made and kept.
    fn count_pairs(&self, rows: Field, columns: Field) -> Result<Option<Arc<Pairs>>, L::Error> {
        let index = self.index();
        let Some((row_codes, column_codes)) = self.codes_of(rows)?.zip(self.codes_of(columns)?) else {
            return Ok(None);
        };
        let values = |field| index.dictionary(Kind::Dictionary.of_field(field)).map(|dictionary| dictionary.len());
        let made = Pairs::count(&row_codes, values(rows)?, &column_codes, values(columns)?);
        Ok(made.and_then(|made| self.pairs.put((rows, columns), Some(Arc::new(made)))))
    }

    /// Counts by codes, where the field and the part are such that keeping them pays.
    fn count_codes(&self, field: Field, target: &RoaringBitmap, bytes_max: usize) -> Result<Option<Counts>, L::Error> {
        let index = self.index();
        let Some(codes) = self.codes_of(field)? else { return Ok(None) };
        let values = index.dictionary(Kind::Dictionary.of_field(field))?.len();
        self.named(field, codes.count(target, values).into_iter(), bytes_max).map(Some)
    }

    /// The codes of a field, if it has a dictionary that is small enough and the part will last.
    fn codes_of(&self, field: Field) -> Result<Option<Arc<Codes>>, L::Error> {
        let index = self.index();
        if Keeping::of(field) != Keeping::Dictionary {
            return Ok(None);
        }
        let Some((kept, part)) = self.lines.kept_codes().zip(self.lines.lasting()) else { return Ok(None) };
        let name = Kind::Dictionary.of_field(field);
        let dictionary = index.dictionary(name)?;
        let sets = index.sets()?;
        if dictionary.len() > VALUES_MAX {
            return Ok(None);
        }
        let codes = kept.get(part, field, || Codes::new(&dictionary, &sets, index.rows()));
        codes.map(Some).ok_or_else(|| index.damaged(name).into())
    }

    /// Counts by number as counts by value; those that are 0 left out.
    fn named(&self, field: Field, counts: impl Iterator<Item = u64>, bytes_max: usize) -> Result<Counts, L::Error> {
        let index = self.index();
        let name = Kind::Dictionary.of_field(field);
        let dictionary = index.dictionary(name)?;
        let mut named = Counts::default();
        for (nth, count) in counts.enumerate().filter(|(_, count)| *count > 0) {
            let (value, _) = dictionary.get(nth).ok_or_else(|| index.damaged(name))?;
            named.push(value, count, bytes_max)?;
        }
        Ok(named)
    }

    /// Calls `each` with every value that the index keeps and its rows, ascending, until it answers `false`.
    fn each_value_kept(
        &self,
        field: Field,
        ask: &Ask<'_>,
        mut each: impl FnMut(&[u8], SetRef) -> Result<bool, L::Error>,
    ) -> Result<(), L::Error> {
        let paths = Keeping::of(field) == Keeping::Paths;
        let mut seen = 0_usize;
        self.walk(Kind::Dictionary.of_field(field), b"", |key, set| {
            seen += 1;
            if seen.is_multiple_of(VALUES_BETWEEN_LOOKS) && !(ask.may_read)(0) {
                return Err(QuestionError::Stopped.into());
            }
            match key.split_last() {
                // Only lines say how such a path goes on.
                Some((&PATH_HEAD, _)) if paths => Ok(true),
                Some((_, path)) if paths => each(path, set),
                _ => each(key, set),
            }
        })
    }

    /// Calls `each` with every value that stands in the lines only, and its row, in the order of leaves.
    fn each_value_in_lines(
        &self,
        field: Field,
        within: Option<&RoaringBitmap>,
        ask: &Ask<'_>,
        mut each: impl FnMut(&[u8], u32) -> Result<(), L::Error>,
    ) -> Result<(), L::Error> {
        let mut rows = match Keeping::of(field) {
            Keeping::Dictionary => return Ok(()),
            Keeping::Pairs => self.pair_rows(field)?,
            Keeping::Paths => self.rows_of_cut_paths()?,
            Keeping::Tokens(text) => self.rows_with_text(text)?,
            Keeping::Id => self.all_rows(),
        };
        if let Some(within) = within {
            rows &= within;
        }
        self.each_entry(&rows, ask, |row, entry| {
            text_value(entry, field).map_or(Ok(()), |value| each(value.as_bytes(), row))
        })
    }

    /// The rows whose paths were cut, so that the index keeps their heads alone.
    fn rows_of_cut_paths(&self) -> Result<RoaringBitmap, L::Error> {
        let mut cut = RoaringBitmap::new();
        self.walk(Kind::Dictionary.of_field(Field::HttpPath), b"", |key, set| {
            if key.last() == Some(&PATH_HEAD) {
                cut |= self.read_set(set)?;
            }
            Ok(true)
        })?;
        Ok(cut)
    }

    /// The rows asked about; `None`: all.
    fn target<'w>(&self, within: Option<&'w RoaringBitmap>, range: Range<u32>) -> Option<Cow<'w, RoaringBitmap>> {
        let index = self.index();
        if range.start == 0 && range.end >= index.rows() {
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

    fn count_in(&self, set: SetRef, target: Option<&RoaringBitmap>) -> Result<u64, L::Error> {
        let index = self.index();
        let Some(target) = target else { return Ok(u64::from(set.rows)) };
        let mut count = 0;
        let bitmap = index.sets()?.visit(set, |row| count += u64::from(target.contains(row)));
        let bitmap = bitmap.ok_or_else(|| index.damaged(Kind::Sets.alone()))?;
        Ok(bitmap.map_or(count, |bitmap| bitmap.intersection_len(target)))
    }
}
