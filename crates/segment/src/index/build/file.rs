//! Puts sections together: header, table, sections, checksums.

use crate::index::bytes::pad;
use crate::index::fold::FOLD_VERSION;
use crate::index::format::{ALIGN, HEADER_BYTES, HEADER_CRC_AT, MAGIC, SectionName, TABLE_ENTRY_BYTES, VERSION};

/// The file in the making.
pub(super) struct FileWriter {
    first_leaf: u64,
    rows: u32,
    seed: u64,
    sections: Vec<(SectionName, Vec<u8>)>,
}

impl FileWriter {
    pub(super) fn new(first_leaf: u64, rows: u32, seed: u64) -> Self {
        Self { first_leaf, rows, seed, sections: Vec::new() }
    }

    /// Adds a section; an empty one is left out.
    pub(super) fn add(&mut self, name: SectionName, mut bytes: Vec<u8>) {
        if !bytes.is_empty() {
            pad(&mut bytes, ALIGN);
            self.sections.push((name, bytes));
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut offset = HEADER_BYTES + self.sections.len() * TABLE_ENTRY_BYTES;
        let mut table = Vec::new();
        for (name, bytes) in &self.sections {
            table.extend_from_slice(&[name.kind as u8, name.number, name.class, 0]);
            table.extend_from_slice(&crc32c::crc32c(bytes).to_le_bytes());
            table.extend_from_slice(&(offset as u64).to_le_bytes());
            table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            offset += bytes.len();
        }
        let mut file = Vec::with_capacity(offset);
        file.extend_from_slice(&MAGIC);
        file.extend_from_slice(&VERSION.to_le_bytes());
        file.extend_from_slice(&(self.sections.len() as u32).to_le_bytes());
        file.extend_from_slice(&self.first_leaf.to_le_bytes());
        file.extend_from_slice(&self.rows.to_le_bytes());
        file.extend_from_slice(&FOLD_VERSION.to_le_bytes());
        file.extend_from_slice(&self.seed.to_le_bytes());
        debug_assert_eq!(file.len(), HEADER_CRC_AT);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&file), &table);
        file.extend_from_slice(&crc.to_le_bytes());
        file.extend_from_slice(&[0; HEADER_BYTES - HEADER_CRC_AT - 4]);
        file.append(&mut table);
        for (_, mut bytes) in self.sections {
            file.append(&mut bytes);
        }
        file
    }
}
