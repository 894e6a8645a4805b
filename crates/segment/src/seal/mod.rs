//! Sealing: consecutive lines become an immutable segment.
//!
//! Order: all three files written under temporary names and synced → lines read back and compared with the tree's
//! digests, file hashes taken from what was read → renamed without replacing → folder synced. Only then may the caller
//! publish the manifest that names the segment, and only after that free the journal.

mod leftovers;

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::Disk;
use event::{Entry, LineError};
use proof::Digest;

use crate::cache::BlockCache;
use crate::data::{DataFile, DataWriter};
use crate::disclosures::{DisclosureFile, DisclosureWriter};
use crate::file::Output;
use crate::index::{IndexBuilder, RowExtra};
use crate::manifest::{FileStamp, SegmentEntry};
use crate::names::{SegmentFile, SegmentName};
use crate::part::Disclosed;
use crate::personal::commits_to;
use crate::{PartError, bound};

pub use leftovers::remove_leftovers;

/// Where the digest of a leaf comes from: the ledger.
pub type Digests<'a> = dyn Fn(u64) -> Result<Digest, Box<dyn std::error::Error + Send + Sync>> + 'a;

/// Why sealing failed. Nothing is lost: the journal still holds every line, and what was written is not named by any
/// manifest. Sealing again takes new names.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The disk failed or is full. Remedy: make room or look at the disk, then seal again.
    #[error("cannot write {}", file.display())]
    Write {
        /// The file or folder.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// What was written could not be read back. Remedy: look at the disk.
    #[error("what was sealed does not read back")]
    ReadBack(#[from] PartError),
    /// What was read back is not what was written. Remedy: look at disk and memory.
    #[error("{} does not hold what was written to it", file.display())]
    Differs {
        /// The file.
        file: PathBuf,
    },
    /// A line's digest is not the tree's. Remedy: `verify`; journal and tree disagree.
    #[error("the line of leaf {leaf} is not the one in the tree")]
    NotInTree {
        /// The leaf.
        leaf: u64,
    },
    /// The tree could not be asked.
    #[error("cannot read the digest of leaf {leaf}")]
    Tree {
        /// The leaf.
        leaf: u64,
        /// What the ledger answered.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bytes are no line: a mistake of the writer, or a damaged journal.
    #[error("the bytes of leaf {leaf} are no line")]
    Line {
        /// The leaf.
        leaf: u64,
        /// What the parser found.
        source: LineError,
    },
    /// The disclosures are not those the line commits to: a mistake of the writer, or a damaged journal.
    #[error("the disclosures of leaf {leaf} are not those its line commits to")]
    Disclosures {
        /// The leaf.
        leaf: u64,
    },
    /// More or fewer lines were pushed than announced: a mistake of the caller.
    #[error("{pushed} lines were pushed for a segment of {announced}")]
    Count {
        /// Lines announced.
        announced: u64,
        /// Lines pushed.
        pushed: u64,
    },
}

/// A segment being sealed.
///
/// Memory: a frame, a block of each kind, about 60 bytes per distinct disclosure, and the index under construction.
pub struct Sealer<'a> {
    name: SegmentName,
    dir: PathBuf,
    temporary: Temporary<'a>,
    next: u64,
    lines: DataWriter,
    disclosures: DisclosureWriter,
    index: IndexBuilder,
}

/// Removes the temporary files when sealing is given up; what that misses, the next start removes.
struct Temporary<'a> {
    disk: &'a dyn Disk,
    paths: [PathBuf; 3],
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        for path in &self.paths {
            // Renamed already, or the disk has failed: either way there is nothing more to do here.
            let _ = self.disk.remove(path);
        }
    }
}

impl<'a> Sealer<'a> {
    /// Begins a segment of the given leaves in folder `dir`, under a generation never used there.
    ///
    /// # Errors
    /// `Count` if there are no leaves or more than a segment's rows can count, `Write` if the disk fails.
    pub fn begin(disk: &'a dyn Disk, dir: &Path, leaves: Range<u64>) -> Result<Self, SealError> {
        let announced = leaves.end.saturating_sub(leaves.start);
        if announced == 0 || announced > u64::from(u32::MAX) {
            return Err(SealError::Count { announced, pushed: 0 });
        }
        let write = |file: &Path, source| SealError::Write { file: file.to_owned(), source };
        let (first, last) = (leaves.start, leaves.end - 1);
        let generation = free_generation(disk, dir, first, last).map_err(|source| write(dir, source))?;
        let name = SegmentName { first, last, generation };
        let paths = SegmentFile::ALL.map(|file| env::temporary_path(&name.path(dir, file)));
        let [lines_path, disclosures_path, _] = &paths;
        let lines = DataWriter::create(disk, lines_path, first).map_err(|source| write(lines_path, source))?;
        let disclosures = DisclosureWriter::create(disk, disclosures_path, first)
            .map_err(|source| write(disclosures_path, source))?;
        Ok(Self {
            name,
            dir: dir.to_owned(),
            temporary: Temporary { disk, paths },
            next: first,
            lines,
            disclosures,
            index: IndexBuilder::new(first),
        })
    }

