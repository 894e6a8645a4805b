//! The entries' ids: UUIDv7s, so nearly in leaf order. Per block of leaves the range of their milliseconds, per leaf
//! 16 bits of hash.

use crate::index::format::{BLOCK, hash, id_ms};

/// Ids in leaf order.
#[derive(Default)]
pub(super) struct IdColumn {
    blocks: Vec<(u64, u64)>,
    fingerprints: Vec<u16>,
}

impl IdColumn {
    pub(super) fn push(&mut self, id: &[u8], seed: u64) {
        let ms = id_ms(id);
        if self.fingerprints.len().is_multiple_of(BLOCK) {
            self.blocks.push((ms, ms));
        }
        if let Some((low, high)) = self.blocks.last_mut() {
            *low = ms.min(*low);
            *high = ms.max(*high);
        }
        self.fingerprints.push(hash(id, seed) as u16);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut section = Vec::with_capacity(16 + self.blocks.len() * 16 + self.fingerprints.len() * 2);
        let low = self.blocks.iter().map(|block| block.0).min().unwrap_or(u64::MAX);
        let high = self.blocks.iter().map(|block| block.1).max().unwrap_or(0);
        for (low, high) in std::iter::once((low, high)).chain(self.blocks) {
            section.extend_from_slice(&low.to_le_bytes());
            section.extend_from_slice(&high.to_le_bytes());
        }
        for fingerprint in self.fingerprints {
            section.extend_from_slice(&fingerprint.to_le_bytes());
        }
        section
    }
}
