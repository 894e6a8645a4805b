//! A disk that counts every operation, tells of it, and misbehaves at the chosen ones.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use env::fake::{Fault, FaultyDisk, SeededRandom};
use env::{Disk, DiskFile, FolderLock, Kind, LockError};

use crate::file::SimFile;
use crate::plant::{Bug, Held};
use crate::trace::Trace;

/// What befalls an operation of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The process ends before it, or in its middle (`begun`).
    End {
        /// Whether the disk had begun with it.
        begun: bool,
    },
    /// It fails with an I/O error.
    Error,
    /// It finds no room, if it needs some.
    Full,
    /// What it reads has a bit flipped.
    Flip,
}

/// What an operation does, for traces and for planted bugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Opens, lists, looks at names or lengths.
    Look,
    /// Reads bytes.
    Read,
    /// Creates a file.
    Create,
    /// Writes bytes.
    Write,
    /// Cuts or extends a file.
    Cut,
    /// Syncs a file.
    Sync,
    /// Renames a file to the path told.
    Rename,
    /// Removes a file.
    Remove,
    /// Makes a folder.
    MakeFolder,
    /// Syncs a folder.
    SyncFolder,
    /// Anything that is asked of the key store.
    Keys,
}

impl Operation {
    fn changes(self) -> bool {
        !matches!(self, Self::Look | Self::Read | Self::MakeFolder | Self::Keys)
    }
}

/// The simulated disk. Cloning gives another handle of it.
#[derive(Clone)]
pub struct SimDisk {
    pub(crate) inner: FaultyDisk,
    state: Arc<Mutex<State>>,
}

struct State {
    operations: u64,
    mishaps: BTreeMap<u64, Mishap>,
    syncs: u64,
    mishaps_of_syncs: BTreeMap<u64, Mishap>,
    happened: Vec<(Mishap, Operation, PathBuf)>,
    /// The process has ended; nothing works until the next one begins.
    has_ended: bool,
    flips_next: bool,
    random: SeededRandom,
    bug: Option<Bug>,
    held: Vec<Held>,
    trace: Trace,
}

impl SimDisk {
    /// An empty disk
    #[must_use]
    pub fn new(seed: u64, bug: Option<Bug>, trace: Trace) -> Self {
        let state = State {
            operations: 0,
            mishaps: BTreeMap::new(),
            syncs: 0,
            mishaps_of_syncs: BTreeMap::new(),
            happened: Vec::new(),
            has_ended: false,
            flips_next: false,
            random: SeededRandom::new(seed),
            bug,
            held: Vec::new(),
            trace,
        };
        Self { inner: FaultyDisk::new(), state: Arc::new(Mutex::new(state)) }
    }

    /// Operations there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Lets something befall the `nth` operation from now.
    pub fn plan(&self, nth: u64, mishap: Mishap) {
        let mut state = self.lock();
        let at = state.operations + nth;
        state.mishaps.insert(at, mishap);
    }

    /// Lets something befall the `nth` sync of a file or folder from now.
    pub fn plan_sync(&self, nth: u64, mishap: Mishap) {
        let mut state = self.lock();
        let at = state.syncs + nth;
        state.mishaps_of_syncs.insert(at, mishap);
    }

