//! Reading the batches of files again: every frame's checksums and chain are checked once more.

use super::{Files, OpenFile};
use crate::format::{FileHeader, Frame, HEADER_BYTES, decode_frame, frame_length, is_close};
use crate::{BatchHandle, Book, Cursor, ReadError, RecoveredBatch, Term};
use proof::LeafIndex;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes read at once: several groups, so that a read costs nothing beside its bytes.
const WINDOW_BYTES: usize = 1 << 20;

/// Reads the batches of journal files in leaf order, each once. Memory: one window, or one frame where that is longer.
pub(super) struct FileCursor {
    /// Those of the journal, which grow meanwhile.
    files: Arc<Mutex<Files>>,
    book: Book,
    open: Arc<OpenFile>,
    header: FileHeader,
    /// Where the next frame begins.
    at: u64,
    next_leaf: LeafIndex,
    previous_crc: u32,
    /// The frame at `at`, once it was given.
    given: Option<Given>,
    /// What was asked for last.
    until: LeafIndex,
    window: Vec<u8>,
    window_at: u64,
}

/// What leads from a frame to the one behind it.
struct Given {
    bytes: u64,
    crc: u32,
    end: LeafIndex,
}

impl Cursor for FileCursor {
    fn book(&self) -> Book {
        self.book
    }

    fn next_leaf(&self) -> LeafIndex {
        self.next_leaf
    }

    fn next_batch(&mut self, until: LeafIndex) -> Result<Option<RecoveredBatch<'_>>, ReadError> {
        if !self.advance(until) {
            return Ok(None);
        }
        loop {
            if self.next_leaf >= until {
                return Ok(None);
            }
            self.load()?;
            if !is_close(self.window.get(self.place()..).unwrap_or_default()) {
                break;
            }
            self.frame()?;
            self.next_file()?;
        }
        let place = self.place();
        let Self { book, open, header, at, next_leaf, previous_crc, window, given, .. } = self;
        let frame = frame(window, place, header, *previous_crc, *next_leaf).map_err(|what| damaged(open, *at, what))?;
        let within = |place: usize| u32::try_from(*at + place as u64);
        let (Ok(lines_at), Ok(records_at)) = (within(frame.lines_at), within(frame.disclosures_at())) else {
            return Err(damaged(open, *at, "the frame lies beyond what a file may hold"));
        };
        let handle = BatchHandle::new(frame.first_leaf, Term(header.term), *book, lines_at, records_at);
        let end = LeafIndex(next_leaf.0 + frame.lines.len() as u64);
        let Frame { lines, refs, disclosures, .. } = frame;
        *given = Some(Given { bytes: frame.bytes as u64, crc: frame.crc, end });
        Ok(Some(RecoveredBatch { handle, lines, digests: &[], refs, disclosures }))
    }
}

impl FileCursor {
    /// A cursor that begins with the first batch of the file that holds `leaf`.
    ///
    /// Cost: a small read for each file.
    pub(super) fn begin(files: &Arc<Mutex<Files>>, leaf: LeafIndex) -> Result<Self, ReadError> {
        let open = files.lock().unwrap_or_else(PoisonError::into_inner).open.clone();
        for (book, file) in open.into_iter().rev() {
            let header = header_of(&file)?;
            if header.begun.first_leaf <= leaf {
                return Ok(Self::of(Arc::clone(files), book, file, header));
            }
        }
        Err(ReadError::Freed)
    }

    fn of(files: Arc<Mutex<Files>>, book: Book, open: Arc<OpenFile>, header: FileHeader) -> Self {
        let next_leaf = header.begun.first_leaf;
        let previous_crc = header.crc();
        let at = HEADER_BYTES as u64;
        let until = next_leaf;
        let window = Vec::new();
        Self { files, book, open, header, at, next_leaf, previous_crc, given: None, until, window, window_at: at }
    }

