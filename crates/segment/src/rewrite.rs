//! Rewriting a segment without some of its leaves: the same range, the next generation.
//!
//! Frames that lose no line are copied as they are, disclosures that no line is left to refer to are dropped, and the index is made
//! again. Everything is read back and compared with the tree, as after sealing.

use std::path::{Path, PathBuf};

use env::BlobStore;
use index::{IndexMergeError, LeafSet};
use roaring::RoaringTreemap;

use crate::cache::BlockCache;
use crate::data::{CopyError, DataFile, DataWriter};
use crate::disclosures::{AppendError, DisclosureFile, DisclosureWriter};
use crate::manifest::{RemovedStamp, SegmentEntry};
use crate::reindex::{Indexable, ReindexError, Reindexing, make_index};
use crate::seal::{Digests, Temporary, read_back, stamp};
use crate::sealed::SealedLines;
use crate::{PartError, SealError};

/// Why a segment was not rewritten. Nothing has changed; it goes on answering.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The segment cannot be read. Remedy: `verify`.
    #[error("the segment to be rewritten cannot be read")]
    Read(#[from] PartError),
    /// A file is not what the manifest says. Remedy: `verify`.
    #[error("{} does not hold what the manifest says", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// Its index could not be made.
    #[error("the index of what is left could not be made")]
    Index(#[from] ReindexError),
    /// What is left could not be written.
    #[error("the segment could not be rewritten")]
    Seal(#[from] SealError),
}

/// Writes a segment once more without the leaves in `removed`, durable and read back; the caller's manifest says that it takes the
/// old one's place. It keeps its range, also where no leaf is left. `None` if [`Reindexing::go_on`] said no.
///
/// `removed` may name leaves of other segments, and some that the segment lacks already. Whoever calls this has recorded why they
/// go (I-7): nothing here asks.
///
/// Cost: reads the segment twice; frames that lose lines are packed again; every line that is left is read back, hashed and indexed.
/// Memory: eight bytes for each disclosure, and an index in the making of at most [`Reindexing::rows_at_once`] rows.
///
/// # Errors
/// [`RewriteError`]; files under temporary names are removed.
pub fn rewrite_without(
    store: &dyn BlobStore,
    entry: &SegmentEntry,
    removed: &RoaringTreemap,
    digests: &Digests<'_>,
    how: &Reindexing<'_>,
) -> Result<Option<SegmentEntry>, RewriteError> {
    let source = SealedLines::open(store, entry, how.cache)?;
    let leaves = LeafSet::without(entry.name.leaves(), &(source.leaves().removed() | removed));
    let temporary = Temporary::begin(store, entry.name.first)?;
    let disk = temporary.disk();
    let [lines_path, disclosures_path, index_path] = &temporary.paths;
    let write = |file: &Path| {
        let file = file.to_owned();
        |source| SealError::Write { file, source }
    };
    let changed = |file: &Path| RewriteError::Changed { file: file.to_owned() };

    let mut writer = DataWriter::create(disk, lines_path).map_err(write(lines_path))?;
    let copied = source.data().copy(&leaves, &mut writer, how.go_on).map_err(|error| match error {
        CopyError::Read(error) => RewriteError::from(error),
        CopyError::Write(error) => write(lines_path)(error).into(),
    })?;
    match copied {
        None => return Ok(None),
        Some(sha256) if sha256 == entry.lines.sha256 => {}
        Some(_) => return Err(changed(source.data().path())),
    }
    let lines = stamp(writer.finish(&leaves).map_err(write(lines_path))?);

    let file = source.disclosure_file();
    match file.sha256_while(how.go_on)? {
        None => return Ok(None),
        Some(sha256) if sha256 == entry.disclosures.sha256 => {}
        Some(_) => return Err(changed(file.path())),
    }
    let first = entry.name.first;
    let mut writer = DisclosureWriter::create(disk, disclosures_path, first).map_err(write(disclosures_path))?;
    let appended = writer.append_some(file, &leaves, how.go_on).map_err(|error| match error {
        AppendError::Read(error) => RewriteError::from(error),
        AppendError::Write(error) => write(disclosures_path)(error).into(),
    })?;
    if !appended {
        return Ok(None);
    }
    let disclosures = stamp(writer.finish().map_err(write(disclosures_path))?);
    read_back(disk, lines_path, lines, disclosures_path, disclosures, digests)?;

    let cache = BlockCache::keyed(0, *how.cache.index_key());
    let left = DataFile::draft(disk, lines_path, &cache)?;
    let file = DisclosureFile::draft(disk, disclosures_path, &cache)?.of_leaves(&leaves);
    let file = file.ok_or_else(|| SealError::Differs { file: disclosures_path.clone() })?;
    let of = Indexable { lines: &left, disclosures: &file, sha256: &lines.sha256 };
    match make_index(disk, of, index_path, how) {
        Err(ReindexError::GivenUp | ReindexError::Pieces(IndexMergeError::GivenUp)) => return Ok(None),
        made => made?,
    }
    let name = temporary.name(first, entry.name.last)?;
    Ok(Some(SegmentEntry { name, lines, disclosures, removed: RemovedStamp::of(&leaves) }))
}
