//! A memory-bounded cache of decompressed frames and checked blocks, shared by all open segments.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A run of bytes cut into items: the lines of a frame, or the records of a block.
pub(crate) struct Block {
    /// All the bytes.
    pub(crate) bytes: Vec<u8>,
    /// Begin and end of each item in `bytes`.
    pub(crate) spans: Vec<(u32, u32)>,
}

impl Block {
    /// Returns item `at`, if there is one.
    pub(crate) fn item(&self, at: usize) -> Option<&[u8]> {
        let &(begin, end) = self.spans.get(at)?;
        self.bytes.get(begin as usize..end as usize)
    }

    fn weight(&self) -> usize {
        self.bytes.capacity() + self.spans.capacity() * 8 + 64
    }
}

/// Which block of which open file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BlockKey {
    pub(crate) file: u64,
    pub(crate) section: u8,
    pub(crate) block: u64,
}

/// Keeps the blocks used last, up to a number of bytes. One per process; share it among all segments.
pub struct BlockCache {
    bytes_max: usize,
    files: AtomicU64,
    /// Owned by whoever holds the lock; never held while reading or decompressing.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    blocks: HashMap<BlockKey, (Arc<Block>, u64)>,
    bytes: usize,
    /// Counts uses; the block with the lowest stamp was used longest ago.
    clock: u64,
}

impl BlockCache {
    /// Makes an empty cache that keeps at most `bytes_max` bytes. A block larger than that is never kept.
    #[must_use]
    pub fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { bytes_max, files: AtomicU64::new(0), kept: Mutex::default() })
    }

    /// Returns a number for a newly opened file that no other file of this cache has.
    pub(crate) fn register(&self) -> u64 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the block under `key`, making it with `read` if it is not kept.
    /// Two callers may make the same block at the same time; both get a right one.
    pub(crate) fn get<E>(&self, key: BlockKey, read: impl FnOnce() -> Result<Block, E>) -> Result<Arc<Block>, E> {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.clock += 1;
            let now = kept.clock;
            if let Some((block, used)) = kept.blocks.get_mut(&key) {
                *used = now;
                return Ok(Arc::clone(block));
            }
        }
        let block = Arc::new(read()?);
        let weight = block.weight();
        if weight <= self.bytes_max {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let now = kept.clock;
            if let Some((old, _)) = kept.blocks.insert(key, (Arc::clone(&block), now)) {
                kept.bytes -= old.weight();
            }
            kept.bytes += weight;
            if kept.bytes > self.bytes_max {
                kept.shrink(self.bytes_max);
            }
        }
        Ok(block)
    }

    /// Drops every block of `file`, whose segment is closed.
    pub(crate) fn forget(&self, file: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.blocks.retain(|key, _| key.file != file);
        kept.bytes = kept.blocks.values().map(|(block, _)| block.weight()).sum();
    }
}

impl Kept {
    /// Drops what was used longest ago until an eighth of the room is free, so that the sort is paid for rarely.
    fn shrink(&mut self, bytes_max: usize) {
        let mut by_age: Vec<(u64, BlockKey)> = self.blocks.iter().map(|(key, (_, used))| (*used, *key)).collect();
        by_age.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_age {
            if self.bytes <= bytes_max - bytes_max / 8 {
                break;
            }
            if let Some((block, _)) = self.blocks.remove(&key) {
                self.bytes -= block.weight();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(block: u64) -> BlockKey {
        BlockKey { file: 0, section: 0, block }
    }

    fn block(size: usize) -> Result<Block, ()> {
        Ok(Block { bytes: vec![0; size], spans: Vec::new() })
    }

    #[test]
    fn the_cache_stays_within_its_bytes_and_keeps_what_is_used() {
        let cache = BlockCache::new(100_000);
        for round in 0..100 {
            cache.get(key(round), || block(10_000)).unwrap();
            cache.get(key(0), || block(10_000)).unwrap();
            assert!(cache.kept.lock().unwrap().bytes <= 100_000);
        }
        assert!(cache.kept.lock().unwrap().blocks.contains_key(&key(0)));
        cache.get(key(1000), || block(200_000)).unwrap();
        assert!(!cache.kept.lock().unwrap().blocks.contains_key(&key(1000)));
        cache.forget(0);
        assert_eq!(cache.kept.lock().unwrap().bytes, 0);
    }
}
