//! Going on from what was found: what may not have reached the disk is written again, then what is left over is removed.

use super::look::io_at;
use super::name::Name;
use super::reserve::Reserve;
use super::sizes::FILE_BYTES_MAX;
use super::writer::{Place, Setting, Writer};
use super::{CompleteFile, FileJournal, Files, Recovery, Sizes, open_file};
use crate::format::{FileHeader, Mac, Scan, restamp, scan};
use crate::{FileNumber, MacKey, OpenError, SignedTree};
use env::{Disk, Random, is_disk_full};
use proof::{Digest, LeafIndex};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Whether segments really hold these leaves, so that a journal file of theirs may go.
pub type AreHeld<'a> = &'a dyn Fn(Range<u64>) -> bool;

/// What lies in a journal's folder, read whole and found sound. Nothing was changed; [`Found::go_on`] does that.
pub struct Found {
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
    pub(super) number: FileNumber,
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

impl Found {
    /// The leaves that the journal holds: from the first leaf of its oldest file to behind its last line.
    #[must_use]
    pub fn leaves(&self) -> Range<LeafIndex> {
        self.leaves.clone()
    }

    /// What reading the files showed.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The leaves of files that are not needed if segments hold these leaves.
    pub fn superseded(&self) -> impl Iterator<Item = Range<u64>> {
        let leaves = self.obsolete.iter().filter_map(|file| file.leaves.as_ref());
        leaves.map(|leaves| leaves.start.0..leaves.end.0.min(self.leaves.start.0)).filter(|leaves| !leaves.is_empty())
    }

    /// Goes on from these files: copies what may not have reached the disk into fresh files, starts a new file for what comes,
    /// and then removes files that are not needed any more. A file stays if `are_held` says no to its leaves.
    ///
    /// Cost: writes and syncs the last file anew.
    ///
    /// # Errors
    /// [`OpenError`]. Either nothing was removed then, or all that counts is durable in fresh files.
    ///
    /// # Panics
    /// Where the journal was looked at without [`super::Known::key`].
    pub fn go_on(
        mut self,
        disk: Arc<dyn Disk>,
        random: Arc<dyn Random>,
        sizes: Sizes,
        are_held: AreHeld<'_>,
    ) -> Result<(FileJournal, Recovery), OpenError> {
        let key = self.key.take().expect("a journal goes on with the log's key");
        disk.create_dir_all(&self.dir).map_err(io_at(&self.dir))?;
        let removable = self.removable(are_held);
        let mut files = Files::default();
        for found in std::mem::take(&mut self.files) {
            let path = match found.rewrite {
                None => found.path,
                Some(rewrite) => {
                    let (path, mac) = self.copy(&*disk, &*random, &key, &found.path, rewrite)?;
                    self.previous_mac = mac;
                    path
                }
            };
            files.reader = files.reader.with(found.number, open_file(&*disk, &path)?);
            files.complete.push(CompleteFile { number: found.number, path, end_leaf: found.end_leaf });
        }
        let number = FileNumber(u32::try_from(files.complete.len()).unwrap_or(u32::MAX));
        let dir = self.dir.clone();
        let setting =
            Setting { disk: Arc::clone(&disk), random, dir, key, origin: self.origin, term: self.term, sizes };
        let place = Place { first_leaf: self.leaves.end, checkpoint: self.checkpoint, previous_mac: self.previous_mac };
        let writer = Writer::start(setting, place, number).map_err(io_at(&self.dir))?;
        files.reader = files.reader.with(number, writer.open());
        for path in removable {
            match disk.remove(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_at(&path)(error)),
                _ => {}
            }
        }
        disk.sync_dir(&self.dir).map_err(io_at(&self.dir))?;
        let journal = FileJournal { disk, dir: self.dir, files: Mutex::new(files), writer: Mutex::new(writer) };
        Ok((journal, self.recovery))
    }

    fn removable(&mut self, are_held: AreHeld<'_>) -> Vec<PathBuf> {
        let journalled_from = self.leaves.start;
        let mut removable = Vec::new();
        for file in std::mem::take(&mut self.obsolete) {
            let segments_need = file.leaves.map(|leaves| leaves.start.0..leaves.end.min(journalled_from).0);
            if segments_need.is_none_or(|leaves| leaves.is_empty() || are_held(leaves)) {
                removable.push(file.path);
            } else {
                tracing::warn!(file = %file.path.display(), "a journal file stays: no sound segment holds its entries");
            }
        }
        removable
    }

    /// Writes the batches of a file into a fresh one, closed and durable. Returns where, and its last MAC.
    fn copy(
        &self,
        disk: &dyn Disk,
        random: &dyn Random,
        key: &MacKey,
        from: &Path,
        rewrite: Rewrite,
    ) -> Result<(PathBuf, Mac), OpenError> {
        let mut bytes = match rewrite.bytes {
            Some(bytes) => bytes,
            None => read_again(disk, from, &rewrite)?,
        };
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let header = FileHeader { term: self.term, nonce, ..rewrite.header };
        let mac = restamp(&mut bytes, &rewrite.scan, &header, key);
        let path = Name { first_leaf: header.begun.first_leaf, term: self.term }.path(&self.dir);
        match env::publish_file(disk, &path, &bytes) {
            Err(error) if is_disk_full(&error) => {
                let released = Reserve::of(disk, &self.dir, 0).and_then(|mut reserve| reserve.release(disk));
                released.map_err(io_at(&self.dir))?;
                env::publish_file(disk, &path, &bytes).map_err(io_at(&path))?;
            }
            other => other.map_err(io_at(&path))?,
        }
        Ok((path, mac))
    }
}

fn read_again(disk: &dyn Disk, path: &Path, expected: &Rewrite) -> Result<Vec<u8>, OpenError> {
    let bytes = env::read_whole(disk, path, FILE_BYTES_MAX).map_err(io_at(path))?;
    if scan(&bytes, &expected.header) == expected.scan {
        return Ok(bytes);
    }
    let (offset, leaf) = (0, expected.header.begun.first_leaf);
    let what = "it was read a second time, and something else was read";
    Err(OpenError::Damaged { path: path.to_owned(), offset, leaf, what })
}
