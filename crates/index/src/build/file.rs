//! Puts sections together: header, sections, table.

use crate::bytes::pad;
use crate::format::{ALIGN, HEADER_BYTES, SectionName};
use crate::table::Table;

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
        let mut file = vec![0; HEADER_BYTES];
        let mut table = Table::default();
        for (name, bytes) in self.sections {
            table.add(name, crc32c::crc32c(&bytes), file.len() as u64, bytes.len() as u64);
            file.extend_from_slice(&bytes);
        }
        file[..HEADER_BYTES].copy_from_slice(&table.header(self.first_leaf, self.rows, self.seed));
        file.append(&mut table.into_bytes());
        file
    }
}
