use crate::index::bytes::{nth_u32, take, u16_at, u32_at};
use crate::index::packed::Bits;

/// (fingerprint, row) pairs in buckets.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Pairs<'b> {
    count: usize,
    rows: u32,
    bucket_bits: u32,
    starts: &'b [u8],
    fingerprints: &'b [u8],
    row_of: Bits<'b>,
}

impl<'b> Pairs<'b> {
    pub(super) fn parse(section: &'b [u8], rows: u32) -> Option<Self> {
        let &[bucket_bits, row_bits, 0, 0] = section.get(4..8)? else { return None };
        let mut rest = section.get(8..)?;
        let count = u32_at(section, 0)? as usize;
        let buckets = 1_usize.checked_shl(u32::from(bucket_bits)).filter(|_| bucket_bits < 32)?;
        let starts = take(&mut rest, buckets.checked_add(1)?.checked_mul(4)?)?;
        let fingerprints = take(&mut rest, count.checked_mul(2)?)?;
        let row_of = Bits::take(&mut rest, count, u32::from(row_bits))?;
        Some(Self { count, rows, bucket_bits: u32::from(bucket_bits), starts, fingerprints, row_of })
    }

    /// The rows whose value may be the one with this hash. `None` is damage.
    pub(in crate::index) fn candidates(&self, hash: u64) -> Option<Vec<u32>> {
        let bucket = hash.checked_shr(64 - self.bucket_bits).unwrap_or(0) as usize;
        let (start, end) = (nth_u32(self.starts, bucket)?, nth_u32(self.starts, bucket + 1)?);
        let mut rows = Vec::new();
        for at in start as usize..end as usize {
            if u16_at(self.fingerprints, at.checked_mul(2)?)? == hash as u16 {
                rows.push(self.row(at)?);
            }
        }
        Some(rows)
    }

    /// Every row that has a pair. `None` is damage.
    pub(in crate::index) fn all_rows(&self) -> Option<Vec<u32>> {
        (0..self.count).map(|at| self.row(at)).collect()
    }

    fn row(&self, at: usize) -> Option<u32> {
        u32::try_from(self.row_of.get(at)?).ok().filter(|&row| row < self.rows)
    }
}
