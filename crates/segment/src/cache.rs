//! A memory-bounded cache of decompressed frames, checked blocks and codes of fields, shared by all open segments.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use index::{CODES_BYTES_MAX, INDEX_BYTES_MAX, IndexKey, IndexMemory, KeptCodes, Lru};

use crate::held::{Held, LeafDigests};

/// A run of bytes cut into items: the lines of a frame, or the records of a block.
#[derive(Default)]
pub(crate) struct Block {
    /// All the bytes.
    pub(crate) bytes: Vec<u8>,
    /// Begin and end of each item in `bytes`.
    pub(crate) spans: Vec<(u32, u32)>,
    /// For a frame: which of its lines were found to be those in the tree.
    pub(crate) held: Held,
}

impl Block {
    /// Returns item `at`, if there is one.
    pub(crate) fn item(&self, at: usize) -> Option<&[u8]> {
        let &(begin, end) = self.spans.get(at)?;
        self.bytes.get(begin as usize..end as usize)
    }

    fn weight(&self) -> usize {
        self.bytes.capacity() + self.spans.capacity() * (8 + Held::LINE_BYTES) + 64
    }
}

/// Names a block of an open file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BlockKey {
    pub(crate) file: u64,
    pub(crate) section: u8,
    pub(crate) block: u64,
}

/// Keeps the blocks used last, up to a number of bytes, and beside them [`CODES_BYTES_MAX`] of codes and [`INDEX_BYTES_MAX`] of indexes. One per process; share it
/// among all segments.
pub struct BlockCache {
    files: AtomicU64,
    /// Owned by whoever holds the lock; never held while reading or decompressing.
    kept: Mutex<Lru<BlockKey, Arc<Block>>>,
    codes: KeptCodes,
    indexes: IndexMemory,
    /// The tree that lines of opened segments are compared with.
    tree: Option<Arc<dyn LeafDigests>>,
    /// The key that index files of opened segments must be authenticated under.
    index_key: IndexKey,
}

impl BlockCache {
    /// Makes an empty cache that keeps at most `bytes_max` bytes. A block larger than that is never kept. Index files are read
    /// under the default key, so this is for callers that read none.
    #[must_use]
    pub fn new(bytes_max: usize) -> Arc<Self> {
        Self::keyed(bytes_max, IndexKey::default())
    }

    /// As [`Self::new`], for segments whose index files were made under this key.
    #[must_use]
    pub fn keyed(bytes_max: usize, index_key: IndexKey) -> Arc<Self> {
        Arc::new(Self::with(bytes_max, None, index_key))
    }

    /// As [`Self::keyed`], for callers that show lines: each line is compared with `tree` before a segment hands it out.
    #[must_use]
    pub fn held_against(bytes_max: usize, tree: Arc<dyn LeafDigests>, index_key: IndexKey) -> Arc<Self> {
        Arc::new(Self::with(bytes_max, Some(tree), index_key))
    }

    fn with(bytes_max: usize, tree: Option<Arc<dyn LeafDigests>>, index_key: IndexKey) -> Self {
        Self {
            files: AtomicU64::new(0),
            kept: Mutex::new(Lru::new(bytes_max)),
            codes: KeptCodes::new(CODES_BYTES_MAX),
            indexes: IndexMemory::new(INDEX_BYTES_MAX),
            tree,
            index_key,
        }
    }

    /// What lines are held against, if anything.
    pub(crate) fn tree(&self) -> Option<&dyn LeafDigests> {
        self.tree.as_deref()
    }

    /// What index files are authenticated under.
    pub(crate) fn index_key(&self) -> &IndexKey {
        &self.index_key
    }

    /// Returns a number for a newly opened file that no other file of this cache has.
    pub(crate) fn register(&self) -> u64 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the block under `key`, making it with `read` if it is not kept.
    /// Two callers may make the same block at the same time; both get a right one.
    pub(crate) fn get<E>(&self, key: BlockKey, read: impl FnOnce() -> Result<Block, E>) -> Result<Arc<Block>, E> {
        if let Some(block) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(block);
        }
        let block = Arc::new(read()?);
        let weight = block.weight();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(key, Arc::clone(&block), weight);
        Ok(block)
    }

    /// The codes of parts, kept under the number of each part's file of lines.
    pub(crate) fn codes(&self) -> &KeptCodes {
        &self.codes
    }

    /// What the indexes of parts have in memory.
    pub(crate) fn indexes(&self) -> &IndexMemory {
        &self.indexes
    }

    /// Drops every block: what is asked for from now on is read from the disk.
    pub fn drop_blocks(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|_| false);
    }

    /// Drops every block and all codes of `file`, whose segment is closed.
    pub(crate) fn forget(&self, file: u64) {
        self.codes.forget(file);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|key| key.file != file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_made_once_and_forgotten_with_its_file() {
        let cache = BlockCache::new(100_000);
        let key = BlockKey { file: 0, section: 0, block: 7 };
        let block = || Ok::<_, ()>(Block { bytes: vec![0; 10], ..Block::default() });
        cache.get(key, block).unwrap();
        cache.get(key, || Err("made again")).unwrap();
        cache.forget(1);
        cache.get(key, || Err("made again")).unwrap();
        cache.forget(0);
        cache.get(key, || Err("made again")).map(drop).unwrap_err();
    }
}
