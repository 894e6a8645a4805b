//! The end of the journal, where groups are appended.

use super::name::Name;
use super::reserve::{ReserveFile, write_zeroes};
use super::sizes::{FILE_BYTES_MAX, GROUP_BYTES_MAX, Sizes};
use super::{CompleteFile, OpenFile};
use crate::format::{Begun, CLOSE_BYTES, FileHeader, FrameWriter, HEADER_BYTES, Link, Mac, MacKey, Stamp, frame_bytes};
use crate::{AppendError, Batch, BatchHandle, Book, Need, SignedTree, Term};
use env::{Disk, Random, is_disk_full, is_out_of_files};
use proof::{Digest, LeafIndex};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What every file of this process shares.
pub(super) struct Setting {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) random: Arc<dyn Random>,
    pub(super) dir: PathBuf,
    pub(super) key: MacKey,
    pub(super) origin: Digest,
    pub(super) term: u64,
    pub(super) sizes: Sizes,
}

/// What a new file follows.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) first_leaf: LeafIndex,
    /// The newest checkpoint.
    pub(super) checkpoint: SignedTree,
    /// The last MAC of the file before.
    pub(super) previous_mac: Mac,
}

/// The current file. Owned by whoever appends.
pub(super) struct Writer {
    setting: Setting,
    reserve: ReserveFile,
    current: Current,
    next_leaf: LeafIndex,
    /// Why nothing is taken any more (I-9).
    stopped: Option<String>,
    buffer: Vec<u8>,
}

struct Current {
    book: Book,
    open: Arc<OpenFile>,
    header: FileHeader,
    previous: Link,
    /// Where the next frame goes.
    end: u64,
    /// The file's length: zeroes from `end` to here.
    filled: u64,
}

impl Setting {
    fn header(&self, place: Place) -> FileHeader {
        let mut nonce = [0; 16];
        self.random.fill(&mut nonce);
        let Place { first_leaf, checkpoint, previous_mac } = place;
        let begun = Begun { first_leaf, origin: self.origin, checkpoint, previous_mac };
        FileHeader::new(&self.key, self.term, nonce, begun)
    }

    fn path(&self, first_leaf: LeafIndex) -> PathBuf {
        Name { first_leaf, term: self.term }.path(&self.dir)
    }
}

impl Writer {
    /// Starts a new file. When the disk is full, it starts without zeroes ahead, in the reserve's space if need be. The reserve
    /// is made whole later ([`Self::keep_reserve`]), when old files have gone.
    pub(super) fn start(setting: Setting, place: Place, book: Book) -> io::Result<Self> {
        let disk = &*setting.disk;
        let mut reserve = ReserveFile::of(disk, &setting.dir, setting.sizes.reserve_bytes)?;
        let header = setting.header(place);
        let path = setting.path(place.first_leaf);
        let mut content = header.encode().to_vec();
        let usual = HEADER_BYTES + usize::try_from(setting.sizes.window_bytes).unwrap_or(0) + CLOSE_BYTES;
        content.resize(usual, 0);
        match env::publish_file(disk, &path, &content) {
            Err(error) if is_disk_full(&error) => {
                content.truncate(HEADER_BYTES);
                content.resize(HEADER_BYTES + CLOSE_BYTES, 0);
                match env::publish_file(disk, &path, &content) {
                    Err(error) if is_disk_full(&error) => {
                        reserve.release(disk, Need::Start)?;
                        env::publish_file(disk, &path, &content)?;
                    }
                    other => other?,
                }
            }
            other => other?,
        }
        let open = Arc::new(OpenFile { file: disk.open_write(&path)?, path });
        let current = Current {
            book,
            open,
            previous: Link::from(&header),
            header,
            end: HEADER_BYTES as u64,
            filled: content.len() as u64,
        };
        let next_leaf = place.first_leaf;
        Ok(Self { setting, reserve, current, next_leaf, stopped: None, buffer: Vec::new() })
    }

    pub(super) fn next_leaf(&self) -> LeafIndex {
        self.next_leaf
    }

    pub(super) fn term(&self) -> Term {
        Term(self.setting.term)
    }

    pub(super) fn book(&self) -> Book {
        self.current.book
    }

