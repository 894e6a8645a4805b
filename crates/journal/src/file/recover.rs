//! Starting: reading back what is there, refusing what is damaged, cutting what was never acknowledged.

use super::name::Name;
use super::reserve::{Reserve, reserve_path};
use super::writer::{Place, Setting, Writer};
use super::{CompleteFile, Cut, Files, Known, Recovery, Refusal, Sizes, open_file};
use crate::format::{
    End, FileHeader, Frame, HeaderError, Mac, NO_MAC, Scan, authenticate, batch_at, line_digests, restamp, scan,
};
use crate::{FileNumber, MacKey, OpenError, Placed, RecoveredBatch};
use env::{Disk, Random, TEMPORARY_SUFFIX, is_disk_full};
use proof::{Digest, LeafIndex};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Recovery of one journal.
pub(super) struct Recovering<'a> {
    disk: &'a dyn Disk,
    /// Give the nonce of a copied file and the MAC of its close; `None`: only looking, nothing is copied.
    copying: Option<(&'a dyn Random, &'a MacKey)>,
    dir: &'a Path,
    known: &'a Known<'a>,
    origin: Digest,
    /// This process' term: above that of every file there is.
    term: u64,
    /// The files that count, in leaf order.
    names: Vec<Name>,
    /// Files that are no longer needed, removed once everything is in order.
    obsolete: Vec<PathBuf>,
    next_leaf: LeafIndex,
    /// The last MAC before `next_leaf`, where it is known.
    previous_mac: Option<Mac>,
    next_number: u32,
    files: Files,
    recovery: Recovery,
}

impl<'a> Recovering<'a> {
    /// Looks which files there are.
    pub(super) fn start(
        disk: &'a dyn Disk,
        copying: Option<(&'a dyn Random, &'a MacKey)>,
        dir: &'a Path,
        known: &'a Known<'a>,
    ) -> Result<Self, OpenError> {
        if copying.is_some() {
            disk.create_dir_all(dir).map_err(io_at(dir))?;
        }
        let mut recovering = Self {
            disk,
            copying,
            dir,
            known,
            origin: Digest::of(known.origin.as_bytes()),
            term: 1,
            names: Vec::new(),
            obsolete: Vec::new(),
            next_leaf: known.sealed,
            previous_mac: None,
            next_number: 0,
            files: Files::default(),
            recovery: Recovery { authenticated: known.key.is_some(), ..Recovery::default() },
        };
        for path in disk.list(dir).map_err(io_at(dir))? {
            recovering.sort_in(path)?;
        }
        recovering.choose();
        if let Some(first) = recovering.names.first() {
            if first.first_leaf > known.sealed {
                let (path, found) = (first.path(dir), first.first_leaf);
                return Err(OpenError::Gap { path, found, expected: known.sealed });
            }
            recovering.next_leaf = first.first_leaf;
        }
        Ok(recovering)
    }

    fn sort_in(&mut self, path: PathBuf) -> Result<(), OpenError> {
        if path.as_os_str().as_encoded_bytes().ends_with(TEMPORARY_SUFFIX.as_bytes()) {
            self.obsolete.push(path);
            return Ok(());
        }
        match Name::parse(&path) {
            None => Ok(()),
            Some(Ok(name)) => {
                self.term = self.term.max(name.term + 1);
                self.names.push(name);
                Ok(())
            }
            Some(Err(what)) => Err(OpenError::Damaged { path, offset: 0, leaf: self.next_leaf, what }),
        }
    }

    /// Leaves out what a later term wrote again under the same first leaf, and what is sealed altogether.
    fn choose(&mut self) {
        self.names.sort();
        let names = std::mem::take(&mut self.names);
        let mut later = names.iter().skip(1);
        for name in &names {
            let next = later.next();
            let rewritten = next.is_some_and(|next| next.first_leaf == name.first_leaf);
            let sealed = next.is_some_and(|next| next.first_leaf <= self.known.sealed);
            if rewritten || sealed {
                self.obsolete.push(name.path(self.dir));
            } else {
                self.names.push(name.clone());
            }
        }
    }

