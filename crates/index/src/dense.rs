//! Sets of many rows that come in no order: a bit for each row of the part, so that nothing needs sorting, and memory does not
//! grow with what is in.

use roaring::RoaringBitmap;

/// A bit for each row of a part: an eighth of a byte, whatever is in.
pub(super) struct Dense(Vec<u8>);

impl Dense {
    /// An empty set for a part with this many rows.
    pub(super) fn new(rows: u32) -> Self {
        Self(vec![0; (rows as usize).div_ceil(8)])
    }

    /// Adds a row; one beyond the part is no row, and left out.
    #[inline]
    pub(super) fn insert(&mut self, row: u32) {
        if let Some(byte) = self.0.get_mut(row as usize / 8) {
            *byte |= 1 << (row % 8);
        }
    }

    pub(super) fn finish(&self) -> RoaringBitmap {
        RoaringBitmap::from_lsb0_bytes(0, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_put_in() {
        let rows: Vec<u32> = (0..200_000).filter(|row| row % 3 == 0 || (70_000..140_000).contains(row)).collect();
        let mut dense = Dense::new(200_001);
        rows.iter().rev().for_each(|row| dense.insert(*row));
        assert!(dense.finish().iter().eq(rows));
    }
}
