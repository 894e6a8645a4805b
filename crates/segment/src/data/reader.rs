//! Reads a data file: one line, many lines, or all of them.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use env::Disk;
use index::{IndexKey, IndexMemory, KeptCodes};
use proof::Digest;
use zstd::bulk::Decompressor;

use super::FRAME_BYTES_MAX;
use super::table::{Frame, SEEK_FOOT, Tables, len_from_foot};
use crate::PartError;
use crate::cache::{Block, BlockCache, BlockKey};
use crate::file::Source;
use crate::held::Held;

thread_local! {
    /// A decompression context is 160 KiB and slow to make: one per thread, owned by that thread.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The lines of one sealed segment. Cheap to share between threads.
///
/// Memory: 24 bytes a frame of about 64 KiB of text, and what the shared cache keeps.
pub struct DataFile {
    source: Source,
    cache: Arc<BlockCache>,
    id: u64,
    first_leaf: u64,
    frames: Vec<Placed>,
    lines: u64,
    frames_read: AtomicU64,
}

/// A frame and where it stands.
struct Placed {
    frame: Frame,
    offset: u64,
    /// First line, counted from the segment's first leaf.
    first_line: u64,
}

impl DataFile {
    /// Opens a data file and checks its tables. Cost: three small reads.
    ///
    /// # Errors
    /// `Read` if the disk fails, `Damaged` if the tables are not what was written.
    pub fn open(disk: &dyn Disk, path: &Path, cache: &Arc<BlockCache>) -> Result<Self, PartError> {
        let source = Source::open(disk, path)?;
        let foot_at = source.len().saturating_sub(SEEK_FOOT as u64);
        let tables_len = len_from_foot(&source.read(foot_at, SEEK_FOOT)?)
            .ok_or_else(|| source.damaged(foot_at, "it does not end as a zstd seekable file does"))?;
        let tables_at = source
            .len()
            .checked_sub(tables_len as u64)
            .ok_or_else(|| source.damaged(foot_at, "its tables are longer than the file"))?;
        let tables =
            Tables::decode(&source.read(tables_at, tables_len)?).map_err(|what| source.damaged(tables_at, what))?;

        let mut offset = 0;
        let mut lines = 0;
        let mut frames = Vec::with_capacity(tables.frames.len());
        for frame in tables.frames {
            if frame.text as usize > FRAME_BYTES_MAX || frame.lines == 0 {
                return Err(source.damaged(tables_at, "a frame is empty or larger than a frame may be"));
            }
            frames.push(Placed { frame, offset, first_line: lines });
            offset += u64::from(frame.compressed);
            lines += u64::from(frame.lines);
        }
        if offset != tables_at || lines == 0 || tables.first_leaf.checked_add(lines).is_none() {
            return Err(source.damaged(tables_at, "its frames do not fill the file"));
        }
        let id = cache.register();
        Ok(Self {
            source,
            cache: Arc::clone(cache),
            id,
            first_leaf: tables.first_leaf,
            frames,
            lines,
            frames_read: AtomicU64::new(0),
        })
    }

    /// Returns the file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// Returns the leaves whose lines are here.
    #[must_use]
    pub fn leaves(&self) -> Range<u64> {
        self.first_leaf..self.first_leaf + self.lines
    }

    /// Returns the file's length in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.source.len()
    }

    /// Returns the bytes of all lines, newlines included. Cost: a pass over the frames' table.
    #[must_use]
    pub fn text_bytes(&self) -> u64 {
        self.frames.iter().map(|placed| u64::from(placed.frame.text)).sum()
    }

    /// Returns how many frames the file has.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// Returns how many frames were decompressed so far.
    #[must_use]
    pub fn frames_read(&self) -> u64 {
        self.frames_read.load(Ordering::Relaxed)
    }

    /// Returns where the codes of fields are kept, of the part that has this file.
    pub(crate) fn kept_codes(&self) -> &KeptCodes {
        self.cache.codes()
    }

    /// Returns what the indexes of all parts have in memory.
    pub(crate) fn indexes(&self) -> &IndexMemory {
        self.cache.indexes()
    }

    /// Returns what the index of these lines is authenticated under.
    pub(crate) fn index_key(&self) -> &IndexKey {
        self.cache.index_key()
    }

    /// Returns the number of this open file: no other of the same cache has or had it.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Returns the leaves of frame `at`, and the place of the frame's first byte in the file.
    #[must_use]
    pub fn frame_leaves(&self, at: usize) -> Option<(Range<u64>, u64)> {
        let placed = self.frames.get(at)?;
        let first = self.first_leaf + placed.first_line;
        Some((first..first + u64::from(placed.frame.lines), placed.offset))
    }

    /// Returns the line of `leaf`, without its newline. Cost: at most one frame decompressed.
    ///
    /// # Errors
    /// `NoSuchRow` if the leaf is not here, `Read` if the disk fails, `Damaged` if the frame is, `NotInTree` if the line is
    /// not the one in the tree.
    pub fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        let mut line = Vec::new();
        self.lines(&[leaf], &mut |_, bytes| line.extend_from_slice(bytes))?;
        Ok(line)
    }

    /// Hands out the lines of `leaves` in the order given, each with its place in `leaves`; neighbours in one frame
    /// cost one decompression. Where the cache has a tree, each line is held against it, once while its frame is in memory.
    ///
    /// # Errors
    /// As [`DataFile::line`]; lines handed out before the error stand.
    pub fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        let mut current: Option<(Range<u64>, Arc<Block>)> = None;
        for (place, &leaf) in leaves.iter().enumerate() {
            if !current.as_ref().is_some_and(|(held, _)| held.contains(&leaf)) {
                current = Some(self.frame_holding(leaf)?);
            }
            let Some((leaves, block)) = &current else { return Err(PartError::NoSuchRow(leaf)) };
            each(place, self.sound_line(leaves, block, leaf)?);
        }
        Ok(())
    }

    /// Hands out every line from `from` on, in leaf order, past the cache, until `each` breaks.
    ///
    /// # Errors
    /// As [`DataFile::line`]; lines handed out before the error stand.
    pub fn scan(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), PartError> {
        let begin = if from <= self.first_leaf { 0 } else { self.frame_of(from).unwrap_or(self.frames.len()) };
        for at in begin..self.frames.len() {
            let block = self.read_frame(at)?;
            let first = self.frame_leaves(at).map_or(0, |(leaves, _)| leaves.start);
            for (leaf, line) in (first..).zip(0..block.spans.len()) {
                let line = block.item(line).ok_or(PartError::NoSuchRow(leaf))?;
                if leaf >= from && each(leaf, line).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Returns the SHA-256 of the whole file. Cost: reads all of it.
    ///
    /// # Errors
    /// `Read` if the disk fails.
    pub fn sha256(&self) -> Result<Digest, PartError> {
        self.source.sha256()
    }

    /// As [`Self::sha256`]; `None` if `go_on` said no meanwhile.
    pub(crate) fn sha256_while(&self, go_on: &dyn Fn() -> bool) -> Result<Option<Digest>, PartError> {
        self.source.sha256_while(go_on)
    }

    /// Decompresses frame `at`, past the cache, and checks it.
    pub(crate) fn read_frame(&self, at: usize) -> Result<Block, PartError> {
        self.unpack(at, &self.packed_frame(at)?)
    }

    /// Decompresses frame `at`, which was read, and checks it.
    pub(crate) fn unpack(&self, at: usize, packed: &[u8]) -> Result<Block, PartError> {
        self.frames_read.fetch_add(1, Ordering::Relaxed);
        let placed = self.frames.get(at).ok_or(PartError::NoSuchRow(at as u64))?;
        let damaged = |what| self.source.damaged(placed.offset, what);
        let bytes =
            decompress(packed, placed.frame.text as usize).map_err(|_| damaged("the frame does not decompress"))?;
        let mut spans = Vec::with_capacity(placed.frame.lines as usize);
        let mut begin = 0;
        for newline in memchr::memchr_iter(b'\n', &bytes) {
            // Frames are at most a mebibyte, so places in them fit 32 bits.
            spans.push((begin, newline as u32));
            begin = newline as u32 + 1;
        }
        let fits = bytes.len() == placed.frame.text as usize
            && spans.len() == placed.frame.lines as usize
            && begin as usize == bytes.len();
        if fits {
            Ok(Block { bytes, spans, held: Held::default() })
        } else {
            Err(damaged("the frame does not hold the lines it should"))
        }
    }

    /// Reads the tables behind the frames, as they are stored.
    pub(crate) fn tables(&self) -> Result<Vec<u8>, PartError> {
        let end = self.frames.last().map_or(0, |placed| placed.offset + u64::from(placed.frame.compressed));
        self.source.read(end, usize::try_from(self.source.len().saturating_sub(end)).unwrap_or(usize::MAX))
    }

    /// What the tables say of frame `at`.
    pub(crate) fn frame(&self, at: usize) -> Option<Frame> {
        self.frames.get(at).map(|placed| placed.frame)
    }

    /// Reads frame `at` as it is stored.
    pub(crate) fn packed_frame(&self, at: usize) -> Result<Vec<u8>, PartError> {
        let placed = self.frames.get(at).ok_or(PartError::NoSuchRow(at as u64))?;
        let packed = self.source.read(placed.offset, placed.frame.compressed as usize)?;
        if packed.last_chunk().map(|last| u32::from_le_bytes(*last)) != Some(placed.frame.checksum) {
            let what = "the frame's checksum is not the one in the seek table";
            return Err(self.source.damaged(placed.offset, what));
        }
        Ok(packed)
    }

    /// The line of `leaf` in the frame of `leaves`, if it is the one in the tree.
    fn sound_line<'b>(&self, leaves: &Range<u64>, block: &'b Block, leaf: u64) -> Result<&'b [u8], PartError> {
        let nth = (leaf - leaves.start) as usize;
        let line = block.item(nth).ok_or(PartError::NoSuchRow(leaf))?;
        let Some(tree) = self.cache.tree() else { return Ok(line) };
        let count = block.spans.len();
        let fits = block.held.fits(nth, count, line, || tree.digests(leaves.start, count)).map_err(PartError::Store)?;
        if fits { Ok(line) } else { Err(PartError::NotInTree { file: self.path().to_owned(), leaf }) }
    }

    fn frame_of(&self, leaf: u64) -> Option<usize> {
        let line = leaf.checked_sub(self.first_leaf).filter(|line| *line < self.lines)?;
        self.frames.partition_point(|placed| placed.first_line <= line).checked_sub(1)
    }

    fn frame_holding(&self, leaf: u64) -> Result<(Range<u64>, Arc<Block>), PartError> {
        let at = self.frame_of(leaf).ok_or(PartError::NoSuchRow(leaf))?;
        let (leaves, _) = self.frame_leaves(at).ok_or(PartError::NoSuchRow(leaf))?;
        let key = BlockKey { file: self.id, section: 0, block: at as u64 };
        Ok((leaves, self.cache.get(key, || self.read_frame(at))?))
    }
}

impl Drop for DataFile {
    fn drop(&mut self) {
        self.cache.forget(self.id);
    }
}

fn decompress(packed: &[u8], text_len: usize) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(packed, text_len)
    })
}
