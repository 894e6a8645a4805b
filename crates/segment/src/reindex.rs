//! Making the index of a sealed segment again.
//!
//! For a segment that was sealed at once the index is the same, byte for byte. A larger one is indexed piece by piece, and the
//! indexes of the pieces are merged like those of segments, so that memory stays that of one piece.

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::{BlobStore, Content, Disk, Drafts, Kind};
use event::{Entry, LineError};
use index::{
    AddressValue, Difference, Field, INDEX_LINE_BYTES_MAX, Index, IndexBuilder, IndexError, IndexMergeError, MergeInto,
    RowExtra, SPOOL_BYTES, difference, keep_the_same_values, merge_indexes, trailer_of,
};
use proof::Digest;

use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;
use crate::file::{Output, Source};
use crate::manifest::SegmentEntry;
use crate::names::SegmentFile;
use crate::seal::{Placed, place_draft};
use crate::sealed::{IndexAccess, OpenSegmentError, SealedLines, read_index};
use crate::{Disclosed, PartError};

/// Rows that are indexed at once; a segment that was sealed at once has fewer. An index in the making takes some 400 bytes of
/// memory a row.
const ROWS_AT_ONCE: u64 = 1 << 20;

/// Bytes of lines of a piece: with one line more it is still below the bound of an index.
const PIECE_BYTES: u64 = INDEX_LINE_BYTES_MAX / 2;

/// Rows after which progress is told.
pub const PROGRESS_ROWS: u64 = 1 << 10;

