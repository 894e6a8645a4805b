//! Building an index: values are numbered as they come, kept as flat arrays of numbers by row, and put in order at the
//! end by counting. Nothing is allocated per row.
#![allow(clippy::indexing_slicing, reason = "every index here was made by this builder, from rows it counted itself")]

mod column;
mod file;
mod ids;
mod interner;
mod order;
mod pairs;
mod paths;
mod tokens;

use event::Entry;

use self::column::Column;
use self::file::FileWriter;
use self::ids::IdColumn;
use self::order::Order;
use super::columns::Columns;
use super::format::{FACT_PLACEHOLDER, FACT_PRESENT, INDEX_ROWS_MAX, Keeping, Kind, hash};
use super::packed::append_packed;
use super::sets::SetsWriter;
use crate::index::fold::tokens as each_token;
use crate::part::{Field, Text};

/// What the index keeps of a row beside its line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowExtra {
    /// Keyed token of the client's address, from the vault; absent where the entry has no address.
    pub address: Option<u64>,
    /// Digests of the identity disclosures behind the line's `personal`, in its order, absent ones left out.
    pub identity: Vec<[u8; 32]>,
}

/// Builds one index file in memory, row by row, in leaf order.
///
/// Cost: 3 to 5 µs a row, finishing included; about 300 bytes of memory a row for entries of 800 bytes.
pub struct IndexBuilder {
    first_leaf: u64,
    /// Unknown to whoever sends events, the same at every rebuild: from the first entry's id.
    seed: u64,
    times_us: Vec<i64>,
    fields: Vec<Column>,
    tokens: Vec<Column>,
    facts: Vec<Column>,
    ids: IdColumn,
    scratch: Columns,
}

impl IndexBuilder {
    /// Begins an index whose first row is leaf `first_leaf`.
    #[must_use]
    pub fn new(first_leaf: u64) -> Self {
        Self {
            first_leaf,
            seed: 0,
            times_us: Vec::new(),
            fields: Vec::new(),
            tokens: Vec::new(),
            facts: Vec::new(),
            ids: IdColumn::default(),
            scratch: Columns::default(),
        }
    }

    /// Adds the row of the next leaf.
    ///
    /// Panics unless `leaf` is the first leaf plus the rows pushed so far, and beyond [`INDEX_ROWS_MAX`](super::INDEX_ROWS_MAX) rows or
    /// [`INDEX_LINE_BYTES_MAX`](super::INDEX_LINE_BYTES_MAX) bytes of lines: whoever cuts segments keeps them below both.
    pub fn push(&mut self, leaf: u64, entry: &Entry<'_>, extra: &RowExtra) {
        assert_eq!(leaf, self.first_leaf + self.times_us.len() as u64, "rows of an index are consecutive leaves");
        let mut columns = std::mem::take(&mut self.scratch);
        columns.fill(entry, extra);
        self.push_columns(&columns);
        self.scratch = columns;
    }

    /// Adds a row whose columns were taken before.
    pub(crate) fn push_columns(&mut self, columns: &Columns) {
        let row = self.times_us.len();
        if row == 0 {
            self.begin(columns);
        }
        assert!(row < INDEX_ROWS_MAX as usize, "an index has at most {INDEX_ROWS_MAX} rows");
        self.times_us.push(columns.order_time_us);
        for field in Field::ALL {
            for value in columns.values(field) {
                match Keeping::of(field) {
                    Keeping::Id => self.ids.push(value, self.seed),
                    Keeping::Tokens(_) => {}
                    Keeping::Dictionary | Keeping::Pairs | Keeping::Paths => {
                        self.fields[usize::from(field.number())].add(row, value);
                    }
                }
            }
        }
        for text in Text::ALL {
            if let Some(folded) = columns.folded(text) {
                let at = usize::from(text.number());
                self.facts[at].add(row, FACT_PRESENT);
                each_token(folded, |token| self.tokens[at].add(row, token));
            }
        }
        let mut key = Vec::new();
        for (text, pointer) in columns.placeholders() {
            let facts = &mut self.facts[usize::from(text.number())];
            facts.add(row, FACT_PLACEHOLDER);
            key.clear();
            key.extend_from_slice(FACT_PLACEHOLDER);
            key.extend_from_slice(pointer);
            facts.add(row, &key);
        }
    }

    /// Returns how many rows were pushed.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.times_us.len() as u32
    }

    /// Returns the bytes of the index file. The same rows give the same bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let rows = self.times_us.len();
        let order = Order::new(&self.times_us);
        let mut file = FileWriter::new(self.first_leaf, rows as u32, self.seed);
        let mut sets = SetsWriter::default();
        order.write(&std::mem::take(&mut self.times_us), &mut file);
        file.add(Kind::Ids.alone(), self.ids.into_bytes());
        for (field, column) in Field::ALL.into_iter().zip(self.fields) {
            match Keeping::of(field) {
                Keeping::Dictionary => {
                    file.add(Kind::Dictionary.of_field(field), column.into_dictionary(&order, &mut sets));
                }
                Keeping::Pairs => pairs::write(field, column, &order, &mut sets, &mut file),
                Keeping::Paths => {
                    file.add(Kind::Dictionary.of_field(field), paths::into_dictionary(column, &order, &mut sets));
                }
                Keeping::Id | Keeping::Tokens(_) => {}
            }
        }
        for (text, (tokens, facts)) in Text::ALL.into_iter().zip(self.tokens.into_iter().zip(self.facts)) {
            tokens::write(text, tokens, &order, &mut sets, &mut file);
            file.add(Kind::TextFacts.of_text(text, 0), facts.into_dictionary(&order, &mut sets));
        }
        file.add(Kind::Sets.alone(), sets.into_bytes());
        file.finish()
    }

    fn begin(&mut self, first: &Columns) {
        self.seed = hash(first.values(Field::Id).next().unwrap_or_default(), 0);
        self.fields = Field::ALL.map(|field| Column::new(self.seed, is_multiple(field))).into();
        self.tokens = Text::ALL.map(|_| Column::new(self.seed, true)).into();
        self.facts = Text::ALL.map(|_| Column::new(self.seed, true)).into();
    }
}

/// Whether a row can have several values of the field.
fn is_multiple(field: Field) -> bool {
    matches!(field, Field::Actor | Field::Person | Field::Identity)
}

/// Appends packed numbers of any unsigned kind.
fn packed_section(values: &[i64]) -> Vec<u8> {
    let mut section = Vec::new();
    append_packed(values, &mut section);
    section
}
