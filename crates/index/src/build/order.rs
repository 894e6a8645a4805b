//! The order of rows: by (order time, leaf).

use super::file::FileWriter;
use crate::format::Kind;
use crate::packed::append_packed;

/// From row to ordinal, the place in leaf order. `None`: they are the same.
pub(super) struct Order {
    rows: usize,
    ordinals: Option<Vec<u32>>,
}

impl Order {
    pub(super) fn new(times_us: &[i64]) -> Self {
        if times_us.is_sorted() {
            return Self { rows: times_us.len(), ordinals: None };
        }
        let mut keys: Vec<(i64, u32)> =
            times_us.iter().enumerate().map(|(ordinal, &time)| (time, ordinal as u32)).collect();
        keys.sort_unstable();
        Self { rows: times_us.len(), ordinals: Some(keys.into_iter().map(|(_, ordinal)| ordinal).collect()) }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn ordinal(&self, row: usize) -> usize {
        self.ordinals.as_ref().map_or(row, |ordinals| ordinals[row] as usize)
    }

    /// From ordinal to row.
    pub(super) fn row_of_ordinal(&self) -> impl Fn(u32) -> u32 {
        let rows = self.ordinals.as_ref().map(|ordinals| inverse(ordinals));
        move |ordinal| rows.as_ref().map_or(ordinal, |rows| rows[ordinal as usize])
    }

    /// Writes the times by row, and the order where it is not that of the leaves.
    pub(super) fn write(&self, times_us: &[i64], file: &mut FileWriter) {
        let by_row: Vec<i64> = (0..times_us.len()).map(|row| times_us[self.ordinal(row)]).collect();
        file.add(Kind::Times.alone(), packed_section(&by_row));
        let Some(ordinals) = &self.ordinals else { return };
        let leaf_of_row: Vec<i64> = ordinals.iter().map(|&ordinal| i64::from(ordinal)).collect();
        file.add(Kind::LeafOfRow.alone(), packed_section(&leaf_of_row));
        let row_of_leaf: Vec<i64> = inverse(ordinals).into_iter().map(i64::from).collect();
        file.add(Kind::RowOfLeaf.alone(), packed_section(&row_of_leaf));
    }
}

fn inverse(ordinals: &[u32]) -> Vec<u32> {
    let mut rows = vec![0; ordinals.len()];
    for (row, &ordinal) in ordinals.iter().enumerate() {
        rows[ordinal as usize] = row as u32;
    }
    rows
}

/// A section of packed numbers.
fn packed_section(values: &[i64]) -> Vec<u8> {
    let mut section = Vec::new();
    append_packed(values, &mut section);
    section
}
