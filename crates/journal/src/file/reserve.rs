//! Space kept for the server's own entries when the disk is full.

use env::{Disk, is_disk_full};
use std::io;
use std::path::{Path, PathBuf};

/// A file of zeroes whose removal makes room.
pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
    present: bool,
}

const NAME: &str = "reserve";
static CHUNK: [u8; 1 << 16] = [0; 1 << 16];

impl Reserve {
    /// The reserve of a folder, whatever its state.
    pub(super) fn of(disk: &dyn Disk, dir: &Path, bytes: u64) -> io::Result<Self> {
        let path = reserve_path(dir);
        let present = disk.exists(&path)?;
        Ok(Self { path, bytes, present })
    }

    /// Makes the reserve if it is missing; false when there is no room for it.
    pub(super) fn fill(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if self.present {
            return Ok(true);
        }
        let temporary = env::temporary_path(&self.path);
        if disk.exists(&temporary)? {
            disk.remove(&temporary)?;
        }
        match self.write(disk, &temporary) {
            Ok(()) => {
                self.present = true;
                Ok(true)
            }
            Err(error) if is_disk_full(&error) => {
                if disk.exists(&temporary)? {
                    disk.remove(&temporary)?;
                }
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the space free; false when there was none.
    pub(super) fn release(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if !self.present {
            return Ok(false);
        }
        disk.remove(&self.path)?;
        self.present = false;
        Ok(true)
    }

    fn write(&self, disk: &dyn Disk, temporary: &Path) -> io::Result<()> {
        let file = disk.create_new(temporary)?;
        write_zeroes(&*file, 0, self.bytes)?;
        file.sync_all()?;
        disk.rename_replace(temporary, &self.path)
    }
}

/// Where the reserve of a journal's folder lies.
pub(super) fn reserve_path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Fills a file with written zeroes from `from` to `to`: unlike a hole they take their space now.
pub(super) fn write_zeroes(file: &dyn env::DiskFile, from: u64, to: u64) -> io::Result<()> {
    let mut at = from;
    while at < to {
        let bytes = usize::try_from(to - at).unwrap_or(usize::MAX).min(CHUNK.len());
        file.write_all_at(CHUNK.get(..bytes).unwrap_or(&CHUNK), at)?;
        at += bytes as u64;
    }
    Ok(())
}
