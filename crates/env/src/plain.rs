//! Folders that are folders, files that still have their names, and none read whole without a bound.
//!
//! Whoever can write to a log's folders can put a pipe where a folder belongs, rename a file that is open, or make one too long to
//! be read. What lies in a file's place is looked at in `own_file`.

use crate::Disk;
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use thiserror::Error;

/// Why a file is not read. Remedy: look at what lies there, and put the file back from a copy.
#[derive(Debug, Error)]
enum NotRead {
    #[error("the file has {bytes} bytes, and one of its kind has at most {bytes_max}")]
    TooLong { bytes: u64, bytes_max: u64 },
}

/// Opens a folder, to sync it; nothing else that has its name.
///
/// # Errors
/// What the system answers.
pub(crate) fn open_folder(path: &Path) -> io::Result<File> {
    let flags = (OFlags::DIRECTORY | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Whether `path` still names this very file. Devices are not compared: stacked file systems name either of theirs, and a file that is
/// open shares its inode with none beside it.
///
/// Cost: two system calls, some microseconds.
pub(crate) fn is_named(file: &File, path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(named) => Ok(named.ino() == file.metadata()?.ino()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The whole content of a file that has at most `bytes_max` bytes: a longer one is refused before memory is taken for it.
///
/// # Errors
/// What the disk answers; an error that names both lengths for a file that is too long.
pub fn read_whole(disk: &dyn Disk, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = disk.open_read(path)?;
    read_bounded(file.len()?, bytes_max, |content| file.read_exact_at(content, 0))
}

/// The content of something of `bytes` bytes, unless these are too many, which `read` fills in.
pub(crate) fn read_bounded(
    bytes: u64,
    bytes_max: u64,
    read: impl FnOnce(&mut [u8]) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    if bytes > bytes_max {
        return Err(io::Error::other(NotRead::TooLong { bytes, bytes_max }));
    }
    let mut content = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    read(&mut content)?;
    Ok(content)
}