    /// Reads every file and hands its batches on.
    pub(super) fn files(
        &mut self,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenError> {
        let names = std::mem::take(&mut self.names);
        for (index, name) in names.iter().enumerate() {
            self.file(name, index + 1 == names.len(), receive)?;
        }
        let checkpoint = self.known.checkpoint.size;
        if self.next_leaf.0 < checkpoint.0.max(self.known.sealed.0) {
            return Err(OpenError::Short { dir: self.dir.to_owned(), end: self.next_leaf, checkpoint });
        }
        Ok(())
    }

    fn file(
        &mut self,
        name: &Name,
        is_last: bool,
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenError> {
        let path = name.path(self.dir);
        if name.first_leaf != self.next_leaf {
            return Err(OpenError::Gap { path, found: name.first_leaf, expected: self.next_leaf });
        }
        let mut bytes = self.disk.read(&path).map_err(io_at(&path))?;
        let mut header = self.check_header(name, &path, &bytes)?;
        let scan = scan(&bytes, &header);
        let digests = line_digests(&bytes, &scan, &header);
        let mut mac = self.authenticate(&path, &bytes, &header, &scan, &digests)?;
        self.judge(&path, &scan, is_last)?;
        self.check_checkpoint(&path, &header)?;
        let mut current_path = path.clone();
        // Of the last file and of what no checkpoint covers, the disk may not hold what the page cache shows: an
        // earlier process' failed sync leaves no trace.
        if is_last || scan.end_leaf.0 > self.known.checkpoint.size.0 {
            self.obsolete.push(path);
            if scan.batches.is_empty() {
                self.previous_mac = Some(header.begun.previous_mac);
                return Ok(());
            }
            if let Some((random, key)) = self.copying {
                (current_path, header, mac) = self.copy(random, key, &header, &mut bytes, &scan)?;
            }
        }
        self.previous_mac = Some(mac);
        let number = FileNumber(self.next_number);
        self.next_number += 1;
        self.hand_over(number, &bytes, &header, &scan, &digests, receive)?;
        self.next_leaf = scan.end_leaf;
        self.files.reader = self.files.reader.with(number, open_file(self.disk, &current_path)?);
        self.files.complete.push(CompleteFile { number, path: current_path, end_leaf: scan.end_leaf });
        Ok(())
    }

    fn check_header(&self, name: &Name, path: &Path, bytes: &[u8]) -> Result<FileHeader, OpenError> {
        let damaged = |what| OpenError::Damaged { path: path.to_owned(), offset: 0, leaf: name.first_leaf, what };
        let header = FileHeader::decode(bytes).map_err(|error| match error {
            HeaderError::Damaged(what) => damaged(what),
            HeaderError::Version(version) => OpenError::Version { path: path.to_owned(), version },
        })?;
        if header.begun.origin != self.origin {
            return Err(OpenError::OtherLog { path: path.to_owned() });
        }
        if header.begun.first_leaf != name.first_leaf || header.term != name.term {
            return Err(damaged("the name is not that of the file header"));
        }
        Ok(header)
    }

    /// Checks the MACs of a file, and that it follows the one before; returns its last. What a crash leaves never fails
    /// here: a MAC lies under its frame's checksum.
    fn authenticate(
        &self,
        path: &Path,
        bytes: &[u8],
        header: &FileHeader,
        scan: &Scan,
        digests: &[Digest],
    ) -> Result<Mac, OpenError> {
        let damaged = |offset, leaf, what| OpenError::Damaged { path: path.to_owned(), offset, leaf, what };
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
    fn check_checkpoint(&self, path: &Path, header: &FileHeader) -> Result<(), OpenError> {
        let (begun, newest) = (header.begun.checkpoint, self.known.checkpoint.size);
        let ahead = (begun.size > newest).then_some(newest);
        if ahead.is_none() && (self.known.root_at)(begun.size) == Some(begun.root) {
            return Ok(());
        }
        Err(OpenError::OtherTree { path: path.to_owned(), begun: begun.size, newest: ahead })
    }

    /// Decides whether the end of a file is as it should be, may be cut, or says that something was lost.
    fn judge(&mut self, path: &Path, scan: &Scan, is_last: bool) -> Result<(), OpenError> {
        let offset = scan.end_offset as u64;
        let damaged = |what| OpenError::Damaged { path: path.to_owned(), offset, leaf: scan.end_leaf, what };
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

    /// Writes the batches of a file into a fresh one, closed and durable.
    fn copy(
        &self,
        random: &dyn Random,
        key: &MacKey,
        old: &FileHeader,
        bytes: &mut Vec<u8>,
        scan: &Scan,
    ) -> Result<(PathBuf, FileHeader, Mac), OpenError> {
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let header = FileHeader { term: self.term, nonce, ..old.clone() };
        let mac = restamp(bytes, scan, &header, key);
        let path = Name { first_leaf: header.begun.first_leaf, term: self.term }.path(self.dir);
        match env::publish_file(self.disk, &path, bytes) {
            Err(error) if is_disk_full(&error) => {
                let released = Reserve::of(self.disk, self.dir, 0).and_then(|mut reserve| reserve.release(self.disk));
                released.map_err(io_at(self.dir))?;
                env::publish_file(self.disk, &path, bytes).map_err(io_at(&path))?;
            }
            other => other.map_err(io_at(&path))?,
        }
        Ok((path, header, mac))
    }

    fn hand_over(
        &mut self,
        file: FileNumber,
        bytes: &[u8],
        header: &FileHeader,
        scan: &Scan,
        digests: &[Digest],
        receive: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>,
    ) -> Result<(), OpenError> {
        let mut left = digests;
        for place in &scan.batches {
            let frame = batch_at(bytes, place.start, header).expect("the scan has found this batch");
            let lines_offset = u32::try_from(place.start + frame.lines_at);
            let lines_offset = lines_offset.unwrap_or_else(|_| panic!("journal files stay below 4 GiB"));
            let placed = Placed { file, first_leaf: frame.first_leaf, lines_offset };
            self.recovery.batches += 1;
            self.recovery.lines += frame.lines.len() as u64;
            let (digests, behind) = left.split_at(frame.lines.len());
            left = behind;
            let Frame { lines, refs, disclosures, .. } = frame;
            receive(RecoveredBatch { placed, lines, digests, refs, disclosures })
                .map_err(|source| OpenError::Refused { source })?;
        }
        Ok(())
    }

    /// Ends without having changed anything. The reserve holds nothing, but is looked at, too: no byte of the folder
    /// may change unnoticed.
    pub(super) fn look(self) -> Result<Recovery, OpenError> {
        let path = reserve_path(self.dir);
        let reserve = match self.disk.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(io_at(&path))?,
        };
        if let Some(offset) = reserve.iter().position(|byte| *byte != 0) {
            let (offset, what) = (offset as u64, "the reserve is not all zeroes");
            return Err(OpenError::Damaged { path, offset, leaf: self.next_leaf, what });
        }
        Ok(self.recovery)
    }

    /// Starts the file that new groups go to, and removes what is no longer needed.
    pub(super) fn finish(
        mut self,
        disk: Arc<dyn Disk>,
        random: Arc<dyn Random>,
        key: MacKey,
        sizes: Sizes,
    ) -> Result<(Writer, Files, Recovery), OpenError> {
        let setting =
            Setting { disk, random, dir: self.dir.to_owned(), key, origin: self.origin, term: self.term, sizes };
        let number = FileNumber(self.next_number);
        let place = Place {
            first_leaf: self.next_leaf,
            checkpoint: self.known.checkpoint,
            previous_mac: self.previous_mac.unwrap_or(NO_MAC),
        };
        let writer = Writer::start(setting, place, number).map_err(io_at(self.dir))?;
        self.files.reader = self.files.reader.with(number, writer.open());
        for path in &self.obsolete {
            match self.disk.remove(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_at(path)(error)),
                _ => {}
            }
        }
        self.disk.sync_dir(self.dir).map_err(io_at(self.dir))?;
        Ok((writer, self.files, self.recovery))
    }
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| {
        if is_disk_full(&source) { OpenError::DiskFull } else { OpenError::Io { path: path.clone(), source } }
    }
}