    pub(super) fn open(&self) -> Arc<OpenFile> {
        Arc::clone(&self.current.open)
    }

    pub(super) fn is_full(&self) -> bool {
        self.current.end >= self.setting.sizes.file_bytes
    }

    pub(super) fn stop(&mut self, reason: &str) {
        self.stopped.get_or_insert_with(|| reason.to_owned());
    }

    pub(super) fn append(&mut self, group: &[Batch], reserved: bool) -> Result<Vec<BatchHandle>, AppendError> {
        self.going()?;
        if !reserved {
            self.demand_reserve()?;
        }
        let bytes = group.iter().map(frame_bytes).sum::<u64>();
        let max = GROUP_BYTES_MAX.min(FILE_BYTES_MAX.saturating_sub(self.current.end + CLOSE_BYTES as u64));
        if bytes > max {
            return Err(AppendError::TooLarge { bytes, max });
        }
        for batch in group {
            assert!(!batch.lines.is_empty(), "a batch has at least one line");
            assert_eq!(batch.lines.len(), batch.refs.len(), "every line has its refs, even if empty");
            assert_eq!(batch.lines.len(), batch.digests.len(), "every line has its digest");
        }
        let (handles, last) = self.encode(group);
        let zeroes_before = self.current.filled - self.current.end;
        self.make_room(reserved)?;
        self.write(zeroes_before)?;
        self.current.end += self.buffer.len() as u64;
        self.current.previous = last;
        let lines: usize = group.iter().map(|batch| batch.lines.len()).sum();
        self.next_leaf = LeafIndex(self.next_leaf.0 + lines as u64);
        Ok(handles)
    }

    /// Gives space of the reserve free; false when this need may have none.
    pub(super) fn release_reserve(&mut self, need: Need) -> io::Result<bool> {
        let disk = Arc::clone(&self.setting.disk);
        self.reserve.release(&*disk, need)
    }

    /// Sealing does not use the reserve any more.
    pub(super) fn give_back_reserve(&mut self) {
        self.reserve.give_back();
    }

    /// Makes the reserve as large as there is room.
    pub(super) fn keep_reserve(&mut self) -> io::Result<()> {
        let disk = Arc::clone(&self.setting.disk);
        self.reserve.keep(&*disk).map(drop)
    }

    /// Makes the reserve again if it is missing; false when there is no room for it, or none left beside it.
    pub(super) fn fill_reserve(&mut self) -> io::Result<bool> {
        let disk = Arc::clone(&self.setting.disk);
        let filled = self.reserve.fill(&*disk)?;
        let room = disk.room(&self.setting.dir)?;
        Ok(filled && room.is_none_or(|room| room >= 2 * self.setting.sizes.window_bytes))
    }

    pub(super) fn reserve_bytes(&self) -> u64 {
        self.setting.sizes.reserve_bytes
    }

    /// Closes the current file and starts the next; returns what became of the old one, and the new one.
    pub(super) fn rotate(&mut self, newest: SignedTree) -> Result<Option<(CompleteFile, Arc<OpenFile>)>, AppendError> {
        self.going()?;
        let first_leaf = self.next_leaf;
        if first_leaf == self.current.header.begun.first_leaf {
            return Ok(None);
        }
        let previous_mac = self.encode_close().mac;
        let next = self.prepare(Place { first_leaf, checkpoint: newest, previous_mac })?;
        // A file with a successor counts as closed, so the old file is closed before the new one gets its name.
        self.finish_current()?;
        let path = next.open.path.clone();
        let temporary = env::temporary_path(&next.open.path);
        let disk = Arc::clone(&self.setting.disk);
        let named = disk.rename_noreplace(&temporary, &path).and_then(|()| disk.sync_dir(&self.setting.dir));
        named.map_err(|source| self.fail(path, source))?;
        let old = std::mem::replace(&mut self.current, next);
        let finished = CompleteFile { book: old.book, path: old.open.path.clone(), end_leaf: first_leaf };
        Ok(Some((finished, self.open())))
    }

    pub(super) fn close(&mut self) -> Result<(), AppendError> {
        self.going()?;
        self.finish_current()?;
        self.stop("it was closed");
        Ok(())
    }

