//! Going on from what was found: what may not have reached the disk is written again, then what is left over is removed.

use super::look::io_at;
use super::name::Name;
use super::reserve::ReserveFile;
use super::sizes::FILE_BYTES_MAX;
use super::writer::{Place, Setting, Writer};
use super::{CompleteFile, FileJournal, Files, Sizes, open_file};
use crate::format::{FileHeader, Mac, Scan, restamp, scan};
use crate::store::{AreHeld, Foreign, Recovery};
use crate::{Book, MacKey, Need, OpenJournalError, SignedTree, Term};
use env::{Disk, Random, TEMPORARY_SUFFIX, is_disk_full};
use proof::{Digest, LeafIndex};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What lies in a journal's folder, read whole and found sound. Nothing was changed; [`FoundFiles::go_on`] does that.
pub struct FoundFiles {
    pub(super) dir: PathBuf,
    pub(super) origin: Digest,
    /// What authenticates frames.
    pub(super) key: Option<MacKey>,
    /// The next process' term.
    pub(super) term: u64,
    /// The newest checkpoint.
    pub(super) checkpoint: SignedTree,
    /// The last MAC of the files that count.
    pub(super) previous_mac: Mac,
    /// What the files hold that count.
    pub(super) leaves: Range<LeafIndex>,
    /// The files that count, in leaf order.
    pub(super) files: Vec<FoundFile>,
    pub(super) obsolete: Vec<Obsolete>,
    pub(super) recovery: Recovery,
}

/// A file that counts.
pub(super) struct FoundFile {
    pub(super) book: Book,
    pub(super) path: PathBuf,
    pub(super) first_leaf: LeafIndex,
    pub(super) end_leaf: LeafIndex,
    /// The batches to write again, where the disk may not hold the file.
    pub(super) rewrite: Option<Rewrite>,
}

/// A file's batches, to be written again.
pub(super) struct Rewrite {
    pub(super) header: FileHeader,
    pub(super) scan: Scan,
    /// The file as it was read; `None`: it is read once more, so that not all are in memory at once.
    pub(super) bytes: Option<Vec<u8>>,
}

/// A file that is not needed once the journal goes on.
pub(super) struct Obsolete {
    pub(super) path: PathBuf,
    /// The leaves that must be held elsewhere before this file is removed. `None`: it holds none, or it is written again.
    pub(super) leaves: Option<Range<LeafIndex>>,
}

impl FoundFiles {
    /// The leaves that the journal holds: from the first leaf of its oldest file to behind its last line.
    #[must_use]
    pub fn leaves(&self) -> Range<LeafIndex> {
        self.leaves.clone()
    }

    /// The term that the journal goes on under.
    #[must_use]
    pub fn term(&self) -> Term {
        Term(self.term)
    }

    /// What reading the files showed.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Goes on from these files: removes what is sealed or unfinished, copies what may not have reached the disk into fresh files,
    /// starts a new file for what comes, removes what was copied, and keeps the reserve. A file stays if `are_held` says no to its
    /// leaves.
    ///
    /// Cost: writes and syncs the last file anew.
    ///
    /// # Errors
    /// [`OpenJournalError`]. Either nothing was removed then, or all that counts is durable in fresh files.
    ///
    /// # Panics
    /// Where the journal was looked at without [`crate::Known::key`].
    pub fn go_on(
        mut self,
        disk: Arc<dyn Disk>,
        random: Arc<dyn Random>,
        sizes: Sizes,
        are_held: AreHeld<'_>,
    ) -> Result<(FileJournal, Recovery), OpenJournalError> {
        let key = self.key.take().expect("a journal goes on with the log's key");
        disk.create_dir_all(&self.dir).map_err(io_at(&self.dir))?;
        let (sealed, mut rewritten, copied) = self.removable(are_held);
        // First, so that a start needs no more room than the one before, on a full disk.
        remove(&*disk, &sealed)?;
        let mut files = Files::default();
        for found in std::mem::take(&mut self.files) {
            let path = match found.rewrite {
                None => found.path,
                Some(rewrite) => {
                    let (path, mac) = self.copy(&*disk, &*random, &key, &found.path, rewrite, &mut rewritten)?;
                    self.previous_mac = mac;
                    path
                }
            };
            files.add(found.book, open_file(&*disk, &path)?);
            files.complete.push(CompleteFile { book: found.book, path, end_leaf: found.end_leaf });
        }
        let book = Book::nth(files.complete.len());
        let dir = self.dir.clone();
        let setting =
            Setting { disk: Arc::clone(&disk), random, dir, key, origin: self.origin, term: self.term, sizes };
        let place = Place { first_leaf: self.leaves.end, checkpoint: self.checkpoint, previous_mac: self.previous_mac };
        let mut writer = Writer::start(setting, place, book).map_err(io_at(&self.dir))?;
        files.add(book, writer.open());
        remove(&*disk, &rewritten)?;
        remove(&*disk, &copied)?;
        disk.sync_dir(&self.dir).map_err(io_at(&self.dir))?;
        writer.keep_reserve().map_err(io_at(&self.dir))?;
        let files = Arc::new(Mutex::new(files));
        let journal = FileJournal { disk, dir: self.dir, files, writer: Mutex::new(writer) };
        Ok((journal, self.recovery))
    }

