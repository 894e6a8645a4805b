//! One process per directory.

use crate::own_file::{NotOurs, open_own, open_regular};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The name of the lock file inside the directory.
pub const LOCK_FILE: &str = "LOCK";

/// A lock file is two short lines; whatever else lies there is not read.
const HOLDER_BYTES_MAX: u64 = 4_096;

/// Why a directory could not be locked.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process holds the lock. Remedy: stop it, or ask it.
    #[error("{path} is held; process {pid} was the last to write into it ({note})")]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The process id in it; 0 when nobody has written one yet. A check holds the lock without writing.
        pid: u32,
        /// What that process wrote about itself, for instance its address; may be empty.
        note: String,
    },
    /// The lock file cannot be used, or something else lies there. Remedy: mend the directory's permissions or disk, or move away
    /// what is no lock.
    #[error("cannot use the lock file {path}")]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// The lock on a folder, held until dropped.
pub trait FolderLock: Send + Sync {
    /// Writes a free text (one line, for instance the address served) beside the process id, for whoever comes second.
    ///
    /// # Errors
    /// [`LockError::Io`].
    fn describe(&self, note: &str) -> Result<(), LockError>;
}

/// An exclusive lock on a directory, held until dropped or the process ends, however it ends: `flock` on the directory itself, which
/// nobody takes away by removing a file in it, and on its file `LOCK`, which says by whom.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    _folder: Option<File>,
}

/// As [`Lock`], taken without a byte written.
#[derive(Debug)]
pub struct QuietLock {
    _file: Option<File>,
    _folder: Option<File>,
}

impl Lock {
    /// Takes the lock of an existing directory without waiting, and writes this process' id into it.
    ///
    /// # Errors
    /// [`LockError::Held`] with what the holder wrote; [`LockError::Io`], also where the file is no lock's: it is left as it is then.
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        let path = dir.join(LOCK_FILE);
        let io = |source| LockError::Io { path: path.clone(), source };
        let folder = take_folder(dir)?;
        // Not truncated: until the lock is ours, the content is the holder's, or somebody else's altogether.
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = open_own(&mut options, &path).map_err(io)?;
        take(&mut file, &path)?;
        if !is_lock_text(&mut file).map_err(io)? {
            return Err(io(NotOurs::error(&path, "no lock that a log wrote")));
        }
        let lock = Self { file, path, _folder: folder };
        lock.describe("")?;
        Ok(lock)
    }

    /// Takes the lock for reading the directory: nobody can change the log meanwhile, and nothing is written. A directory
    /// without a lock file is used by nobody.
    ///
    /// # Errors
    /// As [`Lock::acquire`].
    pub fn acquire_quietly(dir: &Path) -> Result<QuietLock, LockError> {
        let path = dir.join(LOCK_FILE);
        let folder = take_folder(dir)?;
        match open_regular(&path) {
            Ok(mut file) => take(&mut file, &path).map(|()| QuietLock { _file: Some(file), _folder: folder }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(QuietLock { _file: None, _folder: folder }),
            Err(source) => Err(LockError::Io { path, source }),
        }
    }
}

impl FolderLock for Lock {
    fn describe(&self, note: &str) -> Result<(), LockError> {
        let text = format!("{}\n{}\n", std::process::id(), note.trim().replace(['\r', '\n'], " "));
        let write = || {
            let mut file = &self.file;
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(text.as_bytes())
        };
        write().map_err(|source| LockError::Io { path: self.path.clone(), source })
    }
}

/// Takes the lock on a directory without waiting; `None` where the file system has no locks on directories, or there is none.
fn take_folder(dir: &Path) -> Result<Option<File>, LockError> {
    let Ok(folder) = File::open(dir) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => {
            let (pid, note) = holder_in(dir);
            Err(LockError::Held { path: dir.join(LOCK_FILE), pid, note })
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// What the lock file of a directory that is held says of its holder.
fn holder_in(dir: &Path) -> (u32, String) {
    let file = open_regular(&dir.join(LOCK_FILE));
    let read = file.and_then(|mut file| read_holder(&mut file));
    read.unwrap_or_else(|_| (0, "its lock file was removed; the process holds the folder all the same".to_owned()))
}

/// Takes the lock on an open file without waiting.
fn take(file: &mut File, path: &Path) -> Result<(), LockError> {
    let io = |source| LockError::Io { path: path.to_owned(), source };
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let (pid, note) = read_holder(file).map_err(io)?;
            Err(LockError::Held { path: path.to_owned(), pid, note })
        }
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Returns who holds a directory's lock, if anybody does: process id and note. For commands that would rather ask the holder.
///
/// # Errors
/// [`LockError::Io`].
pub fn holder_of(dir: &Path) -> Result<Option<(u32, String)>, LockError> {
    let path = dir.join(LOCK_FILE);
    let io = |source| LockError::Io { path: path.clone(), source };
    if File::open(dir).is_ok_and(|folder| matches!(folder.try_lock_shared(), Err(TryLockError::WouldBlock))) {
        return Ok(Some(holder_in(dir)));
    }
    let mut file = match open_regular(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read_holder(&mut file).map_err(io)?)),
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Whether a file named [`LOCK_FILE`] was written by a [`Lock`]: another program may call something else so.
#[must_use]
pub fn is_lock_file(path: &Path) -> bool {
    let file = open_own(OpenOptions::new().read(true), path);
    file.and_then(|mut file| is_lock_text(&mut file)).unwrap_or(false)
}

/// Whether an open file holds what a [`Lock`] writes.
fn is_lock_text(file: &mut File) -> io::Result<bool> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HOLDER_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| text.len() as u64 <= HOLDER_BYTES_MAX) else {
        return Ok(false);
    };
    let mut lines = text.lines();
    let is_pid = lines.next().is_some_and(|pid| pid.parse::<u32>().is_ok());
    // Empty: its holder died before it had written.
    Ok(text.is_empty() || (is_pid && lines.count() <= 1))
}

fn read_holder(file: &mut File) -> io::Result<(u32, String)> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HOLDER_BYTES_MAX).read_to_string(&mut text)?;
    let mut lines = text.lines();
    let pid = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(0);
    Ok((pid, lines.next().unwrap_or_default().to_owned()))
}
