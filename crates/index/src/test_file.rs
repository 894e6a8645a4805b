//! The file of an index on a simulated disk, for tests.

use std::path::{Path, PathBuf};

use env::fake::FaultyDisk;
use env::{Disk, DiskFile};

use crate::error::FileError;
use crate::source::IndexSource;

/// Where the file lies.
pub(crate) const PATH: &str = "/segments/index";

/// A file open for reading.
pub(crate) struct TestFile {
    file: Box<dyn DiskFile>,
    path: PathBuf,
}

impl TestFile {
    /// Writes a file of these bytes, and opens it.
    pub(crate) fn written(disk: &FaultyDisk, bytes: &[u8]) -> Self {
        let path = PathBuf::from(PATH);
        disk.create_dir_all(Path::new("/segments")).unwrap();
        disk.create_new(&path).unwrap().write_all_at(bytes, 0).unwrap();
        Self { file: disk.open_read(&path).unwrap(), path }
    }
}

impl IndexSource for TestFile {
    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        let mut bytes = vec![0; len];
        let read = self.file.read_exact_at(&mut bytes, offset);
        read.map_err(|source| FileError::Read { file: self.path.clone(), offset, source })?;
        Ok(bytes)
    }

    fn bytes(&self) -> u64 {
        self.file.len().unwrap()
    }

    fn path(&self) -> &Path {
        &self.path
    }
}
