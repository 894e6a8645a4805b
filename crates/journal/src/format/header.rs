//! The first bytes of a file: whose it is, and where it starts.

use super::bytes::{array, u32_at, u64_at};
use proof::{Digest, LeafIndex};

/// Length of the file header.
pub(crate) const HEADER_BYTES: usize = 96;

const MAGIC: [u8; 8] = *b"INDELWAL";
const VERSION: u32 = 1;
/// Where the checksum of all before it stands.
const CRC_AT: usize = HEADER_BYTES - 4;

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileHeader {
    /// Counts the processes that wrote to this journal; from 1.
    pub(crate) term: u64,
    /// The leaf of the file's first line.
    pub(crate) first_leaf: LeafIndex,
    /// Random: bytes of any other file never pass for this one's.
    pub(crate) nonce: [u8; 16],
    /// SHA-256 of the origin.
    pub(crate) origin: Digest,
}

/// Why a file header cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Damaged(&'static str),
    Version(u32),
}

impl FileHeader {
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&self.term.to_le_bytes());
        bytes.extend_from_slice(&self.first_leaf.0.to_le_bytes());
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.origin.0);
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

    pub(crate) fn decode(file: &[u8]) -> Result<Self, HeaderError> {
        let short = HeaderError::Damaged("the file is shorter than its header");
        let header = file.get(..HEADER_BYTES).ok_or(short)?;
        if !header.starts_with(&MAGIC) {
            return Err(HeaderError::Damaged("the file does not begin like a journal file"));
        }
        let crc = header.get(..CRC_AT).map(crc32c::crc32c);
        if crc != u32_at(header, CRC_AT) {
            return Err(HeaderError::Damaged("the checksum of the file header does not fit"));
        }
        let version = u32_at(header, 8).ok_or(short)?;
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        let decoded = Self {
            term: u64_at(header, 16).ok_or(short)?,
            first_leaf: LeafIndex(u64_at(header, 24).ok_or(short)?),
            nonce: array(header, 32).ok_or(short)?,
            origin: Digest(array(header, 48).ok_or(short)?),
        };
        if decoded.encode() != header {
            return Err(HeaderError::Damaged("reserved bytes of the file header are not zero"));
        }
        Ok(decoded)
    }
}