    /// Refuses what may not use the reserve while it is not whole. Cost: none while it is.
    fn demand_reserve(&mut self) -> Result<(), AppendError> {
        let disk = Arc::clone(&self.setting.disk);
        match self.reserve.fill(&*disk) {
            Ok(true) => Ok(()),
            Ok(false) => Err(AppendError::DiskFull),
            Err(error) if is_out_of_files(&error) => Err(AppendError::OutOfFiles),
            Err(source) => Err(self.fail(self.setting.dir.clone(), source)),
        }
    }

    fn going(&self) -> Result<(), AppendError> {
        match &self.stopped {
            None => Ok(()),
            Some(reason) => Err(AppendError::Stopped { reason: reason.clone() }),
        }
    }

    /// Empties the buffer and returns a writer of frames that will follow the file's end.
    fn frames(&mut self) -> FrameWriter<'_> {
        self.buffer.clear();
        FrameWriter {
            buffer: &mut self.buffer,
            offset: self.current.end,
            stamp: Stamp::from(&self.current.header),
            key: &self.setting.key,
            previous: self.current.previous,
            next_leaf: self.next_leaf,
            group_start: self.current.end,
        }
    }

    /// Encodes a group into the buffer; returns what the frame after it is linked to.
    fn encode(&mut self, group: &[Batch]) -> (Vec<BatchHandle>, Link) {
        let term = self.term();
        let book = self.current.book;
        let mut frames = self.frames();
        let mut handles = Vec::with_capacity(group.len());
        for batch in group {
            let first_leaf = frames.next_leaf;
            let [lines_at, records_at] = frames
                .batch(batch)
                .map(|at| u32::try_from(at).unwrap_or_else(|_| panic!("the limit of a file was checked before")));
            handles.push(BatchHandle::new(first_leaf, term, book, lines_at, records_at));
        }
        (handles, frames.previous)
    }

    /// Encodes the closing mark into the buffer.
    fn encode_close(&mut self) -> Link {
        let mut frames = self.frames();
        frames.close();
        frames.previous
    }

    /// Writes the first `zeroes` bytes of the buffer over the zeroes at the file's end, and syncs. The rest of the buffer was
    /// written behind the zeroes before.
    fn write(&mut self, zeroes: u64) -> Result<(), AppendError> {
        let file = &*self.current.open.file;
        let front = self.buffer.get(..usize::try_from(zeroes).unwrap_or(usize::MAX)).unwrap_or(&self.buffer);
        let path = &self.current.open.path;
        let written = file.write_all_at(front, self.current.end).and_then(|()| file.sync_data());
        // What is synced into a file whose name is gone is gone with it.
        let named = written.and_then(|()| if file.is_named(path)? { Ok(()) } else { Err(nameless()) });
        named.map_err(|source| self.fail(self.current.open.path.clone(), source))
    }

    /// Makes the file long enough for the group in the buffer and a closing mark. Writes the part of the group that lies behind
    /// the zeroes, and zeroes behind it, so that a full disk shows before the group's first byte is written.
    fn make_room(&mut self, reserved: bool) -> Result<(), AppendError> {
        let bytes = self.buffer.len() as u64;
        let needed = self.current.end + bytes + CLOSE_BYTES as u64;
        if needed <= self.current.filled {
            return Ok(());
        }
        let disk = Arc::clone(&self.setting.disk);
        let dir = self.setting.dir.clone();
        let more = needed - self.current.filled;
        if reserved && !self.reserve.allows_own(&*disk, more).map_err(|source| self.fail(dir.clone(), source))? {
            return Err(AppendError::DiskFull);
        }
        let ahead = self.setting.sizes.ahead(bytes);
        let mut extended = self.extend(needed + ahead);
        if ahead > 0 && matches!(extended, Err(AppendError::DiskFull)) {
            extended = self.extend(needed);
        }
        while reserved
            && matches!(extended, Err(AppendError::DiskFull))
            && self.reserve.release(&*disk, Need::OwnEntries).map_err(|source| self.fail(dir.clone(), source))?
        {
            extended = self.extend(needed);
        }
        extended
    }

    fn extend(&mut self, to: u64) -> Result<(), AppendError> {
        let Current { open, end, filled, .. } = &self.current;
        let file = &*open.file;
        let filled = *filled;
        let behind = self.buffer.get(usize::try_from(filled - end).unwrap_or(usize::MAX)..).unwrap_or_default();
        let zeroes_from = filled + behind.len() as u64;
        match file.write_all_at(behind, filled).and_then(|()| write_zeroes(file, zeroes_from, to)) {
            Ok(()) => {
                self.current.filled = to;
                Ok(())
            }
            Err(error) if is_disk_full(&error) => {
                let cut = file.set_len(self.current.filled);
                cut.map_err(|source| self.fail(self.current.open.path.clone(), source))?;
                Err(AppendError::DiskFull)
            }
            Err(source) => Err(self.fail(self.current.open.path.clone(), source)),
        }
    }

    /// Writes the next file, whole and synced, under a temporary name, so that a full disk shows before anything changes. On a full
    /// disk it has no zeroes ahead, and takes its room from the reserve: a start writes the last file once more, which must not
    /// grow for want of a next one.
    fn prepare(&mut self, place: Place) -> Result<Current, AppendError> {
        let mut prepared = self.prepare_ahead(place, self.setting.sizes.window_bytes);
        if matches!(prepared, Err(AppendError::DiskFull)) {
            prepared = self.prepare_ahead(place, 0);
        }
        if matches!(prepared, Err(AppendError::DiskFull)) {
            let disk = Arc::clone(&self.setting.disk);
            let released = self.reserve.release(&*disk, Need::Upkeep);
            if released.map_err(|source| self.fail(self.setting.dir.clone(), source))? {
                prepared = self.prepare_ahead(place, 0);
            }
        }
        prepared
    }

    fn prepare_ahead(&mut self, place: Place, ahead: u64) -> Result<Current, AppendError> {
        let setting = &self.setting;
        let header = setting.header(place);
        let path = setting.path(place.first_leaf);
        let temporary = env::temporary_path(&path);
        let filled = HEADER_BYTES as u64 + ahead + CLOSE_BYTES as u64;
        let disk = &*setting.disk;
        let write = || {
            let header = header.encode();
            env::remove_left(disk, &temporary, &header)?;
            let file = disk.create_new(&temporary)?;
            file.write_all_at(&header, 0)?;
            write_zeroes(&*file, HEADER_BYTES as u64, filled)?;
            file.sync_all()?;
            Ok(file)
        };
        let file = match write() {
            Ok(file) => file,
            Err(error) if is_disk_full(&error) => {
                disk.remove(&temporary).map_err(|source| self.fail(temporary.clone(), source))?;
                return Err(AppendError::DiskFull);
            }
            // Only opening the file can fail like this, so nothing was written.
            Err(error) if is_out_of_files(&error) => return Err(AppendError::OutOfFiles),
            Err(source) => return Err(self.fail(temporary, source)),
        };
        Ok(Current {
            book: self.current.book.next(),
            open: Arc::new(OpenFile { path, file }),
            previous: Link::from(&header),
            header,
            end: HEADER_BYTES as u64,
            filled,
        })
    }

    /// Writes the closing mark and gives back the zeroes ahead.
    fn finish_current(&mut self) -> Result<(), AppendError> {
        self.encode_close();
        let end = self.current.end + self.buffer.len() as u64;
        let file = &*self.current.open.file;
        let closed = file
            .write_all_at(&self.buffer, self.current.end)
            .and_then(|()| file.set_len(end))
            .and_then(|()| file.sync_all());
        closed.map_err(|source| self.fail(self.current.open.path.clone(), source))
    }

    /// Remembers that nothing may be tried again (I-9), and says why.
    fn fail(&mut self, path: PathBuf, source: io::Error) -> AppendError {
        self.stop(&format!("writing {} failed: {source}", path.display()));
        AppendError::Failed { path, source }
    }
}

/// Somebody took the current file's name away, or gave it to another file.
fn nameless() -> io::Error {
    io::Error::new(
        io::ErrorKind::NotFound,
        "another hand has removed, renamed or replaced the file while it was written to",
    )
}
