//! Private memory as long as a file, filled block by block: the one place that handles raw memory.
//!
//! Nobody else can reach it: unlike a mapped file, it does not change or end when the file on the disk does.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use memmap2::{MmapMut, MmapOptions, MmapRaw};

/// Bytes that are read and checked together: few enough that the first look-up in a block costs some microseconds, many enough
/// that the digests of all blocks are a thousandth of the file.
pub const BLOCK_BYTES: usize = 16 << 10;

/// Anonymous memory. What is not filled takes none.
pub(crate) struct OwnMemory {
    memory: MmapRaw,
    len: usize,
    /// A bit a block, set once the block is filled for good.
    filled: Box<[AtomicU64]>,
    /// Held by whoever fills.
    filling: Mutex<()>,
}

impl OwnMemory {
    /// Reserves `len` bytes. Cost: address space.
    ///
    /// # Errors
    /// What the system answers.
    pub(crate) fn new(len: usize) -> io::Result<Self> {
        let memory: MmapMut = MmapOptions::new().len(len.max(1)).no_reserve_swap().map_anon()?;
        let memory = MmapRaw::from(memory);
        // A huge page would hold a hundred blocks that nobody asked for. Kernels without huge pages refuse the call, which does
        // no harm.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::NoHugePage);
        let words = len.div_ceil(BLOCK_BYTES).div_ceil(64);
        let filled = (0..words).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { memory, len, filled, filling: Mutex::new(()) })
    }

    /// Returns whether a block is filled.
    #[inline]
    pub(crate) fn is_filled(&self, block: usize) -> bool {
        self.filled.get(block / 64).is_some_and(|word| (word.load(Ordering::Acquire) >> (block % 64)) & 1 == 1)
    }

    /// Returns the bytes of a range whose blocks are all filled.
    #[inline]
    #[allow(
        unsafe_code,
        reason = "the bytes of filled blocks cannot be lent safely; the argument stands beside the call"
    )]
    pub(crate) fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.start > range.end || range.end > self.len {
            return None;
        }
        let first = range.start / BLOCK_BYTES;
        let end = range.end.div_ceil(BLOCK_BYTES);
        if !(first..end).all(|block| self.is_filled(block)) {
            return None;
        }
        // SAFETY: the range lies within the reserved memory, which lives as long as `self`. Each block of it was written before its
        // bit was set, which was seen with `Acquire`, and no block whose bit is set is ever written again.
        Some(unsafe { std::slice::from_raw_parts(self.memory.as_ptr().add(range.start), range.end - range.start) })
    }

    /// Fills a block with `bytes`, unless it is filled already. Returns whether it was not.
    ///
    /// # Panics
    /// If `bytes` is not as long as the block.
    #[allow(
        unsafe_code,
        reason = "memory that others read beside cannot be written safely; the argument stands beside the call"
    )]
    pub(crate) fn fill(&self, block: usize, bytes: &[u8]) -> bool {
        let at = block * BLOCK_BYTES;
        assert_eq!(bytes.len(), BLOCK_BYTES.min(self.len.saturating_sub(at)), "a block is filled as a whole");
        let _one_at_a_time = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(word) = self.filled.get(block / 64).filter(|_| !self.is_filled(block)) else { return false };
        // SAFETY: the block lies within the reserved memory, as the assertion says. Nobody reads it, since its bit is not set, and
        // nobody else writes it, since that takes the lock.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.memory.as_mut_ptr().add(at), bytes.len()) };
        word.fetch_or(1 << (block % 64), Ordering::Release);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_filled_is_lent_and_a_block_is_filled_once() {
        let len = 3 * BLOCK_BYTES + 5;
        let own = OwnMemory::new(len).unwrap();
        assert_eq!(own.get(0..1), None);
        assert!(own.fill(1, &vec![1; BLOCK_BYTES]));
        assert!(!own.fill(1, &vec![9; BLOCK_BYTES]));
        assert_eq!(own.get(BLOCK_BYTES..BLOCK_BYTES + 2), Some(&[1, 1][..]));
        assert_eq!(own.get(BLOCK_BYTES - 1..BLOCK_BYTES + 1), None);
        assert!(own.fill(3, &[3; 5]) && own.fill(2, &vec![2; BLOCK_BYTES]));
        assert_eq!(own.get(3 * BLOCK_BYTES - 1..len), Some(&[2, 3, 3, 3, 3, 3][..]));
        assert_eq!(own.get(len..len + 1), None);
        assert_eq!(own.get(len..len).map(<[u8]>::len), Some(0));
    }
}
