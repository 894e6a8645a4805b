//! Reading batches again in leaf order, as sealing does: every frame's checksums and chain are checked once more.

use crate::format::{FileHeader, Frame, FrameKind, HEADER_BYTES, decode_frame, frame_length};
use crate::reader::OpenFile;
use crate::{FileNumber, JournalReader, Placed, ReadError, RecoveredBatch};
use proof::LeafIndex;
use std::sync::Arc;

/// Bytes read at once: several groups, so that a read costs nothing beside its bytes.
const WINDOW_BYTES: usize = 1 << 20;

/// Reads the batches of a journal in leaf order, each once. Memory: one window, or one frame where that is longer.
pub struct Cursor {
    number: FileNumber,
    open: Arc<OpenFile>,
    header: FileHeader,
    /// Where the next frame begins.
    at: u64,
    next_leaf: LeafIndex,
    previous_crc: u32,
    window: Vec<u8>,
    window_at: u64,
}

impl JournalReader {
    /// A cursor that begins with the first batch of the file that holds `leaf`: records of earlier batches belong to
    /// later lines of the same file, so whoever follows references needs them.
    ///
    /// Cost: a small read for each file.
    ///
    /// # Errors
    /// [`ReadError::Freed`] if no file begins at or before `leaf`; else as [`Cursor::read`].
    pub fn cursor(&self, leaf: LeafIndex) -> Result<Cursor, ReadError> {
        for (number, open) in self.files().iter().rev() {
            let header = header_of(open)?;
            if header.begun.first_leaf <= leaf {
                return Ok(Cursor::begin(*number, Arc::clone(open), header));
            }
        }
        Err(ReadError::Freed)
    }
}

impl Cursor {
    fn begin(number: FileNumber, open: Arc<OpenFile>, header: FileHeader) -> Self {
        let next_leaf = header.begun.first_leaf;
        let previous_crc = header.crc();
        let at = HEADER_BYTES as u64;
        let window = Vec::new();
        let window_at = HEADER_BYTES as u64;
        Self { number, open, header, at, next_leaf, previous_crc, window, window_at }
    }

    /// The first leaf of the next batch.
    #[must_use]
    pub fn next_leaf(&self) -> LeafIndex {
        self.next_leaf
    }

    /// The file of the next batch, unless that file ends here.
    #[must_use]
    pub fn file(&self) -> FileNumber {
        self.number
    }

    /// Hands out the batches that begin before `until`, a leaf that was acknowledged. A batch that reaches beyond it is handed
    /// out again next time. `reader` must have been made after the acknowledgement, so that it has the files.
    ///
    /// # Errors
    /// [`ReadError`], and whatever `each` answers; the cursor is of no use afterwards.
    pub fn read<E: From<ReadError>>(
        &mut self,
        reader: &JournalReader,
        until: LeafIndex,
        each: &mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        // Bytes ahead in the window may be stale: more may have been written since.
        self.window.clear();
        while self.next_leaf < until {
            self.load()?;
            let from = (self.at - self.window_at) as usize;
            let frame = decode_frame(&self.window, from, &self.header).map_err(|what| self.damaged(what))?;
            if frame.previous_crc != self.previous_crc || frame.first_leaf != self.next_leaf {
                return Err(self.damaged("the frame does not follow the one before it").into());
            }
            if frame.kind == FrameKind::Close {
                self.next_file(reader)?;
                continue;
            }
            let batch = self.batch(&frame)?;
            each(batch)?;
            let bytes = frame.bytes as u64;
            let crc = frame.crc;
            let end = LeafIndex(self.next_leaf.0 + frame.lines.len() as u64);
            if end > until {
                return Ok(());
            }
            (self.at, self.previous_crc, self.next_leaf) = (self.at + bytes, crc, end);
        }
        Ok(())
    }

    fn batch<'a>(&self, frame: &Frame<'a>) -> Result<RecoveredBatch<'a>, ReadError> {
        let lines_offset = u32::try_from(self.at + frame.lines_at as u64)
            .map_err(|_| self.damaged("the frame lies beyond what a file may hold"))?;
        let placed = Placed { file: self.number, first_leaf: frame.first_leaf, lines_offset };
        let Frame { lines, refs, disclosures, .. } = *frame;
        Ok(RecoveredBatch { placed, lines, digests: &[], refs, disclosures })
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

    fn next_file(&mut self, reader: &JournalReader) -> Result<(), ReadError> {
        let next = reader.files().range(self.number..).find(|(number, _)| **number > self.number);
        let (number, open) = next.ok_or_else(|| self.damaged("no file follows the one that was closed"))?;
        let header = header_of(open)?;
        if header.begun.first_leaf != self.next_leaf {
            return Err(self.damaged("the next file does not begin where this one ends"));
        }
        *self = Self::begin(*number, Arc::clone(open), header);
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> ReadError {
        ReadError::Damaged { path: self.open.path.clone(), offset: self.at, what }
    }
}

fn header_of(open: &OpenFile) -> Result<FileHeader, ReadError> {
    let mut bytes = [0; HEADER_BYTES];
    let io = |source| ReadError::Io { path: open.path.clone(), offset: 0, source };
    open.file.read_exact_at(&mut bytes, 0).map_err(io)?;
    let what = "the file header cannot be read";
    FileHeader::decode(&bytes).map_err(|_| ReadError::Damaged { path: open.path.clone(), offset: 0, what })
}
