//! An index file written section by section: header last, since it counts them.

use std::io;
use std::path::{Path, PathBuf};

use env::{Disk, DiskFile};

use super::error::IndexMergeError;
use super::spool::Spool;
use crate::bound::{self, BlockDigests};
use crate::format::{ALIGN, HEADER_BYTES, SectionName};
use crate::secret::IndexKey;
use crate::table::Table;
use proof::Digest;

/// Bytes gathered before one write.
const WRITE_BYTES: usize = 1 << 20;

/// Bytes written before they are synced, so that nobody's sync waits for hundreds of megabytes at the end.
const SYNC_BYTES: u64 = 16 << 20;

/// The file in the making.
pub(super) struct IndexOutput {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Where the buffer goes.
    flushed: u64,
    synced: u64,
    table: Table,
    digests: BlockDigests,
}

impl IndexOutput {
    pub(super) fn create(disk: &dyn Disk, path: &Path) -> Result<Self, IndexMergeError> {
        let file = disk.create_new(path);
        let file = file.map_err(|source| IndexMergeError::Write { file: path.to_owned(), source })?;
        let path = path.to_owned();
        let buffer = Vec::new();
        let flushed = HEADER_BYTES as u64;
        let digests = BlockDigests::behind(HEADER_BYTES);
        Ok(Self { file, path, buffer, flushed, synced: 0, table: Table::default(), digests })
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
        self.flush()?;
        let written = self.file.write_all_at(&header, 0).and_then(|()| self.file.sync_all());
        written.map_err(|source| self.failed(source))
    }

    fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), IndexMergeError> {
        self.digests.push(bytes);
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), IndexMergeError> {
        self.file.write_all_at(&self.buffer, self.flushed).map_err(|source| self.failed(source))?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        if self.flushed - self.synced >= SYNC_BYTES {
            self.file.sync_data().map_err(|source| self.failed(source))?;
            self.synced = self.flushed;
        }
        Ok(())
    }

    fn failed(&self, source: io::Error) -> IndexMergeError {
        IndexMergeError::Write { file: self.path.clone(), source }
    }
}
