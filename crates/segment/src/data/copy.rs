//! Copying lines of a file into another one.

use std::io;

use index::LeafSet;
use proof::Digest;
use sha2::{Digest as _, Sha256};

use super::{DataFile, DataWriter, FRAME_BYTES};
use crate::PartError;

/// Frames of at least this much text are copied as they are. Smaller ones, such as the last of each segment, are packed again
/// together.
const COPIED_BYTES_MIN: usize = FRAME_BYTES / 2;

/// Why lines were not copied.
pub(crate) enum CopyError {
    /// They cannot be read.
    Read(PartError),
    /// The other file cannot be written.
    Write(io::Error),
}

impl DataFile {
    /// Appends the lines of `leaves`, which must be some of the file's, to `to`, frame by frame, and returns the SHA-256 of the whole
    /// file as it was read for that; `None` if `go_on` said no. Frames that lose no line are copied as they are. Cost: a copy of
    /// what is compressed, mostly.
    pub(crate) fn copy(
        &self,
        leaves: &LeafSet,
        to: &mut DataWriter,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Digest>, CopyError> {
        let mut read = Sha256::new();
        for at in 0..self.frames() {
            if !go_on() {
                return Ok(None);
            }
            let frame = self.frame(at).ok_or(CopyError::Read(PartError::NoSuchRow(at as u64)))?;
            let packed = self.packed_frame(at).map_err(CopyError::Read)?;
            read.update(&packed);
            let runs = self.frame_places(at).map_or_else(Vec::new, |(places, _)| self.leaves().runs(places));
            let stay: u64 =
                runs.iter().map(|run| leaves.places_before(run.end) - leaves.places_before(run.start)).sum();
            if stay == 0 {
                continue;
            }
            if stay == u64::from(frame.lines) && frame.text as usize >= COPIED_BYTES_MIN {
                to.put_frame(&packed, frame).map_err(CopyError::Write)?;
                continue;
            }
            let block = self.unpack(at, &packed).map_err(CopyError::Read)?;
            for (leaf, at) in runs.into_iter().flatten().zip(0..block.spans.len()) {
                if let Some(line) = block.item(at).filter(|_| leaves.contains(leaf)) {
                    to.push(line).map_err(CopyError::Write)?;
                }
            }
        }
        read.update(self.tables().map_err(CopyError::Read)?);
        Ok(Some(Digest(read.finalize().into())))
    }
}