/// Bytes compared at a time.
const COMPARED_BYTES: usize = 1 << 20;

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
    /// The address of a leaf could not be read.
    #[error("cannot make the address value of leaf {leaf}")]
    Address {
        /// The leaf.
        leaf: u64,
        /// What the vault answered.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The indexes of its pieces cannot be merged.
    #[error("the indexes of the segment's pieces cannot be merged")]
    Pieces(#[from] IndexMergeError),
    /// The index of a piece cannot be read back. Remedy: look at the disk; the old index, if any, is still there.
    #[error("cannot read back {}", file.display())]
    Piece {
        /// The file of the piece.
        file: PathBuf,
        /// What is wrong with it.
        source: Box<OpenSegmentError>,
    },
    /// [`Reindexing::go_on`] said no.
    #[error("making the index was given up")]
    GivenUp,
    /// The disk failed. Remedy: look at the disk; the old index, if any, is still there.
    #[error("cannot write {}", file.display())]
    Write {
        /// The index file.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// Gives the address value of the entry at a leaf: from its line if the address stands there, else by opening its connection
/// disclosure. `None` where there is no address or the person's key is gone.
pub type AddressOf<'a> =
    dyn Fn(&Entry<'_>, &Disclosed) -> Result<Option<AddressValue>, Box<dyn std::error::Error + Send + Sync>> + 'a;

/// How an index is made again.
pub struct Reindexing<'a> {
    /// Where blocks of lines and disclosures are kept meanwhile. The index is made under its key.
    pub cache: &'a Arc<BlockCache>,
    /// How the indexes of pieces are reached.
    pub access: IndexAccess,
    /// The log's seed.
    pub seed: u64,
    /// Gives the values of addresses.
    pub address: &'a AddressOf<'a>,
    /// Rows up to which a segment is indexed at once; the pieces of a larger one have half as many.
    pub rows_at_once: u64,
    /// Whether to go on; asked as often. Of [`reindex`] and [`check_index`] that say no, the old index is still there.
    pub go_on: &'a dyn Fn() -> bool,
    /// Told how many more rows are indexed: [`PROGRESS_ROWS`] each time, the rest when the index is in its place. A large segment
    /// takes minutes.
    pub progress: &'a dyn Fn(u64),
}

impl<'a> Reindexing<'a> {
    /// The usual settings: a million rows at once, and no progress is told.
    #[must_use]
    pub fn new(cache: &'a Arc<BlockCache>, access: IndexAccess, seed: u64, address: &'a AddressOf<'a>) -> Self {
        Self { cache, access, seed, address, rows_at_once: ROWS_AT_ONCE, go_on: &|| true, progress: &|_| {} }
    }
}

/// Makes the segment's index again, from its lines and disclosures alone, and puts it in place of the old one unless both have
/// the same bytes. Returns whether they differed. Whoever has the old file open keeps it.
///
/// Other bytes of a merged segment's index may answer the same, since the values in its dictionaries depend on what was indexed
/// at once.
///
/// Cost: reads and indexes every line; of a large segment, every section is written twice more. Memory: an index in the
/// making of at most `rows_at_once` rows.
///
/// # Errors
/// As [`ReindexError`]; the old index is still there.
pub fn reindex(store: &dyn BlobStore, entry: &SegmentEntry, how: &Reindexing<'_>) -> Result<bool, ReindexError> {
    let made = make(store, entry, how)?;
    let changed = !same(store, &made, entry)?;
    if changed {
        put_in_place(store, &made, entry)?;
    }
    Ok(changed)
}

/// Makes the segment's index again, compares, and puts the new one in place of one that differs. Returns how it differed; `None`
/// if the bytes are the same, or differ only as merging makes them. `leave_out` names a field that is not compared; with it,
/// other bytes that answer alike are no difference.
///
/// Cost and memory as [`reindex`]; where the bytes differ, both are decoded.
///
/// # Errors
/// As [`ReindexError`], also if the index in its place cannot be opened, which [`crate::verify::verify_segment`] finds before.
pub fn check_index(
    store: &dyn BlobStore,
    entry: &SegmentEntry,
    how: &Reindexing<'_>,
    leave_out: Option<Field>,
) -> Result<Option<Difference>, ReindexError> {
    let made = make(store, entry, how)?;
    if same(store, &made, entry)? {
        return Ok(None);
    }
    let open = |opened, path: &Path| {
        let opened = read_index(opened, path, &entry.lines.sha256, how.cache, Some(how.cache.index_key()), how.access);
        opened.map_err(|error| ReindexError::Piece { file: path.to_owned(), source: Box::new(error) })
    };
    let answers = |error: &dyn std::error::Error| Some(Difference::Answers(error.to_string()));
    let right = open(Source::open(made.disk, &made.path), &made.path)?;
    let name = entry.name.file(SegmentFile::Index);
    let found = match open(Source::stored(store, &name), &store.place(&name)) {
        Ok(found) => differs(&right, &found, leave_out).unwrap_or_else(|error| answers(&error)),
        Err(error) => answers(&error),
    };
    if found.is_some() {
        put_in_place(store, &made, entry)?;
    }
    Ok(found)
}

/// How an index differs from the right one, given that their bytes differ.
fn differs(right: &Index, found: &Index, leave_out: Option<Field>) -> Result<Option<Difference>, IndexError> {
    if let Some(what) = difference(right, found, leave_out)? {
        return Ok(Some(Difference::Answers(what)));
    }
    let same_is_due = leave_out.is_none() && keep_the_same_values(right, found)?;
    Ok(same_is_due.then_some(Difference::Bytes))
}

fn put_in_place(store: &dyn BlobStore, made: &Temporary<'_>, entry: &SegmentEntry) -> Result<(), ReindexError> {
    let name = entry.name.file(SegmentFile::Index);
    let put = store.put_again(&name, Content::Draft(&made.path));
    put.map_err(|source| ReindexError::Write { file: store.place(&name), source })
}

/// Makes the index beside the one in its place.
fn make<'d>(
    store: &'d dyn BlobStore,
    entry: &SegmentEntry,
    how: &Reindexing<'_>,
) -> Result<Temporary<'d>, ReindexError> {
    let lines = SealedLines::open(store, entry, how.cache)?;
    let Drafts { disk, dir } = store.drafts();
    let made = Temporary::new(disk, env::temporary_path(&dir.join(entry.name.file(SegmentFile::Index))))?;
    let of = Indexable { lines: lines.data(), disclosures: lines.disclosure_file(), sha256: &entry.lines.sha256 };
    make_index(disk, of, &made.path, how)?;
    Ok(made)
}

/// What an index is made of.
#[derive(Clone, Copy)]
pub(crate) struct Indexable<'a> {
    pub(crate) lines: &'a DataFile,
    pub(crate) disclosures: &'a DisclosureFile,
    /// Of the whole file of lines.
    pub(crate) sha256: &'a Digest,
}

