//! Where everything lies in a data directory.

use std::path::{Path, PathBuf};

/// The paths of one log.
#[derive(Debug, Clone)]
pub struct Layout {
    data: PathBuf,
    marks: PathBuf,
}

impl Layout {
    /// Of the log in `data`, whose outside mark lies in the folder `marks`.
    #[must_use]
    pub fn new(data: &Path, marks: &Path) -> Self {
        Self { data: data.to_owned(), marks: marks.to_owned() }
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Unsealed lines.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.data.join("journal")
    }

    /// Digests, hashes, checkpoints.
    #[must_use]
    pub fn tree(&self) -> PathBuf {
        self.data.join("tree")
    }

    /// Sealed lines.
    #[must_use]
    pub fn segments(&self) -> PathBuf {
        self.data.join("segments")
    }

    /// Which segments are live.
    #[must_use]
    pub fn manifests(&self) -> PathBuf {
        self.data.join("manifest")
    }

    /// Keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The key that signs checkpoints. Its presence says that the folder holds a log.
    #[must_use]
    pub fn signing_key(&self) -> PathBuf {
        self.keys().join("signing")
    }

    /// The marker that stands from before the first key of a new log until after its first checkpoint.
    #[must_use]
    pub fn creating(&self) -> PathBuf {
        self.data.join("CREATING")
    }

    /// What a repair has done, until the next start records it.
    #[must_use]
    pub fn repaired(&self) -> PathBuf {
        self.data.join("REPAIRED")
    }

    /// Files that a repair does not use.
    #[must_use]
    pub fn aside(&self) -> PathBuf {
        self.data.join("aside")
    }

    /// What creation makes in the data directory, beside the lock.
    #[must_use]
    pub(crate) fn made_by_creation(&self) -> Vec<PathBuf> {
        let database = ["", ".tmp", "-wal", "-shm"].map(|suffix| self.data.join(format!("vault.db{suffix}")));
        let folders = [self.keys(), self.tree(), self.journal(), self.segments(), self.manifests(), self.creating()];
        folders.into_iter().chain(database).collect()
    }

    /// The mark kept outside, of the log named `origin`.
    #[must_use]
    pub fn mark(&self, origin: &str) -> PathBuf {
        ledger::mark_path(&self.marks, origin)
    }
}
