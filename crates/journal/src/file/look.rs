//! Looking at a journal's folder: reading what is there, refusing what is damaged, changing nothing.

use super::found::{FoundFile, FoundFiles, Obsolete, Rewrite};
use super::name::{Name, Named, TERM_MAX};
use super::placing::{ReadAgain, is_left};
use super::reserve::{first_not_zero, reserve_path};
use super::sizes::FILE_BYTES_MAX;
use crate::format::{
    End, FileHeader, Frame, HeaderError, Mac, NO_MAC, Scan, authenticate, batch_at, line_digests, scan,
};
use crate::store::{Cut, Foreign, Known, Recovery, Refusal};
use crate::{BatchHandle, Book, OpenJournalError, RecoveredBatch, Term};
use env::{Disk, TEMPORARY_SUFFIX, is_disk_full};
use proof::{Digest, LeafIndex};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// A look at one journal.
pub(super) struct Looking<'a> {
    pub(super) disk: &'a dyn Disk,
    dir: &'a Path,
    pub(super) known: &'a Known<'a>,
    pub(super) origin: Digest,
    /// The highest term of a file that is this log's.
    term: u64,
    /// Terms in the names of files that are not.
    taken: BTreeSet<u64>,
    /// The files that count, in leaf order.
    names: Vec<Name>,
    /// Files that do not count, because a later writing or segments seem to hold their lines.
    superseded: Vec<Name>,
    obsolete: Vec<Obsolete>,
    pub(super) next_leaf: LeafIndex,
    /// The digests of the leaves that no checkpoint covers, by leaf, as the files that count have them.
    pub(super) unsigned: BTreeMap<u64, Digest>,
    /// The last MAC before `next_leaf`, where it is known.
    previous_mac: Option<Mac>,
    files: Vec<FoundFile>,
    recovery: Recovery,
}

impl<'a> Looking<'a> {
    /// Looks which files there are. A folder that is missing holds none.
    pub(super) fn start(disk: &'a dyn Disk, dir: &'a Path, known: &'a Known<'a>) -> Result<Self, OpenJournalError> {
        let mut looking = Self {
            disk,
            dir,
            known,
            origin: Digest::of(known.origin.as_bytes()),
            term: 0,
            taken: BTreeSet::new(),
            names: Vec::new(),
            superseded: Vec::new(),
            obsolete: Vec::new(),
            next_leaf: known.sealed,
            unsigned: BTreeMap::new(),
            previous_mac: None,
            files: Vec::new(),
            recovery: Recovery { authenticated: known.key.is_some(), ..Recovery::default() },
        };
        for path in env::list_if_there(disk, dir).map_err(io_at(dir))? {
            looking.sort_in(path)?;
        }
        looking.choose();
        if let Some(first) = looking.names.first() {
            if first.first_leaf > known.sealed {
                let path = first.path(dir);
                let found = first.first_leaf;
                return Err(OpenJournalError::Gap { path, found, expected: known.sealed });
            }
            looking.next_leaf = first.first_leaf;
        }
        Ok(looking)
    }

    fn sort_in(&mut self, path: PathBuf) -> Result<(), OpenJournalError> {
        if let Some(named) = path.to_str().and_then(|path| path.strip_suffix(TEMPORARY_SUFFIX)) {
            let named = Path::new(named);
            let is_reserve = named == reserve_path(self.dir);
            // Other temporary files are not the journal's to remove.
            if is_reserve || matches!(Name::parse(named), Some(Named::File(_))) {
                if is_left(self.disk, &path, is_reserve, &self.origin).map_err(io_at(&path))? {
                    self.obsolete.push(Obsolete { path, leaves: None });
                } else {
                    self.leave(path, "it has a temporary name, and is not what a journal writes under it");
                }
            }
            return Ok(());
        }
        match Name::parse(&path) {
            None => {}
            Some(Named::File(name)) => self.names.push(name),
            Some(Named::OutOfReach) => self.leave(path, "no journal comes to the leaf and the term it is named after"),
            Some(Named::Wrong) => {
                let what = "the name is not <first leaf>-<term>.wal";
                return Err(OpenJournalError::Damaged { path, offset: 0, leaf: self.next_leaf, what });
            }
        }
        Ok(())
    }

    /// Notes a file that is neither used nor removed.
    fn leave(&mut self, path: PathBuf, what: &'static str) {
        let named = path.to_str().map(|path| Path::new(path.strip_suffix(TEMPORARY_SUFFIX).unwrap_or(path)));
        if let Some(Named::File(name)) = named.and_then(Name::parse) {
            self.taken.insert(name.term);
        }
        self.recovery.foreign.push(Foreign { path, what });
    }

    /// Leaves out what a later term wrote again under the same first leaf, and what is sealed altogether.
    fn choose(&mut self) {
        self.names.sort();
        let names = std::mem::take(&mut self.names);
        let mut later = names.iter().skip(1);
        for name in &names {
            let next = later.next();
            match next.map(|next| next.first_leaf) {
                Some(next) if next == name.first_leaf || next <= self.known.sealed => {
                    self.superseded.push(name.clone());
                }
                _ => self.names.push(name.clone()),
            }
        }
    }

