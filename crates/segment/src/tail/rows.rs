use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use index::{Ask, Columns, Counts, Field, Matcher, Needle, Text};
use roaring::RoaringBitmap;

use crate::part::{Disclosed, Part, PartError, Work};
use crate::tail::Buffer;
use crate::tail::buffer::Row;
use crate::tail::order::Order;

/// Bytes of a value, and of its count, that few exceed.
const VALUE_BYTES_USUAL: usize = 64;

/// Some of the rows of a [`Buffer`]; implements [`crate::Part`] by scanning them. Reads a line only to hand it out.
pub struct BufferRows {
    buffer: Arc<Buffer>,
    /// By their ordinals, which are places in the buffer.
    rows: Range<u32>,
    order: OnceLock<Order>,
}

impl BufferRows {
    pub(super) fn new(buffer: Arc<Buffer>, rows: Range<u32>) -> Self {
        Self { buffer, rows, order: OnceLock::new() }
    }

    fn order(&self) -> &[(i64, u32)] {
        self.order.get_or_init(|| {
            let time_us = |ordinal| self.buffer.row(ordinal).map_or(i64::MAX, |row: &Row| row.columns().order_time_us);
            if self.rows.start == 0 {
                return self.buffer.order.first(self.rows.end, time_us);
            }
            let mut order: Vec<_> = self.rows.clone().map(|ordinal| (time_us(ordinal), ordinal)).collect();
            order.sort_unstable();
            order.into()
        })
    }

    /// The columns of every row, in the order of rows.
    fn columns(&self) -> impl Iterator<Item = (u32, &Columns)> {
        let rows = self.order().iter().map(|&(_, ordinal)| self.buffer.row(ordinal));
        (0..).zip(rows).filter_map(|(number, row)| Some((number, row?.columns())))
    }

    fn scan(&self, mut matches: impl FnMut(&Columns) -> bool) -> RoaringBitmap {
        self.buffer.looked_at.fetch_add(self.rows.len() as u64, Ordering::Relaxed);
        let rows = self.columns().filter(|(_, columns)| matches(columns)).map(|(row, _)| row);
        RoaringBitmap::from_sorted_iter(rows).unwrap_or_default()
    }

    fn row(&self, row: u32) -> Result<&Row, PartError> {
        let found = self.order().get(row as usize).and_then(|&(_, ordinal)| self.buffer.row(ordinal));
        found.ok_or(PartError::NoSuchRow(u64::from(row)))
    }

    fn key(&self, row: u32) -> (i64, u32) {
        let key = self.order().get(row as usize).copied();
        key.unwrap_or_else(|| panic!("row {row} is not in this part of {} rows", self.rows.len()))
    }
}

impl Part for BufferRows {
    fn work(&self) -> Work {
        Work { rows: self.buffer.looked_at.load(Ordering::Relaxed), ..Work::default() }
    }

    fn rows(&self) -> u32 {
        self.rows.end - self.rows.start
    }

    fn first_leaf(&self) -> u64 {
        self.buffer.first_leaf() + u64::from(self.rows.start)
    }

    fn leaf(&self, row: u32) -> u64 {
        self.buffer.first_leaf() + u64::from(self.key(row).1)
    }

    fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        let ordinal = u32::try_from(leaf.checked_sub(self.buffer.first_leaf())?).ok();
        let ordinal = ordinal.filter(|ordinal| self.rows.contains(ordinal))?;
        let time_us = self.buffer.row(ordinal)?.columns().order_time_us;
        self.order().binary_search(&(time_us, ordinal)).ok().map(|row| row as u32)
    }

    fn time_us(&self, row: u32) -> i64 {
        self.key(row).0
    }

    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        let before = |limit_us| self.order().partition_point(|&(time_us, _)| time_us < limit_us) as u32;
        let from = before(from_us);
        from..before(to_us).max(from)
    }

    fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, PartError> {
        Ok(self.scan(|columns| columns.values(field).any(|found| found == value)))
    }

    /// Cost: one look at each row, however many values there are: a needle such as "e" occurs in the names of most persons.
    fn equal_any(&self, field: Field, values: &[&[u8]]) -> Result<RoaringBitmap, PartError> {
        if values.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let wanted: HashSet<&[u8]> = values.iter().copied().collect();
        Ok(self.scan(|columns| columns.values(field).any(|found| wanted.contains(found))))
    }

    fn prefix(&self, field: Field, prefix: &[u8], _ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        Ok(self.scan(|columns| columns.values(field).any(|found| found.starts_with(prefix))))
    }

    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError> {
        let mut values: BTreeMap<&[u8], RoaringBitmap> = BTreeMap::new();
        let asked = |row| ask.within.is_none_or(|within| within.contains(row));
        for (row, columns) in self.columns().filter(|(row, _)| asked(*row)) {
            for value in columns.values(field) {
                values.entry(value).or_default().insert(row);
            }
        }
        for (value, rows) in values {
            if !each(value, rows) {
                break;
            }
        }
        Ok(())
    }

    fn values_beginning(
        &self,
        field: Field,
        prefix: &[u8],
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], u64) -> bool,
    ) -> Result<(), PartError> {
        let mut counts: BTreeMap<&[u8], u64> = BTreeMap::new();
        let asked = |row| ask.within.is_none_or(|within| within.contains(row));
        for (_, columns) in self.columns().filter(|(row, _)| asked(*row)) {
            for value in columns.values(field).filter(|value| value.starts_with(prefix)) {
                *counts.entry(value).or_default() += 1;
            }
        }
        for (value, count) in counts {
            if !each(value, count) {
                break;
            }
        }
        Ok(())
    }

    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError> {
        let mut counts: BTreeMap<&[u8], u64> = BTreeMap::new();
        let asked = |row| range.contains(&row) && ask.within.is_none_or(|within| within.contains(row));
        for (_, columns) in self.columns().filter(|(row, _)| asked(*row)) {
            for value in columns.values(field) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut sorted = Counts::default();
        counts.into_iter().try_for_each(|(value, count)| sorted.push(value, count, ask.bytes_max))?;
        Ok(sorted)
    }

    /// A buffer's rows are few, so that nobody need wait for room for their values.
    fn counts_bytes_max(&self, _field: Field) -> usize {
        self.rows.len() * VALUE_BYTES_USUAL
    }

    fn text_contains(&self, text: Text, needle: &Needle, _ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        let matcher = Matcher::new(needle);
        Ok(self.scan(|columns| {
            let bytes = if matcher.folds() { columns.folded(text) } else { columns.literal(text) };
            bytes.is_some_and(|bytes| matcher.matches_as_is(bytes))
        }))
    }

    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError> {
        let asked =
            |(known, found): (Text, &[u8])| known == text && (pointer.is_empty() || found == pointer.as_bytes());
        Ok(self.scan(|columns| columns.placeholders().any(asked)))
    }

    fn line(&self, row: u32) -> Result<Vec<u8>, PartError> {
        self.buffer.source().line(self.row(row)?.at())
    }

    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError> {
        let places = rows.iter().map(|&row| Ok(self.row(row)?.at())).collect::<Result<Vec<_>, PartError>>()?;
        self.buffer.source().lines(&places, &mut |nth, line| {
            if let Some(&row) = rows.get(nth) {
                each(row, line);
            }
        })
    }

    fn disclosures(&self, row: u32) -> Result<Disclosed, PartError> {
        self.buffer.source().disclosures(self.row(row)?.at())
    }
}
