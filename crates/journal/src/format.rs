//! The bytes of a journal file: `spec/journal.md`.

mod bytes;
mod copy;
mod frame;
mod header;
mod scan;

pub(crate) use copy::restamp;
pub(crate) use frame::{CLOSE_BYTES, Frame, FrameWriter, Kind as FrameKind, Stamp, frame_bytes, frame_length};
pub(crate) use header::{FileHeader, HEADER_BYTES, HeaderError};
pub(crate) use scan::{End, Scan, batch_at, decode_frame, scan};
