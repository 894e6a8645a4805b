//! The entries' ids: UUIDv7s, so nearly in leaf order. Per block of leaves the range of their milliseconds, per leaf
//! 16 bits of hash.

use crate::index::format::{BLOCK, hash, id_ms};

/// Ids in leaf order.
#[derive(Default)]
pub(super) struct IdColumn {
    ms: Vec<u64>,
    fingerprints: Vec<u16>,
    /// The ids themselves, of rows that another index will take over: its hashes are other ones.
    kept: Option<Kept>,
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl IdColumn {
    /// A column that can be absorbed.
    pub(super) fn keeping() -> Self {
        Self { kept: Some(Kept::default()), ..Self::default() }
    }

    /// Makes room for more ids.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.ms.reserve(rows);
        self.fingerprints.reserve(rows);
    }

    pub(super) fn push(&mut self, id: &[u8], seed: u64) {
        self.ms.push(id_ms(id));
        self.fingerprints.push(hash(id, seed) as u16);
        if let Some(kept) = &mut self.kept {
            kept.bytes.extend_from_slice(id);
            kept.ends.push(kept.bytes.len());
        }
    }

    /// The ids in leaf order; none unless they were kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.kept.iter().flat_map(move |kept| {
            kept.ends.iter().map(move |&end| {
                let id = kept.bytes.get(start..end).unwrap_or_default();
                start = end;
                id
            })
        })
    }

    pub(super) fn section(&self) -> Vec<u8> {
        let range = |ms: &[u64]| ms.iter().fold((u64::MAX, 0), |(low, high), &ms| (ms.min(low), ms.max(high)));
        let mut section = Vec::with_capacity((1 + self.ms.len().div_ceil(BLOCK)) * 16 + self.ms.len() * 2);
        for (low, high) in std::iter::once(range(&self.ms)).chain(self.ms.chunks(BLOCK).map(range)) {
            section.extend_from_slice(&low.to_le_bytes());
            section.extend_from_slice(&high.to_le_bytes());
        }
        for fingerprint in &self.fingerprints {
            section.extend_from_slice(&fingerprint.to_le_bytes());
        }
        section
    }
}
