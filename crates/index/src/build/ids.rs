//! The entries' ids: UUIDv7s, so nearly in leaf order. Per block of leaves the range of their milliseconds, per leaf
//! 16 bits of hash.

use crate::format::{hash, id_block, id_ms};

/// Ids in leaf order.
#[derive(Default)]
pub(super) struct IdColumn {
    blocks: Vec<IdBlock>,
    fingerprints: Vec<u16>,
}

/// The least and the greatest millisecond of a block's ids.
#[derive(Clone, Copy)]
struct IdBlock {
    number: u64,
    range: (u64, u64),
}

/// The range of no id.
const NONE: (u64, u64) = (u64::MAX, 0);

fn unite(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.min(b.0), a.1.max(b.1))
}

impl IdColumn {
    /// Makes room for more ids.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.fingerprints.reserve(rows);
    }

    /// Adds the id of a leaf behind those before.
    pub(super) fn push(&mut self, leaf: u64, id: &[u8], seed: u64) {
        let ms = id_ms(id);
        self.add(IdBlock { number: id_block(leaf), range: (ms, ms) });
        self.fingerprints.push(hash(id, seed) as u16);
    }

    /// Adds the ids of the leaves behind, hashed with the same seed.
    pub(super) fn absorb(&mut self, other: &Self) {
        other.blocks.iter().for_each(|block| self.add(*block));
        self.fingerprints.extend_from_slice(&other.fingerprints);
    }

    fn add(&mut self, block: IdBlock) {
        match self.blocks.last_mut() {
            Some(last) if last.number == block.number => last.range = unite(last.range, block.range),
            _ => self.blocks.push(block),
        }
    }

    pub(super) fn section(&self) -> Vec<u8> {
        let mut section = Vec::with_capacity((1 + self.blocks.len()) * 16 + self.fingerprints.len() * 2);
        let all = self.blocks.iter().fold(NONE, |all, block| unite(all, block.range));
        for (low, high) in std::iter::once(all).chain(self.blocks.iter().map(|block| block.range)) {
            section.extend_from_slice(&low.to_le_bytes());
            section.extend_from_slice(&high.to_le_bytes());
        }
        for fingerprint in &self.fingerprints {
            section.extend_from_slice(&fingerprint.to_le_bytes());
        }
        section
    }
}
