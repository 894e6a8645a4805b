//! An index file written section by section: header last, since it counts them.

use std::path::{Path, PathBuf};

use env::{Disk, GatheredFile};

use super::error::IndexMergeError;
use super::spool::Spool;
use crate::bound::{self, BlockDigests};
use crate::format::{ALIGN, HEADER_BYTES, SectionName};
use crate::secret::IndexKey;
use crate::table::Table;
use proof::Digest;

/// The file in the making.
pub(super) struct IndexOutput {
    file: GatheredFile,
    path: PathBuf,
    table: Table,
    digests: BlockDigests,
}

impl IndexOutput {
    pub(super) fn create(disk: &dyn Disk, path: &Path) -> Result<Self, IndexMergeError> {
        let file = GatheredFile::create(disk, path, HEADER_BYTES as u64);
        let file = file.map_err(|source| IndexMergeError::Write { file: path.to_owned(), source })?;
        let digests = BlockDigests::behind(HEADER_BYTES);
        Ok(Self { file, path: path.to_owned(), table: Table::default(), digests })
    }

    /// Writes a section of `head` and the lists behind it; an empty one is left out.
    pub(super) fn section<'s>(
        &mut self,
        name: SectionName,
        head: &[u8],
        lists: impl IntoIterator<Item = Spool<'s>>,
    ) -> Result<(), IndexMergeError> {
        let start = self.position();
        let mut crc = crc32c::crc32c(head);
        self.append(head)?;
        for list in lists {
            list.read(|bytes| {
                crc = crc32c::crc32c_append(crc, bytes);
                self.append(bytes)
            })?;
        }
        let len = self.position() - start;
        let pad = [0; ALIGN];
        let pad = pad.get(..(len.next_multiple_of(ALIGN as u64) - len) as usize).unwrap_or_default();
        self.append(pad)?;
        if len > 0 {
            self.table.add(name, crc32c::crc32c_append(crc, pad), start, len + pad.len() as u64);
        }
        Ok(())
    }

    /// Writes table, trailer and header, and syncs the file.
    pub(super) fn finish(
        mut self,
        first_leaf: u64,
        rows: u32,
        seed: u64,
        lines: Option<(&Digest, &IndexKey)>,
    ) -> Result<(), IndexMergeError> {
        let header = self.table.header(first_leaf, rows, seed);
        let table = std::mem::take(&mut self.table).into_bytes();
        self.append(&table)?;
        if let Some((lines, key)) = lines {
            let digests = std::mem::replace(&mut self.digests, BlockDigests::behind(0)).finish(&header);
            let trailer = bound::trailer(lines, self.position(), &digests, key);
            self.append(&trailer)?;
        }
        let Self { file, path, .. } = self;
        file.finish(&header).map(drop).map_err(|source| IndexMergeError::Write { file: path, source })
    }

    fn position(&self) -> u64 {
        self.file.position()
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), IndexMergeError> {
        self.digests.push(bytes);
        let appended = self.file.append(bytes);
        appended.map_err(|source| IndexMergeError::Write { file: self.path.clone(), source })
    }
}
