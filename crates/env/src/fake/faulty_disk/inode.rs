//! The content of one file: what readers see, and what the disk holds.

use crate::fake::SeededRandom;
use std::collections::BTreeSet;
use std::io;

/// The unit a disk writes whole or not at all.
const BLOCK: usize = 512;

#[derive(Debug, Default, Clone)]
pub(super) struct Inode {
    cached: Vec<u8>,
    durable: Vec<u8>,
    /// Blocks whose cached content was not written to the disk yet. A block that differs from the disk but is not
    /// here was forgotten by a failed sync: readable until the next crash, never durable.
    dirty: BTreeSet<usize>,
    length_dirty: bool,
}

impl Inode {
    pub(super) fn content(&self) -> &[u8] {
        &self.cached
    }

    pub(super) fn len(&self) -> u64 {
        self.cached.len() as u64
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: u64) {
        if bytes.is_empty() {
            return;
        }
        let Ok(start) = usize::try_from(offset) else { return };
        let end = start + bytes.len();
        if end > self.cached.len() {
            self.resize(end);
        }
        if let Some(target) = self.cached.get_mut(start..end) {
            target.copy_from_slice(bytes);
        }
        self.dirty.extend(start / BLOCK..=(end - 1) / BLOCK);
    }

    pub(super) fn set_len(&mut self, len: u64) {
        self.resize(usize::try_from(len).unwrap_or(usize::MAX));
    }

    pub(super) fn sync(&mut self) {
        if self.length_dirty {
            self.durable.resize(self.cached.len(), 0);
            self.length_dirty = false;
        }
        for block in std::mem::take(&mut self.dirty) {
            self.write_back(block);
        }
    }

    /// What Linux does after a failed sync: the pages count as clean.
    pub(super) fn forget_unsynced(&mut self) {
        self.dirty.clear();
        self.length_dirty = false;
    }

    pub(super) fn crash(&mut self, random: &SeededRandom) {
        if self.length_dirty {
            let old = self.durable.len();
            let new = self.cached.len();
            let survives = match random.below(3) {
                0 => old,
                1 => new,
                // In between, at a block boundary where there is one.
                _ => {
                    let low = old.min(new);
                    let high = old.max(new);
                    (low + usize::try_from(random.below((high - low + 1) as u64)).unwrap_or(0)) / BLOCK * BLOCK
                }
            };
            self.durable.resize(survives.clamp(old.min(new), old.max(new)), 0);
        }
        for block in std::mem::take(&mut self.dirty) {
            if random.below(2) == 0 {
                self.write_back(block);
            }
        }
        self.length_dirty = false;
        self.cached.clone_from(&self.durable);
    }

    pub(super) fn flip(&mut self, byte: u64, bit: u8) -> io::Result<()> {
        let at = usize::try_from(byte).unwrap_or(usize::MAX);
        let Some(cached) = self.cached.get_mut(at) else {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter"));
        };
        *cached ^= 1 << bit;
        if let Some(durable) = self.durable.get_mut(at) {
            *durable ^= 1 << bit;
        }
        Ok(())
    }

    pub(super) fn synced(&self) -> Self {
        Self { cached: self.cached.clone(), durable: self.cached.clone(), ..Self::default() }
    }

    fn resize(&mut self, len: usize) {
        if len < self.cached.len() {
            // What lies beyond the new end must not come back when the file grows again.
            self.dirty.insert(len / BLOCK);
        }
        self.cached.resize(len, 0);
        self.length_dirty = true;
    }

    /// Writes a block to the disk, as far as the disk knows the file to be that long.
    fn write_back(&mut self, block: usize) {
        let start = block * BLOCK;
        let end = (start + BLOCK).min(self.cached.len()).min(self.durable.len());
        if let (Some(from), Some(to)) = (self.cached.get(start..end), self.durable.get_mut(start..end)) {
            to.copy_from_slice(from);
        }
    }
}
