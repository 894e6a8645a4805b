//! What follows the index in its file: the digests of its blocks, and which lines it was made from.
//!
//! Without the first, bytes could change between being checked and being used; without the second, an index of another writing of
//! the same leaves, or of another log's, would answer as if it were ours.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use proof::Digest;

use crate::PartError;
use crate::file::{Fields, Source};
use crate::index::{BlockDigest, IndexFile, block_digest};
use crate::own::BLOCK_BYTES;

const NAME: [u8; 8] = *b"INDEXOF2";
/// Name, SHA-256 of the file of lines, bytes of the index, CRC-32C of these and the digests before.
const FOOT_BYTES: usize = 8 + 32 + 8 + 4;

/// Returns the bytes that follow an index of `bytes` bytes in its file.
pub(crate) fn trailer(lines: &Digest, bytes: u64, digests: &[BlockDigest]) -> Vec<u8> {
    let mut out = Vec::with_capacity(size_of_val(digests) + FOOT_BYTES);
    digests.iter().for_each(|digest| out.extend_from_slice(digest));
    out.extend_from_slice(&NAME);
    out.extend_from_slice(&lines.0);
    out.extend_from_slice(&bytes.to_le_bytes());
    let crc = crc32c::crc32c(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// As [`trailer`], of an index in memory.
pub(crate) fn trailer_of(lines: &Digest, index: &[u8]) -> Vec<u8> {
    let digests: Vec<BlockDigest> = index.chunks(BLOCK_BYTES).map(block_digest).collect();
    trailer(lines, index.len() as u64, &digests)
}

/// What an index file says of itself.
pub(crate) struct Bound {
    /// Bytes of the index, with which the file begins.
    pub(crate) len: usize,
    digests: Box<[BlockDigest]>,
}

impl Bound {
    /// Reads what follows the index. `None` if that is not what follows an index made from `lines`. Cost: a thousandth of the file.
    ///
    /// # Errors
    /// `Read` if the disk fails.
    pub(crate) fn read(file: &Source, lines: &Digest) -> Result<Option<Self>, PartError> {
        let Some(foot_at) = file.len().checked_sub(FOOT_BYTES as u64) else { return Ok(None) };
        let foot = file.read(foot_at, FOOT_BYTES)?;
        let mut fields = Fields(&foot);
        if fields.array() != Some(NAME) || fields.array() != Some(lines.0) {
            return Ok(None);
        }
        let len = fields.u64().and_then(|bytes| usize::try_from(bytes).ok()).filter(|len| *len as u64 <= foot_at);
        let Some(len) = len else { return Ok(None) };
        let digests_len = len.div_ceil(BLOCK_BYTES) * size_of::<BlockDigest>();
        if foot_at.checked_sub(len as u64) != Some(digests_len as u64) {
            return Ok(None);
        }
        let digests = file.read(len as u64, digests_len)?;
        let digests: Box<[BlockDigest]> = digests.as_chunks().0.into();
        Ok((trailer(lines, len as u64, &digests).ends_with(&foot)).then_some(Self { len, digests }))
    }

    /// The index, whose blocks are checked as they are read.
    pub(crate) fn index(self, file: Source, in_memory: &Arc<AtomicUsize>) -> IndexFile {
        IndexFile::new(file, self.len, self.digests, Arc::clone(in_memory))
    }
}

/// Digests of the blocks of an index that is written front to back, its beginning last.
pub(crate) struct BlockDigests {
    block: Vec<u8>,
    /// The first block, until its beginning is known.
    first: Vec<u8>,
    digests: Vec<BlockDigest>,
}

impl BlockDigests {
    /// Of an index whose first `left_out` bytes come last.
    pub(crate) fn behind(left_out: usize) -> Self {
        Self { block: vec![0; left_out], first: Vec::new(), digests: Vec::new() }
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK_BYTES - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK_BYTES {
                self.close();
            }
        }
    }

    /// The digests, with `beginning` in place of what was left out.
    pub(crate) fn finish(mut self, beginning: &[u8]) -> Vec<BlockDigest> {
        if !self.block.is_empty() {
            self.close();
        }
        if let Some((begin, first)) = self.first.get_mut(..beginning.len()).zip(self.digests.first_mut()) {
            begin.copy_from_slice(beginning);
            *first = block_digest(&self.first);
        }
        self.digests
    }

    fn close(&mut self) {
        self.digests.push(block_digest(&self.block));
        if self.first.is_empty() {
            self.first = std::mem::take(&mut self.block);
        }
        self.block.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_a_stream_are_those_of_the_whole() {
        for len in [48, 49, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES] {
            let whole: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let mut stream = BlockDigests::behind(48);
            whole[48..].chunks(1_000).for_each(|bytes| stream.push(bytes));
            let lines = Digest::of(b"lines");
            assert_eq!(trailer(&lines, len as u64, &stream.finish(&whole[..48])), trailer_of(&lines, &whole), "{len}");
        }
    }
}
