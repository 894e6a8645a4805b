//! The entries' ids: UUIDv7s, so nearly in leaf order. Per block of leaves the range of their milliseconds, per leaf
//! 16 bits of hash.

use crate::format::{BLOCK, hash, id_blocks, id_ms};

/// Ids in leaf order.
#[derive(Default)]
pub(super) struct IdColumn {
    ms: Vec<u64>,
    fingerprints: Vec<u16>,
}

impl IdColumn {
    /// Makes room for more ids.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.ms.reserve(rows);
        self.fingerprints.reserve(rows);
    }

    pub(super) fn push(&mut self, id: &[u8], seed: u64) {
        self.ms.push(id_ms(id));
        self.fingerprints.push(hash(id, seed) as u16);
    }

    /// Adds the ids of the leaves behind, hashed with the same seed.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.ms.extend_from_slice(&other.ms);
        self.fingerprints.extend_from_slice(&other.fingerprints);
    }

    pub(super) fn section(&self, first_leaf: u64) -> Vec<u8> {
        let range = |ms: &[u64]| ms.iter().fold((u64::MAX, 0), |(low, high), &ms| (ms.min(low), ms.max(high)));
        let blocks = id_blocks(first_leaf, self.ms.len());
        let mut section = Vec::with_capacity((1 + blocks) * 16 + self.ms.len() * 2);
        let (first, others) = self.ms.split_at((BLOCK - first_leaf as usize % BLOCK).min(self.ms.len()));
        let first = (!first.is_empty()).then(|| range(first));
        for (low, high) in std::iter::once(range(&self.ms)).chain(first).chain(others.chunks(BLOCK).map(range)) {
            section.extend_from_slice(&low.to_le_bytes());
            section.extend_from_slice(&high.to_le_bytes());
        }
        for fingerprint in &self.fingerprints {
            section.extend_from_slice(&fingerprint.to_le_bytes());
        }
        section
    }
}