    /// Goes behind the batch that was given last; false where it reaches beyond what was asked for, and is still not asked for again.
    fn advance(&mut self, until: LeafIndex) -> bool {
        let before = std::mem::replace(&mut self.until, until);
        if until != before {
            // Bytes ahead in the window may be stale: more may have been written since.
            self.window.clear();
        }
        match self.given.take() {
            Some(given) if given.end <= before => {
                (self.at, self.previous_crc, self.next_leaf) = (self.at + given.bytes, given.crc, given.end);
                true
            }
            Some(given) if until <= before => {
                self.given = Some(given);
                false
            }
            _ => true,
        }
    }

    fn place(&self) -> usize {
        (self.at - self.window_at) as usize
    }

    /// The frame at `at`, which the window holds.
    fn frame(&self) -> Result<Frame<'_>, ReadError> {
        frame(&self.window, self.place(), &self.header, self.previous_crc, self.next_leaf)
            .map_err(|what| self.damaged(what))
    }

    /// Makes the window hold the whole frame at `at`.
    fn load(&mut self) -> Result<(), ReadError> {
        if self.frame_in_window().is_some() {
            return Ok(());
        }
        self.fill(WINDOW_BYTES)?;
        match self.frame_in_window() {
            Some(_) => Ok(()),
            None => match frame_length(&self.window) {
                Some(bytes) => self.fill(bytes),
                // Too short even for a frame header: decoding says so.
                None => Ok(()),
            },
        }
    }

    fn frame_in_window(&self) -> Option<()> {
        let rest = self.window.get(usize::try_from(self.at.checked_sub(self.window_at)?).ok()?..)?;
        (frame_length(rest)? <= rest.len()).then_some(())
    }

    /// Reads a window of up to `bytes` bytes that begins at the next frame.
    fn fill(&mut self, bytes: usize) -> Result<(), ReadError> {
        let io = |source| ReadError::Io { path: self.open.path.clone(), offset: self.at, source };
        let left = self.open.file.len().map_err(io)?.saturating_sub(self.at);
        self.window.clear();
        self.window.resize(bytes.min(usize::try_from(left).unwrap_or(bytes)), 0);
        self.open.file.read_exact_at(&mut self.window, self.at).map_err(io)?;
        self.window_at = self.at;
        Ok(())
    }

    fn next_file(&mut self) -> Result<(), ReadError> {
        let next = {
            let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.open.range(self.book.next()..).next().map(|(book, open)| (*book, Arc::clone(open)))
        };
        let (book, open) = next.ok_or_else(|| self.damaged("no file follows the one that was closed"))?;
        let header = header_of(&open)?;
        if header.begun.first_leaf != self.next_leaf {
            return Err(self.damaged("the next file does not begin where this one ends"));
        }
        *self = Self { until: self.until, ..Self::of(Arc::clone(&self.files), book, open, header) };
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> ReadError {
        damaged(&self.open, self.at, what)
    }
}

/// Reads a frame that must follow what lies before it.
fn frame<'a>(
    window: &'a [u8],
    from: usize,
    header: &FileHeader,
    previous_crc: u32,
    next_leaf: LeafIndex,
) -> Result<Frame<'a>, &'static str> {
    let frame = decode_frame(window, from, header)?;
    let follows = frame.previous_crc == previous_crc && frame.first_leaf == next_leaf;
    if follows { Ok(frame) } else { Err("the frame does not follow the one before it") }
}

fn damaged(open: &OpenFile, offset: u64, what: &'static str) -> ReadError {
    ReadError::Damaged { path: open.path.clone(), offset, what }
}

fn header_of(open: &OpenFile) -> Result<FileHeader, ReadError> {
    let mut bytes = [0; HEADER_BYTES];
    let io = |source| ReadError::Io { path: open.path.clone(), offset: 0, source };
    open.file.read_exact_at(&mut bytes, 0).map_err(io)?;
    let what = "the file header cannot be read";
    FileHeader::decode(&bytes).map_err(|_| ReadError::Damaged { path: open.path.clone(), offset: 0, what })
}