/// Makes the index of these lines and disclosures, in a new file; it is synced.
pub(crate) fn make_index(
    disk: &dyn Disk,
    of: Indexable<'_>,
    file: &Path,
    how: &Reindexing<'_>,
) -> Result<(), ReindexError> {
    let leaves = of.lines.leaves();
    let mut pieces = Pieces { how, of, beside: file, made: Vec::new() };
    if leaves.len() <= how.rows_at_once && of.lines.text_bytes() <= INDEX_LINE_BYTES_MAX {
        let mut builder = IndexBuilder::new(leaves.start(), how.seed);
        pieces.scan(&mut |_, leaf, line, disclosures| index_row(disclosures, leaf, line, how.address, &mut builder))?;
        let index = builder.finish();
        write(disk, file, &[&index, &trailer_of(of.sha256, &index, how.cache.index_key())])?;
    } else {
        pieces.make(disk)?;
        let indexes: Vec<&Index> = pieces.made.iter().map(|(_, index)| index).collect();
        let go_on = how.go_on;
        let lines = Some(of.sha256);
        let key = *how.cache.index_key();
        merge_indexes(&indexes, &MergeInto { disk, file, lines, key, spool_bytes: SPOOL_BYTES, go_on })?;
    }
    drop(pieces);
    (how.progress)(leaves.len() % PROGRESS_ROWS);
    Ok(())
}

/// A file that is removed unless it got another name.
struct Temporary<'d> {
    disk: &'d dyn Disk,
    path: PathBuf,
}

impl<'d> Temporary<'d> {
    /// Removes what an earlier crash left there.
    ///
    /// # Errors
    /// `Write` where something else lies under the name, which stays.
    fn new(disk: &'d dyn Disk, path: PathBuf) -> Result<Self, ReindexError> {
        let cleared = match disk.kind(&path) {
            Ok(Kind::Absent) => Ok(()),
            Ok(Kind::Plain) => match place_draft(disk, &path) {
                Ok(Placed::Unfinished) => disk.remove(&path),
                Ok(_) => Err(io::Error::other("what lies there is not an index in the making: move it away")),
                Err(error) => Err(error),
            },
            Ok(Kind::Other(what)) => Err(io::Error::other(format!("{what}: move it away"))),
            Err(error) => Err(error),
        };
        match cleared {
            Ok(()) => Ok(Self { disk, path }),
            Err(source) => Err(ReindexError::Write { file: path, source }),
        }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        // Renamed already, or the disk has failed; the next start of the log removes it.
        let _ = self.disk.remove(&self.path);
    }
}

