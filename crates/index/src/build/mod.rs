//! Building an index: values are numbered as they come, kept as flat arrays of numbers by row, and put in order at the
//! end by counting. Nothing is allocated per row.
#![allow(clippy::indexing_slicing, reason = "every index here was made by this builder, from rows it counted itself")]

mod column;
mod file;
mod ids;
mod interner;
mod order;
mod pair_column;
mod pairs;
mod paths;
mod tokens;

use std::borrow::Borrow;

use event::Entry;

use self::column::Column;
use self::file::FileWriter;
use self::ids::IdColumn;
use self::order::Order;
use self::pair_column::PairColumn;
use super::columns::{Columns, RowExtra};
use super::format::{FACT_PLACEHOLDER, FACT_PRESENT, INDEX_ROWS_MAX, Keeping, Kind};
use super::sets::SetsWriter;
use crate::field::{Field, Text};
use crate::fold::tokens as each_token;

/// Rows added column by column: few enough that their values stay in the processor's cache from column to column.
const ROWS_AT_ONCE: usize = 256;

/// Builds one index file in memory, row by row, in leaf order.
///
/// Cost: 3 to 5 µs a row, finishing included; about 400 bytes of memory a row for entries of 800 bytes, and half as much
/// again while lists grow.
pub struct IndexBuilder {
    first_leaf: u64,
    /// Secret from those who send events, and the same in all indexes of a log, so that they can be merged.
    seed: u64,
    times_us: Vec<i64>,
    /// One for each field by its number; columns of fields that are kept otherwise stay empty.
    fields: Vec<Column>,
    /// The same, of the fields with nearly a value per row.
    pairs: Vec<PairColumn>,
    tokens: Vec<Column>,
    facts: Vec<Column>,
    ids: IdColumn,
    /// Rows that are not added yet, at most [`ROWS_AT_ONCE`], and how many of them are filled. The rest is kept to be filled
    /// again.
    pending: Vec<Columns>,
    filled: usize,
    /// How many rows room was made for, so that lists need not be copied while they grow.
    expected: usize,
}

impl IndexBuilder {
    /// Begins an index whose first row is leaf `first_leaf`. `seed` is the log's: the same for all of its indexes, and unknown
    /// to whoever sends events, who could else make values that share a hash.
    #[must_use]
    pub fn new(first_leaf: u64, seed: u64) -> Self {
        Self {
            first_leaf,
            seed,
            times_us: Vec::new(),
            fields: Vec::new(),
            pairs: Vec::new(),
            tokens: Vec::new(),
            facts: Vec::new(),
            ids: IdColumn::default(),
            pending: Vec::new(),
            filled: 0,
            expected: 0,
        }
    }

    /// Makes room for so many rows in all; more may come. Cost: memory is only taken as it is used.
    #[must_use]
    pub fn expecting(self, rows: usize) -> Self {
        Self { expected: rows, ..self }
    }

    /// Adds the row of the next leaf.
    ///
    /// Panics unless `leaf` is the first leaf plus the rows pushed so far, and beyond [`INDEX_ROWS_MAX`](super::INDEX_ROWS_MAX) rows or
    /// [`INDEX_LINE_BYTES_MAX`](super::INDEX_LINE_BYTES_MAX) bytes of lines: whoever cuts segments keeps them below both.
    pub fn push(&mut self, leaf: u64, entry: &Entry<'_>, extra: &RowExtra) {
        assert_eq!(leaf, self.next_leaf(), "rows of an index are consecutive leaves");
        if self.filled == self.pending.len() {
            self.pending.push(Columns::default());
        }
        self.pending[self.filled].fill(entry, extra);
        self.filled += 1;
        if self.filled == ROWS_AT_ONCE {
            self.add_pending();
        }
    }

