use crate::index::bytes::{u16_at, u64_at};
use crate::index::format::{BLOCK, id_blocks, id_ms};

/// The entries' ids by leaf: ranges of milliseconds per block, 16 bits of hash per leaf.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Ids<'b> {
    rows: usize,
    /// Leaves of the first block that come before the first leaf.
    before: usize,
    ranges: &'b [u8],
    fingerprints: &'b [u8],
}

const RANGE_BYTES: usize = 16;

impl<'b> Ids<'b> {
    pub(super) fn parse(section: &'b [u8], first_leaf: u64, rows: u32) -> Option<Self> {
        let rows = rows as usize;
        let (ranges, rest) = section.split_at_checked((1 + id_blocks(first_leaf, rows)) * RANGE_BYTES)?;
        Some(Self { rows, before: first_leaf as usize % BLOCK, ranges, fingerprints: rest.get(..rows * 2)? })
    }

    /// The least and the greatest millisecond of each block, in the order of leaves.
    pub(in crate::index) fn ranges(&self) -> impl Iterator<Item = (u64, u64)> {
        let range = |bytes: &[u8]| Some((u64_at(bytes, 0)?, u64_at(bytes, 8)?));
        self.ranges.chunks_exact(RANGE_BYTES).skip(1).filter_map(range)
    }

    /// The fingerprints of all leaves, two bytes each.
    pub(in crate::index) fn fingerprints(&self) -> &'b [u8] {
        self.fingerprints
    }

    /// The leaf offsets whose id may be `id`. Cost: two comparisons if `id` is of another time. `None` is damage.
    pub(in crate::index) fn candidates(&self, id: &[u8], hash: u64) -> Option<Vec<u32>> {
        let ms = id_ms(id);
        let mut found = Vec::new();
        if !self.covers(0, ms)? {
            return Some(found);
        }
        for block in 0..self.ranges.len() / RANGE_BYTES - 1 {
            if !self.covers(1 + block, ms)? {
                continue;
            }
            let leaf = |nth: usize| (nth * BLOCK).saturating_sub(self.before);
            for leaf in leaf(block)..leaf(block + 1).min(self.rows) {
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
