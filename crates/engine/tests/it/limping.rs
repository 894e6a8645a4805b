//! The system's disk with what a test takes from it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use env::{Disk, DiskFile, SystemDisk};

/// As usual it is the system's disk.
#[derive(Default)]
pub(crate) struct Limping {
    /// How often nothing gets a final name in `segments/` at first.
    pub(crate) refusals: AtomicUsize,
    /// Bytes that are free, where the disk is to say so.
    pub(crate) room: Option<u64>,
    /// How often somebody asked for that.
    pub(crate) asked: AtomicUsize,
}

impl Disk for Limping {
    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        self.asked.fetch_add(1, Ordering::AcqRel);
        if self.room.is_some() { Ok(self.room) } else { SystemDisk.room(dir) }
    }
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.create_new(path)
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.open_read(path)
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.open_write(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        SystemDisk.read(path)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        SystemDisk.exists(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        SystemDisk.list(dir)
    }
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        SystemDisk.entries(dir)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        SystemDisk.create_dir_all(dir)
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let segment = to.parent().is_some_and(|dir| dir.ends_with("segments"));
        let refuse = |left: usize| left.checked_sub(1);
        if segment && self.refusals.fetch_update(Ordering::AcqRel, Ordering::Acquire, refuse).is_ok() {
            return Err(io::Error::other("not yet"));
        }
        SystemDisk.rename_noreplace(from, to)
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        SystemDisk.rename_replace(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        SystemDisk.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        SystemDisk.sync_dir(dir)
    }
}
