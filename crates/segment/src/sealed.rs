//! A sealed segment, opened.

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::Disk;
use event::{Entry, LineError};

use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;
use crate::index::{Index, IndexBuilder, IndexError, Indexed, Lines, RowExtra};
use crate::manifest::SegmentEntry;
use crate::names::{SegmentFile, SegmentName};
use crate::part::Disclosed;
use crate::{PartError, bound, map};

/// An opened sealed segment: its index joined to its lines and disclosures. Answers as a [`crate::Part`].
pub type Segment = Indexed<SealedLines>;

/// How the bytes of an index are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexAccess {
    /// Mapped into memory, from the real file system.
    Map,
    /// Read into memory through the disk given.
    Read,
}

/// Why a segment could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its lines or disclosures cannot be used. Remedy: `verify`, then restore the file.
    #[error("the segment's files cannot be used")]
    Files(#[from] PartError),
    /// Its index file cannot be read. Remedy: [`reindex`].
    #[error("cannot read the index {}", file.display())]
    IndexUnread {
        /// The index file.
        file: PathBuf,
        /// What the system answered; `NotFound` if it is missing.
        source: io::Error,
    },
    /// Its index is none, or not of these lines. Remedy: [`reindex`].
    #[error("the index {} is not of these lines", file.display())]
    IndexForeign {
        /// The index file.
        file: PathBuf,
    },
    /// Its index is damaged or of another version. Remedy: [`reindex`].
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
}

impl OpenError {
    /// Returns whether making the index again would help.
    #[must_use]
    pub fn wants_reindex(&self) -> bool {
        !matches!(self, Self::Files(_))
    }
}

/// Lines and disclosures of a sealed segment.
pub struct SealedLines {
    name: SegmentName,
    lines: DataFile,
    disclosures: DisclosureFile,
}

impl SealedLines {
    /// Opens both files and checks that they are of the leaves the manifest says. Contents are checked as they are
    /// read; whole files against their hashes by [`crate::verify::verify_segment`].
    ///
    /// # Errors
    /// `Read` if the disk fails, `Damaged` if a file is not what was written.
    pub fn open(disk: &dyn Disk, dir: &Path, entry: &SegmentEntry, cache: &Arc<BlockCache>) -> Result<Self, PartError> {
        let name = entry.name;
        let lines = DataFile::open(disk, &name.path(dir, SegmentFile::Lines), cache)?;
        let disclosures = DisclosureFile::open(disk, &name.path(dir, SegmentFile::Disclosures), cache)?;
        let misfit = |path: &Path| PartError::Damaged {
            file: path.to_owned(),
            offset: 0,
            what: "it is not of the leaves or the length that the manifest says",
        };
        if (lines.leaves(), lines.bytes()) != (name.leaves(), entry.lines.bytes) {
            return Err(misfit(lines.path()));
        }
        if (disclosures.leaves(), disclosures.bytes()) != (name.leaves(), entry.disclosures.bytes) {
            return Err(misfit(disclosures.path()));
        }
        Ok(Self { name, lines, disclosures })
    }

    /// Returns which segment this is.
    #[must_use]
    pub fn name(&self) -> SegmentName {
        self.name
    }

    /// Returns the leaves held.
    #[must_use]
    pub fn leaves(&self) -> Range<u64> {
        self.name.leaves()
    }

    /// Returns the file of lines.
    #[must_use]
    pub fn data(&self) -> &DataFile {
        &self.lines
    }

    /// Returns the file of disclosures.
    #[must_use]
    pub fn disclosure_file(&self) -> &DisclosureFile {
        &self.disclosures
    }
}

impl Lines for SealedLines {
    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        self.lines.line(leaf)
    }

    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        self.lines.lines(leaves, each)
    }

    fn lasting(&self) -> Option<u64> {
        Some(self.lines.id())
    }

    fn frames_read(&self) -> u64 {
        self.lines.frames_read()
    }

    fn disclosures(&self, leaf: u64) -> Result<Disclosed, PartError> {
        self.disclosures.disclosed(leaf)
    }

    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        Some(&self.disclosures)
    }
}

/// Opens the segment that `entry` names in folder `dir`. Cost: the tables of its files and the head of its index.
///
/// # Errors
/// `Files` if lines or disclosures cannot be used; anything else asks for [`reindex`].
pub fn open_segment(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &Arc<BlockCache>,
    access: IndexAccess,
) -> Result<Segment, OpenError> {
    let lines = SealedLines::open(disk, dir, entry, cache)?;
    let index = open_index(disk, dir, entry, access)?;
    Ok(Indexed::new(index, lines))
}

