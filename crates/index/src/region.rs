//! The bytes of an index: whole in memory, or in a file, whose blocks are read into memory of our own, and checked, when they are
//! first needed.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::FileError;
use crate::own::{BLOCK_BYTES, OwnMemory};
use crate::source::{IndexSource, damaged};

/// Blocks read at once where many lie side by side: a mebibyte.
const BLOCKS_READ: usize = 64;

/// What is kept of a block's SHA-256.
pub(crate) type BlockDigest = [u8; 16];

/// The digest of a block.
pub(crate) fn block_digest(bytes: &[u8]) -> BlockDigest {
    let whole: [u8; 32] = Sha256::digest(bytes).into();
    whole.first_chunk().copied().unwrap_or_default()
}

/// The file behind an index, and the digests of its blocks, which are in memory since the file was opened.
pub(crate) struct IndexFile {
    source: Box<dyn IndexSource>,
    len: usize,
    digests: Box<[BlockDigest]>,
    /// Bytes that all indexes have in memory; shared by those of a process.
    in_memory: Arc<AtomicUsize>,
    failures: AtomicU64,
    last: Mutex<Option<FileError>>,
}

impl IndexFile {
    /// `len`: bytes of the index, which is the beginning of the file. `digests`: of each of its blocks.
    pub(crate) fn new(
        source: Box<dyn IndexSource>,
        len: usize,
        digests: Box<[BlockDigest]>,
        in_memory: Arc<AtomicUsize>,
    ) -> Self {
        Self { source, len, digests, in_memory, failures: AtomicU64::new(0), last: Mutex::new(None) }
    }

    /// Reads consecutive blocks, and hands out each whose digest is right. `None` after a failure, which is noted.
    fn read(&self, blocks: Range<usize>, each: &mut dyn FnMut(usize, &[u8])) -> Option<()> {
        let start = blocks.start * BLOCK_BYTES;
        let end = (blocks.end * BLOCK_BYTES).min(self.len);
        let bytes = match self.source.read(start as u64, end.checked_sub(start)?) {
            Ok(bytes) => bytes,
            Err(error) => return self.failed(error),
        };
        for (block, bytes) in blocks.zip(bytes.chunks(BLOCK_BYTES)) {
            if self.digests.get(block) != Some(&block_digest(bytes)) {
                let at = (block * BLOCK_BYTES) as u64;
                return self.failed(damaged(&*self.source, at, "a block of the index is not what was written"));
            }
            each(block, bytes);
        }
        Some(())
    }

    fn failed<T>(&self, error: FileError) -> Option<T> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        self.failures.fetch_add(1, Ordering::Release);
        None
    }
}

/// The bytes of an index in memory.
pub type IndexBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Where an index's bytes are.
pub(crate) enum Region {
    /// In memory, made there.
    Whole(IndexBytes),
    /// In a file; blocks that were needed are in memory of our own.
    File(IndexBlocks),
}

/// The blocks of an index file: those that were needed are in memory, the others still in the file.
pub struct IndexBlocks {
    file: Arc<IndexFile>,
    own: OwnMemory,
    filled: AtomicUsize,
}

impl Region {
    /// The same bytes, of which nothing is in memory unless they were made there.
    ///
    /// # Errors
    /// What the system answers when memory is reserved.
    pub(crate) fn afresh(&self) -> std::io::Result<Self> {
        match self {
            Self::Whole(bytes) => Ok(Self::Whole(Arc::clone(bytes))),
            Self::File(held) => IndexBlocks::of_file(Arc::clone(&held.file)).map(Self::File),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Whole(bytes) => (**bytes).as_ref().len(),
            Self::File(held) => held.file.len,
        }
    }

    /// Whether blocks are checked as they are read, so that sections need not be.
    pub(crate) fn checks_blocks(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Bytes in memory that could be read again.
    pub(crate) fn in_memory(&self) -> usize {
        match self {
            Self::Whole(_) => 0,
            Self::File(held) => held.filled.load(Ordering::Relaxed),
        }
    }

    /// How many reads failed, also before it was made afresh.
    pub(crate) fn failures(&self) -> u64 {
        match self {
            Self::Whole(_) => 0,
            Self::File(held) => held.file.failures.load(Ordering::Acquire),
        }
    }

    /// Takes the last failure, if nobody took it yet.
    pub(crate) fn last_failure(&self) -> Option<FileError> {
        match self {
            Self::Whole(_) => None,
            Self::File(held) => held.file.last.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// The bytes of a range; `None` if it reaches beyond the end, or its blocks cannot be had, which is noted as a failure.
    /// Cost: once in memory, a look at a bit for each block.
    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        match self {
            Self::Whole(bytes) => (**bytes).as_ref().get(range),
            Self::File(held) => held.get(range),
        }
    }

    /// Hands out the bytes of a range in pieces, past what is in memory. `None` as [`Self::get`].
    pub(crate) fn stream(&self, range: Range<usize>, each: &mut dyn FnMut(&[u8])) -> Option<()> {
        let held = match self {
            Self::Whole(bytes) => return (**bytes).as_ref().get(range).map(each),
            Self::File(held) => held,
        };
        let end = range.end.min(held.file.len).div_ceil(BLOCK_BYTES);
        let mut next = range.start / BLOCK_BYTES;
        while next < end {
            let blocks = next..end.min(next + BLOCKS_READ);
            next = blocks.end;
            held.file.read(blocks, &mut |block, bytes| {
                let at = block * BLOCK_BYTES;
                let wanted = range.start.saturating_sub(at)..range.end.saturating_sub(at).min(bytes.len());
                each(bytes.get(wanted).unwrap_or_default());
            })?;
        }
        Some(())
    }
}

impl IndexBlocks {
    /// Of a file; nothing is read yet.
    ///
    /// # Errors
    /// What the system answers when memory is reserved.
    pub(crate) fn of_file(file: Arc<IndexFile>) -> std::io::Result<Self> {
        let own = OwnMemory::new(file.len)?;
        Ok(Self { file, own, filled: AtomicUsize::new(0) })
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        self.file.source.path()
    }

    #[inline]
    fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        if let Some(bytes) = self.own.get(range.clone()) {
            return Some(bytes);
        }
        if range.start > range.end || range.end > self.file.len {
            return None;
        }
        let end = range.end.div_ceil(BLOCK_BYTES);
        let mut next = range.start / BLOCK_BYTES;
        while next < end {
            if self.own.is_filled(next) {
                next += 1;
                continue;
            }
            let run = (next..end.min(next + BLOCKS_READ)).take_while(|block| !self.own.is_filled(*block)).count();
            self.file.read(next..next + run, &mut |block, bytes| {
                if self.own.fill(block, bytes) {
                    self.filled.fetch_add(bytes.len(), Ordering::Relaxed);
                    self.file.in_memory.fetch_add(bytes.len(), Ordering::Relaxed);
                }
            })?;
            next += run;
        }
        self.own.get(range)
    }
}

impl Drop for IndexBlocks {
    fn drop(&mut self) {
        self.file.in_memory.fetch_sub(self.filled.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
