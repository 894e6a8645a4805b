//! Whether what lies under a name of ours is ours: nothing is written to, cut or removed before that is known.

use crate::Disk;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What lies under a name. A symbolic link counts as itself, wherever it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Absent,
    /// A file of one name.
    Plain,
    /// Something that is never written to: in words.
    Other(&'static str),
}

/// A name of ours holds what is not ours; it was left as it is. Remedy: move it away.
#[derive(Debug, Error)]
#[error("{} is {what}: it was left as it is; move it away", path.display())]
pub struct NotOurs {
    /// The file.
    pub path: PathBuf,
    /// What lies there.
    pub what: &'static str,
}

impl NotOurs {
    /// As an error of the disk.
    #[must_use]
    pub fn error(path: &Path, what: &'static str) -> io::Error {
        io::Error::other(Self { path: path.to_owned(), what })
    }
}

/// Whether an error says that a name of ours holds what is not ours; nothing was written then.
#[must_use]
pub fn is_not_ours(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<NotOurs>())
}

/// How much of a file's beginning tells whose it is: the length of the longest mark that a format begins with.
const BEGIN_BYTES: usize = 8;

const LINK: &str = "a symbolic link, and what it leads to is not written to";
const STRANGER: &str = "not a file that a log left there";

/// What a file is, by its metadata.
pub(crate) fn kind_of(metadata: &Metadata) -> Kind {
    if metadata.is_symlink() {
        Kind::Other(LINK)
    } else if !metadata.is_file() {
        Kind::Other("no regular file")
    } else if metadata.nlink() > 1 {
        Kind::Other("a file with other names, too, whose content may be somebody else's")
    } else {
        Kind::Plain
    }
}

/// Opens a file, as `options` say, if it is a regular file of one name. Options that cut it are not for this.
///
/// # Errors
/// [`NotOurs`]; what the system answers.
pub fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    // Without blocking: a pipe may lie there.
    let opened = options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(libc::ELOOP) => NotOurs::error(path, LINK),
        _ => error,
    })?;
    match kind_of(&file.metadata()?) {
        Kind::Other(what) => Err(NotOurs::error(path, what)),
        Kind::Plain | Kind::Absent => Ok(file),
    }
}

/// Opens a regular file for reading, through links, too: a pipe or a device would not end.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(libc::ENXIO) => NotOurs::error(path, "no regular file"),
        _ => error,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(NotOurs::error(path, "no regular file")) }
}

/// Whether a file is a plain one that is empty, or begins as `begin` does. A first block that never reached the disk reads as zeroes, and
/// counts as well. Cost: one small read.
///
/// # Errors
/// What the disk answers; a file that is missing does not begin so.
pub fn begins_as(disk: &dyn Disk, path: &Path, begin: &[u8]) -> io::Result<bool> {
    if disk.kind(path)? != Kind::Plain {
        return Ok(false);
    }
    let file = disk.open_read(path)?;
    let bytes = usize::try_from(file.len()?).unwrap_or(usize::MAX).min(begin.len()).min(BEGIN_BYTES);
    if bytes == 0 {
        return file.is_empty();
    }
    let mut found = vec![0; bytes];
    file.read_exact_at(&mut found, 0)?;
    Ok(begin.starts_with(&found) || found.iter().all(|byte| *byte == 0))
}

/// Removes what an earlier process may have left under a name, if it is a file that [`begins_as`] the one to be written there.
///
/// # Errors
/// [`NotOurs`] for anything else, which stays; what the disk answers.
pub fn remove_left(disk: &dyn Disk, path: &Path, begin: &[u8]) -> io::Result<()> {
    match disk.kind(path)? {
        Kind::Absent => Ok(()),
        Kind::Other(what) => Err(NotOurs::error(path, what)),
        Kind::Plain if begins_as(disk, path, begin)? => disk.remove(path),
        Kind::Plain => Err(NotOurs::error(path, STRANGER)),
    }
}
