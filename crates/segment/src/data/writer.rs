//! Writes a data file line by line.

use std::io;
use std::path::Path;

use env::Disk;
use index::LeafSet;
use proof::Digest;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::table::{Frame, Removed, Tables};
use super::{FRAME_BYTES, FRAME_BYTES_MAX};
use crate::file::Output;

/// Compression level of a freshly sealed segment. Measured on the generator's events of 804 bytes in frames of 64 KiB:
/// level 1 gives 173 bytes a line, level 2 the same, level 3 168 for 1.6 times the work.
const LEVEL: i32 = 1;

/// A data file being written. Memory: one frame, one write buffer, and 16 bytes a frame for the tables.
pub(crate) struct DataWriter {
    output: Output,
    compressor: Compressor<'static>,
    text: Vec<u8>,
    lines: u32,
    packed: Vec<u8>,
    frames: Vec<Frame>,
}

impl DataWriter {
    pub(crate) fn create(disk: &dyn Disk, path: &Path) -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        compressor.set_parameter(CParameter::ContentSizeFlag(true))?;
        Ok(Self {
            output: Output::create(disk, path)?,
            compressor,
            text: Vec::with_capacity(FRAME_BYTES),
            lines: 0,
            packed: Vec::new(),
            frames: Vec::new(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.output.path()
    }

    /// Appends one line, given without its newline; it must hold none.
    pub(crate) fn push(&mut self, line: &[u8]) -> io::Result<()> {
        if self.lines > 0 && self.text.len() + line.len() + 1 > FRAME_BYTES {
            self.close_frame()?;
        }
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        self.lines += 1;
        Ok(())
    }

    /// Appends a frame of another file as it is.
    pub(crate) fn put_frame(&mut self, packed: &[u8], frame: Frame) -> io::Result<()> {
        if self.lines > 0 {
            self.close_frame()?;
        }
        self.frames.push(frame);
        self.output.append(packed)
    }

    /// Closes the last frame, writes the tables, syncs; returns length and SHA-256 of the file. `leaves`: those whose lines were
    /// appended.
    pub(crate) fn finish(mut self, leaves: &LeafSet) -> io::Result<(u64, Digest)> {
        if self.lines > 0 {
            self.close_frame()?;
        }
        let lines: u64 = self.frames.iter().map(|frame| u64::from(frame.lines)).sum();
        if lines != leaves.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "there are not as many lines as leaves"));
        }
        let removed = || Removed { last_leaf: leaves.end().saturating_sub(1), bytes: leaves.encode_removed() };
        let removed = (!leaves.is_whole()).then(removed);
        let tables = Tables { first_leaf: leaves.start(), frames: self.frames, removed };
        self.output.append(&tables.encode().ok_or(io::ErrorKind::FileTooLarge)?)?;
        self.output.finish()
    }

    fn close_frame(&mut self) -> io::Result<()> {
        if self.text.len() > FRAME_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than a frame may be"));
        }
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(self.text.len()));
        self.compressor.compress_to_buffer(&self.text, &mut self.packed)?;
        // A zstd frame with the checksum flag ends in the low 32 bits of its content's XXH64, which is
        // exactly what the seek table wants.
        let checksum = self.packed.last_chunk().map_or(0, |last| u32::from_le_bytes(*last));
        let size = |len: usize| u32::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge);
        self.frames.push(Frame {
            compressed: size(self.packed.len())?,
            text: size(self.text.len())?,
            checksum,
            lines: self.lines,
        });
        self.output.append(&self.packed)?;
        self.text.clear();
        self.lines = 0;
        Ok(())
    }
}
