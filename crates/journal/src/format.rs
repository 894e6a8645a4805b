//! The bytes of a journal file: `spec/journal.md`.

mod authenticate;
mod bytes;
mod copy;
mod frame;
mod header;
mod mac;
mod scan;

pub(crate) use authenticate::{authenticate, line_digests};
pub(crate) use copy::restamp;
pub(crate) use frame::{CLOSE_BYTES, Frame, FrameWriter, Link, Stamp, frame_bytes, frame_length, is_close};
pub(crate) use header::{Begun, FileHeader, HEADER_BYTES, HeaderError, MAGIC};
pub use mac::MacKey;
pub(crate) use mac::{Mac, NO_MAC};
pub(crate) use scan::{End, Scan, batch_at, decode_frame, scan};
