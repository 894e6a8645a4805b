//! Rows by the value of a field, or by its beginning.

use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::ask::Ask;
use crate::dense::Dense;
use crate::field::{Field, Text};
use crate::format::{Keeping, Kind, PATH_HEAD, PATH_WHOLE, SectionName, hash};
use crate::line_values::text_value;
use crate::sets::{SetRef, Union};

impl<L: Lines> Indexed<L> {
    /// Returns the rows where `field` is exactly `value`; those found by a hash are confirmed on the lines.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, L::Error> {
        match Keeping::of(field) {
            Keeping::Dictionary => self.in_dictionary(field, value).map(Option::unwrap_or_default),
            // Of an index that was merged, a value may have rows in both.
            Keeping::Pairs => Ok(self.in_dictionary(field, value)?.unwrap_or_default() | self.in_pairs(field, value)?),
            Keeping::Paths => self.path_equal(value),
            Keeping::Tokens(text) => self.text_equal(field, text, value),
            Keeping::Id => self.id_equal(value),
        }
    }

    /// Returns the rows where `field` is any of `values`. Those of a dictionary are united at once.
    ///
    /// # Errors
    /// As [`Self::equal`].
    pub fn equal_any(&self, field: Field, values: &[&[u8]]) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        if Keeping::of(field) != Keeping::Dictionary {
            return values.iter().try_fold(RoaringBitmap::new(), |rows, value| Ok(rows | self.equal(field, value)?));
        }
        let name = Kind::Dictionary.of_field(field);
        let dictionary = index.dictionary(name)?;
        let sets = index.sets()?;
        let mut union = Union::default();
        let (mut from, mut before): (usize, &[u8]) = (0, &[]);
        for value in values.iter().copied() {
            // Sorted values are found in one pass; one out of order is sought from the beginning.
            if value < before {
                from = 0;
            }
            before = value;
            let (at, found) = dictionary.find_from(value, from).ok_or_else(|| index.damaged(name))?;
            from = at;
            if let Some(set) = found {
                union.add(&sets, set).ok_or_else(|| index.damaged(Kind::Sets.alone()))?;
            }
        }
        Ok(union.finish())
    }

    /// Returns the rows where `field` begins with `prefix`, byte for byte. An empty prefix: the rows that have the field.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn prefix(&self, field: Field, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, L::Error> {
        let begins = |value: Option<&str>| value.is_some_and(|value| value.as_bytes().starts_with(prefix));
        let confirm = |mut rows: RoaringBitmap| {
            if let Some(within) = ask.within {
                rows &= within;
            }
            self.confirm(&rows, ask, |entry| begins(text_value(entry, field)))
        };
        match Keeping::of(field) {
            Keeping::Dictionary => self.dictionary_prefix(field, prefix),
            Keeping::Pairs => {
                let light = self.pair_rows(field)?;
                let light = if prefix.is_empty() { light } else { confirm(light)? };
                Ok(self.dictionary_prefix(field, prefix)? | light)
            }
            Keeping::Paths => self.path_prefix(prefix, ask),
            Keeping::Tokens(text) if prefix.is_empty() => self.rows_with_text(text),
            Keeping::Tokens(text) => confirm(self.rows_with_text(text)?),
            Keeping::Id if prefix.is_empty() => Ok(self.all_rows()),
            Keeping::Id => confirm(self.all_rows()),
        }
    }

    /// The rows whose value has no place in the field's dictionary.
    pub(super) fn pair_rows(&self, field: Field) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let name = Kind::Pairs.of_field(field);
        let Some(pairs) = index.pairs(name)? else { return Ok(RoaringBitmap::new()) };
        let mut rows = Dense::new(index.rows());
        pairs.each_row(|row| rows.insert(row)).ok_or_else(|| index.damaged(name))?;
        Ok(rows.finish())
    }

    /// Every row of the part.
    pub(super) fn all_rows(&self) -> RoaringBitmap {
        let index = self.index();
        let mut rows = RoaringBitmap::new();
        rows.insert_range(0..index.rows());
        rows
    }

    pub(super) fn read_set(&self, set: SetRef) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let rows = index.sets()?.read(set);
        Ok(rows.ok_or_else(|| index.damaged(Kind::Sets.alone()))?)
    }

    /// Calls `each` with every value from the first not below `from`, until it answers `false`.
    pub(super) fn walk(
        &self,
        name: SectionName,
        from: &[u8],
        mut each: impl FnMut(&[u8], SetRef) -> Result<bool, L::Error>,
    ) -> Result<(), L::Error> {
        let index = self.index();
        let dictionary = index.dictionary(name)?;
        let damaged = || index.damaged(name);
        for at in dictionary.first_not_below(from).ok_or_else(damaged)?..dictionary.len() {
            let (value, set) = dictionary.get(at).ok_or_else(damaged)?;
            if !each(value, set)? {
                break;
            }
        }
        Ok(())
    }

    /// The rows of the dictionary values that `which` accepts among those that begin with `prefix`.
    fn union(
        &self,
        name: SectionName,
        prefix: &[u8],
        mut which: impl FnMut(&[u8]) -> bool,
    ) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let sets = index.sets()?;
        let mut union = Union::default();
        self.walk(name, prefix, |value, set| {
            if !value.starts_with(prefix) {
                return Ok(false);
            }
            if which(value) {
                union.add(&sets, set).ok_or_else(|| index.damaged(Kind::Sets.alone()))?;
            }
            Ok(true)
        })?;
        Ok(union.finish())
    }

    fn in_dictionary(&self, field: Field, value: &[u8]) -> Result<Option<RoaringBitmap>, L::Error> {
        self.lookup(Kind::Dictionary.of_field(field), value)
    }

    pub(super) fn lookup(&self, name: SectionName, key: &[u8]) -> Result<Option<RoaringBitmap>, L::Error> {
        let index = self.index();
        let found = index.dictionary(name)?.find(key).ok_or_else(|| index.damaged(name))?;
        found.map(|set| self.read_set(set)).transpose()
    }

    fn dictionary_prefix(&self, field: Field, prefix: &[u8]) -> Result<RoaringBitmap, L::Error> {
        self.union(Kind::Dictionary.of_field(field), prefix, |_| true)
    }

    fn in_pairs(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let name = Kind::Pairs.of_field(field);
        let Some(pairs) = index.pairs(name)? else { return Ok(RoaringBitmap::new()) };
        let mut candidates = RoaringBitmap::new();
        let found = pairs.candidates(hash(value, index.seed()), |row| {
            candidates.insert(row);
        });
        found.ok_or_else(|| index.damaged(name))?;
        self.confirm_equal(field, &candidates, value)
    }

    fn id_equal(&self, id: &[u8]) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let damaged = || index.damaged(Kind::Ids.alone());
        let Some(ids) = index.ids()? else { return Ok(RoaringBitmap::new()) };
        let leaves = ids.candidates(id, hash(id, index.seed())).ok_or_else(damaged)?;
        let first = index.first_leaf();
        let rows = leaves.into_iter().map(|leaf| index.row_of_leaf(first + u64::from(leaf)));
        let rows = rows.collect::<Option<RoaringBitmap>>().ok_or_else(damaged)?;
        self.confirm_equal(Field::Id, &rows, id)
    }

    pub(super) fn confirm_equal(
        &self,
        field: Field,
        rows: &RoaringBitmap,
        value: &[u8],
    ) -> Result<RoaringBitmap, L::Error> {
        self.confirm(rows, &Ask::ALL, |entry| text_value(entry, field).is_some_and(|found| found.as_bytes() == value))
    }

    /// The candidates of a text's value are the rows that have all its tokens; their lines confirm.
    fn text_equal(&self, field: Field, text: Text, value: &[u8]) -> Result<RoaringBitmap, L::Error> {
        let Ok(value_text) = std::str::from_utf8(value) else { return Ok(RoaringBitmap::new()) };
        let candidates = self.rows_with_tokens_of(text, value_text)?;
        self.confirm_equal(field, &candidates, value)
    }

    fn path_equal(&self, path: &[u8]) -> Result<RoaringBitmap, L::Error> {
        let name = Kind::Dictionary.of_field(Field::HttpPath);
        let whole = self.lookup(name, &[path, &[PATH_WHOLE]].concat())?.unwrap_or_default();
        let longer = self.rows_of_heads(path)?;
        Ok(whole | self.confirm_equal(Field::HttpPath, &longer, path)?)
    }

    fn path_prefix(&self, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, L::Error> {
        let name = Kind::Dictionary.of_field(Field::HttpPath);
        // A key's last byte is no part of the path, so a path equal to the prefix is found as well.
        let known = self.union(name, prefix, |key| key.len() > prefix.len())?;
        let mut cut = self.rows_of_heads(prefix)? - &known;
        if let Some(within) = ask.within {
            cut &= within;
        }
        let begins = |path: &str| path.as_bytes().starts_with(prefix);
        Ok(known | self.confirm(&cut, ask, |entry| text_value(entry, Field::HttpPath).is_some_and(begins))?)
    }

    /// The rows whose path was cut to a head that is a proper beginning of `path`: only their lines tell how they go on.
    fn rows_of_heads(&self, path: &[u8]) -> Result<RoaringBitmap, L::Error> {
        let name = Kind::Dictionary.of_field(Field::HttpPath);
        let mut rows = RoaringBitmap::new();
        for end in 0..path.len() {
            let ends_segment = end == 0 || matches!(path.get(end - 1), Some(b'/' | b'?'));
            if let (true, Some(head)) = (ends_segment, path.get(..end)) {
                rows |= self.lookup(name, &[head, &[PATH_HEAD]].concat())?.unwrap_or_default();
            }
        }
        Ok(rows)
    }
}
