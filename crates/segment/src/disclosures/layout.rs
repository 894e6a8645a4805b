//! Footer and block tables of a disclosure file.

use event::Kind;

use crate::file::Fields;

/// Items in a block; a look-up reads one block of about 16 KiB, and the tables take a quarter of a byte an item.
pub(super) const BLOCK_ITEMS: u32 = 64;

/// Longest block a reader accepts: 64 records of a line's whole length (256 KiB), sealed and in base64, with room.
pub(super) const BLOCK_BYTES_MAX: u32 = 64 << 20;

/// The sections, by number; 0, 1 and 2 are also the kinds of disclosure.
pub(super) const SECTIONS: usize = 5;
/// Records of these kinds come first.
pub(super) const KINDS: usize = Kind::ALL.len();
pub(super) const PERSONS: usize = 3;
pub(super) const REFERENCES: usize = 4;

/// The section of the records of a kind.
pub(super) fn section_of(kind: Kind) -> usize {
    usize::from(kind.as_byte())
}

/// Bytes of one person handle.
pub(super) const PERSON_BYTES: usize = 16;

const NAME: [u8; 8] = *b"INDLDISC";
const VERSION: u32 = 1;
pub(super) const FOOTER_BYTES: usize = 8 + 4 + 8 + 4 * SECTIONS + 4 + 4;
pub(super) const ENTRY_BYTES: usize = 8 + 4 + 4;

/// One block as its table describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) offset: u64,
    pub(super) len: u32,
    pub(super) crc: u32,
}

impl Entry {
    pub(super) fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.len.to_le_bytes());
        out.extend_from_slice(&self.crc.to_le_bytes());
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self { offset: fields.u64()?, len: fields.u32()?, crc: fields.u32()? })
    }
}

/// The last bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) first_leaf: u64,
    /// Items per section; of [`REFERENCES`], one a leaf.
    pub(super) items: [u32; SECTIONS],
    pub(super) tables_crc: u32,
}

impl Footer {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FOOTER_BYTES);
        out.extend_from_slice(&NAME);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.first_leaf.to_le_bytes());
        self.items.iter().for_each(|items| out.extend_from_slice(&items.to_le_bytes()));
        out.extend_from_slice(&self.tables_crc.to_le_bytes());
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (covered, _) = bytes.split_at_checked(FOOTER_BYTES - 4)?;
        let mut fields = Fields(bytes);
        let (name, version): ([u8; 8], u32) = (fields.array()?, fields.u32()?);
        let first_leaf = fields.u64()?;
        let mut items = [0; SECTIONS];
        for count in &mut items {
            *count = fields.u32()?;
        }
        let tables_crc = fields.u32()?;
        let crc = fields.u32()?;
        let fits = name == NAME && version == VERSION && crc == crc32c::crc32c(covered) && fields.0.is_empty();
        fits.then_some(Self { first_leaf, items, tables_crc })
    }

    /// Returns how many blocks the sections before `section` have.
    pub(super) fn blocks_before(&self, section: usize) -> u64 {
        self.items.iter().take(section).map(|items| u64::from(items.div_ceil(BLOCK_ITEMS))).sum()
    }

    /// Returns how many bytes all tables take.
    pub(super) fn tables_bytes(&self) -> u64 {
        self.blocks_before(SECTIONS) * ENTRY_BYTES as u64
    }
}
