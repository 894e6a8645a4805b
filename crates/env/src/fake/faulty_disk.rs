//! A disk in memory that forgets what was not synced.

mod inode;
mod lock;
mod names;

use crate::fake::SeededRandom;
use crate::{Disk, DiskFile, FolderLock, LockError};
use inode::Inode;
use names::Names;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What happens at a chosen operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The operation fails with an I/O error. A failed sync leaves what was written readable but never durable, as
    /// Linux does: the pages count as clean although the disk never got them.
    Error,
    /// The operation, if it needs space, fails as on a full disk; a write may have been done in part.
    Full,
    /// Power goes: the operation may be done in part, and it and all later ones fail until [`FaultyDisk::crash`], or
    /// [`FaultyDisk::restart`] where only the process ended.
    PowerLoss,
}

/// A file system in memory that tells synced from unsynced content and names, and misbehaves on request.
///
/// Cloning gives another handle of the same disk. Without faults it serves as an ordinary disk in memory. Folders are
/// durable at once ([`Disk::create_dir_all`] promises to sync them).
#[derive(Clone, Default)]
pub struct FaultyDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    inodes: BTreeMap<u64, Inode>,
    names: Names,
    next_inode: u64,
    /// Mutating operations done since the disk was made.
    operations: u64,
    faults: BTreeMap<u64, Fault>,
    capacity: Option<u64>,
    out_of_files: bool,
    power: bool,
    /// Counts crashes: files opened before one are dead after it.
    epoch: u64,
    /// Folders that somebody holds the lock of.
    locked: BTreeSet<PathBuf>,
}

impl FaultyDisk {
    /// An empty disk without limits or faults.
    #[must_use]
    pub fn new() -> Self {
        let disk = Self::default();
        disk.lock().power = true;
        disk
    }

    /// How many operations that change something (create, write, cut, sync, rename, remove) were asked for so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Makes the `nth` changing operation from now (0 = the next) suffer `fault`.
    pub fn fail_at(&self, nth: u64, fault: Fault) {
        let mut state = self.lock();
        let at = state.operations + nth;
        state.faults.insert(at, fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Limits the bytes all files together may hold; `None` lifts the limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.lock().capacity = bytes;
    }

    /// While set, nothing can be opened: the process has too many files open. What is open goes on.
    pub fn set_out_of_files(&self, out: bool) {
        self.lock().out_of_files = out;
    }

    /// The bytes all files together hold.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used()
    }

    /// Cuts the power and turns it on again: unsynced 512-byte blocks, lengths and names survive or vanish, each by the
    /// seed's whim; what was synced stays. Open files are dead afterwards.
    pub fn crash(&self, seed: u64) {
        let random = SeededRandom::new(seed);
        let mut state = self.lock();
        state.names.crash(&random);
        let State { inodes, names, .. } = &mut *state;
        inodes.retain(|number, _| names.holds(*number));
        for inode in inodes.values_mut() {
            inode.crash(&random);
        }
        state.restart();
    }

    /// Lets every operation fail from now on, as after [`Fault::PowerLoss`].
    pub fn stop(&self) {
        self.lock().power = false;
    }

    /// Ends the process that uses the disk, and no more: what it wrote is seen by the next one, synced or not. Open files and locks are
    /// gone.
    pub fn restart(&self) {
        self.lock().restart();
    }

    /// Everything that can be read: files by path, with their content.
    #[must_use]
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let state = self.lock();
        let content = |number| state.inodes.get(&number).map(|inode| inode.content().to_vec());
        state.names.files().filter_map(|(path, number)| Some((path.to_owned(), content(number)?))).collect()
    }

    /// Flips one bit of a file, on the disk and in every cache.
    ///
    /// # Errors
    /// `NotFound`; `UnexpectedEof` when the file is shorter.
    pub fn flip_bit(&self, path: &Path, byte: u64, bit: u8) -> io::Result<()> {
        let mut state = self.lock();
        let number = state.names.get(path)?;
        state.inode(number)?.flip(byte, bit)
    }

    /// An independent disk with the same files, everything on it synced.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let copy = Self::new();
        {
            let state = self.lock();
            let mut new = copy.lock();
            new.names = state.names.synced();
            new.next_inode = state.next_inode;
            new.inodes = state.inodes.iter().map(|(number, inode)| (*number, inode.synced())).collect();
        }
        copy
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.lock();
        state.may_open()?;
        let number = state.names.get(path)?;
        Ok(Box::new(FaultyFile { disk: self.clone(), number, epoch: state.epoch }))
    }

    /// Runs a change of names, subject to faults.
    fn change(&self, change: impl FnOnce(&mut State) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.lock();
        match state.next_fault()? {
            None | Some(Fault::Full) => change(&mut state),
            Some(Fault::PowerLoss) => {
                // The change may have reached the disk although nobody was told.
                let _ = change(&mut state);
                Err(no_power())
            }
            Some(Fault::Error) => Err(injected()),
        }
    }
}

