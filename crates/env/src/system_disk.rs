//! The real file system. Where the process has too many files open, opening one waits until some are closed.

use crate::open_files::patiently;
use crate::own_file::{kind_of, open_own, open_regular};
use crate::plain::{is_named, open_folder};
use crate::{Disk, DiskFile, Kind};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Files hold an audit trail and its keys: nobody but their owner reads them.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// The operating system's file system. New files have mode 0600, new folders 0700.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let new = || OpenOptions::new().read(true).write(true).create_new(true).mode(FILE_MODE).open(path);
        Ok(Box::new(SystemFile(patiently(new)?)))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SystemFile(patiently(|| open_regular(path))?)))
    }

    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SystemFile(patiently(|| open_own(OpenOptions::new().read(true).write(true), path))?)))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut file = patiently(|| open_regular(path))?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        match path.symlink_metadata() {
            Ok(metadata) => Ok(kind_of(&metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kind::Absent),
            Err(error) => Err(error),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in patiently(|| std::fs::read_dir(dir))? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                paths.push(entry.path());
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = patiently(|| std::fs::read_dir(dir))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        if dir.as_os_str().is_empty() || dir.is_dir() {
            return Ok(());
        }
        let parent = parent_of(dir);
        self.create_dir_all(parent)?;
        match DirBuilder::new().mode(FOLDER_MODE).create(dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.sync_dir(parent),
        }
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Some file systems (older network and overlay ones) do not know the flag: linking refuses a taken name too.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
                std::fs::hard_link(from, to)?;
                std::fs::remove_file(from)
            }
            other => Ok(other?),
        }
    }

    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        let known = rustix::fs::statvfs(dir)?;
        Ok(Some(known.f_bavail.saturating_mul(known.f_frsize)))
    }

    fn extent(&self, dir: &Path) -> io::Result<Option<u64>> {
        let known = rustix::fs::statvfs(dir)?;
        Ok(Some(known.f_blocks.saturating_mul(known.f_frsize)))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        patiently(|| open_folder(dir))?.sync_all()
    }
}

/// The folder a path lies in; the current one for a bare name.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

struct SystemFile(File);

impl DiskFile for SystemFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn is_named(&self, path: &Path) -> io::Result<bool> {
        is_named(&self.0, path)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<bool> {
        use rustix::fs::{FallocateFlags, fallocate};
        match fallocate(&self.0, FallocateFlags::empty(), 0, len) {
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL) => Ok(false),
            other => Ok(other.map(|()| true)?),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}
