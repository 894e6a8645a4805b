//! The lines of a segment: a zstd seekable file of newline-delimited JSON that plain `zstd -dc` reads.
//!
//! ```text
//! frame*            zstd frames of whole lines, each line followed by '\n'
//! leaf table        skippable frame of ours: how many lines each frame holds, and which leaves of its range the file lacks, with a CRC-32C
//! seek table        skippable frame of the zstd seekable format: sizes and checksum of each frame
//! ```
//!
//! Specified byte by byte in `spec/segment.md`.

mod copy;
mod reader;
mod table;
mod writer;

pub(crate) use copy::CopyError;
pub use reader::DataFile;
pub(crate) use writer::DataWriter;

/// Text gathered before a frame is closed: a line that would take a frame above this begins the next one.
/// 64 KiB is where the ratio flattens without a dictionary, and still decompresses in a tenth of a millisecond.
pub(crate) const FRAME_BYTES: usize = 64 << 10;

/// Longest text a reader accepts in one frame: a single line may exceed [`FRAME_BYTES`] (lines are at most 256 KiB),
/// and four times that leaves room for later writers while it bounds what a damaged table can make a reader allocate.
pub(crate) const FRAME_BYTES_MAX: usize = 1 << 20;

const _: () = assert!(FRAME_BYTES <= FRAME_BYTES_MAX);

#[cfg(test)]
mod tests;
