//! A new file, written front to back in large pieces.

use crate::{Disk, DiskFile};
use std::io;
use std::path::Path;

/// Bytes gathered before one write: large enough that a write costs nothing beside its bytes.
const WRITE_BYTES: usize = 1 << 20;

/// After this many bytes the file is synced. Left to the end, hundreds of megabytes would go to the disk at once, and the syncs for which
/// others wait would have to wait behind them.
const SYNC_BYTES: u64 = 16 << 20;

/// A file that gathers what is appended to it. Owned by one writer. Memory: a mebibyte and the largest piece.
pub struct GatheredFile {
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    /// Bytes already given to the disk: where the buffer goes.
    flushed: u64,
    /// Bytes known to be durable.
    synced: u64,
}

impl GatheredFile {
    /// Makes the file; the first `head` bytes are left for [`Self::finish`].
    ///
    /// # Errors
    /// As [`Disk::create_new`].
    pub fn create(disk: &dyn Disk, path: &Path, head: u64) -> io::Result<Self> {
        Ok(Self { file: disk.create_new(path)?, buffer: Vec::new(), flushed: head, synced: 0 })
    }

    /// Where the next byte goes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// What the disk answers; the file is not to be written to any more (I-9).
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes what is gathered, then `head` at the beginning, and makes the file durable; returns its length.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn finish(mut self, head: &[u8]) -> io::Result<u64> {
        self.flush()?;
        if !head.is_empty() {
            self.file.write_all_at(head, 0)?;
        }
        self.file.sync_all()?;
        Ok(self.flushed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.buffer, self.flushed)?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        if self.flushed - self.synced >= SYNC_BYTES {
            self.file.sync_data()?;
            self.synced = self.flushed;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_synced_long_before_the_end() {
        let disk = crate::fake::FaultyDisk::new();
        let path = Path::new("/segments/open");
        disk.create_dir_all(Path::new("/segments")).unwrap();
        let mut output = GatheredFile::create(&disk, path, 0).unwrap();
        disk.sync_dir(Path::new("/segments")).unwrap();
        let piece = vec![0xA5; WRITE_BYTES];
        for _ in 0..SYNC_BYTES as usize / WRITE_BYTES + 1 {
            output.append(&piece).unwrap();
        }
        drop(output);
        disk.crash(1);
        let kept = disk.read(path).unwrap();
        let first = kept.get(..SYNC_BYTES as usize).unwrap();
        assert!(first.iter().all(|byte| *byte == 0xA5), "what came before the sync outlives the power");
    }
}