    /// Reads every file and hands its batches on.
    pub(super) fn files(
        &mut self,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenJournalError> {
        let names = std::mem::take(&mut self.names);
        for (index, name) in names.iter().enumerate() {
            self.file(name, index + 1 == names.len(), receive)?;
        }
        let checkpoint = self.known.checkpoint.size;
        if self.next_leaf.0 < checkpoint.0.max(self.known.sealed.0) {
            return Err(OpenJournalError::Short { dir: self.dir.to_owned(), end: self.next_leaf, checkpoint });
        }
        Ok(())
    }

    fn file(
        &mut self,
        name: &Name,
        is_last: bool,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenJournalError> {
        let path = name.path(self.dir);
        if name.first_leaf != self.next_leaf {
            return Err(OpenJournalError::Gap { path, found: name.first_leaf, expected: self.next_leaf });
        }
        let bytes = env::read_whole(self.disk, &path, FILE_BYTES_MAX).map_err(io_at(&path))?;
        let header = self.check_header(name, &path, &bytes)?;
        let scan = scan(&bytes, &header);
        let digests = line_digests(&bytes, &scan, &header);
        let mac = self.authenticate(&path, &bytes, &header, &scan, &digests)?;
        self.judge(&path, &scan, is_last)?;
        self.term = self.term.max(name.term);
        self.check_checkpoint(&path, &header)?;
        // The page cache may show more of the last file, and of files no checkpoint covers, than the disk holds: an earlier
        // process' failed sync leaves no trace.
        let is_written_again = is_last || scan.end_leaf.0 > self.known.checkpoint.size.0;
        if is_written_again {
            self.obsolete.push(Obsolete { path: path.clone(), leaves: None });
            if scan.batches.is_empty() {
                self.previous_mac = Some(header.begun.previous_mac);
                return Ok(());
            }
        }
        self.previous_mac = Some(mac);
        let book = Book::nth(self.files.len());
        self.hand_over(book, &bytes, &header, &scan, &digests, receive)?;
        let leaves = (name.first_leaf.0..).zip(&digests).map(|(leaf, digest)| (leaf, *digest));
        self.unsigned.extend(leaves.filter(|(leaf, _)| *leaf >= self.known.checkpoint.size.0));
        self.next_leaf = scan.end_leaf;
        let first_leaf = name.first_leaf;
        let end_leaf = scan.end_leaf;
        // Usually only the last file is written again, so its bytes are kept in memory; others are read once more.
        let rewrite = is_written_again.then(|| Rewrite { header, scan, bytes: is_last.then_some(bytes) });
        self.files.push(FoundFile { book, path, first_leaf, end_leaf, rewrite });
        Ok(())
    }

    pub(super) fn check_header(&self, name: &Name, path: &Path, bytes: &[u8]) -> Result<FileHeader, OpenJournalError> {
        let damaged =
            |what| OpenJournalError::Damaged { path: path.to_owned(), offset: 0, leaf: name.first_leaf, what };
        let header = FileHeader::decode(bytes).map_err(|error| match error {
            HeaderError::Damaged(what) => damaged(what),
            HeaderError::Version(version) => OpenJournalError::Version { path: path.to_owned(), version },
        })?;
        if header.begun.origin != self.origin {
            return Err(OpenJournalError::OtherLog { path: path.to_owned() });
        }
        if header.begun.first_leaf != name.first_leaf || header.term != name.term {
            return Err(damaged("the name is not that of the file header"));
        }
        Ok(header)
    }

    /// Checks the MACs of a file, and that it follows the one before; returns its last MAC. No crash makes this fail, since each
    /// MAC lies under its frame's checksum.
    fn authenticate(
        &self,
        path: &Path,
        bytes: &[u8],
        header: &FileHeader,
        scan: &Scan,
        digests: &[Digest],
    ) -> Result<Mac, OpenJournalError> {
        let damaged = |offset, leaf, what| OpenJournalError::Damaged { path: path.to_owned(), offset, leaf, what };
        let Some(key) = self.known.key else { return Ok(NO_MAC) };
        let mac = authenticate(bytes, scan, header, digests, key)
            .map_err(|forged| damaged(forged.offset as u64, forged.leaf, forged.what))?;
        if self.previous_mac.is_some_and(|previous| previous != header.begun.previous_mac) {
            let what = "the file does not follow the one before it: one of the two was exchanged or cut";
            return Err(damaged(0, header.begun.first_leaf, what));
        }
        Ok(mac)
    }

    /// Refuses a file that was begun under a checkpoint which is not one of this tree's.
    fn check_checkpoint(&self, path: &Path, header: &FileHeader) -> Result<(), OpenJournalError> {
        let begun = header.begun.checkpoint;
        let newest = self.known.checkpoint.size;
        let ahead = (begun.size > newest).then_some(newest);
        if ahead.is_none() && (self.known.root_at)(begun.size) == Some(begun.root) {
            return Ok(());
        }
        Err(OpenJournalError::OtherTree { path: path.to_owned(), begun: begun.size, newest: ahead })
    }

    /// Decides whether the end of a file is right, may be cut, or shows a loss.
    fn judge(&mut self, path: &Path, scan: &Scan, is_last: bool) -> Result<(), OpenJournalError> {
        let offset = scan.end_offset as u64;
        let damaged = |what| OpenJournalError::Damaged { path: path.to_owned(), offset, leaf: scan.end_leaf, what };
        let attested = scan.end_leaf.0 < self.known.checkpoint.size.0.max(self.known.sealed.0);
        match scan.end {
            End::Damaged(what) => return Err(damaged(what)),
            End::Torn(what) if !is_last || attested => return Err(damaged(what)),
            End::Torn(_) => self.recovery.cut = Some(Cut { path: path.to_owned(), offset }),
            // A file gets a successor only after its closing mark was synced.
            End::Open if !is_last => return Err(damaged("the closing mark is missing although another file follows")),
            End::Open if attested => return Err(damaged("lines that a checkpoint covers are missing")),
            End::Open => {}
            End::Closed => self.recovery.closed = is_last,
        }
        Ok(())
    }

    fn hand_over(
        &mut self,
        book: Book,
        bytes: &[u8],
        header: &FileHeader,
        scan: &Scan,
        digests: &[Digest],
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenJournalError> {
        let mut left = digests;
        for place in &scan.batches {
            let frame = batch_at(bytes, place.start, header).expect("the scan has found this batch");
            let [lines_at, records_at] = [frame.lines_at, frame.disclosures_at()]
                .map(|at| u32::try_from(place.start + at).unwrap_or_else(|_| panic!("journal files stay below 4 GiB")));
            let handle = BatchHandle::new(frame.first_leaf, Term(header.term), book, lines_at, records_at);
            self.recovery.batches += 1;
            self.recovery.lines += frame.lines.len() as u64;
            let (digests, behind) = left.split_at(frame.lines.len());
            left = behind;
            let Frame { lines, refs, disclosures, .. } = frame;
            receive(RecoveredBatch { handle, lines, digests, refs, disclosures })
                .map_err(|source| OpenJournalError::Refused { source })?;
        }
        Ok(())
    }

    /// Checks the reserve, too, although it holds no data: no byte of the folder may change unnoticed.
    pub(super) fn reserve(&self) -> Result<(), OpenJournalError> {
        let path = reserve_path(self.dir);
        if let Some(offset) = first_not_zero(self.disk, &path).map_err(io_at(&path))? {
            let what = "the reserve is not all zeroes";
            return Err(OpenJournalError::Damaged { path, offset, leaf: self.next_leaf, what });
        }
        Ok(())
    }

    /// What was found, all of it read.
    pub(super) fn found(mut self) -> Result<FoundFiles, OpenJournalError> {
        for name in std::mem::take(&mut self.superseded) {
            self.supersede(&name)?;
        }
        let term = self.next_term()?;
        let first_leaf = self.files.first().map_or(self.known.sealed, |file| file.first_leaf);
        Ok(FoundFiles {
            dir: self.dir.to_owned(),
            origin: self.origin,
            key: self.known.key.cloned(),
            term,
            checkpoint: self.known.checkpoint,
            previous_mac: self.previous_mac.unwrap_or(NO_MAC),
            leaves: first_leaf..self.next_leaf,
            files: self.files,
            obsolete: self.obsolete,
            recovery: self.recovery,
        })
    }

    /// Says which lines a file that does not count holds, so that it is only removed where they are held elsewhere.
    fn supersede(&mut self, name: &Name) -> Result<(), OpenJournalError> {
        let path = name.path(self.dir);
        match self.read_again(name, &path)? {
            ReadAgain::Foreign(what) => self.leave(path, what),
            ReadAgain::Ours { end } if end > self.next_leaf => {
                let what = "the later writing of these lines holds fewer of them";
                return Err(OpenJournalError::Damaged { path, offset: 0, leaf: self.next_leaf, what });
            }
            ReadAgain::Ours { end } => {
                self.term = self.term.max(name.term);
                self.obsolete.push(Obsolete { path, leaves: Some(name.first_leaf..end) });
            }
        }
        Ok(())
    }

    /// The term of the next process: above that of every file that is this log's, and none that a foreign file is named after, so that
    /// no name is used twice.
    fn next_term(&self) -> Result<u64, OpenJournalError> {
        let mut free = (self.term + 1..=TERM_MAX).filter(|term| !self.taken.contains(term));
        free.next().ok_or_else(|| {
            let what = "a file has the last term there is: somebody gave it that term, for no journal comes so far";
            OpenJournalError::Damaged { path: self.dir.to_owned(), offset: 0, leaf: self.next_leaf, what }
        })
    }
}

pub(super) fn io_at(path: &Path) -> impl Fn(io::Error) -> OpenJournalError {
    let path = path.to_owned();
    move |source| {
        if is_disk_full(&source) {
            OpenJournalError::DiskFull
        } else {
            OpenJournalError::Io { path: path.clone(), source }
        }
    }
}
