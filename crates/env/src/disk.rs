//! The disk as an argument: what the durable parts need of a file system, and no more.

use crate::{FolderLock, Kind, Lock, LockError};
use std::io;
use std::path::{Path, PathBuf};

/// A file system.
///
/// Nothing written is safe before it was synced: contents by [`DiskFile::sync_data`] or [`DiskFile::sync_all`], names
/// (creation, renaming, removal) by [`Disk::sync_dir`] of the folder. Files are made readable by their owner alone.
///
/// Only regular files are opened: a link, pipe, socket or device that lies under the name is an error, at once.
pub trait Disk: Send + Sync {
    /// Creates an empty file for reading and writing.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken; what the file system answers.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens an existing file for reading.
    ///
    /// # Errors
    /// `NotFound`; [`crate::NotOurs`] for what is no regular file; what the file system answers.
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens an existing file for reading and writing, unless it is reached through a symbolic link, is no regular file, or has
    /// another name besides: what is written would go into somebody else's file.
    ///
    /// # Errors
    /// `NotFound`; [`crate::NotOurs`]; what the file system answers.
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// The whole content of a file, however long: of one that somebody else may have written, use [`crate::read_whole`].
    ///
    /// # Errors
    /// `NotFound`; [`crate::NotOurs`] for what is no regular file; what the file system answers.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether a file or folder has this name.
    ///
    /// # Errors
    /// What the file system answers.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// What lies under a name; a symbolic link is not followed.
    ///
    /// # Errors
    /// What the file system answers.
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        Ok(if self.exists(path)? { Kind::Plain } else { Kind::Absent })
    }

    /// The paths of the files (not folders) in a folder, sorted.
    ///
    /// # Errors
    /// `NotFound`; what the file system answers.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;

    /// The paths of all that lies in a folder, folders included, sorted.
    ///
    /// # Errors
    /// As [`Disk::list`].
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;

    /// Creates a folder and those above it, as far as they are missing, and makes every new name durable.
    ///
    /// # Errors
    /// What the file system answers.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// Renames a file unless the new name is taken. Atomic; durable after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// `AlreadyExists` when the new name is taken; what the file system answers.
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file, replacing one of that name. Atomic; durable after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// What the file system answers.
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file's name. Files already open stay readable. Durable after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// `NotFound`; what the file system answers.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// What the file system answers; the names must then be taken as lost.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes the lock of an existing folder without waiting. That of the operating system, where a disk has none of its own.
    ///
    /// # Errors
    /// As [`Lock::acquire`].
    fn lock(&self, dir: &Path) -> Result<Box<dyn FolderLock>, LockError> {
        Ok(Box::new(Lock::acquire(dir)?))
    }

    /// As [`Disk::lock`], for reading the folder: not a byte is written.
    ///
    /// # Errors
    /// As [`Lock::acquire_quietly`].
    fn lock_quietly(&self, dir: &Path) -> Result<Box<dyn Send>, LockError> {
        Ok(Box::new(Lock::acquire_quietly(dir)?))
    }

    /// How many bytes may still be written to the file system of a folder; `None` where that is not known.
    ///
    /// # Errors
    /// What the file system answers.
    fn room(&self, _dir: &Path) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// How many bytes the file system of a folder holds, free or not; `None` where that is not known.
    ///
    /// # Errors
    /// What the file system answers.
    fn extent(&self, _dir: &Path) -> io::Result<Option<u64>> {
        Ok(None)
    }
}

/// An open file. Reads and writes name their offset, so that one handle serves any number of threads.
pub trait DiskFile: Send + Sync {
    /// Writes all bytes at `offset`, extending the file when needed.
    ///
    /// # Errors
    /// What the file system answers; part of the bytes may have been written.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` when the file ends before; what the file system answers.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// The length in bytes.
    ///
    /// # Errors
    /// What the file system answers.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file has no bytes.
    ///
    /// # Errors
    /// What the file system answers.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Whether `path` still names this file, and not another or none. A file without a name is lost when it is closed.
    ///
    /// # Errors
    /// What the file system answers.
    fn is_named(&self, _path: &Path) -> io::Result<bool> {
        Ok(true)
    }

    /// Cuts the file, or extends it with zeroes.
    ///
    /// # Errors
    /// What the file system answers.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Makes sure that the first `len` bytes take their space on the disk now, extending the file with zeroes. `false` where the file
    /// system cannot say so without writing them: nothing was changed then.
    ///
    /// # Errors
    /// `StorageFull` where there is no room; the file may have grown in part.
    fn allocate(&self, _len: u64) -> io::Result<bool> {
        Ok(false)
    }

    /// Makes the content durable, and as much metadata as reading it back needs (`fdatasync`).
    ///
    /// # Errors
    /// What the file system answers. What was written since the last success may then be lost although it can still
    /// be read: never try again on the same file (I-9).
    fn sync_data(&self) -> io::Result<()>;

    /// Makes content and metadata durable (`fsync`).
    ///
    /// # Errors
    /// As [`DiskFile::sync_data`].
    fn sync_all(&self) -> io::Result<()>;
}

/// Whether an error says that the disk, or the owner's share of it, is full.
#[must_use]
pub fn is_disk_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The files of a folder; none if the folder is missing, since copying a log may lose empty folders.
///
/// # Errors
/// What the file system answers otherwise.
pub fn list_if_there(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<PathBuf>> {
    match disk.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}
