use crate::bytes::{Bytes, take, u64_at};
use crate::format::{BLOCK, id_blocks, id_ms};

/// The entries' ids by leaf: ranges of milliseconds per block, 16 bits of hash per leaf.
#[derive(Clone, Copy)]
pub(crate) struct Ids<'b> {
    rows: usize,
    /// Leaves of the first block that come before the first leaf.
    before: usize,
    ranges: Bytes<'b>,
    fingerprints: Bytes<'b>,
}

const RANGE_BYTES: usize = 16;

impl<'b> Ids<'b> {
    pub(super) fn parse(section: Bytes<'b>, first_leaf: u64, rows: u32) -> Option<Self> {
        let rows = rows as usize;
        let mut rest = section;
        let ranges = take(&mut rest, (1 + id_blocks(first_leaf, rows)) * RANGE_BYTES)?;
        Some(Self { rows, before: first_leaf as usize % BLOCK, ranges, fingerprints: rest.first(rows * 2)? })
    }

    /// The least and the greatest millisecond of each block, in the order of leaves. `None` is damage.
    pub(crate) fn ranges(&self) -> Option<impl Iterator<Item = (u64, u64)> + 'b> {
        let range = |bytes: &[u8]| Some((u64_at(bytes, 0)?, u64_at(bytes, 8)?));
        Some(self.ranges.all()?.chunks_exact(RANGE_BYTES).skip(1).filter_map(range))
    }

    /// The fingerprints of all leaves, two bytes each. `None` is damage.
    pub(crate) fn fingerprints(&self) -> Option<&'b [u8]> {
        self.fingerprints.all()
    }

    /// The leaf offsets whose id may be `id`. Cost: two comparisons if `id` is of another time. `None` is damage.
    pub(crate) fn candidates(&self, id: &[u8], hash: u64) -> Option<Vec<u32>> {
        let ms = id_ms(id);
        let mut found = Vec::new();
        let covers = |range: &[u8]| Some((u64_at(range, 0)?..=u64_at(range, 8)?).contains(&ms));
        if !covers(self.ranges.get(0..RANGE_BYTES)?)? {
            return Some(found);
        }
        for (block, range) in self.ranges.all()?.chunks_exact(RANGE_BYTES).skip(1).enumerate() {
            if !covers(range)? {
                continue;
            }
            let leaf = |nth: usize| (nth * BLOCK).saturating_sub(self.before);
            for leaf in leaf(block)..leaf(block + 1).min(self.rows) {
                if self.fingerprints.u16_at(leaf * 2)? == hash as u16 {
                    found.push(leaf as u32);
                }
            }
        }
        Some(found)
    }
}
