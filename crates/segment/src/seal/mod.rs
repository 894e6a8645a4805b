//! Sealing: consecutive lines become an immutable segment.
//!
//! Order: lines and disclosures written under temporary names and synced → read back, lines compared with the tree's
//! digests, files with the hashes taken while writing → index written and synced → each put under its name, lines first. Only then may the caller publish the manifest that names the segment, and only after that free the journal.

mod leftovers;
mod temporary;
mod unnamed;

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::{BlobStore, Disk};
use event::personal::SealedDisclosure;
use event::{Entry, Kind, LineError};
use index::{AddressValue, IndexBuilder, IndexKey, IndexSecret, LeafSet, RowExtra, trailer_of};
use proof::Digest;
use roaring::RoaringTreemap;

use crate::cache::BlockCache;
use crate::data::{DataFile, DataWriter};
use crate::disclosures::{DisclosureFile, DisclosureWriter};
use crate::file::Output;
use crate::manifest::{FileStamp, RemovedStamp, SegmentEntry};
use crate::personal::{commits_to, names};
use crate::{Disclosed, PartError};

pub use crate::disclosures::Ordinals;
pub use crate::personal::Digests3;
pub use leftovers::{Elsewhere, Leftovers, remove_files, remove_leftovers, remove_unfinished};
pub(crate) use temporary::Temporary;
pub(crate) use unnamed::{Found, Placed, find, place_draft};

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
    /// No line was pushed, or not an index row for each: a mistake of the caller.
    #[error("{lines} lines and {rows} index rows make no segment")]
    Count {
        /// Lines pushed.
        lines: u64,
        /// Index rows pushed.
        rows: u64,
    },
}

/// A segment being sealed, for as long as it takes: lines may come as they are recorded.
///
/// Memory: a frame, a block of each kind, about 60 bytes per distinct disclosure, and the index under construction.
pub struct Sealer {
    first: u64,
    temporary: Temporary,
    next: u64,
    /// Leaves before `next` that were passed over.
    removed: RoaringTreemap,
    lines: DataWriter,
    disclosures: DisclosureWriter,
    index: IndexBuilder,
    index_key: IndexKey,
}

impl Sealer {
    /// Begins a segment of `store` whose first leaf is `first`, in drafts never used there; `rows` are expected, more or fewer may come. `secret` is that of the log's indexes.
    ///
    /// # Errors
    /// `Write` if the disk fails.
    pub fn begin(
        store: &dyn BlobStore,
        first: u64,
        rows: usize,
        secret: impl Into<IndexSecret>,
    ) -> Result<Self, SealError> {
        let IndexSecret { seed, key } = secret.into();
        let write = |file: &Path, source| SealError::Write { file: file.to_owned(), source };
        let temporary = Temporary::begin(store, first)?;
        let disk = temporary.disk();
        let [lines_path, disclosures_path, _] = &temporary.paths;
        let lines = DataWriter::create(disk, lines_path).map_err(|source| write(lines_path, source))?;
        let disclosures = DisclosureWriter::create(disk, disclosures_path, first)
            .map_err(|source| write(disclosures_path, source))?;
        Ok(Self {
            first,
            next: first,
            removed: RoaringTreemap::new(),
            lines,
            disclosures,
            temporary,
            index: IndexBuilder::new(first, seed).expecting(rows),
            index_key: key,
        })
    }

    /// The leaves whose lines are in, and those among them that were passed over.
    #[must_use]
    pub fn leaves(&self) -> Range<u64> {
        self.first..self.next
    }

    /// Passes over the leaves before `next` that have no line yet: they were removed.
    pub fn pass_over(&mut self, next: u64) {
        if self.next < next {
            self.removed.insert_range(self.next..next);
            self.next = next;
        }
    }

    /// Appends the next leaf's line (without newline), the disclosures behind it (per element of its `personal`), and the value
    /// of its address. Cost: a parse, a share of a frame's compression, an index row.
    ///
    /// # Errors
    /// `Line`, `Disclosures` if the input is not as said; `Write` if the disk fails.
    pub fn push(&mut self, line: &[u8], disclosed: &Disclosed, address: Option<AddressValue>) -> Result<(), SealError> {
        let leaf = self.next;
        let digests: Vec<Digests3> = disclosed
            .iter()
            .map(|element| element.each_ref().map(|record| record.as_ref().map(|r| r.digest)))
            .collect();
        let entry = Entry::parse(line).map_err(|source| SealError::Line { leaf, source })?;
        if !commits_to(&entry, &digests) {
            return Err(SealError::Disclosures { leaf });
        }
        let mut ordinals = Vec::with_capacity(disclosed.len());
        for element in disclosed {
            let mut placed = [None; 3];
            for (kind, (place, record)) in Kind::ALL.into_iter().zip(placed.iter_mut().zip(element)) {
                let Some(record) = record else { continue };
                if record.kind != kind {
                    return Err(SealError::Disclosures { leaf });
                }
                *place = Some(self.disclosure(record.as_ref())?);
            }
            ordinals.push(placed);
        }
        self.append(line, &ordinals)?;
        self.push_row(leaf, &entry, &digests, address);
        Ok(())
    }