    /// What may be removed: unfinished files and those that are sealed whole, at once; those whose leaves a later writing holds,
    /// and those that are written again, once that is durable.
    fn removable(&mut self, are_held: AreHeld<'_>) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>) {
        let journalled_from = self.leaves.start;
        let mut sealed = Vec::new();
        let mut rewritten = Vec::new();
        let mut copied = Vec::new();
        for file in std::mem::take(&mut self.obsolete) {
            let is_unfinished = file.path.to_str().is_some_and(|path| path.ends_with(TEMPORARY_SUFFIX));
            let removable = match &file.leaves {
                None if is_unfinished => &mut sealed,
                None => &mut copied,
                Some(leaves) if leaves.end <= journalled_from => &mut sealed,
                Some(_) => &mut rewritten,
            };
            let segments_need = file.leaves.map(|leaves| leaves.start.0..leaves.end.min(journalled_from).0);
            if segments_need.is_none_or(|leaves| leaves.is_empty() || are_held(leaves)) {
                removable.push(file.path);
            } else {
                tracing::warn!(file = %file.path.display(), "a journal file stays: no sound segment holds its entries");
            }
        }
        for Foreign { path, what } in &self.recovery.foreign {
            tracing::warn!(file = %path.display(), what, "a file in the journal's folder stays, and is not used");
        }
        (sealed, rewritten, copied)
    }

    /// Writes the batches of a file into a fresh one, closed and durable. Returns where, and its last MAC. On a full disk it takes
    /// the reserve, and then the place of the earlier writings that a start was cut behind: `rewritten`, which are emptied then.
    fn copy(
        &self,
        disk: &dyn Disk,
        random: &dyn Random,
        key: &MacKey,
        from: &Path,
        rewrite: Rewrite,
        rewritten: &mut Vec<PathBuf>,
    ) -> Result<(PathBuf, Mac), OpenJournalError> {
        let mut bytes = match rewrite.bytes {
            Some(bytes) => bytes,
            None => read_again(disk, from, &rewrite)?,
        };
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let header = FileHeader { term: self.term, nonce, ..rewrite.header };
        let mac = restamp(&mut bytes, &rewrite.scan, &header, key);
        let path = Name { first_leaf: header.begun.first_leaf, term: self.term }.path(&self.dir);
        let is_full = |written: &io::Result<()>| written.as_ref().is_err_and(is_disk_full);
        let mut written = env::publish_file(disk, &path, &bytes);
        if is_full(&written) {
            let released =
                ReserveFile::of(disk, &self.dir, 0).and_then(|mut reserve| reserve.release(disk, Need::Start));
            released.map_err(io_at(&self.dir))?;
            written = env::publish_file(disk, &path, &bytes);
        }
        if is_full(&written) && !rewritten.is_empty() {
            // The later writing has its name for good before the earlier one goes.
            disk.sync_dir(&self.dir).map_err(io_at(&self.dir))?;
            remove(disk, &std::mem::take(rewritten))?;
            written = env::publish_file(disk, &path, &bytes);
        }
        written.map_err(io_at(&path))?;
        Ok((path, mac))
    }
}

fn remove(disk: &dyn Disk, paths: &[PathBuf]) -> Result<(), OpenJournalError> {
    for path in paths {
        match disk.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_at(path)(error)),
            _ => {}
        }
    }
    Ok(())
}

fn read_again(disk: &dyn Disk, path: &Path, expected: &Rewrite) -> Result<Vec<u8>, OpenJournalError> {
    let bytes = env::read_whole(disk, path, FILE_BYTES_MAX).map_err(io_at(path))?;
    if scan(&bytes, &expected.header) == expected.scan {
        return Ok(bytes);
    }
    let offset = 0;
    let leaf = expected.header.begun.first_leaf;
    let what = "it was read a second time, and something else was read";
    Err(OpenJournalError::Damaged { path: path.to_owned(), offset, leaf, what })
}
