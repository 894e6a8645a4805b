//! The file that an index lies in, as whoever keeps it gives it.

use std::path::Path;

use crate::error::FileError;

/// A file that begins with an index, read at places.
pub trait IndexSource: Send + Sync {
    /// Reads exactly `len` bytes from byte `offset` on.
    ///
    /// # Errors
    /// [`FileError::Read`] if the disk fails, [`FileError::Damaged`] if the file ends before.
    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, FileError>;

    /// Returns the length of the file in bytes.
    fn bytes(&self) -> u64;

    /// Returns the path of the file, for messages.
    fn path(&self) -> &Path;
}

/// The error for bytes of `source` that are not what was written.
pub(crate) fn damaged(source: &dyn IndexSource, offset: u64, what: &'static str) -> FileError {
    FileError::Damaged { file: source.path().to_owned(), offset, what }
}