/// Takes a leaf and its line, and where its disclosures are.
type EachLine<'e, 'p> = dyn FnMut(&mut Pieces<'p>, u64, &[u8], &DisclosureFile) -> Result<(), ReindexError> + 'e;

/// The indexes of consecutive pieces.
struct Pieces<'p> {
    how: &'p Reindexing<'p>,
    of: Indexable<'p>,
    beside: &'p Path,
    made: Vec<(Temporary<'p>, Index)>,
}

impl<'p> Pieces<'p> {
    fn make(&mut self, disk: &'p dyn Disk) -> Result<(), ReindexError> {
        let how = self.how;
        let Range { start: mut first, end } = self.of.lines.leaves().range();
        let piece_rows = (self.how.rows_at_once / 2).max(1);
        let mut builder = IndexBuilder::new(first, how.seed);
        let mut bytes = 0;
        self.scan(&mut |pieces, leaf, line, disclosures| {
            if u64::from(builder.rows()) == piece_rows || bytes >= PIECE_BYTES {
                let full = std::mem::replace(&mut builder, IndexBuilder::new(leaf, how.seed));
                pieces.put(disk, full, first..leaf)?;
                first = leaf;
                bytes = 0;
            }
            bytes += line.len() as u64;
            index_row(disclosures, leaf, line, how.address, &mut builder)
        })?;
        self.put(disk, builder, first..end)
    }

    /// Calls `each` with every line.
    fn scan(&mut self, each: &mut EachLine<'_, 'p>) -> Result<(), ReindexError> {
        let Indexable { lines, disclosures, .. } = self.of;
        let mut failed = None;
        let mut rows = 0;
        lines.scan(0, &mut |leaf, line| match each(self, leaf, line, disclosures) {
            Ok(()) => {
                rows += 1;
                if rows % PROGRESS_ROWS == 0 {
                    (self.how.progress)(PROGRESS_ROWS);
                    if !(self.how.go_on)() {
                        failed = Some(ReindexError::GivenUp);
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Puts the index of the leaves in a range beside the others.
    fn put(&mut self, disk: &'p dyn Disk, builder: IndexBuilder, range: Range<u64>) -> Result<(), ReindexError> {
        let mut path = self.beside.as_os_str().to_owned();
        path.push(format!(".piece-{}{}", self.made.len(), env::TEMPORARY_SUFFIX));
        let file = Temporary::new(disk, PathBuf::from(path))?;
        let index = builder.finish();
        // Names no lines, since the file is read only here.
        let of = Digest([0; 32]);
        write(disk, &file.path, &[&index, &trailer_of(&of, &index, self.how.cache.index_key())])?;
        drop(index);
        let cache = self.how.cache;
        let opened = Source::open(disk, &file.path);
        let index = read_index(opened, &file.path, &of, cache, Some(cache.index_key()), self.how.access);
        let index = index.and_then(|index| {
            let foreign = || OpenSegmentError::IndexForeign { file: file.path.clone() };
            index.of_leaves(&self.of.lines.leaves().within(range)).ok_or_else(foreign)
        });
        let index = index.map_err(|error| ReindexError::Piece { file: file.path.clone(), source: Box::new(error) })?;
        self.made.push((file, index));
        Ok(())
    }
}

fn write(disk: &dyn Disk, path: &Path, pieces: &[&[u8]]) -> Result<(), ReindexError> {
    let written = Output::create(disk, path).and_then(|mut output| {
        pieces.iter().try_for_each(|piece| output.append(piece))?;
        output.finish()
    });
    written.map(drop).map_err(|source| ReindexError::Write { file: path.to_owned(), source })
}

/// Whether the index that was made and the one in its place have the same bytes.
fn same(store: &dyn BlobStore, made: &Temporary<'_>, entry: &SegmentEntry) -> Result<bool, ReindexError> {
    let found = Source::stored(store, &entry.name.file(SegmentFile::Index));
    let (Ok(a), Ok(b)) = (Source::open(made.disk, &made.path), found) else { return Ok(false) };
    let mut at = 0;
    while a.len() == b.len() && at < a.len() {
        let step = usize::try_from(a.len() - at).map_or(COMPARED_BYTES, |left| left.min(COMPARED_BYTES));
        // A file that cannot be read must be replaced.
        if !b.read(at, step).is_ok_and(|bytes| a.read(at, step).is_ok_and(|other| other == bytes)) {
            return Ok(false);
        }
        at += step as u64;
    }
    Ok(a.len() == b.len())
}

fn index_row(
    disclosures: &DisclosureFile,
    leaf: u64,
    line: &[u8],
    address: &AddressOf<'_>,
    builder: &mut IndexBuilder,
) -> Result<(), ReindexError> {
    let entry = Entry::parse(line).map_err(|source| ReindexError::Line { leaf, source })?;
    let disclosed = disclosures.disclosed(leaf)?;
    let address = address(&entry, &disclosed).map_err(|source| ReindexError::Address { leaf, source })?;
    let identity = disclosed.iter().filter_map(|[identity, ..]| identity.as_ref().map(|r| r.digest)).collect();
    builder.push(leaf, &entry, &RowExtra { address, identity });
    Ok(())
}