impl Disk for FaultyDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.change(|state| {
            state.may_open()?;
            let number = state.next_inode;
            state.names.create(path, number)?;
            state.next_inode += 1;
            state.inodes.insert(number, Inode::default());
            Ok(())
        })?;
        self.open(path)
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.open(path)
    }

    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.open(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut state = self.lock();
        state.may_open()?;
        let number = state.names.get(path)?;
        Ok(state.inode(number)?.content().to_vec())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let state = self.lock();
        state.powered()?;
        Ok(state.names.exists(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.lock();
        state.may_open()?;
        state.names.list(dir)
    }

    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.lock();
        state.may_open()?;
        state.names.entries(dir)
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn FolderLock>, LockError> {
        Ok(Box::new(lock::take(self, dir)?))
    }

    fn lock_quietly(&self, dir: &Path) -> Result<Box<dyn Send>, LockError> {
        Ok(Box::new(lock::take(self, dir)?))
    }

    fn room(&self, _dir: &Path) -> io::Result<Option<u64>> {
        let state = self.lock();
        state.powered()?;
        Ok(state.capacity.map(|_| state.room()))
    }

    fn extent(&self, _dir: &Path) -> io::Result<Option<u64>> {
        Ok(self.lock().capacity)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.powered()?;
        state.names.create_dir_all(dir);
        Ok(())
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|state| state.names.rename(from, to, false))
    }

    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|state| state.names.rename(from, to, true))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(|state| state.names.remove(path))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|state| {
            state.may_open()?;
            state.names.sync(dir);
            Ok(())
        })
    }
}

impl State {
    fn restart(&mut self) {
        self.faults.clear();
        self.locked.clear();
        self.power = true;
        self.epoch += 1;
    }

    fn powered(&self) -> io::Result<()> {
        if self.power { Ok(()) } else { Err(no_power()) }
    }

    fn may_open(&self) -> io::Result<()> {
        self.powered()?;
        if self.out_of_files { Err(rustix::io::Errno::MFILE.into()) } else { Ok(()) }
    }

    /// Counts an operation and says what is to befall it.
    fn next_fault(&mut self) -> io::Result<Option<Fault>> {
        self.powered()?;
        let fault = self.faults.remove(&self.operations);
        self.operations += 1;
        if fault == Some(Fault::PowerLoss) {
            self.power = false;
        }
        Ok(fault)
    }

    fn inode(&mut self, number: u64) -> io::Result<&mut Inode> {
        self.inodes.get_mut(&number).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }

    fn used(&self) -> u64 {
        self.names.visible().filter_map(|number| self.inodes.get(&number)).map(Inode::len).sum()
    }

    /// How many more bytes may be stored.
    fn room(&self) -> u64 {
        self.capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(self.used()))
    }
}

struct FaultyFile {
    disk: FaultyDisk,
    number: u64,
    epoch: u64,
}

impl FaultyFile {
    fn lock(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.lock();
        state.powered()?;
        if state.epoch == self.epoch { Ok(state) } else { Err(no_power()) }
    }
}

impl DiskFile for FaultyFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.lock()?;
        let fault = state.next_fault()?;
        let room = state.room();
        let inode = state.inode(self.number)?;
        let (mut taken, mut failure) = match fault {
            None => (bytes.len(), None),
            Some(Fault::Error) => (bytes.len() / 2, Some(injected())),
            Some(Fault::PowerLoss) => (bytes.len(), Some(no_power())),
            Some(Fault::Full) => (bytes.len() / 2, Some(full())),
        };
        let end_max = inode.len().saturating_add(room);
        if offset + taken as u64 > end_max.max(offset) && offset + taken as u64 > inode.len() {
            taken = usize::try_from(end_max.saturating_sub(offset)).unwrap_or(usize::MAX).min(taken);
            failure = failure.or_else(|| Some(full()));
        }
        inode.write(bytes.get(..taken).unwrap_or(bytes), offset);
        failure.map_or(Ok(()), Err)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.lock()?;
        let content = state.inode(self.number)?.content();
        let end = offset.checked_add(bytes.len() as u64);
        let range = usize::try_from(offset).ok().zip(end.and_then(|end| usize::try_from(end).ok()));
        match range.and_then(|(start, end)| content.get(start..end)) {
            Some(found) => bytes.copy_from_slice(found),
            None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "read beyond the end of the file")),
        }
        Ok(())
    }

    fn is_named(&self, path: &Path) -> io::Result<bool> {
        Ok(self.lock()?.names.get(path).is_ok_and(|number| number == self.number))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.lock()?.inode(self.number)?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.lock()?;
        let fault = state.next_fault()?;
        let room = state.room();
        let inode = state.inode(self.number)?;
        if fault == Some(Fault::Error) {
            return Err(injected());
        }
        if len > inode.len() && (fault == Some(Fault::Full) || len - inode.len() > room) {
            return Err(full());
        }
        inode.set_len(len);
        if fault == Some(Fault::PowerLoss) { Err(no_power()) } else { Ok(()) }
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.lock()?;
        let fault = state.next_fault()?;
        let inode = state.inode(self.number)?;
        match fault {
            None | Some(Fault::Full) => {
                inode.sync();
                Ok(())
            }
            Some(Fault::Error) => {
                inode.forget_unsynced();
                Err(injected())
            }
            Some(Fault::PowerLoss) => Err(no_power()),
        }
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync_data()
    }
}

fn injected() -> io::Error {
    io::Error::other("injected I/O error")
}

fn no_power() -> io::Error {
    io::Error::other("the disk has no power")
}

fn full() -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, "no space left on the disk")
}
