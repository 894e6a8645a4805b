//! Header and section table, as every writer of an index puts them.

use super::fold::FOLD_VERSION;
use super::format::{HEADER_BYTES, HEADER_CRC_AT, MAGIC, SectionName, TABLE_ENTRY_BYTES, VERSION};

/// The table of the sections written so far.
#[derive(Default)]
pub(super) struct Table {
    bytes: Vec<u8>,
}

impl Table {
    /// Adds the section behind those before.
    pub(super) fn add(&mut self, name: SectionName, crc: u32, offset: u64, len: u64) {
        self.bytes.extend_from_slice(&[name.kind as u8, name.number, name.class, 0]);
        self.bytes.extend_from_slice(&crc.to_le_bytes());
        self.bytes.extend_from_slice(&offset.to_le_bytes());
        self.bytes.extend_from_slice(&len.to_le_bytes());
    }

    /// The header of a file with these sections.
    pub(super) fn header(&self, first_leaf: u64, rows: u32, seed: u64) -> [u8; HEADER_BYTES] {
        let sections = (self.bytes.len() / TABLE_ENTRY_BYTES) as u32;
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&sections.to_le_bytes());
        header.extend_from_slice(&first_leaf.to_le_bytes());
        header.extend_from_slice(&rows.to_le_bytes());
        header.extend_from_slice(&FOLD_VERSION.to_le_bytes());
        header.extend_from_slice(&seed.to_le_bytes());
        debug_assert_eq!(header.len(), HEADER_CRC_AT);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&header), &self.bytes);
        header.extend_from_slice(&crc.to_le_bytes());
        let mut fixed = [0; HEADER_BYTES];
        fixed.iter_mut().zip(header).for_each(|(to, from)| *to = from);
        fixed
    }

    /// The table's bytes, which end the file.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
