//! The newest checkpoint, remembered outside the data directory, so that an older copy of the directory does not pass for the
//! log.

use crate::{MarkError, Published};
use env::Disk;
use proof::note::NOTE_BYTES_MAX;
use proof::{Checkpoint, NodeSource, TreeSize, VerifierKey};
use std::io;
use std::path::{Path, PathBuf};

/// Where the mark of a log lies in the folder kept for marks: the origin with every `/` replaced by `+`, which no origin
/// contains.
#[must_use]
pub fn mark_path(folder: &Path, origin: &str) -> PathBuf {
    folder.join(origin.replace('/', "+"))
}

/// What to do about a mark that is older than a crash can leave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OlderMark {
    /// Refuse: whoever puts an older mark back may put an older log back next.
    #[default]
    Refuse,
    /// Go on, because the operator knows why.
    Accept,
}

/// What the mark says of a tree that it does not contradict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MarkState {
    /// It is the newest checkpoint, or the one before, as a crash between record and mark leaves it.
    #[default]
    Fits,
    /// There is none: an older copy of the directory would pass for the log.
    Missing,
    /// It is of an earlier checkpoint than any crash leaves.
    Older {
        /// The size it remembers.
        marked: TreeSize,
    },
}

/// A mark's file: the signed note of the highest checkpoint ever signed, nothing else.
pub(crate) struct Mark<'a> {
    pub(crate) disk: &'a dyn Disk,
    pub(crate) path: &'a Path,
}

impl Mark<'_> {
    /// The checkpoint it remembers, its signature checked; `None` when there is no mark.
    pub(crate) fn read(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, MarkError> {
        match env::read_whole(self.disk, self.path, NOTE_BYTES_MAX as u64) {
            Ok(note) => Checkpoint::open(&note, key)
                .map(Some)
                .map_err(|source| MarkError::Unreadable { path: self.path.to_owned(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io_error(source)),
        }
    }

    /// Refuses a tree of `size` leaves that is not the one remembered, or a later one of the same log. Returns the size
    /// remembered; `None` when there is no mark.
    pub(crate) fn check<S: NodeSource>(
        &self,
        key: &VerifierKey,
        size: TreeSize,
        nodes: &S,
    ) -> Result<Option<TreeSize>, MarkError> {
        let Some(marked) = self.read(key)? else { return Ok(None) };
        let path = self.path.to_owned();
        if marked.size > size {
            return Err(MarkError::OlderCopy { path, marked: marked.size, found: size });
        }
        match proof::root(marked.size, nodes) {
            Ok(root) if root == marked.root => Ok(Some(marked.size)),
            _ => Err(MarkError::OtherHistory { path, size: marked.size }),
        }
    }

    /// What a mark of `marked` leaves says of a log whose last checkpoint but one has `before` leaves.
    pub(crate) fn state(marked: Option<TreeSize>, before: TreeSize) -> MarkState {
        match marked {
            None => MarkState::Missing,
            Some(marked) if marked < before => MarkState::Older { marked },
            Some(_) => MarkState::Fits,
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
