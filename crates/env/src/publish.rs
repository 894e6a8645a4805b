//! Files that appear whole or not at all.

use crate::{Disk, remove_left};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// What a file's name ends in while it is being written. What an earlier process left so holds nothing that is not elsewhere.
pub const TEMPORARY_SUFFIX: &str = ".tmp";

/// Where a file is written before it gets its name: beside it, with [`TEMPORARY_SUFFIX`].
#[must_use]
pub fn temporary_path(path: &Path) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(TEMPORARY_SUFFIX);
    name.into()
}

/// Creates a file that appears with its whole content, durable, or not at all.
///
/// Order: temporary name in the same folder, write, sync, rename without replacing, sync the folder. A temporary file
/// left by an earlier crash, which begins as this one does, is removed first.
///
/// # Errors
/// `AlreadyExists` when the name is taken; [`crate::NotOurs`] where something else has the temporary name; what the disk answers (the
/// temporary file is then removed).
pub fn publish_file(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_temporary(disk, path, bytes)?;
    let temporary = temporary_path(path);
    if let Err(error) = disk.rename_noreplace(&temporary, path) {
        // The cause matters more than whether the leftover could be removed: every start removes leftovers.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    disk.sync_dir(folder(path))
}

/// Creates or replaces a file; after a crash it has the old content or the new, whole.
///
/// # Errors
/// [`crate::NotOurs`] where something else has the temporary name; what the disk answers.
pub fn replace_file(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_temporary(disk, path, bytes)?;
    disk.rename_replace(&temporary_path(path), path)?;
    disk.sync_dir(folder(path))
}

fn write_temporary(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_path(path);
    remove_left(disk, &temporary, bytes)?;
    let file = disk.create_new(&temporary)?;
    let written = file.write_all_at(bytes, 0).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // The cause matters more than whether the leftover could be removed: every start removes leftovers.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}
