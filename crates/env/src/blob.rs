//! Blobs: what is written once, whole, under a name of its own, and never changed.
//!
//! A store holds the blobs of one kind. A folder is one ([`FolderStore`]); a bucket of an object store, or a table, is meant to be
//! another, so nothing here names a file but a draft, which is made on a disk in any case: an index is not written front to back.

mod folder;

use crate::{Disk, DiskFile, TEMPORARY_SUFFIX, list_if_there};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use folder::FolderStore;

/// Where blobs of one kind are kept.
pub trait BlobStore: Send + Sync {
    /// Puts a blob under a name that is free: it is there whole or not at all, and durable once this returns. A draft is gone then.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken; what the store answers: whether the blob is there is not known then.
    fn put_new(&self, name: &str, content: Content<'_>) -> io::Result<()>;

    /// As [`BlobStore::put_new`], in place of what the name holds: where a blob is derived and is made again, or where it is not known
    /// whether the very same blob is durable. Who has the old one open keeps it.
    ///
    /// # Errors
    /// As [`BlobStore::put_new`], never `AlreadyExists`.
    fn put_again(&self, name: &str, content: Content<'_>) -> io::Result<()>;

    /// Opens a blob.
    ///
    /// # Errors
    /// `NotFound`; what the store answers.
    fn open(&self, name: &str) -> io::Result<Box<dyn Blob>>;

    /// The names there are, sorted, those of drafts left out. A store that is not there holds none.
    ///
    /// # Errors
    /// What the store answers.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Deletes blobs, durably. Who has one open keeps it.
    ///
    /// # Errors
    /// `NotFound`; what the store answers. What was deleted before that stays deleted.
    fn delete(&self, names: &[&str]) -> io::Result<()>;

    /// Where blobs are made before they are put.
    fn drafts(&self) -> Drafts<'_>;

    /// Where a blob lies, for people.
    fn place(&self, name: &str) -> PathBuf;

    /// The same store, for whoever keeps it.
    fn share(&self) -> Arc<dyn BlobStore>;
}

/// A blob that is open for reading. Reads name their offset, so that one serves any number of threads.
pub trait Blob: Send + Sync {
    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` when the blob ends before; what the store answers.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// The length in bytes.
    ///
    /// # Errors
    /// What the store answers.
    fn len(&self) -> io::Result<u64>;

    /// Whether it has no bytes.
    ///
    /// # Errors
    /// What the store answers.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// What is put under a name.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// The file of this path, among the store's drafts, which its maker has synced.
    Draft(&'a Path),
}

/// Where blobs are made: a folder of a disk, whose files nobody takes for blobs.
#[derive(Clone, Copy)]
pub struct Drafts<'a> {
    /// The disk.
    pub disk: &'a dyn Disk,
    /// The folder. Drafts have names that end in [`crate::TEMPORARY_SUFFIX`].
    pub dir: &'a Path,
}

impl Drafts<'_> {
    /// The drafts there are, sorted; none where the folder is missing.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn list(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = list_if_there(self.disk, self.dir)?;
        files.retain(|file| is_draft(&file.to_string_lossy()));
        Ok(files)
    }

    /// Removes drafts, durably.
    ///
    /// # Errors
    /// What the disk answers; what was removed before that stays removed.
    pub fn remove(&self, drafts: &[PathBuf]) -> io::Result<()> {
        if drafts.is_empty() {
            return Ok(());
        }
        drafts.iter().try_for_each(|draft| self.disk.remove(draft))?;
        self.disk.sync_dir(self.dir)
    }
}

/// Opens a draft for reading, as the blob that it becomes is opened.
///
/// # Errors
/// As [`Disk::open_read`].
pub fn open_draft(disk: &dyn Disk, path: &Path) -> io::Result<Box<dyn Blob>> {
    Ok(Box::new(BlobFile(disk.open_read(path)?)))
}

/// A file that is only read.
struct BlobFile(Box<dyn DiskFile>);

impl Blob for BlobFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
}

fn is_draft(name: &str) -> bool {
    name.ends_with(TEMPORARY_SUFFIX)
}

/// The whole content of a blob that has at most `bytes_max` bytes: a longer one is refused before memory is taken for it.
///
/// # Errors
/// What the store answers; an error that names both lengths for a blob that is too long.
pub fn read_blob(store: &dyn BlobStore, name: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let blob = store.open(name)?;
    crate::plain::read_bounded(blob.len()?, bytes_max, |content| blob.read_exact_at(content, 0))
}
