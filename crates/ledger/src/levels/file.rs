//! One append-only file of hashes, and what waits to be written to it.

use crate::OpenLedgerError;
use env::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Once this much waits in memory it is written: 2,048 hashes, a write of some microseconds.
const WRITE_BYTES: usize = 64 << 10;

/// A level's file, open. Shared with readers and with whoever syncs.
pub(crate) struct OpenLevel {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    /// How many bytes of the file count. Grows only after they were written.
    written: AtomicU64,
    /// Whether something was written since the last sync began.
    unsynced: AtomicBool,
}

/// A level's file as the appending side sees it. The file is made when the first hash comes.
pub(super) struct LevelFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    open: Option<Arc<OpenLevel>>,
    pending: Vec<u8>,
    new_name: bool,
    /// Whether the file held more than counts when it was opened.
    excess: bool,
}

impl OpenLevel {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    pub(crate) fn read(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }

    /// Makes durable what was written before the call.
    pub(crate) fn sync(&self) -> io::Result<()> {
        if self.unsynced.swap(false, Ordering::AcqRel) { self.file.sync_data() } else { Ok(()) }
    }
}

impl LevelFile {
    /// Opens the file, of which `bytes` count; the rest stays until [`LevelFile::cut`].
    pub(super) fn open(disk: &Arc<dyn Disk>, path: PathBuf, bytes: u64) -> Result<Self, OpenLedgerError> {
        let io_error = |source| OpenLedgerError::Io { path: path.clone(), source };
        let mut level = Self {
            disk: Arc::clone(disk),
            path: path.clone(),
            open: None,
            pending: Vec::new(),
            new_name: false,
            excess: false,
        };
        if bytes > 0 || disk.exists(&path).map_err(io_error)? {
            let file = disk.open_write(&path).map_err(io_error)?;
            let length = file.len().map_err(io_error)?;
            if length < bytes {
                return Err(io_error(io::ErrorKind::UnexpectedEof.into()));
            }
            level.excess = length > bytes;
            let unsynced = AtomicBool::new(false);
            level.open = Some(Arc::new(OpenLevel { path, file, written: AtomicU64::new(bytes), unsynced }));
            // Whether an empty file's name was ever synced is unknown.
            level.new_name = bytes == 0;
        }
        Ok(level)
    }

    /// Cuts off what does not count.
    pub(super) fn cut(&mut self) -> io::Result<()> {
        let Some(open) = self.open.as_ref().filter(|_| self.excess) else { return Ok(()) };
        open.file.set_len(open.written())?;
        open.unsynced.store(true, Ordering::Release);
        self.excess = false;
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn push(&mut self, hash: &[u8; 32]) {
        self.pending.extend_from_slice(hash);
    }

    pub(super) fn is_worth_a_write(&self) -> bool {
        self.pending.len() >= WRITE_BYTES
    }

    /// Writes the bytes that wait. After an error all of them still wait, and those that were written are written over next time.
    pub(super) fn write_pending(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let open = match &self.open {
            Some(open) => Arc::clone(open),
            None => {
                let file = self.disk.create_new(&self.path)?;
                let written = AtomicU64::new(0);
                let unsynced = AtomicBool::new(true);
                let open = Arc::new(OpenLevel { path: self.path.clone(), file, written, unsynced });
                self.new_name = true;
                self.open = Some(Arc::clone(&open));
                open
            }
        };
        let end = open.written();
        open.file.write_all_at(&self.pending, end)?;
        open.unsynced.store(true, Ordering::Release);
        open.written.store(end + self.pending.len() as u64, Ordering::Release);
        self.pending.clear();
        Ok(())
    }

    pub(super) fn has_new_name(&self) -> bool {
        self.new_name && self.open.is_some()
    }

    pub(super) fn name_synced(&mut self) {
        self.new_name = self.new_name && self.open.is_none();
    }

    pub(super) fn unsynced(&self) -> Option<Arc<OpenLevel>> {
        self.open.as_ref().filter(|open| open.unsynced.load(Ordering::Acquire)).map(Arc::clone)
    }

    pub(super) fn open_level(&self) -> Option<Arc<OpenLevel>> {
        self.open.as_ref().map(Arc::clone)
    }

    /// Fills the end of `bytes`, which begin at `start`, with those that still wait; returns how many at the beginning must be
    /// read from the file. `None` when the level does not reach that far.
    pub(super) fn copy_pending(&self, start: u64, bytes: &mut [u8]) -> Option<usize> {
        let written = self.open.as_ref().map_or(0, |open| open.written());
        let in_file = usize::try_from(written.saturating_sub(start)).unwrap_or(usize::MAX).min(bytes.len());
        let rest = bytes.get_mut(in_file..)?;
        let from = usize::try_from(start.saturating_sub(written)).ok()?;
        rest.copy_from_slice(self.pending.get(from..from.checked_add(rest.len())?)?);
        Some(in_file)
    }
}