    /// Whether the process has ended by a mishap.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.lock().has_ended
    }

    /// What has happened since the process began.
    #[must_use]
    pub fn happened(&self) -> Vec<(Mishap, Operation, PathBuf)> {
        self.lock().happened.clone()
    }

    /// Ends the process here, unless it has ended.
    pub fn end(&self) {
        self.lock().has_ended = true;
        self.inner.stop();
    }

    /// The next process begins; with the power lost in between where `loses_power`.
    pub fn begin(&self, loses_power: bool) {
        let mut state = self.lock();
        state.mishaps.clear();
        state.mishaps_of_syncs.clear();
        state.happened.clear();
        state.held.clear();
        state.has_ended = false;
        state.flips_next = false;
        if loses_power {
            self.inner.crash(state.random.next_u64());
        } else {
            self.inner.restart();
        }
    }

    /// Appends a line to the trace.
    pub fn tell(&self, text: &str) {
        self.lock().trace.tell(text);
    }

    /// The trace so far, closed with every byte of the disk.
    #[must_use]
    pub fn close_trace(&self) -> Trace {
        let files = self.inner.files();
        let mut state = self.lock();
        for (path, bytes) in files {
            state.trace.bytes(&path.display().to_string(), &bytes);
        }
        std::mem::take(&mut state.trace)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation, lets happen what is planned for it, then does it.
    pub(crate) fn run<T>(
        &self,
        operation: Operation,
        path: &Path,
        detail: u64,
        work: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let mishap = self.arrive(operation, path)?;
        let done = if mishap == Some(Mishap::Error) && !operation.changes() {
            Err(io::Error::other("simulated I/O error"))
        } else {
            work()
        };
        let mut state = self.lock();
        let number = state.operations;
        let failed = done.as_ref().err().map(|error| error.kind());
        let text = format!("{number} {operation:?} {} {detail} {mishap:?} {failed:?}", path.display());
        state.trace.tell(&text);
        let due =
            state.bug.filter(|_| done.is_ok()).map_or_else(Vec::new, |bug| bug.due(operation, path, &mut state.held));
        drop(state);
        due.into_iter().for_each(|held| held.release(&self.inner));
        done
    }

    /// Counts an operation; returns what is to befall it. An error once the process has ended.
    pub(crate) fn arrive(&self, operation: Operation, path: &Path) -> io::Result<Option<Mishap>> {
        let mut state = self.lock();
        if state.has_ended {
            return Err(io::Error::other("the simulated process has ended"));
        }
        let at = state.operations;
        state.operations += 1;
        let mut mishap = state.mishaps.remove(&at);
        if matches!(operation, Operation::Sync | Operation::SyncFolder) {
            let at = state.syncs;
            state.syncs += 1;
            mishap = mishap.or(state.mishaps_of_syncs.remove(&at));
        }
        match mishap {
            None => return Ok(None),
            Some(Mishap::End { begun }) => {
                state.has_ended = true;
                if begun && operation.changes() {
                    self.inner.fail_at(0, Fault::PowerLoss);
                } else {
                    self.inner.stop();
                }
            }
            Some(Mishap::Error) if operation.changes() => self.inner.fail_at(0, Fault::Error),
            Some(Mishap::Full) if operation.changes() => self.inner.fail_at(0, Fault::Full),
            Some(Mishap::Flip) => state.flips_next = true,
            Some(Mishap::Error) => {}
            Some(Mishap::Full) if operation == Operation::Keys => {}
            Some(Mishap::Full) => return Ok(None),
        }
        state.happened.extend(mishap.map(|mishap| (mishap, operation, path.to_owned())));
        Ok(mishap)
    }

    /// Flips a bit of what was read, if that is due.
    pub(crate) fn flip(&self, bytes: &mut [u8], path: &Path) {
        let mut state = self.lock();
        if bytes.is_empty() || !std::mem::take(&mut state.flips_next) {
            return;
        }
        let at = state.random.below(bytes.len() as u64 * 8);
        let byte = usize::try_from(at / 8).unwrap_or(0);
        if let Some(byte) = bytes.get_mut(byte) {
            *byte ^= 1 << (at % 8);
        }
        state.happened.push((Mishap::Flip, Operation::Read, path.to_owned()));
        state.trace.tell(&format!("flipped bit {at}"));
    }

    /// Whether a planted bug takes this operation away; what it keeps for later is `held`.
    pub(crate) fn is_taken(&self, operation: Operation, path: &Path, held: impl FnOnce() -> Held) -> bool {
        let mut state = self.lock();
        let Some(bug) = state.bug.filter(|bug| bug.takes(operation, path)) else { return false };
        if bug.is_late() {
            state.held.push(held());
        }
        true
    }

    /// Whether a planted bug takes the failure of this sync for a success. One of ten such syncs then fails.
    pub(crate) fn fails_unheeded(&self, operation: Operation, path: &Path) -> bool {
        let state = self.lock();
        let fails = !state.has_ended
            && state.bug.is_some_and(|bug| bug.ignores(operation, path))
            && state.random.below(10) == 0;
        if fails {
            self.inner.fail_at(0, Fault::Error);
        }
        fails
    }

    fn file(&self, path: &Path, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(SimFile::new(self.clone(), path, file))
    }
}

impl Disk for SimDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = self.run(Operation::Create, path, 0, || self.inner.create_new(path))?;
        Ok(self.file(path, file))
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = self.run(Operation::Look, path, 1, || self.inner.open_read(path))?;
        Ok(self.file(path, file))
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = self.run(Operation::Look, path, 2, || self.inner.open_write(path))?;
        Ok(self.file(path, file))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = self.run(Operation::Read, path, 0, || self.inner.read(path))?;
        self.flip(&mut bytes, path);
        Ok(bytes)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.run(Operation::Look, path, 3, || self.inner.exists(path))
    }
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        self.run(Operation::Look, path, 4, || self.inner.kind(path))
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.run(Operation::Look, dir, 5, || self.inner.list(dir))
    }
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.run(Operation::Look, dir, 6, || self.inner.entries(dir))
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.run(Operation::MakeFolder, dir, 0, || self.inner.create_dir_all(dir))
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.is_taken(Operation::Rename, to, || Held::Rename(from.to_owned(), to.to_owned())) {
            return Ok(());
        }
        self.run(Operation::Rename, to, 0, || self.inner.rename_noreplace(from, to))
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.is_taken(Operation::Rename, to, || Held::Rename(from.to_owned(), to.to_owned())) {
            return Ok(());
        }
        self.run(Operation::Rename, to, 1, || self.inner.rename_replace(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.run(Operation::Remove, path, 0, || self.inner.remove(path))
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        if self.is_taken(Operation::SyncFolder, dir, || Held::Folder(dir.to_owned())) {
            return Ok(());
        }
        self.run(Operation::SyncFolder, dir, 0, || self.inner.sync_dir(dir))
    }
    fn lock(&self, dir: &Path) -> Result<Box<dyn FolderLock>, LockError> {
        Disk::lock(&self.inner, dir)
    }
    fn lock_quietly(&self, dir: &Path) -> Result<Box<dyn Send>, LockError> {
        self.inner.lock_quietly(dir)
    }
    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        self.run(Operation::Look, dir, 7, || self.inner.room(dir))
    }
    fn extent(&self, dir: &Path) -> io::Result<Option<u64>> {
        self.run(Operation::Look, dir, 8, || self.inner.extent(dir))
    }
}
