//! Copying all lines of a file into another one.

use std::io;

use super::{DataFile, DataWriter, FRAME_BYTES};
use crate::PartError;

/// Text from which on a frame is copied as it is. Smaller ones, of which a small segment has one, are packed again together.
const COPIED_BYTES_MIN: usize = FRAME_BYTES / 2;

/// Why lines were not copied.
pub(crate) enum CopyError {
    /// They cannot be read.
    Read(PartError),
    /// The other file cannot be written.
    Write(io::Error),
}

impl DataFile {
    /// Appends every line to `to`, frame by frame; `false` if `go_on` said no. Cost: a copy of what is compressed, mostly.
    pub(crate) fn copy(&self, to: &mut DataWriter, go_on: &dyn Fn() -> bool) -> Result<bool, CopyError> {
        for at in 0..self.frames() {
            if !go_on() {
                return Ok(false);
            }
            let frame = self.frame(at).ok_or(CopyError::Read(PartError::NoSuchRow(at as u64)))?;
            if frame.text as usize >= COPIED_BYTES_MIN {
                to.put_frame(&self.packed_frame(at).map_err(CopyError::Read)?, frame).map_err(CopyError::Write)?;
                continue;
            }
            let block = self.read_frame(at).map_err(CopyError::Read)?;
            for line in (0..block.spans.len()).filter_map(|line| block.item(line)) {
                to.push(line).map_err(CopyError::Write)?;
            }
        }
        Ok(true)
    }
}
