//! A sealed segment, opened.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::Disk;
use index::{Bound, Index, IndexError, IndexKey, IndexMemory, Indexed, KeptCodes, Lines, Unbound};
use proof::Digest;

use crate::PartError;
use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;
use crate::file::Source;
use crate::indexed::PartLines;
use crate::manifest::{FileStamp, SegmentEntry};
use crate::names::{SegmentFile, SegmentName};
use crate::part::Disclosed;

pub use crate::reindex::{AddressOf, PROGRESS_ROWS, ReindexError, Reindexing, check_index, reindex};

/// An opened sealed segment: its index joined to its lines and disclosures. Answers as a [`crate::Part`].
pub type Segment = Indexed<SealedLines>;

/// How the bytes of an index come into memory. Either way memory holds a copy, which no change of the file reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexAccess {
    /// Block by block, when they are first needed; each is compared with its digest, which was read when the file was opened.
    /// Memory for all segments together is bounded.
    Blocks,
    /// All at once, each block held against its digest; sections are held against their checksums.
    Whole,
}

/// Why a segment could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenSegmentError {
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
    /// Its index was written by somebody without the log's keys: the checksums fit, the MAC does not. Remedy: [`reindex`], and find
    /// out who can write to the folder.
    #[error("the index {} was forged: its checksum fits, but it was not made under the log's key", file.display())]
    IndexForged {
        /// The index file.
        file: PathBuf,
    },
    /// Its index is damaged or of another version. Remedy: [`reindex`].
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
}

impl OpenSegmentError {
    /// Returns whether making the index again would help.
    #[must_use]
    pub fn wants_reindex(&self) -> bool {
        !matches!(self, Self::Files(_))
    }

    /// Returns whether the index was written by somebody without the log's keys.
    #[must_use]
    pub fn is_forged(&self) -> bool {
        matches!(self, Self::IndexForged { .. })
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
    type Error = PartError;

    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        self.lines.line(leaf)
    }

    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        self.lines.lines(leaves, each)
    }

    fn lasting(&self) -> Option<u64> {
        Some(self.lines.id())
    }

    fn kept_codes(&self) -> Option<&KeptCodes> {
        Some(self.lines.kept_codes())
    }

    fn indexes(&self) -> Option<&IndexMemory> {
        Some(self.lines.indexes())
    }

    fn frames_read(&self) -> u64 {
        self.lines.frames_read()
    }
}

impl PartLines for SealedLines {
    fn disclosures(&self, leaf: u64) -> Result<Disclosed, PartError> {
        self.disclosures.disclosed(leaf)
    }

    fn disclosure_file(&self) -> Option<&DisclosureFile> {
        Some(&self.disclosures)
    }
}

/// Opens the segment that `entry` names in folder `dir`. Cost: the tables of its files, and of its index
/// the digests of its blocks, and where its times and leaves lie.
///
/// # Errors
/// `Files` if lines or disclosures cannot be used; anything else asks for [`reindex`].
pub fn open_segment(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &Arc<BlockCache>,
    access: IndexAccess,
) -> Result<Segment, OpenSegmentError> {
    let lines = SealedLines::open(disk, dir, entry, cache)?;
    let index = open_index(disk, dir, entry, cache, access)?;
    Ok(Indexed::new(index, lines))
}

/// The manifest's entry for the segment `name` as it lies in folder `dir`. Cost: reads and hashes lines and disclosures.
///
/// # Errors
/// `Read` if the disk fails, `Damaged` if a file is no segment's.
pub fn stamp(disk: &dyn Disk, dir: &Path, name: SegmentName) -> Result<SegmentEntry, PartError> {
    let cache = BlockCache::new(0);
    let lines = DataFile::open(disk, &name.path(dir, SegmentFile::Lines), &cache)?;
    let disclosures = DisclosureFile::open(disk, &name.path(dir, SegmentFile::Disclosures), &cache)?;
    let lines = FileStamp { bytes: lines.bytes(), sha256: lines.sha256()? };
    let disclosures = FileStamp { bytes: disclosures.bytes(), sha256: disclosures.sha256()? };
    Ok(SegmentEntry { name, lines, disclosures })
}

/// Opens the index of the segment that `entry` names, checking that it was made from these lines.
///
/// # Errors
/// As [`open_segment`], never `Files`.
pub fn open_index(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &BlockCache,
    access: IndexAccess,
) -> Result<Index, OpenSegmentError> {
    open_index_of(disk, dir, entry, cache, Some(cache.index_key()), access)
}

/// As [`open_index`]; without a key, who made the index stays unknown.
pub(crate) fn open_index_of(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &BlockCache,
    key: Option<&IndexKey>,
    access: IndexAccess,
) -> Result<Index, OpenSegmentError> {
    let file = entry.name.path(dir, SegmentFile::Index);
    let index = read_index(disk, &file, &entry.lines.sha256, cache, key, access)?;
    let leaves = entry.name.leaves();
    let fits = index.first_leaf() == leaves.start && u64::from(index.rows()) == leaves.end - leaves.start;
    if fits { Ok(index) } else { Err(OpenSegmentError::IndexForeign { file }) }
}

/// Opens an index file that was made from these lines, under this key where it is at hand.
pub(crate) fn read_index(
    disk: &dyn Disk,
    file: &Path,
    lines: &Digest,
    cache: &BlockCache,
    key: Option<&IndexKey>,
    access: IndexAccess,
) -> Result<Index, OpenSegmentError> {
    let unread = |source| OpenSegmentError::IndexUnread { file: file.to_owned(), source };
    let failed = |error| match error {
        PartError::Read { source, .. } => unread(source),
        error => OpenSegmentError::Files(error),
    };
    let source = Source::open(disk, file).map_err(failed)?;
    let bound = Bound::read(&source, lines, key).map_err(|error| match error {
        Unbound::Read(error) => failed(error.into()),
        Unbound::Foreign => OpenSegmentError::IndexForeign { file: file.to_owned() },
        Unbound::Forged => OpenSegmentError::IndexForged { file: file.to_owned() },
    })?;
    match access {
        IndexAccess::Whole => {
            let bytes = source.read(0, bound.len).map_err(failed)?;
            if !bound.holds(0, &bytes) {
                return Err(OpenSegmentError::IndexForeign { file: file.to_owned() });
            }
            Ok(Index::open(file, Arc::new(bytes))?)
        }
        IndexAccess::Blocks => {
            let blocks = bound.blocks(Box::new(source), cache.indexes().filled()).map_err(unread)?;
            Ok(Index::open_blocks(blocks)?)
        }
    }
}
