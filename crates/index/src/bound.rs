//! The trailer of an index file: the digests of its blocks, which lines it was made from, and a MAC that says this log made it.
//!
//! Without the digests, bytes could change between being checked and being used. Without the second, an index of another writing
//! of the same leaves would answer as if it were of these lines. Without the MAC, an index that somebody changed together with
//! all its checksums would answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use proof::Digest;

use crate::bytes::u64_at;
use crate::error::FileError;
use crate::own::BLOCK_BYTES;
use crate::region::{BlockDigest, IndexBlocks, IndexFile, block_digest};
use crate::secret::{IndexKey, IndexMac};
use crate::source::IndexSource;

const NAME: [u8; 8] = *b"INDEXOF3";
/// Where the SHA-256 of the file of lines stands behind the name.
const LINES_AT: usize = NAME.len();
/// Where the length of the index stands.
const LEN_AT: usize = LINES_AT + 32;
/// Name, SHA-256 and length. The MAC covers the digests and these.
const SAID_BYTES: usize = LEN_AT + 8;
/// Length of the MAC; the CRC-32C behind it covers everything before itself.
const MAC_BYTES: usize = size_of::<IndexMac>();
const CRC_BYTES: usize = 4;
const FOOT_BYTES: usize = SAID_BYTES + MAC_BYTES + CRC_BYTES;

