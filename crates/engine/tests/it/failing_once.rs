//! A disk on which one operation of making and publishing segments fails, and works again afterwards.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use env::{Disk, DiskFile, SystemDisk};

/// What befalls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultMode {
    /// It is not done.
    NotDone,
    /// It is done although it is said to have failed.
    Done,
}

/// The system's disk, but for chosen operations in `segments/` and `manifest/`, and reads and removals in `journal/`.
#[derive(Clone, Default)]
pub(crate) struct FailingOnce(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Kinds of the operations since [`FailingOnce::arm`]: what was done, in which folder, to which kind of file.
    done: Vec<String>,
    failing: Vec<(u64, FaultMode)>,
    /// What failed.
    failed: Vec<String>,
    armed: bool,
}

impl FailingOnce {
    /// Counts from now on, and lets the operations of these numbers fail.
    pub(crate) fn arm(&self, failing: &[(u64, FaultMode)]) {
        *self.0.lock().unwrap() = State { failing: failing.to_vec(), armed: true, ..State::default() };
    }

    /// Lets nothing fail any more. Returns the kinds of the operations there were, and which failed.
    pub(crate) fn disarm(&self) -> (Vec<String>, Vec<String>) {
        let state = std::mem::take(&mut *self.0.lock().unwrap());
        (state.done, state.failed)
    }

    fn run<T>(&self, what: &str, path: &Path, operation: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let how = self.next(what, path);
        match how {
            None => operation(),
            Some(FaultMode::NotDone) => Err(io::Error::other("injected")),
            Some(FaultMode::Done) => operation().and(Err(io::Error::other("injected"))),
        }
    }

    fn next(&self, what: &str, path: &Path) -> Option<FaultMode> {
        let folder = |name: &str| path.iter().any(|part| part == name);
        let journal = folder("journal") && ["read", "remove"].contains(&what);
        let mut state = self.0.lock().unwrap();
        if !state.armed || !(folder("segments") || folder("manifest") || journal) {
            return None;
        }
        let number = state.done.len() as u64;
        state.done.push(kind(what, path));
        let how = state.failing.iter().find(|(at, _)| *at == number).map(|(_, how)| *how);
        if how.is_some() {
            state.failed.push(format!("{what} {}", path.display()));
        }
        how
    }

    fn file(&self, path: &Path, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(File { disk: self.clone(), path: path.to_owned(), file })
    }
}

impl Disk for FailingOnce {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.run("create", path, || SystemDisk.create_new(path)).map(|file| self.file(path, file))
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.run("open", path, || SystemDisk.open_read(path)).map(|file| self.file(path, file))
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.run("open", path, || SystemDisk.open_write(path)).map(|file| self.file(path, file))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.run("read", path, || SystemDisk.read(path))
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.run("exists", path, || SystemDisk.exists(path))
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.run("list", dir, || SystemDisk.list(dir))
    }
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        SystemDisk.entries(dir)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        SystemDisk.create_dir_all(dir)
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run("rename to", to, || SystemDisk.rename_noreplace(from, to))
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run("rename over", to, || SystemDisk.rename_replace(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.run("remove", path, || SystemDisk.remove(path))
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.run("sync folder", dir, || SystemDisk.sync_dir(dir))
    }
    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        SystemDisk.room(dir)
    }
}

struct File {
    disk: FailingOnce,
    path: PathBuf,
    file: Box<dyn DiskFile>,
}

impl DiskFile for File {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.run("write", &self.path, || self.file.write_all_at(bytes, offset))
    }
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.disk.run("read", &self.path, || self.file.read_exact_at(bytes, offset))
    }
    fn len(&self) -> io::Result<u64> {
        self.disk.run("length of", &self.path, || self.file.len())
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.run("cut", &self.path, || self.file.set_len(len))
    }
    fn sync_data(&self) -> io::Result<()> {
        self.disk.run("sync", &self.path, || self.file.sync_data())
    }
    fn sync_all(&self) -> io::Result<()> {
        self.disk.run("sync", &self.path, || self.file.sync_all())
    }
}

/// `sync segments idx.tmp`: names of segments end in numbers, which say nothing.
fn kind(what: &str, path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digits = |part: &&str| !part.bytes().any(|byte| byte.is_ascii_digit());
    let name: Vec<&str> = name.split('.').filter(digits).collect();
    format!("{what} {folder} {}", name.join("."))
}
