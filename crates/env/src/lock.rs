//! One process per directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
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
    #[error("{path} is held by process {pid} ({note})")]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The holder's process id; 0 when the holder has not written it yet.
        pid: u32,
        /// What the holder wrote about itself, for instance its address; may be empty.
        note: String,
    },
    /// The lock file cannot be used. Remedy: mend the directory's permissions or disk.
    #[error("cannot use the lock file {path}")]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// An exclusive lock on a directory (`flock` on its file `LOCK`), held until dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of an existing directory without waiting, and writes this process' id into it.
    ///
    /// # Errors
    /// [`LockError::Held`] with what the holder wrote; [`LockError::Io`].
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        let path = dir.join(LOCK_FILE);
        let io = |source| LockError::Io { path: path.clone(), source };
        // Not truncated: until the lock is ours, the content is the holder's.
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (pid, note) = read_holder(&mut file).map_err(io)?;
                return Err(LockError::Held { path, pid, note });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let lock = Self { file, path };
        lock.describe("")?;
        Ok(lock)
    }

    /// Writes a free text (one line, for instance the address served) beside the process id, for whoever comes second.
    ///
    /// # Errors
    /// [`LockError::Io`].
    pub fn describe(&self, note: &str) -> Result<(), LockError> {
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

/// Returns who holds a directory's lock, if anybody does: process id and note. For commands that would rather ask the holder.
///
/// # Errors
/// [`LockError::Io`].
pub fn holder_of(dir: &Path) -> Result<Option<(u32, String)>, LockError> {
    let path = dir.join(LOCK_FILE);
    let io = |source| LockError::Io { path: path.clone(), source };
    let mut file = match File::open(&path) {
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
    let is_small = path.metadata().is_ok_and(|file| file.is_file() && file.len() <= HOLDER_BYTES_MAX);
    let text = if is_small { std::fs::read_to_string(path).ok() } else { None };
    // Empty: its holder died before it had written.
    text.is_some_and(|text| {
        text.is_empty()
            || (text.lines().count() <= 2 && text.lines().next().is_some_and(|pid| pid.parse::<u32>().is_ok()))
    })
}

fn read_holder(file: &mut File) -> io::Result<(u32, String)> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HOLDER_BYTES_MAX).read_to_string(&mut text)?;
    let mut lines = text.lines();
    let pid = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(0);
    Ok((pid, lines.next().unwrap_or_default().to_owned()))
}
