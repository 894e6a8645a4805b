use crate::index::bytes::{u16_at, u64_at};
use crate::index::format::{BLOCK, id_ms};

/// The entries' ids by leaf: ranges of milliseconds per block, 16 bits of hash per leaf.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Ids<'b> {
    rows: usize,
    ranges: &'b [u8],
    fingerprints: &'b [u8],
}

const RANGE_BYTES: usize = 16;

impl<'b> Ids<'b> {
    pub(super) fn parse(section: &'b [u8], rows: u32) -> Option<Self> {
        let rows = rows as usize;
        let (ranges, rest) = section.split_at_checked((1 + rows.div_ceil(BLOCK)) * RANGE_BYTES)?;
        Some(Self { rows, ranges, fingerprints: rest.get(..rows * 2)? })
    }

    /// The leaf offsets whose id may be `id`. Cost: two comparisons if `id` is of another time. `None` is damage.
    pub(in crate::index) fn candidates(&self, id: &[u8], hash: u64) -> Option<Vec<u32>> {
        let ms = id_ms(id);
        let mut found = Vec::new();
        if !self.covers(0, ms)? {
            return Some(found);
        }
        for block in 0..self.rows.div_ceil(BLOCK) {
            if !self.covers(1 + block, ms)? {
                continue;
            }
            for leaf in block * BLOCK..self.rows.min((block + 1) * BLOCK) {
                if u16_at(self.fingerprints, leaf * 2)? == hash as u16 {
                    found.push(leaf as u32);
                }
            }
        }
        Some(found)
    }

    fn covers(&self, range: usize, ms: u64) -> Option<bool> {
        let at = range * RANGE_BYTES;
        Some((u64_at(self.ranges, at)?..=u64_at(self.ranges, at + 8)?).contains(&ms))
    }
}