    /// Appends the next leaf's line (without newline), the disclosures behind it (per element of its `personal`), and
    /// the keyed token of its address. Cost: a parse, a share of a frame's compression, an index row.
    ///
    /// # Errors
    /// `Line`, `Disclosures`, `Count` if the input is not as said; `Write` if the disk fails.
    pub fn push(&mut self, line: &[u8], disclosed: &Disclosed, address: Option<u64>) -> Result<(), SealError> {
        let leaf = self.next;
        if leaf > self.name.last {
            return Err(self.miscounted());
        }
        let entry = Entry::parse(line).map_err(|source| SealError::Line { leaf, source })?;
        let digests: Vec<[Option<[u8; 32]>; 3]> = disclosed
            .iter()
            .map(|element| element.each_ref().map(|record| record.as_ref().map(|r| r.digest)))
            .collect();
        if !commits_to(&entry, &digests) {
            return Err(SealError::Disclosures { leaf });
        }
        let extra = RowExtra { address, identity: digests.iter().filter_map(|[identity, ..]| *identity).collect() };
        self.lines.push(line).map_err(|source| SealError::Write { file: self.lines.path().to_owned(), source })?;
        self.disclosures
            .push(disclosed)
            .map_err(|source| SealError::Write { file: self.disclosures.path().to_owned(), source })?;
        self.index.push(leaf, &entry, &extra);
        self.next += 1;
        Ok(())
    }

    /// Makes the segment durable and returns what the manifest must say of it. Cost: builds the index, reads
    /// everything back once.
    ///
    /// # Errors
    /// As [`SealError`]. On an error no file with a final name is complete, and temporary ones are removed.
    pub fn finish(self, digests: &Digests<'_>) -> Result<SegmentEntry, SealError> {
        if self.next != self.name.last + 1 {
            return Err(self.miscounted());
        }
        let Self { name, dir, temporary, lines, disclosures, index, .. } = self;
        let disk = temporary.disk;
        let [lines_path, disclosures_path, index_path] = &temporary.paths;
        let write = |file: &Path| {
            let file = file.to_owned();
            |source| SealError::Write { file, source }
        };
        let lines = stamp(lines.finish().map_err(write(lines_path))?);
        let disclosures = stamp(disclosures.finish().map_err(write(disclosures_path))?);
        let mut output = Output::create(disk, index_path).map_err(write(index_path))?;
        output
            .append(&index.finish())
            .and_then(|()| output.append(&bound::trailer(&lines.sha256)))
            .map_err(write(index_path))?;
        output.finish().map_err(write(index_path))?;

        read_back(disk, lines_path, lines, disclosures_path, disclosures, digests)?;

        for (file, path) in SegmentFile::ALL.into_iter().zip(&temporary.paths) {
            let to = name.path(&dir, file);
            disk.rename_noreplace(path, &to).map_err(write(&to))?;
        }
        disk.sync_dir(&dir).map_err(write(&dir))?;
        Ok(SegmentEntry { name, lines, disclosures })
    }

    fn miscounted(&self) -> SealError {
        let announced = self.name.leaves().end - self.name.first;
        SealError::Count { announced, pushed: self.next - self.name.first }
    }
}

/// Reads every line and every disclosure back. The index is not read: it checks itself and can be made again.
fn read_back(
    disk: &dyn Disk,
    lines_path: &Path,
    lines: FileStamp,
    disclosures_path: &Path,
    disclosures: FileStamp,
    digests: &Digests<'_>,
) -> Result<(), SealError> {
    let cache = BlockCache::new(0);
    let file = DataFile::open(disk, lines_path, &cache)?;
    if file.sha256()? != lines.sha256 {
        return Err(SealError::Differs { file: lines_path.to_owned() });
    }
    let mut wrong = None;
    file.scan(0, &mut |leaf, line| {
        wrong = match digests(leaf) {
            Ok(digest) if digest == Digest::of(line) => return ControlFlow::Continue(()),
            Ok(_) => Some(SealError::NotInTree { leaf }),
            Err(source) => Some(SealError::Tree { leaf, source }),
        };
        ControlFlow::Break(())
    })?;
    if let Some(error) = wrong {
        return Err(error);
    }
    let file = DisclosureFile::open(disk, disclosures_path, &Arc::clone(&cache))?;
    file.check()?;
    if file.sha256()? != disclosures.sha256 {
        return Err(SealError::Differs { file: disclosures_path.to_owned() });
    }
    Ok(())
}

fn stamp((bytes, sha256): (u64, Digest)) -> FileStamp {
    FileStamp { bytes, sha256 }
}

/// Returns the lowest generation above all that any file of these leaves has, temporary ones included.
fn free_generation(disk: &dyn Disk, dir: &Path, first: u64, last: u64) -> io::Result<u32> {
    let mut free = 0;
    for path in disk.list(dir)? {
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let file_name = file_name.strip_suffix(env::TEMPORARY_SUFFIX).unwrap_or(file_name);
        if let Some((name, _)) = SegmentName::parse(file_name)
            && (name.first, name.last) == (first, last)
        {
            free = free.max(name.generation.checked_add(1).ok_or(io::ErrorKind::AlreadyExists)?);
        }
    }
    Ok(free)
}