    fn add_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let filled = std::mem::take(&mut self.filled);
        if filled > 0 {
            self.push_some(&pending[..filled].iter().collect::<Vec<_>>());
        }
        self.pending = pending;
    }

    /// Adds rows whose columns were taken before.
    pub fn push_rows(&mut self, rows: &[&Columns]) {
        self.add_pending();
        rows.chunks(ROWS_AT_ONCE).for_each(|rows| self.push_some(rows));
    }

    /// Adds rows column by column, so that one table of values is warm at a time.
    fn push_some(&mut self, rows: &[&Columns]) {
        let begin = self.times_us.len();
        if begin == 0 {
            self.begin();
        }
        self.times_us.extend(rows.iter().map(|row| row.order_time_us));
        self.check_rows();
        let numbered = || (begin..).zip(rows);
        for field in Field::ALL {
            match Keeping::of(field) {
                Keeping::Id => {
                    rows.iter().flat_map(|row| row.values(field)).for_each(|id| self.ids.push(id, self.seed));
                }
                Keeping::Tokens(_) => {}
                Keeping::Pairs => {
                    let column = &mut self.pairs[usize::from(field.number())];
                    for (row, columns) in numbered() {
                        columns.values(field).for_each(|value| column.add(row, value));
                    }
                }
                Keeping::Dictionary | Keeping::Paths => {
                    let column = &mut self.fields[usize::from(field.number())];
                    for (row, columns) in numbered() {
                        columns.values(field).for_each(|value| column.add(row, value));
                    }
                }
            }
        }
        for text in Text::ALL {
            let at = usize::from(text.number());
            for (row, columns) in numbered() {
                if let Some(folded) = columns.folded(text) {
                    self.facts[at].add(row, FACT_PRESENT);
                    each_token(folded, |token| self.tokens[at].add(row, token));
                }
                columns.placeholders_of(text).for_each(|pointer| {
                    self.facts[at].add(row, FACT_PLACEHOLDER);
                    self.facts[at].add(row, &[FACT_PLACEHOLDER, pointer].concat());
                });
            }
        }
    }

    /// Adds the rows of `other`, of the next leaves and the same seed. The result is as if each had been
    /// pushed. Cost: a fraction of pushing, since each distinct value of `other` is looked up once.
    pub fn absorb(&mut self, mut other: Self) {
        assert_eq!(other.first_leaf, self.next_leaf(), "rows of an index are consecutive leaves");
        assert_eq!(other.seed, self.seed, "the indexes of a log have one seed");
        self.add_pending();
        other.add_pending();
        let begin = self.times_us.len();
        if begin == 0 {
            self.begin();
        }
        self.times_us.extend_from_slice(&other.times_us);
        self.check_rows();
        self.ids.absorb(&other.ids);
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(to, from)| to.absorb(begin, from));
        let columns =
            [(&mut self.fields, &other.fields), (&mut self.tokens, &other.tokens), (&mut self.facts, &other.facts)];
        for (to, from) in columns {
            to.iter_mut().zip(from).for_each(|(to, from)| to.absorb(begin, from));
        }
    }

    /// Returns how many rows were pushed.
    #[must_use]
    pub fn rows(&self) -> u32 {
        (self.times_us.len() + self.filled) as u32
    }

    /// Returns the bytes of the index file. The same rows give the same bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.add_pending();
        let Self { first_leaf, seed, times_us, fields, pairs, tokens, facts, ids, .. } = self;
        write(first_leaf, seed, times_us, &ids, fields.into_iter().zip(pairs), tokens.into_iter().zip(facts))
    }

    /// As [`Self::finish`], keeping the rows to be absorbed by another builder.
    #[must_use]
    pub fn bytes(&mut self) -> Vec<u8> {
        self.add_pending();
        let texts = self.tokens.iter().zip(&self.facts);
        let fields = self.fields.iter().zip(&self.pairs);
        write(self.first_leaf, self.seed, self.times_us.clone(), &self.ids, fields, texts)
    }

    fn next_leaf(&self) -> u64 {
        self.first_leaf + u64::from(self.rows())
    }

    fn check_rows(&self) {
        assert!(self.times_us.len() <= INDEX_ROWS_MAX as usize, "an index has at most {INDEX_ROWS_MAX} rows");
    }

    fn begin(&mut self) {
        self.times_us.reserve(self.expected);
        self.ids.reserve(self.expected);
        let column = |multiple| Column::new(self.seed, multiple, self.expected);
        self.fields = Field::ALL.map(|field| column(is_multiple(field))).into();
        self.pairs = Field::ALL.map(|_| PairColumn::new(self.seed, self.expected)).into();
        self.tokens = Text::ALL.map(|_| column(true)).into();
        self.facts = Text::ALL.map(|_| column(true)).into();
    }
}

/// Writes the file. Columns that are handed over are freed as soon as they are written.
fn write<C: Borrow<Column>, P: Borrow<PairColumn>>(
    first_leaf: u64,
    seed: u64,
    times_us: Vec<i64>,
    ids: &IdColumn,
    fields: impl IntoIterator<Item = (C, P)>,
    texts: impl IntoIterator<Item = (C, C)>,
) -> Vec<u8> {
    let order = Order::new(&times_us);
    let mut file = FileWriter::new(first_leaf, times_us.len() as u32, seed);
    let mut sets = SetsWriter::default();
    order.write(&times_us, &mut file);
    drop(times_us);
    file.add(Kind::Ids.alone(), ids.section(first_leaf));
    for (field, (column, pairs)) in Field::ALL.into_iter().zip(fields) {
        let column: &Column = column.borrow();
        match Keeping::of(field) {
            Keeping::Dictionary => {
                file.add(Kind::Dictionary.of_field(field), column.dictionary(&order, &mut sets));
            }
            Keeping::Pairs => pairs::write(field, pairs.borrow(), &order, &mut sets, &mut file),
            Keeping::Paths => {
                file.add(Kind::Dictionary.of_field(field), paths::dictionary(column, &order, &mut sets));
            }
            Keeping::Id | Keeping::Tokens(_) => {}
        }
    }
    for (text, (tokens, facts)) in Text::ALL.into_iter().zip(texts) {
        tokens::write(text, tokens.borrow(), &order, &mut sets, &mut file);
        file.add(Kind::TextFacts.of_text(text, 0), facts.borrow().dictionary(&order, &mut sets));
    }
    file.add(Kind::Sets.alone(), sets.into_bytes());
    file.finish()
}

/// Whether a row can have several values of the field.
fn is_multiple(field: Field) -> bool {
    matches!(field, Field::Actor | Field::Person | Field::Identity)
}

#[cfg(test)]
mod tests;
