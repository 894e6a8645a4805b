//! The newest checkpoint, remembered outside the data directory: an older copy of the directory does not pass for the
//! log.

use crate::{MarkError, Published};
use env::Disk;
use proof::{Checkpoint, NodeSource, TreeSize, VerifierKey};
use std::io;
use std::path::{Path, PathBuf};

/// Where the mark of a log lies in the folder kept for marks: the origin with every `/` replaced by `+`, which no origin
/// contains.
#[must_use]
pub fn mark_path(folder: &Path, origin: &str) -> PathBuf {
    folder.join(origin.replace('/', "+"))
}

/// A mark's file: the signed note of the highest checkpoint ever signed, nothing else.
pub(crate) struct Mark<'a> {
    pub(crate) disk: &'a dyn Disk,
    pub(crate) path: &'a Path,
}

impl Mark<'_> {
    /// The checkpoint it remembers, its signature checked; `None` when there is no mark.
    pub(crate) fn read(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, MarkError> {
        match self.disk.read(self.path) {
            Ok(note) => Checkpoint::open(&note, key)
                .map(Some)
                .map_err(|source| MarkError::Unreadable { path: self.path.to_owned(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io_error(source)),
        }
    }

    /// Refuses a tree of `size` leaves that is not the one remembered, or a later one of the same log.
    pub(crate) fn check<S: NodeSource>(&self, key: &VerifierKey, size: TreeSize, nodes: &S) -> Result<(), MarkError> {
        let Some(marked) = self.read(key)? else { return Ok(()) };
        let path = self.path.to_owned();
        if marked.size > size {
            return Err(MarkError::OlderCopy { path, marked: marked.size, found: size });
        }
        match proof::root(marked.size, nodes) {
            Ok(root) if root == marked.root => Ok(()),
            _ => Err(MarkError::OtherHistory { path, size: marked.size }),
        }
    }

    /// Remembers a checkpoint, durable when it returns; a crash leaves the old one or the new.
    pub(crate) fn write(&self, published: &Published) -> Result<(), MarkError> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        self.disk
            .create_dir_all(folder)
            .and_then(|()| env::replace_file(self.disk, self.path, published.note.as_bytes()))
            .map_err(|source| self.io_error(source))
    }

    fn io_error(&self, source: io::Error) -> MarkError {
        MarkError::Io { path: self.path.to_owned(), source }
    }
}