/// Returns the bytes that follow an index of `bytes` bytes in its file.
pub(crate) fn trailer(lines: &Digest, bytes: u64, digests: &[BlockDigest], key: &IndexKey) -> Vec<u8> {
    let mut out = Vec::with_capacity(size_of_val(digests) + FOOT_BYTES);
    digests.iter().for_each(|digest| out.extend_from_slice(digest));
    out.extend_from_slice(&NAME);
    out.extend_from_slice(&lines.0);
    out.extend_from_slice(&bytes.to_le_bytes());
    let mac = key.mac(&out);
    out.extend_from_slice(&mac);
    let crc = crc32c::crc32c(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// Returns the bytes that follow an index, which is in memory, in its file; `lines`: SHA-256 of the file of lines that it was made
/// from. Cost: hashes the index.
#[must_use]
pub fn trailer_of(lines: &Digest, index: &[u8], key: &IndexKey) -> Vec<u8> {
    let digests: Vec<BlockDigest> = index.chunks(BLOCK_BYTES).map(block_digest).collect();
    trailer(lines, index.len() as u64, &digests, key)
}

/// What an index file says of itself.
pub struct Bound {
    /// Bytes of the index, with which the file begins.
    pub len: usize,
    digests: Box<[BlockDigest]>,
}

/// Why a file is not the index that is looked for.
#[derive(Debug)]
pub enum Unbound {
    /// The disk failed.
    Read(FileError),
    /// It is damaged, of another version, or of other lines.
    Foreign,
    /// Its checksum fits and its MAC does not. No accident does that: somebody without the log's keys wrote it.
    Forged,
}

impl Bound {
    /// Reads the trailer, and checks that the index was made from `lines` and under `key`. Without a key (`None`), who made it
    /// stays unknown. Cost: a thousandth of the file.
    ///
    /// # Errors
    /// [`Unbound`].
    pub fn read(file: &dyn IndexSource, lines: &Digest, key: Option<&IndexKey>) -> Result<Self, Unbound> {
        let foot_at = file.bytes().checked_sub(FOOT_BYTES as u64).ok_or(Unbound::Foreign)?;
        let foot = file.read(foot_at, FOOT_BYTES).map_err(Unbound::Read)?;
        if !foot.starts_with(&NAME) {
            return Err(Unbound::Foreign);
        }
        let len = u64_at(&foot, LEN_AT).and_then(|bytes| usize::try_from(bytes).ok());
        let len = len.filter(|len| *len as u64 <= foot_at).ok_or(Unbound::Foreign)?;
        let digests_len = len.div_ceil(BLOCK_BYTES) * size_of::<BlockDigest>();
        if foot_at.checked_sub(len as u64) != Some(digests_len as u64) {
            return Err(Unbound::Foreign);
        }
        let trailer = file.read(len as u64, digests_len + FOOT_BYTES).map_err(Unbound::Read)?;
        let (before, crc) = trailer.split_last_chunk::<CRC_BYTES>().ok_or(Unbound::Foreign)?;
        let (said, mac) = before.split_last_chunk::<MAC_BYTES>().ok_or(Unbound::Foreign)?;
        if crc32c::crc32c(before) != u32::from_le_bytes(*crc) {
            return Err(Unbound::Foreign);
        }
        // The MAC is checked before the lines: an index of other lines that this log made is only in the wrong place, not forged.
        if key.is_some_and(|key| !key.made(said, mac)) {
            return Err(Unbound::Forged);
        }
        if foot.get(LINES_AT..LEN_AT) != Some(&lines.0) {
            return Err(Unbound::Foreign);
        }
        let digests = said.get(..digests_len).ok_or(Unbound::Foreign)?;
        Ok(Self { len, digests: digests.as_chunks().0.into() })
    }

    /// Whether these are the bytes of the index, or of the blocks of it that begin with the `from`th.
    #[must_use]
    pub fn holds(&self, from: usize, bytes: &[u8]) -> bool {
        let digests = self.digests.get(from..).unwrap_or_default();
        let blocks = bytes.chunks(BLOCK_BYTES);
        blocks.len() <= digests.len() && blocks.zip(digests).all(|(block, digest)| block_digest(block) == *digest)
    }

    /// The blocks of the index, which are checked as they are read from `file`, the one that this was read from. `in_memory` counts
    /// the bytes that indexes have in memory.
    ///
    /// # Errors
    /// What the system answers when memory is reserved.
    pub fn blocks(self, file: Box<dyn IndexSource>, in_memory: &Arc<AtomicUsize>) -> io::Result<IndexBlocks> {
        IndexBlocks::of_file(Arc::new(IndexFile::new(file, self.len, self.digests, Arc::clone(in_memory))))
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
    /// For an index whose first `left_out` bytes are written last.
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
    use env::fake::FaultyDisk;

    use super::*;
    use crate::test_file::TestFile;

    #[test]
    fn digests_of_a_stream_are_those_of_the_whole() {
        for len in [48, 49, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES] {
            let whole: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let mut stream = BlockDigests::behind(48);
            whole[48..].chunks(1_000).for_each(|bytes| stream.push(bytes));
            let lines = Digest::of(b"lines");
            let key = IndexKey::new([7; 32]);
            let streamed = trailer(&lines, len as u64, &stream.finish(&whole[..48]), &key);
            assert_eq!(streamed, trailer_of(&lines, &whole, &key), "{len}");
        }
    }

    /// As somebody without the key writes it: the digests and the CRC made anew, the MAC as it was.
    fn repaired(bytes: &[u8], len: usize) -> Vec<u8> {
        let digests_end = len + len.div_ceil(BLOCK_BYTES) * size_of::<BlockDigest>();
        let mut trailer: Vec<u8> = bytes[..len].chunks(BLOCK_BYTES).flat_map(block_digest).collect();
        trailer.extend_from_slice(&bytes[digests_end..bytes.len() - CRC_BYTES]);
        let crc = crc32c::crc32c(&trailer);
        [&bytes[..len], &trailer, &crc.to_le_bytes()].concat()
    }

    #[test]
    fn what_somebody_without_the_key_repaired_is_forged_and_what_changed_otherwise_is_not() {
        let key = IndexKey::new([7; 32]);
        let lines = Digest::of(b"lines");
        let index: Vec<u8> = (0..2 * BLOCK_BYTES + 5).map(|n| (n % 251) as u8).collect();
        let len = index.len();
        let honest = [&index[..], &trailer_of(&lines, &index, &key)].concat();
        let read = |bytes: &[u8], key: Option<&IndexKey>| {
            Bound::read(&TestFile::written(&FaultyDisk::new(), bytes), &lines, key)
        };

        assert_eq!(repaired(&honest, len), honest);
        let bound = read(&honest, Some(&key)).unwrap();
        assert!(bound.holds(0, &index) && bound.holds(1, &index[BLOCK_BYTES..]) && !bound.holds(1, &index));
        assert!(matches!(read(&honest, Some(&IndexKey::new([8; 32]))), Err(Unbound::Forged)));
        assert!(matches!(read(&honest, Some(&IndexKey::default())), Err(Unbound::Forged)));
        read(&honest, None).unwrap();

        let foot = honest.len() - FOOT_BYTES;
        for at in [0, BLOCK_BYTES, len - 1, foot + 8, foot + 39, foot + SAID_BYTES, foot + SAID_BYTES + MAC_BYTES - 1] {
            let mut forged = honest.clone();
            forged[at] ^= 1;
            let forged = repaired(&forged, len);
            assert!(matches!(read(&forged, Some(&key)), Err(Unbound::Forged)), "byte {at}");
        }
        for at in len..honest.len() {
            let mut damaged = honest.clone();
            damaged[at] ^= 1;
            assert!(matches!(read(&damaged, Some(&key)), Err(Unbound::Foreign)), "byte {at}");
        }
        let others = [&index[..], &trailer_of(&Digest::of(b"others"), &index, &key)].concat();
        assert!(matches!(read(&others, Some(&key)), Err(Unbound::Foreign)), "made by this log");
    }
}
