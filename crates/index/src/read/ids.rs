use std::ops::Range;
use std::sync::OnceLock;

use crate::LeafSet;
use crate::bytes::{Bytes, take, u64_at};
use crate::format::{ALIGN, BLOCK, id_block, id_ms};

/// The entries' ids by leaf: ranges of milliseconds per block, 16 bits of hash per leaf.
#[derive(Clone, Copy)]
pub(crate) struct Ids<'b> {
    leaves: &'b LeafSet,
    starts: &'b BlockStarts,
    ranges: Bytes<'b>,
    fingerprints: Bytes<'b>,
}

const RANGE_BYTES: usize = 16;

/// The places at which blocks begin, where leaves were removed: they are counted once. Memory: four bytes for each block.
pub(super) type BlockStarts = OnceLock<Box<[u32]>>;

impl<'b> Ids<'b> {
    pub(super) fn parse(section: Bytes<'b>, leaves: &'b LeafSet, starts: &'b BlockStarts) -> Option<Self> {
        let fingerprints_len = usize::try_from(leaves.len()).ok()?.checked_mul(2)?;
        let mut rest = section;
        let ranges = take(&mut rest, section.len().checked_sub(fingerprints_len.next_multiple_of(ALIGN))?)?;
        let ids = Self { leaves, starts, ranges, fingerprints: rest.first(fingerprints_len)? };
        // Where leaves were removed, how many blocks are left is counted when one is looked into.
        let counted = !leaves.is_whole() || ids.ranges.len() == (1 + ids.blocks_of_all()) * RANGE_BYTES;
        (counted && ids.ranges.len() >= RANGE_BYTES && ids.ranges.len().is_multiple_of(RANGE_BYTES)).then_some(ids)
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

    /// The places of the leaves whose id may be `id`. Cost: two comparisons if `id` is of another time. `None` is damage.
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
            for place in self.places(block)? {
                if self.fingerprints.u16_at(place * 2)? == hash as u16 {
                    found.push(place as u32);
                }
            }
        }
        Some(found)
    }

    /// The places of a block's leaves. `None` if there is no such block.
    fn places(&self, block: usize) -> Option<Range<usize>> {
        let rows = self.fingerprints.len() / 2;
        if self.leaves.is_whole() {
            let begin = |block: usize| (block * BLOCK).saturating_sub(self.leaves.start() as usize % BLOCK).min(rows);
            return Some(begin(block)..begin(block + 1));
        }
        let starts = self.starts.get_or_init(|| block_starts(self.leaves));
        let start = *starts.get(block)? as usize;
        Some(start..starts.get(block + 1).map_or(rows, |next| *next as usize))
    }

    fn blocks_of_all(&self) -> usize {
        let last = self.leaves.last().map_or(0, |last| id_block(last) + 1 - id_block(self.leaves.start()));
        usize::try_from(last).unwrap_or(usize::MAX)
    }
}

fn block_starts(leaves: &LeafSet) -> Box<[u32]> {
    let mut before = None;
    let places = (0..).zip(leaves.leaves(0..leaves.len()));
    let begins = places.filter_map(|(place, leaf)| {
        let block = Some(id_block(leaf));
        (std::mem::replace(&mut before, block) != block).then_some(place)
    });
    begins.collect()
}