    /// Appends the next leaf's line, whose disclosures were put in before. `digests` and `ordinals`: those of these disclosures,
    /// per element of `personal`. Its index row comes separately ([`Self::absorb`] or [`Self::push_row`]). Cost: a share of a
    /// frame's compression, a SHA-256 of some bytes and a short search for each element.
    ///
    /// # Errors
    /// `Disclosures` if the line does not name them; `Write` if the disk fails.
    pub fn push_line(&mut self, line: &[u8], digests: &[Digests3], ordinals: &[Ordinals]) -> Result<(), SealError> {
        if !names(line, digests) {
            return Err(SealError::Disclosures { leaf: self.next });
        }
        self.append(line, ordinals)
    }

    /// Puts a disclosure in unless it is there already; returns the number, within its kind, by which lines refer to it.
    ///
    /// # Errors
    /// `Write` if the disk fails.
    pub fn disclosure(&mut self, record: SealedDisclosure<&[u8]>) -> Result<u32, SealError> {
        let put = self.disclosures.record(record);
        put.map_err(|source| SealError::Write { file: self.disclosures.path().to_owned(), source })
    }

    /// Adds the index row of the next leaf that has none.
    pub fn push_row(&mut self, leaf: u64, entry: &Entry<'_>, digests: &[Digests3], address: Option<AddressValue>) {
        let extra = RowExtra { address, identity: digests.iter().filter_map(|[identity, ..]| *identity).collect() };
        self.index.push(leaf, entry, &extra);
    }

    /// Adds the index rows of the next leaves that have none, from what the tail indexed before.
    pub fn absorb(&mut self, rows: IndexBuilder) {
        self.index.absorb(rows);
    }

    fn append(&mut self, line: &[u8], ordinals: &[Ordinals]) -> Result<(), SealError> {
        self.lines.push(line).map_err(|source| SealError::Write { file: self.lines.path().to_owned(), source })?;
        self.disclosures
            .push(ordinals)
            .map_err(|source| SealError::Write { file: self.disclosures.path().to_owned(), source })?;
        self.next += 1;
        Ok(())
    }

    /// Makes the segment durable and returns what the manifest must say of it. Cost: builds the index, reads
    /// everything back once.
    ///
    /// # Errors
    /// As [`SealError`]. On an error no file with a final name is complete, and temporary ones are removed.
    pub fn finish(self, digests: &Digests<'_>) -> Result<SegmentEntry, SealError> {
        let leaves = LeafSet::without(self.leaves(), &self.removed);
        let rows = u64::from(self.index.rows());
        if self.next == self.first || leaves.len() != rows {
            return Err(SealError::Count { lines: leaves.len(), rows });
        }
        let Self { first, next, temporary, lines, disclosures, index, index_key, .. } = self;
        let disk = temporary.disk();
        let [lines_path, disclosures_path, index_path] = &temporary.paths;
        let write = |file: &Path| {
            let file = file.to_owned();
            |source| SealError::Write { file, source }
        };
        let stored = || {
            let lines = stamp(lines.finish(&leaves).map_err(write(lines_path))?);
            let disclosures = stamp(disclosures.finish().map_err(write(disclosures_path))?);
            read_back(disk, lines_path, lines, disclosures_path, disclosures, digests)?;
            Ok::<_, SealError>((lines, disclosures))
        };
        // Finishing the index needs a processor but no disk, and takes as long as all the rest, so it runs beside that.
        let (index, stored) = env::threads::join(|| index.finish(), stored);
        let (lines, disclosures) = stored?;
        let mut output = Output::create(disk, index_path).map_err(write(index_path))?;
        output
            .append(&index)
            .and_then(|()| output.append(&trailer_of(&lines.sha256, &index, &index_key)))
            .map_err(write(index_path))?;
        output.finish().map_err(write(index_path))?;

        let name = temporary.name(first, next - 1)?;
        Ok(SegmentEntry { name, lines, disclosures, removed: RemovedStamp::of(&leaves) })
    }
}

/// Reads every line and every disclosure back. The index is not read: it checks itself and can be made again.
pub(crate) fn read_back(
    disk: &dyn Disk,
    lines_path: &Path,
    lines: FileStamp,
    disclosures_path: &Path,
    disclosures: FileStamp,
    digests: &Digests<'_>,
) -> Result<(), SealError> {
    let cache = BlockCache::new(0);
    let file = DataFile::draft(disk, lines_path, &cache)?;
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
    let file = DisclosureFile::draft(disk, disclosures_path, &Arc::clone(&cache))?;
    file.check()?;
    if file.sha256()? != disclosures.sha256 {
        return Err(SealError::Differs { file: disclosures_path.to_owned() });
    }
    Ok(())
}

pub(crate) fn stamp((bytes, sha256): (u64, Digest)) -> FileStamp {
    FileStamp { bytes, sha256 }
}
