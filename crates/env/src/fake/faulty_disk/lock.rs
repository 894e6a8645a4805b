//! Locks on folders of a disk in memory.

use super::FaultyDisk;
use crate::{FolderLock, LOCK_FILE, LockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock that ends with its process, or when it is dropped.
pub(super) struct FakeLock {
    disk: FaultyDisk,
    dir: PathBuf,
    epoch: u64,
}

pub(super) fn take(disk: &FaultyDisk, dir: &Path) -> Result<FakeLock, LockError> {
    let path = dir.join(LOCK_FILE);
    let mut state = disk.lock();
    state
        .powered()
        .and_then(|()| state.names.entries(dir).map(drop))
        .map_err(|source: io::Error| LockError::Io { path: path.clone(), source })?;
    if !state.locked.insert(dir.to_owned()) {
        return Err(LockError::Held { path, pid: std::process::id(), note: String::new() });
    }
    Ok(FakeLock { disk: disk.clone(), dir: dir.to_owned(), epoch: state.epoch })
}

impl FolderLock for FakeLock {
    fn describe(&self, _note: &str) -> Result<(), LockError> {
        Ok(())
    }
}

impl Drop for FakeLock {
    fn drop(&mut self) {
        let mut state = self.disk.lock();
        if state.epoch == self.epoch {
            state.locked.remove(&self.dir);
        }
    }
}