/// Opens the index of the segment that `entry` names, checking that it was made from these lines.
///
/// # Errors
/// As [`open_segment`], never `Files`.
pub fn open_index(disk: &dyn Disk, dir: &Path, entry: &SegmentEntry, access: IndexAccess) -> Result<Index, OpenError> {
    let file = entry.name.path(dir, SegmentFile::Index);
    let bytes = match access {
        IndexAccess::Map => map::map(&file),
        IndexAccess::Read => disk.read(&file).map(|bytes| Arc::new(bytes) as _),
    };
    let bytes = bytes.map_err(|source| OpenError::IndexUnread { file: file.clone(), source })?;
    let bytes =
        bound::unbind(bytes, &entry.lines.sha256).ok_or_else(|| OpenError::IndexForeign { file: file.clone() })?;
    let index = Index::open(&file, bytes)?;
    let leaves = entry.name.leaves();
    let fits = index.first_leaf() == leaves.start && u64::from(index.rows()) == leaves.end - leaves.start;
    if fits { Ok(index) } else { Err(OpenError::IndexForeign { file }) }
}

/// Why an index could not be made again.
#[derive(Debug, thiserror::Error)]
pub enum ReindexError {
    /// Its lines or disclosures cannot be used. Remedy: `verify`, then restore the file.
    #[error("the segment's files cannot be used")]
    Files(#[from] PartError),
    /// A line does not parse. Remedy: `verify`.
    #[error("the bytes of leaf {leaf} are no line")]
    Line {
        /// The leaf.
        leaf: u64,
        /// What the parser found.
        source: LineError,
    },
    /// The address of a leaf could not be had.
    #[error("cannot make the address token of leaf {leaf}")]
    Address {
        /// The leaf.
        leaf: u64,
        /// What the vault answered.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk failed. Remedy: look at the disk; the old index, if any, is still there.
    #[error("cannot write {}", file.display())]
    Write {
        /// The index file.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// Gives the keyed address token of an entry: from its line where the address stands in it, else by opening its
/// connection disclosure. `None` where there is no address or the person's key is gone.
pub type AddressOf<'a> =
    dyn Fn(&Entry<'_>, &Disclosed) -> Result<Option<u64>, Box<dyn std::error::Error + Send + Sync>> + 'a;

/// Returns the bytes of the segment's index file, made from its lines and disclosures alone. The same lines and address
/// tokens give the same bytes, so comparing them with the file proves the file. Cost: reads and indexes every line.
///
/// # Errors
/// As [`ReindexError`], never `Write`.
pub fn make_index(lines: &SealedLines, entry: &SegmentEntry, seed: u64, address: &AddressOf<'_>) -> Result<Vec<u8>, ReindexError> {
    let mut builder = IndexBuilder::new(entry.name.first, seed);
    let mut failed = None;
    lines.lines.scan(0, &mut |leaf, line| match index_row(lines, leaf, line, address, &mut builder) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut bytes = builder.finish();
    bytes.extend_from_slice(&bound::trailer(&entry.lines.sha256));
    Ok(bytes)
}

/// Makes the segment's index again and puts it in place of the old one. Whoever has the old one open keeps it.
///
/// # Errors
/// As [`ReindexError`].
pub fn reindex(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &Arc<BlockCache>,
    seed: u64,
    address: &AddressOf<'_>,
) -> Result<(), ReindexError> {
    let lines = SealedLines::open(disk, dir, entry, cache)?;
    let bytes = make_index(&lines, entry, seed, address)?;
    let file = entry.name.path(dir, SegmentFile::Index);
    env::replace_file(disk, &file, &bytes).map_err(|source| ReindexError::Write { file, source })
}

fn index_row(
    lines: &SealedLines,
    leaf: u64,
    line: &[u8],
    address: &AddressOf<'_>,
    builder: &mut IndexBuilder,
) -> Result<(), ReindexError> {
    let entry = Entry::parse(line).map_err(|source| ReindexError::Line { leaf, source })?;
    let disclosed = lines.disclosures.disclosed(leaf)?;
    let address = address(&entry, &disclosed).map_err(|source| ReindexError::Address { leaf, source })?;
    let identity = disclosed.iter().filter_map(|[identity, ..]| identity.as_ref().map(|r| r.digest)).collect();
    builder.push(leaf, &entry, &RowExtra { address, identity });
    Ok(())
}
