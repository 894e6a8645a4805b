//! The file header: which log the file belongs to, where it starts, and what it follows.

use super::bytes::{array, u32_at, u64_at};
use super::mac::{Mac, MacKey};
use crate::SignedTree;
use proof::{Digest, Hash, LeafIndex, TreeSize};

/// Length of the file header.
pub(crate) const HEADER_BYTES: usize = 192;

/// What a journal file begins with.
pub(crate) const MAGIC: [u8; 8] = *b"INDELWAL";
const VERSION: u32 = 2;
/// Where the checksum of all before it stands.
const CRC_AT: usize = HEADER_BYTES - 4;
/// Where version 1 had it.
const V1_CRC_AT: usize = 92;

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileHeader {
    /// Counts the processes that wrote to this journal; from 1.
    pub(crate) term: u64,
    /// Random, so that frames of another file never pass for this one's.
    pub(crate) nonce: [u8; 16],
    /// What it has in common with its copies.
    pub(crate) begun: Begun,
    /// Over [`FileHeader::begun`]; the first frame chains from it.
    pub(crate) mac: Mac,
}

/// Where a file begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    /// The leaf of the file's first line.
    pub(crate) first_leaf: LeafIndex,
    /// SHA-256 of the origin.
    pub(crate) origin: Digest,
    /// The newest checkpoint when the file was begun.
    pub(crate) checkpoint: SignedTree,
    /// The last MAC of the file before.
    pub(crate) previous_mac: Mac,
}

/// Why a file header cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Damaged(&'static str),
    Version(u32),
}

impl MacKey {
    /// What the MAC of a header must be.
    pub(crate) fn of_header(&self, header: &FileHeader) -> Mac {
        let bytes = header.encode();
        let part = |range| bytes.get(range).expect("a header holds its fields");
        self.header(&header.begun.previous_mac, &[part(0..16), part(24..32), part(48..120)])
    }
}

impl FileHeader {
    /// The header of a new file.
    pub(crate) fn new(key: &MacKey, term: u64, nonce: [u8; 16], begun: Begun) -> Self {
        let mut header = Self { term, nonce, begun, mac: super::mac::NO_MAC };
        header.mac = key.of_header(&header);
        header
    }

    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let Begun { first_leaf, origin, checkpoint, previous_mac } = &self.begun;
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&self.term.to_le_bytes());
        bytes.extend_from_slice(&first_leaf.0.to_le_bytes());
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&origin.0);
        bytes.extend_from_slice(&checkpoint.size.0.to_le_bytes());
        bytes.extend_from_slice(&checkpoint.root.0);
        bytes.extend_from_slice(previous_mac);
        bytes.extend_from_slice(&self.mac);
        bytes.resize(CRC_AT, 0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        let mut header = [0; HEADER_BYTES];
        header.copy_from_slice(&bytes);
        header
    }

    /// The checksum that the first frame repeats.
    pub(crate) fn crc(&self) -> u32 {
        crc32c::crc32c(self.encode().split_at(CRC_AT).0)
    }

    /// Reads a header; [`super::authenticate`] checks its MAC.
    pub(crate) fn decode(file: &[u8]) -> Result<Self, HeaderError> {
        let short = HeaderError::Damaged("the file is shorter than its header");
        let sealed = |at| file.get(..at).map(crc32c::crc32c).is_some_and(|crc| Some(crc) == u32_at(file, at));
        if file.starts_with(&MAGIC) && u32_at(file, 8) == Some(1) && sealed(V1_CRC_AT) {
            return Err(HeaderError::Version(1));
        }
        let header = file.get(..HEADER_BYTES).ok_or(short)?;
        if !header.starts_with(&MAGIC) {
            return Err(HeaderError::Damaged("the file does not begin like a journal file"));
        }
        if !sealed(CRC_AT) {
            return Err(HeaderError::Damaged("the checksum of the file header does not fit"));
        }
        let version = u32_at(header, 8).ok_or(short)?;
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        let begun = Begun {
            first_leaf: LeafIndex(u64_at(header, 24).ok_or(short)?),
            origin: Digest(array(header, 48).ok_or(short)?),
            checkpoint: SignedTree {
                size: TreeSize(u64_at(header, 80).ok_or(short)?),
                root: Hash(array(header, 88).ok_or(short)?),
            },
            previous_mac: array(header, 120).ok_or(short)?,
        };
        let decoded = Self {
            term: u64_at(header, 16).ok_or(short)?,
            nonce: array(header, 32).ok_or(short)?,
            begun,
            mac: array(header, 152).ok_or(short)?,
        };
        if decoded.encode() != header {
            return Err(HeaderError::Damaged("reserved bytes of the file header are not zero"));
        }
        Ok(decoded)
    }
}
