//! An open file of the simulated disk.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::{DiskFile, TEMPORARY_SUFFIX};

use crate::disk::{Operation, SimDisk};
use crate::plant::Held;

pub(crate) struct SimFile {
    disk: SimDisk,
    path: PathBuf,
    file: Arc<dyn DiskFile>,
}

impl SimFile {
    pub(crate) fn new(disk: SimDisk, path: &Path, file: Box<dyn DiskFile>) -> Self {
        Self { disk, path: path.to_owned(), file: file.into() }
    }

    /// Its path now: a file that was made under a temporary name has lost that when it was renamed.
    fn path(&self) -> Cow<'_, Path> {
        match self.path.to_str().and_then(|path| path.strip_suffix(TEMPORARY_SUFFIX)) {
            Some(path) if !self.file.is_named(&self.path).unwrap_or(true) => Cow::Owned(path.into()),
            _ => Cow::Borrowed(&self.path),
        }
    }
}

impl DiskFile for SimFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.run(Operation::Write, &self.path(), offset, || self.file.write_all_at(bytes, offset))
    }
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.disk.run(Operation::Read, &self.path(), offset, || self.file.read_exact_at(bytes, offset))?;
        self.disk.flip(bytes, &self.path());
        Ok(())
    }
    fn len(&self) -> io::Result<u64> {
        self.disk.run(Operation::Look, &self.path(), 9, || self.file.len())
    }
    fn is_named(&self, path: &Path) -> io::Result<bool> {
        self.disk.run(Operation::Look, path, 10, || self.file.is_named(path))
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.run(Operation::Cut, &self.path(), len, || self.file.set_len(len))
    }
    fn sync_data(&self) -> io::Result<()> {
        if self.disk.is_taken(Operation::Sync, &self.path(), || Held::File(Arc::clone(&self.file))) {
            return Ok(());
        }
        let unheeded = self.disk.fails_unheeded(Operation::Sync, &self.path());
        let synced = self.disk.run(Operation::Sync, &self.path(), 0, || self.file.sync_data());
        if unheeded { Ok(()) } else { synced }
    }
    fn sync_all(&self) -> io::Result<()> {
        self.sync_data()
    }
}
