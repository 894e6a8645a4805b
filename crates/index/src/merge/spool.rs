//! Lists whose length is known at their end only: in memory while they are short, else in temporary files.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};

use env::{Disk, DiskFile};

use super::error::IndexMergeError;

/// Bytes of a list that are held in memory.
pub const SPOOL_BYTES: usize = 1 << 20;

/// Where the temporary files go: beside the index in the making, named after it.
pub(super) struct Scratch<'a> {
    disk: &'a dyn Disk,
    beside: &'a Path,
    memory: usize,
    files: Cell<u32>,
}

impl<'a> Scratch<'a> {
    /// `memory`: bytes of each list that are held in memory.
    pub(super) fn new(disk: &'a dyn Disk, beside: &'a Path, memory: usize) -> Self {
        Self { disk, beside, memory, files: Cell::new(0) }
    }

    /// An empty list.
    pub(super) fn spool(&self) -> Spool<'_> {
        Spool { scratch: self, buffer: Vec::new(), file: None, flushed: 0 }
    }

    fn unused_path(&self) -> PathBuf {
        let number = self.files.get();
        self.files.set(number + 1);
        let mut name = self.beside.as_os_str().to_owned();
        name.push(format!(".{number}{}", env::TEMPORARY_SUFFIX));
        PathBuf::from(name)
    }
}

/// One list; its file, if it has one, is removed with it. What that misses, the next start removes.
pub(super) struct Spool<'a> {
    scratch: &'a Scratch<'a>,
    buffer: Vec<u8>,
    file: Option<(Box<dyn DiskFile>, PathBuf)>,
    /// Bytes in the file.
    flushed: u64,
}

impl Spool<'_> {
    pub(super) fn len(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), IndexMergeError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() > self.scratch.memory { self.flush() } else { Ok(()) }
    }

    /// Whether the list has these bytes at this place.
    pub(super) fn has(&self, at: u64, bytes: &[u8]) -> Result<bool, IndexMergeError> {
        let end = at + bytes.len() as u64;
        if at >= self.flushed {
            let range = (at - self.flushed) as usize..(end - self.flushed) as usize;
            return Ok(self.buffer.get(range) == Some(bytes));
        }
        let mut read = vec![0; bytes.len()];
        let (in_file, in_memory) = read.split_at_mut((self.flushed.min(end) - at) as usize);
        self.read_file(in_file, at)?;
        if let Some(behind) = self.buffer.get(..in_memory.len()) {
            in_memory.copy_from_slice(behind);
        }
        Ok(read == bytes)
    }

    /// Hands out all bytes in pieces, in order.
    pub(super) fn read(
        self,
        mut each: impl FnMut(&[u8]) -> Result<(), IndexMergeError>,
    ) -> Result<(), IndexMergeError> {
        let mut at = 0;
        let mut piece = vec![0; self.scratch.memory.clamp(1, SPOOL_BYTES)];
        while at < self.flushed {
            let len = usize::try_from(self.flushed - at).map_or(piece.len(), |left| left.min(piece.len()));
            let piece = piece.get_mut(..len).unwrap_or_default();
            self.read_file(piece, at)?;
            each(piece)?;
            at += len as u64;
        }
        each(&self.buffer)
    }

    fn flush(&mut self) -> Result<(), IndexMergeError> {
        let (file, path) = match &mut self.file {
            Some(file) => file,
            None => {
                let path = self.scratch.unused_path();
                let created = self.scratch.disk.create_new(&path);
                self.file.insert((created.map_err(|source| failed(&path, source))?, path))
            }
        };
        file.write_all_at(&self.buffer, self.flushed).map_err(|source| failed(path, source))?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn read_file(&self, into: &mut [u8], at: u64) -> Result<(), IndexMergeError> {
        let Some((file, path)) = &self.file else { return Ok(()) };
        file.read_exact_at(into, at).map_err(|source| failed(path, source))
    }
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        if let Some((_, path)) = &self.file {
            // Nothing depends on it being gone.
            let _ = self.scratch.disk.remove(path);
        }
    }
}

fn failed(path: &Path, source: io::Error) -> IndexMergeError {
    IndexMergeError::Write { file: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_in_memory_and_in_a_file_and_leaves_nothing() {
        let disk = env::fake::FaultyDisk::new();
        let dir = Path::new("/segments");
        disk.create_dir_all(dir).unwrap();
        let bytes: Vec<u8> = (0..=255).collect();
        for memory in [0, 1, 7, 100, 1000] {
            let scratch = Scratch::new(&disk, Path::new("/segments/index"), memory);
            let mut spool = scratch.spool();
            bytes.chunks(3).for_each(|piece| spool.append(piece).unwrap());
            assert_eq!(spool.len(), 256);
            for (at, len) in [(0, 256), (90, 120), (250, 6), (0, 0)] {
                let piece = &bytes[at..at + len];
                assert!(spool.has(at as u64, piece).unwrap());
                assert!(len == 0 || !spool.has(at as u64, &vec![7; len]).unwrap());
            }
            assert_eq!(disk.list(dir).unwrap().is_empty(), memory >= 256);
            let mut read = Vec::new();
            let take = |piece: &[u8]| {
                read.extend_from_slice(piece);
                Ok(())
            };
            spool.read(take).unwrap();
            assert_eq!(read, bytes);
            assert_eq!(disk.list(dir).unwrap(), Vec::<PathBuf>::new());
        }
    }
}
