//! Reading a file of hashes from start to end.

use crate::OpenLedgerError;
use crate::levels::HASH_BYTES;
use env::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};

/// How much is read at once.
const CHUNK_HASHES: u64 = 4096;

/// A file of hashes, read in order. A file that does not exist has none.
pub(super) struct StoredHashes {
    path: PathBuf,
    file: Option<Box<dyn DiskFile>>,
    bytes: u64,
    count: u64,
    next: u64,
    chunk: Vec<u8>,
    chunk_at: u64,
}

impl StoredHashes {
    pub(super) fn open(disk: &dyn Disk, path: &Path) -> Result<Self, OpenLedgerError> {
        let io_error = |source| OpenLedgerError::Io { path: path.to_owned(), source };
        let (file, bytes) = match disk.open_read(path) {
            Ok(file) => {
                let bytes = file.len().map_err(io_error)?;
                (Some(file), bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, 0),
            Err(source) => return Err(io_error(source)),
        };
        let count = bytes / HASH_BYTES;
        Ok(Self { path: path.to_owned(), file, bytes, count, next: 0, chunk: Vec::new(), chunk_at: 0 })
    }

    /// How long the file is, what follows its last whole hash included.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many whole hashes the file holds.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The next hash; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<[u8; 32]>, OpenLedgerError> {
        let Some(file) = self.file.as_ref().filter(|_| self.next < self.count) else { return Ok(None) };
        if self.next >= self.chunk_at + self.chunk.len() as u64 / HASH_BYTES {
            let bytes = (self.count - self.next).min(CHUNK_HASHES) * HASH_BYTES;
            self.chunk.resize(usize::try_from(bytes).unwrap_or(usize::MAX), 0);
            file.read_exact_at(&mut self.chunk, self.next * HASH_BYTES)
                .map_err(|source| OpenLedgerError::Io { path: self.path.clone(), source })?;
            self.chunk_at = self.next;
        }
        let at = usize::try_from((self.next - self.chunk_at) * HASH_BYTES).unwrap_or(usize::MAX);
        self.next += 1;
        Ok(self.chunk.get(at..).and_then(<[u8]>::first_chunk).copied())
    }
}
