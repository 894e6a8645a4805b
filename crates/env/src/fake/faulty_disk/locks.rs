//! Who holds the lock of a folder.

use super::FaultyDisk;
use crate::{FolderLock, LOCK_FILE, LockError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders whose lock is held, and what the holder says of itself.
pub(super) type Locks = BTreeMap<PathBuf, String>;

/// A lock of a folder. After a crash it is nobody's.
pub(super) struct HeldLock {
    disk: FaultyDisk,
    dir: PathBuf,
    epoch: u64,
}

impl HeldLock {
    pub(super) fn take(disk: &FaultyDisk, dir: &Path) -> Result<Self, LockError> {
        let mut state = disk.state();
        state.may_open().map_err(|source| LockError::Io { path: dir.join(LOCK_FILE), source })?;
        if let Some(note) = state.locks.get(dir) {
            let pid = std::process::id();
            return Err(LockError::Held { path: dir.join(LOCK_FILE), pid, note: note.clone() });
        }
        state.locks.insert(dir.to_owned(), String::new());
        Ok(Self { disk: disk.clone(), dir: dir.to_owned(), epoch: state.epoch })
    }
}

impl FolderLock for HeldLock {
    fn describe(&self, note: &str) -> Result<(), LockError> {
        let mut state = self.disk.state();
        state.powered().map_err(|source| LockError::Io { path: self.dir.join(LOCK_FILE), source })?;
        if state.epoch == self.epoch {
            state.locks.insert(self.dir.clone(), note.trim().to_owned());
        }
        Ok(())
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.epoch == self.epoch {
            state.locks.remove(&self.dir);
        }
    }
}
